/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_REPORT_FIXTURE_H
#define TESTS_SUPPORT_REPORT_FIXTURE_H
/* Stores that were filled and verified, and reports over them as text. */
#include "tests/support/store_fixture.h"

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "report/report.h"
#include "report/report_why.h"
#include "store/store_accept.h"
#include "store/store_verify.h"
#include "verify/verify.h"

#define D0 INT64_C(1300000000)

typedef bool report_fn(struct store *, const struct report_options *,
		       const struct report_sink *, struct err *);

static const struct map_rules no_rules = { 0 };

static const struct fx_message three[] = { { "<a@x>", 100, D0, MSG_SEEN, NULL, 0 },
					   { "<b@x>", 200, D0 + 1, 0, NULL, 0 },
					   { "<c@x>", 300, D0 + 2, MSG_FLAGGED, NULL,
					     0 } };
static const struct fx_message two[] = { { "<a@x>", 100, D0, 0, NULL, 0 },
					 { "<b@x>", 200, D0 + 1, 0, NULL, 0 } };
static const struct fx_folder inbox_three[] = { { .name = "INBOX", FX_MESSAGES(three) } };
static const struct fx_folder inbox_two[] = { { .name = "INBOX", FX_MESSAGES(two) } };
static const struct fx_folder inbox_broken[] = {
	{ .name = "INBOX", .outcome = FOLDER_UNREADABLE, .error = "NO broken" }
};

static inline bool append(void *ctx, struct span piece, struct err *err)
{
	(void)err;
	strbuf_addspan(ctx, piece);
	return true;
}

static inline const char *write_report(struct fx *f, report_fn *fn,
				       const struct report_options *o)
{
	struct strbuf out = STRBUF_INIT;
	struct report_sink sink = { &out, append };
	struct err err = ERR_INIT;
	const char *text;

	fx_ok(fn(f->st, o, &sink, &err));
	text = arena_span(&f->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

static inline const char *explain(struct fx *f, int64_t transfer,
				  const struct report_options *o)
{
	struct strbuf out = STRBUF_INIT;
	struct report_sink sink = { &out, append };
	struct err err = ERR_INIT;
	const char *text;

	fx_ok(report_explain(f->st, transfer, o, &sink, &err));
	text = arena_span(&f->arena, strbuf_span(&out));
	strbuf_done(&out);
	return text;
}

static inline void verify(struct fx *f, const int64_t *transfer, size_t n)
{
	struct verify_options o = { .rules = &no_rules,
				    .now = clock_now(),
				    .max_age = 1000,
				    .max_octets = -1,
				    .mass_messages = 50,
				    .mass_percent = 20,
				    .scope = "{}",
				    .operator_name = "tester",
				    .transfers = transfer,
				    .transfer_n = n };
	struct verify_result r;
	struct err err = ERR_INIT;

	fx_ok(verify_run(f->st, &o, &r, &err));
}

/* ann: clean, bob: one message and one flag lost, cid: his folder was not read, dan:
 * never verified. */
static inline void four_accounts(struct fx *f, int64_t t[4])
{
	static const char *const name[] = { "ann", "bob", "cid", "dan" };

	fx_open(f);
	fx_audit(f, DEPTH_FULL);
	for (size_t i = 0; i < 4; i++) {
		t[i] = fx_transfer(f, name[i], name[i], name[i], "", "");
		if (i < 3)
			fx_read(f, SIDE_OLD, name[i], inbox_three, 1);
	}
	fx_read(f, SIDE_NEW, "ann", inbox_three, 1);
	fx_read(f, SIDE_NEW, "bob", inbox_two, 1);
	fx_read(f, SIDE_NEW, "cid", inbox_broken, 1);
	fx_audit_end(f);
	verify(f, t, 3);
}

static inline void need(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static inline void refuse(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in:\n%s", part, text);
}

#endif
