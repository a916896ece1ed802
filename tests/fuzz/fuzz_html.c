/* SPDX-License-Identifier: MIT */
/* Whatever comes from outside is text in a page: no markup, and no octet that is no
 * UTF-8. */
#include "base/text.h"
#include "report/report_html.h"
#include "tests/fuzz/fuzz.h"

static void promise_text(struct span s)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;",
						"&#39;" };
	uint32_t c;

	PROMISE(text_is_utf8(s));
	for (size_t n; s.n > 0; s = span_from(s, n)) {
		bool entity = false;

		n = text_decode(s, &c);
		PROMISE(n > 0);
		PROMISE(c >= 0x20 && c != '<' && c != '>' && c != '"' && c != '\'');
		PROMISE(c != 0xFFFE && c != 0xFFFF && (c < 0x202A || c > 0x202E));
		for (size_t i = 0; i < COUNT_OF(entities); i++)
			entity |= s.n >= strlen(entities[i]) &&
				  memcmp(s.p, entities[i], strlen(entities[i])) == 0;
		PROMISE(c != '&' || entity);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf out = STRBUF_INIT;
	struct span s = { (const char *)data, size };

	html_text(&out, s, 0);
	promise_text(strbuf_span(&out));
	strbuf_clear(&out);
	html_text(&out, s, size > 0 ? data[0] : 1);
	promise_text(strbuf_span(&out));
	strbuf_done(&out);
	return 0;
}
