/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_DNS_H
#define NET_NET_DNS_H
/*
 * Questions to the DNS, by the resolver of the C library: it asks the servers of
 * /etc/resolv.conf over UDP, and over TCP where an answer was cut, and takes only what
 * comes from the address that was asked, with the number and the question that were sent.
 * What is in an answer is read here, within bounds, by ns_parserr.
 *
 * Chosen over libunbound, ldns and c-ares: it is on every machine already, answers as
 * this machine's own mail server would see them, and brings no second event loop.
 * DNSSEC is left to the resolver that is asked.
 */
#include "base/span.h"
#include "model/dns.h"

struct net_dns;
/* server: "192.0.2.1", "192.0.2.1:5353" or "[2001:db8::1]:53"; NULL: those of this
 * machine. ERR_CONFIG when it is no address, ERR_LOCAL when there is none. */
bool net_dns_open(const char *server, struct net_dns **out, struct err *err) MUST_CHECK;
void net_dns_close(struct net_dns *d); /* NULL is fine */

/* A dns_ask_fn; ctx is struct net_dns.  A question takes 9 seconds at most for each
 * server. */
bool net_dns_ask(void *ctx, const char *name, unsigned type, struct arena *arena,
		 struct dns_answer *out, struct err *err) MUST_CHECK;

/* What an answer of these octets says to a question.  DNS_BROKEN: it breaks the format,
 * or holds more than DNS_RECORDS_MAX records. */
void net_dns_parse(struct span wire, const char *name, unsigned type, struct arena *arena,
		   struct dns_answer *out);

#endif
