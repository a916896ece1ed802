/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "imap/imap_reader.h"
#include "imap/imap_search.h"

static void feed(struct imap_reader *r, struct span s)
{
	size_t size;
	char *room = imap_reader_space(r, &size);

	assert_true(size >= s.n);
	if (s.n > 0)
		memcpy(room, s.p, s.n);
	imap_reader_fed(r, s.n);
}

/* All responses of a stream that comes in chunks: each in brackets, then what ended it:
 * "." all handed out, "+" within a response, "!" and the class of an error. */
static void run(struct span stream, size_t chunk, struct strbuf *out)
{
	struct imap_reader r;
	struct imap_frame_out frame;
	struct err err = ERR_INIT;
	enum imap_frame next = IMAP_FRAME_MORE;

	imap_reader_init(&r);
	while (stream.n > 0 && next != IMAP_FRAME_FAIL) {
		size_t n = stream.n < chunk ? stream.n : chunk;

		feed(&r, (struct span){ stream.p, n });
		stream = span_from(stream, n);
		while ((next = imap_reader_next(&r, &frame, &err)) == IMAP_FRAME_WHOLE)
			strbuf_addf(out, "[%.*s]%s", (int)frame.text.n, frame.text.p,
				    frame.more ? "~" : "");
	}
	if (next == IMAP_FRAME_FAIL) {
		assert_int_equal(imap_reader_next(&r, &frame, &err),
				 IMAP_FRAME_FAIL); /* and again */
		strbuf_addf(out, "!%s", err_class_name(err.cls));
	} else {
		strbuf_adds(out, imap_reader_inside(&r) ? "+" : ".");
	}
	imap_reader_done(&r);
}

#define CRLF "\r\n"

static void frames_responses_in_chunks_of_any_size(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
#define CASE(in, out) { { in, sizeof(in) - 1 }, out }
		CASE("", "."),
		CASE("* OK hi" CRLF, "[* OK hi]."),
		CASE("* OK hi\r", "+"),
		CASE("* OK hi" CRLF "a1 OK" CRLF, "[* OK hi][a1 OK]."),
		CASE("* OK hi" CRLF "a1 OK", "[* OK hi]+"),
		CASE(CRLF, "[]."),
		CASE("* 1 FETCH (X {3}" CRLF "a" CRLF ")" CRLF "a1 OK x" CRLF,
		     "[* 1 FETCH (X {3}" CRLF "a" CRLF ")][a1 OK x]."),
		CASE("* 1 FETCH (X {0}" CRLF ")" CRLF, "[* 1 FETCH (X {0}" CRLF ")]."),
		CASE("* 1 FETCH (X {2}" CRLF "ab Y {1}" CRLF "c)" CRLF,
		     "[* 1 FETCH (X {2}" CRLF "ab Y {1}" CRLF "c)]."),
		CASE("* LIST () \"/\" {5}" CRLF "a {1}" CRLF,
		     "[* LIST () \"/\" {5}" CRLF "a {1}]."),
		CASE("* LIST () \"/\" {3}" CRLF "a\nb" CRLF,
		     "[* LIST () \"/\" {3}" CRLF "a\nb]."),
		/* Not everything that looks like a literal is one. */
		CASE("* OK see {3}" CRLF "a1 OK" CRLF, "[* OK see {3}][a1 OK]."),
		CASE("* no [X] {3}" CRLF, "[* no [X] {3}]."),
		CASE("* BYE {3}" CRLF, "[* BYE {3}]."),
		CASE("* BAD {3}" CRLF, "[* BAD {3}]."),
		CASE("a1 NO {3}" CRLF, "[a1 NO {3}]."),
		CASE("+ {3}" CRLF, "[+ {3}]."),
		CASE("* X a}" CRLF, "[* X a}]."),
		CASE("* X {}" CRLF, "[* X {}]."),
		CASE("* X {3+}" CRLF, "[* X {3+}]."),
		CASE("* X {3} " CRLF, "[* X {3} ]."),
		CASE("}" CRLF, "[}]."),
		CASE("* OKAY {2}" CRLF "ab" CRLF, "[* OKAY {2}" CRLF "ab]."),
		/* Line ends. */
		CASE("* OK hi\n", "!protocol"),
		CASE("\n", "!protocol"),
		CASE("* OK a" CRLF "* OK b\n", "[* OK a]!protocol"),
		CASE("* 1 FETCH (X {1}" CRLF "\r\n)" CRLF,
		     "!protocol"), /* the CR is the literal's */
		CASE("* 1 FETCH (X {1}" CRLF "\n\n)" CRLF, "!protocol"),
		CASE("* OK a\rb" CRLF, "[* OK a\rb]."),
		/* NUL. */
		CASE("* OK a\0b" CRLF, "!protocol"),
		CASE("\0", "!protocol"),
		CASE("* 1 FETCH (X {2}" CRLF "a\0)" CRLF, "!protocol"),
		CASE("* 1 FETCH (X {3}" CRLF "a", "+"),
		/* Sizes. */
		CASE("* 1 FETCH (BODY[] {3221225472}" CRLF, "!limit"),
		CASE("* 1 FETCH (BODY[] {99999999999999999999999999}" CRLF, "!limit"),
		CASE("* 1 FETCH (BODY[] {4194304}" CRLF, "!limit"),
		CASE("* 1 FETCH (BODY[] {4194000}" CRLF, "+"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t chunk = 1; chunk <= cases[i].in.n + 1; chunk++) {
			struct strbuf out = STRBUF_INIT;

			run(cases[i].in, chunk, &out);
			if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
				fail_msg("case %zu in chunks of %zu: %s", i, chunk,
					 strbuf_cstr(&out));
			strbuf_done(&out);
		}
	}
}

