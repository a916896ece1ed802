/* SPDX-License-Identifier: MIT */
#include "store/store_witness.h"

#include "model/objectid.h"
#include "store/store_db.h"
#include "store/store_window.h"

enum {
	ALIKE_MAX = 64, /* so many folders that have both ends of one are looked at */
	LOOKS_MAX = 64, /* and so often at others, where one end is enough */
};

/* A folder as it was opened last. */
struct other {
	int64_t folder, epoch;
	int64_t gone_run; /* 0: it is there */
	uint32_t uidvalidity;
	uint64_t mailbox;	    /* objectid_mark of its newest MAILBOXID; 0 */
	bool looked, empty;	    /* looked: what is below was filled in */
	struct message first, last; /* that are there */
};

struct store_others {
	int64_t account;
	struct other *v;
	size_t n;
};

void store_others_free(struct store_others *o)
{
	if (o == NULL)
		return;
	free(o->v);
	free(o);
}

static const char sql_witness_others[] =
	"SELECT f.id, coalesce(f.gone_run, 0), coalesce(e.id, 0),"
	" coalesce(e.uidvalidity, 0), coalesce(o.mailbox, '') FROM folder f"
	" LEFT JOIN folder_epoch e ON e.id = (SELECT s.epoch FROM folder_seen s WHERE"
	" s.folder = f.id AND s.epoch IS NOT NULL ORDER BY s.id DESC LIMIT 1)"
	" LEFT JOIN folder_objectid o ON o.id = (SELECT max(y.id) FROM folder_objectid y"
	" WHERE y.folder = f.id) WHERE f.account = ?1 ORDER BY f.id";

static bool read_others(struct store *st, int64_t account, struct store_others *out,
			struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_WITNESS_OTHERS, sql_witness_others);
	size_t cap = 0;
	enum next next;

	out->account = account;
	sqlite3_bind_int64(q, 1, account);
	while ((next = db_next(st, q, err)) == NEXT_ITEM) {
		if (out->n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			out->v = mem_realloc(out->v, cap * sizeof *out->v);
		}
		out->v[out->n++] = (struct other){
			.folder = sqlite3_column_int64(q, 0),
			.gone_run = sqlite3_column_int64(q, 1),
			.epoch = sqlite3_column_int64(q, 2),
			.uidvalidity = (uint32_t)sqlite3_column_int64(q, 3),
			.mailbox = objectid_mark(db_text(q, 4)),
		};
	}
	sqlite3_reset(q);
	return next == NEXT_END;
}

/* What is asked about. */
struct self {
	int64_t account, folder, proven_run;
	uint32_t uidvalidity;
	uint64_t mailbox; /* that the epoch has; 0 */
};

static const char sql_witness_self[] =
	"SELECT f.account, f.id, coalesce(f.proven_run, 0), e.uidvalidity,"
	" coalesce((SELECT o.mailbox FROM folder_objectid o WHERE o.id = (SELECT max(y.id)"
	" FROM folder_objectid y WHERE y.folder = f.id) AND o.epoch = e.id), '')"
	" FROM folder_epoch e JOIN folder f ON f.id = e.folder WHERE e.id = ?1";

/* NEXT_END: there is no such epoch. */
static enum next read_self(struct store *st, int64_t epoch, struct self *out,
			   struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_WITNESS_SELF, sql_witness_self);
	enum next n;

	sqlite3_bind_int64(q, 1, epoch);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = (struct self){
			.account = sqlite3_column_int64(q, 0),
			.folder = sqlite3_column_int64(q, 1),
			.proven_run = sqlite3_column_int64(q, 2),
			.uidvalidity = (uint32_t)sqlite3_column_int64(q, 3),
			.mailbox = objectid_mark(db_text(q, 4)),
		};
	sqlite3_reset(q);
	return n;
}

/* It may lie where `self` was.  One that was gone when that one was last proven was looked
 * at then, and may be it. */
static bool is_rival(const struct other *x, const struct self *self)
{
	return x->folder != self->folder && x->epoch != 0 &&
	       x->uidvalidity == self->uidvalidity &&
	       (x->gone_run == 0 || x->gone_run > self->proven_run);
}

/* ---- messages ---- */

/* What a server tells of a message in a few words, and what of it can be compared: an
 * identity that is not made of its Message-ID is not. */
