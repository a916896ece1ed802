#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Logs: what is read, what counts once, what is claimed of accounts and what is not.
load helper

start() {
	mm init --no-input --old-host a --old-secret-prompt --new-host b --new-secret-prompt
	want 0
	printf '%s\n' 'account,old_user,new_user,address,logins,owner' \
		'anna,anna,anna,anna@example.org,,' \
		'bert,bert,bert,bert@example.org,,Berta' \
		'cara,cara,cara,cara@example.org,backup-cara,' \
		'dora,dora,dora,dora@example.org,,' >accounts.csv
	mm accounts import
	want 0
	# what belongs to whom
	sed -i '1s/{/{ "logs": { "domain": "example.org", "old_zone": "UTC", "new_zone": "UTC", "retired_domains": ["old.example.org"] },/' mailmuster.json
	export TZ=UTC
}

# day N: the date N days ago in the form of syslog; at N: as ISO 8601.
day() { LC_ALL=C date -u -d "-$1 days" '+%b %e'; }
iso() { date -u -d "-$1 days" '+%Y-%m-%d'; }

# login DAYS_AGO USER ADDRESS [TIME]: a line of Dovecot.
login() {
	echo "$(day "$1") ${4:-10:00:00} mx dovecot: imap-login: Login: user=<$2>, method=PLAIN, rip=$3, lip=192.0.2.9, mpid=$RANDOM, TLS, session=<$RANDOM$RANDOM>"
}
line() { echo "$(day "$1") ${2:-00:00:00} mx postfix/qmgr[1]: removed"; }
# delivered DAYS_AGO TO ORIG FROM
delivered() {
	local q=$RANDOM$RANDOM
	echo "$(day "$1") 12:00:00 mx postfix/smtpd[2]: A$q: client=host.example.net[$4]"
	echo "$(day "$1") 12:00:01 mx postfix/local[3]: A$q: to=<$2>, orig_to=<$3>, relay=local, delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (delivered to maildir)"
}

# A hundred days, of which anna uses the last, bert the first, cara by another name; dora gets mail only.
hundred_days() {
	line 100
	login 99 bert 192.0.2.2
	login 40 backup-cara 192.0.2.3
	login 3 anna@example.org 192.0.2.1
	delivered 2 dora@example.org info@old.example.org 198.51.100.7
	line 0
}

@test "a line is explained without a project, as text and as JSON" {
	login 1 anna 192.0.2.1 >mail.log
	mm logs --explain mail.log
	want 0
	has "$out" "login imap 192.0.2.1 anna"
	mm logs --explain --json mail.log
	want 0
	has "$out" '"line":1'
	has "$out" '"event":"login","user":"anna","protocol":"imap","rip":"192.0.2.1"'
	mm logs --explain absent.log
	want 7
}

@test "only what is proven is called dormant" {
	start
	hundred_days >mail.log
	mm logs --side old mail.log
	want 0
	has "$out" "3 logins, 0 failures, 1 delivery; 4 events counted now"
	mm accounts dormant
	want 1
	has "$out" "2 accounts used since"
	[[ $out =~ bert\ +dormant\ +$(iso 99)\ +never ]]
	[[ $out =~ dora\ +dormant\ +never\ +$(iso 2) ]]
	hasnt "$out" "anna"
	hasnt "$out" "cara"
	# more days than the logs have
	mm accounts dormant --days 200
	want 3
	has "$said" "no log goes back that far"
	has "$out" "unproven"
	hasnt "$out" " dormant  "
}

@test "a name that no account claims blocks every claim, until it is expected or claimed" {
	start
	{ hundred_days; login 1 nagios 127.0.0.1; } >mail.log
	mm logs --side old mail.log
	want 0
	mm accounts dormant
	want 3
	has "$said" "1 name that no account claims logged in"
	mm accounts unknown
	want 1
	has "$out" "nagios"
	mm accounts expect nagios --by me
	want 2
	mm accounts expect nagios --reason monitoring --by me
	want 0
	mm accounts expect
	has "$out" "monitoring"
	mm accounts unknown
	want 0
	mm accounts dormant
	want 1
	mm accounts expect --off nagios
	want 0
	mm accounts dormant
	want 3
	mm ledger verify
	want 0
}

