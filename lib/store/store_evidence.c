/* SPDX-License-Identifier: MIT */
#include "store/store_evidence.h"

#include "model/account.h"
#include "model/match.h"
#include "store/store_db.h"
#include "store/store_window.h"

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
	db_return(st, q);
	if (got == NEXT_END)
		err_set(err, ERR_BUG, "a sum without a row");
	return got == NEXT_ITEM;
}
#define NUMBERS(st, sql, bind, out, err)                                                 \
	numbers(st, sql, bind, COUNT_OF(bind), out, COUNT_OF(out), err)

/* ---- accounts ---- */

/* What is known of one account while its readings are walked. */
struct known {
	bool wanted; /* some transfer names it, and it may be opened */
	enum side side;
	int64_t opened, counted, whole;
};

static const char sql_account_max[] = "SELECT coalesce(max(id), 0) FROM account";
static const char sql_named[] =
	"SELECT old_account, new_account FROM transfer WHERE gone = 0";
static const char sql_accounts[] = "SELECT id, side, access FROM account";
/* Newest first: what an account had before its newest whole reading does not matter. */
static const char sql_seen[] =
	"SELECT s.account, s.at, s.outcome, s.depth FROM account_seen s"
	" JOIN account a ON a.id = s.account WHERE s.id > a.seen_from"
	" ORDER BY s.id DESC";

static bool name_accounts(struct store *st, struct known *v, int64_t most,
			  struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql_named, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM)
		for (int s = 0; s < SIDE_COUNT; s++) {
			int64_t id = sqlite3_column_int64(q, s);

			if (id > 0 && id <= most)
				v[id].wanted = true;
		}
	db_return(st, q);
	return n == NEXT_END;
}

/* *open_out: how many are wanted. */
static bool sort_accounts(struct store *st, struct known *v, int64_t most,
			  struct evidence *e, int64_t *open_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql_accounts, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		int64_t id = sqlite3_column_int64(q, 0);
		int side;

		if (!db_enum(st, q, 1, SIDE_COUNT, &side, err)) {
			n = NEXT_FAIL;
			break;
		}
		if (id < 1 || id > most)
			continue;
		v[id].side = (enum side)side;
		v[id].wanted &= sqlite3_column_int64(q, 2) == ACCESS_NORMAL;
		e->side[side].accounts += v[id].wanted;
		*open_out += v[id].wanted;
	}
	db_return(st, q);
	return n == NEXT_END;
}

static void look_at_reading(sqlite3_stmt *q, struct known *k, struct evidence_side *e,
			    int64_t *open)
{
	int64_t at = sqlite3_column_int64(q, 1), outcome = sqlite3_column_int64(q, 2);

	if (at > e->newest)
		e->newest = at;
	if (!k->wanted || k->whole != 0)
		return;
	if (k->opened == 0 && (outcome == ACCOUNT_READ || outcome == ACCOUNT_PARTLY))
		k->opened = at;
	if (outcome != ACCOUNT_READ)
		return;
	if (k->counted == 0)
		k->counted = at;
	if (sqlite3_column_int64(q, 3) != DEPTH_COUNTS) {
		k->whole = at;
		--*open;
	}
}

static void older(int64_t *oldest, int64_t at)
{
	if (at != 0 && (*oldest == 0 || at < *oldest))
		*oldest = at;
}

/* Each table is walked once: a query for each of 200,000 accounts takes many times as
 * long. */
