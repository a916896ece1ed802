/* SPDX-License-Identifier: MIT */
#include "audit/audit_rate.h"

/* Milliseconds until so much, at so much a second, is paid for. */
static int64_t take(int64_t *due_us, int64_t n, int64_t a_second, int64_t now_ms)
{
	double cost = a_second > 0 && n > 0 ? (double)n * 1e6 / (double)a_second : 0;
	int64_t now = now_ms * 1000, most = now + AUDIT_RATE_WAIT_MS * 1000;

	if (*due_us < now - AUDIT_RATE_SAVED_MS * 1000)
		*due_us = now - AUDIT_RATE_SAVED_MS * 1000;
	if (cost > (double)(most - *due_us))
		*due_us = most;
	else
		*due_us += (int64_t)cost;
	if (*due_us > most) /* the clock of a test went back */
		*due_us = most;
	return *due_us > now ? (*due_us - now) / 1000 : 0;
}

int64_t audit_rate_take(struct audit_rate *r, int64_t messages, int64_t octets,
			int64_t now_ms)
{
	int64_t a = take(&r->due_us[0], messages, r->messages, now_ms),
		b = take(&r->due_us[1], octets, r->octets, now_ms);

	return a > b ? a : b;
}
