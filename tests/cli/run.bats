#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The main job on two scripted servers: audit, verify, explain, status, report, ledger.
load helper

# Two accounts.  The new side of the first lacks one message and has lost a flag.
models() {
	python3 - <<-'END'
		import copy, json
		def message(uid, name, flags):
		    return {"uid": uid, "flags": flags, "date": "%02d-Jan-2010 15:15:35 +0000" % uid, "size": 600 + uid,
		            "header": "Message-ID: <%s@example.org>\r\nSubject: about %s\r\nFrom: Bert <bert@example.org>\r\n"
		                      "Date: Fri, %d Jan 2010 15:15:35 +0000\r\n" % (name, name, uid)}
		anna = {"delim": "/", "folders": [
		    {"name": "INBOX", "uidvalidity": 7, "messages": [message(1, "kept", ["\\Seen"]), message(2, "lost", []),
		                                                    message(3, "unread", ["\\Seen"])]},
		    {"name": "Sent", "uidvalidity": 8, "messages": [message(1, "sent", ["\\Seen"])]}]}
		bert = {"delim": "/", "folders": [{"name": "INBOX", "uidvalidity": 9, "messages": [message(1, "his", [])]}]}
		json.dump({"users": {"anna": anna, "bert": bert}}, open("old.json", "w"))
		new = copy.deepcopy(anna)
		del new["folders"][0]["messages"][1]
		new["folders"][0]["messages"][1]["flags"] = []
		json.dump({"users": {"anna": new, "bert": bert}}, open("new.json", "w"))
	END
}

servers() {
	models
	peer old --model old.json --user admin:Zaubertrank
	peer new --model "${1:-new.json}" --user admin:Zaubertrank
}

@test "every planted difference is named, and nothing else" {
	servers
	project
	mm status
	want 0
	has "$out" "next: mailmuster audit"
	mm doctor
	want 0
	hasnt "$out" "fail"
	has "$out" "1 account that was counted; 1 other holds half to twice as many" # the one that was tried is known
	mm audit
	want 0
	golden audit.txt
	has "$said" "in clear text"
	mm status
	has "$out" "next: mailmuster verify"
	mm verify
	want 1
	golden verify.txt
	mm explain ANNA
	want 0
	golden explain.txt
	mm status
	want 0
	has "$out" "next: mailmuster explain anna"
	mm status --json
	python3 -c 'import json; d = json.load(open(".out")); assert d["next"] == "mailmuster explain anna" and d["why"]'
	mm report --csv
	want 0
	golden report.csv
	mm report
	want 0
	has "$out" "Not examined, for IMAP does not show it"
	has "$out" "new  Calendars, contacts, filters, forwards and vacation texts are not mail"
	mm ledger verify
	want 0
	mm ledger head
	want 0
	[[ $out =~ ^[0-9a-f]{64} ]]
	nowhere Zaubertrank mailmuster.db mailmuster.json .out .err
	nowhere REFUSED old.log new.log
}

@test "a clean pair is silent and exits 0" {
	servers old.json
	project
	mm audit --json
	want 0
	golden audit.json
	mm verify
	want 0
	mm status
	has "$out" "next: mailmuster report"
	mm verify --json
	want 0
	python3 -c 'import json; d = json.load(open(".out")); assert d["verdict"] == "clean" and d["accounts"]["clean"] == 2'
	hasnt "$said" "another server"
	# Another server than the one that was read: it may be its new name, so it is judged, and said.
	cp mailmuster.json kept.json
	sed -i "s/$new_port/9/" mailmuster.json
	mm verify --offline
	want 0
	has "$said" "accounts of the new side were read from another server than the config names now (127.0.0.1:9)"
	hasnt "$said" "the old side were"
	mv kept.json mailmuster.json
	# What somebody decided not to move is left out; when that is all, nothing was examined.
	mm accounts set bert --decision archive --owner "A. Stone" --by "B. Stone"
	mm verify --offline
	want 0
	has "$out" "CLEAN  nothing is missing or altered in 1 account;"
	has "$out" ", 1 not to be judged"
	mm accounts set anna --decision archive --owner "A. Stone" --by "B. Stone"
	mm verify --offline
	want 3
	hasnt "$out" CLEAN
}

