#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `mailmuster plan map`: what becomes of each old folder, before anything moves.
load helper

# model FILE DELIMITER PREFIX: the model FILE from FILE.txt, lines "user|folder|messages[|attribute]".
model() {
	python3 - "$@" <<-'END'
		import json, sys
		path, delim, prefix = sys.argv[1:4]
		users = {}
		for line in open(path + ".txt"):
		    if not line.strip():
		        continue
		    user, name, n, *attrs = line.rstrip("\n").split("|")
		    full = name if name == "INBOX" else prefix + name.replace("/", delim)
		    messages = [{"uid": i + 1, "size": 1000, "header": f"Message-ID: <{user}{name}{i}@example.org>\r\n"}
		                for i in range(int(n))]
		    users.setdefault(user, {"delim": delim, "prefix": prefix, "folders": []})["folders"].append(
		        {"name": full, "messages": messages, "attrs": ["\\" + a for a in attrs]})
		json.dump({"users": users}, open(path, "w"))
	END
}

servers() {
	model old . INBOX.
	model new / ""
	peer old --model old --user admin:Zaubertrank --id Cyrus
	peer new --model new --user admin:Zaubertrank --id Zimbra
	project
	mm audit --depth counts
	want 0
}

# rules JSON: put "map" into the config.
rules() {
	python3 - "$1" <<-'END'
		import re, sys
		text = open("mailmuster.json").read()
		text = re.sub(r'\n\t"map": \{.*?\n\t\},\n', lambda m: '\n\t"map": ' + sys.argv[1] + ',\n', text, flags=re.S)
		open("mailmuster.json", "w").write(text)
	END
}

clean_models() {
	printf '%s\n' 'anna|INBOX|3' 'anna|Sent|1|Sent' 'bert|INBOX|2' >old.txt
	printf '%s\n' 'anna|INBOX|0' 'anna|Sent|0|Sent' 'bert|INBOX|0' >new.txt
}

trouble_models() {
	cat >old.txt <<-'END'
		anna|INBOX|3
		anna|Gesendet|2|Sent
		anna|Sent|1
		anna|trash|1
		anna|Trash|2
		anna|Calendar|1
		anna|50: x|1
		anna|Spam|4
		anna|Mail/Work|1
		bert|INBOX|2
		bert|Gesendet|2
		bert|Sent|1
		bert|Spam|3
		bert|a/b/c|1
	END
	printf '%s\n' 'anna|INBOX|0' 'anna|Sent|0|Sent' 'bert|INBOX|0' >new.txt
}

trouble_rules='{ "pairs": { "Nothing": "Here" }, "special_use": true, "exclude": ["Spam"],
	"regex": [ { "match": "^Mail/", "to": "" }, { "match": "^(?:Gesendet)$", "to": "Sent" } ],
	"transfers": { "bert": { "pairs": { "a/b": "A" } }, "nobody": { "exclude": ["x"] } } }'

@test "each folder has a place: exit 0" {
	clean_models
	servers
	mm plan map
	want 0
	has "$out" "CLEAN"
	has "$out" "3 folders of 2 accounts: 3 keep their name"
	has "$out" "old Cyrus IMAP; new Zimbra"
}

@test "problems are grouped, named and exit 1" {
	trouble_models
	servers
	rules "$trouble_rules"
	mm plan map
	want 1
	golden plan-map.txt
	mm plan map --only bert
	want 1
	hasnt "$out" "Nothing"
	hasnt "$out" "nobody"
}

