/* SPDX-License-Identifier: MIT */
#include "store/store_count.h"

#include "model/account.h"
#include "store/store_db.h"
#include "store/store_folder.h"

static const char sql_add[] = "INSERT INTO server_count (side, name, folder, messages, "
			      "octets, source, line, told, batch)"
			      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

bool store_count_add(struct store *st, const struct server_count *c, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_COUNT_ADD, sql_add);

	sqlite3_bind_int(q, 1, (int)c->side);
	db_bind_str(q, 2, c->name);
	db_bind_str(q, 3, c->folder != NULL ? c->folder : "");
	sqlite3_bind_int64(q, 4, c->messages);
	sqlite3_bind_int64(q, 5, c->octets);
	db_bind_str(q, 6, c->source);
	sqlite3_bind_int64(q, 7, c->line);
	sqlite3_bind_int64(q, 8, c->told);
	sqlite3_bind_int64(q, 9, c->batch);
	return db_run(st, q, err);
}

/* A list that tells the account and its folders is believed in the former. */
static const char sql_counted[] =
	"WITH last AS (SELECT side, lower(name) AS name, max(batch) AS batch FROM "
	"server_count"
	"  WHERE messages >= 0 GROUP BY side, lower(name)),"
	" sums AS (SELECT c.side AS side, last.name AS name, min(c.source) AS source,"
	"  min(c.line) AS line, max(c.told) AS told,"
	"  count(CASE WHEN c.folder = '' THEN 1 END) AS whole,"
	"  count(CASE WHEN c.folder <> '' THEN 1 END) AS folders,"
	"  max(CASE WHEN c.folder = '' THEN c.messages END) AS of_whole,"
	"  sum(CASE WHEN c.folder <> '' THEN c.messages END) AS of_folders"
	"  FROM server_count c JOIN last ON last.side = c.side"
	"  AND last.name = lower(c.name) AND last.batch = c.batch"
	"  WHERE c.messages >= 0 GROUP BY c.side, last.name)"
	" SELECT a.side, a.id, a.\"user\", s.source, s.line,"
	"  CASE WHEN s.whole > 0 THEN 0 ELSE s.folders END, s.told, seen.at,"
	"  CASE WHEN s.whole > 0 THEN s.of_whole ELSE s.of_folders END, seen.messages"
	" FROM sums s JOIN account a ON a.side = s.side AND lower(a.\"user\") = s.name"
	" LEFT JOIN account_seen seen ON seen.id = (SELECT max(x.id) FROM account_seen x"
	"  WHERE x.account = a.id AND x.id > a.seen_from AND x.outcome IN (?1, ?2))"
	" ORDER BY a.side, a.\"user\"";

static bool read_counted(struct store *st, sqlite3_stmt *q, struct arena *arena,
			 void *item, struct err *err)
{
	struct counted_account *out = item;

	(void)st, (void)err;
	*out = (struct counted_account){
		.side = sqlite3_column_int(q, 0) == SIDE_OLD ? SIDE_OLD : SIDE_NEW,
		.account = sqlite3_column_int64(q, 1),
		.user = db_text_in(q, 2, arena),
		.source = db_text_in(q, 3, arena),
		.line = sqlite3_column_int64(q, 4),
		.folders = sqlite3_column_int64(q, 5),
		.told = sqlite3_column_int64(q, 6),
		.at = sqlite3_column_int64(q, 7),
		.server = sqlite3_column_int64(q, 8),
		.ours = sqlite3_column_int64(q, 9),
	};
	return true;
}

