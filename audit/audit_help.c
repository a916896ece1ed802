/* SPDX-License-Identifier: MIT */
/* What a worker does that has no account any more: it helps others with big folders
 * (audit_share.h).  Its connection stays with the account until another one needs it. */
#include "audit/audit_pump.h"
#include "audit/audit_rows.h"
#include "audit/audit_worker.h"
#include "base/trace.h"
#include "imap/imap_io.h"

/* Nobody wants an idle connection for longer. */
enum { PATIENCE_MS = 5000 };
/* After that it is seen whether the server may be asked again. */
enum { BARRED_MS = 1000 };

struct helper {
	struct audit_worker *w;
	struct net_conn *conn; /* NULL: there is none */
	struct imap_session *s;
	int64_t account;
	struct audit_patience patience;
	bool barred; /* the server is left alone for now */
};

static void part(struct helper *h)
{
	if (h->conn == NULL)
		return;
	if (!imap_session_broken(h->s)) {
		imap_session_logout(h->s);
		net_conn_wait_end(h->conn);
	}
	imap_session_count(h->s, &h->w->count);
	imap_session_free(h->s);
	net_conn_close(h->conn);
	audit_pace_leave(audit_worker_side(h->w), &h->patience, true);
	h->conn = NULL;
	h->account = 0;
}

static bool enter(struct helper *h, const struct audit_offer *offer, struct err *err)
{
	struct audit_pace *pace = audit_worker_side(h->w);
	struct audit_crew *crew = h->w->crew;
	struct imap_io io;

	if (h->conn != NULL && h->account == offer->account)
		return true;
	part(h);
	if (!audit_pace_try(pace, &h->patience)) {
		h->barred = true;
		return err_set(err, ERR_STOPPED, "the server is left alone for a while");
	}
	if (audit_login_more(&crew->doors, h->w->side, offer->user, &h->conn, err) !=
	    AUDIT_ENTERED) {
		audit_pace_leave(pace, &h->patience, false);
		h->barred = audit_pace_hinted(pace, err, false, &h->patience);
		return false;
	}
	audit_pace_inside(pace, &h->patience);
	h->w->count.logins++;
	h->account = offer->account;
	imap_io_net(&io, h->conn);
	audit_meter_wrap(&h->w->meter, &io);
	h->s = imap_session_new(&io, NULL);
	return imap_enable_rev2(h->s, offer->r->hello.caps, err);
}

/* *other_out: it is not the folder that the owner reads. */
static bool examine(struct audit_pump *o, const struct audit_offer *offer,
		    bool *other_out, struct err *err)
{
	char words[AUDIT_WORDS_SIZE];
	struct imap_done done;
	struct audit_step step;

	o->opening = true;
	strbuf_clear(&o->r->line);
	strbuf_adds(&o->r->line, "EXAMINE ");
	imap_put_mailbox(&o->r->line, o->f->wire);
	if (!audit_pump_send(o, err) || !audit_pump_finish(o, &step, &done, err))
		return false;
	o->opening = false;
	*other_out = true;
	if (done.status != IMAP_OK)
		return err_set(err, ERR_SERVER, "cannot open: %s",
			       audit_words(&done, words));
	if (o->now.uidvalidity != offer->now.uidvalidity)
		return err_set(err, ERR_PROTO, "UIDVALIDITY is another one here");
	if (strcmp(o->r->mailbox_id, offer->r->mailbox_id) != 0)
		return err_set(err, ERR_PROTO, "MAILBOXID is another one here");
	/* An older state of the folder, from another server behind the same name. */
	if (offer->now.modseq >= 0 && o->now.modseq >= 0 &&
	    o->now.modseq < offer->now.modseq)
		return err_set(err, ERR_PROTO, "HIGHESTMODSEQ is lower here");
	*other_out = false;
	return true;
}

/* Read windows as long as there are any. */
static enum audit_left take_part(struct helper *h, struct audit_share *share,
				 struct audit_reader *r)
{
	const struct audit_offer *offer = audit_share_offer(share);
	struct audit_pump o = {
		.r = r,
		.f = offer->folder,
		.way = offer->way,
		.base = offer->base,
		.set = &offer->r->set,
		.epoch = offer->epoch,
		.need = audit_rows_need(offer->r),
		.now = { .modseq = -1, .exists = -1, .octets = -1 },
		.aim = AUDIT_BLOCK,
		.round = 1,
		.helping = true,
	};
	struct err why = ERR_INIT;
	bool other = false, ok = enter(h, offer, &why);

	if (!ok)
		return h->barred || why.cls == ERR_STOPPED ? AUDIT_LEFT_DONE
							   : AUDIT_LEFT_NO;
	o.s = h->s;
	if (offer->r->packs && !imap_session_compressed(h->s) &&
	    !imap_session_compress(h->s, &why))
		goto broke;
	imap_session_handler(h->s, audit_pump_answer, &o);
	ok = examine(&o, offer, &other, &why);
	if (ok) {
		o.share = share;
		ok = audit_pump_round(&o, &why);
	}
	audit_pump_drop(&o);
	imap_session_handler(h->s, NULL, NULL);
	if (ok)
		return AUDIT_LEFT_DONE;
broke:
	trace(TRACE_AUDIT, "%s %s: helping: %s", side_name(h->w->side), offer->user,
	      why.text);
	/* What is still on its way is not worth the wait. */
	h->w->count.reconnects += imap_session_broken(h->s);
	part(h);
	if (h->barred)
		return AUDIT_LEFT_DONE;
	return other ? AUDIT_LEFT_NO : AUDIT_LEFT_BROKE;
}

/* Only what is read over our own connection is paced here. */
static bool on_pace(void *ctx, size_t messages, struct err *err)
{
	struct helper *h = ctx;
	bool go = audit_worker_pace(h->w, messages, err);

	h->barred = h->w->leaving;
	return go;
}

static enum audit_left help(struct helper *h, struct audit_share *share,
			    struct audit_uids *dropped)
{
	const struct audit_offer *offer = audit_share_offer(share);
	const struct audit_sink sink = { .ctx = h, .pace = on_pace };
	enum audit_left left;
	struct audit_reader r;

	audit_reader_init(&r);
	r.sink = &sink;
	r.pool = &h->w->crew->pool;
	r.account = offer->account;
	r.side = h->w->side;
	r.depth = offer->r->depth;
	r.envelope = offer->r->envelope;
	r.hello.caps = offer->r->hello.caps;
	left = take_part(h, share, &r);
	audit_uids_finish(&r.dropped);
	audit_uids_swap(dropped, &r.dropped);
	audit_reader_done(&r);
	return left;
}

void audit_help(struct audit_worker *w)
{
	struct helper h = { .w = w };

	for (;;) {
		struct audit_uids dropped = { 0 };
		struct err why = ERR_INIT;
		struct audit_share *share;
		bool idle;

		h.barred = w->leaving = false;
		share = audit_share_join(&w->crew->board[w->side], w->crew->wake,
					 h.account, h.conn != NULL ? PATIENCE_MS : 0,
					 &idle);
		if (share != NULL) {
			enum audit_left how = help(&h, share, &dropped);

			audit_share_leave(share, how, &dropped);
			audit_uids_done(&dropped);
			if (h.barred &&
			    !audit_back_off(w->crew->wake, BARRED_MS, 0, &why))
				break;
		} else if (idle) {
			part(&h);
		} else {
			break;
		}
	}
	part(&h);
}
