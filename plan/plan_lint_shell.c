/* SPDX-License-Identifier: MIT */
/*
 * A shell script: which movers it runs, and what becomes of their exit codes.
 *
 * Of a command whose code no condition looks at it depends on what comes next: $? may be
 * read, or the function that it ends may be called where somebody looks.  So it is kept,
 * for each level of functions one, until that is known.
 */
#include "base/text.h"
#include "plan/plan_lint_in.h"

enum { LEVELS = 16 };

struct waiting {
	bool any, loop;
	unsigned line, column;
	const char *id; /* what it is when nobody looks */
};
struct script {
	struct plan_lint *l;
	bool errexit, pipefail;
	struct waiting waiting[LEVELS];
	/* the newest call of a function of each level: is its code looked at? */
	bool call_checked[LEVELS], call_condition[LEVELS];
	bool in_pipe; /* a mover's pipe goes on */
	/* || after it: true may come, which throws the code away */
	struct waiting alternative;
	struct waiting background;
	bool waited;
	bool reads; /* the loop that is open takes its lines by read */
	int64_t movers;
};

static struct span base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return span_str(slash != NULL ? slash + 1 : path);
}

static bool is(const struct mover_word *w, const char *name)
{
	return w->unknown == NULL && !w->secret && span_eq_str(base_name(w->text), name);
}

/* ---- exit codes ---- */

static void unseen(struct script *s, const struct waiting *w)
{
	lint_say(s->l, w->loop ? "shell-loop-goes-on" : w->id, w->line, w->column, NULL,
		 NULL);
}

/* Functions deeper than level have returned. */
static void returned(struct script *s, unsigned level)
{
	for (unsigned k = LEVELS - 1; k > level; k--) {
		struct waiting *w = &s->waiting[k], *up = &s->waiting[k - 1];

		if (!w->any)
			continue;
		if (!s->call_checked[k - 1])
			*up = *w;
		w->any = false;
	}
}

static void settle(struct script *s, unsigned level)
{
	returned(s, level);
	if (s->waiting[level].any) {
		unseen(s, &s->waiting[level]);
		s->waiting[level].any = false;
	}
}

static void on_status(void *ctx)
{
	struct script *s = ctx;

	for (unsigned k = 0; k < LEVELS; k++)
		s->waiting[k].any = false;
}

static bool in_condition(const struct script *s, unsigned level)
{
	for (unsigned k = 0; k < level; k++)
		if (s->call_condition[k])
			return true;
	return false;
}

/* The code of a mover that is run. */
static void ran(struct script *s, const struct mover_command *cmd, unsigned level)
{
	struct waiting w = { true, cmd->loop, cmd->line, cmd->column, "shell-status" };

	if (cmd->end == MOVER_END_BACKGROUND) {
		s->background = w;
		return;
	}
	if (cmd->end == MOVER_END_PIPE && !s->pipefail) {
		w.id = "shell-pipe";
		w.loop = false;
		s->waiting[level] = w;
		s->in_pipe = true;
		return;
	}
	s->in_pipe = cmd->end == MOVER_END_PIPE;
	if (cmd->end == MOVER_END_OR)
		s->alternative = w;
	if (cmd->condition || cmd->negated)
		return;
	if (s->errexit && !in_condition(s, level))
		return;
	s->waiting[level] = w;
}

/* set -e, set -o pipefail, set -euo pipefail */
static void set_options(struct script *s, const struct mover_command *cmd)
{
	for (size_t i = 1; i < cmd->n; i++) {
		const char *t = cmd->word[i].text;
		bool on = t[0] == '-';

		if ((t[0] != '-' && t[0] != '+') || t[1] == '\0' || strcmp(t, "--") == 0)
			return;
		if (strchr(t, 'e') != NULL)
			s->errexit = on;
		if (strchr(t, 'o') == NULL || i + 1 == cmd->n)
			continue;
		i++;
		if (strcmp(cmd->word[i].text, "errexit") == 0)
			s->errexit = on;
		if (strcmp(cmd->word[i].text, "pipefail") == 0)
			s->pipefail = on;
	}
}

