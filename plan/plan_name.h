/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_NAME_H
#define PLAN_PLAN_NAME_H
/*
 * What a server would say to a folder's name before it is asked: the rules of its
 * profile, its prefix and its delimiter.  Works on names in common form (lib/map) alone,
 * so that every rule can be shown in a table.
 */
#include "plan/plan_map.h"
#include "profile/profile.h"

struct plan_place {
	const struct profile *profile;
	const char *prefix; /* personal namespace, decoded; "" */
	char delim;	    /* '\0': not known */
};

/* Append what is wrong with the name on that server to out, at most PLAN_MAP_SIGNS_MAX in
 * all; details live in arena. */
void plan_name_check(struct arena *arena, const struct plan_place *place,
		     const char *common, struct plan_map_signs *out);

/* The same text for all names that the server takes for one. */
const char *plan_name_key(struct arena *arena, const struct plan_place *place,
			  const char *common) MUST_CHECK;

/* The folder is one of these names or below one. */
const char *plan_name_among(struct arena *arena, const struct profile *profile,
			    const struct profile_words *names, const char *common);

#endif
