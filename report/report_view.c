/* SPDX-License-Identifier: MIT */
#include "report/report_view.h"

static void keep_oldest(int64_t *oldest, int64_t at)
{
	if (at != 0 && (*oldest == 0 || at < *oldest))
		*oldest = at;
}

static void add_class(struct report_class *c, size_t transfer, int64_t n)
{
	struct report_worst now = { transfer, n };

	if (n == 0)
		return;
	c->n += n;
	c->accounts++;
	for (size_t i = 0; i < REPORT_WORST; i++) {
		struct report_worst moved = c->worst[i];

		/* Of equals the first by name stays in front. */
		if (now.n <= moved.n)
			continue;
		c->worst[i] = now;
		now = moved;
	}
}

bool report_judgement(struct report_view *v, const struct transfer *t,
		      struct arena *arena, struct judgement *out, bool *found_out,
		      struct err *err)
{
	bool outdated = false;

	if (!store_judgement(v->st, t->id, arena, out, found_out, err))
		return false;
	if (!*found_out || out->verdict == VERDICT_NOT_JUDGED)
		return true;
	for (int s = 0; s < SIDE_COUNT; s++) {
		int64_t account = s == SIDE_OLD ? t->old_account : t->new_account;
		int64_t used = s == SIDE_OLD ? out->old_run : out->new_run;
		struct account_view a;

		if (account == 0)
			continue;
		if (!store_account_view(v->st, account, arena, &a, err))
			return false;
		/* A run that was open then, and went on, has a lower number. */
		outdated |= a.found && (a.run > out->run || a.good_run != used);
	}
	if (outdated) {
		out->verdict = VERDICT_INCOMPLETE;
		out->note = arena_printf(arena, REPORT_OUTDATED "%s%s",
					 *out->note != '\0' ? " " : "", out->note);
	}
	return true;
}

static bool add_transfer(struct report_view *v, size_t i, struct err *err)
{
	struct report_sum *s = &v->sum;
	struct finding_sum f;
	struct judgement j;
	bool found;

	arena_reset(&v->scratch);
	if (!report_judgement(v, &v->transfer[i], &v->scratch, &j, &found, err))
		return false;
	s->transfers++;
	if (!found) {
		s->never++;
		return true;
	}
	s->verdict[j.verdict]++;
	s->judged += j.verdict != VERDICT_NOT_JUDGED;
	match_count_add(&s->count, &j.count);
	s->loss += j.loss;
	s->doubt += j.doubt;
	s->info += j.info;
	s->folders_unread += j.folders_unread;
	keep_oldest(&s->oldest_old, j.old_seen);
	keep_oldest(&s->oldest_new, j.new_seen);
	if (!store_finding_sums(v->st, v->transfer[i].id, &f, err))
		return false;
	for (int c = 0; c < FINDING_CLASS_COUNT; c++)
		for (int k = 0; k < SEVERITY_COUNT; k++)
			add_class(&s->cls[c][k], i, f.n[c][k]);
	return true;
}

enum verdict report_worst_verdict(const struct report_sum *s)
{
	if (s->judged == 0)
		return VERDICT_NOT_JUDGED;
	/* A transfer nobody verified is as unknown as one that could not be read. */
	if (s->verdict[VERDICT_INCOMPLETE] > 0 || s->never > 0 || s->folders_unread > 0 ||
	    s->count.old_unverified > 0 || s->count.new_unverified > 0)
		return VERDICT_INCOMPLETE;
	if (s->verdict[VERDICT_DIFFERS] > 0)
		return VERDICT_DIFFERS;
	return VERDICT_CLEAN;
}

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Keep those that were asked for, in the order of the list. */
static void select_transfers(struct report_view *v)
{
	size_t n = 0, want_n = v->o->transfer_n;
	int64_t *want;

	if (v->o->transfers == NULL)
		return;
	want = arena_alloc(&v->arena, (want_n + 1) * sizeof *want);
	for (size_t i = 0; i < want_n; i++)
		want[i] = v->o->transfers[i];
	qsort(want, want_n, sizeof *want, by_id);
	for (size_t i = 0; i < v->n; i++)
		if (bsearch(&v->transfer[i].id, want, want_n, sizeof *want, by_id) !=
		    NULL)
			v->transfer[n++] = v->transfer[i];
	v->n = n;
}

bool report_view_open(struct report_view *v, struct store *st,
		      const struct report_options *o, struct err *err)
{
	*v = (struct report_view){ .st = st, .o = o };
	arena_init(&v->arena);
	arena_init(&v->scratch);
	if (!store_read_begin(st, err)) {
		v->st = NULL;
		return false;
	}
	if (!store_transfers(st, o->transfers != NULL, &v->arena, &v->transfer, &v->n,
			     err) ||
	    !store_run_last(st, "verify", &v->arena, &v->run, &v->has_run, err) ||
	    !store_ledger_head(st, &v->arena, &v->head, &v->has_head, err))
		return false;
	select_transfers(v);
	for (size_t i = 0; i < v->n; i++)
		if (!add_transfer(v, i, err))
			return false;
	v->sum.worst = report_worst_verdict(&v->sum);
	return true;
}

void report_view_done(struct report_view *v)
{
	if (v->st != NULL)
		store_read_end(v->st);
	arena_done(&v->scratch);
	arena_done(&v->arena);
}

bool report_flush(struct report_out *out, bool all, struct err *err)
{
	if (out->buf.n == 0 || (!all && out->buf.n < REPORT_PIECE))
		return true;
	if (!out->sink->write(out->sink->ctx, strbuf_span(&out->buf), err))
		return false;
	strbuf_clear(&out->buf);
	return true;
}
