/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_LOGIN_H
#define AUDIT_AUDIT_LOGIN_H
/*
 * Ways in, and their limits: one attempt per account and run, refusals never repeated, no
 * more logins of a side after AUDIT_REFUSALS of them in a row (lock-outs, bans), network
 * failures tried again a few times with back-off.  The one exception is a token that has
 * ended (audit_token.h): with a new one there is one attempt more, and only its refusal
 * counts.
 */
#include <pthread.h>

#include "audit/audit.h"
#include "audit/audit_pace.h"
#include "audit/audit_token.h"
#include "store/store_server.h"

#define AUDIT_REFUSALS                                                                   \
	5 /* in a row; also the most logins of one side at the same time, so that it     \
	     never becomes six */
#define AUDIT_TRIES 3 /* to reach a server, per account */

struct audit_gate {
	pthread_mutex_t lock;
	pthread_cond_t free;
	unsigned busy;	  /* logins under way */
	unsigned refused; /* in a row */
	unsigned dead;	  /* in a row: no answer within the time-out, or TLS failed */
	bool trouble; /* the last account could not be reached: the next gets one try only
		       */
	struct err last; /* why, for those that are not even tried */
};
/* A login that was made, for the reading of logs: they show it as the user's own. */
struct audit_made {
	enum side side;
	char *user;
	int64_t at;
	char address[64];	  /* ours; "" */
	struct server_seen *seen; /* as what the server showed itself; NULL: as before */
};
struct audit_doors {
	const struct audit_options *o;
	struct net_wake *wake;
	pthread_mutex_t secret; /* options->secret is called by one at a time */
	struct audit_tokens tokens[SIDE_COUNT]; /* under secret */
	struct audit_gate gate[SIDE_COUNT];
	/* Of each side; who sets it waits as the server asks (audit_pace_hinted).  NULL:
	 * nobody does, and a login is tried again soon. */
	struct audit_pace *pace;
	struct audit_made *made; /* not yet in the store; under secret */
	size_t made_n, made_cap;
	/* Of the newest login of each side; under secret. */
	struct server_seen seen[SIDE_COUNT];
	bool seen_any[SIDE_COUNT];
};
void audit_doors_init(struct audit_doors *d, const struct audit_options *o,
		      struct net_wake *wake);
void audit_doors_done(struct audit_doors *d);

/* Write down the logins that were made since the last call, and the servers that were
 * met; within a run. */
bool audit_doors_note(struct audit_doors *d, struct store *st,
		      struct err *err) MUST_CHECK;

enum audit_entry {
	AUDIT_ENTERED,
	AUDIT_REFUSED, /* err tells why: ERR_LOGIN, ERR_NET, ERR_TLS, ERR_SERVER,
			  ERR_PROTO, ERR_STOPPED, ... */
	AUDIT_SHUT,    /* not tried: the side was stopped after refusals; err says so */
};
enum audit_entry audit_login(struct audit_doors *d, enum side side, const char *user,
			     struct net_conn **out, struct err *err) MUST_CHECK;

/* One more connection to an account that let us in: one try, and a refusal (a limit of
 * connections, mostly) counts for nothing. */
enum audit_entry audit_login_more(struct audit_doors *d, enum side side, const char *user,
				  struct net_conn **out, struct err *err) MUST_CHECK;

/* Wait ms and up to half as much again, depending on salt.  False (ERR_STOPPED) when
 * woken. */
bool audit_back_off(struct net_wake *wake, int64_t ms, uint64_t salt,
		    struct err *err) MUST_CHECK;

#endif
