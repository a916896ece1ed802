/* SPDX-License-Identifier: MIT */
#include "tests/support/session_fixture.h"

#define ID "ID (\"name\" \"mailmuster\" \"version\" \"" MAILMUSTER_VERSION "\")\n"

static void asks_what_the_server_is(void **state)
{
	struct fixture f;
	struct imap_hello h;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	start(&f,
	      "C: m1 CAPABILITY\n"
	      "S: * CAPABILITY imap4rev1 LITERAL+ ID NAMESPACE LIST-EXTENDED LIST-STATUS "
	      "SPECIAL-USE STATUS=SIZE "
	      "CONDSTORE ESEARCH UIDPLUS COMPRESS=DEFLATE X-ODD\\x1b "
	      "APPENDLIMIT=4294967295\n"
	      "S: m1 OK Completed\n"
	      "C: m2 " ID "C: m3 NAMESPACE\n"
	      "S: * ID (\"vendor\" \"x\" \"version\" \"3.6.1\" \"name\" \"Cyrus IMAPD\" "
	      "\"os\" NIL)\n"
	      "S: m2 OK Completed\n"
	      "S: * NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\")) ((\"\" \".\"))\n"
	      "S: m3 OK Completed\n",
	      NULL);
	if (!imap_session_hello(f.s, &arena, &h, &f.err))
		fail_msg("%s", f.err.text);
	assert_int_equal(h.caps, (1 << 13) - 1 - IMAP_CAP_QRESYNC);
	assert_int_equal(h.appendlimit, INT64_C(4294967295));
	assert_string_equal(h.server_id, "Cyrus IMAPD 3.6.1");
	assert_non_null(strstr(h.capability, "imap4rev1 LITERAL+ ID"));
	assert_non_null(strstr(h.capability, "X-ODD\\x1B"));
	assert_true(h.namespace.present);
	assert_string_equal(h.namespace.prefix, "INBOX.");
	assert_int_equal(h.namespace.delim, '.');
	assert_int_equal(h.namespace.foreign_n, 1);
	assert_int_equal(count(&f).waits, 2);
	assert_true(replay_finished(f.replay));
	end(&f);
	arena_done(&arena);
}

#define WITHIN_REV2                                                                      \
	(IMAP_CAP_IMAP4REV2 | IMAP_CAP_NAMESPACE | IMAP_CAP_LIST_EXTENDED |              \
	 IMAP_CAP_LIST_STATUS | IMAP_CAP_STATUS_SIZE | IMAP_CAP_ESEARCH |                \
	 IMAP_CAP_UIDPLUS | IMAP_CAP_LITERAL_PLUS)

static void asks_only_for_what_is_offered(void **state)
{
	static const struct {
		const char *transcript;
		unsigned caps;
		const char *id;
		bool present;
	} cases[] = {
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: m1 OK\n",
		  IMAP_CAP_IMAP4REV1, "", false },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 QRESYNC LITERAL- "
		  "APPENDLIMIT\nS: m1 OK\n",
		  IMAP_CAP_IMAP4REV1 | IMAP_CAP_QRESYNC | IMAP_CAP_CONDSTORE |
			  IMAP_CAP_LITERAL_PLUS | IMAP_CAP_APPENDLIMIT,
		  "", false },
		/* The last list counts. */
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 NAMESPACE\nS: * "
		  "CAPABILITY IMAP4rev1 IDLE\nS: m1 OK\n",
		  IMAP_CAP_IMAP4REV1, "", false },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ID\nS: m1 OK\nC: m2 " ID
		  "S: * ID NIL\nS: m2 OK\n",
		  IMAP_CAP_IMAP4REV1 | IMAP_CAP_ID, "", false },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ID\nS: m1 OK\nC: m2 " ID
		  "S: m2 NO not now\n",
		  IMAP_CAP_IMAP4REV1 | IMAP_CAP_ID, "", false },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ID\nS: m1 OK\nC: m2 " ID
		  "S: * ID (\"NAME\" \"Dovecot\\x07\")\nS: m2 OK\n",
		  IMAP_CAP_IMAP4REV1 | IMAP_CAP_ID, "Dovecot\\x07", false },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 NAMESPACE\nS: m1 OK\nC: "
		  "m2 NAMESPACE\n"
		  "S: * NAMESPACE ((\"\" \"/\")) NIL NIL\nS: m2 OK\n",
		  IMAP_CAP_IMAP4REV1 | IMAP_CAP_NAMESPACE, "", true },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 NAMESPACE\nS: m1 OK\nC: "
		  "m2 NAMESPACE\nS: m2 BAD what\n",
		  IMAP_CAP_IMAP4REV1 | IMAP_CAP_NAMESPACE, "", false },
		/* What IMAP4rev2 includes need not be named; who offers both is not asked
		 * to change. */
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev2 AUTH=PLAIN\nS: m1 OK\nC: "
		  "m2 ENABLE IMAP4rev2\nC: m3 NAMESPACE\n"
		  "S: * ENABLED IMAP4rev2\nS: m2 OK\n"
		  "S: * NAMESPACE ((\"\" \"/\")) NIL NIL\nS: m3 OK\n",
		  WITHIN_REV2, "", true },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev2 CONDSTORE\nS: m1 OK\nC: "
		  "m2 ENABLE IMAP4rev2\nC: m3 NAMESPACE\n"
		  "S: m2 BAD what\nS: * NAMESPACE NIL NIL NIL\nS: m3 OK\n",
		  WITHIN_REV2 | IMAP_CAP_CONDSTORE, "", false },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev2 IMAP4rev1\nS: m1 OK\n",
		  IMAP_CAP_IMAP4REV1 | IMAP_CAP_IMAP4REV2, "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fixture f;
		struct imap_hello h;
		struct arena arena;

		arena_init(&arena);
		start(&f, cases[i].transcript, NULL);
		if (!imap_session_hello(f.s, &arena, &h, &f.err))
			fail_msg("case %zu: %s", i, f.err.text);
		if (h.caps != cases[i].caps || strcmp(h.server_id, cases[i].id) != 0 ||
		    h.namespace.present != cases[i].present ||
		    h.namespace.prefix == NULL || h.appendlimit != -1 ||
		    !replay_finished(f.replay))
			fail_msg("case %zu: %x %s", i, h.caps, h.server_id);
		end(&f);
		arena_done(&arena);
	}
}

