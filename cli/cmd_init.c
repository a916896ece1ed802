/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/accounts.h"
#include "cli/args.h"
#include "cli/init.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "mover/mover_config.h"

enum {
	OPT_PROJECT = OPT_OWN,
	OPT_ACCOUNTS,
	OPT_ONE_SIDED,
	OPT_FROM_IMAPSYNC,
	OPT_SIDE_FIRST
};

#define OPTION_AT(side, word, name, what, has)                                           \
	{                                                                                \
		word "-" name, has, NULL, OPT_SIDE_FIRST + (side)*ANSWER_COUNT + (what)  \
	}
#define SIDE_OPTIONS(side, word)                                                         \
	OPTION_AT(side, word, "host", A_HOST, required_argument),                        \
		OPTION_AT(side, word, "port", A_PORT, required_argument),                \
		OPTION_AT(side, word, "tls", A_TLS, required_argument),                  \
		OPTION_AT(side, word, "ca", A_CA, required_argument),                    \
		OPTION_AT(side, word, "tls-min", A_TLS_MIN, required_argument),          \
		OPTION_AT(side, word, "pin", A_PIN, required_argument),                  \
		OPTION_AT(side, word, "auth", A_AUTH, required_argument),                \
		OPTION_AT(side, word, "admin", A_ADMIN, required_argument),              \
		OPTION_AT(side, word, "secret-file", A_SECRET_FILE, required_argument),  \
		OPTION_AT(side, word, "users-file", A_USERS_FILE, required_argument),    \
		OPTION_AT(side, word, "secret-command", A_SECRET_COMMAND,                \
			  required_argument),                                            \
		OPTION_AT(side, word, "secret-prompt", A_SECRET_PROMPT, no_argument),    \
		OPTION_AT(side, word, "max-connections", A_MAX_CONNECTIONS,              \
			  required_argument),                                            \
		OPTION_AT(side, word, "kind", A_KIND, required_argument)

static const struct option options[] = {
	{ "project", required_argument, NULL, OPT_PROJECT },
	{ "accounts", required_argument, NULL, OPT_ACCOUNTS },
	{ "one-sided", no_argument, NULL, OPT_ONE_SIDED },
	{ "from-imapsync", required_argument, NULL, OPT_FROM_IMAPSYNC },
	SIDE_OPTIONS(SIDE_OLD, "old"),
	SIDE_OPTIONS(SIDE_NEW, "new"),
	{ NULL, 0, NULL, 0 },
};

/* What is made, and undone when a later step fails. */
struct making {
	struct globals *g;
	struct answers a;
	const char *script; /* --from-imapsync */
	struct mover_plan plan;
	struct strbuf summary;	      /* of it */
	char *config, *db, *accounts; /* paths in the project */
	struct list list;
	struct strbuf copy; /* what goes into accounts.csv; copy.p NULL: it is there
			       already, or none was named */
};

static char *in_dir(const char *dir, const char *name)
{
	return strcmp(dir, ".") == 0 ? mem_strdup(name) : fs_join(dir, name);
}

static bool refuse_existing(const struct making *m, struct err *err)
{
	const char *there = fs_exists(m->config) ? m->config
			    : fs_exists(m->db)	 ? m->db
						 : NULL;

	if (there == NULL)
		return true;
	err_set(err, ERR_CONFIG, "there is a project already: %s", shown(there));
	return err_hint(err, "mailmuster status tells how it stands; -C DIR starts "
			     "another one elsewhere");
}

static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* Read the list before anything is written, so that a mistake in it leaves nothing
 * behind. */
static bool read_accounts(struct making *m, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	const char *path = m->a.accounts;
	bool ok = false;

	if (path == NULL)
		return true;
	if (!list_read(path, &m->list, err))
		return false;
	if (same_file(path, m->accounts))
		return true;
	if (fs_exists(m->accounts))
		return err_set(err, ERR_CONFIG,
			       "%s is there already and would be written over with %s",
			       shown(m->accounts), shown(path));
	if (!fs_read(path, LIST_SIZE_MAX, &text, err))
		goto out;
	strbuf_adds(&m->copy, "");
	if (*m->list.dropped != '\0')
		ok = list_without_secrets(path, strbuf_span(&text), &m->copy, err);
	else
		ok = (strbuf_addspan(&m->copy, strbuf_span(&text)), true);
out:
	strbuf_wipe(&text);
	return ok;
}

