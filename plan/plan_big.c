/* SPDX-License-Identifier: MIT */
#include "plan/plan_big.h"

#include "base/clock.h"
#include "model/message.h"
#include "store/store_facts.h"

#define YEAR INT64_C(31556952) /* seconds, mean */

static const struct {
	const char *name, *one, *many, *advice;
} classes[] = {
	[PLAN_BIG_UNKNOWN] = { "unknown", "account of which nothing is known",
			       "accounts of which nothing is known",
			       "mailmuster audit --side old --depth counts lists them; "
			       "without that no plan holds." },
	[PLAN_BIG_MEDIAN] = { "median", "account is many times larger than others",
			      "accounts are many times larger than others",
			      "Start them first, outside the list of the others: in "
			      "alphabetical order one of them decides when all is "
			      "done." },
	[PLAN_BIG_ACCOUNT_OCTETS] = { "account-octets", "account over the limit of size",
				      "accounts over the limit of size",
				      "Ask the owners what they need, and move what "
				      "stays ahead of the day." },
	[PLAN_BIG_ACCOUNT_MESSAGES] = { "account-messages",
					"account with very many messages",
					"accounts with very many messages",
					"Movers take a time for each message: plan them "
					"by count, not by size." },
	[PLAN_BIG_FOLDER_MESSAGES] = { "folder-messages",
				       "folder with very many messages",
				       "folders with very many messages",
				       "Old servers time out on them: have them split, "
				       "or try them first." },
	[PLAN_BIG_FOLDERS] = { "folders", "account with very many folders",
			       "accounts with very many folders",
			       "Each folder costs the mover some waits, also when "
			       "nothing changed." },
	[PLAN_BIG_DEPTH] = { "depth", "account with deeply nested folders",
			     "accounts with deeply nested folders",
			     "mailmuster plan map shows what becomes of their names." },
	[PLAN_BIG_MESSAGE_OCTETS] = { "message-octets", "folder with very large messages",
				      "folders with very large messages",
				      "mailmuster plan fit tells which of them the new "
				      "server refuses." },
	[PLAN_BIG_TRASH] = { "trash", "account has much of its mail in Trash and Junk",
			     "accounts have much of their mail in Trash and Junk",
			     "Perhaps a client never empties it: ask before it is "
			     "moved." },
	[PLAN_BIG_GROWTH] = { "growth", "account grows fast", "accounts grow fast",
			      "A first pass long before the day saves little here." },
	[PLAN_BIG_OLD] = { "old", "account holds very old mail",
			   "accounts hold very old mail",
			   "Corrupt messages were found in the oldest mailboxes: "
			   "mailmuster scan reads them." },
};
_Static_assert(COUNT_OF(classes) == PLAN_BIG_CLASS_COUNT, "a text for each class");

const char *plan_big_name(enum plan_big_class c)
{
	return classes[c].name;
}

const char *plan_big_text(enum plan_big_class c, int64_t n)
{
	return n == 1 ? classes[c].one : classes[c].many;
}

const char *plan_big_advice(enum plan_big_class c)
{
	return classes[c].advice;
}

bool plan_big_is_note(enum plan_big_class c)
{
	return c >= PLAN_BIG_TRASH;
}

bool plan_big_is_octets(enum plan_big_class c)
{
	return c == PLAN_BIG_MEDIAN || c == PLAN_BIG_ACCOUNT_OCTETS ||
	       c == PLAN_BIG_MESSAGE_OCTETS || c == PLAN_BIG_TRASH;
}

/* An account beside the others. */
struct size {
	int64_t octets, transfer, before; /* before: octets of those that come by name */
	const char *account;
	size_t place;
};
struct big {
	struct store *st;
	const struct plan_big_options *o;
	struct plan_big_result *r;
	struct plan_big_row *row;
	size_t n, cap;
	struct size *size;
	size_t size_n, size_cap;
	struct arena scratch;
};

static struct plan_big_row *add(struct big *b, const struct plan_facts *f,
				enum plan_big_class cls, const char *folder,
				int64_t amount, int64_t limit, const char *by)
{
	struct plan_big_row *row;

	if (b->n == b->cap) {
		b->cap = b->cap * 2 + 64;
		b->row = mem_realloc(b->row, b->cap * sizeof *b->row);
	}
	row = &b->row[b->n++];
	*row = (struct plan_big_row){
		.cls = cls,
		.transfer = f->t->id,
		.account = arena_strdup(b->r->arena, f->t->name),
		.folder = *folder != '\0' ? arena_strdup(b->r->arena, folder) : "",
		.amount = amount,
		.limit = limit,
		.by = *by != '\0' ? arena_strdup(b->r->arena, by) : ""
	};
	b->r->count[cls]++;
	return row;
}

