/* SPDX-License-Identifier: MIT */
#include "store/store_gate.h"

#include "model/account.h"
#include "store/store_db.h"
#include "store/store_window.h"

#define ROWS_MAX (SIZE_MAX / 1024)

/* ---- transfers ---- */

static const char sql_rows[] =
	"SELECT t.id, t.old_account, t.new_account, t.name, t.decision, t.owner,"
	" o.access, n.access, coalesce(o.access_reason, n.access_reason), j.verdict,"
	" j.depth, j.old_run, j.old_seen, j.new_seen, j.old_messages,"
	" j.same + j.same_weak + j.changed + j.refiled, j.flags, j.old_unverified +"
	" j.new_unverified, j.flags_compared, j.note, j.new_run, " DB_RUN_WHOLE(
		"j.run") " FROM transfer t LEFT JOIN account o ON o.id = t.old_account"
			 " LEFT JOIN account n ON n.id = t.new_account"
			 " LEFT JOIN judgement j ON j.transfer = t.id WHERE t.gone = 0 "
			 "ORDER BY t.id";

static bool read_row(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		     struct err *err)
{
	struct gate_row *out = item;
	int verdict = VERDICT_NOT_JUDGED, depth = DEPTH_COUNTS;
	bool judged = sqlite3_column_type(q, 9) != SQLITE_NULL;

	if (judged && (!db_enum(st, q, 9, VERDICT_COUNT, &verdict, err) ||
		       !db_enum(st, q, 10, DEPTH_COUNT, &depth, err)))
		return false;
	*out = (struct gate_row){ .transfer = sqlite3_column_int64(q, 0),
				  .old_account = sqlite3_column_int64(q, 1),
				  .new_account = sqlite3_column_int64(q, 2),
				  .name = db_text_in(q, 3, arena),
				  .decision = db_text_in(q, 4, arena),
				  .owner = db_text_in(q, 5, arena),
				  .old_closed = sqlite3_column_int64(q, 6) != 0,
				  .new_closed = sqlite3_column_int64(q, 7) != 0,
				  .hold = db_text_in(q, 8, arena),
				  .judged = judged,
				  .ended = sqlite3_column_int64(q, 21) != 0,
				  .verdict = (enum verdict)verdict,
				  .depth = (enum depth)depth,
				  .old_run = sqlite3_column_int64(q, 11),
				  .new_run = sqlite3_column_int64(q, 20),
				  .old_seen = sqlite3_column_int64(q, 12),
				  .new_seen = sqlite3_column_int64(q, 13),
				  .old_messages = sqlite3_column_int64(q, 14),
				  .matched = sqlite3_column_int64(q, 15),
				  .flags = sqlite3_column_int64(q, 16),
				  .unverified = sqlite3_column_int64(q, 17),
				  .flags_compared = sqlite3_column_int64(q, 18) != 0,
				  .note = db_text_in(q, 19, arena) };
	return true;
}

bool store_gate_rows(struct store *st, struct arena *arena, struct gate_row **out,
		     size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_rows, &q, err) ||
	    !db_list(st, q, sizeof **out, read_row, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* ---- readings ---- */

static const char sql_account_max[] = "SELECT coalesce(max(id), 0) FROM account";
/* Newest first: most accounts are settled by the last runs, and what an account had
 * before is not looked at any more. */
static const char sql_reads[] =
	"SELECT s.account, s.at, s.outcome FROM account_seen s"
	" JOIN account a ON a.id = s.account WHERE s.id > a.seen_from"
	" ORDER BY s.id DESC";

static bool one_number(struct store *st, const char *sql, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql, &q, err))
		return false;
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = sqlite3_column_int64(q, 0);
	db_return(st, q);
	return n == NEXT_ITEM;
}

bool store_gate_reads(struct store *st, struct gate_read **out, size_t *n_out,
		      struct err *err)
{
	int64_t most = 0, open;
	struct gate_read *v;
	sqlite3_stmt *q = NULL;
	enum next n = NEXT_END;

	if (!one_number(st, sql_account_max, &most, err))
		return false;
	if (most < 0 || (uint64_t)most >= ROWS_MAX)
		return db_damaged(st, "an account with an absurd number", err);
	if (!db_prepare(st, sql_reads, &q, err))
		return false;
	v = mem_calloc((size_t)most + 1, sizeof *v);
	open = most;
	while (open > 0 && (n = db_next(st, q, err)) == NEXT_ITEM) {
		int64_t account = sqlite3_column_int64(q, 0);
		int64_t at = sqlite3_column_int64(q, 1);

		if (account < 1 || account > most || v[account].whole != 0)
			continue;
		if (v[account].tried == 0)
			v[account].tried = at;
		if (sqlite3_column_int64(q, 2) == ACCOUNT_READ) {
			v[account].whole = at;
			open--;
		}
	}
	db_return(st, q);
	if (n == NEXT_FAIL) {
		free(v);
		return false;
	}
	*out = v;
	*n_out = (size_t)most + 1;
	return true;
}

/* ---- findings ---- */

