/* SPDX-License-Identifier: MIT */
#include "report/report_view.h"

#include "base/clock.h"
#include "base/num.h"
#include "store/store_group.h"

static void keep_oldest(int64_t *oldest, int64_t at)
{
	if (at != 0 && (*oldest == 0 || at < *oldest))
		*oldest = at;
}

static void keep_worst(struct report_worst v[REPORT_WORST], size_t transfer, int64_t n)
{
	struct report_worst now = { transfer, n };

	for (size_t i = 0; i < REPORT_WORST; i++) {
		struct report_worst moved = v[i];

		/* Of equals the first by name stays in front. */
		if (now.n <= moved.n)
			continue;
		v[i] = now;
		now = moved;
	}
}

static void add_class(struct report_class *c, size_t transfer, int64_t n)
{
	if (n == 0)
		return;
	c->n += n;
	c->accounts++;
	keep_worst(c->worst, transfer, n);
}

bool report_counts_messages(enum finding_class c)
{
	static const char messages[] = "messages ";

	return strncmp(finding_class_text(c), messages, sizeof messages - 1) == 0;
}

static struct report_group *group_of(struct report_view *v, const struct finding_group *f)
{
	struct report_sum *s = &v->sum;
	struct report_group *g;

	for (size_t i = s->group_n; i > 0; i--) {
		g = &s->group[i - 1];
		if (g->cls == f->cls && g->severity == f->severity && g->why == f->why)
			return g;
	}
	if (s->group_n == s->group_cap) {
		s->group_cap = s->group_cap == 0 ? 16 : s->group_cap * 2;
		s->group = mem_realloc(s->group, s->group_cap * sizeof *s->group);
	}
	g = &s->group[s->group_n++];
	*g = (struct report_group){ .cls = f->cls,
				    .severity = f->severity,
				    .why = f->why };
	return g;
}

/* The places with the most of it; the folder of that name of both sides is one place. */
static void keep_place(struct report_view *v, struct report_group *g, size_t transfer,
		       const struct finding_group *f, int64_t n)
{
	struct report_place now = { transfer, NULL, n, f->first };
	size_t i = 0;

	while (i < REPORT_PLACES && g->place[i].n > 0 &&
	       (g->place[i].transfer != transfer ||
		strcmp(g->place[i].folder, f->folder) != 0))
		i++;
	if (i < REPORT_PLACES && g->place[i].n > 0) {
		now = g->place[i];
		now.n += n;
	} else {
		i = REPORT_PLACES - 1;
		if (n <= g->place[i].n)
			return;
		now.folder = arena_strdup(&v->arena, f->folder);
	}
	for (; i > 0 && now.n > g->place[i - 1].n; i--)
		g->place[i] = g->place[i - 1];
	g->place[i] = now;
}

static void add_group(struct report_view *v, size_t transfer,
		      const struct finding_group *f, struct finding_sum *sum)
{
	int64_t n = report_counts_messages(f->cls) ? f->messages : f->findings;
	struct report_group *g;

	if (f->accepted) {
		v->sum.accepted += f->findings;
		return;
	}
	g = group_of(v, f);
	g->n += n;
	g->now += n;
	g->findings += f->findings;
	g->octets += f->octets;
	sum->n[f->cls][f->severity] += n;
	keep_place(v, g, transfer, f, n);
}

/* How many findings of it a run had made already. */
static bool count_older(struct report_view *v, size_t i, int64_t told, struct err *err)
{
	struct finding_sum f;

	if (v->o->since == 0)
		return true;
	if (!store_finding_sums(v->st, v->transfer[i].id, &f, err))
		return false;
	for (int c = 0; c < FINDING_CLASS_COUNT; c++)
		for (int k = 0; k < SEVERITY_COUNT; k++)
			v->sum.older += f.n[c][k];
	v->sum.older -= told;
	return true;
}

static bool add_findings(struct report_view *v, size_t i, struct err *err)
{
	struct report_sum *s = &v->sum;
	struct finding_sum sum = { 0 };
	struct store_groups *it = NULL;
	struct finding_group f;
	int64_t told = 0;
	enum next next;

	if (!store_groups_open(v->st, v->transfer[i].id, v->o->since, &it, err))
		return false;
	while ((next = store_groups_next(it, &f, err)) == NEXT_ITEM) {
		add_group(v, i, &f, &sum);
		told += f.findings;
	}
	store_groups_close(it);
	if (next != NEXT_END)
		return false;
	for (size_t k = 0; k < s->group_n; k++) {
		struct report_group *g = &s->group[k];

		g->accounts += g->now > 0;
		keep_worst(g->worst, i, g->now);
		g->now = 0;
	}
	for (int c = 0; c < FINDING_CLASS_COUNT; c++)
		for (int k = 0; k < SEVERITY_COUNT; k++)
			add_class(&s->cls[c][k], i, sum.n[c][k]);
	return count_older(v, i, told, err);
}

static bool add_seal(struct report_view *v, size_t i, struct err *err)
{
	const struct transfer *t = &v->transfer[i];
	struct seal seal;
	bool found;

	if (v->o->one_sided)
		return true;
	if (!store_seal_head(v->st, t->id, &v->scratch, &seal, &found, err))
		return false;
	v->sum.sealed += found && seal.sound;
	v->sum.unsound += found && !seal.sound;
	v->sum.unsealed += !found;
	return true;
}

static int missing_last(enum finding_class c)
{
	return c != FINDING_MESSAGE_MISSING;
}

