/* SPDX-License-Identifier: MIT */
#include "verify/seal.h"

#include "base/num.h"
#include "base/strbuf.h"
#include "store/store_folder.h"
#include "verify/itself.h"
#include "verify/judge.h"

#define NAMED_MAX 5 /* folders that a note names */

static const char *const state_names[] = {
	[SEAL_SOUND] = "sound",
	[SEAL_UNSOUND] = "unsound",
	[SEAL_REFUSED] = "refused",
	[SEAL_NOT_MOVING] = "not-moving",
};
_Static_assert(COUNT_OF(state_names) == SEAL_STATE_COUNT, "every state has a name");

const char *seal_state_name(enum seal_state s)
{
	return state_names[s];
}

struct making {
	struct store *st;
	const struct seal_options *o;
	const struct transfer *t;
	struct arena *arena;
	struct seal_made *out;
	struct strbuf why;
	int64_t troubles;	    /* of folders */
	int64_t oldest[SIDE_COUNT]; /* reading of a folder; 0: none */
};

static int64_t account_of(const struct transfer *t, enum side side)
{
	return side == SIDE_OLD ? t->old_account : t->new_account;
}

static void begin_sentence(struct making *m)
{
	if (m->why.n > 0)
		strbuf_addc(&m->why, ' ');
}

/* false: what is wrong with this folder is one of those that are only counted. */
static bool name_trouble(struct making *m, enum side side, const struct folder_view *f)
{
	if (m->troubles++ >= NAMED_MAX)
		return false;
	begin_sentence(m);
	strbuf_addf(&m->why, "%s of the %s side ", f->folder.name, side_name(side));
	return true;
}

/* "INBOX of the old side got 3 messages while the seal was taken." */
static void say_moved(struct making *m, enum side side, const struct folder_view *f)
{
	int64_t by = f->counted - f->state.exists;
	char n[32];

	if (!name_trouble(m, side, f))
		return;
	num_group(by < 0 ? -by : by, n, sizeof n);
	if (by == 0)
		strbuf_adds(&m->why, "changed");
	else
		strbuf_addf(&m->why, "%s %s message%s", by > 0 ? "got" : "lost", n,
			    by == 1 || by == -1 ? "" : "s");
	strbuf_adds(&m->why, m->o->read_run != 0 ? " while the seal was taken."
						 : " since it was read.");
}

/* What it has in its baseline is known, what it lacks is not: never sound. */
static void say_holes(struct making *m, enum side side, const struct folder_view *f)
{
	if (name_trouble(m, side, f))
		strbuf_addf(&m->why, "%s.", judge_proof_text(PROOF_HOLES));
}

static void say_unknown(struct making *m, enum side side, const struct folder_view *f,
			enum proof proof)
{
	bool fresh = proof == PROOF_COUNTED && m->o->read_run != 0 &&
		     f->seen_run > m->o->read_run;

	if (!name_trouble(m, side, f))
		return;
	strbuf_addf(&m->why, "%s.",
		    fresh ? "appeared while the seal was taken"
			  : judge_proof_text(proof));
}

/* UIDs from here on arrived afterwards. */
static bool uidnext_of(struct making *m, const struct folder_view *f, int64_t *out,
		       struct err *err)
{
	uint32_t last;

	*out = f->state.uidnext;
	if (f->state.uidnext != 0)
		return true;
	if (!store_epoch_last(m->st, f->epoch, &last, err))
		return false;
	*out = (int64_t)last + 1;
	return true;
}

static bool add_folder(struct making *m, enum side side, const struct folder_view *f,
		       struct err *err)
{
	enum proof proof = judge_folder(f, m->o->now, m->o->max_age);
	struct seal_folder *v = &m->out->folder[m->out->folder_n];

	*v = (struct seal_folder){ .folder = f->folder.id };
	if (proof == PROOF_NO_MAIL) {
		m->out->folder_n++;
		m->out->folders[side]++;
		return true;
	}
	if (proof == PROOF_MOVED_ON) {
		say_moved(m, side, f);
	} else if (proof == PROOF_HOLES) {
		say_holes(m, side, f);
	} else if (proof != PROOF_GOOD) {
		say_unknown(m, side, f, proof);
		return true;
	}
	if (!uidnext_of(m, f, &v->uidnext, err))
		return false;
	v->epoch = f->epoch;
	v->messages = f->state.exists;
	m->out->folder_n++;
	m->out->folders[side]++;
	m->out->messages[side] += f->state.exists;
	if (m->oldest[side] == 0 || f->seen_at < m->oldest[side])
		m->oldest[side] = f->seen_at;
	return true;
}

static bool add_side(struct making *m, enum side side, const struct folder_view *f,
		     size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if ((f[i].folder.attrs & FOLDER_FOREIGN) != 0)
			continue;
		/* Earlier ones went when nobody was looking; they are no part of it. */
		if (f[i].outcome == FOLDER_GONE) {
			if (m->o->read_run != 0 && f[i].seen_run > m->o->read_run &&
			    name_trouble(m, side, &f[i]))
				strbuf_adds(&m->why,
					    "went away while the seal was taken.");
			continue;
		}
		if (!add_folder(m, side, &f[i], err))
			return false;
	}
	return true;
}

/* Every account has an INBOX: who sees only other people's folders, or places that hold
 * no mail, does not see the account. */
