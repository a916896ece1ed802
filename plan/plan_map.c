/* SPDX-License-Identifier: MIT */
#include "plan/plan_map.h"

#include "base/strbuf.h"
#include "base/text.h"
#include "plan/plan_crowd.h"
#include "plan/plan_groups.h"
#include "plan/plan_name.h"
#include "store/store_account.h"
#include "store/store_folder.h"

/* Where a transfer ends, to see who shares the place. */
struct place {
	int64_t account, old_account;
	const char *prefix;
};

/* Profiles that were found, by what the servers said: thousands of accounts say the
 * same. */
#define KNOWN_MAX 64
struct known {
	enum side side;
	const char *server_id, *capability;
	const struct profile *profile;
};

struct planner {
	struct store *st;
	const struct plan_map_options *o;
	struct plan_map_result *r;
	struct map *map;
	struct plan_groups *groups;
	struct transfer *t; /* all that are listed, ordered by folded name */
	size_t t_n;
	struct place *place; /* sorted */
	size_t place_n;
	bool *listed; /* by index in t: its old folders were looked at */
	bool gaps;    /* an old account has no listing */
	bool new_seen;
	struct known known[KNOWN_MAX];
	size_t known_n;
	struct arena all, one, profiles; /* of the run, of one transfer, of known */
};

/* One side of the transfer at hand. */
struct half {
	int64_t account;
	struct account_view view;
	struct folder_view *folder;
	const char **common; /* of each; NULL for foreign ones */
	size_t n;
	struct plan_place place;
};

/* ---- profiles ---- */

static bool profile_of(struct planner *p, enum side side, const struct account_view *v,
		       const struct profile **out, struct err *err)
{
	struct profile_signs signs = { .server_id = v->found ? v->server_id : NULL,
				       .capability = v->found ? v->capability : NULL };
	const char *id = v->found ? v->server_id : "",
		   *capability = v->found ? v->capability : "";
	struct known *k;

	for (size_t i = 0; i < p->known_n; i++)
		if (p->known[i].side == side && strcmp(p->known[i].server_id, id) == 0 &&
		    strcmp(p->known[i].capability, capability) == 0) {
			*out = p->known[i].profile;
			return true;
		}
	k = &p->known[p->known_n];
	if (!profile_find(&p->profiles, p->o->profile[side], &signs, &k->profile, err))
		return false;
	k->side = side;
	k->server_id = arena_strdup(&p->profiles, id);
	k->capability = arena_strdup(&p->profiles, capability);
	p->known_n++;
	*out = k->profile;
	return true;
}

/* ---- one side ---- */

static bool load(struct planner *p, enum side side, int64_t account, struct half *h,
		 struct err *err)
{
	struct map_names names;
	const char *prefix = NULL;

	*h = (struct half){ .account = account,
			    .view = { .prefix = "", .server_id = "", .capability = "" } };
	if (account != 0 && !store_account_view(p->st, account, &p->one, &h->view, err))
		return false;
	if (!profile_of(p, side, &h->view, &h->place.profile, err))
		return false;
	h->place.prefix = "";
	h->place.delim = h->place.profile->delimiter;
	if (h->view.good_run == 0)
		return true;
	if (!store_folders(p->st, account, false, &p->one, &h->folder, &h->n, err))
		return false;
	for (size_t i = 0; i < h->n && prefix == NULL; i++)
		prefix = map_prefix_seen(&p->one, h->view.prefix, h->view.delim,
					 &h->folder[i].folder);
	names = (struct map_names){ prefix != NULL ? prefix : h->view.prefix,
				    h->view.delim };
	h->place.prefix = names.prefix;
	h->place.delim = h->view.delim;
	h->common = arena_alloc(&p->one, (h->n + 1) * sizeof *h->common);
	for (size_t i = 0; i < h->n; i++)
		if ((h->folder[i].folder.attrs & FOLDER_FOREIGN) == 0 &&
		    *h->folder[i].folder.name != '\0')
			h->common[i] = map_common(&p->one, &names,
						  h->folder[i].folder.name,
						  h->folder[i].folder.delim);
	return true;
}

