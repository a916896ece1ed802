/* SPDX-License-Identifier: MIT */
#include "verify/rights.h"

static const char order[] = "lrswipkxteacd";

static bool has(const char *rights, char letter)
{
	return strchr(rights, letter) != NULL;
}

/* It tells rights to make and to remove in the words of RFC 2086 alone. */
static bool is_coarse(const char *rights)
{
	return strpbrk(rights, "cd") != NULL && strpbrk(rights, "kxte") == NULL;
}

static bool grants(const char *rights, char letter, bool coarse)
{
	switch (letter) {
	case 'c':
		return coarse && strpbrk(rights, "ck") != NULL;
	case 'd':
		return coarse && strpbrk(rights, "dte") != NULL;
	case 'k':
	case 'x':
	case 't':
	case 'e':
		return !coarse && has(rights, letter);
	default:
		return has(rights, letter);
	}
}

void rights_compare(const char *old, const char *new, struct rights_differ *out)
{
	bool coarse = is_coarse(old) || is_coarse(new);
	size_t lost = 0, won = 0;

	_Static_assert(sizeof order <= RIGHTS_SIZE, "all letters fit");
	*out = (struct rights_differ){ 0 };
	for (const char *p = order; *p != '\0'; p++) {
		bool was = grants(old, *p, coarse), is = grants(new, *p, coarse);

		if (was && !is)
			out->lost[lost++] = *p;
		if (is && !was)
			out->won[won++] = *p;
	}
	out->opens = has(out->won, 'r') || has(out->won, 'a');
}
