/* SPDX-License-Identifier: MIT */
/* Whose turn it is: the tasks, and the answer over them.  Pure: from what report_page.c
 * has gathered. */
#include "report/report_page.h"
#include "report/report_why.h"

#define OWNERS_MAX 6 /* owners who are named; others are summed up */

static const char administrator[] = "the administrator";

static void add_task(struct page *p, const char *who, enum outlook_mark mark, int64_t n,
		     const char *what, const char *command)
{
	p->task[p->task_n++] = (struct page_task){ who, what, command, n, mark };
}

struct owner {
	const char *name;
	int64_t n;
};

static int owner_order(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int owner_names(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static const char to_decide[] =
	"mailmuster accounts set NAME --decision WORD --owner NAME";

/* Accounts about which nobody has said what becomes of them, by owner. */
static void tasks_decide(struct page *p)
{
	struct owner *v = mem_calloc(p->v.n + 1, sizeof *v);
	int64_t unowned = 0, rest = 0;
	size_t n = 0, k = 0;

	for (size_t i = 0; i < p->v.n; i++) {
		if (*p->account[i].decision != '\0')
			continue;
		if (*p->account[i].owner == '\0')
			unowned++;
		else
			v[n++] = (struct owner){ p->account[i].owner, 1 };
	}
	if (n > 0)
		qsort(v, n, sizeof *v, owner_names);
	for (size_t i = 0; i < n; i++) {
		if (k > 0 && strcmp(v[k - 1].name, v[i].name) == 0)
			v[k - 1].n++;
		else
			v[k++] = v[i];
	}
	if (k > 0)
		qsort(v, k, sizeof *v, owner_order);
	for (size_t i = 0; i < k; i++) {
		if (i >= OWNERS_MAX) {
			rest += v[i].n;
			continue;
		}
		add_task(p, v[i].name, OUTLOOK_WARN, v[i].n,
			 arena_printf(&p->v.arena, "Decide what becomes of %s.",
				      page_count(p, v[i].n, "account", "accounts")),
			 to_decide);
	}
	if (rest > 0)
		add_task(p, "other owners", OUTLOOK_WARN, rest,
			 arena_printf(&p->v.arena, "Decide what becomes of %s.",
				      page_count(p, rest, "account", "accounts")),
			 to_decide);
	if (unowned > 0)
		add_task(p, administrator, OUTLOOK_WARN, unowned,
			 arena_printf(&p->v.arena, "Name an owner and a decision for %s.",
				      page_count(p, unowned, "account", "accounts")),
			 to_decide);
	free(v);
}

static void tasks_unknown(struct page *p)
{
	int64_t n = p->n[PAGE_INCOMPLETE];

	if (n > 0)
		add_task(p, administrator, OUTLOOK_UNKNOWN, n,
			 arena_printf(&p->v.arena,
				      "Examine %s in full: what is missing "
				      "there is not known.",
				      page_count(p, n, "account", "accounts")),
			 "mailmuster audit, then mailmuster verify");
	n = p->n[PAGE_NEVER];
	if (n > 0 && !p->v.o->one_sided)
		add_task(p, administrator, OUTLOOK_UNKNOWN, n,
			 arena_printf(&p->v.arena, "Verify %s for the first time.",
				      page_count(p, n, "account", "accounts")),
			 "mailmuster audit, then mailmuster verify");
}

static void tasks_findings(struct page *p)
{
	const struct report_sum *s = &p->v.sum;

	for (size_t i = 0; i < s->group_n; i++) {
		const struct report_group *g = &s->group[i];
		const char *label = report_why_label(g->cls, g->why);

		if (g->severity == SEVERITY_INFO || finding_class_unknown(g->cls))
			continue;
		add_task(p, administrator,
			 g->severity == SEVERITY_LOSS ? OUTLOOK_BAD : OUTLOOK_WARN, g->n,
			 arena_printf(&p->v.arena, "%s %s%s%s%s, in %s.",
				      page_grouped(p, g->n),
				      g->n == 1 ? finding_class_one(g->cls)
						: finding_class_text(g->cls),
				      label != NULL ? " (" : "",
				      label != NULL ? label : "",
				      label != NULL ? ")" : "",
				      page_count(p, g->accounts, "account", "accounts")),
			 report_why_step(g->cls, g->why));
	}
}

static void tasks_items(struct page *p)
{
	for (size_t i = 0; i < p->look->item_n; i++) {
		const struct outlook_item *it = &p->look->item[i];

		if (!it->late || it->mark == OUTLOOK_GOOD)
			continue;
		add_task(p,
			 *it->owner != '\0' ? page_name(p, "person", it->owner)
					    : administrator,
			 OUTLOOK_WARN, 1,
			 arena_printf(&p->v.arena, "Item %s of the checklist, due by %s.",
				      it->id, it->due),
			 "mailmuster checklist due");
	}
}

static void tasks_seals(struct page *p)
{
	const struct report_sum *s = &p->v.sum;

	if (s->unsealed > 0 && s->sealed + s->unsound > 0)
		add_task(p, administrator, OUTLOOK_WARN, s->unsealed,
			 arena_printf(&p->v.arena,
				      "Seal %s before its user enters: without "
				      "a seal nobody can tell loss from "
				      "deletion.",
				      page_count(p, s->unsealed, "account", "accounts")),
			 "mailmuster seal");
}

/* What ends before the kept waves do; it may name hosts. */
static void tasks_due(struct page *p)
{
	for (size_t i = 0; i < p->plans.due_n; i++) {
		const struct report_due *d = &p->plans.due[i];

		add_task(p, administrator, OUTLOOK_BAD, 1,
			 arena_printf(&p->v.arena, "%s ends on %s, before all is moved.",
				      p->v.o->redact ? "Something in the plan" : d->what,
				      page_day(p, d->at)),
			 "renew it, or plan the waves anew");
	}
}

void page_say_tasks(struct page *p)
{
	/* One each, and a few about accounts. */
	size_t most = p->plans.due_n + p->v.sum.group_n + p->look->item_n + OWNERS_MAX +
		      8;

	p->task = arena_alloc(&p->v.arena, most * sizeof *p->task);
	tasks_due(p);
	tasks_findings(p);
	tasks_unknown(p);
	tasks_decide(p);
	tasks_items(p);
	tasks_seals(p);
}

#define TURN_NAMED 3

/* "the administrator (8), ada (1)": each once, in the order of the tasks. */
static const char *everybody(struct page *p, size_t *n_out)
{
	struct strbuf text = STRBUF_INIT;
	size_t n = 0;
	char *out;

	for (size_t i = 0; i < p->task_n; i++) {
		int64_t all = 0, before = 0;

		for (size_t k = 0; k < p->task_n; k++)
			if (strcmp(p->task[k].who, p->task[i].who) == 0) {
				all++;
				before += k < i;
			}
		if (before > 0)
			continue;
		if (n++ < TURN_NAMED)
			strbuf_addf(&text, "%s%s (%s)", n == 1 ? "" : ", ",
				    p->task[i].who, page_grouped(p, all));
	}
	if (n > TURN_NAMED)
		strbuf_addf(&text, " and %s",
			    page_count(p, (int64_t)(n - TURN_NAMED), "other", "others"));
	out = arena_strdup(&p->v.arena, strbuf_cstr(&text));
	strbuf_done(&text);
	*n_out = n;
	return out;
}

void page_say_turn(struct page *p, struct page_answer *a)
{
	const char *who;
	size_t n;

	a->question = "Whose turn is it?";
	if (p->task_n == 0) {
		a->mark = OUTLOOK_GOOD;
		a->answer = "Nobody's";
		a->detail = "Nothing that mailmuster knows of is waiting for anybody.";
		return;
	}
	who = everybody(p, &n);
	a->mark = OUTLOOK_WARN;
	a->answer = n > 1 && strcmp(p->task[0].who, administrator) == 0
			    ? "Administrator and others"
		    : strcmp(p->task[0].who, administrator) == 0 ? "The administrator's"
								 : "The owners'";
	a->detail = arena_printf(
		&p->v.arena, "%s: %s. First: %s%s",
		page_count(p, (int64_t)p->task_n, "thing to do or decide",
			   "things to do or decide"),
		who, p->task[0].what, p->task_n > 1 ? " The list follows below." : "");
}
