/* SPDX-License-Identifier: MIT */
#include "logs/logs_scan.h"
#include "tests/fuzz/fuzz.h"

static const struct log_pattern patterns[] = {
	{ "^own: (?<user>\\S+) from (?<rip>\\S+)", LOG_LOGIN, LOG_WEBMAIL },
};

static void look(const struct log_line *l)
{
	PROMISE(*log_take_name(l->take) != '\0' && *log_kind_name(l->kind) != '\0');
	PROMISE((int)l->protocol < LOG_PROTOCOL_COUNT &&
		(int)l->program < LOG_PROGRAM_COUNT);
	if (l->take != LOG_TAKEN)
		PROMISE(l->kind == LOG_OTHER && l->user.n == 0 && l->rip.n == 0);
	if (l->kind == LOG_LOGIN && l->program != LOG_EXIM)
		PROMISE(l->user.n > 0);
	if (l->kind == LOG_DELIVERY || l->kind == LOG_LOGOUT)
		PROMISE(l->user.n > 0);
	if ((l->flags & LOG_F_MANY) == 0)
		PROMISE(l->user.n <= LOGS_NAME_MAX);
	PROMISE(l->rip.n <= 64 && l->rcpt.n <= LOGS_NAME_MAX);
	if (l->kind != LOG_OTHER)
		PROMISE(l->stamp.kind != LOG_STAMP_NONE ||
			(l->flags & LOG_F_NO_STAMP) != 0);
	if (l->stamp.kind == LOG_STAMP_YEARLESS)
		PROMISE(l->stamp.t >= 0 && l->stamp.t <= LOG_YEAR_SECONDS);
}

/* The octets of each line are read to their end, so that a sanitizer sees a span that
 * leads out of them. */
static unsigned touch(struct span s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct logs_scanner *s;
	struct err err = ERR_INIT;
	volatile unsigned sum = 0;

	PROMISE(logs_scanner_new(patterns, COUNT_OF(patterns), &s, &err));
	logs_scanner_begin(s, (struct span){ NULL, 0 });
	while (text.n > 0) {
		ptrdiff_t nl = span_index(text, '\n');
		struct span line = { text.p, nl < 0 ? text.n : (size_t)nl };
		struct log_line l;

		logs_scan(s, line, &l);
		look(&l);
		sum += touch(l.user) + touch(l.rip) + touch(l.from) + touch(l.rcpt) +
		       touch(l.session) + touch(l.client) + touch(l.host) +
		       touch(l.text) + touch(l.stamp_text);
		text = span_from(text, line.n + 1);
	}
	logs_scanner_free(s);
	return 0;
}
