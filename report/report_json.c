/* SPDX-License-Identifier: MIT */
/* The shapes are documented in docs/json.md; keys are added, never renamed, within a
 * version. */
#include "base/clock.h"
#include "base/json.h"
#include "report/report_finding.h"
#include "report/report_page.h"
#include "report/report_plans.h"
#include "report/report_told.h"
#include "report/report_why.h"

struct writer {
	struct page p; /* of the whole document; else only its view */
	struct report_out out;
	struct json_out json;
};

static void put_time(struct json_out *j, const char *key, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	json_put_str(j, key, at == 0 ? NULL : clock_iso(at, iso));
}

static void put_head(struct writer *w, const char *schema)
{
	const struct report_view *v = &w->p.v;
	struct json_out *j = &w->json;
	char hex[SHA256_HEX_SIZE];

	json_put_str(j, "schema", schema);
	json_put_str(j, "project", v->o->project);
	json_put_str(j, "project_id", store_project_id(v->st));
	json_name(j, "run");
	if (v->has_run)
		json_int(j, v->run.id);
	else
		json_null(j);
	put_time(j, "time", v->has_run ? v->run.ended : 0);
	json_put_str(j, "verdict", verdict_name(v->sum.worst));
	json_name(j, "ledger");
	if (!v->has_head) {
		json_null(j);
		return;
	}
	sha256_hex(&v->head.hash, hex);
	json_begin_object(j);
	json_put_int(j, "seq", v->head.seq);
	json_put_str(j, "hash", hex);
	json_end_object(j);
}

