/* SPDX-License-Identifier: MIT */
#include "audit/audit_burst.h"

#include "audit/audit_rows.h"
#include "base/clock.h"
#include "imap/imap_search.h"

enum {
	ROWS_MAX = 2 * AUDIT_BURST_MESSAGES, /* of a folder that grew since STATUS */
	AGAIN = 500,			     /* uids in one command */
	HELD_MAX = 512,			     /* folders with rows kept */
	/* What a message costs on the wire, about (docs/performance.md). */
	OCTETS_HEADER = 260,
	OCTETS_ENVELOPE = 480,
	OCTETS_FLAGS = 48,
};

enum what {
	STEP_EXAMINE,
	STEP_CHANGES, /* UID FETCH below base */
	STEP_FETCH,
	STEP_SEARCH,
	STEP_KNOWN, /* UID SEARCH of the known uids: who is missing is gone */
	STEP_FIELDS,
};
struct step {
	uint64_t cmd;
	size_t i; /* of r->folders */
	enum what what;
	bool last; /* of its folder */
	int64_t octets;
};

/* A folder that waits for identity fields. */
struct held {
	size_t i;
	struct audit_window *w;
	struct folder_end end;
};

struct burst {
	struct audit_reader *r;
	struct imap_session *s;
	struct step steps[AUDIT_BURST_COMMANDS];
	size_t first, n;
	int64_t octets; /* expected, of all steps */

	/* the folder whose answers come */
	size_t i;
	enum what what; /* the step that is waited for */
	enum audit_way way;
	uint32_t base;
	int64_t epoch, began_ms, changed;
	struct folder_state now;
	struct audit_window *w;	     /* its rows */
	struct audit_window *sparse; /* AUDIT_DELTA: flags that changed */
	uint64_t search;	     /* the command whose answer is looked at */
	struct audit_uids *into;
	bool found, odd; /* odd: not as expected */

	struct held held[HELD_MAX];
	size_t held_n, kept;
	bool again;	 /* the second breath */
	uint64_t enable; /* ENABLE is on its way; 0: it is not */
};

static const struct folder_state nothing = { .modseq = -1, .exists = -1, .octets = -1 };

static bool give(struct burst *b, struct audit_window **w, struct err *err)
{
	struct audit_reader *r = b->r;
	struct audit_window *out = *w;

	*w = NULL;
	out->epoch = b->epoch;
	out->depth = r->depth;
	out->first = true;
	if (r->sink->window(r->sink->ctx, out, err))
		return true;
	r->fatal = true;
	return false;
}

/* ---- answers ---- */

static bool on_code(struct burst *b, struct span code, struct err *err)
{
	ptrdiff_t blank = span_index(code, ' ');
	struct span name = { code.p, blank < 0 ? code.n : (size_t)blank };
	struct span value = blank < 0 ? (struct span){ NULL, 0 }
				      : span_trim(span_from(code, (size_t)blank));
	struct err why = ERR_INIT;

	if (span_ieq_str(name, "CLOSED") && b->what == STEP_EXAMINE) {
		b->now = nothing;
		return true;
	}
	(void)err;
	/* It is said again, with the reason, when the folder is read alone. */
	if (!audit_rows_code(name, value, b->what == STEP_EXAMINE, &b->now, &why))
		b->odd = true;
	return true;
}

static struct audit_window *sparse_window(struct burst *b)
{
	if (b->sparse == NULL) {
		b->sparse = audit_window_open(b->r->pool, 1, b->base - 1);
		b->sparse->sparse = true;
		b->sparse->flags_below = b->base;
	}
	return b->sparse;
}

/* Where an answer belongs. */
static struct audit_window *window_of(struct burst *b, uint32_t uid)
{
	if (b->way == AUDIT_DELTA && uid < b->base)
		return sparse_window(b);
	if (b->w == NULL)
		b->w = audit_window_open(b->r->pool, b->way == AUDIT_DELTA ? b->base : 1,
					 UINT32_MAX);
	return b->w;
}

static bool on_fields(struct burst *b, const struct imap_fetch *f, struct err *err)
{
	size_t row = audit_window_find(b->w, f->uid);

	return row == SIZE_MAX || audit_rows_answer(b->r, b->w, row, f, true, err);
}

