/* SPDX-License-Identifier: MIT */
/* A message of any octets: the same is found in pieces of any size, and nothing that
 * cannot be. */
#include "mime/mime_check.h"
#include "mime/mime_identity.h"
#include "tests/fuzz/fuzz.h"

static struct sha256_ctx *sha;
static struct arena arena;

static void take(struct mime_check *c, struct span s, size_t chunk)
{
	struct err err = ERR_INIT;

	mime_check_begin(c, sha);
	for (size_t n; s.n > 0; s = span_from(s, n)) {
		n = s.n < chunk ? s.n : chunk;
		PROMISE(mime_check_feed(c, (struct span){ s.p, n }, &err));
	}
	PROMISE(mime_check_end(c, &arena, &err));
}

/* The first octet is the size of a piece. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mime_check whole, cut;
	static struct mime_shape *shape;
	const struct body_facts *a = &whole.facts, *b = &cut.facts;
	struct span s;
	int64_t lf = 0;

	if (sha == NULL) {
		sha = sha256_new();
		arena_init(&arena);
		shape = mime_shape_new();
	}
	if (size < 1 || size > 64 << 10)
		return 0;
	s = (struct span){ (const char *)data + 1, size - 1 };
	/* What is passed over by the parser is nothing that it has a word for. */
	PROMISE(mime_shape_of(shape, s) == mime_shape_parsed(shape, s));
	take(&whole, s, SIZE_MAX);
	take(&cut, s, (size_t)data[0] + 1);
	PROMISE(a->symptoms == b->symptoms);
	PROMISE(a->read && a->octets == (int64_t)s.n && b->octets == a->octets);
	PROMISE(a->lines == b->lines && a->bare_lf == b->bare_lf);
	PROMISE(!body_differs(a, b));
	PROMISE(whole.has_id == cut.has_id &&
		(!cut.has_id || memcmp(&whole.id, &cut.id, sizeof cut.id) == 0));
	for (size_t i = 0; i < s.n; i++) {
		lf += s.p[i] == '\n';
		if (s.p[i] == '\0')
			PROMISE((a->symptoms & SYMPTOM_BIT(SYMPTOM_NUL)) != 0);
	}
	PROMISE(a->lines == lf && a->bare_lf <= lf);
	PROMISE(((a->symptoms & SYMPTOM_BIT(SYMPTOM_EMPTY)) != 0) == (s.n == 0));
	PROMISE((a->symptoms &
		 (SYMPTOM_BIT(SYMPTOM_SIZE) | SYMPTOM_BIT(SYMPTOM_TOO_LARGE) |
		  SYMPTOM_BIT(SYMPTOM_UNSTABLE))) == 0);
	arena_reset(&arena);
	return 0;
}
