/* SPDX-License-Identifier: MIT */
/* Names, shares, the forecast, and the four answers.  Pure: from what report_page.c has
 * gathered. */
#include "base/clock.h"
#include "base/num.h"
#include "report/report_page.h"

#define DAY 86400

static struct arena *arena(struct page *p)
{
	return &p->v.arena;
}

const char *page_grouped(struct page *p, int64_t n)
{
	char buf[32];

	return arena_strdup(arena(p), num_group(n, buf, sizeof buf));
}

const char *page_count(struct page *p, int64_t n, const char *one, const char *many)
{
	return arena_printf(arena(p), "%s %s", page_grouped(p, n), n == 1 ? one : many);
}

const char *page_name(struct page *p, const char *kind, const char *name)
{
	struct sha256 digest;
	char hex[SHA256_HEX_SIZE], *text;

	if (*name == '\0' || !p->v.o->redact)
		return arena_strdup(arena(p), name);
	/* The id of the project is in no redacted report: without it nobody can try names
	 * one after the other. */
	text = arena_printf(arena(p), "%s\n%s\n%s", store_project_id(p->v.st), kind,
			    name);
	sha256_of(text, strlen(text), &digest);
	sha256_hex(&digest, hex);
	return arena_printf(arena(p), "%s-%.10s", kind, hex);
}

const char *page_share(int64_t part, int64_t whole, char *buf, size_t size)
{
	int64_t tenth;

	if (whole <= 0) {
		snprintf(buf, size, "0 %%");
		return buf;
	}
	tenth = (int64_t)((double)part / (double)whole * 1000);
	/* Doubles round: less than all is never all, and more than none never none. */
	if (part < whole && tenth >= 1000)
		tenth = 999;
	if (part >= whole)
		tenth = 1000;
	if (tenth % 10 == 0)
		snprintf(buf, size, "%d %%", (int)(tenth / 10));
	else
		snprintf(buf, size, "%d.%d %%", (int)(tenth / 10), (int)(tenth % 10));
	return buf;
}

const char *page_day(struct page *p, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	if (at == 0)
		return "";
	return arena_printf(arena(p), "%.10s", clock_iso(at, iso));
}

const char *page_minute(struct page *p, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	if (at == 0)
		return "";
	clock_iso(at, iso);
	return arena_printf(arena(p), "%.10s %.5s UTC", iso, iso + 11);
}

/* ---- forecast ---- */

static int64_t settled(const struct page_point *q)
{
	return q->n[PAGE_CLEAN] + q->n[PAGE_STAYS];
}

