/* SPDX-License-Identifier: MIT */
#include "mover/mover_log.h"

#include "base/strbuf.h"
#include "base/text.h"
#include "mover/mover_log_in.h"

static const char *const event_names[] = {
	"run-start", "run-end", "folder",   "copied",
	"refused",   "skipped", "excluded", "removed",
};
static const char *const refusal_names[] = {
	"quota",      "too-large",  "invalid",	 "virus",
	"connection", "unreadable", "no-folder", "other",
};
static const char *const skip_names[] = {
	"larger", "smaller", "no-header", "long-line", "by-rule", "tried", "unsaid",
};
_Static_assert(COUNT_OF(event_names) == MOVER_EVENT_COUNT, "a name for each event");
_Static_assert(COUNT_OF(refusal_names) == MOVER_REFUSAL_COUNT, "a name for each refusal");
_Static_assert(COUNT_OF(skip_names) == MOVER_SKIP_COUNT, "a name for each skip");

const char *mover_event_name(enum mover_event_kind kind)
{
	return event_names[kind];
}

const char *mover_refusal_name(enum mover_refusal r)
{
	return refusal_names[r];
}

const char *mover_skip_name(enum mover_skip s)
{
	return skip_names[s];
}

/* The more specific words first: "Mail size is larger" may stand beside [LIMIT]. */
enum mover_refusal mover_refusal_of(struct span text)
{
	static const struct {
		const char *word;
		enum mover_refusal refusal;
	} words[] = {
		{ "overquota", MOVER_QUOTA },
		{ "quota", MOVER_QUOTA },
		{ "mailbox is full", MOVER_QUOTA },
		{ "mailbox full", MOVER_QUOTA },
		{ "bigger place", MOVER_QUOTA },
		{ "no space left", MOVER_QUOTA },
		{ "size is larger", MOVER_TOO_LARGE },
		{ "maximum message size", MOVER_TOO_LARGE },
		{ "maximum size of appendable", MOVER_TOO_LARGE },
		{ "toobig", MOVER_TOO_LARGE },
		{ "too big", MOVER_TOO_LARGE },
		{ "too large", MOVER_TOO_LARGE },
		{ "exceeds the maximum", MOVER_TOO_LARGE },
		{ "exceeds fixed limit", MOVER_TOO_LARGE },
		{ "virus", MOVER_VIRUS },
		{ "header limit", MOVER_INVALID },
		{ "invalid header", MOVER_INVALID },
		{ "unable to parse", MOVER_INVALID },
		{ "invalid arguments", MOVER_INVALID },
		{ "argument error", MOVER_INVALID },
		{ "bare newline", MOVER_INVALID },
		{ "nul character", MOVER_INVALID },
		{ "contains nul", MOVER_INVALID },
		{ "invalid message", MOVER_INVALID },
		{ "invalid internal date", MOVER_INVALID },
		{ "invalid date", MOVER_INVALID },
		{ "invalid flag", MOVER_INVALID },
		{ "invalid system flag", MOVER_INVALID },
		{ "illegal", MOVER_INVALID },
		{ "broken pipe", MOVER_CONNECTION },
		{ "timeout", MOVER_CONNECTION },
		{ "timed out", MOVER_CONNECTION },
		{ "connection reset", MOVER_CONNECTION },
		{ "not connected", MOVER_CONNECTION },
		{ "socket closed", MOVER_CONNECTION },
	};

	for (size_t k = 0; k < COUNT_OF(words); k++)
		for (size_t i = 0; i < text.n; i++)
			if (span_istarts(span_from(text, i), words[k].word))
				return words[k].refusal;
	return MOVER_OTHER;
}

struct mover_log {
	bool (*fn)(void *ctx, const struct mover_event *event, struct err *err);
	void *ctx;
	struct strbuf line; /* a piece of one */
	bool too_long;
	struct mover_counts counts;

	/* The run at hand; open: its start was told. */
	bool open, looping, in_folder, listing;
	int64_t started, ended, errors, missing;
	enum mover_verdict verdict;
	struct strbuf host[SIDE_COUNT], user[SIDE_COUNT], old_name, new_name, pattern;
	struct tally {
		int64_t messages, duplicates, copied, refused, skipped;
	} folder, run;
	struct strbuf own_old, own_new; /* of the event at hand */
};

static const struct tally nothing = { -1, -1, 0, 0, 0 };

static void set(struct strbuf *sb, struct span s)
{
	strbuf_clear(sb);
	strbuf_addspan(sb, s);
}

static struct mover_event blank_event(const struct mover_log *log,
				      enum mover_event_kind kind)
{
	struct mover_event e = {
		.kind = kind,
		.line = log->counts.lines,
		.old_name = strbuf_cstr(&log->old_name),
		.new_name = strbuf_cstr(&log->new_name),
		.octets = -1,
		.when = -1,
		.text = "",
		.code = -1,
		.errors = -1,
		.missing = -1,
		.messages = -1,
		.duplicates = -1,
	};

