/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/audits.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "store/store_run.h"
#include "store/store_told.h"
#include "verify/seal.h"

enum { OPT_OFFLINE = OPT_OWN, OPT_BY, OPT_NOTE };
static const struct option options[] = {
	{ "offline", no_argument, NULL, OPT_OFFLINE },
	{ "by", required_argument, NULL, OPT_BY },
	{ "note", required_argument, NULL, OPT_NOTE },
	{ NULL, 0, NULL, 0 },
};
static const bool both[SIDE_COUNT] = { true, true };

struct sealing {
	struct globals *g;
	struct project p;
	struct scope scope;
	bool offline;
	const char *by, *note;
	int64_t read_run;
	struct seal_made *made; /* one for each transfer of the scope */
	int64_t n[SEAL_STATE_COUNT];
	int code;
};

/* Read both sides, then count them once more: what differs then arrived in between. */
static bool observe(struct sealing *s, struct err *err)
{
	struct audit_result r;

	if (!audits_run(s->g, &s->p, &s->scope, both, "seal", DEPTH_FULL, NULL, &r, err))
		return false;
	audits_tell(s->g, &r);
	s->code = exit_first(s->code, audits_code(&r));
	s->read_run = r.run;
	msg_note(s->g, "counting once more, to see whether mail still flows");
	if (!audits_run(s->g, &s->p, &s->scope, both, "seal", DEPTH_COUNTS, NULL, &r,
			err))
		return false;
	audits_tell(s->g, &r);
	s->code = exit_first(s->code, audits_code(&r));
	return true;
}

static bool add_entry(struct sealing *s, int64_t run, struct err *err)
{
	struct strbuf payload = STRBUF_INIT;
	int64_t folders = 0, messages[SIDE_COUNT] = { 0, 0 };
	struct json_out j;
	bool ok;

	for (size_t i = 0; i < s->scope.n; i++)
		for (int side = 0; side < SIDE_COUNT; side++) {
			folders += s->made[i].folders[side];
			messages[side] += s->made[i].messages[side];
		}
	json_out_init(&j, &payload, true);
	json_begin_object(&j);
	json_put_int(&j, "folders", folders);
	json_put_int(&j, "new_messages", messages[SIDE_NEW]);
	json_put_int(&j, "not_sealed", s->n[SEAL_REFUSED]);
	json_put_int(&j, "old_messages", messages[SIDE_OLD]);
	ok = store_told_put(s->p.store, &j, err);
	json_put_int(&j, "run", run);
	json_put_int(&j, "sealed", s->n[SEAL_SOUND]);
	json_put_int(&j, "unsound", s->n[SEAL_UNSOUND]);
	json_end_object(&j);
	ok = ok &&
	     store_ledger_append(s->p.store, s->by, "seal", strbuf_cstr(&payload), err);
	strbuf_done(&payload);
	return ok;
}

/* All seals of this command and their ledger entry, or none of them. */
static bool record(struct sealing *s, int64_t run, struct err *err)
{
	struct store *st = s->p.store;

	if (!store_begin(st, err))
		return false;
	for (size_t i = 0; i < s->scope.n; i++) {
		struct seal_made *m = &s->made[i];

		if (m->state != SEAL_SOUND && m->state != SEAL_UNSOUND)
			continue;
		if (!store_seal_add(st, &m->seal, m->folder, m->folder_n, &m->seal.id,
				    err))
			goto fail;
	}
	if (!add_entry(s, run, err))
		goto fail;
	if (store_commit(st, err))
		return true;
fail:
	store_rollback(st);
	return false;
}

static bool make(struct sealing *s, struct err *err)
{
	struct seal_options o = { .now = clock_now(),
				  .max_age = s->p.config.max_age,
				  .max_gap = s->p.config.seal_gap,
				  .read_run = s->read_run,
				  .teller = s->by,
				  .note = s->note };
	size_t size = (s->scope.n + 1) * sizeof *s->made;

	if (!store_run_newest(s->p.store, &o.run, err))
		return false;
	s->made = arena_alloc(&s->scope.arena, size);
	for (size_t i = 0; i < s->scope.n; i++) {
		if (!seal_make(s->p.store, &s->scope.t[i], &o, &s->scope.arena,
			       &s->made[i], err))
			return false;
		s->n[s->made[i].state]++;
	}
	if (s->n[SEAL_SOUND] + s->n[SEAL_UNSOUND] > 0 && !record(s, o.run, err))
		return false;
	if (s->n[SEAL_REFUSED] + s->n[SEAL_UNSOUND] > 0)
		s->code = exit_first(s->code, EXIT_INCOMPLETE);
	return true;
}

static void print_why(const struct sealing *s, enum seal_state state, const char *what)
{
	for (size_t i = 0; i < s->scope.n; i++)
		if (s->made[i].state == state) {
			out_printf("  %s ", what);
			out_text(s->scope.t[i].name);
			out_puts(": ");
			out_text(s->made[i].why);
			out_puts("\n");
		}
}