static const char sql_open[] =
	"SELECT f.transfer, f.class, f.severity, f.side, f.folder, f.uid, f.n,"
	" a.acceptance, f.fingerprint, f.epoch, f.\"date\" FROM finding f LEFT JOIN "
	"accepted a"
	" ON a.fingerprint = f.fingerprint WHERE f.severity >= ?1 ORDER BY f.id";
_Static_assert(SEVERITY_INFO < SEVERITY_DOUBT && SEVERITY_DOUBT < SEVERITY_LOSS,
	       "as the SQL says");

static bool read_open(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct gate_open *out = item;
	int cls, severity, side;
	int64_t uid = sqlite3_column_int64(q, 5);

	if (!db_enum(st, q, 1, FINDING_CLASS_COUNT, &cls, err) ||
	    !db_enum(st, q, 2, SEVERITY_COUNT, &severity, err) ||
	    !db_enum(st, q, 3, SIDE_COUNT, &side, err))
		return false;
	if (uid < 0 || uid > UINT32_MAX)
		return db_damaged(st, "a finding of an absurd UID", err);
	*out = (struct gate_open){ .transfer = sqlite3_column_int64(q, 0),
				   .cls = (enum finding_class)cls,
				   .severity = (enum severity)severity,
				   .side = (enum side)side,
				   .folder = db_text_in(q, 4, arena),
				   .epoch = sqlite3_column_int64(q, 9),
				   .uid = (uint32_t)uid,
				   .n = sqlite3_column_int64(q, 6),
				   .date = db_date(q, 10),
				   .accepted = sqlite3_column_type(q, 7) != SQLITE_NULL };
	return db_digest(st, q, 8, &out->fingerprint, err);
}

