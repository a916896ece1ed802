/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/gate_see.h"
#include "cli/msg.h"

#define TITLE_WIDTH 38

static void show(struct strbuf *out, const char *s)
{
	text_show(out, span_str(s), 0);
}

/* "2 h", "9 d"; "-" without evidence. */
static const char *age(int64_t now, int64_t at, char *buf, size_t size)
{
	int64_t s = now - at;

	if (at == 0)
		return "-";
	if (s < 0)
		s = 0;
	snprintf(buf, size, "%lld %s",
		 (long long)(s < 3600	     ? s / 60
			     : s < 3 * 86400 ? s / 3600
					     : s / 86400),
		 s < 3600	 ? "min"
		 : s < 3 * 86400 ? "h"
				 : "d");
	return buf;
}

static void names(const struct gate_result *r, size_t most, struct strbuf *out)
{
	size_t shown_n = 0, open = r->n - r->covered;

	for (size_t i = 0; i < r->n && shown_n < most; i++) {
		const struct gate_finding *x = &r->v[i];

		if (x->waiver != NULL)
			continue;
		strbuf_adds(out, "                 ");
		show(out, x->subject);
		strbuf_adds(out, ": ");
		show(out, x->text);
		strbuf_addc(out, '\n');
		shown_n++;
	}
	if (most > 0 && shown_n < open)
		strbuf_addf(out,
			    "                 and %zu more: mailmuster gate explain %s\n",
			    open - shown_n, r->check->name);
}

static void line(const struct gate_seen *g, const struct gate_result *r, size_t most,
		 bool all, struct strbuf *out)
{
	char buf[32];

	strbuf_addf(out, "  %-8s %s %-*s ", gate_outcome_name(r->outcome), r->check->name,
		    TITLE_WIDTH, r->check->title);
	show(out, r->sentence);
	strbuf_addf(out, "  (%s)\n", age(g->facts.now, r->at, buf, sizeof buf));
	/* what nobody knows is mostly the same for everybody: the first one tells it */
	if (r->n > 1 && (r->outcome == GATE_FAIL || r->outcome == GATE_WARN ||
			 (r->outcome == GATE_NO_DATA && all)))
		names(r, most, out);
}

static void loosened(const struct gate_seen *g, struct strbuf *out)
{
	char value[32], standard[32];

	for (size_t i = 0; i < g->loosened_n; i++) {
		const struct gate_loosened *l = &g->loosened[i];

		strbuf_addf(
			out, "limit loosened: %s is %s, and %s by default\n", l->key,
			gate_limit_text(l->unit, l->value, value, sizeof value),
			gate_limit_text(l->unit, l->standard, standard, sizeof standard));
	}
	if (g->limits.v[LIMIT_APPROVERS] < 2)
		strbuf_adds(out, "one person alone may sign\n");
}

static void counts(const struct gate_verdict *v, struct strbuf *out)
{
	strbuf_addf(out,
		    "\n%d checks: %d passed, %d waived, %d warning%s, %d failed, %d "
		    "without data\n",
		    GATE_CHECK_COUNT, v->n[GATE_PASS], v->n[GATE_WAIVED], v->n[GATE_WARN],
		    v->n[GATE_WARN] == 1 ? "" : "s", v->n[GATE_FAIL], v->n[GATE_NO_DATA]);
}

void gate_text(const struct gate_seen *g, const struct project *p, size_t most, bool all,
	       struct strbuf *out)
{
	static const enum gate_outcome order[] = { GATE_FAIL, GATE_NO_DATA, GATE_WARN,
						   GATE_WAIVED, GATE_PASS };
	const struct gate_verdict *v = &g->verdict;
	char hex[SHA256_HEX_SIZE], n[32];

	_Static_assert(COUNT_OF(order) == GATE_OUTCOME_COUNT, "every outcome");
	sha256_hex(&g->facts.ledger.head, hex);
	strbuf_adds(out, "Shutdown gate for ");
	show(out, p->config.server[SIDE_OLD].host);
	strbuf_addf(out, "    ledger %.8s, %s %s\n\n", hex,
		    num_group(g->facts.ledger.entries, n, sizeof n),
		    g->facts.ledger.entries == 1 ? "entry" : "entries");
	if (*v->bar != '\0') {
		strbuf_adds(out, "  nothing can be judged: ");
		show(out, v->bar);
		strbuf_addc(out, '\n');
	}
	for (size_t o = 0; o < COUNT_OF(order) && *v->bar == '\0'; o++)
		for (int i = 0; i < GATE_CHECK_COUNT; i++)
			if (v->result[i].outcome == order[o] &&
			    (all || order[o] != GATE_PASS))
				line(g, &v->result[i], most, all, out);
	if (!all && v->n[GATE_PASS] > 0)
		strbuf_addf(out, "  PASS     %d more (-v shows them)\n", v->n[GATE_PASS]);
	counts(v, out);
	loosened(g, out);
	strbuf_addf(out, "%s\n", v->go ? "GO" : "NO-GO");
	if (v->nearest != NULL && *v->nearest->command != '\0' && *v->bar == '\0') {
		strbuf_addf(out, "hint: %s next: ", v->nearest->check->name);
		show(out, v->nearest->command);
		strbuf_addc(out, '\n');
	}
}

