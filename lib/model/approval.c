/* SPDX-License-Identifier: MIT */
#include "model/approval.h"

#include <assert.h>

#include "base/base64.h"

static const char *const roles[] = {
	[APPROVAL_TECHNICAL] = "technical",
	[APPROVAL_BUSINESS] = "business",
};
_Static_assert(COUNT_OF(roles) == APPROVAL_ROLE_COUNT, "every role has a name");

const char *approval_role_name(enum approval_role r)
{
	assert((size_t)r < COUNT_OF(roles));
	return roles[r];
}

bool approval_role_parse(const char *s, enum approval_role *out)
{
	for (int r = 0; r < APPROVAL_ROLE_COUNT; r++)
		if (strcmp(roles[r], s) == 0) {
			*out = (enum approval_role)r;
			return true;
		}
	return false;
}

bool approval_is_print(const char *s)
{
	if (strncmp(s, "SHA256:", 7) != 0 || strlen(s) != 7 + 43)
		return false;
	for (s += 7; *s != '\0'; s++)
		if (base64_digit(*s) < 0)
			return false;
	return true;
}
