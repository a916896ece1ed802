# SPDX-License-Identifier: MIT
# Shared by the tests of the built program.  Each test has its own folder, and a clean environment.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
MM=${MAILMUSTER:-$TOP/build/mailmuster}
PEER=$TOP/tests/support/scripted-imap
GOLDEN=$TOP/tests/cli/golden

# Debian's python3 itself, not the wrapper of a version manager.
[ ! -x /usr/bin/python3 ] || PATH=/usr/bin:$PATH

setup() {
	DIR=$(mktemp -d "${BATS_TMPDIR:-/tmp}/mailmuster.XXXXXX")
	cd "$DIR" || return 1
	unset MAILMUSTER_TRACE MAILMUSTER_TRACE_IMAP NO_COLOR
	export TERM=dumb
	PEERS=()
}

teardown() {
	local pid
	for pid in "${PEERS[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	cd / && rm -rf "$DIR"
}

# mm ARGS: run it without a terminal; status, out (stdout) and said (stderr) are set.
mm() {
	status=0
	timeout 60 "$MM" "$@" >"$DIR/.out" 2>"$DIR/.err" </dev/null || status=$?
	out=$(cat "$DIR/.out")
	said=$(cat "$DIR/.err")
	if grep -qE 'Sanitizer|runtime error' "$DIR/.err"; then
		cat "$DIR/.err"
		return 1
	fi
	# Every document goes to tests/cli/schemas, which holds it against docs/schemas.
	[[ -z ${MAILMUSTER_JSON:-} || " $* " != *" --json "* ]] || keep_json "$DIR/.out"
}

# keep_json FILE: for tests/cli/schemas, whatever holds a document or lines of them.
keep_json() {
	[ -z "${MAILMUSTER_JSON:-}" ] || cp "$1" "$(mktemp "$MAILMUSTER_JSON/${BATS_TEST_FILENAME##*/}-$BATS_TEST_NUMBER.XXXXXX")"
}

# want CODE: the exit code, or everything is shown.
want() {
	[ "$status" = "$1" ] && return 0
	printf 'exit code %s, not %s\n--- stdout\n%s\n--- stderr\n%s\n' "$status" "$1" "$out" "$said"
	return 1
}

# has TEXT WORDS: TEXT contains WORDS.
has() {
	[[ $1 == *"$2"* ]] && return 0
	printf 'no "%s" in:\n%s\n' "$2" "$1"
	return 1
}
hasnt() {
	[[ $1 != *"$2"* ]] && return 0
	printf '"%s" is in:\n%s\n' "$2" "$1"
	return 1
}

# nowhere WORD FILES: no file holds WORD.  absent FILES: none is there.
nowhere() {
	local word=$1
	shift
	if grep -laF -- "$word" "$@"; then
		echo "hold \"$word\""
		return 1
	fi
}
absent() {
	local file
	for file; do
		if [ -e "$file" ]; then
			echo "$file is there"
			return 1
		fi
	done
}

# golden NAME: stdout of the last run, with what changes from run to run taken out, is golden/NAME.
# GOLDEN_WRITE=1 writes the file instead, to be read before it is committed.
golden() {
	sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/TIME/g; s/\b[0-9a-f]{64}\b/DIGEST/g; s/"(took_ms|waits|octets_in|octets_out|commands|connections|slowed|guard)": [0-9]+/"\1": N/' \
		"$DIR/.out" | sed -E "s#$DIR#DIR#g; s/^(run [0-9]+), [^,]* s$/\1, N s/" >"$DIR/.golden"
	if [ -n "${GOLDEN_WRITE:-}" ]; then
		cp "$DIR/.golden" "$GOLDEN/$1"
	fi
	diff -u "$GOLDEN/$1" "$DIR/.golden"
}

# peer NAME OPTIONS: start a scripted server; NAME_port and NAME_ca are set.
peer() {
	local name=$1 tries
	shift
	rm -f "$DIR/$name.out"
	# Descriptor 3 is bats's own: a server that kept it open would keep bats waiting.
	"$PEER" --log "$DIR/$name.log" --dir "$DIR/$name.certs" "$@" >"$DIR/$name.out" 2>"$DIR/$name.err" 3>&- &
	PEERS+=($!)
	for ((tries = 0; tries < 200; tries++)); do
		grep -qs '^port' "$DIR/$name.out" && break
		sleep 0.05
	done
	printf -v "${name}_port" %s "$(sed -n 's/^port //p' "$DIR/$name.out")"
	printf -v "${name}_ca" %s "$(sed -n 's/^ca //p' "$DIR/$name.out")"
	local port=${name}_port
	[ -n "${!port}" ] || { cat "$DIR/$name.err"; return 1; }
}

# A password file of this octets, which only we can read.
secret() { # name text
	printf '%s' "$2" >"$1"
	chmod 600 "$1"
}

# project OPTIONS: init with an old and a new scripted server in clear text, one admin for all.
project() {
	secret admin.secret Zaubertrank
	[ -e accounts.csv ] || printf 'account\nanna\nbert\n' >accounts.csv
	mm init --no-input --project test --accounts accounts.csv \
		--old-host 127.0.0.1 --old-port "$old_port" --old-tls none --old-auth authzid --old-admin admin \
		--old-secret-file admin.secret \
		--new-host 127.0.0.1 --new-port "$new_port" --new-tls none --new-auth authzid --new-admin admin \
		--new-secret-file admin.secret "$@"
	want 0
}

# The same with one server only.
one_sided() {
	secret admin.secret Zaubertrank
	[ -e accounts.csv ] || printf 'account\nanna\n' >accounts.csv
	mm init --no-input --project test --accounts accounts.csv --one-sided --old-host 127.0.0.1 \
		--old-port "$old_port" --old-tls none --old-auth authzid --old-admin admin --old-secret-file admin.secret "$@"
	want 0
}
