/* SPDX-License-Identifier: MIT */
/* A mail of our own: what may be an address, and what the message is made of.  Whether
 * others read it so is looked at in tests/cli/weekly.bats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mime/mime_identity.h"
#include "mime/mime_mail.h"
#include "model/ledger_head.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void takes_plain_addresses_with_or_without_a_name(void **state)
{
	static const struct {
		const char *text, *name, *addr;
	} cases[] = {
		{ "anna@example.org", "", "anna@example.org" },
		{ "  anna.b+x@mx-1.example.org ", "", "anna.b+x@mx-1.example.org" },
		{ "<anna@example.org>", "", "anna@example.org" },
		{ "Anna <anna@example.org>", "Anna", "anna@example.org" },
		{ "\"Berg, Anna: IT\" <anna@example.org>", "Berg, Anna: IT",
		  "anna@example.org" },
		{ "\xC3\x84nna \xE6\x97\xA5\xE6\x9C\xAC <anna@example.org>",
		  "\xC3\x84nna \xE6\x97\xA5\xE6\x9C\xAC", "anna@example.org" },
		{ "anna@xn--mller-kva.example", "", "anna@xn--mller-kva.example" },
		{ "root@localhost", "", "root@localhost" },
		{ "=?x?=@example.org", "", "=?x?=@example.org" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct mail_address a = { "-", "-" };

		if (!mail_address(span_str(cases[i].text), &arena, &a) ||
		    strcmp(a.name, cases[i].name) != 0 ||
		    strcmp(a.addr, cases[i].addr) != 0)
			fail_msg("case %zu: \"%s\" <%s>", i, a.name, a.addr);
	}
}

static void refuses_what_could_be_more_than_one_address(void **state)
{
	static const struct span cases[] = {
		SPAN_INIT(""),
		SPAN_INIT("anna"),
		SPAN_INIT("@example.org"),
		SPAN_INIT("anna@"),
		SPAN_INIT("anna@@example.org"),
		SPAN_INIT("anna@b@example.org"),
		SPAN_INIT(".anna@example.org"),
		SPAN_INIT("an..na@example.org"),
		SPAN_INIT("anna@example..org"),
		SPAN_INIT("anna@.org"),
		SPAN_INIT("anna@-x.org"),
		SPAN_INIT("-oQ/tmp@example.org"),
		SPAN_INIT("anna@example.org, bert@example.org"),
		SPAN_INIT("anna@example.org\r\nBcc: all@example.org"),
		SPAN_INIT("anna@example.org\n"),
		SPAN_INIT("A\nBcc: x@y <anna@example.org>"),
		SPAN_INIT("A\0B <anna@example.org>"),
		SPAN_INIT("A\x7f <anna@example.org>"),
		SPAN_INIT("A\" <x@y> \"B <anna@example.org>"),
		SPAN_INIT("A <x@y> <anna@example.org>"),
		SPAN_INIT("A > <anna@example.org>"),
		SPAN_INIT("A <anna@example.org"),
		SPAN_INIT("A <anna@example.org> x"),
		SPAN_INIT("\xff <anna@example.org>"),
		SPAN_INIT("anna@ex\xC3\xA4mple.org"),
		SPAN_INIT("\xC3\xA4nna@example.org"),
		SPAN_INIT("an na@example.org"),
		SPAN_INIT("anna@example.org SIZE=1"),
		SPAN_INIT("anna@[192.0.2.1]"),
		SPAN_INIT("\"an na\"@example.org"),
	};
	struct strbuf huge = STRBUF_INIT;
	struct mail_address a;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (mail_address(cases[i], &arena, &a))
			fail_msg("case %zu: taken as <%s>", i, a.addr);
	for (int i = 0; i < 70; i++)
		strbuf_addc(&huge, 'a');
	strbuf_adds(&huge, "@example.org");
	assert_false(mail_address(strbuf_span(&huge), &arena, &a));
	strbuf_clear(&huge);
	strbuf_adds(&huge, "a@");
	for (int i = 0; i < 300; i++)
		strbuf_addc(&huge, 'a');
	assert_false(mail_address(strbuf_span(&huge), &arena, &a));
	strbuf_done(&huge);
}

static const struct mail_address to[] = { { "Chef", "chef@example.org" },
					  { "", "it@example.org" } };
static const char *const answers[] = { "1.a@example.org", "2.b@example.org" };

static struct mail sample(void)
{
	return (struct mail){
		.from = { "Umzug", "muster@example.org" },
		.to = to,
		.to_n = COUNT_OF(to),
		.subject = "[NO-GO] move",
		.date = INT64_C(1796000000),
		.id = "3.c@example.org",
		.answers = answers,
		.answer_n = COUNT_OF(answers),
		.text = SPAN_LIT("One\n.\nFrom here\n"),
	};
}

static const char *written(const struct mail *m)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;
	const char *text;

	if (!mail_compose(m, &out, &err))
		fail_msg("%s", err.text);
	text = arena_span(&arena, strbuf_span(&out));
	/* Lines end in CRLF, are ASCII, and short. */
	for (size_t i = 0, line = 0; i < out.n; i++) {
		if (out.p[i] == '\n') {
			assert_true(i > 0 && out.p[i - 1] == '\r');
			line = 0;
			continue;
		}
		if (out.p[i] == '\r')
			continue;
		if ((unsigned char)out.p[i] >= 0x80 || ++line > 80)
			fail_msg("octet %zu: 8 bits, or a long line, in:\n%s", i, text);
	}
	strbuf_done(&out);
	return text;
}

