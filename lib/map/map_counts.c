/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "map/map_counts.h"

#include "base/csv.h"
#include "base/num.h"
#include "base/strbuf.h"
#include "base/text.h"

struct reader {
	const char *file;
	bool (*fn)(void *ctx, const struct map_count *c, struct err *err);
	void *ctx;
	struct map_tally *tally;
	struct err *err;
	uint64_t line;
	struct strbuf name, folder;
	struct span owner;   /* whose folders follow (gaf) */
	uint64_t owner_line; /* 0: they do, or there is none */
};

static bool odd(struct reader *r)
{
	r->tally->odd++;
	if (r->tally->first_odd == 0)
		r->tally->first_odd = r->line;
	return true;
}

/* folder.p NULL: of the account. */
static bool tell(struct reader *r, struct span name, struct span folder, int64_t messages,
		 int64_t octets)
{
	struct map_count c = { .messages = messages, .octets = octets, .line = r->line };

	name = span_trim(name);
	if (name.n == 0 || name.n > MAP_NAME_MAX || !text_is_utf8(name) ||
	    span_index(name, '\0') >= 0 || (messages < 0 && octets < 0))
		return odd(r);
	if (folder.p != NULL && (folder.n == 0 || folder.n > MAP_FOLDER_MAX ||
				 !text_is_utf8(folder) || span_index(folder, '\0') >= 0))
		return odd(r);
	strbuf_clear(&r->name);
	strbuf_addspan(&r->name, name);
	c.name = strbuf_cstr(&r->name);
	if (folder.p != NULL) {
		strbuf_clear(&r->folder);
		strbuf_addspan(&r->folder, folder);
		c.folder = strbuf_cstr(&r->folder);
	}
	r->tally->facts++;
	return r->fn(r->ctx, &c, r->err);
}

static struct span next_line(struct reader *r, struct span *rest)
{
	ptrdiff_t nl = span_index(*rest, '\n');
	struct span line = { rest->p, nl < 0 ? rest->n : (size_t)nl };

	*rest = span_from(*rest, line.n + 1);
	r->line++;
	return span_trim(line);
}

/* "1,234,567", "1234567"; false: no number. */
static bool count_of(struct span s, int64_t *out)
{
	char digits[24];
	size_t n = 0;
	uint64_t v;

	s = span_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		if (i > 0 && (s.p[i] == ',' || s.p[i] == '.' || s.p[i] == '\''))
			continue;
		if (n == sizeof digits)
			return false;
		digits[n++] = s.p[i];
	}
	if (!num_u64((struct span){ digits, n }, INT64_MAX, &v))
		return false;
	*out = (int64_t)v;
	return true;
}

/* Exchange's "1.2 GB (1,288,490,188 bytes)", whatever its language calls octets; or a
 * plain number. */
static bool octets_of(struct span s, int64_t *out)
{
	ptrdiff_t open = span_index(s, '(');
	struct span in;
	ptrdiff_t end;

	if (open < 0)
		return count_of(s, out);
	in = span_trim(span_from(s, (size_t)open + 1));
	end = span_index(in, ' ');
	if (end < 0)
		return false;
	in.n = (size_t)end;
	return count_of(in, out);
}

/* The word at the end of s, which becomes shorter by it and the blanks before. */
static struct span last_word(struct span *s)
{
	struct span word;
	size_t n;

	*s = span_trim(*s);
	for (n = s->n; n > 0 && s->p[n - 1] != ' '; n--)
		;
	word = span_from(*s, n);
	s->n = n;
	while (s->n > 0 && s->p[s->n - 1] == ' ')
		s->n--;
	return word;
}

/* The name before the first blank; what follows is a folder, if anything does. */
static struct span first_word(struct span *s)
{
	ptrdiff_t blank = span_index(*s, ' ');
	struct span word = { s->p, blank < 0 ? s->n : (size_t)blank };

	*s = span_trim(span_from(*s, word.n));
	if (s->n == 0)
		*s = (struct span){ NULL, 0 };
	return word;
}

