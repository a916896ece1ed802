/* SPDX-License-Identifier: MIT */
/* Acceptances: append-only, and in the ledger. */
#include "store/store_accept.h"

#include "base/json.h"
#include "store/store_db.h"
#include "store/store_person.h"
#include "store/store_run.h"
#include "store/store_words.h"

static const char sql_accepted[] =
	"SELECT acceptance FROM accepted WHERE fingerprint = ?1";

bool store_accepted(struct store *st, const struct sha256 *fingerprint, int64_t *out,
		    struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_ACCEPTED, sql_accepted);
	enum next n;

	db_bind_digest(q, 1, fingerprint);
	n = db_next(st, q, err);
	if (n != NEXT_FAIL)
		*out = n == NEXT_ITEM ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}

static int cmp_digest(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sha256));
}

/* Drop those that stand twice or are accepted already. */
static bool only_new(struct store *st, struct sha256 *fps, size_t *n, struct err *err)
{
	size_t keep = 0;
	int64_t known;

	qsort(fps, *n, sizeof *fps, cmp_digest);
	for (size_t i = 0; i < *n; i++) {
		if (keep > 0 && cmp_digest(&fps[keep - 1], &fps[i]) == 0)
			continue;
		if (!store_accepted(st, &fps[i], &known, err))
			return false;
		if (known == 0)
			fps[keep++] = fps[i];
	}
	*n = keep;
	return true;
}

static void digest_of(struct store *st, const struct sha256 *fps, size_t n,
		      struct sha256 *out)
{
	sha256_begin(st->sha);
	for (size_t i = 0; i < n; i++)
		sha256_add(st->sha, fps[i].bytes, sizeof fps[i].bytes);
	sha256_end(st->sha, out);
}

static bool add_entry(struct store *st, const struct acceptance *a, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct sha256 row;
	struct json_out j;
	char hex[SHA256_HEX_SIZE];
	bool ok;

	if (!words_digest(st, WORDS_ACCEPTANCE, a->id, &row, err))
		return false;
	sha256_hex(&a->digest, hex);
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_str(&j, "digest", hex);
	json_put_int(&j, "findings", a->findings);
	json_put_int(&j, "messages", a->messages);
	json_put_int(&j, "octets", a->octets);
	words_put_digest_of(&j, "reason", a->reason);
	words_put_row(&j, &row);
	words_put_digest_of(&j, "what", a->what);
	json_end_object(&j);
	ok = store_ledger_append(st, a->teller, "accept", strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

static const char sql_acceptance_add[] =
	"INSERT INTO acceptance (at, teller, reason, what, findings, messages, octets,"
	" digest, ledger) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char sql_accepted_add[] =
	"INSERT INTO accepted (fingerprint, acceptance) VALUES (?1, ?2)";

static bool add_rows(struct store *st, struct acceptance *a, const struct sha256 *fps,
		     struct err *err)
{
	char teller[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, a->teller, teller, err) ||
	    !db_prepare(st, sql_acceptance_add, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, a->at);
	db_bind_str(q, 2, teller);
	db_bind_str(q, 3, a->reason);
	db_bind_str(q, 4, a->what);
	sqlite3_bind_int64(q, 5, a->findings);
	sqlite3_bind_int64(q, 6, a->messages);
	sqlite3_bind_int64(q, 7, a->octets);
	db_bind_digest(q, 8, &a->digest);
	sqlite3_bind_int64(q, 9, a->ledger);
	ok = db_run(st, q, err);
	a->id = sqlite3_last_insert_rowid(st->db);
	db_return(st, q);
	q = NULL;
	ok = ok && db_prepare(st, sql_accepted_add, &q, err);
	for (int64_t i = 0; ok && i < a->findings; i++) {
		db_bind_digest(q, 1, &fps[i]);
		sqlite3_bind_int64(q, 2, a->id);
		ok = db_run(st, q, err);
	}
	db_return(st, q);
	return ok;
}

bool store_accept(struct store *st, struct acceptance *a, struct sha256 *fps, size_t n,
		  struct err *err)
{
	struct acceptance made = *a;
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = only_new(st, fps, &n, err);
	if (ok && n == 0)
		ok = err_set(err, ERR_CONFIG, "there is nothing to accept");
	if (ok) {
		made.findings = (int64_t)n;
		digest_of(st, fps, n, &made.digest);
		ok = words_begin(st, &made.ledger, err) &&
		     add_rows(st, &made, fps, err) && add_entry(st, &made, err);
	}
	if (!db_tx_end(st, own, ok, err))
		return false;
	*a = made;
	return true;
}

static const char sql_acceptances[] = "SELECT id, at, " PERSON_NAME(
	"teller") ", reason, what, findings, messages, octets, digest, ledger"
		  " FROM acceptance ORDER BY id";

static bool read_acceptance(struct store *st, sqlite3_stmt *q, struct arena *arena,
			    void *item, struct err *err)
{
	struct acceptance *out = item;

	*out = (struct acceptance){ .id = sqlite3_column_int64(q, 0),
				    .at = sqlite3_column_int64(q, 1),
				    .teller = db_text_in(q, 2, arena),
				    .reason = db_text_in(q, 3, arena),
				    .what = db_text_in(q, 4, arena),
				    .findings = sqlite3_column_int64(q, 5),
				    .messages = sqlite3_column_int64(q, 6),
				    .octets = sqlite3_column_int64(q, 7),
				    .ledger = sqlite3_column_int64(q, 9) };
	return db_digest(st, q, 8, &out->digest, err);
}

bool store_acceptances(struct store *st, struct arena *arena, struct acceptance **out,
		       size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_acceptances, &q, err) ||
	    !db_list(st, q, sizeof **out, read_acceptance, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
