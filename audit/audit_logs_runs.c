/* SPDX-License-Identifier: MIT */
#include "audit/audit_logs_runs.h"

#include "base/spill.h"
#include "store/store_log_uses.h"

struct run_at {
	int64_t at, end;
	/* while they are brought together */
	char *block;
	size_t block_n, block_at;
	struct run_use head; /* whose days come next */
	bool over;
};

struct runs {
	struct store *st;
	enum side side;
	struct spill spill;
	struct run_at run[RUNS_MAX];
	size_t n;
	struct strbuf out; /* of the run that is written */
	bool merging;
	struct texts *texts;
	struct strbuf days, tidied; /* of what is brought together */
};

void runs_new(struct store *st, enum side side, struct texts *texts, struct runs **out)
{
	struct runs *r = mem_calloc(1, sizeof *r);

	r->st = st;
	r->side = side;
	r->texts = texts;
	r->spill = SPILL_INIT;
	*out = r;
}

void runs_free(struct runs *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < RUNS_MAX; i++)
		free(r->run[i].block);
	spill_done(&r->spill);
	strbuf_done(&r->out);
	strbuf_done(&r->days);
	strbuf_done(&r->tidied);
	free(r);
}

void runs_forget(struct runs *r)
{
	spill_done(&r->spill);
	strbuf_clear(&r->out);
	r->n = 0;
	r->merging = false;
}

bool runs_full(const struct runs *r)
{
	return r->n == RUNS_MAX;
}

static bool write_out(struct runs *r, struct err *err)
{
	int64_t at;

	if (r->out.n > 0 && !spill_append(&r->spill, r->out.p, r->out.n, &at, err))
		return false;
	strbuf_clear(&r->out);
	return true;
}

bool runs_begin(struct runs *r, struct err *err)
{
	if (runs_full(r) && !runs_merge(r, err))
		return false;
	strbuf_clear(&r->out);
	r->run[r->n].at = r->spill.end;
	return true;
}

bool runs_put(struct runs *r, const struct run_use *u, struct log_days days,
	      struct err *err)
{
	struct run_use head = *u;

	head.octets = (uint32_t)days.n;
	strbuf_add(&r->out, &head, sizeof head);
	strbuf_add(&r->out, days.p, days.n);
	return r->out.n < 4 * RUN_BLOCK || write_out(r, err);
}

bool runs_end(struct runs *r, struct err *err)
{
	if (!write_out(r, err))
		return false;
	r->run[r->n].end = r->spill.end;
	r->n++;
	return true;
}

/* n octets of a run, over blocks. */
static bool take(struct runs *r, struct run_at *u, void *p, size_t n, struct err *err)
{
	char *to = p;

	while (n > 0) {
		size_t have = u->block_n - u->block_at;
		int64_t left = u->end - u->at;

		if (have == 0) {
			if (left <= 0)
				return err_set(err, ERR_LOCAL,
					       "a temporary file ends "
					       "within a sum of logs");
			u->block_n = left < (int64_t)RUN_BLOCK ? (size_t)left : RUN_BLOCK;
			u->block_at = 0;
			if (!spill_read(&r->spill, u->at, u->block, u->block_n, err))
				return false;
			u->at += (int64_t)u->block_n;
			continue;
		}
		have = have < n ? have : n;
		memcpy(to, u->block + u->block_at, have);
		u->block_at += have;
		to += have;
		n -= have;
	}
	return true;
}

static bool next_head(struct runs *r, struct run_at *u, struct err *err)
{
	u->over = u->block_at == u->block_n && u->at >= u->end;
	return u->over || take(r, u, &u->head, sizeof u->head, err);
}

static int by_key(const struct run_use *x, const struct run_use *y)
{
	const uint32_t kx[] = { x->name,    x->use,  x->protocol,
				x->address, x->rcpt, x->client };
	const uint32_t ky[] = { y->name,    y->use,  y->protocol,
				y->address, y->rcpt, y->client };

	for (size_t i = 0; i < COUNT_OF(kx); i++)
		if (kx[i] != ky[i])
			return kx[i] < ky[i] ? -1 : 1;
	return 0;
}

