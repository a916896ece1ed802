/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "net/net_capture.h"

static struct span line_of(const struct net_line *line)
{
	return (struct span){ line->p, line->n };
}

static const struct {
	const char *lines;
	const char *greeting, *reply, *bye;
	bool imap4, disabled, plain;
} talks[] = {
	{ "* OK hello\r\n", "* OK hello", "", "", false, false, false },
	{ "* OK hello\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA001 OK done\r\n",
	  "* OK hello", "A001 OK done", "", true, false, true },
	{ "* OK hello\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS\r\nA001 OK "
	  "done\r\n"
	  "A002 OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA003 OK done\r\n"
	  "A004 NO [INUSE] held\r\n",
	  "* OK hello", "A004 NO [INUSE] held", "", true, false, true },
	{ "* OK hello\r\n* CAPABILITY imap4REV1 logindisabled\r\n", "* OK hello", "", "",
	  true, true, false },
	{ "* OK hello\r\n* CAPABILITY IMAP4rev2 AUTH=PLAIN\r\n", "* OK hello", "", "", true,
	  false, true },
	/* Words that only begin like those we look for. */
	{ "* OK hello\r\n* CAPABILITY IMAP4rev1x IMAP4rev20 XLOGINDISABLED "
	  "AUTH=PLAIN-CLIENTTOKEN\r\n",
	  "* OK hello", "", "", false, false, false },
	{ "* BYE go away\r\n", "* BYE go away", "", "", false, false, false },
	{ "* OK hello\r\n* BYE [UNAVAILABLE] down\r\n", "* OK hello", "",
	  "* BYE [UNAVAILABLE] down", false, false, false },
	{ "* OK hello\r\n+ go on\r\nAB01 OK x\r\nA01 OK x\r\na001 OK\r\nA001OK\r\n",
	  "* OK hello", "", "", false, false, false },
	{ "\r\n", "(empty line)", "", "", false, false, false },
	{ "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n* OK hello\r\n",
	  "* OK hello", "", "", false, false, false },
};

static void keeps_what_the_server_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(talks); i++) {
		struct net_capture c = { 0 };

		net_capture_line(&c, span_str(talks[i].lines));
		if (!span_eq_str(line_of(&c.greeting), talks[i].greeting) ||
		    !span_eq_str(line_of(&c.reply), talks[i].reply) ||
		    !span_eq_str(line_of(&c.bye), talks[i].bye))
			fail_msg("%zu: %.*s / %.*s / %.*s", i, (int)c.greeting.n,
				 c.greeting.p, (int)c.reply.n, c.reply.p, (int)c.bye.n,
				 c.bye.p);
		if (c.imap4 != talks[i].imap4 ||
		    c.logindisabled != talks[i].disabled ||
		    c.auth[MECHANISM_PASSWORD] != talks[i].plain)
			fail_msg("%zu: words %d %d %d", i, c.imap4, c.logindisabled,
				 c.auth[MECHANISM_PASSWORD]);
	}
}

static void cuts_what_is_too_long(void **state)
{
	struct net_capture c = { 0 };
	char line[3000];

	(void)state;
	memset(line, 'x', sizeof line);
	memcpy(line, "* OK ", 5);
	net_capture_line(&c, (struct span){ line, sizeof line });
	assert_int_equal(c.greeting.n, sizeof c.greeting.p);
	memcpy(line, "A001 NO ", 8);
	net_capture_line(&c, (struct span){ line, sizeof line });
	assert_int_equal(c.reply.n, sizeof c.reply.p);
	/* A word beyond what is kept still counts. */
	memset(line, 'y', sizeof line);
	memcpy(line, "* CAPABILITY ", 13);
	memcpy(line + sizeof line - 10, " IMAP4rev1", 10);
	net_capture_line(&c, (struct span){ line, sizeof line });
	assert_true(c.imap4);
	assert_int_equal(c.caps.n, sizeof c.caps.p);
}

