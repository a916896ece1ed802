/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_BURST_BED_H
#define TESTS_SUPPORT_BURST_BED_H
/* One account read from a transcript, with all that reaches the sink as text, and what is
 * known of its folders from an earlier run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audit/audit_reader.h"
#include "tests/support/replay_io.h"

/* What is known of a folder; the name as on the wire. */
struct known_as {
	const char *wire;
	struct folder_known known;
};

struct bed {
	struct audit_pool pool;
	struct audit_sink sink;
	struct audit_reader r;
	struct strbuf log;
	const struct known_as *known;
	size_t known_n;
	int refuse; /* so many folders that were read do not add up in the store */
	bool ids;   /* DEPTH_IDS */
	uint32_t resume; /* so far this run has read each folder before */
	struct witness witness; /* by what each folder is known */
	int witnessed;		/* so often it was asked for */
	struct err err;
	bool ok;
	struct wire_count count;
};

static inline bool on_listing(void *ctx, struct account_listing *l, struct err *err)
{
	struct bed *b = ctx;

	(void)err;
	for (size_t i = 0; i < l->folder_n; i++) {
		l->folders[i].id = (int64_t)i + 1;
		for (size_t k = 0; k < b->known_n; k++)
			if (strcmp(b->known[k].wire, l->folders[i].wire) == 0)
				l->known[i] = b->known[k].known;
	}
	return true;
}

static inline bool on_expect(void *ctx, int64_t messages, struct err *err)
{
	struct bed *b = ctx;

	(void)err;
	strbuf_addf(&b->log, "expect %lld\n", (long long)messages);
	return true;
}

static inline bool on_unchanged(void *ctx, const int64_t *ids, size_t n, int64_t messages,
				struct err *err)
{
	struct bed *b = ctx;

	(void)err;
	strbuf_adds(&b->log, "same");
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&b->log, " %s", b->r.folders[ids[i] - 1].wire);
	strbuf_addf(&b->log, " (%lld)\n", (long long)messages);
	return true;
}

static inline bool on_witness(void *ctx, int64_t epoch, struct witness *out,
			      struct err *err)
{
	struct bed *b = ctx;

	(void)err;
	assert_true(epoch > 0);
	b->witnessed++;
	*out = b->witness;
	return true;
}

static inline bool on_begin(void *ctx, const struct folder *f,
			    const struct folder_state *now, bool afresh, bool again,
			    int64_t *epoch_out, uint32_t *resume_uid_out, struct err *err)
{
	struct bed *b = ctx;

	(void)now, (void)again, (void)err;
	strbuf_addf(&b->log, "begin %s%s\n", f->wire, afresh ? " afresh" : "");
	*epoch_out = f->id;
	*resume_uid_out = afresh ? 0 : b->resume;
	return true;
}

/* "1-9 sparse: 3 4f 5? gone 7-8": f is flags alone, ? is told by a later window. */
static inline bool on_window(void *ctx, struct audit_window *w, struct err *err)
{
	struct bed *b = ctx;

	(void)err;
	strbuf_addf(&b->log, "window %s %u-", b->r.folders[w->epoch - 1].wire, w->lo);
	if (w->hi == UINT32_MAX)
		strbuf_adds(&b->log, "max");
	else
		strbuf_addf(&b->log, "%u", w->hi);
	strbuf_addf(&b->log, "%s%s:", w->sparse ? " sparse" : "",
		    w->built ? " built" : "");
	for (size_t i = 0; i < w->n; i++) {
		const struct store_row *row = &w->rows[i];

		assert_true(i == 0 || w->rows[i - 1].m.uid < row->m.uid);
		strbuf_addf(&b->log, " %u", row->m.uid);
		if (row->later)
			strbuf_addc(&b->log, '?');
		else if (row->m.uid < w->flags_below)
			strbuf_addf(&b->log, "f%u", row->m.flags);
		else
			assert_int_not_equal(row->m.tier, TIER_NONE);
	}
	for (size_t i = 0; i < w->gone.n; i++)
		strbuf_addf(&b->log, "%s%u-%u", i == 0 ? " gone " : ",", w->gone.r[i].lo,
			    w->gone.r[i].hi);
	strbuf_addc(&b->log, '\n');
	audit_window_give(&b->pool, w);
	return true;
}

static inline bool on_end(void *ctx, const struct folder *f, const struct folder_end *e,
			  struct err *err)
{
	struct bed *b = ctx;

	strbuf_addf(&b->log, "end %s %s %lld of %lld %s\n", f->wire,
		    folder_outcome_name(e->outcome), (long long)e->messages_read,
		    (long long)e->state.exists, e->error);
	if (e->outcome != FOLDER_READ || b->refuse == 0)
		return true;
	b->refuse--;
	return err_set(err, ERR_PROTO, "it does not add up");
}

