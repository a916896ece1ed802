/* SPDX-License-Identifier: MIT */
#include "cli/usage.h"

#include "base/span.h"

/* One piece of a usage line: a word, or one of []()|. */
static struct span piece(const char **at)
{
	const char *p = *at + strspn(*at, " "), *begin = p;

	if (*p != '\0' && strchr("[]()|", *p) != NULL)
		p++;
	else
		p += strcspn(p, " []()|");
	*at = p;
	return (struct span){ begin, (size_t)(p - begin) };
}

static bool is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

/* A word to be typed as it stands; what stands for something is in capitals. */
static bool literal(struct span s)
{
	return s.n > 0 && s.p[0] >= 'a' && s.p[0] <= 'z';
}

static void add_word(struct strbuf *out, struct span word)
{
	struct strbuf all = STRBUF_INIT, one = STRBUF_INIT;

	strbuf_addf(&all, " %s ", strbuf_cstr(out));
	strbuf_addf(&one, " %.*s ", (int)word.n, word.p);
	if (strstr(strbuf_cstr(&all), strbuf_cstr(&one)) == NULL) {
		if (out->n > 0)
			strbuf_addc(out, ' ');
		strbuf_addspan(out, word);
	}
	strbuf_done(&all);
	strbuf_done(&one);
}

/* "a | b": literal words behind an option.  Leaves *at at what follows them; *name is a
 * first piece that is no literal. */
static void choices(const char **at, struct strbuf *out, struct span *name)
{
	const char *ahead = *at;
	struct span w = piece(&ahead);

	*name = w;
	if (!literal(w)) {
		if (w.n > 0 && w.p[0] >= 'A' && w.p[0] <= 'Z')
			*at = ahead;
		return;
	}
	for (;;) {
		add_word(out, w);
		*at = ahead;
		if (!is(piece(&ahead), "|"))
			return;
		w = piece(&ahead);
		if (!literal(w))
			return;
	}
}

static const struct option *option_of(const struct command *cmd, struct span typed)
{
	const struct option *o;

	for (o = cmd->options; o != NULL && o->name != NULL; o++)
		if ((typed.n > 2 &&
		     is((struct span){ typed.p + 2, typed.n - 2 }, o->name)) ||
		    (typed.n == 2 && typed.p[0] == '-' && o->val == typed.p[1]))
			return o;
	return NULL;
}

/* Walk the usage line: fill words of this option (and what its value is called), or, with
 * no option, the arguments. */
static struct span walk(const struct command *cmd, const struct option *wanted,
			struct strbuf *out)
{
	struct span none = { "", 0 }, name = none, w;
	const char *at = cmd->usage;
	struct strbuf values = STRBUF_INIT;
	const struct option *o;

	while ((w = piece(&at)).n > 0) {
		if (w.p[0] == '-') {
			o = option_of(cmd, w);
			if (o == NULL || o->has_arg == no_argument)
				continue;
			strbuf_clear(&values);
			choices(&at, &values, &w);
			if (o == wanted) {
				strbuf_adds(out, strbuf_cstr(&values));
				name = w;
				break;
			}
		} else if (wanted == NULL && literal(w)) {
			add_word(out, w);
		}
	}
	strbuf_done(&values);
	return name;
}

/* The line of the option in a help text, behind its name; NULL: it has none.  "--new-x"
 * is told as "--old-x". */
static const char *line_of(const char *help, const char *name)
{
	char wanted[80], *old;
	const char *line = help, *at, *end;
	size_t n;

	n = (size_t)snprintf(wanted, sizeof wanted, "--%s", name);
	for (; line != NULL; line = *end == '\0' ? NULL : end + 1) {
		end = line + strcspn(line, "\n");
		if (strncmp(line, "  -", 3) != 0)
			continue;
		at = strstr(line, wanted);
		if (at != NULL && at < end && at - line < 8 &&
		    strchr(" =\n,", at[n]) != NULL)
			return at + n;
	}
	old = strstr(wanted, "--new-");
	if (old == NULL)
		return NULL;
	memcpy(old, "--old-", 6);
	return line_of(help, wanted + 2);
}

static void put_about(const char *at, struct strbuf *out)
{
	const char *end, *next;

	for (;;) {
		at += strspn(at, " ");
		end = at + strcspn(at, "\n");
		for (; at < end; at++) {
			if ((*at == '.' || *at == ';' || *at == ':') &&
			    (at[1] == ' ' || at[1] == '\n' || at[1] == '\0'))
				return;
			strbuf_addc(out, *at);
		}
		next = *end == '\0' ? end : end + 1;
		if (strncmp(next, "     ", 5) != 0)
			return;
		if (out->n > 0)
			strbuf_addc(out, ' ');
		at = next;
	}
}

static void from_help(const char *help, const struct option *o, struct usage_option *out,
		      struct span *name)
{
	const char *at = line_of(help, o->name);
	struct span value;

	if (at == NULL)
		return;
	if (o->has_arg != no_argument) {
		at += strspn(at, " =");
		value = (struct span){ at, strcspn(at, " \n") };
		at += value.n;
		if (literal(value) && out->words.n == 0) {
			const char *p;

			for (p = value.p; p < value.p + value.n; p++)
				strbuf_addc(&out->words, *p == '|' ? ' ' : *p);
		}
		if (name->n == 0)
			*name = value;
	}
	put_about(at, &out->about);
}

void usage_option_read(const struct command *cmd, const struct option *o,
		       struct usage_option *out)
{
	const struct command_words *w = cmd != NULL ? cmd->words : NULL;
	struct span name = { "", 0 };

	*out = (struct usage_option){ 0 };
	if (cmd != NULL && o->has_arg != no_argument)
		name = walk(cmd, o, &out->words);
	from_help(cmd != NULL ? cmd->help : help_common, o, out, &name);
	for (; w != NULL && w->words != NULL; w++)
		if (w->option != NULL && (strcmp(w->option, o->name) == 0 ||
					  (strncmp(o->name, "new-", 4) == 0 &&
					   strncmp(w->option, "old-", 4) == 0 &&
					   strcmp(w->option + 4, o->name + 4) == 0))) {
			strbuf_clear(&out->words);
			strbuf_adds(&out->words, w->words);
		}
	out->folder = is(name, "DIR") || is(name, "FOLDER");
	out->file = is(name, "FILE") || is(name, "SCRIPT") || is(name, "HEAD");
}

void usage_option_done(struct usage_option *u)
{
	strbuf_done(&u->words);
	strbuf_done(&u->about);
}

void usage_arguments(const struct command *cmd, struct strbuf *out)
{
	const struct command_words *w;
	const char *at;
	struct span one;

	walk(cmd, NULL, out);
	for (w = cmd->words; w != NULL && w->words != NULL; w++)
		if (w->option == NULL)
			for (at = w->words; (one = piece(&at)).n > 0;)
				add_word(out, one);
}

bool usage_takes_file(const struct command *cmd)
{
	const char *at = cmd->usage;
	const struct option *o;
	struct strbuf skip = STRBUF_INIT;
	bool file = false;
	struct span w;

	while ((w = piece(&at)).n > 0) {
		o = w.p[0] == '-' ? option_of(cmd, w) : NULL;
		if (o != NULL && o->has_arg != no_argument)
			choices(&at, &skip, &w);
		else if (is(w, "FILE") || is(w, "FILE..."))
			file = true;
	}
	strbuf_done(&skip);
	return file;
}
