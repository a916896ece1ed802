/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "net/net_conn.h"
#include "tests/support/peer.h"

/* Certificates are made once for all tests of this file. */
static char cert_dir[] = "/tmp/test_net_conn.XXXXXX";

static int set_up(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	return mkdtemp(cert_dir) != NULL && net_global_open(&err) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	net_global_close();
	snprintf(command, sizeof command, "rm -r %s", cert_dir);
	return system(command);
}

enum trust {
	TRUST_SYSTEM,
	TRUST_CA,
	TRUST_PIN,
	TRUST_WRONG_PIN,
	TRUST_NO_FILE,
	TRUST_BOTH
};

static struct server server_for(const struct peer *peer, enum tls_mode tls,
				enum trust trust)
{
	struct server s = { .host = "localhost",
			    .port = peer->port,
			    .tls = tls,
			    .tls_min = "1.2",
			    .timeout_ms = 2000 };

	if (trust == TRUST_CA || trust == TRUST_BOTH)
		s.ca_file = peer->ca;
	if (trust == TRUST_NO_FILE)
		s.ca_file = "/nonexistent/ca.pem";
	if (trust == TRUST_PIN || trust == TRUST_BOTH)
		s.pin = peer->pin;
	if (trust == TRUST_WRONG_PIN)
		s.pin = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	return s;
}

static void start(struct peer *peer, const char *args)
{
	char all[600];

	snprintf(all, sizeof all, "--dir %s%s%s", cert_dir, args[0] != '\0' ? " " : "",
		 args);
	peer_start(peer, all);
}

static const struct net_login anna = { .user = "anna", .password = "secret-word" };

static const struct {
	const char *args;
	enum tls_mode tls;
	enum trust trust;
	enum err_class cls;
	const char *text, *hint; /* parts of them */
} refusals[] = {
	{ "--greeting bye", TLS_NONE, TRUST_SYSTEM, ERR_SERVER,
	  "turned us away: BYE [UNAVAILABLE] Too many connections", "max_connections" },
	{ "--greeting preauth", TLS_NONE, TRUST_SYSTEM, ERR_PROTO, "PREAUTH",
	  "asks for a login" },
	{ "--greeting preauth --tls starttls", TLS_STARTTLS, TRUST_CA, ERR_PROTO,
	  "PREAUTH", "" },
	{ "--greeting garbage", TLS_NONE, TRUST_SYSTEM, ERR_PROTO,
	  "no IMAP server; it says: 220 mail.example.org ESMTP", "\"port\"" },
	{ "--greeting none", TLS_NONE, TRUST_SYSTEM, ERR_NET, "no greeting within ",
	  "implicit" },
	{ "--stall CAPABILITY", TLS_NONE, TRUST_SYSTEM, ERR_NET,
	  "did not answer the login for ", "" },
	{ "--no-cap IMAP4rev1", TLS_NONE, TRUST_SYSTEM, ERR_PROTO, "IMAP4rev1", "" },
	{ "--no-cap AUTH=PLAIN --no-cap AUTH=LOGIN --add-cap LOGINDISABLED", TLS_NONE,
	  TRUST_SYSTEM, ERR_LOGIN, "LOGINDISABLED", "starttls" },
	{ "--no-cap AUTH=PLAIN --no-cap AUTH=LOGIN --add-cap LOGINDISABLED --tls "
	  "implicit",
	  TLS_IMPLICIT, TRUST_CA, ERR_LOGIN, "no way to log in", "" },
	{ "--login authfailed", TLS_NONE, TRUST_SYSTEM, ERR_LOGIN,
	  "login refused: NO [AUTHENTICATIONFAILED] Authentication failed.", "password" },
	{ "--login authfailed --no-cap AUTH=PLAIN --no-cap AUTH=LOGIN", TLS_NONE,
	  TRUST_SYSTEM, ERR_LOGIN, "login refused: NO [AUTHENTICATIONFAILED]",
	  "password" },
	{ "--login authfailed --no-cap AUTH=PLAIN", TLS_NONE, TRUST_SYSTEM, ERR_LOGIN,
	  "login refused: NO [AUTHENTICATIONFAILED]", "password" },
	{ "--login inuse", TLS_NONE, TRUST_SYSTEM, ERR_SERVER,
	  "NO [INUSE] Mailbox is locked", "later" },
	{ "--login unavailable", TLS_NONE, TRUST_SYSTEM, ERR_SERVER,
	  "NO [UNAVAILABLE] User database is down", "later" },
	{ "--login bye", TLS_NONE, TRUST_SYSTEM, ERR_SERVER,
	  "BYE [UNAVAILABLE] Shutting down for maintenance", "" },
	{ "--login close", TLS_NONE, TRUST_SYSTEM, ERR_NET,
	  "closed the connection during login: end of stream", "does not exist" },
	{ "--cut 0", TLS_NONE, TRUST_SYSTEM, ERR_NET, "without a greeting", "" },
	{ "--cut 20", TLS_NONE, TRUST_SYSTEM, ERR_NET, "closed the connection", "" },
	{ "", TLS_STARTTLS, TRUST_SYSTEM, ERR_TLS, "offers no STARTTLS", "implicit" },
	{ "--tls starttls --no STARTTLS=not_today", TLS_STARTTLS, TRUST_CA, ERR_TLS,
	  "refuses STARTTLS: NO not_today", "" },
	{ "", TLS_IMPLICIT, TRUST_SYSTEM, ERR_TLS, "handshake", "starttls" },
	{ "--tls implicit", TLS_NONE, TRUST_SYSTEM, ERR_NET, "no greeting", "implicit" },
	{ "--tls implicit --cert expired", TLS_IMPLICIT, TRUST_CA, ERR_TLS, "expired",
	  "the certificate expired; renew it or pin its key" },
	{ "--tls starttls --cert expired", TLS_STARTTLS, TRUST_CA, ERR_TLS, "expired",
	  "renew" },
	{ "--tls implicit --cert foreign", TLS_IMPLICIT, TRUST_CA, ERR_TLS, "issuer",
	  "ca_file" },
	{ "--tls implicit", TLS_IMPLICIT, TRUST_SYSTEM, ERR_TLS, "issuer",
	  "set \"ca_file\"" },
	{ "--tls implicit --cert wrong-name", TLS_IMPLICIT, TRUST_CA, ERR_TLS, "name",
	  "for another name than \"localhost\"" },
	{ "--tls implicit", TLS_IMPLICIT, TRUST_WRONG_PIN, ERR_TLS,
	  "not the one in \"pin\"", "between" },
	{ "--tls implicit --cert expired", TLS_IMPLICIT, TRUST_BOTH, ERR_TLS, "expired",
	  "" },
	{ "--tls implicit", TLS_IMPLICIT, TRUST_NO_FILE, ERR_TLS, "/nonexistent/ca.pem",
	  "PEM" },
	{ "--tls implicit --tls-max 1.0", TLS_IMPLICIT, TRUST_CA, ERR_TLS, "handshake",
	  "tls_min" },
};

