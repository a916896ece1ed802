/* SPDX-License-Identifier: MIT */
#include "cli/plan_out.h"

#include "base/csv.h"
#include "base/json.h"
#include "cli/plan_text.h"

#define FLUSH_AT (64u << 10) /* octets */

struct plan_out {
	enum plan_form form;
	const struct report_options *o;
	const struct report_sink *sink;
	struct strbuf buf, scratch;
	struct json_out json;
	bool begun;
	bool open; /* JSON: the folders of a transfer are being written */
};

static const char *const columns[] = { "account", "old",      "new",	  "how",
				       "rule",	  "exists",   "messages", "octets",
				       "unknown", "problems", "notes" };

struct plan_out *plan_out_new(enum plan_form form, const struct report_options *o,
			      const struct report_sink *sink)
{
	struct plan_out *p = mem_calloc(1, sizeof *p);

	*p = (struct plan_out){ .form = form, .o = o, .sink = sink };
	json_out_init(&p->json, &p->buf, false);
	return p;
}

void plan_out_free(struct plan_out *p)
{
	if (p == NULL)
		return;
	strbuf_done(&p->buf);
	strbuf_done(&p->scratch);
	free(p);
}

static bool flush(struct plan_out *p, bool last, struct err *err)
{
	bool ok = (!last && p->buf.n < FLUSH_AT) ||
		  p->sink->write(p->sink->ctx, strbuf_span(&p->buf), err);

	if (last || p->buf.n >= FLUSH_AT)
		strbuf_clear(&p->buf);
	return ok;
}

static const char *weight_name(enum plan_map_weight w)
{
	switch (w) {
	case PLAN_MAP_NOTE:
		return "note";
	case PLAN_MAP_PROBLEM:
		return "problem";
	case PLAN_MAP_UNKNOWN:
		return "unknown";
	}
	return "";
}

static const char *how_name(const struct plan_map_folder *f)
{
	if (*f->old_name == '\0')
		return "";
	if (f->new_name == NULL)
		return "failed";
	switch (f->how) {
	case MAP_SAME:
		return "same";
	case MAP_RULE:
		return "rule";
	case MAP_EXCLUDED:
		return "excluded";
	}
	return "";
}

static const char *rule_text(struct plan_out *p, const struct map_rule *rule)
{
	if (rule == NULL)
		return NULL;
	if (rule->kind == MAP_SPECIAL_USE)
		return map_kind_name(rule->kind);
	strbuf_clear(&p->scratch);
	strbuf_addf(&p->scratch, "%s %s", map_kind_name(rule->kind), rule->text);
	return strbuf_cstr(&p->scratch);
}

/* ---- CSV ---- */

static void csv_row(struct strbuf *out, const char *const *field)
{
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		csv_put(out, field[i] != NULL ? field[i] : "", i == 0);
	strbuf_addc(out, '\n');
}

static void csv_begin(struct plan_out *p)
{
	if (!p->begun)
		csv_row(&p->buf, columns);
	p->begun = true;
}

static const char *number(char *buf, size_t size, int64_t n)
{
	buf[0] = '\0';
	if (n >= 0)
		snprintf(buf, size, "%lld", (long long)n);
	return buf;
}

static void csv_folder(struct plan_out *p, const struct plan_map_folder *f)
{
	struct strbuf said[PLAN_MAP_UNKNOWN + 1] = { STRBUF_INIT, STRBUF_INIT,
						     STRBUF_INIT };
	char messages[24], octets[24];

	csv_begin(p);
	/* Of an account only what is said of it needs a row. */
	if (*f->old_name == '\0' && f->signs.n == 0)
		return;
	for (size_t i = 0; i < f->signs.n; i++) {
		const struct plan_map_sign *s = &f->signs.v[i];
		struct strbuf *sb = &said[plan_map_class_weight(s->cls)];

		strbuf_addf(sb, "%s%s", sb->n > 0 ? "; " : "",
			    plan_map_class_name(s->cls));
		if (*s->detail != '\0')
			strbuf_addf(sb, ": %s", s->detail);
	}
	csv_row(&p->buf, (const char *const[COUNT_OF(columns)]){
				 f->transfer, f->old_name, f->new_name, how_name(f),
				 rule_text(p, f->rule), f->exists ? "yes" : "",
				 number(messages, sizeof messages, f->messages),
				 number(octets, sizeof octets, f->octets),
				 strbuf_cstr(&said[PLAN_MAP_UNKNOWN]),
				 strbuf_cstr(&said[PLAN_MAP_PROBLEM]),
				 strbuf_cstr(&said[PLAN_MAP_NOTE]) });
	for (size_t i = 0; i < COUNT_OF(said); i++)
		strbuf_done(&said[i]);
}

/* What is said of no account: rules that match nothing. */
static void csv_rules(struct plan_out *p, const struct plan_map_result *r)
{
	csv_begin(p);
	for (size_t i = 0; i < r->group_n; i++) {
		const struct plan_map_group *g = &r->group[i];
		const char *field[COUNT_OF(columns)] = { 0 };

		if (g->cls != PLAN_MAP_IDLE)
			continue;
		strbuf_clear(&p->scratch);
		strbuf_addf(&p->scratch, "%s: %s", plan_map_class_name(g->cls),
			    g->detail);
		field[0] = g->who[0];
		field[9] = strbuf_cstr(&p->scratch);
		csv_row(&p->buf, field);
	}
}

/* ---- JSON ---- */

