#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The account list: what is read, what is refused, what an import changes.
load helper

start() {
	mm init --no-input --old-host a --old-secret-prompt --new-host b --new-secret-prompt
	want 0
}

@test "commas, semicolons, tabs, BOM, CRLF and comments are read alike" {
	start
	printf 'account,old_user,new_user\nanna,anna1,anna@example.org\nbert,,-\n' >1.csv
	printf '\xef\xbb\xbfaccount;old_user;new_user\r\n# a comment\r\nanna;anna1;anna@example.org\r\n\r\nbert;;-\r\n' >2.csv
	printf 'new_user\tAccount\told_user\nanna@example.org\tanna\tanna1\n-\tbert\t\n' >3.csv
	printf '"account","old_user","new_user"\n"anna","anna1","anna@example.org"\n"bert","","-"' >4.csv
	mm accounts import 1.csv
	want 0
	[ "$out" = "2 new, 0 changed, 0 gone, 0 unchanged" ]
	for i in 2 3 4; do
		mm accounts import $i.csv
		want 0
		[ "$out" = "0 new, 0 changed, 0 gone, 2 unchanged" ]
	done
	mm accounts list
	want 0
	golden accounts-list.txt
	mm accounts list --json
	want 0
	golden accounts-list.json
}

@test "new, changed, gone, unchanged, and back again" {
	start
	printf 'account,kind\nanna,user\nbert,user\ncara,user\n' >accounts.csv
	mm accounts import
	[ "$out" = "3 new, 0 changed, 0 gone, 0 unchanged" ]
	printf 'account,kind\nANNA,service\nbert,user\ndora,user\n' >accounts.csv
	mm accounts import --dry-run
	want 0
	[ "$out" = "1 new, 1 changed, 1 gone, 1 unchanged (dry run: nothing was stored)" ]
	mm accounts import -n --json
	want 0
	golden accounts-import.json
	mm accounts import
	[ "$out" = "1 new, 1 changed, 1 gone, 1 unchanged" ]
	mm accounts list
	hasnt "$out" cara
	mm accounts list --only cara
	want 2
	has "$said" "account cara is no longer in the account list"
	printf 'account,kind\nanna,service\nbert,user\ncara,user\ndora,user\n' >accounts.csv
	mm accounts import
	want 0
	mm accounts list
	has "$out" cara
	mm ledger verify
	want 0
	# Who was added to the file alone is in no verdict.
	mm status
	hasnt "$said" "accounts.csv"
	touch -d '1 minute' accounts.csv
	mm status
	hasnt "$said" "accounts.csv"
	echo "eve,user" >>accounts.csv
	touch -d '1 minute' accounts.csv
	mm status
	has "$said" "accounts.csv was changed after it was imported: mailmuster accounts import"
	# A login that was "-" is a side more to examine.
	printf 'account,new_user\nanna,-\n' >accounts.csv
	mm accounts import
	printf 'account,new_user\nanna,anna\n' >accounts.csv
	touch -d '1 minute' accounts.csv
	mm status
	has "$said" "accounts.csv was changed after it was imported"
	# So is another decision or owner, or a name by which logs know somebody ...
	local row
	printf 'account,decision,owner,logins\nanna,migrate,ada,\n' >accounts.csv
	mm accounts import
	for row in 'anna,archive,ada,' 'anna,migrate,alan,' 'anna,migrate,ada,a.smith'; do
		printf 'account,decision,owner,logins\n%s\n' "$row" >accounts.csv
		touch -d '1 minute' accounts.csv
		mm status
		has "$said" "accounts.csv was changed after it was imported"
	done
	# ... or that nobody may open it any more, which is a change as well when it is imported ...
	printf 'account,access,access_reason\nanna,,\n' >accounts.csv
	mm accounts import
	printf 'account,access,access_reason\nanna,none,court\n' >accounts.csv
	touch -d '1 minute' accounts.csv
	mm status
	has "$said" "accounts.csv was changed after it was imported"
	mm accounts import
	has "$out" "0 new, 1 changed, 0 gone, 0 unchanged"
	mm status
	hasnt "$said" "accounts.csv"
	printf 'account,decision,owner,logins\nanna,migrate,ada,\n' >accounts.csv
	mm accounts import
	# ... but not what a person said since, which counts over the list.
	printf 'account,decision,owner,logins\nanna,migrate,ada,\n' >accounts.csv
	touch -d '1 minute' accounts.csv
	mm accounts set anna --decision archive --by grace
	want 0
	mm status
	hasnt "$said" "accounts.csv"
	mm accounts set anna --owner alan --by grace
	mm status
	hasnt "$said" "accounts.csv"
}

