/* SPDX-License-Identifier: MIT */
#include "tests/support/store_rig.h"

static const struct folder_view *view_of(struct rig *r, const char *wire, bool with_gone)
{
	struct folder_view *view;
	struct err err = ERR_INIT;
	size_t n;

	ok(store_folders(r->st, r->account, with_gone, &r->arena, &view, &n, &err));
	for (size_t i = 0; i < n; i++)
		if (strcmp(view[i].folder.wire, wire) == 0)
			return &view[i];
	return NULL;
}

static int64_t number(struct rig *r, const char *sql)
{
	return rig_number(r->path, sql);
}

static void list_attrs(struct rig *r, struct folder *f, size_t n)
{
	struct account_listing l = { .account = r->account,
				     .prefix = "INBOX.",
				     .delim = '.',
				     .capability = "IMAP4rev1 ID",
				     .server_id = "(\"name\" \"Courier\")",
				     .folders = f,
				     .folder_n = n };
	struct err err = ERR_INIT;

	ok(store_listing(r->st, &l, &err));
}

static void keeps_a_listing_up_to_date(void **state)
{
	struct rig *r = *state;
	struct folder first[] = {
		{ .wire = "Sent",
		  .name = "Sent",
		  .delim = '/',
		  .attrs = FOLDER_SENT | FOLDER_MARKED },
		{ .wire = "INBOX", .name = "INBOX", .delim = '/' },
		{ .wire = "Entw&APw-rfe",
		  .name = "Entw\xc3\xbcrfe",
		  .delim = '/',
		  .attrs = FOLDER_SUBSCRIBED },
	};
	struct folder second[] = {
		{ .wire = "INBOX",
		  .name = "INBOX",
		  .delim = '/',
		  .attrs = FOLDER_HAS_CHILDREN },
		{ .wire = "Sent", .name = "Sent", .delim = '.', .attrs = FOLDER_SENT },
		{ .wire = "Neu", .name = "Neu", .delim = '/' },
	};
	const struct folder_view *v;
	struct folder_view *all;
	struct err err = ERR_INIT;
	size_t n;

	rig_start(r, DEPTH_FULL);
	list_attrs(r, first, COUNT_OF(first));
	assert_int_equal(first[1].id, r->folder);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_change"), 3);
	assert_int_equal(
		number(r, "SELECT count(*) FROM folder_change WHERE before IS NULL"), 3);
	v = view_of(r, "Entw&APw-rfe", false);
	assert_non_null(v);
	assert_string_equal(v->folder.name, "Entw\xc3\xbcrfe");
	assert_int_equal(v->folder.attrs, FOLDER_SUBSCRIBED);
	assert_int_equal(v->folder.delim, '/');
	assert_int_equal(view_of(r, "Sent", false)->folder.attrs,
			 FOLDER_SENT); /* the stable part */

	list_attrs(r, first, COUNT_OF(first));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_change"), 3);

	list_attrs(r, second, COUNT_OF(second));
	assert_int_equal(second[0].id, r->folder);
	assert_int_equal(second[1].id, first[0].id);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_change"),
			 6); /* Sent, Neu, Entw */
	assert_int_equal(number(r,
				"SELECT (after >> 32) - (before >> 32) FROM folder_change"
				" WHERE before <> after"),
			 '.' - '/');
	assert_null(view_of(r, "Entw&APw-rfe", false));
	v = view_of(r, "Entw&APw-rfe", true);
	assert_non_null(v);
	assert_int_equal(v->outcome, FOLDER_GONE);
	assert_int_equal(v->seen_run, r->run);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen WHERE outcome = 4"),
			 1);

	list_attrs(r, second, COUNT_OF(second)); /* gone only once */
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 1);
	list_attrs(r, first, COUNT_OF(first)); /* back, as the same folder */
	assert_int_equal(first[2].id, v->folder.id);
	assert_non_null(view_of(r, "Entw&APw-rfe", false));
	ok(store_folders(r->st, r->account, true, &r->arena, &all, &n, &err));
	assert_int_equal(n, 4);
	for (size_t i = 1; i < n; i++)
		assert_true(strcmp(all[i - 1].folder.name, all[i].folder.name) < 0);
	list_attrs(r, NULL, 0);
	ok(store_folders(r->st, r->account, false, &r->arena, &all, &n, &err));
	assert_int_equal(n, 0);
}

