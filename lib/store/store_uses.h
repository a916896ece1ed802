/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_USES_H
#define STORE_STORE_USES_H
/* What logs said: reading it back. */
#include "store/store_logs.h"

struct log_use_seen {
	enum side side;
	int64_t name_id;
	struct span name, address, rcpt, client; /* as the log wrote them */
	enum log_use use;
	enum log_protocol protocol;
	int64_t n, first, last;
	unsigned traits;
	struct log_days days; /* ascending, each day once */
	size_t day_n;
};
/* All uses of a side, those of one name together.  Spans live until the next call. */
struct store_uses;
bool store_uses_open(struct store *st, enum side side, struct store_uses **out,
		     struct err *err) MUST_CHECK;
enum next store_uses_next(struct store_uses *u, struct log_use_seen *out,
			  struct err *err) MUST_CHECK;
void store_uses_close(struct store_uses *u); /* NULL is fine */

/* When logs of a host are whole, ordered by host and time; and whether any program of
 * that host ever logged a login, or a delivery. */
struct log_span_seen {
	struct span host;
	int64_t first, last;
	bool logins, deliveries;
};
bool store_log_spans(struct store *st, enum side side, struct arena *arena,
		     struct log_span_seen **out, size_t *n_out,
		     struct err *err) MUST_CHECK;

struct log_source_seen {
	struct span host;
	enum log_program program;
	int64_t first, last, logins, deliveries;
	int64_t hours; /* in which it wrote */
	int64_t lines;
};
bool store_log_sources(struct store *st, enum side side, struct arena *arena,
		       struct log_source_seen **out, size_t *n_out,
		       struct err *err) MUST_CHECK;

/* Beats of a side, oldest first, and whether a log showed them. */
struct beat_seen {
	int64_t at;
	const char *user;
	bool seen;
};
bool store_beats(struct store *st, enum side side, int64_t from, struct arena *arena,
		 struct beat_seen **out, size_t *n_out, struct err *err) MUST_CHECK;

/* What the mail of an account tells of its owner.  0: nothing. */
struct mail_witness {
	int64_t account;
	int64_t sent;	  /* newest message in a folder for sent mail */
	int64_t answered; /* newest that was answered */
	int64_t seen;	  /* newest that was read */
	int64_t newest;
	int64_t messages, octets;
};
/* Of a side, ordered by account. */
bool store_mail_witnesses(struct store *st, enum side side, struct arena *arena,
			  struct mail_witness **out, size_t *n_out,
			  struct err *err) MUST_CHECK;

#endif
