/* SPDX-License-Identifier: MIT */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H
/*
 * How far a run is, on stderr: one line that is written over, on a terminal; elsewhere a
 * plain line a minute.  Main thread only.
 */
#include "audit/audit.h"
#include "audit/audit_logs.h"
#include "cli/globals.h"

void progress_begin(
	const struct globals *g); /* -q and --json on a terminal say nothing */
/* Callbacks of audit_options and verify_options; ctx is struct globals. */
void progress_audit(void *ctx, const struct audit_progress *p);
void progress_logs(void *ctx, const struct audit_logs_progress *p);
void progress_verify(void *ctx, int64_t done, int64_t total);
/* A line about something that went wrong and was recorded. */
void progress_say(void *ctx, const char *line);
/* Take the line away before anything else is written to the terminal. */
void progress_clear(void);
void progress_end(void);

#endif
