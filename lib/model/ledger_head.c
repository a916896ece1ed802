/* SPDX-License-Identifier: MIT */
#include "model/ledger_head.h"

#define DIGITS_MAX 18 /* of a number of an entry */

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

bool ledger_head_parse(struct span s, struct ledger_head *out)
{
	struct ledger_head head = { 0 };

	if (s.n != 2 * sizeof head.hash.bytes)
		return false;
	for (size_t i = 0; i < s.n; i += 2) {
		int a = hex(s.p[i]), b = hex(s.p[i + 1]);

		if (a < 0 || b < 0)
			return false;
		head.hash.bytes[i / 2] = (uint8_t)(a << 4 | b);
	}
	*out = head;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A blank in a form stands for any blanks, '#' for a number, '$' for a hash. */
static const struct form {
	const char *text;
	bool at_start; /* of the text, not of any line */
} forms[] = {
	{ "\"ledger\" : { \"seq\" : # , \"hash\" : \"$\"", false },
	{ "\"ledger\" : { \"entries\" : # , \"head\" : \"$\"", false },
	{ "\nledger: entry #, $", false },
	{ "\"mailmuster/ledger-head/1\" , \"entry\" : # , \"hash\" : \"$\"", false },
	{ "\"mailmuster/ledger-export/1\" , \"entries\" : # , \"head\" : \"$\"", false },
	{ "$ entry #", true },
};

static bool number(struct span text, size_t *at, int64_t *out)
{
	size_t from = *at;

	for (*out = 0; *at < text.n && text.p[*at] >= '0' && text.p[*at] <= '9'; ++*at) {
		if (*at - from == DIGITS_MAX)
			return false;
		*out = *out * 10 + (text.p[*at] - '0');
	}
	return *at > from;
}

static bool matches(const char *form, struct span text, size_t *at,
		    struct ledger_head *out)
{
	struct ledger_head head = { 0 }, told;

	for (; *form != '\0'; form++)
		if (*form == ' ') {
			while (*at < text.n && is_blank(text.p[*at]))
				++*at;
		} else if (*form == '#') {
			if (!number(text, at, &head.seq))
				return false;
		} else if (*form == '$') {
			if (text.n - *at < 64 ||
			    !ledger_head_parse((struct span){ text.p + *at, 64 }, &told))
				return false;
			head.hash = told.hash;
			*at += 64;
		} else if (*at == text.n || text.p[(*at)++] != *form) {
			return false;
		}
	*out = head;
	return true;
}

bool ledger_head_find(struct span text, size_t *at, struct ledger_head *out)
{
	for (size_t i = *at; i < text.n; i++)
		for (size_t f = 0; f < COUNT_OF(forms); f++) {
			size_t end = i;

			/* The first line has no line end before it. */
			if (forms[f].at_start
				    ? i != 0
				    : forms[f].text[0] != text.p[i] &&
					      !(i == 0 && forms[f].text[0] == '\n'))
				continue;
			if (matches(forms[f].text + (forms[f].text[0] == '\n' &&
						     text.p[i] != '\n'),
				    text, &end, out)) {
				*at = end;
				return true;
			}
		}
	*at = text.n;
	return false;
}
