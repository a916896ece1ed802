/* SPDX-License-Identifier: MIT */
/*
 * Gmail: which messages are one and the same, shown by several folders (X-GM-EXT-1).
 * Asked when all mail was read, of messages of which it is not known.  It is no part of
 * the mail, so nothing that goes wrong here spoils an account: what is not known is
 * counted as other servers' messages are.
 */
#include "audit/audit_gmail.h"

#include "base/num.h"
#include "base/text.h"
#include "imap/imap_fetch.h"
#include "imap/imap_utf7.h"

enum { COMMANDS = 64 }; /* on their way */

/* A command that is on its way: EXAMINE of a folder, or one of its ranges. */
struct step {
	uint64_t cmd;
	size_t i;     /* of r->folders */
	size_t range; /* SIZE_MAX: EXAMINE */
};

struct talk {
	struct audit_reader *r;
	struct imap_session *s;
	struct gmail_due *due; /* of each folder */
	struct step step[COMMANDS];
	size_t first, n;
	/* the step whose answers come */
	const struct step *now;
	uint32_t uidvalidity;
	bool shut; /* the folder is not what was read: nothing of it is believed */
	struct gmail_row row[STORE_GMAIL_RANGE];
	size_t row_n;
	struct arena text;
};

/* ---- answers ---- */

static int by_octets(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *label_shown(struct span label, struct arena *arena)
{
	struct strbuf utf8 = STRBUF_INIT;
	const char *shown;

	if (imap_utf7_decode(label, &utf8))
		shown = text_nfc(arena, text_is_utf8(strbuf_span(&utf8))
						? strbuf_span(&utf8)
						: label);
	else
		shown = text_shown(arena, label);
	strbuf_done(&utf8);
	return text_shown(arena, span_str(shown));
}

/* Decoded, ascending, one a line; cut behind GMAIL_TEXT_MAX. */
static const char *labels_text(const struct imap_fetch *f, struct arena *arena)
{
	const char **name = arena_alloc(arena, (f->label_n + 1) * sizeof *name);
	struct strbuf out = STRBUF_INIT;
	const char *text;

	for (size_t i = 0; i < f->label_n; i++)
		name[i] = label_shown(f->labels[i], arena);
	if (f->label_n > 0)
		qsort(name, f->label_n, sizeof *name, by_octets);
	for (size_t i = 0; i < f->label_n; i++)
		if ((i == 0 || strcmp(name[i - 1], name[i]) != 0) &&
		    out.n + strlen(name[i]) < GMAIL_TEXT_MAX)
			strbuf_addf(&out, "%s%s", out.n > 0 ? "\n" : "", name[i]);
	text = arena_span(arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

static void on_fetch(struct talk *t, const struct imap_resp *resp)
{
	const struct uid_range *range = &t->due[t->now->i].range[t->now->range];
	struct err why = ERR_INIT;
	struct imap_fetch f;

	arena_reset(&t->r->scratch);
	if (!imap_fetch_parse(resp->number, resp->text, &t->r->scratch, &f, &why) ||
	    !(f.has & IMAP_HAS_UID) || !(f.has & IMAP_HAS_GMAIL_ID) ||
	    f.uid < range->lo || f.uid > range->hi || t->row_n == COUNT_OF(t->row))
		return; /* not known of this one */
	t->row[t->row_n++] = (struct gmail_row){
		.uid = f.uid,
		.number = f.gmail_id,
		.labels = arena_strdup(&t->text, labels_text(&f, &t->r->scratch))
	};
}

static bool on_answer(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	struct talk *t = ctx;
	struct span code = resp->code;
	ptrdiff_t blank = span_index(code, ' ');

	(void)more, (void)err;
	if (resp->kind == IMAP_RESP_FETCH && t->now->range != SIZE_MAX && !t->shut)
		on_fetch(t, resp);
	if (resp->kind == IMAP_RESP_STATUS_OK && t->now->range == SIZE_MAX && blank > 0 &&
	    span_ieq_str((struct span){ code.p, (size_t)blank }, "UIDVALIDITY") &&
	    !num_u32(span_from(code, (size_t)blank + 1), &t->uidvalidity))
		t->uidvalidity = 0;
	return true;
}

/* ---- commands ---- */

static bool send(struct talk *t, size_t i, size_t range, struct err *err)
{
	struct step *step = &t->step[(t->first + t->n) % COMMANDS];
	struct strbuf *line = &t->r->line;

	*step = (struct step){ .i = i, .range = range };
	strbuf_clear(line);
	if (range == SIZE_MAX) {
		strbuf_adds(line, "EXAMINE ");
		imap_put_mailbox(line, t->r->folders[i].wire);
	} else {
		strbuf_addf(line, "UID FETCH %u:%u (UID X-GM-MSGID X-GM-LABELS)",
			    t->due[i].range[range].lo, t->due[i].range[range].hi);
	}
	if (!imap_session_send(t->s, strbuf_span(line), &step->cmd, err))
		return false;
	t->n++;
	return true;
}

static bool finish(struct talk *t, struct err *err)
{
	struct imap_done done;

	t->now = &t->step[t->first];
	t->row_n = 0;
	arena_reset(&t->text);
	if (t->now->range == SIZE_MAX)
		t->uidvalidity = 0;
	if (!imap_session_finish(t->s, t->now->cmd, &done, err))
		return false;
	if (t->now->range == SIZE_MAX)
		t->shut = done.status != IMAP_OK ||
			  t->uidvalidity != t->due[t->now->i].uidvalidity;
	else if (!t->shut && t->row_n > 0 &&
		 !t->r->sink->gmail(t->r->sink->ctx, t->due[t->now->i].epoch, t->row,
				    t->row_n, err))
		return !(t->r->fatal = true);
	t->first = (t->first + 1) % COMMANDS;
	t->n--;
	return true;
}

static bool ask(struct talk *t, struct err *err)
{
	size_t i = 0, range = SIZE_MAX;

	for (;;) {
		while (i < t->r->folder_n && t->n < COMMANDS) {
			if (t->due[i].n == 0 || range == t->due[i].n) {
				i++;
				range = SIZE_MAX;
				continue;
			}
			if (!send(t, i, range, err))
				return false;
			range = range == SIZE_MAX ? 0 : range + 1;
		}
		if (t->n == 0)
			return true;
		if (!finish(t, err))
			return false;
	}
}

bool audit_gmail(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	struct err why = ERR_INIT;
	struct arena text;
	struct talk *t;
	bool ok = true, any = false;

	if (r->gmail_over || r->sink->gmail == NULL || !(r->hello.caps & IMAP_CAP_GMAIL))
		return true;
	r->gmail_over = true;
	arena_init(&text);
	t = mem_calloc(1, sizeof *t);
	*t = (struct talk){ .r = r, .s = s };
	t->due = mem_calloc(r->folder_n + 1, sizeof *t->due);
	arena_init(&t->text);
	for (size_t i = 0; ok && i < r->folder_n; i++) {
		if (!audit_is_own(&r->folders[i]))
			continue;
		ok = r->sink->gmail_due(r->sink->ctx, r->folders[i].id, &text, &t->due[i],
					&why);
		r->fatal |= !ok;
		any |= t->due[i].n > 0;
	}
	if (ok && any) {
		imap_session_handler(s, on_answer, t);
		ok = ask(t, &why);
		imap_session_handler(s, NULL, NULL);
	}
	arena_done(&t->text);
	free(t->due);
	free(t);
	arena_done(&text);
	if (ok || (why.cls != ERR_STOPPED && !r->fatal))
		return true;
	*err = why;
	return false;
}
