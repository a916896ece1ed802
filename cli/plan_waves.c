/* SPDX-License-Identifier: MIT */
/* `mailmuster plan waves`. */
#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/num.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/plan_ask.h"
#include "plan/plan_waves.h"

#define RUNS	    1000
#define WAVES_SHOWN 20

static const char *const columns[] = { "wave",	"account", "connection", "begins",
				       "ends",	"octets",  "messages",	 "seconds",
				       "state", "group",   "problem",	 NULL };
static const char *const wave_columns[] = { "wave",   "from",	 "to",	       "accounts",
					    "octets", "seconds", "end_median", "end_late",
					    "fast",   "slow",	 NULL };

static const char *const whys[] = {
	[PACK_PLACED] = "",
	[PACK_TOO_LONG] = "no window is long enough",
	[PACK_TOO_LARGE] = "no volume holds it within a window",
	[PACK_BLOCKED] = "its blocked dates leave no window",
	[PACK_NO_ROOM] = "the windows are full",
};

static void when(struct lines *l, int64_t t)
{
	char text[CLOCK_ISO_SIZE];

	if (t <= 0 || t == INT64_MAX) {
		lines_add(l, "never");
		return;
	}
	clock_iso(t, text);
	lines_add(l, "%.10s %.5s", text, text + 11);
}

static void took(struct lines *l, double seconds)
{
	char text[32];

	lines_add(l, "%s",
		  num_seconds(seconds < 9e15 ? (int64_t)seconds : INT64_MAX / 2, text,
			      sizeof text));
}

static void put_rate(struct lines *l, const struct plan_waves_result *r)
{
	char a[32], b[32];

	if (r->by == PLAN_RATE_ASSUMED) {
		lines_add(l,
			  "no rate was measured: assumed of each connection are %s and "
			  "%d messages a second at worst, %s and %d at best; the plan is "
			  "for the worst",
			  num_octets(PLAN_SLOW_OCTETS, a, sizeof a), PLAN_SLOW_MESSAGES,
			  num_octets(PLAN_FAST_OCTETS, b, sizeof b), PLAN_FAST_MESSAGES);
		lines_end_headed(l, "UNKNOWN", LINES_YELLOW, 2);
		lines_add(l, "  -> mailmuster event import of the mover's logs, or "
			     "mailmuster scan --side old, measures it.");
		lines_wrap(l, 6);
		return;
	}
	lines_add(l, "rate of each connection, from %s ",
		  num_group((int64_t)r->samples, a, sizeof a));
	lines_add(l, r->by == PLAN_RATE_MOVER ? "runs of the mover: "
					      : "folders that were scanned: ");
	lines_add(l, "%s a second in all",
		  num_octets((int64_t)((double)r->rate.octets / r->rate.seconds), b,
			     sizeof b));
	if (r->rate.per_message > 0)
		lines_add(l, ", of it %.0f ms for each message",
			  1000 * r->rate.per_message);
	if (r->by == PLAN_RATE_SCAN)
		lines_add(l, "; a mover also writes, and will be slower");
	lines_wrap(l, 2);
}

static void put_waves(struct lines *l, const struct plan_waves_result *r)
{
	char text[32];

	for (size_t i = 0; i < r->wave_n && i < WAVES_SHOWN; i++) {
		const struct plan_wave *w = &r->wave[i];

		lines_add(l, "  wave %zu  ", i + 1);
		when(l, w->from);
		lines_add(l, "  ");
		lines_count(l, (int64_t)w->jobs, "account", "accounts");
		lines_add(l, ", %s, ", num_octets(w->octets, text, sizeof text));
		took(l, w->busy);
		if (r->by == PLAN_RATE_ASSUMED) {
			lines_add(l, "; ends between ");
			when(l, w->fast);
			lines_add(l, " and ");
			when(l, w->slow);
		} else {
			lines_add(l, "; ends by ");
			when(l, w->p50);
			lines_add(l, " (P50), ");
			when(l, w->p90);
			lines_add(l, " (P90)");
			if (w->p90 > w->to) {
				lines_add(l, ", after its window, which closes ");
				when(l, w->to);
			}
		}
		lines_wrap(l, 10);
	}
	if (r->wave_n > WAVES_SHOWN) {
		lines_add(l, "  and %zu waves more: --csv names all accounts",
			  r->wave_n - WAVES_SHOWN);
		lines_end(l);
	}
	lines_end(l);
}