bool store_gate_open(struct store *st, struct arena *arena, struct gate_open **out,
		     size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_open, &q, err))
		return false;
	sqlite3_bind_int(q, 1, SEVERITY_DOUBT);
	if (!db_list(st, q, sizeof **out, read_open, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* ---- arrivals on the old side ---- */

static const char sql_later[] =
	"SELECT f.account, f.id, f.name, s.at, s.uidvalidity, s.uidnext, s.run"
	" FROM folder_seen s JOIN folder f ON f.id = s.folder JOIN account a"
	" ON a.id = f.account WHERE s.run > ?1 AND a.side = ?2 AND s.uidnext > 0"
	" ORDER BY s.folder, s.id DESC";
static const char sql_then[] =
	"SELECT uidvalidity, uidnext FROM folder_seen WHERE folder = ?1 AND run <= ?2"
	" AND uidnext > 0 ORDER BY id DESC LIMIT 1";

struct later {
	int64_t account, folder, at, uidvalidity, uidnext, run;
	const char *name;
};

static bool read_later(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	(void)st, (void)err;
	*(struct later *)item = (struct later){ .account = sqlite3_column_int64(q, 0),
						.folder = sqlite3_column_int64(q, 1),
						.name = db_text_in(q, 2, arena),
						.at = sqlite3_column_int64(q, 3),
						.uidvalidity = sqlite3_column_int64(q, 4),
						.uidnext = sqlite3_column_int64(q, 5),
						.run = sqlite3_column_int64(q, 6) };
	return true;
}

/* Compare with what it was; false when nothing can have arrived. */
static bool moved(struct store *st, sqlite3_stmt *q, const struct later *l, int64_t run,
		  struct gate_moved *out, bool *ok, struct err *err)
{
	int64_t uidvalidity = 0, uidnext = 0;
	enum next n;

	sqlite3_bind_int64(q, 1, l->folder);
	sqlite3_bind_int64(q, 2, run);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		uidvalidity = sqlite3_column_int64(q, 0);
		uidnext = sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	*ok = n != NEXT_FAIL;
	*out = (struct gate_moved){ .account = l->account,
				    .folder = l->name,
				    .at = l->at,
				    .uidnext_then = uidnext,
				    .uidnext_now = l->uidnext,
				    .renumbered = n == NEXT_ITEM &&
						  uidvalidity != l->uidvalidity };
	return *ok && (n == NEXT_END || out->renumbered || l->uidnext > uidnext);
}

bool store_gate_moved(struct store *st, const int64_t *old_run, size_t n,
		      struct arena *arena, struct gate_moved **out, size_t *n_out,
		      struct err *err)
{
	int64_t first = INT64_MAX, last = 0;
	sqlite3_stmt *q = NULL;
	struct later *v = NULL;
	void *list = NULL;
	size_t m = 0;
	bool ok;

	*n_out = 0;
	for (size_t i = 0; i < n; i++)
		if (old_run[i] != 0 && old_run[i] < first)
			first = old_run[i];
	if (!db_prepare(st, sql_later, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, first);
	sqlite3_bind_int(q, 2, SIDE_OLD);
	if (!db_list(st, q, sizeof *v, read_later, arena, &list, &m, err))
		return false;
	v = list;
	*out = arena_alloc(arena, (m + 1) * sizeof **out);
	ok = db_prepare(st, sql_then, &q, err);
	for (size_t i = 0; ok && i < m; i++) {
		int64_t a = v[i].account, run = a > 0 && (size_t)a < n ? old_run[a] : 0;

		/* the newest of each folder, when it is later than the judgement */
		if (v[i].folder == last || run == 0 || v[i].run <= run)
			continue;
		last = v[i].folder;
		*n_out += moved(st, q, &v[i], run, &(*out)[*n_out], &ok, err);
	}
	db_return(st, q);
	return ok;
}

/* ---- damage ---- */

static const char sql_hurt[] =
	"SELECT f.account, f.name, b.message, e.at, b.read, b.announced, b.octets,"
	" b.lines, b.bare_lf, b.symptoms, b.words FROM body_seen b"
	" JOIN message m ON m.id = b.message AND m.gone_run IS NULL"
	" JOIN folder_epoch p ON p.id = b.message >> 32"
	" JOIN folder f ON f.id = p.folder AND f.gone_run IS NULL"
	" JOIN account a ON a.id = f.account LEFT JOIN run_end e ON e.run = b.run"
	" WHERE (b.symptoms <> 0 OR b.read = 0 OR b.octets <> b.announced) AND a.side ="
	" ?1 AND b.run = (SELECT max(x.run) FROM body_seen x WHERE x.message = b.message)"
	" AND NOT " BODY_OF_OTHER("b")
	/* What an audit could not read, and no scan has told of already.  The plus keeps
	 * SQLite from walking all folders of the side: there are few holes. */
	" UNION ALL SELECT f.account, f.name, s.epoch << 32 | h.uid, f.proven_at, 0, -1, "
	"0,"
	" 0, 0, 0, h.words FROM folder_hole h JOIN folder_seen s ON s.id = h.seen"
	" JOIN folder f ON f.id = s.folder AND f.gone_run IS NULL"
	" JOIN account a ON a.id = f.account WHERE +a.side = ?1 AND s.id = (SELECT"
	" max(x.id) FROM folder_seen x WHERE x.folder = f.id AND x.outcome <> ?2)"
	" AND NOT EXISTS (SELECT 1 FROM body_seen b WHERE b.message ="
	" s.epoch << 32 | h.uid AND b.read = 0 AND b.run = (SELECT max(x.run) FROM"
	" body_seen x WHERE x.message = b.message)) ORDER BY 3";

static bool read_hurt(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct gate_hurt *out = item;

	(void)st, (void)err;
	*out = (struct gate_hurt){
		.account = sqlite3_column_int64(q, 0),
		.folder = db_text_in(q, 1, arena),
		.epoch = sqlite3_column_int64(q, 2) >> 32,
		.uid = (uint32_t)(sqlite3_column_int64(q, 2) & UINT32_MAX),
		.at = sqlite3_column_int64(q, 3),
		.facts = { .read = sqlite3_column_int64(q, 4) != 0,
			   .announced = sqlite3_column_int64(q, 5),
			   .octets = sqlite3_column_int64(q, 6),
			   .lines = sqlite3_column_int64(q, 7),
			   .bare_lf = sqlite3_column_int64(q, 8),
			   .symptoms = (uint64_t)sqlite3_column_int64(q, 9),
			   .words = db_text_in(q, 10, arena) }
	};
	return true;
}

bool store_gate_hurt(struct store *st, struct arena *arena, struct gate_hurt **out,
		     size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_hurt, &q, err))
		return false;
	sqlite3_bind_int(q, 1, SIDE_OLD);
	sqlite3_bind_int(q, 2, FOLDER_COUNTED);
	if (!db_list(st, q, sizeof **out, read_hurt, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* ---- owners ---- */

static const char sql_asked[] =
	"SELECT transfer, coalesce(max(CASE WHEN kind = 'asked' THEN at END), 0),"
	" coalesce(max(CASE WHEN kind = 'answered' THEN at END), 0) FROM event"
	" WHERE kind IN ('asked', 'answered') GROUP BY transfer ORDER BY transfer";

static bool read_asked(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	(void)st, (void)arena, (void)err;
	*(struct gate_asked *)item = (struct gate_asked){ sqlite3_column_int64(q, 0),
							  sqlite3_column_int64(q, 1),
							  sqlite3_column_int64(q, 2) };
	return true;
}

bool store_gate_asked(struct store *st, struct arena *arena, struct gate_asked **out,
		      size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_asked, &q, err) ||
	    !db_list(st, q, sizeof **out, read_asked, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* ---- times ---- */

static const char sql_newest[] =
	"SELECT coalesce(max(t), 0) FROM (SELECT max(started) AS t FROM run UNION ALL"
	" SELECT max(at) FROM run_end UNION ALL SELECT max(time) FROM ledger UNION ALL"
	" SELECT max(told) FROM event UNION ALL SELECT max(told) FROM record)";
static const char sql_maps[] =
	"SELECT coalesce(max(told), 0) FROM forward WHERE side = 0";
_Static_assert(SIDE_OLD == 0, "as the SQL says");

bool store_gate_times(struct store *st, int64_t *newest_out, int64_t *maps_out,
		      struct err *err)
{
	return one_number(st, sql_newest, newest_out, err) &&
	       one_number(st, sql_maps, maps_out, err);
}
