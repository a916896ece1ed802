/* SPDX-License-Identifier: MIT */
/*
 * Header listings, bodies and their comparison: the same in pieces of any size, bounded,
 * and a difference that adds up.
 */
#include "mime/mime_header.h"
#include "mime/mime_message.h"
#include "tests/fuzz/fuzz.h"

static struct sha256_ctx *sha;

static void take(struct mime_message *m, struct span s, size_t chunk)
{
	mime_message_begin(m, sha);
	for (size_t n; s.n > 0; s = span_from(s, n)) {
		n = s.n < chunk ? s.n : chunk;
		mime_message_feed(m, (struct span){ s.p, n });
	}
	mime_message_end(m);
}

/* The sum of a text's octets; -1 when it is cut. */
static int64_t sum_of(struct span text)
{
	struct mime_field_line f;
	enum mime_fields_next next;
	int64_t sum = 0;

	while ((next = mime_fields_next(&text, &f)) == MIME_FIELDS_LINE)
		sum += f.octets;
	PROMISE(next != MIME_FIELDS_BAD);
	return next == MIME_FIELDS_END ? sum : -1;
}

static void same_walk(struct span header, struct span text)
{
	struct mime_field_line line;
	struct mime_field f;

	while (mime_field_next(&header, &f)) {
		enum mime_fields_next next;

		do
			next = mime_fields_next(&text, &line);
		while (next == MIME_FIELDS_LINE && line.name.n == 0);
		if (next == MIME_FIELDS_CUT)
			return;
		PROMISE(next == MIME_FIELDS_LINE);
		if (f.name.n > MIME_FIELD_NAME_MAX)
			f.name.n = MIME_FIELD_NAME_MAX;
		PROMISE(span_eq(line.name, f.name));
	}
}

static void compare(struct span a, struct span b)
{
	struct mime_fields_diff d;
	struct arena arena;

	arena_init(&arena);
	PROMISE(mime_fields_diff(a, b, &arena, &d));
	if (d.whole)
		PROMISE(d.balance == sum_of(b) - sum_of(a));
	PROMISE(mime_fields_diff(a, a, &arena, &d));
	PROMISE(d.n == 0 && d.balance == 0);
	arena_done(&arena);
}

/* The first octet is the size of a piece; the second where a second message begins. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mime_message whole, cut, other;
	struct mime_fields_diff d;
	struct arena arena;
	struct span s;

	if (sha == NULL)
		sha = sha256_new();
	if (size < 2 || size > 64 << 10)
		return 0;
	s = (struct span){ (const char *)data + 2, size - 2 };
	take(&whole, s, SIZE_MAX);
	take(&cut, s, (size_t)data[0] + 1);
	PROMISE(span_eq(strbuf_span(&whole.header.text), strbuf_span(&cut.header.text)));
	PROMISE(span_eq(strbuf_span(&whole.header.identity),
			strbuf_span(&cut.header.identity)));
	PROMISE(memcmp(&whole.body_key, &cut.body_key, sizeof cut.body_key) == 0);
	PROMISE(whole.header.octets + whole.body.octets == (int64_t)s.n);
	PROMISE(whole.body.crlf == cut.body.crlf &&
		whole.body.bare_lf == cut.body.bare_lf &&
		whole.body.bare_cr == cut.body.bare_cr);
	PROMISE(whole.header.text.n <= MIME_FIELDS_MAX);
	if (!whole.header.ended)
		PROMISE(sum_of(strbuf_span(&whole.header.text)) ==
				(int64_t)whole.header.octets ||
			sum_of(strbuf_span(&whole.header.text)) == -1);
	same_walk(s, strbuf_span(&whole.header.text));
	take(&other, span_from(s, data[1]), SIZE_MAX);
	compare(strbuf_span(&whole.header.text), strbuf_span(&other.header.text));
	/* And texts that were never ours. */
	arena_init(&arena);
	(void)!mime_fields_diff(s, strbuf_span(&whole.header.text), &arena, &d);
	arena_done(&arena);
	return 0;
}