static bool on_fetch(struct burst *b, const struct imap_resp *resp, struct err *err)
{
	struct audit_window *w;
	struct imap_fetch f;

	arena_reset(&b->r->scratch);
	if (!imap_fetch_parse(resp->number, resp->text, &b->r->scratch, &f, err))
		return false;
	/* Without a uid it is about flags that change under us. */
	if (!(f.has & IMAP_HAS_UID) || b->what == STEP_EXAMINE || b->odd)
		return true;
	if (b->again)
		return on_fields(b, &f, err);
	/* "9:*" is never empty: a server tells its last message, whatever its uid. */
	if (f.uid < b->base && b->what != STEP_CHANGES)
		return true;
	w = window_of(b, f.uid);
	if (w == b->sparse) {
		b->changed++;
		if (!(f.has & IMAP_HAS_FLAGS)) {
			b->odd = true;
			return true;
		}
	} else if (w->n >= ROWS_MAX) {
		b->odd = true;
		return true;
	}
	return audit_rows_answer(b->r, w, audit_window_add(w, f.uid), &f, false, err) &&
	       (w != b->sparse || w->n < AUDIT_WINDOW_AIM || give(b, &b->sparse, err));
}

static bool on_range(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	return audit_uids_add(ctx, lo, hi, UINT64_MAX, err);
}

static bool on_found(struct burst *b, const struct imap_resp *resp, bool more,
		     struct err *err)
{
	struct imap_esearch e;
	char tag[24];

	if (b->into == NULL || b->odd)
		return true;
	if (resp->kind == IMAP_RESP_SEARCH) {
		b->found |= !more;
		return imap_search_parse(resp->text, on_range, b->into, err);
	}
	if (!imap_esearch_parse(resp->text, &e, on_range, b->into, err))
		return false;
	snprintf(tag, sizeof tag, "m%llu", (unsigned long long)b->search);
	if (!e.uid || (e.tag.n > 0 && !span_eq_str(e.tag, tag)))
		b->odd = true;
	b->found |= !more;
	return true;
}

static bool on_vanished(struct burst *b, struct span text, struct err *err)
{
	struct audit_uids *gone = &b->r->vanished;
	uint64_t before = gone->count;
	bool earlier = false;

	if (!imap_vanished_parse(text, &earlier, on_range, gone, err))
		return false;
	if (!earlier && b->what != STEP_EXAMINE)
		b->now.exists -= (int64_t)(gone->count - before);
	return true;
}

static bool on_answer(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	struct burst *b = ctx;

	switch (resp->kind) {
	case IMAP_RESP_STATUS_OK:
		return resp->code.n == 0 || on_code(b, resp->code, err);
	case IMAP_RESP_EXISTS:
		b->now.exists = resp->number;
		return true;
	case IMAP_RESP_EXPUNGE:
		b->now.exists -= b->now.exists > 0;
		return true;
	case IMAP_RESP_VANISHED:
		return on_vanished(b, resp->text, err);
	case IMAP_RESP_SEARCH:
	case IMAP_RESP_ESEARCH:
		return on_found(b, resp, more, err);
	case IMAP_RESP_FETCH:
		return on_fetch(b, resp, err);
	default:
		return true;
	}
}

/* ---- the end of a folder ---- */

static bool close_folder(struct burst *b, const struct folder_end *end, struct err *err)
{
	bool built = false;

	if (!audit_reader_end(b->r, b->i, end, b->way == AUDIT_WHOLE ? NULL : &built,
			      err))
		return false;
	if (built)
		b->r->marks[b->i] |= AUDIT_CAREFUL;
	return true;
}

static void drop_folder(struct burst *b)
{
	audit_window_give(b->r->pool, b->w);
	audit_window_give(b->r->pool, b->sparse);
	b->w = b->sparse = NULL;
	b->into = NULL;
}

/* ---- what was told, once all commands of a folder are complete ---- */

static bool rows_are(const struct audit_window *w, const struct audit_uids *set)
{
	if ((w == NULL ? 0 : w->n) != set->count)
		return false;
	for (size_t i = 0; w != NULL && i < w->n; i++)
		if (!audit_uids_has(set, w->rows[i].m.uid))
			return false;
	return true;
}

