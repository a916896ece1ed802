/* SPDX-License-Identifier: MIT */
#include "report/report_plans.h"

#include "base/clock.h"
#include "store/store_server.h"

/* What was kept with the plan of waves; of others the summary is theirs alone. */
static bool read_waves(const char *summary, struct report_plans *out, struct err *err)
{
	struct json_doc *doc = NULL;
	struct json_obj o;
	bool ok;

	if (!json_parse("the kept plan", span_str(summary), &doc, err))
		return false;
	ok = json_obj_begin(doc, json_root(doc), "waves", &o, err) &&
	     json_get_int(&o, "accounts", 0, INT64_MAX, &out->accounts, err) &&
	     json_get_int(&o, "waves", 0, INT64_MAX, &out->waves, err) &&
	     json_get_int(&o, "ends_soon", 0, INT64_MAX, &out->ends_soon, err) &&
	     json_get_int(&o, "ends_late", 0, INT64_MAX, &out->ends_late, err) &&
	     json_get_bool(&o, "measured", &out->measured, err);
	json_free(doc);
	return ok;
}

static int by_time(const void *a, const void *b)
{
	const struct report_due *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return strcmp(x->what, y->what);
}

static bool dues(struct store *st, int64_t plan, struct arena *arena,
		 struct report_plans *out, struct err *err)
{
	struct server_known *known[SIDE_COUNT];
	size_t known_n[SIDE_COUNT], all, item_n;
	struct plan_item *item;
	struct report_due *v;

	if (!store_plan_items(st, plan, arena, &item, &item_n, err))
		return false;
	all = item_n;
	for (int side = 0; side < SIDE_COUNT; side++) {
		if (!store_servers_now(st, (enum side)side, arena, &known[side],
				       &known_n[side], err))
			return false;
		all += known_n[side];
	}
	out->due = v = arena_alloc(arena, (all + 1) * sizeof *v);
	for (size_t i = 0; i < item_n; i++)
		if (strcmp(item[i].cls, "expires") == 0)
			v[out->due_n++] = (struct report_due){ item[i].text,
							       item[i].amount };
	for (int side = 0; side < SIDE_COUNT; side++)
		for (size_t i = 0; i < known_n[side]; i++) {
			const struct server_seen *s = &known[side][i].seen;

			if (s->has_cert && s->cert.not_after > 0 &&
			    s->cert.not_after < out->ends_late)
				v[out->due_n++] = (struct report_due){
					server_cert_title(arena, s), s->cert.not_after
				};
		}
	if (out->due_n > 0)
		qsort(v, out->due_n, sizeof *v, by_time);
	return true;
}

bool report_plans_read(struct store *st, struct arena *arena, struct report_plans *out,
		       struct err *err)
{
	struct plan_kept *kept;

	*out = (struct report_plans){ 0 };
	if (!store_plans_newest(st, arena, &kept, &out->n, err))
		return false;
	out->kept = kept;
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(kept[i].kind, "waves") == 0 &&
		    (!read_waves(kept[i].summary, out, err) ||
		     !dues(st, kept[i].id, arena, out, err)))
			return false;
	return true;
}

static void put_day(struct lines *l, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	clock_iso(at, iso);
	lines_add(l, "%.10s %.5s", iso, iso + 11);
}

void report_plans_text(struct lines *l, const struct report_plans *p)
{
	char iso[CLOCK_ISO_SIZE];

	if (p->n == 0)
		return;
	lines_add(l, "plans:    ");
	for (size_t i = 0; i < p->n; i++)
		lines_add(l, "%s%s of %s", i > 0 ? ", " : "", p->kept[i].kind,
			  clock_iso(p->kept[i].at, iso));
	lines_wrap(l, 10);
	if (p->waves > 0) {
		lines_add(l, "waves:    ");
		lines_count(l, p->accounts, "account", "accounts");
		lines_add(l, " in ");
		lines_count(l, p->waves, "wave", "waves");
		lines_add(l, "; the last ends by ");
		put_day(l, p->ends_soon);
		lines_add(l, p->measured ? " (P50), "
					 : " (at the fast rate that is "
					   "assumed), ");
		put_day(l, p->ends_late);
		lines_add(l, p->measured ? " (P90)" : " (at the slow one)");
		lines_wrap(l, 10);
	}
	for (size_t i = 0; i < p->due_n; i++) {
		lines_add(l, "%s ends ", p->due[i].what);
		put_day(l, p->due[i].at);
		lines_add(l, ", before all is moved");
		lines_end_headed(l, "EXPIRES", LINES_RED, 10);
	}
}

void report_plans_json(struct json_out *j, const struct report_plans *p)
{
	char iso[CLOCK_ISO_SIZE];

	json_name(j, "plans");
	json_begin_array(j);
	for (size_t i = 0; i < p->n; i++) {
		bool waves = strcmp(p->kept[i].kind, "waves") == 0;

		json_begin_object(j);
		json_put_str(j, "kind", p->kept[i].kind);
		json_put_str(j, "at", clock_iso(p->kept[i].at, iso));
		json_put_str(j, "by", p->kept[i].teller);
		json_put_str(j, "summary", p->kept[i].summary);
		json_put_str(j, "ends_soon",
			     waves && p->ends_soon > 0 ? clock_iso(p->ends_soon, iso)
						       : NULL);
		json_put_str(j, "ends_late",
			     waves && p->ends_late > 0 ? clock_iso(p->ends_late, iso)
						       : NULL);
		json_end_object(j);
	}
	json_end_array(j);
	json_name(j, "expires");
	json_begin_array(j);
	for (size_t i = 0; i < p->due_n; i++) {
		json_begin_object(j);
		json_put_str(j, "what", p->due[i].what);
		json_put_str(j, "at", clock_iso(p->due[i].at, iso));
		json_end_object(j);
	}
	json_end_array(j);
}
