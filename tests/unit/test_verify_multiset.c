/* SPDX-License-Identifier: MIT */
/* Matching by multiset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "verify/multiset.h"

/* One side of a case: messages as "key:octets:date:flags" or "-:octets:date:flags"
 * without a key; "=" for the key that a body makes, "~" for that key and "_" for none
 * with a Message-ID; '@' and a digit behind it: the place. */
struct side_in {
	struct multiset_item v[32];
	size_t n, at;
};

struct merged {
	struct strbuf out;
	size_t matched, single[SIDE_COUNT], groups;
	size_t stop_after; /* groups; 0: never */
	size_t fail_at;	   /* this call of the sink fails; 0: none */
};

static bool sink_fails(struct merged *m, struct err *err)
{
	if (m->fail_at != m->matched + m->single[SIDE_OLD] + m->single[SIDE_NEW])
		return false;
	err_set(err, ERR_LOCAL, "disk");
	return true;
}

static int by_order(const void *a, const void *b)
{
	const struct multiset_item *x = a, *y = b;
	int c = memcmp(x->m.key.bytes, y->m.key.bytes, sizeof x->m.key.bytes);

	if (c != 0)
		return c;
	if (x->m.octets != y->m.octets)
		return x->m.octets < y->m.octets ? -1 : 1;
	return x->m.date != y->m.date ? (x->m.date < y->m.date ? -1 : 1) : 0;
}

static void parse(const char *words, struct side_in *out)
{
	*out = (struct side_in){ .n = 0 };
	for (const char *p = words; *p != '\0';) {
		struct multiset_item *i = &out->v[out->n];
		long long octets, date;
		unsigned flags, place = 0;
		int len = 0;
		char key;

		assert_true(out->n < COUNT_OF(out->v));
		assert_int_equal(sscanf(p, "%c:%lld:%lld:%u%n", &key, &octets, &date,
					&flags, &len),
				 4);
		p += len;
		if (*p == '@') {
			place = (unsigned)(p[1] - '0');
			p += 2;
		}
		*i = (struct multiset_item){ .place = place };
		i->m.uid = (uint32_t)++out->n;
		i->m.tier = key == '-' ? TIER_NONE : key == '=' ? TIER_BODY : TIER_ID;
		i->m.key.bytes[0] = key == '-' || key == '_' ? 0
				    : key == '~'	     ? '='
							     : (uint8_t)key;
		i->m.octets = octets;
		i->m.date = date == -1 ? MSG_DATE_UNKNOWN : date;
		i->m.flags = (uint8_t)flags;
		p += *p == ' ';
	}
	qsort(out->v, out->n, sizeof *out->v, by_order);
}

static enum next next_of(void *ctx, struct multiset_item *out, struct err *err)
{
	struct side_in *s = ctx;

	if (s->at == 999) {
		err_set(err, ERR_LOCAL, "disk");
		return NEXT_FAIL;
	}
	if (s->at == s->n)
		return NEXT_END;
	*out = s->v[s->at++];
	return NEXT_ITEM;
}

static void on_group(void *ctx, bool more, bool *stop)
{
	struct merged *m = ctx;

	if (!more)
		m->groups++;
	*stop = m->stop_after != 0 && m->groups > m->stop_after;
}

static bool on_matched(void *ctx, const struct multiset_item *old,
		       const struct multiset_item *new, struct err *err)
{
	struct merged *m = ctx;

	m->matched++;
	strbuf_addf(&m->out, "%s%u=%u", m->out.n == 0 ? "" : " ", old->m.uid, new->m.uid);
	return !sink_fails(m, err);
}

static bool on_single(void *ctx, enum side side, const struct multiset_item *item,
		      struct err *err)
{
	struct merged *m = ctx;

	m->single[side]++;
	strbuf_addf(&m->out, "%s%c%u", m->out.n == 0 ? "" : " ",
		    side == SIDE_OLD ? '-' : '+', item->m.uid);
	return !sink_fails(m, err);
}

static bool merge(struct side_in in[SIDE_COUNT], const struct multiset_options *o,
		  struct merged *m, struct err *err)
{
	struct multiset_source source[SIDE_COUNT] = { { &in[0], next_of },
						      { &in[1], next_of } };
	struct multiset_sink sink = { m, on_group, on_matched, on_single };

	return multiset_merge(source, o, &sink, err);
}

