/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_WORK_H
#define VERIFY_WORK_H
/*
 * Transfers being judged together: what the files of verify/ share.  Usually one; several
 * when their mail arrives in the same new folders, which are then judged against all of
 * them (DESIGN section 5).
 */
#include "base/arena.h"
#include "base/sha256.h"
#include "map/map.h"
#include "model/account.h"
#include "profile/profile.h"
#include "store/store_folder.h"
#include "store/store_objectid.h"
#include "store/store_scan.h"
#include "store/store_seal.h"
#include "store/store_verify.h"
#include "store/store_withdrawn.h"
#include "verify/itself.h"
#include "verify/judge.h"
#include "verify/multiset.h"
#include "verify/pairing.h"
#include "verify/tally.h"
#include "verify/verify.h"

/* A folder of one side with what is made of it. */
struct work_folder {
	const struct folder_view *view;
	const char
		*common; /* for the new side relative to the account, not to new_prefix */
	enum proof proof;
	int64_t messages;    /* known to exist; 0 when nothing is known */
	int64_t epoch;	     /* in which its messages are; 0: none */
	const char *trouble; /* a rule that failed on it; NULL */
	bool sealed_only; /* old side: gone since the seal; its messages are those of then
			   */
	const struct folder_hole *hole; /* PROOF_HOLES: ascending by uid */
	size_t hole_n;
};

struct work_side {
	int64_t account; /* 0: none */
	struct account_view view;
	enum proof proof;
	struct work_folder *folder; /* the transfers' own, without foreign ones */
	size_t folder_n;
	int64_t started; /* of the audit run that was used; INT64_MAX when there is none
			  */
	/* Ids that its folders have and had (MAILBOXID), with the names of these in
	 * common form. */
	struct map_names names; /* how its folders are called */
	struct objectid_seen *id;
	const char **id_common;
	size_t id_n;
	/* Of those that went, by name: what they were called, of the old side where they
	 * should be on the new one. */
	struct work_went *went;
	size_t went_n;
};
struct work_went {
	const char *name;
	const struct objectid_seen *id;
};

/* Removals noticed by one run. */
struct work_wave {
	int64_t run, messages;
};

/* Removals noticed by one run in all accounts that have no alarm of their own. */
struct crowd_wave {
	int64_t run, messages, accounts;
	int64_t most, transfer; /* of the account that lost most */
};
struct crowd {
	int64_t messages;	 /* that sealed accounts had */
	struct crowd_wave *wave; /* crowd_done frees them */
	size_t n, cap;
};

/* The profiles of one side's servers, by what these say of themselves: one for thousands
 * of accounts, as a rule. */
struct kinds {
	struct arena arena;
	struct kind *newest;
	size_t n;
};
#define KINDS_KEPT 16 /* from one judgement to the next */

/* How the servers of each side count octets, looked up when it is first asked for. */
struct size_rules {
	bool known[SIDE_COUNT];
	struct body_size_rule rule[SIDE_COUNT];
};

/* One of the transfers. */
struct work_member {
	const struct transfer *t;
	struct work_side old;
	const char *not_judged; /* why; NULL: it is judged */
	bool blind;		/* one side is not known at all */
	bool unknown;		/* something could not be examined */
	bool gmail;		/* its folders are labels (labels.c) */
	struct judgement judgement;
	struct strbuf note;	       /* of the judgement */
	const struct profile *profile; /* of the old server */
	unsigned not_comparable;       /* DIFF_* */
	struct tally *tally;
	struct tally_pattern pattern;

	bool sealed;
	struct seal seal;
	/* The oldest since mail went back to the old server, if it ever did: what was
	 * there at it has to arrive, whatever newer ones show.  Often the same one. */
	struct seal first;
	struct seal_folder *seal_folder; /* ascending by folder */
	size_t seal_folder_n;
	bool mover_ran;	 /* a pass was recorded after the seal */
	int64_t changed; /* messages whose flags changed after the seal only */
	int64_t seen_kept, seen_lost; /* since the seal */
	size_t gone_folders;	      /* of which nothing arrived */
	int64_t old_messages;	      /* that were examined */
	int64_t bias;	  /* octets by which most messages differ, measured last time */
	struct pair *was; /* pairs of the judgement before */
	size_t was_n;
	int64_t bodies, body_octets; /* that were asked for */
	struct work_wave *wave;	     /* in the arena */
	size_t wave_n, wave_cap;
	uint32_t loose[FINDING_CLASS_COUNT]
		      [SIDE_COUNT]; /* ordinals of findings about no message */
};

