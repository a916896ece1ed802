#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The two sites of the paper (LISA 2010), rebuilt at their published sizes: what they met is named before anything moves, and
# docs/paper.md shows it with the output that is compared here.
load helper

DOC=$TOP/docs/paper.md

# A project of a site of tests/data/sites, as after an audit and a scan of its old side.
site() { # name host kind config
	local fill
	fill=$(dirname "$(readlink -f "$MM")")/bench/fill_accounts
	[ -x "$fill" ] || { echo "make bench-bins, or make $fill"; return 1; }
	python3 - "$TOP/tests/data/sites/$1.txt" >accounts.csv <<-'END'
		import re, sys
		print("account,kind")
		seen = {}
		for line in open(sys.argv[1]):
		    names = line.split("#")[0].split("|")[0].strip()
		    if not names or names.split()[0] in ("ran", "server", "new"):
		        continue
		    m = re.match(r"(.*)%0(\d)d (\d+) (\d+)$", names)
		    for name in ["%s%0*d" % (m[1], int(m[2]), i) for i in range(int(m[3]), int(m[4]) + 1)] if m else [names]:
		        seen[name] = "service" if name.startswith("svc-") else "user"
		for name in sorted(seen):
		    print("%s,%s" % (name, seen[name]))
	END
	secret admin.secret Zaubertrank
	mm init --no-input --project "$1" --accounts accounts.csv --old-host mail.$1.example.org --old-auth authzid \
		--old-admin admin --old-secret-file admin.secret --new-host imap.example.org --new-auth authzid --new-admin admin \
		--new-secret-file admin.secret
	want 0
	python3 - "$2" "$3" <<-'END'
		import re, sys
		text = re.sub(r'\n\t"plan": \{.*?\n\t\},\n', '\n', open("mailmuster.json").read(), count=1, flags=re.S)
		text = text.replace('\n\t"limits": {', '\n\t"plan": ' + sys.argv[2] + ',\n\t"limits": {', 1)
		text = text.replace('"profile": "auto"', '"profile": "%s"' % sys.argv[1], 1)
		open("mailmuster.json", "w").write(text.replace('"profile": "auto"', '"profile": "zimbra"', 1))
	END
	"$fill" mailmuster.db <"$TOP/tests/data/sites/$1.txt"
}

# shown: the last output stands in docs/paper.md, below the command that made it.
shown() {
	if [ -n "${GOLDEN_WRITE:-}" ]; then
		python3 "$TOP/tests/support/paper_doc.py" write "$DOC" "$1" "$DIR/.out"
	fi
	python3 "$TOP/tests/support/paper_doc.py" check "$DOC" "$1" "$DIR/.out"
}

hose_plan='{ "oversized": { "account": "5G", "message": "100M", "folder_messages": 5000, "old_years": 0 }, "waves": { "connections": 2,
	"windows": [ { "from": "2031-04-26T06:00:00Z", "to": "2031-04-27T18:00:00Z" } ],
	"volumes": [ { "name": "the redo log", "size": "40G", "empties": "1d" },
	             { "name": "the primary store", "size": "200G", "empties": "7d" } ] } }'