@test "an address that logs in as very many is nobody's use until the administrator says what it is" {
	start
	# 61 accounts, of which anna logs in herself; a mover opens all of them within a quarter of an hour
	local i names=(anna bert cara dora)
	for i in $(seq 10 66); do
		names+=(user$i)
		echo "user$i,user$i,user$i,user$i@example.org,,"
	done >>accounts.csv
	mm accounts import
	want 0
	{
		line 100
		login 99 bert 192.0.2.2
		login 20 anna 192.0.2.1
		three=$(day 3)
		for i in "${!names[@]}"; do
			printf "$three 02:%02d:%02d mx dovecot: imap-login: Login: user=<%s>, method=PLAIN, rip=192.0.2.7, session=<a$i>\n" \
				$((i / 5)) $((i % 5 * 10)) "${names[i]}"
			printf "$three 02:%02d:%02d mx dovecot: imap(%s)<1><a$i>: Logged out in=1 out=2\n" \
				$((i / 5)) $((i % 5 * 10 + 5)) "${names[i]}"
		done
		line 0
	} >mail.log
	mm logs --side old mail.log
	want 0
	mm accounts dormant --days 60
	want 3
	has "$said" "60 accounts look alive only through 192.0.2.7, which logged in as 61 names in 13 minutes"
	has "$out" "1 account used since"
	has "$out" "0 dormant, 0 dormant but left for now, 0 not proven, 60 only through an address of very many"
	[[ $out =~ bert\ +bulk\ +$(iso 99) ]]
	mm accounts dormant --days 60 --json
	want 3
	has "$out" '"alive_only_through_it": 60'
	# it is ours
	cp mailmuster.json before.json
	sed -i 's/"logs": {/"logs": { "own_addresses": ["192.0.2.7"],/' mailmuster.json
	mm accounts dormant --days 60
	want 1
	hasnt "$said" "192.0.2.7"
	has "$out" "1 account used since"
	has "$out" "60 dormant"
	[[ $out =~ bert\ +dormant\ +$(iso 99) ]]
	# or people come through it
	sed 's/"logs": {/"logs": { "proxies": ["192.0.2.7"],/' before.json >mailmuster.json
	mm accounts dormant --days 60
	want 0
	has "$out" "61 accounts used since"
}

@test "nothing counts twice: the same log, a longer one, a rotation, a packed copy" {
	start
	hundred_days >mail.log
	head -n 3 mail.log >first.log
	mm logs --side old first.log
	want 0
	has "$out" "2 events counted now"
	mm logs --side old mail.log
	has "$out" "2 events counted now"
	gzip -c mail.log >copy.gz
	mm logs --side old mail.log copy.gz first.log
	want 0
	has "$out" "0 events counted now"
	# but two equal lines of one log are two
	login 1 anna 192.0.2.1 >one
	cat one one >two.log
	mm logs --side old two.log
	has "$out" "2 events counted now"
	mm logs --side old one two.log
	has "$out" "0 events counted now"
}

@test "what is wrong with a file is said, and the exit code is 3" {
	start
	hundred_days >mail.log
	one=$(login 3 anna 192.0.2.1)
	for i in $(seq 3000); do echo "${one%<*}<$RANDOM$RANDOM>"; done | gzip -c >mail.log.1.gz
	head -c 20000 mail.log.1.gz >cut.gz
	mm logs --side old cut.gz
	want 3
	has "$said" "cut"
	{ cat mail.log.1.gz; echo garbage; } >garbage.gz
	mm logs --side old garbage.gz
	want 3
	has "$said" "8 octets behind the packed data are none"
	mm logs --side old absent.log mail.log
	want 3
	has "$said" "absent.log"
	: >empty
	mm logs --side old empty
	want 0
	echo "nothing of ours" >strange.log
	mm logs --side old strange.log
	want 0
	has "$said" "no login was found"
}

