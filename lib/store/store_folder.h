/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_FOLDER_H
#define STORE_STORE_FOLDER_H
/*
 * Folders and messages as audit observes them.  Order of calls for one account in one
 * run: store_listing, then per folder store_folder_begin, store_window_put (each in one
 * transaction of its own, or joining the one that is open), store_folder_end, and last
 * store_account_end.  The handle's current run (store_run.h) is recorded with all of it;
 * without one they are ERR_BUG.
 */
#include "base/sha256.h"
#include "model/account.h"
#include "model/acl.h"
#include "model/folder.h"
#include "model/limit.h"
#include "model/message.h"
#include "model/run.h"
#include "store/store.h"

/* What the server told about one account before its folders were read. */
struct account_listing {
	int64_t account;
	const char *prefix; /* personal namespace prefix, wire form; "" */
	char delim;	    /* '\0': NIL */
	const char *capability, *server_id;
	const char *rights;	/* of the login on INBOX (RFC 4314); "" when not told */
	struct folder *folders; /* store_listing fills in each id */
	size_t folder_n;
	struct folder_known *known; /* for each folder; NULL: nobody wants to know */
};

/*
 * What an earlier run left of a folder that it read to its end, and on which another may
 * build: all its messages are stored, as they were in this state or later.
 */
struct folder_known {
	int64_t epoch;		   /* 0: there is no such thing */
	struct folder_state state; /* exists: how many are stored; modseq: what changed
				      after it must be read */
	enum depth depth;
	bool acl; /* its rights were asked for before (store_acl.h) */
	/* objectid_mark of its MAILBOXID; 0: it is not known, or another folder has it */
	uint64_t mailbox;
	/* Another folder of the account, there or gone, was seen with its UIDVALIDITY,
	 * and may have come under its name since (store_witness.h): */
	bool shared;
	/* one of them was left in the very same state; */
	bool twin;
	/* one of them, in no later state, is not where it was, or its state is not known.
	 */
	bool adrift;
};
/* Bring `folder` up to date: new rows, changed attributes, gone ones (with a folder_seen
 * FOLDER_GONE each), and fill in known; where the rights of the login are others than
 * before nothing is known, for flags may be another person's.  Each change leaves a
 * folder_change.  Of attrs FOLDER_STABLE_MASK is kept; a folder that is listed twice has
 * the attributes of both. */
bool store_listing(struct store *st, struct account_listing *l,
		   struct err *err) MUST_CHECK;

/*
 * Start or continue reading a folder.  now is what EXAMINE said.  afresh: what is stored
 * of it under this UIDVALIDITY may be another folder's, of which some will be overwritten
 * before the rest: until it is read to its end it is FOLDER_UNREADABLE.  *epoch_out: row
 * of folder_epoch.  *resume_uid_out: highest UID that this same run has already read under
 * the same UIDVALIDITY and HIGHESTMODSEQ, 0 to begin at the start (always so when afresh,
 * and when HIGHESTMODSEQ is not told and the run reads flags).  A progress row that no
 * longer fits is dropped.  ERR_PROTO without UIDVALIDITY.
 */
bool store_folder_begin(struct store *st, int64_t folder, const struct folder_state *now,
			bool afresh, int64_t *epoch_out, uint32_t *resume_uid_out,
			struct err *err) MUST_CHECK;

