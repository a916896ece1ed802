/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "base/text.h"
#include "store/store_account.h"
#include "store/store_run.h"
#include "verify/work.h"

static bool covers(const char *prefix, const char *common)
{
	size_t n = strlen(prefix);

	return n == 0 || (strncmp(common, prefix, n) == 0 &&
			  (common[n] == '\0' || common[n] == '/'));
}

static bool is_member(const struct work *w, int64_t transfer)
{
	for (size_t i = 0; i < w->member_n; i++)
		if (w->member[i].t->id == transfer)
			return true;
	return false;
}

/* Other transfers that end in the same new account, below a longer prefix: they take
 * their folders from us. */
static const char **neighbours(struct work *w, size_t *n_out)
{
	const char **v = arena_alloc(w->arena, (w->all_n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < w->all_n; i++) {
		const struct transfer *t = &w->all[i];
		const char *prefix;

		if (is_member(w, t->id) || t->gone != 0)
			continue;
		prefix = map_prefix(w->arena, t->new_prefix);
		if (strcmp(prefix, w->prefix) != 0 && covers(w->prefix, prefix))
			v[n++] = prefix;
	}
	*n_out = n;
	return v;
}

static bool is_ours(const struct work *w, const char *const *v, size_t n,
		    const char *common)
{
	if (!covers(w->prefix, common))
		return false;
	for (size_t i = 0; i < n; i++)
		if (covers(v[i], common))
			return false;
	return true;
}

const struct seal_folder *evidence_at_seal(const struct work_member *m, int64_t folder)
{
	size_t lo = 0, hi = m->seal_folder_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->seal_folder[mid].folder < folder)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < m->seal_folder_n && m->seal_folder[lo].folder == folder
		       ? &m->seal_folder[lo]
		       : NULL;
}

/* A folder that went from the old side after the seal: what was in it then still has to
 * be accounted for. */
static bool sealed_only(struct work_folder *f, const struct work_member *m)
{
	const struct seal_folder *s = evidence_at_seal(m, f->view->folder.id);

	if (s == NULL || s->epoch == 0)
		return false;
	f->sealed_only = true;
	f->proof = PROOF_GOOD;
	f->epoch = s->epoch;
	f->messages = s->messages;
	return true;
}

static bool any_sealed(const struct work *w)
{
	for (size_t i = 0; i < w->member_n; i++)
		if (w->member[i].sealed)
			return true;
	return false;
}

static bool in_a_seal(const struct work *w, int64_t folder)
{
	for (size_t i = 0; i < w->member_n; i++)
		if (evidence_at_seal(&w->member[i], folder) != NULL)
			return true;
	return false;
}

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* m is NULL for the new side. */
static bool load_folders(struct work *w, struct work_side *s, struct work_member *m,
			 struct err *err)
{
	const char **others = NULL;
	struct folder_view *view = NULL;
	const char *prefix = NULL;
	struct map_names names;
	size_t n = 0, others_n = 0, own = 0;

	if (!store_folders(w->st, s->account, m != NULL ? m->sealed : any_sealed(w),
			   w->arena, &view, &n, err))
		return false;
	for (size_t i = 0; i < n && prefix == NULL; i++)
		prefix = map_prefix_seen(w->arena, s->view.prefix, s->view.delim,
					 &view[i].folder);
	names = (struct map_names){ prefix != NULL ? prefix : s->view.prefix,
				    s->view.delim };
	s->names = names;
	if (!fates_load(w, s, &names, err))
		return false;
	if (m == NULL) {
		others = neighbours(w, &others_n);
		w->gone = arena_alloc(w->arena, (n + 1) * sizeof *w->gone);
	}
	if (m == NULL && any_sealed(w))
		w->ours = arena_alloc(w->arena, (n + 1) * sizeof *w->ours);
	s->folder = arena_alloc(w->arena, (n + 1) * sizeof *s->folder);
	for (size_t i = 0; i < n; i++) {
		struct work_folder *f = &s->folder[s->folder_n];

		if ((view[i].folder.attrs & FOLDER_FOREIGN) != 0)
			continue;
		*f = (struct work_folder){ .view = &view[i], .epoch = view[i].epoch };
		f->common = map_common(w->arena, &names, view[i].folder.name,
				       view[i].folder.delim);
		if (m == NULL && w->ours != NULL &&
		    is_ours(w, others, others_n, f->common))
			w->ours[w->ours_n++] = view[i].folder.id;
		if (view[i].outcome == FOLDER_GONE) {
			if (m != NULL)
				s->folder_n += sealed_only(f, m);
			else if (in_a_seal(w, view[i].folder.id))
				w->gone[w->gone_n++] = f->common;
			continue;
		}
		f->proof = judge_folder(&view[i], w->o->now, w->o->max_age);
		own += f->proof != PROOF_NO_MAIL;
		if (m == NULL && !is_ours(w, others, others_n, f->common))
			continue;
		if (s->proof != PROOF_GOOD &&
		    (f->proof == PROOF_GOOD || f->proof == PROOF_HOLES))
			f->proof = s->proof;
		if (f->proof == PROOF_HOLES && !holes_load(w, f, err))
			return false;
		if (f->proof != PROOF_NO_MAIL && view[i].seen_run != 0)
			f->messages = view[i].state.exists >= 0 ? view[i].state.exists
								: view[i].messages_read;
		s->folder_n++;
	}
	if (m == NULL && w->ours_n > 1)
		qsort(w->ours, w->ours_n, sizeof *w->ours, by_id);
	/* Every account has an INBOX: who sees only other people's folders, or places
	 * that hold no mail, does not see the account. */
	if (own == 0 && !judge_proof_blind(s->proof))
		s->proof = PROOF_NO_FOLDERS;
	return true;
}

