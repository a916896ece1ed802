#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# mailmuster.json: every mistake is named with its place.
load helper

setup_project() {
	mm init --no-input --one-sided --old-host a --old-secret-prompt
	want 0
}

# refuse "PLACE AND WORDS" TEXT: this config is exit 6.
refuse() {
	printf '%s' "$2" >mailmuster.json
	mm status
	want 6
	has "$said" "error: mailmuster.json$1"
}

@test "the smallest config is enough" {
	setup_project
	echo '{"old":{"host":"a.example.org"}}' >mailmuster.json
	mm status
	want 0
	printf '// so\n{ /* or so */ "old": { "host": "a.example.org", "port": 143, "tls": "starttls" } }\n' >mailmuster.json
	mm status
	want 0
}

@test "mistakes name line and column" {
	setup_project
	refuse ":1:" ''
	refuse ":1:" '[]'
	refuse ":1:" '{"old":'
	refuse ":2:" $'{"old":{"host":"a"},\n "old2":{}}'
	has "$said" 'did you mean "old"'
	refuse ":2:" $'{"old":{"host":"a",\n "prot":143}}'
	has "$said" 'did you mean "port"'
	refuse ":1:" '{"project":"x"}'
	has "$said" 'needs "old"'
	refuse ":1:" '{"old":{}}'
	has "$said" 'needs "host"'
	refuse ":2:" $'{"old":{"host":"a",\n"port":\n"143"}}'
	refuse ":1:" '{"old":{"host":"a","port":0}}'
	refuse ":1:" '{"old":{"host":"a","port":65536}}'
	refuse ":1:" '{"old":{"host":"imaps://a"}}'
	refuse ":1:" '{"old":{"host":"a","tls":"ssl"}}'
	refuse ":1:" '{"old":{"host":"a","tls_min":"1.4"}}'
	refuse ":1:" '{"old":{"host":"a","auth":"magic"}}'
	refuse ":1:" '{"old":{"host":"a","auth":"master"}}'
	has "$said" 'needs "admin"'
	refuse ":1:" '{"old":{"host":"a","admin":"root"}}'
	refuse ":1:" '{"old":{"host":"a","auth":"master","admin":"x","master_separator":"**"}}'
	refuse ":1:" '{"old":{"host":"a","pin":"sha256//"}}'
	refuse ":1:" '{"old":{"host":"a","kind":"exchange"}}'
	refuse ":1:" '{"old":{"host":"a","max_connections":0}}'
	refuse ":1:" '{"old":{"host":"a","compress":"gzip"}}'
	refuse ":1:" '{"old":{"host":"a","acl":"maybe"}}'
	refuse ":1:" '{"old":{"host":"a","max_connections":65}}'
	refuse ":1:" '{"old":{"host":"a","timeout":"0s"}}'
	refuse ":1:" '{"old":{"host":"a","timeout":"60"}}'
	refuse ":1:" '{"old":{"host":"a"},"max_age":"7"}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"pairs":{"a":1}}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"exclude":"Trash"}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"exclude":[1]}}'
	refuse ":1:" '{"old":{"host":"a","profile":"cyrsu"}}'
	has "$said" 'did you mean "cyrus"'
	refuse ":1:" '{"old":{"host":"a","profile":7}}'
}

@test "hours in which a server is not read are checked when they are read" {
	setup_project
	refuse ":1:" '{"old":{"host":"a","not_during":"Mon-Fri 08:00-18:00"}}'
	refuse ":1:" '{"old":{"host":"a","not_during":[8]}}'
	refuse ":2:" $'{"old":{"host":"a",\n"not_during":["Mo-Fr 08:00-18:00"]}}'
	has "$said" 'these are no days'
	has "$said" '"Mon-Fri 08:00-18:00"'
	refuse ":1:" '{"old":{"host":"a","not_during":["08:00-18:00 Europe/Nowhere"]}}'
	refuse ":1:" '{"old":{"host":"a","not_during":["Mon-Fri 00:00-24:00","Sat,Sun 00:00-24:00"]}}'
	has "$said" 'leaves no time'
	echo '{"old":{"host":"a","not_during":["22:00-06:00","Sat,Sun 00:00-24:00 UTC"]}}' >mailmuster.json
	mm status
	want 0
}

