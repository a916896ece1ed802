/* SPDX-License-Identifier: MIT */
#include "plan/plan_pilot.h"

#include "base/text.h"
#include "model/message.h"
#include "plan/plan_pop.h"
#include "store/store_seal.h"

#define YEAR   INT64_C(31556952) /* seconds, mean */
#define BIT(r) (UINT64_C(1) << (r))

static const struct {
	const char *name, *text;
} risks[] = {
	[PLAN_RISK_HUGE - PLAN_TRAIT_COUNT] = { "huge", "very large mailboxes" },
	[PLAN_RISK_MESSAGES -
		PLAN_TRAIT_COUNT] = { "many-messages", "very many messages" },
	[PLAN_RISK_FOLDER_MESSAGES - PLAN_TRAIT_COUNT] = { "big-folder",
							   "folders of very many "
							   "messages" },
	[PLAN_RISK_FOLDERS - PLAN_TRAIT_COUNT] = { "many-folders", "very many folders" },
	[PLAN_RISK_DEEP - PLAN_TRAIT_COUNT] = { "deep", "deeply nested folders" },
	[PLAN_RISK_LARGE_MESSAGE -
		PLAN_TRAIT_COUNT] = { "large-message", "very large messages" },
	[PLAN_RISK_OLD - PLAN_TRAIT_COUNT] = { "old", "very old mail" },
	[PLAN_RISK_TRASH -
		PLAN_TRAIT_COUNT] = { "trash", "a Trash that is never emptied" },
	[PLAN_RISK_EMPTY - PLAN_TRAIT_COUNT] = { "empty", "no mail at all" },
	[PLAN_RISK_POP - PLAN_TRAIT_COUNT] = { "pop", "users who fetch by POP" },
	[PLAN_RISK_PHONE - PLAN_TRAIT_COUNT] = { "phone", "users with a phone" },
	[PLAN_RISK_ROBOT - PLAN_TRAIT_COUNT] = { "robot", "programs that log in" },
};
_Static_assert(COUNT_OF(risks) == PLAN_RISK_COUNT - PLAN_TRAIT_COUNT,
	       "a name for each risk");
_Static_assert(PLAN_RISK_COUNT <= 64, "a bit for each risk");

const char *plan_risk_name(unsigned r)
{
	return r < PLAN_TRAIT_COUNT ? plan_trait_name((enum plan_trait)r)
				    : risks[r - PLAN_TRAIT_COUNT].name;
}

const char *plan_risk_text(unsigned r)
{
	return r < PLAN_TRAIT_COUNT ? plan_trait_text((enum plan_trait)r)
				    : risks[r - PLAN_TRAIT_COUNT].text;
}

enum plan_risk_by plan_risk_by(unsigned r)
{
	switch (r) {
	case PLAN_TRAIT_IDLESS:
	case PLAN_TRAIT_KEYLESS:
	case PLAN_TRAIT_COPIES:
	case PLAN_TRAIT_TOO_LARGE:
	case PLAN_TRAIT_NO_DATE:
	case PLAN_RISK_LARGE_MESSAGE:
	case PLAN_RISK_OLD:
		return RISK_BY_AUDIT;
	case PLAN_TRAIT_CORRUPT:
	case PLAN_TRAIT_SUSPECT:
	case PLAN_TRAIT_8BIT_HEADER:
	case PLAN_TRAIT_ODD_MESSAGE:
	case PLAN_TRAIT_SLOW:
		return RISK_BY_SCAN;
	case PLAN_RISK_POP:
	case PLAN_RISK_PHONE:
	case PLAN_RISK_ROBOT:
		return RISK_BY_LOGS;
	default:
		return RISK_BY_LIST;
	}
}

struct candidate {
	int64_t transfer, octets, messages;
	const char *account;
	uint64_t has;
	bool eligible;
};
struct pilot {
	struct store *st;
	const struct plan_pilot_options *o;
	struct plan_pilot_result *r;
	struct candidate *v;
	size_t n, cap;
	int64_t *done; /* transfers, sorted */
	size_t done_n;
	const char **spare;		   /* folded, sorted */
	const struct plan_pop_index *uses; /* NULL: no logs */
	struct plan_pilot_pick *pick;
	struct arena arena;
};

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* ---- the risks of an account ---- */

