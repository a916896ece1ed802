/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/csv.h"
#include "report/report_finding.h"

static const char *const columns[] = {
	"account",	"class",       "severity",   "side",  "folder",	  "other", "uid",
	"internaldate", "octets",      "message_id", "from",  "date",	  "old",   "new",
	"explanation",	"fingerprint", "why",	     "count", "accepted",
};

static void put_row(struct strbuf *out, const char *const *field)
{
	for (size_t i = 0; i < COUNT_OF(columns); i++)
		csv_put(out, field[i] != NULL ? field[i] : "", i == 0);
	strbuf_addc(out, '\n');
}

static bool put_finding(struct report_view *v, struct strbuf *out, const char *account,
			const struct finding *f, struct err *err)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE], uid[16], octets[24], count[24],
		accepted[24];
	struct message_detail d;

	arena_reset(&v->scratch);
	if (!report_finding_detail(v, f, &v->scratch, &d, err))
		return false;
	sha256_hex(&f->fingerprint, hex);
	snprintf(uid, sizeof uid, "%u", (unsigned)f->uid);
	snprintf(octets, sizeof octets, "%lld", (long long)f->octets);
	snprintf(count, sizeof count, "%lld", (long long)f->count);
	snprintf(accepted, sizeof accepted, "%lld", (long long)f->accepted);
	put_row(out,
		(const char *const[COUNT_OF(columns)]){
			account, finding_class_name(f->cls), severity_name(f->severity),
			side_name(f->side), f->folder, f->other, f->uid != 0 ? uid : "",
			f->date != MSG_DATE_UNKNOWN ? clock_iso(f->date, iso) : "",
			f->octets >= 0 ? octets : "", d.message_id, d.from, d.date,
			f->old_fact, f->new_fact, f->explanation, hex, why_name(f->why),
			count, f->accepted != 0 ? accepted : "" });
	return true;
}

static bool put_transfer(struct report_view *v, struct report_out *out,
			 const struct transfer *t, struct err *err)
{
	struct store_findings *it = NULL;
	struct judgement j;
	struct finding f;
	enum next next;
	bool found, ok = false;

	arena_reset(&v->scratch);
	if (!report_judgement(v, t, &v->scratch, &j, &found, err))
		return false;
	/* An account without a row would look like one without a fault. */
	if (!found && !v->o->one_sided)
		put_row(&out->buf, (const char *const[COUNT_OF(columns)]){
					   t->name, "not-judged",
					   "doubt", [14] = "Never verified." });
	else if (found && report_lapsed(&j) != NULL)
		put_row(&out->buf,
			(const char *const[COUNT_OF(columns)]){
				t->name, finding_class_name(FINDING_EVIDENCE_STALE),
				"doubt", [14] = report_lapsed(&j) });
	if (!store_findings_open(v->st, t->id, &it, err))
		return false;
	while ((next = store_findings_next(it, &f, err)) == NEXT_ITEM)
		if (!put_finding(v, &out->buf, t->name, &f, err) ||
		    !report_flush(out, false, err))
			goto out;
	ok = next == NEXT_END;
out:
	store_findings_close(it);
	return ok;
}

bool report_csv(struct store *st, const struct report_options *o,
		const struct report_sink *sink, struct err *err)
{
	struct report_out out = { .sink = sink, .buf = STRBUF_INIT };
	struct report_view v;
	bool ok = false;

	if (!report_view_open(&v, st, o, err))
		goto out;
	put_row(&out.buf, columns);
	for (size_t i = 0; i < v.n; i++)
		if (!put_transfer(&v, &out, &v.transfer[i], err))
			goto out;
	ok = report_flush(&out, true, err);
out:
	report_view_done(&v);
	strbuf_done(&out.buf);
	return ok;
}
