/* SPDX-License-Identifier: MIT */
/* What persons waived and what the DNS said, as the gate looks at it. */
#include "cli/dns_names.h"
#include "cli/waivers.h"
#include "store/store_dns.h"
#include "store/store_run.h"
#include "store/store_waiver.h"

/* ---- waivers ---- */

/* One that was taken back counts for nothing, and against nothing. */
bool gate_see_waivers(const struct project *p, struct gate_seen *out, struct err *err)
{
	unsigned approvers = (unsigned)out->limits.v[LIMIT_APPROVERS];
	struct gate_facts *f = &out->facts;
	struct waiver *w;
	size_t n;

	if (!store_waivers(p->store, &out->arena, &w, &n, err))
		return false;
	f->waiver = arena_alloc(&out->arena, (n + 1) * sizeof *f->waiver);
	for (size_t i = 0; i < n; i++) {
		const struct gate_check *check = gate_check_find(w[i].check);
		enum waiver_state state = waiver_state(&w[i], f->now, approvers);
		struct gate_waiver *g = &f->waiver[f->waiver_n];
		struct sha256 *fps;

		if (state == WAIVER_REVOKED)
			continue;
		*g = (struct gate_waiver){
			.id = arena_printf(&out->arena, "W-%03lld", (long long)w[i].id),
			.made = w[i].at,
			.expires = w[i].expires,
			.approved = w[i].approved_at != 0,
			.problem = "",
			.reason = w[i].reason,
			.owner = w[i].owner,
			.requester = w[i].teller,
			.approver = w[i].approver,
		};
		if (check == NULL)
			g->problem = "it names a check that there is not";
		else if (state == WAIVER_IMPROPER && w[i].approved_at != 0 &&
			 w[i].expires <= w[i].at + WAIVER_DAYS_MAX * (int64_t)86400)
			g->problem = "who approved it asked for it, or owns it";
		else if (state == WAIVER_IMPROPER)
			g->problem = "it runs longer than 90 days";
		else if (w[i].at > f->now + 120)
			g->problem = "it was asked for in the future";
		g->check = check != NULL ? check->id : GATE_WAIVERS;
		if (!store_waived(p->store, w[i].id, &out->arena, &fps, &g->n, err))
			return false;
		g->covers = fps;
		f->waiver_n++;
	}
	return true;
}

/* ---- the DNS ---- */

static const char *kind_of(const struct dns_seen *s, struct arena *arena)
{
	return arena_printf(arena, "%s %s", dns_use_name(s->use), dns_type_name(s->type));
}

static void put(struct gate_facts *f, const struct gate_dns *d)
{
	f->dns[f->dns_n++] = *d;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Domains that the newest look did not ask for; its rows of one domain follow each other.
 */
static void see_unasked(const struct audit_dns_options *o, const struct dns_seen *row,
			size_t n, int64_t at, struct gate_seen *out)
{
	const char *const *lists[] = { o->domain, o->name };
	const size_t counts[] = { o->domain_n, o->name_n };
	const char **asked = arena_alloc(&out->arena, (n + 1) * sizeof *asked);
	size_t asked_n = 0;

	for (size_t i = 0; i < n; i++)
		if (asked_n == 0 || strcmp(asked[asked_n - 1], row[i].domain) != 0)
			asked[asked_n++] = row[i].domain;
	qsort(asked, asked_n, sizeof *asked, by_text);
	for (size_t l = 0; l < COUNT_OF(lists); l++)
		for (size_t i = 0; i < counts[l]; i++)
			if (bsearch(&lists[l][i], asked, asked_n, sizeof *asked,
				    by_text) == NULL)
				put(&out->facts,
				    &(struct gate_dns){ .name = lists[l][i],
							.kind = "the DNS of",
							.says = "nobody has asked for it",
							.failed = true,
							.at = at });
}

static bool see_rows(const struct project *p, const struct run *run,
		     struct gate_seen *out, struct err *err)
{
	struct audit_dns_options o = { 0 };
	struct gate_facts *f = &out->facts;
	struct dns_seen *row;
	size_t n;

	if (!store_dns_rows(p->store, run->id, &out->arena, &row, &n, err) ||
	    !dns_names(p, NULL, 0, &out->arena, &o, err))
		return false;
	f->dns = arena_alloc(&out->arena,
			     (n + o.domain_n + o.name_n + 1) * sizeof *f->dns);
	for (size_t i = 0; i < n; i++) {
		const struct dns_seen *s = &row[i];
		struct gate_dns d = { .name = s->name,
				      .kind = kind_of(s, &out->arena),
				      .says = *s->value != '\0' ? s->value : s->words,
				      .old = s->points == DNS_POINTS_OLD,
				      .failed = s->points == DNS_POINTS_UNKNOWN,
				      .at = s->at };

		if (d.failed)
			d.says = *s->words != '\0' ? s->words
						   : dns_outcome_name(s->outcome);
		put(f, &d);
	}
	see_unasked(&o, row, n, run->started, out);
	return true;
}

/* The newest look alone counts; none is no data. */
bool gate_see_dns(const struct project *p, struct gate_seen *out, struct err *err)
{
	struct run run;
	bool found;

	if (!store_run_last(p->store, "dns", &out->arena, &run, &found, err))
		return false;
	return !found || see_rows(p, &run, out, err);
}
