/* SPDX-License-Identifier: MIT */
/* What scans found, as JSON. */
#include "base/clock.h"
#include "base/json.h"
#include "report/report_scan_walk.h"
#include "store/store_verify.h"

struct telling {
	struct scan_walk *w;
	struct report_out *out;
	struct arena arena; /* of one message */
	struct json_out *j;
};

static void json_symptoms(struct json_out *j, uint64_t symptoms)
{
	json_name(j, "symptoms");
	json_begin_array(j);
	for (int s = 0; s < SYMPTOM_COUNT; s++)
		if ((symptoms & SYMPTOM_BIT(s)) != 0)
			json_str(j, symptom_name((enum symptom)s));
	json_end_array(j);
}

static bool on_item_json(void *ctx, const struct scan_item *i, struct err *err)
{
	struct telling *t = ctx;
	struct json_out *j = t->j;
	char date[CLOCK_ISO_SIZE];
	struct message_detail d;
	const char *server_id;

	if (i->state == BODY_ODD && !i->refused && !t->w->s->all)
		return true;
	arena_reset(&t->arena);
	if (!scan_detail(t->w, &t->arena, i, &d, err) ||
	    !scan_server(t->w, &t->arena, i, &server_id, err))
		return false;
	json_begin_object(j);
	json_put_str(j, "side", side_name(i->account->side));
	json_put_str(j, "account", i->account->user);
	json_put_str(j, "folder", i->folder->folder.name);
	json_put_int(j, "uid", i->row->uid);
	json_put_str(j, "state", body_state_name(i->state));
	json_symptoms(j, i->symptoms);
	json_put_bool(j, "refused", i->refused);
	json_put_str(j, "date",
		     i->row->date == MSG_DATE_UNKNOWN ? NULL
						      : clock_iso(i->row->date, date));
	json_put_int(j, "announced", i->row->facts.announced);
	json_put_int(j, "octets", i->row->facts.octets);
	json_put_str(j, "message_id", d.message_id);
	json_put_str(j, "words", i->row->facts.words);
	json_put_str(j, "repair", scan_repair(i, server_id, &t->arena));
	json_put_int(j, "run", i->row->run);
	json_end_object(j);
	return report_flush(t->out, false, err);
}

static bool on_folder_json(void *ctx, const struct scan_folder_item *f, struct err *err)
{
	struct telling *t = ctx;
	struct json_out *j = t->j;

	if (f->scan == NULL || (!f->slow && f->scan->error[0] == '\0'))
		return true;
	json_begin_object(j);
	json_put_str(j, "side", side_name(f->account->side));
	json_put_str(j, "account", f->account->user);
	json_put_str(j, "folder", f->folder->folder.name);
	json_put_int(j, "examine_ms", f->scan->examine_ms);
	json_put_int(j, "gap_ms", f->scan->gap_ms);
	json_put_int(j, "gap_uid", f->scan->gap_uid);
	json_put_bool(j, "slow", f->slow);
	json_put_str(j, "error", f->scan->error[0] != '\0' ? f->scan->error : NULL);
	json_end_object(j);
	return report_flush(t->out, false, err);
}

