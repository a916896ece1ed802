/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/text.h"
#include "cli/event_import.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/stop.h"
#include "mover/mover_log.h"
#include "store/store_facts.h"
#include "store/store_mover.h"
#include "store/store_run.h"
#include "store/store_seal.h"
#include "store/store_told.h"

#define FUTURE_MAX 3600 /* seconds by which clocks may differ */
#define PIECE	   (256u << 10)

/* Who moves from a login; ordered by it, case folded, as servers mostly do. */
struct mover_user {
	const char *old_user;
	const struct transfer *t;
};

/* The logs, one after the other. */
struct reading {
	const struct project *p;
	struct mover_user *user;
	size_t user_n;
	const char *name, *by;
	struct arena *arena;
	struct imported *sum;
	int64_t runs, at; /* in this file; when the present run began, 0: not known */
	int64_t octets;	  /* that it copied */
	const struct transfer **match; /* of the present run */
	size_t n;
	struct err *err;
};

static int by_user(const void *a, const void *b)
{
	const struct mover_user *x = a, *y = b;

	return strcmp(x->old_user, y->old_user);
}

static void index_users(struct reading *r, const struct scope *scope)
{
	r->user = mem_calloc(scope->n + 1, sizeof *r->user);
	r->match = mem_calloc(scope->n + 1, sizeof *r->match);
	for (size_t i = 0; i < scope->n; i++)
		if (scope->t[i].old_user != NULL)
			r->user[r->user_n++] = (struct mover_user){
				text_fold(r->arena, span_str(scope->t[i].old_user)),
				&scope->t[i]
			};
	qsort(r->user, r->user_n, sizeof *r->user, by_user);
}

/* Transfers between these two logins. */
static void find_transfers(struct reading *r, const struct mover_event *e)
{
	struct arena scratch;
	const char *old_user, *new_user;
	size_t low = 0, high = r->user_n;

	arena_init(&scratch);
	old_user = text_fold(&scratch, span_str(e->user[SIDE_OLD]));
	new_user = text_fold(&scratch, span_str(e->user[SIDE_NEW]));
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(r->user[mid].old_user, old_user) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	r->n = 0;
	for (; low < r->user_n && strcmp(r->user[low].old_user, old_user) == 0; low++) {
		const struct transfer *t = r->user[low].t;

		if (t->new_user == NULL ||
		    strcmp(text_fold(&scratch, span_str(t->new_user)), new_user) == 0)
			r->match[r->n++] = t;
	}
	arena_done(&scratch);
	if (r->n != 0) {
		r->sum->runs++;
		return;
	}
	r->sum->foreign++;
	if (r->sum->stranger == NULL)
		r->sum->stranger = text_shown(r->arena, span_str(e->user[SIDE_OLD]));
}

static int64_t believable(int64_t when)
{
	return when > 0 && when <= clock_now() + FUTURE_MAX ? when : 0;
}

static bool is_told(const struct event *v, size_t n, int64_t at)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].at == at && strcmp(v[i].kind, "presync") == 0)
			return true;
	return false;
}

/* How fast it was: for plans. */
static bool add_speed(struct reading *r, const struct mover_event *e, int64_t transfer)
{
	struct mover_ran ran = { .transfer = transfer,
				 .began = r->at,
				 .ended = believable(e->when),
				 .messages = e->copied > 0 ? e->copied : 0,
				 .octets = r->octets,
				 .refused = e->refused > 0 ? e->refused : 0 };
	bool is_new;

	return ran.ended < ran.began ||
	       store_mover_run_add(r->p->store, &ran, &is_new, r->err);
}

