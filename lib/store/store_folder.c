/* SPDX-License-Identifier: MIT */
/* Begin and end of reading a folder, and what is known of folders. */
#include "store/store_folder.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/store_db.h"
#include "store/store_hole.h"
#include "store/store_objectid.h"
#include "store/store_progress.h"
#include "store/store_window.h"

static const char sql_epoch_get[] =
	"SELECT id FROM folder_epoch WHERE folder = ?1 AND uidvalidity = ?2";
static const char sql_epoch_add[] =
	"INSERT INTO folder_epoch (folder, uidvalidity, first_run) VALUES (?1, ?2, ?3)";

static bool epoch_of(struct store *st, int64_t folder, uint32_t uidvalidity, int64_t *out,
		     struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_EPOCH_GET, sql_epoch_get);
	enum next n;

	sqlite3_bind_int64(q, 1, folder);
	sqlite3_bind_int64(q, 2, uidvalidity);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM)
		*out = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (n != NEXT_END)
		return n == NEXT_ITEM;
	q = db_stmt(st, STMT_EPOCH_ADD, sql_epoch_add);
	sqlite3_bind_int64(q, 1, folder);
	sqlite3_bind_int64(q, 2, uidvalidity);
	sqlite3_bind_int64(q, 3, st->run);
	if (!db_run(st, q, err))
		return false;
	*out = sqlite3_last_insert_rowid(st->db);
	if (*out > EPOCH_MAX)
		return err_set(err, ERR_LIMIT,
			       "more than %lld folders and renewals of folders",
			       (long long)EPOCH_MAX);
	sum_begin(st, *out);
	return true;
}

static const char sql_seen_last[] =
	"SELECT id, outcome, depth, coalesce(epoch, 0), uidvalidity, uidnext, modseq,"
	" messages, octets, digest, error_class, error FROM folder_seen"
	" WHERE id = (SELECT max(id) FROM folder_seen WHERE folder = ?1)";

/* What the newest row tells of an epoch no longer holds. */
static bool drop_known(struct store *st, int64_t folder, int64_t epoch,
		       const struct folder_state *now, struct err *err)
{
	const struct folder_end end = {
		.folder = folder,
		.epoch = epoch,
		.outcome = FOLDER_UNREADABLE,
		.state = *now,
		.depth = st->depth,
		.error_class = ERR_STOPPED,
		.error = "what is stored of it no longer holds, and its reading from "
			 "the start did not come to its end",
	};
	sqlite3_stmt *q = db_stmt(st, STMT_SEEN_LAST, sql_seen_last);
	enum next n;
	bool held;

	sqlite3_bind_int64(q, 1, folder);
	n = db_next(st, q, err);
	held = n == NEXT_ITEM && sqlite3_column_int64(q, 3) == epoch &&
	       folder_outcome_stored((enum folder_outcome)sqlite3_column_int(q, 1));
	sqlite3_reset(q);
	return n != NEXT_FAIL && (!held || store_folder_end(st, &end, err));
}

bool store_folder_begin(struct store *st, int64_t folder, const struct folder_state *now,
			bool afresh, int64_t *epoch_out, uint32_t *resume_uid_out,
			struct err *err)
{
	int64_t epoch = 0;
	uint32_t done = 0;
	bool own, ok;

	if (!db_need_run(st, err))
		return false;
	if (now->uidvalidity == 0)
		return err_set(
			err, ERR_PROTO,
			"the server tells no UIDVALIDITY, so its UIDs mean nothing");
	if (!db_tx_begin(st, &own, err))
		return false;
	ok = epoch_of(st, folder, now->uidvalidity, &epoch, err) &&
	     (afresh ? drop_known(st, folder, epoch, now, err)
		     : store_progress_resume(st, epoch, now, &done, err)) &&
	     store_progress_begin(st, folder, epoch, now, done, err);
	if (!db_tx_end(st, own, ok, err))
		return false;
	*epoch_out = epoch;
	*resume_uid_out = done;
	return true;
}

static const char sql_epoch_sum[] =
	"SELECT count(*), coalesce(sum(octets), 0), coalesce(min(octets), 0)"
	" FROM message WHERE id BETWEEN ?1 AND ?2 AND gone_run IS NULL";

