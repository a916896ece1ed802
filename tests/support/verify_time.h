/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_VERIFY_TIME_H
#define TESTS_SUPPORT_VERIFY_TIME_H
/* Readings a minute apart by a clock of the program's own, and what verify makes of them.
 */
#include "tests/support/verify_fixture.h"

/* The clock of this program. */
static int64_t the_time = INT64_C(1800000000);

int64_t clock_now(void)
{
	return the_time;
}

int64_t clock_mono_ms(void)
{
	return the_time * 1000;
}

static inline void read_one(struct fx *f, enum side side, const char *user,
			    const struct fx_folder *v, size_t n)
{
	the_time += 60;
	fx_audit(f, DEPTH_FULL);
	fx_read(f, side, user, v, n);
	fx_audit_end(f);
}

/* Both sides of ann, by one audit; most: what the arrays hold. */
static inline void read_both(struct fx *f, const struct fx_folder *old,
			     const struct fx_folder *new, size_t most)
{
	fx_audit(f, DEPTH_FULL);
	fx_read(f, SIDE_OLD, "ann", old, folders_n(old, most));
	fx_read(f, SIDE_NEW, "ann", new, folders_n(new, most));
	fx_audit_end(f);
}

static inline struct judgement judged(struct fx *f, int64_t t)
{
	struct verify_options o = options(&t, 1);
	struct judgement j;

	verify(f, &o);
	j = judgement(f, t);
	check_sums(0, &j);
	return j;
}

/* n messages from the first on, with these flags. */
static inline struct fx_folder some(struct fx *f, const char *name, size_t first,
				    size_t n)
{
	struct fx_message *v = arena_alloc(&f->arena, (n + 1) * sizeof *v);

	for (size_t i = 0; i < n; i++)
		v[i] = (struct fx_message){ .id = arena_printf(&f->arena, "<%zu@x>",
							       first + i),
					    .octets = 100,
					    .date = D0 + (int64_t)(first + i),
					    .uid = (uint32_t)(first + i) + 1 };
	return (struct fx_folder){ .name = name, .message = v, .n = n, FX_EMPTY };
}

#endif
