/* SPDX-License-Identifier: MIT */
/* Ways in other than by a password: PROXYAUTH, tokens, certificates; and what they cost a
 * server that refuses them. */
#include "tests/support/audit_bed.h"

enum { USERS = 12 };

/* One token for all, and what takes its place. */
static struct {
	const char *now, *next;
	int64_t renewed; /* how often it was asked for another */
} token;

static bool token_secret(void *ctx, enum side side, const char *user, struct strbuf *out,
			 struct err *err)
{
	(void)ctx, (void)side, (void)user, (void)err;
	strbuf_adds(out, token.now);
	return true;
}

static bool token_renew(void *ctx, enum side side, const char *user, struct span refused,
			struct strbuf *out, struct err *err)
{
	(void)ctx, (void)side, (void)user;
	token.renewed++;
	if (token.next == NULL)
		return err_set(err, ERR_LOGIN, "give failed with exit code 1");
	token.now = token.next;
	if (span_eq_str(refused, token.now))
		return false;
	strbuf_adds(out, token.now);
	return true;
}

static char *log_of(struct bed *b)
{
	struct strbuf log = STRBUF_INIT;
	struct err err = ERR_INIT;
	char path[160];

	snprintf(path, sizeof path, "%s/peer.log", b->fx.dir);
	if (!fs_read(path, 1 << 20, &log, &err))
		fail_msg("%s", err.text);
	return strbuf_take(&log);
}

static size_t times(const char *text, const char *words)
{
	size_t n = 0;

	for (; (text = strstr(text, words)) != NULL; text += strlen(words))
		n++;
	return n;
}

/* A peer with these arguments and a log, and users "user00" and on, over one connection
 * each. */
static void open_with(struct bed *b, const char *args, int users, unsigned connections)
{
	char all[600], user[32];

	bed_open(b, NULL, NULL);
	snprintf(all, sizeof all, "%s --log %s/peer.log", args, b->fx.dir);
	peer_start(&b->peer[SIDE_OLD], all);
	b->server[SIDE_OLD] = server_of(SIDE_OLD, b->peer[SIDE_OLD].port);
	b->server[SIDE_OLD].max_connections = connections;
	b->o.server[SIDE_OLD] = &b->server[SIDE_OLD];
	for (int i = 0; i < users; i++) {
		snprintf(user, sizeof user, "user%02d", i);
		add(b, SIDE_OLD, user);
	}
}

static void open_proxy(struct bed *b, const char *args, int users, unsigned connections)
{
	open_with(b, args, users, connections);
	b->server[SIDE_OLD].auth = AUTH_PROXYAUTH;
	b->server[SIDE_OLD].admin = "admin";
}

static void reads_by_proxyauth(void **state)
{
	struct bed b;
	char *log;

	(void)state;
	open_proxy(&b,
		   "--user admin:pw-admin --proxy-for admin:user00 --proxy-for "
		   "admin:user01",
		   2, 1);
	must_go(&b);
	assert_true(b.out.complete);
	assert_int_equal(b.out.side[SIDE_OLD].read, 2);
	log = log_of(&b);
	assert_int_equal(times(log, "PROXYAUTH user00\n"), 1);
	assert_int_equal(times(log, "PROXYAUTH user01\n"), 1);
	assert_int_equal(times(log, "REFUSED"), 0);
	free(log);
	bed_close(&b);
}

/* Good for the administrator, and refused for the user: that is a refused login. */
static void five_refusals_of_proxyauth_stop_a_side(void **state)
{
	static const struct {
		const char *args;
		const char *said;
	} cases[] = {
		{ "--user admin:pw-admin --proxy-for admin:nobody",
		  "PROXYAUTH refused: NO [AUTHORIZATIONFAILED] You may not act" },
		{ "--user admin:pw-admin", "PROXYAUTH refused: BAD this peer is" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT_OF(cases); i++) {
		struct bed b;
		char *log;

		open_proxy(&b, cases[i / 2].args, USERS, i % 2 == 0 ? 1 : 4);
		must_go(&b);
		log = log_of(&b);
		if (b.out.complete || b.out.side[SIDE_OLD].no_login != 5 ||
		    b.out.side[SIDE_OLD].skipped != USERS - 5 ||
		    times(log, " PROXYAUTH ") != 5 + 5 * times(cases[i / 2].said, "BAD"))
			fail_msg("%zu: %lld refused\n%s", i,
				 (long long)b.out.side[SIDE_OLD].no_login, log);
		assert_int_equal(b.out.side[SIDE_OLD].first_error, ERR_LOGIN);
		must_say(&b, cases[i / 2].said);
		/* Not one is left standing. */
		assert_int_equal(times(log, "LOGOUT"), 5);
		free(log);
		bed_close(&b);
	}
}

static void open_token(struct bed *b, const char *args, int users, unsigned connections,
		       const char *now, const char *next)
{
	char all[400];

	token.now = now;
	token.next = next;
	token.renewed = 0;
	snprintf(all, sizeof all, "--add-cap AUTH=OAUTHBEARER %s", args);
	open_with(b, all, users, connections);
	b->server[SIDE_OLD].mechanism = MECHANISM_OAUTHBEARER;
	b->o.secret = token_secret;
	b->o.renew = token_renew;
}

static const struct {
	const char *name, *args, *now, *next;
	unsigned connections;
	size_t taken, refused; /* by the server's log */
	int64_t renewed;
	bool complete;
} lives[] = {
	{ "lasts", "--token *:first-token", "first-token", NULL, 1, USERS, 0, 0, true },
	{ "ends after five logins", "--token *:first-token:5 --token *:second-token",
	  "first-token", "second-token", 1, USERS, 1, 1, true },
	{ "never was good", "--token *:second-token", "first-token", "second-token", 1, 0,
	  5, 0, false },
	{ "never was good, four at a time", "--token *:second-token", "first-token",
	  "second-token", 4, 0, 5, 0, false },
	{ "ends, and there is no other", "--token *:first-token:5", "first-token", NULL,
	  1, 5, 5, 5, false },
	{ "ends, and the other is the same", "--token *:first-token:5", "first-token",
	  "first-token", 1, 5, 5, 5, false },
	/* One more than five: that of the token that has ended is none of them. */
	{ "ends, and the other is not good", "--token *:first-token:5", "first-token",
	  "second-token", 1, 5, 6, 1, false },
};

static void a_token_that_ends_is_renewed_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(lives); i++) {
		struct bed b;
		char *log;

		open_token(&b, lives[i].args, USERS, lives[i].connections, lives[i].now,
			   lives[i].next);
		must_go(&b);
		log = log_of(&b);
		if (b.out.complete != lives[i].complete ||
		    times(log, "TOKEN TAKEN") != lives[i].taken ||
		    times(log, "TOKEN REFUSED") != lives[i].refused ||
		    token.renewed != lives[i].renewed)
			fail_msg("%s: asked %lld times\n%s", lives[i].name,
				 (long long)token.renewed, log);
		if (!lives[i].complete)
			must_say(&b, "{\"status\": \"invalid_token\"");
		for (size_t k = 0; k < b.line_n; k++)
			if (strstr(b.line[k], "-token ") != NULL)
				fail_msg("%s: %s", lives[i].name, b.line[k]);
		free(log);
		bed_close(&b);
	}
}

