/* SPDX-License-Identifier: MIT */
/* Commands that go out for a folder, and the answers to them. */
#include "audit/audit_pump.h"

#include <assert.h>

#include "audit/audit_rows.h"
#include "imap/imap_search.h"

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
		audit_rows_objectid_forget(o->r);
		return true;
	}
	if (span_ieq_str(name, "MAILBOXID") && o->opening)
		audit_rows_objectid(o->r, value);
	return audit_rows_code(name, value, o->opening, &o->now, err);
}

static bool is_open(const struct audit_pump *o, const struct audit_flight *fl, size_t row)
{
	return audit_rows_lacks(fl->w, row, audit_pump_need(o, fl)) ||
	       audit_rows_weak(fl->w, row);
}

static bool take_row(struct audit_pump *o, struct audit_flight *fl, size_t row,
		     const struct imap_fetch *f, struct err *err)
{
	bool was_open = is_open(o, fl, row);

	if (!audit_rows_answer(o->r, fl->w, row, f, fl->fields || fl->fields_asked > 0,
			       err))
		return false;
	fl->left -= was_open && !is_open(o, fl, row);
	return fl->left > 0 || audit_pump_give_whole(o, err);
}

/* Is it what was asked for to know the set?  Windows ask for more than a uid, and flags
 * that changed come unasked. */
static bool is_top(struct audit_pump *o, const struct imap_fetch *f)
{
	bool answer = (f->has & ~(unsigned)IMAP_HAS_MODSEQ) == IMAP_HAS_UID;

	if (!(f->has & IMAP_HAS_UID) || f->uid < o->top.uid)
		return false;
	if (f->uid != o->top.uid || f->seq != f->uid)
		o->top.other = true;
	else if (answer)
		o->top.as_it_is = true;
	return answer;
}

static bool on_fetch(struct audit_pump *o, const struct imap_resp *resp, struct err *err)
{
	struct audit_reader *r = o->r;
	struct imap_fetch f;

	arena_reset(&r->scratch);
	if (!imap_fetch_parse(resp->number, resp->text, &r->scratch, &f, err))
		return false;
	if (o->proof != NULL &&
	    audit_proof_answer(o->proof, r->envelope, &f, r->sha, &r->scratch))
		return true;
	if (o->top.asked && is_top(o, &f))
		return true;
	if (o->changes && (f.has & IMAP_HAS_UID) && f.uid < o->base)
		return audit_delta_change(o, &f, err);
	if (!(f.has & IMAP_HAS_UID))
		return true; /* flags that changed under us; RFC 3501 section 7.4.2 lets
				servers tell unasked */
	for (size_t i = 0; i < o->n; i++) {
		struct audit_flight *fl = audit_pump_flight(o, i);
		size_t row;

		if (f.uid < fl->cut.lo || f.uid > fl->cut.hi)
			continue;
		if (fl->given)
			return true; /* changed since, as above */
		if (fl->w == NULL)
			audit_pump_take(o, fl);
		row = audit_window_find(fl->w, f.uid);
		if (row == SIZE_MAX)
			return true; /* came after our SEARCH: the next one will list it
				      */
		return take_row(o, fl, row, &f, err);
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
		return audit_delta_vanished(o, resp->text, err);
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

bool audit_pump_send_for(struct audit_pump *o, struct audit_flight *fl, struct err *err)
{
	return send(o, fl, err);
}

/* A SEARCH for what stands in the line; what it finds is added to into. */
bool audit_pump_send_search(struct audit_pump *o, struct audit_uids *into,
			    struct err *err)
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
	return audit_pump_send_search(o, into, err);
}

bool audit_pump_final(struct audit_pump *o, struct err *err)
{
	/* Once for a folder: what differs is found by a SEARCH. */
	o->top.asked = o->top.uid != 0 && o->round == 1 && !o->moved;
	if (!o->top.asked)
		return audit_pump_search(o, &o->r->found, err);
	strbuf_clear(&o->r->line);
	strbuf_addf(&o->r->line, "UID FETCH %u:* (UID)", o->top.uid);
	return audit_pump_send(o, err);
}

bool audit_pump_final_found(struct audit_pump *o, const struct imap_done *done,
			    struct err *err)
{
	struct audit_uids *found = &o->r->found;

	if (!o->top.asked)
		return audit_pump_found(o, done, err);
	o->top.asked = false;
	if (done->status != IMAP_OK || !o->top.as_it_is || o->top.other || o->moved ||
	    o->now.exists != o->top.uid)
		return audit_pump_search(o, found, err);
	audit_uids_clear(found);
	if (!audit_uids_add(found, 1, o->top.uid, UINT64_MAX, err))
		return false;
	audit_uids_finish(found);
	return true;
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
	return !audit_reader_put_off(o->r, o->i, done, err);
}

bool audit_pump_found(struct audit_pump *o, const struct imap_done *done, struct err *err)
{
	char words[AUDIT_WORDS_SIZE];
	struct audit_uids *into = o->into;

	o->into = NULL;
	if (done->status != IMAP_OK)
		return err_set(err, ERR_SERVER, "UID SEARCH: %s",
			       audit_words(done, words));
	/* Some servers say nothing at all of what they did not find.  Where they count no
	 * message either there is none; all else is unknown. */
	if (!o->found && o->now.exists != 0)
		return err_set(err, ERR_PROTO, "UID SEARCH was not answered");
	audit_uids_finish(into);
	return true;
}
