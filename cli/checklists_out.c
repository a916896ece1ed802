/* SPDX-License-Identifier: MIT */
/* Checklists for programs: CSV and JSON. */
#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "cli/checklists.h"

static const char *day(int64_t t, struct arena *arena)
{
	char iso[CLOCK_ISO_SIZE];

	return t == 0 ? "" : arena_printf(arena, "%.10s", clock_iso(t, iso));
}

static void csv_item(const struct checklist *l, const struct check_stage *s,
		     const struct check_item *item, const struct item_view *v,
		     struct arena *arena, struct strbuf *out)
{
	const struct item_said *sign = v != NULL ? v->sign : NULL;
	const char *const cells[] = {
		l->name,
		s->title,
		item->id,
		v != NULL ? item_state_name(v->state) : "",
		v != NULL ? checklists_by(v, arena) : "",
		v != NULL && v->overdue ? "yes" : "",
		v != NULL ? v->owner : item->owner,
		sign != NULL ? sign->teller : "",
		sign != NULL ? day(sign->at, arena) : "",
		sign != NULL ? sign->note : "",
		v != NULL && v->judged ? v->result.sentence : "",
		item->text,
	};

	for (size_t i = 0; i < COUNT_OF(cells); i++)
		csv_put(out, cells[i], i == 0);
	strbuf_adds(out, "\r\n");
}

void checklists_csv(const struct checklists_seen *c, size_t which, struct strbuf *out)
{
	const struct checklist *l = c->lists.list[which];
	struct arena arena;

	arena_init(&arena);
	strbuf_adds(out, "list,stage,item,state,due,late,owner,signed_by,signed_on,note,"
			 "evidence,text\r\n");
	for (size_t s = 0, i = 0; s < l->stage_n; s++)
		for (size_t k = 0; k < l->stage[s]->item_n; k++, i++)
			csv_item(l, l->stage[s], l->stage[s]->item[k],
				 c->view != NULL ? &c->view[which].v[i] : NULL, &arena,
				 out);
	arena_done(&arena);
}

static void put_time(struct json_out *j, const char *key, int64_t t)
{
	char iso[CLOCK_ISO_SIZE];

	json_put_str(j, key, t != 0 ? clock_iso(t, iso) : NULL);
}

static void put_word(struct json_out *j, const char *key, const struct item_said *w)
{
	json_name(j, key);
	if (w == NULL) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_put_str(j, "by", w->teller);
	put_time(j, "at", w->at);
	json_put_str(j, "note", w->note);
	json_put_int(j, "ledger", w->ledger);
	json_end_object(j);
}

static void put_result(struct json_out *j, const struct check_result *r)
{
	json_begin_object(j);
	json_put_str(j, "state", check_state_name(r->state));
	json_put_str(j, "sentence", r->sentence);
	put_time(j, "at", r->at);
	json_name(j, "figures");
	json_begin_object(j);
	for (int i = 0; i < r->figure_n; i++)
		json_put_int(j, r->figure[i].name, r->figure[i].value);
	json_end_object(j);
	json_end_object(j);
}

void checklists_put_item(const struct checklists_seen *c, const struct item_view *v,
			 struct json_out *j)
{
	const char *by;
	struct arena arena;

	arena_init(&arena);
	by = checklists_by(v, &arena);
	json_begin_object(j);
	json_put_str(j, "list", checklists_of(c, v)->name);
	json_put_str(j, "item", v->item->id);
	json_put_str(j, "stage", v->stage->title);
	json_put_str(j, "text", v->item->text);
	json_put_str(j, "hint", v->item->hint);
	json_put_str(j, "state", item_state_name(v->state));
	json_put_str(j, "due", *by != '\0' ? by : NULL);
	json_put_bool(j, "begun", v->begun);
	json_put_bool(j, "late", v->overdue);
	json_put_str(j, "owner", v->owner);
	json_put_str(j, "rule",
		     v->item->rule != NULL     ? v->item->rule->name
		     : v->item->repeat != NULL ? "repeat"
					       : NULL);
	json_name(j, "evidence");
	if (v->judged)
		put_result(j, &v->result);
	else
		json_null(j);
	put_word(j, "signed", v->sign);
	put_word(j, "reopened", v->reopen);
	json_end_object(j);
	arena_done(&arena);
}

void checklists_json(const struct checklists_seen *c, size_t which, struct json_out *j)
{
	const struct list_view *l = &c->view[which];

	json_begin_object(j);
	json_put_str(j, "name", l->list->name);
	json_put_str(j, "title", l->list->title);
	json_put_int(j, "done", (int64_t)l->done);
	json_name(j, "items");
	json_begin_array(j);
	for (size_t i = 0; i < l->n; i++)
		checklists_put_item(c, &l->v[i], j);
	json_end_array(j);
	json_end_object(j);
}