static void joins_what_is_listed_twice(void **state)
{
	struct rig *r = *state;
	struct folder twice[] = {
		{ .wire = "INBOX",
		  .name = "INBOX",
		  .delim = '/',
		  .attrs = FOLDER_SUBSCRIBED },
		{ .wire = "Archive", .name = "Archive", .delim = '/' },
		{ .wire = "INBOX",
		  .name = "INBOX",
		  .delim = '/',
		  .attrs = FOLDER_DRAFTS },
		{ .wire = "INBOX", .name = "INBOX", .delim = '/' },
	};

	rig_start(r, DEPTH_FULL);
	list_attrs(r, twice, COUNT_OF(twice));
	assert_int_equal(twice[0].id, r->folder);
	assert_int_equal(twice[2].id, r->folder);
	assert_int_equal(twice[3].id, r->folder);
	assert_int_not_equal(twice[1].id, r->folder);
	assert_int_equal(view_of(r, "INBOX", false)->folder.attrs,
			 FOLDER_SUBSCRIBED | FOLDER_DRAFTS);
	assert_int_equal(number(r, "SELECT count(*) FROM folder"), 2);
	list_attrs(r, twice, COUNT_OF(twice));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_change"), 3);
}

static void keeps_ten_thousand_folders(void **state)
{
	enum { FOLDERS = 10000 };
	struct rig *r = *state;
	struct folder *f = mem_calloc(FOLDERS, sizeof *f);

	for (size_t i = 0; i < FOLDERS; i++) {
		f[i].wire = f[i].name = arena_printf(&r->arena, "f/%zu",
						     i * 7919 % FOLDERS);
		f[i].delim = '/';
	}
	rig_start(r, DEPTH_FULL);
	list_attrs(r, f, FOLDERS);
	assert_int_equal(number(r, "SELECT count(*) FROM folder WHERE gone_run IS NULL"),
			 FOLDERS);
	list_attrs(r, f, FOLDERS);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_change"), FOLDERS + 2);
	free(f);
}

/* ---- resuming ---- */

static void resumes_only_where_that_is_safe(void **state)
{
	static const struct {
		enum depth depth;
		int64_t modseq, modseq_then;
		uint32_t uidvalidity_then;
		bool other_run;
		uint32_t expect;
	} cases[] = {
		{ DEPTH_FULL, 5, 5, 7, false, 1023 },
		{ DEPTH_FULL, 0, 0, 7, false, 1023 },
		{ DEPTH_FULL, 5, 6, 7, false, 0 },  /* something changed since */
		{ DEPTH_FULL, 5, -1, 7, false, 0 }, /* it no longer tells */
		{ DEPTH_FULL, -1, 5, 7, false, 0 },
		{ DEPTH_FULL, -1, -1, 7, false, 0 },   /* flags may have changed */
		{ DEPTH_IDS, -1, -1, 7, false, 1023 }, /* identity does not */
		{ DEPTH_FULL, 5, 5, 8, false, 0 },     /* other messages */
		{ DEPTH_FULL, 5, 5, 7, true, 0 },      /* another run reads for itself */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct folder_state s = rig_state(2);
		struct store_row rows[] = { rig_row(1), rig_row(2) };
		struct store_window w = { .lo = 1,
					  .hi = 1023,
					  .rows = rows,
					  .row_n = 2,
					  .depth = cases[i].depth };
		struct err err = ERR_INIT;
		uint32_t resume = 99;
		struct rig r;

		rig_make(&r);
		rig_start(&r, cases[i].depth);
		s.modseq = cases[i].modseq;
		w.epoch = rig_begin(&r, &s);
		ok(store_window_put(r.st, &w, &err));
		rig_reopen(&r);
		if (cases[i].other_run)
			rig_run(&r, cases[i].depth);
		else
			ok(store_run_resume(r.st, r.run, &err));
		s.modseq = cases[i].modseq_then;
		s.uidvalidity = cases[i].uidvalidity_then;
		ok(store_folder_begin(r.st, r.folder, &s, false, &w.epoch, &resume, &err));
		if (resume != cases[i].expect)
			fail_msg("case %zu: resumed at %u", i, resume);
		/* And what was dropped stays dropped. */
		ok(store_folder_begin(r.st, r.folder, &s, false, &w.epoch, &resume, &err));
		if (resume != cases[i].expect)
			fail_msg("case %zu: resumed at %u the second time", i, resume);
		assert_int_equal(
			rig_number(r.path, "SELECT count(*) FROM folder_progress"), 1);
		rig_run_end(&r);
		assert_int_equal(
			rig_number(r.path,
				   "SELECT count(*) FROM folder_progress WHERE run = 2"),
			0);
		rig_done(&r);
	}
}

