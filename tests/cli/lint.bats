#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `mailmuster lint`: what a mover's script destroys or hides.
load helper

I="imapsync --host1 old.example.org --host2 new.example.org --passfile1 p --passfile2 p"

# model NAME: the model NAME.json from NAME.txt, lines "user|folder|messages|octets of each[|attribute]".
model() {
	python3 - "$1" <<-'END'
		import json, sys
		users = {}
		for line in open(sys.argv[1] + ".txt"):
		    user, name, n, size, *attrs = line.rstrip("\n").split("|")
		    messages = [{"uid": i + 1, "size": int(size), "header": f"Message-ID: <{user}{name}{i}@example.org>\r\n"}
		                for i in range(int(n))]
		    users.setdefault(user, {"delim": "/", "prefix": "", "folders": []})["folders"].append(
		        {"name": name, "messages": messages, "attrs": ["\\" + a for a in attrs]})
		json.dump({"users": users}, open(sys.argv[1] + ".json", "w"))
	END
}

@test "the script of the story: --delete2 first; nothing of an inventory is claimed" {
	cp "$TOP/tests/data/mover/firehose.sh" .
	mm lint firehose.sh
	want 1
	golden lint-firehose.txt
	mm lint firehose.sh --csv
	want 1
	[ "$(sed -n 2p .out | cut -d, -f1-3)" = "destroys,imapsync-delete2,firehose.sh" ]
}

@test "a script without anything wrong: exit 0; --fail-on decides" {
	printf '%s\n' '#!/bin/bash -e' "$I --dry --sslargs1 SSL_verify_mode=1" \
		"$I --sslargs1 SSL_verify_mode=1 --sslargs2 SSL_verify_mode=1" >ok.sh
	mm lint ok.sh
	want 0
	has "$out" "CLEAN"
	printf '%s\n' "$I --password1 geheim" >risk.sh
	mm lint risk.sh
	want 0
	nowhere geheim .out
	mm lint risk.sh --fail-on risks
	want 1
	mm lint risk.sh --fail-on nothing
	want 2
	mm lint risk.sh --csv --json
	want 2
	mm lint
	want 2
}

@test "several files, stdin, CRLF; what cannot be read is unknown, and the others are judged" {
	printf '%s\r\n' "$I \\" '  --delete2 \' "  --exclude 'a|b'" >crlf.sh
	mm lint crlf.sh
	want 1
	has "$out" "crlf.sh:2:3"
	has "$out" "--exclude a|b"
	printf '\377\376i\0m\0' >utf16.sh
	printf 'imapsync\n\0--delete2\n' >nul.sh
	head -c 10000000 /dev/zero | tr '\0' '\n' >big.sh
	: >empty.sh
	mm lint utf16.sh nul.sh big.sh empty.sh --json
	want 3
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		rows = [(r["file"], r["rule"]) for r in d["findings"]]
		assert rows == [("big.sh", "lint-unread"), ("empty.sh", "lint-nothing"), ("nul.sh", "lint-unread"),
		                ("utf16.sh", "lint-unread")], rows
		assert d["files"] == 4 and d["counts"]["unknown"] == 4 and d["project"] is None
		assert "UTF-16" in d["findings"][3]["does"] and "2:1" in d["findings"][2]["does"]
	END
	mm lint nul.sh crlf.sh
	want 1
	rc=0
	"$MM" lint - <crlf.sh >.out || rc=$?
	[ "$rc" = 1 ]
	has "$(cat .out)" "(stdin)"
	mm lint big.sh nothere.sh
	want 7
}

@test "a script that cannot be parsed: line and column, and the rest is judged" {
	printf '%s\n' 'for u in a b; do' "	$I --user1 \"\$u\" --delete1" "	echo 'unclosed" 'done' "$I --delete2" >broken.sh
	mm lint broken.sh --csv
	want 1
	has "$(cat .out)" "unknown,lint-broken,broken.sh,3,7,"
	has "$(cat .out)" "destroys,imapsync-delete1,broken.sh,2,"
	has "$(cat .out)" "destroys,imapsync-delete2,broken.sh,5,"
}

@test "in a project the inventory says how much mail that is; it is kept when asked" {
	printf '%s\n' 'anna|INBOX|3|1000' 'anna|Trash|4|100|Trash' 'anna|Viral marketing|2|100' 'anna|Work|1|5000000' \
		'anna|work|1|10' 'bert|INBOX|2|2000' 'bert|Trash|1|100|Trash' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' 'bert|INBOX|0|0' >new.txt
	model old
	model new
	peer old --model old.json --user admin:Zaubertrank
	peer new --model new.json --user admin:Zaubertrank
	printf 'account\nanna\nbert\n' >accounts.csv
	project
	printf '%s\n' "$I --exclude 'Trash|Viral' --maxsize 1_000_000 --maxage 1 --regextrans2 's/^w/W/'" >move.sh
	mm lint move.sh --csv
	want 1
	has "$(cat .out)" "cannot be told: 2 accounts were never listed"
	mm audit
	want 0
	mm lint move.sh --json
	want 1
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		r = {(x["said"].split() or [x["rule"]])[0]: x for x in d["findings"]}
		assert r["--exclude"]["mail"] == "hides 7 messages in 3 folders of 2 accounts", r["--exclude"]
		assert (r["--maxsize"]["messages"], r["--maxsize"]["accounts"], r["--maxsize"]["octets"]) == (1, 1, 5000000)
		assert r["--regextrans2"]["mail"] == "merges 1 message in 1 folder of 1 account", r["--regextrans2"]
		assert "old.example.org" in d["remark"] and d["project"]
	END
	mm lint move.sh --only bert --csv
	want 1
	has "$(cat .out)" "hides 1 message in 1 folder of 1 account"
	mm ledger head
	cp .out before
	mm lint move.sh --keep --by Grace
	want 1
	mm ledger head
	[ "$(cat before)" != "$(cat .out)" ]
	mm ledger verify --deep
	want 0
	mm status
	has "$out" "lint:     the mover's 1 command in 1 file: destroys 0, hides 3, alters 1, unknown 0"
	mm report --json
	python3 -c 'import json; p = json.load(open(".out"))["plans"]; assert p[0]["kind"] == "lint" and p[0]["by"] == "Grace", p'
}

@test "--keep needs a project" {
	printf '%s\n' "$I" >move.sh
	mm lint move.sh --keep
	want 10
}
