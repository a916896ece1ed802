/* SPDX-License-Identifier: MIT */
/* Parts: what is passed over by GMime's parser is nothing that it has a word for. */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "mime/mime_check.h"
#include "mime/mime_identity.h"
#include "mime/mime_parts.h"
#include "mime/mime_shape.h"
#include "model/body.h"

static struct mime_shape *shape;
static struct mime_parts parts;
static struct mime_check check;
static struct sha256_ctx *sha;
static uint64_t seed;

static int set_up(void **state)
{
	(void)state;
	shape = mime_shape_new();
	sha = sha256_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	mime_parts_done(&parts);
	mime_check_done(&check);
	mime_shape_free(shape);
	sha256_free(sha);
	return 0;
}

/* xorshift: the same cases in each run. */
static uint32_t below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % n;
}

#define PICK(list) list[below(COUNT_OF(list))]
/* Of the first n, nearly always: what stands behind them is left to the parser. */
#define PICK_OF(list, n) list[below(8) == 0 ? below(COUNT_OF(list)) : below(n)]

static void put(struct strbuf *sb, const char *s)
{
	strbuf_adds(sb, s);
}

/* Lines that are good, odd or wrong in some encoding or charset. */
static const char *const lines[] = {
	"hello world\r\n",
	"\r\n",
	"=\r\n",
	"caf=C3=A9 and more of it, a soft line end =\r\n",
	"=ZZ is none, =3\r\n",
	"trailing =20 blanks  \r\n",
	"caf\xc3\xa9 as it is\r\n",
	"Gr\xfc\xdf"
	"e\r\n",
	"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n",
	"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJz\r\n",
	"QUJD\r\n",
	"QQ==\r\n",
	"QUI=\r\n",
	"w7w=\r\n",
	"/w==\r\n",
	"QU\x01J\r\n",
	"--\r\n",
	"--other\r\n",
	"--in ner\r\n",
	"-- \r\nsigned\r\n",
	"-----BEGIN PGP MESSAGE-----\r\n",
	"a line of text with a tab\tin it\r\n",
	"===\r\n",
	"\x1b$B$3$l\x1b(B\r\n",
	"a bare cr \r in it\r\n",
};
static const char *const types[] = {
	"Content-Type: text/plain\r\n",
	"Content-Type: text/plain; charset=utf-8\r\n",
	"Content-Type: text/html; charset=\"iso-8859-1\"\r\n",
	"Content-Type: text/plain; charset=no-such-charset\r\n",
	"Content-Type: text/plain; charset=iso-2022-jp\r\n",
	"Content-Type: text/plain;\r\n\tcharset=us-ascii;\r\n\tformat=flowed\r\n",
	"Content-Type: application/pdf; name=\"a file; of 1=2.pdf\"\r\n",
	"Content-Type: image/png; name=x.png;\r\n",
	"Content-Type: application/octet-stream; name=x; name=y\r\n",
	"Content-Type: message/rfc822\r\n",
	"Content-Type: message/delivery-status\r\n",
	"Content-Type: nonsense\r\n",
	"Content-Type: application/octet-stream; name==\r\n",
	"Content-Type: application/octet-stream; name*=utf-8''x%20y\r\n",
	"Content-Type: image/gif; name=\"=?utf-8?q?x?=\"\r\n",
	"",
};
static const char *const encodings[] = {
	"Content-Transfer-Encoding: base64\r\n",
	"Content-Transfer-Encoding: quoted-printable\r\n",
	"Content-Transfer-Encoding: 7bit\r\n",
	"Content-Transfer-Encoding: 8bit\r\n",
	"content-transfer-encoding: BASE64\r\n",
	"Content-Transfer-Encoding: binary\r\n",
	"Content-Transfer-Encoding: x-uuencode\r\n",
	"",
};
static const char *const fields[] = {
	"Content-Disposition: attachment; filename=\"a b.pdf\"; size=12\r\n",
	"Content-Disposition: inline\r\n",
	"Content-Disposition: attachment;\r\n filename=x;\r\n",
	"Content-ID: <part1.one@example.org>\r\n",
	"Content-Description: =?utf-8?q?ein_Bild?=\r\n",
	"X-Attachment-Id: f_1\r\n",
	"Subject: in a part\r\n",
	"",
	"Content-Disposition: attachment; filename=\r\n",
	"X-Twice: one\r\nX-Twice: two\r\n",
	"Content-Description: \xe9t\xe9\r\n",
	"Content-Disposition: inline; filename=\xe9\r\n",
	"no field at all\r\n",
};

