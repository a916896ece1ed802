/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/num.h"
#include "verify/work.h"

static bool is_word_in(struct span word, const char *list)
{
	struct span rest = span_str(list);

	while (rest.n > 0) {
		ptrdiff_t at = span_index(rest, ' ');
		struct span next = { rest.p, at < 0 ? rest.n : (size_t)at };

		if (span_ieq(word, next))
			return true;
		rest = span_from(rest, next.n + 1);
	}
	return false;
}

/* Words of list that other lacks; keywords are equal without regard to case. */
static const char *words_only_in(struct arena *arena, const char *list, const char *other)
{
	struct strbuf only = STRBUF_INIT;
	struct span rest = span_str(list);
	const char *copy;

	while (rest.n > 0) {
		ptrdiff_t at = span_index(rest, ' ');
		struct span word = { rest.p, at < 0 ? rest.n : (size_t)at };

		if (word.n > 0 && !is_word_in(word, other)) {
			if (only.n > 0)
				strbuf_addc(&only, ' ');
			strbuf_addspan(&only, word);
		}
		rest = span_from(rest, word.n + 1);
	}
	copy = arena_span(arena, strbuf_span(&only));
	strbuf_done(&only);
	return copy;
}

/* What differs between two keyword sets, in w->scratch. */
static bool keyword_words(struct work *w, int64_t old, int64_t new, const char **old_only,
			  const char **new_only, struct err *err)
{
	const char *a, *b;

	if (!store_keywords(w->st, old, w->scratch, &a, err) ||
	    !store_keywords(w->st, new, w->scratch, &b, err))
		return false;
	*old_only = words_only_in(w->scratch, a, b);
	*new_only = words_only_in(w->scratch, b, a);
	return true;
}

/* The store keeps one row per set, so equal rows are equal sets; others may differ in
 * case alone. */
static bool keyword_compare(struct work *w, int64_t old, int64_t new,
			    struct work_keywords *out, struct err *err)
{
	struct work_keywords *k;
	const char *old_only, *new_only;

	if (old == new) {
		*out = (struct work_keywords){ .equal = true };
		return true;
	}
	k = &w->keywords[((uint64_t)old * 31 + (uint64_t) new) % WORK_KEYWORDS];
	if (!k->known || k->old != old || k->new != new) {
		arena_reset(w->scratch);
		if (!keyword_words(w, old, new, &old_only, &new_only, err))
			return false;
		*k = (struct work_keywords){ .old = old,
					     .new = new,
					     .known = true,
					     .equal = *old_only == '\0' &&
						      *new_only == '\0',
					     .lost = *old_only != '\0' };
	}
	*out = *k;
	return true;
}

/* Keywords are equal without regard to case and order: the sum of a hash (FNV-1a) over
 * each.  It only chooses among partners; whether keywords differ is compared by words. */
static uint64_t hash_words(const char *names)
{
	uint64_t sum = 0, h = 0;

	for (const char *p = names;; p++) {
		if (*p == ' ' || *p == '\0') {
			sum += h;
			h = 0;
			if (*p == '\0')
				return sum;
			continue;
		}
		if (h == 0)
			h = UINT64_C(14695981039346656037);
		h = (h ^ (uint8_t)(*p >= 'A' && *p <= 'Z' ? *p - 'A' + 'a' : *p)) *
		    UINT64_C(1099511628211);
	}
}

bool emit_words(struct work *w, struct multiset_item *item, struct err *err)
{
	int64_t set = item->m.keyword_set;
	struct work_words *slot = &w->words[(uint64_t)set % WORK_KEYWORDS];
	const char *names;

	item->words = 0;
	if (set == 0)
		return true;
	if (slot->set != set) {
		arena_reset(w->scratch);
		if (!store_keywords(w->st, set, w->scratch, &names, err))
			return false;
		*slot = (struct work_words){ set, hash_words(names) };
	}
	item->words = slot->words;
	return true;
}

static void count_severity(struct judgement *j, enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFO:
		j->info++;
		break;
	case SEVERITY_DOUBT:
		j->doubt++;
		break;
	case SEVERITY_LOSS:
		j->loss++;
		break;
	}
}

/* No run, no UID, no row: the same finding next week has the same fingerprint. */
static void fingerprint(struct work *w, struct finding *f, const struct msg_key *key,
			uint32_t ordinal)
{
	const char *cls = finding_class_name(f->cls), *side = side_name(f->side);

	sha256_begin(w->sha);
	sha256_add_field(w->sha, cls, strlen(cls));
	sha256_add_field(w->sha, w->t->name, strlen(w->t->name));
	sha256_add_field(w->sha, side, strlen(side));
	sha256_add_field(w->sha, f->folder, strlen(f->folder));
	sha256_add_field(w->sha, key->bytes, sizeof key->bytes);
	sha256_add_u64(w->sha, ordinal);
	sha256_end(w->sha, &f->fingerprint);
}