static bool load_side(struct work *w, struct work_side *s, int64_t account,
		      struct work_member *m, struct err *err)
{
	struct run run;

	s->account = account;
	s->started = INT64_MAX;
	if (account != 0 && !store_account_view(w->st, account, w->arena, &s->view, err))
		return false;
	s->proof = judge_side(account != 0, &s->view, w->o->now, w->o->max_age);
	if (account != 0 && !load_folders(w, s, m, err))
		return false;
	if (s->view.good_run == 0)
		return true;
	if (!store_run_get(w->st, s->view.good_run, w->arena, &run, err))
		return false;
	s->started = run.started;
	return true;
}

/* The baseline, the oldest that still binds, and whether a mover ran after it. */
static bool load_seal(struct work *w, struct work_member *m, struct err *err)
{
	struct event *event = NULL;
	int64_t back = INT64_MIN;
	bool found = false;
	size_t n = 0;

	if (!store_seal_newest(w->st, m->t->id, w->arena, &m->seal, &m->seal_folder,
			       &m->seal_folder_n, &m->sealed, err))
		return false;
	if (!m->sealed)
		return true;
	if (!store_events(w->st, m->t->id, w->arena, &event, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		m->mover_ran |= event[i].at > m->seal.at &&
				(strcmp(event[i].kind, "presync") == 0 ||
				 strcmp(event[i].kind, "last-pass") == 0);
	for (size_t i = 0; i < n; i++)
		if (strcmp(event[i].kind, "rollback") == 0 && event[i].at > back)
			back = event[i].at;
	m->first = m->seal;
	return store_seal_first(w->st, m->t->id, back, w->arena, &m->first, &found, err);
}

/* APPENDLIMIT of the new server (RFC 7889), or what the config knows of its kind. */
static int64_t largest(const struct work *w)
{
	static const char name[] = "APPENDLIMIT=";
	struct span rest = span_str(w->new.view.found ? w->new.view.capability : "");
	int64_t best = w->o->max_octets;
	int64_t known = w->profile->message_octets.value;

	if (known > 0 && (best < 0 || known < best))
		best = known;
	while (rest.n > 0) {
		ptrdiff_t at = span_index(rest, ' ');
		struct span word = { rest.p, at < 0 ? rest.n : (size_t)at };
		int64_t limit;

		if (span_istarts(word, name) &&
		    num_i64(span_from(word, sizeof name - 1), 1, INT64_MAX, &limit) &&
		    (best < 0 || limit < best))
			best = limit;
		rest = span_from(rest, word.n + 1);
	}
	return best;
}

bool evidence_load(struct work *w, struct err *err)
{
	const struct transfer *first = w->member[0].t;

	w->prefix = map_prefix(w->arena, first->new_prefix);
	kinds_trim(&w->kinds[SIDE_OLD]);
	kinds_trim(&w->kinds[SIDE_NEW]);
	for (size_t i = 0; i < w->member_n; i++)
		if (!load_seal(w, &w->member[i], err))
			return false;
	if (!load_side(w, &w->new, first->new_account, NULL, err))
		return false;
	if (!kinds_find(&w->kinds[SIDE_NEW], w->o->profile[SIDE_NEW], &w->new.view,
			&w->profile, err))
		return false;
	w->max_octets = largest(w);
	for (size_t i = 0; i < w->member_n; i++) {
		struct work_member *m = &w->member[i];

		if (!load_side(w, &m->old, m->t->old_account, m, err) ||
		    !kinds_find(&w->kinds[SIDE_OLD], w->o->profile[SIDE_OLD],
				&m->old.view, &m->profile, err))
			return false;
		m->not_comparable = w->o->not_comparable | w->profile->not_comparable |
				    m->profile->not_comparable;
	}
	return true;
}
