/* SPDX-License-Identifier: MIT */
/* Which lines are told by few words to say nothing, and which are left to the scanners.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "logs/logs_scan.h"

#define HOUR "Nov 23 14:"
/* behind each line, as in a log, so that its end is not that of the octets */
#define MORE HOUR "59:59 mx1 dovecot: auth: Debug: this is a line that is long enough\n"

static const struct {
	bool quiet;
	const char *line;
} cases[] = {
	{ true, HOUR "00:00 mx1 postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ true, HOUR "59:59 mx1 postfix/cleanup[1234567]: 4F2A90B1C: message-id=<a@b>" },
	{ true, HOUR "27:17 mx1 postfix/smtpd[1]: connect from unknown[192.0.2.1]" },
	{ true, HOUR "27:17 mx1 postfix/smtpd[1]: disconnect from a.example[192.0.2.1]" },
	{ true,
	  HOUR "27:17 mx1 postfix/smtpd[1]: 4F2A90B1C: client=a.example[192.0.2.1]" },
	{ true, HOUR "27:17 mx1 postfix/smtp[1]: 4F2A: to=<a@b>, status=sent (250)" },
	{ true, HOUR "27:17 mx1 cyrus/imap[1]: accepted connection" },
	{ true, HOUR "27:17 mx1 cyrus/pop3[1]: USAGE anna user: 0.07 sys: 0.02" },
	/* they say something */
	{ false, HOUR "27:17 mx1 postfix/smtpd[1]: 4F2A: client=a.example[192.0.2.1], "
		      "sasl_method=PLAIN, sasl_username=anna" },
	{ false, HOUR "27:17 mx1 postfix/smtpd[1]: warning: a.example[192.0.2.1]: SASL "
		      "LOGIN authentication failed: x" },
	{ false, HOUR "27:17 mx1 postfix/lmtp[1]: 4F2A: to=<a@b>, relay=x, status=sent" },
	{ false, HOUR "27:17 mx1 cyrus/imap[1]: login: [192.0.2.1] anna plain User "
		      "logged in" },
	{ false, HOUR "27:17 mx1 dovecot: imap-login: Login: user=<anna>, "
		      "rip=192.0.2.1" },
	{ false, HOUR "27:17 mx1 postfix/qmgr[812]: message repeated 2 times: [ x]" },
	/* another hour, host or shape */
	{ false, "Nov 23 15:00:00 mx1 postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ false, "Nov 24 14:00:00 mx1 postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ false, HOUR "60:00 mx1 postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ false, HOUR "00:60 mx1 postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ false, HOUR "0/:00 mx1 postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ false, HOUR "00:00 mx2 postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ false, HOUR "00:00 mx1a postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ false, HOUR "00:00  mx1 postfix/qmgr[812]: 4F2A90B1C: removed" },
	{ false, HOUR "00:00 mx1 postfix/qmgr: 4F2A90B1C: removed" },
	{ false, HOUR "00:00 mx1 postfix/qmgr[8a2]: 4F2A90B1C: removed" },
	{ false, HOUR "00:00 mx1 postfix/qmgr[123456789]: 4F2A90B1C: removed" },
	{ false, HOUR "00:00 mx1 postfix/qmgr[812]: [ID 1 mail.info] 4F2A: removed" },
	{ false,
	  HOUR "00:00 mx1 postfix/submission/smtpd[1]: connect from a[192.0.2.1]" },
	{ false, "" },
};

static void few_words_tell_what_says_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf sb = STRBUF_INIT;
		struct logs_scanner *s = NULL;
		struct err err = ERR_INIT;
		struct log_line l, want;
		struct log_quiet q;
		struct span rest;
		size_t n;

		assert_true(logs_scanner_new(NULL, 0, &s, &err));
		logs_scanner_no_sender(s, true);
		logs_scan(s, span_str(HOUR "01:02 mx1 postfix/x[1]: y"), &l);
		strbuf_addf(&sb, "%s\n" MORE, cases[i].line);
		rest = strbuf_span(&sb);
		n = logs_scan_quiet(s, &rest, &q);
		if (n != cases[i].quiet)
			fail_msg("case %zu: %zu lines", i, n);
		if (n > 0) {
			assert_ptr_equal(rest.p, sb.p + strlen(cases[i].line) + 1);
			logs_scan(s, span_str(cases[i].line), &want);
			assert_true(want.take == LOG_TAKEN && want.kind == LOG_OTHER);
			assert_int_equal(q.program, want.program);
			assert_int_equal(want.stamp.kind, LOG_STAMP_YEARLESS);
			assert_int_equal(q.first, want.stamp.t);
			assert_int_equal(q.last, want.stamp.t);
			assert_true(span_eq(q.host, want.host));
		}
		logs_scanner_free(s);
		strbuf_done(&sb);
	}
}

static void a_run_is_of_one_program(void **state)
{
	static const char text[] = HOUR
		"27:17 mx1 postfix/qmgr[1]: 4F2A: removed\n" HOUR
		"27:19 mx1 postfix/qmgr[1]: 4F2B: removed\n" HOUR
		"27:20 mx1 cyrus/imap[1]: accepted connection\n" MORE;
	const struct log_pattern own = { "^(?<user>\\S+)", LOG_LOGIN, LOG_IMAP };
	struct logs_scanner *s = NULL;
	struct err err = ERR_INIT;
	struct log_quiet q;
	struct log_line l;

	(void)state;
	for (size_t patterns = 0; patterns < 2; patterns++) {
		struct span rest = span_str(text);

		assert_true(logs_scanner_new(&own, patterns, &s, &err));
		logs_scan(s, span_str(HOUR "01:02 mx1 postfix/x[1]: y"), &l);
		/* a pattern of the site's own may see something in any line */
		assert_int_equal(logs_scan_quiet(s, &rest, &q), patterns > 0 ? 0 : 2);
		if (patterns == 0) {
			assert_int_equal(q.last - q.first, 2);
			assert_int_equal(q.program, LOG_POSTFIX);
			assert_int_equal(logs_scan_quiet(s, &rest, &q), 1);
			assert_int_equal(q.program, LOG_CYRUS);
			assert_int_equal(logs_scan_quiet(s, &rest, &q), 0);
		}
		logs_scanner_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_words_tell_what_says_nothing),
		cmocka_unit_test(a_run_is_of_one_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
