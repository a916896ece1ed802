/* SPDX-License-Identifier: MIT */
#include "net/net_zone.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned types[] = { DNS_A,  DNS_AAAA, DNS_CNAME,
					  DNS_MX, DNS_SRV,  DNS_TXT };
	static const char *const names[] = { "example.org", "mail.example.org",
					     "_imaps._tcp.example.org", "a.b.example.org",
					     "." };
	struct net_zone *z = net_zone_new();
	struct err err = ERR_INIT;
	struct dns_answer a;
	struct arena arena;

	arena_init(&arena);
	if (!net_zone_add(z, "fuzz", NULL, (struct span){ (const char *)data, size },
			  &err)) {
		PROMISE(err.cls == ERR_CONFIG || err.cls == ERR_LIMIT);
		goto out;
	}
	for (size_t i = 0; i < COUNT_OF(names) * COUNT_OF(types); i++) {
		unsigned type = types[i % COUNT_OF(types)];

		PROMISE(net_zone_ask(z, names[i / COUNT_OF(types)], type, &arena, &a,
				     &err));
		for (size_t k = 0; k < a.n; k++)
			PROMISE(a.record[k].type == type ||
				a.record[k].type == DNS_CNAME);
		PROMISE(a.outcome != DNS_ANSWERED ||
			(a.n > 0 && a.record[a.n - 1].type == type));
		PROMISE(dns_outcome_known(a.outcome) || a.why[0] != '\0');
	}
out:
	net_zone_free(z);
	arena_done(&arena);
	return 0;
}
