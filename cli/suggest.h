/* SPDX-License-Identifier: MIT */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H
/* "Did you mean": the nearest of several words. */
#include "base/base.h"

struct suggest {
	const char *word; /* as typed */
	const char *best; /* NULL: nothing near enough; borrowed from the caller of
			     suggest_try */
	size_t distance;
};
void suggest_init(struct suggest *s, const char *word);
/* Offer one word.  Near is at most 2 edits (one for words of up to 3 letters), neighbours
 * swapped counting as one, or a word that begins with what was typed.  ASCII case is
 * ignored. */
void suggest_try(struct suggest *s, const char *candidate);

#endif
