/* SPDX-License-Identifier: MIT */
/* What a person says of accounts, for the ledger: decisions, and whose use is expected.
 */
#include "base/clock.h"
#include "base/json.h"
#include "cli/accounts_use.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/scope.h"
#include "cli/table.h"
#include "store/store_account.h"
#include "store/store_said.h"

static bool is_decision(const char *s)
{
	static const char *const words[] = { "migrate", "archive", "delete", "keep",
					     "forward" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(s, words[i]) == 0)
			return true;
	return false;
}

/* The row of the transfer changes with it, so that every report knows. */
static bool set_one(const struct project *p, const struct transfer *t,
		    const struct accounts_query *q, struct err *err)
{
	struct said s = { .transfer = t->id,
			  .at = clock_now(),
			  .teller = q->by,
			  .decision = q->decision,
			  .owner = q->owner,
			  .leave_until = q->leave_until,
			  .note = q->note != NULL ? q->note : "" };
	struct transfer with = *t;
	enum store_put what;
	int64_t id;

	if (q->decision != NULL)
		with.decision = q->decision;
	if (q->owner != NULL)
		with.owner = q->owner;
	return store_said_add(p->store, &s, err) &&
	       store_transfer_put(p->store, &with, &id, &what, err);
}

int accounts_set(struct args *a, const struct accounts_query *q)
{
	struct err err = ERR_INIT;
	struct project p = { 0 };
	struct arena arena;
	int code = EXIT_CLEAN;
	bool ok;

	if (q->decision == NULL && q->owner == NULL && q->leave_until == 0 &&
	    q->note == NULL)
		return args_bad(a, "accounts set: say a --decision, an --owner, "
				   "--leave-until or a --note");
	if (q->decision != NULL && !is_decision(q->decision))
		return args_bad(
			a,
			"accounts set: --decision \"%s\" is none of migrate, archive, "
			"delete, keep, forward",
			shown(q->decision));
	arena_init(&arena);
	ok = project_open(a->g, PROJECT_WRITE, &p, &err) && store_begin(p.store, &err);
	for (int i = 1; ok && i < a->rest_n; i++) {
		struct transfer t;

		ok = scope_find(&p, a->rest[i], false, &arena, &t, &err) &&
		     set_one(&p, &t, q, &err);
	}
	ok = ok && store_commit(p.store, &err);
	if (!ok)
		code = msg_fail(a->g, &err);
	else if (a->g->json)
		out_printf("{ \"schema\": \"mailmuster/accounts-set/1\", \"accounts\": "
			   "%d }\n",
			   a->rest_n - 1);
	else
		out_printf("said of %s, by %s\n", counted(a->rest_n - 1, "account"),
			   shown(q->by));
	arena_done(&arena);
	project_close(&p);
	return code;
}

static bool list_expected(struct args *a, const struct project *p, struct err *err)
{
	static const char *const head[] = { "name", "since", "by", "reason", NULL };
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct expected *v = NULL;
	struct arena arena;
	struct json_out j;
	struct table t;
	size_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = store_expected(p->store, &arena, &v, &n, err);
	if (ok && a->g->json) {
		json_out_init(&j, &text, false);
		json_begin_object(&j);
		json_put_str(&j, "schema", "mailmuster/expected/1");
		json_name(&j, "names");
		json_begin_array(&j);
		for (size_t i = 0; i < n; i++) {
			json_begin_object(&j);
			json_put_str(&j, "name", v[i].name);
			json_put_str(&j, "at", clock_iso(v[i].at, iso));
			json_put_str(&j, "by", v[i].teller);
			json_put_str(&j, "reason", v[i].reason);
			json_end_object(&j);
		}
		json_end_array(&j);
		json_end_object(&j);
		out_printf("%s\n", strbuf_cstr(&text));
	} else if (ok) {
		table_init(&t, head);
		for (size_t i = 0; i < n; i++)
			table_row(&t, (const char *[]){ v[i].name, accounts_day(v[i].at),
							v[i].teller, v[i].reason });
		table_print(&t);
	}
	strbuf_done(&text);
	arena_done(&arena);
	return ok;
}

static bool expect_one(const struct project *p, const char *name,
		       const struct accounts_query *q, struct err *err)
{
	struct expected e = { .name = name,
			      .teller = q->by,
			      .reason = q->reason != NULL ? q->reason : "",
			      .at = clock_now() };

	return store_expected_add(p->store, &e, !q->off, err);
}

int accounts_expect(struct args *a, const struct accounts_query *q)
{
	struct err err = ERR_INIT;
	struct project p = { 0 };
	int code = EXIT_CLEAN;
	bool ok;

	if (a->rest_n > 1 && !q->off && q->reason == NULL)
		return args_bad(a, "accounts expect: say why with --reason");
	ok = project_open(a->g, a->rest_n > 1 ? PROJECT_WRITE : PROJECT_READ, &p, &err);
	for (int i = 1; ok && i < a->rest_n; i++)
		ok = expect_one(&p, a->rest[i], q, &err);
	if (ok && a->rest_n == 1)
		ok = list_expected(a, &p, &err);
	else if (ok && a->g->json)
		out_printf("{ \"schema\": \"mailmuster/expect/1\", \"names\": %d }\n",
			   a->rest_n - 1);
	else if (ok)
		out_printf("%s %s\n", counted(a->rest_n - 1, "name"),
			   q->off ? "no longer expected" : "expected");
	if (!ok)
		code = msg_fail(a->g, &err);
	project_close(&p);
	return code;
}
