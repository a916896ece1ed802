/* SPDX-License-Identifier: MIT */
/*
 * Three rounds over a folder: identity fields of many messages in one command, then whole
 * headers, then whole messages, one a command.  Commands are pipelined, by number and by
 * the octets that they will bring.  Each message that is asked for ends in the sink: with
 * what was found or with the reason why it cannot be had.
 */
#include "audit/audit_lookup.h"

#include "audit/audit_hint.h"
#include "audit/audit_rows.h"
#include "base/clock.h"
#include "imap/imap_reader.h"

/* In one command, in one go, and in octets. */
static const struct {
	size_t chunk, flights;
	const char *item;
} rounds[WANT_COUNT] = {
	[WANT_FIELDS] = { 500, 4, "BODY.PEEK[HEADER.FIELDS (" MIME_IDENTITY_FIELDS ")]" },
	[WANT_HEADER] = { 100, 4, "BODY.PEEK[HEADER]" },
	[WANT_BODY] = { 1, AUDIT_LOOKUP_FLIGHTS, "BODY.PEEK[]" },
};
#define IN_FLIGHT_MAX ((int64_t)4 << 20)

/* So many are asked for one by one behind a break: servers answer in order, so the
 * message that broke the connection is among the first without an answer. */
#define ALONE_MAX 16

/* A server may take this long for a message, and a second more for so many octets. */
#define MESSAGE_MS	  (300 * 1000)
#define OCTETS_PER_SECOND (16 << 10)

static bool on_octets_begin(void *ctx, struct span head, uint64_t octets, struct err *err)
{
	static const char body[] = "BODY[] ";
	struct audit_lookup *l = ctx;

	(void)err;
	mime_message_begin(&l->message, l->sha);
	l->sunk = span_istarts(span_from(head, head.n - (sizeof body - 1)), body)
			  ? IMAP_HAS_BODY
			  : IMAP_HAS_HEADER;
	l->began_ms = clock_mono_ms();
	l->allowed_ms = MESSAGE_MS + (int64_t)(octets / OCTETS_PER_SECOND * 1000);
	return true;
}

static bool on_octets(void *ctx, struct span piece, struct err *err)
{
	struct audit_lookup *l = ctx;

	mime_message_feed(&l->message, piece);
	if (clock_mono_ms() - l->began_ms <= l->allowed_ms)
		return true;
	return err_set(err, ERR_NET, "a message took more than %lld s",
		       (long long)(l->allowed_ms / 1000));
}

void audit_lookup_init(struct audit_lookup *l)
{
	*l = (struct audit_lookup){ 0 };
	arena_init(&l->arena);
}

void audit_lookup_done(struct audit_lookup *l)
{
	mime_message_done(&l->message);
	strbuf_done(&l->line);
	arena_done(&l->arena);
}

/* ---- answers ---- */

static struct audit_sought *find(struct audit_lookup *l, uint32_t uid)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->v[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->n && l->v[lo].uid == uid ? &l->v[lo] : NULL;
}

static bool give(struct audit_lookup *l, struct audit_sought *s,
		 const struct audit_found *f, struct err *err)
{
	s->state = SOUGHT_DONE;
	l->progress = true;
	if (l->out->found(l->out->ctx, f, err))
		return true;
	l->fatal = true;
	return false;
}

static bool fail(struct audit_lookup *l, struct audit_sought *s, const char *why,
		 struct err *err)
{
	struct audit_found f = { .uid = s->uid, .what = s->what, .failed = why };

	return give(l, s, &f, err);
}

static void identity(struct audit_lookup *l, struct span header, bool cut,
		     struct audit_found *f)
{
	f->has_key = !cut && mime_key_fields(l->sha, header, &l->arena, &f->key);
	mime_detail(header, &l->arena, &f->detail);
}

/* What streamed in, or stands in the response itself. */
static void whole(struct audit_lookup *l, struct span inside, bool sunk,
		  struct audit_found *f)
{
	struct mime_message *m = &l->message;

