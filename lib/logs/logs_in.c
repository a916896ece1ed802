/* SPDX-License-Identifier: MIT */
#include "logs/logs_in.h"

ptrdiff_t log_find_last(struct span s, const char *lit)
{
	size_t n = strlen(lit), left = s.n >= n ? s.n - n + 1 : 0;
	const char *p;

	while (left > 0 && (p = memrchr(s.p, lit[0], left)) != NULL) {
		if (n == 1 || (p[1] == lit[1] && memcmp(p, lit, n) == 0))
			return p - s.p;
		left = (size_t)(p - s.p);
	}
	return -1;
}

struct span log_word(struct span *s)
{
	ptrdiff_t blank = span_index(*s, ' ');
	struct span word = log_upto(*s, blank < 0 ? s->n : (size_t)blank);

	*s = span_from(*s, word.n + 1);
	return word;
}

/* The first of these bits, which is taken off; 16: there is none. */
static inline unsigned next_bit(unsigned *bits)
{
	unsigned at = (unsigned)__builtin_ctz(*bits | 1u << 16);

	*bits &= *bits - 1;
	return at;
}

/* 1: a part of n digits, 1 to 3, at p, where 4 octets are, is no more than 255. */
static inline unsigned v4_part(const char *p, unsigned n)
{
	uint32_t text;

	memcpy(&text, p, sizeof text);
	return (unsigned)(n < 3) | (be32toh(text) >> 8 <= 0x323535); /* "255" */
}

/* Each has its dots elsewhere: a look at all octets at once, not a decision at each. */
size_t log_v4(struct span s)
{
	char end[sizeof(octets16)] = { 0 };
	const char *p = s.p;
	unsigned others, dots, a, b, c, d;
	octets16 v;

	if (s.n < sizeof end) { /* as if something else stood behind it */
		memcpy(end, s.p, s.n);
		p = end;
	}
	v = load16(p);
	dots = bits16(v == '.');
	others = bits16((v < '0') | (v > '9'));
	a = next_bit(&others);
	b = next_bit(&others);
	c = next_bit(&others);
	d = next_bit(&others);
	if (((dots >> a & dots >> b & dots >> c & 1) == 0) | (a - 1 > 2) |
	    (b - a - 2 > 2) | (c - b - 2 > 2) | (d - c - 2 > 2))
		return 0;
	return (v4_part(p, a) & v4_part(p + a + 1, b - a - 1) &
		v4_part(p + b + 1, c - b - 1) & v4_part(p + c + 1, d - c - 1)) != 0
		       ? d
		       : 0;
}

static bool is_v4(struct span s)
{
	return s.n > 0 && log_v4(s) == s.n;
}

/* The letters of one, and at least two colons: enough to tell it from a name or a time.
 */
static bool is_v6(struct span s)
{
	unsigned colons = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = span_lower(s.p[i]);

		if (c == ':')
			colons++;
		else if (!log_digit(c) && !(c >= 'a' && c <= 'f') && c != '.')
			return c == '%' && colons >= 2; /* zone */
	}
	return colons >= 2 && s.n <= 45;
}

struct span log_address(struct span s)
{
	ptrdiff_t at;

	if (is_v4(s)) /* nearly always */
		return s;
	if (s.n > 0 && s.p[0] == '[') {
		at = span_index(s, ']');
		if (at < 0)
			return (struct span){ s.p, 0 };
		s = (struct span){ s.p + 1, (size_t)at - 1 };
	}
	if (s.n > 7 && span_istarts(s, "::ffff:") && is_v4(span_from(s, 7)))
		return span_from(s, 7);
	if (span_istarts(s, "IPv6:"))
		s = span_from(s, 5);
	at = span_index(s, ':');
	if (at > 0 && is_v4(log_upto(s, (size_t)at)))
		return log_upto(s, (size_t)at);
	return is_v4(s) || is_v6(s) ? s : (struct span){ s.p, 0 };
}

struct span log_bracket_last(struct span s)
{
	for (ptrdiff_t end = (ptrdiff_t)s.n - 1; end > 0; end--) {
		struct span in = { s.p, (size_t)end };
		ptrdiff_t from;

		if (s.p[end] != ']')
			continue;
		from = log_find_last(in, "[");
		if (from < 0)
			break;
		in = log_address(span_from(in, (size_t)from + 1));
		if (in.n > 0)
			return in;
		end = from;
	}
	return (struct span){ s.p, 0 };
}

struct span log_base(struct span tag)
{
	size_t n = tag.n;

	if (n == 0)
		return tag;
	while (n > 0 && tag.p[n - 1] != '/')
		n--;
	return (struct span){ tag.p + n, tag.n - n };
}

struct logs_sessions {
	uint32_t clock; /* 0: all are free */
	struct logs_session slot[LOG_SESSION_SLOTS];
};

struct logs_sessions *logs_sessions_new(void)
{
	return mem_calloc(1, sizeof(struct logs_sessions));
}

void logs_sessions_free(struct logs_sessions *s)
{
	free(s);
}

void logs_sessions_forget(struct logs_sessions *s)
{
	if (s->clock != 0) /* at each piece of a file, and few formats have any */
		memset(s, 0, sizeof *s);
}

/* FNV-1a: the keys come from a log, and a collision costs a name, not a crash. */
static uint64_t hash(uint64_t h, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return (h ^ 255) * UINT64_C(1099511628211);
}

struct logs_session *logs_session(struct logs_sessions *s, struct span a, struct span b)
{
	uint64_t key = hash(hash(UINT64_C(14695981039346656037), a), b) | 1;
	size_t way = (size_t)(key >> 8) % (LOG_SESSION_SLOTS / 4) * 4, best = way;

	s->clock++;
	for (size_t i = way; i < way + 4; i++) {
		if (s->slot[i].key == key) {
			s->slot[i].used = s->clock;
			return &s->slot[i];
		}
		if (s->clock - s->slot[i].used > s->clock - s->slot[best].used)
			best = i;
	}
	s->slot[best] = (struct logs_session){ .key = key, .used = s->clock };
	return &s->slot[best];
}

void logs_session_user(struct logs_session *s, struct span user)
{
	s->user_n = (unsigned char)(user.n < sizeof s->user ? user.n : 0);
	memcpy(s->user, user.p, s->user_n);
}

void logs_session_rip(struct logs_session *s, struct span rip)
{
	s->rip_n = (unsigned char)(rip.n < sizeof s->rip ? rip.n : 0);
	memcpy(s->rip, rip.p, s->rip_n);
}
