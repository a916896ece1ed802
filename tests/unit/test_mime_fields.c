/* SPDX-License-Identifier: MIT */
/* What a header is made of, and what one has that the other has not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mime/mime_fields.h"
#include "mime/mime_header.h"
#include "mime/mime_identity.h"

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

/* The text of a header that comes in pieces of so many octets. */
static void list(struct span header, size_t chunk, struct mime_lister *l,
		 size_t *taken_out)
{
	*taken_out = 0;
	mime_lister_begin(l, sha);
	while (header.n > 0) {
		struct span piece = { header.p, header.n < chunk ? header.n : chunk };
		size_t n = mime_lister_feed(l, piece);

		*taken_out += n;
		if (n < piece.n || l->ended)
			break;
		header = span_from(header, piece.n);
	}
	mime_lister_end(l);
}

/* "Name:OCTETS" of each line, the hashes left out. */
static void names_of(struct span text, struct strbuf *out)
{
	struct mime_field_line f;
	enum mime_fields_next next;

	while ((next = mime_fields_next(&text, &f)) == MIME_FIELDS_LINE)
		strbuf_addf(out, "%.*s:%lld ", (int)f.name.n, f.name.p,
			    (long long)f.octets);
	strbuf_adds(out, next == MIME_FIELDS_END   ? "."
			 : next == MIME_FIELDS_CUT ? "..."
						   : "bad");
}

#define CRLF "\r\n"

static const struct {
	struct span header;
	const char *names;
	size_t taken; /* octets of the header */
	bool ended;
} headers[] = {
#define CASE(in, names, taken, ended)                                                    \
	{                                                                                \
		{ in, sizeof(in) - 1 }, names, taken, ended                              \
	}
	CASE("", ".", 0, false),
	CASE(CRLF, ".", 2, true),
	CASE("\n", ".", 1, true),
	CASE(CRLF "body", ".", 2, true),
	CASE("A: b" CRLF CRLF "body", "A:6 .", 8, true),
	CASE("A: b\n\nbody", "A:5 .", 6, true),
	CASE("A: b", "A:4 .", 4, false),
	CASE("A: b" CRLF, "A:6 .", 6, false),
	CASE("A: b\r", "A:5 .", 5, false),
	CASE("A:" CRLF "B:" CRLF CRLF, "A:4 B:4 .", 10, true),
	/* Folds, also of blanks alone. */
	CASE("A: b" CRLF " c" CRLF "\td" CRLF "B: e" CRLF CRLF, "A:14 B:6 .", 22, true),
	CASE("A: b" CRLF " " CRLF "B: e" CRLF CRLF, "A:9 B:6 .", 17, true),
	CASE("A:" CRLF " b" CRLF CRLF, "A:8 .", 10, true),
	/* Blanks before the colon. */
	CASE("A : b" CRLF "B\t \t: c" CRLF CRLF, "A:7 B:9 .", 18, true),
	/* Lines that are no fields. */
	CASE(" first" CRLF "A: b" CRLF CRLF, ":8 A:6 .", 16, true),
	CASE("From anna Mon" CRLF "A: b" CRLF CRLF, ":15 A:6 .", 23, true),
	CASE("no colon" CRLF " goes on" CRLF "A: b" CRLF CRLF, ":20 A:6 .", 28, true),
	CASE(": no name" CRLF CRLF, ":11 .", 13, true),
	CASE("\xfcml: x" CRLF CRLF, ":8 .", 10, true),
	CASE("a\xfc: x" CRLF CRLF, ":7 .", 9, true),
	CASE("A b: x" CRLF CRLF, ":8 .", 10, true),
	CASE("just words", ":10 .", 10, false),
	CASE("A", ":1 .", 1, false),
	/* A CR that ends no line. */
	CASE("\rA: b" CRLF CRLF, ":7 .", 9, true),
	CASE("\r", ":1 .", 1, false),
	CASE("A: b" CRLF "\r", "A:6 :1 .", 7, false),
	CASE("A: b" CRLF "\r\r" CRLF, "A:6 :4 .", 10, false),
	CASE("A: b\rc" CRLF CRLF, "A:8 .", 10, true),
	CASE("A: \0b" CRLF CRLF, "A:7 .", 9, true),
	/* Names keep their spelling, fields their order. */
	CASE("mESSAGE-iD: <a@b>" CRLF "X: 1" CRLF "X: 2" CRLF CRLF,
	     "mESSAGE-iD:19 X:6 X:6 .", 33, true),
#undef CASE
};

