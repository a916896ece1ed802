/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_CAPTURE_H
#define NET_NET_CAPTURE_H
/*
 * What the server said while libcurl connected and logged in, and what that means. Inside
 * lib/net only; apart from net_conn.c so that both can be tested without a network.
 */
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "model/server.h"

/* One line as the server sent it, without CRLF, cut at the size. */
struct net_line {
	char p[512];
	size_t n;
};

struct net_capture {
	struct net_line greeting; /* the first line; n is 0 until it came */
	struct net_line reply;	  /* the last tagged line */
	struct net_line bye;	  /* the last untagged BYE behind the greeting */
	struct net_line more;	  /* the last "+ ", behind it: a refused token's reason */
	struct net_line caps; /* the last CAPABILITY list, after STARTTLS the new one */
	bool imap4, logindisabled; /* IMAP4rev1 or IMAP4rev2; a word of that list */
	bool auth[MECHANISM_COUNT];    /* AUTH=PLAIN for MECHANISM_PASSWORD */
	bool in_proxy;		       /* inside the answer of an HTTP proxy to CONNECT */
	char tls[16];		       /* "TLSv1.3"; "" without TLS */
};

/* One line, or several, of what libcurl calls HEADER_IN. */
void net_capture_line(struct net_capture *c, struct span lines);
/* libcurl's own remarks; only the TLS version is taken from them. */
void net_capture_remark(struct net_capture *c, struct span text);
/* The greeting starts with this ("* OK", "* BYE", "* PREAUTH"), in any case. */
bool net_greeting_is(const struct net_capture *c, const char *start);

/* What the server says of a token that it refuses: JSON in base64 behind "+ " (RFC 7628
 * section 3.2.2, and Google's XOAUTH2), decoded.  False: it said nothing of the kind. */
bool net_token_reason(const struct net_capture *c, struct strbuf *out) MUST_CHECK;

/*
 * Strike secret out of what the server said, also where it stands inside base64, and
 * where a line was cut within it.  A secret shorter than 4 octets is left, being in every
 * word.
 */
void net_capture_redact(struct net_capture *c, const char *secret);

/* The last tagged reply is NO or BAD. */
bool net_reply_refuses(const struct net_capture *c);

/* Why libcurl gave up, or was made to. */
enum net_end {
	NET_END_CURL,	 /* its own result says why */
	NET_END_STOPPED, /* the wake pipe */
	NET_END_SILENT,	 /* the server said nothing for too long */
};
struct net_failure {
	enum net_end end;
	int code;	   /* CURLcode */
	int os_errno;	   /* 0: unknown */
	const char *text;  /* libcurl's error buffer, or its name for the code */
	int64_t waited_ms; /* for NET_END_SILENT and libcurl's own time-out */
};

/*
 * Turn a failed login into one line, class and hint.  proxied: by a password for somebody
 * else (authorization identity). Returns false, as err_set does.
 */
bool net_explain(const struct server *server, bool proxied, const struct net_capture *c,
		 const struct net_failure *f, struct err *err);

/*
 * A login that libcurl calls good is one only after an OK greeting by a server that
 * speaks IMAP4rev1 or IMAP4rev2.  False with err otherwise.
 */
bool net_accept(const struct net_capture *c, struct err *err) MUST_CHECK;

#endif