	for (int s = 0; s < SIDE_COUNT; s++) {
		e.host[s] = strbuf_cstr(&log->host[s]);
		e.user[s] = strbuf_cstr(&log->user[s]);
	}
	return e;
}

static void put_tally(struct mover_event *e, const struct tally *t)
{
	e->messages = t->messages;
	e->duplicates = t->duplicates;
	e->copied = t->copied;
	e->refused = t->refused;
	e->skipped = t->skipped;
}

static bool end_folder(struct mover_log *log, struct err *err)
{
	struct mover_event e = blank_event(log, MOVER_FOLDER);

	if (!log->in_folder)
		return true;
	log->in_folder = false;
	put_tally(&e, &log->folder);
	log->folder = nothing;
	if (!log->fn(log->ctx, &e, err))
		return false;
	strbuf_clear(&log->old_name);
	strbuf_clear(&log->new_name);
	return true;
}

static bool end_run(struct mover_log *log, int64_t code, struct err *err)
{
	struct mover_event e;

	if (!end_folder(log, err))
		return false;
	if (!log->open)
		return true;
	log->open = log->looping = false;
	e = blank_event(log, MOVER_RUN_END);
	put_tally(&e, &log->run);
	e.when = log->ended;
	e.code = (int)code;
	e.errors = log->errors;
	e.missing = log->missing;
	e.verdict = log->verdict;
	log->run = nothing;
	return log->fn(log->ctx, &e, err);
}

static bool start_run(struct mover_log *log, struct err *err)
{
	struct mover_event e;

	log->open = true;
	log->run = log->folder = nothing;
	log->ended = log->errors = log->missing = -1;
	log->verdict = MOVER_NO_VERDICT;
	strbuf_clear(&log->old_name);
	strbuf_clear(&log->new_name);
	e = blank_event(log, MOVER_RUN_START);
	e.when = log->started;
	log->started = -1;
	return log->fn(log->ctx, &e, err);
}

static bool server(struct mover_log *log, const struct log_found *f, struct err *err)
{
	/* The old server's line comes first: what ran before is over. */
	if (f->side == SIDE_OLD) {
		if (!end_run(log, -1, err))
			return false;
		strbuf_clear(&log->host[SIDE_NEW]);
		strbuf_clear(&log->user[SIDE_NEW]);
	}
	set(&log->host[f->side], f->host);
	set(&log->user[f->side], f->user);
	return f->side == SIDE_OLD || log->open || start_run(log, err);
}

static bool folder(struct mover_log *log, const struct log_found *f, struct err *err)
{
	if (f->old_name.n > 0) {
		if (!end_folder(log, err))
			return false;
		set(&log->old_name, f->old_name);
		strbuf_clear(&log->new_name);
		log->in_folder = true;
		log->folder = nothing;
	}
	if (f->new_name.n > 0)
		set(&log->new_name, f->new_name);
	return true;
}

static bool excluded(struct mover_log *log, struct span name, struct err *err)
{
	struct mover_event e = blank_event(log, MOVER_EXCLUDED);

	set(&log->own_old, name);
	e.old_name = strbuf_cstr(&log->own_old);
	e.new_name = "";
	e.text = strbuf_cstr(&log->pattern);
	return log->fn(log->ctx, &e, err);
}

static bool excluding(struct mover_log *log, struct log_found *f, struct err *err)
{
	struct span name;

	set(&log->pattern,
	    (struct span){ f->text.p,
			   f->text.n < MOVER_TEXT_MAX ? f->text.n : MOVER_TEXT_MAX });
	log->listing = f->old_name.n == 0;
	while (log_list_next(&f->old_name, &name))
		if (name.n <= MOVER_NAME_MAX && !excluded(log, name, err))
			return false;
	return true;
}

static bool message(struct mover_log *log, enum mover_event_kind kind,
		    const struct log_found *f, struct err *err)
{
	struct mover_event e = blank_event(log, kind);
	char text[MOVER_TEXT_MAX];

	if (f->old_name.n > 0) {
		set(&log->own_old, f->old_name);
		e.old_name = strbuf_cstr(&log->own_old);
	}
	if (f->new_name.n > 0) {
		set(&log->own_new, f->new_name);
		e.new_name = strbuf_cstr(&log->own_new);
	}
	e.old_uid = f->old_uid;
	e.new_uid = f->new_uid;
	e.octets = f->octets;
	e.side = f->side;
	e.refusal = f->refusal;
	e.skip = f->skip;
	e.text = text_show_buf(text, sizeof text, f->text);
	for (int i = 0; i < 2; i++) {
		struct tally *t = i == 0 ? &log->folder : &log->run;

		t->copied += kind == MOVER_COPIED;
		t->refused += kind == MOVER_REFUSED;
		t->skipped += kind == MOVER_SKIPPED;
	}
	return log->fn(log->ctx, &e, err);
}

