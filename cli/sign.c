/* SPDX-License-Identifier: MIT */
#include "cli/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/msg.h"
#include "cli/stop.h"

#define SIGN_MS 120000 /* a person may have to touch a token, or type */
#define POLL_MS 100

extern char **environ;

/* What it reads, without a file that others could change meanwhile. */
static int memory_of(const char *name, struct span what, struct err *err)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	size_t put = 0;

	while (fd >= 0 && put < what.n) {
		ssize_t k = write(fd, what.p + put, what.n - put);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			close(fd);
			fd = -1;
		} else {
			put += (size_t)k;
		}
	}
	if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0)
		err_errno(err, ERR_LOCAL, errno, "cannot keep what is to be signed");
	return fd;
}

struct child {
	pid_t pid;
	int out, said; /* our ends of its stdout and stderr; -1: closed */
};

/* sig: what it finds as descriptor 3; -1: none. */
static bool start(char *const *argv, int in, int sig, struct child *c, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int out[2] = { -1, -1 }, said[2] = { -1, -1 }, rc;

	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(said, O_CLOEXEC) != 0) {
		rc = errno;
		if (out[0] >= 0) {
			close(out[0]);
			close(out[1]);
		}
		return err_errno(err, ERR_LOCAL, rc, "cannot make a pipe");
	}
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, said[1], STDERR_FILENO);
	if (sig >= 0)
		posix_spawn_file_actions_adddup2(&files, sig, 3);
	posix_spawnattr_init(&attr);
	stop_child_signals(&attr);
	rc = posix_spawn(&c->pid, SIGN_PROGRAM, &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	close(out[1]);
	close(said[1]);
	c->out = out[0];
	c->said = said[0];
	if (rc == 0)
		return true;
	close(out[0]);
	close(said[0]);
	err_errno(err, ERR_LOCAL, rc, "cannot run " SIGN_PROGRAM);
	return err_hint(err, "it belongs to OpenSSH: apt-get install openssh-client");
}

