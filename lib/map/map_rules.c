/* SPDX-License-Identifier: MIT */
/* Rules made ready, and what they make of a folder. */
#include "base/regex.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "map/map_name.h"

static const char *const kinds[] = { "pairs", "special_use", "regex", "exclude",
				     "exclude_regex" };
_Static_assert(COUNT_OF(kinds) == MAP_KIND_COUNT, "every kind of rule has a key");

const char *map_kind_name(enum map_kind k)
{
	return kinds[k];
}

/* A rule by name, sorted by it; of equal ones the first of the config comes first. */
struct by_name {
	struct span from, to; /* to: pairs only */
	struct map_rule *rule;
};
struct by_regex {
	struct regex *re;
	bool all;
	struct map_rule *rule;
};

/* The rules of the site, or of one transfer. */
struct set {
	const char *transfer; /* folded; "" for the site */
	struct by_name *pair, *exclude;
	struct by_regex *regex, *exclude_regex;
	size_t pair_n, exclude_n, regex_n, exclude_regex_n;
	enum map_switch special_use;
	struct map_rule *special; /* NULL unless it is on */
};

struct map {
	struct arena arena;
	struct map_rule *rule;
	size_t rule_n;
	struct set site;
	struct set *own; /* sorted by transfer */
	size_t own_n;
	size_t regexes;

	/* of the transfer that was entered */
	const struct set *here; /* NULL: it has no rules of its own */
	struct arena scope;
	const char *prefix;
	const struct map_special *special;
	size_t special_n;
};

static int by_from(const void *a, const void *b)
{
	const struct by_name *x = a, *y = b;
	int c = span_cmp(x->from, y->from);

	/* rules stand in the order of the config */
	return c != 0 ? c : (x->rule > y->rule) - (x->rule < y->rule);
}

static int by_transfer(const void *a, const void *b)
{
	const struct set *x = a, *y = b;

	return strcmp(x->transfer, y->transfer);
}

/* ---- making ready ---- */

static struct map_rule *add_rule(struct map *m, enum map_kind kind, const char *transfer,
				 const char *text)
{
	struct map_rule *r = &m->rule[m->rule_n++];

	*r = (struct map_rule){ .kind = kind, .transfer = transfer, .text = text };
	return r;
}

static const char *arrow(struct map *m, const char *from, const char *to)
{
	return arena_printf(&m->arena, "\"%s\" to \"%s\"", from, to);
}

/* Short enough that the reason fits into a message behind it. */
static const char *brief(struct map *m, const char *s)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text;

	text_show(&sb, span_str(s), 80);
	text = arena_span(&m->scope, strbuf_span(&sb));
	strbuf_done(&sb);
	return text;
}

/* Say whose and which rule it is: "map.transfers.anna.regex: "^x" to "y": ..." */
static bool complain(struct map *m, const struct map_rule *r, struct err *err)
{
	return err_wrap(err, "map.%s%s%s%s: %s", *r->transfer != '\0' ? "transfers." : "",
			brief(m, r->transfer), *r->transfer != '\0' ? "." : "",
			map_kind_name(r->kind), brief(m, r->text));
}

static bool compile(struct map *m, struct by_regex *out, const char *match,
		    const char *to, struct err *err)
{
	if (m->regexes++ >= MAP_REGEX_MAX)
		return err_set(err, ERR_CONFIG, "more than %d expressions",
			       MAP_REGEX_MAX);
	return regex_open(match, to, &out->re, err);
}

static struct by_name *names(struct map *m, size_t n)
{
	return arena_alloc(&m->arena, (n + 1) * sizeof(struct by_name));
}

static void add_names(struct map *m, const struct map_rules *r, const char *transfer,
		      struct set *s)
{
	s->pair = names(m, r->pair_n);
	for (size_t i = 0; i < r->pair_n; i++) {
		const struct map_pair *p = &r->pairs[i];

		s->pair[s->pair_n++] = (struct by_name){
			map_rule_name(&m->arena, p->old_name),
			map_rule_name(&m->arena, p->new_name),
			add_rule(m, MAP_PAIR, transfer,
				 arrow(m, p->old_name, p->new_name))
		};
	}
	s->exclude = names(m, r->exclude_n);
	for (size_t i = 0; i < r->exclude_n; i++)
		s->exclude[s->exclude_n++] = (struct by_name){
			.from = map_rule_name(&m->arena, r->exclude[i]),
			.rule = add_rule(m, MAP_EXCLUDE, transfer, r->exclude[i])
		};
	qsort(s->pair, s->pair_n, sizeof *s->pair, by_from);
	qsort(s->exclude, s->exclude_n, sizeof *s->exclude, by_from);
}