static bool over(int64_t amount, int64_t config, const struct plan_limit *side)
{
	return (config > 0 && amount > config) ||
	       (side != NULL && side->value > 0 && amount > side->value);
}

static const char *deepest(const struct plan_facts *f)
{
	for (size_t i = 0; i < f->folder_n; i++)
		if (f->folder[i].depth == f->depth)
			return f->folder[i].name;
	return "";
}

/* where: PLAN_RISK_COUNT places, filled in for each bit that is returned. */
static uint64_t by_shape(const struct pilot *p, const struct plan_facts *f,
			 const char **where)
{
	const struct plan_big_rules *rules = &p->o->rules;
	int64_t years = f->oldest == MSG_DATE_UNKNOWN
				? 0
				: (p->o->facts.now - f->oldest) / YEAR;
	uint64_t has = f->traits;

	for (unsigned t = 0; t < PLAN_TRAIT_COUNT; t++)
		if ((has & BIT(t)) != 0)
			where[t] = f->trait_at[t];
	if (rules->account_octets > 0 && f->octets > rules->account_octets)
		has |= BIT(PLAN_RISK_HUGE);
	if (rules->account_messages > 0 && f->messages > rules->account_messages)
		has |= BIT(PLAN_RISK_MESSAGES);
	if (over(f->folders, rules->folders, &f->limits.folders))
		has |= BIT(PLAN_RISK_FOLDERS);
	if (over(f->depth, rules->depth, &f->limits.depth)) {
		has |= BIT(PLAN_RISK_DEEP);
		where[PLAN_RISK_DEEP] = deepest(f);
	}
	if (rules->old_years > 0 && years >= rules->old_years && years < 100)
		has |= BIT(PLAN_RISK_OLD);
	if (rules->trash_percent > 0 && f->trash + f->junk >= PLAN_BIG_FLOOR &&
	    f->trash + f->junk > f->octets / 100 * rules->trash_percent)
		has |= BIT(PLAN_RISK_TRASH);
	if (f->sized && f->messages == 0)
		has |= BIT(PLAN_RISK_EMPTY);
	for (size_t i = 0; i < f->folder_n; i++) {
		const struct plan_folder_facts *d = &f->folder[i];

		if (over(d->messages, rules->folder_messages,
			 &f->limits.folder_messages)) {
			has |= BIT(PLAN_RISK_FOLDER_MESSAGES);
			where[PLAN_RISK_FOLDER_MESSAGES] = d->name;
		}
		if (over(d->largest, rules->message_octets, NULL)) {
			has |= BIT(PLAN_RISK_LARGE_MESSAGE);
			where[PLAN_RISK_LARGE_MESSAGE] = d->name;
		}
	}
	return has;
}

/* What the logs say of it. */
static uint64_t by_use(const struct pilot *p, const struct transfer *t)
{
	const struct use_of *of = plan_pop_use(p->uses, t->id);
	uint64_t has = 0;

	if (of == NULL)
		return 0;
	if (of->last_by[LOG_POP3] > 0 || (of->clients & CLIENT_DOWNLOAD) != 0)
		has |= BIT(PLAN_RISK_POP);
	if ((of->clients & CLIENT_PHONE) != 0)
		has |= BIT(PLAN_RISK_PHONE);
	if (of->who == WHO_ROBOT)
		has |= BIT(PLAN_RISK_ROBOT);
	return has;
}

static bool spared(const struct pilot *p, struct arena *arena, const char *account)
{
	const char *fold = text_fold(arena, span_str(account));

	return p->o->spare_n > 0 &&
	       bsearch(&fold, p->spare, p->o->spare_n, sizeof *p->spare, by_text) != NULL;
}

