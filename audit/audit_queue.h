/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_QUEUE_H
#define AUDIT_AUDIT_QUEUE_H
/*
 * The bounded queue between the workers (producers) and the one writer, and the reply
 * slot for what a worker must know before it goes on.  A full queue makes workers wait,
 * so they stop reading and the server has to wait too.
 */
#include <pthread.h>

#include "base/err.h"

struct audit_queue;

/* At most `items` waiting (1 to 64) and `octets` of them together; one item alone may be
 * bigger.  producers: how many will call audit_queue_leave once. */
struct audit_queue *audit_queue_new(size_t items, size_t octets,
				    size_t producers) MUST_CHECK;
void audit_queue_free(
	struct audit_queue *q); /* nobody may be inside, nothing may be left in it */

/* What is passed through: the meaning of kind, what and from is theirs who push and pop.
 */
struct audit_item {
	int kind;
	void *what, *from;
	size_t octets;
};
/* Blocks while full.  False: closed, and what the item holds is still the caller's. */
bool audit_queue_push(struct audit_queue *q, const struct audit_item *item) MUST_CHECK;
/* The calling producer will push no more. */
void audit_queue_leave(struct audit_queue *q);
/* From now on every push fails at once; what is inside can still be taken out. */
void audit_queue_close(struct audit_queue *q);

enum audit_pop {
	AUDIT_POP_ITEM,
	AUDIT_POP_TIME, /* nothing came within timeout_ms */
	AUDIT_POP_END,	/* empty, and every producer has left */
};
enum audit_pop audit_queue_pop(struct audit_queue *q, int64_t timeout_ms,
			       struct audit_item *out) MUST_CHECK;

/* One answer from the writer to one waiting worker; reusable. */
struct audit_reply {
	pthread_mutex_t lock;
	pthread_cond_t came;
	bool done, ok;
	struct err err;
};
void audit_reply_init(struct audit_reply *r);
void audit_reply_done(struct audit_reply *r);
void audit_reply_give(struct audit_reply *r, bool ok, const struct err *err);
/* False with what the writer gave; the slot is ready for the next answer. */
bool audit_reply_wait(struct audit_reply *r, struct err *err) MUST_CHECK;

/* Condition variables that time out by the monotonic clock. */
void audit_cond_init(pthread_cond_t *c);
/* Wait at most ms; lock is held before and after. */
void audit_cond_wait(pthread_cond_t *c, pthread_mutex_t *lock, int64_t ms);

#endif
