/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into servers of the lab whose paths are compiled in (LD_PRELOAD).  LAB_PATHS
 * holds pairs "/from=/to", separated by colons; a path that lies in or below a from is
 * looked for in its to.  So a server that was only unpacked finds its configuration, its
 * sockets and its modules in a directory of the lab: no root, no mount, nothing below
 * /etc.
 *
 * Replaces the calls that courier-imap 5.0.13 and courier-authlib 0.71 make with such
 * paths; `nm -D` of the programs tells them.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PATH_SIZE 4096

/* The path to use, which may be buf. */
static const char *moved(const char *path, char buf[PATH_SIZE])
{
	const char *p = getenv("LAB_PATHS");

	while (path != NULL && p != NULL && *p != '\0') {
		const char *eq = strchr(p, '='), *end = strchr(p, ':');
		size_t from, to;

		if (end == NULL)
			end = p + strlen(p);
		if (eq == NULL || eq > end)
			break;
		from = (size_t)(eq - p);
		to = (size_t)(end - eq) - 1;
		if (strncmp(path, p, from) == 0 &&
		    (path[from] == '\0' || path[from] == '/') &&
		    to + strlen(path + from) < PATH_SIZE) {
			memcpy(buf, eq + 1, to);
			memcpy(buf + to, path + from, strlen(path + from) + 1);
			return buf;
		}
		p = *end == ':' ? end + 1 : end;
	}
	return path;
}

/* The function that is replaced; the servers start no thread before they call one. */
#define NEXT(name)                                                                       \
	static __typeof__(&name) next;                                                   \
	char buf[PATH_SIZE];                                                             \
	if (next == NULL)                                                                \
	next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;
	NEXT(open);

	if (flags & (O_CREAT | O_TMPFILE)) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return next(moved(path, buf), flags, mode);
}

FILE *fopen(const char *path, const char *mode)
{
	NEXT(fopen);
	return next(moved(path, buf), mode);
}

int stat(const char *path, struct stat *st)
{
	NEXT(stat);
	return next(moved(path, buf), st);
}

int lstat(const char *path, struct stat *st)
{
	NEXT(lstat);
	return next(moved(path, buf), st);
}

int access(const char *path, int mode)
{
	NEXT(access);
	return next(moved(path, buf), mode);
}

int chmod(const char *path, mode_t mode)
{
	NEXT(chmod);
	return next(moved(path, buf), mode);
}

int unlink(const char *path)
{
	NEXT(unlink);
	return next(moved(path, buf));
}

int rename(const char *from, const char *to)
{
	char other[PATH_SIZE];
	NEXT(rename);

	return next(moved(from, buf), moved(to, other));
}

/* The same address, or out with another path.  An address that is too long for a socket
 * is left as it was, and the caller hears that there is none. */
static const struct sockaddr *address(const struct sockaddr *sa, socklen_t *n,
				      struct sockaddr_un *out)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)sa;
	char path[sizeof un->sun_path + 1] = "", buf[PATH_SIZE];
	const char *to;

	if (sa->sa_family != AF_UNIX || *n <= offsetof(struct sockaddr_un, sun_path))
		return sa;
	memcpy(path, un->sun_path, *n - offsetof(struct sockaddr_un, sun_path));
	to = moved(path, buf);
	if (to == path || strlen(to) >= sizeof out->sun_path)
		return sa;
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(out->sun_path, to, strlen(to) + 1);
	*n = sizeof *out;
	return (const struct sockaddr *)out;
}

int bind(int fd, const struct sockaddr *sa, socklen_t n)
{
	struct sockaddr_un un;
	static int (*next)(int, const struct sockaddr *, socklen_t);

	if (next == NULL)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "bind");
	sa = address(sa, &n, &un);
	return next(fd, sa, n);
}

int connect(int fd, const struct sockaddr *sa, socklen_t n)
{
	struct sockaddr_un un;
	static int (*next)(int, const struct sockaddr *, socklen_t);

	if (next == NULL)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "connect");
	sa = address(sa, &n, &un);
	return next(fd, sa, n);
}

/* Its TLS wrapper becomes this user, which only an installed Courier has; here everything
 * is done as one user. */
struct passwd *getpwnam(const char *name)
{
	static struct passwd *(*next)(const char *);

	if (strcmp(name, "courier") == 0)
		return getpwuid(getuid());
	if (next == NULL)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "getpwnam");
	return next(name);
}

/* Where libltdl looks for modules. */
int lt_dlsetsearchpath(const char *path);
int lt_dlsetsearchpath(const char *path)
{
	static int (*next)(const char *);
	char buf[PATH_SIZE];

	if (next == NULL)
		next = (__typeof__(next))dlsym(RTLD_NEXT, "lt_dlsetsearchpath");
	return next(moved(path, buf));
}
