/* SPDX-License-Identifier: MIT */
#ifndef CLI_VERIFIES_H
#define CLI_VERIFIES_H
/* Judging what is stored, shared by verify and weekly. */
#include "cli/scope.h"
#include "verify/verify.h"

enum verifies_how {
	VERIFIES_LOOK,	  /* look up on the servers what found no partner */
	VERIFIES_OFFLINE, /* connect to nothing */
	VERIFIES_LIVE,	  /* read again what differs, too */
};

/* What cannot be looked up stays unknown, is said, and is no failure. */
bool verifies_run(struct globals *g, struct project *p, struct scope *scope,
		  enum verifies_how how, struct verify_result *r,
		  struct err *err) MUST_CHECK;

#endif
