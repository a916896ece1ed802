/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_WORK_H
#define VERIFY_WORK_H
/* One transfer being judged: what evidence.c, emit.c, refile.c and transfer.c share. */
#include "base/arena.h"
#include "base/sha256.h"
#include "model/account.h"
#include "store/store_folder.h"
#include "store/store_verify.h"
#include "verify/judge.h"
#include "verify/multiset.h"
#include "verify/pairing.h"
#include "verify/tally.h"
#include "verify/verify.h"

/* A folder of one side with what is made of it. */
struct work_folder {
	const struct folder_view *view;
	const char
		*common; /* for the new side relative to the account, not to new_prefix */
	enum proof proof;
	int64_t messages; /* known to exist; 0 when nothing is known */
};

struct work_side {
	int64_t account; /* 0: none */
	struct account_view view;
	enum proof proof;
	struct work_folder *folder; /* this transfer's own, without foreign ones */
	size_t folder_n;
	int64_t started; /* of the audit run that was used; INT64_MAX when there is none
			  */
};

#define WORK_ORDINALS                                                                    \
	FINDING_FOLDER_MISSING /* the classes that are about messages come first */

/* A folder pair while it is judged. */
struct work_pair {
	struct pair row;
	const struct pairing *pairing;
	const struct work_folder *folder[SIDE_COUNT]; /* NULL: none; not read for messages
							 when it cannot hold any */
	size_t leader; /* index of the pair that counts the new folder */
	int64_t epoch[SIDE_COUNT];
	bool flags;	       /* flags of both sides were read */
	const char *excluded;  /* the rule that leaves the old folder out; NULL */
	uint32_t arrived_uid;  /* highest UID of the old folder that was found on the new
				  side */
	int64_t missing, tail; /* what is left in the end; of those, above arrived_uid */
	uint64_t stamp;	       /* group for which ordinal counts */
	uint32_t ordinal[WORK_ORDINALS];
};

/* What a pair of keyword sets makes of a message; looked up once for each pair. */
struct work_keywords {
	int64_t old, new;
	bool known, equal, lost;
};
#define WORK_KEYWORDS 256

/* A number for a keyword set that is the same for every set with these words. */
struct work_words {
	int64_t set; /* 0: a free slot */
	uint64_t words;
};

struct work {
	struct store *st;
	const struct verify_options *o;
	struct map *map; /* o->rules, opened once for the run */
	const struct transfer *t;
	const struct transfer *all; /* every listed transfer */
	size_t all_n;
	struct arena *arena;   /* lives as long as this transfer is judged */
	struct arena *scratch; /* for one finding */
	struct sha256_ctx *sha;
	struct tally *tally;
	struct tally_pattern pattern;

	struct work_side side[SIDE_COUNT];
	const char *prefix; /* new_prefix in common form; "" */
	const char *shared; /* name of another transfer with the same account and prefix;
			       NULL: none */
	struct work_pair *pair;
	size_t pair_n;
	const char *unread_new; /* a new folder that could not be read, in which mail may
				   be; NULL */
	bool unknown;		/* something could not be examined */
	struct judgement judgement;
	uint64_t stamp; /* of the group of equal keys being matched */
	uint32_t loose[FINDING_CLASS_COUNT]
		      [SIDE_COUNT]; /* ordinals of findings about no message */
	struct work_keywords keywords[WORK_KEYWORDS];
	struct work_words words[WORK_KEYWORDS];
};

/* ---- evidence.c: what is known of both sides ---- */

/* Fill in side[], prefix and shared. */
bool evidence_load(struct work *w, struct err *err) MUST_CHECK;

/* ---- emit.c: findings ---- */

/* A finding about a folder or the account. */
bool emit_place(struct work *w, enum finding_class cls, enum severity severity,
		enum side side, const char *folder, const char *other,
		const char *explanation, struct err *err) MUST_CHECK;
/* A finding about one message of that side of a pair.  Severity is counted, the
 * fingerprint is made here. */
bool emit_message(struct work *w, enum finding_class cls, enum severity severity,
		  enum side side, struct work_pair *p, const struct multiset_item *item,
		  const char *other, const char *old_fact, const char *new_fact,
		  const char *explanation, struct err *err) MUST_CHECK;
/* Two messages are the same one: judge facts, count, and name what differs. */
bool emit_matched(struct work *w, const struct multiset_item *old,
		  const struct multiset_item *new, struct err *err) MUST_CHECK;
/* Sets item->words. */
bool emit_words(struct work *w, struct multiset_item *item, struct err *err) MUST_CHECK;
/* A new group of equal keys: ordinals begin again. */
void emit_group(struct work *w, bool more);

/* ---- places.c: what the folders themselves tell ---- */

/* It holds messages that were not read in full; NULL is no folder. */
bool places_unread(const struct work_folder *f);
/* "The new folder could not be read: NO ..." */
const char *places_note(struct work *w, const struct work_folder *f, enum side side);
/* Findings about the folders of a pair: unreadable, missing, extra, collided, renamed,
 * attributes. */
bool places_judge(struct work *w, struct work_pair *p, struct err *err) MUST_CHECK;

/* ---- refile.c: what found no partner in its own folder pair ---- */

bool refile_add(struct work *w, enum side side, const struct multiset_item *item,
		struct err *err) MUST_CHECK;
/* Look for partners across the pairs, first by key, then, where one of both has no
 * Message-ID of its own, by the key from looked-up details. */
bool refile_match(struct work *w, struct err *err) MUST_CHECK;
/* Name what is left: missing and extra. */
bool refile_rest(struct work *w, struct err *err) MUST_CHECK;

/* ---- transfer.c ---- */

/* Judge w->t; within a transaction of the caller's, after store_verify_clear.
 * w->judgement is filled in and stored. */
bool transfer_judge(struct work *w, struct err *err) MUST_CHECK;

#endif
