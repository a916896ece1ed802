/* SPDX-License-Identifier: MIT */
#include "report/report_weekly.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "report/report_change.h"
#include "report/report_lines.h"

#define STUCK_MAX 10 /* with a line each */

struct weekly {
	struct page p;
	const struct weekly_ask *ask;
	struct lines l;
	struct weekly_figures f;
};

static const char *day(int64_t at, char iso[CLOCK_ISO_SIZE])
{
	clock_iso(at, iso);
	iso[10] = '\0';
	return iso;
}

static void para(struct weekly *w, size_t indent)
{
	struct strbuf *raw = &w->l.raw;

	while (raw->n > 0 && raw->p[raw->n - 1] == ' ')
		raw->p[--raw->n] = '\0';
	lines_wrap(&w->l, indent);
}

static void gap(struct weekly *w)
{
	strbuf_addc(w->l.out, '\n');
}

static void head(struct weekly *w, const char *title)
{
	gap(w);
	lines_add(&w->l, "%s", title);
	para(w, 0);
}

/* ---- figures ---- */

static void count_figures(struct weekly *w)
{
	const struct page *p = &w->p;
	const struct report_class *of = p->v.sum.cls[FINDING_MESSAGE_MISSING];

	w->f = (struct weekly_figures){
		.accounts = (int64_t)p->v.n,
		.proven = p->n[PAGE_CLEAN] + p->n[PAGE_STAYS],
		.differs = p->n[PAGE_DIFFERS],
		.unknown = p->n[PAGE_INCOMPLETE] + p->n[PAGE_NEVER],
		.missing = of[SEVERITY_LOSS].n + of[SEVERITY_DOUBT].n,
	};
}

static void figure(struct weekly *w, const char *what, int64_t now, int64_t then)
{
	char a[32];

	lines_add(&w->l, "  %-38s", what);
	lines_number(&w->l, now, 12);
	if (w->ask->last_at != 0 && now == then)
		lines_add(&w->l, "   as then");
	else if (w->ask->last_at != 0)
		lines_add(&w->l, "   %s %s",
			  num_group(now > then ? now - then : then - now, a, sizeof a),
			  now > then ? "more" : "fewer");
	lines_end(&w->l);
}

/* Without a new server there is nothing to prove: what there is on the old one. */
static void put_inventory(struct weekly *w)
{
	const struct page *p = &w->p;
	int64_t read = 0, messages = 0;

	for (size_t i = 0; i < p->v.n; i++) {
		read += p->account[i].known[SIDE_OLD];
		messages += p->account[i].size[SIDE_OLD].messages;
	}
	lines_add(&w->l, "  %-38s", "accounts read on the old server");
	lines_number(&w->l, read, 12);
	lines_end(&w->l);
	lines_add(&w->l, "  %-38s", "messages there, as far as read");
	lines_number(&w->l, messages, 12);
	lines_end(&w->l);
}

static void put_figures(struct weekly *w)
{
	static const char missing[] = "messages missing, as far as examined";
	const struct weekly_figures *then = &w->ask->last;
	char iso[CLOCK_ISO_SIZE];

	gap(w);
	if (w->ask->last_at != 0)
		lines_add(&w->l, "The figures, and since the report of %s:",
			  day(w->ask->last_at, iso));
	else
		lines_add(&w->l, "This is the first weekly report: there is no earlier "
				 "one to compare with. The figures:");
	para(w, 0);
	figure(w, "accounts", w->f.accounts, then->accounts);
	if (w->p.v.o->one_sided) {
		put_inventory(w);
		return;
	}
	figure(w, "accounts proven", w->f.proven, then->proven);
	figure(w, "accounts that differ", w->f.differs, then->differs);
	figure(w, "accounts not examined in full", w->f.unknown, then->unknown);
	if (w->p.v.sum.judged == 0)
		return;
	/* Less was found where less was looked at: that is no progress. */
	if (w->ask->last_at != 0 && w->f.unknown > then->unknown &&
	    w->f.missing < then->missing) {
		lines_add(&w->l, "  %-38s", missing);
		lines_number(&w->l, w->f.missing, 12);
		lines_add(&w->l, "   not comparable");
		lines_end(&w->l);
	} else {
		figure(w, missing, w->f.missing, then->missing);
	}
}

/* ---- verdict and answers ---- */

static void put_verdict(struct weekly *w)
{
	struct page *p = &w->p;

	lines_add(&w->l, "%s: %s.", p->word, p->sentence);
	para(w, 0);
	if (p->at == 0)
		lines_add(&w->l, "Nothing was read yet.");
	else
		lines_add(&w->l, "As known on %s.", page_minute(p, p->at));
	para(w, 0);
}