static bool is_complete(const struct burst *b)
{
	unsigned need = audit_rows_need(b->r);

	for (size_t i = 0; b->w != NULL && i < b->w->n; i++) {
		bool known = b->way == AUDIT_FLAGS && b->w->rows[i].m.uid < b->base;

		if (audit_rows_lacks(b->w, i, known ? AUDIT_ROW_FLAGS : need))
			return false;
	}
	return true;
}

/* Does everything agree? */
static bool agrees(struct burst *b)
{
	if (b->odd || b->now.exists < 0 || b->now.uidvalidity == 0 || !is_complete(b))
		return false;
	if (b->way == AUDIT_DELTA)
		return true; /* the writer counts */
	audit_uids_finish(&b->r->found);
	return b->found && (uint64_t)b->now.exists == b->r->found.count &&
	       rows_are(b->w, &b->r->found);
}

static struct folder_end end_of(const struct burst *b)
{
	struct folder_end end = {
		.folder = b->r->folders[b->i].id,
		.epoch = b->epoch,
		.outcome = FOLDER_READ,
		.state = b->now,
		.messages_read = (int64_t)b->w->n + b->changed,
		.took_ms = clock_mono_ms() - b->began_ms,
		.depth = b->r->depth,
		.error = "",
	};
	uint32_t top = b->w->n > 0 ? b->w->rows[b->w->n - 1].m.uid : 0;

	if (end.state.uidnext != 0 && end.state.uidnext <= top && top < UINT32_MAX)
		end.state.uidnext = top + 1;
	return end;
}

/* The gone and the changed, before what is new: the watermark moves with that. */
static bool give_changes(struct burst *b, struct err *err)
{
	struct audit_uids *gone = &b->r->vanished;

	audit_uids_finish(gone);
	if (b->base == 1 || (b->sparse == NULL && gone->n == 0))
		return true;
	audit_uids_swap(&sparse_window(b)->gone, gone);
	audit_uids_clear(gone);
	return give(b, &b->sparse, err);
}

/* More may come of what is on its way when AUDIT_BURST_KEPT are kept. */
static bool has_room(const struct burst *b)
{
	return b->held_n < HELD_MAX && b->kept + b->w->n <= 2 * AUDIT_BURST_KEPT;
}

/* The folder is over: into the sink, onto the shelf, or to the careful reader. */
static bool finish_folder(struct burst *b, struct err *err)
{
	struct audit_reader *r = b->r;
	struct folder_end end;

	if (!agrees(b) || (b->w != NULL && audit_rows_any_weak(b->w) && !has_room(b))) {
		r->marks[b->i] |= AUDIT_CAREFUL;
		drop_folder(b);
		return true;
	}
	if (b->w == NULL) /* empty, or nothing new */
		b->w = audit_window_open(r->pool, b->way == AUDIT_DELTA ? b->base : 1,
					 UINT32_MAX);
	b->w->built = b->way == AUDIT_DELTA;
	b->w->flags_below = b->way == AUDIT_FLAGS ? b->base : 0;
	if (b->way == AUDIT_DELTA && !give_changes(b, err))
		return false;
	end = end_of(b);
	if (audit_rows_any_weak(b->w)) {
		b->w->epoch = b->epoch;
		b->kept += b->w->n;
		b->held[b->held_n++] = (struct held){ .i = b->i, .w = b->w, .end = end };
		b->w = NULL;
		return true;
	}
	return give(b, &b->w, err) && close_folder(b, &end, err);
}

/* ---- commands ---- */

static bool send(struct burst *b, size_t i, enum what what, int64_t octets,
		 struct err *err)
{
	struct step *step = &b->steps[(b->first + b->n) % AUDIT_BURST_COMMANDS];

	*step = (struct step){ .i = i, .what = what, .octets = octets };
	if (!imap_session_send(b->s, strbuf_span(&b->r->line), &step->cmd, err))
		return false;
	b->n++;
	b->octets += octets;
	return true;
}

static bool send_examine(struct burst *b, size_t i, struct err *err)
{
	strbuf_clear(&b->r->line);
	strbuf_adds(&b->r->line, "EXAMINE ");
	imap_put_mailbox(&b->r->line, b->r->folders[i].wire);
	return send(b, i, STEP_EXAMINE, 500, err);
}

