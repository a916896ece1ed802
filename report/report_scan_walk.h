/* SPDX-License-Identifier: MIT */
#ifndef REPORT_REPORT_SCAN_WALK_H
#define REPORT_REPORT_SCAN_WALK_H
/* Walking what scans found, judged: for the writers of report_scan.h. */
#include "base/arena.h"
#include "model/account.h"
#include "report/report_lines.h"
#include "report/report_scan.h"
#include "report/report_view.h"
#include "store/store_folder.h"
#include "store/store_scan.h"

struct scan_item {
	const struct account *account;
	const struct folder_view *folder;
	const struct scan_row *row;
	enum body_state state;
	uint64_t symptoms;
	bool refused; /* the new side does not take it */
};
struct scan_folder_item {
	const struct account *account;
	const struct folder_view *folder;
	const struct scan_sum *sum;
	const struct folder_scan *scan; /* NULL: never scanned */
	bool slow;
};

/* Why a folder is slow, for a server that gives up after timeout_ms. */
#define SCAN_SLOW_SHARE 4 /* of the time-out */
#define SCAN_SLOW_MS	5000

struct scan_walk {
	struct store *st;
	const struct report_scan *s;
	struct body_size_rule rule[SIDE_COUNT];
	struct arena arena;   /* of the walk */
	struct arena account; /* of one account */
	/* results */
	struct scan_counts count[SIDE_COUNT];
	int64_t octets[SIDE_COUNT]; /* that are known of */
	int64_t scanned_octets[SIDE_COUNT];
	int64_t symptom[SIDE_COUNT][SYMPTOM_COUNT];
	/* private */
	enum scan_walk_what { SCAN_WALK_SUMS, SCAN_WALK_FOLDERS, SCAN_WALK_ITEMS } what;
	struct scan_sum
		*sums; /* of folders in the order of the walk, from the first one */
	size_t sum_n, sum_at;

	/* set by the caller; NULL: none */
	void *ctx;
	bool (*item)(void *ctx, const struct scan_item *i, struct err *err);
	bool (*folder)(void *ctx, const struct scan_folder_item *f, struct err *err);
};

/* Within a read transaction of the caller's. */
bool scan_walk_open(struct scan_walk *w, struct store *st, const struct report_scan *s,
		    struct err *err) MUST_CHECK;
void scan_walk_done(struct scan_walk *w);
/* Results are made anew; item is called. */
bool scan_walk_all(struct scan_walk *w, struct err *err) MUST_CHECK;
/* Only folder or only item is called; results stay. */
bool scan_walk_folders(struct scan_walk *w, struct err *err) MUST_CHECK;
bool scan_walk_items(struct scan_walk *w, struct err *err) MUST_CHECK;

/* The newest sample of a side, judged; found false: there is none. */
struct scan_sampled {
	struct scan_sample sample;
	int64_t read, unreadable, damaged; /* of those chosen; damaged: all of them that
					      are suspect or worse */
};
bool scan_walk_sample(struct scan_walk *w, enum side side, struct scan_sampled *out,
		      bool *found_out, struct err *err) MUST_CHECK;

/* Damaged mail of these accounts with subject, sender, date and what can be done about
 * it: for its owner, and so in `explain` alone (DESIGN 12).  Nothing when there is none.
 * Within a read transaction of the caller's. */
bool report_scan_owner(struct store *st, const struct report_options *o,
		       const int64_t *accounts, size_t n, struct report_out *out,
		       struct lines *l, struct err *err) MUST_CHECK;

/* What was looked up of the message; of what cannot be read its Message-ID alone. */
bool scan_detail(struct scan_walk *w, struct arena *arena, const struct scan_item *i,
		 struct message_detail *d, struct err *err) MUST_CHECK;
/* What its server answered to ID. */
bool scan_server(struct scan_walk *w, struct arena *arena, const struct scan_item *i,
		 const char **out, struct err *err) MUST_CHECK;

/* What can be done about it, in sentences, in arena. */
const char *scan_repair(const struct scan_item *i, const char *server_id,
			struct arena *arena);
/* What movers make of it; "" when nothing is known. */
const char *scan_movers(uint64_t symptoms);

#endif
