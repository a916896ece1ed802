/* SPDX-License-Identifier: MIT */
#include "cli/msg.h"

#include <unistd.h>

#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/out.h"
#include "cli/progress.h"
#include "cli/stop.h"

const struct exit_meaning exit_meanings[] = {
	{ EXIT_BUG, "our own fault: please report it" },
	{ EXIT_INTERRUPTED,
	  "stopped by Ctrl-C; what was read is saved, the same command goes on" },
	{ EXIT_TERMINATED, "stopped by a signal to end; likewise" },
	{ EXIT_LEDGER, "the ledger, or the evidence under it, was changed" },
	{ EXIT_LOCKED, "another run holds the project" },
	{ EXIT_NO_PROJECT, "there is no project here" },
	{ EXIT_LOCAL,
	  "trouble on this machine: disk full, a file that cannot be read or written" },
	{ EXIT_CONFIG, "the config, the account list or a waiver is wrong" },
	{ EXIT_USAGE, "the command line is wrong" },
	{ EXIT_NETWORK, "no account of a side could be reached: network or TLS" },
	{ EXIT_LOGIN, "no account of a side could be logged in to" },
	{ EXIT_INCOMPLETE, "something could not be examined, so the answer is unknown" },
	{ EXIT_FINDINGS, "done, and something was found" },
	{ EXIT_CLEAN, "done; for a check: clean" },
	{ 0, NULL },
};

int exit_first(int a, int b)
{
	const struct exit_meaning *m;

	for (m = exit_meanings; m->text != NULL; m++)
		if (m->code == a || m->code == b)
			return m->code;
	return EXIT_BUG;
}

int exit_of(const struct err *err)
{
	switch (err->cls) {
	case ERR_USAGE:
		return EXIT_USAGE;
	case ERR_CONFIG:
		return EXIT_CONFIG;
	case ERR_NO_PROJECT:
		return EXIT_NO_PROJECT;
	case ERR_LOCKED:
		return EXIT_LOCKED;
	case ERR_LOCAL:
		return EXIT_LOCAL;
	case ERR_NET:
	case ERR_TLS:
		return EXIT_NETWORK;
	case ERR_LOGIN:
		return EXIT_LOGIN;
	case ERR_SERVER:
	case ERR_PROTO:
	case ERR_LIMIT:
		return EXIT_INCOMPLETE;
	case ERR_STOPPED:
		return stop_exit_code();
	case ERR_LEDGER:
		return EXIT_LEDGER;
	case ERR_NONE:
	case ERR_BUG:
		break;
	}
	return EXIT_BUG;
}

/* One line on stderr: "word: text", the word in colour on a terminal. */
static void say(const struct globals *g, const char *color, const char *word,
		const char *text)
{
	progress_clear();
	if (globals_color(g, STDERR_FILENO))
		fprintf(stderr, "\033[%sm%s:\033[0m %s\n", color, word, text);
	else
		fprintf(stderr, "%s: %s\n", word, text);
}

PRINTF_LIKE(4, 0)
static void vsay(const struct globals *g, const char *color, const char *word,
		 const char *fmt, va_list ap)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_vaddf(&line, fmt, ap);
	say(g, color, word, strbuf_cstr(&line));
	strbuf_done(&line);
}

static void fail_json(const struct err *err, int code)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	json_out_init(&j, &text, true);
	json_begin_object(&j);
	json_name(&j, "error");
	json_begin_object(&j);
	json_put_int(&j, "code", code);
	json_put_str(&j, "class", err_class_name(err->cls));
	json_put_str(&j, "message", err->text);
	json_put_str(&j, "hint", err->hint);
	json_end_object(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

int msg_fail(const struct globals *g, const struct err *err)
{
	int code = exit_of(err);

	if (g->json && !out_begun()) {
		fail_json(err, code);
		return code;
	}
	if (err->cls == ERR_LOCAL && out_reader_left())
		return code;
	say(g, err->cls == ERR_STOPPED ? "33" : "31",
	    err->cls == ERR_STOPPED ? "stopped" : "error", err->text);
	if (err->hint[0] != '\0')
		say(g, "36", "hint", err->hint);
	else if (code == EXIT_BUG)
		say(g, "36", "hint",
		    "this should not happen: please report it with the line above");
	return code;
}

int msg_usage(const struct globals *g, const char *command, const char *fmt, ...)
{
	struct err err = ERR_INIT;
	struct strbuf line = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	err_set(&err, ERR_USAGE, "%s", strbuf_cstr(&line));
	err_hint(&err, "mailmuster help%s%s", command != NULL ? " " : "",
		 command != NULL ? command : "");
	strbuf_done(&line);
	return msg_fail(g, &err);
}

void msg_warn(const struct globals *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(g, "33", "warning", fmt, ap);
	va_end(ap);
}

void msg_note(const struct globals *g, const char *fmt, ...)
{
	struct strbuf line = STRBUF_INIT;
	va_list ap;

	if (g->quiet)
		return;
	va_start(ap, fmt);
	strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	progress_clear();
	fprintf(stderr, "%s\n", strbuf_cstr(&line));
	strbuf_done(&line);
}

void msg_hint(const struct globals *g, const char *fmt, ...)
{
	va_list ap;

	if (g->quiet)
		return;
	va_start(ap, fmt);
	vsay(g, "36", "hint", fmt, ap);
	va_end(ap);
}

#define SHOWN_SIZE 256

/* The next of this thread's buffers. */
static char *next_buffer(void)
{
	static _Thread_local char buf[4][SHOWN_SIZE];
	static _Thread_local unsigned at;

	return buf[at++ % COUNT_OF(buf)];
}

const char *shown(const char *s)
{
	struct strbuf sb = STRBUF_INIT;
	char *out = next_buffer();

	text_show(&sb, span_str(s), 60);
	snprintf(out, SHOWN_SIZE, "%s", strbuf_cstr(&sb));
	strbuf_done(&sb);
	return out;
}

const char *counted(int64_t n, const char *noun)
{
	char *out = next_buffer(), digits[32];

	snprintf(out, SHOWN_SIZE, "%s %s%s", num_group(n, digits, sizeof digits), noun,
		 n == 1 ? "" : "s");
	return out;
}
