/* SPDX-License-Identifier: MIT */
/* `mailmuster plan waves --output DIR`: what a mover is given of each wave. */
#include <errno.h>
#include <sys/stat.h>

#include "cli/msg.h"
#include "cli/out.h"
#include "cli/plan_waves.h"

static int by_id(const void *a, const void *b)
{
	const struct transfer *const *x = a, *const *y = b;

	return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

/* Those of the scope, by id. */
static const struct transfer **index_transfers(const struct plan_desk *d,
					       struct arena *arena)
{
	const struct transfer **v = arena_alloc(arena, (d->scope.n + 1) * sizeof *v);

	for (size_t i = 0; i < d->scope.n; i++)
		v[i] = &d->scope.t[i];
	qsort(v, d->scope.n, sizeof *v, by_id);
	return v;
}

static const struct transfer *transfer_of(const struct transfer **v, size_t n, int64_t id)
{
	const struct transfer key = { .id = id }, *at = &key;
	const struct transfer **found = bsearch(&at, v, n, sizeof *v, by_id);

	return found != NULL ? *found : NULL;
}

static bool put_file(const char *path, const struct strbuf *text, struct err *err)
{
	struct out_file f;
	struct report_sink sink;
	bool ok;

	if (!out_file_open(path, &f, err))
		return false;
	sink = out_file_sink(&f);
	ok = sink.write(sink.ctx, strbuf_span(text), err) && out_file_commit(&f, err);
	out_file_drop(&f);
	return ok;
}

/* imapsync's list of accounts: host1;user1;password1;host2;user2;password2; with the
 * passwords left out. */
static void imapsync_line(const struct plan_desk *d, const struct transfer *t,
			  struct strbuf *out)
{
	const struct server *o = config_server(&d->p.config, SIDE_OLD),
			    *n = config_server(&d->p.config, SIDE_NEW);

	strbuf_addf(out, "%s;%s;;%s;%s;;\n", o->host,
		    t->old_user != NULL ? t->old_user : "", n != NULL ? n->host : "",
		    t->new_user != NULL ? t->new_user : "");
}

static bool one_wave(struct plan_desk *d, const struct plan_waves_result *r,
		     const struct transfer **index, size_t from, size_t to,
		     struct arena *arena, struct err *err)
{
	struct strbuf list = STRBUF_INIT, csv = STRBUF_INIT;
	size_t wave = r->job[from].wave;
	bool ok;

	for (size_t i = from; i < to; i++) {
		const struct transfer *t = transfer_of(index, d->scope.n,
						       r->job[i].transfer);

		strbuf_addf(&list, "%s\n", r->job[i].account);
		if (t != NULL)
			imapsync_line(d, t, &csv);
	}
	ok = put_file(arena_printf(arena, "%s/wave-%zu.txt", d->ask->to, wave), &list,
		      err) &&
	     put_file(arena_printf(arena, "%s/wave-%zu.imapsync.csv", d->ask->to, wave),
		      &csv, err);
	strbuf_done(&list);
	strbuf_done(&csv);
	return ok;
}

bool plan_waves_files(struct plan_desk *d, const struct plan_waves_result *r,
		      struct err *err)
{
	const struct transfer **index;
	struct arena arena;
	bool ok = true;
	size_t to;

	if (d->ask->to == NULL)
		return true;
	if (mkdir(d->ask->to, 0700) != 0 && errno != EEXIST)
		return err_errno(err, ERR_LOCAL, errno, "%s", shown(d->ask->to));
	arena_init(&arena);
	index = index_transfers(d, &arena);
	for (size_t i = 0; ok && i < r->n && r->job[i].wave > 0; i = to) {
		for (to = i; to < r->n && r->job[to].wave == r->job[i].wave; to++)
			;
		ok = one_wave(d, r, index, i, to, &arena, err);
	}
	arena_done(&arena);
	return ok;
}
