/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_H
#define MAP_MAP_H
/*
 * lib/map: under which name an old folder should be on the new side.  The audit must map
 * as the mover did. Rules in order: prefix and delimiter conversion (from NAMESPACE and
 * LIST), exact pairs of the config, exclusions.
 */
#include "base/arena.h"
#include "base/err.h"

/* How one account names its folders. */
struct map_names {
	const char *prefix; /* personal namespace prefix, decoded; "INBOX." or "" */
	char delim;	    /* '\0': flat */
};

/*
 * Names in rules are as people see them: '/' between components, no prefix, INBOX in any
 * case.  A '/' or a '%' inside a component is written "%2F" or "%25" where it matters;
 * any other '%' is itself.  A '/' at either end is dropped.  The config refuses empty
 * names; one that gets here matches nothing.
 */
struct map_pair {
	const char *old_name, *new_name; /* also moves what is below old_name */
};
struct map_rules {
	const struct map_pair *pairs;
	size_t pair_n;
	const char *const *exclude; /* the folder and what is below it */
	size_t exclude_n;
};

/*
 * Common form of a folder name: prefix taken off, components joined with '/', NFC, INBOX
 * in upper case (RFC 3501 section 5.1), a '/' inside a component written as "%2F" and a
 * '%' as "%25" so that two different paths never become one.  A child of INBOX under a
 * prefix "INBOX." is not below INBOX in the tree: "INBOX.Sent" is "Sent".
 *
 * delim is the folder's own, as LIST gave it ('\0': the name is one component);
 * names->delim is not looked at. INBOX.INBOX.Sub of such a server is "INBOX/Sub", as
 * INBOX/Sub is where there is no prefix; but INBOX.INBOX, which Cyrus allows beside
 * INBOX, is "%49NBOX".  Without a prefix a first component "inbox" is INBOX in any case.
 * A name outside the prefix keeps its whole path: it may meet a name from inside, as it
 * would in a mover.
 */
const char *map_common(struct arena *arena, const struct map_names *names,
		       const char *name, char delim) MUST_CHECK;

enum map_how {
	MAP_SAME,     /* no pair applies: the same name, below new_prefix */
	MAP_RULE,     /* a pair of the config renamed it or a parent of it */
	MAP_EXCLUDED, /* not to be moved; *common_new_out is where it would have been */
};
/*
 * Where the old folder (common form) should be: common form on the new side, below
 * new_prefix ('/' form, "" for none). Of several rules the most specific wins (the
 * longest old name); a pair beats an exclusion of the same folder, for excluding hides
 * mail from the audit; of two equal pairs the first counts.
 */
enum map_how map_target(struct arena *arena, const struct map_rules *rules,
			const char *new_prefix, const char *common_old,
			const char **common_new_out);
/* Names in common form that are equal only when case and Unicode form are ignored collide
 * on some servers. */
const char *map_fold(struct arena *arena, const char *common) MUST_CHECK;

#endif
