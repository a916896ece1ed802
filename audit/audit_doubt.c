/* SPDX-License-Identifier: MIT */
/*
 * One message that breaks the connection, or is refused, spoils a whole window; this
 * finds it.  Servers answer in order, so after a break the culprit is among the rows of
 * the oldest command that have no answer.  The next connection asks for them in sixteen
 * pieces, one at a time; after four breaks at most one of 3,072 messages is left.
 */
#include "audit/audit_pump.h"

#include "audit/audit_rows.h"

enum {
	PIECES = 16,
	NAMED = 5, /* uids in a message */
};

static bool overlaps(const struct audit_uids *u, uint32_t lo, uint32_t hi)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->r[i].lo <= hi && u->r[i].hi >= lo)
			return true;
	return false;
}

bool audit_doubt_about(const struct audit_reader *r, size_t i, uint32_t lo, uint32_t hi)
{
	const struct audit_doubt *d = &r->doubt;

	return d->of == i && d->tries > 0 &&
	       ((d->lo != 0 && d->lo <= hi && d->hi >= lo) || overlaps(&d->bad, lo, hi));
}

/* As the store has it, if it has: nothing is said about this message. */
static void mark(struct audit_window *w, size_t row)
{
	w->has[row] |= AUDIT_ROW_BAD;
	w->rows[row].later = true;
}

void audit_doubt_mark(struct audit_pump *o, struct audit_window *w)
{
	const struct audit_doubt *d = &o->r->doubt;

	if (d->of != o->i || (d->bad.n == 0 && d->refused.n == 0))
		return;
	for (size_t row = 0; row < w->n; row++)
		if (audit_uids_has(&d->bad, w->rows[row].m.uid) ||
		    audit_uids_has(&d->refused, w->rows[row].m.uid))
			mark(w, row);
}

static bool in_doubt(const struct audit_doubt *d, uint32_t uid)
{
	return d->lo != 0 && uid >= d->lo && uid <= d->hi;
}

bool audit_doubt_ask(struct audit_pump *o, struct audit_flight *fl, bool *sent_out,
		     struct err *err)
{
	const struct audit_doubt *d = &o->r->doubt;
	size_t small = d->n / PIECES > 0 ? d->n / PIECES : 1, n = 0;
	bool doubtful = false;

	strbuf_clear(&o->r->line);
	strbuf_adds(&o->r->line, "UID FETCH ");
	for (; fl->at < fl->w->n; fl->at++) {
		uint32_t uid = fl->w->rows[fl->at].m.uid;

		if (!(fl->fields
			      ? audit_rows_weak(fl->w, fl->at)
			      : audit_rows_lacks(fl->w, fl->at, audit_pump_need(o, fl))))
			continue;
		if (n == 0) {
			doubtful = d->of == o->i && in_doubt(d, uid);
			fl->from = fl->at;
		} else if (n == (doubtful && small < fl->piece ? small : fl->piece) ||
			   doubtful != (d->of == o->i && in_doubt(d, uid))) {
			break;
		}
		strbuf_addf(&o->r->line, "%s%u", n++ > 0 ? "," : "", uid);
	}
	*sent_out = n > 0;
	if (n == 0)
		return true;
	strbuf_addc(&o->r->line, ' ');
	if (fl->fields)
		audit_pump_fields(o);
	else
		audit_pump_items(o, fl);
	return audit_pump_send_for(o, fl, err);
}

static void take(struct audit_pump *o)
{
	struct audit_doubt *d = &o->r->doubt;

	if (d->of == o->i && d->tries > 0)
		return;
	audit_uids_clear(&d->bad);
	audit_uids_clear(&d->refused);
	arena_reset(&d->text);
	d->hole_n = 0;
	d->too_many = false;
	d->of = o->i;
	d->lo = d->hi = 0;
	d->n = d->tries = 0;
	d->why[0] = d->words[0] = '\0';
}

static bool add_hole(struct audit_doubt *d, struct audit_uids *to, struct folder_hole h,
		     struct err *err)
{
	const char *last = d->hole_n > 0 ? d->hole[d->hole_n - 1].words : NULL;

	if (!audit_uids_add(to, h.uid, h.uid, UINT64_MAX, err))
		return false;
	audit_uids_finish(to);
	d->too_many |= d->hole_n == FOLDER_HOLES_MAX;
	if (d->too_many)
		return true;
	if (d->hole_n == d->hole_cap) {
		d->hole_cap = d->hole_cap == 0 ? 8 : d->hole_cap * 2;
		d->hole = mem_realloc(d->hole, d->hole_cap * sizeof *d->hole);
	}
	/* Servers say the same of most. */
	if (last != NULL && strcmp(last, h.words) == 0)
		h.words = last;
	else
		h.words = arena_span(&d->text, span_str(h.words));
	d->hole[d->hole_n++] = h;
	return true;
}

