#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Words on the command line, what is said of wrong ones, and where it is said.
load helper

# refuse CODE "WORDS" ARGS: exit code, and what the error says.
refuse() {
	local code=$1 words=$2
	shift 2
	mm "$@"
	want "$code"
	has "$said" "error: $words"
	[ -z "$out" ]
}

@test "no command, or one that does not exist" {
	refuse 2 "which command?"
	refuse 2 'there is no command "vrify": did you mean verify?' vrify
	refuse 2 'there is no command "xylophone"' xylophone
	hasnt "$said" "did you mean"
	refuse 2 'there is no command ""' ""
	refuse 2 'there is no command "Verify": did you mean verify?' Verify
}

@test "abbreviated options are refused though they are unambiguous" {
	refuse 2 "option --offl must be written in full: did you mean --offline?" verify --offl
	refuse 2 "option --jso must be written in full: did you mean --json?" status --jso
	refuse 2 "option --jso must be written in full: did you mean --json?" --jso status
	refuse 2 "option --dept must be written in full: did you mean --depth?" audit --dept=full
	refuse 2 "option --dept must be written in full: did you mean --depth?" audit --dept full
	refuse 2 "option --dept must be written in full: did you mean --depth?" audit --dept
	refuse 2 "option --offl must be written in full" verify --offl=1
	refuse 2 "option --o must be written in full" init --o x
}

@test "unknown options, with the nearest one" {
	refuse 2 "unknown option --offlin3: did you mean --offline?" verify --offlin3
	refuse 2 "unknown option --delete2" audit --delete2
	refuse 2 "unknown option -x" -x
	refuse 2 "unknown option -z" audit -z
	refuse 2 "unknown option --" audit --=full
}

@test "values that are missing, wrong or too many" {
	refuse 2 "option --side needs a value" audit --side
	refuse 2 "option -C needs a value" -C
	for words in audit scan "import counts" "logs FILE" "accounts dormant"; do
		refuse 2 "--side is old or new" $words --side both
	done
	refuse 2 "--depth is counts, ids or full" audit --depth deep
	refuse 2 "--rate is octets (500K, 2M; at least 16K) or messages" audit --rate fast
	refuse 2 "--rate is octets" audit --rate 0
	refuse 2 "--rate is octets" audit --rate 15K
	refuse 2 "--rate is octets" scan --rate 9msg
	refuse 2 "--rate is octets" scan --rate -5
	refuse 2 "--not-during: this is no time of day" audit --not-during "Mon-Fri 8-18"
	refuse 2 "--not-during: no time is left" audit --not-during 00:00-12:00 --not-during 12:00-24:00
	refuse 2 "--not-during: " scan --not-during "08:00-18:00 Europe/Nowhere"
	refuse 2 "option --offline takes no value" verify --offline=yes
	refuse 2 "--jobs takes a number from 1 to 64" --jobs 0 status
	refuse 2 "--jobs takes a number from 1 to 64" --jobs 65 status
	refuse 2 "--jobs takes a number from 1 to 64" --jobs 2x status
	refuse 2 "--color is auto, always or never" --color=blue status
	refuse 2 "--only needs the name" --only "" status
	refuse 2 "--only has an empty name" --only anna,,bert status
	refuse 2 "--only has an empty name" --only anna, status
	refuse 2 'verify: "anna" is one argument too many' verify anna
	refuse 2 "explain: an argument is missing" explain
	refuse 2 'ledger: "head2" is none of verify, head, export and forget' ledger head2
	refuse 2 'accounts: there is no "imprt": did you mean import?' accounts imprt
	refuse 2 "report: only one of" report --csv --text
	refuse 2 "report: --redact is for --html and --xlsx" report --csv --redact
	refuse 2 "report: --xlsx needs a file" report --xlsx
	mm --json report --csv
	want 2
	has "$out" "report: only one of"
}

@test "a value that looks like an option is a value" {
	mm audit --side --depth
	want 2
	has "$said" "--side is old or new"
	mm -C --quiet status
	want 10
	has "$said" "error: --quiet: No such file or directory"
}

@test "common options stand before or after the command" {
	mm -C /nonexistent status
	want 10
	mm status -C /nonexistent
	want 10
	mm status --no-color -q -v --no-input --jobs 3 -C /nonexistent
	want 10
}

