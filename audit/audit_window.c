/* SPDX-License-Identifier: MIT */
#include "audit/audit_window.h"

void audit_pool_init(struct audit_pool *p)
{
	p->free = NULL;
	pthread_mutex_init(&p->lock, NULL);
}

void audit_pool_done(struct audit_pool *p)
{
	while (p->free != NULL) {
		struct audit_window *w = p->free;

		p->free = w->next;
		arena_done(&w->text);
		audit_uids_done(&w->gone);
		free(w->rows);
		free(w->has);
		free(w);
	}
	pthread_mutex_destroy(&p->lock);
}

static void fill(struct audit_window *w, const struct audit_uids *set,
		 const struct audit_cut *cut)
{
	uint64_t uid = cut->first;
	size_t range = cut->range;

	for (size_t i = 0; i < cut->n; i++) {
		w->rows[i] = (struct store_row){
			.m = { .uid = (uint32_t)uid,
			       .octets = -1,
			       .date = MSG_DATE_UNKNOWN },
			.keywords = "",
		};
		if (uid == set->r[range].hi && i + 1 < cut->n)
			uid = set->r[++range].lo;
		else
			uid++;
	}
	if (cut->n > 0)
		memset(w->has, 0, cut->n);
}

static void reserve(struct audit_window *w, size_t n)
{
	if (w->cap >= n)
		return;
	w->cap = n;
	w->rows = mem_realloc(w->rows, w->cap * sizeof *w->rows);
	w->has = mem_realloc(w->has, w->cap);
}

struct audit_window *audit_window_open(struct audit_pool *p, uint32_t lo, uint32_t hi)
{
	struct audit_window *w;

	pthread_mutex_lock(&p->lock);
	w = p->free;
	if (w != NULL)
		p->free = w->next;
	pthread_mutex_unlock(&p->lock);
	if (w == NULL) {
		w = mem_calloc(1, sizeof *w);
		arena_init(&w->text);
	}
	w->lo = lo;
	w->hi = hi;
	w->n = 0;
	w->expect = 0;
	w->first = w->built = w->sparse = false;
	w->flags_below = 0;
	audit_uids_clear(&w->gone);
	memset(w->keywords, 0, sizeof w->keywords);
	return w;
}

struct audit_window *audit_window_take(struct audit_pool *p, const struct audit_uids *set,
				       const struct audit_cut *cut)
{
	struct audit_window *w = audit_window_open(p, cut->lo, cut->hi);

	reserve(w, cut->n);
	w->n = cut->n;
	fill(w, set, cut);
	return w;
}

size_t audit_window_add(struct audit_window *w, uint32_t uid)
{
	size_t row = w->n;

	if (w->n > 0 && w->rows[w->n - 1].m.uid >= uid) {
		row = audit_window_find(w, uid);
		if (row != SIZE_MAX)
			return row;
		for (row = w->n; row > 0 && w->rows[row - 1].m.uid > uid;)
			row--;
	}
	reserve(w, w->n == w->cap ? (w->cap < 64 ? 64 : w->cap * 2) : w->n + 1);
	memmove(&w->rows[row + 1], &w->rows[row], (w->n - row) * sizeof *w->rows);
	memmove(&w->has[row + 1], &w->has[row], w->n - row);
	w->rows[row] = (struct store_row){
		.m = { .uid = uid, .octets = -1, .date = MSG_DATE_UNKNOWN },
		.keywords = ""
	};
	w->has[row] = 0;
	w->n++;
	return row;
}

void audit_window_give(struct audit_pool *p, struct audit_window *w)
{
	if (w == NULL)
		return;
	arena_reset(&w->text);
	pthread_mutex_lock(&p->lock);
	w->next = p->free;
	p->free = w;
	pthread_mutex_unlock(&p->lock);
}

size_t audit_window_find(struct audit_window *w, uint32_t uid)
{
	size_t lo = 0, hi = w->n;

	if (w->expect < w->n && w->rows[w->expect].m.uid == uid)
		return w->expect++;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->rows[mid].m.uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == w->n || w->rows[lo].m.uid != uid)
		return SIZE_MAX;
	w->expect = lo + 1;
	return lo;
}

static const char *keep(struct audit_window *w, struct span s, struct err *err)
{
	size_t most = w->n > AUDIT_WINDOW_AIM
			      ? AUDIT_WINDOW_TEXT_MAX / AUDIT_WINDOW_AIM * w->n
			      : AUDIT_WINDOW_TEXT_MAX;

	if (w->text.used + s.n > most) {
		err_set(err, ERR_LIMIT,
			"Message-IDs and keywords of %zu messages take more than %zu "
			"octets",
			w->n, most);
		return NULL;
	}
	return arena_span(&w->text, s);
}

bool audit_window_keywords(struct audit_window *w, size_t row, struct span joined,
			   struct err *err)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	const char **slot;

	if (joined.n == 0) {
		w->rows[row].keywords = "";
		return true;
	}
	for (size_t i = 0; i < joined.n; i++)
		hash = (hash ^ (unsigned char)joined.p[i]) * 16777619u;
	slot = &w->keywords[(hash ^ hash >> 16) % AUDIT_KEYWORD_SLOTS];
	if (*slot == NULL || !span_eq_str(joined, *slot)) {
		const char *kept = keep(w, joined, err);

		if (kept == NULL)
			return false;
		*slot = kept;
	}
	w->rows[row].keywords = *slot;
	return true;
}

bool audit_window_id(struct audit_window *w, size_t row, struct span id, struct err *err)
{
	const char *kept = keep(w, id, err);

	if (kept == NULL)
		return false;
	w->rows[row].message_id = kept;
	return true;
}

void audit_window_drop_gone(struct audit_window *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (w->has[i] & AUDIT_ROW_GONE)
			continue;
		w->rows[n] = w->rows[i];
		w->has[n++] = w->has[i];
	}
	w->n = n;
}

size_t audit_window_octets(const struct audit_window *w)
{
	return sizeof *w + w->cap * sizeof *w->rows + w->cap + w->text.used;
}
