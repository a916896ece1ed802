/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_PACE_H
#define AUDIT_AUDIT_PACE_H
/*
 * The pace of one side: the one place where connections ask whether the server may be
 * asked now.  Here meet the hours in which it is not read, the load guard, --rate, and
 * what the server itself asks for.  Shared by all connections of the side; each wait ends
 * at once when the run is woken, and each is bounded:
 *
 *   guard   AUDIT_GUARD_REST_MS between two windows; one connection is always left
 *   rate    what was read is paid for, AUDIT_RATE_WAIT_MS at most
 *   hint    AUDIT_HINT_MAX_MS at a time, AUDIT_PACE_TRIES times in a row for an account
 *           that gets no further, AUDIT_PACE_PATIENCE_MS for a side that does not
 *   hours   until they end, or not at all when the budget ends before
 *
 * Short waits are made with the connection open.  Where one would be longer than
 * AUDIT_PACE_STAY_MS the connection is left, and comes back.
 */
#include <pthread.h>

#include "audit/audit_guard.h"
#include "audit/audit_hint.h"
#include "audit/audit_hours.h"
#include "audit/audit_rate.h"
#include "base/strbuf.h"
#include "imap/imap_io.h"
#include "model/run.h"
#include "model/server.h"

struct net_wake;

#define AUDIT_PACE_STAY_MS INT64_C(60000)
enum { AUDIT_PACE_TRIES = 8 };
#define AUDIT_PACE_PATIENCE_MS INT64_C(3600000)
/* After a hint that told no time: the first wait, doubled with each in a row. */
#define AUDIT_PACE_FIRST_MS INT64_C(2000)
#define AUDIT_PACE_LAST_MS  INT64_C(60000)
/* One connection more is tried again after so long; doubled when the server minds. */
#define AUDIT_PACE_MORE_MS     INT64_C(300000)
#define AUDIT_PACE_MORE_MAX_MS INT64_C(3600000)

struct audit_pace {
	pthread_mutex_t lock;
	/* set by _init */
	const struct server *server;
	struct net_wake *wake;
	struct audit_hours *hours; /* NULL: none */
	int64_t until_ms;	   /* the end of the budget, monotonic; 0: none */
	/* under lock */
	struct audit_guard guard;
	struct audit_rate rate;
	unsigned in_use, inside;  /* let in by _enter; and logged in */
	unsigned allowed;	  /* by the server's words */
	int64_t more_ms, more_at; /* when it may be one more */
	int64_t hold_ms;	  /* the server asked for nothing before; monotonic */
	int64_t since_ms;  /* it asks for patience and nothing gets on; 0: it does */
	bool shut;	   /* AUDIT_PACE_PATIENCE_MS is over */
	struct err last;   /* its words */
	int64_t resume_at; /* hours that outlast the budget end then; 0 */
	struct run_pace count;
	unsigned waiting[RUN_WAIT_COUNT]; /* connections, now */
	int64_t began[RUN_WAIT_COUNT];
	int64_t hours_end; /* while they are waited for, Unix time */
};

/* rate may be NULL.  ERR_CONFIG: the hours name a zone that is not known here.  After a
 * failure too: _done. */
bool audit_pace_init(struct audit_pace *p, const struct server *server,
		     const struct audit_rate *rate, int64_t until_ms,
		     struct net_wake *wake, struct err *err) MUST_CHECK;
void audit_pace_done(struct audit_pace *p);

/* The patience that is had with one account. */
struct audit_patience {
	unsigned tries;	  /* hints since it last got further */
	bool inside;	  /* logged in */
	int64_t until_ms; /* no login before; monotonic */
};

enum audit_pace_entry {
	AUDIT_PACE_GO,	 /* then audit_pace_leave */
	AUDIT_PACE_OVER, /* the budget ends before the server may be read */
	AUDIT_PACE_SHUT, /* it has asked for patience for too long: err */
	AUDIT_PACE_STOP, /* ERR_STOPPED */
};
/* Wait until the account may be logged in to. */
enum audit_pace_entry audit_pace_enter(struct audit_pace *p,
				       const struct audit_patience *who,
				       struct err *err) MUST_CHECK;
/* The same for one who has no account to read and only helps (audit_share.h): now, or not
 * at all. */
bool audit_pace_try(struct audit_pace *p, const struct audit_patience *who) MUST_CHECK;
/* The login succeeded. */
void audit_pace_inside(struct audit_pace *p, struct audit_patience *who);
/* The connection is closed; well: it brought what was wanted of it. */
void audit_pace_leave(struct audit_pace *p, struct audit_patience *who, bool well);
/* An answer took so long (wall time of ours; of a login or a listing). */
void audit_pace_sample(struct audit_pace *p, enum audit_guard_kind kind, int64_t ms);

/* Is this a server that asks for patience, and do we still have some?  Then the side, or
 * this account alone, waits: audit_pace_enter again.  Called after audit_pace_leave.
 * entered: it was within a session; before one, AUDIT_HINT_BUSY is about this login and
 * has been waited for (audit_login). */
bool audit_pace_hinted(struct audit_pace *p, const struct err *err, bool entered,
		       struct audit_patience *who);

/* The server asks for patience with a login, not with everything: a moment.  False:
 * ERR_STOPPED. */
bool audit_pace_moment(struct audit_pace *p, int64_t ms, struct err *err) MUST_CHECK;

/* What a connection waits for its server: an io around another one. */
struct audit_meter {
	struct imap_io inner;
	int64_t waited_ms, longest_ms, octets; /* since the last step */
};
/* io becomes the measuring one around what it was; m is borrowed. */
void audit_meter_wrap(struct audit_meter *m, struct imap_io *io);

enum audit_pace_step {
	AUDIT_STEP_GO,
	AUDIT_STEP_LEAVE, /* log out, and enter again */
	AUDIT_STEP_STOP,  /* ERR_STOPPED */
};
/* A window has come, or is about to be asked for: so many messages and octets of it count
 * for the rate; octets -1: those that m saw.  Waits. */
enum audit_pace_step audit_pace_step(struct audit_pace *p, struct audit_meter *m,
				     int64_t messages, int64_t octets,
				     struct err *err) MUST_CHECK;

/* For people: append what is waited for now, "waiting until 18:00 (not during ...)";
 * false when nothing is waited for that is worth a word. */
bool audit_pace_tell(struct audit_pace *p, struct strbuf *out);
/* What is counted, with waits that are not over. */
void audit_pace_count(struct audit_pace *p, struct run_pace *out);

#endif
