/* SPDX-License-Identifier: MIT */
#include "cli/config_logs.h"

#include "base/regex.h"
#include "base/text.h"

static size_t count(const struct json_value *v)
{
	size_t n = 0;

	for (v = json_first(v); v != NULL; v = json_next(v))
		n++;
	return n;
}

static bool words(struct config *c, struct json_obj *o, const char *key,
		  const char *const **out, size_t *n_out, struct err *err)
{
	const struct json_value *list = NULL;
	const char **word;

	if (!json_get_array(o, key, &list, err))
		return false;
	if (list == NULL)
		return true;
	*n_out = count(list);
	*out = word = arena_alloc(&c->arena, (*n_out + 1) * sizeof *word);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (json_string(m) == NULL || *json_string(m) == '\0')
			return json_complain(o, key, err,
					     "is a list of strings, none empty");
		*word++ = arena_strdup(&c->arena, json_string(m));
	}
	return true;
}

static bool zone(struct config *c, struct json_obj *o, const char *key, enum side side,
		 struct err *err)
{
	const char *name = NULL;

	if (!json_get_str(o, key, &name, err))
		return false;
	c->logs.zone[side] = name != NULL ? arena_strdup(&c->arena, name) : NULL;
	return true;
}

static bool pattern(struct config *c, struct json_doc *doc, const struct json_value *v,
		    struct log_pattern *out, struct err *err)
{
	const char *regex = NULL, *event = "login", *protocol = NULL;
	struct regex *re = NULL;
	struct err why = ERR_INIT;
	struct json_obj o;
	bool has_user;

	if (!json_obj_begin(doc, v, "logs.patterns", &o, err) ||
	    !json_get_str(&o, "regex", &regex, err) ||
	    !json_get_str(&o, "event", &event, err) ||
	    !json_get_str(&o, "protocol", &protocol, err) || !json_obj_end(&o, err))
		return false;
	if (regex == NULL)
		return json_complain(&o, NULL, err,
				     "needs \"regex\", with a group (?<user>...)");
	if (!regex_open(regex, NULL, &re, &why))
		return json_complain(&o, "regex", err, "%s", why.text);
	has_user = regex_has_group(re, "user");
	regex_close(re);
	if (!has_user)
		return json_complain(&o, "regex", err, "has no group (?<user>...)");
	out->regex = arena_strdup(&c->arena, regex);
	if (!log_kind_parse(span_str(event), &out->kind) || out->kind == LOG_OTHER)
		return json_complain(&o, "event", err,
				     "is none of login, fail, logout, delivery");
	if (protocol != NULL && !log_protocol_parse(span_str(protocol), &out->protocol))
		return json_complain(
			&o, "protocol", err,
			"is none of imap, pop3, sieve, submission, lmtp, lda, "
			"local, virtual, webmail, activesync, http");
	return true;
}

static bool patterns(struct config *c, struct json_doc *doc, struct json_obj *o,
		     struct err *err)
{
	const struct json_value *list = NULL;
	struct log_pattern *p;

	if (!json_get_array(o, "patterns", &list, err))
		return false;
	if (list == NULL)
		return true;
	if (count(list) > LOGS_PATTERNS_MAX)
		return json_complain(o, "patterns", err, "has more than %u",
				     LOGS_PATTERNS_MAX);
	c->logs.patterns = p = arena_alloc(&c->arena, (count(list) + 1) * sizeof *p);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (!pattern(c, doc, m, p, err))
			return false;
		p++;
		c->logs.pattern_n++;
	}
	return true;
}

/* "rewrite": { "^(.*)\\.old$": "$1" }, in the order of the file. */
static bool rewrite(struct config *c, struct json_doc *doc, struct json_obj *o,
		    struct err *err)
{
	const struct json_value *v = NULL;
	struct map_login_rule *r;
	struct json_obj in;

	if (!json_get_object(o, "rewrite", &v, err))
		return false;
	if (v == NULL)
		return true;
	if (!json_obj_begin(doc, v, "logs.rewrite", &in, err))
		return false;
	c->logs.names.rules = r = arena_alloc(&c->arena, (count(v) + 1) * sizeof *r);
	for (const struct json_value *m = json_first(v); m != NULL; m = json_next(m)) {
		struct regex *re = NULL;
		struct err why = ERR_INIT;

		if (json_string(m) == NULL)
			return json_complain(
				&in, json_key(m), err,
				"is written \"expression\": \"replacement\"");
		if (!regex_open(json_key(m), json_string(m), &re, &why))
			return json_complain(&in, json_key(m), err, "%s", why.text);
		regex_close(re);
		*r++ = (struct map_login_rule){ arena_strdup(&c->arena, json_key(m)),
						arena_strdup(&c->arena, json_string(m)) };
		c->logs.names.rule_n++;
	}
	return true;
}

bool config_logs(struct config *c, struct json_doc *doc, const struct json_value *v,
		 struct err *err)
{
	const char *domain = NULL;
	struct json_obj o;

	if (!json_obj_begin(doc, v, "logs", &o, err) ||
	    !zone(c, &o, "old_zone", SIDE_OLD, err) ||
	    !zone(c, &o, "new_zone", SIDE_NEW, err) ||
	    !json_get_str(&o, "domain", &domain, err) ||
	    !json_get_bool(&o, "keep_extension", &c->logs.names.keep_extension, err) ||
	    !words(c, &o, "alias_domains", &c->logs.names.alias_domains,
		   &c->logs.names.alias_n, err) ||
	    !words(c, &o, "proxies", &c->logs.proxies, &c->logs.proxy_n, err) ||
	    !words(c, &o, "own_addresses", &c->logs.own, &c->logs.own_n, err) ||
	    !words(c, &o, "retired_domains", &c->logs.retired, &c->logs.retired_n, err) ||
	    !patterns(c, doc, &o, err) || !rewrite(c, doc, &o, err) ||
	    !json_obj_end(&o, err))
		return false;
	if (domain != NULL)
		c->logs.names.domain = arena_strdup(&c->arena, domain);
	if (c->logs.names.alias_n > 0 && domain == NULL)
		return json_complain(&o, "alias_domains", err,
				     "needs \"domain\", for which they stand");
	return true;
}
