/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_HOURS_H
#define AUDIT_AUDIT_HOURS_H
/* "not_during" of one server on the clock of the wall: weekly hours (model/hours.h), each
 * in its zone, with the days on which the clocks change. */
#include "base/err.h"
#include "model/hours.h"

struct audit_hours;

/* ERR_CONFIG: a zone is not known here.  hours is borrowed. */
bool audit_hours_open(const struct hours *hours, size_t n, struct audit_hours **out,
		      struct err *err) MUST_CHECK;
void audit_hours_close(struct audit_hours *q); /* NULL is fine */

/* 0: the server may be read at this time.  Else the end of the hours, of others that
 * follow without a gap too, as a full minute; INT64_MAX: not within eight days. */
int64_t audit_hours_until(const struct audit_hours *q, int64_t now);
/* "18:00", "Mon 06:00" when it is not the same day, in the zone of the first hours; with
 * the zone's name when that is not this machine's. */
#define AUDIT_HOURS_SHOWN 96
const char *audit_hours_show(const struct audit_hours *q, int64_t until, int64_t now,
			     char buf[AUDIT_HOURS_SHOWN]);

#endif
