/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_DB_H
#define STORE_STORE_DB_H
/*
 * Private to lib/store: the handle, and the few calls around SQLite that all its files
 * share.
 *
 * A statement that could not be prepared is NULL; SQLite ignores binds to NULL and
 * db_next and db_run report why, so callers bind without asking.  Every statement of the
 * table is reset before its function returns.
 */
#include <sqlite3.h>

#include "base/arena.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "model/folder.h"
#include "model/message.h"
#include "model/run.h"
#include "store/store.h"
#include "store/store_bodies.h"
#include "store/store_sort.h"
#include "store/store_sum.h"

/* The statements that stay prepared.  Each belongs to one function. */
enum stmt {
	STMT_META_GET,
	/* store_account.c, store_transfer.c */
	STMT_ACCOUNT_PUT,
	STMT_ACCOUNT_GET,
	STMT_ACCOUNT_LAST,
	STMT_TRANSFER_FIND,
	STMT_TRANSFER_ADD,
	STMT_TRANSFER_SET,
	STMT_TRANSFER_GONE,
	/* store_seal.c, store_accept.c */
	STMT_EVENT_ADD,
	STMT_ACCEPTED,
	STMT_SEAL_NEWEST,
	STMT_SEAL_FIRST,
	STMT_EPOCH_LAST,
	/* store_mover.c */
	STMT_MOVER_NOTE_ADD,
	STMT_MOVER_NOTE_FIND,
	/* store_run.c, store_ledger.c */
	STMT_RUN_ADD,
	STMT_RUN_GET,
	STMT_RUN_END,
	STMT_RUN_COUNT,
	STMT_LEDGER_ADD,
	STMT_LEDGER_HEAD,
	/* store_digest.c */
	STMT_DIGEST_ACCOUNTS,
	STMT_DIGEST_FOLDERS,
	STMT_DIGEST_MARK,
	/* store_bodies.c */
	STMT_BODIES_ALONE,
	/* store_listing.c */
	STMT_BANNER_ADD,
	STMT_BANNER_GET,
	STMT_LISTING_PUT,
	STMT_LISTING_RIGHTS,
	STMT_LISTING_FOLDERS,
	STMT_FOLDER_ADD,
	STMT_FOLDER_SET,
	STMT_FOLDER_GONE,
	STMT_FOLDER_CHANGE,
	STMT_ACCOUNT_END,
	STMT_ACCOUNT_DONE,
	/* store_folder.c */
	STMT_EPOCH_GET,
	STMT_EPOCH_ADD,
	STMT_SEEN_LAST,
	STMT_SEEN_KNOWN,
	STMT_SEEN_STATES,
	STMT_SEEN_ADD,
	STMT_HOLE_ADD,
	STMT_HOLE_STORED,
	STMT_FOLDER_PROVEN,
	STMT_SETTLE_BEGIN,
	STMT_SETTLE_UNDO,
	STMT_SETTLE_END,
	STMT_EPOCH_SUM,
	STMT_EPOCH_BLOCKS,
	/* store_progress.c */
	STMT_PROGRESS_GET,
	STMT_PROGRESS_PUT,
	STMT_PROGRESS_DROP,
	STMT_PROGRESS_DONE,
	STMT_PROGRESS_SET,
	/* store_window.c */
	STMT_MESSAGE_NEXT,
	STMT_MESSAGE_THERE,
	STMT_MESSAGE_BLOCK,
	STMT_MESSAGE_ADD,
	STMT_MESSAGE_ADDS,
	STMT_MESSAGE_TOP,
	STMT_MESSAGE_APPEND,
	STMT_MESSAGE_SET,
	STMT_MESSAGE_CHANGE,
	STMT_MESSAGE_ID_PUT,
	STMT_MESSAGE_ID_ADDS,
	STMT_MESSAGE_ID_TOP,
	STMT_MESSAGE_ID_APPEND,
	STMT_MESSAGE_ID_DROP,
	STMT_MESSAGE_ID_GET,
	STMT_MESSAGE_DETAIL_DROP,
	STMT_BLOCK_PUT,
	STMT_BLOCK_DROP,
	STMT_GONE_CHANGE,
	STMT_GONE_SET,
	STMT_GONE_BLOCKS,
	/* store_keyword.c */
	STMT_KEYWORD_FIND,
	STMT_KEYWORD_ADD,
	STMT_KEYWORD_NAMES,
	/* store_verify.c, store_leftover.c, store_detail.c */
	STMT_PAIR_ADD,
	STMT_PAIR_SET,
	STMT_FINDING_ADD,
	STMT_FINDING_FIRST,
	STMT_FINDING_GET,
	STMT_JUDGEMENT_PUT,
	STMT_JUDGEMENT_GET,
	STMT_LEFTOVER_ADD,
	STMT_LEFTOVER_DROP,
	STMT_LEFTOVER_COUNT,
	STMT_ELSEWHERE_FORGET,
	STMT_ELSEWHERE_GET,
	/* store_history.c */
	STMT_MESSAGE_AS_OF,
	STMT_DETAIL_PUT,
	STMT_DETAIL_GET,
	STMT_DETAIL_FACTS_PUT,
	STMT_DETAIL_FACTS_GET,
	STMT_DETAIL_FAIL,
	STMT_WANT_ADD,
	/* store_scan.c */
	STMT_BODY_PUT,
	STMT_BODY_PUTS,
	STMT_BODY_GET,
	STMT_FOLDER_SCAN_PUT,
	STMT_FOLDER_SCAN_GET,
	STMT_SCAN_ANY,
	STMT_SCAN_UNTOUCHED,
	STMT_SIZE_RULE,
	STMT_SIZE_BIAS,
	STMT_SAMPLE_PUT,
	STMT_SAMPLE_GET,
	STMT_PACE_PUT,
	STMT_PACE_GET,
	STMT_LIMIT_ADD,
	STMT_LABELS_GET,
	STMT_LABELS_ADD,
	STMT_GMAIL_ADD,
	STMT_GMAIL_ANY,
	STMT_ACL_LAST,
	STMT_ACL_ADD,
	STMT_GRANT_ADD,
	STMT_WITNESS_OTHERS,
	STMT_WITNESS_SELF,
	STMT_WITNESS_FIRST,
	STMT_WITNESS_LAST,
	STMT_WITNESS_FIRST_KNOWN,
	STMT_WITNESS_LAST_KNOWN,
	STMT_WITNESS_OTHER,
	STMT_WITNESS_HAS,
	STMT_OBJECTID_LAST,
	STMT_OBJECTID_ADD,
	STMT_SHARED_LOGIN,
	/* store_logs.c */
	STMT_LOG_TEXT_GET,
	STMT_LOG_TEXT_ADD,
	STMT_LOG_TEXT_PUT,
	STMT_LOG_TEXT_PUTS,
	STMT_LOG_TEXT_OF,
	STMT_LOG_TEXT_LAST,
	STMT_LOG_SEEN_GET,
	STMT_LOG_SEEN_NEXT,
	STMT_LOG_SEEN_PUT,
	STMT_LOG_USE_GET,
	STMT_LOG_USE_PUT,
	STMT_LOG_USE_NEXT,
	STMT_LOG_USE_ANY,
	STMT_LOG_SOURCE_ADD,
	STMT_LOG_HOUR,
	STMT_LOG_SPAN_TOUCH,
	STMT_LOG_SPAN_DROP,
	STMT_LOG_SPAN_ADD,
	STMT_LOG_FILE_ADD,
	STMT_OWN_LOGIN_ADD,
	STMT_OWN_LOGIN_LIST,
	STMT_OWN_LOGIN_HOURS,
	STMT_LOG_OWN_ADD,
	/* store_said.c */
	STMT_SAID,
	STMT_WITNESS_ADD,
	STMT_COUNT_ADD,
	STMT_FORWARD_ADD,
	/* store_person.c */
	STMT_PERSON_FIND,
	STMT_PERSON_ADD,
	/* store_facts.c */
	STMT_EPOCH_FACTS,
	STMT_EPOCH_COPIES,
	STMT_EPOCH_OUTSIDE,
	STMT_ACCOUNT_COPIES,
	STMT_ACCOUNT_GROWTH,
	STMT_MOVER_RUN_ADD,
	STMT_SERVER_SEEN_ADD,
	/* store_dns.c */
	STMT_DNS_ADD,
	/* store_purged.c */
	STMT_PURGED_WAS,
};
enum { STMT_COUNT = STMT_PURGED_WAS + 1 };

