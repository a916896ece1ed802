#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Servers that give folders an id (RFC 8474, MAILBOXID): where a folder went is told, and no verdict is another one for it.
load helper

query() { python3 -c 'import sqlite3, sys; print(sqlite3.connect("mailmuster.db").execute(sys.argv[1]).fetchone()[0])' "$1"; }

# model FILE FOLDERS: JSON, name: [what EXAMINE tells, UIDVALIDITY, number of each message...]
model() {
	python3 - "$@" <<-'END'
		import json, sys
		json.dump({"folders": [dict({"name": name, "uidvalidity": v, "modseq": 10 * v + len(ns), "messages": [
		    {"uid": u, "size": 100 + n, "flags": ["\\Seen"], "header": "Message-ID: <%d@example.org>\r\nSubject: number %d\r\n" % (n, n)}
		    for u, n in enumerate(ns, 1)]}, **({} if told is None else {"mailboxid": told}))
		    for name, (told, v, *ns) in json.loads(sys.argv[2]).items()]}, open(sys.argv[1], "w"))
	END
}

# pair OLD NEW [OLD_THEN NEW_THEN [N]]: what both sides have, and from the Nth connection on (2)
pair() {
	local side i=1
	rm -f mailmuster.*
	printf 'account\nanna\n' >accounts.csv
	for side in old new; do
		model "$side.json" "${!i}"
		i=$((i + 2))
		model "$side.then.json" "${!i}"
		i=$((i - 1))
		peer "$side" --model "$side.json" --later "${5:-2}=$side.then.json" --add-cap OBJECTID --add-cap CONDSTORE
	done
	project
}

INBOX='"INBOX": ["(fi)", 7, 1, 2]'

@test "a folder that its user renames after the seal" {
	same="{$INBOX, \"Work\": [\"(fw)\", 8, 3, 4]}"
	pair "$same" "$same" "$same" "{$INBOX, \"Play\": [\"(fw)\", 8, 3, 4]}" 3
	mm seal
	want 0
	mm audit
	want 0
	has "$said" 'new anna: "Work" was renamed to "Play" (same MAILBOXID)'
	hasnt "$said" "old anna"
	mm verify
	want 0
	mm explain anna
	has "$out" 'It was on the new side at the seal, and was renamed to "Play", which has its MAILBOXID'
	has "$out" 'On the new side it was "Work", until run'
	# Told once, and the same command asks for nothing more.
	mm audit --json
	want 0
	hasnt "$said" "renamed"
	has "$out" '"folders_renamed": 0'
	hasnt "$(cat new.log)" MAILBOXID
	mm ledger verify --deep
	want 0
	[ "$(query "SELECT count(*) FROM folder_objectid")" = 5 ]
}

@test "a folder that its user renames on the old side between two audits" {
	was="{$INBOX, \"A\": [\"(fa)\", 8, 3, 4]}"
	pair "$was" "$was" "{$INBOX, \"B\": [\"(fa)\", 8, 3, 4]}" "$was"
	mm audit
	mm verify
	want 0
	mm audit --json
	has "$out" '"folders_renamed": 1'
	mm verify
	want 1
	mm explain anna
	has "$out" 'On the old side it was "A", until run'
	has "$out" "let the mover run again"
	has "$out" 'It had it as "A", which was renamed to "B", which has its MAILBOXID'
}

@test "a rename hides no message that is missing" {
	was="{$INBOX, \"A\": [\"(fa)\", 8, 3, 4]}"
	pair "$was" "$was" "$was" "{$INBOX, \"B\": [\"(fa)\", 8, 3]}"
	mm audit
	mm verify
	want 0
	mm audit
	has "$said" 'new anna: "A" was renamed to "B"'
	mm verify
	want 1
	mm explain anna
	has "$out" "1 missing"
	has "$out" "4@example.org"
}

@test "a folder that is gone, and no other one has its id" {
	was="{$INBOX, \"A\": [\"(fa)\", 8, 3, 4]}"
	pair "$was" "$was" "$was" "{$INBOX}" 3
	mm seal
	mm audit
	mm verify
	mm explain anna
	has "$out" "It was on the new side at the seal, and was removed, as run"
}

@test "a server that gives all folders one id is not believed" {
	was="{\"INBOX\": [\"(fi)\", 7, 1, 2], \"A\": [\"(fi)\", 8, 3, 4]}"
	pair "$was" "$was" "$was" "{\"INBOX\": [\"(fi)\", 7, 1, 2], \"B\": [\"(fi)\", 9, 3, 4]}" 3
	mm seal
	mm audit
	hasnt "$said" renamed
	mm verify
	mm explain anna
	has "$out" "removed or renamed there since"
	hasnt "$out" MAILBOXID
}

