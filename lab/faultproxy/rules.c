/* SPDX-License-Identifier: MIT */
#include "lab/faultproxy/rules.h"

#include "base/num.h"

static const struct {
	const char *name;
	unsigned least, most; /* numbers */
} faults[] = {
	[FAULT_DELAY] = { "delay", 1, 2 },
	[FAULT_RATE] = { "rate", 1, 1 },
	[FAULT_CUT] = { "cut", 1, 1 },
	[FAULT_RESET] = { "reset", 1, 1 },
	[FAULT_HALF_CLOSE] = { "half-close", 1, 1 },
	[FAULT_STALL] = { "stall", 1, 2 },
	[FAULT_GARBLE] = { "garble", 2, 2 },
	[FAULT_DROP] = { "drop", 2, 2 },
	[FAULT_DUPLICATE] = { "duplicate", 2, 2 },
	[FAULT_SLOW] = { "slow", 3, 3 },
	[FAULT_REFUSE] = { "refuse", 0, 0 },
};

const char *fault_act_name(enum fault_act act)
{
	return faults[act].name;
}

/* The next word; empty at the end. */
static struct span word(struct span *rest)
{
	struct span w;
	size_t n = 0;

	*rest = span_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	w = (struct span){ rest->p, n };
	*rest = span_from(*rest, n);
	return w;
}

static bool ahead(struct span rest, const char *name)
{
	return span_ieq_str(word(&rest), name);
}

/* "5" or "5-9"; with open, "5-" too. */
static bool range(struct span w, bool open, struct fault_range *out)
{
	ptrdiff_t dash = span_index(w, '-');
	struct span hi = dash < 0 ? w : span_from(w, (size_t)dash + 1);

	if (!num_u64((struct span){ w.p, dash < 0 ? w.n : (size_t)dash }, UINT32_MAX,
		     &out->lo))
		return false;
	out->hi = UINT64_MAX;
	return (open && dash >= 0 && hi.n == 0) ||
	       (num_u64(hi, UINT32_MAX, &out->hi) && out->hi >= out->lo);
}

/* What stands before the colon. */
static bool where(struct span rest, struct fault_rule *r)
{
	struct fault_range conn = { 1, UINT64_MAX };

	if (ahead(rest, "connection")) {
		word(&rest);
		if (!range(word(&rest), true, &conn) || conn.lo == 0)
			return false;
	}
	r->conn_lo = conn.lo;
	r->conn_hi = conn.hi;
	r->up = ahead(rest, "up");
	if (r->up)
		word(&rest);
	r->nth = 1;
	if (ahead(rest, "at")) {
		struct span peek;

		word(&rest);
		peek = rest;
		if (ahead(rest, "every")) {
			r->nth = 0;
			word(&rest);
		} else if (num_u64(word(&peek), UINT32_MAX, &r->nth)) {
			word(&rest);
		}
		rest = span_trim(rest);
		if (rest.n == 0 || rest.n >= sizeof r->command)
			return false;
		memcpy(r->command, rest.p, rest.n);
		rest.n = 0;
	}
	return span_trim(rest).n == 0;
}

static bool what(struct span rest, struct fault_rule *r)
{
	struct span name = word(&rest);
	size_t act = 0;

	while (act < COUNT_OF(faults) && !span_eq_str(name, faults[act].name))
		act++;
	if (act == COUNT_OF(faults))
		return false;
	r->act = (enum fault_act)act;
	for (struct span w = word(&rest); w.n > 0; w = word(&rest))
		if (r->numbers == faults[act].most ||
		    !range(w, false, &r->number[r->numbers++]))
			return false;
	return r->numbers >= faults[act].least &&
	       (r->act != FAULT_REFUSE || r->command[0] == '\0');
}

bool fault_rules_parse(struct span script, struct fault_rules *out, struct err *err)
{
	struct fault_rules rules = { .n = 0 };

	for (unsigned line = 1; script.n > 0; line++) {
		ptrdiff_t eol = span_index(script, '\n'), colon;
		struct span text = { script.p, eol < 0 ? script.n : (size_t)eol };
		struct fault_rule r = { .command = "" };

		script = span_from(script, text.n + 1);
		text = span_trim(text);
		if (text.n == 0 || text.p[0] == '#')
			continue;
		if (rules.n == FAULT_RULES)
			return err_set(err, ERR_LIMIT, "more than %d rules", FAULT_RULES);
		colon = span_index(text, ':');
		if (colon < 0 || !where((struct span){ text.p, (size_t)colon }, &r) ||
		    !what(span_from(text, (size_t)colon + 1), &r))
			return err_set(err, ERR_CONFIG, "line %u is no rule: %.*s", line,
				       (int)(text.n > 200 ? 200 : text.n), text.p);
		rules.rule[rules.n++] = r;
	}
	*out = rules;
	return true;
}

/* ---- numbers by chance: SplitMix64 ---- */

uint64_t fault_random_next(struct fault_random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

struct fault_random fault_random_of(uint64_t seed, uint64_t connection, uint64_t rule)
{
	struct fault_random r = { seed };

	r.state = fault_random_next(&r) ^ connection;
	r.state = fault_random_next(&r) ^ rule;
	return r;
}

uint64_t fault_random_in(struct fault_random *r, struct fault_range range)
{
	return range.lo + fault_random_next(r) % (range.hi - range.lo + 1);
}
