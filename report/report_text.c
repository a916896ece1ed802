/* SPDX-License-Identifier: MIT */
/* The verification for people: the verdict first, what it rests on beside it, then what
 * differs, then what to do. */
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "report/report_groups.h"
#include "report/report_plans.h"
#include "report/report_told.h"
#include "store/store_shared.h"

#define NAMED_MAX   8  /* accounts that could not be examined, in the summary */
#define SUMMARY_MAX 60 /* lines */

struct text {
	struct report_view v;
	struct report_out out;
	struct lines l;
};

static void say_accounts(struct lines *l, int64_t n)
{
	lines_count(l, n, "account", "accounts");
}

/* "INCOMPLETE 2 of 26 accounts could not be examined, 6 differ; 24,000 of 25,108 old
 * messages were examined" */
static void put_verdict(struct text *t)
{
	const struct report_sum *s = &t->v.sum;
	struct lines *l = &t->l;
	int64_t unknown = s->verdict[VERDICT_INCOMPLETE] + s->never;
	int64_t differs = s->verdict[VERDICT_DIFFERS];
	int64_t examined = s->count.old_messages - s->count.old_unverified;
	char a[32], b[32];

	switch (s->worst) {
	case VERDICT_NOT_JUDGED:
		lines_add(l, "%s",
			  t->v.o->one_sided
				  ? "there is no new server yet, so nothing was compared"
				  : "nothing was verified yet");
		lines_end_headed(l, "NOT JUDGED", LINES_YELLOW, 12);
		return;
	case VERDICT_INCOMPLETE:
		if (unknown == 0 && differs == 0) {
			lines_add(l, "nothing but what was accepted could not be read");
			break;
		}
		if (unknown > 0) {
			lines_add(l, "%s of ", num_group(unknown, a, sizeof a));
			say_accounts(l, s->transfers);
			lines_add(l, " could not be examined in full");
			if (differs > 0)
				lines_add(l, ", %s more %s",
					  num_group(differs, a, sizeof a),
					  differs == 1 ? "differs" : "differ");
			break;
		}
		lines_add(l, "%s of ", num_group(differs, a, sizeof a));
		say_accounts(l, s->transfers);
		lines_add(l, " %s, and what could not be read was accepted",
			  differs == 1 ? "differs" : "differ");
		break;
	case VERDICT_DIFFERS:
		lines_add(l, "%s of ", num_group(differs, a, sizeof a));
		say_accounts(l, s->transfers);
		lines_add(l, " %s", differs == 1 ? "differs" : "differ");
		break;
	case VERDICT_CLEAN:
		lines_add(l, "nothing is missing or altered in ");
		say_accounts(l, s->verdict[VERDICT_CLEAN]);
		break;
	}
	if (s->oldest_old == 0)
		lines_add(l, "; the old side was never read");
	else
		lines_add(l, "; %s of %s%s old messages were examined",
			  num_group(examined, a, sizeof a),
			  s->worst == VERDICT_INCOMPLETE ? "at least " : "",
			  num_group(s->count.old_messages, b, sizeof b));
	if (s->worst == VERDICT_CLEAN)
		lines_end_headed(l, "CLEAN", LINES_GREEN, 7);
	else if (s->worst == VERDICT_DIFFERS)
		lines_end_headed(l, "DIFFERS", LINES_RED, 9);
	else
		lines_end_headed(l, "INCOMPLETE", LINES_YELLOW, 12);
}