static void refuses_a_folder_without_uidvalidity(void **state)
{
	struct rig *r = *state;
	struct folder_state s = rig_state(0);
	struct err err = ERR_INIT;
	uint32_t resume;
	int64_t epoch;

	fails(store_folder_begin(r->st, 1, &s, false, &epoch, &resume, &err),
	      ERR_BUG); /* no run */
	rig_start(r, DEPTH_FULL);
	s.uidvalidity = 0;
	fails(store_folder_begin(r->st, r->folder, &s, false, &epoch, &resume, &err), ERR_PROTO);
	s.uidvalidity = 1;
	fails(store_folder_begin(r->st, 999, &s, false, &epoch, &resume, &err),
	      ERR_BUG); /* no such folder */
	assert_int_equal(number(r, "SELECT count(*) FROM folder_epoch"), 0);
}

/* ---- the end of a folder ---- */

static struct folder_end ended(struct rig *r, enum folder_outcome outcome,
			       enum depth depth, int64_t exists)
{
	return (struct folder_end){
		.folder = r->folder,
		.outcome = outcome,
		.state = rig_state(exists),
		.depth = depth,
		.error_class = outcome == FOLDER_UNREADABLE ? ERR_SERVER : ERR_NONE,
		.error = outcome == FOLDER_UNREADABLE ? "NO [UNAVAILABLE]" : ""
	};
}

static void tells_only_what_differs(void **state)
{
	struct rig *r = *state;
	struct store_row *rows;
	struct folder_end e;
	struct err err = ERR_INIT;
	const struct folder_view *v;
	int64_t first;
	size_t n;

	rig_start(r, DEPTH_FULL);
	v = view_of(r, "INBOX", false);
	assert_int_equal(v->seen_run, 0);
	assert_int_equal(v->outcome, FOLDER_COUNTED);
	assert_int_equal(v->state.exists, -1);
	rows = rig_rows(1, 20, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	first = r->run;
	rig_run_end(r);
	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, n, DEPTH_FULL);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 1);
	v = view_of(r, "INBOX", false);
	assert_int_equal(v->outcome, FOLDER_READ);
	assert_int_equal(v->seen_run, r->run); /* found so again */
	assert_int_not_equal(v->seen_run, first);
	assert_int_equal(v->state.exists, 20);
	assert_int_equal(v->state.uidvalidity, 7);
	assert_int_equal(v->state.modseq, 5);
	assert_int_equal(v->state.octets, number(r, "SELECT sum(octets) FROM message"));

	/* Counting says nothing new, and does not make the reading any younger. */
	rig_run_end(r);
	rig_start(r, DEPTH_COUNTS);
	e = ended(r, FOLDER_COUNTED, DEPTH_COUNTS, 20);
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 1);
	v = view_of(r, "INBOX", false);
	assert_int_equal(v->seen_run, r->run - 1);
	assert_false(v->moved_on);

	/* One more: the reading still counts, but is stale. */
	e.state.exists = 21;
	ok(store_folder_end(r->st, &e, &err));
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 2);
	v = view_of(r, "INBOX", false);
	assert_int_equal(v->outcome, FOLDER_READ);
	assert_int_equal(v->depth, DEPTH_FULL);
	assert_int_equal(v->state.exists, 20);
	assert_int_equal(v->seen_run, r->run - 1);
	assert_true(v->moved_on);
	rig_run_end(r);

	/* Read as before: that is news again. */
	rig_start(r, DEPTH_FULL);
	rig_read(r, rows, n, DEPTH_FULL);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 3);
	assert_false(view_of(r, "INBOX", false)->moved_on);
	/* One flag of one message. */
	rows[3].m.flags ^= MSG_SEEN;
	rig_read(r, rows, n, DEPTH_FULL);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 4);
	e = ended(r, FOLDER_READ, DEPTH_FULL, 20);
	e.epoch = 1;
	e.state.modseq = 6; /* from here on CHANGEDSINCE may ask */
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 5);
	assert_int_equal(view_of(r, "INBOX", false)->state.modseq, 6);
	/* Less deep. */
	rig_read(r, rows, n, DEPTH_IDS);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 6);
	assert_int_equal(view_of(r, "INBOX", false)->depth, DEPTH_IDS);
	free(rows);
}

