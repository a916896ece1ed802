/* SPDX-License-Identifier: MIT */
/* `mailmuster plan notices`: texts for users, a stage each. */
#include "cli/plan_notices.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/accounts_use.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "store/store_seal.h"

#define FOLDERS_NAMED 5 /* of a kind, in a text */
#define LATER	      "a day that you will be told"

static int by_id(const void *a, const void *b)
{
	const struct notice_who *const *x = a, *const *y = b;

	return ((*x)->t->id > (*y)->t->id) - ((*x)->t->id < (*y)->t->id);
}

static struct notice_who **index_of(struct notice_desk *k)
{
	struct notice_who **v = arena_alloc(
		&k->arena, (k->d.scope.n + 1) * sizeof(struct notice_who *));

	for (size_t i = 0; i < k->d.scope.n; i++)
		v[i] = &k->who[i];
	if (k->d.scope.n > 0)
		qsort(v, k->d.scope.n, sizeof *v, by_id);
	return v;
}

static struct notice_who *find(struct notice_desk *k, struct notice_who **index,
			       int64_t id)
{
	const struct transfer t = { .id = id };
	const struct notice_who key = { .t = &t }, *at = &key;
	struct notice_who **found = k->d.scope.n == 0 ? NULL
						      : bsearch(&at, index, k->d.scope.n,
								sizeof *index, by_id);

	return found != NULL ? *found : NULL;
}

/* ---- what is known of each ---- */

static bool on_facts(void *ctx, const struct plan_facts *f, struct err *err)
{
	struct notice_desk *k = ctx;
	struct notice_who *w = &k->who[f->index];

	(void)err;
	w->moves = f->moves;
	w->unknown = f->moves && !f->listed;
	w->messages = f->listed ? f->messages : -1;
	w->octets = f->listed && f->sized ? f->octets : -1;
	return true;
}

