/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

/*
 * Years are counted from 1 March, so that the leap day is the last of its year; 400
 * years, an era, have 146,097 days.  Day 0 of that count is 0000-03-01, 719,468 days
 * before 1970.
 */
enum { ERA_YEARS = 400, ERA_DAYS = 146097, EPOCH_DAY = 719468, DAY_SECONDS = 86400 };
#define TIME_MIN INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define TIME_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

int64_t clock_from_civil(const struct clock_civil *c)
{
	/* One era more: nothing is negative from here on. */
	int64_t y = (int64_t)c->year + ERA_YEARS - (c->month <= 2);
	int64_t era = y / ERA_YEARS, of_era = y % ERA_YEARS;
	int64_t of_year = (153 * ((c->month + 9) % 12) + 2) / 5 + c->day - 1;
	int64_t day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;

	day += (era - 1) * ERA_DAYS - EPOCH_DAY;
	return day * DAY_SECONDS + c->hour * 3600 + c->minute * 60 + c->second;
}

void clock_to_civil(int64_t t, struct clock_civil *out)
{
	int64_t day, of_era, year, of_year, month;
	int second;

	t = t < TIME_MIN ? TIME_MIN : t > TIME_MAX ? TIME_MAX : t;
	t += (int64_t)(EPOCH_DAY + ERA_DAYS) * DAY_SECONDS; /* one era more, as above */
	day = t / DAY_SECONDS;
	second = (int)(t % DAY_SECONDS);
	of_era = day % ERA_DAYS;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153; /* 0 is March */
	out->day = (int)(of_year - (153 * month + 2) / 5 + 1);
	out->month = (int)(month < 10 ? month + 3 : month - 9);
	out->year = (int)(year + (day / ERA_DAYS - 1) * ERA_YEARS + (out->month <= 2));
	out->hour = second / 3600;
	out->minute = second / 60 % 60;
	out->second = second % 60;
}

/* n digits off the front of s; -1: there are none. */
static int take_digits(struct span *s, size_t n)
{
	int v = 0;

	if (s->n < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return -1;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = span_from(*s, n);
	return v;
}

static bool take_char(struct span *s, const char *any)
{
	if (s->n == 0 || s->p[0] == '\0' || strchr(any, s->p[0]) == NULL)
		return false;
	*s = span_from(*s, 1);
	return true;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Seconds to take away; false: no zone, or one that is none. */
static bool take_zone(struct span *s, int64_t *out)
{
	bool west;
	int h, m;

	*out = 0;
	if (take_char(s, "Zz"))
		return true;
	west = s->n > 0 && s->p[0] == '-';
	if (!take_char(s, "+-"))
		return false;
	h = take_digits(s, 2);
	if (s->n > 0 && s->p[0] == ':')
		*s = span_from(*s, 1);
	m = take_digits(s, 2);
	if (h < 0 || h > 14 || m < 0 || m > 59)
		return false;
	*out = (west ? -1 : 1) * (int64_t)(h * 3600 + m * 60);
	return true;
}

bool clock_parse_iso(struct span s, int64_t *out)
{
	struct clock_civil c = { 0 };
	int64_t zone;

	c.year = take_digits(&s, 4);
	if (c.year < 0 || !take_char(&s, "-"))
		return false;
	c.month = take_digits(&s, 2);
	if (c.month < 1 || c.month > 12 || !take_char(&s, "-"))
		return false;
	c.day = take_digits(&s, 2);
	if (c.day < 1 || c.day > month_days(c.year, c.month) || !take_char(&s, "Tt "))
		return false;
	c.hour = take_digits(&s, 2);
	if (c.hour < 0 || c.hour > 23 || !take_char(&s, ":"))
		return false;
	c.minute = take_digits(&s, 2);
	if (c.minute < 0 || c.minute > 59)
		return false;
	if (take_char(&s, ":")) {
		c.second = take_digits(&s, 2);
		if (c.second < 0 || c.second > 60)
			return false;
	}
	if (!take_zone(&s, &zone) || s.n != 0)
		return false;
	*out = clock_from_civil(&c) - zone;
	return true;
}

static char *digits(char *p, int v, int n)
{
	for (int i = n - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

const char *clock_iso(int64_t t, char buf[CLOCK_ISO_SIZE])
{
	struct clock_civil c;
	char *p = buf;

	if (t < TIME_MIN || t > TIME_MAX) {
		snprintf(buf, CLOCK_ISO_SIZE, "out of range");
		return buf;
	}
	clock_to_civil(t, &c);
	p = digits(p, c.year, 4);
	*p++ = '-';
	p = digits(p, c.month, 2);
	*p++ = '-';
	p = digits(p, c.day, 2);
	*p++ = 'T';
	p = digits(p, c.hour, 2);
	*p++ = ':';
	p = digits(p, c.minute, 2);
	*p++ = ':';
	p = digits(p, c.second, 2);
	*p++ = 'Z';
	*p = '\0';
	return buf;
}
