/* SPDX-License-Identifier: MIT */
#include "cli/weekly_past.h"

#include "base/json.h"
#include "store/store_run.h"

static const char kind[] = "weekly";

#define MOST (INT64_C(1) << 52)

/* Room is made behind the first, which is where the thread begins. */
static void keep_id(struct weekly_past *p, const char *id)
{
	if (p->id_n == MAIL_ANSWERS_MAX) {
		memmove(&p->id[1], &p->id[2], (MAIL_ANSWERS_MAX - 2) * sizeof p->id[0]);
		p->id_n--;
	}
	p->id[p->id_n++] = id;
}

static bool take(const struct ledger_entry *e, struct arena *arena,
		 struct weekly_past *out, struct err *err)
{
	struct weekly_figures f = { 0 };
	const char *id = NULL;
	struct json_doc *doc;
	struct json_obj o;
	bool report = false, ok;
	int64_t verify = 0;

	if (!json_parse("an entry \"weekly\" of the ledger", span_str(e->payload), &doc,
			err))
		return false;
	ok = json_obj_begin(doc, json_root(doc), "", &o, err) &&
	     json_get_int(&o, "accounts", 0, MOST, &f.accounts, err) &&
	     json_get_int(&o, "differs", 0, MOST, &f.differs, err) &&
	     json_get_str(&o, "id", &id, err) &&
	     json_get_int(&o, "missing", 0, MOST, &f.missing, err) &&
	     json_get_int(&o, "proven", 0, MOST, &f.proven, err) &&
	     json_get_bool(&o, "report", &report, err) &&
	     json_get_int(&o, "unknown", 0, MOST, &f.unknown, err) &&
	     json_get_int(&o, "verify", 0, MOST, &verify, err);
	if (ok && id != NULL && strlen(id) <= MAIL_ADDRESS_MAX)
		keep_id(out, arena_strdup(arena, id));
	if (ok && report) {
		out->last_at = e->time;
		out->verify = verify;
		out->figures = f;
	}
	json_free(doc);
	return ok;
}

bool weekly_past_read(struct store *st, struct arena *arena, struct weekly_past *out,
		      struct err *err)
{
	struct store_ledger *it = NULL;
	struct ledger_entry e;
	enum next n = NEXT_END;
	bool ok = store_ledger_open(st, &it, err);

	*out = (struct weekly_past){ 0 };
	while (ok && (n = store_ledger_next(it, &e, err)) == NEXT_ITEM)
		if (strcmp(e.kind, kind) == 0)
			ok = take(&e, arena, out, err);
	store_ledger_close(it);
	return ok && n == NEXT_END;
}

bool weekly_past_add(struct store *st, const char *id, bool report,
		     const struct weekly_words *words, struct err *err)
{
	const struct weekly_figures *f = &words->figures;
	struct strbuf payload = STRBUF_INIT;
	struct json_out j;
	bool ok;

	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_int(&j, "accounts", f->accounts);
	json_put_int(&j, "differs", f->differs);
	json_put_str(&j, "id", id);
	json_put_int(&j, "missing", f->missing);
	json_put_int(&j, "proven", f->proven);
	json_put_bool(&j, "report", report);
	json_put_int(&j, "unknown", f->unknown);
	json_put_int(&j, "verify", words->verify);
	json_end_object(&j);
	ok = store_ledger_append(st, project_operator(), kind, strbuf_cstr(&payload),
				 err);
	strbuf_done(&payload);
	return ok;
}
