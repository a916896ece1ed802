/* SPDX-License-Identifier: MIT */
#include "audit/audit_proof.h"

#include "model/objectid.h"

uint64_t audit_proof_mark(struct span value)
{
	char id[OBJECTID_MAX + 1];
	size_t n = value.n < 2 ? 0 : value.n - 2;

	if (n == 0 || n > OBJECTID_MAX || value.p[0] != '(' || value.p[n + 1] != ')' ||
	    !objectid_valid((struct span){ value.p + 1, n }))
		return 0;
	memcpy(id, value.p + 1, n);
	id[n] = '\0';
	return objectid_mark(id);
}

void audit_proof_ask(const struct witness *known, bool envelope, struct strbuf *out)
{
	strbuf_adds(out, "UID FETCH ");
	for (size_t i = 0; i < known->n; i++)
		strbuf_addf(out, "%s%u", i > 0 ? "," : "", known->m[i].uid);
	strbuf_addf(out, " (UID INTERNALDATE RFC822.SIZE %s)",
		    envelope ? "ENVELOPE" : "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]");
}

static bool same_id(const struct audit_proof *p, const struct message *m, bool envelope,
		    const struct imap_fetch *f, struct sha256_ctx *sha,
		    struct arena *arena)
{
	enum mime_id_state state = MIME_ID_NONE;
	struct span id = { NULL, 0 };
	struct msg_key key;

	if (envelope ? !f->envelope_id_nil : !f->header_nil)
		state = envelope ? mime_message_id_value(f->envelope_id, arena, &id)
				 : mime_message_id(f->header, arena, &id);
	if (state != MIME_ID_GOOD || m->tier != TIER_ID)
		return p->other_form || (state != MIME_ID_GOOD && m->tier != TIER_ID);
	mime_key_id(sha, id, &key);
	return memcmp(&key, &m->key, sizeof key) == 0;
}

bool audit_proof_answer(struct audit_proof *p, bool envelope, const struct imap_fetch *f,
			struct sha256_ctx *sha, struct arena *arena)
{
	unsigned need = IMAP_HAS_UID | IMAP_HAS_DATE | IMAP_HAS_SIZE |
			(envelope ? IMAP_HAS_ENVELOPE : IMAP_HAS_HEADER);
	size_t i = 0;

	if ((f->has & need) != need)
		return false;
	while (i < p->known->n && p->known->m[i].uid != f->uid)
		i++;
	if (i == p->known->n)
		return false;
	if (f->octets == p->known->m[i].octets && f->date == p->known->m[i].date &&
	    same_id(p, &p->known->m[i], envelope, f, sha, arena))
		p->seen |= 1u << i;
	else
		p->other |= 1u << i;
	return true;
}

bool audit_proof_holds(const struct audit_proof *p)
{
	return p->other == 0 && p->known->n > 0 &&
	       (p->seen == (1u << p->known->n) - 1 || (p->seen & p->known->alone) != 0);
}

bool audit_proof_denies(const struct audit_proof *p)
{
	int balance = 0;

	for (size_t i = 0; i < p->known->n; i++)
		balance += (int)(p->other >> i & 1) - (int)(p->seen >> i & 1);
	return balance > 0;
}

bool audit_proof_wants(const struct witness *known, uint64_t mark, bool *same_out)
{
	bool told = known->mailbox != 0 && mark != 0;

	*same_out = !told || mark == known->mailbox;
	return !told && known->shared && known->n > 0;
}
