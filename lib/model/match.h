/* SPDX-License-Identifier: MIT */
#ifndef MODEL_MATCH_H
#define MODEL_MATCH_H
/* The verdicts (DESIGN section 5).  Values are stored: append only. */
#include "base/base.h"
#include "model/message.h"
#include "model/side.h"

/* Verdict on one message of a transfer.  Every message on either side gets exactly one.
 */
enum match_kind {
	MATCH_SAME,	  /* tier 1, every comparable fact equal */
	MATCH_SAME_WEAK,  /* tier 2 or 3, every comparable fact equal */
	MATCH_CHANGED,	  /* matched; diff names the facts that differ */
	MATCH_REFILED,	  /* matched in another folder of the transfer's account */
	MATCH_MISSING,	  /* on the old side only */
	MATCH_EXTRA,	  /* on the new side only */
	MATCH_UNVERIFIED, /* one side of the folder pair could not be read in full */
	/* old side: proven on the new side at the seal or later, and gone from it since
	 */
	MATCH_REMOVED,
};
enum { MATCH_KIND_COUNT = MATCH_REMOVED + 1 };
const char *match_kind_name(enum match_kind k);

/* Facts of a matched message that may differ. */
enum {
	DIFF_FLAGS = 1 << 0,
	DIFF_KEYWORDS = 1 << 1,
	DIFF_DATE = 1 << 2,
	DIFF_OCTETS = 1 << 3,
	DIFF_CONTENT = 1 << 4,
};
enum { DIFF_COUNT = 5 };
const char *diff_name(unsigned bit_index); /* 0 gives "flags" */

/* Verdict on one folder pair. */
enum pair_kind {
	PAIR_PAIRED,  /* the same name after prefix and delimiter conversion */
	PAIR_RENAMED, /* paired by a rule of the config */
	/* on the old side only, and it holds mail (or held a place for it) */
	PAIR_MISSING,
	PAIR_EXTRA,    /* on the new side only */
	PAIR_COLLIDED, /* two old folders on one new name */
	/* \Noselect on the old side: no messages, a place in the tree */
	PAIR_UNSELECTABLE,
	PAIR_UNREADABLE, /* one side could not be read in full */
};
enum { PAIR_KIND_COUNT = PAIR_UNREADABLE + 1 };
const char *pair_kind_name(enum pair_kind k);

/* Verdict on a transfer: its worst finding; a wave's is its worst transfer's. */
enum verdict {
	VERDICT_CLEAN,	 /* everything examined, nothing found beyond info */
	VERDICT_DIFFERS, /* everything examined, loss or doubt found */
	/* something could not be examined, so the answer is unknown */
	VERDICT_INCOMPLETE,
	VERDICT_NOT_JUDGED, /* never verified, or one-sided */
};
enum { VERDICT_COUNT = VERDICT_NOT_JUDGED + 1 };
const char *verdict_name(enum verdict v);

enum severity { SEVERITY_INFO, SEVERITY_DOUBT, SEVERITY_LOSS };
enum { SEVERITY_COUNT = SEVERITY_LOSS + 1 };
const char *severity_name(enum severity s);
bool severity_parse(const char *s, enum severity *out) MUST_CHECK;

/* What a finding is about; a finding is one judged fact. */
enum finding_class {
	FINDING_MESSAGE_MISSING,
	FINDING_MESSAGE_EXTRA,
	FINDING_MESSAGE_REFILED,
	FINDING_FLAGS, /* system flags differ */
	FINDING_KEYWORDS,
	FINDING_DATE,	/* INTERNALDATE differs */
	FINDING_OCTETS, /* RFC822.SIZE differs: a suspicion */
	FINDING_CONTENT,
	FINDING_FOLDER_MISSING,
	FINDING_FOLDER_EXTRA,
	FINDING_FOLDER_COLLIDED,
	FINDING_FOLDER_RENAMED,
	FINDING_FOLDER_UNREADABLE, /* unverified: one side could not be read in full */
	/* unverified: a whole side of the transfer was not read */
	FINDING_ACCOUNT_UNREADABLE,
	/* unverified: read, but too long ago or not deep enough */
	FINDING_EVIDENCE_STALE,
	FINDING_SUBSCRIPTION, /* subscribed on one side only */
	FINDING_SPECIAL_USE,  /* special use differs */
	/* missing here and on the new side only there: somebody else has it */
	FINDING_MISDELIVERED,
	/* delivered, and removed on the new side after the seal: one of an account */
	FINDING_MESSAGE_REMOVED,
	FINDING_MASS_REMOVAL, /* so many at once that no user did it */
	FINDING_MASS_FLAGS,   /* \Seen lost after the seal, so many at once */
	FINDING_SEAL_UNSOUND, /* the baseline itself is in doubt */
	/* unverified until somebody accepts it: a scan could not get it from its server
	 */
	FINDING_MESSAGE_UNREADABLE,
	FINDING_MESSAGE_DAMAGED, /* a scan saw that it is corrupt or suspect */
	FINDING_ACCESS, /* others may do something else with a folder than before */
	/* messages of a Gmail label that arrived, but not in the folder of that label */
	FINDING_LABEL,
	/* the old side lost a mass of mail before the seal, and not all of it arrived */
	FINDING_VANISHED,
};
enum { FINDING_CLASS_COUNT = FINDING_VANISHED + 1 };
const char *finding_class_name(enum finding_class c); /* "message-missing" */
bool finding_class_parse(const char *s, enum finding_class *out) MUST_CHECK;
/* Is it about messages, so that finding.count of them can be summed up? */
bool finding_class_of_messages(enum finding_class c);
/* Does it say that something is unknown?  Nobody can accept what nobody knows; but one
 * message that is known by name, size and date, and that its server does not give out, is
 * for a person to decide upon. */
bool finding_class_unknown(enum finding_class c);
/* "messages missing on the new server": a count stands before or behind it */
const char *finding_class_text(enum finding_class c);
/* The same of one: "message missing on the new server", "alarm: flags were lost ...". */
const char *finding_class_one(enum finding_class c);

#endif
