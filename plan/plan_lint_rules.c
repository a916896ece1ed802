/* SPDX-License-Identifier: MIT */
/*
 * The rules of the linter.  What options do are facts of the public documentation that
 * each row names, in our words; docs/lint-loss.md and docs/lint-notes.md are made of this
 * table.
 */
#include "plan/plan_lint.h"

#define IMAPSYNC "imapsync's manual"
#define MBSYNC	 "mbsync(1)"
#define DOVEADM	 "doveadm-sync(1)"
#define SHELL	 "POSIX.1-2017, Shell Command Language"
#define LISA	 "Stacey et al., LISA 2010"

static const struct {
	const char *name, *text;
} weights[] = {
	[LINT_DESTROYS] = { "destroys", "Mail or folders are removed." },
	[LINT_HIDES] = { "hides",
			 "Mail does not arrive, or nobody looks whether it did." },
	[LINT_ALTERS] = { "alters", "Mail arrives unlike it was." },
	[LINT_UNKNOWN] = { "unknown",
			   "It cannot be told from the script: any of this may be." },
	[LINT_RISKS] = { "risks", "A failure is not noticed, or a secret is seen." },
	[LINT_NOTES] = { "notes", "Worth knowing." },
};
_Static_assert(COUNT_OF(weights) == LINT_WEIGHT_COUNT, "a name for each weight");

const char *lint_weight_name(enum lint_weight w)
{
	return weights[w].name;
}

const char *lint_weight_text(enum lint_weight w)
{
	return weights[w].text;
}

