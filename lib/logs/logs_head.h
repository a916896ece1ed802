/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_HEAD_H
#define LOGS_LOGS_HEAD_H
#include "logs/logs_in.h"

/* What the lines before began with: most lines begin like one of them, and a comparison
 * costs less than a reading.  Of one scanner; { 0 } knows nothing. */
#define LOG_MEMO_HOST  63u
#define LOG_MEMO_HOSTS 4u  /* a power of two */
#define LOG_MEMO_STAMP 16u /* octets of "Nov 23 14:27:17 " */
struct log_head_memo {
	bool known;	 /* there is an hour */
	char hour[16];	 /* "Nov 23 14:00:00 " */
	int64_t of_hour; /* seconds of its begin since New Year */
	uint64_t turn;	 /* how often hour or hosts have changed */
	/* hosts of which lines come, each with the blank behind it, and room to be
	 * compared by words */
	struct log_memo_host {
		size_t n;
		uint64_t mask; /* the octets of the first word that are its own */
		char text[LOG_MEMO_HOST + 9];
	} host[LOG_MEMO_HOSTS];
	unsigned host_at, host_turn; /* of the line before; which goes next */
};

/* "Nov 23 14:27:17 ", 16 octets that are there: is it of the hour that is known? */
static inline bool log_memo_is_hour(const struct log_head_memo *memo, const char *p)
{
	static const char room[8] = { 0x7f, 0x7f, 0x7a, 0x76, 0x7f, 0x7a, 0x76, 0x7f };
	uint64_t x;

	if (log_word_at(p) != log_word_at(memo->hour) || !memo->known)
		return false;
	/* digits become their numbers, the rest nought; what is above its most, or no
	 * digit, reaches the highest bit */
	x = log_word_at(p + 8) ^ log_word_at(memo->hour + 8);
	return ((x | (x + log_word_at(room))) & UINT64_C(0x8080808080808080)) == 0;
}

/* The time of one that is. */
static inline int64_t log_memo_time(const struct log_head_memo *memo, const char *p)
{
	int minute = (p[10] - '0') * 10 + (p[11] - '0');
	int second = (p[13] - '0') * 10 + (p[14] - '0');

	return memo->of_hour + minute * 60 + second;
}

/* log_line.of of a line of that hour and the host at hand. */
static inline uint64_t log_memo_of(const struct log_head_memo *memo)
{
	return memo->turn * LOG_MEMO_HOSTS + memo->host_at;
}

/* Are that host and a blank at p, where 8 octets and as many as it has are there? */
static inline bool log_memo_is_host(const struct log_memo_host *host, const char *p)
{
	return ((log_word_at(p) ^ log_word_at(host->text)) & host->mask) == 0 &&
	       (host->n <= 8 || memcmp(p + 8, host->text + 8, host->n - 8) == 0);
}

/* Is one of these hosts and a blank at p, where n octets are?  It is that of the line
 * before, then. */
static inline bool log_memo_find(struct log_head_memo *memo, const char *p, size_t n)
{
	for (unsigned k = 0; k < LOG_MEMO_HOSTS; k++) {
		unsigned i = (memo->host_at + k) % LOG_MEMO_HOSTS;

		if (memo->host[i].n == 0 || n < memo->host[i].n + 8 ||
		    !log_memo_is_host(&memo->host[i], p))
			continue;
		memo->host_at = i;
		return true;
	}
	return false;
}

/* Are the hour and a host that are known at p, where n octets are?  They are those of the
 * line before, then. */
static inline bool log_memo_knows(struct log_head_memo *memo, const char *p, size_t n)
{
	return n >= LOG_MEMO_STAMP && log_memo_is_hour(memo, p) &&
	       log_memo_find(memo, p + LOG_MEMO_STAMP, n - LOG_MEMO_STAMP);
}

/* An event in the shape that nearly all have (logs_shape.c), in a line that
 * log_memo_knows knew: *out is what the scanners would say.  False: ask them; *out is
 * undefined. */
bool log_shape(const struct log_head_memo *memo, struct span line, struct log_line *out);

/* Everything of *h but syslog's word is set; out gets the time.  memo may be NULL. */
void log_head_take(struct span line, struct log_head_memo *memo, struct log_line *out,
		   struct log_head *h);

/* What others wrote around a line (logs_peel.c) is taken off: *inner begins with a head
 * of its own.  own is the time at the front of h->line, empty when there is none; the
 * one of out may learn its year or zone.  False: there is nothing around it. */
bool log_peel(const struct log_head *h, struct span own, struct log_line *out,
	      struct span *inner);
/* Is that the tag of one who passes on what containers write? */
bool log_passes_on(struct span tag);

/*
 * Lines off the front of *rest, each with its line end, that are of the hour and a host
 * that are known, of one host and program, and say nothing: most lines of a log are, and
 * a few words tell them.  Their number; 0: the next line must be read, and *out is
 * undefined.  *known: log_memo_knows knows the line at which *rest begins then.
 */
size_t log_quiet(struct log_head_memo *memo, bool no_sender, struct span *rest,
		 struct log_quiet *out, bool *known);

#endif
