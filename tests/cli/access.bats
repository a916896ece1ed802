#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Who else may use a folder: asked once, kept, compared after the move, and never taken for lost mail.
load helper

# models OLD NEW: folder models; JSON objects {"INBOX": "anna lra"} of lists of rights, null for none.
models() {
	python3 - "$1" "$2" <<-'END'
		import json, sys
		for name, acls in zip(("old.json", "new.json"), sys.argv[1:]):
		    json.dump({"folders": [{"name": f, "acl": a, "messages": [
		        {"uid": 1, "size": 100, "header": "Message-ID: <%s@example.org>\r\n" % f}]} for f, a in json.loads(acls).items()]},
		        open(name, "w"))
	END
}

asked() {
	grep -c 'GETACL' "$1.log" || true
}

@test "what others may no longer do, and what is open to them now" {
	printf 'account,old_user,new_user\nanna,anna,anna@example.org\nbert,bert,bertram@example.org\n' >accounts.csv
	models '{"INBOX": "anna lrswipkxtea", "Home": "anna lra bert lrs", "Board": "anna lra bert lrs anyone lr", "Ours": "anna lrs bert lrs"}' \
		'{"INBOX": "owner lra anyone lr", "Home": "owner lra", "Board": "owner lra bertram@example.org l anyone lr", "Ours": "bertram@example.org lrs"}'
	peer old --model old.json --add-cap ACL
	peer new --model new.json --add-cap ACL
	project
	mm audit --only anna
	want 0
	[ "$(asked old)" = 4 ]
	[ "$(asked new)" = 4 ]
	mm verify --only anna
	want 1
	mm explain anna
	want 0
	has "$out" 'others may use "Home": bert lrs'
	has "$out" "bert had lrs and has nothing on the new side"
	has "$out" "bert had lrs and has l on the new side"
	has "$out" "anyone had nothing and has lr on the new side"
	hasnt "$out" '"Ours"'"on"
	has "$out" "0 missing"
	mm report --json
	want 0
	has "$out" '"class": "access"'
	# Nothing changed: nobody is asked; but for those who want to know.
	mm -v audit --only anna
	want 0
	[ "$(asked old)" = 4 ]
	mm audit --only anna --acl
	want 0
	[ "$(asked old)" = 8 ]
	mm ledger verify --deep
	want 0
}

@test "rights that were set afterwards are seen when they are asked for" {
	printf 'account\nanna\nbert\n' >accounts.csv
	models '{"INBOX": "anna lra", "Home": "anna lra bert lrs"}' '{"INBOX": "anna lra", "Home": "anna lra"}'
	peer old --model old.json --add-cap ACL
	mv new.json before.json
	models '{"INBOX": "anna lra", "Home": "anna lra bert lrs"}' '{"INBOX": "anna lra", "Home": "anna lra bert lrs"}'
	peer new --model before.json --add-cap ACL --later 2=new.json
	project
	mm audit --only anna
	want 0
	mm verify --only anna
	want 0
	mm explain anna
	has "$out" "bert had lrs and has nothing"
	mm audit --only anna --acl
	want 0
	mm verify --only anna
	want 0
	mm explain anna
	hasnt "$out" "bert had lrs"
}

@test "odd answers about rights cost no account" {
	printf 'account\nanna\n' >accounts.csv
	models '{"INBOX": "anna lra eve lr", "A": "NO [NOPERM] Permission denied", "B": "eve NIL", "C": null, "D": "\"a b\" (lr)", "E": "", "F": "BAD what"}' \
		'{"INBOX": "anna lra"}'
	peer old --model old.json --add-cap ACL
	peer new --model new.json
	project
	mm audit
	want 0
	mm explain anna
	has "$out" 'others may use "INBOX": eve lr'
	mm audit
	want 0
	[ "$(asked old)" = 7 ]
	[ "$(asked new)" = 0 ]
	mm verify
	want 1
	mm explain anna
	has "$out" "the new side does not tell who may do what there"
	mm report --json
	has "$out" "Permission denied"
}

@test "one who hangs up over it, one who is asked for patience, and one who is not to be asked" {
	printf 'account\nanna\n' >accounts.csv
	peer old --add-cap ACL --bye GETACL=enough
	peer new --add-cap ACL --put-off "GETACL:1=NO [UNAVAILABLE]_later"
	project
	mm audit
	want 0
	[ "$(asked old)" -ge 1 ]
	mm verify
	want 0
	mm audit --side new
	want 0
	[ "$(asked new)" = 3 ]
	sed -i 's|// "acl": "auto"|"acl": "off"|' mailmuster.json
	mm audit --acl --side new
	want 0
	[ "$(asked new)" = 3 ]
}

@test "a folder's rights cost no wait each" {
	printf 'account\nanna\n' >accounts.csv
	peer old --folders 300 --add-cap ACL
	one_sided
	mm audit --json
	want 0
	[ "$(asked old)" = 302 ]
	python3 -c 'import json, sys; w = json.load(open(".out"))["wire"]; assert w["waits"] <= 12, w'
	mm audit --json
	want 0
	[ "$(asked old)" = 302 ]
	python3 -c 'import json, sys; w = json.load(open(".out"))["wire"]; assert w["waits"] <= 3 and w["octets_in"] <= 65536, w'
}

@test "whoever is purged stands in no list of rights" {
	printf 'account\nanna\nbert\n' >accounts.csv
	models '{"INBOX": "anna lra", "Home": "anna lra bert lrs -bert x cleo l"}' '{"INBOX": "anna lra", "Home": "anna lra"}'
	peer old --model old.json --add-cap ACL
	peer new --model new.json --add-cap ACL
	project
	mm audit
	want 0
	mm verify
	want 0
	mm explain anna
	has "$out" "bert had lrs and has nothing"
	mm purge bert --by grace --reason "he asked" --yes
	want 0
	nowhere bert mailmuster.db
	mm explain anna
	hasnt "$out" "bert"
	has "$out" "cleo"
	mm ledger verify --deep
	want 0
}
