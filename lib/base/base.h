/* SPDX-License-Identifier: MIT */
#ifndef BASE_BASE_H
#define BASE_BASE_H
/*
 * lib/base: what every other folder stands on, and what knows nothing of mail.
 * This header: attributes and the few helpers that are not worth a file.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/banned.h"

#define MUST_CHECK	     __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, at) __attribute__((format(printf, fmt, at)))
#define NORETURN	     __attribute__((noreturn))
#define NEVER_NULL	     __attribute__((returns_nonnull, warn_unused_result))
#define COUNT_OF(a)	     (sizeof(a) / sizeof((a)[0]))

/*
 * Allocation that never returns NULL: out of memory prints one line and ends the program
 * with exit code 70; an open transaction rolls back.  Sizes that come from outside are
 * checked against a named limit before these are called.  mem_calloc refuses n * size
 * overflow alike.
 */
void *mem_alloc(size_t size) NEVER_NULL;
void *mem_calloc(size_t n, size_t size) NEVER_NULL;
void *mem_realloc(void *p, size_t size) NEVER_NULL;
char *mem_strdup(const char *s) NEVER_NULL;
/* copies n bytes and adds a NUL */
char *mem_strndup(const char *s, size_t n) NEVER_NULL;
/* Print "mailmuster: what" and end the program with exit code 70: for what leaves no way
 * back. */
NORETURN void base_die(const char *what);
/* Overwrite a secret so that the compiler cannot drop it. */
void mem_wipe(void *p, size_t size);

#endif
