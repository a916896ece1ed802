/* SPDX-License-Identifier: MIT */
#ifndef MODEL_FOLDER_H
#define MODEL_FOLDER_H
/* One IMAP mailbox of an account.  The RFC says mailbox; people say folder, so do we
 * outside lib/imap. */
#include "base/base.h"

/* LIST attributes (RFC 3501 7.2.2, RFC 5258, RFC 6154). */
enum {
	FOLDER_NOSELECT = 1 << 0, /* also \NonExistent */
	FOLDER_NOINFERIORS = 1 << 1,
	FOLDER_HAS_CHILDREN = 1 << 2,
	FOLDER_HAS_NO_CHILDREN = 1 << 3,
	FOLDER_MARKED = 1 << 4,
	FOLDER_UNMARKED = 1 << 5,
	FOLDER_SUBSCRIBED = 1 << 6,
	/* outside the personal namespace: not audited with this account */
	FOLDER_FOREIGN = 1 << 7,
	FOLDER_NONEXISTENT = 1 << 8,
	/* special use */
	FOLDER_ALL = 1 << 16,
	FOLDER_ARCHIVE = 1 << 17,
	FOLDER_DRAFTS = 1 << 18,
	FOLDER_FLAGGED = 1 << 19,
	FOLDER_JUNK = 1 << 20,
	FOLDER_SENT = 1 << 21,
	FOLDER_TRASH = 1 << 22,
	FOLDER_IMPORTANT = 1 << 23,
};
#define FOLDER_SPECIAL_MASK 0x00ff0000u
/* \HasChildren, \Marked and their opposites change with traffic and say nothing about the
 * folder. */
#define FOLDER_STABLE_MASK                                                               \
	(FOLDER_NOSELECT | FOLDER_NOINFERIORS | FOLDER_SUBSCRIBED | FOLDER_FOREIGN |     \
	 FOLDER_NONEXISTENT | FOLDER_SPECIAL_MASK)

struct folder {
	int64_t id; /* row of the folder table; 0 before it is stored */
	/* as the server sent it; goes back into commands, never shown */
	const char *wire;
	/* UTF-8, decoded from modified UTF-7, NFC; what people see */
	const char *name;
	char delim;	/* hierarchy separator; '\0' when the server sent NIL */
	unsigned attrs; /* FOLDER_* */
};

/* What STATUS or EXAMINE said.  Absent values are -1, or 0 for the two that are never 0.
 */
struct folder_state {
	uint32_t uidvalidity; /* 0: not told */
	uint32_t uidnext;     /* 0: not told (Courier leaves it out of EXAMINE) */
	int64_t modseq;	      /* HIGHESTMODSEQ; -1: not told or NOMODSEQ */
	int64_t exists;	      /* messages */
	/* STATUS SIZE (RFC 8438), or the sum of RFC822.SIZE once all were read */
	int64_t octets;
	/* STATUS APPENDLIMIT (RFC 7889): octets of one message; -1: NIL, there is none
	 */
	int64_t append;
	bool append_told;
};

/* How the reading of one folder in one run ended (folder_seen.outcome).  Values are
 * stored: append only. */
enum folder_outcome {
	/* every message was read, and EXISTS, FETCH answers and UID SEARCH ALL agree */
	FOLDER_READ,
	/* STATUS only (--depth counts): never enough for a verdict */
	FOLDER_COUNTED,
	FOLDER_UNSELECTABLE, /* \Noselect: holds no messages */
	/* could not be opened, or the reading broke off; folder_seen.error says why */
	FOLDER_UNREADABLE,
	/* in an earlier listing of this account, not in this one */
	FOLDER_GONE,
	/* as FOLDER_READ, but for single messages that the server does not let be read;
	 * each is named (folder_hole), and nothing is known of it */
	FOLDER_HOLED,
};
enum { FOLDER_OUTCOME_COUNT = FOLDER_HOLED + 1 };
const char *folder_outcome_name(enum folder_outcome o);
/* Its messages are stored, all or all but the holes: FOLDER_READ, FOLDER_HOLED. */
bool folder_outcome_stored(enum folder_outcome o);

/* What was read per message.  Values are stored. */
enum depth {
	DEPTH_COUNTS, /* STATUS only */
	DEPTH_IDS,    /* identity, octets, date; no flags */
	DEPTH_FULL,   /* everything */
};
enum { DEPTH_COUNT = DEPTH_FULL + 1 };
const char *depth_name(enum depth d);
bool depth_parse(const char *s, enum depth *out) MUST_CHECK;

#endif