@test "times of next year, of 1970, and names that would inject are no harm" {
	start
	{
		hundred_days
		echo "2099-01-01T00:00:00Z mx dovecot: imap-login: Login: user=<bert>, method=PLAIN, rip=192.0.2.66, lip=192.0.2.9, session=<x1>"
		echo "1970-01-01T00:00:00Z mx dovecot: imap-login: Login: user=<bert>, method=PLAIN, rip=192.0.2.66, lip=192.0.2.9, session=<x2>"
		echo "$(day 0) 00:00:01 mx dovecot: imap-login: Aborted login (auth failed, 1 attempts): user=<x>, method=PLAIN, rip=192.0.2.66, lip=192.0.2.9, user=<bert>, method=PLAIN, rip=198.51.100.66, lip=192.0.2.9"
		printf '%s 00:00:02 mx dovecot: imap-login: Login: user=<\xff\xfe"*>, method=PLAIN, rip=192.0.2.66, lip=192.0.2.9\n' "$(day 0)"
	} >mail.log
	mm logs --side old mail.log
	want 0
	has "$out" "2 events without a possible time"
	mm accounts unknown --json
	want 1
	mm accounts dormant
	want 3
	[[ $out =~ bert\ +unproven\ +$(iso 99) ]]
}

@test "hosts in one file keep their own hours, and a clock that jumps is no New Year" {
	start
	{
		line 100
		echo "$(day 50) 12:00:00 mx dovecot: imap-login: Login: user=<anna>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.9, session=<a1>"
		echo "$(day 50) 10:00:05 mx2 dovecot: imap-login: Login: user=<bert>, method=PLAIN, rip=192.0.2.2, lip=192.0.2.9, session=<b1>"
		echo "$(day 50) 12:00:10 mx dovecot: imap-login: Login: user=<anna>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.9, session=<a2>"
		echo "$(day 50) 10:00:05 mx2 dovecot: imap-login: Login: user=<bert>, method=PLAIN, rip=192.0.2.2, lip=192.0.2.9, session=<b1>"
		# a clock that starts wrong and is set, on a machine without a battery
		echo "$(day 51) 00:00:03 mx2 dovecot: imap-login: Login: user=<dora>, method=PLAIN, rip=192.0.2.4, lip=192.0.2.9, session=<d1>"
		echo "$(day 49) 09:00:00 mx2 dovecot: imap-login: Login: user=<bert>, method=PLAIN, rip=192.0.2.2, lip=192.0.2.9, session=<b2>"
		line 0
	} >mail.log
	mm logs --side old mail.log
	want 0
	has "$out" "6 logins, 0 failures, 0 deliveries; 6 events counted now"
	mm logs coverage --side old --json
	want 0
	has "$out" "\"first\": \"$(iso 51)T00:00:03Z\""
	has "$out" "\"last\": \"$(iso 49)T09:00:00Z\""
	has "$out" "\"first\": \"$(iso 100)T00:00:00Z\""
	# what mx2 did before and since is not known
	mm accounts dormant
	want 3
	has "$said" "not covered on mx2"
	[[ $out =~ cara\ +unproven\ +never ]]
}

