/* SPDX-License-Identifier: MIT */
/*
 * Look up the header fields of messages that a finding will name.  One connection at a
 * time, in the calling thread, which owns the store.  What is wanted is collected before
 * anything is written, at four octets a message.
 */
#include "audit/audit_login.h"
#include "audit/audit_reader.h"
#include "audit/audit_rows.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "base/text.h"
#include "imap/imap_io.h"
#include "store/store_account.h"
#include "store/store_run.h"
#include "store/store_verify.h"

enum {
	WANTS_MAX = 1 << 20, /* messages in one pass; more are asked for in the next */
	CHUNK = 500,	     /* uids in one command */
	PIPELINE = 4,
	SAME_MAX = 3, /* accounts in a row with one and the same trouble; then they are
			 counted */
};

/* The wanted messages of one folder: uids first to first + n. */
struct place {
	enum side side;
	int64_t account, folder, epoch;
	const char *wire;
	uint32_t uidvalidity;
	size_t first, n;
};

/* One answer, kept until its command is complete. */
struct answer {
	uint32_t uid;
	bool has_key;
	struct msg_key key;
	struct message_detail d;
};

struct lookup {
	struct store *st;
	const struct audit_options *o;
	struct audit_result *out;
	struct audit_doors doors;
	struct arena arena;   /* strings of one pass */
	struct arena account; /* of one account */
	struct arena answers; /* strings of the answers that are not stored yet */
	struct arena scratch;
	struct sha256_ctx *sha;
	struct place *places;
	size_t place_n, place_cap;
	uint32_t *uids;
	size_t uid_n, uid_cap;
	struct detail_want last; /* up to here was looked up in earlier passes */
	bool more;		 /* this pass was full */
	struct answer answer[PIPELINE * CHUNK];
	size_t answer_n;
	uint32_t uidvalidity; /* of the open folder */
	const uint32_t *wanted;
	size_t wanted_n;
	struct strbuf line;
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
		p = &l->places[l->place_n++];
		*p = (struct place){
			.side = w->side,
			.account = w->account,
			.folder = w->folder,
			.epoch = w->epoch,
			.wire = arena_strdup(&l->arena, w->wire),
			.uidvalidity = w->uidvalidity,
			.first = l->uid_n,
		};
	}
	if (l->uid_n == l->uid_cap) {
		l->uid_cap = l->uid_cap == 0 ? 1024 : l->uid_cap * 2;
		l->uids = mem_realloc(l->uids, l->uid_cap * sizeof *l->uids);
	}
	l->uids[l->uid_n++] = w->uid;
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
	l->place_n = l->uid_n = 0;
	l->more = false;
	if (!store_wants_open(l->st, transfer, per_folder, &it, err))
		return false;
	while ((next = store_wants_next(it, &w, err)) == NEXT_ITEM) {
		if (l->o->server[w.side] == NULL || is_done(l, &w))
			continue;
		if (l->uid_n == WANTS_MAX) {
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

/* ---- one folder ---- */

static bool is_wanted(const struct lookup *l, uint32_t uid)
{
	size_t lo = 0, hi = l->wanted_n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->wanted[mid] < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->wanted_n && l->wanted[lo] == uid;
}

static bool on_answer(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	static const char name[] = "UIDVALIDITY ";
	struct folder_state now = { 0 };
	struct lookup *l = ctx;
	struct imap_fetch f;
	struct answer *a;

	(void)more;
	if (resp->kind == IMAP_RESP_STATUS_OK && span_istarts(resp->code, name)) {
		if (!audit_rows_code(SPAN_LIT("UIDVALIDITY"),
				     span_trim(span_from(resp->code, sizeof name - 1)),
				     true, &now, err))
			return false;
		l->uidvalidity = now.uidvalidity;
	}
	if (resp->kind != IMAP_RESP_FETCH)
		return true;
	arena_reset(&l->scratch);
	if (!imap_fetch_parse(resp->number, resp->text, &l->scratch, &f, err))
		return false;
	if ((f.has & (IMAP_HAS_UID | IMAP_HAS_HEADER)) !=
		    (IMAP_HAS_UID | IMAP_HAS_HEADER) ||
	    f.header_nil || !is_wanted(l, f.uid) || l->answer_n == COUNT_OF(l->answer))
		return true;
	a = &l->answer[l->answer_n++];
	*a = (struct answer){ .uid = f.uid };
	a->has_key = mime_key_fields(l->sha, f.header, &l->scratch, &a->key);
	mime_detail(f.header, &l->answers, &a->d);
	return true;
}

static bool store_answers(struct lookup *l, const struct place *p, struct err *err)
{
	bool ok = store_begin(l->st, err);

	if (!ok)
		return false;
	for (size_t i = 0; ok && i < l->answer_n; i++)
		ok = store_detail_put(l->st, p->epoch, l->answer[i].uid, &l->answer[i].d,
				      l->answer[i].has_key ? &l->answer[i].key : NULL,
				      err);
	ok = ok && store_commit(l->st, err);
	if (!ok)
		store_rollback(l->st);
	else
		l->out->side[p->side].messages += (int64_t)l->answer_n;
	l->answer_n = 0;
	arena_reset(&l->answers);
	return ok;
}

/* Ask for PIPELINE chunks at once, wait for all, store.  *store_failed tells whose error
 * it is. */
static bool fetch(struct lookup *l, struct imap_session *s, const struct place *p,
		  bool *store_failed, struct err *err)
{
	for (size_t at = 0; at < p->n;) {
		uint64_t cmd[PIPELINE];
		size_t n = 0;

		l->wanted = &l->uids[p->first + at];
		l->wanted_n = 0;
		while (n < PIPELINE && at < p->n) {
			strbuf_clear(&l->line);
			strbuf_adds(&l->line, "UID FETCH ");
			for (size_t i = 0; i < CHUNK && at < p->n;
			     i++, at++, l->wanted_n++)
				strbuf_addf(&l->line, "%s%u", i > 0 ? "," : "",
					    l->uids[p->first + at]);
			strbuf_adds(&l->line,
				    " (UID BODY.PEEK[HEADER.FIELDS (" MIME_IDENTITY_FIELDS
				    ")])");
			if (!imap_session_send(s, strbuf_span(&l->line), &cmd[n++], err))
				return false;
		}
		for (size_t i = 0; i < n; i++) {
			struct imap_done done; /* NO: what was not answered stays without
						  a detail */

			if (!imap_session_finish(s, cmd[i], &done, err))
				return false;
		}
		if (!store_answers(l, p, err)) {
			*store_failed = true;
			return false;
		}
	}
	return true;
}

/* A folder that cannot be opened, or that is another one by now, is said and passed over.
 */
static bool look_into(struct lookup *l, struct imap_session *s, const struct account *a,
		      const struct place *p, bool *whole, bool *store_failed,
		      struct err *err)
{
	char words[AUDIT_WORDS_SIZE];
	struct imap_done done;
	uint64_t cmd;

	/* A late answer from the folder before must not be taken for one of this folder. */
	l->wanted_n = 0;
	l->answer_n = 0;
	l->uidvalidity = 0;
	strbuf_clear(&l->line);
	strbuf_adds(&l->line, "EXAMINE ");
	imap_put_mailbox(&l->line, p->wire);
	if (!imap_session_send(s, strbuf_span(&l->line), &cmd, err) ||
	    !imap_session_finish(s, cmd, &done, err))
		return false;
	if (done.status == IMAP_OK && l->uidvalidity == p->uidvalidity)
		return fetch(l, s, p, store_failed, err);
	*whole = false;
	l->out->side[p->side].folders_failed++;
	strbuf_clear(&l->line);
	strbuf_addf(&l->line, "%s ", side_name(p->side));
	text_show(&l->line, span_str(a->user), 0);
	strbuf_adds(&l->line, ": no details from \"");
	text_show(&l->line, span_str(p->wire), 0);
	strbuf_addf(&l->line, "\": %s",
		    done.status != IMAP_OK ? audit_words(&done, words)
					   : "its UIDVALIDITY has changed");
	if (l->o->say != NULL)
		l->o->say(l->o->say_ctx, strbuf_cstr(&l->line));
	return true;
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

/* All places of one account, places[0] to places[n - 1].  False: stopped, or the store
 * failed. */
static bool look_up(struct lookup *l, const struct place *places, size_t n,
		    struct err *err)
{
	struct audit_side_sum *sum = &l->out->side[places->side];
	bool whole = true, store_failed = false, ok = false;
	struct net_conn *conn = NULL;
	struct imap_session *s = NULL;
	struct imap_hello hello;
	struct imap_io io;
	struct account a;
	struct err why = ERR_INIT;

	arena_reset(&l->account);
	if (!store_account_get(l->st, places->account, &l->account, &a, err))
		return false;
	sum->accounts++;
	sum->folders += (int64_t)n;
	if (audit_login(&l->doors, places->side, a.user, &conn, &why) != AUDIT_ENTERED)
		goto out;
	l->out->count.logins++;
	imap_io_net(&io, conn);
	s = imap_session_new(&io, l->o->transcript);
	if (!imap_session_hello(s, &l->account, &hello, &why))
		goto out;
	imap_session_handler(s, on_answer, l);
	for (size_t i = 0; i < n; i++)
		if (!look_into(l, s, &a, &places[i], &whole, &store_failed, &why))
			goto out;
	imap_session_handler(s, NULL, NULL);
	imap_session_logout(s);
	ok = true;
out:
	if (s != NULL)
		imap_session_count(s, &l->out->count);
	imap_session_free(s);
	net_conn_close(conn);
	l->answer_n = 0;
	if (ok) {
		sum->read += whole;
		sum->partly += !whole;
		return true;
	}
	if (store_failed || why.cls == ERR_STOPPED) {
		*err = why;
		return false;
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
	int64_t began = clock_mono_ms();
	bool ok = false;

	*out = (struct audit_result){ 0 };
	l->st = st;
	l->o = o;
	l->out = out;
	l->sha = sha256_new();
	audit_doors_init(&l->doors, o, o->wake);
	if (!begin(l, transfer, err))
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
	ok = end(l, err);
out:
	out->took_ms = clock_mono_ms() - began;
	audit_doors_done(&l->doors);
	sha256_free(l->sha);
	arena_done(&l->arena);
	arena_done(&l->account);
	arena_done(&l->answers);
	arena_done(&l->scratch);
	strbuf_done(&l->line);
	free(l->places);
	free(l->uids);
	free(l);
	return ok;
}
