#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The gate: what stands in the way is named, and every answer but GO is an error.
load helper

# listed NAME DECISION OWNER ...: accounts.csv of these, and a project whose servers are never asked.
listed() {
	echo account,decision,owner >accounts.csv
	while [ $# -gt 0 ]; do
		echo "$1,$2,$3" >>accounts.csv
		shift 3
	done
	mm init --no-input --old-host old.example.org --old-secret-prompt --new-host new.example.org --new-secret-prompt
	want 0
	mm accounts import
	want 0
	sed -i '1s/{/{ "logs": { "domain": "example.org", "old_zone": "UTC" },/' mailmuster.json
	export TZ=UTC
}

day() { LC_ALL=C date -u -d "-$1 days" '+%b %e'; }
# login DAYS_AGO USER: a line of Dovecot.  delivered DAYS_AGO USER.  line DAYS_AGO.
login() {
	echo "$(day "$1") 10:00:00 old dovecot: imap-login: Login: user=<$2>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.9, mpid=$RANDOM, TLS, session=<$RANDOM$RANDOM>"
}
delivered() {
	echo "$(day "$1") 12:00:00 old dovecot: lmtp($2)<$RANDOM><$RANDOM$RANDOM>: msgid=<$RANDOM@example.net>: saved mail to INBOX"
}
line() { echo "$(day "$1") 00:00:00 old dovecot: master: Dovecot is up"; }

# outcome CHECK: its result in the JSON of the last run.
outcome() {
	python3 -c 'import json, sys
for c in json.load(open(sys.argv[1]))["checks"]:
    if c["check"] == sys.argv[2]: print(c["outcome"])' .out "$1"
}

@test "the week before the crash: two accounts and five service accounts are still there" {
	listed anna migrate "A. Stone" bert migrate "B. Stone" wolf "" "" zora "" ""
	{
		line 100
		login 99 anna
		login 50 bert
		login 4 wolf
		login 2 zora
		for name in nagios printer gitlab www-data scanner; do login 1 "$name"; done
		delivered 1 wolf
		line 0
	} >mail.log
	mm logs --side old mail.log
	want 0
	mm gate
	want 3
	has "$out" "NO-GO"
	has "$out" "FAIL     G01 Every account decided and owned"
	has "$out" "2 accounts open, 5 names that no account has"
	for name in wolf zora nagios printer gitlab www-data scanner; do
		has "$out" "                 $name: "
	done
	has "$out" "FAIL     G09 No login on the old server"
	has "$out" "FAIL     G08 No delivery to the old server"
	has "$out" "1 delivery, the last on $(date -u -d '-1 day' +%F) 12:00: wolf"
	has "$out" "hint: G01 next: mailmuster accounts set wolf --decision WORD --owner NAME"
	mm gate explain g9
	want 3
	for name in wolf zora nagios printer gitlab www-data scanner; do
		has "$out" "
$name: 1 login by imap from 192.0.2.7"
	done
	hasnt "$out" "
anna: "
	has "$out" "mailmuster accounts unknown"
	mm gate explain G01 --csv
	want 3
	[ "$(grep -c '^G01,' .out)" = 7 ]
	mm gate check --csv
	[ "$(grep -c '^G[0-9][0-9],' .out)" = 20 ]
	mm gate --json
	want 3
	[ "$(outcome G01)" = FAIL ]
	[ "$(outcome G02)" = "NO DATA" ]
	# decided and owned, and the names explained: G01 is green, the logins are still there
	mm accounts set wolf zora --decision migrate --owner "C. Stone" --by me
	mm accounts expect nagios printer gitlab www-data scanner --reason monitoring --by me
	mm gate --json
	want 3
	[ "$(outcome G01)" = PASS ]
	[ "$(outcome G09)" = FAIL ]
}

# years FILE FIRST LAST: anna's INBOX with a message of each of these years.
years() {
	python3 - "$@" <<-'END'
		import json, sys
		first, last = int(sys.argv[2]), int(sys.argv[3])
		json.dump({"folders": [{"name": "INBOX", "uidvalidity": 7, "uidnext": last + 1, "messages": [
		    {"uid": y - 1990, "flags": ["\\Seen"], "date": "04-May-%d 15:15:35 +0000" % y, "size": 600 + y - 1990,
		     "header": "Message-ID: <m%d@example.org>\r\nSubject: x\r\nFrom: Bert <bert@example.org>\r\n" % y}
		    for y in range(first, last + 1)]}]}, open(sys.argv[1], "w"))
	END
}

@test "the Monday after: whole years are missing, and the gate names them" {
	years old.json 1998 2009
	years new.json 2003 2009
	printf 'account\nanna\n' >accounts.csv
	peer old --model old.json
	peer new --model new.json
	project
	mm audit
	mm verify
	want 1
	mm gate
	want 3
	has "$out" "FAIL     G02 Every message accounted for            5 messages open in 1 account, of 1998 to 2002"
	has "$out" "                 anna, folder INBOX, UID 8: message missing on the new server"
	mm gate explain G02
	[ "$(grep -c '^anna, folder INBOX, UID ' .out)" = 5 ]
	has "$out" "mailmuster explain anna"
	mm accept --class message-missing --by "D. Stone" --reason "nobody misses them" --yes
	want 0
	mm gate --json
	[ "$(outcome G02)" = PASS ]
	# another certificate answers now than when it was read
	cp mailmuster.db kept.db
	python3 - <<-'END'
		import sqlite3, time
		db = sqlite3.connect("mailmuster.db")
		run = db.execute("INSERT INTO run (command, scope, depth, started, clock_back, operator, program)"
		                 " VALUES ('audit', '{}', 2, ?, 0, 'x', 'x')", (int(time.time()),)).lastrowid
		db.execute("INSERT INTO server_seen (run, side, at, host, port, tls, fingerprint, key, subject, issuer, not_before,"
		           " not_after) SELECT ?, side, at, host, port, 'TLSv1.3', zeroblob(32), zeroblob(32), 'x', 'x', 0, 0"
		           " FROM server_seen WHERE side = 1", (run,))
		db.commit()
	END
	mm gate --json
	want 3
	[ "$(outcome G02)" = "NO DATA" ]
	has "$out" "from a server with another certificate than the one that answers now"
	mv kept.db mailmuster.db
	rm -f mailmuster.db-*
	# evidence of another server: the config names another host than the runs
	sed -i 's/"127.0.0.1"/"127.0.0.2"/' mailmuster.json
	mm gate --json
	want 3
	[ "$(outcome G02)" = "NO DATA" ]
	has "$out" "read the old side from another server than the config names: 127.0.0.2"
}

@test "limits are read, and one that was loosened is told to the ledger once" {
	listed anna migrate "A. Stone"
	mm ledger verify
	entries=$out
	mm gate
	want 3
	mm ledger verify
	[ "$out" = "$entries" ] # nothing was loosened, nothing is told
	sed -i '1s/{/{ "gate": { "no_login": "7d", "flags": "90.5", "waivers": 3, "ages": { "G02": "9d" } },/' mailmuster.json
	mm gate
	want 3
	has "$out" "limit loosened: no_login is 7 days, and 14 days by default"
	has "$out" "limit loosened: flags is 90.5 %, and 99.5 % by default"
	has "$out" "limit loosened: ages.G02 is 9 days, and 7 days by default"
	hasnt "$out" "loosened: waivers"
	mm gate --json
	has "$out" '"limit": "no_login"'
	mm ledger export
	[ "$(grep -c '"kind":"gate-limits"' .out)" = 1 ]
	has "$out" 'no_login'
	sed -i 's/"no_login": "7d", //' mailmuster.json
	mm gate
	mm gate
	mm ledger export
	[ "$(grep -c '"kind":"gate-limits"' .out)" = 2 ]
	while IFS='|' read -r key words; do
		cp mailmuster.json good
		sed -i "1s/.*/{ \"gate\": { $key },/" mailmuster.json
		mm gate
		want 6
		has "$said" "$words"
		mv good mailmuster.json
	done <<-'END'
		"no_logins": "7d"|did you mean "no_login"
		"no_login": "7"|is a time from 24 hours to 1000 days
		"no_login": 7|no_login
		"flags": "101"|is a percentage
		"flags": "99.55"|is a percentage
		"approvers": 0|approvers
		"ages": { "G21": "7d" }|G21
		"ages": { "G20": "7d" }|has no evidence that ages
		"ages": { "G02": "soon" }|is a time from
		"heads": [ 7 ]|is a list of files
	END
}

@test "a ledger that does not hold, a clock that was set back, a head that is missing" {
	listed anna migrate "A. Stone"
	mm checklist sign 1 --by "E. Stone"
	mm ledger head
	cp .out head.txt
	mm gate --json --against head.txt
	want 3
	[ "$(outcome G20)" = PASS ]
	mm gate --json
	[ "$(outcome G20)" = "NO DATA" ]
	mm gate explain G20 --against "$(printf '%064d' 7)"
	want 12
	has "$out" "FAIL"
	has "$out" "no entry has the hash 0000000000000000"
	mm gate --against nowhere.txt
	want 7
	# a project that is another one does not know the head
	mkdir other && cp mailmuster.json accounts.csv other/ && cd other && rm mailmuster.json
	mm init --no-input --old-host old.example.org --old-secret-prompt --new-host new.example.org --new-secret-prompt
	mm gate --against ../head.txt
	want 12
	cd ..
	python3 - <<-'END'
		import sqlite3, time
		db = sqlite3.connect("mailmuster.db")
		db.execute("INSERT INTO run (command, scope, depth, started, clock_back, operator, program)"
		           " VALUES ('audit', '{}', 2, ?, 0, 'x', 'x')", (int(time.time()) + 86400,))
		db.commit()
	END
	mm gate
	want 3
	has "$out" "the clock of this machine was set back"
	has "$out" "0 passed, 0 waived, 0 warnings, 0 failed, 20 without data"
	python3 - <<-'END'
		import sqlite3
		db = sqlite3.connect("mailmuster.db")
		db.execute("DROP TRIGGER ledger_no_update")
		db.execute("UPDATE ledger SET payload = replace(payload, 'premigration', 'premigratiom')")
		db.commit()
	END
	mm gate
	want 12
	has "$out" "NO-GO"
}

@test "what persons do and say is recorded, and the gate knows it" {
	listed anna migrate "A. Stone" carla archive "A. Stone"
	echo archive >all.tar
	mm event archive --file all.tar --at 2026-01-02T03:04Z --by "F. Stone"
	want 0
	has "$out" "archive on 2026-01-02T03:04:00Z, by F. Stone, SHA-256 $(sha256sum <all.tar | cut -c1-64); ledger entry"
	mm event archive --digest "$(printf '%064d' 1)" --only carla --by "F. Stone"
	want 0
	has "$out" "of 1 account"
	mm event asked --only carla --at 2026-01-02T03:04Z --by "F. Stone"
	want 0
	mm event restore --file all.tar --by "G. Stone" --json
	want 0
	has "$out" '"kind": "restore"'
	mm event statement retention --role "records officer" --by "H. Stone"
	want 0
	mm event announce "<1@example.org>" --by "H. Stone" --at 2026-01-02T03:04Z
	mm event announce "notice board" --by "H. Stone"
	want 0
	mm gate --json
	[ "$(outcome G17)" = PASS ]
	[ "$(outcome G16)" = PASS ]
	[ "$(outcome G13)" = "NO DATA" ]
	mm gate explain G12 --json
	has "$out" '"findings": 0'
	mm gate explain G14
	has "$out" "no log of the old side was read"
	mm ledger verify
	want 0
	while IFS='|' read -r words args; do
		eval "mm event $args"
		want 2
		has "$said" "$words"
	done <<-'END'
		which one?|archive
		which one?|restore --file a --digest b
		64 hexadecimal|archive --digest abc
		about what?|statement --role x
		did you mean retention|statement retentoin --role x
		as what somebody|statement retention
		where?|announce
		as a whole|restore --file all.tar --only anna
		are for archive|cutover --role x
	END
	: >empty
	mm event archive --file empty
	want 6
	has "$said" "is empty"
	mm event archive --file absent
	want 7
}

@test "the command line of the gate" {
	mm gate
	want 10
	listed anna migrate "A. Stone"
	mm gate open
	want 2
	mm gate explain
	want 2
	mm gate explain G21
	want 2
	mm gate check G01
	want 2
	mm gate --csv --json
	want 2
	mm -v gate
	has "$out" "PASS     G19 Waivers in order"
	mm gate
	hasnt "$out" "PASS     G19 Waivers in order"
	has "$out" "more (-v shows them)"
}
