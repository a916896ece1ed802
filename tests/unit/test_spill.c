/* SPDX-License-Identifier: MIT */
/* The temporary file for what does not fit into memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/spill.h"

static char dir[] = "/tmp/test_spill.XXXXXX";

static int enter(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int leave(void **state)
{
	(void)state;
	return rmdir(dir); /* fails when a name was left behind */
}

/* Each test begins with the folder of this program as the one to use. */
static int each(void **state)
{
	(void)state;
	unsetenv("SQLITE_TMPDIR");
	return setenv("TMPDIR", dir, 1);
}

static size_t count_names(void)
{
	size_t n = 0;
	DIR *d = opendir(dir);

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(d);
	return n;
}

static int64_t put(struct spill *s, const char *text)
{
	struct err err = ERR_INIT;
	int64_t at = -1;

	if (!spill_append(s, text, strlen(text), &at, &err))
		fail_msg("%s", err.text);
	return at;
}

static void gives_back_what_was_appended(void **state)
{
	static const char *const text[] = { "one", "", "three", "four more" };
	struct spill s = SPILL_INIT;
	struct err err = ERR_INIT;
	int64_t at[COUNT_OF(text)];
	char buf[16];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT_OF(text); i++)
			at[i] = put(&s, text[i]);
		assert_int_equal(s.end, 17);
		for (size_t i = COUNT_OF(text); i-- > 0;) {
			size_t n = strlen(text[i]);

			assert_true(spill_read(&s, at[i], buf, n, &err));
			if (memcmp(buf, text[i], n) != 0)
				fail_msg("text %zu is not as it was put", i);
		}
		spill_done(&s); /* and may be used again */
		assert_int_equal(s.fd, -1);
		assert_int_equal(s.end, 0);
	}
	spill_done(&s);
}

static void leaves_no_name(void **state)
{
	struct spill s = SPILL_INIT;

	(void)state;
	put(&s, "secret");
	assert_string_equal(s.dir, dir);
	assert_int_equal(count_names(), 0);
	spill_done(&s);
}

static void takes_the_first_folder_that_can_be_written(void **state)
{
	static const struct {
		const char *sqlite, *tmpdir, *want;
	} cases[] = {
		{ NULL, dir, dir },	    { dir, "/tmp", dir },
		{ "", dir, dir },	    { "/nowhere", dir, dir },
		{ "/dev/null", dir, dir }, /* no folder */
		{ NULL, NULL, "/var/tmp" }, { "/nowhere", "/nowhere", "/var/tmp" },
		{ "", "", "/var/tmp" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct spill s = SPILL_INIT;

		unsetenv("SQLITE_TMPDIR");
		unsetenv("TMPDIR");
		if (cases[i].sqlite != NULL)
			setenv("SQLITE_TMPDIR", cases[i].sqlite, 1);
		if (cases[i].tmpdir != NULL)
			setenv("TMPDIR", cases[i].tmpdir, 1);
		put(&s, "x");
		if (strcmp(s.dir, cases[i].want) != 0)
			fail_msg("case %zu: %s, not %s", i, s.dir, cases[i].want);
		spill_done(&s);
	}
}

static void says_that_no_file_can_be_made(void **state)
{
	struct rlimit was, none;
	struct spill s = SPILL_INIT;
	struct err err = ERR_INIT;
	int64_t at = 77;

	(void)state;
	/* As root everything can be written: without a descriptor nothing can. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_false(spill_append(&s, "x", 1, &at, &err));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_non_null(strstr(err.text, "/var/tmp"));
	assert_non_null(strstr(err.hint, "TMPDIR"));
	assert_int_equal(at, 77);
	put(&s, "x"); /* later it can */
	spill_done(&s);
}

/* A limit on file sizes stands in for a full disk: the write stops in the middle. */
static void says_that_the_disk_is_full(void **state)
{
	static const char junk[3000];
	struct rlimit was, tight;
	struct spill s = SPILL_INIT;
	struct err err = ERR_INIT;
	int64_t at = 77, first = put(&s, "first");
	char buf[8];

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	tight = (struct rlimit){ .rlim_cur = 2000, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	assert_false(spill_append(&s, junk, sizeof junk, &at, &err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_non_null(strstr(err.text, dir));
	assert_non_null(strstr(err.hint, "make room"));
	assert_int_equal(at, 77);
	/* What failed is not in it; the rest is, and there may be more. */
	assert_int_equal(s.end, 5);
	assert_int_equal(put(&s, "more"), 5);
	err = ERR_INIT;
	assert_true(spill_read(&s, first, buf, 5, &err));
	assert_memory_equal(buf, "first", 5);
	spill_done(&s);
}

static void says_that_the_file_is_cut(void **state)
{
	struct spill s = SPILL_INIT;
	struct err err = ERR_INIT;
	int64_t at = put(&s, "0123456789");
	char buf[16];

	(void)state;
	assert_int_equal(ftruncate(s.fd, 4), 0);
	assert_false(spill_read(&s, at, buf, 10, &err));
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_non_null(strstr(err.text, dir));
	spill_done(&s);
}

#define TEST(f) cmocka_unit_test_setup(f, each)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(gives_back_what_was_appended),
		TEST(leaves_no_name),
		TEST(takes_the_first_folder_that_can_be_written),
		TEST(says_that_no_file_can_be_made),
		TEST(says_that_the_disk_is_full),
		TEST(says_that_the_file_is_cut),
	};

	return cmocka_run_group_tests_name("spill", tests, enter, leave);
}