static void lists_fields_in_pieces_of_any_size(void **state)
{
	struct mime_lister l = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(headers); i++) {
		struct strbuf once = STRBUF_INIT;

		mime_fields(sha, headers[i].header, &once);
		for (size_t chunk = 1; chunk <= headers[i].header.n + 1; chunk++) {
			struct strbuf names = STRBUF_INIT;
			size_t taken;

			list(headers[i].header, chunk, &l, &taken);
			names_of(strbuf_span(&l.text), &names);
			if (strcmp(strbuf_cstr(&names), headers[i].names) != 0 ||
			    taken != headers[i].taken || l.ended != headers[i].ended ||
			    l.octets != (int64_t)taken ||
			    !span_eq(strbuf_span(&once), strbuf_span(&l.text)))
				fail_msg("case %zu in pieces of %zu: %s, %zu octets", i,
					 chunk, strbuf_cstr(&names), taken);
			strbuf_done(&names);
		}
		strbuf_done(&once);
	}
	mime_lister_done(&l);
}

/* The lister and mime_field_next walk the same fields. */
static void agrees_with_the_walk(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(headers); i++) {
		struct span rest = headers[i].header;
		struct strbuf walk = STRBUF_INIT, names = STRBUF_INIT, text = STRBUF_INIT;
		struct mime_field f;
		struct span lines;
		struct mime_field_line line;

		while (mime_field_next(&rest, &f))
			strbuf_addf(&walk, "%.*s ", (int)f.name.n, f.name.p);
		mime_fields(sha, headers[i].header, &text);
		lines = strbuf_span(&text);
		while (mime_fields_next(&lines, &line) == MIME_FIELDS_LINE)
			if (line.name.n > 0)
				strbuf_addf(&names, "%.*s ", (int)line.name.n,
					    line.name.p);
		if (strcmp(strbuf_cstr(&walk), strbuf_cstr(&names)) != 0)
			fail_msg("case %zu: %s, but %s", i, strbuf_cstr(&walk),
				 strbuf_cstr(&names));
		strbuf_done(&walk);
		strbuf_done(&names);
		strbuf_done(&text);
	}
}

static uint32_t hash_of(struct span header)
{
	struct strbuf text = STRBUF_INIT;
	struct mime_field_line f;
	struct span rest;

	mime_fields(sha, header, &text);
	rest = strbuf_span(&text);
	assert_int_equal(mime_fields_next(&rest, &f), MIME_FIELDS_LINE);
	strbuf_done(&text);
	return f.hash;
}

static void hashes_what_servers_leave_alone(void **state)
{
	static const struct {
		struct span a, b;
		bool same;
	} cases[] = {
#define CASE(a, b, same) { { a, sizeof(a) - 1 }, { b, sizeof(b) - 1 }, same }
		CASE("A: b c" CRLF, "A:b c" CRLF, true),
		CASE("A: b c" CRLF, "A:  b" CRLF "\tc  " CRLF, true),
		CASE("A: b c" CRLF, "a : b \t c\n", true),
		CASE("A: gr\xfcn" CRLF, "A: grXn" CRLF, true), /* Cyrus */
		CASE("A: b\0c" CRLF,
		     "A: b\x80"
		     "c" CRLF,
		     true), /* Dovecot */
		CASE("A:" CRLF, "A: " CRLF " " CRLF, true),
		CASE("A: b c" CRLF, "A: bc" CRLF, false),
		CASE("A: b" CRLF, "A: B" CRLF, false),
		CASE("A: b" CRLF, "A: b b" CRLF, false),
		CASE("A: b" CRLF, "A:" CRLF, false),
		CASE("no field" CRLF, "no  field" CRLF, true),
		CASE("no field" CRLF, "no fields" CRLF, false),
#undef CASE
	};
	struct msg_key key;
	struct sha256 d;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if ((hash_of(cases[i].a) == hash_of(cases[i].b)) != cases[i].same)
			fail_msg("case %zu", i);
	/* Written down, because stores keep it. */
	sha256_of("b c", 3, &d);
	memcpy(key.bytes, d.bytes, sizeof key.bytes);
	assert_int_equal(hash_of(SPAN_LIT("A:  b \t c " CRLF)),
			 (uint32_t)key.bytes[0] << 24 | (uint32_t)key.bytes[1] << 16 |
				 (uint32_t)key.bytes[2] << 8 | key.bytes[3]);
}

