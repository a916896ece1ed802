/* SPDX-License-Identifier: MIT */
/* Lines to hits: what any thread does, without a look at the store. */
#include "audit/audit_logs_in.h"
#include "base/hash64.h"

#define MANY_MAX  1000u	 /* names of one line */
#define TEXT_STEP 65536u /* octets by which the texts of a batch grow */

void batch_init(struct batch *b)
{
	*b = (struct batch){ .piece = { .p = mem_alloc(LOGS_PIECE) } };
}

void batch_done(struct batch *b)
{
	free(b->piece.p);
	strbuf_done(&b->text);
	free(b->hit);
	free(b->hour);
	*b = (struct batch){ 0 };
}

static struct hit_text keep_apart(struct batch *b, struct span s)
{
	struct hit_text t = { (uint32_t)(LOGS_PIECE + b->text.n), (uint16_t)s.n };

	if (b->text.cap - b->text.n <= s.n)
		strbuf_reserve(&b->text, s.n + TEXT_STEP);
	memcpy(b->text.p + b->text.n, s.p, s.n);
	b->text.n += s.n;
	return t;
}

static inline struct hit_text keep(struct batch *b, struct span s)
{
	uintptr_t at = (uintptr_t)s.p - (uintptr_t)b->piece.p;

	if (s.n == 0)
		return (struct hit_text){ 0, 0 };
	return at < b->piece.n ? (struct hit_text){ (uint32_t)at, (uint16_t)s.n }
			       : keep_apart(b, s);
}

/* With its hash. */
static inline struct hit_text keep_hashed(struct batch *b, struct span s, uint64_t key,
					  uint64_t *hash)
{
	*hash = s.n > 0 ? hash64(key, s) : 0;
	return keep(b, s);
}

/* Room for one more, to be set. */
static inline struct hit *hit_place(struct batch *b)
{
	if (b->hit_n == b->hit_cap) {
		b->hit_cap = b->hit_cap == 0 ? 4096 : b->hit_cap * 2;
		b->hit = mem_realloc(b->hit, b->hit_cap * sizeof *b->hit);
	}
	return &b->hit[b->hit_n++];
}

static struct hit *hit_add(struct batch *b)
{
	struct hit *h = hit_place(b);

	*h = (struct hit){ .what = HIT_EVENT };
	return h;
}

/* Short ones, mostly: a call would take longer than the comparison. */
static bool same_octets(const char *a, const char *b, size_t n)
{
	uint32_t x, y, diff;

	if (n < 4)
		return n == 0 || ((a[0] ^ b[0]) | (a[n / 2] ^ b[n / 2]) |
				  (a[n - 1] ^ b[n - 1])) == 0;
	if (n > 8)
		return memcmp(a, b, n) == 0;
	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	diff = x ^ y;
	memcpy(&x, a + n - 4, sizeof x);
	memcpy(&y, b + n - 4, sizeof y);
	return (diff | (x ^ y)) == 0;
}

static bool same_hour(const struct batch *b, const struct hour_entry *e,
		      const struct log_line *l)
{
	if ((uint64_t)(l->stamp.t - e->begin) >= 3600 || e->turn != b->turn ||
	    e->program != l->program || e->kind != l->stamp.kind ||
	    e->host.n != l->host.n)
		return false;
	return same_octets(batch_text(b, e->host).p, l->host.p, l->host.n);
}

/* The entry of the line's source and hour, but for the one that is near; a new one leaves
 * a mark among the hits. */
static size_t hour_find(struct batch *b, const struct log_line *l, uint64_t key)
{
	struct hit *mark;
	size_t i = b->near[l->program];

	b->near_of[l->program] = l->of;
	if (i < b->hour_n && same_hour(b, &b->hour[i], l))
		return i;
	for (i = b->hour_n; i > 0; i--)
		if (same_hour(b, &b->hour[i - 1], l)) {
			b->near[l->program] = (uint32_t)(i - 1);
			return i - 1;
		}
	b->near_of[l->program] = 0;
	if (b->hour_n == BATCH_HOURS_MAX)
		return b->hour_n - 1;
	if (b->hour_n == b->hour_cap) {
		b->hour_cap = b->hour_cap == 0 ? 16 : b->hour_cap * 2;
		b->hour = mem_realloc(b->hour, b->hour_cap * sizeof *b->hour);
	}
	b->hour[b->hour_n] = (struct hour_entry){
		.host = keep(b, l->host),
		.host_hash = hash64(key, l->host),
		.program = l->program,
		.begin = l->stamp.t - (l->stamp.t % 3600 + 3600) % 3600,
		.turn = b->turn,
		.kind = l->stamp.kind,
		.first = l->stamp
	};
	mark = hit_add(b);
	mark->what = HIT_MARK;
	mark->stamp = (uint8_t)l->stamp.kind;
	mark->t = l->stamp.t;
	mark->entry = (uint16_t)b->hour_n;
	b->near[l->program] = mark->entry;
	b->near_of[l->program] = l->of;
	return b->hour_n++;
}

