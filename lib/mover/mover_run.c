/* SPDX-License-Identifier: MIT */
/* Simple commands of a script: what the shell's own ones do to variables, which functions
 * are followed, and what the caller gets to see. */
#include "mover/mover_shell_in.h"

#define CALLS_MAX 12 /* functions that call each other */

static bool is(const struct mover_word *w, const char *name)
{
	return w->unknown == NULL && strcmp(w->text, name) == 0;
}

static bool one_of(const struct mover_word *w, const char *const *names)
{
	for (; *names != NULL; names++)
		if (is(w, *names))
			return true;
	return false;
}

/* Options whose value is a password, by how they begin: --noauthmd5 and --showpasswords
 * are none.  Or a variable that imapsync takes one from (env NAME=...). */
static bool names_secret(struct span name)
{
	static const char *const starts[] = { "passw", "oauth", "secret", "token" };
	static const char *const ends[] = { "_password", "_passwd", "_pass" };
	size_t dashes = 0, end = name.n;

	/* NAME_PASSWORD1=..., -o imapc_password=... */
	while (end > 0 && name.p[end - 1] >= '0' && name.p[end - 1] <= '9')
		end--;
	for (size_t k = 0; k < COUNT_OF(ends); k++)
		if (end > strlen(ends[k]) &&
		    span_ieq_str((struct span){ name.p + end - strlen(ends[k]),
						strlen(ends[k]) },
				 ends[k]))
			return true;
	while (dashes < name.n && (name.p[dashes] == '-' || name.p[dashes] == '+'))
		dashes++;
	for (size_t k = 0; dashes > 0 && k < COUNT_OF(starts); k++)
		if (span_istarts(span_from(name, dashes), starts[k]))
			return true;
	return false;
}

static void redact(struct shell *s, struct shell_words *words)
{
	for (size_t i = 0; i < words->n; i++) {
		struct mover_word *w = &words->word[i];
		struct span name = span_str(w->text);
		ptrdiff_t equals = span_index(name, '=');

		if (equals >= 0)
			name.n = (size_t)equals;
		if (w->secret || !names_secret(name) ||
		    (equals < 0 && name.p[0] != '-' && name.p[0] != '+'))
			continue;
		if (equals >= 0) {
			w->text = arena_printf(&s->arena, "%.*s=", (int)name.n, name.p);
			w->secret = true;
		} else if (name.p[0] == '-' && i + 1 < words->n) {
			w[1].text = "";
			w[1].secret = true;
			i++;
		}
	}
}

/* read [-options] NAME... */
static void read_builtin(struct shell *s, const struct shell_words *w)
{
	bool named = false;

	for (size_t i = 1; i < w->n; i++) {
		const char *text = w->word[i].text;

		if (text[0] == '-' && text[1] != '\0') {
			char last = text[strlen(text) - 1];

			if (last == 'a' && i + 1 < w->n)
				named = true;
			else if (strchr("pdtunNi", last) != NULL)
				i++;
			continue;
		}
		named = true;
		shell_assign_unknown(s, span_str(text), MOVER_READ);
	}
	if (!named)
		shell_assign_unknown(s, SPAN_LIT("REPLY"), MOVER_READ);
}

/* set -- WORD..., shift */
static void arguments(struct shell *s, const struct shell_words *w)
{
	struct shell_words *args;
	size_t from = 1;

	if (is(&w->word[0], "shift")) {
		from = w->n > 1 ? strlen(w->word[1].text) == 1 && w->word[1].text[0] < '9'
					  ? (size_t)(w->word[1].text[0] - '0')
					  : MOVER_WORDS_MAX
				: 1;
		if (s->args == NULL)
			return;
		w = s->args;
	} else {
		while (from < w->n && !is(&w->word[from], "--") &&
		       (w->word[from].text[0] == '-' || w->word[from].text[0] == '+'))
			from += is(&w->word[from], "-o") ? 2 : 1;
		if (from >= w->n)
			return;
		from += is(&w->word[from], "--");
	}
	if (s->loops > 0 || s->branches > 0) {
		s->args = NULL; /* not known from here on */
		return;
	}
	args = arena_alloc(&s->arena, sizeof *args);
	for (size_t i = from; i < w->n && !s->bad; i++)
		shell_push(s, args, &w->word[i]);
	s->args = args;
}