@test "the JSON holds every folder, the CSV a line for each" {
	trouble_models
	servers
	rules "$trouble_rules"
	mm plan map --json
	want 1
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		assert d["schema"] == "mailmuster/plan-map/1"
		f = {t["account"]: {x["old"]: x for x in t["folders"]} for t in d["transfers"]}
		assert len(f["anna"]) == 9 and len(f["bert"]) == 5, f
		a, b = f["anna"], f["bert"]
		assert a["Gesendet"]["new"] == "Sent" and a["Gesendet"]["rule"] == "special_use"
		assert b["Gesendet"]["new"] == "Sent" and b["Gesendet"]["rule"].startswith("regex ")
		assert a["Mail/Work"]["new"] == "Work"
		assert b["a/b/c"]["new"] == "A/c" and b["a/b/c"]["rule"] == 'pairs "a/b" to "A"'
		assert a["Spam"]["how"] == "excluded" and a["Spam"]["messages"] == 4
		assert a["INBOX"]["exists"] and not a["Calendar"]["exists"]
		signs = lambda x: sorted(s["class"] for s in x["signs"])
		assert signs(a["Sent"]) == ["collided", "exists"], signs(a["Sent"])
		assert signs(a["trash"]) == signs(a["Trash"]) == ["alike"]
		assert signs(a["Calendar"]) == ["reserved"]
		assert signs(a["50: x"]) == ["refused"]
		assert signs(a["Spam"]) == ["excluded"]
		spam = [g for g in d["groups"] if g["class"] == "excluded"]
		assert len(spam) == 1 and spam[0]["folders"] == 2 and spam[0]["messages"] == 7
		assert d["summary"]["folders"] == 14 and d["summary"]["excluded_messages"] == 7
	END
	mm plan map --csv
	want 1
	python3 - <<-'END'
		import csv
		rows = list(csv.DictReader(open(".out")))
		assert len(rows) == 14 + 2, len(rows)
		assert [r["problems"] for r in rows if r["old"] == "50: x"] == ['refused: the character ":"']
		assert sorted(r["account"] for r in rows if r["old"] == "") == ["", "nobody"]
	END
}

@test "an account that was never listed is unknown: exit 3" {
	clean_models
	printf 'account\nanna\nbert\ncarl\n' >accounts.csv
	model old . INBOX.
	model new / ""
	peer old --model old --user admin:Zaubertrank
	peer new --model new --user admin:Zaubertrank
	project
	mm audit --depth counts --only anna
	mm plan map
	want 3
	has "$out" "UNKNOWN"
	has "$out" "2 accounts whose old side was never listed"
	has "$out" "mailmuster audit --side old"
	mm plan map --only anna
	want 0
	mm plan map --only bert --csv
	want 3
	has "$out" "bert"
}

@test "a one-sided project is normal" {
	clean_models
	model old . INBOX.
	peer old --model old --user admin:Zaubertrank
	printf 'account\nanna\n' >accounts.csv
	one_sided
	mm audit --depth counts
	want 0
	mm plan map
	want 0
}

@test "a profile of the site's own is read, and its mistakes are told" {
	clean_models
	servers
	echo '{ "name": "own", "title": "Our server", "names": { "reserved": { "value": ["Sent"], "source": "we" } } }' >own.json
	sed -i '/"new": {/,/timeout/s/"profile": "auto"/"profile": "own.json"/' mailmuster.json
	mm plan map
	want 1
	has "$out" "new Our server"
	has "$out" '"Sent": 1 account'
	echo '{ "name": "own", "title": "Our server", "name": { "reserved": [] } }' >own.json
	mm plan map
	want 6
	has "$said" "own.json:1:"
	rm own.json
	mm plan map
	want 7
}

@test "an expression that explodes is named, and stops nothing" {
	clean_models
	printf 'anna|%s!|1\n' aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa >>old.txt
	servers
	rules '{ "regex": [ { "match": "(a+)+$", "to": "x" } ] }'
	mm plan map
	want 1
	has "$out" "1 folder to which a rule cannot be applied"
	has "$out" '"(a+)+$" to "x": the pattern explodes'
}

@test "plan takes map and nothing else" {
	clean_models
	servers
	mm plan
	want 2
	mm plan maps
	want 2
	mm plan map --csv --json
	want 2
	mm plan map --only zoe
	want 2
}
