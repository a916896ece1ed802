/* SPDX-License-Identifier: MIT */
#include "gate/work.h"

#include <assert.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/num.h"

void gate_facts_init(struct gate_facts *f)
{
	*f = (struct gate_facts){ .project = "", .ledger = { .problem = "" } };
	for (int s = 0; s < SIDE_COUNT; s++)
		f->stranger[s] = "";
}

int64_t gate_down_since(const struct gate_facts *f)
{
	return f->stopped_at != 0 && f->started_at < f->stopped_at ? f->stopped_at : 0;
}

void gate_add(struct gate_result *out, const struct gate_finding *f)
{
	if (out->n == out->cap) {
		struct gate_finding *more;

		out->cap = out->cap == 0 ? 16 : out->cap * 2;
		more = arena_alloc(out->arena, out->cap * sizeof *more);
		if (out->n > 0)
			memcpy(more, out->v, out->n * sizeof *more);
		out->v = more;
	}
	out->v[out->n] = *f;
	if (out->v[out->n].command == NULL)
		out->v[out->n].command = out->command;
	out->n++;
}

void gate_blind(struct gate_result *out, const char *fmt, ...)
{
	va_list ap;

	if (out->blind[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(out->blind, sizeof out->blind, fmt, ap);
	va_end(ap);
}

void gate_passed(struct gate_result *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out->passed, sizeof out->passed, fmt, ap);
	va_end(ap);
}

void gate_figure(struct gate_result *out, const char *name, int64_t value)
{
	assert(out->figure_n < GATE_FIGURES_MAX);
	out->figure[out->figure_n++] = (struct check_figure){ name, value };
}

void gate_stands_on(struct gate_result *out, int64_t at)
{
	if (at != 0 && (out->at == 0 || at < out->at))
		out->at = at;
}

bool gate_too_old(const struct gate_facts *f, const struct gate_result *out, int64_t at)
{
	return out->max_age != 0 && at < f->now - out->max_age;
}

void gate_aged(const struct gate_facts *f, struct gate_result *out, int64_t at,
	       const char *what)
{
	gate_stands_on(out, at);
	if (gate_too_old(f, out, at))
		gate_old(out, f->now - at, out->max_age, what);
}

void gate_old(struct gate_result *out, int64_t age, int64_t max_age, const char *what)
{
	int64_t unit = age >= 3 * DAY ? DAY : 3600;

	/* "7 days old, and may be 7 days" would be said of what is 7.5 days old */
	if (age / unit * unit <= max_age)
		gate_blind(out, "%s is older than %s", what, gate_term(out, max_age));
	else
		gate_blind(out, "%s is %s old, and may be %s", what, gate_long(out, age),
			   gate_term(out, max_age));
}

void gate_same_server(const struct gate_facts *f, struct gate_result *out, enum side s)
{
	if (*f->stranger[s] != '\0')
		gate_blind(out, "%s", f->stranger[s]);
}

/* ---- words ---- */

const char *gate_day(struct gate_result *out, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	return arena_printf(out->arena, "%.10s", clock_iso(at, iso));
}

const char *gate_minute(struct gate_result *out, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	clock_iso(at, iso);
	return arena_printf(out->arena, "%.10s %.5s", iso, iso + 11);
}

const char *gate_some(struct gate_result *out, int64_t n, const char *noun)
{
	size_t len = strlen(noun);
	bool ies = noun[len - 1] == 'y' && noun[len - 2] != 'a'; /* but "days" */
	char digits[32];

	num_group(n, digits, sizeof digits);
	if (n == 1)
		return arena_printf(out->arena, "%s %s", digits, noun);
	if (ies)
		return arena_printf(out->arena, "%s %.*sies", digits, (int)len - 1, noun);
	return arena_printf(out->arena, "%s %ss", digits, noun);
}

const char *gate_term(struct gate_result *out, int64_t seconds)
{
	char buf[32];

	return arena_strdup(out->arena, num_term(seconds, buf, sizeof buf));
}

const char *gate_long(struct gate_result *out, int64_t seconds)
{
	if (seconds >= 3 * DAY)
		return gate_some(out, seconds / DAY, "day");
	return gate_some(out, seconds / 3600, "hour");
}

/* ---- time ---- */

bool gate_covered(const struct gate_cover *c, int64_t from, int64_t to)
{
	if (!c->any || c->first > from || c->last + LAG < to)
		return false;
	for (size_t i = 0; i < c->gap_n; i++)
		if (c->gap[i].from < to && c->gap[i].to > from)
			return false;
	return true;
}

bool gate_frozen(const struct gate_facts *f, int64_t read, int64_t used)
{
	int64_t down = gate_down_since(f);

	return down != 0 && read <= down && used <= read && f->logs &&
	       gate_covered(&f->login, read, down) &&
	       gate_covered(&f->delivery, read, down);
}

int64_t gate_last_use(const struct gate_facts *f)
{
	int64_t last = 0;

	for (size_t i = 0; i < f->account_n; i++)
		if (f->account[i].used > last)
			last = f->account[i].used;
	for (size_t i = 0; i < f->use_n; i++)
		if (f->use[i].last > last)
			last = f->use[i].last;
	return last;
}

const struct gate_record *gate_newest(const struct gate_facts *f,
				      enum gate_record_kind kind, const char *topic)
{
	const struct gate_record *found = NULL;

	for (size_t i = 0; i < f->record_n; i++)
		if (f->record[i].kind == kind &&
		    (topic == NULL || strcmp(f->record[i].topic, topic) == 0))
			found = &f->record[i];
	return found;
}
