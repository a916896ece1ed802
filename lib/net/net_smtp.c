/* SPDX-License-Identifier: MIT */
#include "net/net_smtp.h"

#include "base/clock.h"
#include "base/text.h"
#include "net/net_capture.h"
#include "net/net_tls.h"
#include "net/net_wake.h"

/* A server may look into what it got before it answers (RFC 5321 section 4.5.3.2.6). */
#define ANSWER_S 600

struct net_smtp {
	struct net_smtp_setup setup;
	CURL *curl;
	CURLU *url;
	char *from;		    /* in angle brackets, as libcurl wants it */
	struct net_capture said;    /* reply alone: the last line, when it refuses */
	char text[CURL_ERROR_SIZE]; /* libcurl's error buffer */
	struct span rest;	    /* of the message */
	bool stopped;
};

#define SET(option, value) NET_SET(s->curl, option, value)

/* A refusal stays the last word though libcurl says QUIT and is answered (221). */
static void hear(struct net_smtp *s, struct span line)
{
	struct net_line *r = &s->said.reply;

	if (span_istarts(line, "221"))
		return;
	r->n = 0;
	if (line.n == 0 || (line.p[0] != '4' && line.p[0] != '5'))
		return;
	r->n = line.n < sizeof r->p ? line.n : sizeof r->p;
	memcpy(r->p, line.p, r->n);
}

/* HEADER_OUT, which holds the password, is never looked at. */
static int on_debug(CURL *curl, curl_infotype type, char *p, size_t n, void *ctx)
{
	struct net_smtp *s = ctx;

	(void)curl;
	if (type == CURLINFO_HEADER_IN)
		hear(s, span_trim((struct span){ p, n }));
	return 0;
}

static int on_progress(void *ctx, curl_off_t dt, curl_off_t dn, curl_off_t ut,
		       curl_off_t un)
{
	struct net_smtp *s = ctx;

	(void)dt, (void)dn, (void)ut, (void)un;
	s->stopped |= net_wake_is_set(s->setup.wake);
	return s->stopped;
}

static size_t on_read(char *buf, size_t size, size_t n, void *ctx)
{
	struct net_smtp *s = ctx;
	size_t take = size * n < s->rest.n ? size * n : s->rest.n;

	memcpy(buf, s->rest.p, take);
	s->rest = span_from(s->rest, take);
	return take;
}

/* As net_conn.c does it: plain words over TLS, which every server takes. */
static const char *mechanism(enum mechanism m)
{
	switch (m) {
	case MECHANISM_PASSWORD:
		break;
	case MECHANISM_OAUTHBEARER:
		return "AUTH=OAUTHBEARER";
	case MECHANISM_XOAUTH2:
		return "AUTH=XOAUTH2";
	case MECHANISM_EXTERNAL:
		return "AUTH=EXTERNAL";
	}
	return "AUTH=PLAIN;AUTH=LOGIN";
}

static bool set_login(struct net_smtp *s, struct err *err)
{
	const struct net_smtp_setup *u = &s->setup;

	if (u->user == NULL)
		return true;
	SET(CURLOPT_USERNAME, u->user);
	SET(CURLOPT_LOGIN_OPTIONS, mechanism(u->server->mechanism));
	if (mechanism_is_token(u->server->mechanism))
		SET(CURLOPT_XOAUTH2_BEARER, u->password);
	else if (u->server->mechanism == MECHANISM_PASSWORD)
		SET(CURLOPT_PASSWORD, u->password);
	return true;
}

static bool set_up(struct net_smtp *s, struct err *err)
{
	const struct server *server = s->setup.server;

	s->curl = curl_easy_init();
	if (s->curl == NULL)
		return err_set(err, ERR_LOCAL, "libcurl gives no handle");
	SET(CURLOPT_ERRORBUFFER, s->text);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)server->timeout_ms);
	SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)ANSWER_S);
	/* While it takes our octets it may not fall silent for longer than that. */
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, (long)ANSWER_S);
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, on_debug);
	SET(CURLOPT_DEBUGDATA, s);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, s);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, s);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_MAIL_FROM, s->from);
	return net_url_set(s->curl, server, "smtp", "/", &s->url, err) &&
	       net_tls_set(s->curl, server, s->setup.key_password, err) &&
	       set_login(s, err);
}

static char *bracketed(const char *addr)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "<%s>", addr);
	return strbuf_take(&sb);
}

bool net_smtp_open(const struct net_smtp_setup *setup, struct net_smtp **out,
		   struct err *err)
{
	struct net_smtp *s = mem_calloc(1, sizeof *s);

	s->setup = *setup;
	s->from = bracketed(setup->from);
	if (setup->server->tls == TLS_NONE)
		err_set(err, ERR_BUG, "SMTP without TLS");
	else if (set_up(s, err)) {
		*out = s;
		return true;
	}
	net_smtp_close(s);
	return false;
}

