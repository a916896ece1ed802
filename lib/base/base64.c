/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

int base64_digit(char c)
{
	return c >= 'A' && c <= 'Z'   ? c - 'A'
	       : c >= 'a' && c <= 'z' ? c - 'a' + 26
	       : c >= '0' && c <= '9' ? c - '0' + 52
	       : c == '+'	      ? 62
	       : c == '/'	      ? 63
				      : -1;
}

bool base64_decode(struct span s, struct strbuf *out)
{
	unsigned v = 0, bits = 0;

	for (int pad = 0; pad < 2 && s.n > 0 && s.p[s.n - 1] == '='; pad++)
		s.n--;
	if (s.n % 4 == 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (base64_digit(s.p[i]) < 0)
			return false;
	for (size_t i = 0; i < s.n; i++) {
		v = (v << 6 | (unsigned)base64_digit(s.p[i])) & 0xffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		strbuf_addc(out, (char)(v >> bits & 0xff));
	}
	return true;
}
