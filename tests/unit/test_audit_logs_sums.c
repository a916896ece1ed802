/* SPDX-License-Identifier: MIT */
/* Sums of logs: what goes to a temporary file in runs is in the store what it would have
 * been without. */
#include "tests/support/store_fixture.h"

#include "audit/audit_logs_in.h"
#include "base/hash64.h"
#include "store/store_log_uses.h"
#include "store/store_uses.h"

#define NAMES 40
#define WORDS 6000
#define DAYS  30

static uint32_t name_id[WORDS];

static void set_up(struct fx *fx, struct sums **s)
{
	struct texts *t = NULL;
	struct err err = ERR_INIT;

	fx_open(fx);
	fx_ok(texts_new(fx->st, &t, &err));
	for (int i = 0; i < WORDS; i++) {
		char text[16];

		snprintf(text, sizeof text, "n%d", i);
		fx_ok(texts_id(t, span_str(text), hash64(1, span_str(text)), &name_id[i],
			       &err));
	}
	fx_ok(texts_store(t, &err));
	texts_free(t);
	sums_new(fx->st, SIDE_OLD, NULL, s);
}

/* What happened by number: any name, day, address, in any order; wide: one name, from
 * more addresses than fit into a row. */
static struct sums_use event(uint32_t i, bool wide)
{
	uint32_t k = i * 2654435761u;

	return (struct sums_use){
		.name = name_id[wide ? 0 : (k >> 3) % NAMES],
		.address = name_id[wide ? (k >> 11) % WORDS : (k >> 11) % 5],
		.rcpt = 1,
		.client = 1,
		.at = (20000 + (k >> 17) % DAYS) * 86400 + (k >> 5) % 86400,
		.n = (k >> 9) % 2 != 0 && (k >> 10) % 2 != 0 ? 0 : i % 3 + 1,
		.use = (uint8_t)((k >> 9) % 2 == 0    ? USE_LOGIN
				 : (k >> 10) % 2 == 0 ? USE_DELIVERY
						      : USE_LOGOUT),
		.protocol = LOG_IMAP,
		.traits = (uint8_t)(i % 2)
	};
}

static char *all(struct fx *fx)
{
	struct strbuf out = STRBUF_INIT;
	struct store_uses *it = NULL;
	struct log_use_seen u;
	struct err err = ERR_INIT;
	enum next n;

	fx_ok(store_uses_open(fx->st, SIDE_OLD, &it, &err));
	while ((n = store_uses_next(it, &u, &err)) == NEXT_ITEM) {
		strbuf_addspan(&out, u.name);
		strbuf_addf(&out, " %d ", (int)u.use);
		strbuf_addspan(&out, u.address);
		strbuf_addf(&out, " %lld %lld %lld %u", (long long)u.n,
			    (long long)u.first, (long long)u.last, u.traits);
		for (struct log_day d; store_log_day_next(&u.days, &d);) {
			strbuf_addf(&out, " %u:%u:%u:%u", d.day, d.n, d.first, d.last);
		}
		strbuf_addc(&out, '\n');
	}
	assert_int_equal(n, NEXT_END);
	store_uses_close(it);
	return strbuf_take(&out);
}

/* n events; a run after each `spill` of them, to the store after each `flush`; 0: only at
 * the end. */
static char *summed(uint32_t n, uint32_t spill, uint32_t flush, bool wide)
{
	struct fx fx;
	struct sums *s = NULL;
	struct err err = ERR_INIT;
	char *text;

	set_up(&fx, &s);
	for (uint32_t i = 1; i <= n; i++) {
		struct sums_use u = event(i, wide);

		assert_false(sums_full(s, 1));
		sums_add(s, &u);
		if (spill > 0 && i % spill == 0)
			fx_ok(sums_spill(s, &err));
		if (flush > 0 && i % flush == 0)
			fx_ok(sums_flush(s, &err));
	}
	fx_ok(sums_flush(s, &err));
	text = all(&fx);
	sums_free(s);
	fx_close(&fx);
	return text;
}

static void runs_are_the_same_as_one_sum(void **state)
{
	/* more runs than are brought together at once, too */
	static const uint32_t ways[][2] = { { 0, 0 },	{ 700, 0 },   { 20, 0 },
					    { 0, 900 }, { 70, 1000 }, { 1, 0 } };
	char *want = summed(3000, 0, 0, false);

	(void)state;
	assert_true(strlen(want) > 10000);
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		char *got = summed(3000, ways[i][0], ways[i][1], false);

		if (strcmp(got, want) != 0)
			fail_msg("case %zu", i);
		free(got);
	}
	free(want);
}

static void a_name_of_many_uses_is_whole_over_rows(void **state)
{
	static const uint32_t ways[][2] = { { 0, 2500 }, { 900, 0 }, { 300, 4100 } };
	char *want = summed(9000, 0, 0, true);
	size_t uses = 0;

	(void)state;
	for (const char *p = want; *p != '\0'; p++)
		uses += *p == '\n';
	assert_true(uses * (STORE_LOG_USE_HEAD + 3) > 3 * STORE_LOG_USES_ROW);
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		char *got = summed(9000, ways[i][0], ways[i][1], true);

		if (strcmp(got, want) != 0)
			fail_msg("case %zu", i);
		free(got);
	}
	free(want);
}

static void what_is_forgotten_is_not_stored(void **state)
{
	struct fx fx;
	struct sums *s = NULL;
	struct err err = ERR_INIT;
	char *text;

	(void)state;
	set_up(&fx, &s);
	for (uint32_t i = 0; i < 100; i++) {
		struct sums_use u = event(i, false);

		sums_add(s, &u);
		if (i == 60)
			fx_ok(sums_spill(s, &err));
	}
	sums_forget(s);
	fx_ok(sums_flush(s, &err));
	text = all(&fx);
	assert_string_equal(text, "");
	free(text);
	sums_free(s);
	fx_close(&fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_the_same_as_one_sum),
		cmocka_unit_test(a_name_of_many_uses_is_whole_over_rows),
		cmocka_unit_test(what_is_forgotten_is_not_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
