/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fs.h"

static char dir[] = "/tmp/test_fs.XXXXXX";
static char *file; /* in dir */

static int enter(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	file = fs_join(dir, "file");
	return 0;
}

static size_t count_files(void)
{
	size_t n = 0;
	DIR *d = opendir(dir);

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static int leave(void **state)
{
	char command[64];

	(void)state;
	free(file);
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

static void put(const char *text, unsigned mode)
{
	struct err err = ERR_INIT;

	if (!fs_write_atomic(file, span_str(text), 0600, &err))
		fail_msg("%s", err.text);
	assert_int_equal(chmod(file, (mode_t)mode), 0);
}

static void reads_up_to_the_limit(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	put("ten octets", 0600);
	strbuf_adds(&out, "before ");
	assert_true(fs_read(file, 10, &out, &err));
	assert_string_equal(strbuf_cstr(&out), "before ten octets");
	assert_false(fs_read(file, 9, &out, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	assert_string_equal(strbuf_cstr(&out), "before ten octets");
	put("", 0600);
	assert_true(fs_read(file, 0, &out, &err));
	assert_int_equal(out.n, 17);
	/* A file that does not tell its size is read to its end, and no further than max.
	 */
	strbuf_clear(&out);
	assert_true(fs_read("/proc/self/status", 1 << 20, &out, &err));
	assert_true(out.n > 100);
	strbuf_clear(&out);
	assert_false(fs_read("/proc/self/status", 20, &out, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	assert_int_equal(out.n, 0);
	strbuf_done(&out);
}

static void refuses_what_is_no_regular_file(void **state)
{
	char *fifo = fs_join(dir, "fifo"), *nothing = fs_join(dir, "no\nthing");
	const char *paths[] = { dir, fifo, "/dev/null", nothing };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	assert_int_equal(mkfifo(fifo, 0600), 0);
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		struct err err = ERR_INIT;

		if (fs_read(paths[i], 100, &out, &err) || err.cls != ERR_LOCAL)
			fail_msg("case %zu: %s", i, err.text);
		if (fs_read_secret(paths[i], 100, &out, &err) || err.cls != ERR_LOCAL)
			fail_msg("case %zu as a secret: %s", i, err.text);
	}
	assert_null(out.p);
	unlink(fifo);
	free(fifo);
	free(nothing);
}

static void refuses_secrets_that_others_can_reach(void **state)
{
	static const struct {
		unsigned mode;
		bool ok;
	} cases[] = {
		{ 0600, true },	 { 0400, true },  { 0700, true },  { 0711, true },
		{ 0640, false }, { 0604, false }, { 0620, false }, { 0602, false },
		{ 0644, false }, { 0777, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;
		bool ok;

		unlink(file);
		put("hunter2", cases[i].mode);
		ok = fs_read_secret(file, 100, &out, &err);
		if (ok != cases[i].ok)
			fail_msg("mode %03o: %s", cases[i].mode, err.text);
		if (ok)
			assert_string_equal(strbuf_cstr(&out), "hunter2");
		if (!ok &&
		    (err.cls != ERR_CONFIG || strstr(err.hint, "chmod 600 /") == NULL ||
		     strstr(err.text, "hunter2") != NULL || out.n != 0))
			fail_msg("mode %03o: %s (%s)", cases[i].mode, err.text, err.hint);
		strbuf_wipe(&out);
	}
}

/* An ACL as the kernel keeps it: entries of tag, rights and id. */
static bool put_acl(const uint32_t (*entry)[3], size_t n)
{
	unsigned char acl[4 + 8 * 8] = { 2 };

	for (size_t i = 0; i < n; i++) {
		unsigned char *p = acl + 4 + 8 * i;

		p[0] = (unsigned char)entry[i][0];
		p[2] = (unsigned char)entry[i][1];
		for (int k = 0; k < 4; k++)
			p[4 + k] = (unsigned char)(entry[i][2] >> 8 * k);
	}
	return setxattr(file, "system.posix_acl_access", acl, 4 + 8 * n, 0) == 0;
}

/* systemd leaves a credential to root, and an ACL lets one user read it. */
static void a_credential_may_be_ours_by_acl(void **state)
{
	const uint32_t none = UINT32_MAX, me = geteuid();
	const struct {
		uint32_t entry[5][3];
		bool ok;
	} cases[] = {
		{ { { 1, 4, none },
		    { 2, 4, me },
		    { 4, 0, none },
		    { 16, 4, none },
		    { 32, 0, none } },
		  true },
		/* Another user beside or instead of us, the group, all. */
		{ { { 1, 4, none },
		    { 2, 4, me + 1 },
		    { 4, 0, none },
		    { 16, 4, none },
		    { 32, 0, none } },
		  false },
		{ { { 1, 4, none },
		    { 2, 4, me },
		    { 4, 4, none },
		    { 16, 4, none },
		    { 32, 0, none } },
		  false },
		{ { { 1, 4, none },
		    { 2, 4, me },
		    { 4, 0, none },
		    { 16, 4, none },
		    { 32, 4, none } },
		  false },
		{ { { 1, 4, none },
		    { 2, 6, me },
		    { 4, 0, none },
		    { 16, 6, none },
		    { 32, 0, none } },
		  false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;
		bool ok;

		unlink(file);
		put("hunter2", 0400);
		if (!put_acl(cases[i].entry, 5))
			skip(); /* a file system without ACLs */
		ok = fs_read_credential(file, 100, &out, &err);
		if (ok != cases[i].ok || (!ok && err.cls != ERR_CONFIG))
			fail_msg("case %zu: %s", i, err.text);
		strbuf_wipe(&out);
		/* To the rest of the world an ACL is a right of the group. */
		err = ERR_INIT;
		assert_false(fs_read_secret(file, 100, &out, &err));
		assert_int_equal(err.cls, ERR_CONFIG);
	}
	unlink(file);
	put("hunter2", 0640);
	for (int i = 0; i < 2; i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(fs_read_credential(file, 100, &out, &err), i == 1);
		strbuf_wipe(&out);
		assert_int_equal(chmod(file, 0400), 0);
	}
}

static void refuses_secrets_of_other_users(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	put("hunter2", 0600);
	assert_int_equal(chown(file, 4711, 4711), 0);
	assert_false(fs_read_secret(file, 100, &out, &err));
	assert_int_equal(err.cls, ERR_CONFIG);
	assert_non_null(strstr(err.text, "4711"));
	strbuf_done(&out);
}

static void replaces_a_file_as_a_whole(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct stat st;
	mode_t before = umask(027);

	(void)state;
	unlink(file);
	assert_false(fs_exists(file));
	assert_true(fs_write_atomic(file, SPAN_LIT("first"), 0666, &err));
	assert_true(fs_exists(file));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_true(fs_write_atomic(file, (struct span){ "se\0ond", 6 }, 0600, &err));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(fs_read(file, 100, &out, &err));
	assert_int_equal(out.n, 6);
	assert_memory_equal(out.p, "se\0ond", 6);
	assert_int_equal(count_files(), 1);
	umask(before);
	strbuf_done(&out);
}

static void a_failed_write_leaves_the_old_file(void **state)
{
	struct rlimit limit, low;
	struct strbuf big = STRBUF_INIT, out = STRBUF_INIT;
	struct err err = ERR_INIT;
	char *missing = fs_join(dir, "missing/file");

	(void)state;
	put("old", 0600);
	/* A limit on file sizes stands in for a full disk: the write stops in the middle.
	 */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	low = limit;
	low.rlim_cur = 4096;
	for (int i = 0; i < 5000; i++)
		strbuf_addc(&big, 'n');
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	if (fs_write_atomic(file, strbuf_span(&big), 0600, &err))
		fail_msg("wrote over the limit");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_true(fs_read(file, 100, &out, &err));
	assert_string_equal(strbuf_cstr(&out), "old");
	assert_int_equal(count_files(), 1);
	/* A directory in the way, a directory that is not there. */
	assert_false(fs_write_atomic(dir, SPAN_LIT("x"), 0600, &err));
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_false(fs_write_atomic(missing, SPAN_LIT("x"), 0600, &err));
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_int_equal(count_files(), 1);
	free(missing);
	strbuf_done(&big);
	strbuf_done(&out);
}

static void steps_around_left_over_temporary_files(void **state)
{
	struct err err = ERR_INIT;
	char left[128];
	int fd;

	(void)state;
	snprintf(left, sizeof left, "%s.tmp-%ld-0", file, (long)getpid());
	fd = open(left, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_true(fs_write_atomic(file, SPAN_LIT("x"), 0600, &err));
	assert_true(fs_exists(left)); /* not ours to remove */
	unlink(left);
}

static void joins_paths(void **state)
{
	static const struct {
		const char *dir, *name, *path;
	} cases[] = {
		{ "a", "b", "a/b" },	     { "a/", "b", "a/b" }, { "/", "b", "/b" },
		{ "a", "/etc/b", "/etc/b" }, { "", "b", "b" },	   { "a", "", "a/" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *path = fs_join(cases[i].dir, cases[i].name);

		if (strcmp(path, cases[i].path) != 0)
			fail_msg("case %zu: %s", i, path);
		free(path);
	}
}

static void knows_the_free_room(void **state)
{
	char *deep = fs_join(dir, "not/there/yet.db");

	(void)state;
	assert_true(fs_free_octets(dir) > 0);
	assert_true(fs_free_octets(deep) > 0);
	assert_true(fs_free_octets("not-there-either") > 0);
	assert_int_equal(fs_free_octets("/dev/null/x"),
			 -1); /* ENOTDIR is not "not yet" */
	free(deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_up_to_the_limit),
		cmocka_unit_test(refuses_what_is_no_regular_file),
		cmocka_unit_test(refuses_secrets_that_others_can_reach),
		cmocka_unit_test(a_credential_may_be_ours_by_acl),
		cmocka_unit_test(refuses_secrets_of_other_users),
		cmocka_unit_test(replaces_a_file_as_a_whole),
		cmocka_unit_test(a_failed_write_leaves_the_old_file),
		cmocka_unit_test(steps_around_left_over_temporary_files),
		cmocka_unit_test(joins_paths),
		cmocka_unit_test(knows_the_free_room),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
