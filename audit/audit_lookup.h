/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_LOOKUP_H
#define AUDIT_AUDIT_LOOKUP_H
/*
 * Looks up single messages of one folder over a session.  Talks to the outside only
 * through a sink, so that transcripts can drive it.  Nothing is kept of a message but
 * what the sink is given: whole messages of any size stream through.
 */
#include "audit/audit_proof.h"
#include "base/arena.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "imap/imap_session.h"
#include "mime/mime_message.h"
#include "model/message.h"
#include "store/store_verify.h"

enum audit_sought_state {
	SOUGHT_OPEN,
	SOUGHT_SINGLE, /* a command for several was refused: one of its own */
	SOUGHT_ALONE,  /* the connection broke: nothing else may be under way */
	SOUGHT_LEFT,   /* not to be had now, and nobody can say why: not this time */
	SOUGHT_DONE,   /* the sink has it, or why it cannot be had */
};

/* One message that is to be looked up. */
struct audit_sought {
	uint32_t uid;
	uint8_t what;	/* enum want; WANT_HEADER also where the fields gave no key */
	uint8_t state;	/* enum audit_sought_state */
	int64_t octets; /* RFC822.SIZE; -1: not known */
};

/* What became of it.  Strings die with the call. */
struct audit_found {
	uint32_t uid;
	enum want what;
	const char *failed; /* why it cannot be had, and nothing else is set; NULL */
	struct message_detail detail;
	bool has_key;
	struct msg_key key;	   /* tier 2 */
	struct detail_facts facts; /* WANT_HEADER, WANT_BODY */
};

/* False from either ends the look-up for good (struct audit_lookup, fatal). */
struct audit_lookup_sink {
	void *ctx;
	bool (*found)(void *ctx, const struct audit_found *f, struct err *err);
	/* A good moment to commit. */
	bool (*settle)(void *ctx, struct err *err);
};

#define AUDIT_LOOKUP_FLIGHTS 16

struct audit_lookup {
	/* set by the caller */
	const struct audit_lookup_sink *out;
	struct sha256_ctx *sha;
	bool patient; /* a server that asks for patience ends the session (audit_hint.h):
			 AUDIT_BROKE, the caller waits, and asks again */

	bool fatal;    /* the sink has failed; err is the sink's */
	bool progress; /* something was found or failed since the caller last cleared this
			*/

	/* private */
	struct arena arena; /* of one answer */
	struct strbuf line;
	struct mime_message message; /* what is on its way, or has just come */
	unsigned sunk; /* IMAP_HAS_HEADER, IMAP_HAS_BODY: it came for the response in hand
			*/
	int64_t began_ms, allowed_ms;
	struct audit_sought *v; /* of the open folder, ascending by uid */
	size_t n;
	enum want what; /* the round */
	size_t next;	/* those before this were asked for in it */
	size_t again;	/* but from here on some are to be asked for once more */
	uint32_t uidvalidity;
	uint64_t mailbox;	   /* audit_proof_mark of what EXAMINE told */
	struct audit_proof *proof; /* is being asked for; NULL */
	bool opening;
	struct audit_lookup_flight {
		uint64_t cmd;
		size_t from, to; /* of v: those of the round that were not done were asked
				    for */
		size_t asked;
		int64_t octets;
	} flight[AUDIT_LOOKUP_FLIGHTS];
	size_t first, flight_n;
	int64_t in_flight; /* octets */
};

void audit_lookup_init(struct audit_lookup *l); /* then set the caller's part */
void audit_lookup_done(struct audit_lookup *l);

enum audit_looked {
	AUDIT_LOOKED, /* each is SOUGHT_DONE or SOUGHT_LEFT */
	AUDIT_CLOSED, /* the folder cannot be opened or is another one by now: why tells
		       */
	AUDIT_BROKE,  /* the session is broken (or fatal): err.  Call again with another
			 session; a message that breaks two of them fails */
};
/* known: by what the folder is known; NULL: by its UIDVALIDITY alone, as where a message
 * breaks connections that may be one of them. */
enum audit_looked audit_lookup_folder(struct audit_lookup *l, struct imap_session *s,
				      const char *wire, uint32_t uidvalidity,
				      const struct witness *known, struct audit_sought *v,
				      size_t n, struct strbuf *why, struct err *err);

#endif
