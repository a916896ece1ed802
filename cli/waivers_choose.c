/* SPDX-License-Identifier: MIT */
#include <strings.h>

#include "base/json.h"
#include "base/num.h"
#include "cli/msg.h"
#include "cli/waivers.h"

#define FIRST_MAX 10 /* subjects for people */

int64_t waiver_number(const char *s)
{
	uint64_t n;

	if (span_lower(*s) == 'w')
		s += s[1] == '-' ? 2 : 1;
	return num_u64(span_str(s), INT32_MAX, &n) ? (int64_t)n : 0;
}

static bool begins_with(const struct sha256 *d, const char *digits)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(d, hex);
	return strncasecmp(hex, digits, strlen(digits)) == 0;
}

struct chosen {
	struct sha256 *v;
	size_t n;
	const char **first;
	size_t first_n;
};

static void take(struct chosen *c, const struct gate_finding *x)
{
	c->v[c->n++] = x->fingerprint;
	if (c->first_n < FIRST_MAX)
		c->first[c->first_n++] = x->subject;
}

/* The one finding that these digits name. */
static bool take_named(const struct gate_result *r, const char *digits, struct chosen *c,
		       struct err *err)
{
	const struct gate_finding *found = NULL;

	for (size_t i = 0; i < r->n; i++) {
		const struct gate_finding *x = &r->v[i];

		if (!begins_with(&x->fingerprint, digits))
			continue;
		if (x->unknown)
			return err_set(
				err, ERR_CONFIG,
				"%s is not known, and nobody can waive what nobody "
				"knows: %s",
				shown(x->subject), shown(x->text));
		if (x->waiver != NULL)
			return err_set(err, ERR_CONFIG, "%s is covered by %s already",
				       shown(x->subject), x->waiver->id);
		if (found != NULL && memcmp(&found->fingerprint, &x->fingerprint,
					    sizeof x->fingerprint) != 0)
			return err_set(err, ERR_CONFIG,
				       "several findings of %s begin with %s: give more "
				       "digits",
				       r->check->name, digits);
		found = x;
	}
	if (found == NULL) {
		err_set(err, ERR_CONFIG, "no finding of %s begins with %s",
			r->check->name, digits);
		return err_hint(err, "mailmuster gate explain %s", r->check->name);
	}
	take(c, found);
	return true;
}

static bool choose(const struct gate_result *r, const struct waiver_choice *q,
		   struct chosen *c, struct err *err)
{
	if (r->check->waiver == GATE_NO_WAIVER)
		return err_set(err, ERR_CONFIG, "%s cannot be waived: %s", r->check->name,
			       r->check->title);
	for (size_t i = 0; i < q->print_n; i++)
		if (!take_named(r, q->print[i], c, err))
			return false;
	for (size_t i = 0; q->all && i < r->n; i++)
		if (!r->v[i].unknown && r->v[i].waiver == NULL)
			take(c, &r->v[i]);
	if (c->n == 0) {
		err_set(err, ERR_CONFIG, "%s has found nothing that could be waived: %s",
			r->check->name, shown(r->sentence));
		return err_hint(err, "mailmuster gate explain %s", r->check->name);
	}
	return true;
}

bool waivers_choose(struct gate_seen *g, const struct waiver_choice *q,
		    struct sha256 **out, size_t *n_out, const char ***first_out,
		    size_t *first_n_out, struct err *err)
{
	const struct gate_result *r = &g->verdict.result[q->check->id];
	struct chosen c = { .v = mem_calloc(r->n + q->print_n + 1, sizeof *c.v),
			    .first = arena_alloc(&g->arena,
						 FIRST_MAX * sizeof *c.first) };

	if (!choose(r, q, &c, err)) {
		free(c.v);
		return false;
	}
	*out = c.v;
	*n_out = c.n;
	*first_out = c.first;
	*first_n_out = c.first_n;
	return true;
}

const char *waivers_what(const struct waiver_choice *c, struct arena *arena)
{
	struct strbuf text = STRBUF_INIT;
	const char *what;
	struct json_out j;

	json_out_init(&j, &text, true);
	json_begin_object(&j);
	if (c->all)
		json_put_bool(&j, "all", true);
	json_put_str(&j, "check", c->check->name);
	if (c->print_n > 0) {
		json_name(&j, "findings");
		json_begin_array(&j);
		for (size_t i = 0; i < c->print_n; i++)
			json_str(&j, c->print[i]);
		json_end_array(&j);
	}
	json_end_object(&j);
	what = arena_strdup(arena, strbuf_cstr(&text));
	strbuf_done(&text);
	return what;
}