static inline size_t hour_of(struct batch *b, const struct log_line *l, uint64_t key)
{
	return l->of != 0 && l->of == b->near_of[l->program] ? b->near[l->program]
							     : hour_find(b, l, key);
}

static void event(struct batch *b, const struct log_line *l, struct span user,
		  uint64_t key, uint64_t hash, uint64_t session, size_t entry)
{
	struct span more = l->kind == LOG_DELIVERY	  ? l->rcpt
			   : l->client.n <= LOGS_NAME_MAX ? l->client
							  : (struct span){ NULL, 0 };
	struct hit *h = hit_place(b);

	*h = (struct hit){ .what = HIT_EVENT,
			   .kind = (uint8_t)l->kind,
			   .protocol = (uint8_t)l->protocol,
			   .flags = (uint16_t)l->flags,
			   .repeated = l->repeated,
			   .stamp = (uint8_t)l->stamp.kind,
			   .t = l->stamp.t,
			   .hash = hash,
			   .session = session,
			   .entry = (uint16_t)entry };
	h->user = keep_hashed(b, user, key, &h->user_hash);
	h->rip = keep_hashed(b, l->rip, key, &h->rip_hash);
	h->more = keep(b, more);
}

/* A delivery to several: "<a@x>,<b@x>" or "a@x;b@x". */
static void many(struct batch *b, const struct log_line *l, uint64_t key, uint64_t hash,
		 uint64_t session, size_t entry)
{
	struct span rest = l->user;

	for (unsigned n = 0; rest.n > 0 && n < MANY_MAX; n++) {
		ptrdiff_t at = span_index(rest, l->many);
		struct span one = { rest.p, at < 0 ? rest.n : (size_t)at };

		rest = at < 0 ? (struct span){ rest.p, 0 }
			      : span_from(rest, (size_t)at + 1);
		one = span_trim(one);
		if (one.n > 2 && one.p[0] == '<' && one.p[one.n - 1] == '>')
			one = (struct span){ one.p + 1, one.n - 2 };
		if (one.n == 0 || one.n > LOGS_NAME_MAX)
			continue;
		event(b, l, one, key, hash64_mix(hash, n), session, entry);
	}
}

/* A line without a year: the same hour a year later is another one. */
static void year_of(struct batch *b, int64_t first, int64_t last)
{
	if (first < b->of_year && logs_year_wraps(b->of_year, first)) {
		b->turn++;
		memset(b->near_of, 0, sizeof b->near_of);
	}
	b->of_year = last;
}

/* n lines that say nothing. */
static void take_quiet(struct batch *b, const struct log_quiet *q, size_t n, uint64_t key)
{
	struct hour_entry *e;
	size_t entry;

	b->counts.lines += (int64_t)n;
	b->counts.other += (int64_t)n;
	b->counts.by_program[q->program] += (int64_t)n;
	year_of(b, q->first, q->last);
	entry = q->of == b->near_of[q->program]
			? b->near[q->program]
			: hour_find(b,
				    &(struct log_line){
					    .program = q->program,
					    .of = q->of,
					    .host = q->host,
					    .stamp = { LOG_STAMP_YEARLESS, q->first } },
				    key);
	e = &b->hour[entry]; /* which may have moved */
	e->lines += (int64_t)n;
	e->last = (struct log_stamp){ LOG_STAMP_YEARLESS, q->last };
}

