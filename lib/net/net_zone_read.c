/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>

#include "base/num.h"
#include "base/text.h"
#include "net/net_zone_in.h"

#define LABEL_MAX	63
#define NAME_MAX_OCTETS 255 /* RFC 1035: with the length of each label, and the root */
#define TTL_MAX		2147483647

/* A word of the file: its octets as they stand there, quotes taken off. */
struct word {
	struct span s;
	bool quoted;
};

struct reader {
	struct net_zone *z;
	const char *file;
	struct span text;
	size_t at, line;
	const char *origin;    /* NULL: not known yet */
	const char *owner;     /* of the record before; NULL: there was none */
	int64_t ttl, last_ttl; /* of $TTL, of the record before; -1: none */
	int64_t minimum;       /* of the SOA record; -1 */
	const char *apex;      /* of this file; NULL */
	/* the record in hand */
	struct word word[ZONE_WORDS_MAX];
	size_t n;
	size_t first_line;
	bool blank_first; /* it begins with a blank: the owner is that of the one before
			   */
	struct err *err;
};

static bool bad(struct reader *r, const char *what)
{
	return err_set(r->err, ERR_CONFIG, "%s:%zu: %s", r->file, r->first_line, what);
}

/* ---- words ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* r->at is behind the opening quote. */
static bool quoted_word(struct reader *r, struct span *out)
{
	size_t from = r->at;

	for (; r->at < r->text.n && r->text.p[r->at] != '"'; r->at++) {
		if (r->text.p[r->at] == '\n')
			return bad(r, "a quote is not closed on its line");
		if (r->text.p[r->at] == '\\' && r->at + 1 < r->text.n &&
		    r->text.p[r->at + 1] != '\n')
			r->at++;
	}
	if (r->at == r->text.n)
		return bad(r, "a quote is not closed");
	*out = (struct span){ r->text.p + from, r->at - from };
	r->at++;
	return true;
}

static void plain_word(struct reader *r, struct span *out)
{
	size_t from = r->at;

	for (; r->at < r->text.n; r->at++) {
		char c = r->text.p[r->at];

		if (is_blank(c) || c == '\n' || strchr(";()\"", c) != NULL)
			break;
		if (c == '\\' && r->at + 1 < r->text.n && r->text.p[r->at + 1] != '\n')
			r->at++;
	}
	*out = (struct span){ r->text.p + from, r->at - from };
}

static bool take_word(struct reader *r)
{
	struct word w = { .quoted = r->text.p[r->at] == '"' };

	if (r->n == ZONE_WORDS_MAX)
		return bad(r, "a record of too many words");
	if (w.quoted) {
		r->at++;
		if (!quoted_word(r, &w.s))
			return false;
	} else {
		plain_word(r, &w.s);
	}
	if (w.s.n > ZONE_WORD_MAX)
		return bad(r, "a word is too long");
	r->word[r->n++] = w;
	return true;
}

/* The words up to the end of a line, over several lines within parentheses. */
static bool take_record(struct reader *r)
{
	unsigned depth = 0;

	r->n = 0;
	r->first_line = r->line;
	r->blank_first = is_blank(r->text.p[r->at]);
	while (r->at < r->text.n) {
		char c = r->text.p[r->at];

		if (c == '\n') {
			r->at++;
			r->line++;
			if (depth == 0)
				return true;
		} else if (c == '\0') {
			return bad(r, "a NUL");
		} else if (is_blank(c)) {
			r->at++;
		} else if (c == ';') {
			while (r->at < r->text.n && r->text.p[r->at] != '\n')
				r->at++;
		} else if (c == '(') {
			depth++;
			r->at++;
		} else if (c == ')') {
			if (depth-- == 0)
				return bad(r, "a parenthesis that nothing opened");
			r->at++;
		} else if (!take_word(r)) {
			return false;
		}
	}
	return depth == 0 || bad(r, "a parenthesis is not closed");
}

