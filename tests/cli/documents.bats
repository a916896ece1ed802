#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The manual and the completion say what the table of commands says.
load helper

# pages: the manual page of each command as one line of plain text, blanks single, "NAME TEXT".
pages() {
	local command
	for command in $("$MM" help --options | grep -v ' '); do
		printf '%s ' "$command"
		mandoc -T ascii -O width=300 "$TOP/man/mailmuster-$command.1" | sed 's/.\x08//g' | tr -s ' \n\t' ' '
		echo
	done
}

@test "each command has a page, whose synopsis is its usage" {
	local command text usage
	pages >pages
	"$MM" help --all >all
	while read -r command text; do
		usage=$(sed -n "/^usage: mailmuster $command\( \|\$\)/{s/^usage: //p;q;}" all)
		has "${text,,}" "synopsis ${usage,,} description"
		has "$(cat "$TOP/man/mailmuster.1")" ".It Xr mailmuster-$command 1"
		has "$(cat "$TOP/man/mailmuster-$command.1")" ".Nd $(sed -n "s/^mailmuster $command: //p" all)"
	done <pages
	[ "$(wc -l <pages)" -ge 23 ]
}

@test "each page tells of the options of its command, and the main one of those of all" {
	local page
	"$MM" help --options | grep ' --' | sort >known
	for page in "$TOP"/man/mailmuster*.1; do
		name=$(basename "$page" .1)
		name=${name#mailmuster}
		name=${name#-}
		# An option is told of in an item of a list, or, short, in the synopsis alone.
		sed -n 's/^\.It.* Fl -/&/p' "$page" | grep -oE 'Fl -[a-z][a-z0-9-]*' | sed "s/^Fl -/${name:-*} --/"
	done | sort -u >written
	diff known written
}

@test "the manual of the config tells of every key that it may hold" {
	local key n=0
	for key in mailmuster.json.5 mailmuster-gate.7 mailmuster-accounts.5; do
		mandoc -T ascii "$TOP/man/$key" | sed 's/.\x08//g' >"$key"
	done
	for key in $(cd "$TOP" && grep -ohE '[a-z_]+\((c, |doc, )*&?(o|in|all|map), "[a-z_0-9]+"' cli/config*.c | sed 's/.*"\(.*\)"/\1/' | sort -u) \
		$(sed -n 's/^\t\[LIMIT_[A-Z_]*\] = { "\([a-z_]*\)",.*/\1/p' "$TOP/gate/limits.c"); do
		n=$((n + 1))
		grep -qwF -- "$key" mailmuster.json.5 mailmuster-gate.7 || { echo "no key $key"; return 1; }
	done
	[ "$n" -ge 90 ] || { echo "$n keys"; return 1; }
	for key in $(sed -n '/column_names\[/,/^};/p' "$TOP/cli/list.c" | grep -oE '"[a-z_]+"' | tr -d '"'); do
		grep -qwF -- "$key" mailmuster-accounts.5 || { echo "no column $key"; return 1; }
	done
}

@test "the example of the config is one" {
	sed -n '/^.Sh EXAMPLES/,$p' "$TOP/man/mailmuster.json.5" | sed -n '/^.Bd/,/^.Ed/p' | sed '1d;$d' >mailmuster.json
	sed -n '/^.Sh EXAMPLES/,$p' "$TOP/man/mailmuster-accounts.5" | sed -n '/^.Bd/,/^.Ed/p' | sed '1d;$d' >accounts.csv
	cp mailmuster.json example.json
	rm mailmuster.json
	mm init --no-input --accounts accounts.csv --one-sided --old-host h --old-secret-prompt
	want 0
	cp example.json mailmuster.json
	mm accounts import --dry-run
	want 0
	has "$out" "0 gone"
}

@test "what the documents tell to type exists: command, options and words" {
	"$MM" help --options >known
	"$MM" completion bash >script
	python3 - "$TOP" <<-'END'
		import glob, re, sys
		top = sys.argv[1]
		options, words = {}, {}
		for line in open("known"):
		    command, _, option = line.strip().partition(" ")
		    options.setdefault(command, {"--help", "--version"})
		    options[command] |= {option} if option else set()
		for command, of in re.findall(r"^\t\t(\S+)\) words='(.*?)'", open("script").read(), re.M):
		    words[command] = set(of.split())
		values = {c + " " + o for c, o in re.findall(r"^\t'(\S+) (--\S+)'[^)]*\) (?:words|files)", open("script").read(), re.M)}
		# Commands to be typed: whole lines, and what stands between backticks.
		typed = []
		for path in ["README.md", "CHECKLIST.md"] + [f"docs/{x}.md" for x in ("tutorial", "operating", "monitoring")]:
		    text = open(f"{top}/{path}").read().replace("\\\n", " ")
		    typed += [(path, x) for x in re.findall(r"^(?:    |\$ |    \$ )mailmuster (?:-C \S+ )?([^\n#]*)", text, re.M)]
		    typed += [(path, x) for x in re.findall(r"`(?:mailmuster )?([a-z][^`\n]*)`", text) if x.split()[0] in options]
		for path in glob.glob(f"{top}/man/*.1"):
		    text = open(path).read().replace("\\e\n", " ")
		    typed += [(path, x) for x in re.findall(r"^\$ mailmuster ([^\n]*)", text, re.M)]
		n = 0
		for path, line in typed:
		    line = re.split(r" && | \|\| |[;>|]", line)[0]
		    bare = re.sub(r"\"[^\"]*\"|'[^']*'|<[^ ]*", "TEXT", line)
		    got = bare.split()
		    if got[0] == "--only":
		        got = got[2:]
		    command = got[0]
		    assert command in options, (path, line)
		    for word in got[1:]:
		        if word.startswith("--") and word != "--":
		            name = word.split("=")[0].rstrip(",")
		            assert name in options[command] | options["*"], (path, line, name)
		    if command in words and words[command] and len(got) > 1 and re.fullmatch(r"[a-z][a-z-]*", got[1]) and \
		            command not in ("lint", "logs"):
		        assert got[1] in words[command], (path, line, got[1])
		    n += 1
		assert n >= 150, n
	END
}

@test "files and folders that the documents name are there" {
	python3 - "$TOP" <<-'END'
		import glob, os, re, sys
		top, bad, n = sys.argv[1], [], 0
		for path in [f"{top}/README.md"] + glob.glob(f"{top}/docs/*.md"):
		    text = open(path).read()
		    for name in re.findall(r"`([a-z]+/[A-Za-z0-9_./*-]+)`", text) + re.findall(r"\]\(([^)#:]+)\)", text):
		        if "NAME" in name or "/" in name and name.split("/")[0] in ("build", "share", "mailmuster", "weekly", "checklists", "log"):
		            continue
		        n += 1
		        where = [top, os.path.dirname(path)] + [f"{top}/{x}" for x in ("lib", "audit", "lab")]
		        if not any(glob.glob(f"{w}/{name}{end}") for w in where for end in ("", ".c", ".bats")):
		            bad.append((os.path.basename(path), name))
		assert not bad, bad
		assert n >= 100, n
	END
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
		            if k not in ("last_by_protocol", "programs"):  # whose keys are names
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

@test "docs/lint-loss.md and lint-notes.md end with the rules that are built in" {
	"$MM" lint --rules >rules
	[ "$(wc -l <rules)" -gt 300 ]
	{
		sed -n '/^## destroys$/,$p' "$TOP/docs/lint-loss.md"
		sed -n '/^## unknown$/,$p' "$TOP/docs/lint-notes.md"
	} | diff - rules
}

@test "docs/json.md knows every shape and every key" {
	local command n=0
	peer old
	PYTHONPATH=$TOP/tests/support python3 -B - <<-'END'
		import json
		from peer_mail import default_model
		model = default_model()
		del model["folders"][0]["messages"][1]
		for n, message in enumerate(model["folders"][0]["messages"]):
		    message["uid"] = n + 1
		json.dump(model, open("new.json", "w"))
	END
	peer new --no-open Sent --model new.json
	printf 'account,address\nanna,anna@example.org\n' >accounts.csv
	printf 'user,last_login\nanna,2026-11-01T10:00:00Z\n' >witness.csv
	echo 'anna: anna@example.net' >aliases
	{
		echo "Nov 29 09:00:00 mail dovecot: master: Dovecot v2.3.19 starting up for imap"
		echo "Nov 29 10:00:00 mail dovecot: imap-login: Login: user=<anna>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, mpid=7, TLS, session=<x>"
		echo "Nov 29 10:01:00 mail dovecot: imap-login: Login: user=<scanner>, method=PLAIN, rip=192.0.2.8, lip=192.0.2.1, mpid=8, TLS, session=<y>"
	} >log
	project --json
	sed -i '1s/{/{ "service_date": "2026-12-12",/' mailmuster.json
	cp .out 0.json
	for command in doctor "accounts list" "accounts import" audit verify status report "explain anna" \
		"accept --class message-missing --by C --reason r --yes" "accept list" \
		"ledger head" "ledger verify" "audit --side all" "plan map" "plan oversized" "plan fit" "plan waves" "lint $TOP/tests/data/mover/firehose.sh" "lint --rules" "plan notices --closes 2027-01-31" seal "event cutover" "event list" "event import $TOP/tests/data/mover/imapsync-2.229.log" \
		"verify --rollback" \
		"verify --since 2" "report --only anna" checklist "checklist due" "checklist sign 14" \
		"ledger verify --deep" status gate "gate explain G02" "event statement retention --role clerk" \
		"accounts set anna --owner carla --by C" "accounts expect cron --reason r --by C" "accounts expect" \
		"logs --side old log" "logs witness --side old witness.csv" "logs forwards --side old --as alias aliases" \
		"accounts forwarding" "accounts diff" "accounts still" "accounts absent" "accounts dormant --days 1" "accounts unknown" \
		"accounts notices --days 1 -o letters" "logs beat --side old --account anna" "logs coverage --side old" "logs --explain log" "ledger forget C" "purge --retain --by C --yes" "ledger export"; do
		n=$((n + 1))
		# shellcheck disable=SC2086
		mm $command --json
		[[ $status =~ ^[013]$ || $command == "audit --side all" ]] || { echo "$command: $out"; return 1; }
		cp .out $n.json
	done
	# One object a line; of the lines of logs no schema is told.
	head -1 $n.json >first
	mv first $n.json
	rm $((n - 3)).json
	python3 -c 'import json; print(json.load(open("7.json"))["transfers"][0]["findings"][0]["fingerprint"])' >digits
	mm explain "$(cat digits)" --json
	want 0
	cp .out 99.json
	shapes ./[0-9]*.json
	python3 -c 'import json; d = json.load(open("7.json")); assert d["transfers"][0]["findings"]'
}

@test "help tells of every option, and of every word that completion offers" {
	"$MM" help --all >all
	"$MM" help --options >options
	"$MM" completion bash >script
	python3 - <<-'END'
		import re
		text = open("all").read()
		parts = dict(re.findall(r"^(mailmuster \S+): .*?\n(.*?)(?=^mailmuster \S+(?: \S+)?: |\Z)", text, re.S | re.M))
		common = text[:text.index("\nmailmuster ")]
		n = 0
		for line in open("options"):
		    command, _, option = line.strip().partition(" ")
		    if option:
		        told = common if command == "*" else parts["mailmuster " + command]
		        assert option.replace("--new-", "--old-") in told, line
		script = open("script").read()
		pairs = [(c, w) for c, w in re.findall(r"^\t'(\S+) --\S+\) words='(.*)' ;;$", script, re.M)]
		pairs += [(c, w) for c, w in re.findall(r"^\t\t(\S+)\) words='(.*?)'", script, re.M) if c != "help"]
		for command, words in pairs:
		    for word in words.split():
		        told = parts["mailmuster " + command]
		        assert re.search(r"(?<![a-z])" + re.escape(word) + r"(?![a-z])", told), (command, word)
		        n += 1
		assert n > 80, n
	END
}

@test "the manual and the help list the same exit codes in the same order" {
	"$MM" help exit-codes | grep -oE '^ +[0-9]+' | tr -d ' ' >help.codes
	sed -n '/^.Sh EXIT STATUS/,/^.El/p' "$TOP/man/mailmuster.1" | sed -n 's/^\.It \([0-9]*\)$/\1/p' >man.codes
	[ "$(wc -l <help.codes)" = 14 ]
	diff help.codes man.codes
}

@test "the completions know the commands and options of the table" {
	local shell command
	"$MM" help --options >options
	for shell in bash zsh fish; do
		"$MM" completion $shell >$shell
	done
	# shellcheck disable=SC1091
	source ./bash
	grep -v ' ' options >known
	tr ' ' '\n' <<<"$_mailmuster_commands" >offered
	diff known offered
	while read -r command; do
		sed -n "s/^\(\*\|$command\) --/--/p" options | sort >known.options
		_mailmuster_options "$command" | tr -s ' ' '\n' | grep . | sort >offered.options
		diff known.options offered.options
		sed -n "s/^complete .*__mailmuster_command $command'.* -l \([a-z0-9-]*\).*/$command --\1/p" fish >fish.options
		grep "^$command --" options | diff - fish.options
		sed -n "/^\t\t$command)\$/,/;;\$/s/^\t\t\t'\*\(--[a-z0-9-]*\).*/$command \1/p" zsh >zsh.options
		grep "^$command --" options | diff - zsh.options
	done <known
}

@test "the completion completes" {
	# shellcheck disable=SC1090
	source <("$MM" completion bash)
	offers() { # "words so far" "what is offered"
		read -ra COMP_WORDS <<<"$1"
		[ "${1: -1}" != " " ] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
		_mailmuster
		[ "${COMPREPLY[*]}" = "$2" ] || { echo "$1: ${COMPREPLY[*]}"; return 1; }
	}
	touch Liste.csv
	mkdir Ordner
	offers "mailmuster ver" verify
	offers "mailmuster audit --de" --depth
	offers "mailmuster audit --depth " "counts ids full"
	offers "mailmuster -q logs --side " "old new"
	offers "mailmuster logs --side old " "Liste.csv Ordner coverage witness forwards beat"
	offers "mailmuster plan -C " Ordner
	offers "mailmuster plan --stage m" moved
	offers "mailmuster init --new-tls s" starttls
	offers "mailmuster event la" last-pass
	offers "mailmuster accept --by " ""
	offers "mailmuster report -o L" Liste.csv
	offers "mailmuster help exit" exit-codes
	offers "mailmuster completion " "bash zsh fish"
}

@test "the manual is clean, and each page that it names is there" {
	local page section
	# mandoc looks for pages where they are installed.
	mandoc -T lint "$TOP"/man/*.[1-9] 2>/dev/null | grep -v 'referenced manual not found: Xr mailmuster' >said || :
	diff /dev/null said
	while read -r page section; do
		[ -e "$TOP/man/$page.$section" ] || { echo "no $page($section)"; return 1; }
	done < <(sed -nE 's/^\.(It )?Xr (mailmuster[a-z.-]*) ([0-9]).*/\2 \3/p' "$TOP"/man/* | sort -u)
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
