/* SPDX-License-Identifier: MIT */
#include "cli/gentle.h"

#include "base/clock.h"
#include "base/num.h"
#include "cli/msg.h"
#include "cli/out.h"

bool gentle_rate(const char *s, struct audit_rate *out)
{
	static const char unit[] = "msg";
	struct span text = span_str(s);
	size_t unit_n = sizeof unit - 1;
	int shift = 0;
	uint64_t n;

	if (text.n > unit_n && span_ieq_str(span_from(text, text.n - unit_n), unit)) {
		text.n -= unit_n;
		if (!num_u64(text, (uint64_t)1 << 32, &n) || n < GENTLE_MESSAGES_MIN)
			return false;
		out->messages = (int64_t)n;
		return true;
	}
	if (text.n > 0) {
		char last = span_lower(text.p[text.n - 1]);

		shift = last == 'k' ? 10 : last == 'm' ? 20 : last == 'g' ? 30 : 0;
		text.n -= shift != 0;
	}
	if (!num_u64(text, (uint64_t)1 << 32, &n) || n << shift < GENTLE_OCTETS_MIN)
		return false;
	out->octets = (int64_t)(n << shift);
	return true;
}

bool gentle_hours(struct gentle *t, const char *s, struct err *err)
{
	struct audit_hours *q = NULL;

	t->given = true;
	if (strcmp(s, "never") == 0) {
		t->hours_n = 0;
		return true;
	}
	if (t->hours_n == GENTLE_HOURS_MAX)
		return err_set(err, ERR_CONFIG, "more than %d of them", GENTLE_HOURS_MAX);
	if (!hours_parse(span_str(s), &t->hours[t->hours_n], err) ||
	    !audit_hours_open(&t->hours[t->hours_n], 1, &q, err))
		return false;
	audit_hours_close(q);
	t->hours_n++;
	if (hours_cover_all(t->hours, t->hours_n))
		return err_set(err, ERR_CONFIG,
			       "no time is left in which it may be read");
	return true;
}

void gentle_apply(const struct gentle *t, struct reading *r)
{
	r->options.rate = t->rate;
	for (int side = 0; side < SIDE_COUNT && t->given; side++) {
		r->server[side].not_during = t->hours;
		r->server[side].not_during_n = t->hours_n;
	}
}

bool gentle_config(struct config *c, struct json_obj *o, const struct json_value *list,
		   struct server *s, struct err *err)
{
	struct hours *hours = arena_alloc(&c->arena, HOURS_MAX * sizeof *hours);
	const struct json_value *v;
	size_t n = 0;

	for (v = json_first(list); v != NULL; v = json_next(v)) {
		struct audit_hours *q = NULL;
		struct err why = ERR_INIT;

		if (json_string(v) == NULL)
			return json_complain(
				o, "not_during", err,
				"is a list of hours in which nothing is read "
				"from the server, such as \"Mon-Fri "
				"08:00-18:00\"");
		if (n == HOURS_MAX)
			return json_complain(o, "not_during", err,
					     "has more than %d entries", HOURS_MAX);
		if (!hours_parse(span_str(json_string(v)), &hours[n], &why) ||
		    !audit_hours_open(&hours[n], 1, &q, &why)) {
			json_complain(o, "not_during", err,
				      "has an entry that is none: %s", why.text);
			return why.hint[0] != '\0' ? err_hint(err, "%s", why.hint)
						   : false;
		}
		audit_hours_close(q);
		n++;
	}
	if (hours_cover_all(hours, n))
		return json_complain(o, "not_during", err,
				     "leaves no time in which the server may be read");
	s->not_during = hours;
	s->not_during_n = n;
	return true;
}

void gentle_print_side(enum side side, const struct run_pace *p)
{
	static const char *const why[RUN_WAIT_COUNT] = {
		[RUN_WAIT_GUARD] = "because its answers took longer",
		[RUN_WAIT_HOURS] = "for \"not_during\"",
		[RUN_WAIT_RATE] = "for --rate",
		[RUN_WAIT_HINT] = "because it asked for patience",
	};
	char buf[64];

	out_printf("%s  at most %s at once", side_name(side),
		   counted(p->peak, "connection"));
	for (int i = 0; i < RUN_WAIT_COUNT; i++)
		if (p->waited_ms[i] > 0)
			out_printf(", waited %s %s",
				   p->waited_ms[i] < 1000
					   ? "less than 1 s"
					   : num_seconds(p->waited_ms[i] / 1000, buf,
							 sizeof buf),
				   why[i]);
	if (p->hints > 0)
		out_printf(" (%s)", counted(p->hints, "time"));
	out_puts("\n");
}

void gentle_print(const struct globals *g, const struct audit_result *r)
{
	for (int side = 0; side < SIDE_COUNT && g->verbose > 0; side++)
		if (r->pace[side].peak > 0 || r->pace[side].waited_ms[RUN_WAIT_HOURS] > 0)
			gentle_print_side((enum side)side, &r->pace[side]);
	if (r->resume_at != 0)
		out_printf("not read now (\"not_during\"): it may go on from %s\n",
			   r->resume);
}

void gentle_print_now(const struct server *s)
{
	struct audit_hours *q = NULL;
	char buf[AUDIT_HOURS_SHOWN];
	struct err err = ERR_INIT;
	int64_t now = clock_now(), until;

	if (s == NULL || !audit_hours_open(s->not_during, s->not_during_n, &q, &err))
		return; /* the config was read, so its zones are known */
	until = audit_hours_until(q, now);
	if (until != 0)
		out_printf("%s server: not read now (\"not_during\"); what is running "
			   "waits until %s\n",
			   side_name(s->side), audit_hours_show(q, until, now, buf));
	audit_hours_close(q);
}

void gentle_json(struct json_out *j, const struct run_pace pace[SIDE_COUNT])
{
	json_begin_object(j);
	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct run_pace *p = &pace[side];

		json_name(j, side_name((enum side)side));
		json_begin_object(j);
		json_put_int(j, "connections", p->peak);
		json_put_int(j, "slowed", p->slowed);
		json_put_int(j, "hints", p->hints);
		json_name(j, "waited_ms");
		json_begin_object(j);
		for (int i = 0; i < RUN_WAIT_COUNT; i++)
			json_put_int(j, run_wait_name((enum run_wait)i), p->waited_ms[i]);
		json_end_object(j);
		json_end_object(j);
	}
	json_end_object(j);
}