static void lets_nul_pass_in_literal8_alone(void **state)
{
	static const char in[] = "* 1 FETCH (BINARY[1] ~{3}" CRLF "a\0b X {1}" CRLF
				 "c)" CRLF;
	struct imap_reader r;
	struct imap_frame_out frame;
	struct err err = ERR_INIT;

	(void)state;
	imap_reader_init(&r);
	feed(&r, (struct span){ in, sizeof in - 1 });
	assert_int_equal(imap_reader_next(&r, &frame, &err), IMAP_FRAME_WHOLE);
	assert_int_equal(frame.text.n, sizeof in - 3);
	assert_memory_equal(frame.text.p, in, frame.text.n);
	feed(&r, SPAN_LIT("* 1 FETCH (X {1}" CRLF "\0"));
	assert_int_equal(imap_reader_next(&r, &frame, &err), IMAP_FRAME_FAIL);
	imap_reader_done(&r);
}

static void tells_how_long_the_announced_literal_is(void **state)
{
	struct imap_reader r;
	struct imap_frame_out frame;
	struct err err = ERR_INIT;

	(void)state;
	imap_reader_init(&r);
	feed(&r, SPAN_LIT("* 1 FETCH (BODY[] {3221225472}" CRLF));
	assert_int_equal(imap_reader_next(&r, &frame, &err), IMAP_FRAME_FAIL);
	assert_int_equal(err.cls, ERR_LIMIT);
	assert_non_null(strstr(err.text, "3221225472 octets"));
	imap_reader_done(&r);
}

/* ---- literals that go to a sink ---- */

struct basin {
	struct strbuf seen; /* "<head|octets>" and what came, of each literal */
	uint64_t left, fail_after;
};

static bool basin_begin(void *ctx, struct span head, uint64_t octets, struct err *err)
{
	struct basin *b = ctx;

	assert_int_equal(b->left, 0);
	if (octets == 666)
		return err_set(err, ERR_LOCAL, "no");
	b->left = octets;
	strbuf_addf(&b->seen, "<%.*s|%llu>", (int)head.n, head.p,
		    (unsigned long long)octets);
	return true;
}

static bool basin_octets(void *ctx, struct span piece, struct err *err)
{
	struct basin *b = ctx;

	assert_true(piece.n > 0 && piece.n <= b->left);
	b->left -= piece.n;
	if (b->fail_after > 0 && b->seen.n + piece.n > b->fail_after)
		return err_set(err, ERR_LOCAL, "full");
	for (size_t i = 0; i < piece.n; i++)
		strbuf_addc(&b->seen, piece.p[i] == '\0' ? '0' : piece.p[i]);
	return true;
}

