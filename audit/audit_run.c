/* SPDX-License-Identifier: MIT */
/* The run as a whole: what is to be read, the crew that reads it, the end. */
#include "audit/audit_writer.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/store_account.h"
#include "store/store_run.h"

/* As much as may wait for the writer. */
enum { QUEUE_ITEMS = 16, QUEUE_OCTETS = 8 << 20 };

struct audit_run {
	struct store *st;
	const struct audit_options *o;
	struct audit_result *out;
	struct audit_crew crew;
	struct audit_writer writer;
	struct audit_worker *workers;
	size_t worker_n;
	struct net_wake *own_wake; /* when the caller has none */
	struct arena arena;
	int64_t excused; /* accounts that nobody may open: no fault of the run */
};

/* Same command, same scope: go on with the run that is open.  An open run of another
 * scope ends here. */
static bool begin(struct audit_run *run, struct err *err)
{
	const struct run fresh = {
		.command = "audit",
		.scope = run->o->scope,
		.depth = run->o->depth,
		.started = clock_now(),
		.operator_name = run->o->operator_name,
	};
	struct run open;
	bool found;

	if (!store_run_open(run->st, fresh.command, &run->arena, &open, &found, err))
		return false;
	if (found && strcmp(open.scope, fresh.scope) == 0 && open.depth == fresh.depth) {
		run->out->run = open.id;
		run->out->resumed = true;
		return store_run_resume(run->st, open.id, err);
	}
	if (found && !store_run_end(run->st, open.id, RUN_ABANDONED, NULL,
				    "another scope was asked for", err))
		return false;
	return store_run_begin(run->st, &fresh, &run->out->run, err);
}

/* This run read the account before it was interrupted: its result counts, and is not
 * asked for again. */
static bool count_done(struct audit_run *run, const struct account *a, struct err *err)
{
	struct audit_account_end end = { .why = ERR_INIT };
	struct account_view seen;

	if (!store_account_view(run->st, a->id, &run->arena, &seen, err))
		return false;
	end.end = (struct account_end){
		.account = a->id,
		.outcome = seen.outcome,
		.folders = seen.folders,
		.folders_read = seen.folders_read,
		.messages = seen.messages,
	};
	if (seen.outcome == ACCOUNT_NO_LOGIN)
		end.why.cls = ERR_LOGIN;
	else if (seen.outcome == ACCOUNT_NO_NET)
		end.why.cls = ERR_NET;
	else if (seen.outcome != ACCOUNT_READ)
		end.why.cls = ERR_SERVER;
	snprintf(end.why.text, sizeof end.why.text, "%s",
		 seen.error != NULL ? seen.error : "");
	audit_writer_sum(&run->writer, a->side, &end);
	return true;
}

static bool skip_closed(struct audit_run *run, const struct account *a, struct err *err)
{
	const struct account_end end = {
		.account = a->id,
		.outcome = ACCOUNT_SKIPPED,
		.depth = run->o->depth,
		.error = a->access_reason != NULL ? a->access_reason
						  : "nobody may open it",
		.tls = "none",
	};
	const struct audit_account_end sum = { .end = end, .why = ERR_INIT };

	audit_writer_sum(&run->writer, a->side, &sum);
	return store_account_end(run->st, &end, err);
}

/* The longest first, so that none of them is left to be waited for at the end; of those
 * that were never read any may be the longest. */
static int by_size(const void *va, const void *vb)
{
	const struct audit_job *a = va, *b = vb;
	int64_t x = a->messages < 0 ? INT64_MAX : a->messages;
	int64_t y = b->messages < 0 ? INT64_MAX : b->messages;

	if (x != y)
		return x < y ? 1 : -1;
	return a->account < b->account ? -1 : a->account > b->account;
}

static int by_age(const void *va, const void *vb)
{
	const struct audit_job *a = va, *b = vb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return by_size(va, vb);
}