/* The stricter of the config's limit and the new side's; 0: there is none. */
static struct plan_limit stricter(int64_t config, const struct plan_limit *side)
{
	if (side->value > 0 && (config == 0 || side->value < config))
		return *side;
	return (struct plan_limit){ config, config > 0 ? "the config" : "" };
}

static bool large_messages(struct big *b, const struct plan_facts *f,
			   const struct plan_folder_facts *d,
			   const struct plan_limit *limit, struct err *err)
{
	struct epoch_facts e;
	struct message *m;
	size_t n;

	if (limit->value == 0 || d->epoch == 0 || d->largest <= limit->value)
		return true;
	arena_reset(&b->scratch);
	if (!store_epoch_facts(b->st, d->epoch, limit->value, &e, err) ||
	    !store_epoch_large(b->st, d->epoch, limit->value, 1, &b->scratch, &m, &n,
			       err))
		return false;
	if (n > 0) {
		struct plan_big_row *row = add(b, f, PLAN_BIG_MESSAGE_OCTETS, d->name,
					       m->octets, limit->value, limit->by);

		row->uid = m->uid;
		row->n = e.over;
	}
	return true;
}

static bool folders(struct big *b, const struct plan_facts *f, struct err *err)
{
	const struct plan_big_rules *rules = &b->o->rules;
	struct plan_limit many = stricter(rules->folder_messages,
					  &f->limits.folder_messages),
			  large = stricter(rules->message_octets,
					   &f->limits.message_octets);

	for (size_t i = 0; i < f->folder_n; i++) {
		const struct plan_folder_facts *d = &f->folder[i];

		if (!d->mail)
			continue;
		if (many.value > 0 && d->messages > many.value)
			add(b, f, PLAN_BIG_FOLDER_MESSAGES, d->name, d->messages,
			    many.value, many.by);
		if (!large_messages(b, f, d, &large, err))
			return false;
	}
	return true;
}

static void notes(struct big *b, const struct plan_facts *f)
{
	const struct plan_big_rules *rules = &b->o->rules;
	int64_t thrown = f->trash + f->junk,
		grown = f->grown_from > 0 ? f->messages - f->grown_from : 0,
		years = f->oldest == MSG_DATE_UNKNOWN
				? 0
				: (b->o->facts.now - f->oldest) / YEAR;

	/* Divided, not multiplied: sums of octets from outside may be large. */
	if (rules->trash_percent > 0 && thrown >= PLAN_BIG_FLOOR &&
	    thrown > f->octets / 100 * rules->trash_percent)
		add(b, f, PLAN_BIG_TRASH, "", thrown,
		    f->octets / 100 * rules->trash_percent, "");
	if (rules->growth_percent > 0 && f->grown_from >= 1000 &&
	    grown > f->grown_from / 100 * rules->growth_percent)
		add(b, f, PLAN_BIG_GROWTH, "", grown,
		    f->grown_from / 100 * rules->growth_percent, "");
	if (rules->old_years > 0 && years >= rules->old_years && years < 100)
		add(b, f, PLAN_BIG_OLD, "", years, rules->old_years, "");
}

static const char *deepest(const struct plan_facts *f)
{
	for (size_t i = 0; i < f->folder_n; i++)
		if (f->folder[i].depth == f->depth)
			return f->folder[i].name;
	return "";
}

static void remember(struct big *b, const struct plan_facts *f)
{
	if (b->size_n == b->size_cap) {
		b->size_cap = b->size_cap * 2 + 64;
		b->size = mem_realloc(b->size, b->size_cap * sizeof *b->size);
	}
	b->size[b->size_n] = (struct size){ f->octets, f->t->id, b->r->octets, NULL,
					    b->size_n + 1 };
	b->size[b->size_n++].account = arena_strdup(b->r->arena, f->t->name);
}

