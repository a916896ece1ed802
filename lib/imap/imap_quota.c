/* SPDX-License-Identifier: MIT */
#include "imap/imap_quota.h"

#include "base/text.h"
#include "imap/imap_cur.h"

static const struct {
	const char *word;
	enum limit_kind kind;
	int64_t unit;
} resources[] = {
	{ "STORAGE", LIMIT_STORAGE, 1024 },
	{ "MESSAGE", LIMIT_MESSAGES, 1 },
	{ "MAILBOX", LIMIT_FOLDERS, 1 },
	{ "X-NUM-FOLDERS", LIMIT_FOLDERS, 1 }, /* Cyrus */
};

static int64_t amount(struct imap_cur *c, int64_t unit)
{
	int64_t n = imap_cur_i64(c);

	if (n > INT64_MAX / unit)
		imap_cur_bad(c, "a quota that is too large");
	return c->bad == NULL ? n * unit : 0;
}

/* "STORAGE 10 512" */
static void resource(struct imap_cur *c, const char *root, struct limit *out, size_t *n)
{
	struct span word = imap_cur_atom(c);
	size_t k = 0;

	while (k < COUNT_OF(resources) && !span_ieq_str(word, resources[k].word))
		k++;
	imap_cur_need(c, ' ');
	if (k == COUNT_OF(resources)) {
		imap_cur_i64(c);
		imap_cur_need(c, ' ');
		imap_cur_i64(c);
		return;
	}
	if (*n == IMAP_QUOTA_MAX) {
		imap_cur_bad(c, "more resources than a quota root has");
		return;
	}
	out[*n] = (struct limit){ .kind = resources[k].kind, .name = root };
	out[*n].used = amount(c, resources[k].unit);
	imap_cur_need(c, ' ');
	out[*n].allowed = amount(c, resources[k].unit);
	*n += c->bad == NULL;
}

bool imap_quota_parse(struct span text, struct arena *arena,
		      struct limit out[IMAP_QUOTA_MAX], size_t *n_out, struct err *err)
{
	struct imap_cur c;
	const char *root;
	size_t n = 0;

	imap_cur_init(&c, span_trim(text), arena);
	root = text_shown(arena, imap_cur_astring(&c));
	imap_cur_need(&c, ' ');
	imap_cur_need(&c, '(');
	while (c.bad == NULL && !imap_cur_eat(&c, ')')) {
		resource(&c, root, out, &n);
		if (!imap_cur_peek(&c, ')'))
			imap_cur_need(&c, ' ');
	}
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "more than the grammar allows");
	if (!imap_cur_ok(&c, "QUOTA", err))
		return false;
	*n_out = n;
	return true;
}
