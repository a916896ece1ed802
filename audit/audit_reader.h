/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_READER_H
#define AUDIT_AUDIT_READER_H
/*
 * Reads one account over a session.  Talks to the outside only through a sink, so that
 * transcripts can drive it.  A reader outlives its connection: after a break the worker
 * hands it another session and it goes on where it stood.
 */
#include "audit/audit_form.h"
#include "audit/audit_way.h"
#include "audit/audit_window.h"
#include "base/strbuf.h"
#include "imap/imap_session.h"
#include "model/acl.h"
#include "model/limit.h"
#include "model/objectid.h"
#include "model/server.h"
#include "store/store_gmail.h"
#include "store/store_witness.h"

#define AUDIT_WORDS_SIZE  300
#define AUDIT_FOLDERS_MAX 100000 /* of one account; ERR_LIMIT above */
/* Compression is asked for by itself where a round trip takes so long, and so much is to
 * be read: it costs a round trip, and nearby the processor is what all wait for. */
#define AUDIT_FAR_MS	   20
#define AUDIT_FAR_MESSAGES 2000
#define AUDIT_ROUNDS                                                                     \
	3 /* how often a folder that changes under us is read again in part */
#define AUDIT_QUOTA_MAX 32 /* resources of the quota roots of an account */
#define AUDIT_UIDS_SLACK                                                                 \
	100000 /* SEARCH may list so many more than EXISTS said: mail that has just come \
		*/

struct audit_offer;
struct audit_share;

/* Where evidence goes.  False from any of them ends the reading for good (struct
 * audit_reader, fatal). */
struct audit_sink {
	void *ctx;
	/* Fills in the id of each folder, and what is known of it. */
	bool (*listing)(void *ctx, struct account_listing *l, struct err *err);
	/* So many messages the account holds, as STATUS tells; before anything is read.
	 * NULL: nobody wants to know. */
	bool (*expect)(void *ctx, int64_t messages, struct err *err);
	/* Folders that were proven to be as they were known to be (folder.id). */
	bool (*unchanged)(void *ctx, const int64_t *ids, size_t n, int64_t messages,
			  struct err *err);
	/* By what a folder of which this is stored is known (struct folder_known, epoch).
	 * NULL: by nothing, so that it is read. */
	bool (*witness)(void *ctx, int64_t epoch, struct witness *out, struct err *err);
	/* afresh: of store_folder_begin.  again: its messages were counted before, when
	 * it was begun over an earlier session or by expect. */
	bool (*begin)(void *ctx, const struct folder *f, const struct folder_state *now,
		      bool afresh, bool again, int64_t *epoch_out,
		      uint32_t *resume_uid_out, struct err *err);
	/* Takes the window, also on failure, and gives it back to the pool. */
	bool (*window)(void *ctx, struct audit_window *w, struct err *err);
	/* begin, window and end in one, of a folder that is read from its start and is
	 * one window; the epochs of window and end are filled in.  Takes the window as
	 * window does.  NULL: they are called one after the other. */
	bool (*whole)(void *ctx, const struct folder *f, const struct folder_state *now,
		      bool again, struct audit_window *w, struct folder_end *e,
		      struct err *err);
	/* One of so many messages was handed over by the connection that read it: may it
	 * ask for the next?  Waits.  NULL: always. */
	bool (*pace)(void *ctx, size_t messages, struct err *err);
	bool (*end)(void *ctx, const struct folder *f, const struct folder_end *e,
		    struct err *err);
	/* Of which messages of a folder it is not known yet which ones they are (Gmail),
	 * and: it is now.  NULL: nobody wants to know. */
	bool (*gmail_due)(void *ctx, int64_t folder, struct arena *arena,
			  struct gmail_due *out, struct err *err);
	bool (*gmail)(void *ctx, int64_t epoch, const struct gmail_row *rows, size_t n,
		      struct err *err);
	/* May others help with this folder?  NULL: no; what is given back goes to
	 * audit_share_close.  NULL: never. */
	struct audit_share *(*share)(void *ctx, struct audit_offer *offer);
};