/* What has no place, and what would help. */
static void put_unplaced(struct lines *l, const struct plan_waves_result *r,
			 const struct plan_waves_rules *rules)
{
	size_t n = 0, at = r->n;
	double longest = 0;
	char text[32];

	for (size_t i = 0; i < rules->window_n; i++) {
		double length = (double)(rules->window[i].to - rules->window[i].from);

		longest = length > longest ? length : longest;
	}
	while (at > 0 && r->job[at - 1].wave == 0)
		at--;
	n = r->n - at;
	if (n == 0)
		return;
	lines_count(l, (int64_t)n, "account has no place", "accounts have no place");
	lines_end_headed(l, "NO PLACE", LINES_RED, 2);
	for (size_t i = at; i < r->n && i < at + PLAN_SHOWN; i++) {
		const struct plan_wave_job *j = &r->job[i];

		lines_add(l, "  ");
		lines_argument(l, j->account);
		lines_add(l, ": %s, ", num_octets(j->octets, text, sizeof text));
		took(l, j->seconds);
		lines_add(l, ": %s", whys[j->why]);
		if (j->why == PACK_TOO_LONG) {
			lines_add(l, " (the longest has ");
			took(l, longest);
			lines_add(l, "). A window of ");
			took(l, j->seconds * 1.1);
			lines_add(l,
				  " would do, or a first pass before it that leaves no "
				  "more than %s",
				  num_octets((int64_t)((double)j->octets * longest /
						       j->seconds * 0.9),
					     text, sizeof text));
		}
		lines_wrap(l, 6);
	}
	if (n > PLAN_SHOWN) {
		lines_add(l, "  and %zu more: --csv names them all", n - PLAN_SHOWN);
		lines_end(l);
	}
	lines_end(l);
}

static void put_compare(struct lines *l, const struct plan_waves_result *r)
{
	static const char *const names[] = { "longest first", "smallest first",
					     "alphabetical" };

	if (r->n == 0)
		return;
	lines_add(l, "in one go, without windows (no order ends before ");
	took(l, r->bound);
	lines_add(l, "):");
	lines_wrap(l, 2);
	for (int o = PACK_LONGEST; o <= PACK_GIVEN; o++) {
		lines_add(l, "  %-15s", names[o]);
		took(l, r->order_busy[o]);
		lines_add(l, "; the largest, ");
		lines_argument(l, r->largest);
		lines_add(l, ", is done after ");
		took(l, r->order_critical[o]);
		lines_end(l);
	}
	lines_add(l, "firehose (all at once): ends ");
	when(l, r->firehose_ends);
	if (r->fountain_waves > 0) {
		lines_add(l, "; fountain (");
		lines_count(l, (int64_t)r->fountain_waves, "wave", "waves");
		lines_add(l, "): ");
		if (r->fountain_ends > 0) {
			lines_add(l, "ends ");
			when(l, r->fountain_ends);
		} else {
			lines_add(l, "not all accounts have a place");
		}
	}
	lines_wrap(l, 2);
}

static int64_t last_end(const struct plan_waves_result *r)
{
	const struct plan_wave *w;

	if (r->wave_n == 0)
		return 0;
	w = &r->wave[r->wave_n - 1];
	return r->by == PLAN_RATE_ASSUMED ? w->slow : w->p90;
}

/* Dates that fall before the planned end; returns how many. */
static size_t put_expiry(struct lines *l, const struct plan_waves_result *r,
			 const struct plan_waves_rules *rules)
{
	int64_t end = last_end(r);
	size_t n = 0;

	for (size_t i = 0; i < rules->expiry_n; i++) {
		if (rules->expiry[i].at >= end)
			continue;
		n++;
		if (l == NULL)
			continue;
		lines_add(l, "%s ends ", rules->expiry[i].what);
		when(l, rules->expiry[i].at);
		lines_add(l, ", before all is moved: ");
		when(l, end);
		lines_end_headed(l, "EXPIRES", LINES_RED, 2);
	}
	return n;
}

