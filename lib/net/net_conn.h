/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_CONN_H
#define NET_NET_CONN_H
/*
 * lib/net: connections; the only folder that includes <curl/curl.h>.
 *
 * libcurl connects (CURLOPT_CONNECT_ONLY): resolution, proxies, TCP, TLS, STARTTLS,
 * greeting, SASL, LOGIN. Then curl_easy_send and curl_easy_recv carry our IMAP.  What
 * libcurl hides is brought back: greeting and login reply are captured through
 * CURLOPT_DEBUGFUNCTION (HEADER_IN only: HEADER_OUT holds the password), so that `NO
 * [INUSE]` and `BYE [UNAVAILABLE]` reach the operator word for word. PREAUTH is an error:
 * nobody was asked who we are.  A connection belongs to one thread.
 */
#include "base/cert.h"
#include "base/err.h"
#include "base/span.h"
#include "model/server.h"

struct net_conn;
/* A pipe; waking it makes every read and write of its connections fail with ERR_STOPPED.
 */
struct net_wake;

struct net_wake *net_wake_new(void) MUST_CHECK;
void net_wake_free(struct net_wake *w);
void net_wake_now(struct net_wake *w); /* async-signal-safe, may be called twice */
bool net_wake_is_set(const struct net_wake *w);

/* Once per process, before any thread starts; and at its end. */
bool net_global_open(struct err *err) MUST_CHECK;
void net_global_close(void);

struct net_login {
	const char *user;    /* login name (authentication identity) */
	const char *authzid; /* authorization identity; NULL: none */
	/* Or token, as server->mechanism says; NULL for MECHANISM_EXTERNAL.  For the call
	 * only; never kept, logged or traced by us. */
	const char *password;
	const char *key_password; /* of server->client_key; NULL: it has none */
};

/*
 * Connect and log in.  One attempt, never repeated here.  Errors: ERR_NET, ERR_TLS (with
 * a hint for expired, foreign, self-signed and wrong-name certificates), ERR_LOGIN
 * (refused; the server's words in the text), ERR_SERVER (BYE, [UNAVAILABLE] and friends),
 * ERR_PROTO (neither IMAP4rev1 nor IMAP4rev2, PREAUTH), ERR_STOPPED.
 *
 * Up to the first tagged answer the server may be silent for server->timeout_ms,
 * afterwards for a minute at least: Dovecot's penalty for earlier wrong passwords holds
 * back a good login for 15 s.
 *
 * Only what server->mechanism says is tried; with MECHANISM_PASSWORD SASL PLAIN, LOGIN
 * and the LOGIN command.  What stands in an error of the secret, or of base64 that holds
 * it, is struck out: a server may send back what it got.
 *
 * server->pin alone replaces the check of chain and name; with a ca_file beside it all
 * three must hold.  A ca_file replaces the system's CAs.  wake may be NULL; what server
 * points to is not needed afterwards.
 */
bool net_conn_open(const struct server *server, const struct net_login *login,
		   struct net_wake *wake, struct net_conn **out,
		   struct err *err) MUST_CHECK;
/*
 * After LOGOUT: wait until the server has closed its end, for one second at most.  Until
 * then it counts this connection, and the next one might be one more than it allows.
 */
void net_conn_wait_end(struct net_conn *c);
/* Closes the socket; LOGOUT is lib/imap's business. */
void net_conn_close(struct net_conn *c);

/* The greeting line as captured, without CRLF; empty when unknown.  Borrowed from c. */
struct span net_conn_greeting(const struct net_conn *c);

/* "TLSv1.3" or "none". */
const char *net_conn_tls(const struct net_conn *c);
/* The server's own certificate; NULL: none, or none that can be read.  Borrowed from c.
 */
const struct cert *net_conn_cert(const struct net_conn *c);
/* Our end of the connection, "192.0.2.1"; "" when it is not known.  Borrowed from c. */
const char *net_conn_local(const struct net_conn *c);

/*
 * Read at least one octet, at most size.  0 is end of stream (an error for whoever
 * expected more). recv before poll: TLS may hold data.  Silence longer than
 * server->timeout_ms is ERR_NET.
 */
bool net_conn_read(struct net_conn *c, void *buf, size_t size, size_t *got_out,
		   struct err *err) MUST_CHECK;
/*
 * Write some octets, at least one; or none without blocking, and *would_block_out is set.
 * Then the same octets (and perhaps more behind them) must come with the next call: TLS
 * has already taken them.
 */
bool net_conn_write(struct net_conn *c, const void *p, size_t n, size_t *put_out,
		    bool *would_block_out, struct err *err) MUST_CHECK;
/* Wait until readable, or, when want_write, until readable or writable. */
bool net_conn_wait(struct net_conn *c, bool want_write, struct err *err) MUST_CHECK;

/* Octets carried after login. */
int64_t net_conn_octets_in(const struct net_conn *c);
int64_t net_conn_octets_out(const struct net_conn *c);

/* Text of libcurl's and its TLS library's versions, for --version.  Static. */
const char *net_versions(void);

#endif
