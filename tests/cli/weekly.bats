#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `mailmuster weekly`: what a real SMTP server (python3-aiosmtpd) takes, read by a reader that is not ours.
load helper

# model FILE SKIP...: anna, bert and one with a hostile name, nine messages each but those skipped ("anna 5").
model() {
	python3 - "$@" <<-'END'
		import json, sys
		skip = set(sys.argv[2:])
		def box(u):
		    return {"delim": "/", "prefix": "", "folders": [{"name": "INBOX", "messages": [
		        {"uid": i + 1, "size": 100 + i, "header": f"Message-ID: <{u[0]}{i}@example.org>\r\n"}
		        for i in range(9) if f"{u} {i}" not in skip]}]}
		json.dump({"users": {u: box(u) for u in ("anna", "bert", "G\u00fcnther <b>")}}, open(sys.argv[1], "w"))
	END
}

# smtp OPTIONS: start the server; smtp_port is set, and it keeps what it took in smtp/.
smtp() {
	local tries
	rm -rf smtp.out smtp/*.eml*
	"$TOP/tests/support/smtp-server" --dir "$DIR/smtp" "$@" >smtp.out 2>smtp.err 3>&- &
	PEERS+=($!)
	for ((tries = 0; tries < 200; tries++)); do
		grep -qs '^port' smtp.out && break
		sleep 0.05
	done
	smtp_port=$(sed -n 's/^port //p' smtp.out)
	[ -n "$smtp_port" ] || { cat smtp.err; return 1; }
}

# section JSON: "weekly" of the config, in place of the one before.
section() {
	sed -i '/^"weekly": /d' mailmuster.json
	sed -i '0,/{/s//{\n"weekly": WEEKLY,/' mailmuster.json
	python3 - "$1" <<-'END'
		import sys
		text = open("mailmuster.json").read()
		open("mailmuster.json", "w").write(text.replace("WEEKLY", sys.argv[1].replace("\n", " "), 1))
	END
}

# by_smtp MORE: mail by the server above; MORE goes into "smtp".
by_smtp() {
	section '{ "from": "Umzug Müller <muster@example.org>", "to": ["chef@example.org", "\"IT, alle\" <it@example.org>"],
		"smtp": { "host": "127.0.0.2", "port": '"$smtp_port"', "ca_file": "smtp/ca.pem"'"${1:-}"' }'"${2:-}"' }'
}

servers() {
	model old.json
	model new.json "$@"
	peer old --model old.json --user admin:Zaubertrank --id Cyrus
	peer new --model new.json --user admin:Zaubertrank --id Dovecot
	printf 'account,owner\nanna,Carla\nbert,\n"Günther <b>",\n' >accounts.csv
	project
}

# read_mail FILE: without a fault for Python's reader; the text goes to FILE.txt, mail and (in one line) flat, the attachments
# to FILE.parts/.
read_mail() {
	python3 - "$1" <<-'END'
		import email, email.policy, email.utils, html.parser, os, re, sys, xml.dom.minidom, zipfile
		raw = open(sys.argv[1], "rb").read()
		assert all(b < 0x80 for b in raw), "8 bits"
		assert raw.count(b"\n") == raw.count(b"\r\n"), "line ends"
		assert max(map(len, raw.split(b"\r\n"))) <= 80, "long lines"
		m = email.message_from_bytes(raw, policy=email.policy.default)
		for p in m.walk():
		    assert not p.defects, p.defects
		    for h in p.values():
		        assert not getattr(h, "defects", ()), (h, h.defects)
		assert abs(email.utils.parsedate_to_datetime(m["Date"]).timestamp() - __import__("time").time()) < 3600
		assert re.fullmatch(r"<mailmuster\.[0-9a-f]{24}@example\.org>", m["Message-ID"]), m["Message-ID"]
		assert m["Auto-Submitted"] == "auto-generated"
		assert [a.addr_spec for a in m["To"].addresses] == ["chef@example.org", "it@example.org"]
		assert m["From"].addresses[0].display_name == "Umzug Müller"
		text = m.get_body(("plain",)).get_content().replace("\r", "")
		dir = sys.argv[1] + ".parts"
		os.makedirs(dir)
		for a in m.iter_attachments():
		    content = a.get_content()
		    name = f"{dir}/{a.get_filename()}"
		    open(name, "wb").write(content.encode() if isinstance(content, str) else content)
		    if name.endswith(".html"):
		        assert a.get_content_type() == "text/html"
		        html.parser.HTMLParser().feed(content)
		        assert "<title>" in content and content.rstrip().endswith("</html>")
		    else:
		        book = zipfile.ZipFile(name)
		        assert book.testzip() is None
		        for part in book.namelist():
		            if part.endswith(".xml"):
		                xml.dom.minidom.parseString(book.read(part))
		with open(sys.argv[1] + ".txt", "w") as f:
		    f.write("".join(f"{h}: {m[h]}\n" for h in ("Subject", "Message-ID", "In-Reply-To", "References")) + "\n" + text)
	END
	mail=$(cat "$1.txt")
	flat=$(tr -s ' \n' ' ' <"$1.txt")
}

@test "a mail arrives over TLS, opens, and the next one answers it and says what changed" {
	servers "bert 3" "bert 4" "anna 5"
	smtp --user muster:Geheimnis
	secret smtp.secret Geheimnis
	by_smtp ', "user": "muster", "secret": { "file": "smtp.secret" }'
	mm weekly
	want 0
	has "$out" "mailed to 2 recipients: [NO-GO] Mail migration test: 1 of 3 accounts proven, 3 messages missing"
	python3 - <<-'END'
		import json
		d = [json.load(open(f"smtp/{i}.json")) for i in (1, 2)]
		assert [x["to"] for x in d] == [["chef@example.org"], ["it@example.org"]], d
		assert all(x["tls"] and x["user"] == "muster" and x["from"] == "muster@example.org" for x in d), d
	END
	cmp smtp/1.eml smtp/2.eml
	read_mail smtp/1.eml
	has "$mail" "NO-GO: do not shut down the old server"
	has "$mail" "This is the first weekly report"
	has "$mail" "In-Reply-To: None"
	[ "$(ls smtp/1.eml.parts)" = "$(cd weekly && printf 'mailmuster-%s\n' *)" ]
	[ "$(stat -c %a weekly weekly/*.xlsx)" = $'700\n600' ]
	# The head in the mail is in the chain, and it knows who was written to by no address.
	mm ledger verify --deep --against smtp/1.eml
	want 0
	mm ledger export
	has "$out" '"kind":"weekly"'
	hasnt "$out" "chef@"

	# bert's mail comes, anna loses one more.
	model new.json "anna 5" "anna 6"
	local before=$new_port
	peer new --model new.json --user admin:Zaubertrank --id Dovecot
	sed -i "s/$before/$new_port/" mailmuster.json
	mm weekly --json
	want 0
	read_mail smtp/3.eml
	has "$mail" "Worse than then (1):
  anna (differs, missing 1 -> 2)"
	has "$mail" "Proven since then (1):
  bert"
	has "$mail" "messages missing, as far as examined             2   1 fewer"
	has "$mail" "In-Reply-To: $(sed -n 's/^Message-ID: //p' smtp/1.eml.txt)"
	has "$(cat smtp/3.eml.parts/*.html)" "What changed"

	# Without a new look, and without sending: the same words, and nothing is kept of it.
	mm weekly --no-audit --dry-run -o dry.eml
	want 0
	mm weekly --no-audit --dry-run
	want 0
	cp .out again.eml
	read_mail again.eml
	has "$mail" "No account got better or worse since then."
	[ "$(grep -c '^References:' again.eml)" = 1 ]
	absent smtp/5.eml
	nowhere Geheimnis .err .out dry.eml smtp/*.eml weekly/* mailmuster.db*
}

@test "who does not get it is told by name, and what is too large goes without its files" {
	servers "bert 3"
	smtp --refuse 'it@example.org=552 5.2.2 mailbox full'
	by_smtp
	mm audit
	want 0
	mm weekly --no-audit
	want 5
	has "$said" "it@example.org did not get it: 127.0.0.2:$smtp_port: the server refuses the mail: 552 5.2.2 mailbox full"
	has "$out" "mailed to 1 recipient"
	[ "$(ls smtp/*.eml)" = smtp/1.eml ]
	# Larger than the limit here; than the server's there.
	by_smtp '' ', "attachment_limit": "20K"'
	mm weekly --no-audit
	want 5
	read_mail smtp/2.eml
	has "$flat" "not attached: attachments may have 20.0 KiB together"
	[ -z "$(ls smtp/2.eml.parts)" ]
	smtp --size 30000
	by_smtp
	mm weekly --no-audit --json
	want 0
	has "$said" "sending it without attachments"
	read_mail smtp/1.eml
	has "$flat" "not attached: the mail server refused a mail of that size"
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		assert d["sent"] == 2 and not d["refused"] and not any(f["attached"] for f in d["files"]), d
	END
	# A password that is wrong, and sent back; a certificate of somebody else; a port where nobody is.
	smtp --user muster:Geheimnis --echo
	secret smtp.secret Zauberwort
	by_smtp ', "user": "muster", "secret": { "file": "smtp.secret" }'
	mm weekly --no-audit
	want 4
	has "$said" "login refused: 535 no, "
	nowhere Zauberwort .err
	smtp --cert foreign
	by_smtp
	mm weekly --no-audit
	want 5
	has "$said" "the certificate is not accepted"
	smtp --tls none
	by_smtp
	mm weekly --no-audit
	want 5
	has "$said" "the server offers no STARTTLS"
	# The one that is not there gave its port to nobody.
	kill "${PEERS[-1]}"
	wait "${PEERS[-1]}" || true
	mm weekly --no-audit --json
	want 5
	has "$out" "cannot connect"
}

@test "not through the old server, and where there is no report a mail says so" {
	servers
	smtp --tls implicit
	by_smtp ', "tls": "implicit"'
	# The old server is 127.0.0.1, by this name too.
	sed -i 's/"host": "127.0.0.2"/"host": "localhost"/' mailmuster.json
	mm weekly
	want 6
	has "$said" "localhost is the server that is being retired (127.0.0.1)"
	[ ! -s old.log ] || nowhere LOGIN old.log
	absent smtp/1.eml weekly
	# And so is what the config says of its other addresses.
	by_smtp ', "tls": "implicit"'
	sed -i '0,/{/s//{\n"dns": { "old": ["127.0.0.2"] },/' mailmuster.json
	mm weekly
	want 6
	has "$said" "127.0.0.2 is the server that is being retired"
	absent smtp/1.eml weekly
	sed -i '/^"dns": /d' mailmuster.json
	by_smtp ', "tls": "implicit"' ', "redact": true'
	mm audit
	want 0
	# Another command holds the project.
	python3 - <<-'END' &
		import fcntl, struct, time
		f = open("mailmuster.lock", "r+")
		fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
		open("held", "w")
		time.sleep(60)
	END
	local holder=$!
	while [ ! -e held ]; do sleep 0.05; done
	mm weekly --no-audit
	want 11
	kill $holder
	wait $holder || true
	read_mail smtp/1.eml
	has "$mail" "Subject: [NO REPORT] Mail migration"
	has "$flat" "nobody may take this for good news"
	# No room for the report: its folder is a file.
	: >weekly
	by_smtp ', "tls": "implicit"'
	mm weekly --no-audit
	want 7
	read_mail smtp/3.eml
	has "$mail" "Why: cannot make "
	rm weekly
	# sendmail reads whom to write to, and lines of this machine: msmtp, which hands it to the server again.
	printf '%s\n' '#!/bin/sh' 'printf "%s " "$@" >args' 'tee got.eml | HOME=. msmtp "$@"' >sendmail
	chmod 700 sendmail
	printf '%s\n' defaults tls\ on tls_starttls\ off "tls_trust_file $DIR/smtp/ca.pem" 'account default' host\ 127.0.0.2 \
		"port $smtp_port" from\ muster@example.org >.msmtprc
	chmod 600 .msmtprc
	section '{ "from": "Umzug Müller <muster@example.org>", "to": ["chef@example.org", "it@example.org"],
		"sendmail": "'"$DIR"'/sendmail", "redact": true }'
	mm weekly --no-audit
	want 0
	[ "$(cat args)" = "-t -i " ]
	[ "$(grep -c $'\r' got.eml)" = 0 ]
	grep -q '"chef@example.org", "it@example.org"' smtp/5.json
	read_mail smtp/5.eml
	has "$mail" "In-Reply-To: $(sed -n 's/^Message-ID: //p' smtp/3.eml.txt)"
	has "$mail" "Names are replaced by short ids"
	nowhere anna smtp/5.eml.txt smtp/5.eml.parts/*.html
	sed -i 's/127.0.0.2/127.0.0.3/' .msmtprc
	mm weekly --no-audit
	want 5
	has "$said" "failed with exit code 75: "
}

@test "mistakes in \"weekly\" are named with their place" {
	local case
	mm init --no-input --one-sided --old-host a --old-secret-prompt
	want 0
	mm weekly
	want 6
	has "$said" 'has no "weekly"'
	refuse() { # words, "weekly"
		printf '{"old":{"host":"a"},\n"weekly":%s}' "$2" >mailmuster.json
		mm weekly
		want 6
		has "$said" "error: mailmuster.json:2:"
		has "$said" "$1"
	}
	refuse 'needs "from" and "to"' '{}'
	refuse 'one of "smtp" and "sendmail"' '{"from":"a@b","to":["c@d"]}'
	refuse 'is one address' '{"from":"a@b\r\nBcc: x@y","to":["c@d"],"sendmail":"/x"}'
	refuse 'number 2 is one address' '{"from":"a@b","to":["c@d","e@f, g@h"],"sendmail":"/x"}'
	refuse 'names "c@d" twice' '{"from":"a@b","to":["c@d","C <c@d>"],"sendmail":"/x"}'
	refuse 'path of the program' '{"from":"a@b","to":["c@d"],"sendmail":"sendmail -t"}'
	refuse 'up to "100M"' '{"from":"a@b","to":["c@d"],"sendmail":"/x","attachment_limit":"2G"}'
	refuse 'does not go in clear text' '{"from":"a@b","to":["c@d"],"smtp":{"host":"h","tls":"none"}}'
	refuse 'needs "secret"' '{"from":"a@b","to":["c@d"],"smtp":{"host":"h","user":"u"}}'
	refuse 'needs "user"' '{"from":"a@b","to":["c@d"],"smtp":{"host":"h","secret":{"file":"x"}}}'
	refuse 'has no {side}' '{"from":"a@b","to":["c@d"],"smtp":{"host":"h","user":"u","secret":{"command":["x","{side}"]}}}'
	refuse 'did you mean "host"' '{"from":"a@b","to":["c@d"],"smtp":{"hots":"h"}}'
}