/* "anna Sent Mail messages=3 vsize=99" */
static bool flow(struct reader *r, struct span line)
{
	int64_t messages = -1, octets = -1;
	struct span rest = line, name;

	for (;;) {
		struct span before = rest, word = last_word(&rest), key = word;
		ptrdiff_t is = span_index(word, '=');
		int64_t *to = NULL;

		if (is > 0) {
			key.n = (size_t)is;
			to = span_eq_str(key, "messages") ? &messages
			     : span_eq_str(key, "vsize")  ? &octets
							  : NULL;
		}
		if (is <= 0 ||
		    (to == NULL && !span_eq_str(key, "unseen") &&
		     !span_eq_str(key, "recent") && !span_eq_str(key, "deleted") &&
		     !span_istarts(key, "uid") && !span_istarts(key, "highest") &&
		     !span_eq_str(key, "guid"))) {
			rest = before;
			break;
		}
		if (to != NULL && !count_of(span_from(word, (size_t)is + 1), to))
			return odd(r);
	}
	name = first_word(&rest);
	return tell(r, name, rest, messages, octets);
}

/* "anna@example.org 0 12345": quota and usage */
static bool gqu(struct reader *r, struct span line)
{
	struct span rest = line, used = last_word(&rest), quota = last_word(&rest);
	int64_t octets, limit;

	if (!count_of(used, &octets) || !count_of(quota, &limit) ||
	    span_index(rest, ' ') >= 0)
		return odd(r);
	return tell(r, rest, (struct span){ NULL, 0 }, -1, octets);
}

/* A name behind which no folders came. */
static void drop_owner(struct reader *r)
{
	uint64_t line = r->line;

	if (r->owner_line != 0) {
		r->line = r->owner_line;
		odd(r);
		r->line = line;
	}
	r->owner = (struct span){ NULL, 0 };
	r->owner_line = 0;
}

/* "Id  View  Unread  Msg Count  Path", and the line of dashes below. */
static bool is_gaf_head(struct span line)
{
	static const char *const want[] = {
		"Id", "View", "Unread", "Msg", "Count", "Path"
	};

	for (size_t i = 0; i < COUNT_OF(want); i++)
		if (!span_eq_str(first_word(&line), want[i]))
			return false;
	return line.n == 0;
}

/* "/Team (ben@example.org:257)": another one's folder; "/Unread (is:unread)": a search.
 */
static bool is_elsewhere(struct span path, int64_t messages)
{
	ptrdiff_t open = -1, colon;

	if (path.n == 0 || path.p[path.n - 1] != ')')
		return false;
	for (size_t i = 0; i + 1 < path.n; i++)
		if (path.p[i] == ' ' && path.p[i + 1] == '(')
			open = (ptrdiff_t)i + 2;
	if (open < 0)
		return false;
	path = span_from(path, (size_t)open);
	path.n--;
	colon = span_index(path, ':');
	for (size_t i = (size_t)colon + 1; colon >= 0 && i < path.n; i++)
		if (path.p[i] < '0' || path.p[i] > '9')
			return messages == 0;
	return colon >= 0 || messages == 0;
}

/* "2 mess 5 48 /Inbox": id, view, unread, messages, path */
static bool gaf(struct reader *r, struct span line)
{
	static const char *const no_mail[] = { "appo", "cont", "task",
					       "docu", "wiki", "note" };
	struct span rest = line, view;
	int64_t id, unread, messages;

	if (!count_of(first_word(&rest), &id))
		return odd(r);
	view = first_word(&rest);
	if (!count_of(first_word(&rest), &unread) ||
	    !count_of(first_word(&rest), &messages) || rest.n == 0 || rest.p[0] != '/')
		return odd(r);
	assert(view.p != NULL);
	for (size_t i = 0; i < COUNT_OF(no_mail); i++)
		if (span_eq_str(view, no_mail[i]))
			return true;
	if (rest.n == 1 || is_elsewhere(rest, messages))
		return true;
	return tell(r, r->owner, rest, messages, -1);
}

static bool lines(struct reader *r, struct span text)
{
	while (text.n > 0) {
		struct span line = next_line(r, &text), rest = line;
		bool ok = true;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		(void)first_word(&rest);
		if (is_gaf_head(line)) {
			if (r->owner.p == NULL)
				odd(r);
			r->owner_line = 0;
		} else if (r->owner.p != NULL && span_istarts(line, "-----")) {
			;
		} else if (rest.n == 0 && memchr(line.p, '=', line.n) == NULL) {
			drop_owner(r);
			r->owner = line;
			r->owner_line = r->line;
		} else if (r->owner.p != NULL && r->owner_line == 0) {
			ok = gaf(r, line);
		} else {
			drop_owner(r);
			ok = memchr(line.p, '=', line.n) != NULL ? flow(r, line)
								 : gqu(r, line);
		}
		if (!ok)
			return false;
	}
	drop_owner(r);
	return true;
}

