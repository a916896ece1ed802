/* SPDX-License-Identifier: MIT */
#include "audit/audit_burst.h"
#include "audit/audit_gmail.h"
#include "audit/audit_hint.h"

#include "base/sha256.h"
#include "base/text.h"

/* More folders of which nobody knows where they are, and each may be anywhere. */
enum { ADRIFT_MAX = 1000 };

void audit_reader_init(struct audit_reader *r)
{
	*r = (struct audit_reader){ .acl = ACL_OFF };
	arena_init(&r->arena);
	arena_init(&r->scratch);
	arena_init(&r->doubt.text);
	arena_init(&r->acl_text);
	r->sha = sha256_new();
}

void audit_reader_done(struct audit_reader *r)
{
	free(r->folders);
	free(r->counts);
	free(r->breaks);
	free(r->marks);
	free(r->asked);
	for (size_t i = 0; r->witness != NULL && i < r->folder_n; i++)
		free(r->witness[i]);
	free(r->witness);
	free(r->known);
	free(r->acls);
	strbuf_done(&r->line);
	strbuf_done(&r->joined);
	sha256_free(r->sha);
	audit_uids_done(&r->set);
	audit_uids_done(&r->found);
	audit_uids_done(&r->dropped);
	audit_uids_done(&r->blocks);
	audit_uids_done(&r->vanished);
	audit_uids_done(&r->doubt.bad);
	audit_uids_done(&r->doubt.refused);
	arena_done(&r->doubt.text);
	free(r->doubt.hole);
	arena_done(&r->acl_text);
	arena_done(&r->scratch);
	arena_done(&r->arena);
}

static bool sink_failed(struct audit_reader *r)
{
	r->fatal = true;
	return false;
}

static void mark_done(struct audit_reader *r, size_t i)
{
	r->marks[i] |= AUDIT_DONE;
	r->done_n++;
}

bool audit_reader_by(struct audit_reader *r, size_t i, enum audit_by *out,
		     struct err *err)
{
	const struct folder_known *known = &r->known[i];
	struct witness w = { 0 };

	*out = AUDIT_BY_TRUST;
	if (known->mailbox != 0 && (r->hello.caps & IMAP_CAP_OBJECTID)) {
		*out = AUDIT_BY_ID;
		return true;
	}
	/* Nothing is built on what held nothing. */
	if (!known->shared || known->state.exists == 0)
		return true;
	if (r->witness[i] == NULL) {
		if (r->sink->witness != NULL &&
		    !r->sink->witness(r->sink->ctx, known->epoch, &w, err))
			return sink_failed(r);
		r->witness[i] = mem_alloc(sizeof w);
		*r->witness[i] = w;
	}
	*out = r->witness[i]->n > 0 ? AUDIT_BY_MESSAGES : AUDIT_BY_NOTHING;
	return true;
}

bool audit_reader_id_stands(const struct audit_reader *r, size_t i)
{
	return objectid_mark(r->mailbox_id) == r->known[i].mailbox;
}

void audit_reader_other(struct audit_reader *r, size_t i, bool other)
{
	r->marks[i] |= AUDIT_AFRESH | (r->acl_planned ? AUDIT_ACL_DUE : 0);
	r->marks[i] &= (uint8_t) ~(AUDIT_PROVE | AUDIT_PROVEN);
	if (other && r->others++ == 0)
		r->first_other = r->folders[i].name;
}

/* The sink was told that folder i is read. */
static void begun(struct audit_reader *r, size_t i, const struct folder_state *now)
{
	const struct folder_known *known = &r->known[i];
	bool again = (r->marks[i] & AUDIT_BEGUN) != 0;

	r->odd_ids += !again && r->mailbox_odd;
	r->marks[i] |= AUDIT_BEGUN;
	if (!again && known->epoch != 0 && known->state.uidvalidity != now->uidvalidity &&
	    r->renewed++ == 0)
		r->first_renewed = r->folders[i].name;
}

static bool counted(const struct audit_reader *r, size_t i)
{
	return (r->marks[i] & AUDIT_BEGUN) != 0 || r->surveyed;
}

