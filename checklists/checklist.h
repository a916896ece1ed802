/* SPDX-License-Identifier: MIT */
#ifndef CHECKLISTS_CHECKLIST_H
#define CHECKLISTS_CHECKLIST_H
/*
 * Lists: stages with dates relative to the day on which the new service begins, and items
 * in them.  Three are built in; a site's files add items to them, or lists of their own.
 *
 * A file is a JSON object:
 *
 *   { "name": "site",           a list of its own, or "extends": "premigration"
 *     "title": "...", "text": ["a paragraph", ...],
 *     "stages": [ { "title": "One week before", "from": -14, "due": -7, "items": [
 *         { "id": "S1", "text": "...", "hint": "...", "owner": "...",
 *           "rule": "read", "side": "both", "age": "14d", "for": "7d",
 *           "repeat": ["1", "2"] } ] } ] }
 *
 * A stage that an extension names by the title of one that is there adds to it.  "from"
 * and "due" are days from the service date; evidence from before "from" does not count
 * for what is repeated.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "checklists/rules.h"

#define CHECKLIST_SIZE_MAX   (256u << 10) /* octets of a file */
#define CHECKLIST_LISTS_MAX  20u
#define CHECKLIST_STAGES_MAX 20u  /* of a list */
#define CHECKLIST_ITEMS_MAX  100u /* of a stage */
#define CHECKLIST_TEXT_MAX   2000u
#define CHECKLIST_ID_MAX     16u
#define CHECKLIST_NAME_MAX   32u
#define CHECKLIST_DAYS_MAX   3650

struct check_item {
	const char *id;		 /* unique in its list */
	const char *text;	 /* sentences; `commands` stand in backquotes */
	const char *hint;	 /* what to type, or where to look; "" */
	const char *owner;	 /* "" */
	const struct rule *rule; /* NULL: only a person can tell */
	struct rule_ask ask;	 /* since is 0 */
	bool after_gate; /* comes after the shutdown: the gate does not wait for it */
	bool sign; /* beside its rule a person must say that the rest of it is done */
	/* Items to do again in this stage; NULL-ended, NULL: none. */
	const struct check_item *const *repeat;
};
struct check_stage {
	const char *title;
	bool dated, has_from;
	int from, due; /* days; due when dated */
	struct check_item *item[CHECKLIST_ITEMS_MAX];
	size_t item_n;
};
struct checklist {
	const char *name, *title;
	const char **text; /* paragraphs */
	size_t text_n;
	struct check_stage *stage[CHECKLIST_STAGES_MAX];
	size_t stage_n;
};
struct checklists {
	struct checklist *list[CHECKLIST_LISTS_MAX];
	size_t n;
	struct arena arena; /* holds all of them */
};

/* Those that are built in. */
void checklists_open(struct checklists *out);
void checklists_close(struct checklists *c); /* also when zeroed */
/* Add what this text says; name stands in messages.  ERR_CONFIG names line and column;
 * *c is then only good for checklists_close. */
bool checklists_add(struct checklists *c, const char *name, struct span text,
		    struct err *err) MUST_CHECK;
const struct checklist *checklist_find(const struct checklists *c,
				       const char *name); /* NULL: there is none */
const struct check_item *checklist_item(const struct checklist *l,
					const char *id); /* likewise */
/* A day, "2026-12-12", as its first second UTC. */
bool checklist_day(struct span s, int64_t *out) MUST_CHECK;

#endif
