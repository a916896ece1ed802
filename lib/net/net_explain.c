/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>

#include "base/text.h"
#include "net/net_capture.h"

/* The server's words, escaped and short enough for a message. */
struct words {
	char p[256];
};

static struct words words_of(struct span s)
{
	struct words w = { "" };

	text_show_buf(w.p, sizeof w.p, s);
	return w;
}

static struct span line_span(const struct net_line *line, size_t skip)
{
	return span_from((struct span){ line->p, line->n }, skip);
}

/* RFC 5530 and what servers add to it. */
static const struct {
	const char *code;
	enum err_class cls;
	const char *hint;
} codes[] = {
	{ "[AUTHENTICATIONFAILED]", ERR_LOGIN,
	  "check user name and password; repeated refusals may lock the account" },
	{ "[AUTHORIZATIONFAILED]", ERR_LOGIN,
	  "the admin login is good, but may not act for this user" },
	{ "[EXPIRED]", ERR_LOGIN,
	  "the password has expired; set a new one on the server" },
	{ "[PRIVACYREQUIRED]", ERR_LOGIN,
	  "set \"tls\" to \"implicit\" or \"starttls\": the server takes no password in "
	  "clear text" },
	{ "[UNAVAILABLE]", ERR_SERVER,
	  "a part of the server is down (often its user database); try again later" },
	{ "[INUSE]", ERR_SERVER, "another session holds this mailbox; try again later" },
	{ "[LIMIT]", ERR_SERVER, "lower \"max_connections\" for this server" },
	{ "[THROTTLED]", ERR_SERVER, "lower \"max_connections\" for this server" },
	{ "[SERVERBUG]", ERR_SERVER, "look into the server's log" },
	{ "[CONTACTADMIN]", ERR_SERVER, "look into the server's log" },
};

static const char *hint_of(enum mechanism m)
{
	switch (m) {
	case MECHANISM_PASSWORD:
		break;
	case MECHANISM_OAUTHBEARER:
	case MECHANISM_XOAUTH2:
		return "check the token's user, scope and age; the secret's command or "
		       "file must give a fresh one";
	case MECHANISM_EXTERNAL:
		return "does the server trust the issuer of \"client_cert\", and take "
		       "the name in it for this account?";
	}
	return "check user name and password; repeated refusals may lock the account";
}

/* The reason that comes with a refused token, behind text. */
static void add_reason(const struct net_capture *c, struct err *err)
{
	struct strbuf reason = STRBUF_INIT;
	char before[sizeof err->text];

	if (net_token_reason(c, &reason)) {
		snprintf(before, sizeof before, "%s", err->text);
		err_set(err, err->cls, "%.200s, because of %s", before,
			words_of(strbuf_span(&reason)).p);
	}
	strbuf_done(&reason);
}

/* A tagged NO or BAD to a login. */
static bool refused(const struct server *server, const struct net_capture *c,
		    struct err *err)
{
	struct span reply = line_span(&c->reply, 5);
	ptrdiff_t at = span_index(reply, '[');
	struct span code = span_from(reply, at < 0 ? reply.n : (size_t)at);
	enum err_class cls = ERR_LOGIN;
	const char *hint = hint_of(server->mechanism);

	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		if (!span_istarts(code, codes[i].code))
			continue;
		cls = codes[i].cls;
		if (i > 0 || server->mechanism == MECHANISM_PASSWORD)
			hint = codes[i].hint;
	}
	err_set(err, cls, "login refused: %s", words_of(reply).p);
	add_reason(c, err);
	return err_hint(err, "%s", hint);
}

/* libcurl leaves when XOAUTH2 is answered by a reason, and waits for no NO. */
static bool token_refused(const struct net_capture *c, struct err *err)
{
	err_set(err, ERR_LOGIN, "login refused: the server does not take the token");
	add_reason(c, err);
	return err_hint(err, "%s", hint_of(MECHANISM_XOAUTH2));
}

static bool no_mechanism(const struct server *server, bool proxied,
			 const struct net_capture *c, const struct net_failure *f,
			 struct err *err)
{
	static const char *const words[MECHANISM_COUNT] = {
		[MECHANISM_PASSWORD] = "PLAIN",
		[MECHANISM_OAUTHBEARER] = "OAUTHBEARER",
		[MECHANISM_XOAUTH2] = "XOAUTH2",
		[MECHANISM_EXTERNAL] = "EXTERNAL",
	};
	enum mechanism m = server->mechanism;

