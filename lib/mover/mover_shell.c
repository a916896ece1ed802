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
	memcpy(s->fail_text, text, sizeof text);
	s->fail_line = line;
	s->fail_column = column;
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

/* The body of one: until the line that ends it. */
static void heredoc(struct shell *s, const struct heredoc *doc)
{
	size_t from = s->at, to = s->at;
	unsigned first = s->line;
	bool ended = false;

	while (shell_peek(s, 0) != '\0' && !ended) {
		struct span line = { s->text.p + s->at, 0 };

		to = s->at;
		while (shell_peek(s, 0) != '\n' && shell_peek(s, 0) != '\0')
			shell_step(s);
		line.n = (size_t)(s->text.p + s->at - line.p);
		shell_step(s);
		while (doc->tabs && line.n > 0 && line.p[0] == '\t')
			line = span_from(line, 1);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		ended = span_eq_str(line, doc->end);
		if (!ended)
			to = s->at;
	}
	if (!ended)
		shell_tell(s, first, 1,
			   "the here-document that begins here is never closed: all "
			   "that follows is its text");
	shell_document(s, doc, from, to, first);
}

/* The bodies of here-documents begin on the line after their <<. */
static void heredocs(struct shell *s)
{
	struct heredoc doc[COUNT_OF(s->heredoc)];
	size_t n = s->heredoc_n;

	memcpy(doc, s->heredoc, sizeof doc);
	s->heredoc_n = 0;
	for (size_t i = 0; i < n && !s->bad; i++)
		heredoc(s, &doc[i]);
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
	bool here = false, tabs = false, in = false, out = false, copies = false;
	unsigned line = shell_line(s), column = shell_column(s);
	char fd = shell_peek(s, 0);

	while (shell_peek(s, 0) >= '0' && shell_peek(s, 0) <= '9')
		shell_step(s);
	if (shell_eat(s, "<<<")) {
		in = true;
	} else if (shell_eat(s, "<<-")) {
		in = here = tabs = true;
	} else if (shell_eat(s, "<<")) {
		in = here = true;
	} else {
		bool all = shell_eat(s, "&");

		in = shell_peek(s, 0) == '<';
		out = all || ((fd == '1' || fd == '>') && shell_peek(s, 0) == '>');
		if (!shell_eat(s, ">>") && !shell_eat(s, "<>") && !shell_eat(s, ">|"))
			shell_step(s);
		copies = shell_peek(s, 0) == '&';
		if (copies)
			shell_step(s);
	}
	shell_blanks(s);
	if (!shell_word(s, WORD_WHOLE, &to)) {
		shell_fail(s, ERR_CONFIG, line, column, "this redirection names no file");
		return;
	}
	s->in = s->in || in;
	if (out && to.n > 0 && !(copies && strspn(to.word[0].text, "0123456789-") > 0))
		s->out = to.word[0].text;
	if (!here)
		return;
	if (s->heredoc_n == COUNT_OF(s->heredoc)) {
		shell_fail(s, ERR_LIMIT, line, column,
			   "more than %zu here-documents on a line",
			   COUNT_OF(s->heredoc));
		return;
	}
	s->heredoc[s->heredoc_n++] = (struct heredoc){
		.end = to.n > 0 ? to.word[0].text : "",
		.tabs = tabs,
		.quoted = to.n > 0 && to.word[0].quoted,
	};
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
