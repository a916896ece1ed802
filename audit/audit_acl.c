/* SPDX-License-Identifier: MIT */
/* Who may do what with each folder: GETACL, when all else was read.  It is no part of the
 * mail, so nothing that goes wrong here spoils an account. */
#include "audit/audit_reader.h"

#include "imap/imap_acl.h"

enum { ACL_FLIGHTS = IMAP_PIPELINE_MAX / 2 };
/* Octets that the lists of an account may take. */
#define TEXT_MAX (16u << 20)

void audit_acl_plan(struct audit_reader *r)
{
	if (r->acl == ACL_OFF || r->acl_planned || !(r->hello.caps & IMAP_CAP_ACL))
		return;
	r->acl_planned = true;
	r->acls = mem_calloc(r->folder_n + 1, sizeof *r->acls);
	for (size_t i = 0; i < r->folder_n; i++)
		if (audit_is_own(&r->folders[i]) &&
		    (r->acl == ACL_ON || !r->known[i].acl ||
		     !(r->marks[i] & (AUDIT_DONE | AUDIT_WAITS | AUDIT_PROVE))))
			r->marks[i] |= AUDIT_ACL_DUE;
}

/* What is known of folder i; it is asked for no more. */
static void keep(struct audit_reader *r, size_t i, const struct acl_entry *entry,
		 size_t n, const char *words)
{
	if (!(r->marks[i] & AUDIT_ACL_DUE))
		return;
	r->marks[i] &= (uint8_t)~AUDIT_ACL_DUE;
	r->acls[r->acl_n++] = (struct folder_acl){
		.folder = r->folders[i].id, .entry = entry, .n = n, .words = words
	};
}

struct talk {
	struct audit_reader *r;
	const char *odd; /* why the answer to the command that is waited for is none */
};

static bool on_acl(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	struct talk *t = ctx;
	struct audit_reader *r = t->r;
	const struct acl_entry *entry;
	struct err why = ERR_INIT;
	const char *wire;
	size_t i, n;

	(void)more, (void)err;
	if (resp->kind != IMAP_RESP_ACL)
		return true;
	if (r->acl_text.used > TEXT_MAX) {
		t->odd = "the lists of the account are too long";
		return true;
	}
	if (!imap_acl_parse(resp->text, &r->acl_text, &wire, &entry, &n, &why)) {
		t->odd = arena_strdup(&r->acl_text, why.text);
		return true;
	}
	i = audit_reader_find(r, wire);
	if (i != SIZE_MAX)
		keep(r, i, entry, n, "");
	return true;
}

static void conclude(struct audit_reader *r, size_t i, const struct imap_done *done,
		     const struct talk *t)
{
	char words[AUDIT_WORDS_SIZE];

	if (!(r->marks[i] & AUDIT_ACL_DUE))
		return;
	if (done->status == IMAP_OK)
		keep(r, i, NULL, 0, t->odd != NULL ? t->odd : "GETACL was not answered");
	else if (audit_passing(done))
		r->marks[i] &= (uint8_t)~AUDIT_ACL_DUE; /* the next audit asks again */
	else
		keep(r, i, NULL, 0, arena_strdup(&r->acl_text, audit_words(done, words)));
}

static bool send(struct audit_reader *r, struct imap_session *s, size_t i, uint64_t *cmd,
		 struct err *err)
{
	strbuf_clear(&r->line);
	strbuf_adds(&r->line, "GETACL ");
	imap_put_mailbox(&r->line, r->folders[i].wire);
	return imap_session_send(s, strbuf_span(&r->line), cmd, err);
}

static bool ask(struct audit_reader *r, struct imap_session *s, size_t *waited_out,
		struct err *err)
{
	struct talk t = { .r = r };
	uint64_t cmd[ACL_FLIGHTS];
	size_t at[ACL_FLIGHTS], next = 0;
	bool ok = true;

	imap_session_handler(s, on_acl, &t);
	while (ok && next < r->folder_n) {
		size_t n = 0;

		for (; ok && next < r->folder_n && n < ACL_FLIGHTS; next++) {
			if (!(r->marks[next] & AUDIT_ACL_DUE))
				continue;
			ok = send(r, s, next, &cmd[n], err);
			at[n++] = next;
		}
		for (size_t i = 0; ok && i < n; i++) {
			struct imap_done done;

			*waited_out = at[i];
			t.odd = NULL;
			ok = imap_session_finish(s, cmd[i], &done, err);
			if (ok)
				conclude(r, at[i], &done, &t);
		}
	}
	imap_session_handler(s, NULL, NULL);
	return ok;
}

bool audit_acl(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	struct err why = ERR_INIT;
	size_t waited = r->folder_n;

	if (!r->acl_planned || ask(r, s, &waited, &why))
		return true;
	if (why.cls == ERR_STOPPED) {
		*err = why;
		return false;
	}
	/* The folder at which it broke is asked about no more, and the others by the next
	 * audit. */
	if (waited < r->folder_n)
		keep(r, waited, NULL, 0, arena_strdup(&r->acl_text, why.text));
	for (size_t i = 0; i < r->folder_n; i++)
		r->marks[i] &= (uint8_t)~AUDIT_ACL_DUE;
	return true;
}