	if (c->logindisabled && server->tls == TLS_NONE) {
		err_set(err, ERR_LOGIN,
			"the server takes no password in clear text (LOGINDISABLED)");
		return err_hint(
			err,
			"set \"tls\" to \"implicit\" or \"starttls\" for this server");
	}
	if (m != MECHANISM_PASSWORD && !c->auth[m]) {
		err_set(err, ERR_LOGIN,
			"the server does not offer AUTH=%s; it offers: %s", words[m],
			words_of(line_span(&c->caps, 0)).p);
		return err_hint(
			err, "use another \"mechanism\"%s",
			m == MECHANISM_EXTERNAL && server->client_cert == NULL
				? ", or set \"client_cert\": many servers offer it only "
				  "to who shows a certificate"
			: server->tls == TLS_NONE
				? ", or TLS: many servers offer more there"
				: "");
	}
	if (proxied && !c->auth[MECHANISM_PASSWORD]) {
		err_set(err, ERR_LOGIN,
			"the server does not offer AUTH=PLAIN, which a login for "
			"another user needs; it offers: %s",
			words_of(line_span(&c->caps, 0)).p);
		return err_hint(err, "use \"auth\": \"user\" or \"master\"%s",
				server->tls == TLS_NONE
					? ", or TLS: many servers offer PLAIN only there"
					: "");
	}
	err_set(err, ERR_LOGIN,
		"no way to log in that both sides know; the server offers: %s",
		words_of(line_span(&c->caps, 0)).p);
	return err_hint(err, "%s", f->text);
}

static bool certificate(const struct server *server, const char *text, struct err *err)
{
	err_set(err, ERR_TLS, "the certificate is not accepted: %s",
		words_of(span_str(text)).p);
	if (strstr(text, "expired") != NULL)
		return err_hint(
			err,
			"the certificate expired; renew it or pin its key (\"pin\")");
	if (strstr(text, "not yet valid") != NULL)
		return err_hint(err, "compare this machine's clock with the server's");
	if (strstr(text, "host name") != NULL || strstr(text, "does not match") != NULL)
		return err_hint(err,
				"the certificate is for another name than \"%s\"; set "
				"\"host\" to "
				"a name in it, or pin its key (\"pin\")",
				server->host);
	return err_hint(err, "%s",
			server->ca_file == NULL
				? "the certificate's issuer is unknown here; set "
				  "\"ca_file\" to its "
				  "certificate, or pin the key (\"pin\")"
				: "it was not issued by the CA in \"ca_file\"");
}

static bool own_certificate(const struct server *server, const char *text,
			    struct err *err)
{
	err_set(err, ERR_TLS, "cannot use the client certificate %s with the key %s: %s",
		words_of(span_str(server->client_cert)).p,
		words_of(span_str(server->client_key)).p, words_of(span_str(text)).p);
	return err_hint(err, "\"client_cert\" and \"client_key\" must be PEM files that "
			     "belong together; a key with a passphrase needs "
			     "\"client_key_secret\"");
}

static bool handshake(const struct server *server, const char *text, struct err *err)
{
	err_set(err, ERR_TLS, "the TLS handshake failed: %s", words_of(span_str(text)).p);
	if (strstr(text, "certificate required") != NULL ||
	    strstr(text, "unknown ca") != NULL || strstr(text, "bad certificate") != NULL)
		return err_hint(err, "the server wants another client certificate: check "
				     "\"client_cert\" and \"client_key\"");
	if (strstr(text, "wrong version number") != NULL ||
	    strstr(text, "packet length") != NULL)
		return err_hint(err,
				"port %u may not speak TLS from the first octet; "
				"set \"tls\" to \"starttls\"",
				server->port);
	if (strstr(text, "protocol") != NULL ||
	    strstr(text, "handshake failure") != NULL ||
	    strstr(text, "too small") != NULL || strstr(text, "dh key") != NULL)
		return err_hint(err, "an old server may need \"tls_min\": \"1.0\"");
	return err_hint(err, "check port %u and \"tls\"", server->port);
}

static bool no_starttls(const struct net_capture *c, struct err *err)
{
	struct span reply = line_span(&c->reply, 5);

	if (net_reply_refuses(c))
		err_set(err, ERR_TLS, "the server refuses STARTTLS: %s",
			words_of(reply).p);
	else
		err_set(err, ERR_TLS, "the server offers no STARTTLS");
	return err_hint(err, "use \"tls\": \"implicit\" (port 993); "
			     "\"none\" sends the password in clear text");
}

static bool silent(const struct server *server, const struct net_capture *c,
		   int64_t waited_ms, struct err *err)
{
	long long seconds = (waited_ms + 500) / 1000;

	if (c->greeting.n > 0)
		return err_set(err, ERR_NET,
			       "the server did not answer the login for %lld s", seconds);
	err_set(err, ERR_NET, "no greeting within %lld s", seconds);
	if (server->tls == TLS_IMPLICIT)
		return err_hint(err, "check host and port, and any firewall between");
	return err_hint(err, "a port that expects TLS from the first octet stays silent; "
			     "is it \"tls\": \"implicit\"?");
}

static bool closed(const struct net_capture *c, const struct net_failure *f,
		   struct err *err)
{
	/* libcurl's words for a plain end of stream are an errno that means nothing. */
	bool plain = span_istarts(span_str(f->text), "response reading failed");
	struct words why = words_of(span_str(plain ? "end of stream" : f->text));

	if (c->greeting.n == 0) {
		err_set(err, ERR_NET,
			"the server closed the connection without a greeting: %s", why.p);
		return err_hint(
			err,
			"it may refuse this address, or have no connection left for it");
	}
	err_set(err, ERR_NET, "the server closed the connection during login: %s", why.p);
	/* Dovecot 2.3 does that for a master login to a user that does not exist. */
	return err_hint(err,
			"for an admin login it may mean that the user does not exist; "
			"the server's log knows");
}

