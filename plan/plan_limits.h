/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_LIMITS_H
#define PLAN_PLAN_LIMITS_H
/* What the new side takes, and who says so: the server itself (CAPABILITY), or else what
 * is known of its kind (lib/profile). */
#include "profile/profile.h"

struct plan_limit {
	int64_t value;	/* 0: none is known */
	const char *by; /* "the server's APPENDLIMIT", "what is known of Zimbra" */
};
struct plan_limits {
	const struct profile *profile;
	struct plan_limit message_octets, folder_messages, folders, depth;
	bool appendlimit_each; /* the server has one a folder, which was not asked for */
};

/* capability: words; "" when the server was never asked.  Strings live in arena. */
void plan_limits_of(struct arena *arena, const struct profile *profile,
		    const char *capability, struct plan_limits *out);

#endif
