/* SPDX-License-Identifier: MIT */
#include "store/store_person.h"

#include "store/store_db.h"
#include "store/store_run.h"

static const char sql_person_find[] =
	"SELECT code FROM person WHERE name = ?1 OR code = ?1 ORDER BY name = ?1 LIMIT 1";
static const char sql_person_add[] = "INSERT INTO person (code, name) VALUES (?1, ?2)";

/* Random, not a digest of the name: a digest of a name can be guessed. */
static void make_code(char out[PERSON_CODE_SIZE])
{
	uint64_t bits;

	sqlite3_randomness(sizeof bits, &bits);
	snprintf(out, PERSON_CODE_SIZE, "p%016llx", (unsigned long long)bits);
}

bool store_person_code(struct store *st, const char *name, char out[PERSON_CODE_SIZE],
		       struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PERSON_FIND, sql_person_find);
	const char *known;
	enum next n;

	*out = '\0';
	if (*name == '\0')
		return true;
	db_bind_str(q, 1, name);
	n = db_next(st, q, err);
	known = n == NEXT_ITEM ? db_text(q, 0) : "";
	if (strlen(known) < PERSON_CODE_SIZE)
		memcpy(out, known, strlen(known) + 1);
	else
		n = db_damaged(st, "a code of a person", err) ? NEXT_END : NEXT_FAIL;
	sqlite3_reset(q);
	if (n != NEXT_END)
		return n == NEXT_ITEM;
	make_code(out);
	q = db_stmt(st, STMT_PERSON_ADD, sql_person_add);
	db_bind_str(q, 1, out);
	db_bind_str(q, 2, name);
	return db_run(st, q, err);
}

static const char sql_person_known[] = "SELECT code FROM person WHERE name = ?1";
static const char sql_person_forget[] = "UPDATE person SET name = NULL WHERE code = ?1";

static bool known(struct store *st, const char *name, char out[PERSON_CODE_SIZE],
		  bool *found_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next n;

	if (!db_prepare(st, sql_person_known, &q, err))
		return false;
	db_bind_str(q, 1, name);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		snprintf(out, PERSON_CODE_SIZE, "%s", db_text(q, 0));
	db_return(st, q);
	*found_out = n == NEXT_ITEM;
	return n != NEXT_FAIL;
}

static bool forget(struct store *st, const char *code, const char *by, struct err *err)
{
	sqlite3_stmt *q = NULL;
	char payload[64];
	bool ok;

	snprintf(payload, sizeof payload, "{\"person\":\"%s\"}", code);
	if (!store_ledger_append(st, by, "forget", payload, err) ||
	    !db_prepare(st, sql_person_forget, &q, err))
		return false;
	db_bind_str(q, 1, code);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

bool store_person_forget(struct store *st, const char *name, const char *by,
			 bool *found_out, struct err *err)
{
	char code[PERSON_CODE_SIZE] = "";
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = known(st, name, code, found_out, err) &&
	     (!*found_out || forget(st, code, by, err));
	return db_tx_end(st, own, ok, err);
}
