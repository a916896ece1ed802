/* SPDX-License-Identifier: MIT */
/* Reading a script from its beginning to its end, behind its mistakes too. */
#include "mover/mover_shell_in.h"

bool shell_thorough(const struct shell *s)
{
	return s->reader->broken != NULL;
}

void shell_skip(struct shell *s, struct shell_names *names, struct shell_skip *back)
{
	*back = (struct shell_skip){ s->skip, s->names, s->skip_from };
	if (!s->skip && s->pinned == 0 && s->calls == 0)
		s->skip_from = s->at;
	s->skip = true;
	s->names = names;
}

void shell_skipped(struct shell *s, const struct shell_skip *back)
{
	s->skip = back->skip;
	s->names = back->names;
	s->skip_from = back->from;
}

/* Tell a mistake.  False: it ends the reading. */
static bool told(struct shell *s, bool quiet)
{
	if (!shell_thorough(s) || s->err->cls != ERR_CONFIG)
		return false;
	/* What the reader's own functions said is none of ours. */
	if (s->fail_line == 0)
		return false;
	if (!quiet && s->fail_line > s->quiet_until) {
		if (++s->broken > MOVER_BROKEN_MAX)
			return err_set(s->err, ERR_LIMIT,
				       "%s:%u:%u: more than %d mistakes; the rest was "
				       "not read",
				       s->name, s->fail_line, s->fail_column,
				       MOVER_BROKEN_MAX);
		s->reader->broken(s->reader->ctx, s->fail_line, s->fail_column,
				  s->fail_text);
	}
	s->bad = s->unclosed = false;
	s->fail_line = 0;
	*s->err = ERR_INIT;
	return true;
}

void shell_tell(struct shell *s, unsigned line, unsigned column, const char *text)
{
	if (shell_thorough(s) && !s->skip && !s->bad && line > s->quiet_until)
		s->reader->broken(s->reader->ctx, s->pinned > 0 ? s->pinned : line,
				  column, text);
}

void shell_quoted(struct shell *s, unsigned line)
{
	if (!s->bad && s->pinned == 0 && s->calls == 0 && s->long_quote == 0 &&
	    s->line > line)
		s->long_quote = line;
}

void shell_read_at(struct shell *s, const struct shell_place *in, bool apart)
{
	struct shell_place back = shell_where(s);
	/* What a mistake would leave as it is in there. */
	struct {
		unsigned depth, loops, branches, conditions, calls, called;
		bool skip, negated, in;
		struct shell_names *names, *locals;
		const struct shell_words *args;
		const char *out;
		size_t docs, skip_from, mark;
	} keep = { s->depth, s->loops,	   s->branches,	 s->conditions,
		   s->calls, s->called,	   s->skip,	 s->negated,
		   s->in,    s->names,	   s->locals,	 s->args,
		   s->out,   s->heredoc_n, s->skip_from, shell_mark(s) };
	struct heredoc doc[COUNT_OF(s->heredoc)];

	memcpy(doc, s->heredoc, sizeof doc);
	s->heredoc_n = 0;
	shell_goto(s, in);
	if (apart)
		shell_subshell(s, CLOSE_END);
	else
		shell_want(s, shell_list(s), CLOSE_END,
			   "the commands in a string end too soon");
	shell_goto(s, &back);
	memcpy(s->heredoc, doc, sizeof doc);
	s->heredoc_n = keep.docs;
	s->out = keep.out;
	s->in = keep.in;
	if (!s->bad || !told(s, s->skip))
		return;
	s->depth = keep.depth;
	s->loops = keep.loops;
	s->branches = keep.branches;
	s->conditions = keep.conditions;
	s->calls = keep.calls;
	s->called = keep.called;
	s->skip = keep.skip;
	s->negated = keep.negated;
	s->names = keep.names;
	s->locals = keep.locals;
	s->args = keep.args;
	s->skip_from = keep.skip_from;
	if (!s->skip)
		shell_doubt(s, keep.mark);
}

/* Lists until the end; what closes nothing is a mistake, but none to stop at. */
static void lists(struct shell *s)
{
	while (!s->bad) {
		unsigned line, column;

		if (shell_list(s) == CLOSE_END)
			return;
		if (s->bad || s->again)
			continue;
		line = shell_line(s);
		column = shell_column(s);
		shell_fail(s, ERR_CONFIG, line, column,
			   "this closes nothing that is open");
		s->again = s->bad && told(s, false);
	}
}

