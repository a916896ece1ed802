/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_SERVER_H
#define STORE_STORE_SERVER_H
/*
 * Who the servers are, as their logins showed: where we connected to, and with which
 * certificate they answered.  Append-only; it tells whether a server is still the one
 * that was read, and when a certificate ends.
 */
#include "base/cert.h"
#include "model/side.h"
#include "store/store.h"

struct server_seen {
	enum side side;
	int64_t at;
	const char *host; /* as in the config */
	unsigned port;
	char tls[16]; /* "TLSv1.3", "none" */
	bool has_cert;
	struct cert cert;
};
/* The same host, port and certificate; a renewed one is another, though its key may be
 * the same. */
bool server_seen_same(const struct server_seen *a, const struct server_seen *b);

/* Once for each run and identity; within a run. */
bool store_server_seen_add(struct store *st, const struct server_seen *s,
			   struct err *err) MUST_CHECK;

struct server_known {
	struct server_seen seen;     /* at: when it was met first */
	int64_t first_run, last_run; /* that met it */
	int64_t last_at;
};
/* Each identity of a side once, the one met last first. */
bool store_servers_known(struct store *st, enum side side, struct arena *arena,
			 struct server_known **out, size_t *n_out,
			 struct err *err) MUST_CHECK;
/* Those that the newest run which met the side saw: there may be several, behind a
 * balancer. */
bool store_servers_now(struct store *st, enum side side, struct arena *arena,
		       struct server_known **out, size_t *n_out,
		       struct err *err) MUST_CHECK;
/* Those that this run met, in the order in which it met them. */
bool store_servers_met(struct store *st, enum side side, int64_t run, struct arena *arena,
		       struct server_seen **out, size_t *n_out,
		       struct err *err) MUST_CHECK;
/* s is one of v, or shows the key of one: a renewed certificate of the same key is the
 * same server. */
bool servers_know(const struct server_known *v, size_t n, const struct server_seen *s);
/* "the certificate of the old server (mail.example.org:993)". */
const char *server_cert_title(struct arena *arena, const struct server_seen *s);

#endif
