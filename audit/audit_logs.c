/* SPDX-License-Identifier: MIT */
/*
 * The threads of reading logs.  A few files at a time are open; any thread takes the next
 * piece of one that nobody is reading from, scans it, and leaves the batch for the
 * calling thread, which takes batches in in the order of each file and reads and scans
 * itself meanwhile.  A file whose sessions go over pieces is scanned by one scanner of
 * its own, piece by piece.
 */
#include "audit/audit_logs.h"

#include <pthread.h>
#include <signal.h>

#include "audit/audit_logs_in.h"
#include "audit/audit_queue.h"
#include "base/clock.h"
#include "base/hash64.h"
#include "base/json.h"
#include "base/text.h"
#include "logs/logs_series.h"
#include "net/net_conn.h"
#include "store/store_run.h"

#define STACK	     (256u << 10)
#define PROGRESS_MS  200
#define COMMIT_MS    30000 /* what a kill may cost */
#define UNFINISHED_S 60	   /* a file that changed so lately is still being written */

struct reader {
	struct logs_file *f;
	struct logs_scanner *own; /* its own, while order counts */
	struct span header;
	const char *path;
	unsigned slot;
	size_t member;			       /* of the job's files */
	bool busy, ended, ordered, fresh_file; /* fresh_file: it may still grow */
	bool no_sender;			       /* too old for that */
	bool left;			       /* before its end */
	uint64_t next_read, next_take;	       /* pieces */
	char note[480];
};

enum batch_state { BATCH_FREE, BATCH_BUSY, BATCH_READY };
struct slot {
	struct batch b;
	enum batch_state state;
	struct reader *from;
	uint64_t seq;
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct reader reader[INTAKE_FILES];
	size_t reader_n;
	struct slot *slot;
	size_t slot_n;
	uint64_t key;
	bool stop;
	/* for progress */
	int64_t octets_before;
};

struct worker {
	struct crew *crew;
	struct logs_scanner *scanner;
	pthread_t thread;
};

struct job {
	struct store *st;
	const struct audit_logs_options *o;
	struct crew crew;
	struct worker worker[AUDIT_LOGS_THREADS_MAX];
	unsigned worker_n; /* threads besides the caller */
	struct intake *in;
	struct logs_member *member; /* paths, in the order in which they are read */
	int *year;		    /* of each, once it was guessed wrong */
	unsigned *tries;	    /* how often it was */
	int64_t started, told, committed, now;
	int64_t octets_total, octets_done, files_done, lines;
	struct audit_logs_sum *sum;
	int64_t failed;
};

/* ---- reading and scanning: any thread ---- */

/* A file to read from, and a batch to read into; the lock is held. */
static struct slot *claim(struct crew *c, struct reader **from)
{
	struct slot *free_slot = NULL;

	for (size_t i = 0; i < c->slot_n && free_slot == NULL; i++)
		if (c->slot[i].state == BATCH_FREE)
			free_slot = &c->slot[i];
	if (free_slot == NULL || c->stop)
		return NULL;
	for (size_t i = 0; i < c->reader_n; i++) {
		struct reader *r = &c->reader[i];

		if (r->busy || r->ended)
			continue;
		r->busy = true;
		*from = r;
		free_slot->state = BATCH_BUSY;
		free_slot->from = r;
		free_slot->seq = r->next_read++;
		return free_slot;
	}
	return NULL;
}

/* The lock is held on entry and on return, and not in between. */
static void work(struct crew *c, struct logs_scanner *scanner, struct slot *s,
		 struct reader *r)
{
	struct err err = ERR_INIT;
	enum logs_next next;
	bool first = s->seq == 0, ordered = r->ordered;