static bool is_stale(const struct planner *p, const struct half *h)
{
	return h->view.good_run != 0 && p->o->now - h->view.good_at > p->o->max_age;
}

static struct map_special *special_of(struct planner *p, const struct half *h,
				      size_t *n_out)
{
	struct map_special *v = arena_alloc(&p->one, (h->n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->common[i] != NULL &&
		    (h->folder[i].folder.attrs & FOLDER_SPECIAL_MASK) != 0)
			v[n++] = (struct map_special){ h->common[i],
						       h->folder[i].folder.attrs };
	*n_out = n;
	return v;
}

static int by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static bool among(const char *const *sorted, size_t n, const char *name)
{
	return n > 0 && bsearch(&name, sorted, n, sizeof *sorted, by_text) != NULL;
}

/* The names of a half, or what the server takes them for, sorted. */
static const char **names_of(struct planner *p, const struct half *h, bool keys,
			     size_t *n_out)
{
	const char **v = arena_alloc(&p->one, (h->n + 1) * sizeof *v);
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->common[i] != NULL)
			v[n++] = keys ? plan_name_key(&p->one, &h->place, h->common[i])
				      : h->common[i];
	qsort(v, n, sizeof *v, by_text);
	*n_out = n;
	return v;
}

/* ---- one folder ---- */

static void excluded(struct plan_map_folder *f)
{
	plan_sign(&f->signs,
		  f->messages == 0 ? PLAN_MAP_EXCLUDED_EMPTY : PLAN_MAP_EXCLUDED,
		  f->rule->text);
}

static void make_row(struct planner *p, const struct transfer *t, const struct half *old,
		     size_t i, struct plan_row *row)
{
	const struct folder_view *v = &old->folder[i];
	struct plan_map_folder *f = &row->f;
	struct map_result made;
	struct err why = ERR_INIT;
	bool failed;

	*f = (struct plan_map_folder){
		.transfer = t->name,
		.old_name = old->common[i],
		.mail = (v->folder.attrs & (FOLDER_NOSELECT | FOLDER_NONEXISTENT)) == 0,
		.messages = v->seen_run != 0 ? v->state.exists : -1,
		.octets = v->seen_run != 0 ? v->state.octets : -1
	};
	failed = !map_target(p->map, &p->one, old->common[i], v->folder.attrs, &made,
			     &why);
	if (failed) {
		/* Without the folder's name, or each is a group of its own. */
		const char *rule = strstr(why.text, ": map.");

		plan_sign(&f->signs, PLAN_MAP_FAILED,
			  arena_strdup(&p->one, rule != NULL ? rule + 2 : why.text));
		return;
	}
	f->new_name = made.target;
	f->how = made.how;
	f->rule = made.rule;
	if (f->how == MAP_EXCLUDED && f->mail)
		excluded(f);
}

static void check_new(struct planner *p, const struct half *new, const char *const *names,
		      size_t names_n, const char *const *keys, size_t keys_n,
		      struct plan_row *row)
{
	struct plan_map_folder *f = &row->f;

	if (f->new_name == NULL || f->how == MAP_EXCLUDED)
		return;
	row->key = plan_name_key(&p->one, &new->place, f->new_name);
	f->exists = among(names, names_n, f->new_name);
	/* What is there was not refused. */
	if (!f->exists) {
		plan_name_check(&p->one, &new->place, f->new_name, &f->signs);
	} else {
		const char *reserved = plan_name_among(&p->one, new->place.profile,
						       &new->place.profile->reserved,
						       f->new_name);

		if (reserved != NULL && f->mail)
			plan_sign(&f->signs, PLAN_MAP_RESERVED,
				  arena_printf(&p->one, "\"%s\"", reserved));
	}
	if (!f->mail)
		return;
	if (f->exists)
		plan_sign(&f->signs, PLAN_MAP_EXISTS, "under the same name");
	else if (among(keys, keys_n, row->key))
		plan_sign(&f->signs, PLAN_MAP_EXISTS, "under another spelling");
}

