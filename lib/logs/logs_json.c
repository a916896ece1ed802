/* SPDX-License-Identifier: MIT */
/*
 * A line that is one JSON object: `journalctl -o json` (MESSAGE, SYSLOG_IDENTIFIER,
 * _HOSTNAME, __REALTIME_TIMESTAMP; MESSAGE is an array of numbers when it is not UTF-8),
 * docker's json-file (log, time), what rsyslog, syslog-ng and shippers of logs make of a
 * line (message, program, host, @timestamp), and the audit trail of James.  Values are
 * unescaped into one buffer; what is not wanted is skipped.
 */
#include "base/strbuf.h"
#include "logs/logs_in.h"

#define DEPTH_MAX 16

struct reader {
	struct span s;
	struct strbuf *buf;
	bool bad;
};

static void blanks(struct reader *r)
{
	while (r->s.n > 0 && (r->s.p[0] == ' ' || r->s.p[0] == '\t'))
		r->s = span_from(r->s, 1);
}

static bool eat(struct reader *r, char c)
{
	blanks(r);
	if (r->s.n == 0 || r->s.p[0] != c)
		return false;
	r->s = span_from(r->s, 1);
	return true;
}

static int hex4(struct span s)
{
	int v = 0;

	if (s.n < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = span_lower(s.p[i]);
		int d = log_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

static void put_utf8(struct strbuf *out, unsigned c)
{
	char b[4];
	size_t n;

	if (c < 0x80) {
		b[0] = (char)c;
		n = 1;
	} else if (c < 0x800) {
		b[0] = (char)(0xc0 | c >> 6);
		b[1] = (char)(0x80 | (c & 0x3f));
		n = 2;
	} else if (c < 0x10000) {
		b[0] = (char)(0xe0 | c >> 12);
		b[1] = (char)(0x80 | (c >> 6 & 0x3f));
		b[2] = (char)(0x80 | (c & 0x3f));
		n = 3;
	} else {
		b[0] = (char)(0xf0 | c >> 18);
		b[1] = (char)(0x80 | (c >> 12 & 0x3f));
		b[2] = (char)(0x80 | (c >> 6 & 0x3f));
		b[3] = (char)(0x80 | (c & 0x3f));
		n = 4;
	}
	strbuf_add(out, b, n);
}

/* "u" and what follows it is still there; surrogates come in pairs. */
static bool unicode(struct reader *r)
{
	int a = hex4(r->s), b;

	if (a < 0)
		return false;
	r->s = span_from(r->s, 4);
	if (a >= 0xd800 && a < 0xdc00) {
		if (r->s.n < 6 || r->s.p[0] != '\\' || r->s.p[1] != 'u')
			return false;
		b = hex4(span_from(r->s, 2));
		if (b < 0xdc00 || b > 0xdfff)
			return false;
		r->s = span_from(r->s, 6);
		put_utf8(r->buf, 0x10000u + ((unsigned)(a - 0xd800) << 10) +
					 (unsigned)(b - 0xdc00));
		return true;
	}
	if (a >= 0xdc00 && a < 0xe000)
		return false;
	put_utf8(r->buf, (unsigned)a);
	return true;
}

/* Behind the opening quote. */
static bool string(struct reader *r)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

	while (r->s.n > 0) {
		const char *p = r->s.p;
		size_t n = 0;

		while (n < r->s.n && p[n] != '"' && p[n] != '\\')
			n++;
		strbuf_add(r->buf, p, n);
		if (n == r->s.n)
			return false;
		r->s = span_from(r->s, n + 1);
		if (p[n] == '"')
			return true;
		if (r->s.n == 0)
			return false;
		p = strchr(from, r->s.p[0]);
		if (p != NULL && *p != '\0') {
			strbuf_addc(r->buf, to[p - from]);
			r->s = span_from(r->s, 1);
		} else if (r->s.p[0] == 'u') {
			r->s = span_from(r->s, 1);
			if (!unicode(r))
				return false;
		} else {
			return false;
		}
	}
	return false;
}

/* Numbers of an array, as octets. */
static bool octets(struct reader *r)
{
	if (eat(r, ']'))
		return true;
	do {
		unsigned v = 0, digits = 0;

		blanks(r);
		while (r->s.n > 0 && log_digit(r->s.p[0]) && digits++ < 3) {
			v = v * 10 + (unsigned)(r->s.p[0] - '0');
			r->s = span_from(r->s, 1);
		}
		if (digits == 0 || v > 255)
			return false;
		strbuf_addc(r->buf, (char)v);
	} while (eat(r, ','));
	return eat(r, ']');
}

/* Any other value, passed over. */
static bool skip(struct reader *r)
{
	unsigned depth = 0;

	do {
		char c;

		blanks(r);
		if (r->s.n == 0)
			return false;
		c = r->s.p[0];
		r->s = span_from(r->s, 1);
		if (c == '"') {
			size_t mark = r->buf->n;

			if (!string(r))
				return false;
			r->buf->n = mark;
		} else if (c == '{' || c == '[') {
			if (++depth > DEPTH_MAX)
				return false;
		} else if (c == '}' || c == ']') {
			if (depth == 0)
				return false;
			depth--;
		} else if (depth == 0) {
			while (r->s.n > 0 && r->s.p[0] != ',' && r->s.p[0] != '}')
				r->s = span_from(r->s, 1);
		}
	} while (depth > 0);
	return true;
}

enum field {
	FIELD_MESSAGE,
	FIELD_IDENTIFIER,
	FIELD_HOST,
	FIELD_PID,
	FIELD_REALTIME,
	FIELD_TIME,
	FIELD_LOGGER,
	FIELD_IP,
	FIELD_USERNAME,
	FIELD_PROTOCOL, /* within "mdc" alone */
};
enum { FIELD_COUNT = FIELD_PROTOCOL + 1 };

static const struct {
	const char *key;
	enum field field;
} keys[] = {
	{ "MESSAGE", FIELD_MESSAGE },
	{ "message", FIELD_MESSAGE },
	{ "msg", FIELD_MESSAGE },
	{ "log", FIELD_MESSAGE },
	{ "SYSLOG_IDENTIFIER", FIELD_IDENTIFIER },
	{ "PROGRAM", FIELD_IDENTIFIER },
	{ "program", FIELD_IDENTIFIER },
	{ "programname", FIELD_IDENTIFIER },
	{ "syslogtag", FIELD_IDENTIFIER },
	{ "appname", FIELD_IDENTIFIER },
	{ "app-name", FIELD_IDENTIFIER },
	{ "ident", FIELD_IDENTIFIER },
	{ "_HOSTNAME", FIELD_HOST },
	{ "HOST", FIELD_HOST },
	{ "hostname", FIELD_HOST },
	{ "host", FIELD_HOST },
	{ "_PID", FIELD_PID },
	{ "PID", FIELD_PID },
	{ "procid", FIELD_PID },
	{ "__REALTIME_TIMESTAMP", FIELD_REALTIME },
	{ "_SOURCE_REALTIME_TIMESTAMP", FIELD_REALTIME },
	{ "timestamp", FIELD_TIME },
	{ "@timestamp", FIELD_TIME },
	{ "time", FIELD_TIME },
	{ "ISODATE", FIELD_TIME },
	{ "DATE", FIELD_TIME },
	{ "timereported", FIELD_TIME },
	{ "logger", FIELD_LOGGER },
	{ "ip", FIELD_IP },
	{ "username", FIELD_USERNAME },
};

struct places {
	size_t at[FIELD_COUNT], n[FIELD_COUNT];
};

static bool members(struct reader *r, struct places *p, bool nested);

static bool value(struct reader *r, int field, struct places *p)
{
	size_t from = r->buf->n;

	if (eat(r, '"')) {
		if (!string(r))
			return false;
	} else if (field == FIELD_MESSAGE && eat(r, '[')) {
		if (!octets(r))
			return false;
	} else {
		return skip(r);
	}
	p->at[field] = from;
	p->n[field] = r->buf->n - from;
	return true;
}

static bool members(struct reader *r, struct places *p, bool nested)
{
	if (eat(r, '}'))
		return true;
	do {
		size_t mark = r->buf->n;
		struct span key;
		int field = -1;

		if (!eat(r, '"') || !string(r))
			return false;
		key = (struct span){ r->buf->p + mark, r->buf->n - mark };
		for (size_t i = 0; i < COUNT_OF(keys); i++)
			if (span_eq_str(key, keys[i].key))
				field = (int)keys[i].field;
		if (nested && span_eq_str(key, "protocol"))
			field = FIELD_PROTOCOL;
		if (!nested && span_eq_str(key, "mdc"))
			field = -2;
		r->buf->n = mark;
		if (!eat(r, ':'))
			return false;
		if (field == -2 && eat(r, '{')) {
			if (!members(r, p, true))
				return false;
		} else if (field >= 0 && p->n[field] == 0) {
			if (!value(r, field, p))
				return false;
		} else if (!skip(r)) {
			return false;
		}
	} while (eat(r, ','));
	return eat(r, '}');
}

/* docker keeps the line's end. */
static struct span without_end(struct span s)
{
	while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* "dovecot[12]:" of rsyslog */
static struct span without_pid(struct span s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '[' && s.p[n] != ':')
		n++;
	return log_upto(s, n);
}

bool logs_json(struct span line, struct strbuf *buf, struct log_json *out)
{
	struct reader r = { .s = line, .buf = buf };
	struct places p = { { 0 }, { 0 } };
	struct span v[FIELD_COUNT];

	strbuf_clear(buf);
	strbuf_reserve(buf, line.n + 1);
	if (!eat(&r, '{') || !members(&r, &p, false))
		return false;
	blanks(&r);
	if (r.s.n != 0)
		return false;
	for (int i = 0; i < FIELD_COUNT; i++)
		v[i] = (struct span){ buf->p + p.at[i], p.n[i] };
	*out = (struct log_json){ .message = without_end(v[FIELD_MESSAGE]),
				  .identifier = without_pid(v[FIELD_IDENTIFIER]),
				  .host = v[FIELD_HOST],
				  .pid = v[FIELD_PID],
				  .realtime = v[FIELD_REALTIME],
				  .timestamp = v[FIELD_TIME],
				  .logger = v[FIELD_LOGGER],
				  .ip = v[FIELD_IP],
				  .username = v[FIELD_USERNAME],
				  .protocol = v[FIELD_PROTOCOL] };
	return true;
}