static void print_text(const struct sealing *s)
{
	int64_t messages[SIDE_COUNT] = { 0, 0 };
	char n[32];

	for (size_t i = 0; i < s->scope.n; i++)
		for (int side = 0; side < SIDE_COUNT; side++)
			messages[side] += s->made[i].messages[side];
	out_printf("sealed %s of %s: %s on the old side",
		   num_group(s->n[SEAL_SOUND] + s->n[SEAL_UNSOUND], n, sizeof n),
		   counted((int64_t)s->scope.n, "account"),
		   counted(messages[SIDE_OLD], "message"));
	out_printf(", %s on the new side\n", counted(messages[SIDE_NEW], "message"));
	print_why(s, SEAL_UNSOUND, "unsound:");
	print_why(s, SEAL_REFUSED, "not sealed:");
	print_why(s, SEAL_NOT_MOVING, "left out:");
	if (s->n[SEAL_REFUSED] > 0)
		out_puts("next: put right what keeps them from being read, then "
			 "mailmuster seal --only ACCOUNT\n");
	else if (s->n[SEAL_UNSOUND] > 0)
		out_puts("next: let the mover finish and stop the mail to these "
			 "accounts, then mailmuster seal --only ACCOUNT\n");
	else
		out_puts("next: mailmuster verify, then let the users in\n");
}

static void print_json(const struct sealing *s)
{
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/seal/1");
	json_put_int(&j, "sealed", s->n[SEAL_SOUND] + s->n[SEAL_UNSOUND]);
	json_put_int(&j, "unsound", s->n[SEAL_UNSOUND]);
	json_put_int(&j, "not_sealed", s->n[SEAL_REFUSED]);
	json_put_int(&j, "left_out", s->n[SEAL_NOT_MOVING]);
	json_name(&j, "transfers");
	json_begin_array(&j);
	for (size_t i = 0; i < s->scope.n; i++) {
		const struct seal_made *m = &s->made[i];
		bool sealed = m->state == SEAL_SOUND || m->state == SEAL_UNSOUND;

		json_begin_object(&j);
		json_put_str(&j, "account", s->scope.t[i].name);
		json_put_str(&j, "state", seal_state_name(m->state));
		json_put_str(&j, "at", sealed ? clock_iso(m->seal.at, iso) : NULL);
		json_put_int(&j, "old_messages", m->messages[SIDE_OLD]);
		json_put_int(&j, "new_messages", m->messages[SIDE_NEW]);
		json_put_int(&j, "folders", m->folders[SIDE_OLD] + m->folders[SIDE_NEW]);
		json_put_str(&j, "note", m->why);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

/* A baseline that is taken while people work there takes what they did for granted. */
static void warn_cutover(const struct sealing *s)
{
	char iso[CLOCK_ISO_SIZE];

	for (size_t i = 0; i < s->scope.n; i++)
		if (s->made[i].cutover_at != 0 && s->made[i].state != SEAL_REFUSED)
			msg_warn(s->g,
				 "%s was cut over on %s: what was removed since then is "
				 "not in this baseline",
				 shown(s->scope.t[i].name),
				 clock_iso(s->made[i].cutover_at, iso));
}

static bool needs_both(const struct sealing *s, struct err *err)
{
	if (!project_one_sided(&s->p))
		return true;
	err_set(err, ERR_CONFIG, "no new server is configured: there is nothing to seal");
	return err_hint(err,
			"add \"new\": { ... } to %s, then: mailmuster accounts import",
			s->p.config.path);
}

static int run(struct globals *g, int argc, char **argv)
{
	struct sealing s = { .g = g, .note = "", .by = project_operator() };
	struct err err = ERR_INIT;
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_seal, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_OFFLINE:
			s.offline = true;
			break;
		case OPT_BY:
			if (!entry_check(&a, "by", value, ENTRY_BY_MAX))
				return a.exit;
			s.by = value;
			break;
		case OPT_NOTE:
			if (!entry_check(&a, "note", value, ENTRY_TEXT_MAX))
				return a.exit;
			s.note = value;
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 0, 0))
		return a.exit;
	if (!project_open(g, PROJECT_WRITE, &s.p, &err) || !needs_both(&s, &err) ||
	    !scope_open(g, &s.p, &s.scope, &err) || (!s.offline && !observe(&s, &err)) ||
	    !make(&s, &err)) {
		s.code = msg_fail(g, &err);
	} else {
		warn_cutover(&s);
		if (g->json)
			print_json(&s);
		else
			print_text(&s);
	}
	scope_close(&s.scope);
	project_close(&s.p);
	return s.code;
}

static const char help[] =
	"Records the baseline: what both sides hold after the mover's last pass and\n"
	"before users enter. From then on loss is told from what users delete, file\n"
	"or read themselves. Reads both servers, counts them once more to see\n"
	"whether mail still flows, and seals account by account; the newest seal\n"
	"counts.\n"
	"\n"
	"  --offline      seal what was read last; it must not be older than max_age\n"
	"  --by NAME      who seals, for the ledger; your login name by default\n"
	"  --note TEXT    kept with the seal\n"
	"\n"
	"Exit code 0: all are sealed; 3: an account could not be read, or has one\n"
	"server as both sides, and has no seal; or mail still flowed and its seal is\n"
	"unsound.\n";

const struct command cmd_seal = {
	.name = "seal",
	.summary = "record what both sides hold, before users enter",
	.usage = "[--offline] [--by NAME] [--note TEXT]",
	.help = help,
	.options = options,
	.run = run,
};
