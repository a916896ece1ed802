/* SPDX-License-Identifier: MIT */
/* What options say about folders, as rules. */
#include "mover/mover_judge_in.h"
#include "mover/mover_perl.h"

/*
 * A full name as one server has it, in '/' form.  What separates the levels is not in the
 * name: an option may say it; a '/' is taken for it; a '.' alone may be either.
 */
static const char *name_form(struct judge *j, enum side side, struct span name,
			     const char **doubt)
{
	const char *sep = j->c->separator[side], *prefix = j->c->prefix[side];
	struct strbuf sb = STRBUF_INIT;
	const char *out;
	char delim = '/';

	if (prefix != NULL && *prefix != '\0' && name.n > strlen(prefix) &&
	    memcmp(name.p, prefix, strlen(prefix)) == 0)
		name = span_from(name, strlen(prefix));
	else if (prefix == NULL && name.n > 6 && span_istarts(name, "INBOX") &&
		 strchr("./\\", name.p[5]) != NULL)
		*doubt = "it begins with INBOX, which may be the server's prefix: then "
			 "leave that off";
	if (sep != NULL && sep[0] != '\0' && sep[1] == '\0')
		delim = sep[0];
	else if (*doubt == NULL && span_index(name, '/') < 0 &&
		 (span_index(name, '.') >= 0 || span_index(name, '\\') >= 0))
		*doubt = "its . or \\ may separate levels: then write / for it";
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == delim)
			strbuf_addc(&sb, '/');
		else if (name.p[i] == '/')
			strbuf_adds(&sb, "%2F");
		else if (name.p[i] == '%')
			strbuf_adds(&sb, "%25");
		else
			strbuf_addc(&sb, name.p[i]);
	}
	out = arena_span(j->arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return out;
}

/* Patterns see the names of a server; ours have '/' and no prefix. */
static const char *pattern_doubt(struct judge *j, enum side side, const char *pattern)
{
	struct span s = span_str(pattern);
	const char *sep = j->c->separator[side];
	bool slash = sep != NULL && strcmp(sep, "/") == 0;

	if (strchr(pattern, '&') != NULL)
		return "it holds a name in modified UTF-7: write it as people see it";
	if (strchr(pattern, '%') != NULL)
		return "a % that is in a name is %25 in mailmuster's";
	for (size_t i = 0; i + 5 < s.n; i++) {
		struct span rest = span_from(s, i);

		if (span_istarts(rest, "INBOX") && strchr(".\\/[(", rest.p[5]) != NULL &&
		    (rest.p[5] != '\\' || (rest.n > 6 && strchr("./\\", rest.p[6]))))
			return "it names something behind INBOX, which may be the "
			       "server's prefix: mailmuster's names do not have that";
	}
	if (!slash && (strstr(pattern, "\\.") != NULL || strstr(pattern, "[.") != NULL ||
		       strstr(pattern, "[^.") != NULL || strstr(pattern, "\\\\") != NULL))
		return "its . or \\ may separate levels: mailmuster's names have / there";
	return NULL;
}

void mover_judge_pair(struct judge *j, const struct mover_option *o, const char *value,
		      const char *option)
{
	const char *equals = strchr(value, '='), *doubt = NULL;
	struct mover_rule r = { .kind = MOVER_RULE_PAIR,
				.said = value,
				.option = option };

	/* The first = counts. */
	if (equals == NULL || equals == value || equals[1] == '\0') {
		mover_judge_gap(j, MOVER_GAP_RULE, o->line, o->column,
				arena_printf(j->arena, "%s \"%s\" is not written old=new",
					     o->said, value));
		return;
	}
	r.match = name_form(j, SIDE_OLD, (struct span){ value, (size_t)(equals - value) },
			    &doubt);
	r.to = name_form(j, SIDE_NEW, span_str(equals + 1), &doubt);
	r.doubt = doubt;
	r.utf7 = strchr(value, '&') != NULL;
	mover_judge_rule(j, o, r);
}

void mover_judge_regex(struct judge *j, const struct mover_option *o, const char *value,
		       const char *option)
{
	struct mover_substitution s[MOVER_TR_MAX];
	const char *why = NULL;
	size_t n = mover_perl_rules(j->arena, span_str(value), s, &why);

	if (n == 0)
		mover_judge_gap(j, MOVER_GAP_RULE, o->line, o->column,
				arena_printf(j->arena, "%s '%s' is not translated: %s",
					     option != NULL ? option : o->said, value,
					     why));
	for (size_t i = 0; i < n; i++)
		mover_judge_rule(j, o,
				 (struct mover_rule){ .kind = MOVER_RULE_REGEX,
						      .match = s[i].match,
						      .to = s[i].to,
						      .all = s[i].all,
						      .option = option,
						      .said = value,
						      .doubt = pattern_doubt(
							      j, SIDE_NEW, s[i].match) });
}

