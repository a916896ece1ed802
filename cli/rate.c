/* SPDX-License-Identifier: MIT */
#include "cli/rate.h"

#include "base/num.h"
#include "base/span.h"

bool rate_parse(const char *s, struct audit_rate *out)
{
	static const char unit[] = "msg";
	struct span text = span_str(s);
	size_t unit_n = sizeof unit - 1;
	int shift = 0;
	uint64_t n;

	if (text.n > unit_n && span_ieq_str(span_from(text, text.n - unit_n), unit)) {
		text.n -= unit_n;
		if (!num_u64(text, (uint64_t)1 << 32, &n) || n < RATE_MESSAGES_MIN)
			return false;
		out->messages = (int64_t)n;
		return true;
	}
	if (text.n > 0) {
		char last = span_lower(text.p[text.n - 1]);

		shift = last == 'k' ? 10 : last == 'm' ? 20 : last == 'g' ? 30 : 0;
		text.n -= shift != 0;
	}
	if (!num_u64(text, (uint64_t)1 << 32, &n) || n << shift < RATE_OCTETS_MIN)
		return false;
	out->octets = (int64_t)(n << shift);
	return true;
}
