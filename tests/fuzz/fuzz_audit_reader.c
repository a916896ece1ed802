/* SPDX-License-Identifier: MIT */
/*
 * A whole account from a server that may say anything.  The first octet chooses depth,
 * kind, whether STATUS is asked first, whether folders were read before and by what they
 * are known, or in part; the rest is what the server says, from behind the login on.  When the stream
 * ends the session breaks, and the account must still come to an end: every folder once,
 * and none of them read without windows that add up.
 */
#include "audit/audit_reader.h"
#include "tests/fuzz/fuzz.h"

struct peer {
	struct span rest;
};

static bool peer_read(void *ctx, void *buf, size_t size, size_t *got_out, struct err *err)
{
	struct peer *p = ctx;
	size_t n = p->rest.n < size ? p->rest.n : size;

	(void)err;
	if (n > 0)
		memcpy(buf, p->rest.p, n);
	p->rest = span_from(p->rest, n);
	*got_out = n;
	return true;
}

static bool peer_write(void *ctx, const void *octets, size_t n, size_t *put_out,
		       bool *would_block_out, struct err *err)
{
	(void)ctx;
	(void)octets;
	(void)err;
	*put_out = n;
	*would_block_out = false;
	return true;
}

static bool peer_wait(void *ctx, bool want_write, struct err *err)
{
	(void)ctx;
	(void)want_write;
	(void)err;
	return true;
}

/* What the sink was told of a folder, whose epoch has its number. */
struct told {
	uint64_t done; /* the store's watermark */
	uint8_t ended;
	bool begun, built; /* built: on what an earlier run left */
};

struct seen {
	struct audit_pool pool;
	size_t folder_n;
	struct told *folder;
	bool known;		/* every other folder was read before */
	bool twin, part;	/* it has a twin; the others were read in part */
	uint64_t mailbox;
	struct witness witness; /* by what it is known */
};

static bool on_listing(void *ctx, struct account_listing *l, struct err *err)
{
	static const struct folder_known known = {
		.epoch = 1,
		.state = { .uidvalidity = 7, .uidnext = 7, .modseq = 40, .exists = 4 },
		.depth = DEPTH_FULL,
	};
	struct seen *s = ctx;

	(void)err;
	s->folder_n = l->folder_n;
	s->folder = mem_calloc(l->folder_n, sizeof *s->folder);
	for (size_t i = 0; i < l->folder_n; i++) {
		PROMISE(l->folders[i].wire != NULL && l->folders[i].name != NULL);
		PROMISE(i == 0 ||
			strcmp(l->folders[i - 1].wire, l->folders[i].wire) != 0);
		l->folders[i].id = (int64_t)i + 1;
		if (!s->known || l->known == NULL || i % 2 != 0)
			continue;
		l->known[i] = known;
		l->known[i].epoch = l->folders[i].id;
		l->known[i].shared = s->witness.shared;
		l->known[i].twin = s->witness.shared && s->twin;
		l->known[i].mailbox = s->mailbox;
	}
	return true;
}

static bool on_unchanged(void *ctx, const int64_t *ids, size_t n, int64_t messages,
			 struct err *err)
{
	struct seen *s = ctx;

	(void)messages, (void)err;
	for (size_t i = 0; i < n; i++) {
		PROMISE(s->known && ids[i] % 2 != 0);
		PROMISE(s->folder[ids[i] - 1].ended++ == 0);
	}
	return true;
}

static bool on_witness(void *ctx, int64_t epoch, struct witness *out, struct err *err)
{
	struct seen *s = ctx;

	(void)err;
	PROMISE(epoch > 0 && (size_t)epoch <= s->folder_n);
	PROMISE((s->known && epoch % 2 != 0) || s->part);
	*out = s->witness;
	return true;
}

static bool on_begin(void *ctx, const struct folder *f, const struct folder_state *now,
		     bool afresh, bool again, int64_t *epoch_out,
		     uint32_t *resume_uid_out, struct err *err)
{
	struct seen *s = ctx;

	(void)again;
	(void)err;
	PROMISE(now->uidvalidity != 0 && now->exists >= 0);
	PROMISE(s->folder[f->id - 1].ended == 0);
	s->folder[f->id - 1] = (struct told){ .begun = true };
	*epoch_out = f->id;
	*resume_uid_out = s->part && !afresh && f->id % 2 == 0 ? AUDIT_BLOCK - 1 : 0;
	s->folder[f->id - 1].done = *resume_uid_out;
	return true;
}

/* Some rows of what is stored change, or single ones come to it. */
static void look_at_bounds(const struct audit_window *w, struct told *t)
{
	if (w->sparse || w->built)
		t->built = true;
	if (w->sparse)
		return;
	PROMISE(w->built || w->lo == 1 || w->lo % AUDIT_BLOCK == 0);
	PROMISE(((uint64_t)w->hi + 1) % AUDIT_BLOCK == 0);
	if (w->built && w->lo - 1 > t->done)
		t->done = w->lo - 1;
	PROMISE(w->lo - 1 <= t->done); /* the store refuses gaps */
	if (w->hi > t->done)
		t->done = w->hi;
}

