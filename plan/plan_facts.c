/* SPDX-License-Identifier: MIT */
#include "plan/plan_facts.h"

#include "base/text.h"
#include "map/map.h"
#include "model/body.h"
#include "model/message.h"
#include "store/store_account.h"
#include "store/store_facts.h"
#include "store/store_folder.h"
#include "store/store_limit.h"
#include "store/store_scan.h"

#define SILENT_MS 20000	    /* a folder that keeps silent so long is slow */
#define OLD_DATE  631152000 /* 1990: before it there was no INTERNALDATE to lose */
#define KNOWN_MAX 64
#define BELIEVED  (INT64_C(1) << 50) /* octets: no folder has more, whatever it says */

static const struct {
	const char *name, *text;
} traits[] = {
	[PLAN_TRAIT_ODD_NAME] = { "odd-name", "folders with odd characters" },
	[PLAN_TRAIT_8BIT_NAME] = { "8bit-name", "folders with names beyond ASCII" },
	[PLAN_TRAIT_CASE] = { "case", "folders that differ in case only" },
	[PLAN_TRAIT_NO_MAIL] = { "no-mail", "folders that hold no mail themselves" },
	[PLAN_TRAIT_SHARED] = { "shared", "folders of others" },
	[PLAN_TRAIT_UNREADABLE] = { "unreadable", "folders that cannot be opened" },
	[PLAN_TRAIT_IDLESS] = { "no-message-id", "messages without a Message-ID" },
	[PLAN_TRAIT_KEYLESS] = { "no-header", "messages with nothing to tell them by" },
	[PLAN_TRAIT_COPIES] = { "copies", "the same message twice in a folder" },
	[PLAN_TRAIT_TOO_LARGE] = { "too-large", "messages over the new side's limit" },
	[PLAN_TRAIT_NO_DATE] = { "no-date", "messages without a believable date" },
	[PLAN_TRAIT_CORRUPT] = { "corrupt", "corrupt messages" },
	[PLAN_TRAIT_SUSPECT] = { "suspect", "suspect messages" },
	[PLAN_TRAIT_8BIT_HEADER] = { "8bit-header", "8-bit headers" },
	[PLAN_TRAIT_ODD_MESSAGE] = { "odd-message", "odd messages" },
	[PLAN_TRAIT_SLOW] = { "slow", "folders that answer slowly" },
	[PLAN_TRAIT_SERVICE] = { "no-person", "an account of no person" },
	[PLAN_TRAIT_MERGED] = { "merged", "a place that others end in, too" },
};
_Static_assert(COUNT_OF(traits) == PLAN_TRAIT_COUNT, "a name for each trait");

const char *plan_trait_name(enum plan_trait t)
{
	return traits[t].name;
}

const char *plan_trait_text(enum plan_trait t)
{
	return traits[t].text;
}

/* What servers said of themselves, and what that makes of limits. */
struct known {
	const char *server_id, *capability;
	struct plan_limits limits;
};
struct walker {
	struct store *st;
	const struct plan_facts_options *o;
	struct transfer *t;
	size_t n;
	int64_t *place; /* new accounts of all transfers, sorted */
	size_t place_n;
	struct known known[KNOWN_MAX];
	size_t known_n;
	/* What the new server said of itself to anybody; NULL: not yet asked for. */
	const char *said_id, *said_capability;
	struct body_size_rule rule;
	struct arena all, one, profiles;
};

static int64_t believed(int64_t octets)
{
	return octets > BELIEVED ? BELIEVED : octets;
}

static void trait(struct plan_facts *f, enum plan_trait t, const char *folder)
{
	if ((f->traits & UINT64_C(1) << t) != 0)
		return;
	f->traits |= UINT64_C(1) << t;
	f->trait_at[t] = folder;
}

/* ---- the new side ---- */

static bool limits_of(struct walker *w, const struct account_view *v,
		      struct plan_limits *out, struct err *err)
{
	const char *id = v->found ? v->server_id : "",
		   *capability = v->found ? v->capability : "";
	struct profile_signs signs = { .server_id = v->found ? id : NULL,
				       .capability = v->found ? capability : NULL };
	const struct profile *profile;
	struct known *k;

