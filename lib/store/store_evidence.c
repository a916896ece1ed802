/* SPDX-License-Identifier: MIT */
#include "store/store_evidence.h"

#include "model/account.h"
#include "model/match.h"
#include "store/store_db.h"

/* One row of numbers; NULL reads as 0. */
static bool numbers(struct store *st, const char *sql, const int64_t *bind, int bind_n,
		    int64_t *const *out, int n, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next got;

	if (!db_prepare(st, sql, &q, err))
		return false;
	for (int i = 0; i < bind_n; i++)
		sqlite3_bind_int64(q, i + 1, bind[i]);
	got = db_next(st, q, err);
	for (int i = 0; i < n && got == NEXT_ITEM; i++)
		*out[i] = sqlite3_column_int64(q, i);
	sqlite3_finalize(q);
	if (got == NEXT_END)
		err_set(err, ERR_BUG, "a sum without a row");
	return got == NEXT_ITEM;
}
#define NUMBERS(st, sql, bind, out, err)                                                 \
	numbers(st, sql, bind, COUNT_OF(bind), out, COUNT_OF(out), err)

/* ---- accounts ---- */

/* ?1 side, ?2 normal access, ?3 read whole, ?4 partly, ?5 counts */
static const char sql_accounts[] =
	"SELECT count(*), count(opened), count(counted), count(whole), min(counted),"
	" min(whole) FROM (SELECT"
	" (SELECT max(s.at) FROM account_seen s WHERE s.account = a.id"
	"  AND s.outcome IN (?3, ?4)) AS opened,"
	" (SELECT max(s.at) FROM account_seen s WHERE s.account = a.id"
	"  AND s.outcome = ?3) AS counted,"
	" (SELECT max(s.at) FROM account_seen s WHERE s.account = a.id"
	"  AND s.outcome = ?3 AND s.depth <> ?5) AS whole"
	" FROM account a WHERE a.side = ?1 AND a.access = ?2 AND a.id IN"
	" (SELECT CASE ?1 WHEN 0 THEN t.old_account ELSE t.new_account END"
	"  FROM transfer t WHERE t.gone = 0))";
static const char sql_newest_attempt[] =
	"SELECT max(s.at) FROM account_seen s JOIN account a ON a.id = s.account"
	" WHERE a.side = ?1";
_Static_assert(SIDE_OLD == 0, "as the SQL says");

static bool look_at_accounts(struct store *st, enum side side, struct evidence_side *e,
			     struct err *err)
{
	const int64_t bind[] = { side, ACCESS_NORMAL, ACCOUNT_READ, ACCOUNT_PARTLY,
				 DEPTH_COUNTS };
	int64_t *const out[] = { &e->accounts, &e->opened,	   &e->counted,
				 &e->read,     &e->oldest_counted, &e->oldest_read };
	int64_t *const newest[] = { &e->newest };

	return NUMBERS(st, sql_accounts, bind, out, err) &&
	       numbers(st, sql_newest_attempt, bind, 1, newest, 1, err);
}

/* ---- scans ---- */

static const char sql_newest_scan[] =
	"SELECT coalesce(max(e.run), 0), coalesce(max(e.at), 0) FROM run_end e"
	" WHERE e.run IN (SELECT s.run FROM folder_scan s JOIN folder f ON f.id ="
	" s.folder JOIN account a ON a.id = f.account WHERE a.side = ?1)";
/* Messages that are there and that the scan ?2 could know of. */
static const char sql_scanned[] =
	"SELECT count(*), count(newest), count(CASE WHEN newest IS NOT NULL AND EXISTS"
	" (SELECT 1 FROM body_seen b WHERE b.message = id AND b.run = newest AND"
	" (b.read = 0 OR b.symptoms <> 0)) THEN 1 END) FROM (SELECT m.id AS id,"
	" (SELECT max(x.run) FROM body_seen x WHERE x.message = m.id) AS newest"
	" FROM account a JOIN folder f ON f.account = a.id AND f.gone_run IS NULL"
	" JOIN folder_epoch e ON e.id = (SELECT max(y.id) FROM folder_epoch y"
	"  WHERE y.folder = f.id)"
	" JOIN message m ON m.id BETWEEN e.id << 32 AND (e.id << 32) + 4294967295"
	" WHERE a.side = ?1 AND m.gone_run IS NULL AND m.first_run <= ?2)";

static bool look_at_scans(struct store *st, enum side side, struct evidence_side *e,
			  struct err *err)
{
	int64_t bind[] = { side, 0 };
	int64_t *const scan[] = { &bind[1], &e->scanned_at };
	int64_t *const out[] = { &e->messages, &e->scanned, &e->damaged };

	if (!numbers(st, sql_newest_scan, bind, 1, scan, 2, err))
		return false;
	return bind[1] == 0 || NUMBERS(st, sql_scanned, bind, out, err);
}

/* ---- logs ---- */

static const char sql_logs[] =
	"SELECT count(*), max(e.at), (SELECT max(s.last) FROM log_span s WHERE s.side ="
	" ?1) FROM log_file f JOIN run_end e ON e.run = f.run WHERE f.side = ?1";