#define WORK_ORDINALS                                                                    \
	FINDING_FOLDER_MISSING /* the classes that are about messages come first */

/* What the seal tells of one folder. */
struct work_base {
	bool sealed; /* messages below uidnext were there at the seal */
	bool after;  /* the folder came after the seal, with all that is in it */
	int64_t uidnext;
	int64_t run; /* of the side at the seal */
};

/* A folder pair while it is judged. */
struct work_pair {
	struct pair row;
	struct work_member *m;
	const struct pairing *pairing;
	const struct work_folder *folder[SIDE_COUNT]; /* NULL: none; not read for messages
							 when it cannot hold any */
	struct work_base base[SIDE_COUNT];
	bool renumbered[SIDE_COUNT]; /* its UIDVALIDITY changed after the seal */
	bool set_back[SIDE_COUNT];   /* its UIDNEXT is lower than at the seal */
	size_t leader;		     /* index of the pair that counts the new folder */
	int64_t epoch[SIDE_COUNT];
	bool flags;	       /* flags of both sides were read */
	const char *target;    /* where the old folder should be; NULL: there is none */
	const char *excluded;  /* the rule that leaves the old folder out; NULL */
	uint32_t arrived_uid;  /* highest UID of the old folder that was found on the new
				  side */
	int64_t bias;	       /* octets by which most differ, measured last time */
	int64_t vote, votes;   /* of this time: by majority (Boyer and Moore) */
	unsigned depth;	       /* levels of its name, from 1 */
	int64_t removed;       /* delivered, and removed after the seal */
	int64_t missing, tail; /* what is left in the end; of those, above arrived_uid */
	uint64_t stamp;	       /* group for which ordinal counts */
	uint32_t ordinal[WORK_ORDINALS + 1];
};

/* What a pair of keyword sets makes of a message; looked up once for each pair. */
struct work_keywords {
	int64_t old, new;
	bool known, equal, lost;
};
#define WORK_KEYWORDS 256

/* A number for a keyword set that is the same for every set with these words. */
struct work_words {
	int64_t set; /* 0: a free slot */
	uint64_t words;
};

struct work {
	struct store *st;
	const struct verify_options *o;
	struct map *map;	       /* o->rules, opened once for the run */
	struct itself *itself;	       /* likewise */
	struct kinds *kinds;	       /* of each side, for the whole run */
	const struct profile *profile; /* of the new server */
	const struct transfer *all;    /* every transfer into this new account */
	size_t all_n;
	const struct transfer *everyone; /* every transfer */
	size_t everyone_n;
	struct map_login *
		*names;	     /* whose logins are which; made when it is first asked for */
	struct arena *arena; /* lives as long as these transfers are judged */
	struct arena *scratch; /* for one finding */
	struct sha256_ctx *sha;

	struct work_member *member;
	size_t member_n;
	int64_t id; /* of the first transfer: leftovers are kept under it */
	struct work_side new;
	const char *prefix; /* new_prefix in common form; "" */
	struct work_pair *pair;
	size_t pair_n;
	const char *unread_new; /* a new folder that could not be read, in which mail may
				   be; NULL */
	const char *holed[SIDE_COUNT]; /* a folder with holes, likewise; NULL */
	const char **gone; /* new folders of a seal that are gone, common form */
	size_t gone_n;
	int64_t *ours; /* folders of the new account in which their mail is or was,
			  ascending; NULL: none is sealed */
	size_t ours_n;
	bool sampled; /* sample tells which messages a scan chose by chance */
	struct scan_sample sample;
	bool scanned[SIDE_COUNT];      /* something of that side was read as a whole */
	struct size_rules *size_rules; /* of the whole run */
	bool covered; /* the finding that was emitted last is covered by an acceptance */
	int64_t max_octets; /* the largest message that the new side takes; -1 */
	const struct crowd_wave *alarm; /* of all accounts, told with the one that lost
					   most; NULL: none (yet) */
	uint64_t stamp;			/* of the group of equal keys being matched */
	struct work_keywords keywords[WORK_KEYWORDS];
	struct work_words words[WORK_KEYWORDS];
};

