/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_BURST_H
#define AUDIT_AUDIT_BURST_H
/*
 * Many folders in one breath.  EXAMINE, UID FETCH and UID SEARCH of one folder follow
 * those of the one before without waiting for an answer, so that an account of 300
 * folders takes about as many round trips as one of three.  Answers belong to the folder
 * whose EXAMINE was answered last (RFC 3501 section 5.5: a server may not answer what
 * comes behind EXAMINE before it); when it is refused, none is open and the rest is
 * refused too.
 *
 * Only folders that are expected to be small are read so.  Messages without a usable
 * Message-ID are kept until the others are done, and their identity fields asked for in a
 * second breath; a very small folder is kept with them in one piece.  Whatever does not
 * go as expected - an answer that is missing, a command that is refused, counts that do
 * not agree - makes that folder AUDIT_CAREFUL: it is read alone (audit_pump.h), which
 * tells what is wrong.
 */
#include "audit/audit_reader.h"

/* Expect no more than this of a folder. */
#define AUDIT_BURST_MESSAGES 2048u
/* Commands and expected octets on their way. */
#define AUDIT_BURST_COMMANDS (IMAP_PIPELINE_MAX - 32)
#define AUDIT_BURST_OCTETS   ((int64_t)32 << 20)
/* Rows kept for the second breath, which comes when there are so many. */
#define AUDIT_BURST_KEPT 2048u

/* False: the session is broken (and the folder in hand blamed), or r->fatal. */
bool audit_burst(struct audit_reader *r, struct imap_session *s,
		 struct err *err) MUST_CHECK;

#endif
