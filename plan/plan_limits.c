/* SPDX-License-Identifier: MIT */
#include "plan/plan_limits.h"

#include "base/num.h"

#define WORD "APPENDLIMIT"

/* RFC 7889: "APPENDLIMIT=<number>" for all mailboxes, or alone, one for each. */
static void appendlimit(const char *capability, struct plan_limits *out)
{
	struct span rest = span_str(capability);

	while (rest.n > 0) {
		size_t n = 0;
		struct span word;
		uint64_t value;

		while (n < rest.n && rest.p[n] != ' ')
			n++;
		word = (struct span){ rest.p, n };
		rest = (struct span){ rest.p + n + (n < rest.n),
				      rest.n - n - (n < rest.n) };
		if (word.n < sizeof WORD - 1 ||
		    strncasecmp(word.p, WORD, sizeof WORD - 1) != 0)
			continue;
		word = (struct span){ word.p + sizeof WORD - 1,
				      word.n - (sizeof WORD - 1) };
		if (word.n == 0)
			out->appendlimit_each = true;
		else if (word.p[0] == '=' &&
			 num_u64((struct span){ word.p + 1, word.n - 1 }, INT64_MAX,
				 &value))
			out->message_octets = (struct plan_limit){
				(int64_t)value, "the server's APPENDLIMIT"
			};
	}
}

void plan_limits_of(struct arena *arena, const struct profile *profile,
		    const char *capability, struct plan_limits *out)
{
	const char *by = arena_printf(arena, "what is known of %s", profile->title);

	*out = (struct plan_limits){
		.profile = profile,
		.message_octets = { profile->message_octets.value, by },
		.folder_messages = { profile->folder_messages.value, by },
		.folders = { profile->folders.value, by },
		.depth = { profile->depth.value, by },
	};
	appendlimit(capability, out);
}