static bool add_job(struct audit_run *run, const struct account *a, struct err *err)
{
	struct audit_progress *p = &run->writer.progress;
	const struct audit_options *o = run->o;
	struct account_last last;
	struct audit_job *job;

	if (!store_account_last(run->st, a->id, &last, err))
		return false;
	if (o->stale_s > 0 && last.at != 0 && last.depth >= o->depth &&
	    last.at > clock_now() - o->stale_s) {
		run->out->fresh++;
		p->accounts_total--;
		return true;
	}
	job = &run->crew.jobs[a->side][run->crew.job_n[a->side]++];
	*job = (struct audit_job){ .account = a->id,
				   .side = a->side,
				   .user = a->user,
				   .tree = a->tree,
				   .messages = last.at != 0 ? last.messages : -1,
				   .at = last.at };
	if (last.at != 0)
		p->messages_total += last.messages;
	else
		p->accounts_unknown++;
	return true;
}

/* Sort the accounts in scope: done, closed, to be read. */
static bool load(struct audit_run *run, struct err *err)
{
	const struct audit_options *o = run->o;
	struct audit_crew *crew = &run->crew;

	for (size_t i = 0; i < SIDE_COUNT; i++)
		crew->jobs[i] = mem_calloc(o->account_n + 1, sizeof *crew->jobs[i]);
	for (size_t i = 0; i < o->account_n; i++) {
		struct account a;
		bool done;

		if (!store_account_get(run->st, o->accounts[i], &run->arena, &a, err))
			return false;
		if (o->server[a.side] == NULL)
			continue;
		run->writer.progress.accounts_total++;
		run->excused += a.access == ACCESS_NONE;
		if (!store_account_done(run->st, run->out->run, a.id, &done, err))
			return false;
		if (done) {
			if (!count_done(run, &a, err))
				return false;
		} else if (a.access == ACCESS_NONE) {
			if (!skip_closed(run, &a, err))
				return false;
		} else if (!add_job(run, &a, err)) {
			return false;
		}
	}
	for (size_t i = 0; i < SIDE_COUNT; i++)
		if (crew->job_n[i] > 0)
			qsort(crew->jobs[i], crew->job_n[i], sizeof *crew->jobs[i],
			      o->stale_s > 0 ? by_age : by_size);
	return true;
}

/* As many workers as connections are allowed; of those for which no account is left so
 * many as may help with a folder.  One per side is enough to go on. */
static bool start(struct audit_run *run, struct err *err)
{
	struct audit_crew *crew = &run->crew;
	size_t want[SIDE_COUNT] = { 0 }, all = 0;

	for (size_t side = 0; side < SIDE_COUNT; side++) {
		if (crew->job_n[side] == 0)
			continue;
		want[side] = run->o->server[side]->max_connections;
		if (want[side] >= crew->job_n[side] + AUDIT_SHARE_CREW)
			want[side] = crew->job_n[side] + AUDIT_SHARE_CREW - 1;
		all += want[side];
	}
	run->workers = mem_calloc(all + 1, sizeof *run->workers);
	crew->queue = audit_queue_new(QUEUE_ITEMS, QUEUE_OCTETS, all);
	/* What is paid for by waiting shall come in small pieces. */
	if (run->o->rate.messages == 0 && run->o->rate.octets == 0)
		crew->window_most = audit_window_allowed(all);
	for (size_t side = 0; side < SIDE_COUNT; side++) {
		for (size_t i = 0; i < want[side]; i++) {
			struct audit_worker *w = &run->workers[run->worker_n];
			struct err why = ERR_INIT;

			*w = (struct audit_worker){ .crew = crew,
						    .side = (enum side)side };
			if (audit_worker_start(w, &why)) {
				run->worker_n++;
				continue;
			}
			audit_queue_leave(crew->queue);
			all--;
			if (i > 0)
				continue;
			for (size_t rest = all - run->worker_n; rest > 0;
			     rest--) /* of those not yet started */
				audit_queue_leave(crew->queue);
			*err = why;
			return false;
		}
	}
	return true;
}

