/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "model/folder.h"

static const char *const outcome_names[] = {
	[FOLDER_READ] = "read",
	[FOLDER_COUNTED] = "counted",
	[FOLDER_UNSELECTABLE] = "unselectable",
	[FOLDER_UNREADABLE] = "unreadable",
	[FOLDER_GONE] = "gone",
	[FOLDER_HOLED] = "holed",
};
_Static_assert(COUNT_OF(outcome_names) == FOLDER_OUTCOME_COUNT,
	       "every outcome has a name");

const char *folder_outcome_name(enum folder_outcome o)
{
	assert((size_t)o < COUNT_OF(outcome_names));
	return outcome_names[o];
}

bool folder_outcome_stored(enum folder_outcome o)
{
	return o == FOLDER_READ || o == FOLDER_HOLED;
}

static const char *const depth_names[] = {
	[DEPTH_COUNTS] = "counts",
	[DEPTH_IDS] = "ids",
	[DEPTH_FULL] = "full",
};
_Static_assert(COUNT_OF(depth_names) == DEPTH_COUNT, "every depth has a name");

const char *depth_name(enum depth d)
{
	assert((size_t)d < COUNT_OF(depth_names));
	return depth_names[d];
}

bool depth_parse(const char *s, enum depth *out)
{
	for (size_t i = 0; i < COUNT_OF(depth_names); i++) {
		if (strcmp(s, depth_names[i]) == 0) {
			*out = (enum depth)i;
			return true;
		}
	}
	return false;
}