static void matches_by_table(void **state)
{
	/* want: pairs of old and new uid (order of writing), -uid missing, +uid extra */
	static const struct {
		const char *old, *new, *want;
		bool by_place;
	} cases[] = {
		{ "", "", "", false },
		{ "a:1:1:0", "a:1:1:0", "1=1", false },
		{ "a:1:1:0", "", "-1", false },
		{ "", "a:1:1:0", "+1", false },
		{ "a:1:1:0", "b:1:1:0", "-1 +1", false },
		/* a matched message may differ in every fact */
		{ "a:1:1:0", "a:2:2:3", "1=1", false },
		/* two with one identity are two */
		{ "a:1:1:0 a:1:1:0", "a:1:1:0", "1=1 -2", false },
		{ "a:1:1:0", "a:1:1:0 a:1:1:0", "1=1 +2", false },
		/* octets, date and flags decide first, then less */
		{ "a:1:1:1 a:1:1:2", "a:1:1:2 a:1:1:1", "1=2 2=1", false },
		{ "a:1:1:0 a:2:1:0", "a:2:1:0 a:1:1:0", "1=2 2=1", false },
		{ "a:1:5:0 a:1:6:0", "a:1:6:0", "2=1 -1", false },
		{ "a:1:5:0 a:2:6:0", "a:3:6:0", "2=1 -1", false },
		{ "a:5:1:0 a:6:2:0", "a:6:9:0", "2=1 -1", false },
		{ "a:5:1:0 a:6:2:0", "a:7:8:0 a:8:9:0", "1=1 2=2", false },
		/* without a key only equal size and date will do, and both must be known
		 */
		{ "-:1:1:0", "-:1:1:0", "1=1", false },
		{ "-:1:1:0", "-:2:1:0", "-1 +1", false },
		{ "-:1:1:0", "-:1:2:0", "-1 +1", false },
		{ "-:1:-1:0", "-:1:-1:0", "-1 +1", false },
		{ "-:-1:1:0", "-:-1:1:0", "-1 +1", false },
		{ "-:1:1:1 -:1:1:0", "-:1:1:0 -:1:1:1", "2=1 1=2", false },
		/* the same place goes before better facts elsewhere */
		{ "a:1:1:0@1 a:2:1:0@2", "a:2:1:0@1 a:1:1:0@2", "1=1 2=2", true },
		{ "a:1:1:0@1 a:2:1:0@2", "a:2:1:0@1 a:1:1:0@2", "1=2 2=1", false },
		{ "a:1:1:0@1", "a:1:1:0@3", "1=1", true },
		{ "a:1:1:0@1 a:1:1:0@2", "a:1:1:0@2", "2=1 -1", true },
		/* a key from a body needs its date as well */
		{ "=:1:1:0", "=:2:1:0", "1=1", false },
		{ "=:1:1:0", "=:1:2:0", "-1 +1", false },
		/* one key of two kinds: only what is sorted by kind knows them apart */
		{ "=:1:1:0", "~:1:2:0", "1=1", false },
		{ "~:1:1:0", "=:1:2:0", "1=1", false },
		{ "-:1:1:0", "_:1:2:0", "1=1", false },
		{ "_:1:1:0", "-:1:2:0", "1=1", false },
		/* more than a handful with one key */
		{ "a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 "
		  "a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 a:1:1:0 "
		  "a:1:1:0",
		  "a:1:1:0",
		  "1=1 -2 -3 -4 -5 -6 -7 -8 -9 -10 -11 -12 -13 -14 -15 -16 -17", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct multiset_options o = { .by_place = cases[i].by_place };
		struct side_in in[SIDE_COUNT];
		struct merged m = { .out = STRBUF_INIT };
		struct err err = ERR_INIT;

		parse(cases[i].old, &in[SIDE_OLD]);
		parse(cases[i].new, &in[SIDE_NEW]);
		if (!merge(in, &o, &m, &err))
			fail_msg("case %zu: %s", i, err.text);
		if (strcmp(strbuf_cstr(&m.out), cases[i].want) != 0)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, strbuf_cstr(&m.out),
				 cases[i].want);
		strbuf_done(&m.out);
	}
}

/* Sorted by kind, one key of two kinds is two. */
static void keys_of_two_kinds_are_two(void **state)
{
	static const char *const one[] = { "=:1:1:0", "~:1:1:0" };
	static const char *const want[] = { "+1 -1", "-1 +1" }; /* Message-IDs first */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(one); i++) {
		struct multiset_options o = { .by_tier = true };
		struct side_in in[SIDE_COUNT];
		struct merged m = { .out = STRBUF_INIT };
		struct err err = ERR_INIT;

		parse(one[i], &in[SIDE_OLD]);
		parse(one[!i], &in[SIDE_NEW]);
		assert_true(merge(in, &o, &m, &err));
		assert_string_equal(strbuf_cstr(&m.out), want[i]);
		strbuf_done(&m.out);
	}
}

