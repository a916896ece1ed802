/* SPDX-License-Identifier: MIT */
/* What was scanned, taken in in the order of its file: times, joins between lines, and
 * what of it is counted where. */
#include "audit/audit_logs_belt.h"
#include "base/clock.h"
#include "base/hash64.h"
#include "store/store_logs.h"

#define TIME_MIN   INT64_C(631152000) /* 1990: before that no clock was set */
#define FUTURE_MAX 86400	      /* seconds by which a clock may be ahead */
#define JOINS	   (8u << 10)	      /* sessions whose sender or client is kept */
#define FAIL_NAMES 50000	      /* names that only failed */
#define HOSTS_MAX  (16u << 10)	      /* of one file */
#define AHEAD	   16u		      /* hits whose words are fetched meanwhile */

struct join {
	uint64_t session;
	uint32_t from, client; /* log_text.id; 0: none */
};

struct source {
	uint32_t host;
	enum log_program program;
	int64_t first, last, logins, deliveries;
};
struct source_hour {
	uint32_t source;
	int64_t hour, lines;
};
struct host {
	int64_t id, first, last;
};

struct file {
	struct intake_file f;
	char name[256]; /* stands for the host where lines have none */
	struct logs_clock clock;
	struct join *join;
	bool joins; /* there is one */
	struct source *source;
	size_t source_n, source_cap;
	struct source_hour *hour;
	size_t hour_n, hour_cap;
	int64_t *entry_time; /* of the batch at hand */
	uint32_t *entry_source;
	size_t entry_cap;
	struct counts counts;
	int64_t timeless, logins, fails, deliveries, first, last,
		now; /* now: hour at hand */
	bool active;
};

struct intake {
	struct store *st;
	const struct audit_logs_options *o;
	uint64_t key;
	int64_t run, now, fail_names;
	struct texts *texts;
	struct belt *belt;
	struct hours *hours;
	struct own *own;
	struct file file[INTAKE_FILES];
	/* hosts of the series of rotated files at hand */
	struct host *chain;
	size_t chain_n, chain_cap;
	struct audit_logs_sum sum, kept; /* kept: as of the last flush */
};

bool intake_new(struct store *st, const struct audit_logs_options *o, uint64_t key,
		int64_t run, int64_t now, struct intake **out, struct err *err)
{
	struct intake *in = mem_calloc(1, sizeof *in);

	in->st = st;
	in->o = o;
	in->key = key;
	in->run = run;
	in->now = now;
	if (!texts_new(st, &in->texts, err) ||
	    !own_new(st, o->side, in->texts, &in->own, err)) {
		intake_free(in);
		return false;
	}
	belt_new(st, o->side, in->texts, &in->belt);
	hours_new(st, o->side, in->belt, in->own, &in->hours);
	*out = in;
	return true;
}

void intake_free(struct intake *in)
{
	if (in == NULL)
		return;
	for (size_t i = 0; i < INTAKE_FILES; i++) {
		free(in->file[i].join);
		free(in->file[i].source);
		free(in->file[i].hour);
		free(in->file[i].entry_time);
		free(in->file[i].entry_source);
	}
	free(in->chain);
	hours_free(in->hours);
	belt_free(in->belt);
	own_free(in->own);
	texts_free(in->texts);
	free(in);
}

struct belt *intake_belt(struct intake *in)
{
	return in->belt;
}

void intake_begin(struct intake *in, unsigned slot, const struct intake_file *f,
		  const char *name)
{
	struct file *to = &in->file[slot];

	to->f = *f;
	snprintf(to->name, sizeof to->name, "%s", name);
	logs_clock_begin(&to->clock, in->o->zone, f->facts.bound,
			 f->year != 0 ? f->year : f->facts.year);
	if (to->join == NULL)
		to->join = mem_calloc(JOINS, sizeof *to->join);
	else
		memset(to->join, 0, JOINS * sizeof *to->join);
	to->joins = false;
	to->source_n = to->hour_n = 0;
	to->counts = (struct counts){ 0 };
	to->timeless = to->logins = to->fails = to->deliveries = 0;
	to->first = to->last = 0;
	to->now = 0;
	hours_begin(in->hours, slot);
	to->active = true;
}

