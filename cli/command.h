/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H
/*
 * cli/: the commands; the only argv and stdout.  One file a command, one row in the table
 * in main.c.
 *
 * Reading order: command (what a command is), globals and args (options), msg and out
 * (what is said and where), stop (signals), project (config, store, lock), scope
 * (--only), reading (what audit needs), then cmd_NAME.c.
 */
#include <getopt.h>

#include "base/err.h"

/* The same for every command (DESIGN section 13); the first that applies. */
enum exit_code {
	EXIT_CLEAN = 0,	   /* done; for checks: clean, or GO */
	EXIT_FINDINGS = 1, /* done; findings, or NO-GO */
	EXIT_USAGE = 2,
	EXIT_INCOMPLETE = 3, /* something could not be examined: the answer is unknown */
	EXIT_LOGIN = 4,	     /* no account of a side could be logged in to */
	EXIT_NETWORK = 5,    /* no account of a side could be reached */
	EXIT_CONFIG = 6,     /* config, list or waiver is wrong */
	EXIT_LOCAL = 7,	     /* this machine: disk full, cannot write */
	EXIT_NO_PROJECT = 10,
	EXIT_LOCKED = 11,
	EXIT_LEDGER = 12,
	EXIT_BUG = 70,
	EXIT_INTERRUPTED = 130,
	EXIT_TERMINATED = 143,
};

struct globals; /* options common to all commands: cli/globals.h */

/* Words to be typed that the usage line does not enumerate; the help names them. */
struct command_words {
	const char *option; /* whose value they are, by its long name; NULL: arguments */
	const char *words;  /* with blanks between; NULL ends the list */
};

struct command {
	const char *name;
	const char *summary; /* one line, no full stop */
	const char *usage;   /* what follows the name */
	const char *help;    /* paragraphs for `help NAME`, options one per line */
	const struct option *options; /* its own, ended by an empty one; NULL: none */
	const struct command_words *words; /* for completion; NULL: none */
	/* argv[0] is the command's name */
	int (*run)(struct globals *g, int argc, char **argv);
};

/* The table in main.c, in the order in which help lists them; ends with NULL. */
extern const struct command *const commands[];
extern const struct command cmd_init, cmd_doctor, cmd_accounts, cmd_audit, cmd_verify,
	cmd_explain, cmd_status;
extern const struct command cmd_scan, cmd_logs, cmd_plan, cmd_lint, cmd_seal, cmd_event,
	cmd_accept;
extern const struct command cmd_checklist, cmd_report, cmd_ledger, cmd_help, cmd_import;
extern const struct command cmd_gate;
extern const struct command cmd_dns, cmd_waiver, cmd_completion, cmd_weekly, cmd_purge;
const struct command *command_find(const char *name); /* NULL: there is none */

/* `help NAME` of one command, and the list of all (cmd_help.c). */
void help_command(const struct command *cmd);
void help_overview(void);
extern const char help_common[]; /* what help says of the options of every command */

#endif
