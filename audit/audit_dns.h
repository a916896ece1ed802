/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_DNS_H
#define AUDIT_AUDIT_DNS_H
/*
 * What the DNS says of the domains of a project, and what of it still names the old
 * server: every MX, whatever its preference, and where its hosts are (RFC 5321 section
 * 5.1), who may send mail by SPF (RFC 7208, ten look-ups), where mail programs are told
 * to log in (RFC 6186, RFC 8314, autoconfig, autodiscover), and names of the site's own.
 *
 * Old is what the config calls so: names and addresses, and where those names stand now
 * or stood when an earlier run looked; where the config gives an address of it, its names
 * need no answer.  No answer is no knowledge: such a row points to DNS_POINTS_UNKNOWN and
 * the run is incomplete.  An address is not old only while it is known where the old
 * server stands.
 */
#include "model/dns.h"
#include "store/store_dns.h"

struct net_wake;

#define DNS_DOMAINS_MAX	  1000u
#define DNS_HOSTS_MAX	  64u  /* of one answer that are followed */
#define DNS_QUESTIONS_MAX 400u /* for one domain */
#define DNS_SPF_LOOKUPS	  10u  /* RFC 7208 section 4.6.4 */
#define DNS_SILENCE_MAX	  4    /* questions without an answer in a row; then no more */

/* Names are in the form of dns_name. */
struct audit_dns_options {
	const char *const *domain;
	size_t domain_n;
	const char *const *name; /* that must not lead there either */
	size_t name_n;
	const char *const *old; /* names and addresses of the old server */
	size_t old_n;
	dns_ask_fn *ask;
	void *ask_ctx;
	const char *scope, *operator_name;
	struct net_wake *wake; /* NULL: none */
};

struct audit_dns_sum {
	int64_t run, questions;
	bool complete; /* no row is unknown */
	struct dns_sum found;
};
/* Look, and keep what was seen as a run "dns".  ERR_LIMIT: too many domains;
 * ERR_STOPPED: nothing is kept. */
bool audit_dns_run(struct store *st, const struct audit_dns_options *o,
		   struct audit_dns_sum *out, struct err *err) MUST_CHECK;

/* Look only.  was: addresses of the old server that are known already. */
bool audit_dns_look(const struct audit_dns_options *o, const char *const *was,
		    size_t was_n, struct arena *arena, struct dns_seen **out,
		    size_t *n_out, int64_t *questions_out, struct err *err) MUST_CHECK;

#endif
