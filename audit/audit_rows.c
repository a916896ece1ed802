/* SPDX-License-Identifier: MIT */
#include "audit/audit_rows.h"

#include "base/num.h"

void audit_rows_items(const struct audit_reader *r, struct strbuf *out)
{
	strbuf_adds(out, r->depth == DEPTH_FULL ? "(UID FLAGS " : "(UID ");
	strbuf_adds(out, "INTERNALDATE RFC822.SIZE ");
	strbuf_adds(out,
		    r->envelope ? "ENVELOPE)" : "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])");
}

unsigned audit_rows_need(const struct audit_reader *r)
{
	return AUDIT_ROW_DATE | AUDIT_ROW_SIZE | AUDIT_ROW_ID |
	       (r->depth == DEPTH_FULL ? AUDIT_ROW_FLAGS : 0);
}

void audit_key_none(struct msg_key *out)
{
	struct sha256 d;

	sha256_of("0", 1, &d);
	memcpy(out->bytes, d.bytes, sizeof out->bytes);
}

static bool take_id(struct audit_reader *r, struct audit_window *w, size_t row,
		    const struct imap_fetch *f, struct err *err)
{
	struct message *m = &w->rows[row].m;
	enum mime_id_state state = MIME_ID_NONE;
	struct span id = { NULL, 0 };

	if (r->envelope ? !f->envelope_id_nil : !f->header_nil)
		state = r->envelope
				? mime_message_id_value(f->envelope_id, &r->scratch, &id)
				: mime_message_id(f->header, &r->scratch, &id);
	w->has[row] |= AUDIT_ROW_ID;
	if (state != MIME_ID_GOOD) {
		w->has[row] |= AUDIT_ROW_WEAK;
		return true;
	}
	m->tier = TIER_ID;
	mime_key_id(r->sha, id, &m->key);
	/* The old side only: the text finds a lost message in a backup when that server
	 * is dead. */
	return r->side != SIDE_OLD || audit_window_id(w, row, id, err);
}

static void take_fields(struct audit_reader *r, struct audit_window *w, size_t row,
			const struct imap_fetch *f)
{
	struct message *m = &w->rows[row].m;

	if (f->header_nil)
		return; /* a header that cannot be had: as good as no answer */
	w->has[row] |= AUDIT_ROW_FIELDS;
	if (mime_key_fields(r->sha, f->header, &r->scratch, &m->key)) {
		m->tier = TIER_FIELDS;
	} else {
		m->tier = TIER_NONE;
		audit_key_none(&m->key);
	}
}

static bool take_flags(struct audit_reader *r, struct audit_window *w, size_t row,
		       const struct imap_fetch *f, struct err *err)
{
	strbuf_clear(&r->joined);
	for (size_t i = 0; i < f->keyword_n; i++) {
		if (i > 0)
			strbuf_addc(&r->joined, ' ');
		strbuf_addspan(&r->joined, f->keywords[i]);
	}
	w->rows[row].m.flags = (uint8_t)f->flags;
	w->has[row] |= AUDIT_ROW_FLAGS;
	return audit_window_keywords(w, row, strbuf_span(&r->joined), err);
}

bool audit_rows_answer(struct audit_reader *r, struct audit_window *w, size_t row,
		       const struct imap_fetch *f, bool wants_fields, struct err *err)
{
	struct message *m = &w->rows[row].m;

	if ((f->has & IMAP_HAS_FLAGS) && r->depth == DEPTH_FULL &&
	    !take_flags(r, w, row, f, err))
		return false;
	if (f->has & IMAP_HAS_DATE) {
		m->date = f->date;
		w->has[row] |= AUDIT_ROW_DATE;
	}
	if (f->has & IMAP_HAS_SIZE) {
		m->octets = f->octets;
		w->has[row] |= AUDIT_ROW_SIZE;
	}
	if (wants_fields) {
		if ((f->has & IMAP_HAS_HEADER) && audit_rows_weak(w, row))
			take_fields(r, w, row, f);
		return true;
	}
	if ((f->has & (r->envelope ? IMAP_HAS_ENVELOPE : IMAP_HAS_HEADER)) &&
	    !(w->has[row] & AUDIT_ROW_ID))
		return take_id(r, w, row, f, err);
	return true;
}

bool audit_rows_lacks(const struct audit_window *w, size_t row, unsigned need)
{
	return !(w->has[row] & AUDIT_ROW_BAD) && (w->has[row] & need) != need;
}

bool audit_rows_weak(const struct audit_window *w, size_t row)
{
	return (w->has[row] & (AUDIT_ROW_WEAK | AUDIT_ROW_FIELDS | AUDIT_ROW_BAD)) ==
	       AUDIT_ROW_WEAK;
}

bool audit_rows_any_lacks(const struct audit_window *w, unsigned need)
{
	for (size_t i = 0; i < w->n; i++)
		if (audit_rows_lacks(w, i, need))
			return true;
	return false;
}

bool audit_rows_any_weak(const struct audit_window *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (audit_rows_weak(w, i))
			return true;
	return false;
}

bool audit_rows_code(struct span name, struct span value, bool opening,
		     struct folder_state *now, struct err *err)
{
	uint32_t number = 0;
	int64_t modseq = 0;

	if (span_ieq_str(name, "UIDVALIDITY")) {
		if (!num_u32(value, &number) || number == 0)
			return err_set(err, ERR_PROTO, "UIDVALIDITY is no number");
		if (!opening && now->uidvalidity != number)
			return err_set(err, ERR_PROTO,
				       "UIDVALIDITY changed from %u to %u while the "
				       "folder was read",
				       now->uidvalidity, number);
		now->uidvalidity = number;
	} else if (span_ieq_str(name, "UIDNEXT") && opening) {
		if (!num_u32(value, &number))
			return err_set(err, ERR_PROTO, "UIDNEXT is no number");
		now->uidnext = number;
	} else if (span_ieq_str(name, "HIGHESTMODSEQ") && opening) {
		if (!num_i64(value, 0, INT64_MAX, &modseq))
			return err_set(err, ERR_PROTO, "HIGHESTMODSEQ is no number");
		now->modseq = modseq;
	}
	return true;
}

void audit_rows_objectid_forget(struct audit_reader *r)
{
	r->mailbox_id[0] = '\0';
	r->mailbox_odd = false;
}

void audit_rows_objectid(struct audit_reader *r, struct span value)
{
	bool good = value.n > 2 && value.p[0] == '(' && value.p[value.n - 1] == ')';
	struct span id = good ? (struct span){ value.p + 1, value.n - 2 } : value;

	good = good && objectid_valid(id);
	if (!good || r->mailbox_odd ||
	    (r->mailbox_id[0] != '\0' && !span_eq_str(id, r->mailbox_id))) {
		r->mailbox_odd = true;
		r->mailbox_id[0] = '\0';
		return;
	}
	memcpy(r->mailbox_id, id.p, id.n);
	r->mailbox_id[id.n] = '\0';
}