void net_smtp_close(struct net_smtp *s)
{
	if (s == NULL)
		return;
	curl_easy_cleanup(s->curl);
	curl_url_cleanup(s->url);
	free(s->from);
	free(s);
}

/* ---- what went wrong ---- */

/* 4xx or 5xx; 0: the last word of the server was none of these. */
static int refusal(const struct net_smtp *s)
{
	const struct net_line *r = &s->said.reply;

	if (r->n < 3 || (r->p[0] != '4' && r->p[0] != '5') || r->p[1] < '0' ||
	    r->p[1] > '9' || r->p[2] < '0' || r->p[2] > '9')
		return 0;
	return (r->p[0] - '0') * 100 + (r->p[1] - '0') * 10 + (r->p[2] - '0');
}

static bool refused(const struct net_smtp *s, int reply, const char *words,
		    struct err *err)
{
	err_set(err, ERR_NET, "the server refuses the mail: %s", words);
	switch (reply) {
	case 421:
	case 450:
	case 451:
		return err_hint(err, "that is for now: try again later");
	case 452:
	case SMTP_TOO_LARGE:
		return err_hint(err, "the mailbox is full, or takes no mail of this size "
				     "(\"attachment_limit\")");
	case 530:
		return err_hint(err, s->setup.user == NULL
					     ? "it wants a login: set \"user\" and "
					       "\"secret\" of \"smtp\""
					     : "look into the server's log");
	case 550:
	case 551:
	case 553:
		return err_hint(err,
				"check \"to\" and \"from\", and whether this machine "
				"may send there");
	}
	return false;
}

static bool explain(struct net_smtp *s, CURLcode code, int64_t waited_ms, int *reply_out,
		    struct err *err)
{
	struct net_failure f = { .code = (int)code,
				 .text = s->text[0] != '\0' ? s->text
							    : curl_easy_strerror(code),
				 .waited_ms = waited_ms };
	struct net_capture nothing = { 0 };
	int reply = refusal(s);
	long os_errno = 0;
	char words[256];

	if (s->stopped)
		return err_set(err, ERR_STOPPED, "stopped while sending mail");
	if (s->setup.password != NULL)
		net_capture_redact(&s->said, s->setup.password);
	text_show_buf(words, sizeof words,
		      (struct span){ s->said.reply.p, s->said.reply.n });
	curl_easy_getinfo(s->curl, CURLINFO_OS_ERRNO, &os_errno);
	f.os_errno = (int)os_errno;
	if (code == CURLE_USE_SSL_FAILED) {
		err_set(err, ERR_TLS, "the server offers no STARTTLS");
		return err_hint(err, "use \"tls\": \"implicit\" (port 465); mail is not "
				     "sent in clear text");
	}
	if (code == CURLE_LOGIN_DENIED) {
		err_set(err, ERR_LOGIN, "login refused: %s",
			reply != 0 ? words : "the server knows no mechanism that we do");
		return err_hint(err, "check \"user\" and \"secret\" of \"smtp\"");
	}
	if (reply != 0) {
		*reply_out = reply;
		return refused(s, reply, words, err);
	}
	if (code == CURLE_OPERATION_TIMEDOUT || code == CURLE_SEND_ERROR ||
	    code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING ||
	    code == CURLE_WEIRD_SERVER_REPLY) {
		err_set(err, ERR_NET, "the server does not answer as SMTP does: %s",
			f.text);
		return err_hint(err, "check \"host\", \"port\" and \"tls\" of \"smtp\": "
				     "a port that expects TLS from the first octet is "
				     "\"implicit\"");
	}
	return net_explain(s->setup.server, false, &nothing, &f, err);
}

bool net_smtp_send(struct net_smtp *s, const char *to, struct span message,
		   int *reply_out, struct err *err)
{
	int64_t begun = clock_mono_ms();
	char *rcpt = bracketed(to), where[128];
	struct curl_slist *list = curl_slist_append(NULL, rcpt);
	CURLcode code = CURLE_OUT_OF_MEMORY;

	free(rcpt);
	*reply_out = 0;
	s->said = (struct net_capture){ 0 };
	s->text[0] = '\0';
	s->rest = message;
	if (list != NULL &&
	    curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, list) == CURLE_OK &&
	    curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)message.n) ==
		    CURLE_OK)
		code = curl_easy_perform(s->curl);
	curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(list);
	if (code == CURLE_OK)
		return true;
	explain(s, code, clock_mono_ms() - begun, reply_out, err);
	text_show_buf(where, sizeof where, span_str(s->setup.server->host));
	return err_wrap(err, "%s:%u", where, s->setup.server->port);
}