static void check_old(struct planner *p, const struct half *old, struct plan_row *row)
{
	const struct profile *profile = old->place.profile;
	const char *name;

	name = plan_name_among(&p->one, profile, &profile->virtual_folders,
			       row->f.old_name);
	if (name != NULL)
		plan_sign(&row->f.signs, PLAN_MAP_VIRTUAL,
			  arena_printf(&p->one, "\"%s\"", name));
	name = plan_name_among(&p->one, profile, &profile->not_mail, row->f.old_name);
	if (name != NULL)
		plan_sign(&row->f.signs, PLAN_MAP_NOT_MAIL,
			  arena_printf(&p->one, "\"%s\"", name));
}

/* ---- one transfer ---- */

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->account != y->account)
		return x->account < y->account ? -1 : 1;
	return strcmp(x->prefix, y->prefix);
}

static bool is_shared(struct planner *p, const struct transfer *t)
{
	struct place key = { t->new_account, 0, map_prefix(&p->one, t->new_prefix) };
	const struct place *found;

	if (t->new_account == 0)
		return false;
	found = bsearch(&key, p->place, p->place_n, sizeof key, by_place);
	if (found == NULL)
		return false;
	while (found > p->place && by_place(found - 1, &key) == 0)
		found--;
	for (; found < p->place + p->place_n && by_place(found, &key) == 0; found++)
		if (found->old_account != t->old_account)
			return true;
	return false;
}

static bool tell(struct planner *p, const struct transfer *t, const struct plan_row *row,
		 struct err *err)
{
	struct plan_map_result *r = p->r;
	const struct plan_map_folder *f = &row->f;

	for (size_t i = 0; i < f->signs.n; i++)
		plan_groups_add(p->groups, &f->signs.v[i], t->id, t->name, f->old_name,
				f->messages, f->octets);
	if (f->mail) {
		r->folders++;
		r->failed += f->new_name == NULL;
		r->existing += f->exists;
		if (f->how == MAP_EXCLUDED) {
			r->excluded++;
			r->excluded_messages += f->messages > 0 ? f->messages : 0;
			r->excluded_octets += f->octets > 0 ? f->octets : 0;
		} else if (f->new_name != NULL) {
			r->same += f->how == MAP_SAME;
			r->ruled += f->how == MAP_RULE;
		}
	}
	return p->o->folder == NULL || p->o->folder(p->o->ctx, f, err);
}

static const char *last_error(const struct half *h)
{
	return h->view.found ? h->view.error : "";
}

/* What is said of the account itself. */
static void account_signs(struct planner *p, const struct transfer *t,
			  const struct half *old, const struct half *new,
			  struct plan_map_signs *out)
{
	if (old->view.good_run == 0)
		plan_sign(out, PLAN_MAP_NO_OLD, last_error(old));
	if (!p->o->one_sided && new->view.good_run == 0)
		plan_sign(out, PLAN_MAP_NO_NEW, last_error(new));
	if (is_stale(p, old) || is_stale(p, new))
		plan_sign(out, PLAN_MAP_STALE, "");
	if (is_shared(p, t))
		plan_sign(out, PLAN_MAP_SHARED, "");
	p->gaps = p->gaps || old->view.good_run == 0;
	p->new_seen = p->new_seen || new->view.good_run != 0;
}

