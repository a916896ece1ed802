/* SPDX-License-Identifier: MIT */
/*
 * imapsync's options and Perl's s///.  The input is one word a line; each line is also
 * taken for an expression.
 */
#include "imap/imap_utf7.h"
#include "mover/mover_config.h"
#include "mover/mover_perl.h"
#include "tests/fuzz/fuzz.h"

enum { WORDS = 200 };

/* A group in a replacement is always written ${...}, a dollar sign $$. */
static void need_replacement(const char *to)
{
	for (; *to != '\0'; to++) {
		if (*to != '$')
			continue;
		to++;
		PROMISE(*to == '$' || *to == '{');
	}
}

static void expressions(struct arena *arena, struct span line)
{
	struct mover_substitution s[MOVER_TR_MAX];
	const char *why = NULL;
	size_t n = mover_perl_rules(arena, line, s, &why);

	PROMISE(n <= MOVER_TR_MAX && (n == 0) == (why != NULL));
	for (size_t i = 0; i < n; i++) {
		PROMISE(*s[i].match != '\0');
		need_replacement(s[i].to);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mover_unknown nothing = { "1", MOVER_ARGUMENT, 1 };
	struct mover_word word[WORDS];
	struct span rest = { (const char *)data, size };
	struct mover_script script = { .name = "fuzz", .n = 1 };
	struct strbuf map = STRBUF_INIT, text = STRBUF_INIT;
	struct mover_call call;
	struct mover_plan plan;
	struct arena arena;
	size_t n = 0;

	arena_init(&arena);
	while (rest.n > 0 && n < WORDS) {
		ptrdiff_t lf = span_index(rest, '\n');
		struct span line = { rest.p, lf >= 0 ? (size_t)lf : rest.n };

		rest = span_from(rest, line.n + 1);
		if (span_index(line, '\0') >= 0)
			continue;
		expressions(&arena, line);
		word[n] = (struct mover_word){ .text = arena_span(&arena, line),
					       .line = (unsigned)n + 1,
					       .column = 1 };
		if (strstr(word[n].text, "${") != NULL)
			word[n].unknown = &nothing;
		n++;
	}
	mover_imapsync_judge(&arena, word, n, &call);
	PROMISE(call.option_n <= n);
	script.call = &call;
	mover_plan_make(&script, imap_utf7_decode, &arena, &plan);
	PROMISE(plan.sure <= plan.rule_n && plan.rule_n <= call.rule_n);
	for (size_t i = 0; i < plan.rule_n; i++)
		PROMISE(plan.rule[i].match != NULL && plan.rule[i].option != NULL);
	mover_config_map(&script, &plan, &map);
	mover_config_summary(&script, &plan, &text);
	strbuf_done(&map);
	strbuf_done(&text);
	arena_done(&arena);
	return 0;
}
