/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_HEAD_H
#define LOGS_LOGS_HEAD_H
/* Private to lib/logs: the head of a line. */
#include "logs/logs_in.h"

/* Fills h and the stamp of out.  Never fails: what is not there stays empty. */
void log_head_take(struct span line, struct log_line *out, struct log_head *h);

#endif