/* Keyword sets of late (store_keyword.c); 64 slots of KEYWORDS_MAX octets at worst,
 * twice, are 8 MiB. */
#define KEYWORD_SLOTS 64
struct keyword_slot {
	int64_t id;
	struct strbuf names;
};

/* Statements of db_prepare that are lent, or wait; more than that are not kept. */
#define LOAN_SLOTS 64
struct loan {
	const char *sql; /* as it was asked for: compared first, then its words */
	sqlite3_stmt *q; /* NULL: a free slot */
	bool lent;
};

struct store {
	sqlite3 *db;
	char *path;
	bool tx;	  /* somebody relies on an open transaction */
	bool writing;	  /* it was begun by store_begin or a function here, not by
			     store_read_begin */
	int64_t run;	  /* current run; 0: none */
	enum depth depth; /* its depth */
	char project[33];
	sqlite3_stmt *stmt[STMT_COUNT];
	struct loan loan[LOAN_SLOTS];
	struct sha256_ctx *sha;
	struct strbuf canon;	     /* canonical form of one block */
	struct block_row *block_row; /* BLOCK_UIDS of them, for store_window.c */
	struct store_sort_pool sorts;
	struct store_messages *taker; /* the cursor that is taking its messages now */
	struct sum_slot sum[SUM_SLOTS];
	struct bodies bodies;
	int wal;      /* its file, for db_ahead; 0: not open */
	size_t ahead; /* octets since it began last */
	int log_pages; /* of SQLite's log, where store_idle is expected */
	struct keyword_slot by_name[KEYWORD_SLOTS], by_id[KEYWORD_SLOTS];
};

