/* SPDX-License-Identifier: MIT */
#include "store/store_verify.h"

#include "tests/support/store_rig.h"

/* A transfer with one folder of mail on each side. */
struct bed {
	struct rig rig;
	int64_t transfer, epoch[SIDE_COUNT], folder[SIDE_COUNT], account[SIDE_COUNT];
	struct pair pair;
};

static int64_t transfer_named(struct bed *b, const char *name)
{
	struct transfer t = { .name = name,
			      .old_account = b->account[0],
			      .new_account = b->account[1] };
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id;

	ok(store_transfer_put(b->rig.st, &t, &id, &what, &err));
	return id;
}

static int bed_setup(void **state)
{
	struct bed *b = mem_calloc(1, sizeof *b);
	struct rig *r = &b->rig;
	struct folder_state s = rig_state(0);
	struct err err = ERR_INIT;

	rig_make(r);
	rig_run(r, DEPTH_FULL);
	for (int i = 0; i < SIDE_COUNT; i++) {
		struct account a = { .side = (enum side)i, .user = "ada" };
		struct folder f = { .wire = i == 0 ? "INBOX.Sent" : "Sent",
				    .name = "Sent",
				    .delim = '.' };
		struct account_listing l = { .prefix = "", .folders = &f, .folder_n = 1 };

		ok(store_account_put(r->st, &a, &l.account, &err));
		ok(store_listing(r->st, &l, &err));
		b->account[i] = l.account;
		b->folder[i] = r->folder = f.id;
		b->epoch[i] = rig_begin(r, &s);
	}
	b->transfer = transfer_named(b, "ada");
	b->pair = (struct pair){ .transfer = b->transfer,
				 .kind = PAIR_PAIRED,
				 .old_folder = b->folder[0],
				 .new_folder = b->folder[1],
				 .old_name = "Sent",
				 .new_name = "Old/Sent",
				 .note = "" };
	ok(store_pair_add(r->st, &b->pair, &err));
	*state = b;
	return 0;
}

static int bed_teardown(void **state)
{
	struct bed *b = *state;

	rig_done(&b->rig);
	free(b);
	return 0;
}

static struct leftover left(const struct bed *b, enum side side, uint32_t uid, char key)
{
	struct leftover l = { .transfer = b->transfer,
			      .side = side,
			      .pair = b->pair.id,
			      .epoch = b->epoch[side],
			      .m = { .uid = uid,
				     .tier = TIER_ID,
				     .octets = 100,
				     .date = 5,
				     .flags = 3,
				     .keyword_set = 0 } };

	l.m.key.bytes[0] = (uint8_t)key;
	return l;
}

static void leave(struct bed *b, enum side side, uint32_t uid, char key)
{
	struct leftover l = left(b, side, uid, key);
	struct err err = ERR_INIT;

	ok(store_leftover_add(b->rig.st, &l, &err));
}

