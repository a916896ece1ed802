/* SPDX-License-Identifier: MIT */
/* G18 to G20: checklists, waivers, ledger. */
#include "base/num.h"
#include "gate/work.h"

/* ---- G18 ---- */

void gate_g18(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	(void)l;
	out->command = "mailmuster checklist due";
	for (size_t i = 0; i < f->item_n; i++) {
		const struct gate_item *v = &f->item[i];
		struct gate_finding x = { .subject = v->name, .at = v->at };

		if (v->done)
			continue;
		/* its first sentence is enough to know it by */
		x.text = arena_printf(out->arena, "%s: %.*s", v->state,
				      (int)strcspn(v->text, ".:"), v->text);
		x.command = arena_printf(out->arena, "mailmuster checklist sign %s",
					 v->name);
		gate_fingerprint(GATE_CHECKLIST, &x.fingerprint, v->name);
		gate_add(out, &x);
	}
	gate_figure(out, "items", (int64_t)f->item_n);
	gate_figure(out, "open", (int64_t)out->n);
	if (out->n > 1)
		snprintf(out->sentence, sizeof out->sentence,
			 "%lld of %s open; the first: %s", (long long)out->n,
			 gate_some(out, (int64_t)f->item_n, "item"), out->v[0].subject);
	if (f->item_n == 0)
		gate_blind(out, "there is no checklist");
	gate_passed(out, "%s done", gate_some(out, (int64_t)f->item_n, "item"));
}

/* ---- G19 ---- */

static void bad_waiver(const struct gate_waiver *w, const char *text,
		       struct gate_result *out)
{
	struct gate_finding x = { .subject = w->id, .text = text, .at = w->made };

	x.command = arena_printf(out->arena, "mailmuster waiver revoke %s", w->id);
	gate_fingerprint(GATE_WAIVERS, &x.fingerprint, w->id);
	gate_add(out, &x);
}

void gate_g19(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t most = l->v[LIMIT_WAIVERS];

	out->command = "mailmuster waiver list";
	for (size_t i = 0; i < f->waiver_n; i++) {
		const struct gate_waiver *w = &f->waiver[i];

		if (*w->problem != '\0')
			bad_waiver(w, w->problem, out);
		else if (w->expires <= f->now)
			bad_waiver(w,
				   arena_printf(out->arena, "it ended on %s",
						gate_day(out, w->expires)),
				   out);
		else if (w->expires - w->made > l->v[LIMIT_WAIVER_TIME])
			bad_waiver(w,
				   arena_printf(out->arena, "it runs longer than %s",
						gate_term(out, l->v[LIMIT_WAIVER_TIME])),
				   out);
		else if (!w->approved)
			bad_waiver(w, "nobody but who asked for it has approved it", out);
		gate_stands_on(out, w->made);
	}
	if ((int64_t)f->waiver_n > most) {
		struct gate_finding x = { .subject = "the waivers" };

		x.text = arena_printf(out->arena, "there are %lld, and %lld are allowed",
				      (long long)f->waiver_n, (long long)most);
		gate_fingerprint(GATE_WAIVERS, &x.fingerprint, "");
		gate_add(out, &x);
	}
	gate_figure(out, "waivers", (int64_t)f->waiver_n);
	gate_passed(out, "%s",
		    f->waiver_n == 0 ? "there is none"
				     : gate_some(out, (int64_t)f->waiver_n, "waiver"));
}

/* ---- G20 ---- */

void gate_g20(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	const struct gate_ledger *g = &f->ledger;
	const struct gate_record *said = gate_newest(f, GATE_RECORD_STATEMENT, "clock");
	struct gate_finding x = { .subject = "the ledger" };
	char digits[32];

	(void)l;
	out->command = "mailmuster ledger verify";
	gate_figure(out, "entries", g->entries);
	gate_figure(out, "heads", (int64_t)g->heads);
	gate_figure(out, "deep_at", g->deep_at);
	if (!g->examined) {
		gate_blind(out, "nobody looked at the ledger");
		return;
	}
	if (!g->whole) {
		x.text = g->problem;
		gate_fingerprint(GATE_LEDGER, &x.fingerprint, "whole");
		gate_add(out, &x);
	}
	if (g->back_seconds > 0 && said == NULL) {
		x.text = arena_printf(out->arena,
				      "the clock of this machine was set back by %s",
				      gate_some(out, g->back_seconds, "second"));
		x.command = "mailmuster event statement clock --role ROLE";
		gate_fingerprint(GATE_LEDGER, &x.fingerprint, "clock");
		gate_add(out, &x);
	}
	if (g->heads == 0) {
		gate_blind(out, "no head that was kept elsewhere was given to compare");
		out->command = "mailmuster gate check --against REPORT";
	}
	gate_passed(out, "%s entries, %s kept elsewhere",
		    num_group(g->entries, digits, sizeof digits),
		    gate_some(out, (int64_t)g->heads, "head"));
}
