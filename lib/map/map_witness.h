/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_WITNESS_H
#define MAP_MAP_WITNESS_H
/*
 * What others know of accounts, in the files in which they tell it: last logins, and
 * where mail is sent on to.  Octets of a file in, one call a fact out; what cannot be
 * understood is counted, with its first line.
 */
#include "base/err.h"
#include "base/span.h"

#define MAP_WITNESS_MAX (256u << 20) /* octets of a file */
#define MAP_NAME_MAX	255u /* octets of a name or an address; longer: not understood */

struct map_tally {
	uint64_t facts, odd; /* odd: lines that were not understood */
	uint64_t first_odd;  /* line, from 1; 0: none */
};

/*
 * Last logins.  Told by content:
 *   Zimbra     "# name USER", "zimbraLastLogonTimestamp: 20240102101112Z" (zmprov -l gaa
 * -v) LDIF       dn:, then uid:, mail: or sAMAccountName:, and lastLogonTimestamp: (100
 * ns since 1601), authTimestamp: or krbLastSuccessfulAuth: CSV        a header with a
 * column for the name (user, username, name, mail, email, userprincipalname,
 * primarysmtpaddress, samaccountname, displayname last) and one for the time (last_login,
 * lastlogontime, lastlogon, time, date): Dovecot's last_login table,
 * Get-MailboxStatistics, anything else       "USER TIME" a line Times: seconds or
 * milliseconds since 1970, 100 ns since 1601, "20240102101112Z", ISO 8601 with a zone;
 * "", 0 and "never" are never.  A date without a zone or in a local order is not
 * understood.  name is valid during the call.
 */
bool map_witness_read(const char *file, struct span text,
		      bool (*fn)(void *ctx, const char *name, int64_t at,
				 struct err *err),
		      void *ctx, struct map_tally *out, struct err *err) MUST_CHECK;
/* One time as above; false: not understood. */
bool map_witness_time(struct span s, int64_t *out) MUST_CHECK;

enum map_forward_kind {
	MAP_FORWARD, /* .forward of a user */
	MAP_SIEVE,   /* a script of a user: redirect, with :copy or keep */
	MAP_ALIAS,   /* Postfix, sendmail: "name: target, target" */
	MAP_VIRTUAL, /* Postfix: "address target, target" */
};
enum { MAP_FORWARD_COUNT = MAP_VIRTUAL + 1 };
const char *map_forward_name(enum map_forward_kind k); /* "forward", ... */

/*
 * Forwards.  user is whose file it is, for the first two; maps name them.  keeps: a copy
 * stays in the mailbox.  Programs, files and ":include:" are targets as they are written;
 * a target that is the name itself is no forward, but says that a copy stays.
 */
bool map_forward_read(enum map_forward_kind kind, const char *user, struct span text,
		      bool (*fn)(void *ctx, const char *name, const char *target,
				 bool keeps, struct err *err),
		      void *ctx, struct map_tally *out, struct err *err) MUST_CHECK;

#endif
