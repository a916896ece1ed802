/* SPDX-License-Identifier: MIT */
#include "plan/plan_forecast.h"

#include "base/num.h"

/* So that nothing here overflows, whatever a server says it holds. */
#define BELIEVED_MAX INT64_C(1000000000000)

static int64_t believed(int64_t n)
{
	return n < 0 ? 0 : n > BELIEVED_MAX ? BELIEVED_MAX : n;
}

/* a * b, and no more than is believed. */
static int64_t times(int64_t a, int64_t b)
{
	a = believed(a);
	b = believed(b);
	return b != 0 && a > BELIEVED_MAX / b ? BELIEVED_MAX : a * b;
}

void plan_forecast_make(const struct plan_forecast_facts *f, struct plan_forecast *out)
{
	int64_t unknown = believed(f->accounts - f->known);
	int64_t each = believed(believed(f->login_ms) + believed(f->list_ms)),
		all = times(f->accounts, each);

	*out = (struct plan_forecast){ .measured = f->sample >= PLAN_FORECAST_SAMPLE };
	out->messages[0] = believed(believed(f->messages) + times(unknown, f->tried) / 2);
	out->messages[1] = believed(believed(f->messages) +
				    times(unknown, times(f->tried, 2)));
	out->rate[0] = PLAN_FORECAST_FAST;
	out->rate[1] = PLAN_FORECAST_SLOW;
	if (out->measured) {
		out->rate[0] = believed(f->sample) * 1000 /
			       (f->sample_ms > 0 ? f->sample_ms : 1);
		if (out->rate[0] < 1)
			out->rate[0] = 1;
		out->rate[1] = out->rate[0];
	}
	for (int i = 0; i < 2; i++) {
		int64_t share = i == 0 ? f->connections : 1;
		int64_t read_ms = times(out->messages[i], 1000) / out->rate[i];
		/* Flags alone are read again: a tenth of it to all of it. */
		int64_t flags_ms = f->modseq ? 0 : i == 0 ? read_ms / 10 : read_ms;

		out->first_s[i] = (all + read_ms) / share / 1000;
		out->again_s[i] = (all + flags_ms) / share / 1000;
	}
	/* One connection is neither: half as long again, for it will not be alone. */
	if (f->connections == 1) {
		out->first_s[1] += out->first_s[1] / 2;
		out->again_s[1] += out->again_s[1] / 2;
	}
}

/* Steps of which each is about half as long again. */
static const int64_t steps[] = { 60,	120,   180,   300,   600,   900,   1200,
				 1800,	2700,  3600,  5400,  7200,  10800, 14400,
				 21600, 28800, 43200, 64800, 86400, 129600 };

static int64_t below(int64_t s)
{
	size_t i = COUNT_OF(steps);

	if (s >= 2 * 86400)
		return s / 86400 * 86400;
	while (i > 0 && steps[i - 1] > s)
		i--;
	return i > 0 ? steps[i - 1] : 0;
}

static int64_t above(int64_t s)
{
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (steps[i] >= s)
			return steps[i];
	return (s + 86399) / 86400 * 86400;
}

/* "5 min", "1.5 h", "3 days": the steps need no more. */
static void add_time(struct strbuf *out, int64_t s)
{
	if (s < 3600)
		strbuf_addf(out, "%lld min", (long long)(s / 60));
	else if (s < 2 * 86400)
		strbuf_addf(out, "%lld%s h", (long long)(s / 3600),
			    s % 3600 != 0 ? ".5" : "");
	else
		strbuf_addf(out, "%lld days", (long long)(s / 86400));
}

void plan_forecast_range(struct strbuf *out, const int64_t s[2])
{
	int64_t least = below(s[0]), most = above(s[1]);

	if (most <= 60) {
		strbuf_adds(out, "less than a minute");
		return;
	}
	if (least > 0 && least < most)
		add_time(out, least);
	strbuf_adds(out, least > 0 && least < most ? " to " : "up to ");
	add_time(out, most);
}

static void add_count(struct strbuf *out, int64_t n, const char *one, const char *many)
{
	char digits[32];

	strbuf_addf(out, "%s %s", num_group(n, digits, sizeof digits),
		    n == 1 ? one : many);
}

void plan_forecast_say(struct strbuf *out, const struct plan_forecast_facts *f,
		       const struct plan_forecast *c)
{
	int64_t unknown = f->accounts - f->known;
	char a[32], b[32];

	strbuf_adds(out, "a first audit takes ");
	plan_forecast_range(out, c->first_s);
	strbuf_adds(out, ", one in which nothing has changed ");
	plan_forecast_range(out, c->again_s);
	strbuf_adds(out, "; assumed: ");
	add_count(out, f->accounts, "login", "logins");
	strbuf_adds(out, ", ");
	if (c->messages[0] < c->messages[1])
		strbuf_addf(out, "%s to ", num_group(c->messages[0], a, sizeof a));
	add_count(out, c->messages[1], "message", "messages");
	if (f->known > 0) {
		strbuf_addf(out, " (%s in ", num_group(f->messages, a, sizeof a));
		add_count(out, f->known, "account that was counted",
			  "accounts that were counted");
	}
	if (unknown > 0) {
		strbuf_adds(out, f->known > 0 ? "; " : " (");
		add_count(out, unknown, "other holds", "others hold");
		strbuf_addf(out, " half to twice as many as this one, %s",
			    num_group(f->tried, b, sizeof b));
	}
	if (f->known > 0 || unknown > 0)
		strbuf_addc(out, ')');
	if (c->measured)
		strbuf_addf(out, ", %s a second as just measured over %s",
			    num_group(c->rate[0], a, sizeof a),
			    num_group(f->sample, b, sizeof b));
	else
		strbuf_addf(out,
			    ", %s to %s a second, for this account holds too few to "
			    "measure it",
			    num_group(c->rate[1], a, sizeof a),
			    num_group(c->rate[0], b, sizeof b));
	if (f->connections > 1)
		strbuf_addf(out,
			    ", and %u connections that are up to %u times as fast "
			    "as one",
			    f->connections, f->connections);
	else
		strbuf_adds(out, ", and one connection");
	if (!f->modseq)
		strbuf_adds(out, "; flags are read again each time, for this server does "
				 "not tell HIGHESTMODSEQ");
}
