#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Checklists and the ledger, as people use them.
load helper

# started [KEYS]: a one-sided project whose server is never asked, with these keys in its config.
started() {
	printf 'account\nanna\nbert\n' >list.csv
	mm init --no-input --one-sided --old-host 127.0.0.1 --old-secret-prompt --accounts list.csv
	want 0
	sed -i "1s/{/{ ${1:-}/" mailmuster.json
}

@test "a list is worked through, signed and exported" {
	started "\"service_date\": \"$(date -u -d '+40 days' +%F)\","
	mm checklist
	want 0
	has "$out" "Before you move the mail: 0 of 20 done"
	has "$out" "in 40 days"
	has "$out" "[?]   5  Find the very large mailboxes"
	has "$out" "unknown: no account was ever opened"
	has "$out" "other lists: cutover (0 of 12 done), decommission (0 of 14 done)"
	mm checklist due
	want 1
	has "$out" "premigration:1  Tell every user"
	has "$out" "LATE, open; owner: project lead"
	hasnt "$out" "premigration:11"
	mm checklist sign 1 --by Grace --note "mail to all"
	want 0
	has "$out" "premigration:1 signed by Grace; ledger entry 2"
	mm checklist assign 14 --to Ada --by Grace
	mm checklist sign decommission:13 --by Grace
	want 0
	mm checklist show
	has "$out" "1 of 20 done"
	has "$out" "signed by Grace on $(date -u +%F): mail to all"
	has "$out" "owner: Ada"
	mm checklist reopen 1 --by Ada --note "two were forgotten"
	want 0
	has "$out" "it is open: reopened by Ada on $(date -u +%F): two were forgotten"
	mm checklist export
	want 0
	has "$out" "project lead           signed: ________________  date: __________"
	mm checklist export --format csv -o list.csv
	want 0
	head -1 list.csv | grep -q '^list,stage,item,state,due,late,owner,signed_by'
	[ "$(wc -l <list.csv)" = 21 ]
	mm checklist export decommission --format markdown
	has "$out" "- [x] 13. Keep the name and the address"
	mm status
	has "$out" "checklists: premigration:1, LATE, was due by "
	mm ledger verify --deep
	want 0
	has "$out" "the ledger is whole: 5 entries"
}

@test "words of people cannot break out of what is written" {
	started
	mm checklist sign 1 --by $'Gr\e[31mace' --note '<b>*bold*</b> | [x](y)'
	want 0
	nowhere $'\e' .out
	mm checklist export --format markdown
	has "$out" '\<b\>\*bold\*\</b\> \| \[x\]\(y\)'
	nowhere $'\e' .out
	mm checklist export
	nowhere $'\e' .out
	mm checklist sign 2 --note '=1+1'
	mm checklist export --format csv
	hasnt "$out" ',=1+1'
}

@test "a site adds items and lists of its own" {
	started
	mkdir checklists
	cat >checklists/a.json <<-'END'
		{ "extends": "premigration", "stages": [ { "title": "One week before", "items": [
		  { "id": "S1", "text": "Tell the switchboard.", "owner": "front desk" } ] } ] }
	END
	cat >checklists/b.json <<-'END'
		{ "name": "site", "title": "Ours", "stages": [ { "title": "Now", "items": [ { "id": "1", "text": "Do it." } ] } ] }
	END
	mm checklist
	want 0
	has "$out" " S1  Tell the switchboard."
	has "$out" "0 of 21 done"
	mm checklist sign site:1
	want 0
	mm checklist show site
	has "$out" "1 of 1 done"
	mm checklist show siet
	want 2
	has "$said" "did you mean site?"
	echo '{ "name": "site", "title": "x" }' >checklists/c.json
	mm checklist
	want 6
	has "$said" "checklists/c.json:1:"
	printf '{ "extends": "cutover", "stages": [ { "title": "S", "items": [\n { "id": "x", "text": "t", "rule": "reed" } ] } ] }' >checklists/c.json
	mm checklist due
	want 6
	has "$said" "checklists/c.json:2:"
	mm checklist export premigration --blank --format markdown
	want 6
}

@test "what makes no sense is refused" {
	started '"service_date": "2026-13-12",'
	mm checklist
	want 6
	has "$said" "service_date"
	mm checklist export --blank
	want 6
	rm mailmuster.json
	mm checklist export --blank
	want 0
	local line
	for line in "nod" "show a b" "sign" "sign 99" "sign 1 --to Ada" "assign 1" "due x" "show --blank" "export --by Ada" \
		"export --format xml" "export --json" "sign 1 --note"; do
		# shellcheck disable=SC2086
		mm checklist $line
		[ "$status" = 2 ] || [ "$status" = 10 ] || { echo "$line: $status"; return 1; }
	done
}

@test "the ledger does not depend on the time zone, and can be checked by others" {
	started
	mm checklist sign 1 --by Grace
	TZ=Pacific/Kiritimati mm checklist sign 3 --by Grace
	TZ=UTC mm ledger export
	want 0
	cp .out utc.jsonl
	TZ=America/St_Johns mm ledger export
	cmp .out utc.jsonl
	TZ=Pacific/Kiritimati mm ledger verify --deep
	want 0
	hasnt "$out" "set back"
	nowhere Grace utc.jsonl
	python3 - utc.jsonl <<-'END'
		import hashlib, json, struct, sys
		lines = [json.loads(l) for l in open(sys.argv[1])]
		head, prev = lines[0], "00" * 32
		for n, e in enumerate(lines[1:], 1):
		    assert e["entry"] == n and e["prev"] == prev
		    d = struct.pack(">qq", n, e["unix"])
		    for f in (e["actor"].encode(), e["kind"].encode(), e["payload"].encode(), bytes.fromhex(prev), head["project"].encode()):
		        d += struct.pack(">q", len(f)) + f
		    prev = hashlib.sha256(d).hexdigest()
		    assert e["hash"] == prev
		assert head["head"] == prev and head["entries"] == len(lines) - 1
	END
	mm ledger verify --against utc.jsonl
	want 0
	mm ledger forget Grace
	want 0
	mm ledger verify
	want 0
	mm checklist
	nowhere Grace .out
	mm ledger forget Grace
	want 6
}

@test "whoever kept a head finds what was cut off or changed" {
	started
	mm checklist sign 1
	mm ledger head
	head=$(head -1 .out)
	cp .out kept.txt
	mm report -o report.txt
	mm report --json -o report.json
	cp mailmuster.db before.db
	mm checklist sign 3
	mm ledger head
	cp .out later.txt
	for kept in "$head" kept.txt report.txt report.json later.txt; do
		mm ledger verify --against "$kept"
		want 0
	done
	# Somebody puts an older copy back.
	rm -f mailmuster.db-wal mailmuster.db-shm
	cp before.db mailmuster.db
	mm ledger verify --against kept.txt
	want 0
	mm ledger verify --against later.txt
	want 12
	has "$said" "the ledger ends at entry 2, and entry 3 was kept elsewhere: its tail is missing"
	[ "$(grep -c ^error .err)" = 1 ]
	mm ledger verify --against "${head//[0-9]/a}"
	want 12
	has "$said" "cut off or replaced"
	echo nothing >nothing.txt
	mm ledger verify --against nothing.txt
	want 6
	mm ledger verify --against absent.txt
	want 7
	python3 - <<-'END'
		import sqlite3
		db = sqlite3.connect("mailmuster.db")
		db.executescript("DROP TRIGGER ledger_no_update; UPDATE ledger SET actor = 'p0' WHERE seq = 1")
	END
	mm ledger verify
	want 12
	has "$said" "ledger entry 1 was altered"
}