/* As run, with a sink; what went there stands behind a blank. */
static void run_sunk(struct span stream, size_t chunk, struct strbuf *out)
{
	struct basin basin = { 0 };
	const struct imap_sink sink = { &basin, basin_begin, basin_octets };
	struct imap_reader r;
	struct imap_frame_out frame;
	struct err err = ERR_INIT;
	enum imap_frame next = IMAP_FRAME_MORE;

	imap_reader_init(&r);
	imap_reader_sink(&r, &sink);
	while (stream.n > 0 && next != IMAP_FRAME_FAIL) {
		size_t n = stream.n < chunk ? stream.n : chunk;

		feed(&r, (struct span){ stream.p, n });
		stream = span_from(stream, n);
		while ((next = imap_reader_next(&r, &frame, &err)) == IMAP_FRAME_WHOLE)
			strbuf_addf(out, "[%.*s]", (int)frame.text.n, frame.text.p);
	}
	if (next == IMAP_FRAME_FAIL) {
		struct err again = ERR_INIT;

		assert_int_equal(imap_reader_next(&r, &frame, &again), IMAP_FRAME_FAIL);
		assert_string_equal(again.text, err.text);
		strbuf_addf(out, "!%s", err_class_name(err.cls));
	} else {
		strbuf_adds(out, imap_reader_inside(&r) ? "+" : ".");
	}
	strbuf_addf(out, " %s", strbuf_cstr(&basin.seen));
	strbuf_done(&basin.seen);
	imap_reader_done(&r);
}

static void hands_messages_to_the_sink_in_chunks_of_any_size(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} cases[] = {
#define CASE(in, out) { { in, sizeof(in) - 1 }, out }
		CASE("* 1 FETCH (BODY[] {5}" CRLF "a\r\nbc)" CRLF "m1 OK" CRLF,
		     "[* 1 FETCH (BODY[] {0}" CRLF
		     ")][m1 OK]. <* 1 FETCH (BODY[] |5>a\r\nbc"),
		CASE("* 12 fetch (UID 7 body[] {10}" CRLF "0123456789 FLAGS ())" CRLF,
		     "[* 12 fetch (UID 7 body[] {0}" CRLF
		     " FLAGS ())]. <* 12 fetch (UID 7 body[] |10>0123456789"),
		CASE("* 1 FETCH (BODY[HEADER] {2}" CRLF "ab)" CRLF
		     "* 2 FETCH (BODY[HEADER] {1}" CRLF "c)" CRLF,
		     "[* 1 FETCH (BODY[HEADER] {0}" CRLF
		     ")][* 2 FETCH (BODY[HEADER] {0}" CRLF
		     ")]. <* 1 FETCH (BODY[HEADER] |2>ab<* 2 FETCH (BODY[HEADER] |1>c"),
		CASE("* 1 FETCH (BODY[] {0}" CRLF ")" CRLF,
		     "[* 1 FETCH (BODY[] {0}" CRLF ")]. <* 1 FETCH (BODY[] |0>"),
		CASE("* 1 FETCH (BODY[] {3}" CRLF "a\0b)" CRLF,
		     "[* 1 FETCH (BODY[] {0}" CRLF ")]. <* 1 FETCH (BODY[] |3>a0b"),
		CASE("* 1 FETCH (BODY[] ~{3}" CRLF "abc)" CRLF,
		     "[* 1 FETCH (BODY[] ~{0}" CRLF ")]. <* 1 FETCH (BODY[] |3>abc"),
		/* What looks like a literal inside is none. */
		CASE("* 1 FETCH (BODY[] {12}" CRLF "BODY[] {9}" CRLF ")" CRLF,
		     "[* 1 FETCH (BODY[] {0}" CRLF
		     ")]. <* 1 FETCH (BODY[] |12>BODY[] {9}" CRLF),
		/* Others stay where they are. */
		CASE("* 1 FETCH (BODY[TEXT] {2}" CRLF "ab)" CRLF,
		     "[* 1 FETCH (BODY[TEXT] {2}" CRLF "ab)]. "),
		CASE("* 1 FETCH (BODY[HEADER.FIELDS (X)] {2}" CRLF "ab)" CRLF,
		     "[* 1 FETCH (BODY[HEADER.FIELDS (X)] {2}" CRLF "ab)]. "),
		CASE("* 1 FETCH (BODY[]<0> {2}" CRLF "ab)" CRLF,
		     "[* 1 FETCH (BODY[]<0> {2}" CRLF "ab)]. "),
		CASE("* 1 FETCH (XBODY[] {2}" CRLF "ab)" CRLF,
		     "[* 1 FETCH (XBODY[] {2}" CRLF "ab)]. "),
		CASE("* 1 EXISTS BODY[] {2}" CRLF "ab" CRLF,
		     "[* 1 EXISTS BODY[] {2}" CRLF "ab]. "),
		CASE("* LIST () NIL BODY[] {2}" CRLF "ab" CRLF,
		     "[* LIST () NIL BODY[] {2}" CRLF "ab]. "),
		CASE("* OK 1 FETCH (BODY[] {2}" CRLF, "[* OK 1 FETCH (BODY[] {2}]. "),
		CASE("m1 OK FETCH (BODY[] {2}" CRLF, "[m1 OK FETCH (BODY[] {2}]. "),
		/* Only the first literal of a response. */
		CASE("* 1 FETCH (X {1}" CRLF "y BODY[] {2}" CRLF "ab)" CRLF,
		     "[* 1 FETCH (X {1}" CRLF "y BODY[] {2}" CRLF "ab)]. "),
		CASE("* 1 FETCH (BODY[] {2}" CRLF "ab X {1}" CRLF "y)" CRLF,
		     "[* 1 FETCH (BODY[] {0}" CRLF " X {1}" CRLF
		     "y)]. <* 1 FETCH (BODY[] |2>ab"),
		/* Cut off, too large, refused by the sink. */
		CASE("* 1 FETCH (BODY[] {5}" CRLF "ab", "+ <* 1 FETCH (BODY[] |5>ab"),
		CASE("* 1 FETCH (BODY[] {5}" CRLF, "+ <* 1 FETCH (BODY[] |5>"),
		CASE("* 1 FETCH (BODY[] {2}" CRLF "ab", "+ <* 1 FETCH (BODY[] |2>ab"),
		CASE("* 1 FETCH (BODY[] {8589934592}" CRLF "ab",
		     "+ <* 1 FETCH (BODY[] |8589934592>ab"),
		CASE("* 1 FETCH (BODY[] {8589934593}" CRLF "ab", "!limit "),
		CASE("* 1 FETCH (BODY[] {99999999999999999999999}" CRLF "ab", "!limit "),
		CASE("* 1 FETCH (BODY[] {666}" CRLF "ab", "!local "),
		CASE("* 1 FETCH (BODY[] {2}" CRLF "ab\0)" CRLF,
		     "!protocol <* 1 FETCH (BODY[] |2>ab"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		for (size_t chunk = 1; chunk <= cases[i].in.n + 1; chunk++) {
			struct strbuf out = STRBUF_INIT;

			run_sunk(cases[i].in, chunk, &out);
			if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
				fail_msg("case %zu in chunks of %zu: %s", i, chunk,
					 strbuf_cstr(&out));
			strbuf_done(&out);
		}
	}
}

