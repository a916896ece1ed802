/* SPDX-License-Identifier: MIT */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H
/*
 * What every writer starts from: the transfers in scope, their judgements, and the sums
 * over them, taken in one read transaction that stays open until report_view_done.  Two
 * numbers for one thing would be a bug, so sums are made here and nowhere else.
 */
#include "base/arena.h"
#include "base/strbuf.h"
#include "model/account.h"
#include "report/report.h"
#include "store/store_account.h"
#include "store/store_folder.h"
#include "store/store_purge.h"
#include "store/store_run.h"
#include "store/store_seal.h"
#include "store/store_verify.h"

#define REPORT_WORST 3 /* accounts that a line about a class of findings names */

struct report_worst {
	size_t transfer; /* index in the view */
	int64_t n;
};
struct report_class {
	int64_t n, accounts;
	struct report_worst worst[REPORT_WORST]; /* most first; n 0: none */
};

/* A folder in which a group has many. */
struct report_place {
	size_t transfer;
	const char *folder; /* "": the whole account */
	int64_t n;
	int64_t example; /* finding.id */
};
#define REPORT_PLACES 3
/* Findings that are alike, accepted ones apart. */
struct report_group {
	enum finding_class cls;
	enum severity severity;
	enum why why;
	int64_t n; /* messages, or what the text of the class counts */
	int64_t findings, octets, accounts;
	struct report_worst worst[REPORT_WORST];  /* most first; n 0: none */
	struct report_place place[REPORT_PLACES]; /* likewise */
	int64_t now; /* of the transfer that is being added */
};

struct report_sum {
	int64_t transfers, judged;
	int64_t verdict[VERDICT_COUNT]; /* not judged: by decision, or one-sided */
	int64_t never;			/* no judgement at all */
	struct match_count count;
	int64_t loss, doubt, info;
	int64_t folders_unread;
	int64_t contents;	/* messages whose contents were compared */
	struct sampled sampled; /* of these, as a sample */
	int64_t sampled_of;	/* with a partner, where there was a sample */
	int64_t oldest_old,
		oldest_new; /* reading that the oldest judgement rests on; 0: none */
	/* What is accepted, or older than options.since, is in neither of these two. */
	struct report_class cls[FINDING_CLASS_COUNT][SEVERITY_COUNT];
	struct report_group *group; /* severity worst first, missing mail, most first */
	size_t group_n, group_cap;
	int64_t accepted;    /* findings */
	int64_t older, over; /* with options.since: stand since then, stand no more */
	int64_t sealed, unsound,
		unsealed;   /* transfers that move; sealed without unsound */
	enum verdict worst; /* never clean unless all was examined and judged */
};

struct report_view {
	struct store *st;
	const struct report_options *o;
	struct arena arena;   /* lives as long as the view */
	struct arena scratch; /* of one transfer or one line */
	struct transfer *transfer;
	size_t n;
	struct run run; /* newest ended run "verify" */
	bool has_run;
	struct ledger_entry head;
	bool has_head;
	struct report_sum sum;
	struct purged *purged; /* of all transfers, ascending */
	size_t purged_n;
};

bool report_view_open(struct report_view *v, struct store *st,
		      const struct report_options *o, struct err *err) MUST_CHECK;
void report_view_done(struct report_view *v); /* also of one that failed to open */

/* Where octets go; failures of the sink end up in err of the next call. */
struct report_out {
	const struct report_sink *sink;
	struct strbuf buf;
};
#define REPORT_PIECE (32u << 10)
/* Hand over what has gathered when it is a piece (all: whatever there is). */
bool report_flush(struct report_out *out, bool all, struct err *err) MUST_CHECK;

/* Does the text of the class count messages?  Otherwise findings. */
bool report_counts_messages(enum finding_class c);

/*
 * The judgement of one transfer; *found_out false: never verified.  Where an account was
 * read, or tried in vain, once more since, nobody knows what verify would say now: it is
 * incomplete, and the note begins with REPORT_OUTDATED.
 */
#define REPORT_OUTDATED "Read once more since it was verified: mailmuster verify."
/* Likewise for what a run found clean that did not come to its end: alarms over all
 * accounts, and mail that came to another one, were not looked for. */
#define REPORT_CUT_OFF                                                                   \
	"Its verify did not come to its end, where all accounts are looked at "          \
	"together: "                                                                     \
	"mailmuster verify."
bool report_judgement(struct report_view *v, const struct transfer *t,
		      struct arena *arena, struct judgement *out, bool *found_out,
		      struct err *err) MUST_CHECK;

/* With which of the two the note of what report_judgement gave begins; NULL: neither. */
const char *report_lapsed(const struct judgement *j);

/* What was erased of a transfer; NULL: nothing. */
const struct purged *report_purged(const struct report_view *v, int64_t transfer);
/* Whole accounts of which everything was erased. */
int64_t report_purged_n(const struct report_view *v);
/* "2 accounts were purged (1 had been found clean)"; "" when none was, in arena. */
const char *report_purged_sum(const struct report_view *v, struct arena *arena);

/* The verdict over several transfers. */
enum verdict report_worst_verdict(const struct report_sum *s);

#endif