/* One octet of a word, its escape undone; false: the escape is none. */
static bool octet(struct span s, size_t *at, unsigned char *out, bool *escaped)
{
	uint64_t v;

	*escaped = s.p[*at] == '\\';
	if (!*escaped) {
		*out = (unsigned char)s.p[(*at)++];
		return true;
	}
	if (*at + 1 == s.n)
		return false;
	if (s.p[*at + 1] < '0' || s.p[*at + 1] > '9') {
		*out = (unsigned char)s.p[*at + 1];
		*at += 2;
		return true;
	}
	if (*at + 4 > s.n || !num_u64((struct span){ s.p + *at + 1, 3 }, 255, &v))
		return false;
	*out = (unsigned char)v;
	*at += 4;
	return true;
}

/* As ns_name_ntop writes it, so that both sources of answers agree. */
static void put_octet(struct strbuf *sb, unsigned char c)
{
	if (strchr("\".;\\()@$", c) != NULL && c != '\0')
		strbuf_addf(sb, "\\%c", c);
	else if (c > ' ' && c < 0x7F)
		strbuf_addc(sb, span_lower((char)c));
	else
		strbuf_addf(sb, "\\%03u", c);
}

/* Labels of s, each with its dot behind it but the last; *octets_io counts those on the
 * wire.  *full: it ends in a dot. */
static bool put_labels(struct span s, struct strbuf *sb, size_t *octets_io, bool *full)
{
	size_t label = 0, at = 0;
	unsigned char c;
	bool escaped;

	*full = false;
	while (at < s.n) {
		if (!octet(s, &at, &c, &escaped))
			return false;
		if (c == '.' && !escaped) {
			if (label == 0)
				return false;
			*octets_io += label + 1;
			label = 0;
			*full = at == s.n;
			if (!*full)
				strbuf_addc(sb, '.');
			continue;
		}
		if (++label > LABEL_MAX)
			return false;
		put_octet(sb, c);
	}
	*octets_io += label > 0 ? label + 1 : 0;
	return label > 0 || *full;
}

static size_t octets_of(const char *name)
{
	size_t n = 0;

	if (strcmp(name, ".") == 0)
		return 0;
	for (; *name != '\0'; name++, n++)
		if (*name == '\\')
			name += name[1] >= '0' && name[1] <= '9' ? 3 : 1;
	return n + 1;
}

