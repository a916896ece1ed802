/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_BURST_IN_H
#define AUDIT_AUDIT_BURST_IN_H
/* Between the files of the burst (audit_burst.h): what is on its way, and the folder in
 * hand. */
#include "audit/audit_burst.h"
#include "audit/audit_proof.h"
#include "audit/audit_rows.h"

enum {
	BURST_ROWS_MAX = 2 *
			 AUDIT_BURST_MESSAGES, /* of a folder that grew since STATUS */
	BURST_AGAIN = 500,		       /* uids in one command */
	BURST_HELD_MAX = 512,		       /* folders with rows kept */
	BURST_HELD_WHOLE = 64, /* a folder of so many rows is kept in one piece */
};

/* What a command is. */
enum burst_what {
	STEP_EXAMINE,
	STEP_PROOF,   /* UID FETCH of messages by which it is known (audit_proof.h) */
	STEP_CHANGES, /* UID FETCH below base */
	STEP_FETCH,
	STEP_SEARCH,
	STEP_KNOWN, /* UID SEARCH of the known uids: who is missing is gone */
	STEP_FIELDS,
};
struct burst_step {
	uint64_t cmd;
	size_t i; /* of r->folders */
	enum burst_what what;
	bool last; /* of its folder */
	int64_t octets;
};

/* A folder that waits for identity fields: those rows that lack them; or, of a small
 * folder that is read from its start, all of it, and the sink was not told of it. */
struct burst_held {
	size_t i;
	struct audit_window *w;
	struct folder_state opened; /* as EXAMINE told it first */
	struct folder_end end;
	uint64_t mailbox; /* objectid_mark of what EXAMINE told */
	bool whole;
};

struct burst {
	struct audit_reader *r;
	struct imap_session *s;
	struct burst_step steps[AUDIT_BURST_COMMANDS];
	size_t first, n;
	int64_t octets; /* expected, of all steps */

	/* the folder whose answers come */
	size_t i;
	enum burst_what what; /* the step that is waited for */
	enum audit_way way;
	enum audit_by by;
	struct audit_proof proof;
	uint32_t base;
	int64_t epoch, began_ms, changed; /* epoch 0: the sink was not told yet */
	struct folder_state now;
	struct folder_state opened;  /* as EXAMINE told it */
	struct audit_window *w;	     /* its rows */
	struct audit_window *sparse; /* AUDIT_DELTA: flags that changed */
	uint64_t search;	     /* the command whose answer is looked at */
	struct audit_uids *into;
	bool found, odd; /* odd: not as expected */

	struct burst_held held[BURST_HELD_MAX];
	size_t held_n, kept;
	bool again;	 /* the second breath */
	uint64_t enable; /* ENABLE is on its way; 0: it is not */
};

/* As the handler of the session. */
bool burst_answer(void *ctx, const struct imap_resp *resp, bool more, struct err *err);
/* The first answer of a folder comes next. */
void burst_start(struct burst *b, size_t i);
/* EXAMINE is complete.  False: r->fatal. */
bool burst_opened(struct burst *b, const struct imap_done *done,
		  struct err *err) MUST_CHECK;
/* Is it the folder that it was?  other: it is not, instead of: nobody knows. */
void burst_proved(struct burst *b, bool holds, bool other);
/* All its commands are complete: into the sink, in part onto the shelf, or left to the
 * careful reader. */
bool burst_finish(struct burst *b, struct err *err) MUST_CHECK;
/* So are those of the second breath. */
bool burst_finish_held(struct burst *b, struct burst_held *h, struct err *err) MUST_CHECK;
void burst_drop(struct burst *b); /* what the folder in hand holds */

#endif
