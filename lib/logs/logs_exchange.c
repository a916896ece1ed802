/* SPDX-License-Identifier: MIT */
/*
 * Microsoft Exchange: protocol logs of IMAP4 and POP3, the SMTP receive log, message
 * tracking.  CSV, whose "#Fields:" line names the columns; without it (the middle of a
 * file) the order that servers have by default.
 *
 *   dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context[,puid]
 *   date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context
 */
#include "logs/logs_in.h"

enum column {
	COL_OTHER,
	COL_SERVER,
	COL_CLIENT,
	COL_USER,
	COL_COMMAND,
	COL_CONTEXT,
	COL_EVENT,
	COL_DATA,
	COL_EVENT_ID,
	COL_SOURCE,
	COL_RECIPIENT,
};
enum { COLUMN_COUNT = COL_RECIPIENT + 1 };

static const struct {
	const char *name;
	enum column what;
} names[] = {
	{ "sIp", COL_SERVER },
	{ "cIp", COL_CLIENT },
	{ "user", COL_USER },
	{ "command", COL_COMMAND },
	{ "context", COL_CONTEXT },
	{ "local-endpoint", COL_SERVER },
	{ "remote-endpoint", COL_CLIENT },
	{ "event", COL_EVENT },
	{ "data", COL_DATA },
	{ "event-id", COL_EVENT_ID },
	{ "source", COL_SOURCE },
	{ "recipient-address", COL_RECIPIENT },
};

static const struct logs_columns by_default[] = {
	{ true,
	  12,
	  { 0, 0, 0, COL_SERVER, COL_CLIENT, COL_USER, 0, 0, 0, COL_COMMAND, 0,
	    COL_CONTEXT } },
	{ true,
	  9,
	  { 0, 0, 0, 0, COL_SERVER, COL_CLIENT, COL_EVENT, COL_DATA, COL_CONTEXT } },
};

bool logs_exchange_header(struct span line, struct logs_columns *c)
{
	struct span s = line;

	if (!log_eat(&s, "#Fields: "))
		return false;
	*c = (struct logs_columns){ .known = true };
	while (s.n > 0 && c->n < LOG_COLUMNS_MAX) {
		ptrdiff_t comma = span_index(s, ',');
		struct span name = log_upto(s, comma < 0 ? s.n : (size_t)comma);

		for (size_t i = 0; i < COUNT_OF(names); i++)
			if (span_eq_str(span_trim(name), names[i].name))
				c->what[c->n] = (unsigned char)names[i].what;
		c->n++;
		s = comma < 0 ? (struct span){ s.p, 0 } : span_from(s, (size_t)comma + 1);
	}
	return true;
}

/* Fields of a record, quotes at the ends taken off; those inside stay doubled. */
static size_t split(struct span s, struct span field[LOG_COLUMNS_MAX])
{
	size_t n = 0;

	while (n < LOG_COLUMNS_MAX) {
		size_t end = 0;

		if (s.n > 0 && s.p[0] == '"') {
			end = 1;
			while (end < s.n && (s.p[end] != '"' ||
					     (end + 1 < s.n && s.p[end + 1] == '"')))
				end += s.p[end] == '"' ? 2 : 1;
			field[n++] = (struct span){ s.p + 1,
						    end <= s.n ? end - 1 : s.n - 1 };
			end += end < s.n;
		} else {
			while (end < s.n && s.p[end] != ',')
				end++;
			field[n++] = log_upto(s, end);
		}
		if (end >= s.n)
			break;
		s = span_from(s, end + 1);
	}
	return n;
}

static bool one_octet(struct span s, const char *set)
{
	return s.n == 1 && strchr(set, s.p[0]) != NULL;
}

static const struct logs_columns *columns_of(const struct logs_columns *c,
					     const struct span *f, size_t n)
{
	if (n >= 12 && n <= 13 && span_index(f[3], ':') >= 0 &&
	    span_index(f[4], ':') >= 0)
		return &by_default[0];
	if (n == 9 && one_octet(f[6], "+-<>*"))
		return &by_default[1];
	return c->known && n >= c->n && n <= c->n + 1 ? c : NULL;
}

