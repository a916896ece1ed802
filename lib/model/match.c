/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "model/match.h"

static const char *const kind_names[] = {
	[MATCH_SAME] = "same",
	[MATCH_SAME_WEAK] = "same-weak",
	[MATCH_CHANGED] = "changed",
	[MATCH_REFILED] = "refiled",
	[MATCH_MISSING] = "missing",
	[MATCH_EXTRA] = "extra",
	[MATCH_UNVERIFIED] = "unverified",
	[MATCH_REMOVED] = "removed",
};
_Static_assert(COUNT_OF(kind_names) == MATCH_KIND_COUNT, "every verdict has a name");

const char *match_kind_name(enum match_kind k)
{
	assert((size_t)k < COUNT_OF(kind_names));
	return kind_names[k];
}

static const char *const diff_names[] = { "flags", "keywords", "date", "octets",
					  "content" };
_Static_assert(COUNT_OF(diff_names) == DIFF_COUNT, "every fact has a name");
_Static_assert(DIFF_CONTENT == 1 << (DIFF_COUNT - 1), "facts are consecutive bits");

const char *diff_name(unsigned bit_index)
{
	assert(bit_index < COUNT_OF(diff_names));
	return diff_names[bit_index];
}

static const char *const pair_names[] = {
	[PAIR_PAIRED] = "paired",	  [PAIR_RENAMED] = "renamed",
	[PAIR_MISSING] = "missing",	  [PAIR_EXTRA] = "extra",
	[PAIR_COLLIDED] = "collided",	  [PAIR_UNSELECTABLE] = "unselectable",
	[PAIR_UNREADABLE] = "unreadable",
};
_Static_assert(COUNT_OF(pair_names) == PAIR_KIND_COUNT, "every verdict has a name");

const char *pair_kind_name(enum pair_kind k)
{
	assert((size_t)k < COUNT_OF(pair_names));
	return pair_names[k];
}

static const char *const verdict_names[] = {
	[VERDICT_CLEAN] = "clean",
	[VERDICT_DIFFERS] = "differs",
	[VERDICT_INCOMPLETE] = "incomplete",
	[VERDICT_NOT_JUDGED] = "not-judged",
};
_Static_assert(COUNT_OF(verdict_names) == VERDICT_COUNT, "every verdict has a name");

const char *verdict_name(enum verdict v)
{
	assert((size_t)v < COUNT_OF(verdict_names));
	return verdict_names[v];
}

static const char *const severity_names[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_DOUBT] = "doubt",
	[SEVERITY_LOSS] = "loss",
};
_Static_assert(COUNT_OF(severity_names) == SEVERITY_COUNT, "every severity has a name");

const char *severity_name(enum severity s)
{
	assert((size_t)s < COUNT_OF(severity_names));
	return severity_names[s];
}

bool severity_parse(const char *s, enum severity *out)
{
	for (size_t i = 0; i < COUNT_OF(severity_names); i++)
		if (strcmp(s, severity_names[i]) == 0) {
			*out = (enum severity)i;
			return true;
		}
	return false;
}

