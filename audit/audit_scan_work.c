/* SPDX-License-Identifier: MIT */
#include "audit/audit_scan_work.h"

#include "base/clock.h"
#include "base/trace.h"
#include "imap/imap_io.h"

/* As of the workers of an audit, and more for GMime's parser. */
#define STACK_SIZE (1u << 20)

enum {
	BREAKS_IN_VAIN =
		3, /* sessions in a row that brought nothing: the account is left */
	BREAKS_OF_FOLDER = 3, /* in a row without a new message: it is passed over */
	BREAKS_MAX = 500,     /* of one account: each costs a login */
	/* What is lost when the program is killed: less than this much, and what is under
	 * way. */
	BATCH_ENOUGH = 64,
	BATCH_OCTETS = 4 << 20,
	BATCH_MS = 1000,
};

static bool closed(struct err *err)
{
	return err_set(err, ERR_STOPPED, "the run was ended");
}

/* The chunk that was asked for ahead is here, so that another answer may come. */
static bool settle_ahead(struct scan_worker *w, struct err *err)
{
	if (w->ahead_is != AHEAD_ASKED)
		return true;
	w->ahead_is = AHEAD_NONE;
	if (!audit_reply_wait(&w->reply, err))
		return false;
	w->ahead_is = AHEAD_HERE;
	return true;
}

static bool push(struct scan_worker *w, enum scan_kind kind, void *what, struct err *err)
{
	struct audit_item item = {
		.kind = (int)kind, .what = what, .from = w, .octets = 256
	};

	return audit_queue_push(w->crew->queue, &item) || closed(err);
}

/* Ask the writer and wait for its answer. */
static bool ask(struct scan_worker *w, enum scan_kind kind, void *what, struct err *err)
{
	return settle_ahead(w, err) && push(w, kind, what, err) &&
	       audit_reply_wait(&w->reply, err);
}

/* ---- the sink of the folder's reader ---- */

static bool flush(struct scan_worker *w, struct err *err)
{
	struct scan_batch *b = w->batch;
	struct audit_item item = { .kind = SCAN_BATCH, .what = b, .from = w };

	if (b == NULL)
		return true;
	w->batch = NULL;
	item.octets = sizeof *b + b->arena.used;
	if (audit_queue_push(w->crew->queue, &item))
		return true;
	arena_done(&b->arena);
	free(b);
	return closed(err);
}

static const char *kept(struct arena *arena, const char *s)
{
	return s != NULL ? arena_strdup(arena, s) : NULL;
}

static bool is_enough(const struct scan_batch *b, int64_t now_ms)
{
	return b->n == SCAN_BATCH_MAX || b->octets >= BATCH_OCTETS ||
	       now_ms - b->began_ms >= BATCH_MS;
}

static bool on_seen(void *ctx, const struct audit_scanned *s, struct err *err)
{
	struct scan_worker *w = ctx;
	struct scan_result *r;
	struct arena *arena;

	if (w->batch == NULL) {
		w->batch = mem_alloc(sizeof *w->batch);
		w->batch->n = 0;
		w->batch->octets = 0;
		w->batch->began_ms = s->now_ms;
		arena_init(&w->batch->arena);
	}
	arena = &w->batch->arena;
	r = &w->batch->v[w->batch->n++];
	*r = (struct scan_result){ .epoch = w->place->epoch,
				   .uid = s->item->uid,
				   .facts = *s->facts,
				   .has_detail = s->has_detail };
	r->facts.words = arena_strdup(arena, s->facts->words);
	w->batch->octets += s->facts->octets;
	if (s->has_detail)
		r->detail = (struct message_detail){
			.from = kept(arena, s->detail.from),
			.date = kept(arena, s->detail.date),
			.subject = kept(arena, s->detail.subject),
			.message_id = kept(arena, s->detail.message_id),
		};
	return !is_enough(w->batch, s->now_ms) || flush(w, err);
}

static bool on_settle(void *ctx, struct err *err)
{
	struct scan_worker *w = ctx;
	const struct scan_batch *b = w->batch;

	return b == NULL || (b->n < BATCH_ENOUGH && !is_enough(b, clock_mono_ms())) ||
	       flush(w, err);
}

static struct audit_pace *pace_of(struct scan_worker *w)
{
	return &w->crew->paces.side[w->side];
}

