/* SPDX-License-Identifier: MIT */
/* A site's checklist: taken whole, or refused with its place; and what is judged of it.
 */
#include "checklists/judge.h"
#include "tests/fuzz/fuzz.h"

static void need_line(const char *s)
{
	PROMISE(s != NULL && strlen(s) <= CHECKLIST_TEXT_MAX);
	for (; *s != '\0'; s++)
		PROMISE((unsigned char)*s >= ' ');
}

static void need_list(const struct checklist *l, struct arena *arena)
{
	struct list_view view;
	struct evidence e;

	PROMISE(strlen(l->name) <= CHECKLIST_NAME_MAX);
	need_line(l->title);
	PROMISE(l->stage_n > 0 && l->stage_n <= CHECKLIST_STAGES_MAX);
	for (size_t s = 0; s < l->stage_n; s++)
		for (size_t i = 0; i < l->stage[s]->item_n; i++) {
			const struct check_item *item = l->stage[s]->item[i];

			need_line(item->text);
			need_line(item->hint);
			PROMISE(checklist_item(l, item->id) == item);
		}
	evidence_init(&e);
	e.now = 1797033600;
	list_judge(l, &e, NULL, 0, 1797033600, arena, &view);
	for (size_t i = 0; i < view.n; i++) /* nothing is done where nothing is known */
		PROMISE(!item_is_done(view.v[i].state));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct checklists c;
	struct arena arena;

	arena_init(&arena);
	checklists_open(&c);
	if (checklists_add(&c, "p", (struct span){ (const char *)data, size }, &err))
		for (size_t i = 0; i < c.n; i++)
			need_list(c.list[i], &arena);
	else
		PROMISE(err.cls == ERR_CONFIG && strncmp(err.text, "p:", 2) == 0);
	checklists_close(&c);
	arena_done(&arena);
	return 0;
}