void gate_explain_text(const struct gate_result *r, struct strbuf *out)
{
	const struct gate_check *c = r->check;
	const char *scope = gate_scope_name(c->waiver);
	char buf[32], iso[CLOCK_ISO_SIZE], hex[SHA256_HEX_SIZE];

	strbuf_addf(out, "%s %s: %s\n", c->name, c->title, gate_outcome_name(r->outcome));
	show(out, r->sentence);
	strbuf_addf(out, "\n\n%s\n", c->means);
	strbuf_addf(out, "It %s.", c->warns ? "warns, and never blocks" : "blocks");
	if (r->max_age != 0)
		strbuf_addf(out, " Its evidence may be %s old.",
			    gate_limit_text(UNIT_SECONDS, r->max_age, buf, sizeof buf));
	if (r->at != 0)
		strbuf_addf(out, " The oldest is of %s.", clock_iso(r->at, iso));
	if (*scope != '\0')
		strbuf_addf(out, " A waiver names what it covers by %s.\n", scope);
	else
		strbuf_adds(out, " It cannot be waived.\n");
	for (size_t i = 0; i < r->n; i++) {
		const struct gate_finding *x = &r->v[i];

		strbuf_adds(out, "\n");
		show(out, x->subject);
		strbuf_adds(out, ": ");
		show(out, x->text);
		strbuf_addc(out, '\n');
		if (x->waiver != NULL)
			strbuf_addf(out, "    covered by %s until %.10s\n", x->waiver->id,
				    clock_iso(x->waiver->expires, iso));
		else if (*x->command != '\0') {
			strbuf_adds(out, "    ");
			show(out, x->command);
			strbuf_addc(out, '\n');
		}
		sha256_hex(&x->fingerprint, hex);
		if (*scope != '\0' && !x->unknown)
			strbuf_addf(out, "    finding %.16s\n", hex);
	}
	if (r->n == 0 && *r->command != '\0' && r->outcome != GATE_PASS) {
		strbuf_adds(out, "\nnext: ");
		show(out, r->command);
		strbuf_addc(out, '\n');
	}
}

/* ---- CSV ---- */

static void number(struct strbuf *out, int64_t n)
{
	char digits[24];

	snprintf(digits, sizeof digits, "%lld", (long long)n);
	csv_put(out, digits, false);
}

static void when(struct strbuf *out, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	csv_put(out, at != 0 ? clock_iso(at, iso) : "", false);
}

static void digest(struct strbuf *out, const struct sha256 *d)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(d, hex);
	csv_put(out, hex, false);
	strbuf_adds(out, "\r\n");
}

void gate_csv(const struct gate_seen *g, struct strbuf *out)
{
	strbuf_adds(out, "check,title,severity,outcome,sentence,at,max_age,findings,"
			 "covered,unknown,evidence\r\n");
	for (int i = 0; i < GATE_CHECK_COUNT; i++) {
		const struct gate_result *r = &g->verdict.result[i];

		csv_put(out, r->check->name, true);
		csv_put(out, r->check->title, false);
		csv_put(out, r->check->warns ? "warning" : "blocking", false);
		csv_put(out, gate_outcome_name(r->outcome), false);
		csv_put(out, r->sentence, false);
		when(out, r->at);
		number(out, r->max_age);
		number(out, (int64_t)r->n);
		number(out, (int64_t)r->covered);
		number(out, (int64_t)r->unknown);
		digest(out, &r->evidence);
	}
}

void gate_explain_csv(const struct gate_result *r, struct strbuf *out)
{
	strbuf_adds(out, "check,subject,text,unknown,waiver,command,at,fingerprint\r\n");
	for (size_t i = 0; i < r->n; i++) {
		const struct gate_finding *x = &r->v[i];

		csv_put(out, r->check->name, true);
		csv_put(out, x->subject, false);
		csv_put(out, x->text, false);
		csv_put(out, x->unknown ? "yes" : "no", false);
		csv_put(out, x->waiver != NULL ? x->waiver->id : "", false);
		csv_put(out, x->command, false);
		when(out, x->at);
		digest(out, &x->fingerprint);
	}
}

