/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_SEAL_H
#define STORE_STORE_SEAL_H
/*
 * Baselines (DESIGN section 6) and what happened to a transfer.  A row of `message` was
 * there at a seal when first_run <= its run and it was not gone by then.
 */
#include "model/run.h"
#include "store/store.h"

struct seal {
	int64_t id, transfer;
	int64_t at;	/* Unix seconds */
	int64_t run[2]; /* newest run of each side that it shows; by enum side */
	bool sound;	/* false: note says what is wrong with it */
	const char *teller, *note; /* "" */
};

struct seal_folder {
	int64_t folder;
	int64_t epoch;	 /* 0: holds no mail */
	int64_t uidnext; /* UIDs from here on arrived afterwards */
	int64_t messages;
};

/* With its folders of both sides and an event "seal", in one transaction. */
bool store_seal_add(struct store *st, const struct seal *s, const struct seal_folder *v,
		    size_t n, int64_t *id_out, struct err *err) MUST_CHECK;
/* The newest of a transfer, its folders ascending by folder. */
bool store_seal_newest(struct store *st, int64_t transfer, struct arena *arena,
		       struct seal *out, struct seal_folder **folders, size_t *n_out,
		       bool *found_out, struct err *err) MUST_CHECK;

/* The oldest that was taken after that time, without its folders. */
bool store_seal_first(struct store *st, int64_t transfer, int64_t after,
		      struct arena *arena, struct seal *out, bool *found_out,
		      struct err *err) MUST_CHECK;
/* The newest without its folders. */
bool store_seal_head(struct store *st, int64_t transfer, struct arena *arena,
		     struct seal *out, bool *found_out, struct err *err) MUST_CHECK;
/* The highest UID that was ever seen in an epoch, also of what is gone; 0: none. */
bool store_epoch_last(struct store *st, int64_t epoch, uint32_t *uid_out,
		      struct err *err) MUST_CHECK;

/* What happened to a transfer: presync, last-pass, freeze, cutover, seal, rollback,
 * closed.  Append-only. */
struct event {
	int64_t id, transfer;
	const char *kind;
	int64_t at, told; /* Unix seconds: when it happened, when it was recorded */
	const char *teller, *note;
};
bool store_event_add(struct store *st, int64_t transfer, const char *kind, int64_t when,
		     const char *by, const char *note, struct err *err) MUST_CHECK;
/* Of a transfer (0: all), ordered by time. */
bool store_events(struct store *st, int64_t transfer, struct arena *arena,
		  struct event **out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
