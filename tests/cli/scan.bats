#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Whole messages are read: usage, exit codes, samples, what is listed, what status says of it.
load helper

# letters N: a model of one folder with so many messages that are whole.
letters() {
	python3 - "$1" <<-'X'
	import json, sys
	n = int(sys.argv[1])
	m = [{"uid": u, "header": f"From: anna@example.org\r\nDate: Fri, 1 Jan 2010 15:15:35 +0000\r\nSubject: letter {u}\r\n"
	      f"Message-ID: <{u}@example.org>\r\n", "body": f"Letter {u}.\r\n" * 20} for u in range(1, n + 1)]
	for x in m:
	    x["size"] = len(x["header"]) + 2 + len(x["body"])
	json.dump({"folders": [{"name": "INBOX", "uidvalidity": 7, "messages": m}]}, open("model.json", "w"))
	X
}
# spoil UID BODY: it has another body, of its announced size or not.
spoil() {
	python3 - "$1" "$2" <<-'X'
	import json, sys
	m = json.load(open("model.json"))
	x = next(x for x in m["folders"][0]["messages"] if x["uid"] == int(sys.argv[1]))
	x["body"] = sys.argv[2].encode().decode("unicode_escape")
	json.dump(m, open("model.json", "w"))
	X
}
# audited N OPTIONS: a project of one side with so many letters that was audited.
audited() {
	local n=$1
	shift
	[ -e model.json ] || letters "$n"
	peer old --model model.json "$@"
	one_sided
	mm audit
	want 0
}

@test "what scan is not asked in" {
	audited 1
	local wrong
	for wrong in "--side both" "--sample 0" "--sample x" "--sample 5 --since-last" "--since-last --sample 5" "--seed 3" \
		"--all --sample 3" "--rate 0" "--rate fast" "anna"; do
		# shellcheck disable=SC2086
		mm scan $wrong
		want 2
	done
	mm scan --side new
	want 6
}

@test "before an audit nothing can be scanned, and that is no clean scan" {
	letters 1
	peer old --model model.json
	one_sided
	mm scan
	want 3
	has "$said" "never audited"
}

@test "mail that is whole: scan, status, again" {
	audited 20
	mm status
	has "$out" "next: mailmuster scan"
	mm scan
	want 0
	has "$out" "20 of 20 messages scanned"
	has "$out" "nothing is wrong with them"
	mm status
	has "$out" "old: 20 of 20 messages scanned, none damaged"
	hasnt "$out" "next: mailmuster scan"
	: >old.log
	mm scan
	want 0
	nowhere "BODY.PEEK[]" old.log
}

@test "damaged mail is named, and what to do about it" {
	letters 20
	spoil 7 'only this\r\n'
	spoil 9 ''
	audited 20 --break-body 11
	mm scan
	want 1
	has "$out" "UNREADABLE"
	has "$out" "INBOX, uid 11"
	has "$out" "INBOX, uid 7"
	hasnt "$out" "letter 7" # that is its owner's
	has "$out" "Its owner"
	has "$out" "with subject and sender: mailmuster explain ACCOUNT"
	mm status
	has "$out" "next: mailmuster scan --list"
	mm scan --list --json
	want 1
	python3 - <<-'X'
	import json
	d = json.load(open(".out"))
	assert d["schema"] == "mailmuster/scan/1" and d["run"] is None, d
	by = {m["uid"]: m for m in d["messages"]}
	assert by[11]["state"] == "unreadable" and "breaks" in by[11]["symptoms"], by[11]
	assert by[7]["state"] in ("suspect", "corrupt") and "letter 7" not in str(d), by[7]
	assert d["old"]["messages"] == 20 and not set(by) - {7, 9, 11}, sorted(by)
	X
	mm explain anna
	has "$out" "Damaged mail, for its owner"
	has "$out" '"letter 7" from anna@example.org'
	has "$out" "INBOX, uid 11"
	has "$out" "Its owner opens the folder and deletes it unopened"
}

@test "a sample: the bound, the same seed, a larger one holds the smaller" {
	audited 200
	mm scan --sample 50 --seed 3
	want 0
	has "$out" "50 of 200 read, none damaged: with 95 % confidence fewer than"
	mm status
	has "$out" "old: 50 of 200 messages scanned, none damaged; what the other 150 are is not known"
	: >old.log
	mm scan --sample 50 --seed 3
	want 0
	nowhere "BODY.PEEK[]" old.log
	mm scan --sample 80 --seed 3 --json
	want 0
	python3 - <<-'X'
	import json
	d = json.load(open(".out"))
	assert d["run"]["old"]["asked"] == 30, d["run"]
	assert d["old"]["sample"]["read"] == 80 and d["old"]["scanned"] == 80, d["old"]
	X
	mm scan --list
	want 3
}

@test "what came since" {
	audited 5
	mm scan
	want 0
	letters 8
	mm audit
	want 0
	mm scan --since-last --json
	python3 -c 'import json; d = json.load(open(".out")); assert d["run"]["old"]["asked"] in (0, 3), d["run"]'
}

@test "a server that is gone: nothing is called clean" {
	audited 5
	kill "${PEERS[0]}"
	wait "${PEERS[0]}" || true
	mm scan
	want 5
	mm status
	hasnt "$out" "none damaged"
}

@test "a slow folder is foretold: a program that waits less loses the connection there" {
	local pause
	letters 3
	for pause in EXAMINE "UID FETCH"; do
		rm -rf mailmuster.json mailmuster.db* accounts.csv
		audited 3 --pause "$pause=5100"
		mm scan
		want 0 # of a minute's time-out that is little
		sed -i 's/"timeout": "[^"]*"/"timeout": "20s"/' mailmuster.json
		mm scan --list
		want 0
		has "$out" "slow: EXAMINE took"
		has "$out" "a program that waits less loses the connection there"
		mm scan --list --json
		want 0
		PAUSE="$pause" python3 - <<-'X'
		import json, os
		d = json.load(open(".out"))
		f, = d["folders"]
		slow = f["examine_ms"] if os.environ["PAUSE"] == "EXAMINE" else f["gap_ms"]
		assert f["slow"] and f["error"] is None and slow >= 5000, f
		assert d["old"]["slow_folders"] == 1 and d["old"]["clean"] == 3 and d["messages"] == [], d
		X
		kill "${PEERS[-1]}"
	done
}

@test "a server that has gone is told in a few lines, not once for each folder" {
	python3 - <<-'END'
		import json
		message = {"uid": 1, "flags": [], "date": "01-Jan-2010 15:15:35 +0000", "size": 60,
		           "header": "Message-ID: <a@example.org>\r\nSubject: a\r\n"}
		names = ["INBOX"] + ["Folder %d" % i for i in range(9)]
		anna = {"delim": "/", "folders": [{"name": n, "uidvalidity": 7 + i, "messages": [message]} for i, n in enumerate(names)]}
		json.dump({"users": {"anna": anna}}, open("old.json", "w"))
	END
	peer old --model old.json
	printf 'account\nanna\n' >accounts.csv
	one_sided
	mm audit
	want 0
	kill "${PEERS[@]}"
	wait "${PEERS[@]}" || true
	mm scan --side old
	want 5
	[ "$(grep -c 'cannot scan' .err)" = 3 ]
	has "$said" "old: and 7 more folders: the same"
	mm audit --side old
	want 5
	mm status
	has "$out" "old side: 0 of 1 account read, 1 not readable; last read between"
	hasnt "$out" "0 messages in 0 folders"
}
