/* SPDX-License-Identifier: MIT */
#include "gate/collect.h"

#include "model/account.h"
#include "store/store_gate.h"
#include "store/store_record.h"
#include "store/store_scan.h"
#include "store/store_shared.h"

size_t gate_account_of(const struct gate_facts *f, int64_t transfer)
{
	size_t lo = 0, hi = f->account_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->account[mid].transfer < transfer)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < f->account_n && f->account[lo].transfer == transfer ? lo
									: GATE_NO_ACCOUNT;
}

/* Which listed transfer an old account belongs to: of several the first that moves. */
struct places {
	size_t *of;   /* by account id; GATE_NO_ACCOUNT */
	int64_t *run; /* of its judgement, the earliest; 0: none */
	size_t n;
};

/* Found clean by a run that never looked at what only all accounts together show. */
static bool unfinished(const struct gate_row *r)
{
	return r->verdict == VERDICT_CLEAN && !r->ended;
}

/* It was judged by readings of another tree than the list has now. */
static bool lapsed(size_t account, int64_t run, const struct gate_read *read)
{
	return account != 0 && run != 0 && read->tried == 0;
}

static bool accounts(struct store *st, struct arena *arena, struct gate_facts *out,
		     struct places *p, struct err *err)
{
	struct gate_read *read = NULL, none = { 0 };
	struct gate_row *row = NULL;
	size_t n = 0;

	if (!store_gate_rows(st, arena, &row, &n, err) ||
	    !store_gate_reads(st, &read, &p->n, err))
		return false;
	p->of = arena_alloc(arena, (p->n + 1) * sizeof *p->of);
	p->run = arena_alloc(arena, (p->n + 1) * sizeof *p->run);
	for (size_t i = 0; i < p->n; i++)
		p->of[i] = GATE_NO_ACCOUNT;
	out->account = arena_alloc(arena, (n + 1) * sizeof *out->account);
	out->account_n = n;
	for (size_t i = 0; i < n; i++) {
		const struct gate_row *r = &row[i];
		size_t o = (size_t)r->old_account, w = (size_t)r->new_account;
		const struct gate_read *of_old = o != 0 && o < p->n ? &read[o] : &none;
		const struct gate_read *of_new = w != 0 && w < p->n ? &read[w] : &none;
		bool moves = r->old_account != 0 && !transfer_stays(r->decision);

		out->account[i] = (struct gate_account){
			.transfer = r->transfer,
			.name = r->name,
			.decision = r->decision,
			.owner = r->owner,
			.moves = moves,
			.old_side = r->old_account != 0,
			.old_closed = r->old_closed,
			.hold = r->hold,
			.old_read = of_old->whole,
			.old_tried = of_old->tried,
			.new_read = of_new->whole,
			.new_tried = of_new->tried,
			.judged = r->judged && !unfinished(r) &&
				  !lapsed(o, r->old_run, of_old) &&
				  !lapsed(w, r->new_run, of_new),
			.verdict = r->verdict,
			.depth = r->depth,
			.judged_old = r->old_seen,
			.judged_new = r->new_seen,
			.run = { r->old_run, r->new_run },
			.old_messages = r->old_messages,
			.matched = r->matched,
			.flags = r->flags,
			.unverified = r->unverified,
			.flags_compared = r->flags_compared,
			.note = r->note,
		};
		if (o == 0 || o >= p->n)
			continue;
		if (p->of[o] == GATE_NO_ACCOUNT ||
		    (moves && !out->account[p->of[o]].moves))
			p->of[o] = i;
		if (moves && r->judged && r->old_run != 0 &&
		    (p->run[o] == 0 || r->old_run < p->run[o]))
			p->run[o] = r->old_run;
	}
	free(read);
	return true;
}

static int by_account(const void *a, const void *b)
{
	const struct gate_found *x = a, *y = b;

	if (x->account != y->account)
		return x->account < y->account ? -1 : 1;
	return memcmp(&x->fingerprint, &y->fingerprint, sizeof x->fingerprint);
}

static bool findings(struct store *st, struct arena *arena, struct gate_facts *out,
		     struct gate_open **open_out, size_t *open_n, struct err *err)
{
	struct gate_open *v;

	if (!store_gate_open(st, arena, open_out, open_n, err))
		return false;
	v = *open_out;
	out->found = arena_alloc(arena, (*open_n + 1) * sizeof *out->found);
	for (size_t i = 0; i < *open_n; i++) {
		size_t a = gate_account_of(out, v[i].transfer);

		if (a == GATE_NO_ACCOUNT)
			continue;
		out->found[out->found_n++] = (struct gate_found){
			.account = a,
			.cls = v[i].cls,
			.severity = v[i].severity,
			.side = v[i].side,
			.folder = v[i].folder,
			.uid = v[i].uid,
			.n = v[i].n,
			.date = v[i].date,
			.accepted = v[i].accepted,
			.fingerprint = v[i].fingerprint
		};
	}
	if (out->found_n > 1)
		qsort(out->found, out->found_n, sizeof *out->found, by_account);
	return true;
}

static bool arrivals(struct store *st, const struct places *p, struct arena *arena,
		     struct gate_facts *out, struct err *err)
{
	struct gate_moved *v = NULL;
	size_t n = 0;

