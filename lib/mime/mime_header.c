/* SPDX-License-Identifier: MIT */
#include "mime/mime_header.h"

/* One line with its continuations, off the front of *rest. */
static struct span logical_line(struct span *rest)
{
	struct span line = *rest;

	for (size_t n = 0; n < rest->n;) {
		const char *lf = memchr(rest->p + n, '\n', rest->n - n);

		if (lf == NULL)
			break;
		n = (size_t)(lf - rest->p) + 1;
		if (n == rest->n || (rest->p[n] != ' ' && rest->p[n] != '\t')) {
			line.n = n;
			break;
		}
	}
	*rest = span_from(*rest, line.n);
	return line;
}

static bool split(struct span line, struct mime_field *out)
{
	size_t n = 0, colon;

	while (n < line.n && line.p[n] > ' ' && line.p[n] <= '~' && line.p[n] != ':')
		n++;
	for (colon = n;
	     colon < line.n && (line.p[colon] == ' ' || line.p[colon] == '\t');)
		colon++;
	if (n == 0 || colon == line.n || line.p[colon] != ':')
		return false;
	out->name = (struct span){ line.p, n };
	out->value = span_from(line, colon + 1);
	return true;
}

bool mime_field_next(struct span *rest, struct mime_field *out)
{
	while (rest->n > 0) {
		struct span line = logical_line(rest);

		if (line.p[0] == '\n' ||
		    (line.n > 1 && line.p[0] == '\r' && line.p[1] == '\n'))
			break;
		if (split(line, out))
			return true;
	}
	*rest = (struct span){ 0 };
	return false;
}

bool mime_field_is(const struct mime_field *f, const char *name)
{
	/* Most differ in their first letter, whatever its case. */
	return ((f->name.p[0] ^ name[0]) & ~0x20) == 0 && span_ieq_str(f->name, name);
}

size_t mime_unfold(struct span value, char *out)
{
	size_t n = 0;

	value = span_trim(value);
	for (size_t i = 0; i < value.n; i++) {
		if (!mime_is_blank(value.p[i]))
			out[n++] = value.p[i];
		else if (!mime_is_blank(
				 value.p[i - 1])) /* i > 0: the value was trimmed */
			out[n++] = ' ';
	}
	return n;
}