/* The connections of a side share its pace. */
static bool on_pace(void *ctx, int64_t messages, int64_t octets, struct err *err)
{
	struct scan_worker *w = ctx;
	enum audit_pace_step step = audit_pace_step(
		pace_of(w), &w->meter, w->owed.messages, w->owed.octets, err);

	w->owed.messages = w->owed.octets = 0;
	switch (step) {
	case AUDIT_STEP_GO:
		w->owed.messages = messages;
		w->owed.octets = octets;
		return true;
	case AUDIT_STEP_LEAVE:
		w->leaving = true;
		return err_set(err, ERR_STOPPED, "the server is left alone for a while");
	case AUDIT_STEP_STOP:
		break;
	}
	return false;
}

/* ---- one folder ---- */

static void tally(struct scan_place *p, struct audit_scan *s)
{
	if (s->examine_ms > p->examine_ms)
		p->examine_ms = s->examine_ms;
	p->octets += s->octets;
	p->took_ms += s->took_ms;
	if (s->gap_ms > p->gap_ms) {
		p->gap_ms = s->gap_ms;
		p->gap_uid = s->gap_uid;
	}
	s->examine_ms = -1;
	s->octets = s->took_ms = s->gap_ms = 0;
	s->gap_uid = 0;
}

/* The first n of those in hand are taken away; what of them is not done is left. */
static void leave(struct scan_worker *w, size_t n)
{
	struct scan_place *p = w->place;

	for (size_t i = 0; i < n; i++) {
		p->left += w->items[i].state <= SCAN_LEFT;
		p->gone += w->items[i].state == SCAN_GONE;
	}
	w->item_n -= n;
	memmove(w->items, w->items + n, w->item_n * sizeof *w->items);
}

/* The chunk that comes next, if any, while what is in hand is read. */
static bool ask_ahead(struct scan_worker *w, struct err *err)
{
	if (w->place->next == 0 || w->ahead_is != AHEAD_NONE)
		return true;
	w->ahead.place = w->place;
	if (!push(w, SCAN_ASK_CHUNK, &w->ahead, err))
		return false;
	w->ahead_is = AHEAD_ASKED;
	return true;
}

/* The chunk that comes next is put behind what is in hand. */
static bool take_ahead(struct scan_worker *w, struct err *err)
{
	const struct scan_chunk *c = &w->ahead;

	if (!ask_ahead(w, err) || !settle_ahead(w, err))
		return false;
	if (w->ahead_is == AHEAD_NONE)
		return true;
	memcpy(w->items + w->item_n, c->v, c->n * sizeof *c->v);
	w->item_n += c->n;
	w->place->asked += (int64_t)c->n;
	w->place->next = c->next;
	w->ahead_is = AHEAD_NONE;
	return ask_ahead(w, err);
}

static bool on_more(void *ctx, size_t done, size_t *n_out, bool *last_out,
		    struct err *err)
{
	struct scan_worker *w = ctx;

	leave(w, done);
	if (!take_ahead(w, err))
		return false;
	*n_out = w->item_n;
	*last_out = w->place->next == 0;
	return true;
}

/* The place is finished; err of false is the writer's. */
static bool end_place(struct scan_worker *w, struct scan_place *p, const char *error,
		      struct err *err)
{
	struct scan_folder_end e = { .place = p };

	if (w->place == p)
		leave(w, w->item_n);
	/* Chunks that were never asked for. */
	if (p->next != 0 && p->wanted > p->asked)
		p->left += p->wanted - p->asked;
	if (error != NULL)
		snprintf(p->error, sizeof p->error, "%s", error);
	p->done = true;
	if (!flush(w, err) || !ask(w, SCAN_FOLDER_END, &e, err))
		return false;
	if (w->place == p)
		w->ahead_is = AHEAD_NONE;
	return true;
}

enum place_end {
	PLACE_ENDED,
	PLACE_BROKE, /* the session: err */
	PLACE_OVER,  /* we were stopped, or the writer or this machine has failed: err */
};

/* Have something in hand; *more false: there is nothing left to read. */
static bool have_chunk(struct scan_worker *w, bool *more, struct err *err)
{
	while (w->item_n == 0 && w->place->next != 0)
		if (!take_ahead(w, err))
			return false;
	*more = w->item_n > 0;
	return true;
}

static enum place_end read_chunk(struct scan_worker *w, struct scan_place *p,
				 struct audit_scan *s, struct imap_session *session,
				 struct strbuf *why, struct err *err)
{
	bool progress = s->progress, hinted;
	enum audit_scan_end end;

