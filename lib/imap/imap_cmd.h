/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_CMD_H
#define IMAP_IMAP_CMD_H
/*
 * The one table of IMAP commands that may ever be sent (DESIGN promise 1).  The session
 * refuses anything else, and so does a test for every command of RFC 3501, 4315, 6851 and
 * friends that writes. libcurl itself sends only CAPABILITY, STARTTLS, AUTHENTICATE and
 * LOGIN.
 */
#include "base/err.h"
#include "base/span.h"

enum imap_cmd {
	IMAP_CMD_CAPABILITY,
	IMAP_CMD_ID,
	IMAP_CMD_NAMESPACE,
	/* RFC 5161, of the session: CONDSTORE, QRESYNC and IMAP4rev2 only */
	IMAP_CMD_ENABLE,
	IMAP_CMD_MYRIGHTS,     /* RFC 4314 section 3.5: asks, changes nothing */
	IMAP_CMD_GETACL,       /* RFC 4314 section 3.3: likewise */
	IMAP_CMD_GETQUOTAROOT, /* RFC 9208 section 4.1.2: likewise */
	IMAP_CMD_LIST,
	IMAP_CMD_LSUB,
	IMAP_CMD_STATUS,
	IMAP_CMD_EXAMINE,
	IMAP_CMD_FETCH,	 /* UID FETCH only */
	IMAP_CMD_SEARCH, /* UID SEARCH only */
	IMAP_CMD_NOOP,
	/* Sun, iPlanet, Oracle: from here on the session is this user's, as with an
	 * authorization identity; on the server nothing changes.  Before anything else.
	 */
	IMAP_CMD_PROXYAUTH,
	IMAP_CMD_COMPRESS, /* RFC 4978, of the connection: DEFLATE only */
	IMAP_CMD_LOGOUT,
};
enum { IMAP_CMD_COUNT = IMAP_CMD_LOGOUT + 1 };

const char *imap_cmd_word(enum imap_cmd cmd);
/*
 * Judge one command line (without tag and CRLF) as it is about to be sent.  False
 * (ERR_BUG) unless its word is in the table, in any letter case, and every argument is of
 * the kinds that the table lists: FETCH and SEARCH only behind UID, only fetch items that
 * are known to set nothing (of a body only BODY.PEEK[), no literal, no CR, LF or NUL.
 * What is not listed is refused, so a command or item of tomorrow is too.  Pure: tests
 * call it directly.
 */
bool imap_cmd_allowed(struct span line, struct err *err) MUST_CHECK;

#endif
