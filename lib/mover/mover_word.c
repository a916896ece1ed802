/* SPDX-License-Identifier: MIT */
/* Words of a script: quoting and expansions (POSIX.1-2017, Shell Command Language 2.2 and
 * 2.6; bash for arrays and $'...'). */
#include "mover/mover_word_in.h"

void word_begin(struct build *b, struct shell *s, enum shell_how how,
		struct shell_words *out)
{
	*b = (struct build){ .s = s, .how = how, .out = out };
	b->w.line = shell_line(s);
	b->w.column = shell_column(s);
}

void shell_push(struct shell *s, struct shell_words *to, const struct mover_word *word)
{
	if (to->n == MOVER_WORDS_MAX) {
		shell_fail(s, ERR_LIMIT, word->line, word->column,
			   "a command or an array has more than %u words",
			   MOVER_WORDS_MAX);
		return;
	}
	if (to->n == to->cap) {
		size_t cap = to->cap * 2 + 4;
		struct mover_word *more = arena_alloc(&s->arena, cap * sizeof *more);

		if (to->n > 0)
			memcpy(more, to->word, to->n * sizeof *more);
		to->word = more;
		to->cap = cap;
	}
	to->word[to->n++] = *word;
	shell_spend(s, sizeof *word);
}

void word_flush(struct build *b)
{
	struct mover_word w = b->w;

	if (b->any && !b->s->bad) {
		w.text = arena_span(&b->s->arena, strbuf_span(&b->text));
		shell_push(b->s, b->out, &w);
	}
	strbuf_clear(&b->text);
	b->any = false;
	b->w = (struct mover_word){ .line = b->w.line, .column = b->w.column };
}

static void add(struct build *b, struct span text)
{
	b->any = true;
	if (b->text.n + text.n > MOVER_WORD_MAX)
		shell_fail(b->s, ERR_LIMIT, b->w.line, b->w.column,
			   "a word is longer than %u octets", MOVER_WORD_MAX);
	else if (shell_spend(b->s, text.n))
		strbuf_addspan(&b->text, text);
}

static void add_char(struct build *b, char c)
{
	add(b, (struct span){ &c, 1 });
}

const struct mover_unknown *shell_unknown(struct shell *s, const char *name,
					  enum mover_why why, unsigned line)
{
	struct mover_unknown *u = arena_alloc(&s->arena, sizeof *u);

	*u = (struct mover_unknown){ arena_strdup(&s->arena, name), why, line };
	shell_spend(s, sizeof *u + strlen(name));
	return u;
}

static void note(struct build *b, const struct mover_unknown *unknown)
{
	if (b->w.unknown == NULL)
		b->w.unknown = unknown;
}

/* What is not known stands as ${name}; alone and unquoted it may be several words. */
void word_unknown(struct build *b, const struct mover_unknown *u, bool quoted)
{
	if (!quoted && b->how == WORD_FIELDS && b->text.n == 0)
		b->w.many = true;
	add(b, SPAN_LIT("${"));
	add(b, span_str(u->name));
	add(b, SPAN_LIT("}"));
	note(b, u);
}

void word_new_unknown(struct build *b, const char *name, enum mover_why why, bool quoted)
{
	word_unknown(b, shell_unknown(b->s, name, why, shell_line(b->s)), quoted);
}

static void merge(struct build *b, const struct mover_word *w)
{
	note(b, w->unknown);
	if (b->w.assumed == NULL)
		b->w.assumed = w->assumed;
	if (w->many && b->text.n == 0)
		b->w.many = true; /* an element of an array */
	b->any = true;
}

/* The text of a variable outside of quotes: split at blanks. */
static void add_split(struct build *b, const struct mover_word *w)
{
	const struct shell_var *ifs = shell_get(b->s, SPAN_LIT("IFS"));
	const char *at = w->text;

	if (ifs != NULL && (ifs->unknown != NULL || ifs->array ||
			    strcspn(at, ifs->value.word[0].text) < strlen(at) ||
			    strpbrk(at, " \t\n") != NULL)) {
		merge(b, w);
		add(b, span_str(at));
		note(b, shell_unknown(b->s, "IFS", MOVER_EXPRESSION, shell_line(b->s)));
		return;
	}
	while (*at != '\0' && !b->s->bad) {
		size_t n = strcspn(at, " \t\n");

		if (n > 0) {
			merge(b, w);
			if (memchr(at, '*', n) != NULL || memchr(at, '?', n) != NULL ||
			    memchr(at, '[', n) != NULL)
				b->w.glob = true;
			add(b, (struct span){ at, n });
		}
		at += n;
		if (*at != '\0') {
			word_flush(b);
			at += strspn(at, " \t\n");
		}
	}
}

