/* SPDX-License-Identifier: MIT */
#include "lab/seed/mail.h"

#include "base/clock.h"

/* What is odd about a message.  Rates per 10,000; the rest is plain. */
enum oddity {
	ODD_NOTHING,
	ODD_FOLDED_ID, /* Message-ID on a continuation line */
	ODD_NO_ID,
	ODD_TWO_IDS, /* two Message-ID fields */
	ODD_BARE_ID, /* neither angle brackets nor "@" */
	ODD_EMPTY_ID,
	ODD_COMMENT_ID, /* (comment) before the identifier */
	ODD_SAME_ID,	/* another message under the identifier of an earlier one */
	ODD_COPY,	/* the previous message once more, octet by octet */
	ODD_CARRY,	/* also filed as the first message of the next folder */
	ODD_8BIT,	/* raw Latin-1 in Subject and From */
	ODD_UTF8,	/* raw UTF-8 there */
	ODD_NO_DATE,
	ODD_NO_DATE_NO_ID,
	ODD_REFERENCES, /* some kB of References */
	ODD_TINY,	/* as short as mail can be */
	ODD_LONG_LINE,	/* one line of 3,000 octets */
	ODD_CR,		/* a line that ends in CR CR LF */
};
static const unsigned odd_rate[] = {
	[ODD_FOLDED_ID] = 150,	  [ODD_NO_ID] = 120,	  [ODD_TWO_IDS] = 30,
	[ODD_BARE_ID] = 40,	  [ODD_EMPTY_ID] = 20,	  [ODD_COMMENT_ID] = 20,
	[ODD_SAME_ID] = 80,	  [ODD_COPY] = 100,	  [ODD_CARRY] = 60,
	[ODD_8BIT] = 100,	  [ODD_UTF8] = 80,	  [ODD_NO_DATE] = 40,
	[ODD_NO_DATE_NO_ID] = 20, [ODD_REFERENCES] = 200, [ODD_TINY] = 200,
	[ODD_LONG_LINE] = 50,	  [ODD_CR] = 4,
};

static const char *const people[] = {
	"Anna Berg <anna@example.org>",
	"=?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg@example.net>",
	"\"Smith, John (Sales)\" <john.smith@sales.example.com>",
	"=?iso-2022-jp?B?GyRCO0VNTRsoQg==?= <yamada@example.jp>",
	"cron@db1.example.org (Cron Daemon)",
	"Marie-Claire Dubois <mcd@example.fr>",
	"noreply@lists.example.org",
	"Olga P. <olga@mail.example.ru>",
	"undisclosed-recipients:;",
	"Peter <peter@EXAMPLE.org>",
};
static const char *const subjects[] = {
	"Minutes of the meeting",
	"Re: Budget",
	"[cyrus-devel] release candidate",
	"Invoice",
	"Fwd: holiday pictures",
	"=?utf-8?B?w5xiZXJzaWNodCBkZXIgS29zdGVu?=",
	"Out of office",
	"Re: Re: AW: Termin",
	"Nightly build failed",
	"",
};
static const char *const words[] = {
	"the",	   "server", "mail",  "of",	"was",	  "moved",	     "to",
	"new",	   "and",    "we",    "folder", "please", "report",	     "week",
	"message", "before", "after", "not",	"lost",	  "found",	     "account",
	"table",   "with",   "from",  "until",	"Monday", "Gr=C3=BC=C3=9Fe", "budget",
	"plan",	   "copy",   "a",     "in",
};
static const char *const keywords[] = { "$Forwarded", "NonJunk", "Work", "$label1",
					"$MDNSent",   "later",	 "$Junk" };