/* "old 1, old 2, new 1" */
static const char *leftovers(struct bed *b, int64_t pair, enum leftover_order order)
{
	struct strbuf sb = STRBUF_INIT;
	struct store_leftovers *it;
	struct err err = ERR_INIT;
	struct leftover l;
	const char *text;
	enum next n;

	ok(store_leftovers_open(b->rig.st, b->transfer, pair, order, &it, &err));
	while ((n = store_leftovers_next(it, &l, &err)) == NEXT_ITEM) {
		assert_int_equal(l.epoch, b->epoch[l.side]);
		assert_string_equal(l.folder, l.side == SIDE_OLD ? "Sent" : "Old/Sent");
		strbuf_addf(&sb, "%s%s %u", sb.n > 0 ? ", " : "",
			    l.side == SIDE_OLD ? "old" : "new", l.m.uid);
	}
	assert_int_equal(n, NEXT_END);
	store_leftovers_close(it);
	text = arena_strdup(&b->rig.arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return text;
}

static const char *wants(struct bed *b, int64_t transfer, int64_t per_folder)
{
	struct strbuf sb = STRBUF_INIT;
	struct detail_want w;
	struct store_wants *it;
	struct err err = ERR_INIT;
	const char *text;
	enum next n;

	ok(store_wants_open(b->rig.st, transfer, per_folder, &it, &err));
	while ((n = store_wants_next(it, &w, &err)) == NEXT_ITEM) {
		assert_int_equal(w.account, b->account[w.side]);
		assert_int_equal(w.folder, b->folder[w.side]);
		assert_int_equal(w.epoch, b->epoch[w.side]);
		assert_int_equal(w.uidvalidity, 7);
		assert_string_equal(w.wire, w.side == SIDE_OLD ? "INBOX.Sent" : "Sent");
		strbuf_addf(&sb, "%s%s %u", sb.n > 0 ? ", " : "",
			    w.side == SIDE_OLD ? "old" : "new", w.uid);
	}
	assert_int_equal(n, NEXT_END);
	store_wants_close(it);
	text = arena_strdup(&b->rig.arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return text;
}

static void keeps_pairs(void **state)
{
	struct bed *b = *state;
	struct pair second = { .transfer = b->transfer,
			       .kind = PAIR_MISSING,
			       .old_folder = b->folder[0],
			       .old_name = "Archive",
			       .note = "x" };
	struct match_count c = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	struct pair *list;
	struct err err = ERR_INIT;
	size_t n;

	ok(store_pair_add(b->rig.st, &second, &err));
	assert_int_not_equal(second.id, b->pair.id);
	b->pair.count = c;
	b->pair.note = "later";
	b->pair.kind = PAIR_UNREADABLE;
	ok(store_pair_update(b->rig.st, &b->pair, &err));
	ok(store_pairs(b->rig.st, b->transfer, &b->rig.arena, &list, &n, &err));
	assert_int_equal(n, 2);
	assert_int_equal(list[0].id, second.id); /* by name */
	assert_int_equal(list[0].kind, PAIR_MISSING);
	assert_int_equal(list[0].new_folder, 0);
	assert_string_equal(list[0].new_name, "");
	assert_string_equal(list[0].note, "x");
	assert_int_equal(list[1].kind, PAIR_UNREADABLE);
	assert_int_equal(list[1].old_folder, b->folder[0]);
	assert_int_equal(list[1].new_folder, b->folder[1]);
	assert_string_equal(list[1].old_name, "Sent");
	assert_string_equal(list[1].new_name, "Old/Sent");
	assert_string_equal(list[1].note, "later");
	assert_memory_equal(&list[1].count, &c, sizeof c);
	second.id = 999;
	fails(store_pair_update(b->rig.st, &second, &err), ERR_BUG);
	second.transfer = 999;
	fails(store_pair_add(b->rig.st, &second, &err), ERR_BUG);
}

static void keeps_leftovers_in_each_order(void **state)
{
	struct bed *b = *state;
	struct message_detail d = { .subject = "s" };
	struct leftover l, got;
	struct msg_key k1 = { "1" }, k2 = { "2" };
	struct store_leftovers *it;
	struct err err = ERR_INIT;
	int64_t n;

	leave(b, SIDE_NEW, 1, 'b');
	leave(b, SIDE_OLD, 9, 'a');
	leave(b, SIDE_OLD, 4, 'c');
	l = left(b, SIDE_OLD, 5, 'c');
	l.m.octets = 99;
	l.m.date = MSG_DATE_UNKNOWN;
	ok(store_leftover_add(b->rig.st, &l, &err));
	l = left(b, SIDE_NEW, 2, 'a');
	l.m.tier = TIER_FIELDS;
	ok(store_leftover_add(b->rig.st, &l, &err));
	assert_string_equal(leftovers(b, 0, LEFTOVER_BY_PLACE),
			    "old 4, old 5, old 9, new 1, new 2");
	assert_string_equal(leftovers(b, 0, LEFTOVER_BY_KEY),
			    "old 9, new 1, old 5, old 4, new 2");
	assert_string_equal(leftovers(b, b->pair.id, LEFTOVER_BY_KEY),
			    "old 9, new 1, old 5, old 4, new 2");
	assert_string_equal(leftovers(b, 999, LEFTOVER_BY_KEY), "");
	assert_string_equal(leftovers(b, 0, LEFTOVER_BY_RETRY_KEY), "");
	ok(store_detail_put(b->rig.st, b->epoch[0], 4, &d, &k2, &err));
	ok(store_detail_put(b->rig.st, b->epoch[1], 1, &d, &k1, &err));
	ok(store_detail_put(b->rig.st, b->epoch[0], 5, &d, NULL, &err));
	ok(store_detail_put(b->rig.st, b->epoch[0], 9, &d, &k1, &err));
	assert_string_equal(leftovers(b, 0, LEFTOVER_BY_RETRY_KEY),
			    "old 9, new 1, old 4");
	ok(store_leftovers_open(b->rig.st, b->transfer, 0, LEFTOVER_BY_PLACE, &it, &err));
	assert_int_equal(store_leftovers_next(it, &got, &err), NEXT_ITEM);
	assert_int_equal(got.retry_tier, TIER_FIELDS);
	assert_memory_equal(&got.retry_key, &k2, sizeof k2);
	assert_int_equal(got.m.flags, 3);
	assert_int_equal(got.pair, b->pair.id);
	assert_int_equal(store_leftovers_next(it, &got, &err), NEXT_ITEM);
	assert_int_equal(got.retry_tier, TIER_NONE);
	assert_int_equal(got.m.octets, 99);
	assert_true(got.m.date == MSG_DATE_UNKNOWN);
	store_leftovers_close(it);

	ok(store_leftover_count(b->rig.st, b->transfer, SIDE_OLD, &n, &err));
	assert_int_equal(n, 3);
	ok(store_leftover_drop(b->rig.st, b->transfer, SIDE_OLD, b->epoch[0], 5, &err));
	fails(store_leftover_drop(b->rig.st, b->transfer, SIDE_OLD, b->epoch[0], 5, &err),
	      ERR_BUG);
	fails(store_leftover_drop(b->rig.st, b->transfer, SIDE_NEW, b->epoch[0], 4, &err),
	      ERR_BUG);
	ok(store_leftover_count(b->rig.st, b->transfer, SIDE_OLD, &n, &err));
	assert_int_equal(n, 2);
	l = left(b, SIDE_OLD, 4, 'c'); /* twice */
	fails(store_leftover_add(b->rig.st, &l, &err), ERR_BUG);
	l = left(b, SIDE_OLD, 6, 'c');
	l.pair = 999;
	fails(store_leftover_add(b->rig.st, &l, &err), ERR_BUG);
}

static void wants_details_of_a_few_or_of_all(void **state)
{
	struct bed *b = *state;
	struct message_detail d = { .subject = "s" };
	struct leftover l;
	struct pair pair = b->pair;
	struct err err = ERR_INIT;
	int64_t first = b->transfer, second;

	for (uint32_t uid = 1; uid <= 5; uid++)
		leave(b, SIDE_OLD, uid, 'a');
	assert_string_equal(wants(b, first, 3), "old 1, old 2, old 3");
	assert_string_equal(wants(b, 0, 3), "old 1, old 2, old 3");
	assert_string_equal(wants(b, first, 0), "");
	assert_string_equal(wants(b, 999, 3), "");
	ok(store_detail_put(b->rig.st, b->epoch[0], 2, &d, NULL, &err));
	assert_string_equal(wants(b, first, 3),
			    "old 1, old 3"); /* not the next one instead */
	leave(b, SIDE_NEW, 7, 'b');
	assert_string_equal(wants(b, first, 1),
			    "old 1, old 3, old 4, old 5, new 7"); /* both sides: all */

	/* The same message left over in another transfer is asked for once. */
	second = transfer_named(b, "eve");
	pair.transfer = second;
	ok(store_pair_add(b->rig.st, &pair, &err));
	l = left(b, SIDE_OLD, 1, 'a');
	l.transfer = second;
	l.pair = pair.id;
	ok(store_leftover_add(b->rig.st, &l, &err));
	assert_string_equal(wants(b, 0, 1), "old 1, old 3, old 4, old 5, new 7");
	assert_string_equal(wants(b, second, 1), "old 1");
}

static void keeps_details(void **state)
{
	struct bed *b = *state;
	struct message_detail d = { .from = "Ada <ada@example.org>",
				    .date = "x",
				    .subject = "\xc3\xbc",
				    .message_id = "m@example.org" },
			      got;
	struct err err = ERR_INIT;
	bool found;

	ok(store_detail_get(b->rig.st, 1, 1, &b->rig.arena, &got, &found, &err));
	assert_false(found);
	ok(store_detail_put(b->rig.st, 1, 1, &d, NULL, &err));
	ok(store_detail_get(b->rig.st, 1, 1, &b->rig.arena, &got, &found, &err));
	assert_true(found);
	assert_string_equal(got.from, d.from);
	assert_string_equal(got.date, "x");
	assert_string_equal(got.subject, d.subject);
	assert_string_equal(got.message_id, d.message_id);
	d = (struct message_detail){ .subject = "" };
	ok(store_detail_put(b->rig.st, 1, 1, &d, NULL, &err));
	ok(store_detail_get(b->rig.st, 1, 1, &b->rig.arena, &got, &found, &err));
	assert_null(got.from);
	assert_null(got.message_id);
	assert_string_equal(got.subject, ""); /* empty is not absent */
	rig_reopen(&b->rig);
	fails(store_detail_put(b->rig.st, 1, 1, &d, NULL, &err), ERR_BUG); /* no run */
}

static struct finding sample(const struct bed *b)
{
	struct finding f = { .transfer = b->transfer,
			     .cls = FINDING_FLAGS,
			     .severity = SEVERITY_DOUBT,
			     .side = SIDE_NEW,
			     .folder = "Sent",
			     .other = "Sent 2",
			     .epoch = 1,
			     .uid = 4294967295u,
			     .tier = TIER_FIELDS,
			     .octets = -1,
			     .date = MSG_DATE_UNKNOWN,
			     .old_fact = "\\Seen",
			     .new_fact = "",
			     .explanation = "because" };

	memset(&f.key, 7, sizeof f.key);
	memset(&f.fingerprint, 9, sizeof f.fingerprint);
	return f;
}

static void keeps_findings_worst_first(void **state)
{
	struct bed *b = *state;
	static const struct {
		enum severity severity;
		enum finding_class cls;
		const char *folder;
		uint32_t uid;
	} cases[] = {
		{ SEVERITY_INFO, FINDING_MESSAGE_MISSING, "A", 1 },
		{ SEVERITY_LOSS, FINDING_DATE, "B", 2 },
		{ SEVERITY_LOSS, FINDING_MESSAGE_MISSING, "B", 3 },
		{ SEVERITY_LOSS, FINDING_MESSAGE_MISSING, "A", 5 },
		{ SEVERITY_LOSS, FINDING_MESSAGE_MISSING, "A", 4 },
		{ SEVERITY_DOUBT, FINDING_FLAGS, "A", 6 },
	};
	static const uint32_t order[] = { 4, 5, 3, 2, 6, 1 };
	struct finding f = sample(b), got;
	struct store_findings *it;
	struct finding_sum sum;
	struct err err = ERR_INIT;
	int64_t second;

	ok(store_finding_add(b->rig.st, &f, &err));
	ok(store_findings_open(b->rig.st, 0, &it, &err));
	assert_int_equal(store_findings_next(it, &got, &err), NEXT_ITEM);
	assert_int_equal(got.cls, FINDING_FLAGS);
	assert_int_equal(got.severity, SEVERITY_DOUBT);
	assert_int_equal(got.side, SIDE_NEW);
	assert_string_equal(got.folder, "Sent");
	assert_string_equal(got.other, "Sent 2");
	assert_int_equal(got.epoch, 1);
	assert_int_equal(got.uid, 4294967295u);
	assert_int_equal(got.tier, TIER_FIELDS);
	assert_int_equal(got.octets, -1);
	assert_true(got.date == MSG_DATE_UNKNOWN);
	assert_string_equal(got.old_fact, "\\Seen");
	assert_string_equal(got.new_fact, "");
	assert_string_equal(got.explanation, "because");
	assert_memory_equal(&got.key, &f.key, sizeof f.key);
	assert_memory_equal(&got.fingerprint, &f.fingerprint, sizeof f.fingerprint);
	assert_int_equal(store_findings_next(it, &got, &err), NEXT_END);
	store_findings_close(it);
	ok(store_verify_clear(b->rig.st, b->transfer, &err));

	second = transfer_named(b, "eve");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		f.severity = cases[i].severity;
		f.cls = cases[i].cls;
		f.folder = cases[i].folder;
		f.uid = cases[i].uid;
		ok(store_finding_add(b->rig.st, &f, &err));
	}
	f.transfer = second;
	ok(store_finding_add(b->rig.st, &f, &err));
	ok(store_findings_open(b->rig.st, b->transfer, &it, &err));
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		assert_int_equal(store_findings_next(it, &got, &err), NEXT_ITEM);
		if (got.uid != order[i])
			fail_msg("place %zu: uid %u", i, got.uid);
	}
	assert_int_equal(store_findings_next(it, &got, &err), NEXT_END);
	store_findings_close(it);
	ok(store_finding_sums(b->rig.st, b->transfer, &sum, &err));
	assert_int_equal(sum.n[FINDING_MESSAGE_MISSING][SEVERITY_LOSS], 3);
	assert_int_equal(sum.n[FINDING_MESSAGE_MISSING][SEVERITY_INFO], 1);
	assert_int_equal(sum.n[FINDING_FLAGS][SEVERITY_DOUBT], 1);
	assert_int_equal(sum.n[FINDING_CONTENT][SEVERITY_LOSS], 0);
	ok(store_finding_sums(b->rig.st, 0, &sum, &err));
	assert_int_equal(sum.n[FINDING_FLAGS][SEVERITY_DOUBT], 2);
}

