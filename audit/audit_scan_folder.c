/* SPDX-License-Identifier: MIT */
#include "audit/audit_scan_folder.h"

#include "audit/audit_hint.h"
#include "audit/audit_rows.h"
#include "audit/audit_scan_answer.h"
#include "base/clock.h"
#include "imap/imap_reader.h"

/* Messages of one command.  Cyrus walks through the whole folder for each. */
#define COMMAND_MAX 1024
/* Behind a break so many are asked for one by one: servers answer in order, so the one
 * that broke the connection is among the first without an answer. */
#define ALONE_MAX 16

#define BIT(s) SYMPTOM_BIT(SYMPTOM_##s)

void audit_scan_init(struct audit_scan *s)
{
	*s = (struct audit_scan){ .examine_ms = -1, .check.lean = true };
	arena_init(&s->arena);
}

void audit_scan_forget(struct audit_scan *s)
{
	s->first_n = s->unsure = 0;
	s->check.lean = true;
}

void audit_scan_done(struct audit_scan *s)
{
	mime_check_done(&s->check);
	strbuf_done(&s->line);
	strbuf_done(&s->words);
	arena_done(&s->arena);
	free(s->first);
	s->first = NULL;
}

/* ---- commands ---- */

static struct audit_scan_flight *flight(struct audit_scan *s, size_t i)
{
	return &s->flight[(s->flight_first + i) % AUDIT_SCAN_FLIGHTS];
}

/* No server is to wait for the next command while we judge a message of some megabytes,
 * and of one whose size is not known nothing else is to be under way. */
static int64_t weight(const struct audit_scan *s, const struct audit_scan_item *i)
{
	return i->octets < 0 || i->octets > s->flow.most ? s->flow.most : i->octets;
}

static bool has_room(struct audit_scan *s, const struct audit_scan_item *i)
{
	const struct audit_scan_flight *last;

	if (s->flight_n == 0)
		return true;
	last = flight(s, s->flight_n - 1);
	if (i->state == SCAN_ALONE || s->v[last->from].state == SCAN_ALONE)
		return false;
	/* The server always has the next command, however large its messages are. */
	return s->flight_n == 1 || (s->flight_n < AUDIT_SCAN_FLIGHTS &&
				    s->in_flight + weight(s, i) <= s->flow.most);
}

/* A command for what is due from *next on, up to end. */
static bool send(struct audit_scan *s, struct imap_session *session, size_t *next,
		 size_t end, struct err *err)
{
	struct audit_scan_flight *f = flight(s, s->flight_n);
	uint8_t state = s->v[*next].state;
	size_t most = state < SCAN_SINGLE ? COMMAND_MAX : 1;
	int64_t octets = audit_scan_flow_command(&s->flow), began;

	*f = (struct audit_scan_flight){ .from = *next,
					 .second = state == SCAN_SECOND,
					 .again = next == &s->again };
	strbuf_clear(&s->line);
	strbuf_adds(&s->line, "UID FETCH ");
	for (; *next < end && f->asked < most; ++*next) {
		const struct audit_scan_item *at = &s->v[*next];

		if (!audit_scan_due(at))
			continue;
		if (f->asked > 0 &&
		    (at->state != state || f->octets + weight(s, at) > octets))
			break;
		strbuf_addf(&s->line, "%s%u", f->asked > 0 ? "," : "", at->uid);
		f->octets += weight(s, at);
		f->asked++;
	}
	f->to = *next;
	strbuf_adds(&s->line, " (UID RFC822.SIZE BODY.PEEK[])");
	began = clock_mono_ms();
	if (s->flight_n == 0)
		s->last_ms = began;
	if (!s->out->pace(s->out->ctx, (int64_t)f->asked, f->octets, err)) {
		s->fatal = true;
		return false;
	}
	s->last_ms += clock_mono_ms() - began; /* it was we who paused */
	if (!imap_session_send(session, strbuf_span(&s->line), &f->cmd, err))
		return false;
	s->flight_n++;
	s->in_flight += f->octets;
	return true;
}

static void once_more(struct audit_scan *s, size_t at)
{
	s->v[at].state = SCAN_SINGLE;
	if (s->redo > at)
		s->redo = at;
}

