/* SPDX-License-Identifier: MIT */
/* Lists from their JSON.  A site's file is as hostile as any other input. */
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "checklists/checklist.h"

struct reader {
	struct checklists *c;
	struct json_doc *doc;
	struct checklist *list;
	struct err *err;
};

static const char *keep(struct reader *r, const char *s)
{
	return arena_strdup(&r->c->arena, s);
}

/* An id or a name: it stands in options, file names and CSV. */
static bool is_word(const char *s, size_t most)
{
	size_t n = strlen(s);

	if (n == 0 || n > most || *s == '-')
		return false;
	for (; *s != '\0'; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		      (*s >= '0' && *s <= '9') || strchr("._-", *s) != NULL))
			return false;
	return true;
}

/* One line of words; it will be printed, mailed and put into tables. */
static bool is_line(const char *s)
{
	if (*s == '\0' || strlen(s) > CHECKLIST_TEXT_MAX)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7F)
			return false;
	return true;
}

/* Absent leaves *out. */
static bool get_line(struct reader *r, struct json_obj *o, const char *key,
		     const char **out)
{
	const char *s = NULL;

	if (!json_get_str(o, key, &s, r->err))
		return false;
	if (s == NULL)
		return true;
	if (!is_line(s))
		return json_complain(o, key, r->err,
				     "is one line of at most %u octets, not empty",
				     CHECKLIST_TEXT_MAX);
	*out = keep(r, s);
	return true;
}

static bool get_duration(struct reader *r, struct json_obj *o, const char *key,
			 int64_t *out)
{
	const char *s = NULL;

	if (!json_get_str(o, key, &s, r->err))
		return false;
	if (s != NULL && (!num_duration(span_str(s), out) || *out < 1))
		return json_complain(o, key, r->err, "is a time such as \"14d\"");
	return true;
}

static bool read_sides(struct reader *r, struct json_obj *o, struct check_item *item)
{
	static const char *const words[] = { "old", "new", "both" };
	const char *s = NULL;
	size_t i = 0;

	if (!json_get_str(o, "side", &s, r->err))
		return false;
	if (s == NULL)
		return true;
	if (item->rule == NULL || !item->rule->takes_sides)
		return json_complain(o, "side", r->err,
				     "is only for the rules that look at a side");
	while (i < COUNT_OF(words) && strcmp(s, words[i]) != 0)
		i++;
	if (i == COUNT_OF(words))
		return json_complain(o, "side", r->err,
				     "is \"old\", \"new\" or \"both\"");
	item->ask.sides = (enum rule_sides)i;
	return true;
}

static bool read_rule(struct reader *r, struct json_obj *o, struct check_item *item)
{
	const char *name = NULL;
	int64_t age = 0, lasting = 0;

	if (!json_get_str(o, "rule", &name, r->err) || !get_duration(r, o, "age", &age) ||
	    !get_duration(r, o, "for", &lasting) ||
	    !json_get_bool(o, "sign", &item->sign, r->err) ||
	    !json_get_bool(o, "after_gate", &item->after_gate, r->err))
		return false;
	if (name != NULL) {
		item->rule = rule_find(name);
		if (item->rule == NULL) {
			json_complain(o, "rule", r->err, "names no rule");
			err_hint(r->err, "mailmuster-checklists(7) lists them");
			return false;
		}
		item->ask = (struct rule_ask){ .sides = item->rule->sides,
					       .max_age = item->rule->max_age };
	}
	if (age != 0 && (name == NULL || item->rule->max_age == 0))
		return json_complain(o, "age", r->err,
				     "is only for rules whose evidence has one");
	if (item->sign && name == NULL)
		return json_complain(o, "sign", r->err,
				     "is only for items with a \"rule\"");
	if (lasting != 0 && (name == NULL || !item->rule->takes_lasting))
		return json_complain(
			o, "for", r->err,
			"is only for \"cutover\", \"quiet\" and \"stopped\"");
	if (age != 0)
		item->ask.max_age = age;
	item->ask.lasting = lasting;
	return read_sides(r, o, item);
}

