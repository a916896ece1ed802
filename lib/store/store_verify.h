/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_VERIFY_H
#define STORE_STORE_VERIFY_H
/* What verify writes (judgements, pairs, findings, leftovers) and the details that audit
 * looks up for it. */
#include "model/finding.h"
#include "store/store.h"

/* ---- writing; within a transaction of the caller's ---- */

/* Drop pairs, findings, leftovers, wants and the judgement of a transfer before it is
 * judged again. */
bool store_verify_clear(struct store *st, int64_t transfer, struct err *err) MUST_CHECK;
bool store_pair_add(struct store *st, struct pair *p /* id is filled in */,
		    struct err *err) MUST_CHECK;
bool store_pair_update(struct store *st, const struct pair *p,
		       struct err *err) MUST_CHECK; /* counts and note */
bool store_finding_add(struct store *st, const struct finding *f,
		       struct err *err) MUST_CHECK;
/* Drop the findings of one class, reason and fold; *n_out: how many.  One that sums them
 * up takes their place. */
bool store_finding_drop(struct store *st, int64_t transfer, enum finding_class cls,
			enum why why, int64_t fold, int64_t *n_out,
			struct err *err) MUST_CHECK;
/* Give findings about messages of one class, reason and fold another reason. */
#define STORE_ANY_FOLD INT64_MIN
bool store_finding_why(struct store *st, int64_t transfer, enum finding_class cls,
		       enum why from, int64_t fold, enum why to,
		       struct err *err) MUST_CHECK;
/* Findings of a transfer by severity, without accepted ones, and how many are. */
bool store_finding_count(struct store *st, int64_t transfer, int64_t out[SEVERITY_COUNT],
			 int64_t *accepted_out, struct err *err) MUST_CHECK;
bool store_judgement_put(struct store *st, const struct judgement *j,
			 struct err *err) MUST_CHECK;
/* Note in finding_life that this run made the findings of a transfer. */
bool store_finding_life(struct store *st, int64_t transfer, int64_t run,
			struct err *err) MUST_CHECK;
/* The run that made a finding first; 0: none yet. */
bool store_finding_first(struct store *st, const struct sha256 *fingerprint, int64_t *out,
			 struct err *err) MUST_CHECK;

/* A message that found no partner in its folder pair; kept until the transfer is judged
 * again. */
struct leftover {
	int64_t transfer; /* under which it was added: the first of those that are judged
			     together */
	int64_t owner;	  /* transfer of the pair; borrowed from it */
	enum side side;
	int64_t pair; /* pair.id */
	int64_t epoch;
	struct message m;
	struct msg_key retry_key; /* from message_detail, when retry_tier is TIER_FIELDS
				     or TIER_BODY */
	uint8_t retry_tier;	  /* TIER_NONE: no detail was looked up */
	const char *folder;	  /* common form, from the pair; borrowed */
};
/* retry_key, retry_tier and folder are ignored: they come from the detail and the pair.
 */
bool store_leftover_add(struct store *st, const struct leftover *l,
			struct err *err) MUST_CHECK;
/* It found a partner after all. */
bool store_leftover_drop(struct store *st, int64_t transfer, enum side side,
			 int64_t epoch, uint32_t uid, struct err *err) MUST_CHECK;

enum leftover_order {
	LEFTOVER_BY_PLACE,     /* side, pair, epoch, uid */
	LEFTOVER_BY_KEY,       /* tier, key, octets, date, side, epoch, uid */
	LEFTOVER_BY_RETRY_KEY, /* those with a retry key: retry key, octets, date, side,
				  epoch, uid */
	LEFTOVER_BY_BODY,      /* those whose body is known, with it as retry key at
				  TIER_BODY: body, date, octets, side, epoch, uid */
};
struct store_leftovers;
/* pair 0: of the whole transfer; transfer 0: of all.  Do not add or drop while a cursor
 * is open: collect first. */
bool store_leftovers_open(struct store *st, int64_t transfer, int64_t pair,
			  enum leftover_order order, struct store_leftovers **out,
			  struct err *err) MUST_CHECK;
enum next store_leftovers_next(struct store_leftovers *it, struct leftover *out,
			       struct err *err) MUST_CHECK;
void store_leftovers_close(struct store_leftovers *it);
bool store_leftover_count(struct store *st, int64_t transfer, enum side side,
			  int64_t *out, struct err *err) MUST_CHECK;

/* ---- leftovers whose partner is left over in another transfer ---- */

/*
 * Leftovers of all transfers meet: what is left over on the old side of one and, under
 * the same key, on the new side of another is noted for both, as often as there are
 * partners.  Whatever was noted before is forgotten.  *out: the transfers under which
 * they were left over, in arena.
 */
bool store_elsewhere_find(struct store *st, struct arena *arena, int64_t **out,
			  size_t *n_out, struct err *err) MUST_CHECK;
bool store_elsewhere_forget(struct store *st, int64_t transfer,
			    struct err *err) MUST_CHECK;
/* Where the partner of a leftover is: name of the other transfer, and the folder there in
 * common form. */
bool store_elsewhere(struct store *st, const struct leftover *l, struct arena *arena,
		     const char **other, const char **folder, bool *found_out,
		     struct err *err) MUST_CHECK;

