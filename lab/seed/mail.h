/* SPDX-License-Identifier: MIT */
#ifndef LAB_SEED_MAIL_H
#define LAB_SEED_MAIL_H
/* Writes invented mail, with everything that makes old mail hard to compare.  Equal seed
 * and name, equal octets. */
#include "base/strbuf.h"

struct rng {
	uint64_t state;
};
uint64_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n); /* 0 to n - 1 */

enum mail_style {
	MAIL_STYLE_MIXED,  /* ordinary life: the first messages of an account walk through
			      every oddity once */
	MAIL_STYLE_DRAFTS, /* the same, flagged \Draft */
	MAIL_STYLE_SMALL,  /* ordinary, none above some kB: for huge folders */
	MAIL_STYLE_UNIFORM, /* 1.1 kB each, for measurements */
	MAIL_STYLE_LARGE,   /* with attachments, up to some MB: for measurements */
};

struct mail {
	struct strbuf text; /* whole message, CRLF line ends */
	char flags[96];	    /* "\\Seen Work" */
	int64_t date;	    /* INTERNALDATE */
	int zone;	    /* its time zone, minutes east of UTC */
};
/* "02-Apr-2011 12:00:00 +0200" */
const char *mail_imap_date(const struct mail *m, char buf[40]);

struct mail_writer {
	struct rng rng;
	struct mail now;
	char user[64];
	uint64_t serial;   /* messages written for this account */
	char last_id[128]; /* Message-ID text of an earlier message */
	struct strbuf
		carry; /* message that is copied into the next folder; empty when none */
	struct strbuf thread; /* text of a References field that grows and is cut */
};
void mail_writer_init(struct mail_writer *w, uint64_t seed, const char *user);
void mail_writer_done(struct mail_writer *w);
/* Message number index of count in this folder; borrowed until the next call.  Dates rise
 * from 2009 into 2024. */
const struct mail *mail_next(struct mail_writer *w, enum mail_style style, int64_t index,
			     int64_t count);

#endif