static bool add_run(struct reading *r, const struct mover_event *e)
{
	struct arena scratch;
	const char *note;
	bool ok = true;

	r->sum->unfinished += e->code < 0 && e->verdict == MOVER_NO_VERDICT;
	r->sum->failed += e->code > 0 || e->errors > 0;
	if (r->at == 0)
		r->at = believable(e->when);
	if (r->at == 0) {
		r->sum->timeless++;
		return true;
	}
	arena_init(&scratch);
	note = arena_printf(&scratch, "imapsync, %s: %lld copied, %lld refused",
			    text_shown(&scratch, span_str(r->name)),
			    (long long)(e->copied > 0 ? e->copied : 0),
			    (long long)(e->refused > 0 ? e->refused : 0));
	for (size_t i = 0; ok && i < r->n; i++) {
		int64_t id = r->match[i]->id;
		struct event *v;
		size_t n;

		ok = add_speed(r, e, id) &&
		     store_events(r->p->store, id, &scratch, &v, &n, r->err);
		if (!ok || is_told(v, n, r->at))
			continue;
		r->sum->events++;
		ok = store_event_add(r->p->store, id, "presync", r->at, r->by, note,
				     r->err);
	}
	arena_done(&scratch);
	return ok;
}

static bool add_note(struct reading *r, const struct mover_event *e, enum why why,
		     const char *text)
{
	bool is_new = false;

	r->sum->left[why]++;
	for (size_t i = 0; i < r->n; i++) {
		struct mover_note note = { .transfer = r->match[i]->id,
					   .folder = e->old_name,
					   .uid = e->old_uid,
					   .at = r->at,
					   .why = why,
					   .text = text };

		if (!store_mover_note_add(r->p->store, &note, &is_new, r->err))
			return false;
		r->sum->notes += is_new;
	}
	return true;
}

static bool add_refused(struct reading *r, const struct mover_event *e)
{
	static const enum why of[] = {
		[MOVER_QUOTA] = WHY_QUOTA,	[MOVER_TOO_LARGE] = WHY_TOO_LARGE,
		[MOVER_INVALID] = WHY_MOVER,	[MOVER_VIRUS] = WHY_MOVER,
		[MOVER_CONNECTION] = WHY_MOVER, [MOVER_UNREADABLE] = WHY_UNREADABLE_OLD,
		[MOVER_NO_FOLDER] = WHY_FOLDER, [MOVER_OTHER] = WHY_MOVER,
	};
	_Static_assert(COUNT_OF(of) == MOVER_REFUSAL_COUNT, "a reason for every refusal");

	return add_note(r, e, of[e->refusal], e->text);
}

static bool add_skipped(struct reading *r, const struct mover_event *e)
{
	static const struct {
		enum why why;
		const char *text; /* NULL: nothing was left behind */
	} of[] = {
		[MOVER_LARGER] = { WHY_TOO_LARGE, "larger than its --maxsize" },
		[MOVER_SMALLER] = { WHY_RULE, "smaller than its --minsize" },
		[MOVER_NO_HEADER] = { WHY_NO_ID,
				      "passed over, with no header to tell it apart by" },
		[MOVER_LONG_LINE] = { WHY_RULE,
				      "passed over, with a line over --maxlinelength" },
		[MOVER_BY_RULE] = { WHY_RULE, "passed over by --skipmess" },
		[MOVER_TRIED] = { WHY_NONE, NULL },
		[MOVER_UNSAID] = { WHY_MOVER, "passed over" },
	};
	_Static_assert(COUNT_OF(of) == MOVER_SKIP_COUNT, "a reason for every skip");

	return of[e->skip].text == NULL ||
	       add_note(r, e, of[e->skip].why, of[e->skip].text);
}

static bool add_excluded(struct reading *r, const struct mover_event *e)
{
	const char *text = arena_printf(r->arena, "left out by the pattern %s", e->text);

	return add_note(r, e, WHY_RULE, text);
}