static bool name_of(struct reader *r, struct span s, const char **out)
{
	struct strbuf sb = STRBUF_INIT;
	size_t octets = 1;
	bool full = false, ok = true;

	if (s.n == 1 && s.p[0] == '.') {
		*out = ".";
		return true;
	}
	if (s.n == 1 && s.p[0] == '@')
		full = false;
	else
		ok = s.n > 0 && put_labels(s, &sb, &octets, &full);
	if (ok && !full && r->origin == NULL) {
		strbuf_done(&sb);
		return bad(r, "a name without a dot at its end before any $ORIGIN: give "
			      "the zone's name, as in --zone example.org=FILE");
	}
	if (ok && !full) {
		octets += octets_of(r->origin);
		if (sb.n == 0)
			strbuf_adds(&sb, r->origin);
		else if (strcmp(r->origin, ".") != 0)
			strbuf_addf(&sb, ".%s", r->origin);
	}
	ok = ok && octets <= NAME_MAX_OCTETS;
	if (ok)
		*out = arena_strdup(&r->z->arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return ok || bad(r, "a name that is none");
}

/* "3600", "1h30m", "2w" */
static bool ttl_of(struct span s, int64_t *out)
{
	int64_t sum = 0, n = -1;

	for (size_t i = 0; i < s.n; i++) {
		char c = span_lower(s.p[i]);
		int64_t unit = c == 's'	  ? 1
			       : c == 'm' ? 60
			       : c == 'h' ? 3600
			       : c == 'd' ? 86400
			       : c == 'w' ? 604800
					  : 0;

		if (c >= '0' && c <= '9') {
			n = (n < 0 ? 0 : n) * 10 + (c - '0');
		} else if (unit == 0 || n < 0) {
			return false;
		} else {
			sum += n * unit;
			n = -1;
		}
		if (n > TTL_MAX || sum > TTL_MAX)
			return false;
	}
	sum += n < 0 ? 0 : n;
	if (s.n == 0 || sum > TTL_MAX)
		return false;
	*out = sum;
	return true;
}

/* ---- records ---- */

static bool number(struct span s, unsigned *out)
{
	uint64_t v;

	if (!num_u64(s, 65535, &v))
		return false;
	*out = (unsigned)v;
	return true;
}

static bool text_data(struct reader *r, size_t at, const char **out)
{
	struct strbuf sb = STRBUF_INIT;
	bool ok = at < r->n, escaped;
	unsigned char c;

	for (; ok && at < r->n; at++) {
		struct span s = r->word[at].s;
		size_t octets = 0;

		for (size_t i = 0; ok && i < s.n; octets++) {
			ok = octet(s, &i, &c, &escaped) && octets < 255;
			if (ok && c >= ' ' && c < 0x7F && c != '\\')
				strbuf_addc(&sb, (char)c);
			else if (ok)
				strbuf_addf(&sb, "\\%03u", c);
		}
	}
	if (ok)
		*out = arena_strdup(&r->z->arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return ok || bad(r, "a text of more than 255 octets, or a broken escape");
}

static bool address_data(struct reader *r, size_t at, int family, const char **out)
{
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];

	if (at + 1 != r->n || r->word[at].s.n >= sizeof text)
		return bad(r, "an address that is none");
	memcpy(text, r->word[at].s.p, r->word[at].s.n);
	text[r->word[at].s.n] = '\0';
	if (inet_pton(family, text, bytes) != 1 ||
	    inet_ntop(family, bytes, text, sizeof text) == NULL)
		return bad(r, "an address that is none");
	*out = arena_strdup(&r->z->arena, text);
	return true;
}

static bool soa_data(struct reader *r, size_t at, const char *owner)
{
	/* two names, then serial, refresh, retry, expire, minimum */
	if (at + 7 != r->n || !ttl_of(r->word[at + 6].s, &r->minimum))
		return bad(r, "a SOA record of other than seven fields");
	if (r->apex != NULL)
		return bad(r, "a second SOA record");
	r->apex = owner;
	zone_put_apex(r->z, owner);
	return true;
}

static bool data(struct reader *r, size_t at, struct dns_record *out)
{
	switch (out->type) {
	case DNS_A:
		return address_data(r, at, AF_INET, &out->data);
	case DNS_AAAA:
		return address_data(r, at, AF_INET6, &out->data);
	case DNS_CNAME:
	case ZONE_NS:
		return at + 1 == r->n ? name_of(r, r->word[at].s, &out->data)
				      : bad(r, "one name is wanted");
	case DNS_MX:
		if (at + 2 != r->n || !number(r->word[at].s, &out->preference))
			return bad(r, "a preference and a name are wanted");
		return name_of(r, r->word[at + 1].s, &out->data);
	case DNS_SRV:
		if (at + 4 != r->n || !number(r->word[at].s, &out->preference) ||
		    !number(r->word[at + 1].s, &out->weight) ||
		    !number(r->word[at + 2].s, &out->port))
			return bad(r, "priority, weight, port and a name are wanted");
		return name_of(r, r->word[at + 3].s, &out->data);
	case DNS_TXT:
		return text_data(r, at, &out->data);
	case ZONE_SOA:
		return soa_data(r, at, out->owner);
	default:
		return true;
	}
}

static const struct {
	const char *name;
	unsigned type;
} types[] = {
	{ "A", DNS_A },	   { "AAAA", DNS_AAAA }, { "CNAME", DNS_CNAME },
	{ "MX", DNS_MX },  { "TXT", DNS_TXT },	 { "SRV", DNS_SRV },
	{ "NS", ZONE_NS }, { "SOA", ZONE_SOA },
};

static unsigned type_of(struct span s)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (span_ieq_str(s, types[i].name))
			return types[i].type;
	return ZONE_OTHER;
}

