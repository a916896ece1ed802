/* SPDX-License-Identifier: MIT */
#ifndef REPORT_CHANGE_H
#define REPORT_CHANGE_H
/* What is otherwise than at page.before, and what is not though it should be. */
#include "report/report_page.h"

enum page_change {
	CHANGE_NONE,
	CHANGE_WORSE,	/* a worse state than then, or more missing */
	CHANGE_BETTER,	/* a better one, or less missing; not proven yet */
	CHANGE_ARRIVED, /* proven now, and it was not */
	CHANGE_FIRST,	/* was never verified then, and is not proven now */
};
enum { PAGE_CHANGE_COUNT = CHANGE_FIRST + 1 };
enum page_change page_change(const struct page_account *a);
/* The number of missing messages is another than then, and that means something: not
 * where less was looked at. */
bool page_missing_changed(const struct page_account *a);

/* Accounts that are not proven, with the same figures for the longest time; first those
 * that wait longest.  In the arena of the page. */
void page_stuck(struct page *p, const struct page_account ***out, size_t *n_out);

#endif
