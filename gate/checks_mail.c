/* SPDX-License-Identifier: MIT */
/* G01 to G07: the accounts, and the mail itself. */
#include "base/clock.h"
#include "base/num.h"
#include "gate/work.h"

/* ---- G01 ---- */

static void undecided(const struct gate_facts *f, const struct gate_account *a,
		      struct gate_result *out)
{
	const char *text = NULL;
	struct gate_finding x = { .subject = a->name };

	if (*a->decision == '\0')
		text = *a->owner == '\0' ? "neither a decision nor an owner"
					 : "no decision";
	else if (*a->owner == '\0')
		text = "no owner";
	else if (strcmp(a->decision, "keep") == 0 && a->old_side)
		text = "it is to be kept on the old server";
	else if (a->leave_until > f->now)
		text = arena_printf(out->arena, "it may use the old server until %s",
				    gate_day(out, a->leave_until));
	if (text == NULL)
		return;
	x.text = text;
	x.command = arena_printf(
		out->arena, "mailmuster accounts set %s --decision WORD --owner NAME",
		a->name);
	gate_fingerprint(GATE_DECIDED, &x.fingerprint, "account", a->name);
	gate_add(out, &x);
}

void gate_g01(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	size_t accounts, names;

	(void)l;
	out->command = "mailmuster accounts list";
	for (size_t i = 0; i < f->account_n; i++)
		undecided(f, &f->account[i], out);
	accounts = out->n;
	for (size_t i = 0; i < f->name_n; i++) {
		const struct gate_name *n = &f->name[i];
		struct gate_finding x = {
			.subject = n->name,
			.text = arena_printf(out->arena, "no account has this name of %s",
					     n->source),
			.at = n->at,
			.command = "mailmuster accounts unknown"
		};

		gate_fingerprint(GATE_DECIDED, &x.fingerprint, "name", n->name);
		gate_add(out, &x);
	}
	names = out->n - accounts;
	gate_figure(out, "accounts", (int64_t)f->account_n);
	gate_figure(out, "undecided", (int64_t)accounts);
	gate_figure(out, "unknown_names", (int64_t)names);
	if (out->n > 1)
		snprintf(out->sentence, sizeof out->sentence,
			 "%s open, %s that no account has",
			 gate_some(out, (int64_t)accounts, "account"),
			 gate_some(out, (int64_t)names, "name"));
	if (f->account_n == 0)
		gate_blind(out, "no account is listed");
	if (!f->logs) {
		gate_blind(out, "no log of the old side was read: who else uses it is "
				"not known");
		out->command = "mailmuster logs --side old FILE";
	} else if (gate_down_since(f) == 0) {
		gate_aged(f, out, f->logs_until, "the newest line of the logs");
	} else {
		gate_stands_on(out, f->logs_until);
	}
	gate_passed(out, "%s, and no other name",
		    gate_some(out, (int64_t)f->account_n, "account"));
}

/* ---- findings of verify ---- */

/* Which check a finding of loss or doubt belongs to. */
static const enum gate_check_id check_of[] = {
	[FINDING_MESSAGE_MISSING] = GATE_ACCOUNTED,
	[FINDING_MESSAGE_EXTRA] = GATE_ACCOUNTED,
	[FINDING_MESSAGE_REFILED] = GATE_ACCOUNTED,
	[FINDING_FLAGS] = GATE_FLAGS,
	[FINDING_KEYWORDS] = GATE_FLAGS,
	[FINDING_DATE] = GATE_ACCOUNTED,
	[FINDING_OCTETS] = GATE_ACCOUNTED,
	[FINDING_CONTENT] = GATE_ACCOUNTED,
	[FINDING_FOLDER_MISSING] = GATE_FOLDERS,
	[FINDING_FOLDER_EXTRA] = GATE_FOLDERS,
	[FINDING_FOLDER_COLLIDED] = GATE_FOLDERS,
	[FINDING_FOLDER_RENAMED] = GATE_FOLDERS,
	[FINDING_FOLDER_UNREADABLE] = GATE_ACCOUNTED,
	[FINDING_ACCOUNT_UNREADABLE] = GATE_ACCOUNTED,
	[FINDING_EVIDENCE_STALE] = GATE_ACCOUNTED,
	[FINDING_SUBSCRIPTION] = GATE_FOLDERS,
	[FINDING_SPECIAL_USE] = GATE_FOLDERS,
	[FINDING_MISDELIVERED] = GATE_ACCOUNTED,
	[FINDING_MESSAGE_REMOVED] = GATE_ACCOUNTED,
	[FINDING_MASS_REMOVAL] = GATE_NO_MASS,
	[FINDING_MASS_FLAGS] = GATE_FLAGS,
	[FINDING_SEAL_UNSOUND] = GATE_ACCOUNTED,
	[FINDING_MESSAGE_UNREADABLE] = GATE_ACCOUNTED,
	[FINDING_ACCESS] = GATE_FOLDERS,
	[FINDING_LABEL] = GATE_FOLDERS,
	[FINDING_VANISHED] = GATE_ACCOUNTED,
	[FINDING_MESSAGE_DAMAGED] = GATE_READABLE, /* which looks at scans itself */
};
_Static_assert(COUNT_OF(check_of) == FINDING_CLASS_COUNT, "every class has a check");

