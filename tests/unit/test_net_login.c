/* SPDX-License-Identifier: MIT */
/* Logins other than by password: tokens and client certificates; and no secret in words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/strbuf.h"
#include "net/net_conn.h"
#include "tests/support/peer.h"

static char dir[] = "/tmp/test_net_login.XXXXXX";

static int set_up(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	return mkdtemp(dir) != NULL && net_global_open(&err) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	net_global_close();
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

static void start(struct peer *peer, const char *args)
{
	char all[600];

	snprintf(all, sizeof all, "--dir %s --log %s/log%s%s", dir, dir,
		 args[0] != '\0' ? " " : "", args);
	peer_start(peer, all);
}

/* What the peer has heard; the log is gone afterwards. */
static char *heard(void)
{
	struct strbuf log = STRBUF_INIT;
	struct err err = ERR_INIT;
	char path[64];

	snprintf(path, sizeof path, "%s/log", dir);
	if (!fs_read(path, 1 << 20, &log, &err))
		fail_msg("%s", err.text);
	unlink(path);
	return strbuf_take(&log);
}

static size_t times(const char *text, const char *words)
{
	size_t n = 0;

	for (; (text = strstr(text, words)) != NULL; text += strlen(words))
		n++;
	return n;
}

#define BOTH   "--add-cap AUTH=OAUTHBEARER --add-cap AUTH=XOAUTH2 "
#define TAKEN  "--token anna:long-enough-token "
#define REASON "because of {\"status\": \"invalid_token\", \"scope\": \"mail\"}"
#define GOOD   "long-enough-token"
#define BAD    "another-long-token"

static const struct {
	const char *args;
	enum mechanism mechanism;
	const char *user, *authzid, *token;
	enum err_class cls;	 /* ERR_NONE: enters */
	const char *text, *hint; /* parts of them */
	const char *log[3];	 /* stand in the peer's log, once each; NULL: no more */
	const char *never;	 /* stands not in it */
} tokens[] = {
	{ BOTH TAKEN,
	  MECHANISM_OAUTHBEARER,
	  "anna",
	  NULL,
	  GOOD,
	  ERR_NONE,
	  "",
	  "",
	  { "AUTHENTICATE OAUTHBEARER", "TOKEN TAKEN" },
	  "XOAUTH2" },
	{ BOTH TAKEN,
	  MECHANISM_XOAUTH2,
	  "anna",
	  NULL,
	  GOOD,
	  ERR_NONE,
	  "",
	  "",
	  { "AUTHENTICATE XOAUTH2", "TOKEN TAKEN" },
	  "OAUTHBEARER" },
	/* An administrator's token for somebody else: the name that is sent is theirs. */
	{ BOTH TAKEN,
	  MECHANISM_OAUTHBEARER,
	  "admin",
	  "anna",
	  GOOD,
	  ERR_NONE,
	  "",
	  "",
	  { "TOKEN TAKEN" },
	  NULL },
	{ BOTH TAKEN "--no-cap SASL-IR",
	  MECHANISM_OAUTHBEARER,
	  "anna",
	  NULL,
	  GOOD,
	  ERR_NONE,
	  "",
	  "",
	  { "TOKEN TAKEN" },
	  NULL },
	{ BOTH TAKEN "--no-cap SASL-IR",
	  MECHANISM_XOAUTH2,
	  "anna",
	  NULL,
	  GOOD,
	  ERR_NONE,
	  "",
	  "",
	  { "TOKEN TAKEN" },
	  NULL },
	/* RFC 7628 section 3.2.3: the reason is answered by a lone ^A, then comes the NO.
	 */
	{ BOTH TAKEN,
	  MECHANISM_OAUTHBEARER,
	  "anna",
	  NULL,
	  BAD,
	  ERR_LOGIN,
	  "login refused: NO [AUTHENTICATIONFAILED] Token is not good., " REASON,
	  "a fresh one",
	  { "TOKEN REFUSED", "ANSWER AQ==" },
	  "LOGIN" },
	/* libcurl leaves without an answer here. */
	{ BOTH TAKEN,
	  MECHANISM_XOAUTH2,
	  "anna",
	  NULL,
	  BAD,
	  ERR_LOGIN,
	  "does not take the token, " REASON,
	  "a fresh one",
	  { "TOKEN REFUSED" },
	  "LOGIN" },
	{ BOTH TAKEN "--token-answer no",
	  MECHANISM_OAUTHBEARER,
	  "anna",
	  NULL,
	  BAD,
	  ERR_LOGIN,
	  "login refused: NO [AUTHENTICATIONFAILED] Authentication failed.",
	  "scope",
	  { "TOKEN REFUSED" },
	  "LOGIN" },
	{ BOTH TAKEN "--token-answer no",
	  MECHANISM_XOAUTH2,
	  "anna",
	  NULL,
	  BAD,
	  ERR_LOGIN,
	  "login refused: NO [AUTHENTICATIONFAILED] Authentication failed.",
	  "scope",
	  { "TOKEN REFUSED" },
	  "LOGIN" },
	{ BOTH TAKEN "--token-answer echo",
	  MECHANISM_OAUTHBEARER,
	  "anna",
	  NULL,
	  BAD,
	  ERR_LOGIN,
	  "login refused: NO *** in *** is not good",
	  "",
	  { "TOKEN REFUSED" },
	  NULL },
	/* Not offered: nothing is sent, and no password tried instead. */
	{ TAKEN,
	  MECHANISM_OAUTHBEARER,
	  "anna",
	  NULL,
	  GOOD,
	  ERR_LOGIN,
	  "does not offer AUTH=OAUTHBEARER; it offers: IMAP4rev1",
	  "mechanism",
	  { "CAPABILITY" },
	  "AUTHENTICATE" },
	{ TAKEN "--add-cap AUTH=OAUTHBEARER",
	  MECHANISM_XOAUTH2,
	  "anna",
	  NULL,
	  GOOD,
	  ERR_LOGIN,
	  "does not offer AUTH=XOAUTH2; it offers: IMAP4rev1",
	  "TLS",
	  { "CAPABILITY" },
	  "AUTHENTICATE" },
};

