/* SPDX-License-Identifier: MIT */
#ifndef BASE_FS_H
#define BASE_FS_H
/* Files of this machine. */
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"

/* Append a whole regular file of at most max octets to out.  ERR_LIMIT above that, else
 * ERR_LOCAL. */
bool fs_read(const char *path, size_t max, struct strbuf *out,
	     struct err *err) MUST_CHECK;
/* The same for a secret: refused (ERR_CONFIG, with the chmod to type) when group or
 * others may read or write it, or when it is neither ours nor root's. */
bool fs_read_secret(const char *path, size_t max, struct strbuf *out,
		    struct err *err) MUST_CHECK;
/*
 * The same for a credential of systemd.  It belongs to root then, and an ACL lets one
 * user read it, which shows as a right of the group: that is good as long as nobody but
 * ourselves is named there, and the group itself has none.
 */
bool fs_read_credential(const char *path, size_t max, struct strbuf *out,
			struct err *err) MUST_CHECK;
bool fs_exists(const char *path);
/* Write to a temporary name beside path, fsync, rename: the old file stays whole on any
 * failure. mode is subject to the umask.  A symbolic link at path is replaced, not
 * followed. */
bool fs_write_atomic(const char *path, struct span bytes, unsigned mode,
		     struct err *err) MUST_CHECK;
/* dir/name, or name itself when it is absolute or dir is ""; result is the caller's. */
char *fs_join(const char *dir, const char *name) MUST_CHECK;
/* Octets free for us on the file system that holds path, which need not exist yet; -1
 * when unknown. */
int64_t fs_free_octets(const char *path);

#endif
