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
