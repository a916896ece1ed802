/* SPDX-License-Identifier: MIT */
#include "net/net_zone_in.h"

struct net_zone *net_zone_new(void)
{
	struct net_zone *z = mem_calloc(1, sizeof *z);

	arena_init(&z->arena);
	return z;
}

void net_zone_free(struct net_zone *z)
{
	if (z == NULL)
		return;
	arena_done(&z->arena);
	free(z->record);
	free(z->apex);
	free(z);
}

void zone_put(struct net_zone *z, const struct dns_record *r)
{
	if (z->n == z->cap) {
		z->cap = z->cap == 0 ? 256 : z->cap * 2;
		z->record = mem_realloc(z->record, z->cap * sizeof *z->record);
	}
	z->record[z->n++] = *r;
	z->sorted = false;
}

void zone_put_apex(struct net_zone *z, const char *name)
{
	z->apex = mem_realloc(z->apex, (z->apex_n + 1) * sizeof *z->apex);
	z->apex[z->apex_n++] = name;
}

/* Within one owner in a fixed order, so that two readings agree. */
static int by_owner(const void *a, const void *b)
{
	const struct dns_record *x = a, *y = b;
	int d = strcmp(x->owner, y->owner);

	if (d == 0)
		d = (x->type > y->type) - (x->type < y->type);
	if (d == 0)
		d = (x->preference > y->preference) - (x->preference < y->preference);
	return d != 0 ? d : strcmp(x->data, y->data);
}

/* Is name the same as, or below, above? */
static bool is_below(const char *name, const char *above)
{
	size_t n = strlen(name), k = strlen(above);

	if (strcmp(above, ".") == 0)
		return true;
	return n >= k && strcmp(name + n - k, above) == 0 &&
	       (n == k || name[n - k - 1] == '.');
}

/* The nearest zone above a name; NULL: none of ours. */
static const char *apex_of(const struct net_zone *z, const char *name)
{
	const char *best = NULL;

	for (size_t i = 0; i < z->apex_n; i++)
		if (is_below(name, z->apex[i]) &&
		    (best == NULL || strlen(z->apex[i]) > strlen(best)))
			best = z->apex[i];
	return best;
}

/* Where the records of an owner begin; *n_out 0: it has none. */
static const struct dns_record *records_of(const struct net_zone *z, const char *owner,
					   size_t *n_out)
{
	size_t lo = 0, hi = z->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(z->record[mid].owner, owner) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n_out = 0;
	     lo + *n_out < z->n && strcmp(z->record[lo + *n_out].owner, owner) == 0;)
		++*n_out;
	return z->record + lo;
}

static bool has(const struct net_zone *z, const char *owner, unsigned type)
{
	size_t n;
	const struct dns_record *r = records_of(z, owner, &n);

	for (size_t i = 0; i < n; i++)
		if (r[i].type == type)
			return true;
	return false;
}

/* A name exists when it, or one below it, has a record (RFC 4592 section 2.2.2). */
static bool exists(const struct net_zone *z, const char *name)
{
	for (size_t i = 0; i < z->n; i++)
		if (is_below(z->record[i].owner, name))
			return true;
	return false;
}

/* The name without its first label; a dot that belongs to a label has a backslash. */
static const char *parent_of(const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name == '\\' && name[1] != '\0')
			name++;
		else if (*name == '.')
			return name[1] != '\0' ? name + 1 : ".";
	}
	return ".";
}

static bool is_delegated(const struct net_zone *z, const char *name, const char *apex)
{
	for (; strcmp(name, apex) != 0 && strcmp(name, ".") != 0; name = parent_of(name))
		if (has(z, name, ZONE_NS))
			return true;
	return false;
}

/* The owner whose records answer for name: itself, a wildcard, or NULL. */
static const char *stands_for(const struct net_zone *z, const char *name,
			      const char *apex, struct arena *arena)
{
	const char *up, *star;
	size_t n;

	records_of(z, name, &n);
	if (n > 0 || exists(z, name))
		return name;
	for (up = name; strcmp(up, apex) != 0;) {
		up = parent_of(up);
		if (strcmp(up, apex) == 0 || exists(z, up))
			break;
	}
	star = arena_printf(arena, "*.%s", up);
	records_of(z, star, &n);
	return n > 0 ? star : NULL;
}

static void unknown(struct dns_answer *out, const char *why)
{
	out->outcome = DNS_NO_ANSWER;
	out->why = why;
}

static void make_room(struct dns_answer *out, size_t more, struct arena *arena)
{
	struct dns_record *list = arena_alloc(arena, (out->n + more + 1) * sizeof *list);

	if (out->n > 0)
		memcpy(list, out->record, out->n * sizeof *list);
	out->record = list;
}

/* One step: *name_io moves on to where an alias leads; false: the answer is whole. */
static bool step(const struct net_zone *z, const char **name_io, unsigned type,
		 struct arena *arena, struct dns_answer *out)
{
	const char *name = *name_io, *apex = apex_of(z, name), *owner;
	const struct dns_record *r;
	size_t n;

	if (apex == NULL) {
		unknown(out, "the name is in none of the zone files");
		return false;
	}
	if (is_delegated(z, name, apex)) {
		unknown(out, "the name is delegated to other servers");
		return false;
	}
	owner = stands_for(z, name, apex, arena);
	if (owner == NULL) {
		out->outcome = DNS_NO_NAME;
		return false;
	}
	r = records_of(z, owner, &n);
	if (n > DNS_RECORDS_MAX) {
		*out = (struct dns_answer){ .outcome = DNS_BROKEN,
					    .why = "the name has too many records" };
		return false;
	}
	make_room(out, n, arena);
	out->outcome = DNS_NO_DATA;
	for (size_t i = 0; i < n; i++) {
		if (r[i].type != type && (r[i].type != DNS_CNAME || type == DNS_CNAME))
			continue;
		out->record[out->n] = r[i];
		out->record[out->n++].owner = name;
		if (r[i].type != type) {
			*name_io = r[i].data;
			return true;
		}
		out->outcome = DNS_ANSWERED;
	}
	return false;
}

bool net_zone_ask(void *ctx, const char *name, unsigned type, struct arena *arena,
		  struct dns_answer *out, struct err *err)
{
	struct net_zone *z = ctx;
	int steps = 0;

	(void)err;
	if (!z->sorted && z->n > 0)
		qsort(z->record, z->n, sizeof *z->record, by_owner);
	z->sorted = true;
	*out = (struct dns_answer){ .why = "" };
	while (step(z, &name, type, arena, out))
		if (++steps > DNS_ALIASES_MAX) {
			*out = (struct dns_answer){ .outcome = DNS_BROKEN,
						    .why = "aliases without an end" };
			break;
		}
	return true;
}
