/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_SCAN_ANSWER_H
#define AUDIT_AUDIT_SCAN_ANSWER_H
/* Answers while a folder is scanned; for audit_scan_folder.c. */
#include "audit/audit_scan_folder.h"

/* Is it still to be read? */
static inline bool audit_scan_due(const struct audit_scan_item *i)
{
	return i->state < SCAN_LEFT;
}
/* It cannot be had, for this symptom and in these words.  False: s->fatal. */
bool audit_scan_fail(struct audit_scan *s, struct audit_scan_item *i, uint64_t symptom,
		     const char *words, struct err *err) MUST_CHECK;

/* As the handler of the session, and for the octets of its literals (imap_reader.h). */
bool audit_scan_answer(void *ctx, const struct imap_resp *resp, bool more,
		       struct err *err);
bool audit_scan_octets_begin(void *ctx, struct span head, uint64_t octets,
			     struct err *err);
bool audit_scan_octets(void *ctx, struct span piece, struct err *err);

#endif
