/* SPDX-License-Identifier: MIT */
#include "logs/logs_head.h"
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

/* What was remembered of the lines before changes nothing of what a head says. */
static void same_head(struct span line, struct log_head_memo *memo)
{
	struct log_line x = { 0 }, y = { 0 };
	struct log_head a = { 0 }, b = { 0 };

	log_head_take(line, memo, &x, &a);
	log_head_take(line, NULL, &y, &b);
	PROMISE(x.stamp.kind == y.stamp.kind);
	PROMISE(x.stamp.kind == LOG_STAMP_NONE || x.stamp.t == y.stamp.t);
	PROMISE(span_eq(x.stamp_text, y.stamp_text));
	PROMISE(span_eq(a.line, b.line) && span_eq(a.host, b.host));
	PROMISE(span_eq(a.tag, b.tag) && span_eq(a.pid, b.pid));
	PROMISE(span_eq(a.text, b.text) && span_eq(a.rest, b.rest));
	PROMISE(a.syslog == b.syslog && a.bracketed == b.bracketed);
	PROMISE(a.known == b.known);
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

static struct span next_line(struct span *text)
{
	ptrdiff_t nl = span_index(*text, '\n');
	struct span line = { text->p, nl < 0 ? text->n : (size_t)nl };

	*text = span_from(*text, line.n + 1);
	return line;
}

/* Lines that are told by few words say nothing to who reads them, either; and the one
 * behind them says the same. */
static void same_quiet(struct span text, struct logs_scanner *few,
		       struct logs_scanner *all)
{
	while (text.n > 0) {
		struct span rest = text, line;
		struct log_line l, want;
		struct log_quiet q;
		size_t n = logs_scan_quiet(few, &rest, &q);

		PROMISE((n == 0) == (rest.n == text.n) &&
			rest.p + rest.n == text.p + text.n);
		for (size_t i = 0; i < n; i++) {
			logs_scan(all, next_line(&text), &want);
			PROMISE(want.take == LOG_TAKEN && want.kind == LOG_OTHER);
			PROMISE(want.program == q.program && want.flags == 0);
			PROMISE(span_eq(want.host, q.host) && want.user.n == 0);
			PROMISE(want.stamp.kind == LOG_STAMP_YEARLESS);
			PROMISE(i > 0 || want.stamp.t == q.first);
			PROMISE(i + 1 < n || want.stamp.t == q.last);
		}
		PROMISE(text.n == rest.n);
		if (text.n == 0 || (n > 0 && !q.speaks))
			continue;
		line = next_line(&text);
		logs_scan(few, line, &l);
		logs_scan(all, line, &want);
		PROMISE(want.take == l.take && want.kind == l.kind);
		PROMISE(want.program == l.program && want.flags == l.flags);
		PROMISE(span_eq(want.host, l.host) && span_eq(want.user, l.user));
		PROMISE(span_eq(want.rip, l.rip) && span_eq(want.session, l.session));
		PROMISE(span_eq(want.text, l.text));
		PROMISE(want.stamp.kind == l.stamp.kind);
		PROMISE(want.stamp.kind == LOG_STAMP_NONE || want.stamp.t == l.stamp.t);
	}
}

/* Lines of one number share what an entry of an hour does. */
static void same_of(const struct log_line *a, const struct log_line *b)
{
	if (a->of == 0 || a->of != b->of)
		return;
	PROMISE(span_eq(a->host, b->host) && a->stamp.kind == b->stamp.kind);
	PROMISE(a->stamp.t / 3600 == b->stamp.t / 3600);
}

/* A line says the same to a scanner that has seen those before it, and reads it by its
 * shape perhaps, and to one that has not. */
static void same_shape(struct span text, struct logs_scanner *old,
		       struct logs_scanner *fresh)
{
	struct log_line before = { .of = 0 };

	while (text.n > 0) {
		struct span line = next_line(&text);
		struct log_line a, b;

		logs_scan(old, line, &a);
		same_of(&before, &a);
		before = a.of != 0 ? a : before;
		logs_scanner_begin(fresh, (struct span){ NULL, 0 });
		logs_scan(fresh, line, &b);
		if (b.take == LOG_FOREIGN ||
		    (b.program != LOG_POSTFIX && b.program != LOG_DOVECOT &&
		     b.program != LOG_CYRUS))
			continue;
		PROMISE(a.take == b.take && a.kind == b.kind && a.program == b.program);
		PROMISE(a.protocol == b.protocol && a.flags == b.flags);
		PROMISE(a.repeated == b.repeated && a.stamp.kind == b.stamp.kind);
		PROMISE(a.stamp.kind == LOG_STAMP_NONE || a.stamp.t == b.stamp.t);
		PROMISE(span_eq(a.stamp_text, b.stamp_text) && span_eq(a.host, b.host));
		PROMISE(span_eq(a.text, b.text) && span_eq(a.user, b.user));
		PROMISE(span_eq(a.rip, b.rip) && span_eq(a.from, b.from));
		PROMISE(span_eq(a.rcpt, b.rcpt) && span_eq(a.session, b.session));
		PROMISE(span_eq(a.client, b.client));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct logs_scanner *s;
	struct err err = ERR_INIT;
	struct log_head_memo memo = { 0 };
	volatile unsigned sum = 0;

	PROMISE(logs_scanner_new(patterns, COUNT_OF(patterns), &s, &err));
	logs_scanner_begin(s, (struct span){ NULL, 0 });
	while (text.n > 0) {
		ptrdiff_t nl = span_index(text, '\n');
		struct span line = { text.p, nl < 0 ? text.n : (size_t)nl };
		struct log_line l;

		same_head(line, &memo);
		logs_scan(s, line, &l);
		look(&l);
		sum += touch(l.user) + touch(l.rip) + touch(l.from) + touch(l.rcpt) +
		       touch(l.session) + touch(l.client) + touch(l.host) +
		       touch(l.text) + touch(l.stamp_text);
		text = span_from(text, line.n + 1);
	}
	logs_scanner_free(s);
	for (int none = 0; none < 2; none++) {
		struct logs_scanner *few, *all;

		PROMISE(logs_scanner_new(NULL, 0, &few, &err));
		PROMISE(logs_scanner_new(NULL, 0, &all, &err));
		logs_scanner_no_sender(few, none != 0);
		logs_scanner_no_sender(all, none != 0);
		same_quiet((struct span){ (const char *)data, size }, few, all);
		same_shape((struct span){ (const char *)data, size }, few, all);
		logs_scanner_free(few);
		logs_scanner_free(all);
	}
	return 0;
}
