/* SPDX-License-Identifier: MIT */
#include "imap/imap_fetch.h"

#include "imap/imap_cur.h"
#include "imap/imap_date.h"
#include "model/message.h"

/* Most servers send names and flags in the RFC's spelling: compare octets first. */
static bool is(struct span s, struct span word)
{
	return s.n == word.n && (memcmp(s.p, word.p, word.n) == 0 || span_ieq(s, word));
}

static bool is_system_flag(struct span flag, unsigned *flags)
{
	if (flag.p[0] != '\\')
		return false;
	if (is(flag, SPAN_LIT("\\Seen")))
		*flags |= MSG_SEEN;
	else if (is(flag, SPAN_LIT("\\Answered")))
		*flags |= MSG_ANSWERED;
	else if (is(flag, SPAN_LIT("\\Flagged")))
		*flags |= MSG_FLAGGED;
	else if (is(flag, SPAN_LIT("\\Deleted")))
		*flags |= MSG_DELETED;
	else if (is(flag, SPAN_LIT("\\Draft")))
		*flags |= MSG_DRAFT;
	else /* \Recent is a fact of the session; an extension is kept like a keyword */
		return is(flag, SPAN_LIT("\\Recent"));
	return true;
}

static int by_octets(const void *va, const void *vb)
{
	return span_cmp(*(const struct span *)va, *(const struct span *)vb);
}

static void keep_keywords(struct imap_fetch *f, struct span *kw, size_t n,
			  struct arena *arena)
{
	size_t kept = 0;

	if (n > 1)
		qsort(kw, n, sizeof *kw, by_octets);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !span_eq(kw[i], kw[kept - 1]))
			kw[kept++] = kw[i];
	f->keywords = arena_alloc(arena, kept * sizeof *kw);
	memcpy(f->keywords, kw, kept * sizeof *kw);
	f->keyword_n = kept;
}

/* False: over IMAP_KEYWORDS_MAX. */
static bool take_flags(struct imap_cur *c, struct imap_fetch *f)
{
	struct span kw[IMAP_KEYWORDS_MAX];
	size_t n = 0;

	imap_cur_need(c, '(');
	while (c->bad == NULL && !imap_cur_eat(c, ')')) {
		struct span flag = imap_cur_flag(c);

		imap_cur_eat(c, ' ');
		if (c->bad != NULL || is_system_flag(flag, &f->flags))
			continue;
		if (n == IMAP_KEYWORDS_MAX)
			return false;
		kw[n++] = flag;
	}
	if (n > 0)
		keep_keywords(f, kw, n, c->arena);
	return true;
}

/* "X-GM-LABELS (\\Inbox "a b")", quoted or as flags are, or NIL.  False: too many. */
static bool take_labels(struct imap_cur *c, struct imap_fetch *f)
{
	struct span label[IMAP_LABELS_MAX];
	size_t n = 0;

	if (!imap_cur_peek(c, '(')) {
		bool nil = false;

		imap_cur_nstring(c, &nil);
		if (!nil)
			imap_cur_bad(c, "neither NIL nor a list of labels");
		return true;
	}
	imap_cur_need(c, '(');
	while (c->bad == NULL && !imap_cur_eat(c, ')')) {
		struct span one = imap_cur_peek(c, '"') || imap_cur_peek(c, '{')
					  ? imap_cur_string(c)
					  : imap_cur_flag(c);

		imap_cur_eat(c, ' ');
		if (c->bad != NULL)
			break;
		if (n == IMAP_LABELS_MAX)
			return false;
		label[n++] = one;
	}
	f->labels = arena_alloc(c->arena, (n + 1) * sizeof *f->labels);
	memcpy(f->labels, label, n * sizeof *label);
	f->label_n = n;
	return true;
}

/* A number of 64 bits. */
static uint64_t take_u64(struct imap_cur *c)
{
	struct span digits = imap_cur_atom(c);
	uint64_t n = 0;

	for (size_t i = 0; i < digits.n && c->bad == NULL; i++) {
		unsigned digit = (unsigned char)digits.p[i] - (unsigned)'0';

		if (digit > 9 || n > (UINT64_MAX - digit) / 10)
			imap_cur_bad(c, "no number of 64 bits");
		n = n * 10 + digit;
	}
	return n;
}

/* "INTERNALDATE" or "BODY", up to a blank or the '[' of a section. */
static struct span take_name(struct imap_cur *c)
{
	static const bool ends[128] = {
		['['] = true, [']'] = true, ['('] = true,  [')'] = true,
		['"'] = true, ['{'] = true, ['\\'] = true,
	};
	size_t from = c->at, to = from;

	while (to < c->text.n && c->text.p[to] > ' ' &&
	       !ends[(unsigned char)c->text.p[to]])
		to++;
	if (to == from)
		imap_cur_bad(c, "no name of an item where one must be");
	else
		c->at = to;
	return (struct span){ c->text.p + from, to - from };
}

/* At the '[' of "[HEADER.FIELDS (MESSAGE-ID)]<0>".  Which item of the message it is, when
 * it is the whole of it; 0 for any other. */
