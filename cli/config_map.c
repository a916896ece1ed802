/* SPDX-License-Identifier: MIT */
#include "cli/config_map.h"

#include "base/regex.h"
#include "base/text.h"

static size_t count(const struct json_value *v)
{
	size_t n = 0;

	for (v = json_first(v); v != NULL; v = json_next(v))
		n++;
	return n;
}

static bool read_pairs(struct config *c, struct json_obj *o,
		       const struct json_value *pairs, struct map_rules *out,
		       struct err *err)
{
	struct map_pair *pair;

	out->pair_n = count(pairs);
	out->pairs = pair = arena_alloc(&c->arena, (out->pair_n + 1) * sizeof *pair);
	for (const struct json_value *m = json_first(pairs); m != NULL;
	     m = json_next(m)) {
		if (json_string(m) == NULL || *json_string(m) == '\0' ||
		    *json_key(m) == '\0')
			return json_complain(
				o, "pairs", err,
				"is written \"old folder\": \"new folder\", both strings "
				"that are not empty");
		*pair++ = (struct map_pair){ arena_strdup(&c->arena, json_key(m)),
					     arena_strdup(&c->arena, json_string(m)) };
	}
	return true;
}

/* The strings of a list; expressions among them are compiled to see that they are. */
static bool read_list(struct config *c, struct json_obj *o, const char *key,
		      const struct json_value *list, bool regex, const char *const **out,
		      size_t *n_out, struct err *err)
{
	size_t n = count(list);
	const char **name = arena_alloc(&c->arena, (n + 1) * sizeof *name);

	*out = name;
	*n_out = n;
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		struct err why = ERR_INIT;
		struct regex *re = NULL;

		if (json_string(m) == NULL || *json_string(m) == '\0')
			return json_complain(
				o, key, err,
				regex ? "is a list of expressions, none empty"
				      : "is a list of folder names");
		*name = arena_strdup(&c->arena, json_string(m));
		if (regex && !regex_open(*name, NULL, &re, &why))
			return json_complain(o, key, err, "%s: %s",
					     text_shown(&c->arena, span_str(*name)),
					     why.text);
		regex_close(re);
		name++;
	}
	return true;
}

static bool read_regex(struct config *c, struct json_doc *doc, const struct json_value *v,
		       const char *path, struct map_regex *out, struct err *err)
{
	const char *match = NULL, *to = NULL;
	struct err why = ERR_INIT;
	struct regex *re = NULL;
	struct json_obj o;

	if (!json_obj_begin(doc, v, path, &o, err) ||
	    !json_get_str(&o, "match", &match, err) ||
	    !json_get_str(&o, "to", &to, err) ||
	    !json_get_bool(&o, "all", &out->all, err) || !json_obj_end(&o, err))
		return false;
	if (match == NULL || *match == '\0' || to == NULL)
		return json_complain(&o, NULL, err,
				     "needs \"match\", which is not empty, and \"to\"");
	if (!regex_open(match, to, &re, &why))
		return json_complain(&o, "match", err, "%s", why.text);
	regex_close(re);
	out->match = arena_strdup(&c->arena, match);
	out->to = arena_strdup(&c->arena, to);
	return true;
}

static bool read_rules(struct config *c, struct json_doc *doc, struct json_obj *o,
		       struct map_rules *out, struct err *err)
{
	const struct json_value *pairs, *regex, *exclude, *exclude_regex;
	struct map_regex *r;
	bool special = false, special_off = true;
	size_t i = 0;

	/* Read twice, with either default: what differs was not said. */
	if (!json_get_object(o, "pairs", &pairs, err) ||
	    !json_get_array(o, "regex", &regex, err) ||
	    !json_get_array(o, "exclude", &exclude, err) ||
	    !json_get_array(o, "exclude_regex", &exclude_regex, err) ||
	    !json_get_bool(o, "special_use", &special, err) ||
	    !json_get_bool(o, "special_use", &special_off, err) || !json_obj_end(o, err))
		return false;
	if (special == special_off)
		out->special_use = special ? MAP_ON : MAP_OFF;
	if (pairs != NULL && !read_pairs(c, o, pairs, out, err))
		return false;
	if (exclude != NULL && !read_list(c, o, "exclude", exclude, false, &out->exclude,
					  &out->exclude_n, err))
		return false;
	if (exclude_regex != NULL &&
	    !read_list(c, o, "exclude_regex", exclude_regex, true, &out->exclude_regex,
		       &out->exclude_regex_n, err))
		return false;
	if (regex == NULL)
		return true;
	out->regex_n = count(regex);
	out->regex = r = arena_alloc(&c->arena, (out->regex_n + 1) * sizeof *r);
	for (const struct json_value *m = json_first(regex); m != NULL; m = json_next(m))
		if (!read_regex(c, doc, m,
				arena_printf(&c->arena, "%s.regex[%zu]", o->path, i++),
				r++, err))
			return false;
	return true;
}

static bool read_own(struct config *c, struct json_doc *doc, struct json_obj *map,
		     const struct json_value *list, struct err *err)
{
	struct map_own *own;
	struct json_obj o;

	c->rules.own_n = count(list);
	c->rules.own = own = arena_alloc(&c->arena, (c->rules.own_n + 1) * sizeof *own);
	for (const struct json_value *m = json_first(list); m != NULL;
	     m = json_next(m), own++) {
		if (*json_key(m) == '\0')
			return json_complain(map, "transfers", err, "names nobody");
		own->transfer = arena_strdup(&c->arena, json_key(m));
		if (!json_obj_begin(
			    doc, m,
			    arena_printf(&c->arena, "map.transfers.%s",
					 text_shown(&c->arena, span_str(own->transfer))),
			    &o, err) ||
		    !read_rules(c, doc, &o, &own->rules, err))
			return false;
	}
	return true;
}

bool config_map(struct config *c, struct json_doc *doc, const struct json_value *map,
		struct err *err)
{
	const struct json_value *own;
	struct map *ready = NULL;
	struct err why = ERR_INIT;
	struct json_obj o;

	if (!json_obj_begin(doc, map, "map", &o, err) ||
	    !json_get_object(&o, "transfers", &own, err) ||
	    !read_rules(c, doc, &o, &c->rules, err) ||
	    (own != NULL && !read_own(c, doc, &o, own, err)))
		return false;
	/* What is wrong with all of them together: a transfer twice, too many. */
	if (!map_open(&c->rules, &ready, &why))
		return json_complain(&o, NULL, err, "%s", why.text);
	map_close(ready);
	return true;
}
