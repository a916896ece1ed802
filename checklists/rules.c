/* SPDX-License-Identifier: MIT */
#include "checklists/rules.h"

#include <assert.h>
#include <stdarg.h>

#include "base/clock.h"
#include "base/num.h"

#define DAY	    86400
#define CLOCK_SLACK 120 /* seconds by which times may lie ahead */

/* ---- results ---- */

static void say(struct check_result *out, enum check_state state, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
static void say(struct check_result *out, enum check_state state, const char *fmt, ...)
{
	va_list ap;

	out->state = state;
	va_start(ap, fmt);
	vsnprintf(out->sentence, sizeof out->sentence, fmt, ap);
	va_end(ap);
}

static void figure(struct check_result *out, const char *name, int64_t value)
{
	assert(out->figure_n < CHECK_FIGURES_MAX);
	out->figure[out->figure_n++] = (struct check_figure){ name, value };
}

#define BUFS 4
/* "1,204 messages"; one of a few buffers, for one sentence. */
struct words {
	char buf[BUFS][48];
	int n;
};

static const char *some(struct words *w, int64_t n, const char *noun)
{
	char digits[32];
	char *buf = w->buf[w->n++ % BUFS];

	snprintf(buf, sizeof w->buf[0], "%s %s%s", num_group(n, digits, sizeof digits),
		 noun, n == 1 ? "" : "s");
	return buf;
}

static const char *part(struct words *w, int64_t n, int64_t of, const char *noun)
{
	char a[32], b[32];
	char *buf = w->buf[w->n++ % BUFS];

	snprintf(buf, sizeof w->buf[0], "%s of %s %s%s", num_group(n, a, sizeof a),
		 num_group(of, b, sizeof b), noun, of == 1 ? "" : "s");
	return buf;
}

/* What a list asks for, which is exact: "14 days", "90 minutes". */
static const char *term(struct words *w, int64_t seconds)
{
	char *buf = w->buf[w->n++ % BUFS];

	return num_term(seconds, buf, sizeof w->buf[0]);
}

static const char *day(struct words *w, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];
	char *buf = w->buf[w->n++ % BUFS];

	snprintf(buf, sizeof w->buf[0], "%.10s", clock_iso(at, iso));
	return buf;
}

/* Done, unless the evidence is too old for that; out->sentence tells what was seen. */
static void done_at(const struct evidence *e, const struct rule_ask *ask, int64_t at,
		    struct check_result *out)
{
	size_t n = strlen(out->sentence);
	struct words w = { 0 };

	out->at = at;
	out->state = CHECK_DONE;
	if (ask->since != 0 && at < ask->since) {
		out->state = CHECK_STALE;
		snprintf(out->sentence + n, sizeof out->sentence - n,
			 "; seen on %s, before this stage began", day(&w, at));
	} else if (ask->max_age != 0 && !e->any_age && at < e->now - ask->max_age) {
		int64_t days = (e->now - at) / DAY;

		out->state = CHECK_STALE;
		/* "7 days old, and may be 7 days" would be said of what is 7.5 days old
		 */
		if (days * DAY <= ask->max_age)
			snprintf(out->sentence + n, sizeof out->sentence - n,
				 "; that is older than %s", term(&w, ask->max_age));
		else
			snprintf(out->sentence + n, sizeof out->sentence - n,
				 "; that is %s old, and may be %s", some(&w, days, "day"),
				 term(&w, ask->max_age));
	}
}

static bool wants(const struct rule_ask *ask, enum side side)
{
	return ask->sides == RULE_BOTH ||
	       ask->sides == (side == SIDE_OLD ? RULE_OLD : RULE_NEW);
}

/* Is there anything to look at on the sides in question?  If not, out says so. */
static bool there(const struct evidence *e, const struct rule_ask *ask,
		  struct check_result *out)
{
	for (int s = 0; s < SIDE_COUNT; s++) {
		if (!wants(ask, (enum side)s))
			continue;
		if (s == SIDE_NEW && e->one_sided)
			say(out, CHECK_UNKNOWN, "there is no new server yet");
		else if (e->side[s].accounts == 0)
			say(out, CHECK_UNKNOWN, "no account of the %s side is listed",
			    side_name((enum side)s));
		else
			continue;
		return false;
	}
	return true;
}