#define ALIKE                                                                            \
	" m.octets = o.octets AND m.\"date\" IS o.\"date\""                              \
	" AND (m.tier = 1) = (o.tier = 1) AND (m.tier <> 1 OR m.\"key\" = o.\"key\")"
_Static_assert(TIER_ID == 1, "the number in the statement above");

static bool is_alike(const struct message *a, const struct message *b)
{
	return a->octets == b->octets && a->date == b->date &&
	       (a->tier == TIER_ID) == (b->tier == TIER_ID) &&
	       (a->tier != TIER_ID || memcmp(&a->key, &b->key, sizeof a->key) == 0);
}

#define MESSAGE "SELECT m.id, m.tier, m.\"key\", m.octets, m.\"date\" FROM message m"
#define THERE	" WHERE m.id BETWEEN ?1 AND ?2 AND m.gone_run IS NULL"
#define KNOWN	THERE " AND m.octets >= 0"
static const char sql_witness_last[] = MESSAGE THERE " ORDER BY m.id DESC LIMIT 1";
static const char sql_witness_first[] = MESSAGE THERE " ORDER BY m.id LIMIT 1";
static const char sql_witness_last_known[] = MESSAGE KNOWN " ORDER BY m.id DESC LIMIT 1";
static const char sql_witness_first_known[] = MESSAGE KNOWN " ORDER BY m.id LIMIT 1";
/* The first message that epoch ?3 has not, or has another one in its place. */
static const char sql_witness_other[] = MESSAGE
	" LEFT JOIN message o ON o.id = (?3 << 32) + (m.id & 4294967295)"
	" AND o.gone_run IS NULL AND" ALIKE KNOWN " AND o.id IS NULL"
	" ORDER BY m.id LIMIT 1";

/* other: ?3; 0. */
static enum next read_message(struct store *st, enum stmt which, const char *sql,
			      int64_t epoch, int64_t other, struct message *out,
			      struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, which, sql);
	struct message m = { 0 };
	enum next n;
	int tier = 0;

	sqlite3_bind_int64(q, 1, message_row(epoch, 0));
	sqlite3_bind_int64(q, 2, message_row(epoch, UINT32_MAX));
	if (other != 0)
		sqlite3_bind_int64(q, 3, other);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM && (!db_enum(st, q, 1, TIER_COUNT, &tier, err) ||
			       !db_key(st, q, 2, &m.key, err)))
		n = NEXT_FAIL;
	if (n == NEXT_ITEM) {
		m.uid = (uint32_t)sqlite3_column_int64(q, 0);
		m.tier = (uint8_t)tier;
		m.octets = sqlite3_column_int64(q, 3);
		m.date = db_date(q, 4);
		*out = m;
	}
	sqlite3_reset(q);
	return n;
}

static bool look(struct store *st, struct other *x, struct err *err)
{
	enum next n;

	if (x->looked)
		return true;
	n = read_message(st, STMT_WITNESS_FIRST, sql_witness_first, x->epoch, 0,
			 &x->first, err);
	if (n == NEXT_ITEM)
		n = read_message(st, STMT_WITNESS_LAST, sql_witness_last, x->epoch, 0,
				 &x->last, err);
	x->empty = n == NEXT_END;
	x->looked = n != NEXT_FAIL;
	return x->looked;
}

static const char sql_witness_has[] =
	"SELECT 1 FROM message m JOIN message o ON o.id = (?2 << 32) + (m.id & 4294967295)"
	" AND o.gone_run IS NULL AND" ALIKE " WHERE m.id = ?1";

/* Has epoch `other` that message of epoch, too? */
static bool has(struct store *st, int64_t epoch, const struct message *m, int64_t other,
		bool *out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_WITNESS_HAS, sql_witness_has);
	enum next n;

	sqlite3_bind_int64(q, 1, message_row(epoch, m->uid));
	sqlite3_bind_int64(q, 2, other);
	n = db_next(st, q, err);
	sqlite3_reset(q);
	*out = n == NEXT_ITEM;
	return n != NEXT_FAIL;
}