/* Sixteen octets at a time or one by one: the hash is of what mime_unfold makes of it. */
static void hashes_values_unfolded(void **state)
{
	static const char some[] = "    aaaabcdefz~!\x7f\t\r\xfc\x80\x1f\0";
	uint64_t seed = 4711;
	size_t long_ones = 0;

	(void)state;
	for (size_t i = 0; i < 30000; i++) {
		char header[3000], value[sizeof header];
		size_t n = 2, max = i % 16 == 0 ? sizeof header - 4 : 60, kind = i % 5;
		struct sha256 d;

		memcpy(header, "A:", 2);
		for (seed = seed * 6364136223846793005u + 1442695040888963407u;
		     n < 2 + (seed >> 33) % max; n++) {
			uint64_t r = (seed ^ n * 0x9e3779b97f4a7c15u) *
				     0xbf58476d1ce4e5b9u;

			r = (r ^ r >> 29) >> 20;
			header[n] = some[r % (kind == 0	  ? 5
					      : kind == 1 ? 16
							  : sizeof some - 1)];
			/* Words with single blanks between, and seldom anything else;
			 * of line ends it may have none but the last. */
			if (kind == 4) {
				header[n] = r % 257 == 0  ? (char)(r >> 9)
					    : r % 11 == 0 ? ' '
							  : some[4 + r % 9];
				header[n] = header[n] == '\n' ? '\t' : header[n];
			}
		}
		long_ones += n > 1100;
		memcpy(header + n, CRLF, 2);
		n = mime_unfold((struct span){ header + 2, n }, value);
		for (size_t k = 0; k < n; k++)
			value[k] = mime_munged(value[k]);
		sha256_of(value, n, &d);
		n = (size_t)((const char *)memchr(header, '\n', sizeof header) - header) +
		    1;
		if (hash_of((struct span){ header, n }) !=
		    ((uint32_t)d.bytes[0] << 24 | (uint32_t)d.bytes[1] << 16 |
		     (uint32_t)d.bytes[2] << 8 | d.bytes[3]))
			fail_msg("case %zu", i);
	}
	assert_true(long_ones > 100);
}

static void keeps_the_fields_of_identity_as_they_stand(void **state)
{
	static const char header[] = "Received: x" CRLF "Date : 1" CRLF "X-To: a" CRLF
				     "SUBJECT: s" CRLF "\tgoes on" CRLF "Received: y" CRLF
				     "Message-Id: <a@b>" CRLF CRLF;
	struct mime_lister l = { 0 };
	struct arena arena;
	struct msg_key a, b;

	(void)state;
	arena_init(&arena);
	for (size_t chunk = 1; chunk < sizeof header; chunk++) {
		size_t taken;

		list(span_str(header), chunk, &l, &taken);
		assert_string_equal(strbuf_cstr(&l.identity),
				    "Date: 1" CRLF "SUBJECT: s" CRLF "\tgoes on" CRLF
				    "Message-Id: <a@b>" CRLF);
		assert_false(l.identity_cut);
		assert_true(mime_key_fields(sha, strbuf_span(&l.identity), &arena, &a));
		assert_true(mime_key_fields(sha, span_str(header), &arena, &b));
		assert_memory_equal(&a, &b, sizeof a);
	}
	mime_lister_done(&l);
	arena_done(&arena);
}

/* Lines that fill what is normalised but not digested yet up to its last octets, and one
 * behind them that is to be looked at octet by octet. */
