/* SPDX-License-Identifier: MIT */
#include "cli/completion.h"

#include "cli/globals.h"
#include "cli/topics.h"
#include "cli/usage.h"

/* What is common to all and has a letter only. */
static const struct {
	char letter;
	const char
		*action; /* for bash: what compgen completes; NULL: it takes no value */
	const char *about;
} letters[] = {
	{ 'C', "-d", "the project's folder" },
	{ 'c', "-f", "another config than mailmuster.json" },
	{ 'q', NULL, "say only results, warnings and errors" },
	{ 'v', NULL, "say more" },
};
/* "C:c:qvh", where h is --help as well. */
_Static_assert(sizeof GLOBALS_LETTERS - 1 == COUNT_OF(letters) + 2 + 1,
	       "a letter of its own for each");

static const char *name_of(const struct command *cmd)
{
	return cmd != NULL ? cmd->name : "";
}

static const struct option *options_of(const struct command *cmd)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };

	if (cmd == NULL)
		return globals_options;
	return cmd->options != NULL ? cmd->options : none;
}

static void arguments(const struct command *cmd, struct strbuf *out)
{
	const struct command *const *c;
	const struct topic *t;

	usage_arguments(cmd, out);
	if (cmd != &cmd_help)
		return;
	for (c = commands; *c != NULL; c++)
		strbuf_addf(out, "%s%s", out->n > 0 ? " " : "", (*c)->name);
	for (t = topics; t->name != NULL; t++)
		strbuf_addf(out, " %s", t->name);
}

static bool has_letter(const struct option *o)
{
	return o->val > ' ' && o->val < 127;
}

/* Text inside single quotes.  zsh gives a meaning to brackets and colons. */
static void add_text(struct strbuf *out, const char *text, bool zsh)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			strbuf_adds(out, "'\\''");
		else if (zsh && strchr("[]:\\", *text) != NULL)
			strbuf_addf(out, "\\%c", *text);
		else
			strbuf_addc(out, *text);
	}
}

static void head(struct strbuf *out, const char *first, const char *shell)
{
	strbuf_addf(out,
		    "%s# Completion of mailmuster %s for %s, written by `mailmuster "
		    "completion %s`.\n",
		    first, MAILMUSTER_VERSION, shell, shell);
}

/* ---- bash ---- */

static void bash_options(struct strbuf *out, const struct command *cmd)
{
	const struct option *o = options_of(cmd);

	if (o->name == NULL)
		return;
	if (cmd != NULL)
		strbuf_addf(out, "\t%s) printf '%%s '", cmd->name);
	else
		strbuf_adds(out, "\tprintf '%s '");
	for (; o->name != NULL; o++)
		strbuf_addf(out, " --%s", o->name);
	strbuf_adds(out, cmd != NULL ? " ;;\n" : "\n");
}

static void bash_values(struct strbuf *out, const struct command *cmd)
{
	const char *any = cmd == NULL ? "*" : "";
	const struct option *o;
	struct usage_option u;

	for (o = options_of(cmd); o->name != NULL; o++) {
		if (o->has_arg == no_argument)
			continue;
		usage_option_read(cmd, o, &u);
		strbuf_addf(out, "\t%s'%s --%s'", any, name_of(cmd), o->name);
		if (has_letter(o))
			strbuf_addf(out, " | %s'%s -%c'", any, name_of(cmd), o->val);
		if (u.words.n > 0)
			strbuf_addf(out, ") words='%s' ;;\n", strbuf_cstr(&u.words));
		else
			strbuf_addf(out, ") files=%s ;;\n",
				    u.folder ? "-d" : (u.file ? "-f" : ""));
		usage_option_done(&u);
	}
}

static void bash_arguments(struct strbuf *out, const struct command *cmd)
{
	struct strbuf words = STRBUF_INIT;

	arguments(cmd, &words);
	if (words.n > 0 || usage_takes_file(cmd))
		strbuf_addf(out, "\t\t%s) words='%s'%s ;;\n", cmd->name,
			    strbuf_cstr(&words),
			    usage_takes_file(cmd) ? " files=-f" : "");
	strbuf_done(&words);
}

