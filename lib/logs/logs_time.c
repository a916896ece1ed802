/* SPDX-License-Identifier: MIT */
#include "logs/logs_time.h"

#include "base/clock.h"

static const unsigned short days_before[] = { 0,   31,	60,  91,  121, 152,
					      182, 213, 244, 274, 305, 335 };
static const unsigned char days_in[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Two digits at p; -1: they are none. */
static int two(const char *p)
{
	return is_digit(p[0]) && is_digit(p[1]) ? (p[0] - '0') * 10 + (p[1] - '0') : -1;
}

static int four(const char *p)
{
	int a = two(p), b = two(p + 2);

	return a < 0 || b < 0 ? -1 : a * 100 + b;
}

/* "HH:MM:SS" in seconds; -1. */
static int clock_time(const char *p)
{
	int h = two(p), m = two(p + 3), s = two(p + 6);

	if (p[2] != ':' || p[5] != ':' || h < 0 || h > 23 || m < 0 || m > 59 || s < 0 ||
	    s > 60)
		return -1;
	return h * 3600 + m * 60 + s;
}

/* 0 to 11; -1. */
static int month_name(const char *p)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++)
		if (p[0] == names[i * 3] && p[1] == names[i * 3 + 1] &&
		    p[2] == names[i * 3 + 2])
			return i;
	return -1;
}

