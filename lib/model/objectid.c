/* SPDX-License-Identifier: MIT */
#include "model/objectid.h"

#include "base/sha256.h"

static bool is_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool objectid_valid(struct span s)
{
	if (s.n == 0 || s.n > OBJECTID_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_octet(s.p[i]))
			return false;
	return true;
}

uint64_t objectid_mark(const char *id)
{
	struct sha256 d;
	uint64_t mark;

	if (*id == '\0')
		return 0;
	sha256_of(id, strlen(id), &d);
	memcpy(&mark, d.bytes, sizeof mark);
	return mark | 1;
}

/* Those with one id side by side, the oldest first. */
static int by_mailbox(const void *a, const void *b)
{
	const struct objectid_seen *x = *(struct objectid_seen *const *)a;
	const struct objectid_seen *y = *(struct objectid_seen *const *)b;
	int c = strcmp(x->mailbox, y->mailbox);

	if (c == 0)
		c = (x->run > y->run) - (x->run < y->run);
	if (c == 0)
		c = (x->until > y->until) - (x->until < y->until);
	return c != 0 ? c : (x > y) - (x < y);
}

/* The folder had another id under the same UIDVALIDITY: one of both is not true. */
static bool is_torn(const struct objectid_seen *v, size_t n,
		    const struct objectid_seen *s)
{
	const struct objectid_seen *at = s;

	while (at > v && at[-1].folder.id == s->folder.id)
		at--;
	for (; at < v + n && at->folder.id == s->folder.id; at++)
		if (at->epoch == s->epoch && strcmp(at->mailbox, s->mailbox) != 0)
			return true;
	return false;
}

/* One folder after the other had it, and none of them is in doubt. */
static bool is_sound(const struct objectid_seen *v, size_t n,
		     struct objectid_seen *const *same, size_t same_n)
{
	for (size_t i = 0; i < same_n; i++)
		if (is_torn(v, n, same[i]) ||
		    (i > 0 && same[i - 1]->until > same[i]->run))
			return false;
	return true;
}

static void settle(const struct objectid_seen *v, size_t n, struct objectid_seen **same,
		   size_t same_n, bool all_known)
{
	struct objectid_seen *last = same[same_n - 1];

	if (!is_sound(v, n, same, same_n))
		return;
	for (size_t i = 0; i < same_n; i++) {
		same[i]->sound = true;
		if (last->until != OBJECTID_STANDS) {
			same[i]->fate = all_known ? OBJECTID_REMOVED : OBJECTID_UNKNOWN;
		} else if (last->folder.id != same[i]->folder.id) {
			same[i]->fate = OBJECTID_RENAMED;
			same[i]->to = last;
			last->from = same[i];
		}
	}
}

void objectid_fates(struct objectid_seen *v, size_t n, bool all_known)
{
	struct objectid_seen **by = mem_calloc(n + 1, sizeof *by);

	for (size_t i = 0; i < n; i++) {
		v[i].sound = false;
		v[i].fate = OBJECTID_UNKNOWN;
		v[i].to = v[i].from = NULL;
		by[i] = &v[i];
	}
	qsort(by, n, sizeof *by, by_mailbox);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1;
		     end < n && strcmp(by[i]->mailbox, by[end]->mailbox) == 0; end++)
			;
		settle(v, n, &by[i], end - i, all_known);
	}
	free(by);
}

/* The first of a folder, or where it would be. */
static size_t first_of(const struct objectid_seen *v, size_t n, int64_t folder)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].folder.id < folder)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct objectid_seen *objectid_went(const struct objectid_seen *v, size_t n,
					  int64_t folder)
{
	const struct objectid_seen *found = NULL;

	for (size_t i = first_of(v, n, folder); i < n && v[i].folder.id == folder; i++)
		if (v[i].until != OBJECTID_STANDS)
			found = &v[i];
	return found != NULL && found->fate != OBJECTID_UNKNOWN ? found : NULL;
}

const struct objectid_seen *objectid_came(const struct objectid_seen *v, size_t n,
					  int64_t folder)
{
	const struct objectid_seen *found = NULL;

	for (size_t i = first_of(v, n, folder); i < n && v[i].folder.id == folder; i++)
		if (v[i].until == OBJECTID_STANDS)
			found = v[i].from;
	return found;
}

const struct objectid_seen *objectid_of(const struct objectid_seen *v, size_t n,
					int64_t folder, int64_t epoch)
{
	const struct objectid_seen *found = NULL;

	for (size_t i = first_of(v, n, folder); i < n && v[i].folder.id == folder; i++)
		if (v[i].epoch == epoch)
			found = &v[i];
	return found;
}
