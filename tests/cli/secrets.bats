#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where passwords come from, and where they are refused.
load helper

# config SECRET [AUTH]: a one-sided project with this secret.
config() {
	mm init --no-input --one-sided --old-host 127.0.0.1 --old-port "$old_port" --old-tls none --old-secret-prompt --accounts accounts.csv
	want 0
	cat >mailmuster.json <<-END
		{"old": {"host": "127.0.0.1", "port": $old_port, "tls": "none", ${2:-} "secret": $1}}
	END
}
again() {
	rm -f mailmuster.json mailmuster.db*
	config "$@"
}

setup_list() {
	printf 'account\nanna\nbert\n' >accounts.csv
	peer old --user anna:eins --user bert:zwei
}

@test "a command gives each account its own, without a shell" {
	setup_list
	cat >give <<-'END'
		#!/bin/sh
		printf '%s\n' "$@" >>args
		case $1 in anna) echo eins ;; bert) printf 'zwei\r\nnotes below\n' ;; esac
	END
	chmod 700 give
	config "{\"command\": [\"./give\", \"{user}\", \"on {side}; \$(id)\", \"a {user} b\"]}"
	mm audit
	want 0
	sort -u args >.out
	golden secret-args.txt
	nowhere eins .err mailmuster.db
}

@test "what Windows puts before and behind a text is no part of a password" {
	setup_list
	secret users $'\xef\xbb\xbfanna:eins\r\nbert:zwei\r\n'
	config '{"users_file": "users"}'
	mm audit
	want 0
	has "$out" "old  2 of 2 accounts read"
	printf 'account\nanna\n' >accounts.csv
	secret one $'\xef\xbb\xbfeins\r\n'
	again '{"file": "one"}'
	mm audit
	want 0
	secret one $'\xef\xbb\xbf\r\n'
	again '{"file": "one"}'
	mm audit
	want 4
	has "$said" "the password is empty"
}

@test "a command that fails, says nothing or does not exist" {
	setup_list
	local cases=(
		'["false"]|false failed with exit code 1'
		'["true"]|true: the password is empty'
		'["/nonexistent/pass"]|cannot run /nonexistent/pass'
		'["sh", "-c", "kill -9 $$"]|sh was ended by signal 9'
		'["printf", "%05000d", "1"]|the password is longer than 4096 octets'
	)
	for c in "${cases[@]}"; do
		again "{\"command\": ${c%%|*}}"
		mm audit
		want 4
		has "$said" "${c#*|}"
	done
	printf 'account\n-help\n' >accounts.csv
	again '{"command": ["echo", "{user}"]}'
	mm audit
	want 4
	has "$said" "begins with '-'"
}

@test "an admin's command runs once for all accounts" {
	setup_list
	peer old --user admin:Zaubertrank
	cat >give <<-'END'
		#!/bin/sh
		echo "$1" >>args
		echo Zaubertrank
	END
	chmod 700 give
	config '{"command": ["./give", "{user}"]}' '"auth": "authzid", "admin": "admin",'
	mm audit
	want 0
	[ "$(cat args)" = admin ]
}

@test "a file of users" {
	setup_list
	secret users $'# who\nanna:eins\n\nbert:zwei\n'
	config '{"users_file": "users"}'
	mm audit
	want 0
	secret users $'anna:eins\n'
	mm audit
	want 3
	has "$said" "users has no line for bert"
	secret users $'anna:eins\nbert\n'
	mm audit
	want 6
	has "$said" "users:2: is not of the form user:password"
	hasnt "$said" "eins"
	secret users $'bert:a\nanna:eins\nbert:b\n'
	mm audit
	want 6
	has "$said" "lines 1 and 3 are for the same user"
}

@test "a file that others can read is refused" {
	setup_list
	secret pw eins
	printf 'account\nanna\n' >accounts.csv
	config '{"file": "pw"}'
	mm audit
	want 0
	for mode in 640 604 620 602 644; do
		chmod $mode pw
		mm audit
		want 6
		has "$said" "pw"
		has "$said" "chmod"
	done
	chmod 600 pw
	: >pw
	mm audit
	want 4
	has "$said" "the password is empty"
	rm pw
	mm audit
	want 4
	secret users "anna:eins"
	chmod 644 users
	again '{"users_file": "users"}'
	mm audit
	want 6
}

@test "a prompt without a terminal, or with --no-input" {
	setup_list
	config '{"prompt": true}' '"auth": "authzid", "admin": "admin",'
	status=0
	setsid "$MM" audit >.out 2>.err </dev/null || status=$?
	said=$(cat .err) out=""
	want 4
	has "$said" "no terminal to ask on"
	mm --no-input audit
	want 4
	has "$said" "--no-input is given"
}

@test "a prompt does not show what is typed" {
	setup_list
	printf 'account\nanna\n' >accounts.csv
	config '{"prompt": true}'
	python3 "$TOP/tests/cli/terminal.py" "$MM" audit <<-'END' >screen
		expect Password of anna on the old server
		send eins
		expect 1 of 1 account read
		absent eins
		exit 0
	END
	nowhere eins screen mailmuster.db
}

@test "a wrong password is tried once" {
	setup_list
	secret users $'anna:eins\nbert:falsch\n'
	config '{"users_file": "users"}'
	mm audit
	want 3
	has "$said" bert
	[ "$(grep -ciE 'AUTHENTICATE|LOGIN' old.log)" = 2 ]
	secret users $'anna:falsch\nbert:falsch\n'
	mm audit
	want 4
}