void completion_bash(struct strbuf *out)
{
	const struct command *const *c;
	size_t i;

	head(out, "", "bash");
	strbuf_adds(out, "\n_mailmuster_commands='");
	for (c = commands; *c != NULL; c++)
		strbuf_addf(out, "%s%s", c != commands ? " " : "", (*c)->name);
	strbuf_adds(out, "'\n\n_mailmuster_options() { # command\n\tcase $1 in\n");
	for (c = commands; *c != NULL; c++)
		bash_options(out, *c);
	strbuf_adds(out, "\tesac\n");
	bash_options(out, NULL);
	strbuf_adds(out, "}\n\n"
			 "_mailmuster() {\n"
			 "\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
			 "prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
			 "\tlocal command=\"\" words=\"\" files=\"\" i\n\n"
			 "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
			 "\t\tcase \" $_mailmuster_commands \" in\n"
			 "\t\t*\" ${COMP_WORDS[i]} \"*)\n"
			 "\t\t\tcommand=${COMP_WORDS[i]}\n"
			 "\t\t\tbreak\n"
			 "\t\t\t;;\n"
			 "\t\tesac\n"
			 "\tdone\n"
			 "\tcase \"$command $prev\" in\n");
	for (i = 0; i < COUNT_OF(letters); i++)
		if (letters[i].action != NULL)
			strbuf_addf(out, "\t*' -%c') files=%s ;;\n", letters[i].letter,
				    letters[i].action);
	bash_values(out, NULL);
	for (c = commands; *c != NULL; c++)
		bash_values(out, *c);
	strbuf_adds(
		out,
		"\t*)\n"
		"\t\tcase \"$command $cur\" in\n"
		"\t\t*' -'*) words=$(_mailmuster_options \"$command\") ;;\n"
		"\t\t' '*) words=$_mailmuster_commands ;;\n"
		"\t\t*) _mailmuster_arguments \"$command\" ;;\n"
		"\t\tesac\n"
		"\t\t;;\n"
		"\tesac\n"
		"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" $files -- \"$cur\")\n"
		"\t[ -z \"$files\" ] || compopt -o filenames 2>/dev/null || :\n"
		"}\n\n"
		"# Sets words and files of _mailmuster.\n"
		"_mailmuster_arguments() { # command\n"
		"\tcase $1 in\n");
	for (c = commands; *c != NULL; c++)
		bash_arguments(out, *c);
	strbuf_adds(out, "\tesac\n}\ncomplete -F _mailmuster mailmuster\n");
}

/* ---- zsh ---- */

static void zsh_options(struct strbuf *out, const struct command *cmd)
{
	const struct option *o;
	struct usage_option u;
	int form;

	for (o = options_of(cmd); o->name != NULL; o++) {
		usage_option_read(cmd, o, &u);
		for (form = has_letter(o) ? 0 : 1; form < 2; form++) {
			strbuf_adds(out, "\t\t\t'*");
			if (form == 0)
				strbuf_addf(out, "-%c", o->val);
			else
				strbuf_addf(out, "--%s%s", o->name,
					    o->has_arg != no_argument ? "=" : "");
			strbuf_addc(out, '[');
			add_text(out, strbuf_cstr(&u.about), true);
			strbuf_addc(out, ']');
			if (o->has_arg != no_argument) {
				strbuf_addf(out, ":%s:", o->name);
				if (u.words.n > 0)
					strbuf_addf(out, "(%s)", strbuf_cstr(&u.words));
				else if (u.file || u.folder)
					strbuf_adds(out,
						    u.folder ? "_files -/" : "_files");
			}
			strbuf_adds(out, "'\n");
		}
		usage_option_done(&u);
	}
}

static void zsh_command(struct strbuf *out, const struct command *cmd)
{
	struct strbuf words = STRBUF_INIT;

	strbuf_addf(out, "\t\t%s)\n\t\t\town=(\n", cmd->name);
	zsh_options(out, cmd);
	arguments(cmd, &words);
	if (words.n > 0 && usage_takes_file(cmd))
		strbuf_addf(out,
			    "\t\t\t'*: : _alternative \"words:word:(%s)\" "
			    "\"files:file:_files\"'\n",
			    strbuf_cstr(&words));
	else if (words.n > 0)
		strbuf_addf(out, "\t\t\t'*: :(%s)'\n", strbuf_cstr(&words));
	else if (usage_takes_file(cmd))
		strbuf_adds(out, "\t\t\t'*:file:_files'\n");
	strbuf_adds(out, "\t\t\t) ;;\n");
	strbuf_done(&words);
}

