/* SPDX-License-Identifier: MIT */
/*
 * logs_gen OCTETS USERS WEEKS SEED: a mail.log for bench/logs, on stdout: three in five
 * lines Postfix, the others Dovecot and Cyrus, in the order of time, across a New Year
 * when WEEKS say so (they end with 2 March 2026).  With a file as fifth argument the last
 * login of each user is written there: "USER UNIXSECONDS".
 */
#include "base/base.h"
#include "base/clock.h"
#include "base/num.h"

static uint64_t state;

static uint32_t below(uint32_t n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((state >> 33) % n);
}

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
				      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

struct gen {
	int64_t t;
	uint32_t users;
	int64_t *last; /* login of each user */
	int64_t octets, most;
	char stamp[24];
};

static void stamp(struct gen *g)
{
	struct clock_civil c;

	clock_to_civil(g->t, &c);
	snprintf(g->stamp, sizeof g->stamp, "%s %2d %02d:%02d:%02d", months[c.month - 1],
		 c.day, c.hour, c.minute, c.second);
}

/* Few users use their mail a lot, most now and then: the cube of an even choice. */
static uint32_t somebody(const struct gen *g)
{
	double x = (double)below(1u << 24) / (double)(1u << 24);

	return (uint32_t)(x * x * g->users);
}

static void address(char *buf, size_t size, uint32_t user)
{
	/* at home, at work, and one of a few others */
	uint32_t which = below(10), h = user * 2654435761u + (which < 6	  ? 0
							      : which < 9 ? 1
									  : 2);

	snprintf(buf, size, "%u.%u.%u.%u", 11 + (h >> 24) % 200, (h >> 16) & 255,
		 (h >> 8) & 255, 1 + (h & 127));
}

static void put(struct gen *g, const char *line, int n)
{
	if (n > 0)
		g->octets += (int64_t)fwrite(line, 1, (size_t)n, stdout);
}

static void postfix(struct gen *g)
{
	char b[600], ip[20];
	uint32_t u = somebody(g), q = below(UINT32_MAX), pid = 1000 + below(30000);
	static const char *const mx = "mx1";
	int n = 0;

	address(ip, sizeof ip, below(4000));
	n = snprintf(b, sizeof b,
		     "%s %s postfix/smtpd[%u]: connect from host%u.example.net[%s]\n",
		     g->stamp, mx, pid, q % 4000, ip);
	put(g, b, n);
	n = snprintf(b, sizeof b,
		     "%s %s postfix/smtpd[%u]: %08X0A: client=host%u.example.net[%s]\n",
		     g->stamp, mx, pid, q, q % 4000, ip);
	put(g, b, n);
	n = snprintf(b, sizeof b,
		     "%s %s postfix/cleanup[%u]: %08X0A: "
		     "message-id=<%08x.%u@host%u.example.net>\n",
		     g->stamp, mx, pid + 1, q, q, pid, q % 4000);
	put(g, b, n);
	n = snprintf(
		b, sizeof b,
		"%s %s postfix/qmgr[812]: %08X0A: from=<sender%u@example.net>, size=%u, "
		"nrcpt=1 (queue active)\n",
		g->stamp, mx, q, q % 50000, 1000 + q % 90000);
	put(g, b, n);
	if (below(20) == 0)
		n = snprintf(b, sizeof b,
			     "%s %s postfix/smtp[%u]: %08X0A: to=<user%05u@example.com>, "
			     "relay=mx.example.com[198.51.100.9]:25, delay=0.8, "
			     "delays=0.1/0/0.3/0.4, dsn=2.0.0, status=sent (250 2.0.0 "
			     "Ok: queued)\n",
			     g->stamp, mx, pid + 2, q, u);
	else
		n = snprintf(b, sizeof b,
			     "%s %s postfix/lmtp[%u]: %08X0A: to=<user%05u@example.org>, "
			     "relay=mx1.example.org[private/dovecot-lmtp], delay=0.12, "
			     "delays=0.08/0/0.01/0.03, dsn=2.0.0, status=sent (250 2.0.0 "
			     "<user%05u@example.org> x%08xAA Saved)\n",
			     g->stamp, mx, pid + 2, q, u, u, q);
	put(g, b, n);
	n = snprintf(b, sizeof b, "%s %s postfix/qmgr[812]: %08X0A: removed\n", g->stamp,
		     mx, q);
	put(g, b, n);
	n = snprintf(
		b, sizeof b,
		"%s %s postfix/smtpd[%u]: disconnect from host%u.example.net[%s] ehlo=1 "
		"mail=1 rcpt=1 data=1 quit=1 commands=5\n",
		g->stamp, mx, pid, q % 4000, ip);
	put(g, b, n);
}