void word_value(struct build *b, const struct mover_word *w, bool quoted)
{
	if (!quoted && b->how == WORD_FIELDS) {
		add_split(b, w);
		return;
	}
	merge(b, w);
	add(b, span_str(w->text));
}

/* "$@" and its like: a field for each; in one word they stand with blanks between. */
void word_list(struct build *b, const struct shell_words *list, bool quoted, bool star)
{
	bool apart = b->how == WORD_FIELDS && !b->in_quotes && !(quoted && star);

	for (size_t i = 0; i < list->n && !b->s->bad; i++) {
		if (i > 0 && apart)
			word_flush(b);
		else if (i > 0)
			add_char(b, ' ');
		word_value(b, &list->word[i], quoted);
		if (quoted)
			b->any = b->w.quoted = true;
	}
}

struct mover_word shell_join(struct shell *s, const struct shell_words *words)
{
	struct shell_words one = { 0 };
	struct mover_word w = { .text = "",
				.line = shell_line(s),
				.column = shell_column(s) };
	struct build b;

	word_begin(&b, s, WORD_WHOLE, &one);
	word_list(&b, words, true, true);
	word_flush(&b);
	strbuf_done(&b.text);
	return one.n > 0 ? one.word[0] : w;
}

void word_unclosed(struct build *b, const char *what, unsigned line, unsigned column)
{
	shell_fail(b->s, ERR_CONFIG, line, column, "%s that opens here is never closed",
		   what);
	b->s->unclosed = true;
}

static void single_quoted(struct build *b)
{
	unsigned line = shell_line(b->s), column = shell_column(b->s);
	size_t from;

	shell_step(b->s);
	from = b->s->at;
	b->any = b->w.quoted = true;
	while (shell_peek(b->s, 0) != '\'' && shell_peek(b->s, 0) != '\0')
		shell_step(b->s);
	add(b, (struct span){ b->s->text.p + from, b->s->at - from });
	if (!shell_eat(b->s, "'"))
		word_unclosed(b, "the quote '", line, column);
	else
		shell_quoted(b->s, line);
}

static void add_code(struct build *b, unsigned digits, unsigned base)
{
	static const char hex[] = "0123456789abcdef";
	unsigned code = 0;
	const char *at;

	while (digits-- > 0) {
		char c = span_lower(shell_peek(b->s, 0));

		at = c == '\0' ? NULL : strchr(hex, c);
		if (at == NULL || (unsigned)(at - hex) >= base)
			break;
		code = code * base + (unsigned)(at - hex);
		shell_step(b->s);
	}
	if (code == 0 || code > 0xFF)
		/* A NUL ends the word, what is over an octet needs the locale. */
		note(b,
		     shell_unknown(b->s, "$'\\...'", MOVER_EXPRESSION, shell_line(b->s)));
	else
		add_char(b, (char)code);
}

/* $'...' */
static void ansi_quoted(struct build *b)
{
	static const char from[] = "abeEfnrtv\\'\"?",
			  to[] = "\a\b\033\033\f\n\r\t\v\\'\"?";
	unsigned line = shell_line(b->s), column = shell_column(b->s);

	shell_eat(b->s, "$'");
	b->any = b->w.quoted = true;
	while (!b->s->bad && !shell_eat(b->s, "'")) {
		char c = shell_peek(b->s, 0), next = shell_peek(b->s, 1);
		const char *known = next == '\0' ? NULL : strchr(from, next);

		if (c == '\0') {
			word_unclosed(b, "the quote $'", line, column);
			return;
		}
		shell_step(b->s);
		if (c != '\\' || next == '\0') {
			add_char(b, c);
		} else if (known != NULL) {
			add_char(b, to[known - from]);
			shell_step(b->s);
		} else if (next == 'x' || next == 'u' || next == 'U') {
			shell_step(b->s);
			add_code(b, next == 'x' ? 2 : next == 'u' ? 4 : 8, 16);
		} else if (next >= '0' && next <= '7') {
			add_code(b, 3, 8);
		} else {
			add_char(b, '\\');
		}
	}
}

