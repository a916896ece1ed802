/* SPDX-License-Identifier: MIT */
/* The table of checks; a row each, in the order of their numbers. */
#include "gate/work.h"

#define HOUR 3600

const struct gate_check gate_checks[GATE_CHECK_COUNT] = {
	{ GATE_DECIDED, "G01", "Every account decided and owned",
	  "Every account of the list has a decision and an owner, and every name in the "
	  "logs, the aliases and the forwards belongs to an account of the list.",
	  false, 24 * HOUR, GATE_PER_ACCOUNT, gate_g01 },
	{ GATE_ACCOUNTED, "G02", "Every message accounted for",
	  "Every message of the old side was proven on the new side once, or was "
	  "accepted "
	  "by name.",
	  false, 7 * DAY, GATE_PER_MESSAGE, gate_g02 },
	{ GATE_NO_ARRIVALS, "G03", "No mail on the old side since",
	  "No folder of the old side got new mail after the account was verified.", false,
	  24 * HOUR, GATE_NO_WAIVER, gate_g03 },
	{ GATE_FOLDERS, "G04", "Folders as the mapping says",
	  "Every folder has its place on the new side, under the name that the rules "
	  "give; and every shared one was read with some account.",
	  false, 7 * DAY, GATE_PER_FOLDER, gate_g04 },
	{ GATE_FLAGS, "G05", "Flags agree",
	  "Seen, answered and flagged agree on both sides, in each account within the "
	  "limit.",
	  true, 7 * DAY, GATE_PER_ACCOUNT, gate_g05 },
	{ GATE_NO_MASS, "G06", "No mass of mail vanished",
	  "No mass of delivered mail vanished from the new side at once.", false,
	  24 * HOUR, GATE_PER_ACCOUNT, gate_g06 },
	{ GATE_READABLE, "G07", "No unreadable message",
	  "Every message of the old side was read as a whole, and of each that is "
	  "damaged "
	  "somebody decided.",
	  false, 30 * DAY, GATE_PER_MESSAGE, gate_g07 },
	{ GATE_NO_DELIVERY, "G08", "No delivery to the old server",
	  "Logs without a gap show no delivery to the old server.", false, 24 * HOUR,
	  GATE_PER_ADDRESS, gate_g08 },
	{ GATE_NO_LOGIN, "G09", "No login on the old server",
	  "Logs without a gap show no login on the old server but ours and expected "
	  "ones.",
	  false, 24 * HOUR, GATE_PER_ACCOUNT, gate_g09 },
	{ GATE_NAMES, "G10", "No name leads to the old server",
	  "Neither the DNS nor an alias, a list or a forward leads to the old server.",
	  false, 24 * HOUR, GATE_PER_NAME, gate_g10 },
	{ GATE_RELAYS, "G11", "Nothing sends through it",
	  "No program or device sends mail through the old server, and somebody who "
	  "knows "
	  "them says so.",
	  false, 14 * DAY, GATE_PER_HOST, gate_g11 },
	{ GATE_DORMANT, "G12", "Unused accounts dealt with",
	  "Of every account that does not move its owner was asked, has answered or had "
	  "time to, and an archive was made.",
	  false, 30 * DAY, GATE_PER_ACCOUNT, gate_g12 },
	{ GATE_CREATED_NEW, "G13", "New accounts on the new server only",
	  "Somebody who creates accounts says that new ones are made on the new server "
	  "only.",
	  false, 14 * DAY, GATE_NO_WAIVER, gate_g13 },
	{ GATE_ARCHIVED, "G14", "Archive restored as a test",
	  "An archive of the old server was taken after the last mail came, and a named "
	  "person restored from it.",
	  false, 30 * DAY, GATE_NO_WAIVER, gate_g14 },
	{ GATE_STOPPED, "G15", "Old server down as a trial",
	  "The old server was down for a while, and nobody asked for anything.", false,
	  14 * DAY, GATE_NO_WAIVER, gate_g15 },
	{ GATE_ANNOUNCED, "G16", "Shutdown announced",
	  "The day of the shutdown was announced more than once, and early enough.", true,
	  0, GATE_NO_WAIVER, gate_g16 },
	{ GATE_RETENTION, "G17", "Retention and legal hold cleared",
	  "The person responsible says that nothing on the old server must be kept "
	  "there.",
	  false, 90 * DAY, GATE_NO_WAIVER, gate_g17 },
	{ GATE_CHECKLIST, "G18", "Checklist complete",
	  "Every item of the checklists that comes before the shutdown is done.", false,
	  0, GATE_PER_ITEM, gate_g18 },
	{ GATE_WAIVERS, "G19", "Waivers in order",
	  "No waiver has expired, none is without an approver, and they are few.", false,
	  0, GATE_NO_WAIVER, gate_g19 },
	{ GATE_LEDGER, "G20", "Ledger whole",
	  "The record of all that was done and said is whole, and holds every head that "
	  "was kept elsewhere.",
	  false, 0, GATE_NO_WAIVER, gate_g20 },
};
_Static_assert(COUNT_OF(gate_checks) == GATE_CHECK_COUNT, "one row for each check");

const struct gate_check *gate_check_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(gate_checks); i++) {
		const char *digits = gate_checks[i].name + 1;

		if ((*name == 'G' || *name == 'g') &&
		    (strcmp(name + 1, digits) == 0 ||
		     (*digits == '0' && strcmp(name + 1, digits + 1) == 0)))
			return &gate_checks[i];
	}
	return NULL;
}

const char *gate_scope_name(enum gate_scope s)
{
	static const char *const names[] = { "",	"account", "message", "folder",
					     "address", "name",	   "host",    "item" };

	_Static_assert(COUNT_OF(names) == GATE_SCOPE_COUNT, "one for each");
	return names[s];
}