static inline const struct verify_limits *work_limits(const struct work *w)
{
	return w->o->limits != NULL ? w->o->limits : &verify_limits_default;
}

/* The side of a pair's transfer. */
static inline struct work_side *work_side(struct work *w, struct work_member *m,
					  enum side side)
{
	return side == SIDE_OLD ? &m->old : &w->new;
}

/* There at the seal, as far as the UID tells. */
static inline bool work_at_seal(const struct work_base *b, uint32_t uid)
{
	return b->sealed && uid < b->uidnext;
}

/* ---- evidence.c: what is known of both sides ---- */

/* Fill in the sides, the seals and prefix. */
bool evidence_load(struct work *w, struct err *err) MUST_CHECK;
/* What the seal says of a folder; NULL: nothing. */
const struct seal_folder *evidence_at_seal(const struct work_member *m, int64_t folder);

/* ---- kinds.c: what is known of both servers' kinds ---- */

/* setting: "auto", a name or a path; NULL is "auto".  *out is valid until kinds_trim. */
bool kinds_find(struct kinds *k, const char *setting, const struct account_view *v,
		const struct profile **out, struct err *err) MUST_CHECK;
/* Forget them when they are many. */
void kinds_trim(struct kinds *k);
/* It takes no folder of that name. */
bool kinds_refuses(const struct profile *p, char delim, const char *common);
/* What was not compared, in sentences. */
void kinds_say(const struct profile *old, const struct profile *new, struct strbuf *out);

/* ---- pairs.c: which folders are compared ---- */

/* Fill in pair[], stored so that leftovers can refer to them.  Pairs with one new folder
 * stand side by side, whosever they are. */
bool pairs_make(struct work *w, struct err *err) MUST_CHECK;

/* ---- emit.c: findings ---- */

/* A finding about a folder or the account.  count: messages that it speaks for. */
bool emit_place(struct work *w, struct work_member *m, enum finding_class cls,
		enum severity severity, enum why why, enum side side, const char *folder,
		const char *other, const char *explanation, int64_t count,
		struct err *err) MUST_CHECK;
/* What is told of one message of that side of a pair. */
struct emit {
	enum finding_class cls;
	enum severity severity;
	enum why why;
	enum side side;
	const char *other, *old_fact, *new_fact, *explanation; /* NULL is "" */
	int64_t fold;
	const struct msg_key *instead; /* what it is told apart by when nothing is known
					  of it; NULL: by its identity */
};
/* The fingerprint is made here. */
bool emit_message(struct work *w, struct work_pair *p, const struct multiset_item *item,
		  const struct emit *e, struct err *err) MUST_CHECK;
/* One of the key at hand has its finding from an earlier walk: the next has the next
 * number. */
void emit_passed(struct work *w, struct work_pair *p, enum finding_class cls);
/* Keywords as a number: item->words. */
bool emit_words(struct work *w, struct multiset_item *item, struct err *err) MUST_CHECK;
/* A new key begins (more false: another piece of the same one). */
void emit_group(struct work *w, bool more);

/* ---- facts.c ---- */

/* Two messages are the same one: judge facts, count, and name what differs. */
bool facts_matched(struct work *w, const struct multiset_item *old,
		   const struct multiset_item *new, struct err *err) MUST_CHECK;
/* After all: what many have in common becomes one finding. */
bool facts_fold(struct work *w, struct work_member *m, struct err *err) MUST_CHECK;

/* ---- keywords.c ---- */

/* What differs between two keyword sets, in w->scratch; renamed ones do not. */
bool keywords_differ(struct work *w, int64_t old, int64_t new, const char **old_only,
		     const char **new_only, struct err *err) MUST_CHECK;
