/* SPDX-License-Identifier: MIT */
/* Lines of a piece to hits: which lines share an hour of a source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit_logs_in.h"
#include "logs/logs_scan.h"

#define QUIET " postfix/qmgr[812]: 4F2A90B1C: from=<somebody@example.org>, size=1\n"
#define EVENT                                                                            \
	" dovecot: imap-login: Login: user=<anna>, method=PLAIN, rip=192.0.2.1, "        \
	"lip=192.0.2.2, mpid=1, session=<a>\n"

static const struct {
	const char *text;
	size_t hours;	   /* entries */
	int64_t lines[4];  /* of each */
	int64_t logins[4]; /* of each */
} cases[] = {
	{ "Nov 23 14:00:00 mx1" QUIET "Nov 23 14:10:00 mx1" QUIET
	  "Nov 23 14:59:59 mx1" QUIET,
	  1,
	  { 3 },
	  { 0 } },
	{ "Nov 23 14:00:00 mx1" EVENT "Nov 23 14:10:00 mx1" EVENT
	  "Nov 23 14:59:59 mx1" EVENT,
	  1,
	  { 3 },
	  { 3 } },
	/* two programs, to and fro */
	{ "Nov 23 14:00:00 mx1" QUIET "Nov 23 14:10:00 mx1" EVENT
	  "Nov 23 14:20:00 mx1" QUIET "Nov 23 14:30:00 mx1" EVENT,
	  2,
	  { 2, 2 },
	  { 0, 2 } },
	/* two hosts, and two hours */
	{ "Nov 23 14:00:00 mx1" EVENT "Nov 23 14:10:00 mx2" EVENT
	  "Nov 23 14:20:00 mx1" EVENT "Nov 23 15:00:00 mx2" EVENT,
	  3,
	  { 2, 1, 1 },
	  { 2, 1, 1 } },
	/* a line that is out of order */
	{ "Nov 23 14:59:59 mx1" EVENT "Nov 23 15:00:00 mx1" EVENT
	  "Nov 23 14:59:59 mx1" EVENT "Nov 23 15:00:01 mx1" EVENT,
	  2,
	  { 2, 2 },
	  { 2, 2 } },
	/* the last hour of a year, New Year on a line of another shape, and that hour a
	 * year later */
	{ "Dec 31 23:00:00 mx1" EVENT "Dec 31 23:00:01 mx1" EVENT
	  "<22>Jan  1 00:00:00 mx1" EVENT "Dec 31 23:00:02 mx1" EVENT,
	  3,
	  { 2, 1, 1 },
	  { 2, 1, 1 } },
	/* "repeated" is of the hour in which it stands */
	{ "Nov 23 14:59:59 mx1" EVENT "Nov 23 14:59:59 mx1" EVENT
	  "Nov 23 15:00:09 mx1 last message repeated 2 times\n",
	  2,
	  { 2, 1 },
	  { 2, 1 } },
};

static void lines_of_an_hour_and_a_source_share_an_entry(void **state)
{
	struct logs_scanner *s;
	struct err err = ERR_INIT;
	struct batch b;

	(void)state;
	assert_true(logs_scanner_new(NULL, 0, &s, &err));
	batch_init(&b);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		b.piece.n = strlen(cases[i].text);
		memcpy(b.piece.p, cases[i].text, b.piece.n);
		logs_scanner_begin(s, (struct span){ NULL, 0 });
		batch_scan(&b, s, 1, false);
		if (b.hour_n != cases[i].hours)
			fail_msg("case %zu: %zu entries", i, b.hour_n);
		for (size_t k = 0; k < b.hour_n; k++)
			if (b.hour[k].lines != cases[i].lines[k] ||
			    b.hour[k].logins != cases[i].logins[k])
				fail_msg("case %zu, entry %zu: %lld lines, %lld logins",
					 i, k, (long long)b.hour[k].lines,
					 (long long)b.hour[k].logins);
	}
	batch_done(&b);
	logs_scanner_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_an_hour_and_a_source_share_an_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
