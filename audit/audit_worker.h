/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_WORKER_H
#define AUDIT_AUDIT_WORKER_H
/*
 * A worker owns one connection at a time and reads account after account of its side. All
 * it finds goes through the queue to the writer.  Windows are handed over; for everything
 * else the worker waits for the answer, so the writer may look at what the worker owns,
 * and strings need no copies.
 */
#include "audit/audit_login.h"
#include "audit/audit_paces.h"
#include "audit/audit_queue.h"
#include "audit/audit_share.h"

/* What an item of the queue is; what points to the struct named beside it. */
enum audit_kind {
	AUDIT_WINDOW,  /* struct audit_window: no answer, the writer gives it back to the
			  pool */
	AUDIT_LISTING, /* struct account_listing */
	AUDIT_EXPECT,  /* int64_t: messages of the account */
	AUDIT_STOOD,   /* struct audit_unchanged */
	AUDIT_WITNESS, /* struct audit_witness */
	AUDIT_GMAIL_DUE, /* struct audit_gmail_due */
	AUDIT_GMAIL,	 /* struct audit_gmail_rows */
	AUDIT_BEGIN,	 /* struct audit_begin */
	AUDIT_END,	 /* struct audit_folder_end */
	AUDIT_FOLDER,	 /* struct audit_whole: begin, window and end */
	AUDIT_ACCOUNT,	 /* struct audit_account_end */
};
struct audit_begin {
	const struct folder *folder;
	const struct folder_state *now;
	int64_t epoch;	 /* answer */
	uint32_t resume; /* answer */
	bool afresh;	 /* of store_folder_begin */
	bool again;	 /* its messages are counted already */
};
struct audit_unchanged {
	const int64_t *ids;
	size_t n;
	int64_t messages;
};
struct audit_witness {
	int64_t epoch;
	struct witness *out; /* answer */
};
struct audit_gmail_due {
	int64_t folder;
	struct arena *arena;
	struct gmail_due *out; /* answer */
};
struct audit_gmail_rows {
	int64_t epoch;
	const struct gmail_row *rows;
	size_t n;
};
struct audit_folder_end {
	const struct folder *folder;
	const struct folder_end *end;
	bool quiet; /* one of many for the same reason, which the account's line tells */
};
struct audit_whole {
	struct audit_begin begin;
	struct audit_window *window;
	struct audit_folder_end end;
	struct folder_end *told; /* what end points to; its epoch is an answer */
	bool ending;		 /* answer: if it failed, it was the end that did */
};
struct audit_account_end {
	struct account_end end;
	struct err why;		   /* ERR_NONE when all is well */
	int64_t same, renewed;	   /* of struct audit_reader */
	const char *first_renewed; /* likewise */
	int64_t others;		   /* likewise */
	const char *first_other;   /* likewise */
	int64_t odd_ids;	   /* likewise */
	bool mixes;		   /* likewise, and nobody knew before */
	bool quiet;		   /* its folders had no lines of their own */
};

struct audit_job {
	int64_t account;
	enum side side;
	const char *user, *tree; /* as in struct account */
	int64_t messages;	 /* at its last reading; -1: there was none */
	int64_t at;		 /* of that; 0 */
};

/* What all workers share. */
struct audit_crew {
	const struct audit_options *o;
	struct net_wake *wake;
	struct audit_doors doors;
	struct audit_paces paces;
	struct audit_pool pool;
	struct audit_queue *queue;
	pthread_mutex_t lock; /* over next */
	struct audit_job *jobs[SIDE_COUNT];
	size_t job_n[SIDE_COUNT], next[SIDE_COUNT];
	struct audit_board board[SIDE_COUNT];
	/* In which form messages are asked for there, once an account has tried; under
	 * lock. */
	enum audit_form form[SIDE_COUNT];
	bool mixes[SIDE_COUNT]; /* likewise (struct audit_reader) */
	size_t window_most;	/* of struct audit_reader */
	int64_t until_ms;	/* begin no account after it (monotonic); 0: no end */
};

struct audit_worker {
	struct audit_crew *crew;
	enum side side;
	pthread_t thread;
	struct audit_reply reply;
	const struct audit_job *job; /* the account being read */
	struct store_others *others; /* of that account; the writer's; NULL */
	struct wire_count count;     /* read by others only after the thread has ended */
	struct audit_patience patience; /* with the account */
	struct audit_meter meter;
	bool leaving; /* the connection is left for a while, and nothing is wrong */
	bool quiet;
	bool alone;   /* no second connection to this account: under the board's lock */
	bool counted; /* STATUS has told how many messages the account has */
};

/* The pace of its side, and: may it ask for the next window?  False with leaving set: it
 * is to log out, for the server is left alone for a while. */
struct audit_pace *audit_worker_side(struct audit_worker *w);
bool audit_worker_pace(struct audit_worker *w, size_t messages,
		       struct err *err) MUST_CHECK;

/* Start a worker's thread; its signals are blocked.  False: there is none. */
bool audit_worker_start(struct audit_worker *w, struct err *err) MUST_CHECK;
/* No account is left: help with big folders until no worker of this side has any
 * (audit_help.c). */
void audit_help(struct audit_worker *w);
/* A thread that no signal interrupts.  stack: octets. */
bool audit_thread_start(pthread_t *out, size_t stack, void *(*fn)(void *), void *ctx,
			struct err *err) MUST_CHECK;

#endif