static void keeps_one_judgement_per_transfer(void **state)
{
	struct bed *b = *state;
	struct judgement j = { .transfer = b->transfer,
			       .run = b->rig.run,
			       .verdict = VERDICT_DIFFERS,
			       .old_run = b->rig.run,
			       .old_seen = 11,
			       .new_seen = 12,
			       .depth = DEPTH_IDS,
			       .flags_compared = true,
			       .count = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 },
			       .loss = 21,
			       .doubt = 22,
			       .info = 23,
			       .folders_old = 24,
			       .folders_new = 25,
			       .folders_unread = 26,
			       .note = "n" };
	struct judgement got;
	struct err err = ERR_INIT;
	bool found;

	ok(store_judgement(b->rig.st, b->transfer, &b->rig.arena, &got, &found, &err));
	assert_false(found);
	ok(store_judgement_put(b->rig.st, &j, &err));
	fails(store_judgement_put(b->rig.st, &j, &err), ERR_BUG);
	ok(store_judgement(b->rig.st, b->transfer, &b->rig.arena, &got, &found, &err));
	assert_true(found);
	assert_string_equal(got.note, "n");
	got.note = j.note;
	assert_int_equal(got.new_run, 0);
	assert_memory_equal(&got.count, &j.count, sizeof j.count);
	assert_int_equal(got.transfer, j.transfer);
	assert_int_equal(got.run, j.run);
	assert_int_equal(got.verdict, j.verdict);
	assert_int_equal(got.old_run, j.old_run);
	assert_int_equal(got.old_seen, 11);
	assert_int_equal(got.new_seen, 12);
	assert_int_equal(got.depth, DEPTH_IDS);
	assert_true(got.flags_compared);
	assert_int_equal(got.loss, 21);
	assert_int_equal(got.doubt, 22);
	assert_int_equal(got.info, 23);
	assert_int_equal(got.folders_old, 24);
	assert_int_equal(got.folders_new, 25);
	assert_int_equal(got.folders_unread, 26);
}

