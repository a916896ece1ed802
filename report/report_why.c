/* SPDX-License-Identifier: MIT */
#include "report/report_why.h"

/* A step fits on a line of 80 columns behind its place. */
struct counsel {
	const char *label, *step, *advice;
};

#define COPY_AGAIN                                                                       \
	"copy that folder again with your mover, without any option that deletes"

static const struct counsel whys[] = {
	[WHY_NONE] = { NULL, NULL, NULL },
	[WHY_UNEXPLAINED] = { "nothing explains it",
			      "find one on the old server, then copy its folder again",
			      "Nothing in the evidence explains what is missing. Find "
			      "one of "
			      "the messages on the old server and " COPY_AGAIN "." },
	[WHY_NO_SEAL] = { "lost or deleted, there is no seal",
			  "ask the owner, or copy the folder again without deletion",
			  "Without a seal a loss looks like a deletion by the owner. "
			  "Find "
			  "one of the missing messages on the old server. If its owner "
			  "did "
			  "not delete it on the new one, " COPY_AGAIN
			  ". Before users enter the next time: mailmuster seal." },
	[WHY_RULE] = { "left out by a rule",
		       "mailmuster accept --rule RULE, or take the rule away",
		       "A rule leaves this mail out, and nobody has taken that loss yet. "
		       "Either the owner of the mail accepts it (mailmuster accept "
		       "--rule "
		       "RULE --by NAME --reason TEXT), or take the rule away and move "
		       "this "
		       "mail as well." },
	[WHY_OTHER_ACCOUNT] = { "in somebody else's account",
				"privacy: tell both owners; move it there and out of "
				"here",
				"Mail was delivered into another person's account: a "
				"loss and "
				"a breach of privacy. Tell whoever is responsible for "
				"data "
				"protection and both owners, copy it to the right "
				"account, "
				"have it removed from the wrong one, and find the line "
				"of the "
				"mover's list that mixed the two up." },
	[WHY_LATE] = { "arrived after the last pass",
		       "run the mover once more, without deletion",
		       "This mail came to the old server after the mover's last pass. "
		       "Run "
		       "the mover once more for these folders, without any option that "
		       "deletes, and see to it that no more mail arrives there." },
	[WHY_REMOVED] = { "delivered, then removed there", "nothing, if it was the owner",
			  "This mail was on the new side and was removed there. A little "
			  "at "
			  "a time that is its owner's doing, and there is nothing to do. "
			  "A "
			  "mass at once is a mover that deletes or a mistake: stop the "
			  "mover, and bring the mail back from the old server." },
	[WHY_RESURRECTED] = { "deleted on the old side after it was copied",
			      "nothing is lost: the new side has the only copy",
			      "These messages went from the old server after they were "
			      "copied. Their owner deleted them there, and finds them "
			      "again: tell the owner. Or a mover with an option that "
			      "deletes (--delete1) took them off: then the new side has "
			      "the only copy, and nothing may be removed there." },
	[WHY_REFILED] = { "in another folder", "nothing: it is there",
			  "These messages are in another folder of the account. Nothing "
			  "is "
			  "lost; when no user did it, look at the mover's rules for "
			  "folders." },
	[WHY_DUPLICATE] = { "others just like it are there",
			    "scan both sides; when the bodies agree, accept it",
			    "Others of the same identity, size and date arrived. As a "
			    "rule they are copies, and nothing is lost that the owner "
			    "would miss; but what programs send may differ in the body "
			    "alone, and then one of these is lost. Let mailmuster scan "
			    "read both sides and verify again: when no content differs, "
			    "have it accepted (mailmuster accept --class "
			    "message-missing --why duplicate)." },
	[WHY_ARTEFACT] = { "made by the mover", "nothing, or remove it on the new side",
			   "The mover itself made this, it was never anybody's mail. "
			   "Nothing is lost; remove it on the new side if it is in the "
			   "way." },
	[WHY_TOO_LARGE] = { "larger than the new side takes",
			    "raise the limit and copy again, or hand them to the owner",
			    "These messages are larger than the new server or the mover "
			    "takes. Raise the limit and copy them again, or save them as "
			    "files for their owner and have that accepted." },
	[WHY_UNREADABLE_OLD] = { "not given out by the old server",
				 "repair the folder on the old server, then copy again",
				 "The old server cannot give these messages out, so no "
				 "mover can copy them. Have the folder repaired there "
				 "(reconstruct, force-resync), or take them from a "
				 "backup; "
				 "then copy again." },
	[WHY_QUOTA] = { "the new account was full", "raise the quota, then copy again",
			"The new account was full when this mail should have arrived. "
			"Raise "
			"its quota, then copy again without any option that deletes." },
	[WHY_NO_ID] = { "no Message-ID, passed over by the mover",
			"copy again, telling the mover to take mail without Message-ID",
			"These messages have no Message-ID, and the mover passes such "
			"mail "
			"over. Copy again with its option for that (imapsync: --useuid "
			"or "
			"--useheader with another field)." },
	[WHY_NAME] = { "folder name refused on the new side",
		       "give the folder another name in \"map\", then copy again",
		       "The new server does not allow the name of this folder. Give it "
		       "another one (\"map\" in the config, and the same rule for the "
		       "mover), then copy again." },
	[WHY_STOPPED] = { "the copy stopped there",
			  "run the mover again for these folders",
			  "What is missing is the end of the folder: the copy stopped "
			  "there. "
			  "Look into the mover's log for the reason, often one message "
			  "that "
			  "it chokes on, then run it again for these folders." },
	[WHY_YEAR] = { "all from one year or before",
		       "copy the old years again: was there an age limit?",
		       "All that is missing is from one year or before: the mover had a "
		       "limit of age, or archives were never part of the move. Copy the "
		       "old "
		       "years again." },
	[WHY_DEPTH] = { "in folders that are too deep",
			"copy the deep folders again, or map them to shorter paths",
			"All that is missing is in folders deeper than some level, which "
			"the "
			"mover or the new server refuses. Map them to shorter paths, and "
			"copy them again." },
	[WHY_FOLDER] = { "nothing of its folder arrived", "copy the whole folder again",
			 "Nothing of the folder arrived, so the mover never took it: "
			 "look "
			 "for it in its list of folders and its exclusions, then copy "
			 "the "
			 "whole folder." },
	[WHY_NEW_MAIL] = { "new mail", "nothing: it arrived there",
			   "This mail arrived on the new side. There is nothing to do." },
	[WHY_HEADER] = { "header fields added or changed",
			 "nothing: the message itself is whole",
			 "A server or the mover added or changed header fields; that "
			 "explains the size to the octet. Nothing is lost." },
	[WHY_LINE_ENDS] = { "line ends counted differently",
			    "nothing: the text is the same",
			    "The two servers count or store line ends differently; that "
			    "explains the size to the octet. Nothing is lost." },
	[WHY_ZONE] = { "shifted by whole hours",
		       "nothing is lost: accept it, or copy the dates again",
		       "The arrival dates are shifted by a time zone. No message is "
		       "lost; "
		       "mail programs show another hour. Decide whether to accept that "
		       "(mailmuster accept --class date --why zone), or copy again with "
		       "a "
		       "mover that keeps the zone." },
	[WHY_MOVED_DAY] = { "all dates are of the day of the move",
			    "copy again with the option that keeps INTERNALDATE",
			    "The mover did not keep the arrival dates: mail programs "
			    "will "
			    "sort wrongly, and rules that delete by age will not work. "
			    "Copy "
			    "again with the option that keeps INTERNALDATE." },
	[WHY_LOGIN] = { "flags of another login", "copy flags again, as the owner",
			"What was copied are the flags of another login than the "
			"owner's: "
			"an administrator has read nothing. Copy flags again while the "
			"mover acts as the owner (SASL authzid, master user), before the "
			"owner works on the new side." },
	[WHY_LIFE] = { "users changed it after the seal", "nothing: life goes on",
		       "Users did this after the seal. There is nothing to do." },
	[WHY_SHARED] = { "may belong to another account that moves there",
			 "verify the accounts that move into the same folders",
			 "Several accounts move into the same folders, and this may be "
			 "the "
			 "other one's. Verify them together." },
	[WHY_BODY] = { "the bodies differ", "open one on both sides, then copy it again",
		       "The message itself is another on the new side. Open one on both "
		       "sides; when it is cut or garbled, remove it there and copy it "
		       "again." },
	[WHY_MOVER] = { "the mover's log says that it failed",
			"read what the log says, then copy these again",
			"The mover tried to copy these messages and could not; what the "
			"server said is with each. Mend what it says, then copy them "
			"again." },
	[WHY_EMPTY] = { "they hold no messages",
			"nothing, or create them on the new server",
			"These folders hold no messages on the old server, so no mail is "
			"lost with them, and most movers make none. Who misses an empty "
			"folder can create it on the new side." },
	[WHY_OLD_GONE] = { "never arrived, and the old side lost it since",
			   "ask the owner; from a backup, or mailmuster accept",
			   "These messages were on the old side at a seal, or came "
			   "after one, were never seen on the new side, and are on "
			   "neither now: no mover can copy them any more. Ask the owner "
			   "whether they were thrown away; then accept that (mailmuster "
			   "accept --class message-missing --why old-gone). Otherwise "
			   "bring them back from a backup of the old server by their "
			   "Message-IDs, to the new side." },
};
_Static_assert(COUNT_OF(whys) == WHY_COUNT, "counsel for every reason");