bool store_counted(struct store *st, struct arena *arena, struct counted_account **out,
		   size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_counted, &q, err))
		return false;
	sqlite3_bind_int(q, 1, ACCOUNT_READ);
	sqlite3_bind_int(q, 2, ACCOUNT_PARTLY);
	if (!db_list(st, q, sizeof **out, read_counted, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

/* ---- an account and its folders ---- */

static const char sql_parts[] =
	"WITH a AS (SELECT side, lower(\"user\") AS name FROM account WHERE id = ?1)"
	" SELECT c.folder, c.messages, c.octets, c.source, c.line, c.told"
	" FROM server_count c JOIN a ON a.side = c.side AND a.name = lower(c.name)"
	" WHERE c.batch = (SELECT max(x.batch) FROM server_count x"
	"  JOIN a ON a.side = x.side AND a.name = lower(x.name)) ORDER BY c.id";

static bool read_part(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct counted_part *out = item;
	const char *folder = db_text_in(q, 0, arena);

	(void)st, (void)err;
	*out = (struct counted_part){ .folder = *folder != '\0' ? folder : NULL,
				      .messages = sqlite3_column_int64(q, 1),
				      .octets = sqlite3_column_int64(q, 2),
				      .our_messages = -1,
				      .our_octets = -1,
				      .source = db_text_in(q, 3, arena),
				      .line = sqlite3_column_int64(q, 4),
				      .told = sqlite3_column_int64(q, 5) };
	return true;
}

/* Do both mean one folder?  told begins behind its first separator, ours behind the
 * prefix. */
static bool same_folder(const char *told, const char *ours, char delim)
{
	size_t i = 0;

	if (strncasecmp(told, "INBOX", 5) == 0 && strncasecmp(ours, "INBOX", 5) == 0)
		i = 5;
	for (; told[i] != '\0' && ours[i] != '\0'; i++) {
		bool cut = told[i] == '/' || told[i] == '\\';

		if (cut && (ours[i] == delim || ours[i] == '/'))
			continue;
		if (told[i] != ours[i])
			return false;
	}
	return told[i] == ours[i];
}

/* A folder of the account's own that was read. */
static bool holds_mail(const struct folder_view *f)
{
	return (f->folder.attrs &
		(FOLDER_NOSELECT | FOLDER_NONEXISTENT | FOLDER_FOREIGN)) == 0;
}

static void meet(struct counted_part *c, const struct account_view *a,
		 const struct folder_view *f, size_t n)
{
	const char *told = c->folder;
	size_t prefix = strlen(a->prefix);

	/* that of a shared tree has no delimiter behind it */
	prefix += prefix > 0 && a->delim != '\0' && a->prefix[prefix - 1] != a->delim;
	told += *told == '/' || *told == '\\';
	for (size_t i = 0; i < n && !c->met; i++) {
		const char *name = f[i].folder.name, *wire = f[i].folder.wire;

		if (!holds_mail(&f[i]))
			continue;
		c->met = strcmp(c->folder, wire) == 0 ||
			 same_folder(told, name, f[i].folder.delim) ||
			 (strncmp(name, a->prefix, strlen(a->prefix)) == 0 &&
			  strlen(name) >= prefix &&
			  same_folder(told, name + prefix, f[i].folder.delim));
		if (c->met && f[i].seen_run != 0) {
			c->our_messages = f[i].state.exists;
			c->our_octets = f[i].state.octets;
		}
	}
}

/* Sums over all folders; -1 when one is not known. */
static void sum_up(struct counted_part *c, const struct folder_view *f, size_t n)
{
	c->met = true;
	c->our_messages = c->our_octets = 0;
	for (size_t i = 0; i < n; i++) {
		if (!holds_mail(&f[i]))
			continue;
		if (f[i].seen_run == 0 || f[i].state.exists < 0)
			c->our_messages = -1;
		else if (c->our_messages >= 0)
			c->our_messages += f[i].state.exists;
		if (f[i].seen_run == 0 || f[i].state.octets < 0)
			c->our_octets = -1;
		else if (c->our_octets >= 0)
			c->our_octets += f[i].state.octets;
	}
}

bool counted_differs(const struct counted_part *c)
{
	return (c->messages >= 0 && c->our_messages >= 0 &&
		c->messages != c->our_messages) ||
	       (c->octets >= 0 && c->our_octets >= 0 && c->octets != c->our_octets);
}

bool store_counted_parts(struct store *st, int64_t account, struct arena *arena,
			 struct counted_part **out, size_t *n_out, struct err *err)
{
	struct folder_view *folder = NULL;
	struct counted_part *part;
	sqlite3_stmt *q = NULL;
	size_t n = 0, folder_n = 0;
	struct account_view a;
	void *list = NULL;

	if (!db_prepare(st, sql_parts, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	if (!db_list(st, q, sizeof *part, read_part, arena, &list, &n, err))
		return false;
	part = list;
	if (n > 0 && (!store_account_view(st, account, arena, &a, err) ||
		      !store_folders(st, account, false, arena, &folder, &folder_n, err)))
		return false;
	for (size_t i = 0; i < n; i++) {
		part[i].at = a.good_at;
		if (a.good_at == 0)
			continue;
		if (part[i].folder == NULL)
			sum_up(&part[i], folder, folder_n);
		else
			meet(&part[i], &a, folder, folder_n);
	}
	*out = part;
	*n_out = n;
	return true;
}

static bool read_number(struct store *st, sqlite3_stmt *q, struct arena *arena,
			void *item, struct err *err)
{
	(void)st, (void)arena, (void)err;
	*(int64_t *)item = sqlite3_column_int64(q, 0);
	return true;
}

static const char sql_strangers[] =
	"SELECT c.name, min(c.line) FROM server_count c WHERE c.source = ?1"
	" AND c.batch = ?2 AND NOT EXISTS (SELECT 1 FROM account a WHERE a.side = c.side"
	" AND lower(a.\"user\") = lower(c.name)) GROUP BY c.name ORDER BY min(c.line)";

static bool read_name(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	const char **out = item;

	(void)st, (void)err;
	*out = db_text_in(q, 0, arena);
	return true;
}

static const char sql_batch[] = "SELECT coalesce(max(batch), 0) + 1 FROM server_count";

bool store_count_batch(struct store *st, int64_t *out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;
	struct arena arena;
	size_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = db_prepare(st, sql_batch, &q, err) &&
	     db_list(st, q, sizeof *out, read_number, &arena, &list, &n, err);
	if (ok && n == 1)
		*out = *(int64_t *)list;
	arena_done(&arena);
	return ok;
}

bool store_count_strangers(struct store *st, const char *source, int64_t batch,
			   struct arena *arena, int64_t *n_out, const char **first_out,
			   struct err *err)
{
	sqlite3_stmt *q = NULL;
	const char **names;
	void *list = NULL;
	size_t n = 0;

	if (!db_prepare(st, sql_strangers, &q, err))
		return false;
	db_bind_str(q, 1, source);
	sqlite3_bind_int64(q, 2, batch);
	if (!db_list(st, q, sizeof *names, read_name, arena, &list, &n, err))
		return false;
	names = list;
	*n_out = (int64_t)n;
	*first_out = n > 0 ? names[0] : "";
	return true;
}
