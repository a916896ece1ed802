/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_DNS_IN_H
#define AUDIT_AUDIT_DNS_IN_H
/* Private to audit_dns.c and audit_dns_spf.c. */
#include "audit/audit_dns.h"

struct dns_memo;

struct dns_look {
	const struct audit_dns_options *o;
	struct arena *arena;
	struct dns_seen *row; /* malloc */
	size_t n, cap;
	struct dns_memo *memo; /* what was asked before; malloc */
	size_t memo_n, memo_cap;
	struct dns_address *old; /* malloc */
	size_t old_n, old_cap;
	int64_t questions;
	unsigned asked;	 /* for this domain */
	unsigned silent; /* questions in a row without an answer */
	/* of the rows that are made now */
	const char *domain, *via;
	enum dns_use use;
};

/* The answer, from memory where it was asked before. */
bool dns_look_ask(struct dns_look *l, const char *name, unsigned type,
		  struct dns_answer *out, struct err *err) MUST_CHECK;
void dns_look_row(struct dns_look *l, const struct dns_seen *s);
/* A row for a question that has no record. */
void dns_look_none(struct dns_look *l, const char *name, unsigned type,
		   const struct dns_answer *a);
/* A row that says why something was not followed. */
void dns_look_not(struct dns_look *l, const char *name, unsigned type, const char *value,
		  const char *why);
bool dns_look_old_name(const struct dns_look *l, const char *name);
/* Of an address, or with fewer bits of a network. */
enum dns_points dns_look_net(const struct dns_look *l, const struct dns_address *a,
			     unsigned bits, const char **words_out);
/* Both kinds of addresses of a host, and its aliases, as rows. */
bool dns_look_host(struct dns_look *l, const char *host, struct err *err) MUST_CHECK;
/* The hosts of a record, each once. */
bool dns_look_spf(struct dns_look *l, const char *domain, struct err *err) MUST_CHECK;

#endif
