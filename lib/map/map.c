/* SPDX-License-Identifier: MIT */
#include "map/map.h"

#include "base/strbuf.h"
#include "base/text.h"

static const struct span inbox = { "INBOX", 5 };
/* A folder called INBOX beside INBOX, as Cyrus allows below its prefix. */
static const struct span other_inbox = { "%49NBOX", 7 };

static bool starts_with_inbox(struct span s, char delim)
{
	return span_istarts(s, inbox.p) &&
	       (s.n == inbox.n || (delim != '\0' && s.p[inbox.n] == delim));
}

/*
 * Cut the namespace prefix.  "INBOX." counts in any case, the rest of a prefix only as it
 * is.  A prefix without its delimiter ("INBOX") asks for one, or "INBOXES" would be below
 * it.
 */
static bool cut_prefix(struct span *name, struct span prefix, char delim)
{
	size_t n = prefix.n, same = 0;

	if (n == 0 || name->n <= n)
		return false;
	if (starts_with_inbox(prefix, delim) && starts_with_inbox(*name, delim))
		same = inbox.n;
	if (memcmp(name->p + same, prefix.p + same, n - same) != 0)
		return false;
	if (delim != '\0' && prefix.p[n - 1] != delim) {
		if (name->p[n] != delim || name->n == n + 1)
			return false;
		n++;
	}
	*name = span_from(*name, n);
	return true;
}

const char *map_common(struct arena *arena, const struct map_names *names,
		       const char *name, char delim)
{
	struct span s = span_str(text_nfc(arena, span_str(name)));
	struct span prefix = span_str(text_nfc(arena, span_str(names->prefix)));
	struct strbuf sb = STRBUF_INIT;
	const char *common;

	if (span_ieq(s, inbox))
		return inbox.p;
	if (cut_prefix(&s, prefix, delim)) {
		if (span_eq(s, inbox))
			return other_inbox.p;
	} else if (starts_with_inbox(s, delim)) {
		strbuf_addspan(&sb, inbox);
		s = span_from(s, inbox.n);
	}
	for (size_t i = 0; i < s.n; i++) {
		if (delim != '\0' && s.p[i] == delim)
			strbuf_addc(&sb, '/');
		else if (s.p[i] == '/')
			strbuf_adds(&sb, "%2F");
		else if (s.p[i] == '%')
			strbuf_adds(&sb, "%25");
		else
			strbuf_addc(&sb, s.p[i]);
	}
	common = arena_span(arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return common;
}

/* "%2F" and "%25" are how people write a '/' and a '%' inside a component where it
 * matters. */
static bool is_escape(struct span s)
{
	return span_istarts(s, "%2f") || span_istarts(s, "%25");
}

/* A name as people write it in rules, in common form. */
static struct span rule_name(struct arena *arena, const char *text)
{
	struct span s = span_str(text_nfc(arena, span_str(text)));
	struct strbuf sb = STRBUF_INIT;
	char *name;

	while (s.n > 0 && s.p[0] == '/')
		s = span_from(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	if (span_eq(s, other_inbox))
		return other_inbox;
	if (starts_with_inbox(s, '/')) {
		strbuf_addspan(&sb, inbox);
		s = span_from(s, inbox.n);
	}
	while (s.n > 0) {
		size_t n = 1;

		if (is_escape(s)) {
			strbuf_adds(&sb, s.p[2] == '5' ? "%25" : "%2F");
			n = 3;
		} else if (s.p[0] == '%') {
			strbuf_adds(&sb, "%25");
		} else {
			strbuf_addc(&sb, s.p[0]);
		}
		s = span_from(s, n);
	}
	name = arena_span(arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return span_str(name);
}

/* name is the rule's folder, or below it.  An empty rule name matches nothing. */
static bool covers(struct span rule, struct span name)
{
	return rule.n > 0 && name.n >= rule.n && memcmp(rule.p, name.p, rule.n) == 0 &&
	       (name.n == rule.n || name.p[rule.n] == '/');
}

/* The other INBOX is itself only as a whole name; in a path it is INBOX (map_common). */
static const char *as_part(struct arena *arena, const char *path)
{
	if (!covers(other_inbox, span_str(path)))
		return path;
	return arena_printf(arena, "%s%s", inbox.p, path + other_inbox.n);
}

enum map_how map_target(struct arena *arena, const struct map_rules *rules,
			const char *new_prefix, const char *common_old,
			const char **common_new_out)
{
	struct span name = span_str(common_old), below = rule_name(arena, new_prefix),
		    to = { 0 };
	enum map_how how = MAP_SAME;
	const char *target;
	size_t depth = 0; /* octets of the most specific rule name so far */

	for (size_t i = 0; i < rules->pair_n; i++) {
		struct span from = rule_name(arena, rules->pairs[i].old_name);
		struct span renamed = rule_name(arena, rules->pairs[i].new_name);

		if (covers(from, name) && renamed.n > 0 && from.n > depth) {
			to = renamed;
			depth = from.n;
			how = MAP_RULE;
		}
	}
	target = arena_printf(arena, "%s%s", depth > 0 ? to.p : "", name.p + depth);
	if (below.n > 0)
		target = arena_printf(arena, "%s/%s", as_part(arena, below.p),
				      as_part(arena, target));
	else if (!span_eq(span_str(target), other_inbox))
		target = as_part(arena, target);
	*common_new_out = target;
	for (size_t i = 0; i < rules->exclude_n; i++) {
		struct span out = rule_name(arena, rules->exclude[i]);

		if (covers(out, name) && out.n > depth)
			how = MAP_EXCLUDED;
	}
	return how;
}

const char *map_fold(struct arena *arena, const char *common)
{
	return text_fold(arena, span_str(text_nfc(arena, span_str(common))));
}
