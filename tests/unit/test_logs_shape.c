/* SPDX-License-Identifier: MIT */
/* Events that are read by their shape are what the scanners say; what is near it, and is
 * not it, is left to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "logs/logs_head.h"
#include "logs/logs_scan.h"

#define HEAD  "Nov 23 14:27:17 mx1 "
#define LOGIN "dovecot: imap-login: Login: "
#define TAIL                                                                             \
	", method=PLAIN, rip=192.0.2.1, lip=192.0.2.9, mpid=77, TLS, "                   \
	"session=<abcDEF+/=>"
#define LMTP  "postfix/lmtp[1]: 4F2A90B1C: to=<anna@example.org>, "
#define RELAY "relay=mx1.example.org[private/dovecot-lmtp], delay=0.12, dsn=2.0.0, "
#define SENT  "status=sent (250 2.0.0 <anna@example.org> x Saved)"
#define CYRUS "cyrus/imap[77]: login: client.example.net [192.0.2.1] anna PLAIN+TLS "

static const struct {
	bool shape;
	const char *line;
} cases[] = {
	{ true, LOGIN "user=<anna@example.org>" TAIL },
	{ true, LOGIN "user=<anna, of <x>" TAIL },
	{ true, "dovecot: pop3-login: Login: user=<a b>, method=CRAM-MD5, rip=1.2.3.4, "
		"lip=1.2.3.5, mpid=1, session=<x>" },
	{ true, "dovecot: imap(anna@example.org)<77><abcDEF>: Disconnected: Logged out "
		"in=1 out=2 deleted=0" },
	{ true, "dovecot: pop3(anna@example.org)<77><abcDEF>: Disconnected: Logged out "
		"top=0/0, retr=2/82331, del=2/168, size=1" },
	{ true,
	  "dovecot: imap(anna@example.org)<77><abc>: Logged out in=1 out=2 and more" },
	{ true, LMTP RELAY SENT },
	{ true, "postfix/virtual[1]: 4F2A: to=<anna@example.org>, " RELAY
		"status=sent (delivered to maildir)" },
	{ true, CYRUS "User logged in" },
	{ true, CYRUS "User logged in SESSIONID=<cyrus-77-1-1-1>" },
	/* whose end is not the first, or not the last */
	{ false, LOGIN "user=<x>, method=PLAIN, rip=9.9.9.9, user=<evil" TAIL },
	{ false, LOGIN "user=<x>y" TAIL },
	{ false, LOGIN "user=<>" TAIL },
	{ false,
	  LOGIN "user=<anna>, method=PLAIN, rip=192.0.2.300, lip=192.0.2.9, mpid=7, "
		"session=<abc>" },
	{ false,
	  LOGIN "user=<anna>, method=PLAIN, rip=2001:db8::1, lip=192.0.2.9, mpid=7, "
		"session=<abc>" },
	{ false, LOGIN "user=<anna>, method=PLAIN, rip=192.0.2.1, lip=session=7, mpid=7, "
		       "session=<abc>" },
	{ false,
	  LOGIN "user=<anna>, method=PLAIN, rip=192.0.2.1, lip=192.0.2.9, mpid=77, "
		"secured, session=<abc>" },
	{ false, LOGIN "user=<anna>" TAIL ", extra" },
	{ false, "dovecot: imap-login: Info: Login: user=<anna>" TAIL },
	{ false, "dovecot: imap(anna, 192.0.2.1)<77><abcDEF>: Disconnected: Logged out" },
	{ false,
	  "dovecot: imap(a)b)<77><abcDEF>: Disconnected: Logged out in=1 out=2 x" },
	{ false,
	  "dovecot: imap(anna)<77><abcDEF>: Error: Disconnected: Logged out in=1" },
	{ false,
	  "dovecot: imap(anna)<77><a>b>: Disconnected: Logged out in=1 out=2 and x" },
	{ false, LMTP "orig_to=<list@example.org>, " RELAY SENT },
	{ false,
	  LMTP RELAY "status=sent (250 <x>, orig_to=<list@example.org>, status=sent (" },
	{ false, LMTP RELAY "status=deferred (connect to mx1.example.org: refused)" },
	{ false, "postfix/local[1]: 4F2A: to=<anna@example.org>, relay=local, delay=1, "
		 "status=sent (forwarded as 4F2B)" },
	{ false, "postfix/lmtp[1]: 4F2A: to=<>, " RELAY SENT },
	{ false,
	  "cyrus/imap[77]: login: a] [192.0.2.1] anna plaintext User logged in, and "
	  "so on" },
	{ false, CYRUS "User logged in SESSIONID=<x> User logged in" },
	{ false,
	  "cyrus/pop3[77]: login: client.example.net [192.0.2.1] anna plaintext User "
	  "logged in" },
};