/* Fields that are not ASCII, good and bad. */
static const char *const raws[] = {
	"",
	"Comments: Gr\xfc\xdf"
	"e\r\n",
	"Comments: \xc3\xa4 in UTF-8\r\n",
	"Comments: \xc3\r\n \xa4 cut by a fold\r\n",
	"Comments: a \xe4 =?utf-8?q?=C3=A4?= \xe4\r\n",
	"Comments: \xe4=?utf-8?q?a?=\xe4\r\n",
	"Comments: \xed\xa0\x80 \xf5\x80\x80\x80 \xc0\x80\r\n",
	"X-Note: \x80\x80\x80\x80\r\nX-Note: \xff\r\n",
	"Received: from \xe4 by b; Fri, 1 Jan 2010 10:00:00 +0000\r\n",
	"Message-ID: <\xe4@example.org>\r\n",
	"Date: Fri, 1 J\xe4n 2010 10:00:00 +0000\r\n",
	"To: J\xf6rg M\xfcller <joerg@example.net>\r\n",
	"To: J\xc3\xb6rg M\xc3\xbcller <joerg@example.net>, a@example.org\r\n",
	"Cc: \"M\xfcller, J\xf6rg\" <joerg@example.net>,\r\n\t\xe4 <a@example.org>\r\n",
	"Cc: \"\xc3\xa4\"\r\n <a@example.org>\r\n",
	"Reply-To: \xc2\xa0<a@example.org>\r\n",
	"To: a@example.org (J\xf6rg)\r\n",
	"To: j\xf6rg@example.org\r\n",
	"To: a <j\xf6rg@example.org>\r\n",
	"To: a@ex\xe4mple.org\r\n",
	"To: \xf6. M <a@example.org>\r\n",
	"To: =?utf-8?q?a?= \xf6 <a@example.org>\r\n",
	"To: \xf6\r\n",
	"Sender: J\xf6rg <a@example.org>\r\n",
	"Content-ID: <\xe4@example.org>\r\n",
	"J\xf6rg: a\r\n",
	/* And what is empty, or stands again. */
	"Message-ID: \r\n",
	"Date:\r\nCc: \t\r\nX-Empty:\r\nReceived: \r\n",
	"Reply-To:\r\n \r\n",
	"Content-Description:\r\n",
	"Content-ID: \r\n",
	"Content-Location:\r\n",
	"Content-Language:\r\n",
	"Sender: \r\n",
	"Subject: two\r\n",
	"subject: one\r\nSUBJECT: \r\n",
	"From: Bob <bob@example.org>\r\n",
	"From: \r\n",
	"Message-ID: <a@example.org>\r\nMessage-Id: <a@example.org>\r\n",
	"Date: 1 Jan 2010 10:00:00 +0000\r\nDate: never\r\n",
	"To: a@example.org\r\nTo: b@example.org\r\n",
	"Cc: a@example.org\r\nBcc: a@example.org\r\nbcc: a@example.org\r\n",
	"Reply-To: a@example.org\r\nReply-To: a@example.org\r\n",
	"In-Reply-To: <a@b>\r\nReferences: <a@b>\r\nIn-Reply-To: <c@d>\r\n",
	"References: <a@b>\r\nReferences:\r\n <a@b>\r\n",
	"List-Id: one\r\nList-Id: two\r\n",
	"MIME-Version: 1.0\r\n",
};

static const char *const fillers[] = { "abcd",	   "YWJj", "=C3=A9",
				       "\xc3\xa9", "--b",  "word " };

