/* SPDX-License-Identifier: MIT */
/*
 * Folder names and rules.  The input is up to nine lines: delimiter, prefix, name, old
 * and new name of a pair, an exclusion, an expression with its replacement, an expression
 * that excludes.
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

static void open_and_map(const struct map_rules *rules, const char *prefix,
			 const char *common)
{
	static const struct map_special special[] = { { "Sent", FOLDER_SENT } };
	struct err err = ERR_INIT;
	struct map_result r;
	struct map *m = NULL;
	struct arena arena;

	if (!map_open(rules, &m, &err)) {
		PROMISE(err.cls == ERR_CONFIG && err.text[0] != '\0');
		return;
	}
	arena_init(&arena);
	map_enter(m, "anna", prefix, special, COUNT_OF(special));
	if (!map_target(m, &arena, common, FOLDER_SENT, &r, &err)) {
		PROMISE(err.cls == ERR_CONFIG || err.cls == ERR_LIMIT);
		PROMISE(strncmp(err.text, "folder ", 7) == 0);
	} else {
		PROMISE(r.target != NULL && (r.rule != NULL) == (r.how != MAP_SAME));
		PROMISE(r.rule == NULL || r.rule->decided == 1);
		PROMISE(r.rule == NULL || r.rule->matched > 0);
		need_common(r.target);
	}
	map_close(m);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line[9] = { "", "", "", "", "", "", "", "", "" };
	struct span rest = { (const char *)data, size };
	struct map_names names;
	struct map_pair pair;
	struct map_regex regex;
	struct map_rules rules = { .pairs = &pair,
				   .pair_n = 1,
				   .exclude = &line[5],
				   .exclude_n = 1,
				   .regex = &regex,
				   .exclude_regex = &line[8],
				   .special_use = MAP_ON };
	const char *common, *fold;
	struct arena arena;

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
	regex = (struct map_regex){ line[6], line[7], true };
	rules.regex_n = *line[6] != '\0';
	rules.exclude_regex_n = *line[8] != '\0';
	common = map_common(&arena, &names, line[2], line[0][0]);
	need_common(common);
	open_and_map(&rules, line[1], common);
	fold = map_fold(&arena, common);
	PROMISE(strcmp(fold, map_fold(&arena, fold)) == 0);
	arena_done(&arena);
	return 0;
}
