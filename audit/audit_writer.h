/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_WRITER_H
#define AUDIT_AUDIT_WRITER_H
/*
 * The writer: the calling thread, and the only one that touches the store.  It also tells
 * people how it goes.
 *
 * Workers are answered at once, before what they sent is committed (audit_batch.h): what
 * they are told is for this process alone.
 */
#include "audit/audit_batch.h"
#include "audit/audit_worker.h"

struct audit_writer {
	struct store *st;
	struct audit_crew *crew;
	struct audit_result *out;
	struct audit_progress progress;
	int64_t began, shown; /* monotonic milliseconds */
	char now[512];	      /* what progress.now points to */
	struct audit_batch batch;
	bool failed; /* the store has failed, or the crew is called back */
	struct err why;
	struct {
		char text[480]; /* what went wrong last with a whole account */
		int64_t same;	/* for how many accounts in a row */
	} said[SIDE_COUNT];
};

void audit_writer_init(struct audit_writer *w, struct store *st, struct audit_crew *crew,
		       struct audit_result *out);
/* Apply what the workers send until all of them have left.  False: the store failed; the
 * workers were called back. */
bool audit_writer_loop(struct audit_writer *w, struct err *err) MUST_CHECK;
/* Call the workers back; the loop then only waits until they have left, and returns
 * false. */
void audit_writer_abort(struct audit_writer *w);
/* Count an account that is finished. */
void audit_writer_sum(struct audit_writer *w, enum side side,
		      const struct audit_account_end *e);

#endif