/* Where the reason is none, the class says it. */
static const struct counsel classes[] = {
	[FINDING_MESSAGE_MISSING] = { NULL,
				      "find one on the old server, then copy its folder "
				      "again",
				      "Find one of the missing messages on the old "
				      "server. If its owner did not "
				      "delete it on the new one, " COPY_AGAIN "." },
	[FINDING_MESSAGE_EXTRA] = { NULL,
				    "look at them: copied twice, or somebody else's?",
				    "Look at the messages that only the new side has: "
				    "copied twice, or "
				    "delivered to the wrong person?" },
	[FINDING_MESSAGE_REFILED] = { NULL, "nothing: they are there",
				      "Nothing: the messages are in another folder." },
	[FINDING_FLAGS] = { NULL, "copy flags again, before the owner works there",
			    "Let the mover copy flags once more, before the owner works "
			    "on the new "
			    "side." },
	[FINDING_KEYWORDS] = { NULL, "copy flags again, before the owner works there",
			       "Let the mover copy flags and keywords once more, before "
			       "the owner works "
			       "on the new side; name keywords that are renamed in "
			       "\"keywords\" of the "
			       "config." },
	[FINDING_DATE] = { NULL, "copy again with the option that keeps INTERNALDATE",
			   "The mover did not keep the arrival dates: mail programs will "
			   "sort "
			   "wrongly. Copy again with the option that keeps "
			   "INTERNALDATE." },
	[FINDING_OCTETS] = { NULL, "open one on both sides and compare",
			     "Open one of the messages of another size on both sides and "
			     "compare: a "
			     "header that was added is harmless, a cut attachment is "
			     "not." },
	[FINDING_CONTENT] = { NULL, "open one on both sides, then copy it again",
			      "Open one of the messages on both sides; when it is cut or "
			      "garbled on the "
			      "new one, remove it there and copy it again." },
	[FINDING_FOLDER_MISSING] = { NULL, "copy the folder, or map it to where it is",
				     "Copy the missing folders, or say in \"map\" of the "
				     "config where they "
				     "are." },
	[FINDING_FOLDER_EXTRA] = { NULL, "nothing, if users made them",
				   "Look whether users or the new server made these "
				   "folders." },
	[FINDING_FOLDER_COLLIDED] = { NULL,
				      "give them different targets, then copy again",
				      "Give the old folders that collided different "
				      "targets and move them again, "
				      "or have their owner agree to one folder." },
	[FINDING_FOLDER_RENAMED] = { NULL, "nothing: a rule of the config says so",
				     "Nothing: a rule of the config says so." },
	[FINDING_FOLDER_UNREADABLE] = { NULL,
					"have the folder repaired on its server, then "
					"audit",
					"Have the folders that could not be read "
					"repaired on their server "
					"(reconstruct, force-resync), then read them "
					"again." },
	[FINDING_ACCOUNT_UNREADABLE] = { NULL, "mailmuster doctor, then mailmuster audit",
					 "A side could not be read: put right what its "
					 "error says (mailmuster "
					 "doctor tries the login), or nothing can be "
					 "said about this account." },
	[FINDING_EVIDENCE_STALE] = { NULL, "mailmuster audit",
				     "What is known is too old or not deep enough: read "
				     "the account again." },
	[FINDING_SUBSCRIPTION] = { NULL, "subscribe the folders on the new side",
				   "Subscribe the folders on the new side, or some mail "
				   "programs will not show them." },
	[FINDING_SPECIAL_USE] = { NULL, "set the special use on the new side",
				  "Set the special use (Sent, Drafts, Trash, Junk) on "
				  "the new side, or mail "
				  "programs will make second folders." },
	[FINDING_LABEL] = { NULL, "nothing, or copy them into the label's folder",
			    "On Gmail a message lies in several folders; the mover copied "
			    "it into one. Nothing is lost; who needs it in the others "
			    "copies it there." },
	[FINDING_ACCESS] = { NULL,
			     "set the rights on the new side, mailmuster audit --acl",
			     "Others may do something else with a folder than before: "
			     "set the rights on the new side (SETACL) as they are to "
			     "be, then mailmuster audit --acl." },
	[FINDING_MISDELIVERED] = { NULL,
				   "privacy: tell both owners; move it there and out of "
				   "here",
				   "Mail was delivered into another person's account: "
				   "tell whoever is "
				   "responsible for data protection and both owners, "
				   "copy it to the right "
				   "account, and have it removed from the wrong one." },
	[FINDING_MESSAGE_REMOVED] = { NULL, "nothing, if it was the owner",
				      "Delivered mail was removed on the new side. A "
				      "little at a time that is the owner's doing." },
	[FINDING_MASS_REMOVAL] = { NULL,
				   "stop every mover; ask the owner; restore from the "
				   "old side",
				   "So much at once no user removes: stop every mover "
				   "that may delete "
				   "(--delete2), ask the owner, and bring the mail back "
				   "from the old server "
				   "while it is there." },
	[FINDING_VANISHED] = { NULL, "stop every mover that deletes; look for a backup",
			       "Mail was on the old server when it was read before, went "
			       "from it, and was not found on the new one. Stop every "
			       "mover that removes what it copied (--delete1), look "
			       "whether the old server has all its disks, and bring the "
			       "mail back from a backup: its Message-IDs are kept. If "
			       "its owner threw it away, have that accepted (mailmuster "
			       "accept --class vanished)." },
	[FINDING_MASS_FLAGS] = { NULL,
				 "stop every mover that copies flags; ask the owner",
				 "So many messages became unread at once: stop every "
				 "mover that still "
				 "copies flags, ask the owner, and copy flags once more "
				 "as the owner." },
	[FINDING_SEAL_UNSOUND] = { NULL, "stop the mail, then mailmuster seal once more",
				   "The baseline is in doubt. If users do not work on "
				   "the new side yet, let "
				   "the mover finish, stop the mail to this account, and "
				   "take the seal once "
				   "more." },
	[FINDING_MESSAGE_UNREADABLE] = { NULL, "mend or delete them, and audit again",
					 "Nobody can read these messages, so nobody can "
					 "say whether they are the same: mailmuster "
					 "explain names them, mailmuster scan --list "
					 "tells what their owners and the administrator "
					 "can do; audit and scan again afterwards. What "
					 "nobody misses is accepted by its fingerprint." },
	[FINDING_MESSAGE_DAMAGED] = { NULL, "their owners look at them",
				      "Have the owners look at their damaged messages "
				      "before they move: mailmuster scan --list tells "
				      "what "
				      "can be done about each, and what stays as it is "
				      "is "
				      "accepted by its fingerprint." },
};
_Static_assert(COUNT_OF(classes) == FINDING_CLASS_COUNT, "counsel for every class");

