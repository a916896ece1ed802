/* SPDX-License-Identifier: MIT */
#include "store/store_purge.h"

#include "base/json.h"
#include "model/match.h"
#include "store/store_db.h"
#include "store/store_person.h"
#include "store/store_purge_rows.h"
#include "store/store_purged.h"
#include "store/store_run.h"
#include "store/store_window.h"
#include "store/store_words.h"

/* What a purge is about lies in tables of this connection alone, in memory. */
static const char sql_open[] =
	"PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;"
	"CREATE TEMP TABLE doomed (id INTEGER PRIMARY KEY, name TEXT, old_account "
	"INTEGER,"
	" new_account INTEGER, verdict INTEGER);"
	"CREATE TEMP TABLE doomed_name (name TEXT PRIMARY KEY, transfer INTEGER);"
	"CREATE TEMP TABLE doomed_account (id INTEGER PRIMARY KEY, transfer INTEGER);"
	"CREATE TEMP TABLE doomed_epoch (id INTEGER PRIMARY KEY, transfer INTEGER);"
	"CREATE TEMP TABLE doomed_text (id INTEGER PRIMARY KEY, transfer INTEGER);"
	"CREATE TEMP TABLE before (kind INTEGER, row INTEGER, was BLOB,"
	" PRIMARY KEY (kind, row));"
	"CREATE TEMP TABLE guard (name TEXT, sql TEXT);";
static const char sql_close[] =
	"DROP TABLE IF EXISTS temp.doomed; DROP TABLE IF EXISTS temp.doomed_name;"
	"DROP TABLE IF EXISTS temp.doomed_account;"
	"DROP TABLE IF EXISTS temp.doomed_epoch; DROP TABLE IF EXISTS temp.doomed_text;"
	"DROP TABLE IF EXISTS temp.before; DROP TABLE IF EXISTS temp.guard;"
	"PRAGMA temp_store = FILE;";

/* An account that a transfer that stays has as well is left as it is. */
static const char sql_doomed_account[] =
	"INSERT OR IGNORE INTO doomed_account SELECT a.id, d.id FROM doomed d JOIN "
	"account a"
	" ON a.id IN (d.old_account, d.new_account) WHERE NOT EXISTS (SELECT 1 FROM"
	" transfer t WHERE a.id IN (t.old_account, t.new_account) AND t.id NOT IN"
	" (SELECT id FROM doomed));"
	"INSERT INTO doomed_epoch SELECT e.id, a.transfer FROM doomed_account a JOIN "
	"folder f"
	" ON f.account = a.id JOIN folder_epoch e ON e.folder = f.id;"
	/* Not what names the hosts of logs, nor the empty text. */
	"INSERT OR IGNORE INTO doomed_text SELECT t.id, n.transfer FROM log_text t JOIN"
	" doomed_name n ON n.name = lower(CAST(t.text AS TEXT)) WHERE t.id <> 1 AND t.id "
	"NOT"
	" IN (SELECT host FROM log_source UNION SELECT host FROM log_span);";

/* Of one folder under one UIDVALIDITY: ?1 to ?2 are its messages. */
static const char *const erase_messages[] = {
	"DELETE FROM message_change WHERE message BETWEEN ?1 AND ?2",
	"DELETE FROM message_id WHERE message BETWEEN ?1 AND ?2",
	"DELETE FROM message_detail WHERE message BETWEEN ?1 AND ?2",
	"DELETE FROM body_seen WHERE message BETWEEN ?1 AND ?2",
	"DELETE FROM message_gmail WHERE message BETWEEN ?1 AND ?2",
	"DELETE FROM message WHERE id BETWEEN ?1 AND ?2",
};
static const char *const erase_details[] = {
	"UPDATE message_detail SET sender = NULL, sent = NULL, subject = NULL,"
	" message_id = NULL WHERE coalesce(sender, sent, subject, message_id) IS NOT NULL"
	" AND message BETWEEN ?1 AND ?2",
	"DELETE FROM message_id WHERE message BETWEEN ?1 AND ?2",
};