/* ---- JSON ---- */

static void put_time(struct json_out *j, const char *key, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	json_put_str(j, key, at != 0 ? clock_iso(at, iso) : NULL);
}

static void put_finding(const struct gate_finding *x, struct json_out *j)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(&x->fingerprint, hex);
	json_begin_object(j);
	json_put_str(j, "subject", x->subject);
	json_put_str(j, "text", x->text);
	json_put_str(j, "command", *x->command != '\0' ? x->command : NULL);
	json_put_bool(j, "unknown", x->unknown);
	json_put_str(j, "waiver", x->waiver != NULL ? x->waiver->id : NULL);
	put_time(j, "at", x->at);
	json_put_str(j, "fingerprint", hex);
	json_end_object(j);
}

void gate_put_result(const struct gate_result *r, size_t from, size_t most,
		     struct json_out *j)
{
	const char *scope = gate_scope_name(r->check->waiver);
	char hex[SHA256_HEX_SIZE];

	sha256_hex(&r->evidence, hex);
	json_begin_object(j);
	json_put_str(j, "check", r->check->name);
	json_put_str(j, "title", r->check->title);
	json_put_str(j, "severity", r->check->warns ? "warning" : "blocking");
	json_put_str(j, "outcome", gate_outcome_name(r->outcome));
	json_put_str(j, "sentence", r->sentence);
	json_put_str(j, "command", *r->command != '\0' ? r->command : NULL);
	put_time(j, "at", r->at);
	json_put_int(j, "max_age", r->max_age);
	json_put_str(j, "waived_by", *scope != '\0' ? scope : NULL);
	json_name(j, "figures");
	json_begin_object(j);
	for (int i = 0; i < r->figure_n; i++)
		json_put_int(j, r->figure[i].name, r->figure[i].value);
	json_end_object(j);
	json_put_int(j, "findings", (int64_t)r->n);
	json_put_int(j, "covered", (int64_t)r->covered);
	json_put_int(j, "unknown", (int64_t)r->unknown);
	json_put_str(j, "evidence", hex);
	json_name(j, "names");
	json_begin_array(j);
	for (size_t i = from; i < r->n && i - from < most; i++)
		put_finding(&r->v[i], j);
	json_end_array(j);
	json_end_object(j);
}

void gate_put_verdict(const struct gate_seen *g, const struct project *p, size_t most,
		      struct json_out *j)
{
	const struct gate_verdict *v = &g->verdict;
	char hex[SHA256_HEX_SIZE];

	put_time(j, "at", g->facts.now);
	json_put_str(j, "old", p->config.server[SIDE_OLD].host);
	json_put_str(j, "project", g->facts.project);
	json_put_str(j, "verdict", v->go ? "GO" : "NO-GO");
	json_put_str(j, "bar", *v->bar != '\0' ? v->bar : NULL);
	sha256_hex(&v->digest, hex);
	json_put_str(j, "digest", hex);
	sha256_hex(&g->facts.ledger.head, hex);
	json_name(j, "ledger");
	json_begin_object(j);
	json_put_int(j, "entries", g->facts.ledger.entries);
	json_put_str(j, "head", g->facts.ledger.entries > 0 ? hex : NULL);
	json_put_bool(j, "whole", g->facts.ledger.whole);
	json_end_object(j);
	json_name(j, "loosened");
	json_begin_array(j);
	for (size_t i = 0; i < g->loosened_n; i++) {
		json_begin_object(j);
		json_put_str(j, "limit", g->loosened[i].key);
		json_put_int(j, "value", g->loosened[i].value);
		json_put_int(j, "standard", g->loosened[i].standard);
		json_end_object(j);
	}
	json_end_array(j);
	json_name(j, "counts");
	json_begin_object(j);
	json_put_int(j, "pass", v->n[GATE_PASS]);
	json_put_int(j, "warn", v->n[GATE_WARN]);
	json_put_int(j, "waived", v->n[GATE_WAIVED]);
	json_put_int(j, "fail", v->n[GATE_FAIL]);
	json_put_int(j, "no_data", v->n[GATE_NO_DATA]);
	json_end_object(j);
	json_name(j, "checks");
	json_begin_array(j);
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		gate_put_result(&v->result[i], 0, most, j);
	json_end_array(j);
}
