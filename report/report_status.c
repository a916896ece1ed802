/* SPDX-License-Identifier: MIT */
/* What is known and what is not, before and after any verification. */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "report/report_figures.h"
#include "report/report_lines.h"
#include "report/report_plans.h"
#include "report/report_view.h"
#include "store/store_accept.h"

#define TROUBLE_MAX 10 /* accounts with trouble that the text names */

struct side_sum {
	int64_t accounts, read, partly, failed, never, counted;
	int64_t closed; /* nobody may open them: no trouble, and not examined */
	int64_t messages, folders;
	int64_t oldest, newest; /* reading; 0: none */
};

struct status {
	struct report_view v;
	struct report_out out;
	struct side_sum side[SIDE_COUNT];
	/* Called for each account that was tried in vain or in part. */
	bool (*trouble)(struct status *s, enum side side, const struct transfer *t,
			const struct account_view *a, struct err *err);
	bool want_closed; /* instead, for each that nobody may open */
	struct lines l;
	struct json_out json;
	int64_t troubles;
	int64_t acceptances;
	struct report_plans plans;
	struct status_figures *figures;
};

static void add_side(struct side_sum *s, const struct account_view *a)
{
	s->accounts++;
	if (!a->found) {
		s->never++;
		return;
	}
	if (a->closed != NULL)
		s->closed++;
	else if (a->outcome == ACCOUNT_READ)
		s->read++;
	else if (a->outcome == ACCOUNT_PARTLY)
		s->partly++;
	else
		s->failed++;
	s->counted += a->deep_at == 0 &&
		      (a->outcome == ACCOUNT_READ || a->outcome == ACCOUNT_PARTLY);
	s->messages += a->messages;
	s->folders += a->folders;
	if (a->good_at == 0)
		return;
	if (s->oldest == 0 || a->good_at < s->oldest)
		s->oldest = a->good_at;
	if (a->good_at > s->newest)
		s->newest = a->good_at;
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Each account once, though several transfers may share it: in the order of transfers,
 * the first one names it. */
static bool walk_side(struct status *s, enum side side, bool sum, struct err *err)
{
	struct report_view *v = &s->v;
	int64_t *seen = mem_calloc(v->n + 1, sizeof *seen);
	bool *first = mem_calloc(v->n + 1, sizeof *first);
	struct account_view a;
	bool ok = false;

	/* seen: sorted ids; first: whether the id at that place was met already */
	for (size_t i = 0; i < v->n; i++)
		seen[i] = side == SIDE_OLD ? v->transfer[i].old_account
					   : v->transfer[i].new_account;
	qsort(seen, v->n, sizeof *seen, by_value);
	for (size_t i = 0; i < v->n; i++) {
		const struct transfer *t = &v->transfer[i];
		int64_t id = side == SIDE_OLD ? t->old_account : t->new_account;
		size_t lo = 0, hi = v->n;

		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (seen[mid] < id)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (id == 0 || first[lo])
			continue;
		first[lo] = true;
		arena_reset(&v->scratch);
		if (!store_account_view(v->st, id, &v->scratch, &a, err))
			goto out;
		if (sum)
			add_side(&s->side[side], &a);
		else if (a.found && (a.closed != NULL) == s->want_closed &&
			 (a.closed != NULL || a.outcome != ACCOUNT_READ) &&
			 !s->trouble(s, side, t, &a, err))
			goto out;
	}
	ok = true;
out:
	free(seen);
	free(first);
	return ok;
}

/* ---- text ---- */

static bool trouble_text(struct status *s, enum side side, const struct transfer *t,
			 const struct account_view *a, struct err *err)
{
	char iso[CLOCK_ISO_SIZE];

	(void)err;
	if (++s->troubles > TROUBLE_MAX)
		return true;
	lines_add(&s->l, "  %s side, %s: %s", side_name(side), t->name,
		  *a->error != '\0' ? a->error : account_outcome_text(a->outcome));
	lines_add(&s->l, " (%s)", clock_iso(a->at, iso));
	lines_wrap(&s->l, 4);
	return true;
}

static bool closed_text(struct status *s, enum side side, const struct transfer *t,
			const struct account_view *a, struct err *err)
{
	(void)err;
	if (++s->troubles > TROUBLE_MAX)
		return true;
	lines_add(&s->l, "  %s side, %s: nobody may open it: %s", side_name(side),
		  t->name, *a->closed != '\0' ? a->closed : "no reason is given");
	if (*t->owner != '\0')
		lines_add(&s->l, "; owner %s", t->owner);
	lines_wrap(&s->l, 4);
	return true;
}

/* Those in trouble, or those that are closed, of both sides. */
static bool put_accounts_text(struct status *s, bool closed, struct err *err)
{
	struct lines *l = &s->l;

	s->troubles = 0;
	s->want_closed = closed;
	s->trouble = closed ? closed_text : trouble_text;
	for (int i = 0; i < SIDE_COUNT; i++)
		if (!walk_side(s, (enum side)i, false, err))
			return false;
	if (s->troubles > TROUBLE_MAX) {
		lines_add(l, "  and ");
		lines_count(l, s->troubles - TROUBLE_MAX, "more", "more");
		lines_add(l, ": mailmuster status --json");
		lines_end(l);
	}
	return true;
}

static void put_side_text(struct status *s, enum side side)
{
	const struct side_sum *sum = &s->side[side];
	struct lines *l = &s->l;
	char a[32], iso[CLOCK_ISO_SIZE];

	lines_add(l, "%s side: ", side_name(side));
	if (side == SIDE_NEW && s->v.o->one_sided) {
		lines_add(l, "there is none yet");
		lines_end(l);
		return;
	}
	lines_add(l, "%s of ", num_group(sum->read, a, sizeof a));
	lines_count(l, sum->accounts, "account", "accounts");
	lines_add(l, " read");
	if (sum->partly > 0)
		lines_add(l, ", %s in part", num_group(sum->partly, a, sizeof a));
	if (sum->closed > 0)
		lines_add(l, ", %s closed", num_group(sum->closed, a, sizeof a));
	if (sum->failed > 0)
		lines_add(l, ", %s not readable", num_group(sum->failed, a, sizeof a));
	if (sum->never > 0)
		lines_add(l, ", %s never tried", num_group(sum->never, a, sizeof a));
	if (sum->counted > 0)
		lines_add(l, "; %s only counted", num_group(sum->counted, a, sizeof a));
	if (sum->newest != 0 && sum->read + sum->partly + sum->counted == 0) {
		/* What is known of before is no sum of what there is. */
		lines_add(l, "; last read between %s", clock_iso(sum->oldest, iso));
		lines_add(l, " and %s", clock_iso(sum->newest, iso));
	} else if (sum->newest != 0) {
		lines_add(l, "; ");
		lines_count(l, sum->messages, "message", "messages");
		lines_add(l, " in ");
		lines_count(l, sum->folders, "folder", "folders");
		lines_add(l, "; read between %s", clock_iso(sum->oldest, iso));
		lines_add(l, " and %s", clock_iso(sum->newest, iso));
	}
	if (side == SIDE_OLD ? s->v.o->clear_old : s->v.o->clear_new)
		lines_add(l, "; in clear text (tls \"none\")");
	lines_wrap(l, 10);
}

static void put_verdicts_text(struct status *s)
{
	const struct report_sum *sum = &s->v.sum;
	const struct report_class *of = sum->cls[FINDING_MESSAGE_MISSING];
	int64_t missing = of[SEVERITY_LOSS].n + of[SEVERITY_DOUBT].n;
	struct lines *l = &s->l;
	char a[32], iso[CLOCK_ISO_SIZE];

	if (s->v.o->one_sided)
		return;
	lines_add(l, "verified: ");
	if (sum->judged == 0) {
		lines_add(l, "nothing yet");
		lines_end(l);
		return;
	}
	lines_add(l, "%s clean", num_group(sum->verdict[VERDICT_CLEAN], a, sizeof a));
	lines_add(l, ", %s %s", num_group(sum->verdict[VERDICT_DIFFERS], a, sizeof a),
		  sum->verdict[VERDICT_DIFFERS] == 1 ? "differs" : "differ");
	lines_add(l, ", %s incomplete",
		  num_group(sum->verdict[VERDICT_INCOMPLETE], a, sizeof a));
	lines_add(l, ", %s not to be judged",
		  num_group(sum->verdict[VERDICT_NOT_JUDGED], a, sizeof a));
	lines_add(l, ", %s never verified", num_group(sum->never, a, sizeof a));
	if (missing > 0) {
		lines_add(l, "; ");
		lines_count(l, missing, "message missing", "messages missing");
	}
	if (s->v.has_run)
		lines_add(l, "; newest run %lld of %s", (long long)s->v.run.id,
			  clock_iso(s->v.run.ended, iso));
	lines_wrap(l, 10);
}

static void put_seals_text(struct status *s)
{
	const struct report_sum *sum = &s->v.sum;
	struct lines *l = &s->l;
	char a[32];

	if (s->v.o->one_sided)
		return;
	lines_add(l, "seals:    ");
	if (sum->sealed + sum->unsound == 0) {
		lines_add(l, "none yet; mailmuster seal, before users enter");
	} else {
		lines_add(l, "%s sealed",
			  num_group(sum->sealed + sum->unsound, a, sizeof a));
		if (sum->unsound > 0)
			lines_add(l, " (%s of them unsound)",
				  num_group(sum->unsound, a, sizeof a));
		lines_add(l, ", %s not", num_group(sum->unsealed, a, sizeof a));
	}
	lines_wrap(l, 10);
	if (report_purged_n(&s->v) > 0) {
		lines_add(l, "purged:   %s", report_purged_sum(&s->v, &s->v.arena));
		lines_wrap(l, 10);
	}
	if (s->acceptances == 0)
		return;
	lines_add(l, "accepted: ");
	lines_count(l, sum->accepted, "finding of loss or doubt that still stands; ",
		    "findings of loss or doubt that still stand; ");
	lines_count(l, s->acceptances, "acceptance", "acceptances");
	lines_wrap(l, 10);
}

static bool put_text(struct status *s, struct err *err)
{
	struct lines *l = &s->l;
	char hex[SHA256_HEX_SIZE];

	lines_add(l, "%s: ", s->v.o->project);
	lines_count(l, (int64_t)s->v.n, "account is to move", "accounts are to move");
	lines_end(l);
	for (int i = 0; i < SIDE_COUNT; i++)
		put_side_text(s, (enum side)i);
	if (!put_accounts_text(s, false, err) || !put_accounts_text(s, true, err))
		return false;
	put_verdicts_text(s);
	put_seals_text(s);
	report_plans_text(l, &s->plans);
	if (s->v.has_head) {
		sha256_hex(&s->v.head.hash, hex);
		lines_add(l, "ledger:   entry %lld, %s", (long long)s->v.head.seq, hex);
		lines_end(l);
	}
	return report_flush(&s->out, true, err);
}

/* ---- JSON ---- */

static void put_time(struct json_out *j, const char *key, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	json_put_str(j, key, at == 0 ? NULL : clock_iso(at, iso));
}

static bool trouble_json(struct status *s, enum side side, const struct transfer *t,
			 const struct account_view *a, struct err *err)
{
	struct json_out *j = &s->json;

	json_begin_object(j);
	json_put_str(j, "account", t->name);
	json_put_str(j, "side", side_name(side));
	json_put_str(j, "user", side == SIDE_OLD ? t->old_user : t->new_user);
	json_put_str(j, "outcome", account_outcome_name(a->outcome));
	json_put_str(j, "error", a->error);
	put_time(j, "at", a->at);
	put_time(j, "last_read", a->good_at);
	json_end_object(j);
	return report_flush(&s->out, false, err);
}

static bool closed_json(struct status *s, enum side side, const struct transfer *t,
			const struct account_view *a, struct err *err)
{
	struct json_out *j = &s->json;

	json_begin_object(j);
	json_put_str(j, "account", t->name);
	json_put_str(j, "side", side_name(side));
	json_put_str(j, "user", side == SIDE_OLD ? t->old_user : t->new_user);
	json_put_str(j, "reason", a->closed);
	json_put_str(j, "owner", t->owner);
	put_time(j, "last_read", a->good_at);
	json_end_object(j);
	return report_flush(&s->out, false, err);
}

static void put_side_json(struct status *s, enum side side)
{
	const struct side_sum *sum = &s->side[side];
	struct json_out *j = &s->json;

	json_name(j, side_name(side));
	json_begin_object(j);
	json_put_int(j, "accounts", sum->accounts);
	json_put_int(j, "read", sum->read);
	json_put_int(j, "partly", sum->partly);
	json_put_int(j, "closed", sum->closed);
	json_put_int(j, "failed", sum->failed);
	json_put_int(j, "never", sum->never);
	json_put_int(j, "only_counted", sum->counted);
	json_put_int(j, "folders", sum->folders);
	json_put_int(j, "messages", sum->messages);
	put_time(j, "oldest", sum->oldest);
	put_time(j, "newest", sum->newest);
	json_put_bool(j, "clear_text",
		      side == SIDE_OLD ? s->v.o->clear_old : s->v.o->clear_new);
	json_end_object(j);
}

static bool put_json(struct status *s, struct err *err)
{
	const struct report_sum *sum = &s->v.sum;
	struct json_out *j = &s->json;
	char hex[SHA256_HEX_SIZE];

	json_out_init(j, &s->out.buf, false);
	json_begin_object(j);
	json_put_str(j, "schema", "mailmuster/status/1");
	json_put_str(j, "project", s->v.o->project);
	json_put_str(j, "project_id", store_project_id(s->v.st));
	json_put_bool(j, "one_sided", s->v.o->one_sided);
	json_put_int(j, "transfers", (int64_t)s->v.n);
	for (int i = 0; i < SIDE_COUNT; i++)
		put_side_json(s, (enum side)i);
	json_name(j, "verdicts");
	json_begin_object(j);
	json_put_int(j, "clean", sum->verdict[VERDICT_CLEAN]);
	json_put_int(j, "differs", sum->verdict[VERDICT_DIFFERS]);
	json_put_int(j, "incomplete", sum->verdict[VERDICT_INCOMPLETE]);
	json_put_int(j, "not_judged", sum->verdict[VERDICT_NOT_JUDGED]);
	json_put_int(j, "never_verified", sum->never);
	json_end_object(j);
	put_time(j, "verified", s->v.has_run ? s->v.run.ended : 0);
	json_name(j, "seals");
	json_begin_object(j);
	json_put_int(j, "sealed", sum->sealed + sum->unsound);
	json_put_int(j, "unsound", sum->unsound);
	json_put_int(j, "unsealed", sum->unsealed);
	json_end_object(j);
	json_put_int(j, "accepted", sum->accepted);
	json_put_int(j, "purged", report_purged_n(&s->v));
	json_put_int(j, "acceptances", s->acceptances);
	report_plans_json(j, &s->plans);
	json_name(j, "trouble");
	json_begin_array(j);
	s->trouble = trouble_json;
	for (int i = 0; i < SIDE_COUNT; i++)
		if (!walk_side(s, (enum side)i, false, err))
			return false;
	json_end_array(j);
	json_name(j, "closed");
	json_begin_array(j);
	s->trouble = closed_json;
	s->want_closed = true;
	for (int i = 0; i < SIDE_COUNT; i++)
		if (!walk_side(s, (enum side)i, false, err))
			return false;
	json_end_array(j);
	json_name(j, "ledger");
	if (s->v.has_head) {
		sha256_hex(&s->v.head.hash, hex);
		json_begin_object(j);
		json_put_int(j, "seq", s->v.head.seq);
		json_put_str(j, "hash", hex);
		json_end_object(j);
	} else {
		json_null(j);
	}
	json_end_object(j);
	strbuf_addc(&s->out.buf, '\n');
	return report_flush(&s->out, true, err);
}

static bool count_acceptances(struct status *s, struct err *err)
{
	struct acceptance *v;
	size_t n;

	if (!store_acceptances(s->v.st, &s->v.arena, &v, &n, err))
		return false;
	s->acceptances = (int64_t)n;
	return true;
}

static bool write_status(struct store *st, const struct report_options *o,
			 const struct report_sink *sink,
			 bool (*put)(struct status *, struct err *),
			 struct status_figures *figures, struct err *err)
{
	struct status s = { .out = { .sink = sink, .buf = STRBUF_INIT },
			    .figures = figures };
	bool ok = false;

	lines_init(&s.l, &s.out.buf, o);
	if (!report_view_open(&s.v, st, o, err))
		goto out;
	for (int i = 0; i < SIDE_COUNT; i++)
		if (!walk_side(&s, (enum side)i, true, err))
			goto out;
	ok = count_acceptances(&s, err) &&
	     report_plans_read(st, &s.v.arena, &s.plans, err) && put(&s, err);
out:
	report_view_done(&s.v);
	lines_done(&s.l);
	strbuf_done(&s.out.buf);
	return ok;
}

bool report_status_text(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err)
{
	return write_status(st, o, sink, put_text, NULL, err);
}

bool report_status_json(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err)
{
	return write_status(st, o, sink, put_json, NULL, err);
}

static bool put_figures(struct status *s, struct err *err)
{
	const struct report_sum *sum = &s->v.sum;
	struct status_figures *f = s->figures;

	(void)err;
	*f = (struct status_figures){
		.one_sided = s->v.o->one_sided,
		.transfers = (int64_t)s->v.n,
		.never = sum->never,
		.purged = report_purged_n(&s->v),
		.verified = s->v.has_run ? s->v.run.ended : 0,
		.loss = sum->loss,
		.doubt = sum->doubt,
		.info = sum->info,
		.missing = sum->cls[FINDING_MESSAGE_MISSING][SEVERITY_LOSS].n +
			   sum->cls[FINDING_MESSAGE_MISSING][SEVERITY_DOUBT].n,
		.sealed = sum->sealed,
		.unsound = sum->unsound,
		.unsealed = sum->unsealed,
		.entries = s->v.has_head ? s->v.head.seq : 0,
	};
	memcpy(f->verdict, sum->verdict, sizeof f->verdict);
	for (int i = 0; i < SIDE_COUNT; i++)
		f->side[i] = (struct status_side){
			.accounts = s->side[i].accounts,
			.read = s->side[i].read,
			.partly = s->side[i].partly,
			.failed = s->side[i].failed,
			.never = s->side[i].never,
			.closed = s->side[i].closed,
			.messages = s->side[i].messages,
			.folders = s->side[i].folders,
			.oldest = s->side[i].oldest,
		};
	return true;
}

static bool nowhere(void *ctx, struct span piece, struct err *err)
{
	(void)ctx;
	(void)piece;
	(void)err;
	return true;
}

bool report_status_figures(struct store *st, const struct report_options *o,
			   struct status_figures *out, struct err *err)
{
	const struct report_sink sink = { .write = nowhere };

	return write_status(st, o, &sink, put_figures, out, err);
}
