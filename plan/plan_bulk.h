/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_BULK_H
#define PLAN_PLAN_BULK_H
/*
 * An address that logs in as very many within minutes is no user: a mover, a backup,
 * monitoring.  A webmail host, a proxy or a school's only address is none of these: as
 * many people come through it, but at human times, never most of them at once.  Pure.
 */
#include "base/base.h"

#define BULK_NAMES  50u	 /* at least as many names */
#define BULK_MIN_S  600	 /* within ten minutes */
#define BULK_HALF_S 1800 /* at least half of all its names within half an hour */
#define BULK_SHARE  90u	 /* per cent of all its days of a name lie in such a time */

/* The first login of a name from this address on a day. */
struct bulk_seen {
	uint32_t at; /* in units of two seconds since 1970 */
	uint32_t name;
};
struct bulk_found {
	int64_t names; /* of the greatest such time */
	int64_t from, to;
};
/* v is sorted.  True: all that the address ever did looks like that. */
bool bulk_judge(struct bulk_seen *v, size_t n, struct bulk_found *out);

#endif
