/* SPDX-License-Identifier: MIT */
#include "gate/gate.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/num.h"
#include "gate/work.h"

#define CLOCK_SLACK 120 /* seconds by which times may lie ahead */

const char *gate_outcome_name(enum gate_outcome o)
{
	static const char *const names[] = { "PASS", "WARN", "WAIVED", "FAIL",
					     "NO DATA" };

	_Static_assert(COUNT_OF(names) == GATE_OUTCOME_COUNT, "one for each");
	return names[o];
}

void gate_fingerprint_words(enum gate_check_id id, struct sha256 *out,
			    const char *const *words, size_t n)
{
	struct sha256_ctx *sha = sha256_new();

	sha256_begin(sha);
	sha256_add_field(sha, "mailmuster/gate/1", 17);
	sha256_add_field(sha, gate_checks[id].name, strlen(gate_checks[id].name));
	for (size_t i = 0; i < n; i++)
		sha256_add_field(sha, words[i], strlen(words[i]));
	sha256_end(sha, out);
	sha256_free(sha);
}

/* ---- waivers ---- */

static int by_fingerprint(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct sha256));
}

static bool stands(const struct gate_waiver *w, const struct gate_facts *f,
		   const struct gate_limits *l)
{
	return w->approved && *w->problem == '\0' && f->now < w->expires &&
	       w->expires - w->made <= l->v[LIMIT_WAIVER_TIME];
}

static const struct gate_waiver *waiver_of(const struct gate_facts *f,
					   const struct gate_limits *l,
					   enum gate_check_id check,
					   const struct sha256 *fingerprint)
{
	for (size_t i = 0; i < f->waiver_n; i++) {
		const struct gate_waiver *w = &f->waiver[i];

		if (w->check == check && w->n > 0 && stands(w, f, l) &&
		    bsearch(fingerprint, w->covers, w->n, sizeof *w->covers,
			    by_fingerprint) != NULL)
			return w;
	}
	return NULL;
}

static void cover(const struct gate_facts *f, const struct gate_limits *l,
		  struct gate_result *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct gate_finding *x = &r->v[i];

		r->unknown += x->unknown;
		if (r->check->waiver != GATE_NO_WAIVER && !x->unknown)
			x->waiver = waiver_of(f, l, r->check->id, &x->fingerprint);
		r->covered += x->waiver != NULL;
	}
}

/* ---- results ---- */

static void say(struct gate_result *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(struct gate_result *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->sentence, sizeof r->sentence, fmt, ap);
	va_end(ap);
}

static const struct gate_finding *first(const struct gate_result *r, bool unknown)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].unknown == unknown && r->v[i].waiver == NULL)
			return &r->v[i];
	return NULL;
}

/* What was found, what is covered and what is not known make an outcome. */
static void conclude(struct gate_result *r)
{
	size_t stand = r->n - r->covered - r->unknown;
	const struct gate_finding *x = first(r, stand == 0);
	char digits[32], all[32];

	if (x != NULL)
		r->command = x->command;
	if (stand > 0) {
		r->outcome = r->check->warns ? GATE_WARN : GATE_FAIL;
		if (r->sentence[0] == '\0' && r->n == 1)
			say(r, "%s: %s", x->subject, x->text);
		else if (r->covered > 0)
			say(r, "%s of %s not covered by a waiver; the first: %s",
			    num_group((int64_t)stand, digits, sizeof digits),
			    num_group((int64_t)(stand + r->covered), all, sizeof all),
			    x->subject);
		else if (r->sentence[0] == '\0')
			say(r, "%s of them; the first: %s: %s",
			    num_group((int64_t)stand, digits, sizeof digits), x->subject,
			    x->text);
	} else if (r->blind[0] != '\0') {
		r->outcome = GATE_NO_DATA;
		say(r, "%s", r->blind);
	} else if (r->unknown > 0) {
		r->outcome = GATE_NO_DATA;
		if (r->unknown == 1)
			say(r, "%s: %s", x->subject, x->text);
		else
			say(r, "%s not known; the first: %s: %s",
			    num_group((int64_t)r->unknown, digits, sizeof digits),
			    x->subject, x->text);
	} else if (r->covered > 0) {
		const struct gate_waiver *w = r->v[0].waiver;
		char iso[CLOCK_ISO_SIZE];

		for (size_t i = 1; i < r->n; i++)
			if (r->v[i].waiver->expires < w->expires)
				w = r->v[i].waiver;
		r->outcome = GATE_WAIVED;
		say(r, "%s of %s, by %s until %.10s",
		    num_group((int64_t)r->covered, digits, sizeof digits),
		    num_group((int64_t)r->n, all, sizeof all), w->id,
		    clock_iso(w->expires, iso));
	} else {
		r->outcome = GATE_PASS;
		say(r, "%s", r->passed);
		r->command = "";
	}
}

