/* SPDX-License-Identifier: MIT */
#include "cli/topics.h"

#include "cli/msg.h"
#include "cli/out.h"

static void exit_codes(void)
{
	const struct exit_meaning *m;

	out_puts("The same for every command; when several apply, the first:\n\n");
	for (m = exit_meanings; m->text != NULL; m++)
		out_printf("  %3d  %s\n", m->code, m->text);
}

static const char stages[] =
	"before    init, doctor          the servers, and whether they can be read at "
	"all\n"
	"          audit --side old      what is there; scan reads every message whole\n"
	"          logs, accounts        who uses it, who does not, under which names\n"
	"          plan, lint            what will not fit, who moves when, what a "
	"script loses\n"
	"moving    event presync, freeze, last-pass    what the mover did, and when\n"
	"sealing   seal                  both sides, after the last pass and before "
	"users enter\n"
	"          verify, explain       what is missing, altered or elsewhere, by name\n"
	"          accept                a loss that somebody takes\n"
	"moved     event cutover         from now on mail and users are on the new side\n"
	"          accounts absent, still, dns    who and what is still on the old one\n"
	"          audit, verify         again: what users did is told from loss\n"
	"ending    event stop            the old server is switched off as a trial\n"
	"          gate, waiver          twenty checks: may it go?\n"
	"          gate approve, gate certificate    two persons sign\n"
	"\n"
	"mailmuster status names the next command; mailmuster checklist due what is to "
	"be\n"
	"done by people.  docs/operating.md tells what to look at in each stage.\n";

static const char files[] =
	"One project is one directory:\n"
	"  mailmuster.json  the config (mailmuster help config)\n"
	"  accounts.csv     what is to move (mailmuster help accounts)\n"
	"  mailmuster.db    everything that was observed, judged and said, with -wal and "
	"-shm\n"
	"                   beside it while it is open; SQLite\n"
	"  mailmuster.lock  held by the one command that writes; reading is always free\n"
	"  checklists/      lists of your own, if any\n"
	"All are made for their owner alone.  Copy the database with its -wal, or while\n"
	"nothing runs.  What you may delete without a loss: nothing but reports.\n";

static const char config[] =
	"mailmuster.json is JSON with comments.  mailmuster init writes it with a "
	"comment on\n"
	"every key; man mailmuster.json tells all of them.  An unknown key is an error, "
	"with\n"
	"line and column.\n"
	"  old, new         the servers: host, port, tls, auth, admin, mechanism, "
	"secret, kind,\n"
	"                   profile, max_connections, not_during, compress, acl,\n"
	"                   timeout\n"
	"  map, keywords    how the mover renames folders and labels\n"
	"  limits           when removals are an alarm\n"
	"  logs, dns, plan  time zones and names of logs, domains, what is large\n"
	"  gate             limits of its checks, signers, heads kept elsewhere\n"
	"  service_date     the day of the move: it dates the checklists\n"
	"  max_age, max_gap how old evidence may be, and how far apart two sides are "
	"read\n"
	"-c FILE reads another file; a relative path in it is seen from its own "
	"folder.\n";

static const char secrets[] =
	"A password, a token or the passphrase of a key comes from one of\n"
	"  { \"command\": [\"pass\", \"show\", \"mail/{user}\"] }   its first line of "
	"output; no shell\n"
	"  { \"file\": \"admin.secret\" }             refused when others may read it\n"
	"  { \"users_file\": \"users.secret\" }       user:password lines; likewise\n"
	"  { \"credential\": \"mail\" }               of systemd: "
	"LoadCredential=mail:PATH\n"
	"  { \"users_credential\": \"mail\" }         likewise, user:password lines\n"
	"  { \"prompt\": true }                     asked on the terminal\n"
	"as \"secret\" of a server.  Never from the command line or the environment, "
	"which\n"
	"others can see.  It stands in no log, report or trace, and is wiped from "
	"memory.\n"
	"A login that is refused is not tried again, and a side is left alone after "
	"five\n"
	"refusals in a row: they lock accounts.\n";

static const char logins[] =
	"Who logs in for an account (\"auth\" of a server):\n"
	"  user       the account itself, with its own password\n"
	"  authzid    \"admin\", by SASL PLAIN, acting as the account: Cyrus, Dovecot\n"
	"  master     a master user, as account*admin: Dovecot\n"
	"  proxyauth  \"admin\", then PROXYAUTH: Sun, iPlanet, Oracle\n"
	"and how (\"mechanism\"): password, oauthbearer, xoauth2, external.\n"
	"Some logins do not see the owner's flags; then flags are unverified, never "
	"lost.\n"
	"A login by itself may change a last-login time, create folders or count for a\n"
	"lock-out.  An account that nobody may open has \"access\" none in "
	"accounts.csv.\n";

static const char verdicts[] =
	"Of a message, exactly one:\n"
	"  same         found on the new side by its Message-ID, and nothing differs\n"
	"  same-weak    found by other fields or its content (help identity); nothing "
	"differs\n"
	"  changed      found; flags, keywords, date, octets or content differ\n"
	"  refiled      found in another folder of the account\n"
	"  missing      on the old side only\n"
	"  extra        on the new side only\n"
	"  removed      was proven on the new side, and is gone from there since\n"
	"  unverified   a side of the folder could not be read whole\n"
	"Of an account and of all: clean, differs, incomplete (something was not "
	"examined)\n"
	"or unknown (nothing was, or too long ago).  Of the gate: GO or NO-GO, and of "
	"its\n"
	"checks PASS, WARN, WAIVED, FAIL or NO DATA.\n"
	"Only what was read can be clean: what nobody looked at is never green.\n";

