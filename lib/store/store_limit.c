/* SPDX-License-Identifier: MIT */
#include "store/store_limit.h"

#include "base/clock.h"
#include "store/store_db.h"

static const char sql_limits[] =
	"SELECT kind, name, used, \"limit\", run, at FROM account_limit"
	" WHERE id IN (SELECT max(id) FROM account_limit WHERE account = ?1"
	" GROUP BY kind, name) ORDER BY kind, name";

static bool read_limit(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	struct limit_view *out = item;
	int kind;

	if (!db_enum(st, q, 0, LIMIT_KIND_COUNT, &kind, err))
		return false;
	*out = (struct limit_view){ .limit = { .kind = (enum limit_kind)kind,
					       .name = db_text_in(q, 1, arena),
					       .used = sqlite3_column_int64(q, 2),
					       .allowed = sqlite3_column_int64(q, 3) },
				    .run = sqlite3_column_int64(q, 4),
				    .at = sqlite3_column_int64(q, 5) };
	return true;
}

bool store_limits(struct store *st, int64_t account, struct arena *arena,
		  struct limit_view **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_limits, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	if (!db_list(st, q, sizeof **out, read_limit, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_limit_add[] =
	"INSERT INTO account_limit (run, account, at, kind, name, used, \"limit\")"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static bool add(struct store *st, int64_t account, const struct limit *l, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_LIMIT_ADD, sql_limit_add);

	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, account);
	sqlite3_bind_int64(q, 3, clock_now());
	sqlite3_bind_int(q, 4, (int)l->kind);
	db_bind_str(q, 5, l->name);
	sqlite3_bind_int64(q, 6, l->used);
	sqlite3_bind_int64(q, 7, l->allowed);
	return db_run(st, q, err);
}

static int by_name(const struct limit *a, const struct limit *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_name_at(const void *va, const void *vb)
{
	const struct limit *const *a = va, *const *b = vb;

	return by_name(*a, *b);
}

/* No limit any more: what was used of it is not told either. */
static bool lift(struct store *st, int64_t account, const struct limit *was,
		 struct err *err)
{
	const struct limit none = {
		.kind = was->kind, .name = was->name, .used = -1, .allowed = -1
	};

	return (was->used == -1 && was->allowed == -1) || add(st, account, &none, err);
}

/* Merge what is told with what is stored, both by kind and name. */
static bool merge(struct store *st, int64_t account, const struct limit *const *list,
		  size_t n, const struct limit_view *was, size_t was_n, unsigned known,
		  struct err *err)
{
	size_t i = 0, k = 0;

	while (i < n || k < was_n) {
		int order = i == n	 ? 1
			    : k == was_n ? -1
					 : by_name(list[i], &was[k].limit);
		bool ok = true;

		if (order > 0) {
			if (known & 1u << was[k].limit.kind)
				ok = lift(st, account, &was[k].limit, err);
		} else if (order < 0 || list[i]->used != was[k].limit.used ||
			   list[i]->allowed != was[k].limit.allowed) {
			ok = add(st, account, list[i], err);
		}
		if (!ok)
			return false;
		k += order >= 0;
		if (order > 0)
			continue;
		/* A server that tells a thing twice is believed the first time. */
		for (i++; i < n && by_name(list[i - 1], list[i]) == 0; i++)
			;
	}
	return true;
}

bool store_limits_put(struct store *st, int64_t account, const struct limit *list,
		      size_t n, unsigned known, struct err *err)
{
	const struct limit **sorted;
	struct limit_view *was;
	struct arena arena;
	size_t was_n;
	bool own, ok;

	if (known == 0)
		return true;
	if (!db_need_run(st, err) || !db_tx_begin(st, &own, err))
		return false;
	arena_init(&arena);
	sorted = arena_alloc(&arena, (n + 1) * sizeof *sorted);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &list[i];
	if (n > 0)
		qsort(sorted, n, sizeof *sorted, by_name_at);
	ok = store_limits(st, account, &arena, &was, &was_n, err) &&
	     merge(st, account, sorted, n, was, was_n, known, err);
	arena_done(&arena);
	return db_tx_end(st, own, ok, err);
}