static void put_basis(struct text *t)
{
	const struct report_sum *s = &t->v.sum;
	struct lines *l = &t->l;
	char iso[CLOCK_ISO_SIZE], a[32], bound[300];

	if (!t->v.has_run)
		return;
	lines_add(l, "  verify run %lld of %s", (long long)t->v.run.id,
		  clock_iso(t->v.run.ended, iso));
	if (s->oldest_old != 0)
		lines_add(l, "; old side read %s or later",
			  clock_iso(s->oldest_old, iso));
	if (s->oldest_new != 0)
		lines_add(l, ", new side %s or later", clock_iso(s->oldest_new, iso));
	lines_wrap(l, 4);
	lines_add(l, "  ");
	lines_add(l, "%s clean", num_group(s->verdict[VERDICT_CLEAN], a, sizeof a));
	lines_add(l, ", %s %s", num_group(s->verdict[VERDICT_DIFFERS], a, sizeof a),
		  s->verdict[VERDICT_DIFFERS] == 1 ? "differs" : "differ");
	lines_add(l, ", %s incomplete",
		  num_group(s->verdict[VERDICT_INCOMPLETE], a, sizeof a));
	if (s->verdict[VERDICT_NOT_JUDGED] != 0)
		lines_add(l, ", %s not to be judged",
			  num_group(s->verdict[VERDICT_NOT_JUDGED], a, sizeof a));
	if (s->never != 0)
		lines_add(l, ", %s never verified", num_group(s->never, a, sizeof a));
	lines_wrap(l, 4);
	if (s->transfers > 0 && s->oldest_old != 0 && s->count.old_messages == 0) {
		lines_add(l, "  the old side holds no message at all: is it the server "
			     "that it should be?");
		lines_wrap(l, 4);
	}
	if (s->contents > 0) {
		lines_add(l,
			  "  the contents of %s old messages were compared, as scans "
			  "read them on both sides",
			  num_group(s->contents, a, sizeof a));
		if (s->contents >= match_count_matched(&s->count))
			lines_add(l, ": all that have a partner");
		else if (*sampled_sentence(s->sampled_of, &s->sampled, bound,
					   sizeof bound) != '\0')
			lines_add(l, "; by chance %s", bound);
		else
			lines_add(l, "; not chosen by chance, so they prove nothing of "
				     "the others");
		lines_wrap(l, 4);
	} else if (match_count_matched(&s->count) > 0) {
		lines_add(l, "  contents were not compared: what differs in a body alone "
			     "is seen when mailmuster scan has read both sides");
		lines_wrap(l, 4);
	}
	if (s->sealed + s->unsound > 0) {
		lines_add(l, "  %s sealed",
			  num_group(s->sealed + s->unsound, a, sizeof a));
		if (s->unsound > 0)
			lines_add(l, " (%s of them unsound)",
				  num_group(s->unsound, a, sizeof a));
		lines_add(l, ", %s without a seal", num_group(s->unsealed, a, sizeof a));
		lines_wrap(l, 4);
	}
	if (t->v.o->since != 0) {
		lines_add(l, "  only what is new since run %lld",
			  (long long)t->v.o->since);
		lines_add(l, ": %s older findings stand",
			  num_group(s->older, a, sizeof a));
		lines_add(l, ", %s are over", num_group(s->over, a, sizeof a));
		lines_wrap(l, 4);
	}
	if (t->v.o->clear_old || t->v.o->clear_new) {
		lines_add(l, "  warning: the %s read in clear text (tls \"none\")",
			  t->v.o->clear_old && t->v.o->clear_new ? "servers are"
			  : t->v.o->clear_old			 ? "old server is"
								 : "new server is");
		lines_wrap(l, 4);
	}
}

/* Missing mail first, whatever else there is. */
static void put_missing(struct text *t)
{
	const struct report_sum *s = &t->v.sum;
	const struct report_class *loss = &s->cls[FINDING_MESSAGE_MISSING][SEVERITY_LOSS];
	const struct report_class *doubt =
		&s->cls[FINDING_MESSAGE_MISSING][SEVERITY_DOUBT];
	const struct report_class *most = loss->n > 0 ? loss : doubt;
	struct lines *l = &t->l;

	if (most->n == 0)
		return;
	lines_count(l, most->n, "message is not on the new server,",
		    "messages are not on the new server,");
	groups_say_worst(&t->v, l, most->accounts, most->worst, 0);
	lines_end_headed(l, "MISSING", LINES_RED, 9);
	if (doubt->n == 0)
		return;
	lines_add(l, "         ");
	if (most == loss) {
		lines_count(l, doubt->n,
			    "more message may be lost: ", "more messages may be lost: ");
		lines_add(l, "see below.");
	} else {
		lines_add(l, "Loss cannot be told from deletion by the user%s",
			  s->sealed + s->unsound == 0 ? ": there is no seal." : ".");
	}
	lines_wrap(l, 9);
}

