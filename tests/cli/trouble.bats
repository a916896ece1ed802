#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Bad servers, bad machines, signals: one clear line, the right exit code, never a clean verdict.
load helper

# server_trouble CODE "WORDS" OPTIONS: an old server with these options; audit says WORDS, once, with something to do,
# and status does not call it read.
server_trouble() {
	local code=$1 words=$2
	shift 2
	rm -rf mailmuster.* accounts.csv admin.secret
	peer old "$@"
	one_sided
	mm audit
	want "$code"
	[ "$code" = 0 ] || trouble_is_said "$words"
	mm status
	want 0
	if [ "$code" = 0 ]; then
		has "$out" "next: mailmuster scan --side old"
	elif [[ $out == *"in part"* ]]; then
		has "$out" "next: mailmuster explain anna"
	else
		has "$out" "next: mailmuster doctor"
	fi
}

trouble_is_said() {
	has "$said" "warning: old anna"
	has "$said" "$1"
	has "$said" "mailmuster audit tries again"
	hasnt "$said" Zaubertrank
	if [ "$(grep -cF -- "$1" .err)" != 1 ]; then
		echo "said more than once: $said"
		return 1
	fi
	[[ $out == *"in part"* ]] || has "$said" "hint:"
}

@test "wrong password" {
	server_trouble 4 "login refused" --user admin:other
	has "$out" "Authentication failed"
}

@test "greetings that are no welcome" {
	server_trouble 5 "BYE" --greeting down
	server_trouble 3 "PREAUTH" --greeting preauth
	server_trouble 3 "no IMAP server" --greeting garbage
}

@test "a server without IMAP4rev1" {
	server_trouble 3 "IMAP4rev1" --no-cap IMAP4rev1
}

@test "a login that shows no folder is not an empty account" {
	server_trouble 3 "shows no folder at all" --no-folders
}

@test "a folder that cannot be opened" {
	server_trouble 3 "Sent" --no-open Sent
	has "$out" "in part"
}

@test "octets that are no grammar, literals that never end, connections that are cut" {
	server_trouble 3 "the server sends a NUL" --garbage-fetch 2
	server_trouble 3 "a literal of 3221225472 octets" --huge-literal 2
	server_trouble 3 "closed in the middle of a response" --cut-after-login 700
	server_trouble 3 "\"INBOX\"" --omit-item FLAGS:2
	server_trouble 3 "\"INBOX\"" --omit-message 2
}

@test "a folder's name with a NUL spoils the list, and the account is not called read" {
	server_trouble 3 "the server sends a NUL" --nul-name
	has "$out" "0 of 1 account read"
}

@test "a place in the tree in which mail is counted is read, or named" {
	local how
	for how in opens counts; do
		python3 - "$how" <<-'END'
			import json, sys
			json.dump({"folders": [{"name": "INBOX"}, {"name": "Place", "attrs": ["\\Noselect"], "place": sys.argv[1], "messages": [
			    {"header": "Message-ID: <1@example.org>\r\n"}]}, {"name": "Empty", "attrs": ["\\Noselect"], "place": "counts"}]}, open("model.json", "w"))
		END
		[ "$how" = opens ] || server_trouble 3 '"Place"' --model model.json
		[ "$how" = counts ] || server_trouble 0 "" --model model.json
		mm explain anna
		[ "$how" = counts ] || has "$out" "1 message in 2 of 2 folders"
		[ "$how" = opens ] || has "$out" "0 messages in 1 of 2 folders"
	done
}

@test "10,000 folders" {
	server_trouble 0 "" --folders 10000
	has "$out" "in 10,002 folders"
}

@test "nobody listens, or there is no such host" {
	peer old
	kill "${PEERS[@]}"
	wait "${PEERS[@]}" || true
	PEERS=()
	one_sided
	mm audit
	want 5
	has "$said" "refused"
	mm doctor
	want 5
	has "$out" "fail  network"
	sed -i 's/127.0.0.1/host.invalid/' mailmuster.json
	mm audit
	want 5
	has "$said" "host.invalid"
}

