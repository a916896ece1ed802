/* SPDX-License-Identifier: MIT */
/* The scan as a whole: what is to be read, who reads it, and the writer. */
#include "audit/audit_scan_plan.h"

#include "base/clock.h"
#include "store/store_account.h"
#include "store/store_run.h"
#include "store/store_verify.h"

enum {
	QUEUE_ITEMS = 16,
	QUEUE_OCTETS = 8 << 20,
	SAME_MAX = 3,	/* folders in a row with one and the same trouble */
	PAUSE_MS = 200, /* between two calls of progress */
};

/* ---- for people ---- */

static void say(const struct scan_run *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(const struct scan_run *r, const char *fmt, ...)
{
	struct strbuf line = STRBUF_INIT;
	va_list ap;

	if (r->o->say == NULL)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	r->o->say(r->o->say_ctx, strbuf_cstr(&line));
	strbuf_done(&line);
}

/* A server that has gone fails in every folder, with the same words. */
static void flush_same(struct scan_run *r, int side)
{
	if (r->said[side].same > SAME_MAX)
		say(r, "%s: and %lld more folders: the same", side_name((enum side)side),
		    (long long)(r->said[side].same - SAME_MAX));
	r->said[side].same = 0;
}

static void say_folder(struct scan_run *r, const struct scan_worker *w,
		       const struct scan_place *p)
{
	char user[400], name[800];

	if (strcmp(r->said[w->side].text, p->error) != 0) {
		flush_same(r, (int)w->side);
		snprintf(r->said[w->side].text, sizeof r->said[w->side].text, "%s",
			 p->error);
	}
	if (r->said[w->side].same++ < SAME_MAX)
		say(r, "%s %s: cannot scan \"%s\" to its end: %s", side_name(w->side),
		    scan_shown(w->job->user, user, sizeof user),
		    scan_shown(p->name, name, sizeof name), p->error);
}

static void tell(struct scan_run *r)
{
	int64_t now = clock_mono_ms();

	if (r->o->progress == NULL || now - r->shown < PAUSE_MS)
		return;
	r->shown = now;
	r->progress.elapsed_ms = now - r->began;
	r->progress.waiting = audit_paces_tell(&r->crew.paces);
	r->progress.idle_ms = audit_paces_idle(&r->crew.paces);
	if (r->progress.messages_done > r->progress.messages_total)
		r->progress.messages_total = r->progress.messages_done;
	r->o->progress(r->o->progress_ctx, &r->progress);
}

/* ---- what workers send ---- */

static bool put_batch(struct scan_run *r, const struct scan_worker *w,
		      const struct scan_batch *b, struct err *err)
{
	struct scan_side_sum *sum = &r->out->side[w->side];
	struct body_row rows[SCAN_BATCH_MAX];
	bool ok;

	for (size_t i = 0; i < b->n; i++)
		rows[i] = (struct body_row){ b->v[i].epoch, b->v[i].uid, &b->v[i].facts };
	ok = store_bodies_put(r->st, rows, b->n, err);
	for (size_t i = 0; ok && i < b->n; i++) {
		const struct scan_result *x = &b->v[i];

		ok = !x->has_detail ||
		     store_detail_put(r->st, x->epoch, x->uid, &x->detail, NULL, err);
		sum->read += x->facts.read;
		sum->unreadable += !x->facts.read;
		sum->octets += x->facts.octets > 0 ? x->facts.octets : 0;
		r->progress.errors += !x->facts.read;
	}
	if (!ok)
		return false;
	r->progress.messages_done += (int64_t)b->n;
	r->out->run.side[w->side].messages += (int64_t)b->n;
	return true;
}

static bool put_folder(struct scan_run *r, const struct scan_worker *w,
		       const struct scan_place *p, struct err *err)
{
	const struct folder_scan s = {
		.folder = p->folder,
		.examine_ms = p->examine_ms,
		.messages = p->wanted,
		.octets = p->octets,
		.took_ms = p->took_ms,
		.gap_ms = p->gap_ms,
		.gap_uid = p->gap_uid,
		.error = p->error,
	};

	if (!store_folder_scan_put(r->st, &s, err))
		return false;
	r->out->side[w->side].left += p->left;
	r->out->side[w->side].gone += p->gone;
	r->progress.folders_done++;
	if (p->error[0] == '\0')
		return true;
	r->progress.errors++;
	r->out->run.side[w->side].folders_failed++;
	say_folder(r, w, p);
	return true;
}

static void put_account(struct scan_run *r, const struct scan_worker *w,
			const struct scan_account_end *e)
{
	struct audit_side_sum *sum = &r->out->run.side[w->side];
	size_t failed = 0;
	char user[400];

	r->progress.accounts_done++;
	sum->accounts++;
	sum->folders += e->places->folders;
	if (!e->places->audited) {
		sum->skipped++;
		r->out->side[w->side].never_audited++;
		say(r, "%s %s: not scanned: it was never audited", side_name(w->side),
		    scan_shown(w->job->user, user, sizeof user));
		return;
	}
	for (size_t i = 0; i < e->places->n; i++)
		failed += e->places->v[i].error[0] != '\0';
	if (failed == 0) {
		sum->read++;
		return;
	}
	if (e->entered) {
		sum->partly++;
		return;
	}
	sum->no_login += e->why.cls == ERR_LOGIN;
	sum->no_net += e->why.cls == ERR_NET || e->why.cls == ERR_TLS ||
		       e->why.cls == ERR_SERVER;
	if (sum->failed++ > 0)
		return;
	sum->first_error = e->why.cls;
	snprintf(sum->first_error_text, sizeof sum->first_error_text, "%s", e->why.text);
	snprintf(sum->first_error_hint, sizeof sum->first_error_hint, "%s", e->why.hint);
}

static void fail(struct scan_run *r, const struct err *err)
{
	if (err->cls != ERR_STOPPED)
		audit_batch_undo(&r->batch);
	if (!r->failed)
		r->why = *err;
	r->failed = true;
	audit_queue_close(r->crew.queue);
	net_wake_now(r->crew.wake);
}

/* All but questions is written down. */
static bool take(struct scan_run *r, const struct audit_item *item, struct err *err)
{
	return item->kind == SCAN_ASK_PLACES || item->kind == SCAN_ASK_CHUNK ||
	       audit_batch_take(&r->batch, item->octets, err);
}

static void commit(struct scan_run *r)
{
	struct err err = ERR_INIT;

	if (!audit_batch_end(&r->batch, &err))
		fail(r, &err);
}

static void apply(struct scan_run *r, const struct audit_item *item)
{
	struct scan_worker *w = item->from;
	struct err err = ERR_INIT;
	bool ok = false;

	/* What has been read is kept even when the run ends. */
	if (r->failed && (item->kind != SCAN_BATCH || r->why.cls != ERR_STOPPED)) {
		err_set(&err, ERR_STOPPED, "the run was ended");
	} else if (!take(r, item, &err)) {
		fail(r, &err);
	} else {
		switch ((enum scan_kind)item->kind) {
		case SCAN_ASK_PLACES:
			ok = scan_plan_places(r, w, item->what, &err);
			break;
		case SCAN_ASK_CHUNK:
			ok = scan_plan_chunk(r, w, item->what, &err);
			break;
		case SCAN_BATCH:
			ok = put_batch(r, w, item->what, &err);
			break;
		case SCAN_FOLDER_END: {
			const struct scan_folder_end *e = item->what;

			ok = put_folder(r, w, e->place, &err);
			break;
		}
		case SCAN_ACCOUNT_END:
			put_account(r, w, item->what);
			ok = true;
			break;
		}
		if (!ok)
			fail(r, &err);
	}
	if (item->kind == SCAN_BATCH) {
		struct scan_batch *b = item->what;

		arena_done(&b->arena);
		free(b);
	} else {
		audit_reply_give(&w->reply, ok, &err);
	}
}

/* ---- the run ---- */

static bool begin(struct scan_run *r, struct err *err)
{
	const struct run fresh = {
		.command = "scan",
		.scope = r->o->scope,
		.depth = DEPTH_FULL,
		.started = clock_now(),
		.operator_name = r->o->operator_name,
	};
	struct run open, last;
	bool found, ended;

	if (!store_run_last(r->st, fresh.command, &r->arena, &last, &ended, err) ||
	    !store_run_open(r->st, fresh.command, &r->arena, &open, &found, err))
		return false;
	r->since = ended ? last.id : 0;
	if (found && strcmp(open.scope, fresh.scope) == 0) {
		r->out->run.run = open.id;
		r->out->run.resumed = true;
		return store_run_resume(r->st, open.id, err);
	}
	if (found && !store_run_end(r->st, open.id, RUN_ABANDONED, NULL,
				    "another scope was asked for", err))
		return false;
	return store_run_begin(r->st, &fresh, &r->out->run.run, err);
}

static bool load(struct scan_run *r, struct err *err)
{
	struct scan_crew *crew = &r->crew;

	for (int side = 0; side < SIDE_COUNT; side++) {
		crew->jobs[side] = mem_calloc(r->o->account_n + 1,
					      sizeof *crew->jobs[side]);
		if (!store_size_rule(r->st, (enum side)side, &r->rule[side], err))
			return false;
	}
	for (size_t i = 0; i < r->o->account_n; i++) {
		struct account a;

		if (!store_account_get(r->st, r->o->accounts[i], &r->arena, &a, err))
			return false;
		if (r->o->server[a.side] == NULL)
			continue;
		r->progress.accounts_total++;
		if (a.access == ACCESS_NONE) {
			r->progress.accounts_done++;
			r->out->run.side[a.side].accounts++;
			r->out->run.side[a.side].skipped++;
			continue;
		}
		crew->jobs[a.side][crew->job_n[a.side]++] = (struct scan_job){
			.account = a.id, .user = a.user
		};
	}
	return r->so->how != SCAN_SAMPLE || scan_plan_sample(r, err);
}

/* As many workers as connections are allowed and accounts are left; one a side is enough
 * to go on. */
static bool start(struct scan_run *r, struct err *err)
{
	struct scan_crew *crew = &r->crew;
	size_t want[SIDE_COUNT], all = 0;

	for (int side = 0; side < SIDE_COUNT; side++) {
		want[side] = 0;
		if (crew->job_n[side] == 0)
			continue;
		want[side] = r->o->server[side]->max_connections;
		if (want[side] > crew->job_n[side])
			want[side] = crew->job_n[side];
		all += want[side];
	}
	r->workers = mem_calloc(all + 1, sizeof *r->workers);
	crew->queue = audit_queue_new(QUEUE_ITEMS, QUEUE_OCTETS, all);
	for (int side = 0; side < SIDE_COUNT; side++)
		for (size_t i = 0; i < want[side]; i++) {
			struct scan_worker *w = &r->workers[r->worker_n];
			struct err why = ERR_INIT;

			*w = (struct scan_worker){ .crew = crew,
						   .side = (enum side)side };
			if (scan_worker_start(w, &why)) {
				r->worker_n++;
				continue;
			}
			audit_queue_leave(crew->queue);
			all--;
			if (i > 0)
				continue;
			for (size_t rest = all - r->worker_n; rest > 0; rest--)
				audit_queue_leave(crew->queue);
			*err = why;
			return false;
		}
	return true;
}

static void join(struct scan_run *r)
{
	for (size_t i = 0; i < r->worker_n; i++) {
		struct scan_worker *w = &r->workers[i];

		pthread_join(w->thread, NULL);
		audit_reply_done(&w->reply);
		wire_count_add(&r->out->run.count, &w->count);
	}
}

static bool loop(struct scan_run *r, struct err *err)
{
	struct audit_item item;
	enum audit_pop what;

	do {
		what = audit_queue_pop(r->crew.queue,
				       r->batch.open ? AUDIT_BATCH_QUIET_MS : PAUSE_MS,
				       &item);
		if (what == AUDIT_POP_ITEM)
			apply(r, &item);
		if (what != AUDIT_POP_ITEM || audit_batch_full(&r->batch))
			commit(r);
		tell(r);
	} while (what != AUDIT_POP_END);
	if (r->failed)
		*err = r->why;
	return !r->failed;
}

static bool finish(struct scan_run *r, struct err *err)
{
	struct audit_result *out = &r->out->run;
	const struct audit_progress *p = &r->progress;

	/* Those that nothing came of, for we were stopped. */
	if (!audit_doors_note(&r->crew.doors, r->st, err))
		return false;
	if (p->accounts_done < p->accounts_total) {
		if (!store_run_end(r->st, out->run, RUN_STOPPED, &out->count, "", err))
			return false;
		err_set(err, ERR_STOPPED,
			"the scan ended early, after %lld of %lld accounts; what was "
			"read is "
			"kept",
			(long long)p->accounts_done, (long long)p->accounts_total);
		return err_hint(err, "the same command goes on from here");
	}
	out->complete = true;
	for (int side = 0; side < SIDE_COUNT; side++)
		out->complete &= out->side[side].partly + out->side[side].failed == 0 &&
				 r->out->side[side].never_audited == 0;
	return store_run_end(r->st, out->run,
			     out->complete ? RUN_COMPLETE : RUN_INCOMPLETE, &out->count,
			     "", err);
}

bool audit_scan_run(struct store *st, const struct audit_options *o,
		    const struct scan_options *so, struct audit_scan_result *out,
		    struct err *err)
{
	struct scan_run *r = mem_calloc(1, sizeof *r);
	bool ok = false, started;

	*out = (struct audit_scan_result){ 0 };
	r->st = st;
	r->o = o;
	r->so = so;
	r->out = out;
	r->why = ERR_INIT;
	r->began = r->shown = clock_mono_ms();
	r->progress.now = r->now;
	arena_init(&r->arena);
	r->crew = (struct scan_crew){ .o = o, .so = so, .wake = o->wake };
	if (o->wake == NULL)
		r->crew.wake = r->own_wake = net_wake_new();
	audit_doors_init(&r->crew.doors, o, r->crew.wake);
	r->batch = (struct audit_batch){ .st = st, .doors = &r->crew.doors };
	r->crew.doors.pace = r->crew.paces.side;
	pthread_mutex_init(&r->crew.lock, NULL);
	if (!audit_paces_init(&r->crew.paces, o, 0, r->crew.wake, err) ||
	    !begin(r, err) || !load(r, err))
		goto out;
	started = start(r, err);
	if (!started)
		fail(r, err);
	ok = loop(r, started ? err : &(struct err){ .cls = ERR_NONE }) && started;
	join(r);
	for (int side = 0; side < SIDE_COUNT; side++)
		flush_same(r, side);
	ok = ok && audit_paces_end(&r->crew.paces, st, &out->run, err) && finish(r, err);
out:
	out->run.took_ms = clock_mono_ms() - r->began;
	audit_queue_free(r->crew.queue);
	audit_doors_done(&r->crew.doors);
	audit_paces_done(&r->crew.paces);
	pthread_mutex_destroy(&r->crew.lock);
	for (int side = 0; side < SIDE_COUNT; side++)
		free(r->crew.jobs[side]);
	free(r->workers);
	net_wake_free(r->own_wake);
	arena_done(&r->arena);
	free(r);
	return ok;
}
