/* SPDX-License-Identifier: MIT */
/* What is known of the kinds of both servers: which facts cannot be compared, what the
 * new one refuses. */
#include "base/text.h"
#include "verify/work.h"

struct kind {
	struct kind *older;
	const char *server_id, *capability;
	const struct profile *profile;
};

void kinds_trim(struct kinds *k)
{
	if (k->n <= KINDS_KEPT)
		return;
	arena_reset(&k->arena);
	k->newest = NULL;
	k->n = 0;
}

bool kinds_find(struct kinds *k, const char *setting, const struct account_view *v,
		const struct profile **out, struct err *err)
{
	const struct profile_signs signs = { .server_id = v->found ? v->server_id : "",
					     .capability = v->found ? v->capability
								    : "" };
	struct kind *new;

	for (const struct kind *i = k->newest; i != NULL; i = i->older)
		if (strcmp(i->server_id, signs.server_id) == 0 &&
		    strcmp(i->capability, signs.capability) == 0) {
			*out = i->profile;
			return true;
		}
	if (!profile_find(&k->arena, setting != NULL ? setting : PROFILE_AUTO, &signs,
			  out, err))
		return false;
	new = arena_alloc(&k->arena, sizeof *new);
	*new = (struct kind){ .older = k->newest,
			      .server_id = arena_strdup(&k->arena, signs.server_id),
			      .capability = arena_strdup(&k->arena, signs.capability),
			      .profile = *out };
	k->newest = new;
	k->n++;
	return true;
}

/* Of a level, as its server has it: common form writes '/' and '%' otherwise there. */
static char next_octet(const char **s)
{
	const char *at = *s;

	if (strncmp(at, "%2F", 3) != 0 && strncmp(at, "%25", 3) != 0) {
		*s += 1;
		return *at;
	}
	*s += 3;
	return at[2] == 'F' ? '/' : '%';
}

/* The server's own separator cannot be written inside a level. */
static bool is_refused(const struct profile *p, char delim, char c)
{
	return c == delim || strchr(p->refused.text, c) != NULL ||
	       (p->refuses_controls.on && (unsigned char)c < ' ');
}

bool kinds_refuses(const struct profile *p, char delim, const char *common)
{
	const struct span name = span_str(common);
	size_t n = 0, levels = 1;

	for (size_t i = 0; i < p->reserved.n; i++)
		if (map_covers(span_str(p->reserved.word[i]), name))
			return true;
	for (const char *s = common; *s != '\0'; n++) {
		if (*s == '/') {
			levels++;
			s++;
		} else if (is_refused(p, delim, next_octet(&s))) {
			return true;
		}
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
				    p->not_comparable_why[i].why);
}

void kinds_say(const struct profile *old, const struct profile *new, struct strbuf *out)
{
	say_facts(old, out);
	/* Each side keeps its own: of one kind they have one name. */
	if (strcmp(old->title, new->title) != 0)
		say_facts(new, out);
}
