#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The manual and the completion say what the table of commands says.
load helper

# The manual as one line of plain text, blanks single.
manual() {
	if command -v mandoc >/dev/null; then
		mandoc -T ascii -O width=300 "$TOP/man/mailmuster.1"
	else
		MANWIDTH=300 man -l -Tascii "$TOP/man/mailmuster.1"
	fi | sed 's/.\x08//g' | tr -s ' \n\t' ' '
}

@test "the manual's synopsis is each command's usage" {
	local text command usage
	text=$(manual)
	[ -n "$text" ]
	for command in $("$MM" help --options | grep -v -e ' '); do
		usage=$("$MM" help "$command" | sed -n 's/^usage: //p')
		has "${text,,}" " ${usage,,} "
	done
}

@test "the manual names every option of every command, and no other" {
	"$MM" help --options | sed -n 's/.* //p' | grep '^--' | sort -u >known
	manual | grep -oE -- '--[a-z][a-z0-9-]*' | sort -u >written
	diff known written
}

@test "what README and CHECKLIST tell to type exists" {
	local words word command rest
	"$MM" help --options >known
	grep -ohE '(^    |`)mailmuster [a-z][^`#]*' "$TOP/README.md" "$TOP/CHECKLIST.md" | sed 's/^ *`*mailmuster //' >typed
	[ "$(wc -l <typed)" -ge 15 ]
	while read -r command rest; do
		grep -qx -- "$command" known || { echo "no command $command"; return 1; }
		read -ra words <<<"$rest"
		for word in "${words[@]}"; do
			[[ $word == --* ]] || continue
			grep -qxE -- "(\*|$command) $word" known || { echo "$command has no $word"; return 1; }
		done
	done < <(grep -v '^help COMMAND' typed)
}

@test "CHECKLIST.md is the list that is built in" {
	"$MM" checklist export premigration --blank --format markdown >made.md
	diff "$TOP/CHECKLIST.md" made.md
}

# shapes FILE...: every schema in these documents, and every key, stands in docs/json.md.
shapes() {
	python3 - "$TOP/docs/json.md" "$@" <<-'END'
		import json, re, sys
		known = open(sys.argv[1]).read()
		words = set(re.findall(r'["`]([a-z_]+)["`]', known))
		def keys(x):
		    if isinstance(x, dict):
		        for k, v in x.items():
		            yield k
		            yield from keys(v)
		    elif isinstance(x, list):
		        for v in x:
		            yield from keys(v)
		for name in sys.argv[2:]:
		    d = json.load(open(name))
		    assert "error" in d or d["schema"] in known, (name, d["schema"])
		    assert not set(keys(d)) - words, (name, set(keys(d)) - words)
	END
}

@test "docs/lint.md ends with the rules that are built in" {
	"$MM" lint --rules >rules
	[ "$(wc -l <rules)" -gt 300 ]
	sed -n '/^## destroys$/,$p' "$TOP/docs/lint.md" | diff - rules
}

@test "docs/json.md knows every shape and every key" {
	local command n=0
	peer old
	peer new --no-open Sent --omit-message 2
	printf 'account\nanna\n' >accounts.csv
	project --json
	sed -i '1s/{/{ "service_date": "2026-12-12",/' mailmuster.json
	cp .out 0.json
	for command in doctor "accounts list" "accounts import" audit verify status report "explain anna" \
		"ledger head" "ledger verify" "audit --side all" "plan map" "plan oversized" "plan fit" "plan waves" "lint $TOP/tests/data/mover/firehose.sh" "lint --rules" "plan notices --closes 2027-01-31" seal "event cutover" "event list" "event import $TOP/tests/data/mover/imapsync-2.229.log" \
		"verify --rollback" "accept --class message-missing --by C --reason r --yes" "accept list" \
		"verify --since 3" "report --only anna" checklist "checklist due" "checklist sign 14" \
		"ledger verify --deep" status gate "gate explain G02" "event statement retention --role clerk"; do
		n=$((n + 1))
		# shellcheck disable=SC2086
		mm $command --json
		cp .out $n.json
	done
	python3 -c 'import json; print(json.load(open("7.json"))["transfers"][0]["findings"][0]["fingerprint"])' >digits
	mm explain "$(cat digits)" --json
	want 0
	cp .out 99.json
	shapes ./[0-9]*.json
	python3 -c 'import json; d = json.load(open("7.json")); assert d["transfers"][0]["findings"]'
}