static const struct {
	const char *name, *text, *one;
} classes[] = {
	[FINDING_MESSAGE_MISSING] = { "message-missing",
				      "messages missing on the new server",
				      "message missing on the new server" },
	[FINDING_MESSAGE_EXTRA] = { "message-extra", "messages on the new server only",
				    "message on the new server only" },
	[FINDING_MESSAGE_REFILED] = { "message-refiled", "messages in another folder",
				      "message in another folder" },
	[FINDING_FLAGS] = { "flags", "messages whose flags differ",
			    "message whose flags differ" },
	[FINDING_KEYWORDS] = { "keywords", "messages whose keywords differ",
			       "message whose keywords differ" },
	[FINDING_DATE] = { "date", "messages whose arrival date differs",
			   "message whose arrival date differs" },
	[FINDING_OCTETS] = { "octets", "messages whose size differs",
			     "message whose size differs" },
	[FINDING_CONTENT] = { "content", "messages whose content differs",
			      "message whose content differs" },
	[FINDING_FOLDER_MISSING] = { "folder-missing",
				     "folders missing on the new server",
				     "folder missing on the new server" },
	[FINDING_FOLDER_EXTRA] = { "folder-extra", "folders on the new server only",
				   "folder on the new server only" },
	[FINDING_FOLDER_COLLIDED] = { "folder-collided",
				      "folders that became one with another",
				      "folder that became one with another" },
	[FINDING_FOLDER_RENAMED] = { "folder-renamed", "folders renamed by a rule",
				     "folder renamed by a rule" },
	[FINDING_FOLDER_UNREADABLE] = { "folder-unreadable", "folders not read in full",
					"folder not read in full" },
	[FINDING_ACCOUNT_UNREADABLE] = { "account-unreadable", "sides not read",
					 "side not read" },
	[FINDING_EVIDENCE_STALE] = { "evidence-stale",
				     "evidence too old or not deep enough",
				     "evidence too old or not deep enough" },
	[FINDING_SUBSCRIPTION] = { "subscription",
				   "folders subscribed on one server only",
				   "folder subscribed on one server only" },
	[FINDING_SPECIAL_USE] = { "special-use", "folders whose special use differs",
				  "folder whose special use differs" },
	[FINDING_MISDELIVERED] = { "message-misdelivered",
				   "messages in somebody else's account",
				   "message in somebody else's account" },
	[FINDING_MESSAGE_REMOVED] = { "message-removed",
				      "accounts from which delivered mail was removed",
				      "account from which delivered mail was removed" },
	[FINDING_MASS_REMOVAL] = { "mass-removal",
				   "alarms: delivered mail was removed in a mass",
				   "alarm: delivered mail was removed in a mass" },
	[FINDING_MASS_FLAGS] = { "mass-flags", "alarms: flags were lost in a mass",
				 "alarm: flags were lost in a mass" },
	[FINDING_SEAL_UNSOUND] = { "seal-unsound", "seals that are in doubt",
				   "seal that is in doubt" },
	[FINDING_MESSAGE_UNREADABLE] = { "message-unreadable",
					 "messages that a server does not give out",
					 "message that a server does not give out" },
	[FINDING_MESSAGE_DAMAGED] = { "message-damaged", "messages that are damaged",
				      "message that is damaged" },
	[FINDING_LABEL] = { "label", "messages that arrived, and lack a label",
			    "message that arrived, and lacks a label" },
	[FINDING_VANISHED] = { "vanished",
			       "accounts whose old mail vanished and did not arrive",
			       "account whose old mail vanished and did not arrive" },
	[FINDING_ACCESS] = { "access",
			     "folders that others may use otherwise than before",
			     "folder that others may use otherwise than before" },
};
_Static_assert(COUNT_OF(classes) == FINDING_CLASS_COUNT, "every class has a name");

const char *finding_class_name(enum finding_class c)
{
	assert((size_t)c < COUNT_OF(classes));
	return classes[c].name;
}

const char *finding_class_text(enum finding_class c)
{
	assert((size_t)c < COUNT_OF(classes));
	return classes[c].text;
}

const char *finding_class_one(enum finding_class c)
{
	assert((size_t)c < COUNT_OF(classes));
	return classes[c].one;
}

bool finding_class_parse(const char *s, enum finding_class *out)
{
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		if (strcmp(s, classes[i].name) == 0) {
			*out = (enum finding_class)i;
			return true;
		}
	return false;
}

bool finding_class_of_messages(enum finding_class c)
{
	switch (c) {
	case FINDING_MESSAGE_MISSING:
	case FINDING_MESSAGE_EXTRA:
	case FINDING_MESSAGE_REFILED:
	case FINDING_FLAGS:
	case FINDING_KEYWORDS:
	case FINDING_DATE:
	case FINDING_OCTETS:
	case FINDING_CONTENT:
	case FINDING_MISDELIVERED:
	case FINDING_MESSAGE_REMOVED:
	case FINDING_MASS_REMOVAL:
	case FINDING_MASS_FLAGS:
	case FINDING_MESSAGE_UNREADABLE:
	case FINDING_MESSAGE_DAMAGED:
	case FINDING_LABEL:
	case FINDING_VANISHED:
		return true;
	case FINDING_FOLDER_MISSING:
	case FINDING_FOLDER_EXTRA:
	case FINDING_FOLDER_COLLIDED:
	case FINDING_FOLDER_RENAMED:
	case FINDING_FOLDER_UNREADABLE:
	case FINDING_ACCOUNT_UNREADABLE:
	case FINDING_EVIDENCE_STALE:
	case FINDING_SUBSCRIPTION:
	case FINDING_SPECIAL_USE:
	case FINDING_SEAL_UNSOUND:
	case FINDING_ACCESS:
		break;
	}
	return false;
}

bool finding_class_unknown(enum finding_class c)
{
	return c == FINDING_FOLDER_UNREADABLE || c == FINDING_ACCOUNT_UNREADABLE ||
	       c == FINDING_EVIDENCE_STALE;
}
