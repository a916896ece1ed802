/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into the servers of the lab (LD_PRELOAD).  What they say to syslog(3) is
 * appended to the file named by LAB_SYSLOG, in the traditional form "Nov 23 14:38:24 host
 * ident[pid]: text": no syslog daemon is needed, each server has a log of its own, and
 * the log looks like those that sites really have.
 *
 * With LAB_NOSYNC set, fsync and its kin do nothing: Cyrus syncs per message, and a
 * throwaway spool needs none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static char ident[64];
static int options;
static int mask = 0xff;

void openlog(const char *name, int option, int facility)
{
	(void)facility;
	options = option;
	if (name != NULL)
		snprintf(ident, sizeof ident, "%s", name);
}

void closelog(void)
{
}

int setlogmask(int new_mask)
{
	int before = mask;

	if (new_mask != 0)
		mask = new_mask;
	return before;
}

/* syslog knows one conversion more than printf: %m, the text of errno at the time of the
 * call. */
static void expand_m(const char *fmt, int errnum, char *out, size_t size)
{
	size_t n = 0;

	while (*fmt != '\0' && n + 3 < size) {
		if (fmt[0] == '%' && fmt[1] == 'm') {
			int k = snprintf(out + n, size - n, "%s", strerror(errnum));

			n = (size_t)k < size - n ? n + (size_t)k : size - 1;
			fmt += 2;
		} else {
			if (fmt[0] == '%' && fmt[1] == '%')
				out[n++] = *fmt++;
			out[n++] = *fmt++;
		}
	}
	out[n < size ? n : size - 1] = '\0';
}

static void append(int priority, const char *fmt, va_list ap)
{
	const char *path = getenv("LAB_SYSLOG");
	int errnum = errno, fd;
	char host[65] = "", when[32], what[2048], text[4096], line[4600];
	time_t now = time(NULL);
	struct tm tm;
	int n;

	if (path == NULL || (LOG_MASK(LOG_PRI(priority)) & mask) == 0)
		return;
	expand_m(fmt, errnum, what, sizeof what);
	vsnprintf(text, sizeof text, what, ap);
	text[strcspn(text, "\n")] = '\0';
	gethostname(host, sizeof host - 1);
	localtime_r(&now, &tm);
	strftime(when, sizeof when, "%b %e %H:%M:%S", &tm);
	n = snprintf(line, sizeof line, "%s %s %s", when, host,
		     ident[0] != '\0' ? ident : program_invocation_short_name);
	if (options & LOG_PID)
		n += snprintf(line + n, sizeof line - (size_t)n, "[%d]", (int)getpid());
	n += snprintf(line + n, sizeof line - (size_t)n, ": %s\n", text);
	/* One write per line: lines of several processes never mix. */
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	if (fd >= 0) {
		if (write(fd, line, (size_t)n) < 0)
			(void)0; /* a full disk shows elsewhere; a log line must not stop
				    a server */
		close(fd);
	}
	errno = errnum;
}

void vsyslog(int priority, const char *fmt, va_list ap)
{
	append(priority, fmt, ap);
}

void syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	append(priority, fmt, ap);
	va_end(ap);
}

/* What programs call that were built with _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	append(priority, fmt, ap);
	va_end(ap);
}

void __vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	append(priority, fmt, ap);
}

static int nosync(void)
{
	static int known = -1;

	if (known < 0)
		known = getenv("LAB_NOSYNC") != NULL;
	return known;
}

int fsync(int fd)
{
	return nosync() ? 0 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return nosync() ? 0 : (int)syscall(SYS_fdatasync, fd);
}

int msync(void *p, size_t n, int flags)
{
	return nosync() ? 0 : (int)syscall(SYS_msync, p, n, flags);
}

void sync(void)
{
	if (!nosync())
		syscall(SYS_sync);
}
