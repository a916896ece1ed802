/* SPDX-License-Identifier: MIT */
/* Bodies: what servers do to them leaves the key alone, and everything else does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mime/mime_message.h"

static struct sha256_ctx *sha;

static int set_up(void **state)
{
	(void)state;
	sha = sha256_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sha256_free(sha);
	return 0;
}

static void digest(struct span body, size_t chunk, struct mime_body *b,
		   struct msg_key *key)
{
	mime_body_init(b, sha);
	for (; body.n > 0; body = span_from(body, chunk))
		mime_body_feed(b,
			       (struct span){ body.p, body.n < chunk ? body.n : chunk });
	mime_body_done(b, key);
}

static bool same_key(const struct msg_key *a, const struct msg_key *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static void makes_one_key_of_what_servers_make_of_a_body(void **state)
{
	static const struct {
		struct span a, b;
		bool same;
	} cases[] = {
#define CASE(a, b, same) { { a, sizeof(a) - 1 }, { b, sizeof(b) - 1 }, same }
		CASE("a\r\nb\r\n", "a\nb\n", true),
		CASE("a\r\nb\r\n", "a\r\r\nb\r\r\r\n", true),
		CASE("a\r\nb\r\n", "a\r\nb", true),
		CASE("a\r\nb\r\n", "a\r\nb\r\n\r\n\r\n", true),
		CASE("a\r\nb", "a\r\nb\r", true),
		CASE("a\r\nb", "a\r\nb\n\r\r", true),
		CASE("", "\r\n\r\n", true),
		CASE("", "\r", true),
		CASE("a\0b",
		     "a\x80"
		     "b",
		     true),
		CASE("\r\na", "\na", true),
		/* And what is another body. */
		CASE("a\r\nb", "a\r\n\r\nb", false),
		CASE("a\r\nb", "ab", false),
		CASE("a\r\nb", "a\rb", false),
		CASE("a\rb", "ab", false),
		CASE("a\r\rb", "a\rb", false),
		CASE("\r\na", "a", false),
		CASE("a \r\nb", "a\r\nb", false),
		CASE("a\xfc", "aX", false),
		CASE("a\xfc", "a\xfd", false),
		CASE("a\0b", "ab", false),
		CASE("a", "A", false),
		CASE("", " ", false),
		CASE("a\r\n ", "a", false),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct msg_key a, b, piece;
		struct mime_body body, whole;

		digest(cases[i].a, 100, &whole, &a);
		digest(cases[i].b, 100, &body, &b);
		if (same_key(&a, &b) != cases[i].same)
			fail_msg("case %zu", i);
		for (size_t chunk = 1; chunk <= cases[i].a.n; chunk++) {
			digest(cases[i].a, chunk, &body, &piece);
			if (!same_key(&a, &piece) || body.octets != whole.octets ||
			    body.crlf != whole.crlf || body.bare_lf != whole.bare_lf ||
			    body.bare_cr != whole.bare_cr || body.nuls != whole.nuls)
				fail_msg("case %zu in pieces of %zu", i, chunk);
		}
	}
}

static void digests_the_canonical_octets(void **state)
{
	struct mime_body b;
	struct msg_key key;
	struct sha256 d;

	(void)state;
	digest(SPAN_LIT("one\r\n\r\ntwo\r\r\nthr\ree\0\r\n\r\n"), 7, &b, &key);
	sha256_of("one\n\ntwo\nthr\ree\x80", 16, &d);
	assert_memory_equal(key.bytes, d.bytes, sizeof key.bytes);
}

static void counts_line_ends_as_sent(void **state)
{
	static const struct {
		struct span body;
		int64_t crlf, lf, cr, nuls;
	} cases[] = {
#define CASE(in, crlf, lf, cr, nuls) { { in, sizeof(in) - 1 }, crlf, lf, cr, nuls }
		CASE("", 0, 0, 0, 0),
		CASE("a", 0, 0, 0, 0),
		CASE("\r\n", 1, 0, 0, 0),
		CASE("\n", 0, 1, 0, 0),
		CASE("\r", 0, 0, 1, 0),
		CASE("\r\r\n", 1, 0, 1, 0),
		CASE("\n\r", 0, 1, 1, 0),
		CASE("\r\n\r\n\n", 2, 1, 0, 0),
		CASE("a\rb\r\n\0\0", 1, 0, 1, 2),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t chunk = 1; chunk <= 9; chunk++) {
			struct mime_body b;
			struct msg_key key;

			digest(cases[i].body, chunk, &b, &key);
			if (b.crlf != cases[i].crlf || b.bare_lf != cases[i].lf ||
			    b.bare_cr != cases[i].cr || b.nuls != cases[i].nuls ||
			    b.octets != (int64_t)cases[i].body.n)
				fail_msg("case %zu in pieces of %zu: %lld %lld %lld", i,
					 chunk, (long long)b.crlf, (long long)b.bare_lf,
					 (long long)b.bare_cr);
		}
	}
}

static void knows_the_empty_body(void **state)
{
	static const struct {
		struct span body;
		bool empty;
	} cases[] = {
#define CASE(in, empty) { { in, sizeof(in) - 1 }, empty }
		CASE("", true),	  CASE("\r\n\n\r", true), CASE(" ", false),
		CASE("a", false), CASE("\r\n\0", false),
#undef CASE
	};
	struct msg_key key;
	struct mime_body m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		digest(cases[i].body, 9, &m, &key);
		if (mime_body_is_empty(&key) != cases[i].empty)
			fail_msg("case %zu", i);
	}
}