/* A command for this one alone ended without an answer. */
static bool unanswered(struct audit_scan *s, size_t at, const struct imap_done *done,
		       struct err *err)
{
	struct audit_scan_item *i = &s->v[at];
	uint64_t symptom = done->status == IMAP_OK ? BIT(NOTHING) : BIT(REFUSED);
	char words[AUDIT_WORDS_SIZE];

	if (audit_passing(done)) {
		i->state = SCAN_LEFT;
		return true;
	}
	/* A second time, in case the first was an accident. */
	if (!i->asked) {
		i->asked = true;
		i->failed |= symptom;
		once_more(s, at);
		return true;
	}
	return audit_scan_fail(s, i, symptom,
			       done->status == IMAP_OK
				       ? "the server says OK and answers nothing"
				       : audit_words(done, words),
			       err);
}

/* Whether a message that gives no answer is still in the folder. */
static bool still_there(struct audit_scan *s, struct imap_session *session, uint32_t uid,
			bool *out, struct err *err)
{
	struct imap_done done;
	uint64_t cmd;

	s->searched = uid;
	s->found = false;
	strbuf_clear(&s->line);
	strbuf_addf(&s->line, "UID SEARCH UID %u", uid);
	if (!imap_session_send(session, strbuf_span(&s->line), &cmd, err) ||
	    !imap_session_finish(session, cmd, &done, err))
		return false;
	*out = done.status != IMAP_OK || s->found;
	return true;
}

static bool landed(struct audit_scan *s, struct imap_session *session,
		   const struct audit_scan_flight *f, const struct imap_done *done,
		   struct err *err)
{
	for (size_t at = f->from; at < f->to; at++) {
		struct audit_scan_item *i = &s->v[at];
		bool there = true;

		if (!audit_scan_due(i) || (i->again == 1 && f->asked > 1 && !f->second))
			continue;
		if (i->again == 1) {
			/* Its second reading is due, or has just been had in vain. */
			i->again = 2;
			once_more(s, at);
			continue;
		}
		if (f->asked > 1 && !audit_passing(done)) {
			once_more(s, at);
			continue;
		}
		if (done->status == IMAP_OK &&
		    !still_there(s, session, i->uid, &there, err))
			return false;
		if (!audit_scan_due(i)) /* its answer came meanwhile, late */
			continue;
		if (!there && i->due) {
			/* Dovecot mends a message that it stumbled over, and gives it
			 * another UID. */
			if (!audit_scan_fail(
				    s, i, BIT(BREAKS) | BIT(NOTHING),
				    "the connection broke when it was due, and now it is "
				    "not there any more",
				    err))
				return false;
			continue;
		}
		if (!there && i->first < 0) {
			i->state = SCAN_GONE;
			s->progress = true;
			continue;
		}
		if (!unanswered(s, at, done, err))
			return false;
	}
	return true;
}

static bool finish(struct audit_scan *s, struct imap_session *session, struct err *err)
{
	struct audit_scan_flight f = *flight(s, 0);
	struct imap_done done;

	if (!imap_session_finish(session, f.cmd, &done, err))
		return false;
	s->flight_first = (s->flight_first + 1) % AUDIT_SCAN_FLIGHTS;
	s->flight_n--;
	s->in_flight -= f.octets;
	audit_scan_flow_look(&s->flow, s->octets, clock_mono_ms());
	if (audit_hint_put_off(s->patient, &done, err) ||
	    !landed(s, session, &f, &done, err))
		return false;
	if (s->out->settle(s->out->ctx, err))
		return true;
	s->fatal = true;
	return false;
}

/* The first that is due from at on; end: none is. */
static size_t due_from(const struct audit_scan *s, size_t at, size_t end)
{
	while (at < end && !audit_scan_due(&s->v[at]))
		at++;
	return at;
}

/*
 * Begin to ask again for what is to be asked for again, of all that had its first answer;
 * that those commands are few is worth more than that they go out soon.  No two commands
 * for a message are ever under way.
 */
static void begin_again(struct audit_scan *s)
{
	size_t end = s->next;

	if (s->again < s->again_end)
		return;
	for (size_t i = s->flight_n; i-- > 0;) {
		if (flight(s, i)->again)
			return;
		end = flight(s, i)->from;
	}
	if (s->redo >= end || (end < s->n && end - s->redo < AUDIT_SCAN_MORE))
		return;
	s->again = s->redo;
	s->again_end = end;
	/* Of those that are under way some may have been marked, too. */
	s->redo = end < s->n ? end : SIZE_MAX;
}

