/* SPDX-License-Identifier: MIT */
#include <utf8proc.h>

#include "base/text.h"

#define ELLIPSIS    "\xE2\x80\xA6"
#define REPLACEMENT "\xEF\xBF\xBD"

size_t text_decode(struct span s, uint32_t *out)
{
	const unsigned char *p = (const unsigned char *)s.p;
	unsigned char low = 0x80, high = 0xBF; /* range of the second octet */
	uint32_t c;
	size_t n;

	if (s.n == 0)
		return 0;
	if (p[0] < 0x80) {
		*out = p[0];
		return 1;
	}
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		n = 2;
		c = p[0] & 0x1Fu;
	} else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
		n = 3;
		c = p[0] & 0x0Fu;
		low = p[0] == 0xE0 ? 0xA0 : low;   /* else overlong */
		high = p[0] == 0xED ? 0x9F : high; /* else a surrogate */
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		n = 4;
		c = p[0] & 0x07u;
		low = p[0] == 0xF0 ? 0x90 : low;   /* else overlong */
		high = p[0] == 0xF4 ? 0x8F : high; /* else over U+10FFFF */
	} else {
		return 0;
	}
	if (s.n < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (p[i] < low || p[i] > high)
			return 0;
		c = c << 6 | (p[i] & 0x3Fu);
		low = 0x80;
		high = 0xBF;
	}
	*out = c;
	return n;
}

bool text_is_utf8(struct span s)
{
	uint32_t c;

	for (size_t n; s.n > 0; s = span_from(s, n)) {
		const unsigned char *p = (const unsigned char *)s.p;

		/* By far the most, beside ASCII. */
		if (s.n > 1 && p[0] >= 0xC2 && p[0] <= 0xDF && (p[1] & 0xC0) == 0x80)
			n = 2;
		else
			n = text_decode(s, &c);
		if (n == 0)
			return false;
	}
	return true;
}

void text_position(struct span s, size_t at, size_t *line, size_t *column)
{
	uint32_t c;

	*line = 1;
	*column = 1;
	for (size_t i = 0, n; i < at && i < s.n; i += n) {
		n = text_decode(span_from(s, i), &c);
		n = n > 0 ? n : 1;
		(*column)++;
		if (s.p[i] == '\n') {
			(*line)++;
			*column = 1;
		}
	}
}

void text_scrub(struct strbuf *out, struct span s)
{
	uint32_t c;

	strbuf_reserve(out, s.n);
	while (s.n > 0) {
		size_t n = text_decode(s, &c);

		if (n > 0)
			strbuf_add(out, s.p, n);
		else
			strbuf_adds(out, REPLACEMENT);
		s = span_from(s, n > 0 ? n : 1);
	}
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static char *mapped(struct arena *arena, struct span s, utf8proc_option_t options)
{
	utf8proc_uint8_t *text = NULL;
	utf8proc_ssize_t n;
	char *copy;

	n = utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &text,
			 options | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (n == UTF8PROC_ERROR_NOMEM)
		base_die("out of memory");
	if (n < 0)
		return arena_span(arena, s);
	copy = arena_span(arena, (struct span){ (const char *)text, (size_t)n });
	free(text);
	return copy;
}

char *text_nfc(struct arena *arena, struct span s)
{
	return is_ascii(s) ? arena_span(arena, s) : mapped(arena, s, 0);
}

char *text_fold(struct arena *arena, struct span s)
{
	return mapped(arena, s, UTF8PROC_CASEFOLD);
}

static bool is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || c == 0x200E ||
	       c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

/* What text_show makes of the octets at the start of s. */
struct shown {
	size_t octets, columns;
	char escape[16]; /* "" when they stay as they are */
};

static struct shown first_shown(struct span s)
{
	struct shown u = { .octets = 1 };
	uint32_t c = 0;
	size_t n = text_decode(s, &c);

	if (n > 0)
		u.octets = n;
	if (n == 0)
		snprintf(u.escape, sizeof u.escape, "\\x%02X",
			 (unsigned)(unsigned char)*s.p);
	else if (is_hidden(c))
		snprintf(u.escape, sizeof u.escape, c < 0x80 ? "\\x%02X" : "\\u{%04X}",
			 (unsigned)c);
	if (u.escape[0] != '\0')
		u.columns = strlen(u.escape);
	else
		u.columns = c < 0x80 ? 1
				     : (size_t)utf8proc_charwidth((utf8proc_int32_t)c);
	return u;
}

/* Show as much of s as fits into max columns; returns what is left. */
static struct span show_start(struct strbuf *out, struct span s, size_t max)
{
	while (s.n > 0) {
		struct shown u = first_shown(s);

		if (u.columns > max)
			break;
		max -= u.columns;
		if (u.escape[0] != '\0')
			strbuf_adds(out, u.escape);
		else
			strbuf_add(out, s.p, u.octets);
		s = span_from(s, u.octets);
	}
	return s;
}

size_t text_width(struct span s)
{
	size_t columns = 0;

	while (s.n > 0) {
		struct shown u = first_shown(s);

		columns += u.columns;
		s = span_from(s, u.octets);
	}
	return columns;
}

void text_show(struct strbuf *out, struct span s, size_t max)
{
	size_t width = max > 0 ? text_width(s) : 0, tail = 0;
	struct shown u;

	if (width <= max) {
		show_start(out, s, SIZE_MAX);
		return;
	}
	s = show_start(out, s, max / 2);
	strbuf_adds(out, ELLIPSIS);
	tail = max - 1 - max / 2;
	width = text_width(s);
	/* A mark without width belongs to the character before it, and goes with that. */
	while (s.n > 0 && (width > tail || first_shown(s).columns == 0)) {
		u = first_shown(s);
		width -= u.columns;
		s = span_from(s, u.octets);
	}
	show_start(out, s, SIZE_MAX);
}

const char *text_show_buf(char *buf, size_t size, struct span s)
{
	struct strbuf line = STRBUF_INIT;
	size_t keep;

	text_show(&line, s, 0);
	keep = line.n;
	if (keep >= size) {
		keep = size - sizeof ELLIPSIS;
		while (keep > 0 && (line.p[keep] & 0xC0) == 0x80)
			keep--;
	}
	memcpy(buf, strbuf_cstr(&line), keep);
	buf[keep] = '\0';
	if (keep < line.n)
		memcpy(buf + keep, ELLIPSIS, sizeof ELLIPSIS);
	strbuf_done(&line);
	return buf;
}

const char *text_shown(struct arena *arena, struct span s)
{
	struct strbuf text = STRBUF_INIT;
	char *copy;

	text_show(&text, s, 0);
	copy = arena_span(arena, strbuf_span(&text));
	strbuf_done(&text);
	return copy;
}

void text_argument(struct strbuf *out, const char *arg)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@._+-/:=";

	if (*arg != '\0' && arg[strspn(arg, plain)] == '\0') {
		strbuf_adds(out, arg);
		return;
	}
	strbuf_addc(out, '\'');
	for (; *arg != '\0'; arg++) {
		if (*arg == '\'')
			strbuf_adds(out, "'\\''");
		else
			strbuf_addc(out, *arg);
	}
	strbuf_addc(out, '\'');
}

bool text_is_noncharacter(struct span s)
{
	return s.n >= 3 && (unsigned char)s.p[0] == 0xef &&
	       (unsigned char)s.p[1] == 0xbf && (unsigned char)s.p[2] >= 0xbe;
}
