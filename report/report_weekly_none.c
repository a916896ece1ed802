/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/text.h"
#include "report/report_lines.h"
#include "report/report_weekly.h"

void report_weekly_none(const struct report_options *o, const char *why, const char *hint,
			int64_t last_at, struct arena *arena, struct weekly_words *out)
{
	struct report_options ours = *o;
	struct strbuf text = STRBUF_INIT, name = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct lines l;

	ours.width = WEEKLY_COLUMNS;
	ours.color = false;
	lines_init(&l, &text, &ours);
	text_show(&name, span_str(o->redact ? "" : o->project), WEEKLY_PROJECT);
	lines_add(&l, "NO REPORT: the weekly report could not be made.");
	lines_wrap(&l, 0);
	strbuf_addc(&text, '\n');
	/* Names of accounts and folders may stand in it. */
	if (o->redact)
		lines_add(&l, "Why stands in the log of the machine that makes it.");
	else
		lines_add(&l, "Why: %s", why);
	lines_wrap(&l, 0);
	if (*hint != '\0' && !o->redact) {
		lines_add(&l, "What to do: %s", hint);
		lines_wrap(&l, 0);
	}
	strbuf_addc(&text, '\n');
	lines_add(&l, "So nothing is known that is newer than ");
	if (last_at != 0)
		lines_add(&l, "the report of %.10s; ", clock_iso(last_at, iso));
	else
		lines_add(&l, "what was known before; ");
	lines_add(&l, "nobody may take this for good news. When the cause is removed, "
		      "mailmuster weekly makes it and sends it at once.");
	lines_wrap(&l, 0);
	strbuf_addc(&text, '\n');
	lines_add(&l, "Written by mailmuster " MAILMUSTER_VERSION ".");
	lines_wrap(&l, 0);
	*out = (struct weekly_words){
		.subject = arena_printf(arena, "[NO REPORT] Mail migration%s%s",
					name.n > 0 ? " " : "", strbuf_cstr(&name)),
		.text = arena_span(arena, strbuf_span(&text)),
		.verdict = "NO REPORT",
	};
	lines_done(&l);
	strbuf_done(&text);
	strbuf_done(&name);
}