static bool make_dir(const char *dir, struct err *err)
{
	struct stat st;

	if (mkdir(dir, 0700) == 0)
		return true;
	if (errno == EEXIST && stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	return err_errno(err, ERR_LOCAL, errno, "cannot make the folder %s", shown(dir));
}

static bool write_files(const struct making *m, struct span config, struct err *err)
{
	if (!make_dir(m->a.dir, err) || !store_create(m->db, err))
		return false;
	if (m->copy.p != NULL &&
	    !fs_write_atomic(m->accounts, strbuf_span(&m->copy), 0600, err))
		goto undo;
	if (fs_write_atomic(m->config, config, 0600, err))
		return true;
	if (m->copy.p != NULL)
		unlink(m->accounts);
undo:
	unlink(m->db);
	return false;
}

static bool import(const struct making *m, struct accounts_change *sum, struct err *err)
{
	struct globals here = *m->g;
	struct project p;
	bool ok;

	here.dir = m->a.dir;
	here.config = NULL;
	ok = project_open(&here, PROJECT_WRITE, &p, err) &&
	     accounts_import(&p, m->a.accounts, &m->list, false, sum, err);
	project_close(&p);
	return ok;
}

static void tell_plan(struct json_out *j, const struct mover_plan *p)
{
	json_name(j, "imapsync");
	json_begin_object(j);
	json_put_int(j, "commands", (int64_t)p->counted);
	json_put_int(j, "rules", (int64_t)p->sure);
	json_put_int(j, "doubts", (int64_t)(p->rule_n - p->sure));
	json_put_int(j, "unknown", (int64_t)p->gaps);
	json_put_int(j, "destroys", (int64_t)p->destroys);
	json_end_object(j);
}

static void tell(const struct making *m, const struct accounts_change *sum)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	if (m->g->json) {
		json_out_init(&j, &text, false);
		json_begin_object(&j);
		json_put_str(&j, "schema", "mailmuster/init/1");
		json_put_str(&j, "config", m->config);
		json_put_bool(&j, "one_sided", m->a.one_sided);
		json_put_int(&j, "accounts", sum->added);
		if (m->script != NULL)
			tell_plan(&j, &m->plan);
		json_end_object(&j);
		out_printf("%s\n", strbuf_cstr(&text));
		strbuf_done(&text);
	} else {
		out_printf("wrote %s and %s\n", shown(m->config), shown(m->db));
		if (m->a.accounts != NULL)
			accounts_print(m->g, sum, false);
		if (m->script != NULL)
			out_printf("\n%s\n", strbuf_cstr(&m->summary));
	}
	if (m->a.accounts != NULL)
		accounts_tell(m->g, &m->list);
	if (m->a.accounts == NULL)
		msg_hint(m->g,
			 "write %s (a header line \"account\", then one name a line), "
			 "then: mailmuster accounts import",
			 shown(m->accounts));
	else
		msg_hint(m->g, "mailmuster doctor tries %s once",
			 m->a.one_sided ? "the server" : "both servers");
}

static bool make(struct making *m, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct accounts_change sum = { 0 };
	struct config config = { 0 };
	bool ok = false;

	m->config = in_dir(m->a.dir, CONFIG_NAME);
	m->db = in_dir(m->a.dir, STORE_NAME);
	m->accounts = in_dir(m->a.dir, ACCOUNTS_NAME);
	if (!refuse_existing(m, err) ||
	    (m->script != NULL &&
	     !init_from_imapsync(&m->a, m->script, &m->plan, &m->summary, err)) ||
	    !init_complete(m->g, &m->a, err) || !read_accounts(m, err))
		goto out;
	init_config_text(&m->a, &text);
	if (!config_parse(m->config, strbuf_span(&text), m->a.dir, &config, err))
		goto out;
	ok = write_files(m, strbuf_span(&text), err) &&
	     (m->a.accounts == NULL || import(m, &sum, err));
	if (ok)
		tell(m, &sum);
out:
	config_done(&config);
	strbuf_done(&text);
	return ok;
}