@test "keywords that the config renames are the same" {
	models
	python3 - <<-'END'
		import json
		for side, word in (("old", "$Forwarded"), ("new", "Weitergeleitet")):
		    d = json.load(open("old.json"))
		    d["users"]["bert"]["folders"][0]["messages"][0]["flags"] = [word]
		    json.dump(d, open(side + "-word.json", "w"))
	END
	peer old --model old-word.json --user admin:Zaubertrank
	peer new --model new-word.json --user admin:Zaubertrank
	project
	mm audit
	mm verify
	want 1
	has "$out" "message whose keywords differ, in 1 account: bert 1"
	sed -i 's|// "$Forwarded": "Forwarded"|"$Forwarded": "Weitergeleitet"|' mailmuster.json
	mm verify
	want 0
}

@test "verify without an audit is incomplete" {
	servers old.json
	project
	mm verify --offline
	want 3
	mm audit --side old
	want 0
	mm verify --offline
	want 3
}

@test "counts alone are never a verdict" {
	servers old.json
	project
	mm audit --depth counts
	want 0
	has "$out" INBOX
	mm verify --offline
	want 3
	mm status
	has "$out" "next: mailmuster audit   (messages were only counted)"
	mm audit
	want 0
	mm verify --offline
	want 0
	mm audit --depth counts
	want 0
	mm verify --offline
	want 0
	mm status
	has "$out" "next: mailmuster report"
}

@test "--only judges one account" {
	servers
	project
	mm audit --only bert
	want 0
	has "$out" "old  1 of 1"
	mm verify --only bert
	want 0
	mm verify
	want 3
	mm audit --only anna,bert --jobs 1
	want 0
	mm verify --only BERT
	want 0
	mm verify --only anna
	want 1
	mm verify --only nobody
	want 2
}

@test "a server that is compared with itself is not examined" {
	servers
	new_port=$old_port
	project
	mm doctor
	has "$out" "warn  servers   old and new are one server, 127.0.0.1:$old_port"
	mm audit
	want 0
	mm verify
	want 3
	has "$out" "compared with itself"
	mm seal
	want 3
	has "$out" "not sealed: anna: Both sides were read from one server, 127.0.0.1:$old_port: "
	for side in new old new; do
		mm audit --side $side
		want 0
		mm verify
		want 3
	done
	# What was read counts, not what the config says by now.
	sed -i "0,/$old_port/s//9/" mailmuster.json
	mm verify --offline
	want 3
	has "$out" "compared with itself"
}

@test "an update of the same machine is no comparison with itself" {
	servers old.json
	new_port=$old_port
	project
	mm audit --side old
	want 0
	mm event cutover
	want 0
	mm audit --side new
	want 0
	mm verify
	want 0
	mm audit --side old
	want 0
	mm verify
	want 3
}

@test "an old name that leads to the new server after the cutover is noticed" {
	peer old --tls implicit
	peer new --tls implicit
	secret admin.secret Zaubertrank
	printf 'account\nanna\n' >accounts.csv
	mm init --no-input --project test --accounts accounts.csv \
		--old-host 127.0.0.1 --old-port "$old_port" --old-ca "$old_ca" --old-auth authzid --old-admin admin \
		--old-secret-file admin.secret \
		--new-host localhost --new-port "$new_port" --new-ca "$new_ca" --new-auth authzid --new-admin admin \
		--new-secret-file admin.secret
	want 0
	mm audit
	want 0
	mm verify
	want 0
	sed -i "s#$old_port#$new_port#; s#$old_ca#$new_ca#" mailmuster.json
	mm audit
	want 0
	mm verify
	want 3
	has "$out" "its name may lead to the new server now"
	for side in old new; do
		mm audit --side $side
		want 0
		mm verify
		want 3
	done
}

