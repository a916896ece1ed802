/* SPDX-License-Identifier: MIT */
#include "logs/logs_zone.h"

#include <sys/stat.h>

#include "base/be.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/strbuf.h"

#define TIMES_MAX  4096u
#define TYPES_MAX  256u
#define OFFSET_MAX (26 * 3600)

/* "M10.5.0/3": the fifth (last) Sunday of October at 03:00 local. */
struct rule {
	int month, week, day;
	int64_t time;
};

struct logs_zone {
	char *name;
	size_t n;
	int64_t *at;	 /* ascending; from then on offset[i] holds */
	int32_t *offset; /* n */
	int32_t first;	 /* before at[0] */
	/* behind the last of them */
	bool has_rules;
	int32_t std, dst;
	struct rule begin, end; /* of daylight saving */
};

static uint32_t be32(const char *p)
{
	return (uint32_t)be_get(p, 4);
}

static int64_t be64(const char *p)
{
	return (int64_t)be_get(p, 8);
}

struct counts {
	uint32_t isut, isstd, leap, time, type, chars;
};

static bool header(struct span s, struct counts *c)
{
	if (s.n < 44 || memcmp(s.p, "TZif", 4) != 0)
		return false;
	*c = (struct counts){ be32(s.p + 20), be32(s.p + 24), be32(s.p + 28),
			      be32(s.p + 32), be32(s.p + 36), be32(s.p + 40) };
	return c->time <= TIMES_MAX && c->type >= 1 && c->type <= TYPES_MAX &&
	       c->leap <= TIMES_MAX && c->chars <= TIMES_MAX && c->isut <= TYPES_MAX &&
	       c->isstd <= TYPES_MAX;
}

static size_t block(const struct counts *c, size_t width)
{
	return c->time * (width + 1) + c->type * 6 + c->chars + c->leap * (width + 4) +
	       c->isstd + c->isut;
}

static bool times(struct logs_zone *z, struct span s, const struct counts *c,
		  size_t width)
{
	const char *type = s.p + c->time * width, *info = type + c->time;

	z->n = c->time;
	z->at = mem_calloc(z->n + 1, sizeof *z->at);
	z->offset = mem_calloc(z->n + 1, sizeof *z->offset);
	for (size_t i = 0; i < z->n; i++) {
		unsigned char t = (unsigned char)type[i];

		if (t >= c->type)
			return false;
		z->at[i] = width == 8 ? be64(s.p + i * 8)
				      : (int64_t)(int32_t)be32(s.p + i * 4);
		z->offset[i] = (int32_t)be32(info + t * 6u);
		if (z->offset[i] > OFFSET_MAX || z->offset[i] < -OFFSET_MAX ||
		    (i > 0 && z->at[i] <= z->at[i - 1]))
			return false;
	}
	z->first = (int32_t)be32(info);
	return z->first <= OFFSET_MAX && z->first >= -OFFSET_MAX;
}

/* "CET" or "<+03>" */
static bool rule_name(struct span *s)
{
	size_t n = 0;

	if (s->n > 0 && s->p[0] == '<') {
		ptrdiff_t end = span_index(*s, '>');

		*s = span_from(*s, (size_t)(end < 0 ? 0 : end) + 1);
		return end > 0;
	}
	while (n < s->n &&
	       ((s->p[n] >= 'a' && s->p[n] <= 'z') || (s->p[n] >= 'A' && s->p[n] <= 'Z')))
		n++;
	*s = span_from(*s, n);
	return n >= 3;
}

static bool rule_number(struct span *s, int max, int *out)
{
	int v = 0, digits = 0;

	while (s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9' && digits < 4) {
		v = v * 10 + (s->p[0] - '0');
		digits++;
		*s = span_from(*s, 1);
	}
	*out = v;
	return digits > 0 && v <= max;
}