/* ---- accounts ---- */

/* deep: not only counted. */
static void judge_accounts(const struct evidence *e, const struct rule_ask *ask,
			   bool deep, struct check_result *out)
{
	int64_t all = 0, good = 0, at = INT64_MAX;
	const char *verb = deep ? "read" : "opened and counted";
	struct words w = { 0 };

	if (!there(e, ask, out))
		return;
	for (int s = 0; s < SIDE_COUNT; s++) {
		const struct evidence_side *v = &e->side[s];
		int64_t oldest = deep ? v->oldest_read : v->oldest_counted;

		if (!wants(ask, (enum side)s))
			continue;
		all += v->accounts;
		good += deep ? v->read : v->counted;
		if (oldest < at)
			at = oldest;
	}
	figure(out, "accounts", all);
	figure(out, deep ? "read" : "counted", good);
	if (good == 0) {
		say(out, CHECK_UNKNOWN, "no account was ever %s in full", verb);
	} else if (good < all) {
		say(out, CHECK_NOT_DONE, "%s %s in full", part(&w, good, all, "account"),
		    verb);
	} else {
		say(out, CHECK_DONE, "%s %s in full", some(&w, all, "account"), verb);
		done_at(e, ask, at, out);
	}
}

static void judge_counted(const struct evidence *e, const struct rule_ask *ask,
			  struct check_result *out)
{
	judge_accounts(e, ask, false, out);
}

static void judge_read(const struct evidence *e, const struct rule_ask *ask,
		       struct check_result *out)
{
	judge_accounts(e, ask, true, out);
}

static void judge_created(const struct evidence *e, const struct rule_ask *ask,
			  struct check_result *out)
{
	const struct evidence_moves *m = &e->moves;
	struct words w = { 0 };

	if (m->transfers == 0) {
		say(out, CHECK_UNKNOWN, "no account that will move is listed");
	} else if (!e->one_sided && m->with_new < m->transfers) {
		figure(out, "accounts", m->transfers);
		figure(out, "with_new", m->with_new);
		say(out, CHECK_NOT_DONE,
		    "%s that will move %s no account on the new side",
		    part(&w, m->transfers - m->with_new, m->transfers, "account"),
		    m->transfers - m->with_new == 1 ? "has" : "have");
	} else {
		judge_accounts(e, ask, false, out);
	}
}

static void judge_decided(const struct evidence *e, const struct rule_ask *ask,
			  struct check_result *out)
{
	struct words w = { 0 };

	(void)ask;
	if (e->transfers == 0) {
		say(out, CHECK_UNKNOWN, "no account is listed");
		return;
	}
	figure(out, "accounts", e->transfers);
	figure(out, "undecided", e->undecided);
	figure(out, "unowned", e->unowned);
	if (e->undecided > 0 || e->unowned > 0)
		say(out, CHECK_NOT_DONE, "%s without a decision, %s without an owner",
		    part(&w, e->undecided, e->transfers, "account"),
		    part(&w, e->unowned, e->transfers, "account"));
	else
		say(out, CHECK_DONE, "%s with a decision and an owner",
		    some(&w, e->transfers, "account"));
}

/* ---- messages ---- */

static void judge_scanned(const struct evidence *e, const struct rule_ask *ask,
			  struct check_result *out)
{
	int64_t all = 0, scanned = 0, damaged = 0, at = INT64_MAX;
	struct words w = { 0 };

