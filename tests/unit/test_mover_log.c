/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "mover/mover_log.h"

/* An event as one line. */
static bool show(void *ctx, const struct mover_event *e, struct err *err)
{
	struct strbuf *out = ctx;
	char when[CLOCK_ISO_SIZE] = "-";

	(void)err;
	if (e->when >= 0)
		clock_iso(e->when, when);
	strbuf_addf(out, "%llu %s", (unsigned long long)e->line,
		    mover_event_name(e->kind));
	switch (e->kind) {
	case MOVER_RUN_START:
		strbuf_addf(out, " %s %s@%s > %s@%s", when, e->user[SIDE_OLD],
			    e->host[SIDE_OLD], e->user[SIDE_NEW], e->host[SIDE_NEW]);
		break;
	case MOVER_RUN_END:
		strbuf_addf(
			out,
			" %s code %d errors %lld verdict %d missing %lld: %lld copied, "
			"%lld refused, %lld skipped",
			when, e->code, (long long)e->errors, (int)e->verdict,
			(long long)e->missing, (long long)e->copied,
			(long long)e->refused, (long long)e->skipped);
		break;
	case MOVER_FOLDER:
		strbuf_addf(out,
			    " [%s] > [%s]: %lld messages, %lld duplicates, %lld copied, "
			    "%lld refused, %lld skipped",
			    e->old_name, e->new_name, (long long)e->messages,
			    (long long)e->duplicates, (long long)e->copied,
			    (long long)e->refused, (long long)e->skipped);
		break;
	case MOVER_COPIED:
		strbuf_addf(out, " [%s] %u > [%s] %u, %lld", e->old_name, e->old_uid,
			    e->new_name, e->new_uid, (long long)e->octets);
		break;
	case MOVER_REFUSED:
		strbuf_addf(out, " [%s] %u > [%s], %s: %s", e->old_name, e->old_uid,
			    e->new_name, mover_refusal_name(e->refusal), e->text);
		break;
	case MOVER_SKIPPED:
		strbuf_addf(out, " [%s] %u, %s, %lld", e->old_name, e->old_uid,
			    mover_skip_name(e->skip), (long long)e->octets);
		break;
	case MOVER_EXCLUDED:
		strbuf_addf(out, " [%s] by %s", e->old_name, e->text);
		break;
	case MOVER_REMOVED:
		strbuf_addf(out, " %s [%s] %u [%s] %u", side_name(e->side), e->old_name,
			    e->old_uid, e->new_name, e->new_uid);
		break;
	}
	strbuf_adds(out, "\n");
	return true;
}

static void read_log(struct span text, size_t piece, struct strbuf *out)
{
	struct mover_counts counts = { 0 };
	struct err err = ERR_INIT;
	struct mover_log *log;

	mover_log_open(show, out, &log);
	while (text.n > 0) {
		struct span part = { text.p, text.n < piece ? text.n : piece };

		assert_true(mover_log_feed(log, part, &err));
		text = span_from(text, part.n);
	}
	assert_true(mover_log_finish(log, &counts, &err));
	assert_int_equal(counts.lines, counts.events + counts.foreign + counts.malformed);
	strbuf_addf(out, "%llu lines, %llu foreign, %llu malformed, first %llu\n",
		    (unsigned long long)counts.lines, (unsigned long long)counts.foreign,
		    (unsigned long long)counts.malformed,
		    (unsigned long long)counts.first_malformed);
	mover_log_close(log);
}

static void load(const char *path, struct strbuf *out)
{
	struct err err = ERR_INIT;

	if (!fs_read(path, 1 << 20, out, &err))
		fail_msg("%s", err.text);
}

static void reads_the_logs_of_three_ages(void **state)
{
	static const char *const logs[] = { "imapsync-2.229", "imapsync-1.584",
					    "imapsync-1.255", "broken" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(logs); i++) {
		struct strbuf text = STRBUF_INIT, want = STRBUF_INIT;
		char path[80];

		snprintf(path, sizeof path, "tests/data/mover/%s.log", logs[i]);
		load(path, &text);
		snprintf(path, sizeof path, "tests/data/mover/%s.expect", logs[i]);
		load(path, &want);
		for (size_t piece = 1; piece < 100000; piece *= 7) {
			struct strbuf got = STRBUF_INIT;

			read_log(strbuf_span(&text), piece, &got);
			if (strcmp(strbuf_cstr(&got), strbuf_cstr(&want)) != 0)
				fail_msg("%s in pieces of %zu:\n%s", logs[i], piece,
					 strbuf_cstr(&got));
			strbuf_done(&got);
		}
		strbuf_done(&text);
		strbuf_done(&want);
	}
}

