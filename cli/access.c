/* SPDX-License-Identifier: MIT */
#include "cli/access.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/json.h"
#include "store/store_account.h"
#include "store/store_run.h"

static const char kind[] = "look";

bool access_record(const struct project *p, const struct transfer *t, const char *purpose,
		   struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	struct json_out j;
	bool ok;

	if (strlen(purpose) > ACCESS_PURPOSE_MAX)
		return err_set(err, ERR_USAGE, "the purpose is longer than %d octets",
			       ACCESS_PURPOSE_MAX);
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_str(&j, "purpose", purpose);
	json_put_int(&j, "transfer", t->id);
	json_end_object(&j);
	ok = store_ledger_append(p->store, project_operator(), kind,
				 strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

static const char *name_of(const struct transfer *t, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].id == id)
			return t[i].name;
	return "";
}

static bool put_row(const struct ledger_entry *e, const struct transfer *t, size_t n,
		    struct strbuf *out, struct err *err)
{
	const char *purpose = "";
	char iso[CLOCK_ISO_SIZE];
	struct json_doc *doc;
	struct json_obj o;
	int64_t id = 0;
	bool ok;

	if (!json_parse("an entry of the ledger", span_str(e->payload), &doc, err))
		return false;
	ok = json_obj_begin(doc, json_root(doc), "", &o, err) &&
	     json_get_str(&o, "purpose", &purpose, err) &&
	     json_get_int(&o, "transfer", 0, INT64_C(1) << 52, &id, err);
	if (ok) {
		csv_put(out, clock_iso(e->time, iso), true);
		csv_put(out, e->name, false);
		csv_put(out, name_of(t, n, id), false);
		csv_put(out, purpose, false);
		strbuf_addc(out, '\n');
	}
	json_free(doc);
	return ok;
}

bool access_write(const struct project *p, const struct report_sink *sink,
		  struct err *err)
{
	struct strbuf out = STRBUF_INIT;
	struct store_ledger *it = NULL;
	struct ledger_entry e;
	enum next next = NEXT_FAIL;
	struct arena arena;
	struct transfer *t;
	size_t n;
	bool ok;

	arena_init(&arena);
	ok = store_transfers(p->store, true, &arena, &t, &n, err) &&
	     store_ledger_open(p->store, &it, err);
	strbuf_adds(&out, "time,operator,account,purpose\n");
	while (ok && (next = store_ledger_next(it, &e, err)) == NEXT_ITEM) {
		if (strcmp(e.kind, kind) != 0)
			continue;
		ok = put_row(&e, t, n, &out, err) &&
		     sink->write(sink->ctx, strbuf_span(&out), err);
		strbuf_clear(&out);
	}
	ok = ok && next == NEXT_END &&
	     (out.n == 0 || sink->write(sink->ctx, strbuf_span(&out), err));
	store_ledger_close(it);
	strbuf_done(&out);
	arena_done(&arena);
	return ok;
}