static void fills_the_run_to_its_end(void **state)
{
	struct strbuf header = STRBUF_INIT, want = STRBUF_INIT;
	struct mime_lister l = { 0 };
	size_t taken;

	(void)state;
	for (size_t i = 0; i < 25; i++) {
		size_t first = 509 + i / 5, second = 1022 + i % 5;

		strbuf_clear(&header);
		strbuf_adds(&header, "X: ");
		for (size_t k = 0; k < first; k++)
			strbuf_addc(&header, 'a');
		strbuf_adds(&header, CRLF " ");
		for (size_t k = 0; k < second; k++)
			strbuf_addc(&header, 'b');
		strbuf_adds(&header, CRLF " c\td" CRLF);
		list(strbuf_span(&header), 1, &l, &taken);
		strbuf_clear(&want);
		strbuf_addspan(&want, strbuf_span(&l.text));
		list(strbuf_span(&header), header.n, &l, &taken);
		if (!span_eq(strbuf_span(&want), strbuf_span(&l.text)))
			fail_msg("lines of %zu and %zu octets", first, second);
	}
	mime_lister_done(&l);
	strbuf_done(&header);
	strbuf_done(&want);
}

/* Millions of octets of header, and little memory. */
static void bounds_headers_of_any_size(void **state)
{
	struct mime_lister l = { 0 };
	struct strbuf line = STRBUF_INIT;
	struct mime_field_line f;
	enum mime_fields_next next = MIME_FIELDS_BAD;
	struct span rest;
	int64_t total = 0;
	size_t lines = 0;

	(void)state;
	mime_lister_begin(&l, sha);
	for (int i = 0; i < 100000; i++) {
		strbuf_clear(&line);
		strbuf_addf(&line, "X-Long-Name-%d: value" CRLF, i);
		assert_int_equal(mime_lister_feed(&l, strbuf_span(&line)), line.n);
		total += (int64_t)line.n;
	}
	mime_lister_end(&l);
	assert_int_equal(l.octets, total);
	assert_true(l.text.n <= MIME_FIELDS_MAX && l.text.n > MIME_FIELDS_MAX - 100);
	rest = strbuf_span(&l.text);
	while ((next = mime_fields_next(&rest, &f)) == MIME_FIELDS_LINE)
		lines++;
	assert_int_equal(next, MIME_FIELDS_CUT);
	assert_true(lines > 1000);

	/* One field that never ends, and one of identity. */
	strbuf_clear(&line);
	while (line.n < 100000)
		strbuf_adds(&line, "lorem ipsum ");
	for (int identity = 0; identity < 2; identity++) {
		mime_lister_begin(&l, sha);
		assert_int_equal(mime_lister_feed(&l, identity ? SPAN_LIT("Subject: ")
							       : SPAN_LIT("X-Other: ")),
				 9);
		for (int i = 0; i < 50; i++)
			mime_lister_feed(&l, strbuf_span(&line));
		mime_lister_end(&l);
		assert_true(l.text.n < 40);
		assert_int_equal(l.identity_cut, identity);
		assert_true(l.identity.n <= MIME_IDENTITY_MAX);
		assert_true(l.identity.cap <= 4 * MIME_IDENTITY_MAX);
	}
	/* A name that never ends. */
	mime_lister_begin(&l, sha);
	for (int i = 0; i < 1000; i++)
		mime_lister_feed(&l, SPAN_LIT("name"));
	mime_lister_feed(&l, SPAN_LIT(": x" CRLF));
	mime_lister_end(&l);
	assert_true(l.text.n < MIME_FIELD_NAME_MAX + 30);
	rest = strbuf_span(&l.text);
	assert_int_equal(mime_fields_next(&rest, &f), MIME_FIELDS_LINE);
	assert_int_equal(f.name.n, MIME_FIELD_NAME_MAX);
	assert_int_equal(f.octets, 4005);
	mime_lister_done(&l);
	strbuf_done(&line);
}

/* The digest of a header is the same where nobody wants the text, also where that is cut.
 */
