/* SPDX-License-Identifier: MIT */
#include "report/report_finding.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "report/report_groups.h"
#include "report/report_why.h"
#include "store/store_accept.h"

bool report_finding_detail(const struct report_view *v, const struct finding *f,
			   struct arena *arena, struct message_detail *out,
			   struct err *err)
{
	struct store *st = v->st;
	struct message_detail d = { 0 };
	bool found;

	if (f->uid != 0 &&
	    !store_detail_get(st, f->epoch, f->uid, arena, &d, &found, err))
		return false;
	/* Kept for every message of the old side, details or not. */
	if (f->uid != 0 && d.message_id == NULL && f->side == SIDE_OLD &&
	    !store_message_id(st, f->epoch, f->uid, arena, &d.message_id, err))
		return false;
	if (v->o->withhold)
		d.from = d.subject = NULL;
	*out = d;
	return true;
}

static void put_number(struct json_out *j, const char *key, bool known, int64_t n)
{
	json_name(j, key);
	if (known)
		json_int(j, n);
	else
		json_null(j);
}

bool report_finding_keys(const struct report_view *v, struct json_out *j,
			 const struct finding *f, struct arena *arena, struct err *err)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];
	struct message_detail d;
	int64_t first;

	if (!report_finding_detail(v, f, arena, &d, err) ||
	    !store_finding_first(v->st, &f->fingerprint, &first, err))
		return false;
	json_put_str(j, "class", finding_class_name(f->cls));
	json_put_str(j, "severity", severity_name(f->severity));
	json_put_str(j, "why", why_name(f->why));
	json_put_int(j, "count", f->count);
	put_number(j, "accepted", f->accepted != 0, f->accepted);
	put_number(j, "first_run", first != 0, first);
	json_put_str(j, "side", side_name(f->side));
	json_put_str(j, "folder", f->folder);
	json_put_str(j, "other", f->other);
	put_number(j, "uid", f->uid != 0, f->uid);
	json_put_str(j, "internaldate",
		     f->date == MSG_DATE_UNKNOWN ? NULL : clock_iso(f->date, iso));
	put_number(j, "octets", f->octets >= 0, f->octets);
	json_put_str(j, "message_id", d.message_id);
	json_put_str(j, "from", d.from);
	json_put_str(j, "date", d.date);
	json_put_str(j, "old", f->old_fact);
	json_put_str(j, "new", f->new_fact);
	json_put_str(j, "explanation", f->explanation);
	sha256_hex(&f->fingerprint, hex);
	json_put_str(j, "fingerprint", hex);
	return true;
}

static void put_facts(struct lines *l, const struct finding *f)
{
	const char *old = f->old_fact, *new = f->new_fact;

	if (*old == '\0' && *new == '\0')
		return;
	if (f->cls != FINDING_FLAGS && f->cls != FINDING_KEYWORDS)
		lines_add(l, "        old %s, new %s", old, new);
	else if (*new == '\0')
		lines_add(l, "        lost: %s", old);
	else if (*old == '\0')
		lines_add(l, "        added: %s", new);
	else
		lines_add(l, "        lost: %s; added: %s", old, new);
	lines_wrap(l, 8);
}

void report_finding_lines(struct lines *l, const struct finding *f,
			  const struct message_detail *d)
{
	char iso[CLOCK_ISO_SIZE], buf[32];

	if (f->uid != 0) {
		lines_add(l, "    uid %u, %s", (unsigned)f->uid,
			  d->date != NULL		? d->date
			  : f->date != MSG_DATE_UNKNOWN ? clock_iso(f->date, iso)
							: "no date");
		if (d->from != NULL)
			lines_add(l, ", from %s", d->from);
		if (d->subject != NULL)
			lines_add(l, ", \"%s\"", d->subject);
		if (d->message_id != NULL)
			lines_add(l, ", %s", d->message_id);
		if (f->octets >= 0)
			lines_add(l, ", %s", num_octets(f->octets, buf, sizeof buf));
		lines_wrap(l, 8);
	}
	put_facts(l, f);
}

/* ---- one finding by itself ---- */

struct single {
	struct report_view v;
	struct report_out out;
	struct lines l;
	struct finding f;
	const struct transfer *t;
};

