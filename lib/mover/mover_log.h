/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_LOG_H
#define MOVER_MOVER_LOG_H
/*
 * What a mover's log says happened: imapsync's output or log file of releases 1.255
 * (2008), 1.452 to 1.584, and 1.727 to 2.229.  Several runs may stand one after the
 * other.
 *
 * A line is an event, not ours, or malformed (it begins as one of ours and does not go on
 * so); all three are counted.  Octets come in pieces of any size; a line longer than
 * MOVER_LINE_MAX is malformed and skipped.  Subjects, which the log holds, are not kept.
 */
#include "base/err.h"
#include "base/span.h"
#include "model/side.h"

#define MOVER_LINE_MAX (64u << 10) /* octets */
#define MOVER_NAME_MAX 1024u	   /* octets of a host, a user, a folder */
#define MOVER_TEXT_MAX 512u	   /* of what a server said; longer is cut */

enum mover_event_kind {
	MOVER_RUN_START, /* host, user, when */
	MOVER_RUN_END,	 /* when, code, errors, verdict, missing; of a run that was not
			    ended too: then code is -1 */
	MOVER_FOLDER,	 /* done with old_name to new_name; counts */
	MOVER_COPIED,	 /* one message: uid of both sides, octets */
	MOVER_REFUSED,	 /* one message (uid), or the folder (uid 0): refusal, text */
	MOVER_SKIPPED,	 /* one message; skip */
	MOVER_EXCLUDED,	 /* a folder that a pattern left out; text is the pattern */
	MOVER_REMOVED,	 /* one message was deleted on side; uid of that side */
};
enum { MOVER_EVENT_COUNT = MOVER_REMOVED + 1 };
const char *mover_event_name(enum mover_event_kind kind);

enum mover_refusal {
	MOVER_QUOTA,
	MOVER_TOO_LARGE,
	MOVER_INVALID, /* the new server does not take the message as it is */
	MOVER_VIRUS,
	MOVER_CONNECTION, /* the server went away */
	MOVER_UNREADABLE, /* the old server did not give it */
	MOVER_NO_FOLDER,  /* the folder could not be made or opened */
	MOVER_OTHER,
};
enum { MOVER_REFUSAL_COUNT = MOVER_OTHER + 1 };
const char *mover_refusal_name(enum mover_refusal r);
/* By the words of the server; how is what was tried. */
enum mover_refusal mover_refusal_of(struct span text);

enum mover_skip {
	MOVER_LARGER,	 /* than --maxsize */
	MOVER_SMALLER,	 /* than --minsize */
	MOVER_NO_HEADER, /* nothing to tell it apart by */
	MOVER_LONG_LINE,
	MOVER_BY_RULE, /* --skipmess */
	MOVER_TRIED,   /* --dry: it would have been copied */
	MOVER_UNSAID,
};
enum { MOVER_SKIP_COUNT = MOVER_UNSAID + 1 };
const char *mover_skip_name(enum mover_skip s);

enum mover_verdict {
	MOVER_NO_VERDICT,
	MOVER_LOOKS_GOOD,   /* all messages that it can tell apart are on the new side */
	MOVER_NOT_FINISHED, /* missing of them are not */
};

struct mover_event {
	enum mover_event_kind kind;
	uint64_t line; /* in the log, from 1 */
	/* "" where it is not known; names of folders as the servers have them */
	const char *host[SIDE_COUNT], *user[SIDE_COUNT];
	const char *old_name, *new_name;
	uint32_t old_uid, new_uid; /* 0: not known */
	int64_t octets;		   /* -1 */
	int64_t when;		   /* -1: not in the log, or without a time zone */
	enum side side;		   /* of a removal */
	enum mover_refusal refusal;
	enum mover_skip skip;
	const char *text;
	int code;		 /* exit status; -1: the log does not say */
	int64_t errors, missing; /* -1 */
	enum mover_verdict verdict;
	/* Of a folder, and at the end of the run; messages and duplicates -1: not said.
	 */
	int64_t messages, duplicates, copied, refused, skipped;
};

struct mover_counts {
	uint64_t lines, events, foreign, malformed; /* lines is the sum of the others */
	uint64_t first_malformed;		    /* line; 0: none */
};

struct mover_log;
/* fn gets each event; strings are valid during the call.  Its false stops. */
void mover_log_open(bool (*fn)(void *ctx, const struct mover_event *event,
			       struct err *err),
		    void *ctx, struct mover_log **out);
bool mover_log_feed(struct mover_log *log, struct span octets,
		    struct err *err) MUST_CHECK;
/* The end of the log: a last line without its end, a run that was not ended. */
bool mover_log_finish(struct mover_log *log, struct mover_counts *out,
		      struct err *err) MUST_CHECK;
void mover_log_close(struct mover_log *log); /* NULL is fine */

#endif
