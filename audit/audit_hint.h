/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_HINT_H
#define AUDIT_AUDIT_HINT_H
/*
 * A server that asks for patience: by a response code (RFC 5530 and what servers add to
 * it), or by words, where it has no code for it.  A pure function of what it said; what
 * is done about it is in audit_pace.h.
 *
 *	NO [LIMIT] Maximum number of connections from user+IP exceeded   Dovecot
 *	NO Too many open connections for this user                       Cyrus
 *	NO [ALERT] Too many simultaneous connections. (Failure)          Gmail
 *	NO [OVERQUOTA] Account exceeded command or bandwidth limits      Gmail
 *	BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds   Exchange
 */
#include "base/err.h"
#include "imap/imap_session.h"

/* A told time is at least and at most this; what lies outside is taken as the nearest. */
#define AUDIT_HINT_MIN_MS INT64_C(1000)
#define AUDIT_HINT_MAX_MS INT64_C(900000)

enum audit_hint_kind {
	AUDIT_HINT_NONE,
	AUDIT_HINT_BUSY,  /* [INUSE], [UNAVAILABLE]: this account or folder, for now */
	AUDIT_HINT_SLOW,  /* [THROTTLED] and its kin: everything, slower */
	AUDIT_HINT_FEWER, /* too many connections */
};
struct audit_hint {
	enum audit_hint_kind kind;
	int64_t wait_ms; /* as told, within the bounds; 0: no time was told */
};

/* said: a code in brackets, or none, and words; connecting: at a login, a greeting or
 * with BYE, where [LIMIT] means connections. */
struct audit_hint audit_hint_find(struct span said, bool connecting);
/* Of an error that was made of a tagged answer: its words follow. */
#define AUDIT_HINT_SAID "the server asks for patience: "
/* What ended a session, or kept us from having one. */
struct audit_hint audit_hint_of_err(const struct err *err);
/* A tagged answer. */
struct audit_hint audit_hint_of_done(const struct imap_done *done);
/* It asks for patience, and there is some: true, with an error that audit_hint_of_err
 * knows again. */
bool audit_hint_put_off(bool patient, const struct imap_done *done, struct err *err);

#endif
