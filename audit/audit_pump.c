/* SPDX-License-Identifier: MIT */
#include "audit/audit_pump.h"

#include <assert.h>

#include "audit/audit_rows.h"
#include "imap/imap_search.h"

enum { NAMED = 5 }; /* uids in a message */

static struct audit_flight *flight(struct audit_pump *o, size_t i)
{
	return &o->flights[(o->first + i) % AUDIT_FLIGHTS];
}

static void take_window(struct audit_pump *o, struct audit_flight *fl)
{
	fl->w = audit_window_take(o->r->pool, &o->r->set, &fl->cut);
	if (fl->flags)
		fl->w->flags_below = o->base;
	fl->w->built = o->way == AUDIT_DELTA && fl->cut.lo == o->base;
}

/* ---- answers ---- */

static bool on_code(struct audit_pump *o, struct span code, struct err *err)
{
	ptrdiff_t blank = span_index(code, ' ');
	struct span name = { code.p, blank < 0 ? code.n : (size_t)blank };
	struct span value = blank < 0 ? (struct span){ NULL, 0 }
				      : span_trim(span_from(code, (size_t)blank));

	if (span_ieq_str(name, "CLOSED") && o->opening) {
		/* What came before was about the folder that was open until now (RFC 7162
		 * section 3.2.11). */
		o->now = (struct folder_state){ .modseq = -1,
						.exists = -1,
						.octets = -1 };
		return true;
	}
	return audit_rows_code(name, value, o->opening, &o->now, err);
}

