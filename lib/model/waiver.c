/* SPDX-License-Identifier: MIT */
#include "model/waiver.h"

#include <assert.h>

#include "base/clock.h"
#include "base/span.h"
#include "base/text.h"

#define DAY ((int64_t)86400)

static const char *const states[] = {
	[WAIVER_PENDING] = "pending",	[WAIVER_VALID] = "valid",
	[WAIVER_EXPIRED] = "expired",	[WAIVER_REVOKED] = "revoked",
	[WAIVER_IMPROPER] = "improper",
};
_Static_assert(COUNT_OF(states) == WAIVER_STATE_COUNT, "every state has a name");

const char *waiver_state_name(enum waiver_state s)
{
	assert((size_t)s < COUNT_OF(states));
	return states[s];
}

static const char *one_form(const char *name, struct arena *arena)
{
	char *folded = text_is_utf8(span_str(name)) ? text_fold(arena, span_str(name))
						    : arena_strdup(arena, name);
	size_t n = 0;

	for (const char *p = folded; *p != '\0'; p++)
		if (*p != ' ' && *p != '\t')
			folded[n++] = *p;
		else if (n > 0 && folded[n - 1] != ' ')
			folded[n++] = ' ';
	while (n > 0 && folded[n - 1] == ' ')
		n--;
	folded[n] = '\0';
	return folded;
}

bool waiver_same_person(const char *a, const char *b)
{
	struct arena arena;
	bool same;

	arena_init(&arena);
	same = strcmp(one_form(a, &arena), one_form(b, &arena)) == 0;
	arena_done(&arena);
	return same;
}

bool waiver_is_check(const char *s)
{
	return s[0] == 'G' && s[1] >= '0' && s[1] <= '9' && s[2] >= '0' && s[2] <= '9' &&
	       s[3] == '\0';
}

static bool is_own(const struct waiver *w, const char *by)
{
	return waiver_same_person(by, w->owner) || waiver_same_person(by, w->teller);
}

enum waiver_state waiver_state(const struct waiver *w, int64_t now, unsigned approvers)
{
	if (w->revoked_at != 0)
		return WAIVER_REVOKED;
	if (w->expires > w->at + WAIVER_DAYS_MAX * DAY)
		return WAIVER_IMPROPER;
	if (now >= w->expires)
		return WAIVER_EXPIRED;
	if (w->approved_at == 0)
		return WAIVER_PENDING;
	if (approvers != 1 && is_own(w, w->approver))
		return WAIVER_IMPROPER;
	return WAIVER_VALID;
}

bool waiver_may_ask(const struct waiver *w, int64_t now, struct err *err)
{
	char iso[CLOCK_ISO_SIZE];

	if (!waiver_is_check(w->check))
		return err_set(err, ERR_CONFIG,
			       "a waiver is for one check of the gate, such as G07");
	if (w->expires <= now)
		return err_set(err, ERR_CONFIG,
			       "a waiver that ends at %s is over already",
			       clock_iso(w->expires, iso));
	if (w->expires > now + WAIVER_DAYS_MAX * DAY)
		return err_set(err, ERR_CONFIG,
			       "a waiver ends within %d days, by %s: what is to hold "
			       "longer is accepted, or settled",
			       WAIVER_DAYS_MAX,
			       clock_iso(now + WAIVER_DAYS_MAX * DAY, iso));
	if (span_trim(span_str(w->owner)).n == 0 ||
	    span_trim(span_str(w->teller)).n == 0 ||
	    span_trim(span_str(w->reason)).n == 0 || span_trim(span_str(w->risk)).n == 0)
		return err_set(err, ERR_CONFIG,
			       "a waiver needs an owner, a requester, a reason and the "
			       "risk that is taken");
	return true;
}

bool waiver_may_approve(const struct waiver *w, const char *by, int64_t now,
			unsigned approvers, struct err *err)
{
	char iso[CLOCK_ISO_SIZE];
	bool own = approvers != 1;

	switch (waiver_state(w, now, approvers)) {
	case WAIVER_REVOKED:
		return err_set(err, ERR_CONFIG, "waiver %lld was revoked",
			       (long long)w->id);
	case WAIVER_EXPIRED:
		return err_set(err, ERR_CONFIG, "waiver %lld ended at %s",
			       (long long)w->id, clock_iso(w->expires, iso));
	case WAIVER_VALID:
	case WAIVER_IMPROPER:
		return err_set(err, ERR_CONFIG,
			       w->approved_at != 0
				       ? "waiver %lld has been approved before"
				       : "waiver %lld runs longer than any may",
			       (long long)w->id);
	case WAIVER_PENDING:
		break;
	}
	if (own && waiver_same_person(by, w->owner))
		return err_set(err, ERR_CONFIG,
			       "who owns waiver %lld cannot approve it: somebody else "
			       "must",
			       (long long)w->id);
	if (own && waiver_same_person(by, w->teller))
		return err_set(err, ERR_CONFIG,
			       "who asked for waiver %lld cannot approve it: somebody "
			       "else must",
			       (long long)w->id);
	return true;
}
