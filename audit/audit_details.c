/* SPDX-License-Identifier: MIT */
/*
 * Look up single messages: the header fields of those that a finding will name, and whole
 * headers and bodies of those that verify cannot tell apart otherwise.  One connection at
 * a time, in the calling thread, which owns the store.  What is wanted is collected
 * before anything is written, at 16 octets a message.
 */
#include <assert.h>

#include "audit/audit_hint.h"
#include "audit/audit_login.h"
#include "audit/audit_lookup.h"
#include "audit/audit_paces.h"
#include "audit/audit_reader.h"

#include "base/clock.h"
#include "base/text.h"
#include "imap/imap_io.h"
#include "mime/mime_identity.h"
#include "store/store_account.h"
#include "store/store_run.h"

enum {
	WANTS_MAX = 1 << 20, /* messages in one pass; more are asked for in the next */
	SAME_MAX = 3, /* accounts in a row with one and the same trouble; then they are
			 counted */
	BREAKS_IN_VAIN =
		3, /* sessions in a row that brought nothing: the account is left */
	BREAKS_OF_FOLDER = 3, /* in a row without a new message: it is passed over */
	BREAKS_MAX = 50,      /* of one account: each costs a login */
	COMMIT_AFTER = 1000,  /* messages */
};

/* The wanted messages of one folder: sought[first] to sought[first + n - 1]. */
struct place {
	enum side side;
	int64_t account, folder, epoch;
	const char *wire;
	uint32_t uidvalidity;
	size_t first, n;
	int breaks; /* sessions that ended here without a new message */
};

struct lookup {
	struct store *st;
	const struct audit_options *o;
	struct audit_result *out;
	struct audit_doors doors;
	struct audit_paces paces;
	struct audit_patience patience; /* with the account */
	struct arena arena;		/* strings of one pass */
	struct arena account;		/* of one account */
	struct audit_lookup look;
	struct store_others *others; /* of one account */
	const struct place *at; /* the folder being looked into */
	int64_t stored;		/* messages in the open transaction */
	bool open;		/* there is one */
	struct place *places;
	size_t place_n, place_cap;
	struct audit_sought *sought;
	size_t sought_n, sought_cap;
	struct detail_want last; /* up to here was looked up in earlier passes */
	bool more;		 /* this pass was full */
	struct strbuf line, why;
	struct {
		char text[480];
		int64_t same; /* accounts in a row */
	} said[SIDE_COUNT];
};

/* ---- what is wanted ---- */

/* Not beyond what earlier passes have looked up: side, account, folder, uid is the order.
 */
static bool is_done(const struct lookup *l, const struct detail_want *w)
{
	if (l->last.uid == 0 || w->side != l->last.side)
		return l->last.uid != 0 && w->side < l->last.side;
	if (w->account != l->last.account)
		return w->account < l->last.account;
	if (w->folder != l->last.folder)
		return w->folder < l->last.folder;
	return w->epoch == l->last.epoch ? w->uid <= l->last.uid
					 : w->epoch < l->last.epoch;
}

static void add_want(struct lookup *l, const struct detail_want *w)
{
	struct place *p = l->place_n > 0 ? &l->places[l->place_n - 1] : NULL;

	if (p == NULL || p->epoch != w->epoch) {
		if (l->place_n == l->place_cap) {
			l->place_cap = l->place_cap == 0 ? 64 : l->place_cap * 2;
			l->places = mem_realloc(l->places,
						l->place_cap * sizeof *l->places);
		}
		assert(l->places != NULL);
		p = &l->places[l->place_n++];
		*p = (struct place){
			.side = w->side,
			.account = w->account,
			.folder = w->folder,
			.epoch = w->epoch,
			.wire = arena_strdup(&l->arena, w->wire),
			.uidvalidity = w->uidvalidity,
			.first = l->sought_n,
		};
	}
	if (l->sought_n == l->sought_cap) {
		l->sought_cap = l->sought_cap == 0 ? 1024 : l->sought_cap * 2;
		l->sought = mem_realloc(l->sought, l->sought_cap * sizeof *l->sought);
	}
	assert(p != NULL && l->sought != NULL);
	l->sought[l->sought_n++] = (struct audit_sought){ .uid = w->uid,
							  .what = (uint8_t)w->what,
							  .octets = w->octets };
	p->n++;
}

/* The next pass. */
static bool collect(struct lookup *l, int64_t transfer, int64_t per_folder,
		    struct err *err)
{
	struct store_wants *it = NULL;
	struct detail_want w, last = l->last;
	enum next next;