/* Unix seconds that can be. */
static bool time_of(struct intake *in, struct file *f, const struct log_stamp *stamp,
		    int64_t *out)
{
	if (!logs_clock_time(&f->clock, stamp, out))
		return false;
	return *out >= TIME_MIN && *out <= in->now + FUTURE_MAX;
}

static bool text_id(struct intake *in, struct span text, uint32_t *id, struct err *err)
{
	return texts_id(in->texts, text, hash64(in->key, text), id, err);
}

static bool source_of(struct intake *in, struct file *f, struct span host,
		      enum log_program program, uint32_t *out, struct err *err)
{
	uint32_t id;

	if (host.n == 0 || host.n > LOGS_NAME_MAX)
		host = span_str(f->name);
	if (!text_id(in, host, &id, err))
		return false;
	for (size_t i = f->source_n; i > 0; i--)
		if (f->source[i - 1].host == id && f->source[i - 1].program == program) {
			*out = (uint32_t)(i - 1);
			return true;
		}
	if (f->source_n == HOSTS_MAX) /* hosts that somebody invents */
		return err_set(err, ERR_LIMIT,
			       "%s: lines of more than %u hosts and programs", f->f.path,
			       HOSTS_MAX);
	if (f->source_n == f->source_cap) {
		f->source_cap = f->source_cap == 0 ? 16 : f->source_cap * 2;
		f->source = mem_realloc(f->source, f->source_cap * sizeof *f->source);
	}
	f->source[f->source_n] = (struct source){ .host = id, .program = program };
	*out = (uint32_t)f->source_n++;
	return true;
}

static void add_hour(struct file *f, uint32_t source, int64_t hour, int64_t lines)
{
	for (size_t i = f->hour_n; i > 0 && f->hour_n - i < 32; i--)
		if (f->hour[i - 1].source == source && f->hour[i - 1].hour == hour) {
			f->hour[i - 1].lines += lines;
			return;
		}
	if (f->hour_n == f->hour_cap) {
		f->hour_cap = f->hour_cap == 0 ? 256 : f->hour_cap * 2;
		f->hour = mem_realloc(f->hour, f->hour_cap * sizeof *f->hour);
	}
	f->hour[f->hour_n++] = (struct source_hour){ source, hour, lines };
}

static void widen(int64_t *first, int64_t *last, int64_t from, int64_t to)
{
	*first = *first == 0 || from < *first ? from : *first;
	*last = to > *last ? to : *last;
}

/* The first line of a source within an hour of its clock. */
static bool mark(struct intake *in, struct file *f, const struct batch *b,
		 const struct hit *h, struct err *err)
{
	const struct hour_entry *e = &b->hour[h->entry];
	const struct log_stamp stamp = hit_stamp(h);
	struct source *s;
	int64_t t, last;

	f->entry_time[h->entry] = 0;
	if (!time_of(in, f, &stamp, &t))
		return true;
	if (!source_of(in, f, batch_text(b, e->host), e->program,
		       &f->entry_source[h->entry], err))
		return false;
	f->entry_time[h->entry] = t;
	s = &f->source[f->entry_source[h->entry]];
	last = t + (e->last.t > e->first.t ? e->last.t - e->first.t : 0);
	widen(&s->first, &s->last, t, last);
	widen(&f->first, &f->last, t, last);
	s->logins += e->logins;
	s->deliveries += e->deliveries;
	add_hour(f, f->entry_source[h->entry], t / 3600, e->lines);
	if (t / 3600 > f->now)
		f->now = t / 3600;
	return true;
}

static struct join *join_at(const struct file *f, uint64_t session)
{
	return &f->join[(session >> 1) & (JOINS - 1)];
}

/* That of this session, made anew for want of one. */
static struct join *join_make(struct file *f, uint64_t session)
{
	struct join *j = join_at(f, session);

	if (j->session != session)
		*j = (struct join){ .session = session };
	f->joins = true;
	return j;
}

