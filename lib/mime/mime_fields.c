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

static void put(struct mime_lister *l, char c)
{
	if (l->run_n == sizeof l->run) {
		sha256_add(l->sha, l->run, l->run_n);
		l->run_n = 0;
	}
	l->run[l->run_n++] = c;
}

/* As mime_unfold and mime_munged, octet by octet. */
static void digest(struct mime_lister *l, char c)
{
	if (mime_is_blank(c)) {
		l->blank = l->begun;
		return;
	}
	if (l->blank)
		put(l, ' ');
	l->blank = false;
	l->begun = true;
	put(l, mime_munged(c));
}

static void digest_anew(struct mime_lister *l)
{
	sha256_begin(l->sha);
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

static void close_line(struct mime_lister *l)
{
	size_t name_n = !l->field			  ? 0
			: l->name_n > MIME_FIELD_NAME_MAX ? MIME_FIELD_NAME_MAX
							  : l->name_n;
	struct sha256 d;

	if (!l->open)
		return;
	l->open = false;
	sha256_add(l->sha, l->run, l->run_n);
	sha256_end(l->sha, &d);
	if (l->full)
		return;
	if (l->text.n + name_n + NUMBERS_MAX + sizeof CUT > MIME_FIELDS_MAX) {
		l->full = true;
		strbuf_adds(&l->text, CUT);
		return;
	}
	strbuf_add(&l->text, l->name, name_n);
	strbuf_addf(&l->text, ":%lld:%02x%02x%02x%02x\n", (long long)l->field_n,
		    d.bytes[0], d.bytes[1], d.bytes[2], d.bytes[3]);
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
	digest(l, c);
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

/* The first octet of a line.  True: it is the empty line. */
static bool take_start(struct mime_lister *l, char c)
{
	if (l->open && (c == ' ' || c == '\t')) {
		l->field_n++;
		keep(l, (struct span){ &c, 1 });
		digest(l, c);
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
	for (size_t i = 0; i < octets.n; i++)
		digest(l, octets.p[i]);
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
