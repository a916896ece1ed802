/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/project.h"
#include "cli/sides.h"
#include "map/map_counts.h"
#include "store/store_count.h"

enum { OPT_SIDE = OPT_OWN };
static const struct option options[] = {
	{ "side", required_argument, NULL, OPT_SIDE },
	{ NULL, 0, NULL, 0 },
};

struct importing {
	struct project p;
	enum side side;
	const char *source;
	int64_t now, batch;
	uint64_t facts, odd;
	int64_t strangers;
};

static bool put(void *ctx, const struct map_count *c, struct err *err)
{
	const struct importing *im = ctx;
	const struct server_count count = { .batch = im->batch,
					    .side = im->side,
					    .name = c->name,
					    .folder = c->folder,
					    .messages = c->messages,
					    .octets = c->octets,
					    .source = im->source,
					    .line = (int64_t)c->line,
					    .told = im->now };

	return store_count_add(im->p.store, &count, err);
}

/* Names that are no login: said, with the first, so that nobody believes them compared.
 */
static bool tell_strangers(const struct globals *g, struct importing *im, struct err *err)
{
	const char *first = "";
	struct arena arena;
	int64_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = store_count_strangers(im->p.store, im->source, im->batch, &arena, &n, &first,
				   err);
	if (ok && n > 0)
		msg_warn(g, "%s: %s %s no login of the %s side, the first is %s",
			 shown(im->source), counted(n, "name"), n == 1 ? "is" : "are",
			 side_name(im->side), shown(first));
	im->strangers += n;
	arena_done(&arena);
	return ok;
}

static bool one_file(const struct globals *g, struct importing *im, const char *path,
		     struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct map_tally tally = { 0 };
	bool ok;

	im->source = path;
	if (!fs_read(path, MAP_WITNESS_MAX, &text, err)) {
		err->cls = ERR_CONFIG;
		strbuf_done(&text);
		return false;
	}
	ok = store_begin(im->p.store, err) &&
	     map_counts_read(path, strbuf_span(&text), put, im, &tally, err) &&
	     store_commit(im->p.store, err) && tell_strangers(g, im, err);
	strbuf_done(&text);
	if (tally.odd > 0)
		msg_warn(g, "%s:%llu: not understood, the first of %s", shown(path),
			 (unsigned long long)tally.first_odd,
			 counted((int64_t)tally.odd, "line"));
	im->facts += tally.facts;
	im->odd += tally.odd;
	return ok;
}

static int counts(struct args *a, struct importing *im)
{
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	bool ok = project_open(a->g, PROJECT_WRITE, &im->p, &err);

	im->now = clock_now();
	ok = ok && store_count_batch(im->p.store, &im->batch, &err);
	for (int i = 1; ok && i < a->rest_n; i++)
		ok = one_file(a->g, im, a->rest[i], &err);
	if (!ok)
		code = msg_fail(a->g, &err);
	else if (im->odd > 0 || im->strangers > 0)
		code = EXIT_INCOMPLETE;
	if (ok && a->g->json)
		out_printf(
			"{ \"schema\": \"mailmuster/import-counts/1\", \"facts\": %llu, "
			"\"odd\": %llu, \"strangers\": %lld }\n",
			(unsigned long long)im->facts, (unsigned long long)im->odd,
			(long long)im->strangers);
	else if (ok)
		out_printf("%s\n", counted((int64_t)im->facts, "count"));
	project_close(&im->p);
	return code;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct importing im = { .side = SIDE_OLD };
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_import, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		if (opt != OPT_SIDE)
			return a.exit;
		if (!side_parse(value, &im.side))
			return args_bad(&a, SIDES_BAD);
	}
	if (a.rest_n < 1 || strcmp(a.rest[0], "counts") != 0)
		return args_bad(&a, "import what? counts FILE...");
	if (!args_count(&a, 2, INT32_MAX))
		return a.exit;
	return counts(&a, &im);
}

static const char help[] =
	"Counts of messages as the server's own tools tell them: another witness than\n"
	"IMAP that every folder was seen. status and explain show them beside what was\n"
	"read; a difference is told, and an agreement alone makes nothing clean.\n"
	"\n"
	"  --side SIDE  whose they are; old by default\n"
	"\n"
	"Understood by content: doveadm mailbox status -A 'messages vsize' '*' (also "
	"-t,\n"
	"-f tab, -f table), zmprov gqu (octets only), zmmailbox gaf (behind a line with\n"
	"the name of the account), Get-MailboxStatistics and\n"
	"Get-MailboxFolderStatistics through Export-Csv, and CSV with a header such as\n"
	"user,folder,messages,octets. A later import of a name replaces an earlier one.\n"
	"Exit code 3: a line was not understood, or a name is no login of that side.\n";

const struct command cmd_import = {
	.name = "import",
	.summary = "take in what the servers' own tools counted",
	.usage = "counts [--side old | new] FILE...",
	.help = help,
	.options = options,
	.run = run,
};
