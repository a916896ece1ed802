/* SPDX-License-Identifier: MIT */
#include "verify/judge.h"

/* A clock that was put right between two runs is no reason to doubt them; a date next
 * month is. */
#define FUTURE_TOLERANCE 3600

static const char *const proof_text[] = {
	[PROOF_GOOD] = "was read",
	[PROOF_NO_MAIL] = "holds no messages",
	[PROOF_NO_ACCOUNT] = "has no account",
	[PROOF_NEVER] = "was never read",
	[PROOF_FAILED] = "could not be read",
	[PROOF_NO_FOLDERS] = "showed no folder of its own",
	[PROOF_OLD] = "was read too long ago",
	[PROOF_COUNTED] = "was only counted",
	[PROOF_MOVED_ON] = "has changed since it was read",
	[PROOF_HALF] = "was read in part by an audit that has not ended",
	[PROOF_CLOSED] = "may be opened by nobody",
	[PROOF_HOLES] = "was read but for single messages",
};
_Static_assert(COUNT_OF(proof_text) == PROOF_COUNT, "a text for every proof");

const char *judge_proof_text(enum proof p)
{
	return proof_text[p];
}

bool judge_proof_blind(enum proof p)
{
	switch (p) {
	case PROOF_NO_ACCOUNT:
	case PROOF_NEVER:
	case PROOF_FAILED:
	case PROOF_NO_FOLDERS:
	case PROOF_CLOSED:
		return true;
	case PROOF_GOOD:
	case PROOF_NO_MAIL:
	case PROOF_OLD:
	case PROOF_COUNTED:
	case PROOF_MOVED_ON:
	case PROOF_HALF:
	case PROOF_HOLES:
		return false;
	}
	return true;
}

static bool too_old(int64_t at, int64_t now, int64_t max_age)
{
	if (at > now)
		return at - now > FUTURE_TOLERANCE;
	return now - at > max_age;
}

enum proof judge_side(bool has_account, const struct account_view *v, int64_t now,
		      int64_t max_age)
{
	if (!has_account)
		return PROOF_NO_ACCOUNT;
	if (!v->found)
		return PROOF_NEVER;
	if (v->closed != NULL)
		return PROOF_CLOSED;
	if (v->outcome == ACCOUNT_NO_FOLDERS)
		return PROOF_NO_FOLDERS;
	if (v->outcome != ACCOUNT_READ && v->outcome != ACCOUNT_PARTLY)
		return PROOF_FAILED;
	if (v->folders <= 0)
		return PROOF_NO_FOLDERS;
	if (v->unended)
		return PROOF_HALF;
	return too_old(v->at, now, max_age) ? PROOF_OLD : PROOF_GOOD;
}

/* good: what a reading of that kind proves at best. */
static enum proof judge_reading(const struct folder_view *f, enum proof good, int64_t now,
				int64_t max_age)
{
	if (f->depth == DEPTH_COUNTS)
		return PROOF_COUNTED;
	if (f->epoch == 0)
		return PROOF_NEVER;
	if (f->moved_on)
		return PROOF_MOVED_ON;
	/* By itself: counting an account does not renew what was read of its folders. */
	return too_old(f->seen_at, now, max_age) ? PROOF_OLD : good;
}

enum proof judge_folder(const struct folder_view *f, int64_t now, int64_t max_age)
{
	if ((f->folder.attrs & (FOLDER_NOSELECT | FOLDER_NONEXISTENT)) != 0)
		return PROOF_NO_MAIL;
	if (f->seen_run == 0)
		return PROOF_NEVER;
	/* Whatever this program does not know of is not known. */
	switch (f->outcome) {
	case FOLDER_UNSELECTABLE:
		return PROOF_NO_MAIL;
	case FOLDER_COUNTED:
		return PROOF_COUNTED;
	case FOLDER_UNREADABLE:
		return PROOF_FAILED;
	case FOLDER_GONE:
		return PROOF_NEVER;
	case FOLDER_READ:
		return judge_reading(f, PROOF_GOOD, now, max_age);
	case FOLDER_HOLED:
		return judge_reading(f, PROOF_HOLES, now, max_age);
	}
	return PROOF_FAILED;
}

bool judge_not_moving(const char *decision)
{
	static const char *const words[] = { "archive", "delete", "keep" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strcmp(decision, words[i]) == 0)
			return true;
	return false;
}

unsigned judge_diff(const struct message *old, const struct message *new, bool flags,
		    bool keywords_equal)
{
	unsigned diff = 0;

	if (flags && old->flags != new->flags)
		diff |= DIFF_FLAGS;
	if (flags && !keywords_equal)
		diff |= DIFF_KEYWORDS;
	if (old->date != new->date || old->date == MSG_DATE_UNKNOWN)
		diff |= DIFF_DATE;
	if (old->octets != new->octets || old->octets < 0)
		diff |= DIFF_OCTETS;
	return diff;
}

