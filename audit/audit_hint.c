/* SPDX-License-Identifier: MIT */
#include "audit/audit_hint.h"

#include "audit/audit_reader.h"
#include "base/num.h"

/* Where the words of the server begin in ours. */
static const struct {
	const char *text;
	bool connecting;
} marks[] = {
	{ "login refused: ", true },
	{ "turned us away: ", true },
	{ "ends the session: ", true },
	{ AUDIT_HINT_SAID, false },
	{ "refuses to list folders: ", false },
	{ "refuses to list subscriptions: ", false },
	{ "with NO ", false },
	{ "with BAD ", false },
};

/* Where needle begins in s, in any case; SIZE_MAX: nowhere. */
static size_t find(struct span s, const char *needle)
{
	for (size_t i = 0; i < s.n; i++)
		if (span_istarts(span_from(s, i), needle))
			return i;
	return SIZE_MAX;
}

static bool has(struct span s, const char *needle)
{
	return find(s, needle) != SIZE_MAX;
}

static int64_t clamp(uint64_t ms)
{
	if (ms < (uint64_t)AUDIT_HINT_MIN_MS)
		return AUDIT_HINT_MIN_MS;
	return ms > (uint64_t)AUDIT_HINT_MAX_MS ? AUDIT_HINT_MAX_MS : (int64_t)ms;
}

/* "Suggested Backoff Time: 299961 milliseconds".  A number too large to be one is long; a
 * negative one, or none, is no time. */
static bool backoff(struct span said, int64_t *ms_out)
{
	static const char words[] = "backoff time";
	size_t at = find(said, words), digits = 0;
	struct span rest;
	uint64_t ms;

	*ms_out = 0;
	if (at == SIZE_MAX)
		return false;
	rest = span_trim(span_from(said, at + sizeof words - 1));
	if (rest.n > 0 && rest.p[0] == ':')
		rest = span_trim(span_from(rest, 1));
	while (digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9')
		digits++;
	if (digits == 0)
		return true;
	if (!num_u64((struct span){ rest.p, digits }, INT64_MAX, &ms))
		ms = INT64_MAX;
	if (span_istarts(span_trim(span_from(rest, digits)), "sec"))
		ms = ms > INT64_MAX / 1000 ? INT64_MAX : ms * 1000;
	*ms_out = clamp(ms);
	return true;
}

static bool about_connections(struct span said)
{
	static const char *const excess[] = { "too many", "maximum", "exceed",
					      "limit reached", "limit exceeded" };

	if (!has(said, "connection") && !has(said, "sessions"))
		return false;
	for (size_t i = 0; i < COUNT_OF(excess); i++)
		if (has(said, excess[i]))
			return true;
	return false;
}

static bool about_speed(struct span said)
{
	static const char *const words[] = { "[THROTTLED]",	  "throttled",
					     "bandwidth limit",	  "command or bandwidth",
					     "too many requests", "rate limit" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (has(said, words[i]))
			return true;
	return false;
}

struct audit_hint audit_hint_find(struct span said, bool connecting)
{
	struct audit_hint hint = { .kind = AUDIT_HINT_NONE };
	bool told = backoff(said, &hint.wait_ms);

	/* A full mailbox is no reason to wait; [OVERQUOTA] with Gmail's words is. */
	if (about_connections(said))
		hint.kind = AUDIT_HINT_FEWER;
	else if (told || about_speed(said))
		hint.kind = AUDIT_HINT_SLOW;
	else if (has(said, "[LIMIT]"))
		hint.kind = connecting ? AUDIT_HINT_FEWER : AUDIT_HINT_SLOW;
	else if (has(said, "[UNAVAILABLE]") || has(said, "[INUSE]"))
		hint.kind = AUDIT_HINT_BUSY;
	return hint;
}

struct audit_hint audit_hint_of_err(const struct err *err)
{
	struct span text = span_str(err->text);
	bool login = err->cls == ERR_LOGIN;

	/* ERR_LOGIN without the server's words is none of its doing. */
	for (size_t i = 0; i < COUNT_OF(marks) && (login || err->cls == ERR_SERVER);
	     i++) {
		size_t at = find(text, marks[i].text);

		if (at != SIZE_MAX)
			return audit_hint_find(
				span_from(text, at + strlen(marks[i].text)),
				marks[i].connecting);
	}
	return (struct audit_hint){ .kind = AUDIT_HINT_NONE };
}

struct audit_hint audit_hint_of_done(const struct imap_done *done)
{
	char said[sizeof done->code + sizeof done->text + 4];

	if (done->status == IMAP_OK)
		return (struct audit_hint){ .kind = AUDIT_HINT_NONE };
	snprintf(said, sizeof said, "[%s] %s", done->code, done->text);
	return audit_hint_find(span_str(said), false);
}

bool audit_hint_put_off(bool patient, const struct imap_done *done, struct err *err)
{
	char words[AUDIT_WORDS_SIZE];

	if (!patient || audit_hint_of_done(done).kind == AUDIT_HINT_NONE)
		return false;
	err_set(err, ERR_SERVER, AUDIT_HINT_SAID "%s", audit_words(done, words));
	return true;
}
