/* SPDX-License-Identifier: MIT */
#include "report/report_scan_walk.h"

#include "store/store_verify.h"

#include "model/sample.h"
#include "store/store_account.h"

bool scan_walk_open(struct scan_walk *w, struct store *st, const struct report_scan *s,
		    struct err *err)
{
	*w = (struct scan_walk){ .st = st, .s = s };
	arena_init(&w->arena);
	arena_init(&w->account);
	for (int side = 0; side < SIDE_COUNT; side++)
		if (!store_size_rule(st, (enum side)side, &w->rule[side], err))
			return false;
	return true;
}

/* So many sums are kept from one walk to the next; what is beyond is asked for again. */
#define SUMS_MAX 65536

void scan_walk_done(struct scan_walk *w)
{
	free(w->sums);
	arena_done(&w->arena);
	arena_done(&w->account);
}

/* sum: NULL when nothing is summed up. */
static bool judge_rows(struct scan_walk *w, const struct account *a,
		       const struct folder_view *v, const struct scan_sum *sum,
		       struct err *err)
{
	struct scan_counts *c = &w->count[a->side];
	int64_t max = a->side == SIDE_OLD ? w->s->max_octets : 0, bad = 0;
	struct store_scan_rows *it = NULL;
	struct scan_row row;
	enum next n;

	if (!store_scan_rows_open(w->st, v->epoch, false, &it, err))
		return false;
	while ((n = store_scan_rows_next(it, &row, err)) == NEXT_ITEM) {
		struct scan_item i = { .account = a, .folder = v, .row = &row };

		i.state = body_judge(&row.facts, &w->rule[a->side], max, &i.symptoms);
		if (i.state == BODY_CLEAN)
			continue;
		bad++;
		i.refused = a->side == SIDE_OLD && i.state != BODY_UNREADABLE &&
			    (i.symptoms &
			     (w->s->refused | SYMPTOM_BIT(SYMPTOM_TOO_LARGE))) != 0;
		c->state[i.state] += sum != NULL;
		c->refused += sum != NULL && i.refused && i.state == BODY_ODD;
		for (int s = 0; s < SYMPTOM_COUNT && sum != NULL; s++)
			w->symptom[a->side][s] += (i.symptoms & SYMPTOM_BIT(s)) != 0;
		if (w->item != NULL && !w->item(w->ctx, &i, err)) {
			n = NEXT_FAIL;
			break;
		}
	}
	store_scan_rows_close(it);
	c->state[BODY_CLEAN] += sum != NULL ? sum->scanned - bad : 0;
	return n == NEXT_END;
}

static bool is_slow(const struct scan_walk *w, enum side side,
		    const struct folder_scan *s)
{
	int64_t limit = w->s->timeout_ms[side] / SCAN_SLOW_SHARE;

	if (limit == 0 || limit < SCAN_SLOW_MS)
		limit = SCAN_SLOW_MS;
	return s->examine_ms >= limit || s->gap_ms >= limit;
}

/* Of the folder at w->sum_at: it looks at each message, and the store stays as it is. */
static bool sum_up(struct scan_walk *w, int64_t epoch, struct scan_sum *out,
		   struct err *err)
{
	size_t at = w->sum_at++;

	if (at < w->sum_n) {
		*out = w->sums[at];
		return true;
	}
	if (!store_scan_sum(w->st, epoch, out, err))
		return false;
	if (at >= SUMS_MAX)
		return true;
	if ((at & (at - 1)) == 0)
		w->sums = mem_realloc(w->sums, (at == 0 ? 1 : 2 * at) * sizeof *w->sums);
	w->sums[at] = *out;
	w->sum_n = at + 1;
	return true;
}

