/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "verify/rights.h"

static void compares_letters_of_both_standards(void **state)
{
	static const struct {
		const char *old, *new, *lost, *won;
		bool opens;
	} cases[] = {
		{ "", "", "", "", false },
		{ "lrs", "lrs", "", "", false },
		{ "lrs", "l", "rs", "", false },
		{ "l", "lr", "", "r", true },
		{ "lr", "lra", "", "a", true },
		{ "lr", "lrst", "", "st", false },
		{ "", "p", "", "p", false },
		/* The old letters beside the new ones say nothing more. */
		{ "acdeiklprstwx", "aeiklprstwx", "", "", false },
		{ "cdlrx", "lrx", "", "", false },
		{ "ceklrx", "cdekltrx", "", "t", false },
		/* RFC 2086 on one side: as it told them. */
		{ "acdilprsw", "aeiklprstwx", "", "", false },
		{ "dlr", "elrt", "", "", false },
		{ "dlr", "lrt", "", "", false },
		{ "clr", "klr", "", "", false },
		{ "clr", "lr", "c", "", false },
		{ "cdlr", "lrx", "cd", "", false },
		{ "lr", "dlr", "", "d", false },
		{ "elrt", "lr", "te", "", false },
		{ "klr", "dlr", "c", "d", false },
		/* A server's own. */
		{ "lrn", "lr9", "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct rights_differ d;

		rights_compare(cases[i].old, cases[i].new, &d);
		if (strcmp(d.lost, cases[i].lost) != 0 ||
		    strcmp(d.won, cases[i].won) != 0 || d.opens != cases[i].opens)
			fail_msg("case %zu: lost \"%s\", won \"%s\"", i, d.lost, d.won);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_letters_of_both_standards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
