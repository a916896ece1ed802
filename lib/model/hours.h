/* SPDX-License-Identifier: MIT */
#ifndef MODEL_HOURS_H
#define MODEL_HOURS_H
/*
 * Weekly hours in which a server is not to be read, as an administrator writes them:
 *
 *	"Mon-Fri 08:00-18:00"                 these days, each from 08:00 to 18:00
 *	"22:00-06:00"                         every day, over midnight
 *	"Sat,Sun 00:00-24:00 Europe/Vienna"   whole days, by the clock of that zone
 *
 * Hours over midnight belong to the day on which they begin.  Without a zone the clock is
 * this machine's.
 */
#include "base/err.h"
#include "base/span.h"

#define HOURS_MAX	64 /* entries of one server */
#define HOURS_ZONE_SIZE 64
#define HOURS_TEXT_SIZE 128 /* of a whole entry */
#define HOURS_WEEK	(7 * 24 * 60)

struct hours {
	unsigned days; /* bits: Monday is 1 << 0 */
	int from, to;  /* minutes of the day, 0 to 1440; to <= from: of the next day */
	char zone[HOURS_ZONE_SIZE];
	char text[HOURS_TEXT_SIZE]; /* as written */
};

/* ERR_CONFIG, with what is wrong, for anything but the above.  Whether there is such a
 * zone is not looked at. */
bool hours_parse(struct span text, struct hours *out, struct err *err) MUST_CHECK;
/* minute of the week, from Monday 00:00 on by the clock of the zone. */
bool hours_cover(const struct hours *h, int minute);
/* Do they leave no minute of the week?  Zones are not looked at. */
bool hours_cover_all(const struct hours *h, size_t n);

#endif
