/* SPDX-License-Identifier: MIT */
#ifndef CLI_LOGS_MORE_H
#define CLI_LOGS_MORE_H
/* `logs coverage|witness|forwards|beat`: what stands beside the lines themselves. */
#include "cli/args.h"
#include "model/side.h"

struct logs_query {
	bool has_side;
	enum side side;
	const char *as, *user, *account;
};
int logs_coverage(struct args *a, const struct logs_query *q);
int logs_witness(struct args *a, const struct logs_query *q);
int logs_forwards(struct args *a, const struct logs_query *q);
int logs_beat(struct args *a, const struct logs_query *q);

#endif
