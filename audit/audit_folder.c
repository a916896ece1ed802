/* SPDX-License-Identifier: MIT */
/*
 * Reads one folder.  EXAMINE and, where its numbers do not tell, UID SEARCH ALL say what
 * should be there; UID FETCH in windows, several in flight, must answer each of those
 * uids with every item that was asked for; UID SEARCH ALL behind the last window, or where
 * that is enough its last message (struct audit_top), tells whether that is still the
 * folder.  Every row of a window is made before the first
 * answer (audit_window.h): what is not answered is seen, is asked once more, and then is
 * a hole that is named.
 */
#include "audit/audit_pump.h"
#include "audit/audit_rows.h"

#include "base/clock.h"

/* Every uid below UIDNEXT is taken: as many messages there are, and no two have one. */
static bool is_dense(const struct folder_state *now)
{
	return now->exists > 0 && now->uidnext != 0 &&
	       now->exists == (int64_t)now->uidnext - 1;
}

/*
 * EXAMINE, with UID SEARCH ALL right behind it, unless STATUS told that the folder is
 * dense and nothing odd was seen of it.  All that EXAMINE must tell is there when it
 * returns true.  *dense_out: it tells that too, so r->set is known and no SEARCH is under
 * way.  A server pays for one with a look at the whole folder, and that it was right
 * shows at the end like all else.
 */
static bool open_folder(struct audit_pump *o, bool *dense_out, struct err *err)
{
	struct audit_reader *r = o->r;
	char words[AUDIT_WORDS_SIZE];
	struct imap_done done;
	struct audit_step step;
	bool dense = o->way != AUDIT_DELTA && r->surveyed &&
		     !(r->marks[o->i] & AUDIT_CAREFUL) &&
		     is_dense(&r->counts[o->i].state);

	o->opening = true;
	o->now = (struct folder_state){ .modseq = -1, .exists = -1, .octets = -1 };
	audit_rows_objectid_forget(r);
	strbuf_clear(&r->line);
	strbuf_adds(&r->line, "EXAMINE ");
	imap_put_mailbox(&r->line, o->f->wire);
	if (!audit_pump_send(o, err) || (!dense && !audit_pump_search(o, &r->set, err)) ||
	    !audit_pump_finish(o, &step, &done, err))
		return false;
	o->opening = false;
	if (done.status != IMAP_OK)
		return err_set(err, ERR_SERVER, "cannot open: %s",
			       audit_words(&done, words));
	if (o->now.exists < 0)
		return err_set(err, ERR_PROTO,
			       "EXAMINE does not tell how many messages there are");
	if (o->now.uidvalidity == 0)
		return err_set(err, ERR_PROTO, "EXAMINE does not tell UIDVALIDITY");
	*dense_out = dense && is_dense(&o->now);
	if (!*dense_out)
		return !dense || audit_pump_search(o, &r->set, err);
	audit_uids_clear(&r->set);
	if (!audit_uids_add(&r->set, 1, o->now.uidnext - 1, UINT64_MAX, err))
		return false;
	audit_uids_finish(&r->set);
	o->top.uid = o->now.uidnext - 1;
	return true;
}

/* Which blocks must be read again, now that r->found is the set and r->set is what was
 * read? */
static bool plan_round(struct audit_pump *o, struct err *err)
{
	struct audit_reader *r = o->r;
	struct uid_range d = { 0, 0 };
	uint64_t from = 1;

	audit_uids_clear(&r->blocks);
	for (; audit_uids_differ(&r->set, &r->found, from, &d);
	     from = (uint64_t)d.hi + 1) {
		uint32_t lo = d.lo / AUDIT_BLOCK + 1, hi = d.hi / AUDIT_BLOCK + 1;

		if (r->blocks.n > 0 && lo <= r->blocks.r[r->blocks.n - 1].hi)
			lo = r->blocks.r[r->blocks.n - 1].hi + 1;
		if (lo <= hi && !audit_uids_add(&r->blocks, lo, hi, UINT64_MAX, err))
			return false;
	}
	audit_uids_swap(&r->set, &r->found);
	audit_cutter_init(&o->cutter, &r->set, &r->blocks,
			  o->way == AUDIT_DELTA ? o->base : 1);
	return true;
}

