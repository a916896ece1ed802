/* SPDX-License-Identifier: MIT */
#include "plan/plan_name.h"

#include "base/strbuf.h"
#include "base/text.h"
#include "plan/plan_crowd.h"

#define INBOX_TWIN "%49NBOX" /* a folder called INBOX beside INBOX (lib/map) */

/* Cut the first level off a name in common form; it is decoded into arena. */
static struct span next_level(struct arena *arena, const char **name)
{
	size_t n = strcspn(*name, "/");
	struct strbuf sb = STRBUF_INIT;
	struct span level;

	for (size_t i = 0; i < n; i++) {
		bool escape = strncmp(*name + i, "%25", 3) == 0 ||
			      strncmp(*name + i, "%2F", 3) == 0;

		if (escape)
			strbuf_addc(&sb, (*name)[i + 2] == '5' ? '%' : '/');
		else
			strbuf_addc(&sb, (*name)[i]);
		i += escape ? 2 : 0;
	}
	level = span_str(arena_span(arena, strbuf_span(&sb)));
	strbuf_done(&sb);
	*name += n;
	if (**name == '/')
		(*name)++;
	return level;
}

/* Octets as modified UTF-7 (RFC 3501 section 5.1.3): '&' is two, and a run of what is not
 * printable ASCII is base64 of UTF-16 between '&' and '-'. */
static size_t utf7_length(struct span s)
{
	size_t n = 0, units = 0;

	while (s.n > 0) {
		uint32_t c = (unsigned char)s.p[0];
		size_t used = text_decode(s, &c);

		used = used == 0 ? 1 : used;
		s = span_from(s, used);
		if (c < 0x20 || c > 0x7e) {
			units += c > 0xffff ? 2 : 1;
			continue;
		}
		if (units > 0)
			n += 2 + (units * 16 + 5) / 6;
		units = 0;
		n += c == '&' ? 2 : 1;
	}
	return units > 0 ? n + 2 + (units * 16 + 5) / 6 : n;
}

static size_t length(struct span s, enum profile_unit unit)
{
	size_t n = 0;
	uint32_t c;

	switch (unit) {
	case PROFILE_UTF8:
		return s.n;
	case PROFILE_UTF7:
		return utf7_length(s);
	case PROFILE_CHARACTERS:
		for (; s.n > 0; n++) {
			size_t used = text_decode(s, &c);

			s = span_from(s, used == 0 ? 1 : used);
		}
		return n;
	}
	return s.n;
}

static const char *unit_name(enum profile_unit unit)
{
	return unit == PROFILE_CHARACTERS ? "characters" : "octets";
}

static void check_length(struct arena *arena, const struct profile_limit *limit,
			 struct span s, const char *of, struct plan_map_signs *out)
{
	if (limit->value > 0 && length(s, limit->unit) > (uint64_t)limit->value)
		plan_sign(out, PLAN_MAP_TOO_LONG,
			  arena_printf(arena, "more than %lld %s%s",
				       (long long)limit->value, unit_name(limit->unit),
				       of));
}

/* The characters of the level, one by one. */
static void check_characters(struct arena *arena, const struct plan_place *place,
			     struct span level, struct plan_map_signs *out)
{
	const struct profile *p = place->profile;
	uint32_t c;

