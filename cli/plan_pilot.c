/* SPDX-License-Identifier: MIT */
/* `mailmuster plan pilot`. */
#include "plan/plan_pilot.h"

#include "base/num.h"
#include "cli/msg.h"
#include "cli/plan_ask.h"

#define PICKS_SHOWN 40

static const char *const columns[] = { "place",	 "account", "octets", "messages",
				       "brings", "has",	    NULL };
static const char *const risk_columns[] = { "risk",   "accounts", "eligible", "chosen",
					    "others", "known_by", NULL };

static const char *const sources[] = { "listing", "audit", "scan", "logs" };

/* "deep, corrupt": names of bits. */
static const char *names(struct strbuf *sb, uint64_t bits)
{
	strbuf_clear(sb);
	for (unsigned r = 0; r < PLAN_RISK_COUNT; r++)
		if ((bits >> r & 1) != 0)
			strbuf_addf(sb, "%s%s", sb->n > 0 ? ", " : "", plan_risk_name(r));
	return strbuf_cstr(sb);
}

/* Who else has it, but the choice that stands for it. */
static void put_others(struct lines *l, const struct plan_pilot_risk *risk,
		       const char *chosen)
{
	size_t told = 0;

	for (size_t i = 0; i < COUNT_OF(risk->who) && risk->who[i] != NULL; i++) {
		if (strcmp(risk->who[i], chosen) == 0)
			continue;
		lines_add(l, "%s", told++ == 0 ? "; also in " : ", ");
		lines_argument(l, risk->who[i]);
	}
	if (risk->accounts - 1 > (int64_t)told) {
		char n[32];

		lines_add(l, told == 0 ? "; also in %s accounts" : " and %s more",
			  num_group(risk->accounts - 1 - (int64_t)told, n, sizeof n));
	} else if (risk->accounts == 1) {
		lines_add(l, "; in no other account");
	}
}

static void put_pick(struct lines *l, const struct plan_pilot_result *r, size_t k)
{
	const struct plan_pilot_pick *p = &r->pick[k];
	char text[32];

	lines_add(l, "%3zu. ", k + 1);
	lines_argument(l, p->account);
	lines_add(l, ": %s", num_octets(p->octets, text, sizeof text));
	lines_add(l, " in ");
	lines_count(l, p->messages, "message", "messages");
	lines_wrap(l, 5);
	for (unsigned i = 0; i < PLAN_RISK_COUNT; i++) {
		if ((p->brings >> i & 1) == 0)
			continue;
		lines_add(l, "     %s", plan_risk_text(i));
		if (p->where[i] != NULL && *p->where[i] != '\0')
			lines_add(l, ": \"%s\"", p->where[i]);
		put_others(l, &r->risk[i], p->account);
		lines_wrap(l, 7);
	}
}

/* Risks of which no choice stands for anything. */
static void put_open(struct lines *l, const struct plan_pilot_result *r, bool budget)
{
	size_t n = 0;

	for (unsigned i = 0; i < PLAN_RISK_COUNT; i++)
		n += r->risk[i].accounts > 0 && r->risk[i].pick == 0;
	if (n == 0)
		return;
	lines_count(l, (int64_t)n, "risk is in no choice", "risks are in no choice");
	lines_end_headed(l, "NOT COVERED", LINES_RED, 2);
	for (unsigned i = 0; i < PLAN_RISK_COUNT; i++) {
		const struct plan_pilot_risk *risk = &r->risk[i];

		if (risk->accounts == 0 || risk->pick != 0)
			continue;
		lines_add(l, "  %s: in ", plan_risk_text(i));
		lines_count(l, risk->accounts, "account", "accounts");
		for (size_t k = 0; k < COUNT_OF(risk->who) && risk->who[k] != NULL; k++) {
			lines_add(l, k == 0 ? ": " : ", ");
			lines_argument(l, risk->who[k]);
		}
		lines_add(l, risk->eligible == 0
				     ? "; only in accounts that are to come last, or are "
				       "blocked: no candidate has it"
				     : "; left out by --budget");
		lines_wrap(l, 6);
	}
	if (budget)
		lines_add(l, "  -> a larger --budget covers more; without one all that "
			     "a candidate has is covered.");
	else
		lines_add(l, "  -> ask the owners of one of them, and take it out of "
			     "\"last\" in the config.");
	lines_wrap(l, 6);
	lines_end(l);
}