/* A big folder is offered to connections that have nothing to do; not one in which a
 * message is looked for that breaks connections. */
static void offer(struct audit_pump *o, uint32_t from)
{
	struct audit_reader *r = o->r;
	struct audit_offer offer = { .folder = o->f,
				     .now = o->now,
				     .epoch = o->epoch,
				     .way = o->way,
				     .base = o->base,
				     .r = r,
				     .from = from,
				     .sink = r->sink };

	if (r->sink->share != NULL && o->way != AUDIT_DELTA &&
	    (r->doubt.of != o->i || r->doubt.tries == 0))
		o->share = r->sink->share(r->sink->ctx, &offer);
}

static bool close_share(struct audit_pump *o, struct audit_uids *dropped, struct err *err)
{
	struct audit_share *share = o->share;

	o->share = NULL;
	return audit_share_close(share, dropped, err);
}

/*
 * Read until EXISTS, the answers and UID SEARCH ALL agree.  A folder in use may never
 * hold still: after AUDIT_ROUNDS the set of the last SEARCH before the last window
 * counts, all of which was read, if the server told of the change that makes it differ
 * from now.
 */
static bool read_rounds(struct audit_pump *o, uint32_t resume, struct err *err)
{
	struct audit_reader *r = o->r;

	audit_cutter_init(&o->cutter, &r->set, NULL, resume + 1);
	o->cutter.end = resume == UINT32_MAX;
	if (!o->cutter.end)
		offer(o, resume + 1);
	for (o->round = 1;; o->round++) {
		bool equal, counted;

		audit_uids_clear(&r->dropped);
		o->moved = false;
		if (!audit_pump_round(o, err) || !close_share(o, &r->dropped, err))
			return false;
		audit_uids_finish(&r->dropped);
		if (r->dropped.n > 0 && !audit_uids_subtract(&r->set, &r->dropped, err))
			return false;
		equal = audit_uids_equal(&r->set, &r->found);
		/* Of a part of a folder EXISTS says nothing: the writer counts. */
		if (o->way == AUDIT_DELTA && equal &&
		    (!o->moved || o->round == AUDIT_ROUNDS))
			return true;
		counted = o->way != AUDIT_DELTA && o->now.exists >= 0 &&
			  (uint64_t)o->now.exists == r->found.count;
		if (equal && counted)
			return true;
		if (o->round == AUDIT_ROUNDS) {
			if (o->moved || (!equal && counted))
				return true;
			return err_set(err, ERR_PROTO,
				       "the server counts %lld messages, but lists %llu",
				       (long long)o->now.exists,
				       (unsigned long long)r->found.count);
		}
		if (!plan_round(o, err))
			return false;
	}
}

/* After a failure that the session survived: let it answer what was sent, for nobody. */
static bool drain(struct audit_pump *o, struct err *err)
{
	struct imap_done done;
	struct audit_step step;

	imap_session_handler(o->s, NULL, NULL);
	while (o->step_n > 0)
		if (!audit_pump_finish(o, &step, &done, err))
			return false;
	return true;
}

/* What is known of the folder can be built upon, now that it is open. */
static bool is_known(const struct audit_pump *o)
{
	const struct folder_known *known = &o->r->known[o->i];

	return known->state.uidvalidity == o->now.uidvalidity &&
	       (o->way != AUDIT_DELTA || o->now.modseq >= known->state.modseq);
}

