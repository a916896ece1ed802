/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/entry.h"
#include "cli/event_import.h"
#include "cli/event_record.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "store/store_account.h"
#include "store/store_run.h"
#include "store/store_seal.h"
#include "store/store_told.h"

#define FUTURE_MAX 3600 /* seconds by which clocks may differ */

enum { OPT_AT = OPT_OWN, OPT_BY, OPT_DIGEST, OPT_FILE, OPT_NOTE, OPT_ROLE };
static const struct option options[] = {
	{ "at", required_argument, NULL, OPT_AT },
	{ "by", required_argument, NULL, OPT_BY },
	{ "digest", required_argument, NULL, OPT_DIGEST },
	{ "file", required_argument, NULL, OPT_FILE },
	{ "note", required_argument, NULL, OPT_NOTE },
	{ "role", required_argument, NULL, OPT_ROLE },
	{ NULL, 0, NULL, 0 },
};

/* "seal" comes from the command of that name alone. */
static const char *const kinds[] = { "presync",	 "last-pass", "freeze", "cutover",
				     "rollback", "closed",    "stop",	"start",
				     "asked",	 "answered" };
static const char *const records[] = { "archive", "restore", "statement", "announce" };

struct telling {
	const char *kind, *by, *note;
	int64_t at; /* 0: now */
};

static bool is_kind(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i], word) == 0)
			return true;
	return false;
}

static int unknown_kind(struct args *a, const char *word)
{
	struct suggest s;

	if (strcmp(word, "seal") == 0)
		return args_bad(a,
				"event: a seal is taken by the command mailmuster seal");
	suggest_init(&s, word);
	suggest_try(&s, "list");
	suggest_try(&s, "import");
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		suggest_try(&s, kinds[i]);
	for (size_t i = 0; i < COUNT_OF(records); i++)
		suggest_try(&s, records[i]);
	if (s.best != NULL)
		return args_bad(a, "event: there is no kind \"%s\": did you mean %s?",
				shown(word), s.best);
	return args_bad(a,
			"event: \"%s\" is neither list, import nor a kind: presync, "
			"last-pass, freeze, cutover, rollback, closed, stop, start, "
			"asked, answered, archive, restore, statement or announce",
			shown(word));
}