/* What nobody shows, and whether that is known. */
static void put_absent(struct lines *l, const struct plan_pilot_result *r)
{
	bool any = false;

	for (unsigned i = 0; i < PLAN_RISK_COUNT; i++) {
		enum plan_risk_by by = plan_risk_by(i);

		if (r->risk[i].accounts > 0 ||
		    (by == RISK_BY_SCAN && r->unscanned == r->accounts) ||
		    (by == RISK_BY_LOGS && !r->logs))
			continue;
		lines_add(l, "%s%s", any ? ", " : "nobody has: ", plan_risk_text(i));
		any = true;
	}
	if (any)
		lines_wrap(l, 2);
	if (r->unscanned > 0) {
		lines_add(l, "of ");
		lines_count(l, r->unscanned, "account", "accounts");
		lines_add(l, " no message was read whole: which of them have corrupt or "
			     "odd messages is not known; mailmuster scan --side old "
			     "--sample 200 tells");
		lines_wrap(l, 2);
	}
	if (!r->logs) {
		lines_add(l, "no logs of the old side were read: who fetches by POP, has "
			     "a phone, or is a program is not known; mailmuster logs "
			     "--side old tells");
		lines_wrap(l, 2);
	}
}

static void put_unknown(struct lines *l, const struct plan_pilot_result *r)
{
	if (r->unlisted > 0) {
		lines_count(l, r->unlisted, "account was", "accounts were");
		lines_add(l, " never listed: mailmuster audit --side old");
		lines_end_headed(l, "UNKNOWN", LINES_YELLOW, 2);
	}
	if (r->unread > 0) {
		lines_add(l, "single messages of ");
		lines_count(l, r->unread, "account were", "accounts were");
		lines_add(l, " not all read: mailmuster audit --side old does that");
		lines_end_headed(l, "UNKNOWN", LINES_YELLOW, 2);
	}
}

static bool text(struct plan_desk *d, const struct plan_pilot_result *r, struct err *err)
{
	struct strbuf out;
	struct lines l;
	char n[32];

	plan_lines_open(d, &l, &out);
	lines_count(&l, (int64_t)r->n, "account shows", "accounts show");
	lines_add(&l, " %s of the ", num_group(r->covered, n, sizeof n));
	lines_count(&l, r->present, "risk", "risks");
	lines_add(&l, " that ");
	lines_count(&l, r->accounts, "account has", "accounts have");
	lines_end_headed(&l, "PILOT", LINES_GREEN, 2);
	if (r->done > 0) {
		lines_count(&l, r->done, "account is done", "accounts are done");
		lines_add(&l, " already, by cutover or seal");
		lines_wrap(&l, 2);
	}
	if (r->spared > 0) {
		lines_count(&l, r->spared, "account is", "accounts are");
		lines_add(&l, " spared: \"last\" or \"blocked\" in the config");
		lines_wrap(&l, 2);
	}
	lines_end(&l);
	for (size_t k = 0; k < r->n && k < PICKS_SHOWN; k++)
		put_pick(&l, r, k);
	if (r->n > 0)
		lines_end(&l);
	put_open(&l, r, d->ask->budget > 0);
	put_unknown(&l, r);
	put_absent(&l, r);
	return plan_lines_close(&l, &out, err);
}

static bool risk_rows(struct sheet *s, const struct plan_pilot_result *r, struct err *err)
{
	sheet_rows(s, "risks", risk_columns);
	for (unsigned i = 0; i < PLAN_RISK_COUNT; i++) {
		const struct plan_pilot_risk *risk = &r->risk[i];
		struct strbuf who = STRBUF_INIT;
		bool ok;

		for (size_t k = 0; k < COUNT_OF(risk->who) && risk->who[k] != NULL; k++)
			strbuf_addf(&who, "%s%s", k > 0 ? ", " : "", risk->who[k]);
		sheet_text(s, plan_risk_name(i));
		sheet_number(s, risk->accounts);
		sheet_number(s, risk->eligible);
		sheet_text(s, risk->pick > 0 ? r->pick[risk->pick - 1].account : "");
		sheet_text(s, strbuf_cstr(&who));
		sheet_text(s, sources[plan_risk_by(i)]);
		ok = sheet_next(s, err);
		strbuf_done(&who);
		if (!ok)
			return false;
	}
	sheet_rows_end(s);
	return true;
}

