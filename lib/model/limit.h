/* SPDX-License-Identifier: MIT */
#ifndef MODEL_LIMIT_H
#define MODEL_LIMIT_H
/* What an account may hold, as its server tells it: quota (RFC 9208) and the largest
 * message that it takes (APPENDLIMIT of a folder, RFC 7889). */
#include "base/base.h"

enum limit_kind {
	LIMIT_STORAGE,	/* quota: octets */
	LIMIT_MESSAGES, /* quota: messages */
	LIMIT_FOLDERS,	/* quota: folders */
	LIMIT_APPEND,	/* octets of one message that may be added to the folder */
};
enum { LIMIT_KIND_COUNT = LIMIT_APPEND + 1 };
const char *limit_kind_name(enum limit_kind k); /* "storage", ... */

struct limit {
	enum limit_kind kind;
	const char *name; /* quota root, or folder (wire form); "" for no root at all */
	int64_t used;	  /* -1: not told */
	int64_t allowed;  /* -1: no limit */
};

#endif