/* One completed window: every message with lo <= uid <= hi that exists. */
struct store_row {
	struct message m;	/* keyword_set is ignored: keywords counts */
	const char *keywords;	/* sorted by octets, joined with one blank; "" for none */
	const char *message_id; /* normalised text to keep, NULL: none (the new side, or
				   tier 2) */
	bool later; /* it is there, and the rest is told by another window: stays as it
		       is stored, if it is */
};
struct store_window {
	int64_t epoch;
	uint32_t lo, hi; /* best at borders of blocks of 1,024: others cost a look at what
			    lies beside them */
	struct store_row *rows; /* ascending by uid (sorted here when they are not; a uid
				   twice is ERR_PROTO) */
	size_t row_n;
	enum depth depth; /* DEPTH_IDS leaves stored flags and keywords of known messages
			     alone */
	/* Rows below it tell flags and keywords only.  One of a UID that is not stored is
	 * left out: store_folder_end then finds a message too few. */
	uint32_t flags_below;
	bool built; /* what lies below lo stands as an earlier run left it */
	/* Rows are those that changed; others stay, but for these, which are gone
	 * (ascending, disjoint).  The watermark does not move, lo and hi only bound. */
	bool sparse;
	const struct uid_range *gone;
	size_t gone_n;
};
/*
 * Apply in one transaction: insert, change (with message_change), mark gone what is no
 * more, block digests, watermark.  An unchanged window writes the watermark only.
 * Windows ascend without a gap, one may be put again; a gap is ERR_BUG, a uid outside the
 * window ERR_PROTO.
 */
bool store_window_put(struct store *st, const struct store_window *w,
		      struct err *err) MUST_CHECK;

/* A message that is there and could not be read: a hole in the evidence. */
struct folder_hole {
	uint32_t uid;
	int64_t octets;	   /* RFC822.SIZE, where that much was told; -1 */
	int64_t date;	   /* INTERNALDATE, likewise; MSG_DATE_UNKNOWN */
	const char *words; /* what came instead of it, as the server said it; "" */
};
/* More of them and the folder counts as unreadable: each is named to people. */
#define FOLDER_HOLES_MAX 4096

/* How it ended.  error is "" when all is well. */
struct folder_end {
	int64_t folder;
	int64_t epoch; /* 0 when it was never opened */
	enum folder_outcome outcome;
	struct folder_state state; /* octets is filled in by the store for FOLDER_READ */
	int64_t messages_read;
	int64_t took_ms;
	enum depth depth;
	enum err_class error_class;
	const char *error;
	const struct folder_hole *hole; /* FOLDER_HOLED: ascending by uid, at least one */
	size_t hole_n;
	/* MAILBOXID of what was read (store_objectid.h), kept when its messages are: of a
	 * folder that was begun and not read to its end it would be that of others.
	 * NULL, "": it was not told. */
	const char *mailbox_id;
};
/* Writes folder_seen when something differs from its last row; FOLDER_READ first marks
 * gone whatever lies above the last window, and computes the folder digest; ERR_PROTO
 * when the messages then stored are not state.exists.  FOLDER_READ of an epoch that this
 * run did not begin says that it was proven unchanged.  FOLDER_HOLED likewise, where
 * holes that are not stored count as messages; one that was read earlier stays as it was
 * then. FOLDER_COUNTED with the counts of the last row is no difference.  One
 * transaction; of one that is open, ERR_PROTO undoes nothing but what this call did. */
bool store_folder_end(struct store *st, const struct folder_end *e,
		      struct err *err) MUST_CHECK;

/* The server proved that these folders (folder.id) are as folder_known told: nothing was
 * read, and the run vouches for what is stored.  One transaction. */
bool store_folders_unchanged(struct store *st, const int64_t *folders, size_t n,
			     struct err *err) MUST_CHECK;

struct account_end {
	int64_t account;
	enum account_outcome outcome;
	enum depth depth;
	int64_t folders, folders_read, messages;
	const char *error; /* "" */
	const char *tls;   /* "TLSv1.3" or "none" */
	/* What the account may hold (store_limit.h), and of which kinds that is all. */
	const struct limit *limits;
	size_t limit_n;
	unsigned limits_known;	       /* bits 1 << LIMIT_* */
	const struct folder_acl *acls; /* of the folders that were asked for */
	size_t acl_n;
};
bool store_account_end(struct store *st, const struct account_end *e,
		       struct err *err) MUST_CHECK;
/* Has this run already finished this account (for resuming)? */
bool store_account_done(struct store *st, int64_t run, int64_t account, bool *done_out,
			struct err *err) MUST_CHECK;

/* ---- reading ---- */