@test "witnesses, decisions, leave-until, notices" {
	start
	hundred_days >mail.log
	mm logs --side old mail.log
	printf 'user,last_login\nbert@example.org,%s\ndora,never\n' "$(date -u -d '-5 days' +%s)" >last.csv
	mm logs witness --side old last.csv
	want 0
	has "$out" "2 last logins"
	mm accounts dormant
	want 1
	[[ $out =~ bert\ +witnessed ]]
	mm accounts notices -o letters
	want 0
	has "$out" "1 notice"
	[ "$(wc -l <letters/notices.csv)" = 2 ]
	has "$(cat letters/*dora.txt)" "To: dora@example.org"
	mm accounts set dora --decision archive --owner 'Dr. Dora' --leave-until 2099-12-31 --by me --note 'on leave'
	want 0
	mm accounts dormant
	want 0
	[[ $out =~ dora\ +left ]]
	# what was said counts over the list
	mm accounts import
	want 0
	mm accounts list --json
	has "$out" '"decision": "archive"'
	has "$out" '"owner": "Dr. Dora"'
	mm accounts set dora --decision burn --by me
	want 2
	mm accounts set nobody --decision keep --by me
	want 2
	mm ledger verify
	want 0
}

@test "after cutover: who is still there, from where, under which address; who has not arrived" {
	start
	hundred_days >mail.log
	mm logs --side old mail.log
	mm event cutover --at "$(date -u -d '-10 days' +%Y-%m-%dT%H:%M:%SZ)" --by me
	want 0
	mm accounts still
	want 1
	[[ $out =~ anna\ +anna@example.org\ +login\ +imap\ +1\ +$(iso 3)\ +192.0.2.1 ]]
	[[ $out =~ dora\ +dora@example.org\ +delivery\ +local\ +1\ +$(iso 2)\ +198.51.100.7.*info@old.example.org ]]
	hasnt "$out" bert
	# nothing is known of the new side yet
	mm accounts absent
	want 3
	{ line 12; login 8 cara 192.0.2.3; line 0; } | sed 's/ mx / new /' >new.log
	mm logs --side new new.log
	want 0
	mm accounts absent
	want 1
	has "$out" "anna"
	hasnt "$out" "cara "
	# bert had not used the old side lately, but within 90 days before the cutover
	has "$out" "bert"
	has "$out" "1 of 4 accounts"
}

@test "forwards of every kind, and names that are retired" {
	start
	hundred_days >mail.log
	mm logs --side old mail.log
	mkdir -p home/bert
	printf 'bert@example.com\n' >home/bert/.forward
	printf 'info@old.example.org anna, bert\n\n# no\nsales@example.org\n  cara\n' >virtual
	printf 'postmaster: anna\ndora: dora, "|/usr/bin/filter -x"\nlist: :include:/etc/list\n' >aliases
	printf 'require ["copy"];\n# redirect "no@example.com";\nif true { redirect :copy "anna@example.com"; }\n' >anna.sieve
	mm logs forwards --side old --as forward home/bert/.forward
	want 0
	mm logs forwards --side old --as virtual virtual
	has "$out" "3 forwards"
	mm logs forwards --side old --as alias aliases
	has "$out" "3 forwards"
	mm logs forwards --side old --as sieve --user anna anna.sieve
	has "$out" "1 forward"
	mm logs forwards --side old --as sieve anna.sieve
	want 2
	mm accounts forwarding
	want 0
	has "$out" "8 forwards"
	[[ $out =~ info@old.example.org.*"on a name that is retired" ]]
	[[ $out =~ anna\ +anna\ +anna@example.com\ +yes ]]
	[[ $out =~ bert\ +bert\ +bert@example.com\ +no ]]
	# read again, it is the same
	mm logs forwards --side old --as virtual virtual
	mm accounts forwarding
	has "$out" "8 forwards"
	mm accounts diff
	want 0
}

