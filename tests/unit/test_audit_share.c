/* SPDX-License-Identifier: MIT */
/* One big folder over several connections: as trustworthy as over one. */
#include "tests/support/audit_bed.h"

#include "audit/audit_share.h"

enum { MESSAGES = 8000 };
#define BIG "--folders 1 --messages 8000"

static struct sha256 alone; /* the folder's digest, read over one connection */

static void open_big(struct bed *b, const char *args, unsigned connections)
{
	char all[512];

	snprintf(all, sizeof all, "%s %s", BIG, args);
	bed_open(b, all, NULL);
	b->server[SIDE_OLD].max_connections = connections;
	b->o.share_min = 2048;
}

/* It was read in whole, and is what one connection finds. */
static void must_be_whole(struct bed *b, int64_t account)
{
	struct folder_view f = folder_of(b, account, "Folder 00001");

	if (f.outcome != FOLDER_READ)
		fail_msg("%s: %s", folder_outcome_name(f.outcome), f.error);
	assert_int_equal(f.messages_read, MESSAGES);
	assert_memory_equal(&f.digest, &alone, sizeof alone);
}

static int read_alone(void **state)
{
	struct bed b;
	int64_t anna;

	if (start(state) != 0)
		return -1;
	open_big(&b, "", 1);
	anna = add(&b, SIDE_OLD, "anna");
	must_go(&b);
	assert_int_equal(b.out.count.logins, 1);
	alone = folder_of(&b, anna, "Folder 00001").digest;
	must_be_whole(&b, anna);
	bed_close(&b);
	return 0;
}

static void connections_share_a_folder(void **state)
{
	static const char *const args[] = { "--meet 3", "--meet 2 --no-cap CONDSTORE",
					    "--meet 3 --id Cyrus" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(args); i++) {
		struct bed b;
		int64_t anna;

		open_big(&b, args[i], 3);
		anna = add(&b, SIDE_OLD, "anna");
		must_go(&b);
		assert_true(b.out.complete);
		assert_int_equal(b.line_n, 0);
		must_be_whole(&b, anna);
		/* The peer would have waited 20 s for those that never come. */
		assert_in_range(b.out.count.logins, i == 1 ? 2 : 3, 3);
		assert_int_equal(b.out.count.reconnects, 0);
		assert_int_equal(b.seen.errors, 0);
		bed_close(&b);
	}
}

/* COMPRESS=DEFLATE, for the helpers too: the same evidence, and fewer octets. */
static void compressed_it_is_the_same(void **state)
{
	static const struct {
		enum compress_mode mode;
		const char *args;
		bool less;
	} cases[] = {
		{ COMPRESS_ON, "--add-cap COMPRESS=DEFLATE", true },
		{ COMPRESS_ON, "--add-cap COMPRESS=DEFLATE --no COMPRESS", false },
		{ COMPRESS_ON, "", false }, /* not offered */
		{ COMPRESS_OFF, "--add-cap COMPRESS=DEFLATE", false },
		{ COMPRESS_AUTO, "--add-cap COMPRESS=DEFLATE", false }, /* near */
	};
	int64_t plain = 0;

	(void)state;
	for (size_t i = COUNT_OF(cases); i-- > 0;) {
		char args[120];
		struct bed b;
		int64_t anna;

		snprintf(args, sizeof args, "--meet 2 %s", cases[i].args);
		open_big(&b, args, 2);
		b.server[SIDE_OLD].compress = cases[i].mode;
		anna = add(&b, SIDE_OLD, "anna");
		must_go(&b);
		assert_true(b.out.complete);
		must_be_whole(&b, anna);
		if (i == 3)
			plain = b.out.count.octets_in;
		if (i < 3 && (b.out.count.octets_in < plain / 2) != cases[i].less)
			fail_msg("case %zu: %lld octets, plain %lld", i,
				 (long long)b.out.count.octets_in, (long long)plain);
		bed_close(&b);
	}
}

/* Other accounts come first, and nobody comes to what is small. */
static void nobody_helps_where_it_does_not_pay(void **state)
{
	struct bed b;

	(void)state;
	open_big(&b, "", 4);
	b.o.share_min = MESSAGES + 1;
	add(&b, SIDE_OLD, "anna");
	must_go(&b);
	assert_true(b.out.complete);
	assert_int_equal(b.out.count.logins, 1);
	bed_close(&b);
}

/* Two of its own, and no third: the limit of the server is no fault of the run. */
static void a_refused_helper_is_no_error(void **state)
{
	struct bed b;
	int64_t anna;

	(void)state;
	open_big(&b, "--limit 2 --meet 2", 4);
	anna = add(&b, SIDE_OLD, "anna");
	must_go(&b);
	assert_true(b.out.complete);
	assert_int_equal(b.line_n, 0);
	must_be_whole(&b, anna);
	assert_in_range(b.out.count.logins, 1, 2);
	bed_close(&b);
}

