/* SPDX-License-Identifier: MIT */
#include "audit/audit_scan_answer.h"

#include "audit/audit_rows.h"
#include "base/clock.h"
#include "imap/imap_reader.h"
#include "imap/imap_search.h"

/* One of so many good messages is read a second time, if it is no larger than this. */
#define SECOND_OF     64
#define SECOND_OCTETS ((int64_t)256 << 10)
/* A server may take this long for a message, and a second more for so many octets. */
#define MESSAGE_MS	  (300 * 1000)
#define OCTETS_PER_SECOND (16 << 10)

#define BIT(s) SYMPTOM_BIT(SYMPTOM_##s)
#define WITNESSES                                                                        \
	(BIT(IDENTITY) | BIT(PADDED) | BIT(NUL) | BIT(CONTROLS) | BIT(EMPTY) |           \
	 BIT(NO_HEADER) | BIT(HEADER_CUT) | BIT(MULTIPART_CUT) | BIT(BASE64) |           \
	 BIT(UNSTABLE))
/* Whose subject, sender and date are kept, so that they can be named: also what servers
 * refuse. */
#define TO_BE_NAMED                                                                      \
	(WITNESSES | BIT(BARE_LF) | BIT(BARE_CR) | BIT(HEADER_BAD) | BIT(HEADER_LARGE) | \
	 BIT(LONG_LINE))

/* ---- octets as they come ---- */

static void tick(struct audit_scan *s)
{
	int64_t now = clock_mono_ms();

	if (now - s->last_ms > s->gap_now)
		s->gap_now = now - s->last_ms;
	s->last_ms = now;
}

bool audit_scan_octets_begin(void *ctx, struct span head, uint64_t octets,
			     struct err *err)
{
	static const char body[] = "BODY[] ";
	struct audit_scan *s = ctx;

	(void)err;
	tick(s);
	mime_check_begin(&s->check, s->sha);
	s->sunk = span_istarts(span_from(head, head.n - (sizeof body - 1)), body);
	s->began_ms = s->last_ms;
	s->allowed_ms = MESSAGE_MS + (int64_t)(octets / OCTETS_PER_SECOND * 1000);
	return true;
}

bool audit_scan_octets(void *ctx, struct span piece, struct err *err)
{
	struct audit_scan *s = ctx;

	tick(s);
	s->octets += (int64_t)piece.n;
	if (!mime_check_feed(&s->check, piece, err)) {
		s->fatal = true; /* no room on this machine says nothing about mail */
		return false;
	}
	s->overdue = s->last_ms - s->began_ms > s->allowed_ms;
	return !s->overdue || err_set(err, ERR_NET, "a message took more than %lld s",
				      (long long)(s->allowed_ms / 1000));
}

/* ---- what is made of an answer ---- */

static struct audit_scan_item *find(struct audit_scan *s, uint32_t uid)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->v[lo].uid == uid ? &s->v[lo] : NULL;
}

static bool give(struct audit_scan *s, struct audit_scan_item *i,
		 const struct body_facts *f, struct span header, struct err *err)
{
	struct audit_scanned out = { .item = i, .facts = f, .now_ms = s->last_ms };

	i->state = SCAN_DONE;
	s->progress = true;
	if (i->unsure && --s->unsure == 0)
		s->check.lean = true;
	i->unsure = false;
	if (header.n > 0 && f->read &&
	    (!body_size_fits(&s->rule, f) || (f->symptoms & TO_BE_NAMED) != 0)) {
		mime_detail(header, &s->arena, &out.detail);
		out.has_detail = true;
	}
	if (s->out->seen(s->out->ctx, &out, err))
		return true;
	s->fatal = true;
	return false;
}

/* It cannot be had. */
bool audit_scan_fail(struct audit_scan *s, struct audit_scan_item *i, uint64_t symptom,
		     const char *words, struct err *err)
{
	struct body_facts f = { .announced = i->octets, .octets = -1, .words = words };

	/* What could be read once and not a second time was read. */
	if (i->first >= 0) {
		f = s->first[i->first];
		f.symptoms |= BIT(UNSTABLE);
		f.words = words;
	}
	f.symptoms |= i->failed | symptom;
	return give(s, i, &f, (struct span){ 0 }, err);
}

/* The index has a Message-ID, and the header has none or another one. */
static bool is_other(struct audit_scan *s, const struct audit_scan_item *i)
{
	const struct mime_check *c = &s->check;
	struct span id;

	if (i->tier != TIER_ID)
		return false;
	if (c->has_id)
		return memcmp(&c->id, &i->key, sizeof i->key) != 0;
	return mime_message_id(strbuf_span(&c->message.header.identity), &s->arena,
			       &id) == MIME_ID_NONE;
}

/* Should it be read a second time?  By which command; SCAN_DONE: it should not. */
static enum audit_scan_state second(struct audit_scan *s, struct audit_scan_item *i,
				    const struct body_facts *f)
{
	if (i->again != 0)
		return SCAN_DONE;
	if (s->check.unsure) {
		s->check.lean = false; /* until it has come again */
		i->unsure = true;
		s->unsure++;
	}
	if (s->check.unsure || (f->symptoms & WITNESSES) != 0 ||
	    (f->announced >= 0 && !body_size_fits(&s->rule, f)))
		return SCAN_SINGLE;
	if (f->octets <= SECOND_OCTETS && i->uid * 2654435761u % SECOND_OF == 0)
		return SCAN_SECOND;
	return SCAN_DONE;
}

