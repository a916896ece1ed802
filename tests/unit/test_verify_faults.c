/* SPDX-License-Identifier: MIT */
/* The database fails, at any point of a judgement: an error that says so, never a
 * verdict; and what is judged next is judged as if nothing had happened. */
#include "tests/support/verify_people.h"

#include "verify/seal.h"

#include "tests/support/store_faults.h"

/* The clock of this program. */
static int64_t the_time = INT64_C(1800000000);

int64_t clock_now(void)
{
	return the_time;
}

int64_t clock_mono_ms(void)
{
	return the_time * 1000;
}

/* ---- what is held ---- */

static const char *const junk_out[] = { "Junk" };
static const struct map_pair sent_pair[] = { { "Sent Items", "Sent" } };
static const struct map_rules rules = {
	.pairs = sent_pair, .pair_n = 1, .exclude = junk_out, .exclude_n = 1
};

/* All that was found about n people, in words. */
static char *told(struct fx *f, const int64_t *t, size_t n)
{
	struct strbuf out = STRBUF_INIT;
	char *text;

	for (size_t i = 0; i < n; i++) {
		struct judgement j = judgement(f, t[i]);

		check_sums(i, &j);
		strbuf_addf(&out, "%s, %s\n%s\n%s%s", verdict_name(j.verdict),
			    counts_text(f, &j), j.note, findings(f, t[i]),
			    reasons(f, t[i]));
	}
	text = mem_strdup(strbuf_cstr(&out));
	strbuf_done(&out);
	arena_reset(&f->arena);
	return text;
}

static void reopen(struct fx *f)
{
	struct err err = ERR_INIT;

	store_close(f->st);
	f->st = NULL;
	fx_ok(store_open(f->path, STORE_WRITE, &f->st, &err));
}

/* A run that was killed. */
static void leave_open(struct fx *f)
{
	struct run r = { .command = "verify",
			 .scope = "{}",
			 .depth = DEPTH_FULL,
			 .started = clock_now(),
			 .operator_name = "tester" };
	struct err err = ERR_INIT;
	int64_t id;

	fx_ok(store_run_begin(f->st, &r, &id, &err));
}

/* Each way to the database that these n people need and that has not failed yet fails
 * once.  The judgement before stands as it was; for those who are judged twice, as it
 * depends on others (twice), what was judged in between may stand.  The same store, still
 * open, is judged once more, and it is the same judgement.  Returns how many failed. */
static size_t fail_for(struct fx *f, const int64_t *t, size_t n, bool twice)
{
	struct verify_options o = options(t, n);
	enum { STEPS, PREPARES, LEFT_OPEN, DONE };
	struct verify_result r, untouched;
	char *first, *again;
	size_t failed = 0;

	o.rules = &rules;
	o.mass_percent = 10;
	o.profile[SIDE_OLD] = o.profile[SIDE_NEW] = "generic"; /* to find it takes time */
	verify(f, &o);
	verify(f, &o); /* what was measured is known from now on */
	first = told(f, t, n);
	memset(&untouched, 0x5a, sizeof untouched);
	/* Statements stay prepared: how they fail to be is tried when nothing else fails,
	 * and behind that how a run of ours that never ended fails to be ended. */
	for (int round = STEPS; round < DONE;) {
		struct err err = ERR_INIT;
		bool ok;

		if (round >= PREPARES)
			reopen(f);
		if (round == LEFT_OPEN)
			leave_open(f);
		r = untouched;
		fault_begin();
		ok = verify_run(f->st, &o, &r, &err);
		if (!fault_end()) {
			fx_ok(ok);
			round++;
			continue;
		}
		failed++;
		if (ok || err.cls != faults.cls || *err.text == '\0')
			fail_msg("%s failed (%zu): %s, %s: %s", faults.what, failed,
				 ok ? "judged" : "not judged", err_class_name(err.cls),
				 err.text);
		assert_memory_equal(&r, &untouched, sizeof r);
		if (twice || failed % 16 == 0)
			verify(f, &o);
		again = told(f, t, n);
		assert_string_equal(again, first);
		free(again);
	}
	verify(f, &o);
	again = told(f, t, n);
	assert_string_equal(again, first);
	free(again);
	free(first);
	return failed;
}

/* Each by himself, as that is quick, then those that share folders, then all: whose mail
 * is at somebody else's, and what many lost together. */
