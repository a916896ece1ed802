/* SPDX-License-Identifier: MIT */
#include "audit/audit_form.h"

#include "audit/audit_reader.h"
#include "base/clock.h"

enum { PIECES = 4 };

static bool has_word(struct span text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.n; i++)
		if (span_ieq_str((struct span){ text.p + i, n }, word))
			return true;
	return false;
}

enum audit_form audit_form_of(const char *kind, struct span server_id,
			      struct span greeting)
{
	static const struct {
		const char *word;
		enum audit_form form;
	} known[] = {
		{ "cyrus", AUDIT_FORM_ENVELOPE },
		{ "dovecot", AUDIT_FORM_HEADER },
		{ "courier", AUDIT_FORM_HEADER },
	};

	if (kind != NULL && strcmp(kind, "auto") != 0) {
		for (size_t i = 0; i < COUNT_OF(known); i++)
			if (strcmp(kind, known[i].word) == 0)
				return known[i].form;
		return AUDIT_FORM_UNKNOWN;
	}
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (has_word(server_id, known[i].word) ||
		    has_word(greeting, known[i].word))
			return known[i].form;
	return AUDIT_FORM_UNKNOWN;
}

enum audit_form audit_form_judge(const struct audit_form_trial *header,
				 const struct audit_form_trial *envelope)
{
	if (header->n < AUDIT_FORM_LEAST || envelope->n < AUDIT_FORM_LEAST ||
	    header->ms - envelope->ms < AUDIT_FORM_GAIN_MS)
		return AUDIT_FORM_HEADER;
	return header->ms * envelope->n >= 2 * envelope->ms * header->n
		       ? AUDIT_FORM_ENVELOPE
		       : AUDIT_FORM_HEADER;
}

/* ENABLE QRESYNC must go out before any mailbox is open (RFC 5161 section 3.1). */
static bool may_open(const struct audit_reader *r)
{
	if (!(r->hello.caps & IMAP_CAP_QRESYNC))
		return true;
	for (size_t i = 0; i < r->folder_n; i++)
		if (!(r->marks[i] & AUDIT_DONE) && audit_is_own(&r->folders[i]) &&
		    audit_reader_way(r, i) == AUDIT_DELTA)
			return false;
	return true;
}

/* The fullest folder; folder_n: none is full enough. */
static size_t choose(const struct audit_reader *r)
{
	int64_t most = AUDIT_FORM_MESSAGES - 1;
	size_t at = r->folder_n;

	for (size_t i = 0; r->counts != NULL && i < r->folder_n; i++) {
		const struct folder_state *is = &r->counts[i].state;

		if (!audit_is_own(&r->folders[i]) || (r->marks[i] & AUDIT_DONE) ||
		    is->uidnext < 2 || is->exists <= most ||
		    audit_reader_way(r, i) != AUDIT_WHOLE)
			continue;
		most = is->exists;
		at = i;
	}
	return at;
}

static bool on_answer(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	struct audit_form_trial *trial = ctx;

	(void)err;
	trial->n += resp->kind == IMAP_RESP_FETCH && !more;
	return true;
}

static bool send_all(struct audit_reader *r, struct imap_session *s, size_t folder,
		     uint32_t width, uint64_t cmd[1 + PIECES], struct err *err)
{
	uint32_t from = r->counts[folder].state.uidnext - PIECES * width;

	strbuf_clear(&r->line);
	strbuf_adds(&r->line, "EXAMINE ");
	imap_put_mailbox(&r->line, r->folders[folder].wire);
	if (!imap_session_send(s, strbuf_span(&r->line), &cmd[0], err))
		return false;
	for (uint32_t i = 0; i < PIECES; i++) {
		strbuf_clear(&r->line);
		strbuf_addf(&r->line, "UID FETCH %u:%u (UID %s)", from + i * width,
			    from + (i + 1) * width - 1,
			    i % 2 == 0 ? "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
				       : "ENVELOPE");
		if (!imap_session_send(s, strbuf_span(&r->line), &cmd[1 + i], err))
			return false;
	}
	return true;
}

bool audit_form_try(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	struct audit_form_trial trial[2] = { { 0 } };
	uint64_t cmd[1 + PIECES], width;
	struct imap_done done;
	bool ok = false, refused;
	size_t folder;
	int64_t began;

	if (r->form != AUDIT_FORM_UNKNOWN || !may_open(r))
		return true;
	folder = choose(r);
	if (folder == r->folder_n)
		return true;
	/* UIDs may have gaps: so many hold about as many messages. */
	width = (uint64_t)AUDIT_FORM_PIECE * (r->counts[folder].state.uidnext - 1) /
		(uint64_t)r->counts[folder].state.exists;
	if (width == 0 || width * PIECES >= (uint64_t)r->counts[folder].state.uidnext)
		return true;
	r->form = AUDIT_FORM_HEADER; /* also where this breaks the session */
	if (!send_all(r, s, folder, (uint32_t)width, cmd, err) ||
	    !imap_session_finish(s, cmd[0], &done, err))
		goto out;
	refused = done.status != IMAP_OK;
	for (size_t i = 0; i < PIECES; i++) {
		/* Answers come one after the other, so each has its own time. */
		began = clock_mono_ms();
		imap_session_handler(s, on_answer, &trial[i % 2]);
		if (!imap_session_finish(s, cmd[1 + i], &done, err))
			goto out;
		trial[i % 2].ms += clock_mono_ms() - began;
		refused |= done.status != IMAP_OK;
	}
	if (!refused)
		r->form = audit_form_judge(&trial[0], &trial[1]);
	ok = true;
out:
	imap_session_handler(s, NULL, NULL);
	r->envelope = r->form == AUDIT_FORM_ENVELOPE;
	return ok;
}
