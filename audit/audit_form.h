/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_FORM_H
#define AUDIT_AUDIT_FORM_H
/*
 * In which form the Message-ID of messages is asked for.  Servers differ by factors of 5
 * to 28: Cyrus opens each message for BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)] and has
 * ENVELOPE in its cache; for Dovecot and Courier ENVELOPE costs more.  Known servers are
 * told by "kind", ID or greeting, others by asking a few messages either way.
 */
#include "base/err.h"
#include "base/span.h"

struct audit_reader;
struct imap_session;

enum audit_form {
	AUDIT_FORM_UNKNOWN,
	AUDIT_FORM_HEADER, /* BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)] */
	AUDIT_FORM_ENVELOPE,
};

/* kind: of struct server; NULL is "auto". */
enum audit_form audit_form_of(const char *kind, struct span server_id,
			      struct span greeting);

/* So many messages were answered, in so long. */
struct audit_form_trial {
	int64_t n, ms;
};
/* ENVELOPE must be clearly better: at half the time for a message, and by
 * AUDIT_FORM_GAIN_MS.  Too few answers decide for the header. */
#define AUDIT_FORM_GAIN_MS 10
#define AUDIT_FORM_LEAST   50 /* answers of each kind */
enum audit_form audit_form_judge(const struct audit_form_trial *header,
				 const struct audit_form_trial *envelope);

/*
 * While r->form is unknown: ask about AUDIT_FORM_PIECE messages four times, in turn
 * either way, of the fullest folder that is to be read, if it holds as many as
 * AUDIT_FORM_MESSAGES.  Nobody else's messages are asked for twice in the same form, so
 * a server's cache helps neither.  Two waits.  What goes wrong decides for the header.
 * False: the session is broken.
 */
#define AUDIT_FORM_PIECE    100
#define AUDIT_FORM_MESSAGES 1000
bool audit_form_try(struct audit_reader *r, struct imap_session *s,
		    struct err *err) MUST_CHECK;

#endif
