/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_WAY_H
#define AUDIT_AUDIT_WAY_H
/*
 * How little of a folder must be read, given what an earlier run left of it.  Pure.
 *
 * What can be proven: UIDs only grow (RFC 3501 section 2.3.1.1), so as long as
 * UIDVALIDITY and UIDNEXT stand nothing was added, and if EXISTS stands too nothing was
 * removed.  HIGHESTMODSEQ grows with every change of flags (RFC 7162 section 3.1); a
 * server that does not tell it may have changed any flag, so flags are read again.
 */
#include "store/store_folder.h"

enum audit_way {
	AUDIT_WHOLE, /* nothing is known, or nothing that still holds */
	/* The set of uids, flags of the known ones, all of the new ones: no CONDSTORE. */
	AUDIT_FLAGS,
	AUDIT_DELTA, /* what changed since, and what is new */
	AUDIT_SAME,  /* nothing: it is as it was */
};

/* status: what STATUS told; exists is -1 when nothing was told. */
enum audit_way audit_way(const struct folder_known *known,
			 const struct folder_state *status, enum depth depth);

#endif
