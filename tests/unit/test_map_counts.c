/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "map/map_counts.h"

static bool show(void *ctx, const struct map_count *c, struct err *err)
{
	(void)err;
	strbuf_addf(ctx, "%s|%s|%lld|%lld|%llu;", c->name,
		    c->folder != NULL ? c->folder : "-", (long long)c->messages,
		    (long long)c->octets, (unsigned long long)c->line);
	return true;
}

static const struct {
	const char *text, *facts; /* NULL: the file is refused */
	unsigned odd, first_odd;
	const char *error;
} cases[] = {
	/* doveadm 2.3.19 wrote the first three. */
	{ "ada INBOX messages=3 vsize=99\nben Sent Mail messages=0 vsize=0\n",
	  "ada|INBOX|3|99|1;ben|Sent Mail|0|0|2;", 0, 0, NULL },
	{ "Username\tmailbox\tmessages\tvsize\nada\tINBOX\t3\t99\nben\tSent Mail\t0\t0\n",
	  "ada|INBOX|3|99|2;ben|Sent Mail|0|0|3;", 0, 0, NULL },
	{ "Username mailbox   messages vsize                        \n"
	  "ada      INBOX     3        99                           \n"
	  "ben      Sent Mail 0        0                            \n",
	  "ada|INBOX|3|99|2;ben|Sent Mail|0|0|3;", 0, 0, NULL },
	{ "Username\tmessages\tvsize\nada\t3\t99\n", "ada|-|3|99|2;", 0, 0, NULL },
	{ "Username messages vsize\nada      3        99\n", "ada|-|3|99|2;", 0, 0,
	  NULL },
	{ "ada messages=3 vsize=99\n", "ada|-|3|99|1;", 0, 0, NULL },
	{ "ada INBOX messages=3 unseen=1 uidvalidity=9 guid=a1\n", "ada|INBOX|3|-1|1;", 0,
	  0, NULL },
	/* A folder's name may look like a count. */
	{ "ada a=b c messages=1\n", "ada|a=b c|1|-1|1;", 0, 0, NULL },
	{ "ada INBOX messages=x\nada messages=-1\nada b messages=2\n", "ada|b|2|-1|3;", 2,
	  1, NULL },
	{ "ada INBOX unseen=4\n", "", 1, 1, NULL },
	{ "messages=4\n", "", 1, 1, NULL },
	{ "Username mailbox messages vsize\nada INBOX 3\nada INBOX x 3\n", "", 2, 2,
	  NULL },
	{ "ada@example.org 0 12345\nben@example.org 1073741824 5\n",
	  "ada@example.org|-|-1|12345|1;ben@example.org|-|-1|5|2;", 0, 0, NULL },
	{ "ada 0 12 34\nthree words here\n", "", 2, 1, NULL },
	/* zmmailbox gaf of two accounts: calendars and others' folders hold no mail of it
	 */
	{ "ada@example.org\n"
	  "        Id  View      Unread   Msg Count  Path\n"
	  "----------  ----  ----------  ----------  ----------\n"
	  "         1  unkn           0           0  /\n"
	  "        10  appo           0          31  /Calendar\n"
	  "         2  mess           5          48  /Inbox\n"
	  "       258  mess           0           7  /Old mail (1999)\n"
	  "       259  mess           0           9  /Team (ben@example.org:257)\n"
	  "       260  mess           0           0  /Unread (is:unread)\n"
	  "         3  unkn           0           4  /Trash\n"
	  "\n"
	  "ben@example.org\n"
	  "        Id  View      Unread   Msg Count  Path\n"
	  "----------  ----  ----------  ----------  ----------\n"
	  "         2  mess           0           1  /Inbox\n"
	  "         2  mess           x           1  /Inbox\n",
	  "ada@example.org|/Inbox|48|-1|6;ada@example.org|/Old mail (1999)|7|-1|7;"
	  "ada@example.org|/Trash|4|-1|10;ben@example.org|/Inbox|1|-1|15;",
	  1, 16, NULL },
	/* whose? */
	{ "        Id  View      Unread   Msg Count  Path\n"
	  "         2  mess           0           1  /Inbox\n",
	  "", 2, 1, NULL },
	{ "ada\nben\nada INBOX messages=1\n", "ada|INBOX|1|-1|3;", 2, 1, NULL },
	{ "#TYPE "
	  "Microsoft.Exchange.Data\n\"DisplayName\",\"ItemCount\",\"TotalItemSize\"\n"
	  "\"ada\",\"1,204\",\"1.2 GB (1,288,490,188 bytes)\"\n\"ben\",\"\",\"\"\n",
	  "ada|-|1204|1288490188|3;", 1, 4, NULL },
	{ "\xef\xbb\xbf\"Identity\";\"ItemsInFolder\";\"FolderSize\"\n"
	  "\"ada\\Inbox\";\"12\";\"1,2 KB (1.229 Bytes)\"\n",
	  "ada|Inbox|12|1229|2;", 0, 0, NULL },
	{ "Identity,Name,FolderPath,ItemsInFolder\nada\\Inbox,Inbox,/Inbox,7\n",
	  "ada|/Inbox|7|-1|2;", 0, 0, NULL },
	{ "user,folder,messages,octets\nada,,3,4\nada,INBOX,5,\n", "ada|INBOX|5|-1|3;", 1,
	  2, NULL },
	{ "user,messages\nada,9223372036854775808\nada\n", "", 2, 2, NULL },
	{ "", "", 0, 0, NULL },
	{ "user,colour\nada,red\n", NULL, 0, 0, "list:1: names no column" },
	{ "Username mailbox colour\n", NULL, 0, 0, "list:1: names no column" },
	{ "user,messages\nada,\"1\n", NULL, 0, 0, "list:2" },
};

