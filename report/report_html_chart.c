/* SPDX-License-Identifier: MIT */
/* Charts as SVG: drawn here, coloured by the style sheet, each with a title, and its
 * numbers as a table below it. */
#include "base/clock.h"
#include "base/num.h"
#include "report/report_html.h"

#define DAY 86400

static void begin(struct html *h, int width, int height, const char *title,
		  const char *described)
{
	html_putf(h, "<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>", width, height);
	html_say(h, title);
	html_puts(h, "</title><desc>");
	html_say(h, described);
	html_puts(h, "</desc>\n");
}

static void end(struct html *h)
{
	html_puts(h, "</svg>\n");
}

static void label(struct html *h, double x, double y, const char *class, const char *text)
{
	html_putf(h, "<text x=\"%.1f\" y=\"%.1f\" class=\"", x, y);
	html_puts(h, class);
	html_puts(h, "\">");
	html_say(h, text);
	html_puts(h, "</text>");
}

static void rect(struct html *h, double x, double y, double w, double height,
		 const char *class)
{
	html_putf(h,
		  "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"",
		  x, y, w, height);
	html_puts(h, class);
	html_puts(h, "\"/>");
}

static void line(struct html *h, double x1, double y1, double x2, double y2,
		 const char *class)
{
	html_putf(h, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"", x1,
		  y1, x2, y2);
	html_puts(h, class);
	html_puts(h, "\"/>");
}

/* The least of 1, 2, 5 times a power of ten that gives at most four steps. */
static int64_t step_of(int64_t most)
{
	int64_t step = 1;

	for (int i = 0; step * 4 < most; i++)
		step = i % 3 == 0 ? step * 2 : i % 3 == 1 ? step / 2 * 5 : step * 2;
	return step;
}

static const char *short_num(int64_t n, char *buf, size_t size)
{
	if (n >= 10000000)
		snprintf(buf, size, "%lld M", (long long)(n / 1000000));
	else
		num_group(n, buf, size);
	return buf;
}

/* ---- accounts by state, one bar ---- */

static const struct {
	enum page_state state;
	const char *class;
} order[] = { { PAGE_CLEAN, "f-good" },
	      { PAGE_STAYS, "f-blue" },
	      { PAGE_DIFFERS, "f-bad" },
	      { PAGE_INCOMPLETE, "f-none" },
	      { PAGE_NEVER, "f-none faint" } };
_Static_assert(COUNT_OF(order) == PAGE_STATE_COUNT, "each state once");

void html_states(struct html *h)
{
	struct page *p = h->p;
	double x = 0, width = 1000;
	char share[16];

	if (p->v.n == 0)
		return;
	html_puts(h, "<figure><figcaption>Accounts by state</figcaption>");
	begin(h, 1000, 22, "Accounts by state", "The list below has the numbers.");
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		double w = (double)p->n[order[i].state] / (double)p->v.n * width;

		if (p->n[order[i].state] == 0)
			continue;
		rect(h, x, 0, w > 2 ? w - 1.5 : w, 22, order[i].class);
		x += w;
	}
	end(h);
	html_puts(h, "<ul class=\"legend\">");
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		int64_t n = p->n[order[i].state];

		if (n == 0)
			continue;
		html_puts(h, "<li><svg viewBox=\"0 0 11 11\" aria-hidden=\"true\">");
		rect(h, 0, 0, 11, 11, order[i].class);
		html_puts(h, "</svg>");
		html_num(h, n);
		html_puts(h, " ");
		html_say(h, page_state_name(order[i].state));
		html_putf(h, " (%s)",
			  page_share(n, (int64_t)p->v.n, share, sizeof share));
		html_puts(h, "</li>");
	}
	html_puts(h, "</ul></figure>\n");
}

/* ---- lines over time ---- */

#define W      560
#define H      250
#define LEFT   52.0
#define RIGHT  110.0
#define TOP    14.0
#define BOTTOM 28.0

struct frame {
	int64_t from, to, most;
};

static double at_x(const struct frame *f, int64_t t)
{
	double span = f->to > f->from ? (double)(f->to - f->from) : 1;

	return LEFT + (double)(t - f->from) / span * (W - LEFT - RIGHT);
}

static double at_y(const struct frame *f, int64_t n)
{
	return H - BOTTOM -
	       (double)n / (double)(f->most > 0 ? f->most : 1) * (H - TOP - BOTTOM);
}

static void frame(struct html *h, struct frame *f)
{
	int64_t step = step_of(f->most);
	char buf[CLOCK_ISO_SIZE + 16];

	f->most = (f->most + step - 1) / step * step;
	if (f->most == 0)
		f->most = step;
	for (int64_t n = 0; n <= f->most; n += step) {
		line(h, LEFT, at_y(f, n), W - RIGHT, at_y(f, n),
		     n == 0 ? "axis" : "grid");
		label(h, LEFT - 7, at_y(f, n) + 4, "end", short_num(n, buf, sizeof buf));
	}
	for (int i = 0; i <= 2; i++) {
		int64_t t = f->from + (f->to - f->from) * i / 2;

		if (i == 1 && f->to - f->from < 4 * (int64_t)DAY)
			continue;
		clock_iso(t, buf);
		buf[10] = '\0';
		label(h, at_x(f, t), H - 8, i == 0 ? "" : i == 1 ? "mid" : "end", buf);
	}
}

