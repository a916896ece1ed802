/* SPDX-License-Identifier: MIT */
#include "report/report_groups.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "report/report_finding.h"
#include "report/report_why.h"

#define DETAIL_LINES 3 /* below the line of a group: places, example, step */

void groups_say_worst(const struct report_view *v, struct lines *l, int64_t accounts,
		      const struct report_worst worst[REPORT_WORST], size_t columns)
{
	static const char more[] = ", ...";
	int64_t named = 0;
	char a[32];

	lines_add(l, " in ");
	lines_count(l, accounts, "account", "accounts");
	while (named < REPORT_WORST && worst[named].n > 0) {
		size_t before = l->raw.n;

		lines_add(l, "%s %s %s", named == 0 ? ":" : ",",
			  v->transfer[worst[named].transfer].name,
			  num_group(worst[named].n, a, sizeof a));
		if (columns != 0 &&
		    text_width(strbuf_span(&l->raw)) + sizeof more - 1 > columns) {
			l->raw.n = before;
			break;
		}
		named++;
	}
	if (named > 0 && accounts > named)
		lines_add(l, more);
}

void groups_say_class(struct lines *l, enum finding_class c, enum why why, int64_t n)
{
	const char *label = report_why_label(c, why);

	lines_add(l, "%s", n == 1 ? finding_class_one(c) : finding_class_text(c));
	if (label != NULL)
		lines_add(l, " (%s)", label);
}

/* Never more than a line each, so that the whole stays on a screen. */
static void put_head(struct report_view *v, struct lines *l, const struct report_group *g)
{
	lines_add(l, "  %-6s", severity_name(g->severity));
	lines_number(l, g->n, 11);
	lines_add(l, "  ");
	groups_say_class(l, g->cls, g->why, g->n);
	lines_add(l, ",");
	groups_say_worst(v, l, g->accounts, g->worst, l->width);
	lines_end(l);
}

static void say_place(const struct report_view *v, struct lines *l,
		      const struct report_place *p)
{
	lines_add(l, "%s", v->transfer[p->transfer].name);
	if (*p->folder != '\0')
		lines_add(l, " \"%s\"", p->folder);
}

static void put_places(struct report_view *v, struct lines *l,
		       const struct report_group *g)
{
	char a[32];

	/* Otherwise the example says where it is. */
	if (g->place[1].n == 0)
		return;
	lines_add(l, "         most:");
	for (size_t i = 0; i < REPORT_PLACES && g->place[i].n > 0; i++) {
		lines_add(l, "%s ", i == 0 ? "" : ",");
		say_place(v, l, &g->place[i]);
		lines_add(l, " %s", num_group(g->place[i].n, a, sizeof a));
	}
	lines_end(l);
}

static bool put_example(struct report_view *v, struct lines *l,
			const struct report_group *g, struct err *err)
{
	struct message_detail d;
	char iso[CLOCK_ISO_SIZE], octets[32];
	struct finding f;
	bool found;

	arena_reset(&v->scratch);
	if (!store_finding_get(v->st, g->place[0].example, &v->scratch, &f, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_BUG, "finding %lld is gone",
			       (long long)g->place[0].example);
	if (!report_finding_detail(v, &f, &v->scratch, &d, err))
		return false;
	lines_add(l, "         such as: ");
	say_place(v, l, &g->place[0]);
	if (f.uid != 0)
		lines_add(l, ", uid %u", (unsigned)f.uid);
	if (f.date != MSG_DATE_UNKNOWN && f.uid != 0)
		lines_add(l, ", %.10s", clock_iso(f.date, iso));
	if (d.message_id != NULL)
		lines_add(l, ", %s", d.message_id);
	if (f.octets >= 0 && f.uid != 0)
		lines_add(l, ", %s", num_octets(f.octets, octets, sizeof octets));
	if (f.uid == 0)
		lines_add(l, ": %s", f.explanation);
	lines_end(l);
	return true;
}

static bool put_details(struct report_view *v, struct lines *l,
			const struct report_group *g, struct err *err)
{
	put_places(v, l, g);
	if (!put_example(v, l, g, err))
		return false;
	lines_add(l, "         -> %s", report_why_step(g->cls, g->why));
	lines_end(l);
	return true;
}

/* What is left of a list that is too long. */
static void put_rest(struct lines *l, const struct report_group *g, size_t n)
{
	int64_t findings = 0;
	char a[32];

	for (size_t i = 0; i < n; i++)
		findings += g[i].findings;
	lines_add(l, "  and %zu more groups with %s findings: mailmuster report --text",
		  n, num_group(findings, a, sizeof a));
	lines_end(l);
}

/* So many groups have a line each when there are that many lines: all, or all but what
 * the line about the rest stands for. */
static size_t fitting(size_t groups, size_t lines)
{
	if (groups <= lines)
		return groups;
	return lines > 0 ? lines - 1 : 0;
}

/* The worst have their details before the last have a line: an eighth of the lines is for
 * groups told in full, and more while there is room. */
static bool put_run(struct report_view *v, struct lines *l, const struct report_group *g,
		    size_t n, size_t lines, bool details, struct err *err)
{
	size_t full = details && lines / 8 < n ? lines / 8 : details ? n : 0;
	size_t left = lines - full * (1 + DETAIL_LINES);
	size_t told = full + fitting(n - full, left);
	size_t spare = left - (told - full) - (told < n);

	for (size_t i = 0; i < told; i++) {
		put_head(v, l, &g[i]);
		if (!details || g[i].place[0].n == 0)
			continue;
		if (i >= full) {
			if (spare < DETAIL_LINES)
				continue;
			spare -= DETAIL_LINES;
		}
		if (!put_details(v, l, &g[i], err))
			return false;
	}
	if (told < n)
		put_rest(l, g + told, n - told);
	return true;
}

static void put_accepted(const struct report_view *v, struct lines *l)
{
	if (v->sum.accepted == 0)
		return;
	lines_add(l, "  accepted");
	lines_number(l, v->sum.accepted, 9);
	lines_add(l, "  %s; mailmuster accept list says by whom",
		  v->sum.accepted == 1 ? "finding of loss or doubt"
				       : "findings of loss or doubt");
	lines_end(l);
}

#define INFO_MIN 6 /* lines kept for what is only worth knowing */

bool groups_put(struct report_view *v, struct lines *l, size_t most, struct err *err)
{
	const struct report_group *g = v->sum.group;
	size_t bad = 0, n = v->sum.group_n, info, kept;

	while (bad < n && g[bad].severity != SEVERITY_INFO)
		bad++;
	info = n - bad < INFO_MIN || most == SIZE_MAX ? n - bad : INFO_MIN;
	kept = info + (v->sum.accepted > 0);
	/* A group each of loss and doubt goes before everything else. */
	if (most < kept + 2)
		most = kept + 2;
	if (!put_run(v, l, g, bad, most - kept, true, err) ||
	    !put_run(v, l, g + bad, n - bad, info, false, err))
		return false;
	put_accepted(v, l);
	return true;
}
