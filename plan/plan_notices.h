/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_NOTICES_H
#define PLAN_PLAN_NOTICES_H
/*
 * Texts for users, a stage each.  A text is made of a template and of what is known of
 * one account; nothing of another account gets into it.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"

enum notice_stage {
	NOTICE_ANNOUNCEMENT,
	NOTICE_WEEK,	/* a week before the account moves */
	NOTICE_DAY,	/* the day before */
	NOTICE_MOVED,	/* it was cut over */
	NOTICE_POP,	/* for who fetches by POP3: all of it comes once more */
	NOTICE_CLOSING, /* the old server ends */
	NOTICE_DORMANT, /* for who does not use it: is it still needed? */
};
enum { NOTICE_STAGE_COUNT = NOTICE_DORMANT + 1 };
const char *notice_stage_name(enum notice_stage s); /* "announcement" */
bool notice_stage_parse(const char *name, enum notice_stage *out) MUST_CHECK;
/* "when it was cut over": who gets it. */
const char *notice_stage_who(enum notice_stage s);
/* To:, Subject:, an empty line, the text. */
const char *notice_template(enum notice_stage s);

#define NOTICE_TEMPLATE_MAX (64u << 10) /* octets */
#define NOTICE_WORDS	    20

/* What stands for {name} in a template. */
struct notice_word {
	const char *name, *value;
	bool lines; /* ours, of several lines; what is of one cannot break a line */
};
/*
 * A {name} that no word has is ERR_CONFIG "file:line:column"; what is in braces and no
 * lower-case name stays as it is.  A line that holds nothing but one {name} goes when its
 * value is "".
 */
bool notice_fill(const char *file, struct span text, const struct notice_word *word,
		 size_t n, struct strbuf *out, struct err *err) MUST_CHECK;

#endif