void mover_judge_exclude(struct judge *j, const struct mover_option *o, const char *value,
			 const char *option)
{
	const char *why = NULL;
	const char *pattern = mover_perl_pattern(j->arena, span_str(value), &why);

	if (pattern == NULL)
		mover_judge_gap(j, MOVER_GAP_RULE, o->line, o->column,
				arena_printf(j->arena, "%s '%s' is not translated: %s",
					     o->said, value, why));
	else
		mover_judge_rule(j, o,
				 (struct mover_rule){
					 .kind = MOVER_RULE_EXCLUDE,
					 .match = pattern,
					 .option = option,
					 .said = value,
					 .doubt = pattern_doubt(j, SIDE_OLD, pattern) });
}

static void quote(struct strbuf *out, const char *name)
{
	for (; *name != '\0'; name++) {
		if (strchr("\\^$.|?*+()[]{}", *name) != NULL)
			strbuf_addc(out, '\\');
		strbuf_addc(out, *name);
	}
}

/* --folder, --folderrec, --include: only these are moved. */
void mover_judge_selection(struct judge *j, const struct mover_option *o)
{
	const char *why = NULL, *doubt = NULL;

	if (j->first == NULL)
		j->first = o;
	if (!mover_judge_known(j, o)) {
		j->select_doubt = "one of the folders that are moved is not known";
		return;
	}
	if (j->select.n > 0)
		strbuf_addc(&j->select, '|');
	if (o->def->about == MOVER_INCLUDE) {
		if (mover_perl_pattern(j->arena, span_str(o->value), &why) == NULL) {
			mover_judge_gap(j, MOVER_GAP_RULE, o->line, o->column,
					arena_printf(j->arena,
						     "%s '%s' is not translated: %s",
						     o->said, o->value, why));
			j->select_doubt = "one of its patterns is not translated";
			return;
		}
		doubt = pattern_doubt(j, SIDE_OLD, o->value);
		strbuf_addf(&j->select, ".*(?:%s)", o->value);
	} else {
		quote(&j->select, name_form(j, SIDE_OLD, span_str(o->value), &doubt));
		strbuf_adds(&j->select, o->def->about == MOVER_FOLDER ? "$" : "(?:/|$)");
		if (strchr(o->value, '&') != NULL)
			doubt = "it holds a name in modified UTF-7: write it as people "
				"see it";
	}
	if (j->select_doubt == NULL)
		j->select_doubt = doubt;
}

void mover_judge_selected(struct judge *j)
{
	struct mover_rule r = {
		.kind = MOVER_RULE_EXCLUDE,
		.said = "everything but the folders that are named",
		.doubt = j->select_doubt,
	};

	if (j->first == NULL || (j->select.n == 0 && j->select_doubt != NULL))
		return;
	r.match = arena_printf(j->arena, "^(?!%s)", strbuf_cstr(&j->select));
	if (strlen(r.match) > MOVER_PERL_MAX) {
		mover_judge_gap(
			j, MOVER_GAP_RULE, j->first->line, j->first->column,
			"the folders that are moved are too many for one expression: "
			"exclude the others by hand");
		return;
	}
	mover_judge_rule(j, j->first, r);
}

/* imapsync keeps only these octets of a --subfolder. */
const char *mover_judge_subfolder(struct judge *j, const char *value)
{
	struct strbuf sb = STRBUF_INIT;
	const char *out;

	for (const char *p = value; *p != '\0'; p++) {
		char l = span_lower(*p);

		if ((l >= 'a' && l <= 'z') || (l >= '0' && l <= '9') ||
		    strchr("-_./ ", l) != NULL)
			strbuf_addc(&sb, *p);
	}
	out = arena_span(j->arena, span_trim(strbuf_span(&sb)));
	strbuf_done(&sb);
	return out;
}

void mover_judge_subfolders(struct judge *j)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		const struct mover_option *o = j->subfolder_option[side];
		const char *doubt = NULL, *name;
		struct strbuf sb = STRBUF_INIT;
		struct mover_rule r = { .said = j->subfolder[side] };

		if (o == NULL)
			continue;
		name = name_form(j, (enum side)side, span_str(j->subfolder[side]),
				 &doubt);
		if (name[0] != '\0' && name[strlen(name) - 1] == '/')
			name = arena_span(j->arena,
					  (struct span){ name, strlen(name) - 1 });
		r.doubt = doubt;
		if (side == SIDE_NEW) {
			for (const char *p = name; *p != '\0'; p++) {
				if (*p == '$')
					strbuf_addc(&sb, '$');
				strbuf_addc(&sb, *p);
			}
			r.kind = MOVER_RULE_REGEX;
			r.match = "^";
			r.to = arena_printf(j->arena, "%s/", strbuf_cstr(&sb));
			mover_judge_rule(j, o, r);
		} else {
			quote(&sb, name);
			r.kind = MOVER_RULE_EXCLUDE;
			r.match = arena_printf(j->arena, "^(?!%s(?:/|$))",
					       strbuf_cstr(&sb));
			mover_judge_rule(j, o, r);
			r.kind = MOVER_RULE_REGEX;
			r.match = arena_printf(j->arena, "^%s$", strbuf_cstr(&sb));
			r.to = "INBOX";
			mover_judge_rule(j, o, r);
			r.match = arena_printf(j->arena, "^%s/", strbuf_cstr(&sb));
			r.to = "";
			mover_judge_rule(j, o, r);
		}
		strbuf_done(&sb);
	}
}