static const char identity[] =
	"When two messages are the same one:\n"
	"  tier 1  their Message-ID, unfolded and without comments, is the same\n"
	"  tier 2  Date, From, To, Cc, Subject, In-Reply-To and References are, when one "
	"side\n"
	"          has no Message-ID, several, or one that a mover put in\n"
	"  tier 3  the content is, when those are empty or several have them\n"
	"They are matched as often as they are there: of two alike, losing one is a "
	"loss.\n"
	"Then compared: system flags, keywords, the internal date as an instant, octets\n"
	"beside what the server or the mover adds to each, and the content where both "
	"sides\n"
	"were scanned.\n";

static const char findings[] =
	"A finding is one judged fact about one message, folder or account, with a "
	"class\n"
	"(message-missing), a reason as far as the evidence tells, and a severity:\n"
	"  loss   mail, or a fact of it, did not arrive, and nothing excuses it\n"
	"  doubt  it cannot be told: no seal, not read, too old\n"
	"  info   life: what users did, what a server always does\n"
	"Its fingerprint (64 digits; the first 12 will do) is the same next week.\n"
	"  mailmuster explain ACCOUNT | FINGERPRINT    what is known, and what to do\n"
	"  mailmuster accept                           somebody takes a loss, for good\n"
	"  mailmuster waiver                           or puts it off at the gate, for a "
	"while\n"
	"verify exits 1 for loss or doubt; --fail-on changes that.\n";

static const char coverage[] =
	"Coverage is the part of what exists that was really examined; it stands beside\n"
	"every verdict.  Not examined is unknown, exit code 3, and never clean:\n"
	"  - an account that could not be opened, a folder that could not be read\n"
	"  - evidence older than \"max_age\", or sides read further apart than "
	"\"max_gap\"\n"
	"  - audit --depth counts, which is only how many\n"
	"  - flags seen through a login that is not the owner's\n"
	"  - what IMAP does not show: hidden labels, archives, calendars, contacts\n"
	"Of logs: silence counts only where the log is whole (mailmuster logs "
	"coverage).\n";

static const char scope[] =
	"--only ACCOUNT limits a command to an account of the list; several with commas, "
	"by\n"
	"repeating it, or one a line in a file: --only @FILE.  What is left out stays as "
	"it\n"
	"was known.  --side old or new limits reading to one server.  A project without "
	"a\n"
	"new server is normal: inventory, logs, scan and plan work, and exit 0.\n";

static const char gentle[] =
	"What an old server is spared:\n"
	"  max_connections  never more at a time (2 on the old side by default); --jobs "
	"lowers\n"
	"                   it for one run\n"
	"  not_during       hours in which nothing is read; --not-during for one run\n"
	"  --rate           octets or messages a second\n"
	"  --budget         no account is begun after this time\n"
	"and without being told: a server that gets slow, or asks for patience, is "
	"given\n"
	"rests and fewer connections.  Ctrl-C once saves and says how to go on; the "
	"same\n"
	"command continues.  docs/gentle.md has the rules.\n";

static const char json[] = "--json: one document on standard output, and nothing else "
			   "there.  \"schema\" names its\n"
			   "shape, such as mailmuster/verify/1; within a number keys are "
			   "added, never renamed.\n"
			   "An error is {\"error\": {\"code\", \"class\", \"message\", "
			   "\"hint\"}} with the exit code as\n"
			   "code.  docs/json.md describes every shape, docs/schemas/ has "
			   "them as JSON Schema.\n";

static const char privacy[] =
	"Kept of a message: sizes, dates, flags, digests, the Message-ID of the old "
	"side, and\n"
	"From, Date, Subject of those that a finding names.  Never its text, never a "
	"password.\n"
	"Reports for management have no subjects, no client addresses and no times of "
	"logins;\n"
	"--redact takes the names as well.  The page for an owner (report --account) is\n"
	"recorded with its purpose.  mailmuster ledger forget takes a person's name "
	"out.\n"
	"docs/privacy.md has the list, and what could go wrong.\n";

const struct topic topics[] = {
	{ "stages", "which command belongs where in a migration", stages, NULL },
	{ "verdicts", "what is said of messages, accounts and the gate", verdicts, NULL },
	{ "findings", "loss, doubt, info, and what to do with them", findings, NULL },
	{ "identity", "when two messages are the same one", identity, NULL },
	{ "coverage", "what was examined, and why the rest is not clean", coverage,
	  NULL },
	{ "exit-codes", "what they mean", NULL, exit_codes },
	{ "files", "what lies in a project", files, NULL },
	{ "config", "the keys of mailmuster.json", config, NULL },
	{ "logins", "who logs in to a server, and how", logins, NULL },
	{ "secrets", "where passwords come from", secrets, NULL },
	{ "scope", "only some accounts, only one side", scope, NULL },
	{ "gentle", "how a server is spared", gentle, NULL },
	{ "json", "output for programs", json, NULL },
	{ "privacy", "what is kept of people's mail", privacy, NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct topic *topic_find(const char *name)
{
	const struct topic *t;

	for (t = topics; t->name != NULL; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

void topic_print(const struct topic *t)
{
	if (t->print != NULL)
		t->print();
	else
		out_puts(t->text);
}
