/* SPDX-License-Identifier: MIT */
#ifndef CLI_RATE_H
#define CLI_RATE_H
/* --rate of audit and scan. */
#include "audit/audit_rate.h"

/* No server waits for ever for a client that reads too slowly: octets, messages. */
#define RATE_OCTETS_MIN	  (16 << 10)
#define RATE_MESSAGES_MIN 10
/* What args_bad says. */
#define RATE_BAD                                                                         \
	"--rate is octets (500K, 2M; at least 16K) or messages (200msg; at least 10) a " \
	"second"

/* "500K", "2M", "100000": octets a second; "200msg": messages.  *out changes only on
 * true; both may be given one after the other. */
bool rate_parse(const char *s, struct audit_rate *out) MUST_CHECK;

#endif