	if (!sunk) {
		mime_message_begin(m, l->sha);
		mime_message_feed(m, inside);
	}
	mime_message_end(m);
	f->facts = (struct detail_facts){ .fields = strbuf_cstr(&m->header.text),
					  .header_octets = m->header.octets,
					  .body_octets = -1,
					  .crlf = -1,
					  .bare_lf = -1,
					  .bare_cr = -1,
					  .failed = "" };
	if (f->what == WANT_BODY) {
		f->facts.body_octets = m->body.octets;
		f->facts.body_key = m->body_key;
		f->facts.crlf = m->body.crlf;
		f->facts.bare_lf = m->body.bare_lf;
		f->facts.bare_cr = m->body.bare_cr;
	}
	identity(l, strbuf_span(&m->header.identity), m->header.identity_cut, f);
}

/* sunk: which item of the response went to the sink; 0: none. */
static bool on_fetch(struct audit_lookup *l, const struct imap_resp *resp, unsigned sunk,
		     struct err *err)
{
	struct audit_found found = { .what = l->what };
	struct audit_sought *s;
	struct imap_fetch f;
	bool body = l->what == WANT_BODY, nil;
	unsigned item = body ? IMAP_HAS_BODY : IMAP_HAS_HEADER;

	arena_reset(&l->arena);
	if (!imap_fetch_parse(resp->number, resp->text, &l->arena, &f, err))
		return false;
	if (l->proof != NULL &&
	    audit_proof_answer(l->proof, false, &f, l->sha, &l->arena))
		return true;
	if (!(f.has & IMAP_HAS_UID) || !(f.has & item) ||
	    (l->what == WANT_FIELDS && sunk == item))
		return true; /* told unasked, or not what was asked for */
	s = find(l, f.uid);
	if (s == NULL || s->state == SOUGHT_DONE || s->what != l->what)
		return true;
	nil = body ? f.body_nil : f.header_nil;
	if (nil)
		return fail(l, s,
			    body ? "the server answers NIL for the message"
				 : "the server answers NIL for its header",
			    err);
	found.uid = f.uid;
	if (l->what == WANT_FIELDS) {
		identity(l, f.header, false, &found);
		if (!found.has_key) {
			/* The whole header may give one: Cyrus finds no field that has
			 * blanks before its colon. */
			s->what = WANT_HEADER;
			s->state = SOUGHT_OPEN;
			return true;
		}
	} else {
		whole(l, body ? f.body : f.header, sunk == item, &found);
	}
	return give(l, s, &found, err);
}

static bool on_answer(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	static const char name[] = "UIDVALIDITY ", id[] = "MAILBOXID ";
	struct audit_lookup *l = ctx;
	struct folder_state now = { .uidvalidity = l->uidvalidity };
	unsigned sunk = l->sunk;

	(void)more;
	l->sunk = 0;
	if (resp->kind == IMAP_RESP_FETCH)
		return l->opening || on_fetch(l, resp, sunk, err);
	if (resp->kind == IMAP_RESP_STATUS_OK && span_istarts(resp->code, name)) {
		if (!audit_rows_code(SPAN_LIT("UIDVALIDITY"),
				     span_trim(span_from(resp->code, sizeof name - 1)),
				     l->opening, &now, err))
			return false;
		l->uidvalidity = now.uidvalidity;
	}
	if (resp->kind == IMAP_RESP_STATUS_OK && l->opening &&
	    span_istarts(resp->code, id))
		l->mailbox = audit_proof_mark(
			span_trim(span_from(resp->code, sizeof id - 1)));
	return true;
}

/* ---- commands ---- */

static struct audit_lookup_flight *flight(struct audit_lookup *l, size_t i)
{
	return &l->flight[(l->first + i) % AUDIT_LOOKUP_FLIGHTS];
}

static bool is_due(const struct audit_lookup *l, const struct audit_sought *s)
{
	return s->what == l->what && s->state < SOUGHT_LEFT;
}

static int64_t weight(const struct audit_lookup *l, const struct audit_sought *s)
{
	if (l->what != WANT_BODY)
		return 0;
	return s->octets < 0 || s->octets > IN_FLIGHT_MAX ? IN_FLIGHT_MAX : s->octets;
}

