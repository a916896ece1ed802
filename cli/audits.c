/* SPDX-License-Identifier: MIT */
#include "cli/audits.h"

#include "cli/gentle.h"
#include "cli/msg.h"
#include "cli/progress.h"
#include "cli/reading.h"

/*
 * 5 and 4 only when nothing at all of a side could be read for that reason; what was
 * skipped was never tried.
 */
static int side_code(const struct audit_side_sum *s)
{
	if (s->failed == 0 || s->read + s->partly > 0)
		return EXIT_CLEAN;
	if (s->no_net == s->failed)
		return EXIT_NETWORK;
	return s->no_net + s->no_login == s->failed ? EXIT_LOGIN : EXIT_INCOMPLETE;
}

int audits_code(const struct audit_result *r)
{
	int code = r->complete ? EXIT_CLEAN : EXIT_INCOMPLETE;

	code = exit_first(code, side_code(&r->side[SIDE_OLD]));
	return exit_first(code, side_code(&r->side[SIDE_NEW]));
}

void audits_tell(const struct globals *g, const struct audit_result *r)
{
	int side;

	for (side = 0; side < SIDE_COUNT; side++) {
		const struct audit_side_sum *s = &r->side[side];

		if (s->first_error == ERR_NONE)
			continue;
		if (side_code(s) != EXIT_CLEAN)
			msg_warn(g, "no account of the %s server could be read",
				 side_name((enum side)side));
		if (s->first_error_hint[0] != '\0')
			msg_hint(g, "%s server: %s", side_name((enum side)side),
				 s->first_error_hint);
		else if (s->first_error == ERR_PROTO || s->first_error == ERR_LIMIT)
			msg_hint(g,
				 "MAILMUSTER_TRACE_IMAP=FILE mailmuster audit --side %s "
				 "--only ACCOUNT records what the server sends",
				 side_name((enum side)side));
	}
	if (!r->complete)
		msg_note(g, "what was not read is unknown, never clean: mailmuster "
			    "status names it, mailmuster audit tries again");
}

static bool none(const bool sides[SIDE_COUNT], struct err *err)
{
	err_set(err, ERR_CONFIG, "none of the accounts is on %s",
		sides[SIDE_OLD] && sides[SIDE_NEW] ? "a server that is configured"
						   : "that server");
	return err_hint(err, "after a change of the servers in " CONFIG_NAME
			     " run: mailmuster accounts import");
}

bool audits_run(struct globals *g, const struct project *p, struct scope *scope,
		const bool sides[SIDE_COUNT], const char *command, enum depth depth,
		const struct audits_limits *limits, struct audit_result *out,
		struct err *err)
{
	struct reading reading = { 0 };
	int64_t *accounts;
	size_t n;
	bool ok;

	*out = (struct audit_result){ 0 };
	accounts = scope_accounts(scope, sides, &n);
	if (n == 0) {
		free(accounts);
		return none(sides, err);
	}
	project_warn_clear(g, p, sides);
	ok = reading_open(g, p, sides, &reading, err);
	if (ok) {
		reading.options.accounts = accounts;
		reading.options.account_n = n;
		reading.options.depth = depth;
		if (limits != NULL) {
			reading.options.stale_s = limits->stale_s;
			reading.options.budget_ms = limits->budget_ms;
			reading.options.acl_again = limits->acl_again;
			if (limits->gentle != NULL)
				gentle_apply(limits->gentle, &reading);
		}
		reading.options.scope = scope_json(scope, &p->config, command,
						   depth_name(depth), sides);
		progress_begin(g);
		ok = audit_run(p->store, &reading.options, out, err);
		progress_end();
	}
	if (!ok && err->cls == ERR_STOPPED && out->run != 0)
		err_hint(err,
			 "what was read is saved: the same command goes on from here");
	reading_close(&reading);
	free(accounts);
	return ok;
}
