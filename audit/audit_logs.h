/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_LOGS_H
#define AUDIT_AUDIT_LOGS_H
/*
 * Reading logs into the store (DESIGN section 9).
 *
 * Pieces of whole lines are read (and unpacked) in the order of each file, scanned by any
 * thread, and taken in in their order by the calling thread, which owns the store and
 * scans as well when nothing is to be taken in.  Nothing is counted twice: an event is
 * known by a hash of its time, host and text, and the hashes of an hour are kept.
 *
 * Memory stays below 64 MiB with 100,000 names, whatever the size of the logs: what is
 * summed up goes to the store when it takes more than a part of that.  A run that is
 * stopped leaves the files that were complete.
 */
#include "base/err.h"
#include "logs/logs_scan.h"
#include "logs/logs_zone.h"
#include "model/side.h"
#include "store/store.h"

#define AUDIT_LOGS_THREADS_MAX 16u

struct net_wake;
struct audit_logs_progress {
	int64_t files_done, files_total;
	int64_t octets_done, octets_total; /* as they lie on disk; total -1: not known */
	int64_t lines, elapsed_ms;
	const char *now; /* path, escaped */
};
struct audit_logs_options {
	enum side side;
	const char *const *paths; /* any order; "-" is standard input */
	size_t path_n;
	const struct logs_zone *zone;
	int year; /* of first lines that have none; 0: inferred */
	/* Unix seconds from which it is kept who sent a message that was delivered: after
	 * cutover each sender is to be found, before it there are too many. */
	int64_t senders_from;
	const struct log_pattern *patterns;
	size_t pattern_n;
	unsigned threads; /* 1 to AUDIT_LOGS_THREADS_MAX, the caller's among them */
	const char *operator_name;
	struct net_wake *wake; /* NULL: never stopped */
	/* At most five times a second, from the calling thread. */
	void (*progress)(void *ctx, const struct audit_logs_progress *p);
	void *progress_ctx;
	/* A line about what is wrong with a file and was recorded. */
	void (*say)(void *ctx, const char *line);
	void *say_ctx;
};

struct audit_logs_sum {
	int64_t run;
	int64_t files, files_failed,
		files_cut; /* failed: not opened; cut: not to the end */
	int64_t lines, events, other, not_ours, malformed, timeless;
	int64_t logins, fails, deliveries;
	int64_t fresh; /* logins, failures and deliveries that were counted now */
	int64_t own;   /* logins of our own */
	int64_t by_program[LOG_PROGRAM_COUNT];	      /* lines */
	int64_t logins_by_program[LOG_PROGRAM_COUNT]; /* of them */
	int64_t first, last;			      /* 0: no line had a time */
	int64_t fails_unnamed; /* failures of so many names that some were counted without
				*/
	bool year_inferred, stopped;
};

/* ERR_STOPPED when asked to; what was complete is stored, and *out filled in. */
bool audit_logs(struct store *st, const struct audit_logs_options *o,
		struct audit_logs_sum *out, struct err *err) MUST_CHECK;

#endif