@test "offline needs no server" {
	servers
	project
	mm audit
	kill "${PEERS[@]}"
	wait "${PEERS[@]}" || true
	PEERS=()
	mm verify --offline
	want 1
	has "$said" "not looked into (--offline)"
	mm verify
	want 1
	has "$said" "warning: old anna: no details"
	mm report --json -o report.json
	want 0
	[ -z "$out" ]
	[ "$(stat -c %a report.json)" = 600 ]
	python3 -c 'import json; json.load(open("report.json"))'
	mm report --html -o report.html
	want 0
	[ "$(stat -c %a report.html)" = 600 ]
	mm report --html
	want 0
	cmp .out report.html
	has "$out" "<title>NO-GO: mail migration test</title>"
	has "$out" "<bdi>anna</bdi>"
	hasnt "$out" " style="
	mm report --html --redact
	want 0
	hasnt "$out" ">anna<"
	mm report --xlsx -o report.xlsx
	want 0
	cp report.xlsx first.xlsx
	mm report --xlsx -o report.xlsx
	want 0
	cmp first.xlsx report.xlsx
	"$TOP/tests/browser/book" report.xlsx report.json
	# Whoever looks into an account leaves a trace, and says why.
	mm report --account anna
	want 2
	mm report --account anna --purpose "=she asked" -o anna.html
	want 0
	has "$(cat anna.html)" "<title>Your mail: anna</title>"
	hasnt "$(cat anna.html)" bert
	mm explain anna --purpose "asked by phone"
	want 0
	mm report --access
	want 0
	has "$out" "time,operator,account,purpose"
	has "$out" ",anna,asked by phone"
	has "$out" ",anna,'=she asked"
	mm ledger verify
	want 0
	mkdir book.xlsx
	mm report --xlsx -o book.xlsx
	want 7
	[ -z "$(find . -name '*.xlsx.*')" ]
	mm report -o /nonexistent/report.txt
	want 7
	mkdir there
	mm report -o there
	want 7
	[ -z "$(ls -A there)" ]
	[ -z "$(find . -name 'there.*')" ]
}

@test "what could not be looked up is said, and is not hidden" {
	models
	# One message came through without its Message-ID: only its other headers tell that it is there.
	python3 - <<-'END'
		import json
		d = json.load(open("old.json"))
		m = d["users"]["anna"]["folders"][0]["messages"][1]
		m["header"] = m["header"].split("\r\n", 1)[1]
		json.dump(d, open("new.json", "w"))
	END
	peer old --model old.json --user admin:Zaubertrank
	peer new --model new.json --user admin:Zaubertrank
	project
	mm audit
	want 0
	kill "${PEERS[1]}"
	wait "${PEERS[1]}" || true
	mm verify
	want 1
	has "$said" "warning: new anna: no details"
	has "$said" "warning: 1 message could not be looked into"
	has "$said" "hint: mailmuster audit"
	has "$out" "1 message is not on the new server"
	has "$out" "1  message on the new server only"
	peer new --model new.json --user admin:Zaubertrank
	python3 - "$old_port" "$new_port" <<-'END'
		import re, sys
		ports = iter(sys.argv[1:])
		text = open("mailmuster.json").read()
		open("mailmuster.json", "w").write(re.sub(r'("port": )\d+', lambda m: m[1] + next(ports), text))
	END
	mm verify
	want 0
	hasnt "$said" "could not be looked up"
}

@test "an account on one server only is never clean" {
	printf 'account,old_user,new_user\nanna,,-\nbert,,\n' >accounts.csv
	servers old.json
	project
	mm audit
	want 0
	mm verify
	want 3
	mm verify --only bert
	want 0
}

@test "a one-sided project works and exits 0" {
	models
	peer old --model old.json
	one_sided
	mm doctor
	want 0
	mm audit
	want 0
	mm audit --side new
	want 6
	has "$said" "no new server is configured"
	mm verify
	want 0
	has "$out" "nothing to compare with"
	mm verify --json
	want 0
	python3 -c 'import json; d = json.load(open(".out")); assert d["verdict"] == "not-judged" and d["accounts"]["total"] == 1'
	mm status
	want 0
	mm report
	want 0
	mm explain anna
	want 0
}

@test "the transcript holds no credentials and is ours alone" {
	models
	peer old --model old.json
	one_sided
	printf 'old text, longer than nothing\n' >trace
	chmod 644 trace
	MAILMUSTER_TRACE_IMAP=trace mm audit
	want 0
	[ "$(stat -c %a trace)" = 600 ]
	grep -q '^C: .*EXAMINE' trace
	nowhere Zaubertrank trace
	nowhere "$(printf 'anna\0admin\0Zaubertrank' | base64)" trace
	ln -s trace link
	MAILMUSTER_TRACE_IMAP=link mm audit
	want 7
}

@test "the trace of everything holds no password" {
	servers
	project
	MAILMUSTER_TRACE=imap,store,audit,verify mm -v audit
	want 0
	cp .err trace
	MAILMUSTER_TRACE=imap,store,audit,verify mm -v verify
	want 1
	cat .err >>trace
	MAILMUSTER_TRACE=imap,store,audit,verify mm -v doctor
	cat .err >>trace
	[ -s trace ]
	nowhere Zaubertrank trace .out mailmuster.db
	for who in anna bert; do
		nowhere "$(printf '%s\0admin\0Zaubertrank' $who | base64)" trace .out
	done
}
