#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What persons say: seals, events, acceptances; and what verify makes of them.
load helper

refuse() { # code, words, arguments
	local code=$1 words=$2
	shift 2
	mm "$@"
	want "$code"
	has "$said" "error: $words"
	[ -z "$out" ]
}

# model NAME [UID...]: anna's INBOX with these messages on 1 January 2010 and after, and a Trash with one.
model() {
	python3 - "$@" <<-'END'
		import json, sys
		def message(uid, folder):
		    return {"uid": uid, "flags": ["\\Seen"], "date": "%02d-Jan-2010 15:15:35 +0000" % (uid % 28 + 1), "size": 600 + uid,
		            "header": "Message-ID: <%s%d@example.org>\r\nSubject: secret %d\r\nFrom: Bert <bert@example.org>\r\n"
		                      "Date: Fri, %d Jan 2010 15:15:35 +0000\r\n" % (folder, uid, uid, uid % 28 + 1)}
		folders = [{"name": "INBOX", "uidvalidity": 7, "uidnext": 100 if not sys.argv[3:] else 1 + max(map(int, sys.argv[2:])),
		            "messages": [message(int(u), "m") for u in sys.argv[2:]]}]
		if not sys.argv[1].startswith("bare"):
		    folders.append({"name": "Trash", "uidvalidity": 8, "messages": [message(1, "t"), message(2, "t")]})
		json.dump({"folders": folders}, open(sys.argv[1] + ".json", "w"))
	END
}

# pair OLD NEW OPTIONS...: a project with anna alone.
pair() {
	printf 'account\nanna\n' >accounts.csv
	peer old --model "$1.json"
	peer new --model "$2.json" "${@:3}"
	project
}

@test "a seal tells loss from what users do afterwards" {
	model full 1 2 3 4 5
	model later 1 2 4 5 9
	# Reading, counting, and from then on a user who deletes one and gets another.
	pair full full --later 3=later.json
	mm seal --by Carla --note "after the last pass"
	want 0
	has "$out" "sealed 1 of 1 account: 7 messages on the old side, 7 messages on the new side"
	has "$out" "next: mailmuster verify"
	[ "$(grep -c "in clear text" .err)" = 2 ]
	mm explain anna
	has "$out" "depth counts; the messages were read on "
	mm status
	has "$out" "next: mailmuster verify"
	hasnt "$out" "only counted"
	mm verify
	want 0
	has "$out" "1 sealed, 0 without a seal"
	mm audit --side new
	want 0
	mm verify
	want 0
	hasnt "$out" MISSING
	has "$out" "delivered, then removed there"
	mm verify --fail-on info
	want 1
	mm verify --fail-on loss
	want 0
	mm verify --rollback
	want 0
	has "$out" "anna"
	has "$out" "uid 9,"
	has "$out" "1 message arrived on the new side only, in 1 account"
	hasnt "$out" "secret"
	mm verify --rollback --json
	want 0
	python3 -c 'import json; d = json.load(open(".out")); m = d["transfers"][0]["messages"]
assert d["count"] == len(m) == 1 and m[0]["uid"] == 9 and m[0]["why"] == "life", m'
	mm explain anna
	want 0
	has "$out" "by Carla: after the last pass"
	mm status
	has "$out" "seals:    1 sealed, 0 not"
	mm event list
	has "$out" "seal       anna  by Carla: after the last pass"
	mm ledger verify
	want 0
	mm ledger head --json
	want 0
	nowhere secret .out
	nowhere REFUSED old.log new.log
}

@test "mail that flows while the seal is taken makes it unsound, by name" {
	model full 1 2 3
	model more 1 2 3 4 5 6
	printf 'account\nanna\n' >accounts.csv
	peer old --model full.json --later 2=more.json
	peer new --model full.json
	project
	mm seal
	want 3
	has "$out" "sealed 1 of 1 account"
	has "$out" "unsound: anna: INBOX of the old side got 3 messages while the seal was taken."
	has "$out" "next: let the mover finish"
	mm status
	has "$out" "1 sealed (1 of them unsound), 0 not"
	# The folder is stale until it is read again; and then the seal is still in doubt.
	mm verify --offline
	want 3
	mm audit
	want 0
	mm verify --offline
	want 1
	has "$out" "seal"
	mm seal --json
	want 0
	python3 -c 'import json; d = json.load(open(".out"))
assert d["sealed"] == 1 and d["unsound"] == 0 and d["transfers"][0]["state"] == "sound", d'
}

