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

#endif
