/* SPDX-License-Identifier: MIT */
#ifndef REPORT_REPORT_SCAN_H
#define REPORT_REPORT_SCAN_H
/*
 * What scans found (`mailmuster scan`): how much was read, what is damaged and of whom,
 * what the new side and the movers make of it, what its owner can do.
 */
#include "model/body.h"
#include "model/side.h"
#include "report/report.h"

struct report_scan {
	const int64_t *accounts; /* account ids, sides mixed, each once */
	size_t account_n;
	int64_t max_octets; /* of a message on the new side; 0: not known */
	uint64_t refused;   /* SYMPTOM_BIT of what the new side takes no message with */
	const char *new_title;		/* "Cyrus IMAP"; NULL: there is no new side */
	int64_t timeout_ms[SIDE_COUNT]; /* of the servers; 0: not configured */
	/* What this run did; run 0: none, only what is known is told. */
	int64_t run;
	bool complete, resumed;
	struct scan_now {
		int64_t asked, read, octets, unreadable, gone, left;
	} now[SIDE_COUNT];
	bool all; /* every message by name, also those with oddities that harm nobody */
};

/* What the exit code is made of. */
struct scan_counts {
	int64_t messages, scanned; /* that are known of; that were read or tried */
	int64_t state[BODY_STATE_COUNT];
	int64_t refused; /* odd ones that the new side does not take */
	int64_t slow;	 /* folders */
};

bool report_scan_text(struct store *st, const struct report_options *o,
		      const struct report_scan *s, const struct report_sink *sink,
		      struct scan_counts out[SIDE_COUNT], struct err *err) MUST_CHECK;
/* "mailmuster/scan/1" */
bool report_scan_json(struct store *st, const struct report_options *o,
		      const struct report_scan *s, const struct report_sink *sink,
		      struct scan_counts out[SIDE_COUNT], struct err *err) MUST_CHECK;

/* Only the counts. */
bool report_scan_count(struct store *st, const struct report_scan *s,
		       struct scan_counts out[SIDE_COUNT], struct err *err) MUST_CHECK;

#endif