static void logs_in_with_a_token(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(tokens); i++) {
		struct net_login login = { tokens[i].user, tokens[i].authzid,
					   tokens[i].token, NULL };
		struct err err = ERR_INIT;
		struct net_conn *c = NULL;
		struct peer peer;
		struct server s;
		char *log;
		bool in;

		start(&peer, tokens[i].args);
		s = (struct server){ .host = "localhost",
				     .port = peer.port,
				     .tls = TLS_NONE,
				     .mechanism = tokens[i].mechanism,
				     .timeout_ms = 2000 };
		in = net_conn_open(&s, &login, NULL, &c, &err);
		net_conn_close(c);
		peer_stop(&peer);
		log = heard();
		if (in != (tokens[i].cls == ERR_NONE) || err.cls != tokens[i].cls ||
		    strstr(err.text, tokens[i].text) == NULL ||
		    strstr(err.hint, tokens[i].hint) == NULL)
			fail_msg("%zu: %d, %s [%s] (%s)\n%s", i, in,
				 err_class_name(err.cls), err.text, err.hint, log);
		if (strstr(err.text, tokens[i].token) != NULL ||
		    strstr(err.hint, tokens[i].token) != NULL)
			fail_msg("%zu: the token stands in the message", i);
		for (size_t k = 0; k < 3 && tokens[i].log[k] != NULL; k++)
			if (times(log, tokens[i].log[k]) != 1)
				fail_msg("%zu: %s is not once in\n%s", i,
					 tokens[i].log[k], log);
		if (tokens[i].never != NULL && strstr(log, tokens[i].never) != NULL)
			fail_msg("%zu: %s is in\n%s", i, tokens[i].never, log);
		free(log);
	}
}

static void a_password_that_comes_back_is_not_shown(void **state)
{
	static const char *const words[] = { "--login echo",
					     "--login echo --no-cap AUTH=PLAIN",
					     "--login echo --no-cap AUTH=PLAIN --no-cap "
					     "AUTH=LOGIN" };
	const struct net_login login = { "anna", NULL, "open, Sesame!", NULL };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct err err = ERR_INIT;
		struct net_conn *c = NULL;
		struct peer peer;
		struct server s;

		start(&peer, words[i]);
		s = (struct server){ .host = "localhost",
				     .port = peer.port,
				     .tls = TLS_NONE,
				     .timeout_ms = 2000 };
		assert_false(net_conn_open(&s, &login, NULL, &c, &err));
		peer_stop(&peer);
		free(heard());
		if (strstr(err.text, "NO *** is not the password, and *** no answer") ==
		    NULL)
			fail_msg("%zu: %s", i, err.text);
	}
}

/* ---- certificates ---- */

static void openssl(const char *arguments)
{
	char command[400];

	snprintf(command, sizeof command, "cd %s && openssl %s 2>>openssl.err", dir,
		 arguments);
	if (system(command) != 0)
		fail_msg("%s", command);
}

#define CERTS "--tls implicit --client-cert --add-cap AUTH=EXTERNAL "