static bool waves(struct notice_desk *k, struct notice_who **index, struct err *err)
{
	struct plan_kept kept;
	struct plan_item *item;
	bool found;
	size_t n;

	if (!store_plan_newest(k->d.p.store, "waves", &k->arena, &kept, &found, err))
		return false;
	if (!found) {
		k->unknown[NOTICE_WEEK] = k->unknown[NOTICE_DAY] =
			"no waves are kept: mailmuster plan waves --keep";
		return true;
	}
	if (!store_plan_items(k->d.p.store, kept.id, &k->arena, &item, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct notice_who *w = strcmp(item[i].cls, "account") == 0
					       ? find(k, index, item[i].transfer)
					       : NULL;

		if (w == NULL || item[i].wave == 0)
			continue;
		w->wave = item[i].wave;
		w->begins = item[i].amount;
	}
	return true;
}

static bool moved(struct notice_desk *k, struct notice_who **index, struct err *err)
{
	struct event *v;
	size_t n;

	if (!store_events(k->d.p.store, 0, &k->arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct notice_who *w = find(k, index, v[i].transfer);

		if (w != NULL && strcmp(v[i].kind, "cutover") == 0)
			w->moved = true;
		else if (w != NULL && strcmp(v[i].kind, "rollback") == 0)
			w->moved = false;
	}
	return true;
}

/* Rows come account by account; each is summed up where the next begins. */
static void end_fit(struct notice_desk *k, struct notice_who *w)
{
	struct strbuf sb = STRBUF_INIT;
	char digits[32];

	for (int c = 0; c < PLAN_FIT_CLASS_COUNT; c++) {
		enum plan_fit_class cls = (enum plan_fit_class)c;

		if (k->fit[c].n > 0 && w != NULL && plan_fit_fate(cls) == FATE_UNKNOWN) {
			w->unknown = true;
		} else if (k->fit[c].n > 0 && w != NULL && plan_fit_is_problem(cls) &&
			   plan_fit_fate(cls) != FATE_AGAIN) {
			strbuf_addf(&sb, "%s- %s %s",
				    sb.n == 0 ? "What will not arrive as it is, for the "
						"new server or the rules of the move do "
						"not allow it:\n"
					      : "",
				    num_group(k->fit[c].n, digits, sizeof digits),
				    plan_fit_text(cls, k->fit[c].n));
			if (k->fit[c].folders.n > 0)
				strbuf_addf(&sb, ", in %s",
					    strbuf_cstr(&k->fit[c].folders));
			if (k->fit[c].named > FOLDERS_NAMED)
				strbuf_addf(&sb, " and %s more",
					    num_group((int64_t)(k->fit[c].named -
								FOLDERS_NAMED),
						      digits, sizeof digits));
			strbuf_adds(&sb, "\n");
		}
		k->fit[c].n = 0;
		k->fit[c].named = 0;
		strbuf_clear(&k->fit[c].folders);
	}
	if (w != NULL)
		w->missing = arena_span(&k->arena, strbuf_span(&sb));
	strbuf_done(&sb);
}

struct fit_ctx {
	struct notice_desk *k;
	struct notice_who **index, *at;
	char last[512]; /* folder that was named last */
	enum plan_fit_class last_class;
};

static bool on_fit(void *ctx, const struct plan_fit_row *row, struct err *err)
{
	struct fit_ctx *f = ctx;
	enum plan_fit_class c = row->cls;
	struct notice_who *w = find(f->k, f->index, row->transfer);

	(void)err;
	if (w != f->at) {
		end_fit(f->k, f->at);
		f->at = w;
		f->last[0] = '\0';
	}
	f->k->fit[c].n += plan_fit_of_messages(c)
				  ? (row->messages > 0 ? row->messages : 1)
				  : 1;
	if (*row->folder == '\0' ||
	    (f->last_class == c &&
	     strncmp(f->last, row->folder, sizeof f->last - 1) == 0))
		return true;
	snprintf(f->last, sizeof f->last, "%s", row->folder);
	f->last_class = c;
	if (++f->k->fit[c].named > FOLDERS_NAMED)
		return true;
	strbuf_adds(&f->k->fit[c].folders, f->k->fit[c].folders.n > 0 ? ", \"" : "\"");
	text_show(&f->k->fit[c].folders, span_str(row->folder), 60);
	strbuf_adds(&f->k->fit[c].folders, "\"");
	return true;
}

static bool fit(struct notice_desk *k, struct notice_who **index, struct err *err)
{
	struct fit_ctx f = { .k = k, .index = index };
	struct plan_fit_result *r = NULL;
	struct plan_fit_options o = {
		.facts = plan_facts_asked(&k->d),
		.rules = &k->d.p.config.rules,
		.profile_old = plan_profile(&k->d.p.config, SIDE_OLD),
		.all = k->d.scope.all,
		.one_sided = project_one_sided(&k->d.p),
		.row = on_fit,
		.ctx = &f,
	};
	bool ok = plan_fit(k->d.p.store, &o, &r, err);

	end_fit(k, f.at);
	plan_fit_free(r);
	return ok;
}

/* What the logs say: who fetches by POP3, who uses nothing. */
static bool uses(struct notice_desk *k, struct err *err)
{
	const struct config_logs *l = &k->d.p.config.logs;
	struct plan_use_setup setup = { .names = &l->names,
					.proxies = l->proxies,
					.proxy_n = l->proxy_n,
					.own = l->own,
					.own_n = l->own_n };
	struct notice_who **index = index_of(k);
	struct use_cover cover;

	k->use_open = true;
	if (!plan_use_open(k->d.p.store, &setup, &k->use, err) ||
	    !plan_use_cover(k->d.p.store, SIDE_OLD, 0, &k->arena, &cover, err))
		return false;
	if (!cover.any) {
		k->unknown[NOTICE_POP] = k->unknown[NOTICE_DORMANT] =
			"no logins are known: mailmuster logs --side old FILE...";
		return true;
	}
	for (size_t i = 0; i < k->use.n; i++) {
		struct notice_who *w = find(k, index, k->use.t[i].id);

		if (w != NULL)
			w->pop = k->use.of[SIDE_OLD][i].last_by[LOG_POP3] > 0;
	}
	if (!plan_dormant(&k->use, k->d.p.store, SIDE_OLD, ACCOUNTS_DAYS, clock_now(),
			  &k->dormant, err))
		return false;
	for (size_t i = 0; i < k->dormant.n; i++) {
		const struct dormant *d = &k->dormant.v[i];
		struct notice_who *w = find(k, index, d->t->id);

		if (w != NULL && d->state == DORMANCY_DORMANT)
			w->dormant = d;
		else if (w != NULL && d->state == DORMANCY_UNPROVEN)
			k->unknown[NOTICE_DORMANT] =
				"silence is not proven of all accounts: mailmuster "
				"accounts dormant says why";
	}
	return true;
}

static bool gather(struct notice_desk *k, struct err *err)
{
	struct plan_facts_options o = plan_facts_asked(&k->d);
	struct notice_who **index;

	k->who = arena_alloc(&k->arena, (k->d.scope.n + 1) * sizeof *k->who);
	for (size_t i = 0; i < k->d.scope.n; i++)
		k->who[i] = (struct notice_who){ .t = &k->d.scope.t[i], .missing = "" };
	index = index_of(k);
	o.fn = on_facts;
	o.ctx = k;
	return plan_facts_walk(k->d.p.store, &o, err) && waves(k, index, err) &&
	       moved(k, index, err) && fit(k, index, err) &&
	       ((!k->wanted[NOTICE_POP] && !k->wanted[NOTICE_DORMANT]) || uses(k, err));
}

/* ---- texts ---- */

static bool receives(const struct notice_who *w, enum notice_stage s)
{
	switch (s) {
	case NOTICE_ANNOUNCEMENT:
	case NOTICE_CLOSING:
		return w->moves;
	case NOTICE_WEEK:
	case NOTICE_DAY:
		return w->moves && w->wave > 0;
	case NOTICE_MOVED:
		return w->moved;
	case NOTICE_POP:
		return w->moves && w->pop;
	case NOTICE_DORMANT:
		return w->dormant != NULL;
	}
	return false;
}

const char *notice_day(struct notice_desk *k, int64_t t, const char *otherwise)
{
	char iso[CLOCK_ISO_SIZE];

	if (t <= 0)
		return otherwise;
	clock_iso(t, iso);
	return arena_printf(&k->arena, "%.10s", iso);
}

const char *notice_hour(struct notice_desk *k, int64_t t)
{
	char iso[CLOCK_ISO_SIZE];

	if (t <= 0)
		return "";
	clock_iso(t, iso);
	return arena_printf(&k->arena, "%.5s UTC", iso + 11);
}

static bool one_text(struct notice_desk *k, enum notice_stage stage,
		     const struct notice_who *w, const char **out, struct err *err)
{
	const struct config *c = &k->d.p.config;
	const struct server *new_server = config_server(c, SIDE_NEW);
	bool own = k->d.ask->text_from != NULL;
	const char *file = own ? k->d.ask->text_from : notice_stage_name(stage);
	struct span text = own ? strbuf_span(&k->own) : span_str(notice_template(stage));
	char messages[32], size[32], digits[32];
	const struct notice_word words[] = {
		{ "address", notices_address(w->t), false },
		{ "account", w->t->name, false },
		{ "owner", *w->t->owner != '\0' ? w->t->owner : NOTICE_OWNER, false },
		{ "project", c->project, false },
		{ "login", w->t->new_user != NULL ? w->t->new_user : w->t->name, false },
		{ "old_server", config_server(c, SIDE_OLD)->host, false },
		{ "new_server", new_server != NULL ? new_server->host : "the new server",
		  false },
		{ "wave", w->wave > 0 ? num_group(w->wave, digits, sizeof digits) : "",
		  false },
		{ "day", notice_day(k, w->begins, LATER), false },
		{ "time", notice_hour(k, w->begins), false },
		{ "service_date", notice_day(k, c->service_date, LATER), false },
		{ "closes", notice_day(k, k->d.ask->closes, LATER), false },
		{ "messages",
		  w->messages >= 0 ? num_group(w->messages, messages, sizeof messages)
				   : "an unknown number of",
		  false },
		{ "size",
		  w->octets >= 0 ? num_octets(w->octets, size, sizeof size)
				 : "of unknown size",
		  false },
		{ "missing", w->missing, true },
	};
	struct strbuf sb = STRBUF_INIT;
	bool ok;

	if (stage == NOTICE_DORMANT)
		ok = notices_dormant(file, text, w->dormant, &k->dormant, &sb, err);
	else
		ok = notice_fill(file, text, words, COUNT_OF(words), &sb, err);
	if (ok)
		*out = arena_span(&k->arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return ok;
}

static bool make(struct notice_desk *k, struct err *err)
{
	size_t most = k->d.scope.n * NOTICE_STAGE_COUNT;

	k->v = arena_alloc(&k->arena, (most + 1) * sizeof *k->v);
	for (int s = 0; s < NOTICE_STAGE_COUNT; s++) {
		enum notice_stage stage = (enum notice_stage)s;

		if (!k->wanted[s])
			continue;
		if (stage == NOTICE_CLOSING && k->d.ask->closes == 0) {
			k->unknown[s] = "when the old server ends is not said: --closes";
			continue;
		}
		for (size_t i = 0; i < k->d.scope.n; i++) {
			struct notice_who *w = &k->who[i];

			if (w->unknown && k->unknown[s] == NULL)
				k->unknown[s] = "what will not arrive is not known of "
						"all accounts: mailmuster audit --side "
						"old";
			if (!receives(w, stage))
				continue;
			k->v[k->n] = (struct notice){ .stage = stage, .who = w };
			if (!one_text(k, stage, w, &k->v[k->n].text, err))
				return false;
			k->n++;
			k->count[s]++;
		}
	}
	return true;
}

static int code_of(const struct notice_desk *k)
{
	for (int s = 0; s < NOTICE_STAGE_COUNT; s++)
		if (k->wanted[s] && k->unknown[s] != NULL)
			return EXIT_INCOMPLETE;
	return EXIT_CLEAN;
}

static bool own_template(struct notice_desk *k, struct err *err)
{
	return k->d.ask->text_from == NULL ||
	       fs_read(k->d.ask->text_from, NOTICE_TEMPLATE_MAX, &k->own, err);
}

int plan_notices_run(struct globals *g, const struct plan_ask *ask)
{
	struct notice_desk *k = mem_calloc(1, sizeof *k);
	struct err err = ERR_INIT;
	int code;

	arena_init(&k->arena);
	for (int s = 0; s < NOTICE_STAGE_COUNT; s++)
		k->wanted[s] = ask->stage == 0 || ask->stage == s + 1;
	if (!plan_open(g, ask, &k->d, &err) || !own_template(k, &err) ||
	    !gather(k, &err) || !make(k, &err) || !notice_keep(k, &err) ||
	    !notice_files(k, &err) ||
	    !(ask->form == SHEET_TEXT ? notice_text(k, &err)
				      : notice_rows(k, ask->form, &out_sink, &err)))
		code = msg_fail(g, &err);
	else
		code = code_of(k);
	for (int c = 0; c < PLAN_FIT_CLASS_COUNT; c++)
		strbuf_done(&k->fit[c].folders);
	strbuf_done(&k->own);
	if (k->use_open)
		plan_use_close(&k->use);
	plan_close(&k->d);
	arena_done(&k->arena);
	free(k);
	return code;
}
