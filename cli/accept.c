/* SPDX-License-Identifier: MIT */
#include "cli/accept.h"

#include <assert.h>
#include <strings.h>

#include "cli/msg.h"
#include "cli/suggest.h"
#include "store/store_verify.h"

struct choosing {
	struct store *st;
	const struct accept_choice *c;
	struct accept_chosen *out;
	int64_t accepted; /* would have been chosen, but somebody accepted them before */
	struct suggest rules;
	char nearest[256]; /* another rule that findings name; "" */
};

bool accept_is_fingerprint(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefABCDEF");

	return s[n] == '\0' && n >= ACCEPT_DIGITS && n <= 64;
}

void accept_done(struct accept_chosen *c)
{
	free(c->fingerprint);
	free(c->group);
	*c = (struct accept_chosen){ 0 };
}

static bool begins_with(const struct sha256 *fingerprint, const char *digits)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(fingerprint, hex);
	return strncasecmp(hex, digits, strlen(digits)) == 0;
}

static bool is_chosen(struct choosing *x, const struct finding *f)
{
	const struct accept_choice *c = x->c;

	if (f->severity == SEVERITY_INFO || finding_class_unknown(f->cls))
		return false;
	if (c->fingerprint != NULL)
		return begins_with(&f->fingerprint, c->fingerprint);
	if (c->by_class)
		return f->cls == c->cls && (!c->by_why || f->why == c->why);
	assert(c->rule != NULL);
	if (f->why != WHY_RULE || *f->other == '\0')
		return false;
	if (strcmp(f->other, c->rule) == 0)
		return true;
	suggest_try(&x->rules, f->other);
	/* The text is gone with the next finding. */
	if (x->rules.best == f->other) {
		snprintf(x->nearest, sizeof x->nearest, "%s", f->other);
		x->rules.best = x->nearest;
	} else if (*x->nearest == '\0') {
		snprintf(x->nearest, sizeof x->nearest, "%s", f->other);
	}
	return false;
}

static struct accept_group *group_of(struct accept_chosen *out, const struct finding *f)
{
	for (size_t i = 0; i < out->group_n; i++) {
		struct accept_group *g = &out->group[i];

		if (g->cls == f->cls && g->why == f->why && g->severity == f->severity)
			return g;
	}
	out->group = mem_realloc(out->group, (out->group_n + 1) * sizeof *out->group);
	out->group[out->group_n] = (struct accept_group){ .cls = f->cls,
							  .why = f->why,
							  .severity = f->severity };
	return &out->group[out->group_n++];
}

static bool add(struct accept_chosen *out, const struct finding *f, struct err *err)
{
	struct accept_group *g = group_of(out, f);
	int64_t messages = finding_class_of_messages(f->cls) ? f->count : 0;
	int64_t octets = f->octets > 0 ? f->octets : 0;

	if (out->n == ACCEPT_MAX)
		return err_set(err, ERR_LIMIT,
			       "more than %u findings: accept them account by account "
			       "(--only)",
			       ACCEPT_MAX);
	if (out->n == out->cap) {
		out->cap = out->cap == 0 ? 1024 : out->cap * 2;
		out->fingerprint = mem_realloc(out->fingerprint,
					       out->cap * sizeof *out->fingerprint);
	}
	out->fingerprint[out->n++] = f->fingerprint;
	g->findings++;
	g->messages += messages;
	g->octets += octets;
	g->accounts += g->last != f->transfer;
	g->last = f->transfer;
	out->messages += messages;
	out->octets += octets;
	return true;
}

static bool walk(struct choosing *x, int64_t transfer, struct err *err)
{
	struct store_findings *it = NULL;
	struct finding f;
	enum next next;
	bool ok = false;

	if (!store_findings_open(x->st, transfer, &it, err))
		return false;
	while ((next = store_findings_next(it, &f, err)) == NEXT_ITEM) {
		if (!is_chosen(x, &f))
			continue;
		if (f.accepted != 0)
			x->accepted++;
		else if (!add(x->out, &f, err))
			goto out;
	}
	ok = next == NEXT_END;
out:
	store_findings_close(it);
	return ok;
}

static bool nothing(struct choosing *x, struct err *err)
{
	const struct accept_choice *c = x->c;

	if (x->accepted > 0)
		return err_set(err, ERR_CONFIG,
			       "nothing is left to accept: %s accepted before "
			       "(mailmuster accept list)",
			       x->accepted == 1 ? "it was" : "all of it was");
	if (c->rule != NULL) {
		err_set(err, ERR_CONFIG, "nothing stands that the rule %s leaves out",
			shown(c->rule));
		if (*x->nearest != '\0')
			err_hint(err, "%s %s",
				 x->rules.best != NULL ? "did you mean"
						       : "verify names this rule:",
				 shown(x->nearest));
		return false;
	}
	if (c->fingerprint != NULL)
		err_set(err, ERR_CONFIG, "no loss or doubt has a fingerprint %s...",
			c->fingerprint);
	else
		err_set(err, ERR_CONFIG, "no loss or doubt of class %s%s%s stands",
			finding_class_name(c->cls), c->by_why ? " and reason " : "",
			c->by_why ? why_name(c->why) : "");
	return err_hint(err, "mailmuster verify says what does");
}

static int worst_first(const void *a, const void *b)
{
	const struct accept_group *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	return (x->why > y->why) - (x->why < y->why);
}

/* Two findings may be one to people, and then have one fingerprint. */
static bool all_same(const struct accept_chosen *c)
{
	for (size_t i = 1; i < c->n; i++)
		if (memcmp(&c->fingerprint[0], &c->fingerprint[i],
			   sizeof *c->fingerprint) != 0)
			return false;
	return true;
}

bool accept_choose(struct store *st, const struct scope *scope,
		   const struct accept_choice *c, struct accept_chosen *out,
		   struct err *err)
{
	struct choosing x = { .st = st, .c = c, .out = out };

	*out = (struct accept_chosen){ 0 };
	if (c->rule != NULL)
		suggest_init(&x.rules, c->rule);
	for (size_t i = 0; i < scope->n; i++)
		if (!walk(&x, scope->ids[i], err))
			return false;
	if (out->n == 0)
		return nothing(&x, err);
	if (c->fingerprint != NULL && !all_same(out))
		return err_set(err, ERR_CONFIG,
			       "%zu findings have a fingerprint that begins with %s: "
			       "give more digits",
			       out->n, c->fingerprint);
	qsort(out->group, out->group_n, sizeof *out->group, worst_first);
	return true;
}