static void need(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void writes_what_rfc_5322_asks_for(void **state)
{
	struct mail m = sample();
	const char *text = written(&m);

	(void)state;
	need(text, "Date: Mon, 30 Nov 2026 00:53:20 +0000\r\n");
	need(text, "From: \"Umzug\" <muster@example.org>\r\n");
	need(text, "To: \"Chef\" <chef@example.org>,\r\n it@example.org\r\n");
	need(text, "Subject: [NO-GO] move\r\n");
	need(text, "Message-ID: <3.c@example.org>\r\n");
	need(text, "In-Reply-To: <2.b@example.org>\r\n");
	need(text, "References: <1.a@example.org>");
	need(text, "<2.b@example.org>\r\n");
	need(text, "Auto-Submitted: auto-generated\r\n");
	need(text, "MIME-Version: 1.0\r\n");
	need(text, "\r\nOne\r\n.\r\nFrom here\r\n");
	assert_string_equal(text, written(&m));
	m.answer_n = 0;
	/* GMime would decode it, to octets that are no ASCII. */
	m.from.addr = "muster@xn--mller-kva.example";
	m.id = "3.c@xn--mller-kva.example";
	text = written(&m);
	need(text, "From: \"Umzug\" <muster@xn--mller-kva.example>\r\n");
	need(text, "Message-ID: <3.c@xn--mller-kva.example>\r\n");
	assert_null(strstr(text, "References"));
	assert_null(strstr(text, "In-Reply-To"));
}

/* Japanese has no blank at which a word could end, and an encoded word has 75 at most. */
static void encodes_subjects_of_any_script_in_short_words(void **state)
{
	static const char *const subjects[] = {
		"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA"
		"\x9E\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE6\x97\xA5\xE6\x9C\xAC\xE8"
		"\xAA\x9E\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE6\x97\xA5\xE6\x9C\xAC",
		"\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0"
		"\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F"
		"\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98",
		"=?UTF-8?B?aGVsbG8=?=",
	};
	struct mail m = sample();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(subjects); i++) {
		struct err err = ERR_INIT;
		struct strbuf out = STRBUF_INIT;

		m.subject = subjects[i];
		if (i == 1) { /* ends within a character */
			assert_false(mail_compose(&m, &out, &err));
			assert_int_equal(err.cls, ERR_BUG);
			continue;
		}
		need(written(&m), "Subject: =?UTF-8?B?");
		assert_null(strstr(written(&m), "aGVsbG8=?"));
	}
}

static void refuses_headers_that_would_be_two(void **state)
{
	static const char bad[] = "x\r\nBcc: all@example.org";
	struct mail_address one[] = { { "", "a@example.org" } };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < 6; i++) {
		const char *ids[] = { bad };
		const struct mail_file file[] = { { bad, "text/html", SPAN_INIT("x") } };
		struct mail m = sample();
		struct err err = ERR_INIT;

		m.to = one;
		m.to_n = 1;
		one[0] = (struct mail_address){ i == 1 ? bad : "",
						i == 2 ? bad : "a@example.org" };
		if (i == 0)
			m.subject = bad;
		if (i == 3)
			m.id = bad;
		if (i == 4) {
			m.answers = ids;
			m.answer_n = 1;
		}
		if (i == 5) {
			m.file = file;
			m.file_n = 1;
		}
		if (mail_compose(&m, &out, &err) || err.cls != ERR_BUG || out.n != 0)
			fail_msg("case %d", i);
	}
	strbuf_done(&out);
}

static void carries_files_and_text_that_is_not_ascii(void **state)
{
	const struct mail_file file[] = {
		{ "report.html", "text/html", SPAN_INIT("<p>\xC3\xA4\0\n.\n") },
		{ "report.xlsx",
		  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		  SPAN_INIT("PK\3\4") },
	};
	struct mail m = sample();
	struct ledger_head head;
	const char *text;
	size_t at = 0;

	(void)state;
	m.file = file;
	m.file_n = COUNT_OF(file);
	m.text = SPAN_LIT(
		"\xC3\xA4 =3D\nblank at the end \nledger: entry 12,\n"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		"\n");
	text = written(&m);
	/* ledger verify --against takes the mail as it arrived. */
	assert_true(ledger_head_find(span_str(text), &at, &head));
	assert_int_equal(head.seq, 12);
	need(text, "Content-Transfer-Encoding: quoted-printable\r\n");
	need(text, "=C3=A4 =3D3D\r\nblank at the end=20\r\n");
	need(text, "Content-Disposition: attachment; filename=report.html\r\n");
	need(text, "PHA+w6QACi4K\r\n");
	need(text, "UEsDBA==\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_plain_addresses_with_or_without_a_name),
		cmocka_unit_test(refuses_what_could_be_more_than_one_address),
		cmocka_unit_test(writes_what_rfc_5322_asks_for),
		cmocka_unit_test(encodes_subjects_of_any_script_in_short_words),
		cmocka_unit_test(refuses_headers_that_would_be_two),
		cmocka_unit_test(carries_files_and_text_that_is_not_ascii),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
