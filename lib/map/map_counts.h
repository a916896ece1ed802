/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_COUNTS_H
#define MAP_MAP_COUNTS_H
/*
 * How many messages accounts and folders hold, as the server's own tools of
 * administration tell it: another witness than IMAP of how much there is.  Told by
 * content:
 *
 *   Dovecot   doveadm mailbox status -A (or -t -A), in its forms flow ("anna INBOX
 *             messages=3 vsize=99"), tab and table ("Username mailbox messages vsize");
 *             without mailbox the count is of the account
 *   Zimbra    zmprov gqu SERVER ("anna@example.org 0 12345"): octets of accounts only;
 *             zmmailbox gaf ("Id View Unread Msg Count Path", a table of folders) behind
 *             a line with nothing but the account's name, account after account
 *   Exchange  Get-MailboxStatistics and Get-MailboxFolderStatistics | Export-Csv, in
 *             UTF-8 or UTF-16: ItemCount, TotalItemSize, ItemsInFolder, FolderSize
 *             ("1.2 GB (1,288,490,188 bytes)"); Identity "anna\Inbox" is account and
 * folder CSV       a header with a column for the name and one for messages or octets
 */
#include "map/map_witness.h"

struct map_count {
	const char *name;   /* login or address, as written */
	const char *folder; /* as written; NULL: the whole account */
	int64_t messages;   /* -1: not told */
	int64_t octets;	    /* -1: not told; at least one of both is */
	uint64_t line;	    /* from 1 */
};

enum { MAP_FOLDER_MAX = 4096 }; /* octets of a folder's name; longer: not understood */

/*
 * One call a count; a line that is not understood is counted, with the first of them.
 * False with ERR_CONFIG: file:line and what is wrong with the file as a whole.  Strings
 * are valid during the call.
 */
bool map_counts_read(const char *file, struct span text,
		     bool (*fn)(void *ctx, const struct map_count *c, struct err *err),
		     void *ctx, struct map_tally *out, struct err *err) MUST_CHECK;

#endif
