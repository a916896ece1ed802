/* SPDX-License-Identifier: MIT */
#include "store/store_waiver.h"

#include "base/clock.h"
#include "base/json.h"
#include "store/store_db.h"
#include "store/store_person.h"
#include "store/store_run.h"
#include "store/store_words.h"

static const char *const kinds[] = {
	[WAIVER_APPROVE] = "waiver-approve",
	[WAIVER_REVOKE] = "waiver-revoke",
};
_Static_assert(COUNT_OF(kinds) == WAIVER_WORD_COUNT, "every word has its entry");

static bool add_entry(struct store *st, const struct waiver *w, struct err *err)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE], owner[PERSON_CODE_SIZE];
	struct strbuf payload = STRBUF_INIT;
	struct sha256 row;
	struct json_out j;
	bool ok;

	if (!words_digest(st, WORDS_WAIVER, w->id, &row, err) ||
	    !store_person_code(st, w->owner, owner, err))
		return false;
	sha256_hex(&w->digest, hex);
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_str(&j, "check", w->check);
	json_put_str(&j, "digest", hex);
	json_put_str(&j, "expires", clock_iso(w->expires, iso));
	json_put_int(&j, "findings", w->findings);
	json_put_str(&j, "owner", owner);
	words_put_digest_of(&j, "reason", w->reason);
	words_put_digest_of(&j, "risk", w->risk);
	words_put_row(&j, &row);
	json_put_int(&j, "waiver", w->id);
	words_put_digest_of(&j, "what", w->what);
	json_end_object(&j);
	ok = store_ledger_append(st, w->teller, "waiver", strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

static const char sql_waiver_add[] =
	"INSERT INTO waiver (at, of_check, teller, owner, reason, risk, ticket, what,"
	" expires, findings, digest, ledger)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
static const char sql_waived_add[] =
	"INSERT INTO waived (waiver, fingerprint) VALUES (?1, ?2)";

static bool add_row(struct store *st, struct waiver *w, struct err *err)
{
	char teller[PERSON_CODE_SIZE], owner[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, w->teller, teller, err) ||
	    !store_person_code(st, w->owner, owner, err) ||
	    !db_prepare(st, sql_waiver_add, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, w->at);
	db_bind_str(q, 2, w->check);
	db_bind_str(q, 3, teller);
	db_bind_str(q, 4, owner);
	db_bind_str(q, 5, w->reason);
	db_bind_str(q, 6, w->risk);
	db_bind_str(q, 7, w->ticket);
	db_bind_str(q, 8, w->what);
	sqlite3_bind_int64(q, 9, w->expires);
	sqlite3_bind_int64(q, 10, w->findings);
	db_bind_digest(q, 11, &w->digest);
	sqlite3_bind_int64(q, 12, w->ledger);
	ok = db_run(st, q, err);
	w->id = sqlite3_last_insert_rowid(st->db);
	db_return(st, q);
	return ok;
}

static bool add_set(struct store *st, const struct waiver *w, const struct sha256 *fps,
		    struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok = db_prepare(st, sql_waived_add, &q, err);

	for (int64_t i = 0; ok && i < w->findings; i++) {
		sqlite3_bind_int64(q, 1, w->id);
		db_bind_digest(q, 2, &fps[i]);
		ok = db_run(st, q, err);
	}
	db_return(st, q);
	return ok;
}

static int cmp_digest(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sha256));
}

static void digest_of(struct store *st, const struct sha256 *fps, size_t n,
		      struct sha256 *out)
{
	sha256_begin(st->sha);
	for (size_t i = 0; i < n; i++)
		sha256_add(st->sha, fps[i].bytes, sizeof fps[i].bytes);
	sha256_end(st->sha, out);
}

static size_t once_each(struct sha256 *fps, size_t n)
{
	size_t keep = 0;

	qsort(fps, n, sizeof *fps, cmp_digest);
	for (size_t i = 0; i < n; i++)
		if (keep == 0 || cmp_digest(&fps[keep - 1], &fps[i]) != 0)
			fps[keep++] = fps[i];
	return keep;
}

bool store_waiver_add(struct store *st, struct waiver *w, struct sha256 *fps, size_t n,
		      struct err *err)
{
	struct waiver made = *w;
	bool own, ok;

	if (n == 0)
		return err_set(err, ERR_CONFIG, "there is nothing to waive");
	if (!db_tx_begin(st, &own, err))
		return false;
	n = once_each(fps, n);
	made.findings = (int64_t)n;
	digest_of(st, fps, n, &made.digest);
	ok = words_begin(st, &made.ledger, err) && add_row(st, &made, err) &&
	     add_set(st, &made, fps, err) && add_entry(st, &made, err);
	if (!db_tx_end(st, own, ok, err))
		return false;
	*w = made;
	return true;
}

/* ---- what is said of one ---- */

static const char sql_said_add[] =
	"INSERT INTO waiver_said (waiver, what, at, teller, key_print, note, ledger)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

