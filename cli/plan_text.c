/* SPDX-License-Identifier: MIT */
#include "cli/plan_text.h"

#include "base/num.h"
#include "report/report_lines.h"

#define GROUPS_SHOWN 8 /* of one class; the rest is counted */

static const struct {
	const char *head;
	enum lines_color color;
} weights[] = {
	[PLAN_MAP_NOTE] = { "NOTE", LINES_GREEN },
	[PLAN_MAP_PROBLEM] = { "PROBLEM", LINES_RED },
	[PLAN_MAP_UNKNOWN] = { "UNKNOWN", LINES_YELLOW },
};

static void count(struct lines *l, int64_t n, const char *one, const char *many)
{
	char digits[32];

	lines_add(l, "%s %s", num_group(n, digits, sizeof digits), n == 1 ? one : many);
}

static void size(struct lines *l, int64_t messages, int64_t octets)
{
	char text[32];

	count(l, messages, "message", "messages");
	if (octets > 0)
		lines_add(l, ", %s", num_octets(octets, text, sizeof text));
}

/* Whether the detail names the folders already. */
static bool names_folders(enum plan_map_class c)
{
	return c == PLAN_MAP_COLLIDED || c == PLAN_MAP_ALIKE;
}

/* ": anna "Sent Items", bert "Sent", ...": what is in quotes is the old folder. */
static void examples(struct lines *l, const struct plan_map_group *g)
{
	for (size_t i = 0; i < PLAN_MAP_EXAMPLES && g->who[i] != NULL; i++) {
		lines_add(l, "%s%s", i > 0 ? ", " : ": ", g->who[i]);
		if (*g->what[i] != '\0' && !names_folders(g->cls))
			lines_add(l, " \"%s\"", g->what[i]);
	}
	if (g->transfers > PLAN_MAP_EXAMPLES)
		lines_add(l, ", ...");
}

static bool has_size(enum plan_map_class c)
{
	return c == PLAN_MAP_EXCLUDED || c == PLAN_MAP_COLLIDED || c == PLAN_MAP_ALIKE ||
	       c == PLAN_MAP_VIRTUAL || c == PLAN_MAP_NOT_MAIL;
}

static void put_group(struct lines *l, const struct plan_map_group *g)
{
	bool account = g->what[0] == NULL || *g->what[0] == '\0';

	lines_add(l, "  %s", *g->detail != '\0' ? g->detail : "all together");
	if (g->cls != PLAN_MAP_IDLE) {
		lines_add(l, ": ");
		if (!account && g->folders != g->transfers) {
			count(l, g->folders, "folder", "folders");
			lines_add(l, " in ");
		}
		count(l, g->transfers, "account", "accounts");
		if (has_size(g->cls)) {
			lines_add(l, ", ");
			size(l, g->messages, g->octets);
		}
		examples(l, g);
	}
	lines_wrap(l, 6);
}

/* All groups of one class; returns how many. */
static size_t put_class(struct lines *l, const struct plan_map_group *g, size_t n)
{
	enum plan_map_class cls = g->cls;
	enum plan_map_weight weight = plan_map_class_weight(cls);
	const char *advice = plan_map_class_advice(cls);
	int64_t folders = 0, rest = 0;
	char digits[32];
	size_t m = 0;

	for (; m < n && g[m].cls == cls; m++) {
		folders += g[m].folders;
		rest += m >= GROUPS_SHOWN ? g[m].folders : 0;
	}
	lines_add(l, "%s %s", num_group(folders, digits, sizeof digits),
		  plan_map_class_text(cls, folders));
	lines_end_headed(l, weights[weight].head, weights[weight].color, 2);
	for (size_t i = 0; i < m && i < GROUPS_SHOWN; i++)
		put_group(l, &g[i]);
	if (m > GROUPS_SHOWN) {
		lines_add(l, "  and %s of ", num_group(rest, digits, sizeof digits));
		count(l, (int64_t)(m - GROUPS_SHOWN), "kind more", "kinds more");
		lines_add(l, ": --csv names them all");
		lines_wrap(l, 6);
	}
	if (*advice != '\0') {
		lines_add(l, "  -> %s", advice);
		lines_wrap(l, 6);
	}
	lines_end(l);
	return m;
}

static void put_rules(struct lines *l, const struct plan_map_result *r)
{
	char digits[32];

	for (size_t i = 0; i < r->rule_n; i++) {
		const struct map_rule *rule = &r->rule[i];

		if (rule->decided == 0)
			continue;
		lines_add(l, "  %8s  %s", num_group(rule->decided, digits, sizeof digits),
			  map_kind_name(rule->kind));
		if (rule->kind != MAP_SPECIAL_USE)
			lines_add(l, " %s", rule->text);
		if (*rule->transfer != '\0')
			lines_add(l, ", for %s", rule->transfer);
		lines_end(l);
	}
}

static void put_sums(struct lines *l, const struct plan_map_result *r)
{
	count(l, r->folders, "folder of ", "folders of ");
	count(l, r->transfers - r->not_moved, "account: ", "accounts: ");
	count(l, r->same, "keeps its name, ", "keep their name, ");
	count(l, r->ruled, "is given another by a rule, ",
	      "are given another by a rule, ");
	count(l, r->excluded, "is left out", "are left out");
	if (r->excluded > 0) {
		lines_add(l, " (");
		size(l, r->excluded_messages, r->excluded_octets);
		lines_add(l, ")");
	}
	lines_add(l, "; ");
	count(l, r->existing, "is there already", "are there already");
	lines_wrap(l, 2);
	if (*r->profile[SIDE_OLD] != '\0' || *r->profile[SIDE_NEW] != '\0') {
		lines_add(l, "judged by what is known of: old %s; new %s",
			  r->profile[SIDE_OLD], r->profile[SIDE_NEW]);
		lines_wrap(l, 2);
	}
	put_rules(l, r);
}

static void put_head(struct lines *l, const struct plan_map_result *r)
{
	if (r->unknown > 0) {
		lines_add(l, "what becomes of some accounts' folders is not known");
		if (r->problems > 0) {
			lines_add(l, ", and ");
			count(l, r->problems, "kind of problem was",
			      "kinds of problems were");
			lines_add(l, " found");
		}
		lines_end_headed(l, "UNKNOWN", LINES_YELLOW, 2);
	} else if (r->problems > 0) {
		count(l, r->problems, "kind of problem", "kinds of problems");
		lines_add(l, " in ");
		count(l, r->folders, "folder of ", "folders of ");
		count(l, r->transfers - r->not_moved, "account", "accounts");
		lines_end_headed(l, "PROBLEMS", LINES_RED, 2);
	} else {
		lines_add(l, "each old folder has a place on the new side");
		lines_end_headed(l, "CLEAN", LINES_GREEN, 2);
	}
	lines_end(l);
}

void plan_text(struct strbuf *out, const struct report_options *o,
	       const struct plan_map_result *r)
{
	struct lines l;

	lines_init(&l, out, o);
	put_head(&l, r);
	for (size_t i = 0; i < r->group_n;)
		i += put_class(&l, r->group + i, r->group_n - i);
	put_sums(&l, r);
	lines_done(&l);
}
