/* SPDX-License-Identifier: MIT */
/* Which old folder belongs to which new one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "verify/pairing.h"

/*
 * Folders as words: "name", "name>target" for a rule, "name!" for \Noselect, "name-" for
 * an exclusion.  The result is one word per pairing: kind:old=new, '~' behind it when the
 * names differ in case alone, '#' when the new name holds no mail.
 */
struct pairing_case {
	const char *old, *new, *want;
};

static size_t parse(struct arena *arena, const char *words, bool old,
		    struct pairing_folder *out)
{
	size_t n = 0;

	for (const char *p = words; *p != '\0'; n++) {
		size_t len = strcspn(p, " ");
		char *word = arena_span(arena, (struct span){ p, len });
		char *mark = strpbrk(word, ">!-");
		struct pairing_folder *f = &out[n];

		*f = (struct pairing_folder){ .common = word, .mail = true };
		if (old)
			f->target = arena_strdup(arena, word);
		if (mark != NULL && *mark == '>') {
			f->target = mark + 1;
			f->how = PAIRING_RULE;
		} else if (mark != NULL && *mark == '!') {
			f->mail = false;
		} else if (mark != NULL) {
			f->how = PAIRING_EXCLUDED;
		}
		if (mark != NULL) {
			if (*mark != '>' && old)
				f->target = arena_span(
					arena,
					(struct span){ word, (size_t)(mark - word) });
			*mark = '\0';
		}
		p += len;
		p += *p == ' ';
	}
	return n;
}

static void show(struct strbuf *out, const struct pairing *v, size_t n,
		 const struct pairing_folder *old, const struct pairing_folder *new)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_addf(out, "%s%s:%s=%s%s%s", i == 0 ? "" : " ",
			    pair_kind_name(v[i].kind),
			    v[i].old_i != PAIRING_NONE ? old[v[i].old_i].common : "",
			    v[i].new_i != PAIRING_NONE ? new[v[i].new_i].common : "",
			    v[i].fold_only ? "~" : "", v[i].blocked ? "#" : "");
		/* Those that share a new folder stand side by side, and the first one
		 * leads. */
		assert_true(v[i].leader <= i);
		assert_int_equal(v[v[i].leader].leader, v[i].leader);
		for (size_t k = v[i].leader; k < i; k++)
			assert_int_equal(v[k].leader, v[i].leader);
	}
}

static void pairs_by_table(void **state)
{
	static const struct pairing_case cases[] = {
		{ "", "", "" },
		{ "INBOX", "INBOX", "paired:INBOX=INBOX" },
		/* a server that lists one name twice */
		{ "Old Old", "", "collided:Old= collided:Old=" },
		{ "INBOX Sent", "Sent INBOX", "paired:Sent=Sent paired:INBOX=INBOX" },
		{ "INBOX Old", "INBOX", "paired:INBOX=INBOX missing:Old=" },
		{ "INBOX", "INBOX Junk", "paired:INBOX=INBOX extra:=Junk" },
		{ "A>B", "B", "renamed:A=B" },
		{ "A>B", "A", "missing:A= extra:=A" },
		{ "A B>A", "A", "collided:A=A collided:B=A" },
		{ "A B>A", "", "collided:A= collided:B=" },
		/* a parent that holds no mail collides with nothing */
		{ "A! B>A", "A", "renamed:B=A unselectable:A=A" },
		{ "A!", "", "unselectable:A=" },
		{ "A!", "A", "unselectable:A=A" },
		{ "A!", "A!", "unselectable:A=A" },
		{ "A", "A!", "missing:A=#" },
		{ "", "A!", "" },
		/* case and Unicode form matter only where the very name is absent */
		{ "Sent", "sent", "renamed:Sent=sent~" },
		{ "Sent sent", "Sent sent", "paired:Sent=Sent paired:sent=sent" },
		{ "Sent sent", "Sent", "collided:Sent=Sent collided:sent=Sent~" },
		/* an exclusion excuses nothing: the folder is paired if it is there */
		{ "Junk-", "Junk", "paired:Junk=Junk" },
		{ "Junk-", "", "missing:Junk=" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pairing_folder old[8], new[8];
		struct strbuf got = STRBUF_INIT;
		struct pairing *v;
		struct arena arena;
		size_t n, old_n, new_n;

		arena_init(&arena);
		old_n = parse(&arena, cases[i].old, true, old);
		new_n = parse(&arena, cases[i].new, false, new);
		pairing_make(&arena, old, old_n, new, new_n, &v, &n);
		show(&got, v, n, old, new);
		if (strcmp(strbuf_cstr(&got), cases[i].want) != 0)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, strbuf_cstr(&got),
				 cases[i].want);
		strbuf_done(&got);
		arena_done(&arena);
	}
}

/* Every folder that can hold mail stands in exactly one pairing, whatever the names are.
 */
static void no_folder_is_lost(void **state)
{
	enum { N = 200 };
	static struct pairing_folder old[N], new[N];
	size_t old_seen[N] = { 0 }, new_led[N] = { 0 }, n;
	struct pairing *v;
	struct arena arena;
	uint32_t seed = 12345;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < N; i++) {
		seed = seed * 1664525 + 1013904223;
		old[i] = (struct pairing_folder){
			.common = arena_printf(&arena, "f%zu", i),
			.target = arena_printf(&arena, "%c%u", seed & 256 ? 'f' : 'F',
					       seed >> 20 & 127),
			.mail = (seed >> 8 & 7) != 0,
			.how = PAIRING_RULE
		};
		new[i] = (struct pairing_folder){ .common = arena_printf(&arena, "f%zu",
									 i),
						  .mail = (seed >> 12 & 7) != 0 };
	}
	pairing_make(&arena, old, N, new, N, &v, &n);
	for (size_t i = 0; i < n; i++) {
		if (v[i].old_i != PAIRING_NONE)
			old_seen[v[i].old_i]++;
		if (v[i].new_i != PAIRING_NONE && v[i].leader == i)
			new_led[v[i].new_i]++;
	}
	for (size_t i = 0; i < N; i++) {
		if (old_seen[i] != 1)
			fail_msg("old folder %zu stands in %zu pairings", i, old_seen[i]);
		if (new_led[i] > 1 || (new_led[i] == 0 && new[i].mail))
			fail_msg("new folder %zu is led by %zu pairings", i, new_led[i]);
	}
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_by_table),
		cmocka_unit_test(no_folder_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
