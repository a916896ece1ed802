/* SPDX-License-Identifier: MIT */
/*
 * Mail that the old side had, and lost before anybody took a baseline: what is compared
 * is what it holds now, so nothing else speaks of it.  A mover that removes what it copied
 * does this, and a server that came up without its disk; and owners, who were asked to
 * throw away what they do not need.
 */
#include "base/num.h"
#include "base/text.h"
#include "store/store_run.h"
#include "store/store_vanished.h"
#include "verify/work.h"

#define NAMED 3
/* Mail that is fetched by POP does not lie for longer, as a rule. */
#define YOUNG (60 * INT64_C(86400))

struct vanish {
	struct work *w;
	struct work_member *m;
	int64_t run;
	int64_t gone;	 /* that the old side has no copy of any more */
	int64_t nowhere; /* of these: that are not on the new side, nor were behind a seal */
	int64_t young;	 /* of these: that came to INBOX not long before */
	size_t named;
	struct strbuf names; /* of some of the latter */
};

static bool is_young(const struct vanished *v, int64_t at)
{
	return span_ieq(span_str(v->folder), span_str("INBOX")) &&
	       v->date != MSG_DATE_UNKNOWN && v->date > at - YOUNG;
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
	    !store_vanished_open(x->w->st, x->m->old.account, x->w->new.account, since,
				 x->run, &it, err))
		return false;
	while ((next = store_vanished_next(it, &v, err)) == NEXT_ITEM) {
		if (judge_bin(v.folder, v.delim, v.attrs))
			continue;
		x->gone++;
		if (v.arrived)
			continue;
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
				   "fetched it by POP.",
	};
	struct arena *arena = x->w->arena;
	char gone[32], nowhere[32], more[32];
	const char *names = "";

	_Static_assert(COUNT_OF(of) == VANISH_CAUSE_COUNT, "a sentence for each");
	if (x->named > 0)
		names = arena_printf(arena, ": %s", strbuf_cstr(&x->names));
	if (x->named > 0 && x->nowhere > (int64_t)x->named)
		names = arena_printf(arena, "%s and %s more", names,
				     num_group(x->nowhere - (int64_t)x->named, more,
					       sizeof more));
	return arena_printf(
		arena,
		"Of %s messages that went from the old side between two audits (noticed "
		"by run %lld) %s are not on the new side%s.  %s",
		num_group(x->gone, gone, sizeof gone), (long long)x->run,
		num_group(x->nowhere, nowhere, sizeof nowhere), names, of[cause]);
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
	cause = judge_vanished(x->gone, x->nowhere, x->young, of, o->mass_messages,
			       o->mass_percent);
	if (cause == VANISH_NOTHING)
		return true;
	return emit_place(x->w, x->m, FINDING_VANISHED,
			  cause == VANISH_OWNER || cause == VANISH_FETCHED
				  ? SEVERITY_INFO
				  : SEVERITY_DOUBT,
			  WHY_NONE, SIDE_OLD, "", "", say(x, cause), x->nowhere, err);
}

bool vanished_judge(struct work *w, struct work_member *m, struct err *err)
{
	int64_t until = m->sealed ? m->seal.run[SIDE_OLD] : INT64_MAX;
	struct vanish x = { .w = w, .m = m, .names = STRBUF_INIT };
	struct vanished_count *v;
	int64_t later = 0;
	size_t n, i = 0;
	bool ok = true;

	if (!store_vanished_count(w->st, m->old.account, until, w->arena, &v, &n, err))
		return false;
	for (size_t k = 0; k < n; k++)
		later += v[k].messages;
	for (uint32_t wave = 0; ok && i < n; wave++) {
		int64_t gone = 0, of = m->old_messages + later;

		x.run = v[i].run;
		for (; i < n && v[i].run == x.run; i++) {
			later -= v[i].messages;
			if (!judge_bin(v[i].folder, v[i].delim, v[i].attrs))
				gone += v[i].messages;
		}
		/* Each has a number of its own, told or not: who accepts one has not
		 * accepted another, and it is the same one next week. */
		m->loose[FINDING_VANISHED][SIDE_OLD] = wave;
		/* Looked into only where there may be something. */
		if (judge_mass(gone, of, w->o->mass_messages, w->o->mass_percent))
			ok = judge_wave(&x, of, err);
	}
	strbuf_done(&x.names);
	return ok;
}