static void reads_what_servers_tell(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct map_tally tally;
		struct err err = ERR_INIT;
		bool ok = map_counts_read("list", span_str(cases[i].text), show, &out,
					  &tally, &err);

		if (ok != (cases[i].facts != NULL))
			fail_msg("%zu: %d, %s", i, ok, err.text);
		if (ok &&
		    (strcmp(strbuf_cstr(&out), cases[i].facts) != 0 ||
		     tally.odd != cases[i].odd || tally.first_odd != cases[i].first_odd))
			fail_msg("%zu: %s, %llu odd, first %llu", i, strbuf_cstr(&out),
				 (unsigned long long)tally.odd,
				 (unsigned long long)tally.first_odd);
		if (!ok &&
		    (err.cls != ERR_CONFIG || strstr(err.text, cases[i].error) == NULL))
			fail_msg("%zu: %s", i, err.text);
		strbuf_done(&out);
	}
}

static void reads_utf16(void **state)
{
	static const char little[] =
		"\xff\xfeu\0s\0e\0r\0,\0m\0e\0s\0s\0a\0g\0e\0s\0\r\0\n\0"
		"z\0\xeb\0\x3d\xd8\x00\xde,\0"
		"1\0\n\0";
	static const struct {
		struct span text;
		bool ok;
	} wrong[] = {
		{ SPAN_INIT("\xff\xfeu"), false },
		{ SPAN_INIT("\xff\xfe\x3d\xd8"), false },
		{ SPAN_INIT("\xfe\xff\xde\x00"), false },
		{ SPAN_INIT("\xfe\xff"), true },
	};
	struct strbuf out = STRBUF_INIT;
	struct map_tally tally;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(map_counts_read("list", (struct span){ little, sizeof little - 1 },
				    show, &out, &tally, &err));
	assert_string_equal(strbuf_cstr(&out), "zë😀|-|1|-1|2;");
	strbuf_done(&out);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		bool ok = map_counts_read("list", wrong[i].text, show, &out, &tally,
					  &err);

		if (ok != wrong[i].ok)
			fail_msg("%zu: %d", i, ok);
	}
	strbuf_done(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_servers_tell),
		cmocka_unit_test(reads_utf16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
