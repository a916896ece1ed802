/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_ZONE_H
#define LOGS_LOGS_ZONE_H
/*
 * The zone in which a server wrote local times (RFC 8536, TZif).  Read from the files of
 * the tz database, without the C library's one zone per process.
 */
#include "base/err.h"
#include "base/span.h"

#define LOGS_ZONE_FILE_MAX (64u << 10) /* octets */

struct logs_zone;
/*
 * name: "UTC", an offset such as "+02:00", a zone such as "Europe/Berlin", or NULL for
 * this machine's ($TZ where it names a zone, else /etc/localtime, else UTC).  ERR_CONFIG:
 * there is no such zone here, or its file is damaged.
 */
bool logs_zone_open(const char *name, struct logs_zone **out, struct err *err) MUST_CHECK;
/* The same from the octets of a TZif file. */
bool logs_zone_parse(const char *name, struct span tzif, struct logs_zone **out,
		     struct err *err) MUST_CHECK;
void logs_zone_free(struct logs_zone *z);	       /* NULL is fine */
const char *logs_zone_name(const struct logs_zone *z); /* as it was asked for */

/* Seconds east of UTC at a time. */
int64_t logs_zone_offset(const struct logs_zone *z, int64_t utc);
/*
 * Unix seconds of a local time that is given as if it were UTC.  In the hour that comes
 * twice, the first unless that would be more than half an hour before the line that stood
 * before it; after is that line's time (INT64_MIN: none).  A time that the clock skipped
 * is taken as if it had not.
 */
int64_t logs_zone_utc(const struct logs_zone *z, int64_t local, int64_t after);

#endif