static void a_store_that_fails_gives_no_verdict(void **state)
{
	int64_t t[PEOPLE];
	size_t failed = 0;
	struct fx f;

	(void)state;
	fx_open(&f);
	people_fill(&f, t);
	for (size_t i = 0; i < PEOPLE; i++)
		failed += fail_for(&f, &t[i], 1,
				   strstr("bob hal ida jon", people[i].name) != NULL);
	failed += fail_for(&f, t, PEOPLE - 1, true);
	print_message("%zu ways to the database failed, each once\n", failed);
	assert_true(failed > 100);
	fx_close(&f);
}

/* Likewise with mail that went from the old side before there was a baseline. */
static void a_store_that_fails_tells_of_nothing_that_vanished(void **state)
{
	static const struct fx_message letters[] = {
		{ "<1@x>", 100, D0, 0, NULL, 1 }, { "<2@x>", 100, D0, 0, NULL, 2 },
		{ "<3@x>", 100, D0, 0, NULL, 3 }, { "<4@x>", 100, D0, 0, NULL, 4 },
		{ "<5@x>", 100, D0, 0, NULL, 5 }, { "<6@x>", 100, D0, 0, NULL, 6 }
	};
	static const struct fx_folder all[] = { F("INBOX", letters) },
				       none[] = { FE("INBOX") };
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	for (int i = 0; i < 2; i++) {
		fx_audit(&f, DEPTH_FULL);
		fx_read(&f, SIDE_OLD, "ann", i == 0 ? all : none, 1);
		fx_read(&f, SIDE_NEW, "ann", none, 1);
		fx_audit_end(&f);
	}
	/* Those that everybody needs have failed before. */
	assert_true(fail_for(&f, &t, 1, false) > 2);
	assert_string_equal(reasons(&f, t), "none doubt vanished old  x6\n");
	fx_close(&f);
}

/* A stop that cannot be noted is told as what it is. */
static bool always(void *ctx)
{
	(void)ctx;
	return true;
}

static void a_stop_that_cannot_be_noted_is_an_error(void **state)
{
	struct verify_options o;
	struct verify_result r;
	size_t failed = 0, stopped = 0;
	struct fx f;
	int64_t t;

	(void)state;
	fx_open(&f);
	t = fx_transfer(&f, "ann", "ann", "ann", "", "");
	o = options(&t, 1);
	o.stop = always;
	while (stopped == 0) {
		struct err err = ERR_INIT;

		fault_begin();
		assert_false(verify_run(f.st, &o, &r, &err));
		if (fault_end())
			failed++;
		else
			stopped++;
		assert_int_equal(err.cls, faults.what != NULL ? faults.cls : ERR_STOPPED);
	}
	assert_true(failed > 2);
	fx_close(&f);
}

/* A baseline is made of what is known, or not at all. */
static void a_store_that_fails_makes_no_seal(void **state)
{
	const struct seal_options o = { .now = clock_now() + 60,
					.max_age = 7 * DAY,
					.max_gap = 7200,
					.teller = "tester",
					.note = "" };
	struct err err = ERR_INIT;
	struct transfer *all;
	int64_t t[PEOPLE];
	size_t n, failed = 0;
	struct fx f;

	(void)state;
	fx_open(&f);
	people_fill(&f, t);
	fx_ok(store_transfers(f.st, false, &f.arena, &all, &n, &err));
	for (size_t i = 0; i < n; i++) {
		const struct seal_made untouched = { .why = "none" };
		struct seal_made made = untouched, first;
		bool fault;

		fx_ok(seal_make(f.st, &all[i], &o, &f.arena, &first, &err));
		do {
			bool ok;

			err = ERR_INIT;
			fault_begin();
			ok = seal_make(f.st, &all[i], &o, &f.arena, &made, &err);
			fault = fault_end();
			failed += fault;
			assert_true(ok != fault);
			if (fault) {
				assert_int_equal(err.cls, faults.cls);
				assert_memory_equal(&made, &untouched, sizeof made);
			}
		} while (fault);
		assert_int_equal(made.state, first.state);
		assert_string_equal(made.why, first.why);
		assert_int_equal(made.folder_n, first.folder_n);
	}
	assert_true(failed > 5);
	fx_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_that_fails_gives_no_verdict),
		cmocka_unit_test(a_store_that_fails_tells_of_nothing_that_vanished),
		cmocka_unit_test(a_stop_that_cannot_be_noted_is_an_error),
		cmocka_unit_test(a_store_that_fails_makes_no_seal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
