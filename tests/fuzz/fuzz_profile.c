/* SPDX-License-Identifier: MIT */
/* A profile of a site's own: taken whole, or refused with its place. */
#include "profile/profile.h"
#include "tests/fuzz/fuzz.h"

static void need_facts(const struct profile_fact *v, size_t n)
{
	PROMISE(n <= PROFILE_WORDS_MAX);
	for (size_t i = 0; i < n; i++)
		PROMISE(v[i].why != NULL && *v[i].why != '\0' && v[i].source != NULL);
}

static void need_limit(const struct profile_limit *l)
{
	PROMISE(l->value >= 0 && (l->value > 0) == (l->source != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct arena arena;
	struct profile p;

	arena_init(&arena);
	if (!profile_parse(&arena, "p", (struct span){ (const char *)data, size }, &p,
			   &err)) {
		PROMISE(err.cls == ERR_CONFIG && strncmp(err.text, "p:", 2) == 0);
		arena_done(&arena);
		return 0;
	}
	PROMISE(*p.name != '\0' && *p.title != '\0');
	need_limit(&p.message_octets);
	need_limit(&p.name_octets);
	need_limit(&p.part_octets);
	need_limit(&p.depth);
	need_facts(p.alters, p.alters_n);
	need_facts(p.adds_field, p.adds_field_n);
	need_facts(p.blind_spot, p.blind_spot_n);
	for (size_t i = 0; i < p.reserved.n; i++)
		PROMISE(*p.reserved.word[i] != '\0');
	PROMISE(p.not_comparable < 1u << DIFF_COUNT);
	arena_done(&arena);
	return 0;
}
