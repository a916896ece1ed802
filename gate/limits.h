/* SPDX-License-Identifier: MIT */
#ifndef GATE_LIMITS_H
#define GATE_LIMITS_H
/*
 * What of the gate may be configured ("gate" in mailmuster.json).  One that was loosened
 * is an entry of the ledger and stands beside every verdict.
 */
#include "base/base.h"

enum gate_check_id {
	GATE_DECIDED,	  /* G01 */
	GATE_ACCOUNTED,	  /* G02 */
	GATE_NO_ARRIVALS, /* G03 */
	GATE_FOLDERS,	  /* G04 */
	GATE_FLAGS,	  /* G05 */
	GATE_NO_MASS,	  /* G06 */
	GATE_READABLE,	  /* G07 */
	GATE_NO_DELIVERY, /* G08 */
	GATE_NO_LOGIN,	  /* G09 */
	GATE_NAMES,	  /* G10 */
	GATE_RELAYS,	  /* G11 */
	GATE_DORMANT,	  /* G12 */
	GATE_CREATED_NEW, /* G13 */
	GATE_ARCHIVED,	  /* G14 */
	GATE_STOPPED,	  /* G15 */
	GATE_ANNOUNCED,	  /* G16 */
	GATE_RETENTION,	  /* G17 */
	GATE_CHECKLIST,	  /* G18 */
	GATE_WAIVERS,	  /* G19 */
	GATE_LEDGER,	  /* G20 */
};
enum { GATE_CHECK_COUNT = GATE_LEDGER + 1 };

enum gate_limit {
	LIMIT_NO_DELIVERY,   /* seconds of silence, proven */
	LIMIT_NO_LOGIN,	     /* likewise */
	LIMIT_FLAGS,	     /* thousandths of the matched messages of an account */
	LIMIT_STOPPED,	     /* seconds for which the old server must be down */
	LIMIT_NOTICE,	     /* seconds that an owner has to answer */
	LIMIT_ANNOUNCED,     /* seconds before now, of the first announcement */
	LIMIT_ANNOUNCEMENTS, /* how many */
	LIMIT_WAIVERS,	     /* how many may stand */
	LIMIT_WAIVER_TIME,   /* seconds for which one may run */
	LIMIT_APPROVERS,     /* persons who must sign the certificate */
	LIMIT_VALID,	     /* seconds for which their signatures hold */
};
enum { GATE_LIMIT_COUNT = LIMIT_VALID + 1 };

enum gate_unit { UNIT_SECONDS, UNIT_COUNT, UNIT_PERMILLE };

struct gate_limits {
	int64_t v[GATE_LIMIT_COUNT];
	int64_t max_age[GATE_CHECK_COUNT]; /* of evidence, in seconds; 0: any */
};

struct gate_limit_row {
	const char *key; /* in the config, below "gate" */
	const char *text;
	enum gate_unit unit;
	int64_t standard, least, most;
	bool more_is_looser;
};
extern const struct gate_limit_row gate_limit_rows[GATE_LIMIT_COUNT];

/* Those of the table, and the ages of the checks. */
void gate_limits_standard(struct gate_limits *out);

/* A limit that asks for less than the standard one. */
struct gate_loosened {
	char key[24]; /* "waivers", "ages.G02" */
	enum gate_unit unit;
	int64_t standard, value;
};
#define GATE_LOOSENED_MAX (GATE_LIMIT_COUNT + GATE_CHECK_COUNT)
size_t gate_limits_loosened(const struct gate_limits *l,
			    struct gate_loosened out[GATE_LOOSENED_MAX]);
/* "14 days", "72 hours", "99.5 %", "20"; buf of 32 octets is enough. */
const char *gate_limit_text(enum gate_unit unit, int64_t value, char *buf, size_t size);

#endif
