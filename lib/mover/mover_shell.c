/* SPDX-License-Identifier: MIT */
/* Lists, compound commands and functions of a script. */
#include "mover/mover_shell_in.h"

static const char *const why_text[] = {
	[MOVER_ARGUMENT] = "given when the script is called",
	[MOVER_READ] = "read while the script runs",
	[MOVER_LOOP] = "changed in a loop",
	[MOVER_BRANCH] = "set under a condition",
	[MOVER_OUTPUT] = "the output of a command",
	[MOVER_ENVIRONMENT] = "never set in the script",
	[MOVER_EXPRESSION] = "computed by the shell",
};
_Static_assert(COUNT_OF(why_text) == MOVER_WHY_COUNT, "a text for each reason");

const char *mover_why_text(enum mover_why why)
{
	return why_text[why];
}

bool shell_fail(struct shell *s, enum err_class cls, unsigned line, unsigned column,
		const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (s->bad)
		return false;
	s->bad = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(s->err, cls, "%s:%u:%u: %s", s->name, line, column, text);
}

unsigned shell_line(const struct shell *s)
{
	return s->pinned > 0 ? s->pinned : s->line;
}

unsigned shell_column(const struct shell *s)
{
	return s->pinned > 0 ? s->pinned_column : (unsigned)(s->at - s->line_start) + 1;
}

bool shell_spend(struct shell *s, size_t octets)
{
	s->spent += octets;
	if (s->spent > MOVER_SPENT_MAX)
		return shell_fail(s, ERR_LIMIT, shell_line(s), shell_column(s),
				  "the script grows over %u MiB when its variables and "
				  "functions are followed",
				  MOVER_SPENT_MAX >> 20);
	return !s->bad;
}

bool shell_enter(struct shell *s)
{
	if (s->depth == MOVER_DEPTH_MAX)
		return shell_fail(s, ERR_LIMIT, shell_line(s), shell_column(s),
				  "more than %d things are open inside each other",
				  MOVER_DEPTH_MAX);
	s->depth++;
	return !s->bad;
}

void shell_leave(struct shell *s)
{
	s->depth--;
}

char shell_peek(const struct shell *s, size_t ahead)
{
	return ahead < s->text.n - s->at ? s->text.p[s->at + ahead] : '\0';
}

void shell_step(struct shell *s)
{
	if (s->at == s->text.n)
		return;
	if (s->text.p[s->at++] == '\n') {
		s->line++;
		s->line_start = s->at;
	}
}

bool shell_eat(struct shell *s, const char *literal)
{
	size_t n = strlen(literal);

	if (s->text.n - s->at < n || memcmp(s->text.p + s->at, literal, n) != 0)
		return false;
	while (n-- > 0)
		shell_step(s);
	return true;
}

bool shell_is_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = span_lower(s.p[i]);

		if (!((c >= 'a' && c <= 'z') || c == '_' ||
		      (i > 0 && c >= '0' && c <= '9')))
			return false;
	}
	return s.n > 0;
}

void shell_blanks(struct shell *s)
{
	for (;;) {
		char c = shell_peek(s, 0);

		if (c == ' ' || c == '\t' || (c == '\r' && shell_peek(s, 1) == '\n')) {
			shell_step(s);
		} else if (c == '#') {
			while (shell_peek(s, 0) != '\n' && shell_peek(s, 0) != '\0')
				shell_step(s);
		} else if (!shell_eat(s, "\\\n") && !shell_eat(s, "\\\r\n")) {
			return;
		}
	}
}

/* The bodies of here-documents begin on the line after their <<. */
static void heredocs(struct shell *s)
{
	for (size_t i = 0; i < s->heredoc_n; i++)
		while (shell_peek(s, 0) != '\0') {
			struct span line = { s->text.p + s->at, 0 };

			while (shell_peek(s, 0) != '\n' && shell_peek(s, 0) != '\0')
				shell_step(s);
			line.n = (size_t)(s->text.p + s->at - line.p);
			shell_step(s);
			while (s->heredoc[i].tabs && line.n > 0 && line.p[0] == '\t')
				line = span_from(line, 1);
			if (line.n > 0 && line.p[line.n - 1] == '\r')
				line.n--;
			if (span_eq_str(line, s->heredoc[i].end))
				break;
		}
	s->heredoc_n = 0;
}

static void newline(struct shell *s)
{
	shell_step(s);
	if (s->heredoc_n > 0)
		heredocs(s);
}

void shell_lines(struct shell *s)
{
	shell_blanks(s);
	while (!s->bad && shell_peek(s, 0) == '\n') {
		newline(s);
		shell_blanks(s);
	}
}

bool shell_metachar(char c)
{
	return c == '\0' || strchr(" \t\n\r;&|<>()", c) != NULL;
}

/* Is this reserved word at the cursor, whole and unquoted? */
static bool at_keyword(const struct shell *s, const char *word)
{
	size_t n = strlen(word);

	return s->text.n - s->at >= n && memcmp(s->text.p + s->at, word, n) == 0 &&
	       shell_metachar(shell_peek(s, n));
}

bool shell_eat_keyword(struct shell *s, const char *word)
{
	return at_keyword(s, word) && shell_eat(s, word);
}

/* A redirection at the cursor; the number before it has been seen to be there. */
void shell_redirection(struct shell *s)
{
	struct shell_words to = { 0 };
	bool here = false, tabs = false;
	unsigned line = shell_line(s), column = shell_column(s);

	while (shell_peek(s, 0) >= '0' && shell_peek(s, 0) <= '9')
		shell_step(s);
	if (shell_eat(s, "<<<")) {
	} else if (shell_eat(s, "<<-")) {
		here = tabs = true;
	} else if (shell_eat(s, "<<")) {
		here = true;
	} else {
		shell_eat(s, "&");
		if (!shell_eat(s, ">>") && !shell_eat(s, "<>") && !shell_eat(s, ">|"))
			shell_step(s);
		if (shell_peek(s, 0) == '&')
			shell_step(s);
	}
	shell_blanks(s);
	if (!shell_word(s, WORD_WHOLE, &to)) {
		shell_fail(s, ERR_CONFIG, line, column, "this redirection names no file");
		return;
	}
	if (!here)
		return;
	if (s->heredoc_n == COUNT_OF(s->heredoc)) {
		shell_fail(s, ERR_LIMIT, line, column,
			   "more than %zu here-documents on a line",
			   COUNT_OF(s->heredoc));
		return;
	}
	s->heredoc[s->heredoc_n].end = to.n > 0 ? to.word[0].text : "";
	s->heredoc[s->heredoc_n++].tabs = tabs;
}

bool shell_at_redirection(const struct shell *s)
{
	size_t n = 0;
	char c;

	while (shell_peek(s, n) >= '0' && shell_peek(s, n) <= '9')
		n++;
	c = shell_peek(s, n);
	if (c == '&' && n == 0)
		return shell_peek(s, 1) == '>';
	return (c == '<' || c == '>') && shell_peek(s, n + 1) != '(';
}

void shell_redirections(struct shell *s)
{
	shell_blanks(s);
	while (!s->bad && shell_at_redirection(s)) {
		shell_redirection(s);
		shell_blanks(s);
	}
}