static void says_why_it_cannot_log_in(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		struct err err = ERR_INIT;
		struct net_conn *c = NULL;
		struct peer peer;
		struct server s;

		start(&peer, refusals[i].args);
		s = server_for(&peer, refusals[i].tls, refusals[i].trust);
		if (net_conn_open(&s, &anna, NULL, &c, &err))
			fail_msg("%zu: a connection to \"%s\"", i, refusals[i].args);
		if (c != NULL || err.cls != refusals[i].cls ||
		    strstr(err.text, refusals[i].text) == NULL ||
		    strstr(err.hint, refusals[i].hint) == NULL ||
		    strstr(err.text, "localhost:") == NULL)
			fail_msg("%zu: %s [%s] (%s)", i, err_class_name(err.cls),
				 err.text, err.hint);
		if (strstr(err.text, "secret-word") != NULL ||
		    strstr(err.hint, "secret-word") != NULL)
			fail_msg("%zu: the password stands in the message", i);
		peer_stop(&peer);
	}
}

/* Everything up to end of stream. */
static bool read_all(struct net_conn *c, struct strbuf *out, struct err *err)
{
	char buf[4096];
	size_t n;

	do {
		if (!net_conn_read(c, buf, sizeof buf, &n, err))
			return false;
		strbuf_add(out, buf, n);
	} while (n > 0);
	return true;
}

static void write_all(struct net_conn *c, const char *p, size_t i)
{
	struct err err = ERR_INIT;
	size_t n = strlen(p), put;
	bool would_block;

	while (n > 0) {
		if (!net_conn_write(c, p, n, &put, &would_block, &err) ||
		    (would_block && !net_conn_wait(c, true, &err)))
			fail_msg("%zu: %s", i, err.text);
		p += put;
		n -= put;
	}
}