@test "patterns, rewriting and rotation in any order" {
	start
	sed -i '1s/"logs": {/"logs": { "patterns": [ { "regex": "^app: user (?<user>\\\\S+) in from (?<rip>\\\\S+)", "protocol": "webmail" } ], "rewrite": { "^(.*)-app$": "$1" },/' mailmuster.json
	line 100 >mail.log.3
	login 50 bert 192.0.2.2 >>mail.log.3
	login 20 cara 192.0.2.2 | gzip -c >mail.log.2.gz
	echo "$(day 1) 01:00:00 mx gate: app: user anna-app in from 192.0.2.5" >mail.log
	login 10 dora 192.0.2.2 >mail.log.1
	mm logs --side old mail.log mail.log.1 mail.log.2.gz mail.log.3
	want 0
	has "$out" "pattern"
	mm accounts unknown
	want 0
	mm accounts dormant --days 60 --json
	want 0
	has "$out" '"gaps": []'
	# without one of them, silence is not proven
	cd .. && rm -rf "$DIR" && mkdir "$DIR" && cd "$DIR"
	start
	{ line 100; login 50 bert 192.0.2.2; } >mail.log.3
	login 10 dora 192.0.2.2 >mail.log.1
	line 0 >mail.log
	mm logs --side old mail.log mail.log.1 mail.log.3
	want 0
	mm accounts dormant --days 40
	want 3
	has "$said" "a log is missing"
	# nothing is missing in the last week
	mm accounts dormant --days 8
	want 1
}

@test "coverage names hosts and programs; options that do not fit are refused" {
	start
	hundred_days >mail.log
	mm logs --side old mail.log
	mm logs coverage --side old
	want 0
	[[ $out =~ mx\ +dovecot ]]
	[[ $out =~ mx\ +postfix ]]
	mm logs coverage --side old --json
	want 0
	has "$out" '"schema": "mailmuster/logs-coverage/1"'
	mm logs mail.log
	want 2
	mm logs --side both mail.log
	want 2
	mm accounts dormant --grace 1d
	want 2
	mm accounts still --days 3
	want 2
	mm logs forwards --side old virtual
	want 2
	mm logs beat --side old
	want 2
	mm logs --side old --zone Nowhere/Town mail.log
	want 6
}

@test "an interrupted beat, a login of ours, and what the log then shows" {
	peer old
	mm init --no-input --old-host localhost --old-port "$old_port" --old-tls none --old-secret-command 'echo secret' --one-sided
	want 0
	printf 'account\nanna\n' >accounts.csv
	mm accounts import
	mm logs beat --side old --account canary
	want 0
	mm logs coverage --side old --json
	has "$out" '"user": "canary"'
	has "$out" '"seen": false'
	# the log of the server shows it, and it is nobody's use
	printf '%s mx dovecot: imap-login: Login: user=<canary>, method=PLAIN, rip=127.0.0.1, lip=127.0.0.1, session=<c>\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >mail.log
	mm logs --side old --zone UTC mail.log
	want 0
	has "$out" "1 login of them was our own"
	mm logs coverage --side old --json
	has "$out" '"seen": true'
	mm accounts unknown
	want 0
}

@test "a pipe is read once and from its first line on" {
	start
	hundred_days >mail.log
	split -n l/3 mail.log part.
	# what was opened to look at its size has lost its front
	mm logs --side old <(cat part.aa) part.ab <(cat part.ac)
	want 0
	has "$out" "7 lines of 3 files"
	has "$out" "3 logins"
	mm logs --explain <(login 1 anna 192.0.2.1)
	want 0
	has "$out" "login imap 192.0.2.1 anna"
	mkfifo fifo
	cat mail.log >fifo &
	mm logs --side old fifo
	want 0
	has "$out" "7 lines of 1 file"
}

@test "no log, an empty one and a folder are not taken for silence" {
	start
	mm accounts unknown
	want 3
	has "$said" "no log of the old side shows a login yet"
	hasnt "$out" "belongs to an account"
	: >empty.log
	mm logs --side old empty.log
	want 0
	has "$said" "there is not one line"
	mkdir folder
	mm logs --side old folder
	want 3
	has "$said" "warning: folder is a folder, not a log"
	mm logs coverage
	want 0
}
