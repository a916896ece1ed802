/* SPDX-License-Identifier: MIT */
/* Parameters of a script (POSIX.1-2017, Shell Command Language 2.6.2). */
#include "mover/mover_word_in.h"

bool word_special(char c)
{
	return c != '\0' && strchr("@*#?-$!", c) != NULL;
}

struct span word_name(struct shell *s, bool braces)
{
	struct span name = { s->text.p + s->at, 0 };
	char c = shell_peek(s, 0);

	if (c >= '0' && c <= '9') {
		do {
			name.n++;
			shell_step(s);
			c = shell_peek(s, 0);
		} while (braces && c >= '0' && c <= '9');
	} else if (word_special(c)) {
		name.n = 1;
		shell_step(s);
	} else {
		while (shell_peek(s, 0) != '\0' &&
		       shell_is_name((struct span){ name.p, name.n + 1 })) {
			name.n++;
			shell_step(s);
		}
	}
	return name;
}

/* The value of what a name stands for.  False: it is not in the script. */
static bool look_up(struct build *b, const struct parameter *p, struct shell_var *out)
{
	struct shell *s = b->s;
	const struct shell_var *v;
	char c = p->name.p[0];
	size_t index = 0;

	*out = (struct shell_var){ .set = true };
	if (c == '@' || c == '*') {
		if (s->args == NULL)
			out->unknown = shell_unknown(s, "@", MOVER_ARGUMENT,
						     shell_line(s));
		else
			out->value = *s->args;
		return true;
	}
	if (c >= '0' && c <= '9') {
		for (size_t i = 0; i < p->name.n && index < 100000; i++)
			index = index * 10 + (size_t)(p->name.p[i] - '0');
		if (s->args == NULL || index == 0) {
			out->unknown = shell_unknown(s, arena_span(&s->arena, p->name),
						     MOVER_ARGUMENT, shell_line(s));
			return true;
		}
		if (index > s->args->n)
			return false;
		shell_push(s, &out->value, &s->args->word[index - 1]);
		return true;
	}
	if ((c == '?' || span_eq_str(p->name, "PIPESTATUS")) && !s->skip &&
	    s->reader->status != NULL)
		s->reader->status(s->reader->ctx);
	if (word_special(c)) {
		out->unknown = shell_unknown(s, arena_span(&s->arena, p->name),
					     MOVER_EXPRESSION, shell_line(s));
		return true;
	}
	v = s->skip ? NULL : shell_get(s, p->name);
	if (v == NULL)
		return false;
	*out = *v;
	if (p->list == '[' && v->unknown == NULL) {
		bool digits = p->index.n > 0 && p->index.n < 5;

		for (size_t i = 0; i < p->index.n; i++) {
			digits = digits && p->index.p[i] >= '0' && p->index.p[i] <= '9';
			index = index * 10 + (size_t)(p->index.p[i] & 15);
		}
		if (!digits || index >= v->value.n) {
			out->unknown = shell_unknown(s, v->name, MOVER_EXPRESSION,
						     shell_line(s));
			return true;
		}
		out->value.word = &v->value.word[index];
		out->value.n = 1;
	} else if (p->list == '\0' && v->value.n > 1) {
		out->value.n = 1;
	}
	return true;
}

static bool empty(const struct shell_var *v)
{
	return v->value.n == 0 || (v->value.n == 1 && v->value.word[0].text[0] == '\0');
}

static void add_var(struct build *b, const struct parameter *p, const struct shell_var *v,
		    bool quoted)
{
	char list = p->name.p[0] == '@' || p->name.p[0] == '*' ? p->name.p[0] : p->list;
	const struct mover_unknown *u = v->unknown;

	if (b->w.assumed == NULL && u == NULL)
		b->w.assumed = v->assumed;
	if (quoted && list != '@')
		b->any = true;
	if (u != NULL) {
		word_unknown(b, u, quoted && list != '@');
	} else if (list == '@' || list == '*') {
		word_list(b, &v->value, quoted, list == '*');
	} else if (v->value.n > 0) {
		word_value(b, &v->value.word[0], quoted);
	}
}

