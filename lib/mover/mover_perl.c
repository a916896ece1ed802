/* SPDX-License-Identifier: MIT */
#include "mover/mover_perl.h"

#include "base/strbuf.h"

static const char *const meta = "\\^$.|?*+()[]{}";

static bool word_char(char c)
{
	char l = span_lower(c);

	return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static char at(struct span s, size_t i)
{
	return i < s.n ? s.p[i] : '\0';
}

/* A backslash and a letter in a pattern that PCRE2 does not have, or has differently. */
static const char *bad_escape(struct span s, size_t i)
{
	switch (at(s, i + 1)) {
	case '\0':
		return "it ends in a backslash";
	case 'l':
	case 'u':
	case 'L':
	case 'U':
	case 'F':
		return "it changes the case of the pattern";
	case 'C':
		return "\\C is not allowed in a rule";
	case 'b':
	case 'B':
		if (at(s, i + 2) == '{')
			return "\\b{...} is Perl's own";
		break;
	case 'N':
		if (at(s, i + 2) == '{')
			return "\\N{...} is Perl's own";
		break;
	default:
		break;
	}
	return NULL;
}

static const char *bad_group(struct span s, size_t i)
{
	static const struct {
		const char *start, *why;
	} starts[] = {
		{ "(?{", "it holds Perl code" },
		{ "(??{", "it holds Perl code" },
		{ "(?[", "(?[...]) is Perl's own" },
		{ "(?&", "it calls a group of its own" },
		{ "(*", "it holds a (*VERB)" },
		{ "(?C", "it holds a callout" },
	};

	for (size_t k = 0; k < COUNT_OF(starts); k++)
		if (span_istarts(span_from(s, i), starts[k].start) &&
		    memcmp(s.p + i, starts[k].start, strlen(starts[k].start)) == 0)
			return starts[k].why;
	return NULL;
}

/* Would Perl put a variable here?  It does before it looks at the pattern. */
static const char *bad_variable(struct span s, size_t i, bool code)
{
	char next = at(s, i + 1);

	if (!code)
		return NULL; /* a pattern that came in a variable is not looked at again
			      */
	if (s.p[i] == '@')
		return word_char(next) || next == '{' || next == '$'
			       ? "it holds a variable of Perl"
			       : NULL;
	if (next == '\0' || next == ')' || next == '|')
		return NULL;
	return "it holds a variable of Perl";
}

/*
 * The pattern, checked; code: it stood in Perl code, where variables are put in.  The
 * delimiter's backslashes are gone.
 */
static const char *check(struct span s, bool code)
{
	bool class = false;

	if (s.n == 0)
		return "an empty pattern is the last one that matched";
	if (s.n > MOVER_PERL_MAX)
		return "it is too long";
	for (size_t i = 0; i < s.n; i++) {
		const char *bad = NULL;
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\0' || c >= 0x80)
			return "it holds octets that are no ASCII; the mover sees names "
			       "in modified UTF-7";
		if (c == '\\') {
			bad = bad_escape(s, i);
			i++;
		} else if (c == '$' || c == '@') {
			/* A $ inside of a class is never an anchor. */
			bad = c == '$' && class && code ? "it holds a variable of Perl"
							: bad_variable(s, i, code);
		} else if (class) {
			class = c != ']';
		} else if (c == '[') {
			class = true;
			if (at(s, i + 1) == '^')
				i++;
			if (at(s, i + 1) == ']')
				i++;
		} else if (c == '(') {
			bad = bad_group(s, i);
		}
		if (bad != NULL)
			return bad;
	}
	return class ? "a [ is not closed" : NULL;
}

const char *mover_perl_pattern(struct arena *arena, struct span pattern,
			       const char **why_out)
{
	*why_out = check(pattern, false);
	return *why_out == NULL ? arena_span(arena, pattern) : NULL;
}

/* The text between delimiters from *i on, which goes behind the closing one. */
static const char *part(struct span s, size_t *i, char open, char close,
			struct strbuf *out)
{
	size_t depth = 0;

	for (; *i < s.n; ++*i) {
		char c = s.p[*i], next = at(s, *i + 1);

		if (c == '\\' && next != '\0') {
			if (next == open || next == close) {
				/* s|a\|b||: one letter or two ways?  Perl changed its
				 * mind about that. */
				if (open == close && strchr(meta, next) != NULL)
					return "its delimiter means something in a "
					       "pattern, and stands in it";
				if (open != close)
					strbuf_addc(out, c);
			} else {
				strbuf_addc(out, c);
			}
			++*i;
			strbuf_addc(out, next);
			continue;
		}
		if (c == close && depth == 0) {
			++*i;
			return NULL;
		}
		if (open != close)
			depth += (c == open) - (size_t)(c == close);
		strbuf_addc(out, c);
	}
	return "its delimiters do not match";
}

static char closing(char open)
{
	static const char pairs[] = "(){}[]<>";
	const char *p = open != '\0' ? strchr(pairs, open) : NULL;

	return p != NULL && (p - pairs) % 2 == 0 ? p[1] : open;
}

static void blanks(struct span s, size_t *i)
{
	while (*i < s.n && strchr(" \t\r\n", s.p[*i]) != NULL)
		++*i;
}

/* Both parts, and where the letters after them begin. */
static const char *parts(struct span s, size_t *i, struct strbuf *first,
			 struct strbuf *second)
{
	char open, close;
	const char *why;

	blanks(s, i);
	open = at(s, *i);
	close = closing(open);
	if (open == '\0' || word_char(open) || open == '\\' || open == '#' ||
	    open == '\'' || open == ')' || open == ']' || open == '}' || open == '>')
		return "it has no delimiter that is understood";
	++*i;
	why = part(s, i, open, close, first);
	if (why != NULL)
		return why;
	if (open != close) {
		blanks(s, i);
		open = at(s, *i);
		close = closing(open);
		if (open == '\0' || word_char(open) || open == '\'' || open == '#' ||
		    open == '\\')
			return "its second part has no delimiter that is understood";
		++*i;
	}
	return part(s, i, open, close, second);
}

/* A group in a replacement: $1 ${1} $& $+{name}; *i is at the $. */
static const char *group(struct span s, size_t *i, struct strbuf *out)
{
	struct span rest = span_from(s, *i + 1);
	size_t n = 0;
	bool named = span_istarts(rest, "+{"), braces = named || at(rest, 0) == '{';

	if (at(rest, 0) == '&') {
		strbuf_adds(out, "${0}");
		++*i;
		return NULL;
	}
	rest = span_from(rest, (size_t)named + braces);
	while (n < rest.n &&
	       (named ? word_char(rest.p[n]) : rest.p[n] >= '0' && rest.p[n] <= '9'))
		n++;
	if (n == 0 || n > 32 || (braces && at(rest, n) != '}') ||
	    (!named && rest.p[0] == '0'))
		return "its replacement holds a variable of Perl";
	strbuf_addf(out, "${%.*s}", (int)n, rest.p);
	*i += n + (size_t)named + 2 * (size_t)braces;
	return NULL;
}

static const char *replacement(struct span s, struct strbuf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], next = at(s, i + 1);
		const char *why = NULL;

		if (c == '\0' || (unsigned char)c >= 0x80)
			return "it holds octets that are no ASCII; the mover sees names "
			       "in modified UTF-7";
		if (c == '$') {
			why = group(s, &i, out);
		} else if (c == '@' && (word_char(next) || next == '{' || next == '$')) {
			why = "its replacement holds a variable of Perl";
		} else if (c != '\\') {
			strbuf_addc(out, c);
		} else if (next >= '1' && next <= '9') {
			strbuf_addf(out, "${%c}", next);
			i++;
		} else if (next != '\0' && strchr("uUlLEFQ", next) != NULL) {
			why = "its replacement changes the case of letters";
		} else if (next == '\0' || word_char(next)) {
			why = "its replacement holds an escape that is not understood";
		} else {
			strbuf_adds(out, next == '$' ? "$$" : "");
			if (next != '$')
				strbuf_addc(out, next);
			i++;
		}
		if (why != NULL)
			return why;
	}
	return NULL;
}

