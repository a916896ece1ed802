/* SPDX-License-Identifier: MIT */
/*
 * Mail that the old side had, and lost before anybody took a baseline: what is compared
 * is what it holds now, so nothing else speaks of it.  A mover that removes what it
 * copied does this, and a server that came up without its disk; and owners, who were
 * asked to throw away what they do not need.
 */
#include "base/num.h"
#include "base/text.h"
#include "store/store_run.h"
#include "store/store_vanished.h"
#include "verify/work.h"

#define NAMED 3
/* Mail that is fetched by POP does not lie for longer, as a rule. */
#define DAY   INT64_C(86400)
#define YOUNG (60 * DAY)

struct vanish {
	struct work *w;
	struct work_member *m;
	int64_t run;
	int64_t gone;	 /* that the old side has no copy of any more */
	int64_t nowhere; /* of these: that are not on the new side, nor were behind a seal
			  */
	int64_t young;	 /* of these: that came to INBOX not long before */
	bool emptied;	 /* INBOX was, as it was by another run */
	int64_t kept;	 /* of all waves: that the new side holds */
	size_t named;
	struct strbuf names; /* of some of the latter */
	/* What was there at the seal and went from the new side after it, by the run. */
	struct later {
		int64_t run, messages;
	} * later;
	size_t later_n, later_cap;
};

static bool is_young(const struct vanished *v, int64_t at)
{
	return span_ieq(span_str(v->folder), span_str("INBOX")) &&
	       v->date != MSG_DATE_UNKNOWN && v->date > at - YOUNG && v->date <= at + DAY;
}

/* It was on the new side at the seal, and is on neither side now. */
static void went_later(struct vanish *x, int64_t run)
{
	size_t i = 0;

	while (i < x->later_n && x->later[i].run != run)
		i++;
	if (i == x->later_cap) {
		x->later_cap = x->later_cap * 2 + 8;
		x->later = mem_realloc(x->later, x->later_cap * sizeof *x->later);
	}
	if (i == x->later_n)
		x->later[x->later_n++] = (struct later){ .run = run };
	x->later[i].messages++;
}

static bool read_wave(struct vanish *x, struct err *err)
{
	struct store_vanished *it = NULL;
	/* Without a seal nobody knows who removed it on the new side. */
	int64_t since = x->m->sealed ? x->m->seal.run[SIDE_NEW] : INT64_MAX - 1;
	struct vanished v;
	enum next next;
	struct run run;

	if (!store_run_get(x->w->st, x->run, x->w->arena, &run, err) ||
	    !store_vanished_open(x->w->st, x->m->old.account, x->w->new.account, x->run,
				 &it, err))
		return false;
	while ((next = store_vanished_next(it, &v, err)) == NEXT_ITEM) {
		if (judge_bin(v.folder, v.delim, v.attrs))
			continue;
		x->gone++;
		if (v.upto > since) {
			if (v.upto == INT64_MAX)
				x->kept++;
			else
				went_later(x, v.upto);
			continue;
		}
		x->nowhere++;
		x->young += is_young(&v, run.started);
		if (*v.message_id == '\0' || x->named == NAMED)
			continue;
		strbuf_adds(&x->names, x->named++ == 0 ? "" : ", ");
		text_show(&x->names, span_str(v.message_id), 80);
	}
	store_vanished_close(it);
	return next == NEXT_END;
}

static bool new_in_full(const struct work *w)
{
	return w->new.proof == PROOF_GOOD && w->unread_new == NULL &&
	       w->holed[SIDE_NEW] == NULL;
}

static const char *say(const struct vanish *x, enum vanish_cause cause)
{
	static const char *const of[] = {
		[VANISH_NOTHING] = "",
		[VANISH_OWNER] = "It looks as if its owner had thrown it away before the "
				 "move.",
		[VANISH_MOVER] = "A mover that removes what it copied does this, and "
				 "these did not arrive.",
		[VANISH_ALL] = "A server that came up without its disk does this, and a "
			       "mover that removes what it copied.",
		[VANISH_FETCHED] = "It was young mail of INBOX: it looks as if its owner "
				   "fetched it by POP, as at other times.",
	};
	struct arena *arena = x->w->arena;
	char gone[32], nowhere[32], more[32];
	const char *names = "", *lack = x->nowhere == 1 ? "is not on the new side"
							: "are not on the new side";

	_Static_assert(COUNT_OF(of) == VANISH_CAUSE_COUNT, "a sentence for each");
	if (!new_in_full(x->w))
		lack = "were not seen on the new side, of which not all is known";
	if (x->named > 0)
		names = arena_printf(arena, ": %s", strbuf_cstr(&x->names));
	if (x->named > 0 && x->nowhere > (int64_t)x->named)
		names = arena_printf(
			arena, "%s and %s more", names,
			num_group(x->nowhere - (int64_t)x->named, more, sizeof more));
	return arena_printf(
		arena,
		"Of %s messages that went from the old side between two audits (noticed "
		"by run %lld) %s %s%s.  %s",
		num_group(x->gone, gone, sizeof gone), (long long)x->run,
		num_group(x->nowhere, nowhere, sizeof nowhere), lack, names, of[cause]);
}

