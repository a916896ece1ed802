/* SPDX-License-Identifier: MIT */
#include "cli/config_plan.h"

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

bool config_plan(struct config *c, struct json_doc *doc, const struct json_value *v,
		 struct err *err)
{
	const struct json_value *big = NULL;
	struct json_obj o;

	return json_obj_begin(doc, v, "plan", &o, err) &&
	       json_get_object(&o, "oversized", &big, err) && json_obj_end(&o, err) &&
	       (big == NULL || oversized(c, doc, big, err));
}
