/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_OPTION_H
#define MOVER_MOVER_OPTION_H
/*
 * imapsync's options by name (releases 1.255 of 2008 to 2.229), as Perl's Getopt::Long
 * takes them: any case, one or two dashes or a plus sign, "--name=value" and "--name
 * value", --noname and --no-name, and every abbreviation that only one option has.
 */
#include "base/arena.h"
#include "base/span.h"
#include "mover/mover_shell.h"

/* What an option means to somebody who audits afterwards. */
enum mover_about {
	MOVER_QUIET, /* nothing: speed, output, TLS */
	MOVER_HOST,
	MOVER_USER,
	MOVER_AUTHUSER,
	MOVER_SECRET, /* its value is never kept */
	MOVER_PAIR,
	MOVER_REGEX,
	MOVER_EXCLUDE,
	MOVER_INCLUDE,
	MOVER_FOLDER,
	MOVER_FOLDER_TREE,
	MOVER_PREFIX,
	MOVER_SEPARATOR,
	MOVER_SUBFOLDER,
	MOVER_AUTOMAP,
	MOVER_PRESET,
	MOVER_NOTHING, /* --noexclude and its like: switch off a part of a preset */
	MOVER_DRY,
	MOVER_REMARK, /* see its sentence */
};

enum mover_sort {		  /* of remark */
		  MOVER_DESTROYS, /* messages or folders are removed */
		  MOVER_ALTERS,	  /* something arrives unlike it was */
		  MOVER_SKIPS,	  /* messages do not arrive */
		  MOVER_MATCHES,  /* which messages count as the same */
		  MOVER_TELLS,	  /* worth knowing */
};
enum { MOVER_SORT_COUNT = MOVER_TELLS + 1 };
const char *mover_sort_name(enum mover_sort s); /* "destroys" */

struct mover_option_def {
	const char *name;  /* "delete1" */
	const char *alias; /* "delete", or NULL */
	char type; /* '!' may be negated; '-' a switch; s, i, f: takes a value; '%' k=v */
	char side; /* '1', '2' or '\0' */
	enum mover_about about;
	/* What it does when it is on, and when it is negated; NULL: nothing to say. */
	enum mover_sort sort;
	const char *on, *off;
};
extern const struct mover_option_def mover_options[];
extern const size_t mover_option_count;
const struct mover_option_def *mover_option_named(const char *name);

struct mover_option {
	const struct mover_option_def *def; /* NULL: not an option that is known */
	const char *said;  /* as it stands there, without a value: "--delete" */
	const char *value; /* NULL: takes none, or it is missing or a password */
	bool negated;
	bool bad; /* the value is missing, or no number: imapsync refuses to run */
	const struct mover_word *word; /* the value's, else the option's */
	unsigned line, column;
};

enum mover_next {
	MOVER_NEXT_OPTION,
	MOVER_NEXT_EXTRA, /* a word that belongs to no option; imapsync refuses to run */
	MOVER_NEXT_UNKNOWN, /* a word that is not resolved and may be options */
	MOVER_NEXT_END,
};
/* The option at word *i, which goes behind it and its value. */
enum mover_next mover_option_next(struct arena *arena, const struct mover_word *word,
				  size_t n, size_t *i, struct mover_option *out);

#endif
