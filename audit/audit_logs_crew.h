/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_LOGS_CREW_H
#define AUDIT_AUDIT_LOGS_CREW_H
/*
 * Private to the reading of logs: the threads, and what they pass from one to the other.
 *
 * Any thread takes the next piece of a file that nobody is reading from, scans it, and
 * leaves the batch for the calling thread, which takes batches in in the order of each
 * file, and reads and scans itself meanwhile.  Two kinds of files are different:
 *
 * - what is unpacked with the megabytes before it at hand (all but gzip) is unpacked by
 *   one thread, its home, which leaves pieces to be scanned by any: those megabytes are
 *   in the cache of one processor, and to have them go to and fro takes longer than the
 *   unpacking itself;
 * - a file whose sessions go over pieces is scanned by one scanner of its own, piece by
 *   piece.
 *
 * Before it looks for a piece that any thread may take, the first one beside the calling
 * one sums up what was counted (audit_logs_belt.h).
 */
#include <pthread.h>

#include "audit/audit_logs_in.h"

struct reader {
	struct logs_file *f;
	struct logs_scanner *own; /* its own, while order counts */
	struct span header;
	const char *path;
	unsigned slot;
	size_t member; /* of the job's files */
	bool busy, ended, ordered;
	bool fresh_file;	       /* it may still grow */
	bool no_sender;		       /* too old for that */
	bool left;		       /* before its end */
	bool settles;		       /* it is read by one thread: */
	unsigned home;		       /* number of the thread + 1; 0: none yet */
	uint64_t next_read, next_take; /* pieces */
	int64_t octets_in;	       /* of those, as they lie on disk */
	char note[480];
};

enum batch_state { BATCH_FREE, BATCH_BUSY, BATCH_READ, BATCH_READY };
struct slot {
	struct batch b;
	enum batch_state state;
	struct reader *from;
	uint64_t seq;
};

struct crew;
struct crew_worker {
	struct crew *crew;
	struct logs_scanner *scanner;
	unsigned number; /* 0: the calling thread */
	pthread_t thread;
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct reader reader[INTAKE_FILES];
	size_t reader_n;
	struct slot *slot;
	size_t slot_n;
	uint64_t key;
	struct belt
		*belt; /* what is counted is summed up beside the calling thread; NULL */
	bool stop;
	struct crew_worker worker[AUDIT_LOGS_THREADS_MAX]; /* the caller is the first */
	unsigned worker_n;				   /* besides it */
};

bool crew_open(struct crew *c, const struct audit_logs_options *o, uint64_t key,
	       struct err *err) MUST_CHECK;
void crew_close(struct crew *c);
/* From now on, before any file is added. */
void crew_sum_up(struct crew *c, struct belt *belt);

/* The lock is held by who calls these. */

/* Read a piece, or scan one, without the lock; false: there is none to be had. */
bool crew_work(struct crew *c, struct crew_worker *w);
/* The next batch in the order of its file; NULL.  It belongs to the caller up to
 * crew_taken. */
struct slot *crew_ready(struct crew *c);
void crew_taken(struct crew *c, struct slot *s);
bool crew_all_done(const struct crew *c);
/* Nobody reads on, nobody is inside a file, and what was not taken is forgotten. */
void crew_halt(struct crew *c);
/* One more file. */
void crew_add(struct crew *c);

#endif