static void clears_one_transfer_and_no_other(void **state)
{
	static const char *const tables[] = { "pair", "finding", "leftover",
					      "judgement" };
	struct bed *b = *state;
	struct finding f = sample(b);
	struct judgement j = { .transfer = b->transfer, .run = b->rig.run, .note = "" };
	struct message_detail d = { .subject = "s" };
	struct err err = ERR_INIT;
	bool found;
	int64_t transfer;

	transfer = b->transfer;
	for (int i = 0; i < 2; i++) {
		if (i == 1) {
			b->transfer = transfer_named(b, "eve");
			b->pair.transfer = f.transfer = j.transfer = b->transfer;
			ok(store_pair_add(b->rig.st, &b->pair, &err));
		}
		leave(b, SIDE_OLD, 1, 'a');
		ok(store_finding_add(b->rig.st, &f, &err));
		ok(store_judgement_put(b->rig.st, &j, &err));
	}
	ok(store_detail_put(b->rig.st, b->epoch[0], 1, &d, NULL, &err));
	ok(store_verify_clear(b->rig.st, transfer, &err));
	for (size_t i = 0; i < COUNT_OF(tables); i++) {
		char sql[80];

		snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
		if (rig_number(b->rig.path, sql) != 1)
			fail_msg("%s", tables[i]);
	}
	ok(store_detail_get(b->rig.st, b->epoch[0], 1, &b->rig.arena, &d, &found, &err));
	assert_true(found); /* details are asked for once */
}

