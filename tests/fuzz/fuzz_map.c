/* SPDX-License-Identifier: MIT */
/*
 * Folder names and rules.  The input is up to six lines: delimiter, prefix, name, old and
 * new name of a pair, an exclusion.
 */
#include "map/map.h"
#include "tests/fuzz/fuzz.h"

/* In common form a '%' is always one of the escapes. */
static void need_common(const char *s)
{
	for (s = strchr(s, '%'); s != NULL; s = strchr(s + 1, '%'))
		PROMISE(strncmp(s, "%25", 3) == 0 || strncmp(s, "%2F", 3) == 0 ||
			strcmp(s, "%49NBOX") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line[6] = { "", "", "", "", "", "" }, *to = NULL;
	struct span rest = { (const char *)data, size };
	struct map_names names;
	struct map_pair pair;
	struct map_rules rules = {
		.pairs = &pair, .pair_n = 1, .exclude = &line[5], .exclude_n = 1
	};
	const char *common, *fold;
	struct arena arena;
	enum map_how how;

	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(line) && rest.n > 0; i++) {
		struct span part = rest;
		ptrdiff_t lf = span_index(rest, '\n');

		part.n = lf >= 0 ? (size_t)lf : rest.n;
		line[i] = arena_span(&arena, part);
		rest = span_from(rest, part.n + 1);
	}
	names = (struct map_names){ line[1], line[0][0] };
	pair = (struct map_pair){ line[3], line[4] };
	common = map_common(&arena, &names, line[2], line[0][0]);
	need_common(common);
	how = map_target(&arena, &rules, line[1], common, &to);
	PROMISE(to != NULL &&
		(how == MAP_SAME || how == MAP_RULE || how == MAP_EXCLUDED));
	need_common(to);
	fold = map_fold(&arena, common);
	PROMISE(strcmp(fold, map_fold(&arena, fold)) == 0);
	arena_done(&arena);
	return 0;
}
