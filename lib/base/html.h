/* SPDX-License-Identifier: MIT */
#ifndef BASE_HTML_H
#define BASE_HTML_H
/* The one way into HTML for text that is not ours. */
#include "base/span.h"
#include "base/strbuf.h"

/* Escaped for elements and quoted attributes; controls, bidi controls and what is no
 * UTF-8 are shown as text_show shows them, and U+FFFE and U+FFFF are replaced.  At most
 * max columns (0: no limit). */
void html_text(struct strbuf *out, struct span s, size_t max);

#endif