static void put_lines(struct strbuf *sb)
{
	/* Most contents are of one sort. */
	if (below(2) == 0) {
		const char *one = PICK(lines);

		for (uint32_t n = below(6); n > 0; n--)
			put(sb, one);
	}
	for (uint32_t n = below(4); n > 0; n--)
		put(sb, PICK(lines));
	/* More than the parser's buffer, in lines of any length. */
	if (below(30) == 0) {
		size_t end = sb->n + below(20000);
		const char *filler = PICK(fillers);

		while (sb->n < end) {
			for (uint32_t n = below(below(8) == 0 ? 400 : 20); n > 0; n--)
				put(sb, filler);
			put(sb, "\r\n");
		}
	}
}

/* NOLINTNEXTLINE(misc-no-recursion): depth grows */
static void put_multipart(struct strbuf *sb, unsigned depth)
{
	static const char *const kinds[] = { "mixed", "alternative", "related", "digest",
					     "signed; micalg=pgp-sha256" };
	static const char *const bounds[] = { "b",	"=_17", "in ner",
					      "b--",	"b 1 ", "----=_NextPart_000_0001",
					      "in=?ner" };
	const char *b = PICK(bounds);

	strbuf_addf(sb, "Content-Type: multipart/%s; boundary=\"%s\"\r\n", PICK(kinds),
		    b);
	put(sb, below(9) == 0 ? PICK(encodings) : "");
	put(sb, "\r\n");
	put_lines(sb);
	for (uint32_t n = below(4); n > 0; n--) {
		strbuf_addf(sb, "--%s%s\r\n", b, below(9) == 0 ? "  " : "");
		if (depth < 3 && below(4) == 0) {
			put_multipart(sb, depth + 1);
			continue;
		}
		if (below(12) > 0) {
			put(sb, PICK_OF(types, 8));
			put(sb, PICK_OF(encodings, 6));
			put(sb, PICK_OF(fields, 8));
		}
		put(sb, "\r\n");
		put_lines(sb);
	}
	if (below(12) > 0)
		strbuf_addf(sb, "--%s--%s\r\n", b, below(9) == 0 ? "\t" : "");
	put_lines(sb);
}

static void put_message(struct strbuf *sb)
{
	strbuf_clear(sb);
	put(sb, "From: Anna <anna@example.org>\r\nSubject: one\r\nMIME-Version: 1.0\r\n");
	put(sb, below(6) == 0 ? PICK(raws) : "");
	if (below(3) > 0) {
		put_multipart(sb, 0);
		return;
	}
	put(sb, PICK_OF(types, 8));
	put(sb, PICK_OF(encodings, 6));
	put(sb, PICK_OF(fields, 8));
	put(sb, "\r\n");
	put_lines(sb);
}

/* Something goes wrong with it, as on a disk. */
static void harm(struct strbuf *sb)
{
	size_t at = below((uint32_t)sb->n), n;

	switch (below(5)) {
	case 0:
		sb->n = at;
		break;
	case 1:
		sb->p[at] = "\r\n\0-=: \t\"\xe9;b"[below(12)];
		break;
	case 2:
		n = below(40);
		n = n < sb->n - at ? n : sb->n - at;
		memmove(sb->p + at, sb->p + at + n, sb->n - at - n);
		sb->n -= n;
		break;
	default:
		break;
	}
}

static size_t header_of(struct span s)
{
	const char *end = memmem(s.p, s.n, "\r\n\r\n", 4);

	return end != NULL ? (size_t)(end - s.p) + 4 : s.n;
}

/* In pieces; true: the parser is not needed. */
static bool look(struct span s, size_t piece, uint64_t *found)
{
	size_t header = header_of(s);

	if (!mime_parts_begin(&parts, mime_shape_charsets(shape),
			      (struct span){ s.p, header }))
		return false;
	s = span_from(s, header);
	for (size_t n; s.n > 0; s = span_from(s, n)) {
		n = s.n < piece ? s.n : piece;
		mime_parts_feed(&parts, (struct span){ s.p, n });
	}
	return mime_parts_end(&parts, found);
}