static void follow(struct shell *s, struct shell_function *f, const struct shell_words *w)
{
	struct shell_place back = shell_where(s);
	const struct shell_words *args = s->args;
	struct shell_names locals = { 0 }, *outer = s->locals;
	size_t mark = shell_mark(s), docs = s->heredoc_n;
	unsigned called = s->called;

	f->called = true;
	if (s->calls == CALLS_MAX || !shell_enter(s))
		return;
	if (w != NULL) {
		struct shell_words *own = arena_alloc(&s->arena, sizeof *own);

		for (size_t i = 1; i < w->n && !s->bad; i++)
			shell_push(s, own, &w->word[i]);
		s->args = own;
		if (s->calls == 0)
			s->called = w->word[0].line;
	} else {
		s->args = NULL;
	}
	s->calls++;
	s->locals = &locals;
	s->heredoc_n = 0;
	shell_goto(s, &f->body);
	if (!s->bad)
		(void)shell_compound(s);
	shell_goto(s, &back);
	s->heredoc_n = docs;
	s->args = args;
	s->locals = outer;
	s->calls--;
	s->called = called;
	if (!s->bad)
		shell_restore(s, &locals, mark);
	shell_leave(s);
}

static void builtin(struct shell *s, const struct shell_words *w)
{
	static const char *const readers[] = { "mapfile", "readarray", NULL };
	const struct mover_word *first = &w->word[0];
	struct shell_function *f;

	if (first->unknown != NULL)
		return;
	f = shell_find_function(s, first->text);
	if (f != NULL && s->skip) {
		for (size_t i = 0; s->names != NULL && i < f->sets.n; i++)
			shell_name(s, s->names, span_str(f->sets.name[i]));
	} else if (f != NULL) {
		follow(s, f, w);
	} else if (is(first, "read")) {
		read_builtin(s, w);
	} else if (one_of(first, readers)) {
		shell_assign_unknown(s,
				     w->n > 1 ? span_str(w->word[w->n - 1].text)
					      : SPAN_LIT("MAPFILE"),
				     MOVER_READ);
	} else if (is(first, "getopts") && w->n > 2) {
		shell_assign_unknown(s, span_str(w->word[2].text), MOVER_READ);
		shell_assign_unknown(s, SPAN_LIT("OPTARG"), MOVER_READ);
		shell_assign_unknown(s, SPAN_LIT("OPTIND"), MOVER_READ);
	} else if (is(first, "printf") && w->n > 2 && is(&w->word[1], "-v")) {
		shell_assign_unknown(s, span_str(w->word[2].text), MOVER_READ);
	} else if (s->skip) {
		return;
	} else if (is(first, "unset")) {
		for (size_t i = 1; i < w->n && !s->bad; i++)
			shell_unset(s, span_str(w->word[i].text));
	} else if (is(first, "set") || is(first, "shift")) {
		arguments(s, w);
	} else if (is(first, "eval") && w->n > 1) {
		struct shell_words rest = { w->word + 1, w->n - 1, w->n - 1 };
		struct mover_word all = shell_join(s, &rest);

		if (!s->bad && shell_enter(s)) {
			shell_nested(s, span_str(all.text), w->word[1].line,
				     w->word[1].column, false);
			shell_leave(s);
		}
	} else if ((is(first, "source") || is(first, ".")) && w->n > 1) {
		shell_assume_all(s, w->word[1].text);
	} else {
		shell_strings(s, w);
	}
}