static bool rows(struct plan_desk *d, const struct plan_pilot_result *r, struct err *err)
{
	struct strbuf sb = STRBUF_INIT;
	struct sheet *s = &d->sheet;
	bool ok = true;

	sheet_begin(s, "plan-pilot", d->p.config.project);
	if (s->form == SHEET_JSON) {
		json_put_int(&s->json, "present", r->present);
		json_put_int(&s->json, "covered", r->covered);
		json_put_int(&s->json, "candidates",
			     r->accounts - r->unlisted - r->spared);
		json_put_int(&s->json, "accounts", r->accounts);
		json_put_int(&s->json, "unlisted", r->unlisted);
		json_put_int(&s->json, "unread", r->unread);
		json_put_int(&s->json, "unscanned", r->unscanned);
		json_put_bool(&s->json, "logs", r->logs);
		ok = risk_rows(s, r, err);
	}
	sheet_rows(s, "picks", columns);
	for (size_t k = 0; ok && k < r->n; k++) {
		const struct plan_pilot_pick *p = &r->pick[k];

		sheet_number(s, (int64_t)k + 1);
		sheet_text(s, p->account);
		sheet_number(s, p->octets);
		sheet_number(s, p->messages);
		sheet_text(s, names(&sb, p->brings));
		sheet_text(s, names(&sb, p->has));
		ok = sheet_next(s, err);
	}
	sheet_rows_end(s);
	strbuf_done(&sb);
	return ok && sheet_end(s, err);
}

static bool keep(struct plan_desk *d, const struct plan_pilot_result *r, struct err *err)
{
	struct strbuf summary = STRBUF_INIT;
	struct json_out j;
	bool ok;

	json_out_init(&j, &summary, true);
	json_begin_object(&j);
	json_put_int(&j, "accounts", r->accounts);
	json_put_int(&j, "covered", r->covered);
	json_put_str(&j, "kind", "pilot");
	json_put_int(&j, "picks", (int64_t)r->n);
	json_put_int(&j, "present", r->present);
	json_end_object(&j);
	ok = plan_keep(d, "pilot", strbuf_cstr(&summary), err);
	for (size_t k = 0; ok && k < r->n; k++)
		ok = plan_keep_item(
			d,
			&(struct plan_item){ .transfer = r->pick[k].transfer,
					     .cls = "pick",
					     .amount = r->pick[k].octets,
					     .text = names(&summary, r->pick[k].brings) },
			err);
	strbuf_done(&summary);
	return plan_keep_end(d, ok, err);
}

static int code_of(const struct plan_pilot_result *r)
{
	if (r->unlisted > 0 || r->unread > 0)
		return EXIT_INCOMPLETE;
	return r->covered < r->present ? EXIT_FINDINGS : EXIT_CLEAN;
}

/* Who comes last, or has days of which he may not be moved, is nobody to try things on.
 */
static size_t spare(const struct plan_waves_rules *w, struct arena *arena,
		    const char *const **out)
{
	const char **v = arena_alloc(arena, (w->last.n + w->block_n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < w->last.n; i++)
		v[n++] = w->last.name[i];
	for (size_t i = 0; i < w->block_n; i++)
		v[n++] = w->block[i].account;
	*out = v;
	return n;
}

int plan_pilot_run(struct globals *g, const struct plan_ask *ask)
{
	struct plan_pilot_result *r = NULL;
	struct plan_pilot_options o;
	struct err err = ERR_INIT;
	struct plan_use use = { 0 };
	struct plan_desk d;
	struct arena arena;
	bool logs = false;
	int code;

	arena_init(&arena);
	if (!plan_open(g, ask, &d, &err) || !plan_uses(&d, &use, &logs, &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	o = (struct plan_pilot_options){ .facts = plan_facts_asked(&d),
					 .rules = d.p.config.plan.big,
					 .use = logs ? &use : NULL,
					 .budget = ask->budget };
	o.spare_n = spare(&d.p.config.plan.waves, &arena, &o.spare);
	if (!plan_waves_rules_check(d.p.store, &d.p.config.plan.waves, &err) ||
	    !plan_pilot(d.p.store, &o, &r, &err) || !keep(&d, r, &err) ||
	    !(ask->form == SHEET_TEXT ? text(&d, r, &err) : rows(&d, r, &err)))
		code = msg_fail(g, &err);
	else
		code = code_of(r);
out:
	plan_pilot_free(r);
	plan_use_close(&use);
	plan_close(&d);
	arena_done(&arena);
	return code;
}
