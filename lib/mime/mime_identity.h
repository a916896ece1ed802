/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_IDENTITY_H
#define MIME_MIME_IDENTITY_H
/*
 * lib/mime: message headers.  This header: when are two messages the same (DESIGN section
 * 5)?  The text from which an identity key is made, normalised so that it survives what
 * servers do to headers: re-folding, tabs, case of field names, 8-bit octets replaced
 * (Cyrus turns each into X on APPEND), trailing space.
 */
#include "base/arena.h"
#include "base/sha256.h"
#include "base/span.h"
#include "model/message.h"

enum mime_id_state {
	MIME_ID_GOOD,	   /* exactly one, well-formed */
	MIME_ID_NONE,	   /* no field, or an empty one */
	MIME_ID_SEVERAL,   /* the field stands twice or holds two ids */
	MIME_ID_MALFORMED, /* no <left@right> in it, or over 998 octets */
	MIME_ID_ARTEFACT,  /* a server or mover made it up (<...@imapsync>) */
};

/*
 * The Message-ID of a header block (any fields, as in BODY[HEADER.FIELDS (MESSAGE-ID)]).
 * On MIME_ID_GOOD *id_out is the normalised id in arena: unfolded, comments dropped,
 * blanks around it trimmed, the domain in lower case, with its angle brackets; on
 * anything else it is the first raw value, unfolded, or empty.
 */
enum mime_id_state mime_message_id(struct span header, struct arena *arena,
				   struct span *id_out);
/* The same for ENVELOPE's one slot (the value only). */
enum mime_id_state mime_message_id_value(struct span value, struct arena *arena,
					 struct span *id_out);

/* Tier 1 key of a normalised id.  ctx is scratch. */
void mime_key_id(struct sha256_ctx *ctx, struct span id, struct msg_key *out);

/*
 * Tier 2 key of a header block that was asked for MIME_IDENTITY_FIELDS.  False when none
 * of the fields that make a message recognisable (Date, From, Subject, To) has any text:
 * then there is no key at tier 2.
 */
#define MIME_IDENTITY_FIELDS "DATE FROM TO CC SUBJECT IN-REPLY-TO REFERENCES MESSAGE-ID"
bool mime_key_fields(struct sha256_ctx *ctx, struct span header, struct arena *arena,
		     struct msg_key *out) MUST_CHECK;

/* From, Date, Subject, Message-ID decoded (RFC 2047 by GMime) into arena, each cut at
 * MIME_DETAIL_MAX octets. */
#define MIME_DETAIL_MAX 400
void mime_detail(struct span header, struct arena *arena, struct message_detail *out);

const char *mime_versions(void); /* "GMime 3.2.13", as it is loaded.  Static. */

#endif