/* May another command go out now? */
static bool has_room(const struct audit_lookup *l, const struct audit_sought *s)
{
	const struct audit_lookup_flight *last;

	if (l->flight_n == 0)
		return true;
	last = &l->flight[(l->first + l->flight_n - 1) % AUDIT_LOOKUP_FLIGHTS];
	if (s->state == SOUGHT_ALONE || l->v[last->from].state == SOUGHT_ALONE)
		return false;
	return l->flight_n < rounds[l->what].flights &&
	       l->in_flight + weight(l, s) <= IN_FLIGHT_MAX;
}

/* The next command of this round: one message, or several that may go together. */
static bool send(struct audit_lookup *l, struct imap_session *s, struct err *err)
{
	struct audit_lookup_flight *f = flight(l, l->flight_n);
	const struct audit_sought *first = &l->v[l->next];
	bool single = first->state != SOUGHT_OPEN;

	*f = (struct audit_lookup_flight){ .from = l->next, .octets = weight(l, first) };
	strbuf_clear(&l->line);
	strbuf_adds(&l->line, "UID FETCH ");
	for (; l->next < l->n && f->asked < (single ? 1 : rounds[l->what].chunk);
	     l->next++) {
		const struct audit_sought *at = &l->v[l->next];

		if (!is_due(l, at))
			continue;
		if (!single && at->state != SOUGHT_OPEN)
			break;
		strbuf_addf(&l->line, "%s%u", f->asked > 0 ? "," : "", at->uid);
		f->asked++;
	}
	f->to = l->next;
	strbuf_addf(&l->line, " (UID %s)", rounds[l->what].item);
	if (!imap_session_send(s, strbuf_span(&l->line), &f->cmd, err))
		return false;
	l->flight_n++;
	l->in_flight += f->octets;
	return true;
}

/* A command is complete: what it left without an answer? */
static bool landed(struct audit_lookup *l, const struct audit_lookup_flight *f,
		   const struct imap_done *done, struct err *err)
{
	char words[AUDIT_WORDS_SIZE];

	for (size_t i = f->from; i < f->to; i++) {
		struct audit_sought *s = &l->v[i];

		if (!is_due(l, s))
			continue;
		if (done->status == IMAP_OK) {
			if (!fail(l, s,
				  "the server says OK and answers nothing: it is gone, "
				  "or "
				  "cannot be read",
				  err))
				return false;
		} else if (audit_passing(done)) {
			s->state = SOUGHT_LEFT;
		} else if (f->asked > 1) {
			s->state = SOUGHT_SINGLE;
			if (l->again > i)
				l->again = i;
		} else if (!fail(l, s, audit_words(done, words), err)) {
			return false;
		}
	}
	return true;
}

static bool finish(struct audit_lookup *l, struct imap_session *s, struct err *err)
{
	struct audit_lookup_flight f = *flight(l, 0);
	struct imap_done done;

	if (!imap_session_finish(s, f.cmd, &done, err) ||
	    audit_hint_put_off(l->patient, &done, err))
		return false;
	l->first = (l->first + 1) % AUDIT_LOOKUP_FLIGHTS;
	l->flight_n--;
	l->in_flight -= f.octets;
	if (!landed(l, &f, &done, err))
		return false;
	if (l->out->settle(l->out->ctx, err))
		return true;
	l->fatal = true;
	return false;
}

static bool round_of(struct audit_lookup *l, struct imap_session *s, enum want what,
		     struct err *err)
{
	l->what = what;
	l->next = 0;
	l->again = SIZE_MAX;
	for (;;) {
		while (l->next < l->n && !is_due(l, &l->v[l->next]))
			l->next++;
		if (l->next < l->n && has_room(l, &l->v[l->next])) {
			if (!send(l, s, err))
				return false;
		} else if (l->flight_n > 0) {
			if (!finish(l, s, err))
				return false;
		} else if (l->again < l->n) {
			l->next = l->again;
			l->again = SIZE_MAX;
		} else {
			return true;
		}
	}
}

/* The session broke.  Whatever was under way is asked for one by one; what was alone by
 * then has failed.  err stays, unless the sink fails. */
