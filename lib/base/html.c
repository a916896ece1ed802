/* SPDX-License-Identifier: MIT */
#include "base/html.h"

#include "base/text.h"

void html_text(struct strbuf *out, struct span s, size_t max)
{
	struct strbuf shown = STRBUF_INIT;

	text_show(&shown, s, max);
	for (size_t i = 0; i < shown.n; i++) {
		const char *p = shown.p + i;

		if (text_is_noncharacter(span_from(strbuf_span(&shown), i))) {
			strbuf_adds(out, "\xef\xbf\xbd");
			i += 2;
			continue;
		}
		switch (*p) {
		case '&':
			strbuf_adds(out, "&amp;");
			break;
		case '<':
			strbuf_adds(out, "&lt;");
			break;
		case '>':
			strbuf_adds(out, "&gt;");
			break;
		case '"':
			strbuf_adds(out, "&quot;");
			break;
		case '\'':
			strbuf_adds(out, "&#39;");
			break;
		default:
			strbuf_addc(out, *p);
			break;
		}
	}
	strbuf_done(&shown);
}