	s->progress = false;
	end = audit_scan_folder(s, session, p->wire, p->uidvalidity,
				p->breaks == 0 ? p->known : NULL, w->items, w->item_n,
				why, err);
	tally(p, s);
	hinted = end == SCAN_BROKE && s->patient &&
		 audit_hint_of_err(err).kind != AUDIT_HINT_NONE;
	p->breaks = s->progress || end != SCAN_BROKE ? 0 : p->breaks + !hinted;
	s->progress |= progress;
	switch (end) {
	case SCAN_ENDED:
		leave(w, w->item_n);
		return PLACE_ENDED;
	case SCAN_CLOSED:
		return end_place(w, p, strbuf_cstr(why), err) ? PLACE_ENDED : PLACE_OVER;
	case SCAN_BROKE:
		break;
	}
	if (s->fatal || err->cls == ERR_STOPPED)
		return PLACE_OVER;
	if (hinted || p->breaks < BREAKS_OF_FOLDER)
		return PLACE_BROKE;
	strbuf_clear(why);
	strbuf_addf(why, "again and again the connection broke: %s", err->text);
	s->progress = true; /* for the other folders */
	return end_place(w, p, strbuf_cstr(why), err) ? PLACE_BROKE : PLACE_OVER;
}

static enum place_end read_place(struct scan_worker *w, struct scan_place *p,
				 struct audit_scan *s, struct imap_session *session,
				 struct err *err)
{
	struct strbuf why = STRBUF_INIT;
	enum place_end end = PLACE_ENDED;
	char words[80];
	bool more;

	if (w->place != p) {
		w->place = p;
		w->item_n = 0;
		audit_scan_forget(s);
	}
	while (!p->done && end == PLACE_ENDED) {
		strbuf_clear(&why);
		if (!have_chunk(w, &more, err)) {
			end = PLACE_OVER;
		} else if (more) {
			end = read_chunk(w, p, s, session, &why, err);
		} else {
			snprintf(words, sizeof words,
				 "the server refuses %lld messages for now",
				 (long long)p->left);
			if (!end_place(w, p, p->left > 0 ? words : NULL, err))
				end = PLACE_OVER;
		}
	}
	strbuf_done(&why);
	return end;
}

/* ---- one account ---- */

/* What is left, over one connection. */
static enum place_end session(struct scan_worker *w, struct scan_places *places,
			      struct audit_scan *s, struct net_conn *conn,
			      struct err *err)
{
	enum place_end end = PLACE_BROKE;
	struct imap_session *session;
	struct imap_hello hello;
	struct imap_io io;

	imap_io_net(&io, conn);
	audit_meter_wrap(&w->meter, &io);
	session = imap_session_new(&io, w->crew->o->transcript);
	if (!imap_session_hello(session, &places->arena, &hello, err)) {
		if (err->cls == ERR_STOPPED)
			end = PLACE_OVER;
		goto out;
	}
	end = PLACE_ENDED;
	for (size_t i = 0; i < places->n && end == PLACE_ENDED; i++)
		if (!places->v[i].done)
			end = read_place(w, &places->v[i], s, session, err);
	if (end == PLACE_ENDED)
		imap_session_logout(session);
out:
	imap_session_count(session, &w->count);
	imap_session_free(session);
	return end;
}

static bool all_done(const struct scan_places *places)
{
	for (size_t i = 0; i < places->n; i++)
		if (!places->v[i].done)
			return false;
	return true;
}

/* No more sessions: what is left stays unread. */
static bool give_up(struct scan_worker *w, struct scan_places *places,
		    const struct err *why, struct err *err)
{
	for (size_t i = 0; i < places->n; i++)
		if (!places->v[i].done && !end_place(w, &places->v[i], why->text, err))
			return false;
	return true;
}

/* Log in when the server may be asked, and read what is left.  False: e->why keeps us
 * out. */
static bool visit(struct scan_worker *w, struct scan_places *places, struct audit_scan *s,
		  struct scan_account_end *e, enum place_end *end)
{
	struct net_conn *conn = NULL;
	bool entered;

	w->leaving = false;
	do {
		if (audit_pace_enter(pace_of(w), &w->patience, &e->why) != AUDIT_PACE_GO)
			return false;
		e->why = ERR_INIT;
		s->progress = false;
		s->patient = w->patience.tries < AUDIT_PACE_TRIES;
		entered = audit_login(&w->crew->doors, w->side, w->job->user, &conn,
				      &e->why) == AUDIT_ENTERED;
		if (entered) {
			w->count.logins++;
			audit_pace_inside(pace_of(w), &w->patience);
			e->entered = true;
			*end = session(w, places, s, conn, &e->why);
			net_conn_close(conn);
		}
		audit_pace_leave(pace_of(w), &w->patience,
				 entered && *end == PLACE_ENDED);
	} while (!entered && audit_pace_hinted(pace_of(w), &e->why, false, &w->patience));
	if (w->leaving) {
		/* What was handed over is stored; the sink has not failed. */
		s->fatal = false;
		e->why = ERR_INIT;
	}
	if (s->progress)
		w->patience.tries = 0;
	return entered;
}