static size_t line_offset(struct span text, unsigned line)
{
	size_t at = 0;

	while (line > 1 && at < text.n) {
		ptrdiff_t lf = span_index(span_from(text, at), '\n');

		if (lf < 0)
			return text.n;
		at += (size_t)lf + 1;
		line--;
	}
	return at;
}

static unsigned line_at(struct span text, size_t at)
{
	unsigned line = 1;

	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

/* Begin anew at an octet of the script, with what is known of its variables. */
static void begin_at(struct shell *s, struct span text, size_t at)
{
	s->text = text;
	s->at = at;
	s->line = line_at(text, at);
	for (s->line_start = at; s->line_start > 0; s->line_start--)
		if (text.p[s->line_start - 1] == '\n')
			break;
	s->pinned = 0;
	s->heredoc_n = 0;
	s->depth = s->loops = s->branches = s->conditions = s->calls = s->called = 0;
	s->skip = s->negated = false;
	s->names = s->locals = NULL;
	s->args = NULL;
	s->skip_from = SHELL_NOT_SKIPPING;
	s->long_quote = 0;
	s->again = true;
}

/*
 * A mistake ends a pass.  What was skipped in it, a loop or a function that is not whole,
 * has not been told yet: that is read next, up to the same mistake; else what comes on
 * the line behind it.  Where a quote is never closed, the first that went over several
 * lines may have been closed by the next one's beginning: what it took in is read, too.
 */
static void passes(struct shell *s, struct span text)
{
	bool quiet = false;
	unsigned tries = 0;
	size_t from = s->at;

	for (;;) {
		unsigned line;
		bool unclosed;
		size_t next;

		lists(s);
		if (!s->bad)
			return;
		line = s->calls > 0 && s->called > 0 ? s->called : s->fail_line;
		unclosed = s->unclosed;
		if (!told(s, quiet))
			return;
		next = s->skip_from;
		quiet = next != SHELL_NOT_SKIPPING && next > from;
		if (!quiet) {
			if (line < line_at(text, from))
				line = line_at(text, from);
			if (unclosed && s->long_quote > 0 && s->long_quote < line) {
				s->quiet_until = line;
				line = s->long_quote;
			}
			next = line_offset(text, line + 1);
		}
		if (next >= text.n)
			return;
		/* Each pass may read all that is left. */
		if (++tries > 4 * MOVER_BROKEN_MAX) {
			s->bad = true;
			(void)err_set(s->err, ERR_LIMIT,
				      "%s:%u:1: too many mistakes; the rest was not read",
				      s->name, line_at(text, next));
			return;
		}
		from = next;
		begin_at(s, text, from);
	}
}

bool mover_shell_walk(const char *name, struct span text,
		      const struct mover_reader *reader, struct err *err)
{
	struct shell *s;
	bool ok;

	if (text.n > MOVER_SCRIPT_MAX)
		return err_set(err, ERR_LIMIT, "%s: a script of more than %u octets",
			       name, MOVER_SCRIPT_MAX);
	if (span_index(text, '\0') >= 0)
		return err_set(err, ERR_CONFIG, "%s: is no script: it holds a NUL", name);
	s = mem_calloc(1, sizeof *s);
	s->name = name;
	s->text = text;
	s->line = 1;
	s->reader = reader;
	s->err = err;
	s->skip_from = SHELL_NOT_SKIPPING;
	arena_init(&s->arena);
	shell_eat(s, "\xEF\xBB\xBF");
	passes(s, text);
	if (!s->bad && s->again)
		begin_at(s, text, text.n);
	if (!s->bad)
		shell_uncalled(s);
	ok = !s->bad;
	arena_done(&s->arena);
	free(s->var);
	free(s->undo);
	free(s->function);
	free(s);
	return ok;
}

bool mover_shell_read(const char *name, struct span text,
		      bool (*fn)(void *ctx, const struct mover_command *cmd,
				 struct err *err),
		      void *ctx, struct err *err)
{
	const struct mover_reader reader = { .command = fn, .ctx = ctx };

	return mover_shell_walk(name, text, &reader, err);
}