/* The note begins with what is wrong with a whole side; otherwise it is about folders. */
static bool say_reason(struct text *t, size_t i, const struct judgement *j,
		       struct err *err)
{
	struct finding_sum f;

	if (!store_finding_sums(t->v.st, t->v.transfer[i].id, &f, err))
		return false;
	/* What was read too long ago, or counted, is no folder that was not read. */
	if (f.n[FINDING_ACCOUNT_UNREADABLE][SEVERITY_DOUBT] == 0 &&
	    f.n[FINDING_EVIDENCE_STALE][SEVERITY_DOUBT] == 0 && j->folders_unread > 0) {
		lines_add(&t->l, "%lld of ", (long long)j->folders_unread);
		lines_count(&t->l, j->folders_old + j->folders_new, "folder", "folders");
		lines_add(&t->l, " unread. ");
	}
	if (f.n[FINDING_ACCOUNT_UNREADABLE][SEVERITY_DOUBT] > 0 ||
	    f.n[FINDING_EVIDENCE_STALE][SEVERITY_DOUBT] > 0)
		lines_add(&t->l, "%s", j->note);
	else if (report_lapsed(j) != NULL)
		lines_add(&t->l, "%s", report_lapsed(j));
	else if (j->folders_unread == 0) {
		lines_count(&t->l, j->count.old_unverified + j->count.new_unverified,
			    "message", "messages");
		lines_add(&t->l, " could not be read.");
	}
	return true;
}

/* Accounts that could not be examined in full, with the reason; all of them, or the first
 * ones. */
static bool put_unknown(struct text *t, int64_t most, struct err *err)
{
	struct report_view *v = &t->v;
	int64_t unknown = v->sum.verdict[VERDICT_INCOMPLETE] + v->sum.never, named = 0;
	struct judgement j;
	bool found;

	if (unknown == 0 || v->o->one_sided)
		return true;
	strbuf_addc(&t->out.buf, '\n');
	for (size_t i = 0; i < v->n && named < most; i++) {
		arena_reset(&v->scratch);
		if (!report_judgement(v, &v->transfer[i], &v->scratch, &j, &found, err))
			return false;
		if (found && j.verdict != VERDICT_INCOMPLETE)
			continue;
		named++;
		lines_add(&t->l, "  not examined in full: %s: ", v->transfer[i].name);
		if (!found)
			lines_add(&t->l, "never verified");
		else if (!say_reason(t, i, &j, err))
			return false;
		if (most == NAMED_MAX)
			lines_end(&t->l); /* one line each, so that the whole stays on a
					     screen */
		else
			lines_wrap(&t->l, 4);
		if (!report_flush(&t->out, false, err))
			return false;
	}
	if (unknown > named) {
		lines_add(&t->l, "  and ");
		lines_count(&t->l, unknown - named, "more: mailmuster report --text",
			    "more: mailmuster report --text");
		lines_end(&t->l);
	}
	return true;
}

/* The account that most deserves a look: where mail is missing, else where most is lost
 * or doubtful. */
static const char *first_to_explain(const struct report_view *v)
{
	const struct report_worst *best = NULL;

	for (int k = SEVERITY_LOSS; k > SEVERITY_INFO; k--)
		for (int c = 0; c < FINDING_CLASS_COUNT; c++) {
			const struct report_worst *w = &v->sum.cls[c][k].worst[0];

			if (w->n > 0 && c == FINDING_MESSAGE_MISSING)
				return v->transfer[w->transfer].name;
			if (w->n > 0 && best == NULL)
				best = w;
		}
	return best != NULL ? v->transfer[best->transfer].name : NULL;
}

