/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_SCAN_H
#define STORE_STORE_SCAN_H
/* Messages that were read as a whole (`mailmuster scan`), and how their folders answered.
 */
#include "model/body.h"
#include "model/side.h"
#include "store/store.h"

/* ---- writing; the handle's current run is recorded ---- */

/* What was seen of a message; a second row of the same run is ERR_BUG. */
bool store_body_put(struct store *st, int64_t epoch, uint32_t uid,
		    const struct body_facts *f, struct err *err) MUST_CHECK;
/* The same for several, within the caller's transaction, which ends with a failure. */
struct body_row {
	int64_t epoch;
	uint32_t uid;
	const struct body_facts *facts;
};
bool store_bodies_put(struct store *st, const struct body_row *v, size_t n,
		      struct err *err) MUST_CHECK;

struct folder_scan {
	int64_t folder;
	int64_t run;	    /* for reading */
	int64_t examine_ms; /* -1: it could not be opened */
	int64_t messages;   /* that were asked for */
	int64_t octets;	    /* that came */
	int64_t took_ms;
	int64_t gap_ms; /* the longest time without an octet */
	uint32_t gap_uid;
	const char *error; /* why it was not scanned to its end; "" */
};
bool store_folder_scan_put(struct store *st, const struct folder_scan *s,
			   struct err *err) MUST_CHECK;

/* A random sample of one side: the messages whose rank is no higher (model/sample.h). */
struct scan_sample {
	enum side side;
	int64_t run; /* for reading */
	uint64_t seed, rank;
	int64_t messages, chosen; /* that the side held; that are in it */
};
/* The same sample again is no error: a run that was continued has chosen it before. */
bool store_scan_sample_put(struct store *st, const struct scan_sample *s,
			   struct err *err) MUST_CHECK;
/* Newest of a side; found false: none. */
bool store_scan_sample(struct store *st, enum side side, struct scan_sample *out,
		       bool *found_out, struct err *err) MUST_CHECK;

/* ---- what is to be scanned ---- */

/* One present message of an epoch with uid >= from, ascending by uid. */
struct scan_want {
	struct message m;
	int64_t first_run; /* that saw it */
	int64_t run; /* that scanned it last, with the size that it has now; 0: none */
	bool read;   /* by that run */
};
/* How many messages of the epoch are present, where no body of it was ever seen; else -1.
 */
bool store_scan_untouched(struct store *st, int64_t epoch, int64_t *out,
			  struct err *err) MUST_CHECK;
struct store_scan_wants;
bool store_scan_wants_open(struct store *st, int64_t epoch, uint32_t from,
			   struct store_scan_wants **out, struct err *err) MUST_CHECK;
/* The same in little more than half the time, of which m holds only uid and octets and
 * first_run is 0. */
bool store_scan_sizes_open(struct store *st, int64_t epoch, struct store_scan_wants **out,
			   struct err *err) MUST_CHECK;
enum next store_scan_wants_next(struct store_scan_wants *it, struct scan_want *out,
				struct err *err) MUST_CHECK;
void store_scan_wants_close(struct store_scan_wants *it);

/* ---- reading ---- */

/* Newest facts; found false: never scanned. */
bool store_body(struct store *st, int64_t epoch, uint32_t uid, struct arena *arena,
		struct body_facts *out, bool *found_out, struct err *err) MUST_CHECK;

/* Present messages of an epoch whose newest facts hold anything that may be a symptom,
 * ascending by uid, or, by_key, by key and uid.  *out is valid until the next call. */
struct scan_row {
	uint32_t uid;
	uint8_t tier;
	struct msg_key key;
	int64_t octets, date; /* as in message */
	int64_t run;
	struct body_facts facts;
};
struct store_scan_rows;
bool store_scan_rows_open(struct store *st, int64_t epoch, bool by_key,
			  struct store_scan_rows **out, struct err *err) MUST_CHECK;
enum next store_scan_rows_next(struct store_scan_rows *it, struct scan_row *out,
			       struct err *err) MUST_CHECK;
void store_scan_rows_close(struct store_scan_rows *it);

/* Present messages of an epoch, and those of them whose newest facts are of the size that
 * they have now. */
struct scan_sum {
	int64_t messages, octets;
	int64_t scanned, scanned_octets; /* unreadable ones among them */
	int64_t unreadable;
	int64_t newest_run; /* 0: none */
};
bool store_scan_sum(struct store *st, int64_t epoch, struct scan_sum *out,
		    struct err *err) MUST_CHECK;

/* Was anything of the account scanned? */
bool store_scan_any(struct store *st, int64_t account, bool *out,
		    struct err *err) MUST_CHECK;

/* How this side's servers count octets, from all that was read of them. */
bool store_size_rule(struct store *st, enum side side, struct body_size_rule *out,
		     struct err *err) MUST_CHECK;

/* Newest scan of a folder; found false: none. */
bool store_folder_scan(struct store *st, int64_t folder, struct arena *arena,
		       struct folder_scan *out, bool *found_out,
		       struct err *err) MUST_CHECK;

#endif
