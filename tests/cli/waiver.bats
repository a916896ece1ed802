#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Waivers: what they cover, who may approve them, and that they end.
load helper

# A project whose accounts nobody decided, so that G01 has a finding for each.
undecided() {
	local n
	secret admin.secret Zaubertrank
	printf 'account\n' >accounts.csv
	printf '%s\n' "$@" >>accounts.csv
	[ -e mailmuster.json ] || {
		mm init --no-input --project test --accounts accounts.csv --old-host old.example.org --old-tls implicit \
			--old-auth authzid --old-admin admin --old-secret-file admin.secret --new-host new.example.org \
			--new-tls implicit --new-auth authzid --new-admin admin --new-secret-file admin.secret
		want 0
	}
	mm accounts import
	want 0
	# the log of the old server, so that nobody else can be there
	export TZ=UTC
	for n in 100 50 0; do
		echo "$(LC_ALL=C date -u -d "-$n days" '+%b %e') 00:00:00 old dovecot: master: Dovecot is up"
	done >mail.log
	mm logs --side old mail.log
	want 0
}

# day N: so many days from now.
day() { date -u -d "$1 days" +%F; }

# ask WORDS: a waiver of G01, asked for by ada.
ask() {
	mm waiver new --check G01 --owner "P. Ito" --by ada --reason "not decided yet" --risk "mail of two people" --yes "$@"
}

# g01: its outcome.
g01() { mm gate explain G01 --json; python3 -c 'import json; print(json.load(open(".out"))["check"]["outcome"])'; }

@test "a waiver counts when somebody else approved it, and covers what it names and nothing else" {
	undecided anna bert
	[ "$(g01)" = FAIL ]
	mm waiver list
	want 0
	has "$out" "there is no waiver"
	ask --all --until "$(day 30)" --ticket "RT#4711"
	want 0
	has "$out" "W-001  pending   G01  2 findings"
	has "$out" "risk: mail of two people; RT#4711"
	[ "$(g01)" = FAIL ]
	mm waiver approve W-001 --by "p. ito"
	want 6
	has "$said" "who owns waiver 1 cannot approve it"
	mm waiver approve 1 --by " ADA"
	want 6
	has "$said" "who asked for waiver 1 cannot approve it"
	mm waiver approve W-001 --by mia --note "until the board meets"
	want 0
	has "$out" "W-001  valid"
	mm waiver approve W-001 --by zoe
	want 6
	has "$said" "approved before"
	[ "$(g01)" = WAIVED ]
	mm gate explain G01
	has "$out" "covered by W-001 until $(day 31)"
	# a third account is not covered
	undecided anna bert cara
	[ "$(g01)" = FAIL ]
	mm gate explain G01
	has "$out" "cara"
	mm waiver revoke W-001 --by mia
	want 0
	has "$out" "W-001  revoked"
	mm waiver revoke W-001 --by mia
	want 6
	mm gate explain G01
	hasnt "$out" "covered"
	mm waiver list --json
	want 0
	python3 -c 'import json; w, = json.load(open(".out"))["waivers"]; assert w["state"] == "revoked" and w["findings"] == 2'
	mm ledger verify --deep
	want 0
}

@test "exact findings by their digits" {
	local one two
	undecided anna bert
	mm gate explain G01 --json
	read -r one two < <(python3 -c 'import json; print(*[n["fingerprint"] for n in json.load(open(".out"))["check"]["names"]])')
	ask --finding "${one:0:12}" --until "$(day 1)"
	want 0
	has "$out" "1 finding "
	mm waiver approve W-001 --by mia
	want 0
	[ "$(g01)" = FAIL ]
	ask --finding "$one" --until "$(day 1)"
	want 6
	has "$said" "is covered by W-001 already"
	ask --finding "$two" --until "$(day 1)" --json
	want 0
	mm waiver approve W-002 --by mia
	[ "$(g01)" = WAIVED ]
	ask --finding 000000000000 --until "$(day 1)"
	want 6
	has "$said" "no finding of G01 begins with 000000000000"
}

@test "what a waiver may not be is refused in a line" {
	undecided anna
	ask --all --until "$(day 91)"
	want 6
	has "$said" "a waiver ends within 90 days"
	ask --all --until "$(day -1)"
	want 6
	has "$said" "is over already"
	ask --all --until "$(day 89)"
	want 0
	ask --finding 'acc*' --until "$(day 1)"
	want 2
	has "$said" "no wildcard is taken"
	ask --finding abc --until "$(day 1)"
	want 2
	ask --until "$(day 1)"
	want 2
	has "$said" "either --finding or --all"
	ask --all
	want 2
	has "$said" "--until says when it ends"
	ask --all --until soon
	want 2
	mm waiver new --check 'G*' --all
	want 2
	has "$said" "there is no check"
	mm waiver new --check G03 --all --owner o --by b --reason r --risk k --until "$(day 1)" --yes
	want 6
	has "$said" "G03 cannot be waived"
	mm waiver new --check G01 --all --by b --reason r --risk k --until "$(day 1)" --yes
	want 2
	has "$said" "--owner says who answers for it"
	mm waiver new --check G01 --all --owner o --by b --reason r --risk k --until "$(day 1)"
	want 2
	has "$said" "--yes says so beforehand"
	mm waiver approve W-009 --by mia
	want 6
	has "$said" "there is no waiver W-009"
	mm waiver approve W-x --by mia
	want 2
	mm waiver approve W-001
	want 2
	mm waiver approve W-001 --by mia --force
	want 2
	mm waiver forget W-001
	want 2
}

@test "a lone administrator may, and it is said" {
	undecided anna
	sed -i '1s/{/{ "gate": { "approvers": 1 },/' mailmuster.json
	ask --all --until "$(day 10)"
	want 0
	mm waiver approve W-001 --by ada
	want 0
	has "$out" "W-001  valid"
	[ "$(g01)" = WAIVED ]
	mm gate
	has "$out" "one person alone may sign"
	# with two again, it was never approved
	sed -i '1s/"approvers": 1/"approvers": 2/' mailmuster.json
	mm waiver list
	has "$out" "W-001  improper"
	[ "$(g01)" = FAIL ]
	mm gate explain G19
	has "$out" "who approved it asked for it, or owns it"
}

@test "a set that was widened by hand is refused" {
	undecided anna
	ask --all --until "$(day 10)"
	mm waiver approve W-001 --by mia
	want 0
	sqlite3 mailmuster.db "DROP TRIGGER waived_no_update; DROP TRIGGER waived_no_delete;
		INSERT INTO waived VALUES (1, zeroblob(32));"
	mm gate
	want 12
	has "$said" "waiver 1 covers 2 findings, and names 1"
	mm waiver list
	want 12
	mm ledger verify
	want 12
}

@test "names from outside are shown as text" {
	undecided anna
	mm waiver new --check G01 --all --owner $'o\e[2J' --by $'b\xe2\x80\xae' --reason $'r\nx' --risk k --until "$(day 1)" --yes
	want 0
	hasnt "$out" $'\e'
	mm waiver list
	hasnt "$out" $'\e'
	hasnt "$out" $'\xe2\x80\xae'
}