static void dovecot(struct gen *g)
{
	static const char *const protocols[] = { "imap", "imap", "imap", "pop3" };
	char b[600], ip[20];
	uint32_t u = somebody(g), pid = 1000 + below(30000), s = below(UINT32_MAX);
	const char *p = protocols[below(4)];
	int n;

	address(ip, sizeof ip, u);
	if (below(30) == 0) {
		n = snprintf(
			b, sizeof b,
			"%s mx1 dovecot: %s-login: Disconnected: Aborted login by "
			"logging "
			"out (auth failed, 1 attempts in 2 secs): user=<user%05u>, "
			"method=PLAIN, rip=%s, lip=203.0.113.1, TLS, session=<%08xAAA>\n",
			g->stamp, p, u, ip, s);
		put(g, b, n);
		return;
	}
	g->last[u] = g->t;
	n = snprintf(b, sizeof b,
		     "%s mx1 dovecot: %s-login: Login: user=<user%05u@example.org>, "
		     "method=PLAIN, rip=%s, lip=203.0.113.1, mpid=%u, TLS, "
		     "session=<%08xAAA>\n",
		     g->stamp, p, u, ip, pid, s);
	put(g, b, n);
	n = snprintf(
		b, sizeof b,
		"%s mx1 dovecot: %s(user%05u@example.org)<%u><%08xAAA>: Disconnected: "
		"Logged out in=%u out=%u deleted=0 expunged=0 trashed=0 hdr_count=0 "
		"hdr_bytes=0 body_count=0 body_bytes=0\n",
		g->stamp, p, u, pid, s, s % 900, s % 90000);
	put(g, b, n);
}

static void cyrus(struct gen *g)
{
	char b[600], ip[20];
	uint32_t u = somebody(g), pid = 1000 + below(30000), s = below(UINT32_MAX);
	int n;

	address(ip, sizeof ip, u);
	n = snprintf(b, sizeof b, "%s old1 cyrus/imap[%u]: accepted connection\n",
		     g->stamp, pid);
	put(g, b, n);
	g->last[u] = g->t;
	n = snprintf(b, sizeof b,
		     "%s old1 cyrus/imap[%u]: login: host%u.example.net [%s] user%05u "
		     "plaintext User logged in SESSIONID=<cyrus-%u-%u-1-%u>\n",
		     g->stamp, pid, u % 4000, ip, u, pid, s, s);
	put(g, b, n);
	n = snprintf(b, sizeof b,
		     "%s old1 cyrus/imap[%u]: USAGE user%05u user: 0.0%u sys: 0.0%u\n",
		     g->stamp, pid, u, s % 9000, s % 7000);
	put(g, b, n);
}

int main(int argc, char **argv)
{
	struct gen g = { .t = INT64_C(1772409600) };
	uint64_t octets, users, weeks, seed;
	int64_t span;

	if (argc < 5 || !num_u64(span_str(argv[1]), UINT64_C(1) << 44, &octets) ||
	    !num_u64(span_str(argv[2]), 100000, &users) || users == 0 ||
	    !num_u64(span_str(argv[3]), 520, &weeks) || weeks == 0 ||
	    !num_u64(span_str(argv[4]), UINT32_MAX, &seed)) {
		fprintf(stderr, "usage: logs_gen OCTETS USERS WEEKS SEED [TRUTH]\n");
		return 2;
	}
	state = seed * 2 + 1;
	span = (int64_t)weeks * 7 * 86400;
	g.users = (uint32_t)users;
	g.last = mem_calloc(users, sizeof *g.last);
	g.most = (int64_t)octets;
	for (int64_t from = g.t - span; g.octets < g.most;) {
		uint32_t what = below(100);

		/* the clock goes with the octets, by day faster than by night */
		g.t = from + (int64_t)((double)span * (double)g.octets / (double)g.most);
		stamp(&g);
		/* lines: 7 of postfix, 2 of dovecot, 3 of cyrus; 60 to 40 in octets */
		if (what < 35)
			postfix(&g);
		else if (what < 76)
			dovecot(&g);
		else
			cyrus(&g);
	}
	if (argc > 5) {
		FILE *f = fopen(argv[5], "w");

		if (f == NULL)
			return 1;
		for (uint32_t u = 0; u < g.users; u++)
			if (g.last[u] != 0)
				fprintf(f, "user%05u %lld\n", u, (long long)g.last[u]);
		fclose(f);
	}
	free(g.last);
	return fflush(stdout) == 0 ? 0 : 1;
}
