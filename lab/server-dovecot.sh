# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Dovecot 2.3 as the new server: "/" as separator, no prefix, a master user.  With dovecot_old set, which
# lab/server-dovecot-old.sh does, a server of long ago.  Sourced by lab/lab.
server_port_names="imap imaps pop lmtp"
server_admin=master
server_pid=master.pid
dovecot=/usr/lib/dovecot

server_program() {
	libexec=$dovecot
	[ -x $dovecot/imap ] || libexec=$pfx$dovecot
	[ -x "$libexec/imap" ] && command -v dovecot >/dev/null || die "Dovecot is not there: packaging/install-packages demo"
}

server_configure() {
	local group location program separator=/ prefix='' acl=acl protocols=imap
	server_program
	# POP and LMTP where they are there: what the demonstration brings has neither.
	[ ! -x "$libexec/pop3" ] || protocols+=" pop3"
	[ ! -x "$libexec/lmtp" ] || protocols+=" lmtp"
	[ -z "${dovecot_old:-}" ] || separator=. prefix=INBOX. acl=
	group=$(id -gn "$lab_user")
	case ${storage:=maildir} in
	maildir) location="maildir:~/Maildir" ;;
	sdbox | mdbox) location="$storage:~/$storage" ;;
	*) die "no such storage: $storage (maildir, sdbox, mdbox)" ;;
	esac
	mkdir -p "$dir"/{lib,mail}
	touch "$dir/etc/passwd"
	# ACLs are on so that one folder can be closed to its owner; acl_user, or a master user would see no folder.
	cat >"$dir/etc/dovecot.conf" <<-X
	base_dir = $dir/run
	state_dir = $dir/lib
	instance_name = dovecot
	protocols = $protocols
	listen = $host
	import_environment = TZ LD_PRELOAD LAB_SYSLOG
	default_internal_user = $lab_user
	default_internal_group = $group
	default_login_user = $lab_user
	first_valid_uid = 1
	default_vsz_limit = 2G
	default_client_limit = 2000
	auth_mechanisms = plain login
	auth_master_user_separator = *
	disable_plaintext_auth = no
	ssl = yes
	ssl_cert = <$lab_ca/server.pem
	ssl_key = <$lab_ca/server.pem
	passdb {
	  driver = passwd-file
	  master = yes
	  args = $dir/etc/masters
	}
	passdb {
	  driver = passwd-file
	  args = $dir/etc/passwd
	}
	userdb {
	  driver = passwd-file
	  args = $dir/etc/passwd
	  default_fields = uid=$(id -u "$lab_user") gid=$(id -g "$lab_user") home=$dir/mail/%u
	}
	mail_location = $location
	mail_fsync = never
	mail_max_userip_connections = 200
	mail_plugins = $acl
	plugin {
	  acl = vfile
	  acl_user = %u
	}
	namespace inbox {
	  inbox = yes
	  separator = $separator
	  prefix = $prefix
	  mailbox Drafts {
	    special_use = \\Drafts
	  }
	  mailbox Junk {
	    special_use = \\Junk
	  }
	  mailbox Sent {
	    special_use = \\Sent
	  }
	  mailbox Trash {
	    special_use = \\Trash
	  }
	}
	service imap-login {
	  service_count = 0
	  process_min_avail = 1
	  inet_listener imap {
	    port = $LAB_IMAP
	  }
	  inet_listener imaps {
	    port = $LAB_IMAPS
	    ssl = yes
	  }
	}
	service imap {
	  process_limit = 500
	}
	service anvil {
	  chroot =
	}
	X
	[[ $protocols != *pop3* ]] || cat >>"$dir/etc/dovecot.conf" <<-X
	service pop3-login {
	  inet_listener pop3 {
	    port = $LAB_POP
	  }
	  inet_listener pop3s {
	    port = 0
	  }
	}
	X
	[[ $protocols != *lmtp* ]] || cat >>"$dir/etc/dovecot.conf" <<-X
	service lmtp {
	  inet_listener lmtp {
	    port = $LAB_LMTP
	  }
	}
	X
	for program in imap imap-login imap-hibernate imap-urlauth imap-urlauth-login imap-urlauth-worker \
		pop3 pop3-login lmtp; do
		[ -x "$libexec/$program" ] || continue
		printf 'service %s {\n  executable = %s/%s\n  chroot =\n}\n' $program "$libexec" $program
	done >>"$dir/etc/dovecot.conf"
	[ -z "${dovecot_old:-}" ] || cat >>"$dir/etc/dovecot.conf" <<-X
	protocol imap {
	  imap_capability = IMAP4rev1 NAMESPACE IDLE CHILDREN
	}
	X
	# shellcheck disable=SC2154 # set by lab/lab
	echo "$extra" >>"$dir/etc/dovecot.conf"
	echo "$server_admin:{PLAIN}$(<"$LAB_ADMIN_SECRET")" >"$dir/etc/masters"
	chmod 600 "$dir/etc/masters" "$dir/etc/passwd"
}

server_launch() {
	as_lab env LD_PRELOAD="$bin/syslogshim.so" LAB_SYSLOG="$dir/log/mail.log" dovecot -c "$dir/etc/dovecot.conf" \
		</dev/null >"$dir/log/start.log" 2>&1
}

# Lines "user:password" on stdin.
# Dovecot looks whether the file has changed at most once in a second of the clock: until then it knows no new name.
server_add_users() {
	sed 's/:/:{PLAIN}/; s/$/::::::/' >>"$dir/etc/passwd"
	sleep 1.1
}
