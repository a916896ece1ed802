/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_CROWD_H
#define PLAN_PLAN_CROWD_H
/* Old folders of one transfer that would become one on the new side. */
#include "plan/plan_map.h"

/* An old folder while its transfer is at hand. */
struct plan_row {
	struct plan_map_folder f;
	const char *key; /* plan_name_key of the target; NULL: it is not to be moved */
};

/* Once for each class and detail; what is over PLAN_MAP_SIGNS_MAX is dropped. */
void plan_sign(struct plan_map_signs *s, enum plan_map_class cls, const char *detail);

/* Sign those that collide (one name) or are alike (names that the new server takes for
 * one).  Details live in arena and name at most four folders. */
void plan_crowds(struct arena *arena, struct plan_row *row, size_t n);

#endif