static int by_day(const void *a, const void *b)
{
	const struct log_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

static void add_up(struct log_day *to, const struct log_day *d)
{
	unsigned sum = (unsigned)to->n + d->n;

	to->n = (uint16_t)(sum > UINT16_MAX ? UINT16_MAX : sum);
	to->first = d->first < to->first ? d->first : to->first;
	to->last = d->last > to->last ? d->last : to->last;
}

void log_days_tidy(struct log_days *days, struct strbuf *text, struct run_use *u)
{
	struct log_day *v = mem_alloc((u->day_n + 1) * sizeof *v);
	struct log_days rest = *days;
	unsigned char octets[STORE_LOG_DAY_MAX];
	uint16_t before = 0;
	size_t n = 0, out = 0;

	while (n < u->day_n && store_log_day_next(&rest, &v[n]))
		n++;
	qsort(v, n, sizeof *v, by_day);
	for (size_t i = 0; i < n; i++)
		if (out > 0 && v[out - 1].day == v[i].day)
			add_up(&v[out - 1], &v[i]);
		else
			v[out++] = v[i];
	strbuf_clear(text);
	for (size_t i = 0; i < out; i++) {
		strbuf_add(text, octets,
			   store_log_day_put(octets, &v[i], before, days->alone));
		before = v[i].day;
	}
	free(v);
	u->day_n = (uint32_t)out;
	u->newest = before;
	days->p = (const unsigned char *)text->p;
	days->n = text->n;
}

/*
 * The days of what u is at, behind those of sum.  A run goes on where the one before
 * ended, so that mostly the first of these days alone has to be looked at: its distance
 * is told from another day now.  False in *ascend: it is not so.
 */
static bool add_days(struct runs *r, struct run_at *u, struct run_use *sum, bool *ascend,
		     struct err *err)
{
	size_t at = r->days.n, n = u->head.octets;
	struct log_days rest = { .n = n, .alone = store_log_alone(u->head.use) };
	unsigned char octets[STORE_LOG_DAY_MAX];
	struct log_day first;
	size_t was, is;

	strbuf_reserve(&r->days, n + STORE_LOG_DAY_MAX + 1);
	if (!take(r, u, r->days.p + at, n, err))
		return false;
	rest.p = (const unsigned char *)r->days.p + at;
	if (sum->day_n > 0 && store_log_day_next(&rest, &first)) {
		*ascend &= first.day > sum->newest;
		is = store_log_day_put(octets, &first, sum->newest, rest.alone);
		was = n - rest.n;
		memmove(r->days.p + at + is, r->days.p + at + was, rest.n);
		memcpy(r->days.p + at, octets, is);
		n = is + rest.n;
	}
	r->days.n = at + n;
	sum->day_n += u->head.day_n;
	sum->newest = u->head.newest;
	return true;
}

/* What comes out of all runs: days follow. */
struct merged {
	struct run_use use;
	int64_t n; /* of all of them */
};

/* The smallest key of all runs. */
static bool put_smallest(struct runs *r, struct run_at *least, struct strbuf *out,
			 struct err *err)
{
	struct merged m = { .use = least->head };
	const struct run_use key = least->head;
	struct run_use *sum = &m.use;
	struct log_days days = { .alone = store_log_alone(key.use) };
	bool ascend = true;

	strbuf_clear(&r->days);
	sum->day_n = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct run_at *u = &r->run[i];

		if (u->over || (u != least && by_key(&u->head, &key) != 0))
			continue;
		m.n += u->head.n;
		sum->first = u->head.first < sum->first ? u->head.first : sum->first;
		sum->last = u->head.last > sum->last ? u->head.last : sum->last;
		sum->traits |= u->head.traits;
		if (!add_days(r, u, sum, &ascend, err) || !next_head(r, u, err))
			return false;
	}
	days.p = (const unsigned char *)r->days.p;
	days.n = r->days.n;
	if (!ascend)
		log_days_tidy(&days, &r->tidied, sum);
	sum->octets = (uint32_t)days.n;
	strbuf_add(out, &m, sizeof m);
	strbuf_add(out, days.p, days.n);
	return true;
}

static bool merge_begin(struct runs *r, struct err *err)
{
	bool ok = true;

	for (size_t i = 0; ok && i < r->n; i++) {
		struct run_at *u = &r->run[i];

		if (u->block == NULL)
			u->block = mem_alloc(RUN_BLOCK);
		u->block_n = u->block_at = 0;
		ok = next_head(r, u, err);
	}
	r->merging = true;
	return ok;
}

bool runs_next(struct runs *r, size_t octets, struct strbuf *out, struct err *err)
{
	size_t end = out->n + octets;

	if (!r->merging && !merge_begin(r, err))
		return false;
	while (out->n < end) {
		struct run_at *least = NULL;

		for (size_t i = 0; i < r->n; i++)
			if (!r->run[i].over &&
			    (least == NULL || by_key(&r->run[i].head, &least->head) < 0))
				least = &r->run[i];
		if (least == NULL)
			break;
		if (!put_smallest(r, least, out, err))
			return false;
	}
	return true;
}

bool runs_store_open(struct runs *r, struct store_log_uses **out, struct err *err)
{
	return (r->texts == NULL || texts_store(r->texts, err)) &&
	       store_log_uses_open(r->st, r->side, out, err);
}

bool runs_to_store(const struct runs *r, struct store_log_uses *to, struct span block,
		   struct err *err)
{
	while (block.n > 0) {
		struct log_use_row row = { .side = r->side };
		struct merged m;

		memcpy(&m, block.p, sizeof m);
		row.name = m.use.name;
		row.address = m.use.address;
		row.rcpt = m.use.rcpt;
		row.client = m.use.client;
		row.use = (enum log_use)m.use.use;
		row.protocol = (enum log_protocol)m.use.protocol;
		row.n = m.n;
		row.first = m.use.first;
		row.last = m.use.last;
		row.traits = m.use.traits;
		row.day_n = m.use.day_n;
		row.days = (struct log_days){ .p = (const unsigned char *)block.p +
						   sizeof m,
					      .n = m.use.octets,
					      .alone = store_log_alone(m.use.use) };
		if (!store_log_uses_put(to, &row, err))
			return false;
		block = span_from(block, sizeof m + m.use.octets);
	}
	return true;
}

bool runs_merge(struct runs *r, struct err *err)
{
	struct store_log_uses *to = NULL;
	struct strbuf block = STRBUF_INIT;
	bool ok = runs_store_open(r, &to, err);

	while (ok) {
		strbuf_clear(&block);
		ok = runs_next(r, RUN_BLOCK, &block, err);
		if (!ok || block.n == 0)
			break;
		ok = runs_to_store(r, to, strbuf_span(&block), err);
	}
	ok = ok && store_log_uses_end(to, err);
	store_log_uses_close(to);
	strbuf_done(&block);
	runs_forget(r);
	return ok;
}
