/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_JUDGE_H
#define VERIFY_JUDGE_H
/*
 * From facts to verdicts: no clock, no store, no output.  What a rule of DESIGN 5 and 6
 * says stands here and nowhere else.
 */
#include "base/span.h"
#include "model/match.h"
#include "model/why.h"
#include "store/store_folder.h"

/* How well one side of a transfer, or one folder of it, is known.  Only PROOF_GOOD lets
 * messages be compared, and PROOF_HOLES all but those that are named. */
enum proof {
	PROOF_GOOD,	  /* read in full, lately enough */
	PROOF_NO_MAIL,	  /* unselectable: there are no messages to read */
	PROOF_NO_ACCOUNT, /* the transfer has no account on this side */
	PROOF_NEVER,	  /* never read */
	PROOF_FAILED,	  /* the newest attempt failed */
	PROOF_NO_FOLDERS, /* the login worked but no folder was shown: cannot see, not
			     empty */
	PROOF_OLD, /* read longer ago than allowed, or at a time that is still to come */
	PROOF_COUNTED,	/* only counted (--depth counts) */
	PROOF_MOVED_ON, /* counted later, and the counts are others */
	PROOF_HALF,   /* an audit began to read it again and has not ended: mail that went
			 from one folder to another may be in neither */
	PROOF_CLOSED, /* nobody may open the account (legal hold): unknown, and no
			 trouble */
	PROOF_HOLES,  /* a folder that was read but for single messages, which have no
			 verdict */
};
enum { PROOF_COUNT = PROOF_HOLES + 1 };

/* Words for the note of a pair: "was never read". */
const char *judge_proof_text(enum proof p);
/* True for those that make the whole side unreadable, not merely stale. */
bool judge_proof_blind(enum proof p);

/* v is the newest account_seen; has_account false: the transfer names none on this side.
 */
enum proof judge_side(bool has_account, const struct account_view *v, int64_t now,
		      int64_t max_age);
/* The folder by itself; a side that is not good spoils it on top of this. */
enum proof judge_folder(const struct folder_view *f, int64_t now, int64_t max_age);

/* A transfer whose decision says that nothing is to arrive on the new side. */
bool judge_not_moving(const char *decision);

/* DIFF_* of two messages that are taken for the same.  flags false: they were not read on
 * both sides, so neither flags nor keywords are compared.  A date or size that was not
 * told is never equal to anything. */
unsigned judge_diff(const struct message *old, const struct message *new, bool flags,
		    bool keywords_equal);
/* The verdict on a matched message. */
enum match_kind judge_match(enum tier tier, unsigned diff, bool refiled);

/* Severity of one differing fact, bit being one DIFF_*.  lost: the old side has a flag or
 * keyword that the new one lacks; ignored for dates and sizes. */
enum severity judge_fact(unsigned bit, const struct message *old, bool lost);
/* A message on the new side only. */
enum severity judge_extra(enum why why);
/* A folder that the new side does not have: a loss of structure even when it is empty,
 * but for one that was only ever a place in the tree, or that a rule leaves out. */
enum severity judge_folder_missing(int64_t messages, bool only_a_place);

/* rights (RFC 4314) of a login on the account's own INBOX; "" when they were not told.
 * Without the right to keep \Seen it is another identity, with flags of its own. */
bool judge_foreign_flags(const char *rights);
/* The readings of both sides lie too far apart to be compared; max_gap 0: never. */
bool judge_apart(int64_t old_at, int64_t new_at, int64_t max_gap);
/* A folder for what is thrown away: emptied by users and servers as a matter of course.
 */
bool judge_bin(const char *name, char delim, unsigned attrs);
/* So many at once that no user did it: by the limits, or nearly all there was. */
#define MASS_LEAST	5
#define MASS_NEARLY_ALL 80 /* percent */
bool judge_mass(int64_t n, int64_t of, int64_t messages, unsigned percent);

/* Messages that the old side lost in one go, before any baseline. */
enum vanish_cause {
	VANISH_NOTHING, /* a handful, or all of it is on the new side */
	VANISH_OWNER, /* much of it, and next to none arrived: thrown away before the move
		       */
	VANISH_MOVER, /* some of it arrived, and not all: it was moved, and some is lost
		       */
	VANISH_ALL,   /* nearly all that there was */
	VANISH_FETCHED, /* likewise, and it was young mail of INBOX, which is emptied as a
			   habit: POP does that */
};
enum { VANISH_CAUSE_COUNT = VANISH_FETCHED + 1 };
/* gone: of which the old side has no copy any more; nowhere: nor has the new side;
 * fetched: all of these had not lain in INBOX for long, and it is not the only time that
 * INBOX was emptied; of: what the old side held before.  The limits are those of
 * judge_mass. */
enum vanish_cause judge_vanished(int64_t gone, int64_t nowhere, bool fetched, int64_t of,
				 int64_t messages, unsigned percent);

/* A message of the old side that is not on the new one.  sealed: the transfer has a
 * baseline; why: the most specific reason. */
enum severity judge_missing(bool sealed, enum why why);

/* The verdict on a transfer.  Unknown wins over found. */
enum verdict judge_transfer(bool unknown, int64_t loss, int64_t doubt);

#endif