void audit_doubt_raise(struct audit_pump *o, const struct err *why)
{
	struct audit_doubt *d = &o->r->doubt;
	const struct audit_flight *fl;
	uint32_t lo = 0, hi = 0;
	size_t n = 0, at = 0;
	struct err ignored = ERR_INIT;

	d->narrowed = false;
	while (at < o->n && audit_pump_flight(o, at)->given) /* all of it came */
		at++;
	fl = audit_pump_flight(o, at);
	if (o->opening || at == o->n || fl->ready || fl->pending == 0)
		return;
	if (fl->w == NULL) {
		lo = fl->cut.first;
		hi = fl->cut.last;
		n = fl->cut.n;
	} else {
		size_t from = fl->narrow ? fl->from : 0,
		       to = fl->narrow ? fl->at : fl->w->n;

		for (size_t row = from; row < to; row++) {
			if (!audit_rows_lacks(fl->w, row, audit_pump_need(o, fl)) &&
			    !audit_rows_weak(fl->w, row))
				continue;
			lo = lo == 0 ? fl->w->rows[row].m.uid : lo;
			hi = fl->w->rows[row].m.uid;
			n++;
		}
	}
	take(o);
	if (n == 0 || ++d->tries > AUDIT_DOUBT_TRIES)
		return;
	if (n == 1 && fl->narrow) { /* it was asked for alone */
		if (d->why[0] == '\0')
			snprintf(d->why, sizeof d->why, "%s", why->text);
		if (!add_hole(d, &d->bad,
			      (struct folder_hole){ .uid = lo,
						    .octets = -1,
						    .date = MSG_DATE_UNKNOWN,
						    .words = why->text },
			      &ignored))
			return;
		d->lo = d->hi = 0;
		/* When it is all that there is nothing is left to come back for. */
		d->narrowed = o->r->set.count > 1;
		o->r->progress &= d->narrowed;
		if (!d->narrowed)
			o->r->breaks[o->i] = 1;
		return;
	}
	d->lo = lo;
	d->hi = hi;
	d->n = n;
	d->narrowed = true;
}

bool audit_doubt_refuse(struct audit_pump *o, struct audit_window *w, size_t row,
			struct err *err)
{
	struct audit_doubt *d = &o->r->doubt;
	const struct message *m = &w->rows[row].m;
	char words[AUDIT_WORDS_SIZE];

	memcpy(words, d->words, sizeof words);
	take(o);
	memcpy(d->words, words, sizeof words);
	d->tries += d->tries == 0;
	mark(w, row);
	return add_hole(d, &d->refused,
			(struct folder_hole){ .uid = m->uid,
					      .octets = m->octets,
					      .date = m->date,
					      .words = *d->words != '\0'
							       ? d->words
							       : "the server does not "
								 "tell all about it" },
			err);
}

static void name(struct strbuf *out, const struct audit_uids *u)
{
	size_t n = 0;

	for (size_t i = 0; i < u->n && n < NAMED; i++)
		for (uint64_t uid = u->r[i].lo; uid <= u->r[i].hi && n < NAMED; uid++)
			strbuf_addf(out, "%s%llu", n++ > 0 ? ", " : "",
				    (unsigned long long)uid);
	if (u->count > NAMED)
		strbuf_adds(out, ", ...");
}

static int by_uid(const void *a, const void *b)
{
	const struct folder_hole *x = a, *y = b;

	return (x->uid > y->uid) - (x->uid < y->uid);
}

/* What went in the meantime is no hole: keep what is in the set, each once. */
static void settle_holes(struct audit_doubt *d, const struct audit_uids *set)
{
	size_t n = 0;

	qsort(d->hole, d->hole_n, sizeof *d->hole, by_uid);
	for (size_t i = 0; i < d->hole_n; i++)
		if (audit_uids_has(set, d->hole[i].uid) &&
		    (n == 0 || d->hole[n - 1].uid != d->hole[i].uid))
			d->hole[n++] = d->hole[i];
	d->hole_n = n;
}

void audit_doubt_holes(struct audit_pump *o, const struct folder_hole **hole_out,
		       size_t *n_out, struct err *why)
{
	struct audit_doubt *d = &o->r->doubt;
	struct strbuf uids = STRBUF_INIT;

	*n_out = 0;
	if (d->of != o->i || d->hole_n == 0)
		return;
	settle_holes(d, &o->r->set);
	*hole_out = d->hole;
	*n_out = d->hole_n;
	if (d->hole_n == 0)
		return;
	name(&uids, d->bad.n > 0 ? &d->bad : &d->refused);
	if (d->bad.n > 0)
		err_set(why, ERR_SERVER,
			"twice the connection broke while uid %s was read (%llu in all): "
			"%s",
			strbuf_cstr(&uids), (unsigned long long)d->bad.count, d->why);
	else
		err_set(why, ERR_SERVER,
			"asked twice, the server does not tell all about uid %s (%llu "
			"in all)%s%s",
			strbuf_cstr(&uids), (unsigned long long)d->refused.count,
			d->words[0] != '\0' ? ": " : "", d->words);
	strbuf_done(&uids);
}

bool audit_doubt_settle(struct audit_pump *o, struct err *err)
{
	const struct audit_doubt *d = &o->r->doubt;
	const struct folder_hole *hole;
	struct err why = ERR_INIT;
	size_t n;

	if (d->of != o->i)
		return true;
	if (d->too_many)
		return err_set(err, ERR_SERVER,
			       "%llu messages cannot be read, more than the %d that can "
			       "be named: %s",
			       (unsigned long long)(d->bad.count + d->refused.count),
			       FOLDER_HOLES_MAX, d->bad.n > 0 ? d->why : d->words);
	audit_doubt_holes(o, &hole, &n, &why);
	/* When none can be read it is not about single messages. */
	if (n == 0 || o->way == AUDIT_DELTA || n < o->r->set.count)
		return true;
	*err = why;
	return false;
}