	arena_reset(&l->arena);
	l->place_n = l->sought_n = 0;
	l->more = false;
	if (!store_wants_open(l->st, transfer, per_folder, &it, err))
		return false;
	while ((next = store_wants_next(it, &w, err)) == NEXT_ITEM) {
		if (l->o->server[w.side] == NULL || is_done(l, &w))
			continue;
		if (l->sought_n == WANTS_MAX) {
			l->more = true;
			break;
		}
		add_want(l, &w);
		last = w;
		last.wire = NULL;
	}
	store_wants_close(it);
	l->last = last;
	return next != NEXT_FAIL;
}

/* ---- into the store ---- */

static bool commit(struct lookup *l, struct err *err)
{
	if (!l->open)
		return true;
	l->open = false;
	if (store_commit(l->st, err)) {
		l->out->side[l->at->side].messages += l->stored;
		return true;
	}
	store_rollback(l->st);
	return false;
}

static bool put(struct lookup *l, const struct audit_found *f, struct err *err)
{
	int64_t epoch = l->at->epoch;

	if (f->failed != NULL)
		return store_detail_fail(l->st, epoch, f->uid, f->failed, err);
	l->stored++;
	return store_detail_put(l->st, epoch, f->uid, &f->detail,
				f->has_key ? &f->key : NULL, err) &&
	       (f->what == WANT_FIELDS ||
		store_detail_facts_put(l->st, epoch, f->uid, &f->facts, err));
}

static bool on_found(void *ctx, const struct audit_found *f, struct err *err)
{
	struct lookup *l = ctx;

	if (!l->open) {
		if (!store_begin(l->st, err))
			return false;
		l->open = true;
		l->stored = 0;
	}
	if (!put(l, f, err)) {
		l->open = false;
		store_rollback(l->st);
		return false;
	}
	return l->stored < COMMIT_AFTER || commit(l, err);
}

static bool on_settle(void *ctx, struct err *err)
{
	return commit(ctx, err);
}

/* ---- one folder ---- */

/* Those of a folder that were not looked up, and never will be in this run. */
static void pass_over(struct lookup *l, const struct account *a, const struct place *p,
		      const char *why)
{
	for (size_t i = 0; i < p->n; i++)
		l->sought[p->first + i].state = SOUGHT_DONE;
	l->out->side[p->side].folders_failed++;
	strbuf_clear(&l->line);
	strbuf_addf(&l->line, "%s ", side_name(p->side));
	text_show(&l->line, span_str(a->user), 0);
	strbuf_adds(&l->line, ": no details from \"");
	text_show(&l->line, span_str(p->wire), 0);
	strbuf_addf(&l->line, "\": %s", why);
	if (l->o->say != NULL)
		l->o->say(l->o->say_ctx, strbuf_cstr(&l->line));
}

static size_t left_of(const struct lookup *l, const struct place *p)
{
	size_t left = 0;

	for (size_t i = 0; i < p->n; i++)
		left += l->sought[p->first + i].state != SOUGHT_DONE;
	return left;
}

/* False: the session ended. */
static bool look_into(struct lookup *l, struct imap_session *s, const struct account *a,
		      struct place *p, bool *whole, struct err *err)
{
	size_t before = left_of(l, p), left;
	enum audit_looked looked;
	struct witness known;

	l->at = p;
	if (!store_witness(l->st, &l->others, p->epoch, &known, err)) {
		l->look.fatal = true;
		return false;
	}
	strbuf_clear(&l->why);
	looked = audit_lookup_folder(&l->look, s, p->wire, p->uidvalidity,
				     p->breaks == 0 ? &known : NULL, &l->sought[p->first],
				     p->n, &l->why, err);
	left = left_of(l, p);
	if (looked == AUDIT_BROKE && l->look.patient &&
	    audit_hint_of_err(err).kind != AUDIT_HINT_NONE)
		return false; /* nothing in the folder is the cause */
	if (looked == AUDIT_BROKE) {
		p->breaks = left < before ? 0 : p->breaks + 1;
		if (p->breaks < BREAKS_OF_FOLDER || l->look.fatal ||
		    err->cls == ERR_STOPPED)
			return false;
		strbuf_addf(&l->why, "again and again the connection broke: %s",
			    err->text);
		l->look.progress = true; /* for the other folders */
	} else if (looked == AUDIT_LOOKED && left > 0) {
		strbuf_addf(&l->why, "the server refuses %zu messages for now", left);
	}
	if (left > 0) {
		*whole = false;
		pass_over(l, a, p, strbuf_cstr(&l->why));
	}
	return looked != AUDIT_BROKE;
}

