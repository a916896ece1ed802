/* SPDX-License-Identifier: MIT */
/* What an account held at other times, where a UID stood for different messages. */
#include "store/store_history.h"

#include "tests/support/store_rig.h"

static void read_as(struct rig *r, struct store_row *rows, size_t n)
{
	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, n, DEPTH_FULL);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
}

/* "uid first-gone" of each copy of what is left over, by key. */
static const char *copies(struct rig *r)
{
	struct strbuf out = STRBUF_INIT;
	struct store_history *it;
	struct err err = ERR_INIT;
	const char *text;
	struct copy c;
	enum next n;

	ok(store_history_open(r->st, 1, SIDE_OLD, r->account, 0, &it, &err));
	while ((n = store_history_next(it, &c, &err)) == NEXT_ITEM) {
		strbuf_addf(&out, "%s%u %lld-", out.n > 0 ? ", " : "", c.uid,
			    (long long)c.first_run);
		if (c.gone_run != INT64_MAX)
			strbuf_addf(&out, "%lld", (long long)c.gone_run);
	}
	assert_int_equal(n, NEXT_END);
	store_history_close(it);
	text = arena_span(&r->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

/* A folder took the name of another one with its UIDVALIDITY: what lies under its UIDs
 * was not there before. */
static void a_copy_is_there_since_its_uid_stands_for_it(void **state)
{
	struct rig *r = *state;
	struct store_row rows[] = { rig_row(1), rig_row(2), rig_row(3), rig_row(4) };
	struct message m = rows[1].m;
	struct err err = ERR_INIT;

	read_as(r, rows, 4);
	rows[0].m.flags ^= MSG_SEEN;
	rows[1].m.key.bytes[0] ^= 1;
	rows[1].m.flags ^= MSG_FLAGGED;
	read_as(r, rows, 3);
	rows[2].m.octets++;
	read_as(r, rows, 4);
	assert_int_equal(rig_sql(r->path,
				 "INSERT INTO leftover SELECT 1, 0, id, 1, \"key\", "
				 "tier, octets, \"date\", flags, keyword_set "
				 "FROM message"),
			 SQLITE_OK);
	/* The order is that of the keys. */
	assert_int_equal(strlen(copies(r)), strlen("1 1-, 2 2-, 3 1-, 4 3-"));
	assert_non_null(strstr(copies(r), "1 1-"));
	assert_non_null(strstr(copies(r), "2 2-"));
	assert_non_null(strstr(copies(r), "3 1-"));
	assert_non_null(strstr(copies(r), "4 3-"));
	/* Its flags of then are those of another message. */
	m = rows[1].m;
	ok(store_message_as_of(r->st, 1, 1, &m, &err));
	assert_int_equal(m.flags, rows[1].m.flags);
	m = rows[0].m;
	ok(store_message_as_of(r->st, 1, 1, &m, &err));
	assert_int_equal(m.flags, rows[0].m.flags ^ MSG_SEEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_copy_is_there_since_its_uid_stands_for_it, rig_setup,
			rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
