/* SPDX-License-Identifier: MIT */
#ifndef CLI_ACCEPT_H
#define CLI_ACCEPT_H
/* Which findings an acceptance covers, and how much they weigh. */
#include "base/sha256.h"
#include "cli/scope.h"
#include "model/finding.h"

#define ACCEPT_DIGITS 12       /* of a fingerprint, at least */
#define ACCEPT_MAX    2000000u /* findings in one acceptance */

/* One of rule, by_class and fingerprint. */
struct accept_choice {
	const char *rule; /* findings with why `rule` whose `other` is this */
	bool by_class, by_why;
	enum finding_class cls;
	enum why why;
	const char *fingerprint; /* its first digits */
};

/* Findings of one class, reason and severity. */
struct accept_group {
	enum finding_class cls;
	enum why why;
	enum severity severity;
	int64_t findings, messages, octets, accounts;
	int64_t last; /* transfer counted last */
};

struct accept_chosen {
	struct sha256 *fingerprint; /* malloc */
	size_t n, cap;
	struct accept_group *group; /* worst first; malloc */
	size_t group_n;
	int64_t messages, octets;
};

/* Findings of loss or doubt that stand in the scope and are not accepted yet.  ERR_CONFIG
 * when there is none, with what there is instead; ERR_LIMIT above ACCEPT_MAX. */
bool accept_choose(struct store *st, const struct scope *scope,
		   const struct accept_choice *c, struct accept_chosen *out,
		   struct err *err) MUST_CHECK;
void accept_done(struct accept_chosen *c); /* also after a failure */

bool accept_is_fingerprint(const char *s); /* ACCEPT_DIGITS to 64 hexadecimal digits */

#endif