@test "an account that cannot be read is not sealed" {
	model full 1 2 3
	printf 'account,old_user,new_user\nanna,,\nbert,,-\nold,,\n' >accounts.csv
	peer old --model full.json
	peer new --model full.json
	project
	mm seal --only anna,bert
	want 3
	has "$out" "sealed 1 of 2 accounts"
	has "$out" "not sealed: bert: The new side has no account."
	mm seal --offline --only old
	want 3
	has "$out" "sealed 0 of 1 account"
	has "$out" "not sealed: old: The old side was never read. The new side was never read."
	kill "${PEERS[1]}"
	wait "${PEERS[1]}" || true
	mm seal --only anna
	want 5
	has "$out" "not sealed: anna: The new side could not be read"
	# What was sealed before stands; nothing was sealed now.
	mm event list --json
	python3 -c 'import json; assert len(json.load(open(".out"))["events"]) == 1'
	mm ledger verify
	want 0
}

@test "seal --offline takes the evidence as it stands" {
	model full 1 2 3
	model more 1 2 3 4
	pair full full --later 2=more.json
	mm audit
	want 0
	mm seal --offline
	want 0
	mm audit --depth counts
	want 0
	mm seal --offline
	want 3
	has "$out" "unsound: anna: INBOX of the new side got 1 message since it was read."
	mm event cutover
	want 0
	mm seal --offline
	has "$said" "warning: anna was cut over on "
}

@test "a seal needs both servers" {
	model full 1
	peer old --model full.json
	one_sided
	refuse 6 "no new server is configured: there is nothing to seal" seal
	refuse 2 "seal: --by is empty" seal --by ""
	refuse 2 "seal: --by is longer than 256 octets" seal --by "$(printf 'x%.0s' {1..257})"
	refuse 2 "seal: --note is not UTF-8" seal --note $'\xff'
	refuse 2 'seal: "anna" is one argument too many' seal anna
	refuse 2 "no account nobody is listed" event cutover --only nobody
}

@test "events are told, listed and refused" {
	model full 1
	pair full full
	printf 'account\nanna\nbert\n' >accounts.csv
	mm accounts import
	want 0
	mm event list
	want 0
	[ "$out" = "no events were told" ]
	mm event freeze --at 2026-01-02T03:04:05+01:00 --by Carla --note "MX moved" --only anna
	want 0
	[ "$out" = "freeze on 2026-01-02T02:04:05Z: 1 account" ]
	mm event cutover
	want 0
	has "$out" ": 2 accounts"
	mm event list
	[ "$(wc -l <.out)" = 3 ]
	has "$out" "2026-01-02T02:04:05Z  freeze     anna  by Carla: MX moved"
	mm event list --only bert --json
	python3 -c 'import json; e = json.load(open(".out"))["events"]; assert len(e) == 1 and e[0]["kind"] == "cutover", e'
	mm event presync --json --at 2026-01-01T00:00Z
	python3 -c 'import json; d = json.load(open(".out")); assert d["at"] == "2026-01-01T00:00:00Z" and d["accounts"] == 2, d'
	mm ledger head --json
	has "$out" '"kind": "event"'
	mm explain anna
	has "$out" "freeze on 2026-01-02T02:04:05Z, told by Carla: MX moved"
	mm ledger head --json
	has "$out" '"kind": "look"'
	mm ledger verify
	want 0
	refuse 2 'event: there is no kind "cutvoer": did you mean cutover?' event cutvoer
	refuse 2 'event: "xylophone" is neither list, import nor a kind' event xylophone
	refuse 2 "event: a seal is taken by the command mailmuster seal" event seal
	refuse 2 "event: an argument is missing" event
	refuse 2 "event: list takes none of these options" event list --by Carla
	refuse 2 'event: --at "yesterday" is no time' event cutover --at yesterday
	refuse 2 'event: --at "2026-01-02T03:04:05" is no time' event cutover --at 2026-01-02T03:04:05
	refuse 2 'event: --at "9999-01-01T00:00:00Z" is still to come' event cutover --at 9999-01-01T00:00:00Z
	refuse 2 'event: --at "1969-12-31T00:00:00Z" is before 1970' event cutover --at 1969-12-31T00:00:00Z
	mm event list --json
	python3 -c 'import json; assert len(json.load(open(".out"))["events"]) == 5'
}

# rule_project: anna's Trash is left out by a rule.
rule_project() {
	model full 1 2 3
	model bare 1 2 3
	pair full bare
	python3 - <<-'END'
		import re
		text = open("mailmuster.json").read()
		text = text.replace('// "Trash"', '"Trash"')
		open("mailmuster.json", "w").write(text)
	END
	mm seal
	want 0
}

