/* SPDX-License-Identifier: MIT */
#ifndef CLI_OUTLOOK_H
#define CLI_OUTLOOK_H
/* What the other stages make of the evidence, put together for reports. */
#include "cli/project.h"
#include "model/outlook.h"

/* Strings and rows live in arena. */
bool outlook_gather(const struct project *p, struct arena *arena, struct outlook *out,
		    struct err *err) MUST_CHECK;

#endif
