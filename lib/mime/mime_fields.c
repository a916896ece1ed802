/* SPDX-License-Identifier: MIT */
#include "mime/mime_fields.h"

#include <stddef.h>

#include "mime/mime_header.h"
#include "mime/mime_identity.h"
#include "mime/mime_octets.h"

/* Behind the last line that fits. */
#define CUT "...\n"
/* ":" and 19 digits, ":" and 8, a line end. */
#define NUMBERS_MAX 31
/* A line of a value may have so many octets to be taken in one look. */
#define LOOK_MAX 1024

enum {
	AT_START, /* of a line, which may go on with the one before */
	AT_CR,	  /* behind a CR there: perhaps the empty line */
	AT_NAME,
	AT_GAP,	  /* blanks between a name and its colon */
	AT_LINE,  /* the start of a line of a value, or of its first one behind the colon
		   */
	AT_VALUE, /* also of a line that is no field */
};

void mime_lister_begin(struct mime_lister *l, struct sha256_ctx *sha)
{
	struct strbuf text = l->text, canon = l->canon, identity = l->identity;
	bool canon_only = l->canon_only;

	/* What is behind is long, and nothing of it is read that was not written. */
	memset(l, 0, offsetof(struct mime_lister, name));
	l->text = text;
	l->canon = canon;
	l->identity = identity;
	l->sha = sha;
	l->canon_only = canon_only;
	strbuf_clear(&l->text);
	strbuf_clear(&l->canon);
	strbuf_clear(&l->identity);
}

void mime_lister_done(struct mime_lister *l)
{
	strbuf_done(&l->text);
	strbuf_done(&l->canon);
	strbuf_done(&l->identity);
}

/* MIME_IDENTITY_FIELDS, told apart by their lengths and first letters. */
static bool is_identity(struct mime_lister *l, struct span name)
{
	static const struct {
		size_t n;
		const char *name;
	} fields[] = {
		{ 4, "date" },	       { 10, "message-id" }, { 4, "from" },
		{ 2, "to" },	       { 2, "cc" },	     { 7, "subject" },
		{ 11, "in-reply-to" }, { 10, "references" },
	};
	/* A name more there has a blank and itself more. */
	_Static_assert(sizeof MIME_IDENTITY_FIELDS ==
			       4 + 4 + 2 + 2 + 7 + 11 + 10 + 10 + COUNT_OF(fields),
		       "all that make identity");

	l->kept = NULL;
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (name.n == fields[i].n && (name.p[0] | 0x20) == fields[i].name[0] &&
		    span_ieq(name, (struct span){ fields[i].name, fields[i].n })) {
			l->kept = i == 0 ? &l->date : i == 1 ? &l->id : NULL;
			return true;
		}
	return false;
}

static void keep(struct mime_lister *l, struct span octets)
{
	if (!l->keep || l->identity_cut)
		return;
	if (octets.n > MIME_IDENTITY_MAX - l->identity.n) {
		octets.n = MIME_IDENTITY_MAX - l->identity.n;
		l->identity_cut = true;
	}
	strbuf_addspan(&l->identity, octets);
}

/*
 * Octets of which each stands for itself, copied: from ' ' to DEL, with something else
 * than a blank at both ends, and of blanks no two in a row.  False: they are to be looked
 * at one by one, and to holds anything.  No more than n octets are written.
 */
static bool stand(const char *p, size_t n, char *to)
{
	octets16 good, at, next;
	bool blank = false;

	if (n <= sizeof good) {
		for (size_t i = 0; i < n; i++) {
			if ((signed char)p[i] < ' ' || (blank && p[i] == ' '))
				return false;
			blank = p[i] == ' ';
			to[i] = p[i];
		}
		return true;
	}
	/* The last ones overlap with those before. */
	next = load16(p + n - sizeof next);
	store16(to + n - sizeof next, next);
	good = next > 0x1f;
	for (size_t i = 0;; i += sizeof at) {
		bool last = i + sizeof at >= n;

		if (last)
			i = n - sizeof at - 1;
		at = load16(p + i);
		next = load16(p + i + 1);
		good &= (at > 0x1f) & ~((at == ' ') & (next == ' '));
		store16(to + i, at);
		if (last)
			return all16(good);
	}
}

