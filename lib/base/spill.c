/* SPDX-License-Identifier: MIT */
#include "base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"

#define HINT                                                                             \
	"make room there, or set TMPDIR to a folder that has it, and run the same "      \
	"command again; nothing is lost"

/* A file without a name in dir; -1 with errno. */
static int make_in(const char *dir)
{
	char *name = fs_join(dir, "mailmuster-XXXXXX");
	int fd = mkostemp(name, O_CLOEXEC), why = errno;

	if (fd >= 0)
		unlink(name);
	free(name);
	errno = why;
	return fd;
}

static bool make(struct spill *s, struct err *err)
{
	const char *const dirs[] = { getenv("SQLITE_TMPDIR"), getenv("TMPDIR"),
				     "/var/tmp", "/tmp" };
	int why = 0;

	for (size_t i = 0; i < COUNT_OF(dirs); i++) {
		if (dirs[i] == NULL || *dirs[i] == '\0')
			continue;
		s->fd = make_in(dirs[i]);
		if (s->fd >= 0) {
			s->dir = mem_strdup(dirs[i]);
			return true;
		}
		why = errno;
	}
	err_errno(err, ERR_LOCAL, why,
		  "no temporary file can be made in $SQLITE_TMPDIR, $TMPDIR, /var/tmp or "
		  "/tmp");
	return err_hint(err, "set TMPDIR to a folder that can be written");
}

bool spill_append(struct spill *s, const void *p, size_t n, int64_t *at_out,
		  struct err *err)
{
	const char *from = p;
	int64_t at = s->end;

	if (s->fd < 0 && !make(s, err))
		return false;
	for (size_t done = 0; done < n;) {
		ssize_t k = pwrite(s->fd, from + done, n - done,
				   (off_t)(at + (int64_t)done));

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0) {
			err_errno(err, ERR_LOCAL, errno,
				  "a temporary file in %s cannot be written", s->dir);
			return err_hint(err, HINT);
		}
		done += (size_t)k;
	}
	s->end = at + (int64_t)n;
	*at_out = at;
	return true;
}

bool spill_read(const struct spill *s, int64_t at, void *p, size_t n, struct err *err)
{
	char *to = p;

	for (size_t done = 0; done < n;) {
		ssize_t k = pread(s->fd, to + done, n - done,
				  (off_t)(at + (int64_t)done));

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_errno(err, ERR_LOCAL, errno,
					 "a temporary file in %s cannot be read", s->dir);
		if (k == 0)
			return err_set(err, ERR_LOCAL,
				       "a temporary file in %s lost what was written",
				       s->dir);
		done += (size_t)k;
	}
	return true;
}

void spill_done(struct spill *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->dir);
	*s = SPILL_INIT;
}
