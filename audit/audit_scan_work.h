/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_SCAN_WORK_H
#define AUDIT_AUDIT_SCAN_WORK_H
/* A worker of the scan: one connection at a time, account after account of its side. */
#include "audit/audit_scan.h"
#include "audit/audit_scan_folder.h"
#include "audit/audit_worker.h"
#include "store/store_scan.h"

/* Results that wait for the writer. */
#define SCAN_BATCH_MAX 512

/* What an item of the queue is; what points to the struct named beside it.  The worker
 * waits for the answer of all but the batch, and of a chunk not before it needs it. */
enum scan_kind {
	SCAN_ASK_PLACES,  /* struct scan_places */
	SCAN_ASK_CHUNK,	  /* struct scan_chunk */
	SCAN_BATCH,	  /* struct scan_batch; the writer frees it */
	SCAN_FOLDER_END,  /* struct scan_folder_end */
	SCAN_ACCOUNT_END, /* struct scan_account_end */
};

/* A folder in which something is to be read. */
struct scan_place {
	int64_t folder, epoch;
	const char *wire, *name;
	uint32_t uidvalidity;
	const struct witness *known; /* NULL: UIDVALIDITY is enough */
	int64_t wanted;
	/* the worker's */
	uint32_t next; /* the first uid of the chunk that comes next; 0: there is none */
	int64_t examine_ms, asked, octets, took_ms, gap_ms, left, gone;
	uint32_t gap_uid;
	unsigned breaks; /* sessions in a row that ended here and brought nothing */
	bool done;
	char error[AUDIT_WORDS_SIZE];
};
struct scan_places {
	/* answer */
	struct arena arena;
	struct scan_place *v;
	size_t n;
	int64_t folders; /* of the account, with those in which nothing is to be read */
	bool audited;
	struct body_size_rule rule;
};
struct scan_chunk {
	const struct scan_place *place;
	/* answer, into v with room for AUDIT_SCAN_MORE */
	struct audit_scan_item *v;
	size_t n;
	uint32_t next; /* 0: that was all */
};
struct scan_result {
	int64_t epoch;
	uint32_t uid;
	struct body_facts facts;
	bool has_detail;
	struct message_detail detail;
};
struct scan_batch {
	struct arena arena;
	struct scan_result v[SCAN_BATCH_MAX];
	size_t n;
	int64_t octets, began_ms; /* that were read for it; when the first of it came */
};
struct scan_folder_end {
	const struct scan_place *place;
};
struct scan_account_end {
	const struct scan_places *places;
	int64_t failed; /* folders */
	bool entered;	/* or there was nothing to read */
	struct err why; /* ERR_NONE when all is well */
};

struct scan_job {
	int64_t account;
	const char *user;
};

struct scan_crew {
	const struct audit_options *o;
	const struct scan_options *so;
	struct net_wake *wake;
	struct audit_doors doors;
	struct audit_paces paces;
	struct audit_queue *queue;
	pthread_mutex_t lock; /* over next */
	struct scan_job *jobs[SIDE_COUNT];
	size_t job_n[SIDE_COUNT], next[SIDE_COUNT];
};

struct scan_worker {
	struct scan_crew *crew;
	enum side side;
	pthread_t thread;
	struct audit_reply reply;
	const struct scan_job *job;
	struct wire_count count;
	struct audit_patience patience; /* with the account */
	struct audit_meter meter;
	struct {
		int64_t messages, octets; /* of the last command: not paid for yet */
	} owed;
	bool leaving; /* the connection is left for a while, and nothing is wrong */

	/* private */
	struct scan_batch *batch; /* being filled; NULL */
	struct scan_place *place;
	struct audit_scan_item *items; /* in hand, of the place */
	size_t item_n;
	struct scan_chunk ahead; /* the next ones of it */
	enum {
		AHEAD_NONE,
		AHEAD_ASKED, /* the writer has not answered, or nobody has looked yet */
		AHEAD_HERE,
	} ahead_is;
};

bool scan_worker_start(struct scan_worker *w, struct err *err) MUST_CHECK;

#endif
