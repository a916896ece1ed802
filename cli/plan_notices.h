/* SPDX-License-Identifier: MIT */
#ifndef CLI_PLAN_NOTICES_H
#define CLI_PLAN_NOTICES_H
/* Shared by plan_notices.c (what is known, the texts) and plan_notices_out.c. */
#include "cli/notices.h"
#include "cli/plan_ask.h"
#include "plan/plan_fit.h"

/* One account. */
struct notice_who {
	const struct transfer *t;
	int64_t wave, begins;	  /* 0: none is kept */
	int64_t messages, octets; /* -1 */
	bool moves, unknown, moved, pop;
	const char *missing; /* a paragraph; "" */
	const struct dormant *dormant;
};
struct notice {
	enum notice_stage stage;
	const struct notice_who *who;
	const char *text;
};

struct notice_desk {
	struct plan_desk d;
	struct plan_use use;
	bool use_open;
	struct plan_dormant dormant;
	struct notice_who *who; /* as the scope has them */
	struct notice *v;
	size_t n;
	struct strbuf own; /* --template */
	int64_t count[NOTICE_STAGE_COUNT];
	bool wanted[NOTICE_STAGE_COUNT];
	const char *unknown[NOTICE_STAGE_COUNT]; /* why a stage has not all; NULL */
	/* What will not arrive, of the account at hand. */
	struct {
		int64_t n;
		struct strbuf folders;
		size_t named;
	} fit[PLAN_FIT_CLASS_COUNT];
	struct arena arena;
};

/* A day, and an hour, in the arena; otherwise where there is none. */
const char *notice_day(struct notice_desk *k, int64_t t, const char *otherwise);
const char *notice_hour(struct notice_desk *k, int64_t t);

bool notice_rows(struct notice_desk *k, enum sheet_form form,
		 const struct report_sink *sink, struct err *err) MUST_CHECK;
bool notice_text(struct notice_desk *k, struct err *err) MUST_CHECK;
bool notice_files(struct notice_desk *k, struct err *err) MUST_CHECK;
bool notice_keep(struct notice_desk *k, struct err *err) MUST_CHECK;

#endif