/* "anna, folder INBOX, UID 7" */
static const char *place(struct gate_result *out, const char *account, const char *folder,
			 uint32_t uid)
{
	if (*folder == '\0')
		return account;
	if (uid == 0)
		return arena_printf(out->arena, "%s, folder %s", account, folder);
	return arena_printf(out->arena, "%s, folder %s, UID %lu", account, folder,
			    (unsigned long)uid);
}

static void add_found(const struct gate_facts *f, const struct gate_found *v,
		      struct gate_result *out)
{
	const struct gate_account *a = &f->account[v->account];
	struct gate_finding x = {
		.subject = place(out, a->name, v->folder, v->uid),
		.text = v->n > 1 ? finding_class_text(v->cls) : finding_class_one(v->cls),
		.command = arena_printf(out->arena, "mailmuster explain %s", a->name),
		.unknown = finding_class_unknown(v->cls),
		.at = a->judged_old < a->judged_new ? a->judged_old : a->judged_new,
		.fingerprint = v->fingerprint
	};
	char digits[32];

	if (v->n > 1)
		x.text = arena_printf(out->arena, "%s %s",
				      num_group(v->n, digits, sizeof digits), x.text);
	gate_add(out, &x);
}

/* Findings of a check that nobody accepted; *messages_out: that they speak for, and in
 * how many accounts. */
static void add_all(const struct gate_facts *f, enum gate_check_id check,
		    struct gate_result *out, int64_t *messages_out, int64_t *accounts_out,
		    int64_t *accepted_out)
{
	size_t last = GATE_NO_ACCOUNT;

	*messages_out = *accounts_out = *accepted_out = 0;
	for (size_t i = 0; i < f->found_n; i++) {
		const struct gate_found *v = &f->found[i];

		if (check_of[v->cls] != check || !f->account[v->account].moves)
			continue;
		if (v->accepted) {
			++*accepted_out;
			continue;
		}
		add_found(f, v, out);
		if (finding_class_unknown(v->cls))
			continue;
		*messages_out += finding_class_of_messages(v->cls) ? v->n : 1;
		*accounts_out += v->account != last;
		last = v->account;
	}
}

/* An account about which nothing can be said. */
static void unknown(struct gate_result *out, const struct gate_account *a,
		    const char *text, int64_t at, const char *command)
{
	struct gate_finding x = { .subject = a->name,
				  .text = text,
				  .command = command,
				  .unknown = true,
				  .at = at };

	gate_fingerprint(out->check->id, &x.fingerprint, "account", a->name);
	gate_add(out, &x);
}

/* Old readings of a server that is down do not age. */
static bool old_is_fresh(const struct gate_facts *f, const struct gate_result *out,
			 const struct gate_account *a, int64_t at)
{
	return !gate_too_old(f, out, at) || gate_frozen(f, at, a->used);
}

static const char verify_live[] = "mailmuster verify --live";

/* Was it judged, in full, and from evidence that is young enough?  Adds what is not. */
static bool judged(const struct gate_facts *f, const struct gate_account *a,
		   struct gate_result *out)
{
	if (!a->judged || a->verdict == VERDICT_NOT_JUDGED)
		unknown(out, a,
			a->old_closed ? "nobody may open it on the old side, and it is "
					"to be moved"
				      : "never verified",
			0, "mailmuster verify");
	else if (a->depth == DEPTH_COUNTS)
		unknown(out, a, "only counted, never compared", a->judged_old,
			"mailmuster audit");
	else if (a->judged_old == 0)
		unknown(out, a, "its old side was never read in full", 0,
			"mailmuster audit --side old");
	else if (a->judged_new == 0)
		unknown(out, a, "its new side was never read in full", 0,
			"mailmuster audit --side new");
	else if (!old_is_fresh(f, out, a, a->judged_old))
		unknown(out, a,
			arena_printf(out->arena, "the old side was read on %s, %s ago",
				     gate_day(out, a->judged_old),
				     gate_long(out, f->now - a->judged_old)),
			a->judged_old, verify_live);
	else if (gate_too_old(f, out, a->judged_new))
		unknown(out, a,
			arena_printf(out->arena, "the new side was read on %s, %s ago",
				     gate_day(out, a->judged_new),
				     gate_long(out, f->now - a->judged_new)),
			a->judged_new, verify_live);
	else
		return true;
	return false;
}