static void a_helper_that_breaks_gives_its_windows_back(void **state)
{
	static const char *const cuts[] = { "2=20", "2=2000", "2=100000" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		char args[80];
		struct bed b;
		int64_t anna;

		snprintf(args, sizeof args, "--meet %d --cut-later %s", i == 0 ? 1 : 2,
			 cuts[i]);
		open_big(&b, args, 3);
		anna = add(&b, SIDE_OLD, "anna");
		must_go(&b);
		if (!b.out.complete)
			fail_msg("case %zu is not complete: %s", i,
				 b.line_n > 0 ? b.line[0] : "");
		must_be_whole(&b, anna);
		bed_close(&b);
	}
}

static char *model(struct bed *b, const char *name, uint32_t uidvalidity, unsigned skip)
{
	static char path[200];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s.json", b->fx.dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
		"{\"folders\": [{\"name\": \"INBOX\"}, {\"name\": \"Big\", "
		"\"uidvalidity\": %u, \"uidnext\": 6001, \"messages\": [",
		uidvalidity);
	for (unsigned uid = 1, n = 0; uid <= 6000; uid++)
		if (uid != skip)
			fprintf(f,
				"%s{\"uid\": %u, \"header\": \"Message-ID: "
				"<%u@example.org>\\r\\n\"}",
				n++ > 0 ? ", " : "", uid, uid);
	fprintf(f, "]}]}\n");
	assert_int_equal(fclose(f), 0);
	return path;
}

