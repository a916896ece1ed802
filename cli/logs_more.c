/* SPDX-License-Identifier: MIT */
#include "cli/logs_more.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/accounts_use.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/project.h"
#include "cli/reading.h"
#include "cli/table.h"
#include "map/map_witness.h"
#include "plan/plan_use.h"
#include "store/store_uses.h"

/* ---- coverage ---- */

static void put_time(struct json_out *j, const char *key, int64_t t)
{
	char iso[CLOCK_ISO_SIZE];

	json_put_str(j, key, t > 0 ? clock_iso(t, iso) : NULL);
}

struct covered {
	struct log_source_seen *source;
	struct log_span_seen *span;
	struct beat_seen *beat;
	size_t source_n, span_n, beat_n;
};

static void coverage_json(const struct covered *c, enum side side)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/logs-coverage/1");
	json_put_str(&j, "side", side_name(side));
	json_name(&j, "sources");
	json_begin_array(&j);
	for (size_t i = 0; i < c->source_n; i++) {
		const struct log_source_seen *s = &c->source[i];

		json_begin_object(&j);
		json_name(&j, "host");
		json_span(&j, s->host);
		json_put_str(&j, "program",
			     s->program != LOG_PROGRAM_NONE ? log_program_name(s->program)
							    : NULL);
		put_time(&j, "first", s->first);
		put_time(&j, "last", s->last);
		json_put_int(&j, "hours", s->hours);
		json_put_int(&j, "lines", s->lines);
		json_put_int(&j, "logins", s->logins);
		json_put_int(&j, "deliveries", s->deliveries);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_name(&j, "spans");
	json_begin_array(&j);
	for (size_t i = 0; i < c->span_n; i++) {
		json_begin_object(&j);
		json_name(&j, "host");
		json_span(&j, c->span[i].host);
		put_time(&j, "first", c->span[i].first);
		put_time(&j, "last", c->span[i].last);
		json_put_bool(&j, "logins", c->span[i].logins);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_name(&j, "beats");
	json_begin_array(&j);
	for (size_t i = 0; i < c->beat_n; i++) {
		json_begin_object(&j);
		put_time(&j, "at", c->beat[i].at);
		json_put_str(&j, "user", c->beat[i].user);
		json_put_bool(&j, "seen", c->beat[i].seen);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static const char *cstr(struct span s, char *buf, size_t size)
{
	snprintf(buf, size, "%.*s", (int)(s.n < size ? s.n : size - 1), s.p);
	return buf;
}

static void coverage_text(const struct covered *c)
{
	static const char *const head[] = { "host",   "program",    "from",
					    "to",     "hours",	    "lines",
					    "logins", "deliveries", NULL };
	static const char *const spans[] = { "host", "whole from", "to", "", NULL };
	char host[256], a[4][32];
	size_t unseen = 0;
	struct table t;

	table_init(&t, head);
	for (size_t i = 0; i < c->source_n; i++) {
		const struct log_source_seen *s = &c->source[i];

		table_row(&t, (const char *[]){
				      cstr(s->host, host, sizeof host),
				      s->program != LOG_PROGRAM_NONE
					      ? log_program_name(s->program)
					      : "others",
				      accounts_day(s->first), accounts_day(s->last),
				      num_group(s->hours, a[0], sizeof a[0]),
				      num_group(s->lines, a[1], sizeof a[1]),
				      num_group(s->logins, a[2], sizeof a[2]),
				      num_group(s->deliveries, a[3], sizeof a[3]) });
	}
	table_print(&t);
	out_puts("\n");
	table_init(&t, spans);
	for (size_t i = 0; i < c->span_n; i++) {
		char first[CLOCK_ISO_SIZE], last[CLOCK_ISO_SIZE];

		table_row(&t,
			  (const char *[]){ cstr(c->span[i].host, host, sizeof host),
					    clock_iso(c->span[i].first, first),
					    clock_iso(c->span[i].last, last),
					    c->span[i].logins ? "" : "logs no logins" });
	}
	table_print(&t);
	for (size_t i = 0; i < c->beat_n; i++)
		unseen += !c->beat[i].seen;
	if (c->beat_n > 0)
		out_printf("\n%s, %lld not in the logs\n",
			   counted((int64_t)c->beat_n, "beat"), (long long)unseen);
}

int logs_coverage(struct args *a, const struct logs_query *q)
{
	struct covered c = { 0 };
	struct err err = ERR_INIT;
	struct project p;
	struct arena arena;
	int code = EXIT_CLEAN;

	arena_init(&arena);
	if (!project_open(a->g, PROJECT_READ, &p, &err) ||
	    !store_log_sources(p.store, q->side, &arena, &c.source, &c.source_n, &err) ||
	    !store_log_spans(p.store, q->side, &arena, &c.span, &c.span_n, &err) ||
	    !store_beats(p.store, q->side, 0, &arena, &c.beat, &c.beat_n, &err))
		code = msg_fail(a->g, &err);
	else if (a->g->json)
		coverage_json(&c, q->side);
	else
		coverage_text(&c);
	arena_done(&arena);
	project_close(&p);
	return code;
}

/* ---- lists and maps ---- */

struct importing {
	const struct project *p;
	enum side side;
	const char *source, *kind;
	int64_t now;
};

static bool put_witness(void *ctx, const char *name, int64_t at, struct err *err)
{
	const struct importing *im = ctx;
	const struct witness w = { .side = im->side,
				   .name = name,
				   .at = at,
				   .source = im->source,
				   .told = im->now };

	return store_witness_add(im->p->store, &w, err);
}

static bool put_forward(void *ctx, const char *name, const char *target, bool keeps,
			struct err *err)
{
	const struct importing *im = ctx;
	const struct forward f = { .side = im->side,
				   .name = name,
				   .target = target,
				   .keeps = keeps,
				   .source = im->source,
				   .kind = im->kind,
				   .told = im->now };

	return store_forward_add(im->p->store, &f, err);
}

static bool begin(const struct project *p, const char *path, struct strbuf *text,
		  struct err *err)
{
	strbuf_clear(text);
	if (!fs_read(path, MAP_WITNESS_MAX, text, err)) {
		err->cls = ERR_CONFIG;
		return false;
	}
	return store_begin(p->store, err);
}

static void tell_odd(const struct globals *g, const char *path, const struct map_tally *t)
{
	if (t->odd > 0)
		msg_warn(g, "%s: %s not understood, the first is line %llu", shown(path),
			 counted((int64_t)t->odd, "line"),
			 (unsigned long long)t->first_odd);
}

static int tell_sum(const struct args *a, const char *schema, const char *noun,
		    const struct map_tally *sum)
{
	if (a->g->json)
		out_printf("{ \"schema\": \"%s\", \"facts\": %llu, \"odd\": %llu }\n",
			   schema, (unsigned long long)sum->facts,
			   (unsigned long long)sum->odd);
	else
		out_printf("%s\n", counted((int64_t)sum->facts, noun));
	return sum->odd > 0 ? EXIT_INCOMPLETE : EXIT_CLEAN;
}

int logs_witness(struct args *a, const struct logs_query *q)
{
	struct map_tally sum = { 0 };
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;
	bool ok;

	if (!args_count(a, 2, INT32_MAX))
		return a->exit;
	ok = project_open(a->g, PROJECT_WRITE, &p, &err);
	for (int i = 1; ok && i < a->rest_n; i++) {
		struct importing im = { &p, q->side, a->rest[i], "", clock_now() };
		struct map_tally one = { 0 };

		ok = begin(&p, a->rest[i], &text, &err) &&
		     map_witness_read(a->rest[i], strbuf_span(&text), put_witness, &im,
				      &one, &err) &&
		     store_commit(p.store, &err);
		tell_odd(a->g, a->rest[i], &one);
		sum.facts += one.facts;
		sum.odd += one.odd;
	}
	code = ok ? tell_sum(a, "mailmuster/logs-witness/1", "last login", &sum)
		  : msg_fail(a->g, &err);
	strbuf_done(&text);
	project_close(&p);
	return code;
}

static bool kind_of(const char *as, enum map_forward_kind *out)
{
	for (int i = 0; as != NULL && i < MAP_FORWARD_COUNT; i++)
		if (strcmp(as, map_forward_name((enum map_forward_kind)i)) == 0) {
			*out = (enum map_forward_kind)i;
			return true;
		}
	return false;
}

/* Whose .forward or script: --user, or the folder in which it lies. */
static char *user_of(const struct logs_query *q, const char *path)
{
	const char *slash = strrchr(path, '/'), *from;

	if (q->user != NULL)
		return mem_strdup(q->user);
	if (slash == NULL || slash == path)
		return NULL;
	for (from = slash; from > path && from[-1] != '/'; from--)
		;
	return from < slash ? mem_strndup(from, (size_t)(slash - from)) : NULL;
}

int logs_forwards(struct args *a, const struct logs_query *q)
{
	struct map_tally sum = { 0 };
	enum map_forward_kind kind;
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;
	bool ok;

	if (!args_count(a, 2, INT32_MAX))
		return a->exit;
	if (!kind_of(q->as, &kind))
		return args_bad(
			a, "logs forwards: --as forward, sieve, alias or virtual says "
			   "what the files are");
	ok = project_open(a->g, PROJECT_WRITE, &p, &err);
	for (int i = 1; ok && i < a->rest_n; i++) {
		struct importing im = { &p, q->side, a->rest[i], map_forward_name(kind),
					clock_now() };
		bool needs_user = kind == MAP_FORWARD || kind == MAP_SIEVE;
		char *user = needs_user ? user_of(q, a->rest[i]) : NULL;
		struct map_tally one = { 0 };

		if (needs_user && user == NULL) {
			ok = err_set(&err, ERR_USAGE,
				     "logs forwards: whose file is %s? say --user NAME",
				     shown(a->rest[i]));
		} else {
			ok = begin(&p, a->rest[i], &text, &err) &&
			     store_forward_forget(p.store, q->side, im.source, &err) &&
			     map_forward_read(kind, user, strbuf_span(&text), put_forward,
					      &im, &one, &err) &&
			     store_commit(p.store, &err);
			tell_odd(a->g, a->rest[i], &one);
		}
		free(user);
		sum.facts += one.facts;
		sum.odd += one.odd;
	}
	code = ok ? tell_sum(a, "mailmuster/logs-forwards/1", "forward", &sum)
		  : msg_fail(a->g, &err);
	strbuf_done(&text);
	project_close(&p);
	return code;
}

/* ---- beat ---- */

int logs_beat(struct args *a, const struct logs_query *q)
{
	struct reading reading = { 0 };
	bool sides[SIDE_COUNT] = { q->side == SIDE_OLD, q->side == SIDE_NEW };
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;

	if (!args_count(a, 1, 1))
		return a->exit;
	if (q->account == NULL)
		return args_bad(a, "logs beat: --account USER says as whom to log in");
	if (!project_open(a->g, PROJECT_WRITE, &p, &err) ||
	    !reading_open(a->g, &p, sides, &reading, &err) ||
	    !audit_beat(p.store, &reading.options, q->side, q->account, &err))
		code = msg_fail(a->g, &err);
	else if (a->g->json)
		out_printf(
			"{ \"schema\": \"mailmuster/logs-beat/1\", \"side\": \"%s\" }\n",
			side_name(q->side));
	else
		msg_note(a->g, "logged in to the %s side as %s, and noted it",
			 side_name(q->side), shown(q->account));
	reading_close(&reading);
	project_close(&p);
	return code;
}
