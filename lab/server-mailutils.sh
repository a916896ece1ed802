# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# GNU mailutils imap4d 3.15: an INBOX that can have no folders below it, so the separator is NIL.  Accounts are named
# NAME@lab, for it wants a domain.  Only unpacked, never installed.  Sourced by lab/lab.
server_port_names="imap imaps"
server_admin=
server_pid=imap4d.pid
imap4d=$pfx/usr/sbin/imap4d

server_program() { [ -x "$imap4d" ] || die "mailutils' imap4d is not there: packaging/install-packages check"; }

server_configure() {
	server_program
	mkdir -p "$dir"/home "$dir"/etc/domains
	touch "$dir/etc/domains/lab"
	cat >"$dir/etc/imap4d.conf" <<-X
	mode daemon;
	server $host:$LAB_IMAP {
	  tls-mode ondemand;
	};
	server $host:$LAB_IMAPS {
	  tls-mode connection;
	};
	tls {
	  ssl-certificate-file "$lab_ca/server.pem";
	  ssl-key-file "$lab_ca/server.pem";
	};
	tls-file-checks {
	  key-file none;
	  cert-file none;
	};
	pidfile "$dir/run/$server_pid";
	mailbox {
	  mailbox-type maildir;
	};
	auth {
	  authentication generic:virtdomain;
	  authorization virtdomain;
	};
	virtdomain {
	  passwd-dir "$dir/etc/domains";
	};
	logging {
	  syslog yes;
	  facility mail;
	};
	X
}

server_launch() {
	as_lab env LD_PRELOAD="$bin/syslogshim.so" LAB_SYSLOG="$dir/log/mail.log" "$imap4d" --no-config \
		--config-file="$dir/etc/imap4d.conf" </dev/null >"$dir/log/start.log" 2>&1
}

# Lines "user:password" on stdin: the form of passwd(5).
server_add_users() {
	local lines user password
	lines=$(cat)
	[ -z "$(grep -v '^[^@:]*@lab:' <<<"$lines")" ] || die "an account of mailutils must be named NAME@lab"
	while IFS=: read -r user password; do
		user=${user%@lab}
		mkdir -p "$dir/home/$user"
		echo "$user:$(openssl passwd -5 -stdin <<<"$password"):$(id -u "$lab_user"):$(id -g "$lab_user")::$dir/home/$user:/bin/false"
	done <<<"$lines" >>"$dir/etc/domains/lab"
	own "$dir/home"
}