static void leaves_out_the_text(void **state)
{
	static const int fields[] = { 0, 1, 3, 12, 2400, 3300, 3400, 4000 };
	struct strbuf header = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct mime_lister with = { 0 }, without = { .canon_only = true };
		size_t taken;

		strbuf_clear(&header);
		for (int f = 0; f < fields[i]; f++) {
			strbuf_addf(&header, f % 9 == 8 ? "no field %d" : "X-%d: a\tb",
				    f);
			for (int k = 0; k < f % 120 * (f % 7 == 0 ? 11 : 1); k++)
				strbuf_adds(&header, " word");
			strbuf_adds(&header, CRLF);
		}
		strbuf_adds(&header, CRLF);
		for (size_t chunk = 1; chunk < 100000; chunk *= 317) {
			list(strbuf_span(&header), chunk, &with, &taken);
			list(strbuf_span(&header), chunk, &without, &taken);
			if (with.canon.n != without.canon.n ||
			    memcmp(strbuf_cstr(&with.canon), strbuf_cstr(&without.canon),
				   with.canon.n) != 0 ||
			    with.fields != without.fields ||
			    with.strays != without.strays)
				fail_msg("%d fields in pieces of %zu", fields[i], chunk);
			assert_int_equal(without.text.n, 0);
			assert_int_equal(with.fields + with.strays < fields[i],
					 fields[i] >= 4000);
		}
		mime_lister_done(&with);
		mime_lister_done(&without);
	}
	strbuf_done(&header);
}

static void refuses_texts_that_are_not_ours(void **state)
{
	static const char *const bad[] = {
		"A:1:0000000",	   /* no line end */
		"A:1:0000000\n",   /* seven digits */
		"A:1:000000000\n", /* nine */
		"A:1:0000000G\n",
		"A:1:0000000F\n",
		"A:1\n",
		"A\n",
		"\n",
		"A:-1:00000000\n",
		"A::00000000\n",
		"A:x:00000000\n",
		"A:9999999999999999999:00000000\n",
		"...",
		"...\nA:1:00000000\n",
		"A:1:00000000\n...",
		":::\n",
	};
	struct arena arena;
	struct strbuf big = STRBUF_INIT;
	struct mime_fields_diff d;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (mime_fields_diff(span_str(bad[i]), SPAN_LIT(""), &arena, &d) ||
		    mime_fields_diff(SPAN_LIT(""), span_str(bad[i]), &arena, &d))
			fail_msg("case %zu: %s", i, bad[i]);
	}
	while (big.n <= MIME_FIELDS_MAX)
		strbuf_adds(&big, "A:1:00000000\n");
	assert_false(mime_fields_diff(strbuf_span(&big), SPAN_LIT(""), &arena, &d));
	strbuf_done(&big);
	arena_done(&arena);
}

/* "+X-TUID:26 " added, "-" dropped, "~A:6>9" folded anew, "!A:6>6" changed; then the
 * balance. */
static void diff_of(struct span old, struct span new, struct strbuf *out)
{
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	struct mime_fields_diff d;
	struct arena arena;
	size_t n = 0;

	arena_init(&arena);
	mime_fields(sha, old, &a);
	mime_fields(sha, new, &b);
	assert_true(mime_fields_diff(strbuf_span(&a), strbuf_span(&b), &arena, &d));
	for (size_t i = 0; i < d.n; i++) {
		const struct mime_field_diff *f = &d.v[i];

		strbuf_addf(out, "%c%.*s:", "+-~!"[f->what], (int)f -> name.n, f->name.p);
		if (f->what == MIME_FIELD_ADDED)
			strbuf_addf(out, "%lld ", (long long)f->new_octets);
		else if (f->what == MIME_FIELD_DROPPED)
			strbuf_addf(out, "%lld ", (long long)f->old_octets);
		else
			strbuf_addf(out, "%lld>%lld ", (long long)f->old_octets,
				    (long long)f->new_octets);
	}
	for (size_t i = 0; i < MIME_FIELD_CHANGE_COUNT; i++)
		n += d.count[i];
	assert_int_equal(n, d.n);
	strbuf_addf(out, "%lld", (long long)d.balance);
	if (!d.whole)
		strbuf_adds(out, " cut");
	arena_done(&arena);
	strbuf_done(&a);
	strbuf_done(&b);
}