static int64_t movers(const struct gate_facts *f)
{
	int64_t n = 0;

	for (size_t i = 0; i < f->account_n; i++)
		n += f->account[i].moves;
	return n;
}

/* Every account that moves, and the evidence for it; how many there are.  whole: each of
 * their messages must have been looked at. */
static int64_t all_judged(const struct gate_facts *f, bool whole, struct gate_result *out)
{
	int64_t n = movers(f);

	gate_figure(out, "accounts", n);
	if (n == 0)
		gate_blind(out, "no account that moves is listed");
	gate_same_server(f, out, SIDE_NEW);
	if (gate_down_since(f) == 0)
		gate_same_server(f, out, SIDE_OLD);
	for (size_t i = 0; i < f->account_n; i++) {
		const struct gate_account *a = &f->account[i];

		if (!a->moves || !judged(f, a, out))
			continue;
		gate_stands_on(out, a->judged_old);
		gate_stands_on(out, a->judged_new);
		if (whole && a->verdict == VERDICT_INCOMPLETE)
			unknown(out, a,
				*a->note != '\0' ? a->note : "not examined in full",
				a->judged_old, verify_live);
	}
	return n;
}

/* ---- G02, G04 ---- */

#define YEAR_FIRST 1970
#define YEAR_LAST  2105

/* ", of 1998 to 2001, 2004": whole years were lost before, and nobody saw it in counts.
 * More than a few stretches are no pattern. */
static const char *years(const struct gate_facts *f, struct gate_result *out)
{
	bool any[YEAR_LAST - YEAR_FIRST + 2] = { false };
	struct clock_civil c;
	const char *text = "";
	int stretches = 0;

	for (size_t i = 0; i < f->found_n; i++) {
		const struct gate_found *v = &f->found[i];

		if (check_of[v->cls] != GATE_ACCOUNTED || v->accepted || v->uid == 0 ||
		    !f->account[v->account].moves || v->date == MSG_DATE_UNKNOWN)
			continue;
		clock_to_civil(v->date, &c);
		if (c.year >= YEAR_FIRST && c.year <= YEAR_LAST)
			any[c.year - YEAR_FIRST] = true;
	}
	for (int y = YEAR_FIRST; y <= YEAR_LAST; y++) {
		int from = y;

		if (!any[y - YEAR_FIRST])
			continue;
		while (any[y + 1 - YEAR_FIRST])
			y++;
		if (++stretches > 4)
			return arena_printf(out->arena, "%s and other years", text);
		text = from == y ? arena_printf(out->arena, "%s%s %d", text,
						*text == '\0' ? ", of" : ",", from)
				 : arena_printf(out->arena, "%s%s %d to %d", text,
						*text == '\0' ? ", of" : ",", from, y);
	}
	return text;
}

void gate_g02(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t messages, accounts, accepted, all = 0, n;

	(void)l;
	out->command = "mailmuster explain ACCOUNT";
	add_all(f, GATE_ACCOUNTED, out, &messages, &accounts, &accepted);
	n = all_judged(f, true, out);
	for (size_t i = 0; i < f->account_n; i++) {
		const struct gate_account *a = &f->account[i];

		if (a->moves && a->judged)
			all += a->old_messages;
	}
	gate_figure(out, "messages", all);
	gate_figure(out, "open", messages);
	gate_figure(out, "accepted", accepted);
	if (messages > 0)
		snprintf(out->sentence, sizeof out->sentence, "%s open in %s%s",
			 gate_some(out, messages, "message"),
			 gate_some(out, accounts, "account"), years(f, out));
	gate_passed(out, "%s of %s, %s accepted", gate_some(out, all, "message"),
		    gate_some(out, n, "account"), gate_some(out, accepted, "finding"));
}

