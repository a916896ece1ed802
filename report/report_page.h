/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H
/*
 * What management and the administrator look at, on paper or on a screen: each account
 * with its figures, how things came to be as they are, when they will be done, and four
 * answers.  The HTML file, the workbook and the JSON document take their numbers from
 * here, and this takes them from one view.
 */
#include "model/outlook.h"
#include "report/report_plans.h"
#include "report/report_view.h"
#include "store/store_plan.h"
#include "store/store_trend.h"

/* How an account is getting on. */
enum page_state {
	PAGE_CLEAN,
	PAGE_DIFFERS,
	PAGE_INCOMPLETE,
	PAGE_NEVER, /* never verified */
	PAGE_STAYS, /* by decision nothing of it is to arrive */
};
enum { PAGE_STATE_COUNT = PAGE_STAYS + 1 };
const char *page_state_name(enum page_state s); /* "clean", "differs", ... */
enum outlook_mark page_state_mark(enum page_state s);

/* After cutover, as the logs tell. */
enum page_arrival {
	ARRIVAL_NOT_ASKED, /* or has arrived */
	ARRIVAL_ABSENT,
	ARRIVAL_UNKNOWN, /* no log of the new side would show it */
};

struct page_account {
	const struct transfer *t;
	const char *shown; /* its name, or a short id where names are left out */
	const char *owner, *decision; /* as said last, else as in the list; "" */
	enum page_state state;
	struct judgement j; /* zeros when it was never judged */
	struct account_size size[SIDE_COUNT];
	bool known[SIDE_COUNT]; /* it was read on that side, and size counts */
	bool sealed, sound;
	int64_t since; /* the verification that first had today's figures; 0: none */
	/* After the verification of page.before. */
	enum page_state was;
	int64_t was_missing;
	int64_t wave; /* of the kept plan, from 1; 0: none */
	enum page_arrival arrival;
};

/* After one verification. */
struct page_point {
	int64_t run, at;
	int64_t n[PAGE_STATE_COUNT]; /* accounts */
	int64_t old_messages, arrived, missing, unverified;
};

struct page_year {
	int year; /* 0: the date is not known */
	int64_t messages, octets;
};

struct page_wave {
	int64_t no, from, to; /* to 0: open */
	int64_t p50, p90;     /* 0: not known */
	int64_t accounts, clean;
};

struct page_forecast {
	int64_t p50, p90; /* 0: cannot be told, why says why */
	const char *why;  /* sentence, or from what it was made */
};

enum page_question { PAGE_SHUT_DOWN, PAGE_MISSING, PAGE_TURN, PAGE_WHEN };
enum { PAGE_QUESTION_COUNT = PAGE_WHEN + 1 };
struct page_answer {
	const char *question, *answer, *detail;
	enum outlook_mark mark;
};

/* Somebody whose turn it is. */
struct page_task {
	const char *who; /* a name, or "the administrator" */
	const char *what, *command;
	int64_t n; /* of what the text counts */
	enum outlook_mark mark;
};

struct page {
	struct report_view v;
	const struct outlook *look;
	int64_t at; /* of the newest evidence: the same store, the same time; 0: none */
	struct page_account *account;
	int64_t n[PAGE_STATE_COUNT];
	int64_t octets[SIDE_COUNT];
	int64_t unsized[SIDE_COUNT]; /* accounts of which octets are not known */
	struct page_point *point;    /* ascending; the last is the newest run */
	size_t point_n;
	/* When the verification of options.before ended; without one that of a week
	 * before the newest, or the first; 0: none. */
	int64_t before;
	struct page_year *year; /* ascending */
	size_t year_n;
	struct page_wave *wave;
	size_t wave_n;
	int64_t wave_at; /* when the plan was kept; 0: none was */
	struct report_plans plans;
	struct plan_item *big; /* of the newest kept plan of oversized ones */
	size_t big_n;
	int64_t big_at;
	struct page_forecast forecast;
	struct page_answer answer[PAGE_QUESTION_COUNT];
	struct page_task *task;
	size_t task_n;
	/* The banner. */
	const char *word, *sentence; /* "NO-GO" */
	enum outlook_mark mark;
};

/* look may be NULL: nobody asked the other stages. */
bool page_open(struct page *p, struct store *st, const struct report_options *o,
	       const struct outlook *look, struct err *err) MUST_CHECK;
void page_done(struct page *p); /* also after a failure */

/* ---- report_page_say.c: sentences ---- */

/* Forecast, tasks, answers and banner, from all that is gathered. */
void page_say(struct page *p);
/* A name as it may be shown: options.redact gives a short id that is the same in every
 * report of the project.  In arena. */
const char *page_name(struct page *p, const char *kind, const char *name);
/* Rounded down: 99.96 % is not all.  "99.9 %". */
const char *page_share(int64_t part, int64_t whole, char *buf, size_t size);
/* "2026-11-23", "2026-11-23 22:27"; "" for 0.  In arena. */
const char *page_day(struct page *p, int64_t at);
const char *page_minute(struct page *p, int64_t at);
/* "1,234"; "1 account", "26 accounts".  In arena. */
const char *page_grouped(struct page *p, int64_t n);
const char *page_count(struct page *p, int64_t n, const char *one, const char *many);

/* ---- report_page_turn.c: whose turn it is ---- */

void page_say_tasks(struct page *p);
/* Over the tasks: who has how many, and what comes first. */
void page_say_turn(struct page *p, struct page_answer *a);

#endif
