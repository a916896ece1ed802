/* SPDX-License-Identifier: MIT */
#include "mover/mover_shell.h"
#include "tests/fuzz/fuzz.h"

static bool look(void *ctx, const struct mover_command *cmd, struct err *err)
{
	size_t *n = ctx;

	(void)err;
	PROMISE(cmd->n > 0 && cmd->n <= MOVER_WORDS_MAX && cmd->line > 0);
	for (size_t i = 0; i < cmd->n; i++) {
		const struct mover_word *w = &cmd->word[i];

		PROMISE(w->line > 0 && w->column > 0);
		PROMISE(strlen(w->text) <= MOVER_WORD_MAX);
		PROMISE(w->unknown == NULL ||
			(*w->unknown->name != '\0' && w->unknown->line > 0));
		PROMISE(!w->many || w->unknown != NULL || w->secret);
		PROMISE(!w->secret || *w->text == '\0' ||
			w->text[strlen(w->text) - 1] == '=');
	}
	++*n;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	unsigned line = 0, column = 0;
	size_t n = 0, again = 0;
	struct err err = ERR_INIT;

	if (!mover_shell_read("fuzz", text, look, &n, &err)) {
		PROMISE(err.cls == ERR_CONFIG || err.cls == ERR_LIMIT);
		PROMISE(strncmp(err.text, "fuzz: ", 6) == 0 ||
			sscanf(err.text, "fuzz:%u:%u: ", &line, &column) == 2);
	}
	err = ERR_INIT;
	(void)!mover_shell_read("fuzz", text, look, &again, &err);
	PROMISE(n == again);
	return 0;
}
