/* SPDX-License-Identifier: MIT */
#include "logs/logs_series.h"

#include "base/clock.h"
#include "base/span.h"
#include "base/strbuf.h"

static bool digits(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return true;
}

static int number(const char *p, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (p[i] - '0');
	return v;
}

static bool plausible(int y, int m, int d, int64_t *out)
{
	struct clock_civil c = { .year = y, .month = m, .day = d };

	if (y < 1990 || y > 2100 || m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	*out = clock_from_civil(&c);
	return true;
}

/* "2024-01-02" or "20240102", whose neighbours are no digits in front of it; *n octets.
 */
static int64_t date_at(const char *s, size_t *n)
{
	size_t len = strlen(s);
	int64_t t;

	if (len >= 10 && digits(s, 4) && s[4] == '-' && digits(s + 5, 2) && s[7] == '-' &&
	    digits(s + 8, 2) &&
	    plausible(number(s, 4), number(s + 5, 2), number(s + 8, 2), &t)) {
		*n = 10;
		return t;
	}
	if (len >= 8 && digits(s, 8) &&
	    plausible(number(s, 4), number(s + 4, 2), number(s + 6, 2), &t)) {
		*n = 8;
		while (s[*n] >= '0' && s[*n] <= '9' && *n < 14)
			(*n)++; /* an hour, or seconds, behind it */
		return t;
	}
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Where the last date of a name begins; NULL. */
static const char *find_date(const char *name, size_t *n, int64_t *date)
{
	const char *found = NULL;

	for (const char *p = name; *p != '\0'; p++) {
		size_t len;
		int64_t t;

		/* "IMAP420240102": a digit of the name may stand before it */
		t = date_at(p, &len);
		if (t == 0)
			continue;
		if (found == NULL || p >= found + *n) {
			found = p;
			*n = len;
			*date = t;
		}
	}
	return found;
}

int64_t logs_series_date(const char *path)
{
	int64_t date = 0;
	size_t n;

	return find_date(base_name(path), &n, &date) != NULL ? date : 0;
}

static void strip(struct strbuf *sb, const char *ext)
{
	size_t n = strlen(ext);

	if (sb->n > n && strcmp(sb->p + sb->n - n, ext) == 0) {
		sb->n -= n;
		sb->p[sb->n] = '\0';
	}
}

static void take_name(struct logs_member *m)
{
	static const char *const packed[] = { ".gz", ".bz2", ".xz", ".zst", ".Z" };
	const char *at;
	struct strbuf sb = STRBUF_INIT;
	size_t n = 0, dot;

	m->number = 0;
	m->date = 0;
	strbuf_adds(&sb, m->path);
	for (size_t i = 0; i < COUNT_OF(packed); i++)
		strip(&sb, packed[i]);
	at = find_date(base_name(strbuf_cstr(&sb)), &n, &m->date);
	if (at != NULL) {
		size_t from = (size_t)(at - sb.p);

		memmove(sb.p + from, sb.p + from + n, sb.n - from - n + 1);
		sb.n -= n;
		if (from > 0 && (sb.p[from - 1] == '-' || sb.p[from - 1] == '.' ||
				 sb.p[from - 1] == '_')) {
			memmove(sb.p + from - 1, sb.p + from, sb.n - from + 1);
			sb.n--;
		}
		m->number = -1;
	} else {
		dot = sb.n;
		while (dot > 0 && sb.p[dot - 1] >= '0' && sb.p[dot - 1] <= '9')
			dot--;
		if (dot > 0 && dot < sb.n && sb.n - dot <= 5 && sb.p[dot - 1] == '.') {
			m->number = number(sb.p + dot, sb.n - dot);
			sb.n = dot - 1;
			sb.p[sb.n] = '\0';
		}
	}
	m->stem = strbuf_take(&sb);
}

/* Dated ones before numbered ones of the same stem: a dateext rotation has the log that
 * is being written last, and that is number 0. */
static int by_age(const void *a, const void *b)
{
	const struct logs_member *x = a, *y = b;
	int d = strcmp(x->stem, y->stem);

	if (d != 0)
		return d;
	if ((x->number < 0) != (y->number < 0))
		return x->number < 0 ? -1 : 1;
	if (x->number < 0)
		return x->date != y->date ? (x->date > y->date) - (x->date < y->date)
					  : strcmp(x->path, y->path);
	if (x->number != y->number)
		return x->number > y->number ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The usual distance of dated members of one series; 0: too few to tell. */
static int64_t usual(const struct logs_member *v, size_t n)
{
	int64_t *gap = mem_calloc(n + 1, sizeof *gap), result;
	size_t m = 0;

	for (size_t i = 1; i < n; i++)
		if (v[i].number < 0 && v[i - 1].number < 0 && v[i].date > v[i - 1].date)
			gap[m++] = v[i].date - v[i - 1].date;
	qsort(gap, m, sizeof *gap, by_value);
	result = m > 0 ? gap[m / 2] : 0;
	free(gap);
	return result;
}

void logs_series_sort(struct logs_member *v, size_t n)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		take_name(&v[i]);
		v[i].follows = false;
	}
	if (n > 0)
		qsort(v, n, sizeof *v, by_age);
	while (from < n) {
		size_t end = from + 1;
		int64_t gap;

		while (end < n && strcmp(v[end].stem, v[from].stem) == 0)
			end++;
		gap = usual(v + from, end - from);
		for (size_t i = from + 1; i < end; i++) {
			const struct logs_member *a = &v[i - 1], *b = &v[i];

			if (b->number < 0)
				v[i].follows = b->date - a->date <= gap + gap / 2 + 86400;
			else if (a->number < 0)
				v[i].follows = b->number == 0;
			else
				v[i].follows = a->number - b->number <= 1;
		}
		from = end;
	}
}

void logs_series_free(struct logs_member *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].stem);
}
