/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H
/*
 * audit/: observe.  Logs in, lists, reads, and writes evidence; judges nothing.
 *
 * Threads: one blocking worker per connection (at most server.max_connections per side),
 * which polls its socket and the wake pipe; a queue of accounts per side; a bounded queue
 * of batches to the one writer, which is the calling thread and owns the store handle.
 * Every failure is a row, scoped to what it spoils: message, folder, account, side.
 */
#include "audit/audit_hours.h"
#include "audit/audit_rate.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "model/account.h"
#include "model/folder.h"
#include "model/run.h"
#include "model/server.h"
#include "net/net_conn.h"
#include "store/store.h"

/* Where progress goes; called from the calling thread only, at most five times a second.
 */
struct audit_progress {
	int64_t accounts_done, accounts_total;
	int64_t folders_done;
	/* from STATUS of each account when it is begun, until then from its last reading
	 */
	int64_t messages_done, messages_total;
	int64_t accounts_unknown; /* of which total knows nothing yet */
	int64_t errors;
	int64_t elapsed_ms;
	const char *now;     /* an account and folder being read, escaped; "" */
	const char *waiting; /* why a server is left alone, and until when; "" */
	int64_t idle_ms;     /* of elapsed: in hours in which nothing may be read */
};

struct audit_options {
	const struct server *server[SIDE_COUNT]; /* NULL: leave that side alone */
	const int64_t *accounts;		 /* account ids to read, sides mixed */
	size_t account_n;
	enum depth depth;
	const char *scope; /* canonical JSON of what was asked for: an open run with the
			      same scope is continued */
	const char *operator_name;
	int64_t stale_s; /* leave out accounts read in whole since, oldest first; 0: none
			  */
	int64_t budget_ms;	/* begin no account after so long; 0: no end */
	struct audit_rate rate; /* of each side, for all its connections together */
	uint32_t share_min;	/* messages from which on a folder is read over several
				   connections; 0: AUDIT_SHARE_MIN */
	struct net_wake *wake;	/* set when we shall stop */
	bool acl_again;		/* ACL_AUTO is as ACL_ON */
	void *transcript;	/* FILE *, see imap_session.h; only with one connection */

	/* The password for this login of this side; called from worker threads, one at a
	 * time (a mutex is held).  ERR_LOGIN when there is none.  out is wiped by the
	 * caller. */
	bool (*secret)(void *ctx, enum side side, const char *user, struct strbuf *out,
		       struct err *err);
	/*
	 * A token that the server took before is refused now: is there another one?
	 * False: the source gives no other than refused, or fails (err).  Called like
	 * secret; NULL: never.
	 */
	bool (*renew)(void *ctx, enum side side, const char *user, struct span refused,
		      struct strbuf *out, struct err *err);
	void *secret_ctx;
	const char *key_password[SIDE_COUNT]; /* of server.client_key; NULL: none */
	void (*progress)(void *ctx, const struct audit_progress *p); /* NULL: none */
	void *progress_ctx;
	/* One line for people about something that went wrong and was recorded; from the
	 * calling thread. */
	void (*say)(void *ctx, const char *line);
	void *say_ctx;
};

struct audit_side_sum {
	int64_t accounts, read, partly, failed, skipped;
	int64_t no_login, no_net; /* of failed */
	int64_t folders, folders_failed, messages;
	int64_t folders_same;	    /* proven unchanged, and not read */
	int64_t folders_renewed;    /* with another UIDVALIDITY than before */
	int64_t folders_replaced;   /* others under a known name and UIDVALIDITY */
	int64_t folders_renamed;    /* known by their MAILBOXID under another name */
	int64_t ids_refused;	    /* folders whose MAILBOXID is none */
	enum err_class first_error; /* of the first account that failed */
	char first_error_text[480];
	char first_error_hint[240];
};
struct audit_result {
	int64_t run;
	bool resumed;
	bool complete; /* everything in scope was read */
	int64_t fresh; /* accounts left out: their evidence is young enough (stale_s) */
	int64_t left;  /* accounts not begun: the time was over (budget_ms) */
	struct audit_side_sum side[SIDE_COUNT];
	struct wire_count count;
	struct run_pace pace[SIDE_COUNT];
	/* The budget ended before hours in which a server is not read; it may be read
	 * again at this time.  0: that was no reason. */
	int64_t resume_at;
	char resume[AUDIT_HOURS_SHOWN]; /* the same for people */
	int64_t took_ms;
};

/* Read the accounts.  True also when some could not be read: look at out.  False: nothing
 * could be recorded (store, memory, threads) or we were stopped (ERR_STOPPED, the run
 * stays open for the same command).  out is filled in either case. */
bool audit_run(struct store *st, const struct audit_options *o, struct audit_result *out,
	       struct err *err) MUST_CHECK;

/*
 * Look up what store_wants lists (DESIGN 4, message_detail): identity fields, whole
 * headers, whole messages, of which nothing is kept but what they are made of.  A run of
 * its own named "details".  A message that cannot be had, for a reason of its own (NO,
 * NIL, no answer, a connection that breaks twice), gets a row that says so; one of a
 * folder or account that cannot be opened gets none.  accounts, depth and scope of o are
 * ignored.
 */
bool audit_details(struct store *st, const struct audit_options *o, int64_t transfer,
		   int64_t per_folder, struct audit_result *out,
		   struct err *err) MUST_CHECK;

/* Log in to one account and tell what the server is; nothing is stored.  For doctor. True
 * also when the login shows no folder or no INBOX: look at sees_inbox. */
struct audit_probe {
	char greeting[200], server_id[200], capability[2048], tls[32],
		namespace_prefix[80];
	char delim;
	unsigned caps;		   /* IMAP_CAP_* of imap/imap_session.h */
	int64_t cert_expiry;	   /* 0 unknown */
	int64_t folders, messages; /* messages from STATUS of at most 1,000 folders, for
				      the forecast */
	int64_t login_ms, list_ms;
	int64_t sample, sample_ms; /* messages that were read, and how long it took */
	bool envelope;		   /* would be read by ENVELOPE */
	bool sees_inbox;
	/* The login itself, which the server's log will show: to be noted as ours. */
	int64_t at; /* 0: there was none */
	char address[64];
};
bool audit_probe(const struct audit_options *o, enum side side, const char *user,
		 struct audit_probe *out, struct err *err) MUST_CHECK;

/* Log in to one account and out again, and note it: `logs beat`.  The log of the server
 * must show it. */
bool audit_beat(struct store *st, const struct audit_options *o, enum side side,
		const char *user, struct err *err) MUST_CHECK;

#endif