static bool read_repeat(struct reader *r, struct json_obj *o, struct check_item *item)
{
	const struct json_value *ids, *v;
	const struct check_item **to;
	size_t n = 0;

	if (!json_get_array(o, "repeat", &ids, r->err))
		return false;
	if (ids == NULL)
		return true;
	if (item->rule != NULL)
		return json_complain(o, "repeat", r->err,
				     "cannot stand beside a \"rule\"");
	for (v = json_first(ids); v != NULL; v = json_next(v))
		n++;
	if (n == 0 || n > CHECKLIST_ITEMS_MAX)
		return json_complain(o, "repeat", r->err, "holds 1 to %u ids",
				     CHECKLIST_ITEMS_MAX);
	to = arena_alloc(&r->c->arena, (n + 1) * sizeof *to);
	item->repeat = to;
	for (v = json_first(ids); v != NULL; v = json_next(v), to++) {
		const char *id = json_string(v);

		*to = id != NULL ? checklist_item(r->list, id) : NULL;
		if (*to == NULL || (*to)->repeat != NULL)
			return json_complain(o, "repeat", r->err,
					     "holds ids of items that stand before it, "
					     "and that repeat none themselves");
	}
	*to = NULL;
	return true;
}

static bool read_item(struct reader *r, const struct json_value *v,
		      struct check_stage *stage)
{
	struct check_item *item;
	const char *id = NULL;
	struct json_obj o;

	if (!json_obj_begin(r->doc, v, "items", &o, r->err))
		return false;
	if (stage->item_n == CHECKLIST_ITEMS_MAX)
		return json_complain(&o, NULL, r->err, "a stage has at most %u items",
				     CHECKLIST_ITEMS_MAX);
	item = arena_alloc(&r->c->arena, sizeof *item);
	*item = (struct check_item){ .hint = "", .owner = "" };
	if (!json_get_str(&o, "id", &id, r->err) ||
	    !get_line(r, &o, "text", &item->text) ||
	    !get_line(r, &o, "hint", &item->hint) ||
	    !get_line(r, &o, "owner", &item->owner) || !read_rule(r, &o, item) ||
	    !read_repeat(r, &o, item) || !json_obj_end(&o, r->err))
		return false;
	if (id == NULL || !is_word(id, CHECKLIST_ID_MAX))
		return json_complain(&o, id != NULL ? "id" : NULL, r->err,
				     "needs an \"id\" of at most %u letters, digits, "
				     "\".\", \"_\" or \"-\"",
				     CHECKLIST_ID_MAX);
	if (item->text == NULL)
		return json_complain(&o, NULL, r->err, "needs a \"text\"");
	if (checklist_item(r->list, id) != NULL)
		return json_complain(&o, "id", r->err, "is that of another item of %s",
				     r->list->name);
	item->id = keep(r, id);
	stage->item[stage->item_n++] = item;
	return true;
}

static struct check_stage *find_stage(const struct checklist *l, const char *title)
{
	for (size_t i = 0; i < l->stage_n; i++)
		if (strcmp(l->stage[i]->title, title) == 0)
			return l->stage[i];
	return NULL;
}

#define NO_DAY (CHECKLIST_DAYS_MAX + 1)

/* The stage of that title, a new one when there is none. */
static bool stage_of(struct reader *r, struct json_obj *o, struct check_stage **out)
{
	int64_t from = NO_DAY, due = NO_DAY;
	struct check_stage *stage;
	const char *title = NULL;

	if (!get_line(r, o, "title", &title) ||
	    !json_get_int(o, "from", -CHECKLIST_DAYS_MAX, CHECKLIST_DAYS_MAX, &from,
			  r->err) ||
	    !json_get_int(o, "due", -CHECKLIST_DAYS_MAX, CHECKLIST_DAYS_MAX, &due,
			  r->err))
		return false;
	if (title == NULL)
		return json_complain(o, NULL, r->err, "needs a \"title\"");
	*out = find_stage(r->list, title);
	if (*out != NULL && (from != NO_DAY || due != NO_DAY))
		return json_complain(o, NULL, r->err,
				     "is a stage that has its days already");
	if (*out != NULL)
		return true;
	if (r->list->stage_n == CHECKLIST_STAGES_MAX)
		return json_complain(o, NULL, r->err, "a list has at most %u stages",
				     CHECKLIST_STAGES_MAX);
	if (from != NO_DAY && (due == NO_DAY || from > due))
		return json_complain(o, "from", r->err, "is not after \"due\"");
	stage = arena_alloc(&r->c->arena, sizeof *stage);
	*stage = (struct check_stage){ .title = title,
				       .dated = due != NO_DAY,
				       .has_from = from != NO_DAY,
				       .from = from != NO_DAY ? (int)from : 0,
				       .due = due != NO_DAY ? (int)due : 0 };
	r->list->stage[r->list->stage_n++] = *out = stage;
	return true;
}