static bool look_at_accounts(struct store *st, struct evidence *e, struct err *err)
{
	int64_t most = 0, open = 0;
	int64_t *const out[] = { &most };
	sqlite3_stmt *q = NULL;
	enum next n = NEXT_END;
	struct known *v;
	bool ok;

	if (!numbers(st, sql_account_max, NULL, 0, out, 1, err))
		return false;
	if (most < 0 || (uint64_t)most >= SIZE_MAX / 1024)
		return db_damaged(st, "an account with an absurd number", err);
	v = mem_calloc((size_t)most + 1, sizeof *v);
	ok = name_accounts(st, v, most, err) &&
	     sort_accounts(st, v, most, e, &open, err) &&
	     db_prepare(st, sql_seen, &q, err);
	while (ok && open > 0 && (n = db_next(st, q, err)) == NEXT_ITEM) {
		int64_t id = sqlite3_column_int64(q, 0);

		if (id > 0 && id <= most)
			look_at_reading(q, &v[id], &e->side[v[id].side], &open);
	}
	db_return(st, q);
	for (int64_t i = 1; i <= most; i++) {
		struct evidence_side *side = &e->side[v[i].side];

		side->opened += v[i].opened != 0;
		side->counted += v[i].counted != 0;
		side->read += v[i].whole != 0;
		older(&side->oldest_counted, v[i].counted);
		older(&side->oldest_read, v[i].whole);
	}
	free(v);
	return ok && n != NEXT_FAIL;
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
	" (SELECT max(x.run) FROM body_seen x WHERE x.message = m.id AND "
	"NOT " BODY_OF_OTHER(
		"x") ") AS newest"
		     " FROM account a JOIN folder f ON f.account = a.id AND f.gone_run "
		     "IS NULL"
		     " JOIN folder_epoch e ON e.id = (SELECT max(y.id) FROM folder_epoch "
		     "y"
		     "  WHERE y.folder = f.id)"
		     " JOIN message m ON m.id BETWEEN e.id << 32 AND (e.id << 32) + "
		     "4294967295"
		     " WHERE a.side = ?1 AND m.gone_run IS NULL AND m.first_run <= ?2)";

/* What an audit could not read, and is not among the messages: there, looked at, and as
 * good as damaged. */
static const char sql_holes[] =
	"SELECT count(*) FROM folder_hole h JOIN folder_seen s ON s.id = h.seen"
	" JOIN folder f ON f.id = s.folder AND f.gone_run IS NULL"
	" JOIN account a ON a.id = f.account WHERE +a.side = ?1 AND s.id = (SELECT"
	" max(x.id) FROM folder_seen x WHERE x.folder = f.id AND x.outcome <> ?2)"
	" AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = s.epoch << 32 | h.uid"
	" AND m.gone_run IS NULL)";

static bool look_at_scans(struct store *st, enum side side, struct evidence_side *e,
			  struct err *err)
{
	int64_t bind[] = { side, 0 };
	int64_t *const scan[] = { &bind[1], &e->scanned_at };
	int64_t *const out[] = { &e->messages, &e->scanned, &e->damaged };
	const int64_t holes_bind[] = { side, FOLDER_COUNTED };
	int64_t holes = 0;
	int64_t *const holes_out[] = { &holes };

	if (!numbers(st, sql_newest_scan, bind, 1, scan, 2, err))
		return false;
	if (bind[1] == 0)
		return true;
	if (!NUMBERS(st, sql_scanned, bind, out, err) ||
	    !NUMBERS(st, sql_holes, holes_bind, holes_out, err))
		return false;
	e->messages += holes;
	e->scanned += holes;
	e->damaged += holes;
	return true;
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
static const char sql_transfer_max[] = "SELECT coalesce(max(id), 0) FROM transfer";
static const char sql_movers[] = "SELECT t.id FROM transfer t WHERE " MOVES;
static const char sql_events[] = "SELECT transfer, kind, at FROM event ORDER BY id";

/* What was told of one transfer that moves. */
struct told {
	bool moves;
	int64_t pass, cut; /* newest since a rollback */
};

static void hear(struct told *t, const char *kind, int64_t at)
{
	if (strcmp(kind, "rollback") == 0)
		t->pass = t->cut = 0;
	else if (strcmp(kind, "last-pass") == 0 && at > t->pass)
		t->pass = at;
	else if (strcmp(kind, "cutover") == 0 && at > t->cut)
		t->cut = at;
}

/* Both tables are walked once. */
static bool look_at_events(struct store *st, struct evidence_moves *m, struct err *err)
{
	sqlite3_stmt *q = NULL, *events = NULL;
	enum next n = NEXT_FAIL;
	int64_t most = 0;
	int64_t *const out[] = { &most };
	struct told *v;

	if (!numbers(st, sql_transfer_max, NULL, 0, out, 1, err))
		return false;
	if (most < 0 || (uint64_t)most >= SIZE_MAX / 1024)
		return db_damaged(st, "a transfer with an absurd number", err);
	v = mem_calloc((size_t)most + 1, sizeof *v);
	if (db_prepare(st, sql_movers, &q, err) &&
	    db_prepare(st, sql_events, &events, err)) {
		while ((n = db_next(st, q, err)) == NEXT_ITEM)
			v[sqlite3_column_int64(q, 0)].moves = true;
		while (n == NEXT_END && (n = db_next(st, events, err)) == NEXT_ITEM) {
			int64_t id = sqlite3_column_int64(events, 0);

			if (id > 0 && id <= most)
				hear(&v[id], db_text(events, 1),
				     sqlite3_column_int64(events, 2));
			n = NEXT_END;
		}
	}
	db_return(st, q);
	db_return(st, events);
	for (int64_t i = 1; i <= most; i++) {
		if (!v[i].moves)
			continue;
		m->last_pass += v[i].pass != 0;
		m->cut_over += v[i].cut != 0;
		older(&m->first_cutover, v[i].cut);
		if (v[i].cut > m->last_cutover)
			m->last_cutover = v[i].cut;
	}
	free(v);
	return n != NEXT_FAIL;
}

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
	int64_t *const stops[] = { &e->stopped_at, &e->started_at };

	return numbers(st, sql_transfers, NULL, 0, all, COUNT_OF(all), err) &&
	       NUMBERS(st, sql_moves, verdicts, moves, err) &&
	       numbers(st, sql_seals, NULL, 0, seals, COUNT_OF(seals), err) &&
	       look_at_events(st, m, err) &&
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
	bool own = !st->tx, ok;

	evidence_init(out);
	out->now = now;
	out->one_sided = one_sided;
	if (own && !store_read_begin(st, err))
		return false;
	ok = look_at_accounts(st, out, err);
	for (int s = 0; ok && s < SIDE_COUNT; s++)
		ok = look_at_scans(st, (enum side)s, &out->side[s], err) &&
		     look_at_logs(st, (enum side)s, &out->side[s], err);
	ok = ok && look_at_moves(st, out, err) &&
	     numbers(st, sql_newest, NULL, 0, newest, 1, err);
	if (own)
		store_read_end(st);
	return ok;
}