/* ---- one account ---- */

static void flush_same(struct lookup *l, enum side side)
{
	if (l->said[side].same > SAME_MAX && l->o->say != NULL) {
		strbuf_clear(&l->line);
		strbuf_addf(&l->line, "%s: and %lld more accounts: the same",
			    side_name(side), (long long)(l->said[side].same - SAME_MAX));
		l->o->say(l->o->say_ctx, strbuf_cstr(&l->line));
	}
	l->said[side].same = 0;
}

static void say_account(struct lookup *l, enum side side, const char *user,
			const char *why)
{
	if (strcmp(l->said[side].text, why) != 0)
		flush_same(l, side);
	snprintf(l->said[side].text, sizeof l->said[side].text, "%s", why);
	if (l->said[side].same++ >= SAME_MAX || l->o->say == NULL)
		return;
	strbuf_clear(&l->line);
	strbuf_addf(&l->line, "%s ", side_name(side));
	text_show(&l->line, span_str(user), 0);
	strbuf_addf(&l->line, ": no details: %s", why);
	l->o->say(l->o->say_ctx, strbuf_cstr(&l->line));
}

/* What is left of the places of one account, over one connection.  False: err tells
 * why. */
static bool session(struct lookup *l, struct place *places, size_t n,
		    const struct account *a, bool *whole, struct err *err)
{
	struct net_conn *conn = NULL;
	struct imap_session *s = NULL;
	struct imap_hello hello;
	struct imap_io io;
	bool ok = false;

	if (audit_login(&l->doors, places->side, a->user, &conn, err) != AUDIT_ENTERED)
		return false;
	l->out->count.logins++;
	audit_pace_inside(&l->paces.side[places->side], &l->patience);
	imap_io_net(&io, conn);
	s = imap_session_new(&io, l->o->transcript);
	l->look.patient = l->patience.tries < AUDIT_PACE_TRIES;
	if (!imap_session_hello(s, &l->account, &hello, err))
		goto out;
	for (size_t i = 0; i < n; i++)
		if (left_of(l, &places[i]) > 0 &&
		    !look_into(l, s, a, &places[i], whole, err))
			goto out;
	imap_session_logout(s);
	net_conn_wait_end(conn);
	ok = true;
out:
	imap_session_count(s, &l->out->count);
	imap_session_free(s);
	net_conn_close(conn);
	return ok;
}

/* A session that the pace of the side has let in. */
static bool visit(struct lookup *l, struct place *places, size_t n,
		  const struct account *a, bool *whole, struct err *err)
{
	bool ok = session(l, places, n, a, whole, err);

	audit_pace_leave(&l->paces.side[places->side], &l->patience, ok);
	return ok;
}

static bool nothing_left(const struct lookup *l, const struct place *places, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (left_of(l, &places[i]) > 0)
			return false;
	return true;
}

/* All places of one account, places[0] to places[n - 1].  False: stopped, or the store
 * failed. */
static bool look_up(struct lookup *l, struct place *places, size_t n, struct err *err)
{
	struct audit_side_sum *sum = &l->out->side[places->side];
	struct audit_pace *pace = &l->paces.side[places->side];
	bool whole = true, entered = true, ok = false;
	struct err why = ERR_INIT, store_err = ERR_INIT;
	int breaks = 0, in_vain = 0;
	struct account a;

	l->patience = (struct audit_patience){ 0 };
	arena_reset(&l->account);
	if (!store_account_get(l->st, places->account, &l->account, &a, err))
		return false;
	sum->accounts++;
	sum->folders += (int64_t)n;
	while (!ok && entered && breaks < BREAKS_MAX && in_vain < BREAKS_IN_VAIN) {
		int64_t logins = l->out->count.logins;

		why = ERR_INIT;
		l->look.progress = false;
		if (audit_pace_enter(pace, &l->patience, &why) != AUDIT_PACE_GO)
			ok = false;
		else
			ok = visit(l, places, n, &a, &whole, &why);
		entered = l->out->count.logins > logins;
		if (!l->look.fatal && (!commit(l, &store_err) ||
				       !audit_doors_note(&l->doors, l->st, &store_err))) {
			*err = store_err;
			return false;
		}
		if (l->look.fatal || why.cls == ERR_STOPPED) {
			*err = why;
			return false;
		}
		if (l->look.progress)
			l->patience.tries = 0;
		if (!ok && audit_pace_hinted(pace, &why, entered, &l->patience)) {
			entered = true;
			continue;
		}
		breaks++;
		in_vain = l->look.progress ? 0 : in_vain + 1;
		ok |= entered && nothing_left(l, places, n);
	}
	if (ok) {
		l->out->count.reconnects += breaks - 1;
		sum->read += whole;
		sum->partly += !whole;
		return true;
	}
	sum->no_login += why.cls == ERR_LOGIN;
	sum->no_net += why.cls == ERR_NET || why.cls == ERR_TLS;
	if (sum->failed++ == 0) {
		sum->first_error = why.cls;
		snprintf(sum->first_error_text, sizeof sum->first_error_text, "%s",
			 why.text);
		snprintf(sum->first_error_hint, sizeof sum->first_error_hint, "%s",
			 why.hint);
	}
	say_account(l, places->side, a.user, why.text);
	return true;
}

