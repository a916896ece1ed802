#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# An old server whose folders are labels (X-GM-EXT-1): each message counts once, and one that no folder has is missing.
load helper

# models: five messages; OLD and NEW map folders to the numbers that they show.
models() {
	python3 - "$1" "$2" <<-'END'
		import json, sys
		old, new = (json.loads(a) for a in sys.argv[1:])
		special = {"[Gmail]/All Mail": ["\\All"], "[Gmail]/Starred": ["\\Flagged"]}
		for name, tree in (("old.json", old), ("new.json", new)):
		    labels = {n: [f for f, ns in old.items() if n in ns and "[" not in f and f != "INBOX"] +
		              (["\\Inbox"] if n in old["INBOX"] else []) + (["Hidden"] if n == 5 else []) for n in range(1, 10)}
		    json.dump({"folders": [{"name": f, "attrs": special.get(f, []) if name == "old.json" else [], "uidvalidity": 7 + i, "messages": [
		        {"uid": 10 * u, "size": 100 + n, "gmail": 18446744073709551000 + n, "labels": labels[n], "flags": ["\\Seen"],
		         "header": "Message-ID: <%d@example.org>\r\nSubject: number %d\r\n" % (n, n)} for u, n in enumerate(ns, 1)]}
		        for i, (f, ns) in enumerate(tree.items())]}, open(name, "w"))
	END
	rm -rf mailmuster.* accounts.csv admin.secret
	printf 'account\nanna\n' >accounts.csv
	peer old --model old.json --add-cap X-GM-EXT-1 "${@:3}"
	peer new --model new.json
	project
	mm audit
	want "${EXIT:-0}"
}

counts() {
	mm report --json
	python3 -c '
import json, sys
d = json.load(open(".out"))
c = d["counts"]
print(d["verdict"], c["old_messages"], c["same"], c["missing"], c["refiled"], c["extra"])'
}

@test "labels without a copy are told, and nothing is missing" {
	models '{"INBOX": [1, 2], "Work": [1, 3], "Home": [3, 4], "[Gmail]/Starred": [3], "[Gmail]/All Mail": [1, 2, 3, 4]}' \
		'{"INBOX": [1, 2], "Work": [3], "Home": [4]}'
	[ "$(grep -c 'X-GM-LABELS' old.log)" = 5 ]
	mm verify
	want 0
	[ "$(counts)" = "clean 4 4 0 0 0" ]
	mm explain anna
	has "$out" "It shows messages that other labels show as well"
	has "$out" "This label has no copy of them on the new side"
	mm audit
	want 0
	[ "$(grep -c 'X-GM-LABELS' old.log)" = 5 ]
	mm ledger verify --deep
	want 0
}

@test "a message that no folder has is missing once, by its name" {
	models '{"INBOX": [1, 2], "Work": [1, 3], "Home": [3], "[Gmail]/All Mail": [1, 2, 3, 4]}' \
		'{"INBOX": [1, 2], "Work": [1], "Home": []}'
	mm verify
	want 1
	# 3 with two labels, and 4, which is only archived.
	[ "$(counts)" = "differs 5 3 2 0 0" ]
	mm report --json
	has "$out" '"message_id": "<3@example.org>"'
	has "$out" '"message_id": "<4@example.org>"'
	python3 -c '
import json
f = [x for x in json.load(open(".out"))["transfers"][0]["findings"] if x["class"] == "message-missing"]
assert sorted((x["folder"], x["message_id"]) for x in f) == [("Home", "<3@example.org>"), ("[Gmail]/All Mail", "<4@example.org>")], f'
}

@test "a copy in a folder that nobody could read proves nothing" {
	EXIT=3 models '{"INBOX": [1, 2], "Work": [2]}' '{"INBOX": [1], "Work": [2]}' --no-open Work
	mm verify
	want 3
	mm explain anna
	has "$out" "1 missing"
}

@test "what no folder shows, and what a server does not tell" {
	models '{"INBOX": [1, 5], "[Gmail]/All Mail": [1, 5]}' '{"INBOX": [1, 5]}'
	mm verify
	want 0
	mm explain anna
	has "$out" '"Hidden" (1)'
	models '{"INBOX": [1, 5], "[Gmail]/All Mail": [1, 5]}' '{"INBOX": [1, 5]}' --omit-item X-GM-MSGID
	mm verify
	want 1
	[ "$(counts)" = "differs 4 2 2 0 0" ]
}