/* A group larger than a piece: the number that remains is exact. */
static void counts_exactly_in_pieces(void **state)
{
	static const struct {
		size_t old_n, new_n, piece;
	} cases[] = { { 9, 9, 3 }, { 10, 4, 3 },  { 4, 10, 3 },
		      { 7, 7, 1 }, { 20, 19, 4 }, { 1, 20, 2 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct multiset_options o = { .piece = cases[i].piece };
		size_t n[SIDE_COUNT] = { cases[i].old_n, cases[i].new_n };
		size_t both = n[0] < n[1] ? n[0] : n[1];
		struct side_in in[SIDE_COUNT] = { 0 };
		struct merged m = { .out = STRBUF_INIT };
		struct err err = ERR_INIT;

		for (int s = 0; s < SIDE_COUNT; s++)
			for (size_t k = 0; k < n[s]; k++) {
				struct message *x = &in[s].v[in[s].n++].m;

				*x = (struct message){ .uid = (uint32_t)k + 1,
						       .tier = TIER_ID };
				x->key.bytes[0] = 'a';
				x->octets = (int64_t)k + s; /* no two are alike across */
			}
		assert_true(merge(in, &o, &m, &err));
		if (m.matched != both || m.single[0] != n[0] - both ||
		    m.single[1] != n[1] - both || m.groups != 1)
			fail_msg("case %zu: %zu matched, %zu and %zu left, %zu groups", i,
				 m.matched, m.single[0], m.single[1], m.groups);
		strbuf_done(&m.out);
	}
}

static void stops_between_groups_when_asked(void **state)
{
	struct multiset_options o = { 0 };
	struct side_in in[SIDE_COUNT];
	struct merged m = { .out = STRBUF_INIT, .stop_after = 2 };
	struct err err = ERR_INIT;

	(void)state;
	parse("a:1:1:0 b:1:1:0 c:1:1:0", &in[SIDE_OLD]);
	parse("a:1:1:0 b:1:1:0 c:1:1:0", &in[SIDE_NEW]);
	assert_true(merge(in, &o, &m, &err));
	assert_string_equal(strbuf_cstr(&m.out), "1=1 2=2");
	strbuf_done(&m.out);
}

static void passes_on_a_failing_source(void **state)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		struct multiset_options o = { 0 };
		struct side_in in[SIDE_COUNT] = { 0 };
		struct merged m = { .out = STRBUF_INIT };
		struct err err = ERR_INIT;

		(void)state;
		in[s].at = 999;
		assert_false(merge(in, &o, &m, &err));
		assert_int_equal(err.cls, ERR_LOCAL);
		assert_string_equal(strbuf_cstr(&m.out), "");
		strbuf_done(&m.out);
	}
}

/* Whoever takes the results fails at his first, second, ... call: the merge ends there.
 */
static void passes_on_a_failing_sink(void **state)
{
	static const struct {
		const char *old, *new;
		bool by_place;
	} cases[] = {
		{ "a:1:1:0 b:1:1:0", "a:1:1:0 c:1:1:0", false },
		{ "a:1:1:0 a:2:1:0", "a:1:1:0 a:3:1:0 a:4:1:0", false },
		{ "a:1:1:0@1 a:2:1:0@2", "a:1:1:0@1 a:2:1:0@2 a:3:1:0@3", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		for (size_t at = 1; at <= 3; at++) {
			struct multiset_options o = { .by_place = cases[i].by_place };
			struct side_in in[SIDE_COUNT];
			struct merged m = { .out = STRBUF_INIT, .fail_at = at };
			struct err err = ERR_INIT;

			parse(cases[i].old, &in[SIDE_OLD]);
			parse(cases[i].new, &in[SIDE_NEW]);
			if (merge(in, &o, &m, &err) || err.cls != ERR_LOCAL ||
			    m.matched + m.single[SIDE_OLD] + m.single[SIDE_NEW] != at)
				fail_msg("case %zu, call %zu: \"%s\"", i, at,
					 strbuf_cstr(&m.out));
			strbuf_done(&m.out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_by_table),
		cmocka_unit_test(keys_of_two_kinds_are_two),
		cmocka_unit_test(counts_exactly_in_pieces),
		cmocka_unit_test(stops_between_groups_when_asked),
		cmocka_unit_test(passes_on_a_failing_source),
		cmocka_unit_test(passes_on_a_failing_sink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