/* Messages that are there, and their octets; -1 when those of one are not known. */
static bool sum_epoch(struct store *st, int64_t epoch, int64_t *messages_out,
		      int64_t *octets_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_EPOCH_SUM, sql_epoch_sum);
	bool ok;

	if (sum_get(st, epoch, messages_out, octets_out))
		return true;
	sqlite3_bind_int64(q, 1, message_row(epoch, 0));
	sqlite3_bind_int64(q, 2, message_row(epoch, UINT32_MAX));
	ok = db_next(st, q, err) == NEXT_ITEM;
	if (ok) {
		*messages_out = sqlite3_column_int64(q, 0);
		*octets_out = sqlite3_column_int64(q, 2) < 0 ? -1
							     : sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	return ok;
}

static const char sql_epoch_blocks[] =
	"SELECT block, digest FROM message_block WHERE epoch = ?1 ORDER BY block";

static bool digest_epoch(struct store *st, int64_t epoch, struct sha256 *out,
			 struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_EPOCH_BLOCKS, sql_epoch_blocks);
	struct sha256 block;
	enum next n;

	sha256_begin(st->sha);
	sqlite3_bind_int64(q, 1, epoch);
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		if (!db_digest(st, q, 1, &block, err)) {
			n = NEXT_FAIL;
			break;
		}
		sha256_add_u64(st->sha, (uint64_t)sqlite3_column_int64(q, 0));
		sha256_add(st->sha, block.bytes, sizeof block.bytes);
	}
	sqlite3_reset(q);
	sha256_end(st->sha, out);
	return n == NEXT_END;
}

/*
 * Does e tell anything that the newest row does not?  Counts that agree with what was
 * read before add nothing: they must not hide the deeper reading behind a shallow one.
 */
static bool is_news(struct store *st, const struct folder_end *e,
		    const struct sha256 *digest, bool *news_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SEEN_LAST, sql_seen_last);
	const struct folder_state *s = &e->state;
	bool same = false;
	int64_t id = 0;
	enum next n;

	sqlite3_bind_int64(q, 1, e->folder);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM) {
		int was = sqlite3_column_int(q, 1);
		bool counts = sqlite3_column_int64(q, 4) == s->uidvalidity &&
			      sqlite3_column_int64(q, 5) == s->uidnext &&
			      sqlite3_column_int64(q, 7) == s->exists;

		id = sqlite3_column_int64(q, 0);
		if (e->outcome == FOLDER_COUNTED)
			same = counts &&
			       (was == FOLDER_COUNTED ||
				folder_outcome_stored((enum folder_outcome)was));
		else
			same = counts && was == (int)e->outcome &&
			       sqlite3_column_int(q, 2) == (int)e->depth &&
			       sqlite3_column_int64(q, 3) == e->epoch &&
			       sqlite3_column_int64(q, 6) == s->modseq &&
			       sqlite3_column_int64(q, 8) == s->octets &&
			       sqlite3_column_int(q, 10) == (int)e->error_class &&
			       strcmp(db_text(q, 11), e->error) == 0;
		if (same && folder_outcome_stored(e->outcome))
			same = sqlite3_column_bytes(q, 9) == (int)sizeof digest->bytes &&
			       memcmp(sqlite3_column_blob(q, 9), digest->bytes,
				      sizeof digest->bytes) == 0;
	}
	sqlite3_reset(q);
	if (n == NEXT_FAIL || (same && e->outcome == FOLDER_HOLED &&
			       !hole_same(st, id, e->hole, e->hole_n, &same, err)))
		return false;
	*news_out = !same;
	return true;
}

static const char sql_seen_add[] =
	"INSERT INTO folder_seen (run, folder, epoch, at, outcome, depth, uidvalidity,"
	" uidnext, modseq, messages, octets, messages_read, took_ms, digest,"
	" error_class, error)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
	" ?16)";

static bool add_seen(struct store *st, const struct folder_end *e,
		     const struct sha256 *digest, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_SEEN_ADD, sql_seen_add);

	sqlite3_bind_int64(q, 1, st->run);
	sqlite3_bind_int64(q, 2, e->folder);
	db_bind_id(q, 3, e->epoch);
	sqlite3_bind_int64(q, 4, clock_now());
	sqlite3_bind_int(q, 5, (int)e->outcome);
	sqlite3_bind_int(q, 6, (int)e->depth);
	sqlite3_bind_int64(q, 7, e->state.uidvalidity);
	sqlite3_bind_int64(q, 8, e->state.uidnext);
	sqlite3_bind_int64(q, 9, e->state.modseq);
	sqlite3_bind_int64(q, 10, e->state.exists);
	sqlite3_bind_int64(q, 11, e->state.octets);
	sqlite3_bind_int64(q, 12, e->messages_read);
	sqlite3_bind_int64(q, 13, e->took_ms);
	sqlite3_bind_null(q, 14);
	if (folder_outcome_stored(e->outcome))
		db_bind_digest(q, 14, digest);
	sqlite3_bind_int(q, 15, (int)e->error_class);
	db_bind_str(q, 16, e->error);
	return db_run(st, q, err) &&
	       (e->hole_n == 0 ||
		hole_add(st, sqlite3_last_insert_rowid(st->db), e->hole, e->hole_n, err));
}

