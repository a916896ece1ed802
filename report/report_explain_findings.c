/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/num.h"
#include "report/report_explain.h"
#include "report/report_finding.h"
#include "report/report_why.h"
#include "store/store_accept.h"

#define SHOWN_MAX 20 /* messages of one group that are named */

struct telling {
	struct report_view *v;
	struct report_out *out;
	struct lines *l;
};

/* The first findings of each group, and what was accepted. */
struct shown {
	int64_t id[SHOWN_MAX];
	size_t n;
};
struct taken {
	int64_t acceptance, findings, messages;
};
struct gathered {
	struct shown *shown; /* one for each group of the view */
	struct taken *taken; /* malloc */
	size_t taken_n;
};

static void take(struct gathered *g, const struct finding *f)
{
	struct taken *t = g->taken;
	size_t i = 0;

	while (i < g->taken_n && t[i].acceptance != f->accepted)
		i++;
	if (i == g->taken_n) {
		g->taken = t = mem_realloc(t, (i + 1) * sizeof *t);
		t[g->taken_n++] = (struct taken){ .acceptance = f->accepted };
	}
	t[i].findings++;
	t[i].messages += finding_class_of_messages(f->cls) ? f->count : 0;
}

static bool gather(struct telling *s, struct gathered *g, struct err *err)
{
	const struct report_sum *sum = &s->v->sum;
	struct store_findings *it = NULL;
	struct finding f;
	enum next next;

	if (!store_findings_open(s->v->st, s->v->transfer[0].id, &it, err))
		return false;
	while ((next = store_findings_next(it, &f, err)) == NEXT_ITEM) {
		if (f.accepted != 0) {
			take(g, &f);
			continue;
		}
		for (size_t i = 0; i < sum->group_n; i++)
			if (sum->group[i].cls == f.cls && sum->group[i].why == f.why &&
			    sum->group[i].severity == f.severity &&
			    g->shown[i].n < SHOWN_MAX)
				g->shown[i].id[g->shown[i].n++] = f.id;
	}
	store_findings_close(it);
	return next == NEXT_END;
}

/* What the last message said need not be said again for the next one. */
struct said {
	struct strbuf folder, explanation;
};

static bool is_new(struct strbuf *last, const char *text, bool fresh)
{
	if (!fresh && strcmp(strbuf_cstr(last), text) == 0)
		return false;
	strbuf_clear(last);
	strbuf_adds(last, text);
	return true;
}

static void put_group(struct telling *s, const struct report_group *g)
{
	bool missing = g->cls == FINDING_MESSAGE_MISSING;
	const char *label = report_why_label(g->cls, g->why);
	char a[32];

	strbuf_addc(&s->out->buf, '\n');
	lines_add(s->l, "%s: %s", finding_class_text(g->cls),
		  num_group(g->n, a, sizeof a));
	if (label != NULL)
		lines_add(s->l, " (%s)", label);
	lines_end_headed(s->l,
			 missing && g->severity != SEVERITY_INFO
				 ? "MISSING"
				 : severity_name(g->severity),
			 g->severity == SEVERITY_INFO		     ? LINES_GREEN
			 : g->severity == SEVERITY_DOUBT && !missing ? LINES_YELLOW
								     : LINES_RED,
			 4);
}

static bool put_finding(struct telling *s, const struct finding *f, struct said *said,
			bool fresh, struct err *err)
{
	struct message_detail d;

	if (is_new(&said->folder, f->folder, fresh) || f->uid == 0) {
		fresh = true;
		if (*f->folder == '\0')
			lines_add(s->l, "  the whole %s side", side_name(f->side));
		else
			lines_add(s->l, "  in %s folder \"%s\"", side_name(f->side),
				  f->folder);
		if (*f->other != '\0')
			lines_add(s->l,
				  f->why == WHY_RULE ? ", rule %s"
						     : ", new folder \"%s\"",
				  f->other);
		lines_wrap(s->l, 4);
	}
	if (is_new(&said->explanation, f->explanation, fresh) &&
	    *f->explanation != '\0') {
		lines_add(s->l, "    %s", f->explanation);
		lines_wrap(s->l, 4);
	}
	if (!report_finding_detail(s->v, f, &s->v->scratch, &d, err))
		return false;
	report_finding_lines(s->l, f, &d);
	return report_flush(s->out, false, err);
}

static void put_more(struct telling *s, int64_t more)
{
	if (more <= 0)
		return;
	lines_add(s->l, "    and ");
	lines_count(s->l, more, "more: mailmuster report --csv --only ",
		    "more: mailmuster report --csv --only ");
	lines_argument(s->l, s->v->transfer[0].name);
	lines_end(s->l);
}

static bool put_one_group(struct telling *s, const struct report_group *g,
			  const struct shown *shown, struct err *err)
{
	struct said said = { STRBUF_INIT, STRBUF_INIT };
	struct finding f;
	bool ok = true, found;

	put_group(s, g);
	for (size_t i = 0; ok && i < shown->n; i++) {
		arena_reset(&s->v->scratch);
		ok = store_finding_get(s->v->st, shown->id[i], &s->v->scratch, &f, &found,
				       err) &&
		     put_finding(s, &f, &said, i == 0, err);
	}
	put_more(s, g->findings - (int64_t)shown->n);
	strbuf_done(&said.folder);
	strbuf_done(&said.explanation);
	return ok;
}

static bool put_accepted(struct telling *s, const struct gathered *g, struct err *err)
{
	struct acceptance *v;
	struct lines *l = s->l;
	char iso[CLOCK_ISO_SIZE];
	size_t n;

	if (g->taken_n == 0)
		return true;
	if (!store_acceptances(s->v->st, &s->v->arena, &v, &n, err))
		return false;
	strbuf_addc(&s->out->buf, '\n');
	strbuf_adds(&s->out->buf, "Accepted\n");
	for (size_t i = 0; i < g->taken_n; i++)
		for (size_t k = 0; k < n; k++) {
			if (v[k].id != g->taken[i].acceptance)
				continue;
			lines_add(l, "  ");
			lines_count(l, g->taken[i].findings, "finding", "findings");
			if (g->taken[i].messages > 0) {
				lines_add(l, " about ");
				lines_count(l, g->taken[i].messages, "message",
					    "messages");
			}
			lines_add(l, ", by %s on %s (acceptance %lld): %s", v[k].teller,
				  clock_iso(v[k].at, iso), (long long)v[k].id,
				  v[k].reason);
			lines_wrap(l, 4);
		}
	return true;
}

/* Missing mail comes first, whatever else there is. */
bool explain_findings(struct report_view *v, struct report_out *out, struct lines *l,
		      struct err *err)
{
	struct telling t = { v, out, l };
	struct telling *s = &t;
	const struct report_sum *sum = &s->v->sum;
	struct gathered g = { .shown = mem_calloc(sum->group_n + 1, sizeof *g.shown) };
	bool ok = gather(s, &g, err);

	for (int missing = 1; missing >= 0; missing--)
		for (size_t i = 0; ok && i < sum->group_n; i++)
			if ((sum->group[i].cls == FINDING_MESSAGE_MISSING) == missing)
				ok = put_one_group(s, &sum->group[i], &g.shown[i], err);
	ok = ok && put_accepted(s, &g, err);
	free(g.shown);
	free(g.taken);
	return ok;
}
