/* SPDX-License-Identifier: MIT */
#ifndef CLI_USAGE_H
#define CLI_USAGE_H
/*
 * What a command's usage line and help say of its options and words, taken apart, so that
 * completion says what help says.  Help is written in one way: an option begins a line
 * behind two blanks, "  --name VALUE  text" or "  -n, --name", and lines that go on are
 * indented further; values to choose from stand as "a|b" there or as "a | b" in the usage
 * line.  What neither enumerates stands in command.words.
 */
#include "base/strbuf.h"
#include "cli/command.h"

struct usage_option {
	struct strbuf
		words; /* of which one is the value, with blanks between; or empty */
	struct strbuf about; /* its first clause of help, without the full stop */
	bool file, folder;   /* the value names one */
};

/* cmd NULL: an option common to all.  Give out to usage_option_done; it need not be
 * initialised. */
void usage_option_read(const struct command *cmd, const struct option *o,
		       struct usage_option *out);
void usage_option_done(struct usage_option *u);

/* The words that may stand as arguments, with blanks between: those of the usage line
 * that are no option's value, then the command's own. */
void usage_arguments(const struct command *cmd, struct strbuf *out);
/* May an argument be a file? */
bool usage_takes_file(const struct command *cmd);

#endif
