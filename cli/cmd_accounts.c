/* SPDX-License-Identifier: MIT */
#include "cli/accounts.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/accounts_use.h"
#include "cli/args.h"
#include "cli/entry.h"
#include "cli/list.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/sides.h"
#include "cli/suggest.h"
#include "store/store_account.h"

static int import(struct args *a, bool dry_run)
{
	struct accounts_change sum;
	struct list l = { 0 };
	struct project p;
	struct err err = ERR_INIT;
	char *path = NULL;
	int code;

	if (project_open(a->g, PROJECT_WRITE, &p, &err)) {
		path = a->rest_n > 1 ? mem_strdup(a->rest[1])
				     : project_path(&p, ACCOUNTS_NAME);
		if (a->rest_n == 1 && !fs_exists(path)) {
			err_set(&err, ERR_CONFIG, "there is no %s", shown(path));
			err_hint(&err, "write one (a header line \"account\", then one "
				       "name a line), or name another: mailmuster "
				       "accounts import FILE");
		} else if (list_read(path, &l, &err)) {
			accounts_tell(a->g, &l);
			if (accounts_import(&p, path, &l, dry_run, &sum, &err))
				accounts_print(a->g, &sum, dry_run);
		}
	}
	code = err.cls == ERR_NONE ? EXIT_CLEAN : msg_fail(a->g, &err);
	list_done(&l);
	project_close(&p);
	free(path);
	return code;
}

