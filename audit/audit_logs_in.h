/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_LOGS_IN_H
#define AUDIT_AUDIT_LOGS_IN_H
/* Private to the reading of logs: what passes from who scans to who takes in. */
#include "audit/audit_logs.h"
#include "base/strbuf.h"
#include "logs/logs_file.h"

#define INTAKE_FILES 16u /* files that are read at a time */

/* What a line said, without its octets, in few of its own: it goes from one processor to
 * another. */
enum hit_what {
	HIT_EVENT,
	HIT_MARK,   /* the first line of an hour of a source: its time and entry */
	HIT_SENDER, /* session came from address */
	HIT_CLIENT, /* session's client is text */
};
struct hit_text {
	uint32_t at; /* in the piece; above LOGS_PIECE: in the texts of the batch */
	uint16_t n;
};
struct hit {
	uint64_t hash;			 /* of host and text */
	uint64_t session;		 /* hash of host and session; 0: none */
	uint64_t user_hash, rip_hash;	 /* of the texts */
	int64_t t;			 /* of the stamp */
	struct hit_text user, rip, more; /* more: a delivery's rcpt, or the client */
	uint32_t repeated;
	uint16_t flags;	  /* LOG_F_* */
	uint16_t entry;	  /* of the hour in which the line stands */
	uint8_t what;	  /* enum hit_what */
	uint8_t kind;	  /* enum log_kind */
	uint8_t protocol; /* enum log_protocol */
	uint8_t stamp;	  /* enum log_stamp_kind */
};
_Static_assert(LOG_F_NO_STAMP <= UINT16_MAX, "flags have room");

static inline struct log_stamp hit_stamp(const struct hit *h)
{
	return (struct log_stamp){ (enum log_stamp_kind)h->stamp, h->t };
}

/* Lines of a source within an hour of its own clock. */
struct hour_entry {
	struct hit_text host;
	uint64_t host_hash;
	enum log_program program;
	int64_t begin; /* of the hour, as stamp.t */
	unsigned turn; /* New Years since the piece began */
	enum log_stamp_kind kind;
	struct log_stamp first, last;
	int64_t lines, logins, deliveries;
};

/* As what an event is counted (enum log_use); false: as nothing. */
bool hit_use(const struct hit *h, uint8_t *out);

#define BATCH_HOURS_MAX 4096u /* entries; more than that many in a piece are one */
_Static_assert(BATCH_HOURS_MAX <= UINT16_MAX, "hit.entry has room");

struct counts {
	int64_t lines, events, other, not_ours, malformed;
	int64_t by_program[LOG_PROGRAM_COUNT], logins_by_program[LOG_PROGRAM_COUNT];
};

struct batch {
	struct logs_piece piece;
	struct strbuf text; /* what is not written so in the piece */
	struct hit *hit;
	size_t hit_n, hit_cap;
	struct hour_entry *hour;
	size_t hour_n, hour_cap;
	struct counts counts;
	unsigned turn; /* while scanning: New Years, and the time they are told by */
	int64_t of_year;
	bool needs_order; /* lines of a program whose sessions go over pieces */
	/* entry of each program that was seen last, and log_line.of of its lines; 0 */
	uint32_t near[LOG_PROGRAM_COUNT];
	uint64_t near_of[LOG_PROGRAM_COUNT];
};
void batch_init(struct batch *b);
void batch_done(struct batch *b);
static inline struct span batch_text(const struct batch *b, struct hit_text t)
{
	return (struct span){ t.at < LOGS_PIECE ? b->piece.p + t.at
						: b->text.p + (t.at - LOGS_PIECE),
			      t.n };
}

/* Scan b->piece into b.  key is that of the store's hashes. */
void batch_scan(struct batch *b, struct logs_scanner *s, uint64_t key, bool skip_last);

/* ---- words and their numbers ---- */

struct texts;
/* At most 10 MiB.  New words get their numbers at once, and go to the store together, in
 * the order of its index when that is large. */
bool texts_new(struct store *st, struct texts **out, struct err *err) MUST_CHECK;
void texts_free(struct texts *t); /* NULL is fine */
/* hash is hash64 of the text.  Find or add. */
bool texts_id(struct texts *t, struct span text, uint64_t hash, uint32_t *id,
	      struct err *err) MUST_CHECK;
/* *id 0: nobody ever wrote it. */
bool texts_known(struct texts *t, struct span text, uint64_t hash, uint32_t *id,
		 struct err *err) MUST_CHECK;