/* Prefixes and escapes go to an arena that lives as long as the account. */
static void repeated_answers_take_no_memory(void **state)
{
	struct fixture f;
	struct imap_hello h;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	start(&f,
	      "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ID NAMESPACE\nS: m1 OK\n"
	      "C: m2 " ID "C: m3 NAMESPACE\n"
	      "S: * ID (\"name\" \"the first\")\n"
	      "S* 1000 * ID (\"name\" \"a \\\"quoted\\\" name\")\n"
	      "S: m2 OK\n"
	      "S: * NAMESPACE ((\"first/\" \"/\")) NIL NIL\n"
	      "S* 1000 * NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\n"
	      "S: m3 OK\n",
	      NULL);
	if (!imap_session_hello(f.s, &arena, &h, &f.err))
		fail_msg("%s", f.err.text);
	assert_string_equal(h.server_id, "the first");
	assert_string_equal(h.namespace.prefix, "first/");
	assert_in_range(arena.used, 1, 200);
	end(&f);
	arena_done(&arena);
}

static void refuses_a_server_that_is_none(void **state)
{
	static const struct {
		const char *transcript;
		enum err_class cls;
		const char *text;
	} cases[] = {
		{ "C: m1 CAPABILITY\nS: m1 OK\n", ERR_PROTO,
		  "without a CAPABILITY response" },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP2bis\nS: m1 OK\n", ERR_PROTO,
		  "neither IMAP4rev1 nor IMAP4rev2; it offers: IMAP2bis" },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1x\nS: m1 OK\n", ERR_PROTO,
		  "IMAP4rev1x" },
		{ "C: m1 CAPABILITY\nS: m1 NO later\n", ERR_SERVER, "NO later" },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 NAMESPACE\nS: m1 OK\nC: "
		  "m2 NAMESPACE\nS: m2 OK\n",
		  ERR_PROTO, "without a NAMESPACE response" },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 NAMESPACE\nS: m1 OK\nC: "
		  "m2 NAMESPACE\n"
		  "S: * NAMESPACE ((x)) NIL NIL\nS: m2 OK\n",
		  ERR_PROTO, "NAMESPACE from the server" },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ID\nS: m1 OK\nC: m2 " ID
		  "S: * ID (x y)\nS: m2 OK\n",
		  ERR_PROTO, "ID from the server" },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ID\nS: m1 OK\nC: m2 " ID
		  "S: * ID (\"name\")\nS: m2 OK\n",
		  ERR_PROTO, "ID from the server" },
		{ "C: m1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ID\nS: m1 OK\nC: m2 " ID
		  "S: * ID \nS: m2 OK\n",
		  ERR_PROTO, "ID from the server" },
		{ "C: m1 CAPABILITY\nS: * BYE\n", ERR_SERVER, "BYE" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fixture f;
		struct imap_hello h = { .caps = 42 };
		struct arena arena;

		arena_init(&arena);
		start(&f, cases[i].transcript, NULL);
		if (imap_session_hello(f.s, &arena, &h, &f.err) ||
		    f.err.cls != cases[i].cls ||
		    strstr(f.err.text, cases[i].text) == NULL || h.caps != 42)
			fail_msg("case %zu: %s", i, f.err.text);
		end(&f);
		arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_what_the_server_is),
		cmocka_unit_test(asks_only_for_what_is_offered),
		cmocka_unit_test(repeated_answers_take_no_memory),
		cmocka_unit_test(refuses_a_server_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
