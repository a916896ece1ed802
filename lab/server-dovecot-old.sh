# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Dovecot 2.3 made to look like a server of long ago: nearly no extension announced, folders below "INBOX.", dot as
# separator, no ACLs.  What is not announced still works when a client asks for it; a good client does not.
dovecot_old=yes
. "$root/lab/server-dovecot.sh"
