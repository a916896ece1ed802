/* SPDX-License-Identifier: MIT */
#ifndef MODEL_MESSAGE_H
#define MODEL_MESSAGE_H
/* One message as an index shows it, and the key by which it is recognised elsewhere. */
#include "base/base.h"

struct uid_range {
	uint32_t lo, hi;
};

/* How a key was made (DESIGN section 5). */
enum tier {
	TIER_NONE, /* no key yet: nothing usable was read */
	TIER_ID,   /* the one well-formed Message-ID (RFC 5322 section 3.6.4) */
	/* digest of Date, From, To, Cc, Subject, In-Reply-To, References */
	TIER_FIELDS,
	TIER_BODY, /* digest of the canonical body, and INTERNALDATE */
};
enum { TIER_COUNT = TIER_BODY + 1 };

/* The first 16 octets of SHA-256 over a tier tag and the normalised text. */
struct msg_key {
	uint8_t bytes[16];
};

/* System flags (RFC 3501 section 2.3.2) without \Recent, which is a fact of the session.
 */
enum {
	MSG_SEEN = 1 << 0,
	MSG_ANSWERED = 1 << 1,
	MSG_FLAGGED = 1 << 2,
	MSG_DELETED = 1 << 3,
	MSG_DRAFT = 1 << 4,
};
enum { MSG_FLAG_COUNT = 5 };
const char *msg_flag_name(unsigned bit_index); /* 0 gives "\\Seen" */

/* INTERNALDATE was absent or no date; never equal to anything. */
#define MSG_DATE_UNKNOWN INT64_MIN

struct message {
	uint32_t uid;	     /* never 0 */
	uint8_t tier;	     /* enum tier */
	uint8_t flags;	     /* MSG_* */
	int64_t octets;	     /* RFC822.SIZE; -1 when it was not read */
	int64_t date;	     /* INTERNALDATE as Unix seconds UTC, or MSG_DATE_UNKNOWN */
	int64_t keyword_set; /* row of the keyword_set table; 0 is the empty set */
	struct msg_key key;
};

/* Header fields that let a person find the message; never stored except for messages a
 * finding names. */
struct message_detail {
	/* decoded UTF-8, NULL when absent */
	const char *from, *date, *subject, *message_id;
};

#endif
