/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_ROWS_H
#define AUDIT_AUDIT_ROWS_H
/* From FETCH answers to rows: which items are asked for, what they mean, what is still
 * lacking. */
#include "audit/audit_reader.h"
#include "imap/imap_fetch.h"
#include "mime/mime_identity.h"

/* Append "(UID FLAGS INTERNALDATE ...)" for r's depth and server. */
void audit_rows_items(const struct audit_reader *r, struct strbuf *out);
/* AUDIT_ROW_* that make a row complete. */
unsigned audit_rows_need(const struct audit_reader *r);

/*
 * Put one answer into its row; a server may spread the items of a message over several
 * answers.  wants_fields: the identity fields of this window were asked for, so the
 * header of a weak row is that.
 */
bool audit_rows_answer(struct audit_reader *r, struct audit_window *w, size_t row,
		       const struct imap_fetch *f, bool wants_fields,
		       struct err *err) MUST_CHECK;

bool audit_rows_lacks(const struct audit_window *w, size_t row, unsigned need);
bool audit_rows_weak(const struct audit_window *w,
		     size_t row); /* identity fields have not come */
bool audit_rows_any_lacks(const struct audit_window *w, unsigned need);
bool audit_rows_any_weak(const struct audit_window *w);

/* A response code of EXAMINE, or a later one.  ERR_PROTO when UIDVALIDITY changes under
 * us or a number is none. */
bool audit_rows_code(struct span name, struct span value, bool opening,
		     struct folder_state *now, struct err *err) MUST_CHECK;

/* MAILBOXID of the folder that is being opened (RFC 8474), and: the next one is.  What is
 * no such id is not used, and spoils nothing. */
void audit_rows_objectid(struct audit_reader *r, struct span value);
void audit_rows_objectid_forget(struct audit_reader *r);

/* The key of messages that have nothing to be recognised by: one and the same for all of
 * them. */
void audit_key_none(struct msg_key *out);

#endif