static int group_order(const void *a, const void *b)
{
	const struct report_group *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (missing_last(x->cls) != missing_last(y->cls))
		return missing_last(x->cls) - missing_last(y->cls);
	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	return (x->why > y->why) - (x->why < y->why);
}

/* What stood at that run and stands no more, of the transfers in view. */
static bool count_over(struct report_view *v, struct err *err)
{
	struct finding_over *over;
	size_t n;

	if (v->o->since == 0)
		return true;
	if (!store_findings_over(v->st, v->o->since, &v->arena, &over, &n, err))
		return false;
	for (size_t i = 0; i < v->n; i++) {
		size_t lo = 0, hi = n;

		while (lo < hi) {
			size_t mid = lo + (hi - lo) / 2;

			if (over[mid].transfer < v->transfer[i].id)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo < n && over[lo].transfer == v->transfer[i].id)
			v->sum.over += over[lo].n;
	}
	return true;
}

static int by_transfer(const void *key, const void *item)
{
	const int64_t *id = key;
	const struct purged *p = item;

	return (*id > p->transfer) - (*id < p->transfer);
}

const struct purged *report_purged(const struct report_view *v, int64_t transfer)
{
	if (v->purged_n == 0)
		return NULL;
	return bsearch(&transfer, v->purged, v->purged_n, sizeof *v->purged, by_transfer);
}

static const char *purged_note(const struct purged *p, struct arena *arena)
{
	char iso[CLOCK_ISO_SIZE];

	return arena_printf(arena,
			    "Purged on %.10s by %s (ledger entry %lld); %s then. Its "
			    "evidence is gone.",
			    clock_iso(p->at, iso), p->by, (long long)p->ledger,
			    !p->judged ? "it had never been verified"
			    : p->clean ? "it was clean"
				       : "it was not clean");
}

int64_t report_purged_n(const struct report_view *v)
{
	int64_t n = 0;

	for (size_t i = 0; i < v->purged_n; i++)
		n += v->purged[i].what == PURGE_ACCOUNT;
	return n;
}

const char *report_purged_sum(const struct report_view *v, struct arena *arena)
{
	int64_t n = report_purged_n(v), clean = 0;
	char a[32], b[32];

	for (size_t i = 0; i < v->purged_n; i++)
		clean += v->purged[i].what == PURGE_ACCOUNT && v->purged[i].clean;
	if (n == 0)
		return "";
	return arena_printf(
		arena,
		"%s %s purged (%s had been found clean): not counted, and its "
		"evidence is gone",
		num_group(n, a, sizeof a), n == 1 ? "account was" : "accounts were",
		num_group(clean, b, sizeof b));
}

const char *report_lapsed(const struct judgement *j)
{
	static const char *const v[] = { REPORT_OUTDATED, REPORT_CUT_OFF };

	for (size_t i = 0; i < COUNT_OF(v); i++)
		if (strncmp(j->note, v[i], strlen(v[i])) == 0)
			return v[i];
	return NULL;
}

bool report_judgement(struct report_view *v, const struct transfer *t,
		      struct arena *arena, struct judgement *out, bool *found_out,
		      struct err *err)
{
	const struct purged *gone = report_purged(v, t->id);
	bool outdated = false;

	if (!store_judgement(v->st, t->id, arena, out, found_out, err))
		return false;
	/* Its evidence is gone: nothing of it can be shown any more. */
	if (gone != NULL && gone->what == PURGE_ACCOUNT) {
		if (!*found_out)
			*out = (struct judgement){ .transfer = t->id };
		*found_out = true;
		out->verdict = VERDICT_INCOMPLETE;
		out->note = purged_note(gone, arena);
		return true;
	}
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
		outdated |= a.found ? a.run > out->run || a.good_run != used
				    : used != 0; /* of another tree */
	}
	if (out->verdict == VERDICT_CLEAN && !out->ended) {
		out->verdict = VERDICT_INCOMPLETE;
		out->note = arena_printf(arena, REPORT_CUT_OFF "%s%s",
					 *out->note != '\0' ? " " : "", out->note);
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
	struct judgement j;
	bool found;

	arena_reset(&v->scratch);
	if (!add_seal(v, i, err) ||
	    !report_judgement(v, &v->transfer[i], &v->scratch, &j, &found, err))
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
	s->contents += j.contents;
	if (j.sampled.read + j.sampled.unread > 0)
		s->sampled_of += match_count_matched(&j.count);
	s->sampled.read += j.sampled.read;
	s->sampled.unread += j.sampled.unread;
	s->sampled.differ += j.sampled.differ;
	keep_oldest(&s->oldest_old, j.old_seen);
	keep_oldest(&s->oldest_new, j.new_seen);
	return add_findings(v, i, err);
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
	    !store_ledger_head(st, &v->arena, &v->head, &v->has_head, err) ||
	    !store_purged(st, &v->arena, &v->purged, &v->purged_n, err))
		return false;
	select_transfers(v);
	for (size_t i = 0; i < v->n; i++)
		if (!add_transfer(v, i, err))
			return false;
	if (v->sum.group_n > 0)
		qsort(v->sum.group, v->sum.group_n, sizeof *v->sum.group, group_order);
	v->sum.worst = report_worst_verdict(&v->sum);
	return count_over(v, err);
}

void report_view_done(struct report_view *v)
{
	free(v->sum.group);
	v->sum.group = NULL;
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
