/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_HEAD_H
#define LOGS_LOGS_HEAD_H
#include "logs/logs_in.h"

/* What the lines before began with: most lines begin like one of them, and a comparison
 * costs less than a reading.  Of one scanner; { 0 } knows nothing. */
#define LOG_MEMO_HOST 63u
struct log_head_memo {
	char date[8];	/* "Nov 23 "; "" before the first */
	int64_t of_day; /* seconds of that day's begin since New Year */
	size_t host_n;
	char host[LOG_MEMO_HOST + 1]; /* with the blank behind it */
};

/* Everything of *h but syslog's word is set; out gets the time.  memo may be NULL. */
void log_head_take(struct span line, struct log_head_memo *memo, struct log_line *out,
		   struct log_head *h);

#endif