@test "certificates that are expired, foreign or for another name" {
	local kind
	for kind in expired foreign wrong-name; do
		rm -rf mailmuster.* accounts.csv
		peer old --tls implicit --cert $kind
		one_sided --old-tls implicit --old-ca "$old_ca" --old-port "$old_port"
		mm audit
		want 5
		has "$said" "certificate"
		nowhere AUTHENTICATE old.log
		mm doctor
		want 5
		has "$out" "fail  tls"
	done
}

@test "a server without STARTTLS gets no password" {
	peer old --tls none
	one_sided --old-tls starttls
	mm audit
	want 5
	nowhere AUTHENTICATE old.log
	nowhere LOGIN old.log
}

@test "a project that another run holds" {
	peer old --stall EXAMINE
	one_sided
	"$MM" audit >held 2>&1 </dev/null 3>&- &
	holder=$!
	for _ in $(seq 200); do
		grep -q EXAMINE old.log 2>/dev/null && break
		sleep 0.05
	done
	mm audit
	want 11
	has "$said" "pid $holder"
	mm status
	want 0
	mm accounts list
	want 0
	# Nobody would know that somebody looked: no senders, no subjects.
	mm explain anna
	want 0
	has "$said" "cannot be recorded, so senders and subjects are left out"
	kill -KILL $holder
	wait $holder || true
	mm accounts import
	want 0
}

# stop_audit SIGNAL: start an audit that hangs, send the signal; code is its exit code.
stop_audit() {
	peer old --stall "UID FETCH"
	one_sided
	env --default-signal=HUP "$MM" audit >stopped 2>&1 </dev/null 3>&- &
	pid=$!
	for _ in $(seq 200); do
		grep -q 'UID FETCH' old.log 2>/dev/null && break
		sleep 0.05
	done
	kill -"$1" $pid
	code=0
	wait $pid || code=$?
}

@test "Ctrl-C saves, says how to go on, and the same command goes on" {
	stop_audit INT
	cat stopped
	[ "$code" = 130 ]
	grep -q 'the same command goes on' stopped
	mm status
	want 0
	has "$out" "next: mailmuster audit"
	kill "${PEERS[@]}"
	wait "${PEERS[@]}" || true
	PEERS=()
	local port=$old_port
	peer old
	sed -i "s/\"port\": $port/\"port\": $old_port/" mailmuster.json
	mm audit
	want 0
	mm ledger verify
	want 0
}

@test "the second Ctrl-C leaves at once" {
	# A reader that does not read holds up the result, and the first Ctrl-C with it.
	peer old
	{ echo account; seq -f 'somebody.%06g@example.org' 5000; } >accounts.csv
	one_sided
	mkfifo pipe
	sleep 60 <pipe 3>&- &
	reader=$!
	"$MM" accounts list >pipe 2>stopped </dev/null 3>&- &
	pid=$!
	sleep 1
	kill -INT $pid
	for _ in $(seq 100); do
		grep -qs 'once more to leave at once' stopped && break
		sleep 0.05
	done
	kill -0 $pid
	kill -INT $pid
	code=0
	wait $pid || code=$?
	kill $reader
	wait $reader || true
	[ "$code" = 130 ]
	grep -q 'once more to leave at once' stopped
}

@test "progress on a terminal is one line that goes away; elsewhere there is none" {
	peer old --pause "UID FETCH=600" --folders 3 --messages 5
	one_sided
	python3 "$TOP/tests/cli/terminal.py" "$MM" audit <<-'END' >screen
		expect accounts 0/1, messages
		expect old  1 of 1 account read
		exit 0
	END
	# Each is drawn over the last, and wiped out before what stays.
	grep -q $'\r\033\\[K' screen
	[ "$(grep -c 'accounts 0/1' screen)" = 1 ]
	mm audit
	want 0
	hasnt "$said" "accounts 0/1"
	python3 "$TOP/tests/cli/terminal.py" "$MM" -q audit <<-'END' >screen
		expect old  1 of 1 account read
		absent accounts 0/1
		exit 0
	END
}

