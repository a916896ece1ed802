/* SPDX-License-Identifier: MIT */
#ifndef CLI_LOGS_EXPLAIN_H
#define CLI_LOGS_EXPLAIN_H
/* How each line of a log was taken: `logs --explain`.  Nothing is stored. */
#include "cli/globals.h"
#include "logs/logs_scan.h"
#include "logs/logs_zone.h"

struct logs_explain {
	const struct log_pattern *patterns;
	size_t pattern_n;
	const struct logs_zone *zone;
	int year; /* of the first line; 0: inferred */
};
bool logs_explain_file(const struct globals *g, const struct logs_explain *how,
		       const char *path, struct err *err) MUST_CHECK;

#endif
