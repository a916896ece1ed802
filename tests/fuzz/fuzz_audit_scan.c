/* SPDX-License-Identifier: MIT */
/*
 * Whole messages of a folder from a server that may say anything.  The first octet says
 * how the stream is cut into sessions, how much comes at once, and whether the folder is
 * read in parts; the rest is what the server says.  Each break is followed by another
 * session, and in the end each message was handed over once, or is left, or is gone; what
 * is called read came as a whole.
 */
#include "audit/audit_scan_folder.h"

#include "mime/mime_identity.h"
#include "tests/fuzz/fuzz.h"

enum { ITEMS = 12, SESSIONS = 40 };

struct peer {
	struct span rest;
	size_t piece, fed; /* octets: in one go; of bodies or not, that came */
};

struct trial {
	struct audit_scan_item v[ITEMS];
	size_t n, begun; /* in v; that were ever there */
	unsigned told[ITEMS];
	const struct peer *peer;
};

static bool peer_read(void *ctx, void *buf, size_t size, size_t *got_out, struct err *err)
{
	struct peer *p = ctx;
	size_t n = p->rest.n < size ? p->rest.n : size;

	(void)err;
	n = n < p->piece ? n : p->piece;
	if (n > 0)
		memcpy(buf, p->rest.p, n);
	p->rest = span_from(p->rest, n);
	p->fed += n;
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

static bool on_seen(void *ctx, const struct audit_scanned *m, struct err *err)
{
	struct trial *t = ctx;
	const struct body_facts *f = m->facts;
	size_t at = m->item->uid - 1;

	(void)err;
	PROMISE((size_t)(m->item - t->v) < t->n);
	PROMISE(at < ITEMS && t->told[at]++ == 0);
	PROMISE(f->symptoms >> SYMPTOM_COUNT == 0);
	PROMISE(f->words != NULL && (f->read || f->words[0] != '\0'));
	PROMISE(!f->read || (f->octets >= 0 && (size_t)f->octets <= t->peer->fed));
	PROMISE(f->read || (f->symptoms != 0));
	PROMISE(!m->has_detail || f->read);
	return true;
}

static bool on_settle(void *ctx, struct err *err)
{
	(void)ctx;
	(void)err;
	return true;
}

static bool on_pace(void *ctx, int64_t messages, int64_t octets, struct err *err)
{
	(void)ctx;
	(void)err;
	PROMISE(messages > 0 && octets >= 0);
	return true;
}

/* It was handed over once, or is left, or is gone. */
static void is_done(const struct trial *t, const struct audit_scan_item *i)
{
	PROMISE((i->state == SCAN_DONE) == (t->told[i->uid - 1] == 1));
}

static void put(struct trial *t)
{
	size_t i = t->begun++;

	t->v[t->n++] = (struct audit_scan_item){ .uid = (uint32_t)i + 1,
						 .octets = i % 3 == 0 ? -1 : 59,
						 .first = -1 };
}

static bool on_more(void *ctx, size_t done, size_t *n_out, bool *last_out,
		    struct err *err)
{
	struct trial *t = ctx;

	(void)err;
	PROMISE(done <= t->n);
	for (size_t i = 0; i < done; i++) {
		PROMISE(t->v[i].state >= SCAN_LEFT);
		is_done(t, &t->v[i]);
	}
	t->n -= done;
	memmove(t->v, t->v + done, t->n * sizeof *t->v);
	/* One at a time, and none before some are done. */
	if (t->begun < ITEMS && t->n < 4)
		put(t);
	*n_out = t->n;
	*last_out = t->begun == ITEMS;
	return true;
}

/* One session over what is left, or over the first part of it. */
static enum audit_scan_end one(struct audit_scan *s, struct trial *t, struct peer *p,
			       size_t part)
{
	struct imap_io io = {
		.ctx = p, .read = peer_read, .write = peer_write, .wait = peer_wait
	};
	struct span all = p->rest;
	struct imap_session *session = imap_session_new(&io, NULL);
	struct strbuf why = STRBUF_INIT;
	struct err err = ERR_INIT;
	enum audit_scan_end end;

	if (part < p->rest.n)
		p->rest.n = part;
	end = audit_scan_folder(s, session, "INBOX", 7, NULL, t->v, t->n, &why, &err);
	PROMISE((end == SCAN_BROKE) == (err.cls != ERR_NONE));
	PROMISE((end == SCAN_CLOSED) == (why.n > 0));
	p->rest = span_from(all, part < all.n ? part : all.n);
	strbuf_done(&why);
	imap_session_free(session);
	return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Its converters are kept: to open them takes longer than all else. */
	static struct mime_check check;
	static struct sha256_ctx *sha;
	const struct audit_scan_sink sink = { NULL, on_seen, on_settle, on_pace, NULL };
	struct audit_scan_sink mine = sink;
	enum audit_scan_end end = SCAN_BROKE;
	struct trial t = { 0 };
	int idle = 0; /* sessions in which the server says nothing */
	struct audit_scan s;
	struct peer p;

	if (sha == NULL)
		sha = sha256_new();
	if (size < 1 || size > 64 << 10)
		return 0;
	p = (struct peer){ { (const char *)data + 1, size - 1 }, 1, 0 };
	p.piece = data[0] & 1 ? 7 : SIZE_MAX;
	if (data[0] & 4)
		mine.more = on_more;
	while (t.begun < (mine.more != NULL ? 3 : ITEMS))
		put(&t);
	t.peer = &p;
	mine.ctx = &t;
	audit_scan_init(&s);
	s.check = check;
	s.out = &mine;
	s.sha = sha;
	s.timeout_ms = 60000;
	s.patient = (data[0] & 2) != 0;
	for (int n = 0; n < SESSIONS && end == SCAN_BROKE && !s.fatal &&
			(p.rest.n > 0 || idle++ < 3);
	     n++)
		end = one(&s, &t, &p, data[0] < 4 ? SIZE_MAX : (size_t)data[0] * 8);
	PROMISE(!s.fatal);
	for (size_t i = 0; i < t.n; i++) {
		is_done(&t, &t.v[i]);
		PROMISE(end != SCAN_ENDED || t.v[i].state >= SCAN_LEFT);
	}
	check = s.check;
	s.check = (struct mime_check){ 0 };
	audit_scan_done(&s);
	return 0;
}
