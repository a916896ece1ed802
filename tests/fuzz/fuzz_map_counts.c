/* SPDX-License-Identifier: MIT */
#include "map/map_counts.h"
#include "tests/fuzz/fuzz.h"

static bool count(void *ctx, const struct map_count *c, struct err *err)
{
	(void)err;
	PROMISE(*c->name != '\0' && strlen(c->name) <= MAP_NAME_MAX);
	PROMISE(c->folder == NULL ||
		(*c->folder != '\0' && strlen(c->folder) <= MAP_FOLDER_MAX));
	PROMISE(c->messages >= -1 && c->octets >= -1);
	PROMISE(c->messages >= 0 || c->octets >= 0);
	PROMISE(c->line > 0);
	++*(uint64_t *)ctx;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct map_tally tally = { 0 };
	struct err err = ERR_INIT;
	uint64_t n = 0;

	if (!map_counts_read("fuzz", (struct span){ (const char *)data, size }, count, &n,
			     &tally, &err))
		PROMISE(err.cls == ERR_CONFIG);
	PROMISE(n == tally.facts);
	PROMISE((tally.odd == 0) == (tally.first_odd == 0));
	return 0;
}