/* The folders of a transfer whose old side was listed. */
static bool plan_folders(struct planner *p, const struct transfer *t,
			 const struct half *old, const struct half *new, struct err *err)
{
	size_t special_n, names_n, keys_n, n = 0;
	struct map_special *special = special_of(p, new, &special_n);
	const char **names = names_of(p, new, false, &names_n);
	const char **keys = names_of(p, new, true, &keys_n);
	struct plan_row *row = arena_alloc(&p->one, (old->n + 1) * sizeof *row);

	map_enter(p->map, t->name, t->new_prefix, special, special_n);
	for (size_t i = 0; i < old->n; i++) {
		if (old->common[i] == NULL)
			continue;
		make_row(p, t, old, i, &row[n]);
		check_old(p, old, &row[n]);
		check_new(p, new, names, names_n, keys, keys_n, &row[n]);
		n++;
	}
	plan_crowds(&p->one, row, n);
	for (size_t i = 0; i < n; i++)
		if (!tell(p, t, &row[i], err))
			return false;
	return true;
}

static bool plan_one(struct planner *p, size_t index, struct err *err)
{
	const struct transfer *t = &p->t[index];
	struct plan_row account = {
		.f = { .transfer = t->name, .old_name = "", .messages = -1, .octets = -1 }
	};
	struct half old, new;

	arena_reset(&p->one);
	/* A server that says something else each time must not fill the memory. */
	if (p->known_n > KNOWN_MAX - SIDE_COUNT) {
		arena_reset(&p->profiles);
		p->known_n = 0;
	}
	p->r->transfers++;
	if (t->old_account == 0 || transfer_stays(t->decision)) {
		p->r->not_moved++;
		return tell(p, t, &account, err);
	}
	if (!load(p, SIDE_OLD, t->old_account, &old, err) ||
	    !load(p, SIDE_NEW, t->new_account, &new, err))
		return false;
	account_signs(p, t, &old, &new, &account.f.signs);
	if (!tell(p, t, &account, err))
		return false;
	p->listed[index] = old.view.good_run != 0;
	return !p->listed[index] || plan_folders(p, t, &old, &new, err);
}

/* ---- the whole ---- */

/* Index of the transfer with this name, t_n: none.  They are ordered by folded name. */
static size_t index_of(struct planner *p, const char *name)
{
	const char *fold = text_fold(&p->all, span_str(name));
	size_t lo = 0, hi = p->t_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(text_fold(&p->all, span_str(p->t[mid].name)), fold) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < p->t_n && strcmp(text_fold(&p->all, span_str(p->t[lo].name)), fold) != 0)
		lo = p->t_n;
	return lo;
}

/* A rule that matched nothing, where it could have. */
static void say_idle(struct planner *p, const struct map_rule *rule)
{
	struct plan_map_sign s = { PLAN_MAP_IDLE,
				   arena_printf(&p->all, "%s %s",
						map_kind_name(rule->kind), rule->text) };
	size_t i = *rule->transfer != '\0' ? index_of(p, rule->transfer) : p->t_n;
	bool own = i < p->t_n;

	if (rule->kind == MAP_SPECIAL_USE && !p->new_seen)
		return;
	if (own ? !p->listed[i] : !p->o->all || (p->gaps && *rule->transfer == '\0'))
		return;
	if (*rule->transfer != '\0')
		s.detail = arena_printf(&p->all, "%s, for %s%s", s.detail, rule->transfer,
					own ? "" : ", who is not listed");
	plan_groups_add(p->groups, &s, own ? p->t[i].id : 0, rule->transfer, "", -1, -1);
}

static void take_rules(struct planner *p)
{
	const struct map_rule *list = map_list(p->map, &p->r->rule_n);
	struct map_rule *copy = arena_alloc(p->r->arena,
					    (p->r->rule_n + 1) * sizeof *copy);

	for (size_t i = 0; i < p->r->rule_n; i++) {
		if (list[i].matched == 0)
			say_idle(p, &list[i]);
		copy[i] = list[i];
		copy[i].transfer = arena_strdup(p->r->arena, list[i].transfer);
		copy[i].text = arena_strdup(p->r->arena, list[i].text);
	}
	p->r->rule = copy;
}

