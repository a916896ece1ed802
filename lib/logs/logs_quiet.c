/* SPDX-License-Identifier: MIT */
/*
 * Lines that say nothing, told by few words.  Whatever is not exactly as it is here is
 * left to the scanners: what they say of a line is what counts (tests/fuzz holds both
 * against each other).
 */
#include "logs/logs_head.h"

#define WORDS 64u /* octets behind the host that are there to be looked at */

/* "812]: " behind the bracket: where the text begins; NULL: it is not so, or more of a
 * head stands there. */
static inline const char *behind_pid(const char *p)
{
	p += log_digits8(p);
	if (p[0] != ']' || p[1] != ':' || p[2] != ' ')
		return NULL;
	p += 3;
	return *p > ' ' && *p != '[' && *p != 'm' ? p : NULL;
}

/* p is behind "postfix/": octets of a daemon whose lines may say nothing, and its
 * bracket; 0: it is another one. */
static inline size_t daemon(const char *p)
{
	switch (*p) {
	case 'q':
		return memcmp(p, "qmgr[", 5) == 0 ? 5 : 0;
	case 'c':
		return memcmp(p, "cleanup[", 8) == 0 ? 8 : 0;
	case 'a':
		return memcmp(p, "anvil[", 6) == 0 ? 6 : 0;
	case 'b':
		return memcmp(p, "bounce[", 7) == 0 ? 7 : 0;
	case 's':
		return memcmp(p, "smtpd[", 6) == 0  ? 6
		       : memcmp(p, "smtp[", 5) == 0 ? 5
						    : 0;
	default:
		return 0;
	}
}

/* p is behind "postfix/": where the text begins of a line that says nothing; NULL. */
static inline const char *postfix(const char *p, bool no_sender)
{
	size_t n = daemon(p);
	bool smtpd = n == 6 && *p == 's';

	if (n == 0)
		return NULL;
	p = behind_pid(p + n);
	if (p == NULL || !smtpd)
		return p;
	if (memcmp(p, "connect ", 8) == 0)
		return memcmp(p + 8, "from ", 5) == 0 ? p : NULL;
	if (memcmp(p, "disconnect from ", 16) == 0)
		return p;
	/* "4F2A90B1C: client=", of one that nobody asks for */
	return no_sender && *p <= 'Z' ? p : NULL;
}

/* p is behind "cyrus/". */
static inline const char *cyrus(const char *p)
{
	const char *most = p + 16;

	if (memcmp(p, "imap[", 5) == 0) /* mostly */
		p += 4;
	while (p < most && ((*p >= 'a' && *p <= 'z') || log_digit(*p)))
		p++;
	if (*p != '[' || (p = behind_pid(p + 1)) == NULL)
		return NULL;
	return memcmp(p, "USAGE ", 6) == 0 || memcmp(p, "accepted connect", 16) == 0
		       ? p
		       : NULL;
}

/* A line whose tag stands at tag: where the next one begins; NULL: it may say something.
 */
static inline const char *skip(const char *tag, const char *end, bool no_sender,
			       enum log_program *program)
{
	const char *text, *nl;

	if (memcmp(tag, "postfix/", 8) == 0) {
		*program = LOG_POSTFIX;
		text = postfix(tag + 8, no_sender);
	} else if (memcmp(tag, "cyrus/", 6) == 0) {
		*program = LOG_CYRUS;
		text = cyrus(tag + 6);
	} else {
		return NULL;
	}
	if (text == NULL)
		return NULL;
	nl = text + log_upto_one((struct span){ text, (size_t)(end - text) }, '\n');
	if (nl == end || nl - tag > (ptrdiff_t)LOGS_LINE_MAX / 2)
		return NULL;
	/* a client who gave a name */
	if (*text <= 'Z' && tag[8] == 's' &&
	    log_has((struct span){ text, (size_t)(nl - text) }, ", sasl_username="))
		return NULL;
	return nl + 1;
}

size_t log_quiet(struct log_head_memo *memo, bool no_sender, struct span *rest,
		 struct log_quiet *out, bool *known)
{
	const struct log_memo_host *host;
	const char *p = rest->p, *end = p + rest->n, *next, *at = p;
	enum log_program of;
	size_t n = 0, front;

	*known = log_memo_knows(memo, p, rest->n);
	if (!*known)
		return 0;
	host = &memo->host[memo->host_at];
	front = LOG_MEMO_STAMP + host->n;
	out->speaks = false;
	while (*known && (size_t)(end - p) > front + WORDS) {
		next = skip(p + front, end, no_sender, &of);
		out->speaks = next == NULL;
		if (next == NULL || (n > 0 && of != out->program))
			break;
		out->program = of;
		n++;
		at = p;
		p = next;
		*known = (size_t)(end - p) > front + WORDS && log_memo_is_hour(memo, p) &&
			 log_memo_is_host(host, p + LOG_MEMO_STAMP);
	}
	if (n == 0)
		return 0;
	out->of = log_memo_of(memo);
	out->first = log_memo_time(memo, rest->p);
	out->last = log_memo_time(memo, at);
	out->host = (struct span){ rest->p + LOG_MEMO_STAMP, host->n - 1 };
	*rest = (struct span){ p, (size_t)(end - p) };
	return n;
}