/* What was collected goes to the writer, and there is room for more. */
static bool flush_changes(struct audit_pump *o, struct err *err)
{
	struct audit_reader *r = o->r;
	struct audit_window *w = o->sparse;

	o->sparse = NULL;
	w->epoch = o->epoch;
	w->depth = r->depth;
	if (!r->sink->window(r->sink->ctx, w, err)) {
		r->fatal = true;
		return false;
	}
	return true;
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

static bool on_change(struct audit_pump *o, const struct imap_fetch *f, struct err *err)
{
	struct audit_window *w = sparse_window(o);

	if (!(f->has & IMAP_HAS_FLAGS))
		return true;
	o->changed++;
	return audit_rows_answer(o->r, w, audit_window_add(w, f->uid), f, false, err) &&
	       (w->n < AUDIT_WINDOW_AIM || flush_changes(o, err));
}

static bool on_gone(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	struct audit_pump *o = ctx;

	return audit_uids_add(&o->r->vanished, lo, hi, UINT64_MAX, err);
}

static bool on_vanished(struct audit_pump *o, struct span text, struct err *err)
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

static bool on_fetch(struct audit_pump *o, const struct imap_resp *resp, struct err *err)
{
	struct audit_reader *r = o->r;
	struct imap_fetch f;

	arena_reset(&r->scratch);
	if (!imap_fetch_parse(resp->number, resp->text, &r->scratch, &f, err))
		return false;
	if (o->changes && (f.has & IMAP_HAS_UID) && f.uid < o->base)
		return on_change(o, &f, err);
	if (!(f.has & IMAP_HAS_UID))
		return true; /* flags that changed under us; RFC 3501 section 7.4.2 lets
				servers tell unasked */
	for (size_t i = 0; i < o->n; i++) {
		struct audit_flight *fl = flight(o, i);
		size_t row;

		if (f.uid < fl->cut.lo || f.uid > fl->cut.hi)
			continue;
		if (fl->w == NULL)
			take_window(o, fl);
		row = audit_window_find(fl->w, f.uid);
		if (row == SIZE_MAX)
			return true; /* came after our SEARCH: the next one will list it
				      */
		return audit_rows_answer(r, fl->w, row, &f, fl->fields_asked > 0, err);
	}
	return true;
}

static bool on_range(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	struct audit_pump *o = ctx;

	/* "9:*" is never empty: a server tells its last message, whatever its uid. */
	if (o->way == AUDIT_DELTA && lo < o->base)
		lo = o->base;
	return lo > hi || audit_uids_add(o->into, lo, hi, o->into_max, err);
}

static bool on_found(struct audit_pump *o, const struct imap_resp *resp, bool more,
		     struct err *err)
{
	struct imap_esearch e;
	char tag[24];

	if (o->into == NULL)
		return true;
	o->into_max = (uint64_t)(o->now.exists > 0 ? o->now.exists : 0) +
		      AUDIT_UIDS_SLACK;
	if (resp->kind == IMAP_RESP_SEARCH) {
		o->found |= !more;
		return imap_search_parse(resp->text, on_range, o, err);
	}
	if (!imap_esearch_parse(resp->text, &e, on_range, o, err))
		return false;
	snprintf(tag, sizeof tag, "m%llu", (unsigned long long)o->into_cmd);
	if (!e.uid || (e.tag.n > 0 && !span_eq_str(e.tag, tag)))
		return err_set(err, ERR_PROTO,
			       "ESEARCH answers something else than was asked");
	o->found |= !more;
	return true;
}

bool audit_pump_answer(void *ctx, const struct imap_resp *resp, bool more,
		       struct err *err)
{
	struct audit_pump *o = ctx;

	switch (resp->kind) {
	case IMAP_RESP_STATUS_OK:
		return resp->code.n == 0 || on_code(o, resp->code, err);
	case IMAP_RESP_EXISTS:
		o->moved |= !o->opening && o->now.exists != resp->number;
		o->now.exists = resp->number;
		return true;
	case IMAP_RESP_EXPUNGE:
		o->moved = true;
		o->now.exists -= o->now.exists > 0;
		return true;
	case IMAP_RESP_VANISHED: /* after ENABLE QRESYNC */
		return on_vanished(o, resp->text, err);
	case IMAP_RESP_SEARCH:
	case IMAP_RESP_ESEARCH:
		return on_found(o, resp, more, err);
	case IMAP_RESP_FETCH:
		return on_fetch(o, resp, err);
	default:
		return true;
	}
}

/* ---- commands ---- */

static bool send(struct audit_pump *o, struct audit_flight *fl, struct err *err)
{
	struct audit_step *step = &o->steps[(o->step_first + o->step_n) % AUDIT_STEPS];

	assert(o->step_n < AUDIT_STEPS);
	if (!imap_session_send(o->s, strbuf_span(&o->r->line), &step->cmd, err))
		return false;
	step->fl = fl;
	o->step_n++;
	if (fl != NULL)
		fl->pending++;
	return true;
}

bool audit_pump_send(struct audit_pump *o, struct err *err)
{
	return send(o, NULL, err);
}

/* A SEARCH for what stands in the line; what it finds is added to into. */
static bool send_search(struct audit_pump *o, struct audit_uids *into, struct err *err)
{
	o->into = into;
	o->found = false;
	if (!audit_pump_send(o, err))
		return false;
	o->into_cmd = o->steps[(o->step_first + o->step_n - 1) % AUDIT_STEPS].cmd;
	return true;
}

bool audit_pump_search(struct audit_pump *o, struct audit_uids *into, struct err *err)
{
	bool extended = (o->r->hello.caps & IMAP_CAP_ESEARCH) != 0;

	audit_uids_clear(into);
	strbuf_clear(&o->r->line);
	strbuf_adds(&o->r->line, extended ? "UID SEARCH RETURN (ALL) " : "UID SEARCH ");
	if (o->way == AUDIT_DELTA)
		strbuf_addf(&o->r->line, "UID %u:*", o->base);
	else
		strbuf_adds(&o->r->line, "ALL");
	return send_search(o, into, err);
}

bool audit_pump_finish(struct audit_pump *o, struct audit_step *step_out,
		       struct imap_done *done, struct err *err)
{
	*step_out = o->steps[o->step_first];
	o->step_first = (o->step_first + 1) % AUDIT_STEPS;
	o->step_n--;
	if (!imap_session_finish(o->s, step_out->cmd, done, err))
		return false;
	if (step_out->fl != NULL)
		step_out->fl->pending--;
	return true;
}

bool audit_pump_found(struct audit_pump *o, const struct imap_done *done, struct err *err)
{
	char words[AUDIT_WORDS_SIZE];
	struct audit_uids *into = o->into;

	o->into = NULL;
	if (done->status != IMAP_OK)
		return err_set(err, ERR_SERVER, "UID SEARCH: %s",
			       audit_words(done, words));
	if (!o->found)
		return err_set(err, ERR_PROTO, "UID SEARCH was not answered");
	audit_uids_finish(into);
	return true;
}

/* What makes a row of this window complete. */
static unsigned need_of(const struct audit_pump *o, const struct audit_flight *fl)
{
	return fl->flags ? AUDIT_ROW_FLAGS : o->need;
}

static void put_items(struct audit_pump *o, const struct audit_flight *fl)
{
	if (fl->flags)
		strbuf_adds(&o->r->line, "(UID FLAGS)");
	else
		audit_rows_items(o->r, &o->r->line);
}

static bool ask_window(struct audit_pump *o, const struct audit_cut *cut, struct err *err)
{
	struct audit_flight *fl = flight(o, o->n);

	*fl = (struct audit_flight){ .cut = *cut };
	fl->flags = o->way == AUDIT_FLAGS && cut->last < o->base;
	o->n++;
	if (cut->n == 0) {
		take_window(o, fl);
		fl->ready = true;
		return true;
	}
	fl->asked = 1;
	strbuf_clear(&o->r->line);
	strbuf_addf(&o->r->line, "UID FETCH %u:%u ", cut->first, cut->last);
	put_items(o, fl);
	return send(o, fl, err);
}

/* Ask for single rows: those that lack something, or those that want their identity
 * fields. */
static bool ask_rows(struct audit_pump *o, struct audit_flight *fl, bool fields,
		     struct err *err)
{
	size_t row = 0;

	for (;;) {
		size_t n = 0;

		strbuf_clear(&o->r->line);
		strbuf_adds(&o->r->line, "UID FETCH ");
		for (; row < fl->w->n && n < AUDIT_AGAIN; row++)
			if (fields ? audit_rows_weak(fl->w, row)
				   : audit_rows_lacks(fl->w, row, need_of(o, fl)))
				strbuf_addf(&o->r->line, "%s%u", n++ > 0 ? "," : "",
					    fl->w->rows[row].m.uid);
		if (n == 0)
			return true;
		strbuf_addc(&o->r->line, ' ');
		if (fields)
			strbuf_adds(&o->r->line,
				    "(UID BODY.PEEK[HEADER.FIELDS (" MIME_IDENTITY_FIELDS
				    ")])");
		else
			put_items(o, fl);
		if (!send(o, fl, err))
			return false;
	}
}

/* All commands for a window are complete: what is lacking is asked once more, what is
 * weak gets its fields. */
static bool advance(struct audit_pump *o, struct audit_flight *fl, struct err *err)
{
	bool fields;
	uint8_t *asked;

	if (fl->w == NULL)
		take_window(o, fl);
	fields = !audit_rows_any_lacks(fl->w, need_of(o, fl));
	if (fields && !audit_rows_any_weak(fl->w)) {
		fl->ready = true;
		return true;
	}
	asked = fields ? &fl->fields_asked : &fl->asked;
	if (*asked == 2) {
		fl->stuck = true;
		return true;
	}
	++*asked;
	return ask_rows(o, fl, fields, err);
}

/*
 * Rows of the oldest window stay unanswered.  Expunged while we read?  Then a search for
 * just them does not list them.  Those that exist make the folder unreadable: an evidence
 * of "nearly all" would be taken for all.
 */
static bool resolve(struct audit_pump *o, struct audit_flight *fl, struct err *err)
{
	struct audit_uids still = { 0 };
	struct strbuf uids = STRBUF_INIT;
	size_t row = 0, bad = 0;
	struct imap_done done;
	struct audit_step step;
	bool ok = false;

	for (bool more = true; more;) {
		size_t n = 0;

		strbuf_clear(&o->r->line);
		strbuf_adds(&o->r->line, "UID SEARCH UID ");
		for (; row < fl->w->n && n < AUDIT_AGAIN; row++)
			if (audit_rows_lacks(fl->w, row, need_of(o, fl)) ||
			    audit_rows_weak(fl->w, row))
				strbuf_addf(&o->r->line, "%s%u", n++ > 0 ? "," : "",
					    fl->w->rows[row].m.uid);
		more = row < fl->w->n;
		if (n == 0)
			break;
		if (!send_search(o, &still, err) ||
		    !audit_pump_finish(o, &step, &done, err) ||
		    !audit_pump_found(o, &done, err))
			goto out;
	}
	for (row = 0; row < fl->w->n; row++) {
		uint32_t uid = fl->w->rows[row].m.uid;

		if (!audit_rows_lacks(fl->w, row, need_of(o, fl)) &&
		    !audit_rows_weak(fl->w, row))
			continue;
		if (audit_uids_has(&still, uid)) {
			if (bad++ < NAMED)
				strbuf_addf(&uids, "%s%u", uids.n > 0 ? ", " : "", uid);
			continue;
		}
		fl->w->has[row] |= AUDIT_ROW_GONE;
		if (!audit_uids_add(&o->r->dropped, uid, uid, UINT64_MAX, err))
			goto out;
	}
	if (bad > 0) {
		err_set(err, ERR_SERVER,
			"asked twice, the server does not tell all about uid %s%s (%zu "
			"in all)%s%s",
			strbuf_cstr(&uids), bad > NAMED ? ", ..." : "", bad,
			o->words[0] != '\0' ? ": " : "", o->words);
		goto out;
	}
	audit_window_drop_gone(fl->w);
	fl->stuck = false;
	fl->ready = true;
	ok = true;
out:
	audit_uids_done(&still);
	strbuf_done(&uids);
	return ok;
}

/* Finished windows go to the writer in order: its watermark says that all below was read.
 */
static bool hand_over(struct audit_pump *o, struct err *err)
{
	struct audit_reader *r = o->r;

	while (o->n > 0 && flight(o, 0)->ready) {
		struct audit_window *w = flight(o, 0)->w;
		uint32_t hi = w->hi;

		o->first = (o->first + 1) % AUDIT_FLIGHTS;
		o->n--;
		w->epoch = o->epoch;
		w->depth = r->depth;
		w->first = o->round == 1;
		if (!r->sink->window(r->sink->ctx, w, err)) {
			r->fatal = true;
			return false;
		}
		if (r->water_of != o->i) {
			r->water_of = o->i;
			r->water = 0;
		}
		if (hi > r->water) {
			r->water = hi;
			r->progress = true;
		}
	}
	return true;
}

/* Ask for as many windows as may be in flight, and behind the last of them for the final
 * set. */
static bool ask(struct audit_pump *o, struct err *err)
{
	while (!o->cut_all && o->n < AUDIT_FLIGHTS) {
		struct audit_cut cut;

		if (audit_cutter_next(&o->cutter, &cut)) {
			if (!ask_window(o, &cut, err))
				return false;
		} else {
			o->cut_all = true;
		}
	}
	if (o->cut_all && !o->searched) {
		o->searched = true;
		return audit_pump_search(o, &o->r->found, err);
	}
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
	if (!send_search(o, &r->found, err) || !audit_pump_finish(o, &step, &done, err) ||
	    !audit_pump_found(o, &done, err))
		return false;
	o->way = way;
	return audit_uids_gaps(&r->found, 1, o->base - 1, &r->vanished, err);
}

bool audit_pump_gone(struct audit_pump *o, struct err *err)
{
	struct audit_reader *r = o->r;

	audit_uids_finish(&r->vanished);
	if (o->sparse == NULL && r->vanished.n == 0)
		return true;
	audit_uids_swap(&sparse_window(o)->gone, &r->vanished);
	audit_uids_clear(&r->vanished);
	return flush_changes(o, err);
}

bool audit_pump_changes(struct audit_pump *o, bool *whole_out, struct err *err)
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
	return audit_pump_gone(o, err);
}

bool audit_pump_round(struct audit_pump *o, struct err *err)
{
	o->cut_all = false;
	o->searched = false;
	for (;;) {
		struct imap_done done;
		struct audit_step step;

		if (!hand_over(o, err) || !ask(o, err))
			return false;
		if (o->step_n == 0) {
			if (o->n == 0 && o->searched)
				return true;
			assert(o->n > 0 && flight(o, 0)->stuck);
			if (!resolve(o, flight(o, 0), err))
				return false;
			continue;
		}
		if (!audit_pump_finish(o, &step, &done, err))
			return false;
		if (step.fl == NULL) {
			if (!audit_pump_found(o, &done, err))
				return false;
			continue;
		}
		if (done.status != IMAP_OK)
			audit_words(&done, o->words);
		if (step.fl->pending == 0 && !advance(o, step.fl, err))
			return false;
	}
}

void audit_pump_drop(struct audit_pump *o)
{
	for (size_t i = 0; i < o->n; i++)
		audit_window_give(o->r->pool, flight(o, i)->w);
	o->n = 0;
	audit_window_give(o->r->pool, o->sparse);
	o->sparse = NULL;
}
