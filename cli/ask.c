/* SPDX-License-Identifier: MIT */
#include "cli/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <termios.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/stop.h"

#define ANSWER_MAX 4096
#define POLL_MS	   200

static struct termios before; /* what to restore */
static atomic_int hidden_fd = -1;

bool ask_allowed(const struct globals *g)
{
	return !g->no_input && isatty(STDIN_FILENO) == 1;
}

static bool put(int fd, const char *s, struct err *err)
{
	size_t n = strlen(s), done = 0;
	ssize_t k;

	while (done < n) {
		k = write(fd, s + done, n - done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_errno(err, ERR_LOCAL, errno,
					 "cannot write to the terminal");
		done += (size_t)k;
	}
	return true;
}

/* A line without its end.  The terminal is in line mode, so what read gives is at most
 * one line. */
static bool get(int fd, struct strbuf *out, struct err *err)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;
	ssize_t k;

	for (;;) {
		if (stop_asked())
			return err_set(err, ERR_STOPPED, "nothing was changed");
		if (poll(&p, 1, POLL_MS) <= 0)
			continue;
		k = read(fd, &c, 1);
		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k < 0)
			return err_errno(err, ERR_LOCAL, errno,
					 "cannot read from the terminal");
		if (k == 0)
			return err_set(err, ERR_USAGE,
				       "the answer ended before its line was complete");
		if (c == '\n')
			return true;
		if (out->n >= ANSWER_MAX)
			return err_set(err, ERR_LIMIT,
				       "the answer is longer than %d octets", ANSWER_MAX);
		strbuf_reserve(
			out,
			ANSWER_MAX); /* once, so that no copy of a secret stays behind */
		strbuf_addc(out, c);
	}
}

bool ask_line(const char *question, const char *fallback, struct strbuf *out,
	      struct err *err)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct strbuf line = STRBUF_INIT;
	bool ok = false;

	if (fd < 0)
		return err_errno(err, ERR_USAGE, errno, "there is no terminal to ask on");
	progress_clear();
	strbuf_adds(&line, question);
	if (fallback != NULL && *fallback != '\0')
		strbuf_addf(&line, " [%s]", fallback);
	strbuf_adds(&line, ": ");
	do {
		strbuf_clear(out);
		if (!put(fd, strbuf_cstr(&line), err) || !get(fd, out, err))
			goto out;
	} while (out->n == 0 && fallback == NULL);
	if (out->n == 0)
		strbuf_adds(out, fallback);
	ok = true;
out:
	strbuf_done(&line);
	close(fd);
	return ok;
}

void ask_restore(void)
{
	int fd = atomic_exchange(&hidden_fd, -1);

	if (fd >= 0)
		tcsetattr(fd, TCSANOW, &before);
}

bool ask_secret(const char *question, struct strbuf *out, struct err *err)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios silent;
	bool ok = false;

	if (fd < 0)
		return err_set(
			err, ERR_LOGIN,
			"a password is needed, and there is no terminal to ask on");
	progress_clear();
	if (tcgetattr(fd, &before) != 0) {
		err_errno(err, ERR_LOGIN, errno, "cannot turn the terminal's echo off");
		goto out;
	}
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	silent.c_lflag |= ECHONL;
	atomic_store(&hidden_fd, fd);
	if (tcsetattr(fd, TCSAFLUSH, &silent) != 0) {
		err_errno(err, ERR_LOGIN, errno, "cannot turn the terminal's echo off");
		goto out;
	}
	ok = put(fd, question, err) && put(fd, ": ", err) && get(fd, out, err);
out:
	ask_restore();
	close(fd);
	return ok;
}