/* Newest account_seen; found false: never tried.  prefix, delim, capability and server_id
 * are those of the newest listing, which may be older. */
struct account_view {
	bool found;
	int64_t run, at;
	enum account_outcome outcome;
	enum depth depth;
	int64_t folders, folders_read, messages;
	const char *error, *tls, *prefix, *capability, *server_id, *rights;
	char delim;
	int64_t good_at, good_run; /* newest ACCOUNT_READ or ACCOUNT_PARTLY; 0: none */
	int64_t deep_at;	   /* newest of those that did more than count; 0: none */
	const char *closed; /* nobody may open it, and why (access of accounts.csv); NULL:
			       no such thing */
	bool unended; /* a later run began to read it and has not ended: what is known of
			 it is half of one run, half of another */
};
bool store_account_view(struct store *st, int64_t account, struct arena *arena,
			struct account_view *out, struct err *err) MUST_CHECK;

/* The runs in which the accounts of this side that are on the list were listed last,
 * ascending, each once. */
bool store_listing_runs(struct store *st, enum side side, struct arena *arena,
			int64_t **out, size_t *n_out, struct err *err) MUST_CHECK;
/* What the server of that side said of itself when an account was listed last; "" when
 * none was. */
bool store_server_said(struct store *st, enum side side, struct arena *arena,
		       const char **server_id, const char **capability,
		       struct err *err) MUST_CHECK;

/* A folder of the newest listing with its newest folder_seen. */
struct folder_view {
	struct folder folder;
	int64_t epoch;		     /* 0: never opened */
	int64_t seen;		     /* folder_seen.id of what follows; 0: never read */
	int64_t seen_run, seen_at;   /* newest run that found it so; 0: never read */
	enum folder_outcome outcome; /* of the newest reading deeper than counts, else of
					the newest; FOLDER_COUNTED when never read */
	struct folder_state state;
	int64_t messages_read;
	enum depth depth;
	const char *error;
	struct sha256 digest;
	bool moved_on; /* a later counts-only reading shows other UIDVALIDITY, UIDNEXT or
			  EXISTS: the rest is stale */
	int64_t counted_run; /* of the newest reading, when it only counted; 0 otherwise
			      */
	int64_t counted;     /* EXISTS as it told; -1: not told */
};
/* Ordered by name. */
bool store_folders(struct store *st, int64_t account, bool with_gone, struct arena *arena,
		   struct folder_view **out, size_t *n_out, struct err *err) MUST_CHECK;

/* The holes of a reading (folder_view.seen) that ended FOLDER_HOLED, ascending by uid. */
bool store_folder_holes(struct store *st, int64_t seen, struct arena *arena,
			struct folder_hole **out, size_t *n_out,
			struct err *err) MUST_CHECK;

/* Messages of one epoch that are not gone.  *out is valid until the next call. */
enum store_order {
	STORE_BY_UID,
	STORE_BY_KEY /* key, octets, date, uid.  The first call of next reads all of them,
			and sorts them in memory or in a temporary file (store.h) */
};
struct store_messages;
bool store_messages_open(struct store *st, int64_t epoch, enum store_order order,
			 struct store_messages **out, struct err *err) MUST_CHECK;
/* Those that went after that run, by key: also what came after it. */
bool store_messages_gone(struct store *st, int64_t epoch, int64_t run,
			 struct store_messages **out, struct err *err) MUST_CHECK;
enum next store_messages_next(struct store_messages *it, struct message *out,
			      struct err *err) MUST_CHECK;
void store_messages_close(struct store_messages *it);

/* Sorted, blank-joined names of a keyword set; "" for 0. */
bool store_keywords(struct store *st, int64_t keyword_set, struct arena *arena,
		    const char **out, struct err *err) MUST_CHECK;
/* Message-ID text kept for a message; NULL when none. */
bool store_message_id(struct store *st, int64_t epoch, uint32_t uid, struct arena *arena,
		      const char **out, struct err *err) MUST_CHECK;

#endif