/* Letters behind s///: into (?...) before the pattern, and g. */
static const char *modifiers(struct span s, char letters[8], bool *all)
{
	size_t n = 0;

	*all = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == 'g')
			*all = true;
		else if (c == 'e')
			return "its replacement is Perl code";
		else if (c == 'r')
			return "with r it changes nothing";
		else if (c != '\0' && strchr("imsx", c) != NULL) {
			if (memchr(letters, c, n) == NULL)
				letters[n++] = c;
		} else if (c == ';' || strchr(" \t\r\n", c) != NULL) {
			struct span rest = span_trim(span_from(s, i));

			while (rest.n > 0 && rest.p[0] == ';')
				rest = span_trim(span_from(rest, 1));
			if (rest.n > 0)
				return "more Perl stands behind it";
			break;
		} else if (c != 'o' && c != 'p' && c != 'a') {
			return "a letter behind it is not understood";
		}
	}
	letters[n] = '\0';
	return NULL;
}

/* The letters of a tr/// list: ranges and escapes resolved. */
static const char *letters_of(struct span s, struct strbuf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\\' && i + 1 < s.n) {
			c = (unsigned char)s.p[++i];
			if (word_char((char)c))
				return "a tr with an escape that is not understood";
		} else if (c == '-' && out->n > 0 && i + 1 < s.n) {
			unsigned char from = (unsigned char)out->p[out->n - 1],
				      to = (unsigned char)s.p[++i];

			if (to == '\\' || to < from)
				return "a tr with a range that is not understood";
			while (from++ < to)
				strbuf_addc(out, (char)from);
			continue;
		}
		if (c >= 0x80 || c == '\0')
			return "it holds octets that are no ASCII; the mover sees names "
			       "in modified UTF-7";
		strbuf_addc(out, (char)c);
	}
	return NULL;
}