/* How many lines the rest of the summary takes at most. */
static size_t tail_lines(const struct text *t)
{
	const struct report_sum *s = &t->v.sum;
	int64_t unknown = s->verdict[VERDICT_INCOMPLETE] + s->never;
	size_t n = 5; /* the next command, with a long name on a narrow screen */

	if (unknown > 0 && !t->v.o->one_sided)
		n += 2 + (size_t)(unknown < NAMED_MAX ? unknown : NAMED_MAX);
	return n;
}

/* A list of any length leaves the whole under SUMMARY_MAX lines. */
static bool put_groups(struct text *t, bool whole, struct err *err)
{
	size_t used = 1 + tail_lines(t);

	if (t->v.sum.group_n == 0 && t->v.sum.accepted == 0)
		return true;
	strbuf_addc(&t->out.buf, '\n');
	put_missing(t);
	for (size_t i = 0; i < t->out.buf.n; i++)
		used += t->out.buf.p[i] == '\n';
	return groups_put(&t->v, &t->l,
			  whole		       ? SIZE_MAX
			  : used < SUMMARY_MAX ? SUMMARY_MAX - used
					       : 0,
			  err);
}

static void put_next(struct text *t)
{
	const struct report_sum *s = &t->v.sum;
	const char *account = first_to_explain(&t->v);
	struct lines *l = &t->l;

	strbuf_addc(&t->out.buf, '\n');
	lines_add(l, "next: ");
	switch (s->worst) {
	case VERDICT_CLEAN:
		lines_add(l, "mailmuster report --json keeps this for the record");
		break;
	case VERDICT_NOT_JUDGED:
		lines_add(l, t->v.o->one_sided
				     ? "mailmuster status"
				     : "mailmuster audit, then mailmuster verify");
		break;
	case VERDICT_INCOMPLETE:
	case VERDICT_DIFFERS:
		if (account == NULL || s->oldest_old == 0 || s->oldest_new == 0) {
			lines_add(l, "mailmuster audit, then mailmuster verify");
			break;
		}
		lines_add(l, "mailmuster explain ");
		lines_argument(l, account);
		break;
	}
	lines_wrap(l, 6);
}

#define NUMBERS 65 /* columns behind the name */

/* Every account on one line. */
static bool put_table(struct text *t, struct err *err)
{
	struct report_view *v = &t->v;
	struct lines *l = &t->l;
	size_t name = lines_rest(l, NUMBERS, 40);
	struct judgement j;
	bool found;

	strbuf_addc(&t->out.buf, '\n');
	lines_cell(l, "account", name);
	lines_add(l, " %-10s%10s%10s%8s%7s%8s%11s", "verdict", "old", "new", "missing",
		  "extra", "changed", "unverified");
	lines_end(l);
	for (size_t i = 0; i < v->n; i++) {
		const struct match_count *c = &j.count;

		arena_reset(&v->scratch);
		if (!report_judgement(v, &v->transfer[i], &v->scratch, &j, &found, err))
			return false;
		lines_cell(l, v->transfer[i].name, name);
		lines_add(l, " %-10s",
			  verdict_name(found ? j.verdict : VERDICT_NOT_JUDGED));
		if (found && j.verdict != VERDICT_NOT_JUDGED) {
			lines_number(l, c->old_messages, 10);
			lines_number(l, c->new_messages, 10);
			lines_number(l, c->missing, 8);
			lines_number(l, c->extra, 7);
			lines_number(l, c->changed, 8);
			lines_number(l, c->old_unverified + c->new_unverified, 11);
		}
		lines_end(l);
		if (!report_flush(&t->out, false, err))
			return false;
	}
	return true;
}

static void put_foot(struct text *t)
{
	char hex[SHA256_HEX_SIZE];

	if (report_purged_n(&t->v) > 0) {
		strbuf_adds(&t->out.buf, "\n");
		lines_add(&t->l, "%s.", report_purged_sum(&t->v, &t->v.arena));
		lines_wrap(&t->l, 2);
	}
	if (!t->v.has_head)
		return;
	sha256_hex(&t->v.head.hash, hex);
	strbuf_addf(&t->out.buf, "\nledger: entry %lld, %s\n", (long long)t->v.head.seq,
		    hex);
}