static const struct {
	const char *text;
	enum mover_refusal refusal;
} refusals[] = {
	{ "84 NO [OVERQUOTA] Quota exceeded (mailbox for user is full)", MOVER_QUOTA },
	{ "NO Over quota", MOVER_QUOTA },
	{ "NO Mailbox is full / Blocks limit exceeded", MOVER_QUOTA },
	{ "45 NO [LIMIT] Mail size is larger than the maximum size allowed",
	  MOVER_TOO_LARGE },
	{ "BAD maximum message size exceeded", MOVER_TOO_LARGE },
	{ "NO [TOOBIG] Message too large.", MOVER_TOO_LARGE },
	{ "NO Maximum size of appendable message has been exceeded", MOVER_TOO_LARGE },
	{ "NO Message refused because it contains a virus", MOVER_VIRUS },
	{ "BAD Invalid Arguments: Unable to parse message", MOVER_INVALID },
	{ "NO Message contains bare newlines", MOVER_INVALID },
	{ "NO Message contains NUL characters", MOVER_INVALID },
	{ "NO header limit reached", MOVER_INVALID },
	{ "Write failed 'Broken pipe'", MOVER_CONNECTION },
	{ "timeout waiting 120s for data from server", MOVER_CONNECTION },
	{ "NO [SERVERBUG] Internal error occurred.", MOVER_OTHER },
	{ "", MOVER_OTHER },
};

static void classes_what_servers_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		enum mover_refusal got = mover_refusal_of(span_str(refusals[i].text));

		if (got != refusals[i].refusal)
			fail_msg("%zu: %s is %s", i, refusals[i].text,
				 mover_refusal_name(got));
	}
}

static void a_run_without_its_end_is_told(void **state)
{
	static const char text[] = "Host1: IMAP server [a] port [143] user [u]\n"
				   "Host2: IMAP server [b] port [143] user [v]\n"
				   "++++ Looping on each one of 2 folders to sync\n"
				   "Folder     1/2 [INBOX] -> [INBOX]\n"
				   "msg INBOX/1 {9} copied to INBOX/1 1.00 msgs/s\n"
				   "Host1: IMAP server [a] port [143] user [w]\n"
				   "Host2: IMAP server [b] port [143] user [w]\n";
	struct strbuf got = STRBUF_INIT;

	(void)state;
	read_log(span_str(text), 4096, &got);
	assert_string_equal(
		strbuf_cstr(&got),
		"2 run-start - u@a > v@b\n"
		"5 copied [INBOX] 1 > [INBOX] 1, 9\n"
		"6 folder [INBOX] > [INBOX]: -1 messages, -1 duplicates, 1 copied, 0 "
		"refused, 0 skipped\n"
		"6 run-end - code -1 errors -1 verdict 0 missing -1: 1 copied, 0 "
		"refused, 0 "
		"skipped\n"
		"7 run-start - w@a > w@b\n"
		"7 run-end - code -1 errors -1 verdict 0 missing -1: 0 copied, 0 "
		"refused, 0 "
		"skipped\n"
		"7 lines, 0 foreign, 0 malformed, first 0\n");
	strbuf_done(&got);
}

static void long_lines_and_names_are_malformed(void **state)
{
	struct strbuf text = STRBUF_INIT, got = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i <= MOVER_LINE_MAX; i++)
		strbuf_addc(&text, 'x');
	strbuf_adds(&text, "\nok\nHost1: IMAP server [");
	for (size_t i = 0; i <= MOVER_NAME_MAX; i++)
		strbuf_addc(&text, 'h');
	strbuf_adds(&text, "] port [143] user [u]\n");
	strbuf_add(&text, "msg a\0b/1 {9} copied to c/1 \n", 29);
	read_log(strbuf_span(&text), 1000, &got);
	assert_string_equal(strbuf_cstr(&got),
			    "4 lines, 1 foreign, 3 malformed, first 1\n");
	strbuf_done(&text);
	strbuf_done(&got);
}

static bool stop(void *ctx, const struct mover_event *e, struct err *err)
{
	(void)ctx;
	(void)e;
	return err_set(err, ERR_STOPPED, "enough");
}

static void the_caller_can_stop(void **state)
{
	struct err err = ERR_INIT;
	struct mover_log *log;

	(void)state;
	mover_log_open(stop, NULL, &log);
	assert_false(mover_log_feed(
		log, SPAN_LIT("msg INBOX/1 {9} copied to INBOX/1 \nx\n"), &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	mover_log_close(log);
	mover_log_close(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_logs_of_three_ages),
		cmocka_unit_test(classes_what_servers_say),
		cmocka_unit_test(a_run_without_its_end_is_told),
		cmocka_unit_test(long_lines_and_names_are_malformed),
		cmocka_unit_test(the_caller_can_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
