/* SPDX-License-Identifier: MIT */
#include "checklists/judge.h"

#include "base/clock.h"
#include "base/text.h"

#define DAY 86400

const char *item_state_name(enum item_state s)
{
	static const char *const names[] = { "open",  "done",	 "signed",
					     "stale", "unknown", "contradicted" };

	_Static_assert(COUNT_OF(names) == ITEM_STATE_COUNT, "one for each");
	return names[s];
}

bool item_is_done(enum item_state s)
{
	return s == ITEM_DONE || s == ITEM_SIGNED_OFF;
}

struct judging {
	const struct checklist *list;
	const struct evidence *e;
	const struct item_said *words;
	size_t word_n;
	int64_t service;
	struct arena *arena;
};

/* What stands of what was said of an item.  Words dated after now count: they were said.
 */
static void hear(const struct judging *j, struct item_view *v)
{
	for (size_t i = 0; i < j->word_n; i++) {
		const struct item_said *w = &j->words[i];

		if (strcmp(w->list, j->list->name) != 0 ||
		    strcmp(w->item, v->item->id) != 0)
			continue;
		if (w->what == ITEM_ASSIGNED) {
			v->owner = w->owner;
		} else {
			v->sign = w->what == ITEM_SIGNED ? w : NULL;
			v->reopen = w->what == ITEM_REOPENED ? w : NULL;
		}
	}
}

static const char *by(const struct judging *j, const char *verb,
		      const struct item_said *w)
{
	char iso[CLOCK_ISO_SIZE];

	return arena_printf(j->arena, "%s by %s on %.10s%s%s", verb, w->teller,
			    clock_iso(w->at, iso), *w->note != '\0' ? ": " : "", w->note);
}

/* a sentence of a rule, which is never empty, and what else there is to say */
static const char *join(const struct judging *j, const char *a, const char *b)
{
	return arena_printf(j->arena, "%s%s%s", a, *b != '\0' ? "; " : "", b);
}

/* Of what was judged: the evidence is there, and what only a person can do was not said
 * to be done. */
static bool wants_sign(const struct item_view *v)
{
	return v->item->sign && v->sign == NULL && v->result.state == CHECK_DONE;
}

/* What evidence says, without and with a signature beside it. */
static const enum item_state states[][2] = {
	[CHECK_DONE] = { ITEM_DONE, ITEM_DONE },
	[CHECK_NOT_DONE] = { ITEM_OPEN, ITEM_CONTRADICTED },
	[CHECK_STALE] = { ITEM_STALE, ITEM_STALE },
	[CHECK_UNKNOWN] = { ITEM_UNKNOWN, ITEM_SIGNED_OFF },
};
_Static_assert(COUNT_OF(states) == CHECK_STATE_COUNT, "one for each");

/* Evidence, and what a person said, make a state. */
static void combine(const struct judging *j, struct item_view *v)
{
	const char *said = v->sign != NULL     ? by(j, "signed", v->sign)
			   : v->reopen != NULL ? by(j, "reopened", v->reopen)
					       : "";

	v->sentence = said;
	if (!v->judged) {
		v->state = v->sign != NULL ? ITEM_SIGNED_OFF : ITEM_OPEN;
		return;
	}
	v->sentence = join(j, v->result.sentence, said);
	v->state = states[v->result.state][v->sign != NULL];
	if (wants_sign(v)) {
		v->state = ITEM_OPEN;
		v->sentence = join(j, v->sentence,
				   "the rest is for a person to do, and to sign");
	} else if (v->state == ITEM_DONE && v->reopen != NULL &&
		   v->result.at <= v->reopen->at) {
		v->state = ITEM_OPEN; /* nothing new was seen since */
	}
}

static void judge_item(const struct judging *j, struct item_view *v);

/* Add an id to a list of them. */
static void name(struct strbuf *sb, const char *id)
{
	strbuf_addf(sb, "%s%s", sb->n != 0 ? ", " : "", id);
}