/* As mime_unfold and mime_munged, octet by octet. */
static void digest_some(struct mime_lister *l, const char *p, size_t n)
{
	bool blank = l->blank, begun = l->begun;
	char *to = l->run + l->run_n;

	for (size_t i = 0; i < n; i++) {
		if (mime_is_blank(p[i])) {
			blank = begun;
			continue;
		}
		if (blank)
			*to++ = ' ';
		blank = false;
		begun = true;
		*to++ = mime_munged(p[i]);
	}
	l->run_n = (size_t)(to - l->run);
	l->blank = blank;
	l->begun = begun;
}

/* A digest is begun for what is longer than the run alone. */
static void flush(struct mime_lister *l)
{
	if (l->fresh)
		sha256_begin(l->sha);
	l->fresh = false;
	sha256_add(l->sha, l->run, l->run_n);
	l->run_n = 0;
}

static uint32_t hash(struct mime_lister *l)
{
	struct sha256 d;

	if (l->fresh)
		return sha256_start_of(l->run, l->run_n);
	flush(l);
	sha256_end(l->sha, &d);
	return (uint32_t)d.bytes[0] << 24 | (uint32_t)d.bytes[1] << 16 |
	       (uint32_t)d.bytes[2] << 8 | d.bytes[3];
}

/* A line of a value, or what there is of it, with nothing odd between the blanks at its
 * ends: nearly all are.  False: nothing was taken. */
static bool digest_line(struct mime_lister *l, struct span s)
{
	struct span text = s;
	char *to = l->run + l->run_n;

	while (text.n > 0 && mime_is_blank(text.p[text.n - 1]))
		text.n--;
	while (text.n > 0 && mime_is_blank(text.p[0]))
		text = span_from(text, 1);
	if (text.n == 0 || text.n + 3 > sizeof l->run - l->run_n)
		return false;
	if (l->begun && (l->blank || text.p != s.p))
		*to++ = ' ';
	if (!stand(text.p, text.n, to))
		return false;
	l->run_n = (size_t)(to - l->run) + text.n;
	l->begun = true;
	l->blank = text.p + text.n != s.p + s.n;
	return true;
}

static void digest(struct mime_lister *l, struct span s)
{
	if (digest_line(l, s))
		return;
	while (s.n > 0) {
		size_t room, n;

		/* A line that was taken may have filled the run to its end. */
		if (sizeof l->run - l->run_n < 2)
			flush(l);
		/* No more than they are come out, and one blank from before. */
		room = sizeof l->run - l->run_n;
		n = s.n < room ? s.n : room - 1;
		digest_some(l, s.p, n);
		s = span_from(s, n);
	}
}

static void digest_octet(struct mime_lister *l, char c)
{
	digest(l, (struct span){ &c, 1 });
}

static void digest_anew(struct mime_lister *l)
{
	l->fresh = true;
	l->run_n = 0;
	l->blank = l->begun = false;
}

static void open_line(struct mime_lister *l)
{
	l->open = true;
	l->field = l->keep = false;
	l->name_n = 0;
	l->field_n = 0;
	digest_anew(l);
}

/* The name, and ":%lld:%08x\n", which takes longer than the digest. */
static void put_text(struct mime_lister *l, size_t name_n, uint32_t sum)
{
	static const char digits[] = "0123456789abcdef";
	char text[NUMBERS_MAX], *end = text + sizeof text, *p = end;
	int64_t n = l->field_n;

	if (l->canon_only) {
		/* Both colons, eight digits, the line end. */
		for (l->text_n += name_n + 12; n >= 10; n /= 10)
			l->text_n++;
		return;
	}
	*--p = '\n';
	for (int i = 0; i < 8; i++, sum >>= 4)
		*--p = digits[sum & 15];
	*--p = ':';
	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	*--p = ':';
	strbuf_add(&l->text, l->name, name_n);
	strbuf_add(&l->text, p, (size_t)(end - p));
	l->text_n = l->text.n;
}

static void put_canon(struct mime_lister *l, size_t name_n, uint32_t sum)
{
	uint8_t line[8 + MIME_FIELD_NAME_MAX + 16];

	sha256_put_u64(line, name_n);
	for (size_t i = 0; i < name_n; i += sizeof(octets16)) {
		octets16 v = load16(l->name + i);

		store16((char *)line + 8 + i, v | ((v >= 'A') & (v <= 'Z') & 0x20));
	}
	sha256_put_u64(line + 8 + name_n, sum);
	strbuf_add(&l->canon, line, 8 + name_n + 8);
}

