/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_H
#define MAP_MAP_H
/*
 * lib/map: under which name an old folder should be on the new side.  The audit must map
 * as the mover did.  Rules in order (DESIGN section 7): prefix and delimiter conversion
 * (from NAMESPACE and LIST: map_common), exact pairs, special use (RFC 6154), regular
 * expressions, exclusions.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/folder.h"

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
/*
 * Expressions see the old name in common form (map_common) and need not match all of it.
 * They are tried one after the other, each on what the one before made, as a mover does.
 */
struct map_regex {
	const char *match, *to; /* base/regex.h */
	bool all;		/* every match, not only the first */
};

enum map_switch { MAP_UNSET, MAP_ON, MAP_OFF };

struct map_own;
struct map_rules {
	const struct map_pair *pairs;
	size_t pair_n;
	const char *const *exclude; /* the folder and what is below it */
	size_t exclude_n;
	const struct map_regex *regex;
	size_t regex_n;
	const char *const *exclude_regex; /* the folder alone */
	size_t exclude_regex_n;
	enum map_switch special_use; /* unset: off, or as the site says */
	/* Rules of single transfers, before these. */
	const struct map_own *own;
	size_t own_n;
};
struct map_own {
	const char *transfer;	/* its name, in any case */
	struct map_rules rules; /* its own_n is 0 */
};
#define MAP_REGEX_MAX 2000 /* expressions in all; more are ERR_CONFIG */

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
 * A prefix that does not end in its delimiter is a folder, that of a shared tree: this
 * folder itself is the INBOX of what lies below.
 * A name outside the prefix keeps its whole path: it may meet a name from inside, as it
 * would in a mover.
 */
const char *map_common(struct arena *arena, const struct map_names *names,
		       const char *name, char delim) MUST_CHECK;
/* In common form: name is the rule's folder, or below it.  An empty rule name matches
 * nothing. */
bool map_covers(struct span rule, struct span name);

/* One rule, and what became of it. */
enum map_kind { MAP_PAIR, MAP_SPECIAL_USE, MAP_REGEX, MAP_EXCLUDE, MAP_EXCLUDE_REGEX };
enum { MAP_KIND_COUNT = MAP_EXCLUDE_REGEX + 1 };
const char *map_kind_name(enum map_kind k); /* as its key in the config: "pairs" */
struct map_rule {
	enum map_kind kind;
	const char *transfer; /* whose it is; "" for the site's */
	const char *text;     /* "Gesendet" to "Sent"; the name or the expression alone */
	int64_t matched;      /* folders on which it fits since map_open */
	int64_t decided;      /* of those, where no other rule was stronger */
};

/*
 * The rules made ready: names in common form and sorted, expressions compiled.  Open it
 * once for a run, for a run has many folders.  rules is borrowed until map_close.  A
 * handle belongs to one thread.  ERR_CONFIG names the rule that is wrong.
 */
struct map;
bool map_open(const struct map_rules *rules, struct map **out,
	      struct err *err) MUST_CHECK;
void map_close(struct map *m); /* NULL is fine */
/* All rules, with what became of each so far; borrowed. */
const struct map_rule *map_list(const struct map *m, size_t *n_out);

/* A folder of the new side that has a special use. */
struct map_special {
	const char *common; /* relative to the account */
	unsigned attrs; /* FOLDER_*; only those in FOLDER_SPECIAL_MASK are looked at */
};
/*
 * The folders that follow are those of this transfer (NULL: of none).  new_prefix ('/'
 * form, "" for none) is the folder below which they land; special are the new account's
 * special folders, which are borrowed until the next call.
 */
void map_enter(struct map *m, const char *transfer, const char *new_prefix,
	       const struct map_special *special, size_t special_n);

enum map_how {
	MAP_SAME,     /* no rule applies: the same name, below new_prefix */
	MAP_RULE,     /* a rule gave it another name; rule says which */
	MAP_EXCLUDED, /* not to be moved; target is where it would have been */
};
struct map_result {
	enum map_how how;
	const char *target; /* common form on the new side, below new_prefix */
	const struct map_rule
		*rule; /* the one that decided; NULL for MAP_SAME.  Of several
			  expressions the last that changed the name */
};
/*
 * Where an old folder (common form, with its LIST attributes) should be.
 *
 * Pairs: the most specific wins (the longest old name); of two equal ones the first.
 * Without a pair, and where "special_use" is on, a folder with \Sent goes to the new
 * account's folder with \Sent: it alone, not what is below it (as imapsync --automap),
 * and not below a new_prefix.  Without either, expressions.  Rules of the transfer come
 * before the site's: its pairs hide the site's, its special_use replaces the site's, its
 * expressions run first.
 *
 * Exclusions look at the old name.  One by name wins over a pair that is less specific;
 * one by expression wins over everything but a pair of this very folder, for excluding
 * hides mail from the audit.
 *
 * False: ERR_LIMIT when an expression explodes or its result is too long, ERR_CONFIG
 * when the result is no name (empty); both name the rule and the folder.  Others can go
 * on.
 */
bool map_target(struct map *m, struct arena *arena, const char *common_old,
		unsigned attrs, struct map_result *out, struct err *err) MUST_CHECK;

/* A folder prefix as people write it ("/Imported/"), in common form; "" for none. */
const char *map_prefix(struct arena *arena, const char *new_prefix) MUST_CHECK;
/*
 * The namespace prefix as people see it.  The server sends it encoded like a folder name;
 * an ASCII one without '&' reads the same.  For others the decoded name of a folder
 * below it tells: decoding keeps the number of delimiters.  NULL: this one does not.
 */
const char *map_prefix_seen(struct arena *arena, const char *prefix, char delim,
			    const struct folder *below) MUST_CHECK;
/* Names in common form that are equal only when case and Unicode form are ignored collide
 * on some servers. */
const char *map_fold(struct arena *arena, const char *common) MUST_CHECK;

#endif