/* What is new goes to the store: before anything there refers to it. */
bool texts_store(struct texts *t, struct err *err) MUST_CHECK;
/* It will be asked for soon, and sooner. */
void texts_expect(const struct texts *t, uint64_t hash);
/* A client's name, without its version. */
struct span texts_client(struct span s);
void texts_commit(struct texts *t);
bool texts_rollback(struct texts *t, struct err *err) MUST_CHECK;

/* ---- what is counted, and summed up by name (audit_logs_belt.h) ---- */

struct belt;
struct sums_use {
	uint32_t name, address, rcpt, client; /* log_text.id */
	uint32_t at;			      /* Unix seconds */
	uint32_t n;
	uint8_t use, protocol, traits;
	uint8_t slot; /* of the file */
};

/* ---- our own logins ---- */

struct own;
/* Logins of our own, as the store knows them.  texts outlives it. */
bool own_new(struct store *st, enum side side, struct texts *texts, struct own **out,
	     struct err *err) MUST_CHECK;
void own_free(struct own *o);
/* Are there any? */
bool own_any(const struct own *o);
/* Was this login ours?  Then the store is told which. */
bool own_is(struct own *o, const struct sums_use *u, bool *out,
	    struct err *err) MUST_CHECK;
/* Did we log in as this user in the day before?  Then the end of a session may be ours.
 */
bool own_lately(struct own *o, struct span user, int64_t at, bool *out,
		struct err *err) MUST_CHECK;
int64_t own_found(const struct own *o);
void own_forget(struct own *o, int64_t found);

/* ---- the events of an hour, until it is over ---- */

struct hours;
struct hour_event {
	uint64_t hash, session;
	struct sums_use use;
};
#define HOURS_EVENTS (32u << 10) /* that are held, at most */
void hours_new(struct store *st, enum side side, struct belt *belt, struct own *own,
	       struct hours **out);
void hours_client(struct hours *h, uint64_t session, uint32_t client);
void hours_free(struct hours *h);
bool hours_add(struct hours *h, const struct hour_event *e, struct err *err) MUST_CHECK;
/* All hours before this one are over (INT64_MAX: all). */
bool hours_over(struct hours *h, int64_t hour, struct err *err) MUST_CHECK;
/* All of them, and what is counted of them goes to the store. */
bool hours_store(struct hours *h, struct err *err) MUST_CHECK;
void hours_forget(struct hours *h, int64_t fresh);
int64_t hours_fresh(const struct hours *h); /* counted now, since the beginning */
/* Of one file. */
void hours_begin(struct hours *h, unsigned slot);
int64_t hours_fresh_of(const struct hours *h, unsigned slot);
int64_t hours_own_of(const struct hours *h, unsigned slot);

/* ---- a file being taken in ---- */

struct intake;
struct intake_file {
	const char *path;
	struct logs_file_facts facts;
	int year; /* to begin with; 0: inferred */
	bool follows;
};
bool intake_new(struct store *st, const struct audit_logs_options *o, uint64_t key,
		int64_t run, int64_t now, struct intake **out,
		struct err *err) MUST_CHECK;
void intake_free(struct intake *in);
/* What it counts goes there. */
struct belt *intake_belt(struct intake *in);
/* One file after the other, or several at a time, each with its own number below
 * INTAKE_FILES. */
/* name stands for the host where lines have none; it is copied. */
void intake_begin(struct intake *in, unsigned slot, const struct intake_file *f,
		  const char *name);
bool intake_batch(struct intake *in, unsigned slot, const struct batch *b,
		  struct err *err) MUST_CHECK;
/* Its year was guessed wrong: *year is what to begin with, and the file is to be read
 * again.  over: it is at its end; before that, only what no later line can put right. */
bool intake_wrong_year(struct intake *in, unsigned slot, bool over, int *year);
/* The end of a file; note "" when all is well. */
bool intake_end(struct intake *in, unsigned slot, const struct logs_file *f,
		const char *note, struct err *err) MUST_CHECK;
/* No batch comes before intake_flush: another thread may do what is left but for the
 * store, while files end. */
bool intake_last(struct intake *in, struct err *err) MUST_CHECK;
/* Everything to the store: what is counted stays so. */
bool intake_flush(struct intake *in, struct err *err) MUST_CHECK;
/* It was committed. */
void intake_commit(struct intake *in);
/* What came since then was rolled back: forget it. */
bool intake_forget(struct intake *in, struct err *err) MUST_CHECK;
void intake_sum(const struct intake *in, struct audit_logs_sum *out);

#endif
