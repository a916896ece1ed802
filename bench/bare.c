/* SPDX-License-Identifier: MIT */
/*
 * The bare client: the limit that mailmuster is measured against.  Logs in, EXAMINEs one
 * mailbox, sends one UID FETCH and throws the answer away as fast as it comes; no parsing
 * beyond finding the tagged line, no evidence.
 *
 *   bare HOST PORT none|implicit|starttls CA_FILE USER PASSWORD_FILE MAILBOX
 * header|envelope|body
 *
 * Prints the octets received.  USER may be "admin" after "user*" as Dovecot's master
 * users are.
 */
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/num.h"
#include "net/net_conn.h"

static bool send_all(struct net_conn *c, const char *text, struct err *err)
{
	size_t n = strlen(text), put;
	bool block;

	while (n > 0) {
		if (!net_conn_write(c, text, n, &put, &block, err))
			return false;
		if (block && !net_conn_wait(c, true, err))
			return false;
		if (!block) {
			text += put;
			n -= put;
		}
	}
	return true;
}

/* Read until a line begins with tag; *total counts octets.  The last 256 octets are kept
 * to look in. */
static bool drain(struct net_conn *c, const char *tag, int64_t *total, struct err *err)
{
	static char buf[1 << 16];
	char tail[512] = "\n";
	size_t got, keep = 1, add;

	for (;;) {
		if (!net_conn_read(c, buf, sizeof buf, &got, err))
			return false;
		if (got == 0)
			return err_set(err, ERR_NET, "the connection was closed");
		*total += (int64_t)got;
		add = got < 256 ? got : 256;
		if (keep > 256) {
			memmove(tail, tail + keep - 256, 256);
			keep = 256;
		}
		memcpy(tail + keep, buf + got - add, add);
		keep += add;
		if (tail[keep - 1] == '\n' &&
		    memmem(tail, keep, tag, strlen(tag)) != NULL)
			return true;
	}
}

int main(int argc, char **argv)
{
	struct server server = { .tls_min = "1.2",
				 .timeout_ms = 60000,
				 .max_connections = 1 };
	struct net_login login = { 0 };
	struct strbuf password = STRBUF_INIT, line = STRBUF_INIT;
	struct net_wake *wake = NULL;
	struct net_conn *c = NULL;
	struct err err = ERR_INIT;
	uint32_t port;
	int64_t total = 0;
	int code = 1;

	if (argc != 9) {
		fprintf(stderr, "usage: bare HOST PORT none|implicit|starttls CA USER "
				"PASSWORD_FILE "
				"MAILBOX header|envelope|body\n");
		return 2;
	}
	if (!num_u32(span_str(argv[2]), &port))
		return 2;
	server.host = argv[1];
	server.port = port;
	server.tls = strcmp(argv[3], "none") == 0	? TLS_NONE
		     : strcmp(argv[3], "starttls") == 0 ? TLS_STARTTLS
							: TLS_IMPLICIT;
	server.ca_file = argv[4];
	login.user = argv[5];
	if (!net_global_open(&err) || !fs_read(argv[6], 4096, &password, &err))
		goto out;
	while (password.n > 0 && password.p[password.n - 1] == '\n')
		password.p[--password.n] = '\0';
	login.password = strbuf_cstr(&password);
	wake = net_wake_new();
	if (!net_conn_open(&server, &login, wake, &c, &err))
		goto out;
	strbuf_addf(&line, "x1 EXAMINE \"%s\"\r\n", argv[7]);
	if (!send_all(c, strbuf_cstr(&line), &err) || !drain(c, "\nx1 ", &total, &err))
		goto out;
	strbuf_clear(&line);
	strbuf_addf(&line, "x2 UID FETCH 1:* (UID %s)\r\n",
		    strcmp(argv[8], "body") == 0 ? "RFC822.SIZE BODY.PEEK[]"
		    : strcmp(argv[8], "envelope") == 0
			    ? "FLAGS INTERNALDATE RFC822.SIZE ENVELOPE"
			    : "FLAGS INTERNALDATE RFC822.SIZE "
			      "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]");
	if (!send_all(c, strbuf_cstr(&line), &err) || !drain(c, "\nx2 ", &total, &err) ||
	    !send_all(c, "x3 LOGOUT\r\n", &err) || !drain(c, "\nx3 ", &total, &err))
		goto out;
	printf("%lld\n", (long long)total);
	code = 0;
out:
	if (code != 0)
		fprintf(stderr, "bare: %s\n", err.text);
	net_conn_close(c);
	net_wake_free(wake);
	strbuf_wipe(&password);
	strbuf_done(&line);
	net_global_close();
	return code;
}
