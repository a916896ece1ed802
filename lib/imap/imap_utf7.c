/* SPDX-License-Identifier: MIT */
#include "imap/imap_utf7.h"

#include "base/text.h"

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == ',' ? 63 : -1;
}

static bool is_printable(uint32_t u)
{
	return u >= 0x20 && u <= 0x7e;
}

static void put_utf8(struct strbuf *out, uint32_t u)
{
	if (u < 0x80) {
		strbuf_addc(out, (char)u);
		return;
	}
	if (u < 0x800) {
		strbuf_addc(out, (char)(0xc0 | u >> 6));
	} else {
		if (u < 0x10000) {
			strbuf_addc(out, (char)(0xe0 | u >> 12));
		} else {
			strbuf_addc(out, (char)(0xf0 | u >> 18));
			strbuf_addc(out, (char)(0x80 | (u >> 12 & 0x3f)));
		}
		strbuf_addc(out, (char)(0x80 | (u >> 6 & 0x3f)));
	}
	strbuf_addc(out, (char)(0x80 | (u & 0x3f)));
}

/* Decode the inside of "&...-": UTF-16 in base64 without padding. */
static bool decode_shift(struct span inside, struct strbuf *out)
{
	uint32_t bits = 0, high = 0;
	unsigned have = 0;

	for (size_t i = 0; i < inside.n; i++) {
		int v = digit_value(inside.p[i]);
		uint32_t u;

		if (v < 0)
			return false;
		bits = (bits << 6 | (uint32_t)v) & 0xffffff;
		have += 6;
		if (have < 16)
			continue;
		have -= 16;
		u = bits >> have & 0xffff;
		if (high != 0) {
			if (u < 0xdc00 || u > 0xdfff)
				return false;
			put_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (u - 0xdc00));
			high = 0;
		} else if (u >= 0xd800 && u <= 0xdbff) {
			high = u;
		} else if ((u >= 0xdc00 && u <= 0xdfff) || is_printable(u) || u == 0) {
			return false;
		} else {
			put_utf8(out, u);
		}
	}
	/* What is left over is padding: less than a digit, and zero. */
	return high == 0 && have < 6 && (bits & ((1u << have) - 1)) == 0;
}

static bool decode(struct span wire, struct strbuf *out)
{
	bool shifted = false; /* the octets before were "&...-": another shift at once is
				 superfluous */

	for (size_t i = 0; i < wire.n; i++) {
		struct span rest = span_from(wire, i + 1);
		ptrdiff_t end;

		if (wire.p[i] != '&') {
			if (!is_printable((unsigned char)wire.p[i]))
				return false;
			strbuf_addc(out, wire.p[i]);
			shifted = false;
			continue;
		}
		end = span_index(rest, '-');
		if (end < 0)
			return false;
		if (end == 0) {
			strbuf_addc(out, '&');
			shifted = false;
		} else {
			if (shifted ||
			    !decode_shift((struct span){ rest.p, (size_t)end }, out))
				return false;
			shifted = true;
		}
		i += (size_t)end + 1;
	}
	return true;
}

bool imap_utf7_decode(struct span wire, struct strbuf *out)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = decode(wire, &text);

	if (ok)
		strbuf_addspan(out, strbuf_span(&text));
	strbuf_done(&text);
	return ok;
}

/* Next code point of valid UTF-8. */
static uint32_t next_code(struct span s, size_t *at)
{
	unsigned char c = (unsigned char)s.p[(*at)++];
	unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	uint32_t u = more == 0 ? c : c & (0x3fu >> more);

	for (; more > 0; more--)
		u = u << 6 | ((unsigned char)s.p[(*at)++] & 0x3f);
	return u;
}

/* Base64 without padding, fed with UTF-16 units. */
struct shift {
	uint32_t bits;
	unsigned have;
};

static void put_unit(struct shift *sh, struct strbuf *out, uint32_t unit)
{
	sh->bits = sh->bits << 16 | unit;
	for (sh->have += 16; sh->have >= 6;) {
		sh->have -= 6;
		strbuf_addc(out, digits[sh->bits >> sh->have & 0x3f]);
	}
}

static void end_shift(struct shift *sh, struct strbuf *out)
{
	if (sh->have > 0)
		strbuf_addc(out, digits[sh->bits << (6 - sh->have) & 0x3f]);
	strbuf_addc(out, '-');
	*sh = (struct shift){ 0 };
}

bool imap_utf7_encode(struct span utf8, struct strbuf *out)
{
	struct shift sh = { 0 };
	bool shifted = false;

	if (!text_is_utf8(utf8) || span_index(utf8, '\0') >= 0)
		return false;
	for (size_t i = 0; i < utf8.n;) {
		uint32_t u = next_code(utf8, &i);

		if (is_printable(u)) {
			if (shifted)
				end_shift(&sh, out);
			shifted = false;
			strbuf_addc(out, (char)u);
			if (u == '&')
				strbuf_addc(out, '-');
			continue;
		}
		if (!shifted)
			strbuf_addc(out, '&');
		shifted = true;
		if (u >= 0x10000) {
			put_unit(&sh, out, 0xd800 + ((u - 0x10000) >> 10));
			put_unit(&sh, out, 0xdc00 + ((u - 0x10000) & 0x3ff));
		} else {
			put_unit(&sh, out, u);
		}
	}
	if (shifted)
		end_shift(&sh, out);
	return true;
}