/* What the parser says, of all that a check finds. */
#define OF_SHAPE                                                                         \
	(SYMPTOM_BIT(SYMPTOM_MULTIPART_CUT) | SYMPTOM_BIT(SYMPTOM_BASE64) |              \
	 SYMPTOM_BIT(SYMPTOM_HEADER_WORDS) | SYMPTOM_BIT(SYMPTOM_FIELD_TWICE) |          \
	 SYMPTOM_BIT(SYMPTOM_TYPE_BAD) | SYMPTOM_BIT(SYMPTOM_MIME_BAD) |                 \
	 SYMPTOM_BIT(SYMPTOM_MIME_DEEP) | SYMPTOM_BIT(SYMPTOM_QP) |                      \
	 SYMPTOM_BIT(SYMPTOM_CHARSET))

/* ... where the body says nothing that the parser is asked of. */
#define OF_HEADER                                                                        \
	(SYMPTOM_BIT(SYMPTOM_HEADER_WORDS) | SYMPTOM_BIT(SYMPTOM_FIELD_TWICE) |          \
	 SYMPTOM_BIT(SYMPTOM_TYPE_BAD))

/* By a check, which takes lines apart.  *of: what of it the parser is to say.  False: it
 * asks the parser of all. */
static bool look_by_check(struct span s, size_t piece, uint64_t *found, uint64_t *of)
{
	struct err err = ERR_INIT;
	struct arena arena;
	bool known;

	mime_check_begin(&check, sha);
	for (size_t n; s.n > 0; s = span_from(s, n)) {
		n = s.n < piece ? s.n : piece;
		assert_true(mime_check_feed(&check, (struct span){ s.p, n }, &err));
	}
	known = check.asks != MIME_ASKS_PARSER;
	*of = check.asks == MIME_ASKS_PARTS ? OF_SHAPE : OF_HEADER;
	arena_init(&arena);
	assert_true(mime_check_end(&check, &arena, &err));
	arena_done(&arena);
	*found = check.facts.symptoms & *of;
	return known;
}

static void a_check_finds_what_the_parser_says(void **state)
{
	enum { CASES = 20000 };
	struct strbuf sb = STRBUF_INIT;
	size_t known = 0, wrong = 0;

	(void)state;
	seed = 20261130;
	for (size_t i = 0; i < CASES; i++) {
		size_t piece = i % 4 == 0 ? 1 + below(300) : SIZE_MAX;
		uint64_t found, parsed, of;

		put_message(&sb);
		harm(&sb);
		if (!look_by_check(strbuf_span(&sb), piece, &found, &of))
			continue;
		known++;
		parsed = mime_shape_parsed(shape, strbuf_span(&sb)) & of;
		wrong += parsed != 0;
		if (found != parsed)
			fail_msg("case %zu: %#llx, but the parser says %#llx:\n%.*s", i,
				 (unsigned long long)found, (unsigned long long)parsed,
				 (int)(sb.n < 3000 ? sb.n : 3000), sb.p);
	}
	assert_true(known > CASES / 5);
	assert_true(wrong > CASES / 20);
	strbuf_done(&sb);
}

static void the_parser_says_the_same(void **state)
{
	enum { CASES = 20000 };
	struct strbuf sb = STRBUF_INIT;
	size_t known = 0, wrong = 0;

	(void)state;
	seed = 88172645463325252u;
	for (size_t i = 0; i < CASES; i++) {
		uint64_t found, again, parsed;

		put_message(&sb);
		harm(&sb);
		if (sb.n == 0 || !look(strbuf_span(&sb), SIZE_MAX, &found))
			continue;
		known++;
		parsed = mime_shape_parsed(shape, strbuf_span(&sb));
		wrong += parsed != 0;
		if (found != parsed)
			fail_msg("case %zu: %#llx, but the parser says %#llx:\n%.*s", i,
				 (unsigned long long)found, (unsigned long long)parsed,
				 (int)(sb.n < 3000 ? sb.n : 3000), sb.p);
		/* In pieces more may be left to the parser, and nothing else is found. */
		if (look(strbuf_span(&sb), 1 + below(20), &again) && again != found)
			fail_msg("case %zu: in pieces %#llx, not %#llx:\n%.*s", i,
				 (unsigned long long)again, (unsigned long long)found,
				 (int)(sb.n < 3000 ? sb.n : 3000), sb.p);
	}
	/* Neither is this all about the parser, nor about mail in which nothing is wrong.
	 */
	assert_true(known > CASES / 5);
	assert_true(wrong > CASES / 20);
	strbuf_done(&sb);
}