static bool eat(struct span *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = span_from(*s, 1);
	return true;
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool rule_time(struct span *s, int64_t *out)
{
	bool minus = eat(s, '-');
	int h, m = 0, sec = 0;

	if (!minus)
		(void)eat(s, '+');
	if (!rule_number(s, 167, &h) || (eat(s, ':') && !rule_number(s, 59, &m)) ||
	    (eat(s, ':') && !rule_number(s, 59, &sec)))
		return false;
	*out = (minus ? -1 : 1) * ((int64_t)h * 3600 + m * 60 + sec);
	return true;
}

static bool rule_date(struct span *s, struct rule *out)
{
	out->time = 7200;
	return eat(s, ',') && eat(s, 'M') && rule_number(s, 12, &out->month) &&
	       out->month >= 1 && eat(s, '.') && rule_number(s, 5, &out->week) &&
	       out->week >= 1 && eat(s, '.') && rule_number(s, 6, &out->day) &&
	       (!eat(s, '/') || rule_time(s, &out->time));
}

/* "CET-1CEST,M3.5.0,M10.5.0/3" behind the last transition; offsets count west. */
static bool rules(struct logs_zone *z, struct span s)
{
	int64_t west, dst;

	if (s.n == 0)
		return true;
	if (!rule_name(&s) || !rule_time(&s, &west) || west > OFFSET_MAX ||
	    west < -OFFSET_MAX)
		return false;
	z->std = z->dst = (int32_t)-west;
	z->has_rules = true;
	z->begin = z->end = (struct rule){ 0 };
	if (s.n == 0)
		return true;
	dst = west - 3600;
	if (!rule_name(&s) || (s.n > 0 && s.p[0] != ',' && !rule_time(&s, &dst)) ||
	    dst > OFFSET_MAX || dst < -OFFSET_MAX)
		return false;
	z->dst = (int32_t)-dst;
	return rule_date(&s, &z->begin) && rule_date(&s, &z->end) && s.n == 0;
}

bool logs_zone_parse(const char *name, struct span s, struct logs_zone **out,
		     struct err *err)
{
	struct logs_zone *z = mem_calloc(1, sizeof *z);
	struct counts c;
	size_t width = 4;

	z->name = mem_strdup(name);
	if (!header(s, &c) || s.n < 44 + block(&c, 4))
		goto bad;
	if (s.p[4] >= '2') {
		s = span_from(s, 44 + block(&c, 4));
		width = 8;
		if (!header(s, &c) || s.n < 44 + block(&c, 8))
			goto bad;
	}
	s = span_from(s, 44);
	if (!times(z, s, &c, width))
		goto bad;
	s = span_from(s, block(&c, width));
	if (width == 8) {
		ptrdiff_t end;

		if (!eat(&s, '\n') || (end = span_index(s, '\n')) < 0 ||
		    !rules(z, (struct span){ s.p, (size_t)end }))
			goto bad;
	}
	*out = z;
	return true;
bad:
	logs_zone_free(z);
	return err_set(err, ERR_CONFIG, "the file of the time zone %s is damaged", name);
}

/* An offset such as "+02:00", or "UTC". */
static bool fixed(const char *name, struct logs_zone **out)
{
	struct span s = span_str(name);
	bool utc = span_ieq_str(s, "UTC") || span_ieq_str(s, "GMT") ||
		   strcmp(name, "Z") == 0;
	struct logs_zone *z;
	int64_t east = 0;

	if (!utc &&
	    (s.n < 3 || (s.p[0] != '+' && s.p[0] != '-') || !rule_time(&s, &east) ||
	     s.n != 0 || east > OFFSET_MAX || east < -OFFSET_MAX))
		return false;
	z = mem_calloc(1, sizeof *z);
	z->name = mem_strdup(name);
	z->first = (int32_t)east;
	*out = z;
	return true;
}

static bool from_file(const char *name, const char *path, struct logs_zone **out,
		      struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = fs_read(path, LOGS_ZONE_FILE_MAX, &text, err) &&
		  logs_zone_parse(name, strbuf_span(&text), out, err);

	strbuf_done(&text);
	return ok;
}

static bool sound_name(const char *name)
{
	return *name != '\0' && strlen(name) < 64 && name[0] != '/' && name[0] != '.' &&
	       strstr(name, "..") == NULL &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			    "0123456789_+-/") == strlen(name);
}

