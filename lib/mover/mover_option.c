/* SPDX-License-Identifier: MIT */
#include "mover/mover_option.h"

struct found {
	const struct mover_option_def *def;
	bool negated, exact, several;
};

/* One spelling of an option against what was said; "no" and "no-" before it. */
static void try_name(struct found *f, const struct mover_option_def *def, bool negated,
		     const char *prefix, const char *name, struct span said)
{
	struct span rest = said;
	size_t n = strlen(prefix);

	if (rest.n < n)
		n = rest.n; /* "n" begins every negated name */
	if (!span_ieq((struct span){ rest.p, n }, (struct span){ prefix, n }))
		return;
	rest = span_from(rest, n);
	if (rest.n > strlen(name) || !span_ieq(rest, (struct span){ name, rest.n }))
		return;
	if (said.n == strlen(prefix) + strlen(name)) {
		*f = (struct found){ .def = def, .negated = negated, .exact = true };
	} else if (!f->exact) {
		f->several = f->several ||
			     (f->def != NULL && (f->def != def || f->negated != negated));
		f->def = def;
		f->negated = negated;
	}
}

static struct found look_up(struct span said)
{
	struct found f = { 0 };

	for (size_t i = 0; i < mover_option_count && !f.exact; i++) {
		const struct mover_option_def *def = &mover_options[i];
		const char *const names[] = { def->name, def->alias };

		for (size_t k = 0; k < COUNT_OF(names) && !f.exact; k++) {
			if (names[k] == NULL)
				continue;
			try_name(&f, def, false, "", names[k], said);
			if (def->type != '!')
				continue;
			if (!f.exact)
				try_name(&f, def, true, "no", names[k], said);
			if (!f.exact)
				try_name(&f, def, true, "no-", names[k], said);
		}
	}
	if (f.several && !f.exact)
		f.def = NULL;
	return f;
}

/* Whole numbers may have underscores, and what takes days may have a fraction. */
static bool number(const char *s, char type)
{
	bool digits = false;

	if (*s == '-' || *s == '+')
		s++;
	for (; *s != '\0'; s++) {
		if (*s >= '0' && *s <= '9')
			digits = true;
		else if (*s != '_' && !(type == 'f' && strchr(".eE-+", *s) != NULL))
			return false;
	}
	return digits;
}

static void take_value(struct arena *arena, const struct mover_word *word, size_t n,
		       size_t *i, const char *after, struct mover_option *out)
{
	const char *value = after;

	if (value == NULL) {
		if (*i == n) {
			out->bad = true;
			return;
		}
		out->word = &word[(*i)++];
		value = out->word->text;
	}
	if (out->def->about == MOVER_SECRET || out->word->secret)
		return;
	out->value = arena_strdup(arena, value);
	if ((out->def->type == 'i' || out->def->type == 'f') &&
	    out->word->unknown == NULL && !number(value, out->def->type))
		out->bad = true;
	if (out->def->type == '%' && out->word->unknown == NULL &&
	    strchr(value, '=') == NULL)
		out->bad = true;
}

enum mover_next mover_option_next(struct arena *arena, const struct mover_word *word,
				  size_t n, size_t *i, struct mover_option *out)
{
	const struct mover_word *w;
	const char *text, *equals;
	struct span name;
	struct found f;

	if (*i == n)
		return MOVER_NEXT_END;
	w = &word[(*i)++];
	*out = (struct mover_option){ .word = w, .line = w->line, .column = w->column };
	text = w->text;
	if (text[0] == '-' || text[0] == '+')
		text += text[0] == '-' && text[1] == '-' ? 2 : 1;
	equals = strchr(text, '=');
	name = (struct span){ text,
			      equals != NULL ? (size_t)(equals - text) : strlen(text) };
	if (w->many || (w->unknown != NULL && memchr(name.p, '$', name.n) != NULL))
		return MOVER_NEXT_UNKNOWN;
	if (text == w->text || name.n == 0 || name.n > 64)
		return MOVER_NEXT_EXTRA;
	out->said = arena_span(
		arena, (struct span){ w->text, name.n + (size_t)(text - w->text) });
	f = look_up(name);
	out->def = f.def;
	out->negated = f.negated;
	if (f.def == NULL)
		return MOVER_NEXT_OPTION;
	if (f.def->type == '!' || f.def->type == '-')
		out->bad = equals != NULL;
	else
		take_value(arena, word, n, i, equals != NULL ? equals + 1 : NULL, out);
	return MOVER_NEXT_OPTION;
}