@test "mistakes name file and line, and change nothing" {
	start
	printf 'account\nanna\n' >accounts.csv
	mm accounts import
	want 0
	local cases=(
		'bad.csv: is empty|'
		'bad.csv:1: no column is named "account"|name\nanna\n'
		'bad.csv:1: column Account is there twice|account,Account\na,b\n'
		'bad.csv:3: the account has no name|account,note\nanna,\n,x\n'
		'bad.csv:4: account Anna is already on line 2|account\nanna\nbert\nAnna\n'
		'bad.csv:2: has 3 fields, the header has 2|account,note\nanna,x,y\n'
		'bad.csv:2: kind "robot" is none of|account,kind\nanna,robot\n'
		'bad.csv:2: decision "burn" is none of|account,decision\nanna,burn\n'
		'bad.csv:2: access "some" is neither|account,access\nanna,some\n'
		'bad.csv:2: access "none" needs a reason|account,access\nanna,none\n'
		'bad.csv:2: account anna is on neither server|account,old_user,new_user\nanna,-,-\n'
		'bad.csv:2: old_user|account,old_user\nanna,"a\nb"\n'
		'bad.csv: lines 2 and 3 give the login x on the new server different trees|account,new_user,new_tree\nanna,x,shared\nbert,x,\n'
		'bad.csv:2: old_tree|account,old_tree\nanna,"a\nb"\n'
		'bad.csv: lines 2 and 3 give the login x on the old server different access|account,old_user,access,access_reason\nanna,x,none,court\nbert,x,,\n'
		'bad.csv:2|account\nan\xffna\n'
		'bad.csv:2|account\n"anna\n'
	)
	for c in "${cases[@]}"; do
		# shellcheck disable=SC2059
		printf "${c#*|}" >bad.csv
		mm accounts import bad.csv
		want 6
		has "$said" "error: ${c%%|*}"
		[ -z "$out" ]
		mm accounts import
		want 0
		[ "$out" = "0 new, 0 changed, 0 gone, 1 unchanged" ]
	done
	printf 'acount\nanna\n' >bad.csv
	mm accounts import bad.csv
	has "$said" 'hint: did you mean "account" where the header says "acount"?'
	head -c 300 /dev/zero | tr '\0' a | sed 's/^/account\n/' >bad.csv
	mm accounts import bad.csv
	want 6
	mm accounts import .
	want 6
}

@test "passwords are dropped and said, unknown columns become notes" {
	start
	printf 'account,password,department,note\nanna,Zaubertrank,Physics,old friend\n' >accounts.csv
	mm accounts import
	want 0
	has "$said" "dropped the column password"
	has "$said" "kept as notes: department"
	mm accounts list --json
	has "$out" '"note": "old friend; department: Physics"'
	nowhere Zaubertrank mailmuster.db .out .err
}

@test "a column that is misspelt, and two accounts that are the same mail, are told" {
	start
	printf 'account,old_usr,new_user\nanna,a.berg,anna\nbert,,bert\n' >accounts.csv
	mm accounts import
	want 0
	has "$said" 'did you mean "old_user" for "old_usr"?'
	hasnt "$said" "same logins"
	printf 'account,old_user,new_user\nanna,,\nBert,anna,anna\ncara,,\nanton,anna,anna\ndora,anna,-\n' >accounts.csv
	mm accounts import
	want 0
	has "$said" "the same logins on both servers: anna and Bert (lines 2 and 3) and 1 more"
	# A mailbox that moves below a prefix as well is another matter.
	printf 'account,old_user,new_user,new_prefix\nanna,,,\nbert,anna,anna,Old\n' >accounts.csv
	mm accounts import
	want 0
	hasnt "$said" "same logins"
}

@test "--only takes names, commas, files, any case, and knows what was meant" {
	start
	printf 'account\nanna\nBert\ncara\n' >accounts.csv
	mm accounts import
	want 0
	mm accounts list --only ANNA,bert
	want 0
	has "$out" anna
	has "$out" Bert
	hasnt "$out" cara
	printf '# who\n\n cara \r\nanna\n' >who
	mm accounts list --only @who --only bert
	want 0
	[ "$(wc -l <.out)" = 4 ]
	mm accounts list --only @who
	hasnt "$out" Bert
	mm accounts list --only carra
	want 2
	has "$said" "no account carra is listed: did you mean cara?"
	echo carra >>who
	mm accounts list --only @who
	want 2
	has "$said" "who:5: no account carra is listed"
	mm accounts list --only @nowhere
	want 2
	: >who
	mm accounts list --only @who
	want 2
	has "$said" "who names no account"
}

@test "a project without accounts is never clean" {
	start
	for command in audit verify report "accounts list"; do
		# shellcheck disable=SC2086
		mm $command
		want 6
		has "$said" "no accounts are listed"
	done
	printf 'account\n' >accounts.csv
	mm accounts import
	want 0
	mm verify
	want 6
}
