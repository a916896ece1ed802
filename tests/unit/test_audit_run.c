/* SPDX-License-Identifier: MIT */
/* Whole runs with threads, against scripted peers on the loopback. */
#include "tests/support/audit_bed.h"

static void reads_both_sides_alike(void **state)
{
	struct folder_view old, new;
	struct bed b;
	int64_t anna, anna_new;

	(void)state;
	bed_open(&b, "--id Cyrus", "--no-cap ESEARCH --no-cap LIST-EXTENDED");
	anna = add(&b, SIDE_OLD, "anna");
	anna_new = add(&b, SIDE_NEW, "anna@example.org");
	must_go(&b);
	assert_true(b.out.complete);
	assert_false(b.out.resumed);
	assert_int_equal(b.line_n, 0);
	for (int side = 0; side < SIDE_COUNT; side++) {
		assert_int_equal(b.out.side[side].accounts, 1);
		assert_int_equal(b.out.side[side].read, 1);
		assert_int_equal(b.out.side[side].folders, 2);
		assert_int_equal(b.out.side[side].folders_failed, 0);
		assert_int_equal(b.out.side[side].messages, 4);
		assert_int_equal(b.out.side[side].first_error, ERR_NONE);
	}
	assert_int_equal(b.out.count.logins, 2);
	assert_int_equal(b.out.count.reconnects, 0);
	assert_true(b.out.count.commands > 0 && b.out.count.octets_in > 0);
	old = folder_of(&b, anna, "INBOX");
	new = folder_of(&b, anna_new, "INBOX");
	assert_int_equal(old.outcome, FOLDER_READ);
	assert_int_equal(old.messages_read, 3);
	assert_int_equal(old.state.octets, 501 + 502 + 503);
	/* By ENVELOPE there and by HEADER.FIELDS here, the same is the same. */
	assert_memory_equal(&old.digest, &new.digest, sizeof old.digest);
	old = folder_of(&b, anna, "Sent");
	new = folder_of(&b, anna_new, "Sent");
	assert_true(old.folder.attrs & FOLDER_SENT);
	assert_true(old.folder.attrs & FOLDER_SUBSCRIBED);
	assert_true(new.folder.attrs &FOLDER_SUBSCRIBED);
	assert_memory_equal(&old.digest, &new.digest, sizeof old.digest);
	assert_int_equal(seen(&b, anna).outcome, ACCOUNT_READ);
	assert_string_equal(seen(&b, anna).tls, "none");
	bed_close(&b);
}

static void many_connections_share_one_writer(void **state)
{
	struct bed b;
	char user[32];

	(void)state;
	bed_open(&b, "--folders 12 --messages 40",
		 "--folders 12 --messages 40 --no-cap CONDSTORE");
	for (int i = 0; i < 10; i++) {
		snprintf(user, sizeof user, "user%02d", i);
		add(&b, SIDE_OLD, user);
		add(&b, SIDE_NEW, user);
	}
	must_go(&b);
	assert_true(b.out.complete);
	for (int side = 0; side < SIDE_COUNT; side++) {
		assert_int_equal(b.out.side[side].read, 10);
		assert_int_equal(b.out.side[side].folders, 10 * 14);
		assert_int_equal(b.out.side[side].messages, 10 * (12 * 40 + 4));
	}
	assert_int_equal(b.out.count.logins, 20);
	assert_int_equal(b.asked_secrets, 20);
	bed_close(&b);
}

static void counts_without_reading(void **state)
{
	static const char *const args[] = { "--no-open Sent",
					    "--no-open Sent --no-cap LIST-STATUS",
					    "--no-open Sent --no-cap LIST-EXTENDED" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(args); i++) {
		struct bed b;
		int64_t anna;

		bed_open(&b, args[i], NULL);
		anna = add(&b, SIDE_OLD, "anna");
		b.o.depth = DEPTH_COUNTS;
		must_go(&b);
		if (b.out.complete || b.out.side[SIDE_OLD].messages != 3 ||
		    b.out.side[SIDE_OLD].folders_failed != 1)
			fail_msg("case %zu: %lld messages", i,
				 (long long)b.out.side[SIDE_OLD].messages);
		assert_int_equal(folder_of(&b, anna, "INBOX").outcome, FOLDER_COUNTED);
		assert_int_equal(folder_of(&b, anna, "INBOX").state.exists, 3);
		assert_int_equal(folder_of(&b, anna, "Sent").outcome, FOLDER_UNREADABLE);
		bed_close(&b);
	}
}

