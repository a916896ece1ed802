/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_ZONE_H
#define NET_NET_ZONE_H
/*
 * Zone files (RFC 1035 section 5, $TTL of RFC 2308) in place of a resolver: for a site
 * whose DNS is not to be asked from here, or that wants to see what a change will make of
 * it before it is loaded.  Answers are those that a server of these zones would give,
 * with aliases and wildcards (RFC 4592); what lies in none of them, or was delegated to
 * other servers, is not known.
 *
 * Records of types that nobody asks for count as names that exist.  $INCLUDE and
 * $GENERATE are refused: a file that a name server has written out (named-compilezone,
 * AXFR) has none.
 */
#include "base/span.h"
#include "model/dns.h"

#define ZONE_SIZE_MAX	 (64u << 20) /* octets of one file */
#define ZONE_RECORDS_MAX 1000000u    /* of all files */
#define ZONE_WORD_MAX	 65536u	     /* octets of one word */
#define ZONE_WORDS_MAX	 4096u	     /* of one record */

struct net_zone;
struct net_zone *net_zone_new(void) MUST_CHECK;
void net_zone_free(struct net_zone *z); /* NULL is fine */

/*
 * One more zone.  origin: the name that relative names are below, as the configuration of
 * a name server would tell it; NULL when the file says so itself ($ORIGIN, or a full name
 * on its SOA record).  ERR_CONFIG names the line; ERR_LIMIT.  z is of no more use then.
 */
bool net_zone_add(struct net_zone *z, const char *file, const char *origin,
		  struct span text, struct err *err) MUST_CHECK;

/* A dns_ask_fn; ctx is struct net_zone. */
bool net_zone_ask(void *ctx, const char *name, unsigned type, struct arena *arena,
		  struct dns_answer *out, struct err *err) MUST_CHECK;

#endif