static void take(struct batch *b, const struct log_line *l, uint64_t key)
{
	bool is_event = l->take == LOG_TAKEN && l->kind != LOG_OTHER;
	uint64_t session = 0, host, hash = 0;
	struct hour_entry *e;
	size_t entry;

	b->counts.lines++;
	if (is_event) {
		b->counts.events++;
		b->counts.logins_by_program[l->program] += l->kind == LOG_LOGIN;
	} else {
		b->counts.not_ours += l->take == LOG_FOREIGN;
		b->counts.malformed += l->take == LOG_MALFORMED;
		b->counts.other += l->take == LOG_TAKEN;
	}
	b->counts.by_program[l->program]++;
	if (l->stamp.kind == LOG_STAMP_NONE) {
		b->needs_order |= (l->flags & LOG_F_ORDERED) != 0;
		if (is_event)
			hit_add(b)->what = HIT_EVENT; /* counted as timeless */
		return;
	}
	if (l->stamp.kind == LOG_STAMP_YEARLESS)
		year_of(b, l->stamp.t, l->stamp.t);
	entry = hour_of(b, l, key);
	e = &b->hour[entry];
	e->lines++;
	e->last = l->stamp;
	if (!is_event && (l->flags & (LOG_F_SENDER | LOG_F_CLIENT)) == 0)
		return;
	/* an entry of more hours than are kept apart may be another host's */
	host = b->hour_n < BATCH_HOURS_MAX ? e->host_hash : hash64(key, l->host);
	/* the end of a session is counted by nobody, and nothing is joined to it */
	if (l->kind != LOG_LOGOUT) {
		hash = is_event ? hash64(host, l->text) : 0;
		session = l->session.n > 0 ? hash64(host, l->session) | 1 : 0;
	}
	if ((l->flags & LOG_F_SENDER) != 0 && session != 0 && l->from.n > 0) {
		struct hit *h = hit_add(b);

		h->what = HIT_SENDER;
		h->session = session;
		h->rip = keep_hashed(b, l->from, key, &h->rip_hash);
	}
	if ((l->flags & LOG_F_CLIENT) != 0 && session != 0 && l->client.n > 0 &&
	    l->client.n <= LOGS_NAME_MAX) {
		struct hit *h = hit_add(b);

		h->what = HIT_CLIENT;
		h->session = session;
		h->more = keep(b, l->client);
	}
	if (!is_event)
		return;
	e->logins += l->kind == LOG_LOGIN;
	e->deliveries += l->kind == LOG_DELIVERY;
	b->needs_order |= logs_needs_order(l->program);
	if ((l->flags & LOG_F_MANY) != 0)
		many(b, l, key, hash, session, entry);
	else
		event(b, l, l->user, key, hash, session, entry);
}

bool hit_use(const struct hit *h, uint8_t *out)
{
	switch ((enum log_kind)h->kind) {
	case LOG_OTHER:
		return false;
	case LOG_LOGIN:
		*out = (h->flags & LOG_F_PROXY) != 0  ? USE_LOGIN_PROXY
		       : (h->flags & LOG_F_TWIN) != 0 ? USE_LOGIN_TWIN
						      : USE_LOGIN;
		return true;
	case LOG_FAIL:
		*out = (h->flags & LOG_F_LIMIT) != 0 ? USE_LIMIT : USE_FAIL;
		/* the same attempt stands on another line */
		return (h->flags & (LOG_F_AUTHLAYER | LOG_F_TWIN)) == 0;
	case LOG_LOGOUT:
		*out = USE_LOGOUT;
		return (h->flags & LOG_F_PROXY) == 0;
	case LOG_DELIVERY:
		*out = (h->flags & LOG_F_MTA) != 0 ? USE_HANDED : USE_DELIVERY;
		return true;
	}
	return false;
}

void batch_scan(struct batch *b, struct logs_scanner *s, uint64_t key, bool skip_last)
{
	struct span rest = { b->piece.p, b->piece.n };

	strbuf_clear(&b->text);
	b->hit_n = b->hour_n = 0;
	b->counts = (struct counts){ 0 };
	b->needs_order = false;
	b->turn = 0;
	b->of_year = 0;
	memset(b->near, 0, sizeof b->near);
	memset(b->near_of, 0, sizeof b->near_of);
	while (rest.n > 0) {
		struct log_quiet q;
		struct log_line l;
		struct span line;
		const char *nl;
		size_t quiet = logs_scan_quiet(s, &rest, &q);

		if (quiet > 0) {
			take_quiet(b, &q, quiet, key);
			if (!q.speaks)
				continue;
		}
		nl = memchr(rest.p, '\n', rest.n);
		line = (struct span){ rest.p,
				      nl != NULL ? (size_t)(nl - rest.p) : rest.n };
		if (nl == NULL && b->piece.unfinished && skip_last)
			break;
		rest = span_from(rest, line.n + 1);
		logs_scan(s, line, &l);
		take(b, &l, key);
	}
}
