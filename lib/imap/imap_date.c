/* SPDX-License-Identifier: MIT */
#include "imap/imap_date.h"

#include "base/clock.h"

/* "01-Jan-2010 15:15:35 +0000" */
enum { DATE_SIZE = 26 };

/* n digits at p; a leading blank counts as zero where blank is true.  -1: none. */
static int number(const char *p, int n, bool blank)
{
	int v = 0;

	for (int i = 0; i < n; i++) {
		if (i == 0 && blank && p[i] == ' ')
			continue;
		if (p[i] < '0' || p[i] > '9')
			return -1;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

static int month_of(const char *p)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int m = 0; m < 12; m++)
		if ((p[0] | 0x20) == (months[3 * m] | 0x20) &&
		    span_ieq((struct span){ p, 3 }, (struct span){ months + 3 * m, 3 }))
			return m + 1;
	return 0;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool imap_date_parse(struct span text, int64_t *out)
{
	const char *p = text.p;
	struct clock_civil c;
	int zone_hour, zone_minute, zone;

	if (text.n != DATE_SIZE || p[2] != '-' || p[6] != '-' || p[11] != ' ' ||
	    p[14] != ':' || p[17] != ':' || p[20] != ' ' ||
	    (p[21] != '+' && p[21] != '-'))
		return false;
	c = (struct clock_civil){
		.year = number(p + 7, 4, false),
		.month = month_of(p + 3),
		.day = number(p, 2, true),
		.hour = number(p + 12, 2, false),
		.minute = number(p + 15, 2, false),
		.second = number(p + 18, 2, false),
	};
	zone_hour = number(p + 22, 2, false);
	zone_minute = number(p + 24, 2, false);
	if (c.year < 0 || c.month == 0 || c.day < 1 || c.day > days_in(c.year, c.month) ||
	    c.hour < 0 || c.hour > 23 || c.minute < 0 || c.minute > 59 || c.second < 0 ||
	    c.second > 60 || zone_hour < 0 || zone_hour > 23 || zone_minute < 0 ||
	    zone_minute > 59)
		return false;
	zone = zone_hour * 3600 + zone_minute * 60;
	*out = clock_from_civil(&c) - (p[21] == '-' ? -zone : zone);
	return true;
}
