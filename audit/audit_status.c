/* SPDX-License-Identifier: MIT */
/* How many messages each folder holds, and whether it changed: STATUS. */
#include "audit/audit_reader.h"

#include "imap/imap_list.h"

/* In one go, with as much room left for a handler. */
enum { STATUS_FLIGHTS = IMAP_PIPELINE_MAX / 2 };

void audit_status_items(const struct audit_reader *r, struct strbuf *out)
{
	strbuf_adds(out, "(MESSAGES UIDNEXT UIDVALIDITY");
	if (r->survey && r->depth != DEPTH_COUNTS && (r->hello.caps & IMAP_CAP_CONDSTORE))
		strbuf_adds(out, " HIGHESTMODSEQ");
	if (r->hello.caps & IMAP_CAP_APPENDLIMIT)
		strbuf_adds(out, " APPENDLIMIT");
	strbuf_addc(out, ')');
}

static bool on_count(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	struct audit_reader *r = ctx;
	struct folder_state state;
	const char *wire;
	size_t i;

	(void)more;
	if (resp->kind != IMAP_RESP_STATUS)
		return true;
	arena_reset(&r->scratch);
	if (!imap_status_parse(resp->text, &r->scratch, &wire, &state, err))
		return false;
	i = audit_reader_find(r, wire);
	if (i != SIZE_MAX)
		r->counts[i].state = state;
	return true;
}

static bool wants_count(const struct audit_reader *r, size_t i)
{
	return audit_is_own(&r->folders[i]) && !(r->marks[i] & AUDIT_DONE) &&
	       r->counts[i].state.exists < 0 && r->counts[i].bad == NULL;
}

/* The answers to STATUS of n folders. */
static bool take(struct audit_reader *r, struct imap_session *s, const uint64_t *cmd,
		 const size_t *at, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct audit_count *c = &r->counts[at[i]];
		struct imap_done done;
		char words[AUDIT_WORDS_SIZE];

		if (!imap_session_finish(s, cmd[i], &done, err))
			return false;
		if (audit_reader_put_off(r, at[i], &done, err))
			return false;
		if (done.status != IMAP_OK)
			c->bad = arena_printf(&r->arena, "STATUS: %s",
					      audit_words(&done, words));
		else if (c->state.exists < 0)
			c->bad = "STATUS was not answered";
	}
	return true;
}

bool audit_status(struct audit_reader *r, struct imap_session *s, size_t from, size_t to,
		  struct err *err)
{
	bool ok = false;

	imap_session_handler(s, on_count, r);
	while (from < to) {
		uint64_t cmd[STATUS_FLIGHTS];
		size_t at[STATUS_FLIGHTS], n = 0;

		for (; from < to && n < STATUS_FLIGHTS; from++) {
			if (!wants_count(r, from))
				continue;
			strbuf_clear(&r->line);
			strbuf_adds(&r->line, "STATUS ");
			imap_put_mailbox(&r->line, r->folders[from].wire);
			strbuf_addc(&r->line, ' ');
			audit_status_items(r, &r->line);
			if (!imap_session_send(s, strbuf_span(&r->line), &cmd[n], err))
				goto out;
			at[n++] = from;
		}
		if (!take(r, s, cmd, at, n, err))
			goto out;
	}
	ok = true;
out:
	imap_session_handler(s, NULL, NULL);
	return ok;
}
