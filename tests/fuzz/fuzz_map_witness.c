/* SPDX-License-Identifier: MIT */
#include "map/map_witness.h"
#include "tests/fuzz/fuzz.h"

static bool witness(void *ctx, const char *name, int64_t at, struct err *err)
{
	(void)err;
	PROMISE(*name != '\0' && strlen(name) <= MAP_NAME_MAX && at >= 0);
	++*(uint64_t *)ctx;
	return true;
}

static bool forward(void *ctx, const char *name, const char *target, bool keeps,
		    struct err *err)
{
	(void)keeps, (void)err;
	PROMISE(*name != '\0' && strlen(name) <= MAP_NAME_MAX);
	PROMISE(*target != '\0' && strlen(target) <= MAP_NAME_MAX);
	++*(uint64_t *)ctx;
	return true;
}

/* The first octet says which reader. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data + (size > 0), size - (size > 0) };
	struct map_tally tally = { 0 };
	struct err err = ERR_INIT;
	uint64_t n = 0;

	if (size == 0)
		return 0;
	if (data[0] % 5 == 4) {
		if (map_witness_read("fuzz", text, witness, &n, &tally, &err))
			PROMISE(n == tally.facts);
		else
			PROMISE(err.cls == ERR_CONFIG);
	} else {
		PROMISE(map_forward_read((enum map_forward_kind)(data[0] % 5), "mia",
					 text, forward, &n, &tally, &err));
		PROMISE(n == tally.facts);
	}
	PROMISE((tally.odd == 0) == (tally.first_odd == 0));
	return 0;
}