static void put_volumes(struct lines *l, const struct plan_waves_result *r,
			const struct plan_waves_rules *rules)
{
	for (size_t v = 0; v < rules->volume_n; v++)
		for (size_t i = 0; i < r->wave_n; i++) {
			const struct pack_volume *vol = &rules->volume[v].v;
			const struct plan_wave *w = &r->wave[i];
			double full = (double)vol->octets * 100 / (double)vol->percent;

			if ((double)w->octets <= full)
				continue;
			lines_add(l, "wave %zu fills %s after ", i + 1,
				  rules->volume[v].name);
			took(l, w->busy * full / (double)w->octets);
			if (vol->empties == 0)
				lines_add(l, ", and nothing empties it");
			else
				lines_add(l, "; it is emptied every ");
			if (vol->empties > 0)
				took(l, (double)vol->empties);
			lines_end_headed(l, "VOLUME", LINES_RED, 2);
			break;
		}
}

static bool text(struct plan_desk *d, const struct plan_waves_result *r, struct err *err)
{
	const struct plan_waves_rules *rules = &d->p.config.plan.waves;
	struct strbuf out;
	struct lines l;

	plan_lines_open(d, &l, &out);
	lines_count(&l, (int64_t)r->n, "account", "accounts");
	lines_add(&l, " in ");
	lines_count(&l, (int64_t)r->wave_n, "wave", "waves");
	lines_add(&l, ", %s, on ",
		  r->strategy == PLAN_FIREHOSE ? "all at once" : "in their windows");
	lines_count(&l, r->connections, "connection", "connections");
	lines_end_headed(&l, "PLAN", LINES_GREEN, 2);
	if (r->done > 0) {
		lines_count(&l, r->done, "account is done", "accounts are done");
		lines_add(&l, " already, by cutover or seal");
		lines_wrap(&l, 2);
	}
	put_rate(&l, r);
	lines_end(&l);
	put_waves(&l, r);
	if (r->critical != NULL) {
		lines_argument(&l, r->critical->account);
		lines_add(&l, " decides when the last wave ends: ");
		took(&l, r->critical->seconds);
		lines_add(&l, " alone, from ");
		when(&l, r->critical->begins);
		lines_end_headed(&l, "CRITICAL", LINES_YELLOW, 2);
	}
	if (r->unlisted > 0) {
		lines_count(&l, r->unlisted, "account was", "accounts were");
		lines_add(&l, " never listed and is in no wave: %s%s", r->first_unlisted,
			  r->unlisted > 1 ? ", ..." : "");
		lines_end_headed(&l, "UNKNOWN", LINES_YELLOW, 2);
	}
	if (r->unsized > 0) {
		lines_add(&l, "not all sizes of ");
		lines_count(&l, r->unsized, "account are", "accounts are");
		lines_add(&l, " known: mailmuster audit --side old reads them");
		lines_end_headed(&l, "UNKNOWN", LINES_YELLOW, 2);
	}
	put_unplaced(&l, r, rules);
	put_volumes(&l, r, rules);
	put_expiry(&l, r, rules);
	put_compare(&l, r);
	return plan_lines_close(&l, &out, err);
}

static bool rows(struct plan_desk *d, const struct plan_waves_result *r, struct err *err)
{
	struct sheet *s = &d->sheet;

	sheet_begin(s, "plan-waves", d->p.config.project);
	if (s->form == SHEET_JSON) {
		static const char *const by[] = { "mover", "scan", "assumed" };

		json_put_str(&s->json, "strategy",
			     r->strategy == PLAN_FIREHOSE ? "firehose" : "fountain");
		json_put_str(&s->json, "rate_by", by[r->by]);
		json_put_int(&s->json, "samples", (int64_t)r->samples);
		json_put_int(&s->json, "connections", r->connections);
		json_put_int(&s->json, "bound", (int64_t)r->bound);
		json_put_int(&s->json, "longest_first", (int64_t)r->order_busy[0]);
		json_put_int(&s->json, "smallest_first", (int64_t)r->order_busy[1]);
		json_put_int(&s->json, "alphabetical", (int64_t)r->order_busy[2]);
		json_put_str(&s->json, "critical",
			     r->critical != NULL ? r->critical->account : NULL);
		json_put_int(&s->json, "done", r->done);
		json_put_int(&s->json, "unlisted", r->unlisted);
		json_put_int(&s->json, "unsized", r->unsized);
		sheet_rows(s, "waves", wave_columns);
		for (size_t i = 0; i < r->wave_n; i++) {
			const struct plan_wave *w = &r->wave[i];

			sheet_number(s, (int64_t)i + 1);
			sheet_time(s, w->from);
			sheet_time(s, w->to == INT64_MAX ? 0 : w->to);
			sheet_number(s, (int64_t)w->jobs);
			sheet_number(s, w->octets);
			sheet_number(s, (int64_t)w->busy);
			sheet_time(s, w->p50);
			sheet_time(s, w->p90);
			sheet_time(s, w->fast);
			sheet_time(s, w->slow);
			if (!sheet_next(s, err))
				return false;
		}
		sheet_rows_end(s);
	}
	sheet_rows(s, "accounts", columns);
	for (size_t i = 0; i < r->n; i++) {
		const struct plan_wave_job *j = &r->job[i];

		sheet_known(s, j->wave > 0 ? (int64_t)j->wave : -1);
		sheet_text(s, j->account);
		sheet_known(s, j->wave > 0 ? (int64_t)j->connection : -1);
		sheet_time(s, j->begins);
		sheet_time(s, j->ends);
		sheet_number(s, j->octets);
		sheet_number(s, j->messages);
		sheet_number(s, (int64_t)j->seconds);
		sheet_text(s, j->begun ? "begun" : "");
		sheet_known(s, j->group > 0 ? (int64_t)j->group : -1);
		sheet_text(s, whys[j->why]);
		if (!sheet_next(s, err))
			return false;
	}
	sheet_rows_end(s);
	return sheet_end(s, err);
}