/* Read once; what is above most is dropped. */
static void take(int *fd, struct strbuf *text, size_t most)
{
	char buf[4096];
	ssize_t k = read(*fd, buf, sizeof buf);

	if (k > 0 && text->n < most)
		strbuf_add(text, buf,
			   (size_t)k < most - text->n ? (size_t)k : most - text->n);
	if (k == 0 || (k < 0 && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
}

static bool drain(struct child *c, struct strbuf *out, struct strbuf *said,
		  struct err *err)
{
	int64_t deadline = clock_mono_ms() + SIGN_MS;

	while (c->out >= 0 || c->said >= 0) {
		struct pollfd p[2] = { { .fd = c->out, .events = POLLIN },
				       { .fd = c->said, .events = POLLIN } };

		if (stop_asked())
			return err_set(err, ERR_STOPPED,
				       "while waiting for " SIGN_PROGRAM);
		if (clock_mono_ms() >= deadline)
			return err_set(err, ERR_CONFIG,
				       SIGN_PROGRAM " gave no answer within %d seconds",
				       SIGN_MS / 1000);
		if (poll(p, 2, POLL_MS) <= 0)
			continue;
		if (p[0].revents != 0)
			take(&c->out, out, APPROVAL_SIGN_MAX + 1);
		if (p[1].revents != 0)
			take(&c->said, said, APPROVAL_SIGN_MAX);
	}
	return true;
}

/* Its exit code; -1: a signal ended it. */
static int end_of(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Its first line, for people. */
static const char *line_of(const struct strbuf *said, char buf[200])
{
	struct span s = span_trim(strbuf_span(said));
	ptrdiff_t at = span_index(s, '\n');

	if (at >= 0)
		s = span_trim((struct span){ s.p, (size_t)at });
	return s.n > 0 ? text_show_buf(buf, 200, s) : "it does not say why";
}

static bool work(char *const *argv, struct span what, const char *signature,
		 struct strbuf *out, struct strbuf *said, int *code_out, struct err *err)
{
	int in = memory_of("body", what, err), sig = -1;
	struct child c;
	bool ok = in >= 0;

	if (ok && signature != NULL)
		ok = (sig = memory_of("signature", span_str(signature), err)) >= 0;
	if (ok && start(argv, in, sig, &c, err)) {
		ok = drain(&c, out, said, err);
		if (!ok) {
			kill(c.pid, SIGKILL);
			if (c.out >= 0)
				close(c.out);
			if (c.said >= 0)
				close(c.said);
		}
		*code_out = end_of(c.pid);
	} else {
		ok = false;
	}
	if (in >= 0)
		close(in);
	if (sig >= 0)
		close(sig);
	return ok;
}

bool sign_make(const char *key, struct span what, struct strbuf *out, struct err *err)
{
	char *const argv[] = { (char *)"ssh-keygen",
			       (char *)"-Y",
			       (char *)"sign",
			       (char *)"-f",
			       (char *)key,
			       (char *)"-n",
			       (char *)APPROVAL_NAMESPACE,
			       NULL };
	struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
	char buf[200];
	int code = -1;
	bool ok = work(argv, what, NULL, &text, &said, &code, err);

	if (ok && code != 0)
		ok = err_set(err, ERR_CONFIG, "ssh-keygen could not sign: %s",
			     line_of(&said, buf));
	else if (ok && (text.n == 0 || text.n > APPROVAL_SIGN_MAX))
		ok = err_set(err, ERR_CONFIG, "ssh-keygen gave no signature");
	if (ok)
		strbuf_addspan(out, strbuf_span(&text));
	strbuf_done(&text);
	strbuf_done(&said);
	return ok;
}

/* "Good ... with ED25519 key SHA256:..." */
static bool find_print(const struct strbuf *text, char print[APPROVAL_PRINT_SIZE],
		       struct err *err)
{
	const char *at = strstr(strbuf_cstr(text), "SHA256:");
	size_t n = at != NULL ? strcspn(at, " \t\r\n") : 0;

	if (strncmp(strbuf_cstr(text), "Good ", 5) != 0 || n == 0 ||
	    n >= APPROVAL_PRINT_SIZE)
		return err_set(err, ERR_CONFIG, "ssh-keygen does not name the key");
	memcpy(print, at, n);
	print[n] = '\0';
	return approval_is_print(print) ||
	       err_set(err, ERR_CONFIG, "ssh-keygen does not name the key");
}

static bool check(char *const *argv, struct span what, const char *signature,
		  char print[APPROVAL_PRINT_SIZE], struct err *err)
{
	struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
	char buf[200];
	int code = -1;
	bool ok = work(argv, what, signature, &text, &said, &code, err);

	if (ok && code != 0)
		ok = err_set(err, ERR_CONFIG, "the signature does not hold: %s",
			     line_of(said.n > 0 ? &said : &text, buf));
	ok = ok && find_print(&text, print, err);
	strbuf_done(&text);
	strbuf_done(&said);
	return ok;
}

bool sign_check(const char *signers, const char *name, struct span what,
		const char *signature, char print[APPROVAL_PRINT_SIZE], struct err *err)
{
	char *const argv[] = {
		(char *)"ssh-keygen", (char *)"-Y",	   (char *)"verify",
		(char *)"-f",	      (char *)signers,	   (char *)"-I",
		(char *)name,	      (char *)"-n",	   (char *)APPROVAL_NAMESPACE,
		(char *)"-s",	      (char *)"/dev/fd/3", NULL
	};

	return check(argv, what, signature, print, err);
}

bool sign_look(struct span what, const char *signature, char print[APPROVAL_PRINT_SIZE],
	       struct err *err)
{
	char *const argv[] = { (char *)"ssh-keygen",	   (char *)"-Y",
			       (char *)"check-novalidate", (char *)"-n",
			       (char *)APPROVAL_NAMESPACE, (char *)"-s",
			       (char *)"/dev/fd/3",	   NULL };

	return check(argv, what, signature, print, err);
}
