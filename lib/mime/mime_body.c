/* SPDX-License-Identifier: MIT */
#include "mime/mime_body.h"

#include <stddef.h>

#include "mime/mime_octets.h"

/* How Dovecot shows a NUL. */
#define NUL_SHOWN ((char)0x80)

void mime_body_init(struct mime_body *b, struct sha256_ctx *sha)
{
	/* The run is long, and nothing of it is read that was not written. */
	memset(b, 0, offsetof(struct mime_body, run));
	b->sha = sha;
	sha256_begin(sha);
}

static void flush(struct mime_body *b)
{
	sha256_add(b->sha, b->run, b->run_n);
	b->run_n = 0;
}

static void put(struct mime_body *b, char c)
{
	if (b->run_n == sizeof b->run)
		flush(b);
	b->run[b->run_n++] = c;
}

/* Something follows: what was waiting for that counts. */
static void settle(struct mime_body *b)
{
	for (; b->lines > 0; b->lines--)
		put(b, '\n');
	for (; b->crs > 0; b->crs--)
		put(b, '\r');
}

/* How many octets from here on stand for themselves: those of a line, nearly always. */
static size_t plain_run(struct span s)
{
	const char *lf = memchr(s.p, '\n', s.n), *odd;

	if (lf != NULL)
		s.n = (size_t)(lf - s.p);
	odd = s.n > 0 ? memchr(s.p, '\r', s.n) : NULL;
	if (odd != NULL)
		s.n = (size_t)(odd - s.p);
	odd = s.n > 0 ? memchr(s.p, '\0', s.n) : NULL;
	return odd != NULL ? (size_t)(odd - s.p) : s.n;
}

static void put_run(struct mime_body *b, const char *p, size_t n)
{
	if (n > sizeof b->run - b->run_n)
		flush(b);
	if (n > sizeof b->run) {
		sha256_add(b->sha, p, n);
		return;
	}
	memcpy(b->run + b->run_n, p, n);
	b->run_n += n;
}

void mime_body_feed(struct mime_body *b, struct span octets)
{
	b->octets += (int64_t)octets.n;
	for (size_t i = 0; i < octets.n; i++) {
		size_t n = 0;
		char c = octets.p[i];

		if (c != '\r' && c != '\n' && c != '\0')
			n = plain_run(span_from(octets, i));

		if (n > 0) {
			if (b->lines > 0 || b->crs > 0)
				settle(b);
			put_run(b, octets.p + i, n);
			b->last_cr = false;
			i += n;
			if (i == octets.n)
				return;
		}
		c = octets.p[i];
		if (c == '\r') {
			b->bare_cr++; /* until an LF follows */
			b->crs++;
			b->last_cr = true;
			continue;
		}
		if (c == '\n') {
			b->bare_cr -= b->last_cr;
			b->crlf += b->last_cr;
			b->bare_lf += !b->last_cr;
			b->crs = 0;
			b->lines++;
		} else {
			if (b->lines > 0 || b->crs > 0)
				settle(b);
			b->nuls += c == '\0';
			put(b, c == '\0' ? NUL_SHOWN : c);
		}
		b->last_cr = false;
	}
}

/* Where a line of up to n octets, fewer than there is room for, the first of which is no
 * line end, may be put. */
static inline char *room(struct mime_body *b, size_t n)
{
	if (n >= sizeof b->run - b->run_n)
		flush(b);
	if (b->lines == 1 && b->crs == 0) { /* that of the line before */
		b->run[b->run_n++] = '\n';
		b->lines = 0;
	} else if (b->lines > 0 || b->crs > 0) {
		settle(b);
		if (n > sizeof b->run - b->run_n)
			flush(b);
	}
	return b->run + b->run_n;
}

/* A line of n octets stands in the room for it. */
static inline void put_line(struct mime_body *b, size_t n)
{
	b->run_n += n;
	b->octets += (int64_t)n + 2;
	b->crlf++;
	b->last_cr = false;
	b->crs = 0;
	b->lines++;
}

static bool is_crlf(const char *p)
{
	return p[0] == '\r' && p[1] == '\n';
}

size_t mime_body_text(struct mime_body *b, struct span s, bool *equals_out)
{
	size_t n = 0;

	if (s.n > MIME_BODY_LINE)
		s.n = MIME_BODY_LINE;
	*equals_out = false;
	if (s.n > 0 && mime_is_text_octet(s.p[0]))
		n = mime_text_copy(s, room(b, s.n), equals_out);
	if (s.n - n < 2 || !is_crlf(s.p + n))
		return SIZE_MAX;
	put_line(b, n);
	return n;
}

bool mime_body_base64(struct mime_body *b, struct span s, size_t n)
{
	if (n + 2 > MIME_BODY_LINE || s.n < n + 2 || !is_crlf(s.p + n) ||
	    !mime_is_text_octet(s.p[0]) || !mime_base64_copy(s.p, n, room(b, n)))
		return false;
	put_line(b, n);
	return true;
}

void mime_body_done(struct mime_body *b, struct msg_key *key)
{
	struct sha256 digest;

	flush(b);
	sha256_end(b->sha, &digest);
	memcpy(key->bytes, digest.bytes, sizeof key->bytes);
}

bool mime_body_is_empty(const struct msg_key *key)
{
	struct sha256 digest;

	sha256_of("", 0, &digest);
	return memcmp(key->bytes, digest.bytes, sizeof key->bytes) == 0;
}