static int take(struct args *a, struct making *m)
{
	const char *value;
	int opt;

	while ((opt = args_next(a, &value)) != ARGS_END) {
		switch (opt) {
		case ARGS_STOP:
			return a->exit;
		case OPT_PROJECT:
			m->a.project = value;
			break;
		case OPT_ACCOUNTS:
			m->a.accounts = value;
			break;
		case OPT_ONE_SIDED:
			m->a.one_sided = true;
			break;
		case OPT_FROM_IMAPSYNC:
			m->script = value;
			break;
		default:
			m->a.side[(opt - OPT_SIDE_FIRST) / ANSWER_COUNT]
				 [(opt - OPT_SIDE_FIRST) % ANSWER_COUNT] =
				value != NULL ? value : "yes";
		}
	}
	if (!args_count(a, 0, 0))
		return a->exit;
	if (a->g->config != NULL)
		return args_bad(a, "init writes " CONFIG_NAME "; -c does not go with it");
	return -1;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct making m = { .g = g };
	struct err err = ERR_INIT;
	struct arena arena;
	struct args a;
	int code;

	arena_init(&arena);
	args_init(&a, g, &cmd_init, argc, argv);
	code = take(&a, &m);
	if (code < 0) {
		m.a.arena = &arena;
		m.a.dir = g->dir != NULL && *g->dir != '\0' ? g->dir : ".";
		code = make(&m, &err) ? EXIT_CLEAN : msg_fail(g, &err);
	}
	list_done(&m.list);
	strbuf_done(&m.copy);
	strbuf_done(&m.summary);
	free(m.config);
	free(m.db);
	free(m.accounts);
	arena_done(&arena);
	return code;
}

static const char help[] =
	"Writes mailmuster.json, with a comment on every key, and an empty store.\n"
	"What no option says is asked on the terminal; with --no-input a missing\n"
	"answer is an error that names the option.\n"
	"\n"
	"  --project NAME  stands on top of reports\n"
	"  --accounts FILE import this list; it is copied without any passwords\n"
	"  --one-sided     there is no new server yet\n"
	"  --from-imapsync SCRIPT\n"
	"                  a shell script that runs imapsync: hosts, admins and folder\n"
	"                  rules are taken from its options, and what it removes, "
	"alters\n"
	"                  or leaves out is told.  The script is read, never run; what\n"
	"                  it does not tell is named, never guessed.  Other options "
	"win.\n"
	"\n"
	"For each server, as --old-... and as --new-...:\n"
	"  --old-host HOST             name or address\n"
	"  --old-port PORT             993 with implicit TLS, else 143\n"
	"  --old-tls MODE              implicit by default, starttls, none (clear text)\n"
	"  --old-tls-min VERSION       1.0, 1.1, 1.2 (the default) or 1.3\n"
	"  --old-ca FILE               certificates to trust, instead of the system's\n"
	"  --old-pin PIN               sha256//BASE64 of the one key that is accepted\n"
	"  --old-auth MODE             user (the default), authzid, master or proxyauth\n"
	"  --old-admin NAME            who logs in, with authzid and master\n"
	"  --old-secret-command 'CMD'  a program and arguments; prints the password\n"
	"  --old-secret-file FILE      one password, in a file that only you can read\n"
	"  --old-users-file FILE       user:password lines, likewise\n"
	"  --old-secret-prompt         ask at each run\n"
	"  --old-max-connections N     2 by default, 4 for the new server\n"
	"  --old-kind KIND             auto, cyrus, dovecot, courier or generic\n"
	"\n"
	"Exit code 6: there is a project already.\n";

static const struct command_words words[] = {
	{ "old-tls", "implicit starttls none" },
	{ "old-tls-min", "1.0 1.1 1.2 1.3" },
	{ "old-auth", "user authzid master proxyauth" },
	{ "old-kind", "auto cyrus dovecot courier generic" },
	{ NULL, NULL },
};

const struct command cmd_init = {
	.name = "init",
	.summary = "start a project: ask for the servers, write the config",
	.usage = "[--project NAME] [--old-host HOST ...] [--new-host HOST ... | "
		 "--one-sided] [--accounts FILE] [--from-imapsync SCRIPT]",
	.help = help,
	.options = options,
	.words = words,
	.run = run,
};