@test "help NAME names every option of the command" {
	local command option text
	while read -r command option; do
		[ -n "$option" ] || continue
		[ "$command" = "*" ] && text=$("$MM" help) || text=$("$MM" help "$command")
		has "$text" "${option/--new-/--old-}"
	done < <("$MM" help --options)
}

@test "the manual and the help list the same exit codes in the same order" {
	"$MM" help exit-codes | grep -oE '^ +[0-9]+' | tr -d ' ' >help.codes
	sed -n '/^.Sh EXIT STATUS/,/^.El/p' "$TOP/man/mailmuster.1" | sed -n 's/^\.It \([0-9]*\)$/\1/p' >man.codes
	[ "$(wc -l <help.codes)" = 14 ]
	diff help.codes man.codes
}

@test "the completion knows the commands and options of the table" {
	# shellcheck disable=SC1091
	source "$TOP/completion/mailmuster.bash"
	"$MM" help --options | grep -v ' ' >known
	tr ' ' '\n' <<<"$_mailmuster_commands" >offered
	diff known offered
	for command in $(cat known); do
		"$MM" help --options | sed -n "s/^\(\*\|$command\) --/--/p" | sort >known.options
		_mailmuster_options "$command" | tr -s ' ' '\n' | grep . | sort >offered.options
		diff known.options offered.options
	done
}

@test "the completion completes" {
	# shellcheck disable=SC1091
	source "$TOP/completion/mailmuster.bash"
	COMP_WORDS=(mailmuster audit --de) COMP_CWORD=2 COMPREPLY=()
	_mailmuster
	[ "${COMPREPLY[*]}" = "--depth" ]
	COMP_WORDS=(mailmuster audit --depth "") COMP_CWORD=3 COMPREPLY=()
	_mailmuster
	[ "${COMPREPLY[*]}" = "counts ids full" ]
	COMP_WORDS=(mailmuster ver) COMP_CWORD=1 COMPREPLY=()
	_mailmuster
	[ "${COMPREPLY[*]}" = "verify" ]
}

@test "the manual is clean" {
	command -v mandoc >/dev/null || skip "mandoc is not installed"
	[ -z "$(mandoc -T lint "$TOP"/man/*.[17] 2>/dev/null)" ]
}

@test "the Debian package is of this version and is built with what the program is built with" {
	local have name
	[ "$(sed -n '1s/^mailmuster (\(.*\)).*/\1/p' "$TOP/packaging/debian/changelog")" = "$(cat "$TOP/VERSION")" ]
	have=" $(sed -n '/^Build-Depends:/,/^[A-Z]*Standards/p' "$TOP/packaging/debian/control" | tr -c 'a-z0-9.-' ' ') "
	for name in $(sed -n '/^build="/,/"$/p' "$TOP/packaging/install-packages" | tr -c 'a-z0-9.-' ' '); do
		case $name in build | gcc | make | libc6-dev) continue ;; esac
		has "$have" " $name "
	done
}

@test "the units are such as systemd takes" {
	command -v systemd-analyze || skip "there is no systemd-analyze"
	sed "s#@BINDIR@/mailmuster#$(realpath "$MM")#" "$TOP/packaging/systemd/mailmuster-weekly@.service.in" >mailmuster-weekly@x.service
	cp "$TOP/packaging/systemd/mailmuster-weekly@.timer" mailmuster-weekly@x.timer
	run systemd-analyze verify --man=no ./mailmuster-weekly@x.service ./mailmuster-weekly@x.timer
	[ "$status" = 0 ] && [ -z "$output" ] || { echo "$output"; return 1; }
}
