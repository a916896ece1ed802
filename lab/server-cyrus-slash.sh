# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Cyrus 3.6 with its other hierarchy: "/" as separator, folders beside INBOX.  Sourced by lab/lab.
cyrus_slash=yes
. "$root/lab/server-cyrus.sh"