static bool on_window(void *ctx, struct audit_window *w, struct err *err)
{
	struct seen *s = ctx;

	(void)err;
	PROMISE(w->epoch > 0 && (size_t)w->epoch <= s->folder_n);
	PROMISE(s->folder[w->epoch - 1].begun && s->folder[w->epoch - 1].ended == 0);
	look_at_bounds(w, &s->folder[w->epoch - 1]);
	/* Where nothing tells it from another folder, nothing is built. */
	PROMISE(!s->folder[w->epoch - 1].built || !s->witness.shared ||
		s->witness.n > 0 || s->mailbox != 0);
	for (size_t i = 0; i < w->n; i++) {
		const struct message *m = &w->rows[i].m;

		PROMISE(m->uid >= w->lo && m->uid <= w->hi);
		PROMISE(i == 0 || w->rows[i - 1].m.uid < m->uid);
		if (w->rows[i].later) /* another window tells, or it cannot be had and
					 on_end names it */
			continue;
		PROMISE(w->rows[i].keywords != NULL);
		if (m->uid < w->flags_below)
			continue;
		PROMISE(m->octets >= 0 && m->tier <= TIER_FIELDS);
		PROMISE((w->rows[i].message_id != NULL) == (m->tier == TIER_ID));
	}
	audit_window_give(&s->pool, w);
	return true;
}

static bool on_end(void *ctx, const struct folder *f, const struct folder_end *e,
		   struct err *err)
{
	struct seen *s = ctx;
	struct told *t = &s->folder[f->id - 1];

	(void)err;
	PROMISE(t->ended++ == 0);
	PROMISE(e->error != NULL &&
		(e->error[0] != '\0') ==
			(e->outcome == FOLDER_UNREADABLE || e->outcome == FOLDER_HOLED));
	PROMISE((e->hole_n > 0) == (e->outcome == FOLDER_HOLED));
	for (size_t i = 1; i < e->hole_n; i++)
		PROMISE(e->hole[i - 1].uid < e->hole[i].uid);
	if (folder_outcome_stored(e->outcome))
		PROMISE(t->begun && e->epoch == f->id && t->done == UINT32_MAX);
	if (folder_outcome_stored(e->outcome) && !t->built)
		PROMISE(e->messages_read + (int64_t)e->hole_n == e->state.exists);
	return true;
}

static void read_account(struct audit_reader *r, struct peer *peer)
{
	struct imap_io io = {
		.ctx = peer, .read = peer_read, .write = peer_write, .wait = peer_wait
	};
	struct imap_session *s = imap_session_new(&io, NULL);
	struct err err = ERR_INIT, late = ERR_INIT;

	if ((r->listed || audit_reader_list(r, s, &err)) &&
	    audit_reader_folders(r, s, &err))
		PROMISE(r->done_n == r->folder_n);
	else
		PROMISE(err.cls != ERR_NONE && err.text[0] != '\0');
	if (r->listed) {
		PROMISE(audit_reader_give_up(r, &err, &late));
		PROMISE(r->done_n == r->folder_n);
	}
	imap_session_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kind[] = { "auto", "cyrus" };
	struct seen seen = { 0 };
	const struct audit_sink sink = {
		.ctx = &seen,
		.listing = on_listing,
		.unchanged = on_unchanged,
		.witness = on_witness,
		.begin = on_begin,
		.window = on_window,
		.end = on_end,
	};
	struct audit_reader r;
	struct peer peer;
	unsigned mode;

	if (size == 0)
		return 0;
	peer.rest = (struct span){ (const char *)data + 1, size - 1 };
	audit_pool_init(&seen.pool);
	audit_reader_init(&r);
	r.sink = &sink;
	r.pool = &seen.pool;
	r.account = 1;
	r.side = SIDE_OLD;
	r.depth = (enum depth)(data[0] % DEPTH_COUNT);
	r.kind = kind[data[0] / DEPTH_COUNT % 2];
	mode = data[0] / (DEPTH_COUNT * 2);
	r.survey = mode & 1;
	seen.known = mode & 2;
	seen.witness.shared = mode & 4;
	seen.witness.n = mode & 8 ? 2 : 0;
	seen.witness.alone = mode & 8 && mode & 1 ? 1 : 0;
	seen.twin = seen.part = mode & 16;
	seen.mailbox = mode & 32 ? objectid_mark("fi") : 0;
	seen.witness.m[0] = (struct message){ .uid = 1, .tier = TIER_NONE, .octets = 4 };
	seen.witness.m[1] = (struct message){ .uid = 6, .tier = TIER_NONE, .octets = 4 };
	read_account(&r, &peer);
	audit_reader_done(&r);
	audit_pool_done(&seen.pool);
	free(seen.folder);
	return 0;
}