static bool take(void *ctx, const struct mover_event *e, struct err *err)
{
	struct reading *r = ctx;

	r->err = err;
	if (stop_asked())
		return err_set(err, ERR_STOPPED,
			       "%s was not taken, nor what comes after it",
			       text_shown(r->arena, span_str(r->name)));
	if (e->kind == MOVER_RUN_START) {
		r->runs++;
		r->at = believable(e->when);
		r->octets = 0;
		find_transfers(r, e);
		return true;
	}
	if (r->n == 0)
		return true;
	switch (e->kind) {
	case MOVER_RUN_END:
		return add_run(r, e);
	case MOVER_COPIED:
		if (e->octets > 0 && e->octets < INT64_C(1) << 40)
			r->octets += e->octets;
		r->sum->copied++;
		return true;
	case MOVER_REFUSED:
		return add_refused(r, e);
	case MOVER_SKIPPED:
		return add_skipped(r, e);
	case MOVER_EXCLUDED:
		return add_excluded(r, e);
	case MOVER_REMOVED:
		r->sum->removed[e->side]++;
		return true;
	case MOVER_RUN_START:
	case MOVER_FOLDER:
		return true;
	}
	return true;
}

static bool read_file(struct reading *r, int fd, struct sha256 *digest,
		      struct mover_counts *counts, struct err *err)
{
	struct sha256_ctx *sha = sha256_new();
	char *piece = mem_alloc(PIECE);
	struct mover_log *log;
	bool ok = true;
	ssize_t n;

	mover_log_open(take, r, &log);
	sha256_begin(sha);
	while (ok && (n = read(fd, piece, PIECE)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_set(err, ERR_LOCAL, "%s: %s",
				text_shown(r->arena, span_str(r->name)), strerror(errno));
			ok = false;
		} else {
			sha256_add(sha, piece, (size_t)n);
			ok = mover_log_feed(log, (struct span){ piece, (size_t)n }, err);
		}
	}
	ok = ok && mover_log_finish(log, counts, err);
	sha256_end(sha, digest);
	mover_log_close(log);
	sha256_free(sha);
	free(piece);
	return ok;
}

/* Once for each file that told something new. */
static bool add_entry(struct reading *r, const struct sha256 *digest, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];
	struct json_out j;
	bool ok;

	sha256_hex(digest, hex);
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_str(&j, "event", "import");
	json_put_str(&j, "file", r->name);
	ok = store_told_put(r->p->store, &j, err);
	json_put_int(&j, "runs", r->runs);
	json_put_str(&j, "sha256", hex);
	json_end_object(&j);
	ok = ok &&
	     store_ledger_append(r->p->store, r->by, "event", strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

static bool import_open(struct reading *r, int fd, struct err *err)
{
	struct imported before = *r->sum;
	struct mover_counts counts = { 0 };
	struct sha256 digest;

	if (!read_file(r, fd, &digest, &counts, err))
		return false;
	if (r->runs == 0) {
		err_set(err, ERR_CONFIG, "%s: no run of imapsync is in it",
			text_shown(r->arena, span_str(r->name)));
		err_hint(err, "the log file that imapsync writes, or what it prints, is "
			      "wanted");
		return false;
	}
	r->sum->malformed += (int64_t)counts.malformed;
	return (r->sum->events == before.events && r->sum->notes == before.notes) ||
	       add_entry(r, &digest, err);
}

static bool import_file(struct reading *r, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct imported before = *r->sum;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0) {
		err_set(err, ERR_LOCAL, "%s: %s", text_shown(r->arena, span_str(path)),
			strerror(errno));
		return false;
	}
	r->name = slash != NULL ? slash + 1 : path;
	r->runs = 0;
	r->n = 0;
	ok = store_begin(r->p->store, err);
	if (ok) {
		ok = import_open(r, fd, err) && store_commit(r->p->store, err);
		if (!ok)
			store_rollback(r->p->store);
	}
	close(fd);
	if (ok)
		r->sum->files++;
	else
		*r->sum = before;
	return ok;
}

bool event_import(const struct project *p, const struct scope *scope, char **paths,
		  size_t n, const char *by, struct arena *arena, struct imported *sum,
		  struct err *err)
{
	struct reading r = { .p = p, .by = by, .arena = arena, .sum = sum };
	bool ok = true;

