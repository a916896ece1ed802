/* SPDX-License-Identifier: MIT */
#include "map/map_name.h"

#include "base/strbuf.h"
#include "base/text.h"

static const struct span inbox = { "INBOX", 5 };
const struct span map_other_inbox = { "%49NBOX", 7 };

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

	if (span_ieq(s, inbox) || (delim != '\0' && prefix.n > 0 &&
				   prefix.p[prefix.n - 1] != delim && span_eq(s, prefix)))
		return inbox.p;
	if (cut_prefix(&s, prefix, delim)) {
		if (span_eq(s, inbox))
			return map_other_inbox.p;
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

struct span map_rule_name(struct arena *arena, const char *text)
{
	struct span s = span_str(text_nfc(arena, span_str(text)));
	struct strbuf sb = STRBUF_INIT;
	char *name;

	while (s.n > 0 && s.p[0] == '/')
		s = span_from(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == '/')
		s.n--;
	if (span_eq(s, map_other_inbox))
		return map_other_inbox;
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

bool map_covers(struct span rule, struct span name)
{
	return rule.n > 0 && name.n >= rule.n && memcmp(rule.p, name.p, rule.n) == 0 &&
	       (name.n == rule.n || name.p[rule.n] == '/');
}

const char *map_fold(struct arena *arena, const char *common)
{
	return text_fold(arena, span_str(text_nfc(arena, span_str(common))));
}

/* The other INBOX is itself only as a whole name; in a path it is INBOX (map_common). */
static const char *as_part(struct arena *arena, const char *path)
{
	if (!map_covers(map_other_inbox, span_str(path)))
		return path;
	return arena_printf(arena, "%s%s", inbox.p, path + map_other_inbox.n);
}

const char *map_below(struct arena *arena, const char *prefix, const char *name)
{
	if (*prefix != '\0')
		return arena_printf(arena, "%s/%s", as_part(arena, prefix),
				    as_part(arena, name));
	if (span_eq(span_str(name), map_other_inbox))
		return name;
	return as_part(arena, name);
}

const char *map_prefix(struct arena *arena, const char *new_prefix)
{
	struct span name = map_rule_name(arena, new_prefix);

	return name.n == 0 ? "" : as_part(arena, name.p);
}

const char *map_prefix_seen(struct arena *arena, const char *prefix, char delim,
			    const struct folder *below)
{
	size_t n = strlen(prefix), parts = 0;
	const char *p = below->name;
	bool ends;

	if (strchr(prefix, '&') == NULL || delim == '\0')
		return prefix;
	for (size_t i = 0; i < n; i++)
		parts += prefix[i] == delim;
	ends = prefix[n - 1] == delim; /* else it is a folder: that of a tree */
	parts += !ends;
	if (strncmp(below->wire, prefix, n) != 0 ||
	    (!ends && below->wire[n] != '\0' && below->wire[n] != delim))
		return NULL;
	for (; *p != '\0'; p++)
		if (*p == delim && --parts == 0)
			break;
	if (ends && *p == '\0')
		return NULL;
	return arena_span(arena,
			  (struct span){ below->name, (size_t)(p - below->name) + ends });
}