static bool send_search(struct burst *b, size_t i, enum what what, int64_t messages,
			const char *keys, struct err *err)
{
	bool extended = (b->r->hello.caps & IMAP_CAP_ESEARCH) != 0;

	strbuf_clear(&b->r->line);
	strbuf_addf(&b->r->line, "UID SEARCH %s%s", extended ? "RETURN (ALL) " : "",
		    keys);
	return send(b, i, what, extended ? messages : 8 * messages, err);
}

static bool send_fetch(struct burst *b, size_t i, uint32_t from, int64_t messages,
		       struct err *err)
{
	strbuf_clear(&b->r->line);
	strbuf_addf(&b->r->line, "UID FETCH %u:* ", from);
	audit_rows_items(b->r, &b->r->line);
	return send(b, i, STEP_FETCH,
		    messages * (b->r->envelope ? OCTETS_ENVELOPE : OCTETS_HEADER), err);
}

static bool send_flags(struct burst *b, size_t i, enum audit_way way, uint32_t base,
		       int64_t messages, struct err *err)
{
	strbuf_clear(&b->r->line);
	strbuf_addf(&b->r->line, "UID FETCH 1:%u (UID FLAGS)", base - 1);
	if (way == AUDIT_DELTA)
		strbuf_addf(&b->r->line, " (CHANGEDSINCE %lld%s)",
			    (long long)b->r->known[i].state.modseq,
			    b->r->qresync ? " VANISHED" : "");
	return send(b, i, STEP_CHANGES, messages * OCTETS_FLAGS, err);
}

/* Without VANISHED: if every uid that was given out since is there, none of the known is
 * gone. */
static bool may_be_gone(const struct audit_reader *r, size_t i)
{
	const struct folder_state *was = &r->known[i].state, *is = &r->counts[i].state;

	return !r->qresync && is->exists != was->exists + (is->uidnext - was->uidnext);
}

static bool send_folder(struct burst *b, size_t i, struct err *err)
{
	struct audit_reader *r = b->r;
	const struct folder_state *is = &r->counts[i].state;
	enum audit_way way = audit_reader_way(r, i);
	uint32_t base = r->known[i].state.uidnext;
	char keys[32];
	bool ok = send_examine(b, i, err);

	if (way == AUDIT_WHOLE) {
		ok = ok && (is->exists == 0 || send_fetch(b, i, 1, is->exists, err)) &&
		     send_search(b, i, STEP_SEARCH, is->exists, "ALL", err);
	} else if (way == AUDIT_FLAGS) {
		ok = ok && (base == 1 || send_flags(b, i, way, base, is->exists, err)) &&
		     send_fetch(b, i, base, 1, err) &&
		     send_search(b, i, STEP_SEARCH, is->exists, "ALL", err);
	} else {
		ok = ok && (base == 1 || send_flags(b, i, way, base, 8, err));
		snprintf(keys, sizeof keys, "UID 1:%u", base - 1);
		if (ok && base > 1 && may_be_gone(r, i))
			ok = send_search(b, i, STEP_KNOWN, is->exists, keys, err);
		ok = ok && send_fetch(b, i, base, (int64_t)is->uidnext - base + 1, err);
	}
	if (ok)
		b->steps[(b->first + b->n - 1) % AUDIT_BURST_COMMANDS].last = true;
	return ok;
}

/* Is it known to be small enough? */
static bool fits(const struct audit_reader *r, size_t i)
{
	const struct folder_state *is = &r->counts[i].state;
	int64_t news;

	if ((r->marks[i] & (AUDIT_DONE | AUDIT_CAREFUL)) || is->exists < 0)
		return false;
	if (audit_reader_way(r, i) != AUDIT_DELTA)
		return is->exists <= AUDIT_BURST_MESSAGES;
	news = (int64_t)is->uidnext - r->known[i].state.uidnext;
	return is->uidnext != 0 && news <= AUDIT_BURST_MESSAGES;
}

/* What folder i will bring; the most that any way does. */
static int64_t weight(const struct audit_reader *r, size_t i)
{
	const struct folder_state *is = &r->counts[i].state;
	int64_t n = is->exists;

	if (audit_reader_way(r, i) == AUDIT_DELTA)
		n = (int64_t)is->uidnext - r->known[i].state.uidnext + 1;
	return n * (r->envelope ? OCTETS_ENVELOPE : OCTETS_HEADER);
}

