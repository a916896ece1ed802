/* SPDX-License-Identifier: MIT */
#include "plan/plan_lint_in.h"

#include "base/num.h"
#include "base/text.h"

#define SAID_MAX 160 /* octets of what is shown of a line */

void plan_lint_new(bool with_mail, struct plan_lint **out)
{
	struct plan_lint *l = mem_calloc(1, sizeof *l);

	arena_init(&l->arena);
	l->with_mail = with_mail;
	l->r.host_old = l->r.host_new = "";
	*out = l;
}

void plan_lint_free(struct plan_lint *l)
{
	if (l == NULL)
		return;
	free(l->r.v);
	arena_done(&l->arena);
	free(l);
}

/* At most SAID_MAX octets, no half character. */
static const char *cut(struct plan_lint *l, const char *s)
{
	size_t n = strlen(s);

	if (n <= SAID_MAX)
		return arena_strdup(&l->arena, s);
	for (n = SAID_MAX; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80; n--)
		;
	return arena_printf(&l->arena, "%.*s...", (int)n, s);
}

static void push(struct plan_lint *l, const struct lint_finding *f)
{
	if (l->r.n == l->cap) {
		l->cap = l->cap * 2 + 64;
		l->r.v = mem_realloc(l->r.v, l->cap * sizeof *l->r.v);
	}
	l->r.v[l->r.n++] = *f;
}

void lint_add(struct plan_lint *l, const struct lint_rule *rule, const struct lint_at *at)
{
	const char *text = at->text != NULL ? at->text : rule->text;
	struct lint_finding f = {
		.rule = rule,
		.file = l->file,
		.line = at->line,
		.column = at->column,
		.said = cut(l, at->said != NULL ? at->said : ""),
		.text = arena_strdup(&l->arena, text != NULL ? text : ""),
		.mail = at->mail,
		.accounts = -1,
		.folders = -1,
		.messages = -1,
		.octets = -1,
	};

	if (at->mail.only_counted && !l->with_mail)
		return;
	if (l->full)
		return;
	if (l->r.n + 1 >= LINT_FINDINGS_MAX) {
		l->full = true;
		f = (struct lint_finding){
			.rule = lint_rule_named("lint-limit"),
			.file = l->file,
			.said = "",
			.text = arena_printf(&l->arena,
					     "there are more than %u findings: the rest "
					     "was not looked at",
					     LINT_FINDINGS_MAX),
			.accounts = -1,
			.folders = -1,
			.messages = -1,
			.octets = -1,
		};
	}
	push(l, &f);
}

void lint_say(struct plan_lint *l, const char *id, unsigned line, unsigned column,
	      const char *said, const char *text)
{
	lint_add(l, lint_rule_named(id),
		 &(struct lint_at){
			 .line = line, .column = column, .said = said, .text = text });
}

bool lint_size(struct span text, int64_t *out)
{
	struct span digits;
	char last;

	if (text.n > 0 && (span_lower(text.p[text.n - 1]) == 'b') && text.n > 1)
		text.n--;
	digits = text;
	last = text.n > 0 ? span_lower(text.p[text.n - 1]) : '\0';
	if (last >= '0' && last <= '9')
		return num_i64(digits, 0, INT64_C(1) << 60, out);
	return num_size(text, out);
}

