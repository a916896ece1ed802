/* SPDX-License-Identifier: MIT */
#include "model/limit.h"

static const char *const names[] = { "storage", "messages", "folders", "append" };
_Static_assert(COUNT_OF(names) == LIMIT_KIND_COUNT, "every kind has a name");

const char *limit_kind_name(enum limit_kind k)
{
	return names[k];
}
