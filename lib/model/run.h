/* SPDX-License-Identifier: MIT */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H
/* One execution that gathered evidence or judged it. */
#include "base/base.h"
#include "model/folder.h"

enum run_outcome {
	RUN_OPEN,	/* no end yet: running, or killed */
	RUN_COMPLETE,	/* everything in scope was examined */
	RUN_INCOMPLETE, /* finished, but something in scope could not be examined */
	RUN_STOPPED,	/* asked to stop; the same command continues it */
	/* a later run with another scope or a changed config took its place */
	RUN_ABANDONED,
};
enum { RUN_OUTCOME_COUNT = RUN_ABANDONED + 1 };
const char *run_outcome_name(enum run_outcome o);

struct run {
	int64_t id;
	const char *command; /* "audit", "verify", "details" */
	/* canonical JSON of what was asked for; equal scope continues an open run */
	const char *scope;
	enum depth depth;
	int64_t started, ended; /* Unix seconds; ended is 0 while open */
	enum run_outcome outcome;
	const char *operator_name;
};

/* Counted per connection and summed per run; what noise cannot touch. */
struct wire_count {
	/* a wait: nothing more could be sent before an answer */
	int64_t logins, commands, waits;
	int64_t octets_in, octets_out;
	int64_t reconnects;
};
void wire_count_add(struct wire_count *sum, const struct wire_count *c);

/* Why a run left a server alone for a while. */
enum run_wait {
	RUN_WAIT_GUARD, /* it answered clearly slower than before */
	RUN_WAIT_HOURS, /* "not_during" of the config */
	RUN_WAIT_RATE,	/* --rate */
	RUN_WAIT_HINT,	/* it asked for patience */
};
enum { RUN_WAIT_COUNT = RUN_WAIT_HINT + 1 };
const char *run_wait_name(enum run_wait w); /* "guard", "hours", "rate", "hint" */

/* How a run treated one server. */
struct run_pace {
	/* so long at least one connection waited for this reason */
	int64_t waited_ms[RUN_WAIT_COUNT];
	int64_t hints;	/* how often the server asked for patience */
	int64_t peak;	/* connections in use at once, at most */
	int64_t slowed; /* the highest level of the load guard (audit_guard.h); 0: none */
};

#endif