@test "what a rule leaves out is a loss until it is accepted by its size" {
	rule_project
	mm verify
	want 1
	has "$out" "left out by a rule"
	has "$out" "-> mailmuster accept --rule RULE"
	refuse 6 "nothing stands that the rule Trahs leaves out" accept --rule Trahs --by Carla --reason why --yes
	has "$said" "hint: did you mean Trash"
	mm accept --rule Trash --by Carla --reason "nobody needs Trash"
	want 2
	has "$said" "error: nobody can be asked whether to accept this: --yes says so beforehand"
	has "$out" "loss  message-missing (rule): 2 messages, 1.2 KiB in 1 account"
	mm verify --offline
	want 1
	mm accept --rule Trash --by Carla --reason "nobody needs Trash" --yes
	want 0
	has "$out" "loss  message-missing (rule): 2 messages, 1.2 KiB in 1 account"
	has "$out" "acceptance 1: "
	has "$out" "accepted by Carla; ledger entry "
	has "$out" "next: mailmuster verify"
	mm verify
	want 0
	hasnt "$out" MISSING
	has "$out" "  accepted "
	mm explain anna
	has "$out" "Accepted"
	has "$out" "by Carla on "
	has "$out" "(acceptance 1): nobody needs Trash"
	mm status
	has "$out" "1 acceptance"
	mm accept list
	want 0
	has "$out" "by Carla: nobody needs Trash"
	has "$out" '{"rule":"Trash"}'
	mm accept list --json
	python3 -c 'import json; a = json.load(open(".out"))["acceptances"][0]
assert a["by"] == "Carla" and a["messages"] == 2 and a["what"] == "{\"rule\":\"Trash\"}", a'
	refuse 6 "nothing is left to accept: all of it was accepted before" \
		accept --rule Trash --by Carla --reason again --yes
	mm report --csv
	has "$out" ",rule,1,1"
	mm ledger verify
	want 0
}

@test "acceptances of a class, a reason, one finding; and what is refused" {
	model full 1 2 3 4
	model some 1 2
	pair full some
	mm audit
	mm verify
	want 1
	refuse 2 "accept: exactly one of --rule, --class and --finding says what" accept --by C --reason r
	refuse 2 "accept: exactly one of --rule, --class and --finding says what" \
		accept --class date --rule x --by C --reason r
	refuse 2 "accept: --why narrows --class" accept --rule x --why rule --by C --reason r
	refuse 2 "accept: --by says who takes the loss" accept --class date --reason r
	refuse 2 "accept: --reason says why" accept --class date --by C
	refuse 2 "accept: --reason is empty" accept --class date --by C --reason " "
	refuse 2 'accept: there is no class "mesage-missing": did you mean message-missing?' \
		accept --class mesage-missing --by C --reason r
	refuse 2 'accept: there is no reason "lat": did you mean late?' accept --class date --why lat --by C --reason r
	refuse 2 "accept: account-unreadable says that something is unknown" \
		accept --class account-unreadable --by C --reason r
	refuse 2 "accept: --finding takes 12 to 64 hexadecimal digits" accept --finding 0123 --by C --reason r
	refuse 2 "accept: --finding takes 12 to 64 hexadecimal digits" accept --finding 0123456789xyz --by C --reason r
	refuse 6 "no loss or doubt has a fingerprint 000000000000..." accept --finding 000000000000 --by C --reason r
	refuse 6 "no loss or doubt of class date stands" accept --class date --by C --reason r --yes
	refuse 6 "no loss or doubt of class message-missing and reason quota stands" \
		accept --class message-missing --why quota --by C --reason r --yes
	refuse 2 'accept: "lst" is not list' accept lst
	refuse 2 "accept: list takes none of these options" accept list --yes
	refuse 2 "option --yes takes no value" accept --yes=1
}

@test "accept asks on a terminal, and takes only a whole yes" {
	model full 1 2 3 4
	model some 1 2
	pair full some
	mm audit
	mm verify
	python3 "$TOP/tests/cli/terminal.py" "$MM" accept --class message-missing --by Carla --reason spam <<-'END' >screen
		expect doubt message-missing
		expect 2 messages, 1.2 KiB in 1 account
		expect accept 2, for good? yes or no [no]:
		send y
		expect nothing was accepted
		exit 0
	END
	mm accept list
	[ "$out" = "nothing was accepted" ]
	python3 "$TOP/tests/cli/terminal.py" "$MM" --no-input accept --class message-missing --by Carla --reason spam \
		<<-'END' >screen
		expect --yes says so beforehand
		exit 2
	END
	python3 "$TOP/tests/cli/terminal.py" "$MM" accept --class message-missing --by Carla --reason spam <<-'END' >screen
		expect yes or no [no]:
		send yes
		expect acceptance 1: 2 findings accepted by Carla
		exit 0
	END
	mm verify
	want 0
}