static bool on_account(void *ctx, const struct plan_facts *f, struct err *err)
{
	const char *where[PLAN_RISK_COUNT] = { 0 };
	struct pilot *p = ctx;
	struct candidate *c;

	(void)err;
	if (!f->moves)
		return true;
	if (p->done_n > 0 &&
	    bsearch(&f->t->id, p->done, p->done_n, sizeof *p->done, by_number) != NULL) {
		p->r->done++;
		return true;
	}
	p->r->accounts++;
	if (!f->listed) {
		p->r->unlisted++;
		return true;
	}
	p->r->unread += !f->read;
	p->r->unscanned += !f->scanned;
	if (p->n == p->cap) {
		p->cap = p->cap * 2 + 64;
		p->v = mem_realloc(p->v, p->cap * sizeof *p->v);
	}
	c = &p->v[p->n++];
	*c = (struct candidate){ .transfer = f->t->id,
				 .octets = f->octets,
				 .messages = f->messages,
				 .account = arena_strdup(p->r->arena, f->t->name),
				 .has = by_shape(p, f, where) | by_use(p, f->t),
				 .eligible = !spared(p, &p->arena, f->t->name) };
	p->r->spared += !c->eligible;
	return true;
}

/* ---- the choice ---- */

static void beside_others(struct pilot *p)
{
	int64_t times = p->o->rules.times_median, *sorted, median;

	if (p->n == 0 || times == 0)
		return;
	sorted = mem_calloc(p->n, sizeof *sorted);
	for (size_t i = 0; i < p->n; i++)
		sorted[i] = p->v[i].octets;
	qsort(sorted, p->n, sizeof *sorted, by_number);
	median = sorted[p->n / 2];
	free(sorted);
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].octets >= PLAN_BIG_FLOOR && p->v[i].octets / times > median)
			p->v[i].has |= BIT(PLAN_RISK_HUGE);
}

/* Who has it; of them the smallest are named, for they are tried soonest. */
static void count(struct pilot *p)
{
	int64_t least[PLAN_RISK_COUNT][3] = { 0 };

	for (size_t i = 0; i < p->n; i++)
		for (unsigned r = 0; r < PLAN_RISK_COUNT; r++) {
			struct plan_pilot_risk *risk = &p->r->risk[r];
			size_t at = 3;

			if ((p->v[i].has & BIT(r)) == 0)
				continue;
			risk->accounts++;
			risk->eligible += p->v[i].eligible;
			while (at > 0 && (risk->who[at - 1] == NULL ||
					  p->v[i].octets < least[r][at - 1]))
				at--;
			if (at == 3)
				continue;
			for (size_t k = 2; k > at; k--) {
				risk->who[k] = risk->who[k - 1];
				least[r][k] = least[r][k - 1];
			}
			risk->who[at] = p->v[i].account;
			least[r][at] = p->v[i].octets;
		}
	for (unsigned r = 0; r < PLAN_RISK_COUNT; r++)
		p->r->present += p->r->risk[r].accounts > 0;
}

static void choose(struct pilot *p)
{
	struct cover_item *item = mem_calloc(p->n + 1, sizeof *item);
	size_t *order = mem_calloc(p->n + 1, sizeof *order);
	struct plan_pilot_result *r = p->r;
	uint64_t had = 0;

	for (size_t i = 0; i < p->n; i++)
		item[i] = (struct cover_item){ p->v[i].eligible ? p->v[i].has : 0,
					       p->v[i].octets };
	r->n = plan_pilot_cover(item, p->n, (size_t)p->o->budget, order);
	r->pick = p->pick = arena_alloc(r->arena, (r->n + 1) * sizeof *p->pick);
	for (size_t k = 0; k < r->n; k++) {
		const struct candidate *c = &p->v[order[k]];

		p->pick[k] = (struct plan_pilot_pick){ .transfer = c->transfer,
						       .account = c->account,
						       .octets = c->octets,
						       .messages = c->messages,
						       .has = c->has,
						       .brings = c->has & ~had };
		for (unsigned i = 0; i < PLAN_RISK_COUNT; i++)
			if ((c->has & ~had & BIT(i)) != 0)
				r->risk[i].pick = k + 1;
		had |= c->has;
	}
	r->covered = __builtin_popcountll(had);
	free(item);
	free(order);
}