bool emit_place(struct work *w, enum finding_class cls, enum severity severity,
		enum side side, const char *folder, const char *other,
		const char *explanation, struct err *err)
{
	struct finding f = { .transfer = w->t->id,
			     .cls = cls,
			     .severity = severity,
			     .side = side,
			     .folder = folder,
			     .other = other,
			     .octets = -1,
			     .date = MSG_DATE_UNKNOWN,
			     .old_fact = "",
			     .new_fact = "",
			     .explanation = explanation,
			     .count = 1 };
	uint32_t ordinal = *folder == '\0' ? w->loose[cls][side]++ : 0;

	fingerprint(w, &f, &f.key, ordinal);
	count_severity(&w->judgement, severity);
	return store_finding_add(w->st, &f, err);
}

/* A message without a key is told apart by what it was matched by. */
static struct msg_key stand_in(const struct message *m, struct sha256_ctx *sha)
{
	struct sha256 d;
	struct msg_key key;

	if (m->tier != TIER_NONE)
		return m->key;
	sha256_begin(sha);
	sha256_add_u64(sha, (uint64_t)m->octets);
	sha256_add_u64(sha, (uint64_t)m->date);
	sha256_end(sha, &d);
	memcpy(key.bytes, d.bytes, sizeof key.bytes);
	return key;
}

bool emit_message(struct work *w, enum finding_class cls, enum severity severity,
		  enum side side, struct work_pair *p, const struct multiset_item *item,
		  const char *other, const char *old_fact, const char *new_fact,
		  const char *explanation, struct err *err)
{
	struct finding f = { .transfer = w->t->id,
			     .cls = cls,
			     .severity = severity,
			     .side = side,
			     .folder = side == SIDE_OLD ? p->row.old_name
							: p->row.new_name,
			     .other = other,
			     .epoch = item->epoch,
			     .uid = item->m.uid,
			     .tier = item->m.tier,
			     .key = item->m.key,
			     .octets = item->m.octets,
			     .date = item->m.date,
			     .old_fact = old_fact,
			     .new_fact = new_fact,
			     .explanation = explanation,
			     .count = 1 };
	struct msg_key key = stand_in(&item->m, w->sha);

	if (p->stamp != w->stamp) {
		p->stamp = w->stamp;
		memset(p->ordinal, 0, sizeof p->ordinal);
	}
	fingerprint(w, &f, &key, p->ordinal[cls]++);
	count_severity(&w->judgement, severity);
	return store_finding_add(w->st, &f, err);
}

void emit_group(struct work *w, bool more)
{
	if (!more)
		w->stamp++;
}

#define FLAGS_SIZE 64
static const char *flag_names(unsigned flags, char buf[FLAGS_SIZE])
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < MSG_FLAG_COUNT; i++)
		if ((flags >> i & 1) != 0 && n < FLAGS_SIZE)
			n += (size_t)snprintf(buf + n, FLAGS_SIZE - n, "%s%s",
					      n > 0 ? " " : "", msg_flag_name(i));
	return buf;
}

static const char *date_text(int64_t date, char buf[CLOCK_ISO_SIZE])
{
	return date == MSG_DATE_UNKNOWN ? "unknown" : clock_iso(date, buf);
}

static const char *octets_text(int64_t octets, char buf[24])
{
	if (octets < 0)
		return "unknown";
	snprintf(buf, 24, "%lld", (long long)octets);
	return buf;
}

static void say_date(const struct message *old, const struct message *new, char *buf,
		     size_t size)
{
	char gap[32];
	uint64_t by;

	if (old->date == MSG_DATE_UNKNOWN || new->date == MSG_DATE_UNKNOWN) {
		snprintf(buf, size, "INTERNALDATE was not told on %s.",
			 old->date == new->date		 ? "either side"
			 : old->date == MSG_DATE_UNKNOWN ? "the old side"
							 : "the new side");
		return;
	}
	by = new->date > old->date ? (uint64_t) new->date - (uint64_t)old->date
				   : (uint64_t)old->date - (uint64_t) new->date;
	snprintf(buf, size, "INTERNALDATE is %s %s on the new side.",
		 num_seconds(by > INT64_MAX ? INT64_MAX : (int64_t)by, gap, sizeof gap),
		 new->date > old->date ? "later" : "earlier");
}

static void say_octets(const struct message *old, const struct message *new, char *buf,
		       size_t size)
{
	char gap[32];
	int64_t by = new->octets - old->octets;

	if (old->octets < 0 || new->octets < 0)
		snprintf(buf, size, "The size was not told on both sides.");
	else
		snprintf(buf, size,
			 "It is %s %s %s on the new side; a size alone is a suspicion, "
			 "not a proof.",
			 num_group(by < 0 ? -by : by, gap, sizeof gap),
			 by == 1 || by == -1 ? "octet" : "octets",
			 by < 0 ? "smaller" : "larger");
}