@test "hours in which a server is not read: the budget ends before, never lifts them, status tells" {
	local now from to
	now=$(date -u +%s)
	from=$(date -u -d "@$((now - 3600))" +%H:%M) to=$(date -u -d "@$((now + 7200))" +%H:%M)
	peer old
	one_sided
	mm audit --budget 10m --not-during "$from-$to UTC"
	want 3
	has "$out" "1 account not begun: the time was over"
	has "$out" "not read now (\"not_during\"): it may go on from "
	has "$out" "$to UTC"
	mm --json audit --budget 10m --not-during "$from-$to UTC"
	want 3
	has "$out" "\"resume\": \""
	sed -i "s/\"max_connections\"/\"not_during\": [\"$from-$to UTC\"],\n&/" mailmuster.json
	mm status
	want 0
	has "$out" "old server: not read now (\"not_during\"); what is running waits until "
	mm audit -v --not-during never
	want 0
	has "$out" "old  at most 1 connection at once"
	mm status -v
	has "$out" "old  at most 1 connection at once"
	mm --json status
	has "$out" '"connections":1'
}

@test "one that waits says so at once, and Ctrl-C ends it" {
	local now from to pid
	now=$(date -u +%s)
	from=$(date -u -d "@$((now - 3600))" +%H:%M) to=$(date -u -d "@$((now + 7200))" +%H:%M)
	peer old
	one_sided
	"$MM" audit --not-during "$from-$to UTC" 2>waits &
	pid=$!
	until grep -q "old server: waiting until" waits; do sleep 0.1; done
	[ "$(grep -c 'waiting until' waits)" = 1 ]
	kill -INT $pid
	code=0
	wait $pid || code=$?
	[ "$code" = 130 ]
	mm audit
	want 0
}

@test "TERM and HUP likewise" {
	stop_audit TERM
	[ "$code" = 143 ]
	rm -rf mailmuster.* old.log
	stop_audit HUP
	[ "$code" = 143 ]
}

@test "Ctrl-C while a secret command runs" {
	printf 'account\nanna\n' >accounts.csv
	peer old
	mm init --no-input --one-sided --old-host 127.0.0.1 --old-port "$old_port" --old-tls none \
		--old-secret-command "sleep 25" --accounts accounts.csv
	want 0
	"$MM" audit >stopped 2>&1 </dev/null 3>&- &
	pid=$!
	sleep 1
	kill -INT $pid
	code=0
	wait $pid || code=$?
	cat stopped
	[ "$code" = 130 ]
	nowhere AUTHENTICATE old.log
}

@test "a folder that cannot be written" {
	peer old
	one_sided
	mm audit
	want 0
	if [ "$(id -u)" = 0 ]; then
		# Root may write everywhere: run it without the right to.
		command -v setpriv >/dev/null || skip "no setpriv to give up root's rights with"
		without=(setpriv --bounding-set -all --inh-caps -all --reuid 65534 --clear-groups)
		chmod 755 "$DIR"
		chmod 644 mailmuster.* accounts.csv
	else
		without=()
	fi
	chmod a-w . mailmuster.*
	status=0
	"${without[@]}" "$MM" -C "$DIR" audit >.out 2>/tmp/said.$$ </dev/null || status=$?
	said=$(cat /tmp/said.$$) out=""
	want 7
	"${without[@]}" "$MM" -C "$DIR" status >/dev/null
	"${without[@]}" "$MM" -C "$DIR" accounts list >/dev/null
	"${without[@]}" "$MM" -C "$DIR" ledger verify >/dev/null
	rm -f /tmp/said.$$
	chmod u+w .
}