/* Messages that cannot be read: they count, they are named, and every change of them is
 * told. */
static void names_the_holes_of_a_folder(void **state)
{
	struct rig *r = *state;
	struct folder_hole hole[] = {
		{ .uid = 7, .octets = 70, .date = 5, .words = "NO [SERVERBUG]" },
		{ .uid = 30, .octets = -1, .date = MSG_DATE_UNKNOWN, .words = "BYE" }
	};
	struct folder_hole *back = NULL;
	struct store_row *rows;
	struct folder_end e;
	struct err err = ERR_INIT;
	const struct folder_view *v;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 20, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	/* 7 is known from before, 30 never was. */
	e = ended(r, FOLDER_HOLED, DEPTH_FULL, 21);
	e.epoch = 1;
	fails(store_folder_end(r->st, &e, &err), ERR_BUG); /* without a hole */
	e.hole = hole;
	e.hole_n = 2;
	e.outcome = FOLDER_READ;
	fails(store_folder_end(r->st, &e, &err), ERR_BUG); /* holes in what was read */
	e.outcome = FOLDER_HOLED;
	e.state.exists = 22; /* one too many */
	fails(store_folder_end(r->st, &e, &err), ERR_PROTO);
	e.state.exists = 21;
	ok(store_folder_end(r->st, &e, &err));
	ok(store_folder_end(r->st, &e, &err)); /* no news */
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 2);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_hole"), 2);
	v = view_of(r, "INBOX", false);
	assert_int_equal(v->outcome, FOLDER_HOLED);
	assert_int_equal(v->state.exists, 21);
	assert_int_equal(v->state.octets, -1); /* those of 30 are not known */
	ok(store_folder_holes(r->st, v->seen, &r->arena, &back, &n, &err));
	assert_int_equal(n, 2);
	assert_true(back[0].uid == 7 && back[0].octets == 70 && back[0].date == 5);
	assert_true(back[1].uid == 30 && back[1].date == MSG_DATE_UNKNOWN);
	assert_string_equal(back[1].words, "BYE");

	/* Counting as many says nothing new, and heals nothing. */
	e = ended(r, FOLDER_COUNTED, DEPTH_COUNTS, 21);
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 2);
	e.state.exists = 22;
	ok(store_folder_end(r->st, &e, &err));
	v = view_of(r, "INBOX", false);
	assert_int_equal(v->outcome, FOLDER_HOLED);
	assert_true(v->moved_on);

	/* Other words, another message: news. */
	e = ended(r, FOLDER_HOLED, DEPTH_FULL, 21);
	e.epoch = 1;
	e.hole = hole;
	e.hole_n = 2;
	ok(store_folder_end(r->st, &e, &err));
	hole[1].words = "BYE again";
	ok(store_folder_end(r->st, &e, &err));
	hole[1].uid = 31;
	hole[1].octets = 9;
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 6);
	assert_int_equal(view_of(r, "INBOX", false)->state.octets,
			 number(r, "SELECT sum(octets) FROM message") + 9);
	free(rows);
}