static bool shows_mail(const struct making *m, const struct folder_view *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((f[i].folder.attrs & FOLDER_FOREIGN) == 0 &&
		    f[i].outcome != FOLDER_GONE &&
		    judge_folder(&f[i], m->o->now, m->o->max_age) != PROOF_NO_MAIL)
			return true;
	return false;
}

/* Why a side cannot be part of a baseline; NULL when it can. */
static const char *refusal(const struct making *m, enum side side,
			   const struct account_view *a, const struct folder_view *f,
			   size_t n)
{
	enum proof proof = judge_side(account_of(m->t, side) != 0, a, m->o->now,
				      m->o->max_age);

	if (proof == PROOF_GOOD && !shows_mail(m, f, n))
		proof = PROOF_NO_FOLDERS;
	if (proof == PROOF_FAILED && *a->error != '\0')
		return arena_printf(m->arena, "The %s side could not be read: %s",
				    side_name(side), a->error);
	if (proof != PROOF_GOOD)
		return arena_printf(m->arena, "The %s side %s.", side_name(side),
				    judge_proof_text(proof));
	return NULL;
}

static void say_gap(struct making *m)
{
	const char *older = m->oldest[SIDE_OLD] < m->oldest[SIDE_NEW] ? "old" : "new";
	int64_t gap = m->oldest[SIDE_OLD] - m->oldest[SIDE_NEW];
	char text[32];

	gap = gap < 0 ? -gap : gap;
	if (m->oldest[SIDE_OLD] == 0 || m->oldest[SIDE_NEW] == 0 || gap <= m->o->max_gap)
		return;
	begin_sentence(m);
	strbuf_addf(&m->why,
		    "The %s side was read %s before the other, more than seal_gap "
		    "allows.",
		    older, num_seconds(gap, text, sizeof text));
}

static bool find_cutover(struct making *m, struct err *err)
{
	struct event *v;
	size_t n;

	if (!store_events(m->st, m->t->id, m->arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].kind, "cutover") == 0 && v[i].at <= m->o->now)
			m->out->cutover_at = v[i].at;
		else if (strcmp(v[i].kind, "rollback") == 0)
			m->out->cutover_at = 0;
	return true;
}

/* A baseline of one server would be none: whatever is lost is lost on both sides. */
static bool refuse_itself(struct making *m, const struct account_view a[SIDE_COUNT],
			  struct err *err)
{
	struct itself *x = NULL;
	const char *why = NULL;
	bool ok = itself_open(m->st, &x, err) &&
		  itself_judge(x, m->t, &a[SIDE_OLD], &a[SIDE_NEW], m->arena, &why, err);

	itself_close(x);
	if (!ok || why == NULL)
		return ok;
	strbuf_adds(&m->why, why);
	m->out->state = SEAL_REFUSED;
	return true;
}

static bool make(struct making *m, struct err *err)
{
	struct folder_view *view[SIDE_COUNT] = { NULL, NULL };
	struct account_view a[SIDE_COUNT] = { { .error = "" }, { .error = "" } };
	size_t n[SIDE_COUNT] = { 0, 0 };
	struct seal_made *out = m->out;

	for (int s = 0; s < SIDE_COUNT; s++) {
		int64_t account = account_of(m->t, (enum side)s);
		const char *why;

		if (account != 0 &&
		    (!store_account_view(m->st, account, m->arena, &a[s], err) ||
		     !store_folders(m->st, account, true, m->arena, &view[s], &n[s],
				    err)))
			return false;
		why = refusal(m, (enum side)s, &a[s], view[s], n[s]);
		if (why != NULL) {
			begin_sentence(m);
			strbuf_adds(&m->why, why);
			out->state = SEAL_REFUSED;
		}
	}
	if (out->state != SEAL_REFUSED && !refuse_itself(m, a, err))
		return false;
	if (out->state == SEAL_REFUSED)
		return true;
	out->folder = arena_alloc(m->arena, (n[0] + n[1] + 1) * sizeof *out->folder);
	for (int s = 0; s < SIDE_COUNT; s++)
		if (!add_side(m, (enum side)s, view[s], n[s], err))
			return false;
	if (m->troubles > NAMED_MAX) {
		begin_sentence(m);
		strbuf_addf(&m->why, "And %lld more folders.",
			    (long long)(m->troubles - NAMED_MAX));
	}
	say_gap(m);
	out->state = m->why.n > 0 ? SEAL_UNSOUND : SEAL_SOUND;
	return find_cutover(m, err);
}

bool seal_make(struct store *st, const struct transfer *t, const struct seal_options *o,
	       struct arena *arena, struct seal_made *out, struct err *err)
{
	struct seal_made made = { .why = "" };
	struct making m = {
		.st = st, .o = o, .t = t, .arena = arena, .out = &made, .why = STRBUF_INIT
	};
	bool ok = true;

	if (judge_not_moving(t->decision)) {
		made.state = SEAL_NOT_MOVING;
		made.why = arena_printf(arena, "It was decided to %s it.", t->decision);
	} else {
		ok = make(&m, err);
		made.why = arena_span(arena, strbuf_span(&m.why));
	}
	strbuf_done(&m.why);
	if (!ok)
		return false;
	made.seal = (struct seal){
		.transfer = t->id,
		.at = o->now,
		.run = { o->run, o->run },
		.sound = made.state == SEAL_SOUND,
		.teller = o->teller,
		.note = *o->note != '\0' && *made.why != '\0'
				? arena_printf(arena, "%s %s", made.why, o->note)
			: *made.why != '\0' ? made.why
					    : o->note,
	};
	*out = made;
	return true;
}
