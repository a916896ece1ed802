/* SPDX-License-Identifier: MIT */
/* What an imapsync command line does, as findings. */
#include "base/num.h"
#include "plan/plan_lint_in.h"

/* "--delete2", "--nolog": as the rules have it. */
static const char *spelled(struct plan_lint *l, const struct mover_option *o)
{
	return arena_printf(&l->arena, "--%s%s", o->negated ? "no" : "", o->def->name);
}

static const char *said_of(struct plan_lint *l, const char *option, const char *value)
{
	if (value == NULL || *value == '\0')
		return option;
	return arena_printf(&l->arena, "%s %s", option, value);
}

/* Days may have a fraction; sizes may have underscores. */
static bool amount_of(const char *value, int64_t unit, int64_t *out)
{
	int64_t whole = 0;

	if (value == NULL || *value < '0' || *value > '9')
		return false;
	for (; (*value >= '0' && *value <= '9') || *value == '_'; value++)
		if (*value != '_' &&
		    (__builtin_mul_overflow(whole, 10, &whole) ||
		     __builtin_add_overflow(whole, *value - '0', &whole)))
			return false;
	if (*value != '\0' && *value != '.')
		return false;
	return !__builtin_mul_overflow(whole, unit, out);
}

static struct lint_mail limit_of(const struct mover_remark *r)
{
	static const struct {
		const char *option;
		enum lint_left_out what;
		int64_t unit;
	} limits[] = {
		{ "--maxsize", LINT_LARGER, 1 },   { "--appendlimit", LINT_LARGER, 1 },
		{ "--minsize", LINT_SMALLER, 1 },  { "--maxage", LINT_OLDER, 86400 },
		{ "--minage", LINT_NEWER, 86400 },
	};
	struct lint_mail m = { .what = LINT_NO_MAIL };

	for (size_t i = 0; i < COUNT_OF(limits); i++)
		if (strcmp(r->option, limits[i].option) == 0 &&
		    amount_of(r->value, limits[i].unit, &m.amount)) {
			m.what = limits[i].what;
			/* what is as large as --maxsize says is left out, too */
			m.amount -= strcmp(r->option, "--maxsize") == 0 && m.amount > 0;
		}
	return m;
}

static void remark(struct plan_lint *l, const struct mover_remark *r)
{
	const struct lint_rule *rule = lint_rule_of("imapsync", r->option);
	const char *text = r->text;

	if (rule == NULL)
		return;
	if (r->implied != NULL)
		text = arena_printf(&l->arena, "%s (%s switches it on)", text,
				    r->implied);
	/* --include and its like have a rule with the folders. */
	if (strcmp(r->option, "--subscribed") != 0 &&
	    strcmp(rule->id, "imapsync-select") == 0)
		return;
	lint_add(l, rule,
		 &(struct lint_at){
			 .line = r->line,
			 .column = r->column,
			 .said = said_of(l, r->implied != NULL ? r->implied : r->option,
					 r->implied != NULL ? NULL : r->value),
			 .text = text,
			 .mail = limit_of(r) });
}

/* ^ a literal $: one name, in any case. */
static bool one_name(const char *p)
{
	size_t n;

	if (strncmp(p, "(?i)", 4) == 0)
		p += 4;
	n = strlen(p);
	if (n < 2 || p[0] != '^' || p[n - 1] != '$')
		return false;
	for (size_t i = 1; i + 1 < n; i++) {
		if (p[i] == '\\' && i + 2 < n && strchr(".\\/[](){}*+?^$|-&", p[i + 1]))
			i++;
		else if (strchr("\\.[](){}*+?^$|", p[i]) != NULL)
			return false;
	}
	return true;
}

/* ^ a literal: what is cut off or put in front leaves the rest of each name. */
static bool one_prefix(struct plan_lint *l, const char *p)
{
	return one_name(arena_printf(&l->arena, "%s$", p));
}

static bool has_group(const char *to)
{
	for (; *to != '\0'; to++)
		if (to[0] == '$' && to[1] == '$')
			to++;
		else if (to[0] == '$')
			return true;
	return false;
}

