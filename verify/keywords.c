/* SPDX-License-Identifier: MIT */
/* Keywords: sets that are equal but for case, order and renaming are equal. */
#include "verify/work.h"

/* Keywords that mean the same and that servers and programs spell differently. */
static const struct verify_rename known[] = {
	{ "Forwarded", "$Forwarded" }, { "MDNSent", "$MDNSent" },
	{ "Junk", "$Junk" },	       { "JunkRecorded", "$Junk" },
	{ "NonJunk", "$NotJunk" },     { "NotJunk", "$NotJunk" },
	{ "$NonJunk", "$NotJunk" },
};

static struct span spelt(const struct verify_rename *v, size_t n, struct span word)
{
	for (size_t i = 0; i < n; i++)
		if (span_ieq(word, span_str(v[i].old_name)))
			return span_str(v[i].new_name);
	return word;
}

/* How the new side writes a keyword: by the config, then by common usage. */
static struct span common_word(const struct work *w, struct span word)
{
	return spelt(known, COUNT_OF(known),
		     spelt(w->o->keywords, w->o->keyword_n, word));
}

static bool is_word_in(const struct work *w, struct span word, const char *list)
{
	struct span rest = span_str(list);

	word = common_word(w, word);

	while (rest.n > 0) {
		ptrdiff_t at = span_index(rest, ' ');
		struct span next = { rest.p, at < 0 ? rest.n : (size_t)at };

		if (span_ieq(word, common_word(w, next)))
			return true;
		rest = span_from(rest, next.n + 1);
	}
	return false;
}

/* Words of list that other lacks, in w->scratch; keywords are equal without regard to
 * case. */
static const char *words_only_in(struct work *w, const char *list, const char *other)
{
	struct strbuf only = STRBUF_INIT;
	struct span rest = span_str(list);
	const char *copy;

	while (rest.n > 0) {
		ptrdiff_t at = span_index(rest, ' ');
		struct span word = { rest.p, at < 0 ? rest.n : (size_t)at };

		if (!is_word_in(w, word, other)) {
			if (only.n > 0)
				strbuf_addc(&only, ' ');
			strbuf_addspan(&only, word);
		}
		rest = span_from(rest, word.n + 1);
	}
	copy = arena_span(w->scratch, strbuf_span(&only));
	strbuf_done(&only);
	return copy;
}

bool keywords_differ(struct work *w, int64_t old, int64_t new, const char **old_only,
		     const char **new_only, struct err *err)
{
	const char *a, *b;

	if (!store_keywords(w->st, old, w->scratch, &a, err) ||
	    !store_keywords(w->st, new, w->scratch, &b, err))
		return false;
	*old_only = words_only_in(w, a, b);
	*new_only = words_only_in(w, b, a);
	return true;
}

/* The store keeps one row per set, so equal rows are equal sets; others may differ in
 * case alone. */
bool keywords_compare(struct work *w, int64_t old, int64_t new, struct work_keywords *out,
		      struct err *err)
{
	struct work_keywords *k;
	const char *old_only, *new_only;

	if (old == new) {
		*out = (struct work_keywords){ .equal = true };
		return true;
	}
	k = &w->keywords[((uint64_t)old * 31 + (uint64_t) new) % WORK_KEYWORDS];
	if (!k->known || k->old != old || k->new != new) {
		arena_reset(w->scratch);
		if (!keywords_differ(w, old, new, &old_only, &new_only, err))
			return false;
		*k = (struct work_keywords){ .old = old,
					     .new = new,
					     .known = true,
					     .equal = *old_only == '\0' &&
						      *new_only == '\0',
					     .lost = *old_only != '\0' };
	}
	*out = *k;
	return true;
}

/* Keywords are equal without regard to case and order: the sum of a hash (FNV-1a) over
 * each.  It only chooses among partners; whether keywords differ is compared by words. */
static uint64_t hash_words(const char *names)
{
	uint64_t sum = 0, h = 0;

	for (const char *p = names;; p++) {
		if (*p == ' ' || *p == '\0') {
			sum += h;
			h = 0;
			if (*p == '\0')
				return sum;
			continue;
		}
		if (h == 0)
			h = UINT64_C(14695981039346656037);
		h = (h ^ (uint8_t)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p)) *
		    UINT64_C(1099511628211);
	}
}

bool emit_words(struct work *w, struct multiset_item *item, struct err *err)
{
	int64_t set = item->m.keyword_set;
	struct work_words *slot = &w->words[(uint64_t)set % WORK_KEYWORDS];
	const char *names;

	item->words = 0;
	if (set == 0)
		return true;
	if (slot->set != set) {
		arena_reset(w->scratch);
		if (!store_keywords(w->st, set, w->scratch, &names, err))
			return false;
		*slot = (struct work_words){ set, hash_words(names) };
	}
	item->words = slot->words;
	return true;
}