static void json_begin(struct plan_out *p)
{
	if (p->begun)
		return;
	p->begun = true;
	json_begin_object(&p->json);
	json_put_str(&p->json, "schema", "mailmuster/plan-map/1");
	json_put_str(&p->json, "project", p->o->project);
	json_put_bool(&p->json, "one_sided", p->o->one_sided);
	json_name(&p->json, "transfers");
	json_begin_array(&p->json);
}

static void json_close_transfer(struct plan_out *p)
{
	if (!p->open)
		return;
	json_end_array(&p->json);
	json_end_object(&p->json);
	p->open = false;
}

static void put_known(struct json_out *j, const char *key, int64_t n)
{
	json_name(j, key);
	if (n >= 0)
		json_int(j, n);
	else
		json_null(j);
}

static void json_signs(struct json_out *j, const struct plan_map_signs *s)
{
	json_name(j, "signs");
	json_begin_array(j);
	for (size_t i = 0; i < s->n; i++) {
		json_begin_object(j);
		json_put_str(j, "class", plan_map_class_name(s->v[i].cls));
		json_put_str(j, "detail", s->v[i].detail);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_folder(struct plan_out *p, const struct plan_map_folder *f)
{
	struct json_out *j = &p->json;

	json_begin(p);
	if (*f->old_name == '\0') { /* the account itself comes first */
		json_close_transfer(p);
		p->open = true;
		json_begin_object(j);
		json_put_str(j, "account", f->transfer);
		json_signs(j, &f->signs);
		json_name(j, "folders");
		json_begin_array(j);
		return;
	}
	json_begin_object(j);
	json_put_str(j, "old", f->old_name);
	json_put_str(j, "new", f->new_name);
	json_put_str(j, "how", how_name(f));
	json_put_str(j, "rule", rule_text(p, f->rule));
	json_put_bool(j, "mail", f->mail);
	json_put_bool(j, "exists", f->exists);
	put_known(j, "messages", f->messages);
	put_known(j, "octets", f->octets);
	json_signs(j, &f->signs);
	json_end_object(j);
}

static void json_groups(struct json_out *j, const struct plan_map_result *r)
{
	json_name(j, "groups");
	json_begin_array(j);
	for (size_t i = 0; i < r->group_n; i++) {
		const struct plan_map_group *g = &r->group[i];

		json_begin_object(j);
		json_put_str(j, "class", plan_map_class_name(g->cls));
		json_put_str(j, "weight", weight_name(plan_map_class_weight(g->cls)));
		json_put_str(j, "detail", g->detail);
		json_put_int(j, "folders", g->folders);
		json_put_int(j, "accounts", g->transfers);
		json_put_int(j, "messages", g->messages);
		json_put_int(j, "octets", g->octets);
		json_name(j, "examples");
		json_begin_array(j);
		for (size_t k = 0; k < PLAN_MAP_EXAMPLES && g->who[k] != NULL; k++) {
			json_begin_object(j);
			json_put_str(j, "account", g->who[k]);
			json_put_str(j, "folder", g->what[k]);
			json_end_object(j);
		}
		json_end_array(j);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_rules(struct plan_out *p, const struct plan_map_result *r)
{
	struct json_out *j = &p->json;

	json_name(j, "rules");
	json_begin_array(j);
	for (size_t i = 0; i < r->rule_n; i++) {
		json_begin_object(j);
		json_put_str(j, "rule", rule_text(p, &r->rule[i]));
		json_put_str(j, "account", r->rule[i].transfer);
		json_put_int(j, "matched", r->rule[i].matched);
		json_put_int(j, "decided", r->rule[i].decided);
		json_end_object(j);
	}
	json_end_array(j);
}

static void json_sums(struct json_out *j, const struct plan_map_result *r)
{
	json_name(j, "profiles");
	json_begin_object(j);
	for (int side = 0; side < SIDE_COUNT; side++)
		json_put_str(j, side_name((enum side)side), r->profile[side]);
	json_end_object(j);
	json_name(j, "summary");
	json_begin_object(j);
	json_put_int(j, "accounts", r->transfers);
	json_put_int(j, "not_moved", r->not_moved);
	json_put_int(j, "folders", r->folders);
	json_put_int(j, "same", r->same);
	json_put_int(j, "renamed", r->ruled);
	json_put_int(j, "excluded", r->excluded);
	json_put_int(j, "excluded_messages", r->excluded_messages);
	json_put_int(j, "excluded_octets", r->excluded_octets);
	json_put_int(j, "failed", r->failed);
	json_put_int(j, "existing", r->existing);
	json_put_int(j, "unknown", r->unknown);
	json_put_int(j, "problems", r->problems);
	json_put_int(j, "notes", r->notes);
	json_end_object(j);
}

static void json_end(struct plan_out *p, const struct plan_map_result *r)
{
	json_begin(p);
	json_close_transfer(p);
	json_end_array(&p->json);
	json_groups(&p->json, r);
	json_rules(p, r);
	json_sums(&p->json, r);
	json_end_object(&p->json);
	strbuf_addc(&p->buf, '\n');
}

bool plan_out_folder(void *ctx, const struct plan_map_folder *f, struct err *err)
{
	struct plan_out *p = ctx;

	switch (p->form) {
	case PLAN_TEXT:
		return true;
	case PLAN_JSON:
		json_folder(p, f);
		break;
	case PLAN_CSV:
		csv_folder(p, f);
		break;
	}
	return flush(p, false, err);
}

bool plan_out_end(struct plan_out *p, const struct plan_map_result *r, struct err *err)
{
	switch (p->form) {
	case PLAN_TEXT:
		plan_text(&p->buf, p->o, r);
		break;
	case PLAN_JSON:
		json_end(p, r);
		break;
	case PLAN_CSV:
		csv_rules(p, r);
		break;
	}
	return flush(p, true, err);
}
