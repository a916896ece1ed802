#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `mailmuster plan`: what will not go well, from what is stored.
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

# servers: both sides from old.txt and new.txt, everything read.
servers() {
	model old
	model new
	peer old --model old.json --user admin:Zaubertrank --id Cyrus
	# shellcheck disable=SC2086
	peer new --model new.json --user admin:Zaubertrank --id Zimbra ${new_more:-}
	cut -d'|' -f1 old.txt | sort -u | sed '1i account' >accounts.csv
	project
	section '{ "oversized": { "old_years": 0 } }'
	mm audit
	want 0
}

# section JSON: put "plan" into the config.
section() {
	python3 - "$1" <<-'END'
		import re, sys
		text = open("mailmuster.json").read()
		text = re.sub(r'\n\t"plan": \{(?:\n.*?\n\t|.*)\},\n', '\n', text, count=1, flags=0 if '"plan": { ' in text else re.S)
		text = text.replace('\n\t"limits": {', '\n\t"plan": ' + sys.argv[1] + ',\n\t"limits": {', 1)
		open("mailmuster.json", "w").write(text)
	END
}

sizes() {
	printf '%s\n' 'anna|INBOX|3|1000' 'bert|INBOX|2|2000' 'bert|Trash|4|100000000|Trash' 'carl|INBOX|1|500' \
		'zoe|INBOX|3|20000000000' 'zoe|a/b/c/d/e/f/g/h/i|1|30000000' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' 'bert|INBOX|0|0' 'carl|INBOX|0|0' 'zoe|INBOX|0|0' >new.txt
}

@test "oversized: nothing is over a limit, exit 0" {
	printf '%s\n' 'anna|INBOX|3|1000' 'bert|INBOX|2|2000' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' 'bert|INBOX|0|0' >new.txt
	servers
	mm plan oversized
	want 0
	has "$out" "CLEAN"
	has "$out" "2 accounts to move: 6.8 KiB in 5 messages"
}

@test "oversized: names what is large, and where the alphabet has it; keeps it when asked" {
	sizes
	servers
	mm plan oversized
	want 1
	golden plan-oversized.txt
	mm plan oversized --csv
	want 1
	golden plan-oversized.csv
	mm plan oversized --json
	want 1
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		assert d["schema"] == "mailmuster/plan-oversized/1"
		rows = {(r["class"], r["account"], r["folder"]): r for r in d["rows"]}
		assert rows["account-octets", "zoe", ""]["amount"] == 60030000000
		assert rows["message-octets", "zoe", "INBOX"]["by"] == "what is known of Zimbra"
		assert rows["message-octets", "zoe", "INBOX"]["limit"] == 10485760
		assert rows["trash", "bert", ""]["amount"] == 400000000
		assert d["summary"]["accounts"] == 4
	END
	mm ledger head --json
	before=$out
	mm plan oversized --keep --by grace
	want 1
	mm ledger head
	[ "$out" != "$before" ]
	has "$out" "plan"
	mm ledger verify
	want 0
	mm plan oversized --only anna
	want 0
}

@test "oversized: limits come from the config, and mistakes in it are told with their place" {
	sizes
	servers
	section '{ "oversized": { "account": "0", "message": "0", "times_median": 0, "depth": 0, "trash_percent": 0 } }'
	mm plan oversized
	want 1 # what the new side refuses cannot be switched off
	hasnt "$out" "limit of size"
	has "$out" "what is known of Zimbra"
	section '{ "oversized": { "messages": 2, "old_years": 1 } }'
	mm plan oversized --csv --only anna
	want 1
	has "$out" "account-messages,anna,,,3,2,the config,"
	has "$out" "old,anna,"
	for wrong in '{ "oversized": { "account": 5 } }' '{ "oversized": { "account": "5 miles" } }' \
		'{ "oversized": { "trash_percent": 101 } }' '{ "oversize": {} }' '{ "oversized": { "size": "5G" } }'; do
		section "$wrong"
		mm plan oversized
		want 6
		has "$said" "mailmuster.json:"
	done
}

