/* SPDX-License-Identifier: MIT */
/* Strips along time: the waves of the kept plan, and the days of which logs are whole. */
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "report/report_html.h"
#include "store/store_uses.h"

#define DAY	  86400
#define WIDTH	  1000.0
#define NAMES	  150.0 /* of it, for names */
#define ROW	  24.0
#define WAVES_MAX 60 /* rows; more are told */
#define HOSTS_MAX 20
#define DAYS_MAX  180

struct strip {
	int64_t from, to;
};

static double at_x(const struct strip *s, int64_t t)
{
	if (t < s->from)
		t = s->from;
	if (t > s->to)
		t = s->to;
	return NAMES +
	       (double)(t - s->from) / (double)(s->to - s->from) * (WIDTH - NAMES);
}

static void rect(struct html *h, double x, double y, double w, double height,
		 const char *class)
{
	html_putf(h,
		  "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"",
		  x, y, w < 1 ? 1 : w, height);
	html_puts(h, class);
	html_puts(h, "\"/>");
}

/* The first seconds of months (of weeks, where there are few of them) within the strip.
 */
static void ticks(struct html *h, const struct strip *s, double bottom)
{
	bool weeks = s->to - s->from < 70 * (int64_t)DAY;
	int64_t days = (s->to - s->from) / DAY;
	int every = weeks ? 1 : (int)(days / 30 / 12) + 1, n = 0;
	struct clock_civil c;
	char text[24];

	for (int64_t t = (s->from / DAY) * DAY; t <= s->to; t += DAY) {
		clock_to_civil(t, &c);
		if (t < s->from ||
		    (weeks ? (t / DAY + 4) % 7 != 1 : c.day != 1)) /* a Monday */
			continue;
		if (n++ % every != 0)
			continue;
		html_putf(h,
			  "<line x1=\"%.1f\" y1=\"0\" x2=\"%.1f\" y2=\"%.1f\" "
			  "class=\"grid\"/>",
			  at_x(s, t), at_x(s, t), bottom);
		if (weeks)
			snprintf(text, sizeof text, "%02d-%02d", c.month, c.day);
		else
			snprintf(text, sizeof text, "%04d-%02d", c.year, c.month);
		if (at_x(s, t) > WIDTH - 45)
			continue;
		html_putf(h, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", at_x(s, t) + 3,
			  bottom + 14, text);
	}
}

static void begin(struct html *h, double height, const char *title)
{
	html_putf(h, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\"><title>",
		  (int)WIDTH, (int)height);
	html_puts(h, title);
	html_puts(h, "</title><desc>The table below has the numbers.</desc>\n");
}

static int64_t latest(const struct page_wave *w)
{
	int64_t t = w->from;

	t = w->to > t && w->to != INT64_MAX ? w->to : t;
	t = w->p50 > t ? w->p50 : t;
	return w->p90 > t ? w->p90 : t;
}

static void wave_bar(struct html *h, const struct strip *s, const struct page_wave *w,
		     double y)
{
	if (w->to != 0 && w->to != INT64_MAX)
		rect(h, at_x(s, w->from), y + 3, at_x(s, w->to) - at_x(s, w->from),
		     ROW - 6, "f-panel");
	if (w->p90 != 0)
		rect(h, at_x(s, w->from), y + 6, at_x(s, w->p90) - at_x(s, w->from),
		     ROW - 12, "f-blue faint");
	if (w->p50 != 0)
		rect(h, at_x(s, w->from), y + 6, at_x(s, w->p50) - at_x(s, w->from),
		     ROW - 12, w->clean == w->accounts ? "f-good" : "f-blue");
	else
		rect(h, at_x(s, w->from), y + 6, 4, ROW - 12, "f-blue");
	html_putf(h, "<text x=\"0\" y=\"%.1f\">wave %lld, ", y + 16, (long long)w->no);
	html_num(h, w->accounts);
	html_puts(h, w->accounts == 1 ? " account</text>" : " accounts</text>");
}

