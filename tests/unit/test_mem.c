/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "base/trace.h"

/* Refused memory must come back as NULL, as it does without sanitizers. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* Run fn in a child; its stderr goes to *out, its exit code is returned. */
static int run_child(void (*fn)(void), struct strbuf *out)
{
	int pipe_fds[2], status = 0;
	char buf[256];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(pipe_fds[1], STDERR_FILENO);
		close(pipe_fds[0]);
		fn();
		_exit(0);
	}
	close(pipe_fds[1]);
	while ((n = read(pipe_fds[0], buf, sizeof buf)) > 0)
		strbuf_add(out, buf, (size_t)n);
	close(pipe_fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static volatile size_t huge = SIZE_MAX / 4;

static void allocate(void)
{
	free(mem_alloc(huge));
}

static void allocate_many(void)
{
	free(mem_calloc(huge, 16)); /* the product overflows */
}

static void enlarge(void)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_reserve(&sb, huge * 3);
}

static void copy(void)
{
	free(mem_strndup("", huge * 4 + 3));
}

static void no_memory_ends_the_program_with_70(void **state)
{
	void (*const cases[])(void) = { allocate, allocate_many, enlarge, copy };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		int code = run_child(cases[i], &out);

		if (code != 70 ||
		    strstr(strbuf_cstr(&out), "mailmuster: out of memory\n") == NULL)
			fail_msg("case %zu: exit code %d, \"%s\"", i, code,
				 strbuf_cstr(&out));
		strbuf_done(&out);
	}
}

static void zero_octets_are_memory_too(void **state)
{
	void *a = mem_alloc(0), *b = mem_calloc(0, 8), *c = mem_realloc(NULL, 0);
	char *s = mem_strdup("abc"), *cut = mem_strndup("abc", 2),
	     *none = mem_strndup(NULL, 0);

	(void)state;
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	assert_string_equal(s, "abc");
	assert_string_equal(cut, "ab");
	assert_string_equal(none, "");
	free(a);
	free(b);
	free(c);
	free(s);
	free(cut);
	free(none);
}

static void trace_some(void)
{
	trace_init(" store ,nonsense,,imap");
	trace(TRACE_IMAP, "LIST %s", "a\nb");
	trace(TRACE_AUDIT, "not asked for");
	trace(TRACE_STORE, "row %d", 7);
	trace_init(NULL);
	trace(TRACE_STORE, "switched off");
}

static void traces_only_what_was_asked_for(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	assert_false(trace_on(TRACE_IMAP));
	assert_int_equal(run_child(trace_some, &out), 0);
	assert_non_null(strstr(strbuf_cstr(&out), " imap: LIST a\\x0Ab\n"));
	assert_non_null(strstr(strbuf_cstr(&out), " store: row 7\n"));
	assert_null(strstr(strbuf_cstr(&out), "not asked for"));
	assert_null(strstr(strbuf_cstr(&out), "switched off"));
	strbuf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_memory_ends_the_program_with_70),
		cmocka_unit_test(zero_octets_are_memory_too),
		cmocka_unit_test(traces_only_what_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