static unsigned take_section(struct imap_cur *c)
{
	size_t from = c->at + 1, to = from;
	struct span name;
	bool part = false;

	while (to < c->text.n && c->text.p[to] != ']' && c->text.p[to] != ' ')
		to++;
	name = (struct span){ c->text.p + from, to - from };
	c->at = to;
	if (imap_cur_eat(c, ' '))
		imap_cur_skip_value(c);
	imap_cur_need(c, ']');
	if (imap_cur_eat(c, '<')) {
		part = true;
		imap_cur_u32(c);
		imap_cur_need(c, '>');
	}
	if (c->bad != NULL || part)
		return 0;
	if (name.n == 0)
		return IMAP_HAS_BODY;
	return is(name, SPAN_LIT("HEADER.FIELDS")) || is(name, SPAN_LIT("HEADER"))
		       ? IMAP_HAS_HEADER
		       : 0;
}

/* Date, subject, six address lists, in-reply-to: skipped.  Then the message-id. */
static void take_envelope(struct imap_cur *c, struct imap_fetch *f)
{
	imap_cur_need(c, '(');
	for (int i = 0; i < 9; i++) {
		imap_cur_skip_value(c);
		imap_cur_need(c, ' ');
	}
	f->envelope_id = imap_cur_nstring(c, &f->envelope_id_nil);
	imap_cur_need(c, ')');
}

static void take_date(struct imap_cur *c, struct imap_fetch *f)
{
	struct span date = imap_cur_nstring(c, NULL);
	int64_t t;

	if (imap_date_parse(date, &t))
		f->date = t;
}

static void once(struct imap_cur *c, struct imap_fetch *f, unsigned item)
{
	if (f->has & item)
		imap_cur_bad(c, "an item that comes twice");
	f->has |= item;
}

/* One item and its value.  False: too many keywords or labels. */
static bool take_item(struct imap_cur *c, struct imap_fetch *f)
{
	struct span name = take_name(c);
	bool section = imap_cur_peek(c, '[');
	unsigned part = section ? take_section(c) : 0;

	if (!is(name, SPAN_LIT("BODY")))
		part = 0;
	imap_cur_need(c, ' ');
	if (part == IMAP_HAS_HEADER) {
		once(c, f, part);
		f->header = imap_cur_nstring(c, &f->header_nil);
	} else if (part == IMAP_HAS_BODY) {
		once(c, f, part);
		f->body = imap_cur_nstring(c, &f->body_nil);
	} else if (section) {
		imap_cur_skip_value(c);
	} else if (is(name, SPAN_LIT("UID"))) {
		once(c, f, IMAP_HAS_UID);
		f->uid = imap_cur_u32(c);
		if (c->bad == NULL && f->uid == 0)
			imap_cur_bad(c, "UID 0");
	} else if (is(name, SPAN_LIT("FLAGS"))) {
		once(c, f, IMAP_HAS_FLAGS);
		return take_flags(c, f);
	} else if (is(name, SPAN_LIT("INTERNALDATE"))) {
		once(c, f, IMAP_HAS_DATE);
		take_date(c, f);
	} else if (is(name, SPAN_LIT("RFC822.SIZE"))) {
		once(c, f, IMAP_HAS_SIZE);
		f->octets = imap_cur_i64(c);
	} else if (is(name, SPAN_LIT("ENVELOPE"))) {
		once(c, f, IMAP_HAS_ENVELOPE);
		take_envelope(c, f);
	} else if (is(name, SPAN_LIT("MODSEQ"))) {
		once(c, f, IMAP_HAS_MODSEQ);
		imap_cur_need(c, '(');
		f->modseq = imap_cur_i64(c);
		imap_cur_need(c, ')');
	} else if (is(name, SPAN_LIT("X-GM-MSGID"))) {
		once(c, f, IMAP_HAS_GMAIL_ID);
		f->gmail_id = take_u64(c);
	} else if (is(name, SPAN_LIT("X-GM-LABELS"))) {
		once(c, f, IMAP_HAS_GMAIL_LABELS);
		return take_labels(c, f);
	} else {
		imap_cur_skip_value(c);
	}
	return true;
}

bool imap_fetch_parse(uint32_t seq, struct span text, struct arena *arena,
		      struct imap_fetch *out, struct err *err)
{
	struct imap_fetch f = {
		.seq = seq, .date = MSG_DATE_UNKNOWN, .octets = -1, .modseq = -1
	};
	struct imap_cur c;

	imap_cur_init(&c, text, arena);
	imap_cur_need(&c, '(');
	do {
		if (!take_item(&c, &f))
			return err_set(err, ERR_LIMIT,
				       "message %u has more than %d keywords or labels",
				       seq, IMAP_KEYWORDS_MAX);
	} while (imap_cur_eat(&c, ' ') &&
		 !imap_cur_peek(&c, ')')); /* a blank too many is harmless */
	imap_cur_need(&c, ')');
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "more than the grammar allows");
	if (!imap_cur_ok(&c, "FETCH", err))
		return false;
	*out = f;
	return true;
}