static void waves_table(struct html *h)
{
	static const char *const columns[] = { "wave",		"from",	    "to",
					       "half ended by", "ended by", "accounts",
					       "clean",		NULL };
	struct page *p = h->p;

	html_details(h, "Waves of the kept plan", columns);
	for (size_t i = 0; i < p->wave_n; i++) {
		const struct page_wave *w = &p->wave[i];
		const int64_t at[] = { w->from, w->to == INT64_MAX ? 0 : w->to, w->p50,
				       w->p90 };

		html_putf(h, "<tr><th scope=\"row\">%lld</th>", (long long)w->no);
		for (size_t k = 0; k < COUNT_OF(at); k++) {
			html_puts(h, "<td class=\"n\">");
			html_say(h, page_minute(p, at[k]));
			html_puts(h, "</td>");
		}
		html_puts(h, "<td class=\"n\">");
		html_num(h, w->accounts);
		html_puts(h, "</td><td class=\"n\">");
		html_num(h, w->clean);
		html_puts(h, "</td></tr>\n");
	}
	html_details_end(h);
}

void html_waves(struct html *h)
{
	struct page *p = h->p;
	struct strip s = { INT64_MAX, 0 };
	size_t n = p->wave_n < WAVES_MAX ? p->wave_n : WAVES_MAX;
	double height = ROW * (double)n;

	html_head(h, "waves", "Waves", NULL);
	if (p->wave_n == 0) {
		html_puts(h, "<p>No plan was kept: <code>mailmuster plan waves --keep"
			     "</code> makes one.</p>\n");
		return;
	}
	html_puts(h, "<p class=\"note\">The plan kept on ");
	html_say(h, page_day(p, p->wave_at));
	html_puts(h, ". A bar is the time until half of the forecasts have the wave "
		     "ended; paler, until nine of ten have; behind it the window. Green: "
		     "every account of the wave is proven.</p>\n");
	for (size_t i = 0; i < p->wave_n; i++) {
		if (p->wave[i].from != 0 && p->wave[i].from < s.from)
			s.from = p->wave[i].from;
		if (latest(&p->wave[i]) > s.to)
			s.to = latest(&p->wave[i]);
	}
	if (s.from < s.to) {
		begin(h, height + 20, "Waves of the kept plan");
		ticks(h, &s, height);
		if (p->at > s.from && p->at < s.to)
			html_putf(h,
				  "<line x1=\"%.1f\" y1=\"0\" x2=\"%.1f\" y2=\"%.1f\" "
				  "class=\"s-bad thin\"/>",
				  at_x(&s, p->at), at_x(&s, p->at), height);
		for (size_t i = 0; i < n; i++)
			wave_bar(h, &s, &p->wave[i], ROW * (double)i);
		html_puts(h, "</svg></figure>\n");
	}
	if (n < p->wave_n)
		html_putf(h,
			  "<p class=\"note\">The first %zu of %zu; the table has "
			  "all.</p>\n",
			  n, p->wave_n);
	waves_table(h);
}

/* ---- which days the logs cover ---- */

struct host {
	struct span name;
	const struct log_span_seen *span;
	size_t n;
	bool logins;
};

static size_t hosts_of(const struct log_span_seen *span, size_t n, struct host *out)
{
	size_t hosts = 0;

	for (size_t i = 0; i < n; i++) {
		if (hosts == 0 || !span_eq(out[hosts - 1].name, span[i].host))
			out[hosts++] = (struct host){ .name = span[i].host,
						      .span = &span[i] };
		out[hosts - 1].n++;
		out[hosts - 1].logins |= span[i].logins;
	}
	return hosts;
}

static void host_label(struct html *h, struct span name, bool text)
{
	struct span shown = name;

	if (h->p->v.o->redact)
		shown = span_str(
			page_name(h->p, "host", arena_span(&h->p->v.arena, name)));
	html_puts(h, text ? "<bdi>" : "");
	html_text(&h->out.buf, shown, text ? HTML_NAME_MAX : 22);
	html_puts(h, text ? "</bdi>" : "");
}

