/* SPDX-License-Identifier: MIT */
#include "logs/logs_year.h"

#define WRAP_BACK  (INT64_C(30) * 86400)
#define WRAP_AHEAD (INT64_C(330) * 86400) /* a late line of last year */
#define NEAR	   (INT64_C(2) * 86400)
#define BEYOND_MAX 100u /* lines that a wrong clock may have written */

void logs_clock_begin(struct logs_clock *c, const struct logs_zone *zone, int64_t bound,
		      int year)
{
	*c = (struct logs_clock){ .zone = zone,
				  .bound = bound,
				  .year = year,
				  .last = INT64_MIN,
				  .day = -1,
				  .wrapped = -1 };
}

bool logs_year_wraps(int64_t before, int64_t of_year)
{
	return before - of_year > WRAP_BACK;
}

int logs_year_of(int64_t of_year, int64_t bound, const struct logs_zone *zone)
{
	int year;

	(void)log_of_year(bound + LOGS_YEAR_SLACK, &year);
	for (int i = 0; i <= LOGS_YEAR_TRIES; i++) {
		int64_t t;

		if (log_stamp_in_year(of_year, year - i, &t) &&
		    logs_zone_utc(zone, t, INT64_MIN) <= bound + LOGS_YEAR_SLACK)
			return year - i;
	}
	return year - 1;
}

/* As log_stamp_in_year: most lines are of the day of the line before. */
static bool in_year(struct logs_clock *c, int64_t of_year, int year, int64_t *local)
{
	int64_t day = of_year / 86400;

	if (c->day_year == year && c->day == day) {
		*local = c->day_begin + of_year % 86400;
		return true;
	}
	if (!log_stamp_in_year(of_year, year, local))
		return false;
	c->day_year = year;
	c->day = day;
	c->day_begin = *local - of_year % 86400;
	c->behind = logs_zone_offset(c->zone, c->day_begin);
	c->calm = true;
	for (int i = -1; i < 3; i++)
		c->calm &= logs_zone_offset(c->zone, c->day_begin + i * 86400) ==
			   c->behind;
	return true;
}

static bool yearless(struct logs_clock *c, int64_t of_year, int64_t *local)
{
	int year = c->year;

	if (!c->yearless) {
		c->yearless = true;
		if (c->year == 0)
			c->year = logs_year_of(of_year, c->bound, c->zone);
		c->of_year = of_year;
		year = c->first = c->year;
	} else if (logs_year_wraps(c->of_year, of_year)) {
		year = ++c->year;
		c->wrapped = c->of_year;
		c->wrap_to = c->of_year = of_year;
	} else if (c->wrapped >= 0 && of_year - c->of_year > WRAP_BACK &&
		   of_year >= c->wrapped - NEAR && of_year <= c->wrapped + NEAR) {
		year = --c->year; /* it was the clock */
		c->wrapped = -1;
		c->beyond = 0;
		c->of_year = of_year;
	} else if (of_year - c->of_year > WRAP_AHEAD) {
		year = c->year - 1;
	} else {
		c->of_year = of_year;
		if (c->wrapped >= 0 && of_year > c->wrap_to + NEAR) {
			c->wrapped = -1; /* a year that goes on */
			c->contradicted |= c->beyond > 0;
		}
	}
	if (in_year(c, of_year, year, local))
		return true;
	c->contradicted = true;
	return false;
}

/* Nearly always: of the day of the line before, in a year that is sure, on a day on which
 * no clock is changed.  False: it must be looked at. */
static bool same_day(struct logs_clock *c, const struct log_stamp *stamp, int64_t *out)
{
	int64_t begin = c->day * 86400, t = c->day_begin + (stamp->t - begin) - c->behind;

	if (stamp->kind != LOG_STAMP_YEARLESS || !c->calm || c->wrapped >= 0 ||
	    c->day_year != c->year || (uint64_t)(stamp->t - begin) >= 86400 ||
	    (uint64_t)(c->of_year - begin) >= 86400 || t > c->bound + LOGS_YEAR_SLACK)
		return false;
	c->of_year = stamp->t;
	*out = c->last = t;
	return true;
}

bool logs_clock_time(struct logs_clock *c, const struct log_stamp *stamp, int64_t *out)
{
	int64_t t = stamp->t;

	if (same_day(c, stamp, out))
		return true;
	switch (stamp->kind) {
	case LOG_STAMP_NONE:
		return false;
	case LOG_STAMP_YEARLESS:
		if (!yearless(c, stamp->t, &t))
			return false;
		t = logs_zone_utc(c->zone, t, c->last);
		if (t > c->bound + LOGS_YEAR_SLACK) {
			c->contradicted |= ++c->beyond > BEYOND_MAX || c->wrapped < 0;
			return false;
		}
		break;
	case LOG_STAMP_LOCAL:
		t = logs_zone_utc(c->zone, t, c->last);
		break;
	case LOG_STAMP_UTC:
		break;
	}
	c->last = t;
	*out = t;
	return true;
}

void logs_clock_end(struct logs_clock *c)
{
	c->contradicted |= c->beyond > 0;
}
