/* SPDX-License-Identifier: MIT */
#ifndef CLI_ACCESS_H
#define CLI_ACCESS_H
/* Each look into an account is recorded: entries "look" of the ledger. */
#include "cli/project.h"
#include "model/account.h"
#include "report/report.h"

#define ACCESS_PURPOSE_MAX 400 /* octets */

/* The calling operator looks into this account. */
bool access_record(const struct project *p, const struct transfer *t, const char *purpose,
		   struct err *err) MUST_CHECK;
/* All of them, oldest first, as CSV: time, operator, account, purpose. */
bool access_write(const struct project *p, const struct report_sink *sink,
		  struct err *err) MUST_CHECK;

#endif