/* A word of letters, digits and '-': then it may be a type that we do not know. */
static bool may_be_type(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = span_lower(s.p[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return s.n > 0;
}

static bool record(struct reader *r)
{
	struct dns_record out = { .data = "" };
	int64_t ttl = -1;
	size_t at = 0;

	if (!r->blank_first && !name_of(r, r->word[at++].s, &r->owner))
		return false;
	if (r->owner == NULL)
		return bad(r, "the first record has no owner");
	out.owner = r->owner;
	for (; at < r->n; at++) {
		if (span_ieq_str(r->word[at].s, "IN"))
			continue;
		if (span_ieq_str(r->word[at].s, "CH") ||
		    span_ieq_str(r->word[at].s, "HS") ||
		    span_ieq_str(r->word[at].s, "CS"))
			return bad(r, "a record of another class than IN");
		if (ttl >= 0 || !ttl_of(r->word[at].s, &ttl))
			break;
	}
	if (at == r->n || r->word[at].quoted || !may_be_type(r->word[at].s))
		return bad(r, "a record without a type");
	out.type = type_of(r->word[at++].s);
	if (!data(r, at, &out))
		return false;
	if (ttl < 0)
		ttl = r->ttl >= 0 ? r->ttl : r->last_ttl >= 0 ? r->last_ttl : r->minimum;
	r->last_ttl = ttl;
	out.ttl = ttl >= 0 ? (uint32_t)ttl : 0;
	if (r->z->n == ZONE_RECORDS_MAX)
		return err_set(r->err, ERR_LIMIT, "%s:%zu: more than %u records", r->file,
			       r->first_line, ZONE_RECORDS_MAX);
	zone_put(r->z, &out);
	return true;
}

static bool is_directive(const struct reader *r)
{
	return !r->blank_first && !r->word[0].quoted && r->word[0].s.n > 0 &&
	       r->word[0].s.p[0] == '$';
}

static bool directive(struct reader *r)
{
	struct span s = r->word[0].s;

	if (span_ieq_str(s, "$ORIGIN"))
		return r->n == 2 ? name_of(r, r->word[1].s, &r->origin)
				 : bad(r, "$ORIGIN takes one name");
	if (span_ieq_str(s, "$TTL"))
		return (r->n == 2 && ttl_of(r->word[1].s, &r->ttl)) ||
		       bad(r, "$TTL takes one time");
	return bad(r,
		   "a directive other than $ORIGIN and $TTL: let the name server write "
		   "the zone out whole (named-compilezone -o FILE, or a transfer)");
}

static bool read_all(struct reader *r)
{
	while (r->at < r->text.n) {
		if (!take_record(r))
			return false;
		if (r->n == 0)
			continue;
		if (!(is_directive(r) ? directive(r) : record(r)))
			return false;
	}
	if (r->apex == NULL) {
		r->first_line = r->line;
		return bad(r, "there is no SOA record: this is no zone");
	}
	return true;
}

bool net_zone_add(struct net_zone *z, const char *file, const char *origin,
		  struct span text, struct err *err)
{
	struct reader *r;
	char *shown;
	bool ok;

	if (text.n > ZONE_SIZE_MAX)
		return err_set(err, ERR_LIMIT, "a zone file of more than %u octets",
			       ZONE_SIZE_MAX);
	r = mem_calloc(1, sizeof *r);
	shown = mem_alloc(256);
	r->z = z;
	r->file = text_show_buf(shown, 256, span_str(file));
	r->text = text;
	r->line = r->first_line = 1;
	r->ttl = r->last_ttl = r->minimum = -1;
	r->err = err;
	if (origin != NULL)
		r->origin = arena_strdup(&z->arena, origin);
	ok = read_all(r);
	free(shown);
	free(r);
	return ok;
}