@test "oversized: an account that was never listed is unknown, exit 3" {
	sizes
	servers
	printf 'account\nanna\nnobody\n' >accounts.csv
	mm accounts import
	mm plan oversized
	want 3
	has "$out" "UNKNOWN  1 account of which nothing is known"
	has "$out" "nobody"
}

@test "fit: a quota that is too small is named, one that is large enough is not" {
	printf '%s\n' 'anna|INBOX|3|1000' 'bert|INBOX|2|200' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' 'bert|INBOX|0|0' >new.txt
	new_more="--add-cap QUOTA --quota STORAGE_0_2"
	servers
	mm plan fit
	want 1
	has "$out" "REFUSED"
	has "$out" "1 account holds more than its quota there allows"
	hasnt "$out" "bert"
	hasnt "$out" "not examined"
	mm plan fit --csv
	has "$out" 'refused,quota,anna,,,,3,'
	has "$out" '2.0 KiB of mail, its quota'
}

fit_models() {
	printf '%s\n' 'anna|INBOX|3|1000' 'anna|50: x|1|5' 'anna|Calendar|2|5' 'anna|Spam|4|10' 'bert|INBOX|2|11000000' \
		'bert|trash|1|5' 'bert|Trash|1|5' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' 'bert|INBOX|0|0' >new.txt
}

@test "fit: all of it fits, exit 0; a folder that was only counted is unknown, exit 3" {
	printf '%s\n' 'anna|INBOX|3|1000' 'bert|INBOX|2|2000' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' 'bert|INBOX|0|0' >new.txt
	servers
	mm plan fit
	want 0
	has "$out" "CLEAN"
	has "$out" "of 2 accounts the quota on the new side is not known: not examined"
	rm -rf mailmuster.db* mailmuster.json
	project
	mm audit --depth counts
	mm plan fit
	want 3
	has "$out" "UNKNOWN  2 folders were only counted"
}

@test "fit: names what is refused, skipped, merged and renamed" {
	fit_models
	servers
	rules='{ "pairs": { "50: x": "50" }, "exclude": ["Spam"] }'
	python3 - "$rules" <<-'END'
		import re, sys
		text = open("mailmuster.json").read()
		open("mailmuster.json", "w").write(re.sub(r'\n\t"map": \{.*?\n\t\},\n', lambda m: '\n\t"map": ' + sys.argv[1] + ',\n', text, flags=re.S))
	END
	mm plan fit
	want 1
	golden plan-fit.txt
	mm plan fit --csv
	want 1
	golden plan-fit.csv
	mm plan fit --json --keep
	want 1
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		s = {c["class"]: c["n"] for c in d["summary"]["counts"]}
		assert (s["too-large"], s["excluded"], s["collided"], s["renamed"], s["name"]) == (2, 1, 2, 1, 1), s
		assert sorted(r["uid"] for r in d["rows"] if r["class"] == "too-large") == [1, 2]
	END
	mm ledger verify
	want 0
	mm plan fit --only anna --csv
	hasnt "$out" "bert"
}

@test "pilot: the fewest that show every risk, with who else has it; what no candidate covers" {
	printf '%s\n' 'anna|INBOX|3|1000' 'bert|INBOX|3|1000' 'bert|a/b/c/d/e/f/g/h/i|1|5' 'bert|50% off?|1|5' \
		'carl|INBOX|2|30000000' 'carl|x/b/c/d/e/f/g/h/i|1|5' 'dora|INBOX|0|0' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' 'bert|INBOX|0|0' 'carl|INBOX|0|0' 'dora|INBOX|0|0' >new.txt
	servers
	mm plan pilot
	want 0
	golden plan-pilot.txt
	mm plan pilot --csv
	golden plan-pilot.csv
	mm plan pilot --json --keep --by grace
	want 0
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		assert d["schema"] == "mailmuster/plan-pilot/1"
		assert d["present"] == d["covered"] > 3, d
		risk = {r["risk"]: r for r in d["risks"]}
		assert risk["deep"]["accounts"] == 2 and risk["deep"]["others"] == "bert, carl"
		assert risk["large-message"]["chosen"] == "carl" and risk["corrupt"]["known_by"] == "scan"
		assert risk["empty"]["chosen"] == "dora" and not d["logs"]
	END
	mm ledger verify
	want 0
	mm status
	has "$out" "plans:    pilot of"
	mm plan pilot --budget 1
	want 1
	has "$out" "NOT COVERED"
	has "$out" "left out by --budget"
	section '{ "waves": { "last": [ "carl" ] }, "oversized": { "old_years": 0 } }'
	mm plan pilot
	want 1
	has "$out" "no candidate has it"
	for wrong in 0 x -1; do
		mm plan pilot --budget $wrong
		want 2
	done
	mm plan fit --budget 1
	want 2
	printf 'account\nanna\nnobody\n' >accounts.csv
	mm accounts import
	section '{}'
	mm plan pilot
	want 3
	has "$out" "1 account was never listed"
}

