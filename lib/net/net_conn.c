/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/net_capture.h"
#include "net/net_tls.h"
#include "net/net_wake.h"

/* Dovecot's penalty for earlier wrong passwords holds back a good login for 15 s. */
#define LOGIN_MS 60000
/* How long we wait for a server to close what we have left. */
#define END_MS 1000
/* One TLS record. */
#define OUT_SIZE 16384
/* curl_easy_recv brings no more at once, however much it is asked for: 16 KiB, unless it
 * is told. */
#define IN_SIZE (64 << 10)
/*
 * While FLOW octets come within FLOW_MS, a wait ends with GATHER octets and not with the
 * first: Dovecot sends over TLS in records of 2 KiB, and to be woken for each of them
 * costs both ends more than what is in it.  A pause of GATHER_MS ends that.
 * Where they come in large pieces, more than FLOW / FLOW_READS at once, as Dovecot sends
 * whole messages in clear text, waiting longer would only keep us from our work.
 */
#define FLOW	   (256 << 10)
#define FLOW_MS	   40
#define FLOW_READS 12
#define GATHER	   (32 << 10)
#define GATHER_MS  5

struct net_conn {
	CURL *curl;
	CURLU *url;
	curl_socket_t sock;
	struct net_wake *wake;
	int64_t timeout_ms;
	struct net_capture said;
	struct cert cert;
	bool has_cert;
	char local[64];
	int64_t octets_in, octets_out;
	/* Since when so many octets have come, and how many at once wake us. */
	int64_t flow_ms, flow_from, reads;
	bool flows;
	int low;
	char text[CURL_ERROR_SIZE]; /* libcurl's error buffer */
	char *where;		    /* "mail.example.org:993" */
	/*
	 * Octets that TLS took but could not send yet.  OpenSSL wants to be given the
	 * same ones again at the same address, and callers move theirs about.
	 */
	char out[OUT_SIZE];
	size_t out_n;
	/* While connecting. */
	int64_t heard_ms; /* when the server last said something; at first, when we began
			   */
	int64_t total_ms;
	enum net_end end;
};

bool net_global_open(struct err *err)
{
	/* A peer that goes away must end in EPIPE: OpenSSL writes without MSG_NOSIGNAL.
	 */
	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, ERR_LOCAL, "libcurl does not start");
	return true;
}

void net_global_close(void)
{
	curl_global_cleanup();
}

const char *net_versions(void)
{
	static char text[128];
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);

	snprintf(text, sizeof text, "libcurl %s, %s", v->version,
		 v->ssl_version != NULL ? v->ssl_version : "no TLS");
	return text;
}

/* HEADER_IN is what the server said.  HEADER_OUT, which holds the password, is never
 * looked at. */
static int on_debug(CURL *curl, curl_infotype type, char *p, size_t n, void *ctx)
{
	struct net_conn *c = ctx;

	(void)curl;
	if (type == CURLINFO_HEADER_IN) {
		c->heard_ms = clock_mono_ms();
		net_capture_line(&c->said, (struct span){ p, n });
	} else if (type == CURLINFO_TEXT) {
		net_capture_remark(&c->said, (struct span){ p, n });
	}
	return 0;
}

/* How long the server may be silent now: it may think about a login, not about anything
 * before. */
static int64_t silence_ms(const struct net_conn *c)
{
	if (c->said.reply.n == 0 || c->timeout_ms > LOGIN_MS)
		return c->timeout_ms;
	return LOGIN_MS;
}

/* Called about once a second, and whenever something happens. */
static int on_progress(void *ctx, curl_off_t dt, curl_off_t dn, curl_off_t ut,
		       curl_off_t un)
{
	struct net_conn *c = ctx;

	(void)dt, (void)dn, (void)ut, (void)un;
	if (net_wake_is_set(c->wake))
		c->end = NET_END_STOPPED;
	else if (clock_mono_ms() - c->heard_ms > silence_ms(c))
		c->end = NET_END_SILENT;
	else if (c->said.greeting.n == 0 || net_greeting_is(&c->said, "* OK"))
		return 0;
	return 1; /* libcurl would wait for a better greeting, or be content with PREAUTH
		   */
}

#define SET(option, value) NET_SET(c->curl, option, value)

/*
 * What to try first.  Left alone, libcurl prefers Kerberos for a user name with an '@',
 * and fails without a ticket; and DIGEST-MD5 and CRAM-MD5, which many a server offers
 * (Cyrus, GNU imap4d) though it keeps only hashes of passwords and must refuse them, and
 * a refusal counts against the account.  So a password goes over clear text as it is; who
 * sets "tls" to "none" is told so.
 */
