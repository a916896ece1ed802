/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H
/*
 * verify/: judge.  Pairs folders, matches messages, names what differs and why.  Reads
 * evidence, writes pairs, findings and judgements; talks to no server.  Single-threaded;
 * memory bounded whatever the size (the store sorts on disk).
 */
#include "base/err.h"
#include "map/map.h"
#include "model/finding.h"
#include "model/side.h"
#include "store/store.h"

/* A keyword that the mover or the new server renames. */
struct verify_rename {
	const char *old_name, *new_name;
};

/* How much is held in memory and asked for at most; tests make it small. */
struct verify_limits {
	size_t round;  /* leftovers that are settled, or find a partner, in one pass */
	size_t copies; /* of one message at all times that are told apart */
	/* How many bodies of a transfer are compared at most, and when no more is begun:
	 * what remains is told as not compared.  mailmuster scan reads them all. */
	int64_t bodies, body_octets;
};
extern const struct verify_limits verify_limits_default;

struct verify_options {
	const struct map_rules *rules;
	const struct verify_rename *keywords; /* beside those that are known everywhere */
	size_t keyword_n;
	unsigned not_comparable;	 /* DIFF_*, beside what the profiles say */
	const char *profile[SIDE_COUNT]; /* "auto", a name or a path; NULL: "auto" */
	int64_t max_octets; /* largest message that the new side takes; -1: not known */
	/* Removals (or \Seen lost) after the seal are an alarm from here on: so many
	 * messages of an account, and so many percent of it, between two audits. */
	int64_t mass_messages;
	unsigned mass_percent;
	int64_t now;	 /* Unix seconds: how old evidence is */
	int64_t max_age; /* seconds; older evidence makes the transfer incomplete */
	int64_t max_gap; /* seconds between the readings of both sides, likewise; 0: any
			  */
	const struct verify_limits *limits; /* NULL: verify_limits_default */
	bool one_sided;	   /* no new server yet: transfers are not judged, and that is no
			      error */
	const char *scope; /* canonical JSON, recorded with the run */
	const char *operator_name;
	const int64_t *transfers; /* ids, in the order to judge them */
	size_t transfer_n;
	bool (*stop)(void *ctx); /* asked between transfers; NULL: never */
	void *stop_ctx;
	/* One line for people about a rule; NULL: none. */
	void (*say)(void *ctx, const char *line);
	void *say_ctx;
	void (*progress)(void *ctx, int64_t done, int64_t total); /* NULL: none */
	void *progress_ctx;
};

struct verify_result {
	int64_t run;
	int64_t transfers, clean, differs, incomplete, not_judged;
	int64_t loss, doubt, info;
	int64_t wants; /* messages whose details would tell more: run audit_details, then
			  verify again */
};

/* How many messages of each folder are described in findings when only one side has
 * leftovers. */
#define VERIFY_DETAILS_PER_FOLDER 500
/* Judge each transfer in a transaction of its own, as one run "verify". */
bool verify_run(struct store *st, const struct verify_options *o,
		struct verify_result *out, struct err *err) MUST_CHECK;

#endif