/* splitmix64 */
uint64_t rng_next(struct rng *r)
{
	uint64_t z = (r->state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (uint32_t)((rng_next(r) >> 32) * n >> 32);
}

#define PICK(rng, table) ((table)[rng_below((rng), COUNT_OF(table))])

static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

static void zone_text(int zone, char out[8])
{
	int minutes = zone < 0 ? -zone : zone;

	snprintf(out, 8, "%c%02d%02d", zone < 0 ? '-' : '+', minutes / 60 % 24,
		 minutes % 60);
}

const char *mail_imap_date(const struct mail *m, char buf[40])
{
	struct clock_civil c;
	char zone[8];

	clock_to_civil(m->date + m->zone * 60, &c);
	zone_text(m->zone, zone);
	snprintf(buf, 40, "%2d-%s-%04d %02d:%02d:%02d %s", c.day,
		 month_names[c.month - 1], c.year, c.hour, c.minute, c.second, zone);
	return buf;
}

static void add_date_field(struct strbuf *out, const struct mail *m)
{
	struct clock_civil c;
	char zone[8];

	clock_to_civil(m->date + m->zone * 60, &c);
	zone_text(m->zone, zone);
	strbuf_addf(out, "Date: %d %s %04d %02d:%02d:%02d %s\r\n", c.day,
		    month_names[c.month - 1], c.year, c.hour, c.minute, c.second, zone);
}

void mail_writer_init(struct mail_writer *w, uint64_t seed, const char *user)
{
	*w = (struct mail_writer){ .rng = { seed } };
	snprintf(w->user, sizeof w->user, "%s", user);
	for (const char *p = user; *p != '\0'; p++)
		w->rng.state = rng_next(&w->rng) ^ (unsigned char)*p;
}

void mail_writer_done(struct mail_writer *w)
{
	strbuf_done(&w->now.text);
	strbuf_done(&w->carry);
	strbuf_done(&w->thread);
}

/* A new identifier, in one of the shapes that mail programs make; the serial number keeps
 * them apart. */
static void make_id(struct mail_writer *w, char out[128])
{
	unsigned long long r = rng_next(&w->rng), n = w->serial;

	switch (r % 4) {
	case 0:
		snprintf(out, 128, "CA+%llx=%llx_%s@mail.example.com", r, n, w->user);
		break;
	case 1:
		snprintf(out, 128, "%08llX.%llu.%s@Example.ORG", r >> 32, n, w->user);
		break;
	case 2:
		snprintf(out, 128, "%08llx-%04llx-4%03llx-%s%llu@localhost.localdomain",
			 r >> 32, r >> 16 & 0xffff, r >> 4 & 0xfff, w->user, n);
		break;
	default:
		snprintf(out, 128, "20%02llu%05llu.%s.%llx@db%llu.example.net", r % 15, n,
			 w->user, r >> 40, r % 7);
	}
}

static void add_id_field(struct mail_writer *w, enum oddity odd)
{
	struct strbuf *t = &w->now.text;
	char id[128];

	make_id(w, id);
	switch (odd) {
	case ODD_NO_ID:
	case ODD_NO_DATE_NO_ID:
		return;
	case ODD_FOLDED_ID:
		strbuf_addf(t, "Message-ID:\r\n\t<%s>\r\n", id);
		break;
	case ODD_TWO_IDS:
		strbuf_addf(t, "Message-ID: <%s>\r\nMessage-Id: <second.%s>\r\n", id, id);
		break;
	case ODD_BARE_ID:
		strbuf_addf(t, "Message-ID: %llu-%s\r\n", (unsigned long long)w->serial,
			    w->user);
		break;
	case ODD_EMPTY_ID:
		strbuf_adds(t, "Message-ID: \r\n");
		break;
	case ODD_COMMENT_ID:
		strbuf_addf(t, "Message-ID: (made by hand) <%s>\r\n", id);
		break;
	case ODD_SAME_ID:
		strbuf_addf(t, "Message-ID: <%s>\r\n",
			    w->last_id[0] != '\0' ? w->last_id : id);
		break;
	default:
		/* Some programs put two blanks, or none. */
		strbuf_addf(t, "%s:%s<%s>\r\n",
			    w->serial % 5 == 0 ? "Message-Id" : "Message-ID",
			    w->serial % 31 == 0	  ? ""
			    : w->serial % 29 == 0 ? "  "
						  : " ",
			    id);
		snprintf(w->last_id, sizeof w->last_id, "%s", id);
	}
}

static void add_references(struct mail_writer *w, bool many)
{
	char id[128];

	make_id(w, id);
	if (w->thread.n > 6000)
		strbuf_clear(&w->thread);
	strbuf_addf(&w->thread, "\r\n <%s>", id);
	for (int i = 0; many && i < 40; i++) {
		make_id(w, id);
		strbuf_addf(&w->thread, "\r\n <%d.%s>", i, id);
	}
	strbuf_addf(&w->now.text, "In-Reply-To: <%s>\r\nReferences:", id);
	strbuf_addspan(&w->now.text, strbuf_span(&w->thread));
	strbuf_adds(&w->now.text, "\r\n");
}

static void add_words(struct mail_writer *w, size_t octets)
{
	struct strbuf *t = &w->now.text;
	size_t start = t->n, line = t->n;

	while (t->n - start < octets) {
		strbuf_adds(t, PICK(&w->rng, words));
		if (t->n - line > 68) {
			strbuf_adds(t, "\r\n");
			line = t->n;
		} else {
			strbuf_addc(t, ' ');
		}
	}
	strbuf_adds(t, "\r\n");
}

/* Lines that look like base64. */
static void add_attachment(struct mail_writer *w, size_t octets)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char line[78];

	for (size_t n = 0; n < octets; n += sizeof line) {
		for (size_t i = 0; i < 76; i += 8) {
			uint64_t r = rng_next(&w->rng);

			for (size_t k = i; k < i + 8 && k < 76; k++, r >>= 6)
				line[k] = digits[r & 63];
		}
		line[76] = '\r';
		line[77] = '\n';
		strbuf_add(&w->now.text, line, sizeof line);
	}
}