typedef int64_t figure_of(const struct page_point *q);

static int64_t of_settled(const struct page_point *q)
{
	return q->n[PAGE_CLEAN] + q->n[PAGE_STAYS];
}

static int64_t of_differing(const struct page_point *q)
{
	return q->n[PAGE_DIFFERS];
}

static int64_t of_unknown(const struct page_point *q)
{
	return q->n[PAGE_INCOMPLETE] + q->n[PAGE_NEVER];
}

static int64_t of_missing(const struct page_point *q)
{
	return q->missing;
}

struct curve {
	figure_of *of;
	const char *class, *fill, *name;
};

static void curve(struct html *h, const struct frame *f, const struct curve *c)
{
	struct page *p = h->p;

	html_puts(h, "<path class=\"");
	html_puts(h, c->class);
	html_puts(h, "\" d=\"");
	for (size_t i = 0; i < p->point_n; i++)
		html_putf(h, "%s%.1f %.1f", i == 0 ? "M" : "L", at_x(f, p->point[i].at),
			  at_y(f, c->of(&p->point[i])));
	html_puts(h, "\"/>");
	for (size_t i = 0; i < p->point_n && p->point_n <= 60; i++) {
		html_putf(h, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.8\" class=\"",
			  at_x(f, p->point[i].at), at_y(f, c->of(&p->point[i])));
		html_puts(h, c->fill);
		html_puts(h, "\"/>");
	}
}

/* Names at the ends of their curves, moved apart where they would cover each other. */
static void ends(struct html *h, const struct frame *f, const struct curve *c, size_t n)
{
	const struct page_point *last = &h->p->point[h->p->point_n - 1];
	double y[4], x = at_x(f, last->at) + 8;
	size_t at[4];
	char text[64], num[32];

	for (size_t i = 0; i < n; i++) {
		size_t k = i;

		for (; k > 0 && at_y(f, c[at[k - 1]].of(last)) > at_y(f, c[i].of(last));
		     k--)
			at[k] = at[k - 1];
		at[k] = i;
	}
	for (size_t i = 0; i < n; i++) {
		y[i] = at_y(f, c[at[i]].of(last)) + 4;
		if (i > 0 && y[i] < y[i - 1] + 14)
			y[i] = y[i - 1] + 14;
	}
	if (n > 0 && y[n - 1] > H - BOTTOM + 4) {
		y[n - 1] = H - BOTTOM + 4;
		for (size_t i = n - 1; i > 0; i--)
			if (y[i - 1] > y[i] - 14)
				y[i - 1] = y[i] - 14;
	}
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof text, "%s %s", c[at[i]].name,
			 num_group(c[at[i]].of(last), num, sizeof num));
		label(h, x, y[i], "strong", text);
	}
}

/* From the newest figure to where the forecast says that all is proven. */
static void projection(struct html *h, const struct frame *f)
{
	struct page *p = h->p;
	const struct page_point *last = &p->point[p->point_n - 1];

	if (p->forecast.p50 == 0 || p->forecast.p50 > f->to)
		return;
	line(h, at_x(f, last->at), at_y(f, of_settled(last)), at_x(f, p->forecast.p50),
	     at_y(f, (int64_t)p->v.n), "s-good thin dash");
}

static void accounts_chart(struct html *h)
{
	static const struct curve curves[] = {
		{ of_settled, "s-good", "f-good", "proven" },
		{ of_differing, "s-bad", "f-bad", "differ" },
		{ of_unknown, "s-none", "f-none", "unknown" },
	};
	struct page *p = h->p;
	const struct page_point *last = &p->point[p->point_n - 1];
	struct frame f = { p->point[0].at, last->at, (int64_t)p->v.n };
	char buf[32], text[64];

	/* The forecast may have as much room as the history. */
	if (p->forecast.p50 > last->at &&
	    p->forecast.p50 - last->at <= last->at - p->point[0].at)
		f.to = p->forecast.p50;
	html_puts(h, "<figure><figcaption>Accounts, by verification</figcaption>");
	begin(h, W, H, "Accounts proven, differing and unknown after each verification",
	      "The table below has the numbers.");
	frame(h, &f);
	line(h, LEFT, at_y(&f, (int64_t)p->v.n), W - RIGHT, at_y(&f, (int64_t)p->v.n),
	     "s-blue thin");
	snprintf(text, sizeof text, "in scope %s",
		 num_group((int64_t)p->v.n, buf, sizeof buf));
	label(h, LEFT + 4, at_y(&f, (int64_t)p->v.n) - 5, "", text);
	projection(h, &f);
	for (size_t i = COUNT_OF(curves); i > 0; i--)
		curve(h, &f, &curves[i - 1]);
	ends(h, &f, curves, COUNT_OF(curves));
	end(h);
	html_puts(h, "</figure>\n");
}