@test "logins are checked when they are read" {
	setup_project
	refuse ":1:" '{"old":{"host":"a","auth":"proxyauth"}}'
	has "$said" 'needs "admin"'
	refuse ":1:" '{"old":{"host":"a","mechanism":"gssapi"}}'
	has "$said" '"password", "oauthbearer", "xoauth2" or "external"'
	refuse ":1:" '{"old":{"host":"a","auth":"master","admin":"x","mechanism":"xoauth2"}}'
	has "$said" 'does not go with "auth" "master"'
	refuse ":1:" '{"old":{"host":"a","mechanism":"external"}}'
	has "$said" 'needs "client_cert"'
	refuse ":1:" '{"old":{"host":"a","mechanism":"external","client_cert":"c","secret":{"file":"x"}}}'
	has "$said" 'client_key_secret'
	refuse ":1:" '{"old":{"host":"a","client_key":"k"}}'
	has "$said" 'client_cert'
	refuse ":1:" '{"old":{"host":"a","client_key_secret":{"file":"k"}}}'
	refuse ":1:" '{"old":{"host":"a","client_cert":""}}'
	refuse ":1:" '{"old":{"host":"a","tls":"none","client_cert":"c"}}'
	has "$said" 'over TLS only'
	refuse ":1:" '{"old":{"host":"a","client_cert":"c","client_key_secret":{"prompt":true}}}'
	refuse ":1:" '{"old":{"host":"a","secret":{}}}'
	has "$said" 'needs exactly one of'
	refuse ":1:" '{"old":{"host":"a","secret":{"file":"a","credential":"b"}}}'
	refuse ":1:" '{"old":{"host":"a","secret":{"file":""}}}'
	local name
	for name in '' . .. a/b a:b 'a\nb'; do
		refuse ":1:" "{\"old\":{\"host\":\"a\",\"secret\":{\"credential\":\"$name\"}}}"
		has "$said" 'LoadCredential=NAME:PATH'
	done
	echo '{"old":{"host":"a","client_cert":"c","mechanism":"external","auth":"authzid","admin":"x"}}' >mailmuster.json
	mm status
	want 0
}

@test "keywords and limits are checked when they are read" {
	setup_project
	refuse ":1:" '{"old":{"host":"a"},"keywords":[]}'
	refuse ":2:" $'{"old":{"host":"a"},"keywords":{\n"a":1}}'
	has "$said" 'is written "old keyword": "new keyword"'
	refuse ":1:" '{"old":{"host":"a"},"keywords":{"\\Seen":"a"}}'
	refuse ":1:" '{"old":{"host":"a"},"keywords":{"a b":"c"}}'
	refuse ":1:" '{"old":{"host":"a"},"keywords":{"a":""}}'
	refuse ":1:" '{"old":{"host":"a"},"limits":{"mass_removal":50}}'
	refuse ":1:" '{"old":{"host":"a"},"limits":{"mass_removal":{"messages":0}}}'
	refuse ":1:" '{"old":{"host":"a"},"limits":{"mass_removal":{"percent":101}}}'
	refuse ":2:" $'{"old":{"host":"a"},"limits":{"mass_removal":{\n"percents":10}}}'
	has "$said" 'did you mean "percent"'
	refuse ":1:" '{"old":{"host":"a"},"limits":{"seal_gap":"2"}}'
	refuse ":1:" '{"old":{"host":"a"},"limits":{"seal_gap":"0s"}}'
	refuse ":1:" '{"old":{"host":"a"},"limits":{"sealgap":"2h"}}'
	has "$said" 'did you mean "seal_gap"'
}

