/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_HEAD_H
#define LOGS_LOGS_HEAD_H
#include "logs/logs_in.h"

/* What the lines before began with: most lines begin like one of them, and a comparison
 * costs less than a reading.  Of one scanner; { 0 } knows nothing. */
#define LOG_MEMO_HOST  63u
#define LOG_MEMO_HOSTS 4u /* a power of two */
struct log_head_memo {
	char date[8];	/* "Nov 23 "; "" before the first */
	int64_t of_day; /* seconds of that day's begin since New Year */
	/* hosts of which lines come, each with the blank behind it */
	struct log_memo_host {
		size_t n;
		char text[LOG_MEMO_HOST + 1];
	} host[LOG_MEMO_HOSTS];
	unsigned host_at, host_turn; /* of the line before; which goes next */
	/* "Nov 23 14:27:17 mx1 " of the line before; n 0: it had no such beginning */
	size_t front_n;
	char front[16 + LOG_MEMO_HOST + 1];
	struct log_stamp stamp;
};

/* Everything of *h but syslog's word is set; out gets the time.  memo may be NULL. */
void log_head_take(struct span line, struct log_head_memo *memo, struct log_line *out,
		   struct log_head *h);

#endif