static bool add_regexes(struct map *m, const struct map_rules *r, const char *transfer,
			struct set *s, struct err *err)
{
	s->regex = arena_alloc(&m->arena, (r->regex_n + 1) * sizeof *s->regex);
	for (size_t i = 0; i < r->regex_n; i++) {
		const struct map_regex *x = &r->regex[i];
		struct by_regex *out = &s->regex[s->regex_n++];

		*out = (struct by_regex){ .all = x->all,
					  .rule = add_rule(m, MAP_REGEX, transfer,
							   arrow(m, x->match, x->to)) };
		if (!compile(m, out, x->match, x->to, err))
			return complain(m, out->rule, err);
	}
	s->exclude_regex = arena_alloc(&m->arena, (r->exclude_regex_n + 1) *
							  sizeof *s->exclude_regex);
	for (size_t i = 0; i < r->exclude_regex_n; i++) {
		struct by_regex *out = &s->exclude_regex[s->exclude_regex_n++];

		out->rule = add_rule(m, MAP_EXCLUDE_REGEX, transfer, r->exclude_regex[i]);
		if (!compile(m, out, r->exclude_regex[i], NULL, err))
			return complain(m, out->rule, err);
	}
	return true;
}

static bool add_set(struct map *m, const struct map_rules *r, const char *transfer,
		    struct set *s, struct err *err)
{
	s->transfer = text_fold(&m->arena, span_str(transfer));
	s->special_use = r->special_use;
	add_names(m, r, transfer, s);
	if (r->special_use == MAP_ON)
		s->special = add_rule(m, MAP_SPECIAL_USE, transfer, "special_use");
	return add_regexes(m, r, transfer, s, err);
}

static size_t count(const struct map_rules *r)
{
	return r->pair_n + r->exclude_n + r->regex_n + r->exclude_regex_n + 1;
}

bool map_open(const struct map_rules *rules, struct map **out, struct err *err)
{
	struct map *m = mem_calloc(1, sizeof *m);
	size_t n = count(rules);

	arena_init(&m->arena);
	arena_init(&m->scope);
	for (size_t i = 0; i < rules->own_n; i++)
		n += count(&rules->own[i].rules);
	m->rule = arena_alloc(&m->arena, n * sizeof *m->rule);
	m->own = arena_alloc(&m->arena, (rules->own_n + 1) * sizeof *m->own);
	if (!add_set(m, rules, "", &m->site, err))
		goto fail;
	for (size_t i = 0; i < rules->own_n; i++)
		if (!add_set(m, &rules->own[i].rules, rules->own[i].transfer,
			     &m->own[m->own_n++], err))
			goto fail;
	qsort(m->own, m->own_n, sizeof *m->own, by_transfer);
	for (size_t i = 1; i < m->own_n; i++)
		if (by_transfer(&m->own[i - 1], &m->own[i]) == 0) {
			err_set(err, ERR_CONFIG, "map.transfers names %s twice",
				brief(m, m->own[i].transfer));
			goto fail;
		}
	map_enter(m, NULL, "", NULL, 0);
	*out = m;
	return true;
fail:
	map_close(m);
	return false;
}

static void close_set(struct set *s)
{
	for (size_t i = 0; i < s->regex_n; i++)
		regex_close(s->regex[i].re);
	for (size_t i = 0; i < s->exclude_regex_n; i++)
		regex_close(s->exclude_regex[i].re);
}

void map_close(struct map *m)
{
	if (m == NULL)
		return;
	close_set(&m->site);
	for (size_t i = 0; i < m->own_n; i++)
		close_set(&m->own[i]);
	arena_done(&m->scope);
	arena_done(&m->arena);
	free(m);
}

const struct map_rule *map_list(const struct map *m, size_t *n_out)
{
	*n_out = m->rule_n;
	return m->rule;
}

void map_enter(struct map *m, const char *transfer, const char *new_prefix,
	       const struct map_special *special, size_t special_n)
{
	arena_reset(&m->scope);
	m->here = NULL;
	if (transfer != NULL && m->own_n > 0) {
		struct set key = { .transfer = text_fold(&m->scope, span_str(transfer)) };

		m->here = bsearch(&key, m->own, m->own_n, sizeof *m->own, by_transfer);
	}
	m->prefix = map_rule_name(&m->scope, new_prefix).p;
	m->special = special;
	m->special_n = special_n;
}

/* ---- one folder ---- */

