/* SPDX-License-Identifier: MIT */
#include "imap/imap_list.h"

#include "base/text.h"
#include "imap/imap_cur.h"
#include "imap/imap_utf7.h"

static unsigned attr_of(struct span word)
{
	static const struct {
		const char *word;
		unsigned attr;
	} attrs[] = {
		{ "\\Noselect", FOLDER_NOSELECT },
		/* RFC 5258 section 3: it implies the other */
		{ "\\NonExistent", FOLDER_NONEXISTENT | FOLDER_NOSELECT },
		{ "\\Noinferiors", FOLDER_NOINFERIORS },
		{ "\\HasChildren", FOLDER_HAS_CHILDREN },
		{ "\\HasNoChildren", FOLDER_HAS_NO_CHILDREN },
		{ "\\Marked", FOLDER_MARKED },
		{ "\\Unmarked", FOLDER_UNMARKED },
		{ "\\Subscribed", FOLDER_SUBSCRIBED },
		{ "\\All", FOLDER_ALL },
		{ "\\Archive", FOLDER_ARCHIVE },
		{ "\\Drafts", FOLDER_DRAFTS },
		{ "\\Flagged", FOLDER_FLAGGED },
		{ "\\Junk", FOLDER_JUNK },
		{ "\\Sent", FOLDER_SENT },
		{ "\\Trash", FOLDER_TRASH },
		{ "\\Important", FOLDER_IMPORTANT }, /* RFC 8457 */
	};

	for (size_t i = 0; i < COUNT_OF(attrs); i++)
		if (span_ieq_str(word, attrs[i].word))
			return attrs[i].attr;
	return 0;
}

const char *imap_take_mailbox(struct imap_cur *c)
{
	struct span name = imap_cur_astring(c);

	if (name.n > IMAP_NAME_MAX)
		imap_cur_bad(c, "a mailbox name that is too long");
	if (span_index(name, '\0') >= 0 || span_index(name, '\r') >= 0 ||
	    span_index(name, '\n') >= 0)
		imap_cur_bad(c, "NUL, CR or LF in a mailbox name");
	return c->bad == NULL ? arena_span(c->arena, name) : "";
}

static char take_delim(struct imap_cur *c)
{
	bool nil;
	struct span delim = imap_cur_nstring(c, &nil);

	if (!nil && delim.n != 1)
		imap_cur_bad(c, "a separator that is not one character");
	return nil || delim.n != 1 ? '\0' : delim.p[0];
}

static const char *shown_name(const char *wire, bool rev2, struct arena *arena)
{
	struct strbuf utf8 = STRBUF_INIT;
	const char *name;

	if (rev2)
		return text_is_utf8(span_str(wire)) ? text_nfc(arena, span_str(wire))
						    : text_shown(arena, span_str(wire));
	if (imap_utf7_decode(span_str(wire), &utf8))
		name = text_nfc(arena, strbuf_span(&utf8));
	else
		name = text_shown(arena, span_str(wire));
	strbuf_done(&utf8);
	return name;
}

bool imap_list_parse(struct span text, bool rev2, struct arena *arena, struct folder *out,
		     struct err *err)
{
	struct folder f = { 0 };
	struct imap_cur c;

	imap_cur_init(&c, text, arena);
	imap_cur_need(&c, '(');
	while (c.bad == NULL && !imap_cur_eat(&c, ')')) {
		f.attrs |= attr_of(imap_cur_atom(&c));
		imap_cur_eat(&c, ' ');
	}
	imap_cur_need(&c, ' ');
	f.delim = take_delim(&c);
	imap_cur_need(&c, ' ');
	f.wire = imap_take_mailbox(&c);
	/* Extended data of RFC 5258: ("CHILDINFO" ("SUBSCRIBED")). */
	if (imap_cur_eat(&c, ' ') && !imap_cur_end(&c))
		imap_cur_skip_value(&c);
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "more than the grammar allows");
	if (!imap_cur_ok(&c, "LIST", err))
		return false;
	f.name = shown_name(f.wire, rev2, arena);
	*out = f;
	return true;
}

/* The value of an item nobody knows.  Cyrus 3.6.1 answers "MAILBOXID (]\xb3\xd1\xactU)":
 * anything may be in it. */
static void skip_garbage(struct imap_cur *c)
{
	bool list = imap_cur_eat(c, '(');

	while (!imap_cur_end(c) && !imap_cur_peek(c, ')') &&
	       (list || !imap_cur_peek(c, ' ')))
		c->at++;
	if (list)
		imap_cur_need(c, ')');
}

/* RFC 7889 section 4: a number, or NIL. */
static void take_append(struct imap_cur *c, struct folder_state *st)
{
	static const char nil[] = "NIL";

	st->append_told = true;
	st->append = -1;
	if (span_istarts(span_from(c->text, c->at), nil))
		c->at += sizeof nil - 1;
	else
		st->append = imap_cur_i64(c);
}

bool imap_status_parse(struct span text, struct arena *arena, const char **wire_out,
		       struct folder_state *out, struct err *err)
{
	struct folder_state st = { .modseq = -1, .exists = -1, .octets = -1 };
	const char *wire;
	struct imap_cur c;

	imap_cur_init(&c, span_trim(text), arena);
	wire = imap_take_mailbox(&c);
	imap_cur_need(&c, ' ');
	imap_cur_need(&c, '(');
	while (c.bad == NULL && !imap_cur_eat(&c, ')')) {
		struct span item = imap_cur_atom(&c);

		imap_cur_need(&c, ' ');
		if (span_ieq_str(item, "MESSAGES"))
			st.exists = imap_cur_u32(&c);
		else if (span_ieq_str(item, "UIDNEXT"))
			st.uidnext = imap_cur_u32(&c);
		else if (span_ieq_str(item, "UIDVALIDITY"))
			st.uidvalidity = imap_cur_u32(&c);
		else if (span_ieq_str(item, "HIGHESTMODSEQ"))
			st.modseq = imap_cur_i64(&c);
		else if (span_ieq_str(item, "SIZE"))
			st.octets = imap_cur_i64(&c);
		else if (span_ieq_str(item, "APPENDLIMIT"))
			take_append(&c, &st);
		else
			skip_garbage(&c);
		if (!imap_cur_peek(&c, ')'))
			imap_cur_need(&c, ' ');
	}
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "more than the grammar allows");
	if (!imap_cur_ok(&c, "STATUS", err))
		return false;
	if (st.modseq == 0) /* RFC 7162 section 3.1.2.2: the mailbox keeps none */
		st.modseq = -1;
	*wire_out = wire;
	*out = st;
	return true;
}
