#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A server that speaks IMAP4rev2 (RFC 9051) and nothing older, and one that speaks both.
load helper

# models: old.json with names in modified UTF-7, new.json with the same in UTF-8.
models() {
	python3 - <<-'X'
	import json
	def mail(n, name):
	    v = [{"uid": u, "header": f"From: anna@example.org\r\nDate: Fri, 1 Jan 2010 15:15:35 +0000\r\nSubject: letter {u}\r\n"
	          f"Message-ID: <{u}@{name}.example.org>\r\n", "body": f"Letter {u}.\r\n" * 20} for u in range(1, n + 1)]
	    for m in v:
	        m["size"] = len(m["header"]) + 2 + len(m["body"])
	    return v
	names = [("INBOX", "INBOX", "inbox", []), ("Entw&APw-rfe", "Entwürfe", "drafts", ["\\Drafts"]),
	         ("R&-D", "R&D", "rd", []), ("R&-D/&ZeVnLIqe-", "R&D/日本語", "jp", []), ("Gone", "Gone", "gone", ["\\Noselect"])]
	for side, at in ("old", 0), ("new", 1):
	    folders = [{"name": n[at], "uidvalidity": 7 + at, "attrs": n[3], "messages": [] if "\\Noselect" in n[3] else mail(5, n[2])}
	               for n in names]
	    json.dump({"folders": folders}, open(side + ".json", "w"))
	X
}
# lose NAME UID: of new.json.
lose() {
	python3 - "$1" "$2" <<-'X'
	import json, sys
	m = json.load(open("new.json"))
	f = next(f for f in m["folders"] if f["name"] == sys.argv[1])
	f["messages"] = [x for x in f["messages"] if x["uid"] != int(sys.argv[2])]
	json.dump(m, open("new.json", "w"))
	X
}
# Nothing was sent that the server does not know.
understood() {
	nowhere REFUSED "$1.log"
}

@test "IMAP4rev2 alone: audit, doctor, scan and verify, with the names of the other side" {
	models
	peer old --model old.json
	peer new --model new.json --rev2
	project
	mm doctor
	want 0
	mm audit
	want 0
	mm verify
	want 0
	mm verify --json
	has "$out" '"missing": 0'
	has "$out" '"old_messages": 40'
	mm scan --side new
	want 0
	understood new
	grep -q 'ENABLE IMAP4rev2' new.log
	nowhere LSUB new.log
	nowhere ENABLE old.log
}

@test "what is lost there is named by the folder that people know" {
	models
	lose 'R&D/日本語' 3
	peer old --model old.json
	peer new --model new.json --rev2
	project
	mm audit
	want 0
	mm verify
	want 1
	mm verify --json
	has "$out" 'R&D/日本語'
	has "$out" '"message-missing"'
	understood new
}

@test "the old server may speak it as well as the new one" {
	models
	peer old --model new.json --rev2
	peer new --model old.json
	project
	mm audit
	want 0
	mm audit
	want 0
	mm verify
	want 0
	understood old
}

@test "who offers both is spoken to as before" {
	models
	peer old --model old.json --add-cap IMAP4rev2
	peer new --model new.json --rev2
	project
	mm audit
	want 0
	mm verify
	want 0
	nowhere ENABLE old.log
	grep -q 'RETURN (SUBSCRIBED SPECIAL-USE' old.log
}

@test "a LIST that is refused with counts is asked for without, and LSUB never" {
	models
	peer old --model old.json
	peer new --model new.json --rev2 --put-off "LIST:1=NO_[SERVERBUG]_too_much"
	project
	mm audit
	want 0
	mm verify
	want 0
	understood new
	grep -q 'LIST "" "\*" RETURN (SUBSCRIBED)$' new.log
}

@test "a message that goes while it is scanned is looked for by a SEARCH that ESEARCH answers" {
	models
	peer old --model old.json
	peer new --model new.json --rev2
	project
	mm audit
	want 0
	kill "${PEERS[1]}"
	lose INBOX 5
	peer new --model new.json --rev2 --omit-message 4
	sed -i "s/\"port\": $(grep -o '"port": [0-9]*' mailmuster.json | tail -1 | cut -d' ' -f2)/\"port\": $new_port/" mailmuster.json
	mm scan --side new
	[ "$status" -ne 0 ]
	grep -q 'UID SEARCH UID 4' new.log
	understood new
	mm scan --side new --list
	has "$out" 'INBOX'
}
