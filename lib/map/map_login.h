/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_LOGIN_H
#define MAP_MAP_LOGIN_H
/*
 * Whose is a name that a log wrote?  (DESIGN section 9)
 *
 * Names are brought to one form: blanks around cut off, case folded (Unicode), "DOM\user"
 * to "user@dom" or to "user" when DOM has no dot, "user/extension" kept, "+extension" cut
 * off where the site does that, "!"-paths and mailbox names of Cyrus ("user.mia.Spam",
 * "example.org!user.mia") to their owner, alias domains to the one they stand for, the
 * site's expressions applied.  A name without a domain and one with the default domain
 * are the same.
 *
 * Then the form is looked up among those of the accounts: logins on that side, the
 * account's name, address, aliases, and the columns logins and addresses.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "model/account.h"

struct map_login_rule {
	const char *regex, *to; /* the first match is replaced */
};
struct map_login_rules {
	const char *domain;		  /* default; NULL: none */
	const char *const *alias_domains; /* stand for domain */
	size_t alias_n;
	bool keep_extension; /* user+ext is somebody else */
	const struct map_login_rule *rules;
	size_t rule_n;
};

struct map_login;
/* Borrows rules.  ERR_CONFIG: an expression is wrong. */
bool map_login_new(const struct map_login_rules *rules, struct map_login **out,
		   struct err *err) MUST_CHECK;
void map_login_free(struct map_login *m); /* NULL is fine */

/* The one form of a name; in arena, "" for a name that is none. */
const char *map_login_form(struct map_login *m, struct span name, struct arena *arena);

/* Make the names of these transfers known on a side.  t is borrowed.  A name that two
 * transfers claim belongs to the first that has it as its login, else to none. */
void map_login_add(struct map_login *m, enum side side, const struct transfer *t,
		   size_t n);
/* NULL: of none.  *shared_out: several claim it, which is none as well. */
const struct transfer *map_login_find(struct map_login *m, enum side side,
				      struct span name, bool *shared_out);

#endif
