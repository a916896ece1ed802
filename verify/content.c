/* SPDX-License-Identifier: MIT */
/*
 * What a difference in size is made of.  A size alone is a suspicion; what was looked up
 * of header and body turns it into an explanation or a loss.  What has not been looked up
 * yet is asked for, and judged when it is there.
 */
#include "base/num.h"
#include "base/text.h"
#include "mime/mime_fields.h"
#include "verify/work.h"

#define FIELDS_NAMED 4

struct look {
	struct work *w;
	struct work_pair *p; /* of the old message */
	const struct multiset_item *item[SIDE_COUNT];
	struct detail_facts facts[SIDE_COUNT];
	bool known[SIDE_COUNT];
	const struct scanned *scanned;
	struct content *out;
	bool gone; /* one of both: there is nobody to ask */
};

/* Ask for it on both sides. */
static bool want(struct look *x, enum want what, struct err *err)
{
	if (x->gone)
		return true;
	for (int s = 0; s < SIDE_COUNT; s++)
		if (!store_want_add(x->w->st, x->w->id, (enum side)s, x->item[s]->epoch,
				    x->item[s]->m.uid, what, err))
			return false;
	return true;
}

static int64_t by(const struct look *x)
{
	return x->item[SIDE_NEW]->m.octets - x->item[SIDE_OLD]->m.octets;
}

static const char *size_text(struct look *x)
{
	char gap[32];
	int64_t n = by(x);

	if (x->item[SIDE_OLD]->m.octets < 0 || x->item[SIDE_NEW]->m.octets < 0)
		return "The size was not told on both sides.";
	if (n == 0)
		return arena_printf(
			x->w->scratch,
			"Most messages around it differ by %+lld octets, "
			"and this one by none: what the others have more, it may "
			"lack elsewhere.",
			(long long)(x->p->bias != 0 ? x->p->bias : x->p->m->bias));
	return arena_printf(
		x->w->scratch,
		"It is %s %s %s on the new side; a size alone is a suspicion, "
		"not a proof.",
		num_group(n < 0 ? -n : n, gap, sizeof gap),
		n == 1 || n == -1 ? "octet" : "octets", n < 0 ? "smaller" : "larger");
}

static void suspicion(struct look *x, const char *more)
{
	x->out->cls = FINDING_OCTETS;
	x->out->severity = SEVERITY_DOUBT;
	x->out->why = WHY_UNEXPLAINED;
	x->out->say = arena_printf(x->w->scratch, "%s%s%s", size_text(x),
				   *more != '\0' ? " " : "", more);
}

/* One of the sides could not be looked at. */
static bool failed(struct look *x)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		if (!x->known[s] || *x->facts[s].failed == '\0')
			continue;
		suspicion(x,
			  arena_printf(x->w->scratch,
				       "It could not be looked into on the %s side: %s.",
				       side_name((enum side)s),
				       text_shown(x->w->scratch,
						  span_str(x->facts[s].failed))));
		return true;
	}
	return false;
}

static void say_fields(const struct mime_fields_diff *d, struct strbuf *say)
{
	static const char *const verb[] = {
		[MIME_FIELD_ADDED] = "added",
		[MIME_FIELD_DROPPED] = "left out",
		[MIME_FIELD_REFOLDED] = "folded otherwise",
		[MIME_FIELD_CHANGED] = "changed",
	};

	_Static_assert(COUNT_OF(verb) == MIME_FIELD_CHANGE_COUNT, "a verb for each");
	if (d->n == 0) {
		strbuf_adds(say, "What was listed of the header is the same, but that is "
				 "not all of it");
		return;
	}
	strbuf_adds(say, "In the header ");
	for (size_t i = 0; i < d->n && i < FIELDS_NAMED; i++) {
		const struct mime_field_diff *f = &d->v[i];
		int64_t n = f->new_octets != 0 ? f->new_octets : f->old_octets;

		strbuf_adds(say, i > 0 ? ", " : "");
		text_show(say, f->name, 60);
		strbuf_addf(say, " (%lld octets) was %s", (long long)n, verb[f->what]);
	}
	if (d->n > FIELDS_NAMED)
		strbuf_addf(say, ", and %zu more fields differ", d->n - FIELDS_NAMED);
	strbuf_addf(say, ": %+lld octets on the new side", (long long)d->balance);
}

