/* SPDX-License-Identifier: MIT */
#include "store/store_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/text.h"

struct store_lock {
	int fd;
};

/* The holder's own line.  It is there for people: the lock itself is the kernel's. */
static bool refuse(int fd, const char *path, struct err *err)
{
	struct strbuf shown = STRBUF_INIT;
	char line[256];
	ssize_t n = pread(fd, line, sizeof line, 0);

	text_show(&shown, span_trim((struct span){ line, n < 0 ? 0 : (size_t)n }), 120);
	err_set(err, ERR_LOCKED, "another run holds %s (%s)", path,
		shown.n == 0 ? "it has just begun" : strbuf_cstr(&shown));
	strbuf_done(&shown);
	return err_hint(err,
			"wait for it to end; commands that only read work meanwhile");
}

static bool write_line(int fd, const char *path, struct err *err)
{
	char line[256], host[128] = "", since[CLOCK_ISO_SIZE];
	int n;

	(void)gethostname(host, sizeof host - 1);
	n = snprintf(line, sizeof line, "pid %ld on %s since %s\n", (long)getpid(), host,
		     clock_iso(clock_now(), since));
	if (ftruncate(fd, 0) != 0 || pwrite(fd, line, (size_t)n, 0) != n)
		return err_errno(err, ERR_LOCAL, errno, "cannot write %s", path);
	return true;
}

bool store_lock_take(const char *path, struct store_lock **out, struct err *err)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd < 0)
		return err_errno(err, ERR_LOCAL, errno, "cannot open %s", path);
	if (fcntl(fd, F_OFD_SETLK, &all) != 0) {
		if (errno == EAGAIN || errno == EACCES)
			refuse(fd, path, err);
		else
			err_errno(err, ERR_LOCAL, errno, "cannot lock %s", path);
		goto fail;
	}
	if (!write_line(fd, path, err))
		goto fail;
	*out = mem_alloc(sizeof **out);
	(*out)->fd = fd;
	return true;
fail:
	close(fd);
	return false;
}

/* The file stays: who removed it could pull it from under the next holder. */
void store_lock_free(struct store_lock *lock)
{
	if (lock == NULL)
		return;
	(void)!ftruncate(lock->fd, 0);
	close(lock->fd);
	free(lock);
}
