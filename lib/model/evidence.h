/* SPDX-License-Identifier: MIT */
#ifndef MODEL_EVIDENCE_H
#define MODEL_EVIDENCE_H
/*
 * All that a rule or a check may look at, summed up from the store at one moment.  Rules
 * are pure functions of it (STYLE section 11): no clock, no store, no output.  Times are
 * Unix seconds, 0: never.  A count that nobody can give is -1: unknown is never 0.
 */
#include "base/base.h"
#include "model/side.h"

/* The accounts of one side that transfers name, and how they were read. */
struct evidence_side {
	int64_t accounts; /* that may be opened (access normal) */
	int64_t opened;	  /* of them: listed at least once */
	int64_t counted;  /* whole, at any depth, at least once */
	int64_t read;	  /* whole and deeper than counts, at least once */
	int64_t oldest_counted, oldest_read; /* the one that was read longest ago */
	int64_t newest;			     /* newest attempt of any */
	/* Whole messages, by scans; of messages that the newest scan could know. */
	int64_t messages, scanned;
	int64_t damaged;    /* that cannot be read, or show a symptom */
	int64_t scanned_at; /* end of the newest scan */
	/* Logs. */
	int64_t log_files, logs_at, logs_until; /* until: newest line */
};

/* Of the transfers that are to arrive on the new side. */
struct evidence_moves {
	int64_t transfers;
	int64_t with_new; /* that name a new account */
	/* by verdict of the newest judgement */
	int64_t clean, differ, incomplete, unjudged;
	int64_t loss, doubt, accepted; /* findings */
	int64_t oldest_judged;	       /* evidence that a judgement used */
	int64_t sealed, unsound, unsealed;
	int64_t last_pass, cut_over; /* with such an event that was not rolled back */
	int64_t first_cutover, last_cutover;
};

/* What plan makes of the logs, when somebody asked it; else all -1. */
struct evidence_use {
	int64_t days;		    /* that were asked for */
	int64_t dormant, undecided; /* undecided: dormant, and nobody said what becomes
				       of it */
	int64_t unproven;	    /* not seen, but silence is not proven */
	int64_t unknown;	    /* names that no account claims */
	/* on the old side after their cutover; still_last: the newest, 0: none */
	int64_t still_logins, still_deliveries, still_last;
	int64_t gaps; /* in the logs of the old side since the first cutover */
};

struct evidence {
	int64_t now;
	int64_t newest; /* newest time that the store knows of */
	bool one_sided; /* no new server is configured */
	/* Evidence of any age will do: the gate looks at ages itself, and asks only
	 * whether something was done at all. */
	bool any_age;
	int64_t transfers;	    /* that are listed */
	int64_t undecided, unowned; /* of them */
	struct evidence_side side[SIDE_COUNT];
	struct evidence_moves moves;
	struct evidence_use use;
	int64_t stopped_at, started_at; /* newest such event of the old server */
};

/* No knowledge at all: what is 0 in the struct, and the counts of use -1. */
void evidence_init(struct evidence *e);

enum check_state {
	CHECK_DONE,	/* the evidence says so */
	CHECK_NOT_DONE, /* the evidence says otherwise */
	CHECK_STALE,	/* it said so, but is too old, or of an earlier stage */
	CHECK_UNKNOWN,	/* the evidence cannot tell */
};
enum { CHECK_STATE_COUNT = CHECK_UNKNOWN + 1 };
const char *check_state_name(enum check_state s); /* "done", "not done", ... */

#define CHECK_FIGURES_MAX 8
struct check_figure {
	const char *name; /* constant: "accounts" */
	int64_t value;
};
struct check_result {
	enum check_state state;
	char sentence[240]; /* one line, without a full stop */
	struct check_figure figure[CHECK_FIGURES_MAX];
	int figure_n;
	int64_t at; /* of the oldest evidence that it stands on; 0: none */
};

#endif