static void take_profiles(struct planner *p)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct strbuf sb = STRBUF_INIT;

		for (size_t i = 0; i < p->known_n; i++) {
			const char *title = p->known[i].profile->title;

			if (p->known[i].side != (enum side)side ||
			    strstr(strbuf_cstr(&sb), title) != NULL)
				continue;
			strbuf_addf(&sb, "%s%s", sb.n > 0 ? ", " : "", title);
		}
		p->r->profile[side] = arena_span(p->r->arena, strbuf_span(&sb));
		strbuf_done(&sb);
	}
}

static void take_groups(struct planner *p)
{
	struct plan_map_result *r = p->r;

	plan_groups_list(p->groups, r->arena, &r->group, &r->group_n);
	for (size_t i = 0; i < r->group_n; i++)
		switch (plan_map_class_weight(r->group[i].cls)) {
		case PLAN_MAP_UNKNOWN:
			r->unknown++;
			break;
		case PLAN_MAP_PROBLEM:
			r->problems++;
			break;
		case PLAN_MAP_NOTE:
			r->notes++;
			break;
		}
}

static void find_places(struct planner *p)
{
	p->place = arena_alloc(&p->all, (p->t_n + 1) * sizeof *p->place);
	for (size_t i = 0; i < p->t_n; i++)
		if (p->t[i].new_account != 0)
			p->place[p->place_n++] = (struct place){
				p->t[i].new_account, p->t[i].old_account,
				map_prefix(&p->all, p->t[i].new_prefix)
			};
	qsort(p->place, p->place_n, sizeof *p->place, by_place);
}

static int by_id(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool plan_all(struct planner *p, struct err *err)
{
	const struct plan_map_options *o = p->o;
	int64_t *wanted = arena_alloc(&p->all, (o->transfer_n + 1) * sizeof *wanted);

	if (o->transfer_n > 0)
		memcpy(wanted, o->transfers, o->transfer_n * sizeof *wanted);
	qsort(wanted, o->transfer_n, sizeof *wanted, by_id);
	p->listed = arena_alloc(&p->all, p->t_n + 1);
	find_places(p);
	for (size_t i = 0; i < p->t_n; i++) {
		if (bsearch(&p->t[i].id, wanted, o->transfer_n, sizeof *wanted, by_id) ==
		    NULL)
			continue;
		if (o->stop != NULL && o->stop(o->ctx))
			return err_set(err, ERR_STOPPED,
				       "stopped after %lld of %zu accounts",
				       (long long)p->r->transfers, o->transfer_n);
		if (!plan_one(p, i, err))
			return err_wrap(err, "plan %s",
					text_shown(&p->all, span_str(p->t[i].name)));
	}
	take_rules(p);
	take_profiles(p);
	take_groups(p);
	return true;
}

static struct plan_map_result *new_result(void)
{
	struct plan_map_result *r = mem_calloc(1, sizeof *r);

	r->arena = mem_calloc(1, sizeof *r->arena);
	arena_init(r->arena);
	return r;
}

void plan_map_free(struct plan_map_result *r)
{
	if (r == NULL)
		return;
	arena_done(r->arena);
	free(r->arena);
	free(r);
}

bool plan_map(struct store *st, const struct plan_map_options *o,
	      struct plan_map_result **out, struct err *err)
{
	struct planner p = { .st = st, .o = o, .r = new_result() };
	bool ok = false;

	arena_init(&p.all);
	arena_init(&p.one);
	arena_init(&p.profiles);
	p.groups = plan_groups_new();
	if (map_open(o->rules, &p.map, err) && store_read_begin(st, err)) {
		ok = store_transfers(st, false, &p.all, &p.t, &p.t_n, err) &&
		     plan_all(&p, err);
		store_read_end(st);
	}
	map_close(p.map);
	plan_groups_free(p.groups);
	arena_done(&p.profiles);
	arena_done(&p.one);
	arena_done(&p.all);
	if (ok)
		*out = p.r;
	else
		plan_map_free(p.r);
	return ok;
}