/* NULL: nothing was said of it. */
static const struct join *join_of(const struct file *f, uint64_t session)
{
	const struct join *j = f->joins && session != 0 ? join_at(f, session) : NULL;

	return j != NULL && j->session == session ? j : NULL;
}

static bool sender(struct intake *in, struct file *f, const struct batch *b,
		   const struct hit *h, struct err *err)
{
	/* the hour at hand began before its deliveries */
	if ((f->now + 1) * 3600 < in->o->senders_from)
		return true;
	return texts_id(in->texts, batch_text(b, h->rip), h->rip_hash,
			&join_make(f, h->session)->from, err);
}

static bool client(struct intake *in, struct file *f, const struct batch *b,
		   const struct hit *h, struct err *err)
{
	uint32_t id;

	if (!text_id(in, texts_client(batch_text(b, h->more)), &id, err))
		return false;
	join_make(f, h->session)->client = id;
	hours_client(in->hours, h->session, id);
	return true;
}

/* Names that only somebody who guesses has ever used: not more than FAIL_NAMES a run. */
static bool fail_name(struct intake *in, struct span user, uint64_t hash, uint32_t *id,
		      struct err *err)
{
	if (user.n > 0 && !texts_known(in->texts, user, hash, id, err))
		return false;
	if (user.n > 0 && *id != 0)
		return true;
	if (user.n > 0 && in->fail_names < FAIL_NAMES) {
		in->fail_names++;
		return texts_id(in->texts, user, hash, id, err);
	}
	in->sum.fails_unnamed += user.n > 0;
	*id = STORE_LOG_EMPTY;
	return true;
}

/* The end of a session counts nothing, but somebody was there. */
static bool logout(struct intake *in, const struct hit *h, struct span user,
		   struct sums_use *u, struct err *err)
{
	bool ours;

	if (!own_lately(in->own, user, u->at, &ours, err))
		return false;
	if (ours)
		return true;
	u->n = 0;
	u->traits = (uint8_t)(((h->flags & LOG_F_RETR) != 0 ? LOG_TRAIT_RETR : 0) |
			      ((h->flags & LOG_F_EMPTIED) != 0 ? LOG_TRAIT_EMPTIED : 0));
	return belt_add(in->belt, u, err);
}

static bool event(struct intake *in, struct file *f, const struct batch *b,
		  const struct hit *h, struct err *err)
{
	struct hour_event e = { .session = h->session };
	struct sums_use *u = &e.use;
	struct span user = batch_text(b, h->user);
	const struct join *j = join_of(f, h->session);
	const struct log_stamp stamp = hit_stamp(h);
	int64_t t;

	f->logins += h->kind == LOG_LOGIN;
	f->fails += h->kind == LOG_FAIL;
	f->deliveries += h->kind == LOG_DELIVERY;
	if (stamp.kind == LOG_STAMP_NONE || !time_of(in, f, &stamp, &t)) {
		f->timeless++;
		return true;
	}
	u->at = (uint32_t)t;
	u->n = h->repeated;
	u->slot = (uint8_t)(f - in->file);
	u->protocol = (uint8_t)h->protocol;
	u->address = u->rcpt = u->client = STORE_LOG_EMPTY;
	if (!hit_use(h, &u->use))
		return true;
	if (u->use == USE_FAIL || u->use == USE_LIMIT) {
		if (!fail_name(in, user, h->user_hash, &u->name, err))
			return false;
	} else if (user.n == 0) {
		return true; /* a login that names nobody */
	} else if (!texts_id(in->texts, user, h->user_hash, &u->name, err)) {
		return false;
	}
	if (u->use == USE_LOGOUT)
		return logout(in, h, user, u, err);
	if (h->kind == LOG_LOGIN) {
		if (!texts_id(in->texts, batch_text(b, h->rip), h->rip_hash, &u->address,
			      err))
			return false;
		if (h->more.n > 0) {
			if (!text_id(in, texts_client(batch_text(b, h->more)), &u->client,
				     err))
				return false;
		} else if (j != NULL && j->client != 0) {
			u->client = j->client;
		}
	} else if (h->kind == LOG_DELIVERY) {
		if (j != NULL && j->from != 0 && t >= in->o->senders_from)
			u->address = j->from;
		if (h->more.n > 0 && !text_id(in, batch_text(b, h->more), &u->rcpt, err))
			return false;
	}
	e.hash = hash64_mix(h->hash, (uint64_t)t);
	return hours_add(in->hours, &e, err);
}

