/* SPDX-License-Identifier: MIT */
#ifndef REPORT_FINDING_H
#define REPORT_FINDING_H
/* One finding, as every writer tells it. */
#include "base/json.h"
#include "report/report_lines.h"
#include "report/report_view.h"

/* Header fields of its message: what was looked up, and the Message-ID that is kept for
 * every message of the old side.  All NULL when it is about no message. */
bool report_finding_detail(const struct report_view *v, const struct finding *f,
			   struct arena *arena, struct message_detail *out,
			   struct err *err) MUST_CHECK;
/* Its keys, inside an object that the caller opened (docs/json.md). */
bool report_finding_keys(const struct report_view *v, struct json_out *j,
			 const struct finding *f, struct arena *arena,
			 struct err *err) MUST_CHECK;
/* "    uid 12, Mon, 1 Feb 1999, from ..., "subject", <id>, 4.2 KiB", and what differs. */
void report_finding_lines(struct lines *l, const struct finding *f,
			  const struct message_detail *d);

#endif
