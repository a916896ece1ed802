#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Starting a project, unattended and on a terminal.
load helper

full=(--old-host old.example.org --old-auth authzid --old-admin cyrus --old-secret-command 'pass show "mail admin" {side}'
	--new-host new.example.org --new-tls starttls --new-secret-prompt)

@test "an unattended init writes a commented config and an empty store" {
	mm init --no-input --project Umzug "${full[@]}"
	want 0
	golden init.txt
	cp mailmuster.json .out
	golden init-config.txt
	[ "$(stat -c %a mailmuster.json)" = 600 ]
	[ "$(stat -c %a mailmuster.db)" = 600 ]
	mm status
	want 0
	has "$out" "next: mailmuster accounts import"
}

@test "what no option says is an error that names the option" {
	local cases=(
		"--old-host is missing|"
		"--old-secret-command is missing|--old-host a"
		"--new-host is missing|--old-host a --old-secret-prompt"
		"--old-admin is missing|--old-host a --old-auth master --old-secret-prompt"
		"--new-secret-command is missing|--old-host a --old-secret-prompt --new-host b"
		"--new-host is missing|--old-host a --old-secret-prompt --new-tls none"
	)
	for c in "${cases[@]}"; do
		# shellcheck disable=SC2086
		mm init --no-input ${c#*|}
		want 2
		has "$said" "error: ${c%%|*}"
		absent mailmuster.json mailmuster.db
	done
}

@test "what an option says is checked, and nothing is left behind" {
	local cases=(
		'--old-host "imaps://a"|--old-host imaps://a'
		'--old-host "a:993/x"|--old-host a:993/x'
		'--old-port "0"|--old-port 0'
		'--old-port "65536"|--old-port 65536'
		'--old-tls "ssl"|--old-tls ssl'
		'--old-tls-min "1.4"|--old-tls-min 1.4'
		'--old-auth "proxy"|--old-auth proxy'
		'--old-pin "sha256//short"|--old-pin sha256//short'
		'--old-max-connections "65"|--old-max-connections 65'
		'--old-kind "exchange"|--old-kind exchange'
		'--old-admin goes with|--old-admin root'
		'say only one of --old-secret-file|--old-secret-file x'
		'--one-sided and options of the new server|--one-sided --new-port 1'
		"--old-secret-command \"'\"|--old-secret-command '"
	)
	for c in "${cases[@]}"; do
		# shellcheck disable=SC2086
		mm init --no-input --old-host a --old-secret-prompt --new-host b --new-secret-prompt ${c#*|}
		case $c in "--one-sided"*) mm init --no-input --old-host a --old-secret-prompt --one-sided --new-port 1 ;;
		"--old-secret-command"*) mm init --no-input --old-host a --old-secret-command "'" --one-sided ;;
		esac
		want 2
		has "$said" "error: ${c%%|*}"
		absent mailmuster.json mailmuster.db
	done
}

@test "a project that is there already is refused and stays as it is" {
	mm init --no-input --one-sided --old-host a --old-secret-prompt
	want 0
	sha256sum mailmuster.json mailmuster.db >before
	mm init --no-input --one-sided --old-host b --old-secret-prompt
	want 6
	has "$said" "error: there is a project already: mailmuster.json"
	sha256sum -c --quiet before
	rm mailmuster.json
	mm init --no-input --one-sided --old-host b --old-secret-prompt
	want 6
	has "$said" "there is a project already: mailmuster.db"
}

@test "-C makes the folder, and paths on the command line are seen from here" {
	printf 'account\nanna\n' >list.csv
	secret pw x
	mm -C sub init --no-input --one-sided --old-host a --old-secret-file pw --accounts list.csv
	want 0
	has "$out" "1 new, 0 changed, 0 gone, 0 unchanged"
	cmp list.csv sub/accounts.csv
	grep -qF "\"file\": \"$DIR/pw\"" sub/mailmuster.json
	[ "$(stat -c %a sub)" = 700 ]
	mm -C sub accounts list
	want 0
	cd sub
	mkdir -p deeper/still && cd deeper/still
	mm accounts list
	want 0
	has "$out" anna
}

@test "a list with passwords is taken over without them" {
	printf 'account;Password; pass ;note;Source Passwort\r\nanna;geheim1;geheim3;"a ""b""; c";geheim2\r\nbert;;;-;\r\n' >list.csv
	mm init --no-input --one-sided --old-host a --old-secret-prompt --accounts list.csv
	want 0
	has "$said" "warning: passwords are never read from a list: dropped the column Password, pass, Source Passwort"
	diff accounts.csv - <<-'END'
		account,note
		anna,"a ""b""; c"
		bert,-
	END
	nowhere geheim mailmuster.db mailmuster.json accounts.csv .out .err
	mm accounts import
	want 0
	has "$out" "0 new, 0 changed, 0 gone, 2 unchanged"
}

@test "a mistake in the list leaves no project behind" {
	printf 'account\nanna\nANNA\n' >list.csv
	mm init --no-input --one-sided --old-host a --old-secret-prompt --accounts list.csv
	want 6
	has "$said" "list.csv:3: account ANNA is already on line 2"
	[ "$(ls)" = list.csv ]
	mm init --no-input --one-sided --old-host a --old-secret-prompt --accounts none.csv
	want 6
	[ "$(ls)" = list.csv ]
}

