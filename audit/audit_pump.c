/* SPDX-License-Identifier: MIT */
/* The windows under way. */
#include "audit/audit_pump.h"

#include <assert.h>

#include "audit/audit_rows.h"
#include "base/clock.h"
#include "imap/imap_search.h"

void audit_pump_take(struct audit_pump *o, struct audit_flight *fl)
{
	fl->w = audit_window_take(o->r->pool, o->set, &fl->cut);
	if (fl->flags)
		fl->w->flags_below = o->base;
	fl->w->built = o->way == AUDIT_DELTA && fl->cut.lo == o->base;
	audit_doubt_mark(o, fl->w);
	fl->left = 0;
	for (size_t row = 0; row < fl->w->n; row++)
		fl->left += audit_rows_lacks(fl->w, row, audit_pump_need(o, fl));
}

/* What makes a row of this window complete. */
unsigned audit_pump_need(const struct audit_pump *o, const struct audit_flight *fl)
{
	return fl->flags ? AUDIT_ROW_FLAGS : o->need;
}

void audit_pump_items(struct audit_pump *o, const struct audit_flight *fl)
{
	if (fl->flags)
		strbuf_adds(&o->r->line, "(UID FLAGS)");
	else
		audit_rows_items(o->r, &o->r->line);
}

void audit_pump_fields(struct audit_pump *o)
{
	strbuf_adds(&o->r->line,
		    "(UID BODY.PEEK[HEADER.FIELDS (" MIME_IDENTITY_FIELDS ")])");
}

static bool advance(struct audit_pump *o, struct audit_flight *fl, struct err *err);

static bool ask_window(struct audit_pump *o, const struct audit_cut *cut, uint64_t turn,
		       struct err *err)
{
	struct audit_flight *fl = audit_pump_flight(o, o->n);

	*fl = (struct audit_flight){ .cut = *cut,
				     .turn = turn,
				     .sent_ms = clock_mono_ms() };
	fl->flags = o->way == AUDIT_FLAGS && cut->last < o->base;
	o->n++;
	if (cut->n == 0) {
		audit_pump_take(o, fl);
		fl->ready = true;
		return true;
	}
	fl->asked = 1;
	fl->piece = AUDIT_AGAIN;
	fl->narrow = audit_doubt_about(o->r, o->i, cut->first, cut->last);
	if (fl->narrow) {
		audit_pump_take(o, fl);
		return advance(o, fl, err);
	}
	strbuf_clear(&o->r->line);
	strbuf_addf(&o->r->line, "UID FETCH %u:%u ", cut->first, cut->last);
	audit_pump_items(o, fl);
	return audit_pump_send_for(o, fl, err);
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
				   : audit_rows_lacks(fl->w, row, audit_pump_need(o, fl)))
				strbuf_addf(&o->r->line, "%s%u", n++ > 0 ? "," : "",
					    fl->w->rows[row].m.uid);
		if (n == 0)
			return true;
		strbuf_addc(&o->r->line, ' ');
		if (fields)
			audit_pump_fields(o);
		else
			audit_pump_items(o, fl);
		if (!audit_pump_send_for(o, fl, err))
			return false;
	}
}

static size_t count_wanting(const struct audit_pump *o, const struct audit_flight *fl,
			    bool fields)
{
	size_t n = 0;

	for (size_t row = 0; row < fl->w->n; row++)
		n += fields ? audit_rows_weak(fl->w, row)
			    : audit_rows_lacks(fl->w, row, audit_pump_need(o, fl));
	return n;
}

/* One of many may be why it was refused: in smaller pieces.  False: it was singly. */
static bool narrow(struct audit_pump *o, struct audit_flight *fl, bool fields)
{
	bool first = fl->piece == AUDIT_AGAIN || (fields && !fl->fields);

	if (!fl->refused || (fl->piece == 1 && !first) ||
	    count_wanting(o, fl, fields) <= 1)
		return false;
	fl->piece = first ? AUDIT_AGAIN / 20 : 1;
	fl->fields = fields;
	fl->narrow = true;
	fl->refused = false;
	fl->at = 0;
	return true;
}

/*
 * All commands for a window are complete: what is lacking is asked once more, what is
 * weak gets its fields, whatever others still lack then.  Once fields were asked for an
 * answer is taken for them, so that nothing else is asked after that.
 */