/* Items before at are no longer there; readings of items that are done neither. */
static void shift(struct audit_scan *s, size_t at)
{
	struct body_facts *kept = NULL;
	size_t n = 0;

	s->next -= at;
	s->again -= s->again < at ? s->again : at;
	s->again_end -= s->again_end < at ? s->again_end : at;
	if (s->redo != SIZE_MAX)
		s->redo -= s->redo < at ? s->redo : at;
	for (size_t i = 0; i < s->flight_n; i++) {
		flight(s, i)->from -= at;
		flight(s, i)->to -= at;
	}
	s->unsure = 0;
	if (s->first_n > 0)
		kept = mem_calloc(s->first_cap, sizeof *kept);
	for (size_t i = 0; i < s->next; i++) {
		struct audit_scan_item *item = &s->v[i];

		if (!audit_scan_due(item))
			continue;
		s->unsure += item->unsure;
		if (item->first < 0 || kept == NULL)
			continue;
		kept[n] = s->first[item->first];
		item->first = (int64_t)n++;
	}
	s->check.lean = s->unsure == 0;
	s->first_n = n;
	if (kept == NULL)
		return;
	free(s->first);
	s->first = kept;
}

/* How many at the front are done with, and under way in no command. */
static size_t done_with(struct audit_scan *s)
{
	size_t end = s->next;

	for (size_t i = 0; i < s->flight_n; i++)
		if (flight(s, i)->from < end)
			end = flight(s, i)->from;
	return due_from(s, 0, end);
}

/* See to it that there are some to ask for, while the folder has more of them. */
static bool refill(struct audit_scan *s, struct err *err)
{
	size_t done, n;

	if (s->last || s->n - s->next >= AUDIT_SCAN_LOW)
		return true;
	done = done_with(s);
	if (s->n - done > AUDIT_SCAN_ROOM - AUDIT_SCAN_MORE)
		return true;
	if (!s->out->more(s->out->ctx, done, &n, &s->last, err)) {
		s->fatal = true;
		return false;
	}
	shift(s, done);
	s->n = n;
	return true;
}

static bool read_all(struct audit_scan *s, struct imap_session *session, struct err *err)
{
	s->next = s->again = s->again_end = 0;
	s->redo = SIZE_MAX;
	s->last = s->out->more == NULL;
	for (;;) {
		s->next = due_from(s, s->next, s->n);
		if (!refill(s, err))
			return false;
		begin_again(s);
		s->again = due_from(s, s->again, s->again_end);
		if (s->again < s->again_end && has_room(s, &s->v[s->again])) {
			if (!send(s, session, &s->again, s->again_end, err))
				return false;
		} else if (s->again == s->again_end && s->next < s->n &&
			   has_room(s, &s->v[s->next])) {
			if (!send(s, session, &s->next, s->n, err))
				return false;
		} else if (s->flight_n > 0) {
			if (!finish(s, session, err))
				return false;
		} else if (s->last && s->next == s->n && s->redo >= s->n) {
			return true;
		}
	}
}

/* What a broken session says about the message that was due. */
static uint64_t symptom_of(const struct audit_scan *s, const struct err *err)
{
	if (err->cls == ERR_PROTO || err->cls == ERR_LIMIT)
		return BIT(GRAMMAR);
	if (s->overdue ||
	    (err->cls == ERR_NET && clock_mono_ms() - s->last_ms >= s->timeout_ms - 1000))
		return BIT(TIMEOUT);
	return BIT(BREAKS);
}

