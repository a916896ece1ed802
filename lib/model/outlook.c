/* SPDX-License-Identifier: MIT */
#include "model/outlook.h"

#define DAY 86400

static const char *const signs[] = {
	[OUTLOOK_GOOD] = "\u2714",
	[OUTLOOK_WARN] = "!",
	[OUTLOOK_BAD] = "\u2716",
	[OUTLOOK_UNKNOWN] = "?",
};
_Static_assert(COUNT_OF(signs) == OUTLOOK_MARK_COUNT, "a sign for each");

const char *outlook_mark_sign(enum outlook_mark m)
{
	return signs[m];
}

static const char *const bands[] = {
	[OUTLOOK_BAND_MONTH] = "within 30 days",
	[OUTLOOK_BAND_QUARTER] = "30 to 90 days ago",
	[OUTLOOK_BAND_YEAR] = "90 days to a year ago",
	[OUTLOOK_BAND_OLDER] = "over a year ago",
	[OUTLOOK_BAND_NEVER] = "never seen",
};
_Static_assert(COUNT_OF(bands) == OUTLOOK_BAND_COUNT, "a name for each");

const char *outlook_band_name(enum outlook_band b)
{
	return bands[b];
}

enum outlook_band outlook_band(int64_t last, int64_t now)
{
	if (last <= 0)
		return OUTLOOK_BAND_NEVER;
	if (last >= now - (int64_t)30 * DAY)
		return OUTLOOK_BAND_MONTH;
	if (last >= now - (int64_t)90 * DAY)
		return OUTLOOK_BAND_QUARTER;
	return last >= now - (int64_t)365 * DAY ? OUTLOOK_BAND_YEAR : OUTLOOK_BAND_OLDER;
}
