/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_VERIFY_FIXTURE_H
#define TESTS_SUPPORT_VERIFY_FIXTURE_H
/* A store that is verified, and what verify wrote into it as text. */
#include "tests/support/store_fixture.h"

#include "base/text.h"
#include "store/store_seal.h"
#include "store/store_verify.h"
#include "verify/verify.h"

#define DAY  INT64_C(86400)
#define YEAR (365 * DAY)
#define D0   INT64_C(1300000000) /* 2011-03-13T07:06:40Z */

static const struct map_rules no_rules = { 0 };

static inline struct verify_options options(const int64_t *transfer, size_t n)
{
	return (struct verify_options){ .rules = &no_rules,
					.max_octets = -1,
					.mass_messages = 5,
					.mass_percent = 20,
					.now = clock_now(),
					.max_age = 7 * DAY,
					.scope = "{}",
					.operator_name = "tester",
					.transfers = transfer,
					.transfer_n = n };
}

/* How many of these are named; most: what the array holds. */
static inline size_t folders_n(const struct fx_folder *v, size_t most)
{
	size_t n = 0;

	while (n < most && v[n].name != NULL)
		n++;
	return n;
}

static inline struct verify_result verify(struct fx *f, const struct verify_options *o)
{
	struct verify_result r;
	struct err err = ERR_INIT;

	fx_ok(verify_run(f->st, o, &r, &err));
	return r;
}

static inline struct judgement judgement(struct fx *f, int64_t transfer)
{
	struct err err = ERR_INIT;
	struct judgement j;
	bool found;

	fx_ok(store_judgement(f->st, transfer, &f->arena, &j, &found, &err));
	assert_true(found);
	return j;
}

/* Findings, one a line: "doubt message-missing old INBOX 3", then ">other", "[old|new]".
 */
static inline const char *findings(struct fx *f, int64_t transfer)
{
	struct strbuf out = STRBUF_INIT;
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	const char *text;
	enum next next;

	fx_ok(store_findings_open(f->st, transfer, &it, &err));
	while ((next = store_findings_next(it, &x, &err)) == NEXT_ITEM) {
		if (x.accepted != 0)
			strbuf_adds(&out, "accepted ");
		strbuf_addf(&out, "%s %s %s %s", severity_name(x.severity),
			    finding_class_name(x.cls), side_name(x.side), x.folder);
		if (x.uid != 0)
			strbuf_addf(&out, " %u", (unsigned)x.uid);
		if (*x.other != '\0')
			strbuf_addf(&out, " >%s", x.other);
		if (*x.old_fact != '\0' || *x.new_fact != '\0')
			strbuf_addf(&out, " [%s|%s]", x.old_fact, x.new_fact);
		strbuf_addc(&out, '\n');
		assert_true(strlen(x.explanation) > 10);
	}
	assert_int_equal(next, NEXT_END);
	store_findings_close(it);
	text = arena_span(&f->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

/* DESIGN 5: every message on either side gets exactly one verdict. */
static inline void check_sums(size_t i, const struct judgement *j)
{
	const struct match_count *c = &j->count;
	int64_t both = c->same + c->same_weak + c->changed + c->refiled;

	if (both + c->missing + c->removed + c->old_unverified != c->old_messages ||
	    both + c->extra + c->new_unverified != c->new_messages)
		fail_msg("case %zu: %lld matched, %lld missing, %lld removed, %lld and "
			 "%lld unverified, "
			 "%lld extra make neither %lld old nor %lld new messages",
			 i, (long long)both, (long long)c->missing, (long long)c->removed,
			 (long long)c->old_unverified, (long long)c->new_unverified,
			 (long long)c->extra, (long long)c->old_messages,
			 (long long)c->new_messages);
}

/* The same, each with its reason in front: "late loss message-missing old INBOX 3". */
static inline const char *reasons(struct fx *f, int64_t transfer)
{
	struct strbuf out = STRBUF_INIT;
	struct store_findings *it;
	struct err err = ERR_INIT;
	struct finding x;
	const char *text;
	enum next next;

	fx_ok(store_findings_open(f->st, transfer, &it, &err));
	while ((next = store_findings_next(it, &x, &err)) == NEXT_ITEM) {
		strbuf_addf(&out, "%s%s %s %s %s %s", x.accepted != 0 ? "accepted " : "",
			    why_name(x.why), severity_name(x.severity),
			    finding_class_name(x.cls), side_name(x.side), x.folder);
		if (x.uid != 0)
			strbuf_addf(&out, " %u", (unsigned)x.uid);
		if (*x.other != '\0')
			strbuf_addf(&out, " >%s", x.other);
		if (x.count != 1)
			strbuf_addf(&out, " x%lld", (long long)x.count);
		strbuf_addc(&out, '\n');
		assert_true(strlen(x.explanation) > 10);
	}
	assert_int_equal(next, NEXT_END);
	store_findings_close(it);
	text = arena_span(&f->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

/* Both sides as they stand now. */
static inline void seal(struct fx *f, int64_t transfer, const char *old, const char *new)
{
	const char *user[SIDE_COUNT] = { old, new };
	struct seal_folder v[64];
	struct seal s = { .transfer = transfer,
			  .at = clock_now(),
			  .run = { f->run, f->run },
			  .sound = true,
			  .teller = "tester",
			  .note = "" };
	struct err err = ERR_INIT;
	size_t n = 0;

	for (int side = 0; side < SIDE_COUNT; side++) {
		struct folder_view *view;
		size_t view_n;

		fx_ok(store_folders(f->st, fx_account(f, (enum side)side, user[side]),
				    false, &f->arena, &view, &view_n, &err));
		for (size_t i = 0; i < view_n; i++) {
			assert_true(n < COUNT_OF(v));
			v[n++] = (struct seal_folder){ .folder = view[i].folder.id,
						       .epoch = view[i].epoch,
						       .uidnext = view[i].state.uidnext,
						       .messages = view[i].state.exists };
		}
	}
	fx_ok(store_seal_add(f->st, &s, v, n, &s.id, &err));
}

static inline const char *counts_text(struct fx *f, const struct judgement *j)
{
	const struct match_count *c = &j->count;

	return arena_printf(&f->arena, "%lld %lld %lld %lld %lld %lld %lld %lld",
			    (long long)c->same, (long long)c->same_weak,
			    (long long)c->changed, (long long)c->refiled,
			    (long long)c->missing, (long long)c->extra,
			    (long long)c->old_unverified, (long long)c->new_unverified);
}

#define F(folder, v)                                                                     \
	{                                                                                \
		.name = folder, FX_MESSAGES(v)                                           \
	}
#define FA(folder, at, v)                                                                \
	{                                                                                \
		.name = folder, .attrs = at, FX_MESSAGES(v)                              \
	}
#define FE(folder)                                                                       \
	{                                                                                \
		.name = folder, FX_EMPTY                                                 \
	}
#define FEA(folder, at)                                                                  \
	{                                                                                \
		.name = folder, .attrs = at, FX_EMPTY                                    \
	}

#endif