static void put_trouble(struct weekly *w)
{
	const struct weekly_ask *a = w->ask;

	if (a->trouble_n == 0)
		return;
	head(w, "The evidence could not be renewed in full, so what follows may be old "
		"or incomplete:");
	for (size_t i = 0; i < a->trouble_n; i++) {
		lines_add(&w->l, "  - %s", a->trouble[i]);
		para(w, 4);
	}
}

static void put_answers(struct weekly *w)
{
	gap(w);
	for (int i = 0; i < PAGE_QUESTION_COUNT; i++) {
		const struct page_answer *a = &w->p.answer[i];
		/* "5 messages", "in 2 accounts." go on as one sentence. */
		bool goes_on = a->detail[0] >= 'a' && a->detail[0] <= 'z';

		lines_add(&w->l, "%s %s%s %s", a->question, a->answer, goes_on ? "" : ".",
			  a->detail);
		para(w, 2);
	}
}

/* ---- lists of names ---- */

struct names {
	struct weekly *w;
	int64_t n, most;
};

static void name_begin(struct names *s)
{
	lines_add(&s->w->l, s->n > 0 ? ", " : "  ");
}

/* Is there room for one more?  Counted in any case. */
static bool name_room(struct names *s)
{
	if (s->n >= s->most) {
		s->n++;
		return false;
	}
	name_begin(s);
	s->n++;
	return true;
}

static void names_end(struct names *s)
{
	char a[32];

	if (s->n > s->most)
		lines_add(&s->w->l, ", and %s more: the report names them",
			  num_group(s->n - s->most, a, sizeof a));
	if (s->n > 0)
		para(s->w, 2);
}

static int64_t changed(const struct page *p, enum page_change c)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->v.n; i++)
		n += page_change(&p->account[i]) == c;
	return n;
}

static void put_change(struct weekly *w, enum page_change c, const char *title)
{
	const struct page *p = &w->p;
	struct names s = { .w = w, .most = WEEKLY_NAMES };
	int64_t n = changed(p, c);
	char a[32], b[32];

	if (n == 0)
		return;
	gap(w);
	lines_add(&w->l, "%s (%s):", title, num_group(n, a, sizeof a));
	para(w, 0);
	for (size_t i = 0; i < p->v.n; i++) {
		const struct page_account *x = &p->account[i];

		if (page_change(x) != c || !name_room(&s))
			continue;
		lines_add(&w->l, "%s", x->shown);
		if (c != CHANGE_WORSE && c != CHANGE_BETTER)
			continue;
		lines_add(&w->l, " (%s", page_state_name(x->state));
		if (page_missing_changed(x))
			lines_add(&w->l, ", missing %s -> %s",
				  num_group(x->was_missing, a, sizeof a),
				  num_group(x->j.count.missing, b, sizeof b));
		lines_add(&w->l, ")");
	}
	names_end(&s);
}

static void put_none(struct weekly *w)
{
	const struct page *p = &w->p;

	/* Without an earlier mail there is still an earlier verification. */
	if (w->ask->last_at == 0) {
		gap(w);
		lines_add(&w->l, "What follows compares with the verification of %s.",
			  page_minute(&w->p, p->before));
		para(w, 0);
	}
	if (changed(p, CHANGE_NONE) < (int64_t)p->v.n)
		return;
	gap(w);
	lines_add(&w->l, "No account got better or worse since then.");
	para(w, 0);
}

/* ---- who has not arrived ---- */

static int64_t count_arrivals(const struct page *p, enum page_arrival arrival)
{
	int64_t n = 0;

	for (size_t i = 0; i < p->v.n; i++)
		n += p->account[i].arrival == arrival;
	return n;
}

static void put_arrivals(struct weekly *w, enum page_arrival arrival)
{
	struct names s = { .w = w, .most = WEEKLY_NAMES };

	for (size_t i = 0; i < w->p.v.n; i++)
		if (w->p.account[i].arrival == arrival && name_room(&s))
			lines_add(&w->l, "%s", w->p.account[i].shown);
	names_end(&s);
}

