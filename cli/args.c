/* SPDX-License-Identifier: MIT */
#include "cli/args.h"

#include <assert.h>

#include "base/strbuf.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "cli/version.h"

/* Common options first; a command's letter that is also common would be a mistake of
 * ours. */
void args_init(struct args *a, struct globals *g, const struct command *cmd, int argc,
	       char **argv)
{
	const struct option *lists[] = { globals_options,
					 cmd != NULL ? cmd->options : NULL };
	size_t n = 0, i;
	const struct option *o;
	char *letter;

	*a = (struct args){ .g = g,
			    .name = cmd != NULL ? cmd->name : NULL,
			    .cmd = cmd,
			    .argc = argc,
			    .argv = argv };
	/* "+": before the command's name scanning ends at the first word that is no
	 * option.  ":": no lines of getopt's own. */
	snprintf(a->letters, sizeof a->letters, "%s:%s", cmd == NULL ? "+" : "",
		 GLOBALS_LETTERS);
	letter = a->letters + strlen(a->letters);
	for (i = 0; i < COUNT_OF(lists); i++) {
		for (o = lists[i]; o != NULL && o->name != NULL; o++) {
			assert(n + 1 < ARGS_OPTIONS_MAX);
			a->all[n++] = *o;
			if (i == 1 && o->val < 256) {
				assert(strchr(GLOBALS_LETTERS, o->val) == NULL);
				*letter++ = (char)o->val;
				if (o->has_arg == required_argument)
					*letter++ = ':';
			}
		}
	}
	*letter = '\0';
	optind = 0; /* glibc: start anew */
	opterr = 0;
}

int args_bad(const struct args *a, const char *fmt, ...)
{
	struct strbuf line = STRBUF_INIT;
	va_list ap;
	int code;

	va_start(ap, fmt);
	strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	code = msg_usage(a->g, a->name, "%s", strbuf_cstr(&line));
	strbuf_done(&line);
	return code;
}

static int stop(struct args *a, int code)
{
	a->exit = code;
	return ARGS_STOP;
}

/* typed is as it stands on the command line, "--name" or "--name=value". */
static int unknown(struct args *a, const char *typed)
{
	char *name = mem_strndup(typed + 2, strcspn(typed + 2, "="));
	const struct option *o, *longer = NULL;
	struct suggest s;

	suggest_init(&s, name);
	for (o = a->all; o->name != NULL; o++) {
		suggest_try(&s, o->name);
		if (strncmp(o->name, name, strlen(name)) == 0)
			longer = o;
	}
	if (longer != NULL && *name != '\0')
		a->exit = args_bad(
			a, "option --%s must be written in full: did you mean --%s?",
			shown(name), longer->name);
	else if (s.best != NULL)
		a->exit = args_bad(a, "unknown option --%s: did you mean --%s?",
				   shown(name), s.best);
	else
		a->exit = args_bad(a, "unknown option --%s", shown(name));
	free(name);
	return ARGS_STOP;
}

/* The word that getopt has just read as a long option.  A value may stand in the word
 * behind it; then optarg is that word itself. */
static const char *word_read(const struct args *a)
{
	if (optarg != NULL && optind >= 2 && optarg == a->argv[optind - 1])
		return a->argv[optind - 2];
	return a->argv[optind - 1];
}

static int wrong(struct args *a, int c)
{
	const struct option *o;
	const char *word = optind >= 1 && optind <= a->argc ? a->argv[optind - 1] : "";
	bool lng = strncmp(word, "--", 2) == 0;

	if (optopt == 0)
		return unknown(a, word);
	for (o = a->all; o->name != NULL; o++)
		if (o->val == optopt && (lng || optopt >= 256)) {
			if (strncmp(word + 2, o->name, strcspn(word + 2, "=")) == 0 &&
			    strlen(o->name) != strcspn(word + 2, "="))
				return unknown(a, word);
			if (c == ':')
				return stop(a, args_bad(a, "option --%s needs a value",
							o->name));
			return stop(a,
				    args_bad(a, "option --%s takes no value", o->name));
		}
	if (c == ':')
		return stop(a, args_bad(a, "option -%c needs a value", optopt));
	if (optopt > 32 && optopt < 127)
		return stop(a, args_bad(a, "unknown option -%c", optopt));
	return stop(a, args_bad(a, "unknown option in \"%s\"", shown(word)));
}

int args_next(struct args *a, const char **value)
{
	struct err err = ERR_INIT;
	const char *word;
	int c, at;

	for (;;) {
		at = -1;
		c = getopt_long(a->argc, a->argv, a->letters, a->all, &at);
		if (c == -1)
			break;
		if (c == '?' || c == ':')
			return wrong(a, c);
		word = word_read(a);
		if (at >= 0 && strcspn(word + 2, "=") != strlen(a->all[at].name))
			return unknown(a, word);
		if (c == 'h') {
			if (a->cmd != NULL)
				help_command(a->cmd);
			else
				help_overview();
			return stop(a, EXIT_CLEAN);
		}
		if (c == OPT_VERSION) {
			version_print();
			return stop(a, EXIT_CLEAN);
		}
		*value = optarg;
		if (c < OPT_OWN && (c >= 256 || strchr(GLOBALS_LETTERS, c) != NULL)) {
			if (!globals_take(a->g, c, optarg, &err))
				return stop(a, args_bad(a, "%s", err.text));
			continue;
		}
		return c;
	}
	a->rest = a->argv + optind;
	a->rest_n = a->argc - optind;
	return ARGS_END;
}

bool args_count(struct args *a, int least, int most)
{
	if (a->rest_n > most)
		a->exit = args_bad(a, "%s: \"%s\" is one argument too many", a->name,
				   shown(a->rest[most]));
	else if (a->rest_n < least)
		a->exit = args_bad(a, "%s: an argument is missing: mailmuster %s %s",
				   a->name, a->name, a->cmd->usage);
	else
		return true;
	return false;
}