bool keywords_compare(struct work *w, int64_t old, int64_t new, struct work_keywords *out,
		      struct err *err) MUST_CHECK;

/* ---- content.c: sizes, headers, bodies ---- */

/* ---- scanned.c: what scans of both sides tell ---- */

/* Fill in w->scanned. */
bool scanned_load(struct work *w, struct err *err) MUST_CHECK;
struct scanned {
	bool known;			  /* both were read as a whole */
	bool bodies_equal, headers_equal; /* in canonical form */
	int64_t octets[SIDE_COUNT];
};
/* In w->scratch.  known stays false where contents cannot be compared (profile). */
bool scanned_compare(struct work *w, struct work_pair *p, const struct multiset_item *old,
		     const struct multiset_item *new, struct scanned *out,
		     struct err *err) MUST_CHECK;
/* Count what the sample tells, when old is in it. */
void scanned_sample(struct work *w, struct work_pair *p, const struct multiset_item *old,
		    const struct scanned *s, bool differs);
/* Name what the servers do not give out, and what is damaged.  Of the former nobody knows
 * what it is: as long as a person has not accepted it, its transfer is not verified. */
bool scanned_damage(struct work *w, struct err *err) MUST_CHECK;
/* How much was compared, in a sentence. */
void scanned_say(const struct work_member *m, struct strbuf *out);

struct copies_one;
struct content {
	bool differs;		/* false: it was looked into, and nothing is wrong */
	enum finding_class cls; /* FINDING_OCTETS or FINDING_CONTENT */
	enum severity severity;
	enum why why;
	const char *say; /* in w->scratch */
};
/* Two messages that are the same one and differ in size, or do not where most others do.
 * What has to be looked up first is asked for (store_want_add). */
bool content_judge(struct work *w, struct work_pair *p, const struct multiset_item *old,
		   const struct multiset_item *new, const struct scanned *scanned,
		   struct content *out, struct err *err) MUST_CHECK;
/* Likewise what is known of a copy that is of another size and has gone, or whose
 * original has: what was not looked up while both were there never will be. */
bool content_gone(struct work *w, struct work_pair *p, const struct multiset_item *old,
		  const struct copies_one *copy, struct content *out,
		  struct err *err) MUST_CHECK;

/* ---- places.c: what the folders themselves tell ---- */

/* It holds messages of which none can be judged; NULL is no folder. */
bool places_unread(const struct work_folder *f);
/* "The new folder could not be read: NO ..." */
const char *places_note(struct work *w, const struct work_folder *f, enum side side);
/* Findings about the folders of a pair: unreadable, missing, extra, collided, renamed,
 * attributes. */
bool places_judge(struct work *w, struct work_pair *p, struct err *err) MUST_CHECK;

/* ---- fates.c: where folders went, by their ids (MAILBOXID) ---- */

/* Fill in the ids of a side whose names are like that. */
bool fates_load(struct work *w, struct work_side *s, const struct map_names *names,
		struct err *err) MUST_CHECK;
/* Where those of the old side should be that went: after map_enter. */
void fates_aim(struct work *w, struct work_member *m);
/* Sentences about what became of things, in w->arena; NULL: that is not known.  They
 * explain and excuse nothing: messages are judged where they lie. */

/* The new side's folder of that name went: "was renamed there since to ...", behind "It".
 */
const char *fates_new_went(struct work *w, const char *common);
/* This folder was called otherwise on its side. */
const char *fates_came(struct work *w, struct work_member *m, enum side side,
		       const struct work_folder *f);
/* The old side had a folder of which this new one is the place, and it went. */
const char *fates_old_went(struct work *w, const char *common);
/* A folder has another UIDVALIDITY than at the seal: is it the same one? */
const char *fates_renumbered(struct work *w, const struct work_pair *p, enum side side);

/* ---- holes.c: messages that an audit could not read ---- */

/* Fill in the holes of a folder that is PROOF_HOLES. */
bool holes_load(struct work *w, struct work_folder *f, struct err *err) MUST_CHECK;
/* It is one of them; f NULL: no. */
bool holes_has(const struct work_folder *f, uint32_t uid);
/* Name each.  Of none anybody knows what it is: as long as a person has not accepted it,
 * its transfers are not verified. */