static void put_absent(struct weekly *w)
{
	int64_t n = count_arrivals(&w->p, ARRIVAL_ABSENT);
	int64_t unknown = count_arrivals(&w->p, ARRIVAL_UNKNOWN);
	char a[32], b[32];

	if (w->p.look->moved == 0)
		return;
	gap(w);
	lines_add(&w->l, "%s of %s users with a cutover have arrived on the new server",
		  num_group(w->p.look->arrived, a, sizeof a),
		  num_group(w->p.look->moved, b, sizeof b));
	if (n == 0 && unknown == 0)
		lines_add(&w->l, "; nobody is missed.");
	else if (n > 0)
		lines_add(&w->l, ". Not yet, though they used the old one before (%s):",
			  num_group(n, a, sizeof a));
	else
		lines_add(&w->l, ".");
	para(w, 0);
	if (n > 0)
		put_arrivals(w, ARRIVAL_ABSENT);
	if (unknown == 0)
		return;
	lines_add(&w->l,
		  "Of these nobody knows, for no log of the new server covers the time "
		  "since (%s):",
		  num_group(unknown, a, sizeof a));
	para(w, 0);
	put_arrivals(w, ARRIVAL_UNKNOWN);
}

/* ---- what does not move ---- */

static void put_stuck(struct weekly *w)
{
	const struct page_account **v;
	char iso[CLOCK_ISO_SIZE], a[32];
	int64_t shown = 0;
	size_t n, k = 0;

	page_stuck(&w->p, &v, &n);
	/* What changed since the last report is named there. */
	for (size_t i = 0; i < n; i++)
		if (w->p.before != 0 && v[i]->since <= w->p.before &&
		    page_change(v[i]) == CHANGE_NONE)
			v[k++] = v[i];
	if (k == 0)
		return;
	gap(w);
	lines_add(&w->l, "Without progress, longest first (%s):",
		  num_group((int64_t)k, a, sizeof a));
	para(w, 0);
	for (size_t i = 0; i < k && shown < STUCK_MAX; i++, shown++) {
		lines_add(&w->l, "  %s: %s", v[i]->shown, page_state_name(v[i]->state));
		if (v[i]->j.count.missing > 0)
			lines_add(&w->l, ", %s missing",
				  num_group(v[i]->j.count.missing, a, sizeof a));
		lines_add(&w->l, ", as it is since %s", day(v[i]->since, iso));
		if (*v[i]->owner != '\0')
			lines_add(&w->l, "; owner %s", v[i]->owner);
		para(w, 4);
	}
	if ((int64_t)k > shown) {
		lines_add(&w->l, "  and %s more",
			  num_group((int64_t)k - shown, a, sizeof a));
		para(w, 4);
	}
}

/* ---- whose turn ---- */

static void put_tasks(struct weekly *w)
{
	const struct page *p = &w->p;
	size_t i = 0;

	if (p->task_n == 0)
		return;
	head(w, "Whose turn it is:");
	for (; i < p->task_n && i < WEEKLY_NAMES; i++) {
		const struct page_task *t = &p->task[i];

		lines_add(&w->l, "  - %s: %s", t->who, t->what);
		para(w, 4);
		if (t->command != NULL && *t->command != '\0') {
			lines_add(&w->l, "    -> %s", t->command);
			para(w, 7);
		}
	}
	if (i < p->task_n) {
		lines_add(&w->l, "  and %zu more: the report has them", p->task_n - i);
		para(w, 4);
	}
}

/* What is to come next by the kept plan. */
static void put_wave(struct weekly *w)
{
	struct page *p = &w->p;
	char a[32];

	for (size_t i = 0; i < p->wave_n; i++) {
		const struct page_wave *v = &p->wave[i];

		if (v->from <= p->at)
			continue;
		gap(w);
		lines_add(&w->l, "Next by the kept plan: wave %lld, from %s, with %s %s.",
			  (long long)v->no, page_day(p, v->from),
			  num_group(v->accounts, a, sizeof a),
			  v->accounts == 1 ? "account" : "accounts");
		para(w, 0);
		return;
	}
}

static void put_gate(struct weekly *w)
{
	const struct outlook *k = w->p.look;
	size_t passed = 0, warn = 0;

	if (!k->gated || k->go)
		return;
	for (size_t i = 0; i < k->check_n; i++) {
		passed += k->check[i].mark == OUTLOOK_GOOD;
		warn += k->check[i].mark == OUTLOOK_WARN;
	}
	gap(w);
	lines_add(&w->l, "%zu of %zu checks of the gate pass", passed, k->check_n);
	if (warn > 0)
		lines_add(&w->l, ", and %zu with a warning or a waiver", warn);
	lines_add(&w->l, ". The others:");
	para(w, 0);
	for (size_t i = 0; i < k->check_n; i++) {
		const struct outlook_check *c = &k->check[i];

		if (c->mark == OUTLOOK_GOOD)
			continue;
		lines_add(&w->l, "  %-8s %s %s", c->word, c->name, c->title);
		lines_end(&w->l);
		/* Its sentence may name persons. */
		if (!w->p.v.o->redact && *c->sentence != '\0') {
			lines_add(&w->l, "             %s", c->sentence);
			para(w, 13);
		}
	}
}

