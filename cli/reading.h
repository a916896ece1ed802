/* SPDX-License-Identifier: MIT */
#ifndef CLI_READING_H
#define CLI_READING_H
/* What audit needs of us: servers as this run may use them, secrets, progress, and the
 * transcript. */
#include "audit/audit.h"
#include "cli/project.h"
#include "cli/secret.h"

struct reading {
	struct audit_options
		options; /* accounts, depth and scope are the caller's to fill in */
	struct server server[SIDE_COUNT]; /* max_connections lowered by --jobs */
	struct secrets *secrets;
	FILE *transcript;
};

/* sides: which may be used.  Opens the file that MAILMUSTER_TRACE_IMAP names (mode 0600;
 * then one side only, with one connection), and gets the secrets that hold for a whole
 * side. */
bool reading_open(struct globals *g, const struct project *p,
		  const bool sides[SIDE_COUNT], struct reading *out,
		  struct err *err) MUST_CHECK;
void reading_close(struct reading *r); /* also after a failure */

#endif
