/* SPDX-License-Identifier: MIT */
#include "store/store_known.h"

#include "model/objectid.h"
#include "store/store_db.h"

static const char sql_seen_known[] =
	"SELECT epoch, uidvalidity, uidnext, modseq, messages, depth,"
	" EXISTS (SELECT 1 FROM folder_acl WHERE folder = ?1),"
	" (SELECT o.mailbox FROM folder_objectid o WHERE o.id = (SELECT max(id) FROM"
	" folder_objectid WHERE folder = ?1) AND o.epoch = folder_seen.epoch)"
	" FROM folder_seen"
	" WHERE id = (SELECT max(id) FROM folder_seen WHERE folder = ?1) AND outcome = "
	"?2";

static bool read_known(struct store *st, struct account_listing *l, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SEEN_KNOWN, sql_seen_known);
	enum next n = NEXT_END;

	for (size_t i = 0; i < l->folder_n && n != NEXT_FAIL; i++) {
		int depth = 0;

		sqlite3_bind_int64(q, 1, l->folders[i].id);
		sqlite3_bind_int(q, 2, FOLDER_READ);
		n = db_next(st, q, err);
		if (n == NEXT_ITEM && !db_enum(st, q, 5, DEPTH_COUNT, &depth, err))
			n = NEXT_FAIL;
		if (n == NEXT_ITEM)
			l->known[i] = (struct folder_known){
				.epoch = sqlite3_column_int64(q, 0),
				.state = { .uidvalidity = (uint32_t)sqlite3_column_int64(
						   q, 1),
					   .uidnext = (uint32_t)sqlite3_column_int64(q,
										     2),
					   .modseq = sqlite3_column_int64(q, 3),
					   .exists = sqlite3_column_int64(q, 4),
					   .octets = -1 },
				.depth = (enum depth)depth,
				.acl = sqlite3_column_int(q, 6) != 0,
				.mailbox = objectid_mark(db_text(q, 7)),
			};
		sqlite3_reset(q);
	}
	return n != NEXT_FAIL;
}

/* A folder as it was when it was opened last. */
struct state {
	int64_t folder;
	int64_t gone_run, proven_run; /* 0: it is there; it was never read */
	struct folder_state was;
	bool stored; /* with its messages */
	bool newest; /* nothing else was told of it since */
	size_t from, n; /* where those with its UIDVALIDITY begin, and how many they are
			 */
};

static const char sql_seen_states[] =
	"SELECT f.id, coalesce(f.gone_run, 0), coalesce(f.proven_run, 0), s.uidvalidity,"
	" s.uidnext, s.modseq, s.messages, s.outcome, s.id = (SELECT max(y.id) FROM"
	" folder_seen y WHERE y.folder = f.id) FROM folder f JOIN folder_seen s"
	" ON s.id = (SELECT max(x.id) FROM folder_seen x WHERE x.folder = f.id"
	" AND x.epoch IS NOT NULL) WHERE f.account = ?1 ORDER BY s.uidvalidity, f.id";

static bool read_states(struct store *st, int64_t account, struct state **out,
			size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SEEN_STATES, sql_seen_states);
	struct state *v = NULL;
	size_t n = 0, cap = 0;
	enum next next;

	sqlite3_bind_int64(q, 1, account);
	while ((next = db_next(st, q, err)) == NEXT_ITEM) {
		if (n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			v = mem_realloc(v, cap * sizeof *v);
		}
		v[n++] = (struct state){
			.folder = sqlite3_column_int64(q, 0),
			.gone_run = sqlite3_column_int64(q, 1),
			.proven_run = sqlite3_column_int64(q, 2),
			.was = { .uidvalidity = (uint32_t)sqlite3_column_int64(q, 3),
				 .uidnext = (uint32_t)sqlite3_column_int64(q, 4),
				 .modseq = sqlite3_column_int64(q, 5),
				 .exists = sqlite3_column_int64(q, 6) },
			.stored = sqlite3_column_int(q, 7) == FOLDER_READ,
			.newest = sqlite3_column_int(q, 8) != 0,
		};
	}
	sqlite3_reset(q);
	*out = v;
	*n_out = n;
	return next == NEXT_END;
}

