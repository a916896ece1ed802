/* SPDX-License-Identifier: MIT */
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

/*
 * The namespace prefix as people see it.  The server sends it encoded like a folder name;
 * an ASCII one without '&' reads the same.  For others the decoded name of a folder below
 * it tells: decoding keeps the number of delimiters.
 */
static const char *prefix_decoded(struct arena *arena, const struct account_view *v,
				  const struct folder_view *folder, size_t n)
{
	size_t len = strlen(v->prefix), levels = 0;

	if (strchr(v->prefix, '&') == NULL || v->delim == '\0')
		return v->prefix;
	for (size_t i = 0; i < len; i++)
		levels += v->prefix[i] == v->delim;
	for (size_t i = 0; i < n && levels > 0; i++) {
		const char *p = folder[i].folder.name;
		size_t left = levels;

		if (strncmp(folder[i].folder.wire, v->prefix, len) != 0)
			continue;
		while (*p != '\0' && left > 0)
			left -= *p++ == v->delim;
		if (left == 0)
			return arena_span(
				arena,
				(struct span){ folder[i].folder.name,
					       (size_t)(p - folder[i].folder.name) });
	}
	return v->prefix;
}

/* Other transfers that end in the same new account: whose prefix is longer takes its
 * folders from us, whose prefix is the same shares them with us. */
static const char **neighbours(struct work *w, size_t *n_out)
{
	const char **v = arena_alloc(w->arena, (w->all_n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < w->all_n; i++) {
		const struct transfer *t = &w->all[i];
		const char *prefix;

		if (t->id == w->t->id || t->gone != 0 || t->new_account == 0 ||
		    t->new_account != w->t->new_account)
			continue;
		prefix = map_prefix(w->arena, t->new_prefix);
		if (strcmp(prefix, w->prefix) == 0) {
			if (w->shared == NULL && t->old_account != w->t->old_account)
				w->shared = t->name;
		} else if (covers(w->prefix, prefix)) {
			v[n++] = prefix;
		}
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

static bool load_folders(struct work *w, enum side side, struct err *err)
{
	struct work_side *s = &w->side[side];
	const char **others = NULL;
	struct folder_view *view = NULL;
	struct map_names names;
	size_t n = 0, others_n = 0, own = 0;

	if (!store_folders(w->st, s->account, false, w->arena, &view, &n, err))
		return false;
	names = (struct map_names){ prefix_decoded(w->arena, &s->view, view, n),
				    s->view.delim };
	if (side == SIDE_NEW)
		others = neighbours(w, &others_n);
	s->folder = arena_alloc(w->arena, (n + 1) * sizeof *s->folder);
	for (size_t i = 0; i < n; i++) {
		struct work_folder *f = &s->folder[s->folder_n];

		if ((view[i].folder.attrs & FOLDER_FOREIGN) != 0)
			continue;
		f->view = &view[i];
		f->proof = judge_folder(&view[i], w->o->now, w->o->max_age);
		own += f->proof != PROOF_NO_MAIL;
		f->common = map_common(w->arena, &names, view[i].folder.name,
				       view[i].folder.delim);
		if (side == SIDE_NEW && !is_ours(w, others, others_n, f->common))
			continue;
		if (f->proof == PROOF_GOOD && s->proof != PROOF_GOOD)
			f->proof = s->proof;
		if (f->proof != PROOF_NO_MAIL && view[i].seen_run != 0)
			f->messages = view[i].state.exists >= 0 ? view[i].state.exists
								: view[i].messages_read;
		s->folder_n++;
	}
	/* Every account has an INBOX: who sees only other people's folders, or places
	 * that hold no mail, does not see the account. */
	if (own == 0 && !judge_proof_blind(s->proof))
		s->proof = PROOF_NO_FOLDERS;
	return true;
}

bool evidence_load(struct work *w, struct err *err)
{
	w->prefix = map_prefix(w->arena, w->t->new_prefix);
	for (int i = 0; i < SIDE_COUNT; i++) {
		struct work_side *s = &w->side[i];
		struct run run;

		s->account = i == SIDE_OLD ? w->t->old_account : w->t->new_account;
		s->started = INT64_MAX;
		if (s->account != 0 &&
		    !store_account_view(w->st, s->account, w->arena, &s->view, err))
			return false;
		s->proof = judge_side(s->account != 0, &s->view, w->o->now,
				      w->o->max_age);
		if (s->account != 0 && !load_folders(w, (enum side)i, err))
			return false;
		if (s->view.good_run == 0)
			continue;
		if (!store_run_get(w->st, s->view.good_run, w->arena, &run, err))
			return false;
		s->started = run.started;
	}
	return true;
}
