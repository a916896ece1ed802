/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/text.h"
#include "mime/mime_identity.h"

static const struct {
	const char *value;
	enum mime_id_state state;
	const char *id;
} values[] = {
	{ "<a@b.example.org>", MIME_ID_GOOD, "<a@b.example.org>" },
	{ " <a@b.example.org>", MIME_ID_GOOD, "<a@b.example.org>" },
	{ "\t<a@b.example.org> \r\n", MIME_ID_GOOD, "<a@b.example.org>" },
	{ "\r\n <a@b.example.org>", MIME_ID_GOOD, "<a@b.example.org>" },
	/* only the domain is without case */
	{ "<CA+7X@Mail.Example.ORG>", MIME_ID_GOOD, "<CA+7X@mail.example.org>" },
	{ "<A@B@Example.ORG>", MIME_ID_GOOD, "<A@B@example.org>" },
	{ "<a@[192.0.2.1]>", MIME_ID_GOOD, "<a@[192.0.2.1]>" },
	/* folded inside */
	{ "<a@b.\r\n example.org>", MIME_ID_GOOD, "<a@b.example.org>" },
	{ "< a @ b >", MIME_ID_GOOD, "<a@b>" },
	{ "<a\r@\nb>", MIME_ID_GOOD, "<a@b>" },
	/* comments */
	{ "(sent) <a@b> (by (me) \\) too)", MIME_ID_GOOD, "<a@b>" },
	{ "<a@b> (added by <postmaster@c>)", MIME_ID_GOOD, "<a@b>" },
	{ "<a(1)@b>", MIME_ID_GOOD, "<a(1)@b>" },
	/* what people and programs make of it */
	{ "<<a@b>>", MIME_ID_GOOD, "<a@b>" },
	{ "Message <a@b>", MIME_ID_GOOD, "<a@b>" },
	{ "<x> <a@b>", MIME_ID_GOOD, "<a@b>" },
	{ "<Gr\xC3\xBC\xDF@B>", MIME_ID_GOOD, "<GrXXX@b>" },
	/* first X, then lower case: Cyrus' own X in a domain must end the same way */
	{ "<a@\xD1\x81.ORG>", MIME_ID_GOOD, "<a@xx.org>" },
	{ "<a@XX.ORG>", MIME_ID_GOOD, "<a@xx.org>" },
	/* none */
	{ "", MIME_ID_NONE, "" },
	{ " \r\n\t", MIME_ID_NONE, "" },
	/* several */
	{ "<a@b> <c@d>", MIME_ID_SEVERAL, "<a@b> <c@d>" },
	{ "<a@b><a@b>", MIME_ID_SEVERAL, "<a@b><a@b>" },
	{ "<a@b>,\r\n\t<c@d>", MIME_ID_SEVERAL, "<a@b>, <c@d>" },
	/* malformed */
	{ "a@b", MIME_ID_MALFORMED, "a@b" },
	{ "<a.b>", MIME_ID_MALFORMED, "<a.b>" },
	{ "<@b>", MIME_ID_MALFORMED, "<@b>" },
	{ "<a@>", MIME_ID_MALFORMED, "<a@>" },
	{ "<>", MIME_ID_MALFORMED, "<>" },
	{ "<a@b", MIME_ID_MALFORMED, "<a@b" },
	{ "a@b>", MIME_ID_MALFORMED, "a@b>" },
	{ ">a@b<", MIME_ID_MALFORMED, ">a@b<" },
	{ "(<a@b>", MIME_ID_MALFORMED, "(<a@b>" },
	{ "(<a@b>)", MIME_ID_MALFORMED, "(<a@b>)" },
	{ "(\\", MIME_ID_MALFORMED, "(\\" },
	{ "a  \r\n b", MIME_ID_MALFORMED, "a b" },
	/* made up by a mover */
	{ "<4711@imapsync>", MIME_ID_ARTEFACT, "<4711@imapsync>" },
	{ "<4711@IMAPSYNC>", MIME_ID_ARTEFACT, "<4711@IMAPSYNC>" },
	{ "<4711@imapsync.example.org>", MIME_ID_GOOD, "<4711@imapsync.example.org>" },
	{ "<imapsync@b>", MIME_ID_GOOD, "<imapsync@b>" },
};

