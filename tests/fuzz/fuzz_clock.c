/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "tests/fuzz/fuzz.h"

/* A time that was read is written, and read again as the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { (const char *)data, size };
	char iso[CLOCK_ISO_SIZE];
	int64_t at, again;

	if (size > 64 || !clock_parse_iso(s, &at))
		return 0;
	PROMISE(size >= 17 && size <= 25);
	clock_iso(at, iso);
	/* The first hours of the year 0 and the last of 9999 may lie outside by a zone.
	 */
	if (strcmp(iso, "out of range") == 0)
		return 0;
	PROMISE(clock_parse_iso(span_str(iso), &again));
	PROMISE(at == again);
	return 0;
}
