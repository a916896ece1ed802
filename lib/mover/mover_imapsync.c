/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "mover/mover_judge_in.h"

static void *grow(struct judge *j, void *p, size_t n, size_t *cap, size_t size)
{
	void *more;

	if (n < *cap)
		return p;
	*cap = *cap * 2 + 8;
	more = arena_alloc(j->arena, *cap * size);
	assert(p != NULL || n == 0);
	if (n > 0)
		memcpy(more, p, n * size);
	return more;
}

void mover_judge_gap(struct judge *j, enum mover_gap_kind kind, unsigned line,
		     unsigned column, const char *text)
{
	struct mover_call *c = j->c;

	c->gap = grow(j, c->gap, c->gap_n, &j->gap_cap, sizeof *c->gap);
	c->gap[c->gap_n++] = (struct mover_gap){ kind, text, line, column };
}

void mover_judge_rule(struct judge *j, const struct mover_option *o,
		      struct mover_rule rule)
{
	struct mover_call *c = j->c;

	rule.line = o->line;
	rule.column = o->column;
	if (rule.option == NULL)
		rule.option = arena_printf(j->arena, "--%s", o->def->name);
	c->rule = grow(j, c->rule, c->rule_n, &j->rule_cap, sizeof *c->rule);
	c->rule[c->rule_n++] = rule;
}

static void add_remark(struct judge *j, const struct mover_option *o,
		       enum mover_sort sort, const char *name, const char *value,
		       const char *text, const char *implied)
{
	struct mover_call *c = j->c;

	c->remark = grow(j, c->remark, c->remark_n, &j->remark_cap, sizeof *c->remark);
	c->remark[c->remark_n++] = (struct mover_remark){
		.sort = sort,
		.option = arena_printf(j->arena, "--%s", name),
		.value = value,
		.text = text,
		.implied = implied,
		.line = o->line,
		.column = o->column,
	};
}

/* Is the value sure?  If not, the gap is noted. */
bool mover_judge_known(struct judge *j, const struct mover_option *o)
{
	const struct mover_unknown *u = o->word->unknown;

	if (o->value == NULL)
		return false;
	if (o->word->assumed != NULL)
		mover_judge_gap(
			j, MOVER_GAP_ASSUMED, o->word->line, o->word->column,
			arena_printf(j->arena,
				     "%s: taken from %s, which may be set elsewhere",
				     o->said, o->word->assumed));
	if (u == NULL)
		return true;
	mover_judge_gap(
		j, MOVER_GAP_VALUE, o->word->line, o->word->column,
		arena_printf(j->arena, "%s: %s%s is %s (line %u)", o->said,
			     u->name[0] == '$' || u->name[0] == '<' || u->name[0] == '{'
				     ? ""
				     : "$",
			     u->name, mover_why_text(u->why), u->line));
	return false;
}

enum side mover_judge_side(const struct mover_option *o)
{
	return o->def->side == '2' ? SIDE_NEW : SIDE_OLD;
}

static void preset_automap(struct judge *j)
{
	if (j->automap == AUTOMAP_UNSET)
		j->automap = AUTOMAP_ON;
}

static const char *said(const struct judge *j, const char *name)
{
	for (size_t i = 0; i < j->c->option_n; i++)
		if (j->c->option[i].def != NULL && !j->c->option[i].bad &&
		    strcmp(j->c->option[i].def->name, name) == 0)
			return name;
	return NULL;
}

/* What a preset switches on, unless an option of its own says otherwise. */
static void implied(struct judge *j, const struct mover_option *o, const char *name,
		    const char *value)
{
	const struct mover_option_def *def = mover_option_named(name);

	if (said(j, name) != NULL)
		return;
	add_remark(j, o, def->sort, name, value, def->on,
		   arena_printf(j->arena, "--%s", o->def->name));
}

static void default_host(struct judge *j, const struct mover_option *o, const char *host)
{
	if (said(j, o->def->side == '1' ? "host1" : "host2") == NULL)
		j->c->host[mover_judge_side(o)] = host;
}

