/* SPDX-License-Identifier: MIT */
#ifndef LAB_SEED_CONN_H
#define LAB_SEED_CONN_H
/* A small IMAP client that only writes, as fast as the server can take it. */
#include "base/err.h"
#include "base/strbuf.h"

struct conn {
	int fd;
	struct strbuf out, in;
	unsigned sent, answered; /* tagged commands */
	bool invited;		 /* the server said "+" since this was set to false */
	char prefix[64], delim;	 /* of the personal namespace, as NAMESPACE said */
	bool special_use;	 /* CREATE takes (USE ...) (RFC 6154) */
	bool literal_plus, multiappend;
	bool courier;	/* 5.0 takes no character beyond U+FFFF in the name of a folder */
	unsigned batch; /* messages per MULTIAPPEND: see conn_login */
};

/* Connect and log in.  False leaves what conn_close wants. */
bool conn_login(struct conn *c, const char *host, uint32_t port, const char *user,
		const char *password, struct err *err) MUST_CHECK;
/* Queue one command, or the start of one; the tag is added. */
void conn_command(struct conn *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Send and read until at most unsent octets and pending answers are left, and until the
 * server has said "+" when c->invited was set to false: reading never waits for writing.
 * ERR_SERVER when a command was refused, but for a folder that is there already. */
bool conn_pump(struct conn *c, size_t unsent, unsigned pending,
	       struct err *err) MUST_CHECK;
/* Log out and close. */
void conn_close(struct conn *c);

#endif