@test "another folder under the same name" {
	was="{$INBOX, \"A\": [\"(fa)\", 8, 3, 4]}"
	pair "$was" "$was" "{$INBOX, \"A\": [\"(fz)\", 9, 3, 4]}" "$was" 3
	mm seal
	mm audit
	has "$said" 'old anna: new UIDVALIDITY of "A": read from the start'
	mm verify
	want 1
	mm explain anna
	has "$out" "Its MAILBOXID is another one: it was made anew under this name"
	pair "$was" "$was" "{$INBOX, \"A\": [\"(fa)\", 9, 3, 4]}" "$was" 3
	mm seal
	mm audit
	mm verify
	want 1
	mm explain anna
	has "$out" "Its MAILBOXID is the one that it had: it is the same folder."
}

@test "other messages under the same name, UIDVALIDITY and UIDs are read" {
	# What Cyrus shows when two folders that were made within one second change names.
	was="{$INBOX, \"A\": [\"(fa)\", 8, 3, 4], \"B\": [\"(fb)\", 8, 5, 6]}"
	pair "$was" "$was" "$was" "$was"
	model new.then.json "{$INBOX, \"A\": [\"(fb)\", 8, 5, 6], \"B\": [\"(fa)\", 8, 3, 4]}"
	sed -i 's/"modseq": 82/"modseq": 90/g' new.then.json
	kill "${PEERS[1]}"
	peer new --model new.json --later 2=new.then.json --add-cap OBJECTID --add-cap CONDSTORE
	rm -f mailmuster.*
	project
	mm audit
	mm verify
	want 0
	mm audit
	hasnt "$said" renamed
	mm verify
	mm explain anna
	has "$out" "4 in another folder, 0 missing"
	mm ledger verify --deep
	want 0
}

@test "what is no id is not used, and spoils nothing" {
	long=$(printf 'x%.0s' {1..256})
	odd="{\"INBOX\": [\"()\", 7, 1], \"A\": [\"(a b)\", 8, 3], \"B\": [\"($long)\", 9], \"C\": [\"\", 10], \"D\": [\"(a)] [MAILBOXID (b)\", 11], \"E\": [\"(../x)\", 12], \"F\": [\"(\\\"q\\\")\", 13], \"G\": [\"(${long%x})\", 14], \"H\": [null, 15]}"
	pair "$odd" "$odd" "$odd" "$odd"
	mm audit --json
	want 0
	has "$said" "MAILBOXID of 6 folders is no id (RFC 8474): not used"
	has "$out" '"ids_refused": 6'
	[ "$(query "SELECT group_concat(length(mailbox), ' ') FROM (SELECT mailbox FROM folder_objectid ORDER BY length(mailbox))")" = "1 1 255 255" ]
	mm verify
	want 0
	mm ledger verify --deep
	want 0
}

@test "a purge takes the ids with the account" {
	was="{\"INBOX\": [\"(secretid)\", 7, 1, 2]}"
	pair "$was" "$was" "$was" "$was"
	mm audit
	mm verify
	want 0
	mm purge anna --by grace --reason "she asked" --yes
	want 0
	[ "$(query "SELECT count(*) FROM folder_objectid")" = 0 ]
	nowhere secretid mailmuster.db
	mm ledger verify --deep
	want 0
}

# begun COMMAND...: run it until it has begun to read a folder, and kill it
begun() {
	"$@" >killed 2>&1 </dev/null 3>&- &
	local pid=$!
	for _ in $(seq 400); do
		[ "$(query "SELECT count(*) FROM folder_progress")" = 0 ] || break
		sleep 0.05
	done
	kill -KILL $pid
	wait $pid || true
	[ "$(query "SELECT count(*) FROM folder_progress")" != 0 ]
}

@test "an audit that is killed while it reads another folder under the name" {
	same="{$INBOX, \"Work\": [\"(fw)\", 8, 3, 4], \"Play\": [\"(fp)\", 8, 5, 6]}"
	then="{$INBOX, \"Work\": [\"(fp)\", 8, 5, 6]}"
	pair "$same" "$same" "$same" "$then"
	mm audit
	want 0
	kill "${PEERS[1]}"
	local port=$new_port
	peer new --model new.then.json --add-cap OBJECTID --add-cap CONDSTORE --stall "UID SEARCH"
	sed -i "s/\"port\": $port/\"port\": $new_port/" mailmuster.json
	begun "$MM" audit
	# What is there now must not show by its id that it is what was there.
	kill "${PEERS[-1]}"
	port=$new_port
	peer new --model new.then.json --add-cap OBJECTID --add-cap CONDSTORE
	sed -i "s/\"port\": $port/\"port\": $new_port/" mailmuster.json
	mm verify
	want 3
	has "$out" "did not come to its end"
	mm audit
	want 0
	mm verify
	want 1
	mm explain anna
	has "$out" "2 missing"
	has "$out" "3@example.org"
	mm ledger verify --deep
	want 0
}
