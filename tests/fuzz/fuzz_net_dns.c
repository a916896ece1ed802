/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "net/net_dns.h"
#include "tests/fuzz/fuzz.h"

/* The first octet chooses the type that was asked for. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned types[] = { DNS_A,  DNS_AAAA, DNS_CNAME,
					  DNS_MX, DNS_SRV,  DNS_TXT };
	struct dns_answer a;
	struct arena arena;
	unsigned type;

	if (size < 1)
		return 0;
	type = types[data[0] % COUNT_OF(types)];
	arena_init(&arena);
	net_dns_parse((struct span){ (const char *)data + 1, size - 1 }, "example.org",
		      type, &arena, &a);
	PROMISE(a.n <= DNS_RECORDS_MAX + DNS_ALIASES_MAX);
	PROMISE(dns_outcome_known(a.outcome) || (a.n == 0 && a.why[0] != '\0'));
	for (size_t k = 0; k < a.n; k++) {
		PROMISE(a.record[k].type == type || a.record[k].type == DNS_CNAME);
		PROMISE(text_is_utf8(span_str(a.record[k].data)));
	}
	arena_done(&arena);
	return 0;
}
