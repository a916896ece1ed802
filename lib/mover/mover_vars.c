/* SPDX-License-Identifier: MIT */
/* Variables of a script, and what is sure of them after branches, loops and calls. */
#include "mover/mover_shell_in.h"

static size_t hash(struct span name)
{
	size_t h = 5381;

	for (size_t i = 0; i < name.n; i++)
		h = h * 33 + (unsigned char)name.p[i];
	return h % SHELL_BUCKETS;
}

/* var_n when there is none of this name. */
static size_t find(const struct shell *s, struct span name)
{
	size_t i = s->bucket[hash(name)];

	while (i > 0 && !span_eq_str(name, s->var[i - 1].name))
		i = s->var[i - 1].next;
	return i > 0 ? i - 1 : s->var_n;
}

const struct shell_var *shell_get(const struct shell *s, struct span name)
{
	size_t i = find(s, name);

	return i < s->var_n && s->var[i].set ? &s->var[i] : NULL;
}

static size_t make(struct shell *s, struct span name)
{
	size_t i = find(s, name);

	if (i < s->var_n)
		return i;
	if (s->var_n == MOVER_VARS_MAX) {
		shell_fail(s, ERR_LIMIT, shell_line(s), shell_column(s),
			   "the script has more than %u variables", MOVER_VARS_MAX);
		return 0;
	}
	if (s->var_n == s->var_cap) {
		s->var_cap = s->var_cap * 2 + 64;
		s->var = mem_realloc(s->var, s->var_cap * sizeof *s->var);
	}
	s->var[s->var_n] = (struct shell_var){ .name = arena_span(&s->arena, name),
					       .next = s->bucket[hash(name)] };
	s->bucket[hash(name)] = ++s->var_n;
	return s->var_n - 1;
}

static void put(struct shell *s, size_t i, struct shell_var v)
{
	if (s->bad || s->var_n == 0)
		return;
	if (s->undo_n == s->undo_cap) {
		s->undo_cap = s->undo_cap * 2 + 64;
		s->undo = mem_realloc(s->undo, s->undo_cap * sizeof *s->undo);
	}
	s->undo[s->undo_n++] = (struct shell_undo){ i, s->var[i] };
	v.name = s->var[i].name;
	v.next = s->var[i].next;
	v.stamp = s->var[i].stamp;
	s->var[i] = v;
	shell_spend(s, sizeof v);
}

void shell_set(struct shell *s, struct span name, const struct shell_var *value)
{
	struct shell_var v = *value;

	v.set = true;
	put(s, make(s, name), v);
}

void shell_set_unknown(struct shell *s, struct span name, enum mover_why why)
{
	struct shell_var v = { .set = true };
	size_t i = make(s, name);

	if (s->bad)
		return;
	v.unknown = shell_unknown(s, s->var[i].name, why, shell_line(s));
	put(s, i, v);
}

void shell_unset(struct shell *s, struct span name)
{
	size_t i = find(s, name);
	struct shell_var v = { 0 };

	if (i < s->var_n)
		put(s, i, v);
}

void shell_append(struct shell *s, struct span name, const struct shell_var *value)
{
	const struct shell_var *old = shell_get(s, name);
	struct shell_var v = { .set = true };
	struct shell_words both = { 0 };
	struct mover_word word;

	if (old == NULL) {
		/* What the environment holds stands before it. */
		shell_set_unknown(s, name, MOVER_ENVIRONMENT);
		return;
	}
	if (old->unknown != NULL)
		return;
	if (value->unknown != NULL) {
		v = *value;
		put(s, make(s, name), v);
		return;
	}
	v.array = old->array || value->array;
	v.assumed = old->assumed != NULL ? old->assumed : value->assumed;
	for (size_t i = 0; i < old->value.n; i++)
		shell_push(s, &v.value, &old->value.word[i]);
	if (!v.array && v.value.n == 1 && value->value.n == 1) {
		word = v.value.word[0];
		word.text = arena_printf(&s->arena, "%s%s", word.text,
					 value->value.word[0].text);
		if (word.unknown == NULL)
			word.unknown = value->value.word[0].unknown;
		if (strlen(word.text) > MOVER_WORD_MAX) {
			shell_fail(s, ERR_LIMIT, shell_line(s), shell_column(s),
				   "a variable grows over %u octets", MOVER_WORD_MAX);
			return;
		}
		shell_spend(s, strlen(word.text));
		shell_push(s, &both, &word);
		v.value = both;
	} else {
		for (size_t i = 0; i < value->value.n; i++)
			shell_push(s, &v.value, &value->value.word[i]);
	}
	put(s, make(s, name), v);
}

size_t shell_mark(const struct shell *s)
{
	return s->undo_n;
}

void shell_forget(struct shell *s, size_t mark)
{
	while (s->undo_n > mark) {
		s->undo_n--;
		s->var[s->undo[s->undo_n].var] = s->undo[s->undo_n].old;
	}
}

static bool same(const struct shell_var *a, const struct shell_var *b)
{
	if (a->set != b->set || a->array != b->array || a->value.n != b->value.n)
		return false;
	if (a->unknown != NULL || b->unknown != NULL)
		return a->unknown == b->unknown;
	for (size_t i = 0; i < a->value.n; i++)
		if (strcmp(a->value.word[i].text, b->value.word[i].text) != 0 ||
		    a->value.word[i].unknown != b->value.word[i].unknown)
			return false;
	return true;
}

