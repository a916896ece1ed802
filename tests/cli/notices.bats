#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `mailmuster plan notices`: texts for users.
load helper

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

servers() {
	printf '%s\n' 'anna|INBOX|3|1000' 'anna|Big|2|30000000' 'bert|INBOX|2|2000' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' 'bert|INBOX|0|0' >new.txt
	model old
	model new
	peer old --model old.json --user admin:Zaubertrank
	peer new --model new.json --user admin:Zaubertrank --id Zimbra
	printf 'account,address,owner\nanna,anna@example.org,=Anna A\nbert,,\n' >accounts.csv
	project
	mm audit
	want 0
}

@test "notices of each stage: from the kept waves, of each account alone; a CSV that no spreadsheet runs" {
	servers
	mm plan notices
	want 3
	has "$(cat .out)" "no waves are kept"
	mm plan waves --keep --start 2026-12-05T18:00:00Z
	mm plan notices --stage week --output letters --closes 2027-01-31
	want 0
	[ "$(find letters/week -name '*.txt' | wc -l)" = 2 ]
	[ "$(stat -c %a letters/week/00001-anna.txt)" = 600 ]
	has "$(cat letters/week/00001-anna.txt)" "Subject: Your mail account anna moves on 2026-12-05"
	has "$(cat letters/week/00001-anna.txt)" '2 messages are too large'
	has "$(cat letters/week/00001-anna.txt)" '"Big"'
	has "$(cat letters/week/00002-bert.txt)" "To: bert"
	nowhere Big letters/week/00002-bert.txt
	nowhere anna letters/week/00002-bert.txt
	has "$(cat letters/notices.csv)" "'=Anna A"
	nowhere ",=Anna" letters/notices.csv
	mm plan notices --json --closes 2027-01-31
	want 3
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		n = {(r["stage"], r["account"]): r for r in d["notices"]}
		assert set(n) == {(s, a) for s in ("announcement", "week", "day", "closing") for a in ("anna", "bert")}, set(n)
		assert n["day", "anna"]["day"] == "2026-12-05" and n["day", "anna"]["time"].endswith("UTC")
		assert n["closing", "bert"]["closes"] == "2027-01-31" and n["announcement", "bert"]["missing"] == ""
		assert {u["stage"] for u in d["unknown"]} == {"pop", "dormant"}, d["unknown"]
	END
}

@test "moved: who was cut over; a template of one's own; what is wrong in it is named" {
	servers
	mm event cutover --only bert
	want 0
	printf 'Subject: {account}\n\n{missing}\n{closes} {size}\n' >own.txt
	mm plan notices --stage moved --template own.txt --csv --closes 2027-01-31 --keep --by Grace
	want 0
	[ "$(grep -c '^moved,' .out)" = 1 ]
	has "$(cat .out)" "Subject: bert"
	has "$(cat .out)" "2027-01-31 3.9 KiB"
	mm ledger verify --deep
	want 0
	printf 'x\n {acount}\n' >own.txt
	mm plan notices --stage moved --template own.txt --output out
	want 6
	has "$said" "own.txt:2:2: nothing stands for {acount}"
	absent out
	mm plan notices --template own.txt
	want 2
	mm plan notices --stage later
	want 2
	mm plan notices --stage closing
	want 3
	has "$(cat .out)" "--closes"
}