/* No field lost its words, and all of them are known. */
static bool is_harmless(const struct look *x, const struct mime_fields_diff *d)
{
	if (x->scanned->known && x->scanned->headers_equal)
		return true;
	return d->whole && d->count[MIME_FIELD_DROPPED] == 0 &&
	       d->count[MIME_FIELD_CHANGED] == 0;
}

/* The header is other than it was; what is behind it says more. */
static bool header_differs(struct look *x, const struct mime_fields_diff *d,
			   const char *more)
{
	struct strbuf say = STRBUF_INIT;

	say_fields(d, &say);
	strbuf_adds(&say, more);
	x->out->cls = FINDING_OCTETS;
	x->out->severity = is_harmless(x, d) ? SEVERITY_INFO : SEVERITY_DOUBT;
	x->out->why = WHY_HEADER;
	x->out->say = arena_span(x->w->scratch, strbuf_span(&say));
	strbuf_done(&say);
	return true;
}

/* The header makes up for all of it. */
static bool by_header(struct look *x, const struct mime_fields_diff *d)
{
	return header_differs(x, d,
			      is_harmless(x, d) ? ", which is all that differs; the body "
						  "has the same size."
						: "; the body has the same size.");
}

static bool bodies_differ(struct look *x, int64_t old_octets, int64_t new_octets,
			  const char *of)
{
	char n[32], m[32];

	x->out->cls = FINDING_CONTENT;
	x->out->severity = SEVERITY_LOSS;
	x->out->why = WHY_BODY;
	x->out->say = arena_printf(x->w->scratch,
				   "The bodies are not the same: %s octets %son the old "
				   "side, %s on the new, "
				   "read from both.",
				   num_group(old_octets, n, sizeof n), of,
				   num_group(new_octets, m, sizeof m));
	return true;
}

/* The bodies are the same but for their line ends: that alone is nothing. */
static bool by_line_ends(struct look *x, const struct mime_fields_diff *d)
{
	const struct detail_facts *a = &x->facts[SIDE_OLD], *b = &x->facts[SIDE_NEW];

	if (!is_harmless(x, d))
		return header_differs(x, d,
				      "; the bodies are the same but for their line "
				      "ends.");
	x->out->cls = FINDING_OCTETS;
	x->out->severity = SEVERITY_INFO;
	x->out->why = WHY_LINE_ENDS;
	if (x->scanned->known)
		x->out->say =
			"The bodies are the same but for their line ends: both were "
			"scanned.";
	else if (a->body_octets == b->body_octets)
		x->out->say = "Both servers send the same octets, but announce another "
			      "size: they count line ends differently.";
	else
		x->out->say = arena_printf(
			x->w->scratch,
			"The bodies are the same but for their line ends: %lld CRLF, "
			"%lld "
			"LF, %lld CR on the old side, %lld, %lld, %lld on the new.",
			(long long)a->crlf, (long long)a->bare_lf, (long long)a->bare_cr,
			(long long)b->crlf, (long long)b->bare_lf, (long long)b->bare_cr);
	return true;
}

/* The bodies have to be compared. */
static bool by_body(struct look *x, const struct mime_fields_diff *d, struct err *err)
{
	const struct detail_facts *a = &x->facts[SIDE_OLD], *b = &x->facts[SIDE_NEW];
	int64_t octets = x->item[SIDE_OLD]->m.octets;
	char buf[32];

	if (x->scanned->known)
		return by_line_ends(x, d);
	if (a->body_octets >= 0 && b->body_octets >= 0)
		return memcmp(&a->body_key, &b->body_key, sizeof a->body_key) == 0
			       ? by_line_ends(x, d)
			       : bodies_differ(x, a->body_octets, b->body_octets, "");
	if (x->gone) {
		suspicion(x, "Its body was never compared with the other one.");
		return true;
	}
	if (x->p->m->bodies >= work_limits(x->w)->bodies ||
	    x->p->m->body_octets >= work_limits(x->w)->body_octets) {
		suspicion(x,
			  arena_printf(
				  x->w->scratch,
				  "Its body was not compared: %s bodies of this account "
				  "are the most that verify reads.",
				  num_group(x->p->m->bodies, buf, sizeof buf)));
		return true;
	}
	x->p->m->bodies++;
	x->p->m->body_octets += octets > 0 ? octets : 0;
	suspicion(x, "Its body has not been compared yet.");
	return want(x, WANT_BODY, err);
}