bool logs_zone_open(const char *name, struct logs_zone **out, struct err *err)
{
	static const char *const places[] = { "/usr/share/zoneinfo", "/usr/lib/zoneinfo",
					      "/etc/zoneinfo" };
	char path[128];

	if (name == NULL) {
		const char *tz = getenv("TZ");

		if (tz != NULL && tz[0] == ':')
			tz++;
		if (tz != NULL && *tz != '\0')
			return logs_zone_open(tz, out, err);
		if (!fs_exists("/etc/localtime"))
			return fixed("UTC", out);
		return from_file("local", "/etc/localtime", out, err);
	}
	if (fixed(name, out))
		return true;
	for (size_t i = 0; i < COUNT_OF(places) && sound_name(name); i++) {
		snprintf(path, sizeof path, "%s/%s", places[i], name);
		if (fs_exists(path))
			return from_file(name, path, out, err);
	}
	err_set(err, ERR_CONFIG, "there is no time zone \"%s\" on this machine", name);
	return err_hint(err, "give an offset such as +02:00, or install the time zones "
			     "(Debian: tzdata)");
}

void logs_zone_free(struct logs_zone *z)
{
	if (z == NULL)
		return;
	free(z->name);
	free(z->at);
	free(z->offset);
	free(z);
}

const char *logs_zone_name(const struct logs_zone *z)
{
	return z->name;
}

/* When a rule applies in a year, in local time as if it were UTC. */
static int64_t rule_at(const struct rule *r, int year)
{
	struct clock_civil c = { .year = year, .month = r->month, .day = 1 };
	int64_t first = clock_from_civil(&c);
	int64_t weekday = ((first / 86400) % 7 + 7 + 4) % 7; /* 1970-01-01: Thursday */
	int64_t day = (r->day - weekday + 7) % 7 + (int64_t)(r->week - 1) * 7;
	struct clock_civil next = { .year = r->month == 12 ? year + 1 : year,
				    .month = r->month == 12 ? 1 : r->month + 1,
				    .day = 1 };
	int64_t days = (clock_from_civil(&next) - first) / 86400;

	while (day >= days)
		day -= 7;
	return first + day * 86400 + r->time;
}

int64_t logs_zone_offset(const struct logs_zone *z, int64_t utc)
{
	size_t lo = 0, hi = z->n;

	if (z->n > 0 && utc < z->at[0])
		return z->first;
	if (z->n == 0 && !z->has_rules)
		return z->first;
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;

		if (z->at[mid] <= utc)
			lo = mid;
		else
			hi = mid;
	}
	if (z->has_rules && (z->n == 0 || lo == z->n - 1)) {
		struct clock_civil c;
		int64_t begin, end;

		if (z->begin.month == 0)
			return z->std;
		clock_to_civil(utc + z->std, &c);
		begin = rule_at(&z->begin, c.year) - z->std;
		end = rule_at(&z->end, c.year) - z->dst;
		if (begin < end)
			return utc >= begin && utc < end ? z->dst : z->std;
		return utc >= end && utc < begin ? z->std : z->dst;
	}
	return z->offset[lo];
}

int64_t logs_zone_utc(const struct logs_zone *z, int64_t local, int64_t after)
{
	int64_t before = logs_zone_offset(z, local - 86400);
	int64_t behind = logs_zone_offset(z, local + 86400);
	int64_t a = local - before, b = local - behind;
	bool a_ok, b_ok;

	if (before == behind)
		return a;
	a_ok = logs_zone_offset(z, a) == before;
	b_ok = logs_zone_offset(z, b) == behind;
	if (a_ok && b_ok) {
		int64_t first = a < b ? a : b, second = a < b ? b : a;

		return after != INT64_MIN && first < after - 1800 ? second : first;
	}
	return b_ok ? b : a;
}