enum match_kind judge_match(enum tier tier, unsigned diff, bool refiled)
{
	if (refiled)
		return MATCH_REFILED;
	if (diff != 0)
		return MATCH_CHANGED;
	return tier == TIER_ID ? MATCH_SAME : MATCH_SAME_WEAK;
}

enum severity judge_fact(unsigned bit, const struct message *old, bool lost)
{
	switch (bit) {
	case DIFF_FLAGS:
	case DIFF_KEYWORDS:
		return lost ? SEVERITY_DOUBT : SEVERITY_INFO;
	case DIFF_DATE:
		/* What the old side never told cannot have been lost. */
		return old->date == MSG_DATE_UNKNOWN ? SEVERITY_DOUBT : SEVERITY_LOSS;
	case DIFF_CONTENT:
		return SEVERITY_LOSS;
	default: /* a size alone is a suspicion, never corruption */
		return SEVERITY_DOUBT;
	}
}

enum severity judge_extra(enum why why)
{
	if (why == WHY_OTHER_ACCOUNT)
		return SEVERITY_LOSS;
	return why == WHY_LIFE || why == WHY_NEW_MAIL || why == WHY_RESURRECTED ||
			       why == WHY_ARTEFACT || why == WHY_SHARED
		       ? SEVERITY_INFO
		       : SEVERITY_DOUBT;
}

enum severity judge_folder_missing(int64_t messages, bool only_a_place)
{
	return messages == 0 && only_a_place ? SEVERITY_INFO : SEVERITY_DOUBT;
}

bool judge_foreign_flags(const char *rights)
{
	return *rights != '\0' && strchr(rights, 's') == NULL;
}

bool judge_apart(int64_t old_at, int64_t new_at, int64_t max_gap)
{
	int64_t gap = old_at > new_at ? old_at - new_at : new_at - old_at;

	return max_gap > 0 && gap > max_gap;
}

bool judge_mass(int64_t n, int64_t of, int64_t messages, unsigned percent)
{
	if (messages < 1)
		return false;
	/* A small account never reaches the number, and can be emptied all the same. */
	if (n >= MASS_LEAST && n * 100 >= of * MASS_NEARLY_ALL)
		return true;
	return n >= messages && n * 100 >= of * (int64_t)percent;
}

enum vanish_cause judge_vanished(int64_t gone, int64_t nowhere, bool fetched, int64_t of,
				 int64_t messages, unsigned percent)
{
	int64_t arrived = gone - nowhere;

	if (nowhere == 0 || !judge_mass(gone, of, messages, percent))
		return VANISH_NOTHING;
	/* A few may be on both sides by chance: newsletters. */
	if (arrived >= nowhere || (arrived >= MASS_LEAST && arrived * 10 >= gone))
		return VANISH_MOVER;
	if (gone * 100 < of * MASS_NEARLY_ALL)
		return VANISH_OWNER;
	return fetched ? VANISH_FETCHED : VANISH_ALL;
}

enum severity judge_missing(bool sealed, enum why why)
{
	if (why == WHY_RULE || why == WHY_OTHER_ACCOUNT || why == WHY_LATE)
		return SEVERITY_LOSS;
	return sealed ? SEVERITY_LOSS : SEVERITY_DOUBT;
}

bool judge_bin(const char *name, char delim, unsigned attrs)
{
	static const char *const words[] = {
		"Trash",
		"Deleted Items",
		"Deleted Messages",
		"Deleted",
		"Papierkorb",
		"Corbeille",
		"Cestino",
		"Papelera",
		"Prullenbak",
		"Bin",
		"Junk",
		"Spam",
		"Junk E-mail",
		"Junk Email",
		"Junk Mail",
		"Bulk Mail",
		"Gel\xc3\xb6schte Elemente",
		"Wastebasket",
	};
	const char *last = delim != '\0' ? strrchr(name, delim) : NULL;
	struct span s = span_str(last != NULL ? last + 1 : name);

	if ((attrs & (FOLDER_TRASH | FOLDER_JUNK)) != 0)
		return true;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (span_ieq(s, span_str(words[i])))
			return true;
	return false;
}

enum verdict judge_transfer(bool unknown, int64_t loss, int64_t doubt)
{
	if (unknown)
		return VERDICT_INCOMPLETE;
	return loss > 0 || doubt > 0 ? VERDICT_DIFFERS : VERDICT_CLEAN;
}
