/* SPDX-License-Identifier: MIT */
/* What is known of the kinds of both servers: which facts cannot be compared, what the
 * new one refuses. */
#include "base/text.h"
#include "verify/work.h"

bool kinds_find(struct kinds *k, const char *setting, const struct account_view *v,
		const struct profile **out, struct err *err)
{
	const struct profile_signs signs = { .server_id = v->found ? v->server_id : "",
					     .capability = v->found ? v->capability
								    : "" };
	const char *id = signs.server_id != NULL ? signs.server_id : "";

	/* Thousands of accounts of one server say the same. */
	if (k->profile == NULL || strcmp(k->server_id, id) != 0) {
		arena_reset(&k->arena);
		k->profile = NULL;
		k->server_id = arena_strdup(&k->arena, id);
		if (!profile_find(&k->arena, setting != NULL ? setting : PROFILE_AUTO,
				  &signs, &k->profile, err))
			return false;
	}
	*out = k->profile;
	return true;
}

bool kinds_refuses(const struct profile *p, char delim, const char *common)
{
	size_t n = 0, levels = 1;

	/* In common form a '/' separates; the server's own separator inside a level
	 * cannot be written there. */
	if (delim != '\0' && delim != '/' && strchr(common, delim) != NULL)
		return true;
	if (p->refused.text != NULL && strpbrk(common, p->refused.text) != NULL)
		return true;
	for (size_t i = 0; i < p->reserved.n; i++)
		if (strcmp(common, p->reserved.word[i]) == 0)
			return true;
	for (; common[n] != '\0'; n++) {
		levels += common[n] == '/';
		if (p->refuses_controls.on && (unsigned char)common[n] < ' ')
			return true;
	}
	return (p->name_octets.value > 0 && p->name_octets.unit == PROFILE_UTF8 &&
		(int64_t)n > p->name_octets.value) ||
	       (p->depth.value > 0 && (int64_t)levels > p->depth.value);
}

static void say_facts(const struct profile *p, struct strbuf *out)
{
	for (unsigned i = 0; i < DIFF_COUNT; i++)
		if ((p->not_comparable >> i & 1) != 0)
			strbuf_addf(out, "%sNot compared with %s: %s. %s",
				    out->n != 0 ? " " : "", p->title, diff_name(i),
				    p->not_comparable_why[i].why != NULL
					    ? p->not_comparable_why[i].why
					    : "");
}

void kinds_say(const struct profile *old, const struct profile *new, struct strbuf *out)
{
	if (old != NULL)
		say_facts(old, out);
	if (new != NULL &&new != old)
		say_facts(new, out);
}
