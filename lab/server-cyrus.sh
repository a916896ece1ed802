# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Cyrus 3.6 as sites used to run it: folders below "INBOX.", dot as separator.  With cyrus_slash set, which
# lab/server-cyrus-slash.sh does, the other way.  Sourced by lab/lab.
server_port_names="imap imaps pop lmtp"
server_admin=cyrus
server_pid=master.pid
cyrus=/usr/lib/cyrus/bin

server_program() {
	imapd=$cyrus/imapd
	[ -x "$imapd" ] || imapd=$pfx$cyrus/imapd
	[ -x "$imapd" ] && [ -x $cyrus/master ] || die "Cyrus is not there: packaging/install-packages demo"
}

server_configure() {
	local slash=no pop=''
	server_program
	# POP where it is there: what the demonstration brings has it not.
	[ ! -x "${imapd%/*}/pop3d" ] || pop="pop3 cmd=\"${imapd%/*}/pop3d -C $dir/etc/imapd.conf\" \
listen=\"$host:$LAB_POP\" proto=\"tcp4\" prefork=0 maxchild=20"
	[ -z "${cyrus_slash:-}" ] || slash=yes
	mkdir -p "$dir"/conf/{db,proc,lock,socket,log,msg,quota,user} "$dir"/spool/stage.
	cat >"$dir/etc/imapd.conf" <<-X
	cyrus_user: $lab_user
	configdirectory: $dir/conf
	proc_path: $dir/conf/proc
	mboxname_lockpath: $dir/conf/lock
	defaultpartition: default
	partition-default: $dir/spool
	servername: lab.example.org
	admins: $server_admin
	unixhierarchysep: $slash
	altnamespace: $slash
	virtdomains: off
	hashimapspool: yes
	conversations: no
	allowplaintext: yes
	sasl_mech_list: PLAIN LOGIN
	sasl_pwcheck_method: auxprop
	sasl_auxprop_plugin: sasldb
	sasl_sasldb_path: $dir/etc/sasldb2
	tls_server_cert: $lab_ca/server.pem
	tls_server_key: $lab_ca/server.pem
	tls_session_timeout: 0
	delete_mode: immediate
	expunge_mode: immediate
	specialusealways: yes
	lmtpsocket: $dir/conf/socket/lmtp
	idlesocket: $dir/conf/socket/idle
	notifysocket: $dir/conf/socket/notify
	syslog_prefix: cyrus
	X
	cat >"$dir/etc/cyrus.conf" <<-X
	START {
	  recover cmd="$cyrus/ctl_cyrusdb -C $dir/etc/imapd.conf -r"
	}
	SERVICES {
	  imap  cmd="$imapd -C $dir/etc/imapd.conf -U 50"    listen="$host:$LAB_IMAP"  proto="tcp4" prefork=0 maxchild=200
	  imaps cmd="$imapd -s -C $dir/etc/imapd.conf -U 50" listen="$host:$LAB_IMAPS" proto="tcp4" prefork=0 maxchild=200
	  $pop
	  lmtp  cmd="$cyrus/lmtpd -a -C $dir/etc/imapd.conf" listen="$host:$LAB_LMTP"  proto="tcp4" prefork=0 maxchild=20
	}
	EVENTS {
	  checkpoint cmd="$cyrus/ctl_cyrusdb -C $dir/etc/imapd.conf -c" period=30
	}
	X
	echo "$server_admin:$(<"$LAB_ADMIN_SECRET")" | sasldb_add
}

# Lines "user:password" into sasldb: a Berkeley DB with keys user NUL realm NUL property.  saslpasswd2 would start
# once per user.
sasldb_add() {
	local user password
	{
		printf 'VERSION=3\nformat=bytevalue\ntype=hash\nHEADER=END\n'
		while IFS=: read -r user password; do
			printf ' %s\n' "$(printf '%s\0lab.example.org\0userPassword' "$user" | od -An -v -tx1 | tr -d ' \n')"
			printf ' %s\n' "$(printf %s "$password" | od -An -v -tx1 | tr -d ' \n')"
		done
		printf 'DATA=END\n'
	} | as_lab env -C "$dir/etc" db_load sasldb2
}

server_launch() {
	as_lab env LD_PRELOAD="$bin/syslogshim.so" LAB_SYSLOG="$dir/log/mail.log" LAB_NOSYNC=1 $cyrus/master \
		-C "$dir/etc/imapd.conf" -M "$dir/etc/cyrus.conf" -p "$dir/run/$server_pid" -d </dev/null >"$dir/log/start.log" 2>&1
}

# Lines "user:password" on stdin: known to SASL, and an INBOX each, which only the administrator can make.
server_add_users() {
	local lines user line sep=.
	[ -z "${cyrus_slash:-}" ] || sep=/
	lines=$(cat)
	sasldb_add <<<"$lines"
	exec 3<>"/dev/tcp/$host/$LAB_IMAP"
	{
		printf 'l LOGIN %s %s\r\n' "$server_admin" "$(<"$LAB_ADMIN_SECRET")"
		while IFS=: read -r user _; do printf 'c CREATE user%s%s\r\n' "$sep" "$user"; done <<<"$lines"
		printf 'x LOGOUT\r\n'
	} >&3 &
	while IFS= read -r line; do
		case $line in
		[lc]" NO"*exist* | [lc]" OK"* | "* "*) ;;
		x" OK"*) exec 3>&-; return 0 ;;
		*) die "Cyrus refused to make an account: $line" ;;
		esac
	done <&3
	die "Cyrus closed the connection: see $dir/log/mail.log"
}