static bool put_plans(struct text *t, struct err *err)
{
	struct report_plans plans;

	if (!report_plans_read(t->v.st, &t->v.arena, &plans, err))
		return false;
	if (plans.n > 0)
		strbuf_adds(&t->out.buf, "\n");
	report_plans_text(&t->l, &plans);
	return true;
}

/* What no reading of ours can show; a verdict says nothing about it. */
static void put_unseen(struct text *t)
{
	const struct report_options *o = t->v.o;

	if (o->unseen_n == 0)
		return;
	strbuf_adds(&t->out.buf, "\n");
	lines_add(&t->l, "Not examined, for IMAP does not show it");
	lines_end(&t->l);
	for (size_t i = 0; i < o->unseen_n; i++) {
		lines_add(&t->l, "  %s  %s", side_name(o->unseen[i].side),
			  o->unseen[i].text);
		lines_wrap(&t->l, 7);
	}
}

/* The same of shared trees alone, where the rest would be said each time. */
static bool put_shared(struct text *t, struct store *st, struct err *err)
{
	char count[32];
	const char **name;
	size_t n;

	for (int s = 0; s < SIDE_COUNT; s++) {
		if (!store_shared_unread(st, (enum side)s, &t->v.arena, &name, &n, err))
			return false;
		if (n == 0)
			continue;
		lines_add(&t->l,
			  "  not examined: %s shared folder%s of the %s side, read with "
			  "no account",
			  num_group((int64_t)n, count, sizeof count), n == 1 ? "" : "s",
			  side_name((enum side)s));
		lines_add(&t->l, n == 1 ? ": %s" : ", the first is %s",
			  text_shown(&t->v.arena, span_str(name[0])));
		lines_add(&t->l, " (mailmuster help accounts)");
		lines_wrap(&t->l, 4);
	}
	return true;
}

static bool write_text(struct store *st, const struct report_options *o,
		       const struct report_sink *sink, bool whole, struct err *err)
{
	struct text t = { .out = { .sink = sink, .buf = STRBUF_INIT } };
	bool ok = false;

	lines_init(&t.l, &t.out.buf, o);
	if (!report_view_open(&t.v, st, o, err))
		goto out;
	if (whole)
		strbuf_addf(&t.out.buf, "%s\n\n",
			    text_shown(&t.v.arena, span_str(o->project)));
	put_verdict(&t);
	put_basis(&t);
	if (!whole && !put_shared(&t, st, err))
		goto out;
	if ((t.v.sum.judged > 0 && !put_groups(&t, whole, err)) ||
	    !put_unknown(&t, whole ? INT64_MAX : NAMED_MAX, err) ||
	    (whole && (!put_table(&t, err) || !report_told_text(&t.v, &t.l, err))))
		goto out;
	if (whole && !put_plans(&t, err))
		goto out;
	if (whole)
		put_unseen(&t);
	put_next(&t);
	if (whole)
		put_foot(&t);
	ok = report_flush(&t.out, true, err);
out:
	report_view_done(&t.v);
	lines_done(&t.l);
	strbuf_done(&t.out.buf);
	return ok;
}

bool report_first(struct store *st, const struct report_options *o, struct arena *arena,
		  const char **out, struct err *err)
{
	struct report_view v;
	const char *name;
	bool ok = report_view_open(&v, st, o, err);

	if (ok) {
		name = first_to_explain(&v);
		*out = name != NULL ? arena_strdup(arena, name) : NULL;
	}
	report_view_done(&v);
	return ok;
}

bool report_text(struct store *st, const struct report_options *o,
		 const struct report_sink *sink, struct err *err)
{
	return write_text(st, o, sink, true, err);
}

bool report_verify_text(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err)
{
	return write_text(st, o, sink, false, err);
}
