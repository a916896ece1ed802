/* SPDX-License-Identifier: MIT */
#ifndef GATE_WORK_H
#define GATE_WORK_H
/* Private to gate/: what the checks share while they make up a result. */
#include "gate/gate.h"

#define DAY 86400
#define LAG 7200 /* seconds by which logs may end before the time that they prove */

/* One more thing that stands in the way.  Strings live in facts or arena. */
void gate_add(struct gate_result *out, const struct gate_finding *f);
/* Why nothing can pass; the first one stays. */
void gate_blind(struct gate_result *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What is said when it passes. */
void gate_passed(struct gate_result *out, const char *fmt, ...) PRINTF_LIKE(2, 3);
void gate_figure(struct gate_result *out, const char *name, int64_t value);
/* The result stands on evidence of this time; 0 is none. */
void gate_stands_on(struct gate_result *out, int64_t at);
/* The same, and nothing can pass when it is older than the check allows. */
void gate_aged(const struct gate_facts *f, struct gate_result *out, int64_t at,
	       const char *what);
/* Nothing can pass: it is of that age, which is above that limit. */
void gate_old(struct gate_result *out, int64_t age, int64_t max_age, const char *what);
/* Nothing can pass when another server answers on that side now. */
void gate_same_server(const struct gate_facts *f, struct gate_result *out, enum side s);
bool gate_too_old(const struct gate_facts *f, const struct gate_result *out, int64_t at);

/* "2026-11-23" and "2026-11-23 18:04", in the arena of the result. */
const char *gate_day(struct gate_result *out, int64_t at);
const char *gate_minute(struct gate_result *out, int64_t at);
/* "1,204 messages" */
const char *gate_some(struct gate_result *out, int64_t n, const char *noun);
/* How long something takes, or is ago: "9 days", "30 hours". */
const char *gate_long(struct gate_result *out, int64_t seconds);
/* A limit, which is exact: "14 days", "90 minutes". */
const char *gate_term(struct gate_result *out, int64_t seconds);

/* Do the logs prove that all is told from one time to the other? */
bool gate_covered(const struct gate_cover *c, int64_t from, int64_t to);
/* A reading of the old side that does not age: nobody has come since, and the server is
 * down (DESIGN section 11, frozen evidence).  read is not 0; used: newest use that it
 * must show. */
bool gate_frozen(const struct gate_facts *f, int64_t read, int64_t used);
/* Newest login or delivery of anybody on the old side. */
int64_t gate_last_use(const struct gate_facts *f);
/* Newest record of a kind, and of a topic when it is given; NULL: none. */
const struct gate_record *gate_newest(const struct gate_facts *f,
				      enum gate_record_kind kind, const char *topic);

typedef void gate_judge_fn(const struct gate_facts *f, const struct gate_limits *l,
			   struct gate_result *out);
/* checks_mail.c */
gate_judge_fn gate_g01, gate_g02, gate_g03, gate_g04, gate_g05, gate_g06, gate_g07;
/* checks_silence.c */
gate_judge_fn gate_g08, gate_g09, gate_g10, gate_g11;
/* checks_people.c */
gate_judge_fn gate_g12, gate_g13, gate_g14, gate_g15, gate_g16, gate_g17;
/* checks_record.c */
gate_judge_fn gate_g18, gate_g19, gate_g20;

#endif