static bool read_stage(struct reader *r, const struct json_value *v)
{
	const struct json_value *items;
	struct check_stage *stage = NULL;
	struct json_obj o;

	if (!json_obj_begin(r->doc, v, "stages", &o, r->err) ||
	    !stage_of(r, &o, &stage) || !json_get_array(&o, "items", &items, r->err) ||
	    !json_obj_end(&o, r->err))
		return false;
	if (items == NULL || json_first(items) == NULL)
		return json_complain(&o, NULL, r->err, "needs \"items\"");
	for (v = json_first(items); v != NULL; v = json_next(v))
		if (!read_item(r, v, stage))
			return false;
	return true;
}

static bool read_text(struct reader *r, struct json_obj *o)
{
	const struct json_value *text, *v;
	size_t n = 0;

	if (!json_get_array(o, "text", &text, r->err))
		return false;
	if (text == NULL)
		return true;
	for (v = json_first(text); v != NULL; v = json_next(v), n++)
		if (json_string(v) == NULL || !is_line(json_string(v)))
			return json_complain(o, "text", r->err,
					     "is a list of paragraphs, one line each");
	r->list->text = arena_alloc(&r->c->arena, (n + 1) * sizeof *r->list->text);
	for (v = json_first(text); v != NULL; v = json_next(v))
		r->list->text[r->list->text_n++] = keep(r, json_string(v));
	return true;
}

/* Which list it is about. */
static bool read_head(struct reader *r, struct json_obj *o)
{
	const char *name = NULL, *extends = NULL, *title = NULL;
	struct checklist *l;

	if (!json_get_str(o, "name", &name, r->err) ||
	    !json_get_str(o, "extends", &extends, r->err) ||
	    !get_line(r, o, "title", &title))
		return false;
	if ((name == NULL) == (extends == NULL))
		return json_complain(o, NULL, r->err,
				     "needs \"name\", or \"extends\" and the name of a "
				     "list that is there");
	if (extends != NULL) {
		for (size_t i = 0; i < r->c->n; i++)
			if (strcmp(r->c->list[i]->name, extends) == 0)
				r->list = r->c->list[i];
		if (r->list == NULL)
			return json_complain(o, "extends", r->err, "names no list");
		if (title != NULL)
			return json_complain(o, "title", r->err,
					     "is that of a new list only");
		return true;
	}
	if (!is_word(name, CHECKLIST_NAME_MAX))
		return json_complain(
			o, "name", r->err,
			"is at most %u letters, digits, \".\", \"_\" or \"-\"",
			CHECKLIST_NAME_MAX);
	if (checklist_find(r->c, name) != NULL)
		return json_complain(o, "name", r->err,
				     "is that of another list; \"extends\" adds to it");
	if (title == NULL)
		return json_complain(o, NULL, r->err, "needs a \"title\"");
	if (r->c->n == CHECKLIST_LISTS_MAX)
		return json_complain(o, NULL, r->err, "there are %u lists already",
				     CHECKLIST_LISTS_MAX);
	l = arena_alloc(&r->c->arena, sizeof *l);
	*l = (struct checklist){ .name = keep(r, name), .title = title };
	r->c->list[r->c->n++] = r->list = l;
	return read_text(r, o);
}

static bool read_list(struct reader *r)
{
	const struct json_value *stages, *v;
	struct json_obj o;

	if (!json_obj_begin(r->doc, json_root(r->doc), "", &o, r->err) ||
	    !read_head(r, &o) || !json_get_array(&o, "stages", &stages, r->err) ||
	    !json_obj_end(&o, r->err))
		return false;
	if (stages == NULL || json_first(stages) == NULL)
		return json_complain(&o, NULL, r->err, "needs \"stages\"");
	for (v = json_first(stages); v != NULL; v = json_next(v))
		if (!read_stage(r, v))
			return false;
	return true;
}

bool checklists_add(struct checklists *c, const char *name, struct span text,
		    struct err *err)
{
	struct reader r = { .c = c, .err = err };
	bool ok;

	if (text.n > CHECKLIST_SIZE_MAX)
		return err_set(err, ERR_CONFIG, "%s: a list has at most %u octets", name,
			       CHECKLIST_SIZE_MAX);
	ok = json_parse(name, text, &r.doc, err) && read_list(&r);
	json_free(r.doc);
	return ok;
}
