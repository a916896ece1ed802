/* SPDX-License-Identifier: MIT */
/* The folder in hand: what its answers mean, and whether they agree. */
#include "audit/audit_burst_in.h"

#include "base/clock.h"
#include "imap/imap_search.h"

static const struct folder_state nothing = { .modseq = -1, .exists = -1, .octets = -1 };

static bool give(struct burst *b, struct audit_window **w, struct err *err)
{
	struct audit_reader *r = b->r;
	struct audit_window *out = *w;

	*w = NULL;
	out->epoch = b->epoch;
	out->depth = r->depth;
	out->first = true;
	return audit_reader_hand(r, out, err);
}

/* A folder of which nothing was handed over, all at once. */
static bool give_whole(struct burst *b, const struct folder_state *opened,
		       struct audit_window **w, const struct folder_end *end,
		       struct err *err)
{
	struct audit_window *out = *w;

	*w = NULL;
	out->depth = b->r->depth;
	out->first = true;
	return audit_reader_whole(b->r, b->i, opened, out, end, err);
}

static bool begin(struct burst *b, struct err *err)
{
	uint32_t resume;

	return audit_reader_begin(b->r, b->i, &b->opened, &b->epoch, &resume, err);
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
		audit_rows_objectid_forget(b->r);
		return true;
	}
	if (span_ieq_str(name, "MAILBOXID") && b->what == STEP_EXAMINE)
		audit_rows_objectid(b->r, value);
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

/* It has the uid of a message of the first breath, and is another one. */
static bool is_other(const struct audit_window *w, size_t row, const struct imap_fetch *f)
{
	const struct message *m = &w->rows[row].m;
	unsigned has = w->has[row];

	return ((f->has & IMAP_HAS_DATE) && (has & AUDIT_ROW_DATE) &&
		f->date != m->date) ||
	       ((f->has & IMAP_HAS_SIZE) && (has & AUDIT_ROW_SIZE) &&
		f->octets != m->octets);
}

static bool on_fields(struct burst *b, const struct imap_fetch *f, struct err *err)
{
	size_t row = audit_window_find(b->w, f->uid);

	if (row == SIZE_MAX)
		return true;
	b->odd |= is_other(b->w, row, f);
	return b->odd || audit_rows_answer(b->r, b->w, row, f, true, err);
}