static const struct {
	bool known;
	uint64_t found;
	const char *text;
} cases[] = {
#define HEAD  "From: Anna <anna@example.org>\r\nSubject: one\r\n"
#define MULTI HEAD "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
	{ true, 0, MULTI "--b\r\n\r\nhello\r\n--b--\r\n" },
	{ true, 0, MULTI "preamble\r\n--b\r\n\r\n\r\n--b \t\r\n\r\n--b--  \r\nepilogue" },
	{ true, 0, MULTI "--b--\r\n" },
	{ true, 0,
	  MULTI
	  "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\n"
	  "x\r\n--c--\r\nbetween\r\n--b\r\n\r\ny\r\n--b--\r\n" },
	{ true, SYMPTOM_BIT(SYMPTOM_CHARSET), MULTI "--b\r\n\r\ncaf\xe9\r\n--b--\r\n" },
	{ true, SYMPTOM_BIT(SYMPTOM_BASE64),
	  MULTI
	  "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	  "QUJDQ\r\n--b--\r\n" },
	{ true, SYMPTOM_BIT(SYMPTOM_QP),
	  HEAD "Content-Type: text/plain; charset=utf-8\r\n"
	       "Content-Transfer-Encoding: quoted-printable\r\n\r\na =ZZ\r\n" },
	/* It ends early, or out of order. */
	{ .text = MULTI "--b\r\n\r\nhello\r\n" },
	{ .text = MULTI "--b\r\n\r\nhello\r\n--b--" },
	{ .text = MULTI "--b\r\n--b\r\n\r\nhello\r\n--b--\r\n" },
	{ .text = MULTI "--b\r\n\r\nhello\r\n--b\r\n" },
	{ .text = MULTI
	  "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\n"
	  "x\r\n--b--\r\n" },
	{ .text = MULTI
	  "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
	  "x\r\n--b--\r\n--b--\r\n" },
	/* Line ends that are none; octets behind a boundary that may be blanks. */
	{ .text = MULTI "--b\n\r\nhello\r\n--b--\r\n" },
	{ .text = MULTI "--b\r\n\r\nhello\n--b--\r\n" },
	{ .text = MULTI "--b\r\r\n\r\nhello\r\n--b--\r\n" },
	{ .text = MULTI "--b\r\n\r\nhello\r\n--b--\v\r\n" },
	/* Headers that are not plain. */
	{ .text = MULTI "--b\r\nX: 1\r\nX: 1\r\n\r\nhello\r\n--b--\r\n" },
	{ .text = MULTI "--b\r\nno field\r\n\r\nhello\r\n--b--\r\n" },
	{ .text = MULTI
	  "--b\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\n--b--\r\n" },
	{ .text = HEAD "Content-Type: multipart/mixed\r\n\r\n--b--\r\n" },
	{ .text = HEAD "Content-Type: multipart/digest; boundary=b\r\n\r\n--b--\r\n" },
	{ .text = HEAD
	  "Content-Type: multipart/mixed; boundary=\"b \"\r\n\r\n--b --\r\n" },
	{ .text = HEAD "Content-Type: multipart/mixed; boundary=b\r\n"
		       "Content-Transfer-Encoding: base64\r\n\r\n--b--\r\n" },
};

static void structure_is_told_as_far_as_it_is_beyond_doubt(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint64_t found = 0;
		bool known = look(span_str(cases[i].text), SIZE_MAX, &found);

		if (known != cases[i].known || found != cases[i].found)
			fail_msg("case %zu: %d, %#llx", i, known,
				 (unsigned long long)found);
		if (known && found != mime_shape_parsed(shape, span_str(cases[i].text)))
			fail_msg("case %zu: the parser says otherwise", i);
	}
}

/* The parser looks for boundaries where its buffer ends, within a line, too. */
static void a_boundary_within_a_long_line_is_left_to_the_parser(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	uint64_t found;

	(void)state;
	strbuf_adds(&sb, MULTI "--b\r\n\r\n");
	for (int i = 0; i < 200; i++)
		strbuf_adds(&sb, "x");
	strbuf_adds(&sb, "--b\r\n--b--\r\n");
	assert_false(look(strbuf_span(&sb), SIZE_MAX, &found));
	strbuf_done(&sb);
}

