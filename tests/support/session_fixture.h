/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_SESSION_FIXTURE_H
#define TESTS_SUPPORT_SESSION_FIXTURE_H
/* A session over a transcript, for tests of what lib/imap says and hears. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "imap/imap_session.h"
#include "tests/support/replay_io.h"

/* seen: what the handler saw, "kind/number " each. */
struct fixture {
	struct replay *replay;
	struct imap_session *s;
	struct strbuf seen;
	struct err err;
};

static inline bool note(void *ctx, const struct imap_resp *resp, bool more,
			struct err *err)
{
	struct fixture *f = ctx;

	(void)err;
	strbuf_addf(&f->seen, "%.*s/%u%s ", (int)resp->word.n, resp->word.p, resp->number,
		    more ? "+" : "");
	return true;
}

static inline void start(struct fixture *f, const char *transcript, void *record)
{
	struct imap_io io;

	*f = (struct fixture){ .err = ERR_INIT };
	if (!replay_parse("test", span_str(transcript), &f->replay, &f->err))
		fail_msg("%s", f->err.text);
	replay_io(f->replay, &io);
	f->s = imap_session_new(&io, record);
	imap_session_handler(f->s, note, f);
}

static inline void end(struct fixture *f)
{
	imap_session_free(f->s);
	replay_free(f->replay);
	strbuf_done(&f->seen);
}

static inline struct wire_count count(const struct fixture *f)
{
	struct wire_count c = { 0 };

	imap_session_count(f->s, &c);
	return c;
}

#endif
