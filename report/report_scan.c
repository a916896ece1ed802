/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/num.h"
#include "model/sample.h"
#include "report/report_lines.h"
#include "report/report_scan_walk.h"
#include "report/report_view.h"
#include "store/store_verify.h"

/* Messages of one state that are told by name, unless all are asked for. */
#define NAMED 10
/* Messages of an account that its owner is told of. */
#define OWNED 100

struct telling {
	struct scan_walk *w;
	struct lines *l;
	struct report_out *out;
	struct arena arena;    /* of one message */
	enum body_state state; /* those that are told now */
	bool refused;	       /* of the odd ones: those that the new side refuses */
	int64_t told, any;
	bool owner; /* subject and sender are told, too */
};

bool report_scan_count(struct store *st, const struct report_scan *s,
		       struct scan_counts out[SIDE_COUNT], struct err *err)
{
	struct scan_walk w;
	bool ok;

	if (!store_read_begin(st, err))
		return false;
	ok = scan_walk_open(&w, st, s, err) && scan_walk_all(&w, err);
	if (ok)
		memcpy(out, w.count, sizeof w.count);
	scan_walk_done(&w);
	store_read_end(st);
	return ok;
}

static bool symptoms_named(uint64_t symptoms, struct strbuf *out)
{
	bool any = false;

	for (int s = 0; s < SYMPTOM_COUNT; s++)
		if ((symptoms & SYMPTOM_BIT(s)) != 0) {
			strbuf_addf(out, "%s%s", any ? "; " : "",
				    symptom_sentence((enum symptom)s));
			any = true;
		}
	return any;
}

/* ---- text ---- */

static void say_message(struct telling *t, const struct scan_item *i,
			const struct message_detail *d, const char *server_id)
{
	struct strbuf *raw = &t->l->raw;
	char date[CLOCK_ISO_SIZE], octets[32];
	static const uint64_t said_by_server = SYMPTOM_BIT(SYMPTOM_REFUSED) |
					       SYMPTOM_BIT(SYMPTOM_BREAKS) |
					       SYMPTOM_BIT(SYMPTOM_TIMEOUT) |
					       SYMPTOM_BIT(SYMPTOM_GRAMMAR);

	lines_add(t->l, "  %s %s: %s, uid %u, of ", side_name(i->account->side),
		  i->account->user, i->folder->folder.name, i->row->uid);
	lines_add(t->l, "%s, ",
		  i->row->date == MSG_DATE_UNKNOWN ? "an unknown day"
						   : clock_iso(i->row->date, date));
	if (i->row->octets >= 0)
		lines_add(t->l, "%s octets",
			  num_group(i->row->octets, octets, sizeof octets));
	else
		lines_add(t->l, "of unknown size");
	lines_wrap(t->l, 6);
	if (t->owner && (d->subject != NULL || d->from != NULL)) {
		lines_add(t->l, "      \"%s\" from %s",
			  d->subject != NULL ? d->subject : "",
			  d->from != NULL ? d->from : "nobody");
		if (d->date != NULL)
			lines_add(t->l, ", sent %s", d->date);
		lines_wrap(t->l, 8);
	} else if (d->message_id != NULL) {
		lines_add(t->l, "      Message-ID %s", d->message_id);
		lines_wrap(t->l, 8);
	}
	lines_add(t->l, "      ");
	if (symptoms_named(i->symptoms, raw))
		lines_add(t->l, ". ");
	if ((i->symptoms & said_by_server) != 0 && i->row->facts.words[0] != '\0')
		lines_add(t->l, "\"%s\". ", i->row->facts.words);
	if (i->row->facts.read && i->row->facts.announced >= 0 &&
	    (i->symptoms & SYMPTOM_BIT(SYMPTOM_SIZE)) != 0)
		lines_add(t->l, "%lld octets announced, %lld came. ",
			  (long long)i->row->facts.announced,
			  (long long)i->row->facts.octets);
	if (i->refused)
		lines_add(t->l, "%s does not take it. ",
			  t->w->s->new_title != NULL ? t->w->s->new_title
						     : "The new server");
	lines_add(t->l, "%s", scan_movers(i->symptoms));
	lines_wrap(t->l, 6);
	if (*scan_repair(i, server_id, &t->arena) != '\0') {
		lines_add(t->l, "      %s", scan_repair(i, server_id, &t->arena));
		lines_wrap(t->l, 8);
	}
}

