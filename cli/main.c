/* SPDX-License-Identifier: MIT */
/* The table of commands, and what frames each of them: signals, trace, the exit code. */
#include <sys/stat.h>

#include "base/trace.h"
#include "cli/args.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "cli/suggest.h"
#include "net/net_conn.h"

const struct command *const commands[] = {
	&cmd_init,	&cmd_doctor, &cmd_accounts, &cmd_import,     &cmd_audit,
	&cmd_scan,	&cmd_logs,   &cmd_dns,	    &cmd_plan,	     &cmd_lint,
	&cmd_event,	&cmd_seal,   &cmd_verify,   &cmd_explain,    &cmd_accept,
	&cmd_checklist, &cmd_waiver, &cmd_gate,	    &cmd_status,     &cmd_report,
	&cmd_weekly,	&cmd_ledger, &cmd_purge,    &cmd_completion, &cmd_help,
	NULL,
};

const struct command *command_find(const char *name)
{
	const struct command *const *c;

	for (c = commands; *c != NULL; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

static int unknown_command(const struct globals *g, const char *name)
{
	const struct command *const *c;
	struct suggest s;

	suggest_init(&s, name);
	for (c = commands; *c != NULL; c++)
		suggest_try(&s, (*c)->name);
	if (s.best != NULL)
		return msg_usage(g, NULL, "there is no command \"%s\": did you mean %s?",
				 shown(name), s.best);
	return msg_usage(g, NULL, "there is no command \"%s\"", shown(name));
}

/* So that an error in the words before it is JSON as well. */
static bool wants_json(char **argv)
{
	for (argv++; *argv != NULL && strcmp(*argv, "--") != 0; argv++)
		if (strcmp(*argv, "--json") == 0)
			return true;
	return false;
}

static int dispatch(struct globals *g, int argc, char **argv)
{
	const struct command *cmd;
	const char *value;
	struct args a;

	args_init(&a, g, NULL, argc, argv);
	if (args_next(&a, &value) != ARGS_END)
		return a.exit;
	if (a.rest_n == 0)
		return msg_usage(g, NULL, "which command?");
	cmd = command_find(a.rest[0]);
	if (cmd == NULL)
		return unknown_command(g, a.rest[0]);
	return cmd->run(g, a.rest_n, a.rest);
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct globals g;
	int code;

	umask(077); /* what we write tells who has which mail */
	globals_init(&g);
	g.json = wants_json(argv);
	trace_init(getenv("MAILMUSTER_TRACE"));
	if (!net_global_open(&err) || (g.wake = net_wake_new()) == NULL ||
	    !stop_open(g.wake, &err))
		return msg_fail(&g, &err);
	code = dispatch(&g, argc, argv);
	progress_end();
	if (!out_finish(&err)) {
		g.json = false; /* stdout is what failed */
		code = exit_first(code, out_told() ? exit_of(&err) : msg_fail(&g, &err));
	}
	globals_done(&g);
	net_global_close();
	return code;
}
