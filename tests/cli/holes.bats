#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Messages that cannot be read, or that are damaged: named one by one, nothing beside them is in doubt, and nothing is
# clean until a person has taken the loss of these very messages.
load helper

# model NAME UIDS LOST [SPOILT]: an INBOX with these messages; those that are lost are listed and given out by nobody,
# and of those that are spoilt most of the body is gone.
model() {
	python3 - "$@" <<-'X'
	import json, sys
	name, uids, lost, spoilt = sys.argv[1:] + [""] * (5 - len(sys.argv))
	m = [{"uid": u, "header": f"From: anna@example.org\r\nDate: Fri, 1 Jan 2010 15:15:35 +0000\r\nSubject: letter {u}\r\n"
	      f"Message-ID: <{u}@example.org>\r\n", "body": f"Letter {u}.\r\n" * 20, "lost": str(u) in lost.split()}
	     for u in map(int, uids.split())]
	for x in m:
	    x["size"] = len(x["header"]) + 2 + len(x["body"])
	    if str(x["uid"]) in spoilt.split():
	        x["body"] = "\0only this\r\n"
	json.dump({"folders": [{"name": "INBOX", "uidvalidity": 7, "messages": m}]}, open(name + ".json", "w"))
	X
}

pair() { # old, new, more of the old one
	printf 'account\nanna\n' >accounts.csv
	peer old --model "$1.json" "${@:3}"
	peer new --model "$2.json"
	project
}

fingerprints() { # class: of those that stand, from the report
	mm report --json
	python3 -c 'import json, sys
for t in json.load(open(".out"))["transfers"]:
    for f in t["findings"]:
        if f["class"] == sys.argv[1]: print(f["uid"], f["fingerprint"], f["severity"])' "$1"
}

@test "a message that an audit cannot read is a hole: the rest is judged, and it is accepted or read, or stays open" {
	local uid print severity rest
	model lost "1 2 3 4" 2
	model other "1 2 3 4" "2 3"
	model whole "1 2 3 4" ""
	model new "1 3 4" ""
	pair lost new --later 3=other.json --later 4=whole.json
	mm audit
	want 3
	has "$said" 'old anna: cannot read all of "INBOX": asked twice, the server does not tell all about uid 2 (1 in all)'
	mm verify
	want 3
	hasnt "$out" MISSING
	has "$out" "not examined in full: anna: 1 message could not be read."
	mm explain anna
	has "$out" "1 message of the old folder could not be read and has no verdict."
	has "$out" "The audit could not read it on the old server, so it has no verdict"
	has "$out" "uid 2"
	mm verify --json
	python3 -c 'import json; t = json.load(open(".out"))["transfers"][0]; c = t["counts"]; v = t["coverage"]
assert t["verdict"] == "incomplete" and c["same"] == 3 and c["missing"] == c["extra"] == 0, t
assert v["old_messages"] == 4 and v["old_unverified"] == 1 and v["new_unverified"] == 0, v'
	mm gate check
	want 3
	has "$out" "anna, folder INBOX, UID 2"
	rest=$(fingerprints message-unreadable)
	read -r uid print severity <<<"$rest"
	[ "$uid $severity" = "2 doubt" ]
	# A scan reads what the audit knows of, and the hole counts as damaged.
	mm scan --side old
	want 0
	mm gate check --json
	python3 -c 'import json
g = [c for c in json.load(open(".out"))["checks"] if c["check"] == "G07"][0]
assert g["outcome"] == "FAIL" and (g["figures"]["messages"], g["figures"]["scanned"], g["figures"]["damaged"]) == (4, 4, 1), g'
	# A person takes the loss of this one, and of no other.
	mm accept --finding "$print" --by Carla --reason "an advertisement of 2003" --yes
	want 0
	mm verify
	want 0
	has "$out" "INCOMPLETE  nothing but what was accepted could not be read; 3 of at least 4 old messages"
	has "$out" "accepted"
	mm explain anna
	has "$out" "(acceptance 1): an advertisement of 2003"
	mm audit --side old
	want 3
	mm verify
	want 3
	[ "$(fingerprints message-unreadable | cut -d ' ' -f 1 | sort | tr '\n' ' ')" = "2 3 " ]
	# Who takes a hole out of the evidence is found out.
	cp mailmuster.db spare.db
	python3 -c 'import sqlite3; d = sqlite3.connect("mailmuster.db"); d.executescript("""DROP TRIGGER folder_hole_no_delete;
DELETE FROM folder_hole WHERE uid = 3"""); d.commit()'
	mm ledger verify --deep
	want 12
	rm -f mailmuster.db-*
	mv spare.db mailmuster.db
	mm ledger verify --deep
	want 0
	# It can be read again: now it is known that it never arrived.
	mm audit --side old
	want 0
	mm verify
	want 1
	[ "$(fingerprints message-missing | cut -d ' ' -f 1)" = 2 ]
	[ -z "$(fingerprints message-unreadable)" ]
}

@test "what a scan found unreadable or corrupt is accepted by class or one by one, and each counts until then" {
	local uid print severity
	model whole "1 2 3 4 5 6 7 8" ""
	model harmed "1 2 3 4 5 6 7 8" 5 "3 7"
	pair whole whole --later 2=harmed.json
	mm audit
	want 0
	mm verify
	want 0
	mm scan --side old
	want 1
	mm verify
	want 3
	[ "$(fingerprints message-unreadable | cut -d ' ' -f 1,3)" = "5 doubt" ]
	[ "$(fingerprints message-damaged | cut -d ' ' -f 1,3 | sort | tr '\n' ' ')" = "3 doubt 7 doubt " ]
	mm accept --class message-unreadable --by Carla --reason "nobody misses it" --yes
	want 0
	has "$out" "1 message"
	mm verify
	want 1
	fingerprints message-damaged >damaged
	while read -r uid print severity; do
		mm accept --finding "${print:0:12}" --by Grace --reason "uid $uid is spam" --yes
		want 0
		mm verify
		want $((uid == 3 ? 1 : 0))
	done < <(sort damaged)
	mm accept list
	has "$out" "by Carla: nobody misses it"
	has "$out" "by Grace: uid 7 is spam"
	mm accept --class message-damaged --by Grace --reason again --yes
	want 6
	mm ledger verify --deep
	want 0
}
