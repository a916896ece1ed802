/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_RIGHTS_H
#define VERIFY_RIGHTS_H
/* Letters of rights (RFC 4314 section 2.1), of servers that know others (RFC 2086). */
#include "base/base.h"

#define RIGHTS_SIZE 16

/* What one list grants and the other does not, in the order of the RFC. */
struct rights_differ {
	char lost[RIGHTS_SIZE]; /* in old only; "" */
	char won[RIGHTS_SIZE];	/* in new only; "" */
	bool opens;		/* won: to read the mail, or to give oneself any right */
};

/*
 * Compare what one person may do with a folder.  Letters that no RFC defines are not
 * compared.  RFC 4314 split the rights c and d of RFC 2086: a server that tells k, x, t
 * or e means by c and d nothing more.  Where one side tells c or d and none of those, the
 * rights to make and to remove are compared as those two: c is k, d is t or e, and x,
 * which belongs to either, is not compared.
 */
void rights_compare(const char *old, const char *new, struct rights_differ *out);

#endif