static void lets_an_unreadable_folder_be_seen(void **state)
{
	struct rig *r = *state;
	struct store_row *rows;
	struct folder_end e;
	struct err err = ERR_INIT;
	const struct folder_view *v;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 20, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	e = ended(r, FOLDER_UNREADABLE, DEPTH_FULL, 20);
	ok(store_folder_end(r->st, &e, &err));
	v = view_of(r, "INBOX", false);
	assert_int_equal(v->outcome, FOLDER_UNREADABLE);
	assert_string_equal(v->error, "NO [UNAVAILABLE]");
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 2);
	e.error = "NO other";
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 3);
	e.epoch = 1; /* this time it broke off later */
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 4);
	/* Counting does not heal it. */
	e = ended(r, FOLDER_COUNTED, DEPTH_COUNTS, 20);
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(view_of(r, "INBOX", false)->outcome, FOLDER_UNREADABLE);
	rig_read(r, rows, n, DEPTH_FULL);
	assert_int_equal(view_of(r, "INBOX", false)->outcome, FOLDER_READ);
	assert_string_equal(view_of(r, "INBOX", false)->error, "");
	/* It became a place without mail, then took as much again and was counted: that
	 * is not what was read. */
	e = ended(r, FOLDER_UNSELECTABLE, DEPTH_FULL, -1);
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(view_of(r, "INBOX", false)->outcome, FOLDER_UNSELECTABLE);
	e = ended(r, FOLDER_COUNTED, DEPTH_COUNTS, 20);
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(view_of(r, "INBOX", false)->outcome, FOLDER_COUNTED);
	free(rows);
}

static void believes_no_count_that_is_not_stored(void **state)
{
	static const int64_t told[] = { 0, 19, 21, -1 };
	struct rig *r = *state;
	struct store_row *rows;
	struct folder_state s = rig_state(20);
	struct store_window w = { .lo = 1, .hi = UINT32_MAX, .depth = DEPTH_FULL };
	struct folder_end e;
	struct err err = ERR_INIT;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 20, 1, &w.row_n);
	w.rows = rows;
	w.epoch = rig_begin(r, &s);
	ok(store_window_put(r->st, &w, &err));
	for (size_t i = 0; i < COUNT_OF(told); i++) {
		e = ended(r, FOLDER_READ, DEPTH_FULL, told[i]);
		e.epoch = w.epoch;
		fails(store_folder_end(r->st, &e, &err), ERR_PROTO);
	}
	e = ended(r, FOLDER_READ, DEPTH_FULL, 20);
	fails(store_folder_end(r->st, &e, &err), ERR_BUG); /* of no epoch */
	e = ended(r, FOLDER_READ, DEPTH_COUNTS, 20);
	e.epoch = w.epoch;
	fails(store_folder_end(r->st, &e, &err), ERR_BUG); /* counted is not read */
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 0);
	free(rows);
}

/* FOLDER_READ without a beginning: the server's state proved that nothing changed. */
static void keeps_messages_of_a_folder_proven_unchanged(void **state)
{
	struct rig *r = *state;
	struct store_row *rows;
	struct folder_end e;
	struct err err = ERR_INIT;
	size_t n;

	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, 20, 1, &n);
	rig_read(r, rows, n, DEPTH_FULL);
	rig_run_end(r);
	rig_start(r, DEPTH_FULL);
	e = ended(r, FOLDER_READ, DEPTH_FULL, 20);
	e.epoch = 1;
	ok(store_folder_end(r->st, &e, &err));
	assert_int_equal(number(r, "SELECT count(*) FROM message WHERE gone_run IS NULL"),
			 20);
	assert_int_equal(number(r, "SELECT count(*) FROM folder_seen"), 1);
	assert_int_equal(view_of(r, "INBOX", false)->seen_run, r->run);
	free(rows);
}