static bool judge(struct look *x, struct err *err)
{
	const struct multiset_item *old = x->item[SIDE_OLD], *new = x->item[SIDE_NEW];
	const struct scanned *scanned = x->scanned;
	struct content *out = x->out;
	struct mime_fields_diff d;

	*out = (struct content){ .differs = true };
	/* A scan has read both: no need to look. */
	if (scanned->known && !scanned->bodies_equal)
		return bodies_differ(x, scanned->octets[SIDE_OLD],
				     scanned->octets[SIDE_NEW], "with the header ");
	for (int s = 0; s < SIDE_COUNT; s++)
		if (!store_detail_facts(x->w->st, x->item[s]->epoch, x->item[s]->m.uid,
					x->w->scratch, &x->facts[s], &x->known[s], err))
			return false;
	/* It is asked for again when its folder was read anew. */
	if (failed(x))
		return want(x, WANT_HEADER, err);
	if (old->m.octets < 0 || new->m.octets < 0) {
		suspicion(x, "");
		return true;
	}
	if (!x->known[SIDE_OLD] || !x->known[SIDE_NEW] ||
	    x->facts[SIDE_OLD].fields == NULL || x->facts[SIDE_NEW].fields == NULL) {
		suspicion(x, x->gone ? "It was not looked into while both were there."
				     : "It has not been looked into yet.");
		return want(x, WANT_HEADER, err);
	}
	if (!mime_fields_diff(span_str(x->facts[SIDE_OLD].fields),
			      span_str(x->facts[SIDE_NEW].fields), x->w->scratch, &d))
		return err_set(err, ERR_LEDGER, "what was looked up of uid %u is damaged",
			       old->m.uid);
	/* What of the header is not known may hide a loss. */
	if (!d.whole || d.balance != by(x))
		return by_body(x, &d, err);
	/* Of the same size altogether, but perhaps not the same words. */
	if (d.balance != 0 || d.n > d.count[MIME_FIELD_REFOLDED])
		return by_header(x, &d);
	out->differs = false;
	return true;
}

bool content_judge(struct work *w, struct work_pair *p, const struct multiset_item *old,
		   const struct multiset_item *new, const struct scanned *scanned,
		   struct content *out, struct err *err)
{
	struct look x = {
		.w = w, .p = p, .item = { old, new }, .scanned = scanned, .out = out
	};

	return judge(&x, err);
}

/* As much larger or smaller as most of the account is; what that is made of is told of
 * those that are there. */
static bool is_usual(const struct work_member *m, int64_t grew)
{
	return grew == m->bias || grew == tally_bias(m->tally);
}

bool content_gone(struct work *w, struct work_pair *p, const struct multiset_item *old,
		  const struct copies_one *copy, struct content *out, struct err *err)
{
	const struct multiset_item new = { .m = { .uid = copy->uid,
						  .tier = old->m.tier,
						  .key = old->m.key,
						  .octets = copy->octets,
						  .date = copy->date },
					   .epoch = copy->epoch };
	struct scanned scanned;
	struct look x = { .w = w,
			  .p = p,
			  .item = { old, &new },
			  .scanned = &scanned,
			  .out = out,
			  .gone = true };

	*out = (struct content){ .differs = false };
	if ((p->m->not_comparable & DIFF_OCTETS) != 0)
		return true;
	if (!scanned_compare(w, p, old, &new, &scanned, err) || !judge(&x, err))
		return false;
	if (out->differs && out->cls == FINDING_OCTETS && out->why == WHY_UNEXPLAINED &&
	    is_usual(p->m, by(&x)))
		out->differs = false;
	return true;
}
