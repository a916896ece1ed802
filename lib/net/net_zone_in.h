/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_ZONE_IN_H
#define NET_NET_ZONE_IN_H
/* Private to net_zone.c and net_zone_read.c. */
#include "base/strbuf.h"
#include "net/net_zone.h"

enum { ZONE_OTHER = 0, ZONE_NS = 2, ZONE_SOA = 6 }; /* types beside those of dns_type */

struct net_zone {
	struct arena arena;
	struct dns_record *record; /* of all files; malloc */
	size_t n, cap;
	const char **apex; /* names with a SOA record; malloc */
	size_t apex_n;
	bool sorted; /* by owner */
};

void zone_put(struct net_zone *z, const struct dns_record *r);
void zone_put_apex(struct net_zone *z, const char *name);

#endif