	for (size_t i = 0; i < w->known_n; i++)
		if (strcmp(w->known[i].server_id, id) == 0 &&
		    strcmp(w->known[i].capability, capability) == 0) {
			*out = w->known[i].limits;
			return true;
		}
	/* A server that says something else each time must not fill the memory. */
	if (w->known_n == KNOWN_MAX) {
		arena_reset(&w->profiles);
		w->known_n = 0;
	}
	if (!profile_find(&w->profiles, w->o->profile_new, &signs, &profile, err))
		return false;
	k = &w->known[w->known_n++];
	k->server_id = arena_strdup(&w->profiles, id);
	k->capability = arena_strdup(&w->profiles, capability);
	plan_limits_of(&w->profiles, profile, k->capability, &k->limits);
	*out = k->limits;
	return true;
}

/* A folder each: which message goes where is not known here, so the smallest counts. */
static bool appendlimits(struct walker *w, int64_t account, struct plan_limits *out,
			 struct err *err)
{
	struct limit_view *v;
	int64_t least = -1;
	size_t n;

	if (!store_limits(w->st, account, &w->one, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (v[i].limit.kind != LIMIT_APPEND)
			continue;
		out->appendlimit_each = false; /* it is known */
		if (v[i].limit.allowed >= 0 && (least < 0 || v[i].limit.allowed < least))
			least = v[i].limit.allowed;
	}
	if (least > 0)
		out->message_octets = (struct plan_limit){
			least, "the smallest APPENDLIMIT of its folders there"
		};
	return true;
}

static bool new_side(struct walker *w, const struct transfer *t, struct plan_facts *f,
		     struct err *err)
{
	struct account_view v = { .prefix = "", .server_id = "", .capability = "" };
	struct folder_view *folder;
	size_t n;

	f->new_messages = f->new_octets = -1;
	if (t->new_account != 0 &&
	    !store_account_view(w->st, t->new_account, &w->one, &v, err))
		return false;
	/* An account that is not there yet will be on a server like the others'. */
	if (!v.found) {
		/* Asked once: it looks at all listings of that side. */
		if (w->said_id == NULL &&
		    !store_server_said(w->st, SIDE_NEW, &w->all, &w->said_id,
				       &w->said_capability, err))
			return false;
		v.server_id = w->said_id;
		v.capability = w->said_capability;
		v.found = *v.server_id != '\0' || *v.capability != '\0';
	}
	if (!limits_of(w, &v, &f->limits, err) ||
	    (f->limits.appendlimit_each && t->new_account != 0 &&
	     !appendlimits(w, t->new_account, &f->limits, err)))
		return false;
	if (v.good_run == 0)
		return true;
	if (!store_folders(w->st, t->new_account, false, &w->one, &folder, &n, err))
		return false;
	f->new_messages = f->new_octets = 0;
	for (size_t i = 0; i < n; i++) {
		f->new_messages += folder[i].state.exists > 0 ? folder[i].state.exists
							      : 0;
		f->new_octets += folder[i].state.octets > 0
					 ? believed(folder[i].state.octets)
					 : 0;
	}
	return true;
}

/* ---- a folder ---- */

/* The last level, as people name what is to be thrown away. */
static bool is_named(const char *common, const char *const *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(name[i]);

		if (strncasecmp(common, name[i], len) == 0 &&
		    (common[len] == '\0' || common[len] == '/'))
			return true;
	}
	return false;
}

static const char *const trash_names[] = {
	"Trash", "Deleted Items", "Deleted Messages", "Papierkorb", "Corbeille", "Deleted"
};
static const char *const junk_names[] = { "Junk",      "Spam",	    "Junk E-mail",
					  "Bulk Mail", "Junk Mail", "Viral",
					  "Virus" };

