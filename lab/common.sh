# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the scripts of the lab share.  Sourced; sets root, lab (state of everything), and checks nothing by itself.
set -euo pipefail
umask 022
# Debian's python3 itself, not the wrapper of a version manager.
PATH=/usr/bin:$PATH:/usr/sbin:/sbin
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
lab=$root/build/lab
# Certificates of another place, and perhaps of another time (tests/package).
lab_ca=${MAILMUSTER_LAB_CA:-$lab/ca}
pfx=$lab/pfx
bin=$root/build/release/lab
host=127.0.0.1

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# The servers never run as root: as root they run as the user cyrus of Debian's cyrus-common, otherwise as who you are.
if [ "$(id -u)" = 0 ]; then lab_user=cyrus; else lab_user=$(id -un); fi

# Run a command as that user.  When root keeps the project in a directory that nobody else may enter, the command is
# given leave to pass it (CAP_DAC_OVERRIDE) instead of having the modes of that directory changed.  The secure bit makes
# access(2) honour that leave: Dovecot asks it, and treats mail as read-only when it says no.
as_lab() {
	local uid gid cap=()
	if [ "$(id -u)" != 0 ]; then
		"$@"
		return
	fi
	uid=$(id -u "$lab_user") gid=$(id -g "$lab_user")
	local drop=(setpriv "--reuid=$uid" "--regid=$gid" --clear-groups)
	"${drop[@]}" test -x "$lab" || cap=(--securebits=+no_setuid_fixup
		--inh-caps=+dac_override --ambient-caps=+dac_override)
	"${drop[@]}" "${cap[@]}" "$@"
}

# Everything a server writes belongs to its user; the secrets belong to who started the lab.
own() { [ "$(id -u)" != 0 ] || chown -R "$lab_user:" "$@"; }

random_secret() { od -An -N12 -tx1 /dev/urandom | tr -d ' \n'; }

# Print n ports that nobody listens on, below those that the system gives to outgoing connections.
free_ports() {
	python3 - "$1" <<-'PY'
	import random, socket, sys
	held = []
	while len(held) < int(sys.argv[1]):
	    s = socket.socket()
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	    try:
	        s.bind(("127.0.0.1", random.randrange(20000, 32000)))
	        s.listen()
	        held.append(s)
	    except OSError:
	        pass
	print(*[s.getsockname()[1] for s in held])
	PY
}

answers() { (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null; }

wait_port() {
	local _
	for _ in $(seq 150); do
		answers "$1" && return 0
		sleep 0.1
	done
	return 1
}

# True when the pid file names a living process that was started with this state directory.
runs() {
	local pid
	pid=$(head -n 1 "$1" 2>/dev/null | tr -dc 0-9)
	[ -n "$pid" ] && grep -qaF -- "$dir/" "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}

stop_pid() {
	local pid _
	pid=$(runs "$1") || return 0
	kill "$pid" 2>/dev/null || true
	for _ in $(seq 100); do
		[ -e "/proc/$pid" ] || return 0
		sleep 0.1
	done
	die "process $pid does not end; its log is $dir/log/mail.log"
}

# A CA of our own and one server certificate, made once.
certificates() {
	local d=$lab_ca
	[ -s "$d/server.pem" ] && return
	mkdir -p "$d.new"
	(
		cd "$d.new"
		exec 2>openssl.log
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=Mailmuster Lab CA' \
			-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out ca.crt
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=localhost' -keyout server.key -out server.csr
		printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n' >server.ext
		openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -extfile server.ext -out server.crt
		cat server.key server.crt ca.crt >server.pem
		chmod 600 ./*.key server.pem
	) || die "openssl made no certificates: $d.new/openssl.log"
	own "$d.new/server.pem"
	rm -rf "$d"
	mv "$d.new" "$d"
}