/* ---- one breath ---- */

static bool opened(struct burst *b, const struct imap_done *done, struct err *err)
{
	struct audit_reader *r = b->r;
	const struct folder_state *was = &r->known[b->i].state;
	uint32_t resume;

	if (done->status != IMAP_OK || b->now.exists < 0 || b->now.uidvalidity == 0) {
		b->odd = true;
		return true;
	}
	if (b->way != AUDIT_WHOLE &&
	    (b->now.uidvalidity != was->uidvalidity ||
	     (b->way == AUDIT_DELTA && b->now.modseq < was->modseq))) {
		r->marks[b->i] |= AUDIT_AFRESH;
		b->odd = true;
		return true;
	}
	if (b->now.uidnext == 0 &&
	    r->counts[b->i].state.uidvalidity == b->now.uidvalidity)
		b->now.uidnext = r->counts[b->i].state.uidnext;
	return audit_reader_begin(r, b->i, &b->now, &b->epoch, &resume, err);
}

/* The first answer of a folder comes next. */
static void start_folder(struct burst *b, size_t i)
{
	struct audit_reader *r = b->r;

	b->i = i;
	r->at = i;
	b->way = audit_reader_way(r, i);
	b->base = b->way == AUDIT_WHOLE ? 1 : r->known[i].state.uidnext;
	b->began_ms = clock_mono_ms();
	b->changed = 0;
	b->now = nothing;
	b->odd = b->found = false;
	b->into = NULL;
	audit_uids_clear(&r->found);
	audit_uids_clear(&r->vanished);
}

/* Wait for the oldest command. */
static bool finish_step(struct burst *b, struct step *step, struct err *err)
{
	struct imap_done done;

	if (b->enable != 0 && !imap_session_finish(b->s, b->enable, &done, err))
		return false;
	b->enable = 0;
	*step = b->steps[b->first];
	if (step->what == STEP_EXAMINE && !b->again)
		start_folder(b, step->i);
	b->what = step->what;
	if (step->what == STEP_SEARCH || step->what == STEP_KNOWN) {
		audit_uids_clear(&b->r->found);
		b->into = &b->r->found;
		b->search = step->cmd;
		b->found = false;
	}
	b->first = (b->first + 1) % AUDIT_BURST_COMMANDS;
	b->n--;
	b->octets -= step->octets;
	if (!imap_session_finish(b->s, step->cmd, &done, err))
		return false;
	if (b->again)
		return true;
	if (step->what == STEP_EXAMINE)
		return opened(b, &done, err);
	if (done.status != IMAP_OK) {
		b->odd = true;
		if (step->what == STEP_CHANGES)
			b->r->marks[b->i] |= AUDIT_AFRESH;
	}
	if (step->what == STEP_KNOWN && !b->odd) {
		audit_uids_finish(&b->r->found);
		b->odd = !b->found;
		return b->odd || audit_uids_gaps(&b->r->found, 1, b->base - 1,
						 &b->r->vanished, err);
	}
	return true;
}

static size_t next_fit(const struct audit_reader *r, size_t i)
{
	while (i < r->folder_n && !fits(r, i))
		i++;
	return i;
}

/* Folders from *from on, until all are read or enough rows are kept. */
static bool first_breath(struct burst *b, size_t *from, struct err *err)
{
	struct audit_reader *r = b->r;
	size_t next = next_fit(r, *from);

	for (;;) {
		struct step step;

		while (next < r->folder_n && b->kept < AUDIT_BURST_KEPT &&
		       b->held_n < HELD_MAX && b->n + 5 <= AUDIT_BURST_COMMANDS &&
		       (b->n == 0 || b->octets + weight(r, next) <= AUDIT_BURST_OCTETS)) {
			if (!send_folder(b, next, err))
				return false;
			next = next_fit(r, next + 1);
		}
		*from = next;
		if (b->n == 0)
			return true;
		if (!finish_step(b, &step, err) || (step.last && !finish_folder(b, err)))
			return false;
	}
}

/* EXAMINE and the identity fields of a held folder; at most 1 + ROWS_MAX / AGAIN
 * commands. */