	index_users(&r, scope);
	for (size_t i = 0; ok && i < n; i++)
		ok = import_file(&r, paths[i], err);
	free(r.match);
	free(r.user);
	return ok;
}

static void print_left(const struct imported *sum)
{
	static const struct {
		enum why why;
		const char *text;
	} of[] = {
		{ WHY_QUOTA, "the new account was full" },
		{ WHY_TOO_LARGE, "too large" },
		{ WHY_UNREADABLE_OLD, "the old server did not give it out" },
		{ WHY_NO_ID, "nothing to tell it apart by" },
		{ WHY_RULE, "left out by the mover's options" },
		{ WHY_FOLDER, "the folder could not be made or opened" },
		{ WHY_MOVER, "refused, or broken off" },
	};
	char buf[32];

	for (size_t i = 0; i < COUNT_OF(of); i++)
		if (sum->left[of[i].why] != 0)
			out_printf("  %12s  %s\n",
				   num_group(sum->left[of[i].why], buf, sizeof buf),
				   of[i].text);
}

static void print_text(const struct imported *sum)
{
	int64_t left = 0;

	for (size_t i = 0; i < WHY_COUNT; i++)
		left += sum->left[i];
	out_printf("%s of imapsync in %s, %s copied\n", counted(sum->runs, "run"),
		   counted(sum->files, "file"), counted(sum->copied, "message"));
	if (left != 0) {
		out_printf("%s or folders not copied, says the mover:\n",
			   counted(left, "message"));
		print_left(sum);
	}
	if (sum->unfinished != 0)
		out_printf("%s did not come to an end\n",
			   counted(sum->unfinished, "run"));
	if (sum->failed != 0)
		out_printf("%s ended with errors\n", counted(sum->failed, "run"));
	for (int s = 0; s < SIDE_COUNT; s++)
		if (sum->removed[s] != 0)
			out_printf("the mover deleted %s on the %s side\n",
				   counted(sum->removed[s], "message"),
				   side_name((enum side)s));
	out_printf("new to this project: %s, %s\n", counted(sum->events, "event"),
		   counted(sum->notes, "note"));
}

static void print_json(const struct imported *sum)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/event-import/1");
	json_put_int(&j, "files", sum->files);
	json_put_int(&j, "runs", sum->runs);
	json_put_int(&j, "foreign_runs", sum->foreign);
	json_put_int(&j, "timeless_runs", sum->timeless);
	json_put_int(&j, "unfinished_runs", sum->unfinished);
	json_put_int(&j, "failed_runs", sum->failed);
	json_put_int(&j, "copied", sum->copied);
	json_put_int(&j, "removed_old", sum->removed[SIDE_OLD]);
	json_put_int(&j, "removed_new", sum->removed[SIDE_NEW]);
	json_name(&j, "not_copied");
	json_begin_array(&j);
	for (size_t i = 0; i < WHY_COUNT; i++) {
		if (sum->left[i] == 0)
			continue;
		json_begin_object(&j);
		json_put_str(&j, "why", why_name((enum why)i));
		json_put_int(&j, "count", sum->left[i]);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_put_int(&j, "malformed_lines", sum->malformed);
	json_put_int(&j, "new_events", sum->events);
	json_put_int(&j, "new_notes", sum->notes);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

void event_import_print(const struct globals *g, const struct imported *sum)
{
	if (g->json)
		print_json(sum);
	else
		print_text(sum);
	if (sum->foreign != 0)
		msg_warn(g, "%s for other accounts, such as \"%s\": not taken",
			 counted(sum->foreign, "run"), sum->stranger);
	if (sum->timeless != 0)
		msg_warn(g,
			 "%s without a time, or without its zone: no event was made of "
			 "that (mailmuster event presync --at TIME)",
			 counted(sum->timeless, "run"));
	if (sum->malformed != 0)
		msg_warn(g, "%s of the mover could not be read",
			 counted(sum->malformed, "line"));
}