	pthread_mutex_unlock(&c->lock);
	next = logs_file_read(r->f, &s->b.piece, &err);
	if (first || ordered) {
		logs_scanner_moved(r->own);
		batch_scan(&s->b, r->own, c->key, r->fresh_file);
	}
	pthread_mutex_lock(&c->lock);
	if (next == LOGS_FAIL)
		snprintf(r->note, sizeof r->note, "%s", err.text);
	r->ended = next != LOGS_LINES;
	if (first)
		r->ordered = s->b.needs_order;
	r->busy = false;
	pthread_cond_broadcast(&c->change);
	if (!first && !ordered) {
		pthread_mutex_unlock(&c->lock);
		logs_scanner_begin(scanner, r->header);
		logs_scanner_no_sender(scanner, r->no_sender);
		batch_scan(&s->b, scanner, c->key, r->fresh_file);
		pthread_mutex_lock(&c->lock);
	}
	s->state = BATCH_READY;
	pthread_cond_broadcast(&c->change);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct crew *c = w->crew;

	pthread_mutex_lock(&c->lock);
	while (!c->stop) {
		struct reader *r = NULL;
		struct slot *s = claim(c, &r);

		if (s != NULL)
			work(c, w->scanner, s, r);
		else
			audit_cond_wait(&c->change, &c->lock, 1000);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* ---- the calling thread ---- */

static void tell(struct job *j, bool now)
{
	struct audit_logs_progress p;
	struct strbuf path = STRBUF_INIT;
	int64_t at = clock_mono_ms(), octets = j->octets_done;

	if (j->o->progress == NULL || (!now && at - j->told < PROGRESS_MS))
		return;
	j->told = at;
	for (size_t i = 0; i < j->crew.reader_n; i++)
		if (j->crew.reader[i].f != NULL)
			octets += logs_file_octets_in(j->crew.reader[i].f);
	if (j->crew.reader_n > 0)
		text_show(&path, span_str(j->crew.reader[0].path), 60);
	p = (struct audit_logs_progress){ .files_done = j->files_done,
					  .files_total = (int64_t)j->o->path_n,
					  .octets_done = octets,
					  .octets_total = j->octets_total,
					  .lines = j->lines,
					  .elapsed_ms = at - j->started,
					  .now = strbuf_cstr(&path) };
	j->o->progress(j->o->progress_ctx, &p);
	strbuf_done(&path);
}

static void say(struct job *j, const char *path, const char *what)
{
	struct strbuf sb = STRBUF_INIT;

	if (j->o->say == NULL)
		return;
	text_show(&sb, span_str(path), 0);
	strbuf_addf(&sb, ": %s", what);
	j->o->say(j->o->say_ctx, strbuf_cstr(&sb));
	strbuf_done(&sb);
}

/* The next batch in the order of its file; the lock is held. */
static struct slot *ready(struct crew *c)
{
	for (size_t i = 0; i < c->slot_n; i++)
		if (c->slot[i].state == BATCH_READY &&
		    c->slot[i].seq == c->slot[i].from->next_take)
			return &c->slot[i];
	return NULL;
}

static bool all_done(const struct crew *c)
{
	for (size_t i = 0; i < c->reader_n; i++)
		if (!c->reader[i].ended || c->reader[i].busy ||
		    c->reader[i].next_take < c->reader[i].next_read)
			return false;
	return true;
}

static bool take_in(struct job *j, struct slot *s, struct err *err)
{
	j->lines += s->b.counts.lines;
	return intake_batch(j->in, s->from->slot, &s->b, err);
}

/* Was the year of this file guessed wrong, and is there another one to try? */
static bool wrong_year(struct job *j, const struct reader *r, bool over, int *year)
{
	return j->tries[r->member] < LOGS_YEAR_TRIES && strcmp(r->path, "-") != 0 &&
	       intake_wrong_year(j->in, r->slot, over, year);
}

/* What was guessed wrong; true: begin again behind the last commit. */
static bool wrong_years(struct job *j)
{
	bool again = false;

	for (size_t i = 0; i < j->crew.reader_n; i++) {
		const struct reader *r = &j->crew.reader[i];
		int year;

		if (!wrong_year(j, r, !r->left, &year))
			continue;
		j->tries[r->member]++;
		j->year[r->member] = year;
		again = true;
	}
	return again;
}

/*
 * All pieces of the files that are open, or, when the year of one proves to be wrong,
 * some of them: what was guessed wrong mostly shows at once, and all is read again then.
 * ERR_STOPPED when asked to.
 */
static bool read_group(struct job *j, struct logs_scanner *scanner, struct err *err)
{
	struct crew *c = &j->crew;
	bool ok = true, wrong = false;
	int year;

	pthread_mutex_lock(&c->lock);
	while (ok && !wrong && !all_done(c)) {
		struct reader *r = NULL;
		struct slot *s = ready(c);

		if (j->o->wake != NULL && net_wake_is_set(j->o->wake)) {
			ok = err_set(err, ERR_STOPPED, "stopped while reading logs");
			break;
		}
		if (s != NULL) {
			pthread_mutex_unlock(&c->lock);
			ok = take_in(j, s, err);
			wrong = ok && wrong_year(j, s->from, false, &year);
			tell(j, false);
			pthread_mutex_lock(&c->lock);
			s->from->next_take++;
			s->state = BATCH_FREE;
			pthread_cond_broadcast(&c->change);
			continue;
		}
		s = claim(c, &r);
		if (s != NULL)
			work(c, scanner, s, r);
		else
			audit_cond_wait(&c->change, &c->lock, PROGRESS_MS);
	}
	/* Nobody may be inside a file that is about to be closed. */
	for (size_t i = 0; (!ok || wrong) && i < c->reader_n; i++) {
		struct reader *r = &c->reader[i];

		r->left = !r->ended || r->next_take < r->next_read;
		r->ended = true;
	}
	for (;;) {
		bool busy = false;

		for (size_t i = 0; i < c->slot_n; i++)
			busy |= c->slot[i].state == BATCH_BUSY;
		if (!busy)
			break;
		audit_cond_wait(&c->change, &c->lock, 1000);
	}
	for (size_t i = 0; i < c->slot_n; i++)
		c->slot[i].state = BATCH_FREE;
	pthread_mutex_unlock(&c->lock);
	return ok;
}

static void close_group(struct job *j)
{
	for (size_t i = 0; i < j->crew.reader_n; i++) {
		struct reader *r = &j->crew.reader[i];

		if (r->f != NULL)
			j->octets_done += logs_file_octets_in(r->f);
		logs_file_close(r->f);
		logs_scanner_free(r->own);
	}
	pthread_mutex_lock(&j->crew.lock);
	j->crew.reader_n = 0;
	pthread_mutex_unlock(&j->crew.lock);
}

static const char *stem_name(const struct logs_member *m, char *buf, size_t size)
{
	const char *slash = strrchr(m->stem, '/');

	snprintf(buf, size, "(%s)", slash != NULL ? slash + 1 : m->stem);
	return buf;
}

/* One more file of the group; what cannot be opened is said and counted. */
static bool open_one(struct job *j, size_t at, struct err *err)
{
	struct crew *c = &j->crew;
	struct reader *r = &c->reader[c->reader_n];
	struct err why = ERR_INIT;
	struct intake_file f = { .path = j->member[at].path,
				 .year = j->year[at] != 0 ? j->year[at] : j->o->year,
				 .follows = j->member[at].follows && at > 0 };

	*r = (struct reader){ .path = j->member[at].path,
			      .slot = (unsigned)c->reader_n,
			      .member = at };
	if (!logs_file_open(r->path, &r->f, &why)) {
		say(j, r->path, why.text);
		j->failed++;
		return true;
	}
	if (!logs_scanner_new(j->o->patterns, j->o->pattern_n, &r->own, err)) {
		logs_file_close(r->f);
		return false;
	}
	logs_file_facts(r->f, j->o->zone, j->now, &f.facts);
	r->header = f.facts.header;
	r->fresh_file = f.facts.regular && f.facts.packing == LOGS_PLAIN &&
			j->now - f.facts.mtime < UNFINISHED_S;
	r->no_sender = f.facts.bound + 86400 < j->o->senders_from;
	logs_scanner_begin(r->own, r->header);
	logs_scanner_no_sender(r->own, r->no_sender);
	intake_begin(j->in, r->slot, &f,
		     stem_name(&j->member[at], r->note, sizeof r->note));
	r->note[0] = '\0';
	pthread_mutex_lock(&c->lock);
	c->reader_n++;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
	return true;
}

static bool end_group(struct job *j, struct err *err)
{
	for (size_t i = 0; i < j->crew.reader_n; i++) {
		struct reader *r = &j->crew.reader[i];
		int64_t garbage = logs_file_garbage(r->f);

		if (*r->note == '\0' && garbage > 0)
			snprintf(r->note, sizeof r->note,
				 "%lld octets behind the packed data are none",
				 (long long)garbage);
		if (*r->note != '\0')
			say(j, r->path, r->note);
		if (!intake_end(j->in, r->slot, r->f, r->note, err))
			return false;
		j->files_done++;
	}
	return true;
}

static bool commit(struct job *j, struct err *err)
{
	if (!intake_flush(j->in, err) || !store_commit(j->st, err))
		return false;
	intake_commit(j->in);
	j->committed = clock_mono_ms();
	return true;
}

/*
 * A few files at a time, in order.  What is summed up is committed every half minute and
 * at the end; where a year was guessed wrong, all goes back to the last commit.
 */
static bool read_files(struct job *j, struct logs_scanner *scanner, struct err *err)
{
	size_t done = 0, at = 0, width = j->worker_n + 1;
	bool open = false, ok = true;

	width = width > INTAKE_FILES ? INTAKE_FILES : width;
	j->committed = clock_mono_ms();
	while (ok && at < j->o->path_n) {
		size_t end = at + width < j->o->path_n ? at + width : j->o->path_n;

		if (!open && !(open = ok = store_begin(j->st, err)))
			break;
		for (size_t i = at; ok && i < end; i++)
			ok = open_one(j, i, err);
		ok = ok && read_group(j, scanner, err);
		if (ok && wrong_years(j)) {
			close_group(j);
			store_rollback(j->st);
			open = false;
			ok = intake_forget(j->in, err);
			at = done;
			continue;
		}
		ok = ok && end_group(j, err);
		close_group(j);
		at = end;
		if (ok &&
		    (at == j->o->path_n || clock_mono_ms() - j->committed >= COMMIT_MS)) {
			ok = commit(j, err);
			open = !ok;
			done = at;
		}
	}
	close_group(j);
	if (open)
		store_rollback(j->st);
	return ok;
}

static bool crew_open(struct job *j, struct err *err)
{
	struct crew *c = &j->crew;
	unsigned threads = j->o->threads > 0 ? j->o->threads : 1;
	sigset_t all, before;
	pthread_attr_t attr;
	bool ok = true;

	pthread_mutex_init(&c->lock, NULL);
	audit_cond_init(&c->change);
	if (threads > AUDIT_LOGS_THREADS_MAX)
		threads = AUDIT_LOGS_THREADS_MAX;
	c->slot_n = threads + 2;
	c->slot = mem_calloc(c->slot_n, sizeof *c->slot);
	for (size_t i = 0; i < c->slot_n; i++)
		batch_init(&c->slot[i].b);
	c->key = hash64(0, span_str(store_project_id(j->st)));
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	for (unsigned i = 0; ok && i + 1 < threads; i++) {
		struct worker *w = &j->worker[i];

		w->crew = c;
		ok = logs_scanner_new(j->o->patterns, j->o->pattern_n, &w->scanner, err);
		if (ok && pthread_create(&w->thread, &attr, worker_main, w) != 0) {
			logs_scanner_free(w->scanner);
			break; /* fewer will do */
		}
		j->worker_n += ok;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return ok;
}

static void crew_close(struct job *j)
{
	struct crew *c = &j->crew;

	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_broadcast(&c->change);
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < j->worker_n; i++) {
		pthread_join(j->worker[i].thread, NULL);
		logs_scanner_free(j->worker[i].scanner);
	}
	for (size_t i = 0; i < c->slot_n; i++)
		batch_done(&c->slot[i].b);
	free(c->slot);
	pthread_cond_destroy(&c->change);
	pthread_mutex_destroy(&c->lock);
}

static void order_files(struct job *j)
{
	const struct audit_logs_options *o = j->o;

	j->member = mem_calloc(o->path_n + 1, sizeof *j->member);
	j->year = mem_calloc(o->path_n + 1, sizeof *j->year);
	j->tries = mem_calloc(o->path_n + 1, sizeof *j->tries);
	for (size_t i = 0; i < o->path_n; i++) {
		struct logs_file *f = NULL;
		struct logs_file_facts facts;
		struct err unused = ERR_INIT;

		j->member[i].path = o->paths[i];
		if (strcmp(o->paths[i], "-") == 0)
			j->octets_total = -1;
		else if (j->octets_total >= 0 &&
			 logs_file_open(o->paths[i], &f, &unused)) {
			logs_file_facts(f, o->zone, j->now, &facts);
			j->octets_total += facts.size > 0 ? facts.size : 0;
			logs_file_close(f);
		}
	}
	logs_series_sort(j->member, o->path_n);
}

static const char *scope_of(const struct audit_logs_options *o, struct strbuf *text)
{
	struct json_out out;

	json_out_init(&out, text, true);
	json_begin_object(&out);
	json_put_str(&out, "command", "logs");
	json_put_int(&out, "files", (int64_t)o->path_n);
	json_put_str(&out, "side", side_name(o->side));
	json_end_object(&out);
	return strbuf_cstr(text);
}

bool audit_logs(struct store *st, const struct audit_logs_options *o,
		struct audit_logs_sum *out, struct err *err)
{
	struct job *j = mem_calloc(1, sizeof *j);
	struct logs_scanner *scanner = NULL;
	struct strbuf scope = STRBUF_INIT;
	struct run run = { .command = "logs", .operator_name = o->operator_name };
	struct err ending = ERR_INIT;
	int64_t id = 0;
	bool ok = false;

	*out = (struct audit_logs_sum){ 0 };
	j->st = st;
	j->o = o;
	j->now = clock_now();
	j->started = clock_mono_ms();
	run.scope = scope_of(o, &scope);
	order_files(j);
	if (!store_run_begin(st, &run, &id, err))
		goto out;
	if (crew_open(j, err) &&
	    logs_scanner_new(o->patterns, o->pattern_n, &scanner, err) &&
	    intake_new(st, o, j->crew.key, id, j->now, &j->in, err))
		ok = read_files(j, scanner, err);
	crew_close(j);
	tell(j, true);
	if (j->in != NULL)
		intake_sum(j->in, out);
	out->run = id;
	out->files_failed = j->failed;
	out->stopped = !ok && err->cls == ERR_STOPPED;
	if (!store_run_end(st, id,
			   !ok					    ? RUN_INCOMPLETE
			   : out->files_failed + out->files_cut > 0 ? RUN_INCOMPLETE
								    : RUN_COMPLETE,
			   NULL, ok ? NULL : err->text, ok ? err : &ending))
		ok = false;
out:
	intake_free(j->in);
	logs_scanner_free(scanner);
	logs_series_free(j->member, o->path_n);
	free(j->member);
	free(j->year);
	free(j->tries);
	strbuf_done(&scope);
	free(j);
	return ok;
}