static void normalises_a_message_id(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		struct span id;
		enum mime_id_state got = mime_message_id_value(span_str(values[i].value),
							       &arena, &id);

		if (got != values[i].state || !span_eq_str(id, values[i].id))
			fail_msg("%zu: state %d, %.*s", i, (int)got, (int)id.n, id.p);
	}
	arena_done(&arena);
}

static void refuses_an_overlong_message_id(void **state)
{
	char value[1100];
	struct arena arena;
	struct span id;

	(void)state;
	arena_init(&arena);
	memset(value, 'x', sizeof value);
	memcpy(value, "<a@", 3);
	value[997] = '>';
	assert_int_equal(mime_message_id_value((struct span){ value, 998 }, &arena, &id),
			 MIME_ID_GOOD);
	assert_int_equal(id.n, 998);
	value[998] = ' ';
	assert_int_equal(mime_message_id_value((struct span){ value, 999 }, &arena, &id),
			 MIME_ID_GOOD);
	value[997] = 'x';
	value[998] = '>';
	assert_int_equal(mime_message_id_value((struct span){ value, 999 }, &arena, &id),
			 MIME_ID_MALFORMED);
	assert_int_equal(id.n, 999);
	arena_done(&arena);
}

static const struct {
	const char *header;
	enum mime_id_state state;
	const char *id;
} blocks[] = {
	{ "Message-ID: <a@b>\r\n\r\n", MIME_ID_GOOD, "<a@b>" },
	{ "Message-ID: <a@b>\r\n", MIME_ID_GOOD, "<a@b>" },
	{ "Message-ID: <a@b>", MIME_ID_GOOD, "<a@b>" },
	{ "MESSAGE-ID:<a@b>\r\n\r\n", MIME_ID_GOOD, "<a@b>" },
	{ "message-id :\t<a@b>\n\n", MIME_ID_GOOD, "<a@b>" },
	{ "Message-ID:\r\n <a@b>\r\n\r\n", MIME_ID_GOOD, "<a@b>" },
	{ "Message-ID: <a@b>\r\n \r\nTo: x\r\n\r\n", MIME_ID_GOOD, "<a@b>" },
	{ "Subject: x\r\n Message-ID: <no@b>\r\nMessage-ID: <a@b>\r\n\r\n", MIME_ID_GOOD,
	  "<a@b>" },
	{ "From anna Thu Jan  1 00:00:00 2009\nMessage-ID: <a@b>\n\n", MIME_ID_GOOD,
	  "<a@b>" },
	{ "garbage\r\n more\r\nMessage-ID: <a@b>\r\n", MIME_ID_GOOD, "<a@b>" },
	{ " starts with a continuation\r\nMessage-ID: <a@b>\r\n", MIME_ID_GOOD, "<a@b>" },
	{ "\r\n", MIME_ID_NONE, "" },
	{ "", MIME_ID_NONE, "" },
	{ "Message-ID:\r\n\r\n", MIME_ID_NONE, "" },
	{ "Message-ID: \r\n\t\r\n\r\n", MIME_ID_NONE, "" },
	{ "X-Message-ID: <a@b>\r\nMessage-IDs: <a@b>\r\n\r\n", MIME_ID_NONE, "" },
	{ "Message-ID <a@b>\r\n\r\n", MIME_ID_NONE, "" },
	{ ": <a@b>\r\n\r\n", MIME_ID_NONE, "" },
	/* behind the header */
	{ "To: x\r\n\r\nMessage-ID: <a@b>\r\n", MIME_ID_NONE, "" },
	{ "To: x\n\nMessage-ID: <a@b>\n", MIME_ID_NONE, "" },
	{ "Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\n", MIME_ID_SEVERAL, "<a@b>" },
	{ "Message-ID:  <a@B>\r\nX: y\r\nmessage-id: <a@B>\r\n\r\n", MIME_ID_SEVERAL,
	  "<a@B>" },
	{ "Message-ID:\r\nMessage-ID: <c@d>\r\n\r\n", MIME_ID_SEVERAL, "" },
	{ "Message-ID: x\r\nMessage-ID: y\r\n\r\n", MIME_ID_SEVERAL, "x" },
	{ "Message-ID: x\r\n\r\n", MIME_ID_MALFORMED, "x" },
	{ "Message-ID: <1@imapsync>\r\n\r\n", MIME_ID_ARTEFACT, "<1@imapsync>" },
};