/* The statement of this slot, prepared at its first use.  sql is a constant, always the
 * same for a slot. */
sqlite3_stmt *db_stmt(struct store *st, enum stmt which, const char *sql);
/* A statement of the caller's own, for cursors and whatever may be open twice; db_return
 * it, which takes NULL.  Those that came back wait for the next who asks for the same
 * words: what is asked for each account would be compiled a hundred thousand times. */
bool db_prepare(struct store *st, const char *sql, sqlite3_stmt **out,
		struct err *err) MUST_CHECK;
void db_return(struct store *st, sqlite3_stmt *q);
/* Say what SQLite's last failure means for people.  Returns false. */
bool db_fail(struct store *st, struct err *err);
/* A value that we would not have written stands in the file: ERR_LEDGER.  Returns false.
 */
bool db_damaged(struct store *st, const char *what, struct err *err);
#ifdef __clang_analyzer__ /* as in err.h */
#define db_fail(...)	(db_fail(__VA_ARGS__), false)
#define db_damaged(...) (db_damaged(__VA_ARGS__), false)
#endif
enum next db_next(struct store *st, sqlite3_stmt *q, struct err *err) MUST_CHECK;
/* Run to the end, ignoring rows, and reset. */
bool db_run(struct store *st, sqlite3_stmt *q, struct err *err) MUST_CHECK;
/* Statements without parameters. */
bool db_exec(struct store *st, const char *sql, struct err *err) MUST_CHECK;

