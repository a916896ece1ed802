/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_LINE_H
#define LOGS_LOGS_LINE_H
/*
 * lib/logs: what the logs of mail servers say.  Reading order: this header (one line),
 * logs_scan (a line to what it says), logs_time, logs_zone and logs_year (when that was),
 * logs_file (octets of a file, packed or not), then a file per format.
 *
 * A line is an event, ours without being one (other), not ours (foreign), or malformed;
 * exactly one of these, and all are counted.  Formats may be mixed in one file.
 */
#include "logs/logs_time.h"
#include "model/log_event.h"

#define LOGS_LINE_MAX (64u << 10) /* octets; a longer line is malformed */
#define LOGS_NAME_MAX                                                                    \
	255u /* octets of a user, an address, a client; longer: malformed                \
	      */

enum log_take {
	LOG_FOREIGN,   /* of no program we know */
	LOG_MALFORMED, /* begins as one of ours and does not go on so */
	LOG_TAKEN,     /* see kind */
};
enum { LOG_TAKE_COUNT = LOG_TAKEN + 1 };
const char *log_take_name(enum log_take t); /* "foreign", "malformed", "taken" */

/* log_line.flags */
#define LOG_F_AUTHLAYER                                                                  \
	(1u << 0)		 /* the same attempt is logged by the login process too */
#define LOG_F_MTA      (1u << 1) /* handed to a delivery agent that logs it too */
#define LOG_F_NOAUTH   (1u << 2) /* no credentials were offered */
#define LOG_F_LIMIT    (1u << 3) /* right password, too many connections */
#define LOG_F_PROXY    (1u << 4) /* by a proxy; the server behind it logs it too */
#define LOG_F_MASTER   (1u << 5) /* announces a master login */
#define LOG_F_CLIENT   (1u << 6) /* tells the client's name; joins by session */
#define LOG_F_SENDER   (1u << 7) /* tells from which address a message (session) came */
#define LOG_F_MANY     (1u << 8) /* user is a list, split at ';' or ',' as given by many */
#define LOG_F_TWIN     (1u << 9)  /* a second log of the same server has it too */
#define LOG_F_RETR     (1u << 10) /* POP3: messages were fetched */
#define LOG_F_EMPTIED  (1u << 11) /* POP3: what was fetched was deleted */
#define LOG_F_HEADER   (1u << 12) /* the line names columns */
#define LOG_F_NO_STAMP (1u << 13) /* an event without a time */
#define LOG_F_ORDERED  (1u << 14) /* lines around it belong to it: none may be left out */

/* Spans borrow from the line or from the scanner, until its next line. */
struct log_line {
	enum log_take take;
	enum log_kind kind;
	enum log_protocol protocol;
	enum log_program program;
	unsigned flags;
	unsigned repeated; /* "message repeated N times": N; else 1 */
	struct log_stamp stamp;
	struct span
		stamp_text;  /* as written; empty when the line has none at its start */
	struct span host;    /* of the header */
	struct span text;    /* what was said, behind time, host and tag */
	struct span user;    /* as written */
	struct span rip;     /* address of the client, without port and ::ffff: */
	struct span from;    /* address the message came from; not the line's client */
	struct span rcpt;    /* address that a delivery was first sent to (orig_to) */
	struct span session; /* what joins lines: session, queue id, process */
	struct span client;  /* name of the client program */
	char many;	     /* separator of LOG_F_MANY */
	/* Lines of one number, as one scanner gives it, are of one hour, one host and one
	 * kind of stamp; 0: it was not told. */
	uint64_t of;
};

/* Lines that follow each other and say nothing, of one hour, host and program. */
struct log_quiet {
	enum log_program program;
	uint64_t of;	     /* as in struct log_line */
	int64_t first, last; /* times of the first and the last one: LOG_STAMP_YEARLESS */
	struct span host;
	bool speaks; /* the line behind them is one for logs_scan */
};

#endif
