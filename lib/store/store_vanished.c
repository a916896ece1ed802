/* SPDX-License-Identifier: MIT */
#include "store/store_vanished.h"

#include "store/store_db.h"

/* Folder epochs of an account, with the run by which all of one was gone: worked out once
 * for each, not for each of its messages. */
#define PLACES                                                                           \
	"WITH place AS MATERIALIZED (SELECT f.id AS folder, f.name, f.delim, f.attrs,"   \
	" e.id AS epoch, coalesce(f.gone_run, (SELECT min(x.first_run) FROM "            \
	"folder_epoch"                                                                   \
	" x WHERE x.folder = f.id AND x.id > e.id)) AS went"                             \
	" FROM folder f JOIN folder_epoch e ON e.folder = f.id WHERE f.account = ?1) "
#define OF_PLACE                                                                         \
	" m.id BETWEEN (p.epoch << 32) AND (p.epoch << 32) + 4294967295"                 \
	" AND m.tier IN (1, 2)"
_Static_assert(TIER_ID == 1 && TIER_FIELDS == 2, "the tiers that have a key");

/* A folder of which there is one reading has lost nothing yet; and that is how it is with
 * most. */
#define CHANGED                                                                          \
	" (p.went IS NOT NULL OR (SELECT count(*) FROM (SELECT 1 FROM folder_seen s"     \
	" WHERE s.folder = p.folder LIMIT 2)) > 1)"

/* Of folders that were read once all is there that was seen then. */
static const char sql_count[] = PLACES
	"SELECT coalesce(m.gone_run, p.went, 9223372036854775807) AS gone, p.name, "
	"p.delim,"
	" p.attrs, count(*), m.first_run AS first FROM place p JOIN message m ON" OF_PLACE
	" WHERE" CHANGED " GROUP BY 1, p.folder, m.first_run UNION ALL"
	" SELECT 9223372036854775807, p.name, p.delim, p.attrs, s.messages, s.run"
	" FROM place p JOIN folder_seen s ON s.folder = p.folder AND s.epoch = p.epoch"
	" WHERE NOT" CHANGED " AND s.messages > 0 ORDER BY 1, 2, 6";

static bool read_count(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	(void)st, (void)err;
	*(struct vanished_count *)item = (struct vanished_count){
		.run = sqlite3_column_int64(q, 0),
		.folder = arena_strdup(arena, db_text(q, 1)),
		.delim = (char)sqlite3_column_int(q, 2),
		.attrs = (unsigned)sqlite3_column_int64(q, 3),
		.messages = sqlite3_column_int64(q, 4),
		.first_run = sqlite3_column_int64(q, 5)
	};
	return true;
}

bool store_vanished_count(struct store *st, int64_t account, struct arena *arena,
			  struct vanished_count **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list;

	if (!db_prepare(st, sql_count, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	if (!db_list(st, q, sizeof **out, read_count, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_vanished[] = PLACES
	", there AS MATERIALIZED (SELECT e.id AS epoch, coalesce(f.gone_run, (SELECT"
	" min(x.first_run) FROM folder_epoch x WHERE x.folder = f.id AND x.id > e.id)) AS"
	" went FROM folder f JOIN folder_epoch e ON e.folder = f.id WHERE f.account = "
	"?2),"
	" other AS MATERIALIZED (SELECT n.\"key\" AS \"key\", max(coalesce(n.gone_run,"
	" t.went, 9223372036854775807)) AS upto FROM there t JOIN message n ON n.id "
	"BETWEEN"
	" (t.epoch << 32) AND (t.epoch << 32) + 4294967295 WHERE n.tier IN (1, 2)"
	" GROUP BY n.\"key\")"
	" SELECT p.name, p.delim, p.attrs, coalesce(o.upto, 0), i.text, m.\"date\""
	" FROM place p JOIN message m ON" OF_PLACE
	" LEFT JOIN other o ON o.\"key\" = m.\"key\""
	" LEFT JOIN message_id i ON i.message = m.id"
	" WHERE coalesce(m.gone_run, p.went) = ?3 AND m.\"key\" NOT IN ("
	"SELECT k.\"key\" FROM place h JOIN message k ON k.id BETWEEN (h.epoch << 32)"
	" AND (h.epoch << 32) + 4294967295 WHERE h.went IS NULL AND k.gone_run IS NULL"
	" AND k.tier IN (1, 2))"
	" ORDER BY m.id";

struct store_vanished {
	struct store *st;
	sqlite3_stmt *q;
};

bool store_vanished_open(struct store *st, int64_t account, int64_t other, int64_t run,
			 struct store_vanished **out, struct err *err)
{
	struct store_vanished *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, sql_vanished, &it->q, err)) {
		free(it);
		return false;
	}
	sqlite3_bind_int64(it->q, 1, account);
	sqlite3_bind_int64(it->q, 2, other);
	sqlite3_bind_int64(it->q, 3, run);
	*out = it;
	return true;
}

enum next store_vanished_next(struct store_vanished *it, struct vanished *out,
			      struct err *err)
{
	sqlite3_stmt *q = it->q;
	enum next next = db_next(it->st, q, err);

	if (next != NEXT_ITEM)
		return next;
	*out = (struct vanished){ .folder = db_text(q, 0),
				  .delim = (char)sqlite3_column_int(q, 1),
				  .attrs = (unsigned)sqlite3_column_int64(q, 2),
				  .upto = sqlite3_column_int64(q, 3),
				  .message_id = db_text(q, 4),
				  .date = db_date(q, 5) };
	return NEXT_ITEM;
}

void store_vanished_close(struct store_vanished *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}
