/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_USE_H
#define PLAN_PLAN_USE_H
/*
 * What the logs say of the accounts: who uses them, how, until when; whose names no
 * account claims; from when to when the logs are whole (DESIGN section 9).  Reads the
 * store, writes nothing.
 */
#include "map/map_login.h"
#include "model/log_event.h"
#include "store/store_said.h"
#include "store/store_uses.h"

struct once;
enum use_who {
	WHO_NOBODY, /* never */
	WHO_UNSURE, /* too few days to tell */
	WHO_PERSON,
	WHO_ROBOT, /* at fixed times, or around the clock as often each day */
};
const char *use_who_name(enum use_who w); /* "nobody", "unsure", "person", "robot" */

/* The kind of a client, bits: a name may have several. */
#define CLIENT_WEBMAIL	(1u << 0) /* or another program on the server itself */
#define CLIENT_PHONE	(1u << 1)
#define CLIENT_DESKTOP	(1u << 2)
#define CLIENT_DOWNLOAD (1u << 3) /* POP3 that deletes what it fetched */
#define CLIENT_SENDER	(1u << 4) /* sends by SMTP AUTH */
#define CLIENT_OTHER	(1u << 5)
#define CLIENT_COUNT	6
const char *use_client_name(unsigned bit); /* of one bit */

struct use_of {
	int64_t last; /* newest proof of use: login, end of a session; 0: none */
	int64_t last_login, first_login;
	int64_t last_by[LOG_PROTOCOL_COUNT]; /* logins */
	int64_t logins;			     /* each once, though two servers log it */
	int64_t last_delivery, deliveries, last_fail, fails;
	int64_t last_alone; /* newest proof of use that no bulk source may have made */
	int64_t last_bulk;  /* newest login from a bulk source; 0 */
	size_t bulk;	    /* which one, of plan_use.bulk */
	enum use_who who;
	unsigned clients;	      /* CLIENT_* */
	const char *client, *address; /* of the newest login; "" */
	/* while summing up */
	int64_t n[LOG_USE_COUNT];
	struct once *once;
	bool person, unsure, robot;
};

struct use_name {	  /* of the logs, that no account claims */
	const char *name; /* as written, UTF-8 or not */
	bool shared;	  /* several accounts claim it */
	struct use_of of;
};

/* An address that logs in as very many within minutes, and in no other way. */
struct use_bulk {
	const char *address;
	int64_t names, from, to; /* most of them at a time, and when */
};

struct use_gap {
	const char *host;
	int64_t from, to;
	const char *why;
};
/* Is all of from..to covered by the logs of every host that logs logins? */
struct use_cover {
	bool any;	     /* some log of this side gave a login */
	int64_t first, last; /* of all its logs */
	struct use_gap *gap;
	size_t gap_n;
};

struct plan_use_setup {
	const struct map_login_rules *names;
	const char *const *proxies; /* through these people come */
	size_t proxy_n;
	const char *const *own; /* ours: logins from there are nobody's use */
	size_t own_n;
};
struct plan_use {
	struct plan_use_setup setup; /* borrowed from the caller of open */
	struct arena arena;
	struct transfer *t; /* all that are listed, by name */
	size_t n;
	struct use_of *of[SIDE_COUNT]; /* of t */
	struct use_name *unknown[SIDE_COUNT];
	size_t unknown_n[SIDE_COUNT];
	struct use_bulk *bulk[SIDE_COUNT];
	size_t bulk_n[SIDE_COUNT];
	struct expected *expected;
	size_t expected_n;
	int64_t expected_uses[SIDE_COUNT]; /* names left out because of it */
	struct map_login *names;
};
bool plan_use_open(struct store *st, const struct plan_use_setup *setup,
		   struct plan_use *out, struct err *err) MUST_CHECK;
void plan_use_close(struct plan_use *p); /* also after a failure */
bool plan_use_cover(struct store *st, enum side side, int64_t from, struct arena *arena,
		    struct use_cover *out, struct err *err) MUST_CHECK;
/* The same of the hosts that log deliveries. */
bool plan_use_cover_deliveries(struct store *st, enum side side, int64_t from,
			       struct arena *arena, struct use_cover *out,
			       struct err *err) MUST_CHECK;

/* Each row of a side, with the account that claims its name (NULL: none), except what is
 * expected. */
bool plan_use_walk(struct plan_use *p, struct store *st, enum side side,
		   bool (*fn)(void *ctx, const struct transfer *t, bool shared,
			      const struct log_use_seen *u, struct err *err),
		   void *ctx, struct err *err) MUST_CHECK;

/* Does a row tell of a login of ours? */
bool plan_use_is_ours(const struct plan_use *p, const struct log_use_seen *u);

/* Pure: who uses a name that way, by its days. */
enum use_who use_who_of(struct log_days days, size_t n);
unsigned use_client_of(enum log_protocol protocol, struct span address,
		       struct span client, unsigned traits);
/* How often a row happened from a time on; *first and *last of those. */
int64_t use_since(const struct log_use_seen *u, int64_t from);

#endif
