/* SPDX-License-Identifier: MIT */
#include "base/num.h"

#define DURATION_MAX ((uint64_t)36525 * 86400) /* 100 years */

bool num_u64(struct span s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint64_t digit = (uint64_t)(unsigned char)s.p[i] - '0';

		if (digit > 9 || digit > max || v > (max - digit) / 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

bool num_u32(struct span s, uint32_t *out)
{
	uint64_t v;

	if (!num_u64(s, UINT32_MAX, &v))
		return false;
	*out = (uint32_t)v;
	return true;
}

bool num_i64(struct span s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	uint64_t magnitude;
	int64_t v;

	if (!num_u64(negative ? span_from(s, 1) : s, (uint64_t)INT64_MAX + negative,
		     &magnitude))
		return false;
	if (!negative)
		v = (int64_t)magnitude;
	else if (magnitude > (uint64_t)INT64_MAX)
		v = INT64_MIN;
	else
		v = -(int64_t)magnitude;
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool num_duration(struct span s, int64_t *seconds_out)
{
	uint64_t n, unit;

	if (s.n < 2)
		return false;
	switch (s.p[s.n - 1]) {
	case 's':
		unit = 1;
		break;
	case 'm':
		unit = 60;
		break;
	case 'h':
		unit = 3600;
		break;
	case 'd':
		unit = 86400;
		break;
	case 'w':
		unit = 7 * 86400;
		break;
	default:
		return false;
	}
	if (!num_u64((struct span){ s.p, s.n - 1 }, DURATION_MAX / unit, &n))
		return false;
	*seconds_out = (int64_t)(n * unit);
	return true;
}

#define SIZE_MOST (INT64_C(1) << 60)

bool num_size(struct span s, int64_t *octets_out)
{
	static const char units[] = "KMGT";
	unsigned shift = 0;
	const char *unit;
	uint64_t n;

	if (s.n > 0 && (s.p[s.n - 1] == 'B' || s.p[s.n - 1] == 'b')) {
		s.n--;
		if (s.n > 0 && s.p[s.n - 1] == 'i')
			s.n--;
	}
	if (s.n > 0 && (unit = strchr(units, s.p[s.n - 1])) != NULL && *unit != '\0') {
		shift = 10 * (unsigned)(unit - units + 1);
		s.n--;
		if (s.n > 0 && s.p[s.n - 1] == ' ')
			s.n--;
	}
	if (!num_u64(s, (uint64_t)SIZE_MOST >> shift, &n))
		return false;
	*octets_out = (int64_t)(n << shift);
	return true;
}

static uint64_t magnitude_of(int64_t n)
{
	return n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
}

const char *num_group(int64_t n, char *buf, size_t size)
{
	char text[32], *p = text + sizeof text - 1;
	uint64_t v = magnitude_of(n);
	int count = 0;

	*p = '\0';
	do {
		if (count > 0 && count % 3 == 0)
			*--p = ',';
		*--p = (char)('0' + v % 10);
		v /= 10;
		count++;
	} while (v > 0);
	if (n < 0)
		*--p = '-';
	snprintf(buf, size, "%s", p);
	return buf;
}

const char *num_octets(int64_t octets, char *buf, size_t size)
{
	static const char units[][4] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	const char *sign = octets < 0 ? "-" : "";
	uint64_t v = magnitude_of(octets), unit = 1024, tenths;
	size_t i = 0;

	if (v < unit) {
		snprintf(buf, size, "%s%u B", sign, (unsigned)v);
		return buf;
	}
	for (;;) {
		tenths = v / unit * 10 + (v % unit * 10 + unit / 2) / unit;
		if (tenths < 10240 || i + 1 == COUNT_OF(units))
			break;
		unit *= 1024;
		i++;
	}
	snprintf(buf, size, "%s%u.%u %s", sign, (unsigned)(tenths / 10),
		 (unsigned)(tenths % 10), units[i]);
	return buf;
}

const char *num_term(int64_t seconds, char *buf, size_t size)
{
	static const struct {
		int64_t unit, above;
		const char *noun;
	} units[] = { { 86400, 3 * INT64_C(86400), "day" },
		      { 3600, 0, "hour" },
		      { 60, 0, "minute" },
		      { 1, -1, "second" } };
	size_t i = 0;

	while (seconds % units[i].unit != 0 || seconds <= units[i].above)
		i++;
	seconds /= units[i].unit;
	snprintf(buf, size, "%lld %s%s", (long long)seconds, units[i].noun,
		 seconds == 1 ? "" : "s");
	return buf;
}

const char *num_seconds(int64_t seconds, char *buf, size_t size)
{
	const char *sign = seconds < 0 ? "-" : "";
	uint64_t v = magnitude_of(seconds);

	if (v < 60)
		snprintf(buf, size, "%s%u s", sign, (unsigned)v);
	else if (v < 3600)
		snprintf(buf, size, "%s%u min %02u s", sign, (unsigned)(v / 60),
			 (unsigned)(v % 60));
	else if (v < 86400)
		snprintf(buf, size, "%s%u h %02u min", sign, (unsigned)(v / 3600),
			 (unsigned)(v / 60 % 60));
	else
		snprintf(buf, size, "%s%llu d %02u h", sign,
			 (unsigned long long)(v / 86400), (unsigned)(v / 3600 % 24));
	return buf;
}
