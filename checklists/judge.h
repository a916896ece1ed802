/* SPDX-License-Identifier: MIT */
#ifndef CHECKLISTS_JUDGE_H
#define CHECKLISTS_JUDGE_H
/*
 * Items with their evidence, their signatures and their dates.  Pure: the same evidence,
 * words and service date give the same states.
 */
#include "checklists/checklist.h"
#include "store/store_item.h"

enum item_state {
	ITEM_OPEN,	   /* neither evidence nor a person says that it is done */
	ITEM_DONE,	   /* the evidence says so */
	ITEM_SIGNED_OFF,   /* a person says so, and no evidence can tell */
	ITEM_STALE,	   /* the evidence is too old, or of an earlier stage */
	ITEM_UNKNOWN,	   /* the evidence cannot tell, and nobody signed */
	ITEM_CONTRADICTED, /* a person signed it, the evidence says otherwise */
};
enum { ITEM_STATE_COUNT = ITEM_CONTRADICTED + 1 };
const char *item_state_name(enum item_state s); /* "open", "done", "signed", ... */
bool item_is_done(enum item_state s);

struct item_view {
	const struct check_item *item;
	const struct check_stage *stage;
	enum item_state state;
	const char *sentence;		/* why; "" */
	bool judged;			/* there is a rule, or items to repeat: */
	struct check_result result;	/* what the evidence says */
	const struct item_said *sign;	/* newest that still counts; NULL */
	const struct item_said *reopen; /* newest, when nothing was signed since; NULL */
	const char *owner;		/* as assigned, else as in the list; "" */
	int64_t from, due; /* first second of the stage, and the first one that is too
			      late; 0: no date */
	bool begun, overdue;
};
struct list_view {
	const struct checklist *list;
	struct item_view *v; /* in the order of the list */
	size_t n;
	size_t done;
};

/* service: first second of the day on which the new service begins; 0: not known yet.
 * words: all that was said, oldest first.  Everything in *out lives in arena or is
 * borrowed from l and words. */
void list_judge(const struct checklist *l, const struct evidence *e,
		const struct item_said *words, size_t word_n, int64_t service,
		struct arena *arena, struct list_view *out);

/* What is to be done next: of the stages that have begun the items that are not done,
 * those that are overdue first; when there are none, those of the next stage.  Sorted by
 * due, then as in the lists.  *begun tells which. */
void lists_due(const struct list_view *lists, size_t n, struct arena *arena,
	       const struct item_view ***out, size_t *n_out, bool *begun);

#endif