/* What comes after a || of a mover. */
static void alternative(struct script *s, const struct mover_command *cmd)
{
	if (!s->alternative.any)
		return;
	s->alternative.any = false;
	if (is(&cmd->word[0], "true") || is(&cmd->word[0], ":"))
		lint_say(s->l, "shell-status-dropped", s->alternative.line,
			 s->alternative.column, NULL, NULL);
}

static void builtins(struct script *s, const struct mover_command *cmd)
{
	const struct mover_word *first = &cmd->word[0];

	if (is(first, "set"))
		set_options(s, cmd);
	else if (is(first, "trap") && cmd->n > 2)
		for (size_t i = 2; i < cmd->n; i++)
			s->errexit = s->errexit || is(&cmd->word[i], "ERR");
	else if (is(first, "wait") && cmd->n > 1)
		s->waited = true;
	else if (is(first, "read") && cmd->condition)
		s->reads = true;
}

/* exit and return alone hand on the code of what was before. */
static void hands_on(struct script *s, const struct mover_command *cmd, unsigned level)
{
	const struct mover_word *first = &cmd->word[0];

	if (cmd->n > 1 || (!is(first, "exit") && !is(first, "return")))
		return;
	returned(s, level);
	s->waiting[level].any = false;
}

/* ---- commands ---- */

static bool runs_others(const struct mover_word *w)
{
	static const char *const names[] = {
		"sudo",	  "doas",   "env",	   "nohup",    "nice",	"time",
		"exec",	  "ionice", "xargs",	   "timeout",  "flock", "chroot",
		"setsid", "ssh",    "command",	   "parallel", "su",	"docker",
		"podman", "stdbuf", "systemd-run", "chrt"
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (is(w, names[i]))
			return true;
	return false;
}

/* Where a mover other than imapsync stands; cmd->n: nowhere. */
static size_t other_at(const struct mover_command *cmd, const char *name)
{
	size_t last = runs_others(&cmd->word[0]) ? cmd->n : 1;

	for (size_t i = 0; i < last; i++)
		if (is(&cmd->word[i], name))
			return i;
	return cmd->n;
}

static bool mover(struct script *s, const struct mover_command *cmd)
{
	static const struct {
		const char *name;
		void (*look)(struct plan_lint *l, const struct mover_command *cmd,
			     size_t at, bool *real_out);
	} others[] = {
		{ "mbsync", lint_mbsync },
		{ "doveadm", lint_doveadm },
		{ "dsync", lint_doveadm },
		{ "rsync", lint_rsync },
	};
	size_t at = mover_imapsync_at(cmd);
	bool real = false;

	if (at < cmd->n) {
		s->movers += lint_imapsync(s->l, cmd, at, &real);
		return real;
	}
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		at = other_at(cmd, others[i].name);
		if (at == cmd->n)
			continue;
		others[i].look(s->l, cmd, at, &real);
		s->movers++;
		return real;
	}
	return false;
}

