/* SPDX-License-Identifier: MIT */
#ifndef CLI_EVENT_RECORD_H
#define CLI_EVENT_RECORD_H
/* `event archive|restore|statement|announce`: what the gate asks persons for. */
#include "cli/args.h"

struct event_record {
	const char *kind;	   /* one of these words */
	const char *topic;	   /* of a statement or an announcement; NULL */
	const char *file, *digest; /* of an archive, or its SHA-256 in digits; NULL */
	const char *role;	   /* NULL */
	const char *by, *note;
	int64_t at;
};
bool event_is_record(const char *word);
/* Check, record, and say so; returns the exit code. */
int event_record(struct args *a, const struct event_record *r);

#endif
