/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fs.h"

/* Open a regular file for reading; -1 and err on failure. */
static int open_regular(const char *path, struct stat *st, struct err *err)
{
	/* Without O_NONBLOCK the open of a FIFO would wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot open %s", path);
		return -1;
	}
	if (fstat(fd, st) != 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot examine %s", path);
		goto fail;
	}
	if (!S_ISREG(st->st_mode)) {
		err_set(err, ERR_LOCAL, "%s is not a regular file", path);
		goto fail;
	}
	return fd;
fail:
	close(fd);
	return -1;
}

/* Read to the end; the size in st is a hint only, since the file may grow meanwhile. */
static bool read_all(int fd, const char *path, const struct stat *st, size_t max,
		     struct strbuf *out, struct err *err)
{
	size_t before = out->n, expected = st->st_size > 0 ? (size_t)st->st_size : 0;

	if (expected > max)
		goto too_big;
	strbuf_reserve(out, expected + 1); /* one more tells the end without growing */
	for (;;) {
		ssize_t n;

		strbuf_reserve(out, 1);
		n = read(fd, out->p + out->n, out->cap - out->n - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_errno(err, ERR_LOCAL, errno, "cannot read %s", path);
			goto fail;
		}
		if (n == 0)
			return true;
		out->n += (size_t)n;
		out->p[out->n] = '\0';
		if (out->n - before > max)
			goto too_big;
	}
too_big:
	err_set(err, ERR_LIMIT, "%s is larger than %zu octets", path, max);
fail:
	if (out->n > before) {
		mem_wipe(out->p + before, out->n - before); /* it may be a secret */
		out->n = before;
	}
	return false;
}

bool fs_read(const char *path, size_t max, struct strbuf *out, struct err *err)
{
	struct stat st;
	int fd = open_regular(path, &st, err);
	bool ok;

	if (fd < 0)
		return false;
	ok = read_all(fd, path, &st, max, out, err);
	close(fd);
	return ok;
}

/*
 * acl(5) as the kernel keeps it (system.posix_acl_access): a version, then entries of
 * tag, rights and id, little-endian.
 */
enum {
	ACL_VERSION = 2,
	ACL_HEAD = 4,
	ACL_ENTRY = 8,
	ACL_USER_OBJ = 0x01,
	ACL_USER = 0x02,
	ACL_GROUP_OBJ = 0x04,
	ACL_MASK = 0x10,
	ACL_MAX = 64, /* entries that are looked at */
};

static uint32_t little(const unsigned char *p, size_t n)
{
	uint32_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

/* The rights of the group in the mode stand for an ACL, and it names us alone. */
static bool acl_is_ours(int fd)
{
	unsigned char acl[ACL_HEAD + ACL_MAX * ACL_ENTRY];
	ssize_t n = fgetxattr(fd, "system.posix_acl_access", acl, sizeof acl);

	if (n < ACL_HEAD || little(acl, 4) != ACL_VERSION ||
	    (n - ACL_HEAD) % ACL_ENTRY != 0)
		return false;
	for (ssize_t at = ACL_HEAD; at < n; at += ACL_ENTRY) {
		uint32_t tag = little(acl + at, 2), may = little(acl + at + 2, 2),
			 id = little(acl + at + 4, 4);

		if (may == 0 || tag == ACL_USER_OBJ || tag == ACL_MASK ||
		    (tag == ACL_USER && id == geteuid() && (may & S_IWOTH) == 0))
			continue;
		return false;
	}
	return true;
}

static bool read_guarded(const char *path, bool credential, size_t max,
			 struct strbuf *out, struct err *err)
{
	const mode_t others = (S_IRWXG | S_IRWXO) & ~(mode_t)(S_IXGRP | S_IXOTH);
	struct stat st;
	int fd = open_regular(path, &st, err);
	mode_t open_to;
	bool ok = false;

	if (fd < 0)
		return false;
	if (st.st_uid != geteuid() && st.st_uid != 0) {
		err_set(err, ERR_CONFIG,
			"%s holds a secret and belongs to another user (uid %ld)", path,
			(long)st.st_uid);
		err_hint(err, "chown %ld %s", (long)geteuid(), path);
		goto out;
	}
	open_to = st.st_mode & others;
	if (open_to == S_IRGRP && credential && acl_is_ours(fd))
		open_to = 0;
	if (open_to != 0) {
		err_set(err, ERR_CONFIG,
			"%s holds a secret and others may read or write it (mode %03o)",
			path, (unsigned)(st.st_mode & 0777));
		err_hint(err, "chmod 600 %s", path);
		goto out;
	}
	ok = read_all(fd, path, &st, max, out, err);
out:
	close(fd);
	return ok;
}

bool fs_read_secret(const char *path, size_t max, struct strbuf *out, struct err *err)
{
	return read_guarded(path, false, max, out, err);
}

bool fs_read_credential(const char *path, size_t max, struct strbuf *out, struct err *err)
{
	return read_guarded(path, true, max, out, err);
}

bool fs_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* The part before the last slash, or "."; caller frees. */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_strdup(".");
	return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Make the rename itself durable.  Some file systems cannot, and say EINVAL. */
static bool sync_parent(const char *path, struct err *err)
{
	char *dir = parent_of(path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (!ok)
		err_errno(err, ERR_LOCAL, errno, "cannot make %s durable", path);
	if (fd >= 0)
		close(fd);
	free(dir);
	return ok;
}

static bool write_all(int fd, struct span bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			bytes = span_from(bytes, (size_t)n);
	}
	return true;
}

bool fs_write_atomic(const char *path, struct span bytes, unsigned mode, struct err *err)
{
	struct strbuf temp = STRBUF_INIT;
	bool ok = false;
	int fd = -1;

	/* Not mkstemp: there the kernel would not apply the umask to mode. */
	for (unsigned i = 0; fd < 0 && i < 100; i++) {
		strbuf_clear(&temp);
		strbuf_addf(&temp, "%s.tmp-%ld-%u", path, (long)getpid(), i);
		fd = open(temp.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot write %s", path);
		goto out;
	}
	if (!write_all(fd, bytes) || fsync(fd) != 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot write %s", path);
		close(fd);
		goto out_unlink;
	}
	if (close(fd) != 0 || rename(temp.p, path) != 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot write %s", path);
		goto out_unlink;
	}
	ok = sync_parent(path, err);
	goto out;
out_unlink:
	unlink(temp.p);
out:
	strbuf_done(&temp);
	return ok;
}

char *fs_join(const char *dir, const char *name)
{
	struct strbuf path = STRBUF_INIT;

	if (name[0] != '/' && dir[0] != '\0') {
		strbuf_adds(&path, dir);
		if (path.p[path.n - 1] != '/')
			strbuf_addc(&path, '/');
	}
	strbuf_adds(&path, name);
	return strbuf_take(&path);
}

int64_t fs_free_octets(const char *path)
{
	char *at = mem_strdup(path);
	struct statvfs fs;
	int64_t octets = -1;
	int failed;

	while ((failed = statvfs(at, &fs)) != 0 && errno == ENOENT) {
		char *up = parent_of(at);
		bool same = strcmp(up, at) == 0;

		free(at);
		at = up;
		if (same)
			break;
	}
	if (failed == 0 &&
	    (fs.f_frsize == 0 || fs.f_bavail <= (uint64_t)INT64_MAX / fs.f_frsize))
		octets = (int64_t)(fs.f_bavail * fs.f_frsize);
	free(at);
	return octets;
}