static void literal(struct strbuf *out, char c)
{
	if (strchr(meta, c) != NULL || c == '-' || c == '/')
		strbuf_addc(out, '\\');
	strbuf_addc(out, c);
}

static size_t transliterate(struct arena *arena, struct span first, struct span second,
			    struct span rest, struct mover_substitution *out,
			    const char **why_out)
{
	struct strbuf from = STRBUF_INIT, to = STRBUF_INIT, text = STRBUF_INIT;
	bool delete = false;
	size_t n = 0;

	rest = span_trim(rest);
	if (rest.n == 1 && rest.p[0] == 'd')
		delete = true;
	else if (rest.n > 0 && !(rest.n == 1 && rest.p[0] == ';'))
		*why_out = "a tr with letters behind it that are not understood";
	if (*why_out == NULL)
		*why_out = letters_of(first, &from);
	if (*why_out == NULL)
		*why_out = letters_of(second, &to);
	if (*why_out == NULL && (from.n == 0 || (to.n == 0 && !delete)))
		*why_out = "a tr that changes nothing";
	if (*why_out == NULL && from.n > MOVER_TR_MAX)
		*why_out = "a tr with too many letters";
	for (size_t i = 0; *why_out == NULL && i < from.n; i++) {
		char c = i < to.n   ? to.p[i]
			 : delete   ? '\0'
			 : to.n > 0 ? to.p[to.n - 1]
				    : from.p[i];

		if (memchr(from.p, from.p[i], i) != NULL || c == from.p[i])
			continue; /* the first counts */
		/* One rule after the other: what one made, the next must not change. */
		if (c != '\0' && memchr(from.p + i + 1, c, from.n - i - 1) != NULL) {
			*why_out = "a tr whose letters change into each other";
			break;
		}
		strbuf_clear(&text);
		literal(&text, from.p[i]);
		out[n].match = arena_span(arena, strbuf_span(&text));
		out[n].to = c == '\0'  ? ""
			    : c == '$' ? "$$"
				       : arena_printf(arena, "%c", c);
		out[n++].all = true;
	}
	if (*why_out == NULL && n == 0)
		*why_out = "a tr that changes nothing";
	strbuf_done(&from);
	strbuf_done(&to);
	strbuf_done(&text);
	return *why_out == NULL ? n : 0;
}

size_t mover_perl_rules(struct arena *arena, struct span perl,
			struct mover_substitution *out, const char **why_out)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT, to = STRBUF_INIT;
	struct span s = span_trim(perl);
	char letters[8] = "";
	size_t i = 0, n = 0;
	bool tr;

	*why_out = NULL;
	tr = span_istarts(s, "tr") || span_istarts(s, "y");
	if (s.n > MOVER_PERL_MAX)
		*why_out = "it is too long";
	else if (at(s, 0) == 's')
		i = 1;
	else if (tr && (s.p[0] == 't' || s.p[0] == 'y'))
		i = s.p[0] == 't' ? 2 : 1;
	else
		*why_out = "it is neither s/// nor tr///";
	if (*why_out == NULL)
		*why_out = parts(s, &i, &first, &second);
	if (*why_out == NULL && at(s, 0) != 's') {
		n = transliterate(arena, strbuf_span(&first), strbuf_span(&second),
				  span_from(s, i), out, why_out);
		goto out;
	}
	if (*why_out == NULL)
		*why_out = modifiers(span_from(s, i), letters, &out->all);
	if (*why_out == NULL)
		*why_out = check(strbuf_span(&first), true);
	if (*why_out == NULL)
		*why_out = replacement(strbuf_span(&second), &to);
	if (*why_out == NULL) {
		out->match = letters[0] == '\0' ? arena_span(arena, strbuf_span(&first))
						: arena_printf(arena, "(?%s)%s", letters,
							       strbuf_cstr(&first));
		out->to = arena_span(arena, strbuf_span(&to));
		n = 1;
	}
out:
	strbuf_done(&first);
	strbuf_done(&second);
	strbuf_done(&to);
	return n;
}
