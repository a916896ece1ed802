#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the DNS still says of the old server: from zone files and from a real server of them, and when nobody answers.
load helper

NSD=$TOP/build/lab/pfx/usr/sbin/nsd
[ -x /usr/sbin/nsd ] && NSD=/usr/sbin/nsd

# The zone of a site that has not finished, and one that has; both with the old server's own name.
zones() {
	cat >left.zone <<-'END'
		$ORIGIN example.org.
		$TTL 1h
		@ SOA ns hostmaster ( 1 2h 30m 4w 300 )
		@ NS ns
		ns A 127.0.0.1
		@ MX 10 new
		@ 600 MX 90 relay
		@ TXT "v=spf1 mx include:_spf.example.org -all"
		_spf TXT "v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 -all"
		new A 192.0.2.2
		new AAAA 2001:db8::2
		old A 192.0.2.1
		relay CNAME relay2
		relay2 A 192.0.2.1
		_imaps._tcp SRV 0 1 993 old
		_imap._tcp SRV 0 0 0 .
		autodiscover CNAME gone
		autoconfig CNAME new
	END
	cat >done.zone <<-'END'
		$ORIGIN example.org.
		$TTL 1h
		@ SOA ns hostmaster ( 2 2h 30m 4w 300 )
		@ NS ns
		ns A 127.0.0.1
		@ MX 10 new
		@ TXT "v=spf1 mx -all"
		new A 192.0.2.2
		new AAAA 2001:db8::2
		old A 192.0.2.1
		_imaps._tcp SRV 0 1 993 new
	END
}

# A project whose old server is old.example.org.
site() {
	zones
	secret admin.secret Zaubertrank
	printf 'account,address\nanna,anna@example.org\n' >accounts.csv
	mm init --no-input --project test --accounts accounts.csv --one-sided --old-host old.example.org --old-tls implicit \
		--old-auth authzid --old-admin admin --old-secret-file admin.secret
	want 0
	mm accounts import
	want 0
}

# nsd ZONE: a real server of that zone on a port of its own; $dns is its address.
nsd() {
	local port tries
	[ -x "$NSD" ] || { echo "nsd is not there: packaging/install-packages check"; return 1; }
	port=$((20000 + RANDOM % 20000))
	cat >nsd.conf <<-END
		server:
		    ip-address: 127.0.0.1@$port
		    username: ""
		    zonesdir: "$DIR"
		    database: ""
		    pidfile: "$DIR/nsd.pid"
		    xfrdfile: "$DIR/nsd.xfrd"
		    zonelistfile: "$DIR/nsd.zones"
		    xfrdir: "$DIR"
		    server-count: 1
		remote-control:
		    control-enable: no
		zone:
		    name: example.org
		    zonefile: $1
	END
	"$NSD" -d -c nsd.conf >nsd.log 2>&1 3>&- &
	PEERS+=($!)
	dns=127.0.0.1:$port
	for ((tries = 0; tries < 100; tries++)); do
		grep -q 'nsd started' nsd.log && break
		sleep 0.05
	done
	sleep 0.1
}

# What was seen, without what changes from run to run.
answers() {
	python3 - "$1" <<-'END'
		import json, sys
		rows = json.load(open(sys.argv[1]))["answers"]
		for r in rows:
		    del r["at"]
		print(json.dumps(sorted(rows, key=lambda r: json.dumps(r)), indent=1))
	END
}

@test "a zone file and a real server of it give the same answers, and each way to the old server is named" {
	site
	mm dns --zone left.zone
	want 1
	has "$out" "old         _imaps._tcp.example.org  SRV  0 1 993 old.example.org: the old server's name; may be remembered for 1 h"
	has "$out" "old         relay2.example.org  A  192.0.2.1  (MX of example.org): the old server's address"
	has "$out" "old         _spf.example.org  TXT  ip4:192.0.2.1  (SPF of example.org): the old server's address"
	has "$out" "covers-old  _spf.example.org  TXT  ip4:192.0.2.0/24"
	has "$out" "4 lead to the old server, 1 more cover its address, 0 not known"
	hasnt "$out" "new.example.org"
	mm dns --zone left.zone --json
	want 1
	cp .out file.json
	nsd left.zone
	mm dns --resolver "$dns" --json
	want 1
	cp .out server.json
	answers file.json >file.txt
	answers server.json >server.txt
	diff file.txt server.txt
	mm dns show
	want 1
	has "$out" "_imaps._tcp"
	mm ledger verify --deep
	want 0
}

