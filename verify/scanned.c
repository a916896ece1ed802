/* SPDX-License-Identifier: MIT */
/* What scans of both sides tell: contents that can be compared, messages that nobody can
 * read. */
#include "base/num.h"
#include "base/text.h"
#include "store/store_scan.h"
#include "verify/work.h"

bool scanned_load(struct work *w, struct err *err)
{
	for (size_t i = 0; i < w->member_n; i++)
		if (!w->scanned[SIDE_OLD] &&
		    !store_scan_any(w->st, w->member[i].old.account,
				    &w->scanned[SIDE_OLD], err))
			return false;
	if (!store_scan_any(w->st, w->new.account, &w->scanned[SIDE_NEW], err))
		return false;
	/* The one of the old side speaks for both: it is of the same messages. */
	return store_scan_sample(w->st, SIDE_OLD, &w->sample, &w->sampled, err);
}

void scanned_sample(struct work *w, struct work_pair *p, const struct multiset_item *old,
		    const struct scanned *s, bool differs)
{
	struct sampled *sum = &p->m->judgement.sampled;

	if (!w->sampled || !w->scanned[SIDE_OLD] || !w->scanned[SIDE_NEW] ||
	    (p->m->not_comparable & DIFF_CONTENT) != 0 ||
	    sample_rank(w->sample.seed, &old->m.key, old->m.date) > w->sample.rank)
		return;
	sum->read += s->known;
	sum->unread += !s->known;
	sum->differ += s->known && differs;
}

/* Newest facts of a message that was read and has the size that it had then. */
static bool facts_of(struct work *w, const struct multiset_item *i,
		     struct body_facts *out, bool *known, struct err *err)
{
	if (!store_body(w->st, i->epoch, i->m.uid, w->scratch, out, known, err))
		return false;
	*known = *known && out->read &&
		 (out->announced < 0 || i->m.octets < 0 || out->announced == i->m.octets);
	return true;
}

bool scanned_compare(struct work *w, struct work_pair *p, const struct multiset_item *old,
		     const struct multiset_item *new, struct scanned *out,
		     struct err *err)
{
	struct body_facts f[SIDE_COUNT];
	bool known = false;

	*out = (struct scanned){ 0 };
	if (!w->scanned[SIDE_OLD] || !w->scanned[SIDE_NEW] ||
	    (p->m->not_comparable & DIFF_CONTENT) != 0)
		return true;
	if (!facts_of(w, old, &f[SIDE_OLD], &known, err))
		return false;
	if (known && !facts_of(w, new, &f[SIDE_NEW], &known, err))
		return false;
	if (!known)
		return true;
	out->known = true;
	for (int side = 0; side < SIDE_COUNT; side++)
		out->octets[side] = f[side].octets;
	out->bodies_equal = memcmp(&f[0].body_key, &f[1].body_key,
				   sizeof f[0].body_key) == 0;
	out->headers_equal = memcmp(&f[0].header_key, &f[1].header_key,
				    sizeof f[0].header_key) == 0;
	return true;
}

/* ---- what cannot be read, and what is damaged ---- */

static bool rule_of(struct work *w, enum side side, const struct body_size_rule **out,
		    struct err *err)
{
	struct size_rules *r = w->size_rules;

	if (!r->known[side] && !store_size_rule(w->st, side, &r->rule[side], err))
		return false;
	r->known[side] = true;
	*out = &r->rule[side];
	return true;
}

/* Witnesses only: oddities are no damage. */
static const char *witnesses(struct work *w, uint64_t symptoms)
{
	struct strbuf sb = STRBUF_INIT;
	const char *out;

	for (int s = 0; s < SYMPTOM_COUNT; s++)
		if ((symptoms & SYMPTOM_BIT(s)) != 0 &&
		    symptom_kind((enum symptom)s) != SYMPTOM_ODD)
			strbuf_addf(&sb, "%s%s", sb.n > 0 ? "; " : "",
				    symptom_sentence((enum symptom)s));
	out = arena_span(w->scratch, strbuf_span(&sb));
	strbuf_done(&sb);
	return out;
}

