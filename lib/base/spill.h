/* SPDX-License-Identifier: MIT */
#ifndef BASE_SPILL_H
#define BASE_SPILL_H
/*
 * A temporary file for what does not fit into memory: it is appended to and read at any
 * place.
 *
 * It is made at the first append in $SQLITE_TMPDIR, $TMPDIR, /var/tmp or /tmp, the first
 * where that can be done (SQLite keeps the same rule), readable by its owner alone and
 * without a name, so that nothing is left behind however the program ends.
 *
 * Functions fail with ERR_LOCAL: no folder may be written, the disk is full, I/O.
 */
#include "base/err.h"

struct spill {
	int fd;	     /* -1: not made yet */
	int64_t end; /* octets in it */
	char *dir;   /* where it is, for messages */
};
#define SPILL_INIT ((struct spill){ .fd = -1 })

/* *at_out: where the octets lie, for spill_read. */
bool spill_append(struct spill *s, const void *p, size_t n, int64_t *at_out,
		  struct err *err) MUST_CHECK;
/* All n octets, which were appended before. */
bool spill_read(const struct spill *s, int64_t at, void *p, size_t n,
		struct err *err) MUST_CHECK;
/* Gives back the room and the descriptor; the spill is empty and may be used again. */
void spill_done(struct spill *s);

#endif
