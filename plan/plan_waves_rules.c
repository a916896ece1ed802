/* SPDX-License-Identifier: MIT */
/* A name that the rules give is that of a transfer, wherever that one goes: a name that
 * was mistyped would move somebody on the wrong day, and nobody would notice. */
#include "plan/plan_waves.h"
#include "store/store_account.h"

struct lookup {
	struct store *st;
	struct arena arena;
};

static bool listed(struct lookup *l, const char *account, struct err *err)
{
	struct transfer t;
	bool found;

	if (!store_transfer_find(l->st, account, &l->arena, &t, &found, err))
		return false;
	arena_reset(&l->arena);
	if (found)
		return true;
	err_set(err, ERR_CONFIG, "\"plan\", \"waves\": no account is called %s", account);
	return err_hint(err, "mailmuster accounts list");
}

static bool all_listed(struct lookup *l, const struct plan_names *v, struct err *err)
{
	for (size_t i = 0; i < v->n; i++)
		if (!listed(l, v->name[i], err))
			return false;
	return true;
}

bool plan_waves_rules_check(struct store *st, const struct plan_waves_rules *rules,
			    struct err *err)
{
	struct lookup l = { .st = st };
	bool ok;

	arena_init(&l.arena);
	ok = all_listed(&l, &rules->first, err) && all_listed(&l, &rules->last, err);
	for (size_t i = 0; i < rules->group_n && ok; i++)
		ok = all_listed(&l, &rules->group[i], err);
	for (size_t i = 0; i < rules->block_n && ok; i++)
		ok = listed(&l, rules->block[i].account, err);
	arena_done(&l.arena);
	return ok;
}
