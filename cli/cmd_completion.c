/* SPDX-License-Identifier: MIT */
#include "cli/args.h"
#include "cli/completion.h"
#include "cli/msg.h"
#include "cli/out.h"

static int run(struct globals *g, int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*write)(struct strbuf *out);
	} shells[] = { { "bash", completion_bash },
		       { "zsh", completion_zsh },
		       { "fish", completion_fish } };
	struct strbuf text = STRBUF_INIT;
	const char *value;
	struct args a;
	size_t i;

	args_init(&a, g, &cmd_completion, argc, argv);
	if (args_next(&a, &value) != ARGS_END || !args_count(&a, 1, 1))
		return a.exit;
	for (i = 0; i < COUNT_OF(shells); i++)
		if (strcmp(a.rest[0], shells[i].name) == 0)
			break;
	if (i == COUNT_OF(shells))
		return args_bad(&a, "completion: \"%s\" is none of bash, zsh and fish",
				shown(a.rest[0]));
	shells[i].write(&text);
	out_puts(strbuf_cstr(&text));
	strbuf_done(&text);
	return EXIT_CLEAN;
}

static const char help[] =
	"Writes what makes a shell complete commands, options and their values, made "
	"from\n"
	"what the program itself knows. Needs no project.\n"
	"\n"
	"  bash           in .bashrc: source <(mailmuster completion bash)\n"
	"  zsh            mailmuster completion zsh >FOLDER/_mailmuster, a folder of "
	"$fpath\n"
	"  fish           mailmuster completion fish\n"
	"                 >~/.config/fish/completions/mailmuster.fish\n"
	"\n"
	"make install and the Debian package put all three in their places.\n";

const struct command cmd_completion = {
	.name = "completion",
	.summary = "write completion for bash, zsh or fish",
	.usage = "bash | zsh | fish",
	.help = help,
	.run = run,
};
