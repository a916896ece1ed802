/* SPDX-License-Identifier: MIT */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H
/*
 * Regular expressions that people write into a config (PCRE2; the only <pcre2.h>).  The
 * subject comes from outside, and the pattern from somebody who did not think of it: so
 * both are bounded, and so is the work of one match.  Compiled once, by JIT where there
 * is one.  Text is UTF-8; octets of a subject that are not match nothing.  A handle
 * belongs to one thread.
 */
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"

#define REGEX_PATTERN_MAX 1024	     /* octets of a pattern, and of a replacement */
#define REGEX_SUBJECT_MAX (8u << 10) /* octets */
#define REGEX_OUTPUT_MAX  (8u << 10) /* octets after replacing */
/* Steps of one match: a simple pattern takes a few for each octet of the subject, one
 * that explodes reaches this after some milliseconds. */
#define REGEX_MATCH_MAX 200000u
#define REGEX_DEPTH_MAX 2000u	   /* of backtracking inside backtracking, without JIT */
#define REGEX_HEAP_MAX	(4u << 10) /* KiB, without JIT */

struct regex;

/*
 * Compile.  to is what matches are replaced with, NULL when nothing will be: $1, ${1} and
 * ${name} stand for groups, $$ for a dollar sign; a group that the pattern does not have
 * is an error here.  ERR_CONFIG says what is wrong and at which octet.
 */
bool regex_open(const char *pattern, const char *to, struct regex **out,
		struct err *err) MUST_CHECK;
void regex_close(struct regex *re); /* NULL is fine */

/* Is there a match anywhere in the subject?  ERR_LIMIT when that is not known after
 * REGEX_MATCH_MAX steps, or when the subject is too long. */
bool regex_match(struct regex *re, struct span subject, bool *matched_out,
		 struct err *err) MUST_CHECK;
/* Has the pattern a group of this name, (?<name>...)? */
bool regex_has_group(const struct regex *re, const char *name);
/* What it held in the subject that regex_match has just matched; false: nothing. */
bool regex_group(const struct regex *re, struct span subject, const char *name,
		 struct span *out) MUST_CHECK;
/* Append the subject to out with its first match, or with all, replaced; when nothing
 * matches, *matched_out is false and nothing is appended.  Only for a regex opened with a
 * replacement.  ERR_LIMIT also when the result is over REGEX_OUTPUT_MAX. */
bool regex_replace(struct regex *re, struct span subject, bool all, struct strbuf *out,
		   bool *matched_out, struct err *err) MUST_CHECK;

#endif
