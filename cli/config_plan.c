/* SPDX-License-Identifier: MIT */
#include "cli/config_plan.h"

#include "base/clock.h"
#include "base/num.h"

void config_plan_defaults(struct config *c)
{
	c->plan.big = PLAN_BIG_DEFAULTS;
}

/* "10G"; 0 switches the rule off. */
static bool size(struct json_obj *o, const char *key, int64_t *out, struct err *err)
{
	const char *text = NULL;

	if (!json_get_str(o, key, &text, err))
		return false;
	if (text != NULL && !num_size(span_str(text), out))
		return json_complain(o, key, err,
				     "is a size such as \"500M\" or \"10G\"");
	return true;
}

static bool oversized(struct config *c, struct json_doc *doc, const struct json_value *v,
		      struct err *err)
{
	struct plan_big_rules *b = &c->plan.big;
	struct json_obj o;

	return json_obj_begin(doc, v, "plan.oversized", &o, err) &&
	       size(&o, "account", &b->account_octets, err) &&
	       size(&o, "message", &b->message_octets, err) &&
	       json_get_int(&o, "messages", 0, INT32_MAX, &b->account_messages, err) &&
	       json_get_int(&o, "folder_messages", 0, INT32_MAX, &b->folder_messages,
			    err) &&
	       json_get_int(&o, "folders", 0, INT32_MAX, &b->folders, err) &&
	       json_get_int(&o, "depth", 0, 1000, &b->depth, err) &&
	       json_get_int(&o, "times_median", 0, 1000000, &b->times_median, err) &&
	       json_get_int(&o, "trash_percent", 0, 100, &b->trash_percent, err) &&
	       json_get_int(&o, "old_years", 0, 99, &b->old_years, err) &&
	       json_get_int(&o, "growth_percent", 0, 1000000, &b->growth_percent, err) &&
	       json_obj_end(&o, err);
}

static size_t count(const struct json_value *v)
{
	size_t n = 0;

	for (v = json_first(v); v != NULL; v = json_next(v))
		n++;
	return n;
}

static bool time_of(struct json_obj *o, const char *key, int64_t *out, struct err *err)
{
	const char *text = NULL;

	if (!json_get_str(o, key, &text, err))
		return false;
	if (text == NULL || !clock_parse_iso(span_str(text), out))
		return json_complain(o, key, err,
				     "is a time with a zone: \"2026-12-05T06:00:00Z\"");
	return true;
}

static bool duration(struct json_obj *o, const char *key, int64_t *out, struct err *err)
{
	const char *text = NULL;

	if (!json_get_str(o, key, &text, err))
		return false;
	if (text != NULL && (!num_duration(span_str(text), out) || *out < 60))
		return json_complain(o, key, err, "is a time such as \"12h\" or \"7d\"");
	return true;
}

/* from and to of an object that is open. */
static bool span_of(struct json_obj *o, int64_t *from, int64_t *to, struct err *err)
{
	if (!time_of(o, "from", from, err) || !time_of(o, "to", to, err))
		return false;
	return *from < *to || json_complain(o, "to", err, "is not after \"from\"");
}

static bool names(struct config *c, struct json_obj *o, const char *key,
		  const struct json_value *list, struct plan_names *out, struct err *err)
{
	const char **v = arena_alloc(&c->arena, (count(list) + 1) * sizeof *v);

	out->name = v;
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (json_string(m) == NULL || *json_string(m) == '\0')
			return json_complain(o, key, err, "is a list of accounts");
		v[out->n++] = arena_strdup(&c->arena, json_string(m));
	}
	return true;
}

static bool list_of(struct config *c, struct json_obj *o, const char *key,
		    struct plan_names *out, struct err *err)
{
	const struct json_value *list = NULL;

	return json_get_array(o, key, &list, err) &&
	       (list == NULL || names(c, o, key, list, out, err));
}

/* Each of a list of objects; the items are of size octets. */
static bool objects(struct config *c, struct json_doc *doc, struct json_obj *o,
		    const char *key, size_t size,
		    bool (*one)(struct config *c, struct json_obj *in, void *item,
				struct err *err),
		    const void **out, size_t *n_out, struct err *err)
{
	const struct json_value *list = NULL;
	char *item;
	size_t n = 0;

	if (!json_get_array(o, key, &list, err))
		return false;
	if (list == NULL)
		return true;
	*out = item = arena_alloc(&c->arena, (count(list) + 1) * size);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		struct json_obj in;

		if (!json_obj_begin(doc, m, key, &in, err) ||
		    !one(c, &in, item + n * size, err) || !json_obj_end(&in, err))
			return false;
		n++;
	}
	*n_out = n;
	return true;
}

