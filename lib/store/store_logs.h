/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_LOGS_H
#define STORE_STORE_LOGS_H
/*
 * What logs said: writing (the audit of logs).  Reading is in store_uses.h.  Words are
 * kept once and referred to by number; the empty text is number 1.
 */
#include "base/span.h"
#include "base/strbuf.h"
#include "model/log_event.h"
#include "model/side.h"
#include "store/store.h"
#include "store/store_log_days.h"

#define STORE_LOG_EMPTY 1 /* the number of the empty text */

/* Find or add. */
bool store_log_text(struct store *st, struct span text, int64_t *id_out,
		    struct err *err) MUST_CHECK;

/* n that are not there, STORE_LOG_TEXTS at most, under numbers above the highest: sooner
 * when they ascend by text. */
#define STORE_LOG_TEXTS 16
struct log_text {
	int64_t id;
	struct span text;
};
bool store_log_texts_put(struct store *st, const struct log_text *v, size_t n,
			 struct err *err) MUST_CHECK;
/* The highest number; 0: there is none. */
bool store_log_text_last(struct store *st, int64_t *id_out, struct err *err) MUST_CHECK;

/* *id_out 0: it is not there. */
bool store_log_text_find(struct store *st, struct span text, int64_t *id_out,
			 struct err *err) MUST_CHECK;
/* Appended to out. */
bool store_log_text_get(struct store *st, int64_t id, struct strbuf *out,
			struct err *err) MUST_CHECK;

/* store_log_uses.h writes them. */
struct log_use_row {
	enum side side;
	int64_t name, address, rcpt, client; /* numbers of texts */
	enum log_use use;
	enum log_protocol protocol;
	int64_t n, first, last; /* Unix seconds */
	unsigned traits;
	struct log_days days; /* ascending, each day once */
	size_t day_n;
};
/* Is there anything of a side? */
bool store_log_use_any(struct store *st, enum side side, bool *out,
		       struct err *err) MUST_CHECK;

/* Lines of a source, seen again or not. */
struct log_source {
	int64_t id;
	enum side side;
	int64_t host;
	enum log_program program;
	int64_t first, last, logins, deliveries;
};
bool store_log_source_add(struct store *st, struct log_source *s,
			  struct err *err) MUST_CHECK;
bool store_log_hour(struct store *st, int64_t source, int64_t hour, int64_t lines,
		    struct err *err) MUST_CHECK;
/* The log of a host is whole from first to last; spans that touch become one. */
bool store_log_span(struct store *st, enum side side, int64_t host, int64_t first,
		    int64_t last, struct err *err) MUST_CHECK;

struct log_file {
	int64_t id, run, at;
	enum side side;
	const char *path, *packing, *note;
	int64_t octets, lines, events, other, not_ours, malformed, timeless;
	int64_t logins, deliveries, fresh, own;
	int64_t first, last; /* 0: no line had a time */
	int64_t year;
	bool follows;
};
bool store_log_file_add(struct store *st, const struct log_file *f,
			struct err *err) MUST_CHECK;

/* Logins of our own. */
struct own_login {
	int64_t id;
	enum side side;
	const char *user;
	int64_t at;
	const char *address; /* "" */
	bool beat;
};
bool store_own_login_add(struct store *st, const struct own_login *o,
			 struct err *err) MUST_CHECK;
/* Of a side, from..to, that have no line of this use yet (LOG_USE_COUNT: all); in arena,
 * ordered by time. */
bool store_own_logins(struct store *st, enum side side, enum log_use use, int64_t from,
		      int64_t to, struct arena *arena, struct own_login **out,
		      size_t *n_out, struct err *err) MUST_CHECK;
/* The hours (since 1970) of a side that hold any; malloc, ascending. */
bool store_own_login_hours(struct store *st, enum side side, int64_t **out, size_t *n_out,
			   struct err *err) MUST_CHECK;
/* A line of the log was that login. */
bool store_log_own_add(struct store *st, int64_t login, enum log_use use, int64_t at,
		       int64_t address, struct err *err) MUST_CHECK;

#endif
