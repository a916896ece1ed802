/* SPDX-License-Identifier: MIT */
#include "mime/mime_octets.h"

/* Bit 5 makes a small letter of a large one, and no letter of anything else. */
static octets16 base64_digits16(octets16 v)
{
	octets16 small = v | 0x20;

	return ((small > '`') & (small < '{')) | ((v > '.') & (v < ':')) | (v == '+');
}

bool mime_is_text(const char *p, size_t n)
{
	octets16 good;

	if (n < sizeof good) {
		for (; n > 0; n--, p++)
			if (!mime_is_text_octet(*p))
				return false;
		return true;
	}
	/* The last ones overlap with those before. */
	good = text16(load16(p + n - sizeof good));
	for (; n > sizeof good; n -= sizeof good, p += sizeof good)
		good &= text16(load16(p));
	return all16(good);
}

bool mime_is_base64(const char *p, size_t n)
{
	octets16 good;

	if (n < sizeof good)
		return false; /* the table is asked */
	good = base64_digits16(load16(p + n - sizeof good));
	for (; n > sizeof good; n -= sizeof good, p += sizeof good)
		good &= base64_digits16(load16(p));
	return all16(good);
}

bool mime_base64_copy(const char *p, size_t n, char *to)
{
	octets16 v, good;

	if (n < sizeof v)
		return false;
	v = load16(p + n - sizeof v);
	memcpy(to + n - sizeof v, &v, sizeof v);
	good = base64_digits16(v);
	for (; n > sizeof v; n -= sizeof v, p += sizeof v, to += sizeof v) {
		v = load16(p);
		memcpy(to, &v, sizeof v);
		good &= base64_digits16(v);
	}
	return all16(good);
}

size_t mime_ascii_run(struct span s)
{
	size_t i = 0;

	for (; i + sizeof(octets16) <= s.n; i += sizeof(octets16)) {
		unsigned high = bits16(load16(s.p + i));

		if (high != 0)
			return i + (size_t)__builtin_ctz(high);
	}
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	return i;
}
