/* SPDX-License-Identifier: MIT */
/* Ids of folders in the store: when a row is written, and how long it holds. */
#include "store/store_objectid.h"
#include "tests/support/store_rig.h"

/* The folder was read under this UIDVALIDITY, and this id was told; NULL: none. */
static void tell(struct rig *r, int64_t folder, uint32_t uidvalidity, const char *id)
{
	struct folder_state s = rig_state(0);
	struct err err = ERR_INIT;
	int64_t epoch;

	r->folder = folder;
	s.uidvalidity = uidvalidity;
	epoch = rig_begin(r, &s);
	if (id != NULL)
		ok(store_objectid_put(r->st, folder, epoch, id, &err));
	rig_put(r, epoch, 1, UINT32_MAX, NULL, 0, DEPTH_FULL);
	rig_end(r, epoch, &s, DEPTH_FULL);
}

/* "A f1 1- B f2 1-3x": name, id, from which run, until which one and its fate. */
static const char *all(struct rig *r)
{
	struct strbuf out = STRBUF_INIT;
	struct objectid_seen *v;
	struct err err = ERR_INIT;
	const char *text;
	size_t n;

	ok(store_objectids(r->st, r->account, &r->arena, &v, &n, &err));
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(&out, "%s%s %s %lld-", i > 0 ? " " : "", v[i].folder.name,
			    v[i].mailbox, (long long)v[i].run);
		if (v[i].until != OBJECTID_STANDS)
			strbuf_addf(&out, "%lld", (long long)v[i].until);
		if (v[i].fate == OBJECTID_RENAMED)
			strbuf_addf(&out, ">%s", v[i].to->folder.name);
		strbuf_adds(&out, v[i].fate == OBJECTID_REMOVED ? "x" : "");
		assert_int_equal(v[i].folder.delim, '/');
		assert_true(v[i].epoch > 0 && v[i].at > 0);
		assert_string_equal(v[i].folder.wire, v[i].folder.name);
	}
	text = arena_span(&r->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

static void next_run(struct rig *r, const char *const *names, size_t n)
{
	if (r->run != 0) {
		rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
		rig_run_end(r);
	}
	rig_run(r, DEPTH_FULL);
	rig_list(r, names, n);
}

#define LIST(r, ...)                                                                     \
	do {                                                                             \
		static const char *const names[] = { __VA_ARGS__ };                      \
		next_run(r, names, COUNT_OF(names));                                     \
	} while (0)

static void keeps_what_differs(void **state)
{
	struct rig *r = *state;
	struct ledger_facts facts;
	struct err err = ERR_INIT;
	char longest[OBJECTID_MAX + 2] = { 0 };

	LIST(r, "A", "B");
	assert_string_equal(all(r), "");
	tell(r, 1, 7, "fa");
	tell(r, 2, 7, "fb");
	LIST(r, "A", "B");
	tell(r, 1, 7, "fa"); /* no news */
	assert_int_equal(rig_number(r->path, "SELECT count(*) FROM folder_objectid"), 2);
	assert_string_equal(all(r), "A fa 1- B fb 1-");
	tell(r, 2, 8, "fb"); /* another UIDVALIDITY */
	assert_string_equal(all(r), "A fa 1- B fb 1-2 B fb 2-");
	LIST(r, "A", "C");
	assert_string_equal(all(r), "A fa 1- B fb 1-2 B fb 2-3"); /* C is not known yet */
	tell(r, 3, 8, "fb");
	assert_string_equal(all(r), "A fa 1- B fb 1-2>C B fb 2-3>C C fb 3-");
	/* Back under its old name, which was gone in between. */
	LIST(r, "A", "B");
	assert_string_equal(all(r), "A fa 1- B fb 1-2 B fb 2-3 C fb 3-4");
	tell(r, 2, 8, "fb");
	assert_string_equal(all(r), "A fa 1- B fb 1-2 B fb 2-3 B fb 4- C fb 3-4>B");
	LIST(r, "A");
	assert_string_equal(all(r), "A fa 1- B fb 1-2x B fb 2-3x B fb 4-5x C fb 3-4x");
	/* Of what else is there too little is known. */
	tell(r, 1, 9, NULL);
	assert_string_equal(all(r), "A fa 1- B fb 1-2 B fb 2-3 B fb 4-5 C fb 3-4");
	memset(longest, 'x', OBJECTID_MAX);
	ok(store_objectid_put(r->st, 1, 1, longest, &err));
	longest[OBJECTID_MAX] = 'x';
	fails(store_objectid_put(r->st, 1, 1, longest, &err), ERR_BUG);
	fails(store_objectid_put(r->st, 1, 1, "", &err), ERR_BUG);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
	fails(store_objectid_put(r->st, 1, 1, "fa", &err), ERR_BUG); /* no run */
	/* The rows are covered by the ledger. */
	ok(store_ledger_examine(r->st, true, NULL, 0, &facts, &err));
	assert_int_equal(rig_sql(r->path, "DROP TRIGGER folder_objectid_no_update;"
					  "UPDATE folder_objectid SET mailbox = 'fz'"
					  " WHERE id = 1"),
			 SQLITE_OK);
	fails(store_ledger_examine(r->st, true, NULL, 0, &facts, &err), ERR_LEDGER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_what_differs, rig_setup,
						rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
