/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "model/why.h"

static const char *const names[] = {
	[WHY_NONE] = "none",
	[WHY_UNEXPLAINED] = "unexplained",
	[WHY_NO_SEAL] = "no-seal",
	[WHY_RULE] = "rule",
	[WHY_OTHER_ACCOUNT] = "other-account",
	[WHY_LATE] = "late",
	[WHY_REMOVED] = "removed",
	[WHY_RESURRECTED] = "resurrected",
	[WHY_REFILED] = "refiled",
	[WHY_DUPLICATE] = "duplicate",
	[WHY_ARTEFACT] = "artefact",
	[WHY_TOO_LARGE] = "too-large",
	[WHY_UNREADABLE_OLD] = "unreadable-old",
	[WHY_QUOTA] = "quota",
	[WHY_NO_ID] = "no-id",
	[WHY_NAME] = "name",
	[WHY_STOPPED] = "stopped",
	[WHY_YEAR] = "year",
	[WHY_DEPTH] = "depth",
	[WHY_FOLDER] = "folder",
	[WHY_NEW_MAIL] = "new-mail",
	[WHY_HEADER] = "header",
	[WHY_LINE_ENDS] = "line-ends",
	[WHY_ZONE] = "zone",
	[WHY_MOVED_DAY] = "moved-day",
	[WHY_LOGIN] = "login",
	[WHY_LIFE] = "life",
	[WHY_SHARED] = "shared",
	[WHY_BODY] = "body",
	[WHY_MOVER] = "mover",
	[WHY_EMPTY] = "empty",
	[WHY_OLD_GONE] = "old-gone",
};
_Static_assert(COUNT_OF(names) == WHY_COUNT, "every reason has a name");

const char *why_name(enum why w)
{
	assert((size_t)w < COUNT_OF(names));
	return names[w];
}

bool why_parse(const char *s, enum why *out)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(s, names[i]) == 0) {
			*out = (enum why)i;
			return true;
		}
	return false;
}