static bool read_once(struct audit_scan *s, struct audit_scan_item *i, struct err *err)
{
	struct body_facts *f = &s->check.facts;
	enum audit_scan_state next;
	struct span header;

	if (is_other(s, i))
		f->symptoms |= BIT(IDENTITY);
	if (i->failed != 0)
		f->symptoms |= BIT(UNSTABLE); /* it failed the first time */
	if (i->first < 0)
		body_size_learn(&s->rule, f);
	else if (body_differs(&s->first[i->first], f))
		f->symptoms |= BIT(UNSTABLE) | s->first[i->first].symptoms;
	next = second(s, i, f);
	if (next != SCAN_DONE) {
		if (s->first_n == s->first_cap) {
			s->first_cap = s->first_cap == 0 ? 64 : s->first_cap * 2;
			s->first = mem_realloc(s->first, s->first_cap * sizeof *s->first);
		}
		i->first = (int64_t)s->first_n;
		s->first[s->first_n] = *f;
		s->first[s->first_n++].words = "";
		i->again = 1;
		i->state = (uint8_t)next;
		if (s->redo > (size_t)(i - s->v))
			s->redo = (size_t)(i - s->v);
		return true;
	}
	header = strbuf_span(&s->check.message.header.identity);
	return give(s, i, f, header, err);
}

static bool on_fetch(struct audit_scan *s, const struct imap_resp *resp, struct err *err)
{
	struct audit_scan_item *i;
	struct imap_fetch f;
	bool sunk = s->sunk;

	s->sunk = false;
	arena_reset(&s->arena);
	if (!imap_fetch_parse(resp->number, resp->text, &s->arena, &f, err))
		return false;
	if (s->proof != NULL &&
	    audit_proof_answer(s->proof, false, &f, s->sha, &s->arena))
		return true;
	if (!(f.has & IMAP_HAS_UID) || !(f.has & IMAP_HAS_BODY))
		return true; /* told unasked, or not what was asked for */
	i = find(s, f.uid);
	if (i == NULL || !audit_scan_due(i))
		return true;
	if (s->gap_now > s->gap_ms) {
		s->gap_ms = s->gap_now;
		s->gap_uid = f.uid;
	}
	s->gap_now = 0;
	if (f.body_nil)
		return audit_scan_fail(s, i, BIT(NIL),
				       "the server answers NIL for the message", err);
	if (!sunk) { /* it came as a string */
		mime_check_begin(&s->check, s->sha);
		if (!mime_check_feed(&s->check, f.body, err)) {
			s->fatal = true;
			return false;
		}
	}
	if (!mime_check_end(&s->check, &s->arena, err)) {
		s->fatal = true;
		return false;
	}
	s->check.facts.announced = (f.has & IMAP_HAS_SIZE) != 0 ? f.octets : i->octets;
	/* The index that was read before is a witness, too. */
	if (i->octets >= 0 && s->check.facts.announced != i->octets &&
	    s->check.facts.octets != i->octets)
		s->check.facts.announced = i->octets;
	return read_once(s, i, err);
}

static bool on_search(struct audit_scan *s, const struct imap_resp *resp)
{
	char uid[16];
	struct span rest = resp->text;
	size_t n = (size_t)snprintf(uid, sizeof uid, "%u", s->searched);

	while (rest.n > 0) {
		ptrdiff_t at = span_index(rest, ' ');
		struct span word = rest;

		if (at >= 0)
			word.n = (size_t)at;
		if (word.n == n && memcmp(word.p, uid, n) == 0)
			s->found = true;
		rest = span_from(rest, at < 0 ? rest.n : (size_t)at + 1);
	}
	return true;
}

static bool on_range(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	struct audit_scan *s = ctx;

	(void)err;
	s->found |= lo <= s->searched && s->searched <= hi;
	return true;
}

bool audit_scan_answer(void *ctx, const struct imap_resp *resp, bool more,
		       struct err *err)
{
	static const char name[] = "UIDVALIDITY ", id[] = "MAILBOXID ";
	struct audit_scan *s = ctx;
	struct folder_state now = { .uidvalidity = s->uidvalidity };

	(void)more;
	tick(s);
	if (resp->kind == IMAP_RESP_FETCH)
		return s->opening || on_fetch(s, resp, err);
	s->sunk = false;
	if (resp->kind == IMAP_RESP_SEARCH)
		return on_search(s, resp);
	if (resp->kind == IMAP_RESP_ESEARCH) { /* of IMAP4rev2 */
		struct imap_esearch e;

		return imap_esearch_parse(resp->text, &e, on_range, s, err);
	}
	if (resp->kind == IMAP_RESP_STATUS_OK && span_istarts(resp->code, name)) {
		if (!audit_rows_code(SPAN_LIT("UIDVALIDITY"),
				     span_trim(span_from(resp->code, sizeof name - 1)),
				     s->opening, &now, err))
			return false;
		s->uidvalidity = now.uidvalidity;
	}
	if (resp->kind == IMAP_RESP_STATUS_OK && s->opening &&
	    span_istarts(resp->code, id))
		s->mailbox = audit_proof_mark(
			span_trim(span_from(resp->code, sizeof id - 1)));
	return true;
}