static const struct {
	const char *args;
	enum mechanism mechanism;
	const char *cert, *key, *key_password;
	const char *user, *authzid;
	enum err_class cls; /* ERR_NONE: enters */
	const char *text, *hint;
	const char *log;
} certificates[] = {
	{ CERTS "--cert-for localhost:anna", MECHANISM_EXTERNAL, "good.pem", "good.key",
	  NULL, "anna", NULL, ERR_NONE, "", "", "CERTIFICATE localhost AS anna" },
	{ CERTS "--cert-for localhost:anna", MECHANISM_EXTERNAL, "good.pem", "good.key",
	  NULL, "admin", "anna", ERR_NONE, "", "", "CERTIFICATE localhost AS anna" },
	{ CERTS "--cert-for localhost:anna --no-cap SASL-IR", MECHANISM_EXTERNAL,
	  "good.pem", "good.key", NULL, "admin", "anna", ERR_NONE, "", "",
	  "CERTIFICATE localhost AS anna" },
	{ CERTS "--cert-for localhost:anna", MECHANISM_EXTERNAL, "good.pem", "good.key",
	  NULL, "ben", NULL, ERR_LOGIN,
	  "login refused: NO [AUTHENTICATIONFAILED] This certificate is not yours.",
	  "issuer of \"client_cert\"", "CERTIFICATE localhost AS ben" },
	{ CERTS "--cert-for localhost:anna", MECHANISM_EXTERNAL, "good.pem", "locked.key",
	  "open, Sesame!", "anna", NULL, ERR_NONE, "", "",
	  "CERTIFICATE localhost AS anna" },
	/* Nobody is asked on a terminal. */
	{ CERTS, MECHANISM_EXTERNAL, "good.pem", "locked.key", NULL, "anna", NULL,
	  ERR_TLS, "cannot use the client certificate", "client_key_secret", NULL },
	{ CERTS, MECHANISM_EXTERNAL, "good.pem", "locked.key", "wrong passphrase", "anna",
	  NULL, ERR_TLS, "cannot use the client certificate", "client_key_secret", NULL },
	{ CERTS, MECHANISM_EXTERNAL, "good.pem", "other.key", NULL, "anna", NULL, ERR_TLS,
	  "cannot use the client certificate", "belong together", NULL },
	{ CERTS, MECHANISM_EXTERNAL, "nothing.pem", "good.key", NULL, "anna", NULL,
	  ERR_TLS, "nothing.pem", "PEM", NULL },
	/* The server wants one: of this issuer, or any at all. */
	{ CERTS, MECHANISM_EXTERNAL, "self.pem", "other.key", NULL, "anna", NULL, ERR_NET,
	  "", "", NULL },
	{ CERTS, MECHANISM_PASSWORD, NULL, NULL, NULL, "anna", NULL, ERR_NET, "", "",
	  NULL },
	/* A certificate at the door, and a password. */
	{ CERTS "--user anna:pw", MECHANISM_PASSWORD, "good.pem", "good.key", NULL,
	  "anna", NULL, ERR_NONE, "", "", "AUTHENTICATE PLAIN" },
	{ "--tls implicit --client-cert", MECHANISM_EXTERNAL, "good.pem", "good.key",
	  NULL, "anna", NULL, ERR_LOGIN, "does not offer AUTH=EXTERNAL", "mechanism",
	  "CAPABILITY" },
};

static const char *inside(char *buf, size_t size, const char *name)
{
	if (name == NULL)
		return NULL;
	snprintf(buf, size, "%s/%s", dir, name);
	return buf;
}

static void logs_in_with_a_certificate(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(certificates); i++) {
		struct net_login login = { certificates[i].user, certificates[i].authzid,
					   "pw", certificates[i].key_password };
		struct err err = ERR_INIT;
		struct net_conn *c = NULL;
		struct peer peer;
		struct server s;
		char cert[80], key[80], *log;
		bool in;

		start(&peer, certificates[i].args);
		if (i == 0) {
			openssl("pkey -in good.key -aes256 -passout "
				"'pass:open, Sesame!' -out locked.key");
			openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 "
				"-out other.key");
			openssl("req -x509 -key other.key -subj /CN=localhost -out "
				"self.pem");
		}
		s = (struct server){ .host = "localhost",
				     .port = peer.port,
				     .tls = TLS_IMPLICIT,
				     .ca_file = peer.ca,
				     .mechanism = certificates[i].mechanism,
				     .timeout_ms = 2000 };
		s.client_cert = inside(cert, sizeof cert, certificates[i].cert);
		s.client_key = inside(key, sizeof key, certificates[i].key);
		in = net_conn_open(&s, &login, NULL, &c, &err);
		net_conn_close(c);
		peer_stop(&peer);
		log = heard();
		/* What the server says against a certificate comes when it likes: TLS 1.3
		 * calls the handshake good before it has looked. */
		if (in != (certificates[i].cls == ERR_NONE) ||
		    (err.cls != certificates[i].cls &&
		     !(certificates[i].cls == ERR_NET && err.cls == ERR_TLS)) ||
		    strstr(err.text, certificates[i].text) == NULL ||
		    strstr(err.hint, certificates[i].hint) == NULL)
			fail_msg("%zu: %d, %s [%s] (%s)\n%s", i, in,
				 err_class_name(err.cls), err.text, err.hint, log);
		if (strstr(err.text, "Sesame") != NULL ||
		    strstr(err.hint, "Sesame") != NULL)
			fail_msg("%zu: the passphrase stands in the message", i);
		if (certificates[i].log != NULL &&
		    strstr(log, certificates[i].log) == NULL)
			fail_msg("%zu: %s is not in\n%s", i, certificates[i].log, log);
		free(log);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_in_with_a_token),
		cmocka_unit_test(a_password_that_comes_back_is_not_shown),
		cmocka_unit_test(logs_in_with_a_certificate),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