static bool json_side(struct telling *t, enum side side, struct err *err)
{
	const struct scan_counts *c = &t->w->count[side];
	struct json_out *j = t->j;
	struct scan_sampled s;
	char sentence[200];
	bool found;

	if (!scan_walk_sample(t->w, side, &s, &found, err))
		return false;
	json_name(j, side_name(side));
	json_begin_object(j);
	json_put_int(j, "messages", c->messages);
	json_put_int(j, "scanned", c->scanned);
	json_put_int(j, "octets", t->w->octets[side]);
	json_put_int(j, "scanned_octets", t->w->scanned_octets[side]);
	for (int i = 0; i < BODY_STATE_COUNT; i++)
		json_put_int(j, body_state_name((enum body_state)i), c->state[i]);
	json_put_int(j, "refused", c->refused);
	json_put_int(j, "slow_folders", c->slow);
	json_put_bool(j, "sizes_are_estimates", body_size_estimates(&t->w->rule[side]));
	json_name(j, "symptoms");
	json_begin_object(j);
	for (int i = 0; i < SYMPTOM_COUNT; i++)
		if (t->w->symptom[side][i] > 0)
			json_put_int(j, symptom_name((enum symptom)i),
				     t->w->symptom[side][i]);
	json_end_object(j);
	json_name(j, "sample");
	if (!found || s.read + s.unreadable > s.sample.messages ||
	    s.damaged > s.read + s.unreadable) {
		json_null(j);
	} else {
		json_begin_object(j);
		json_put_int(j, "run", s.sample.run);
		json_put_int(j, "seed", (int64_t)s.sample.seed);
		json_put_int(j, "messages", s.sample.messages);
		json_put_int(j, "chosen", s.sample.chosen);
		json_put_int(j, "read", s.read + s.unreadable);
		json_put_int(j, "damaged", s.damaged);
		json_put_int(j, "at_most",
			     sample_bound(s.sample.messages, s.read + s.unreadable,
					  s.damaged));
		json_put_str(j, "sentence",
			     sample_sentence(s.sample.messages, s.read + s.unreadable,
					     s.damaged, "damaged", "are", sentence,
					     sizeof sentence));
		json_end_object(j);
	}
	json_end_object(j);
	return true;
}

static void json_now(struct telling *t, enum side side)
{
	const struct scan_now *n = &t->w->s->now[side];
	struct json_out *j = t->j;

	json_name(j, side_name(side));
	json_begin_object(j);
	json_put_int(j, "asked", n->asked);
	json_put_int(j, "read", n->read);
	json_put_int(j, "octets", n->octets);
	json_put_int(j, "unreadable", n->unreadable);
	json_put_int(j, "gone", n->gone);
	json_put_int(j, "left", n->left);
	json_end_object(j);
}

static bool json_all(struct telling *t, struct err *err)
{
	struct scan_walk *w = t->w;
	struct json_out *j = t->j;
	struct scan_counts count[SIDE_COUNT];

	if (!scan_walk_all(w, err))
		return false;
	memcpy(count, w->count, sizeof count);
	json_begin_object(j);
	json_put_str(j, "schema", "mailmuster/scan/1");
	json_name(j, "run");
	if (w->s->run == 0) {
		json_null(j);
	} else {
		json_begin_object(j);
		json_put_int(j, "id", w->s->run);
		json_put_bool(j, "complete", w->s->complete);
		json_put_bool(j, "resumed", w->s->resumed);
		for (int side = 0; side < SIDE_COUNT; side++)
			json_now(t, (enum side)side);
		json_end_object(j);
	}
	for (int side = 0; side < SIDE_COUNT; side++)
		if (count[side].messages > 0 && !json_side(t, (enum side)side, err))
			return false;
	json_name(j, "folders");
	json_begin_array(j);
	w->ctx = t;
	w->folder = on_folder_json;
	if (!scan_walk_folders(w, err))
		return false;
	w->folder = NULL;
	json_end_array(j);
	json_name(j, "messages");
	json_begin_array(j);
	w->item = on_item_json;
	if (!scan_walk_items(w, err))
		return false;
	w->item = NULL;
	json_end_array(j);
	json_end_object(j);
	strbuf_addc(&t->out->buf, '\n');
	return true;
}

bool report_scan_json(struct store *st, const struct report_options *o,
		      const struct report_scan *s, const struct report_sink *sink,
		      struct scan_counts out[SIDE_COUNT], struct err *err)
{
	struct report_out to = { .sink = sink };
	struct telling t = { .out = &to };
	struct scan_walk w;
	struct json_out j;
	bool ok;

	(void)o;
	if (!store_read_begin(st, err))
		return false;
	t.w = &w;
	t.j = &j;
	arena_init(&t.arena);
	json_out_init(&j, &to.buf, false);
	ok = scan_walk_open(&w, st, s, err) && json_all(&t, err) &&
	     report_flush(&to, true, err);
	if (ok)
		memcpy(out, w.count, sizeof w.count);
	scan_walk_done(&w);
	strbuf_done(&to.buf);
	arena_done(&t.arena);
	store_read_end(st);
	return ok;
}
