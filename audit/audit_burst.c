/* SPDX-License-Identifier: MIT */
/* Commands out, as many as may be on their way. */
#include "audit/audit_burst_in.h"

/* What a message costs on the wire, about (docs/performance.md). */
enum {
	OCTETS_HEADER = 260,
	OCTETS_ENVELOPE = 480,
	OCTETS_FLAGS = 48,
};

/* ---- commands ---- */

static bool send(struct burst *b, size_t i, enum burst_what what, int64_t octets,
		 struct err *err)
{
	struct burst_step *step = &b->steps[(b->first + b->n) % AUDIT_BURST_COMMANDS];

	*step = (struct burst_step){ .i = i, .what = what, .octets = octets };
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

static bool send_search(struct burst *b, size_t i, enum burst_what what, int64_t messages,
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

/* How it is read, now that it is known whether it can show that it is what it was. */
static bool way_of(struct burst *b, size_t i, enum audit_way *way_out,
		   enum audit_by *by_out, struct err *err)
{
	*by_out = AUDIT_BY_TRUST;
	*way_out = audit_reader_way(b->r, i);
	if (*way_out == AUDIT_WHOLE)
		return true;
	if (!audit_reader_by(b->r, i, by_out, err))
		return false;
	if (*by_out != AUDIT_BY_NOTHING)
		return true;
	b->r->marks[i] |= AUDIT_AFRESH;
	*way_out = AUDIT_WHOLE;
	return true;
}

static bool send_proof(struct burst *b, size_t i, struct err *err)
{
	const struct witness *known = b->r->witness[i];

	strbuf_clear(&b->r->line);
	audit_proof_ask(known, b->r->envelope, &b->r->line);
	return send(b, i, STEP_PROOF,
		    (int64_t)known->n *
			    (b->r->envelope ? OCTETS_ENVELOPE : OCTETS_HEADER),
		    err);
}

static bool send_folder(struct burst *b, size_t i, struct err *err)
{
	struct audit_reader *r = b->r;
	const struct folder_state *is = &r->counts[i].state;
	uint32_t base = r->known[i].state.uidnext;
	enum audit_way way;
	enum audit_by by;
	char keys[32];
	bool ok = way_of(b, i, &way, &by, err) && send_examine(b, i, err) &&
		  (by != AUDIT_BY_MESSAGES || send_proof(b, i, err));

	if (way == AUDIT_SAME) {
		/* Nothing more is to be known. */
	} else if (way == AUDIT_WHOLE) {
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

	if (r->mixes || is->exists < 0 ||
	    (r->marks[i] & (AUDIT_DONE | AUDIT_CAREFUL | AUDIT_WAITS)))
		return false;
	if (audit_reader_way(r, i) == AUDIT_SAME)
		return true;
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
	if (audit_reader_way(r, i) == AUDIT_SAME)
		n = WITNESS_MAX;
	return n * (r->envelope ? OCTETS_ENVELOPE : OCTETS_HEADER);
}

/* ---- one breath ---- */

/*
 * RFC 3501 section 5.5 lets a server answer out of order as long as nobody can be misled.
 * One that has opened the next folder before all is said of this one (Twisted does) may
 * have told of either: what came is nobody's, and no folder is asked for before the one
 * before is over.
 */
static bool is_overtaken(const struct burst *b)
{
	for (size_t k = 0; k < b->n; k++) {
		const struct burst_step *step =
			&b->steps[(b->first + k) % AUDIT_BURST_COMMANDS];

		if (step->what == STEP_EXAMINE)
			return imap_session_answered(b->s, step->cmd);
	}
	return false;
}

/* Wait for the oldest command. */
static bool finish_step(struct burst *b, struct burst_step *step, struct err *err)
{
	struct imap_done done;

	if (b->enable != 0 && !imap_session_finish(b->s, b->enable, &done, err))
		return false;
	b->enable = 0;
	*step = b->steps[b->first];
	if (step->what == STEP_EXAMINE && !b->again)
		burst_start(b, step->i);
	b->what = step->what;
	b->first = (b->first + 1) % AUDIT_BURST_COMMANDS;
	b->n--;
	b->octets -= step->octets;
	if (!imap_session_finish(b->s, step->cmd, &done, err))
		return false;
	b->r->mixes |= is_overtaken(b);
	if (b->r->mixes) {
		b->odd = true;
		b->r->marks[step->i] |= AUDIT_AFRESH;
	}
	if (b->again || b->r->mixes)
		return true;
	if (step->what == STEP_EXAMINE)
		return burst_opened(b, &done, err);
	if (step->what == STEP_PROOF && !b->odd)
		burst_proved(b, done.status == IMAP_OK && audit_proof_holds(&b->proof),
			     b->proof.other != 0);
	if (done.status != IMAP_OK) {
		b->odd = true;
		if (step->what == STEP_CHANGES)
			b->r->marks[b->i] |= AUDIT_AFRESH;
	}
	if (step->what == STEP_KNOWN && !b->odd) {
		audit_uids_finish(&b->r->found);
		b->odd = !b->found && b->now.exists != 0;
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
		struct burst_step step;

		while (next < r->folder_n && b->kept < AUDIT_BURST_KEPT &&
		       b->held_n < BURST_HELD_MAX && b->n + 5 <= AUDIT_BURST_COMMANDS &&
		       (b->n == 0 || b->octets + weight(r, next) <= AUDIT_BURST_OCTETS)) {
			if (!send_folder(b, next, err))
				return false;
			next = next_fit(r, next + 1);
		}
		*from = next;
		if (b->n == 0)
			return true;
		if (!finish_step(b, &step, err) || (step.last && !burst_finish(b, err)))
			return false;
	}
}

/* EXAMINE and the identity fields of a held folder; at most 1 + BURST_ROWS_MAX /
 * BURST_AGAIN commands. */
static bool send_fields(struct burst *b, const struct burst_held *h, struct err *err)
{
	size_t row = 0;

	if (!send_examine(b, h->i, err))
		return false;
	for (;;) {
		size_t n = 0;

		strbuf_clear(&b->r->line);
		strbuf_adds(&b->r->line, "UID FETCH ");
		for (; row < h->w->n && n < BURST_AGAIN; row++)
			if (audit_rows_weak(h->w, row))
				strbuf_addf(&b->r->line, "%s%u", n++ > 0 ? "," : "",
					    h->w->rows[row].m.uid);
		if (n == 0)
			break;
		/* What tells no MAILBOXID shows by these that it is the same folder. */
		strbuf_addf(&b->r->line, " (UID %sBODY.PEEK[HEADER.FIELDS (%s)])",
			    h->mailbox == 0 ? "INTERNALDATE RFC822.SIZE " : "",
			    MIME_IDENTITY_FIELDS);
		if (!send(b, h->i, STEP_FIELDS, 1000 * (int64_t)n, err))
			return false;
	}
	b->steps[(b->first + b->n - 1) % AUDIT_BURST_COMMANDS].last = true;
	return true;
}

static bool second_breath(struct burst *b, struct err *err)
{
	size_t sent = 0, done = 0;

	b->again = true;
	for (;;) {
		struct burst_held *h = &b->held[done];
		struct burst_step step;

		while (sent < b->held_n &&
		       b->n + 2 + BURST_ROWS_MAX / BURST_AGAIN <= AUDIT_BURST_COMMANDS &&
		       (b->n == 0 || b->octets <= AUDIT_BURST_OCTETS))
			if (!send_fields(b, &b->held[sent++], err))
				return false;
		if (b->n == 0)
			break;
		if (b->steps[b->first].what == STEP_EXAMINE) {
			burst_start(b, h->i);
			b->w = h->w;
		}
		if (!finish_step(b, &step, err))
			return false;
		if (step.last) {
			if (!burst_finish_held(b, h, err))
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

	if (!(r->hello.caps & IMAP_CAP_QRESYNC) || r->opened)
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
	imap_session_handler(s, burst_answer, b);
	ok = enable(b, err);
	r->opened = true;
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
	burst_drop(b);
	if (!ok && !r->fatal)
		(void)audit_reader_broke(r, r->at, err);
	r->at = r->folder_n;
	free(b);
	return ok;
}
