/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_ONCE_H
#define PLAN_PLAN_ONCE_H
/*
 * Two servers, or two logs of one, tell the same login (a proxy and the server behind
 * it), and an MTA and its agent the same delivery: on each day the one that tells most
 * counts. Day by day, for the log of the one may begin before and end before that of the
 * other. Pure; memory is 24 octets for each day of an account.
 */
#include "store/store_uses.h"

struct once;
/* Add a row of an account; *o is made for want of one. */
void once_add(struct once **o, const struct log_use_seen *u);
/* Frees it.  NULL: nothing was added. */
void once_finish(struct once *o, int64_t *logins, int64_t *deliveries);

#endif