/* The words that hits will ask for. */
static void expect(const struct intake *in, const struct batch *b, size_t i)
{
	const struct hit *far = &b->hit[i + AHEAD];

	if (i + AHEAD < b->hit_n && far->what == HIT_EVENT) {
		texts_expect(in->texts, far->user_hash);
		if (far->rip.n > 0)
			texts_expect(in->texts, far->rip_hash);
	}
}

/* Hours before all that are being read are over. */
static int64_t oldest_hour(const struct intake *in)
{
	int64_t oldest = INT64_MAX;

	for (size_t i = 0; i < INTAKE_FILES; i++)
		if (in->file[i].active && in->file[i].now < oldest)
			oldest = in->file[i].now;
	return oldest == INT64_MAX ? 0 : oldest - 1;
}

bool intake_batch(struct intake *in, unsigned slot, const struct batch *b,
		  struct err *err)
{
	struct file *f = &in->file[slot];

	if (b->hour_n > f->entry_cap) {
		f->entry_cap = b->hour_n * 2;
		f->entry_time = mem_realloc(f->entry_time,
					    f->entry_cap * sizeof *f->entry_time);
		f->entry_source = mem_realloc(f->entry_source,
					      f->entry_cap * sizeof *f->entry_source);
	}
	for (size_t i = 0; i < b->hit_n; i++) {
		const struct hit *h = &b->hit[i];
		bool ok = true;

		expect(in, b, i);
		switch ((enum hit_what)h->what) {
		case HIT_MARK:
			ok = mark(in, f, b, h, err);
			break;
		case HIT_SENDER:
			ok = sender(in, f, b, h, err);
			break;
		case HIT_CLIENT:
			ok = client(in, f, b, h, err);
			break;
		case HIT_EVENT:
			ok = event(in, f, b, h, err);
			break;
		}
		if (!ok)
			return false;
	}
	f->counts.lines += b->counts.lines;
	f->counts.events += b->counts.events;
	f->counts.other += b->counts.other;
	f->counts.not_ours += b->counts.not_ours;
	f->counts.malformed += b->counts.malformed;
	for (int i = 0; i < LOG_PROGRAM_COUNT; i++) {
		f->counts.by_program[i] += b->counts.by_program[i];
		f->counts.logins_by_program[i] += b->counts.logins_by_program[i];
	}
	return hours_over(in->hours, oldest_hour(in), err);
}

bool intake_wrong_year(struct intake *in, unsigned slot, bool over, int *year)
{
	struct file *f = &in->file[slot];

	if (over)
		logs_clock_end(&f->clock);
	if (!f->clock.contradicted || f->clock.first == 0 || in->o->year != 0)
		return false;
	*year = f->clock.first - 1;
	return true;
}

/* Hosts of this file, joined to those of the file that it follows. */
static bool put_spans(struct intake *in, const struct file *f, struct err *err)
{
	if (!f->f.follows)
		in->chain_n = 0;
	for (size_t i = 0; i < f->source_n; i++) {
		const struct source *s = &f->source[i];
		size_t k = 0;

		while (k < in->chain_n && in->chain[k].id != s->host)
			k++;
		if (k == in->chain_n) {
			if (in->chain_n == in->chain_cap) {
				in->chain_cap = in->chain_cap == 0 ? 16
								   : in->chain_cap * 2;
				in->chain = mem_realloc(
					in->chain, in->chain_cap * sizeof *in->chain);
			}
			in->chain[in->chain_n++] = (struct host){ .id = s->host };
		}
		widen(&in->chain[k].first, &in->chain[k].last, s->first, s->last);
	}
	for (size_t k = 0; k < in->chain_n; k++)
		if (!store_log_span(in->st, in->o->side, in->chain[k].id,
				    in->chain[k].first, in->chain[k].last, err))
			return false;
	return true;
}

