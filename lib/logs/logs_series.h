/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_SERIES_H
#define LOGS_LOGS_SERIES_H
/*
 * Names of rotated logs: mail.log, mail.log.1, mail.log.2.gz; maillog-20240101.xz;
 * mainlog.01; audit.log.2024-01-02.gz; IMAP420240102-1.LOG; hmailserver_2024-01-02.log.
 * The files of one log, in the order in which they were written, are a series.
 */
#include "base/base.h"

/* The date in a file's name, 00:00 UTC; 0: there is none. */
int64_t logs_series_date(const char *path);

struct logs_member {
	const char *path; /* borrowed */
	char *stem;	  /* folder and name without what the rotation changes */
	int64_t number;	  /* of ".N"; 0 for the log that is being written; -1: by date */
	int64_t date;	  /* 0: none */
	bool follows;	  /* on the file before it in the list, with none left out */
};
/* Sorts: series by series, oldest first; fills in the rest.  Free with the function
 * below. */
void logs_series_sort(struct logs_member *v, size_t n);
void logs_series_free(struct logs_member *v, size_t n);

#endif
