/* SPDX-License-Identifier: MIT */
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "cli/topics.h"

const char help_common[] =
	"Options of every command, before or after its name:\n"
	"  -C DIR             the project's folder, instead of this one or the nearest "
	"above\n"
	"  -c FILE            another config than mailmuster.json\n"
	"  -q                 say only results, warnings and errors\n"
	"  -v                 say more\n"
	"  --json             the result, and errors, as JSON on standard output\n"
	"  --color=auto|always|never\n"
	"                     colour; --no-color is never\n"
	"  --no-input         never ask: a missing answer is an error\n"
	"  --only ACCOUNT     only this account; more with commas, @FILE, or --only "
	"again\n"
	"  --jobs N           at most N connections to a server (never more than the "
	"config allows)\n"
	"  --version          print the version\n"
	"  -h, --help         help on the command\n";

void help_overview(void)
{
	const struct command *const *c;
	const struct topic *t;

	out_puts("mailmuster proves that a mail migration is complete. It reads mail "
		 "servers, and never writes.\n"
		 "\n"
		 "usage: mailmuster [options] COMMAND ...\n"
		 "\n");
	for (c = commands; *c != NULL; c++)
		out_printf("  %-11s%s\n", (*c)->name, (*c)->summary);
	out_printf("\n%s\nMore: mailmuster help COMMAND, man mailmuster, mailmuster help "
		   "TOPIC:\n",
		   help_common);
	for (t = topics; t->name != NULL; t++)
		out_printf("  %-11s%s\n", t->name, t->summary);
}

static void help_own(const struct command *cmd)
{
	out_printf("mailmuster %s: %s\n\nusage: mailmuster %s%s%s\n\n%s", cmd->name,
		   cmd->summary, cmd->name, *cmd->usage != '\0' ? " " : "", cmd->usage,
		   cmd->help);
}

void help_command(const struct command *cmd)
{
	help_own(cmd);
	out_printf("\n%s", help_common);
}

/* What the manuals and completions are compared with. */
static void help_options(void)
{
	const struct command *const *c;
	const struct option *o;

	for (o = globals_options; o->name != NULL; o++)
		out_printf("* --%s\n", o->name);
	for (c = commands; *c != NULL; c++) {
		out_printf("%s\n", (*c)->name);
		for (o = (*c)->options; o != NULL && o->name != NULL; o++)
			out_printf("%s --%s\n", (*c)->name, o->name);
	}
}

/* For a pager, and to be searched. */
static void help_all(void)
{
	const struct command *const *c;
	const struct topic *t;

	help_overview();
	for (c = commands; *c != NULL; c++) {
		out_puts("\n");
		help_own(*c);
	}
	for (t = topics; t->name != NULL; t++) {
		out_printf("\nmailmuster help %s: %s\n\n", t->name, t->summary);
		topic_print(t);
	}
}

enum { OPT_OPTIONS = OPT_OWN, OPT_ALL };
static const struct option options[] = {
	{ "options", no_argument, NULL, OPT_OPTIONS },
	{ "all", no_argument, NULL, OPT_ALL },
	{ NULL, 0, NULL, 0 },
};

static int run(struct globals *g, int argc, char **argv)
{
	const struct command *const *c, *cmd;
	const struct topic *topic;
	const char *value;
	struct suggest s;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_help, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		if (opt == ARGS_STOP)
			return a.exit;
		if (opt == OPT_OPTIONS)
			help_options();
		else
			help_all();
		return EXIT_CLEAN;
	}
	if (!args_count(&a, 0, 1))
		return a.exit;
	if (a.rest_n == 0) {
		help_overview();
		return EXIT_CLEAN;
	}
	cmd = command_find(a.rest[0]);
	if (cmd != NULL) {
		help_command(cmd);
		return EXIT_CLEAN;
	}
	topic = topic_find(a.rest[0]);
	if (topic != NULL) {
		topic_print(topic);
		return EXIT_CLEAN;
	}
	suggest_init(&s, a.rest[0]);
	for (c = commands; *c != NULL; c++)
		suggest_try(&s, (*c)->name);
	for (topic = topics; topic->name != NULL; topic++)
		suggest_try(&s, topic->name);
	if (s.best != NULL)
		return args_bad(&a, "there is no help on \"%s\": did you mean %s?",
				shown(a.rest[0]), s.best);
	return args_bad(&a, "there is no help on \"%s\"", shown(a.rest[0]));
}

static const char help[] =
	"Without an argument: all commands and topics in one line each.\n"
	"\n"
	"  --all          everything there is, one after the other\n"
	"  --options      print all commands with their options, one a line\n";

const struct command cmd_help = {
	.name = "help",
	.summary = "explain a command or a topic",
	.usage = "[COMMAND | TOPIC | --all | --options]",
	.help = help,
	.options = options,
	.run = run,
};