bool audit_reader_begin(struct audit_reader *r, size_t i, const struct folder_state *now,
			int64_t *epoch_out, uint32_t *resume_uid_out, struct err *err)
{
	enum audit_way way = audit_reader_way(r, i);
	bool whole = way == AUDIT_WHOLE || way == AUDIT_SAME; /* audit_folder_read */
	bool afresh = (r->marks[i] & AUDIT_AFRESH) != 0 ||
		      (whole && r->known[i].shared && !(r->marks[i] & AUDIT_BEGUN));

	if (!r->sink->begin(r->sink->ctx, &r->folders[i], now, afresh, counted(r, i),
			    epoch_out, resume_uid_out, err))
		return sink_failed(r);
	begun(r, i, now);
	return true;
}

/* The sink does not take this end. */
static bool refused(struct audit_reader *r, size_t i, struct folder_end *end,
		    struct err *why, bool *built_out, struct err *err)
{
	/* What is stored does not add up with what the server told: that spoils this
	 * folder only. */
	if (why->cls != ERR_PROTO || !folder_outcome_stored(end->outcome)) {
		*err = *why;
		return sink_failed(r);
	}
	if (built_out != NULL) {
		*built_out = true;
		return true;
	}
	end->outcome = FOLDER_UNREADABLE;
	end->error_class = why->cls;
	end->error = why->text;
	end->messages_read = 0;
	end->hole_n = 0;
	return r->sink->end(r->sink->ctx, &r->folders[i], end, err) || sink_failed(r);
}

/* It does. */
static void ended(struct audit_reader *r, size_t i, const struct folder_end *end)
{
	if (end->outcome == FOLDER_READ || end->outcome == FOLDER_COUNTED) {
		r->own_read++;
		r->messages += end->state.exists;
		r->progress = true;
	}
	if (end->outcome == FOLDER_HOLED) {
		r->messages += end->state.exists;
		r->progress = true;
	}
	if ((end->outcome == FOLDER_UNREADABLE || end->outcome == FOLDER_HOLED) &&
	    r->first_bad.cls == ERR_NONE) {
		r->first_bad.cls = end->error_class;
		snprintf(r->first_bad.text, sizeof r->first_bad.text, "%s", end->error);
	}
	mark_done(r, i);
}

bool audit_reader_end(struct audit_reader *r, size_t i, const struct folder_end *e,
		      bool *built_out, struct err *err)
{
	struct folder_end end = *e;
	struct err why = ERR_INIT;

	end.mailbox_id = r->mailbox_id;
	if (!r->sink->end(r->sink->ctx, &r->folders[i], &end, &why) &&
	    !refused(r, i, &end, &why, built_out, err))
		return false;
	if (built_out == NULL || !*built_out)
		ended(r, i, &end);
	return true;
}

bool audit_reader_whole(struct audit_reader *r, size_t i, const struct folder_state *now,
			struct audit_window *w, const struct folder_end *e,
			struct err *err)
{
	struct folder_end end = *e;
	struct err why = ERR_INIT;
	size_t messages = w->n;
	uint32_t resume;

	if (r->sink->whole == NULL) {
		if (!audit_reader_begin(r, i, now, &end.epoch, &resume, err)) {
			audit_window_give(r->pool, w);
			return false;
		}
		w->epoch = end.epoch;
		return audit_reader_hand(r, w, err) &&
		       audit_reader_end(r, i, &end, NULL, err);
	}
	end.mailbox_id = r->mailbox_id;
	if (!r->sink->whole(r->sink->ctx, &r->folders[i], now, counted(r, i), w, &end,
			    &why) &&
	    !refused(r, i, &end, &why, NULL, err))
		return false;
	begun(r, i, now);
	ended(r, i, &end);
	return audit_reader_pace(r, messages, err);
}

/* Close a folder without having opened it. */
static bool pass(struct audit_reader *r, size_t i, enum folder_outcome outcome,
		 enum err_class cls, const char *why, struct err *err)
{
	struct folder_end end = {
		.folder = r->folders[i].id,
		.outcome = outcome,
		.state = { .modseq = -1, .exists = -1, .octets = -1 },
		.depth = r->depth,
		.error_class = cls,
		.error = why,
	};

