/* SPDX-License-Identifier: MIT */
#include "map/map_witness.h"

#include "base/clock.h"
#include "base/csv.h"
#include "base/num.h"

#define FILETIME_1970 INT64_C(11644473600) /* seconds from 1601 */

struct reader {
	bool (*fn)(void *ctx, const char *name, int64_t at, struct err *err);
	void *ctx;
	struct map_tally *tally;
	struct err *err;
	uint64_t line;
};

static void odd(struct reader *r)
{
	r->tally->odd++;
	if (r->tally->first_odd == 0)
		r->tally->first_odd = r->line;
}

/* "20240102101112Z", "20240102101112.0Z" */
static bool generalized(struct span s, int64_t *out)
{
	int v[14];
	struct clock_civil c;

	if (s.n < 15 || s.p[s.n - 1] != 'Z')
		return false;
	for (size_t i = 0; i < 14; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v[i] = s.p[i] - '0';
	}
	if (s.n > 15 && s.p[14] != '.')
		return false;
	c = (struct clock_civil){ .year = v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3],
				  .month = v[4] * 10 + v[5],
				  .day = v[6] * 10 + v[7],
				  .hour = v[8] * 10 + v[9],
				  .minute = v[10] * 10 + v[11],
				  .second = v[12] * 10 + v[13] };
	if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31 || c.hour > 23 ||
	    c.minute > 59 || c.second > 60)
		return false;
	*out = clock_from_civil(&c);
	return true;
}

bool map_witness_time(struct span s, int64_t *out)
{
	uint64_t n;

	s = span_trim(s);
	if (s.n == 0 || span_eq_str(s, "0") || span_ieq_str(s, "never") ||
	    span_eq_str(s, "-")) {
		*out = 0;
		return true;
	}
	if (num_u64(s, UINT64_C(9223372036854775807), &n)) {
		if (s.n <= 11)
			*out = (int64_t)n;
		else if (s.n == 13)
			*out = (int64_t)(n / 1000);
		else if (s.n == 16)
			*out = (int64_t)(n / 1000000);
		else if (s.n >= 17)
			*out = (int64_t)(n / 10000000) - FILETIME_1970;
		else
			return false;
		return *out >= 0;
	}
	/* nobody logged in before 1970 */
	return (generalized(s, out) || clock_parse_iso(s, out)) && *out >= 0;
}

static bool tell(struct reader *r, struct span name, int64_t at)
{
	char text[MAP_NAME_MAX + 1];

	name = span_trim(name);
	if (name.n == 0 || name.n > MAP_NAME_MAX ||
	    memchr(name.p, '\0', name.n) != NULL) {
		odd(r);
		return true;
	}
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	r->tally->facts++;
	return r->fn(r->ctx, text, at, r->err);
}

static struct span next_line(struct reader *r, struct span *rest)
{
	ptrdiff_t nl = span_index(*rest, '\n');
	struct span line = { rest->p, nl < 0 ? rest->n : (size_t)nl };

	*rest = span_from(*rest, line.n + 1);
	r->line++;
	return span_trim(line);
}

/* "key: value"; false: another line. */
static bool value_of(struct span line, const char *key, struct span *out)
{
	size_t n = strlen(key);

	if (!span_istarts(line, key) || line.n <= n || line.p[n] != ':')
		return false;
	*out = span_trim(span_from(line, n + 1));
	return true;
}

static bool zimbra(struct reader *r, struct span text)
{
	struct span name = { "", 0 }, value;
	bool told = true;

	while (text.n > 0) {
		struct span line = next_line(r, &text);
		int64_t at;

		if (span_istarts(line, "# name ")) {
			if (!told && !tell(r, name, 0))
				return false;
			name = span_from(line, 7);
			told = false;
		} else if (value_of(line, "zimbraLastLogonTimestamp", &value)) {
			if (name.n == 0 || !map_witness_time(value, &at)) {
				odd(r);
			} else if (!tell(r, name, at)) {
				return false;
			}
			told = true;
		}
	}
	return told || tell(r, name, 0);
}

/* The attribute that names the account, the better one first. */
static unsigned name_rank(struct span line, struct span *out)
{
	static const char *const keys[] = { "mail", "userPrincipalName", "uid",
					    "sAMAccountName" };

	for (unsigned i = 0; i < COUNT_OF(keys); i++)
		if (value_of(line, keys[i], out))
			return COUNT_OF(keys) - i;
	return 0;
}

