/* SPDX-License-Identifier: MIT */
#include "plan/plan_fit.h"

#include "base/num.h"
#include "model/body.h"
#include "plan/plan_map.h"
#include "store/store_facts.h"
#include "store/store_limit.h"
#include "store/store_scan.h"

static const char *const fates[] = {
	[FATE_UNKNOWN] = "unknown", [FATE_REFUSED] = "refused",
	[FATE_SKIPPED] = "skipped", [FATE_MERGED] = "merged",
	[FATE_RENAMED] = "renamed", [FATE_AGAIN] = "again",
};

const char *plan_fate_name(enum plan_fate f)
{
	return fates[f];
}

static const struct {
	const char *name;
	enum plan_fate fate;
	bool messages, problem;
	const char *one, *many, *advice;
} classes[] = {
	[PLAN_FIT_UNLISTED] = { "unlisted", FATE_UNKNOWN, false, true,
				"account was never listed", "accounts were never listed",
				"mailmuster audit --side old" },
	[PLAN_FIT_UNREAD] = { "unread", FATE_UNKNOWN, false, true,
			      "folder was only counted", "folders were only counted",
			      "mailmuster audit --side old reads the sizes of their "
			      "messages" },
	[PLAN_FIT_TOO_LARGE] = { "too-large", FATE_REFUSED, true, true,
				 "message is too large for it",
				 "messages are too large for it",
				 "Have the limit raised, or let the owners save them "
				 "elsewhere." },
	[PLAN_FIT_SYMPTOM] = { "symptom", FATE_REFUSED, true, true,
			       "message is in a form that it refuses",
			       "messages are in a form that it refuses",
			       "mailmuster scan --list names them, and the repair." },
	[PLAN_FIT_NAME] = { "name", FATE_REFUSED, false, true,
			    "folder has a name that it does not take",
			    "folders have names that it does not take",
			    "Rename them in \"map\", and tell the mover the same: "
			    "mailmuster plan map has the reasons." },
	[PLAN_FIT_FOLDER_FULL] = { "folder-full", FATE_REFUSED, false, true,
				   "folder holds more messages than it takes",
				   "folders hold more messages than it takes",
				   "Have them split before the move." },
	[PLAN_FIT_FOLDERS] = { "folders", FATE_REFUSED, false, true,
			       "account has more folders than it takes",
			       "accounts have more folders than it takes",
			       "Have the owners put some together." },
	[PLAN_FIT_QUOTA] = { "quota", FATE_REFUSED, false, true,
			     "account holds more than its quota there allows",
			     "accounts hold more than their quotas there allow",
			     "Have it raised, or mail is refused half-way." },
	[PLAN_FIT_EXCLUDED] = { "excluded", FATE_SKIPPED, false, true,
				"folder with mail is left out by a rule",
				"folders with mail are left out by a rule",
				"Make sure that their owners know." },
	[PLAN_FIT_FAILED] = { "rule-failed", FATE_SKIPPED, false, true,
			      "folder has no place, for a rule fails on it",
			      "folders have no place, for a rule fails on them",
			      "mailmuster plan map names the rule." },
	[PLAN_FIT_KEYLESS] = { "no-header", FATE_SKIPPED, true, true,
			       "message has no header to tell it by",
			       "messages have no header to tell them by",
			       "Movers pass over them: move them by hand, or let the "
			       "owners." },
	[PLAN_FIT_IDLESS] = { "no-message-id", FATE_SKIPPED, true, false,
			      "message has no Message-ID of its own",
			      "messages have no Message-ID of their own",
			      "A mover that goes by Message-ID skips them or copies "
			      "them again each time (imapsync: --addheader)." },
	[PLAN_FIT_COLLIDED] = { "collided", FATE_MERGED, false, true,
				"folder becomes one with another",
				"folders become one with others",
				"Rename one of them in \"map\": mailmuster plan map "
				"names them." },
	[PLAN_FIT_COPIES] = { "copies", FATE_MERGED, true, false,
			      "message is there once more, and it keeps one",
			      "messages are there once more, and it keeps one of each",
			      "Counts of both sides will differ by so many." },
	[PLAN_FIT_RENAMED] = { "renamed", FATE_RENAMED, false, false,
			       "folder gets another name by a rule",
			       "folders get another name by a rule",
			       "Tell the owners, and check that the mover was told the "
			       "same." },
	[PLAN_FIT_POP] = { "pop", FATE_AGAIN, true, false,
			   "message will be fetched again by POP",
			   "messages will be fetched again by POP",
			   "Tell their users: a client that leaves mail on the server "
			   "takes all of INBOX for new, for UIDs change." },
};
_Static_assert(COUNT_OF(classes) == PLAN_FIT_CLASS_COUNT, "a text for each class");