static bool over(struct span s)
{
	return s.n > MOVER_NAME_MAX || span_index(s, '\0') >= 0;
}

/* One whole line, its end taken off. */
static bool take(struct mover_log *log, struct span line, struct err *err)
{
	struct log_found f;
	enum log_line what;
	bool listing = log->listing;

	log->counts.lines++;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	what = log_line_read(line, log->looping, strbuf_span(&log->old_name),
			     strbuf_span(&log->new_name), &f);
	if (over(f.host) || over(f.user) || over(f.new_name) ||
	    (what != LOG_EXCLUDING && over(f.old_name)))
		what = LOG_MALFORMED;
	log->listing = listing && what == LOG_LISTED;
	if (what == LOG_MALFORMED) {
		log->counts.malformed++;
		if (log->counts.first_malformed == 0)
			log->counts.first_malformed = log->counts.lines;
		return true;
	}
	if (what == LOG_FOREIGN || what == LOG_BLANK ||
	    (what == LOG_LISTED && !listing)) {
		log->counts.foreign++;
		return true;
	}
	log->counts.events++;
	switch (what) {
	case LOG_STARTED:
		if (!end_run(log, -1, err))
			return false;
		log->started = f.when;
		break;
	case LOG_ENDED:
		log->ended = f.when;
		break;
	case LOG_SERVER:
		return server(log, &f, err);
	case LOG_LOOPING:
		log->looping = f.number == 1;
		return log->looping || end_folder(log, err);
	case LOG_FOLDER:
		return folder(log, &f, err);
	case LOG_MESSAGES:
		log->folder.messages = f.number;
		break;
	case LOG_DUPLICATES:
		log->folder.duplicates = f.number;
		break;
	case LOG_EXCLUDING:
		return excluding(log, &f, err);
	case LOG_LISTED:
		return excluded(log, f.old_name, err);
	case LOG_COPIED:
		return message(log, MOVER_COPIED, &f, err);
	case LOG_REFUSED:
		return message(log, MOVER_REFUSED, &f, err);
	case LOG_SKIPPED:
		return message(log, MOVER_SKIPPED, &f, err);
	case LOG_REMOVED:
		return message(log, MOVER_REMOVED, &f, err);
	case LOG_VERDICT:
		log->verdict = f.verdict;
		log->missing = f.number;
		break;
	case LOG_DETECTED:
		log->errors = f.number;
		break;
	case LOG_EXIT:
		return end_run(log, f.number, err);
	case LOG_FOREIGN:
	case LOG_MALFORMED:
	case LOG_BLANK:
		break;
	}
	return true;
}

void mover_log_open(bool (*fn)(void *ctx, const struct mover_event *event,
			       struct err *err),
		    void *ctx, struct mover_log **out)
{
	struct mover_log *log = mem_calloc(1, sizeof *log);

	log->fn = fn;
	log->ctx = ctx;
	log->started = -1;
	log->folder = log->run = nothing;
	*out = log;
}

static bool end_line(struct mover_log *log, struct err *err)
{
	bool ok = true;

	if (log->too_long) {
		log->counts.lines++;
		log->counts.malformed++;
		if (log->counts.first_malformed == 0)
			log->counts.first_malformed = log->counts.lines;
	} else {
		ok = take(log, strbuf_span(&log->line), err);
	}
	log->too_long = false;
	strbuf_clear(&log->line);
	return ok;
}

bool mover_log_feed(struct mover_log *log, struct span octets, struct err *err)
{
	while (octets.n > 0) {
		ptrdiff_t end = span_index(octets, '\n');
		struct span piece = { octets.p, end >= 0 ? (size_t)end : octets.n };

		if (log->line.n + piece.n > MOVER_LINE_MAX)
			log->too_long = true;
		if (!log->too_long)
			strbuf_addspan(&log->line, piece);
		if (end >= 0 && !end_line(log, err))
			return false;
		octets = span_from(octets, piece.n + (end >= 0));
	}
	return true;
}

bool mover_log_finish(struct mover_log *log, struct mover_counts *out, struct err *err)
{
	if ((log->line.n > 0 || log->too_long) && !end_line(log, err))
		return false;
	if (!end_run(log, -1, err))
		return false;
	*out = log->counts;
	return true;
}

void mover_log_close(struct mover_log *log)
{
	if (log == NULL)
		return;
	strbuf_done(&log->line);
	for (int s = 0; s < SIDE_COUNT; s++) {
		strbuf_done(&log->host[s]);
		strbuf_done(&log->user[s]);
	}
	strbuf_done(&log->old_name);
	strbuf_done(&log->new_name);
	strbuf_done(&log->pattern);
	strbuf_done(&log->own_old);
	strbuf_done(&log->own_new);
	free(log);
}
