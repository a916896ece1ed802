/* SPDX-License-Identifier: MIT */
#include "audit/audit_queue.h"

#include <assert.h>
#include <time.h>

enum { ITEMS_MAX = 64 };

struct audit_queue {
	pthread_mutex_t lock;
	pthread_cond_t room, came;
	struct audit_item ring[ITEMS_MAX];
	size_t head, n, items_max;
	size_t octets, octets_max;
	size_t producers;
	bool closed;
};

void audit_cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(c, &attr);
	pthread_condattr_destroy(&attr);
}

void audit_cond_wait(pthread_cond_t *c, pthread_mutex_t *lock, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / 1000);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(c, lock, &until);
}

struct audit_queue *audit_queue_new(size_t items, size_t octets, size_t producers)
{
	struct audit_queue *q = mem_calloc(1, sizeof *q);

	assert(items > 0 && items <= ITEMS_MAX);
	pthread_mutex_init(&q->lock, NULL);
	audit_cond_init(&q->room);
	audit_cond_init(&q->came);
	q->items_max = items;
	q->octets_max = octets;
	q->producers = producers;
	return q;
}

void audit_queue_free(struct audit_queue *q)
{
	if (q == NULL)
		return;
	assert(q->n == 0);
	pthread_cond_destroy(&q->came);
	pthread_cond_destroy(&q->room);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

bool audit_queue_push(struct audit_queue *q, const struct audit_item *item)
{
	bool ok = false;

	pthread_mutex_lock(&q->lock);
	while (!q->closed && (q->n == q->items_max ||
			      (q->n > 0 && q->octets + item->octets > q->octets_max)))
		pthread_cond_wait(&q->room, &q->lock);
	if (!q->closed) {
		q->ring[(q->head + q->n++) % ITEMS_MAX] = *item;
		q->octets += item->octets;
		pthread_cond_signal(&q->came);
		ok = true;
	}
	pthread_mutex_unlock(&q->lock);
	return ok;
}

void audit_queue_leave(struct audit_queue *q)
{
	pthread_mutex_lock(&q->lock);
	assert(q->producers > 0);
	if (--q->producers == 0)
		pthread_cond_signal(&q->came);
	pthread_mutex_unlock(&q->lock);
}

void audit_queue_close(struct audit_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->room);
	pthread_mutex_unlock(&q->lock);
}

enum audit_pop audit_queue_pop(struct audit_queue *q, int64_t timeout_ms,
			       struct audit_item *out)
{
	enum audit_pop what = AUDIT_POP_TIME;

	pthread_mutex_lock(&q->lock);
	if (q->n == 0 && q->producers > 0)
		audit_cond_wait(&q->came, &q->lock, timeout_ms);
	if (q->n > 0) {
		*out = q->ring[q->head];
		q->octets -= out->octets;
		q->head = (q->head + 1) % ITEMS_MAX;
		q->n--;
		/* All: a small item may fit where the first in line does not. */
		pthread_cond_broadcast(&q->room);
		what = AUDIT_POP_ITEM;
	} else if (q->producers == 0) {
		what = AUDIT_POP_END;
	}
	pthread_mutex_unlock(&q->lock);
	return what;
}

void audit_reply_init(struct audit_reply *r)
{
	*r = (struct audit_reply){ .err = ERR_INIT };
	pthread_mutex_init(&r->lock, NULL);
	audit_cond_init(&r->came);
}

void audit_reply_done(struct audit_reply *r)
{
	pthread_cond_destroy(&r->came);
	pthread_mutex_destroy(&r->lock);
}

/* The signal is sent under the lock: once the waiter runs, the slot may be gone. */
void audit_reply_give(struct audit_reply *r, bool ok, const struct err *err)
{
	pthread_mutex_lock(&r->lock);
	r->ok = ok;
	if (!ok)
		r->err = *err;
	r->done = true;
	pthread_cond_signal(&r->came);
	pthread_mutex_unlock(&r->lock);
}

bool audit_reply_wait(struct audit_reply *r, struct err *err)
{
	bool ok;

	pthread_mutex_lock(&r->lock);
	while (!r->done)
		pthread_cond_wait(&r->came, &r->lock);
	ok = r->ok;
	if (!ok)
		*err = r->err;
	r->done = false;
	pthread_mutex_unlock(&r->lock);
	return ok;
}