/* ---- tables ---- */

enum { NAME, FOLDER, MESSAGES, OCTETS, IDENTITY, COLUMN_COUNT };
static const char *const words[COLUMN_COUNT][16] = {
	[NAME] = { "user", "username", "userprincipalname", "primarysmtpaddress", "email",
		   "mail", "address", "account", "login", "samaccountname", "alias",
		   "name", "displayname" },
	[FOLDER] = { "mailbox", "folder", "folderpath" },
	[MESSAGES] = { "messages", "itemcount", "itemsinfolder", "msgcount", "count" },
	[OCTETS] = { "vsize", "octets", "bytes", "totalitemsize", "foldersize", "size" },
	[IDENTITY] = { "identity" },
};

/* Where each column is; n: it is not there.  False: this is no header of ours. */
static bool header(const struct span *field, size_t n, size_t at[COLUMN_COUNT])
{
	for (int c = 0; c < COLUMN_COUNT; c++) {
		at[c] = n;
		for (size_t w = 0;
		     w < COUNT_OF(words[c]) && words[c][w] != NULL && at[c] == n; w++)
			for (size_t i = 0; i < n && at[c] == n; i++)
				if (span_ieq_str(span_trim(field[i]), words[c][w]))
					at[c] = i;
	}
	return (at[NAME] < n || at[IDENTITY] < n) && (at[MESSAGES] < n || at[OCTETS] < n);
}

static bool row(struct reader *r, const struct span *field, size_t n,
		const size_t at[COLUMN_COUNT], size_t header_n)
{
	struct span name = { NULL, 0 }, folder = { NULL, 0 };
	int64_t messages = -1, octets = -1;

	for (int c = 0; c < COLUMN_COUNT; c++)
		if (at[c] < header_n && at[c] >= n)
			return odd(r);
	if (at[NAME] < header_n)
		name = field[at[NAME]];
	if (at[FOLDER] < header_n)
		folder = field[at[FOLDER]];
	if (at[IDENTITY] < header_n) {
		struct span id = field[at[IDENTITY]];
		ptrdiff_t slash = span_index(id, '\\');

		/* Exchange: "anna\Inbox", or nothing but the name. */
		if (at[NAME] >= header_n || slash > 0) {
			if (slash > 0 && at[FOLDER] >= header_n)
				folder = span_from(id, (size_t)slash + 1);
			if (slash > 0)
				id.n = (size_t)slash;
			name = id;
		}
	}
	if (at[MESSAGES] < header_n && span_trim(field[at[MESSAGES]]).n > 0 &&
	    !count_of(field[at[MESSAGES]], &messages))
		return odd(r);
	if (at[OCTETS] < header_n && span_trim(field[at[OCTETS]]).n > 0 &&
	    !octets_of(field[at[OCTETS]], &octets))
		return odd(r);
	return tell(r, name, folder, messages, octets);
}

static bool no_header(struct reader *r, size_t line)
{
	err_set(r->err, ERR_CONFIG,
		"%s:%zu: names no column for the account and for messages or octets",
		r->file, line);
	return err_hint(r->err, "for example: user,folder,messages,octets");
}

/* RFC 4180, and doveadm -f tab. */
static bool table(struct reader *r, struct span text)
{
	size_t at[COLUMN_COUNT], header_n = 0;
	struct span field[CSV_FIELDS_MAX];
	struct csv_record rec;
	enum csv_next next;
	struct csv csv;
	bool ok = true;

	csv_init(&csv, r->file, text);
	while (ok && (next = csv_read(&csv, &rec, r->err)) != CSV_END) {
		if (next == CSV_FAIL) {
			ok = false;
			break;
		}
		for (size_t i = 0; i < rec.n; i++)
			field[i] = span_str(rec.field[i]);
		r->line = csv.line;
		if (header_n > 0) {
			ok = row(r, field, rec.n, at, header_n);
			continue;
		}
		header_n = rec.n;
		if (!header(field, rec.n, at))
			ok = no_header(r, csv.line);
	}
	csv_done(&csv);
	return ok;
}

