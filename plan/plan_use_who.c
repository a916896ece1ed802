/* SPDX-License-Identifier: MIT */
/* Person or program, by the days of a use; and the kind of a client. */
#include "plan/plan_use.h"

#define DAYS_MIN    5
#define CLOCK_NEAR  75	  /* in units of two seconds: a program that runs at a time */
#define HOUR	    1800  /* likewise: daylight saving moves it */
#define ROUND_CLOCK 36000 /* 20 hours */
#define OFTEN	    24	  /* a day */

static const char *const whos[] = { "nobody", "unsure", "person", "robot" };
static const char *const clients[] = { "webmail",  "phone",  "desktop",
				       "download", "sender", "other" };
_Static_assert(COUNT_OF(clients) == CLIENT_COUNT, "a name for each client");

const char *use_who_name(enum use_who w)
{
	return whos[w];
}

const char *use_client_name(unsigned bit)
{
	for (unsigned i = 0; i < CLIENT_COUNT; i++)
		if (bit == 1u << i)
			return clients[i];
	return "other";
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static bool near(int a, int b)
{
	return abs(a - b) <= CLOCK_NEAR || abs(abs(a - b) - HOUR) <= CLOCK_NEAR;
}

/* At fixed times: a few a day, the first within minutes of the usual time. */
static bool at_fixed_times(const struct log_day *d, size_t n)
{
	int *first = mem_calloc(n, sizeof *first), usual;
	size_t fits = 0, few = 0;

	for (size_t i = 0; i < n; i++) {
		first[i] = d[i].first;
		few += d[i].n <= 4;
	}
	qsort(first, n, sizeof *first, by_value);
	usual = first[n / 2];
	for (size_t i = 0; i < n; i++)
		fits += near(d[i].first, usual);
	free(first);
	return few * 10 >= n * 9 && fits * 10 >= n * 9;
}

/* Around the clock, as often each day.  The first and the last day are seldom whole. */
static bool around_the_clock(const struct log_day *d, size_t n)
{
	int most = 0, least = INT32_MAX;
	size_t full = 0;

	for (size_t i = 1; i + 1 < n; i++) {
		full += d[i].n >= OFTEN && d[i].last - d[i].first >= ROUND_CLOCK;
		most = d[i].n > most ? d[i].n : most;
		least = d[i].n < least ? d[i].n : least;
	}
	return n > 2 && full * 10 >= (n - 2) * 9 && most - least <= most / 20 + 1;
}

enum use_who use_who_of(struct log_days days, size_t n)
{
	struct log_day *d = mem_calloc(n + 1, sizeof *d);
	enum use_who who = WHO_PERSON;
	size_t m = 0;

	for (size_t i = 0; i < n && store_log_day_next(&days, &d[m]); i++)
		m += d[m].n > 0;
	if (m == 0)
		who = WHO_NOBODY;
	else if (m < DAYS_MIN)
		who = WHO_UNSURE;
	else if (at_fixed_times(d, m) || around_the_clock(d, m))
		who = WHO_ROBOT;
	free(d);
	return who;
}

static bool has(struct span s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s.n; i++)
		if (span_ieq((struct span){ s.p + i, n }, span_str(word)))
			return true;
	return false;
}

static bool is_loopback(struct span a)
{
	return span_istarts(a, "127.") || span_eq_str(a, "::1");
}

unsigned use_client_of(enum log_protocol protocol, struct span address,
		       struct span client, unsigned traits)
{
	static const char *const phones[] = { "iphone", "ipad", "android", "k-9",
					      "mobile", "aqua", "samsung", "fairemail" };
	static const char *const desktops[] = {
		"thunderbird", "outlook", "mac os x mail", "apple mail", "evolution",
		"kmail",       "claws",	  "windows mail",  "mutt"
	};
	unsigned kinds = 0;

	if ((traits & LOG_TRAIT_EMPTIED) != 0)
		kinds |= CLIENT_DOWNLOAD;
	if (protocol == LOG_SUBMISSION)
		return kinds | CLIENT_SENDER;
	if (protocol == LOG_ACTIVESYNC)
		return kinds | CLIENT_PHONE;
	if (protocol == LOG_WEBMAIL || is_loopback(address))
		return kinds | CLIENT_WEBMAIL;
	for (size_t i = 0; i < COUNT_OF(phones); i++)
		if (has(client, phones[i]))
			return kinds | CLIENT_PHONE;
	for (size_t i = 0; i < COUNT_OF(desktops); i++)
		if (has(client, desktops[i]))
			return kinds | CLIENT_DESKTOP;
	return kinds | CLIENT_OTHER;
}

int64_t use_since(const struct log_use_seen *u, int64_t from)
{
	struct log_days days = u->days;
	struct log_day d;
	int64_t n = 0;

	while (store_log_day_next(&days, &d)) {
		int64_t begin = (int64_t)d.day * 86400;

		if (begin + (int64_t)d.first * 2 >= from)
			n += d.n;
		else if (begin + (int64_t)d.last * 2 >= from)
			n += d.n > 1 ? d.n / 2 : 1; /* a day that began before */
	}
	return n;
}