	if (!there(e, ask, out))
		return;
	for (int s = 0; s < SIDE_COUNT; s++) {
		const struct evidence_side *v = &e->side[s];

		if (!wants(ask, (enum side)s))
			continue;
		if (v->scanned_at == 0) {
			say(out, CHECK_UNKNOWN, "the %s side was never scanned",
			    side_name((enum side)s));
			return;
		}
		all += v->messages;
		scanned += v->scanned;
		damaged += v->damaged;
		if (v->scanned_at < at)
			at = v->scanned_at;
	}
	figure(out, "messages", all);
	figure(out, "scanned", scanned);
	figure(out, "damaged", damaged);
	if (all == 0) {
		say(out, CHECK_UNKNOWN, "the scan knew of no message");
	} else if (scanned < all) {
		say(out, CHECK_NOT_DONE, "%s scanned", part(&w, scanned, all, "message"));
	} else {
		char digits[32];

		say(out, CHECK_DONE, "%s scanned, %s with a sign of damage",
		    some(&w, all, "message"), num_group(damaged, digits, sizeof digits));
		done_at(e, ask, at, out);
	}
}

static void judge_verified(const struct evidence *e, const struct rule_ask *ask,
			   struct check_result *out)
{
	const struct evidence_moves *m = &e->moves;
	struct words w = { 0 };

	if (m->transfers == 0) {
		say(out, CHECK_UNKNOWN, "no account that will move is listed");
		return;
	}
	figure(out, "accounts", m->transfers);
	figure(out, "clean", m->clean);
	figure(out, "differ", m->differ);
	figure(out, "incomplete", m->incomplete);
	figure(out, "unjudged", m->unjudged);
	figure(out, "loss", m->loss);
	figure(out, "doubt", m->doubt);
	if (m->differ > 0) {
		char loss[32], doubt[32];

		say(out, CHECK_NOT_DONE, "%s %s: %s findings of loss, %s of doubt",
		    part(&w, m->differ, m->transfers, "account"),
		    m->differ == 1 ? "differs" : "differ",
		    num_group(m->loss, loss, sizeof loss),
		    num_group(m->doubt, doubt, sizeof doubt));
	} else if (m->incomplete > 0 || m->unjudged > 0) {
		char never[32];

		say(out, CHECK_UNKNOWN, "%s not examined in full, %s never verified",
		    part(&w, m->incomplete, m->transfers, "account"),
		    num_group(m->unjudged, never, sizeof never));
	} else if (m->oldest_judged == 0) {
		say(out, CHECK_UNKNOWN, "nothing was verified");
	} else {
		say(out, CHECK_DONE, "%s verified, none differs",
		    some(&w, m->transfers, "account"));
		done_at(e, ask, m->oldest_judged, out);
	}
}

static void judge_sealed(const struct evidence *e, const struct rule_ask *ask,
			 struct check_result *out)
{
	const struct evidence_moves *m = &e->moves;
	struct words w = { 0 };

	(void)ask;
	if (m->transfers == 0) {
		say(out, CHECK_UNKNOWN, "no account that will move is listed");
		return;
	}
	figure(out, "accounts", m->transfers);
	figure(out, "sealed", m->sealed);
	figure(out, "unsound", m->unsound);
	if (m->sealed < m->transfers) {
		char unsound[32];

		say(out, CHECK_NOT_DONE, "%s sealed, %s unsoundly",
		    part(&w, m->sealed + m->unsound, m->transfers, "account"),
		    num_group(m->unsound, unsound, sizeof unsound));
	} else {
		say(out, CHECK_DONE, "%s sealed", some(&w, m->transfers, "account"));
	}
}

/* The seal alone proves nothing: it was compared, and what was found was dealt with. */
static void judge_proven(const struct evidence *e, const struct rule_ask *ask,
			 struct check_result *out)
{
	struct check_result seal = { .state = CHECK_UNKNOWN };

	judge_sealed(e, ask, &seal);
	if (seal.state != CHECK_DONE)
		*out = seal;
	else
		judge_verified(e, ask, out);
}

/* ---- logs ---- */

static void judge_logs(const struct evidence *e, const struct rule_ask *ask,
		       struct check_result *out)
{
	const struct evidence_side *v = &e->side[SIDE_OLD];
	struct words w = { 0 };