static enum log_protocol mail_protocol(struct span server, struct span command)
{
	if (log_ends(server, ":110") || log_ends(server, ":995"))
		return LOG_POP3;
	if (log_ends(server, ":143") || log_ends(server, ":993"))
		return LOG_IMAP;
	return span_ieq_str(command, "login") || span_ieq_str(command, "authenticate")
		       ? LOG_IMAP
		       : LOG_POP3;
}

/* IMAP4 and POP3: R=OK, R=""2 NO ..."", R=""-ERR ..."" in the context. */
static enum log_verdict mail(const struct span *v, struct log_line *out)
{
	struct span command = span_trim(v[COL_COMMAND]), r = v[COL_CONTEXT];
	ptrdiff_t at = log_find(r, "R="), end;
	bool good;

	if (!span_ieq_str(command, "login") && !span_ieq_str(command, "authenticate") &&
	    !span_ieq_str(command, "auth") && !span_ieq_str(command, "pass"))
		return MINE;
	if (at < 0)
		return MINE;
	r = span_from(r, (size_t)at + 2);
	end = log_eat(&r, "\"\"") ? log_find(r, "\"\"") : span_index(r, ';');
	r = log_upto(r, end < 0 ? r.n : (size_t)end);
	good = span_ieq_str(r, "OK") || log_starts(r, "+OK") || log_has(r, " OK ");
	if (!good && !log_has(r, "NO") && !log_has(r, "-ERR") && !log_has(r, "BAD"))
		return MINE;
	out->user = v[COL_USER];
	out->rip = log_address(v[COL_CLIENT]);
	out->protocol = mail_protocol(v[COL_SERVER], command);
	out->kind = good ? LOG_LOGIN : LOG_FAIL;
	if (good && out->user.n == 0) {
		out->kind = LOG_OTHER;
		return BROKEN;
	}
	return MINE;
}

static enum log_verdict receive(const struct span *v, struct log_line *out)
{
	if (span_eq_str(v[COL_EVENT], "*") &&
	    span_eq_str(v[COL_CONTEXT], "authenticated") && v[COL_DATA].n > 0) {
		out->kind = LOG_LOGIN;
		out->user = v[COL_DATA];
	} else if (span_eq_str(v[COL_EVENT], ">") &&
		   log_starts(v[COL_DATA], "535 5.7.3")) {
		out->kind = LOG_FAIL;
	} else {
		return MINE;
	}
	out->protocol = LOG_SUBMISSION;
	out->rip = log_address(v[COL_CLIENT]);
	return MINE;
}

static enum log_verdict tracking(const struct span *v, struct log_line *out)
{
	if (!span_eq_str(v[COL_EVENT_ID], "DELIVER") ||
	    !span_eq_str(v[COL_SOURCE], "STOREDRIVER"))
		return MINE;
	if (v[COL_RECIPIENT].n == 0)
		return BROKEN;
	out->kind = LOG_DELIVERY;
	out->protocol = LOG_LOCAL;
	out->user = v[COL_RECIPIENT];
	out->flags |= LOG_F_MANY;
	out->many = ';';
	return MINE;
}

enum log_verdict logs_exchange(struct span line, struct logs_columns *c,
			       struct log_line *out)
{
	static const char *const heads[] = { "#Software: Microsoft",
					     "#Version: ", "#Log-type: ", "#Date: " };
	struct span field[LOG_COLUMNS_MAX], v[COLUMN_COUNT] = { { NULL, 0 } };
	const struct logs_columns *use;
	size_t n;

	for (size_t i = 0; i < COUNT_OF(heads); i++)
		if (log_starts(line, heads[i])) {
			out->flags |= LOG_F_HEADER;
			return MINE;
		}
	if (logs_exchange_header(line, c)) {
		out->flags |= LOG_F_HEADER;
		return MINE;
	}
	n = out->stamp_text.n;
	if (out->stamp.kind != LOG_STAMP_UTC || n >= line.n || line.p[n] != ',' ||
	    out->stamp_text.p != line.p)
		return NOT_MINE;
	n = split(line, field);
	use = columns_of(c, field, n);
	if (use == NULL)
		return NOT_MINE;
	for (size_t i = 0; i < n && i < use->n; i++)
		v[use->what[i]] = field[i];
	if (v[COL_EVENT_ID].p != NULL && v[COL_RECIPIENT].p != NULL)
		return tracking(v, out);
	return v[COL_EVENT].p != NULL && v[COL_DATA].p != NULL ? receive(v, out)
							       : mail(v, out);
}
