/* SPDX-License-Identifier: MIT */
/* Two texts of mime_fields, compared. */
#include <assert.h>

#include "base/num.h"
#include "mime/mime_fields.h"

#define OCTETS_MAX ((int64_t)1 << 50) /* so that no sum of them overflows */

static bool hex8(struct span s, uint32_t *out)
{
	uint32_t v = 0;
	bool bad = false;

	if (s.n != 8)
		return false;
	/* Nobody can foresee which digits they are, so no branch depends on it. */
	for (size_t i = 0; i < 8; i++) {
		unsigned digit = (unsigned char)s.p[i] - (unsigned)'0';
		unsigned letter = (unsigned char)s.p[i] - (unsigned)'a';

		bad |= (digit > 9) & (letter > 5);
		v = v << 4 | (digit > 9 ? letter + 10 : digit);
	}
	*out = v;
	return !bad;
}

enum mime_fields_next mime_fields_next(struct span *rest, struct mime_field_line *out)
{
	struct mime_field_line f;
	struct span line;
	ptrdiff_t end, colon;

	if (rest->n == 0)
		return MIME_FIELDS_END;
	end = span_index(*rest, '\n');
	if (end < 0)
		return MIME_FIELDS_BAD;
	line = (struct span){ rest->p, (size_t)end };
	if (span_eq_str(line, "...")) {
		if (rest->n != line.n + 1)
			return MIME_FIELDS_BAD;
		*rest = (struct span){ 0 };
		return MIME_FIELDS_CUT;
	}
	colon = span_index(line, ':');
	if (colon < 0 || colon > MIME_FIELD_NAME_MAX)
		return MIME_FIELDS_BAD;
	f.name = (struct span){ line.p, (size_t)colon };
	line = span_from(line, (size_t)colon + 1);
	colon = span_index(line, ':');
	if (colon < 0 ||
	    !num_i64((struct span){ line.p, (size_t)colon }, 0, OCTETS_MAX, &f.octets) ||
	    !hex8(span_from(line, (size_t)colon + 1), &f.hash))
		return MIME_FIELDS_BAD;
	*out = f;
	*rest = span_from(*rest, (size_t)end + 1);
	return MIME_FIELDS_LINE;
}

struct item {
	struct mime_field_line f;
	size_t place; /* in its header */
	bool paired;
};
struct list {
	struct item *v;
	size_t n;
	bool whole;
};

/* How much alike two fields must be. */
enum level { SAME_OCTETS, SAME_VALUE, SAME_NAME };

static int name_cmp(struct span a, struct span b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		unsigned char x = (unsigned char)span_lower(a.p[i]),
			      y = (unsigned char)span_lower(b.p[i]);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static int cmp(const struct item *a, const struct item *b, enum level level)
{
	int d = name_cmp(a->f.name, b->f.name);

	if (d != 0 || level == SAME_NAME)
		return d;
	if (a->f.hash != b->f.hash)
		return a->f.hash < b->f.hash ? -1 : 1;
	if (level == SAME_VALUE || a->f.octets == b->f.octets)
		return 0;
	return a->f.octets < b->f.octets ? -1 : 1;
}

static int by_place(const void *va, const void *vb)
{
	const struct item *a = va, *b = vb;

	return a->place < b->place ? -1 : a->place > b->place;
}

static int by_value(const void *va, const void *vb)
{
	int d = cmp(va, vb, SAME_OCTETS);

	return d != 0 ? d : by_place(va, vb);
}

static int by_name(const void *va, const void *vb)
{
	int d = cmp(va, vb, SAME_NAME);

	return d != 0 ? d : by_place(va, vb);
}

static bool load(struct span text, struct arena *arena, struct list *out)
{
	enum mime_fields_next next;
	size_t lines = 1;

	if (text.n > MIME_FIELDS_MAX)
		return false;
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	*out = (struct list){ .v = arena_alloc(arena, lines * sizeof *out->v) };
	while ((next = mime_fields_next(&text, &out->v[out->n].f)) == MIME_FIELDS_LINE) {
		out->v[out->n].place = out->n;
		out->n++;
	}
	out->whole = next == MIME_FIELDS_END;
	return next != MIME_FIELDS_BAD;
}

static void add(struct mime_fields_diff *d, enum mime_field_change what,
		const struct item *old, const struct item *new)
{
	struct mime_field_diff *f = &d->v[d->n++];

	assert(old != NULL || new != NULL);
	*f = (struct mime_field_diff){
		.what = what,
		.name = new != NULL ? new->f.name : old->f.name,
		.old_octets = old != NULL ? old->f.octets : 0,
		.new_octets = new != NULL ? new->f.octets : 0,
	};
	d->count[what]++;
	d->balance += f->new_octets - f->old_octets;
}

/* The next one that has no partner yet. */
static size_t skip(const struct list *l, size_t i)
{
	while (i < l->n && l->v[i].paired)
		i++;
	return i;
}

/* Both are sorted so that what is alike on this level stands together.  Pairs are told as
 * what, where out is given. */
static void pair_up(struct list *old, struct list *new, enum level level,
		    enum mime_field_change what, struct mime_fields_diff *out)
{
	size_t i = skip(old, 0), k = skip(new, 0);

	while (i < old->n && k < new->n) {
		int d = cmp(&old->v[i], &new->v[k], level);

		if (d == 0) {
			old->v[i].paired = new->v[k].paired = true;
			if (out != NULL)
				add(out, what, &old->v[i], &new->v[k]);
		}
		if (d <= 0)
			i = skip(old, i + 1);
		if (d >= 0)
			k = skip(new, k + 1);
	}
}

static void sort(struct list *l, int (*order)(const void *, const void *))
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof *l->v, order);
}

bool mime_fields_diff(struct span old, struct span new, struct arena *arena,
		      struct mime_fields_diff *out)
{
	struct mime_fields_diff d = { 0 }, told = { 0 };
	struct list a, b;

	if (!load(old, arena, &a) || !load(new, arena, &b))
		return false;
	d.whole = a.whole && b.whole;
	d.v = arena_alloc(arena, (a.n + b.n + 1) * sizeof *d.v);
	told.v = arena_alloc(arena, (a.n + b.n + 1) * sizeof *told.v);
	sort(&a, by_value);
	sort(&b, by_value);
	pair_up(&a, &b, SAME_OCTETS, MIME_FIELD_CHANGED, NULL);
	pair_up(&a, &b, SAME_VALUE, MIME_FIELD_REFOLDED, &told);
	sort(&a, by_name);
	sort(&b, by_name);
	pair_up(&a, &b, SAME_NAME, MIME_FIELD_CHANGED, &told);
	sort(&a, by_place);
	sort(&b, by_place);
	for (size_t k = skip(&b, 0); k < b.n; k = skip(&b, k + 1))
		add(&d, MIME_FIELD_ADDED, NULL, &b.v[k]);
	for (size_t i = skip(&a, 0); i < a.n; i = skip(&a, i + 1))
		add(&d, MIME_FIELD_DROPPED, &a.v[i], NULL);
	memcpy(&d.v[d.n], told.v, told.n * sizeof *told.v);
	d.n += told.n;
	d.count[MIME_FIELD_REFOLDED] = told.count[MIME_FIELD_REFOLDED];
	d.count[MIME_FIELD_CHANGED] = told.count[MIME_FIELD_CHANGED];
	d.balance += told.balance;
	*out = d;
	return true;
}