static void finds_the_message_id_of_a_header(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		struct span id;
		enum mime_id_state got = mime_message_id(span_str(blocks[i].header),
							 &arena, &id);

		if (got != blocks[i].state || !span_eq_str(id, blocks[i].id))
			fail_msg("%zu: state %d, %.*s", i, (int)got, (int)id.n, id.p);
	}
	arena_done(&arena);
}

/* Two header blocks of one message on two servers, or of two messages. */
static const struct {
	const char *a, *b;
	bool same;
} pairs[] = {
	{ "Subject: x\r\n\r\n", "SUBJECT:x\r\n\r\n", true },
	{ "Subject: a b\r\n\r\n", "Subject: a\r\n\tb \r\n\r\n", true },
	{ "Subject: a \t b\r\n\r\n", "Subject: a b\n", true },
	{ "Subject: a b\r\n\r\n", "Subject: a\rb\r\n\r\n", true },
	{ "Subject: Gr\xFC\xDF"
	  "e\r\n\r\n",
	  "Subject: GrXXe\r\n\r\n", true },
	{ "To: a\r\nSubject: x\r\n\r\n", "Subject: x\r\nTo: a\r\n\r\n", true },
	{ "Subject: x\r\nX-UID: 7\r\n\r\n", "Subject: x\r\nMessage-ID: <a@b>\r\n\r\n",
	  true },
	{ "Subject: x\r\nCc:\r\n\r\n", "Subject: x\r\n\r\n", true },
	{ "To: a\r\nTo: b\r\n\r\n", "To: a\r\nX: y\r\nTO: b\r\n\r\n", true },
	{ "Subject: =?utf-8?q?a?=\r\n\r\n", "Subject: =?utf-8?q?a?=\n\n", true },
	{ "Subject: a\r\n\r\n", "Subject: A\r\n\r\n", false },
	{ "Subject: ab\r\n\r\n", "Subject: a b\r\n\r\n", false },
	{ "Subject: a\r\n\r\n", "To: a\r\n\r\n", false },
	{ "To: a\r\n\r\n", "To: a\r\nCc: b\r\n\r\n", false },
	{ "To: a\r\nTo: b\r\n\r\n", "To: b\r\nTo: a\r\n\r\n", false },
	{ "To: a\r\nTo: b\r\n\r\n", "To: a b\r\n\r\n", false },
	{ "To: a\r\nTo: a\r\n\r\n", "To: a\r\n\r\n", false },
	{ "To: a\r\nCc: b\r\n\r\n", "To: b\r\nCc: a\r\n\r\n", false },
	{ "To: a\r\nIn-Reply-To: <x@y>\r\n\r\n", "To: a\r\nReferences: <x@y>\r\n\r\n",
	  false },
	{ "To: a\r\n\r\nTo: b\r\n", "To: a\r\nTo: b\r\n\r\n", false },
	{ "Date: Thu, 1 Jan 2009 00:00:00 +0000\r\n\r\n",
	  "Date: Thu, 1 Jan 2009 00:00:00 -0000\r\n\r\n", false },
};

static void makes_keys_that_survive_servers(void **state)
{
	struct sha256_ctx *ctx = sha256_new();
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		struct msg_key a, b;

		if (!mime_key_fields(ctx, span_str(pairs[i].a), &arena, &a) ||
		    !mime_key_fields(ctx, span_str(pairs[i].b), &arena, &b))
			fail_msg("%zu: no key", i);
		if ((memcmp(&a, &b, sizeof a) == 0) != pairs[i].same)
			fail_msg("%zu: %s", i, pairs[i].same ? "differ" : "equal");
	}
	arena_done(&arena);
	sha256_free(ctx);
}

