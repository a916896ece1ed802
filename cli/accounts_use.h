/* SPDX-License-Identifier: MIT */
#ifndef CLI_ACCOUNTS_USE_H
#define CLI_ACCOUNTS_USE_H
/* `accounts dormant|unknown|absent|still|forwarding|diff|notices`: what logs, lists and
 * maps say of the accounts. */
#include "cli/args.h"
#include "cli/project.h"

struct accounts_query {
	enum side side;
	int64_t days;  /* of silence */
	int64_t grace; /* seconds after cutover in which the old side may still be used */
	const char *to; /* --output of notices; NULL */
	/* of set and expect */
	const char *by, *decision, *owner, *note, *reason;
	int64_t leave_until; /* 0 */
	bool off;
	const char *until_text;
};
#define ACCOUNTS_DAYS  90
#define ACCOUNTS_GRACE 86400

int accounts_dormant(struct args *a, const struct accounts_query *q);
int accounts_unknown(struct args *a, const struct accounts_query *q);
int accounts_absent(struct args *a, const struct accounts_query *q);
int accounts_still(struct args *a, const struct accounts_query *q);
int accounts_forwarding(struct args *a, const struct accounts_query *q);
int accounts_diff(struct args *a, const struct accounts_query *q);
int accounts_notices(struct args *a, const struct accounts_query *q);
/* What a person says: cli/accounts_said.c. */
int accounts_set(struct args *a, const struct accounts_query *q);
int accounts_expect(struct args *a, const struct accounts_query *q);

struct plan_use;
/* The project, and its uses; both are to be closed, also after a failure. */
bool accounts_use_open(const struct globals *g, struct project *p, struct plan_use *use,
		       struct err *err) MUST_CHECK;
/* "2026-11-23", or "never"; static buffers, four of them. */
const char *accounts_day(int64_t t);
/* Clients of a use in words, "phone, desktop"; likewise. */
const char *accounts_clients(unsigned clients);

#endif
