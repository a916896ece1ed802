/* SPDX-License-Identifier: MIT */
/* Strings and here-documents of a script that another shell gets. */
#include <limits.h>

#include "mover/mover_shell_in.h"

static struct span base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return span_str(slash != NULL ? slash + 1 : path);
}

static bool named(const struct mover_word *w, const char *const *names)
{
	if (w->unknown != NULL || w->secret)
		return false;
	for (; *names != NULL; names++)
		if (span_eq_str(base_name(w->text), *names))
			return true;
	return false;
}

static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh", "su", NULL };
static const char *const remotes[] = { "ssh", "rsh", "remsh", NULL };
static const char *const fillers[] = { "parallel", "at", "batch", "watch", NULL };
static const char *const echoes[] = { "echo", NULL };
/* Programs that run what their arguments say. */
static const char *const runners[] = { "sudo",	 "doas",    "env",   "nohup",
				       "nice",	 "time",    "exec",  "find",
				       "ionice", "timeout", "xargs", "setsid",
				       "chroot", "command", "flock", NULL };

/* A string that another shell gets: of our variables it has those that were exported, and
 * that is not followed. */
static void other_shell(struct shell *s, const char *string, unsigned line,
			unsigned column)
{
	size_t mark = shell_mark(s), n = s->var_n;
	const struct shell_words *args = s->args;

	for (size_t i = 0; i < n && !s->bad; i++)
		if (s->var[i].set)
			shell_set_unknown(s, span_str(s->var[i].name), MOVER_ENVIRONMENT);
	s->args = NULL;
	if (!s->bad)
		shell_nested(s, span_str(string), line, column, true);
	s->args = args;
	shell_forget(s, mark);
}

/* Where a program stands behind those that only run it; n when none of names is there. */
static size_t program(const struct shell_words *w, const char *const *names)
{
	size_t i = 0;

	if (named(&w->word[0], names))
		return 0;
	if (!named(&w->word[0], runners))
		return w->n;
	while (++i < w->n)
		if (named(&w->word[i], names))
			return i;
	return w->n;
}

/* The first word behind ssh's options and its host. */
static size_t remote_command(const struct shell_words *w, size_t at)
{
	bool host = false;

	for (size_t i = at + 1; i < w->n; i++) {
		const char *text = w->word[i].text;

		if (text[0] != '-') {
			if (host)
				return i;
			host = true;
		} else if (!host && text[1] != '\0' && text[2] == '\0' &&
			   strchr("bcDEeFIiJLlmOopQRSWw", text[1]) != NULL) {
			i++;
		}
	}
	return w->n;
}

static bool is_list(const char *text)
{
	return strpbrk(text, " \t\n;&|") != NULL;
}

static bool names_mover(const char *text)
{
	static const char *const names[] = { "imapsync ", "mbsync ", "doveadm ",
					     "rsync " };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strstr(text, names[i]) != NULL)
			return true;
	return false;
}

/* What is echoed into a shell or a file may be run some day, or be a word to people: no
 * mistake in it is one of the script. */
static void echoed(struct shell *s, const struct shell_words *w)
{
	struct shell_words rest = { w->word + 1, w->n - 1, w->n - 1 };
	unsigned quiet = s->quiet_until;
	struct mover_word all;

	while (rest.n > 0 && rest.word[0].text[0] == '-') {
		rest.word++;
		rest.n--;
	}
	if (rest.n == 0 || !is_list(rest.word[0].text))
		return;
	all = shell_join(s, &rest);
	s->quiet_until = UINT_MAX;
	if (!s->bad && names_mover(all.text))
		shell_nested(s, span_str(all.text), w->word[0].line, w->word[0].column,
			     true);
	s->quiet_until = quiet;
}

void shell_strings(struct shell *s, const struct shell_words *w)
{
	size_t at = program(w, shells);

	/* The string of sh -c is found wherever it stands; init needs no more. */
	if (!shell_thorough(s) && at != 0)
		return;
	for (size_t i = at + 1; i + 1 < w->n; i++)
		if (strcmp(w->word[i].text, "-c") == 0 ||
		    (strcmp(w->word[i].text, "-lc") == 0) ||
		    (strcmp(w->word[i].text, "-ec") == 0)) {
			other_shell(s, w->word[i + 1].text, w->word[i + 1].line,
				    w->word[i + 1].column);
			return;
		}
	if (!shell_thorough(s))
		return;
	at = program(w, remotes);
	if (at < w->n) {
		at = remote_command(w, at);
	} else {
		at = program(w, fillers);
		while (at < w->n && !is_list(w->word[at].text))
			at++;
	}
	/* One word: more of them are a command that is seen as it is. */
	if (at < w->n && is_list(w->word[at].text)) {
		other_shell(s, w->word[at].text, w->word[at].line, w->word[at].column);
		return;
	}
	if (named(&w->word[0], echoes) &&
	    (s->out != NULL || (shell_peek(s, 0) == '|' && shell_peek(s, 1) != '|')))
		echoed(s, w);
}

bool shell_runs_input(const struct shell_words *w)
{
	size_t at = program(w, shells), options;

	if (at < w->n && span_eq_str(base_name(w->word[at].text), "su"))
		return true;
	if (at == w->n) {
		at = program(w, remotes);
		if (at == w->n)
			return false;
		at = remote_command(w, at);
		if (at == w->n)
			return true; /* a login shell */
		if (!named(&w->word[at], shells))
			return false;
	}
	for (options = at + 1; options < w->n; options++) {
		const char *text = w->word[options].text;

		if (strcmp(text, "-s") == 0)
			return true;
		if (text[0] != '-' || strcmp(text, "-c") == 0)
			return false; /* a script, or a string */
	}
	return true;
}

/* The body of a here-document stands at from..to. */
void shell_document(struct shell *s, const struct heredoc *doc, size_t from, size_t to,
		    unsigned line)
{
	struct shell_place in = { .text = { s->text.p, to },
				  .at = from,
				  .line = line,
				  .line_start = from,
				  .pinned = s->pinned,
				  .pinned_column = s->pinned_column };
	size_t mark = shell_mark(s), n = s->var_n;
	const struct shell_words *args = s->args;

	if (s->skip || s->bad || !shell_thorough(s) || to <= from)
		return;
	if (!doc->runs) {
		if (s->reader->document != NULL &&
		    !s->reader->document(s->reader->ctx,
					 (struct span){ s->text.p + from, to - from },
					 s->pinned > 0 ? s->pinned : line, s->err))
			s->bad = true;
		return;
	}
	for (size_t i = 0; doc->quoted && i < n && !s->bad; i++)
		if (s->var[i].set)
			shell_set_unknown(s, span_str(s->var[i].name), MOVER_ENVIRONMENT);
	if (doc->quoted)
		s->args = NULL;
	shell_read_at(s, &in, true);
	s->args = args;
	shell_forget(s, mark);
}