static bool put_sources(struct intake *in, const struct file *f, struct err *err)
{
	int64_t *id = mem_calloc(f->source_n + 1, sizeof *id);
	bool ok = true;

	for (size_t i = 0; ok && i < f->source_n; i++) {
		const struct source *s = &f->source[i];
		struct log_source row = { .side = in->o->side,
					  .host = s->host,
					  .program = s->program,
					  .first = s->first,
					  .last = s->last,
					  .logins = s->logins,
					  .deliveries = s->deliveries };

		ok = store_log_source_add(in->st, &row, err);
		id[i] = row.id;
	}
	for (size_t i = 0; ok && i < f->hour_n; i++)
		ok = store_log_hour(in->st, id[f->hour[i].source], f->hour[i].hour,
				    f->hour[i].lines, err);
	free(id);
	return ok;
}

static void add_counts(struct intake *in, const struct file *f)
{
	struct audit_logs_sum *s = &in->sum;

	s->files++;
	s->lines += f->counts.lines;
	s->events += f->counts.events;
	s->other += f->counts.other;
	s->not_ours += f->counts.not_ours;
	s->malformed += f->counts.malformed;
	s->timeless += f->timeless;
	s->logins += f->logins;
	s->fails += f->fails;
	s->deliveries += f->deliveries;
	for (int i = 0; i < LOG_PROGRAM_COUNT; i++) {
		s->by_program[i] += f->counts.by_program[i];
		s->logins_by_program[i] += f->counts.logins_by_program[i];
	}
	if (f->first != 0)
		widen(&s->first, &s->last, f->first, f->last);
	s->year_inferred |= f->clock.first != 0 && in->o->year == 0;
}

bool intake_end(struct intake *in, unsigned slot, const struct logs_file *file,
		const char *note, struct err *err)
{
	struct file *f = &in->file[slot];
	struct log_file row;

	f->active = false;
	if (!hours_over(in->hours, INT64_MAX, err))
		return false;
	row = (struct log_file){ .run = in->run,
				 .side = in->o->side,
				 .path = f->f.path,
				 .packing = logs_packing_name(f->f.facts.packing),
				 .note = note,
				 .octets = logs_file_octets_out(file),
				 .lines = f->counts.lines,
				 .events = f->counts.events,
				 .other = f->counts.other,
				 .not_ours = f->counts.not_ours,
				 .malformed = f->counts.malformed,
				 .timeless = f->timeless,
				 .logins = f->logins,
				 .deliveries = f->deliveries,
				 .fresh = hours_fresh_of(in->hours, slot),
				 .own = hours_own_of(in->hours, slot),
				 .first = f->first,
				 .last = f->last,
				 .year = f->clock.first,
				 .follows = f->f.follows };
	if (!texts_store(in->texts, err) || !put_spans(in, f, err) ||
	    !put_sources(in, f, err) || !store_log_file_add(in->st, &row, err))
		return false;
	add_counts(in, f);
	in->sum.files_cut += *note != '\0';
	return true;
}

bool intake_last(struct intake *in, struct err *err)
{
	return hours_over(in->hours, INT64_MAX, err) && belt_last(in->belt, err);
}

bool intake_flush(struct intake *in, struct err *err)
{
	if (!hours_store(in->hours, err) || !texts_store(in->texts, err) ||
	    !belt_flush(in->belt, err))
		return false;
	in->sum.fresh = hours_fresh(in->hours);
	in->sum.own = own_found(in->own);
	return true;
}

void intake_commit(struct intake *in)
{
	texts_commit(in->texts);
	in->kept = in->sum;
}

bool intake_forget(struct intake *in, struct err *err)
{
	hours_forget(in->hours, in->kept.fresh);
	own_forget(in->own, in->kept.own);
	belt_forget(in->belt);
	in->chain_n = 0;
	in->sum = in->kept;
	for (size_t i = 0; i < INTAKE_FILES; i++)
		in->file[i].active = false;
	return texts_rollback(in->texts, err);
}

void intake_sum(const struct intake *in, struct audit_logs_sum *out)
{
	*out = in->kept;
}