static void put_severity(struct single *s)
{
	enum severity severity = s->f.severity;
	struct lines *l = &s->l;
	char n[32];

	groups_say_class(l, s->f.cls, s->f.why, s->f.count);
	if (s->f.count > 1)
		lines_add(l, ": %s of them", num_group(s->f.count, n, sizeof n));
	lines_end_headed(l, severity_name(severity),
			 severity == SEVERITY_LOSS    ? LINES_RED
			 : severity == SEVERITY_DOUBT ? LINES_YELLOW
						      : LINES_GREEN,
			 4);
	lines_add(l, "  account %s, %s side", s->t->name, side_name(s->f.side));
	if (*s->f.folder != '\0')
		lines_add(l, ", folder \"%s\"", s->f.folder);
	if (*s->f.other != '\0')
		lines_add(l, s->f.why == WHY_RULE ? ", rule %s" : ", other folder \"%s\"",
			  s->f.other);
	lines_wrap(l, 4);
}

static bool put_accepted(struct single *s, struct err *err)
{
	char iso[CLOCK_ISO_SIZE];
	struct acceptance *v;
	size_t n;

	if (s->f.accepted == 0)
		return true;
	if (!store_acceptances(s->v.st, &s->v.arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (v[i].id != s->f.accepted)
			continue;
		lines_add(&s->l, "  accepted by %s on %s: %s", v[i].teller,
			  clock_iso(v[i].at, iso), v[i].reason);
		lines_wrap(&s->l, 4);
	}
	return true;
}

static bool put_text(struct single *s, struct err *err)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];
	struct message_detail d;
	struct lines *l = &s->l;
	struct run run;
	int64_t first;

	if (!report_finding_detail(&s->v, &s->f, &s->v.arena, &d, err) ||
	    !store_finding_first(s->v.st, &s->f.fingerprint, &first, err) ||
	    (first != 0 && !store_run_get(s->v.st, first, &s->v.arena, &run, err)))
		return false;
	put_severity(s);
	report_finding_lines(l, &s->f, &d);
	lines_add(l, "  %s", s->f.explanation);
	lines_wrap(l, 4);
	if (first != 0) {
		lines_add(l, "  first found by run %lld of %s", (long long)first,
			  clock_iso(run.started, iso));
		lines_wrap(l, 4);
	}
	if (!put_accepted(s, err))
		return false;
	sha256_hex(&s->f.fingerprint, hex);
	strbuf_addf(&s->out.buf, "  fingerprint %s\n\nWhat to do next\n", hex);
	lines_add(l, "  - %s", report_why_advice(s->f.cls, s->f.why));
	lines_wrap(l, 4);
	return true;
}

static bool put_json(struct single *s, struct err *err)
{
	struct json_out j;

	json_out_init(&j, &s->out.buf, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/finding/1");
	json_put_str(&j, "account", s->t->name);
	if (!report_finding_keys(&s->v, &j, &s->f, &s->v.arena, err))
		return false;
	json_put_str(&j, "next", report_why_advice(s->f.cls, s->f.why));
	json_end_object(&j);
	strbuf_addc(&s->out.buf, '\n');
	return true;
}

static bool find(struct single *s, const char *digits, struct err *err)
{
	int n;

	if (!store_finding_like(s->v.st, digits, &s->v.arena, &s->f, &n, err))
		return false;
	if (n == 0) {
		err_set(err, ERR_CONFIG, "no finding has a fingerprint %s...", digits);
		return err_hint(err,
				"it may be over: mailmuster report --csv lists those "
				"that stand");
	}
	for (size_t i = 0; i < s->v.n; i++)
		if (s->v.transfer[i].id == s->f.transfer)
			s->t = &s->v.transfer[i];
	if (n > 1)
		return err_set(err, ERR_CONFIG,
			       "several findings have a fingerprint %s...: give more "
			       "digits",
			       digits);
	return s->t != NULL || err_set(err, ERR_CONFIG,
				       "this finding is of an account that is no longer "
				       "listed");
}

bool report_finding(struct store *st, const char *digits, const struct report_options *o,
		    bool json, const struct report_sink *sink, struct err *err)
{
	struct single s = { .out = { .sink = sink, .buf = STRBUF_INIT } };
	bool ok = false;

	lines_init(&s.l, &s.out.buf, o);
	if (report_view_open(&s.v, st, o, err) && find(&s, digits, err))
		ok = (json ? put_json(&s, err) : put_text(&s, err)) &&
		     report_flush(&s.out, true, err);
	report_view_done(&s.v);
	lines_done(&s.l);
	strbuf_done(&s.out.buf);
	return ok;
}