const char *plan_fit_name(enum plan_fit_class c)
{
	return classes[c].name;
}

enum plan_fate plan_fit_fate(enum plan_fit_class c)
{
	return classes[c].fate;
}

const char *plan_fit_text(enum plan_fit_class c, int64_t n)
{
	return n == 1 ? classes[c].one : classes[c].many;
}

const char *plan_fit_advice(enum plan_fit_class c)
{
	return classes[c].advice;
}

bool plan_fit_of_messages(enum plan_fit_class c)
{
	return classes[c].messages;
}

bool plan_fit_is_problem(enum plan_fit_class c)
{
	return classes[c].problem;
}

struct fit {
	struct store *st;
	const struct plan_fit_options *o;
	struct plan_fit_result *r;
	struct body_size_rule rule;
	struct arena scratch;
	const struct plan_pop_index *uses;
	/* plan_map tells names, no ids: below 0, one for each transfer of it. */
	int64_t turn;
};

static bool tell(struct fit *f, const struct plan_fit_row *row, struct err *err)
{
	struct plan_fit_sum *s = &f->r->sum[row->cls];

	s->rows++;
	s->messages += row->messages > 0 ? row->messages : 0;
	s->octets += row->octets > 0 ? row->octets : 0;
	if (s->detail == NULL)
		s->detail = arena_strdup(f->r->arena, row->detail);
	if (s->last != row->transfer) {
		s->last = row->transfer;
		if (s->accounts < PLAN_FIT_EXAMPLES) {
			s->who[s->accounts] = arena_strdup(f->r->arena, row->account);
			s->what[s->accounts] = arena_strdup(f->r->arena, row->folder);
		}
		s->accounts++;
	}
	return f->o->row == NULL || f->o->row(f->o->ctx, row, err);
}

/* ---- names and rules ---- */

static const enum plan_fit_class none = (enum plan_fit_class)PLAN_FIT_CLASS_COUNT;

static enum plan_fit_class of_sign(enum plan_map_class c)
{
	switch (c) {
	case PLAN_MAP_COLLIDED:
	case PLAN_MAP_ALIKE:
		return PLAN_FIT_COLLIDED;
	case PLAN_MAP_EXCLUDED:
		return PLAN_FIT_EXCLUDED;
	case PLAN_MAP_FAILED:
		return PLAN_FIT_FAILED;
	case PLAN_MAP_RESERVED:
	case PLAN_MAP_REFUSED:
	case PLAN_MAP_DELIMITER:
	case PLAN_MAP_TOO_LONG:
	case PLAN_MAP_TOO_DEEP:
		return PLAN_FIT_NAME;
	case PLAN_MAP_NO_OLD:
	case PLAN_MAP_NO_NEW:
	case PLAN_MAP_STALE:
	case PLAN_MAP_IDLE:
	case PLAN_MAP_EXCLUDED_EMPTY:
	case PLAN_MAP_VIRTUAL:
	case PLAN_MAP_NOT_MAIL:
	case PLAN_MAP_SHARED:
	case PLAN_MAP_EXISTS:
		return none;
	}
	return none;
}

