/* SPDX-License-Identifier: MIT */
#include "audit/audit_way.h"

enum audit_way audit_way(const struct folder_known *known,
			 const struct folder_state *status, enum depth depth)
{
	const struct folder_state *was = &known->state;
	bool told = status->exists >= 0 && status->uidvalidity != 0, same_set;

	/* Without UIDNEXT nobody can say which messages are new. */
	if (known->epoch == 0 || known->depth < depth || was->uidnext == 0 ||
	    was->exists < 0 || (told && status->uidvalidity != was->uidvalidity))
		return AUDIT_WHOLE;
	same_set = told && status->uidnext == was->uidnext &&
		   status->exists == was->exists;
	if (same_set && was->modseq > 0 && status->modseq == was->modseq)
		return AUDIT_SAME;
	if (depth == DEPTH_IDS) /* flags do not matter, unless the evidence has them */
		return same_set && known->depth == DEPTH_IDS ? AUDIT_SAME : AUDIT_WHOLE;
	if (was->modseq > 0 && (!told || status->modseq >= was->modseq))
		return AUDIT_DELTA;
	/* HIGHESTMODSEQ went back, or is not told any more: only the set can be relied
	 * upon. */
	return AUDIT_FLAGS;
}