/* doveadm -f table: names may hold blanks, numbers do not. */
static bool columns(struct reader *r, struct span text)
{
	struct span field[16], line = next_line(r, &text), all = line;
	size_t at[COLUMN_COUNT], n = 0, at_head;

	while (all.n > 0 && n < COUNT_OF(field)) {
		struct span word = first_word(&all);

		field[n++] = word;
		if (all.p == NULL)
			break;
	}
	at_head = r->line;
	if (!header(field, n, at) || at[NAME] != 0 || (at[FOLDER] < n && at[FOLDER] != 1))
		return no_header(r, at_head);
	while (text.n > 0) {
		struct span rest, cell[16] = { { NULL, 0 } };
		size_t fixed = at[FOLDER] < n ? 2 : 1;

		line = next_line(r, &text);
		if (line.n == 0)
			continue;
		rest = line;
		for (size_t i = n; i > fixed; i--)
			cell[i - 1] = last_word(&rest);
		cell[0] = first_word(&rest);
		if (fixed == 2)
			cell[1] = rest;
		if ((fixed == 1 && rest.n > 0) || (fixed == 2 && rest.n == 0)) {
			odd(r);
			continue;
		}
		if (!row(r, cell, n, at, n))
			return false;
	}
	return true;
}

/* ---- the file ---- */

static void put_utf8(struct strbuf *out, uint32_t c)
{
	if (c < 0x80) {
		strbuf_addc(out, (char)c);
	} else if (c < 0x800) {
		strbuf_addc(out, (char)(0xc0 | c >> 6));
		strbuf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		strbuf_addc(out, (char)(0xe0 | c >> 12));
		strbuf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		strbuf_addc(out, (char)(0xf0 | c >> 18));
		strbuf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		strbuf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* UTF-16 as PowerShell writes it, behind its BOM.  False: half a character. */
static bool from_utf16(struct span s, bool big, struct strbuf *out)
{
	uint32_t high = 0;

	if (s.n % 2 != 0)
		return false;
	for (size_t i = 0; i < s.n; i += 2) {
		uint32_t a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];
		uint32_t u = big ? a << 8 | b : b << 8 | a;

		if (high != 0) {
			if (u < 0xdc00 || u > 0xdfff)
				return false;
			put_utf8(out, 0x10000 + ((high & 0x3ff) << 10 | (u & 0x3ff)));
			high = 0;
		} else if (u >= 0xd800 && u <= 0xdbff) {
			high = u;
		} else if (u >= 0xdc00 && u <= 0xdfff) {
			return false;
		} else {
			put_utf8(out, u);
		}
	}
	return high == 0;
}

static bool read_text(struct reader *r, struct span text)
{
	struct span first;
	ptrdiff_t nl;

	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
		text = span_from(text, 3);
	nl = span_index(text, '\n');
	first = span_trim((struct span){ text.p, nl < 0 ? text.n : (size_t)nl });
	if (span_istarts(first, "#TYPE ") || span_index(first, '\t') >= 0 ||
	    span_index(first, ',') >= 0 || span_index(first, ';') >= 0 ||
	    (first.n > 0 && first.p[0] == '"'))
		return table(r, text);
	if (span_istarts(first, "username "))
		return columns(r, text);
	return lines(r, text);
}

bool map_counts_read(const char *file, struct span text,
		     bool (*fn)(void *ctx, const struct map_count *c, struct err *err),
		     void *ctx, struct map_tally *out, struct err *err)
{
	struct reader r = {
		.file = file, .fn = fn, .ctx = ctx, .tally = out, .err = err
	};
	struct strbuf utf8 = STRBUF_INIT;
	bool ok = true;

	*out = (struct map_tally){ 0 };
	if (text.n >= 2 &&
	    (memcmp(text.p, "\xff\xfe", 2) == 0 || memcmp(text.p, "\xfe\xff", 2) == 0)) {
		if (!from_utf16(span_from(text, 2), text.p[0] == '\xfe', &utf8))
			ok = err_set(err, ERR_CONFIG,
				     "%s:1: begins as UTF-16, and is none to its end",
				     file);
		text = strbuf_span(&utf8);
	}
	ok = ok && read_text(&r, text);
	strbuf_done(&utf8);
	strbuf_done(&r.name);
	strbuf_done(&r.folder);
	return ok;
}