	for (size_t used; level.n > 0; level = span_from(level, used)) {
		char one[8] = "";

		used = text_decode(level, &c);
		if (used == 0) {
			plan_sign(out, PLAN_MAP_REFUSED, "octets that are no UTF-8");
			used = 1;
			continue;
		}
		memcpy(one, level.p, used);
		if (c < 0x20 || c == 0x7f) {
			if (p->refuses_controls.on)
				plan_sign(out, PLAN_MAP_REFUSED, "a control character");
			continue;
		}
		if (c > 0xffff && p->bmp_only.on)
			plan_sign(out, PLAN_MAP_REFUSED, "a character beyond U+FFFF");
		if (c < 0x80 && place->delim == (char)c)
			plan_sign(out, PLAN_MAP_DELIMITER,
				  arena_printf(arena, "\"%s\"", one));
		else if (strstr(p->refused.text, one) != NULL)
			plan_sign(out, PLAN_MAP_REFUSED,
				  arena_printf(arena, "the character \"%s\"", one));
		else if (strstr(p->refused_by_some.text, one) != NULL)
			plan_sign(
				out, PLAN_MAP_REFUSED,
				arena_printf(arena,
					     "the character \"%s\", depending on how the "
					     "server is set up",
					     one));
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool has_odd_blanks(struct span s)
{
	if (s.n > 0 && (is_blank(s.p[0]) || is_blank(s.p[s.n - 1])))
		return true;
	for (size_t i = 1; i < s.n; i++)
		if (is_blank(s.p[i - 1]) && is_blank(s.p[i]))
			return true;
	return false;
}

static void check_level(struct arena *arena, const struct plan_place *place,
			struct span level, struct plan_map_signs *out)
{
	const struct profile *p = place->profile;
	char first[2] = { level.n > 0 ? level.p[0] : '\0', '\0' };

	check_length(arena, &p->part_octets, level, " in one level", out);
	check_characters(arena, place, level, out);
	if (level.n == 0)
		plan_sign(out, PLAN_MAP_REFUSED, "an empty level");
	else if (strstr(p->refused_start.text, first) != NULL)
		plan_sign(out, PLAN_MAP_REFUSED,
			  arena_printf(arena, "\"%s\" at the start of a level", first));
	if (p->refuses_blanks.on && has_odd_blanks(level))
		plan_sign(out, PLAN_MAP_REFUSED,
			  "blanks at an end of a level, or two in a row");
	if (p->trims.on && level.n > 0 && is_blank(level.p[level.n - 1]))
		plan_sign(out, PLAN_MAP_REFUSED,
			  "a blank at the end of a level: it is taken away");
	for (size_t i = 0; i < p->refused_parts.n; i++)
		if (span_eq_str(level, p->refused_parts.word[i]))
			plan_sign(out, PLAN_MAP_REFUSED,
				  arena_printf(arena, "the level \"%s\"",
					       p->refused_parts.word[i]));
}

void plan_name_check(struct arena *arena, const struct plan_place *place,
		     const char *common, struct plan_map_signs *out)
{
	const struct profile *p = place->profile;
	const char *reserved = plan_name_among(arena, p, &p->reserved, common);
	struct strbuf whole = STRBUF_INIT;
	const char *rest = common;
	int64_t depth = 0;

	if (reserved != NULL)
		plan_sign(out, PLAN_MAP_RESERVED,
			  arena_printf(arena, "\"%s\"", reserved));
	if (strcmp(common, "INBOX") == 0)
		return;
	strbuf_adds(&whole, place->prefix);
	/* that of a shared tree is a folder, without a delimiter behind it */
	if (whole.n > 0 && place->delim != '\0' && whole.p[whole.n - 1] != place->delim)
		strbuf_addc(&whole, place->delim);
	if (strcmp(common, INBOX_TWIN) == 0) {
		strbuf_adds(&whole, "INBOX");
		depth = 1;
	}
	/* A name that ends in a '/' has an empty last level. */
	for (bool more = depth == 0; more; depth++) {
		const char *at = rest;
		struct span level = next_level(arena, &rest);

		more = *rest != '\0' || (rest > at && rest[-1] == '/');
		check_level(arena, place, level, out);
		if (depth > 0)
			strbuf_addc(&whole, '/');
		strbuf_addspan(&whole, level);
	}
	check_length(arena, &p->name_octets, strbuf_span(&whole), "", out);
	if (p->depth.value > 0 && depth > p->depth.value)
		plan_sign(out, PLAN_MAP_TOO_DEEP,
			  arena_printf(arena, "more than %lld levels",
				       (long long)p->depth.value));
	strbuf_done(&whole);
}

/* Without blanks at the end of each level. */
static const char *trimmed(struct arena *arena, const char *common)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	for (const char *p = common; *p != '\0'; p++) {
		if (*p == '/')
			while (sb.n > 0 && is_blank(sb.p[sb.n - 1]))
				sb.n--;
		strbuf_addc(&sb, *p);
	}
	while (sb.n > 0 && is_blank(sb.p[sb.n - 1]))
		sb.n--;
	text = arena_span(arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return text;
}

const char *plan_name_key(struct arena *arena, const struct plan_place *place,
			  const char *common)
{
	/* Where INBOX is no parent of all, there is no second one. */
	if (strcmp(common, INBOX_TWIN) == 0 && *place->prefix == '\0')
		common = "INBOX";
	if (place->profile->trims.on)
		common = trimmed(arena, common);
	if (place->profile->ignores_case.on)
		common = map_fold(arena, common);
	return common;
}

const char *plan_name_among(struct arena *arena, const struct profile *profile,
			    const struct profile_words *names, const char *common)
{
	struct plan_place place = { .profile = profile, .prefix = "" };
	const char *key;

	if (names->n == 0)
		return NULL;
	key = plan_name_key(arena, &place, common);
	for (size_t i = 0; i < names->n; i++) {
		const char *name = plan_name_key(arena, &place, names->word[i]);
		size_t n = strlen(name);

		if (strncmp(key, name, n) == 0 && (key[n] == '\0' || key[n] == '/'))
			return names->word[i];
	}
	return NULL;
}