static const char *explain(struct work *w, enum side side, const struct scan_row *row,
			   enum body_state state, uint64_t symptoms)
{
	if (state != BODY_UNREADABLE)
		return arena_printf(w->scratch,
				    state == BODY_CORRUPT
					    ? "On the %s server it is corrupt: %s."
					    : "On the %s server it may be damaged: %s.",
				    side_name(side), witnesses(w, symptoms));
	return arena_printf(w->scratch, "The %s server does not give it out: %s.",
			    side_name(side),
			    *row->facts.words != '\0'
				    ? text_shown(w->scratch, span_str(row->facts.words))
				    : "it was tried in vain");
}

/* One witness alone may be wrong: that is no doubt yet. */
static bool emit_damage(struct work *w, struct work_pair *p, enum side side,
			const struct scan_row *row, enum body_state state,
			uint64_t symptoms, struct err *err)
{
	const struct multiset_item item = { .m = { .uid = row->uid,
						   .tier = row->tier,
						   .key = row->key,
						   .octets = row->octets,
						   .date = row->date },
					    .epoch = p->epoch[side] };
	const struct emit e = {
		.cls = state == BODY_UNREADABLE ? FINDING_MESSAGE_UNREADABLE
						: FINDING_MESSAGE_DAMAGED,
		.severity = state == BODY_SUSPECT ? SEVERITY_INFO : SEVERITY_DOUBT,
		.why = WHY_NONE,
		.side = side,
		.explanation = explain(w, side, row, state, symptoms),
	};

	return emit_message(w, p, &item, &e, err);
}

/* Rows of one key follow each other, so that each of several copies has an ordinal. */
static bool name_side(struct work *w, struct work_pair *p, enum side side,
		      struct err *err)
{
	const struct body_size_rule *rule;
	struct store_scan_rows *it = NULL;
	struct msg_key last = { { 0 } };
	struct scan_row row;
	bool ok = true, any = false;
	enum next next;

	if (!rule_of(w, side, &rule, err) ||
	    !store_scan_rows_open(w->st, p->epoch[side], true, &it, err))
		return false;
	while (ok && (next = store_scan_rows_next(it, &row, err)) == NEXT_ITEM) {
		uint64_t symptoms;
		enum body_state state = body_judge(&row.facts, rule, 0, &symptoms);

		/* What the audit could not read is named already. */
		if (state < BODY_SUSPECT ||
		    (state == BODY_UNREADABLE && holes_has(p->folder[side], row.uid)))
			continue;
		arena_reset(w->scratch);
		emit_group(w, any && memcmp(&row.key, &last, sizeof last) == 0);
		last = row.key;
		any = true;
		ok = emit_damage(w, p, side, &row, state, symptoms, err);
		p->m->unknown |= ok && state == BODY_UNREADABLE && !w->covered;
	}
	store_scan_rows_close(it);
	arena_reset(w->scratch);
	return ok && next == NEXT_END;
}

bool scanned_damage(struct work *w, struct err *err)
{
	for (size_t i = 0; i < w->pair_n; i++)
		for (int side = 0; side < SIDE_COUNT; side++) {
			struct work_pair *p = &w->pair[i];

			/* Pairs with one new folder share what is in it. */
			if (w->scanned[side] && p->epoch[side] != 0 &&
			    (side == SIDE_OLD || p->leader == i) &&
			    !name_side(w, p, (enum side)side, err))
				return false;
		}
	return true;
}

void scanned_say(const struct work_member *m, struct strbuf *out)
{
	const struct match_count *c = &m->judgement.count;
	char a[32], b[32], bound[300];

	if (m->judgement.contents == 0)
		return;
	strbuf_addf(out,
		    "%sThe contents of %s of %s old messages were compared, as both "
		    "sides were scanned.",
		    out->n > 0 ? " " : "", num_group(m->judgement.contents, a, sizeof a),
		    num_group(c->old_messages, b, sizeof b));
	if (*sampled_sentence(match_count_matched(c), &m->judgement.sampled, bound,
			      sizeof bound) != '\0')
		strbuf_addf(out, " By chance %s.", bound);
}