static bool on_folder(void *ctx, const struct plan_map_folder *m, struct err *err)
{
	struct fit *f = ctx;
	struct plan_fit_row row = { .transfer = f->turn,
				    .account = m->transfer,
				    .folder = m->old_name,
				    .new_folder = m->new_name != NULL ? m->new_name : "",
				    .messages = m->messages,
				    .octets = m->octets };
	unsigned told = 0;

	if (*m->old_name == '\0') { /* a transfer begins */
		f->turn--;
		return true;
	}
	for (size_t i = 0; i < m->signs.n; i++) {
		row.cls = of_sign(m->signs.v[i].cls);
		row.detail = m->signs.v[i].detail;
		if (row.cls == none || (told & 1u << row.cls) != 0)
			continue;
		told |= 1u << row.cls;
		if (!tell(f, &row, err))
			return false;
	}
	row.cls = PLAN_FIT_RENAMED;
	row.detail = m->rule != NULL ? m->rule->text : "";
	return m->how != MAP_RULE || m->new_name == NULL || !m->mail ||
	       tell(f, &row, err);
}

static bool names(struct fit *f, struct err *err)
{
	const struct plan_facts_options *facts = &f->o->facts;
	struct plan_map_options o = {
		.rules = f->o->rules,
		.profile = { f->o->profile_old, facts->profile_new },
		.one_sided = f->o->one_sided,
		.now = facts->now,
		.max_age = facts->max_age,
		.transfers = facts->transfers,
		.transfer_n = facts->transfer_n,
		.all = f->o->all,
		.folder = on_folder,
		.ctx = f,
		.stop = facts->stop,
	};
	struct plan_map_result *r;

	if (!plan_map(f->st, &o, &r, err))
		return false;
	plan_map_free(r);
	return true;
}

/* ---- messages ---- */

static bool large(struct fit *f, const struct plan_facts *a,
		  const struct plan_folder_facts *d, struct plan_fit_row *row,
		  struct err *err)
{
	const struct plan_limit *limit = &a->limits.message_octets;
	int64_t octets = d->over_octets;
	struct message *m;
	char text[32];
	size_t n;

	row->cls = PLAN_FIT_TOO_LARGE;
	row->detail = arena_printf(&f->scratch, "over %s, %s",
				   num_octets(limit->value, text, sizeof text),
				   limit->by);
	if (!store_epoch_large(f->st, d->epoch, limit->value, PLAN_FIT_SINGLES,
			       &f->scratch, &m, &n, err))
		return false;
	row->messages = 1;
	for (size_t i = 0; i < n; i++) {
		row->uid = m[i].uid;
		row->octets = m[i].octets;
		octets -= m[i].octets;
		if (!tell(f, row, err))
			return false;
	}
	row->uid = 0;
	row->messages = d->over - (int64_t)n;
	row->octets = octets;
	return row->messages <= 0 || tell(f, row, err);
}

/* Bits of the symptoms with which the new side takes no message. */
static uint64_t refused_symptoms(const struct profile *p)
{
	uint64_t bits = 0;
	enum symptom s;

	for (size_t i = 0; i < p->refuses_messages.n; i++)
		if (symptom_parse(p->refuses_messages.word[i], &s))
			bits |= SYMPTOM_BIT(s);
	return bits & ~SYMPTOM_BIT(SYMPTOM_TOO_LARGE);
}

static bool symptoms(struct fit *f, const struct plan_facts *a,
		     const struct plan_folder_facts *d, struct plan_fit_row *row,
		     struct err *err)
{
	uint64_t bits = refused_symptoms(a->limits.profile), found;
	struct store_scan_rows *rows = NULL;
	struct scan_row m;
	enum next next;

