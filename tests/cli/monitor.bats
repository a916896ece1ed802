#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What watches: figures for Prometheus, and a monitoring plugin.
load helper

# figures FILE: the text format of Prometheus, strictly; and no name beside those that docs/monitoring.md has.  Writes
# "name{labels but the project} value" lines to FILE.flat.
figures() {
	python3 - "$1" "$TOP/docs/monitoring.md" <<-'END'
		import re, sys
		known = set(re.findall(r"^\| `(mailmuster_[a-z_]+)`", open(sys.argv[2]).read(), re.M))
		text = open(sys.argv[1]).read()
		assert text.endswith("\n"), "no line feed at the end"
		family, seen, flat = None, set(), []
		lines = text.split("\n")[:-1]
		for n, line in enumerate(lines):
		    m = re.fullmatch(r"# HELP ([a-z_]+) ([^\\]+)", line)
		    if m:
		        assert m[1] not in seen and m[1] in known, line
		        seen.add(m[1])
		        assert lines[n + 1] == f"# TYPE {m[1]} gauge", lines[n + 1]
		        family = m[1]
		        continue
		    if line == f"# TYPE {family} gauge":
		        continue
		    m = re.fullmatch(r'([a-z_]+)\{((?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (-?[0-9]+)', line)
		    assert m and m[1] == family, line
		    labels = dict(re.findall(r'([a-z_]+)="((?:[^"\\]|\\.)*)"', m[2]))
		    project = re.sub(r"\\(.)", r"\1", labels.pop("project"))
		    assert project == 'a "new" house | 2', project
		    flat.append("%s{%s} %s" % (m[1], ",".join("%s=%s" % x for x in labels.items()), m[3]))
		assert len(set(x.rsplit(" ", 1)[0] for x in flat)) == len(flat), "a figure twice"
		open(sys.argv[1] + ".flat", "w").write("\n".join(flat) + "\n")
	END
}

# plugin CODE WORD: one line, whose figures have the form of the convention.
plugin() {
	want "$1"
	[ "$(wc -l <.out)" = 1 ]
	[ -z "$said" ]
	grep -qE "^MAILMUSTER $2 - [^|]+( \|( [a-z_]+=[0-9]+(;;;0;[0-9]+)?)+)?\$" .out || { cat .out; return 1; }
}

@test "nothing known is UNKNOWN and has no figures; a doubt warns, a loss is critical" {
	mm status --format nagios
	plugin 3 UNKNOWN
	has "$out" "there is no mailmuster.json here"
	mm gate check --format nagios
	plugin 3 UNKNOWN
	mm status --format xml
	want 2
	mm gate explain G01 --format nagios
	want 2
	PYTHONPATH=$TOP/tests/support python3 -B - <<-'END'
		import json
		from peer_mail import default_model
		model = default_model()
		del model["folders"][0]["messages"][1]
		json.dump(model, open("new.json", "w"))
	END
	printf 'account\nanna\n' >accounts.csv
	peer old
	peer new --model new.json
	project --project 'a "new" house | 2'
	mm status --format nagios
	plugin 3 UNKNOWN
	has "$out" "nothing was verified yet"
	mm status --format prometheus
	want 0
	figures .out
	grep -qx 'mailmuster_accounts{side=old,state=never} 1' .out.flat
	[ "$(grep -cE 'findings|missing|verified_|oldest' .out.flat)" = 0 ]
	mm audit
	mm verify
	want 1
	mm status --format nagios
	plugin 1 WARNING
	has "$out" "0 of 1 account clean, 1 message missing, 0 accounts not examined"
	mm seal
	mm verify
	want 1
	mm status --format nagios
	plugin 2 CRITICAL
	mm status --format prometheus
	want 0
	figures .out
	sed 's/ .*//' .out.flat | sed 's/{.*//' | sort -u >names
	for line in 'mailmuster_missing_messages{} 1' 'mailmuster_findings{severity=loss} 1' 'mailmuster_transfers{verdict=differs} 1' \
		'mailmuster_messages{side=old} 4' 'mailmuster_messages{side=new} 3' 'mailmuster_seals{state=sealed} 1'; do
		grep -qxF "$line" .out.flat || { cat .out.flat; return 1; }
	done
	mm gate check --format prometheus
	[ "$status" = 1 ] || want 3
	figures .out
	cp .out.flat gate.flat
	# No name twice in one folder of files.
	sed 's/ .*//' gate.flat | sed 's/{.*//' | sort -u | cat - names | sort | uniq -d | diff /dev/null -
	mm gate --json
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		flat = dict(x.rsplit(" ", 1) for x in open("gate.flat").read().splitlines())
		assert flat["mailmuster_gate_go{}"] == "0" and flat["mailmuster_gate_ledger_whole{}"] == "1"
		for c in d["checks"]:
		    blocks = c["severity"] == "blocking" and c["outcome"] in ("FAIL", "NO DATA")
		    assert flat["mailmuster_gate_check_blocks{check=%s}" % c["check"]] == str(int(blocks)), c
		assert flat["mailmuster_gate_checks{outcome=NO DATA}"] == str(d["counts"]["no_data"]) != "0"
	END
	mm gate check --format nagios
	plugin 2 CRITICAL
	has "$out" "NO-GO: G"
}