bool holes_name(struct work *w, struct work_pair *p, enum side side,
		struct err *err) MUST_CHECK;
/* Appends what the folders of a pair lack; "" when nothing. */
void holes_say(const struct work_pair *p, struct strbuf *out);

/* ---- refile.c: what found no partner in its own folder pair ---- */

bool refile_add(struct work *w, enum side side, const struct multiset_item *item,
		struct err *err) MUST_CHECK;
/* Look for partners across the pairs, first by key, then, where one of both has no
 * Message-ID of its own, by the key from looked-up details. */
bool refile_match(struct work *w, struct err *err) MUST_CHECK;
/* The next leftover, and it with its pair. */
enum next refile_next(struct work *w, struct store_leftovers *it, struct leftover *l,
		      struct multiset_item *out, struct err *err) MUST_CHECK;

/* ---- labels.c: a Gmail account on the old side ---- */

/* The old folder is a view (All Mail, Starred, Important) of messages of which it is
 * known where else they lie. */
bool labels_view(struct work *w, const struct work_folder *f, bool *out,
		 struct err *err) MUST_CHECK;
/* Count each message once: leftovers of which another copy arrived, or is named, are no
 * longer any. */
bool labels_settle(struct work *w, struct err *err) MUST_CHECK;

/* ---- rest.c ---- */

/* Name what is left: missing, removed and extra, with what the evidence tells. */
bool rest_name(struct work *w, struct err *err) MUST_CHECK;

/* ---- settle.c: what happened after the seal ---- */

/* Take what was delivered and removed later out of the leftovers; tell it, and whether it
 * was a mass. */
bool settle_removed(struct work *w, struct err *err) MUST_CHECK;
/* It came to the old side after the seal. */
bool settle_late(const struct work_pair *p, uint32_t uid);
/* The members' old accounts; out has room for them. */
void settle_accounts(const struct work *w, int64_t *out);
bool settle_leftovers(struct work *w, enum side side, bool *any_out,
		      struct err *err) MUST_CHECK;
bool settle_same_key(const struct message *a, const struct message *b);
struct copies;
/* Tell what was wrong with a copy of another size, if it was, with end behind it. */
bool settle_unlike(struct work *w, struct work_pair *p, const struct multiset_item *item,
		   const struct copies_one *copy, const struct copies *old,
		   const char *end, struct err *err) MUST_CHECK;
/* The copy that went after used others that went later; NULL: there is none. */
const struct copies_one *settle_gone(const struct copies *c, int64_t used);

/* ---- crowd.c: removals in many accounts at once ---- */

/* What one account lost in that wave is an alarm of its own. */
bool crowd_alone(const struct work_member *m, const struct work_wave *wave,
		 const struct verify_options *o);
void crowd_add(struct crowd *c, const struct work_member *m,
	       const struct verify_options *o);
/* The wave that is a mass over all accounts; NULL: there is none.  Points into c. */
const struct crowd_wave *crowd_alarm(const struct crowd *c,
				     const struct verify_options *o);
void crowd_done(struct crowd *c);

/* ---- copies.c: what an account held at other times ---- */

/* Of one key. */
struct copies_one {
	int64_t octets, date;
	int64_t first_run, gone_run; /* INT64_MAX: there */
	bool bin;		     /* in a folder for what is thrown away */
	bool judged; /* what is gone from there since the seal is a message of
			the old side's all the same */
	int64_t epoch;
	uint32_t uid;
	const char *folder;
};
struct copies {
	size_t present; /* entries of copy[] that are there now; they come first */
	/* Those that went last first; at most verify_limits.copies, the rest is as if it
	 * had never been. */
	struct copies_one *copy;
	size_t n;
};
/* By size, then date. */
int copies_by_fact(const void *a, const void *b);
static inline bool copies_known(const struct copies_one *c)
{
	return c->octets >= 0 && c->date != MSG_DATE_UNKNOWN;
}
struct copies_reader;
/* Of the keys of leftovers of that side.  accounts: on either side; of the new one only
 * folders of these transfers, where one is sealed.  since: what was gone by that run is
 * left out; 0: nothing. */