#define ACCOUNTS  "(SELECT id FROM doomed_account)"
#define FOLDERS	  "(SELECT id FROM folder WHERE account IN " ACCOUNTS ")"
#define TRANSFERS "(SELECT id FROM doomed)"
#define NAMES	  "(SELECT name FROM doomed_name)"
#define TEXTS	  "(SELECT id FROM doomed_text)"
static const char *const erase_account[] = {
	"DELETE FROM folder_hole WHERE seen IN (SELECT id FROM folder_seen WHERE folder "
	"IN"
	" " FOLDERS ")",
	"DELETE FROM message_block WHERE epoch IN (SELECT id FROM doomed_epoch)",
	"DELETE FROM folder_progress WHERE epoch IN (SELECT id FROM doomed_epoch)",
	"UPDATE folder_seen SET error = 'purged' WHERE error <> '' AND folder "
	"IN " FOLDERS,
	"UPDATE folder_scan SET error = 'purged' WHERE error <> '' AND folder "
	"IN " FOLDERS,
	"UPDATE account_seen SET error = 'purged' WHERE error <> '' AND account IN"
	" " ACCOUNTS,
	"UPDATE account_limit SET name = 'purged' WHERE name <> '' AND account IN"
	" " ACCOUNTS,
	"DELETE FROM label_set WHERE id NOT IN (SELECT labels FROM message_gmail)",
	"DELETE FROM folder_grant WHERE acl IN (SELECT id FROM folder_acl WHERE folder IN"
	" " FOLDERS ")",
	"UPDATE folder_acl SET words = 'purged' WHERE folder IN " FOLDERS,
	"DELETE FROM folder_objectid WHERE folder IN " FOLDERS,
	"DELETE FROM folder_grant WHERE lower(ltrim(who, '-')) IN " NAMES,
	"UPDATE account_listing SET prefix = '' WHERE account IN " ACCOUNTS,
	"UPDATE folder SET wire = CAST('purged-' || id AS BLOB), name = 'purged-' || id"
	" WHERE account IN " ACCOUNTS,
	"UPDATE account SET \"user\" = 'purged-' || id, access_reason = NULL, tree = ''"
	" WHERE id IN"
	" " ACCOUNTS,
	"DELETE FROM leftover WHERE transfer IN " TRANSFERS,
	"DELETE FROM want WHERE transfer IN " TRANSFERS,
	"DELETE FROM elsewhere WHERE transfer IN " TRANSFERS,
	"UPDATE elsewhere SET other = 'purged', folder = '' WHERE lower(other) IN " NAMES,
	"UPDATE finding SET folder = '', other = '', \"date\" = NULL, old_fact = '',"
	" new_fact = '', explanation = 'Purged.' WHERE transfer IN " TRANSFERS,
	"UPDATE finding SET other = 'purged', explanation = 'What it was about was "
	"purged.'"
	" WHERE other <> '' AND lower(other) IN " NAMES,
	"UPDATE finding SET explanation = 'What it was about was purged.' WHERE class = "
	"24"
	" AND EXISTS (SELECT 1 FROM doomed_name d WHERE instr(lower(explanation), d.name)"
	" > 0)",
	"UPDATE pair SET old_name = 'purged-' || id, new_name = 'purged-' || id, note = "
	"''"
	" WHERE transfer IN " TRANSFERS,
	"UPDATE judgement SET note = '' WHERE transfer IN " TRANSFERS,
	"DELETE FROM mover_note WHERE transfer IN " TRANSFERS,
	"UPDATE plan_item SET folder = '', text = '' WHERE transfer IN " TRANSFERS,
	"DELETE FROM witness WHERE lower(name) IN " NAMES,
	"DELETE FROM server_count WHERE lower(name) IN " NAMES,
	"DELETE FROM forward WHERE lower(name) IN " NAMES " OR lower(target) IN " NAMES,
	"UPDATE own_login SET \"user\" = 'purged' WHERE lower(\"user\") IN " NAMES,
	"DELETE FROM log_use WHERE name IN " TEXTS,
	"UPDATE log_text SET text = CAST('purged-' || id AS BLOB) WHERE id IN " TEXTS,
	"UPDATE transfer SET name = 'purged-' || id, name_fold = 'purged-' || id,"
	" new_prefix = '', owner = '', address = '', aliases = '', logins = '',"
	" addresses = '', note = '', gone = 1 WHERE id IN " TRANSFERS,
};