@test "a disk that fills up" {
	[ "$(id -u)" = 0 ] || skip "only root can mount a small file system"
	peer old --folders 40 --messages 600
	secret admin.secret x
	printf 'account\nanna\n' >accounts.csv
	mkdir small large
	set -- init --no-input --project test --accounts accounts.csv --one-sided --old-host 127.0.0.1 \
		--old-port "$old_port" --old-tls none --old-secret-file admin.secret
	# Room for an empty store, twice because of its log, and for little more.
	mm -C large "$@"
	mount -t tmpfs -o "size=$(($(stat -c %s large/mailmuster.db) / 512 + 150))k" none small 2>/dev/null ||
		skip "cannot mount a small file system here"
	mm -C small "$@"
	init_status=$status
	echo old >small/report.html
	echo old >small/report.xlsx
	mm -C small audit
	audit_status=$status audit_said=$said
	mm -C small ledger verify
	ledger_status=$status
	# A report that does not fit leaves the old one as it was, and nothing beside it.
	head -c 9M /dev/zero >small/filled 2>/dev/null || true
	mm -C small report --html -o small/report.html
	html_status=$status
	mm -C small report --xlsx -o small/report.xlsx
	left=$(cat small/report.html small/report.xlsx && ls small)
	umount small
	[ "$init_status" = 0 ]
	[ "$audit_status" = 7 ]
	has "$audit_said" "error:"
	[ "$ledger_status" = 0 ]
	[ "$html_status" = 7 ]
	want 7
	[ "$(head -2 <<<"$left")" = "$(printf 'old\nold')" ]
	hasnt "$left" "report.html."
	hasnt "$left" "report.xlsx."
}

@test "a ledger that was changed" {
	peer old
	one_sided
	mm audit
	want 0
	command -v sqlite3 >/dev/null || skip "no sqlite3 to forge with"
	sqlite3 mailmuster.db "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger'" |
		sqlite3 mailmuster.db
	sqlite3 mailmuster.db "UPDATE ledger SET actor = 'somebody' WHERE seq = 1"
	mm ledger verify
	want 12
	has "$said" "ledger entry 1"
	mm --json ledger verify
	want 12
	has "$out" '"code":12'
}

@test "an account that nobody may open is told apart: no login, no trouble, not examined" {
	local round
	printf 'account,owner,access,access_reason\nanna,,,\nheld,Legal department,none,"legal hold, until 2027"\n' >accounts.csv
	peer old
	peer new
	project
	for round in first again; do
		mm audit
		want 0
		has "$out" "old  1 of 2 accounts read, 1 left out"
		hasnt "$said" held
	done
	nowhere held old.log new.log
	mm status
	want 0
	has "$out" "old side: 1 of 2 accounts read, 1 closed;"
	has "$out" "new side, held: nobody may open it: legal hold, until 2027; owner Legal department"
	hasnt "$out" "not readable"
	mm status --json
	want 0
	[ "$(grep -c '"reason": "legal hold, until 2027"' .out)" = 2 ]
	# Nobody has seen its mail: that is never called clean.
	mm verify
	want 3
	has "$out" "The old side may be opened by nobody: legal hold, until 2027."
	hasnt "$out" "The old side could not be read"
}

# The form in which the messages of most.json were asked for, when it is not known beforehand.
form_of() {
	local form=$1
	shift
	rm -rf mailmuster.* accounts.csv admin.secret old.log
	printf 'account\nanna\nbert\n' >accounts.csv
	peer old --model most.json "$@"
	one_sided --old-max-connections 1
	mm audit
	want 0
	has "$out" "2,420 messages"
	# Both are asked once for each server, and one of them from then on.
	[ "$(grep -c 'UID FETCH .*(UID ENVELOPE)' old.log)" = 2 ]
	[ "$(grep -c 'UID FETCH .*(UID BODY.PEEK.HEADER.FIELDS (MESSAGE-ID).)' old.log)" = 2 ]
	grep -q "RFC822.SIZE $form" old.log
	hasnt "$(grep RFC822.SIZE old.log | grep -v "RFC822.SIZE $form")" FETCH
}