	if (v->log_files == 0 || v->logs_until == 0) {
		say(out, CHECK_UNKNOWN, "no log of the old side was read");
		return;
	}
	figure(out, "files", v->log_files);
	if (e->use.unknown < 0) {
		say(out, CHECK_UNKNOWN, "logs were read, and nobody compared them");
		return;
	}
	figure(out, "unknown", e->use.unknown);
	if (e->use.unknown > 0) {
		say(out, CHECK_NOT_DONE, "%s in the logs %s to no account",
		    some(&w, e->use.unknown, "name"),
		    e->use.unknown == 1 ? "belongs" : "belong");
	} else {
		say(out, CHECK_DONE, "logs read until %s, every name is of an account",
		    day(&w, v->logs_until));
		done_at(e, ask, v->logs_until, out);
	}
}

static void judge_dormant(const struct evidence *e, const struct rule_ask *ask,
			  struct check_result *out)
{
	const struct evidence_use *u = &e->use;
	struct words w = { 0 };

	if (u->dormant < 0 || e->side[SIDE_OLD].logs_until == 0) {
		say(out, CHECK_UNKNOWN, "no log of the old side was compared");
		return;
	}
	figure(out, "dormant", u->dormant);
	figure(out, "undecided", u->undecided);
	figure(out, "unproven", u->unproven);
	if (u->undecided > 0) {
		say(out, CHECK_NOT_DONE, "%s %s no decision",
		    part(&w, u->undecided, u->dormant, "dormant account"),
		    u->undecided == 1 ? "has" : "have");
	} else if (u->unproven > 0) {
		say(out, CHECK_UNKNOWN, "%s may be unused, but the logs do not prove it",
		    some(&w, u->unproven, "account"));
	} else {
		say(out, CHECK_DONE, "%s, each with a decision",
		    some(&w, u->dormant, "dormant account"));
		done_at(e, ask, e->side[SIDE_OLD].logs_until, out);
	}
}

/* ---- the move, and after it ---- */

static void judge_cutover(const struct evidence *e, const struct rule_ask *ask,
			  struct check_result *out)
{
	const struct evidence_moves *m = &e->moves;
	struct words w = { 0 };

	if (m->transfers == 0) {
		say(out, CHECK_UNKNOWN, "no account that will move is listed");
		return;
	}
	figure(out, "accounts", m->transfers);
	figure(out, "cut_over", m->cut_over);
	if (m->cut_over < m->transfers)
		say(out, CHECK_NOT_DONE, "a cutover was told of %s",
		    part(&w, m->cut_over, m->transfers, "account"));
	else if (m->last_cutover > e->now - ask->lasting)
		say(out, CHECK_NOT_DONE, "the last cutover was on %s, %s must pass",
		    day(&w, m->last_cutover), term(&w, ask->lasting));
	else
		say(out, CHECK_DONE, "all work on the new side since %s",
		    day(&w, m->last_cutover));
}

static void judge_quiet(const struct evidence *e, const struct rule_ask *ask,
			struct check_result *out)
{
	const struct evidence_use *u = &e->use;
	int64_t until = e->side[SIDE_OLD].logs_until, from = e->moves.last_cutover;
	struct words w = { 0 };
	char digits[32];

	if (until == 0 || u->still_last < 0 || u->gaps < 0) {
		say(out, CHECK_UNKNOWN, "no log of the old side was compared");
		return;
	}
	figure(out, "logins", u->still_logins);
	figure(out, "deliveries", u->still_deliveries);
	figure(out, "gaps", u->gaps);
	if (from == 0) {
		say(out, CHECK_UNKNOWN, "no cutover was told");
		return;
	}
	if (u->still_last > from)
		from = u->still_last;
	if (u->still_last > 0 && until - from < ask->lasting)
		say(out, CHECK_NOT_DONE,
		    "%s and %s deliveries on the old side since cutover, the last on %s",
		    some(&w, u->still_logins, "login"),
		    num_group(u->still_deliveries, digits, sizeof digits), day(&w, from));
	else if (u->gaps > 0)
		say(out, CHECK_UNKNOWN, "the logs of the old side have %s",
		    some(&w, u->gaps, "gap"));
	else if (until - from < ask->lasting)
		say(out, CHECK_NOT_DONE, "the logs show %s since cutover, %s must pass",
		    some(&w, (until - from) / DAY, "day"), term(&w, ask->lasting));
	else {
		say(out, CHECK_DONE, "nobody came to the old side from %s to %s",
		    day(&w, from), day(&w, until));
		done_at(e, ask, until, out);
	}
}