static const struct {
	const char *args;
	enum tls_mode tls;
	enum trust trust;
	struct net_login login;
	const char *tls_is;
	const char *tls_min;
} logins[] = {
	{ "", TLS_NONE, TRUST_SYSTEM, { "anna", NULL, "pw", NULL }, "none", NULL },
	{ "--no-cap AUTH=PLAIN",
	  TLS_NONE,
	  TRUST_SYSTEM,
	  { "anna", NULL, "pw", NULL },
	  "none",
	  NULL },
	{ "--no-cap AUTH=PLAIN --no-cap AUTH=LOGIN",
	  TLS_NONE,
	  TRUST_SYSTEM,
	  { "anna", NULL, "p\"w", NULL },
	  "none",
	  NULL },
	{ "--tls implicit --no-cap AUTH=PLAIN --no-cap AUTH=LOGIN",
	  TLS_IMPLICIT,
	  TRUST_CA,
	  { "anna", NULL, "pw", NULL },
	  "TLSv1.3",
	  "1.2" },
	{ "--no-cap SASL-IR --user anna:pw",
	  TLS_NONE,
	  TRUST_SYSTEM,
	  { "anna", NULL, "pw", NULL },
	  "none",
	  NULL },
	{ "--user cyrus:adminpw",
	  TLS_NONE,
	  TRUST_SYSTEM,
	  { "cyrus", "anna", "adminpw", NULL },
	  "none",
	  NULL },
	{ "--user anna*master:pw",
	  TLS_NONE,
	  TRUST_SYSTEM,
	  { "anna*master", NULL, "pw", NULL },
	  "none",
	  NULL },
	{ "--add-cap AUTH=GSSAPI",
	  TLS_NONE,
	  TRUST_SYSTEM,
	  { "anna@example.org", NULL, "pw", NULL },
	  "none",
	  NULL },
	/* Better words for it in libcurl's eyes that would be refused here. */
	{ "--tls implicit --add-cap AUTH=DIGEST-MD5 --add-cap AUTH=CRAM-MD5 --add-cap "
	  "AUTH=NTLM",
	  TLS_IMPLICIT,
	  TRUST_CA,
	  { "anna", NULL, "pw", NULL },
	  "TLSv1.3",
	  "1.2" },
	{ "--add-cap AUTH=CRAM-MD5 --add-cap AUTH=DIGEST-MD5",
	  TLS_NONE,
	  TRUST_SYSTEM,
	  { "anna", NULL, "pw", NULL },
	  "none",
	  NULL },
	{ "--tls implicit",
	  TLS_IMPLICIT,
	  TRUST_BOTH,
	  { "anna", NULL, "pw", NULL },
	  "TLSv1.3",
	  "1.3" },
	{ "--tls starttls",
	  TLS_STARTTLS,
	  TRUST_CA,
	  { "anna", NULL, "pw", NULL },
	  "TLSv1.3",
	  "1.2" },
	{ "--tls implicit --cert expired",
	  TLS_IMPLICIT,
	  TRUST_PIN,
	  { "anna", NULL, "pw", NULL },
	  "TLSv1.3",
	  "1.2" },
	{ "--tls implicit --cert wrong-name",
	  TLS_IMPLICIT,
	  TRUST_PIN,
	  { "anna", NULL, "pw", NULL },
	  "TLSv1.3",
	  "1.2" },
	{ "--tls implicit --tls-max 1.0",
	  TLS_IMPLICIT,
	  TRUST_CA,
	  { "anna", NULL, "pw", NULL },
	  "TLSv1.0",
	  "1.0" },
};