static void digest(struct sha256_ctx *sha, struct gate_result *r)
{
	sha256_begin(sha);
	sha256_add_field(sha, r->check->name, strlen(r->check->name));
	sha256_add_u64(sha, (uint64_t)r->outcome);
	sha256_add_u64(sha, (uint64_t)r->at);
	sha256_add_u64(sha, (uint64_t)r->max_age);
	sha256_add_u64(sha, (uint64_t)r->figure_n);
	for (int i = 0; i < r->figure_n; i++) {
		sha256_add_field(sha, r->figure[i].name, strlen(r->figure[i].name));
		sha256_add_u64(sha, (uint64_t)r->figure[i].value);
	}
	sha256_add_u64(sha, (uint64_t)r->n);
	for (size_t i = 0; i < r->n; i++) {
		const char *id = r->v[i].waiver != NULL ? r->v[i].waiver->id : "";

		sha256_add(sha, r->v[i].fingerprint.bytes,
			   sizeof r->v[i].fingerprint.bytes);
		sha256_add_field(sha, id, strlen(id));
	}
	sha256_end(sha, &r->evidence);
}

/* ---- all ---- */

/* Why nothing can be judged. */
static const char *bar(const struct gate_facts *f, struct arena *arena)
{
	char iso[CLOCK_ISO_SIZE];

	if (f->newest > f->now + CLOCK_SLACK)
		return arena_printf(arena,
				    "there is evidence of %s, which is yet to come: the "
				    "clock of this machine was set back",
				    clock_iso(f->newest, iso));
	if (f->one_sided)
		return "there is no new server in the config";
	return "";
}

void gate_judge_by(const struct gate_check *checks, const struct gate_facts *f,
		   const struct gate_limits *l, struct arena *arena,
		   struct gate_verdict *out)
{
	struct sha256_ctx *sha = sha256_new();

	*out = (struct gate_verdict){ .go = true, .bar = bar(f, arena) };
	for (int i = 0; i < GATE_CHECK_COUNT; i++) {
		struct gate_result *r = &out->result[i];

		r->check = &checks[i];
		r->max_age = l->max_age[i];
		r->command = "";
		r->arena = arena;
		if (*out->bar != '\0')
			gate_blind(r, "%s", out->bar);
		else
			checks[i].judge(f, l, r);
		cover(f, l, r);
		conclude(r);
		digest(sha, r);
		out->n[r->outcome]++;
		if (!checks[i].warns && r->outcome != GATE_PASS &&
		    r->outcome != GATE_WAIVED) {
			if (out->go)
				out->nearest = r;
			out->go = false;
		} else if (out->go && out->nearest == NULL && r->outcome != GATE_PASS &&
			   r->outcome != GATE_WAIVED) {
			out->nearest = r;
		}
	}
	sha256_begin(sha);
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		sha256_add(sha, out->result[i].evidence.bytes,
			   sizeof out->result[i].evidence.bytes);
	sha256_end(sha, &out->digest);
	sha256_free(sha);
}

void gate_judge(const struct gate_facts *f, const struct gate_limits *l,
		struct arena *arena, struct gate_verdict *out)
{
	gate_judge_by(gate_checks, f, l, arena, out);
}
