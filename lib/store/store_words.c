/* SPDX-License-Identifier: MIT */
#include "store/store_words.h"

#include "base/json.h"
#include "store/store_digest.h"
#include "store/store_purged.h"

/* Entries of older programs have no "row": they say less, and are not counted. */
static const struct {
	const char *columns, *table;
	const char *kinds; /* of its entries, as a list of SQL */
} tables[] = {
	[WORDS_ITEM] = { "t.list, t.item, t.what, t.at, t.teller, t.owner, t.note, "
			 "t.ledger",
			 "item_said",
			 "'checklist-sign', 'checklist-reopen', 'checklist-assign'" },
	[WORDS_SAID] = { "t.transfer, t.at, t.teller, t.decision, t.owner, "
			 "t.leave_until, t.note, t.ledger",
			 "transfer_said", "'account-set'" },
	[WORDS_EXPECTED] = { "t.name, t.active, t.at, t.teller, t.reason, t.ledger",
			     "expected", "'expect', 'expect-no-more'" },
	[WORDS_ACCEPTANCE] = { "t.at, t.teller, t.reason, t.what, t.findings, "
			       "t.messages, t.octets, t.digest, t.ledger",
			       "acceptance", "'accept'" },
	[WORDS_RECORD] = { "t.transfer, t.kind, t.at, t.told, t.teller, t.role, t.topic, "
			   "t.digest, t.octets, t.note, t.ledger",
			   "record", "'archive', 'restore', 'statement', 'announce'" },
	[WORDS_WAIVER] = { "t.at, t.of_check, t.teller, t.owner, t.reason, t.risk, "
			   "t.ticket, t.what, t.expires, t.findings, t.digest, t.ledger",
			   "waiver", "'waiver'" },
	[WORDS_WAIVER_SAID] = { "t.waiver, t.what, t.at, t.teller, t.key_print, t.note, "
				"t.ledger",
				"waiver_said", "'waiver-approve', 'waiver-revoke'" },
	[WORDS_APPROVAL] = { "t.at, t.body, t.role, t.teller, t.key_print, t.signature, "
			     "t.ledger",
			     "approval", "'approve'" },
	[WORDS_PURGE] = { "t.at, t.teller, t.reason, t.what, t.accounts, t.digest, "
			  "t.ledger",
			  "purge", "'purge'" },
};
_Static_assert(COUNT_OF(tables) == WORDS_COUNT, "one for each");

static const char sql_next[] = "SELECT coalesce(max(seq), 0) + 1 FROM ledger";

bool words_begin(struct store *st, int64_t *seq_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_exec(st, "PRAGMA defer_foreign_keys = ON", err) ||
	    !db_prepare(st, sql_next, &q, err))
		return false;
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok)
		*seq_out = sqlite3_column_int64(q, 0);
	db_return(st, q);
	return ok;
}

bool words_digest(struct store *st, enum words what, int64_t id, struct sha256 *out,
		  struct err *err)
{
	sqlite3_stmt *q = NULL;
	char sql[400];
	enum next n;

	snprintf(sql, sizeof sql, "SELECT %s FROM %s t WHERE t.id = ?1",
		 tables[what].columns, tables[what].table);
	if (!db_prepare(st, sql, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, id);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		sha256_begin(st->sha);
		digest_row(st->sha, q, sqlite3_column_count(q));
		sha256_end(st->sha, out);
	}
	db_return(st, q);
	return n == NEXT_ITEM;
}

void words_put_row(struct json_out *j, const struct sha256 *row)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(row, hex);
	json_put_str(j, "row", hex);
}

void words_put_digest_of(struct json_out *j, const char *key, const char *text)
{
	struct sha256 d;
	char hex[SHA256_HEX_SIZE];

	sha256_of(text, strlen(text), &d);
	sha256_hex(&d, hex);
	json_put_str(j, key, hex);
}

/* The last columns are the payload of the entry, its number, and the row's own. */
static bool check_row(struct store *st, enum words what, sqlite3_stmt *q, int64_t *rows,
		      struct err *err)
{
	int columns = sqlite3_column_count(q) - 3;
	const char *payload = db_text(q, columns), *told = strstr(payload, "\"row\":\"");
	struct sha256 digest;
	char hex[SHA256_HEX_SIZE];

