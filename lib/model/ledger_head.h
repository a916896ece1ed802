/* SPDX-License-Identifier: MIT */
#ifndef MODEL_LEDGER_HEAD_H
#define MODEL_LEDGER_HEAD_H
/* The newest entry of a ledger, as somebody kept it outside the project: alone, or in a
 * report. */
#include "base/sha256.h"
#include "base/span.h"

struct ledger_head {
	int64_t seq; /* 0: not told */
	struct sha256 hash;
};

/* 64 hexadecimal digits, either case. */
bool ledger_head_parse(struct span s, struct ledger_head *out) MUST_CHECK;
/*
 * The next head in a text, from *at on, which moves behind it: as `ledger head`, `ledger
 * export`, `status`, `report` and `gate` write it, as text or JSON.  False: there is none.
 */
bool ledger_head_find(struct span text, size_t *at, struct ledger_head *out) MUST_CHECK;

#endif