/* Accounts see them, and none has them as its own: their mail was never looked at. */
static void shared(const struct gate_facts *f, struct gate_result *out)
{
	for (size_t i = 0; i < f->shared_n; i++) {
		struct gate_finding x = {
			.subject = f->shared[i],
			.text = "a shared folder that is read with no account",
			.command = "mailmuster help accounts   (old_tree and new_tree)"
		};

		gate_fingerprint(GATE_FOLDERS, &x.fingerprint, "shared", f->shared[i]);
		gate_add(out, &x);
	}
	gate_figure(out, "shared", (int64_t)f->shared_n);
}

void gate_g04(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t folders, accounts, accepted, n;

	(void)l;
	out->command = "mailmuster explain ACCOUNT";
	add_all(f, GATE_FOLDERS, out, &folders, &accounts, &accepted);
	shared(f, out);
	n = all_judged(f, false, out);
	gate_figure(out, "open", folders);
	gate_figure(out, "accepted", accepted);
	if (folders > 0)
		snprintf(out->sentence, sizeof out->sentence, "%s open in %s%s%s",
			 gate_some(out, folders, "folder"),
			 gate_some(out, accounts, "account"),
			 f->shared_n > 0 ? ", and shared ones, unread: " : "",
			 f->shared_n > 0 ? gate_some(out, (int64_t)f->shared_n, "folder")
					 : "");
	gate_passed(out, "the folders of %s have their places",
		    gate_some(out, n, "account"));
}

/* ---- G03 ---- */

static void add_arrival(const struct gate_facts *f, const struct gate_arrival *v,
			struct gate_result *out)
{
	const struct gate_account *a = &f->account[v->account];
	struct gate_finding x = { .subject = place(out, a->name, v->folder, 0),
				  .at = v->at,
				  .command = "mailmuster verify --live" };

	if (v->renumbered)
		x.text = "the server gave it a new UIDVALIDITY after it was verified";
	else if (v->uidnext_then == 0)
		x.text = "the folder is new since the account was verified";
	else
		x.text = arena_printf(
			out->arena, "%s arrived after it was verified",
			gate_some(out, v->uidnext_now - v->uidnext_then, "message"));
	gate_fingerprint(GATE_NO_ARRIVALS, &x.fingerprint, a->name, v->folder);
	gate_add(out, &x);
}

void gate_g03(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t n = movers(f);
	size_t folders;

	(void)l;
	out->command = "mailmuster audit --side old";
	for (size_t i = 0; i < f->arrival_n; i++)
		if (f->account[f->arrival[i].account].moves)
			add_arrival(f, &f->arrival[i], out);
	folders = out->n;
	gate_figure(out, "accounts", n);
	gate_figure(out, "folders", (int64_t)folders);
	if (folders > 1)
		snprintf(out->sentence, sizeof out->sentence,
			 "mail arrived in %s after it was verified; the first: %s",
			 gate_some(out, (int64_t)folders, "folder"), out->v[0].subject);
	if (n == 0)
		gate_blind(out, "no account that moves is listed");
	if (gate_down_since(f) == 0)
		gate_same_server(f, out, SIDE_OLD);
	for (size_t i = 0; i < f->account_n; i++) {
		const struct gate_account *a = &f->account[i];

		if (!a->moves || !a->old_side)
			continue;
		if (!a->judged || a->verdict == VERDICT_NOT_JUDGED)
			unknown(out, a, "never verified", 0, "mailmuster verify");
		else if (a->old_read == 0)
			unknown(out, a, "its old side was never read in full", 0,
				out->command);
		else if (a->old_tried > a->old_read)
			unknown(out, a, "the newest reading of its old side failed",
				a->old_tried, out->command);
		else if (!old_is_fresh(f, out, a, a->old_read))
			unknown(out, a,
				arena_printf(out->arena,
					     "its old side was looked at %s ago",
					     gate_long(out, f->now - a->old_read)),
				a->old_read, out->command);
		else
			gate_stands_on(out, a->old_read);
	}
	gate_passed(out, "nothing new in the old folders of %s",
		    gate_some(out, n, "account"));
}

/* ---- G05 ---- */

static void flags_unknown(struct gate_result *out, const struct gate_account *a)
{
	if (a->depth < DEPTH_FULL)
		unknown(out, a, "its flags were not read (--depth ids)", a->judged_new,
			"mailmuster audit");
	else
		unknown(out, a, "its flags could not be compared", a->judged_new,
			arena_printf(out->arena, "mailmuster explain %s", a->name));
}

