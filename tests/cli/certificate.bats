#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The certificate on a clean machine: no project, no store, no network.  It is made here by another program, from the
# description in docs/certificate.md, with keys of ssh-keygen.
load helper

# keys NAME...: a key for each, and the file of allowed signers.
keys() {
	local name
	for name; do
		ssh-keygen -q -t ed25519 -N '' -C "$name" -f "$name.key"
		printf '%s@example.org namespaces="mailmuster-gate" %s\n' "$name" "$(cut -d' ' -f1,2 "$name.key.pub")" >>signers
	done
}

# certify [APPROVERS NAME:ROLE:KEY...]: certificate.json, whose body two persons signed.
certify() {
	[ $# != 0 ] || set -- 2 ada:technical:ada grace:business:grace
	python3 - "$@" <<-'END'
		import hashlib, json, re, subprocess, sys, time
		iso = lambda t: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))
		now = int(time.time())
		dump = lambda x: json.dumps(x, separators=(",", ":"), ensure_ascii=False)
		body = dump({
		    "acceptances": [], "accounts": {"migrate": 2}, "approvers": int(sys.argv[1]), "checks": [], "loosened": [],
		    "made": iso(now - 7200), "new": {"host": "new.example.org"},
		    "old": {"host": "old.example.org\u001b[31m", "software": ""},
		    "project": {"id": "0" * 32, "name": "p"}, "schema": "mailmuster/certificate-body/1",
		    "signers": {"business": ["grace@example.org"], "technical": ["ada@example.org"]},
		    "standing": "0" * 64, "text": "This tool did not shut anything down.",
		    "valid_until": iso(now - 7200 + 72 * 3600), "verdict": "GO", "waivers": []}).encode()
		approvals = []
		for word in sys.argv[2:]:
		    name, role, key = word.split(":")
		    sig = subprocess.run(["ssh-keygen", "-Y", "sign", "-f", key + ".key", "-n", "mailmuster-gate"], input=body,
		                         capture_output=True, check=True).stdout.decode()
		    print_ = subprocess.run(["ssh-keygen", "-l", "-f", key + ".key"], capture_output=True, text=True).stdout.split()[1]
		    approvals.append({"at": iso(now - 3600), "key": print_, "ledger": 9, "name": name + "@example.org",
		                      "role": role, "signature": sig})
		text = (b'{"schema":"mailmuster/certificate/1","octets":%d,"body":' % len(body) + body +
		        b',"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'","approvals":' + dump(approvals).encode() +
		        b',"issued":"' + iso(now - 1800).encode() + b'","ledger":{"entries":11,"head":"' + b"1" * 64 + b'"}')
		text += b',"seal":"' + hashlib.sha256(text).hexdigest().encode() + b'"}\n'
		open("certificate.json", "wb").write(text)
	END
}

@test "a certificate verifies in an empty folder" {
	keys ada grace
	certify
	mkdir clean
	cp certificate.json clean
	cd clean
	mm gate verify-certificate certificate.json
	want 0
	has "$out" "the certificate is whole: GO for old.example.org"
	hasnt "$out" $'\e'
	has "$out" "technical: ada@example.org, SHA256:"
	has "$out" "business: grace@example.org, SHA256:"
	has "$out" "whose keys these are was not asked"
	mm gate verify-certificate certificate.json --signers ../signers --max-age 72h
	want 0
	hasnt "$out" "was not asked"
	[ "$(ls)" = certificate.json ]
	mm gate verify-certificate certificate.json --json
	want 0
	python3 -c 'import json; d = json.load(open("../.out")); assert d["whole"] and d["verdict"] == "GO" and len(d["approvals"]) == 2'
	# without a network, where that can be taken away
	if unshare -n true 2>/dev/null; then
		unshare -n "$MM" gate verify-certificate certificate.json
	fi
}

@test "it is too old when it is older than is asked for" {
	keys ada grace
	certify
	mm gate verify-certificate certificate.json --max-age 1h
	want 1
	has "$out" "it is older than --max-age allows"
	mm gate verify-certificate certificate.json --max-age 3h
	want 0
}

@test "whatever octet is another one, it does not verify" {
	local i n
	keys ada grace
	certify
	n=$(stat -c %s certificate.json)
	for ((i = 0; i < n; i += 131)); do
		python3 -c 'import sys; b = bytearray(open("certificate.json", "rb").read()); b[int(sys.argv[1])] ^= 1; open("bad.json", "wb").write(b)' "$i"
		mm gate verify-certificate bad.json
		[ "$status" = 12 ] || { echo "octet $i: $status"; return 1; }
	done
	head -c $((n - 1)) certificate.json >bad.json
	mm gate verify-certificate bad.json
	want 12
	mm gate verify-certificate none.json
	want 7
}

# Who can make the digests anew cannot sign.
@test "an altered body under a new seal is not what was signed" {
	keys ada grace
	certify
	python3 - <<-'END'
		import hashlib, re
		t = open("certificate.json", "rb").read()
		head, rest = t.split(b'"body":', 1)
		n = int(re.search(rb'"octets":(\d+)', head).group(1))
		body, rest = rest[:n].replace(b'"migrate":2', b'"migrate":3'), rest[n:]
		rest = re.sub(rb'"sha256":"[0-9a-f]{64}"', b'"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'"', rest)
		t = head + b'"body":' + body + rest[:rest.index(b',"seal"')]
		open("bad.json", "wb").write(t + b',"seal":"' + hashlib.sha256(t).hexdigest().encode() + b'"}\n')
	END
	mm gate verify-certificate bad.json
	want 12
	has "$said" "the approval of ada@example.org: the signature does not hold"
}

@test "who approved is asked: one key under two names, one alone, a stranger" {
	keys ada grace eve
	certify 2 ada:technical:ada grace:business:ada
	mm gate verify-certificate certificate.json
	want 12
	has "$said" "one key has signed as ada@example.org and as grace@example.org"
	certify 2 ada:technical:ada
	mm gate verify-certificate certificate.json
	want 12
	has "$said" "not approved yet: business"
	certify 1 ada:technical:ada
	mm gate verify-certificate certificate.json
	want 0
	certify 2 ada:technical:ada eve:business:eve
	mm gate verify-certificate certificate.json
	want 12
	has "$said" "eve@example.org may not approve as business"
	# a key that is not the one of this name
	certify 2 ada:technical:ada grace:business:eve
	mm gate verify-certificate certificate.json
	want 0
	mm gate verify-certificate certificate.json --signers signers
	want 12
	has "$said" "the approval of grace@example.org: the signature does not hold"
}

@test "what is no certificate is none" {
	printf '{}' >x
	mm gate verify-certificate x
	want 12
	: >x
	mm gate verify-certificate x
	want 12
	head -c 5000000 /dev/zero >x
	mm gate verify-certificate x
	want 12
	mm gate verify-certificate
	want 2
	mm gate verify-certificate x --max-age soon
	want 2
	mm gate verify-certificate x --by ada
	want 2
}
