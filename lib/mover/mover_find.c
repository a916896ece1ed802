/* SPDX-License-Identifier: MIT */
/* Which commands of a script are imapsync's. */
#include "mover/mover_imapsync.h"

struct search {
	const char *name;
	struct arena *arena;
	struct mover_script *out;
	size_t call_cap, gap_cap, options, rules;
};

static struct span base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return span_str(slash != NULL ? slash + 1 : path);
}

static bool is_imapsync(const struct mover_word *w)
{
	static const char *const names[] = { "imapsync", "imapsync.pl", "imapsync.exe",
					     "imapsync_bin_Darwin", "imapsync_bin" };
	struct span base = base_name(w->text);

	if (w->secret)
		return false;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (span_eq_str(base, names[i]))
			return true;
	return false;
}

/* Programs that may hold the name without running it. */
bool mover_only_speaks(const struct mover_word *w)
{
	static const char *const names[] = {
		"printf",     "which", "type",	 "hash",  "grep",  "egrep", "fgrep",
		"pgrep",      "pkill", "kill",	 "ls",	  "cp",	   "mv",    "rm",
		"man",	      "apt",   "yum",	 "dnf",	  "cpan",  "curl",  "wget",
		"apt-get",    "cat",   "tail",	 "ps",	  "test",  "[",	    "killall",
		"command -v", "sed",   "awk",	 "chmod", "chown", "alias", "cd",
		"ln",	      "mkdir", "logger", "git",
	};
	struct span base = base_name(w->text);

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (span_eq_str(base, names[i]))
			return true;
	return false;
}

static bool option_like(const struct mover_word *w)
{
	return w->many || w->text[0] == '-' || w->text[0] == '+';
}

