/* SPDX-License-Identifier: MIT */
/*
 * Reading logs: which files, in which order, a few of them open at a time; what is taken
 * in from the threads that read them (audit_logs_crew.h), and when it is committed.
 */
#include "audit/audit_logs.h"

#include "audit/audit_logs_crew.h"
#include "audit/audit_queue.h"
#include "base/clock.h"
#include "base/hash64.h"
#include "base/json.h"
#include "base/text.h"
#include "logs/logs_series.h"
#include "net/net_conn.h"
#include "store/store_run.h"

#define PROGRESS_MS  200
#define COMMIT_MS    30000 /* what a kill may cost */
#define UNFINISHED_S 60	   /* a file that changed so lately is still being written */

struct job {
	struct store *st;
	const struct audit_logs_options *o;
	struct crew crew;
	struct intake *in;
	struct logs_member *member; /* paths, in the order in which they are read */
	int *year;		    /* of each, once it was guessed wrong */
	unsigned *tries;	    /* how often it was */
	bool *once;		    /* a pipe: what was read of it is gone */
	int64_t started, told, committed, now;
	int64_t octets_total;
	struct done {
		int64_t octets, files, lines;
	} done, kept; /* kept: at the last commit */
	struct audit_logs_sum *sum;
	int64_t failed;
};

static void tell(struct job *j, bool now)
{
	struct audit_logs_progress p;
	struct strbuf path = STRBUF_INIT;
	int64_t at = clock_mono_ms(), octets = j->done.octets;

	if (j->o->progress == NULL || (!now && at - j->told < PROGRESS_MS))
		return;
	j->told = at;
	pthread_mutex_lock(&j->crew.lock);
	for (size_t i = 0; i < j->crew.reader_n; i++)
		octets += j->crew.reader[i].octets_in;
	pthread_mutex_unlock(&j->crew.lock);
	if (j->crew.reader_n > 0)
		text_show(&path, span_str(j->crew.reader[0].path), 60);
	p = (struct audit_logs_progress){ .files_done = j->done.files,
					  .files_total = (int64_t)j->o->path_n,
					  .octets_done = octets,
					  .octets_total = j->octets_total,
					  .lines = j->done.lines,
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
	if (strstr(what, path) != NULL) { /* it names the file itself */
		strbuf_clear(&sb);
		text_show(&sb, span_str(what), 0);
	} else {
		strbuf_addf(&sb, ": %s", what);
	}
	j->o->say(j->o->say_ctx, strbuf_cstr(&sb));
	strbuf_done(&sb);
}

static bool take_in(struct job *j, struct slot *s, struct err *err)
{
	j->done.lines += s->b.counts.lines;
	return intake_batch(j->in, s->from->slot, &s->b, err);
}

/* Was the year of this file guessed wrong, and is there another one to try? */
static bool wrong_year(struct job *j, const struct reader *r, bool over, int *year)
{
	return j->tries[r->member] < LOGS_YEAR_TRIES && !j->once[r->member] &&
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
static bool read_group(struct job *j, struct err *err)
{
	struct crew *c = &j->crew;
	bool ok = true, wrong = false;
	int year;

	pthread_mutex_lock(&c->lock);
	while (ok && !wrong && !crew_all_done(c)) {
		struct slot *s = crew_ready(c);

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
			crew_taken(c, s);
		} else if (!crew_work(c, &c->worker[0])) {
			audit_cond_wait(&c->change, &c->lock, PROGRESS_MS);
		}
	}
	if (!ok || wrong)
		crew_halt(c);
	pthread_mutex_unlock(&c->lock);
	return ok;
}

static void close_group(struct job *j)
{
	for (size_t i = 0; i < j->crew.reader_n; i++) {
		struct reader *r = &j->crew.reader[i];

		j->done.octets += r->octets_in;
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
	r->settles = f.facts.packing != LOGS_PLAIN && f.facts.packing != LOGS_GZIP;
	logs_scanner_begin(r->own, r->header);
	logs_scanner_no_sender(r->own, r->no_sender);
	intake_begin(j->in, r->slot, &f,
		     stem_name(&j->member[at], r->note, sizeof r->note));
	r->note[0] = '\0';
	crew_add(c);
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
		j->done.files++;
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

/* A pipe is read by itself, with nothing before it that may have to be read again. */
static size_t group_end(const struct job *j, size_t at, size_t width)
{
	size_t end = at + 1;

	while (!j->once[at] && end < at + width && end < j->o->path_n && !j->once[end])
		end++;
	return end;
}

/*
 * A few files at a time, in order.  What is summed up is committed every half minute and
 * at the end; where a year was guessed wrong, all goes back to the last commit.
 */
static bool read_files(struct job *j, struct err *err)
{
	size_t done = 0, at = 0, width = j->crew.worker_n + 1;
	bool open = false, ok = true, last;

	width = width > INTAKE_FILES ? INTAKE_FILES : width;
	j->committed = clock_mono_ms();
	while (ok && at < j->o->path_n) {
		size_t end = group_end(j, at, width);

		if (!open && !(open = ok = store_begin(j->st, err)))
			break;
		for (size_t i = at; ok && i < end; i++)
			ok = open_one(j, i, err);
		ok = ok && read_group(j, err);
		if (ok && wrong_years(j)) {
			close_group(j);
			store_rollback(j->st);
			j->done = j->kept;
			open = false;
			ok = intake_forget(j->in, err);
			at = done;
			continue;
		}
		last = end == j->o->path_n || j->once[at] || j->once[end] ||
		       clock_mono_ms() - j->committed >= COMMIT_MS;
		ok = ok && (!last || intake_last(j->in, err)) && end_group(j, err);
		close_group(j);
		at = end;
		if (ok && last) {
			ok = commit(j, err);
			open = !ok;
			done = at;
			j->kept = j->done;
		}
	}
	close_group(j);
	if (open)
		store_rollback(j->st);
	return ok;
}

static void order_files(struct job *j)
{
	const struct audit_logs_options *o = j->o;

	j->member = mem_calloc(o->path_n + 1, sizeof *j->member);
	j->year = mem_calloc(o->path_n + 1, sizeof *j->year);
	j->tries = mem_calloc(o->path_n + 1, sizeof *j->tries);
	j->once = mem_calloc(o->path_n + 1, sizeof *j->once);
	for (size_t i = 0; i < o->path_n; i++) {
		struct logs_file *f = NULL;
		struct logs_file_facts facts;
		struct err unused = ERR_INIT;

		j->member[i].path = o->paths[i];
		if (!logs_file_again(o->paths[i]))
			j->octets_total = -1;
		else if (j->octets_total >= 0 &&
			 logs_file_open(o->paths[i], &f, &unused)) {
			logs_file_facts(f, o->zone, j->now, &facts);
			j->octets_total += facts.size > 0 ? facts.size : 0;
			logs_file_close(f);
		}
	}
	logs_series_sort(j->member, o->path_n);
	for (size_t i = 0; i < o->path_n; i++)
		j->once[i] = !logs_file_again(j->member[i].path);
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
	if (crew_open(&j->crew, o, hash64(0, span_str(store_project_id(j->st))), err) &&
	    intake_new(st, o, j->crew.key, id, j->now, &j->in, err)) {
		crew_sum_up(&j->crew, intake_belt(j->in));
		ok = read_files(j, err);
	}
	tell(j, true);
	crew_close(&j->crew);
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
	logs_series_free(j->member, o->path_n);
	free(j->member);
	free(j->year);
	free(j->tries);
	free(j->once);
	strbuf_done(&scope);
	free(j);
	return ok;
}