@test "when nothing leads there any more it is clean, and what was seen is kept" {
	site
	mm dns show
	want 6
	has "$said" "nobody has asked the DNS yet"
	mm dns --zone done.zone
	want 0
	has "$out" "0 lead to the old server"
	mm dns show --all
	want 0
	has "$out" "10 new.example.org"
	# The old server's name is gone: where it stood is remembered.
	sed -i '/^old/d; s/^new A.*/new A 192.0.2.1/' done.zone
	mm dns --zone done.zone
	want 1
	has "$out" "new.example.org  A  192.0.2.1"
}

@test "no answer is never a clean one" {
	site
	mm dns --resolver 127.0.0.1:1
	want 3
	has "$out" "no answer came"
	has "$out" "nothing answers"
	mm dns show --json
	want 3
	python3 -c 'import json; d = json.load(open(".out")); assert d["unknown"] == len(d["answers"]) > 10 and d["old"] == 0'
	# a server of other zones refuses
	nsd left.zone
	mm dns --resolver "$dns" --domain example.com
	want 3
	has "$out" "the resolver refuses to answer"
}

@test "an answer that breaks the format is none" {
	local port
	site
	python3 - 3>&- >port.txt <<-'END' &
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("127.0.0.1", 0))
		print(s.getsockname()[1], flush=True)
		while True:
		    q, who = s.recvfrom(4096)
		    s.sendto(q[:2] + b"\x81\x80\x00\x01\xff\xff\x00\x00\x00\x00" + q[12:] + b"\xc0\x0c\x00", who)
	END
	PEERS+=($!)
	for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s port.txt ] || sleep 0.2; done
	port=$(cat port.txt)
	mm dns --resolver "127.0.0.1:$port"
	want 3
	has "$out" "the answer breaks the format of the DNS"
	hasnt "$out" "no-data"
}

@test "what a zone file holds is shown as text, and what is wrong with it by its line" {
	site
	printf '$ORIGIN example.org.\n@ SOA n m 1 2 3 4 5\n@ TXT "v=spf1 a:\\027[31mx"\n' >bad.zone
	mm dns --zone bad.zone --all
	want 3
	hasnt "$out" $'\e'
	has "$out" '\027'
	printf '$ORIGIN example.org.\n@ SOA n m 1 2 3 4 5\nx A 192.0.2\n' >bad.zone
	mm dns --zone bad.zone
	want 6
	has "$said" "bad.zone:3: an address that is none"
	printf '@ SOA n m 1 2 3 4 5\n' >bad.zone
	mm dns --zone bad.zone
	want 6
	has "$said" "--zone example.org=FILE"
	mm dns --zone example.org=bad.zone
	want 0
	mm dns --zone none.zone
	want 7
}

@test "whose DNS is asked: the config, the accounts, or what is named" {
	site
	sed -i '1s/{/{ "dns": { "domains": ["lists.example.org"], "names": ["mail.example.org"], "old": ["192.0.2.1"] },/' mailmuster.json
	mm dns --zone done.zone --json
	want 0
	python3 - <<-'END'
		import json
		d = json.load(open(".out"))
		assert d["domains"] == 3, d["domains"]
		assert {r["domain"] for r in d["answers"]} == {"", "example.org", "lists.example.org", "mail.example.org"}
	END
	mm dns --zone done.zone --domain "m\xc3\xbcller.example"
	want 6
	has "$said" "is no name of the DNS"
	mm dns --resolver ns.example.org
	want 6
	has "$said" "a resolver is an address"
	mm dns --resolver 127.0.0.1 --zone x
	want 2
	mm dns show --zone x
	want 2
	mm dns often
	want 2
	printf 'account\nanna\n' >accounts.csv
	sed -i 's/"domains": \[[^]]*\], "names": \[[^]]*\], //' mailmuster.json
	mm accounts import
	mm dns --zone done.zone
	want 6
	has "$said" "no domain of this project is known"
}
