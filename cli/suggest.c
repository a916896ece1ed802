/* SPDX-License-Identifier: MIT */
#include "cli/suggest.h"

#include <strings.h>

#define WORD_MAX 64

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment distance; both words are at most WORD_MAX long. */
static size_t distance(const char *a, size_t an, const char *b, size_t bn)
{
	size_t row[3][WORD_MAX + 1];
	size_t *before = row[0], *prev = row[1], *cur = row[2], *spare;
	size_t i, k;

	for (k = 0; k <= bn; k++)
		before[k] = prev[k] = k;
	for (i = 1; i <= an; i++) {
		cur[0] = i;
		for (k = 1; k <= bn; k++) {
			bool same = lower(a[i - 1]) == lower(b[k - 1]);

			cur[k] = least(least(prev[k] + 1, cur[k - 1] + 1),
				       prev[k - 1] + !same);
			if (i > 1 && k > 1 && lower(a[i - 1]) == lower(b[k - 2]) &&
			    lower(a[i - 2]) == lower(b[k - 1]))
				cur[k] = least(cur[k], before[k - 2] + 1);
		}
		spare = before;
		before = prev;
		prev = cur;
		cur = spare;
	}
	return prev[bn];
}

void suggest_init(struct suggest *s, const char *word)
{
	size_t n = strlen(word);

	*s = (struct suggest){ .word = word, .distance = n <= 3 ? 2 : 3 };
}

void suggest_try(struct suggest *s, const char *candidate)
{
	size_t wn = strlen(s->word), cn = strlen(candidate), d;

	if (wn == 0 || wn > WORD_MAX || cn > WORD_MAX)
		return;
	d = distance(s->word, wn, candidate, cn);
	if (d >= s->distance && wn >= 3 && strncasecmp(s->word, candidate, wn) == 0)
		d = s->best == NULL ? s->distance - 1 : s->distance;
	if (d < s->distance) {
		s->distance = d;
		s->best = candidate;
	}
}