static void too_deep_and_too_long_are_left_to_the_parser(void **state)
{
	struct strbuf sb = STRBUF_INIT;
	uint64_t found;

	(void)state;
	for (int depth = MIME_PARTS_DEPTH - 1; depth <= MIME_PARTS_DEPTH; depth++) {
		strbuf_clear(&sb);
		strbuf_adds(&sb, MULTI);
		for (int i = 0; i < depth; i++)
			strbuf_addf(&sb,
				    "--%s%d\r\nContent-Type: multipart/mixed; "
				    "boundary=n%d\r\n\r\n",
				    i == 0 ? "b\r\n\r\n--b\r\nX-N: " : "n", i, i + 1);
		/* The first boundary is "b": the field behind it takes the number. */
		for (int i = depth; i > 0; i--)
			strbuf_addf(&sb, "--n%d--\r\n", i);
		strbuf_adds(&sb, "--b--\r\n");
		assert_int_equal(look(strbuf_span(&sb), SIZE_MAX, &found),
				 depth < MIME_PARTS_DEPTH);
	}
	strbuf_clear(&sb);
	strbuf_adds(&sb, MULTI "--b\r\n");
	while (sb.n < 20000)
		strbuf_addf(&sb, "X-%zu: a field of a part\r\n", sb.n);
	strbuf_adds(&sb, "\r\n--b--\r\n");
	assert_false(look(strbuf_span(&sb), SIZE_MAX, &found));
	strbuf_done(&sb);
}

/* As the C library says of all of it at once. */
static bool converts(const char *charset, struct span s)
{
	char out[256], *to = out, *from = (char *)(uintptr_t)s.p;
	size_t room = sizeof out, n = s.n;
	iconv_t cd = iconv_open("UTF-8", charset);
	bool ok;

	assert_true(cd != (iconv_t)-1);
	ok = iconv(cd, &from, &n, &to, &room) != (size_t)-1 && n == 0;
	iconv_close(cd);
	return ok;
}

static void octets_are_in_their_charset_as_the_c_library_says(void **state)
{
	static const char *const charsets[] = { "utf-8",	"iso-8859-1",
						"ISO-8859-2",	"iso-8859-15",
						"koi8-r",	"iso-8859-8",
						"windows-1252", "windows-1258" };
	static const unsigned char odd[] = { 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1,
					     0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0,
					     0xf4, 0xf5, 0xff, 'x' };
	struct mime_charsets *open = mime_charsets_new();
	size_t good = 0, bad = 0;
	char text[12];

	(void)state;
	for (size_t i = 0; i < 60000; i++) {
		const char *charset = charsets[i % COUNT_OF(charsets)];
		struct span s = { text, 1 + (i < 2048 ? 0 : below(sizeof text - 1)) };
		struct mime_content t;
		bool found;

		for (size_t k = 0; k < s.n; k++)
			text[k] = (char)(i < 2048	 ? i / COUNT_OF(charsets)
					 : below(2) == 0 ? odd[below(sizeof odd)]
							 : 0x80 + below(0x40));
		mime_content_begin(&t, open, MIME_AS_IT_IS, true, charset);
		mime_content_feed(&t, s);
		found = (mime_content_end(&t) & SYMPTOM_BIT(SYMPTOM_CHARSET)) != 0;
		if (found == converts(charset, s))
			fail_msg("case %zu: %zu octets of %s from %#x on", i, s.n,
				 charset, (unsigned char)text[0]);
		good += !found && s.n > 2;
		bad += found;
	}
	assert_true(good > 1000 && bad > 1000);
	mime_charsets_free(open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parser_says_the_same),
		cmocka_unit_test(a_check_finds_what_the_parser_says),
		cmocka_unit_test(structure_is_told_as_far_as_it_is_beyond_doubt),
		cmocka_unit_test(a_boundary_within_a_long_line_is_left_to_the_parser),
		cmocka_unit_test(too_deep_and_too_long_are_left_to_the_parser),
		cmocka_unit_test(octets_are_in_their_charset_as_the_c_library_says),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
