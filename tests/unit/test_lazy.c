/* SPDX-License-Identifier: MIT */
/* Libraries are loaded by who needs them, and by nobody else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/lazy.h"
#include "logs/logs_file.h"
#include "mime/mime_identity.h"
#include "sonames.h"

static double (*root)(double);

static void fills_fields(void **state)
{
	static const struct lazy_symbol symbols[] = { { "sqrt", &root } };

	(void)state;
	lazy_load("libm.so.6", symbols, COUNT_OF(symbols));
	assert_true(root(9.0) == 3.0);
}

/* What a child that asks for this says before it ends. */
static void refused(const char *soname, const char *name, const char *want)
{
	struct lazy_symbol symbol = { name, &root };
	char said[256] = "";
	int to[2], status;
	size_t n = 0;
	pid_t child;

	assert_int_equal(pipe(to), 0);
	child = fork();
	if (child == 0) {
		dup2(to[1], STDERR_FILENO);
		lazy_load(soname, &symbol, 1);
		_exit(0);
	}
	assert_true(child > 0);
	close(to[1]);
	for (ssize_t got; n < sizeof said - 1; n += (size_t)got)
		if ((got = read(to[0], said + n, sizeof said - 1 - n)) <= 0)
			break;
	close(to[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 70);
	assert_non_null(strstr(said, "mailmuster: "));
	assert_non_null(strstr(said, want));
}

static void ends_where_something_is_missing(void **state)
{
	(void)state;
	refused("libnobody-has-this.so.1", "sqrt", "libnobody-has-this.so.1");
	refused("libm.so.6", "no_such_root", "no_such_root");
}

static bool loaded(const char *soname)
{
	void *library = dlopen(soname, RTLD_LAZY | RTLD_NOLOAD);

	if (library != NULL)
		dlclose(library);
	return library != NULL;
}

static void nothing_is_loaded_before_it_is_asked_for(void **state)
{
	(void)state;
	assert_false(loaded(SONAME_GMIME));
	assert_false(loaded(SONAME_ARCHIVE));
	assert_false(loaded("libglib-2.0.so.0"));
	assert_non_null(strstr(mime_versions(), "GMime 3."));
	assert_true(loaded(SONAME_GMIME));
	assert_false(loaded(SONAME_ARCHIVE));
	assert_non_null(strstr(logs_versions(), "libarchive "));
	assert_true(loaded(SONAME_ARCHIVE));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_fields),
		cmocka_unit_test(ends_where_something_is_missing),
		cmocka_unit_test(nothing_is_loaded_before_it_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