/* What STATUS said of a folder. */
struct audit_count {
	struct folder_state state; /* exists is -1 while nothing was told */
	const char *bad;	   /* why it cannot be told; NULL */
};

/* Of a folder, in audit_reader.marks. */
enum {
	AUDIT_DONE = 1 << 0,
	AUDIT_BEGUN = 1 << 1,	/* the sink was told of it */
	AUDIT_CAREFUL = 1 << 2, /* it is read alone, not in a burst */
	AUDIT_AFRESH = 1 << 3,	/* nothing is built on what is known of it */
	AUDIT_ACL_DUE = 1 << 4, /* its rights are to be asked for */
	/* It did not change, as STATUS tells, if it is the folder that it was: */
	AUDIT_WAITS =
		1 << 5, /* which is known when all are read that may be under its name */
	AUDIT_PROVE = 1 << 6,  /* which it must show */
	AUDIT_PROVEN = 1 << 7, /* it is the folder that it was */
};

/*
 * Where the message is looked for that breaks connections: windows about it are asked for
 * in pieces, each alone, and smaller pieces after each break, until one message is left,
 * which is named and passed over.
 */
struct audit_doubt {
	size_t of;	       /* index of the folder; what is below is about it */
	uint32_t lo, hi;       /* it is among these uids; 0: nothing is in doubt now */
	size_t n;	       /* so many messages of them */
	unsigned tries;	       /* connections that this folder has cost */
	bool narrowed;	       /* by the newest break */
	struct audit_uids bad; /* named: never asked for again */
	struct audit_uids refused; /* likewise, for the server does not tell about them */
	struct folder_hole *hole; /* one for each of both, in no order; a uid may be there
				     twice */
	size_t hole_n, hole_cap;
	bool too_many;		      /* for all to be named */
	struct arena text;	      /* of their words */
	char why[480];		      /* what happened at the first of bad */
	char words[AUDIT_WORDS_SIZE]; /* of the last FETCH that was refused; "" */
};
#define AUDIT_DOUBT_TRIES 60

struct audit_reader {
	/* set by the caller */
	const struct audit_sink *sink;
	struct audit_pool *pool;
	int64_t account;
	enum side side;
	enum depth depth;
	const char *tree; /* of struct account; NULL: as "" */
	const char *kind; /* of struct server; NULL: "auto" */
	enum compress_mode compress;
	enum acl_mode acl;    /* whose rights are asked for; ACL_OFF at first */
	bool borrowed;	      /* somebody else logged in for the account: whose rights
				 does the session have? */
	struct span greeting; /* borrowed while listing */
	bool patient; /* a server that asks for patience ends the session (audit_hint.h):
			 the caller waits, and goes on */
	size_t window_most; /* messages of a window (audit_window_most); 0: few */
	bool survey; /* ask for STATUS of all folders first: what did not change is not
			read, and small folders are read together (audit_burst.h) */

