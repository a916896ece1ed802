/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SAMPLE_H
#define MODEL_SAMPLE_H
/*
 * Samples of messages, and what they say of all of them.
 *
 * A message's rank depends on the seed and on what it is recognised by, not on where it
 * is: the sample of one server is the sample of the other, so that both can be compared.
 * Copies of one message stand or fall together.
 */
#include "base/base.h"
#include "model/message.h"

#define SAMPLE_CONFIDENCE 95 /* per cent */

/* Uniform over all values; those with the lowest ranks are the sample. */
uint64_t sample_rank(uint64_t seed, const struct msg_key *key, int64_t date);

/*
 * The most of all messages that may have what `found` of `read` have, with 95 %
 * confidence (one-sided, hypergeometric, without approximation): the largest number under
 * which finding so few is no less likely than 1 in 20.  0 <= found <= read <= all; with
 * read 0 it is all of them.
 */
int64_t sample_bound(int64_t all, int64_t read, int64_t found);

/*
 * "500 of 12,000 read, none damaged: with 95 % confidence fewer than 0.6 % are"; what:
 * "damaged", verb: "are".  Without any left over it is the plain count.
 */
const char *sample_sentence(int64_t all, int64_t read, int64_t found, const char *what,
			    const char *verb, char *buf, size_t size);

/* Messages of a sample that were found on both sides. */
struct sampled {
	int64_t read;	/* whole, on both: compared */
	int64_t unread; /* on one side at least not read, or no longer what was read */
	int64_t differ; /* of those compared */
};
/*
 * What the comparison of a sample proves of all messages that have a partner: "500 of
 * 12,000 read, none differ: with 95 % confidence fewer than 0.6 % do".  Those unread
 * count as if they differed, and that is said.  "" when nothing was compared.
 */
const char *sampled_sentence(int64_t all, const struct sampled *s, char *buf,
			     size_t size);

/* The n lowest of many ranks, in memory for n of them. */
struct sample_lowest {
	uint64_t *heap; /* the highest first */
	size_t n, max;
};
#define SAMPLE_MAX ((size_t)1 << 22)			      /* 32 MiB */
void sample_lowest_init(struct sample_lowest *s, size_t max); /* 1 to SAMPLE_MAX */
void sample_lowest_done(struct sample_lowest *s);
void sample_lowest_add(struct sample_lowest *s, uint64_t rank);
/* The highest rank that is in; 0 when nothing was added. */
uint64_t sample_lowest_limit(const struct sample_lowest *s);

#endif
