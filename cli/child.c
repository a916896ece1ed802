/* SPDX-License-Identifier: MIT */
#include "cli/child.h"

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
		err_errno(err, ERR_LOCAL, errno, "cannot keep what %s is to read", name);
	return fd;
}

struct child {
	pid_t pid;
	int out, said; /* our ends of its stdout and stderr; -1: closed */
};

/* extra: what it finds as descriptor 3; -1: none. */
static bool start(const struct child_job *job, int in, int extra, struct child *c,
		  struct err *err)
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
	if (extra >= 0)
		posix_spawn_file_actions_adddup2(&files, extra, 3);
	posix_spawnattr_init(&attr);
	stop_child_signals(&attr);
	rc = posix_spawn(&c->pid, job->program, &files, &attr, job->argv, environ);
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
	return err_errno(err, ERR_LOCAL, rc, "cannot run %s", shown(job->program));
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

static bool drain(const struct child_job *job, struct child *c, struct strbuf *out,
		  struct strbuf *said, struct err *err)
{
	int64_t deadline = clock_mono_ms() + job->limit_ms;

	while (c->out >= 0 || c->said >= 0) {
		struct pollfd p[2] = { { .fd = c->out, .events = POLLIN },
				       { .fd = c->said, .events = POLLIN } };

		if (stop_asked())
			return err_set(err, ERR_STOPPED, "while waiting for %s",
				       shown(job->program));
		if (clock_mono_ms() >= deadline)
			return err_set(
				err, job->late, "%s gave no answer within %lld seconds",
				shown(job->program), (long long)job->limit_ms / 1000);
		if (poll(p, 2, POLL_MS) <= 0)
			continue;
		if (p[0].revents != 0)
			take(&c->out, out, job->out_max);
		if (p[1].revents != 0)
			take(&c->said, said, CHILD_SAID_MAX);
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

bool child_run(const struct child_job *job, struct strbuf *out, struct strbuf *said,
	       int *code_out, struct err *err)
{
	int in = memory_of(job->argv[0], job->in, err), extra = -1;
	struct child c;
	bool ok = in >= 0;

	if (ok && job->extra != NULL)
		ok = (extra = memory_of(job->argv[0], span_str(job->extra), err)) >= 0;
	if (ok && start(job, in, extra, &c, err)) {
		ok = drain(job, &c, out, said, err);
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
	if (extra >= 0)
		close(extra);
	return ok;
}

const char *child_line(const struct strbuf *said, char buf[CHILD_LINE_SIZE])
{
	struct span s = span_trim(strbuf_span(said));
	ptrdiff_t at = span_index(s, '\n');

	if (at >= 0)
		s = span_trim((struct span){ s.p, (size_t)at });
	return s.n > 0 ? text_show_buf(buf, CHILD_LINE_SIZE, s) : "it does not say why";
}
