/* SPDX-License-Identifier: MIT */
#ifndef REPORT_REPORT_TOLD_H
#define REPORT_REPORT_TOLD_H
/*
 * What the servers' own tools told of how much there is, where it is not what was read:
 * an observation.  Mail comes and goes between the two, and tools count what IMAP does
 * not show; so a difference is told with names, and an agreement makes nothing clean.
 */
#include "base/json.h"
#include "report/report_lines.h"
#include "report/report_view.h"

/* "server_counts" of one transfer: what differs, is unknown here, or was not read. */
bool report_told_json(struct report_view *v, const struct transfer *t, struct json_out *j,
		      struct err *err) MUST_CHECK;
/* A paragraph about all transfers of the view, only where counts were imported; the
 * first REPORT_TOLD_NAMED that differ are named. */
#define REPORT_TOLD_NAMED 10
bool report_told_text(struct report_view *v, struct lines *l, struct err *err) MUST_CHECK;
/* Lines about the folders of an account that differ, below what is said of it. */
bool report_told_folders(struct store *st, int64_t account, struct strbuf *out,
			 struct err *err) MUST_CHECK;

#endif
