/* SPDX-License-Identifier: MIT */
#include "audit/audit_logs_crew.h"

#include <signal.h>

#include "audit/audit_logs_belt.h"
#include "audit/audit_queue.h"

#define STACK (256u << 10)

static struct slot *free_slot(struct crew *c)
{
	for (size_t i = 0; i < c->slot_n; i++)
		if (c->slot[i].state == BATCH_FREE)
			return &c->slot[i];
	return NULL;
}

/* Does this thread unpack a file that has more to come? */
static bool has_home(const struct crew *c, const struct crew_worker *w)
{
	for (size_t i = 0; i < c->reader_n; i++)
		if (!c->reader[i].ended && c->reader[i].home == w->number + 1)
			return true;
	return false;
}

/* The calling thread has enough to do: it unpacks when there are more such files than
 * other threads. */
static bool may_settle(const struct crew *c, const struct crew_worker *w)
{
	unsigned n = 0;

	if (has_home(c, w))
		return false;
	for (size_t i = 0; i < c->reader_n; i++)
		n += c->reader[i].settles && !c->reader[i].ended;
	return w->number > 0 || n > c->worker_n;
}

/* A file to read from: settled ones, or those that anybody reads. */
static struct reader *to_read(struct crew *c, const struct crew_worker *w, bool settled)
{
	for (size_t i = 0; i < c->reader_n; i++) {
		struct reader *r = &c->reader[i];

		if (r->busy || r->ended || r->settles != settled)
			continue;
		if (!settled || r->home == w->number + 1)
			return r;
		if (r->home == 0 && may_settle(c, w)) {
			r->home = w->number + 1;
			return r;
		}
	}
	return NULL;
}

/* A piece that was read: who read it takes the last one, which is still in its cache,
 * and others take the one that is waited for. */
static struct slot *to_scan(struct crew *c, const struct crew_worker *w)
{
	struct slot *best = NULL;

	for (size_t i = 0; i < c->slot_n; i++) {
		struct slot *s = &c->slot[i];

		if (s->state != BATCH_READ)
			continue;
		if (best == NULL ||
		    (s->from->home == w->number + 1) == (s->seq > best->seq))
			best = s;
	}
	return best;
}

static void scan(struct crew *c, struct crew_worker *w, struct slot *s)
{
	const struct reader *r = s->from;

	s->state = BATCH_BUSY;
	pthread_mutex_unlock(&c->lock);
	logs_scanner_begin(w->scanner, r->header);
	logs_scanner_no_sender(w->scanner, r->no_sender);
	batch_scan(&s->b, w->scanner, c->key, r->fresh_file);
	pthread_mutex_lock(&c->lock);
	s->state = BATCH_READY;
	pthread_cond_broadcast(&c->change);
}

static void read_piece(struct crew *c, struct crew_worker *w, struct slot *s,
		       struct reader *r)
{
	struct err err = ERR_INIT;
	enum logs_next next;
	bool first = r->next_read == 0, ordered = r->ordered;

	r->busy = true;
	s->state = BATCH_BUSY;
	s->from = r;
	s->seq = r->next_read++;
	pthread_mutex_unlock(&c->lock);
	next = logs_file_read(r->f, &s->b.piece, &err);
	if (first || ordered) {
		logs_scanner_moved(r->own);
		batch_scan(&s->b, r->own, c->key, r->fresh_file);
	}
	pthread_mutex_lock(&c->lock);
	if (next == LOGS_FAIL)
		snprintf(r->note, sizeof r->note, "%s", err.text);
	r->octets_in = logs_file_octets_in(r->f);
	r->ended = r->ended || next != LOGS_LINES;
	if (first)
		r->ordered = s->b.needs_order;
	r->busy = false;
	s->state = first || ordered ? BATCH_READY : BATCH_READ;
	pthread_cond_broadcast(&c->change);
	if (s->state == BATCH_READ && (!r->settles || c->worker_n == 0))
		scan(c, w, s);
}

bool crew_work(struct crew *c, struct crew_worker *w)
{
	struct slot *s = free_slot(c), *read;
	struct reader *r = NULL;

	if (c->stop)
		return false;
	/* The sums stay in the cache of one processor; what nobody else may unpack does
	 * not wait for them. */
	if (s != NULL && (r = to_read(c, w, true)) != NULL)
		read_piece(c, w, s, r);
	else if (w->number == 1 && c->belt != NULL && belt_help(c->belt))
		return true;
	else if ((read = to_scan(c, w)) != NULL)
		scan(c, w, read);
	else if (s != NULL && (r = to_read(c, w, false)) != NULL)
		read_piece(c, w, s, r);
	else
		return false;
	return true;
}

