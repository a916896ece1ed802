#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Erasing an account, and what is too old, on a project of two accounts.
load helper

query() { python3 -c 'import sqlite3, sys; print(sqlite3.connect("mailmuster.db").execute(sys.argv[1]).fetchone()[0])' "$1"; }

# anna lacks a message on the new side, bert is clean.
servers() {
	python3 - <<-'END'
		import copy, json
		def message(uid, name):
		    return {"uid": uid, "flags": [], "date": "%02d-Jan-2010 15:15:35 +0000" % uid, "size": 600 + uid,
		            "header": "Message-ID: <%s@example.org>\r\nSubject: about %s\r\nFrom: Rosalind <r@example.org>\r\n"
		                      "Date: Fri, %d Jan 2010 15:15:35 +0000\r\n" % (name, name, uid)}
		anna = {"delim": "/", "folders": [{"name": "INBOX", "uidvalidity": 7, "messages": [message(1, "kept"), message(2, "lost")]}]}
		bert = {"delim": "/", "folders": [{"name": "INBOX", "uidvalidity": 8, "messages": []}, {"name": "Privatissimo", "uidvalidity": 9, "messages": [message(1, "his")]}]}
		json.dump({"users": {"anna": anna, "bert": bert}}, open("old.json", "w"))
		new = copy.deepcopy(anna)
		del new["folders"][0]["messages"][1]
		json.dump({"users": {"anna": new, "bert": bert}}, open("new.json", "w"))
	END
	peer old --model old.json --user admin:Zaubertrank
	peer new --model new.json --user admin:Zaubertrank
}

@test "an account is erased from the file, the proof stays, and nothing calls it clean" {
	servers
	project
	mm audit
	mm verify
	want 1
	mm ledger head
	head=${out%%$'\n'*}
	mm purge anna --by grace --reason "she asked" --yes
	want 6
	has "$said" "anna differs: its evidence is still needed"
	mm purge bert --by grace --reason "he asked"
	want 2
	has "$said" "--yes says so beforehand"
	mm purge bert --retain --yes
	want 2
	[ "$(query "SELECT count(*) FROM purge")" = 0 ]
	mm purge bert --by grace --reason "he asked" --yes
	want 0
	has "$out" "purged of 1 account: "
	has "$said" "take the name out of accounts.csv as well"
	nowhere bert mailmuster.db
	nowhere Privatissimo mailmuster.db
	nowhere his@example.org mailmuster.db
	[ ! -s mailmuster.db-wal ]
	mm ledger verify --deep --against "$head"
	want 0
	has "$out" "it holds the head that was kept"
	has "$out" "4 folders were purged"
	mm report
	want 0
	has "$out" "1 account was purged (1 had been found clean): not counted, and its evidence is gone"
	mm status
	has "$out" "purged:   1 account was purged"
	mm report --json
	python3 -c 'import json; assert json.load(open(".out"))["purged"] == 1'
	gone=$(query "SELECT name FROM transfer WHERE gone = 1")
	mm explain "$gone"
	want 0
	has "$out" "INCOMPLETE  $gone"
	has "$out" "by grace (ledger entry"
	has "$out" "it was clean then. Its evidence is gone."
	hasnt "$out" "CLEAN"
	mm purge "$gone" --by grace --reason again --yes
	want 6
	has "$said" "was purged already"
	# The list still has the name: it is an account that nobody ever read.
	mm accounts import
	mm verify --offline
	want 3
	mm ledger verify --deep
	want 0
}

@test "what is older than the config allows goes, and verdicts stay" {
	servers
	project
	mm purge --retain --yes
	want 0
	has "$out" "there was nothing to erase"
	mm audit
	mm verify
	want 1
	has "$(query "SELECT subject FROM message_detail")" "about lost"
	mm event closed --only anna --at "$(date -u -d '40 days ago' +%FT%TZ)" --by grace
	want 0
	mm purge --retain --yes
	want 0
	has "$out" "there was nothing to erase"
	sed -i 's/^{/{ "privacy": { "retain": "30d" },/' mailmuster.json
	mm purge --retain --yes
	want 0
	has "$out" "purged the details of 1 account: "
	nowhere "about lost" mailmuster.db
	nowhere Rosalind mailmuster.db
	nowhere lost@example.org mailmuster.db
	mm explain anna
	want 0
	has "$out" "DIFFERS  anna"
	has "$out" "Senders, subjects and Message-IDs were purged on"
	mm verify --offline
	want 1
	mm ledger verify --deep
	want 0
	sed -i 's/"30d"/"1h"/' mailmuster.json
	mm purge --retain --yes
	want 6
	has "$said" "is a time of a day or more"
}
