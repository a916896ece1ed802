/* SPDX-License-Identifier: MIT */
#include "store/store_plan.h"

#include "base/clock.h"
#include "store/store_db.h"
#include "store/store_person.h"
#include "store/store_run.h"

struct store_plan {
	struct store *st;
	sqlite3_stmt *q; /* adds an item */
	int64_t id, seq;
	bool own;
};

static const char sql_add[] = "INSERT INTO plan (kind, at, teller, summary, ledger)"
			      " VALUES (?1, ?2, ?3, ?4, (SELECT max(seq) FROM ledger))";
static const char sql_item[] =
	"INSERT INTO plan_item (plan, seq, transfer, class, folder, wave, amount, text)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

static bool add_head(struct store_plan *p, const char *kind, const char *teller,
		     const char *summary, struct err *err)
{
	char code[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(p->st, teller, code, err) ||
	    !store_ledger_append(p->st, teller, "plan", summary, err) ||
	    !db_prepare(p->st, sql_add, &q, err))
		return false;
	db_bind_str(q, 1, kind);
	sqlite3_bind_int64(q, 2, clock_now());
	db_bind_str(q, 3, code);
	db_bind_str(q, 4, summary);
	ok = db_run(p->st, q, err);
	db_return(p->st, q);
	p->id = sqlite3_last_insert_rowid(p->st->db);
	return ok && db_prepare(p->st, sql_item, &p->q, err);
}

bool store_plan_begin(struct store *st, const char *kind, const char *teller,
		      const char *summary, struct store_plan **out, struct err *err)
{
	struct store_plan *p = mem_calloc(1, sizeof *p);

	p->st = st;
	if (!db_tx_begin(st, &p->own, err)) {
		free(p);
		return false;
	}
	if (!add_head(p, kind, teller, summary, err))
		return store_plan_end(p, false, err);
	*out = p;
	return true;
}

bool store_plan_add(struct store_plan *p, const struct plan_item *item, struct err *err)
{
	sqlite3_bind_int64(p->q, 1, p->id);
	sqlite3_bind_int64(p->q, 2, ++p->seq);
	db_bind_id(p->q, 3, item->transfer);
	db_bind_str(p->q, 4, item->cls);
	db_bind_str(p->q, 5, item->folder != NULL ? item->folder : "");
	sqlite3_bind_int64(p->q, 6, item->wave);
	sqlite3_bind_int64(p->q, 7, item->amount);
	db_bind_str(p->q, 8, item->text != NULL ? item->text : "");
	return db_run(p->st, p->q, err);
}

bool store_plan_end(struct store_plan *p, bool ok, struct err *err)
{
	db_return(p->st, p->q);
	ok = db_tx_end(p->st, p->own, ok, err);
	free(p);
	return ok;
}

#define KEPT "SELECT id, at, " PERSON_NAME("teller") ", summary, kind FROM plan "
static const char sql_newest[] = KEPT "WHERE kind = ?1 ORDER BY id DESC LIMIT 1";
static const char sql_all[] = KEPT
	"WHERE id IN (SELECT max(id) FROM plan GROUP BY kind) ORDER BY kind";

static bool read_kept(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct plan_kept *out = item;

	(void)st, (void)err;
	*out = (struct plan_kept){ .id = sqlite3_column_int64(q, 0),
				   .at = sqlite3_column_int64(q, 1),
				   .teller = db_text_in(q, 2, arena),
				   .summary = db_text_in(q, 3, arena),
				   .kind = db_text_in(q, 4, arena) };
	return true;
}

bool store_plan_newest(struct store *st, const char *kind, struct arena *arena,
		       struct plan_kept *out, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql_newest, &q, err))
		return false;
	db_bind_str(q, 1, kind);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		(void)read_kept(st, q, arena, out, err);
	db_return(st, q);
	*found_out = n == NEXT_ITEM;
	return n != NEXT_FAIL;
}

bool store_plans_newest(struct store *st, struct arena *arena, struct plan_kept **out,
			size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_all, &q, err) ||
	    !db_list(st, q, sizeof **out, read_kept, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_items[] =
	"SELECT coalesce(transfer, 0), class, folder, wave, amount, text FROM plan_item"
	" WHERE plan = ?1 ORDER BY seq";

static bool read_item(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct plan_item *out = item;

	(void)st, (void)err;
	*out = (struct plan_item){ .transfer = sqlite3_column_int64(q, 0),
				   .cls = db_text_in(q, 1, arena),
				   .folder = db_text_in(q, 2, arena),
				   .wave = sqlite3_column_int64(q, 3),
				   .amount = sqlite3_column_int64(q, 4),
				   .text = db_text_in(q, 5, arena) };
	return true;
}

bool store_plan_items(struct store *st, int64_t plan, struct arena *arena,
		      struct plan_item **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_items, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, plan);
	if (!db_list(st, q, sizeof **out, read_item, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
