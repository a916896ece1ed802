/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "base/span.h"
#include "model/account.h"

static const char *const kind_names[] = {
	[ACCOUNT_USER] = "user",	 [ACCOUNT_SERVICE] = "service",
	[ACCOUNT_SHARED] = "shared",	 [ACCOUNT_LIST] = "list",
	[ACCOUNT_RESOURCE] = "resource", [ACCOUNT_ADMIN] = "admin",
};
_Static_assert(COUNT_OF(kind_names) == ACCOUNT_KIND_COUNT, "every kind has a name");

const char *account_kind_name(enum account_kind k)
{
	assert((size_t)k < COUNT_OF(kind_names));
	return kind_names[k];
}

bool account_kind_parse(const char *s, enum account_kind *out)
{
	for (size_t i = 0; i < COUNT_OF(kind_names); i++) {
		if (span_ieq_str(span_str(s), kind_names[i])) {
			*out = (enum account_kind)i;
			return true;
		}
	}
	return false;
}

bool transfer_stays(const char *decision)
{
	static const char *const words[] = { "archive", "delete", "keep" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(decision, words[i]) == 0)
			return true;
	return false;
}

static const struct {
	const char *name, *text;
} outcomes[] = {
	[ACCOUNT_READ] = { "read", "read in full" },
	[ACCOUNT_PARTLY] = { "partly", "at least one folder could not be read" },
	[ACCOUNT_NO_LOGIN] = { "no-login", "login refused" },
	[ACCOUNT_NO_NET] = { "no-connection", "no connection to the server" },
	[ACCOUNT_NO_FOLDERS] = { "no-folders", "login succeeded but no folder is shown" },
	[ACCOUNT_SKIPPED] = { "skipped", "not tried" },
	[ACCOUNT_BROKEN] = { "broken", "the server broke the protocol" },
};
_Static_assert(COUNT_OF(outcomes) == ACCOUNT_OUTCOME_COUNT, "every outcome has a name");

const char *account_outcome_name(enum account_outcome o)
{
	assert((size_t)o < COUNT_OF(outcomes));
	return outcomes[o].name;
}

const char *account_outcome_text(enum account_outcome o)
{
	assert((size_t)o < COUNT_OF(outcomes));
	return outcomes[o].text;
}
