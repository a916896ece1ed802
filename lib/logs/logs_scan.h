/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_SCAN_H
#define LOGS_LOGS_SCAN_H
/* One line to what it says.  A scanner belongs to one thread. */
#include "base/err.h"
#include "logs/logs_line.h"

/*
 * A format of the site's own (DESIGN section 9): a regular expression (PCRE2) with the
 * groups "user", and perhaps "rip".  It is tried on the text behind time, host and tag of
 * lines that no scanner takes for an event.
 */
struct log_pattern {
	const char *regex;
	enum log_kind kind; /* not LOG_OTHER */
	enum log_protocol protocol;
};
#define LOGS_PATTERNS_MAX 32

struct logs_scanner;
/* ERR_CONFIG: a pattern is wrong, or has no group "user". */
bool logs_scanner_new(const struct log_pattern *patterns, size_t n,
		      struct logs_scanner **out, struct err *err) MUST_CHECK;
void logs_scanner_free(struct logs_scanner *s); /* NULL is fine */

/* A file begins, or goes on behind lines that this scanner has not seen: columns that a
 * "#Fields:" line named (header, "" for none) are known from here on, and no session. */
void logs_scanner_begin(struct logs_scanner *s, struct span header);

/* none: nobody asks from where a message came, so LOG_F_SENDER is not looked for where
 * that takes time. */
void logs_scanner_no_sender(struct logs_scanner *s, bool none);

/* The octets of the lines so far are gone; the next lines follow on them. */
void logs_scanner_moved(struct logs_scanner *s);

/*
 * What the line says, without its line end.  The octets of a line that is an event stay
 * where they are until the next line was taken: "last message repeated 3 times" means it.
 */
void logs_scan(struct logs_scanner *s, struct span line, struct log_line *out);

/*
 * Take lines that say nothing off the front of *rest, each with its line end, as many as
 * can be told by few words and have one host, program and hour.  Their number; logs_scan
 * would call each of them LOG_TAKEN and LOG_OTHER.  0: *out is undefined, and the next
 * line is one for logs_scan.
 */
size_t logs_scan_quiet(struct logs_scanner *s, struct span *rest, struct log_quiet *out);

/* Programs that tell the user on one line and the success on another: one scanner must
 * see all lines of such a file, in their order. */
static inline bool logs_needs_order(enum log_program p)
{
	return p == LOG_HMAIL || p == LOG_MISC;
}

#endif