static void close_line(struct mime_lister *l)
{
	size_t name_n = !l->field			  ? 0
			: l->name_n > MIME_FIELD_NAME_MAX ? MIME_FIELD_NAME_MAX
							  : l->name_n;
	uint32_t sum;

	if (!l->open)
		return;
	l->open = false;
	if (l->keep && l->kept != NULL)
		l->kept->to = l->identity.n;
	if (l->full)
		return;
	if (l->text_n + name_n + NUMBERS_MAX + sizeof CUT > MIME_FIELDS_MAX) {
		l->full = true;
		if (!l->canon_only)
			strbuf_adds(&l->text, CUT);
		return;
	}
	sum = hash(l);
	put_text(l, name_n, sum);
	put_canon(l, name_n, sum);
	l->stray_first |= name_n == 0 && l->fields + l->strays == 0;
	l->fields += name_n > 0;
	l->strays += name_n == 0;
}

/* The colon behind a name. */
static void start_value(struct mime_lister *l)
{
	l->field = true;
	l->at = AT_VALUE;
	digest_anew(l);
	l->keep = l->name_n <= MIME_FIELD_NAME_MAX &&
		  is_identity(l, (struct span){ l->name, l->name_n });
	if (!l->keep)
		return;
	/* Blanks between them need not be kept. */
	keep(l, (struct span){ l->name, l->name_n });
	keep(l, SPAN_LIT(":"));
	if (l->kept != NULL) {
		l->kept->n++;
		l->kept->from = l->identity.n;
	}
}

/* One octet of a line before its colon, when that is still to be expected. */
static void take_name(struct mime_lister *l, char c)
{
	l->field_n++;
	if (c == ':' && l->name_n > 0) {
		start_value(l);
		return;
	}
	digest_octet(l, c);
	if (l->at == AT_NAME && c > ' ' && c <= '~' && c != ':') {
		if (l->name_n < MIME_FIELD_NAME_MAX)
			l->name[l->name_n] = c;
		l->name_n++;
	} else if (l->name_n > 0 && (c == ' ' || c == '\t')) {
		l->at = AT_GAP;
	} else {
		l->at = c == '\n' ? AT_START : AT_VALUE;
	}
}

/* How many octets of a name there are at the start. */
static size_t name_run(struct span s)
{
	size_t n = 0;

	for (octets16 v, good; n + sizeof v <= s.n; n += sizeof v) {
		v = load16(s.p + n);
		good = (v > ' ') & (v <= '~') & (v != ':');
		if (!all16(good))
			return n + first16(good);
	}
	while (n < s.n && s.p[n] > ' ' && s.p[n] <= '~' && s.p[n] != ':')
		n++;
	return n;
}

/* Octets of a name in one go; returns how many. */
static size_t take_names(struct mime_lister *l, struct span s)
{
	size_t n = name_run(s), room;

	room = l->name_n < MIME_FIELD_NAME_MAX ? MIME_FIELD_NAME_MAX - l->name_n : 0;
	memcpy(l->name + (MIME_FIELD_NAME_MAX - room), s.p, n < room ? n : room);
	l->name_n += n;
	l->field_n += (int64_t)n;
	digest(l, (struct span){ s.p, n });
	return n;
}

/* A name with its colon behind it, at the start of a line: nearly all are.  Returns how
 * many octets; 0: it is something else, or not all of it is here. */
static size_t take_field(struct mime_lister *l, struct span s)
{
	size_t n = name_run(s);

	if (n == 0 || n == s.n || s.p[n] != ':')
		return 0;
	close_line(l);
	open_line(l);
	memcpy(l->name, s.p, n < MIME_FIELD_NAME_MAX ? n : MIME_FIELD_NAME_MAX);
	l->name_n = n;
	l->field_n = (int64_t)n + 1;
	start_value(l);
	l->at = AT_LINE;
	l->start_n = n + 1;
	return n + 1;
}

/* The first octet of a line that does not go on with the one before.  True: it is the
 * empty line. */
static bool take_start(struct mime_lister *l, char c)
{
	close_line(l);
	if (c == '\n')
		return true;
	if (c == '\r') {
		l->at = AT_CR;
		return false;
	}
	open_line(l);
	l->at = AT_NAME;
	take_name(l, c);
	return false;
}