static bool window(struct config *c, struct json_obj *in, void *item, struct err *err)
{
	struct plan_window *w = item;

	(void)c;
	if (!span_of(in, &w->from, &w->to, err) ||
	    !duration(in, "repeat", &w->repeat, err))
		return false;
	return w->repeat == 0 || w->repeat >= w->to - w->from ||
	       json_complain(in, "repeat", err, "is shorter than the window");
}

static bool block(struct config *c, struct json_obj *in, void *item, struct err *err)
{
	struct plan_block *b = item;
	const char *account = NULL;

	if (!json_get_str(in, "account", &account, err) ||
	    !span_of(in, &b->span.from, &b->span.to, err))
		return false;
	if (account == NULL)
		return json_complain(in, "account", err, "is missing");
	b->account = arena_strdup(&c->arena, account);
	return true;
}

static bool volume(struct config *c, struct json_obj *in, void *item, struct err *err)
{
	struct plan_volume *v = item;
	const char *name = NULL;

	v->v.percent = 100;
	if (!json_get_str(in, "name", &name, err) ||
	    !size(in, "size", &v->v.octets, err) ||
	    !duration(in, "empties", &v->v.empties, err) ||
	    !json_get_int(in, "percent", 1, 10000, &v->v.percent, err))
		return false;
	if (name == NULL || v->v.octets == 0)
		return json_complain(in, NULL, err, "needs \"name\" and \"size\"");
	v->name = arena_strdup(&c->arena, name);
	return true;
}

static bool expiry(struct config *c, struct json_obj *in, void *item, struct err *err)
{
	struct plan_expiry *e = item;
	const char *what = NULL;

	if (!json_get_str(in, "what", &what, err) || !time_of(in, "at", &e->at, err))
		return false;
	if (what == NULL)
		return json_complain(in, "what", err, "is missing");
	e->what = arena_strdup(&c->arena, what);
	return true;
}

static bool groups(struct config *c, struct json_obj *o, struct err *err)
{
	struct plan_waves_rules *w = &c->plan.waves;
	const struct json_value *list = NULL;
	struct plan_names *g;

	if (!json_get_array(o, "groups", &list, err))
		return false;
	if (list == NULL)
		return true;
	w->group = g = arena_alloc(&c->arena, (count(list) + 1) * sizeof *g);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (json_first(m) == NULL || json_key(json_first(m)) != NULL)
			return json_complain(o, "groups", err,
					     "is a list of lists of accounts");
		if (!names(c, o, "groups", m, g++, err))
			return false;
		w->group_n++;
	}
	return true;
}

static bool waves(struct config *c, struct json_doc *doc, const struct json_value *v,
		  struct err *err)
{
	struct plan_waves_rules *w = &c->plan.waves;
	const void *windows = NULL, *blocks = NULL, *volumes = NULL, *dates = NULL;
	struct json_obj o;

	if (!json_obj_begin(doc, v, "plan.waves", &o, err) ||
	    !json_get_int(&o, "connections", 1, PACK_MACHINES_MAX, &w->connections,
			  err) ||
	    !json_get_int(&o, "accounts", 1, INT32_MAX, &w->accounts, err) ||
	    !objects(c, doc, &o, "windows", sizeof *w->window, window, &windows,
		     &w->window_n, err) ||
	    !objects(c, doc, &o, "blocked", sizeof *w->block, block, &blocks, &w->block_n,
		     err) ||
	    !objects(c, doc, &o, "volumes", sizeof *w->volume, volume, &volumes,
		     &w->volume_n, err) ||
	    !objects(c, doc, &o, "expires", sizeof *w->expiry, expiry, &dates,
		     &w->expiry_n, err) ||
	    !groups(c, &o, err) || !list_of(c, &o, "first", &w->first, err) ||
	    !list_of(c, &o, "last", &w->last, err) || !json_obj_end(&o, err))
		return false;
	w->window = windows;
	w->block = blocks;
	w->volume = volumes;
	w->expiry = dates;
	return w->window_n <= PLAN_WINDOWS_MAX ||
	       json_complain(&o, NULL, err, "has more than %d windows", PLAN_WINDOWS_MAX);
}

bool config_plan(struct config *c, struct json_doc *doc, const struct json_value *v,
		 struct err *err)
{
	const struct json_value *big = NULL, *when = NULL;
	struct json_obj o;

	return json_obj_begin(doc, v, "plan", &o, err) &&
	       json_get_object(&o, "oversized", &big, err) &&
	       json_get_object(&o, "waves", &when, err) && json_obj_end(&o, err) &&
	       (big == NULL || oversized(c, doc, big, err)) &&
	       (when == NULL || waves(c, doc, when, err));
}