const char *lint_wildcard(struct plan_lint *l, struct span pattern, char delim)
{
	struct strbuf sb = STRBUF_INIT;
	const char *out;

	for (size_t i = 0; i < pattern.n; i++) {
		char c = pattern.p[i];

		if (c == '*') {
			strbuf_adds(&sb, ".*");
		} else if (c == '%') {
			strbuf_addf(&sb, "[^\\%c]*", delim);
		} else {
			if (strchr("\\^$.|?+()[]{}", c) != NULL)
				strbuf_addc(&sb, '\\');
			strbuf_addc(&sb, c);
		}
	}
	out = arena_span(&l->arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return out;
}

void plan_lint_unread(struct plan_lint *l, const char *name, const char *why)
{
	l->r.files++;
	l->file = arena_strdup(&l->arena, name);
	lint_say(l, "lint-unread", 0, 0, NULL,
		 arena_printf(&l->arena, "was not read: %s", why));
}

/* Why this is no text that a shell or a mover would read; NULL: it may be. */
static const char *no_text(struct plan_lint *l, struct span text)
{
	size_t line, column;

	if (text.n >= 2 && ((text.p[0] == '\xFF' && text.p[1] == '\xFE') ||
			    (text.p[0] == '\xFE' && text.p[1] == '\xFF')))
		return "it is UTF-16, which no shell reads: save it as UTF-8";
	if (span_index(text, '\0') >= 0) {
		text_position(text, (size_t)span_index(text, '\0'), &line, &column);
		return arena_printf(&l->arena, "it holds a NUL, at %zu:%zu", line,
				    column);
	}
	if (text.n > MOVER_SCRIPT_MAX)
		return arena_printf(&l->arena, "it has %zu octets, more than %u", text.n,
				    MOVER_SCRIPT_MAX);
	if (text.n > 2 && text.p[0] == '#' && text.p[1] == '!') {
		static const char *const others[] = { "perl", "python", "ruby",
						      "node", "php",	"awk",
						      "fish", "tcsh",	"csh" };
		ptrdiff_t lf = span_index(text, '\n');
		struct span first = { text.p, lf >= 0 ? (size_t)lf : text.n };

		for (size_t i = 0; i < COUNT_OF(others); i++)
			for (size_t k = 0; k + strlen(others[i]) <= first.n; k++)
				if (strncmp(first.p + k, others[i], strlen(others[i])) ==
				    0)
					return arena_printf(
						&l->arena,
						"it is a script for %s, not for a shell",
						others[i]);
	}
	return NULL;
}

void plan_lint_text(struct plan_lint *l, const char *name, struct span text)
{
	const char *why;

	if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
		text = span_from(text, 3);
	why = no_text(l, text);
	if (why != NULL) {
		plan_lint_unread(l, name, why);
		return;
	}
	l->r.files++;
	l->file = arena_strdup(&l->arena, name);
	l->config = lint_is_mbsync(text) || lint_is_dovecot(text);
	if (lint_is_mbsync(text))
		lint_mbsync_config(l, text, 1);
	else if (lint_is_dovecot(text))
		lint_dovecot_config(l, text, 1);
	else
		lint_shell(l, text);
}

static int by_weight(const void *a, const void *b)
{
	const struct lint_finding *x = a, *y = b;

	if (x->rule->weight != y->rule->weight)
		return x->rule->weight < y->rule->weight ? -1 : 1;
	/* Of a weight: as the rules come, which is the order in which they matter. */
	if (x->file != y->file && strcmp(x->file, y->file) != 0)
		return strcmp(x->file, y->file);
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return strcmp(x->said, y->said);
}

static bool same(const struct lint_finding *a, const struct lint_finding *b)
{
	return a->rule == b->rule && a->line == b->line && a->column == b->column &&
	       strcmp(a->file, b->file) == 0 && strcmp(a->said, b->said) == 0;
}

const struct lint_result *plan_lint_finish(struct plan_lint *l)
{
	struct lint_result *r = &l->r;
	size_t n = 0;

	for (int m = 0; m < LINT_MOVERS; m++)
		if (l->real[m].file != NULL && !l->dry[m]) {
			l->file = l->real[m].file;
			lint_say(l, m == LINT_IMAPSYNC ? "imapsync-dry" : "mbsync-dry",
				 l->real[m].line, l->real[m].column, NULL, NULL);
		}
	if (r->n > 0)
		qsort(r->v, r->n, sizeof *r->v, by_weight);
	/* A function that is called twice says the same twice. */
	for (size_t i = 0; i < r->n; i++)
		if (n == 0 || !same(&r->v[n - 1], &r->v[i]))
			r->v[n++] = r->v[i];
	r->n = n;
	memset(r->count, 0, sizeof r->count);
	for (size_t i = 0; i < r->n; i++)
		r->count[r->v[i].rule->weight]++;
	return r;
}
