/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>

#include "base/clock.h"
#include "base/fs.h"
#include "cli/accounts_use.h"
#include "cli/checklists.h"
#include "cli/msg.h"
#include "plan/plan_dormant.h"
#include "store/store_evidence.h"

#define DORMANT_DAYS 90 /* as `accounts dormant` asks by default */

/* ---- a site's own lists ---- */

static int is_list(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

static bool add_file(struct checklists_seen *c, const char *dir, const char *name,
		     struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char *path = fs_join(dir, name);
	bool ok = fs_read(path, CHECKLIST_SIZE_MAX, &text, err);

	if (!ok && err->cls == ERR_LIMIT)
		err->cls = ERR_CONFIG;
	ok = ok && checklists_add(&c->lists, path, strbuf_span(&text), err);
	strbuf_done(&text);
	free(path);
	return ok;
}

static bool add_files(struct checklists_seen *c, const struct project *p, struct err *err)
{
	char *dir = project_path(p, CHECKLISTS_DIR);
	struct dirent **names = NULL;
	int n = scandir(dir, &names, is_list, alphasort);
	bool ok = true;

	if (n < 0 && errno != ENOENT)
		ok = err_set(err, ERR_LOCAL, "cannot read %s: %s", shown(dir),
			     strerror(errno));
	for (int i = 0; i < n; i++) {
		ok = ok && add_file(c, dir, names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	free(dir);
	return ok;
}

bool checklists_blank(const struct project *p, struct checklists_seen *out,
		      struct err *err)
{
	*out = (struct checklists_seen){ 0 };
	arena_init(&out->arena);
	checklists_open(&out->lists);
	return p == NULL || add_files(out, p, err);
}

void checklists_forget(struct checklists_seen *c)
{
	checklists_close(&c->lists);
	arena_done(&c->arena);
	*c = (struct checklists_seen){ 0 };
}

/* ---- evidence ---- */

static bool nobody_decided(const struct transfer *t)
{
	return *t->decision == '\0';
}

/* What plan makes of the logs. */
static bool look_at_use(const struct project *p, struct plan_use *use, struct evidence *e,
			struct err *err)
{
	struct evidence_use *u = &e->use;
	struct plan_dormant d;
	struct plan_still s;

	if (!plan_dormant(use, p->store, SIDE_OLD, DORMANT_DAYS, e->now, &d, err) ||
	    !plan_still(use, p->store, ACCOUNTS_GRACE, &s, err))
		return false;
	*u = (struct evidence_use){ .days = DORMANT_DAYS,
				    .unknown = (int64_t)d.blockers,
				    .still_logins = s.logins,
				    .still_deliveries = s.deliveries,
				    .gaps = (int64_t)s.cover.gap_n };
	for (size_t i = 0; i < d.n; i++) {
		u->dormant += d.v[i].state == DORMANCY_DORMANT;
		u->undecided += d.v[i].state == DORMANCY_DORMANT &&
				nobody_decided(d.v[i].t);
		u->unproven += d.v[i].state == DORMANCY_UNPROVEN;
	}
	for (size_t i = 0; i < s.n; i++)
		if (s.v[i].last > u->still_last)
			u->still_last = s.v[i].last;
	return true;
}

static bool look_at_logs(const struct project *p, struct evidence *e, struct err *err)
{
	const struct plan_use_setup setup = { .names = &p->config.logs.names,
					      .proxies = p->config.logs.proxies,
					      .proxy_n = p->config.logs.proxy_n,
					      .own = p->config.logs.own,
					      .own_n = p->config.logs.own_n };
	struct plan_use use = { 0 };
	bool ok;

	if (e->side[SIDE_OLD].log_files == 0)
		return true;
	ok = plan_use_open(p->store, &setup, &use, err) && look_at_use(p, &use, e, err);
	plan_use_close(&use);
	return ok;
}

static bool look(const struct project *p, bool any_age, struct checklists_seen *out,
		 struct err *err)
{
	if (!checklists_blank(p, out, err) ||
	    !store_evidence(p->store, clock_now(), project_one_sided(p), &out->evidence,
			    err) ||
	    !look_at_logs(p, &out->evidence, err) ||
	    !store_item_words(p->store, &out->arena, &out->words, &out->word_n, err))
		return false;
	out->evidence.any_age = any_age;
	out->service = p->config.service_date;
	out->view = arena_alloc(&out->arena, (out->lists.n + 1) * sizeof *out->view);
	for (size_t i = 0; i < out->lists.n; i++)
		list_judge(out->lists.list[i], &out->evidence, out->words, out->word_n,
			   out->service, &out->arena, &out->view[i]);
	return true;
}

bool checklists_see(const struct project *p, struct checklists_seen *out, struct err *err)
{
	return look(p, false, out, err);
}

bool checklists_see_any_age(const struct project *p, struct checklists_seen *out,
			    struct err *err)
{
	return look(p, true, out, err);
}

const char *checklists_by(const struct item_view *v, struct arena *arena)
{
	char iso[CLOCK_ISO_SIZE];

	if (v->due == 0)
		return "";
	return arena_printf(arena, "%.10s", clock_iso(v->due - 1, iso));
}

const struct checklist *checklists_of(const struct checklists_seen *c,
				      const struct item_view *v)
{
	for (size_t i = 0; i < c->lists.n; i++)
		if (checklist_item(c->lists.list[i], v->item->id) == v->item)
			return c->lists.list[i];
	return NULL;
}

bool checklists_next(const struct project *p, struct arena *arena,
		     struct checklists_next *out, struct err *err)
{
	struct checklists_seen c = { 0 };
	const struct item_view **v;
	size_t n;
	bool ok;

	*out = (struct checklists_next){ 0 };
	ok = checklists_see(p, &c, err);
	if (ok) {
		lists_due(c.view, c.lists.n, &c.arena, &v, &n, &out->begun);
		if (n > 0) {
			out->item = arena_printf(arena, "%s:%s",
						 checklists_of(&c, v[0])->name,
						 v[0]->item->id);
			out->text = arena_strdup(arena, v[0]->item->text);
			out->due = checklists_by(v[0], arena);
			out->state = item_state_name(v[0]->state);
			out->late = v[0]->overdue;
			out->more = n - 1;
		}
	}
	checklists_forget(&c);
	return ok;
}