/* For functions of several statements: join the open transaction or begin one of our own;
 * *own tells which.  db_tx_end commits or rolls back our own and leaves a joined one to
 * its owner; returns ok, or false when the commit failed. */
bool db_tx_begin(struct store *st, bool *own, struct err *err) MUST_CHECK;
bool db_tx_end(struct store *st, bool own, bool ok, struct err *err) MUST_CHECK;
/* Transactions begun from now on reach the disk before they return (the ledger); a no-op
 * inside one. */
bool db_durable(struct store *st, bool on, struct err *err) MUST_CHECK;

/* So many octets have been written that nobody will change before the commit: the disk
 * begins with what is in the write-ahead log, so that a long transaction does not wait
 * for all of it at its end. */
void db_ahead(struct store *st, size_t octets);

/* All rows of q, which is returned, in arena.  read fills in one item of size octets,
 * its strings in arena too. */
bool db_list(struct store *st, sqlite3_stmt *q, size_t size,
	     bool (*read)(struct store *st, sqlite3_stmt *q, struct arena *arena,
			  void *item, struct err *err),
	     struct arena *arena, void **out, size_t *n_out, struct err *err) MUST_CHECK;

void db_bind_str(sqlite3_stmt *q, int at,
		 const char *s);		      /* NULL binds NULL; not copied */
void db_bind_id(sqlite3_stmt *q, int at, int64_t id); /* 0 binds NULL */
/* The first two parameters, for "transfer BETWEEN ?1 AND ?2": that one, or all where it
 * is 0.  "?1 = 0 OR transfer = ?1" would read the whole table for each. */
void db_bind_transfers(sqlite3_stmt *q, int64_t transfer);
void db_bind_digest(sqlite3_stmt *q, int at, const struct sha256 *d);
void db_bind_key(sqlite3_stmt *q, int at, const struct msg_key *key);
void db_bind_date(sqlite3_stmt *q, int at,
		  int64_t date); /* MSG_DATE_UNKNOWN binds NULL */

/* Columns.  NULL reads as NULL, "" , 0 or MSG_DATE_UNKNOWN as the name suggests. */
const char *db_str(sqlite3_stmt *q, int at, struct arena *arena); /* NULL stays NULL */
const char *db_text(sqlite3_stmt *q, int at); /* borrowed; "" for NULL */
const char *db_text_in(sqlite3_stmt *q, int at,
		       struct arena *arena); /* copied; "" for NULL */
int64_t db_date(sqlite3_stmt *q, int at);
bool db_digest(struct store *st, sqlite3_stmt *q, int at, struct sha256 *out,
	       struct err *err) MUST_CHECK;
bool db_key(struct store *st, sqlite3_stmt *q, int at, struct msg_key *out,
	    struct err *err) MUST_CHECK;
/* An enum value: 0 to count - 1, or damage. */
bool db_enum(struct store *st, sqlite3_stmt *q, int at, int count, int *out,
	     struct err *err) MUST_CHECK;

/* ERR_BUG unless a run is current and the handle may write. */
bool db_need_run(struct store *st, struct err *err) MUST_CHECK;

/* SQL: sixteen times the values of a row, for one statement. */
#define DB_ROWS_16(row)                                                                  \
	DB_ROWS_4(row) "," DB_ROWS_4(row) "," DB_ROWS_4(row) "," DB_ROWS_4(row)
#define DB_ROWS_4(row) row "," row "," row "," row

/* SQL: 1 when that run came to its end, 0 when it is open, was stopped or given up. */
#define DB_RUN_WHOLE(run)                                                                \
	"EXISTS (SELECT 1 FROM run_end e WHERE e.run = " run " AND e.outcome IN (1, 2))"
_Static_assert(RUN_COMPLETE == 1 && RUN_INCOMPLETE == 2, "as the SQL says");

#endif
