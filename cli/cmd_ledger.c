/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/entry.h"
#include "cli/heads.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/project.h"
#include "store/store_person.h"
#include "store/store_run.h"

enum { OPT_AGAINST = OPT_OWN, OPT_BY, OPT_DEEP };
static const struct option options[] = {
	{ "against", required_argument, NULL, OPT_AGAINST },
	{ "by", required_argument, NULL, OPT_BY },
	{ "deep", no_argument, NULL, OPT_DEEP },
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

struct request {
	bool deep;
	const char *by, *output;
	struct heads heads;
};

/* ---- head ---- */

static void print_head(const struct globals *g, const struct ledger_entry *e)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	sha256_hex(&e->hash, hex);
	clock_iso(e->time, iso);
	if (!g->json) {
		out_printf("%s\nentry %lld, %s, %s by %s\n", hex, (long long)e->seq, iso,
			   shown(e->kind), shown(e->name));
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/ledger-head/1");
	json_put_int(&j, "entry", e->seq);
	json_put_str(&j, "hash", hex);
	json_put_str(&j, "time", iso);
	json_put_str(&j, "kind", e->kind);
	json_put_str(&j, "actor", e->name);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static bool head(const struct globals *g, const struct project *p, struct err *err)
{
	struct ledger_entry e;
	struct arena arena;
	bool found, ok;

	arena_init(&arena);
	ok = store_ledger_head(p->store, &arena, &e, &found, err);
	if (ok && found)
		print_head(g, &e);
	else if (ok && g->json)
		out_puts("{ \"schema\": \"mailmuster/ledger-head/1\", \"entry\": null "
			 "}\n");
	else if (ok)
		out_puts("the ledger is empty\n");
	arena_done(&arena);
	return ok;
}

/* ---- verify ---- */

static void verified_json(const struct request *rq, const struct ledger_facts *f)
{
	struct strbuf text = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];
	struct json_out j;

	sha256_hex(&f->head, hex);
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/ledger-verify/1");
	json_put_int(&j, "entries", f->entries);
	json_put_bool(&j, "whole", true);
	json_put_str(&j, "hash", f->entries > 0 ? hex : NULL);
	json_put_int(&j, "heads", (int64_t)rq->heads.n);
	json_name(&j, "clock_back");
	if (f->back_seq == 0) {
		json_null(&j);
	} else {
		json_begin_object(&j);
		json_put_int(&j, "entry", f->back_seq);
		json_put_int(&j, "seconds", f->back_seconds);
		json_end_object(&j);
	}
	json_name(&j, "deep");
	if (!rq->deep) {
		json_null(&j);
	} else {
		json_begin_object(&j);
		json_put_int(&j, "messages", f->messages);
		json_put_int(&j, "readings", f->readings);
		json_put_int(&j, "unbound", f->unbound);
		json_put_int(&j, "purged", f->purged);
		json_end_object(&j);
	}
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static void verified_text(const struct request *rq, const struct ledger_facts *f)
{
	char n[32], back[32];

	out_printf("the ledger is whole: %s %s\n", num_group(f->entries, n, sizeof n),
		   f->entries == 1 ? "entry" : "entries");
	if (rq->heads.n > 0)
		out_printf("it holds %s\n", rq->heads.n == 1
						    ? "the head that was kept"
						    : "the heads that were kept");
	if (rq->deep)
		out_printf("%s are as %s left them\n", counted(f->messages, "message"),
			   counted(f->readings, "reading"));
	if (f->unbound > 0)
		out_printf("%s of them in folders that no ended run has read yet\n",
			   num_group(f->unbound, n, sizeof n));
	if (f->purged > 0)
		out_printf("%s %s purged: what was read there can be held against "
			   "nothing any more\n",
			   num_group(f->purged, n, sizeof n),
			   f->purged == 1 ? "folder was" : "folders were");
	if (f->back_seq != 0)
		out_printf("entry %lld was written %s before the one in front of it: the "
			   "clock of this machine was set back\n",
			   (long long)f->back_seq,
			   num_seconds(f->back_seconds, back, sizeof back));
}

static bool verify(const struct globals *g, const struct project *p,
		   const struct request *rq, int *code, struct err *err)
{
	struct ledger_facts f;

	if (!store_ledger_examine(p->store, rq->deep, rq->heads.v, rq->heads.n, &f, err))
		return err_hint(
			err,
			"the evidence cannot be trusted from there on: bring " STORE_NAME
			" back from a backup, and find out who changed it");
	if (g->json)
		verified_json(rq, &f);
	else
		verified_text(rq, &f);
	if (f.back_seq != 0)
		*code = EXIT_FINDINGS;
	return true;
}

/* ---- export ---- */

static void put_entry(struct strbuf *text, const struct ledger_entry *e)
{
	char hash[SHA256_HEX_SIZE], prev[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];
	struct json_out j;

	sha256_hex(&e->hash, hash);
	sha256_hex(&e->prev, prev);
	json_out_init(&j, text, true);
	json_begin_object(&j);
	json_put_int(&j, "entry", e->seq);
	json_put_int(&j, "unix", e->time);
	json_put_str(&j, "time", clock_iso(e->time, iso));
	json_put_str(&j, "actor", e->actor);
	json_put_str(&j, "kind", e->kind);
	json_put_str(&j, "payload", e->payload);
	json_put_str(&j, "prev", prev);
	json_put_str(&j, "hash", hash);
	json_end_object(&j);
	strbuf_addc(text, '\n');
}

static void put_export_head(struct strbuf *text, const struct project *p,
			    const struct ledger_facts *f)
{
	char hex[SHA256_HEX_SIZE];
	struct json_out j;

	sha256_hex(&f->head, hex);
	json_out_init(&j, text, true);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/ledger-export/1");
	json_put_int(&j, "entries", f->entries);
	json_put_str(&j, "head", hex);
	json_put_str(&j, "project", store_project_id(p->store));
	json_end_object(&j);
	strbuf_addc(text, '\n');
}

/* What does not verify is not passed on. */
static bool write_all(const struct project *p, const struct report_sink *sink,
		      struct err *err)
{
	struct store_ledger *it = NULL;
	struct strbuf text = STRBUF_INIT;
	struct ledger_entry e;
	struct ledger_facts f;
	enum next n = NEXT_FAIL;
	bool ok;

	ok = store_ledger_examine(p->store, false, NULL, 0, &f, err) &&
	     store_ledger_open(p->store, &it, err);
	if (ok)
		put_export_head(&text, p, &f);
	while (ok && (n = store_ledger_next(it, &e, err)) == NEXT_ITEM) {
		put_entry(&text, &e);
		if (text.n > 65536) {
			ok = sink->write(sink->ctx, strbuf_span(&text), err);
			strbuf_clear(&text);
		}
	}
	ok = ok && n == NEXT_END && sink->write(sink->ctx, strbuf_span(&text), err);
	store_ledger_close(it);
	strbuf_done(&text);
	return ok;
}

static bool export(const struct project *p, const struct request *rq, struct err *err)
{
	struct report_sink sink;
	struct out_file file;
	bool ok;

	if (!store_read_begin(p->store, err))
		return false;
	if (rq->output == NULL) {
		ok = write_all(p, &out_sink, err);
	} else if ((ok = out_file_open(rq->output, &file, err))) {
		sink = out_file_sink(&file);
		ok = write_all(p, &sink, err) && out_file_commit(&file, err);
		out_file_drop(&file);
	}
	store_read_end(p->store);
	return ok;
}

/* ---- forget ---- */

static bool forget(const struct globals *g, const struct project *p, const char *name,
		   const char *by, struct err *err)
{
	bool found;

	if (!store_person_forget(p->store, name, by, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_CONFIG,
			       "nobody of the name \"%s\" is in the ledger", shown(name));
	out_puts(g->json ? "{ \"schema\": \"mailmuster/ledger-forget/1\", \"forgotten\": "
			   "true }\n"
			 : "forgotten: the entries stay, under a code that nobody "
			   "knows\n");
	return true;
}

/* ---- */

enum verb { VERIFY, HEAD, EXPORT, FORGET };
static const char *const verbs[] = { "verify", "head", "export", "forget" };

static int refuse(struct args *a, size_t verb, const struct request *rq)
{
	if (verb == COUNT_OF(verbs))
		return args_bad(
			a, "ledger: \"%s\" is none of verify, head, export and forget",
			shown(a->rest[0]));
	if (verb != VERIFY && (rq->deep || rq->heads.n > 0))
		return args_bad(a, "ledger: --deep and --against are for verify");
	if (verb != EXPORT && rq->output != NULL)
		return args_bad(a, "ledger: --output is for export");
	if (verb != FORGET && rq->by != NULL)
		return args_bad(a, "ledger: --by is for forget");
	return args_count(a, verb == FORGET ? 2 : 1, verb == FORGET ? 2 : 1) ? EXIT_CLEAN
									     : a->exit;
}

static bool take(struct args *a, int opt, const char *value, struct request *rq)
{
	struct err err = ERR_INIT;

	switch (opt) {
	case OPT_AGAINST:
		if (heads_take(&rq->heads, value, &err))
			return true;
		a->exit = msg_fail(a->g, &err);
		return false;
	case OPT_BY:
		rq->by = value;
		return entry_check(a, "by", value, ENTRY_BY_MAX);
	case OPT_DEEP:
		rq->deep = true;
		return true;
	case 'o':
		rq->output = value;
		return true;
	default:
		return false;
	}
}

static int run(struct globals *g, int argc, char **argv)
{
	static struct request rq; /* it is large */
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN, opt;
	struct project p;
	const char *value;
	struct args a;
	size_t verb = 0;
	bool ok;

	args_init(&a, g, &cmd_ledger, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END)
		if (opt == ARGS_STOP || !take(&a, opt, value, &rq))
			return a.exit;
	if (!args_count(&a, 1, INT_MAX))
		return a.exit;
	while (verb < COUNT_OF(verbs) && strcmp(a.rest[0], verbs[verb]) != 0)
		verb++;
	code = refuse(&a, verb, &rq);
	if (code != EXIT_CLEAN)
		return code;
	ok = project_open(g, verb == FORGET ? PROJECT_WRITE : PROJECT_READ, &p, &err);
	if (ok && verb == VERIFY)
		ok = verify(g, &p, &rq, &code, &err);
	else if (ok && verb == HEAD)
		ok = head(g, &p, &err);
	else if (ok && verb == EXPORT)
		ok = export(&p, &rq, &err);
	else if (ok)
		ok = forget(g, &p, a.rest[1], rq.by != NULL ? rq.by : project_operator(),
			    &err);
	if (!ok)
		code = msg_fail(g, &err);
	project_close(&p);
	return code;
}

static const char help[] =
	"Every run and every entry by a person is chained to the one before by\n"
	"SHA-256. verify walks the chain and compares the digest of each run, and each\n"
	"row that a person wrote, with what is stored: exit code 12 names the first "
	"that\n"
	"does not fit; 1 says that the clock of this machine was set back. head prints\n"
	"the newest entry's hash: write it down where the owner of this machine cannot\n"
	"change it. export writes all entries, one JSON object a line. forget takes a\n"
	"person's name out of the project; the entries stay, under a code.\n"
	"\n"
	"  --deep         hold every message against every reading of its folder, too\n"
	"  --against HEAD the 64 digits of a head, or a report or export that holds "
	"one:\n"
	"                 it must be in the chain; may be given several times\n"
	"  -o, --output FILE  write to FILE, which appears only when it is whole\n"
	"  --by NAME      who has it forgotten; your login name by default\n";

const struct command cmd_ledger = {
	.name = "ledger",
	.summary = "check the record of all runs, show its head, export it",
	.usage = "verify [--deep] [--against HEAD] | head | export [-o FILE] | forget "
		 "NAME "
		 "[--by NAME]",
	.help = help,
	.options = options,
	.run = run,
};