/* The session broke.  err stays, unless the sink fails. */
static void broke(struct audit_scan *s, struct err *err)
{
	uint64_t symptom = symptom_of(s, err);
	struct err later = ERR_INIT;
	size_t alone = 0;

	if (err->cls == ERR_STOPPED || s->fatal ||
	    (s->patient && audit_hint_of_err(err).kind != AUDIT_HINT_NONE))
		return;
	for (size_t k = 0; k < s->flight_n; k++) {
		const struct audit_scan_flight *f = flight(s, k);

		for (size_t at = f->from; at < f->to && alone < ALONE_MAX; at++) {
			struct audit_scan_item *i = &s->v[at];

			if (!audit_scan_due(i))
				continue;
			/* Of several the first is only the first to be asked alone: what
			 * the server had of it may have been lost with the connection. */
			alone++;
			if (i->state != SCAN_ALONE) {
				i->state = SCAN_ALONE;
				i->due = true;
				continue;
			}
			i->failed |= symptom;
			if (++i->breaks < 2)
				continue;
			if (!audit_scan_fail(s, i, symptom, err->text, &later) ||
			    !s->out->settle(s->out->ctx, &later)) {
				s->fatal = true;
				*err = later;
				return;
			}
		}
	}
}

static bool open_folder(struct audit_scan *s, struct imap_session *session,
			const char *wire, struct imap_done *done, struct err *err)
{
	int64_t began = clock_mono_ms();
	uint64_t cmd;

	s->opening = true;
	s->last_ms = began;
	strbuf_clear(&s->line);
	strbuf_adds(&s->line, "EXAMINE ");
	imap_put_mailbox(&s->line, wire);
	if (!imap_session_send(session, strbuf_span(&s->line), &cmd, err) ||
	    !imap_session_finish(session, cmd, done, err))
		return false;
	s->opening = false;
	if (done->status == IMAP_OK && clock_mono_ms() - began > s->examine_ms)
		s->examine_ms = clock_mono_ms() - began;
	s->gap_now = 0;
	return true;
}

/* Is the open folder the one that was audited? */
static bool is_same(struct audit_scan *s, struct imap_session *session,
		    const struct witness *known, bool *out, struct err *err)
{
	struct audit_proof proof = { .known = known, .other_form = true };
	struct imap_done done;
	uint64_t cmd;
	bool ok;

	if (!audit_proof_wants(known, s->mailbox, out))
		return true;
	strbuf_clear(&s->line);
	audit_proof_ask(known, false, &s->line);
	s->proof = &proof;
	ok = imap_session_send(session, strbuf_span(&s->line), &cmd, err) &&
	     imap_session_finish(session, cmd, &done, err) &&
	     !audit_hint_put_off(s->patient, &done, err);
	s->proof = NULL;
	if (ok)
		*out = !audit_proof_denies(&proof);
	return ok;
}

enum audit_scan_end audit_scan_folder(struct audit_scan *s, struct imap_session *session,
				      const char *wire, uint32_t uidvalidity,
				      const struct witness *known,
				      struct audit_scan_item *v, size_t n,
				      struct strbuf *why, struct err *err)
{
	const struct imap_sink sink = { s, audit_scan_octets_begin, audit_scan_octets };
	enum audit_scan_end end = SCAN_BROKE;
	int64_t began = clock_mono_ms();
	char words[AUDIT_WORDS_SIZE];
	struct imap_done done;
	bool same = true;

	s->v = v;
	s->n = n;
	s->flight_n = 0;
	s->in_flight = 0;
	audit_scan_flow_begin(&s->flow, s->octets, began);
	s->uidvalidity = 0;
	s->mailbox = 0;
	s->sunk = s->overdue = false;
	imap_session_handler(session, audit_scan_answer, s);
	imap_session_sink(session, &sink);
	if (!open_folder(s, session, wire, &done, err) ||
	    audit_hint_put_off(s->patient, &done, err))
		goto out;
	if (done.status != IMAP_OK || s->uidvalidity != uidvalidity) {
		strbuf_adds(why, done.status != IMAP_OK ? audit_words(&done, words)
							: "its UIDVALIDITY has changed");
		end = SCAN_CLOSED;
		goto out;
	}
	if (known != NULL && !is_same(s, session, known, &same, err))
		goto out;
	if (!same) {
		strbuf_adds(why, AUDIT_PROOF_OTHER);
		end = SCAN_CLOSED;
		goto out;
	}
	if (read_all(s, session, err))
		end = SCAN_ENDED;
	else
		broke(s, err);
out:
	s->took_ms += clock_mono_ms() - began;
	imap_session_handler(session, NULL, NULL);
	imap_session_sink(session, NULL);
	return end;
}