@test "a server that nobody knows is asked in the form that it answers faster" {
	python3 - <<-'END'
		import json
		box = [{"uid": n * 2, "header": "Message-ID: <%d@example.org>\r\n" % n} for n in range(1, 1211)]
		json.dump({"folders": [{"name": "INBOX", "uidvalidity": 7, "uidnext": 2421, "messages": box}]}, open("most.json", "w"))
	END
	form_of 'BODY.PEEK.HEADER.FIELDS (MESSAGE-ID).)'
	form_of 'ENVELOPE)' --slow-item BODY=1
}

@test "an account of 20 GB: sizes are summed up in full, and one that is lost is named with its own" {
	python3 - <<-'END'
		import json
		def model(uids):
		    return {"folders": [{"name": "INBOX", "uidvalidity": 7, "messages": [
		        {"uid": u, "size": 4294967295, "header": "Message-ID: <%d@example.org>\r\n" % u} for u in uids]}]}
		json.dump(model(range(1, 6)), open("old.json", "w"))
		json.dump(model([1, 2, 4, 5]), open("new.json", "w"))
	END
	printf 'account\nanna\n' >accounts.csv
	peer old --model old.json
	peer new --model new.json
	project
	mm audit
	want 0
	python3 -c 'import sqlite3; db = sqlite3.connect("mailmuster.db"); rows = db.execute("SELECT octets FROM folder_seen ORDER BY octets").fetchall(); assert rows == [(4 * 4294967295,), (5 * 4294967295,)], rows'
	mm verify
	want 1
	mm report --json
	has "$out" '"octets": 4294967295'
}

@test "quota is asked for where there is any, and told; nonsense costs no account" {
	peer old --add-cap QUOTA --quota STORAGE_10_512_MESSAGE_4_1000
	peer new --add-cap QUOTA --quota STORAGE_ten
	printf 'account\nanna\n' >accounts.csv
	project
	mm audit
	want 0
	[ "$(grep -c 'GETQUOTAROOT INBOX' old.log)" = 1 ]
	mm explain anna
	want 0
	has "$out" "quota storage: 10,240 of 524,288 octets used"
	has "$out" "quota messages: 4 of 1,000 used"
	[ "$(grep -c 'quota storage' .out)" = 1 ]
	mm ledger verify
	want 0
}

# forge SQL: as somebody with the file and a shell would, past the triggers; the store as it was lies in honest.db.
forge() {
	cp honest.db mailmuster.db
	rm -f mailmuster.db-wal mailmuster.db-shm
	sqlite3 mailmuster.db "SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_master WHERE type = 'trigger'" | sqlite3 mailmuster.db
	sqlite3 mailmuster.db "$1"
}

@test "an event or a seal that was forged, changed or taken away is seen by the deep look" {
	command -v sqlite3 >/dev/null || skip "no sqlite3 to forge with"
	local sql
	peer old
	peer new
	printf 'account\nanna\n' >accounts.csv
	project
	mm audit
	mm event cutover
	want 0
	mm seal
	mm event stop
	want 0
	mm event import "$TOP/tests/data/mover/imapsync-2.229.log"
	mm ledger verify --deep
	want 0
	sqlite3 mailmuster.db "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
	cp mailmuster.db honest.db
	for sql in "UPDATE event SET at = at - 1209600 WHERE kind = 'stop'" "DELETE FROM event WHERE kind = 'cutover'" \
		"INSERT INTO event (transfer, kind, at, told, teller, note) SELECT transfer, 'answered', at, told, teller, note FROM event LIMIT 1" \
		"UPDATE seal SET sound = 1 - sound" "UPDATE seal_folder SET uidnext = uidnext + 1"; do
		forge "$sql"
		mm ledger verify --deep
		want 12
		has "$said" "events or seals"
	done
	forge "SELECT 1"
	mm ledger verify --deep
	want 0
}