static void take_preset(struct judge *j, const struct mover_option *o)
{
	const char *name = o->def->name, *option = arena_printf(j->arena, "--%s", name);
	bool both = said(j, "gmail1") != NULL && said(j, "gmail2") != NULL;

	if (strncmp(name, "gmail", 5) == 0) {
		default_host(j, o, "imap.gmail.com");
		preset_automap(j);
		if (both) {
			if (o->def->side == '1')
				mover_judge_exclude(j, o, "\\[Gmail\\]$", option);
			return;
		}
		mover_judge_regex(j, o, "s,\\[Gmail\\].,,", option);
		if (o->def->side == '1') {
			implied(j, o, "skipcrossduplicates", NULL);
			return;
		}
		implied(j, o, "expunge1", NULL);
		implied(j, o, "addheader", NULL);
		if (!j->no_exclude)
			mover_judge_exclude(j, o, "\\[Gmail\\]$", option);
		mover_judge_regex(j, o, "s,^ +| +$,,g", option);
		mover_judge_regex(j, o, "s,/ +| +/,/,g", option);
		mover_judge_regex(j, o, "s/['\\^\"]/_/g", option);
	} else if (strcmp(name, "office1") == 0) {
		default_host(j, o, "outlook.office365.com");
		if (!j->no_exclude)
			mover_judge_exclude(j, o, "^Files$", option);
	} else if (strcmp(name, "office2") == 0) {
		default_host(j, o, "outlook.office365.com");
		implied(j, o, "maxsize", "45000000");
		implied(j, o, "disarmreadreceipts", NULL);
		if (!j->no_regexmess)
			implied(j, o, "regexmess", "wraps lines at 10,239 octets");
		if (!j->no_pair)
			mover_judge_pair(j, o, "Files=Files_renamed_by_imapsync", option);
	} else if (strcmp(name, "exchange2") == 0) {
		implied(j, o, "maxsize", "10000000");
		implied(j, o, "disarmreadreceipts", NULL);
		if (!j->no_regexflag)
			implied(j, o, "regexflag", "takes \\Flagged off");
		if (!j->no_regexmess)
			implied(j, o, "regexmess", "wraps lines at 10,239 octets");
	} else if (strncmp(name, "domino", 6) == 0) {
		implied(j, o, "messageidnodomain", NULL);
		if (o->def->side == '2')
			mover_judge_regex(j, o, "s,^Inbox\\\\(.*),$1,i", option);
	}
}

/* Before anything else: what decides how the rest is read. */
static void take_early(struct judge *j, const struct mover_option *o)
{
	switch (o->def->about) {
	case MOVER_PREFIX:
		if (o->value != NULL && o->word->unknown == NULL)
			j->c->prefix[mover_judge_side(o)] = o->value;
		break;
	case MOVER_SEPARATOR:
		if (o->value != NULL && o->word->unknown == NULL)
			j->c->separator[mover_judge_side(o)] = o->value;
		break;
	case MOVER_NOTHING:
		j->no_exclude = j->no_exclude || strcmp(o->def->name, "noexclude") == 0;
		j->no_pair = j->no_pair || strcmp(o->def->name, "nof1f2") == 0;
		j->no_regexmess = j->no_regexmess ||
				  strcmp(o->def->name, "noregexmess") == 0;
		j->no_regexflag = j->no_regexflag ||
				  strcmp(o->def->name, "noregexflag") == 0;
		break;
	case MOVER_PRESET:
		if (strncmp(o->def->name, "domino", 6) == 0) {
			j->c->prefix[mover_judge_side(o)] = "";
			j->c->separator[mover_judge_side(o)] = "\\";
		}
		break;
	default:
		break;
	}
}

/* user*admin: Dovecot's master users */
static void take_user(struct judge *j, const struct mover_option *o)
{
	const char *star = o->value != NULL ? strrchr(o->value, '*') : NULL;
	enum side side = mover_judge_side(o);

	if (star != NULL && star[1] != '\0' && strchr(star, '$') == NULL) {
		j->c->admin[side] = star + 1;
		j->c->master[side] = true;
	}
	if (mover_judge_known(j, o))
		j->c->user[side] = o->value;
}

static void take(struct judge *j, const struct mover_option *o)
{
	enum side side = mover_judge_side(o);
	const char *text = o->negated ? o->def->off : o->def->on;

	switch (o->def->about) {
	case MOVER_QUIET:
	case MOVER_SECRET:
	case MOVER_NOTHING:
		break;
	case MOVER_HOST:
		if (mover_judge_known(j, o))
			j->c->host[side] = o->value;
		break;
	case MOVER_USER:
		take_user(j, o);
		break;
	case MOVER_AUTHUSER:
		if (mover_judge_known(j, o)) {
			j->c->admin[side] = o->value;
			j->c->master[side] = false;
		}
		break;
	case MOVER_PAIR:
		if (mover_judge_known(j, o))
			mover_judge_pair(j, o, o->value, NULL);
		break;
	case MOVER_REGEX:
		if (mover_judge_known(j, o))
			mover_judge_regex(j, o, o->value, NULL);
		break;
	case MOVER_EXCLUDE:
		if (mover_judge_known(j, o))
			mover_judge_exclude(j, o, o->value, NULL);
		break;
	case MOVER_INCLUDE:
	case MOVER_FOLDER:
	case MOVER_FOLDER_TREE:
		mover_judge_selection(j, o);
		break;
	case MOVER_PREFIX:
	case MOVER_SEPARATOR:
		if (mover_judge_known(j, o))
			add_remark(j, o, MOVER_TELLS, o->def->name, o->value,
				   "forces what mailmuster takes from NAMESPACE and "
				   "LIST: compare them",
				   NULL);
		break;
	case MOVER_SUBFOLDER:
		if (mover_judge_known(j, o)) {
			j->subfolder[side] = mover_judge_subfolder(j, o->value);
			if (*j->subfolder[side] != '\0')
				j->subfolder_option[side] = o;
		}
		break;
	case MOVER_AUTOMAP:
		j->automap = o->negated ? AUTOMAP_OFF : AUTOMAP_ON;
		break;
	case MOVER_PRESET:
		break; /* after all others */
	case MOVER_DRY:
		j->c->dry = !o->negated;
		break;
	case MOVER_REMARK:
		/* A value that is not known is still said to be there. */
		if (o->value != NULL)
			(void)mover_judge_known(j, o);
		if (text != NULL)
			add_remark(j, o, o->def->sort,
				   o->negated
					   ? arena_printf(j->arena, "no%s", o->def->name)
					   : o->def->name,
				   o->value, text, NULL);
		if (text != NULL && strstr(text, "othing is copied") != NULL)
			j->c->dry = true;
		if (strcmp(o->def->name, "subscribed") == 0) {
			j->first = j->first != NULL ? j->first : o;
			j->select_doubt = "which folders are subscribed to is not in the "
					  "script";
		}
		if (strcmp(o->def->name, "justfolders") == 0 && !o->negated)
			j->c->dry = true;
		break;
	}
	if (o->word->glob && o->value != NULL && o->def->about != MOVER_QUIET)
		mover_judge_gap(
			j, MOVER_GAP_GLOB, o->word->line, o->word->column,
			arena_printf(j->arena,
				     "%s: its value is not quoted, so the shell may put "
				     "names of files there",
				     o->said));
}