static void name_traits(struct plan_facts *f, const struct plan_folder_facts *d)
{
	size_t n = strlen(d->name);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)d->name[i] >= 0x80)
			trait(f, PLAN_TRAIT_8BIT_NAME, d->name);
		else if (strchr("\\:*%?\"<>|^~&#", d->name[i]) != NULL ||
			 (unsigned char)d->name[i] < ' ')
			trait(f, PLAN_TRAIT_ODD_NAME, d->name);
	if (n > 0 && (d->name[0] == ' ' || d->name[n - 1] == ' ' ||
		      strstr(d->name, " /") != NULL || strstr(d->name, "/ ") != NULL ||
		      strstr(d->name, "  ") != NULL || d->name[0] == '.'))
		trait(f, PLAN_TRAIT_ODD_NAME, d->name);
}

static bool scanned(struct walker *w, const struct plan_folder_facts *d, int64_t folder,
		    struct plan_facts *f, struct err *err)
{
	struct store_scan_rows *rows = NULL;
	struct folder_scan scan;
	struct scan_row row;
	enum next next;
	bool found;

	if (!store_folder_scan(w->st, folder, &w->one, &scan, &found, err))
		return false;
	if (!found)
		return true;
	f->scanned = true;
	if (scan.gap_ms > SILENT_MS)
		trait(f, PLAN_TRAIT_SLOW, d->name);
	if (!store_scan_rows_open(w->st, d->epoch, false, &rows, err))
		return false;
	while ((next = store_scan_rows_next(rows, &row, err)) == NEXT_ITEM) {
		uint64_t symptoms;

		switch (body_judge(&row.facts, &w->rule, f->limits.message_octets.value,
				   &symptoms)) {
		case BODY_UNREADABLE:
		case BODY_CORRUPT:
			trait(f, PLAN_TRAIT_CORRUPT, d->name);
			break;
		case BODY_SUSPECT:
			trait(f, PLAN_TRAIT_SUSPECT, d->name);
			break;
		case BODY_ODD:
		case BODY_CLEAN:
			break;
		}
		if ((symptoms & SYMPTOM_BIT(SYMPTOM_HEADER_8BIT)) != 0)
			trait(f, PLAN_TRAIT_8BIT_HEADER, d->name);
		if ((symptoms & ~SYMPTOM_BIT(SYMPTOM_HEADER_8BIT)) != 0)
			trait(f, PLAN_TRAIT_ODD_MESSAGE, d->name);
	}
	store_scan_rows_close(rows);
	return next == NEXT_END;
}

static bool messages(struct walker *w, const struct folder_view *v,
		     struct plan_folder_facts *d, struct plan_facts *f, struct err *err)
{
	struct epoch_facts e;
	int64_t n, octets;

	if (!store_epoch_facts(w->st, v->epoch, f->limits.message_octets.value, &e, err))
		return false;
	d->largest = believed(e.largest);
	d->over = e.over;
	d->over_octets = believed(e.over_octets);
	if (d->largest > f->largest)
		f->largest = d->largest;
	f->over += e.over;
	f->over_octets += d->over_octets;
	f->idless += e.idless;
	f->keyless += e.keyless;
	if (e.over > 0)
		trait(f, PLAN_TRAIT_TOO_LARGE, d->name);
	if (e.idless > 0)
		trait(f, PLAN_TRAIT_IDLESS, d->name);
	if (e.keyless > 0)
		trait(f, PLAN_TRAIT_KEYLESS, d->name);
	if (e.oldest != MSG_DATE_UNKNOWN &&
	    (f->oldest == MSG_DATE_UNKNOWN || e.oldest < f->oldest))
		f->oldest = e.oldest;
	if (e.newest != MSG_DATE_UNKNOWN && e.newest > f->newest)
		f->newest = e.newest;
	if (e.messages > 0 && (e.oldest == MSG_DATE_UNKNOWN || e.oldest < OLD_DATE))
		trait(f, PLAN_TRAIT_NO_DATE, d->name);
	if (!w->o->details)
		return true;
	if (!store_epoch_copies(w->st, v->epoch, &n, &octets, err))
		return false;
	f->copies += n;
	f->copies_octets += believed(octets);
	if (n > 0)
		trait(f, PLAN_TRAIT_COPIES, d->name);
	return scanned(w, d, v->folder.id, f, err);
}

static int64_t levels(const char *common)
{
	int64_t n = 1;

	for (; *common != '\0'; common++)
		n += *common == '/';
	return n;
}