struct counter {
	uint64_t octets, fail_at;
};

static bool count_begin(void *ctx, struct span head, uint64_t octets, struct err *err)
{
	(void)ctx;
	(void)head;
	(void)octets;
	(void)err;
	return true;
}

static bool count_octets(void *ctx, struct span piece, struct err *err)
{
	struct counter *c = ctx;

	c->octets += piece.n;
	if (c->fail_at > 0 && c->octets >= c->fail_at)
		return err_set(err, ERR_LOCAL, "enough");
	return true;
}

/* 200 MB in one literal, and the reader's memory stays what it was. */
static void hands_over_a_message_that_no_memory_holds(void **state)
{
	static char block[60000];
	const uint64_t size = UINT64_C(200) * 1000 * 1000;

	(void)state;
	memset(block, 'x', sizeof block);
	for (int fail = 0; fail < 2; fail++) {
		struct counter counter = { .fail_at = fail ? size / 2 : 0 };
		const struct imap_sink sink = { &counter, count_begin, count_octets };
		struct imap_reader r;
		struct imap_frame_out frame;
		struct err err = ERR_INIT;
		enum imap_frame next = IMAP_FRAME_MORE;

		imap_reader_init(&r);
		imap_reader_sink(&r, &sink);
		feed(&r, SPAN_LIT("* 1 FETCH (UID 1 BODY[] {200000000}" CRLF));
		for (uint64_t fed = 0; fed < size && next == IMAP_FRAME_MORE;) {
			size_t n = size - fed < sizeof block ? (size_t)(size - fed)
							     : sizeof block;

			feed(&r, (struct span){ block, n });
			fed += n;
			next = imap_reader_next(&r, &frame, &err);
		}
		assert_true(r.buf.cap <= 4 * sizeof block);
		if (fail) {
			assert_int_equal(next, IMAP_FRAME_FAIL);
			assert_int_equal(err.cls, ERR_LOCAL);
			assert_int_equal(imap_reader_next(&r, &frame, &err),
					 IMAP_FRAME_FAIL);
		} else {
			assert_int_equal(next, IMAP_FRAME_MORE);
			assert_true(imap_reader_inside(&r));
			feed(&r, SPAN_LIT(")" CRLF));
			assert_int_equal(imap_reader_next(&r, &frame, &err),
					 IMAP_FRAME_WHOLE);
			assert_int_equal(counter.octets, size);
		}
		imap_reader_done(&r);
	}
}