static void broke(struct audit_lookup *l, struct err *err)
{
	struct strbuf why = STRBUF_INIT;
	struct err later = ERR_INIT;
	size_t alone = 0;

	if (err->cls == ERR_STOPPED || l->fatal)
		return;
	for (size_t i = 0; i < l->flight_n; i++) {
		const struct audit_lookup_flight *f = flight(l, i);

		for (size_t k = f->from; k < f->to && alone < ALONE_MAX; k++) {
			struct audit_sought *s = &l->v[k];

			if (!is_due(l, s))
				continue;
			alone++;
			if (s->state != SOUGHT_ALONE) {
				s->state = SOUGHT_ALONE;
				continue;
			}
			strbuf_clear(&why);
			strbuf_addf(&why,
				    "twice the connection broke while it was read: %s",
				    err->text);
			if (!fail(l, s, strbuf_cstr(&why), &later) ||
			    !l->out->settle(l->out->ctx, &later)) {
				l->fatal = true;
				*err = later;
				goto out;
			}
		}
	}
out:
	strbuf_done(&why);
}

/* Is the open folder the one that was audited? */
static bool is_same(struct audit_lookup *l, struct imap_session *s,
		    const struct witness *known, bool *out, struct err *err)
{
	struct audit_proof proof = { .known = known, .other_form = true };
	struct imap_done done;
	uint64_t cmd;
	bool ok;

	if (!audit_proof_wants(known, l->mailbox, out))
		return true;
	strbuf_clear(&l->line);
	audit_proof_ask(known, false, &l->line);
	l->proof = &proof;
	ok = imap_session_send(s, strbuf_span(&l->line), &cmd, err) &&
	     imap_session_finish(s, cmd, &done, err) &&
	     !audit_hint_put_off(l->patient, &done, err);
	l->proof = NULL;
	if (ok)
		*out = !audit_proof_denies(&proof);
	return ok;
}

enum audit_looked audit_lookup_folder(struct audit_lookup *l, struct imap_session *s,
				      const char *wire, uint32_t uidvalidity,
				      const struct witness *known, struct audit_sought *v,
				      size_t n, struct strbuf *why, struct err *err)
{
	const struct imap_sink sink = { l, on_octets_begin, on_octets };
	enum audit_looked looked = AUDIT_BROKE;
	char words[AUDIT_WORDS_SIZE];
	struct imap_done done;
	uint64_t cmd;
	bool ok, same = true;

	l->v = v;
	l->n = n;
	l->flight_n = 0;
	l->in_flight = 0;
	l->uidvalidity = 0;
	l->mailbox = 0;
	l->opening = true;
	l->sunk = 0;
	strbuf_clear(&l->line);
	strbuf_adds(&l->line, "EXAMINE ");
	imap_put_mailbox(&l->line, wire);
	imap_session_handler(s, on_answer, l);
	imap_session_sink(s, &sink);
	if (!imap_session_send(s, strbuf_span(&l->line), &cmd, err) ||
	    !imap_session_finish(s, cmd, &done, err))
		goto out;
	l->opening = false;
	if (audit_hint_put_off(l->patient, &done, err))
		goto out;
	if (done.status != IMAP_OK || l->uidvalidity != uidvalidity) {
		strbuf_adds(why, done.status != IMAP_OK ? audit_words(&done, words)
							: "its UIDVALIDITY has changed");
		looked = AUDIT_CLOSED;
		goto out;
	}
	if (known != NULL && !is_same(l, s, known, &same, err))
		goto out;
	if (!same) {
		strbuf_adds(why, AUDIT_PROOF_OTHER);
		looked = AUDIT_CLOSED;
		goto out;
	}
	ok = true;
	for (int what = 0; what < WANT_COUNT && ok; what++)
		ok = round_of(l, s, (enum want)what, err);
	if (ok)
		looked = AUDIT_LOOKED;
	else if (!l->patient || audit_hint_of_err(err).kind == AUDIT_HINT_NONE)
		broke(l, err);
out:
	imap_session_handler(s, NULL, NULL);
	imap_session_sink(s, NULL);
	return looked;
}