static bool add_entry(const struct project *p, const struct telling *t,
		      const struct scope *scope, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct json_out j;
	bool ok;

	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_str(&j, "at", clock_iso(t->at, iso));
	json_put_str(&j, "event", t->kind);
	ok = store_told_put(p->store, &j, err);
	json_put_int(&j, "transfers", (int64_t)scope->n);
	json_end_object(&j);
	ok = ok &&
	     store_ledger_append(p->store, t->by, "event", strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

static bool record(const struct project *p, const struct telling *t,
		   const struct scope *scope, struct err *err)
{
	bool ok = true;

	if (!store_begin(p->store, err))
		return false;
	for (size_t i = 0; ok && i < scope->n; i++)
		ok = store_event_add(p->store, scope->ids[i], t->kind, t->at, t->by,
				     t->note, err);
	ok = ok && add_entry(p, t, scope, err) && store_commit(p->store, err);
	if (!ok)
		store_rollback(p->store);
	return ok;
}

static void print_told(const struct globals *g, const struct telling *t,
		       const struct scope *scope)
{
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct json_out j;

	clock_iso(t->at, iso);
	if (!g->json) {
		out_printf("%s on %s: %s\n", t->kind, iso,
			   counted((int64_t)scope->n, "account"));
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/event/1");
	json_put_str(&j, "kind", t->kind);
	json_put_str(&j, "at", iso);
	json_put_int(&j, "accounts", (int64_t)scope->n);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static int tell(struct globals *g, struct telling *t)
{
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p;

	if (t->at == 0)
		t->at = clock_now();
	if (!project_open(g, PROJECT_WRITE, &p, &err) ||
	    !scope_open(g, &p, &scope, &err) || !record(&p, t, &scope, &err))
		code = msg_fail(g, &err);
	else
		print_told(g, t, &scope);
	scope_close(&scope);
	project_close(&p);
	return code;
}

static void put_event(struct json_out *j, const char *account, const struct event *e)
{
	char iso[CLOCK_ISO_SIZE];

	json_begin_object(j);
	json_put_str(j, "account", account);
	json_put_str(j, "kind", e->kind);
	json_put_str(j, "at", clock_iso(e->at, iso));
	json_put_str(j, "told", clock_iso(e->told, iso));
	json_put_str(j, "by", e->teller);
	json_put_str(j, "note", e->note);
	json_end_object(j);
}

static int by_id(const void *a, const void *b)
{
	const struct transfer *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* NULL: not in the scope, whose transfers are sorted by id by now. */
static const char *name_of(const struct scope *s, int64_t transfer)
{
	struct transfer want = { .id = transfer };
	const struct transfer *t = bsearch(&want, s->t, s->n, sizeof *s->t, by_id);

	return t != NULL ? t->name : NULL;
}

/* Ordered by time, as the store gives them. */
static bool print_list(const struct globals *g, const struct project *p,
		       struct scope *scope, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct event *v;
	struct json_out j;
	size_t n, told = 0;

	if (!store_events(p->store, 0, &scope->arena, &v, &n, err))
		return false;
	qsort(scope->t, scope->n, sizeof *scope->t, by_id);
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/events/1");
	json_name(&j, "events");
	json_begin_array(&j);
	for (size_t i = 0; i < n; i++) {
		const char *name = name_of(scope, v[i].transfer);

		if (name == NULL)
			continue;
		told++;
		if (g->json) {
			put_event(&j, name, &v[i]);
			continue;
		}
		out_printf("%s  %-9s  ", clock_iso(v[i].at, iso), v[i].kind);
		out_text(name);
		out_puts("  by ");
		out_text(v[i].teller);
		out_puts(*v[i].note != '\0' ? ": " : "");
		out_text(v[i].note);
		out_puts("\n");
	}
	json_end_array(&j);
	json_end_object(&j);
	if (g->json)
		out_printf("%s\n", strbuf_cstr(&text));
	else if (told == 0)
		out_puts("no events were told\n");
	strbuf_done(&text);
	return true;
}

static int list(struct globals *g)
{
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p;

	if (!project_open(g, PROJECT_READ, &p, &err) ||
	    !scope_open(g, &p, &scope, &err) || !print_list(g, &p, &scope, &err))
		code = msg_fail(g, &err);
	scope_close(&scope);
	project_close(&p);
	return code;
}

/* What was read before a failure stays, and is told. */
static int import_logs(struct globals *g, struct telling *t, char **paths, int n)
{
	struct imported sum = { 0 };
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p;

	if (!project_open(g, PROJECT_WRITE, &p, &err) ||
	    !scope_open(g, &p, &scope, &err)) {
		code = msg_fail(g, &err);
	} else {
		bool ok = event_import(&p, &scope, paths, (size_t)n, t->by, &scope.arena,
				       &sum, &err);

		if (ok || sum.files != 0)
			event_import_print(g, &sum);
		if (!ok)
			code = msg_fail(g, &err);
	}
	scope_close(&scope);
	project_close(&p);
	return code;
}

static bool take_time(struct args *a, const char *value, int64_t *out)
{
	if (!clock_parse_iso(span_str(value), out))
		a->exit = args_bad(a,
				   "event: --at \"%s\" is no time such as "
				   "2026-11-23T22:00:00Z or 2026-11-23T23:00+01:00",
				   shown(value));
	else if (*out > clock_now() + FUTURE_MAX)
		a->exit = args_bad(a,
				   "event: --at \"%s\" is still to come: tell it when "
				   "it has happened",
				   shown(value));
	else if (*out <= 0)
		a->exit = args_bad(a, "event: --at \"%s\" is before 1970", shown(value));
	else
		return true;
	return false;
}

static int tell_record(struct args *a, const struct telling *t, struct event_record *rec)
{
	if (!args_count(a, 1, 2))
		return a->exit;
	if (a->rest_n > 1) {
		if (!entry_check(a, t->kind, a->rest[1], ENTRY_TEXT_MAX))
			return a->exit;
		rec->topic = a->rest[1];
	}
	rec->kind = t->kind;
	rec->by = t->by;
	rec->note = t->note;
	rec->at = t->at;
	return event_record(a, rec);
}

static int run(struct globals *g, int argc, char **argv)
{
	struct telling t = { .by = project_operator(), .note = "" };
	struct event_record rec = { 0 };
	bool any = false;
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_event, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		any = true;
		switch (opt) {
		case OPT_AT:
			if (!take_time(&a, value, &t.at))
				return a.exit;
			break;
		case OPT_BY:
			if (!entry_check(&a, "by", value, ENTRY_BY_MAX))
				return a.exit;
			t.by = value;
			break;
		case OPT_NOTE:
			if (!entry_check(&a, "note", value, ENTRY_TEXT_MAX))
				return a.exit;
			t.note = value;
			break;
		case OPT_DIGEST:
			rec.digest = value;
			break;
		case OPT_FILE:
			rec.file = value;
			break;
		case OPT_ROLE:
			if (!entry_check(&a, "role", value, ENTRY_BY_MAX))
				return a.exit;
			rec.role = value;
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 1, INT_MAX))
		return a.exit;
	t.kind = a.rest[0];
	if (event_is_record(t.kind))
		return tell_record(&a, &t, &rec);
	if (rec.file != NULL || rec.digest != NULL || rec.role != NULL)
		return args_bad(&a, "event: --file, --digest and --role are for archive, "
				    "restore and statement");
	if (strcmp(t.kind, "import") == 0) {
		if (t.at != 0 || *t.note != '\0')
			return args_bad(&a,
					"event: import takes neither --at nor --note");
		return args_count(&a, 2, INT_MAX)
			       ? import_logs(g, &t, a.rest + 1, a.rest_n - 1)
			       : a.exit;
	}
	if (!args_count(&a, 1, 1))
		return a.exit;
	if (strcmp(t.kind, "list") == 0)
		return any ? args_bad(&a, "event: list takes none of these options")
			   : list(g);
	return is_kind(t.kind) ? tell(g, &t) : unknown_kind(&a, t.kind);
}

static const char help[] =
	"Tells what happened to the accounts, so that verify knows what came before\n"
	"and what after. KIND is presync (a first copy), last-pass (the mover's last\n"
	"one), freeze (no more mail to the old side), cutover (users work on the new\n"
	"side), rollback (and back again), or closed; stop (the old server is down, to\n"
	"see who complains) or start (it is up again). A seal is no event of this\n"
	"command: mailmuster seal takes it. asked and answered tell of the owner of an\n"
	"account that is not used. list shows them all.\n"
	"archive and restore are recorded with the SHA-256 of the file: of the old\n"
	"server as a whole, or an archive of the accounts of --only. statement keeps\n"
	"what somebody says, and as what: of relays, forwards, new-accounts,\n"
	"soft-shutdown, retention or clock. announce keeps where the shutdown was\n"
	"announced: a Message-ID, or a place. The gate asks for all of these.\n"
	"import reads what imapsync wrote to its log: when it ran for which account,\n"
	"and what it did not copy and why. verify names that reason of what is missing.\n"
	"\n"
	"  --at TIME      when it happened, with a zone: 2026-11-23T22:00:00Z; now by\n"
	"                 default\n"
	"  --by NAME      who says so; your login name by default\n"
	"  --note TEXT    kept with it\n"
	"  --file FILE    the archive, which is read to its end\n"
	"  --digest HEX   its SHA-256, when it lies elsewhere\n"
	"  --role ROLE    as what somebody states it, such as \"records officer\"\n";

static const struct command_words words[] = {
	{ NULL, "presync last-pass freeze cutover rollback closed stop start asked answered" },
	{ NULL, NULL },
};

const struct command cmd_event = {
	.name = "event",
	.summary = "tell what happened: presync, last pass, freeze, cutover",
	.usage = "list | import FILE ... | KIND [--at TIME] [--by NAME] [--note TEXT] | "
		 "(archive | restore) (--file FILE | --digest HEX) | statement TOPIC "
		 "--role ROLE | announce WHERE",
	.help = help,
	.options = options,
	.words = words,
	.run = run,
};
