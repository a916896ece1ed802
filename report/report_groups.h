/* SPDX-License-Identifier: MIT */
#ifndef REPORT_GROUPS_H
#define REPORT_GROUPS_H
/* A hundred thousand findings on a screen: what is alike stands together, with where it
 * is most, one example and the next step. */
#include "report/report_lines.h"
#include "report/report_view.h"

/* " in 2 accounts: anna 300, bert 52"; only names that leave the line in so many columns
 * (0: however long). */
void groups_say_worst(const struct report_view *v, struct lines *l, int64_t accounts,
		      const struct report_worst worst[REPORT_WORST], size_t columns);
/* "messages missing on the new server (nothing of its folder arrived)"; the noun in the
 * singular when n is 1. */
void groups_say_class(struct lines *l, enum finding_class c, enum why why, int64_t n);
/* All groups, in at most so many lines. */
bool groups_put(struct report_view *v, struct lines *l, size_t most,
		struct err *err) MUST_CHECK;

#endif
