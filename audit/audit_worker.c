/* SPDX-License-Identifier: MIT */
#include "audit/audit_worker.h"

#include <signal.h>

#include "base/clock.h"
#include "base/trace.h"
#include "imap/imap_io.h"

/* libcurl and OpenSSL want more than the 256 KiB that the rest of the program is happy
 * with. */
#define STACK_SIZE (512u << 10)

enum { FRUITLESS = 3 }; /* reconnects in a row that bring nothing new */

/* ---- the sink: into the queue ---- */

static bool closed(struct err *err)
{
	return err_set(err, ERR_STOPPED, "the run was ended");
}

/* Ask the writer and wait for its answer.  octets: what it holds, beside itself. */
static bool ask(struct audit_worker *w, enum audit_kind kind, void *what, size_t octets,
		struct err *err)
{
	struct audit_item item = {
		.kind = (int)kind, .what = what, .from = w, .octets = 256 + octets
	};

	return audit_queue_push(w->crew->queue, &item) ? audit_reply_wait(&w->reply, err)
						       : closed(err);
}

static bool on_listing(void *ctx, struct account_listing *l, struct err *err)
{
	return ask(ctx, AUDIT_LISTING, l, 0, err);
}

static bool on_expect(void *ctx, int64_t messages, struct err *err)
{
	return ask(ctx, AUDIT_EXPECT, &messages, 0, err);
}

static bool on_unchanged(void *ctx, const int64_t *ids, size_t n, int64_t messages,
			 struct err *err)
{
	struct audit_unchanged u = { .ids = ids, .n = n, .messages = messages };

	return ask(ctx, AUDIT_STOOD, &u, 0, err);
}

static bool on_witness(void *ctx, int64_t epoch, struct witness *out, struct err *err)
{
	struct audit_witness w = { .epoch = epoch, .out = out };

	return ask(ctx, AUDIT_WITNESS, &w, 0, err);
}

static bool on_gmail_due(void *ctx, int64_t folder, struct arena *arena,
			 struct gmail_due *out, struct err *err)
{
	struct audit_gmail_due d = { .folder = folder, .arena = arena, .out = out };

	return ask(ctx, AUDIT_GMAIL_DUE, &d, 0, err);
}

static bool on_gmail(void *ctx, int64_t epoch, const struct gmail_row *rows, size_t n,
		     struct err *err)
{
	struct audit_gmail_rows g = { .epoch = epoch, .rows = rows, .n = n };

	return ask(ctx, AUDIT_GMAIL, &g, 0, err);
}

static bool on_begin(void *ctx, const struct folder *f, const struct folder_state *now,
		     bool afresh, bool again, int64_t *epoch_out,
		     uint32_t *resume_uid_out, struct err *err)
{
	struct audit_begin b = {
		.folder = f, .now = now, .afresh = afresh, .again = again
	};

	if (!ask(ctx, AUDIT_BEGIN, &b, 0, err))
		return false;
	*epoch_out = b.epoch;
	*resume_uid_out = b.resume;
	return true;
}

struct audit_pace *audit_worker_side(struct audit_worker *w)
{
	return &w->crew->paces.side[w->side];
}

bool audit_worker_pace(struct audit_worker *w, size_t messages, struct err *err)
{
	switch (audit_pace_step(audit_worker_side(w), &w->meter, (int64_t)messages, -1,
				err)) {
	case AUDIT_STEP_GO:
		return true;
	case AUDIT_STEP_LEAVE:
		w->leaving = true;
		return err_set(err, ERR_STOPPED, "the server is left alone for a while");
	case AUDIT_STEP_STOP:
		break;
	}
	return false;
}

static bool on_window(void *ctx, struct audit_window *window, struct err *err)
{
	struct audit_worker *w = ctx;
	struct audit_item item = {
		.kind = AUDIT_WINDOW,
		.what = window,
		.from = w,
		.octets = audit_window_octets(window),
	};

	if (audit_queue_push(w->crew->queue, &item))
		return true;
	audit_window_give(&w->crew->pool, window);
	return closed(err);
}

static bool on_pace(void *ctx, size_t messages, struct err *err)
{
	return audit_worker_pace(ctx, messages, err);
}

static bool on_end(void *ctx, const struct folder *f, const struct folder_end *e,
		   struct err *err)
{
	struct audit_worker *w = ctx;
	struct audit_folder_end end = { .folder = f, .end = e, .quiet = w->quiet };

