/* SPDX-License-Identifier: MIT */
#include "mover/mover_config.h"

#include "base/json.h"
#include "base/text.h"

static void shown(struct strbuf *out, const char *s)
{
	text_show(out, span_str(s), 0);
}

/* 0: it is run; 1: it only tries; 2: it is only shown */
static int rank(const struct mover_call *c)
{
	return c->printed ? 2 : c->dry;
}

static int best_rank(const struct mover_script *s)
{
	int best = 2;

	for (size_t i = 0; i < s->n; i++)
		best = rank(&s->call[i]) < best ? rank(&s->call[i]) : best;
	return best;
}

static bool same_rule(const struct mover_rule *a, const struct mover_rule *b)
{
	return a->kind == b->kind && a->all == b->all &&
	       strcmp(a->match, b->match) == 0 &&
	       (a->to == NULL || strcmp(a->to, b->to) == 0);
}

static bool has_rule(const struct mover_rule *list, size_t n, const struct mover_rule *r)
{
	for (size_t i = 0; i < n; i++)
		if (same_rule(&list[i], r))
			return true;
	return false;
}

static const char *decoded(const char *name, mover_decode *decode, struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *out = NULL;

	if (decode(span_str(name), &sb))
		out = arena_span(arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return out;
}

static void decode_pair(struct mover_rule *r, mover_decode *decode, struct arena *arena)
{
	const char *from = decoded(r->match, decode, arena),
		   *to = decoded(r->to, decode, arena);

	if (from == NULL || to == NULL) {
		r->doubt = "it holds a name that is no modified UTF-7";
		return;
	}
	r->match = from;
	r->to = to;
	r->utf7 = false;
}

/* The last pair of a folder counts. */
static void drop_overridden(struct mover_plan *p, struct arena *arena)
{
	for (size_t i = 0; i < p->rule_n; i++)
		for (size_t k = i + 1; k < p->rule_n; k++) {
			struct mover_rule *r = &p->rule[i];

			if (r->kind == MOVER_RULE_PAIR && r->doubt == NULL &&
			    p->rule[k].kind == MOVER_RULE_PAIR &&
			    p->rule[k].doubt == NULL &&
			    strcmp(r->match, p->rule[k].match) == 0)
				r->doubt = arena_printf(arena,
							"line %u says otherwise later",
							p->rule[k].line);
		}
}

static const char *agreed(const char *so_far, const char *next, bool first)
{
	if (first)
		return next;
	return so_far != NULL && next != NULL && strcmp(so_far, next) == 0 ? next : NULL;
}

void mover_plan_make(const struct mover_script *script, mover_decode *decode,
		     struct arena *arena, struct mover_plan *out)
{
	struct mover_plan p = { 0 };
	int best = best_rank(script);
	size_t most = 0;

	for (size_t i = 0; i < script->n; i++)
		most += script->call[i].rule_n;
	p.rule = arena_alloc(arena, (most + 1) * sizeof *p.rule);
	p.gaps = script->gap_n;
	for (size_t i = 0; i < script->n; i++) {
		const struct mover_call *c = &script->call[i];

		if (rank(c) != best)
			continue;
		for (int s = 0; s < SIDE_COUNT; s++) {
			p.host[s] = agreed(p.host[s], c->host[s], p.counted == 0);
			p.admin[s] = agreed(p.admin[s], c->admin[s], p.counted == 0);
			p.master[s] = c->master[s];
		}
		if (p.counted > 0 && p.special_use != c->special_use)
			p.special_doubt = "the commands differ in it";
		p.special_use = c->special_use;
		p.counted++;
		p.gaps += c->gap_n;
		for (size_t k = 0; k < c->remark_n; k++)
			p.destroys += c->remark[k].sort == MOVER_DESTROYS;
		for (size_t k = 0; k < c->rule_n; k++)
			if (!has_rule(p.rule, p.rule_n, &c->rule[k]))
				p.rule[p.rule_n++] = c->rule[k];
	}
	for (size_t k = 0; k < p.rule_n; k++)
		for (size_t i = 0; i < script->n; i++) {
			const struct mover_call *c = &script->call[i];

			if (rank(c) == best && p.rule[k].doubt == NULL &&
			    !has_rule(c->rule, c->rule_n, &p.rule[k]))
				p.rule[k].doubt = arena_printf(
					arena, "the command on line %u does not have it",
					c->line);
		}
	for (size_t k = 0; k < p.rule_n; k++)
		if (p.rule[k].utf7)
			decode_pair(&p.rule[k], decode, arena);
	drop_overridden(&p, arena);
	for (size_t k = 0; k < p.rule_n; k++)
		p.sure += p.rule[k].doubt == NULL;
	*out = p;
}

static void quoted(struct strbuf *out, const char *s)
{
	struct json_out j;

	json_out_init(&j, out, true);
	json_str(&j, s);
}

static void entry(struct strbuf *out, const struct mover_rule *r)
{
	switch (r->kind) {
	case MOVER_RULE_PAIR:
		quoted(out, r->match);
		strbuf_adds(out, ": ");
		quoted(out, r->to);
		break;
	case MOVER_RULE_REGEX:
		strbuf_adds(out, "{ \"match\": ");
		quoted(out, r->match);
		strbuf_adds(out, ", \"to\": ");
		quoted(out, r->to);
		strbuf_adds(out, r->all ? ", \"all\": true }" : " }");
		break;
	case MOVER_RULE_EXCLUDE:
		quoted(out, r->match);
		break;
	}
}

static void list(struct strbuf *out, const struct mover_plan *p,
		 enum mover_rule_kind kind)
{
	size_t left = 0;

	for (size_t i = 0; i < p->rule_n; i++)
		left += p->rule[i].kind == kind && p->rule[i].doubt == NULL;
	for (size_t i = 0; i < p->rule_n; i++) {
		const struct mover_rule *r = &p->rule[i];

		if (r->kind != kind)
			continue;
		strbuf_addf(out, "\t\t\t// line %u: %s ", r->line, r->option);
		shown(out, r->said);
		strbuf_adds(out, "\n");
		if (r->doubt != NULL) {
			strbuf_adds(out, "\t\t\t// Not in force: ");
			shown(out, r->doubt);
			strbuf_adds(out, ".\n\t\t\t// ");
			entry(out, r);
		} else {
			strbuf_adds(out, "\t\t\t");
			entry(out, r);
			strbuf_adds(out, --left > 0 ? "," : "");
		}
		strbuf_adds(out, "\n");
	}
}

void mover_config_map(const struct mover_script *script, const struct mover_plan *plan,
		      struct strbuf *out)
{
	static const struct {
		enum mover_rule_kind kind;
		char open, close;
		const char *key, *comment;
	} parts[] = {
		{ MOVER_RULE_PAIR, '{', '}', "pairs",
		  "Folders by name.  imapsync moves only the folder that is named; here "
		  "what is below it moves, too." },
		{ MOVER_RULE_REGEX, '[', ']', "regex",
		  "Expressions (PCRE2), one after the other." },
		{ MOVER_RULE_EXCLUDE, '[', ']', "exclude_regex",
		  "Folders that were not moved.  Their mail is missing until somebody "
		  "accepts that." },
	};
	bool first = true;

	strbuf_adds(out, "\t// How the mover named folders, from its script ");
	shown(out, script->name);
	strbuf_adds(out, ".  Names as people see\n"
			 "\t// them, with / between the levels.  Prefixes and separators "
			 "of the two servers are converted\n"
			 "\t// without a rule.\n"
			 "\t\"map\": {\n");
	if (plan->special_use && plan->special_doubt == NULL) {
		strbuf_adds(out, "\t\t// --automap: a folder that the old server marks "
				 "as Sent, Trash, ... goes to the one that the\n"
				 "\t\t// new server marks so.  imapsync also guesses by "
				 "names; say those as pairs.\n"
				 "\t\t\"special_use\": true");
		first = false;
	}
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		bool any = plan->rule_n == 0 && parts[i].kind == MOVER_RULE_PAIR;

		for (size_t k = 0; k < plan->rule_n; k++)
			any = any || plan->rule[k].kind == parts[i].kind;
		if (!any)
			continue;
		strbuf_addf(out, "%s\t\t// %s\n\t\t\"%s\": %c\n", first ? "" : ",\n",
			    parts[i].comment, parts[i].key, parts[i].open);
		list(out, plan, parts[i].kind);
		strbuf_addf(out, "\t\t%c", parts[i].close);
		first = false;
	}
	strbuf_adds(out, "\n\t},\n\n");
}