static bool look_at_logs(struct store *st, enum side side, struct evidence_side *e,
			 struct err *err)
{
	const int64_t bind[] = { side };
	int64_t *const out[] = { &e->log_files, &e->logs_at, &e->logs_until };

	return NUMBERS(st, sql_logs, bind, out, err);
}

/* ---- transfers ---- */

static const char sql_transfers[] =
	"SELECT count(*), count(CASE WHEN decision = '' THEN 1 END),"
	" count(CASE WHEN owner = '' THEN 1 END) FROM transfer WHERE gone = 0";

/* The words of transfer_stays. */
#define MOVES                                                                            \
	"t.gone = 0 AND t.old_account IS NOT NULL AND"                                   \
	" lower(t.decision) NOT IN ('archive', 'delete', 'keep')"
static const char sql_moves[] =
	"SELECT count(*), count(t.new_account), count(CASE WHEN j.verdict = ?1 THEN 1"
	" END), count(CASE WHEN j.verdict = ?2 THEN 1 END),"
	" count(CASE WHEN j.verdict = ?3 THEN 1 END),"
	" count(CASE WHEN j.transfer IS NULL OR j.verdict = ?4 THEN 1 END),"
	" sum(j.loss), sum(j.doubt), sum(j.accepted),"
	" min(CASE WHEN j.verdict <> ?4 THEN min(j.old_seen, j.new_seen) END)"
	" FROM transfer t LEFT JOIN judgement j ON j.transfer = t.id WHERE " MOVES;
static const char sql_seals[] =
	"SELECT count(CASE WHEN s.sound = 1 THEN 1 END),"
	" count(CASE WHEN s.sound = 0 THEN 1 END),"
	" count(CASE WHEN s.id IS NULL THEN 1 END)"
	" FROM transfer t LEFT JOIN seal s ON s.id = (SELECT max(x.id) FROM seal x"
	" WHERE x.transfer = t.id) WHERE " MOVES;
/* What was told before a rollback does not count. */
static const char sql_events[] =
	"SELECT count(pass), count(cut), min(cut), max(cut) FROM (SELECT"
	" (SELECT max(e.at) FROM event e WHERE e.transfer = t.id AND e.kind ="
	"  'last-pass' AND e.id > back) AS pass,"
	" (SELECT max(e.at) FROM event e WHERE e.transfer = t.id AND e.kind ="
	"  'cutover' AND e.id > back) AS cut FROM (SELECT t.*, coalesce((SELECT max(r.id)"
	"  FROM event r WHERE r.transfer = t.id AND r.kind = 'rollback'), 0) AS back"
	" FROM transfer t) t WHERE " MOVES ")";
static const char sql_stops[] = "SELECT max(CASE WHEN kind = 'stop' THEN at END),"
				" max(CASE WHEN kind = 'start' THEN at END) FROM event";

static bool look_at_moves(struct store *st, struct evidence *e, struct err *err)
{
	struct evidence_moves *m = &e->moves;
	const int64_t verdicts[] = { VERDICT_CLEAN, VERDICT_DIFFERS, VERDICT_INCOMPLETE,
				     VERDICT_NOT_JUDGED };
	int64_t *const all[] = { &e->transfers, &e->undecided, &e->unowned };
	int64_t *const moves[] = { &m->transfers,    &m->with_new,   &m->clean,
				   &m->differ,	     &m->incomplete, &m->unjudged,
				   &m->loss,	     &m->doubt,	     &m->accepted,
				   &m->oldest_judged };
	int64_t *const seals[] = { &m->sealed, &m->unsound, &m->unsealed };
	int64_t *const events[] = { &m->last_pass, &m->cut_over, &m->first_cutover,
				    &m->last_cutover };
	int64_t *const stops[] = { &e->stopped_at, &e->started_at };

	return numbers(st, sql_transfers, NULL, 0, all, COUNT_OF(all), err) &&
	       NUMBERS(st, sql_moves, verdicts, moves, err) &&
	       numbers(st, sql_seals, NULL, 0, seals, COUNT_OF(seals), err) &&
	       numbers(st, sql_events, NULL, 0, events, COUNT_OF(events), err) &&
	       numbers(st, sql_stops, NULL, 0, stops, COUNT_OF(stops), err);
}

/* ---- */

static const char sql_newest[] =
	"SELECT max(t) FROM (SELECT max(started) AS t FROM run UNION ALL"
	" SELECT max(at) FROM run_end UNION ALL SELECT max(time) FROM ledger)";

bool store_evidence(struct store *st, int64_t now, bool one_sided, struct evidence *out,
		    struct err *err)
{
	int64_t *const newest[] = { &out->newest };
	bool own = !st->tx, ok = true;

	evidence_init(out);
	out->now = now;
	out->one_sided = one_sided;
	if (own && !store_read_begin(st, err))
		return false;
	for (int s = 0; ok && s < SIDE_COUNT; s++)
		ok = look_at_accounts(st, (enum side)s, &out->side[s], err) &&
		     look_at_scans(st, (enum side)s, &out->side[s], err) &&
		     look_at_logs(st, (enum side)s, &out->side[s], err);
	ok = ok && look_at_moves(st, out, err) &&
	     numbers(st, sql_newest, NULL, 0, newest, 1, err);
	if (own)
		store_read_end(st);
	return ok;
}