void completion_zsh(struct strbuf *out)
{
	const struct command *const *c;
	size_t i;

	head(out, "#compdef mailmuster\n", "zsh");
	strbuf_adds(out,
		    "\n_mailmuster() {\n"
		    "\tlocal context state state_descr line curcontext=\"$curcontext\"\n"
		    "\ttypeset -A opt_args\n"
		    "\tlocal -a common own commands\n\n"
		    "\tcommands=(\n");
	for (c = commands; *c != NULL; c++) {
		strbuf_addf(out, "\t\t'%s:", (*c)->name);
		add_text(out, (*c)->summary, true);
		strbuf_adds(out, "'\n");
	}
	strbuf_adds(out, "\t)\n\tcommon=(\n");
	for (i = 0; i < COUNT_OF(letters); i++) {
		strbuf_addf(out, "\t\t\t'*-%c[", letters[i].letter);
		add_text(out, letters[i].about, true);
		strbuf_addf(out, "]%s'\n",
			    letters[i].action == NULL
				    ? ""
				    : (letters[i].action[1] == 'd' ? ":folder:_files -/"
								   : ":file:_files"));
	}
	zsh_options(out, NULL);
	strbuf_adds(
		out,
		"\t)\n"
		"\t_arguments -C $common '1: :->command' '*:: :->argument' && return\n"
		"\tcase $state in\n"
		"\tcommand) _describe -t commands command commands ;;\n"
		"\targument)\n"
		"\t\tcase $words[1] in\n");
	for (c = commands; *c != NULL; c++)
		zsh_command(out, *c);
	strbuf_adds(out, "\t\tesac\n"
			 "\t\t_arguments $common $own\n"
			 "\t\t;;\n"
			 "\tesac\n"
			 "}\n\n"
			 "if [ \"$funcstack[1]\" = _mailmuster ]; then\n"
			 "\t_mailmuster \"$@\"\n"
			 "else\n"
			 "\tcompdef _mailmuster mailmuster\n"
			 "fi\n");
}

/* ---- fish ---- */

static void fish_begin(struct strbuf *out, const struct command *cmd)
{
	strbuf_adds(out, "complete -c mailmuster");
	if (cmd != NULL)
		strbuf_addf(out, " -n '__mailmuster_command %s'", cmd->name);
}

static void fish_end(struct strbuf *out, const char *about)
{
	if (*about != '\0') {
		strbuf_adds(out, " -d '");
		add_text(out, about, false);
		strbuf_addc(out, '\'');
	}
	strbuf_addc(out, '\n');
}

static void fish_options(struct strbuf *out, const struct command *cmd)
{
	const struct option *o;
	struct usage_option u;

	for (o = options_of(cmd); o->name != NULL; o++) {
		usage_option_read(cmd, o, &u);
		fish_begin(out, cmd);
		if (has_letter(o))
			strbuf_addf(out, " -s %c", o->val);
		strbuf_addf(out, " -l %s", o->name);
		if (o->has_arg != no_argument) {
			if (u.words.n > 0)
				strbuf_addf(out, " -x -a '%s'", strbuf_cstr(&u.words));
			else if (u.folder)
				strbuf_adds(out,
					    " -x -a '(__fish_complete_directories)'");
			else
				strbuf_adds(out, u.file ? " -r -F" : " -x");
		}
		fish_end(out, strbuf_cstr(&u.about));
		usage_option_done(&u);
	}
}

static void fish_arguments(struct strbuf *out, const struct command *cmd)
{
	struct strbuf words = STRBUF_INIT;

	arguments(cmd, &words);
	if (words.n > 0) {
		fish_begin(out, cmd);
		strbuf_addf(out, " -a '%s'\n", strbuf_cstr(&words));
	}
	if (usage_takes_file(cmd)) {
		fish_begin(out, cmd);
		strbuf_adds(out, " -F\n");
	}
	strbuf_done(&words);
}

void completion_fish(struct strbuf *out)
{
	const struct command *const *c;
	size_t i;

	head(out, "", "fish");
	strbuf_adds(out, "\n# Has a command been typed, or this one?\n"
			 "function __mailmuster_command\n"
			 "\tfor word in (commandline -opc)[2..-1]\n"
			 "\t\tif contains -- $word");
	for (c = commands; *c != NULL; c++)
		strbuf_addf(out, " %s", (*c)->name);
	strbuf_adds(out, "\n"
			 "\t\t\ttest (count $argv) = 0; or test $word = $argv[1]\n"
			 "\t\t\treturn\n"
			 "\t\tend\n"
			 "\tend\n"
			 "\treturn 1\n"
			 "end\n\n"
			 "complete -c mailmuster -f\n");
	for (i = 0; i < COUNT_OF(letters); i++) {
		fish_begin(out, NULL);
		strbuf_addf(out, " -s %c%s", letters[i].letter,
			    letters[i].action == NULL ? ""
			    : letters[i].action[1] == 'd'
				    ? " -x -a '(__fish_complete_directories)'"
				    : " -r -F");
		fish_end(out, letters[i].about);
	}
	fish_options(out, NULL);
	for (c = commands; *c != NULL; c++) {
		strbuf_addf(out,
			    "complete -c mailmuster -n 'not __mailmuster_command' -a %s",
			    (*c)->name);
		fish_end(out, (*c)->summary);
	}
	for (c = commands; *c != NULL; c++) {
		fish_options(out, *c);
		fish_arguments(out, *c);
	}
}