static void does_not_know_octets_when_one_message_did_not_tell(void **state)
{
	struct rig *r = *state;
	struct store_row rows[] = { rig_row(1), rig_row(2) };

	rig_start(r, DEPTH_FULL);
	rows[1].m.octets = -1;
	rig_read(r, rows, 2, DEPTH_FULL);
	assert_int_equal(view_of(r, "INBOX", false)->state.octets, -1);
	rig_read(r, rows, 1, DEPTH_FULL);
	assert_int_equal(view_of(r, "INBOX", false)->state.octets, rows[0].m.octets);
}

/* ---- accounts ---- */

static void tells_how_an_account_was_read(void **state)
{
	struct rig *r = *state;
	struct account_view v;
	struct folder f = { .wire = "INBOX", .name = "INBOX", .delim = '.' };
	struct account_end e = { .outcome = ACCOUNT_NO_LOGIN,
				 .depth = DEPTH_FULL,
				 .error = "refused",
				 .tls = "TLSv1.3" };
	struct err err = ERR_INIT;
	int64_t good_run;
	bool done;

	rig_start(r, DEPTH_FULL);
	e.account = r->account;
	ok(store_account_view(r->st, r->account, &r->arena, &v, &err));
	assert_false(v.found);
	assert_string_equal(v.prefix, "");
	ok(store_account_done(r->st, r->run, r->account, &done, &err));
	assert_false(done);

	list_attrs(r, &f, 1);
	rig_account_end(r, ACCOUNT_PARTLY, DEPTH_IDS);
	good_run = r->run;
	ok(store_account_done(r->st, r->run, r->account, &done, &err));
	assert_true(done);
	rig_run_end(r);
	rig_run(r, DEPTH_FULL);
	ok(store_account_done(r->st, r->run, r->account, &done, &err));
	assert_false(done);
	ok(store_account_end(r->st, &e, &err));
	ok(store_account_view(r->st, r->account, &r->arena, &v, &err));
	assert_true(v.found);
	assert_int_equal(v.outcome, ACCOUNT_NO_LOGIN);
	assert_int_equal(v.run, r->run);
	assert_string_equal(v.error, "refused");
	assert_string_equal(v.tls, "TLSv1.3");
	assert_int_equal(v.good_run, good_run);
	assert_true(v.good_at > 0);
	/* What the newest listing told is still there. */
	assert_string_equal(v.prefix, "INBOX.");
	assert_int_equal(v.delim, '.');
	assert_string_equal(v.capability, "IMAP4rev1 ID");
	assert_string_equal(v.server_id, "(\"name\" \"Courier\")");
	/* But this run listed nothing. */
	assert_int_equal(
		number(r, "SELECT count(*) FROM account_seen WHERE listing IS NULL"), 1);
	/* Nor does a listing count when the account then could not be read. */
	list_attrs(r, &f, 1);
	rig_account_end(r, ACCOUNT_NO_NET, DEPTH_FULL);
	assert_int_equal(number(r, "SELECT count(*) FROM account_seen"
				   " WHERE listing IS NULL"),
			 2);
	assert_int_equal(number(r, "SELECT count(*) FROM banner"), 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)
	const struct CMUnitTest tests[] = {
		TEST(keeps_a_listing_up_to_date),
		TEST(joins_what_is_listed_twice),
		TEST(keeps_ten_thousand_folders),
		cmocka_unit_test(resumes_only_where_that_is_safe),
		TEST(refuses_a_folder_without_uidvalidity),
		TEST(tells_only_what_differs),
		TEST(names_the_holes_of_a_folder),
		TEST(lets_an_unreadable_folder_be_seen),
		TEST(believes_no_count_that_is_not_stored),
		TEST(keeps_messages_of_a_folder_proven_unchanged),
		TEST(does_not_know_octets_when_one_message_did_not_tell),
		TEST(tells_how_an_account_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