static bool advance(struct audit_pump *o, struct audit_flight *fl, struct err *err)
{
	bool lacks, weak, fields, sent = false;
	uint8_t *asked;

	if (fl->given) {
		fl->ready = true;
		return true;
	}
	if (fl->w == NULL)
		audit_pump_take(o, fl);
	if (fl->narrow) {
		if (!audit_doubt_ask(o, fl, &sent, err) || sent)
			return sent;
	}
	lacks = audit_rows_any_lacks(fl->w, audit_pump_need(o, fl));
	weak = audit_rows_any_weak(fl->w);
	/* What broke the connection may be the fields of one: in pieces, they too. */
	if (fl->narrow && !fl->fields && !lacks && weak) {
		fl->fields = true;
		fl->at = 0;
		return advance(o, fl, err);
	}
	if (!lacks && !weak) {
		fl->ready = true;
		return true;
	}
	if (lacks && fl->fields_asked == 0 && fl->asked == 2 && narrow(o, fl, false))
		return advance(o, fl, err);
	fields = fl->fields_asked > 0 || !lacks || (weak && fl->asked == 2);
	asked = fields ? &fl->fields_asked : &fl->asked;
	if (fields && *asked == 2 && narrow(o, fl, true))
		return advance(o, fl, err);
	if (*asked == 2 || (fields && !weak)) {
		fl->stuck = true;
		return true;
	}
	++*asked;
	fl->refused = false;
	return ask_rows(o, fl, fields, err);
}

/*
 * Rows of the oldest window stay unanswered.  Expunged while we read?  Then a search for
 * just them does not list them.  Those that exist are named, and make the folder
 * incomplete: an evidence of "nearly all" would be taken for all.
 */
static bool resolve(struct audit_pump *o, struct audit_flight *fl, struct err *err)
{
	struct audit_uids still = { 0 };
	size_t row = 0;
	struct imap_done done;
	struct audit_step step;
	bool ok = false;

	for (bool more = true; more;) {
		size_t n = 0;

		strbuf_clear(&o->r->line);
		strbuf_adds(&o->r->line, "UID SEARCH UID ");
		for (; row < fl->w->n && n < AUDIT_AGAIN; row++)
			if (audit_rows_lacks(fl->w, row, audit_pump_need(o, fl)) ||
			    audit_rows_weak(fl->w, row))
				strbuf_addf(&o->r->line, "%s%u", n++ > 0 ? "," : "",
					    fl->w->rows[row].m.uid);
		more = row < fl->w->n;
		if (n == 0)
			break;
		if (!audit_pump_send_search(o, &still, err) ||
		    !audit_pump_finish(o, &step, &done, err) ||
		    !audit_pump_found(o, &done, err))
			goto out;
	}
	for (row = 0; row < fl->w->n; row++) {
		uint32_t uid = fl->w->rows[row].m.uid;

		if (!audit_rows_lacks(fl->w, row, audit_pump_need(o, fl)) &&
		    !audit_rows_weak(fl->w, row))
			continue;
		if (audit_uids_has(&still, uid)) {
			if (o->helping) {
				err_set(err, ERR_SERVER, "uid %u cannot be had", uid);
				goto out;
			}
			if (!audit_doubt_refuse(o, fl->w, row, err))
				goto out;
			continue;
		}
		fl->w->has[row] |= AUDIT_ROW_GONE;
		if (!audit_uids_add(&o->r->dropped, uid, uid, UINT64_MAX, err))
			goto out;
	}
	audit_window_drop_gone(fl->w);
	fl->stuck = false;
	fl->ready = true;
	ok = true;
out:
	audit_uids_done(&still);
	return ok;
}

/* Up to uid hi all is in the sink. */
static void advance_water(struct audit_reader *r, size_t i, uint32_t hi)
{
	if (r->water_of != i) {
		r->water_of = i;
		r->water = 0;
	}
	if (hi > r->water) {
		r->water = hi;
		r->progress = true;
	}
}

static bool give(struct audit_pump *o, struct audit_flight *fl, struct err *err)
{
	struct audit_reader *r = o->r;
	struct audit_window *w = fl->w;
	uint32_t hi = w->hi;
	bool ok;

	fl->messages = w->n;
	fl->given = true;
	fl->w = NULL;
	if (o->share != NULL) {
		ok = audit_share_put(o->share, fl->turn, w, &hi, err);
	} else {
		w->epoch = o->epoch;
		w->depth = r->depth;
		w->first = o->round == 1;
		ok = r->sink->window(r->sink->ctx, w, err);
	}
	if (!ok) {
		r->fatal = true;
		return false;
	}
	advance_water(r, o->i, hi);
	return true;
}

/*
 * What is whole need not wait for the end of its command.  Dovecot answers up to four
 * commands before it says of the first that it is complete; their windows would all come
 * to the writer at once then, and the last ones when the server has nothing left to do.
 */
bool audit_pump_give_whole(struct audit_pump *o, struct err *err)
{
	for (size_t i = 0; i < o->n && o->share == NULL; i++) {
		struct audit_flight *fl = audit_pump_flight(o, i);

		if (fl->given)
			continue;
		if (fl->w == NULL || fl->left > 0 || fl->stuck) /* resolve has it */
			break;
		if (!give(o, fl, err))
			return false;
	}
	return true;
}