static bool one_folder(struct walker *w, const struct folder_view *v,
		       struct plan_folder_facts *d, struct plan_facts *f, struct err *err)
{
	bool counted = v->counted_run != 0 && v->counted >= 0;

	d->attrs = v->folder.attrs;
	d->depth = levels(d->name);
	d->mail = (d->attrs & (FOLDER_NOSELECT | FOLDER_NONEXISTENT)) == 0;
	d->trash = (d->attrs & FOLDER_TRASH) != 0 ||
		   is_named(d->name, trash_names, COUNT_OF(trash_names));
	d->junk = (d->attrs & FOLDER_JUNK) != 0 ||
		  is_named(d->name, junk_names, COUNT_OF(junk_names));
	d->messages = counted ? v->counted : v->seen_run != 0 ? v->state.exists : -1;
	d->octets = v->seen_run != 0 ? believed(v->state.octets) : -1;
	d->largest = -1;
	if (d->messages == 0)
		d->octets = 0;
	if (d->depth > f->depth)
		f->depth = d->depth;
	name_traits(f, d);
	if (!d->mail) {
		trait(f, PLAN_TRAIT_NO_MAIL, d->name);
		return true;
	}
	f->folders++;
	if (v->outcome == FOLDER_UNREADABLE || v->outcome == FOLDER_HOLED)
		trait(f, PLAN_TRAIT_UNREADABLE, d->name);
	f->read = f->read && v->outcome == FOLDER_READ;
	f->messages += d->messages > 0 ? d->messages : 0;
	if (d->octets < 0)
		f->sized = false;
	else
		f->octets += d->octets;
	if (d->trash && d->octets > 0)
		f->trash += d->octets;
	if (d->junk && d->octets > 0)
		f->junk += d->octets;
	d->epoch = folder_outcome_stored(v->outcome) ? v->epoch : 0;
	return d->epoch == 0 || messages(w, v, d, f, err);
}