static void judge_stopped(const struct evidence *e, const struct rule_ask *ask,
			  struct check_result *out)
{
	struct words w = { 0 };

	figure(out, "stopped_at", e->stopped_at);
	if (e->stopped_at == 0)
		say(out, CHECK_NOT_DONE, "nobody told that the old server was stopped");
	else if (e->started_at >= e->stopped_at)
		say(out, CHECK_NOT_DONE, "the old server was started again on %s",
		    day(&w, e->started_at));
	else if (e->stopped_at > e->now - ask->lasting)
		say(out, CHECK_NOT_DONE, "the old server is down since %s, %s must pass",
		    day(&w, e->stopped_at), term(&w, ask->lasting));
	else
		say(out, CHECK_DONE, "the old server is down since %s",
		    day(&w, e->stopped_at));
}

/* ---- all ---- */

const struct rule rules[] = {
	{ "counted", "every account was opened, and its messages counted", RULE_OLD,
	  14 * DAY, true, false, judge_counted },
	{ "read", "every account was read in full", RULE_OLD, 14 * DAY, true, false,
	  judge_read },
	{ "scanned", "every message was read as a whole", RULE_OLD, 14 * DAY, true, false,
	  judge_scanned },
	{ "logs", "logs of the old side were read, and every name is of an account",
	  RULE_OLD, 14 * DAY, false, false, judge_logs },
	{ "dormant", "every account that the logs prove unused has a decision", RULE_OLD,
	  14 * DAY, false, false, judge_dormant },
	{ "decided", "every account has a decision and an owner", RULE_OLD, 0, false,
	  false, judge_decided },
	{ "created", "every account that will move can be opened on the new side",
	  RULE_NEW, 14 * DAY, false, false, judge_created },
	{ "sealed", "every account that moves has a sound seal", RULE_BOTH, 0, false,
	  false, judge_sealed },
	{ "verified", "every account that moves was verified, and none differs",
	  RULE_BOTH, 7 * DAY, false, false, judge_verified },
	{ "proven",
	  "every account that moves has a sound seal, was verified, and none "
	  "differs",
	  RULE_BOTH, 0, false, false, judge_proven },
	{ "cutover", "a cutover was told of every account that moves", RULE_BOTH, 0,
	  false, true, judge_cutover },
	{ "quiet", "logs without a gap show nobody on the old side", RULE_OLD, 2 * DAY,
	  false, true, judge_quiet },
	{ "stopped", "the old server is down", RULE_OLD, 0, false, true, judge_stopped },
	{ NULL, NULL, RULE_OLD, 0, false, false, NULL },
};

const struct rule *rule_find(const char *name)
{
	for (const struct rule *r = rules; r->name != NULL; r++)
		if (strcmp(r->name, name) == 0)
			return r;
	return NULL;
}

void rule_judge(const struct rule *r, const struct evidence *e,
		const struct rule_ask *ask, struct check_result *out)
{
	struct words w = { 0 };

	*out = (struct check_result){ .state = CHECK_UNKNOWN };
	if (e->newest > e->now + CLOCK_SLACK)
		say(out, CHECK_UNKNOWN,
		    "there is evidence of %s, which is yet to come: the clock of this "
		    "machine was set back",
		    day(&w, e->newest));
	else
		r->judge(e, ask, out);
}