static void host_row(struct html *h, const struct strip *s, const struct host *v,
		     double y)
{
	rect(h, NAMES, y + 5, WIDTH - NAMES, ROW - 10, "f-bad faint");
	for (size_t k = 0; k < v->n; k++)
		if (v->span[k].last >= s->from && v->span[k].first <= s->to)
			rect(h, at_x(s, v->span[k].first), y + 5,
			     at_x(s, v->span[k].last) - at_x(s, v->span[k].first),
			     ROW - 10, v->logins ? "f-good" : "f-none");
	html_putf(h, "<text x=\"0\" y=\"%.1f\">", y + 16);
	host_label(h, v->name, false);
	html_puts(h, "</text>\n");
}

static void coverage_table(struct html *h, const struct host *host, size_t n)
{
	static const char *const columns[] = { "host", "from", "to", NULL };

	html_details(h, "Times of which a log is whole", columns);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < host[i].n; k++) {
			html_puts(h, "<tr><th scope=\"row\">");
			host_label(h, host[i].name, true);
			html_puts(h, "</th><td class=\"n\">");
			html_say(h, page_minute(h->p, host[i].span[k].first));
			html_puts(h, "</td><td class=\"n\">");
			html_say(h, page_minute(h->p, host[i].span[k].last));
			html_puts(h, "</td></tr>\n");
		}
	html_details_end(h);
}

static bool coverage_of(struct html *h, enum side side, bool *any, struct err *err)
{
	struct strip s = { INT64_MAX, 0 };
	struct log_span_seen *span;
	struct host *host;
	size_t n, hosts, shown;
	double height;

	arena_reset(&h->p->v.scratch);
	if (!store_log_spans(h->p->v.st, side, &h->p->v.scratch, &span, &n, err))
		return false;
	if (n == 0)
		return true;
	*any = true;
	host = arena_alloc(&h->p->v.scratch, n * sizeof *host);
	hosts = hosts_of(span, n, host);
	for (size_t i = 0; i < n; i++) {
		if (span[i].first < s.from)
			s.from = span[i].first;
		if (span[i].last > s.to)
			s.to = span[i].last;
	}
	s.from -= ((s.from % DAY) + DAY) % DAY;
	s.to += DAY - ((s.to % DAY) + DAY) % DAY;
	if (s.to - s.from > DAYS_MAX * (int64_t)DAY)
		s.from = s.to - DAYS_MAX * (int64_t)DAY;
	shown = hosts < HOSTS_MAX ? hosts : HOSTS_MAX;
	height = ROW * (double)shown;
	html_puts(h, "<h3>");
	html_puts(h, side == SIDE_OLD ? "Old server" : "New server");
	html_puts(h, "</h3>\n");
	begin(h, height + 20, "Days of which the logs are whole, a host each");
	for (size_t i = 0; i < shown; i++)
		host_row(h, &s, &host[i], ROW * (double)i);
	ticks(h, &s, height);
	html_puts(h, "</svg></figure>\n");
	if (shown < hosts)
		html_putf(h,
			  "<p class=\"note\">%zu of %zu hosts; the table has all."
			  "</p>\n",
			  shown, hosts);
	coverage_table(h, host, hosts);
	return true;
}

bool html_coverage(struct html *h, struct err *err)
{
	bool any = false;

	html_head(h, "logs", "What the logs cover",
		  "Green: the log of the host is whole and shows logins. Grey: whole, "
		  "but no login was ever seen in it. Pale red: nothing is known of that "
		  "time, so silence proves nothing. At most the newest 180 days.");
	for (int s = 0; s < SIDE_COUNT; s++)
		if (!coverage_of(h, (enum side)s, &any, err))
			return false;
	if (!any)
		html_puts(h, "<p>No log was read: who uses the old server is not known. "
			     "<code>mailmuster logs FILE...</code> reads them.</p>\n");
	return true;
}