/* of: what the old side held before that run. */
static bool judge_wave(struct vanish *x, int64_t of, struct err *err)
{
	const struct verify_options *o = x->w->o;
	enum vanish_cause cause;

	x->gone = x->nowhere = x->young = 0;
	x->named = 0;
	strbuf_clear(&x->names);
	if (!read_wave(x, err))
		return false;
	cause = judge_vanished(x->gone, x->nowhere, x->emptied && x->young == x->nowhere,
			       of, o->mass_messages, o->mass_percent);
	/* What went after a seal is named one by one (withdrawn.c). */
	if (cause == VANISH_NOTHING || (x->m->sealed && x->run > x->m->first.run[SIDE_OLD]))
		return true;
	return emit_place(x->w, x->m, FINDING_VANISHED,
			  cause == VANISH_OWNER || cause == VANISH_FETCHED
				  ? SEVERITY_INFO
				  : SEVERITY_DOUBT,
			  WHY_NONE, SIDE_OLD, "", "", say(x, cause), x->nowhere, err);
}

/* The old side has not got it any more, so no message of its speaks of that. */
static bool judge_later(struct vanish *x, struct err *err)
{
	const struct verify_options *o = x->w->o;
	const struct later *most = NULL;
	int64_t moved = x->kept;
	char n[32], of[32];

	for (size_t i = 0; i < x->later_n; i++) {
		moved += x->later[i].messages;
		if (most == NULL || x->later[i].messages > most->messages)
			most = &x->later[i];
	}
	if (most == NULL ||
	    !judge_mass(most->messages, moved, o->mass_messages, o->mass_percent))
		return true;
	return emit_place(
		x->w, x->m, FINDING_MASS_REMOVAL, SEVERITY_LOSS, WHY_REMOVED, SIDE_NEW,
		"", "",
		arena_printf(
			x->w->arena,
			"Of %s messages that only the new side held at the seal %s "
			"went from it between two audits (noticed by run %lld): users "
			"rarely do that, a mover with an option that deletes does.  "
			"%s",
			num_group(moved, of, sizeof of),
			num_group(most->messages, n, sizeof n), (long long)most->run,
			new_in_full(x->w)
				? "They are on neither side now."
				: "They were seen on neither side since, but of the new "
				  "one not all is known."),
		most->messages, err);
}

/* What went by one run, and what there was before, bins apart. */
struct wave {
	int64_t run;
	int64_t gone, of;
	int64_t inbox, inbox_of; /* of these in INBOX */
};

static int by_first_run(const void *a, const void *b)
{
	const struct vanished_count *x = a, *y = b;

	return (x->first_run > y->first_run) - (x->first_run < y->first_run);
}

static void add(const struct vanished_count *v, int64_t *all, int64_t *inbox)
{
	if (judge_bin(v->folder, v->delim, v->attrs))
		return;
	*all += v->messages;
	if (span_ieq(span_str(v->folder), span_str("INBOX")))
		*inbox += v->messages;
}

/* v: all that there ever was.  In one walk: what had come before a run is there by then,
 * but for what had gone. */
static size_t list_waves(struct arena *arena, const struct vanished_count *v, size_t n,
			 int64_t until, struct wave **out)
{
	struct vanished_count *came = arena_alloc(arena, (n + 1) * sizeof *came);
	struct wave *wave = arena_alloc(arena, (n + 1) * sizeof *wave);
	int64_t held = 0, inbox = 0;
	size_t k = 0, waves = 0;

	for (size_t i = 0; i < n; i++)
		came[i] = v[i];
	if (n > 1)
		qsort(came, n, sizeof *came, by_first_run);
	for (size_t i = 0; i < n && v[i].run <= until;) {
		struct wave *x = &wave[waves++];

		*x = (struct wave){ .run = v[i].run };
		for (; k < n && came[k].first_run < x->run; k++)
			add(&came[k], &held, &inbox);
		x->of = held;
		x->inbox_of = inbox;
		for (; i < n && v[i].run == x->run; i++)
			add(&v[i], &x->gone, &x->inbox);
		held -= x->gone;
		inbox -= x->inbox;
	}
	*out = wave;
	return waves;
}

static bool empties_inbox(const struct wave *w)
{
	return w->inbox > 0 && w->inbox * 100 >= w->inbox_of * MASS_NEARLY_ALL;
}

bool vanished_judge(struct work *w, struct work_member *m, struct err *err)
{
	int64_t until = m->sealed ? m->seal.run[SIDE_OLD] : INT64_MAX - 1;
	struct vanish x = { .w = w, .m = m, .names = STRBUF_INIT };
	struct vanished_count *v;
	struct wave *wave;
	unsigned emptied = 0;
	size_t n, waves;
	bool ok = true;

	if (!store_vanished_count(w->st, m->old.account, w->arena, &v, &n, err))
		return false;
	waves = list_waves(w->arena, v, n, until, &wave);
	for (size_t i = 0; i < waves; i++)
		emptied += empties_inbox(&wave[i]);
	for (size_t i = 0; ok && i < waves; i++) {
		x.run = wave[i].run;
		x.emptied = emptied > 1 && empties_inbox(&wave[i]);
		/* Each has a number of its own, told or not: who accepts one has not
		 * accepted another, and it is the same one next week. */
		m->loose[FINDING_VANISHED][SIDE_OLD] = (uint32_t)i;
		/* Looked into only where there may be something. */
		if (judge_mass(wave[i].gone, wave[i].of, w->o->mass_messages,
			       w->o->mass_percent))
			ok = judge_wave(&x, wave[i].of, err);
	}
	ok = ok && (!m->sealed || judge_later(&x, err));
	strbuf_done(&x.names);
	free(x.later);
	return ok;
}
