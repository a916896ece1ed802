/* SPDX-License-Identifier: MIT */
#include "audit/audit_hours.h"

#include "base/clock.h"
#include "logs/logs_zone.h"

enum { MINUTE = 60, DAY = 86400, LOOK_AHEAD = 8 * DAY };

struct audit_hours {
	const struct hours *hours;
	struct logs_zone **zone; /* of each; the same one twice where names are equal */
	size_t n;
};

static bool open_zone(struct audit_hours *q, size_t i, struct err *err)
{
	const char *name = q->hours[i].zone;

	for (size_t k = 0; k < i; k++)
		if (strcmp(q->hours[k].zone, name) == 0) {
			q->zone[i] = q->zone[k];
			return true;
		}
	return logs_zone_open(name[0] != '\0' ? name : NULL, &q->zone[i], err);
}

bool audit_hours_open(const struct hours *hours, size_t n, struct audit_hours **out,
		      struct err *err)
{
	struct audit_hours *q = mem_calloc(1, sizeof *q);

	q->hours = hours;
	q->zone = mem_calloc(n + 1, sizeof(struct logs_zone *));
	for (q->n = 0; q->n < n; q->n++)
		if (!open_zone(q, q->n, err)) {
			audit_hours_close(q);
			return false;
		}
	*out = q;
	return true;
}

void audit_hours_close(struct audit_hours *q)
{
	if (q == NULL)
		return;
	for (size_t i = 0; i < q->n; i++) {
		bool shared = false;

		for (size_t k = 0; k < i && !shared; k++)
			shared = q->zone[k] == q->zone[i];
		if (!shared)
			logs_zone_free(q->zone[i]);
	}
	free(q->zone);
	free(q);
}

/* Days since 1970-01-01, a Thursday, rounded down. */
static int64_t days_of(int64_t local)
{
	return (local >= 0 ? local : local - (DAY - 1)) / DAY;
}

static int weekday(int64_t local)
{
	return (int)(((days_of(local) + 3) % 7 + 7) % 7);
}

static int minute_of_week(int64_t local)
{
	return weekday(local) * 24 * 60 + (int)((local - days_of(local) * DAY) / MINUTE);
}

static bool covered(const struct audit_hours *q, int64_t t)
{
	for (size_t i = 0; i < q->n; i++)
		if (hours_cover(&q->hours[i],
				minute_of_week(t + logs_zone_offset(q->zone[i], t))))
			return true;
	return false;
}

int64_t audit_hours_until(const struct audit_hours *q, int64_t now)
{
	int64_t t;

	if (q == NULL || !covered(q, now))
		return 0;
	/* Minute by minute: that is right on days of 23 and 25 hours too. */
	for (t = now - now % MINUTE + MINUTE; t < now + LOOK_AHEAD; t += MINUTE)
		if (!covered(q, t))
			return t;
	return INT64_MAX;
}

const char *audit_hours_show(const struct audit_hours *q, int64_t until, int64_t now,
			     char buf[AUDIT_HOURS_SHOWN])
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu",
					    "Fri", "Sat", "Sun" };
	int64_t local = until, today = now;
	const char *zone = "";
	struct clock_civil c;

	if (until == INT64_MAX) {
		snprintf(buf, AUDIT_HOURS_SHOWN, "further notice");
		return buf;
	}
	if (q != NULL && q->n > 0) {
		local += logs_zone_offset(q->zone[0], until);
		today += logs_zone_offset(q->zone[0], now);
		zone = q->hours[0].zone;
	}
	clock_to_civil(local, &c);
	snprintf(buf, AUDIT_HOURS_SHOWN, "%s%s%02d:%02d%s%s",
		 days_of(local) != days_of(today) ? days[weekday(local)] : "",
		 days_of(local) != days_of(today) ? " " : "", c.hour, c.minute,
		 zone[0] != '\0' ? " " : "", zone);
	return buf;
}
