/* SPDX-License-Identifier: MIT */
#include "imap/imap_cmd.h"

#include "imap/imap_cur.h"

/* The longest name that a listing may bring, all of it escaped, and as much again. */
#define LINE_MAX_OCTETS (4 * 4096)

/* One of words, in any letter case. */
static void one_of(struct imap_cur *c, const char *const *words)
{
	struct span word = imap_cur_atom(c);

	for (; *words != NULL; words++)
		if (span_ieq_str(word, *words))
			return;
	imap_cur_bad(c, "a word that is not in the table");
}

/* "(A B)", of words. */
static void list_of(struct imap_cur *c, const char *const *words)
{
	imap_cur_need(c, '(');
	do
		one_of(c, words);
	while (imap_cur_eat(c, ' '));
	imap_cur_need(c, ')');
}

/* "1:5,7,9:*" */
static void uid_set(struct imap_cur *c)
{
	do {
		for (int end = 0; end == 0 || (end == 1 && imap_cur_eat(c, ':')); end++)
			if (!imap_cur_eat(c, '*'))
				imap_cur_u32(c);
	} while (imap_cur_eat(c, ','));
}

static const char *const status_items[] = {
	"MESSAGES",	 "RECENT", "UIDNEXT",	  "UIDVALIDITY", "UNSEEN",
	"HIGHESTMODSEQ", "SIZE",   "APPENDLIMIT", NULL,
};

static void args_none(struct imap_cur *c)
{
	(void)c;
}

/* NIL, or strings and NILs in a list. */
static void args_id(struct imap_cur *c)
{
	bool nil;

	imap_cur_need(c, ' ');
	if (!imap_cur_eat(c, '(')) {
		imap_cur_nstring(c, &nil);
		if (!nil)
			imap_cur_bad(c, "neither NIL nor a list");
		return;
	}
	do
		imap_cur_nstring(c, NULL);
	while (imap_cur_eat(c, ' '));
	imap_cur_need(c, ')');
}

/* A pattern of mailbox names. */
static void pattern(struct imap_cur *c)
{
	if (imap_cur_peek(c, '"')) {
		imap_cur_string(c);
		return;
	}
	if (!imap_cur_peek(c, '*') && !imap_cur_peek(c, '%'))
		imap_cur_astring(c);
	while (imap_cur_eat(c, '*') || imap_cur_eat(c, '%'))
		;
}

/* RFC 5258, 5819, 6154: LIST [(options)] reference pattern [RETURN (options)]. */
static void args_list(struct imap_cur *c)
{
	static const char *const selection[] = { "SUBSCRIBED", "REMOTE", "RECURSIVEMATCH",
						 "SPECIAL-USE", NULL };
	static const char *const returns[] = { "SUBSCRIBED", "CHILDREN", "SPECIAL-USE",
					       "STATUS", NULL };

	imap_cur_need(c, ' ');
	if (imap_cur_peek(c, '(')) {
		list_of(c, selection);
		imap_cur_need(c, ' ');
	}
	imap_cur_astring(c);
	imap_cur_need(c, ' ');
	pattern(c);
	if (!imap_cur_eat(c, ' '))
		return;
	one_of(c, (const char *const[]){ "RETURN", NULL });
	imap_cur_need(c, ' ');
	imap_cur_need(c, '(');
	do {
		size_t from = c->at;

		one_of(c, returns);
		if (c->bad == NULL &&
		    span_ieq_str((struct span){ c->text.p + from, c->at - from },
				 "STATUS")) {
			imap_cur_need(c, ' ');
			list_of(c, status_items);
		}
	} while (imap_cur_eat(c, ' '));
	imap_cur_need(c, ')');
}

static void args_enable(struct imap_cur *c)
{
	static const char *const words[] = { "CONDSTORE", "QRESYNC", "IMAP4rev2",
					     NULL };

	imap_cur_need(c, ' ');
	do
		one_of(c, words);
	while (imap_cur_eat(c, ' '));
}

static void args_compress(struct imap_cur *c)
{
	imap_cur_need(c, ' ');
	one_of(c, (const char *const[]){ "DEFLATE", NULL });
}

static void args_lsub(struct imap_cur *c)
{
	imap_cur_need(c, ' ');
	imap_cur_astring(c);
	imap_cur_need(c, ' ');
	pattern(c);
}

static void args_status(struct imap_cur *c)
{
	imap_cur_need(c, ' ');
	imap_cur_astring(c);
	imap_cur_need(c, ' ');
	list_of(c, status_items);
}

/* One name, of a mailbox or a user. */
static void args_mailbox(struct imap_cur *c)
{
	imap_cur_need(c, ' ');
	imap_cur_astring(c);
}

static void args_examine(struct imap_cur *c)
{
	imap_cur_need(c, ' ');
	imap_cur_astring(c);
	if (imap_cur_eat(c, ' '))
		list_of(c, (const char *const[]){ "CONDSTORE", NULL });
}

/* Letters, digits, '.', '-' and '_', or nothing. */
static void plain(struct imap_cur *c)
{
	while (!imap_cur_end(c)) {
		char ch = c->text.p[c->at];

		if (!(ch >= 'A' && ch <= 'Z') && !(ch >= 'a' && ch <= 'z') &&
		    !(ch >= '0' && ch <= '9') && ch != '.' && ch != '-' && ch != '_')
			break;
		c->at++;
	}
}

