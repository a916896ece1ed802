/* SPDX-License-Identifier: MIT */
#ifndef BASE_NUM_H
#define BASE_NUM_H
/* Numbers from outside: the whole span must be the number, and it must be in range. */
#include "base/base.h"
#include "base/span.h"

/* Decimal digits only (no sign, no blanks), at most max.  *out changes only on true. */
bool num_u64(struct span s, uint64_t max, uint64_t *out) MUST_CHECK;
bool num_u32(struct span s, uint32_t *out) MUST_CHECK;
/* '-' allowed */
bool num_i64(struct span s, int64_t min, int64_t max, int64_t *out) MUST_CHECK;
/* "90s", "10m", "4h", "7d", "2w" into seconds; a bare number is refused.  At most 100
 * years. */
bool num_duration(struct span s, int64_t *seconds_out) MUST_CHECK;
/* Octets: "1500", "10K", "20M", "5G", "2T" (powers of 1,024; "GiB" and "GB" are the same
 * as "G", a blank may stand before it), at most 2^60. */
bool num_size(struct span s, int64_t *octets_out) MUST_CHECK;
/*
 * For people: 1234567 -> "1,234,567"; octets -> "1.2 MiB"; seconds -> "2 h 05 min".
 * buf is returned.  They write at most size bytes, NUL included.
 */
const char *num_group(int64_t n, char *buf, size_t size);
const char *num_octets(int64_t octets, char *buf, size_t size);
const char *num_seconds(int64_t seconds, char *buf, size_t size);
/* What somebody set as a time, to the second: "14 days", "72 hours", "90 minutes". */
const char *num_term(int64_t seconds, char *buf, size_t size);

#endif
