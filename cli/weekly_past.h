/* SPDX-License-Identifier: MIT */
#ifndef CLI_WEEKLY_PAST_H
#define CLI_WEEKLY_PAST_H
/* What was mailed: entries "weekly" of the ledger, by which the next mail threads and
 * with which it compares.  They hold no addresses. */
#include "cli/project.h"
#include "mime/mime_mail.h"
#include "report/report_weekly.h"

struct weekly_past {
	int64_t last_at; /* of the last report; 0: none was mailed */
	int64_t verify;	 /* the run that it told of */
	struct weekly_figures figures;
	/* Message-IDs for References, oldest first: the first of all, and the last ones.
	 */
	const char *id[MAIL_ANSWERS_MAX];
	size_t id_n;
};
bool weekly_past_read(struct store *st, struct arena *arena, struct weekly_past *out,
		      struct err *err) MUST_CHECK;

/* A mail was handed over.  report false: it said that there is none. */
bool weekly_past_add(struct store *st, const char *id, bool report,
		     const struct weekly_words *words, struct err *err) MUST_CHECK;

#endif
