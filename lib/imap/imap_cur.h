/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_CUR_H
#define IMAP_IMAP_CUR_H
/*
 * A cursor over one response.  It remembers its first mistake; later reads yield nothing,
 * so that code reads like the grammar of RFC 3501 section 9 and checks once, at the end.
 * Nesting is at most IMAP_DEPTH_MAX.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

#define IMAP_DEPTH_MAX 64

struct imap_cur {
	struct span text;
	size_t at;	     /* after a mistake the end of text, so that loops end */
	const char *bad;     /* what was wrong, a static string; NULL while all is well */
	size_t bad_at;	     /* offset of the first mistake */
	struct arena *arena; /* for strings with escapes; NULL: those are a mistake */
};

void imap_cur_init(struct imap_cur *c, struct span text, struct arena *arena);
/* Here and not in the .c because a FETCH response asks forty times. */
static inline bool imap_cur_end(const struct imap_cur *c) /* nothing left */
{
	return c->at == c->text.n;
}

static inline bool imap_cur_peek(const struct imap_cur *c, char ch)
{
	return c->at < c->text.n && c->text.p[c->at] == ch;
}

static inline bool imap_cur_eat(struct imap_cur *c, char ch) /* past it when ch is next */
{
	if (!imap_cur_peek(c, ch))
		return false;
	c->at++;
	return true;
}

void imap_cur_need(struct imap_cur *c, char ch); /* a mistake unless ch is next */

/* Values.  Spans are borrowed from text, or live in arena when escapes were taken out. */
struct span imap_cur_atom(struct imap_cur *c); /* also ']', and '\' in front (flags) */
/* As an atom; but keywords that a file on the server's disk holds come as they stand
 * there (Dovecot and Courier do that): up to a blank or ')', escaped by text_show in the
 * arena. */
struct span imap_cur_flag(struct imap_cur *c);
struct span imap_cur_astring(struct imap_cur *c); /* atom, quoted or literal */
struct span imap_cur_string(struct imap_cur *c);  /* quoted or literal */
/* String or NIL; is_nil_out may be NULL. */
struct span imap_cur_nstring(struct imap_cur *c, bool *is_nil_out);
uint32_t imap_cur_u32(struct imap_cur *c); /* number (RFC 3501: 32 bits) */
int64_t imap_cur_i64(struct imap_cur *c);  /* number64 of RFC 7162 and 8438: to 2^63-1 */
/* Any value: atom, number, string, nested list.  Nothing is kept, so it is lenient: 8-bit
 * atoms, stray escapes. */
void imap_cur_skip_value(struct imap_cur *c);

/* Note a mistake at this place.  why is a static string. */
void imap_cur_bad(struct imap_cur *c, const char *why);
/* ERR_PROTO with place and mistake if there was one; what is the kind of response. */
bool imap_cur_ok(const struct imap_cur *c, const char *what, struct err *err) MUST_CHECK;

/* The server's words for people: escaped (text_show) and cut to size, NUL included.
 * Returns out. */
const char *imap_shown(char *out, size_t size, struct span words);

#endif
