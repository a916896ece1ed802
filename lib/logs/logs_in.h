/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_IN_H
#define LOGS_LOGS_IN_H
/*
 * Private to lib/logs: the head that most lines share, and the little words in which the
 * scanners are written.
 */
#include "logs/logs_line.h"

/* Tags that most lines have. */
enum log_tag { LOG_TAG_OTHER, LOG_TAG_POSTFIX, LOG_TAG_DOVECOT, LOG_TAG_CYRUS };

/* A line behind its time: "host tag[pid]: text", or without host. */
struct log_head {
	struct span line; /* all of it */
	struct span host; /* "" when there is none */
	struct span tag;  /* program, without [pid] and colon; "" when there is none */
	struct span pid;  /* "" */
	struct span
		text; /* behind the tag's colon and blanks; all when there is no tag */
	struct span rest; /* from the tag on */
	enum log_tag known;
	bool bracketed; /* the time stood in brackets (Sun, Kerio) */
	bool syslog;	/* it has the shape of a syslog line: host and tag */
	bool no_sender; /* see logs_scanner_no_sender */
};

/* What a scanner says. */
enum log_verdict { NOT_MINE, BROKEN, MINE };

/* Eight octets at p, as they lie there. */
static inline uint64_t log_word_at(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* Never reads past a span; an empty span where nothing is found. */
static inline bool log_starts(struct span s, const char *lit)
{
	size_t n = strlen(lit);

	return s.n >= n && memcmp(s.p, lit, n) == 0;
}
/* Are these n octets, 8 or more, the same? */
static inline bool log_same(const char *a, const char *b, size_t n)
{
	uint64_t x, y, diff = 0;

	for (size_t i = 0; i + 8 < n; i += 8) {
		memcpy(&x, a + i, sizeof x);
		memcpy(&y, b + i, sizeof y);
		diff |= x ^ y;
	}
	memcpy(&x, a + n - 8, sizeof x);
	memcpy(&y, b + n - 8, sizeof y);
	return (diff | (x ^ y)) == 0;
}
/* Octets before the first of these two in s; s.n: there is none. */
static inline size_t log_upto_either(struct span s, char a, char b)
{
	size_t n = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t ones = UINT64_C(0x0101010101010101);

	for (; n + 8 <= s.n; n += 8) {
		uint64_t x = log_word_at(s.p + n) ^ ones * (unsigned char)a;
		uint64_t y = log_word_at(s.p + n) ^ ones * (unsigned char)b;

		/* the lowest high bit that is set is right */
		x = (((x - ones) & ~x) | ((y - ones) & ~y)) & ones << 7;
		if (x != 0)
			return n + (size_t)__builtin_ctzll(x) / 8;
	}
#endif
	while (n < s.n && s.p[n] != a && s.p[n] != b)
		n++;
	return n;
}
/* Take lit off the front. */
static inline bool log_eat(struct span *s, const char *lit)
{
	size_t n = strlen(lit);

	if (s->n < n || memcmp(s->p, lit, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}
/* Index of lit in s, or -1; the last one.  By the first octet: memmem sets up a table at
 * each call, which costs more than a line takes. */
static inline ptrdiff_t log_find(struct span s, const char *lit)
{
	size_t n = strlen(lit);
	const char *p = s.p, *end;

	if (s.n < n || n == 0)
		return n == 0 ? 0 : -1;
	end = s.p + s.n - n + 1;
	while (p < end && (p = memchr(p, lit[0], (size_t)(end - p))) != NULL) {
		if (n == 1 || (p[1] == lit[1] && memcmp(p, lit, n) == 0))
			return p - s.p;
		p++;
	}
	return -1;
}
ptrdiff_t log_find_last(struct span s, const char *lit);
static inline bool log_has(struct span s, const char *lit)
{
	return log_find(s, lit) >= 0;
}
static inline bool log_ends(struct span s, const char *lit)
{
	size_t n = strlen(lit);

	return s.n >= n && memcmp(s.p + s.n - n, lit, n) == 0;
}
static inline struct span log_upto(struct span s, size_t n)
{
	return (struct span){ s.p, n < s.n ? n : s.n };
}
static inline void log_blanks(struct span *s)
{
	while (s->n > 0 && s->p[0] == ' ') {
		s->p++;
		s->n--;
	}
}
static inline bool log_digit(char c)
{
	return c >= '0' && c <= '9';
}
/* Up to the next blank, which is taken too. */
struct span log_word(struct span *s);
/* An address without brackets, port and "::ffff:"; empty when s is none. */
struct span log_address(struct span s);
/* The address in the last "[...]" of s that holds one. */
struct span log_bracket_last(struct span s);
/* The value behind key (", rip=") up to the next comma or blank, or the end. */
static inline struct span log_value(struct span s, const char *key)
{
	ptrdiff_t at = log_find(s, key);

	if (at < 0)
		return (struct span){ s.p, 0 };
	s = span_from(s, (size_t)at + strlen(key));
	return log_upto(s, log_upto_either(s, ',', ' '));
}
/* The tag of a process is this word: the whole, or behind the last slash. */
struct span log_base(struct span tag);

enum log_verdict logs_dovecot(const struct log_head *h, struct log_line *out);
enum log_verdict logs_dovecot_login(struct span text, enum log_protocol protocol,
				    struct log_line *out);
enum log_verdict logs_cyrus(const struct log_head *h, struct log_line *out);
enum log_verdict logs_courier(const struct log_head *h, struct log_line *out);
enum log_verdict logs_postfix(const struct log_head *h, struct log_line *out);
enum log_verdict logs_zimbra(const struct log_head *h, struct log_line *out);
enum log_verdict logs_sun(const struct log_head *h, struct log_line *out);
enum log_verdict logs_exim(const struct log_head *h, struct log_line *out);
enum log_verdict logs_uw(const struct log_head *h, struct log_line *out);
enum log_verdict logs_sendmail(const struct log_head *h, struct log_line *out);
enum log_verdict logs_dbmail(const struct log_head *h, struct log_line *out);
enum log_verdict logs_proxy(const struct log_head *h, struct log_line *out);

/* Formats that bring lines of one session together keep what they saw here. */
struct logs_sessions;
struct logs_sessions *logs_sessions_new(void);
void logs_sessions_free(struct logs_sessions *s);
void logs_sessions_forget(struct logs_sessions *s);
/* The slot of key, made anew for want of one. */
#define LOG_SESSION_SLOTS 256u
struct logs_session {
	uint64_t key; /* 0: free */
	uint32_t used;
	unsigned char user_n, rip_n, state;
	char user[LOGS_NAME_MAX], rip[63];
};
struct logs_session *logs_session(struct logs_sessions *s, struct span a, struct span b);
void logs_session_user(struct logs_session *s, struct span user);
void logs_session_rip(struct logs_session *s, struct span rip);

enum log_verdict logs_hmail(struct span line, struct logs_sessions *s,
			    struct log_line *out);
enum log_verdict logs_misc(const struct log_head *h, struct logs_sessions *s,
			   struct log_line *out);

/* The columns that the last "#Fields:" line named. */
#define LOG_COLUMNS_MAX 64
struct logs_columns {
	bool known;
	size_t n;
	unsigned char what[LOG_COLUMNS_MAX]; /* enum of logs_exchange.c */
};
enum log_verdict logs_exchange(struct span line, struct logs_columns *c,
			       struct log_line *out);
bool logs_exchange_header(struct span line, struct logs_columns *c);

/* One object on one line (journald, James), its strings unescaped in buf.  False: it is
 * no such object. */
struct log_json {
	struct span message, identifier, host, pid, realtime;  /* journald */
	struct span timestamp, protocol, ip, username, logger; /* James */
};
struct strbuf;
bool logs_json(struct span line, struct strbuf *buf, struct log_json *out);
enum log_verdict logs_james(const struct log_json *j, struct log_line *out);

#endif