static void find_groups(struct state *v, size_t n)
{
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from; to < n && v[to].was.uidvalidity == v[from].was.uidvalidity;)
			to++;
		for (size_t i = from; i < to; i++) {
			v[i].from = from;
			v[i].n = to - from;
		}
	}
}

/* Could what was x, as it went on, be in the state of k by now?  UIDNEXT and
 * HIGHESTMODSEQ only grow; flags: the latter matters. */
static bool may_reach(const struct state *x, const struct folder_state *k, bool flags)
{
	return !x->stored || (x->was.uidnext <= k->uidnext &&
			      (!flags || x->was.modseq < 0 || k->modseq < 0 ||
			       x->was.modseq <= k->modseq));
}

static bool same_state(const struct folder_state *a, const struct folder_state *b,
		       bool flags)
{
	return a->uidnext == b->uidnext && (!flags || a->modseq == b->modseq) &&
	       a->exists == b->exists;
}

/* What the others with its UIDVALIDITY, v[0] to v[n - 1], mean for a folder.  More than
 * this many are not compared with each other: any of them may be anywhere. */
#define GROUP_MAX 8192
static void compare(struct folder_known *k, const struct state *self,
		    const struct state *v, size_t n, bool flags)
{
	k->shared = k->twin = k->adrift = n > GROUP_MAX;
	for (size_t i = 0; i < n && n <= GROUP_MAX; i++) {
		bool there = v[i].gone_run == 0;

		/* One that was gone when this one was last proven was looked at then, and
		 * may be this one. */
		if (&v[i] == self || (!there && v[i].gone_run <= self->proven_run))
			continue;
		k->shared = true;
		k->twin |= there && v[i].stored && same_state(&v[i].was, &k->state, flags);
		k->adrift |= (!there || !v[i].stored || !v[i].newest) &&
			     may_reach(&v[i], &k->state, flags);
	}
}

static int by_folder(const void *va, const void *vb)
{
	const struct folder_known *const *a = va, *const *b = vb;

	return ((*a)->epoch > (*b)->epoch) - ((*a)->epoch < (*b)->epoch);
}

static int by_mailbox(const void *va, const void *vb)
{
	const struct folder_known *const *a = va, *const *b = vb;
	int c = ((*a)->mailbox > (*b)->mailbox) - ((*a)->mailbox < (*b)->mailbox);

	return c != 0 ? c : by_folder(va, vb);
}

/* An id that two folders have tells neither. */
static void drop_doubles(struct account_listing *l)
{
	struct folder_known **by = mem_calloc(l->folder_n + 1, sizeof *by);
	size_t n = 0;

	for (size_t i = 0; i < l->folder_n; i++)
		if (l->known[i].mailbox != 0)
			by[n++] = &l->known[i];
	if (n > 1)
		qsort(by, n, sizeof *by, by_mailbox);
	for (size_t i = 0, end; i < n; i = end) {
		uint64_t mark = by[i]->mailbox;
		bool twice = false;

		/* A folder that is listed twice is one. */
		for (end = i; end < n && by[end]->mailbox == mark; end++)
			twice |= by[end]->epoch != by[i]->epoch;
		for (size_t at = i; at < end && twice; at++)
			by[at]->mailbox = 0;
	}
	free(by);
}

static const struct state *find_state(const struct state *v, size_t n,
				      const struct folder *f, uint32_t uidvalidity)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].was.uidvalidity < uidvalidity ||
		    (v[mid].was.uidvalidity == uidvalidity && v[mid].folder < f->id))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo].folder == f->id ? &v[lo] : NULL;
}

bool known_fill(struct store *st, struct account_listing *l, struct err *err)
{
	struct state *v = NULL;
	size_t n = 0;
	bool ok = read_known(st, l, err) && read_states(st, l->account, &v, &n, err);

	find_groups(v, n);
	for (size_t i = 0; ok && i < l->folder_n; i++) {
		struct folder_known *k = &l->known[i];
		const struct state *self = k->epoch != 0
						   ? find_state(v, n, &l->folders[i],
								k->state.uidvalidity)
						   : NULL;

		if (self != NULL)
			compare(k, self, &v[self->from], self->n,
				st->depth != DEPTH_IDS);
	}
	if (ok)
		drop_doubles(l);
	free(v);
	return ok;
}