static const char *first_choice(const struct server *server,
				const struct net_login *login)
{
	switch (server->mechanism) {
	case MECHANISM_PASSWORD:
		break;
	case MECHANISM_OAUTHBEARER:
		return "AUTH=OAUTHBEARER";
	case MECHANISM_XOAUTH2:
		return "AUTH=XOAUTH2";
	case MECHANISM_EXTERNAL:
		return "AUTH=EXTERNAL";
	}
	/* libcurl drops the authzid in others. */
	return login->authzid != NULL ? "AUTH=PLAIN" : "AUTH=PLAIN;AUTH=LOGIN";
}

/*
 * A token and a certificate say by themselves who logs in; the one name that goes with
 * them, as whom (RFC 7628 section 3.1, RFC 4422 appendix A.1), is CURLOPT_USERNAME there.
 */
static bool set_login(struct net_conn *c, const struct server *server,
		      const struct net_login *login, const char *mechanisms,
		      struct err *err)
{
	bool password = server->mechanism == MECHANISM_PASSWORD;

	SET(CURLOPT_USERNAME,
	    !password && login->authzid != NULL ? login->authzid : login->user);
	if (password)
		SET(CURLOPT_PASSWORD, login->password);
	else if (mechanism_is_token(server->mechanism))
		SET(CURLOPT_XOAUTH2_BEARER, login->password);
	if (password && login->authzid != NULL)
		SET(CURLOPT_SASL_AUTHZID, login->authzid);
	if (mechanisms != NULL)
		SET(CURLOPT_LOGIN_OPTIONS, mechanisms);
	return true;
}

static bool set_up(struct net_conn *c, const struct server *server,
		   const struct net_login *login, const char *mechanisms, struct err *err)
{
	c->curl = curl_easy_init();
	if (c->curl == NULL)
		return err_set(err, ERR_LOCAL, "libcurl gives no handle");
	SET(CURLOPT_ERRORBUFFER, c->text);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECT_ONLY, 1L);
	SET(CURLOPT_BUFFERSIZE, (long)IN_SIZE);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_HTTPPROXYTUNNEL,
	    1L); /* or an HTTP proxy would be asked to fetch imap:// */
	/* The silences are watched by on_progress; these two are the end of all patience.
	 */
	c->total_ms = c->timeout_ms +
		      2 * (c->timeout_ms > LOGIN_MS ? c->timeout_ms : LOGIN_MS);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)c->total_ms);
	SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)(c->total_ms / 1000));
	SET(CURLOPT_VERBOSE, 1L);
	SET(CURLOPT_DEBUGFUNCTION, on_debug);
	SET(CURLOPT_DEBUGDATA, c);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, c);
	return net_url_set(c->curl, server, "imap", "/", &c->url, err) &&
	       net_tls_set(c->curl, server, login->key_password, err) &&
	       set_login(c, server, login, mechanisms, err);
}

/* libcurl gives the chain as text, the server's own first. */
static bool leaf(struct net_conn *c, struct cert *out)
{
	static const char field[] = "Cert:";
	struct curl_certinfo *info = NULL;

	if (curl_easy_getinfo(c->curl, CURLINFO_CERTINFO, &info) != CURLE_OK ||
	    info == NULL || info->num_of_certs < 1)
		return false;
	for (struct curl_slist *s = info->certinfo[0]; s != NULL; s = s->next)
		if (span_istarts(span_str(s->data), field))
			return cert_read(span_str(s->data + sizeof field - 1), out);
	return false;
}

/* From here on libcurl only carries octets. */
static bool hand_over(struct net_conn *c, struct err *err)
{
	char *local = NULL;

	c->has_cert = leaf(c, &c->cert);
	if (curl_easy_getinfo(c->curl, CURLINFO_LOCAL_IP, &local) == CURLE_OK &&
	    local != NULL)
		snprintf(c->local, sizeof c->local, "%s",
			 strncmp(local, "::ffff:", 7) == 0 ? local + 7 : local);
	SET(CURLOPT_PASSWORD, NULL);
	SET(CURLOPT_XOAUTH2_BEARER, NULL);
	SET(CURLOPT_KEYPASSWD, NULL);
	SET(CURLOPT_VERBOSE, 0L);
	if (curl_easy_getinfo(c->curl, CURLINFO_ACTIVESOCKET, &c->sock) != CURLE_OK ||
	    c->sock == CURL_SOCKET_BAD)
		return err_set(err, ERR_NET,
			       "the connection is gone right after the login");
	return true;
}

