/* SPDX-License-Identifier: MIT */
#include "checklists/checklist.h"

#include <assert.h>

#include "base/clock.h"

/* One string literal a file is longer than C11 promises; gcc and clang take it. */
#pragma GCC diagnostic ignored "-Woverlength-strings"
static const struct {
	const char *name, *text;
} shipped[] = {
#include "checklists_json.h"
};

/* In the order in which they are worked through. */
static const char *const order[] = { "premigration", "cutover", "decommission" };
_Static_assert(COUNT_OF(order) == COUNT_OF(shipped), "each has its place");

static const char *text_of(const char *name)
{
	size_t i = 0;

	while (strcmp(shipped[i].name, name) != 0)
		i++;
	return shipped[i].text;
}

void checklists_open(struct checklists *out)
{
	struct err err = ERR_INIT;

	*out = (struct checklists){ 0 };
	arena_init(&out->arena);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		struct span text = span_str(text_of(order[i]));
		bool good = checklists_add(out, order[i], text, &err);

		assert(good); /* they are ours */
		(void)good;
	}
}

void checklists_close(struct checklists *c)
{
	arena_done(&c->arena);
	*c = (struct checklists){ 0 };
}

const struct checklist *checklist_find(const struct checklists *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->list[i]->name, name) == 0)
			return c->list[i];
	return NULL;
}

const struct check_item *checklist_item(const struct checklist *l, const char *id)
{
	for (size_t s = 0; s < l->stage_n; s++)
		for (size_t i = 0; i < l->stage[s]->item_n; i++)
			if (strcmp(l->stage[s]->item[i]->id, id) == 0)
				return l->stage[s]->item[i];
	return NULL;
}

bool checklist_day(struct span s, int64_t *out)
{
	char text[32];

	if (s.n != 10)
		return false;
	snprintf(text, sizeof text, "%.10sT00:00:00Z", s.p);
	return clock_parse_iso(span_str(text), out);
}
