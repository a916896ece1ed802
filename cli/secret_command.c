/* SPDX-License-Identifier: MIT */
#include "cli/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/msg.h"
#include "cli/stop.h"

#define OUTPUT_MAX (64u << 10) /* password managers print notes below the password */
#define POLL_MS	   100

extern char **environ;

/* One word of argv with {user} and {side} replaced; malloc. */
static char *fill_in(const char *word, enum side side, const char *user)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "");
	while (*word != '\0') {
		if (strncmp(word, "{user}", 6) == 0) {
			strbuf_adds(&sb, user);
			word += 6;
		} else if (strncmp(word, "{side}", 6) == 0) {
			strbuf_adds(&sb, side_name(side));
			word += 6;
		} else {
			strbuf_addc(&sb, *word++);
		}
	}
	return sb.p != NULL ? strbuf_take(&sb) : mem_strdup("");
}

static bool start(char **argv, int out_fd, pid_t *pid, struct err *err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out_fd, STDOUT_FILENO);
	posix_spawnattr_init(&attr);
	stop_child_signals(&attr);
	rc = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	if (rc != 0)
		return err_errno(err, ERR_LOGIN, rc, "cannot run %s", shown(argv[0]));
	return true;
}

static bool expired(const char *name, int64_t deadline_ms, struct err *err)
{
	if (stop_asked())
		return !err_set(err, ERR_STOPPED, "while waiting for %s", shown(name));
	if (clock_mono_ms() >= deadline_ms)
		return !err_set(err, ERR_LOGIN, "%s gave no password within %d seconds",
				shown(name), SECRET_COMMAND_MS / 1000);
	return false;
}

/* Everything up to the end of the pipe; what is above OUTPUT_MAX is read and dropped. */
static bool drain(int fd, const char *name, int64_t deadline_ms, struct strbuf *text,
		  struct err *err)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char buf[4096];
	ssize_t k = 1;

	while (k != 0) {
		if (expired(name, deadline_ms, err)) {
			mem_wipe(buf, sizeof buf);
			return false;
		}
		if (poll(&p, 1, POLL_MS) <= 0)
			continue;
		k = read(fd, buf, sizeof buf);
		if (k > 0 && text->n + (size_t)k <= OUTPUT_MAX)
			strbuf_add(text, buf, (size_t)k);
		if (k < 0 && errno != EINTR)
			k = 0;
	}
	mem_wipe(buf, sizeof buf);
	return true;
}

/* The child's end; killed when it does not come in time. */
static bool finish(pid_t pid, bool good, const char *name, int64_t deadline_ms,
		   struct err *err)
{
	int status = 0;
	pid_t got;

	for (;;) {
		got = waitpid(pid, &status, good ? WNOHANG : 0);
		if (got == pid)
			break;
		if (got < 0 && errno != EINTR)
			return err_errno(err, ERR_BUG, errno, "waiting for %s",
					 shown(name));
		if (good && expired(name, deadline_ms, err)) {
			good = false;
			kill(pid, SIGKILL);
		} else if (good) {
			clock_sleep_ms(POLL_MS / 10);
		}
	}
	if (!good)
		return false;
	if (WIFSIGNALED(status))
		return err_set(err, ERR_LOGIN, "%s was ended by signal %d", shown(name),
			       WTERMSIG(status));
	if (WEXITSTATUS(status) == 127)
		return err_set(err, ERR_LOGIN, "cannot run %s", shown(name));
	if (WEXITSTATUS(status) != 0)
		return err_set(err, ERR_LOGIN, "%s failed with exit code %d", shown(name),
			       WEXITSTATUS(status));
	return true;
}

bool secret_command(const char *const *argv, enum side side, const char *user,
		    struct strbuf *out, struct err *err)
{
	int64_t deadline_ms = clock_mono_ms() + SECRET_COMMAND_MS;
	struct strbuf text = STRBUF_INIT;
	char **filled;
	int fd[2] = { -1, -1 };
	bool ok = false;
	size_t n, i;
	pid_t pid;

	for (n = 0; argv[n] != NULL; n++)
		if (strncmp(argv[n], "{user}", 6) == 0 && user[0] == '-')
			return err_set(
				err, ERR_LOGIN,
				"%s begins with '-', which %s would take for an option",
				shown(user), shown(argv[0]));
	filled = mem_calloc(n + 1, sizeof *filled);
	for (i = 0; i < n; i++)
		filled[i] = fill_in(argv[i], side, user);
	strbuf_reserve(&text,
		       OUTPUT_MAX + 1); /* never moved, so never left behind uncleared */
	if (pipe2(fd, O_CLOEXEC) != 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot make a pipe");
		goto out;
	}
	if (!start(filled, fd[1], &pid, err))
		goto out;
	close(fd[1]);
	fd[1] = -1;
	ok = drain(fd[0], argv[0], deadline_ms, &text, err);
	if (!ok)
		kill(pid, SIGKILL);
	ok = finish(pid, ok, argv[0], deadline_ms, err) &&
	     secret_first_line(strbuf_span(&text), argv[0], out, err);
out:
	if (!ok && err->cls == ERR_LOGIN && err->hint[0] == '\0')
		err_hint(err,
			 "run it by hand: its first line of output must be the password");
	for (i = 0; i < 2; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	for (i = 0; i < n; i++)
		free(filled[i]);
	free(filled);
	strbuf_wipe(&text);
	return ok;
}