static size_t body_octets(struct rng *r, enum mail_style style)
{
	uint32_t dice = rng_below(r, 1000);

	if (style == MAIL_STYLE_SMALL)
		return 100 + rng_below(r, 1800);
	if (style == MAIL_STYLE_LARGE)
		return 20000 +
		       (dice < 900 ? rng_below(r, 400000) : rng_below(r, 6000000));
	if (dice < 700)
		return 100 + rng_below(r, 2800);
	if (dice < 940)
		return 3000 + rng_below(r, 9000);
	if (dice < 994)
		return 12000 + rng_below(r, 40000);
	return 60000 + rng_below(r, 300000);
}

static void add_body(struct mail_writer *w, enum mail_style style, enum oddity odd)
{
	struct strbuf *t = &w->now.text;
	size_t octets = body_octets(&w->rng, style);

	if (octets > 12000) {
		strbuf_addf(t,
			    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
			    "boundary=\"=_%llu\"\r\n\r\n"
			    "--=_%llu\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
			    (unsigned long long)w->serial, (unsigned long long)w->serial);
		add_words(w, 400);
		strbuf_addf(t,
			    "--=_%llu\r\nContent-Type: application/octet-stream; "
			    "name=\"report.bin\"\r\n"
			    "Content-Transfer-Encoding: base64\r\n\r\n",
			    (unsigned long long)w->serial);
		add_attachment(w, octets);
		strbuf_addf(t, "--=_%llu--\r\n", (unsigned long long)w->serial);
		return;
	}
	strbuf_adds(t, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
		       "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	add_words(w, octets);
	if (odd == ODD_CR)
		strbuf_adds(t, "This line was written by a broken program.\r\r\n");
	if (odd == ODD_LONG_LINE) {
		for (int i = 0; i < 300; i++)
			strbuf_adds(t, "0123456789");
		strbuf_adds(t, "\r\n");
	}
}

static void write_text(struct mail_writer *w, enum mail_style style, enum oddity odd)
{
	struct strbuf *t = &w->now.text;
	unsigned long long n = w->serial;

	strbuf_clear(t);
	if (odd == ODD_TINY) {
		strbuf_addf(t, "From: %s@example.org\r\nSubject: note %llu\r\n", w->user,
			    n);
		add_date_field(t, &w->now);
		add_id_field(w, odd);
		strbuf_addf(t, "\r\nok %llu\r\n", n);
		return;
	}
	strbuf_addf(t, "Return-Path: <bounce-%llu@example.org>\r\n", n);
	strbuf_addf(t,
		    "Received: from relay%llu.example.net (relay.example.net "
		    "[192.0.2.%llu])\r\n"
		    "\tby mx.example.org (Postfix) with ESMTPS id %08llX\r\n\tfor "
		    "<%s@example.org>\r\n",
		    n % 9, n % 250, (unsigned long long)rng_next(&w->rng) >> 32, w->user);
	if (odd == ODD_8BIT)
		strbuf_addf(t, "From: J\xf6rg M\xfcller <joerg%llu@example.net>\r\n",
			    n % 100);
	else
		strbuf_addf(t, "From: %s\r\n", PICK(&w->rng, people));
	strbuf_addf(t, "To: %s@example.org%s\r\n", w->user,
		    n % 6 == 0 ? ",\r\n\tteam@example.org" : "");
	if (n % 7 == 0)
		strbuf_addf(t, "Cc: %s\r\n", PICK(&w->rng, people));
	strbuf_addf(t, "Subject: %s%s %llu\r\n",
		    odd == ODD_8BIT   ? "Gr\xfc\xdf"
					"e "
		    : odd == ODD_UTF8 ? "Gr\xc3\xbc\xc3\x9f"
					"e "
				      : "",
		    PICK(&w->rng, subjects), n);
	if (odd != ODD_NO_DATE && odd != ODD_NO_DATE_NO_ID)
		add_date_field(t, &w->now);
	add_id_field(w, odd);
	if (odd == ODD_REFERENCES || n % 4 == 0)
		add_references(w, odd == ODD_REFERENCES);
	add_body(w, style, odd);
}

static void write_uniform(struct mail_writer *w)
{
	struct strbuf *t = &w->now.text;

	strbuf_clear(t);
	strbuf_addf(t,
		    "From: sender%llu@example.org\r\nTo: %s@example.org\r\nSubject: "
		    "message %llu\r\n",
		    (unsigned long long)w->serial % 1000, w->user,
		    (unsigned long long)w->serial);
	add_date_field(t, &w->now);
	strbuf_addf(t, "Message-ID: <%016llx.%llu@bench.example.org>\r\n\r\n",
		    (unsigned long long)rng_next(&w->rng), (unsigned long long)w->serial);
	while (t->n < 1080)
		strbuf_adds(t, "A line of text that fills the message.\r\n");
}

static void write_flags(struct mail_writer *w, enum mail_style style)
{
	static const struct {
		const char *name;
		uint32_t per_thousand;
	} flag[] = { { "\\Seen", 780 },
		     { "\\Answered", 150 },
		     { "\\Flagged", 50 },
		     { "\\Deleted", 4 } };
	char *p = w->now.flags, *end = p + sizeof w->now.flags;

	*p = '\0';
	for (size_t i = 0; i < COUNT_OF(flag); i++)
		if (rng_below(&w->rng, 1000) < flag[i].per_thousand)
			p += snprintf(p, (size_t)(end - p), "%s%s",
				      p == w->now.flags ? "" : " ", flag[i].name);
	if (style == MAIL_STYLE_DRAFTS)
		p += snprintf(p, (size_t)(end - p), "%s\\Draft",
			      p == w->now.flags ? "" : " ");
	for (int i = 0; i < 2; i++)
		if (rng_below(&w->rng, 1000) < 90) {
			const char *k = PICK(&w->rng, keywords);

			if (strstr(w->now.flags, k) == NULL)
				p += snprintf(p, (size_t)(end - p), "%s%s",
					      p == w->now.flags ? "" : " ", k);
		}
}

static enum oddity choose(struct mail_writer *w, enum mail_style style)
{
	uint32_t dice = rng_below(&w->rng, 10000);

	/* So that each ordinary account has each kind, however small it is. */
	if (style == MAIL_STYLE_MIXED && w->serial < COUNT_OF(odd_rate) &&
	    w->serial != ODD_CR)
		return (enum oddity)w->serial;
	for (size_t i = 1; i < COUNT_OF(odd_rate); i++) {
		if (dice < odd_rate[i])
			return (enum oddity)i;
		dice -= odd_rate[i];
	}
	return ODD_NOTHING;
}

const struct mail *mail_next(struct mail_writer *w, enum mail_style style, int64_t index,
			     int64_t count)
{
	static const int zones[] = { 0, 60, 120, -300, 540, 330 };
	static const int64_t years_15 = 15 * 31556952LL;
	struct mail *m = &w->now;
	int64_t step = years_15 / (count > 0 ? count : 1);
	enum oddity odd;

	if (index == 0 && w->carry.n > 0) {
		strbuf_clear(&m->text);
		strbuf_addspan(&m->text, strbuf_span(&w->carry));
		strbuf_clear(&w->carry);
		return m;
	}
	odd = choose(w, style);
	w->serial++;
	if (odd == ODD_COPY && index > 0) {
		m->date += rng_below(&w->rng, 2) * 60;
		return m;
	}
	/* 2009-01-05, then evenly on, with some chance */
	m->date = 1231113600 + index * step +
		  (int64_t)(rng_next(&w->rng) % (uint64_t)(step > 0 ? step : 1));
	m->zone = PICK(&w->rng, zones);
	write_flags(w, style);
	if (style == MAIL_STYLE_UNIFORM)
		write_uniform(w);
	else
		write_text(w, style, odd);
	if (odd == ODD_CARRY) {
		strbuf_clear(&w->carry);
		strbuf_addspan(&w->carry, strbuf_span(&m->text));
	}
	return m;
}