void gate_g05(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t n = 0, good = 0, limit = l->v[LIMIT_FLAGS];

	out->command = "mailmuster explain ACCOUNT";
	for (size_t i = 0; i < f->account_n; i++) {
		const struct gate_account *a = &f->account[i];
		struct gate_finding x = { .subject = a->name, .at = a->judged_new };
		int64_t part;

		if (!a->moves)
			continue;
		n++;
		if (!judged(f, a, out))
			continue;
		gate_stands_on(out, a->judged_old);
		gate_stands_on(out, a->judged_new);
		if (!a->flags_compared) {
			flags_unknown(out, a);
			continue;
		}
		part = a->matched > 0 ? (a->matched - a->flags) * 1000 / a->matched
				      : 1000;
		if (part >= limit) {
			good++;
			continue;
		}
		x.text = arena_printf(out->arena,
				      "%s of %s differ in flags; %lld.%lld %% must agree",
				      gate_some(out, a->flags, "message"),
				      gate_some(out, a->matched, "message"),
				      (long long)limit / 10, (long long)limit % 10);
		gate_fingerprint(GATE_FLAGS, &x.fingerprint, "account", a->name);
		gate_add(out, &x);
	}
	gate_figure(out, "accounts", n);
	gate_figure(out, "agree", good);
	if (n == 0)
		gate_blind(out, "no account that moves is listed");
	gate_same_server(f, out, SIDE_NEW);
	gate_passed(out, "the flags of %s agree", gate_some(out, good, "account"));
}

/* ---- G06 ---- */

void gate_g06(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t messages, accounts, accepted, n = movers(f);

	(void)l;
	out->command = "mailmuster explain ACCOUNT";
	add_all(f, GATE_NO_MASS, out, &messages, &accounts, &accepted);
	gate_figure(out, "accounts", n);
	gate_figure(out, "messages", messages);
	if (n == 0)
		gate_blind(out, "no account that moves is listed");
	gate_same_server(f, out, SIDE_NEW);
	for (size_t i = 0; i < f->account_n; i++) {
		const struct gate_account *a = &f->account[i];

		if (!a->moves)
			continue;
		if (!a->judged || a->verdict == VERDICT_NOT_JUDGED)
			unknown(out, a, "never verified", 0, "mailmuster verify");
		else if (a->judged_new == 0)
			unknown(out, a, "its new side was never read in full", 0,
				"mailmuster audit --side new");
		else if (gate_too_old(f, out, a->judged_new))
			unknown(out, a,
				arena_printf(out->arena,
					     "its new side was compared %s ago",
					     gate_long(out, f->now - a->judged_new)),
				a->judged_new, "mailmuster verify --live");
		else
			gate_stands_on(out, a->judged_new);
	}
	gate_passed(out, "no mass removal in %s", gate_some(out, n, "account"));
}

/* ---- G07 ---- */

void gate_g07(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t decided = 0;

	(void)l;
	out->command = "mailmuster scan --side old";
	for (size_t i = 0; i < f->damage_n; i++) {
		const struct gate_damage *d = &f->damage[i];
		const struct gate_account *a = &f->account[d->account];
		struct gate_finding x = {
			.subject = place(out, a->name, d->folder, d->uid),
			.text = *d->words != '\0' ? d->words
				: d->unread	  ? "it cannot be read"
						  : "it shows damage",
			.command = arena_printf(out->arena, "mailmuster explain %s",
						a->name),
			.at = d->at
		};
		char uid[16];

		if (d->accepted) {
			decided++;
			continue;
		}
		snprintf(uid, sizeof uid, "%lu", (unsigned long)d->uid);
		gate_fingerprint(GATE_READABLE, &x.fingerprint, a->name, d->folder, uid);
		gate_add(out, &x);
	}
	gate_figure(out, "messages", f->messages);
	gate_figure(out, "scanned", f->scanned);
	gate_figure(out, "damaged", (int64_t)f->damage_n);
	gate_figure(out, "accepted", decided);
	if (f->scanned_at == 0)
		gate_blind(out, "the old side was never scanned");
	else if (f->scanned < f->messages)
		gate_blind(out, "%s not scanned",
			   gate_some(out, f->messages - f->scanned, "message"));
	if (gate_down_since(f) == 0)
		gate_same_server(f, out, SIDE_OLD);
	if (f->scanned_at != 0 && gate_frozen(f, f->scanned_at, gate_last_use(f)))
		gate_stands_on(out, f->scanned_at);
	else if (f->scanned_at != 0)
		gate_aged(f, out, f->scanned_at, "the scan");
	gate_passed(out, "%s scanned, none unreadable without a decision",
		    gate_some(out, f->messages, "message"));
}