static void output(struct build *b, const char *open, struct span inside, bool quoted)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./-";
	char word[40] = "";
	size_t n = 0;

	inside = span_trim(inside);
	while (n < inside.n && n < sizeof word - 1 && inside.p[n] != '\0' &&
	       strchr(plain, inside.p[n]) != NULL) {
		word[n] = inside.p[n];
		n++;
	}
	word_new_unknown(b,
			 n > 0 ? arena_printf(&b->s->arena, "%s%s ...)", open, word)
			       : arena_printf(&b->s->arena, "%s...)", open),
			 MOVER_OUTPUT, quoted);
}

/* $(...), <(...): the commands in it count too. */
static void substitution(struct build *b, const char *open, bool quoted)
{
	size_t from;

	shell_eat(b->s, open);
	from = b->s->at;
	shell_subshell(b->s, CLOSE_PAREN);
	if (!b->s->bad)
		output(b, open, (struct span){ b->s->text.p + from, b->s->at - from - 1 },
		       quoted);
}

static void backquoted(struct build *b, bool quoted)
{
	unsigned line = shell_line(b->s), column = shell_column(b->s);
	struct strbuf inside = STRBUF_INIT;

	shell_step(b->s);
	while (shell_peek(b->s, 0) != '`' && shell_peek(b->s, 0) != '\0') {
		char next = shell_peek(b->s, 1);

		if (shell_peek(b->s, 0) == '\\' &&
		    (next == '`' || next == '\\' || next == '$'))
			shell_step(b->s);
		strbuf_addc(&inside, shell_peek(b->s, 0));
		shell_step(b->s);
	}
	if (!shell_eat(b->s, "`")) {
		word_unclosed(b, "the quote `", line, column);
	} else if (shell_spend(b->s, inside.n)) {
		struct span text = { arena_span(&b->s->arena, strbuf_span(&inside)),
				     inside.n };

		shell_nested(b->s, text, line, column, true);
		if (!b->s->bad)
			output(b, "$(", text, quoted);
	}
	strbuf_done(&inside);
}

static void arithmetic(struct build *b, bool quoted)
{
	unsigned line = shell_line(b->s), column = shell_column(b->s), open = 0;

	shell_step(b->s);
	do {
		char c = shell_peek(b->s, 0);

		if (c == '\0') {
			word_unclosed(b, "the $((", line, column);
			return;
		}
		open += c == '(';
		open -= c == ')';
		shell_step(b->s);
	} while (open > 0);
	word_new_unknown(b, "$((...))", MOVER_EXPRESSION, quoted);
}

static void double_quoted(struct build *b);

static void dollar(struct build *b, bool quoted)
{
	struct shell *s = b->s;
	char next = shell_peek(s, 1);

	if (next == '{') {
		word_parameter(b, quoted);
	} else if (next == '(' && shell_peek(s, 2) == '(') {
		arithmetic(b, quoted);
	} else if (next == '(') {
		substitution(b, "$(", quoted);
	} else if (!quoted && next == '\'') {
		ansi_quoted(b);
	} else if (!quoted && next == '"') {
		shell_step(s);
		double_quoted(b);
	} else if (word_special(next) || (next >= '0' && next <= '9') ||
		   (next != '\0' &&
		    shell_is_name((struct span){ s->text.p + s->at + 1, 1 }))) {
		struct parameter p = { 0 };

		shell_step(s);
		p.name = word_name(s, false);
		word_expand(b, &p, quoted);
	} else {
		add_char(b, '$');
		shell_step(s);
	}
}

