/* SPDX-License-Identifier: MIT */
/* Command lines of mbsync, doveadm and rsync, as findings. */
#include "plan/plan_lint_in.h"

static void found(struct plan_lint *l, const struct lint_rule *rule,
		  const struct mover_word *w, const char *said, const char *text,
		  const struct lint_mail *mail)
{
	struct lint_at at = {
		.line = w->line, .column = w->column, .said = said, .text = text
	};

	if (mail != NULL)
		at.mail = *mail;
	lint_add(l, rule, &at);
}

/* Words that may be options and are not known. */
static void unknown(struct plan_lint *l, const struct mover_word *w)
{
	const struct mover_unknown *u = w->unknown;

	if (!w->many || u == NULL)
		return;
	lint_say(l, "lint-options", w->line, w->column, NULL,
		 arena_printf(&l->arena,
			      "what %s%s holds may be any options: it is %s (line %u)",
			      strchr("$<{", u->name[0]) != NULL ? "" : "$", u->name,
			      mover_why_text(u->why), u->line));
}

static void secret(struct plan_lint *l, const struct mover_word *w)
{
	if (w->secret)
		lint_say(l, "secret-argv", w->line, w->column,
			 *w->text != '\0' ? w->text : NULL, NULL);
}

/* ---- mbsync ---- */

static const struct lint_rule *mbsync_option(struct plan_lint *l, const char *text)
{
	const char *equals;

	if (text[0] != '-' || text[1] == '\0')
		return NULL;
	if (text[1] == '-') {
		equals = strchr(text, '=');
		if (equals != NULL)
			text = arena_span(&l->arena,
					  (struct span){ text, (size_t)(equals - text) });
		/* --pull-new goes one way and adds only */
		if (strcmp(text, "--pull") == 0 || strncmp(text, "--push", 6) == 0)
			return lint_rule_of("mbsync", strcmp(text, "--pull") == 0
							      ? "--pull"
							      : "--push");
		if (strstr(text, "-gone") != NULL || strstr(text, "-delete") != NULL)
			return lint_rule_of("mbsync", "--gone");
		return lint_rule_of("mbsync", text);
	}
	switch (text[1]) {
	case 'X':
		return lint_rule_of("mbsync", "-X");
	case 'R':
		return lint_rule_of("mbsync", "-R");
	case 'F':
		return lint_rule_of("mbsync", "--full");
	case 'H':
		return lint_rule_of("mbsync", "--push");
	case 'L': /* alone it means all, deletions as well */
		if (text[2] == '\0' || strpbrk(text + 2, "dg") != NULL)
			return lint_rule_of("mbsync", "--pull");
		return NULL;
	case 'd':
	case 'g':
		return lint_rule_of("mbsync", "-g");
	default:
		return NULL;
	}
}

void lint_mbsync(struct plan_lint *l, const struct mover_command *cmd, size_t at,
		 bool *real_out)
{
	bool lists = false, dry = false;

	for (size_t i = at + 1; i < cmd->n; i++) {
		const struct mover_word *w = &cmd->word[i];
		const struct lint_rule *rule;

		unknown(l, w);
		secret(l, w);
		if (strcmp(w->text, "-c") == 0 || strcmp(w->text, "--config") == 0) {
			i++;
			continue;
		}
		dry = dry || strcmp(w->text, "-y") == 0 ||
		      strcmp(w->text, "--dry-run") == 0;
		lists = lists || strncmp(w->text, "-l", 2) == 0 ||
			strncmp(w->text, "--list", 6) == 0 ||
			strcmp(w->text, "--version") == 0 ||
			strcmp(w->text, "--help") == 0;
		rule = mbsync_option(l, w->text);
		if (rule != NULL)
			found(l, rule, w, w->text, NULL, NULL);
	}
	l->dry[LINT_MBSYNC] = l->dry[LINT_MBSYNC] || dry;
	*real_out = !dry && !lists;
	if (*real_out && l->real[LINT_MBSYNC].file == NULL) {
		l->real[LINT_MBSYNC].file = l->file;
		l->real[LINT_MBSYNC].line = cmd->word[at].line;
		l->real[LINT_MBSYNC].column = cmd->word[at].column;
	}
}

/* ---- doveadm ---- */

static bool is_one(const char *text, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(text, *names) == 0)
			return true;
	return false;
}

static bool is_remote(const struct mover_word *w)
{
	static const char *const starts[] = {
		"imapc:", "tcp:", "tcps:", "remote:", "remoteprefix:", "pop3c:", "ssh"
	};

	for (size_t i = 0; i < COUNT_OF(starts); i++)
		if (strncmp(w->text, starts[i], strlen(starts[i])) == 0)
			return true;
	return w->unknown != NULL;
}

struct sync {
	bool one_way, reverse;
	const struct mover_word *destination;
};

static struct lint_mail left_out(struct plan_lint *l, char option, const char *value)
{
	struct lint_mail m = { .what = LINT_NO_MAIL };
	const char *name = lint_wildcard(l, span_str(value), '/');