/* Finished windows go to the writer in order: its watermark says that all below was read.
 */
static bool hand_over(struct audit_pump *o, struct err *err)
{
	while (o->n > 0 && audit_pump_flight(o, 0)->ready) {
		struct audit_flight *fl = audit_pump_flight(o, 0);

		o->first = (o->first + 1) % AUDIT_FLIGHTS;
		o->n--;
		if ((!fl->given && !give(o, fl, err)) ||
		    !audit_reader_pace(o->r, fl->messages, err))
			return false;
	}
	return true;
}

/* Ask for the next window; *more_out: there was one. */
static bool ask_shared(struct audit_pump *o, bool *more_out, struct err *err)
{
	struct audit_cut cut;
	uint64_t turn;

	*more_out = false;
	switch (audit_share_take(o->share, !o->helping, o->aim, &cut, &turn, err)) {
	case AUDIT_TAKE_CUT:
		*more_out = true;
		return ask_window(o, &cut, turn, err);
	case AUDIT_TAKE_WAIT:
		return true;
	case AUDIT_TAKE_END:
		o->cut_all = true;
		return true;
	case AUDIT_TAKE_DEAD:
		break;
	}
	o->r->fatal = true;
	return false;
}

static bool ask_own(struct audit_pump *o, bool *more_out, struct err *err)
{
	struct audit_cutter before = o->cutter;
	struct audit_cut cut;

	*more_out = false;
	o->cutter.aim = o->aim;
	if (!audit_cutter_next(&o->cutter, &cut)) {
		o->cut_all = true;
		return true;
	}
	if (o->n > 0 && cut.n > 0 && audit_doubt_about(o->r, o->i, cut.first, cut.last)) {
		o->cutter = before;
		return true;
	}
	*more_out = true;
	return ask_window(o, &cut, 0, err);
}

/* Ask for as many windows as may be in flight, and behind the last of them for the final
 * set. */
static bool ask(struct audit_pump *o, struct err *err)
{
	size_t most = o->share != NULL ? AUDIT_SHARED : AUDIT_FLIGHTS;

	for (bool more = true; more && !o->cut_all && o->n < most;) {
		if (o->n > 0 && audit_pump_flight(o, o->n - 1)->narrow &&
		    !audit_pump_flight(o, o->n - 1)->ready)
			return true; /* pieces go alone */
		if (o->share != NULL ? !ask_shared(o, &more, err)
				     : !ask_own(o, &more, err))
			return false;
	}
	if (o->cut_all && !o->searched && !o->helping) {
		o->searched = true;
		return audit_pump_final(o, err);
	}
	return true;
}

/* A window came in one go: was it quick? */
static void measure(struct audit_pump *o, const struct audit_flight *fl)
{
	int64_t now = clock_mono_ms();

	if (fl->asked == 1 && !fl->narrow && fl->fields_asked == 0) {
		int64_t from = fl->sent_ms > o->last_ms ? fl->sent_ms : o->last_ms;

		o->asked += fl->cut.n;
		o->aim = audit_window_aim(
			o->aim, fl->cut.n, now - from,
			audit_window_most(o->asked,
					  o->share == NULL ? o->r->window_most : 0));
	}
	o->last_ms = now;
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
			if (o->n == 0 && o->cut_all)
				return true;
			if (o->n > 0 && audit_pump_flight(o, 0)->ready)
				continue;
			if (o->n == 0) { /* others have what is left */
				if (!audit_share_wait(o->share, err))
					return false;
				continue;
			}
			assert(o->n > 0 && audit_pump_flight(o, 0)->stuck);
			if (!resolve(o, audit_pump_flight(o, 0), err))
				return false;
			continue;
		}
		if (!audit_pump_finish(o, &step, &done, err))
			return false;
		if (step.fl == NULL) {
			if (!audit_pump_final_found(o, &done, err))
				return false;
			continue;
		}
		if (done.status != IMAP_OK) {
			audit_words(&done, o->r->doubt.words);
			step.fl->refused = true;
		}
		if (step.fl->pending > 0)
			continue;
		measure(o, step.fl);
		if (!advance(o, step.fl, err))
			return false;
	}
}

void audit_pump_drop(struct audit_pump *o)
{
	for (size_t i = 0; i < o->n; i++) {
		audit_window_give(o->r->pool, audit_pump_flight(o, i)->w);
		if (o->share != NULL)
			audit_share_back(o->share, audit_pump_flight(o, i)->turn,
					 &audit_pump_flight(o, i)->cut);
	}
	o->n = 0;
	audit_window_give(o->r->pool, o->sparse);
	o->sparse = NULL;
}