static bool is_leap(int y)
{
	return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

/* month from 0. */
static bool date(int year, int month, int day, int second, int64_t *out)
{
	struct clock_civil c = { .year = year, .month = month + 1, .day = day };

	if (year < 0 || month < 0 || month > 11 || day < 1 || day > days_in[month] ||
	    second < 0 || (month == 1 && day == 29 && !is_leap(year)))
		return false;
	*out = clock_from_civil(&c) + second;
	return true;
}

static bool done(struct span *s, size_t n, struct span *text, struct log_stamp *out,
		 enum log_stamp_kind kind, int64_t t)
{
	*text = (struct span){ s->p, n };
	*s = span_from(*s, n);
	*out = (struct log_stamp){ kind, t };
	return true;
}

/* Octets of ".123456" or ",123" at the front. */
static size_t fraction(struct span s)
{
	size_t n = 1;

	if (s.n < 2 || (s.p[0] != '.' && s.p[0] != ',') || !is_digit(s.p[1]))
		return 0;
	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n;
}

/* Octets of a zone at the front, its offset in seconds; 0: none. */
static size_t zone(struct span s, int *offset)
{
	size_t blank = s.n > 0 && s.p[0] == ' ', colon;
	int h, m;

	*offset = 0;
	if (s.n > 0 && s.p[0] == 'Z')
		return 1;
	s = span_from(s, blank);
	if (s.n < 5 || (s.p[0] != '+' && s.p[0] != '-'))
		return 0;
	colon = s.p[3] == ':';
	if (s.n < 5 + colon || (colon && blank))
		return 0;
	h = two(s.p + 1);
	m = two(s.p + 3 + colon);
	if (h < 0 || h > 14 || m < 0 || m > 59 ||
	    (s.n > 5 + colon && is_digit(s.p[5 + colon])))
		return 0;
	*offset = (s.p[0] == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return blank + 5 + colon;
}

/* "Nov 23 2026 14:27:17", where the day ends at at. */
static bool take_bsd_of_year(struct span *s, size_t at, int month, int day,
			     struct span *text, struct log_stamp *out)
{
	const char *p = s->p;
	int64_t t;

	if (s->n < at + 14 || p[at + 5] != ' ' ||
	    !date(four(p + at + 1), month, day, clock_time(p + at + 6), &t))
		return false;
	at += 14;
	return done(s, at + fraction(span_from(*s, at)), text, out, LOG_STAMP_LOCAL, t);
}

static bool take_bsd(struct span *s, struct span *text, struct log_stamp *out)
{
	const char *p = s->p;
	size_t at = 6, n;
	int month, day, second;

	if (s->n < 14 || p[3] != ' ' || (month = month_name(p)) < 0)
		return false;
	if (is_digit(p[4]) && p[5] == ' ') /* one digit, not padded */
		day = p[4] - '0', at = 5;
	else if (p[4] == ' ' && is_digit(p[5]))
		day = p[5] - '0';
	else
		day = two(p + 4);
	if (day < 1 || day > days_in[month] || s->n < at + 9 || p[at] != ' ')
		return false;
	second = clock_time(p + at + 1);
	if (second < 0)
		return take_bsd_of_year(s, at, month, day, text, out);
	n = at + 9;
	n += fraction(span_from(*s, n));
	return done(s, n, text, out, LOG_STAMP_YEARLESS,
		    (int64_t)(days_before[month] + day - 1) * 86400 + second);
}

/* "2026-11-23T14:27:17", also with a blank, and "2022/04/05 13:32:06". */
static bool take_iso(struct span *s, struct span *text, struct log_stamp *out)
{
	const char *p = s->p;
	size_t n = 19, z;
	int offset;
	int64_t t;

	if (s->n < 19 || (p[4] != '-' && p[4] != '/') || p[7] != p[4] ||
	    (p[10] != 'T' && p[10] != ' '))
		return false;
	if (!date(four(p), two(p + 5) - 1, two(p + 8), clock_time(p + 11), &t))
		return false;
	n += fraction(span_from(*s, n));
	z = zone(span_from(*s, n), &offset);
	return done(s, n + z, text, out, z > 0 ? LOG_STAMP_UTC : LOG_STAMP_LOCAL,
		    t - offset);
}

/* "06-Jun-2019 07:19:34.70", "22-06-2014 09:56:12"; the latter is day first. */
static bool take_day_first(struct span *s, struct span *text, struct log_stamp *out)
{
	const char *p = s->p;
	size_t at;
	int month;
	int64_t t;

	if (s->n < 19 || p[2] != '-')
		return false;
	at = p[5] == '-' ? 5 : 6;
	if (s->n < at + 14 || p[at] != '-' || p[at + 5] != ' ')
		return false;
	month = at == 6 ? month_name(p + 3) : two(p + 3) - 1;
	if (!date(four(p + at + 1), month, two(p), clock_time(p + at + 6), &t))
		return false;
	at += 14;
	return done(s, at + fraction(span_from(*s, at)), text, out, LOG_STAMP_LOCAL, t);
}

/* "[29/May/2019:10:44:56 +0200]", "[18/May/2017 07:25:15]" */
static bool take_bracket(struct span *s, struct span *text, struct log_stamp *out)
{
	struct span in = span_from(*s, 1);
	const char *p = in.p;
	size_t n = 20, z;
	int offset;
	int64_t t;

	if (in.n < 21 || p[2] != '/' || p[6] != '/' || (p[11] != ':' && p[11] != ' '))
		return false;
	if (!date(four(p + 7), month_name(p + 3), two(p), clock_time(p + 12), &t))
		return false;
	z = zone(span_from(in, n), &offset);
	n += z;
	if (n >= in.n || p[n] != ']')
		return false;
	*text = (struct span){ p, n };
	*s = span_from(in, n + 1);
	*out = (struct log_stamp){ z > 0 ? LOG_STAMP_UTC : LOG_STAMP_LOCAL, t - offset };
	return true;
}

/* TAI64N: 2^62 + seconds since 1970 TAI, which is ahead of UTC by 10 s and the leap
 * seconds; programs that write it add 10 s alone. */
static bool take_tai(struct span *s, struct span *text, struct log_stamp *out)
{
	uint64_t v = 0;

	if (s->n < 25)
		return false;
	for (size_t i = 1; i < 25; i++) {
		char c = s->p[i];
		int d = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

		if (d < 0)
			return false;
		if (i <= 16)
			v = v << 4 | (unsigned)d;
	}
	if (v >> 62 != 1)
		return false;
	v -= UINT64_C(1) << 62;
	if (v > UINT64_C(253402300799))
		return false;
	return done(s, 25, text, out, LOG_STAMP_UTC, (int64_t)v - 10);
}

/* "1795444061.123456" (journalctl -o short-unix) */
static bool take_unix(struct span *s, struct span *text, struct log_stamp *out)
{
	int64_t t = 0;

	if (s->n < 13 || s->p[10] != '.')
		return false;
	for (size_t i = 0; i < 10; i++) {
		if (!is_digit(s->p[i]))
			return false;
		t = t * 10 + (s->p[i] - '0');
	}
	return done(s, 10 + fraction(span_from(*s, 10)), text, out, LOG_STAMP_UTC, t);
}

/* "2026 Nov 23 14:27:17" */
static bool take_year_first(struct span *s, struct span *text, struct log_stamp *out)
{
	struct span rest = span_from(*s, 5);
	int year = s->n >= 20 && s->p[4] == ' ' ? four(s->p) : -1;
	int64_t t;

	if (year < 0 || !take_bsd(&rest, text, out) ||
	    out->kind != LOG_STAMP_YEARLESS || !log_stamp_in_year(out->t, year, &t))
		return false;
	return done(s, s->n - rest.n, text, out, LOG_STAMP_LOCAL, t);
}

/* " 2026", " CET 2026" behind a time of a year, as ctime and date write it. */
static size_t year_behind(struct span s, int *year)
{
	size_t n = 1;

	while (n < s.n && n < 6 && s.p[n] >= 'A' && s.p[n] <= 'Z')
		n++;
	if (n > 1)
		n++;
	if (s.n < n + 5 || s.p[0] != ' ' || s.p[n - 1] != ' ' || s.p[n + 4] != ' ' ||
	    (*year = four(s.p + n)) < 1970)
		return 0;
	return n + 4;
}

/* "Sat 2020-12-19 03:44:01.396: ", "Mon Nov 23 14:27:17 2026 " */
static bool take_weekday(struct span *s, struct span *text, struct log_stamp *out)
{
	struct span rest = span_from(*s, 4);
	int year = 0;
	int64_t t;
	size_t n;

	if (s->n < 20 || s->p[3] != ' ')
		return false;
	if (!is_digit(s->p[4])) {
		if (!take_bsd(&rest, text, out))
			return false;
		n = out->kind == LOG_STAMP_YEARLESS ? year_behind(rest, &year) : 0;
		if (n > 0 && log_stamp_in_year(out->t, year, &t)) {
			*text = (struct span){ text->p, text->n + n };
			rest = span_from(rest, n);
			*out = (struct log_stamp){ LOG_STAMP_LOCAL, t };
		}
	} else if (s->n < 24 || !take_iso(&rest, text, out)) {
		return false;
	}
	*s = rest;
	return true;
}

bool log_stamp_take(struct span *s, struct span *text, struct log_stamp *out)
{
	if (s->n < 13)
		return false;
	switch (s->p[0]) {
	case 'J':
	case 'F':
	case 'M':
	case 'A':
	case 'S':
	case 'O':
	case 'N':
	case 'D':
		return take_bsd(s, text, out) || take_weekday(s, text, out);
	case 'T':
	case 'W':
		return take_weekday(s, text, out);
	case '@':
		return take_tai(s, text, out);
	case '[':
		return take_bracket(s, text, out);
	default:
		return is_digit(s->p[0]) &&
		       (take_iso(s, text, out) || take_day_first(s, text, out) ||
			take_unix(s, text, out) || take_year_first(s, text, out));
	}
}

bool log_stamp_in_year(int64_t of_year, int year, int64_t *out)
{
	int64_t day = of_year / 86400;
	int month = 0;

	while (month < 11 && days_before[month + 1] <= day)
		month++;
	return date(year, month, (int)(day - days_before[month]) + 1,
		    (int)(of_year % 86400), out);
}

int64_t log_of_year(int64_t t, int *year_out)
{
	struct clock_civil c;

	clock_to_civil(t, &c);
	*year_out = c.year;
	return (int64_t)(days_before[c.month - 1] + c.day - 1) * 86400 + c.hour * 3600 +
	       c.minute * 60 + c.second;
}
