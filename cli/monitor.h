/* SPDX-License-Identifier: MIT */
#ifndef CLI_MONITOR_H
#define CLI_MONITOR_H
/*
 * Output for what watches (docs/monitoring.md): the text format of Prometheus, for a
 * collector of text files, and one line of a monitoring plugin with its exit codes.  What
 * is not known has no line in the former, and is UNKNOWN in the latter: never 0, never
 * OK.
 */
#include "cli/gate_see.h"
#include "report/report_figures.h"

enum monitor_format { MONITOR_TEXT, MONITOR_PROMETHEUS, MONITOR_NAGIOS };
bool monitor_format_parse(const char *word, enum monitor_format *out) MUST_CHECK;

/* Exit codes of monitoring plugins. */
enum monitor_state { MONITOR_OK, MONITOR_WARNING, MONITOR_CRITICAL, MONITOR_UNKNOWN };

/* Both return the exit code.  stale: accounts whose evidence is too old. */
int monitor_status(const struct project *p, const struct status_figures *f, int64_t stale,
		   int64_t damaged, enum monitor_format format);
int monitor_gate(const struct project *p, const struct gate_seen *s,
		 enum monitor_format format);

/* What failed; with MONITOR_NAGIOS as a line of UNKNOWN on stdout, else as msg_fail does.
 */
int monitor_fail(const struct globals *g, enum monitor_format format,
		 const struct err *err);

#endif
