/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_GROUPS_H
#define PLAN_PLAN_GROUPS_H
/* What was said of many folders, added up: 1,000 accounts with the same trouble are one
 * line.  Memory is bounded by PLAN_MAP_GROUPS. */
#include "plan/plan_map.h"

struct plan_groups;
struct plan_groups *plan_groups_new(void);
void plan_groups_free(struct plan_groups *g); /* NULL is fine */

/* One sign of one folder (what, "" for a whole account) of one transfer (its id, and who
 * for people); messages and octets below 0 are not known.  What belongs to one transfer
 * comes in one go. */
void plan_groups_add(struct plan_groups *g, const struct plan_map_sign *sign,
		     int64_t transfer, const char *who, const char *what,
		     int64_t messages, int64_t octets);
/* Copied into arena, sorted: by class, then the most folders first, then by detail. */
void plan_groups_list(const struct plan_groups *g, struct arena *arena,
		      const struct plan_map_group **out, size_t *n_out);

#endif