/* The connection breaks in the middle of an account, and the token has ended by then. */
static void a_reconnect_takes_a_new_token(void **state)
{
	struct bed whole, b;
	char *log;
	int64_t all;

	(void)state;
	open_token(&whole, "--token *:first-token --folders 2 --messages 500", 1, 1,
		   "first-token", NULL);
	must_go(&whole);
	all = whole.out.side[SIDE_OLD].messages;
	bed_close(&whole);
	open_token(&b,
		   "--token *:first-token:1 --token *:second-token --folders 2 "
		   "--messages 500 --cut-after-login 120000",
		   1, 1, "first-token", "second-token");
	must_go(&b);
	log = log_of(&b);
	assert_true(b.out.complete);
	assert_true(b.out.count.reconnects >= 1);
	assert_int_equal(b.out.side[SIDE_OLD].messages, all);
	assert_int_equal(times(log, "TOKEN REFUSED"), 1);
	assert_int_equal(token.renewed, 1);
	free(log);
	bed_close(&b);
}

/* Four find at the same time that it has ended; each gets the new one. */
static void many_connections_share_a_new_token(void **state)
{
	struct bed b;
	char *log;

	(void)state;
	open_token(&b, "--token *:first-token:6 --token *:second-token", USERS, 4,
		   "first-token", "second-token");
	must_go(&b);
	log = log_of(&b);
	assert_true(b.out.complete);
	assert_int_equal(times(log, "TOKEN TAKEN"), USERS);
	assert_true(times(log, "TOKEN REFUSED") >= 1);
	assert_true(times(log, "TOKEN REFUSED") <= 4);
	free(log);
	bed_close(&b);
}

static void five_refused_certificates_stop_a_side(void **state)
{
	char dir[] = "/tmp/test_audit_ways.XXXXXX", args[300], cert[64], key[64];
	struct bed b;
	char *log;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(args, sizeof args,
		 "--tls implicit --client-cert --add-cap AUTH=EXTERNAL --cert-for "
		 "localhost:user00 --dir %s",
		 dir);
	open_with(&b, args, USERS, 1);
	snprintf(cert, sizeof cert, "%s/good.pem", dir);
	snprintf(key, sizeof key, "%s/good.key", dir);
	b.server[SIDE_OLD].tls = TLS_IMPLICIT;
	b.server[SIDE_OLD].ca_file = b.peer[SIDE_OLD].ca;
	b.server[SIDE_OLD].client_cert = cert;
	b.server[SIDE_OLD].client_key = key;
	b.server[SIDE_OLD].mechanism = MECHANISM_EXTERNAL;
	b.no_secret = true; /* nobody asks for one */
	must_go(&b);
	log = log_of(&b);
	assert_int_equal(b.asked_secrets, 0);
	assert_int_equal(b.out.side[SIDE_OLD].read, 1);
	assert_int_equal(b.out.side[SIDE_OLD].no_login, 5);
	assert_int_equal(times(log, "CERTIFICATE localhost AS"), 6);
	must_say(&b, "This certificate is not yours");
	free(log);
	bed_close(&b);
	snprintf(args, sizeof args, "rm -r %s", dir);
	assert_int_equal(system(args), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_by_proxyauth),
		cmocka_unit_test(five_refusals_of_proxyauth_stop_a_side),
		cmocka_unit_test(a_token_that_ends_is_renewed_once),
		cmocka_unit_test(a_reconnect_takes_a_new_token),
		cmocka_unit_test(many_connections_share_a_new_token),
		cmocka_unit_test(five_refused_certificates_stop_a_side),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