@test "no account at all: each plan says so and ends well" {
	sizes
	servers
	printf 'account,decision\nanna,delete\nbert,delete\ncarl,delete\nzoe,delete\n' >accounts.csv
	mm accounts import
	for plan in oversized fit pilot waves; do
		mm plan $plan
		want 0
		mm plan $plan --json
		want 0
	done
}

@test "waves: a limit of a wave that a group cannot meet is told" {
	sizes
	servers
	section "{ \"waves\": { $weekends, \"accounts\": 2, \"groups\": [ [ \"anna\", \"bert\", \"carl\" ] ] } }"
	mm plan waves --start 2030-01-01T00:00:00Z
	want 3
	has "$out" "a group of 3 is more than the 2 accounts of a wave"
}

@test "a certificate that was seen at a login, and a date of the config, end before all is moved: in waves, status, report" {
	printf '%s\n' 'anna|INBOX|3|1000000' 'bert|INBOX|2|2000' >old.txt
	model old
	peer old --model old.json --user admin:Zaubertrank --tls implicit --cert expired
	secret admin.secret Zaubertrank
	printf 'account\nanna\nbert\n' >accounts.csv
	pin="sha256//$(openssl x509 -in old.certs/expired.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64)"
	mm init --no-input --project test --accounts accounts.csv --one-sided --old-host 127.0.0.1 --old-port "$old_port" \
		--old-auth authzid --old-admin admin --old-secret-file admin.secret
	sed -i "0,/\"port\"/s//\"pin\": \"${pin//\//\\/}\",\n\t\t\"port\"/" mailmuster.json
	section '{ "waves": { "expires": [ { "what": "the contract", "at": "2019-01-01T00:00:00Z" } ] } }'
	mm audit
	want 0
	mm plan waves --keep
	has "$out" "EXPIRES  the certificate of the old server (127.0.0.1:$old_port) ends 2021-01-01"
	has "$out" "EXPIRES  the contract ends 2019-01-01"
	mm plan waves --json
	python3 - <<-'END'
		import json
		e = json.load(open(".out"))["expires"]
		assert [(x["known_by"], x["at"]) for x in e] == [("config", "2019-01-01T00:00:00Z"), ("login", "2021-01-01T00:00:00Z")], e
	END
	mm status
	has "$out" "EXPIRES  the certificate of the old server"
	mm status --json
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		assert [x["at"] for x in d["expires"]] == ["2019-01-01T00:00:00Z", "2021-01-01T00:00:00Z"], d["expires"]
		assert d["plans"][0]["kind"] == "waves" and d["plans"][0]["ends_late"]
	END
	mm report
	has "$out" "EXPIRES  the contract ends 2019-01-01"
	# Another certificate on the next audit: it is what counts.
	python3 -c "import sqlite3; r = sqlite3.connect('mailmuster.db').execute('SELECT count(*), max(length(fingerprint)), max(subject) FROM server_seen').fetchone(); assert r[:2] == (1, 32) and r[2].startswith('CN='), r"
}

weekends='"windows": [ { "from": "2030-01-05T06:00:00Z", "to": "2030-01-06T18:00:00Z", "repeat": "7d" } ]'

@test "waves: without a rate a range from assumptions, exit 3" {
	sizes
	servers
	mm plan waves --start 2030-01-01T00:00:00Z
	want 3
	has "$out" "no rate was measured"
	golden plan-waves-assumed.txt
}