/* "[HEADER.FIELDS (DATE FROM)]<0.1024>" */
static void section(struct imap_cur *c)
{
	imap_cur_need(c, '[');
	plain(c);
	if (imap_cur_eat(c, ' ')) {
		imap_cur_need(c, '(');
		do
			plain(c);
		while (imap_cur_eat(c, ' '));
		imap_cur_need(c, ')');
	}
	imap_cur_need(c, ']');
	if (imap_cur_eat(c, '<')) {
		imap_cur_u32(c);
		imap_cur_need(c, '.');
		imap_cur_u32(c);
		imap_cur_need(c, '>');
	}
}

/* What may be fetched: nothing here sets \Seen (RFC 3501 section 6.4.5). */
static void fetch_item(struct imap_cur *c)
{
	static const char *const items[] = {
		"UID",		 "FLAGS",  "INTERNALDATE", "RFC822.SIZE", "ENVELOPE",
		"BODYSTRUCTURE", "MODSEQ", "X-GM-MSGID",   "X-GM-LABELS", NULL,
	};
	struct span rest = span_from(c->text, c->at);

	if (span_istarts(rest, "BODY.PEEK[")) {
		c->at += sizeof "BODY.PEEK" - 1;
		section(c);
	} else {
		one_of(c, items);
	}
}

static void args_fetch(struct imap_cur *c)
{
	imap_cur_need(c, ' ');
	uid_set(c);
	imap_cur_need(c, ' ');
	imap_cur_need(c, '(');
	do
		fetch_item(c);
	while (imap_cur_eat(c, ' '));
	imap_cur_need(c, ')');
	if (!imap_cur_eat(c, ' '))
		return;
	imap_cur_need(c, '(');
	one_of(c, (const char *const[]){ "CHANGEDSINCE", NULL });
	imap_cur_need(c, ' ');
	imap_cur_i64(c);
	if (imap_cur_eat(c, ' ')) /* RFC 7162 section 3.2.6 */
		one_of(c, (const char *const[]){ "VANISHED", NULL });
	imap_cur_need(c, ')');
}

/* Keys and their arguments only ask; RETURN (SAVE) would change the session. */
static void args_search(struct imap_cur *c)
{
	static const char *const returns[] = { "ALL", "COUNT", "MIN", "MAX", NULL };

	imap_cur_need(c, ' ');
	if (span_istarts(span_from(c->text, c->at), "RETURN ")) {
		c->at += sizeof "RETURN " - 1;
		list_of(c, returns);
		imap_cur_need(c, ' ');
	}
	do
		imap_cur_skip_value(c);
	while (imap_cur_eat(c, ' '));
}

static const struct {
	const char *word;
	void (*args)(struct imap_cur *c); /* to the end of the line */
} table[] = {
	[IMAP_CMD_CAPABILITY] = { "CAPABILITY", args_none },
	[IMAP_CMD_ID] = { "ID", args_id },
	[IMAP_CMD_NAMESPACE] = { "NAMESPACE", args_none },
	[IMAP_CMD_ENABLE] = { "ENABLE", args_enable },
	[IMAP_CMD_MYRIGHTS] = { "MYRIGHTS", args_mailbox },
	[IMAP_CMD_GETACL] = { "GETACL", args_mailbox },
	[IMAP_CMD_GETQUOTAROOT] = { "GETQUOTAROOT", args_mailbox },
	[IMAP_CMD_LIST] = { "LIST", args_list },
	[IMAP_CMD_LSUB] = { "LSUB", args_lsub },
	[IMAP_CMD_STATUS] = { "STATUS", args_status },
	[IMAP_CMD_EXAMINE] = { "EXAMINE", args_examine },
	[IMAP_CMD_FETCH] = { "UID FETCH", args_fetch },
	[IMAP_CMD_SEARCH] = { "UID SEARCH", args_search },
	[IMAP_CMD_NOOP] = { "NOOP", args_none },
	[IMAP_CMD_PROXYAUTH] = { "PROXYAUTH", args_mailbox },
	[IMAP_CMD_COMPRESS] = { "COMPRESS", args_compress },
	[IMAP_CMD_LOGOUT] = { "LOGOUT", args_none },
};
_Static_assert(COUNT_OF(table) == IMAP_CMD_COUNT, "every command has its row");

const char *imap_cmd_word(enum imap_cmd cmd)
{
	return table[cmd].word;
}

static void judge(struct imap_cur *c)
{
	if (c->text.n > LINE_MAX_OCTETS)
		imap_cur_bad(c, "the line is too long");
	for (size_t i = 0; i < c->text.n; i++)
		if (c->text.p[i] == '\r' || c->text.p[i] == '\n' || c->text.p[i] == '\0')
			imap_cur_bad(c, "CR, LF or NUL in the line");
	for (size_t i = 0; i < COUNT_OF(table) && c->bad == NULL; i++) {
		size_t n = strlen(table[i].word);

		if (!span_istarts(c->text, table[i].word) ||
		    (c->text.n > n && c->text.p[n] != ' '))
			continue;
		c->at = n;
		table[i].args(c);
		if (!imap_cur_end(c))
			imap_cur_bad(c, "more than the table allows");
		return;
	}
	imap_cur_bad(c, "a command that is not in the table");
}

bool imap_cmd_allowed(struct span line, struct err *err)
{
	struct arena arena; /* quoted names with escapes */
	struct imap_cur c;
	char shown[120];

	arena_init(&arena);
	imap_cur_init(&c, line, &arena);
	judge(&c);
	arena_done(&arena);
	if (c.bad == NULL)
		return true;
	return err_set(err, ERR_BUG, "a command was not sent: %s, at octet %zu: \"%s\"",
		       c.bad, c.bad_at, imap_shown(shown, sizeof shown, line));
}
