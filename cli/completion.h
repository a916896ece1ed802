/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H
/*
 * Completion scripts, made from the table of commands, their options and what their help
 * says (cli/usage.h): nothing here knows a command.  Each appends a whole script.
 */
#include "base/strbuf.h"

void completion_bash(struct strbuf *out);
void completion_zsh(struct strbuf *out);
void completion_fish(struct strbuf *out);

#endif
