/* SPDX-License-Identifier: MIT */
/* Modified UTF-7: what decodes, encodes to the same octets again, and the other way
 * round. */
#include "base/text.h"
#include "imap/imap_utf7.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { (const char *)data, size };
	struct strbuf there = STRBUF_INIT, back = STRBUF_INIT;

	if (size > 4096)
		return 0;
	if (imap_utf7_decode(in, &there)) {
		PROMISE(text_is_utf8(strbuf_span(&there)));
		PROMISE(span_index(strbuf_span(&there), '\0') < 0);
		PROMISE(imap_utf7_encode(strbuf_span(&there), &back));
		PROMISE(span_eq(in, strbuf_span(&back)));
	} else {
		PROMISE(there.n == 0);
	}
	strbuf_clear(&there);
	strbuf_clear(&back);
	if (imap_utf7_encode(in, &there)) {
		PROMISE(imap_utf7_decode(strbuf_span(&there), &back));
		PROMISE(span_eq(in, strbuf_span(&back)));
	} else {
		PROMISE(there.n == 0);
		PROMISE(!text_is_utf8(in) || span_index(in, '\0') >= 0);
	}
	strbuf_done(&there);
	strbuf_done(&back);
	return 0;
}
