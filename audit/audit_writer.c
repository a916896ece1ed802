/* SPDX-License-Identifier: MIT */
#include "audit/audit_writer.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/store_objectid.h"

enum {
	PAUSE_MS = 200,	 /* between two calls of progress */
	RENAMED_MAX = 5, /* folders of an account whose new names are told */
	SAME_MAX = 20,	 /* accounts in a row with one and the same line; then they are
			    counted */
};

void audit_writer_init(struct audit_writer *w, struct store *st, struct audit_crew *crew,
		       struct audit_result *out)
{
	*w = (struct audit_writer){ .st = st,
				    .crew = crew,
				    .out = out,
				    .batch = { .st = st, .doors = &crew->doors },
				    .why = ERR_INIT };
	w->began = w->shown = clock_mono_ms();
	w->progress.now = w->now;
	store_idle_expect(st);
}

void audit_writer_abort(struct audit_writer *w)
{
	w->failed = true;
	audit_queue_close(w->crew->queue);
	net_wake_now(w->crew->wake);
}

/* ---- for people ---- */

static void say(const struct audit_writer *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(const struct audit_writer *w, const char *fmt, ...)
{
	const struct audit_options *o = w->crew->o;
	struct strbuf line = STRBUF_INIT;
	va_list ap;

	if (o->say == NULL)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	o->say(o->say_ctx, strbuf_cstr(&line));
	strbuf_done(&line);
}

/* text escaped and cut to what fits; buf is returned. */
static const char *shown(const char *text, char *buf, size_t size)
{
	struct strbuf sb = STRBUF_INIT;

	text_show(&sb, span_str(text), size / 4);
	snprintf(buf, size, "%s", strbuf_cstr(&sb));
	strbuf_done(&sb);
	return buf;
}

static void flush_same(struct audit_writer *w, size_t side)
{
	if (w->said[side].same > SAME_MAX)
		say(w, "%s: and %lld more accounts: the same", side_name((enum side)side),
		    (long long)(w->said[side].same - SAME_MAX));
	w->said[side].same = 0;
}

static void say_account(struct audit_writer *w, const struct audit_worker *worker,
			const struct audit_account_end *e)
{
	size_t side = (size_t)worker->side;
	char user[400];

	if (w->said[side].same == 0 || strcmp(w->said[side].text, e->why.text) != 0) {
		flush_same(w, side);
		snprintf(w->said[side].text, sizeof w->said[side].text, "%s",
			 e->why.text);
	}
	if (w->said[side].same++ < SAME_MAX)
		say(w, "%s %s: %s", side_name(worker->side),
		    shown(worker->job->user, user, sizeof user), e->why.text);
}

/* Folders that have another name since, which their MAILBOXID tells: noticed now, when
 * the old name is gone, or is another folder's. */
static bool say_renamed(struct audit_writer *w, const struct audit_worker *worker,
			const struct audit_account_end *e, struct err *err)
{
	struct objectid_seen *v;
	struct arena arena;
	int64_t renamed = 0;
	char user[400], from[400], to[400];
	size_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = store_objectids(w->st, e->end.account, &arena, &v, &n, err);
	shown(worker->job->user, user, sizeof user);
	for (size_t i = 0; ok && i < n; i++) {
		if (v[i].fate != OBJECTID_RENAMED || v[i].to->run != w->out->run)
			continue;
		/* A name between two others was never seen as the newest one. */
		if (v[i].to->from != &v[i])
			continue;
		if (renamed++ < RENAMED_MAX)
			say(w, "%s %s: \"%s\" was renamed to \"%s\" (same MAILBOXID)",
			    side_name(worker->side), user,
			    shown(v[i].folder.name, from, sizeof from),
			    shown(v[i].to->folder.name, to, sizeof to));
	}
	if (renamed > RENAMED_MAX)
		say(w, "%s %s: renamed, too: %lld more", side_name(worker->side), user,
		    (long long)(renamed - RENAMED_MAX));
	w->out->side[worker->side].folders_renamed += renamed;
	arena_done(&arena);
	return ok;
}

/* What was known of these folders no longer holds: their UIDs mean other messages. */
static void say_renewed(struct audit_writer *w, const struct audit_worker *worker,
			const struct audit_account_end *e)
{
	char user[400], name[400];

	say(w, "%s %s: new UIDVALIDITY of \"%s\"%s: read from the start",
	    side_name(worker->side), shown(worker->job->user, user, sizeof user),
	    shown(e->first_renewed, name, sizeof name),
	    e->renewed > 1 ? " and other folders" : "");
}

/* Nor here, though UIDVALIDITY stands. */
static void say_others(struct audit_writer *w, const struct audit_worker *worker,
		       const struct audit_account_end *e)
{
	char user[400], name[400];

	say(w,
	    "%s %s: \"%s\"%s not the folder of that name and UIDVALIDITY that was "
	    "read before: read from the start",
	    side_name(worker->side), shown(worker->job->user, user, sizeof user),
	    shown(e->first_other, name, sizeof name),
	    e->others > 1 ? " and other folders are" : " is");
}

static void say_odd_ids(struct audit_writer *w, const struct audit_worker *worker,
			const struct audit_account_end *e)
{
	char user[400];

	say(w, "%s %s: MAILBOXID of %lld folder%s is no id (RFC 8474): not used",
	    side_name(worker->side), shown(worker->job->user, user, sizeof user),
	    (long long)e->odd_ids, e->odd_ids > 1 ? "s" : "");
}

static void say_mixes(struct audit_writer *w, const struct audit_worker *worker,
		      const struct audit_account_end *e)
{
	if (e->mixes)
		say(w,
		    "%s: the server opens a folder before it has answered for the one "
		    "before: folders are read one by one",
		    side_name(worker->side));
}

static void tell(struct audit_writer *w)
{
	const struct audit_options *o = w->crew->o;
	int64_t now = clock_mono_ms();

	if (o->progress == NULL || now - w->shown < PAUSE_MS)
		return;
	w->shown = now;
	w->progress.elapsed_ms = now - w->began;
	w->progress.waiting = audit_paces_tell(&w->crew->paces);
	w->progress.idle_ms = audit_paces_idle(&w->crew->paces);
	/* A folder that is read again may count some messages twice. */
	if (w->progress.messages_done > w->progress.messages_total)
		w->progress.messages_total = w->progress.messages_done;
	o->progress(o->progress_ctx, &w->progress);
}

void audit_writer_sum(struct audit_writer *w, enum side side,
		      const struct audit_account_end *e)
{
	struct audit_side_sum *sum = &w->out->side[side];

	w->progress.accounts_done++;
	sum->accounts++;
	sum->folders += e->end.folders;
	sum->folders_same += e->same;
	sum->folders_renewed += e->renewed;
	sum->folders_replaced += e->others;
	sum->ids_refused += e->odd_ids;
	sum->folders_failed += e->end.folders - e->end.folders_read;
	sum->messages += e->end.messages;
	switch (e->end.outcome) {
	case ACCOUNT_READ:
		sum->read++;
		return;
	case ACCOUNT_SKIPPED:
		sum->skipped++;
		return;
	case ACCOUNT_PARTLY:
		sum->partly++;
		return;
	case ACCOUNT_NO_LOGIN:
		sum->no_login++;
		break;
	case ACCOUNT_NO_NET:
		sum->no_net++;
		break;
	case ACCOUNT_NO_FOLDERS:
	case ACCOUNT_BROKEN:
		break;
	}
	if (sum->failed++ > 0)
		return;
	sum->first_error = e->why.cls;
	snprintf(sum->first_error_text, sizeof sum->first_error_text, "%s", e->why.text);
	snprintf(sum->first_error_hint, sizeof sum->first_error_hint, "%s", e->why.hint);
}

/* ---- what the workers send ---- */

static bool put_window(struct audit_writer *w, const struct audit_window *window,
		       struct err *err)
{
	const struct store_window sw = {
		.epoch = window->epoch,
		.lo = window->lo,
		.hi = window->hi,
		.rows = window->rows,
		.row_n = window->n,
		.depth = window->depth,
		.flags_below = window->flags_below,
		.built = window->built,
		.sparse = window->sparse,
		.gone = window->gone.r,
		.gone_n = window->gone.n,
	};

	if (window->first)
		w->progress.messages_done += (int64_t)window->n;
	return store_window_put(w->st, &sw, err);
}

/* What was only expected of the account is known now. */
static void put_expect(struct audit_writer *w, struct audit_worker *worker,
		       int64_t messages)
{
	if (worker->counted)
		return;
	worker->counted = true;
	if (worker->job->messages >= 0)
		messages -= worker->job->messages;
	else
		w->progress.accounts_unknown--;
	w->progress.messages_total += messages;
}

static bool put_unchanged(struct audit_writer *w, const struct audit_unchanged *u,
			  struct err *err)
{
	if (!store_folders_unchanged(w->st, u->ids, u->n, err))
		return false;
	w->progress.folders_done += (int64_t)u->n;
	w->progress.messages_done += u->messages;
	return true;
}

static bool put_witness(struct audit_writer *w, struct audit_worker *worker,
			const struct audit_witness *f, struct err *err)
{
	return store_witness(w->st, &worker->others, f->epoch, f->out, err);
}

static bool put_gmail_due(struct audit_writer *w, const struct audit_gmail_due *d,
			  struct err *err)
{
	return store_gmail_due(w->st, d->folder, d->arena, d->out, err);
}

static bool put_gmail(struct audit_writer *w, const struct audit_gmail_rows *g,
		      struct err *err)
{
	return store_gmail_put(w->st, g->epoch, g->rows, g->n, err);
}

static bool put_begin(struct audit_writer *w, struct audit_worker *worker,
		      struct audit_begin *b, struct err *err)
{
	char user[200], name[300];

	if (!store_folder_begin(w->st, b->folder->id, b->now, b->afresh, &b->epoch,
				&b->resume, err))
		return false;
	if (b->resume > 0) { /* it is told from what is known now (audit_folder.c) */
		store_others_free(worker->others);
		worker->others = NULL;
	}
	if (!b->again)
		w->progress.messages_total += b->now->exists;
	snprintf(w->now, sizeof w->now, "%s %s",
		 shown(worker->job->user, user, sizeof user),
		 shown(b->folder->name, name, sizeof name));
	return true;
}

static bool put_end(struct audit_writer *w, const struct audit_worker *worker,
		    const struct audit_folder_end *e, struct err *err)
{
	char user[400], name[800];

	if (!store_folder_end(w->st, e->end, err))
		return false;
	w->progress.folders_done++;
	if (folder_outcome_stored(e->end->outcome) &&
	    e->end->state.exists > e->end->messages_read) /* known, and not read again */
		w->progress.messages_done += e->end->state.exists - e->end->messages_read;
	if (e->end->outcome != FOLDER_UNREADABLE && e->end->outcome != FOLDER_HOLED)
		return true;
	w->progress.errors++;
	if (!e->quiet)
		say(w, "%s %s: cannot read %s\"%s\": %s", side_name(worker->side),
		    shown(worker->job->user, user, sizeof user),
		    e->end->outcome == FOLDER_HOLED ? "all of " : "",
		    shown(e->folder->name, name, sizeof name), e->end->error);
	return true;
}

/* In the order in which they would have come one by one. */
static bool put_whole(struct audit_writer *w, struct audit_worker *worker,
		      struct audit_whole *f, struct err *err)
{
	if (!put_begin(w, worker, &f->begin, err))
		return false;
	f->window->epoch = f->told->epoch = f->begin.epoch;
	if (!put_window(w, f->window, err))
		return false;
	f->ending = true;
	return put_end(w, worker, &f->end, err);
}

/* ERR_PROTO of a folder's end is about that folder, and undone by itself: the worker
 * reports it as unreadable. */
static bool spoils_all(const struct audit_item *item, const struct err *why)
{
	const struct audit_whole *f = item->what;

	return why->cls != ERR_PROTO ||
	       !(item->kind == AUDIT_END || (item->kind == AUDIT_FOLDER && f->ending));
}

static bool put_account(struct audit_writer *w, struct audit_worker *worker,
			const struct audit_account_end *e, struct err *err)
{
	store_others_free(worker->others);
	worker->others = NULL;
	if (!store_account_end(w->st, &e->end, err))
		return false;
	put_expect(w, worker, 0); /* it was never listed */
	audit_writer_sum(w, worker->side, e);
	if (!say_renamed(w, worker, e, err))
		return false;
	say_mixes(w, worker, e);
	if (e->odd_ids > 0)
		say_odd_ids(w, worker, e);
	if (e->renewed > 0)
		say_renewed(w, worker, e);
	if (e->others > 0)
		say_others(w, worker, e);
	if (e->why.cls == ERR_NONE)
		return true;
	if (e->end.outcome == ACCOUNT_PARTLY && !e->quiet)
		return true; /* each folder has had its line */
	w->progress.errors++;
	say_account(w, worker, e);
	return true;
}

static void fail(struct audit_writer *w, const struct err *why)
{
	audit_batch_undo(&w->batch);
	w->why = *why;
	audit_writer_abort(w);
}

/* Nobody waits for it: workers were answered before.  All that they did since rests on
 * what they were told, and is lost with it when this fails or we are killed. */
static void commit(struct audit_writer *w)
{
	struct err err = ERR_INIT;

	if (!audit_batch_end(&w->batch, &err))
		fail(w, &err);
}

static void apply(struct audit_writer *w, const struct audit_item *item)
{
	struct audit_worker *worker = item->from;
	struct err err = ERR_INIT;
	bool ok = false;

	if (w->failed) {
		err_set(&err, ERR_STOPPED, "the run was ended");
	} else if (audit_batch_take(&w->batch, item->octets, &err)) {
		switch ((enum audit_kind)item->kind) {
		case AUDIT_WINDOW:
			ok = put_window(w, item->what, &err);
			break;
		case AUDIT_LISTING:
			ok = store_listing(w->st, item->what, &err);
			break;
		case AUDIT_EXPECT:
			put_expect(w, worker, *(const int64_t *)item->what);
			ok = true;
			break;
		case AUDIT_STOOD:
			ok = put_unchanged(w, item->what, &err);
			break;
		case AUDIT_WITNESS:
			ok = put_witness(w, worker, item->what, &err);
			break;
		case AUDIT_GMAIL_DUE:
			ok = put_gmail_due(w, item->what, &err);
			break;
		case AUDIT_GMAIL:
			ok = put_gmail(w, item->what, &err);
			break;
		case AUDIT_BEGIN:
			ok = put_begin(w, worker, item->what, &err);
			break;
		case AUDIT_END:
			ok = put_end(w, worker, item->what, &err);
			break;
		case AUDIT_FOLDER:
			ok = put_whole(w, worker, item->what, &err);
			break;
		case AUDIT_ACCOUNT:
			ok = put_account(w, worker, item->what, &err);
			break;
		}
	}
	if (!ok && !w->failed && spoils_all(item, &err))
		fail(w, &err);
	if (item->kind == AUDIT_WINDOW)
		audit_window_give(&w->crew->pool, item->what);
	else
		audit_reply_give(&worker->reply, ok, &err);
}

bool audit_writer_loop(struct audit_writer *w, struct err *err)
{
	struct audit_item item;
	enum audit_pop what;

	do {
		what = audit_queue_pop(w->crew->queue,
				       w->batch.open ? AUDIT_BATCH_QUIET_MS : PAUSE_MS,
				       &item);
		if (what == AUDIT_POP_ITEM)
			apply(w, &item);
		if (what != AUDIT_POP_ITEM || audit_batch_full(&w->batch))
			commit(w);
		if (what == AUDIT_POP_TIME)
			store_idle(w->st);
		tell(w);
	} while (what != AUDIT_POP_END);
	for (size_t side = 0; side < SIDE_COUNT; side++)
		flush_same(w, side);
	if (w->failed)
		*err = w->why;
	return !w->failed;
}
