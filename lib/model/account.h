/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H
/* Accounts, and the transfers that say which mail is to move where. */
#include "model/side.h"

#include "base/base.h"

enum account_kind {
	ACCOUNT_USER,
	ACCOUNT_SERVICE,
	ACCOUNT_SHARED,
	ACCOUNT_LIST,
	ACCOUNT_RESOURCE,
	ACCOUNT_ADMIN
};
enum { ACCOUNT_KIND_COUNT = ACCOUNT_ADMIN + 1 };
const char *account_kind_name(enum account_kind k);
/* case ignored */
bool account_kind_parse(const char *s, enum account_kind *out) MUST_CHECK;

enum access { ACCESS_NORMAL, ACCESS_NONE /* nobody may open it: legal hold, disabled */ };

/* One login with its mail on one side. */
struct account {
	int64_t id;
	enum side side;
	const char *user; /* login name; unique per side */
	enum access access;
	const char *access_reason; /* NULL when access is normal */
	/* Folder of a shared tree (RFC 2342), '/' between its parts: the mail of the
	 * account is what lies there, and nothing else that the login sees.  "": its own
	 */
	const char *tree;
};

/* What is to move: the unit that is judged, decided, planned and sealed. */
struct transfer {
	int64_t id;
	/* the `account` column of accounts.csv; unique without regard to case */
	const char *name;
	int64_t old_account; /* account.id; 0: there is none on that side */
	int64_t new_account; /* likewise; 0 in a one-sided project */
	/* logins of those accounts; NULL when the id is 0 */
	const char *old_user, *new_user;
	const char *old_tree, *new_tree; /* of those accounts; "" */
	/* folder below which the mail arrives on the new side; "" for none */
	const char *new_prefix;
	enum account_kind kind;
	/* migrate, archive, delete, keep, forward; "" is open */
	const char *decision;
	/* "" when empty */
	const char *owner, *address, *aliases, *logins, *addresses, *wave, *note;
	int64_t gone; /* 1: no longer in accounts.csv */
};

/* A decision after which nothing is to arrive on the new side. */
bool transfer_stays(const char *decision) MUST_CHECK;

/* How the reading of one account in one run ended (account_seen.outcome).  Values are
 * stored. */
enum account_outcome {
	/* listed, and every selectable folder of its own was read */
	ACCOUNT_READ,
	ACCOUNT_PARTLY,	  /* listed, but at least one folder could not be read */
	ACCOUNT_NO_LOGIN, /* credential missing or refused */
	/* no connection, TLS failure, or the connection died before the listing */
	ACCOUNT_NO_NET,
	/* login succeeded but not even INBOX is shown: cannot see, not empty */
	ACCOUNT_NO_FOLDERS,
	/* access none, or the side was stopped after too many refusals */
	ACCOUNT_SKIPPED,
	/* the server broke the protocol before the listing was complete */
	ACCOUNT_BROKEN,
};
enum { ACCOUNT_OUTCOME_COUNT = ACCOUNT_BROKEN + 1 };
const char *account_outcome_name(enum account_outcome o);
/* A sentence for people: "login refused". */
const char *account_outcome_text(enum account_outcome o);

#endif
