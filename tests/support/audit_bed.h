/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_AUDIT_BED_H
#define TESTS_SUPPORT_AUDIT_BED_H
/* A project, scripted peers for both sides, and audit_run between them. */
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/support/peer.h"
#include "tests/support/store_fixture.h"

#include "audit/audit.h"
#include "base/fs.h"
#include "mime/mime_identity.h"
#include "store/store_verify.h"

enum { USERS_MAX = 64, LINES_MAX = 64 };

/* The clock, but nobody waits for long: back-off takes a twentieth of its time.  When it
 * leaps, whoever waits makes the time pass; for one connection only. */
static _Atomic int64_t bed_ahead_ms; /* what a test adds to the time that passes */
static _Atomic int64_t bed_wall_s;   /* and to the time of day */
static _Atomic bool bed_leaps;

int64_t clock_now(void)
{
	return (int64_t)time(NULL) + bed_wall_s + (bed_leaps ? bed_ahead_ms / 1000 : 0);
}

int64_t clock_mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + bed_ahead_ms;
}

void clock_sleep_ms(int64_t ms)
{
	if (bed_leaps) {
		bed_ahead_ms += ms;
		sched_yield();
	} else {
		usleep((useconds_t)(ms * 50));
	}
}

/* A project with accounts on both sides, and what the run said. */
struct bed {
	struct fx fx;
	struct peer peer[SIDE_COUNT];
	struct server server[SIDE_COUNT];
	struct audit_options o;
	struct audit_result out;
	struct err err;
	int64_t account[USERS_MAX];
	int64_t asked_secrets;
	bool no_secret;
	int64_t login_ms; /* so long a login seems to take */
	char *line[LINES_MAX];
	size_t line_n;
	struct net_wake *wake;
	int64_t stop_after; /* messages done; 0: never */
	struct audit_progress seen;
};

static inline bool secret(void *ctx, enum side side, const char *user, struct strbuf *out,
			  struct err *err)
{
	struct bed *b = ctx;

	(void)side;
	b->asked_secrets++; /* no lock: one at a time is promised, and TSan looks */
	bed_ahead_ms += b->login_ms;
	if (b->no_secret)
		return err_set(err, ERR_LOGIN, "there is no password for %s", user);
	strbuf_addf(out, "pw-%s", user);
	return true;
}

static inline void say(void *ctx, const char *line)
{
	struct bed *b = ctx;

	assert_true(b->line_n < LINES_MAX);
	b->line[b->line_n++] = mem_strdup(line);
}

static inline void progress(void *ctx, const struct audit_progress *p)
{
	struct bed *b = ctx;

	b->seen = *p;
	b->seen.now = NULL;
	if (b->stop_after > 0 && p->messages_done >= b->stop_after)
		net_wake_now(b->wake);
}

static inline struct server server_of(enum side side, unsigned port)
{
	return (struct server){
		.side = side,
		.host = "127.0.0.1",
		.port = port,
		.tls = TLS_NONE,
		.tls_min = "1.2",
		.auth = AUTH_USER,
		.master_separator = '*',
		.kind = "auto",
		.max_connections = 4,
		.timeout_ms = 20000,
	};
}

/* peers: NULL leaves that side out. */
static inline void bed_open(struct bed *b, const char *old_peer, const char *new_peer)
{
	const char *const args[SIDE_COUNT] = { old_peer, new_peer };

	*b = (struct bed){ .err = ERR_INIT };
	fx_open(&b->fx);
	b->wake = net_wake_new();
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (args[side] == NULL)
			continue;
		peer_start(&b->peer[side], args[side]);
		b->server[side] = server_of((enum side)side, b->peer[side].port);
		b->o.server[side] = &b->server[side];
	}
	b->o.accounts = b->account;
	b->o.depth = DEPTH_FULL;
	b->o.scope = "{\"all\":true}";
	b->o.operator_name = "tester";
	b->o.wake = b->wake;
	b->o.secret = secret;
	b->o.secret_ctx = b;
	b->o.say = say;
	b->o.say_ctx = b;
	b->o.progress = progress;
	b->o.progress_ctx = b;
}

static inline void bed_close(struct bed *b)
{
	for (int side = 0; side < SIDE_COUNT; side++)
		peer_stop(&b->peer[side]);
	net_wake_free(b->wake);
	for (size_t i = 0; i < b->line_n; i++)
		free(b->line[i]);
	fx_close(&b->fx);
}

static inline int64_t add(struct bed *b, enum side side, const char *user)
{
	int64_t id = fx_account(&b->fx, side, user);

	assert_true(b->o.account_n < USERS_MAX);
	b->account[b->o.account_n++] = id;
	return id;
}

static inline bool go(struct bed *b)
{
	b->err = ERR_INIT;
	return audit_run(b->fx.st, &b->o, &b->out, &b->err);
}

static inline void must_go(struct bed *b)
{
	if (!go(b))
		fail_msg("audit_run: %s", b->err.text);
}

static inline struct account_view seen(struct bed *b, int64_t account)
{
	struct account_view v;
	struct err err = ERR_INIT;

	fx_ok(store_account_view(b->fx.st, account, &b->fx.arena, &v, &err));
	assert_true(v.found);
	return v;
}

static inline struct folder_view folder_of(struct bed *b, int64_t account,
					   const char *name)
{
	struct folder_view *f = NULL;
	struct err err = ERR_INIT;
	size_t n = 0;

	fx_ok(store_folders(b->fx.st, account, true, &b->fx.arena, &f, &n, &err));
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].folder.name, name) == 0)
			return f[i];
	fail_msg("there is no folder %s", name);
	return (struct folder_view){ 0 };
}

static inline bool said(const struct bed *b, const char *words)
{
	for (size_t i = 0; i < b->line_n; i++)
		if (strstr(b->line[i], words) != NULL)
			return true;
	return false;
}

#define must_say(b, words)                                                               \
	do {                                                                             \
		if (!said(b, words))                                                     \
			fail_msg("nobody said \"%s\"; first line: %s", words,            \
				 (b)->line_n > 0 ? (b)->line[0] : "(none)");             \
	} while (0)

static inline int start(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	return net_global_open(&err) ? 0 : -1;
}

static inline int stop(void **state)
{
	(void)state;
	net_global_close();
	return 0;
}

#endif