/* Feed `unit` again and again behind `head` until the reader says something else than
 * MORE. */
static enum imap_frame flood(struct imap_reader *r, const char *head, const char *unit,
			     size_t most, struct err *err)
{
	struct imap_frame_out frame;
	enum imap_frame next = IMAP_FRAME_MORE;
	struct strbuf chunk = STRBUF_INIT;

	feed(r, span_str(head));
	while (chunk.n < 60000)
		strbuf_adds(&chunk, unit);
	for (size_t fed = 0; fed < most && next == IMAP_FRAME_MORE; fed += chunk.n) {
		feed(r, strbuf_span(&chunk));
		next = imap_reader_next(r, &frame, err);
	}
	strbuf_done(&chunk);
	return next;
}

static void refuses_a_response_without_end(void **state)
{
	static const char *const heads[] = { "* FLAGS (", "* 1 FETCH (X {4000000}" CRLF,
					     "* OK ",	  "a1 NO ",
					     "x",	  "* SEARCHES " };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(heads); i++) {
		struct imap_reader r;
		struct err err = ERR_INIT;

		imap_reader_init(&r);
		if (flood(&r, heads[i], "abcdefgh ", 5u << 20, &err) != IMAP_FRAME_FAIL ||
		    err.cls != ERR_LIMIT)
			fail_msg("head %zu: %s", i, err.text);
		assert_true(r.buf.cap <= 2 * IMAP_RESP_MAX);
		imap_reader_done(&r);
	}
	/* Digits without a blank are no numbers: that is not handed over in pieces. */
	for (size_t i = 0; i < 2; i++) {
		struct imap_reader r;
		struct err err = ERR_INIT;

		imap_reader_init(&r);
		assert_int_equal(flood(&r, i == 0 ? "* SEARCH " : "* ESEARCH ALL ",
				       "11111111", 5u << 20, &err),
				 IMAP_FRAME_FAIL);
		assert_int_equal(err.cls, ERR_LIMIT);
		imap_reader_done(&r);
	}
}

/* ---- long answers ---- */

struct sum {
	uint64_t members, ranges, total;
	uint32_t last;
};

static bool add(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	struct sum *s = ctx;

	(void)err;
	if (lo <= s->last)
		fail_msg("%u behind %u", lo, s->last);
	s->members += hi - lo + 1;
	s->total += ((uint64_t)lo + hi) * (hi - lo + 1) / 2;
	s->ranges++;
	s->last = hi;
	return true;
}

/* 1 * step, 2 * step, ... n * step behind a head. */
static void long_answer(struct strbuf *out, const char *head, const char *between,
			const char *tail, uint32_t n, uint32_t step)
{
	strbuf_adds(out, head);
	for (uint32_t i = 1; i <= n; i++)
		strbuf_addf(out, "%s%u", i == 1 ? "" : between, i * step);
	strbuf_addf(out, "%s" CRLF, tail);
}

static void add_piece(const struct imap_frame_out *frame, bool esearch, struct sum *sum)
{
	struct imap_esearch e = { .uid = true };
	struct err err = ERR_INIT;

	if (esearch ? !imap_esearch_parse(span_from(frame->text, 10), &e, add, sum, &err)
		    : !imap_search_parse(span_from(frame->text, 8), add, sum, &err))
		fail_msg("%s", err.text);
	assert_true(e.uid);
}

/* Octets come in chunks; the first of them is of another size. */
static void pass_long(struct span text, size_t first, size_t chunk, bool esearch,
		      struct sum *sum)
{
	struct imap_reader r;
	struct imap_frame_out frame;
	struct err err = ERR_INIT;
	bool ended = false;
	size_t pieces = 0;

