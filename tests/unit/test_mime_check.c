/* SPDX-License-Identifier: MIT */
/* Whole messages: what is wrong with each of them is named, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mime/mime_check.h"
#include "mime/mime_identity.h"

static struct sha256_ctx *sha;
static struct arena arena;
static struct mime_check check;

static int set_up(void **state)
{
	(void)state;
	sha = sha256_new();
	arena_init(&arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mime_check_done(&check);
	arena_done(&arena);
	sha256_free(sha);
	return 0;
}

static void look(struct span s, size_t chunk)
{
	struct err err = ERR_INIT;

	mime_check_begin(&check, sha);
	for (; s.n > 0; s = span_from(s, chunk))
		assert_true(mime_check_feed(
			&check, (struct span){ s.p, s.n < chunk ? s.n : chunk }, &err));
	assert_true(mime_check_end(&check, &arena, &err));
}

/* Names of all symptoms, in order, joined with blanks. */
static const char *names(uint64_t symptoms)
{
	struct strbuf sb = STRBUF_INIT;
	const char *out;

	for (int s = 0; s < SYMPTOM_COUNT; s++)
		if ((symptoms & SYMPTOM_BIT(s)) != 0)
			strbuf_addf(&sb, "%s%s", sb.n > 0 ? " " : "",
				    symptom_name((enum symptom)s));
	out = arena_span(&arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return out;
}

#define HEAD                                                                             \
	"Date: Fri, 1 Jan 2010 10:00:00 +0000\r\nFrom: Anna <anna@example.org>\r\n"      \
	"Subject: one\r\nMessage-ID: <one@example.org>\r\n"
#define MULTI                                                                            \
	HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; "                      \
	     "boundary=\"b\"\r\n\r\n"
#define PART1 "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
#define B64                                                                              \
	HEAD "MIME-Version: 1.0\r\nContent-Type: image/png\r\n"                          \
	     "Content-Transfer-Encoding: base64\r\n\r\n"
#define TEXT(cs)                                                                         \
	HEAD "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=" cs "\r\n"         \
	     "Content-Transfer-Encoding: 8bit\r\n\r\n"
#define QP                                                                               \
	HEAD "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"          \
	     "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
#define X10  "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

static void names_what_is_wrong(void **state)
{
	static const struct {
		struct span text;
		const char *want;
	} cases[] = {
#define CASE(text, want) { { text, sizeof(text) - 1 }, want }
		/* nothing */
		CASE(HEAD "\r\nHello\r\n", ""),
		CASE(MULTI PART1 "--b--\r\n", ""),
		CASE(MULTI "preamble\r\n" PART1 "--b--\r\nepilogue\r\n", ""),
		CASE(B64 "aGVsbG8gd29ybGQ=\r\n", ""),
		CASE(B64 "aGVsbG8gd29y\r\nbGQh\r\n", ""),
		CASE(TEXT("utf-8") "Gr\xc3\xbc\xc3\x9f"
				   "e\r\n",
		     ""),
		CASE(TEXT("iso-8859-1") "Gr\xfc\xdf"
					"e\r\n",
		     ""),
		CASE(TEXT("iso-2022-jp") "\x1b$B;EMM\x1b(B\r\n", ""),
		CASE(QP "Gr=C3=BC=C3=9Fe and a =\r\nlong line\r\n", ""),
		CASE(HEAD "\r\na\fb\bc\t\r\n", ""),
		/* shape */
		CASE("", "empty no-header"),
		CASE("\r\nJust a body\r\n", "no-header date-missing"),
		CASE("no header at all\r\nnone\r\n",
		     "no-header cut header-bad date-missing"),
		CASE("Date: Fri, 1 Jan 2010 10:00:00 +0000\r\nFrom: An",
		     "header-cut cut"),
		CASE(HEAD, "cut"),
		CASE(HEAD "\r\n", "cut"),
		CASE(HEAD "\r\nHello", "cut"),
		CASE(MULTI PART1, "multipart-cut"),
		CASE(MULTI PART1 "--b\r\nContent-Type: text/plain\r\n\r\nhel",
		     "multipart-cut cut"),
		CASE(B64 "aGVsbG8gd29yb\r\n", "base64"),
		CASE(B64 "aGVsbG8gd29y\x01\x02"
			 "bGQh\r\n",
		     "base64"),
		CASE(B64 "aGVsbG8gd29ybGQ=\r\n-- \r\na footer\r\n", "mime-bad"),
		/* octets */
		CASE(HEAD "\r\na\0b\r\n", "nul"),
		CASE(HEAD "\r\n\x80\x80\x80\x80\x80\x80\x80\x80\r\n", "nul"),
		CASE(HEAD "\r\n\x80\x80\x80\x80\x80\x80\x80\r\n", ""),
		/* a CR ends a run, also where a piece ends with it */
		CASE(HEAD "\r\na\x80\x80\x80\x80\x80\r\x80\x80\x80\r\n", "bare-cr"),
		CASE(HEAD "\r\nHello          \r          ", "cut bare-cr"),
		CASE(HEAD "\r\n\1\2\3\4\5\6\1\r\n", ""),
		CASE(HEAD "\r\n\1\2\3\4\5\6\1\2\r\n", "controls"),
		/* what Cyrus puts in place of what its file lacks */
		CASE(HEAD "\r\nHello                ", "padded cut"),
		CASE(HEAD "\r\nHello               ", "cut"),
		CASE(HEAD "\r\nHello                \r\n", ""),
		CASE(HEAD "\r\nHello\r\n                 ", "padded cut"),
		/* oddities */
		CASE(HEAD "\r\na\nb\r\n", "bare-lf"),
		CASE(HEAD "\r\na\rb\r\n", "bare-cr"),
		CASE(HEAD "\r\na\r\r\n", "bare-cr"),
		CASE(HEAD "\r\na\r", "cut bare-cr"),
		CASE(HEAD "\r\n" X100 X100 X100 X100 X100 X100 X100 X100 X100 X10 X10 X10
			     X10 X10 X10 X10 X10 X10 "xxxxxxxx\r\n",
		     ""),
		CASE(HEAD "\r\n" X100 X100 X100 X100 X100 X100 X100 X100 X100 X10 X10 X10
			     X10 X10 X10 X10 X10 X10 "xxxxxxxxx\r\n",
		     "long-line"),
		CASE(HEAD "X-A: \xfc\r\n\r\nHello\r\n", "header-8bit"),
		CASE(HEAD "Comments: Gr\xfc\xdf"
			  "e\r\nTo: J\xf6rg <joerg@example.net>\r\n\r\nHello\r\n",
		     "header-8bit"),
		CASE("From anna Fri Jan  1 10:00:00 2010\r\n" HEAD "\r\nHello\r\n",
		     "header-bad"),
		CASE("garbage\r\n" HEAD "\r\nHello\r\n", "no-header header-bad"),
		CASE(HEAD "what is this\r\n\r\nHello\r\n", "header-bad"),
		CASE("From: anna@example.org\r\n\r\nHello\r\n", "date-missing"),
		CASE("Date: yesterday\r\n\r\nHello\r\n", "date-bad"),
		CASE("Date: Fri, 1 Jan 1904 10:00:00 +0000\r\n\r\nHello\r\n", "date-bad"),
		CASE(TEXT("utf-8") "Gr\xfc\xdf"
				   "e\r\n",
		     "charset"),
		CASE(TEXT("utf-8") "Gr\xc3", "cut charset"),
		CASE(TEXT("x-nonsense") "Hello\r\n", "charset"),
		CASE(QP "a =zz b\r\n", "quoted-printable"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		for (size_t chunk = 1; chunk < 80; chunk += 13) {
			look(cases[i].text, chunk);
			if (strcmp(names(check.facts.symptoms), cases[i].want) != 0)
				fail_msg("case %zu in pieces of %zu: \"%s\", not \"%s\"",
					 i, chunk, names(check.facts.symptoms),
					 cases[i].want);
			assert_int_equal(check.facts.octets, cases[i].text.n);
		}
}

static void a_multipart_without_boundary_or_too_deep_is_named(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	look(span_str(HEAD "MIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\n"
			   "--b\r\n\r\nhello\r\n--b--\r\n"),
	     SIZE_MAX);
	assert_true((check.facts.symptoms & SYMPTOM_BIT(SYMPTOM_TYPE_BAD)) != 0);
	strbuf_adds(&sb, HEAD "MIME-Version: 1.0\r\n");
	for (int i = 0; i < 3000; i++)
		strbuf_addf(&sb,
			    "Content-Type: multipart/mixed; boundary=\"b%d\"\r\n\r\n"
			    "--b%d\r\n",
			    i, i);
	look(strbuf_span(&sb), SIZE_MAX);
	assert_true((check.facts.symptoms & SYMPTOM_BIT(SYMPTOM_MIME_DEEP)) != 0);
	strbuf_done(&sb);
}

/* A large body is looked at as it comes; one whose structure the parser may have to see
 * goes through a temporary file; a large header is not parsed. */
static void any_size_is_checked(void **state)
{
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_adds(&sb, B64);
	while (sb.n < 3u << 20)
		strbuf_adds(&sb, "aGVsbG8gd29ybGQhaGVsbG8gd29ybGQh\r\n");
	look(strbuf_span(&sb), 65536);
	assert_string_equal(names(check.facts.symptoms), "");
	assert_false(check.file_made);
	strbuf_adds(&sb, "aGVsb\r\n");
	look(strbuf_span(&sb), 65536);
	assert_string_equal(names(check.facts.symptoms), "base64");
	strbuf_clear(&sb);
	strbuf_adds(&sb, MULTI "--b\r\nContent-Type: image/png\r\n"
			       "Content-Transfer-Encoding: base64\r\n\r\n");
	while (sb.n < 3u << 20)
		strbuf_adds(&sb, "aGVsbG8gd29ybGQhaGVsbG8gd29ybGQh\r\n");
	strbuf_adds(&sb, "--b--\r\n");
	look(strbuf_span(&sb), 65536);
	assert_string_equal(names(check.facts.symptoms), "");
	assert_true(check.file_made);
	strbuf_adds(&sb, "--b\r\n\r\ncaf\xe9\r\n"); /* behind the end nothing counts */
	look(strbuf_span(&sb), 65536);
	assert_string_equal(names(check.facts.symptoms), "");
	sb.n -= sizeof "--b--\r\n--b\r\n\r\ncaf\xe9\r\n" - 1;
	strbuf_adds(&sb, "aGVsb\r\n");
	look(strbuf_span(&sb), 65536);
	assert_string_equal(names(check.facts.symptoms), "multipart-cut base64");
	strbuf_clear(&sb);
	strbuf_adds(&sb, HEAD);
	while (sb.n < MIME_CHECK_HEADER_MAX)
		strbuf_adds(&sb, "X-Much: " X100 "\r\n");
	strbuf_adds(&sb, "\r\nHello\r\n");
	look(strbuf_span(&sb), 4096);
	assert_string_equal(names(check.facts.symptoms), "header-large");
	assert_int_equal(check.memory.n, 0);
	strbuf_done(&sb);
}

/* What can be had again is not kept when it is large: in order, it need not be; else it
 * is said that nothing is known of its structure. */
static void a_large_one_that_can_be_had_again_is_not_kept(void **state)
{
	static const struct {
		const char *end, *kept;
		bool unsure;
	} cases[] = {
		{ "--b--\r\n", "", false },
		{ "aGVsb\r\n--b--\r\n", "base64", false },
		{ "", "multipart-cut", true },
		{ "--b\r\nContent-Type: a; b; c\r\n\r\nx\r\n--b--\r\n", NULL, true },
	};
	struct strbuf sb = STRBUF_INIT;

	(void)state;
	strbuf_adds(&sb, MULTI "--b\r\nContent-Type: image/png\r\n"
			       "Content-Transfer-Encoding: base64\r\n\r\n");
	while (sb.n < 3u << 20)
		strbuf_adds(&sb, "aGVsbG8gd29ybGQhaGVsbG8gd29ybGQh\r\n");
	for (size_t i = 0, n = sb.n; i < COUNT_OF(cases); i++) {
		struct body_facts lean;

		sb.n = n;
		strbuf_adds(&sb, cases[i].end);
		check.lean = true;
		look(strbuf_span(&sb), 65536);
		check.lean = false;
		lean = check.facts;
		if (check.unsure != cases[i].unsure || check.file_made ||
		    check.memory.n > MIME_CHECK_LEAN_MAX)
			fail_msg("case %zu: %s", i, check.unsure ? "unsure" : "sure");
		look(strbuf_span(&sb), 65536);
		assert_false(check.unsure);
		if (cases[i].kept != NULL)
			assert_string_equal(names(check.facts.symptoms), cases[i].kept);
		if (!cases[i].unsure)
			assert_true(lean.symptoms == check.facts.symptoms);
		assert_memory_equal(&lean.body_key, &check.facts.body_key,
				    sizeof lean.body_key);
	}
	/* What is out of order before it is large goes to the parser at once. */
	strbuf_clear(&sb);
	strbuf_adds(&sb, MULTI "--b\r\nContent-Type: a; b; c\r\n\r\nx\r\n--b\r\n\r\n");
	while (sb.n < 3u << 20)
		strbuf_adds(&sb, "Hello, here is a line of text.\r\n");
	check.lean = true;
	look(strbuf_span(&sb), 4096);
	check.lean = false;
	assert_false(check.unsure);
	assert_true(check.file_made);
	assert_true((check.facts.symptoms & SYMPTOM_BIT(SYMPTOM_MULTIPART_CUT)) != 0);
	strbuf_done(&sb);
}

static void the_last_days_of_a_month_are_dates(void **state)
{
	static const struct {
		const char *date;
		bool possible;
	} cases[] = {
		{ "31 Jan 2010 10:00:00 +0000", true },
		{ "Thu, 30 Sep 2010 10:00:00 +0000", true },
		{ "31 Sep 2010 10:00:00 +0000", false },
		{ "28 Feb 2011 10:00:00 +0000", true },
		{ "29 Feb 2012 10:00:00 +0000", true },
		{ "29 Feb 2011 10:00:00 +0000", false },
		{ "30 Feb 2012 10:00:00 +0000", false },
		{ "0 Jan 2010 10:00:00 +0000", false },
		{ "32 Jan 2010 10:00:00 +0000", false },
		{ "31 Dec 2009 23:59:59 -0500", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (mime_date_possible(span_str(cases[i].date)) != cases[i].possible)
			fail_msg("case %zu: %s", i, cases[i].date);
}

/* A header of text alone is counted as it is listed; any other one, and one in pieces,
 * octet by octet. */
static void lines_of_a_header_are_counted(void **state)
{
	static const struct {
		const char *header;
		int64_t lines, bare_lf;
	} cases[] = {
		{ HEAD "To:\r\n\tb@example.org,\r\n c@example.org \r\n", 7, 0 },
		{ HEAD "To:\n\tb@example.org,\r\n c@example.org\r\n", 7, 1 },
		{ HEAD "X:\ta  b\tc\r\n", 5, 0 },
		{ HEAD "X: a\rb\r\n", 5, 0 },
		{ "\tno field\r\n" HEAD, 5, 0 },
		{ "X : a\r\n\r\r\n" HEAD, 6, 0 },
		{ "X: \r\nY:\r\n" HEAD
		  "Z: " X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 "\r\n",
		  7, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		for (size_t piece = 1; piece < 2000; piece += piece < 80 ? 1 : 500) {
			struct strbuf sb = STRBUF_INIT;

			strbuf_adds(&sb, cases[i].header);
			strbuf_adds(&sb, "\r\nHello\r\n");
			look(strbuf_span(&sb), piece);
			if (check.facts.lines != cases[i].lines + 2 ||
			    check.facts.bare_lf != cases[i].bare_lf)
				fail_msg("case %zu in pieces of %zu: %lld lines, %lld "
					 "bare LF",
					 i, piece, (long long)check.facts.lines,
					 (long long)check.facts.bare_lf);
			strbuf_done(&sb);
		}
}

static void digests_are_those_of_every_server(void **state)
{
	struct msg_key header, body;

	(void)state;
	look(span_str(HEAD "X-A: \xfc b\r\n\r\nHello\r\nworld\r\n"), SIZE_MAX);
	header = check.facts.header_key;
	body = check.facts.body_key;
	assert_true(check.has_id);
	look(span_str("DATE: Fri, 1 Jan 2010\r\n\t10:00:00 +0000\r\nFrom: Anna "
		      "<anna@example.org>\r\nSubject:  one\r\nMessage-ID: "
		      "<one@example.org>\r\nX-A: X b\r\n\r\nHello\nworld"),
	     SIZE_MAX);
	assert_memory_equal(&header, &check.facts.header_key, sizeof header);
	assert_memory_equal(&body, &check.facts.body_key, sizeof body);
	look(span_str(HEAD "X-A: Y b\r\n\r\nHello\r\nworle\r\n"), SIZE_MAX);
	assert_memory_not_equal(&header, &check.facts.header_key, sizeof header);
	assert_memory_not_equal(&body, &check.facts.body_key, sizeof body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(a_multipart_without_boundary_or_too_deep_is_named),
		cmocka_unit_test(any_size_is_checked),
		cmocka_unit_test(a_large_one_that_can_be_had_again_is_not_kept),
		cmocka_unit_test(the_last_days_of_a_month_are_dates),
		cmocka_unit_test(lines_of_a_header_are_counted),
		cmocka_unit_test(digests_are_those_of_every_server),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
