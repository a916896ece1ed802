/* SPDX-License-Identifier: MIT */
#include "model/hours.h"

#include "base/num.h"

enum { DAY = 24 * 60 };

static const char *const day_names[] = {
	"mon", "tue", "wed", "thu", "fri", "sat", "sun"
};

/* The first word of *rest; blanks around it go. */
static struct span take_word(struct span *rest)
{
	struct span s = span_trim(*rest), word = s;
	ptrdiff_t blank = span_index(s, ' ');

	if (blank >= 0)
		word.n = (size_t)blank;
	*rest = span_trim(span_from(s, word.n));
	return word;
}

static int day_of(struct span s)
{
	for (int i = 0; i < 7; i++)
		if (span_ieq_str(s, day_names[i]))
			return i;
	return -1;
}

/* "Mon", "Mon-Fri", "Sat-Mon", and several of them with commas. */
static bool parse_days(struct span s, unsigned *out)
{
	unsigned days = 0;

	for (bool more = true; more;) {
		ptrdiff_t comma = span_index(s, ',');
		struct span part = { s.p, comma < 0 ? s.n : (size_t)comma };
		ptrdiff_t dash = span_index(part, '-');
		int from = day_of(
			    (struct span){ part.p, dash < 0 ? part.n : (size_t)dash }),
		    to = dash < 0 ? from : day_of(span_from(part, (size_t)dash + 1));

		if (from < 0 || to < 0)
			return false;
		for (int i = from;; i = (i + 1) % 7) {
			days |= 1u << i;
			if (i == to)
				break;
		}
		more = comma >= 0;
		s = span_from(s, more ? (size_t)comma + 1 : s.n);
	}
	*out = days;
	return true;
}

/* "08:00", up to "24:00". */
static bool parse_time(struct span s, int *out)
{
	uint64_t hour, minute;

	if (s.n != 5 || s.p[2] != ':' || !num_u64((struct span){ s.p, 2 }, 24, &hour) ||
	    !num_u64((struct span){ s.p + 3, 2 }, 59, &minute) ||
	    (hour == 24 && minute != 0))
		return false;
	*out = (int)(hour * 60 + minute);
	return true;
}

static bool parse_times(struct span s, struct hours *h)
{
	return s.n == 11 && s.p[5] == '-' &&
	       parse_time((struct span){ s.p, 5 }, &h->from) &&
	       parse_time(span_from(s, 6), &h->to);
}

static bool bad(struct err *err, const char *why)
{
	err_set(err, ERR_CONFIG, "%s", why);
	return err_hint(err, "written as \"Mon-Fri 08:00-18:00\", \"22:00-06:00\", or "
			     "\"Sat,Sun 00:00-24:00 Europe/Vienna\"");
}

bool hours_parse(struct span text, struct hours *out, struct err *err)
{
	struct hours h = { .days = 0x7f };
	struct span rest = text, word;

	if (text.n >= sizeof h.text)
		return bad(err, "these hours are too long");
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || (unsigned char)text.p[i] > '~')
			return bad(err, "these hours hold an odd character");
	word = take_word(&rest);
	if (span_index(word, ':') < 0) {
		if (!parse_days(word, &h.days))
			return bad(err, "these are no days: Mon Tue Wed Thu Fri Sat Sun");
		word = take_word(&rest);
	}
	if (!parse_times(word, &h))
		return bad(err, "this is no time of day from 00:00 to 24:00");
	if (h.from == h.to || h.from == DAY)
		return bad(err, "these hours are empty; a whole day is 00:00-24:00");
	word = take_word(&rest);
	if (rest.n > 0 || word.n >= sizeof h.zone)
		return bad(err, "behind the hours stands more than the name of a zone");
	memcpy(h.zone, word.p, word.n);
	h.zone[word.n] = '\0';
	memcpy(h.text, text.p, text.n);
	h.text[text.n] = '\0';
	*out = h;
	return true;
}

bool hours_cover(const struct hours *h, int minute)
{
	int day = minute / DAY % 7, at = minute % DAY, before = (day + 6) % 7;

	if (h->to > h->from)
		return (h->days >> day & 1) != 0 && at >= h->from && at < h->to;
	return ((h->days >> day & 1) != 0 && at >= h->from) ||
	       ((h->days >> before & 1) != 0 && at < h->to);
}

bool hours_cover_all(const struct hours *h, size_t n)
{
	for (int minute = 0; minute < HOURS_WEEK; minute++) {
		bool covered = false;

		for (size_t i = 0; i < n && !covered; i++)
			covered = hours_cover(&h[i], minute);
		if (!covered)
			return false;
	}
	return true;
}
