/* SPDX-License-Identifier: MIT */
/* Compound commands of a script: if, for, while, case, { }, ( ), functions. */
#include "mover/mover_shell_in.h"

void shell_wrong(struct shell *s, const char *what)
{
	shell_fail(s, ERR_CONFIG, shell_line(s), shell_column(s), "%s", what);
}

void shell_want(struct shell *s, enum shell_closer got, enum shell_closer closer,
		const char *what)
{
	if (got != closer)
		shell_wrong(s, what);
}

void shell_subshell(struct shell *s, enum shell_closer closer)
{
	size_t mark = shell_mark(s), docs = s->heredoc_n;

	if (!shell_enter(s))
		return;
	/* Documents of a line that is not over yet wait for its end. */
	s->heredoc_n = 0;
	shell_want(s, shell_list(s), closer,
		   closer == CLOSE_PAREN ? "a ( is not closed before this"
					 : "the commands in a string end too soon");
	s->heredoc_n = docs;
	shell_forget(s, mark);
	shell_leave(s);
}

struct shell_place shell_where(const struct shell *s)
{
	return (struct shell_place){ s->text,	    s->at,     s->line,
				     s->line_start, s->pinned, s->pinned_column };
}

void shell_goto(struct shell *s, const struct shell_place *to)
{
	s->text = to->text;
	s->at = to->at;
	s->line = to->line;
	s->line_start = to->line_start;
	s->pinned = to->pinned;
	s->pinned_column = to->pinned_column;
}

void shell_nested(struct shell *s, struct span text, unsigned line, unsigned column,
		  bool apart)
{
	struct shell_place in = {
		.text = text, .line = 1, .pinned = line, .pinned_column = column
	};

	shell_read_at(s, &in, apart);
}

/* A list under a condition. */
static enum shell_closer branch(struct shell *s)
{
	size_t mark = shell_mark(s);
	enum shell_closer closer;

	s->branches++;
	closer = shell_list(s);
	s->branches--;
	if (!s->bad && !s->skip)
		shell_doubt(s, mark);
	return closer;
}

static enum shell_closer condition(struct shell *s)
{
	enum shell_closer closer;

	s->conditions++;
	closer = shell_list(s);
	s->conditions--;
	return closer;
}

static void if_command(struct shell *s)
{
	enum shell_closer closer;

	shell_want(s, condition(s), CLOSE_THEN, "an if without its then");
	for (closer = branch(s); closer == CLOSE_ELIF && !s->bad; closer = branch(s)) {
		size_t mark = shell_mark(s);

		shell_want(s, condition(s), CLOSE_THEN, "an elif without its then");
		if (!s->skip)
			shell_doubt(s, mark);
	}
	if (closer == CLOSE_ELSE)
		closer = branch(s);
	shell_want(s, closer, CLOSE_FI, "an if without its fi");
}

/* From here to done; what the body sets is not known in it, nor afterwards. */
static void loop(struct shell *s, bool has_condition)
{
	struct shell_names names = { 0 };
	struct shell_place start = shell_where(s);
	struct heredoc doc[COUNT_OF(s->heredoc)];
	size_t docs = s->heredoc_n;
	bool first = !s->skip;

	memcpy(doc, s->heredoc, sizeof doc);
	for (int pass = first ? 0 : 1; pass < 2 && !s->bad; pass++) {
		struct shell_skip back;

		if (pass == 0)
			shell_skip(s, &names, &back);
		s->loops++;
		if (has_condition)
			shell_want(s, condition(s), CLOSE_DO, "a loop without its do");
		else if (shell_lines(s), !s->bad && !shell_eat_keyword(s, "do"))
			shell_wrong(s, "a loop without its do");
		if (!s->bad)
			shell_want(s, branch(s), CLOSE_DONE, "a loop without its done");
		s->loops--;
		if (pass > 0)
			break;
		if (s->bad)
			return;
		shell_skipped(s, &back);
		shell_goto(s, &start);
		memcpy(s->heredoc, doc, sizeof doc);
		s->heredoc_n = docs;
		shell_doubt_names(s, &names);
	}
}

static void parentheses(struct shell *s)
{
	unsigned line = shell_line(s), column = shell_column(s), open = 0;

	do {
		char c = shell_peek(s, 0);

		if (c == '\0') {
			shell_fail(s, ERR_CONFIG, line, column,
				   "the (( that opens here is never closed");
			return;
		}
		if (c == '$' && !s->skip && s->reader->status != NULL &&
		    (shell_peek(s, 1) == '?' ||
		     (shell_peek(s, 1) == '{' && shell_peek(s, 2) == '?')))
			s->reader->status(s->reader->ctx);
		open += c == '(';
		open -= c == ')';
		shell_step(s);
	} while (open > 0);
}

void shell_assign_unknown(struct shell *s, struct span name, enum mover_why why)
{
	if (!shell_is_name(name))
		return;
	if (!s->skip)
		shell_set_unknown(s, name, why);
	else if (s->names != NULL)
		shell_name(s, s->names, name);
}

