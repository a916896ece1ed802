/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "base/trace.h"

static const struct {
	enum trace_area area;
	const char *name;
} areas[] = {
	{ TRACE_IMAP, "imap" },
	{ TRACE_STORE, "store" },
	{ TRACE_AUDIT, "audit" },
	{ TRACE_VERIFY, "verify" },
};

static atomic_uint wanted;
static int64_t began_ms;

void trace_init(const char *spec)
{
	struct span rest = span_str(spec);
	unsigned mask = 0;

	while (rest.n > 0) {
		ptrdiff_t comma = span_index(rest, ',');
		struct span word = { rest.p, comma < 0 ? rest.n : (size_t)comma };

		for (size_t i = 0; i < COUNT_OF(areas); i++)
			if (span_eq_str(span_trim(word), areas[i].name))
				mask |= areas[i].area;
		rest = span_from(rest, word.n + (comma >= 0));
	}
	began_ms = clock_mono_ms();
	atomic_store(&wanted, mask);
}

bool trace_on(enum trace_area area)
{
	return (atomic_load_explicit(&wanted, memory_order_relaxed) & area) != 0;
}

void trace(enum trace_area area, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT, line = STRBUF_INIT;
	const char *name = "";
	int64_t ms;
	va_list ap;

	if (!trace_on(area))
		return;
	for (size_t i = 0; i < COUNT_OF(areas); i++)
		if (areas[i].area == area)
			name = areas[i].name;
	ms = clock_mono_ms() - began_ms;
	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	strbuf_addf(&line, "%6lld.%03d %ld %s: ", (long long)(ms / 1000),
		    (int)(ms % 1000), (long)gettid(), name);
	text_show(&line, strbuf_span(&text), 0);
	strbuf_addc(&line, '\n');
	/* One write, so that lines of several threads do not mix. */
	if (write(STDERR_FILENO, line.p, line.n) < 0)
		atomic_store(&wanted, 0); /* nobody can read it */
	strbuf_done(&text);
	strbuf_done(&line);
}
