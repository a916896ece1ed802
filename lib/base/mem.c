/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "base/base.h"

enum { EXIT_OWN_FAULT = 70 };

void base_die(const char *what)
{
	/* One plain write: stdio may need memory, or a lock that another thread holds. */
	char line[160];
	int n = snprintf(line, sizeof line, "mailmuster: %.120s\n", what);

	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		_exit(EXIT_OWN_FAULT); /* nobody listens; the exit code still tells */
	_exit(EXIT_OWN_FAULT);
}

static void *got(void *p)
{
	if (p == NULL)
		base_die("out of memory");
	return p;
}

void *mem_alloc(size_t size)
{
	return got(malloc(size > 0 ? size : 1));
}

void *mem_calloc(size_t n, size_t size)
{
	return got(n > 0 && size > 0 ? calloc(n, size) : calloc(1, 1));
}

void *mem_realloc(void *p, size_t size)
{
	return got(realloc(p, size > 0 ? size : 1));
}

char *mem_strdup(const char *s)
{
	return got(strdup(s));
}

char *mem_strndup(const char *s, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		base_die("out of memory");
	copy = mem_alloc(n + 1);
	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

void mem_wipe(void *p, size_t size)
{
	if (size > 0)
		explicit_bzero(p, size);
}