static void *worker_main(void *arg)
{
	struct crew_worker *w = arg;
	struct crew *c = w->crew;

	pthread_mutex_lock(&c->lock);
	while (!c->stop)
		if (!crew_work(c, w))
			audit_cond_wait(&c->change, &c->lock, 1000);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

struct slot *crew_ready(struct crew *c)
{
	for (size_t i = 0; i < c->slot_n; i++)
		if (c->slot[i].state == BATCH_READY &&
		    c->slot[i].seq == c->slot[i].from->next_take)
			return &c->slot[i];
	return NULL;
}

void crew_taken(struct crew *c, struct slot *s)
{
	s->from->next_take++;
	s->state = BATCH_FREE;
	pthread_cond_broadcast(&c->change);
}

bool crew_all_done(const struct crew *c)
{
	for (size_t i = 0; i < c->reader_n; i++)
		if (!c->reader[i].ended || c->reader[i].busy ||
		    c->reader[i].next_take < c->reader[i].next_read)
			return false;
	return true;
}

void crew_halt(struct crew *c)
{
	bool busy = true;

	for (size_t i = 0; i < c->reader_n; i++) {
		struct reader *r = &c->reader[i];

		r->left = !r->ended || r->next_take < r->next_read;
		r->ended = true;
	}
	for (size_t i = 0; i < c->slot_n; i++)
		if (c->slot[i].state != BATCH_BUSY)
			c->slot[i].state = BATCH_FREE;
	for (;;) {
		busy = false;
		for (size_t i = 0; i < c->slot_n; i++)
			busy |= c->slot[i].state == BATCH_BUSY;
		if (!busy)
			break;
		audit_cond_wait(&c->change, &c->lock, 1000);
	}
	for (size_t i = 0; i < c->slot_n; i++)
		c->slot[i].state = BATCH_FREE;
}

void crew_sum_up(struct crew *c, struct belt *belt)
{
	pthread_mutex_lock(&c->lock);
	if (c->worker_n > 0) {
		belt_share(belt, &c->lock, &c->change);
		c->belt = belt;
	}
	pthread_mutex_unlock(&c->lock);
}

void crew_add(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->reader_n++;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
}

bool crew_open(struct crew *c, const struct audit_logs_options *o, uint64_t key,
	       struct err *err)
{
	unsigned threads = o->threads > 0 ? o->threads : 1;
	sigset_t all, before;
	pthread_attr_t attr;
	bool ok;

	pthread_mutex_init(&c->lock, NULL);
	audit_cond_init(&c->change);
	if (threads > AUDIT_LOGS_THREADS_MAX)
		threads = AUDIT_LOGS_THREADS_MAX;
	c->slot_n = threads > 1 ? threads + 4 : 1;
	c->slot = mem_calloc(c->slot_n, sizeof *c->slot);
	for (size_t i = 0; i < c->slot_n; i++)
		batch_init(&c->slot[i].b);
	c->key = key;
	c->worker[0].crew = c;
	ok = logs_scanner_new(o->patterns, o->pattern_n, &c->worker[0].scanner, err);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	for (unsigned i = 1; ok && i < threads; i++) {
		struct crew_worker *w = &c->worker[i];

		w->crew = c;
		w->number = i;
		ok = logs_scanner_new(o->patterns, o->pattern_n, &w->scanner, err);
		if (!ok)
			break;
		if (pthread_create(&w->thread, &attr, worker_main, w) != 0) {
			logs_scanner_free(w->scanner);
			w->scanner = NULL;
			break; /* fewer will do */
		}
		c->worker_n++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return ok;
}

void crew_close(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 1; i <= c->worker_n; i++)
		pthread_join(c->worker[i].thread, NULL);
	for (unsigned i = 0; i <= c->worker_n; i++)
		logs_scanner_free(c->worker[i].scanner);
	for (size_t i = 0; i < c->slot_n; i++)
		batch_done(&c->slot[i].b);
	free(c->slot);
	pthread_cond_destroy(&c->change);
	pthread_mutex_destroy(&c->lock);
}