static void same(size_t i, const struct log_line *a, const struct log_line *b)
{
	if (a->take != b->take || a->kind != b->kind || a->protocol != b->protocol ||
	    a->program != b->program || a->flags != b->flags ||
	    a->repeated != b->repeated || a->stamp.t != b->stamp.t ||
	    !span_eq(a->host, b->host) || !span_eq(a->text, b->text) ||
	    !span_eq(a->user, b->user) || !span_eq(a->rip, b->rip) ||
	    !span_eq(a->session, b->session) || !span_eq(a->rcpt, b->rcpt) ||
	    !span_eq(a->stamp_text, b->stamp_text))
		fail_msg("case %zu", i);
}

static void a_shape_is_what_the_scanners_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[400];
		struct logs_scanner *s = NULL;
		struct log_head_memo memo = { 0 };
		struct err err = ERR_INIT;
		struct log_line before = { 0 }, l = { 0 }, want;
		struct log_head head;
		struct span line;

		snprintf(text, sizeof text, HEAD "%s", cases[i].line);
		line = span_str(text);
		assert_true(logs_scanner_new(NULL, 0, &s, &err));
		logs_scan(s, line, &want); /* it knows no hour yet */
		log_head_take(span_str("Nov 23 14:01:02 mx1 dovecot: x"), &memo, &before,
			      &head);
		assert_true(log_memo_knows(&memo, line.p, line.n));
		if (log_shape(&memo, line, &l) != cases[i].shape)
			fail_msg("case %zu", i);
		if (cases[i].shape) {
			same(i, &l, &want);
			assert_int_not_equal(want.kind, LOG_OTHER);
		}
		logs_scan(s, line, &l);
		same(i, &l, &want);
		/* of another hour or host */
		text[8]++;
		assert_false(log_memo_knows(&memo, line.p, line.n));
		text[8]--;
		text[17]++;
		assert_false(log_memo_knows(&memo, line.p, line.n));
		logs_scanner_free(s);
	}
}

/* Alone, and before what may stand behind it. */
static void an_address_ends_where_it_ends(void **state)
{
	static const struct {
		const char *text;
		size_t n;
	} quads[] = {
		{ "1.2.3.4", 7 },
		{ "255.255.255.255", 15 },
		{ "0.00.000.1", 10 },
		{ "199.249.205.9", 13 },
		{ "1.2.3.4.5", 7 },
		{ "1.2.3.4:25", 7 },
		{ "10.20.30.40,", 11 },
		{ "256.1.1.1", 0 },
		{ "1.300.1.1", 0 },
		{ "1.1.260.1", 0 },
		{ "1.1.1.256", 0 },
		{ "1.1.1.1000", 0 },
		{ "1000.1.1.1", 0 },
		{ "1..2.3", 0 },
		{ ".1.2.3", 0 },
		{ "1.2.3", 0 },
		{ "1.2.3.", 0 },
		{ "1.2.3.x", 0 },
		{ "1.2,3.4", 0 },
		{ "12345678901234567", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(quads); i++) {
		char text[64];
		size_t n = strlen(quads[i].text);

		if (log_v4((struct span){ quads[i].text, n }) != quads[i].n)
			fail_msg("case %zu", i);
		snprintf(text, sizeof text, "%s]: more behind it", quads[i].text);
		if (log_v4(span_str(text)) != quads[i].n)
			fail_msg("case %zu, with more behind it", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_ends_where_it_ends),
		cmocka_unit_test(a_shape_is_what_the_scanners_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