/* Once more, of the chosen alone: where each risk shows. */
static bool on_chosen(void *ctx, const struct plan_facts *f, struct err *err)
{
	struct pilot *p = ctx;

	(void)err;
	for (size_t k = 0; k < p->r->n; k++) {
		const char *where[PLAN_RISK_COUNT] = { 0 };
		struct plan_pilot_pick *pick = &p->pick[k];

		if (pick->transfer != f->t->id)
			continue;
		(void)by_shape(p, f, where);
		for (unsigned r = 0; r < PLAN_RISK_COUNT; r++)
			pick->where[r] = where[r] == NULL || *where[r] == '\0'
						 ? ""
						 : arena_strdup(p->r->arena, where[r]);
	}
	return true;
}

static bool explain(struct pilot *p, struct plan_facts_options *facts, struct err *err)
{
	int64_t *ids = arena_alloc(&p->arena, (p->r->n + 1) * sizeof *ids);

	for (size_t k = 0; k < p->r->n; k++)
		ids[k] = p->pick[k].transfer;
	facts->transfers = ids;
	facts->transfer_n = p->r->n;
	facts->fn = on_chosen;
	return plan_facts_walk(p->st, facts, err);
}

/* What is moved needs no trial.  A rollback begins it again. */
static bool moved(struct pilot *p, struct err *err)
{
	struct event *v;
	size_t n, kept = 0;

	if (!store_events(p->st, 0, &p->arena, &v, &n, err))
		return false;
	p->done = arena_alloc(&p->arena, (n + 1) * sizeof *p->done);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].kind, "cutover") == 0 || strcmp(v[i].kind, "seal") == 0 ||
		    strcmp(v[i].kind, "closed") == 0)
			p->done[p->done_n++] = v[i].transfer;
		else if (strcmp(v[i].kind, "rollback") == 0)
			for (size_t k = 0; k < p->done_n; k++)
				if (p->done[k] == v[i].transfer)
					p->done[k] = 0;
	}
	for (size_t k = 0; k < p->done_n; k++)
		if (p->done[k] != 0)
			p->done[kept++] = p->done[k];
	p->done_n = kept;
	if (kept > 0)
		qsort(p->done, kept, sizeof *p->done, by_number);
	return true;
}

static bool plan_all(struct pilot *p, struct err *err)
{
	struct plan_facts_options facts = p->o->facts;

	facts.ctx = p;
	facts.fn = on_account;
	facts.details = true;
	p->spare = arena_alloc(&p->arena, (p->o->spare_n + 1) * sizeof *p->spare);
	for (size_t i = 0; i < p->o->spare_n; i++)
		p->spare[i] = text_fold(&p->arena, span_str(p->o->spare[i]));
	if (p->o->spare_n > 0)
		qsort(p->spare, p->o->spare_n, sizeof *p->spare, by_text);
	p->uses = plan_pop_index(&p->arena, p->o->use);
	if (!moved(p, err) || !plan_facts_walk(p->st, &facts, err))
		return false;
	beside_others(p);
	count(p);
	choose(p);
	return explain(p, &facts, err);
}

void plan_pilot_free(struct plan_pilot_result *r)
{
	if (r == NULL)
		return;
	arena_done(r->arena);
	free(r->arena);
	free(r);
}

bool plan_pilot(struct store *st, const struct plan_pilot_options *o,
		struct plan_pilot_result **out, struct err *err)
{
	struct pilot p = { .st = st, .o = o, .r = mem_calloc(1, sizeof *p.r) };
	bool ok;

	p.r->arena = mem_calloc(1, sizeof *p.r->arena);
	arena_init(p.r->arena);
	arena_init(&p.arena);
	p.r->logs = o->use != NULL;
	ok = plan_all(&p, err);
	if (ok)
		*out = p.r;
	else
		plan_pilot_free(p.r);
	arena_done(&p.arena);
	free(p.v);
	return ok;
}
