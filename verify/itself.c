/* SPDX-License-Identifier: MIT */
#include "verify/itself.h"

#include <strings.h>

#include "base/json.h"
#include "map/map.h"
#include "store/store_run.h"
#include "store/store_seal.h"
#include "store/store_server.h"

struct itself {
	struct store *st;
	struct arena arena;
	struct server_known *known[SIDE_COUNT];
	size_t known_n[SIDE_COUNT];
	/* Whom the run met of which the last account was: most are of one. */
	struct reading {
		int64_t run;
		struct arena arena;
		struct server_seen *v;
		size_t n;
	} reading[SIDE_COUNT];
};

bool itself_open(struct store *st, struct itself **out, struct err *err)
{
	struct itself *x = mem_calloc(1, sizeof *x);

	x->st = st;
	arena_init(&x->arena);
	for (int s = 0; s < SIDE_COUNT; s++)
		arena_init(&x->reading[s].arena);
	for (int s = 0; s < SIDE_COUNT; s++)
		if (!store_servers_known(st, (enum side)s, &x->arena, &x->known[s],
					 &x->known_n[s], err)) {
			itself_close(x);
			return false;
		}
	*out = x;
	return true;
}

void itself_close(struct itself *x)
{
	if (x == NULL)
		return;
	for (int s = 0; s < SIDE_COUNT; s++)
		arena_done(&x->reading[s].arena);
	arena_done(&x->arena);
	free(x);
}

/* Runs of earlier versions left their server's name, and not its key. */
static bool read_scope(struct itself *x, enum side side, struct reading *r,
		       struct err *err)
{
	const struct json_value *v = NULL;
	struct err ignored = ERR_INIT;
	struct json_doc *doc = NULL;
	const char *host = NULL;
	struct json_obj o;
	int64_t port = 0;
	struct run run;

	if (!store_run_get(x->st, r->run, &r->arena, &run, err))
		return false;
	if (json_parse("scope", span_str(run.scope), &doc, &ignored) &&
	    json_obj_begin(doc, json_root(doc), "", &o, &ignored) &&
	    json_get_object(&o, side_name(side), &v, &ignored) && v != NULL &&
	    json_obj_begin(doc, v, "", &o, &ignored) &&
	    json_get_str(&o, "host", &host, &ignored) && host != NULL &&
	    json_get_int(&o, "port", 1, 65535, &port, &ignored)) {
		r->v = arena_alloc(&r->arena, sizeof *r->v);
		*r->v = (struct server_seen){ .side = side,
					      .host = arena_strdup(&r->arena, host),
					      .port = (unsigned)port };
		r->n = 1;
	}
	json_free(doc);
	return true;
}

static bool load(struct itself *x, enum side side, int64_t run, struct err *err)
{
	struct reading *r = &x->reading[side];

	if (r->run == run)
		return true;
	arena_reset(&r->arena);
	r->run = 0;
	if (!store_servers_met(x->st, side, run, &r->arena, &r->v, &r->n, err))
		return false;
	r->run = run;
	return r->n > 0 || read_scope(x, side, r, err);
}

static bool same_name(const struct server_seen *a, const struct server_seen *b)
{
	return a->port == b->port && strcasecmp(a->host, b->host) == 0;
}

static bool other_key(const struct server_seen *a, const struct server_seen *b)
{
	return a->has_cert && b->has_cert &&
	       memcmp(&a->cert.key, &b->cert.key, sizeof a->cert.key) != 0;
}

/* The same login there, and the same place in it. */
static bool same_place(const struct transfer *t, struct arena *arena)
{
	return t->old_user != NULL && t->new_user != NULL &&
	       strcasecmp(t->old_user, t->new_user) == 0 &&
	       strcmp(t->old_tree, t->new_tree) == 0 &&
	       *map_prefix(arena, t->new_prefix) == '\0';
}