/* False: stopped, or the writer has failed. */
static bool read_account(struct scan_worker *w, struct scan_places *places,
			 struct scan_account_end *e, struct err *err)
{
	const struct audit_scan_sink sink = { w, on_seen, on_settle, on_pace, on_more };
	unsigned in_vain = 0, breaks = 0;
	enum place_end end = PLACE_BROKE;
	struct audit_scan s;
	bool ok = false;

	audit_scan_init(&s);
	s.out = &sink;
	s.sha = sha256_new();
	s.timeout_ms = w->crew->o->server[w->side]->timeout_ms;
	s.rule = places->rule;
	w->patience = (struct audit_patience){ 0 };
	while (in_vain <= BREAKS_IN_VAIN && breaks <= BREAKS_MAX) {
		e->why = ERR_INIT;
		if (!visit(w, places, &s, e, &end))
			break;
		if (w->leaving)
			continue;
		if (end != PLACE_BROKE || all_done(places))
			break;
		trace(TRACE_AUDIT, "%s %s: %s", side_name(w->side), w->job->user,
		      e->why.text);
		w->count.reconnects++;
		if (audit_pace_hinted(pace_of(w), &e->why, true, &w->patience))
			continue;
		in_vain = s.progress ? 0 : in_vain + 1;
		breaks++;
		if (!audit_back_off(w->crew->wake, in_vain <= 1 ? 100 : 1000,
				    (uint64_t)w->job->account, &e->why))
			break;
	}
	if (end == PLACE_OVER || e->why.cls == ERR_STOPPED) {
		*err = e->why;
		goto out;
	}
	if (all_done(places))
		e->why = ERR_INIT;
	ok = give_up(w, places, &e->why, err);
out:
	sha256_free(s.sha);
	audit_scan_done(&s);
	return ok;
}

/* The writer holds nothing of it any longer. */
static void forget_place(struct scan_worker *w)
{
	struct err ignored = ERR_INIT;

	if (!settle_ahead(w, &ignored))
		trace(TRACE_AUDIT, "%s", ignored.text);
	w->ahead_is = AHEAD_NONE;
	w->place = NULL;
	w->item_n = 0;
}

static bool do_job(struct scan_worker *w, struct err *err)
{
	struct scan_places places = { 0 };
	struct scan_account_end e = { .places = &places, .why = ERR_INIT };
	bool ok;

	arena_init(&places.arena);
	ok = ask(w, SCAN_ASK_PLACES, &places, err);
	if (ok && places.n > 0)
		ok = read_account(w, &places, &e, err);
	else
		e.entered = true;
	if (ok)
		ok = ask(w, SCAN_ACCOUNT_END, &e, err);
	else if (w->batch != NULL) {
		/* What was read is kept, however it ends. */
		struct err later = ERR_INIT;

		if (!flush(w, &later))
			trace(TRACE_AUDIT, "%s", later.text);
	}
	forget_place(w);
	arena_done(&places.arena);
	return ok;
}

static const struct scan_job *next_job(struct scan_worker *w)
{
	struct scan_crew *crew = w->crew;
	const struct scan_job *job = NULL;

	if (net_wake_is_set(crew->wake))
		return NULL;
	pthread_mutex_lock(&crew->lock);
	if (crew->next[w->side] < crew->job_n[w->side])
		job = &crew->jobs[w->side][crew->next[w->side]++];
	pthread_mutex_unlock(&crew->lock);
	return job;
}

static void *work(void *arg)
{
	struct scan_worker *w = arg;
	struct err err = ERR_INIT;

	w->items = mem_alloc(AUDIT_SCAN_ROOM * sizeof *w->items);
	w->ahead.v = mem_alloc(AUDIT_SCAN_MORE * sizeof *w->ahead.v);
	while ((w->job = next_job(w)) != NULL && do_job(w, &err))
		;
	free(w->items);
	free(w->ahead.v);
	audit_queue_leave(w->crew->queue);
	return NULL;
}

bool scan_worker_start(struct scan_worker *w, struct err *err)
{
	audit_reply_init(&w->reply);
	if (audit_thread_start(&w->thread, STACK_SIZE, work, w, err))
		return true;
	audit_reply_done(&w->reply);
	return false;
}
