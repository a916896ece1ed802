/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "mover/mover_log.h"
#include "tests/fuzz/fuzz.h"

struct seen {
	uint64_t events, line;
	bool open; /* a run is */
};

static bool look(void *ctx, const struct mover_event *e, struct err *err)
{
	struct seen *s = ctx;

	(void)err;
	PROMISE(*mover_event_name(e->kind) != '\0' && e->line >= s->line);
	PROMISE(e->text != NULL && strlen(e->text) < MOVER_LINE_MAX);
	PROMISE(strlen(e->old_name) <= MOVER_NAME_MAX &&
		strlen(e->new_name) <= MOVER_NAME_MAX);
	for (int i = 0; i < SIDE_COUNT; i++)
		PROMISE(strlen(e->host[i]) <= MOVER_NAME_MAX &&
			strlen(e->user[i]) <= MOVER_NAME_MAX);
	if (e->kind == MOVER_REFUSED)
		PROMISE(strlen(e->text) < MOVER_TEXT_MAX &&
			text_is_utf8(span_str(e->text)) &&
			*mover_refusal_name(e->refusal) != '\0');
	if (e->kind == MOVER_SKIPPED)
		PROMISE(*mover_skip_name(e->skip) != '\0');
	if (e->kind == MOVER_RUN_START || e->kind == MOVER_RUN_END) {
		PROMISE(s->open == (e->kind == MOVER_RUN_END));
		s->open = !s->open;
	}
	s->line = e->line;
	s->events++;
	return true;
}

static struct seen read_log(struct span text, size_t piece)
{
	struct mover_counts counts = { 0 };
	struct err err = ERR_INIT;
	struct seen seen = { 0 };
	struct mover_log *log;

	mover_log_open(look, &seen, &log);
	while (text.n > 0) {
		struct span part = { text.p, text.n < piece ? text.n : piece };

		PROMISE(mover_log_feed(log, part, &err));
		text = span_from(text, part.n);
	}
	PROMISE(mover_log_finish(log, &counts, &err));
	PROMISE(counts.lines == counts.events + counts.foreign + counts.malformed);
	PROMISE((counts.malformed == 0) == (counts.first_malformed == 0));
	PROMISE(!seen.open);
	mover_log_close(log);
	return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };

	PROMISE(read_log(text, size + 1).events == read_log(text, 3).events);
	return 0;
}
