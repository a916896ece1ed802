/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_AUDIT_TRIAL_H
#define TESTS_SUPPORT_AUDIT_TRIAL_H
/* A reader of one account with a sink that remembers, driven by a transcript. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audit/audit_reader.h"
#include "audit/audit_rows.h"
#include "base/sha256.h"
#include "tests/support/replay_io.h"

enum { FOLDERS = 8, ROWS = 64 };

/* What reached the sink about one folder. */
struct told {
	char name[64];
	unsigned attrs;
	bool begun, ended;
	size_t begun_n;
	char mailbox_id[64];
	enum folder_outcome outcome;
	struct folder_state state;
	int64_t messages_read;
	char error[200];
	size_t ended_at;	    /* octets of the server that had been read by then */
	struct store_row row[ROWS]; /* by uid */
	char keywords[ROWS][40], id[ROWS][40];
	size_t row_n;
};
struct sink {
	struct replay *replay;
	struct told f[FOLDERS];
	size_t n;
	size_t listed_at;
	char prefix[32];
	char delim;
	struct audit_pool pool;
	uint32_t resume;
	bool fail_begin;
};

static inline bool on_listing(void *ctx, struct account_listing *l, struct err *err)
{
	struct sink *s = ctx;

	(void)err;
	assert_true(l->folder_n <= FOLDERS);
	s->n = l->folder_n;
	s->listed_at = replay_read(s->replay);
	snprintf(s->prefix, sizeof s->prefix, "%s", l->prefix);
	s->delim = l->delim;
	for (size_t i = 0; i < s->n; i++) {
		l->folders[i].id = (int64_t)i + 1;
		s->f[i].attrs = l->folders[i].attrs;
		snprintf(s->f[i].name, sizeof s->f[i].name, "%s", l->folders[i].name);
	}
	return true;
}

static inline bool on_begin(void *ctx, const struct folder *f,
			    const struct folder_state *now, bool afresh, bool again,
			    int64_t *epoch_out, uint32_t *resume_uid_out, struct err *err)
{
	struct sink *s = ctx;
	struct told *t = &s->f[f->id - 1];

	if (s->fail_begin)
		return err_set(err, ERR_LOCAL, "no space left");
	(void)afresh;
	assert_int_equal(again, t->begun);
	assert_true(now->uidvalidity != 0 && now->exists >= 0);
	t->begun = true;
	t->begun_n++;
	*epoch_out = f->id + 100;
	*resume_uid_out = s->resume;
	return true;
}

/* Put the rows of one window in place of what was there, as the store does. */
static inline bool on_window(void *ctx, struct audit_window *w, struct err *err)
{
	struct sink *s = ctx;
	struct told *t = &s->f[w->epoch - 101];
	size_t n = 0;

	(void)err;
	assert_true(w->lo == 1 || w->lo % AUDIT_BLOCK == 0);
	for (size_t i = 0; i < t->row_n; i++) {
		if (t->row[i].m.uid >= w->lo && t->row[i].m.uid <= w->hi)
			continue;
		assert_true(t->row[i].m.uid < w->lo); /* the tests go upwards only */
		n++;
	}
	for (size_t i = 0; i < w->n; i++, n++) {
		assert_true(n < ROWS);
		assert_true(i == 0 || w->rows[i - 1].m.uid < w->rows[i].m.uid);
		assert_true(w->rows[i].m.uid >= w->lo && w->rows[i].m.uid <= w->hi);
		t->row[n] = w->rows[i];
		snprintf(t->keywords[n], sizeof t->keywords[n], "%s",
			 w->rows[i].keywords);
		snprintf(t->id[n], sizeof t->id[n], "%s",
			 w->rows[i].message_id != NULL ? w->rows[i].message_id : "-");
	}
	t->row_n = n;
	audit_window_give(&s->pool, w);
	return true;
}

static inline bool on_end(void *ctx, const struct folder *f, const struct folder_end *e,
			  struct err *err)
{
	struct sink *s = ctx;
	struct told *t = &s->f[f->id - 1];

	(void)err;
	assert_false(t->ended);
	assert_string_equal(t->name, f->name);
	t->ended = true;
	t->outcome = e->outcome;
	t->state = e->state;
	t->messages_read = e->messages_read;
	t->ended_at = replay_read(s->replay);
	snprintf(t->error, sizeof t->error, "%s", e->error);
	snprintf(t->mailbox_id, sizeof t->mailbox_id, "%s", e->mailbox_id);
	if (e->outcome == FOLDER_READ)
		assert_int_equal(e->messages_read, t->row_n);
	return true;
}

/* Read the account over the replay until it breaks or is finished. */
struct trial {
	struct sink sink;
	struct audit_reader r;
	struct err err;
	bool ok;
	struct wire_count count;
};

static const struct audit_sink methods = {
	.listing = on_listing,
	.begin = on_begin,
	.window = on_window,
	.end = on_end,
};
static struct audit_sink bound;

static inline void trial_open(struct trial *t, struct replay *replay, enum side side,
			      enum depth depth, const char *kind)
{
	memset(t, 0, sizeof *t);
	t->err = ERR_INIT;
	t->sink.replay = replay;
	audit_pool_init(&t->sink.pool);
	audit_reader_init(&t->r);
	bound = methods;
	bound.ctx = &t->sink;
	t->r.sink = &bound;
	t->r.pool = &t->sink.pool;
	t->r.account = 1;
	t->r.side = side;
	t->r.depth = depth;
	t->r.kind = kind;
}

static inline void trial_session(struct trial *t)
{
	struct imap_session *s;
	struct imap_io io;

	replay_rewind(t->sink.replay);
	replay_io(t->sink.replay, &io);
	s = imap_session_new(&io, NULL);
	t->r.progress = false;
	t->err = ERR_INIT;
	t->ok = (t->r.listed || audit_reader_list(&t->r, s, &t->err)) &&
		audit_reader_folders(&t->r, s, &t->err);
	imap_session_count(s, &t->count);
	imap_session_free(s);
}

static inline void trial_close(struct trial *t)
{
	audit_reader_done(&t->r);
	audit_pool_done(&t->sink.pool);
}

static inline struct replay *open_replay(const char *path)
{
	struct replay *replay = NULL;
	struct err err = ERR_INIT;

	if (!replay_open(path, &replay, &err))
		fail_msg("%s: %s", path, err.text);
	return replay;
}

static inline const struct told *told(const struct trial *t, const char *name)
{
	for (size_t i = 0; i < t->sink.n; i++)
		if (strcmp(t->sink.f[i].name, name) == 0)
			return &t->sink.f[i];
	fail_msg("there is no folder %s", name);
	return NULL;
}

#endif
