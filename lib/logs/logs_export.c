/* SPDX-License-Identifier: MIT */
/*
 * `journalctl -o export`: a field a line, an empty line behind each entry.
 *
 *   __CURSOR=..
 *   __REALTIME_TIMESTAMP=microseconds
 *   SYSLOG_IDENTIFIER=dovecot
 *   MESSAGE=text
 *
 * Fields come in any order, so an entry is told when it ends.  What holds line ends or
 * octets that are no text is written with its length in place of "=", and is passed over.
 */
#include "logs/logs_in.h"

static const char *const fields[] = { "MESSAGE=", "SYSLOG_IDENTIFIER=", "_HOSTNAME=",
				      "_PID=", "__REALTIME_TIMESTAMP=" };
_Static_assert(COUNT_OF(fields) == LOGS_EXPORT_FIELDS, "a place for each");

static bool is_field(struct span line)
{
	size_t n = 0;

	while (n < line.n && ((line.p[n] >= 'A' && line.p[n] <= 'Z') ||
			      log_digit(line.p[n]) || line.p[n] == '_'))
		n++;
	return n > 0 && n < line.n && line.p[n] == '=';
}

static void keep(struct logs_export *x, struct span line)
{
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		struct span v = line;

		if (!log_eat(&v, fields[i]))
			continue;
		x->at[i] = x->text.n;
		x->n[i] = v.n;
		strbuf_addspan(&x->text, v);
	}
}

static struct span kept(const struct logs_export *x, size_t i)
{
	return x->n[i] == 0 ? (struct span){ "", 0 }
			    : (struct span){ x->text.p + x->at[i], x->n[i] };
}

bool logs_export_line(struct logs_export *x, struct span line, struct log_json *out,
		      bool *entry)
{
	*entry = false;
	if (log_starts(line, "__CURSOR=")) {
		strbuf_clear(&x->text);
		memset(x->n, 0, sizeof x->n);
		x->on = true;
		return true;
	}
	if (x->on && line.n == 0) {
		x->on = false;
		*entry = x->n[0] > 0 && x->n[4] > 0;
		*out = (struct log_json){ .message = kept(x, 0),
					  .identifier = kept(x, 1),
					  .host = kept(x, 2),
					  .pid = kept(x, 3),
					  .realtime = kept(x, 4) };
		return true;
	}
	if (!x->on || !is_field(line))
		return false;
	keep(x, line);
	return true;
}