/* Another rule of the command that gives the same name to something else. */
static bool same_target(const struct mover_call *c, size_t i)
{
	for (size_t k = 0; k < c->rule_n; k++)
		if (k != i && c->rule[k].to != NULL && *c->rule[i].to != '\0' &&
		    strcmp(c->rule[k].to, c->rule[i].to) == 0 &&
		    strcmp(c->rule[k].match, c->rule[i].match) != 0)
			return true;
	return false;
}

static void folder_rule(struct plan_lint *l, const struct mover_call *c, size_t i)
{
	const struct mover_rule *r = &c->rule[i];
	const struct lint_rule *rule = lint_rule_of("imapsync", r->option);
	bool exclude = r->kind == MOVER_RULE_EXCLUDE, own, suspect;
	const char *text = NULL;
	struct lint_mail m = { .doubt = r->doubt, .pattern = r->match };

	if (rule == NULL)
		return;
	own = strcmp(r->option, "--exclude") == 0;
	if (exclude) {
		/* --exclude and what presets imply look at names as the server has them.
		 */
		m.what = strcmp(rule->id, "imapsync-select") == 0 ? LINT_FOLDERS_COMMON
								  : LINT_FOLDERS;
		if (m.what == LINT_FOLDERS)
			m.doubt = NULL;
		if (!own && m.what == LINT_FOLDERS)
			text = arena_printf(&l->arena, "leaves out folders that fit %s",
					    r->said);
		lint_add(l, rule,
			 &(struct lint_at){
				 .line = r->line,
				 .column = r->column,
				 .said = m.what == LINT_FOLDERS
						 ? said_of(l, r->option, r->said)
						 : r->option,
				 .text = text,
				 .mail = m });
		return;
	}
	if (strcmp(rule->id, "imapsync-merge") != 0)
		return;
	m.what = LINT_MERGED;
	m.to = r->to;
	m.all = r->all;
	suspect = same_target(c, i) ||
		  (r->kind == MOVER_RULE_REGEX && !has_group(r->to) &&
		   !one_name(r->match) && !one_prefix(l, r->match));
	m.only_counted = !suspect;
	if (r->kind == MOVER_RULE_PAIR) {
		if (!suspect)
			return;
		m.what = LINT_NO_MAIL;
	}
	lint_add(l, rule,
		 &(struct lint_at){ .line = r->line,
				    .column = r->column,
				    .said = said_of(l, r->option, r->said),
				    .mail = m });
}

static bool selects(enum mover_about about)
{
	return about == MOVER_EXCLUDE || about == MOVER_INCLUDE ||
	       about == MOVER_FOLDER || about == MOVER_FOLDER_TREE ||
	       about == MOVER_REGEX || about == MOVER_PAIR || about == MOVER_SUBFOLDER;
}

static void option(struct plan_lint *l, const struct mover_option *o, bool *checked)
{
	const struct lint_rule *rule;
	const struct mover_unknown *u = o->word->unknown;

	if (o->def == NULL || o->bad)
		return;
	if (selects(o->def->about) && u != NULL) {
		lint_say(l, "lint-value", o->word->line, o->word->column, o->said,
			 arena_printf(
				 &l->arena,
				 "decides which folders are moved: %s%s is %s (line %u)",
				 strchr("$<{", u->name[0]) != NULL ? "" : "$", u->name,
				 mover_why_text(u->why), u->line));
		return;
	}
	if (selects(o->def->about) && o->value != NULL && !o->word->quoted &&
	    !o->word->glob && strpbrk(o->value, "|()^$ \\") != NULL)
		lint_say(l, "shell-unquoted", o->word->line, o->word->column, o->said,
			 NULL);
	if (strncmp(o->def->name, "sslargs", 7) == 0 && o->value != NULL) {
		*checked = *checked || strncmp(o->value, "SSL_verify_mode", 15) == 0;
		rule = lint_rule_of("imapsync", o->value);
		if (rule != NULL)
			lint_add(l, rule,
				 &(struct lint_at){
					 .line = o->line,
					 .column = o->column,
					 .said = said_of(l, o->said, o->value) });
		return;
	}
	/* What has a sentence in the table of options is a remark already. */
	if (o->def->about != MOVER_QUIET && o->def->about != MOVER_SECRET &&
	    o->def->about != MOVER_PRESET &&
	    !(o->def->about == MOVER_REMARK &&
	      (o->negated ? o->def->off : o->def->on) == NULL))
		return;
	rule = lint_rule_of("imapsync", spelled(l, o));
	if (rule != NULL)
		lint_add(l, rule,
			 &(struct lint_at){
				 .line = o->line, .column = o->column, .said = o->said });
}