static bool on_command(void *ctx, const struct mover_command *cmd, struct err *err)
{
	struct script *s = ctx;
	unsigned level = cmd->calls < LEVELS - 1 ? cmd->calls : LEVELS - 1;
	bool real;

	(void)err;
	hands_on(s, cmd, level);
	if (!s->in_pipe) {
		settle(s, level);
	} else if (cmd->end != MOVER_END_PIPE) {
		s->in_pipe = false;
		if (s->pipefail && (cmd->condition || cmd->negated))
			s->waiting[level].any = false;
	}
	if (!cmd->loop)
		s->reads = false;
	alternative(s, cmd);
	builtins(s, cmd);
	if (cmd->word[0].text[0] == '-' && cmd->word[0].text[1] == '-' &&
	    cmd->word[0].unknown == NULL && !cmd->word[0].secret)
		lint_say(s->l, "imapsync-line", cmd->line, cmd->column, cmd->word[0].text,
			 NULL);
	if (is(&cmd->word[0], "ssh") && cmd->loop && s->reads && !cmd->in) {
		bool quiet = false;

		for (size_t i = 1; i < cmd->n; i++)
			quiet = quiet || strcmp(cmd->word[i].text, "-n") == 0 ||
				strcmp(cmd->word[i].text, "-f") == 0;
		if (!quiet)
			lint_say(s->l, "shell-loop-stdin", cmd->line, cmd->column, NULL,
				 NULL);
	}
	real = mover(s, cmd);
	if (real && cmd->out != NULL && strcmp(cmd->out, "/dev/null") == 0)
		lint_say(s->l, "shell-output", cmd->line, cmd->column, NULL, NULL);
	if (real && !cmd->cut) {
		s->l->r.commands++;
		ran(s, cmd, level);
	}
	if (cmd->follows) {
		s->call_checked[level] = cmd->condition || cmd->negated ||
					 (s->errexit && !in_condition(s, level));
		s->call_condition[level] = cmd->condition;
		if (cmd->end == MOVER_END_OR)
			s->alternative.any = false;
	}
	/* Who calls it is not in the script: whoever does may look. */
	if (level > 0 && cmd->called == 0)
		s->call_checked[level - 1] = true;
	return true;
}

static void on_broken(void *ctx, unsigned line, unsigned column, const char *text)
{
	struct script *s = ctx;

	lint_say(s->l, "lint-broken", line, column, NULL,
		 arena_printf(&s->l->arena, "%s; what follows is judged", text));
}

static bool on_document(void *ctx, struct span text, unsigned line, struct err *err)
{
	struct script *s = ctx;

	(void)err;
	if (lint_is_mbsync(text)) {
		lint_mbsync_config(s->l, text, line);
		s->movers++;
	} else if (lint_is_dovecot(text)) {
		lint_dovecot_config(s->l, text, line);
		s->movers++;
	}
	return true;
}

/* #!/bin/bash -e */
static void first_line(struct script *s, struct span text)
{
	ptrdiff_t lf = span_index(text, '\n'), blank;
	struct span line = { text.p, lf >= 0 ? (size_t)lf : text.n };

	if (line.n < 2 || line.p[0] != '#' || line.p[1] != '!')
		return;
	while ((blank = span_index(line, ' ')) >= 0) {
		line = span_from(line, (size_t)blank + 1);
		if (line.n > 1 && line.p[0] == '-' && line.p[1] != '-') {
			ptrdiff_t end = span_index(line, ' ');
			struct span word = { line.p, end >= 0 ? (size_t)end : line.n };

			s->errexit = s->errexit || span_index(word, 'e') >= 0;
		}
	}
}

void lint_shell(struct plan_lint *l, struct span text)
{
	struct script *s = mem_calloc(1, sizeof *s);
	const struct mover_reader reader = { .command = on_command,
					     .broken = on_broken,
					     .status = on_status,
					     .document = on_document,
					     .ctx = s };
	struct err err = ERR_INIT;
	unsigned line = 0, column = 0;
	const char *said;

	s->l = l;
	first_line(s, text);
	if (!mover_shell_walk("", text, &reader, &err)) {
		/* ":line:column: text" */
		said = err.text;
		if (sscanf(said, ":%u:%u: ", &line, &column) == 2)
			said = strstr(said, ": ") + 2;
		lint_say(l, "lint-limit", line, column, NULL,
			 arena_printf(&l->arena, "%s: the rest was not looked at", said));
	}
	returned(s, 0);
	/* The code of the last command is the script's; in a loop it is one of many. */
	if (s->waiting[0].any &&
	    (s->waiting[0].loop || strcmp(s->waiting[0].id, "shell-pipe") == 0))
		unseen(s, &s->waiting[0]);
	if (s->background.any && !s->waited)
		lint_say(l, "shell-background", s->background.line, s->background.column,
			 NULL, NULL);
	if (s->movers == 0)
		lint_say(l, "lint-nothing", 0, 0, NULL, NULL);
	free(s);
}