@test "another accounts.csv is not written over" {
	printf 'account\nanna\n' >list.csv
	echo precious >accounts.csv
	mm init --no-input --one-sided --old-host a --old-secret-prompt --accounts list.csv
	want 6
	has "$said" "is there already and would be written over"
	[ "$(cat accounts.csv)" = precious ]
	absent mailmuster.json
}

@test "on a terminal it asks, with defaults, and asks again after a wrong answer" {
	python3 "$TOP/tests/cli/terminal.py" "$MM" init <<-'END' >screen
		expect Name of the project
		send Umzug
		expect Old server: host name
		send imaps://old.example.org
		expect no URL
		expect Old server: host name
		send old.example.org
		expect TLS: implicit
		send starttls
		expect Port [143]
		send
		expect Who logs in
		send authzid
		expect Admin's login name
		send cyrus
		expect Password from
		send file
		expect File (only you may read it)
		send old.secret
		expect New server: host name (empty: there is none yet)
		send
		exit 0
	END
	grep -qF '"project": "Umzug"' mailmuster.json
	grep -qF '"host": "old.example.org"' mailmuster.json
	grep -qF '"port": 143' mailmuster.json
	grep -qF '"admin": "cyrus"' mailmuster.json
	grep -qF '"secret": { "file": "old.secret" }' mailmuster.json
	mm accounts import
	want 6
	has "$said" "there is no accounts.csv"
}

@test "Ctrl-C at a question leaves nothing behind" {
	python3 "$TOP/tests/cli/terminal.py" "$MM" init <<-'END' >screen
		expect Name of the project
		interrupt
		exit 130
	END
	absent mailmuster.json mailmuster.db
}

# A script as administrators write it; what is in it must show, or be named.
mover_script() {
	cat >move.sh <<-'END'
		#!/bin/bash
		OLD=old.example.org ADMIN=cyrus
		while IFS=';' read -r user1 pass1 user2 pass2; do
			imapsync --host1 "$OLD" --authuser1 $ADMIN --user1 "$user1" --password1 "$pass1" \
				--host2 new.example.org --user2 "$user2*migadmin" --password2=geheim \
				--f1f2 'Sent Items=Sent' --f1f2 'Entw&APw-rfe=Drafts' --f1f2 'INBOX.Old=Old' \
				--maxsize 25000000 --delete2 --nosuch $MORE
		done <users.txt
	END
}

@test "init takes hosts, admins and pairs from a script that runs imapsync" {
	mover_script
	mm init --no-input --from-imapsync move.sh --old-secret-prompt --new-secret-prompt
	want 0
	for line in '"host": "old.example.org"' '"auth": "authzid"' '"admin": "cyrus"' '"host": "new.example.org"' \
		'"auth": "master"' '"admin": "migadmin"' '"Sent Items": "Sent",' '"Entwürfe": "Drafts"' \
		'// "INBOX.Old": "Old"' '// line 6: --f1f2 Sent Items=Sent'; do
		grep -qF "$line" mailmuster.json || { echo "no $line"; return 1; }
	done
	has "$out" "REMOVES MAIL:"
	has "$out" "line 7    --delete2: removes from the new server"
	has "$out" "line 7    --maxsize 25000000: messages larger than this many octets do not arrive"
	has "$out" "--nosuch is no option that is known"
	has "$out" '--user1: $user1 is read while the script runs (line 3)'
	has "$out" 'what $MORE holds may be any options'
	nowhere geheim mailmuster.json mailmuster.db .out .err
	mm status
	want 0
}

@test "options win over the script, and JSON counts what it told" {
	mover_script
	mm init --json --no-input --from-imapsync move.sh --old-host other.example.org --old-auth user \
		--old-secret-prompt --new-secret-prompt
	want 0
	grep -qF '"host": "other.example.org"' mailmuster.json
	grep -qF '"auth": "user"' mailmuster.json
	hasnt "$(cat mailmuster.json)" '"admin": "cyrus"'
	python3 - <<-'END'
		import json
		got = json.load(open(".out"))["imapsync"]
		assert got == {"commands": 1, "rules": 2, "doubts": 1, "unknown": 4, "destroys": 1}, got
	END
}

@test "a script that no shell reads, or without imapsync, leaves nothing behind" {
	printf 'imapsync --host1 "a\n' >broken.sh
	printf 'echo imapsync is great\n' >none.sh
	printf 'while read h; do imapsync --host1 "$h"; done\n' >unknown.sh
	for c in "broken.sh|6|broken.sh:1:18: the quote \" that opens here is never closed" \
		"none.sh|6|none.sh: no imapsync command is in it" "gone.sh|7|gone.sh" \
		"unknown.sh|2|--old-host is missing"; do
		IFS='|' read -r file code words <<<"$c"
		mm init --no-input --one-sided --old-secret-prompt --from-imapsync "$file"
		want "$code"
		has "$said" "$words"
		absent mailmuster.json mailmuster.db
	done
}