static const char sql_folder_proven[] =
	"UPDATE folder SET proven_run = ?2, proven_at = ?3 WHERE id = ?1";

static bool put_proven(struct store *st, int64_t folder, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_FOLDER_PROVEN, sql_folder_proven);

	sqlite3_bind_int64(q, 1, folder);
	sqlite3_bind_int64(q, 2, st->run);
	sqlite3_bind_int64(q, 3, clock_now());
	return db_run(st, q, err);
}

/* A folder that was read to its end: settle what lies above, and agree with the server on
 * the number. */
static bool settle(struct store *st, struct folder_end *e, struct sha256 *digest,
		   struct err *err)
{
	int64_t messages = 0;

	if (!window_cut(st, e->epoch, err) ||
	    !sum_epoch(st, e->epoch, &messages, &e->state.octets, err) ||
	    !hole_sum(st, e->epoch, e->hole, e->hole_n, &messages, &e->state.octets, err))
		return false;
	if (messages != e->state.exists)
		return err_set(err, ERR_PROTO,
			       "%lld messages were read where the server tells of %lld",
			       (long long)messages, (long long)e->state.exists);
	return digest_epoch(st, e->epoch, digest, err);
}

static const char sql_settle_begin[] = "SAVEPOINT settle";
static const char sql_settle_undo[] = "ROLLBACK TO settle";
static const char sql_settle_end[] = "RELEASE settle";

/* As a part of a transaction that others go on with when the numbers do not agree. */
static bool settle_apart(struct store *st, struct folder_end *e, struct sha256 *digest,
			 struct err *err)
{
	struct err why = ERR_INIT;
	bool ok;

	if (!db_run(st, db_stmt(st, STMT_SETTLE_BEGIN, sql_settle_begin), err))
		return false;
	ok = settle(st, e, digest, err);
	if (!ok && (err->cls != ERR_PROTO ||
		    !db_run(st, db_stmt(st, STMT_SETTLE_UNDO, sql_settle_undo), &why) ||
		    !db_run(st, db_stmt(st, STMT_SETTLE_END, sql_settle_end), &why))) {
		if (why.cls != ERR_NONE)
			*err = why;
		return false;
	}
	return ok && db_run(st, db_stmt(st, STMT_SETTLE_END, sql_settle_end), err);
}

bool store_folder_end(struct store *st, const struct folder_end *e, struct err *err)
{
	struct folder_end end = *e;
	struct sha256 digest = { 0 };
	bool own, ok, news = true;

	if (!db_need_run(st, err))
		return false;
	if ((folder_outcome_stored(end.outcome) &&
	     (end.epoch == 0 || end.depth == DEPTH_COUNTS)) ||
	    (end.outcome == FOLDER_HOLED) != (end.hole_n > 0))
		return err_set(err, ERR_BUG, "folder %lld cannot have been read",
			       (long long)end.folder);
	if (end.error == NULL)
		end.error = "";
	if (!db_tx_begin(st, &own, err))
		return false;
	ok = (!folder_outcome_stored(end.outcome) ||
	      (own ? settle(st, &end, &digest, err)
		   : settle_apart(st, &end, &digest, err))) &&
	     is_news(st, &end, &digest, &news, err) &&
	     (!news || add_seen(st, &end, &digest, err)) &&
	     (!folder_outcome_stored(end.outcome) || end.mailbox_id == NULL ||
	      *end.mailbox_id == '\0' ||
	      store_objectid_put(st, end.folder, end.epoch, end.mailbox_id, err)) &&
	     (end.outcome == FOLDER_COUNTED || put_proven(st, end.folder, err));
	return db_tx_end(st, own, ok, err);
}

bool store_folders_unchanged(struct store *st, const int64_t *folders, size_t n,
			     struct err *err)
{
	bool own, ok = true;

	if (!db_need_run(st, err) || !db_tx_begin(st, &own, err))
		return false;
	for (size_t i = 0; i < n && ok; i++)
		ok = put_proven(st, folders[i], err);
	return db_tx_end(st, own, ok, err);
}

/*
 * n is the newest row, p the one that tells most: n itself unless it only counted; then
 * the newest that did more, if it tried to read.  What was read before the folder was
 * gone, or held no messages, is no longer of it.
 */