/* A NUL in a header: Dovecot shows it as 0x80. */
static void takes_a_nul_for_an_eight_bit_octet(void **state)
{
	struct sha256_ctx *ctx = sha256_new();
	struct arena arena;
	struct msg_key a, b;

	(void)state;
	arena_init(&arena);
	assert_true(mime_key_fields(ctx, SPAN_LIT("To: a\0b\r\n\r\n"), &arena, &a));
	assert_true(mime_key_fields(ctx,
				    SPAN_LIT("To: a\x80"
					     "b\r\n\r\n"),
				    &arena, &b));
	assert_memory_equal(&a, &b, sizeof a);
	arena_done(&arena);
	sha256_free(ctx);
}

static void gives_no_key_to_what_nobody_could_recognise(void **state)
{
	static const char *const headers[] = {
		"",
		"\r\n",
		"Cc: a@b\r\nReferences: <a@b>\r\nIn-Reply-To: <a@b>\r\n\r\n",
		"Date:\r\nFrom: \r\nTo:\r\n\t\r\nSubject:\r\n\r\n",
		"X-Subject: x\r\nSubject\r\n\r\n",
		"\r\nSubject: x\r\n",
	};
	struct sha256_ctx *ctx = sha256_new();
	struct arena arena;
	struct msg_key key;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(headers); i++)
		if (mime_key_fields(ctx, span_str(headers[i]), &arena, &key))
			fail_msg("%zu: a key", i);
	arena_done(&arena);
	sha256_free(ctx);
}

/* Keys are stored: another program computed these, and they never change. */
static void keys_are_what_they_always_were(void **state)
{
	static const uint8_t of_id[16] = {
		0x87, 0xc6, 0xc7, 0x4c, 0x8d, 0xa5, 0xdc, 0x82,
		0x5b, 0xe4, 0x4f, 0xe8, 0x62, 0x10, 0xfb, 0xc6
	};
	static const uint8_t of_fields[16] = { 0x0a, 0x9a, 0xe4, 0x80, 0x3d, 0x9f,
					       0x48, 0xe3, 0x2a, 0x60, 0xf7, 0xeb,
					       0x4c, 0x44, 0x07, 0x91 };
	static const char header[] = "Subject: Gr\xC3\xBC"
				     "e\r\nTo: ben@example.org\r\n"
				     "References: <x@y>\r\n <z@y>\r\n"
				     "From:  Anna <anna@example.org> \r\n"
				     "Date: Thu, 1 Jan 2009 00:00:00 +0000\r\n"
				     "to: carl@example.org\r\nMessage-ID: <a@b>\r\n\r\n";
	struct sha256_ctx *ctx = sha256_new();
	struct arena arena;
	struct msg_key key;

	(void)state;
	arena_init(&arena);
	mime_key_id(ctx, SPAN_LIT("<a@b.example.org>"), &key);
	assert_memory_equal(key.bytes, of_id, sizeof of_id);
	assert_true(mime_key_fields(ctx, span_str(header), &arena, &key));
	assert_memory_equal(key.bytes, of_fields, sizeof of_fields);
	arena_done(&arena);
	sha256_free(ctx);
}