/* A line of the summary; head stands once above its lines. */
static void item(struct strbuf *out, const char **head, unsigned line, const char *what,
		 const char *value, const char *text)
{
	if (*head != NULL)
		strbuf_addf(out, "\n%s\n", *head);
	*head = NULL;
	strbuf_addf(out, "  line %-4u ", line);
	if (what != NULL)
		shown(out, what);
	if (value != NULL) {
		strbuf_adds(out, " ");
		text_show(out, span_str(value), 60);
	}
	strbuf_adds(out, what != NULL && text != NULL ? ": " : "");
	if (text != NULL)
		shown(out, text);
	strbuf_adds(out, "\n");
}

static const char *meaning(const struct mover_rule *r)
{
	switch (r->kind) {
	case MOVER_RULE_PAIR:
		return "folder renamed";
	case MOVER_RULE_REGEX:
		return "folders renamed";
	case MOVER_RULE_EXCLUDE:
		break;
	}
	return "folders left out";
}

static bool same_remark(const struct mover_remark *a, const struct mover_remark *b)
{
	return a->line == b->line && a->column == b->column && a->text == b->text;
}

/* A function that is called twice says the same twice. */
static bool said_before(const struct mover_script *s, size_t call, size_t remark)
{
	const struct mover_remark *r = &s->call[call].remark[remark];

	for (size_t i = 0; i <= call; i++)
		for (size_t k = 0; k < s->call[i].remark_n; k++) {
			if (i == call && k == remark)
				return false;
			if (same_remark(&s->call[i].remark[k], r))
				return true;
		}
	return false;
}

