/* SPDX-License-Identifier: MIT */
#ifndef MODEL_OBJECTID_H
#define MODEL_OBJECTID_H
/*
 * MAILBOXID (RFC 8474): an id that a folder keeps when it is renamed, and that a folder
 * which is made anew under an old name does not have.  It explains where a folder went;
 * it never proves that mail is there.
 */
#include "base/arena.h"
#include "base/span.h"
#include "model/folder.h"

#define OBJECTID_MAX 255 /* octets */

/* RFC 8474 section 7: 1 to 255 letters, digits, '-' and '_'. */
bool objectid_valid(struct span s);
/* A number by which an id is known again; 0 for "". */
uint64_t objectid_mark(const char *id);

/* What became of a folder that no longer has the name, or the id, that it had. */
enum objectid_fate {
	/* it has not changed; or nobody knows, or the id cannot be believed */
	OBJECTID_UNKNOWN,
	OBJECTID_RENAMED, /* one folder has the id now, under another name */
	/* no folder has it, and of every folder of the account the id is known */
	OBJECTID_REMOVED,
};
enum { OBJECTID_FATE_COUNT = OBJECTID_REMOVED + 1 };

#define OBJECTID_STANDS INT64_MAX

/* A folder had an id under one UIDVALIDITY, from one run to another. */
struct objectid_seen {
	struct folder folder; /* as it was listed last */
	int64_t epoch;
	const char *mailbox;
	int64_t run, at; /* that told it first */
	int64_t until;	 /* run that found another id or UIDVALIDITY there, or no folder;
			    OBJECTID_STANDS */
	bool sound;	 /* it can be believed: no two folders had it at once, and the
			    folder had no other one under this UIDVALIDITY */
	enum objectid_fate fate;
	const struct objectid_seen *to;	  /* OBJECTID_RENAMED: what it is now; points into
					     the same list */
	const struct objectid_seen *from; /* of what stands: what it was called before it
					     was renamed last; NULL: nothing is known */
};

/*
 * Fill in sound, fate, to and from of each.  v: all that is known of one account, ordered
 * by folder and, for each, by age.  all_known: of each folder that is there, and holds
 * mail, the id is known.
 */
void objectid_fates(struct objectid_seen *v, size_t n, bool all_known);
/* What became of a folder, as it was before its id changed last; NULL: nothing that is
 * known. */
const struct objectid_seen *objectid_went(const struct objectid_seen *v, size_t n,
					  int64_t folder);
/* What a folder was before it was renamed last; NULL: nothing that is known. */
const struct objectid_seen *objectid_came(const struct objectid_seen *v, size_t n,
					  int64_t folder);
/* The newest id of a folder under that UIDVALIDITY; NULL: it is not known. */
const struct objectid_seen *objectid_of(const struct objectid_seen *v, size_t n,
					int64_t folder, int64_t epoch);

#endif