	imap_reader_init(&r);
	for (size_t size = first; text.n > 0; size = chunk) {
		size_t n = text.n < size ? text.n : size;
		enum imap_frame next;

		feed(&r, (struct span){ text.p, n });
		text = span_from(text, n);
		while ((next = imap_reader_next(&r, &frame, &err)) == IMAP_FRAME_WHOLE) {
			assert_false(ended);
			assert_true(span_istarts(frame.text,
						 esearch ? "* ESEARCH " : "* SEARCH "));
			ended = !frame.more;
			pieces++;
			add_piece(&frame, esearch, sum);
		}
		if (next != IMAP_FRAME_MORE)
			fail_msg("%s", err.text);
	}
	assert_true(ended);
	assert_false(imap_reader_inside(&r));
	assert_true(r.buf.cap <= 4 * IMAP_SEARCH_PIECE); /* small memory */
	assert_true(pieces > 1);
	imap_reader_done(&r);
}

static void hands_over_three_million_numbers_in_little_memory(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct sum sum = { 0 };

	(void)state;
	long_answer(&text, "* SEARCH ", " ", "", 3000000, 1);
	pass_long(strbuf_span(&text), 60000, 60000, false, &sum);
	assert_int_equal(sum.members, 3000000);
	assert_int_equal(sum.total, UINT64_C(3000000) * 3000001 / 2);
	strbuf_done(&text);
}

static void hands_over_long_answers_cut_anywhere(void **state)
{
	static const struct {
		const char *head, *between, *tail;
		bool esearch;
	} cases[] = {
		{ "* SEARCH ", " ", "", false },
		{ "* search ", " ", " ", false },
		{ "* SEARCH ", " ", " (MODSEQ 917)", false },
		{ "* ESEARCH (TAG \"m12\") UID ALL ", ",", "", true },
		{ "* esearch (TAG \"m12\") UID COUNT 30000 all ", ",", "", true },
		{ "* ESEARCH (TAG \"m12\") UID ALL ", ",", " MODSEQ 917", true },
		{ "* ESEARCH (TAG \"m12\") UID ALL ", ",", " X-NEW (1,2)", true },
	};
	const uint32_t n = 28000, step = 3;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf text = STRBUF_INIT;

		long_answer(&text, cases[i].head, cases[i].between, cases[i].tail, n,
			    step);
		/* One octet at a time; then sizes that move the first cut through the
		 * numbers; then sizes that move the last one through numbers, tail and
		 * line end. */
		for (size_t k = 0; k < 80; k++) {
			size_t chunk = k == 0	? 1
				       : k < 16 ? 60000 + k
						: IMAP_SEARCH_PIECE;
			size_t first = k < 16 ? chunk : (text.n - (k - 16)) % chunk;
			struct sum sum = { 0 };

			pass_long(strbuf_span(&text), first, chunk, cases[i].esearch,
				  &sum);
			if (sum.members != n ||
			    sum.total != (uint64_t)n * (n + 1) / 2 * step)
				fail_msg("case %zu, round %zu: %llu numbers", i, k,
					 (unsigned long long)sum.members);
		}
		strbuf_done(&text);
	}
}

static void goes_on_behind_a_long_answer(void **state)
{
	struct strbuf in = STRBUF_INIT, out = STRBUF_INIT;

	(void)state;
	strbuf_adds(&in, "* 1 EXISTS" CRLF "* SEARCH");
	for (int i = 1; i < 40000; i++)
		strbuf_addf(&in, " %d", i);
	strbuf_adds(&in, CRLF "m2 OK done {3}" CRLF "* 1 FETCH (X {1}" CRLF ")" CRLF);
	for (size_t chunk = 60000; chunk <= 60010; chunk++) {
		strbuf_clear(&out);
		run(strbuf_span(&in), chunk, &out);
		assert_non_null(
			strstr(strbuf_cstr(&out), "[* 1 EXISTS][* SEARCH 1 2 3 "));
		assert_non_null(strstr(strbuf_cstr(&out), " 39999][m2 OK done {3}]"));
		assert_non_null(
			strstr(strbuf_cstr(&out), "[* 1 FETCH (X {1}" CRLF ")]."));
	}
	strbuf_done(&in);
	strbuf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_responses_in_chunks_of_any_size),
		cmocka_unit_test(lets_nul_pass_in_literal8_alone),
		cmocka_unit_test(tells_how_long_the_announced_literal_is),
		cmocka_unit_test(hands_messages_to_the_sink_in_chunks_of_any_size),
		cmocka_unit_test(hands_over_a_message_that_no_memory_holds),
		cmocka_unit_test(refuses_a_response_without_end),
		cmocka_unit_test(hands_over_three_million_numbers_in_little_memory),
		cmocka_unit_test(hands_over_long_answers_cut_anywhere),
		cmocka_unit_test(goes_on_behind_a_long_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