static bool on_item_text(void *ctx, const struct scan_item *i, struct err *err)
{
	struct telling *t = ctx;
	struct message_detail d;
	const char *server_id;

	if (i->state != t->state || (i->state == BODY_ODD && i->refused != t->refused))
		return true;
	if (t->told++ >= NAMED && !t->w->s->all)
		return true;
	arena_reset(&t->arena);
	if (!scan_detail(t->w, &t->arena, i, &d, err) ||
	    !scan_server(t->w, &t->arena, i, &server_id, err))
		return false;
	say_message(t, i, &d, server_id);
	t->any++;
	return report_flush(t->out, false, err);
}

static void say_more(struct telling *t, int64_t named)
{
	if (t->told <= named || t->w->s->all)
		return;
	lines_add(t->l, "  and ");
	lines_number(t->l, t->told - named, 0);
	lines_add(t->l, " more: mailmuster scan --list --all");
	lines_end(t->l);
}

/* All of one state, of both sides. */
static bool say_state(struct telling *t, enum body_state state, bool refused,
		      const char *word, enum lines_color color, const char *what,
		      struct err *err)
{
	struct scan_counts all[SIDE_COUNT];
	int64_t n = 0;

	memcpy(all, t->w->count, sizeof all);
	for (int side = 0; side < SIDE_COUNT; side++)
		n += state != BODY_ODD ? all[side].state[state]
		     : refused	       ? all[side].refused
				       : all[side].state[state] - all[side].refused;
	/* What is damaged and refused is told as damaged. */
	if (n == 0)
		return true;
	t->state = state;
	t->refused = refused;
	t->told = 0;
	lines_add(t->l, "%s", what);
	lines_end_headed(t->l, word, color, 2);
	t->w->item = on_item_text;
	t->w->ctx = t;
	if (!scan_walk_items(t->w, err))
		return false;
	t->w->item = NULL;
	say_more(t, NAMED);
	return report_flush(t->out, false, err);
}

static void say_side(struct telling *t, enum side side,
		     const struct scan_sampled *sampled)
{
	const struct scan_counts *c = &t->w->count[side];
	char a[32], octets[32], sentence[200];
	bool any = false;

	lines_add(t->l, "%s  %s of ", side_name(side),
		  num_group(c->scanned, a, sizeof a));
	lines_count(t->l, c->messages, "message", "messages");
	lines_add(t->l, " scanned (%s)",
		  num_octets(t->w->scanned_octets[side], octets, sizeof octets));
	for (int s = BODY_STATE_COUNT - 1; s > BODY_CLEAN; s--)
		if (c->state[s] > 0) {
			lines_add(t->l, "%s %s %s", any ? "," : ":",
				  num_group(c->state[s], a, sizeof a),
				  body_state_name((enum body_state)s));
			any = true;
		}
	if (!any && c->scanned > 0)
		lines_add(t->l, ": nothing is wrong with them");
	lines_wrap(t->l, 5);
	if (sampled != NULL &&
	    sampled->read + sampled->unreadable <= sampled->sample.messages &&
	    sampled->damaged <= sampled->read + sampled->unreadable) {
		lines_add(t->l, "     sample of run %lld, seed %llu: %s",
			  (long long)sampled->sample.run,
			  (unsigned long long)sampled->sample.seed,
			  sample_sentence(sampled->sample.messages,
					  sampled->read + sampled->unreadable,
					  sampled->damaged, "damaged", "are", sentence,
					  sizeof sentence));
		lines_wrap(t->l, 5);
	}
	if (c->scanned < c->messages) {
		lines_add(t->l, "     ");
		lines_count(t->l, c->messages - c->scanned,
			    "message was not scanned: what it is is not known",
			    "messages were not scanned: what they are is not known");
		lines_wrap(t->l, 5);
	}
	if (body_size_estimates(&t->w->rule[side])) {
		lines_add(t->l, "     its sizes are estimates: no size was judged");
		lines_wrap(t->l, 5);
	}
}

static void say_oddities(struct telling *t, enum side side)
{
	char n[32];
	bool any = false;

	for (int s = 0; s < SYMPTOM_COUNT; s++) {
		if (symptom_kind((enum symptom)s) != SYMPTOM_ODD ||
		    t->w->symptom[side][s] == 0)
			continue;
		lines_add(t->l, "%s%s %s", any ? ", " : "     oddities: ",
			  num_group(t->w->symptom[side][s], n, sizeof n),
			  symptom_name((enum symptom)s));
		any = true;
	}
	if (any)
		lines_wrap(t->l, 7);
}

