/* SPDX-License-Identifier: MIT */
#include "cli/config_gate.h"

#include "base/num.h"
#include "cli/config_login.h"
#include "gate/gate.h"

#define HEADS_MAX 1000u
#define AGE_MAX	  ((int64_t)1000 * 86400)

/* "99.5": thousandths of it. */
static bool permille(const char *text, int64_t *out)
{
	const char *dot = strchr(text, '.');
	size_t n = dot != NULL ? (size_t)(dot - text) : strlen(text);
	uint64_t whole, tenth = 0;

	if (!num_u64((struct span){ text, n }, 100, &whole) ||
	    (dot != NULL && !num_u64(span_str(dot + 1), 9, &tenth)))
		return false;
	*out = (int64_t)(whole * 10 + tenth);
	return true;
}

static bool limit(struct json_obj *o, const struct gate_limit_row *r, int64_t *out,
		  struct err *err)
{
	const char *text = NULL;
	int64_t value;
	char least[32], most[32];

	if (r->unit == UNIT_COUNT)
		return json_get_int(o, r->key, r->least, r->most, out, err);
	if (!json_get_str(o, r->key, &text, err))
		return false;
	if (text == NULL)
		return true;
	if (!(r->unit == UNIT_SECONDS ? num_duration(span_str(text), &value)
				      : permille(text, &value)) ||
	    value < r->least || value > r->most)
		return json_complain(
			o, r->key, err, "is %s from %s to %s, such as %s",
			r->unit == UNIT_SECONDS ? "a time" : "a percentage",
			gate_limit_text(r->unit, r->least, least, sizeof least),
			gate_limit_text(r->unit, r->most, most, sizeof most),
			r->unit == UNIT_SECONDS ? "\"14d\"" : "\"99.5\"");
	*out = value;
	return true;
}

static bool ages(struct config *c, struct json_doc *doc, const struct json_value *v,
		 struct err *err)
{
	struct json_obj o;

	if (!json_obj_begin(doc, v, "gate.ages", &o, err))
		return false;
	for (int i = 0; i < GATE_CHECK_COUNT; i++) {
		const struct gate_check *check = &gate_checks[i];
		const char *text = NULL;
		int64_t age;

		if (!json_get_str(&o, check->name, &text, err))
			return false;
		if (text == NULL)
			continue;
		if (check->max_age == 0)
			return json_complain(&o, check->name, err,
					     "has no evidence that ages");
		if (!num_duration(span_str(text), &age) || age < 3600 || age > AGE_MAX)
			return json_complain(&o, check->name, err,
					     "is a time from \"1h\" to \"1000d\"");
		c->gate.limits.max_age[i] = age;
	}
	return json_obj_end(&o, err);
}

static bool heads(struct config *c, struct json_obj *o, const struct json_value *list,
		  const char *dir, struct err *err)
{
	const char **v;
	size_t n = 0;

	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m))
		n++;
	if (n > HEADS_MAX)
		return json_complain(o, "heads", err, "names more than %u files",
				     HEADS_MAX);
	c->gate.heads = v = arena_alloc(&c->arena, (n + 1) * sizeof *v);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (json_string(m) == NULL || *json_string(m) == '\0')
			return json_complain(o, "heads", err, "is a list of files");
		v[c->gate.head_n++] = config_path(c, dir, json_string(m));
	}
	return true;
}

/* Principals of the file of allowed signers. */
static bool people(struct config *c, struct json_obj *o, enum approval_role role,
		   struct err *err)
{
	const char *key = approval_role_name(role), **v;
	const struct json_value *list = NULL;
	struct gate_signers *who = &c->gate.who;

	if (!json_get_array(o, key, &list, err))
		return false;
	if (list == NULL)
		return true;
	who->name[role] = v = arena_alloc(&c->arena, SIGNERS_MAX * sizeof *v);
	who->n[role] = 0;
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (json_string(m) == NULL || *json_string(m) == '\0' ||
		    who->n[role] == SIGNERS_MAX)
			return json_complain(o, key, err, "is a list of at most %u names",
					     SIGNERS_MAX);
		v[who->n[role]++] = arena_strdup(&c->arena, json_string(m));
	}
	return true;
}

bool config_gate(struct config *c, struct json_doc *doc, const struct json_value *v,
		 const char *dir, struct err *err)
{
	const struct json_value *of = NULL, *list = NULL;
	const char *signers = NULL;
	struct json_obj o;

	if (!json_obj_begin(doc, v, "gate", &o, err))
		return false;
	for (int i = 0; i < GATE_LIMIT_COUNT; i++)
		if (!limit(&o, &gate_limit_rows[i], &c->gate.limits.v[i], err))
			return false;
	if (!json_get_str(&o, "signers", &signers, err) ||
	    !people(c, &o, APPROVAL_TECHNICAL, err) ||
	    !people(c, &o, APPROVAL_BUSINESS, err))
		return false;
	if (signers != NULL)
		c->gate.signers = config_path(c, dir, signers);
	return json_get_object(&o, "ages", &of, err) &&
	       json_get_array(&o, "heads", &list, err) && json_obj_end(&o, err) &&
	       (of == NULL || ages(c, doc, of, err)) &&
	       (list == NULL || heads(c, &o, list, dir, err));
}
