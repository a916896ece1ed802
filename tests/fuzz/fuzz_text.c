/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

/* Nothing in s acts on a terminal, and all of it is UTF-8. */
static void promise_harmless(struct span s)
{
	uint32_t c;

	for (size_t n; s.n > 0; s = span_from(s, n)) {
		n = text_decode(s, &c);
		PROMISE(n > 0);
		PROMISE(c >= 0x20 && (c < 0x7F || c > 0x9F) && c != 0xFEFF &&
			c != 0x061C);
		PROMISE(c != 0x200E && c != 0x200F && (c < 0x2028 || c > 0x202E));
		PROMISE(c < 0x2066 || c > 0x2069);
	}
}

static void check_show(struct span s, size_t max)
{
	struct strbuf whole = STRBUF_INIT, twice = STRBUF_INIT, cut = STRBUF_INIT;
	struct err err = ERR_INIT;
	char small[UINT8_MAX + 4];

	text_show(&whole, s, 0);
	promise_harmless(strbuf_span(&whole));
	PROMISE(text_width(s) == text_width(strbuf_span(&whole)));
	text_show(&twice, strbuf_span(&whole), 0);
	PROMISE(span_eq(strbuf_span(&whole), strbuf_span(&twice)));
	text_show(&cut, s, max);
	promise_harmless(strbuf_span(&cut));
	if (max > 0)
		PROMISE(text_width(strbuf_span(&cut)) <= max);
	if (max == 0 || text_width(s) <= max)
		PROMISE(span_eq(strbuf_span(&whole), strbuf_span(&cut)));
	err_set(&err, ERR_PROTO, "%.*s", (int)s.n, s.n > 0 ? s.p : "");
	err_wrap(&err, "%.*s", (int)s.n / 2, s.n > 0 ? s.p : "");
	err_hint(&err, "%s", err.text);
	promise_harmless(span_str(err.text));
	promise_harmless(span_str(err.hint));
	text_show_buf(small, max + 4, s);
	PROMISE(strlen(small) < max + 4);
	promise_harmless(span_str(small));
	strbuf_done(&whole);
	strbuf_done(&twice);
	strbuf_done(&cut);
}

static void check_forms(struct span s)
{
	struct strbuf scrubbed = STRBUF_INIT;
	const char *nfc, *fold;
	struct arena arena;

	arena_init(&arena);
	text_scrub(&scrubbed, s);
	PROMISE(text_is_utf8(strbuf_span(&scrubbed)));
	PROMISE(!text_is_utf8(s) || span_eq(s, strbuf_span(&scrubbed)));
	nfc = text_nfc(&arena, strbuf_span(&scrubbed));
	PROMISE(text_is_utf8(span_str(nfc)));
	PROMISE(strcmp(text_nfc(&arena, span_str(nfc)), nfc) == 0);
	fold = text_fold(&arena, span_str(nfc));
	PROMISE(text_is_utf8(span_str(fold)));
	arena_done(&arena);
	strbuf_done(&scrubbed);
}

/* The first octet is the number of columns, the rest the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t line, column;
	struct span s;

	if (size == 0 || size > 64 << 10)
		return 0;
	s = (struct span){ (const char *)data + 1, size - 1 };
	check_show(s, data[0]);
	check_forms(s);
	text_position(s, s.n, &line, &column);
	PROMISE(line >= 1 && column >= 1 && line + column <= s.n + 2);
	return 0;
}