/* True: out->m has room for it, or has it. */
static bool take(struct witness *out, const struct message *m)
{
	size_t at = 0;

	while (at < out->n && out->m[at].uid < m->uid)
		at++;
	if (at < out->n && out->m[at].uid == m->uid)
		return true;
	if (out->n == WITNESS_MAX)
		return false;
	memmove(&out->m[at + 1], &out->m[at], (out->n - at) * sizeof *m);
	out->m[at] = *m;
	out->n++;
	return true;
}

/* The ends of a folder, each of which may tell it from all others. */
struct ends {
	int64_t epoch;
	struct message first, last;
	bool by_first, by_last;
	unsigned looks, alike;
};

/* Does m tell its folder from x, as far as the ends of x show?  1, 0; -1: they do not. */
static int at_ends(const struct message *m, const struct other *x)
{
	if (x->empty || m->uid < x->first.uid || m->uid > x->last.uid)
		return 1;
	if (m->uid == x->first.uid)
		return !is_alike(m, &x->first);
	if (m->uid == x->last.uid)
		return !is_alike(m, &x->last);
	return -1;
}

/* Look into x where they do not; told: the other end tells already. */
static bool look_into(struct store *st, struct ends *e, const struct message *m,
		      const struct other *x, bool told, int *tells, struct err *err)
{
	bool there;

	if (*tells >= 0 || (told && e->looks == LOOKS_MAX))
		return true;
	e->looks += told;
	if (!has(st, e->epoch, m, x->epoch, &there, err))
		return false;
	*tells = !there;
	return true;
}

/* A message that tells the folder from x; out->n is 0 where there is none, or no room. */
static bool tell_from(struct store *st, struct ends *e, struct other *x,
		      struct witness *out, struct err *err)
{
	struct message m;
	int first, last;
	enum next n;

	if (!look(st, x, err))
		return false;
	first = at_ends(&e->first, x);
	last = at_ends(&e->last, x);
	if (!look_into(st, e, &e->last, x, first == 1, &last, err) ||
	    !look_into(st, e, &e->first, x, last == 1, &first, err))
		return false;
	e->by_first &= first == 1;
	e->by_last &= last == 1;
	if (first == 1 || last == 1)
		return true;
	n = e->alike++ == ALIKE_MAX ? NEXT_END
				    : read_message(st, STMT_WITNESS_OTHER,
						   sql_witness_other, e->epoch, x->epoch,
						   &m, err);
	if (n == NEXT_END || (n == NEXT_ITEM && !take(out, &m)))
		out->n = 0;
	return n != NEXT_FAIL;
}

static bool others_of(struct store *st, int64_t account, struct store_others **others,
		      struct err *err)
{
	if (*others != NULL && (*others)->account == account)
		return true;
	store_others_free(*others);
	*others = mem_calloc(1, sizeof **others);
	return read_others(st, account, *others, err);
}

bool store_witness(struct store *st, struct store_others **others, int64_t epoch,
		   struct witness *out, struct err *err)
{
	struct ends e = { .epoch = epoch, .by_first = true, .by_last = true };
	struct witness w = { 0 };
	struct self self;
	enum next n = read_self(st, epoch, &self, err);

	if (n == NEXT_END)
		*out = w;
	if (n != NEXT_ITEM)
		return n == NEXT_END;
	if (!others_of(st, self.account, others, err))
		return false;
	n = read_message(st, STMT_WITNESS_FIRST_KNOWN, sql_witness_first_known, epoch, 0,
			 &e.first, err);
	if (n == NEXT_ITEM)
		n = read_message(st, STMT_WITNESS_LAST_KNOWN, sql_witness_last_known,
				 epoch, 0, &e.last, err);
	if (n == NEXT_FAIL)
		return false;
	if (n == NEXT_ITEM && take(&w, &e.first))
		(void)take(&w, &e.last);
	w.mailbox = self.mailbox;
	for (size_t i = 0; i < (*others)->n; i++) {
		struct other *x = &(*others)->v[i];

		if (x->folder != self.folder && x->gone_run == 0 &&
		    x->mailbox == self.mailbox)
			w.mailbox = 0;
		if (!is_rival(x, &self))
			continue;
		w.shared = true;
		if (w.n > 0 && !tell_from(st, &e, x, &w, err))
			return false;
	}
	if (w.n > 0)
		w.alone = (uint8_t)(e.by_first | e.by_last << (w.n - 1));
	*out = w;
	return true;
}