@test "one finding is explained and accepted by the first digits of its fingerprint" {
	local digits
	model full 1 2 3 4
	model some 1 2
	pair full some
	mm audit
	mm verify --json
	want 1
	digits=$(python3 -c 'import json; print(json.load(open(".out"))["transfers"][0]["list"][0]["fingerprint"][:12])')
	mm explain "$digits"
	want 0
	has "$out" "message missing on the new server"
	has "$out" "first found by run "
	has "$out" "What to do next"
	mm explain "${digits^^}" --json
	want 0
	python3 -c 'import json; d = json.load(open(".out")); assert d["schema"] == "mailmuster/finding/1" and d["account"] == "anna", d'
	refuse 6 "no finding has a fingerprint 000000000000" explain 000000000000
	mm accept --finding "$digits" --by Carla --reason spam --yes --json
	want 0
	python3 -c 'import json; d = json.load(open(".out")); assert d["id"] == 1 and d["findings"] == 1 and len(d["groups"]) == 1, d'
	mm verify
	want 1
	has "$out" "MISSING  1 message is not on the new server"
	mm accept --class message-missing --by Carla --reason old --yes
	want 0
	mm verify
	want 0
	mm explain "$digits"
	has "$out" "accepted by Carla on "
}

@test "verify tells what is new since a run, and reads again what differs" {
	local run
	model full 1 2 3 4
	model some 1 2 3
	model fewer 1 2
	pair full some --later 2=fewer.json
	mm audit
	mm verify --json
	want 1
	run=$(python3 -c 'import json; print(json.load(open(".out"))["run"])')
	mm verify --since "$run"
	want 1
	has "$out" "only what is new since run $run: 1 older findings stand, 0 are over"
	hasnt "$out" MISSING
	mm audit --side new
	mm verify --since "$run" --json
	want 1
	python3 -c 'import json; d = json.load(open(".out"))
assert d["since"]["older"] == 1 and len(d["transfers"][0]["list"]) == 1, d["since"]'
	refuse 2 "--since 1: that run is no verify, but audit" verify --since 1
	refuse 2 "--since 4000: there is no such run" verify --since 4000
	refuse 2 "--since takes the number of a verify run" verify --since x
	refuse 2 "--fail-on is loss, doubt or info" verify --fail-on loos
	refuse 2 "verify: --offline and --live exclude each other" verify --live --offline
	refuse 2 "verify: --rollback counts from the seal" verify --rollback --since "$run"
}

@test "verify --live reads the accounts that differ before it speaks" {
	model full 1 2 3
	model some 1 2
	# The mover was not done when it was read.
	pair full some --later 2=full.json
	mm audit
	mm verify --offline
	want 1
	mm verify --live
	want 0
	has "$said" "reading 1 account once more"
}

@test "imapsync's log says when it ran, what it left behind and why" {
	model full 1 2 3 4 5 6 7 8
	model part 1 2 3 4 5 6
	pair full part
	mm audit
	want 0
	mm event import "$TOP/tests/data/mover/imapsync-2.229.log"
	want 0
	has "$out" "3 runs of imapsync in 1 file, 19 messages copied"
	has "$out" "the new account was full"
	has "$out" "new to this project: 3 events, 16 notes"
	mm event list
	has "$out" "2026-11-25T10:18:36Z  presync    anna  by "
	has "$out" ": imapsync, imapsync-2.229.log: "
	mm verify --offline
	want 1
	mm explain anna
	has "$out" "larger than the new side takes"
	has "$out" "says of it: smaller than its --minsize."
	mm accept --rule "smaller than its --minsize" --by Carla --reason "notes to self" --yes
	want 0
	mm verify --offline
	want 1
	mm explain anna
	has "$out" "1 finding about 1 message, by Carla"
	# The same log again tells nothing new, and nothing of it goes to the ledger twice.
	mm ledger head --json
	cp .out before
	mm event import --json "$TOP/tests/data/mover/imapsync-2.229.log"
	want 0
	python3 -c 'import json; d = json.load(open(".out")); assert d["new_events"] == d["new_notes"] == 0 and d["runs"] == 3, d'
	mm ledger head --json
	cmp .out before
	# What cannot be read is named, and what was read before it stays.
	printf 'no log at all\n' >none.log
	refuse 6 'none.log: no run of imapsync is in it' event import none.log
	refuse 7 'gone.log: No such file' event import gone.log
	refuse 2 "event: import takes neither --at nor --note" event import --note x none.log
	refuse 2 "event: an argument is missing" event import
	printf 'account,old_user,new_user\nanna,anton,anna\n' >accounts.csv
	mm accounts import accounts.csv
	mm event import "$TOP/tests/data/mover/imapsync-2.229.log"
	want 0
	has "$said" 'warning: 6 runs for other accounts, such as "anna": not taken'
}