static void tells_what_explains_a_difference(void **state)
{
	static const struct {
		struct span old, new;
		const char *want;
	} cases[] = {
#define CASE(a, b, want) { { a, sizeof(a) - 1 }, { b, sizeof(b) - 1 }, want }
		CASE("", "", "0"),
		CASE("A: b" CRLF, "A: b" CRLF, "0"),
		/* mbsync */
		CASE("A: b" CRLF, "A: b" CRLF "X-TUID: bX81hk3VtuQq" CRLF,
		     "+X-TUID:22 22"),
		/* imapsync --addheader */
		CASE("A: b" CRLF, "A: b" CRLF "Message-Id: <1234@imapsync>" CRLF,
		     "+Message-Id:29 29"),
		CASE("A: b" CRLF "Bcc: x" CRLF, "A: b" CRLF, "-Bcc:8 -8"),
		CASE("A: b c" CRLF, "A: b" CRLF " c" CRLF, "~A:8>10 2"),
		CASE("A: b" CRLF, "A: c" CRLF, "!A:6>6 0"),
		CASE("A: b" CRLF, "a: b" CRLF, "0"),
		/* A line more on top, and all others are what they were. */
		CASE("Received: 1" CRLF "Received: 2" CRLF,
		     "Received: 0" CRLF "Received: 1" CRLF "Received: 2" CRLF,
		     "+Received:13 13"),
		CASE("X: 1" CRLF "X: 2" CRLF "X: 3" CRLF, "X: 3" CRLF "X: 1" CRLF,
		     "-X:6 -6"),
		/* Order alone is no change. */
		CASE("A: 1" CRLF "B: 2" CRLF, "B: 2" CRLF "A: 1" CRLF, "0"),
		/* Twins: one of them is folded. */
		CASE("A: b c" CRLF "A: b c" CRLF, "A: b" CRLF " c" CRLF "A: b c" CRLF,
		     "~A:8>10 2"),
		CASE("A: b c" CRLF "A: b c" CRLF, "A: b c" CRLF, "-A:8 -8"),
		/* Value first, order then. */
		CASE("A: 1" CRLF "A: 2" CRLF "A: 3" CRLF, "A: 3" CRLF "A: 4" CRLF,
		     "-A:6 !A:6>6 -6"),
		CASE("Subject: gr\xfcn" CRLF, "Subject: grXn" CRLF, "0"),
		CASE("From anna" CRLF "A: b" CRLF, "A: b" CRLF, "-:11 -11"),
		CASE("A: b" CRLF "B: c" CRLF "C: d  e" CRLF "D: f" CRLF,
		     "D: g" CRLF "C: d e" CRLF "E: h" CRLF "A: b" CRLF,
		     "+E:6 -B:6 ~C:9>8 !D:6>6 -1"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf got = STRBUF_INIT;

		diff_of(cases[i].old, cases[i].new, &got);
		if (strcmp(strbuf_cstr(&got), cases[i].want) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&got));
		strbuf_done(&got);
	}
}

static void says_that_a_cut_text_is_not_the_whole(void **state)
{
	struct strbuf header = STRBUF_INIT, got = STRBUF_INIT;

	(void)state;
	while (header.n < 200000)
		strbuf_adds(&header, "X: 1" CRLF);
	diff_of(strbuf_span(&header), strbuf_span(&header), &got);
	assert_string_equal(strbuf_cstr(&got), "0 cut");
	strbuf_done(&header);
	strbuf_done(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_fields_in_pieces_of_any_size),
		cmocka_unit_test(agrees_with_the_walk),
		cmocka_unit_test(hashes_what_servers_leave_alone),
		cmocka_unit_test(hashes_values_unfolded),
		cmocka_unit_test(keeps_the_fields_of_identity_as_they_stand),
		cmocka_unit_test(fills_the_run_to_its_end),
		cmocka_unit_test(bounds_headers_of_any_size),
		cmocka_unit_test(leaves_out_the_text),
		cmocka_unit_test(refuses_texts_that_are_not_ours),
		cmocka_unit_test(tells_what_explains_a_difference),
		cmocka_unit_test(says_that_a_cut_text_is_not_the_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