@test "waves: what has no place is named, with what would fit; a date that comes too soon" {
	sizes
	servers
	section "{ \"waves\": { $weekends, \"connections\": 2, \"expires\": [ { \"what\": \"the certificate\", \"at\": \"2030-01-05T06:00:01Z\" } ] } }"
	mm plan waves --start 2030-01-01T00:00:00Z
	want 3
	has "$out" "NO PLACE  1 account has no place"
	has "$out" "zoe: 55.9 GiB"
	has "$out" "no window is long enough"
	has "$out" "EXPIRES  the certificate ends 2030-01-05 06:00"
	golden plan-waves-windows.txt
	mm plan waves --start 2030-01-01T00:00:00Z --csv
	golden plan-waves.csv
	mm plan waves --start 2030-01-01T00:00:00Z --json
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		a = {x["account"]: x for x in d["accounts"]}
		assert d["strategy"] == "fountain" and d["rate_by"] == "assumed" and d["connections"] == 2
		assert a["zoe"]["wave"] is None and a["bert"]["wave"] == 1
		assert a["bert"]["begins"] == "2030-01-05T06:00:00Z"
		assert d["waves"][0]["end_median"] is None and d["waves"][0]["slow"]
	END
}

@test "waves: lists for the mover, the plan kept, what is cut over is done" {
	sizes
	servers
	mm plan waves --start 2030-01-01T00:00:00Z --output out --keep
	want 3
	[ "$(head -1 out/wave-1.txt)" = zoe ]
	[ "$(wc -l <out/wave-1.txt)" = 4 ]
	grep -qx '127.0.0.1;bert;;127.0.0.1;bert;;' out/wave-1.imapsync.csv
	mm ledger verify
	want 0
	mm event cutover --only zoe
	want 0
	mm plan waves --start 2030-01-01T00:00:00Z
	has "$out" "3 accounts in 1 wave"
	has "$out" "1 account is done already"
	mm plan waves --only @out/wave-1.txt --start 2030-01-01T00:00:00Z
	has "$out" "3 accounts in 1 wave"
}

@test "waves: mistakes in the config and in options are told" {
	sizes
	servers
	mm plan waves --strategy fountain
	want 6
	has "$said" "a fountain needs windows"
	mm plan waves --strategy flood
	want 2
	mm plan waves --start tomorrow
	want 2
	mm plan waves --seed x
	want 2
	mm plan fit --seed 1
	want 2
	for wrong in '"windows": [ { "from": "2030-01-05T06:00:00Z" } ]' '"windows": [ { "from": "now", "to": "then" } ]' \
		'"windows": [ { "from": "2030-01-06T06:00:00Z", "to": "2030-01-05T06:00:00Z" } ]' \
		'"windows": [ { "from": "2030-01-05T06:00:00Z", "to": "2030-01-07T06:00:00Z", "repeat": "1d" } ]' \
		'"connections": 0' '"groups": [ "anna" ]' '"first": [ 5 ]' '"volumes": [ { "name": "x" } ]' \
		'"expires": [ { "at": "2030-01-05T06:00:00Z" } ]' '"blocked": [ { "account": "anna" } ]' '"window": []'; do
		section "{ \"waves\": { $wrong } }"
		mm plan waves
		want 6
		has "$said" "mailmuster.json:"
	done
	for wrong in '"first": [ "nobody" ]' '"last": [ "nobody" ]' '"groups": [ [ "anna", "nobody" ] ]' \
		'"blocked": [ { "account": "nobody", "from": "2030-01-05T06:00:00Z", "to": "2030-01-07T06:00:00Z" } ]'; do
		section "{ \"waves\": { $wrong } }"
		mm plan waves
		want 6
		has "$said" "no account is called nobody"
	done
}

@test "plan says what it does not take" {
	printf '%s\n' 'anna|INBOX|3|1000' >old.txt
	printf '%s\n' 'anna|INBOX|0|0' >new.txt
	servers
	mm plan
	want 2
	mm plan oversize
	want 2
	has "$said" "did you mean oversized?"
	mm plan map --keep
	want 2
	has "$said" "map does not take --keep"
	mm plan oversized --csv --json
	want 2
	mm plan oversized --keep --by ""
	want 2
}