/* Ask for messages by which it is known. */
static bool ask(struct audit_pump *o, const struct witness *known, bool *holds_out,
		bool *other_out, struct err *err)
{
	struct audit_proof proof = { .known = known };
	struct imap_done done;
	struct audit_step step;
	bool sent;

	strbuf_clear(&o->r->line);
	audit_proof_ask(known, o->r->envelope, &o->r->line);
	o->proof = &proof;
	sent = audit_pump_send(o, err) && audit_pump_finish(o, &step, &done, err);
	o->proof = NULL;
	if (!sent)
		return false;
	*holds_out = done.status == IMAP_OK && audit_proof_holds(&proof);
	*other_out = proof.other != 0;
	return true;
}

/* Is it the folder that it was?  *again_out: no, or it cannot show it. */
static bool prove(struct audit_pump *o, bool *again_out, struct err *err)
{
	struct audit_reader *r = o->r;
	bool holds = true, other = true;
	enum audit_by by;

	if (!audit_reader_by(r, o->i, &by, err))
		return false;
	/* One of the messages may be what broke a session. */
	if (by == AUDIT_BY_NOTHING || (by == AUDIT_BY_MESSAGES && r->breaks[o->i] > 0)) {
		*again_out = true;
		return true;
	}
	if (by == AUDIT_BY_ID)
		holds = audit_reader_id_stands(r, o->i);
	if (by == AUDIT_BY_MESSAGES && !ask(o, r->witness[o->i], &holds, &other, err))
		return false;
	*again_out = !holds;
	if (!holds)
		audit_reader_other(r, o->i, other);
	else if (by != AUDIT_BY_TRUST)
		r->marks[o->i] |= AUDIT_PROVEN;
	return true;
}

/* Does STATUS tell of another folder with its UIDVALIDITY? */
static bool has_like(const struct audit_pump *o)
{
	const struct audit_reader *r = o->r;

	for (size_t k = 0; r->surveyed && k < r->folder_n; k++)
		if (k != o->i && r->counts[k].state.uidvalidity == o->now.uidvalidity)
			return true;
	return false;
}

/* Is it the folder of which this run has read a part before it was interrupted?
 * *again_out: no, or it cannot show it. */
static bool prove_part(struct audit_pump *o, bool *again_out, struct err *err)
{
	struct audit_reader *r = o->r;
	struct witness known = { 0 };
	bool holds = false, other = false;

	if (r->sink->witness == NULL)
		return true;
	if (!r->sink->witness(r->sink->ctx, o->epoch, &known, err)) {
		r->fatal = true;
		return false;
	}
	if (!known.shared && !has_like(o))
		return true;
	if (known.n > 0 && !ask(o, &known, &holds, &other, err))
		return false;
	*again_out = !holds;
	if (!holds)
		audit_reader_other(r, o->i, other);
	return true;
}

/* *again_out: nothing can be built on what is known; the folder must be read anew. */
static bool read_opened(struct audit_pump *o, bool *again_out, struct err *err)
{
	struct audit_reader *r = o->r;
	struct imap_done done;
	struct audit_step step;
	uint32_t resume = 0;
	bool dense = false;

	if (!open_folder(o, &dense, err))
		return false;
	if (o->way != AUDIT_WHOLE && !is_known(o)) {
		*again_out = true;
		return true;
	}
	/* Some servers tell UIDNEXT in STATUS only (Courier). */
	if (o->now.uidnext == 0 && r->surveyed &&
	    r->counts[o->i].state.uidvalidity == o->now.uidvalidity)
		o->now.uidnext = r->counts[o->i].state.uidnext;
	if (!audit_reader_begin(r, o->i, &o->now, &o->epoch, &resume, err))
		return false;
	/* Without HIGHESTMODSEQ nothing proves that what was read before a break still
	 * stands. */
	if (o->now.modseq < 0)
		resume = 0;
	if (!dense && (!audit_pump_finish(o, &step, &done, err) ||
		       !audit_pump_found(o, &done, err)))
		return false;
	if (o->way != AUDIT_WHOLE && !prove(o, again_out, err))
		return false;
	if (*again_out)
		return true;
	if (o->way == AUDIT_FLAGS || (r->marks[o->i] & AUDIT_AFRESH))
		resume = 0;
	if (resume > 0 && !prove_part(o, again_out, err))
		return false;
	if (*again_out)
		return true;
	o->resumed = resume > 0;
	if (o->way != AUDIT_DELTA)
		return read_rounds(o, resume, err) && audit_doubt_settle(o, err);
	if (!audit_delta_read(o, again_out, err))
		return false;
	return *again_out || (read_rounds(o, o->base - 1, err) &&
			      audit_delta_gone(o, err) && audit_doubt_settle(o, err));
}