static bool on_fetch(struct burst *b, const struct imap_resp *resp, struct err *err)
{
	struct audit_window *w;
	struct imap_fetch f;

	arena_reset(&b->r->scratch);
	if (!imap_fetch_parse(resp->number, resp->text, &b->r->scratch, &f, err))
		return false;
	if (b->what == STEP_PROOF &&
	    audit_proof_answer(&b->proof, b->r->envelope, &f, b->r->sha, &b->r->scratch))
		return true;
	/* Without a uid it is about flags that change under us. */
	if (!(f.has & IMAP_HAS_UID) || b->what == STEP_EXAMINE || b->odd)
		return true;
	if (b->again)
		return on_fields(b, &f, err);
	if (f.uid < b->base && b->what != STEP_CHANGES) {
		/* "9:*" is never empty: a server tells its last message, whatever its
		 * uid.  Before the proof is complete it is a change, which may have been
		 * told too early, or unasked. */
		b->odd |= b->what == STEP_PROOF && (f.has & IMAP_HAS_FLAGS) != 0;
		return true;
	}
	w = window_of(b, f.uid);
	if (w == b->sparse) {
		b->changed++;
		if (!(f.has & IMAP_HAS_FLAGS)) {
			b->odd = true;
			return true;
		}
	} else if (w->n >= BURST_ROWS_MAX) {
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

bool burst_answer(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
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
		b->r->marks[b->i] |= AUDIT_CAREFUL | (b->again ? AUDIT_AFRESH : 0);
	return true;
}

void burst_drop(struct burst *b)
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

/* It was opened to show that it is what it was, and nothing has changed since STATUS. */
static bool stands(const struct burst *b)
{
	const struct folder_state *was = &b->r->known[b->i].state, *is = &b->now;

	return !b->odd && is->uidvalidity == was->uidvalidity &&
	       is->uidnext == was->uidnext && is->exists == was->exists &&
	       (is->modseq == was->modseq || b->r->depth == DEPTH_IDS);
}

/* Does everything agree? */
static bool agrees(struct burst *b)
{
	if (b->odd || b->now.exists < 0 || b->now.uidvalidity == 0 || !is_complete(b))
		return false;
	if (b->way == AUDIT_DELTA)
		return true; /* the writer counts */
	audit_uids_finish(&b->r->found);
	return (b->found || b->now.exists == 0) &&
	       (uint64_t)b->now.exists == b->r->found.count &&
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

static void hold(struct burst *b, struct audit_window *w, const struct folder_end *end,
		 bool whole)
{
	b->kept += w->n;
	b->held[b->held_n++] = (struct burst_held){
		.i = b->i,
		.w = w,
		.opened = b->opened,
		.end = *end,
		.mailbox = objectid_mark(b->r->mailbox_id),
		.whole = whole,
	};
}

/* Rows without identity wait for the second breath; the others need not. */
static void hold_weak(struct burst *b, const struct folder_end *end, struct err *err)
{
	struct audit_window *w = b->w;
	struct audit_window *weak = audit_window_open(b->r->pool, 1, UINT32_MAX);

	weak->sparse = true;
	weak->epoch = b->epoch;
	for (size_t i = 0; i < w->n; i++) {
		size_t row;

		if (!audit_rows_weak(w, i))
			continue;
		row = audit_window_add(weak, w->rows[i].m.uid);
		weak->rows[row].m = w->rows[i].m;
		weak->has[row] = w->has[i];
		/* As long as in the window it comes from, so it fits. */
		if (!audit_window_keywords(weak, row, span_str(w->rows[i].keywords), err))
			b->odd = true;
		w->rows[i].later = true;
	}
	hold(b, weak, end, false);
}

/* Nothing of it was handed over, and it costs no more to keep it in one piece. */
static bool is_small(const struct burst *b)
{
	return b->epoch == 0 && b->w->n <= BURST_HELD_WHOLE;
}

/* More may come of what is on its way when AUDIT_BURST_KEPT are kept. */
static bool has_room(const struct burst *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->w->n; i++)
		n += is_small(b) || audit_rows_weak(b->w, i);
	return b->held_n < BURST_HELD_MAX && b->kept + n <= 2 * AUDIT_BURST_KEPT;
}

/* The folder is over: into the sink, in part onto the shelf, or to the careful reader. */
bool burst_finish(struct burst *b, struct err *err)
{
	struct audit_reader *r = b->r;
	struct folder_end end;
	bool weak;

	if (b->way == AUDIT_SAME && stands(b)) {
		burst_drop(b);
		return audit_reader_same(r, b->i, err);
	}
	if (b->way == AUDIT_SAME || !agrees(b) ||
	    (b->w != NULL && audit_rows_any_weak(b->w) && !has_room(b))) {
		r->marks[b->i] |= AUDIT_CAREFUL;
		burst_drop(b);
		return true;
	}
	if (b->w == NULL) /* empty, or nothing new */
		b->w = audit_window_open(r->pool, b->way == AUDIT_DELTA ? b->base : 1,
					 UINT32_MAX);
	b->w->built = b->way == AUDIT_DELTA;
	b->w->flags_below = b->way == AUDIT_FLAGS ? b->base : 0;
	weak = audit_rows_any_weak(b->w);
	end = end_of(b);
	if (b->epoch == 0 && !weak)
		return give_whole(b, &b->opened, &b->w, &end, err);
	if (weak && is_small(b)) {
		hold(b, b->w, &end, true);
		b->w = NULL;
		return true;
	}
	if ((b->epoch == 0 && !begin(b, err)) ||
	    (b->way == AUDIT_DELTA && !give_changes(b, err)))
		return false;
	end = end_of(b);
	if (weak)
		hold_weak(b, &end, err);
	return give(b, &b->w, err) && (weak || close_folder(b, &end, err));
}

/* The first answer of a folder comes next. */
void burst_start(struct burst *b, size_t i)
{
	struct audit_reader *r = b->r;

	b->i = i;
	r->at = i;
	b->way = audit_reader_way(r, i);
	b->by = AUDIT_BY_TRUST;
	b->proof = (struct audit_proof){ .known = r->witness[i] };
	if (b->way != AUDIT_WHOLE && r->known[i].mailbox != 0 &&
	    (r->hello.caps & IMAP_CAP_OBJECTID))
		b->by = AUDIT_BY_ID;
	b->base = b->way == AUDIT_WHOLE ? 1 : r->known[i].state.uidnext;
	b->began_ms = clock_mono_ms();
	b->changed = b->epoch = 0;
	b->now = nothing;
	audit_rows_objectid_forget(r);
	b->odd = b->found = false;
	b->into = NULL;
	audit_uids_clear(&r->found);
	audit_uids_clear(&r->vanished);
	/* Dovecot answers a SEARCH before the FETCH in front of it is complete. */
	for (size_t k = 0; k < b->n; k++) {
		const struct burst_step *step =
			&b->steps[(b->first + k) % AUDIT_BURST_COMMANDS];

		if (step->what == STEP_SEARCH || step->what == STEP_KNOWN) {
			b->into = &r->found;
			b->search = step->cmd;
		}
		if (step->last)
			break;
	}
}

bool burst_opened(struct burst *b, const struct imap_done *done, struct err *err)
{
	struct audit_reader *r = b->r;
	const struct folder_state *was = &r->known[b->i].state;

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
	if (b->by == AUDIT_BY_ID) {
		burst_proved(b, audit_reader_id_stands(r, b->i), true);
		if (b->odd)
			return true;
	}
	if (b->now.uidnext == 0 &&
	    r->counts[b->i].state.uidvalidity == b->now.uidvalidity)
		b->now.uidnext = r->counts[b->i].state.uidnext;
	b->opened = b->now;
	if (b->way == AUDIT_SAME) {
		/* As it is read now, should it have changed since STATUS. */
		r->counts[b->i].state = b->now;
		return true;
	}
	return b->way == AUDIT_WHOLE || begin(b, err);
}

void burst_proved(struct burst *b, bool holds, bool other)
{
	if (holds) {
		b->r->marks[b->i] |= AUDIT_PROVEN;
		return;
	}
	audit_reader_other(b->r, b->i, other);
	b->odd = true;
}

bool burst_finish_held(struct burst *b, struct burst_held *h, struct err *err)
{
	struct audit_reader *r = b->r;

	b->w = NULL;
	b->epoch = h->w->epoch;
	b->kept -= h->w->n;
	if (b->now.uidvalidity != h->end.state.uidvalidity ||
	    objectid_mark(r->mailbox_id) != h->mailbox || b->odd ||
	    audit_rows_any_weak(h->w)) {
		r->marks[h->i] |= AUDIT_CAREFUL | AUDIT_AFRESH;
		audit_window_give(r->pool, h->w);
		h->w = NULL;
		return true;
	}
	if (h->whole)
		return give_whole(b, &h->opened, &h->w, &h->end, err);
	return give(b, &h->w, err) && close_folder(b, &h->end, err);
}
