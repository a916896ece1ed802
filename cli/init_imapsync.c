/* SPDX-License-Identifier: MIT */
#include "base/fs.h"
#include "base/text.h"
#include "cli/init.h"
#include "imap/imap_utf7.h"
#include "mover/mover_config.h"

static void fill(struct answers *a, const struct mover_plan *plan, enum side side)
{
	const char **v = a->side[side];

	if (v[A_HOST] == NULL)
		v[A_HOST] = plan->host[side];
	/* Who logs in is one thing with how: it is taken only when no option says either.
	 */
	if (plan->admin[side] == NULL || v[A_AUTH] != NULL || v[A_ADMIN] != NULL)
		return;
	v[A_AUTH] = plan->master[side] ? "master" : "authzid";
	v[A_ADMIN] = plan->admin[side];
}

bool init_from_imapsync(struct answers *a, const char *path, struct mover_plan *plan,
			struct strbuf *summary, struct err *err)
{
	struct strbuf text = STRBUF_INIT, map = STRBUF_INIT;
	struct mover_script script;
	bool ok = false;

	if (!fs_read(path, MOVER_SCRIPT_MAX, &text, err) ||
	    !mover_imapsync_read(path, strbuf_span(&text), a->arena, &script, err))
		goto out;
	if (script.n == 0) {
		err_set(err, ERR_CONFIG, "%s: no imapsync command is in it",
			text_shown(a->arena, span_str(path)));
		err_hint(err,
			 "the script that holds the command itself is wanted, not one "
			 "that calls it");
		goto out;
	}
	mover_plan_make(&script, imap_utf7_decode, a->arena, plan);
	fill(a, plan, SIDE_OLD);
	if (!a->one_sided)
		fill(a, plan, SIDE_NEW);
	mover_config_map(&script, plan, &map);
	a->map = arena_span(a->arena, strbuf_span(&map));
	mover_config_summary(&script, plan, summary);
	ok = true;
out:
	strbuf_wipe(&text); /* it may hold passwords */
	strbuf_done(&map);
	return ok;
}
