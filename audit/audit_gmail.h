/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_GMAIL_H
#define AUDIT_AUDIT_GMAIL_H
#include "audit/audit_reader.h"

/* Ask which messages are one and the same, where the server tells (X-GM-EXT-1) and the
 * sink wants to know; once for a reader.  False: we were stopped, or r->fatal. */
bool audit_gmail(struct audit_reader *r, struct imap_session *s,
		 struct err *err) MUST_CHECK;

#endif
