/* SPDX-License-Identifier: MIT */
/* `mailmuster plan waves`. */
#include "cli/plan_waves.h"
#include "base/clock.h"
#include "base/num.h"
#include "cli/msg.h"

#define RUNS	    1000
#define WAVES_SHOWN 20

static const char *const columns[] = { "wave",	"account", "connection", "begins",
				       "ends",	"octets",  "messages",	 "seconds",
				       "state", "group",   "problem",	 NULL };
static const char *const wave_columns[] = { "wave",   "from",	 "to",	       "accounts",
					    "octets", "seconds", "end_median", "end_late",
					    "fast",   "slow",	 NULL };

static const char *const due_columns[] = { "what",     "at",	   "known_by",
					   "end_soon", "end_late", NULL };
static const char *const hub_columns[] = { "account", "seen_by", NULL };

static const char *const whys[] = {
	[PACK_PLACED] = "",
	[PACK_TOO_LONG] = "no window is long enough",
	[PACK_TOO_LARGE] = "no volume holds it within a window",
	[PACK_BLOCKED] = "its blocked dates leave no window",
	[PACK_NO_ROOM] = "the windows, or the volumes in them, are full",
	[PACK_TOO_MANY] = "its group is larger than a wave may be",
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

	if (!plan_rate_is_measured(r->by)) {
		lines_add(l,
			  "no rate was measured: assumed of each connection are %s and "
			  "%d messages a second at worst, %s and %d at best; the plan is "
			  "for the worst",
			  num_octets(PLAN_SLOW_OCTETS, a, sizeof a), PLAN_SLOW_MESSAGES,
			  num_octets(PLAN_FAST_OCTETS, b, sizeof b), PLAN_FAST_MESSAGES);
		lines_end_headed(l, "UNKNOWN", LINES_YELLOW, 2);
		if (r->by == PLAN_RATE_AUDIT) {
			lines_add(l,
				  "  by audits of %s folders a message costs this "
				  "server %.2f ms at least, headers alone",
				  num_group((int64_t)r->samples, a, sizeof a),
				  (double)r->per_message_us / 1000);
			lines_wrap(l, 6);
		}
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
		if (!plan_rate_is_measured(r->by)) {
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

/* They come last. */
static size_t unplaced(const struct plan_waves_result *r)
{
	size_t n = 0;

	while (n < r->n && r->job[r->n - 1 - n].wave == 0)
		n++;
	return n;
}

static size_t together(const struct plan_waves_result *r, uint32_t group)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += r->job[i].group == group;
	return n;
}

/* What has no place, and what would help. */
static void put_unplaced(struct lines *l, const struct plan_waves_result *r,
			 const struct plan_waves_rules *rules)
{
	size_t n = unplaced(r), at = r->n - n;
	double longest = 0;
	char text[32];

	for (size_t i = 0; i < rules->window_n; i++) {
		double length = (double)(rules->window[i].to - rules->window[i].from);

		longest = length > longest ? length : longest;
	}
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
		if (j->why == PACK_TOO_MANY)
			lines_add(l,
				  ": a group of %zu is more than the %lld accounts of a "
				  "wave",
				  together(r, j->group), (long long)rules->accounts);
		else
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

/* Dates that fall before the planned end. */
static void put_due(struct lines *l, const struct plan_waves_result *r)
{
	bool measured = plan_rate_is_measured(r->by);

	for (size_t i = 0; i < r->due_n; i++) {
		const struct plan_due *d = &r->due[i];

		lines_add(l, "%s ends ", d->what);
		when(l, d->at);
		lines_add(l, ", before all is moved: ");
		when(l, r->ends_late);
		lines_add(l, measured ? " (P90)" : " at the slow rate");
		lines_add(l, d->soon ? ", and before " : "; not before ");
		when(l, r->ends_soon);
		lines_add(l, measured ? " (P50)" : " at the fast one");
		lines_end_headed(l, "EXPIRES", LINES_RED, 2);
	}
}

/* Who goes together because of folders that one shows the other, and who is seen by too
 * many for that. */
static void put_groups(struct lines *l, const struct plan_waves_result *r)
{
	size_t sees = 0;

	for (size_t i = 0; i < r->n; i++)
		sees += r->job[i].sees;
	if (sees > 0) {
		lines_count(l, (int64_t)sees, "account sees", "accounts see");
		lines_add(l, " folders of another or show theirs, and go with those in "
			     "one wave");
		lines_wrap(l, 2);
	}
	for (size_t i = 0; i < r->hub_n && i < PLAN_SHOWN; i++) {
		lines_argument(l, r->hub[i].account);
		lines_add(l,
			  " shows folders to %lld accounts, too many for one wave: "
			  "\"groups\" in the config, or move it with none of them "
			  "working",
			  (long long)r->hub[i].seen_by);
		lines_end_headed(l, "SHARED", LINES_YELLOW, 2);
	}
	if (r->hub_n > PLAN_SHOWN) {
		lines_add(l, "  and %zu more", r->hub_n - PLAN_SHOWN);
		lines_end(l);
	}
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
	put_groups(&l, r);
	put_due(&l, r);
	put_compare(&l, r);
	return plan_lines_close(&l, &out, err);
}

static bool rows(struct plan_desk *d, const struct plan_waves_result *r, struct err *err)
{
	struct sheet *s = &d->sheet;

	sheet_begin(s, "plan-waves", d->p.config.project);
	if (s->form == SHEET_JSON) {
		static const char *const by[] = { "mover", "scan", "audit", "assumed" };

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
		sheet_rows(s, "expires", due_columns);
		for (size_t i = 0; i < r->due_n; i++) {
			sheet_text(s, r->due[i].what);
			sheet_time(s, r->due[i].at);
			sheet_text(s, r->due[i].certificate ? "login" : "config");
			sheet_time(s, r->ends_soon);
			sheet_time(s, r->ends_late);
			if (!sheet_next(s, err))
				return false;
		}
		sheet_rows_end(s);
		sheet_rows(s, "shown_to_many", hub_columns);
		for (size_t i = 0; i < r->hub_n; i++) {
			sheet_text(s, r->hub[i].account);
			sheet_number(s, r->hub[i].seen_by);
			if (!sheet_next(s, err))
				return false;
		}
		sheet_rows_end(s);
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

/* When a wave begins and ends, for reports: P50 and P90, or at the fast and the slow rate
 * that is assumed; 0: not known, or open. */
static bool keep_times(struct plan_desk *d, const struct plan_wave *w, int64_t no,
		       struct err *err)
{
	const struct {
		const char *cls;
		int64_t at;
	} v[] = { { "wave-from", w->from },
		  { "wave-to", w->to != INT64_MAX ? w->to : 0 },
		  { "wave-p50", w->p50 != 0 ? w->p50 : w->fast },
		  { "wave-p90", w->p90 != 0 ? w->p90 : w->slow } };
	bool ok = true;

	for (size_t i = 0; ok && i < COUNT_OF(v); i++)
		ok = plan_keep_item(d,
				    &(struct plan_item){ .cls = v[i].cls,
							 .folder = "",
							 .wave = no,
							 .amount = v[i].at,
							 .text = "" },
				    err);
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
	json_put_int(&j, "ends_late", r->ends_late);
	json_put_int(&j, "ends_soon", r->ends_soon);
	json_put_int(&j, "expires", (int64_t)r->due_n);
	json_put_str(&j, "kind", "waves");
	json_put_bool(&j, "measured", plan_rate_is_measured(r->by));
	json_put_int(&j, "no_place", (int64_t)unplaced(r));
	json_put_int(&j, "waves", (int64_t)r->wave_n);
	json_end_object(&j);
	ok = plan_keep(d, "waves", strbuf_cstr(&summary), err);
	strbuf_done(&summary);
	for (size_t i = 0; ok && i < r->due_n; i++)
		ok = plan_keep_item(d,
				    &(struct plan_item){ .cls = r->due[i].certificate
									? "certificate"
									: "expires",
							 .amount = r->due[i].at,
							 .text = r->due[i].what },
				    err);
	for (size_t i = 0; ok && i < r->wave_n; i++)
		ok = plan_keep_item(
			d,
			&(struct plan_item){ .cls = "wave",
					     .wave = (int64_t)i + 1,
					     .amount = (int64_t)r->wave[i].jobs,
					     .text = "" },
			err);
	for (size_t i = 0; ok && i < r->n; i++)
		ok = plan_keep_item(d,
				    &(struct plan_item){ .transfer = r->job[i].transfer,
							 .cls = "account",
							 .wave = (int64_t)r->job[i].wave,
							 .amount = r->job[i].begins,
							 .text = whys[r->job[i].why] },
				    err);
	for (size_t i = 0; ok && i < r->wave_n; i++)
		ok = keep_times(d, &r->wave[i], (int64_t)i + 1, err);
	return plan_keep_end(d, ok, err);
}

static int code_of(const struct plan_waves_result *r)
{
	if (r->unlisted > 0 || r->unsized > 0 ||
	    (!plan_rate_is_measured(r->by) && r->n > 0))
		return EXIT_INCOMPLETE;
	return r->late > 0 || unplaced(r) > 0 || r->due_n > 0 ? EXIT_FINDINGS
							      : EXIT_CLEAN;
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
	    !plan_waves_files(&d, r, &err) ||
	    !(ask->form == SHEET_TEXT ? text(&d, r, &err) : rows(&d, r, &err)))
		code = msg_fail(g, &err);
	else
		code = code_of(r);
out:
	plan_waves_free(r);
	plan_close(&d);
	return code;
}