void shell_doubt(struct shell *s, size_t mark)
{
	size_t n = s->undo_n;

	s->stamp++;
	for (size_t i = mark; i < n && !s->bad; i++) {
		size_t var = s->undo[i].var;
		struct shell_var old = s->undo[i].old;

		if (s->var[var].stamp == s->stamp)
			continue; /* the oldest entry counts */
		s->var[var].stamp = s->stamp;
		if (same(&old, &s->var[var]))
			continue;
		/* The reason of what was not known in the branch says more. */
		if (s->var[var].unknown == NULL)
			shell_set_unknown(s, span_str(s->var[var].name),
					  old.unknown != NULL ? old.unknown->why
							      : MOVER_BRANCH);
	}
}

void shell_doubt_names(struct shell *s, const struct shell_names *names)
{
	for (size_t i = 0; i < names->n && !s->bad; i++)
		shell_set_unknown(s, span_str(names->name[i]), MOVER_LOOP);
}

void shell_assume_all(struct shell *s, const char *file)
{
	for (size_t i = 0; i < s->var_n && !s->bad; i++) {
		struct shell_var v = s->var[i];

		if (!v.set || v.assumed != NULL)
			continue;
		v.assumed = file;
		put(s, i, v);
	}
}

void shell_restore(struct shell *s, const struct shell_names *locals, size_t mark)
{
	size_t n = s->undo_n;

	s->stamp++;
	for (size_t k = 0; k < locals->n; k++) {
		size_t var = find(s, span_str(locals->name[k]));

		if (var < s->var_n)
			s->var[var].stamp = s->stamp;
	}
	for (size_t i = mark; i < n && !s->bad; i++) {
		size_t var = s->undo[i].var;

		if (s->var[var].stamp != s->stamp)
			continue;
		s->var[var].stamp = 0;
		put(s, var, s->undo[i].old);
	}
}

void shell_name(struct shell *s, struct shell_names *to, struct span name)
{
	for (size_t i = 0; i < to->n; i++)
		if (span_eq_str(name, to->name[i]))
			return;
	if (to->n == MOVER_VARS_MAX) {
		shell_fail(s, ERR_LIMIT, shell_line(s), shell_column(s),
			   "the script has more than %u variables", MOVER_VARS_MAX);
		return;
	}
	if (to->n == to->cap) {
		const char **more;

		to->cap = to->cap * 2 + 8;
		more = arena_alloc(&s->arena, to->cap * sizeof *more);
		if (to->n > 0)
			memcpy(more, to->name, to->n * sizeof *more);
		to->name = more;
	}
	to->name[to->n++] = arena_span(&s->arena, name);
}

/* "[3]" at the cursor; only a number can be resolved. */
static bool subscript(struct shell *s, size_t *index_out)
{
	bool digits = true;
	size_t n = 0;

	*index_out = 0;
	shell_step(s);
	while (shell_peek(s, 0) != ']' && shell_peek(s, 0) != '\0') {
		char c = shell_peek(s, 0);

		digits = digits && c >= '0' && c <= '9' && n++ < 4;
		if (digits)
			*index_out = *index_out * 10 + (size_t)(c - '0');
		shell_step(s);
	}
	shell_step(s);
	return digits && n > 0;
}

/* The words between the parentheses of an array. */
static void array(struct shell *s, struct shell_var *v)
{
	v->array = true;
	shell_step(s);
	while (!s->bad) {
		shell_blanks(s);
		if (shell_eat(s, ")"))
			return;
		if (shell_peek(s, 0) == '\n') {
			shell_step(s);
		} else if (shell_peek(s, 0) == '[') {
			/* [key]=value: an order that is not ours to know */
			v->unknown = shell_unknown(s, "[key]=", MOVER_EXPRESSION,
						   shell_line(s));
			if (!shell_word(s, WORD_WHOLE, &v->value))
				break;
		} else if (!shell_word(s, WORD_FIELDS, &v->value)) {
			break;
		}
	}
	shell_fail(s, ERR_CONFIG, shell_line(s), shell_column(s),
		   "the list of an array is not closed here");
}

bool shell_assignment(struct shell *s)
{
	size_t n = 0, i, index = 0;
	struct shell_var v = { .set = true };
	bool element = false, known = true, plus;
	struct span name = { s->text.p + s->at, 0 };

	while (shell_peek(s, n) != '\0' && shell_is_name((struct span){ name.p, n + 1 }))
		n++;
	name.n = n;
	if (n == 0)
		return false;
	i = n;
	if (shell_peek(s, i) == '[') {
		while (shell_peek(s, i) != ']' && shell_peek(s, i) != '\0' &&
		       shell_peek(s, i) != '\n')
			i++;
		if (shell_peek(s, i) != ']')
			return false;
		i++;
		element = true;
	}
	plus = shell_peek(s, i) == '+';
	if (shell_peek(s, i + plus) != '=')
		return false;
	for (; n > 0; n--)
		shell_step(s);
	if (element)
		known = subscript(s, &index);
	shell_step(s);
	if (plus)
		shell_step(s);
	if (!element && shell_peek(s, 0) == '(') {
		array(s, &v);
	} else {
		struct mover_word empty = { .text = "", .line = shell_line(s) };

		if (!shell_word(s, WORD_WHOLE, &v.value) && !s->skip)
			shell_push(s, &v.value, &empty);
	}
	if (s->skip) {
		if (s->names != NULL)
			shell_name(s, s->names, name);
	} else if (s->bad) {
		return true;
	} else if (element) {
		const struct shell_var *old = shell_get(s, name);

		/* Elements that are set one after the other, from 0 on. */
		v.array = true;
		if (known && !plus && index == 0 && old == NULL)
			shell_set(s, name, &v);
		else if (known && !plus && old != NULL && old->value.n == index &&
			 old->unknown == NULL)
			shell_append(s, name, &v);
		else
			shell_set_unknown(s, name, MOVER_EXPRESSION);
	} else if (plus) {
		shell_append(s, name, &v);
	} else {
		shell_set(s, name, &v);
	}
	return true;
}