static inline void play(struct bed *b, const char *text)
{
	const struct audit_sink sink = {
		.ctx = b,
		.listing = on_listing,
		.expect = on_expect,
		.unchanged = on_unchanged,
		.witness = on_witness,
		.begin = on_begin,
		.window = on_window,
		.end = on_end,
	};
	struct replay *replay = NULL;
	struct imap_session *s;
	struct imap_io io;

	if (!replay_parse("case", span_str(text), &replay, &b->err))
		fail_msg("%s", b->err.text);
	replay_io(replay, &io);
	s = imap_session_new(&io, NULL);
	b->sink = sink;
	b->r.sink = &b->sink;
	b->r.pool = &b->pool;
	b->r.account = 1;
	b->r.depth = b->ids ? DEPTH_IDS : DEPTH_FULL;
	b->r.survey = true;
	b->err = ERR_INIT;
	b->ok = (b->r.listed || audit_reader_list(&b->r, s, &b->err)) &&
		audit_reader_folders(&b->r, s, &b->err);
	imap_session_count(s, &b->count);
	imap_session_free(s);
	if (b->ok && !replay_finished(replay))
		fail_msg("not played to its end: %s", strbuf_cstr(&b->log));
	replay_free(replay);
}

static inline void bed_open(struct bed *b, const struct known_as *known, size_t known_n)
{
	*b = (struct bed){ .known = known, .known_n = known_n, .err = ERR_INIT };
	audit_pool_init(&b->pool);
	audit_reader_init(&b->r);
}

static inline void bed_close(struct bed *b)
{
	audit_reader_done(&b->r);
	audit_pool_done(&b->pool);
	strbuf_done(&b->log);
}

static inline void must_log(const struct bed *b, const char *want)
{
	if (!b->ok)
		fail_msg("%s\n%s", b->err.text, strbuf_cstr(&b->log));
	assert_string_equal(strbuf_cstr(&b->log), want);
}

#define ITEMS                                                                            \
	" (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])\n"
#define FACTS "FLAGS () INTERNALDATE \"01-Jan-2010 15:15:35 +0000\" RFC822.SIZE 4"
/* A message with a Message-ID, one without, and the fields of the latter. */
#define GOOD(uid)                                                                        \
	"S: * 1 FETCH (UID " #uid " " FACTS                                              \
	" BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\nS: Message-ID: <4@a>\nS:\nS: )\n"
#define WEAK(uid)                                                                        \
	"S: * 1 FETCH (UID " #uid " " FACTS                                              \
	" BODY[HEADER.FIELDS (MESSAGE-ID)] {2}\nS:\nS: )\n"
#define FIELDS "(DATE FROM TO CC SUBJECT IN-REPLY-TO REFERENCES MESSAGE-ID)"
#define SUBJECT(uid)                                                                     \
	"S: * 1 FETCH (UID " #uid " BODY[HEADER.FIELDS " FIELDS                          \
	"] {18}\nS: Subject: hello\nS:\nS: )\n"
#define STATUS "STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"
#define HEAD(caps)                                                                       \
	"C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 LIST-EXTENDED LIST-STATUS " caps    \
	"\nS: m1 OK\nC: m2 LIST \"\" \"*\" RETURN (SUBSCRIBED " STATUS ")\n"
#define FOLDER(name, messages, next, modseq)                                             \
	"S: * LIST () \"/\" " name "\nS: * STATUS " name " (MESSAGES " messages          \
	" UIDNEXT " next " UIDVALIDITY 7 HIGHESTMODSEQ " modseq ")\n"
#define ALONE(uid) "S: * 1 FETCH (UID " #uid " FLAGS ())\n"
#define OPEN(exists, next, modseq)                                                       \
	"S: * " exists " EXISTS\nS: * OK [UIDVALIDITY 7] Ok\nS: * OK [UIDNEXT " next     \
	"] Ok\nS: * OK [HIGHESTMODSEQ " modseq "] Ok\n"

static const struct folder_known seven = {
	.epoch = 1,
	.state = { .uidvalidity = 7, .uidnext = 7, .modseq = 40, .exists = 4 },
	.depth = DEPTH_FULL,
};

#define ID(id) "S: * OK [MAILBOXID (" id ")] Ok\n"

/* As seven, where another folder has its UIDVALIDITY. */
static inline struct folder_known shared(int64_t modseq)
{
	struct folder_known k = seven;

	k.state.modseq = modseq;
	k.shared = true;
	return k;
}

#endif