static const struct {
	const char *header;
	const char *from, *date, *subject, *message_id;
} details[] = {
	{ "", NULL, NULL, NULL, NULL },
	{ "From: Anna <anna@example.org>\r\nDate: Thu, 1 Jan\r\n 2009\r\nSubject:\r\n"
	  "Message-ID: <a@b>\r\n\r\n",
	  "Anna <anna@example.org>", "Thu, 1 Jan 2009", "", "<a@b>" },
	{ "From: =?iso-8859-1?Q?J=FCrgen?= <j@example.org>\r\n"
	  "Subject: =?utf-8?B?R3LDvMOfZQ==?= =?utf-8?Q?_aus_Bonn?=\r\n\r\n",
	  "J\xC3\xBCrgen <j@example.org>", NULL,
	  "Gr\xC3\xBC\xC3\x9F"
	  "e aus Bonn",
	  NULL },
	/* the first counts; no decoding where none is due */
	{ "Subject: a\r\nSubject: b\r\nMessage-ID: =?utf-8?Q?x?=\r\n", NULL, NULL, "a",
	  "=?utf-8?Q?x?=" },
	{ "Subject: Gr\xC3\xBC\xC3\x9F"
	  "e\r\n",
	  NULL, NULL,
	  "Gr\xC3\xBC\xC3\x9F"
	  "e",
	  NULL },
	{ "Subject: =?utf-8?Q?a=00b?=\r\n", NULL, NULL, "a?b", NULL },
	{ "Subject: =?no-such-charset?Q?abc?=\r\n", NULL, NULL, "abc", NULL },
	{ "Subject: =?utf-8?Q?a=0Ab?=\r\n", NULL, NULL, "a\nb", NULL },
	{ "Subject: =?utf-8?X?a?= x\r\n", NULL, NULL, "=?utf-8?X?a?= x", NULL },
};

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void decodes_what_people_are_shown(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(details); i++) {
		struct message_detail d;

		mime_detail(span_str(details[i].header), &arena, &d);
		if (!same(d.from, details[i].from) || !same(d.date, details[i].date) ||
		    !same(d.subject, details[i].subject) ||
		    !same(d.message_id, details[i].message_id))
			fail_msg("%zu: %s / %s / %s / %s", i, d.from, d.date, d.subject,
				 d.message_id);
	}
	arena_done(&arena);
}

static void cuts_details_at_a_character(void **state)
{
	struct strbuf header = STRBUF_INIT;
	struct message_detail d;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	strbuf_adds(&header,
		    "Subject: x"); /* then two octets a character: 400 falls into one */
	for (int i = 0; i < 20000; i++)
		strbuf_adds(&header, "\xC3\xBC");
	mime_detail(strbuf_span(&header), &arena, &d);
	assert_int_equal(strlen(d.subject), MIME_DETAIL_MAX - 1);
	assert_true(text_is_utf8(span_str(d.subject)));

	strbuf_clear(&header);
	strbuf_adds(&header, "Subject: N0L\r\nSubject: x");
	header.p[10] = '\0';
	mime_detail(strbuf_span(&header), &arena, &d);
	assert_string_equal(d.subject, "NL");
	strbuf_clear(&header);
	strbuf_adds(&header, "Subject: raw \xFC and \xFF\r\n");
	mime_detail(strbuf_span(&header), &arena, &d);
	assert_true(text_is_utf8(span_str(d.subject)));
	strbuf_done(&header);
	arena_done(&arena);
}

/* ---- real messages ------------------------------------------------------------------
 */

static const char messages[] = "../shared/data/messages";

/* "\xd1" in the table stands for an octet, which is X to us. */
static void expected_id(struct span text, char *out, size_t size)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < text.n && n + 1 < size; i++) {
		bool octet = text.p[i] == '\\' && i + 3 < text.n && text.p[i + 1] == 'x';

		if (text.p[i] == '@')
			at = n;
		out[n++] = octet ? 'X' : text.p[i];
		i += octet ? 3 : 0;
	}
	out[n] = '\0';
	for (size_t i = at + 1; i < n; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] + ('a' - 'A'));
}

static enum mime_id_state expected_state(struct span text)
{
	if (span_eq_str(text, "-"))
		return MIME_ID_NONE;
	if (span_index(text, ' ') >= 0)
		return MIME_ID_SEVERAL;
	return span_index(text, '@') >= 0 && text.p[0] == '<' ? MIME_ID_GOOD
							      : MIME_ID_MALFORMED;
}

/* Every cut of a header gives a result; the sanitizers watch for the rest. */
static void cut_everywhere(struct span header, struct arena *arena,
			   struct sha256_ctx *ctx)
{
	size_t step = header.n > 4096 ? header.n / 512 : 1;

