/* SPDX-License-Identifier: MIT */
#ifndef CHECKLISTS_RULES_H
#define CHECKLISTS_RULES_H
/*
 * checklists/: the lists as JSON (premigration, cutover, decommission, and a site's own),
 * and the engine that judges their items.
 *
 * This header: rules.  Each is a pure function from evidence to done, not done, stale or
 * unknown, with its sentence and figures.  What nobody observed is unknown, never done;
 * what was observed too long ago, or before the stage in question, is stale.
 *
 * Reading order: rules (what evidence says), checklist (what a list is), judge (rules,
 * signatures and dates together).
 */
#include "model/evidence.h"

enum rule_sides { RULE_OLD, RULE_NEW, RULE_BOTH };

/* What an item of a list asks of its rule. */
struct rule_ask {
	enum rule_sides sides;
	int64_t max_age; /* seconds after which evidence is stale; 0: never */
	int64_t since;	 /* evidence from before is of an earlier stage; 0: any counts */
	int64_t lasting; /* seconds for which it must have held; 0: at all */
};

struct rule {
	const char *name;      /* as lists say it */
	const char *summary;   /* what it wants, for the manual */
	enum rule_sides sides; /* unless the item says others */
	int64_t max_age;       /* likewise */
	bool takes_sides, takes_lasting;
	void (*judge)(const struct evidence *e, const struct rule_ask *ask,
		      struct check_result *out);
};
extern const struct rule rules[];		/* ended by a NULL name */
const struct rule *rule_find(const char *name); /* NULL: there is none */

/* A store that knows of times yet to come makes every rule unknown: the clock of this
 * machine was set back, and no age can be told. */
void rule_judge(const struct rule *r, const struct evidence *e,
		const struct rule_ask *ask, struct check_result *out);

#endif
