/* SPDX-License-Identifier: MIT */
#include "mime/mime_fields.h"

#include "mime/mime_header.h"
#include "mime/mime_identity.h"

/* Behind the last line that fits. */
#define CUT "...\n"
/* ":" and 19 digits, ":" and 8, a line end. */
#define NUMBERS_MAX 31

enum {
	AT_START, /* of a line, which may go on with the one before */
	AT_CR,	  /* behind a CR there: perhaps the empty line */
	AT_NAME,
	AT_GAP,	  /* blanks between a name and its colon */
	AT_VALUE, /* also of a line that is no field */
};

void mime_lister_begin(struct mime_lister *l, struct sha256_ctx *sha)
{
	struct strbuf text = l->text, identity = l->identity;

	*l = (struct mime_lister){ .text = text, .identity = identity, .sha = sha };
	strbuf_clear(&l->text);
	strbuf_clear(&l->identity);
}

void mime_lister_done(struct mime_lister *l)
{
	strbuf_done(&l->text);
	strbuf_done(&l->identity);
}

static bool is_identity(struct span name)
{
	static const char names[] = MIME_IDENTITY_FIELDS;

	for (const char *p = names; *p != '\0';) {
		size_t n = strcspn(p, " ");

		if (span_ieq(name, (struct span){ p, n }))
			return true;
		p += n;
		p += *p == ' ';
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

#define EACH(octet) (UINT64_C(0x0101010101010101) * (octet))

/* Eight octets, the first of them the lowest. */
static uint64_t eight(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/*
 * Eight octets of which each stands for itself: from ' ' to DEL, and of blanks no two in
 * a row, nor one behind such as count for nothing.  *blank_out: the last is a blank,
 * which waits for what follows.  An octet below ' ' borrows from the next one, and is
 * found out by its own highest bit.
 */
static bool stand(const char *p, bool blank, bool begun, bool *blank_out)
{
	uint64_t v = eight(p), blanks;

	if ((((v - EACH(0x20)) | v) & EACH(0x80)) != 0)
		return false;
	blanks = (((v ^ EACH(0x20)) + EACH(0x7f)) & EACH(0x80)) ^ EACH(0x80);
	if ((blanks & blanks << 8) != 0 || ((blanks & 0x80) != 0 && (blank || !begun)))
		return false;
	*blank_out = blanks >> 63 != 0;
	return true;
}

/* As mime_unfold and mime_munged, octet by octet where it must be. */
static void digest_some(struct mime_lister *l, const char *p, size_t n)
{
	bool blank = l->blank, begun = l->begun;
	char *to = l->run + l->run_n;

	for (size_t i = 0; i < n; i++) {
		for (bool ends; i + 8 <= n && stand(p + i, blank, begun, &ends); i += 8) {
			if (blank)
				*to++ = ' ';
			memcpy(to, p + i, 8);
			to += ends ? 7 : 8;
			blank = ends;
			begun = true;
		}
		if (i == n)
			break;
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

/* To begin a digest takes longer than most fields do: not before there is something, and
 * not for a name, which is dropped at its colon. */
static void flush(struct mime_lister *l)
{
	if (l->fresh)
		sha256_begin(l->sha);
	l->fresh = false;
	sha256_add(l->sha, l->run, l->run_n);
	l->run_n = 0;
}

static void digest(struct mime_lister *l, struct span s)
{
	while (s.n > 0) {
		/* No more than they are come out, and one blank from before. */
		size_t room = sizeof l->run - l->run_n, n = s.n < room ? s.n : room - 1;

		digest_some(l, s.p, n);
		s = span_from(s, n);
		if (sizeof l->run - l->run_n < 2)
			flush(l);
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

/* ":%lld:%02x%02x%02x%02x\n", which takes longer than the digest. */
static void put_numbers(struct mime_lister *l, const struct sha256 *d)
{
	static const char digits[] = "0123456789abcdef";
	char text[NUMBERS_MAX], *end = text + sizeof text, *p = end;
	int64_t n = l->field_n;

	*--p = '\n';
	for (int i = 3; i >= 0; i--) {
		*--p = digits[d->bytes[i] & 15];
		*--p = digits[d->bytes[i] >> 4];
	}
	*--p = ':';
	do {
		*--p = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	*--p = ':';
	strbuf_add(&l->text, p, (size_t)(end - p));
}

static void close_line(struct mime_lister *l)
{
	size_t name_n = !l->field			  ? 0
			: l->name_n > MIME_FIELD_NAME_MAX ? MIME_FIELD_NAME_MAX
							  : l->name_n;
	struct sha256 d;

	if (!l->open)
		return;
	l->open = false;
	flush(l);
	sha256_end(l->sha, &d);
	if (l->full)
		return;
	if (l->text.n + name_n + NUMBERS_MAX + sizeof CUT > MIME_FIELDS_MAX) {
		l->full = true;
		strbuf_adds(&l->text, CUT);
		return;
	}
	strbuf_add(&l->text, l->name, name_n);
	put_numbers(l, &d);
}

/* The colon behind a name. */
static void start_value(struct mime_lister *l)
{
	size_t n = l->name_n > MIME_FIELD_NAME_MAX ? MIME_FIELD_NAME_MAX : l->name_n;

	l->field = true;
	l->at = AT_VALUE;
	digest_anew(l);
	l->keep = l->name_n <= MIME_FIELD_NAME_MAX &&
		  is_identity((struct span){ l->name, n });
	/* Blanks between them need not be kept. */
	keep(l, (struct span){ l->name, n });
	keep(l, SPAN_LIT(":"));
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

/* Octets of a name in one go; returns how many. */
static size_t take_names(struct mime_lister *l, struct span s)
{
	size_t n = 0, room;

	while (n < s.n && s.p[n] > ' ' && s.p[n] <= '~' && s.p[n] != ':')
		n++;
	room = l->name_n < MIME_FIELD_NAME_MAX ? MIME_FIELD_NAME_MAX - l->name_n : 0;
	memcpy(l->name + (MIME_FIELD_NAME_MAX - room), s.p, n < room ? n : room);
	l->name_n += n;
	l->field_n += (int64_t)n;
	digest(l, (struct span){ s.p, n });
	return n;
}

/* The first octet of a line.  True: it is the empty line. */
static bool take_start(struct mime_lister *l, char c)
{
	if (l->open && (c == ' ' || c == '\t')) {
		l->field_n++;
		keep(l, (struct span){ &c, 1 });
		digest_octet(l, c);
		l->at = AT_VALUE;
		return false;
	}
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

size_t mime_lister_feed(struct mime_lister *l, struct span octets)
{
	size_t i = 0;

	while (i < octets.n && !l->ended) {
		char c = octets.p[i];

		switch (l->at) {
		case AT_START:
			l->ended = take_start(l, c);
			i++;
			break;
		case AT_CR:
			if (c == '\n') {
				l->ended = true;
				i++;
			} else {
				open_with_cr(l);
			}
			break;
		case AT_NAME:
			i += take_names(l, span_from(octets, i));
			if (i == octets.n)
				break;
			take_name(l, octets.p[i++]);
			break;
		case AT_GAP:
			take_name(l, c);
			i++;
			break;
		default:
			i += take_value(l, span_from(octets, i));
		}
	}
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
