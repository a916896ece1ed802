/* SPDX-License-Identifier: MIT */
/*
 * Which lines of the log were we?  Dovecot and Cyrus log a master or proxy login exactly
 * like the user's own, so each login that we make is noted (own_login), and one line of
 * each kind that fits in user and time is taken for it: within minutes when it comes from
 * our address, within seconds when the address is another one (NAT, a proxy).
 */
#include "audit/audit_logs_in.h"
#include "base/hash64.h"
#include "store/store_logs.h"

#define NEAR 5	 /* seconds between our clock and the server's */
#define FAR  120 /* where the address is ours */
#define DAY  86400

struct own {
	struct store *st;
	enum side side;
	struct texts *texts;
	int64_t *hour; /* that hold a login of ours, ascending */
	size_t hour_n;
	int64_t found;
	/* who we were in the day of which we were asked last, and the one before */
	int64_t day;
	uint64_t *user;
	size_t user_n;
};

bool own_new(struct store *st, enum side side, struct texts *texts, struct own **out,
	     struct err *err)
{
	struct own *o = mem_calloc(1, sizeof *o);

	o->st = st;
	o->side = side;
	o->texts = texts;
	o->day = -1;
	if (!store_own_login_hours(st, side, &o->hour, &o->hour_n, err)) {
		free(o);
		return false;
	}
	*out = o;
	return true;
}

void own_free(struct own *o)
{
	if (o == NULL)
		return;
	free(o->hour);
	free(o->user);
	free(o);
}

bool own_any(const struct own *o)
{
	return o->hour_n > 0;
}

/* Is there an hour from..to with a login of ours? */
static bool any(const struct own *o, int64_t from, int64_t to)
{
	size_t lo = 0, hi = o->hour_n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (o->hour[mid] < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < o->hour_n && o->hour[lo] <= to;
}

/* The part before an "@" alone where one of them has no domain. */
static bool same_user(const char *ours, struct span logged)
{
	struct span a = span_str(ours);
	ptrdiff_t at = span_index(a, '@'), bt = span_index(logged, '@');

	if ((at >= 0) != (bt >= 0)) {
		a.n = at >= 0 ? (size_t)at : a.n;
		logged.n = bt >= 0 ? (size_t)bt : logged.n;
	}
	return span_ieq(a, logged);
}

static int64_t apart(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

bool own_is(struct own *o, const struct sums_use *u, bool *out, struct err *err)
{
	struct own_login *v = NULL;
	struct strbuf name = STRBUF_INIT, address = STRBUF_INIT;
	struct arena arena;
	size_t n = 0, best;
	int64_t at = u->at;
	bool ok = false;

	*out = false;
	if (u->use != USE_LOGIN && u->use != USE_LOGIN_PROXY && u->use != USE_LOGIN_TWIN)
		return true;
	if (o->hour_n == 0 || !any(o, (at - FAR) / 3600, (at + FAR) / 3600))
		return true;
	arena_init(&arena);
	if (!store_own_logins(o->st, o->side, (enum log_use)u->use, at - FAR, at + FAR,
			      &arena, &v, &n, err) ||
	    !texts_store(o->texts, err) ||
	    !store_log_text_get(o->st, u->name, &name, err) ||
	    !store_log_text_get(o->st, u->address, &address, err))
		goto out;
	best = n;
	for (size_t i = 0; i < n; i++) {
		bool ours = *v[i].address != '\0' &&
			    span_eq_str(strbuf_span(&address), v[i].address);

		if (apart(v[i].at, at) > (ours ? FAR : NEAR) ||
		    !same_user(v[i].user, strbuf_span(&name)))
			continue;
		if (best == n || apart(v[i].at, at) < apart(v[best].at, at))
			best = i;
	}
	ok = true;
	if (best < n) {
		*out = true;
		o->found++;
		ok = store_log_own_add(o->st, v[best].id, (enum log_use)u->use, at,
				       u->address, err);
	}
out:
	strbuf_done(&name);
	strbuf_done(&address);
	arena_done(&arena);
	return ok;
}

static uint64_t local_part(struct span user)
{
	ptrdiff_t at = span_index(user, '@');
	char text[LOGS_NAME_MAX];
	size_t n = at >= 0 ? (size_t)at : user.n;

	n = n < sizeof text ? n : sizeof text;
	for (size_t i = 0; i < n; i++)
		text[i] = span_lower(user.p[i]);
	return hash64(0, (struct span){ text, n });
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool load_day(struct own *o, int64_t day, struct err *err)
{
	struct own_login *v = NULL;
	struct arena arena;
	size_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = store_own_logins(o->st, o->side, (enum log_use)LOG_USE_COUNT,
			      (day - 1) * DAY, (day + 1) * DAY, &arena, &v, &n, err);
	if (ok) {
		o->user = mem_realloc(o->user, (n + 1) * sizeof *o->user);
		for (size_t i = 0; i < n; i++)
			o->user[i] = local_part(span_str(v[i].user));
		if (n > 0)
			qsort(o->user, n, sizeof *o->user, by_value);
		o->user_n = n;
		o->day = day;
	}
	arena_done(&arena);
	return ok;
}

bool own_lately(struct own *o, struct span user, int64_t at, bool *out, struct err *err)
{
	uint64_t want;

	*out = false;
	if (o->hour_n == 0 || !any(o, at / 3600 - 24, at / 3600))
		return true;
	if (o->day != at / DAY && !load_day(o, at / DAY, err))
		return false;
	want = local_part(user);
	*out = o->user_n > 0 &&
	       bsearch(&want, o->user, o->user_n, sizeof want, by_value) != NULL;
	return true;
}

int64_t own_found(const struct own *o)
{
	return o->found;
}

void own_forget(struct own *o, int64_t found)
{
	o->found = found;
}