/* clang-format off */
const struct lint_rule lint_rules[] = {
	/* ---- destroys ---- */
	{ "imapsync-delete2", LINT_DESTROYS, "--delete2", NULL,
	  "Mail that was delivered to the new server already is not on the old one, so each run deletes it there. This is "
	  "how a laboratory lost mail on the night of its move.",
	  IMAPSYNC ", deletions; " LISA ", 2.2",
	  "Leave it out. For a first copy that nobody has used yet, run it before mail is delivered there, never after." },
	{ "imapsync-delete1", LINT_DESTROYS, "--delete1", NULL,
	  "After it there is no second copy to compare with, and nothing to go back to. It also expunges what users had "
	  "marked as deleted.",
	  IMAPSYNC ", deletions",
	  "Leave it out; take the old server away when mailmuster verify and your gate say so." },
	{ "imapsync-delete2folders", LINT_DESTROYS, "--delete2folders --delete2foldersonly --delete2foldersbutnot", NULL,
	  "Folders that users made on the new server, and folders that a rule renames, are not on the old one.",
	  IMAPSYNC ", deletions", "Leave it out; name the folders that shall go, and delete them by hand." },
	{ "imapsync-delete2duplicates", LINT_DESTROYS, "--delete2duplicates", NULL,
	  "Two messages that agree in a few header fields are not always the same: lists, drafts and notices of machines "
	  "agree in them and differ in the body.",
	  IMAPSYNC ", deletions", "Leave it out; mailmuster verify tells copies from messages that look alike." },
	{ "imapsync-delete1emptyfolders", LINT_DESTROYS, "--delete1emptyfolders", NULL,
	  "A folder that looks empty to the login of the mover may not be empty to its owner.",
	  IMAPSYNC ", deletions", "Leave it out." },
	{ "imapsync-expunge1", LINT_DESTROYS, "--expunge1", NULL,
	  "What a user has marked as deleted can still be taken back until somebody expunges.",
	  IMAPSYNC ", deletions", "Leave it out, or give --noexpunge1 behind a preset that switches it on." },
	{ "imapsync-expunge2", LINT_DESTROYS, "--expunge2 --uidexpunge2", NULL,
	  "What a user has marked as deleted can still be taken back until somebody expunges.",
	  IMAPSYNC ", deletions", "Leave it out." },
	{ "mbsync-expunge", LINT_DESTROYS, "Expunge ExpungeSolo -X --expunge --expunge-far --expunge-near --expunge-solo",
	  "removes for good, on this side, whatever is marked as deleted",
	  "With Sync Gone or Full a message that is missing on one side, for whatever reason, is marked and then removed on "
	  "the other.",
	  MBSYNC ", Expunge", "Expunge None for a move." },
	{ "mbsync-remove", LINT_DESTROYS, "Remove -R --remove --remove-far --remove-near",
	  "removes a folder on this side when it is gone from the other",
	  "A folder that is renamed, or that the server does not list for a moment, takes its copy with it.",
	  MBSYNC ", Remove", "Remove None for a move." },
	{ "mbsync-sync", LINT_DESTROYS, "Sync --full --pull --push -d -g --gone --delete",
	  "carries deletions from one side to the other, or changes back to the old server",
	  "Full is the default: pull and push, with deletions. A move wants to go one way, and to add only.",
	  MBSYNC ", Sync", "Sync Pull New Flags, when Far is the old server." },
	{ "mbsync-maxmessages", LINT_DESTROYS, "MaxMessages",
	  "expires the oldest messages of each folder on one side", "It is made for a small copy of a large archive.",
	  MBSYNC ", MaxMessages", "MaxMessages 0." },
	{ "doveadm-backup", LINT_DESTROYS, "(doveadm backup)",
	  "makes the destination look exactly like the source: what only the destination has is removed, folders too",
	  "Mail that was delivered to the new server already is not on the old one.",
	  "Dovecot, Migrating Mailboxes, Executing Migration",
	  "doveadm sync -1 from the same source adds and removes nothing; backup only before mail is delivered there." },
	{ "doveadm-backup-away", LINT_DESTROYS, "(doveadm backup without -R to a remote place)",
	  "writes to the remote side and removes there what this side does not have",
	  "Without -R this machine is the source. Where the remote side is the old server, that empties it.",
	  DOVEADM ", -R", "Give -R when the old server is the remote side, and think twice when it is not." },
	{ "doveadm-sync-both", LINT_DESTROYS, "(doveadm sync without -1)",
	  "goes both ways: deletions and changes on the new side reach the old one as well",
	  "A move wants to go one way, so that the old server stays as it was.", DOVEADM ", -1",
	  "Give -1, and -R when the old server is the remote side." },
	{ "doveadm-expunge", LINT_DESTROYS, "(doveadm expunge, mailbox delete, purge, move)",
	  "removes messages or folders", "It has no way back.", "doveadm-expunge(1), doveadm-mailbox(1)",
	  "Not in a script that moves mail." },
	{ "rsync-delete", LINT_DESTROYS,
	  "--delete --del --delete-before --delete-during --delete-delay --delete-after --delete-excluded "
	  "--delete-missing-args --remove-source-files",
	  "removes files that the other side does not have, or the source itself",
	  "A mail store is live: what was delivered to the copy, and what is moved between cur and new, is removed.",
	  "rsync(1)", "Leave it out." },

	/* ---- hides ---- */
	{ "imapsync-exclude", LINT_HIDES, "--exclude", "leaves folders out whose name matches",
	  "An unanchored pattern matches anywhere in a name, also in \"Trashed offers\"; and what is in the trash of one user "
	  "is the archive of another.",
	  IMAPSYNC ", folders; " LISA ", appendix",
	  "Look at what it hides (in a project mailmuster lint counts it), anchor it: ^INBOX[./]Trash$." },
	{ "imapsync-select", LINT_HIDES, "--folder --folderrec --include --subscribed --subfolder1",
	  "moves only some folders; all others stay behind",
	  "Users have folders that nobody thought of, and not all of them are subscribed to.", IMAPSYNC ", folders",
	  "Move all folders; map those that are special." },
	{ "imapsync-size", LINT_HIDES, "--maxsize --minsize --appendlimit", NULL,
	  "The message is left out, the run is called good, and the exit code is 0.",
	  IMAPSYNC ", message selection", "Leave it out; mailmuster plan fit names the messages that the new server refuses." },
	{ "imapsync-age", LINT_HIDES, "--maxage --minage --noabletosearch --noabletosearch1", NULL,
	  "Mail with a wrong date, or none, falls on the wrong side of it.", IMAPSYNC ", message selection",
	  "Leave it out of the last pass; before it only to bring the newest or the oldest mail first." },
	{ "imapsync-search", LINT_HIDES, "--search --search1 --skipmess", NULL,
	  "What the search does not find does not arrive, and no total shows it.", IMAPSYNC ", message selection",
	  "Leave it out of the last pass." },
	{ "imapsync-lines", LINT_HIDES, "--maxlinelength --minmaxlinelength", NULL,
	  "Long lines are common in mail of machines and in HTML.", IMAPSYNC ", message selection",
	  "Leave it out; mailmuster scan finds the messages whose lines are too long for the new server." },
	{ "imapsync-skipcrossduplicates", LINT_HIDES, "--skipcrossduplicates", NULL,
	  "Which folder is first depends on the order of the run: a message that its owner filed may be found elsewhere only.",
	  IMAPSYNC ", messages", "--noskipcrossduplicates, unless the old server is Gmail and everybody knows." },
	{ "imapsync-stops", LINT_HIDES, "--exitwhenover --exitonload", NULL,
	  "What was not reached by then is not there.", IMAPSYNC ", behavior",
	  "Leave it out, or run until the exit code is 0." },
	{ "imapsync-nomixfolders", LINT_HIDES, "--nomixfolders", NULL,
	  "\"Sent\" and \"SENT\" are two folders on a server that tells them apart.", IMAPSYNC ", folders",
	  "Give them names that differ by more (--f1f2); mailmuster plan map names them." },
	{ "imapsync-nothing", LINT_HIDES,
	  "--justfolders --justfoldersizes --justfolderlists --justautomap --justlogin --justconnect --justbanner --version "
	  "--help --tests --testslive --testslive6", NULL,
	  "It is right for a trial and wrong in the script that moves.", IMAPSYNC,
	  "Take it out of the script that moves." },
	{ "imapsync-refuses", LINT_HIDES, "(a word or an option that imapsync does not take)",
	  "imapsync refuses to run with it, so nothing is moved",
	  "In a loop over many accounts that is quickly overlooked.", IMAPSYNC, "Correct it, and look at the exit code." },
	{ "imapsync-line", LINT_HIDES, "(a command that begins with an option)",
	  "is not part of the command before it: a line ended without a backslash, or with a blank behind it",
	  "The options from here on are not in force, be they what protects or what maps.", SHELL " 2.2.1",
	  "End the line before it with a backslash and nothing behind that." },
	{ "shell-pattern-pipe", LINT_HIDES, "(a pattern that ends at a |)",
	  "ends the command: the shell takes the | for a pipe, and the rest of the pattern for a program",
	  "The pattern is shorter than it looks, and what follows it is not in force.", SHELL " 2.2",
	  "Put the pattern in single quotes." },
	{ "mbsync-maxsize", LINT_HIDES, "MaxSize",
	  "messages larger than this do not arrive, but as an empty placeholder",
	  "The count of messages is right afterwards, and the mail is not there.", MBSYNC ", MaxSize", "MaxSize 0." },
	{ "mbsync-patterns", LINT_HIDES, "Pattern Patterns", "leaves folders out, or moves only some",
	  "Users have folders that nobody thought of.", MBSYNC ", Patterns", "Patterns *" },
	{ "doveadm-only", LINT_HIDES, "-m -g -x -n -t -e -I -O",
	  "moves only some folders, or only some of their messages", "What is left out shows in no total.",
	  DOVEADM, "Leave it out of the last pass." },
	{ "rsync-only", LINT_HIDES, "--exclude --exclude-from --filter --max-size --min-size --ignore-existing --size-only",
	  "leaves files out", "A mail store's indexes tell of messages that then are not there.", "rsync(1)",
	  "Copy all of it." },

	/* ---- alters ---- */
	{ "imapsync-dates", LINT_ALTERS, "--nosyncinternaldates --idatefromheader", NULL,
	  "Clients sort by it, and rules for keeping mail count from it.", IMAPSYNC ", dates",
	  "--syncinternaldates, which is the default." },
	{ "imapsync-text", LINT_ALTERS,
	  "--regexmess --pipemess --truncmess --disarmreadreceipts --addheader --fixcolonbug --maxlinelengthcmd", NULL,
	  "A signed message is no longer valid, and the new copy cannot be shown to be the same.",
	  IMAPSYNC ", messages", "Leave it out; move the few messages that the new server refuses by hand." },
	{ "imapsync-flags", LINT_ALTERS,
	  "--regexflag --filterbuggyflags --noresyncflags --fast", NULL,
	  "What was read, answered or marked is how people find their work again.", IMAPSYNC ", flags",
	  "Leave it out of the last pass." },
	{ "imapsync-acls", LINT_ALTERS, "--syncacls", NULL, "Letters of rights are not the same on all servers.",
	  IMAPSYNC ", miscellaneous", "Leave it out; set rights on the new server by its own means." },
	{ "imapsync-labels", LINT_ALTERS, "--synclabels --resynclabels", NULL, "It works between Gmail accounts only.",
	  IMAPSYNC ", labels", "Between other servers leave it out." },
	{ "imapsync-reports", LINT_ALTERS, "--emailreport1 --emailreport2", NULL,
	  "It is a message that the account did not have: it is counted, and people are alarmed by it.",
	  "imapsync's issue 321", "--noemailreport1 --noemailreport2" },
	{ "imapsync-slash", LINT_ALTERS, "--fixslash2", NULL, "Two folders may get the same name.", IMAPSYNC,
	  "Map these folders by name (--f1f2)." },
	{ "imapsync-merge", LINT_ALTERS, "--regextrans2 --f1f2", "several folders may become one",
	  "Their messages cannot be told apart afterwards, and duplicates between them are dropped.",
	  IMAPSYNC ", folders; its FAQ on folder mapping", "Keep a group of the old name in the new one ($1)." },
	{ "mbsync-dates", LINT_ALTERS, "CopyArrivalDate", "every message gets the day of the move as its date of arrival",
	  "Clients sort by it, and rules for keeping mail count from it. \"no\" is the default.", MBSYNC ", CopyArrivalDate",
	  "CopyArrivalDate yes" },
	{ "mbsync-flatten", LINT_ALTERS, "Flatten", "folders inside folders become folders beside them",
	  "Two folders may get the same name.", MBSYNC ", Flatten", "Leave it out." },

	/* ---- unknown ---- */
	{ "lint-unread", LINT_UNKNOWN, "(a file that is no text of ours)", "was not read",
	  "What is in it may do anything.", "mailmuster", "Give the script itself, as UTF-8 or ASCII text." },
	{ "lint-broken", LINT_UNKNOWN, "(what no shell would read)", "cannot be read; what follows is judged",
	  "A shell stops here, or takes text for commands.", SHELL, "Try it with bash -n." },
	{ "lint-limit", LINT_UNKNOWN, "(more than is looked at)", "the rest was not looked at",
	  "What follows may do anything.", "mailmuster", "Give it in several files." },
	{ "lint-nothing", LINT_UNKNOWN, "(no command of a mover)", "runs none of imapsync, mbsync, doveadm and rsync",
	  "A script that calls another one is as good as that.", "mailmuster", "Give the script that holds the command." },
	{ "lint-options", LINT_UNKNOWN, "(words that may be options)", "may give any options, --delete2 as well",
	  "What a caller or another file says is not in the script.", "mailmuster",
	  "Write the options into the script, or run: mailmuster lint on the command as it is called." },
	{ "lint-value", LINT_UNKNOWN, "(a pattern or a limit that the script does not tell)", "decides what is moved",
	  "What a caller or another file says is not in the script.", "mailmuster", "Write it into the script." },
	{ "lint-program", LINT_UNKNOWN, "(a program whose name is not known)", "has imapsync's options",
	  "It may be something else.", "mailmuster", "Write the name into the script." },
	{ "lint-expression", LINT_UNKNOWN, "(an expression that only Perl understands)", "maps or leaves out folders",
	  "Which folders it meets is not known.", "mailmuster", "Write it more simply." },

	/* ---- risks ---- */
	{ "shell-loop-goes-on", LINT_RISKS, "(an exit code that nobody looks at, in a loop)",
	  "when it fails, the next account comes, and nobody knows of this one",
	  "In a list of hundreds a few always fail; they are found when their owners call.",
	  SHELL " 2.8.2; " LISA ", 2.3",
	  "imapsync ... || echo \"$user\" >>failed" },
	{ "shell-status", LINT_RISKS, "(an exit code that nobody looks at)", "when it fails, the script goes on",
	  "What follows believes that the mail is there.", SHELL " 2.8.2", "set -e, or: imapsync ... || exit" },
	{ "shell-status-dropped", LINT_RISKS, "(|| true)", "throws the exit code away", "A failure looks like success.",
	  SHELL " 2.9.3", "imapsync ... || echo \"$user\" >>failed" },
	{ "shell-pipe", LINT_RISKS, "(a pipe without pipefail)", "its exit code is that of the last program of the pipe",
	  "tee and grep succeed when the mover failed.", "bash(1), Pipelines",
	  "set -o pipefail, or write to a file." },
	{ "shell-background", LINT_RISKS, "(&)", "runs in the background, and nobody asks how it ended",
	  "wait without a process succeeds always.", SHELL " 2.9.3.1", "wait \"$pid\" || echo \"$user\" >>failed" },
	{ "shell-loop-stdin", LINT_RISKS, "(ssh inside while read)", "reads the rest of the list: the loop ends after one account",
	  "ssh takes its input from where read has it, too.", "ssh(1), -n", "ssh -n, or </dev/null" },
	{ "shell-glob", LINT_RISKS, "(an unquoted * ? [)", "the shell may put names of files there",
	  "It then means something else in each folder in which it is started.", SHELL " 2.6.6", "Put it in single quotes." },
	{ "shell-unquoted", LINT_RISKS, "(an unquoted variable that holds a pattern)", "is split at blanks, and * ? [ in it are file names",
	  "It works until somebody writes a blank into it.", SHELL " 2.6.5", "Put it in double quotes: \"$EXCLUDE\"" },
	{ "shell-output", LINT_RISKS, "(>/dev/null)", "throws away what it says",
	  "What was left out, and why, stands there and nowhere else.", "mailmuster", "Keep it: mailmuster event import reads imapsync's logs." },
	{ "imapsync-nolog", LINT_RISKS, "--nolog", NULL,
	  "What was left out, and why, stands there and nowhere else.", IMAPSYNC ", log",
	  "Leave it out; mailmuster event import reads the logs." },
	{ "secret-argv", LINT_RISKS, "--password1 --password2 --oauthaccesstoken1 --oauthaccesstoken2 --oauthdirect1 --oauthdirect2",
	  "shows a password to everybody on this machine (ps)", "It also gets into histories and logs.",
	  IMAPSYNC ", security", "--passfile1 FILE, readable by nobody else; mbsync: PassCmd; doveadm: a file of its own with -c." },
	{ "secret-shown", LINT_RISKS, "--showpasswords --debugimap --debugimap1 --debugimap2", "writes passwords into the log",
	  "Logs are kept and sent around.", IMAPSYNC ", credentials", "Leave it out." },
	{ "secret-config", LINT_RISKS, "Pass imapc_password", "keeps a password in the config",
	  "Configs are copied and shown.", MBSYNC ", PassCmd", "PassCmd, which asks a program for it." },
	{ "tls-off", LINT_RISKS, "--nossl1 --nossl2 --notls1 --notls2", "goes without TLS, or without one way to it",
	  "Passwords and mail can be read on the way.", IMAPSYNC ", security", "--ssl1 --ssl2, or --tls1 --tls2" },
	{ "tls-unchecked", LINT_RISKS, "SSL_verify_mode=0 imapc_ssl_verify ssl_verify_server_cert SSLType TLSType RequireSSL",
	  "does not look whose certificate it is shown, or needs none",
	  "Whoever is in between gets all passwords.", IMAPSYNC ", encryption; " MBSYNC "; Dovecot, imapc_ssl",
	  "--sslargs1 SSL_verify_mode=1; TLSType IMAPS; ssl_client_require_valid_cert = yes" },
	{ "doveadm-background", LINT_RISKS, "-P", "goes on in the background, and nobody asks how it ended",
	  "The exit code says nothing of it.", DOVEADM ", -P", "Leave it out." },
	{ "imapsync-identity", LINT_RISKS,
	  "--useheader --skipheader --useuid --usecache --noskipsize --messageidnodomain --wholeheaderifneeded "
	  "--syncduplicates --search2", NULL,
	  "Messages that count as the same are copied once, those that do not are copied again in each run.",
	  IMAPSYNC ", message selection", "Leave it out, or say the same to mailmuster." },

	/* ---- notes ---- */
	{ "imapsync-dry", LINT_NOTES, "(no --dry anywhere)", "no run of it is a trial",
	  "A trial shows what would be deleted and left out, and costs minutes.", IMAPSYNC ", options",
	  "Run it once with --dry and read what it says." },
	{ "imapsync-tells", LINT_NOTES,
	  "--prefix1 --prefix2 --sep1 --sep2 --errorsmax --abort --skipemptyfolders --nosubscribe --subscribeall", NULL,
	  "The new side will not look as the old one.", IMAPSYNC, "Nothing, when it is meant." },
	{ "imapsync-unsized", LINT_NOTES, "--nofoldersizes --nofoldersizesatend", "does not count what both sides hold",
	  "The totals before and after are the only sign in its log of what was left out.", IMAPSYNC ", folders sizes",
	  "Leave it out of the last pass; mailmuster verify compares message by message." },
	{ "imapsync-noacls", LINT_NOTES, "--nosyncacls", "does not copy who may see a folder",
	  "It is the default; whoever shares folders finds them closed.", IMAPSYNC ", miscellaneous",
	  "Set rights on the new server by its own means." },
	{ "imapsync-preset", LINT_NOTES,
	  "--gmail1 --gmail2 --office1 --office2 --exchange1 --exchange2 --domino1 --domino2",
	  "switches on other options, which are named with it",
	  "Nobody who reads the command line would guess that --gmail2 expunges on the old server.",
	  IMAPSYNC ", specific; its FAQ on each", "Write the options out that you mean." },
	{ "imapsync-tls", LINT_NOTES, "(no SSL_verify_mode)", "does not look whose certificate it is shown",
	  "imapsync's default is to take any.", IMAPSYNC ", encryption",
	  "--sslargs1 SSL_verify_mode=1 --sslargs2 SSL_verify_mode=1" },
	{ "mbsync-dry", LINT_NOTES, "(no --dry-run anywhere)", "no run of it is a trial",
	  "A trial shows what would be deleted and left out.", MBSYNC, "mbsync --dry-run (since 1.5)" },
};
/* clang-format on */
const size_t lint_rule_count = COUNT_OF(lint_rules);

