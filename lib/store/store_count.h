/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_COUNT_H
#define STORE_STORE_COUNT_H
/* What the servers' own tools told of how much there is, beside what was read. */
#include "base/arena.h"
#include "model/side.h"
#include "store/store.h"

struct server_count {
	int64_t batch; /* which import */
	enum side side;
	const char *name;	  /* login or address, as in the list */
	const char *folder;	  /* NULL: the whole account */
	int64_t messages, octets; /* -1: not told */
	const char *source;	  /* which list */
	int64_t line, told;
};
/* The number of the next import. */
bool store_count_batch(struct store *st, int64_t *out, struct err *err) MUST_CHECK;
bool store_count_add(struct store *st, const struct server_count *c,
		     struct err *err) MUST_CHECK;

/*
 * An account of which a list told the messages, beside its newest good reading.  The
 * last import of a name counts; a list of folders is summed up.  Names meet logins
 * without regard to the case of ASCII letters; by side and login.
 */
struct counted_account {
	enum side side;
	int64_t account;
	const char *user, *source;
	int64_t line;	  /* of its first count */
	int64_t folders;  /* counts that were summed up; 0: the list told the account */
	int64_t told, at; /* when it was imported; when the account was read; 0: never */
	int64_t server, ours; /* messages; ours is 0 when it was never read */
};
bool store_counted(struct store *st, struct arena *arena, struct counted_account **out,
		   size_t *n_out, struct err *err) MUST_CHECK;
/* Names of this list in this import that are no login of its side, and the first. */
bool store_count_strangers(struct store *st, const char *source, int64_t batch,
			   struct arena *arena, int64_t *n_out, const char **first_out,
			   struct err *err) MUST_CHECK;

#endif
