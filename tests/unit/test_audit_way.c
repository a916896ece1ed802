/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit_way.h"

static void reads_as_little_as_can_be_proven(void **state)
{
	static const struct {
		struct folder_known known;
		struct folder_state status;
		enum depth depth;
		enum audit_way way;
	} cases[] = {
#define KNOWN(next, mod, n, d)                                                           \
	{ .epoch = 1,                                                                    \
	  .state = { .uidvalidity = 7, .uidnext = next, .modseq = mod, .exists = n },    \
	  .depth = d }
#define TOLD(validity, next, mod, n)                                                     \
	{                                                                                \
		.uidvalidity = validity, .uidnext = next, .modseq = mod, .exists = n     \
	}
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(7, 7, 40, 4), DEPTH_FULL,
		  AUDIT_SAME },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(7, 7, 41, 4), DEPTH_FULL,
		  AUDIT_DELTA },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(7, 8, 40, 4), DEPTH_FULL,
		  AUDIT_DELTA },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(7, 7, 40, 3), DEPTH_FULL,
		  AUDIT_DELTA },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(8, 7, 40, 4), DEPTH_FULL,
		  AUDIT_WHOLE },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(0, 0, -1, -1), DEPTH_FULL,
		  AUDIT_DELTA },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(7, 7, 39, 4), DEPTH_FULL,
		  AUDIT_FLAGS },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(7, 7, -1, 4), DEPTH_FULL,
		  AUDIT_FLAGS },
		{ KNOWN(7, -1, 4, DEPTH_FULL), TOLD(7, 7, -1, 4), DEPTH_FULL,
		  AUDIT_FLAGS },
		{ KNOWN(7, -1, 4, DEPTH_FULL), TOLD(7, 7, 40, 4), DEPTH_FULL,
		  AUDIT_FLAGS },
		{ KNOWN(0, -1, 4, DEPTH_FULL), TOLD(7, 0, -1, 4), DEPTH_FULL,
		  AUDIT_WHOLE },
		{ KNOWN(7, 40, 4, DEPTH_IDS), TOLD(7, 7, 40, 4), DEPTH_FULL,
		  AUDIT_WHOLE },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(7, 7, 40, 4), DEPTH_IDS, AUDIT_SAME },
		{ KNOWN(7, 40, 4, DEPTH_FULL), TOLD(7, 7, 41, 4), DEPTH_IDS,
		  AUDIT_WHOLE },
		{ KNOWN(7, -1, 4, DEPTH_IDS), TOLD(7, 7, -1, 4), DEPTH_IDS, AUDIT_SAME },
		{ KNOWN(7, -1, 4, DEPTH_IDS), TOLD(7, 8, -1, 4), DEPTH_IDS, AUDIT_WHOLE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (audit_way(&cases[i].known, &cases[i].status, cases[i].depth) !=
		    cases[i].way)
			fail_msg("case %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_as_little_as_can_be_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
