/* SPDX-License-Identifier: MIT */
#ifndef CLI_COUNTS_H
#define CLI_COUNTS_H
/*
 * What the servers' own tools counted, beside what was read.  An observation: mail comes
 * and goes between the two, and tools count what IMAP does not show; so a difference is
 * told with names, and an agreement makes nothing clean.
 */
#include "base/strbuf.h"
#include "cli/project.h"

enum { COUNTS_NAMED = 10 }; /* accounts that status names */

/* Lines for people; account 0: all, of which COUNTS_NAMED that differ are named. */
bool counts_text(const struct project *p, int64_t old_account, int64_t new_account,
		 struct strbuf *out, struct err *err) MUST_CHECK;
/* An array of those that differ. */
bool counts_json(const struct project *p, struct strbuf *out, struct err *err) MUST_CHECK;

#endif