@test "rules for folders are checked when they are read" {
	setup_project
	refuse ":2:" $'{"old":{"host":"a"},"map":{\n"regexp":[]}}'
	has "$said" 'did you mean "regex"'
	refuse ":2:2: map.regex[1].match: missing closing parenthesis" \
		$'{"old":{"host":"a"},"map":{"regex":[{"match":"a","to":"b"},{\n "match":"(","to":"x"}]}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"regex":[{"match":"a","to":"$1"}]}}'
	has "$said" "no such group"
	refuse ":1:" '{"old":{"host":"a"},"map":{"regex":[{"match":"a"}]}}'
	has "$said" 'needs "match"'
	refuse ":1:" '{"old":{"host":"a"},"map":{"regex":[{"match":"","to":"a"}]}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"regex":[{"match":"a","to":"b","al":true}]}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"regex":["a"]}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"regex":{}}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"exclude_regex":["["]}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"exclude_regex":[""]}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"special_use":"yes"}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"transfers":[]}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"transfers":{"anna":7}}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"transfers":{"":{}}}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"transfers":{"anna":{"exclude_regex":["("]}}}}'
	has "$said" "map.transfers.anna.exclude_regex"
	refuse ":1:" '{"old":{"host":"a"},"map":{"transfers":{"anna":{"transfers":{}}}}}'
	refuse ":1:" '{"old":{"host":"a"},"map":{"transfers":{"anna":{},"Anna":{}}}}'
	has "$said" "twice"
	echo '{"old":{"host":"a","profile":"zimbra"},"map":{"special_use":true,"regex":[{"match":"^(a)","to":"$1","all":true}],
		"exclude_regex":["^x"],"transfers":{"anna":{"special_use":false,"pairs":{"a":"b"},"exclude":["c"]}}}}' >mailmuster.json
	mm status
	want 0
}

@test "a secret comes from one place" {
	setup_project
	refuse ":1:" '{"old":{"host":"a","secret":{}}}'
	refuse ":1:" '{"old":{"host":"a","secret":{"file":"x","prompt":true}}}'
	refuse ":1:" '{"old":{"host":"a","secret":{"password":"x"}}}'
	refuse ":1:" '{"old":{"host":"a","secret":"x"}}'
	refuse ":1:" '{"old":{"host":"a","secret":{"command":[]}}}'
	refuse ":1:" '{"old":{"host":"a","secret":{"command":[1]}}}'
	refuse ":1:" '{"old":{"host":"a","secret":{"command":"pass show x"}}}'
	refuse ":1:" '{"old":{"host":"a","secret":{"file":""}}}'
}

@test "-c reads another file, and its folder is the project" {
	setup_project
	mkdir sub && mv mailmuster.* sub
	mm -c sub/mailmuster.json status
	want 0
	mv sub/mailmuster.json sub/other.json
	mm -c sub/other.json status
	want 0
	mm -C sub -c sub/other.json status
	want 0
	mm -c sub/none.json status
	want 6
	mm -C sub status
	want 10
}

@test "a config without its store, and the other way round" {
	setup_project
	mv mailmuster.db away
	mm status
	want 10
	has "$said" "but no mailmuster.db"
	absent mailmuster.db
	mv away mailmuster.db
	rm mailmuster.json
	mm status
	want 10
}

@test "something else where the store should be" {
	setup_project
	echo "this is not a database, but it is long enough to be looked at" >mailmuster.db
	mm status
	[ "$status" != 0 ]
	has "$said" "error:"
	: >mailmuster.db
	mm status
	[ "$status" != 0 ]
}

@test "doctor tells files that others can write" {
	setup_project
	chmod 666 mailmuster.json
	mm doctor
	want 6
	has "$out" "fail  modes"
	chmod 600 mailmuster.json
	chmod 644 mailmuster.db
	mm doctor
	has "$out" "warn  modes"
}