/* The first of the sorted rules with this very name; NULL: none. */
static const struct by_name *find(const struct by_name *v, size_t n, struct span name)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (span_cmp(v[mid].from, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && span_eq(v[lo].from, name) ? &v[lo] : NULL;
}

/* The folder above, "" at the top. */
static struct span parent(struct span name)
{
	while (name.n > 0 && name.p[name.n - 1] != '/')
		name.n--;
	if (name.n > 0)
		name.n--;
	return name;
}

/* The most specific rule that covers the folder.  All that do are counted; of equal names
 * the first alone. */
static const struct by_name *covering(const struct by_name *v, size_t n, struct span name)
{
	const struct by_name *best = NULL;

	for (; n > 0 && name.n > 0; name = parent(name)) {
		const struct by_name *found = find(v, n, name);

		if (found == NULL || (found->to.p != NULL && found->to.n == 0))
			continue;
		found->rule->matched++;
		best = best != NULL ? best : found;
	}
	return best;
}

static bool failed(struct map *m, const struct by_regex *x, const char *folder,
		   struct err *err)
{
	complain(m, x->rule, err);
	return err_wrap(err, "folder %s", brief(m, folder));
}

/* Run one set's expressions over *name. */
static bool rewrite(struct map *m, struct arena *arena, const struct set *s,
		    const char *folder, struct map_result *out, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = true;

	for (size_t i = 0; s != NULL && ok && i < s->regex_n; i++) {
		const struct by_regex *x = &s->regex[i];
		struct span name;
		bool matched = false;

		strbuf_clear(&text);
		ok = regex_replace(x->re, span_str(out->target), x->all, &text, &matched,
				   err);
		if (!ok) {
			failed(m, x, folder, err);
			continue;
		}
		if (!matched)
			continue;
		x->rule->matched++;
		name = map_rule_name(arena, strbuf_cstr(&text));
		if (name.n == 0) {
			err_set(err, ERR_CONFIG, "nothing is left of the name");
			ok = failed(m, x, folder, err);
		} else if (strcmp(name.p, out->target) != 0) {
			out->target = name.p;
			out->how = MAP_RULE;
			out->rule = x->rule;
		}
	}
	strbuf_done(&text);
	return ok;
}

/* The new account's folder with a use that the old one has, by its own name rather than
 * by another; NULL: none. */
static const char *same_use(const struct map *m, const char *old, unsigned attrs)
{
	const char *found = NULL;

	attrs &= FOLDER_SPECIAL_MASK;
	for (size_t i = 0; attrs != 0 && i < m->special_n; i++) {
		if ((m->special[i].attrs & attrs) == 0)
			continue;
		if (strcmp(m->special[i].common, old) == 0)
			return old;
		if (found == NULL)
			found = m->special[i].common;
	}
	return found;
}

static struct map_rule *special_rule(const struct map *m)
{
	if (m->here != NULL && m->here->special_use != MAP_UNSET)
		return m->here->special;
	return m->site.special;
}

/* The first match of one set's expressions, NULL: none; all that match are counted. */
static bool thrown_out(struct map *m, const struct set *s, const char *folder,
		       struct map_rule **out, struct err *err)
{
	for (size_t i = 0; s != NULL && i < s->exclude_regex_n; i++) {
		bool matched = false;

		if (!regex_match(s->exclude_regex[i].re, span_str(folder), &matched, err))
			return failed(m, &s->exclude_regex[i], folder, err);
		if (!matched)
			continue;
		s->exclude_regex[i].rule->matched++;
		*out = *out != NULL ? *out : s->exclude_regex[i].rule;
	}
	return true;
}

static const struct by_name *exclusion(const struct map *m, struct span name)
{
	const struct by_name *own = m->here == NULL ? NULL
						    : covering(m->here->exclude,
							       m->here->exclude_n, name);
	const struct by_name *site = covering(m->site.exclude, m->site.exclude_n, name);

	if (own == NULL || (site != NULL && site->from.n > own->from.n))
		return site;
	return own;
}

static bool exclude(struct map *m, const char *folder, const struct by_name *pair,
		    struct map_result *out, struct err *err)
{
	struct span name = span_str(folder);
	const struct by_name *by = exclusion(m, name);
	struct map_rule *regex = NULL;
	size_t depth = pair != NULL ? pair->from.n : 0;

	if (!thrown_out(m, m->here, folder, &regex, err) ||
	    !thrown_out(m, &m->site, folder, &regex, err))
		return false;
	if (by != NULL && by->from.n > depth)
		out->rule = by->rule;
	else if (regex != NULL && depth < name.n)
		out->rule = regex;
	else
		return true;
	out->how = MAP_EXCLUDED;
	return true;
}

bool map_target(struct map *m, struct arena *arena, const char *common_old,
		unsigned attrs, struct map_result *out, struct err *err)
{
	struct map_result r = { .how = MAP_SAME, .target = common_old };
	struct span name = span_str(common_old);
	const struct by_name *pair = NULL, *site;
	struct map_rule *special;
	const char *use = NULL;

	if (m->here != NULL)
		pair = covering(m->here->pair, m->here->pair_n, name);
	site = covering(m->site.pair, m->site.pair_n, name);
	pair = pair != NULL ? pair : site;
	special = special_rule(m);
	if (special != NULL && *m->prefix == '\0')
		use = same_use(m, common_old, attrs);
	if (use != NULL)
		special->matched++;
	if (pair != NULL) {
		r.how = MAP_RULE;
		r.rule = pair->rule;
		r.target = arena_printf(arena, "%s%s", pair->to.p,
					common_old + pair->from.n);
	} else if (use != NULL && strcmp(use, common_old) != 0) {
		r.how = MAP_RULE;
		r.rule = special;
		r.target = use;
	} else if (use == NULL && (!rewrite(m, arena, m->here, common_old, &r, err) ||
				   !rewrite(m, arena, &m->site, common_old, &r, err))) {
		return false;
	}
	r.target = map_below(arena, m->prefix, r.target);
	if (!exclude(m, common_old, pair, &r, err))
		return false;
	if (r.rule != NULL)
		m->rule[r.rule - m->rule].decided++;
	*out = r;
	return true;
}
