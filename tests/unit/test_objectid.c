/* SPDX-License-Identifier: MIT */
/* Ids of folders: what is one, and what may be concluded from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit_rows.h"
#include "model/objectid.h"

static void knows_an_id_from_what_is_none(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "a", true },		{ "f7_-AZaz09", true }, { "", false },
		{ "a b", false },	{ "a.b", false },	{ "a)", false },
		{ "\"a\"", false },	{ "a\r\nb", false },	{ "caf\xc3\xa9", false },
		{ "]\xb3\xd1", false }, { "a/b", false },	{ "@", false },
		{ "[", false },		{ "`", false },		{ "{", false },
	};
	char text[OBJECTID_MAX + 2];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (objectid_valid(span_str(cases[i].text)) != cases[i].good)
			fail_msg("case %zu", i);
	memset(text, 'x', sizeof text);
	assert_true(objectid_valid((struct span){ text, OBJECTID_MAX }));
	assert_false(objectid_valid((struct span){ text, OBJECTID_MAX + 1 }));
	assert_false(objectid_valid((struct span){ "a\0b", 3 }));
}

static void takes_one_id_of_an_open_folder(void **state)
{
	static const struct {
		const char *told[3];
		const char *id;
		bool odd;
	} cases[] = {
		{ { "(abc)" }, "abc", false },
		{ { NULL }, "", false },
		{ { "(abc)", "(abc)" }, "abc", false },
		{ { "(abc)", "(abd)" }, "", true },
		{ { "(abc)", "(abd)", "(abd)" }, "", true },
		{ { "" }, "", true },
		{ { "()" }, "", true },
		{ { "(" }, "", true },
		{ { ")" }, "", true },
		{ { "abc" }, "", true },
		{ { "(abc" }, "", true },
		{ { "abc)" }, "", true },
		{ { "((abc))" }, "", true },
		{ { "(a b)" }, "", true },
		{ { "(", "(abc)" }, "", true },
	};
	struct audit_reader r;
	char text[OBJECTID_MAX + 4];

	(void)state;
	audit_reader_init(&r);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		audit_rows_objectid_forget(&r);
		for (size_t k = 0; k < 3 && cases[i].told[k] != NULL; k++)
			audit_rows_objectid(&r, span_str(cases[i].told[k]));
		if (strcmp(r.mailbox_id, cases[i].id) != 0 ||
		    r.mailbox_odd != cases[i].odd)
			fail_msg("case %zu: %s", i, r.mailbox_id);
	}
	memset(text, 'x', sizeof text);
	text[0] = '(';
	text[OBJECTID_MAX + 1] = text[OBJECTID_MAX + 2] = ')';
	audit_rows_objectid_forget(&r);
	audit_rows_objectid(&r, (struct span){ text, OBJECTID_MAX + 2 });
	assert_int_equal(strlen(r.mailbox_id), OBJECTID_MAX);
	text[OBJECTID_MAX + 1] = 'x';
	audit_rows_objectid_forget(&r);
	audit_rows_objectid(&r, (struct span){ text, OBJECTID_MAX + 3 });
	assert_true(r.mailbox_odd && *r.mailbox_id == '\0');
	audit_rows_objectid(&r, (struct span){ NULL, 0 });
	assert_true(r.mailbox_odd);
	audit_reader_done(&r);
}

/* folder, epoch, id, run, until */
#define S(f, e, m, r, u)                                                                 \
	{                                                                                \
		.folder = { .id = (f) }, .epoch = (e), .mailbox = (m), .run = (r),       \
		.until = (u)                                                             \
	}
#define NOW OBJECTID_STANDS