/* ---- details: what audit looks up of single messages ---- */

/* How much of it.  Each gives what the one before gives. */
enum want {
	WANT_FIELDS, /* the header fields that make identity */
	WANT_HEADER, /* the whole header, listed */
	WANT_BODY,   /* the whole message, digested */
};
enum { WANT_COUNT = WANT_BODY + 1 };

/* verify wants to know so much of a message; kept until the transfer is judged again. */
bool store_want_add(struct store *st, int64_t transfer, enum side side, int64_t epoch,
		    uint32_t uid, enum want what, struct err *err) MUST_CHECK;

/*
 * Want the bodies of leftovers that only a body can tell to be one: looked up, with the
 * same date on both sides, and header fields that recognise nothing on one of them, or
 * the same ones though each has another Message-ID.  At most max of each side; *n_out:
 * how many.
 */
bool store_want_bodies(struct store *st, int64_t transfer, int64_t max, int64_t *n_out,
		       struct err *err) MUST_CHECK;

/* What should be looked up: leftovers without a detail (WANT_FIELDS), and what was wanted
 * and is not there.  Of leftovers, where both sides of a transfer have some all of them
 * (their identity is tried again at tier 2), otherwise at most per_folder of each folder,
 * with and without details.  What failed is listed again once its folder was read anew.
 * Each message once, ordered by side, account, folder, uid.  transfer 0: all. */
struct detail_want {
	enum side side;
	int64_t account, folder, epoch;
	const char *wire; /* folder name */
	uint32_t uidvalidity, uid;
	enum want what;
	int64_t octets; /* RFC822.SIZE; -1: not known */
};
struct store_wants;
bool store_wants_open(struct store *st, int64_t transfer, int64_t per_folder,
		      struct store_wants **out, struct err *err) MUST_CHECK;
enum next store_wants_next(struct store_wants *it, struct detail_want *out,
			   struct err *err) MUST_CHECK;
void store_wants_close(struct store_wants *it);

/* retry_key NULL: the fields gave no tier 2 key.  Replaces what an older row says of
 * these; it has not failed now. */
bool store_detail_put(struct store *st, int64_t epoch, uint32_t uid,
		      const struct message_detail *d, const struct msg_key *retry_key,
		      struct err *err) MUST_CHECK;
bool store_detail_get(struct store *st, int64_t epoch, uint32_t uid, struct arena *arena,
		      struct message_detail *out, bool *found_out,
		      struct err *err) MUST_CHECK;

/* What header and body are made of.  Octets and counts as the server sent them; -1, and
 * NULL for fields: not looked up. */
struct detail_facts {
	const char *fields; /* text of mime_fields (mime/mime_fields.h) */
	int64_t header_octets, body_octets;
	struct msg_key body_key; /* of the canonical body, where body_octets is known */
	int64_t crlf, bare_lf, bare_cr; /* line ends of the body, likewise */
	const char *failed;		/* why the newest look failed; "" */
};
/* Replaces what an older row says of the parts that are given (of the body all or
 * nothing).  failed is ignored: it has not failed now. */
bool store_detail_facts_put(struct store *st, int64_t epoch, uint32_t uid,
			    const struct detail_facts *f, struct err *err) MUST_CHECK;
/* found false: nobody has looked. */
bool store_detail_facts(struct store *st, int64_t epoch, uint32_t uid,
			struct arena *arena, struct detail_facts *out, bool *found_out,
			struct err *err) MUST_CHECK;
/* It cannot be had, for this reason (not ""); what is known already stays. */
bool store_detail_fail(struct store *st, int64_t epoch, uint32_t uid, const char *why,
		       struct err *err) MUST_CHECK;

/* ---- reading ---- */

/* found false: never judged. */
bool store_judgement(struct store *st, int64_t transfer, struct arena *arena,
		     struct judgement *out, bool *found_out, struct err *err) MUST_CHECK;
bool store_pairs(struct store *st, int64_t transfer, struct arena *arena,
		 struct pair **out, size_t *n_out, struct err *err) MUST_CHECK;
/* Findings of a transfer (0: all) ordered by transfer, severity (worst first), class,
 * folder, epoch, uid. */
struct store_findings;
bool store_findings_open(struct store *st, int64_t transfer, struct store_findings **out,
			 struct err *err) MUST_CHECK;
enum next store_findings_next(struct store_findings *it, struct finding *out,
			      struct err *err) MUST_CHECK;
void store_findings_close(struct store_findings *it);
/* One, its strings in arena. */
bool store_finding_get(struct store *st, int64_t id, struct arena *arena,
		       struct finding *out, bool *found_out, struct err *err) MUST_CHECK;
/* The one whose fingerprint begins with these hexadecimal digits.  *n_out: how many do,
 * but no more than 2; out is filled in unless it is 0. */
bool store_finding_like(struct store *st, const char *digits, struct arena *arena,
			struct finding *out, int *n_out, struct err *err) MUST_CHECK;
/* Counts by class and severity of a transfer (0: all). */
struct finding_sum {
	int64_t n[FINDING_CLASS_COUNT][SEVERITY_COUNT];
};
bool store_finding_sums(struct store *st, int64_t transfer, struct finding_sum *out,
			struct err *err) MUST_CHECK;

#endif