static bool gap_before(const struct mover_script *s, size_t call, size_t gap)
{
	const struct mover_gap *g = &s->call[call].gap[gap];

	for (size_t i = 0; i <= call; i++)
		for (size_t k = 0; k < s->call[i].gap_n; k++) {
			const struct mover_gap *x = &s->call[i].gap[k];

			if (i == call && k == gap)
				return false;
			if (x->line == g->line && x->column == g->column &&
			    strcmp(x->text, g->text) == 0)
				return true;
		}
	return false;
}

static void remarks(struct strbuf *out, const struct mover_script *s,
		    enum mover_sort sort, const char *head)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k < s->call[i].remark_n; k++) {
			const struct mover_remark *r = &s->call[i].remark[k];
			struct strbuf what = STRBUF_INIT;

			if (r->sort != sort || said_before(s, i, k))
				continue;
			if (r->implied != NULL)
				strbuf_addf(&what, "%s (implied by %s)", r->option,
					    r->implied);
			else
				strbuf_adds(&what, r->option);
			item(out, &head, r->line, strbuf_cstr(&what), r->value, r->text);
			strbuf_done(&what);
		}
}

void mover_config_summary(const struct mover_script *script,
			  const struct mover_plan *plan, struct strbuf *out)
{
	const char *understood = "understood:",
		   *doubt = "in the config as a comment, for you to decide:",
		   *gaps = "not known from the script:";
	int best = best_rank(script);

	shown(out, script->name);
	if (script->n == 0) {
		strbuf_adds(out, ": no imapsync command is in it\n");
	} else {
		strbuf_addf(out, ": %zu imapsync command%s%s", script->n,
			    script->n == 1 ? "" : "s",
			    best == 0	? ""
			    : best == 1 ? "; none copies, they only try"
					: "; none is run, they are only printed");
		if (plan->counted < script->n)
			strbuf_addf(out, "; %zu that try or print only do not count",
				    script->n - plan->counted);
		strbuf_adds(out, "\n");
	}
	for (int s = 0; s < SIDE_COUNT; s++)
		if (plan->host[s] != NULL) {
			strbuf_addf(out, "%s server: ", side_name((enum side)s));
			shown(out, plan->host[s]);
			if (plan->admin[s] != NULL) {
				strbuf_adds(out, ", logged in to by ");
				shown(out, plan->admin[s]);
			}
			strbuf_adds(out, "\n");
		}
	remarks(out, script, MOVER_DESTROYS, "REMOVES MAIL:");
	if (plan->special_use && plan->special_doubt == NULL)
		strbuf_adds(out, "\nfolders with a special use (Sent, Trash, ...) were "
				 "mapped to each other (--automap)\n");
	for (size_t i = 0; i < plan->rule_n; i++)
		if (plan->rule[i].doubt == NULL)
			item(out, &understood, plan->rule[i].line, plan->rule[i].option,
			     plan->rule[i].said, meaning(&plan->rule[i]));
	for (size_t i = 0; i < plan->rule_n; i++)
		if (plan->rule[i].doubt != NULL)
			item(out, &doubt, plan->rule[i].line, plan->rule[i].option,
			     plan->rule[i].said, plan->rule[i].doubt);
	for (size_t i = 0; i < script->gap_n; i++)
		item(out, &gaps, script->gap[i].line, NULL, NULL, script->gap[i].text);
	for (size_t i = 0; i < script->n; i++)
		for (size_t k = 0; k < script->call[i].gap_n; k++)
			if (!gap_before(script, i, k))
				item(out, &gaps, script->call[i].gap[k].line, NULL, NULL,
				     script->call[i].gap[k].text);
	remarks(out, script, MOVER_SKIPS,
		"does not arrive (an excuse only once you accept it):");
	remarks(out, script, MOVER_ALTERS, "arrives changed:");
	remarks(out, script, MOVER_MATCHES, "when messages count as the same:");
	remarks(out, script, MOVER_TELLS, "worth knowing:");
}