/* New evidence, or new words, since the stage began. */
static void judge_repeat(const struct judging *j, struct item_view *v)
{
	struct strbuf missing = STRBUF_INIT, open = STRBUF_INIT, old = STRBUF_INIT;
	struct strbuf blind = STRBUF_INIT;
	struct check_result *out = &v->result;
	int64_t all = 0, done = 0;

	*out = (struct check_result){ .state = CHECK_UNKNOWN };
	if (v->from == 0) {
		snprintf(out->sentence, sizeof out->sentence,
			 "without a service date nobody can tell this stage's evidence "
			 "from an earlier one");
		return;
	}
	for (const struct check_item *const *to = v->item->repeat; *to != NULL; to++) {
		struct item_view w = { .item = *to, .owner = "", .from = v->from };

		judge_item(j, &w);
		all++;
		if (item_is_done(w.state))
			done++;
		else if (!w.judged || wants_sign(&w))
			name(&open, (*to)->id);
		else if (w.state == ITEM_STALE)
			name(&old, (*to)->id);
		else if (w.state == ITEM_UNKNOWN)
			name(&blind, (*to)->id);
		else
			name(&missing, (*to)->id);
	}
	out->state = missing.n != 0	     ? CHECK_NOT_DONE
		     : old.n != 0	     ? CHECK_STALE
		     : open.n + blind.n != 0 ? CHECK_UNKNOWN
					     : CHECK_DONE;
	out->figure[0] = (struct check_figure){ "items", all };
	out->figure[1] = (struct check_figure){ "done", done };
	out->figure_n = 2;
	snprintf(out->sentence, sizeof out->sentence,
		 "%lld of %lld done in this stage%s%s%s%s%s%s%s%s", (long long)done,
		 (long long)all, missing.n != 0 ? "; not done: " : "",
		 strbuf_cstr(&missing), old.n != 0 ? "; old evidence: " : "",
		 strbuf_cstr(&old), blind.n != 0 ? "; no evidence: " : "",
		 strbuf_cstr(&blind), open.n != 0 ? "; to be signed: " : "",
		 strbuf_cstr(&open));
	strbuf_done(&missing);
	strbuf_done(&open);
	strbuf_done(&blind);
	strbuf_done(&old);
}

/* from: only evidence and words since then count, when v is judged for a repetition (it
 * has no stage then). */
static void judge_item(const struct judging *j, struct item_view *v)
{
	const struct check_item *item = v->item;

	hear(j, v);
	if (v->stage == NULL && v->sign != NULL && v->sign->at < v->from)
		v->sign = NULL;
	if (item->rule != NULL) {
		struct rule_ask ask = item->ask;

		ask.since = v->stage == NULL ? v->from : 0;
		rule_judge(item->rule, j->e, &ask, &v->result);
		v->judged = true;
	} else if (item->repeat != NULL) {
		judge_repeat(j, v);
		v->judged = true;
	}
	combine(j, v);
}

static void date(const struct judging *j, struct item_view *v)
{
	const struct check_stage *s = v->stage;

	v->begun = true;
	if (j->service == 0 || !s->dated)
		return;
	v->due = j->service + (s->due + 1) * (int64_t)DAY;
	if (s->has_from) {
		v->from = j->service + s->from * (int64_t)DAY;
		v->begun = j->e->now >= v->from;
	}
}

void list_judge(const struct checklist *l, const struct evidence *e,
		const struct item_said *words, size_t word_n, int64_t service,
		struct arena *arena, struct list_view *out)
{
	struct judging j = { l, e, words, word_n, service, arena };
	size_t n = 0;

	for (size_t s = 0; s < l->stage_n; s++)
		n += l->stage[s]->item_n;
	*out = (struct list_view){ .list = l };
	out->v = arena_alloc(arena, (n + 1) * sizeof *out->v);
	for (size_t s = 0; s < l->stage_n; s++)
		for (size_t i = 0; i < l->stage[s]->item_n; i++) {
			struct item_view *v = &out->v[out->n++];

			*v = (struct item_view){ .item = l->stage[s]->item[i],
						 .stage = l->stage[s],
						 .owner = l->stage[s]->item[i]->owner };
			date(&j, v);
			judge_item(&j, v);
			out->done += item_is_done(v->state);
			v->overdue = v->due != 0 && e->now >= v->due &&
				     !item_is_done(v->state);
		}
}

/* What has no day comes last. */
static int64_t due_of(const struct item_view *v)
{
	return v->due != 0 ? v->due : INT64_MAX;
}

/* Stable, which qsort is not: lists are short. */
static void sort(const struct item_view **v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct item_view *x = v[i];
		size_t k = i;

		for (; k > 0 && due_of(v[k - 1]) > due_of(x); k--)
			v[k] = v[k - 1];
		v[k] = x;
	}
}

void lists_due(const struct list_view *lists, size_t n, struct arena *arena,
	       const struct item_view ***out, size_t *n_out, bool *begun)
{
	const struct item_view **due;
	int64_t next = INT64_MAX;
	size_t most = 0;

	for (size_t i = 0; i < n; i++)
		most += lists[i].n;
	*out = due = arena_alloc(arena, (most + 1) * sizeof *due);
	*n_out = 0;
	for (int pass = 0; pass < 2 && *n_out == 0; pass++) {
		*begun = pass == 0;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < lists[i].n; k++) {
				const struct item_view *v = &lists[i].v[k];

				if (item_is_done(v->state))
					continue;
				if (pass == 0 && !v->begun && v->from < next)
					next = v->from;
				if (pass == 0 ? v->begun : v->from == next)
					due[(*n_out)++] = v;
			}
	}
	sort(due, *n_out);
}