	if (bits == 0 || !a->scanned)
		return true;
	if (!store_scan_rows_open(f->st, d->epoch, false, &rows, err))
		return false;
	row->cls = PLAN_FIT_SYMPTOM;
	row->messages = 1;
	while ((next = store_scan_rows_next(rows, &m, err)) == NEXT_ITEM) {
		(void)body_judge(&m.facts, &f->rule, 0, &found);
		if ((found & bits) == 0)
			continue;
		row->uid = m.uid;
		row->octets = m.octets;
		for (int s = 0; s < SYMPTOM_COUNT; s++)
			if ((found & bits & SYMPTOM_BIT(s)) != 0)
				row->detail = symptom_name((enum symptom)s);
		if (!tell(f, row, err)) {
			next = NEXT_FAIL;
			break;
		}
	}
	row->uid = 0;
	store_scan_rows_close(rows);
	return next == NEXT_END;
}

static bool counted(struct fit *f, struct plan_fit_row *row, enum plan_fit_class cls,
		    int64_t messages, const char *detail, struct err *err)
{
	row->cls = cls;
	row->messages = messages;
	row->octets = -1;
	row->detail = detail;
	return messages <= 0 || tell(f, row, err);
}

static bool folder(struct fit *f, const struct plan_facts *a,
		   const struct plan_folder_facts *d, struct err *err)
{
	const struct plan_limit *most = &a->limits.folder_messages;
	struct plan_fit_row row = { .transfer = a->t->id,
				    .account = a->t->name,
				    .folder = d->name,
				    .new_folder = "",
				    .detail = "" };
	int64_t copies = 0, octets = 0;
	struct epoch_facts e;

	if (!d->mail)
		return true;
	f->r->folders++;
	arena_reset(&f->scratch);
	if (most->value > 0 && d->messages > most->value &&
	    !counted(f, &row, PLAN_FIT_FOLDER_FULL, d->messages, most->by, err))
		return false;
	if (d->epoch == 0)
		return d->messages == 0 ||
		       counted(f, &row, PLAN_FIT_UNREAD,
			       d->messages > 0 ? d->messages : 1, "", err);
	if (!store_epoch_facts(f->st, d->epoch, 0, &e, err) ||
	    !counted(f, &row, PLAN_FIT_KEYLESS, e.keyless, "", err) ||
	    !counted(f, &row, PLAN_FIT_IDLESS, e.idless - e.keyless, "", err))
		return false;
	if (a->limits.profile->dedup == PROFILE_DEDUP_FOLDER &&
	    (!store_epoch_copies(f->st, d->epoch, &copies, &octets, err) ||
	     !counted(f, &row, PLAN_FIT_COPIES, copies, a->limits.profile->dedup_by,
		      err)))
		return false;
	return (d->over == 0 || large(f, a, d, &row, err)) &&
	       symptoms(f, a, d, &row, err);
}

/* Who deletes what was fetched has nothing there to fetch again. */
static bool by_pop(struct fit *f, const struct plan_facts *a, struct plan_fit_row *row,
		   struct err *err)
{
	struct plan_pop pop;

	if (!plan_pop(f->uses, a, &pop) || pop.messages == 0)
		return true;
	row->cls = PLAN_FIT_POP;
	row->folder = "INBOX";
	row->messages = pop.messages;
	row->octets = pop.octets;
	row->detail = pop.deletes ? "its client deletes what it fetched" : "";
	return tell(f, row, err);
}

/* What a limit of the account there would have to hold, of which kind; -1: no matter. */
static int64_t wanted(const struct plan_facts *a, enum limit_kind kind)
{
	switch (kind) {
	case LIMIT_STORAGE:
		return a->octets;
	case LIMIT_MESSAGES:
		return a->messages;
	case LIMIT_FOLDERS:
		return a->folders;
	case LIMIT_APPEND:
		return -1;
	}
	return -1;
}

static bool quota(struct fit *f, const struct plan_facts *a, struct plan_fit_row *row,
		  struct err *err)
{
	struct limit_view *v = NULL;
	char allowed[32];
	bool known = false;
	size_t n = 0;

