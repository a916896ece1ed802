/* SPDX-License-Identifier: MIT */
#ifndef PROFILE_PROFILE_READ_H
#define PROFILE_PROFILE_READ_H
/* A profile from its JSON, with what "auto" looks for. */
#include "profile/profile.h"

struct profile_match {
	struct profile_words server_id, capability, greeting;
};

bool profile_read(struct arena *arena, const char *name, struct span text,
		  struct profile *out, struct profile_match *match,
		  struct err *err) MUST_CHECK;

#endif
