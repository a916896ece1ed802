/* SPDX-License-Identifier: MIT */
#include "base/strbuf.h"

enum { FIRST_SIZE = 64 };

void strbuf_done(struct strbuf *sb)
{
	free(sb->p);
	*sb = STRBUF_INIT;
}

void strbuf_clear(struct strbuf *sb)
{
	sb->n = 0;
	if (sb->p != NULL)
		sb->p[0] = '\0';
}

void strbuf_wipe(struct strbuf *sb)
{
	mem_wipe(sb->p, sb->cap);
	strbuf_done(sb);
}

/* Room for more bytes and the NUL; what is there stays. */
void strbuf_reserve(struct strbuf *sb, size_t more)
{
	size_t cap = sb->cap > 0 ? sb->cap : FIRST_SIZE;

	if (more > SIZE_MAX / 2 - sb->n - 1)
		base_die("out of memory");
	while (cap < sb->n + more + 1)
		cap *= 2;
	if (cap == sb->cap)
		return;
	sb->p = mem_realloc(sb->p, cap);
	sb->cap = cap;
	sb->p[sb->n] = '\0';
}

void strbuf_add(struct strbuf *sb, const void *p, size_t n)
{
	if (sb->cap - sb->n <= n)
		strbuf_reserve(sb, n);
	if (n > 0)
		memcpy(sb->p + sb->n, p, n);
	sb->n += n;
	sb->p[sb->n] = '\0';
}

void strbuf_addspan(struct strbuf *sb, struct span s)
{
	strbuf_add(sb, s.p, s.n);
}

void strbuf_adds(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
}

void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		base_die("a text is too long to be formatted");
	strbuf_reserve(sb, (size_t)n);
	vsnprintf(sb->p + sb->n, (size_t)n + 1, fmt, ap);
	sb->n += (size_t)n;
}

void strbuf_drop(struct strbuf *sb, size_t n)
{
	if (n == 0)
		return;
	if (n >= sb->n) {
		strbuf_clear(sb);
		return;
	}
	sb->n -= n;
	memmove(sb->p, sb->p + n, sb->n + 1);
}

const char *strbuf_cstr(const struct strbuf *sb)
{
	return sb->p != NULL ? sb->p : "";
}

struct span strbuf_span(const struct strbuf *sb)
{
	return (struct span){ strbuf_cstr(sb), sb->n };
}

char *strbuf_take(struct strbuf *sb)
{
	char *p;

	strbuf_reserve(sb, 0);
	p = sb->p;
	*sb = STRBUF_INIT;
	return p;
}
