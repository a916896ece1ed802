/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_STORE_FAULTS_H
#define TESTS_SUPPORT_STORE_FAULTS_H
/*
 * A database that fails.  The calls of SQLite that lib/store makes are taken in front of
 * the library, at link time: nothing in the product knows of it.  A call fails as a disk
 * would make it fail, and SQLite does not see it.
 *
 * A way is a chain of callers down to one call, with the kind of call and whether the
 * statement had given rows already.  Each way fails once: the first of a judgement that
 * has not failed yet does, and no other one after it.  So a loop fails at its first turn,
 * and every branch that a failure takes is taken.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sqlite3.h>

#include "base/err.h"

#define FAULT_WAYS   16384
#define FAULT_FRAMES 64

static struct {
	bool armed;
	int outside;	    /* callers of the code at trial: no part of a way */
	bool inside;	    /* SQLite itself calls: those of sqlite3_exec are one */
	int code;	    /* what failed last, as lib/store asks for it; 0: nothing */
	int next;	    /* in kinds */
	enum err_class cls; /* that such a failure is */
	const char *what;   /* the call that failed in this judgement; NULL: none */
	uint64_t way[FAULT_WAYS];
	size_t way_n;
} faults;

static const struct {
	int code;
	enum err_class cls;
} fault_kinds[] = {
	{ SQLITE_IOERR_READ, ERR_LOCAL },
	{ SQLITE_FULL, ERR_LOCAL },
	{ SQLITE_CORRUPT, ERR_LEDGER },
	{ SQLITE_BUSY, ERR_LOCKED },
};

/* The function of the library behind ours. */
#define FAULT_REAL(name)                                                                 \
	static __typeof__(&name) real;                                                   \
	if (real == NULL) {                                                              \
		void *at = dlsym(RTLD_NEXT, #name);                                      \
		memcpy(&real, &at, sizeof real);                                         \
	}

/* FNV-1a over the callers. */
static uint64_t fault_way(const char *what, bool later)
{
	void *frame[FAULT_FRAMES];
	int n = backtrace(frame, FAULT_FRAMES);
	uint64_t h = UINT64_C(14695981039346656037);

	for (int i = 0; i < n - faults.outside; i++)
		h = (h ^ (uint64_t)(uintptr_t)frame[i]) * UINT64_C(1099511628211);
	for (; *what != '\0'; what++)
		h = (h ^ (uint8_t)*what) * UINT64_C(1099511628211);
	return (h ^ later) * UINT64_C(1099511628211);
}

static bool fault_now(const char *what, bool later)
{
	uint64_t way;

	faults.code = 0;
	if (!faults.armed || faults.inside || faults.what != NULL)
		return false;
	way = fault_way(what, later);
	for (size_t i = 0; i < faults.way_n; i++)
		if (faults.way[i] == way)
			return false;
	assert_true(faults.way_n < FAULT_WAYS);
	faults.way[faults.way_n++] = way;
	faults.what = what;
	faults.code = fault_kinds[faults.next].code;
	faults.cls = fault_kinds[faults.next].cls;
	faults.next = (faults.next + 1) % (int)COUNT_OF(fault_kinds);
	return true;
}

int sqlite3_step(sqlite3_stmt *q)
{
	FAULT_REAL(sqlite3_step);
	return fault_now("step", sqlite3_stmt_busy(q) != 0) ? faults.code & 0xff
							    : real(q);
}

int sqlite3_prepare_v2(sqlite3 *db, const char *sql, int n, sqlite3_stmt **out,
		       const char **tail)
{
	FAULT_REAL(sqlite3_prepare_v2);
	if (!fault_now("prepare", false))
		return real(db, sql, n, out, tail);
	*out = NULL;
	return faults.code & 0xff;
}

int sqlite3_exec(sqlite3 *db, const char *sql, int (*fn)(void *, int, char **, char **),
		 void *ctx, char **message)
{
	int code;

	FAULT_REAL(sqlite3_exec);
	if (fault_now("exec", false))
		return faults.code & 0xff;
	faults.inside = true;
	code = real(db, sql, fn, ctx, message);
	faults.inside = false;
	return code;
}

int sqlite3_extended_errcode(sqlite3 *db)
{
	FAULT_REAL(sqlite3_extended_errcode);
	return faults.code != 0 ? faults.code : real(db);
}

int sqlite3_errcode(sqlite3 *db)
{
	FAULT_REAL(sqlite3_errcode);
	return faults.code != 0 ? faults.code : real(db);
}

/* What the caller calls next fails once; fault_end tells whether it did. */
static __attribute__((noinline)) void fault_begin(void)
{
	void *frame[FAULT_FRAMES];

	faults.outside = backtrace(frame, FAULT_FRAMES) - 1; /* the caller and above */
	faults.armed = true;
	faults.what = NULL;
}

static inline bool fault_end(void)
{
	faults.armed = false;
	faults.code = 0;
	return faults.what != NULL;
}

#endif