static void knows_a_greeting(void **state)
{
	static const struct {
		const char *line, *start;
		bool is;
	} cases[] = {
		{ "* OK hello\r\n", "* OK", true },
		{ "* OK\r\n", "* OK", true },
		{ "* ok hello\r\n", "* OK", true },
		{ "* OKAY\r\n", "* OK", false },
		{ "* PREAUTH hi\r\n", "* PREAUTH", true },
		{ "* PREAUTH hi\r\n", "* OK", false },
		{ "*OK hello\r\n", "* OK", false },
		{ "+OK hello\r\n", "* OK", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct net_capture c = { 0 };

		net_capture_line(&c, span_str(cases[i].line));
		if (net_greeting_is(&c, cases[i].start) != cases[i].is)
			fail_msg("%zu: %s", i, cases[i].line);
	}
}

static void takes_the_tls_version_from_a_remark(void **state)
{
	static const struct {
		const char *text, *tls;
	} cases[] = {
		{ "SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n", "TLSv1.3" },
		{ "SSL connection using TLSv1.2 / ECDHE", "TLSv1.2" },
		{ "SSL certificate verify ok.", "" },
		{ "SSL connection using a-very-long-version-name-indeed / x", "" },
		{ "SSL connection using ", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct net_capture c = { 0 };

		net_capture_remark(&c, span_str(cases[i].text));
		if (strcmp(c.tls, cases[i].tls) != 0)
			fail_msg("%zu: %s", i, c.tls);
	}
}

static const char ok[] = "* OK hi\r\n* CAPABILITY IMAP4rev1\r\nA001 OK done\r\n";

static const struct {
	const char *lines;
	struct net_failure f;
	enum err_class cls;
	const char *text;
} failures[] = {
	{ ok,
	  { .end = NET_END_STOPPED, .code = CURLE_ABORTED_BY_CALLBACK, .text = "" },
	  ERR_STOPPED,
	  "stopped" },
	/* A person's wish to stop comes before anything the server said. */
	{ "* BYE no\r\n",
	  { .end = NET_END_STOPPED, .code = CURLE_OK, .text = "" },
	  ERR_STOPPED,
	  "stopped" },
	{ ok,
	  { .end = NET_END_SILENT, .waited_ms = 60400, .text = "" },
	  ERR_NET,
	  "did not answer the login for 60 s" },
	{ "",
	  { .end = NET_END_SILENT, .waited_ms = 59600, .text = "" },
	  ERR_NET,
	  "no greeting within 60 s" },
	{ ok,
	  { .code = CURLE_OPERATION_TIMEDOUT, .waited_ms = 180000, .text = "" },
	  ERR_NET,
	  "for 180 s" },
	{ "",
	  { .code = CURLE_COULDNT_RESOLVE_HOST, .text = "" },
	  ERR_NET,
	  "host not found" },
	{ "",
	  { .code = CURLE_COULDNT_CONNECT, .text = "words" },
	  ERR_NET,
	  "cannot connect: words" },
	{ "",
	  { .code = CURLE_RECV_ERROR, .text = "reset" },
	  ERR_NET,
	  "without a greeting: reset" },
	{ ok,
	  { .code = CURLE_SEND_ERROR, .text = "reset" },
	  ERR_NET,
	  "during login: reset" },
	{ ok,
	  { .code = CURLE_WEIRD_SERVER_REPLY, .text = "" },
	  ERR_PROTO,
	  "makes no sense" },
	{ "", { .code = CURLE_TOO_MANY_REDIRECTS, .text = "words" }, ERR_NET, "words" },
	{ "* OK hi\r\nA002 NO [LIMIT] x\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_SERVER,
	  "NO [LIMIT] x" },
	{ "* OK hi\r\nA002 NO [throttled] x\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_SERVER,
	  "NO [throttled] x" },
	{ "* OK hi\r\nA002 NO [CONTACTADMIN] x\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_SERVER,
	  "CONTACTADMIN" },
	{ "* OK hi\r\nA002 NO [EXPIRED] x\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_LOGIN,
	  "EXPIRED" },
	{ "* OK hi\r\nA002 NO [PRIVACYREQUIRED] x\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_LOGIN,
	  "PRIVACYREQUIRED" },
	{ "* OK hi\r\nA002 NO [AUTHORIZATIONFAILED] x\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_LOGIN,
	  "AUTHORIZATIONFAILED" },
	{ "* OK hi\r\nA002 NO Login failed.\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_LOGIN,
	  "login refused: NO Login failed." },
	{ "* OK hi\r\nA002 BAD [x\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_LOGIN,
	  "login refused: BAD [x" },
	/* A refusal is told as such though the server says BYE too. */
	{ "* OK hi\r\n* BYE too many\r\nA002 NO x\r\n",
	  { .code = CURLE_LOGIN_DENIED, .text = "" },
	  ERR_LOGIN,
	  "login refused: NO x" },
	{ "* OK hi\r\n* BYE down\r\n",
	  { .code = CURLE_RECV_ERROR, .text = "" },
	  ERR_SERVER,
	  "BYE down" },
	{ ok, { .code = CURLE_AUTH_ERROR, .text = "Kerberos" }, ERR_LOGIN, "IMAP4rev1" },
	/* What a server sends is escaped. */
	{ "* BYE \x1b[31mred\r\n",
	  { .code = CURLE_WEIRD_SERVER_REPLY, .text = "" },
	  ERR_SERVER,
	  "BYE \\x1b[31mred" },
};

static void names_class_and_reason(void **state)
{
	struct server server = { .host = "mail.example.org",
				 .port = 993,
				 .tls = TLS_IMPLICIT };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(failures); i++) {
		struct net_capture c = { 0 };
		struct err err = ERR_INIT;

		net_capture_line(&c, span_str(failures[i].lines));
		assert_false(net_explain(&server, false, &c, &failures[i].f, &err));
		if (err.cls != failures[i].cls ||
		    strcasestr(err.text, failures[i].text) == NULL)
			fail_msg("%zu: %s: %s", i, err_class_name(err.cls), err.text);
	}
}

static void accepts_only_a_real_server(void **state)
{
	static const struct {
		const char *lines;
		enum err_class cls;
	} cases[] = {
		{ "* OK hi\r\n* CAPABILITY IMAP4rev1\r\n", ERR_NONE },
		{ "* OK hi\r\n", ERR_NONE }, /* lib/imap asks again */
		{ "* OK hi\r\n* CAPABILITY IMAP4rev2\r\n", ERR_NONE },
		{ "* OK hi\r\n* CAPABILITY IMAP2bis\r\n", ERR_PROTO },
		{ "* PREAUTH hi\r\n* CAPABILITY IMAP4rev1\r\n", ERR_PROTO },
		{ "* BYE hi\r\n* CAPABILITY IMAP4rev1\r\n", ERR_SERVER },
		{ "", ERR_PROTO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct net_capture c = { 0 };
		struct err err = ERR_INIT;

		net_capture_line(&c, span_str(cases[i].lines));
		if (net_accept(&c, &err) != (cases[i].cls == ERR_NONE) ||
		    err.cls != cases[i].cls)
			fail_msg("%zu: %s", i, err.text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_the_server_said),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(knows_a_greeting),
		cmocka_unit_test(takes_the_tls_version_from_a_remark),
		cmocka_unit_test(names_class_and_reason),
		cmocka_unit_test(accepts_only_a_real_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