static void logs_in_and_carries_octets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(logins); i++) {
		struct strbuf got = STRBUF_INIT;
		struct err err = ERR_INIT;
		struct net_conn *c = NULL;
		struct peer peer;
		struct server s;
		bool expired = strstr(logins[i].args, "expired") != NULL;
		const struct cert *cert;

		start(&peer, logins[i].args);
		s = server_for(&peer, logins[i].tls, logins[i].trust);
		s.tls_min = logins[i].tls_min;
		if (!net_conn_open(&s, &logins[i].login, NULL, &c, &err))
			fail_msg("%zu: %s (%s)", i, err.text, err.hint);
		if (strcmp(net_conn_tls(c), logins[i].tls_is) != 0 &&
		    strcmp(logins[i].tls_is, "TLSv1.0") != 0)
			fail_msg("%zu: tls is %s", i, net_conn_tls(c));
		/* The dates are those that peer_certs.py asks for. */
		cert = net_conn_cert(c);
		if ((cert == NULL) != (logins[i].tls == TLS_NONE))
			fail_msg("%zu: has a certificate: %d", i, cert != NULL);
		if (cert != NULL &&
		    (cert->not_after != (expired ? 1609459200 : 2366841600) ||
		     strncmp(cert->subject, "CN=", 3) != 0))
			fail_msg("%zu: %s ends %lld", i, cert->subject,
				 (long long)cert->not_after);
		if (!span_istarts(net_conn_greeting(c), "* OK [CAPABILITY IMAP4rev1"))
			fail_msg("%zu: greeting", i);
		write_all(c, "x1 STATUS INBOX (MESSAGES)\r\nx2 LOGOUT\r\n", i);
		(void)read_all(c, &got,
			       &err); /* TLS may end without close_notify, an error */
		if (strcmp(strbuf_cstr(&got),
			   "* STATUS \"INBOX\" (MESSAGES 3)\r\nx1 OK done\r\n"
			   "* BYE Logging out\r\nx2 OK done\r\n") != 0)
			fail_msg("%zu: got %s", i, strbuf_cstr(&got));
		if (net_conn_octets_in(c) != (int64_t)got.n ||
		    net_conn_octets_out(c) != 39)
			fail_msg("%zu: counted %lld in, %lld out", i,
				 (long long)net_conn_octets_in(c),
				 (long long)net_conn_octets_out(c));
		net_conn_close(c);
		strbuf_done(&got);
		peer_stop(&peer);
	}
}

static void says_why_it_cannot_connect(void **state)
{
	struct server s = {
		.host = "127.0.0.1", .port = 1, .timeout_ms = 2000, .tls = TLS_NONE
	};
	struct err err = ERR_INIT;
	struct net_conn *c = NULL;

	(void)state;
	assert_false(net_conn_open(&s, &anna, NULL, &c, &err));
	assert_int_equal(err.cls, ERR_NET);
	assert_non_null(
		strstr(err.text, "127.0.0.1:1: cannot connect: Connection refused"));
	assert_non_null(strstr(err.hint, "port"));

	err = ERR_INIT;
	s.host = "no-such-host.invalid";
	assert_false(net_conn_open(&s, &anna, NULL, &c, &err));
	assert_int_equal(err.cls, ERR_NET);
	assert_non_null(strstr(err.text, "host not found"));

	err = ERR_INIT;
	s.host = "a host/with?odd@characters";
	assert_false(net_conn_open(&s, &anna, NULL, &c, &err));
	assert_int_equal(err.cls, ERR_NET);
	assert_null(c);
}

static void *wake_soon(void *wake)
{
	clock_sleep_ms(200);
	net_wake_now(wake);
	return NULL;
}

