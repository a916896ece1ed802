/* SPDX-License-Identifier: MIT */
/* Where mail to a name is sent on to: .forward, sieve, alias and virtual maps. */
#include "map/map_witness.h"

#define TARGETS_MAX 1000u /* of one name */

static const char *const kinds[] = { "forward", "sieve", "alias", "virtual" };
_Static_assert(COUNT_OF(kinds) == MAP_FORWARD_COUNT, "a name for each kind");

const char *map_forward_name(enum map_forward_kind k)
{
	return kinds[k];
}

struct reader {
	bool (*fn)(void *ctx, const char *name, const char *target, bool keeps,
		   struct err *err);
	void *ctx;
	struct map_tally *tally;
	struct err *err;
	uint64_t line;
};

static void odd(struct reader *r)
{
	r->tally->odd++;
	if (r->tally->first_odd == 0)
		r->tally->first_odd = r->line;
}

static bool copy(struct span s, char out[MAP_NAME_MAX + 1])
{
	if (s.n == 0 || s.n > MAP_NAME_MAX || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static bool tell(struct reader *r, struct span name, struct span target, bool keeps)
{
	char a[MAP_NAME_MAX + 1], b[MAP_NAME_MAX + 1];

	if (!copy(name, a) || !copy(target, b)) {
		odd(r);
		return true;
	}
	r->tally->facts++;
	return r->fn(r->ctx, a, b, keeps, r->err);
}

/* The next target of "a, \"|prog x\", b" off the front; false: none is left. */
static bool target(struct span *s, struct span *out)
{
	size_t n = 0;
	bool quoted = false;

	while (s->n > 0 &&
	       (s->p[0] == ' ' || s->p[0] == '\t' || s->p[0] == ',' || s->p[0] == '\r'))
		*s = span_from(*s, 1);
	if (s->n == 0)
		return false;
	while (n < s->n && (quoted || s->p[n] != ',')) {
		if (s->p[n] == '"')
			quoted = !quoted;
		n++;
	}
	*out = span_trim((struct span){ s->p, n });
	*s = span_from(*s, n);
	if (out->n >= 2 && out->p[0] == '"' && out->p[out->n - 1] == '"')
		*out = (struct span){ out->p + 1, out->n - 2 };
	return true;
}

/* "\mia", "mia", "mia@example.org" of mia, and a file: the mail stays here. */
static bool stays(struct span name, struct span t)
{
	ptrdiff_t at = span_index(name, '@'), bt = span_index(t, '@');

	if (t.n > 0 && (t.p[0] == '/' || t.p[0] == '.'))
		return true;
	if (t.n > 0 && t.p[0] == '\\')
		t = span_from(t, 1);
	if ((at >= 0) != (bt >= 0)) {
		name.n = at >= 0 ? (size_t)at : name.n;
		/* another domain is another mailbox */
		if (bt >= 0)
			return false;
	}
	return span_ieq(name, t);
}

/* Two passes: whether a copy stays, then where the others go. */
static bool targets(struct reader *r, struct span name, struct span list)
{
	struct span rest = list, t;
	bool keeps = false;
	unsigned n = 0;

	while (target(&rest, &t))
		keeps |= stays(name, t);
	rest = list;
	while (target(&rest, &t)) {
		if (++n > TARGETS_MAX) {
			odd(r);
			break;
		}
		if (!stays(name, t) && t.n > 0 && !tell(r, name, t, keeps))
			return false;
	}
	return true;
}

static struct span next_line(struct reader *r, struct span *rest)
{
	ptrdiff_t nl = span_index(*rest, '\n');
	struct span line = { rest->p, nl < 0 ? rest->n : (size_t)nl };

	*rest = span_from(*rest, line.n + 1);
	r->line++;
	return line;
}

/* All lines of one .forward speak of one user. */
static bool forward(struct reader *r, struct span user, struct span text)
{
	struct span all = text;
	bool keeps = false;

	for (int pass = 0; pass < 2; pass++) {
		struct span rest = all;

		r->line = 0;
		while (rest.n > 0) {
			struct span line = next_line(r, &rest), t;

			line = span_trim(line);
			if (line.n > 0 && line.p[0] == '#')
				continue;
			while (target(&line, &t)) {
				if (pass == 0)
					keeps |= stays(user, t);
				else if (!stays(user, t) && t.n > 0 &&
					 !tell(r, user, t, keeps))
					return false;
			}
		}
	}
	return true;
}

/* Names of a map, with lines that begin with a blank behind the line they go on. */
static bool map(struct reader *r, struct span text, char delim)
{
	while (text.n > 0) {
		struct span line = next_line(r, &text), name, list;
		size_t n = 0;
		bool quoted = false;

		/* the octets lie together: a longer span takes in what goes on */
		while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t')) {
			struct span more = next_line(r, &text);

			line.n = (size_t)(more.p + more.n - line.p);
		}
		if (span_trim(line).n == 0 || line.p[0] == '#')
			continue;
		while (n < line.n &&
		       (quoted ||
			(delim == ':' ? line.p[n] != ':'
				      : line.p[n] != ' ' && line.p[n] != '\t'))) {
			if (line.p[n] == '"')
				quoted = !quoted;
			n++;
		}
		name = span_trim((struct span){ line.p, n });
		list = span_from(line, n + 1);
		if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
			name = (struct span){ name.p + 1, name.n - 2 };
		if (name.n == 0 || span_trim(list).n == 0) {
			odd(r);
			continue;
		}
		/* line ends inside are blanks between targets */
		for (;;) {
			ptrdiff_t nl = span_index(list, '\n');
			struct span part = { list.p, nl < 0 ? list.n : (size_t)nl };

			if (nl < 0) {
				if (!targets(r, name, part))
					return false;
				break;
			}
			if (!targets(r, name, part))
				return false;
			list = span_from(list, (size_t)nl + 1);
		}
	}
	return true;
}

/* A word of sieve (RFC 5228): comments, strings and the rest; false: the end. */
static bool word(struct reader *r, struct span *s, struct span *out, bool *string)
{
	*string = false;
	for (;;) {
		while (s->n > 0 && strchr(" \t\r\n,;(){}[]", s->p[0]) != NULL) {
			r->line += s->p[0] == '\n';
			*s = span_from(*s, 1);
		}
		if (s->n == 0)
			return false;
		if (s->p[0] == '#') {
			ptrdiff_t nl = span_index(*s, '\n');

			*s = span_from(*s, nl < 0 ? s->n : (size_t)nl);
			continue;
		}
		if (s->n >= 2 && s->p[0] == '/' && s->p[1] == '*') {
			const char *end = memmem(s->p + 2, s->n - 2, "*/", 2);

			*s = span_from(*s, end == NULL ? s->n : (size_t)(end + 2 - s->p));
			continue;
		}
		break;
	}
	if (s->p[0] == '"') {
		size_t n = 1;

		while (n < s->n && s->p[n] != '"')
			n += s->p[n] == '\\' ? 2 : 1;
		n = n < s->n ? n : s->n;
		*out = (struct span){ s->p + 1, n - 1 };
		*s = span_from(*s, n + 1);
		*string = true;
		return true;
	}
	*out = (struct span){ s->p, 1 };
	while (out->n < s->n && strchr(" \t\r\n,;(){}[]\"", s->p[out->n]) == NULL)
		out->n++;
	*s = span_from(*s, out->n);
	return true;
}

/* redirect without :copy takes the mail away, unless the script keeps or files it. */
static bool sieve(struct reader *r, struct span user, struct span text)
{
	bool keeps = false, ok = true;

	for (int pass = 0; ok && pass < 2; pass++) {
		struct span rest = text, w;
		bool string, redirecting = false, copying = false;

		r->line = 1;
		while (ok && word(r, &rest, &w, &string)) {
			if (!string && span_ieq_str(w, "redirect")) {
				redirecting = true;
				copying = false;
			} else if (!string && span_ieq_str(w, ":copy")) {
				copying = true;
			} else if (string && redirecting) {
				redirecting = false;
				if (pass == 1)
					ok = tell(r, user, w, keeps || copying);
			} else if (!string && (span_ieq_str(w, "keep") ||
					       span_ieq_str(w, "fileinto"))) {
				keeps = true;
				redirecting = false;
			}
		}
	}
	return ok;
}

bool map_forward_read(enum map_forward_kind kind, const char *user, struct span text,
		      bool (*fn)(void *ctx, const char *name, const char *target,
				 bool keeps, struct err *err),
		      void *ctx, struct map_tally *out, struct err *err)
{
	struct reader r = { .fn = fn, .ctx = ctx, .tally = out, .err = err };

	*out = (struct map_tally){ 0 };
	switch (kind) {
	case MAP_FORWARD:
		return forward(&r, span_str(user), text);
	case MAP_SIEVE:
		return sieve(&r, span_str(user), text);
	case MAP_ALIAS:
		return map(&r, text, ':');
	case MAP_VIRTUAL:
		return map(&r, text, ' ');
	}
	return true;
}