static bool on_folder_text(void *ctx, const struct scan_folder_item *f, struct err *err)
{
	struct telling *t = ctx;
	char a[64], b[64];

	(void)err;
	if (f->scan == NULL || (!f->slow && f->scan->error[0] == '\0'))
		return true;
	lines_add(t->l, "  %s %s: %s: ", side_name(f->account->side), f->account->user,
		  f->folder->folder.name);
	if (f->scan->error[0] != '\0')
		lines_add(t->l, "not scanned to its end: %s. ", f->scan->error);
	if (f->slow)
		lines_add(t->l,
			  "slow: EXAMINE took %s, the longest silence was %s before uid "
			  "%u; "
			  "a program that waits less loses the connection there.",
			  num_seconds(f->scan->examine_ms / 1000, a, sizeof a),
			  num_seconds(f->scan->gap_ms / 1000, b, sizeof b),
			  f->scan->gap_uid);
	lines_wrap(t->l, 4);
	return true;
}

static bool tell_all(struct telling *t, struct err *err)
{
	struct scan_walk *w = t->w;

	if (!scan_walk_all(w, err))
		return false;
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct scan_sampled sampled;
		bool found;

		if (w->count[side].messages == 0)
			continue;
		if (!scan_walk_sample(w, (enum side)side, &sampled, &found, err))
			return false;
		say_side(t, (enum side)side, found ? &sampled : NULL);
		say_oddities(t, (enum side)side);
	}
	w->ctx = t;
	w->folder = on_folder_text;
	if (!scan_walk_folders(w, err))
		return false;
	w->folder = NULL;
	if (!say_state(t, BODY_UNREADABLE, false, "UNREADABLE", LINES_RED,
		       "the server does not give them out; no mover gets them", err) ||
	    !say_state(t, BODY_CORRUPT, false, "CORRUPT", LINES_RED,
		       "two witnesses each: they are damaged", err) ||
	    !say_state(t, BODY_SUSPECT, false, "SUSPECT", LINES_YELLOW,
		       "one witness each: they may be damaged", err) ||
	    !say_state(t, BODY_ODD, true, "REFUSED", LINES_YELLOW,
		       "whole, but the new server does not take them", err))
		return false;
	if (t->any > 0) {
		lines_add(t->l, "For their owners, with subject and sender: mailmuster "
				"explain ACCOUNT");
		lines_wrap(t->l, 2);
	}
	return !w->s->all ||
	       say_state(t, BODY_ODD, false, "ODD", LINES_GREEN,
			 "whole, though not as the standards want them", err);
}

bool report_scan_text(struct store *st, const struct report_options *o,
		      const struct report_scan *s, const struct report_sink *sink,
		      struct scan_counts out[SIDE_COUNT], struct err *err)
{
	struct report_out to = { .sink = sink };
	struct telling t = { .out = &to };
	struct scan_walk w;
	struct lines l;
	bool ok;

	if (!store_read_begin(st, err))
		return false;
	t.w = &w;
	arena_init(&t.arena);
	lines_init(&l, &to.buf, o);
	t.l = &l;
	ok = scan_walk_open(&w, st, s, err) && tell_all(&t, err) &&
	     report_flush(&to, true, err);
	if (ok)
		memcpy(out, w.count, sizeof w.count);
	scan_walk_done(&w);
	lines_done(&l);
	strbuf_done(&to.buf);
	arena_done(&t.arena);
	store_read_end(st);
	return ok;
}

/* ---- for the owner ---- */

static bool on_owner_item(void *ctx, const struct scan_item *i, struct err *err)
{
	struct telling *t = ctx;
	struct message_detail d;
	const char *server_id;

	if (i->state < BODY_SUSPECT || t->told++ >= OWNED)
		return true;
	if (t->told == 1)
		strbuf_adds(&t->out->buf, "\nDamaged mail, for its owner\n");
	arena_reset(&t->arena);
	if (!scan_detail(t->w, &t->arena, i, &d, err) ||
	    !scan_server(t->w, &t->arena, i, &server_id, err))
		return false;
	say_message(t, i, &d, server_id);
	return report_flush(t->out, false, err);
}

bool report_scan_owner(struct store *st, const struct report_options *o,
		       const int64_t *accounts, size_t n, struct report_out *out,
		       struct lines *l, struct err *err)
{
	const struct report_scan s = { .accounts = accounts, .account_n = n };
	struct scan_walk w;
	struct telling t = { .w = &w, .out = out, .l = l, .owner = !o->withhold };
	bool ok = scan_walk_open(&w, st, &s, err);

	arena_init(&t.arena);
	if (ok) {
		w.ctx = &t;
		w.item = on_owner_item;
		ok = scan_walk_items(&w, err);
	}
	if (ok)
		say_more(&t, OWNED);
	scan_walk_done(&w);
	arena_done(&t.arena);
	return ok;
}