static int by_fold(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void same_in_case(struct walker *w, struct plan_facts *f)
{
	const char **v = arena_alloc(&w->one, (f->folder_n + 1) * sizeof *v);

	for (size_t i = 0; i < f->folder_n; i++)
		v[i] = map_fold(&w->one, f->folder[i].name);
	qsort(v, f->folder_n, sizeof *v, by_fold);
	for (size_t i = 1; i < f->folder_n; i++)
		if (strcmp(v[i - 1], v[i]) == 0)
			trait(f, PLAN_TRAIT_CASE, v[i]);
}

/* ---- an account ---- */

static bool folders(struct walker *w, const struct account_view *view,
		    struct plan_facts *f, struct err *err)
{
	struct plan_folder_facts *d;
	struct plan_foreign *foreign;
	struct folder_view *v;
	const char *prefix = NULL;
	struct map_names names;
	size_t n;

	if (!store_folders(w->st, f->t->old_account, false, &w->one, &v, &n, err))
		return false;
	for (size_t i = 0; i < n && prefix == NULL; i++)
		prefix = map_prefix_seen(&w->one, view->prefix, view->delim,
					 &v[i].folder);
	names = (struct map_names){ prefix != NULL ? prefix : view->prefix, view->delim };
	f->folder = d = arena_alloc(&w->one, (n + 1) * sizeof *d);
	f->foreign = foreign = arena_alloc(&w->one, (n + 1) * sizeof *foreign);
	for (size_t i = 0; i < n; i++) {
		const char *name = v[i].folder.name;

		if ((v[i].folder.attrs & FOLDER_FOREIGN) != 0) {
			trait(f, PLAN_TRAIT_SHARED, name);
			foreign[f->foreign_n++] = (struct plan_foreign){
				name, v[i].folder.delim
			};
			continue;
		}
		if (*name == '\0')
			continue;
		d->name = map_common(&w->one, &names, name, v[i].folder.delim);
		if (!one_folder(w, &v[i], d, f, err))
			return err_wrap(err, "folder %s",
					text_shown(&w->one, span_str(d->name)));
		f->folder_n++;
		d++;
	}
	if (w->o->details)
		same_in_case(w, f);
	return true;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool shares_place(const struct walker *w, int64_t account)
{
	const int64_t *p = account == 0 ? NULL
					: bsearch(&account, w->place, w->place_n,
						  sizeof account, by_number);

	return p != NULL && ((p > w->place && p[-1] == account) ||
			     (p + 1 < w->place + w->place_n && p[1] == account));
}

static bool one_transfer(struct walker *w, const struct transfer *t, size_t index,
			 struct err *err)
{
	struct plan_facts f = { .t = t,
				.index = index,
				.sized = true,
				.read = true,
				.largest = -1,
				.oldest = MSG_DATE_UNKNOWN,
				.newest = MSG_DATE_UNKNOWN,
				.error = "" };
	struct account_growth grown;
	struct account_view view;

	arena_reset(&w->one);
	f.moves = t->old_account != 0 && !transfer_stays(t->decision);
	if (!new_side(w, t, &f, err))
		return false;
	if (!f.moves)
		return w->o->fn(w->o->ctx, &f, err);
	if (!store_account_view(w->st, t->old_account, &w->one, &view, err) ||
	    !store_account_growth(w->st, t->old_account, &grown, err))
		return false;
	f.error = view.found ? view.error : "";
	f.listed = view.found && view.good_run != 0;
	if (!f.listed) {
		f.sized = f.read = false;
		return w->o->fn(w->o->ctx, &f, err);
	}
	f.at = view.good_at;
	f.stale = w->o->now - view.good_at > w->o->max_age;
	if (grown.n > 1) {
		f.grown_from = grown.then;
		f.grown_at = grown.then_at;
	}
	if (t->kind == ACCOUNT_SERVICE || t->kind == ACCOUNT_LIST ||
	    t->kind == ACCOUNT_RESOURCE || t->kind == ACCOUNT_ADMIN)
		trait(&f, PLAN_TRAIT_SERVICE, "");
	if (t->kind == ACCOUNT_SHARED)
		trait(&f, PLAN_TRAIT_SHARED, "");
	if (shares_place(w, t->new_account))
		trait(&f, PLAN_TRAIT_MERGED, "");
	return folders(w, &view, &f, err) && w->o->fn(w->o->ctx, &f, err);
}

static bool walk_all(struct walker *w, struct err *err)
{
	const struct plan_facts_options *o = w->o;
	int64_t *wanted = arena_alloc(&w->all, (o->transfer_n + 1) * sizeof *wanted);
	size_t index = 0;

	if (o->transfer_n > 0)
		memcpy(wanted, o->transfers, o->transfer_n * sizeof *wanted);
	qsort(wanted, o->transfer_n, sizeof *wanted, by_number);
	w->place = arena_alloc(&w->all, (w->n + 1) * sizeof *w->place);
	for (size_t i = 0; i < w->n; i++)
		if (w->t[i].new_account != 0)
			w->place[w->place_n++] = w->t[i].new_account;
	if (w->place_n > 0)
		qsort(w->place, w->place_n, sizeof *w->place, by_number);
	if (o->details && !store_size_rule(w->st, SIDE_OLD, &w->rule, err))
		return false;
	for (size_t i = 0; i < w->n; i++) {
		if (bsearch(&w->t[i].id, wanted, o->transfer_n, sizeof *wanted,
			    by_number) == NULL)
			continue;
		if (o->stop != NULL && o->stop(o->ctx))
			return err_set(err, ERR_STOPPED,
				       "stopped after %zu of %zu accounts", index,
				       o->transfer_n);
		if (!one_transfer(w, &w->t[i], index++, err))
			return err_wrap(err, "plan %s",
					text_shown(&w->all, span_str(w->t[i].name)));
	}
	return true;
}

bool plan_facts_walk(struct store *st, const struct plan_facts_options *o,
		     struct err *err)
{
	struct walker w = { .st = st, .o = o };
	bool ok = false;

	arena_init(&w.all);
	arena_init(&w.one);
	arena_init(&w.profiles);
	if (store_read_begin(st, err)) {
		ok = store_transfers(st, false, &w.all, &w.t, &w.n, err) &&
		     walk_all(&w, err);
		store_read_end(st);
	}
	arena_done(&w.profiles);
	arena_done(&w.one);
	arena_done(&w.all);
	return ok;
}
