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
static const char *behind_pid(const char *p)
{
	size_t n = 0;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t x = log_word_at(p) ^ UINT64_C(0x3030303030303030);

	x = (x | (x + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
	n = x != 0 ? (size_t)__builtin_ctzll(x) / 8 : 8; /* digits */
#else
	while (n < 8 && log_digit(p[n]))
		n++;
#endif
	if (p[n] != ']' || p[n + 1] != ':' || p[n + 2] != ' ')
		return NULL;
	p += n + 3;
	return *p > ' ' && *p != '[' && *p != 'm' ? p : NULL;
}

/* p is behind "postfix/": where the text begins of a line that says nothing; NULL. */
static const char *postfix(const char *p, bool no_sender)
{
	switch (*p) {
	case 'q':
		return memcmp(p, "qmgr[", 5) == 0 ? behind_pid(p + 5) : NULL;
	case 'c':
		return memcmp(p, "cleanup[", 8) == 0 ? behind_pid(p + 8) : NULL;
	case 'a':
		return memcmp(p, "anvil[", 6) == 0 ? behind_pid(p + 6) : NULL;
	case 'b':
		return memcmp(p, "bounce[", 7) == 0 ? behind_pid(p + 7) : NULL;
	case 's':
		if (memcmp(p, "smtp[", 5) == 0)
			return behind_pid(p + 5);
		if (memcmp(p, "smtpd[", 6) != 0)
			return NULL;
		p = behind_pid(p + 6);
		if (p == NULL || memcmp(p, "connect ", 8) == 0)
			return p != NULL && memcmp(p + 8, "from ", 5) == 0 ? p : NULL;
		if (memcmp(p, "disconnect from ", 16) == 0)
			return p;
		/* "4F2A90B1C: client=", of one that nobody asks for */
		return no_sender && *p <= 'Z' ? p : NULL;
	default:
		return NULL;
	}
}

/* p is behind "cyrus/". */
static const char *cyrus(const char *p)
{
	const char *most = p + 16;

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
static const char *skip(const char *tag, const char *end, bool no_sender,
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
	nl = memchr(text, '\n', (size_t)(end - text));
	if (nl == NULL || nl - tag > (ptrdiff_t)LOGS_LINE_MAX / 2)
		return NULL;
	/* a client who gave a name */
	if (*text <= 'Z' && tag[8] == 's' &&
	    log_has((struct span){ text, (size_t)(nl - text) }, ", sasl_username="))
		return NULL;
	return nl + 1;
}

size_t log_quiet(struct log_head_memo *memo, bool no_sender, struct span *rest,
		 struct log_line *out, struct log_stamp *last)
{
	const struct log_memo_host *host;
	const char *p = rest->p, *end = p + rest->n, *next, *at = p;
	enum log_program program = LOG_PROGRAM_NONE, of;
	size_t n = 0, front;

	if (rest->n < LOG_MEMO_STAMP || !log_memo_is_hour(memo, p) ||
	    !log_memo_find(memo, p + LOG_MEMO_STAMP, rest->n - LOG_MEMO_STAMP))
		return 0;
	host = &memo->host[memo->host_at];
	front = LOG_MEMO_STAMP + host->n;
	while ((size_t)(end - p) > front + WORDS &&
	       (n == 0 || (log_memo_is_hour(memo, p) &&
			   log_memo_is_host(host, p + LOG_MEMO_STAMP))) &&
	       (next = skip(p + front, end, no_sender, &of)) != NULL &&
	       (n == 0 || of == program)) {
		program = of;
		n++;
		at = p;
		p = next;
	}
	if (n == 0)
		return 0;
	*last = (struct log_stamp){ LOG_STAMP_YEARLESS, log_memo_time(memo, at) };
	*out = (struct log_line){ .take = LOG_TAKEN,
				  .kind = LOG_OTHER,
				  .program = program,
				  .repeated = 1,
				  .stamp = { LOG_STAMP_YEARLESS,
					     log_memo_time(memo, rest->p) },
				  .stamp_text = { rest->p, LOG_MEMO_STAMP - 1 },
				  .host = { rest->p + LOG_MEMO_STAMP, host->n - 1 },
				  .of = log_memo_of(memo) };
	*rest = (struct span){ p, (size_t)(end - p) };
	return n;
}
