/* SPDX-License-Identifier: MIT */
/* Octets that come in a stream are waited for in large pieces, and the last of them are
 * not held back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "net/net_conn.h"
#include "tests/support/peer.h"

enum { MESSAGES = 9000 };

static char dir[] = "/tmp/test_net_flow.XXXXXX"; /* of certificates */

/* A clock that stands makes any server quick; each look at it takes so long. */
static int64_t now_ms, look_ms;
/* What SO_RCVLOWAT is, and the most that it was. */
static int low, low_most;

int64_t clock_now(void)
{
	return 1700000000;
}

int64_t clock_mono_ms(void)
{
	return now_ms += look_ms;
}

void clock_sleep_ms(int64_t ms)
{
	now_ms += ms;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t n)
{
	if (level == SOL_SOCKET && name == SO_RCVLOWAT) {
		memcpy(&low, value, sizeof low);
		low_most = low > low_most ? low : low_most;
	}
	return (int)syscall(SYS_setsockopt, fd, level, name, value, n);
}

static void say(struct net_conn *c, const char *line)
{
	struct err err = ERR_INIT;
	bool would_block = false;
	size_t put = 0;

	if (!net_conn_write(c, line, strlen(line), &put, &would_block, &err))
		fail_msg("%s", err.text);
	assert_int_equal(put, strlen(line));
}

/* Read until the tagged answer.  The octets that came. */
static size_t hear(struct net_conn *c, const char *tagged)
{
	struct strbuf in = STRBUF_INIT;
	struct err err = ERR_INIT;
	size_t from, n;

	do {
		strbuf_reserve(&in, 65536);
		if (!net_conn_read(c, in.p + in.n, 65536, &n, &err))
			fail_msg("after %zu octets: %s", in.n, err.text);
		assert_true(n > 0);
		in.n += n;
		from = in.n > 200 ? in.n - 200 : 0;
	} while (memmem(in.p + from, in.n - from, tagged, strlen(tagged)) == NULL);
	n = in.n;
	strbuf_done(&in);
	return n;
}

static void read_stream(enum tls_mode tls, int64_t look, bool gathers)
{
	const struct net_login anna = { .user = "anna", .password = "pw" };
	struct server s = {
		.host = "localhost", .tls = tls, .tls_min = "1.2", .timeout_ms = 100000
	};
	struct net_conn *c = NULL;
	struct err err = ERR_INIT;
	struct peer peer;
	char text[200];

	snprintf(text, sizeof text, "--dir %s --folders 1 --messages %d%s", dir, MESSAGES,
		 tls == TLS_IMPLICIT ? " --tls implicit" : "");
	peer_start(&peer, text);
	s.port = peer.port;
	if (tls == TLS_IMPLICIT)
		s.ca_file = peer.ca;
	look_ms = look;
	if (!net_conn_open(&s, &anna, NULL, &c, &err))
		fail_msg("%s", err.text);
	low = 1;
	low_most = 0;
	say(c, "x1 EXAMINE \"Folder 00001\"\r\n");
	(void)hear(c, "x1 OK");
	snprintf(text, sizeof text,
		 "x2 UID FETCH 1:%d (UID FLAGS INTERNALDATE RFC822.SIZE)\r\n", MESSAGES);
	say(c, text);
	assert_true(hear(c, "x2 OK") > MESSAGES * 60);
	/* Behind so much one waits for more of it.  What comes is less, but comes. */
	say(c, "x3 NOOP\r\n");
	if (!net_conn_wait(c, false, &err))
		fail_msg("%s", err.text);
	assert_int_equal(low_most, gathers ? 32768 : 0);
	assert_int_equal(low, 1);
	(void)hear(c, "x3 OK");
	say(c, "x4 LOGOUT\r\n");
	(void)hear(c, "x4 OK");
	net_conn_close(c);
	peer_stop(&peer);
}

static void a_stream_comes_in_large_pieces(void **state)
{
	(void)state;
	read_stream(TLS_NONE, 0, true);
	read_stream(TLS_IMPLICIT, 0, true);
}

/* From a server that is slow, each octet is taken as it comes. */
static void a_trickle_is_no_stream(void **state)
{
	(void)state;
	read_stream(TLS_NONE, 50, false);
}

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_comes_in_large_pieces),
		cmocka_unit_test(a_trickle_is_no_stream),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
