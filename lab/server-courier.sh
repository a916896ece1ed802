# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Courier-IMAP 5.0: folders below "INBOX.", dot as separator, few extensions, no administrator who may read the mail of
# others.  Only unpacked, never installed: where it looks for its files is compiled in, so a library that is loaded into
# its programs sends them here (lab/shim/pathshim.c).  Sourced by lab/lab.
server_port_names="imap imaps pop"
server_admin=
server_pid=imapd.pid
courier=$pfx/usr

server_program() {
	[ -x "$courier/bin/imapd" ] && [ -x "$courier/sbin/couriertcpd" ] ||
		die "Courier is not there: packaging/install-packages check"
	[ -e "$bin/pathshim.so" ] || die "not built yet: make lab-bins"
}

server_configure() {
	server_program
	mkdir -p "$dir"/mail "$dir/run/authdaemon"
	touch "$dir/etc/passwd"
	chmod 600 "$dir/etc/passwd"
	cat >"$dir/etc/authdaemonrc" <<-X
	authmodulelist="authuserdb"
	authmodulelistorig="authuserdb"
	daemons=3
	authdaemonvar=/run/courier/authdaemon
	DEBUG_LOGIN=0
	DEFAULTOPTIONS=""
	LOGGEROPTS=""
	X
	# As Debian ships it, but that mail in Trash stays, as it must where one counts it.
	cat >"$dir/etc/environment" <<-X
	LD_PRELOAD=$bin/syslogshim.so:$bin/pathshim.so
	LD_LIBRARY_PATH=$courier/lib
	LAB_SYSLOG=$dir/log/mail.log
	LAB_PATHS=/etc/courier=$dir/etc:/run/courier=$dir/run:/usr/lib/courier-authlib=$courier/lib/courier-authlib
	PATH=/usr/bin:/bin
	IMAP_CAPABILITY=IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE
	IMAP_KEYWORDS=1
	IMAP_ACL=1
	IMAP_IDLE_TIMEOUT=60
	IMAP_MAILBOX_SANITY_CHECK=1
	IMAP_DISABLETHREADSORT=0
	IMAP_CHECK_ALL_FOLDERS=0
	IMAP_OBSOLETE_CLIENT=0
	IMAP_UMASK=022
	IMAP_USELOCKS=0
	IMAP_ENHANCEDIDLE=0
	IMAP_TRASHFOLDERNAME=Trash
	IMAP_EMPTYTRASH=
	IMAP_MOVE_EXPUNGE_TO_TRASH=0
	IMAP_STARTTLS=YES
	IMAP_TLS_REQUIRED=0
	COURIERTLS=$courier/bin/couriertls
	TLS_CERTFILE=$lab_ca/server.pem
	TLS_VERIFYPEER=NONE
	X
	makedat
}

# What authdaemond looks up: one file with where the mail is, one with the secrets.
makedat() {
	local prog=(as_lab env -C "$dir/etc" "LD_LIBRARY_PATH=$courier/lib" "$courier/lib/courier/courier-authlib/makedatprog" -)
	{ cut -f 1,2 "$dir/etc/passwd" && echo .; } | "${prog[@]}" userdb.new userdb.dat &&
		{ cut -f 1,3 "$dir/etc/passwd" && echo .; } | "${prog[@]}" userdbshadow.new userdbshadow.dat ||
		die "makedatprog could not write in $dir/etc"
}

# courierlogger keeps a program running in the background.
launch() {
	local name=$1 environment
	shift
	mapfile -t environment <"$dir/etc/environment"
	as_lab env -i -C "$dir" "${environment[@]}" "$courier/sbin/courierlogger" "-pid=$dir/run/$name.pid" "-name=$name" \
		-start "$@" </dev/null >>"$dir/log/start.log" 2>&1
}

server_launch() {
	local tcpd=("$courier/sbin/couriertcpd" "-address=$host" -maxprocs=200 -maxperip=200 -nodnslookup -noidentlookup)
	local login=("$courier/lib/courier/courier/imaplogin" "$courier/bin/imapd" Maildir)
	local pop=("$courier/lib/courier/courier/courierpop3login" "$courier/lib/courier/courier/courierpop3d" Maildir)
	: >"$dir/log/start.log"
	launch authdaemond "$courier/lib/courier/courier-authlib/authdaemond" &&
		launch imapd "${tcpd[@]}" "$LAB_IMAP" "${login[@]}" &&
		launch imapd-ssl /usr/bin/env IMAP_TLS=1 "${tcpd[@]}" "$LAB_IMAPS" "$courier/bin/couriertls" -server -tcpd "${login[@]}" &&
		{ [ ! -x "${pop[1]}" ] || launch pop3d "${tcpd[@]}" "$LAB_POP" "${pop[@]}"; }
}

server_stop() {
	stop_pid "$dir/run/imapd-ssl.pid" &
	stop_pid "$dir/run/pop3d.pid" &
	stop_pid "$dir/run/authdaemond.pid"
	wait
}

# Lines "user:password" on stdin: a Maildir each, and what authdaemond wants to know of them.
server_add_users() {
	local lines users
	lines=$(cat)
	users=$(cut -d: -f1 <<<"$lines")
	paste <(echo "$users") <(echo "$users" | sed "s#.*#uid=$(id -u "$lab_user")|gid=$(id -g "$lab_user")|home=$dir/mail/&|mail=$dir/mail/&/Maildir#") \
		<(cut -d: -f2 <<<"$lines" | openssl passwd -5 -stdin | sed 's/^/systempw=/') >>"$dir/etc/passwd"
	echo "$users" | sed "s#.*#$dir/mail/&#" | xargs -r mkdir -p
	own "$dir/mail"
	echo "$users" | sed "s#.*#$dir/mail/&/Maildir#" | as_lab xargs -r -n 1 "$courier/bin/maildirmake.courier"
	makedat
}
