/* SPDX-License-Identifier: MIT */
#include "cli/counts.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/msg.h"
#include "report/report_told.h"
#include "store/store_count.h"

static bool differs(const struct counted_account *c)
{
	return c->at != 0 && c->server != c->ours;
}

/* "old anna: the server's own count is 12 (list.csv:3, told 2026-11-29), 10 were read".
 */
static void line(struct strbuf *out, const struct counted_account *c)
{
	char server[32], ours[32], told[CLOCK_ISO_SIZE], at[CLOCK_ISO_SIZE];

	strbuf_addf(out, "%s ", side_name(c->side));
	text_show(out, span_str(c->user), 60);
	strbuf_addf(out, ": the server's own count is %s (",
		    num_group(c->server, server, sizeof server));
	text_show(out, span_str(c->source), 60);
	strbuf_addf(out, ":%lld, told %.10s), ", (long long)c->line,
		    clock_iso(c->told, told));
	if (c->at == 0)
		strbuf_adds(out, "nothing was read\n");
	else
		strbuf_addf(out, "%s read %.10s\n", num_group(c->ours, ours, sizeof ours),
			    clock_iso(c->at, at));
}

bool counts_text(const struct project *p, int64_t old_account, int64_t new_account,
		 struct strbuf *out, struct err *err)
{
	bool all = old_account == 0 && new_account == 0;
	struct counted_account *c = NULL;
	int64_t same = 0, unlike = 0, unread = 0;
	struct arena arena;
	size_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = store_counted(p->store, &arena, &c, &n, err);
	for (size_t i = 0; ok && i < n; i++) {
		if (!all) {
			if (c[i].account == old_account || c[i].account == new_account)
				line(out, &c[i]);
			continue;
		}
		unread += c[i].at == 0;
		same += c[i].at != 0 && !differs(&c[i]);
		if (differs(&c[i]) && unlike++ < COUNTS_NAMED)
			line(out, &c[i]);
	}
	if (all && n > 0) {
		if (unlike > COUNTS_NAMED)
			strbuf_addf(out, "and %s more where the counts differ\n",
				    counted(unlike - COUNTS_NAMED, "account"));
		strbuf_addf(out, "the servers' own counts: %s as read, ",
			    counted(same, "account"));
		strbuf_addf(out, "%lld otherwise, %lld not read\n", (long long)unlike,
			    (long long)unread);
	}
	arena_done(&arena);
	return ok &&
	       (old_account == 0 ||
		report_told_folders(p->store, old_account, out, err)) &&
	       (new_account == 0 || report_told_folders(p->store, new_account, out, err));
}

bool counts_json(const struct project *p, struct strbuf *out, struct err *err)
{
	struct counted_account *c = NULL;
	struct arena arena;
	struct json_out j;
	size_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = store_counted(p->store, &arena, &c, &n, err);
	json_out_init(&j, out, true);
	json_begin_array(&j);
	for (size_t i = 0; ok && i < n; i++) {
		char told[CLOCK_ISO_SIZE], at[CLOCK_ISO_SIZE];

		if (!differs(&c[i]))
			continue;
		json_begin_object(&j);
		json_put_str(&j, "side", side_name(c[i].side));
		json_put_str(&j, "user", c[i].user);
		json_put_int(&j, "server", c[i].server);
		json_put_int(&j, "read", c[i].ours);
		json_put_str(&j, "source", c[i].source);
		json_put_int(&j, "line", c[i].line);
		json_put_str(&j, "told", clock_iso(c[i].told, told));
		json_put_str(&j, "at", clock_iso(c[i].at, at));
		json_end_object(&j);
	}
	json_end_array(&j);
	arena_done(&arena);
	return ok;
}
