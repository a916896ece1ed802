#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Another folder comes under the name of one that was audited, with its UIDVALIDITY and its UIDs, on servers without MAILBOXID.
load helper

query() { python3 -c 'import sqlite3, sys; print(sqlite3.connect("mailmuster.db").execute(sys.argv[1]).fetchone()[0])' "$1"; }

# model FILE FOLDERS: JSON, name: [UIDVALIDITY, HIGHESTMODSEQ, number of each message...]
model() {
	python3 - "$@" <<-'END'
		import json, sys
		json.dump({"folders": [{"name": name, "uidvalidity": v, "modseq": modseq, "messages": [
		    {"uid": u, "size": 60 + n // 10, "flags": ["\\Seen"], "body": "b%d\r\n" % n,
		     "header": "Message-ID: <%d@example.org>\r\nSubject: number %d\r\n" % (n, n)} for u, n in enumerate(ns, 1)]}
		    for name, (v, modseq, *ns) in json.loads(sys.argv[2]).items()]}, open(sys.argv[1], "w"))
	END
}

WAS='{"INBOX": [7, 3, 1, 2], "A": [8, 5, 3, 4], "B": [8, 5, 5, 6], "C": [8, 4, 7, 8]}'

# then_new FOLDERS [OPTION...]: both sides hold WAS, and the new one FOLDERS from its second connection on
then_new() {
	local then=$1
	shift
	rm -f mailmuster.*
	printf 'account\nanna\n' >accounts.csv
	model old.json "$WAS"
	model new.json "$WAS"
	model new.then.json "$then"
	peer old --model old.json "$@"
	peer new --model new.json --later 2=new.then.json "$@"
	project
	mm audit
	want 0
	mm verify
	want 0
}

@test "two folders change names, and STATUS shows what it showed" {
	for form in "--add-cap CONDSTORE" "--no-cap LIST-STATUS"; do
		# shellcheck disable=SC2086
		then_new '{"INBOX": [7, 3, 1, 2], "A": [8, 5, 5, 6], "B": [8, 5, 3, 4], "C": [8, 4, 7, 8]}' $form
		mm audit --json
		want 0
		has "$said" 'new anna: "A" and other folders are not the folder of that name and UIDVALIDITY that was read before'
		hasnt "$said" "old anna"
		mm verify
		mm explain anna
		has "$out" "4 in another folder, 0 missing"
		mm ledger verify --deep
		want 0
		mm audit --json
		hasnt "$said" "that was read before"
	done
}

@test "a folder takes the place of another one, which is gone: its mail is missing" {
	# HIGHESTMODSEQ of A is what it was: C was left in an earlier state, and two changes have made the difference.
	then_new '{"INBOX": [7, 3, 1, 2], "A": [8, 5, 7, 8], "B": [8, 5, 5, 6]}' --add-cap CONDSTORE
	mm audit
	has "$said" 'new anna: "A" is not the folder of that name and UIDVALIDITY that was read before: read from the start'
	mm verify
	want 1
	mm explain anna
	has "$out" "2 missing"
	has "$out" "3@example.org"
}

@test "what has changed tells that what has not may have" {
	# Under C lies what was under A, later; under A what was under C, in the state of A.
	then_new '{"INBOX": [7, 3, 1, 2], "A": [8, 5, 7, 8], "B": [8, 5, 5, 6], "C": [8, 9, 3, 4]}' --add-cap CONDSTORE
	mm audit
	has "$said" "and other folders are not the folder of that name and UIDVALIDITY"
	mm verify
	mm explain anna
	has "$out" "4 in another folder, 0 missing"
}

@test "a folder that is made anew in the place of another, and the other is lost" {
	then_new '{"INBOX": [7, 3, 1, 2], "A": [8, 5, 5, 6], "B": [8, 5, 13, 14], "C": [8, 4, 7, 8]}' --add-cap CONDSTORE
	mm audit
	mm verify
	want 1
	mm explain anna
	has "$out" "2 missing"
	has "$out" "3@example.org"
	has "$out" "2 in another folder"
}

@test "scan takes none for the other, and what was scanned is another message by now" {
	printf 'account\nanna\n' >accounts.csv
	model old.json "$WAS"
	model then.json '{"INBOX": [7, 3, 1, 2], "A": [8, 5, 5, 6], "B": [8, 5, 3, 4], "C": [8, 4, 7, 8]}'
	peer old --model old.json --later 3=then.json --add-cap CONDSTORE
	one_sided
	mm audit
	want 0
	mm scan
	[ "$(query "SELECT count(*) FROM body_seen")" = 8 ]
	mm scan --again
	has "$said" "it is not the folder of that name and UIDVALIDITY that was audited"
	[ "$(query "SELECT count(*) FROM body_seen")" = 12 ]
	mm audit
	want 0
	mm scan --json
	has "$out" '"asked": 4'
	[ "$(query "SELECT count(*) FROM body_seen")" = 16 ]
	mm scan --json
	has "$out" '"asked": 0'
	mm ledger verify --deep
	want 0
}