static bool look_up_all(struct lookup *l, struct err *err)
{
	for (size_t i = 0, n; i < l->place_n; i += n) {
		for (n = 1; i + n < l->place_n &&
			    l->places[i + n].account == l->places[i].account;
		     n++)
			;
		if (!look_up(l, &l->places[i], n, err))
			return false;
	}
	return true;
}

/* A run of its own.  One that was interrupted is not continued: what it stored is not
 * asked for again. */
static bool begin(struct lookup *l, int64_t transfer, struct err *err)
{
	char scope[64];
	const struct run fresh = {
		.command = "details",
		.scope = scope,
		.depth = DEPTH_COUNTS,
		.started = clock_now(),
		.operator_name = l->o->operator_name,
	};
	struct run open;
	bool found;

	snprintf(scope, sizeof scope, "{\"transfer\":%lld}", (long long)transfer);
	return store_run_open(l->st, fresh.command, &l->account, &open, &found, err) &&
	       (!found || store_run_end(l->st, open.id, RUN_ABANDONED, NULL,
					"asked for anew", err)) &&
	       store_run_begin(l->st, &fresh, &l->out->run, err);
}

static bool end(struct lookup *l, struct err *err)
{
	struct audit_result *out = l->out;

	out->complete = true;
	for (size_t side = 0; side < SIDE_COUNT; side++)
		out->complete &= out->side[side].read == out->side[side].accounts;
	return store_run_end(l->st, out->run,
			     out->complete ? RUN_COMPLETE : RUN_INCOMPLETE, &out->count,
			     "", err);
}

bool audit_details(struct store *st, const struct audit_options *o, int64_t transfer,
		   int64_t per_folder, struct audit_result *out, struct err *err)
{
	struct lookup *l = mem_calloc(1, sizeof *l);
	const struct audit_lookup_sink sink = { l, on_found, on_settle };
	int64_t began = clock_mono_ms();
	bool ok = false;

	*out = (struct audit_result){ 0 };
	l->st = st;
	l->o = o;
	l->out = out;
	audit_lookup_init(&l->look);
	l->look.out = &sink;
	l->look.sha = sha256_new();
	audit_doors_init(&l->doors, o, o->wake);
	l->doors.pace = l->paces.side;
	if (!audit_paces_init(&l->paces, o, 0, o->wake, err) || !begin(l, transfer, err))
		goto out;
	do {
		if (!collect(l, transfer, per_folder, err) || !look_up_all(l, err)) {
			struct err later =
				ERR_INIT; /* the first error is the one to tell */

			if (err->cls == ERR_STOPPED &&
			    !store_run_end(st, out->run, RUN_STOPPED, &out->count, "",
					   &later))
				*err = later;
			goto out;
		}
	} while (l->more);
	for (size_t side = 0; side < SIDE_COUNT; side++)
		flush_same(l, (enum side)side);
	ok = audit_paces_end(&l->paces, st, out, err) && end(l, err);
out:
	out->took_ms = clock_mono_ms() - began;
	audit_doors_done(&l->doors);
	audit_paces_done(&l->paces);
	sha256_free(l->look.sha);
	audit_lookup_done(&l->look);
	store_others_free(l->others);
	arena_done(&l->arena);
	arena_done(&l->account);
	strbuf_done(&l->line);
	strbuf_done(&l->why);
	free(l->places);
	free(l->sought);
	free(l);
	return ok;
}