static bool ldif(struct reader *r, struct span text)
{
	static const char *const times[] = { "lastLogonTimestamp", "lastLogon",
					     "authTimestamp", "krbLastSuccessfulAuth",
					     "zimbraLastLogonTimestamp" };
	struct span name = { "", 0 }, value;
	unsigned rank = 0;
	int64_t at = 0, t;

	for (;;) {
		bool end = text.n == 0;
		struct span line = end ? (struct span){ "", 0 } : next_line(r, &text);
		unsigned k;

		if (line.n == 0) {
			if (name.n > 0 && !tell(r, name, at))
				return false;
			name.n = rank = 0;
			at = 0;
			if (end)
				return true;
			continue;
		}
		k = name_rank(line, &value);
		if (k > rank) {
			rank = k;
			name = value;
		}
		for (size_t i = 0; i < COUNT_OF(times); i++) {
			if (!value_of(line, times[i], &value))
				continue;
			if (map_witness_time(value, &t))
				at = t > at ? t : at;
			else
				odd(r);
		}
	}
}

static size_t column(const struct csv_record *rec, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < rec->n; c++)
			if (span_ieq_str(span_trim(span_str(rec->field[c])), names[i]))
				return c;
	return rec->n;
}

static bool table(struct reader *r, const char *file, struct span text)
{
	static const char *const names[] = {
		"user",
		"username",
		"userprincipalname",
		"primarysmtpaddress",
		"email",
		"mail",
		"address",
		"account",
		"login",
		"samaccountname",
		"name",
		"displayname",
	};
	static const char *const times[] = { "last_login",    "lastlogin",
					     "lastlogontime", "lastlogontimestamp",
					     "lastlogon",     "last_access",
					     "time",	      "date" };
	struct csv_record rec;
	struct csv csv;
	size_t name_at = 0, time_at = 0;
	enum csv_next next;
	bool ok = true;

	csv_init(&csv, file, text);
	next = csv_read(&csv, &rec, r->err);
	if (next == CSV_RECORD) {
		name_at = column(&rec, names, COUNT_OF(names));
		time_at = column(&rec, times, COUNT_OF(times));
		if (name_at == rec.n || time_at == rec.n) {
			ok = err_set(
				r->err, ERR_CONFIG,
				"%s: the first line names no column for the user and "
				"the time",
				file);
			err_hint(r->err, "for example: user,last_login");
			goto out;
		}
	}
	while (ok && next == CSV_RECORD &&
	       (next = csv_read(&csv, &rec, r->err)) == CSV_RECORD) {
		int64_t at;

		r->line = csv.line;
		if (rec.n <= name_at || rec.n <= time_at ||
		    !map_witness_time(span_str(rec.field[time_at]), &at))
			odd(r);
		else
			ok = tell(r, span_str(rec.field[name_at]), at);
	}
	ok = ok && next == CSV_END;
out:
	csv_done(&csv);
	return ok;
}

static bool pairs(struct reader *r, struct span text)
{
	while (text.n > 0) {
		struct span line = next_line(r, &text), name = line, time;
		int64_t at;
		size_t n;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		for (n = line.n; n > 0 && line.p[n - 1] != ' ' && line.p[n - 1] != '\t' &&
				 line.p[n - 1] != '=';
		     n--)
			;
		time = span_from(line, n);
		name.n = n > 0 ? n - 1 : 0;
		/* keys of Dovecot's dictionary: shared/last-login/USER */
		if (span_istarts(name, "shared/last-login/"))
			name = span_from(name, 18);
		if (!map_witness_time(time, &at))
			odd(r);
		else if (!tell(r, name, at))
			return false;
	}
	return true;
}

bool map_witness_read(const char *file, struct span text,
		      bool (*fn)(void *ctx, const char *name, int64_t at,
				 struct err *err),
		      void *ctx, struct map_tally *out, struct err *err)
{
	struct reader r = { .fn = fn, .ctx = ctx, .tally = out, .err = err };
	struct span head = { text.p, text.n < 4096 ? text.n : 4096 }, first = head;
	ptrdiff_t nl = span_index(head, '\n');

	*out = (struct map_tally){ 0 };
	if (nl >= 0)
		first.n = (size_t)nl;
	if (span_istarts(head, "# name ") ||
	    (head.n > 0 && memmem(head.p, head.n, "\n# name ", 8) != NULL))
		return zimbra(&r, text);
	if (span_istarts(head, "dn:") || span_istarts(head, "version: 1") ||
	    (head.n > 0 && memmem(head.p, head.n, "\ndn:", 4) != NULL))
		return ldif(&r, text);
	if (span_index(first, ',') >= 0 || span_index(first, ';') >= 0)
		return table(&r, file, text);
	return pairs(&r, text);
}