/* ---- the end ---- */

static void put_files(struct weekly *w)
{
	char size[32];

	if (w->ask->file_n == 0)
		return;
	head(w, "The whole report:");
	for (size_t i = 0; i < w->ask->file_n; i++) {
		const struct weekly_file *f = &w->ask->file[i];

		lines_add(&w->l, "  %s (%s), ", f->name,
			  num_octets(f->octets, size, sizeof size));
		if (f->attached)
			lines_add(&w->l, "attached");
		else
			lines_add(&w->l, "not attached: %s", f->why);
		para(w, 4);
	}
}

/* As ledger verify --against finds it in a file (model/ledger_head.h); a line of its own
 * for the hash, which would not fit beside it. */
static void put_ledger(struct weekly *w)
{
	const struct report_view *v = &w->p.v;
	char hex[SHA256_HEX_SIZE];

	if (!v->has_head || v->o->redact)
		return;
	sha256_hex(&v->head.hash, hex);
	head(w, "Keep this mail: mailmuster ledger verify --against MAIL proves with it "
		"that the record was not changed up to");
	strbuf_addf(w->l.out, "ledger: entry %lld,\n%s\n", (long long)v->head.seq, hex);
}

static void put_foot(struct weekly *w)
{
	gap(w);
	lines_add(&w->l, w->p.v.o->redact
				 ? "Names are replaced by short ids, the same in every "
				   "report of this project."
				 : "This mail names accounts and persons: keep it in the "
				   "house.");
	lines_add(&w->l, " Written by mailmuster " MAILMUSTER_VERSION
			 ", which reads mail servers and changes nothing there.");
	para(w, 0);
}

static void put_all(struct weekly *w)
{
	put_verdict(w);
	put_trouble(w);
	put_answers(w);
	put_figures(w);
	put_absent(w);
	if (w->p.before != 0) {
		put_none(w);
		put_change(w, CHANGE_WORSE, "Worse than then");
		put_stuck(w);
	}
	put_tasks(w);
	put_wave(w);
	if (w->p.before != 0) {
		put_change(w, CHANGE_ARRIVED, "Proven since then");
		put_change(w, CHANGE_BETTER, "Better, not yet proven");
		put_change(w, CHANGE_FIRST, "Verified for the first time, not proven");
	}
	put_gate(w);
	put_files(w);
	put_ledger(w);
	put_foot(w);
}

/* ---- subject ---- */

static const char *project_of(struct page *p)
{
	struct strbuf sb = STRBUF_INIT;
	const char *name;

	text_show(&sb, span_str(page_name(p, "project", p->v.o->project)),
		  WEEKLY_PROJECT);
	name = arena_span(&p->v.arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return name;
}

static const char *subject(struct weekly *w, struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *line;
	char a[32], b[32];

	strbuf_addf(&sb, "[%s] Mail migration %s: ", w->p.word, project_of(&w->p));
	if (w->p.v.o->one_sided)
		strbuf_addf(&sb, "%s accounts", num_group(w->f.accounts, a, sizeof a));
	else
		strbuf_addf(&sb, "%s of %s accounts proven",
			    num_group(w->f.proven, a, sizeof a),
			    num_group(w->f.accounts, b, sizeof b));
	if (w->f.missing > 0)
		strbuf_addf(&sb, ", %s %s missing", num_group(w->f.missing, a, sizeof a),
			    w->f.missing == 1 ? "message" : "messages");
	if (w->f.unknown > 0 && !w->p.v.o->one_sided)
		strbuf_addf(&sb, ", %s not examined in full",
			    num_group(w->f.unknown, a, sizeof a));
	line = arena_span(arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return line;
}

bool report_weekly(struct store *st, const struct report_options *o,
		   const struct outlook *look, const struct weekly_ask *ask,
		   struct arena *arena, struct weekly_words *out, struct err *err)
{
	struct report_options ours = *o;
	struct strbuf text = STRBUF_INIT;
	struct weekly w = { .ask = ask };
	bool ok;

	ours.width = WEEKLY_COLUMNS;
	ours.color = false;
	lines_init(&w.l, &text, &ours);
	ok = page_open(&w.p, st, &ours, look, err);
	if (ok) {
		count_figures(&w);
		put_all(&w);
		*out = (struct weekly_words){
			.subject = subject(&w, arena),
			.text = arena_span(arena, strbuf_span(&text)),
			.verdict = arena_strdup(arena, w.p.word),
			.verify = w.p.v.has_run ? w.p.v.run.id : 0,
			.figures = w.f,
		};
	}
	page_done(&w.p);
	lines_done(&w.l);
	strbuf_done(&text);
	return ok;
}
