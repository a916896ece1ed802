/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ACL_H
#define MODEL_ACL_H
/* Who may do what with a folder, as its server tells it (RFC 4314, and RFC 2086 before
 * it). */
#include "base/base.h"

/* One right-giver's line: to whom, and what. */
struct acl_entry {
	/* Identifier as the server writes it, shown (text_shown); one that begins with
	 * '-' takes rights away (RFC 4314 section 2). */
	const char *who;
	const char *rights; /* letters and digits, ascending, each once */
};
#define ACL_ENTRIES_MAX 1000 /* of one folder */
#define ACL_WHO_MAX	1024 /* octets of an identifier, as it is shown */
#define ACL_RIGHTS_MAX	64   /* letters and digits of one entry */

/* The list of one folder, ordered by who, each once. */
struct folder_acl {
	int64_t folder; /* folder.id */
	const struct acl_entry *entry;
	size_t n;
	const char *words; /* why it is not known; "" when it is */
};

#endif
