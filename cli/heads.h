/* SPDX-License-Identifier: MIT */
#ifndef CLI_HEADS_H
#define CLI_HEADS_H
/* Heads of the ledger that somebody kept outside the project. */
#include "base/err.h"
#include "model/ledger_head.h"

#define HEADS_MAX 1000u

struct heads {
	struct ledger_head v[HEADS_MAX];
	size_t n;
};
/* 64 digits, or a file that holds at least one head.  ERR_CONFIG when it holds none, or
 * when they are more than HEADS_MAX together. */
bool heads_take(struct heads *h, const char *value, struct err *err) MUST_CHECK;

#endif