/* A CR that does not make an empty line begins one that is no field. */
static void open_with_cr(struct mime_lister *l)
{
	open_line(l);
	l->at = AT_NAME;
	take_name(l, '\r');
}

/* A line of a value and its CRLF, with nothing odd between the blanks at its ends: nearly
 * all are.  Returns how many octets; 0: it is something else, or not all of it is here.
 */
static size_t take_line(struct mime_lister *l, struct span s)
{
	struct span text = s;
	size_t n, words;
	bool single;
	char *to;

	while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
		text = span_from(text, 1);
	if (sizeof l->run - l->run_n < LOOK_MAX + 1)
		flush(l);
	to = l->run + l->run_n;
	if (l->begun)
		*to++ = ' '; /* for the line end before */
	n = mime_words_copy(
		(struct span){ text.p, text.n < LOOK_MAX ? text.n : LOOK_MAX }, to,
		&single);
	if (!single || text.n - n < 2 || text.p[n] != '\r' || text.p[n + 1] != '\n')
		return 0;
	words = n - (n > 0 && text.p[n - 1] == ' ');
	if (words > 0) {
		l->run_n = (size_t)(to - l->run) + words;
		l->begun = true;
	}
	l->blank = l->begun;
	l->at = AT_START;
	n += (size_t)(text.p - s.p);
	l->lines++;
	if (l->start_n + n > l->longest)
		l->longest = l->start_n + n;
	l->field_n += (int64_t)n + 2;
	keep(l, (struct span){ s.p, n + 2 });
	return n + 2;
}

/* The value up to its line end; returns how many octets. */
static size_t take_value(struct mime_lister *l, struct span octets)
{
	const char *lf = memchr(octets.p, '\n', octets.n);

	if (lf != NULL) {
		octets.n = (size_t)(lf - octets.p) + 1;
		l->at = AT_START;
	}
	l->field_n += (int64_t)octets.n;
	keep(l, octets);
	digest(l, octets);
	return octets.n;
}

/* At the start of a line; returns how many octets. */
static size_t begin_line(struct mime_lister *l, struct span s)
{
	size_t n;

	if (l->open && (s.p[0] == ' ' || s.p[0] == '\t')) {
		l->at = AT_LINE;
		l->start_n = 0;
		return 0;
	}
	n = take_field(l, s);
	if (n > 0)
		return n;
	if (s.n > 1 && s.p[0] == '\r' && s.p[1] == '\n') {
		close_line(l);
		l->ended = true;
		l->lines++;
		return 2;
	}
	l->text_lines = false;
	l->ended = take_start(l, s.p[0]);
	return 1;
}

size_t mime_lister_feed(struct mime_lister *l, struct span octets)
{
	size_t i = 0, n;

	l->text_lines = l->at == AT_START;
	l->lines = 0;
	l->longest = 0;
	while (i < octets.n && !l->ended) {
		struct span rest = span_from(octets, i);

		switch (l->at) {
		case AT_START:
			i += begin_line(l, rest);
			break;
		case AT_LINE:
			n = take_line(l, rest);
			if (n == 0) {
				l->text_lines = false;
				l->at = AT_VALUE;
			}
			i += n;
			break;
		case AT_CR:
			if (rest.p[0] == '\n') {
				l->ended = true;
				i++;
			} else {
				open_with_cr(l);
			}
			break;
		case AT_NAME:
			i += take_names(l, rest);
			if (i == octets.n)
				break;
			take_name(l, octets.p[i++]);
			break;
		case AT_GAP:
			take_name(l, rest.p[0]);
			i++;
			break;
		default:
			i += take_value(l, rest);
		}
	}
	l->text_lines &= l->ended || l->at == AT_START;
	l->octets += (int64_t)i;
	return i;
}

void mime_lister_end(struct mime_lister *l)
{
	if (!l->ended && l->at == AT_CR)
		open_with_cr(l);
	close_line(l);
	l->at = AT_START;
}

void mime_fields(struct sha256_ctx *sha, struct span header, struct strbuf *out)
{
	struct mime_lister l = { 0 };

	mime_lister_begin(&l, sha);
	mime_lister_feed(&l, header);
	mime_lister_end(&l);
	strbuf_addspan(out, strbuf_span(&l.text));
	mime_lister_done(&l);
}