	if (outcome == FOLDER_COUNTED)
		end.state = r->counts[i].state;
	return audit_reader_end(r, i, &end, NULL, err);
}

bool audit_reader_put_off(struct audit_reader *r, size_t i, const struct imap_done *done,
			  struct err *err)
{
	if (!audit_hint_put_off(r->patient && r->asked[i] < AUDIT_HINTS, done, err))
		return false;
	r->asked[i]++;
	return true;
}

bool audit_reader_hinted(const struct audit_reader *r, const struct err *err)
{
	return r->patient && audit_hint_of_err(err).kind != AUDIT_HINT_NONE;
}

bool audit_reader_broke(struct audit_reader *r, size_t i, struct err *err)
{
	struct err why = *err;

	if (why.cls == ERR_STOPPED || r->fatal || i == r->folder_n ||
	    audit_reader_hinted(r, &why))
		return false;
	r->marks[i] |= AUDIT_CAREFUL; /* the others first, and this one by itself */
	if (r->doubt.of == i && r->doubt.narrowed) {
		/* Nearer to the message that does it. */
		r->doubt.narrowed = false;
		r->progress = true;
		return false;
	}
	/* A server that ends long sessions is borne with as long as each gets further
	 * than the last. */
	if (r->progress)
		r->breaks[i] = 0;
	if (++r->breaks[i] < 2)
		return false;
	err_wrap(&why, "twice the connection broke while it was read");
	if (!pass(r, i, FOLDER_UNREADABLE, why.cls, why.text, err))
		return false;
	return false; /* the session is broken all the same, and err still says why */
}

static bool count_one(struct audit_reader *r, struct imap_session *s, size_t i,
		      struct err *err)
{
	const struct audit_count *c = &r->counts[i];

	if (c->state.exists < 0 && c->bad == NULL &&
	    !audit_status(r, s, i, r->folder_n, err))
		return audit_reader_broke(r, i, err);
	if (c->bad != NULL)
		return pass(r, i, FOLDER_UNREADABLE, ERR_SERVER, c->bad, err);
	return pass(r, i, FOLDER_COUNTED, ERR_NONE, "", err);
}

/* ---- before anything is read ---- */

/* STATUS of all folders.  A server that breaks off over it is asked no more. */
static bool survey(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	int64_t messages = 0;

	if (!audit_status(r, s, 0, r->folder_n, err)) {
		if (err->cls != ERR_STOPPED && !audit_reader_hinted(r, err))
			r->survey = false;
		return false;
	}
	for (size_t i = 0; i < r->folder_n; i++)
		if (audit_is_own(&r->folders[i]) && r->counts[i].state.exists > 0)
			messages += r->counts[i].state.exists;
	r->surveyed = true;
	return r->sink->expect == NULL || r->sink->expect(r->sink->ctx, messages, err) ||
	       sink_failed(r);
}

enum audit_way audit_reader_way(const struct audit_reader *r, size_t i)
{
	static const struct folder_state untold = { .exists = -1, .modseq = -1 };

	if (r->marks[i] & AUDIT_AFRESH)
		return AUDIT_WHOLE;
	return audit_way(&r->known[i], r->surveyed ? &r->counts[i].state : &untold,
			 r->depth);
}

/*
 * Where UIDVALIDITY, UIDNEXT, EXISTS and HIGHESTMODSEQ stand, another folder with the
 * same UIDVALIDITY may still have come under the name.  Follow the names: what lies under
 * this one was left under another, in no later state, since UIDNEXT and HIGHESTMODSEQ
 * only grow; what lies there was left under a third, and so on, until a name that is gone
 * or under which a folder was read that is not the one that it was (prove_more), or back
 * to this one; then all were left in one and the same state.  Cyrus raises HIGHESTMODSEQ
 * when it renames, so that there no such circle closes.  Where flags do not matter a
 * folder has not changed whatever HIGHESTMODSEQ is, so that it shows nothing.
 */
