/* SPDX-License-Identifier: MIT */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H
/* A growing byte string.  Always NUL-terminated once touched; may hold NULs of its own.
 */
#include <stdarg.h>

#include "base/base.h"
#include "base/span.h"

struct strbuf {
	char *p;  /* NULL before the first byte; use strbuf_cstr to get "" then */
	size_t n; /* bytes, without the terminating NUL */
	size_t cap;
};
#define STRBUF_INIT ((struct strbuf){ 0 })

void strbuf_done(struct strbuf *sb);  /* frees; leaves an empty strbuf */
void strbuf_clear(struct strbuf *sb); /* empties, keeps the memory */
void strbuf_wipe(struct strbuf *sb);  /* overwrites, then frees: for secrets */
void strbuf_add(struct strbuf *sb, const void *p, size_t n);
void strbuf_addspan(struct strbuf *sb, struct span s);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
void strbuf_reserve(struct strbuf *sb, size_t more);
void strbuf_drop(struct strbuf *sb, size_t n);	  /* remove n bytes from the front */
const char *strbuf_cstr(const struct strbuf *sb); /* borrowed until the next change */
struct span strbuf_span(const struct strbuf *sb); /* likewise */
/* caller frees; sb is empty afterwards */
char *strbuf_take(struct strbuf *sb) MUST_CHECK;

#endif