bool copies_open(struct work *w, enum side leftovers_of, const int64_t *accounts,
		 size_t n, int64_t since, struct copies_reader **out,
		 struct err *err) MUST_CHECK;
/* Of the keys of what was withdrawn. */
bool copies_withdrawn(struct work *w, const struct withdrawn_choice *of,
		      const int64_t *accounts, size_t n, int64_t since,
		      struct copies_reader **out, struct err *err) MUST_CHECK;
/* Asked for in ascending order of tier and key; *out is valid until the next key. */
bool copies_of(struct copies_reader *r, const struct message *m,
	       const struct copies **out, struct err *err) MUST_CHECK;
/* Of the same key as the newest copies_of: one of m's size and date is there. */
bool copies_has(struct copies_reader *r, const struct message *m);
void copies_close(struct copies_reader *r);

/* ---- weigh.c: how many of the copies that went were the old side's ---- */

/* Copies of one key, as the old side and the new one had them since a seal. */
struct weigh {
	struct weigh_own {
		struct copies_one like; /* size and date of some on the old side */
		int64_t old_most;	/* of these at once there */
		int64_t moved; /* of these that came after the seal: with another one,
				  seen earlier, that went and is judged all the same */
		int64_t gone;  /* by how many fewer the new side has now than once */
		int64_t new_most; /* of these at once on the new side */
		/* The newest of these, where each was of another size: borrowed from the
		 * copies.  NULL: one was of that size, or there was none. */
		const struct copies_one *unlike;
		bool alike; /* one was of that size */
	} * own;	    /* ascending */
	size_t n;
	/* Of no known size and date, at once: of the old side's; of the new side's, of
	 * which nobody can tell whose they were. */
	int64_t old_any, new_any;
	int64_t strange; /* copies of the new side that were like none of the old one */
	/* By how many fewer messages of the old side have a copy now than once; of these
	 * may so many have had one of which nobody can tell whose it was. */
	int64_t gone, any;
};
/* w is zeros, or what was weighed before.  seal: its runs. */
void weigh_copies(struct weigh *w, const struct copies *new, const struct copies *old,
		  const int64_t seal[SIDE_COUNT]);
/* NULL: of m's size and date none is known on the old side. */
const struct weigh_own *weigh_find(const struct weigh *w, const struct message *m);
void weigh_done(struct weigh *w);

/* ---- sides.c ---- */

/* Appends a sentence, with a blank before it. */
void work_sentence(struct strbuf *out, const char *text);
/* Says, as findings and in the note, which side of it cannot be used, and why. */
bool sides_judge(struct work *w, struct work_member *m, struct err *err) MUST_CHECK;
/* Sides of which all folders were merely counted: said once, not for each. */
bool sides_counted(struct work *w, struct err *err) MUST_CHECK;
/* What is known to be there, and is not examined, of members of whom one side is not
 * known.  The new side counts once, and only when nobody is compared with it. */
void sides_count(struct work *w);

/* ---- vanished.c: what went from the old side before there was a baseline ---- */

/* Tell it where it was a mass and did not all arrive; after rest_name. */
bool vanished_judge(struct work *w, struct work_member *m, struct err *err) MUST_CHECK;

/* ---- withdrawn.c: what never arrived, and is on the old side no longer ---- */

/* Name what was there at a seal, or came later, and is not judged for it went with its
 * folder, or before the newest seal; after rest_name. */
bool withdrawn_name(struct work *w, struct err *err) MUST_CHECK;

/* ---- grants.c ---- */

/* Tell what others may do with the folders that they could not do before, or no more. */
bool grants_judge(struct work *w, struct work_member *m, struct err *err) MUST_CHECK;

/* ---- group.c ---- */

/* Judge the members; within a transaction of the caller's, after store_verify_clear.
 * Each judgement is filled in and stored. */
bool group_judge(struct work *w, struct err *err) MUST_CHECK;

#endif