static void nobody_may_open_it_is_no_failure(void **state)
{
	struct account closed = { .side = SIDE_OLD,
				  .user = "held",
				  .access = ACCESS_NONE,
				  .access_reason = "legal hold" };
	struct err err = ERR_INIT;
	struct bed b;
	int64_t id = 0;

	(void)state;
	bed_open(&b, "", NULL);
	add(&b, SIDE_OLD, "anna");
	fx_ok(store_account_put(b.fx.st, &closed, &id, &err));
	b.account[b.o.account_n++] = id;
	must_go(&b);
	assert_true(b.out.complete);
	assert_int_equal(b.out.side[SIDE_OLD].skipped, 1);
	assert_int_equal(seen(&b, id).outcome, ACCOUNT_SKIPPED);
	assert_string_equal(seen(&b, id).error, "legal hold");
	assert_int_equal(b.out.count.logins, 1);
	bed_close(&b);
}

static void logs_in_as_admin_and_as_master(void **state)
{
	static const struct {
		enum auth_mode auth;
		const char *peer;
	} cases[] = {
		{ AUTH_AUTHZID, "--user admin:pw-admin" },
		{ AUTH_MASTER, "--user anna*admin:pw-admin --user ben*admin:pw-admin" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bed b;

		bed_open(&b, NULL, cases[i].peer);
		b.server[SIDE_NEW].auth = cases[i].auth;
		b.server[SIDE_NEW].admin = "admin";
		add(&b, SIDE_NEW, "anna");
		add(&b, SIDE_NEW, "ben");
		if (!go(&b) || !b.out.complete)
			fail_msg("case %zu: %s", i,
				 b.line_n > 0 ? b.line[0] : b.err.text);
		bed_close(&b);
	}
}

/* The same folders, digest by digest. */
static void must_be_equal(struct bed *a, int64_t in_a, struct bed *b, int64_t in_b)
{
	struct folder_view *fa = NULL, *fb = NULL;
	struct err err = ERR_INIT;
	size_t na = 0, nb = 0;

	fx_ok(store_folders(a->fx.st, in_a, false, &a->fx.arena, &fa, &na, &err));
	fx_ok(store_folders(b->fx.st, in_b, false, &b->fx.arena, &fb, &nb, &err));
	assert_int_equal(na, nb);
	for (size_t i = 0; i < na; i++) {
		assert_string_equal(fa[i].folder.name, fb[i].folder.name);
		assert_int_equal(fa[i].outcome, FOLDER_READ);
		assert_int_equal(fb[i].outcome, FOLDER_READ);
		assert_memory_equal(&fa[i].digest, &fb[i].digest, sizeof fa[i].digest);
	}
}

static void a_stopped_run_goes_on_and_ends_the_same(void **state)
{
	static const char peer[] = "--folders 3 --messages 9000";
	struct bed whole, cut;
	int64_t anna, anna_cut, ben_cut;
	int64_t run;

	(void)state;
	bed_open(&whole, peer, NULL);
	anna = add(&whole, SIDE_OLD, "anna");
	must_go(&whole);
	bed_open(&cut, peer, NULL);
	cut.server[SIDE_OLD].max_connections = 1;
	anna_cut = add(&cut, SIDE_OLD, "anna");
	ben_cut = add(&cut, SIDE_OLD, "ben");
	cut.stop_after = 2000;
	assert_false(go(&cut));
	assert_int_equal(cut.err.cls, ERR_STOPPED);
	run = cut.out.run;
	assert_true(run != 0);
	/* The same command goes on. */
	net_wake_free(cut.wake);
	cut.o.wake = cut.wake = net_wake_new();
	cut.stop_after = 0;
	must_go(&cut);
	assert_true(cut.out.resumed);
	assert_int_equal(cut.out.run, run);
	assert_true(cut.out.complete);
	assert_int_equal(cut.out.side[SIDE_OLD].read, 2);
	assert_int_equal(cut.out.side[SIDE_OLD].messages, 2 * (3 * 9000 + 4));
	must_be_equal(&whole, anna, &cut, anna_cut);
	must_be_equal(&whole, anna, &cut, ben_cut);
	/* It has ended: the next is a run of its own, and nothing has changed. */
	must_go(&cut);
	assert_false(cut.out.resumed);
	must_be_equal(&whole, anna, &cut, anna_cut);
	bed_close(&whole);
	bed_close(&cut);
}

static void another_scope_abandons_the_open_run(void **state)
{
	struct run first;
	struct err err = ERR_INIT;
	struct bed b;
	int64_t run;

	(void)state;
	bed_open(&b, "", NULL);
	add(&b, SIDE_OLD, "anna");
	net_wake_now(b.wake); /* stopped before it begins */
	assert_false(go(&b));
	assert_int_equal(b.err.cls, ERR_STOPPED);
	run = b.out.run;
	net_wake_free(b.wake);
	b.o.wake = b.wake = net_wake_new();
	b.o.scope = "{\"all\":false}";
	must_go(&b);
	assert_false(b.out.resumed);
	assert_int_not_equal(b.out.run, run);
	fx_ok(store_run_get(b.fx.st, run, &b.fx.arena, &first, &err));
	assert_int_equal(first.outcome, RUN_ABANDONED);
	bed_close(&b);
}

/* A leftover of a message that was read. */
static void leave_over(struct bed *b, int64_t transfer, int64_t pair, enum side side,
		       const struct folder_view *f, uint32_t uid)
{
	struct leftover l = { .transfer = transfer,
			      .side = side,
			      .pair = pair,
			      .epoch = f->epoch,
			      .folder = f->folder.name };
	struct store_messages *it = NULL;
	struct err err = ERR_INIT;

	fx_ok(store_messages_open(b->fx.st, f->epoch, STORE_BY_UID, &it, &err));
	while (store_messages_next(it, &l.m, &err) == NEXT_ITEM && l.m.uid != uid)
		;
	store_messages_close(it);
	assert_int_equal(l.m.uid, uid);
	fx_ok(store_leftover_add(b->fx.st, &l, &err));
}

static void looks_up_details_of_leftovers(void **state)
{
	struct message_detail d;
	struct folder_view inbox, sent;
	struct err err = ERR_INIT;
	struct pair pair;
	bool found = false;
	struct bed b;
	int64_t transfer, anna;

	(void)state;
	bed_open(&b, "", NULL);
	anna = add(&b, SIDE_OLD, "anna");
	transfer = fx_transfer(&b.fx, "anna", "anna", NULL, "", "migrate");
	must_go(&b);
	inbox = folder_of(&b, anna, "INBOX");
	sent = folder_of(&b, anna, "Sent");
	pair = (struct pair){ .transfer = transfer,
			      .kind = PAIR_MISSING,
			      .old_folder = inbox.folder.id,
			      .old_name = "INBOX",
			      .new_name = "",
			      .note = "" };
	fx_ok(store_begin(b.fx.st, &err));
	fx_ok(store_pair_add(b.fx.st, &pair, &err));
	leave_over(&b, transfer, pair.id, SIDE_OLD, &inbox, 2);
	leave_over(&b, transfer, pair.id, SIDE_OLD, &sent, 4);
	fx_ok(store_commit(b.fx.st, &err));
	fx_ok(audit_details(b.fx.st, &b.o, 0, 100, &b.out, &err));
	assert_true(b.out.complete);
	assert_int_equal(b.out.side[SIDE_OLD].messages, 2);
	fx_ok(store_detail_get(b.fx.st, inbox.epoch, 2, &b.fx.arena, &d, &found, &err));
	assert_true(found);
	assert_string_equal(d.subject, "number 2");
	assert_string_equal(d.from, "anna@example.org");
	fx_ok(store_detail_get(b.fx.st, sent.epoch, 4, &b.fx.arena, &d, &found, &err));
	assert_true(found);
	fx_ok(store_detail_get(b.fx.st, inbox.epoch, 1, &b.fx.arena, &d, &found, &err));
	assert_false(found);
	/* Nothing is left to ask for: nobody logs in. */
	fx_ok(audit_details(b.fx.st, &b.o, 0, 100, &b.out, &err));
	assert_int_equal(b.out.count.logins, 0);
	bed_close(&b);
}

static void details_of_a_renewed_folder_are_not_taken(void **state)
{
	struct message_detail d;
	struct folder_view inbox;
	struct err err = ERR_INIT;
	struct pair pair;
	bool found = true;
	struct bed b;
	int64_t transfer, anna;

	(void)state;
	bed_open(&b, "", NULL);
	anna = add(&b, SIDE_OLD, "anna");
	transfer = fx_transfer(&b.fx, "anna", "anna", NULL, "", "migrate");
	must_go(&b);
	inbox = folder_of(&b, anna, "INBOX");
	pair = (struct pair){ .transfer = transfer,
			      .kind = PAIR_MISSING,
			      .old_folder = inbox.folder.id,
			      .old_name = "INBOX",
			      .new_name = "",
			      .note = "" };
	fx_ok(store_begin(b.fx.st, &err));
	fx_ok(store_pair_add(b.fx.st, &pair, &err));
	leave_over(&b, transfer, pair.id, SIDE_OLD, &inbox, 2);
	fx_ok(store_commit(b.fx.st, &err));
	peer_stop(&b.peer[SIDE_OLD]);
	peer_start(&b.peer[SIDE_OLD], "--model tests/data/audit_renewed.json");
	b.server[SIDE_OLD].port = b.peer[SIDE_OLD].port;
	fx_ok(audit_details(b.fx.st, &b.o, transfer, 100, &b.out, &err));
	assert_false(b.out.complete);
	must_say(&b, "its UIDVALIDITY has changed");
	fx_ok(store_detail_get(b.fx.st, inbox.epoch, 2, &b.fx.arena, &d, &found, &err));
	assert_false(found);
	bed_close(&b);
}

static void probe_tells_what_a_server_is(void **state)
{
	struct audit_probe p;
	struct bed b;

	(void)state;
	bed_open(&b, "--id Cyrus", "--no-folders");
	assert_true(audit_probe(&b.o, SIDE_OLD, "anna", &p, &b.err));
	assert_true(p.sees_inbox);
	assert_true(p.envelope);
	assert_int_equal(p.folders, 2);
	assert_int_equal(p.messages, 4);
	assert_string_equal(p.server_id, "Cyrus 1.0");
	assert_int_equal(p.delim, '/');
	assert_string_equal(p.tls, "none");
	assert_non_null(strstr(p.greeting, "Cyrus ready"));
	assert_true(audit_probe(&b.o, SIDE_NEW, "anna", &p, &b.err));
	assert_false(p.sees_inbox);
	assert_int_equal(p.folders, 0);
	b.no_secret = true;
	assert_false(audit_probe(&b.o, SIDE_OLD, "anna", &p, &b.err));
	assert_int_equal(b.err.cls, ERR_LOGIN);
	bed_close(&b);
}

static struct strbuf entered; /* who logged in, in order */

static bool noting_secret(void *ctx, enum side side, const char *user, struct strbuf *out,
			  struct err *err)
{
	strbuf_addf(&entered, "%s ", user);
	return secret(ctx, side, user, out, err);
}

#define MANY(user, n)                                                                    \
	"\"" user "\": {\"folders\": [{\"name\": \"INBOX\", \"messages\": [" n "]}]}"
#define ONE "{\"header\": \"Message-ID: <a@b>\\r\\n\"}"

/* The longest first; when it is about age, the oldest; and no account after the time. */
static void accounts_have_an_order_and_a_time(void **state)
{
	static const char model[] = "{\"users\": {" MANY("anna", ONE) ", " MANY(
		"ben", ONE "," ONE "," ONE) ", " MANY("carla", ONE "," ONE) "}}";
	char path[160], args[200];
	struct err err = ERR_INIT;
	struct bed b;

	(void)state;
	bed_open(&b, NULL, NULL);
	snprintf(path, sizeof path, "%s/model.json", b.fx.dir);
	fx_ok(fs_write_atomic(path, span_str(model), 0600, &err));
	snprintf(args, sizeof args, "--model %s", path);
	peer_start(&b.peer[SIDE_OLD], args);
	b.server[SIDE_OLD] = server_of(SIDE_OLD, b.peer[SIDE_OLD].port);
	b.server[SIDE_OLD].max_connections = 1;
	b.o.server[SIDE_OLD] = &b.server[SIDE_OLD];
	b.o.secret = noting_secret;
	add(&b, SIDE_OLD, "anna");
	add(&b, SIDE_OLD, "ben");
	add(&b, SIDE_OLD, "carla");
	must_go(&b);
	assert_string_equal(strbuf_cstr(&entered), "anna ben carla ");
	assert_true(b.out.complete);
	strbuf_clear(&entered);
	must_go(&b);
	assert_string_equal(strbuf_cstr(&entered), "ben carla anna ");
	assert_int_equal(b.out.side[SIDE_OLD].folders_same, 3);

	/* An hour for each login, and half an hour in all. */
	strbuf_clear(&entered);
	b.login_ms = 3600 * 1000;
	b.o.budget_ms = 1800 * 1000;
	must_go(&b);
	assert_string_equal(strbuf_cstr(&entered), "ben ");
	assert_int_equal(b.out.left, 2);
	assert_false(b.out.complete);
	assert_int_equal(b.out.side[SIDE_OLD].read, 1);

	/* All were read just now. */
	strbuf_clear(&entered);
	b.o.budget_ms = 0;
	b.o.stale_s = 3600;
	must_go(&b);
	assert_string_equal(strbuf_cstr(&entered), "");
	assert_int_equal(b.out.fresh, 3);
	assert_true(b.out.complete);
	strbuf_done(&entered);
	bed_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accounts_have_an_order_and_a_time),
		cmocka_unit_test(reads_both_sides_alike),
		cmocka_unit_test(many_connections_share_one_writer),
		cmocka_unit_test(counts_without_reading),
		cmocka_unit_test(nobody_may_open_it_is_no_failure),
		cmocka_unit_test(logs_in_as_admin_and_as_master),
		cmocka_unit_test(a_stopped_run_goes_on_and_ends_the_same),
		cmocka_unit_test(another_scope_abandons_the_open_run),
		cmocka_unit_test(looks_up_details_of_leftovers),
		cmocka_unit_test(details_of_a_renewed_folder_are_not_taken),
		cmocka_unit_test(probe_tells_what_a_server_is),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