	return ask(w, AUDIT_END, &end, 0, err);
}

static bool on_whole(void *ctx, const struct folder *f, const struct folder_state *now,
		     bool again, struct audit_window *window, struct folder_end *e,
		     struct err *err)
{
	struct audit_worker *w = ctx;
	struct audit_whole whole = {
		.begin = { .folder = f, .now = now, .again = again },
		.window = window,
		.end = { .folder = f, .end = e, .quiet = w->quiet },
		.told = e,
	};
	bool ok = ask(w, AUDIT_FOLDER, &whole, audit_window_octets(window), err);

	audit_window_give(&w->crew->pool, window);
	return ok;
}

static struct audit_share *on_share(void *ctx, struct audit_offer *offer)
{
	struct audit_worker *w = ctx;
	const struct audit_options *o = w->crew->o;
	uint64_t least = o->share_min > 0 ? o->share_min : AUDIT_SHARE_MIN;

	if (o->server[w->side]->max_connections < 2 || o->transcript != NULL ||
	    audit_uids_from(&offer->r->set, offer->from) < least)
		return NULL;
	offer->user = w->job->user;
	offer->account = w->job->account;
	offer->wake = w->crew->wake;
	offer->alone = &w->alone;
	offer->min = (uint32_t)(least / 4);
	return audit_share_open(&w->crew->board[w->side], offer);
}

/* ---- one account ---- */

/* How an account ends that could not be logged in to. */
static enum account_outcome outcome_of_entry(enum audit_entry entry,
					     const struct err *why)
{
	switch (why->cls) {
	case ERR_NET:
	case ERR_TLS:
	case ERR_SERVER:
		return ACCOUNT_NO_NET;
	case ERR_PROTO:
	case ERR_LIMIT:
		return ACCOUNT_BROKEN;
	default:
		return entry == AUDIT_SHUT ? ACCOUNT_SKIPPED : ACCOUNT_NO_LOGIN;
	}
}

struct reading {
	struct audit_reader r;
	enum account_outcome outcome; /* while it is not listed */
	struct err why;
	char tls[32];
	bool broke; /* the last session died, rather than that the server said no */
};

static bool list(struct audit_worker *w, struct audit_reader *r, struct imap_session *s,
		 struct err *err)
{
	bool ok = audit_reader_list(r, s, err);

	if (ok)
		audit_pace_sample(audit_worker_side(w), AUDIT_GUARD_LIST,
				  w->meter.waited_ms);
	w->meter.waited_ms = w->meter.longest_ms = 0;
	return ok;
}

/* Read what is left over one connection.  False: a->why tells why it ended. */
static bool session(struct audit_worker *w, struct reading *a, struct net_conn *conn)
{
	struct audit_reader *r = &a->r;
	struct imap_session *s;
	struct imap_io io;
	bool ok;

	imap_io_net(&io, conn);
	audit_meter_wrap(&w->meter, &io);
	s = imap_session_new(&io, w->crew->o->transcript);
	snprintf(a->tls, sizeof a->tls, "%s", net_conn_tls(conn));
	r->greeting = net_conn_greeting(conn);
	r->progress = w->leaving = false;
	r->patient = w->patience.tries < AUDIT_PACE_TRIES;
	ok = (r->listed || list(w, r, s, &a->why)) && audit_reader_folders(r, s, &a->why);
	a->broke = imap_session_broken(s);
	if ((!r->fatal || w->leaving) && !a->broke) {
		imap_session_logout(s);
		net_conn_wait_end(conn);
	}
	imap_session_count(s, &w->count);
	imap_session_free(s);
	return ok;
}

/* How an account ends that let us in, but whose folders could not be listed. */
static enum account_outcome outcome_of(const struct reading *a)
{
	if (a->r.unseen)
		return ACCOUNT_NO_FOLDERS;
	return a->broke && (a->why.cls == ERR_NET || a->why.cls == ERR_SERVER)
		       ? ACCOUNT_NO_NET
		       : ACCOUNT_BROKEN;
}

/*
 * Log in when the server may be asked, and read.  False: we were stopped, or the budget
 * ends before it may be asked.  w->leaving: nothing is wrong, come again.
 */
