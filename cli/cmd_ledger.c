/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/project.h"
#include "store/store_run.h"

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

static bool verify(const struct globals *g, const struct project *p, struct err *err)
{
	char n[32];
	int64_t entries;

	if (!store_ledger_verify(p->store, &entries, err))
		return err_hint(
			err,
			"the evidence cannot be trusted from there on: bring " STORE_NAME
			" back from a backup, and find out who changed it");
	if (g->json)
		out_printf("{ \"schema\": \"mailmuster/ledger-verify/1\", \"entries\": "
			   "%lld, \"whole\": true }\n",
			   (long long)entries);
	else
		out_printf("the ledger is whole: %s %s\n",
			   num_group(entries, n, sizeof n),
			   entries == 1 ? "entry" : "entries");
	return true;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p;
	const char *value;
	struct args a;
	bool is_head;

	args_init(&a, g, &cmd_ledger, argc, argv);
	if (args_next(&a, &value) != ARGS_END || !args_count(&a, 1, 1))
		return a.exit;
	is_head = strcmp(a.rest[0], "head") == 0;
	if (!is_head && strcmp(a.rest[0], "verify") != 0)
		return args_bad(&a, "ledger: \"%s\" is neither verify nor head",
				shown(a.rest[0]));
	if (!project_open(g, PROJECT_READ, &p, &err) ||
	    !(is_head ? head(g, &p, &err) : verify(g, &p, &err)))
		code = msg_fail(g, &err);
	project_close(&p);
	return code;
}

static const char help[] =
	"Every run and every entry by a person is chained to the one before by\n"
	"SHA-256. verify walks the chain and compares the digest of each run with\n"
	"what is stored: exit code 12 names the first entry that does not fit. head\n"
	"prints the newest entry's hash: write it down where the owner of this\n"
	"machine cannot change it.\n";

const struct command cmd_ledger = {
	.name = "ledger",
	.summary = "check the record of all runs, or show its head",
	.usage = "verify | head",
	.help = help,
	.run = run,
};
