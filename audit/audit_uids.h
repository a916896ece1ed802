/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_UIDS_H
#define AUDIT_AUDIT_UIDS_H
/*
 * The set of UIDs that exist in a folder, as UID SEARCH ALL told it, kept as ranges: a
 * folder of three million messages without gaps costs eight octets.  And how such a set
 * is cut into windows.
 */
#include "base/err.h"
#include "base/span.h"
#include "model/message.h"

#define AUDIT_RANGES_MAX                                                                 \
	(4u << 20)	  /* 32 MiB; a folder with more gaps than that is refused */
#define AUDIT_BLOCK 1024u /* windows begin and end at multiples (store_folder.h) */
#define AUDIT_WINDOW_AIM                                                                 \
	2048u /* a window is closed at the first block end with so many messages */
#define AUDIT_WINDOW_BIG                                                                 \
	8192u /* the same, where few connections share the memory and much was read */
#define AUDIT_WINDOW_MAX   (AUDIT_WINDOW_BIG + AUDIT_BLOCK) /* so no window holds more */
#define AUDIT_WINDOW_LEAST 64u	 /* nor is it cut smaller, however slow the server is */
#define AUDIT_WINDOW_MS	   1000u /* a window should take about so long */

struct audit_uids {
	struct uid_range *r; /* ascending, disjoint and never touching, once finished */
	size_t n, cap;
	uint64_t count; /* members, once finished; before that an upper bound */
	bool unsorted;
};

void audit_uids_done(struct audit_uids *u);  /* frees; leaves the empty set */
void audit_uids_clear(struct audit_uids *u); /* empties, keeps the memory */
/* Add lo to hi, in any order of calls.  ERR_PROTO for 0 and over max members, ERR_LIMIT
 * over AUDIT_RANGES_MAX. */
bool audit_uids_add(struct audit_uids *u, uint32_t lo, uint32_t hi, uint64_t max,
		    struct err *err) MUST_CHECK;
void audit_uids_finish(struct audit_uids *u); /* after the last add: sort, merge, count */

/* ---- all below want finished sets ---- */

bool audit_uids_equal(const struct audit_uids *a, const struct audit_uids *b);
bool audit_uids_has(const struct audit_uids *u, uint32_t uid);
void audit_uids_swap(struct audit_uids *a, struct audit_uids *b);
/* Take the members of b out of a. */
bool audit_uids_subtract(struct audit_uids *a, const struct audit_uids *b,
			 struct err *err) MUST_CHECK;
/* How many members are not below from. */
uint64_t audit_uids_from(const struct audit_uids *u, uint64_t from);
/* What of lo to hi is not in u, added to out. */
bool audit_uids_gaps(const struct audit_uids *u, uint32_t lo, uint32_t hi,
		     struct audit_uids *out, struct err *err) MUST_CHECK;
/* The next range from uid `from` on whose members are in exactly one of both; false when
 * there is none. */
bool audit_uids_differ(const struct audit_uids *a, const struct audit_uids *b,
		       uint64_t from, struct uid_range *out);

/*
 * Cut a set into windows: lo is 1 or a multiple of AUDIT_BLOCK, hi + 1 is a multiple;
 * unless aim is less than a block, then a window ends behind so many members.
 * blocks NULL: everything from `from` on, which is the first lo.  Otherwise only the
 * blocks named by it, where member b + 1 stands for uids b * 1024 to b * 1024 + 1023, of
 * which none below `from`. Both sets are borrowed and
 * must not change before the cutter is done.
 */
struct audit_cutter {
	const struct audit_uids *set, *blocks;
	size_t range;	/* of set: none before it matters any more */
	size_t run;	/* of blocks */
	uint64_t from;	/* nothing below it */
	uint64_t at;	/* next uid to cover */
	uint64_t limit; /* last uid of the present run */
	size_t aim;	/* members of the next window; AUDIT_WINDOW_AIM, may be changed */
	bool end;
};
struct audit_cut {
	uint32_t lo, hi;
	size_t n;	      /* members, at most AUDIT_WINDOW_MAX */
	uint32_t first, last; /* the smallest and the greatest member; 0 when n is 0 */
	size_t range;	      /* index of the range that holds first */
};
void audit_cutter_init(struct audit_cutter *c, const struct audit_uids *set,
		       const struct audit_uids *blocks, uint32_t from);
bool audit_cutter_next(struct audit_cutter *c,
		       struct audit_cut *out); /* false: no more */

/*
 * How many messages the next window should have, so that it takes about AUDIT_WINDOW_MS:
 * one that was to have aim of them had n, and took took_ms.  Moves by no more than to
 * double or a quarter, within AUDIT_WINDOW_LEAST and most.
 */
size_t audit_window_aim(size_t aim, size_t n, int64_t took_ms, size_t most);

/*
 * The most for the window behind one that was read, when so much of the folder was read:
 * at most a quarter of it, so that no break costs more than that and the load guard has
 * seen enough windows, within AUDIT_WINDOW_AIM and allowed.  Larger windows hold more
 * memory, but a server may pay for each command with a look at the whole folder: Cyrus
 * 3.6 takes 1.6 ms for it where there are 200,000 messages.
 */
size_t audit_window_most(uint64_t read, size_t allowed);
/* What a run of so many connections allows: all their windows together stay as small as
 * with AUDIT_WINDOW_AIM for many. */
size_t audit_window_allowed(size_t connections);

#endif
