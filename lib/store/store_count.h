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

/*
 * What the last import that names an account told of it and of each of its folders,
 * beside the newest reading; in the order of the list.  Names of folders meet with '/'
 * or '\\' between their parts in the list, without the prefix of the namespace, INBOX in
 * any letter case.
 */
struct counted_part {
	const char *folder;		  /* as in the list; NULL: the whole account */
	int64_t messages, octets;	  /* as told; -1: not told */
	bool met;			  /* there is such a folder */
	int64_t our_messages, our_octets; /* as read; -1: not read, or not known */
	const char *source;
	int64_t line, told;
	int64_t at; /* newest good reading of the account; 0: none */
};
/* Both tell it, and not the same. */
bool counted_differs(const struct counted_part *c);
bool store_counted_parts(struct store *st, int64_t account, struct arena *arena,
			 struct counted_part **out, size_t *n_out,
			 struct err *err) MUST_CHECK;
/* Names of this list in this import that are no login of its side, and the first. */
bool store_count_strangers(struct store *st, const char *source, int64_t batch,
			   struct arena *arena, int64_t *n_out, const char **first_out,
			   struct err *err) MUST_CHECK;

#endif
