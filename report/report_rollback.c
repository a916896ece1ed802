/* SPDX-License-Identifier: MIT */
/* Mail that only the new side has since the seal: what users would miss if they went
 * back. */
#include "base/clock.h"
#include "base/num.h"
#include "report/report_finding.h"

struct rollback {
	struct report_view v;
	struct report_out out;
	struct lines l;
	struct json_out json;
	bool as_json;
	int64_t messages, octets, accounts;
	struct arena line; /* of one finding */
};

/* Late and new mail is what arrived; what was there before is another matter. */
static bool is_arrival(const struct finding *f)
{
	return f->cls == FINDING_MESSAGE_EXTRA &&
	       (f->why == WHY_LIFE || f->why == WHY_NEW_MAIL);
}

static bool put_message(struct rollback *r, const struct finding *f, struct err *err)
{
	struct message_detail d;

	arena_reset(&r->line);
	if (r->as_json) {
		json_begin_object(&r->json);
		if (!report_finding_keys(&r->v, &r->json, f, &r->line, err))
			return false;
		json_end_object(&r->json);
	} else {
		if (!report_finding_detail(&r->v, f, &r->line, &d, err))
			return false;
		d.subject = NULL; /* this list is handed on */
		report_finding_lines(&r->l, f, &d);
	}
	return report_flush(&r->out, false, err);
}

static void put_folder(struct rollback *r, const struct transfer *t,
		       const struct finding *f, struct strbuf *last, bool first)
{
	if (r->as_json || (!first && strcmp(strbuf_cstr(last), f->folder) == 0))
		return;
	strbuf_clear(last);
	strbuf_adds(last, f->folder);
	if (first) {
		lines_add(&r->l, "%s", t->name);
		lines_end(&r->l);
	}
	lines_add(&r->l, "  \"%s\"", f->folder);
	lines_end(&r->l);
}

static bool put_arrivals(struct rollback *r, const struct transfer *t, struct err *err)
{
	struct store_findings *it = NULL;
	struct strbuf last = STRBUF_INIT;
	struct finding f;
	int64_t n = 0;
	enum next next;
	bool ok = false;

	if (!store_findings_open(r->v.st, t->id, &it, err))
		return false;
	while ((next = store_findings_next(it, &f, err)) == NEXT_ITEM) {
		if (!is_arrival(&f))
			continue;
		put_folder(r, t, &f, &last, n++ == 0);
		r->messages++;
		r->octets += f.octets > 0 ? f.octets : 0;
		if (!put_message(r, &f, err))
			goto out;
	}
	r->accounts += n > 0;
	ok = next == NEXT_END;
out:
	strbuf_done(&last);
	store_findings_close(it);
	return ok;
}

/* Where nobody knows what was there before, the list is not to be trusted: said. */
static bool put_transfer(struct rollback *r, const struct transfer *t, struct err *err)
{
	struct seal seal;
	struct judgement j;
	char iso[CLOCK_ISO_SIZE];
	bool sealed, judged;

	arena_reset(&r->v.scratch);
	if (!store_seal_head(r->v.st, t->id, &r->v.scratch, &seal, &sealed, err) ||
	    !report_judgement(&r->v, t, &r->v.scratch, &j, &judged, err))
		return false;
	if (r->as_json) {
		json_begin_object(&r->json);
		json_put_str(&r->json, "account", t->name);
		json_put_str(&r->json, "verdict",
			     verdict_name(judged ? j.verdict : VERDICT_NOT_JUDGED));
		json_put_str(&r->json, "sealed", sealed ? clock_iso(seal.at, iso) : NULL);
		json_name(&r->json, "messages");
		json_begin_array(&r->json);
	} else if (!judged || j.verdict == VERDICT_INCOMPLETE) {
		lines_add(&r->l, "%s: not known in full%s%s", t->name,
			  judged && *j.note != '\0' ? ": " : "", judged ? j.note : "");
		lines_wrap(&r->l, 2);
	} else if (!sealed && j.verdict != VERDICT_NOT_JUDGED) {
		lines_add(&r->l,
			  "%s: there is no seal, so only mail that is dated later counts",
			  t->name);
		lines_wrap(&r->l, 2);
	}
	if (!put_arrivals(r, t, err))
		return false;
	if (r->as_json) {
		json_end_array(&r->json);
		json_end_object(&r->json);
	}
	return report_flush(&r->out, false, err);
}

static bool put_all(struct rollback *r, struct err *err)
{
	char octets[32];

	if (r->as_json) {
		json_begin_object(&r->json);
		json_put_str(&r->json, "schema", "mailmuster/rollback/1");
		json_name(&r->json, "transfers");
		json_begin_array(&r->json);
	}
	for (size_t i = 0; i < r->v.n; i++)
		if (!put_transfer(r, &r->v.transfer[i], err))
			return false;
	if (r->as_json) {
		json_end_array(&r->json);
		json_put_int(&r->json, "accounts", r->accounts);
		json_put_int(&r->json, "count", r->messages);
		json_put_int(&r->json, "octets", r->octets);
		json_end_object(&r->json);
		strbuf_addc(&r->out.buf, '\n');
		return report_flush(&r->out, true, err);
	}
	lines_count(&r->l, r->messages, "message arrived", "messages arrived");
	lines_add(&r->l, " on the new side only, in ");
	lines_count(&r->l, r->accounts, "account", "accounts");
	lines_add(&r->l, ", %s", num_octets(r->octets, octets, sizeof octets));
	lines_wrap(&r->l, 2);
	return report_flush(&r->out, true, err);
}

bool report_rollback(struct store *st, const struct report_options *o, bool json,
		     const struct report_sink *sink, struct err *err)
{
	struct rollback r = { .out = { .sink = sink, .buf = STRBUF_INIT },
			      .as_json = json };
	bool ok = false;

	arena_init(&r.line);
	lines_init(&r.l, &r.out.buf, o);
	json_out_init(&r.json, &r.out.buf, false);
	if (report_view_open(&r.v, st, o, err))
		ok = put_all(&r, err);
	report_view_done(&r.v);
	lines_done(&r.l);
	arena_done(&r.line);
	strbuf_done(&r.out.buf);
	return ok;
}