static bool walk_account(struct scan_walk *w, int64_t id, struct err *err)
{
	struct folder_view *v;
	struct account a;
	size_t n;

	arena_reset(&w->account);
	if (!store_account_get(w->st, id, &w->account, &a, err) ||
	    !store_folders(w->st, id, false, &w->account, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct scan_folder_item f = { .account = &a, .folder = &v[i] };
		struct scan_counts *c = &w->count[a.side];
		struct folder_scan scan;
		struct scan_sum sum;
		bool found;

		if (v[i].epoch == 0)
			continue;
		if (w->what == SCAN_WALK_ITEMS) {
			if (!judge_rows(w, &a, &v[i], NULL, err))
				return false;
			continue;
		}
		if (!sum_up(w, v[i].epoch, &sum, err) ||
		    !store_folder_scan(w->st, v[i].folder.id, &w->account, &scan, &found,
				       err))
			return false;
		f.sum = &sum;
		f.scan = found ? &scan : NULL;
		f.slow = found && is_slow(w, a.side, &scan);
		if (w->what == SCAN_WALK_FOLDERS) {
			if (!w->folder(w->ctx, &f, err))
				return false;
			continue;
		}
		c->messages += sum.messages;
		c->scanned += sum.scanned;
		w->octets[a.side] += sum.octets;
		w->scanned_octets[a.side] += sum.scanned_octets;
		c->slow += f.slow;
		if (sum.scanned > 0 && !judge_rows(w, &a, &v[i], &sum, err))
			return false;
	}
	return true;
}

static bool walk(struct scan_walk *w, enum scan_walk_what what, struct err *err)
{
	w->what = what;
	w->sum_at = 0;
	for (size_t i = 0; i < w->s->account_n; i++)
		if (!walk_account(w, w->s->accounts[i], err))
			return false;
	return true;
}

bool scan_walk_all(struct scan_walk *w, struct err *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		w->count[side] = (struct scan_counts){ 0 };
		w->octets[side] = w->scanned_octets[side] = 0;
		memset(w->symptom[side], 0, sizeof w->symptom[side]);
	}
	return walk(w, SCAN_WALK_SUMS, err);
}

bool scan_walk_folders(struct scan_walk *w, struct err *err)
{
	return walk(w, SCAN_WALK_FOLDERS, err);
}

bool scan_walk_items(struct scan_walk *w, struct err *err)
{
	return walk(w, SCAN_WALK_ITEMS, err);
}

/* ---- samples ---- */

static bool sample_folder(struct scan_walk *w, enum side side, int64_t epoch,
			  struct scan_sampled *out, struct err *err)
{
	int64_t max = side == SIDE_OLD ? w->s->max_octets : 0;
	struct store_scan_wants *it = NULL;
	struct scan_want m;
	struct arena arena;
	enum next n;

	if (!store_scan_wants_open(w->st, epoch, 1, &it, err))
		return false;
	arena_init(&arena);
	while ((n = store_scan_wants_next(it, &m, err)) == NEXT_ITEM) {
		struct body_facts f;
		uint64_t symptoms;
		bool found;

		if (m.run == 0 ||
		    sample_rank(out->sample.seed, &m.m.key, m.m.date) > out->sample.rank)
			continue;
		arena_reset(&arena);
		if (!store_body(w->st, epoch, m.m.uid, &arena, &f, &found, err)) {
			n = NEXT_FAIL;
			break;
		}
		out->read += f.read;
		out->unreadable += !f.read;
		out->damaged += found && body_judge(&f, &w->rule[side], max, &symptoms) >=
						 BODY_SUSPECT;
	}
	arena_done(&arena);
	store_scan_wants_close(it);
	return n == NEXT_END;
}

bool scan_walk_sample(struct scan_walk *w, enum side side, struct scan_sampled *out,
		      bool *found_out, struct err *err)
{
	*out = (struct scan_sampled){ 0 };
	if (!store_scan_sample(w->st, side, &out->sample, found_out, err))
		return false;
	if (!*found_out)
		return true;
	for (size_t i = 0; i < w->s->account_n; i++) {
		struct folder_view *v;
		struct account a;
		size_t n;

		arena_reset(&w->account);
		if (!store_account_get(w->st, w->s->accounts[i], &w->account, &a, err))
			return false;
		if (a.side != side)
			continue;
		if (!store_folders(w->st, a.id, false, &w->account, &v, &n, err))
			return false;
		for (size_t k = 0; k < n; k++)
			if (v[k].epoch != 0 &&
			    !sample_folder(w, side, v[k].epoch, out, err))
				return false;
	}
	return true;
}

