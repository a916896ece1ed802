/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_SHARE_H
#define AUDIT_AUDIT_SHARE_H
/*
 * One big folder over several connections.
 *
 * The connection that reads the account (the owner) opens the folder, has the set of its
 * uids, and offers it on the board of its side.  Connections for which no account is left
 * (helpers) log in to the same account, open the folder too - it must have the same
 * UIDVALIDITY, and HIGHESTMODSEQ must not have gone back - and take windows of it, as the
 * owner does.  Each window has a turn, its place in the order of uids.  A window that is
 * complete before its turn is held back, for the store wants them in order: then its
 * watermark says that all below was read, whoever read it.  So much may be held back and
 * no more (AUDIT_SHARE_AHEAD); a kill loses what is held back besides what is incomplete.
 *
 * The owner alone judges: UID SEARCH ALL behind the last window goes over its connection
 * when every window is in the store, as if it had read all of them.  A helper that meets
 * anything odd - its connection breaks, a message that cannot be had - gives its windows
 * back and leaves; the owner then meets the same, and deals with it as ever.
 */
#include <pthread.h>

#include "audit/audit_reader.h"
#include "net/net_wake.h"

#define AUDIT_SHARE_MIN	 16384u /* messages still to be read: less is read by one */
#define AUDIT_SHARE_CREW 16u	/* connections on one folder: more bring nothing */
#define AUDIT_SHARE_AHEAD                                                                \
	48u		     /* windows that may be taken before the oldest is complete */
#define AUDIT_SHARE_FAILS 3u /* helpers that failed without a window: no more come */

struct audit_share;

/* The folders of one side that are offered. */
struct audit_board {
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct audit_share *first;
	unsigned owners; /* workers that may still offer something */
};
void audit_board_init(struct audit_board *b);
void audit_board_done(struct audit_board *b); /* no share may be open */
/* A worker that reads accounts comes, or has no more of them. */
void audit_board_join(struct audit_board *b);
void audit_board_leave(struct audit_board *b);

/* What is offered.  Borrowed until audit_share_close returns, and unchanged till then. */
struct audit_offer {
	const char *user;
	int64_t account;
	const struct folder *folder;
	struct folder_state now; /* as the owner's EXAMINE told */
	int64_t epoch;
	enum audit_way way;
	uint32_t base;		      /* of struct audit_pump */
	const struct audit_reader *r; /* set, depth, side, hello, envelope */
	uint32_t from;		      /* the first uid that is to be read */
	const struct audit_sink *sink;
	struct net_wake *wake; /* set when the run shall stop; NULL: never */
	bool *alone;  /* under the lock of the board: no helper may log in to the account
		       */
	uint32_t min; /* messages worth another connection; 0: AUDIT_SHARE_MIN / 4 */
};
/* By the owner. */
struct audit_share *audit_share_open(struct audit_board *b,
				     const struct audit_offer *offer) MUST_CHECK;
/* No more windows: waits until every helper has left, and adds the uids that they found
 * expunged to dropped (NULL: they do not matter).  What is held back is dropped.  NULL is
 * fine. */
bool audit_share_close(struct audit_share *s, struct audit_uids *dropped,
		       struct err *err) MUST_CHECK;

/* By a helper: wait for a folder where one more connection pays, one of this account
 * first.  NULL: there will be none, or we are to stop; or (*idle_out) there was none for
 * patience_ms. */
struct audit_share *audit_share_join(struct audit_board *b, struct net_wake *wake,
				     int64_t account, int64_t patience_ms,
				     bool *idle_out) MUST_CHECK;
const struct audit_offer *audit_share_offer(const struct audit_share *s);
enum audit_left {
	AUDIT_LEFT_DONE,  /* nothing more to take */
	AUDIT_LEFT_BROKE, /* trouble: others may still try */
	AUDIT_LEFT_NO,	  /* this account lets no second connection in, or shows it
			     something else */
};
/* found gone by this helper: dropped. */
void audit_share_leave(struct audit_share *s, enum audit_left how,
		       const struct audit_uids *dropped);

/* By whoever takes part. */
enum audit_take {
	AUDIT_TAKE_CUT,
	AUDIT_TAKE_WAIT, /* not now: others hold what is left, or too much is held back */
	AUDIT_TAKE_END,	 /* a helper: nothing is left to take.  The owner: every window
			    was put */
	AUDIT_TAKE_DEAD, /* err: the sink has failed */
};
/* A window of about aim messages; *turn_out is its turn. */
enum audit_take audit_share_take(struct audit_share *s, bool owner, size_t aim,
				 struct audit_cut *out, uint64_t *turn_out,
				 struct err *err) MUST_CHECK;
/* It is complete; it is theirs now, also on failure.  *water_out: up to where all is in
 * the sink; 0: nothing yet. */
bool audit_share_put(struct audit_share *s, uint64_t turn, struct audit_window *w,
		     uint32_t *water_out, struct err *err) MUST_CHECK;
/* It is not: another may take it. */
void audit_share_back(struct audit_share *s, uint64_t turn, const struct audit_cut *cut);
/* Until something has changed, or for a moment.  False: we are to stop. */
bool audit_share_wait(struct audit_share *s, struct err *err) MUST_CHECK;

#endif