static bool is_in_doubt(struct audit_reader *r, size_t i)
{
	const struct folder_known *known = &r->known[i];
	const struct span none = { NULL, 0 };
	bool raises = r->depth != DEPTH_IDS && known->mailbox != 0 &&
		      audit_form_of(r->kind, span_str(r->hello.server_id), none) ==
			      AUDIT_FORM_ENVELOPE;

	if (known->shared && known->state.exists > 0 &&
	    !(r->marks[i] & (AUDIT_WAITS | AUDIT_PROVE)))
		r->marks[i] |= known->adrift || (known->twin && !raises) ? AUDIT_PROVE
									 : AUDIT_WAITS;
	return (r->marks[i] & (AUDIT_WAITS | AUDIT_PROVE)) != 0;
}

/* What is as it was needs no reading.  all: also what waited, for nothing speaks against
 * it. */
static bool settle_same(struct audit_reader *r, bool all, struct err *err)
{
	int64_t *ids = mem_calloc(r->folder_n + 1, sizeof *ids), messages = 0;
	size_t n = 0;
	bool ok;

	for (size_t i = 0; i < r->folder_n; i++) {
		if (r->marks[i] & AUDIT_DONE || !audit_is_own(&r->folders[i]) ||
		    audit_reader_way(r, i) != AUDIT_SAME)
			continue;
		if (is_in_doubt(r, i) && (!all || (r->marks[i] & AUDIT_PROVE)))
			continue;
		r->marks[i] |= AUDIT_PROVEN;
		ids[n++] = r->folders[i].id;
		messages += r->known[i].state.exists;
		mark_done(r, i);
	}
	ok = n == 0 || r->sink->unchanged(r->sink->ctx, ids, n, messages, err) ||
	     sink_failed(r);
	free(ids);
	r->same += (int64_t)n;
	r->own_read += (int64_t)n;
	r->messages += messages;
	r->progress |= n > 0;
	return ok;
}

bool audit_reader_same(struct audit_reader *r, size_t i, struct err *err)
{
	int64_t messages = r->known[i].state.exists;

	if (!r->sink->unchanged(r->sink->ctx, &r->folders[i].id, 1, messages, err))
		return sink_failed(r);
	r->marks[i] |= AUDIT_PROVEN;
	mark_done(r, i);
	r->same++;
	r->own_read++;
	r->messages += messages;
	r->progress = true;
	return true;
}

/* Folder i is no longer what it was, as far as is known: what was under its name may be
 * under that of folder k. */
static bool is_adrift(const struct audit_reader *r, size_t i, size_t k)
{
	const struct folder_state *was = &r->known[i].state, *is = &r->known[k].state;

	return was->uidvalidity == is->uidvalidity && was->uidnext <= is->uidnext &&
	       (r->depth == DEPTH_IDS || was->modseq < 0 || is->modseq < 0 ||
		was->modseq <= is->modseq);
}

/* Which of those that wait must show that they are what they were?  False: none. */
static bool prove_more(struct audit_reader *r)
{
	size_t *adrift = mem_calloc(r->folder_n + 1, sizeof *adrift), n = 0;
	bool any = false;

	for (size_t i = 0; i < r->folder_n; i++)
		if (r->known[i].epoch != 0 && r->known[i].shared &&
		    (r->marks[i] & AUDIT_DONE) && !(r->marks[i] & AUDIT_PROVEN))
			adrift[n++] = i;
	for (size_t k = 0; k < r->folder_n && n > 0; k++) {
		bool near = n > ADRIFT_MAX;

		if (!(r->marks[k] & AUDIT_WAITS))
			continue;
		for (size_t i = 0; i < n && !near; i++)
			near = is_adrift(r, adrift[i], k);
		if (!near)
			continue;
		r->marks[k] &= (uint8_t)~AUDIT_WAITS;
		r->marks[k] |= AUDIT_PROVE;
		any = true;
	}
	free(adrift);
	return any;
}

/* What holds no messages of this account. */
static bool settle_others(struct audit_reader *r, struct err *err)
{
	for (size_t i = 0; i < r->folder_n; i++) {
		const struct folder *f = &r->folders[i];

		if (r->marks[i] & AUDIT_DONE)
			continue;
		if (f->attrs & FOLDER_FOREIGN)
			mark_done(r,
				  i); /* listed, and read with the account that owns it */
		else if (!audit_is_own(f) &&
			 !pass(r, i, FOLDER_UNSELECTABLE, ERR_NONE, "", err))
			return false;
	}
	return true;
}

