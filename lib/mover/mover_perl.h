/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_PERL_H
#define MOVER_MOVER_PERL_H
/*
 * Perl's s/// and tr/// as imapsync takes them for folder names, in the words of a PCRE2
 * rule of the config.  Only what means the same there is translated.  What depends on
 * Perl itself (variables, code, a change of case in the replacement) is refused with the
 * reason, for a rule that is nearly right maps nearly right.
 */
#include "base/arena.h"
#include "base/span.h"

#define MOVER_PERL_MAX 1024 /* octets of an expression; as long as a rule may be */
#define MOVER_TR_MAX   64   /* rules that one tr/// may become */

struct mover_substitution {
	const char *match, *to; /* $1 or ${1} for a group, $$ for a dollar sign */
	bool all;		/* every match, not only the first */
};

/*
 * out has room for MOVER_TR_MAX; an s/// becomes one, a tr/// one for each letter that it
 * may change.  Returns how many, 0 with *why_out for what cannot be translated.  Strings
 * live in arena.
 */
size_t mover_perl_rules(struct arena *arena, struct span perl,
			struct mover_substitution *out, const char **why_out) MUST_CHECK;
/* A bare pattern (--exclude).  NULL with *why_out. */
const char *mover_perl_pattern(struct arena *arena, struct span pattern,
			       const char **why_out) MUST_CHECK;

#endif
