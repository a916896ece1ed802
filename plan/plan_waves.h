/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_WAVES_H
#define PLAN_PLAN_WAVES_H
/*
 * Waves: which account is moved when, on how many connections, at the rate that was
 * measured; when it will have ended, and which account decides that.
 */
#include "plan/plan_facts.h"
#include "plan/plan_pack.h"
#include "plan/plan_rate.h"

#define PLAN_WINDOWS_MAX 520 /* in which accounts are placed; ten years of weekends */

struct plan_window {
	int64_t from, to, repeat; /* seconds; repeat 0: once */
};
struct plan_names {
	const char *const *name; /* accounts, as in accounts.csv; any case */
	size_t n;
};
struct plan_block {
	const char *account;
	struct pack_span span;
};
struct plan_volume {
	const char *name;
	struct pack_volume v;
};
struct plan_expiry {
	const char *what;
	int64_t at;
};
/* From the config. */
struct plan_waves_rules {
	int64_t connections; /* 0: what the servers allow */
	int64_t accounts;    /* in a wave at most; 0: any */
	const struct plan_window *window;
	size_t window_n;
	const struct plan_names *group;
	size_t group_n;
	struct plan_names first, last;
	const struct plan_block *block;
	size_t block_n;
	const struct plan_volume *volume;
	size_t volume_n;
	const struct plan_expiry *expiry;
	size_t expiry_n;
};

enum plan_rate_by {
	PLAN_RATE_MOVER,
	PLAN_RATE_SCAN,
	/* By audits: what a message costs at least; the rest is assumed. */
	PLAN_RATE_AUDIT,
	PLAN_RATE_ASSUMED,
};
/* There is a forecast; else only a range. */
bool plan_rate_is_measured(enum plan_rate_by by);
/* Assumed of one connection where nothing was measured: slow is an old server over IMAP
 * with a mover that asks message by message, fast a new one nearby. */
#define PLAN_SLOW_OCTETS   (250 << 10) /* a second */
#define PLAN_SLOW_MESSAGES 4
#define PLAN_FAST_OCTETS   (3 << 20)
#define PLAN_FAST_MESSAGES 40

struct plan_wave_job {
	int64_t transfer;
	const char *account;
	int64_t octets, messages; /* that are still to be moved */
	bool begun;		  /* a first pass was made */
	double seconds;
	enum pack_why why;
	size_t wave; /* from 1; 0: none */
	unsigned connection;
	int64_t begins, ends; /* at the mean rate; 0 */
	uint32_t group;	      /* 0: none */
	bool sees; /* somebody's folders, or the other way round: part of why */
};
/* Whose folders more accounts see than go into one group. */
#define PLAN_SHARE_MOST 20
struct plan_hub {
	const char *account;
	int64_t seen_by;
};
/* What ends before all is moved. */
struct plan_due {
	const char *what;
	int64_t at;
	bool certificate; /* seen at a login; else a date of the config */
	bool soon; /* before P50, or before the end at the fast rate; else before the late
		      one */
};
struct plan_wave {
	int64_t from, to; /* of the window; to INT64_MAX: open */
	size_t jobs;
	int64_t octets;
	double busy;	  /* seconds at the mean rate */
	int64_t p50, p90; /* when it will have ended; 0: no rate was measured */
	int64_t slow;	  /* likewise at the slow rate that is assumed; else 0 */
	int64_t fast;
};
enum plan_strategy { PLAN_FIREHOSE, PLAN_FOUNTAIN };
struct plan_waves_result {
	const struct plan_wave_job
		*job; /* by wave, beginning, longest first; unplaced last */
	size_t n;
	const struct plan_wave *wave;
	size_t wave_n;
	enum plan_strategy strategy;
	unsigned connections;
	enum plan_rate_by by;
	struct plan_rate rate;
	size_t samples;
	int64_t done, unlisted, stays, unsized; /* accounts */
	const char *first_unlisted;		/* NULL */
	const struct plan_wave_job *critical;	/* of the last wave; NULL: no job */
	double bound; /* no order ends sooner, without windows */
	/* In one go, without windows: seconds until all has ended, and until the largest
	 * account has; by enum pack_order (given: by name). */
	double order_busy[3], order_critical[3];
	const char *largest;
	int64_t firehose_ends, fountain_ends; /* 0: it does not end in these windows */
	size_t fountain_waves;
	const struct plan_hub *hub; /* by name */
	size_t hub_n;
	const struct plan_due *due; /* by time */
	size_t due_n;
	int64_t ends_soon, ends_late; /* P50 and P90, or fast and slow; 0: no wave */
	int64_t per_message_us; /* PLAN_RATE_AUDIT: microseconds, as audits measured */
	int64_t late;		/* waves whose P90 is after the end of their window */
	struct arena *arena;
};
struct plan_waves_options {
	struct plan_facts_options facts; /* fn, ctx, details are set here */
	const struct plan_waves_rules *rules;
	unsigned connections; /* that the servers allow */
	int64_t start;
	enum plan_strategy strategy;
	uint64_t seed;
	unsigned runs; /* of the forecast */
};
/* Are the accounts listed that the rules name?  ERR_CONFIG. */
bool plan_waves_rules_check(struct store *st, const struct plan_waves_rules *rules,
			    struct err *err) MUST_CHECK;
/* ERR_CONFIG: of the rules, as above, or a fountain has no windows. */
bool plan_waves(struct store *st, const struct plan_waves_options *o,
		struct plan_waves_result **out, struct err *err) MUST_CHECK;
void plan_waves_free(struct plan_waves_result *r); /* NULL is fine */

#endif