/* The finding for one differing fact. */
static bool emit_fact(struct work *w, unsigned bit, struct work_pair *p,
		      const struct multiset_item *old, const struct multiset_item *new,
		      const char *other, bool words_lost, struct err *err)
{
	const struct message *a = &old->m, *b = &new->m;
	char old_buf[FLAGS_SIZE], new_buf[FLAGS_SIZE], say[160];
	const char *old_fact, *new_fact, *why = say;
	enum finding_class cls = FINDING_OCTETS;
	bool lost = false, doomed;

	switch (bit) {
	case DIFF_FLAGS:
		cls = FINDING_FLAGS;
		old_fact = flag_names(a->flags & ~(unsigned)b->flags, old_buf);
		new_fact = flag_names(b->flags & ~(unsigned)a->flags, new_buf);
		doomed = (b->flags & ~a->flags & MSG_DELETED) != 0;
		lost = *old_fact != '\0' || doomed;
		why = doomed ? "Marked \\Deleted on the new side only: the next EXPUNGE "
			       "removes it."
		      : lost ? "Flags of the old side are not set on the new one."
			     : "Flags were added on the new side.";
		break;
	case DIFF_KEYWORDS:
		cls = FINDING_KEYWORDS;
		if (!keyword_words(w, a->keyword_set, b->keyword_set, &old_fact,
				   &new_fact, err))
			return false;
		lost = words_lost;
		why = lost ? "Keywords of the old side are not set on the new one."
			   : "Keywords were added on the new side.";
		break;
	case DIFF_DATE:
		cls = FINDING_DATE;
		old_fact = date_text(a->date, old_buf);
		new_fact = date_text(b->date, new_buf);
		say_date(a, b, say, sizeof say);
		break;
	default:
		old_fact = octets_text(a->octets, old_buf);
		new_fact = octets_text(b->octets, new_buf);
		say_octets(a, b, say, sizeof say);
		break;
	}
	return emit_message(w, cls, judge_fact(bit, a, lost), SIDE_OLD, p, old, other,
			    old_fact, new_fact, why, err);
}

static void count_match(struct match_count *c, enum match_kind kind, unsigned diff)
{
	switch (kind) {
	case MATCH_SAME:
		c->same++;
		break;
	case MATCH_SAME_WEAK:
		c->same_weak++;
		break;
	case MATCH_CHANGED:
		c->changed++;
		break;
	case MATCH_REFILED:
		c->refiled++;
		break;
	case MATCH_MISSING:
	case MATCH_EXTRA:
	case MATCH_UNVERIFIED:
	case MATCH_REMOVED:
		break;
	}
	c->flags += (diff & DIFF_FLAGS) != 0;
	c->keywords += (diff & DIFF_KEYWORDS) != 0;
	c->date += (diff & DIFF_DATE) != 0;
	c->octets += (diff & DIFF_OCTETS) != 0;
}

bool emit_matched(struct work *w, const struct multiset_item *old,
		  const struct multiset_item *new, struct err *err)
{
	static const unsigned facts[] = { DIFF_FLAGS, DIFF_KEYWORDS, DIFF_DATE,
					  DIFF_OCTETS };
	struct work_pair *p = &w->pair[old->owner];
	bool refiled = old->place != new->place;
	bool flags = p->flags && w->pair[new->owner].flags;
	const char *other = refiled ? w->pair[new->owner].row.new_name : "";
	struct work_keywords words;
	unsigned diff;

	if (!keyword_compare(w, old->m.keyword_set, new->m.keyword_set, &words, err))
		return false;
	diff = judge_diff(&old->m, &new->m, flags, words.equal);
	count_match(&p->row.count, judge_match(old->m.tier, diff, refiled), diff);
	tally_message(w->tally, TALLY_ARRIVED, &old->m);
	tally_facts(w->tally, &old->m, &new->m, flags);
	if (old->m.uid > p->arrived_uid)
		p->arrived_uid = old->m.uid;
	if (diff == 0 && !refiled)
		return true;
	if (refiled &&
	    !emit_message(w, FINDING_MESSAGE_REFILED, SEVERITY_INFO, SIDE_OLD, p, old,
			  other, "", "",
			  "The message is in another folder of the new account.", err))
		return false;
	for (size_t i = 0; i < COUNT_OF(facts); i++)
		if ((diff & facts[i]) != 0 &&
		    !emit_fact(w, facts[i], p, old, new, other, words.lost, err))
			return false;
	arena_reset(w->scratch);
	return true;
}