static void stops_a_login_when_woken(void **state)
{
	struct net_wake *wake = net_wake_new();
	struct err err = ERR_INIT;
	struct net_conn *c = NULL;
	struct peer peer;
	struct server s;
	pthread_t thread;

	(void)state;
	start(&peer, "--greeting none");
	s = server_for(&peer, TLS_NONE, TRUST_SYSTEM);
	s.timeout_ms = 20000;
	assert_int_equal(pthread_create(&thread, NULL, wake_soon, wake), 0);
	assert_false(net_conn_open(&s, &anna, wake, &c, &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	pthread_join(thread, NULL);
	net_wake_free(wake);
	peer_stop(&peer);
}

static void stops_a_read_when_woken(void **state)
{
	struct net_wake *wake = net_wake_new();
	struct err err = ERR_INIT;
	struct net_conn *c = NULL;
	struct peer peer;
	struct server s;
	pthread_t thread;
	char buf[10];
	size_t n;
	bool would_block;

	(void)state;
	start(&peer, "");
	s = server_for(&peer, TLS_NONE, TRUST_SYSTEM);
	s.timeout_ms = 20000;
	assert_true(net_conn_open(&s, &anna, wake, &c, &err));
	assert_int_equal(pthread_create(&thread, NULL, wake_soon, wake), 0);
	assert_false(net_conn_read(c, buf, sizeof buf, &n, &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	assert_false(net_conn_write(c, "x", 1, &n, &would_block, &err));
	assert_false(net_conn_wait(c, true, &err));
	assert_true(net_wake_is_set(wake));
	pthread_join(thread, NULL);
	net_conn_close(c);
	net_wake_free(wake);
	peer_stop(&peer);
}

static void gives_up_on_a_server_that_falls_silent(void **state)
{
	struct err err = ERR_INIT;
	struct net_conn *c = NULL;
	struct peer peer;
	struct server s;
	char buf[10];
	size_t n;

	(void)state;
	start(&peer, "--stall NOOP");
	s = server_for(&peer, TLS_NONE, TRUST_SYSTEM);
	s.timeout_ms = 1000;
	assert_true(net_conn_open(&s, &anna, NULL, &c, &err));
	write_all(c, "x1 NOOP\r\n", 0);
	assert_false(net_conn_read(c, buf, sizeof buf, &n, &err));
	assert_int_equal(err.cls, ERR_NET);
	assert_non_null(strstr(err.text, "silent for 1 s"));
	net_conn_close(c);
	peer_stop(&peer);
}

/* A peer that reads nothing for a while fills every buffer on the way. */
static void tells_that_a_write_would_block(void **state)
{
	static const struct {
		const char *args;
		enum tls_mode tls;
		enum trust trust;
	} cases[] = {
		{ "--pause NOOP=700", TLS_NONE, TRUST_SYSTEM },
		{ "--pause NOOP=700 --tls implicit", TLS_IMPLICIT, TRUST_CA },
	};
	const size_t lines = 250, line = 60000;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT, in = STRBUF_INIT;
		struct err err = ERR_INIT;
		struct net_conn *c = NULL;
		struct peer peer;
		struct server s;
		size_t sent = 0, blocked = 0;

		start(&peer, cases[i].args);
		s = server_for(&peer, cases[i].tls, cases[i].trust);
		assert_true(net_conn_open(&s, &anna, NULL, &c, &err));
		for (size_t k = 0; k < lines; k++) {
			strbuf_adds(&out, "x NOOP ");
			while (out.n < (k + 1) * line - 2)
				strbuf_addc(&out, (char)('a' + out.n % 26));
			strbuf_adds(&out, "\r\n");
		}
		strbuf_adds(&out, "x LOGOUT\r\n");
		while (sent < out.n) {
			/* At another address each time, as in a buffer that moves its
			 * octets. */
			size_t part = out.n - sent < 50000 ? out.n - sent : 50000,
			       put = 0;
			char *moved = mem_alloc(part + 64);
			size_t at = blocked % 64;
			bool would_block = false;

			memcpy(moved + at, out.p + sent, part);
			if (!net_conn_write(c, moved + at, part, &put, &would_block,
					    &err))
				fail_msg("%zu: %s", i, err.text);
			free(moved);
			if (would_block && put > 0)
				fail_msg("%zu: blocked with %zu octets written", i, put);
			sent += put;
			if (!would_block)
				continue;
			blocked++;
			if (!net_conn_wait(c, true, &err))
				fail_msg("%zu: %s", i, err.text);
		}
		(void)read_all(c, &in, &err);
		if (in.n != lines * strlen("x OK done\r\n") +
				    strlen("* BYE Logging out\r\nx OK done\r\n"))
			fail_msg("%zu: %zu octets came back", i, in.n);
		assert_int_equal(net_conn_octets_out(c), out.n);
		if (blocked == 0)
			fail_msg("%zu: no write ever blocked", i);
		net_conn_close(c);
		strbuf_done(&out);
		strbuf_done(&in);
		peer_stop(&peer);
	}
}

static void releasing_nothing_is_fine(void **state)
{
	(void)state;
	net_conn_close(NULL);
	net_wake_free(NULL);
	assert_false(net_wake_is_set(NULL));
	assert_non_null(strstr(net_versions(), "libcurl "));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_why_it_cannot_log_in),
		cmocka_unit_test(logs_in_and_carries_octets),
		cmocka_unit_test(says_why_it_cannot_connect),
		cmocka_unit_test(stops_a_login_when_woken),
		cmocka_unit_test(stops_a_read_when_woken),
		cmocka_unit_test(gives_up_on_a_server_that_falls_silent),
		cmocka_unit_test(tells_that_a_write_would_block),
		cmocka_unit_test(releasing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