static void drop(struct net_conn *c)
{
	curl_easy_cleanup(c->curl);
	curl_url_cleanup(c->url);
	c->curl = NULL;
	c->url = NULL;
	c->said = (struct net_capture){ 0 };
}

/* *untried_out: the server offers none of these mechanisms, and no password was sent. */
static bool attempt(struct net_conn *c, const struct server *server,
		    const struct net_login *login, const char *mechanisms,
		    bool *untried_out, struct err *err)
{
	int64_t begun = clock_mono_ms();
	struct net_failure f = { 0 };
	long os_errno = 0;

	c->heard_ms = begun;
	if (!set_up(c, server, login, mechanisms, err))
		return false;
	f.code = (int)curl_easy_perform(c->curl);
	if (f.code == CURLE_OK)
		return net_accept(&c->said, err) && hand_over(c, err);
	*untried_out = f.code == CURLE_LOGIN_DENIED && !net_reply_refuses(&c->said);
	if (login->password != NULL)
		net_capture_redact(&c->said, login->password);
	f.end = c->end;
	f.waited_ms = clock_mono_ms() - (c->end == NET_END_SILENT ? c->heard_ms : begun);
	curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &os_errno);
	f.os_errno = (int)os_errno;
	f.text = c->text[0] != '\0' ? c->text : curl_easy_strerror((CURLcode)f.code);
	return net_explain(
		server, login->authzid != NULL && server->mechanism == MECHANISM_PASSWORD,
		&c->said, &f, err);
}

static bool connect_and_login(struct net_conn *c, const struct server *server,
			      const struct net_login *login, struct err *err)
{
	struct err first = ERR_INIT;
	bool untried = false;

	if (attempt(c, server, login, first_choice(server, login), &untried, &first))
		return true;
	if (!untried || login->authzid != NULL ||
	    server->mechanism != MECHANISM_PASSWORD) {
		*err = first;
		return false;
	}
	/* Whatever libcurl finds: Courier takes the LOGIN command and nothing else. */
	drop(c);
	return attempt(c, server, login, NULL, &untried, err);
}

bool net_conn_open(const struct server *server, const struct net_login *login,
		   struct net_wake *wake, struct net_conn **out, struct err *err)
{
	struct net_conn *c = mem_calloc(1, sizeof *c);
	struct strbuf where = STRBUF_INIT;

	text_show(&where, span_str(server->host), 100);
	strbuf_addf(&where, ":%u", server->port);
	c->where = strbuf_take(&where);
	c->sock = CURL_SOCKET_BAD;
	c->low = 1;
	c->wake = wake;
	c->timeout_ms = server->timeout_ms;
	if (!connect_and_login(c, server, login, err)) {
		err_wrap(err, "%s", c->where);
		net_conn_close(c);
		return false;
	}
	*out = c;
	return true;
}

void net_conn_wait_end(struct net_conn *c)
{
	/* Whatever may still lie there to be read: POLLRDHUP looks past it. */
	struct pollfd fds[2] = {
		{ .fd = c->sock, .events = POLLRDHUP },
		{ .fd = net_wake_fd(c->wake), .events = POLLIN },
	};
	int64_t end = clock_mono_ms() + END_MS, left;
	int n = -1;

	while (n < 0 && (left = end - clock_mono_ms()) > 0) {
		n = poll(fds, 2, (int)left);
		if (n < 0 && errno != EINTR)
			return;
	}
}

void net_conn_close(struct net_conn *c)
{
	if (c == NULL)
		return;
	drop(c);
	free(c->where);
	free(c);
}

struct span net_conn_greeting(const struct net_conn *c)
{
	return (struct span){ c->said.greeting.p, c->said.greeting.n };
}

const char *net_conn_local(const struct net_conn *c)
{
	return c->local;
}

const char *net_conn_tls(const struct net_conn *c)
{
	return c->said.tls[0] != '\0' ? c->said.tls : "none";
}

const struct cert *net_conn_cert(const struct net_conn *c)
{
	return c->has_cert ? &c->cert : NULL;
}

int64_t net_conn_octets_in(const struct net_conn *c)
{
	return c->octets_in;
}

int64_t net_conn_octets_out(const struct net_conn *c)
{
	return c->octets_out;
}

static bool stopped(const struct net_conn *c, struct err *err)
{
	return err_set(err, ERR_STOPPED, "%s: stopped", c->where);
}