static bool known_option(const struct mover_word *w)
{
	static const char *const names[] = { "--host1", "--host2", "--user1", "--user2" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strncmp(w->text, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

size_t mover_imapsync_at(const struct mover_command *cmd)
{
	size_t i, hosts = 0;

	if (mover_only_speaks(&cmd->word[0]))
		return cmd->n;
	for (i = 0; i < cmd->n; i++)
		if (is_imapsync(&cmd->word[i]) &&
		    (i == 0 || i + 1 == cmd->n || option_like(&cmd->word[i + 1])))
			return i;
	/* "$IMAPSYNC" --host1 ... --host2 ...: the name is not known, the options are. */
	if (cmd->word[0].unknown == NULL)
		return cmd->n;
	for (i = 1; i < cmd->n; i++)
		hosts += known_option(&cmd->word[i]);
	return hosts >= 2 ? 0 : cmd->n;
}

static void *grow(struct search *s, void *p, size_t n, size_t *cap, size_t size)
{
	void *more;

	if (n < *cap)
		return p;
	*cap = *cap * 2 + 8;
	more = arena_alloc(s->arena, *cap * size);
	if (n > 0)
		memcpy(more, p, n * size);
	return more;
}

static void add_gap(struct search *s, enum mover_gap_kind kind, unsigned line,
		    unsigned column, const char *text)
{
	struct mover_script *o = s->out;

	o->gap = grow(s, o->gap, o->gap_n, &s->gap_cap, sizeof *o->gap);
	o->gap[o->gap_n++] = (struct mover_gap){ kind, text, line, column };
}

/* parallel and xargs put their own words where a brace stands. */
static bool fills_in(const struct mover_command *cmd, size_t before)
{
	for (size_t i = 0; i < before; i++)
		if (span_eq_str(base_name(cmd->word[i].text), "parallel") ||
		    span_eq_str(base_name(cmd->word[i].text), "xargs"))
			return true;
	return false;
}

static struct mover_unknown *unknown(struct arena *arena, const char *name,
				     enum mover_why why, unsigned line)
{
	struct mover_unknown *u = arena_alloc(arena, sizeof *u);

	*u = (struct mover_unknown){ arena_strdup(arena, name), why, line };
	return u;
}

/* What a command holds is gone when it ends. */
static const struct mover_word *keep(struct arena *arena, const struct mover_word *word,
				     size_t *n, bool filled)
{
	struct mover_word *own = arena_alloc(arena, (*n + 1) * sizeof *own);

	for (size_t i = 0; i < *n; i++) {
		const struct mover_unknown *u = word[i].unknown;

		if (filled && strncmp(word[i].text, ":::", 3) == 0) {
			*n = i;
			break;
		}
		own[i] = word[i];
		own[i].text = arena_strdup(arena, word[i].text);
		if (word[i].assumed != NULL)
			own[i].assumed = arena_strdup(arena, word[i].assumed);
		if (u != NULL)
			own[i].unknown = unknown(arena, u->name, u->why, u->line);
		else if (filled && strchr(word[i].text, '{') != NULL)
			own[i].unknown = unknown(arena, "{}", MOVER_READ, word[i].line);
	}
	return own;
}

/* --exclude Trash|Junk, without quotes */
bool mover_ends_in_pattern(const struct mover_call *c)
{
	const struct mover_option *o = c->option_n > 0 ? &c->option[c->option_n - 1]
						       : NULL;

	return o != NULL && o->def != NULL && o->value != NULL && !o->word->quoted &&
	       (o->def->about == MOVER_EXCLUDE || o->def->about == MOVER_INCLUDE ||
		o->def->about == MOVER_REGEX);
}

void mover_imapsync_call(struct arena *arena, const struct mover_command *cmd, size_t at,
			 struct mover_call *out)
{
	size_t n = cmd->n - at - 1;
	const struct mover_word *word = keep(arena, cmd->word + at + 1, &n,
					     fills_in(cmd, at));

	mover_imapsync_judge(arena, word, n, out);
	out->line = cmd->word[at].line;
	out->column = cmd->word[at].column;
	out->called = cmd->called;
	out->printed = span_eq_str(base_name(cmd->word[0].text), "echo");
}

static bool look(void *ctx, const struct mover_command *cmd, struct err *err)
{
	struct search *s = ctx;
	struct mover_script *o = s->out;
	size_t at = mover_imapsync_at(cmd);
	struct mover_call *c;

	if (at == cmd->n) {
		const struct mover_word *first = &cmd->word[0];

		if (first->text[0] == '-' && first->text[1] == '-' &&
		    first->unknown == NULL)
			add_gap(s, MOVER_GAP_LINE, cmd->line, cmd->column,
				"a command begins with an option: the line before it "
				"does "
				"not go on here, so this option is not in force");
		return true;
	}
	if (at + 1 == cmd->n)
		return true; /* nothing but the name: its help */
	if (o->n == MOVER_CALLS_MAX)
		return err_set(err, ERR_LIMIT, "%s:%u:%u: more than %u imapsync commands",
			       s->name, cmd->line, cmd->column, MOVER_CALLS_MAX);
	o->call = grow(s, o->call, o->n, &s->call_cap, sizeof *o->call);
	c = &o->call[o->n++];
	mover_imapsync_call(s->arena, cmd, at, c);
	s->options += c->option_n;
	s->rules += c->rule_n;
	if (s->options > MOVER_OPTIONS_MAX || s->rules > MOVER_RULES_MAX)
		return err_set(err, ERR_LIMIT,
			       "%s:%u:%u: more than %u imapsync options or %u rules",
			       s->name, cmd->line, cmd->column, MOVER_OPTIONS_MAX,
			       MOVER_RULES_MAX);
	if (cmd->word[at].unknown != NULL)
		add_gap(s, MOVER_GAP_NAME, c->line, c->column,
			"the name of the program is not known; its options are "
			"imapsync's");
	if (cmd->end == MOVER_END_PIPE && mover_ends_in_pattern(c))
		add_gap(s, MOVER_GAP_PIPE, c->line, c->column,
			"the command ends at a |: if that should be part of a pattern, "
			"it "
			"needs quotes");
	return true;
}

bool mover_imapsync_read(const char *name, struct span text, struct arena *arena,
			 struct mover_script *out, struct err *err)
{
	struct mover_script script = { .name = arena_strdup(arena, name) };
	struct search s = { .name = name, .arena = arena, .out = &script };

	if (!mover_shell_read(name, text, look, &s, err))
		return false;
	*out = script;
	return true;
}
