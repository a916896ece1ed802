/* SPDX-License-Identifier: MIT */
#include "store/store_lock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char dir[64], path[96];
};

static int setup(void **state)
{
	struct place *p = mem_alloc(sizeof *p);

	snprintf(p->dir, sizeof p->dir, "/tmp/mailmuster-lock-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof p->path, "%s/mailmuster.lock", p->dir);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct place *p = *state;

	unlink(p->path);
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void lets_one_in_at_a_time(void **state)
{
	struct place *p = *state;
	struct store_lock *first, *second = NULL;
	struct err err = ERR_INIT;
	char pid[32];

	store_lock_free(NULL);
	assert_true(store_lock_take(p->path, &first, &err));
	assert_false(
		store_lock_take(p->path, &second, &err)); /* in the same process, too */
	assert_int_equal(err.cls, ERR_LOCKED);
	snprintf(pid, sizeof pid, "pid %ld on ", (long)getpid());
	assert_non_null(strstr(err.text, pid));
	assert_non_null(strstr(err.text, " since 20"));
	assert_null(second);
	store_lock_free(first);
	err = ERR_INIT;
	assert_true(store_lock_take(p->path, &second, &err));
	store_lock_free(second);
}

static void minds_no_file_of_the_dead(void **state)
{
	static const char *const lines[] = {
		"pid 1 on elsewhere since 2020-01-01T00:00:00Z\n", "", "\x1b[2Jgarbage"
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct store_lock *lock;
		struct err err = ERR_INIT;

		write_file(p->path, lines[i]);
		if (!store_lock_take(p->path, &lock, &err))
			fail_msg("line %zu: %s", i, err.text);
		store_lock_free(lock);
	}
}

static void tells_who_holds_it_and_lets_go_at_death(void **state)
{
	struct place *p = *state;
	struct store_lock *lock;
	struct err err = ERR_INIT;
	int ready[2], status;
	char pid_text[32], c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!store_lock_take(p->path, &lock, &err) ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_false(store_lock_take(p->path, &lock, &err));
	snprintf(pid_text, sizeof pid_text, "pid %ld", (long)pid);
	assert_non_null(strstr(err.text, pid_text));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(ready[0]);
	err = ERR_INIT;
	assert_true(store_lock_take(p->path, &lock, &err));
	store_lock_free(lock);
}

/* What stands in the file was perhaps not written by us: it reaches the terminal escaped
 * and short. */
static void shows_a_strange_holder_safely(void **state)
{
	struct place *p = *state;
	struct store_lock *lock, *second;
	struct err err = ERR_INIT;
	char line[2000];

	assert_true(store_lock_take(p->path, &lock, &err));
	memset(line, 'y', sizeof line - 1);
	memcpy(line, "\x1b[2J\n", 5);
	line[sizeof line - 1] = '\0';
	write_file(p->path, line);
	assert_false(store_lock_take(p->path, &second, &err));
	assert_int_equal(err.cls, ERR_LOCKED);
	assert_null(strchr(err.text, '\x1b'));
	assert_null(strchr(err.text, '\n'));
	assert_true(strlen(err.text) < 400);
	write_file(p->path, "");
	err = ERR_INIT;
	assert_false(store_lock_take(p->path, &second, &err));
	assert_int_equal(err.cls, ERR_LOCKED);
	store_lock_free(lock);
}

static void refuses_a_place_that_is_none(void **state)
{
	struct place *p = *state;
	struct store_lock *lock;
	struct err err = ERR_INIT;

	assert_false(store_lock_take("/nonexistent/mailmuster.lock", &lock, &err));
	assert_int_equal(err.cls, ERR_LOCAL);
	err = ERR_INIT;
	assert_false(store_lock_take(p->dir, &lock, &err));
	assert_int_equal(err.cls, ERR_LOCAL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(lets_one_in_at_a_time),
		TEST(minds_no_file_of_the_dead),
		TEST(tells_who_holds_it_and_lets_go_at_death),
		TEST(shows_a_strange_holder_safely),
		TEST(refuses_a_place_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