static bool broke(struct net_conn *c, const char *doing, CURLcode code, struct err *err)
{
	const char *why = c->text[0] != '\0' ? c->text : curl_easy_strerror(code);

	err_set(err, ERR_NET, "%s: the connection broke while %s: %s", c->where, doing,
		why);
	return false;
}

bool net_conn_read(struct net_conn *c, void *buf, size_t size, size_t *got_out,
		   struct err *err)
{
	for (;;) {
		size_t n = 0;
		CURLcode code;

		if (net_wake_is_set(c->wake))
			return stopped(c, err);
		c->text[0] = '\0';
		code = curl_easy_recv(c->curl, buf, size, &n);
		if (code == CURLE_OK) {
			c->octets_in += (int64_t)n;
			c->reads++;
			*got_out = n;
			return true;
		}
		if (code != CURLE_AGAIN)
			return broke(c, "reading", code, err);
		if (!net_conn_wait(c, false, err))
			return false;
	}
}

bool net_conn_write(struct net_conn *c, const void *p, size_t n, size_t *put_out,
		    bool *would_block_out, struct err *err)
{
	size_t put = 0;
	CURLcode code;

	if (net_wake_is_set(c->wake))
		return stopped(c, err);
	if (c->out_n == 0) {
		c->out_n = n < sizeof c->out ? n : sizeof c->out;
		memcpy(c->out, p, c->out_n);
	}
	assert(n >= c->out_n && memcmp(c->out, p, c->out_n) == 0);
	c->text[0] = '\0';
	code = curl_easy_send(c->curl, c->out, c->out_n, &put);
	if (code != CURLE_OK && code != CURLE_AGAIN)
		return broke(c, "writing", code, err);
	*would_block_out = code == CURLE_AGAIN;
	if (code == CURLE_OK) {
		c->out_n = 0;
		c->octets_out += (int64_t)put;
	}
	*put_out = put;
	return true;
}

/* poll says readable when so many octets are there; where it cannot be told, with the
 * first. */
static void wake_at(struct net_conn *c, int octets)
{
	if (c->low != octets)
		(void)setsockopt(c->sock, SOL_SOCKET, SO_RCVLOWAT, &octets,
				 sizeof octets);
	c->low = octets;
}

static void begin_flow(struct net_conn *c, bool flows)
{
	c->flows = flows;
	c->flow_from = c->octets_in;
	c->reads = 0;
	c->flow_ms = clock_mono_ms();
}

/* Wait for many octets, where they come in a stream.  False: this is none, or it pauses,
 * or the wait was ended. */
static bool gather(struct net_conn *c, struct pollfd fds[2])
{
	if (c->octets_in - c->flow_from >= FLOW)
		begin_flow(c, clock_mono_ms() - c->flow_ms <= FLOW_MS &&
				      (c->flows || c->reads >= FLOW_READS));
	if (!c->flows)
		return false;
	wake_at(c, GATHER);
	if (poll(fds, 2, GATHER_MS) > 0 && fds[0].revents != 0)
		return true;
	begin_flow(c, false);
	return false;
}

bool net_conn_wait(struct net_conn *c, bool want_write, struct err *err)
{
	struct pollfd fds[2] = {
		{ .fd = c->sock, .events = (short)(POLLIN | (want_write ? POLLOUT : 0)) },
		{ .fd = net_wake_fd(c->wake), .events = POLLIN },
	};
	/* Without a wake pipe the flag is looked at four times a second. */
	int64_t slice = fds[1].fd < 0 && c->wake != NULL ? 250 : INT_MAX;
	int64_t end = clock_mono_ms() + c->timeout_ms;
	int on = 1;

	/*
	 * A server without TCP_NODELAY (Cyrus) holds the second half of an answer back
	 * until the first is acknowledged, which Linux delays by 40 ms: a minute for 500
	 * folders.  The option does not last, so it is set before each wait; not to have
	 * it costs only time.
	 */
	(void)setsockopt(c->sock, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
	if (!want_write && gather(c, fds))
		return true;
	wake_at(c, 1);
	for (;;) {
		int64_t left = end - clock_mono_ms();
		int n;

		if (net_wake_is_set(c->wake))
			return stopped(c, err);
		if (left <= 0)
			return err_set(err, ERR_NET,
				       "%s: the server has been silent for %lld s",
				       c->where, (long long)(c->timeout_ms / 1000));
		n = poll(fds, 2, (int)(left < slice ? left : slice));
		if (n < 0 && errno != EINTR)
			return err_errno(err, ERR_LOCAL, errno, "%s: poll", c->where);
		if (n > 0 && fds[0].revents != 0)
			return true;
	}
}