	if (!store_gate_moved(st, p->run, p->n, arena, &v, &n, err))
		return false;
	out->arrival = arena_alloc(arena, (n + 1) * sizeof *out->arrival);
	for (size_t i = 0; i < n; i++)
		out->arrival[out->arrival_n++] = (struct gate_arrival){
			.account = p->of[v[i].account],
			.folder = v[i].folder,
			.at = v[i].at,
			.uidnext_then = v[i].uidnext_then,
			.uidnext_now = v[i].uidnext_now,
			.renumbered = v[i].renumbered,
		};
	return true;
}

/* Did somebody take the loss of this very message? */
static bool taken(const struct gate_open *v, size_t n, const struct gate_hurt *h)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].accepted && v[i].epoch == h->epoch && v[i].uid == h->uid &&
		    v[i].side == SIDE_OLD)
			return true;
	return false;
}

static bool damage(struct store *st, const struct places *p, const struct gate_open *open,
		   size_t open_n, struct arena *arena, struct gate_facts *out,
		   struct err *err)
{
	struct body_size_rule rule = { 0 };
	struct gate_hurt *v = NULL;
	size_t n = 0;

	if (!store_gate_hurt(st, arena, &v, &n, err) ||
	    (n > 0 && !store_size_rule(st, SIDE_OLD, &rule, err)))
		return false;
	out->damage = arena_alloc(arena, (n + 1) * sizeof *out->damage);
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)v[i].account;
		uint64_t symptoms;
		enum body_state s = body_judge(&v[i].facts, &rule, 0, &symptoms);

		if (s < BODY_CORRUPT || at >= p->n || p->of[at] == GATE_NO_ACCOUNT)
			continue;
		out->damage[out->damage_n++] = (struct gate_damage){
			.account = p->of[at],
			.folder = v[i].folder,
			.uid = v[i].uid,
			.at = v[i].at,
			.unread = s == BODY_UNREADABLE,
			.words = v[i].facts.words,
			.accepted = taken(open, open_n, &v[i]),
		};
	}
	return true;
}

static bool records(struct store *st, struct arena *arena, struct gate_facts *out,
		    struct err *err)
{
	static const enum gate_record_kind kinds[] = {
		[RECORD_ARCHIVE] = GATE_RECORD_ARCHIVE,
		[RECORD_RESTORE] = GATE_RECORD_RESTORE,
		[RECORD_STATEMENT] = GATE_RECORD_STATEMENT,
		[RECORD_ANNOUNCE] = GATE_RECORD_ANNOUNCE,
	};
	struct record *v = NULL;
	size_t n = 0;

	_Static_assert(COUNT_OF(kinds) == RECORD_KIND_COUNT, "one for each");
	if (!store_records(st, arena, &v, &n, err))
		return false;
	out->record = arena_alloc(arena, (n + 1) * sizeof *out->record);
	for (size_t i = 0; i < n; i++) {
		size_t a = v[i].transfer != 0 ? gate_account_of(out, v[i].transfer)
					      : GATE_NO_ACCOUNT;

		if (a != GATE_NO_ACCOUNT) {
			/* ascending by time: the newest stays */
			if (v[i].kind == RECORD_ARCHIVE)
				out->account[a].archived = v[i].at;
			continue;
		}
		if (v[i].transfer != 0)
			continue; /* of an account that is no longer listed */
		out->record[out->record_n++] = (struct gate_record){
			.kind = kinds[v[i].kind],
			.at = v[i].at,
			.told = v[i].told,
			.teller = v[i].teller,
			.role = v[i].role,
			.topic = v[i].topic,
			.note = v[i].note,
			.has_digest = v[i].has_digest,
			.digest = v[i].digest
		};
	}
	return true;
}

static bool owners(struct store *st, struct arena *arena, struct gate_facts *out,
		   struct err *err)
{
	struct gate_asked *v = NULL;
	size_t n = 0;

	if (!store_gate_asked(st, arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t a = gate_account_of(out, v[i].transfer);

		if (a == GATE_NO_ACCOUNT)
			continue;
		out->account[a].asked = v[i].asked;
		out->account[a].answered = v[i].answered;
	}
	return true;
}

static bool collect(struct store *st, struct arena *arena, struct gate_facts *out,
		    struct err *err)
{
	struct places p = { 0 };
	struct gate_open *open = NULL;
	size_t open_n = 0;

	return accounts(st, arena, out, &p, err) &&
	       findings(st, arena, out, &open, &open_n, err) &&
	       arrivals(st, &p, arena, out, err) &&
	       damage(st, &p, open, open_n, arena, out, err) &&
	       records(st, arena, out, err) && owners(st, arena, out, err) &&
	       store_shared_unread(st, SIDE_OLD, arena, &out->shared, &out->shared_n,
				   err) &&
	       store_gate_times(st, &out->newest, &out->maps_at, err);
}

bool gate_collect(struct store *st, const struct evidence *e, struct arena *arena,
		  struct gate_facts *out, struct err *err)
{
	const struct evidence_side *old = &e->side[SIDE_OLD];

	out->now = e->now;
	out->one_sided = e->one_sided;
	out->project = store_project_id(st);
	out->scanned_at = old->scanned_at;
	out->messages = old->messages;
	out->scanned = old->scanned;
	out->stopped_at = e->stopped_at;
	out->started_at = e->started_at;
	return collect(st, arena, out, err);
}
