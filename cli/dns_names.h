/* SPDX-License-Identifier: MIT */
#ifndef CLI_DNS_NAMES_H
#define CLI_DNS_NAMES_H
/* Whose DNS a project depends on. */
#include "audit/audit_dns.h"
#include "cli/project.h"

/*
 * Fill in domain, name and old: the domains of the config ("dns", "logs") and of every
 * address and login of the accounts that are listed, each once, ascending; and the old
 * server's host with what "dns.old" adds.  only, when it is not empty, stands in place of
 * all domains and names.  Strings live in arena.  ERR_CONFIG: there is no domain, or one
 * that is none.
 */
bool dns_names(const struct project *p, const char *const *only, size_t only_n,
	       struct arena *arena, struct audit_dns_options *out,
	       struct err *err) MUST_CHECK;

#endif