/* Another server behind the same name: what it shows counts for nothing. */
static void a_helper_that_sees_something_else_does_no_harm(void **state)
{
	static const struct {
		uint32_t uidvalidity;
		unsigned skip;
		const char *meet;
	} cases[] = {
		{ 8, 0, "1" },	  /* numbered otherwise */
		{ 7, 5000, "2" }, /* behind: one message has not come there */
		{ 7, 3, "2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct folder_view f;
		char args[700];
		struct bed b;
		int64_t anna;

		bed_open(&b, NULL, NULL);
		snprintf(args, sizeof args, "--meet %s --model %s", cases[i].meet,
			 model(&b, "one", 7, 0));
		snprintf(args + strlen(args), sizeof args - strlen(args), " --later 2=%s",
			 model(&b, "other", cases[i].uidvalidity, cases[i].skip));
		peer_start(&b.peer[SIDE_OLD], args);
		b.server[SIDE_OLD] = server_of(SIDE_OLD, b.peer[SIDE_OLD].port);
		b.server[SIDE_OLD].max_connections = 2;
		b.o.server[SIDE_OLD] = &b.server[SIDE_OLD];
		b.o.share_min = 2048;
		anna = add(&b, SIDE_OLD, "anna");
		must_go(&b);
		f = folder_of(&b, anna, "Big");
		if (!b.out.complete || f.outcome != FOLDER_READ ||
		    f.messages_read != 6000 || f.state.uidvalidity != 7)
			fail_msg("case %zu: %lld messages, %s", i,
				 (long long)f.messages_read, f.error);
		bed_close(&b);
	}
}

/* A message that cannot be had: named, as if one connection had read all. */
static void what_is_wrong_is_named_as_ever(void **state)
{
	static const struct {
		const char *args, *words;
	} cases[] = {
		{ "--omit-message 3500", "does not tell all about uid 3500 (1 in all)" },
		{ "--refuse-fetch 4500", "does not tell all about uid 4500 (1 in all)" },
		{ "--garbage-fetch 5500", "while uid 5500 was read (1 in all)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct folder_view f;
		char args[100];
		struct bed b;
		int64_t anna;

		/* The peer is slow at lists of uids. */
		snprintf(args, sizeof args, "--folders 1 --messages 6000 --meet 2 %s",
			 cases[i].args);
		bed_open(&b, args, NULL);
		b.server[SIDE_OLD].max_connections = 3;
		b.o.share_min = 2048;
		anna = add(&b, SIDE_OLD, "anna");
		must_go(&b);
		assert_false(b.out.complete);
		f = folder_of(&b, anna, "Folder 00001");
		if (f.outcome != FOLDER_HOLED ||
		    strstr(f.error, cases[i].words) == NULL)
			fail_msg("case %zu: %s: %s", i, folder_outcome_name(f.outcome),
				 f.error);
		bed_close(&b);
	}
}

/* Stopped in the middle, and the same command again. */
static void goes_on_where_it_was_stopped(void **state)
{
	struct bed b;
	int64_t anna;

	(void)state;
	for (int64_t after = 1; after < MESSAGES; after += 3000) {
		open_big(&b, "--meet 2", 3);
		anna = add(&b, SIDE_OLD, "anna");
		b.stop_after = after;
		/* It may be finished before anybody looks. */
		if (!go(&b))
			assert_int_equal(b.err.cls, ERR_STOPPED);
		b.stop_after = 0;
		net_wake_free(b.wake);
		b.wake = net_wake_new();
		b.o.wake = b.wake;
		must_go(&b);
		assert_true(b.out.complete);
		must_be_whole(&b, anna);
		bed_close(&b);
	}
}

/* ---- without a server ---- */

struct catcher {
	uint32_t next; /* where the next window must begin */
	size_t n;
	size_t fail_at; /* SIZE_MAX: never */
	struct audit_pool pool;
};

static bool catch_window(void *ctx, struct audit_window *w, struct err *err)
{
	struct catcher *c = ctx;
	bool fails = c->n == c->fail_at;

	assert_int_equal(w->lo, c->next);
	assert_int_equal(w->epoch, 77);
	c->next = w->hi + 1;
	c->n++;
	audit_window_give(&c->pool, w);
	return !fails || err_set(err, ERR_LOCAL, "disk full");
}

struct desk {
	struct audit_board board;
	struct catcher c;
	struct audit_sink sink;
	struct audit_reader r;
	struct folder folder;
	bool none;
	struct audit_share *s;
	struct err err;
};

/* Windows of 1,024 messages: the uids begin with the second block. */
static void desk_open(struct desk *d, uint32_t messages)
{
	*d = (struct desk){ .c = { .next = 1, .fail_at = SIZE_MAX }, .err = ERR_INIT };
	audit_board_init(&d->board);
	audit_board_join(&d->board);
	audit_pool_init(&d->c.pool);
	audit_reader_init(&d->r);
	d->r.pool = &d->c.pool;
	d->sink = (struct audit_sink){ .ctx = &d->c, .window = catch_window };
	assert_true(audit_uids_add(&d->r.set, AUDIT_BLOCK, AUDIT_BLOCK + messages - 1,
				   UINT64_MAX, &d->err));
	d->s = audit_share_open(&d->board, &(struct audit_offer){ .folder = &d->folder,
								  .account = 5,
								  .epoch = 77,
								  .r = &d->r,
								  .from = 1,
								  .sink = &d->sink,
								  .alone = &d->none,
								  .min = 2000 });
}

static void desk_close(struct desk *d)
{
	assert_true(audit_share_close(d->s, &d->r.dropped, &d->err));
	audit_board_leave(&d->board);
	audit_board_done(&d->board);
	audit_reader_done(&d->r);
	audit_pool_done(&d->c.pool);
}

struct taken {
	struct audit_cut cut;
	uint64_t turn;
};

static enum audit_take take(struct desk *d, bool owner, struct taken *out)
{
	return audit_share_take(d->s, owner, 1024, &out->cut, &out->turn, &d->err);
}

static uint32_t put(struct desk *d, const struct taken *t)
{
	uint32_t water = 0;

	if (!audit_share_put(d->s, t->turn,
			     audit_window_take(&d->c.pool, &d->r.set, &t->cut), &water,
			     &d->err))
		assert_int_equal(d->err.cls, ERR_LOCAL);
	return water;
}

static void windows_wait_for_their_turn(void **state)
{
	struct taken t[6];
	struct desk d;

	(void)state;
	desk_open(&d, 5 * 1024);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(take(&d, i % 2 == 0, &t[i]), AUDIT_TAKE_CUT);
	assert_int_equal(take(&d, false, &t[5]), AUDIT_TAKE_END);
	assert_int_equal(take(&d, true, &t[5]), AUDIT_TAKE_WAIT);
	assert_int_equal(put(&d, &t[2]), 0);
	assert_int_equal(put(&d, &t[1]), 0);
	assert_int_equal(d.c.n, 0);
	assert_int_equal(put(&d, &t[0]), 4 * 1024 - 1);
	assert_int_equal(d.c.n, 3);
	/* What was given back goes to the next who asks, and the end waits for it. */
	audit_share_back(d.s, t[4].turn, &t[4].cut);
	audit_share_back(d.s, t[3].turn, &t[3].cut);
	assert_int_equal(take(&d, false, &t[5]), AUDIT_TAKE_CUT);
	assert_int_equal(t[5].turn, t[3].turn);
	assert_int_equal(t[5].cut.lo, t[3].cut.lo);
	assert_int_equal(put(&d, &t[5]), 5 * 1024 - 1);
	assert_int_equal(take(&d, false, &t[5]), AUDIT_TAKE_CUT);
	assert_int_equal(take(&d, true, &t[0]), AUDIT_TAKE_WAIT);
	assert_int_equal(put(&d, &t[5]), UINT32_MAX);
	assert_int_equal(take(&d, true, &t[5]), AUDIT_TAKE_END);
	assert_int_equal(d.c.n, 5);
	desk_close(&d);
}

static void only_so_much_is_held_back(void **state)
{
	struct taken t[AUDIT_SHARE_AHEAD + 1];
	struct desk d;

	(void)state;
	desk_open(&d, (AUDIT_SHARE_AHEAD + 9) * 1024);
	for (size_t i = 0; i < AUDIT_SHARE_AHEAD; i++)
		assert_int_equal(take(&d, false, &t[i]), AUDIT_TAKE_CUT);
	for (size_t i = 1; i < AUDIT_SHARE_AHEAD; i++)
		put(&d, &t[i]);
	assert_int_equal(take(&d, false, &t[AUDIT_SHARE_AHEAD]), AUDIT_TAKE_WAIT);
	assert_int_equal(d.c.n, 0);
	/* The one that all wait for can always be taken. */
	audit_share_back(d.s, t[0].turn, &t[0].cut);
	assert_int_equal(take(&d, true, &t[0]), AUDIT_TAKE_CUT);
	put(&d, &t[0]);
	assert_int_equal(d.c.n, AUDIT_SHARE_AHEAD);
	assert_int_equal(take(&d, false, &t[0]), AUDIT_TAKE_CUT);
	desk_close(&d); /* in the middle: nothing leaks */
}

static void a_sink_that_fails_ends_it_for_all(void **state)
{
	struct taken t[3];
	struct desk d;

	(void)state;
	desk_open(&d, 9 * 1024);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(take(&d, false, &t[i]), AUDIT_TAKE_CUT);
	d.c.fail_at = 1;
	put(&d, &t[2]);
	put(&d, &t[1]);
	put(&d, &t[0]);
	assert_int_equal(d.c.n, 2);
	assert_int_equal(take(&d, true, &t[0]), AUDIT_TAKE_DEAD);
	assert_int_equal(d.err.cls, ERR_LOCAL);
	desk_close(&d);
}

static void helpers_come_where_they_pay(void **state)
{
	const struct audit_uids nothing = { 0 };
	struct audit_share *a, *b;
	struct net_wake *wake = net_wake_new();
	struct desk d;
	bool idle;

	(void)state;
	desk_open(&d, 6500); /* worth two helpers, at 2,000 for each */
	a = audit_share_join(&d.board, wake, 0, 0, &idle);
	b = audit_share_join(&d.board, wake, 0, 0, &idle);
	assert_ptr_equal(a, d.s);
	assert_ptr_equal(b, d.s);
	assert_null(audit_share_join(&d.board, wake, 0, 1, &idle));
	assert_true(idle);
	/* One that failed may come again, but not for ever. */
	for (unsigned i = 0; i < AUDIT_SHARE_FAILS; i++) {
		audit_share_leave(d.s, AUDIT_LEFT_BROKE, &nothing);
		if (i + 1 < AUDIT_SHARE_FAILS)
			assert_ptr_equal(audit_share_join(&d.board, wake, 5, 0, &idle),
					 d.s);
	}
	assert_null(audit_share_join(&d.board, wake, 5, 1, &idle));
	audit_share_leave(d.s, AUDIT_LEFT_NO, &nothing);
	assert_true(d.none);
	net_wake_now(wake);
	assert_null(audit_share_join(&d.board, wake, 5, 0, &idle));
	assert_false(idle);
	net_wake_free(wake);
	desk_close(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_share_a_folder),
		cmocka_unit_test(compressed_it_is_the_same),
		cmocka_unit_test(nobody_helps_where_it_does_not_pay),
		cmocka_unit_test(a_refused_helper_is_no_error),
		cmocka_unit_test(a_helper_that_breaks_gives_its_windows_back),
		cmocka_unit_test(a_helper_that_sees_something_else_does_no_harm),
		cmocka_unit_test(what_is_wrong_is_named_as_ever),
		cmocka_unit_test(goes_on_where_it_was_stopped),
		cmocka_unit_test(windows_wait_for_their_turn),
		cmocka_unit_test(only_so_much_is_held_back),
		cmocka_unit_test(a_sink_that_fails_ends_it_for_all),
		cmocka_unit_test(helpers_come_where_they_pay),
	};

	return cmocka_run_group_tests(tests, read_alone, stop);
}