static int rate_order(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Accounts a second between verifications that lie at least half a day apart. */
static size_t rates(const struct page *p, double *out)
{
	const struct page_point *from = p->point;
	size_t n = 0;

	for (size_t i = 1; i < p->point_n; i++) {
		const struct page_point *to = &p->point[i];

		if (to->at - from->at < DAY / 2)
			continue;
		out[n++] = (double)(settled(to) - settled(from)) /
			   (double)(to->at - from->at);
		from = to;
	}
	return n;
}

static int64_t reached(int64_t at, int64_t left, double rate)
{
	double seconds;

	if (rate <= 0)
		return 0;
	seconds = (double)left / rate;
	return seconds < 20.0 * 365 * DAY ? at + (int64_t)seconds : 0;
}

static void say_forecast(struct page *p)
{
	struct page_forecast *f = &p->forecast;
	const struct page_point *last;
	int64_t left;
	double *rate;
	size_t n;

	*f = (struct page_forecast){ .why = "Nothing was verified yet." };
	if (p->point_n == 0)
		return;
	last = &p->point[p->point_n - 1];
	left = (int64_t)p->v.n - settled(last);
	if (left == 0) {
		f->why = "Every account is proven.";
		return;
	}
	rate = arena_alloc(arena(p), (p->point_n + 1) * sizeof *rate);
	n = rates(p, rate);
	if (n < 2) {
		f->why = "A forecast needs verifications on three different days; the "
			 "next reports will have one.";
		return;
	}
	qsort(rate, n, sizeof *rate, rate_order);
	f->p50 = reached(last->at, left, rate[n / 2]);
	f->p90 = reached(last->at, left, rate[n / 10]);
	if (f->p50 == 0)
		f->why = arena_printf(
			arena(p),
			"No account became clean in most of the %zu intervals between "
			"verifications: at this pace it does not end.",
			n);
	else if (f->p90 == 0)
		f->why = arena_printf(
			arena(p),
			"If it goes on at the pace so far (the median of %zu intervals "
			"between verifications); in the slowest tenth of them there was "
			"no progress, so no later day is sure.",
			n);
	else
		f->why = arena_printf(
			arena(p),
			"If it goes on at the pace so far (the median of %zu intervals "
			"between verifications); at its slowest, on %s.",
			n, page_day(p, f->p90));
}

/* ---- banner and answers ---- */

static bool is_stale(const struct page *p)
{
	const struct report_sum *s = &p->v.sum;

	return p->v.o->stale != 0 && s->judged > 0 &&
	       (s->oldest_old < p->v.o->stale || s->oldest_new < p->v.o->stale);
}

static void banner(struct page *p, enum outlook_mark mark, const char *word,
		   const char *sentence)
{
	p->mark = mark;
	p->word = word;
	p->sentence = sentence;
}

static void say_gate(struct page *p)
{
	const struct outlook *k = p->look;
	int64_t bad = 0;

	for (size_t i = 0; i < k->check_n; i++)
		bad += k->check[i].mark == OUTLOOK_BAD ||
		       k->check[i].mark == OUTLOOK_UNKNOWN;
	if (k->go)
		banner(p, OUTLOOK_GOOD, "GO", "the old server may be shut down");
	else
		banner(p, OUTLOOK_BAD, "NO-GO",
		       arena_printf(arena(p), "do not shut down the old server: %s",
				    k->bar != NULL && *k->bar != '\0'
					    ? k->bar
					    : page_count(p, bad, "check does not pass",
							 "checks do not pass")));
}

static void say_banner(struct page *p)
{
	const struct report_sum *s = &p->v.sum;
	int64_t unknown = s->verdict[VERDICT_INCOMPLETE] + s->never;

	if (p->look->gated) {
		say_gate(p);
		return;
	}
	if (p->v.o->one_sided) {
		banner(p, OUTLOOK_UNKNOWN, "INVENTORY",
		       "there is no new server yet, so nothing was compared");
		return;
	}
	switch (s->worst) {
	case VERDICT_NOT_JUDGED:
		banner(p, OUTLOOK_UNKNOWN, "NOT JUDGED", "nothing was verified yet");
		return;
	case VERDICT_INCOMPLETE:
		banner(p, OUTLOOK_UNKNOWN, "INCOMPLETE",
		       unknown == 0
			       ? "what could not be read was accepted"
			       : arena_printf(arena(p),
					      "%s of %s could not be examined in full",
					      page_grouped(p, unknown),
					      page_count(p, s->transfers, "account",
							 "accounts")));
		return;
	case VERDICT_DIFFERS:
		banner(p, OUTLOOK_BAD, "DIFFERS",
		       arena_printf(arena(p), "%s of %s not as on the old server",
				    page_grouped(p, s->verdict[VERDICT_DIFFERS]),
				    page_count(p, s->transfers, "account is",
					       "accounts are")));
		return;
	case VERDICT_CLEAN:
		break;
	}
	if (is_stale(p))
		banner(p, OUTLOOK_UNKNOWN, "STALE",
		       "nothing was missing when it was read, which is too long ago");
	else
		banner(p, OUTLOOK_GOOD, "CLEAN",
		       arena_printf(arena(p), "nothing is missing or altered in %s%s",
				    page_count(p, s->verdict[VERDICT_CLEAN], "account",
					       "accounts"),
				    s->accepted > 0 ? ", but what was accepted" : ""));
}

static void answer_shut_down(struct page *p, struct page_answer *a)
{
	const struct report_sum *s = &p->v.sum;

	a->question = "May the old server be shut down?";
	a->mark = p->mark;
	if (p->look->gated) {
		a->answer = p->look->go ? "Yes" : "No";
		a->detail = p->look->go ? "Every check of the gate passes or is waived."
					: "What is in the way stands under the gate, "
					  "below.";
	} else if (s->worst == VERDICT_CLEAN && !is_stale(p) && !p->v.o->one_sided) {
		a->answer = "Not decided";
		a->mark = OUTLOOK_WARN;
		a->detail = "All mail is proven. Whether anything else speaks against "
			    "it, logs, decisions and sign-offs, was not asked.";
	} else {
		a->answer = "No";
		a->mark = OUTLOOK_BAD;
		a->detail = "Not while mail is missing or not known to have arrived.";
	}
}

static void answer_missing(struct page *p, struct page_answer *a)
{
	const struct report_sum *s = &p->v.sum;
	const struct report_class *loss = &s->cls[FINDING_MESSAGE_MISSING][SEVERITY_LOSS];
	const struct report_class *doubt =
		&s->cls[FINDING_MESSAGE_MISSING][SEVERITY_DOUBT];
	int64_t unknown = p->n[PAGE_INCOMPLETE] + p->n[PAGE_NEVER];
	int64_t n = loss->n + doubt->n;
	const char *more;

	a->question = "What is missing?";
	more = unknown == 0
		       ? ""
		       : arena_printf(
				 arena(p),
				 "%s not examined in full: what is missing there is "
				 "not known.",
				 page_count(p, unknown, "account was", "accounts were"));
	if (s->judged == 0) {
		a->mark = OUTLOOK_UNKNOWN;
		a->answer = "Not known";
		a->detail = p->v.o->one_sided ? "There is no new server yet."
					      : "Nothing was verified yet.";
	} else if (n > 0) {
		a->mark = OUTLOOK_BAD;
		a->answer = page_count(p, n, "message", "messages");
		a->detail = loss->n == 0 || doubt->n == 0
				    ? arena_printf(
					      arena(p), "in %s. %s",
					      page_count(p,
							 loss->accounts + doubt->accounts,
							 "account", "accounts"),
					      more)
				    : arena_printf(
					      arena(p),
					      "%s lost, in %s; %s perhaps, in %s. %s",
					      page_grouped(p, loss->n),
					      page_count(p, loss->accounts, "account",
							 "accounts"),
					      page_grouped(p, doubt->n),
					      page_count(p, doubt->accounts, "account",
							 "accounts"),
					      more);
	} else if (s->loss + s->doubt > s->folders_unread || unknown > 0) {
		a->mark = unknown > 0 ? OUTLOOK_UNKNOWN : OUTLOOK_WARN;
		a->answer = unknown > 0 ? "Not known" : "No message";
		a->detail = unknown > 0 ? more
					: "But mail has changed: see what differs below.";
	} else if (s->accepted > 0) {
		a->mark = is_stale(p) ? OUTLOOK_UNKNOWN : OUTLOOK_GOOD;
		a->answer = "Nothing but what was accepted";
		a->detail = arena_printf(
			arena(p),
			"%s, which somebody took upon himself: "
			"mailmuster accept list.",
			page_count(p, s->accepted, "finding", "findings"));
	} else {
		a->mark = is_stale(p) ? OUTLOOK_UNKNOWN : OUTLOOK_GOOD;
		a->answer = "Nothing";
		a->detail = arena_printf(
			arena(p), "All %s of the old server arrived.",
			page_count(p, s->count.old_messages, "message", "messages"));
	}
}

static void answer_when(struct page *p, struct page_answer *a)
{
	const struct page_forecast *f = &p->forecast;
	const struct page_wave *last = p->wave_n > 0 ? &p->wave[p->wave_n - 1] : NULL;
	int64_t left = (int64_t)p->v.n - p->n[PAGE_CLEAN] - p->n[PAGE_STAYS];
	const char *plan =
		last == NULL || last->p90 == 0
			? ""
			: arena_printf(arena(p),
				       " The kept plan has its last wave done by %s.",
				       page_day(p, last->p90));

	a->question = "When will it be done?";
	if (left == 0 && p->v.n > 0 && !is_stale(p)) {
		a->mark = OUTLOOK_GOOD;
		a->answer = "Mail: it is";
		a->detail = "Every account that is to move is proven.";
		return;
	}
	a->mark = OUTLOOK_WARN;
	if (f->p50 != 0) {
		a->answer = arena_printf(arena(p), "About %s", page_day(p, f->p50));
	} else if (last != NULL && last->p50 != 0) {
		a->answer = arena_printf(arena(p), "Planned: %s", page_day(p, last->p50));
	} else {
		a->mark = OUTLOOK_UNKNOWN;
		a->answer = "Cannot be told yet";
	}
	a->detail = arena_printf(arena(p), "%s%s", f->why, plan);
}

void page_say(struct page *p)
{
	say_forecast(p);
	page_say_tasks(p);
	say_banner(p);
	answer_shut_down(p, &p->answer[PAGE_SHUT_DOWN]);
	answer_missing(p, &p->answer[PAGE_MISSING]);
	page_say_turn(p, &p->answer[PAGE_TURN]);
	answer_when(p, &p->answer[PAGE_WHEN]);
}
