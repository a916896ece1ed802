/* SPDX-License-Identifier: MIT */
/* Reports from elsewhere: each head lies in the text, and the search ends. */
#include "model/ledger_head.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct ledger_head h;
	size_t at = 0, before = 0;

	while (ledger_head_find(text, &at, &h)) {
		PROMISE(at > before && at <= size && at - before >= 64 && h.seq >= 0);
		before = at;
	}
	PROMISE(at == size);
	PROMISE(!ledger_head_parse(text, &h) || size == 64);
	return 0;
}