	if (*payload != '\0' && told == NULL)
		return true;
	sha256_begin(st->sha);
	digest_row(st->sha, q, columns);
	sha256_end(st->sha, &digest);
	if (!purged_was(st, PURGED_WORDS + (int)what, sqlite3_column_int64(q, columns + 2),
			&digest, err))
		return false;
	sha256_hex(&digest, hex);
	if (told == NULL || strncmp(told + 7, hex, sizeof hex - 1) != 0)
		return err_set(err, ERR_LEDGER,
			       "a row of %s is not what ledger entry %lld says",
			       tables[what].table,
			       (long long)sqlite3_column_int64(q, columns + 1));
	++*rows;
	return true;
}

static bool check_rows(struct store *st, enum words what, int64_t *rows, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;
	char sql[600];

	snprintf(sql, sizeof sql,
		 "SELECT %s, l.payload, t.ledger, t.id FROM %s t LEFT JOIN ledger l"
		 " ON l.seq = t.ledger AND l.kind IN (%s) ORDER BY t.id",
		 tables[what].columns, tables[what].table, tables[what].kinds);
	if (!db_prepare(st, sql, &q, err))
		return false;
	while ((n = db_next(st, q, err)) == NEXT_ITEM)
		if (!check_row(st, what, q, rows, err)) {
			n = NEXT_FAIL;
			break;
		}
	db_return(st, q);
	return n == NEXT_END;
}

static bool check_table(struct store *st, enum words what, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int64_t rows = 0, entries = -1;
	char sql[300];

	if (!check_rows(st, what, &rows, err))
		return false;
	snprintf(sql, sizeof sql,
		 "SELECT count(*) FROM ledger WHERE kind IN (%s) AND"
		 " instr(payload, '\"row\":\"') > 0",
		 tables[what].kinds);
	if (!db_prepare(st, sql, &q, err))
		return false;
	if (db_next(st, q, err) == NEXT_ITEM)
		entries = sqlite3_column_int64(q, 0);
	db_return(st, q);
	return entries == rows ||
	       (entries >= 0 &&
		err_set(err, ERR_LEDGER,
			"the ledger tells of %lld rows of %s, there are %lld",
			(long long)entries, tables[what].table, (long long)rows));
}

/* Findings that a row names by their number and digest, and the rows that hold them. */
static const struct {
	const char *of, *set;
	const char *what;
} sets[] = {
	{ "SELECT id, digest, findings FROM acceptance ORDER BY id",
	  "SELECT acceptance, fingerprint FROM accepted ORDER BY acceptance, fingerprint",
	  "acceptance" },
	{ "SELECT id, digest, findings FROM waiver ORDER BY id",
	  "SELECT waiver, fingerprint FROM waived ORDER BY waiver, fingerprint",
	  "waiver" },
};

/* The findings that one of them covers, from the row that is in hand on. */
static bool check_set(struct store *st, const char *what, sqlite3_stmt *of,
		      sqlite3_stmt *q, enum next *n, struct err *err)
{
	int64_t id = sqlite3_column_int64(of, 0), findings = 0;
	struct sha256 told, digest;

	if (!db_digest(st, of, 1, &told, err))
		return false;
	sha256_begin(st->sha);
	for (; *n == NEXT_ITEM && sqlite3_column_int64(q, 0) == id; findings++) {
		if (!db_digest(st, q, 1, &digest, err))
			return false;
		sha256_add(st->sha, digest.bytes, sizeof digest.bytes);
		*n = db_next(st, q, err);
	}
	if (*n == NEXT_FAIL)
		return false;
	sha256_end(st->sha, &digest);
	if (findings != sqlite3_column_int64(of, 2) ||
	    memcmp(&told, &digest, sizeof told) != 0)
		return err_set(err, ERR_LEDGER,
			       "%s %lld covers other findings than it says", what,
			       (long long)id);
	return true;
}

static bool check_sets(struct store *st, size_t i, struct err *err)
{
	sqlite3_stmt *of = NULL, *q = NULL;
	enum next n = NEXT_FAIL, row = NEXT_FAIL;
	bool ok = db_prepare(st, sets[i].of, &of, err) &&
		  db_prepare(st, sets[i].set, &q, err) &&
		  (row = db_next(st, q, err)) != NEXT_FAIL;

	while (ok && (n = db_next(st, of, err)) == NEXT_ITEM)
		ok = check_set(st, sets[i].what, of, q, &row, err);
	db_return(st, of);
	db_return(st, q);
	if (!ok || n != NEXT_END)
		return false;
	return row == NEXT_END ||
	       err_set(err, ERR_LEDGER, "findings are covered that no %s names",
		       sets[i].what);
}

bool words_check(struct store *st, struct err *err)
{
	for (int what = 0; what < WORDS_COUNT; what++)
		if (!check_table(st, (enum words)what, err))
			return false;
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		if (!check_sets(st, i, err))
			return false;
	return purged_check(st, err);
}
