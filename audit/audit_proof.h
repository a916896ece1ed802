/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_PROOF_H
#define AUDIT_AUDIT_PROOF_H
/*
 * Is an open folder the one whose messages are stored?  Its MAILBOXID tells (RFC 8474),
 * or a few messages that the others with its UIDVALIDITY do not have (store_witness.h).
 * Pure, but for the command's text.
 */
#include "base/strbuf.h"
#include "imap/imap_fetch.h"
#include "mime/mime_identity.h"
#include "store/store_witness.h"

struct audit_proof {
	const struct witness *known;
	/* What is asked for may have another form than what the audit read: of two
	 * Message-IDs ENVELOPE tells one, which is a good one there and none here.  Then
	 * size and date speak alone. */
	bool other_form;
	unsigned seen;	/* bits 1 << index of known->m: it is there, and the same */
	unsigned other; /* likewise: there is another message in its place */
};

/* objectid_mark of what stands behind MAILBOXID in an answer to EXAMINE; 0: no id. */
uint64_t audit_proof_mark(struct span value);

/* Append "UID FETCH 1,9 (UID INTERNALDATE ...)"; the Message-ID in the form that is cheap
 * there (audit_form.h). */
void audit_proof_ask(const struct witness *known, bool envelope, struct strbuf *out);

/* Look at an answer.  False: it is none to that command.  arena is scratch, as sha. */
bool audit_proof_answer(struct audit_proof *p, bool envelope, const struct imap_fetch *f,
			struct sha256_ctx *sha, struct arena *arena);

/* All of them were seen as they are stored; or those that are still there were, and one
 * of them is enough. */
bool audit_proof_holds(const struct audit_proof *p);
/* Most of those that were answered are other messages: more than what damage does, which
 * a scan is there to find. */
bool audit_proof_denies(const struct audit_proof *p);

/* Behind EXAMINE, which told that mark: is more to be asked for?  *same_out where not.
 * What has nothing by which it could be known is believed. */
bool audit_proof_wants(const struct witness *known, uint64_t mark, bool *same_out);
/* How people are told that it is not the same. */
#define AUDIT_PROOF_OTHER                                                                \
	"it is not the folder of that name and UIDVALIDITY that was audited"

#endif
