/* SPDX-License-Identifier: MIT */
#include "model/dns.h"

#include <arpa/inet.h>
#include <assert.h>

#define LABEL_MAX	63u
#define NAME_MAX_OCTETS 253u /* of the form without the last dot */

static const char *const outcomes[] = {
	[DNS_ANSWERED] = "answered", [DNS_NO_DATA] = "no-data",
	[DNS_NO_NAME] = "no-name",   [DNS_NO_ANSWER] = "no-answer",
	[DNS_BROKEN] = "broken",     [DNS_NOT_ASKED] = "not-asked",
};
_Static_assert(COUNT_OF(outcomes) == DNS_OUTCOME_COUNT, "every outcome has a name");

static const char *const uses[] = {
	[DNS_USE_OLD] = "old",
	[DNS_USE_MX] = "mx",
	[DNS_USE_SPF] = "spf",
	[DNS_USE_SRV] = "srv",
	[DNS_USE_AUTOCONFIG] = "autoconfig",
	[DNS_USE_NAME] = "name",
};
_Static_assert(COUNT_OF(uses) == DNS_USE_COUNT, "every use has a name");

static const char *const points[] = {
	[DNS_POINTS_NOT] = "not-old",
	[DNS_POINTS_OLD] = "old",
	[DNS_POINTS_COVERS] = "covers-old",
	[DNS_POINTS_UNKNOWN] = "unknown",
};
_Static_assert(COUNT_OF(points) == DNS_POINTS_COUNT, "every case has a name");

const char *dns_type_name(unsigned type)
{
	switch (type) {
	case DNS_A:
		return "A";
	case DNS_CNAME:
		return "CNAME";
	case DNS_MX:
		return "MX";
	case DNS_TXT:
		return "TXT";
	case DNS_AAAA:
		return "AAAA";
	case DNS_SRV:
		return "SRV";
	default:
		return "";
	}
}

const char *dns_outcome_name(enum dns_outcome o)
{
	assert((size_t)o < COUNT_OF(outcomes));
	return outcomes[o];
}

bool dns_outcome_known(enum dns_outcome o)
{
	return o == DNS_ANSWERED || o == DNS_NO_DATA || o == DNS_NO_NAME;
}

const char *dns_use_name(enum dns_use u)
{
	assert((size_t)u < COUNT_OF(uses));
	return uses[u];
}

const char *dns_points_name(enum dns_points p)
{
	assert((size_t)p < COUNT_OF(points));
	return points[p];
}

static const struct dns_record *find(const struct dns_record *all, size_t n,
				     const char *owner, unsigned type)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].type == type && strcmp(all[i].owner, owner) == 0)
			return &all[i];
	return NULL;
}

static bool has_any(const struct dns_record *all, size_t n, const char *owner)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].owner, owner) == 0)
			return true;
	return false;
}

void dns_answer_pick(const struct dns_record *all, size_t n, const char *name,
		     unsigned type, bool known, struct arena *arena,
		     struct dns_answer *out)
{
	const struct dns_record *alias;
	size_t aliases = 0;

	*out = (struct dns_answer){ .outcome = DNS_NO_DATA, .why = "" };
	out->record = arena_alloc(arena, (n + 1 + DNS_ALIASES_MAX) * sizeof *out->record);
	while (type != DNS_CNAME && (alias = find(all, n, name, DNS_CNAME)) != NULL) {
		if (aliases++ == DNS_ALIASES_MAX) {
			*out = (struct dns_answer){ .outcome = DNS_BROKEN,
						    .why = "aliases without an end" };
			return;
		}
		out->record[out->n++] = *alias;
		name = alias->data;
		known = false;
	}
	for (size_t i = 0; i < n; i++)
		if (all[i].type == type && strcmp(all[i].owner, name) == 0) {
			out->record[out->n++] = all[i];
			out->outcome = DNS_ANSWERED;
		}
	if (out->outcome != DNS_ANSWERED && !known && !has_any(all, n, name))
		out->outcome = DNS_NO_NAME;
}

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
	       c == '*';
}

const char *dns_name(struct span s, struct arena *arena)
{
	char *name;
	size_t label = 0;

	if (s.n == 1 && s.p[0] == '.')
		return ".";
	if (s.n > 0 && s.p[s.n - 1] == '.')
		s.n--;
	if (s.n == 0 || s.n > NAME_MAX_OCTETS)
		return NULL;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)span_lower(s.p[i]);

		if (c == '.' ? label == 0 : !is_plain(c))
			return NULL;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return NULL;
	}
	if (label == 0)
		return NULL;
	name = arena_span(arena, s);
	for (size_t i = 0; i < s.n; i++)
		name[i] = span_lower(name[i]);
	return name;
}

bool dns_address(const char *s, struct dns_address *out)
{
	struct dns_address a = { .bits = 32 };

	if (inet_pton(AF_INET, s, a.bytes) != 1) {
		a.bits = 128;
		if (inet_pton(AF_INET6, s, a.bytes) != 1)
			return false;
	}
	*out = a;
	return true;
}

bool dns_address_in(const struct dns_address *a, const struct dns_address *net,
		    unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (a->bits != net->bits || bits > net->bits ||
	    memcmp(a->bytes, net->bytes, whole) != 0)
		return false;
	return rest == 0 || (a->bytes[whole] ^ net->bytes[whole]) >> (8 - rest) == 0;
}
