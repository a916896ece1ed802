/* SPDX-License-Identifier: MIT */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H
/*
 * lib/profile: what is known of kinds of servers beyond what they say themselves: limits,
 * names they refuse, what they do to messages, what IMAP does not show of them.  One JSON
 * file a kind in profiles/, built into the program; a site can name a file of its own.
 * Each value carries its source: a standard, a document of the vendor, or a measurement.
 */
#include "base/arena.h"
#include "base/err.h"
#include "model/match.h"

#define PROFILE_AUTO	  "auto"
#define PROFILE_SIZE_MAX  (256u << 10) /* octets of a file */
#define PROFILE_WORDS_MAX 1000u	       /* items of one list */

enum profile_unit {
	PROFILE_UTF8,	    /* octets of the name as people see it */
	PROFILE_UTF7,	    /* octets of the name as it is sent */
	PROFILE_CHARACTERS, /* Unicode characters */
};
struct profile_limit {
	int64_t value; /* 0: none is known */
	enum profile_unit unit;
	const char *source; /* NULL when nothing is known; so in all of these */
};
struct profile_words {
	const char *const *word;
	size_t n;
	const char *source;
};
struct profile_text {
	const char *text; /* "" */
	const char *source;
};
struct profile_switch {
	bool on;
	const char *source;
};
struct profile_fact {
	const char *why; /* one sentence */
	const char *source;
};

enum profile_dedup {
	PROFILE_DEDUP_NO,      /* two copies stay two */
	PROFILE_DEDUP_FOLDER,  /* one of a folder's identical messages stays */
	PROFILE_DEDUP_ACCOUNT, /* one of an account's; folders are views of it */
};
enum profile_keywords {
	PROFILE_KEYWORDS_KEPT,
	PROFILE_KEYWORDS_LIMITED, /* keywords_most of a folder */
	PROFILE_KEYWORDS_DROPPED,
};

struct profile {
	const char *name;  /* "cyrus" */
	const char *title; /* for people: "Cyrus IMAP" */

	struct profile_limit message_octets, folder_messages, folders;
	struct profile_limit name_octets; /* of the whole name, prefix included */
	struct profile_limit part_octets; /* of one level */
	struct profile_limit depth;	  /* levels */

	/* Names, in the common form of lib/map where they are whole names. */
	char delimiter;			     /* '\0': only LIST knows */
	struct profile_words reserved;	     /* and what is below them */
	struct profile_text refused;	     /* characters */
	struct profile_text refused_by_some; /* likewise: depends on how it is set up */
	struct profile_text refused_start;   /* characters that cannot come first */
	struct profile_words refused_parts;  /* whole levels */
	struct profile_switch refuses_controls;
	struct profile_switch refuses_blanks; /* at an end of a level, or two in a row */
	struct profile_switch bmp_only;	      /* nothing beyond U+FFFF */
	struct profile_switch ignores_case;
	struct profile_switch ignores_unicode_form; /* takes NFC and NFD for one */
	struct profile_switch trims; /* takes blanks at the end of a level away */

	struct profile_words virtual_folders; /* messages that other folders show too */
	struct profile_words not_mail;	      /* what is in them is no mail */

	enum profile_dedup dedup;
	const char *dedup_by, *dedup_source; /* by: one sentence, "" */
	enum profile_keywords keywords;
	int64_t keywords_most, keywords_longest; /* 0: no limit is known */
	const char *keywords_bad; /* what happens to one that is not kept; "" */
	const char *keywords_source;

	unsigned not_comparable;			    /* DIFF_* */
	struct profile_fact not_comparable_why[DIFF_COUNT]; /* by bit */
	const struct profile_fact *adds_field;		    /* why: the field's name */
	size_t adds_field_n;
	struct profile_words refuses_messages; /* names of symptoms (model/body.h) with
						  which it takes no message */
	const struct profile_fact *alters;     /* what it does to messages: sentences */
	size_t alters_n;
	const struct profile_fact *blind_spot; /* what IMAP does not show: sentences */
	size_t blind_spot_n;
};

/* What a server said of itself; each may be NULL. */
struct profile_signs {
	const char *server_id;	/* "Dovecot", "Cyrus IMAP 3.6.1" */
	const char *capability; /* words */
	const char *greeting;
};

/*
 * The profile of that name; with "auto" the one that the signs fit, "generic" when none
 * does; a path (profile_is_path) is read.  All strings live in arena.  ERR_CONFIG: there
 * is no such profile, or the file has a mistake, named with line and column; ERR_LOCAL:
 * it cannot be read.
 */
bool profile_find(struct arena *arena, const char *name_or_path,
		  const struct profile_signs *signs, const struct profile **out,
		  struct err *err) MUST_CHECK;
/* Text of a profile; name stands in messages. */
bool profile_parse(struct arena *arena, const char *name, struct span text,
		   struct profile *out, struct err *err) MUST_CHECK;

/* It holds a '/' or ends in ".json". */
bool profile_is_path(const char *s);
bool profile_is_shipped(const char *name);
/* The shipped ones, in the order in which "auto" tries them; NULL past the end. */
const char *profile_name(size_t i);

#endif