static bool emit(struct shell *s, struct shell_words *words, enum mover_end end, bool cut)
{
	struct mover_command cmd = {
		.word = words->word,
		.n = words->n,
		.line = words->word[0].line,
		.column = words->word[0].column,
		.called = s->called,
		.end = end,
		.loop = s->loops > 0,
		.branch = s->branches > 0,
		.condition = s->conditions > 0 || end == MOVER_END_AND ||
			     end == MOVER_END_OR,
		.negated = s->negated,
		.calls = s->calls,
		.follows = words->word[0].unknown == NULL &&
			   shell_find_function(s, words->word[0].text) != NULL,
		.cut = cut,
		.in = s->in,
		.out = s->out,
	};
	struct shell_words shown = { 0 };

	for (size_t i = 0; i < words->n && !s->bad; i++)
		shell_push(s, &shown, &words->word[i]);
	if (s->bad)
		return false;
	redact(s, &shown);
	cmd.word = shown.word;
	if (!s->reader->command(s->reader->ctx, &cmd, s->err)) {
		s->bad = true;
		return false;
	}
	return true;
}

static enum mover_end next_end(const struct shell *s)
{
	char c = shell_peek(s, 0), next = shell_peek(s, 1);

	if (c == '&')
		return next == '&' ? MOVER_END_AND : MOVER_END_BACKGROUND;
	if (c == '|')
		return next == '|' ? MOVER_END_OR : MOVER_END_PIPE;
	return MOVER_END_LINE;
}

/* export A=(x y), local b=c: assignments behind a name. */
static bool declared(struct shell *s, const struct shell_words *words)
{
	static const char *const declare[] = { "export",  "local",    "declare",
					       "typeset", "readonly", NULL };
	struct span name = { s->text.p + s->at, 0 };
	bool local;

	if (words->n == 0 || !one_of(&words->word[0], declare))
		return false;
	local = !is(&words->word[0], "export") && !is(&words->word[0], "readonly");
	while (shell_peek(s, name.n) != '\0' &&
	       shell_is_name((struct span){ name.p, name.n + 1 }))
		name.n++;
	if (name.n == 0)
		return false;
	if (local && s->locals != NULL && !s->skip)
		shell_name(s, s->locals, name);
	if (shell_assignment(s))
		return true;
	if (local && shell_metachar(shell_peek(s, name.n)) && !s->skip &&
	    s->locals != NULL) {
		/* local a: not set in here */
		shell_unset(s, name);
	}
	return false;
}

static void simple(struct shell *s)
{
	struct shell_words words = { 0 };
	size_t mark = shell_mark(s), names = s->names != NULL ? s->names->n : 0;
	unsigned line = shell_line(s), column = shell_column(s);
	size_t from = s->at, prefix_n = 0, docs = s->heredoc_n;

	s->out = NULL;
	s->in = false;
	while (!s->bad) {
		char c;

		shell_blanks(s);
		c = shell_peek(s, 0);
		if (shell_at_redirection(s)) {
			shell_redirection(s);
		} else if (c == '(' && words.n == 1 && shell_peek(s, 1) == ')') {
			shell_eat(s, "()");
			shell_function_body(s, span_str(words.word[0].text));
			return;
		} else if (shell_metachar(c) &&
			   !((c == '<' || c == '>') && shell_peek(s, 1) == '(')) {
			break;
		} else if (words.n == 0 && shell_assignment(s)) {
			prefix_n++;
		} else if (declared(s, &words)) {
			continue;
		} else if (!shell_word(s, WORD_FIELDS, &words)) {
			break;
		}
	}
	if (!s->bad && s->at == from)
		shell_fail(s, ERR_CONFIG, line, column, "no command can begin here");
	if (s->bad && words.n > 0 && shell_thorough(s) && !s->skip) {
		/* What was read of it is told. */
		s->bad = false;
		(void)emit(s, &words, MOVER_END_LINE, true);
		s->bad = true;
	}
	if (s->bad || words.n == 0)
		return;
	for (size_t i = docs; i < s->heredoc_n; i++)
		s->heredoc[i].runs = shell_runs_input(&words);
	/* What stands before a command is for that command alone. */
	if (prefix_n > 0)
		shell_forget(s, mark);
	if (prefix_n > 0 && s->names != NULL)
		s->names->n = names;
	if (s->skip || emit(s, &words, next_end(s), false))
		builtin(s, &words);
}

