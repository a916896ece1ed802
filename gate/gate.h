/* SPDX-License-Identifier: MIT */
#ifndef GATE_GATE_H
#define GATE_GATE_H
/*
 * gate/: the go / no-go before the old server is shut down (DESIGN section 11).
 *
 * This header: the twenty checks and what they give.  Each check is a pure function from
 * facts and limits to a result: no clock, store or output.  What nobody observed, or too
 * long ago, is NO DATA and never passes; every block that stands is collected, not only
 * the first.
 *
 * Reading order: limits (what may be configured), facts (all that a check may look at),
 * gate (this), collect (facts from the store).
 */
#include "base/arena.h"
#include "gate/facts.h"
#include "gate/limits.h"

enum gate_outcome {
	GATE_PASS,    /* proven, and the evidence is young enough */
	GATE_WARN,    /* a check that only warns has found something */
	GATE_WAIVED,  /* all that it found is covered, by waivers that stand */
	GATE_FAIL,    /* it found what stands in the way, whatever else is not known */
	GATE_NO_DATA, /* nobody looked, or too long ago, or not at all of it */
};
enum { GATE_OUTCOME_COUNT = GATE_NO_DATA + 1 };
const char *gate_outcome_name(enum gate_outcome o); /* "PASS", "NO DATA" */

/* One thing by name that stands in the way. */
struct gate_finding {
	const char *subject; /* what it is about, in full: "anna, folder INBOX, UID 7" */
	const char *text;    /* what is wrong with it; one line without a full stop */
	const char *command; /* the one that mends it, or shows how; "" */
	bool unknown;	     /* nobody knows: that cannot be waived */
	int64_t at;	     /* when it was observed; 0: no time */
	/* the same next week; of a finding of verify its own */
	struct sha256 fingerprint;
	const struct gate_waiver *waiver; /* that covers it; NULL */
};

#define GATE_FIGURES_MAX 8
struct gate_result {
	const struct gate_check *check;
	enum gate_outcome outcome;
	char sentence[240];  /* one line, without a full stop */
	const char *command; /* what to call next when it does not pass; "" */
	struct check_figure figure[GATE_FIGURES_MAX];
	int figure_n;
	struct gate_finding *v; /* all of them; in arena */
	size_t n;
	size_t covered;		/* of v, by waivers */
	size_t unknown;		/* of v */
	int64_t at;		/* of the oldest evidence that it stands on; 0: none */
	int64_t max_age;	/* that applied, in seconds; 0: any */
	struct sha256 evidence; /* over all of the above but the times of `now` */
	/* while it is made up */
	char blind[240];  /* why nothing can pass; "" */
	char passed[240]; /* what is said when it does */
	size_t cap;
	struct arena *arena;
};

enum gate_scope { /* what a waiver of this check names */
		  GATE_NO_WAIVER,
		  GATE_PER_ACCOUNT,
		  GATE_PER_MESSAGE,
		  GATE_PER_FOLDER,
		  GATE_PER_ADDRESS,
		  GATE_PER_NAME,
		  GATE_PER_HOST,
		  GATE_PER_ITEM,
};
enum { GATE_SCOPE_COUNT = GATE_PER_ITEM + 1 };

struct gate_check {
	enum gate_check_id id;
	const char *name;  /* "G01" */
	const char *title; /* "Every account decided and owned" */
	const char *means; /* what it looks at, for people; one or two sentences */
	bool warns;	   /* it never blocks */
	int64_t max_age;   /* seconds; 0: any age will do */
	enum gate_scope waiver;
	void (*judge)(const struct gate_facts *f, const struct gate_limits *l,
		      struct gate_result *out);
};
extern const struct gate_check gate_checks[GATE_CHECK_COUNT];
/* "G08" or "g8"; NULL: there is none. */
const struct gate_check *gate_check_find(const char *name);
const char *gate_scope_name(enum gate_scope s); /* "account"; "" for none */

struct gate_verdict {
	bool go; /* every check that blocks is PASS or WAIVED */
	struct gate_result result[GATE_CHECK_COUNT];
	int n[GATE_OUTCOME_COUNT]; /* results by outcome */
	const char *bar; /* why no check could be judged at all, in one line; "" */
	/* the first that does not pass and blocks, else the first that warns; NULL */
	const struct gate_result *nearest;
	struct sha256 digest; /* over the evidence of all results, and their outcomes */
};
/*
 * All checks over the same facts.  Strings of *out are borrowed from facts or live in
 * arena.  A clock that was set back (facts->newest lies ahead of facts->now) leaves every
 * check without data.
 */
void gate_judge(const struct gate_facts *f, const struct gate_limits *l,
		struct arena *arena, struct gate_verdict *out);
/* The same with another table of checks, for tests. */
void gate_judge_by(const struct gate_check *checks, const struct gate_facts *f,
		   const struct gate_limits *l, struct arena *arena,
		   struct gate_verdict *out);

/* The fingerprint of what a check found by itself: over its name and the words that tell
 * the thing from others, none of them NULL. */
void gate_fingerprint_words(enum gate_check_id id, struct sha256 *out,
			    const char *const *words, size_t n);
#define gate_fingerprint(id, out, ...)                                                   \
	gate_fingerprint_words(id, out, (const char *const[]){ __VA_ARGS__ },            \
			       COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

#endif
