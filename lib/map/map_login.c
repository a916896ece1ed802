/* SPDX-License-Identifier: MIT */
#include "map/map_login.h"

#include "base/hash64.h"
#include "base/regex.h"
#include "base/strbuf.h"
#include "base/text.h"

#define RULES_MAX 64u

/* How sure a claim is: a login is surer than an address. */
enum rank { RANK_LOGIN, RANK_NAME, RANK_LISTED };

struct claim {
	const char *form; /* NULL: free */
	const struct transfer *of[SIDE_COUNT];
	unsigned char rank[SIDE_COUNT];
	bool shared[SIDE_COUNT];
};

struct map_login {
	const struct map_login_rules *rules;
	struct regex *regex[RULES_MAX];
	struct claim *claim;
	size_t n, cap;
	struct arena arena, scratch;
};

bool map_login_new(const struct map_login_rules *rules, struct map_login **out,
		   struct err *err)
{
	struct map_login *m;

	if (rules->rule_n > RULES_MAX)
		return err_set(err, ERR_CONFIG, "more than %u rules for login names",
			       RULES_MAX);
	m = mem_calloc(1, sizeof *m);
	m->rules = rules;
	m->cap = 1024;
	m->claim = mem_calloc(m->cap, sizeof *m->claim);
	arena_init(&m->arena);
	arena_init(&m->scratch);
	for (size_t i = 0; i < rules->rule_n; i++)
		if (!regex_open(rules->rules[i].regex, rules->rules[i].to, &m->regex[i],
				err)) {
			map_login_free(m);
			return false;
		}
	*out = m;
	return true;
}

void map_login_free(struct map_login *m)
{
	if (m == NULL)
		return;
	for (size_t i = 0; i < m->rules->rule_n && i < RULES_MAX; i++)
		regex_close(m->regex[i]);
	arena_done(&m->arena);
	arena_done(&m->scratch);
	free(m->claim);
	free(m);
}

static bool starts(struct span s, const char *lit)
{
	size_t n = strlen(lit);

	return s.n >= n && memcmp(s.p, lit, n) == 0;
}

/* Mailbox names of Cyrus: "user.mia.Spam", "user/mia/Spam", "example.org!user.mia"; dots
 * of the name are written "^". */
static bool cyrus(struct span s, struct strbuf *out)
{
	ptrdiff_t bang = span_index(s, '!');
	struct span domain = { s.p, bang > 0 ? (size_t)bang : 0 };
	char delim;
	size_t n = 0;

	if (bang > 0)
		s = span_from(s, (size_t)bang + 1);
	if (!starts(s, "user.") && !starts(s, "user/"))
		return false;
	delim = s.p[4];
	s = span_from(s, 5);
	while (n < s.n && s.p[n] != delim)
		n++;
	if (n == 0)
		return false;
	for (size_t i = 0; i < n; i++)
		strbuf_addc(out, s.p[i] == '^' ? '.' : s.p[i]);
	if (domain.n > 0 && span_index((struct span){ s.p, n }, '@') < 0) {
		strbuf_addc(out, '@');
		strbuf_addspan(out, domain);
	}
	/* "user/mia/Spam@example.org": the domain stands behind the folder */
	if (domain.n == 0 && n < s.n) {
		struct span rest = span_from(s, n);
		ptrdiff_t at = span_index(rest, '@');

		if (at >= 0)
			strbuf_addspan(out, span_from(rest, (size_t)at));
	}
	return true;
}

/* "DOM\user" and "DOM\user\shared": the last is whose mail it is. */
static bool windows(struct span s, struct strbuf *out)
{
	ptrdiff_t first = span_index(s, '\\'), last = first;
	struct span domain, user;

	if (first <= 0)
		return false;
	for (size_t i = (size_t)first; i < s.n; i++)
		if (s.p[i] == '\\')
			last = (ptrdiff_t)i;
	domain = (struct span){ s.p, (size_t)first };
	user = span_from(s, (size_t)last + 1);
	if (user.n == 0)
		return false;
	strbuf_addspan(out, user);
	if (span_index(domain, '.') > 0 && span_index(user, '@') < 0) {
		strbuf_addc(out, '@');
		strbuf_addspan(out, domain);
	}
	return true;
}

static void rewrite(struct map_login *m, struct strbuf *s)
{
	for (size_t i = 0; i < m->rules->rule_n; i++) {
		struct strbuf to = STRBUF_INIT;
		struct err unused = ERR_INIT;
		bool matched = false;

		if (regex_replace(m->regex[i], strbuf_span(s), false, &to, &matched,
				  &unused) &&
		    matched) {
			strbuf_clear(s);
			strbuf_addspan(s, strbuf_span(&to));
		}
		strbuf_done(&to);
	}
}

