/* SPDX-License-Identifier: MIT */
/* Findings: their fingerprints, and whether a person has accepted them. */
#include "store/store_accept.h"
#include "verify/work.h"

static const char *or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

/* No run, no UID, no row: the same finding next week has the same fingerprint. */
static void fingerprint(struct work *w, const struct transfer *t, struct finding *f,
			const struct msg_key *key, uint32_t ordinal)
{
	const char *cls = finding_class_name(f->cls), *side = side_name(f->side);

	sha256_begin(w->sha);
	sha256_add_field(w->sha, cls, strlen(cls));
	sha256_add_field(w->sha, t->name, strlen(t->name));
	sha256_add_field(w->sha, side, strlen(side));
	sha256_add_field(w->sha, f->folder, strlen(f->folder));
	sha256_add_field(w->sha, key->bytes, sizeof key->bytes);
	sha256_add_u64(w->sha, ordinal);
	sha256_end(w->sha, &f->fingerprint);
}

static bool add(struct work *w, struct finding *f, struct err *err)
{
	if (f->severity != SEVERITY_INFO &&
	    !store_accepted(w->st, &f->fingerprint, &f->accepted, err))
		return false;
	w->covered = f->accepted != 0;
	return store_finding_add(w->st, f, err);
}

bool emit_place(struct work *w, struct work_member *m, enum finding_class cls,
		enum severity severity, enum why why, enum side side, const char *folder,
		const char *other, const char *explanation, int64_t count,
		struct err *err)
{
	struct finding f = { .transfer = m->t->id,
			     .cls = cls,
			     .severity = severity,
			     .side = side,
			     .folder = folder,
			     .other = other,
			     .octets = -1,
			     .date = MSG_DATE_UNKNOWN,
			     .old_fact = "",
			     .new_fact = "",
			     .why = why,
			     .explanation = explanation,
			     .count = count };
	uint32_t ordinal = *folder == '\0' ? m->loose[cls][side]++ : 0;

	fingerprint(w, m->t, &f, &f.key, ordinal);
	return add(w, &f, err);
}

/* A message without a key is told apart by what it was matched by. */
static struct msg_key stand_in(const struct message *m, struct sha256_ctx *sha)
{
	struct sha256 d;
	struct msg_key key;

	if (m->tier != TIER_NONE)
		return m->key;
	sha256_begin(sha);
	sha256_add_u64(sha, (uint64_t)m->octets);
	sha256_add_u64(sha, (uint64_t)m->date);
	sha256_end(sha, &d);
	memcpy(key.bytes, d.bytes, sizeof key.bytes);
	return key;
}

/* Misdelivered mail has ordinals of its own behind those of the classes that come first.
 */
static uint32_t *ordinal_of(struct work_pair *p, enum finding_class cls)
{
	return &p->ordinal[cls < WORK_ORDINALS ? (size_t)cls : (size_t)WORK_ORDINALS];
}

/* Numbers begin anew with each key. */
static uint32_t *number(struct work *w, struct work_pair *p, enum finding_class cls)
{
	if (p->stamp != w->stamp) {
		p->stamp = w->stamp;
		memset(p->ordinal, 0, sizeof p->ordinal);
	}
	return ordinal_of(p, cls);
}

void emit_passed(struct work *w, struct work_pair *p, enum finding_class cls)
{
	*number(w, p, cls) += 1;
}

bool emit_message(struct work *w, struct work_pair *p, const struct multiset_item *item,
		  const struct emit *e, struct err *err)
{
	struct finding f = { .transfer = p->m->t->id,
			     .cls = e->cls,
			     .severity = e->severity,
			     .side = e->side,
			     .folder = e->side == SIDE_OLD ? p->row.old_name
							   : p->row.new_name,
			     .other = or_empty(e->other),
			     .epoch = item->epoch,
			     .uid = item->m.uid,
			     .tier = item->m.tier,
			     .key = item->m.key,
			     .octets = item->m.octets,
			     .date = item->m.date,
			     .old_fact = or_empty(e->old_fact),
			     .new_fact = or_empty(e->new_fact),
			     .why = e->why,
			     .explanation = or_empty(e->explanation),
			     .count = 1,
			     .fold = e->fold };
	struct msg_key key = e->instead != NULL ? *e->instead
						: stand_in(&item->m, w->sha);

	fingerprint(w, p->m->t, &f, &key, (*number(w, p, e->cls))++);
	return add(w, &f, err);
}

void emit_group(struct work *w, bool more)
{
	if (!more)
		w->stamp++;
}
