/* SPDX-License-Identifier: MIT */
#include "verify/tally.h"

#include "base/clock.h"
#include "base/num.h"

#define DAY	   86400
#define DAYS	   65536 /* 1970 to 2149 */
#define YEAR_FIRST 1970
#define YEARS	   180
#define STEP	   900 /* time zones differ by quarter hours */
#define STEPS	   193 /* from -24 h to +24 h */
#define STEP_ZERO  96
#define HOUR_STEPS (3600 / STEP)
#define BIAS_MAX   4096 /* octets that a header or line ends may add */
#define DEPTHS	   33	/* folders deeper than that count as so deep */

/* Round sizes, so that the sentence names a limit that somebody may have set. */
static const int64_t edges[] = {
	1000,	   2000,      5000,	 10000,	    20000,     50000,	   100000,
	200000,	   300000,    400000,	 500000,    600000,    800000,	   1000000,
	1500000,   2000000,   2500000,	 3000000,   4000000,   5000000,	   6000000,
	8000000,   10000000,  12000000,	 15000000,  16000000,  20000000,   25000000,
	30000000,  32000000,  35000000,	 40000000,  50000000,  60000000,   64000000,
	80000000,  100000000, 120000000, 128000000, 150000000, 200000000,  250000000,
	300000000, 400000000, 500000000, 600000000, 800000000, 1000000000, 2000000000,
};
#define EDGES COUNT_OF(edges)

struct tally {
	int64_t n[TALLY_SETS];
	int64_t larger[TALLY_SETS]
		      [EDGES + 1]; /* [i]: over edges[i - 1], not over edges[i] */
	int64_t year[TALLY_SETS][YEARS];
	int64_t depth[TALLY_SETS][DEPTHS];
	int64_t no_id[TALLY_SETS];
	int64_t kept[MSG_FLAG_COUNT], lost[MSG_FLAG_COUNT];
	int64_t any_kept,
		any_lost; /* messages with a flag of which some, or none, arrived */
	int64_t words_kept, words_lost;
	int64_t date_n, step[STEPS];
	int64_t size_n, bias[2 * BIAS_MAX + 1];
	uint32_t day_wrong[DAYS]; /* by the new date, of messages whose date differs */
	uint32_t day_right[DAYS]; /* of those whose date is right */
};

struct tally *tally_new(void)
{
	return mem_calloc(1, sizeof(struct tally));
}

void tally_free(struct tally *t)
{
	free(t);
}

void tally_reset(struct tally *t)
{
	*t = (struct tally){ 0 };
}