static bool default_domain(const struct map_login_rules *r, struct span domain)
{
	if (r->domain == NULL)
		return false;
	if (span_ieq_str(domain, r->domain))
		return true;
	for (size_t i = 0; i < r->alias_n; i++)
		if (span_ieq_str(domain, r->alias_domains[i]))
			return true;
	return false;
}

const char *map_login_form(struct map_login *m, struct span name, struct arena *arena)
{
	struct strbuf s = STRBUF_INIT;
	struct span whole, user, domain = { "", 0 };
	const char *form;
	ptrdiff_t at = -1, plus;

	name = span_trim(name);
	if (!cyrus(name, &s) && !windows(name, &s))
		strbuf_addspan(&s, name);
	rewrite(m, &s);
	whole = span_trim(strbuf_span(&s));
	for (size_t i = 0; i < whole.n; i++)
		if (whole.p[i] == '@')
			at = (ptrdiff_t)i;
	user = (struct span){ whole.p, at < 0 ? whole.n : (size_t)at };
	if (at >= 0)
		domain = span_from(whole, (size_t)at + 1);
	if (default_domain(m->rules, domain))
		domain.n = 0;
	plus = span_index(user, '+');
	if (!m->rules->keep_extension && plus > 0)
		user.n = (size_t)plus;
	form = domain.n > 0 ? arena_printf(arena, "%.*s@%.*s", (int)user.n, user.p,
					   (int)domain.n, domain.p)
			    : arena_span(arena, user);
	if (text_is_utf8(span_str(form))) {
		form = text_fold(arena, span_str(form));
	} else {
		char *lower = arena_strdup(arena, form);

		for (char *p = lower; *p != '\0'; p++)
			*p = span_lower(*p);
		form = lower;
	}
	strbuf_done(&s);
	return form;
}

static struct claim *slot_of(struct claim *table, size_t cap, const char *form)
{
	size_t i = (size_t)hash64(0, span_str(form)) & (cap - 1);

	while (table[i].form != NULL && strcmp(table[i].form, form) != 0)
		i = (i + 1) & (cap - 1);
	return &table[i];
}

static void grow(struct map_login *m)
{
	size_t cap = m->cap * 2;
	struct claim *table = mem_calloc(cap, sizeof *table);

	for (size_t i = 0; i < m->cap; i++)
		if (m->claim[i].form != NULL)
			*slot_of(table, cap, m->claim[i].form) = m->claim[i];
	free(m->claim);
	m->claim = table;
	m->cap = cap;
}

static void claim(struct map_login *m, enum side side, const struct transfer *t,
		  enum rank rank, struct span name)
{
	const char *form = map_login_form(m, name, &m->arena);
	struct claim *c;

	if (*form == '\0')
		return;
	c = slot_of(m->claim, m->cap, form);
	if (c->form == NULL) {
		c->form = form;
		if (++m->n * 4 > m->cap * 3) {
			grow(m);
			c = slot_of(m->claim, m->cap, form);
		}
	}
	if (c->of[side] == NULL || (rank < c->rank[side] && c->of[side] != t)) {
		c->of[side] = t;
		c->rank[side] = (unsigned char)rank;
		c->shared[side] = false;
	} else if (c->of[side] != t && rank == c->rank[side]) {
		c->shared[side] = true;
	} else if (c->of[side] == t && rank < c->rank[side]) {
		c->rank[side] = (unsigned char)rank;
	}
}

/* Names in a column stand apart by blanks, commas or semicolons. */
static void claim_list(struct map_login *m, enum side side, const struct transfer *t,
		       const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, " \t,;");

		if (n > 0)
			claim(m, side, t, RANK_LISTED, (struct span){ list, n });
		list += n + (list[n] != '\0');
	}
}

void map_login_add(struct map_login *m, enum side side, const struct transfer *t,
		   size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *user = side == SIDE_OLD ? t[i].old_user : t[i].new_user;

		if (user != NULL)
			claim(m, side, &t[i], RANK_LOGIN, span_str(user));
		claim(m, side, &t[i], RANK_NAME, span_str(t[i].name));
		claim_list(m, side, &t[i], t[i].address);
		claim_list(m, side, &t[i], t[i].aliases);
		claim_list(m, side, &t[i], t[i].logins);
		claim_list(m, side, &t[i], t[i].addresses);
	}
}

const struct transfer *map_login_find(struct map_login *m, enum side side,
				      struct span name, bool *shared_out)
{
	const char *form = map_login_form(m, name, &m->scratch);
	struct claim *c = slot_of(m->claim, m->cap, form);

	*shared_out = c->form != NULL && c->shared[side];
	arena_reset(&m->scratch);
	return c->form == NULL || c->shared[side] ? NULL : c->of[side];
}
