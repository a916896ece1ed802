/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_YEAR_H
#define LOGS_LOGS_YEAR_H
/*
 * From what a line says to Unix seconds: the year that RFC 3164 leaves out, and the zone
 * that most logs leave out.
 *
 * Lines of a file follow each other in time.  Where the month falls back by more than 30
 * days, a year has begun; small steps back are daylight saving or relays.  The last line
 * of a file is not younger than the file; so the year of the first is known once the New
 * Years between them are counted (logs_file.h samples a plain file), or guessed and taken
 * back: then times run beyond the bound, and the file is read again with one year less.
 * A clock that stood wrong for some lines (it starts in January) and then goes on where
 * it was is no New Year.
 */
#include "logs/logs_time.h"
#include "logs/logs_zone.h"

#define LOGS_YEAR_SLACK 86400 /* seconds by which a line may be younger than its file */
#define LOGS_YEAR_TRIES 8     /* leap days are at most eight years apart */

struct logs_clock {
	const struct logs_zone *zone; /* borrowed */
	int64_t bound;	 /* no line is younger than this and LOGS_YEAR_SLACK */
	int year;	 /* of the line at hand; 0 until the first without a year */
	int first;	 /* of the first line without one; 0: none yet */
	int64_t of_year; /* of the yearless line before */
	int64_t last;	 /* time of the line before; INT64_MIN: none */
	int64_t wrapped; /* of_year before the newest New Year while it may still have
			    been a wrong clock; -1 */
	int64_t wrap_to; /* and behind it */
	/* the day that was looked up last: of which year, of the year, when it began */
	int day_year;
	int64_t day, day_begin;
	/* all of that day is so far behind UTC; calm: and no clock is changed about then
	 */
	int64_t behind;
	bool calm;
	unsigned beyond;   /* lines since then that are younger than the bound */
	bool yearless;	   /* some line had no year */
	bool contradicted; /* a line is younger than the bound allows, or a leap day is in
			      a year without */
};

/* year: of the first line without one; 0: the newest that the bound allows. */
void logs_clock_begin(struct logs_clock *c, const struct logs_zone *zone, int64_t bound,
		      int year);
/* The file is at its end: what was undecided counts. */
void logs_clock_end(struct logs_clock *c);
/* Unix seconds of the next line; false: its time cannot be (it is not counted). */
bool logs_clock_time(struct logs_clock *c, const struct log_stamp *stamp,
		     int64_t *out) MUST_CHECK;
/* The newest year in which this time of a year is not younger than the bound. */
int logs_year_of(int64_t of_year, int64_t bound, const struct logs_zone *zone);
/* Whether a year began between two lines that have none. */
bool logs_year_wraps(int64_t before, int64_t of_year);

#endif