static void double_quoted(struct build *b)
{
	struct shell *s = b->s;
	unsigned line = shell_line(s), column = shell_column(s);

	if (!shell_enter(s))
		return;
	shell_step(s);
	b->w.quoted = true;
	/* "" is a word, "$@" without arguments is none. */
	if (!(shell_peek(s, 0) == '$' &&
	      (shell_peek(s, 1) == '@' || shell_peek(s, 1) == '{')))
		b->any = true;
	while (!s->bad && !shell_eat(s, "\"")) {
		char c = shell_peek(s, 0), next = shell_peek(s, 1);

		if (c == '\0') {
			word_unclosed(b, "the quote \"", line, column);
		} else if (c == '\\' && next == '\n') {
			shell_eat(s, "\\\n");
		} else if (c == '\\' && next != '\0' && strchr("$`\"\\", next) != NULL) {
			shell_step(s);
			add_char(b, next);
			shell_step(s);
		} else if (c == '$') {
			dollar(b, true);
		} else if (c == '`') {
			backquoted(b, true);
		} else {
			add_char(b, c);
			shell_step(s);
		}
	}
	shell_quoted(s, line);
	shell_leave(s);
}

/* {a,b} and {1..3} are several words in bash and one in other shells. */
static void brace(struct build *b, char c)
{
	char last = b->text.n > 0 ? b->text.p[b->text.n - 1] : '\0';

	if (c == '{')
		b->brace = '{';
	else if (b->brace == '{' && (c == ',' || (c == '.' && last == '.')))
		b->brace = ',';
	else if (b->brace == ',' && c == '}' && b->how == WORD_FIELDS)
		note(b, shell_unknown(b->s, "{a,b}", MOVER_EXPRESSION, shell_line(b->s)));
}

/* ?(a|b) and its like: one pattern, whatever is in it. */
static void extended_glob(struct build *b)
{
	unsigned line = shell_line(b->s), column = shell_column(b->s), open = 0;

	do {
		char c = shell_peek(b->s, 0);

		if (c == '\0' || c == '\n') {
			word_unclosed(b, "the (", line, column);
			return;
		}
		open += c == '(';
		open -= c == ')';
		add_char(b, c);
		shell_step(b->s);
	} while (open > 0 && !b->s->bad);
	b->w.glob = true;
}

/* Until a blank or operator, or until stop, which is left there. */
void word_unquoted(struct build *b, char stop)
{
	struct shell *s = b->s;

	while (!s->bad) {
		char c = shell_peek(s, 0), next = shell_peek(s, 1);
		char last = b->text.n > 0 ? b->text.p[b->text.n - 1] : '\0';

		if (c == '\0' || (stop != '\0' && c == stop))
			return;
		if (stop == '\0' && c == '(' && last != '\0' &&
		    strchr("?*+@!", last) != NULL) {
			extended_glob(b);
			continue;
		}
		if (stop == '\0' &&
		    (strchr(" \t\n;&|<>()", c) != NULL || (c == '\r' && next == '\n')))
			return;
		if (stop != '\0' && b->how == WORD_FIELDS && strchr(" \t\n", c) != NULL) {
			word_flush(b);
			shell_step(s);
		} else if (c == '\\' && next == '\n') {
			shell_eat(s, "\\\n");
		} else if (c == '\\' && next == '\r' && shell_peek(s, 2) == '\n') {
			shell_eat(s, "\\\r\n");
		} else if (c == '\\' && next != '\0') {
			shell_step(s);
			b->w.quoted = true;
			add_char(b, next);
			shell_step(s);
		} else if (c == '\'' && !b->in_quotes) {
			single_quoted(b);
		} else if (c == '"') {
			double_quoted(b);
		} else if (c == '`') {
			backquoted(b, b->in_quotes);
		} else if (c == '$') {
			dollar(b, b->in_quotes);
		} else {
			if (strchr("*?[", c) != NULL)
				b->w.glob = true;
			brace(b, c);
			add_char(b, c);
			shell_step(s);
		}
	}
}

bool shell_word(struct shell *s, enum shell_how how, struct shell_words *out)
{
	size_t from = s->at;
	struct build b;

	word_begin(&b, s, how, out);
	if ((shell_peek(s, 0) == '<' || shell_peek(s, 0) == '>') &&
	    shell_peek(s, 1) == '(')
		substitution(&b, shell_peek(s, 0) == '<' ? "<(" : ">(", true);
	word_unquoted(&b, '\0');
	word_flush(&b);
	strbuf_done(&b.text);
	return s->at > from && !s->bad;
}