	arena_reset(&f->scratch);
	if (a->t->new_account != 0 &&
	    !store_limits(f->st, a->t->new_account, &f->scratch, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct limit *l = &v[i].limit;

		known = known || l->kind == LIMIT_STORAGE;
		if (l->allowed < 0 || wanted(a, l->kind) <= l->allowed)
			continue;
		row->cls = PLAN_FIT_QUOTA;
		row->messages = a->messages;
		row->octets = a->octets;
		row->detail = arena_printf(
			&f->scratch, "%s %s, its quota",
			l->kind == LIMIT_STORAGE
				? num_octets(l->allowed, allowed, sizeof allowed)
				: num_group(l->allowed, allowed, sizeof allowed),
			l->kind == LIMIT_STORAGE ? "of mail" : limit_kind_name(l->kind));
		return tell(f, row, err);
	}
	f->r->quotaless += !known;
	return true;
}

static bool account(void *ctx, const struct plan_facts *a, struct err *err)
{
	struct fit *f = ctx;
	struct plan_fit_row row = { .transfer = a->t->id,
				    .account = a->t->name,
				    .folder = "",
				    .new_folder = "",
				    .messages = -1,
				    .octets = -1,
				    .detail = a->error };
	const struct plan_limit *most = &a->limits.folders;
	int64_t copies, octets;

	if (!a->moves)
		return true;
	f->r->accounts++;
	f->r->limit_each = f->r->limit_each || (a->limits.appendlimit_each &&
						strcmp(a->limits.message_octets.by,
						       "the server's APPENDLIMIT") != 0);
	if (f->r->profile == NULL)
		f->r->profile = arena_strdup(f->r->arena, a->limits.profile->title);
	row.cls = PLAN_FIT_UNLISTED;
	if (!a->listed)
		return tell(f, &row, err);
	f->r->messages += a->messages;
	f->r->octets += a->octets;
	f->r->unscanned += !a->scanned;
	row.cls = PLAN_FIT_FOLDERS;
	row.detail = most->by;
	if ((most->value > 0 && a->folders > most->value && !tell(f, &row, err)) ||
	    !quota(f, a, &row, err))
		return false;
	if (a->limits.profile->dedup == PROFILE_DEDUP_ACCOUNT &&
	    (!store_account_copies(f->st, a->t->old_account, &copies, &octets, err) ||
	     !counted(f, &row, PLAN_FIT_COPIES, copies, a->limits.profile->dedup_by,
		      err)))
		return false;
	for (size_t i = 0; i < a->folder_n; i++)
		if (!folder(f, a, &a->folder[i], err))
			return false;
	return by_pop(f, a, &row, err);
}

void plan_fit_free(struct plan_fit_result *r)
{
	if (r == NULL)
		return;
	arena_done(r->arena);
	free(r->arena);
	free(r);
}

bool plan_fit(struct store *st, const struct plan_fit_options *o,
	      struct plan_fit_result **out, struct err *err)
{
	struct fit f = { .st = st, .o = o, .r = mem_calloc(1, sizeof *f.r) };
	struct plan_facts_options facts = o->facts;
	bool ok;

	f.r->arena = mem_calloc(1, sizeof *f.r->arena);
	arena_init(f.r->arena);
	arena_init(&f.scratch);
	f.uses = plan_pop_index(f.r->arena, o->use);
	f.r->logs = o->use != NULL;
	facts.fn = account;
	facts.ctx = &f;
	facts.details = true;
	ok = store_size_rule(st, SIDE_OLD, &f.rule, err) &&
	     plan_facts_walk(st, &facts, err) && names(&f, err);
	arena_done(&f.scratch);
	if (f.r->profile == NULL)
		f.r->profile = "";
	if (ok)
		*out = f.r;
	else
		plan_fit_free(f.r);
	return ok;
}
