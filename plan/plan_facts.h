/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_FACTS_H
#define PLAN_PLAN_FACTS_H
/*
 * What the stored evidence says of each old account, summed up: the ground on which the
 * plans are made.  Memory: one account at a time.
 */
#include "base/err.h"
#include "model/account.h"
#include "plan/plan_limits.h"
#include "store/store.h"

/* What movers stumble over; bits of plan_facts.traits.  An account's own sizes are
 * judged elsewhere, beside all others. */
enum plan_trait {
	PLAN_TRAIT_ODD_NAME,   /* a folder with a character that servers refuse or cut */
	PLAN_TRAIT_8BIT_NAME,  /* a folder with a name beyond ASCII */
	PLAN_TRAIT_CASE,       /* two folders whose names differ in case only */
	PLAN_TRAIT_NO_MAIL,    /* a folder that holds no mail itself */
	PLAN_TRAIT_SHARED,     /* sees folders of other accounts */
	PLAN_TRAIT_UNREADABLE, /* a folder that could not be opened */
	PLAN_TRAIT_IDLESS,     /* messages without a Message-ID of their own */
	PLAN_TRAIT_KEYLESS,    /* messages with no header to tell them apart by */
	PLAN_TRAIT_COPIES,     /* the same message twice in a folder */
	PLAN_TRAIT_TOO_LARGE,  /* messages over the new side's limit */
	PLAN_TRAIT_NO_DATE, /* messages without a date of arrival, or from before 1990 */
	PLAN_TRAIT_CORRUPT, /* by a scan */
	PLAN_TRAIT_SUSPECT, /* by a scan */
	PLAN_TRAIT_8BIT_HEADER, /* by a scan */
	PLAN_TRAIT_ODD_MESSAGE, /* by a scan: anything else that is odd */
	PLAN_TRAIT_SLOW,	/* by a scan: a folder that kept silent for long */
	PLAN_TRAIT_SERVICE,	/* no person: service, list, resource */
	PLAN_TRAIT_MERGED,	/* ends in a place where others end, too */
};
enum { PLAN_TRAIT_COUNT = PLAN_TRAIT_MERGED + 1 };
const char *plan_trait_name(enum plan_trait t); /* "odd-name" */
const char *plan_trait_text(enum plan_trait t); /* "folders with odd names" */

struct plan_folder_facts {
	const char *name; /* common form */
	unsigned attrs;
	int64_t messages, octets;	    /* -1: not known */
	int64_t epoch;			    /* 0: never opened */
	int64_t largest, over, over_octets; /* as in struct epoch_facts */
	int64_t depth;			    /* levels */
	bool mail, trash, junk;
};

struct plan_foreign {
	const char *name;
	char delim; /* '\0': it has no levels */
};

struct plan_facts {
	const struct transfer *t;
	size_t index; /* of t, by name, among those asked for */
	bool moves;   /* false: no old account, or decided that it stays */
	bool listed;  /* false: nothing below is known */
	bool stale;   /* the listing is older than the config allows */
	bool sized;   /* the octets of every folder are known */
	bool read;    /* every folder's messages were read, so traits can be told */
	bool scanned; /* something of it was scanned */
	int64_t at;   /* of the listing */
	int64_t messages, octets; /* sums of what is known */
	int64_t folders;	  /* that hold mail */
	int64_t depth;
	int64_t largest; /* octets of a message; -1 */
	int64_t over, over_octets;
	int64_t oldest, newest; /* MSG_DATE_UNKNOWN */
	int64_t trash, junk;	/* octets in them */
	int64_t idless, keyless, copies, copies_octets;
	int64_t grown_from, grown_at; /* messages at the first whole reading; 0: one only
				       */
	uint64_t traits;	      /* 1 << enum plan_trait */
	const char *trait_at[PLAN_TRAIT_COUNT]; /* a folder that shows it; NULL: none */
	const struct plan_folder_facts *folder; /* by name */
	size_t folder_n;
	/* Folders of others that it sees, decoded, as the server names them. */
	const struct plan_foreign *foreign;
	size_t foreign_n;
	struct plan_limits limits; /* of the new account */
	const char *error;	   /* why it is not listed; "" */
	/* Of the new side: what is there already; -1: never listed. */
	int64_t new_messages, new_octets;
};

struct plan_facts_options {
	const char *profile_new; /* for profile_find */
	int64_t now, max_age;
	const int64_t *transfers; /* ids */
	size_t transfer_n;
	bool details; /* ask for copies and scans, too: costs a sort of each folder */
	bool (*stop)(void *ctx); /* asked between accounts; NULL: never */
	/* Strings live until it returns, those of t until plan_facts_walk does. */
	bool (*fn)(void *ctx, const struct plan_facts *f, struct err *err);
	void *ctx;
};
/* Each transfer in turn, by name.  Errors of the store, of the profile, or fn's. */
bool plan_facts_walk(struct store *st, const struct plan_facts_options *o,
		     struct err *err) MUST_CHECK;

#endif
