/* SPDX-License-Identifier: MIT */
#include "lab/seed/conn.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_MAX_OCTETS 65536

static bool line_seen(struct conn *c, struct span line, struct err *err)
{
	static const char ns[] = "* NAMESPACE ((\"";

	if (line.n > 0 && line.p[0] == 't') {
		ptrdiff_t at = span_index(line, ' ');
		struct span rest = at > 0 ? span_from(line, (size_t)at + 1)
					  : span_from(line, line.n);

		c->answered++;
		if (span_istarts(rest, "OK"))
			return true;
		/* A folder that is there already may stay. */
		if (span_istarts(rest, "NO") &&
		    memmem(rest.p, rest.n, "exists", 6) != NULL)
			return true;
		return err_set(err, ERR_SERVER, "refused: %.*s",
			       (int)(line.n > 300 ? 300 : line.n), line.p);
	}
	if (line.n > 0 && line.p[0] == '+')
		c->invited = true;
	if (memmem(line.p, line.n, "CREATE-SPECIAL-USE", 18) != NULL)
		c->special_use = true;
	if (memmem(line.p, line.n, " LITERAL+", 9) != NULL)
		c->literal_plus = true;
	if (memmem(line.p, line.n, " MULTIAPPEND", 12) != NULL)
		c->multiappend = true;
	if (memmem(line.p, line.n, "Courier-IMAP", 12) != NULL)
		c->courier = true;
	if (span_istarts(line, ns)) {
		struct span rest = span_from(line, sizeof ns - 1);
		ptrdiff_t end = span_index(rest, '"');

		if (end < 0 || (size_t)end >= sizeof c->prefix ||
		    rest.n < (size_t)end + 4)
			return err_set(err, ERR_PROTO, "unusable NAMESPACE answer");
		memcpy(c->prefix, rest.p, (size_t)end);
		c->prefix[end] = '\0';
		c->delim = rest.p[end + 3];
	}
	return true;
}

static bool take_lines(struct conn *c, struct err *err)
{
	size_t used = 0;

	for (;;) {
		char *eol = memchr(c->in.p + used, '\n', c->in.n - used);

		if (eol == NULL)
			break;
		if (!line_seen(c,
			       span_trim((struct span){ c->in.p + used,
							(size_t)(eol - c->in.p) - used }),
			       err))
			return false;
		used = (size_t)(eol - c->in.p) + 1;
	}
	strbuf_drop(&c->in, used);
	if (c->in.n > LINE_MAX_OCTETS)
		return err_set(err, ERR_LIMIT, "a line of more than %d octets",
			       LINE_MAX_OCTETS);
	return true;
}

bool conn_pump(struct conn *c, size_t unsent, unsigned pending, struct err *err)
{
	size_t gone = 0;
	bool ok = false;

	while (c->out.n - gone > unsent || c->sent - c->answered > pending ||
	       !c->invited) {
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		char buf[8192];
		ssize_t n;

		if (c->out.n > gone)
			p.events |= POLLOUT;
		if (poll(&p, 1, 120000) <= 0) {
			err_set(err, ERR_NET, "no answer for 120 s");
			goto out;
		}
		if (p.revents & POLLOUT) {
			n = send(c->fd, c->out.p + gone, c->out.n - gone,
				 MSG_NOSIGNAL | MSG_DONTWAIT);
			if (n < 0 && errno != EAGAIN) {
				err_errno(err, ERR_NET, errno, "send");
				goto out;
			}
			gone += n > 0 ? (size_t)n : 0;
		}
		if ((p.revents & ~POLLOUT) == 0)
			continue;
		n = recv(c->fd, buf, sizeof buf, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN)) {
			err_set(err, ERR_NET, "connection lost");
			goto out;
		}
		/* Courier sends the end of an answer when the start was acknowledged,
		 * and that takes 40 ms by default. */
		setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof(int));
		strbuf_add(&c->in, buf, n > 0 ? (size_t)n : 0);
		if (n > 0 && !take_lines(c, err))
			goto out;
	}
	ok = true;
out:
	strbuf_drop(&c->out, gone);
	return ok;
}

void conn_command(struct conn *c, const char *fmt, ...)
{
	va_list ap;

	strbuf_addf(&c->out, "t%u ", c->sent++);
	va_start(ap, fmt);
	strbuf_vaddf(&c->out, fmt, ap);
	va_end(ap);
}

bool conn_login(struct conn *c, const char *host, uint32_t port, const char *user,
		const char *password, struct err *err)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port) };

	*c = (struct conn){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
			    .delim = '/',
			    .invited = true };
	if (inet_pton(AF_INET, host, &to.sin_addr) != 1)
		return err_set(err, ERR_USAGE, "not an IPv4 address: %s", host);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
		return err_errno(err, ERR_NET, errno, "connect to %s:%u", host, port);
	conn_command(c, "LOGIN \"%s\" \"%s\"\r\n", user, password);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	/* Courier forgets whatever it got before it answered this. */
	if (!conn_pump(c, 0, 0, err))
		return false;
	conn_command(c, "CAPABILITY\r\n");
	conn_command(c, "NAMESPACE\r\n");
	if (!conn_pump(c, 0, 0, err))
		return false;
	/* Cyrus commits fast and keeps a batch in files; Dovecot's cost grows with the
	 * number of commits. */
	c->batch = !c->multiappend || !c->literal_plus ? 1 : c->special_use ? 500 : 10000;
	return true;
}

void conn_close(struct conn *c)
{
	struct err ignored = ERR_INIT;

	if (c->fd >= 0 && c->sent > 0) {
		conn_command(c, "LOGOUT\r\n");
		(void)!conn_pump(c, 0, 0, &ignored);
	}
	if (c->fd >= 0)
		close(c->fd);
	strbuf_done(&c->out);
	strbuf_done(&c->in);
}
