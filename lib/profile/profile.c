/* SPDX-License-Identifier: MIT */
#include "profile/profile.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"
#include "profile/profile_read.h"

/* One string literal a file is longer than C11 promises; gcc and clang take it. */
#pragma GCC diagnostic ignored "-Woverlength-strings"
static const struct {
	const char *name, *text;
} shipped[] = {
#include "profiles_json.h"
};

/* Who calls itself by another's name comes before it. */
static const char *const order[] = { "gmail",	"m365",	 "exchange", "zimbra",	"iplanet",
				     "courier", "cyrus", "dovecot",  "generic", NULL };
_Static_assert(COUNT_OF(order) == COUNT_OF(shipped) + 1, "every profile has its turn");

static const char *text_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(shipped); i++)
		if (strcmp(shipped[i].name, name) == 0)
			return shipped[i].text;
	return NULL;
}

const char *profile_name(size_t i)
{
	return i < COUNT_OF(order) ? order[i] : NULL;
}

bool profile_is_shipped(const char *name)
{
	return text_of(name) != NULL;
}

bool profile_is_path(const char *s)
{
	size_t n = strlen(s);

	return strchr(s, '/') != NULL || (n > 5 && strcmp(s + n - 5, ".json") == 0);
}

static bool contains(const char *said, const char *word)
{
	for (; said != NULL && *said != '\0'; said++)
		if (span_istarts(span_str(said), word))
			return true;
	return false;
}

static bool has_word(const char *said, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = said; p != NULL && *p != '\0';
	     p += strcspn(p, " "), p += strspn(p, " "))
		if (strcspn(p, " ") == n && span_istarts(span_str(p), word))
			return true;
	return false;
}

static bool any(const struct profile_words *w, const char *said, bool whole)
{
	for (size_t i = 0; i < w->n; i++)
		if (whole ? has_word(said, w->word[i]) : contains(said, w->word[i]))
			return true;
	return false;
}

/* ID is what a server says of itself on purpose, so it counts before the others. */
static bool fits(const struct profile_match *m, const struct profile_signs *s, int round)
{
	switch (round) {
	case 0:
		return any(&m->server_id, s->server_id, false);
	case 1:
		return any(&m->capability, s->capability, true);
	default:
		return any(&m->greeting, s->greeting, false);
	}
}

static bool load(struct arena *arena, const char *name, struct profile_match *match,
		 struct profile *out, struct err *err)
{
	return profile_read(arena, arena_printf(arena, "profiles/%s.json", name),
			    span_str(text_of(name)), out, match, err);
}

static bool choose(struct arena *arena, const struct profile_signs *signs,
		   const struct profile **out, struct err *err)
{
	struct profile *all = arena_alloc(arena, COUNT_OF(shipped) * sizeof *all);
	struct profile_match match[COUNT_OF(shipped)];

	for (size_t i = 0; order[i] != NULL; i++)
		if (!load(arena, order[i], &match[i], &all[i], err))
			return false;
	*out = &all[COUNT_OF(shipped) - 1];
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; order[i] != NULL; i++)
			if (fits(&match[i], signs, round)) {
				*out = &all[i];
				return true;
			}
	return true;
}

static bool from_file(struct arena *arena, const char *path, struct profile *out,
		      struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = fs_read(path, PROFILE_SIZE_MAX, &text, err) &&
		  profile_parse(arena, path, strbuf_span(&text), out, err);

	if (!ok && err->cls == ERR_LIMIT)
		err->cls = ERR_CONFIG;
	strbuf_done(&text);
	return ok;
}

bool profile_parse(struct arena *arena, const char *name, struct span text,
		   struct profile *out, struct err *err)
{
	struct profile_match match;

	return profile_read(arena, name, text, out, &match, err);
}

bool profile_find(struct arena *arena, const char *name_or_path,
		  const struct profile_signs *signs, const struct profile **out,
		  struct err *err)
{
	struct profile *p;
	struct profile_match match;

	if (strcmp(name_or_path, PROFILE_AUTO) == 0)
		return choose(arena, signs, out, err);
	p = arena_alloc(arena, sizeof *p);
	if (profile_is_path(name_or_path)) {
		if (!from_file(arena, name_or_path, p, err))
			return false;
	} else if (!profile_is_shipped(name_or_path)) {
		return err_set(err, ERR_CONFIG, "there is no profile %s",
			       text_shown(arena, span_str(name_or_path)));
	} else if (!load(arena, name_or_path, &match, p, err)) {
		return false;
	}
	*out = p;
	return true;
}
