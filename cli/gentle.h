/* SPDX-License-Identifier: MIT */
#ifndef CLI_GENTLE_H
#define CLI_GENTLE_H
/* How gently the servers are to be read: --rate and --not-during of audit and scan,
 * "not_during" of the config, and what a run tells of it. */
#include "audit/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "cli/config.h"
#include "cli/globals.h"
#include "cli/reading.h"

/* No server waits for ever for a client that reads too slowly: octets, messages. */
#define GENTLE_OCTETS_MIN   (16 << 10)
#define GENTLE_MESSAGES_MIN 10
#define GENTLE_HOURS_MAX    8 /* --not-during in one command */

/* What args_bad says of a --rate that is none. */
#define GENTLE_BAD                                                                       \
	"--rate is octets (500K, 2M; at least 16K) or messages (200msg; at least 10) a " \
	"second"

struct gentle {
	struct audit_rate rate;
	struct hours hours[GENTLE_HOURS_MAX]; /* in place of those of the config */
	size_t hours_n;
	bool given; /* --not-during was */
};

/* "500K", "2M", "100000": octets a second; "200msg": messages.  *out changes only on
 * true.
 */
bool gentle_rate(const char *s, struct audit_rate *out) MUST_CHECK;
/* One --not-during; "never" lifts what the config says. */
bool gentle_hours(struct gentle *t, const char *s, struct err *err) MUST_CHECK;
/* As the options of a reading; t must live as long. */
void gentle_apply(const struct gentle *t, struct reading *r);

/* "not_during" of the config's server s. */
bool gentle_config(struct config *c, struct json_obj *o, const struct json_value *list,
		   struct server *s, struct err *err) MUST_CHECK;

/* What the run did: a line for each side with -v, and why it could not go on. */
void gentle_print(const struct globals *g, const struct audit_result *r);
/* The line of a side by itself. */
void gentle_print_side(enum side side, const struct run_pace *p);
/* "old server: not read now ..., again from 18:00"; nothing when it may be read. */
void gentle_print_now(const struct server *s);
void gentle_json(struct json_out *j, const struct run_pace pace[SIDE_COUNT]);

#endif
