/* SPDX-License-Identifier: MIT */
#ifndef MODEL_FINDING_H
#define MODEL_FINDING_H
/* One judged fact, and the sums of a verification. */
#include "base/sha256.h"
#include "model/match.h"
#include "model/message.h"
#include "model/run.h"
#include "model/sample.h"
#include "model/why.h"

struct finding {
	int64_t id; /* row; 0 before it is stored */
	int64_t transfer;
	enum finding_class cls;
	enum severity severity;
	/* the side on which the named thing is, or should have been read */
	enum side side;
	/* common form (map_common) of the folder there; "" for the whole account */
	const char *folder;
	/* the other folder: refiled to, collided with, renamed to; "" when none */
	const char *other;
	int64_t epoch; /* folder_epoch on that side; 0 when not a message */
	uint32_t uid;  /* 0 when not a message */
	uint8_t tier;
	struct msg_key key;
	/* of the named message; -1 and MSG_DATE_UNKNOWN when not a message */
	int64_t octets, date;
	/* what differs, for people: "\\Seen", "2011-04-02T10:00:00Z", "5120"; "" */
	const char *old_fact, *new_fact;
	enum why why;
	/* in sentences: what the evidence tells, or why nothing can be told */
	const char *explanation;
	/* messages that it speaks for; 1 unless it sums up many (dates, removals) */
	int64_t count;
	/* findings of one class with the same one may be summed up: a shift in seconds */
	int64_t fold;
	int64_t accepted; /* acceptance that covers it; 0: none */
	/* class, transfer, side, folder, key, ordinal: the same next week */
	struct sha256 fingerprint;
};

/* Sums of one folder pair or one transfer.  Per side: same + same_weak + changed +
 * refiled + (missing and removed, or extra)
 * + unverified = messages. */
struct match_count {
	int64_t old_messages, new_messages;
	int64_t same, same_weak, changed, refiled, missing, extra;
	int64_t old_unverified, new_unverified;
	/* of changed: how many differ in that fact */
	int64_t flags, keywords, date, octets;
	int64_t removed; /* old side: delivered, and gone from the new side since */
	int64_t content; /* a fact like flags */
};
void match_count_add(struct match_count *sum, const struct match_count *c);
/* Old messages that have a partner. */
int64_t match_count_matched(const struct match_count *c);

struct pair {
	int64_t id, transfer;
	enum pair_kind kind;
	int64_t old_folder, new_folder;	 /* folder.id; 0: none */
	const char *old_name, *new_name; /* common form; "" */
	struct match_count count;
	const char *note; /* why it is unreadable; "" */
	int64_t bias;	  /* octets by which most messages grew or shrank; 0: none */
};

/* Verdict on a transfer by one verify run. */
struct judgement {
	int64_t transfer, run;
	/* The run came to its end, and with it what only all accounts together show:
	 * alarms, mail in another account.  Set by the store when it is read. */
	bool ended;
	enum verdict verdict;
	int64_t old_run, new_run;   /* audit runs that were used; 0: none */
	int64_t old_seen, new_seen; /* when they read the account */
	enum depth depth;	    /* the lesser of both sides */
	/* false: read without flags, or flags of another identity */
	bool flags_compared;
	struct match_count count;
	int64_t loss, doubt, info; /* findings by severity, without accepted ones */
	int64_t accepted;	   /* findings of loss or doubt that a person accepted */
	int64_t seal;		   /* baseline that was used; 0: none */
	int64_t bias;	  /* octets by which most messages grew or shrank; 0: none */
	int64_t contents; /* messages whose contents were compared, from scans */
	/* of these: chosen by chance (scan --sample), so that they speak for the others
	 */
	struct sampled sampled;
	int64_t folders_old, folders_new, folders_unread;
	const char *note; /* why it is incomplete or not judged; "" */
};

#endif
