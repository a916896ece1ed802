/* SPDX-License-Identifier: MIT */
#include "imap/imap_acl.h"

#include "base/text.h"
#include "imap/imap_cur.h"
#include "imap/imap_list.h"

struct told {
	const char *who;
	uint64_t rights; /* bits */
};

static int by_who(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	return strcmp(x->who, y->who);
}

/* Which of "a" to "z", "0" to "9" are in it, as bits. */
static uint64_t take_rights(struct imap_cur *c)
{
	struct span s = imap_cur_astring(c);
	uint64_t bits = 0;

	if (s.n > ACL_RIGHTS_MAX)
		imap_cur_bad(c, "more rights than there are letters");
	for (size_t i = 0; i < s.n && c->bad == NULL; i++) {
		if (s.p[i] >= 'a' && s.p[i] <= 'z')
			bits |= UINT64_C(1) << (10 + s.p[i] - 'a');
		else if (s.p[i] >= '0' && s.p[i] <= '9')
			bits |= UINT64_C(1) << (s.p[i] - '0');
		else
			imap_cur_bad(c, "a right that is no letter");
	}
	return bits;
}

/* Ascending, each once. */
static const char *letters(struct arena *arena, uint64_t bits)
{
	char buf[37];
	size_t n = 0;

	for (unsigned i = 0; i < 36; i++)
		if (bits & UINT64_C(1) << i)
			buf[n++] = (char)(i < 10 ? '0' + i : 'a' + (i - 10));
	return arena_span(arena, (struct span){ buf, n });
}

static const char *take_who(struct imap_cur *c)
{
	struct span who = imap_cur_astring(c);
	const char *shown;

	if (who.n == 0)
		imap_cur_bad(c, "an identifier that is empty");
	if (who.n > ACL_WHO_MAX)
		imap_cur_bad(c, "an identifier that is too long");
	if (c->bad != NULL)
		return "";
	shown = text_shown(c->arena, who);
	if (strlen(shown) > ACL_WHO_MAX)
		imap_cur_bad(c, "an identifier that is too long");
	return shown;
}

/* Ordered, and one that is told twice has the rights of both. */
static const struct acl_entry *entries(struct arena *arena, struct told *v, size_t *n)
{
	struct acl_entry *out = arena_alloc(arena, (*n + 1) * sizeof *out);
	size_t kept = 0;

	if (*n > 0)
		qsort(v, *n, sizeof *v, by_who);
	for (size_t i = 0; i < *n; i++) {
		uint64_t rights = v[i].rights;

		for (; i + 1 < *n && strcmp(v[i].who, v[i + 1].who) == 0; i++)
			rights |= v[i + 1].rights;
		out[kept++] = (struct acl_entry){ v[i].who, letters(arena, rights) };
	}
	*n = kept;
	return out;
}

bool imap_acl_parse(struct span text, struct arena *arena, const char **wire_out,
		    const struct acl_entry **entry_out, size_t *n_out, struct err *err)
{
	struct told *v = NULL;
	size_t n = 0, cap = 0;
	struct imap_cur c;
	const char *wire;
	bool ok;

	imap_cur_init(&c, span_trim(text), arena);
	wire = imap_take_mailbox(&c);
	while (imap_cur_eat(&c, ' ')) {
		struct told one = { .who = take_who(&c) };

		imap_cur_need(&c, ' ');
		one.rights = take_rights(&c);
		if (n == ACL_ENTRIES_MAX)
			imap_cur_bad(&c, "more entries than a list may have");
		if (c.bad != NULL)
			break;
		if (n == cap) {
			cap = cap == 0 ? 8 : cap * 2;
			v = mem_realloc(v, cap * sizeof *v);
		}
		v[n++] = one;
	}
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "more than the grammar allows");
	ok = imap_cur_ok(&c, "ACL", err);
	if (ok) {
		*wire_out = wire;
		*entry_out = entries(arena, v, &n);
		*n_out = n;
	}
	free(v);
	return ok;
}