static void wrong_option(struct judge *j, const struct mover_option *o)
{
	mover_judge_gap(
		j, MOVER_GAP_OPTION, o->line, o->column,
		o->def == NULL
			? arena_printf(j->arena,
				       "%s is no option that is known, or stands for "
				       "several",
				       o->said)
			: arena_printf(j->arena,
				       "%s has no value, or one that is not allowed",
				       o->said));
	j->c->stops = true;
}

/* First all options, then what the early ones say about the others. */
static void collect(struct judge *j, const struct mover_word *word, size_t n)
{
	struct mover_option o, *list = NULL;
	enum mover_next next;
	size_t i = 0;

	while ((next = mover_option_next(j->arena, word, n, &i, &o)) != MOVER_NEXT_END) {
		if (next == MOVER_NEXT_UNKNOWN) {
			const struct mover_unknown *u = o.word->unknown;

			mover_judge_gap(
				j, MOVER_GAP_OPTIONS, o.line, o.column,
				arena_printf(
					j->arena,
					"what %s%s holds may be any options: it is %s "
					"(line %u)",
					strchr("$<{", u->name[0]) != NULL ? "" : "$",
					u->name, mover_why_text(u->why), u->line));
		} else if (next == MOVER_NEXT_EXTRA) {
			/* Not shown: it may be the rest of a password. */
			if (o.word->text[0] == '\0' && !o.word->secret)
				continue;
			if (strcmp(o.word->text, "--") == 0 && i == n)
				continue;
			mover_judge_gap(
				j, MOVER_GAP_WORD, o.line, o.column,
				"a word belongs to no option: imapsync refuses to run "
				"with it");
			j->c->stops = true;
			if (strcmp(o.word->text, "--") == 0)
				break; /* nothing behind it is an option */
		} else {
			list = grow(j, list, j->c->option_n, &j->option_cap,
				    sizeof *list);
			list[j->c->option_n++] = o;
			j->c->option = list;
		}
	}
}

void mover_imapsync_judge(struct arena *arena, const struct mover_word *word, size_t n,
			  struct mover_call *out)
{
	struct judge j = { .arena = arena, .c = out };
	size_t i;

	*out = (struct mover_call){ .line = n > 0 ? word[0].line : 0 };
	collect(&j, word, n);
	for (i = 0; i < out->option_n; i++)
		if (out->option[i].def != NULL && !out->option[i].bad)
			take_early(&j, &out->option[i]);
	for (i = 0; i < out->option_n; i++)
		if (out->option[i].def == NULL || out->option[i].bad)
			wrong_option(&j, &out->option[i]);
	for (i = 0; i < out->option_n; i++)
		if (out->option[i].def != NULL && !out->option[i].bad &&
		    out->option[i].def->about == MOVER_SUBFOLDER)
			take(&j, &out->option[i]);
	mover_judge_subfolders(&j); /* before the expressions of the user */
	for (i = 0; i < out->option_n; i++)
		if (out->option[i].def != NULL && !out->option[i].bad &&
		    out->option[i].def->about != MOVER_SUBFOLDER)
			take(&j, &out->option[i]);
	for (i = 0; i < out->option_n; i++)
		if (out->option[i].def != NULL && !out->option[i].bad &&
		    out->option[i].def->about == MOVER_PRESET)
			take_preset(&j, &out->option[i]);
	mover_judge_selected(&j);
	if (j.subfolder_option[SIDE_OLD] != NULL || j.subfolder_option[SIDE_NEW] != NULL)
		j.automap = AUTOMAP_OFF;
	out->special_use = j.automap == AUTOMAP_ON;
	strbuf_done(&j.select);
}