/* What the comparison of a sample proves of all that have a partner; null: none was. */
static void put_sampled(struct json_out *j, const struct match_count *c,
			const struct sampled *s)
{
	int64_t all = match_count_matched(c);
	char sentence[300];

	json_name(j, "sample");
	if (*sampled_sentence(all, s, sentence, sizeof sentence) == '\0') {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_put_int(j, "of", all);
	json_put_int(j, "compared", s->read);
	json_put_int(j, "not_compared", s->unread);
	json_put_int(j, "differ", s->differ);
	json_put_int(j, "at_most",
		     sample_bound(all, s->read + s->unread, s->differ + s->unread));
	json_put_str(j, "sentence", sentence);
	json_end_object(j);
}

static void put_verdicts(struct json_out *j, const struct match_count *c)
{
	json_put_int(j, "same", c->same);
	json_put_int(j, "same_weak", c->same_weak);
	json_put_int(j, "changed", c->changed);
	json_put_int(j, "refiled", c->refiled);
	json_put_int(j, "missing", c->missing);
	json_put_int(j, "extra", c->extra);
	json_put_int(j, "flags", c->flags);
	json_put_int(j, "keywords", c->keywords);
	json_put_int(j, "date", c->date);
	json_put_int(j, "octets", c->octets);
	json_put_int(j, "removed", c->removed);
	json_put_int(j, "content", c->content);
}

static void put_messages(struct json_out *j, const struct match_count *c)
{
	json_put_int(j, "old_messages", c->old_messages);
	json_put_int(j, "old_unverified", c->old_unverified);
	json_put_int(j, "new_messages", c->new_messages);
	json_put_int(j, "new_unverified", c->new_unverified);
}

static void put_severities(struct json_out *j, int64_t loss, int64_t doubt, int64_t info)
{
	json_name(j, "findings");
	json_begin_object(j);
	json_put_int(j, "loss", loss);
	json_put_int(j, "doubt", doubt);
	json_put_int(j, "info", info);
	json_end_object(j);
}

/* What the text tells, in the same order; none is left out. */
static void put_groups(struct writer *w)
{
	const struct report_sum *s = &w->p.v.sum;
	struct json_out *j = &w->json;

	json_name(j, "groups");
	json_begin_array(j);
	for (size_t i = 0; i < s->group_n; i++) {
		const struct report_group *g = &s->group[i];

		json_begin_object(j);
		json_put_str(j, "severity", severity_name(g->severity));
		json_put_str(j, "class", finding_class_name(g->cls));
		json_put_str(j, "why", why_name(g->why));
		json_put_int(j, "count", g->n);
		json_put_int(j, "findings", g->findings);
		json_put_int(j, "octets", g->octets);
		json_put_int(j, "accounts", g->accounts);
		json_put_str(j, "next", report_why_step(g->cls, g->why));
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_totals(struct writer *w)
{
	const struct report_sum *s = &w->p.v.sum;
	struct json_out *j = &w->json;

	json_name(j, "counts");
	json_begin_object(j);
	put_messages(j, &s->count);
	put_verdicts(j, &s->count);
	json_end_object(j);
	put_severities(j, s->loss, s->doubt, s->info);
	json_put_int(j, "accepted", s->accepted);
	json_put_int(j, "purged", report_purged_n(&w->p.v));
	json_name(j, "seals");
	json_begin_object(j);
	json_put_int(j, "sealed", s->sealed + s->unsound);
	json_put_int(j, "unsound", s->unsound);
	json_put_int(j, "unsealed", s->unsealed);
	json_end_object(j);
	json_name(j, "since");
	if (w->p.v.o->since == 0) {
		json_null(j);
	} else {
		json_begin_object(j);
		json_put_int(j, "run", w->p.v.o->since);
		json_put_int(j, "older", s->older);
		json_put_int(j, "over", s->over);
		json_end_object(j);
	}
	put_groups(w);
	json_name(j, "clear_text");
	json_begin_object(j);
	json_put_bool(j, "old", w->p.v.o->clear_old);
	json_put_bool(j, "new", w->p.v.o->clear_new);
	json_end_object(j);
	json_name(j, "not_examined");
	json_begin_array(j);
	for (size_t i = 0; i < w->p.v.o->unseen_n; i++) {
		const struct report_unseen *u = &w->p.v.o->unseen[i];

		json_begin_object(j);
		json_put_str(j, "side", side_name(u->side));
		json_put_str(j, "text", u->text);
		json_put_str(j, "source", u->source);
		json_end_object(j);
	}
	json_end_array(j);
}

static bool put_folders(struct writer *w, const struct transfer *t, struct err *err)
{
	struct json_out *j = &w->json;
	struct pair *pair;
	size_t n;

	if (!store_pairs(w->p.v.st, t->id, &w->p.v.scratch, &pair, &n, err))
		return false;
	json_name(j, "folders");
	json_begin_array(j);
	for (size_t i = 0; i < n; i++) {
		json_begin_object(j);
		json_put_str(j, "old", pair[i].old_folder == 0 ? NULL : pair[i].old_name);
		json_put_str(j, "new", pair[i].new_folder == 0 ? NULL : pair[i].new_name);
		json_put_str(j, "kind", pair_kind_name(pair[i].kind));
		put_messages(j, &pair[i].count);
		put_verdicts(j, &pair[i].count);
		json_put_str(j, "note", pair[i].note);
		json_end_object(j);
		if (!report_flush(&w->out, false, err))
			return false;
	}
	json_end_array(j);
	return true;
}

static bool put_finding(struct writer *w, const struct finding *f, struct arena *arena,
			struct err *err)
{
	json_begin_object(&w->json);
	if (!report_finding_keys(&w->p.v, &w->json, f, arena, err))
		return false;
	json_end_object(&w->json);
	return report_flush(&w->out, false, err);
}

/* With options.since only those that it had not made. */
static bool is_told(struct writer *w, const struct finding *f, bool *out, struct err *err)
{
	int64_t first;

	*out = true;
	if (w->p.v.o->since == 0)
		return true;
	if (!store_finding_first(w->p.v.st, &f->fingerprint, &first, err))
		return false;
	*out = first == 0 || first > w->p.v.o->since;
	return true;
}

static bool put_findings(struct writer *w, const struct transfer *t, const char *key,
			 struct err *err)
{
	struct store_findings *it = NULL;
	struct arena line;
	struct finding f;
	enum next next;
	bool ok = false, told;

	if (!store_findings_open(w->p.v.st, t->id, &it, err))
		return false;
	arena_init(&line);
	json_name(&w->json, key);
	json_begin_array(&w->json);
	while ((next = store_findings_next(it, &f, err)) == NEXT_ITEM) {
		arena_reset(&line);
		if (!is_told(w, &f, &told, err) ||
		    (told && !put_finding(w, &f, &line, err)))
			goto out;
	}
	json_end_array(&w->json);
	ok = next == NEXT_END;
out:
	arena_done(&line);
	store_findings_close(it);
	return ok;
}

static void put_judgement(struct json_out *j, const struct transfer *t,
			  const struct judgement *g, bool found)
{
	json_put_str(j, "account", t->name);
	json_put_str(j, "verdict", verdict_name(found ? g->verdict : VERDICT_NOT_JUDGED));
	json_name(j, "run");
	if (found)
		json_int(j, g->run);
	else
		json_null(j);
	json_put_str(j, "old_user", t->old_user);
	json_put_str(j, "new_user", t->new_user);
	put_time(j, "old_seen", g->old_seen);
	put_time(j, "new_seen", g->new_seen);
	json_put_str(j, "depth", found ? depth_name(g->depth) : NULL);
	json_put_bool(j, "flags_compared", found && g->flags_compared);
	json_put_str(j, "note", found ? g->note : "Never verified.");
	json_name(j, "coverage");
	json_begin_object(j);
	put_messages(j, &g->count);
	json_put_int(j, "folders", g->folders_old + g->folders_new);
	json_put_int(j, "folders_unread", g->folders_unread);
	json_put_int(j, "contents", g->contents);
	put_sampled(j, &g->count, &g->sampled);
	json_end_object(j);
	json_name(j, "counts");
	json_begin_object(j);
	put_verdicts(j, &g->count);
	json_end_object(j);
}

static bool put_seal(struct writer *w, const struct transfer *t, struct err *err)
{
	struct json_out *j = &w->json;
	struct seal seal;
	bool found;

	if (!store_seal_head(w->p.v.st, t->id, &w->p.v.scratch, &seal, &found, err))
		return false;
	json_name(j, "seal");
	if (!found) {
		json_null(j);
		return true;
	}
	json_begin_object(j);
	put_time(j, "at", seal.at);
	json_put_bool(j, "sound", seal.sound);
	json_put_str(j, "by", seal.teller);
	json_put_str(j, "note", seal.note);
	json_end_object(j);
	return true;
}

/* ---- what the page for management is made of ---- */

static void put_history(struct writer *w)
{
	const struct page *p = &w->p;
	struct json_out *j = &w->json;

	json_name(j, "history");
	json_begin_array(j);
	for (size_t i = 0; i < p->point_n; i++) {
		const struct page_point *q = &p->point[i];

		json_begin_object(j);
		json_put_int(j, "run", q->run);
		put_time(j, "time", q->at);
		json_put_int(j, "clean", q->n[PAGE_CLEAN]);
		json_put_int(j, "differs", q->n[PAGE_DIFFERS]);
		json_put_int(j, "incomplete", q->n[PAGE_INCOMPLETE]);
		json_put_int(j, "not_judged", q->n[PAGE_STAYS]);
		json_put_int(j, "never_verified", q->n[PAGE_NEVER]);
		json_put_int(j, "old_messages", q->old_messages);
		json_put_int(j, "arrived", q->arrived);
		json_put_int(j, "missing", q->missing);
		json_put_int(j, "old_unverified", q->unverified);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_years(struct writer *w)
{
	struct json_out *j = &w->json;

	json_name(j, "missing_by_year");
	json_begin_array(j);
	for (size_t i = 0; i < w->p.year_n; i++) {
		const struct page_year *y = &w->p.year[i];

		json_begin_object(j);
		json_name(j, "year");
		if (y->year != 0)
			json_int(j, y->year);
		else
			json_null(j);
		json_put_int(j, "messages", y->messages);
		json_put_int(j, "octets", y->octets);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_waves(struct writer *w)
{
	struct json_out *j = &w->json;

	json_name(j, "waves");
	json_begin_array(j);
	for (size_t i = 0; i < w->p.wave_n; i++) {
		const struct page_wave *v = &w->p.wave[i];

		json_begin_object(j);
		json_put_int(j, "wave", v->no);
		put_time(j, "from", v->from);
		put_time(j, "to", v->to);
		put_time(j, "half_ended_by", v->p50);
		put_time(j, "ended_by", v->p90);
		json_put_int(j, "accounts", v->accounts);
		json_put_int(j, "clean", v->clean);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_forecast(struct writer *w)
{
	struct json_out *j = &w->json;

	json_name(j, "forecast");
	json_begin_object(j);
	put_time(j, "half", w->p.forecast.p50);
	put_time(j, "late", w->p.forecast.p90);
	json_put_str(j, "sentence", w->p.forecast.why);
	json_end_object(j);
}

static void put_size(struct json_out *j, const char *key, bool known,
		     const struct account_size *s)
{
	json_name(j, key);
	if (!known) {
		json_null(j);
		return;
	}
	json_begin_object(j);
	json_put_int(j, "folders", s->folders);
	json_put_int(j, "messages", s->messages);
	json_put_int(j, "octets", s->octets);
	json_put_bool(j, "whole", !s->partly);
	json_end_object(j);
}

static void put_account(struct json_out *j, const struct page_account *a)
{
	json_put_str(j, "state", page_state_name(a->state));
	json_put_str(j, "owner", a->owner);
	json_put_str(j, "decision", a->decision);
	json_name(j, "wave");
	if (a->wave > 0)
		json_int(j, a->wave);
	else
		json_null(j);
	put_time(j, "as_it_is_since", a->since);
	put_size(j, "old_size", a->known[SIDE_OLD], &a->size[SIDE_OLD]);
	put_size(j, "new_size", a->known[SIDE_NEW], &a->size[SIDE_NEW]);
}

static bool put_transfer(struct writer *w, const struct transfer *t, bool whole,
			 struct err *err)
{
	struct judgement g = { .note = "" };
	bool found;

	arena_reset(&w->p.v.scratch);
	if (!report_judgement(&w->p.v, t, &w->p.v.scratch, &g, &found, err))
		return false;
	if (!found)
		g = (struct judgement){ .note = "" };
	json_begin_object(&w->json);
	put_judgement(&w->json, t, &g, found);
	if (!put_seal(w, t, err))
		return false;
	json_put_int(&w->json, "accepted", g.accepted);
	if (whole)
		put_account(&w->json, &w->p.account[t - w->p.v.transfer]);
	if (!whole)
		put_severities(&w->json, g.loss, g.doubt, g.info);
	if ((whole &&
	     (!report_told_json(&w->p.v, t, &w->json, err) || !put_folders(w, t, err))) ||
	    !put_findings(w, t, whole ? "findings" : "list", err))
		return false;
	json_end_object(&w->json);
	return report_flush(&w->out, false, err);
}

static bool put_plans(struct writer *w, struct err *err)
{
	struct report_plans plans;

	if (!report_plans_read(w->p.v.st, &w->p.v.arena, &plans, err))
		return false;
	report_plans_json(&w->json, &plans);
	return true;
}

static bool put_document(struct writer *w, bool whole, struct err *err)
{
	struct json_out *j = &w->json;
	const struct report_sum *s = &w->p.v.sum;

	json_begin_object(j);
	put_head(w, whole ? "mailmuster/report/1" : "mailmuster/verify/1");
	put_totals(w);
	if (whole) {
		put_history(w);
		put_years(w);
		put_waves(w);
		put_forecast(w);
	}
	json_name(j, "accounts");
	json_begin_object(j);
	json_put_int(j, "total", s->transfers);
	json_put_int(j, "clean", s->verdict[VERDICT_CLEAN]);
	json_put_int(j, "differs", s->verdict[VERDICT_DIFFERS]);
	json_put_int(j, "incomplete", s->verdict[VERDICT_INCOMPLETE]);
	json_put_int(j, "not_judged", s->verdict[VERDICT_NOT_JUDGED]);
	json_put_int(j, "never_verified", s->never);
	json_end_object(j);
	if (whole && !put_plans(w, err))
		return false;
	json_name(j, "transfers");
	json_begin_array(j);
	for (size_t i = 0; i < w->p.v.n; i++)
		if (!put_transfer(w, &w->p.v.transfer[i], whole, err))
			return false;
	json_end_array(j);
	json_end_object(j);
	strbuf_addc(&w->out.buf, '\n');
	return report_flush(&w->out, true, err);
}

static bool write_json(struct store *st, const struct report_options *o,
		       const struct report_sink *sink, bool whole, struct err *err)
{
	struct writer w = { .out = { .sink = sink, .buf = STRBUF_INIT } };
	bool ok = false;

	if (!(whole ? page_open(&w.p, st, o, NULL, err)
		    : report_view_open(&w.p.v, st, o, err)))
		goto out;
	json_out_init(&w.json, &w.out.buf, false);
	ok = put_document(&w, whole, err);
out:
	report_view_done(&w.p.v);
	strbuf_done(&w.out.buf);
	return ok;
}

bool report_json(struct store *st, const struct report_options *o,
		 const struct report_sink *sink, struct err *err)
{
	return write_json(st, o, sink, true, err);
}

bool report_verify_json(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err)
{
	return write_json(st, o, sink, false, err);
}