static bool account(void *ctx, const struct plan_facts *f, struct err *err)
{
	struct big *b = ctx;
	const struct plan_big_rules *rules = &b->o->rules;
	struct plan_limit limit;

	if (!f->moves)
		return true;
	b->r->accounts++;
	if (!f->listed) {
		add(b, f, PLAN_BIG_UNKNOWN, "", -1, -1, f->error);
		return true;
	}
	b->r->stale += f->stale;
	b->r->unsized += !f->sized;
	b->r->unread += !f->read;
	remember(b, f);
	b->r->octets += f->octets;
	b->r->messages += f->messages;
	if (rules->account_octets > 0 && f->octets > rules->account_octets)
		add(b, f, PLAN_BIG_ACCOUNT_OCTETS, "", f->octets, rules->account_octets,
		    "the config");
	if (rules->account_messages > 0 && f->messages > rules->account_messages)
		add(b, f, PLAN_BIG_ACCOUNT_MESSAGES, "", f->messages,
		    rules->account_messages, "the config");
	limit = stricter(rules->folders, &f->limits.folders);
	if (limit.value > 0 && f->folders > limit.value)
		add(b, f, PLAN_BIG_FOLDERS, "", f->folders, limit.value, limit.by);
	limit = stricter(rules->depth, &f->limits.depth);
	if (limit.value > 0 && f->depth > limit.value)
		add(b, f, PLAN_BIG_DEPTH, deepest(f), f->depth, limit.value, limit.by);
	notes(b, f);
	return folders(b, f, err);
}

static int by_octets(const void *a, const void *b)
{
	const struct size *x = a, *y = b;

	if (x->octets != y->octets)
		return x->octets < y->octets ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

/* What is large only beside the others; they come by name. */
static void beside_others(struct big *b)
{
	int64_t times = b->o->rules.times_median;
	struct size *sorted;

	if (b->size_n == 0)
		return;
	sorted = mem_alloc(b->size_n * sizeof *sorted);
	memcpy(sorted, b->size, b->size_n * sizeof *sorted);
	qsort(sorted, b->size_n, sizeof *sorted, by_octets);
	b->r->median = sorted[b->size_n / 2].octets;
	for (size_t i = b->size_n; times > 0 && i-- > 0;) {
		const struct size *s = &sorted[i];
		struct transfer t = { .id = s->transfer, .name = s->account };
		struct plan_facts f = { .t = &t };
		struct plan_big_row *row;

		if (s->octets < PLAN_BIG_FLOOR || s->octets / times <= b->r->median)
			break;
		row = add(b, &f, PLAN_BIG_MEDIAN, "", s->octets, b->r->median, "");
		row->place = (int64_t)s->place;
		row->before_percent = (int64_t)(100.0 * (double)s->before /
						(double)(b->r->octets + 1));
	}
	free(sorted);
}

static int by_class(const void *a, const void *b)
{
	const struct plan_big_row *x = a, *y = b;
	int c;

	if (x->cls != y->cls)
		return x->cls < y->cls ? -1 : 1;
	if (x->amount != y->amount)
		return x->amount > y->amount ? -1 : 1;
	c = strcmp(x->account, y->account);
	return c != 0 ? c : strcmp(x->folder, y->folder);
}

void plan_big_free(struct plan_big_result *r)
{
	if (r == NULL)
		return;
	arena_done(r->arena);
	free(r->arena);
	free(r);
}

bool plan_big(struct store *st, const struct plan_big_options *o,
	      struct plan_big_result **out, struct err *err)
{
	struct big b = { .st = st, .o = o, .r = mem_calloc(1, sizeof *b.r) };
	struct plan_facts_options facts = o->facts;
	bool ok;

	b.r->arena = mem_calloc(1, sizeof *b.r->arena);
	arena_init(b.r->arena);
	arena_init(&b.scratch);
	facts.fn = account;
	facts.ctx = &b;
	ok = plan_facts_walk(st, &facts, err);
	if (ok) {
		struct plan_big_row *row;

		beside_others(&b);
		if (b.n > 0)
			qsort(b.row, b.n, sizeof *b.row, by_class);
		row = arena_alloc(b.r->arena, (b.n + 1) * sizeof *row);
		if (b.n > 0)
			memcpy(row, b.row, b.n * sizeof *row);
		b.r->row = row;
		b.r->n = b.n;
		*out = b.r;
	} else {
		plan_big_free(b.r);
	}
	arena_done(&b.scratch);
	free(b.row);
	free(b.size);
	return ok;
}