_Static_assert(FINDING_MISDELIVERED == 17, "as above");
_Static_assert(FINDING_ACCESS == 24, "as above");

/* ---- who ---- */

static bool add_name(struct store *st, int64_t transfer, struct span name,
		     struct err *err)
{
	static const char sql[] =
		"INSERT OR IGNORE INTO doomed_name VALUES (lower(?1), ?2)";
	sqlite3_stmt *q = NULL;
	bool ok;

	if (name.n == 0)
		return true;
	if (!db_prepare(st, sql, &q, err))
		return false;
	sqlite3_bind_text(q, 1, name.p, (int)name.n, SQLITE_STATIC);
	sqlite3_bind_int64(q, 2, transfer);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

/* One name, or several with blanks, commas or semicolons between them. */
static bool add_names(struct store *st, int64_t transfer, const char *list,
		      struct err *err)
{
	static const char between[] = " \t,;";

	if (!add_name(st, transfer, span_str(list), err))
		return false;
	while (*list != '\0') {
		size_t n = strcspn(list, between);

		if (!add_name(st, transfer, (struct span){ list, n }, err))
			return false;
		list += n;
		list += strspn(list, between);
	}
	return true;
}

static bool doom(struct store *st, int64_t transfer, struct err *err)
{
	static const char sql_add[] =
		"INSERT INTO doomed (id, name, old_account, new_account, verdict)"
		" SELECT t.id, t.name, t.old_account, t.new_account, j.verdict FROM "
		"transfer t"
		" LEFT JOIN judgement j ON j.transfer = t.id WHERE t.id = ?1";
	static const char sql_names[] =
		"SELECT t.name, o.\"user\", n.\"user\", t.address, t.aliases, t.logins,"
		" t.addresses FROM transfer t LEFT JOIN account o ON o.id = t.old_account"
		" LEFT JOIN account n ON n.id = t.new_account WHERE t.id = ?1";
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_add, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	ok = db_run(st, q, err);
	db_return(st, q);
	if (!ok || !db_prepare(st, sql_names, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	ok = db_next(st, q, err) == NEXT_ITEM;
	for (int i = 0; ok && i < sqlite3_column_count(q); i++)
		ok = add_names(st, transfer, db_text(q, i), err);
	db_return(st, q);
	return ok || (err->cls == ERR_NONE && err_set(err, ERR_BUG, "no such transfer"));
}

/* ---- erasing ---- */

/* Triggers keep us from editing by mistake; this is on purpose.  They are back before the
 * transaction ends. */
static bool run_each(struct store *st, const char *sql, struct err *err)
{
	struct strbuf all = STRBUF_INIT;
	sqlite3_stmt *q = NULL;
	enum next n;
	bool ok;

	if (!db_prepare(st, sql, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM)
		strbuf_addf(&all, "%s;", db_text(q, 0));
	db_return(st, q);
	ok = n == NEXT_END && db_exec(st, strbuf_cstr(&all), err);
	strbuf_done(&all);
	return ok;
}

static bool guards_off(struct store *st, struct err *err)
{
	return db_exec(st,
		       "INSERT INTO temp.guard SELECT name, sql FROM main.sqlite_master"
		       " WHERE type = 'trigger'",
		       err) &&
	       run_each(st, "SELECT 'DROP TRIGGER main.' || name FROM temp.guard", err);
}

static bool guards_on(struct store *st, struct err *err)
{
	return run_each(st, "SELECT sql FROM temp.guard", err);
}

static bool erase_all(struct store *st, const char *const *sql, size_t n, int64_t *rows,
		      struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!db_exec(st, sql[i], err))
			return false;
		*rows += sqlite3_changes64(st->db);
	}
	return true;
}

/* Folder by folder: a list of all messages would take memory for each. */
static bool erase_ranges(struct store *st, const char *const *sql, size_t n,
			 int64_t *rows, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next next;

	if (!db_prepare(st, "SELECT id FROM doomed_epoch ORDER BY id", &q, err))
		return false;
	while ((next = db_next(st, q, err)) == NEXT_ITEM) {
		int64_t epoch = sqlite3_column_int64(q, 0);

		for (size_t i = 0; i < n && next != NEXT_FAIL; i++) {
			if (!purge_exec(st, sql[i], message_row(epoch, 0),
					message_row(epoch, UINT32_MAX), NULL, err))
				next = NEXT_FAIL;
			else
				*rows += sqlite3_changes64(st->db);
		}
		if (next == NEXT_FAIL)
			break;
	}
	db_return(st, q);
	return next == NEXT_END;
}

/* The name as JSON has it, in what was asked for. */
static bool erase_quoted(struct store *st, const char *sql, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, "SELECT id, name FROM doomed ORDER BY id", &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		struct strbuf name = STRBUF_INIT;
		sqlite3_stmt *set = NULL;
		struct json_out j;
		bool ok;

		json_out_init(&j, &name, true);
		json_str(&j, db_text(q, 1));
		ok = db_prepare(st, sql, &set, err);
		db_bind_str(set, 1, strbuf_cstr(&name));
		sqlite3_bind_int64(set, 2, sqlite3_column_int64(q, 0));
		ok = ok && db_run(st, set, err);
		db_return(st, set);
		strbuf_done(&name);
		if (!ok) {
			n = NEXT_FAIL;
			break;
		}
	}
	db_return(st, q);
	return n == NEXT_END;
}

#define QUOTED(table, column)                                                            \
	"UPDATE " table " SET " column " = replace(" column ", ?1, '\"purged-' || ?2"    \
	" || '\"') WHERE instr(" column ", ?1) > 0"

static bool erase(struct store *st, const struct purge *p, int64_t *rows, struct err *err)
{
	if (p->what == PURGE_DETAILS)
		return erase_ranges(st, erase_details, COUNT_OF(erase_details), rows,
				    err) &&
		       purge_logins(st, p->day, rows, err);
	return purge_refuse_users(st, p->day, err) &&
	       erase_quoted(st, QUOTED("run", "scope"), err) &&
	       erase_quoted(st, QUOTED("acceptance", "what"), err) &&
	       erase_quoted(st, QUOTED("waiver", "what"), err) &&
	       erase_ranges(st, erase_messages, COUNT_OF(erase_messages), rows, err) &&
	       erase_all(st, erase_account, COUNT_OF(erase_account), rows, err);
}

/* ---- the record of it ---- */

static const char sql_purge_add[] =
	"INSERT INTO purge (at, teller, reason, what, accounts, digest, ledger)"
	" VALUES (?1, ?2, ?3, ?4, (SELECT count(*) FROM doomed), ?5, ?6)";
static const char sql_purged_add[] =
	"INSERT INTO purged (purge, transfer, old_account, new_account, verdict)"
	" SELECT ?1, d.id, (SELECT id FROM doomed_account WHERE id = d.old_account AND "
	"?2),"
	" (SELECT id FROM doomed_account WHERE id = d.new_account AND ?2), d.verdict"
	" FROM doomed d";

static bool add_purge(struct store *st, const struct purge *p, int64_t ledger,
		      const struct sha256 *digest, int64_t *id_out, struct err *err)
{
	char teller[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, p->by, teller, err) ||
	    !db_prepare(st, sql_purge_add, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, p->now);
	db_bind_str(q, 2, teller);
	db_bind_str(q, 3, p->reason);
	sqlite3_bind_int(q, 4, (int)p->what);
	db_bind_digest(q, 5, digest);
	sqlite3_bind_int64(q, 6, ledger);
	ok = db_run(st, q, err);
	*id_out = sqlite3_last_insert_rowid(st->db);
	db_return(st, q);
	return ok;
}

static bool add_entry(struct store *st, const struct purge *p, int64_t id,
		      const struct purge_result *r, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct sha256 row;
	struct json_out j;
	bool ok;

	if (!words_digest(st, WORDS_PURGE, id, &row, err))
		return false;
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_int(&j, "accounts", r->transfers);
	words_put_digest_of(&j, "reason", p->reason);
	words_put_row(&j, &row);
	json_put_str(&j, "what", p->what == PURGE_ACCOUNT ? "account" : "details");
	json_end_object(&j);
	ok = store_ledger_append(st, p->by, "purge", strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

/* The rows name the purge, and the purge holds their digest: its number is known before
 * it is there, and foreign keys are looked at when all of it is. */
static bool record(struct store *st, const struct purge *p, struct purge_result *out,
		   struct err *err)
{
	int64_t ledger, id, next;
	struct sha256 digest;

	if (!words_begin(st, &ledger, err) ||
	    !purge_number(st, "SELECT coalesce(max(id), 0) + 1 FROM purge", &next, err) ||
	    !purge_digests(st, next, err) ||
	    !purge_exec(st, sql_purged_add, next, p->what == PURGE_ACCOUNT, NULL, err) ||
	    !purge_number(st, "SELECT count(*) FROM doomed", &out->transfers, err) ||
	    !purge_number(
		    st,
		    "SELECT count(DISTINCT \"row\") FROM purged_row WHERE kind < 3 AND "
		    "purge ="
		    " (SELECT max(purge) FROM purged_row)",
		    &out->runs, err) ||
	    !purged_digest(st, next, &digest, err) ||
	    !add_purge(st, p, ledger, &digest, &id, err))
		return false;
	if (id != next)
		return err_set(err, ERR_BUG, "purge %lld is not the next", (long long)id);
	out->id = id;
	return add_entry(st, p, id, out, err);
}

static bool prepare(struct store *st, const struct purge *p, struct purge_result *out,
		    struct err *err)
{
	for (size_t i = 0; i < p->n; i++)
		if (!doom(st, p->transfers[i], err))
			return false;
	return db_exec(st, sql_doomed_account, err) &&
	       purge_number(
		       st,
		       "SELECT (SELECT count(DISTINCT a.id) FROM doomed d JOIN account a "
		       "ON a.id"
		       " IN (d.old_account, d.new_account)) - (SELECT count(*) FROM"
		       " doomed_account)",
		       &out->shared, err) &&
	       purge_digests(st, 0, err);
}

static bool purge(struct store *st, const struct purge *p, struct purge_result *out,
		  struct err *err)
{
	if (!prepare(st, p, out, err) || !guards_off(st, err) ||
	    !erase(st, p, &out->rows, err) || !guards_on(st, err))
		return false;
	return out->rows == 0 || record(st, p, out, err);
}

bool store_purge(struct store *st, const struct purge *p, struct purge_result *out,
		 struct err *err)
{
	struct err ignored = ERR_INIT;
	struct ledger_facts facts;
	bool ok = false, own;

	*out = (struct purge_result){ 0 };
	/* What was erased can never be held against the ledger again. */
	if (!store_ledger_examine(st, true, NULL, 0, &facts, err) ||
	    !db_exec(st, sql_close, err) || !db_exec(st, sql_open, err))
		goto out;
	if (!db_tx_begin(st, &own, err))
		goto out;
	ok = purge(st, p, out, err);
	ok = db_tx_end(st, own, ok, err);
out:
	/* They are gone with the handle at the latest. */
	(void)!db_exec(st, sql_close, &ignored);
	return ok;
}

bool store_purge_pack(struct store *st, struct err *err)
{
	return db_exec(st, "VACUUM", err) &&
	       db_exec(st, "PRAGMA wal_checkpoint(TRUNCATE)", err);
}