	for (size_t n = 0; n < header.n; n += step) {
		char *exact = mem_strndup(header.p,
					  n); /* so that reading past the end is seen */
		struct span cut = { exact, n }, id;
		struct message_detail d;
		struct msg_key key;

		(void)mime_message_id(cut, arena, &id);
		if (mime_key_fields(ctx, cut, arena, &key))
			mime_key_id(ctx, id, &key);
		if (n % 16 == 0)
			mime_detail(cut, arena, &d);
		arena_reset(arena);
		free(exact);
	}
}

static void one_message(struct span row, struct arena *arena, struct sha256_ctx *ctx)
{
	struct span cell[6] = { 0 };
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;
	char path[300], want[300];
	struct message_detail d;
	struct span id;
	enum mime_id_state state;

	for (size_t i = 0; i < COUNT_OF(cell); i++) {
		ptrdiff_t bar = span_index(row, '|');

		assert_true(bar >= 0);
		cell[i] = span_trim((struct span){ row.p, (size_t)bar });
		row = span_from(row, (size_t)bar + 1);
	}
	/* The Message-ID stands between back quotes. */
	cell[5] = (struct span){ cell[5].p + 1, cell[5].n - 2 };
	snprintf(path, sizeof path, "%s/%.*s", messages, (int)cell[1].n, cell[1].p);
	if (!fs_read(path, 1 << 20, &text, &err))
		fail_msg("%s", err.text);
	state = mime_message_id(strbuf_span(&text), arena, &id);
	if (state != expected_state(cell[5]))
		fail_msg("%s: state %d, %.*s", path, (int)state, (int)id.n, id.p);
	expected_id(cell[5], want, sizeof want);
	if (state == MIME_ID_GOOD && !span_eq_str(id, want))
		fail_msg("%s: %.*s, not %s", path, (int)id.n, id.p, want);
	mime_detail(strbuf_span(&text), arena, &d);
	if ((d.from != NULL && !text_is_utf8(span_str(d.from))) ||
	    (d.subject != NULL && !text_is_utf8(span_str(d.subject))))
		fail_msg("%s: no UTF-8", path);
	cut_everywhere(strbuf_span(&text), arena, ctx);
	strbuf_done(&text);
}

static void reads_real_messages_as_their_table_says(void **state)
{
	struct strbuf table = STRBUF_INIT;
	struct sha256_ctx *ctx = sha256_new();
	struct err err = ERR_INIT;
	char path[100];
	struct arena arena;
	size_t rows = 0;
	struct span rest;

	(void)state;
	arena_init(&arena);
	snprintf(path, sizeof path, "%s/SOURCES.md", messages);
	if (access(path, R_OK) != 0) {
		sha256_free(ctx);
		skip();
	}
	assert_true(fs_read(path, 1 << 20, &table, &err));
	rest = strbuf_span(&table);
	while (rest.n > 0) {
		struct span line = rest;
		ptrdiff_t lf = span_index(rest, '\n');

		line.n = lf >= 0 ? (size_t)lf : rest.n;
		rest = span_from(rest, line.n + 1);
		if (!span_istarts(line, "| ") ||
		    memmem(line.p, line.n, ".eml |", 6) == NULL)
			continue;
		one_message(line, &arena, ctx);
		rows++;
	}
	assert_true(rows >= 60);
	strbuf_done(&table);
	sha256_free(ctx);
	arena_done(&arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(normalises_a_message_id),
		cmocka_unit_test(refuses_an_overlong_message_id),
		cmocka_unit_test(finds_the_message_id_of_a_header),
		cmocka_unit_test(makes_keys_that_survive_servers),
		cmocka_unit_test(takes_a_nul_for_an_eight_bit_octet),
		cmocka_unit_test(gives_no_key_to_what_nobody_could_recognise),
		cmocka_unit_test(keys_are_what_they_always_were),
		cmocka_unit_test(decodes_what_people_are_shown),
		cmocka_unit_test(cuts_details_at_a_character),
		cmocka_unit_test(reads_real_messages_as_their_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
