/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_SMTP_H
#define NET_NET_SMTP_H
/*
 * Handing a mail of our own to a server (RFC 5321), by libcurl, over TLS and nothing
 * else.  A recipient at a time: of several in one transaction that one refuses, libcurl
 * names none.
 */
#include "base/err.h"
#include "base/span.h"
#include "model/server.h"

struct net_wake;

struct net_smtp_setup {
	/* tls is TLS_IMPLICIT or TLS_STARTTLS; of auth and what follows it only mechanism
	 * counts, and timeout_ms */
	const struct server *server;
	const char *user;     /* NULL: without a login */
	const char *password; /* or token; for as long as it is open */
	const char *key_password;
	const char *from; /* the address alone */
	struct net_wake *wake;
};

struct net_smtp;
/* Connects to nothing yet.  What setup points to must live as long. */
bool net_smtp_open(const struct net_smtp_setup *setup, struct net_smtp **out,
		   struct err *err) MUST_CHECK;
/*
 * One message, whose lines end in CRLF, to one address.  The connection stays for the
 * next.  ERR_NET: it did not get through, or was refused, for good (*reply_out is 5xx) or
 * for now (4xx); 0: the server has not said why.  ERR_TLS, ERR_LOGIN, ERR_STOPPED, as
 * net_conn_open.  What stands in an error of the secret is struck out.
 */
bool net_smtp_send(struct net_smtp *s, const char *to, struct span message,
		   int *reply_out, struct err *err) MUST_CHECK;
void net_smtp_close(struct net_smtp *s); /* NULL is fine */

#define SMTP_TOO_LARGE 552 /* or the mailbox is full: servers say both so */

#endif
