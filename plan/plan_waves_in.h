/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_WAVES_IN_H
#define PLAN_PLAN_WAVES_IN_H
/* Of plan_waves*.c alone: waves while they are made. */
#include "plan/plan_waves.h"

/* Folders of somebody else that an account sees: one name out of theirs. */
struct waves_sight {
	uint32_t job;
	const char *owner; /* folded; perhaps nobody's */
};
struct waves {
	struct store *st;
	const struct plan_waves_options *o;
	struct plan_waves_result *r;
	struct plan_wave_job *job;
	int64_t *old, *new; /* accounts of each job */
	const char **user;  /* its login on the old side; NULL */
	size_t n, cap;
	int64_t *begun, *done; /* transfers, sorted */
	size_t begun_n, done_n;
	struct name *name; /* sorted */
	struct pack_job *pack;
	struct pack_window *window;
	struct waves_sight *sight;
	size_t sight_n, sight_cap;
	struct arena arena;
};
struct name {
	const char *fold;
	uint32_t job;
};

/* Remember whose folders the account of the newest job sees. */
void waves_sees(struct waves *w, const struct plan_facts *f);

/* Names of the config and of folders: who goes with whom, who comes first, who has days
 * of which he may not be moved.  After the walk. */
void waves_groups(struct waves *w);
void waves_dates(struct waves *w);

/* How fast mail moves, as far as that was measured. */
bool waves_measure(struct waves *w, struct err *err) MUST_CHECK;
/* When each wave will have ended, and what ends before the last one does. */
bool waves_forecast(struct waves *w, struct err *err) MUST_CHECK;

#endif