/* The new side was read there first; NULL: not that anybody knew. */
static const struct server_known *first_known(const struct itself *x,
					      const struct server_seen *s)
{
	const struct server_known *first = NULL;

	for (size_t i = 0; i < x->known_n[SIDE_NEW]; i++) {
		const struct server_known *k = &x->known[SIDE_NEW][i];

		if (same_name(&k->seen, s) &&
		    (first == NULL || k->first_run < first->first_run))
			first = k;
	}
	return first;
}

static bool cut_over(struct itself *x, const struct transfer *t, int64_t from,
		     int64_t upto, struct arena *arena, bool *out, struct err *err)
{
	struct event *v;
	size_t n;

	*out = false;
	if (!store_events(x->st, t->id, arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].kind, "cutover") == 0)
			*out |= v[i].at >= from && v[i].at <= upto;
		else if (strcmp(v[i].kind, "rollback") == 0)
			*out = false;
	return true;
}

/* Both were read under one name. */
static bool judge_name(struct itself *x, const struct transfer *t,
		       const struct server_seen *a, const struct server_seen *b,
		       const struct account_view *old, const struct account_view *new,
		       struct arena *arena, const char **why_out, struct err *err)
{
	const struct server_known *first = first_known(x, b);
	bool fresh = first != NULL && first->first_run > old->good_run;
	bool other = other_key(a, b), cut = false;
	int64_t upto = other ? new->good_at : first != NULL ? first->seen.at : 0;

	if (!cut_over(x, t, old->good_at, upto, arena, &cut, err))
		return false;
	if (fresh + other + cut >= 2)
		return true;
	*why_out = arena_printf(
		arena,
		"Both sides were read from one server, %s:%u: this account was compared "
		"with itself, which tells nothing.%s",
		b->host, b->port,
		(fresh || other) && old->good_run < new->good_run
			? "  If the old side was read before this server took the place "
			  "of the old one, tell when that was: mailmuster event cutover "
			  "--at TIME."
			: "");
	return true;
}

/* Where the old side was read another key had answered before, of a server that is not
 * the new one; now it is a key of that.  Two servers that share a certificate, and its
 * renewals, had both keys. */
static bool taken_over(const struct itself *x, const struct server_seen *a)
{
	const struct server_known *new = x->known[SIDE_NEW];
	size_t n = x->known_n[SIDE_NEW];

	if (!a->has_cert || !servers_know(new, n, a))
		return false;
	for (size_t i = 0; i < x->known_n[SIDE_OLD]; i++) {
		const struct server_known *k = &x->known[SIDE_OLD][i];

		if (k->seen.has_cert && strcasecmp(k->seen.host, a->host) == 0 &&
		    k->first_run < x->reading[SIDE_OLD].run &&
		    !servers_know(new, n, &k->seen))
			return true;
	}
	return false;
}

bool itself_judge(struct itself *x, const struct transfer *t,
		  const struct account_view *old, const struct account_view *new,
		  struct arena *arena, const char **why_out, struct err *err)
{
	const struct reading *a = &x->reading[SIDE_OLD], *b = &x->reading[SIDE_NEW];

	*why_out = NULL;
	if (old->good_run == 0 || new->good_run == 0)
		return true;
	if (!load(x, SIDE_OLD, old->good_run, err) ||
	    !load(x, SIDE_NEW, new->good_run, err))
		return false;
	for (size_t i = 0; i < a->n && *why_out == NULL; i++) {
		bool one_name = false;

		for (size_t k = 0; k < b->n && *why_out == NULL; k++) {
			if (!same_name(&a->v[i], &b->v[k]))
				continue;
			one_name = true;
			if (same_place(t, arena) &&
			    !judge_name(x, t, &a->v[i], &b->v[k], old, new, arena,
					why_out, err))
				return false;
		}
		if (!one_name && taken_over(x, &a->v[i]))
			*why_out = arena_printf(
				arena,
				"The old server (%s) showed a key of the new one when "
				"the old side was read, and had another one before: its "
				"name may lead to the new server now, and then this "
				"account was compared with itself.  Put the old server's "
				"own address into the config, then mailmuster audit "
				"--side old.",
				a->v[i].host);
	}
	return true;
}