/* for, select */
static void for_command(struct shell *s)
{
	struct span name;
	struct shell_words list = { 0 };

	shell_blanks(s);
	if (shell_peek(s, 0) == '(') {
		parentheses(s);
	} else {
		name = (struct span){ s->text.p + s->at, 0 };
		while (!shell_metachar(shell_peek(s, 0)))
			shell_step(s);
		name.n = (size_t)(s->text.p + s->at - name.p);
		if (!shell_is_name(name)) {
			shell_wrong(s, "a for without the name of a variable");
			return;
		}
		shell_lines(s);
		if (shell_eat_keyword(s, "in"))
			for (shell_blanks(s); shell_word(s, WORD_FIELDS, &list);)
				shell_blanks(s);
		shell_assign_unknown(s, name, MOVER_LOOP);
	}
	shell_blanks(s);
	shell_eat(s, ";");
	shell_lines(s);
	if (shell_peek(s, 0) == '{') { /* for ((...)) { ... } */
		shell_step(s);
		s->loops++;
		shell_want(s, branch(s), CLOSE_BRACE, "a { is not closed before this");
		s->loops--;
		return;
	}
	loop(s, false);
}

static void case_command(struct shell *s)
{
	struct shell_words words = { 0 };
	enum shell_closer closer = CLOSE_CASE_ITEM;

	shell_blanks(s);
	if (!shell_word(s, WORD_WHOLE, &words)) {
		shell_wrong(s, "a case without a word");
		return;
	}
	shell_lines(s);
	if (!shell_eat_keyword(s, "in")) {
		shell_wrong(s, "a case without its in");
		return;
	}
	while (closer == CLOSE_CASE_ITEM && !s->bad) {
		shell_lines(s);
		if (shell_eat_keyword(s, "esac"))
			return;
		shell_eat(s, "(");
		do {
			shell_blanks(s);
			words.n = 0;
			if (!shell_word(s, WORD_WHOLE, &words)) {
				shell_wrong(s, "a case without its esac");
				return;
			}
			shell_blanks(s);
		} while (shell_eat(s, "|"));
		if (!shell_eat(s, ")")) {
			shell_wrong(s, "a pattern of a case without its )");
			return;
		}
		closer = branch(s);
	}
	shell_want(s, closer, CLOSE_ESAC, "a case without its esac");
}

/* [[ ... ]]: words and operators of its own. */
static void test_command(struct shell *s)
{
	struct shell_words words = { 0 };

	while (!s->bad) {
		shell_lines(s);
		if (shell_eat_keyword(s, "]]"))
			return;
		if (shell_peek(s, 0) == '\0')
			shell_wrong(s, "a [[ without its ]]");
		else if (!shell_word(s, WORD_WHOLE, &words))
			shell_step(s);
		words.n = 0;
	}
}

/* True: a compound command was there. */
bool shell_compound(struct shell *s)
{
	if (!shell_enter(s))
		return true;
	if (shell_peek(s, 0) == '(' && shell_peek(s, 1) == '(') {
		parentheses(s);
	} else if (shell_eat(s, "(")) {
		shell_subshell(s, CLOSE_PAREN);
	} else if (shell_eat_keyword(s, "{")) {
		shell_want(s, shell_list(s), CLOSE_BRACE,
			   "a { is not closed before this");
	} else if (shell_eat_keyword(s, "if")) {
		if_command(s);
	} else if (shell_eat_keyword(s, "while") || shell_eat_keyword(s, "until")) {
		loop(s, true);
	} else if (shell_eat_keyword(s, "for") || shell_eat_keyword(s, "select")) {
		for_command(s);
	} else if (shell_eat_keyword(s, "case")) {
		case_command(s);
	} else if (shell_eat_keyword(s, "[[")) {
		test_command(s);
	} else if (shell_eat_keyword(s, "function")) {
		struct span name;

		shell_blanks(s);
		name.p = s->text.p + s->at;
		while (!shell_metachar(shell_peek(s, 0)))
			shell_step(s);
		name.n = (size_t)(s->text.p + s->at - name.p);
		shell_blanks(s);
		shell_eat(s, "()");
		shell_function_body(s, name);
	} else {
		shell_leave(s);
		return false;
	}
	shell_leave(s);
	if (!s->bad)
		shell_redirections(s);
	return true;
}

struct shell_function *shell_find_function(const struct shell *s, const char *name)
{
	for (size_t i = s->function_n; i > 0; i--)
		if (strcmp(s->function[i - 1].name, name) == 0)
			return &s->function[i - 1];
	return NULL;
}

/* Note where the body is; it is followed where it is called. */
void shell_function_body(struct shell *s, struct span name)
{
	struct shell_function f = { 0 };
	struct shell_skip back;

	shell_lines(s);
	f.name = arena_span(&s->arena, name);
	f.body = shell_where(s);
	shell_skip(s, &f.sets, &back);
	if (!shell_compound(s))
		shell_wrong(s, "a function without a body");
	if (s->bad)
		return;
	shell_skipped(s, &back);
	if (s->skip)
		return;
	if (s->function_n == MOVER_VARS_MAX) {
		shell_fail(s, ERR_LIMIT, shell_line(s), shell_column(s),
			   "the script has more than %u functions", MOVER_VARS_MAX);
		return;
	}
	if ((s->function_n & (s->function_n - 1)) == 0)
		s->function = mem_realloc(s->function,
					  (2 * s->function_n + 1) * sizeof *s->function);
	s->function[s->function_n++] = f;
}