	/* what is known so far */
	struct arena arena; /* strings of the listing and of the hello */
	struct imap_hello hello;
	bool envelope;	      /* identity by ENVELOPE (Cyrus), else by HEADER.FIELDS */
	enum audit_form form; /* how that is known; the caller may have been told by
				 another account of the server */
	bool mixes;	/* the server opens a folder before it has answered for the one
			   before: as of form, and no two are asked for together */
	int64_t far_ms; /* a round trip, as the first command took */
	bool packs;	/* its sessions are compressed */
	bool listed;
	bool unseen; /* the login shows no folder, not even INBOX; or none of the tree */
	bool fatal;  /* the sink has failed; err of the call that returned false is the
			sink's */
	bool progress; /* something new was read since the caller last cleared this */
	struct folder *folders;	    /* ordered by wire name, each once */
	struct audit_count *counts; /* for each folder: survey and DEPTH_COUNTS */
	struct folder_known *known; /* for each folder */
	uint8_t *breaks;	    /* how often each folder broke the connection */
	uint8_t *marks;		    /* AUDIT_DONE ... of each */
	uint8_t *asked;		    /* how often each was refused for now */
	/* Of each: by what it is known again; NULL: it was not asked for, or by nothing.
	 */
	struct witness **witness;
	size_t folder_n, folder_cap;
	size_t at; /* the folder that is being read; folder_n: none, or several */
	size_t done_n;
	uint32_t water; /* how far that one was read, over all sessions */
	size_t water_of;
	bool surveyed;
	bool qresync;	       /* ENABLE QRESYNC went out in this session */
	bool opened;	       /* folders were opened in it: too late for ENABLE */
	int64_t own, own_read; /* folders of this account that hold messages, and how many
				  of them were read */
	int64_t messages;
	int64_t same, renewed; /* folders that did not change; that have a new
				  UIDVALIDITY */
	int64_t others;	       /* that are other ones under an old name and UIDVALIDITY */
	const char *first_other;	     /* name; NULL */
	const char *first_renewed;	     /* name; NULL */
	struct limit quota[AUDIT_QUOTA_MAX]; /* of INBOX; names in arena */
	size_t quota_n;
	bool quota_told;
	/* For store_account_end: rights of folders that were asked for, in no order;
	 * their strings in acl_text. */
	struct folder_acl *acls;
	size_t acl_n;
	struct arena acl_text;
	bool acl_planned, gmail_over;
	/* MAILBOXID (RFC 8474) of the folder that was opened last; "" when none was told
	 */
	char mailbox_id[OBJECTID_MAX + 1];
	bool mailbox_odd;     /* it is none, or there were two: "" */
	int64_t odd_ids;      /* folders of which it was */
	struct err first_bad; /* why the first folder that failed could not be read;
				 ERR_NONE */

	/* kept from folder to folder: scratch */
	struct arena scratch;
	struct strbuf line, joined;
	struct sha256_ctx *sha;
	struct audit_uids set, found, dropped, blocks, vanished;
	struct audit_doubt doubt;
};

void audit_reader_init(struct audit_reader *r); /* then set the caller's part */
void audit_reader_done(struct audit_reader *r);

/* CAPABILITY, NAMESPACE, LIST; stored through the sink.  On false nothing was stored;
 * r->unseen tells one reason. */
bool audit_reader_list(struct audit_reader *r, struct imap_session *s,
		       struct err *err) MUST_CHECK;
/*
 * Read every folder that is not finished yet.  False: the session is broken, or we were
 * stopped, or r->fatal; call again with another session.  A folder that breaks two
 * sessions is FOLDER_UNREADABLE and is passed over.
 */
bool audit_reader_folders(struct audit_reader *r, struct imap_session *s,
			  struct err *err) MUST_CHECK;
/* No more sessions: what is left is FOLDER_UNREADABLE for this reason.  False: r->fatal.
 */
bool audit_reader_give_up(struct audit_reader *r, const struct err *why,
			  struct err *err) MUST_CHECK;

/* Without a sink, for doctor: hello, LIST, and STATUS of at most status_max folders; no
 * more than AUDIT_FOLDERS_MAX folders. */
bool audit_reader_survey(struct audit_reader *r, struct imap_session *s,
			 size_t status_max, struct err *err) MUST_CHECK;

/* ---- between the files of the reader ---- */

bool audit_is_inbox(const char *wire);
/*
 * How folder i, on which something is to be built, shows that it is the one that it was.
 * AUDIT_BY_TRUST: no other folder of the account has its UIDVALIDITY.  False: r->fatal.
 */
enum audit_by { AUDIT_BY_TRUST, AUDIT_BY_ID, AUDIT_BY_MESSAGES, AUDIT_BY_NOTHING };
bool audit_reader_by(struct audit_reader *r, size_t i, enum audit_by *out,
		     struct err *err) MUST_CHECK;
/* Folder i, which is open, told the MAILBOXID by which it is known. */
bool audit_reader_id_stands(const struct audit_reader *r, size_t i);
/* Folder i, which is open, cannot show that it is the one that it was, so that it is read
 * from the start.  other: it has shown that it is not. */