const struct lint_rule *lint_rule_named(const char *id)
{
	for (size_t i = 0; i < lint_rule_count; i++)
		if (strcmp(lint_rules[i].id, id) == 0)
			return &lint_rules[i];
	return NULL;
}

/* Is word one of those in a list with blanks between? */
static bool in_list(const char *list, const char *word)
{
	struct span rest = span_str(list);

	if (list[0] == '(')
		return false;
	while (rest.n > 0) {
		ptrdiff_t blank = span_index(rest, ' ');
		struct span one = { rest.p, blank >= 0 ? (size_t)blank : rest.n };

		/* Letters are not the same: -t and -T. */
		if (word[0] == '-' ? span_eq_str(one, word) : span_ieq_str(one, word))
			return true;
		rest = span_from(rest, one.n + 1);
	}
	return false;
}

const struct lint_rule *lint_rule_of(const char *tool, const char *option)
{
	static const char *const shared[] = { "secret-", "tls-", NULL };
	size_t n = strlen(tool);

	for (size_t i = 0; i < lint_rule_count; i++) {
		const struct lint_rule *r = &lint_rules[i];
		bool ours = strncmp(r->id, tool, n) == 0 && r->id[n] == '-';

		for (size_t k = 0; shared[k] != NULL; k++)
			ours = ours || strncmp(r->id, shared[k], strlen(shared[k])) == 0;
		if (ours && in_list(r->match, option))
			return r;
	}
	return NULL;
}