/* The word after an operator, in place of the value. */
static void add_default(struct build *b, const struct parameter *p, const char *assumed,
			bool quoted)
{
	struct shell_var v = { .set = true, .assumed = assumed, .value = p->word };
	struct parameter all = { .name = SPAN_LIT("@") };

	if (p->word.n == 0) {
		if (quoted)
			b->any = true;
		return;
	}
	/* It has been split already; what it holds stays in one piece. */
	add_var(b, &all, &v, true);
	if (assumed != NULL && b->w.assumed == NULL)
		b->w.assumed = assumed;
}

void word_expand(struct build *b, const struct parameter *p, bool quoted)
{
	struct shell *s = b->s;
	struct shell_var v;
	bool there = look_up(b, p, &v),
	     argument = p->name.p[0] >= '0' && p->name.p[0] <= '9';
	char *name;

	if (s->bad)
		return;
	name = arena_span(&s->arena, p->name);
	if (p->op == 'x') {
		word_new_unknown(b, there && v.unknown != NULL ? v.unknown->name : name,
				 there && v.unknown != NULL ? v.unknown->why
							    : MOVER_EXPRESSION,
				 quoted);
	} else if (there && v.unknown != NULL) {
		add_var(b, p, &v, quoted);
	} else if (p->op == '+') {
		if (there && !(p->colon && empty(&v)))
			add_default(b, p, v.assumed, quoted);
	} else if (there && !(p->op != '\0' && p->colon && empty(&v))) {
		add_var(b, p, &v, quoted);
	} else if (p->op == '-' || p->op == '=') {
		const char *assumed = there || argument ? NULL : name;

		add_default(b, p, assumed, quoted);
		if (p->op == '=' && !s->skip) {
			struct mover_word w = shell_join(s, &p->word);
			struct shell_var set = { .set = true, .assumed = assumed };

			shell_push(s, &set.value, &w);
			shell_set(s, p->name, &set);
		}
	} else if (!there && !argument) {
		word_new_unknown(b, name, MOVER_ENVIRONMENT, quoted && p->list != '@');
	} else if (quoted) {
		b->any = true;
	}
}

void word_parameter(struct build *b, bool quoted)
{
	struct shell *s = b->s;
	unsigned line = shell_line(s), column = shell_column(s);
	struct parameter p = { 0 };
	bool odd = false;
	struct build inner;
	char c;

	if (!shell_enter(s))
		return;
	shell_eat(s, "${");
	if ((shell_peek(s, 0) == '!' || shell_peek(s, 0) == '#') &&
	    shell_peek(s, 1) != '}' && shell_peek(s, 1) != ':' &&
	    shell_peek(s, 1) != '-') {
		odd = true; /* indirection, length */
		shell_step(s);
	}
	p.name = word_name(s, true);
	if (p.name.n == 0) {
		shell_fail(s, ERR_CONFIG, line, column, "no name stands after this ${");
		return;
	}
	if (shell_peek(s, 0) == '[') {
		shell_step(s);
		p.index = (struct span){ s->text.p + s->at, 0 };
		while (shell_peek(s, 0) != ']' && shell_peek(s, 0) != '\0') {
			p.index.n++;
			shell_step(s);
		}
		shell_step(s);
		p.list = span_eq_str(p.index, "@")   ? '@'
			 : span_eq_str(p.index, "*") ? '*'
						     : '[';
	}
	c = shell_peek(s, 0);
	p.colon = c == ':';
	if (p.colon && shell_peek(s, 1) != '\0' &&
	    strchr("-=+?", shell_peek(s, 1)) != NULL) {
		shell_step(s);
		c = shell_peek(s, 0);
	}
	if (c != '}' && c != '\0') {
		p.op = strchr("-=+?", c) != NULL ? c : 'x';
		shell_step(s);
	}
	if (odd)
		p.op = 'x';
	word_begin(&inner, s, quoted ? WORD_WHOLE : b->how, &p.word);
	inner.in_quotes = quoted;
	word_unquoted(&inner, '}');
	word_flush(&inner);
	strbuf_done(&inner.text);
	if (!s->bad && !shell_eat(s, "}"))
		word_unclosed(b, "the ${", line, column);
	if (!s->bad)
		word_expand(b, &p, quoted);
	shell_leave(s);
}