	if (option == 'I' && lint_size(span_str(value), &m.amount))
		m.what = LINT_LARGER;
	/* A name with a backslash is a special use. */
	if (value[0] == '\\' || strchr(value, '$') != NULL ||
	    (option != 'x' && option != 'm'))
		return m;
	m.what = LINT_FOLDERS_NAME;
	m.pattern = arena_printf(&l->arena, option == 'x' ? "^(?:%s)$" : "^(?!(?:%s)$)",
				 name);
	return m;
}

/* The letters of sync and backup. */
static void letters(struct plan_lint *l, const struct mover_command *cmd, size_t *i,
		    struct sync *s)
{
	const struct mover_word *w = &cmd->word[*i];

	for (const char *p = w->text + 1; *p != '\0'; p++) {
		const char option[] = { '-', *p, '\0' };
		const char *value = NULL;
		const struct lint_rule *rule;
		struct lint_mail m;

		if (strchr("uFSlrmgnxasTteOIp", *p) != NULL) {
			value = p[1] != '\0'	  ? p + 1
				: *i + 1 < cmd->n ? cmd->word[++*i].text
						  : "";
		}
		s->one_way = s->one_way || *p == '1';
		s->reverse = s->reverse || *p == 'R';
		rule = lint_rule_of("doveadm", option);
		if (rule != NULL && value != NULL) {
			m = left_out(l, *p, value);
			found(l, rule, w, arena_printf(&l->arena, "%s %s", option, value),
			      NULL, &m);
		} else if (rule != NULL) {
			found(l, rule, w, option, NULL, NULL);
		}
		if (value != NULL)
			return;
	}
}

static void sync_command(struct plan_lint *l, const struct mover_command *cmd, size_t at,
			 bool backup)
{
	struct sync s = { 0 };
	const struct mover_word *w = &cmd->word[at];

	for (size_t i = at + 1; i < cmd->n; i++) {
		unknown(l, &cmd->word[i]);
		secret(l, &cmd->word[i]);
		if (cmd->word[i].text[0] == '-' && cmd->word[i].text[1] != '-')
			letters(l, cmd, &i, &s);
		else if (cmd->word[i].text[0] != '-' && s.destination == NULL)
			s.destination = &cmd->word[i];
	}
	if (backup && !s.reverse && s.destination != NULL && is_remote(s.destination))
		found(l, lint_rule_named("doveadm-backup-away"), w, "backup", NULL, NULL);
	else if (backup)
		found(l, lint_rule_named("doveadm-backup"), w, "backup", NULL, NULL);
	else if (!s.one_way)
		found(l, lint_rule_named("doveadm-sync-both"), w, "sync", NULL, NULL);
}

void lint_doveadm(struct plan_lint *l, const struct mover_command *cmd, size_t at,
		  bool *real_out)
{
	static const char *const destroy[] = { "expunge", "purge", "move", NULL };
	size_t i = at + 1;

	*real_out = false;
	for (; i < cmd->n && cmd->word[i].text[0] == '-'; i++) {
		unknown(l, &cmd->word[i]);
		secret(l, &cmd->word[i]);
		if (strlen(cmd->word[i].text) == 2 &&
		    strchr("ofciu", cmd->word[i].text[1]) != NULL && i + 1 < cmd->n)
			secret(l, &cmd->word[++i]);
	}
	if (i == cmd->n)
		return;
	unknown(l, &cmd->word[i]);
	if (strcmp(cmd->word[i].text, "sync") == 0 ||
	    strcmp(cmd->word[i].text, "mirror") == 0 ||
	    strcmp(cmd->word[i].text, "backup") == 0) {
		*real_out = true;
		sync_command(l, cmd, i, strcmp(cmd->word[i].text, "backup") == 0);
	} else if (is_one(cmd->word[i].text, destroy)) {
		*real_out = true;
		found(l, lint_rule_named("doveadm-expunge"), &cmd->word[i],
		      cmd->word[i].text, NULL, NULL);
	} else if (strcmp(cmd->word[i].text, "mailbox") == 0 && i + 1 < cmd->n &&
		   strcmp(cmd->word[i + 1].text, "delete") == 0) {
		*real_out = true;
		found(l, lint_rule_named("doveadm-expunge"), &cmd->word[i],
		      "mailbox delete", NULL, NULL);
	}
}

/* ---- rsync ---- */

void lint_rsync(struct plan_lint *l, const struct mover_command *cmd, size_t at,
		bool *real_out)
{
	bool dry = false;

	for (size_t i = at + 1; i < cmd->n; i++) {
		const struct mover_word *w = &cmd->word[i];
		const char *equals = strchr(w->text, '=');
		const struct lint_rule *rule;

		unknown(l, w);
		if (w->text[0] != '-')
			continue;
		dry = dry || strcmp(w->text, "--dry-run") == 0 ||
		      (w->text[1] != '-' && strchr(w->text, 'n') != NULL);
		rule = lint_rule_of(
			"rsync",
			equals == NULL ? w->text
				       : arena_span(&l->arena,
						    (struct span){ w->text,
								   (size_t)(equals -
									    w->text) }));
		if (rule != NULL)
			found(l, rule, w, w->text, NULL, NULL);
	}
	*real_out = !dry;
}