static void takes_messages_apart_in_pieces_of_any_size(void **state)
{
	static const struct {
		struct span message;
		int64_t header, body;
		bool ended;
	} cases[] = {
#define CASE(in, header, body, ended) { { in, sizeof(in) - 1 }, header, body, ended }
		CASE("", 0, 0, false),
		CASE("\r\n", 2, 0, true),
		CASE("A: b\r\n\r\nbody\r\n", 8, 6, true),
		CASE("A: b\r\n\r\n", 8, 0, true),
		CASE("A: b\r\n", 6, 0, false),
		CASE("\r\nbody", 2, 4, true),
		CASE("A: b\n\n\nbody", 6, 5, true),
		CASE("no header at all\r\nnone", 22, 0, false),
		CASE("A: b\r\n\r\nB: c\r\n\r\nd", 8, 9, true),
#undef CASE
	};
	struct mime_message m = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct span s = cases[i].message;
		struct msg_key first = { { 0 } };

		for (size_t chunk = s.n + 1; chunk > 0; chunk--) {
			mime_message_begin(&m, sha);
			for (size_t at = 0; at < s.n; at += chunk)
				mime_message_feed(
					&m, (struct span){ s.p + at, s.n - at < chunk
									     ? s.n - at
									     : chunk });
			mime_message_end(&m);
			if (m.header.octets != cases[i].header ||
			    m.body.octets != cases[i].body ||
			    m.header.ended != cases[i].ended)
				fail_msg("case %zu in pieces of %zu: %lld and %lld", i,
					 chunk, (long long)m.header.octets,
					 (long long)m.body.octets);
			if (chunk == s.n + 1)
				first = m.body_key;
			assert_true(same_key(&first, &m.body_key));
		}
	}
	mime_message_done(&m);
}

/* Much through a kilobyte of state. */
static void digests_a_body_that_no_memory_holds(void **state)
{
	static char piece[1 << 16];
	struct mime_message m = { 0 };
	int64_t sent = 0;

	(void)state;
	for (size_t i = 0; i < sizeof piece; i++)
		piece[i] = i % 78 == 76 ? '\r' : i % 78 == 77 ? '\n' : 'x';
	mime_message_begin(&m, sha);
	mime_message_feed(&m, SPAN_LIT("Subject: big\r\n\r\n"));
	for (; sent < 20 << 20; sent += (int64_t)sizeof piece)
		mime_message_feed(&m, (struct span){ piece, sizeof piece });
	mime_message_end(&m);
	assert_int_equal(m.body.octets, sent);
	assert_true(m.header.text.cap + m.header.identity.cap < 4096);
	assert_true(m.body.crlf > 200000);
	mime_message_done(&m);
}

/* xorshift: the same cases in each run. */
static uint32_t below(uint32_t n)
{
	static uint64_t seed = 20261129;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % n;
}

/* Lines of text and of base64 of all lengths, and what is neither. */
static size_t invent(char *p, size_t size)
{
	static const char odd[] = "\r\n\0\x80\xff\x7f\t =\x1f";
	size_t n = 0;

	while (n + 2100 < size && below(12) > 0) {
		uint32_t text = below(3), long_line = below(40) == 0;

		for (size_t k = below(long_line ? 2000 : 90); k > 0; k--)
			p[n++] = text == 0   ? (char)(' ' + below(95))
				 : text == 1 ? "AZaz09+/"[below(8)]
					     : 'x';
		if (below(6) == 0)
			p[n++] = odd[below(sizeof odd - 1)];
		if (below(8) > 0)
			p[n++] = '\r';
		if (below(9) > 0)
			p[n++] = '\n';
	}
	return n;
}

static void a_line_in_one_look_is_the_same_line(void **state)
{
	static char body[1 << 15];
	size_t text = 0, base64 = 0, rest = 0;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct span s = { body, invent(body, sizeof body) };
		struct msg_key plain, quick;
		struct mime_body a, b;

		digest(s, s.n, &a, &plain);
		mime_body_init(&b, sha);
		for (bool begins = true; s.n > 0;) {
			const char *lf = memchr(s.p, '\n', s.n);
			size_t line = lf != NULL ? (size_t)(lf - s.p) : s.n;
			size_t n = SIZE_MAX;

			if (begins && below(2) == 0 && line > 0 &&
			    mime_body_base64(&b, s, line - 1)) {
				n = line - 1;
				base64++;
			} else if (begins && below(4) > 0) {
				bool equals;

				n = mime_body_text(&b, s, &equals);
				text += n != SIZE_MAX;
				if (n != SIZE_MAX && !equals &&
				    memchr(s.p, '=', n) != NULL)
					fail_msg("round %d: a \"=\" is not told", round);
			}
			if (n != SIZE_MAX) {
				if (n + 1 != line)
					fail_msg("round %d: %zu of %zu", round, n, line);
				s = span_from(s, n + 2);
				continue;
			}
			line = line + (lf != NULL);
			if (below(3) == 0)
				line = 1 + below((uint32_t)line);
			begins = s.p[line - 1] == '\n';
			mime_body_feed(&b, (struct span){ s.p, line });
			s = span_from(s, line);
			rest++;
		}
		mime_body_done(&b, &quick);
		if (!same_key(&plain, &quick) || a.octets != b.octets ||
		    a.crlf != b.crlf || a.bare_lf != b.bare_lf ||
		    a.bare_cr != b.bare_cr || a.nuls != b.nuls)
			fail_msg("round %d", round);
	}
	assert_true(text > 5000 && base64 > 500 && rest > 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_one_key_of_what_servers_make_of_a_body),
		cmocka_unit_test(digests_the_canonical_octets),
		cmocka_unit_test(counts_line_ends_as_sent),
		cmocka_unit_test(knows_the_empty_body),
		cmocka_unit_test(takes_messages_apart_in_pieces_of_any_size),
		cmocka_unit_test(digests_a_body_that_no_memory_holds),
		cmocka_unit_test(a_line_in_one_look_is_the_same_line),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