static void pipeline(struct shell *s)
{
	bool piped = false, more = true;

	s->negated = false;
	for (;;) {
		if (shell_eat_keyword(s, "!"))
			s->negated = true;
		else if (!shell_eat_keyword(s, "time") && !shell_eat_keyword(s, "coproc"))
			break;
		shell_blanks(s);
	}
	while (more && !s->bad) {
		size_t mark = shell_mark(s);

		if (!shell_compound(s))
			simple(s);
		shell_blanks(s);
		more = next_end(s) == MOVER_END_PIPE;
		/* Each part of a pipe is a subshell. */
		if (more || piped)
			shell_forget(s, mark);
		piped = more;
		if (more) {
			shell_step(s);
			shell_eat(s, "&");
			shell_lines(s);
		}
	}
}

static void and_or(struct shell *s)
{
	size_t begin = shell_mark(s);
	enum mover_end end;

	pipeline(s);
	for (;;) {
		size_t mark = shell_mark(s);

		if (s->bad)
			return;
		end = next_end(s);
		if (end != MOVER_END_AND && end != MOVER_END_OR)
			break;
		shell_step(s);
		shell_step(s);
		shell_lines(s);
		s->branches++;
		pipeline(s);
		s->branches--;
		if (!s->bad && !s->skip)
			shell_doubt(s, mark);
	}
	if (end == MOVER_END_BACKGROUND) {
		shell_step(s);
		shell_forget(s, begin);
	}
}

static bool closes(struct shell *s, enum shell_closer *out)
{
	static const struct {
		const char *word;
		enum shell_closer closer;
	} words[] = {
		{ "then", CLOSE_THEN }, { "elif", CLOSE_ELIF }, { "else", CLOSE_ELSE },
		{ "fi", CLOSE_FI },	{ "do", CLOSE_DO },	{ "done", CLOSE_DONE },
		{ "esac", CLOSE_ESAC }, { "}", CLOSE_BRACE },
	};

	*out = CLOSE_END;
	if (shell_peek(s, 0) == '\0')
		return true;
	*out = CLOSE_PAREN;
	if (shell_eat(s, ")"))
		return true;
	*out = CLOSE_CASE_ITEM;
	if (shell_eat(s, ";;&") || shell_eat(s, ";;") || shell_eat(s, ";&"))
		return true;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (shell_eat_keyword(s, words[i].word)) {
			*out = words[i].closer;
			return true;
		}
	return false;
}

enum shell_closer shell_list(struct shell *s)
{
	enum shell_closer closer = CLOSE_END;

	if (!shell_enter(s))
		return CLOSE_END;
	while (!s->bad) {
		shell_lines(s);
		if (s->bad || closes(s, &closer))
			break;
		if (shell_peek(s, 0) == ';' || shell_peek(s, 0) == '&')
			shell_step(s);
		else
			and_or(s);
	}
	shell_leave(s);
	return closer;
}

/* Functions that something else calls, at a time that is not known: what was set more
 * than once is not sure in them. */
void shell_uncalled(struct shell *s)
{
	bool first = true;

	for (size_t i = 0; i < s->function_n && !s->bad; i++) {
		if (s->function[i].called)
			continue;
		for (size_t k = 0, n = s->undo_n; first && k < n && !s->bad; k++) {
			const struct shell_undo *u = &s->undo[k];

			if (u->old.set && s->var[u->var].unknown == NULL)
				shell_set_unknown(s, span_str(s->var[u->var].name),
						  MOVER_BRANCH);
		}
		first = false;
		follow(s, &s->function[i], NULL);
	}
}
