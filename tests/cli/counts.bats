#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the servers' own tools counted, beside what was read.
load helper

setup_read() {
	peer old
	printf 'account\nanna\nbert\ncleo\n' >accounts.csv
	one_sided
	mm audit --only anna,bert
	want 0
}

@test "counts stand beside what was read, and make nothing clean" {
	setup_read
	printf 'Anna INBOX messages=3 vsize=9\nAnna Sent messages=1 vsize=9\nbert INBOX messages=12 vsize=9\n' >list
	mm import counts list
	want 0
	has "$out" "3 counts"
	mm status
	want 0
	has "$out" "old bert: the server's own count is 12 (list:3, told "
	has "$out" ", 4 read "
	hasnt "$out" "old anna:"
	has "$out" "the servers' own counts: 1 account as read, 1 otherwise, 0 not read"
	mm explain anna
	want 0
	has "$out" "old anna: the server's own count is 4 (list:1"
	mm --json status
	want 0
	has "$out" '"counts": [{"side":"old","user":"bert","server":12,"read":4,"source":"list","line":3,'
	# A later import of a name counts, and only of that name.
	printf 'user,messages\nbert,4\ncleo,7\n' >later
	mm import counts later
	want 0
	mm status
	has "$out" "2 accounts as read, 0 otherwise, 1 not read"
	mm explain cleo
	has "$out" "old cleo: the server's own count is 7 (later:3"
	has "$out" "nothing was read"
	mm explain bert
	hasnt "$out" "list:3"
}

@test "folders and octets are compared too, in explain and in reports" {
	peer old
	peer new
	project
	mm audit
	want 0
	mm verify
	want 0
	# INBOX holds three messages, Sent one; their octets are what IMAP tells.
	printf 'user,folder,messages,octets\nanna,/Inbox,5,9000000\nanna,Sent,1,\nanna,Archive/1999,7,\n' >list
	printf 'user,messages\nbert,4\n' >whole
	mm import counts list whole
	want 0
	mm explain anna
	want 0
	has "$out" "old anna: the server's own count is 13 (list:2"
	has "$out" "  /Inbox (list:2), 5 messages told and 3 read, 9,000,000 octets told and "
	has "$out" "  Archive/1999 (list:4), no such folder was listed"
	hasnt "$out" "  Sent (list"
	mm explain anna --json
	want 0
	python3 - <<-'END'
		import json
		told = json.load(open(".out"))["transfers"][0]["server_counts"]
		assert [(c["side"], c["folder"], c["messages"], c["read_messages"]) for c in told] == [
		    ("old", "/Inbox", 5, 3), ("old", "Archive/1999", 7, None)], told
		assert told[0]["octets"] == 9000000 and told[0]["read_octets"] > 0 and told[1]["octets"] is None, told
	END
	mm report
	want 0
	has "$out" "counts of the servers' own tools: old anna 13 told, 4 read; the others of 2 accounts agree"
	mm report --only bert
	has "$out" "counts of the servers' own tools: all of 1 account agrees"
	mm explain bert --json
	has "$out" '"server_counts": []'
}

@test "what is not understood, and who is not known, is said" {
	setup_read
	printf 'user,messages\nanna,4\nnobody,9\nbert,many\n' >list
	mm import counts list
	want 3
	has "$said" "list:4: not understood, the first of 1 line"
	has "$said" "list: 1 name is no login of the old side, the first is nobody"
	mm --json import counts --side new list
	want 3
	has "$out" '"facts": 2, "odd": 1, "strangers": 2'
	printf 'user,colour\nanna,red\n' >list
	mm import counts list
	want 6
	has "$said" "list:1: names no column for the account"
	mm import counts nothing
	want 6
	mm import counts
	want 2
	mm import colours list
	want 2
	mm import counts --side both list
	want 2
	# Nothing of a file that is refused has stayed.
	printf 'user,messages\nanna,5\n"bert,7\n' >list
	mm import counts list
	want 6
	has "$said" "list:3"
	mm explain anna
	has "$out" "server's own count is 4"
}