static void join(struct audit_run *run)
{
	for (size_t i = 0; i < run->worker_n; i++) {
		struct audit_worker *w = &run->workers[i];

		pthread_join(w->thread, NULL);
		audit_reply_done(&w->reply);
		store_others_free(w->others);
		wire_count_add(&run->out->count, &w->count);
	}
}

/* All that can be read is read: say how the run went. */
static bool finish(struct audit_run *run, struct err *err)
{
	struct audit_result *out = run->out;
	const struct audit_progress *p = &run->writer.progress;
	int64_t good = run->excused;

	/* Those that nothing came of, for we were stopped. */
	if (!audit_doors_note(&run->crew.doors, run->st, err))
		return false;
	if (p->accounts_done < p->accounts_total && run->crew.until_ms != 0 &&
	    !net_wake_is_set(run->crew.wake)) {
		char note[80];

		out->left = p->accounts_total - p->accounts_done;
		snprintf(note, sizeof note, "the time was over: %lld accounts were left",
			 (long long)out->left);
		return store_run_end(run->st, out->run, RUN_INCOMPLETE, &out->count, note,
				     err);
	}
	if (p->accounts_done < p->accounts_total) {
		if (!store_run_end(run->st, out->run, RUN_STOPPED, &out->count, "", err))
			return false;
		err_set(err, ERR_STOPPED,
			"the audit ended early, after %lld of %lld accounts; what was "
			"read is kept",
			(long long)p->accounts_done, (long long)p->accounts_total);
		return err_hint(err, "the same command goes on from here");
	}
	for (size_t side = 0; side < SIDE_COUNT; side++)
		good += out->side[side].read;
	out->complete = good == p->accounts_total;
	return store_run_end(run->st, out->run,
			     out->complete ? RUN_COMPLETE : RUN_INCOMPLETE, &out->count,
			     "", err);
}

bool audit_run(struct store *st, const struct audit_options *o, struct audit_result *out,
	       struct err *err)
{
	struct audit_run *run = mem_calloc(1, sizeof *run); /* too large for a stack */
	int64_t began = clock_mono_ms();
	bool ok = false, started = false;

	*out = (struct audit_result){ 0 };
	run->st = st;
	run->o = o;
	run->out = out;
	arena_init(&run->arena);
	run->crew.o = o;
	run->crew.wake = o->wake;
	if (o->budget_ms > 0)
		run->crew.until_ms = began + o->budget_ms;
	if (o->wake == NULL)
		run->crew.wake = run->own_wake = net_wake_new();
	audit_doors_init(&run->crew.doors, o, run->crew.wake);
	run->crew.doors.pace = run->crew.paces.side;
	audit_pool_init(&run->crew.pool);
	pthread_mutex_init(&run->crew.lock, NULL);
	for (size_t i = 0; i < SIDE_COUNT; i++)
		audit_board_init(&run->crew.board[i]);
	audit_writer_init(&run->writer, st, &run->crew, out);
	if (!audit_paces_init(&run->crew.paces, o, run->crew.until_ms, run->crew.wake,
			      err) ||
	    !begin(run, err) || !load(run, err))
		goto out;
	started = start(run, err);
	if (!started)
		audit_writer_abort(&run->writer);
	ok = audit_writer_loop(&run->writer,
			       started ? err : &(struct err){ .cls = ERR_NONE }) &&
	     started;
	join(run);
	ok = ok && audit_paces_end(&run->crew.paces, st, out, err) && finish(run, err);
out:
	out->took_ms = clock_mono_ms() - began;
	audit_queue_free(run->crew.queue);
	audit_pool_done(&run->crew.pool);
	audit_doors_done(&run->crew.doors);
	audit_paces_done(&run->crew.paces);
	pthread_mutex_destroy(&run->crew.lock);
	for (size_t i = 0; i < SIDE_COUNT; i++) {
		audit_board_done(&run->crew.board[i]);
		free(run->crew.jobs[i]);
	}
	free(run->workers);
	net_wake_free(run->own_wake);
	arena_done(&run->arena);
	free(run);
	return ok;
}