static void missing_chart(struct html *h)
{
	static const struct curve curves[] = { { of_missing, "s-bad", "f-bad",
						 "missing" } };
	struct page *p = h->p;
	struct frame f = { p->point[0].at, p->point[p->point_n - 1].at, 0 };

	for (size_t i = 0; i < p->point_n; i++)
		if (p->point[i].missing > f.most)
			f.most = p->point[i].missing;
	html_puts(h, "<figure><figcaption>Messages missing, by verification"
		     "</figcaption>");
	begin(h, W, H, "Messages missing on the new server after each verification",
	      "The table below has the numbers.");
	frame(h, &f);
	curve(h, &f, curves);
	ends(h, &f, curves, 1);
	end(h);
	html_puts(h, "</figure>\n");
}

#define POINTS_MAX 200 /* rows of the table, newest */

void html_progress(struct html *h)
{
	static const char *const columns[] = { "verification", "run",	  "proven",
					       "differ",       "unknown", "messages",
					       "arrived",      "missing", NULL };
	struct page *p = h->p;
	size_t first = p->point_n > POINTS_MAX ? p->point_n - POINTS_MAX : 0;

	if (p->point_n < 2) {
		html_puts(h, "<p class=\"note\">This is the first report: there is no "
			     "history yet, so neither trend nor pace can be "
			     "shown.</p>\n");
		return;
	}
	html_puts(h, "<div class=\"pair\">");
	accounts_chart(h);
	missing_chart(h);
	html_puts(h, "</div>\n");
	html_details(h, "After each verification", columns);
	for (size_t i = first; i < p->point_n; i++) {
		const struct page_point *q = &p->point[i];

		html_puts(h, "<tr><th scope=\"row\">");
		html_say(h, page_minute(p, q->at));
		html_putf(h, "</th><td class=\"n\">%lld</td>", (long long)q->run);
		for (int k = 0; k < 6; k++) {
			const int64_t n[] = { of_settled(q), of_differing(q),
					      of_unknown(q), q->old_messages,
					      q->arrived,    q->missing };

			html_puts(h, "<td class=\"n\">");
			html_num(h, n[k]);
			html_puts(h, "</td>");
		}
		html_puts(h, "</tr>\n");
	}
	html_details_end(h);
	if (first > 0)
		html_putf(h, "<p class=\"note\">The newest %d of %zu.</p>\n", POINTS_MAX,
			  p->point_n);
}

/* ---- missing mail by year ---- */

#define YEARS_MAX 40 /* bars; the table has all */

void html_years(struct html *h)
{
	static const char *const columns[] = { "year", "messages", "size", NULL };
	struct page *p = h->p;
	size_t first = p->year_n > YEARS_MAX ? p->year_n - YEARS_MAX : 0;
	size_t n = p->year_n - first;
	double slot = 1000.0 / (double)(n > 12 ? n : 12), most = 1;
	char text[32];

	html_head(h, "years", "Missing mail by year",
		  "Messages that are not on the new server and that nobody has accepted, "
		  "by the year in which they arrived on the old one.");
	if (p->year_n == 0) {
		html_puts(h, "<p>None that was found.</p>\n");
		return;
	}
	for (size_t i = first; i < p->year_n; i++)
		if ((double)p->year[i].messages > most)
			most = (double)p->year[i].messages;
	html_puts(h, "<figure>");
	begin(h, 1000, 190, "Missing messages by year",
	      "The table below has the numbers.");
	for (size_t i = 0; i < n; i++) {
		const struct page_year *y = &p->year[first + i];
		double height = (double)y->messages / most * 130, x = slot * (double)i;

		if (height < 2)
			height = 2;
		rect(h, x + slot * .14, 160 - height, slot * .72, height, "f-bad");
		if (n <= 20)
			label(h, x + slot / 2, 153 - height, "mid strong",
			      short_num(y->messages, text, sizeof text));
		snprintf(text, sizeof text, "%s%d", n > 24 ? "'" : "",
			 n > 24 ? y->year % 100 : y->year);
		label(h, x + slot / 2, 178, "mid", y->year == 0 ? "no date" : text);
	}
	line(h, 0, 160, 1000, 160, "axis");
	end(h);
	html_puts(h, "</figure>\n");
	html_details(h, "Missing messages by year", columns);
	for (size_t i = 0; i < p->year_n; i++) {
		html_puts(h, "<tr><th scope=\"row\">");
		if (p->year[i].year == 0)
			html_puts(h, "no date");
		else
			html_putf(h, "%d", p->year[i].year);
		html_puts(h, "</th><td class=\"n\">");
		html_num(h, p->year[i].messages);
		html_puts(h, "</td><td class=\"n\">");
		html_octets(h, p->year[i].octets);
		html_puts(h, "</td></tr>\n");
	}
	html_details_end(h);
}