static void concludes_no_more_than_ids_tell(void **state)
{
	/* fates: for each row '-' unknown, 'x' removed, or the number of the row that it
	 * is now; then '!' where the id is not believed */
	static const struct {
		struct objectid_seen v[5];
		bool all_known;
		const char *fates;
	} cases[] = {
		/* nothing happened */
		{ { S(1, 1, "a", 1, NOW), S(2, 2, "b", 1, NOW) }, true, "--" },
		/* renamed; also when others are not known */
		{ { S(1, 1, "a", 1, 2), S(2, 2, "a", 2, NOW) }, true, "1-" },
		{ { S(1, 1, "a", 1, 2), S(2, 2, "a", 2, NOW) }, false, "1-" },
		/* onto a name that sorts before */
		{ { S(1, 1, "a", 2, NOW), S(2, 2, "a", 1, 2) }, true, "-0" },
		/* removed, if everything is known */
		{ { S(1, 1, "a", 1, 2), S(2, 2, "b", 1, NOW) }, true, "x-" },
		{ { S(1, 1, "a", 1, 2), S(2, 2, "b", 1, NOW) }, false, "--" },
		/* twice renamed, then removed */
		{ { S(1, 1, "a", 1, 2), S(2, 2, "a", 2, 3), S(3, 3, "a", 3, NOW) },
		  true,
		  "22-" },
		{ { S(1, 1, "a", 1, 2), S(2, 2, "a", 2, 3) }, true, "xx" },
		/* and back again */
		{ { S(1, 1, "a", 1, 2), S(1, 1, "a", 3, NOW), S(2, 2, "a", 2, 3) },
		  true,
		  "--1" },
		/* another folder has the name now */
		{ { S(1, 1, "a", 1, 2), S(1, 2, "b", 2, NOW), S(2, 3, "a", 2, NOW) },
		  true,
		  "2--" },
		{ { S(1, 1, "a", 1, 2), S(1, 2, "b", 2, NOW) }, true, "x-" },
		/* two changed names */
		{ { S(1, 1, "a", 1, 2), S(1, 3, "b", 2, NOW), S(2, 2, "b", 1, 2),
		    S(2, 4, "a", 2, NOW) },
		  true,
		  "3-1-" },
		/* numbered anew, the same folder */
		{ { S(1, 1, "a", 1, 2), S(1, 2, "a", 2, NOW) }, true, "--" },
		/* two have it at once: no word of it is believed, of others it is */
		{ { S(1, 1, "a", 1, 2), S(2, 2, "a", 1, NOW) }, true, "-!-!" },
		{ { S(1, 1, "a", 1, 2), S(2, 2, "a", 2, NOW), S(3, 3, "a", 2, NOW) },
		  true,
		  "-!-!-!" },
		{ { S(1, 1, "a", 1, 3), S(2, 2, "a", 1, 2), S(3, 3, "a", 3, NOW) },
		  true,
		  "-!-!-!" },
		{ { S(1, 1, "a", 1, 2), S(2, 2, "a", 1, NOW), S(3, 3, "b", 1, 2),
		    S(4, 4, "b", 2, NOW) },
		  true,
		  "-!-!3-" },
		/* another id under one UIDVALIDITY */
		{ { S(1, 1, "a", 1, 2), S(1, 1, "b", 2, NOW), S(2, 2, "a", 2, NOW) },
		  true,
		  "-!-!-!" },
		{ { S(1, 1, "a", 1, 2), S(1, 2, "c", 2, 3), S(1, 1, "b", 3, NOW),
		    S(2, 3, "a", 3, NOW) },
		  true,
		  "-!x-!-!" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct objectid_seen v[5];
		char fates[16];
		size_t n = 0, at = 0;

		memcpy(v, cases[i].v, sizeof v);
		while (n < COUNT_OF(v) && v[n].mailbox != NULL)
			n++;
		objectid_fates(v, n, cases[i].all_known);
		for (size_t k = 0; k < n; k++) {
			fates[at++] = v[k].fate == OBJECTID_REMOVED ? 'x'
				      : v[k].fate == OBJECTID_RENAMED
					      ? (char)('0' + (v[k].to - v))
					      : '-';
			if (!v[k].sound)
				fates[at++] = '!';
		}
		fates[at] = '\0';
		if (strcmp(fates, cases[i].fates) != 0)
			fail_msg("case %zu: %s", i, fates);
	}
	objectid_fates(NULL, 0, true);
}

static void finds_what_a_folder_was_and_is(void **state)
{
	struct objectid_seen v[] = {
		S(1, 1, "a", 1, 2), S(1, 2, "b", 2, 3),	  S(1, 3, "c", 3, NOW),
		S(2, 4, "a", 2, 3), S(3, 5, "a", 3, NOW), S(4, 6, "b", 4, NOW),
	};
	size_t n = COUNT_OF(v);

	(void)state;
	objectid_fates(v, n, true);
	assert_ptr_equal(objectid_went(v, n, 1), &v[1]);
	assert_ptr_equal(objectid_went(v, n, 2), &v[3]);
	assert_null(objectid_went(v, n, 3));
	assert_null(objectid_went(v, n, 9));
	assert_ptr_equal(objectid_came(v, n, 3), &v[3]); /* not what it was before that */
	assert_ptr_equal(objectid_came(v, n, 4), &v[1]);
	assert_null(objectid_came(v, n, 1));
	assert_ptr_equal(objectid_of(v, n, 1, 2), &v[1]);
	assert_null(objectid_of(v, n, 1, 4));
	assert_null(objectid_of(v, n, 4, 1));
	v[1].fate = OBJECTID_UNKNOWN;
	assert_null(objectid_went(v, n, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_an_id_from_what_is_none),
		cmocka_unit_test(takes_one_id_of_an_open_folder),
		cmocka_unit_test(concludes_no_more_than_ids_tell),
		cmocka_unit_test(finds_what_a_folder_was_and_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
