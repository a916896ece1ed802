/* SPDX-License-Identifier: MIT */
#ifndef CLI_PLAN_WAVES_H
#define CLI_PLAN_WAVES_H
/* `mailmuster plan waves`, in two files. */
#include "cli/plan_ask.h"
#include "plan/plan_waves.h"

/* With --output: two files for each wave; else nothing. */
bool plan_waves_files(struct plan_desk *d, const struct plan_waves_result *r,
		      struct err *err) MUST_CHECK;

#endif