/* After the last window: how it ended. */
static void describe(struct audit_pump *o, struct folder_end *end, struct err *why)
{
	struct audit_reader *r = o->r;
	uint32_t top = r->set.n > 0 ? r->set.r[r->set.n - 1].hi : 0;

	audit_doubt_holes(o, &end->hole, &end->hole_n, why);
	end->outcome = end->hole_n > 0 ? FOLDER_HOLED : FOLDER_READ;
	end->messages_read = (int64_t)(r->set.count - end->hole_n) + o->changed;
	if (end->hole_n > 0) {
		end->error_class = why->cls;
		end->error = why->text;
	}
	if (o->way != AUDIT_DELTA)
		end->state.exists = (int64_t)r->set.count;
	if (end->state.uidnext != 0 && end->state.uidnext <= top && top < UINT32_MAX)
		end->state.uidnext = top + 1;
}

static bool read_in(struct audit_pump *o, bool *again_out, struct err *err)
{
	struct audit_reader *r = o->r;
	struct folder_end end = { .folder = o->f->id, .depth = r->depth, .error = "" };
	int64_t began = clock_mono_ms();
	struct err why = ERR_INIT;
	bool read, hinted, ok = false;

	audit_uids_clear(&r->vanished);
	imap_session_handler(o->s, audit_pump_answer, o);
	read = read_opened(o, again_out, &why);
	hinted = !read && audit_reader_hinted(r, &why);
	if (!read && imap_session_broken(o->s) && why.cls != ERR_STOPPED && !r->fatal &&
	    !hinted)
		audit_doubt_raise(o, &why);
	audit_pump_drop(o);
	(void)close_share(o, NULL, &why); /* nothing is added, nothing fails */
	if (*again_out) {
		ok = drain(o, err);
		goto out;
	}
	if (!read &&
	    (r->fatal || imap_session_broken(o->s) || why.cls == ERR_STOPPED || hinted)) {
		*err = why;
		goto out;
	}
	end.epoch = o->epoch;
	end.state = o->now;
	end.took_ms = clock_mono_ms() - began;
	if (read) {
		describe(o, &end, &why);
	} else {
		end.outcome = FOLDER_UNREADABLE;
		end.error_class = why.cls;
		end.error = why.text;
	}
	if (!audit_reader_end(r, o->i, &end,
			      o->way != AUDIT_WHOLE || o->resumed ? again_out : NULL,
			      err))
		goto out;
	ok = read || drain(o, err);
out:
	imap_session_handler(o->s, NULL, NULL);
	return ok;
}

bool audit_folder_read(struct audit_reader *r, struct imap_session *s, size_t i,
		       struct err *err)
{
	for (;;) {
		struct audit_pump o = { .r = r,
					.s = s,
					.f = &r->folders[i],
					.i = i,
					.need = audit_rows_need(r),
					.set = &r->set,
					.aim = AUDIT_BLOCK,
					.way = audit_reader_way(r, i) };
		bool again = false;

		if (o.way == AUDIT_SAME) /* it was when STATUS was asked */
			o.way = AUDIT_WHOLE;
		if (o.way != AUDIT_WHOLE)
			o.base = r->known[i].state.uidnext;
		if (!read_in(&o, &again, err))
			return false;
		if (!again)
			return true;
		r->marks[i] |= AUDIT_AFRESH;
	}
}