static bool visit(struct audit_worker *w, struct reading *a, enum audit_entry *entry_out,
		  bool *ok_out)
{
	struct net_conn *conn = NULL;

	w->leaving = false;
	switch (audit_pace_enter(audit_worker_side(w), &w->patience, &a->why)) {
	case AUDIT_PACE_GO:
		break;
	case AUDIT_PACE_SHUT:
		*entry_out = AUDIT_SHUT;
		return true;
	case AUDIT_PACE_OVER:
		return err_set(&a->why, ERR_STOPPED, "the time is over");
	case AUDIT_PACE_STOP:
		return false;
	}
	*entry_out = audit_login(&w->crew->doors, w->side, w->job->user, &conn, &a->why);
	if (*entry_out == AUDIT_ENTERED) {
		w->count.logins++;
		audit_pace_inside(audit_worker_side(w), &w->patience);
		*ok_out = session(w, a, conn);
		net_conn_close(conn);
	}
	audit_pace_leave(audit_worker_side(w), &w->patience, *ok_out);
	if (w->leaving) {
		/* What was handed over is stored; the sink has not failed. */
		a->r.fatal = false;
		a->why = ERR_INIT;
	}
	if (a->r.progress)
		w->patience.tries = 0;
	return true;
}

/*
 * Connect, read, and again after a break.  True: the account is finished, one way or
 * another.  False: we were stopped or the writer has failed.
 */
static bool read_account(struct audit_worker *w, struct reading *a, struct err *err)
{
	struct audit_reader *r = &a->r;
	unsigned fruitless = 0;

	for (;;) {
		enum audit_entry entry = AUDIT_REFUSED;
		bool ok = false;

		if (!visit(w, a, &entry, &ok) || r->fatal || a->why.cls == ERR_STOPPED) {
			*err = a->why;
			return false;
		}
		if (ok)
			return true;
		if (w->leaving)
			continue;
		trace(TRACE_AUDIT, "%s %s: %s", side_name(w->side), w->job->user,
		      a->why.text);
		if (entry != AUDIT_SHUT &&
		    audit_pace_hinted(audit_worker_side(w), &a->why,
				      entry == AUDIT_ENTERED, &w->patience)) {
			r->unseen = false;
			w->count.reconnects += entry == AUDIT_ENTERED;
			continue;
		}
		if (entry != AUDIT_ENTERED) {
			a->outcome = outcome_of_entry(entry, &a->why);
			break;
		}
		fruitless = r->progress ? 1 : fruitless + 1;
		if (!r->listed)
			a->outcome = outcome_of(a);
		if (fruitless > FRUITLESS || (!r->listed && a->outcome != ACCOUNT_NO_NET))
			break;
		w->count.reconnects++;
		if (!audit_back_off(w->crew->wake,
				    fruitless == 1   ? 200
				    : fruitless == 2 ? 1000
						     : 3000,
				    (uint64_t)w->job->account, err))
			return false;
	}
	w->quiet = true;
	return !r->listed || audit_reader_give_up(r, &a->why, err);
}

/* What is known of the server's ways goes to the reader, what it has found out to others.
 * True: that it mixes up folders was not known. */
static bool learn(struct audit_worker *w, struct audit_reader *r)
{
	struct audit_crew *crew = w->crew;
	bool news;

	pthread_mutex_lock(&crew->lock);
	if (crew->form[w->side] == AUDIT_FORM_UNKNOWN)
		crew->form[w->side] = r->form;
	r->form = crew->form[w->side];
	news = r->mixes && !crew->mixes[w->side];
	crew->mixes[w->side] |= r->mixes;
	r->mixes = crew->mixes[w->side];
	pthread_mutex_unlock(&crew->lock);
	return news;
}