static bool bad_greeting(const struct net_capture *c, struct err *err)
{
	struct span line = line_span(&c->greeting, 0);

	if (net_greeting_is(c, "* BYE")) {
		err_set(err, ERR_SERVER, "the server turned us away: %s",
			words_of(span_from(line, 2)).p);
		return err_hint(err, "try again later, or lower \"max_connections\"");
	}
	if (net_greeting_is(c, "* PREAUTH")) {
		err_set(err, ERR_PROTO,
			"the server lets us in without a login (PREAUTH), so nobody "
			"knows whose mail it would show");
		return err_hint(err, "use a port that asks for a login");
	}
	err_set(err, ERR_PROTO, "this is no IMAP server; it says: %s", words_of(line).p);
	return err_hint(err, "check \"host\", \"port\" and \"tls\"");
}

bool net_accept(const struct net_capture *c, struct err *err)
{
	if (!net_greeting_is(c, "* OK"))
		return bad_greeting(c, err);
	if (c->caps.n > 0 && !c->imap4) {
		err_set(err, ERR_PROTO,
			"the server speaks neither IMAP4rev1 nor IMAP4rev2; it offers: "
			"%s",
			words_of(line_span(&c->caps, 0)).p);
		return err_hint(err, "check \"host\" and \"port\"");
	}
	return true;
}

static bool by_code(const struct server *server, bool proxied,
		    const struct net_capture *c, const struct net_failure *f,
		    struct err *err)
{
	struct strbuf reason = STRBUF_INIT;
	bool told = mechanism_is_token(server->mechanism) && net_token_reason(c, &reason);

	strbuf_done(&reason);
	switch ((CURLcode)f->code) {
	case CURLE_LOGIN_DENIED:
		if (net_reply_refuses(c))
			return refused(server, c, err);
		if (told)
			return token_refused(c, err);
		return no_mechanism(server, proxied, c, f, err);
	case CURLE_AUTH_ERROR: /* Kerberos without a ticket: nothing else was offered */
		return no_mechanism(server, proxied, c, f, err);
	case CURLE_COULDNT_RESOLVE_HOST:
		err_set(err, ERR_NET, "host not found");
		return err_hint(err, "check \"host\" and this machine's name service");
	case CURLE_COULDNT_CONNECT:
		if (f->os_errno != 0)
			err_errno(err, ERR_NET, f->os_errno, "cannot connect");
		else
			err_set(err, ERR_NET, "cannot connect: %s",
				words_of(span_str(f->text)).p);
		return err_hint(err, "is the server running, and is the port right?");
	case CURLE_OPERATION_TIMEDOUT:
		return silent(server, c, f->waited_ms, err);
	case CURLE_PEER_FAILED_VERIFICATION:
		return certificate(server, f->text, err);
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		err_set(err, ERR_TLS, "the server's key is not the one in \"pin\"");
		return err_hint(
			err,
			"the server has a new key, or somebody stands between; find out "
			"which before you change \"pin\"");
	case CURLE_SSL_CACERT_BADFILE:
		err_set(err, ERR_TLS, "cannot use the CA file %s",
			words_of(span_str(server->ca_file)).p);
		return err_hint(err, "\"ca_file\" must be a readable PEM file");
	case CURLE_SSL_CERTPROBLEM: /* ours */
		return own_certificate(server, f->text, err);
	case CURLE_SSL_CONNECT_ERROR:
		return handshake(server, f->text, err);
	case CURLE_USE_SSL_FAILED:
		return no_starttls(c, err);
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
		return closed(c, f, err);
	case CURLE_WEIRD_SERVER_REPLY:
		return err_set(err, ERR_PROTO,
			       "the server's answer to the login makes no sense: %s",
			       words_of(line_span(&c->reply, 0)).p);
	case CURLE_OUT_OF_MEMORY:
		return err_set(err, ERR_LOCAL, "out of memory while connecting");
	default: /* libcurl has a hundred codes; its own words are the best there are for
		    the rest */
		return err_set(err, ERR_NET, "cannot connect: %s",
			       words_of(span_str(f->text)).p);
	}
}

bool net_explain(const struct server *server, bool proxied, const struct net_capture *c,
		 const struct net_failure *f, struct err *err)
{
	if (f->end == NET_END_STOPPED)
		return err_set(err, ERR_STOPPED, "stopped while connecting");
	if (c->greeting.n > 0 && !net_greeting_is(c, "* OK"))
		return bad_greeting(c, err);
	if (f->end == NET_END_SILENT)
		return silent(server, c, f->waited_ms, err);
	if (c->bye.n > 0 && f->code != CURLE_LOGIN_DENIED) {
		err_set(err, ERR_SERVER, "the server ended the connection at login: %s",
			words_of(line_span(&c->bye, 2)).p);
		return err_hint(err, "try again later, or lower \"max_connections\"");
	}
	return by_code(server, proxied, c, f, err);
}