static void list_json(const struct transfer *t, size_t n)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	size_t i;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/accounts/1");
	json_name(&j, "accounts");
	json_begin_array(&j);
	for (i = 0; i < n; i++) {
		json_begin_object(&j);
		json_put_str(&j, "account", t[i].name);
		json_put_str(&j, "old_user", t[i].old_user);
		json_put_str(&j, "new_user", t[i].new_user);
		json_put_str(&j, "old_tree", t[i].old_tree);
		json_put_str(&j, "new_tree", t[i].new_tree);
		json_put_str(&j, "new_prefix", t[i].new_prefix);
		json_put_str(&j, "kind", account_kind_name(t[i].kind));
		json_put_str(&j, "decision", t[i].decision);
		json_put_str(&j, "owner", t[i].owner);
		json_put_str(&j, "address", t[i].address);
		json_put_str(&j, "aliases", t[i].aliases);
		json_put_str(&j, "logins", t[i].logins);
		json_put_str(&j, "addresses", t[i].addresses);
		json_put_str(&j, "wave", t[i].wave);
		json_put_str(&j, "note", t[i].note);
		json_end_object(&j);
		out_puts(strbuf_cstr(&text));
		strbuf_clear(&text);
	}
	json_end_array(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

/* One column: text, padded to width. */
static void cell(const char *s, size_t width)
{
	struct strbuf sb = STRBUF_INIT;
	size_t w;

	text_show(&sb, span_str(s), 0);
	for (w = text_width(strbuf_span(&sb)); w < width; w++)
		strbuf_addc(&sb, ' ');
	out_puts(strbuf_cstr(&sb));
	strbuf_done(&sb);
}

static size_t wider(size_t width, const char *s)
{
	struct strbuf sb = STRBUF_INIT;
	size_t w;

	text_show(&sb, span_str(s), 0);
	w = text_width(strbuf_span(&sb)) + 2;
	strbuf_done(&sb);
	return w > width ? w : width;
}

static const char *or_dash(const char *s)
{
	return s != NULL && *s != '\0' ? s : "-";
}

static void list_text(const struct transfer *t, size_t n)
{
	static const char *const head[] = { "account", "old", "new", "below", "kind" };
	size_t width[COUNT_OF(head)], i, c;

	for (c = 0; c < COUNT_OF(head); c++)
		width[c] = wider(0, head[c]);
	for (i = 0; i < n; i++) {
		width[0] = wider(width[0], t[i].name);
		width[1] = wider(width[1], or_dash(t[i].old_user));
		width[2] = wider(width[2], or_dash(t[i].new_user));
		width[3] = wider(width[3], or_dash(t[i].new_prefix));
		width[4] = wider(width[4], account_kind_name(t[i].kind));
	}
	for (c = 0; c < COUNT_OF(head); c++)
		cell(head[c], width[c]);
	out_puts("decision\n");
	for (i = 0; i < n; i++) {
		cell(t[i].name, width[0]);
		cell(or_dash(t[i].old_user), width[1]);
		cell(or_dash(t[i].new_user), width[2]);
		cell(or_dash(t[i].new_prefix), width[3]);
		cell(account_kind_name(t[i].kind), width[4]);
		cell(*t[i].decision != '\0' ? t[i].decision : "open", 0);
		out_puts("\n");
	}
}

static int list(struct args *a)
{
	struct scope scope = { 0 };
	struct project p;
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;

	if (!project_open(a->g, PROJECT_READ, &p, &err) ||
	    !scope_open(a->g, &p, &scope, &err))
		code = msg_fail(a->g, &err);
	else if (a->g->json)
		list_json(scope.t, scope.n);
	else
		list_text(scope.t, scope.n);
	scope_close(&scope);
	project_close(&p);
	return code;
}

enum {
	OPT_SIDE = OPT_OWN,
	OPT_DAYS,
	OPT_GRACE,
	OPT_BY,
	OPT_DECISION,
	OPT_OWNER,
	OPT_NOTE,
	OPT_REASON,
	OPT_LEAVE,
	OPT_OFF,
};
static const struct option options[] = {
	{ "dry-run", no_argument, NULL, 'n' },
	{ "side", required_argument, NULL, OPT_SIDE },
	{ "days", required_argument, NULL, OPT_DAYS },
	{ "grace", required_argument, NULL, OPT_GRACE },
	{ "by", required_argument, NULL, OPT_BY },
	{ "decision", required_argument, NULL, OPT_DECISION },
	{ "owner", required_argument, NULL, OPT_OWNER },
	{ "note", required_argument, NULL, OPT_NOTE },
	{ "reason", required_argument, NULL, OPT_REASON },
	{ "leave-until", required_argument, NULL, OPT_LEAVE },
	{ "off", no_argument, NULL, OPT_OFF },
	{ "output", required_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

/* Which options a word takes, and how many names may stand behind it. */
static const struct subcommand {
	const char *name;
	const char *takes; /* letters: n dry-run, s side, d days, g grace, o output, S
			      what set says, E what expect says */
	int least, most;
	int (*run)(struct args *a,
		   const struct accounts_query *q); /* NULL: the first two */
} subcommands[] = {
	{ "import", "n", 1, 2, NULL },
	{ "list", "", 1, 1, NULL },
	{ "dormant", "sd", 1, 1, accounts_dormant },
	{ "unknown", "s", 1, 1, accounts_unknown },
	{ "forwarding", "s", 1, 1, accounts_forwarding },
	{ "absent", "d", 1, 1, accounts_absent },
	{ "still", "g", 1, 1, accounts_still },
	{ "diff", "s", 1, 1, accounts_diff },
	{ "notices", "sdo", 1, 1, accounts_notices },
	{ "set", "S", 2, INT32_MAX, accounts_set },
	{ "expect", "E", 1, INT32_MAX, accounts_expect },
};

static const struct subcommand *find_sub(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(subcommands); i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}

static int unknown_sub(struct args *a, const char *word)
{
	struct suggest s;

	suggest_init(&s, word);
	for (size_t i = 0; i < COUNT_OF(subcommands); i++)
		suggest_try(&s, subcommands[i].name);
	if (s.best != NULL)
		return args_bad(a, "accounts: there is no \"%s\": did you mean %s?",
				shown(word), s.best);
	return args_bad(a,
			"accounts: \"%s\" is none of import, list, dormant, unknown, "
			"forwarding, absent, still, diff, notices, set, expect",
			shown(word));
}

/* "2027-03-31" means its end. */
static bool take_day(struct args *a, const char *value, int64_t *out)
{
	char text[40];

	snprintf(text, sizeof text, "%.20sT23:59:59Z", value);
	if (strlen(value) == 10 && clock_parse_iso(span_str(text), out))
		return true;
	if (clock_parse_iso(span_str(value), out))
		return true;
	a->exit = args_bad(a,
			   "accounts: --leave-until \"%s\" is no day such as 2027-03-31",
			   shown(value));
	return false;
}

static bool take_span(struct args *a, const char *option, const char *value, int64_t *out)
{
	if (num_duration(span_str(value), out))
		return true;
	a->exit = args_bad(a, "accounts: --%s \"%s\" is no time such as 1d", option,
			   shown(value));
	return false;
}

/* One option; false: a->exit.  *letter is how subcommands name it. */
static bool take(struct args *a, int opt, const char *value, struct accounts_query *q,
		 char *letter)
{
	uint64_t n;

	switch (opt) {
	case 'n':
		*letter = 'n';
		return true;
	case 'o':
		*letter = 'o';
		q->to = value;
		return true;
	case OPT_SIDE:
		*letter = 's';
		if (side_parse(value, &q->side))
			return true;
		a->exit = args_bad(a, SIDES_BAD);
		return false;
	case OPT_DAYS:
		*letter = 'd';
		if (!num_u64(span_str(value), 36500, &n) || n == 0) {
			a->exit = args_bad(a,
					   "accounts: --days \"%s\" is no number of days",
					   shown(value));
			return false;
		}
		q->days = (int64_t)n;
		return true;
	case OPT_GRACE:
		*letter = 'g';
		return take_span(a, "grace", value, &q->grace);
	case OPT_DECISION:
		*letter = 'S';
		q->decision = value;
		return true;
	case OPT_LEAVE:
		*letter = 'S';
		return take_day(a, value, &q->leave_until);
	case OPT_OWNER:
		*letter = 'S';
		q->owner = value;
		return entry_check(a, "owner", value, ENTRY_BY_MAX);
	case OPT_NOTE:
		*letter = 'S';
		q->note = value;
		return entry_check(a, "note", value, ENTRY_TEXT_MAX);
	case OPT_BY:
		*letter = 'B';
		q->by = value;
		return entry_check(a, "by", value, ENTRY_BY_MAX);
	case OPT_REASON:
		*letter = 'E';
		q->reason = value;
		return entry_check(a, "reason", value, ENTRY_TEXT_MAX);
	case OPT_OFF:
		*letter = 'E';
		q->off = true;
		return true;
	default:
		return false;
	}
}

/* --by goes with both that say something. */
static bool takes(const struct subcommand *s, char letter)
{
	return strchr(s->takes, letter) != NULL ||
	       (letter == 'B' && strpbrk(s->takes, "SE") != NULL);
}

static int run(struct globals *g, int argc, char **argv)
{
	struct accounts_query q = { .days = ACCOUNTS_DAYS,
				    .grace = ACCOUNTS_GRACE,
				    .by = project_operator() };
	const struct subcommand *s;
	char given[32] = "";
	size_t given_n = 0;
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_accounts, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		char letter = '\0';

		if (!take(&a, opt, value, &q, &letter))
			return a.exit;
		if (given_n + 1 < sizeof given)
			given[given_n++] = letter;
	}
	if (!args_count(&a, 1, INT32_MAX))
		return a.exit;
	s = find_sub(a.rest[0]);
	if (s == NULL)
		return unknown_sub(&a, a.rest[0]);
	for (size_t i = 0; i < given_n; i++)
		if (!takes(s, given[i]))
			return args_bad(&a,
					"accounts %s does not take all of these options",
					s->name);
	if (!args_count(&a, s->least, s->most))
		return a.exit;
	if (s->run != NULL)
		return s->run(&a, &q);
	return strcmp(s->name, "list") == 0 ? list(&a)
					    : import(&a, strchr(given, 'n') != NULL);
}

static const char help[] =
	"import reads accounts.csv, or FILE, and makes it the list of what is to\n"
	"move. An account that is no longer in the file is marked as gone; what was\n"
	"seen of it stays. What set said of an account counts over the file.\n"
	"\n"
	"The file is CSV (comma, semicolon or tab) with a header line. Columns, in\n"
	"any order:\n"
	"  account        its name, unique without regard to case; always needed\n"
	"  old_user       login on the old server; empty: the same; -: none there\n"
	"  new_user       login on the new server, likewise\n"
	"  new_prefix     folder on the new side below which the mail arrives\n"
	"  kind           user, service, shared, list, resource or admin\n"
	"  old_tree, new_tree\n"
	"                 folder of a shared tree, as the login sees it (Shared "
	"Folders/sales):\n"
	"                 what lies there is the mail of this account, read once and "
	"with a\n"
	"                 login of its own\n"
	"  decision       migrate, archive, delete, keep or forward; empty: open\n"
	"  access         none: nobody may open it (say why in access_reason)\n"
	"  logins         other names under which it logs in, as logs show them\n"
	"  addresses      other addresses of it\n"
	"  owner, address, aliases, wave, note\n"
	"A column that holds passwords is dropped; other columns are kept as notes.\n"
	"\n"
	"From the logs that were read (mailmuster logs):\n"
	"  dormant        who has not used the old side; only what is proven is claimed\n"
	"  unknown        names in the logs that no account claims: service accounts\n"
	"  forwarding     where mail is sent on to (mailmuster logs forwards)\n"
	"  absent         after cutover: who has not logged in to the new side\n"
	"  still          after cutover: who still uses the old side, who gets mail "
	"there\n"
	"  diff           names that the list does not have, accounts that no log has\n"
	"  notices        texts for the owners of dormant accounts, and a list for a "
	"mail\n"
	"                 merge, into a folder\n"
	"Said by a person, for the ledger:\n"
	"  set            a decision, an owner, or until when an account may stay\n"
	"  expect         names whose use says nothing of people: monitoring, cron; a "
	"name\n"
	"                 may end in *; without a name, list them\n"
	"\n"
	"  -n, --dry-run  say what would change, store nothing\n"
	"  --side old|new whose logs; old by default\n"
	"  --days N       of silence; 90 by default\n"
	"  --grace TIME   after cutover in which the old side may be used; 1d by "
	"default\n"
	"  --decision migrate|archive|delete|keep|forward\n"
	"  --owner NAME   who decides about it\n"
	"  --leave-until DAY\n"
	"                 it may be dormant until then\n"
	"  --by NAME      who says so; your login name by default\n"
	"  --note TEXT    kept with it\n"
	"  --reason TEXT  why a use is expected\n"
	"  --off          no longer\n"
	"  -o, --output FOLDER\n"
	"                 for notices\n";

const struct command cmd_accounts = {
	.name = "accounts",
	.summary = "the account list; who uses mail, and who does not",
	.usage = "import [FILE] [-n] | list | dormant | unknown | forwarding | absent | "
		 "still | "
		 "diff | notices -o FOLDER | set ACCOUNT... | expect [NAME...]",
	.help = help,
	.options = options,
	.run = run,
};