static void gap(struct plan_lint *l, const struct mover_gap *g)
{
	switch (g->kind) {
	case MOVER_GAP_VALUE: /* see option */
	case MOVER_GAP_ASSUMED:
		break;
	case MOVER_GAP_LINE: /* see lint_shell */
	case MOVER_GAP_NAME:
	case MOVER_GAP_PIPE:
		break;
	case MOVER_GAP_OPTIONS:
		lint_say(l, "lint-options", g->line, g->column, NULL, g->text);
		break;
	case MOVER_GAP_WORD:
	case MOVER_GAP_OPTION:
		lint_say(l, "imapsync-refuses", g->line, g->column, NULL, g->text);
		break;
	case MOVER_GAP_RULE:
		lint_say(l, "lint-expression", g->line, g->column, NULL, g->text);
		break;
	case MOVER_GAP_GLOB:
		lint_say(l, "shell-glob", g->line, g->column, NULL, g->text);
		break;
	}
}

/* What xargs puts behind the last word, and what a mistake cut off, is not missing. */
static bool fills_up(const struct mover_command *cmd, size_t at,
		     const struct mover_gap *g)
{
	const struct mover_word *last = &cmd->word[cmd->n - 1];
	bool xargs = cmd->cut;

	for (size_t i = 0; i < at; i++)
		xargs = xargs || strstr(cmd->word[i].text, "xargs") != NULL ||
			strstr(cmd->word[i].text, "parallel") != NULL;
	return xargs && g->kind == MOVER_GAP_OPTION && g->line == last->line &&
	       g->column == last->column;
}

bool lint_imapsync(struct plan_lint *l, const struct mover_command *cmd, size_t at,
		   bool *real_out)
{
	bool checked = false;
	struct mover_call c;

	*real_out = false;
	if (at + 1 == cmd->n && !cmd->cut)
		return false; /* nothing but its name: it shows its help */
	mover_imapsync_call(&l->arena, cmd, at, &c);
	if (c.printed)
		return false;
	if (cmd->word[at].unknown != NULL)
		lint_say(l, "lint-program", c.line, c.column, NULL, NULL);
	for (size_t i = 0; i < c.remark_n; i++)
		remark(l, &c.remark[i]);
	for (size_t i = 0; i < c.rule_n; i++)
		folder_rule(l, &c, i);
	for (size_t i = 0; i < c.option_n; i++)
		option(l, &c.option[i], &checked);
	for (size_t i = 0; i < c.gap_n; i++)
		if (!fills_up(cmd, at, &c.gap[i]))
			gap(l, &c.gap[i]);
	if (cmd->end == MOVER_END_PIPE && mover_ends_in_pattern(&c))
		lint_say(l, "shell-pattern-pipe", c.line, c.column, NULL, NULL);
	if (!checked && !c.dry && !cmd->cut)
		lint_say(l, "imapsync-tls", c.line, c.column, NULL, NULL);
	if (c.host[SIDE_OLD] != NULL)
		l->r.host_old = c.host[SIDE_OLD];
	if (c.host[SIDE_NEW] != NULL)
		l->r.host_new = c.host[SIDE_NEW];
	l->dry[LINT_IMAPSYNC] = l->dry[LINT_IMAPSYNC] || c.dry;
	*real_out = !c.dry;
	if (*real_out && l->real[LINT_IMAPSYNC].file == NULL) {
		l->real[LINT_IMAPSYNC].file = l->file;
		l->real[LINT_IMAPSYNC].line = c.line;
		l->real[LINT_IMAPSYNC].column = c.column;
	}
	return true;
}