/* Of a message that is there once too often the reason says the opposite of what it says
 * of one that is missing. */
static const struct counsel extra_copy = {
	"one more of what is there",
	"nothing is lost: remove it there, or accept it",
	"The old side has these as well, and those have their partners: each is one more, "
	"as when a mover ran twice, or a folder shows all mail once again. Nothing is lost: "
	"remove them on the new side, or have that accepted (mailmuster accept --class "
	"message-extra --why duplicate)."
};

/* Nobody can tell whether the owner removed what is missing, so it is no news that can be
 * passed over, as it is behind a seal. */
static const struct counsel missing_removed = {
	NULL, "ask the owner; if nobody removed it, copy it again",
	"This mail was on the new side and is gone from there. Ask its owner: what he "
	"threw away is accepted (mailmuster accept --class message-missing --why removed). "
	"If he knows nothing of it, stop every mover that deletes, and copy it again from "
	"the old server."
};

/* The reason is what the class says already. */
static bool repeats(enum finding_class c, enum why w)
{
	return (c == FINDING_MISDELIVERED && w == WHY_OTHER_ACCOUNT) ||
	       (c == FINDING_MESSAGE_REFILED && w == WHY_REFILED) ||
	       (c != FINDING_MESSAGE_MISSING && w == WHY_UNEXPLAINED);
}