static void refuses_rows_that_we_would_not_write(void **state)
{
	static const char *const damage[] = {
		"UPDATE finding SET class = 99",
		"UPDATE finding SET severity = -1",
		"UPDATE finding SET side = 2",
		"UPDATE finding SET tier = 4",
		"UPDATE finding SET \"key\" = x'00'",
		"UPDATE finding SET fingerprint = x''",
	};

	for (size_t i = 0; i < COUNT_OF(damage); i++) {
		struct bed *b;
		struct finding f;
		struct store_findings *it;
		struct err err = ERR_INIT;

		bed_setup(state);
		b = *state;
		f = sample(b);
		ok(store_finding_add(b->rig.st, &f, &err));
		assert_int_equal(rig_sql(b->rig.path, damage[i]), SQLITE_OK);
		ok(store_findings_open(b->rig.st, 0, &it, &err));
		if (store_findings_next(it, &f, &err) != NEXT_FAIL ||
		    err.cls != ERR_LEDGER)
			fail_msg("damage %zu was believed", i);
		store_findings_close(it);
		bed_teardown(state);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)
	const struct CMUnitTest tests[] = {
		TEST(keeps_pairs),
		TEST(keeps_leftovers_in_each_order),
		TEST(wants_details_of_a_few_or_of_all),
		TEST(keeps_details),
		TEST(keeps_findings_worst_first),
		TEST(keeps_one_judgement_per_transfer),
		TEST(clears_one_transfer_and_no_other),
		cmocka_unit_test(refuses_rows_that_we_would_not_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