static bool send_fields(struct burst *b, const struct held *h, struct err *err)
{
	size_t row = 0;

	if (!send_examine(b, h->i, err))
		return false;
	for (;;) {
		size_t n = 0;

		strbuf_clear(&b->r->line);
		strbuf_adds(&b->r->line, "UID FETCH ");
		for (; row < h->w->n && n < AGAIN; row++)
			if (audit_rows_weak(h->w, row))
				strbuf_addf(&b->r->line, "%s%u", n++ > 0 ? "," : "",
					    h->w->rows[row].m.uid);
		if (n == 0)
			break;
		strbuf_adds(&b->r->line, " (UID BODY.PEEK[HEADER.FIELDS "
					 "(" MIME_IDENTITY_FIELDS ")])");
		if (!send(b, h->i, STEP_FIELDS, 1000 * (int64_t)n, err))
			return false;
	}
	b->steps[(b->first + b->n - 1) % AUDIT_BURST_COMMANDS].last = true;
	return true;
}

static bool finish_held(struct burst *b, struct held *h, struct err *err)
{
	struct audit_reader *r = b->r;

	b->w = NULL;
	b->epoch = h->w->epoch;
	b->kept -= h->w->n;
	if (b->now.uidvalidity != h->end.state.uidvalidity || b->odd ||
	    audit_rows_any_weak(h->w)) {
		r->marks[h->i] |= AUDIT_CAREFUL;
		audit_window_give(r->pool, h->w);
		h->w = NULL;
		return true;
	}
	return give(b, &h->w, err) && close_folder(b, &h->end, err);
}

static bool second_breath(struct burst *b, struct err *err)
{
	size_t sent = 0, done = 0;

	b->again = true;
	for (;;) {
		struct held *h = &b->held[done];
		struct step step;

		while (sent < b->held_n &&
		       b->n + 2 + ROWS_MAX / AGAIN <= AUDIT_BURST_COMMANDS &&
		       (b->n == 0 || b->octets <= AUDIT_BURST_OCTETS))
			if (!send_fields(b, &b->held[sent++], err))
				return false;
		if (b->n == 0)
			break;
		if (b->steps[b->first].what == STEP_EXAMINE) {
			start_folder(b, h->i);
			b->w = h->w;
		}
		if (!finish_step(b, &step, err))
			return false;
		if (step.last) {
			if (!finish_held(b, h, err))
				return false;
			done++;
		}
	}
	b->held_n = 0;
	b->again = false;
	return true;
}

/* RFC 5161: before any mailbox is open.  Nobody waits for the answer: a server that
 * refuses will refuse VANISHED too. */
static bool enable(struct burst *b, struct err *err)
{
	struct audit_reader *r = b->r;
	bool wants = false;

	if (!(r->hello.caps & IMAP_CAP_QRESYNC))
		return true;
	for (size_t i = 0; i < r->folder_n && !wants; i++)
		wants = !(r->marks[i] & AUDIT_DONE) && audit_is_own(&r->folders[i]) &&
			audit_reader_way(r, i) == AUDIT_DELTA;
	if (!wants)
		return true;
	r->qresync = true;
	return imap_session_send(b->s, SPAN_LIT("ENABLE QRESYNC"), &b->enable, err);
}

bool audit_burst(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	struct burst *b = mem_calloc(1, sizeof *b);
	struct imap_done done;
	size_t from = 0;
	bool ok;

	b->r = r;
	b->s = s;
	imap_session_handler(s, on_answer, b);
	ok = enable(b, err);
	while (ok && next_fit(r, from) < r->folder_n)
		ok = first_breath(b, &from, err) && second_breath(b, err);
	if (ok && b->enable != 0) /* no folder was small */
		ok = imap_session_finish(s, b->enable, &done, err);
	imap_session_handler(s, NULL, NULL);
	for (size_t k = 0; k < b->held_n; k++) {
		if (b->held[k].w == b->w)
			b->w = NULL;
		audit_window_give(r->pool, b->held[k].w);
	}
	drop_folder(b);
	if (!ok && !r->fatal)
		(void)audit_reader_broke(r, r->at, err);
	r->at = r->folder_n;
	free(b);
	return ok;
}