@test "no project here, nor above" {
	for command in status doctor audit verify report "explain anna" "ledger head" "accounts list"; do
		# shellcheck disable=SC2086
		mm $command
		want 10
		has "$said" "error: there is no mailmuster.json here or in a folder above"
		has "$said" "hint: mailmuster init"
	done
}

@test "with --json errors are JSON on standard output, wherever it stands" {
	for args in "--json nonsense" "status --json" "audit --side both --json" "--json -x"; do
		# shellcheck disable=SC2086
		mm $args
		[ "$status" != 0 ]
		[ -z "$said" ]
		python3 -c '
import json, sys
e = json.load(open(sys.argv[1]))["error"]
assert e["code"] == int(sys.argv[2]) and e["class"] in ("usage", "no-project") and e["message"], e
assert list(e) == ["code", "class", "message", "hint"], e' .out "$status"
	done
}

@test "help of all commands, and of each" {
	mm help
	want 0
	golden help.txt
	mm --help
	want 0
	golden help.txt
	mm help exit-codes
	want 0
	golden exit-codes.txt
	for c in init doctor accounts audit verify explain status report ledger help; do
		mm help "$c"
		want 0
		cp .out by-help
		mm "$c" --help
		want 0
		cmp .out by-help
		mm "$c" -h
		want 0
		cmp .out by-help
	done
	refuse 2 'there is no help on "auditt": did you mean audit?' help auditt
	refuse 2 'there is no help on "secert": did you mean secrets?' help secert
	refuse 2 'there is no help on "xylophone"' help xylophone
	hasnt "$said" "did you mean"
}

@test "a topic is explained, and no line of it is long" {
	mm help --all
	want 0
	[ "$(grep -c '^mailmuster help [a-z-]*: ' .out)" -ge 14 ]
	[ -z "$(sed -n '/^mailmuster help stages/,$p' .out | grep -E '.{91}|'$'\t')" ]
	mm help verdicts
	want 0
	grep -qxF -- "$(sed -n 2p .out)" <("$MM" help --all)
	has "$out" "same-weak"
}

@test "the version, the id of the build, and what it stands on" {
	mm --version
	want 0
	[ "$(sed -n 1p .out)" = "mailmuster $(cat "$TOP/VERSION")" ]
	[ "$(sed -n 2p .out)" = "build $(python3 - "$MM" <<-'END'
		# The note of the ELF file, found without its tables: header of 4, 20, 3, then "GNU".
		import sys
		d = open(sys.argv[1], "rb").read()
		at = d.index(bytes([4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0]) + b"GNU\0") + 16
		print(d[at:at + 20].hex())
	END
	)" ]
	for library in libcurl OpenSSL libcrypto cJSON PCRE2 utf8proc zlib SQLite GMime libarchive libxlsxwriter; do
		grep -qE "(^|, )$library[ /][0-9]+\.[0-9.]+" .out || { echo "no version of $library"; return 1; }
	done
	! pkg-config --exists libisal || grep -qE ', ISA-L [0-9.]+' .out
	cp .out alone
	mm status --version
	want 0
	cmp .out alone
}

@test "a result that cannot be written is trouble of this machine" {
	status=0
	"$MM" help >/dev/full 2>.err || status=$?
	out="" said=$(cat .err)
	want 7
	has "$said" "error: cannot write the result to standard output: No space left on device"
	status=0
	"$MM" --json help nonsense >/dev/full 2>.err || status=$?
	[ "$status" = 7 ]
	# Once is enough, also where the command itself notices.
	printf 'account\nanna\n' >list.csv
	mm init --no-input --one-sided --old-host localhost --old-secret-prompt --accounts list.csv
	want 0
	status=0
	"$MM" report --csv >/dev/full 2>.err || status=$?
	[ "$status" = 7 ]
	[ "$(grep -c 'cannot write the result' .err)" = 1 ]
}

@test "hostile words are shown harmless" {
	mm $'ev\e[31mil\n'
	want 2
	hasnt "$said" $'\e'
	mm verify $'--\e]0;x\a'
	want 2
	hasnt "$said" $'\e'
}
