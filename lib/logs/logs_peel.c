/* SPDX-License-Identifier: MIT */
/*
 * What others wrote around a line.
 *
 *   TS stdout|stderr F|P LINE                 (containers, as kubelet has it)
 *   TS TS HOST TAG: text                      (docker logs -t; a relay that adds its own)
 *   TS HOST TS HOST TAG: text
 *   TS YEAR|ZONE HOST TAG: text
 *   TS [HOST ]<mail.info>|mail.info|mail:info [HOST ]TAG: text   (FreeBSD, OpenWrt, AIX)
 *   TS HOST journal|docker/..[PID]: LINE      (a container's output in the journal)
 *   [TS HOST ]TAG[PID]: TS text               (a server that writes its own time, too)
 *
 * Only what stands at the front of a text is looked at: what comes later may be a
 * client's.
 */
#include "logs/logs_head.h"

#include "base/num.h"

static bool capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Behind the time. */
static struct span behind_stamp(const struct log_head *h, struct span own)
{
	struct span s = h->line;

	if (own.n > 0)
		s = span_from(s, (size_t)(own.p - s.p) + own.n);
	(void)log_eat(&s, "]");
	log_blanks(&s);
	return s;
}

static bool eat_stream(struct span *s)
{
	if (s->n < 9 || s->p[0] != 's' || s->p[1] != 't' || s->p[2] != 'd')
		return false;
	return log_eat(s, "stdout F ") || log_eat(s, "stderr F ") ||
	       log_eat(s, "stdout P ") || log_eat(s, "stderr P ");
}

/* "<mail.info> ", "<2.6> ", "mail.info ", "mail:info " */
static bool eat_facility(struct span *s)
{
	struct span rest = *s, word;
	bool angle = log_eat(&rest, "<"), joined = false;

	word = log_word(&rest);
	if (word.n < 3 || word.n > 24 || (angle && word.p[--word.n] != '>'))
		return false;
	if (!angle && !log_starts(word, "mail") && !log_starts(word, "local") &&
	    !log_starts(word, "daemon") && !log_starts(word, "auth"))
		return false;
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if ((c == '.' || c == ':') && !joined && i > 0 && i + 1 < word.n)
			joined = true;
		else if (!log_digit(c) && !(c >= 'a' && c <= 'z'))
			return false;
	}
	if (joined)
		*s = rest;
	return joined;
}

/* "2026 " behind a time without a year. */
static bool eat_year(struct span *s, struct log_line *out)
{
	struct span rest = *s, word = log_word(&rest);
	int64_t t;
	uint64_t year;

	if (out->stamp.kind != LOG_STAMP_YEARLESS || word.n != 4 ||
	    !num_u64(word, 2200, &year) || year < 1970 ||
	    !log_stamp_in_year(out->stamp.t, (int)year, &t))
		return false;
	out->stamp = (struct log_stamp){ LOG_STAMP_LOCAL, t };
	*s = rest;
	return true;
}

/* "CET ": what it is to UTC, the site says; but for "UTC " itself. */
static bool eat_zone(struct span *s, struct log_line *out)
{
	struct span rest = *s, word = log_word(&rest);

	if (out->stamp.kind != LOG_STAMP_LOCAL || word.n < 2 || word.n > 5)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (!capital(word.p[i]))
			return false;
	if (span_eq_str(word, "UTC") || span_eq_str(word, "GMT"))
		out->stamp.kind = LOG_STAMP_UTC;
	*s = rest;
	return true;
}

static bool has_stamp(struct span s)
{
	struct span text;
	struct log_stamp stamp;

	if (s.n < 16 || !(capital(s.p[0]) || log_digit(s.p[0]) || s.p[0] == '@'))
		return false;
	return log_stamp_take(&s, &text, &stamp);
}

/* Tags under which the journal and docker pass on what others write. */
bool log_passes_on(struct span tag)
{
	size_t n = 0;

	if (span_eq_str(tag, "journal") || log_starts(tag, "docker") ||
	    log_starts(tag, "podman") || span_eq_str(tag, "conmon") ||
	    span_eq_str(tag, "container"))
		return true;
	while (n < tag.n && (log_digit(tag.p[n]) || (tag.p[n] >= 'a' && tag.p[n] <= 'f')))
		n++;
	return n == tag.n && (n == 12 || n == 64); /* a container's id */
}

bool log_peel(const struct log_head *h, struct span own, struct log_line *out,
	      struct span *inner)
{
	struct span s = behind_stamp(h, own), rest;
	bool known = own.n > 0;

	*inner = s;
	if (known && (eat_stream(inner) || eat_year(inner, out) || eat_zone(inner, out) ||
		      eat_facility(inner) || has_stamp(*inner)))
		return true;
	rest = s;
	if (known && log_word(&rest).n > 0) { /* a host */
		*inner = rest;
		if (eat_facility(inner) || has_stamp(*inner))
			return true;
	}
	*inner = h->text;
	return h->tag.n > 0 && h->text.n < h->line.n && h->text.n > 0 &&
	       (log_passes_on(h->tag) || has_stamp(h->text));
}