/* ---- files of each wave ---- */

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

static bool files(struct plan_desk *d, const struct plan_waves_result *r, struct err *err)
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

static bool keep(struct plan_desk *d, const struct plan_waves_result *r, struct err *err)
{
	struct strbuf summary = STRBUF_INIT;
	struct json_out j;
	bool ok;

	json_out_init(&j, &summary, true);
	json_begin_object(&j);
	json_put_int(&j, "accounts", (int64_t)r->n);
	json_put_int(&j, "ends", last_end(r));
	json_put_str(&j, "kind", "waves");
	json_put_int(&j, "waves", (int64_t)r->wave_n);
	json_end_object(&j);
	ok = plan_keep(d, "waves", strbuf_cstr(&summary), err);
	strbuf_done(&summary);
	for (size_t i = 0; ok && i < r->n; i++)
		ok = plan_keep_item(d,
				    &(struct plan_item){ .transfer = r->job[i].transfer,
							 .cls = "account",
							 .wave = (int64_t)r->job[i].wave,
							 .amount = r->job[i].begins,
							 .text = whys[r->job[i].why] },
				    err);
	return plan_keep_end(d, ok, err);
}

static int code_of(const struct plan_waves_result *r,
		   const struct plan_waves_rules *rules)
{
	if (r->unlisted > 0 || r->unsized > 0 || (r->by == PLAN_RATE_ASSUMED && r->n > 0))
		return EXIT_INCOMPLETE;
	if (r->late > 0 || (r->n > 0 && r->job[r->n - 1].wave == 0) ||
	    put_expiry(NULL, r, rules) > 0)
		return EXIT_FINDINGS;
	return EXIT_CLEAN;
}

static unsigned allowed(const struct config *c)
{
	unsigned n = config_server(c, SIDE_OLD)->max_connections;

	if (config_server(c, SIDE_NEW) != NULL &&
	    config_server(c, SIDE_NEW)->max_connections < n)
		n = config_server(c, SIDE_NEW)->max_connections;
	return n;
}

int plan_waves_run(struct globals *g, const struct plan_ask *ask)
{
	struct plan_waves_result *r = NULL;
	const struct plan_waves_rules *rules;
	struct plan_waves_options o;
	struct err err = ERR_INIT;
	struct plan_desk d;
	int code;

	if (!plan_open(g, ask, &d, &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	rules = &d.p.config.plan.waves;
	o = (struct plan_waves_options){
		.facts = plan_facts_asked(&d),
		.rules = rules,
		.connections = allowed(&d.p.config),
		.start = ask->start > 0 ? ask->start : clock_now(),
		.strategy = (ask->strategy == NULL
				     ? rules->window_n > 0
				     : strcmp(ask->strategy, "fountain") == 0)
				    ? PLAN_FOUNTAIN
				    : PLAN_FIREHOSE,
		.seed = ask->random,
		.runs = RUNS,
	};
	if (!plan_waves(d.p.store, &o, &r, &err) || !keep(&d, r, &err) ||
	    !files(&d, r, &err) ||
	    !(ask->form == SHEET_TEXT ? text(&d, r, &err) : rows(&d, r, &err)))
		code = msg_fail(g, &err);
	else
		code = code_of(r, rules);
out:
	plan_waves_free(r);
	plan_close(&d);
	return code;
}