static bool say_row(struct store *st, const struct waiver_said *s, struct err *err)
{
	char teller[PERSON_CODE_SIZE];
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!store_person_code(st, s->teller, teller, err) ||
	    !db_prepare(st, sql_said_add, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, s->waiver);
	sqlite3_bind_int(q, 2, (int)s->what);
	sqlite3_bind_int64(q, 3, s->at);
	db_bind_str(q, 4, teller);
	db_bind_str(q, 5, s->key);
	db_bind_str(q, 6, s->note);
	sqlite3_bind_int64(q, 7, s->ledger);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

static bool say_entry(struct store *st, const struct waiver_said *s, int64_t row,
		      struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct sha256 digest;
	struct json_out j;
	bool ok;

	if (!words_digest(st, WORDS_WAIVER_SAID, row, &digest, err))
		return false;
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	if (*s->key != '\0')
		json_put_str(&j, "key", s->key);
	words_put_digest_of(&j, "note", s->note);
	words_put_row(&j, &digest);
	json_put_int(&j, "waiver", s->waiver);
	json_end_object(&j);
	ok = store_ledger_append(st, s->teller, kinds[s->what], strbuf_cstr(&payload),
				 err);
	strbuf_done(&payload);
	return ok;
}

bool store_waiver_say(struct store *st, struct waiver_said *s, struct err *err)
{
	struct waiver_said made = *s;
	bool own, ok;

	if (!db_tx_begin(st, &own, err))
		return false;
	ok = words_begin(st, &made.ledger, err) && say_row(st, &made, err) &&
	     say_entry(st, &made, sqlite3_last_insert_rowid(st->db), err);
	if (!db_tx_end(st, own, ok, err))
		return false;
	*s = made;
	return true;
}

/* ---- reading ---- */

#define FIRST_WORD(what)                                                                 \
	"(SELECT min(s.id) FROM waiver_said s WHERE s.waiver = w.id AND s.what = " what  \
	")"

static const char sql_waivers[] = "SELECT w.id, w.at, w.of_check, " PERSON_NAME(
	"w."
	"teller") ", " PERSON_NAME("w.owner") ", w.reason, w.risk, w.ticket, w.what, "
					      "w.expires, w.findings,"
					      " w.digest, w.ledger, " PERSON_NAME(
						      "a.teller") ", a.key_print,"
								  " a.at, " PERSON_NAME(
									  "r.teller") ", "
										      "r."
										      "at"
										      " F"
										      "RO"
										      "M "
										      "wa"
										      "iv"
										      "er"
										      " w"
										      " L"
										      "EF"
										      "T "
										      "JO"
										      "IN"
										      " w"
										      "ai"
										      "ve"
										      "r_"
										      "sa"
										      "id"
										      " a"
										      " O"
										      "N "
										      "a."
										      "id"
										      " ="
										      " " FIRST_WORD(
											      "0") " LEFT JOIN "
												   "waiver_said r "
												   "ON r.id "
												   "= " FIRST_WORD(
													   "1") " ORDER BY w.id";

static bool read_waiver(struct store *st, sqlite3_stmt *q, struct arena *arena,
			void *item, struct err *err)
{
	struct waiver *out = item;

	*out = (struct waiver){ .id = sqlite3_column_int64(q, 0),
				.at = sqlite3_column_int64(q, 1),
				.check = db_text_in(q, 2, arena),
				.teller = db_text_in(q, 3, arena),
				.owner = db_text_in(q, 4, arena),
				.reason = db_text_in(q, 5, arena),
				.risk = db_text_in(q, 6, arena),
				.ticket = db_text_in(q, 7, arena),
				.what = db_text_in(q, 8, arena),
				.expires = sqlite3_column_int64(q, 9),
				.findings = sqlite3_column_int64(q, 10),
				.ledger = sqlite3_column_int64(q, 12),
				.approver = db_text_in(q, 13, arena),
				.approver_key = db_text_in(q, 14, arena),
				.approved_at = sqlite3_column_int64(q, 15),
				.revoker = db_text_in(q, 16, arena),
				.revoked_at = sqlite3_column_int64(q, 17) };
	return db_digest(st, q, 11, &out->digest, err);
}

bool store_waivers(struct store *st, struct arena *arena, struct waiver **out,
		   size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	struct waiver *w;
	void *list = NULL;

	if (!db_prepare(st, sql_waivers, &q, err) ||
	    !db_list(st, q, sizeof *w, read_waiver, arena, &list, n_out, err))
		return false;
	w = list;
	for (size_t i = 0; i < *n_out; i++) {
		struct sha256 digest, *fps;
		size_t n;

		if (!store_waived(st, w[i].id, arena, &fps, &n, err))
			return false;
		digest_of(st, fps, n, &digest);
		if ((int64_t)n != w[i].findings || cmp_digest(&digest, &w[i].digest) != 0)
			return err_set(err, ERR_LEDGER,
				       "waiver %lld covers %zu findings, and names %lld",
				       (long long)w[i].id, n, (long long)w[i].findings);
	}
	*out = w;
	return true;
}

static const char sql_waived[] =
	"SELECT fingerprint FROM waived WHERE waiver = ?1 ORDER BY fingerprint";

static bool read_print(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		       struct err *err)
{
	(void)arena;
	return db_digest(st, q, 0, item, err);
}

bool store_waived(struct store *st, int64_t waiver, struct arena *arena,
		  struct sha256 **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_waived, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, waiver);
	if (!db_list(st, q, sizeof **out, read_print, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
