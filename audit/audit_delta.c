/* SPDX-License-Identifier: MIT */
/* What changed in an open folder since it was last read: flags, and who is gone (RFC
 * 7162). */
#include "audit/audit_pump.h"

#include "audit/audit_rows.h"
#include "imap/imap_search.h"

/* What was collected goes to the writer, and there is room for more. */
static bool flush(struct audit_pump *o, struct err *err)
{
	struct audit_reader *r = o->r;
	struct audit_window *w = o->sparse;

	o->sparse = NULL;
	w->epoch = o->epoch;
	w->depth = r->depth;
	return audit_reader_hand(r, w, err);
}

static struct audit_window *sparse_window(struct audit_pump *o)
{
	if (o->sparse == NULL) {
		o->sparse = audit_window_open(o->r->pool, 1, o->base - 1);
		o->sparse->sparse = true;
		o->sparse->flags_below = o->base;
	}
	return o->sparse;
}

bool audit_delta_change(struct audit_pump *o, const struct imap_fetch *f, struct err *err)
{
	struct audit_window *w = sparse_window(o);

	if (!(f->has & IMAP_HAS_FLAGS))
		return true;
	o->changed++;
	return audit_rows_answer(o->r, w, audit_window_add(w, f->uid), f, false, err) &&
	       (w->n < AUDIT_WINDOW_AIM || flush(o, err));
}

static bool on_gone(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	struct audit_pump *o = ctx;

	return audit_uids_add(&o->r->vanished, lo, hi, UINT64_MAX, err);
}

bool audit_delta_vanished(struct audit_pump *o, struct span text, struct err *err)
{
	bool earlier = false;
	uint64_t before = o->r->vanished.count;

	if (!imap_vanished_parse(text, &earlier, on_gone, o, err))
		return false;
	if (earlier)
		return true;
	o->moved = true;
	o->now.exists -= (int64_t)(o->r->vanished.count - before);
	if (o->now.exists < 0)
		o->now.exists = 0;
	return true;
}

/* Gone is what the server says is gone, or what a search for the known uids leaves out.
 */
static bool find_gone(struct audit_pump *o, struct err *err)
{
	struct audit_reader *r = o->r;
	struct imap_done done;
	struct audit_step step;
	bool extended = (r->hello.caps & IMAP_CAP_ESEARCH) != 0;
	enum audit_way way = o->way;

	strbuf_clear(&r->line);
	strbuf_addf(&r->line, "UID SEARCH %sUID 1:%u", extended ? "RETURN (ALL) " : "",
		    o->base - 1);
	audit_uids_clear(&r->found);
	o->way = AUDIT_FLAGS; /* known uids are wanted this once */
	if (!audit_pump_send_search(o, &r->found, err) ||
	    !audit_pump_finish(o, &step, &done, err) || !audit_pump_found(o, &done, err))
		return false;
	o->way = way;
	return audit_uids_gaps(&r->found, 1, o->base - 1, &r->vanished, err);
}

bool audit_delta_gone(struct audit_pump *o, struct err *err)
{
	struct audit_reader *r = o->r;

	audit_uids_finish(&r->vanished);
	if (o->sparse == NULL && r->vanished.n == 0)
		return true;
	audit_uids_swap(&sparse_window(o)->gone, &r->vanished);
	audit_uids_clear(&r->vanished);
	return flush(o, err);
}

bool audit_delta_read(struct audit_pump *o, bool *whole_out, struct err *err)
{
	struct audit_reader *r = o->r;
	struct imap_done done;
	struct audit_step step;

	*whole_out = false;
	if (o->base == 1)
		return true;
	strbuf_clear(&r->line);
	strbuf_addf(&r->line, "UID FETCH 1:%u (UID FLAGS) (CHANGEDSINCE %lld%s)",
		    o->base - 1, (long long)r->known[o->i].state.modseq,
		    r->qresync ? " VANISHED" : "");
	o->changes = true;
	if (!audit_pump_send(o, err) || !audit_pump_finish(o, &step, &done, err))
		return false;
	o->changes = false;
	if (done.status != IMAP_OK) {
		*whole_out = true;
		return true;
	}
	if (!r->qresync && !find_gone(o, err))
		return false;
	return audit_delta_gone(o, err);
}