@test "the fire hose: what it met is named before anything moves" {
	site hose cyrus "$hose_plan"
	python3 "$TOP/tests/support/site_logs.py" hose >mail.log
	mm logs --side old mail.log
	want 0
	mm plan oversized
	want 1
	# the largest mailbox is the last but none by name
	has "$out" "zhang"
	shown "hose: mailmuster plan oversized"
	mm plan waves --start 2031-04-25T00:00:00Z
	want 1
	has "$out" "NO PLACE"
	has "$out" "the redo log"
	shown "hose: mailmuster plan waves --start 2031-04-25T00:00:00Z"
	mm plan waves --strategy firehose --start 2031-04-25T00:00:00Z
	has "$out" "zhang decides when the last wave ends"
	has "$out" "fills the primary store"
	shown "hose: mailmuster plan waves --strategy firehose --start 2031-04-25T00:00:00Z"
	mm plan pilot
	want 0
	has "$out" "corrupt messages"
	has "$out" "folders that answer slowly"
	shown "hose: mailmuster plan pilot"
	mm plan fit
	want 1
	shown "hose: mailmuster plan fit"
	# the mover's script, with the paper's options: what destroys comes first
	cp "$TOP/tests/data/mover/firehose.sh" .
	mm lint firehose.sh
	want 1
	[[ $(grep -m1 -oE -- '--[a-z0-9]+' .out) = --delete2 ]]
	shown "hose: mailmuster lint firehose.sh"
	# 200 of 700 move for nothing
	mm accounts dormant --days 90
	want 1
	[ "$(grep -c ' dormant ' <<<"$out")" -ge 200 ]
	[[ $out =~ d001\ +dormant ]]
	[[ $out =~ d200\ +dormant ]]
	grep -v '^[ad][0-9]* ' .out >kept && mv kept .out
	shown "hose: mailmuster accounts dormant | grep -v ^d"
	# the oldest mail, in which the corrupt messages were; years pass, so they are not in the document
	sed -i "s/\"old_years\": 0/\"old_years\": $(($(date +%Y) - 1998))/" mailmuster.json
	mm plan oversized
	[[ $out =~ NOTE\ +[0-9]+\ accounts\ hold\ very\ old\ mail ]]
	has "$out" "a491: "
	hasnt "$out" "d001: "
	# the work that was done before a new start is not planned again
	mm event cutover --only a001
	want 0
	mm plan waves --strategy firehose --start 2031-04-25T00:00:00Z
	has "$out" "1 account is done already"
}

fountain_plan='{ "oversized": { "message": "100M", "old_years": 0 }, "waves": { "connections": 1, "accounts": 3, "last": [ "director" ],
	"blocked": [ { "account": "director", "from": "2030-10-01T00:00:00Z", "to": "2031-01-07T00:00:00Z" } ],
	"windows": [ { "from": "2030-10-14T16:00:00Z", "to": "2030-10-14T23:00:00Z", "repeat": "1d" } ],
	"volumes": [ { "name": "the mail store", "size": "30G", "empties": "7d" } ],
	"expires": [ { "what": "the maintenance contract of the old server", "at": "2030-11-30T23:00:00Z" } ] } }'

@test "the water fountain: what it met is named before anything moves, and what was left behind" {
	site fountain iplanet "$fountain_plan"
	python3 "$TOP/tests/support/site_logs.py" fountain >mail.log
	mm logs --side old mail.log
	want 0
	mm plan waves --start 2030-10-14T00:00:00Z --keep --by grace
	want 1
	has "$out" "EXPIRES  the maintenance contract"
	has "$out" "EXPIRES  the certificate of the old server (mail.fountain.example.org:993)"
	has "$out" "director decides when the last wave ends"
	head -8 .out >kept
	grep -A2 -E '^(EXPIRES|CRITICAL)' .out | grep -v '^--' >>kept
	cp kept .out
	shown "fountain: mailmuster plan waves --start 2030-10-14T00:00:00Z | head"
	mm status
	has "$out" "EXPIRES  the maintenance contract"
	mm report
	has "$out" "EXPIRES  the certificate of the old server"
	mm plan fit
	want 1
	has "$out" "messages are too large"
	shown "fountain: mailmuster plan fit"
	mm plan pilot
	has "$out" "programs that log in"
	shown "fountain: mailmuster plan pilot"
	# service accounts that nobody had on a list
	mm accounts unknown
	want 1
	has "$out" "labbook"
	has "$out" "scopes"
	shown "fountain: mailmuster accounts unknown"
	# who is believed to be gone and is not
	printf '%s\n' m050 >moved
	mm event cutover --only @moved --at 2025-02-01T00:00:00Z
	want 0
	mm accounts still
	want 1
	has "$out" "m050"
	shown "fountain: mailmuster accounts still"
}