bool audit_reader_pack(struct audit_reader *r, struct imap_session *s, int64_t messages,
		       struct err *err)
{
	if (!(r->hello.caps & IMAP_CAP_COMPRESS) || imap_session_compressed(s) ||
	    r->compress == COMPRESS_OFF)
		return true;
	if (r->compress == COMPRESS_AUTO &&
	    (r->far_ms < AUDIT_FAR_MS || messages < AUDIT_FAR_MESSAGES))
		return true;
	if (!imap_session_compress(s, err))
		return false;
	r->packs = imap_session_compressed(s);
	return true;
}

/* How many messages are to be read yet, as far as STATUS tells; 0 when it was not asked.
 */
static int64_t count_ahead(const struct audit_reader *r)
{
	int64_t n = 0;

	for (size_t i = 0; r->surveyed && i < r->folder_n; i++)
		if (!(r->marks[i] & AUDIT_DONE) && r->counts[i].state.exists > 0 &&
		    audit_reader_way(r, i) < AUDIT_DELTA)
			n += r->counts[i].state.exists;
	return n;
}

/* Those that do not wait, together or one by one. */
static bool read_some(struct audit_reader *r, struct imap_session *s, bool deep,
		      struct err *err)
{
	if (deep && r->surveyed &&
	    (!audit_form_try(r, s, err) || !audit_burst(r, s, err)))
		return false;
	/* What broke a session comes last. */
	for (uint8_t breaks = 0; breaks < 2; breaks++) {
		for (size_t i = 0; i < r->folder_n; i++) {
			if (r->marks[i] & (AUDIT_DONE | AUDIT_WAITS) ||
			    r->breaks[i] != breaks)
				continue;
			r->at = i;
			if (!deep ? !count_one(r, s, i, err)
				  : !audit_folder_read(r, s, i, err))
				return deep && audit_reader_broke(r, i, err);
			r->at = r->folder_n;
		}
	}
	return true;
}

bool audit_reader_folders(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	bool deep = r->depth != DEPTH_COUNTS;

	r->qresync = r->opened = false;
	r->at = r->folder_n;
	if (!settle_others(r, err))
		return false;
	if (deep && r->survey && !r->surveyed && !survey(r, s, err))
		return false;
	if (deep && r->surveyed && !settle_same(r, false, err))
		return false;
	if (deep)
		audit_acl_plan(r);
	if (deep && r->done_n < r->folder_n &&
	    !audit_reader_pack(r, s, count_ahead(r), err))
		return false;
	do {
		if (!read_some(r, s, deep, err))
			return false;
	} while (deep && prove_more(r));
	if (deep && r->surveyed && !settle_same(r, true, err))
		return false;
	return !deep || (audit_gmail(r, s, err) && audit_acl(r, s, err));
}

static bool give_up_some(struct audit_reader *r, const struct err *why, struct err *err)
{
	for (size_t i = 0; i < r->folder_n; i++) {
		bool own = audit_is_own(&r->folders[i]);

		if (r->marks[i] & (AUDIT_DONE | AUDIT_WAITS))
			continue;
		if (r->folders[i].attrs & FOLDER_FOREIGN)
			mark_done(r, i);
		else if (!pass(r, i, own ? FOLDER_UNREADABLE : FOLDER_UNSELECTABLE,
			       why->cls, own ? why->text : "", err))
			return false;
	}
	return true;
}

bool audit_reader_give_up(struct audit_reader *r, const struct err *why, struct err *err)
{
	do {
		if (!give_up_some(r, why, err))
			return false;
	} while (prove_more(r));
	/* No folder that is left may be under the name of one that waited. */
	return !r->surveyed || settle_same(r, true, err);
}

bool audit_reader_pace(struct audit_reader *r, size_t messages, struct err *err)
{
	if (r->sink->pace == NULL || r->sink->pace(r->sink->ctx, messages, err))
		return true;
	r->fatal = true;
	return false;
}

bool audit_reader_hand(struct audit_reader *r, struct audit_window *w, struct err *err)
{
	size_t messages = w->n;

	if (r->sink->window(r->sink->ctx, w, err))
		return audit_reader_pace(r, messages, err);
	r->fatal = true;
	return false;
}