static bool do_job(struct audit_worker *w, struct err *err)
{
	const struct audit_options *o = w->crew->o;
	const struct audit_sink sink = {
		.ctx = w,
		.listing = on_listing,
		.expect = on_expect,
		.unchanged = on_unchanged,
		.witness = on_witness,
		.begin = on_begin,
		.window = on_window,
		.pace = on_pace,
		.end = on_end,
		.whole = on_whole,
		.gmail_due = on_gmail_due,
		.gmail = on_gmail,
		.share = on_share,
	};
	struct audit_account_end end = { .why = ERR_INIT };
	struct reading a = { .why = ERR_INIT, .tls = "none" };
	struct limit *limits = NULL;
	bool ok;

	audit_reader_init(&a.r);
	a.r.sink = &sink;
	a.r.pool = &w->crew->pool;
	a.r.account = w->job->account;
	a.r.tree = w->job->tree;
	a.r.side = w->side;
	a.r.depth = o->depth;
	a.r.survey = true;
	a.r.window_most = w->crew->window_most;
	a.r.kind = o->server[w->side]->kind;
	a.r.compress = o->transcript != NULL ? COMPRESS_OFF
					     : o->server[w->side]->compress;
	a.r.acl = o->server[w->side]->acl;
	if (o->acl_again && a.r.acl == ACL_AUTO)
		a.r.acl = ACL_ON;
	a.r.borrowed = o->server[w->side]->auth != AUTH_USER;
	w->quiet = w->counted = w->alone = false;
	w->patience = (struct audit_patience){ 0 };
	(void)learn(w, &a.r);
	ok = read_account(w, &a, err);
	end.mixes = learn(w, &a.r);
	if (!ok)
		goto out;
	end.end = (struct account_end){
		.account = w->job->account,
		.outcome = a.outcome,
		.depth = o->depth,
		.folders = a.r.own,
		.folders_read = a.r.own_read,
		.messages = a.r.messages,
		.tls = a.tls,
	};
	if (a.r.listed)
		limits = audit_reader_limits(&a.r, &end.end.limit_n,
					     &end.end.limits_known);
	end.end.limits = limits;
	end.end.acls = a.r.acls;
	end.end.acl_n = a.r.acl_n;
	if (a.r.listed)
		end.end.outcome = a.r.own_read == a.r.own ? ACCOUNT_READ : ACCOUNT_PARTLY;
	if (end.end.outcome == ACCOUNT_PARTLY && a.r.first_bad.cls != ERR_NONE) {
		end.why = a.r.first_bad;
		err_wrap(&end.why, "%lld of %lld folders could not be read, first",
			 (long long)(a.r.own - a.r.own_read), (long long)a.r.own);
	} else if (end.end.outcome != ACCOUNT_READ) {
		end.why = a.why;
	}
	end.same = a.r.same;
	end.renewed = a.r.renewed;
	end.first_renewed = a.r.first_renewed;
	end.others = a.r.others;
	end.first_other = a.r.first_other;
	end.odd_ids = a.r.odd_ids;
	end.end.error = end.why.text;
	end.quiet = w->quiet;
	ok = ask(w, AUDIT_ACCOUNT, &end, 0, err);
	free(limits);
out:
	audit_reader_done(&a.r);
	return ok;
}

/* The next account of this side; NULL: none is left, or we are to stop. */
static const struct audit_job *next_job(struct audit_worker *w)
{
	struct audit_crew *crew = w->crew;
	const struct audit_job *job = NULL;

	if (net_wake_is_set(crew->wake) ||
	    (crew->until_ms != 0 && clock_mono_ms() >= crew->until_ms))
		return NULL;
	pthread_mutex_lock(&crew->lock);
	if (crew->next[w->side] < crew->job_n[w->side])
		job = &crew->jobs[w->side][crew->next[w->side]++];
	pthread_mutex_unlock(&crew->lock);
	return job;
}

static void *work(void *arg)
{
	struct audit_worker *w = arg;
	struct err err = ERR_INIT;

	while ((w->job = next_job(w)) != NULL && do_job(w, &err))
		;
	audit_board_leave(&w->crew->board[w->side]);
	if (err.cls == ERR_NONE)
		audit_help(w);
	audit_queue_leave(w->crew->queue);
	return NULL;
}

bool audit_thread_start(pthread_t *out, size_t stack, void *(*fn)(void *), void *ctx,
			struct err *err)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(out, &attr, fn, ctx);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return rc == 0 ||
	       err_errno(err, ERR_LOCAL, rc, "cannot start a thread for a connection");
}

bool audit_worker_start(struct audit_worker *w, struct err *err)
{
	audit_reply_init(&w->reply);
	audit_board_join(&w->crew->board[w->side]);
	if (audit_thread_start(&w->thread, STACK_SIZE, work, w, err))
		return true;
	audit_board_leave(&w->crew->board[w->side]);
	audit_reply_done(&w->reply);
	return false;
}
