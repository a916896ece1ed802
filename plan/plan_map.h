/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_MAP_H
#define PLAN_PLAN_MAP_H
/*
 * plan/: what is to be known before anything moves, from stored evidence; talks to no
 * server.
 *
 * plan_map: what the rules of the config make of each old folder, and what will not work.
 * Reads the newest listings; writes nothing.
 */
#include "base/err.h"
#include "map/map.h"
#include "model/side.h"
#include "store/store.h"

enum plan_map_class {
	/* unknown: the answer for an account is not there */
	PLAN_MAP_NO_OLD, /* its old account was never listed */
	PLAN_MAP_NO_NEW, /* its new account was never listed, and there is a new server */
	PLAN_MAP_STALE,	 /* the listing is older than the config allows */
	/* problems */
	PLAN_MAP_COLLIDED,  /* several old folders with mail get one name */
	PLAN_MAP_ALIKE,	    /* they get names that the new server takes for one */
	PLAN_MAP_EXCLUDED,  /* a rule leaves out a folder that holds messages, or may */
	PLAN_MAP_FAILED,    /* a rule could not be applied */
	PLAN_MAP_RESERVED,  /* the new server keeps the name for something else */
	PLAN_MAP_REFUSED,   /* it refuses a character, or a form, of the name */
	PLAN_MAP_DELIMITER, /* its delimiter stands inside a level */
	PLAN_MAP_TOO_LONG,
	PLAN_MAP_TOO_DEEP,
	PLAN_MAP_IDLE, /* a rule matches nothing */
	/* notes */
	PLAN_MAP_EXCLUDED_EMPTY, /* a rule leaves out an empty folder */
	PLAN_MAP_VIRTUAL,	 /* the old server shows its messages elsewhere too */
	PLAN_MAP_NOT_MAIL,	 /* what the old server keeps there is no mail */
	PLAN_MAP_SHARED,	 /* several accounts end in this place */
	PLAN_MAP_EXISTS,	 /* the folder is there already */
};
enum { PLAN_MAP_CLASS_COUNT = PLAN_MAP_EXISTS + 1 };
enum plan_map_weight { PLAN_MAP_NOTE, PLAN_MAP_PROBLEM, PLAN_MAP_UNKNOWN };
const char *plan_map_class_name(enum plan_map_class c); /* "too-long" */
/* "folders with a name that is too long there": that many stand before it. */
const char *plan_map_class_text(enum plan_map_class c, int64_t n);
/* What to do about it, one sentence. */
const char *plan_map_class_advice(enum plan_map_class c);
enum plan_map_weight plan_map_class_weight(enum plan_map_class c);

/* One thing said of a folder.  Folders with the same class and detail make one group. */
struct plan_map_sign {
	enum plan_map_class cls;
	const char *detail; /* "Sent, Gesendet to Sent"; "the character \":\""; a rule */
};
#define PLAN_MAP_SIGNS_MAX 16
struct plan_map_signs {
	struct plan_map_sign v[PLAN_MAP_SIGNS_MAX];
	size_t n;
};

/* An old folder and what is made of it; or, with old_name "", what is said of the account
 * itself, before its folders.  Strings live until the callback returns. */
struct plan_map_folder {
	const char *transfer;
	const char *old_name; /* common form */
	const char *new_name; /* common form; NULL when a rule failed */
	enum map_how how;
	const struct map_rule *rule; /* NULL: none */
	bool mail;		     /* can hold messages */
	bool exists;		     /* on the new side, under this name */
	int64_t messages, octets;    /* -1: not known */
	struct plan_map_signs signs;
};

#define PLAN_MAP_EXAMPLES 3
#define PLAN_MAP_GROUPS	  5000 /* more are counted in one of their class, detail "" */
struct plan_map_group {
	enum plan_map_class cls;
	const char *detail;
	int64_t folders, transfers;
	int64_t messages, octets;	     /* sums of what is known */
	const char *who[PLAN_MAP_EXAMPLES];  /* transfers, NULL when there are fewer */
	const char *what[PLAN_MAP_EXAMPLES]; /* old folder of each; "" for the account */
};

struct plan_map_options {
	const struct map_rules *rules;
	const char *profile[SIDE_COUNT]; /* for profile_find */
	bool one_sided;		  /* no new server yet: its listings are not missed */
	int64_t now, max_age;	  /* seconds; an older listing is stale */
	const int64_t *transfers; /* ids */
	size_t transfer_n;
	bool all; /* these are all: a rule that matches nothing is a problem */
	/* Each transfer and each old folder of it in turn; NULL: only groups are wanted.
	 */
	bool (*folder)(void *ctx, const struct plan_map_folder *f, struct err *err);
	void *ctx;
	bool (*stop)(void *ctx); /* asked between transfers; NULL: never */
};

struct plan_map_result {
	const struct plan_map_group *group; /* worst class first, then by folders */
	size_t group_n;
	const struct map_rule *rule; /* in the order of the config */
	size_t rule_n;
	const char *profile[SIDE_COUNT]; /* titles, joined with ", "; "" */
	int64_t transfers;		 /* looked at */
	int64_t not_moved; /* of those, nothing is to move: no old account, or decided so
			    */
	int64_t folders;   /* old folders that can hold mail */
	int64_t same, ruled, excluded, failed, existing; /* of those */
	int64_t excluded_messages, excluded_octets;
	int64_t unknown, problems, notes; /* groups by weight */
	struct arena *arena;
};

/* False: ERR_CONFIG for a rule or profile that is wrong; what the callback or stop said;
 * or the store's errors. */
bool plan_map(struct store *st, const struct plan_map_options *o,
	      struct plan_map_result **out, struct err *err) MUST_CHECK;
void plan_map_free(struct plan_map_result *r); /* NULL is fine */

#endif