static const char sql_folders[] =
	"SELECT f.id, f.wire, f.name, f.delim, f.attrs, f.proven_run, f.proven_at,"
	" n.id, n.uidvalidity, n.uidnext, n.messages, p.id, p.run, p.at, p.outcome,"
	" p.depth, p.epoch, p.uidvalidity, p.uidnext, p.modseq, p.messages, p.octets,"
	" p.messages_read, p.error, p.digest, CASE WHEN n.outcome = ?3 THEN n.run END"
	" FROM folder f"
	" LEFT JOIN folder_seen n ON n.id ="
	" (SELECT max(x.id) FROM folder_seen x WHERE x.folder = f.id)"
	" LEFT JOIN folder_seen p ON p.id = CASE WHEN n.outcome <> ?3 THEN n.id ELSE"
	" coalesce((SELECT y.id FROM folder_seen y WHERE y.outcome IN (?4, ?5, ?6)"
	" AND y.id = (SELECT max(x.id) FROM folder_seen x"
	" WHERE x.folder = f.id AND x.outcome <> ?3)), n.id) END"
	" WHERE f.account = ?1 AND (f.gone_run IS NULL OR ?2) ORDER BY f.name, f.id";

static bool read_folder(struct store *st, sqlite3_stmt *q, struct arena *arena,
			void *item, struct err *err)
{
	struct folder_view *out = item;
	struct span wire = { sqlite3_column_blob(q, 1),
			     (size_t)sqlite3_column_bytes(q, 1) };
	int outcome, depth;

	*out = (struct folder_view){
		.folder = { .id = sqlite3_column_int64(q, 0),
			    .wire = arena_span(arena, wire),
			    .name = db_text_in(q, 2, arena),
			    .delim = (char)sqlite3_column_int(q, 3),
			    .attrs = (unsigned)sqlite3_column_int64(q, 4) },
		.outcome = FOLDER_COUNTED,
		.state = { .modseq = -1, .exists = -1, .octets = -1 },
		.counted = -1,
		.error = ""
	};
	if (sqlite3_column_type(q, 11) == SQLITE_NULL)
		return true;
	if (!db_enum(st, q, 14, FOLDER_OUTCOME_COUNT, &outcome, err) ||
	    !db_enum(st, q, 15, DEPTH_COUNT, &depth, err))
		return false;
	out->outcome = (enum folder_outcome)outcome;
	out->depth = (enum depth)depth;
	/* The row tells what was found; that a later run found the same stands in the
	 * folder. */
	out->seen_run = sqlite3_column_int64(q, outcome == FOLDER_COUNTED ? 12 : 5);
	out->seen_at = sqlite3_column_int64(q, outcome == FOLDER_COUNTED ? 13 : 6);
	out->epoch = sqlite3_column_int64(q, 16);
	out->state = (struct folder_state){
		.uidvalidity = (uint32_t)sqlite3_column_int64(q, 17),
		.uidnext = (uint32_t)sqlite3_column_int64(q, 18),
		.modseq = sqlite3_column_int64(q, 19),
		.exists = sqlite3_column_int64(q, 20),
		.octets = sqlite3_column_int64(q, 21)
	};
	out->messages_read = sqlite3_column_int64(q, 22);
	out->error = db_text_in(q, 23, arena);
	out->moved_on = sqlite3_column_int64(q, 7) != sqlite3_column_int64(q, 11) &&
			(sqlite3_column_int64(q, 8) != out->state.uidvalidity ||
			 sqlite3_column_int64(q, 9) != out->state.uidnext ||
			 sqlite3_column_int64(q, 10) != out->state.exists);
	out->counted_run = sqlite3_column_int64(q, 25);
	if (out->counted_run != 0)
		out->counted = sqlite3_column_int64(q, 10);
	out->seen = sqlite3_column_int64(q, 11);
	return !folder_outcome_stored(out->outcome) ||
	       db_digest(st, q, 24, &out->digest, err);
}

bool store_folders(struct store *st, int64_t account, bool with_gone, struct arena *arena,
		   struct folder_view **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_folders, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, account);
	sqlite3_bind_int(q, 2, with_gone);
	sqlite3_bind_int(q, 3, FOLDER_COUNTED);
	sqlite3_bind_int(q, 4, FOLDER_READ);
	sqlite3_bind_int(q, 5, FOLDER_UNREADABLE);
	sqlite3_bind_int(q, 6, FOLDER_HOLED);
	if (!db_list(st, q, sizeof **out, read_folder, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}