const char *report_why_label(enum finding_class c, enum why w)
{
	if (c == FINDING_MESSAGE_EXTRA && w == WHY_DUPLICATE)
		return extra_copy.label;
	return repeats(c, w) ? NULL : whys[w].label;
}

/* A removal in a mass is not the owner's, whatever its reason; and what is missing for no
 * reason is another matter than a flag that is. */
static const struct counsel *counsel_of(enum finding_class c, enum why w)
{
	bool own = w == WHY_UNEXPLAINED && c != FINDING_MESSAGE_MISSING;
	bool alarm = c == FINDING_MASS_REMOVAL || c == FINDING_MASS_FLAGS ||
		     c == FINDING_SEAL_UNSOUND || c == FINDING_MESSAGE_UNREADABLE ||
		     c == FINDING_MESSAGE_DAMAGED || finding_class_unknown(c);

	if (c == FINDING_MESSAGE_EXTRA && w == WHY_DUPLICATE)
		return &extra_copy;
	if (c == FINDING_MESSAGE_MISSING && w == WHY_REMOVED)
		return &missing_removed;
	return own || alarm || whys[w].step == NULL ? &classes[c] : &whys[w];
}

const char *report_why_step(enum finding_class c, enum why w)
{
	return counsel_of(c, w)->step;
}

const char *report_why_advice(enum finding_class c, enum why w)
{
	return counsel_of(c, w)->advice;
}
