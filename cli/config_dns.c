/* SPDX-License-Identifier: MIT */
#include "cli/config_dns.h"

#include "model/dns.h"

/* A list of names; with addresses where they may stand. */
static bool names(struct config *c, struct json_obj *o, const char *key, bool addresses,
		  const char *const **out, size_t *n_out, struct err *err)
{
	const struct json_value *list = NULL;
	struct dns_address a;
	const char **v;
	size_t n = 0;

	if (!json_get_array(o, key, &list, err))
		return false;
	if (list == NULL)
		return true;
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m))
		n++;
	*out = v = arena_alloc(&c->arena, (n + 1) * sizeof *v);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		const char *s = json_string(m), *name;

		if (s != NULL && addresses && dns_address(s, &a))
			name = arena_strdup(&c->arena, s);
		else
			name = s != NULL ? dns_name(span_str(s), &c->arena) : NULL;
		if (name == NULL)
			return json_complain(o, key, err,
					     addresses
						     ? "is a list of names and addresses"
						     : "is a list of names of the DNS "
						       "(others than ASCII as xn--...)");
		v[(*n_out)++] = name;
	}
	return true;
}

bool config_dns(struct config *c, struct json_doc *doc, const struct json_value *v,
		struct err *err)
{
	const char *resolver = NULL;
	struct json_obj o;

	if (!json_obj_begin(doc, v, "dns", &o, err) ||
	    !names(c, &o, "domains", false, &c->dns.domain, &c->dns.domain_n, err) ||
	    !names(c, &o, "names", false, &c->dns.name, &c->dns.name_n, err) ||
	    !names(c, &o, "old", true, &c->dns.old, &c->dns.old_n, err) ||
	    !json_get_str(&o, "resolver", &resolver, err) || !json_obj_end(&o, err))
		return false;
	c->dns.resolver = resolver != NULL ? arena_strdup(&c->arena, resolver) : NULL;
	return true;
}