static size_t edge_of(int64_t octets)
{
	size_t lo = 0, hi = EDGES;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (edges[mid] < octets)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void tally_message(struct tally *t, int set, const struct message *old, unsigned depth)
{
	struct clock_civil civil;

	t->n[set]++;
	t->larger[set][edge_of(old->octets)]++;
	t->depth[set][depth < DEPTHS ? depth : DEPTHS - 1]++;
	t->no_id[set] += old->tier != TIER_ID;
	if (old->date == MSG_DATE_UNKNOWN || old->date >= (int64_t)DAYS * DAY)
		return;
	/* What is dated before 1970 counts as 1970: "or earlier" stays true. */
	clock_to_civil(old->date < 0 ? 0 : old->date, &civil);
	t->year[set][civil.year - YEAR_FIRST]++;
}

bool tally_shift(int64_t old, int64_t new, int64_t *seconds_out)
{
	/* Dates of hostile servers may lie far apart: no signed overflow. */
	int64_t by = (int64_t)((uint64_t) new - (uint64_t)old);

	if (by == 0 || by % STEP != 0 || by / STEP < -STEP_ZERO || by / STEP > STEP_ZERO)
		return false;
	*seconds_out = by;
	return true;
}

int64_t tally_day(int64_t date)
{
	return date < 0 || date / DAY >= DAYS ? 0 : date / DAY;
}

static void count_flags(struct tally *t, const struct message *old,
			const struct message *new)
{
	for (unsigned i = 0; i < MSG_FLAG_COUNT; i++) {
		if ((old->flags >> i & 1) == 0)
			continue;
		if ((new->flags >> i & 1) != 0)
			t->kept[i]++;
		else
			t->lost[i]++;
	}
	if (old->flags != 0 && (old->flags & new->flags) == 0)
		t->any_lost++;
	else if (old->flags != 0)
		t->any_kept++;
	if (old->keyword_set != 0 && new->keyword_set == 0)
		t->words_lost++;
	else if (old->keyword_set != 0)
		t->words_kept++;
}

void tally_facts(struct tally *t, const struct message *old, const struct message *new,
		 bool flags)
{
	if (flags)
		count_flags(t, old, new);
	if (old->date != MSG_DATE_UNKNOWN && new->date != MSG_DATE_UNKNOWN) {
		bool told = new->date >= 0 && new->date / DAY < DAYS;

		if (old->date == new->date) {
			if (told)
				t->day_right[new->date / DAY]++;
		} else {
			int64_t by;

			/* Mail of one day that a time zone shifted is still of one day.
			 */
			t->date_n++;
			if (tally_shift(old->date, new->date, &by))
				t->step[by / STEP + STEP_ZERO]++;
			else if (told)
				t->day_wrong[new->date / DAY]++;
		}
	}
	if (old->octets >= 0 && new->octets >= 0 && old->octets != new->octets) {
		int64_t by = new->octets - old->octets;

		t->size_n++;
		if (by >= -BIAS_MAX && by <= BIAS_MAX)
			t->bias[by + BIAS_MAX]++;
	}
}

/* The largest limit that nearly all missing messages are over, when nearly nothing that
 * arrived is. */
static void find_larger(const struct tally *t, struct tally_pattern *out)
{
	int64_t missing = 0, arrived = 0;

	for (size_t i = EDGES; i > 0; i--) {
		missing += t->larger[TALLY_MISSING][i];
		arrived += t->larger[TALLY_ARRIVED][i];
		if (!TALLY_COVERS(missing, t->n[TALLY_MISSING]))
			continue;
		if (TALLY_LEAK(arrived, t->n[TALLY_ARRIVED])) {
			out->larger_than = edges[i - 1];
			out->larger_n = missing;
		}
		return;
	}
}

static void find_year(const struct tally *t, struct tally_pattern *out)
{
	int64_t missing = 0, arrived = 0;

	for (int i = 0; i < YEARS; i++) {
		missing += t->year[TALLY_MISSING][i];
		arrived += t->year[TALLY_ARRIVED][i];
		if (!TALLY_COVERS(missing, t->n[TALLY_MISSING]))
			continue;
		if (TALLY_LEAK(arrived, t->n[TALLY_ARRIVED])) {
			out->year = YEAR_FIRST + i;
			out->year_n = missing;
		}
		return;
	}
}

/* The deepest level at which nearly all missing messages are, and nearly nothing else. */
static void find_depth(const struct tally *t, struct tally_pattern *out)
{
	int64_t missing = 0, arrived = 0;

	for (int i = DEPTHS - 1; i > 1; i--) {
		missing += t->depth[TALLY_MISSING][i];
		arrived += t->depth[TALLY_ARRIVED][i];
		if (!TALLY_COVERS(missing, t->n[TALLY_MISSING]))
			continue;
		if (TALLY_LEAK(arrived, t->n[TALLY_ARRIVED])) {
			out->depth = i;
			out->depth_n = missing;
		}
		return;
	}
}

void tally_missing(const struct tally *t, struct tally_pattern *out)
{
	*out = (struct tally_pattern){ .larger_than = -1,
				       .year = -1,
				       .depth = -1,
				       .missing_n = t->n[TALLY_MISSING] };
	/* Where nothing arrived, no limit tells the missing apart from the rest. */
	if (t->n[TALLY_MISSING] < TALLY_LEAST || t->n[TALLY_ARRIVED] == 0)
		return;
	find_larger(t, out);
	find_year(t, out);
	find_depth(t, out);
	out->no_id = TALLY_COVERS(t->no_id[TALLY_MISSING], t->n[TALLY_MISSING]) &&
		     TALLY_LEAK(t->no_id[TALLY_ARRIVED], t->n[TALLY_ARRIVED]);
}

/* "All 1,204 missing messages", or "1,180 of 1,204 missing messages". */
static void say_share(struct strbuf *out, int64_t part, int64_t all, const char *what)
{
	char a[32], b[32];

	if (out->n != 0)
		strbuf_addc(out, ' ');
	if (part == all)
		strbuf_addf(out, "All %s %s", num_group(all, a, sizeof a), what);
	else
		strbuf_addf(out, "%s of %s %s", num_group(part, a, sizeof a),
			    num_group(all, b, sizeof b), what);
}

void tally_say_missing(const struct tally *t, struct strbuf *out)
{
	struct tally_pattern p;
	char buf[32];

	tally_missing(t, &p);
	if (p.larger_than >= 0) {
		say_share(out, p.larger_n, p.missing_n, "missing messages");
		strbuf_addf(out, " are larger than %s octets: was there a size limit?",
			    num_group(p.larger_than, buf, sizeof buf));
	}
	if (p.year >= 0) {
		say_share(out, p.year_n, p.missing_n, "missing messages");
		strbuf_addf(out, " are from %d or earlier.", p.year);
	}
	if (p.depth >= 0) {
		say_share(out, p.depth_n, p.missing_n, "missing messages");
		strbuf_addf(out, " are in folders of %d or more levels.", p.depth);
	}
	if (p.no_id) {
		say_share(out, t->no_id[TALLY_MISSING], p.missing_n, "missing messages");
		strbuf_adds(out,
			    " have no Message-ID of their own: some movers pass such "
			    "mail over.");
	}
}

bool tally_seen_lost(const struct tally *t)
{
	int64_t kept = 0, had = t->kept[0] + t->lost[0];

	_Static_assert(MSG_SEEN == 1 << 0, "the first counter is of \\Seen");
	for (unsigned i = 1; i < MSG_FLAG_COUNT; i++)
		kept += t->kept[i];
	return had >= TALLY_LEAST && TALLY_COVERS(t->lost[0], had) &&
	       (kept > 0 || t->any_lost == had);
}

int64_t tally_bias(const struct tally *t)
{
	size_t best = 0;

	for (size_t i = 1; i < COUNT_OF(t->bias); i++)
		if (t->bias[i] > t->bias[best])
			best = i;
	return t->bias[best] * 2 > t->n[TALLY_ARRIVED] &&
			       t->n[TALLY_ARRIVED] >= TALLY_LEAST
		       ? (int64_t)best - BIAS_MAX
		       : 0;
}

static void say_flags(const struct tally *t, struct strbuf *out)
{
	int64_t with = t->any_kept + t->any_lost;

	if (with >= TALLY_LEAST && t->any_lost == with) {
		say_share(out, t->any_lost, with,
			  "messages that had flags lost them all.");
		return;
	}
	for (unsigned i = 0; i < MSG_FLAG_COUNT; i++) {
		int64_t had = t->kept[i] + t->lost[i];

		if (had < TALLY_LEAST || !TALLY_COVERS(t->lost[i], had))
			continue;
		say_share(out, t->lost[i], had, "messages that had ");
		strbuf_addf(out, "%s lost it.", msg_flag_name(i));
	}
}

/* All on one day.  A copy that ran over midnight has two. */
static bool find_day(const struct tally *t, struct tally_dates *out, struct strbuf *say)
{
	int64_t right = 0, best = 0, on;
	char iso[CLOCK_ISO_SIZE];
	size_t day = 0;
	bool two;

	for (size_t i = 0; i < DAYS; i++)
		right += t->day_right[i];
	for (size_t i = 0; i + 1 < DAYS; i++) {
		int64_t n = (int64_t)t->day_wrong[i] + t->day_wrong[i + 1];

		if (n > best && t->day_wrong[i] != 0) {
			best = n;
			day = i;
		}
	}
	two = t->day_wrong[day + 1] != 0;
	on = (int64_t)t->day_right[day] + (two ? t->day_right[day + 1] : 0);
	if (!TALLY_COVERS(best, t->date_n) || !(right == 0 || TALLY_LEAK(on, right)))
		return false;
	*out = (struct tally_dates){ WHY_MOVED_DAY,
				     { (int64_t)day, (int64_t)day + 1 },
				     two ? 2 : 1 };
	say_share(say, best, t->date_n, "wrong dates are ");
	strbuf_addf(say,
		    "%.10s%s on the new side, whatever they were: the dates were lost.",
		    clock_iso((int64_t)day * DAY, iso), two ? " and the day after" : "");
	return true;
}

/* One constant, or two that are an hour apart: summer and winter. */
static bool find_zone(const struct tally *t, struct tally_dates *out, struct strbuf *say)
{
	int64_t best = 0;
	char buf[32];
	size_t step = 0;

	for (size_t i = 0; i + HOUR_STEPS < STEPS; i++) {
		int64_t n = t->step[i] + t->step[i + HOUR_STEPS];

		if (n > best) {
			best = n;
			step = i;
		}
	}
	if (best == 0 || !TALLY_COVERS(best, t->date_n))
		return false;
	*out = (struct tally_dates){ .why = WHY_ZONE };
	say_share(say, best, t->date_n, "wrong dates differ by ");
	for (size_t k = 0; k < 2; k++) {
		int64_t by = ((int64_t)(step + k * HOUR_STEPS) - STEP_ZERO) * STEP;

		if (t->step[step + k * HOUR_STEPS] == 0)
			continue;
		strbuf_addf(say, "%s%s%s", out->fold_n > 0 ? " or " : "",
			    by < 0 ? "-" : "+",
			    num_seconds(by < 0 ? -by : by, buf, sizeof buf));
		out->fold[out->fold_n++] = by;
	}
	strbuf_adds(say, ": a time zone was taken for another.");
	return true;
}

bool tally_dates(const struct tally *t, struct tally_dates *out, struct strbuf *say)
{
	return t->date_n >= TALLY_LEAST &&
	       (find_day(t, out, say) || find_zone(t, out, say));
}

static void say_octets(const struct tally *t, struct strbuf *out)
{
	size_t best = 0;

	if (t->size_n < TALLY_LEAST)
		return;
	for (size_t i = 1; i < COUNT_OF(t->bias); i++)
		if (t->bias[i] > t->bias[best])
			best = i;
	if (!TALLY_COVERS(t->bias[best], t->size_n))
		return;
	say_share(out, t->bias[best], t->size_n, "messages of another size");
	strbuf_addf(out,
		    " differ by %+lld octets: a header that was added or left out would "
		    "look like that.",
		    (long long)best - BIAS_MAX);
}

void tally_say_facts(const struct tally *t, struct strbuf *out)
{
	int64_t words = t->words_kept + t->words_lost;
	struct tally_dates dates;

	say_flags(t, out);
	if (words >= TALLY_LEAST && TALLY_COVERS(t->words_lost, words))
		say_share(out, t->words_lost, words,
			  "messages that had keywords lost them all.");
	(void)tally_dates(t, &dates, out);
	say_octets(t, out);
}
