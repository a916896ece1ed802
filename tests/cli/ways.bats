#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Tokens, certificates and credentials, and accounts that nobody may open, through the built program.
load helper

# config TEXT: a one-sided project whose old server has these keys besides host and port.
config() {
	rm -rf mailmuster.json mailmuster.db*
	[ -e accounts.csv ] || printf 'account\nanna\nbert\n' >accounts.csv
	mm init --no-input --one-sided --old-host 127.0.0.1 --old-port "$old_port" --old-tls none --old-secret-prompt --accounts accounts.csv
	want 0
	echo "{\"old\": {\"host\": \"127.0.0.1\", \"port\": $old_port, $1}}" >mailmuster.json
}

@test "a command gives each account its token" {
	peer old --add-cap AUTH=OAUTHBEARER --token anna:token-of-anna --token bert:token-of-bert
	config '"tls": "none", "mechanism": "oauthbearer", "secret": {"command": ["echo", "token-of-{user}"]}'
	mm audit
	want 0
	[ "$(grep -c 'TOKEN TAKEN' old.log)" = 2 ]
	[ "$(grep -c LOGIN old.log)" = 0 ]
	nowhere token-of- mailmuster.db .err .out
}

@test "one token for all is fetched again when it ends, and once" {
	peer old --add-cap AUTH=XOAUTH2 --token '*:first-token:1' --token '*:second-token'
	cat >give <<-'END'
		#!/bin/sh
		echo "$@" >>args
		[ $(wc -l <args) = 1 ] && echo first-token || echo second-token
	END
	chmod 700 give
	config '"tls": "none", "auth": "authzid", "admin": "admin", "mechanism": "xoauth2", "max_connections": 1, "secret": {"command": ["./give", "{user}"]}'
	mm audit
	want 0
	[ "$(cat args)" = $'admin\nadmin' ]
	[ "$(grep -c 'TOKEN REFUSED' old.log)" = 1 ]
	[ "$(grep -c 'TOKEN TAKEN' old.log)" = 2 ]
}

@test "a file is read again when its token ends" {
	secret token first-token
	peer old --add-cap AUTH=OAUTHBEARER --token '*:first-token:1' --token '*:second-token'
	config '"tls": "none", "mechanism": "oauthbearer", "max_connections": 1, "secret": {"file": "token"}'
	# The same one again is none.
	mm audit
	want 3
	has "$said" '{"status": "invalid_token"'
	hasnt "$said" first-token
	[ "$(grep -c 'TOKEN REFUSED' old.log)" = 1 ]
	secret token second-token
	mm audit
	want 0
}

@test "a fresh token that is refused is not tried again" {
	peer old --add-cap AUTH=OAUTHBEARER --token '*:right'
	cat >give <<-'END'
		#!/bin/sh
		echo "$1" >>args
		echo "wrong-token-$(wc -l <args)"
	END
	chmod 700 give
	seq -f 'user%02g' 12 | sed '1i account' >accounts.csv
	config '"tls": "none", "mechanism": "oauthbearer", "secret": {"command": ["./give", "{user}"]}'
	mm audit
	want 4
	[ "$(grep -c 'TOKEN REFUSED' old.log)" = 5 ]
	has "$said" "not tried: the server refused 5 logins in a row"
	nowhere wrong-token- .err mailmuster.db
}

@test "a client's key is secret, and may have a passphrase" {
	peer old --tls implicit --client-cert --add-cap AUTH=EXTERNAL --cert-for localhost:anna --cert-for localhost:bert
	cp old.certs/good.pem cert.pem
	openssl pkey -in old.certs/good.key -aes256 -passout 'pass:open, Sesame!' -out key.pem
	secret phrase 'open, Sesame!'
	local way='"ca_file": "'$old_ca'", "client_cert": "cert.pem", "client_key": "key.pem", "mechanism": "external"'
	config "$way"', "client_key_secret": {"file": "phrase"}'
	mm audit
	want 0
	grep -q 'CERTIFICATE localhost AS bert' old.log
	nowhere Sesame .err .out mailmuster.db
	config "$way"', "client_key_secret": {"command": ["cat", "phrase"]}'
	mm audit
	want 0
	config "$way"
	mm audit
	want 5
	has "$said" "cannot use the client certificate"
	has "$said" "client_key_secret"
	chmod 640 key.pem
	mm audit
	want 6
	has "$said" "key.pem holds a secret and others may read"
	has "$said" "chmod 600"
	chmod 600 key.pem
	config "$way"', "client_key_secret": {"file": "nothing"}'
	mm audit
	want 4
	has "$said" '"client_key_secret"'
}

@test "systemd's credentials" {
	peer old --user anna:eins --user bert:zwei
	mkdir credentials
	secret credentials/mail $'anna:eins\nbert:zwei\n'
	config '"tls": "none", "secret": {"users_credential": "mail"}'
	mm audit
	want 4
	has "$said" "there is no credential mail: CREDENTIALS_DIRECTORY is not set"
	has "$said" "LoadCredential=mail:"
	export CREDENTIALS_DIRECTORY=$DIR/credentials
	mm audit
	want 0
	nowhere eins mailmuster.db .err
	chmod 644 credentials/mail
	mm audit
	want 6
	has "$said" "credentials/mail holds a secret and others may read"
	rm credentials/mail
	mm audit
	want 4
	has "$said" "credentials/mail"
	secret credentials/admin Zaubertrank
	config '"tls": "none", "auth": "authzid", "admin": "admin", "secret": {"credential": "admin"}'
	peer old --user admin:Zaubertrank
	sed -i "s/\"port\": [0-9]*/\"port\": $old_port/" mailmuster.json
	mm audit
	want 0
	nowhere Zaubertrank mailmuster.db .err .out
}

@test "PROXYAUTH, said to init" {
	peer old --user admin:Zaubertrank --proxy-for admin:anna
	one_sided --old-auth proxyauth
	mm audit
	want 0
	grep -q 'PROXYAUTH anna' old.log
	printf 'account\nanna\nbert\n' >accounts.csv
	mm accounts import
	mm audit
	want 3
	has "$said" "bert: PROXYAUTH refused: NO [AUTHORIZATIONFAILED]"
	mm init --no-input -C other --one-sided --old-host a --old-auth magic --old-secret-prompt
	want 2
	has "$said" "proxyauth"
}
