/* SPDX-License-Identifier: MIT */
#include "audit/audit_logs_runs.h"

#include "base/spill.h"
#include "store/store_log_uses.h"

/* A row as it lies in a run; day_n days follow. */
struct record {
	uint32_t name, address, rcpt, client;
	uint32_t n, first, last, day_n;
	uint8_t use, protocol, traits, unused;
};

struct run_at {
	int64_t at, end;
	/* while they are brought together */
	char *block;
	size_t block_n, block_at;
	struct record head; /* whose days come next */
	bool over;
};

struct runs {
	struct store *st;
	enum side side;
	struct spill spill;
	struct run_at run[RUNS_MAX];
	size_t n;
	struct strbuf out; /* of the run that is written */
	bool writing;
	struct texts *texts;
	struct log_day *days;
	size_t days_n, days_cap;
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
	free(r->days);
	free(r);
}

void runs_forget(struct runs *r)
{
	spill_done(&r->spill);
	strbuf_clear(&r->out);
	r->n = 0;
	r->writing = false;
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
	if (r->n == RUNS_MAX && !runs_merge(r, err))
		return false;
	strbuf_clear(&r->out);
	r->run[r->n].at = r->spill.end;
	r->writing = true;
	return true;
}

bool runs_put(struct runs *r, const struct log_use_row *row, struct err *err)
{
	struct record rec = { .name = (uint32_t)row->name,
			      .address = (uint32_t)row->address,
			      .rcpt = (uint32_t)row->rcpt,
			      .client = (uint32_t)row->client,
			      .n = (uint32_t)row->n,
			      .first = (uint32_t)row->first,
			      .last = (uint32_t)row->last,
			      .day_n = (uint32_t)row->day_n,
			      .use = (uint8_t)row->use,
			      .protocol = (uint8_t)row->protocol,
			      .traits = (uint8_t)row->traits };

	strbuf_add(&r->out, &rec, sizeof rec);
	strbuf_add(&r->out, row->day, row->day_n * sizeof *row->day);
	return r->out.n < 4 * RUN_BLOCK || write_out(r, err);
}

bool runs_end(struct runs *r, struct err *err)
{
	r->writing = false;
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

static int by_key(const struct record *x, const struct record *y)
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

/* The days of what u is at, behind those that are there. */
static bool add_days(struct runs *r, struct run_at *u, struct err *err)
{
	size_t n = u->head.day_n;

	if (r->days_n + n > r->days_cap) {
		r->days_cap = (r->days_n + n) * 2;
		r->days = mem_realloc(r->days, r->days_cap * sizeof *r->days);
	}
	if (!take(r, u, r->days + r->days_n, n * sizeof *r->days, err))
		return false;
	r->days_n += n;
	return true;
}

/* The smallest key of all runs to the store. */
static bool put_smallest(struct runs *r, struct run_at *least, struct store_log_uses *to,
			 struct err *err)
{
	struct record key = least->head;
	struct log_use_row row = { .side = r->side,
				   .name = key.name,
				   .address = key.address,
				   .rcpt = key.rcpt,
				   .client = key.client,
				   .use = (enum log_use)key.use,
				   .protocol = (enum log_protocol)key.protocol,
				   .first = key.first,
				   .last = key.last };

	r->days_n = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct run_at *u = &r->run[i];

		if (u->over || (u != least && by_key(&u->head, &key) != 0))
			continue;
		row.n += u->head.n;
		row.first = u->head.first < row.first ? u->head.first : row.first;
		row.last = u->head.last > row.last ? u->head.last : row.last;
		row.traits |= u->head.traits;
		if (!add_days(r, u, err) || !next_head(r, u, err))
			return false;
	}
	row.day_n = log_days_tidy(r->days, r->days_n);
	row.day = r->days;
	return store_log_uses_put(to, &row, err);
}

bool runs_merge(struct runs *r, struct err *err)
{
	struct store_log_uses *to = NULL;
	bool ok = (r->texts == NULL || texts_store(r->texts, err)) &&
		  store_log_uses_open(r->st, r->side, &to, err);

	for (size_t i = 0; ok && i < r->n; i++) {
		struct run_at *u = &r->run[i];

		if (u->block == NULL)
			u->block = mem_alloc(RUN_BLOCK);
		u->block_n = u->block_at = 0;
		ok = next_head(r, u, err);
	}
	while (ok) {
		struct run_at *least = NULL;

		for (size_t i = 0; i < r->n; i++)
			if (!r->run[i].over &&
			    (least == NULL || by_key(&r->run[i].head, &least->head) < 0))
				least = &r->run[i];
		if (least == NULL)
			break;
		ok = put_smallest(r, least, to, err);
	}
	ok = ok && store_log_uses_end(to, err);
	store_log_uses_close(to);
	runs_forget(r);
	return ok;
}
