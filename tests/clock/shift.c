/* SPDX-License-Identifier: MIT */
/*
 * In place of base/clock.c in a program for tests alone: the wall clock stands where
 * MAILMUSTER_TEST_CLOCK, Unix seconds, says, and goes on from there.  Linked before the
 * archive, so that its clock is never taken from there.
 */
#include <time.h>

#include "base/clock.h"
#include "base/num.h"

static int64_t monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
	static int64_t from, began;
	const char *text = getenv("MAILMUSTER_TEST_CLOCK");

	if (from == 0) {
		if (text == NULL || !num_i64(span_str(text), 1, INT64_MAX / 2, &from))
			from = (int64_t)time(NULL);
		began = monotonic_ms();
	}
	return from + (monotonic_ms() - began) / 1000;
}

int64_t clock_mono_ms(void)
{
	return monotonic_ms();
}

void clock_sleep_ms(int64_t ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	if (ms > 0)
		nanosleep(&ts, NULL);
}
