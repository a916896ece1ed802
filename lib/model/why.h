/* SPDX-License-Identifier: MIT */
#ifndef MODEL_WHY_H
#define MODEL_WHY_H
/*
 * Why something differs (DESIGN section 6): what the evidence proves, from nothing at all
 * to the most specific.  One finding has one; its sentence is finding.explanation.
 * Values are stored: append only.
 */
#include "base/base.h"

enum why {
	WHY_NONE,	   /* the class itself says all there is to say */
	WHY_UNEXPLAINED,   /* the evidence was looked at and tells nothing */
	WHY_NO_SEAL,	   /* no baseline: loss and deletion look alike */
	WHY_RULE,	   /* a rule leaves it out, and nobody accepted what that costs */
	WHY_OTHER_ACCOUNT, /* it is in somebody else's new account */
	WHY_LATE,	   /* arrived on the old server after the last pass */
	WHY_REMOVED,	   /* was on the new side, and was removed there */
	WHY_RESURRECTED,   /* deleted on the old side after it was copied */
	WHY_REFILED,	   /* is in another folder of the account */
	WHY_DUPLICATE,	   /* others of its identity, size and date arrived */
	WHY_ARTEFACT,	   /* a mover made it */
	WHY_TOO_LARGE,	   /* larger than the new side or its mover takes */
	WHY_UNREADABLE_OLD, /* the old server does not give it out */
	WHY_QUOTA,	    /* the new account was full */
	WHY_NO_ID,	    /* has no Message-ID, and the mover passes such mail over */
	WHY_NAME,	    /* the new side refuses the folder's name */
	WHY_STOPPED,	    /* the last of the folder: the copy stopped there */
	WHY_YEAR,	    /* all of it is from one year or before */
	WHY_DEPTH,	    /* all of it is in folders deeper than some level */
	WHY_FOLDER,	    /* its whole folder is missing, or nothing of it arrived */
	WHY_NEW_MAIL,	    /* dated after the old side was read */
	WHY_HEADER,	    /* header fields that server or mover added or changed */
	WHY_LINE_ENDS,	    /* line ends are counted or stored differently */
	WHY_ZONE,	    /* shifted by a constant: a time zone was lost */
	WHY_MOVED_DAY,	    /* all dates are of the day of the move */
	WHY_LOGIN,	    /* flags of another login than the owner's were copied */
	WHY_LIFE,	    /* users changed it after the seal */
	WHY_SHARED,	    /* may belong to another transfer into the same folders */
	WHY_BODY,	    /* the bodies themselves differ */
	WHY_MOVER,	   /* the mover's log says that it failed there */
	WHY_EMPTY,	   /* a folder that holds no messages */
	WHY_OLD_GONE,	   /* never arrived, and went from the old side since */
};
enum { WHY_COUNT = WHY_OLD_GONE + 1 };

const char *why_name(enum why w); /* "no-seal" */
bool why_parse(const char *s, enum why *out) MUST_CHECK;

#endif