void audit_reader_other(struct audit_reader *r, size_t i, bool other);
/* It is, and it has not changed.  False: r->fatal. */
bool audit_reader_same(struct audit_reader *r, size_t i, struct err *err) MUST_CHECK;
/* The sink's begin; remembers a new UIDVALIDITY.  False: r->fatal. */
bool audit_reader_begin(struct audit_reader *r, size_t i, const struct folder_state *now,
			int64_t *epoch_out, uint32_t *resume_uid_out,
			struct err *err) MUST_CHECK;
/*
 * How folder i ended: to the sink and into the sums.  When what is stored does not agree
 * with the server the folder is unreadable; unless built_out is not NULL, which is then
 * set, and the folder is not ended: what it was built upon does not bear.  False:
 * r->fatal.
 */
bool audit_reader_end(struct audit_reader *r, size_t i, const struct folder_end *e,
		      bool *built_out, struct err *err) MUST_CHECK;
/* Begin, window and end of folder i, which is wholly in w: the sink's whole.  Takes w;
 * the epoch of e is not known yet.  False: r->fatal. */
bool audit_reader_whole(struct audit_reader *r, size_t i, const struct folder_state *now,
			struct audit_window *w, const struct folder_end *e,
			struct err *err) MUST_CHECK;
/* The session broke while folder i was read.  Twice is enough: it is named, and the rest
 * goes on.  Always false, with err still telling why. */
bool audit_reader_broke(struct audit_reader *r, size_t i, struct err *err);
/*
 * A command about folder i was refused because the server wants to be left alone for a
 * while: true with err, which audit_reader_hinted knows again, and the session ends.  Of
 * one folder that is taken AUDIT_HINTS times, then it counts as any other refusal.
 */
#define AUDIT_HINTS 4
bool audit_reader_put_off(struct audit_reader *r, size_t i, const struct imap_done *done,
			  struct err *err);
/* Such an error, or a BYE with such words: nothing in a folder is the cause. */
bool audit_reader_hinted(const struct audit_reader *r, const struct err *err);
/* Compress the session, when it pays for so many messages (RFC 4978). */
bool audit_reader_pack(struct audit_reader *r, struct imap_session *s, int64_t messages,
		       struct err *err) MUST_CHECK;
/* Hand a window over, and wait until the next may be asked for. */
bool audit_reader_hand(struct audit_reader *r, struct audit_window *w,
		       struct err *err) MUST_CHECK;
/* The second half of it, for a window of so many messages. */
bool audit_reader_pace(struct audit_reader *r, size_t messages,
		       struct err *err) MUST_CHECK;
/* How folder i may be read. */
enum audit_way audit_reader_way(const struct audit_reader *r, size_t i);
/* A folder that holds messages of this account. */
bool audit_is_own(const struct folder *f);
/* Folder i, alone. */
bool audit_folder_read(struct audit_reader *r, struct imap_session *s, size_t i,
		       struct err *err) MUST_CHECK;
/* Append "(MESSAGES UIDNEXT ...)". */
void audit_status_items(const struct audit_reader *r, struct strbuf *out);
/* Fill counts of the own folders from `from` up to `to` where LIST did not. */
bool audit_status(struct audit_reader *r, struct imap_session *s, size_t from, size_t to,
		  struct err *err) MUST_CHECK;
/* What the server told of how much the account may hold.  *known_out: of which kinds
 * (bits 1 << LIMIT_*) this is all; the others were not told.  Strings borrow from r; free
 * the list. */
struct limit *audit_reader_limits(const struct audit_reader *r, size_t *n_out,
				  unsigned *known_out);
/* Which folders' rights are due: once, when it is known what did not change. */
void audit_acl_plan(struct audit_reader *r);
/* Ask for them.  False: we were stopped. */
bool audit_acl(struct audit_reader *r, struct imap_session *s,
	       struct err *err) MUST_CHECK;
/* The folder of this name; SIZE_MAX: none. */
size_t audit_reader_find(const struct audit_reader *r, const char *wire);
/* "NO [CODE] words" of a command that was refused. */
const char *audit_words(const struct imap_done *done, char buf[AUDIT_WORDS_SIZE]);
/* A refusal that says nothing about the message it was asked for (RFC 5530). */
bool audit_passing(const struct imap_done *done);

#endif