/* ---- words ---- */

#define BIT(s) SYMPTOM_BIT(SYMPTOM_##s)

static const char *of_the_administrator(const char *server_id)
{
	if (server_id != NULL && strstr(server_id, "Cyrus") != NULL)
		return "the administrator removes its file and runs reconstruct on the "
		       "folder";
	if (server_id != NULL && strstr(server_id, "Dovecot") != NULL)
		return "the administrator removes its file and runs doveadm force-resync "
		       "on "
		       "the folder";
	return "the administrator removes its file and rebuilds the index of the folder";
}

const char *scan_repair(const struct scan_item *i, const char *server_id,
			struct arena *arena)
{
	switch (i->state) {
	case BODY_UNREADABLE:
		return arena_printf(
			arena,
			"Its owner opens the folder and deletes it unopened, when nobody "
			"needs it; or it is put back from a backup. Where the mail "
			"program "
			"cannot delete it, %s.",
			of_the_administrator(server_id));
	case BODY_CORRUPT:
	case BODY_SUSPECT:
		if ((i->symptoms & (BIT(BREAKS) | BIT(UNSTABLE))) != 0)
			return arena_printf(arena,
					    "Its owner opens it, saves what can be read, "
					    "and deletes it; "
					    "or it is put back from a backup. Then %s.",
					    of_the_administrator(server_id));
		return "Its owner opens it: where it is whole to the eye, moving it to "
		       "another folder and back stores it anew; where it is not, it is "
		       "put "
		       "back from a backup or deleted.";
	case BODY_ODD:
		if ((i->symptoms & BIT(TOO_LARGE)) != 0)
			return "Its owner saves the attachments elsewhere and deletes "
			       "it, or "
			       "the new server's limit is raised.";
		if (i->refused)
			return "Its owner sends it on as an attachment to their own "
			       "address, "
			       "or saves it as a file: the new server refuses it as it "
			       "is.";
		break;
	case BODY_CLEAN:
		break;
	}
	return "";
}

const char *scan_movers(uint64_t symptoms)
{
	/* Measured: reference in docs/scan.md. */
	static const struct {
		uint64_t symptoms;
		const char *text;
	} movers[] = {
		{ BIT(REFUSED) | BIT(NIL) | BIT(NOTHING),
		  "Movers pass it over, some without a word." },
		{ BIT(BREAKS) | BIT(TIMEOUT) | BIT(GRAMMAR),
		  "Movers lose the connection at it, and many give up the folder "
		  "there." },
		{ BIT(BARE_CR),
		  "mbsync passes over mail whose lines end with CR alone, and "
		  "exits with 0; doveadm backup makes CRCRLF to CRLF." },
	};

	for (size_t i = 0; i < COUNT_OF(movers); i++)
		if ((symptoms & movers[i].symptoms) != 0)
			return movers[i].text;
	return "";
}

/* ---- of one message ---- */

bool scan_detail(struct scan_walk *w, struct arena *arena, const struct scan_item *i,
		 struct message_detail *d, struct err *err)
{
	bool found;

	*d = (struct message_detail){ 0 };
	if (!store_detail_get(w->st, i->folder->epoch, i->row->uid, arena, d, &found,
			      err))
		return false;
	/* Of what cannot be read the audit of the old side knows that much. */
	return d->message_id != NULL ||
	       store_message_id(w->st, i->folder->epoch, i->row->uid, arena,
				&d->message_id, err);
}

bool scan_server(struct scan_walk *w, struct arena *arena, const struct scan_item *i,
		 const char **out, struct err *err)
{
	struct account_view v;

	if (!store_account_view(w->st, i->account->id, arena, &v, err))
		return false;
	*out = v.server_id;
	return true;
}
