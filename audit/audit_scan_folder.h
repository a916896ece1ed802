/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_SCAN_FOLDER_H
#define AUDIT_AUDIT_SCAN_FOLDER_H
/*
 * Reads whole messages of one folder over a session (DESIGN 8, Scan).  Talks to the
 * outside only through a sink, so that transcripts can drive it.  Nothing is kept of a
 * message but what the sink is given.
 *
 * Several messages go into one command, several commands are under way.  What a command
 * leaves without an answer is asked for one by one; what breaks the connection is found
 * by asking alone: what breaks two of them, alone, is unreadable.  A message that shows a
 * witness of damage is read a second time, and so is one of many others: two readings may
 * differ.
 */
#include "audit/audit_proof.h"
#include "audit/audit_scan_flow.h"
#include "base/arena.h"
#include "base/strbuf.h"
#include "imap/imap_session.h"
#include "mime/mime_check.h"
#include "model/body.h"

enum audit_scan_state {
	SCAN_OPEN,
	SCAN_SECOND, /* a good one that is read a second time, with others like it */
	SCAN_SINGLE, /* a command for several left it without an answer, or a witness is
			against it */
	SCAN_ALONE,  /* the connection broke: nothing else may be under way */
	SCAN_LEFT,   /* refused for now, for a reason that says nothing about it */
	SCAN_DONE,   /* the sink has it */
	SCAN_GONE,   /* no longer in the folder: somebody removed it */
};

/* One message that is to be read. */
struct audit_scan_item {
	uint32_t uid;
	uint8_t state;	/* enum audit_scan_state */
	uint8_t breaks; /* sessions that it broke, alone */
	uint8_t again;	/* 1: a second reading is due; 2: it was had */
	bool due;	/* without an answer when the connection broke */
	bool asked;	/* alone, and left without an answer: is it still there? */
	uint8_t tier;	/* of the index */
	struct msg_key key;
	int64_t octets;	 /* RFC822.SIZE in the index; -1: not known */
	bool unsure;	 /* its first reading did not tell of its structure */
	int64_t first;	 /* index into audit_scan.first; -1: no first reading is kept */
	uint64_t failed; /* SYMPTOM_BIT of attempts that failed */
};

/* What became of it.  All dies with the call. */
struct audit_scanned {
	const struct audit_scan_item *item;
	const struct body_facts *facts;
	int64_t now_ms; /* when the last octet came, by the monotonic clock */
	bool has_detail;
	struct message_detail detail;
};

/* False from either ends the scan for good (struct audit_scan, fatal). */
struct audit_scan_sink {
	void *ctx;
	bool (*seen)(void *ctx, const struct audit_scanned *s, struct err *err);
	/* A good moment to hand over what has come. */
	bool (*settle)(void *ctx, struct err *err);
	/* Before a command for so much goes out: wait as the server wants it.  False:
	 * ERR_STOPPED. */
	bool (*pace)(void *ctx, int64_t messages, int64_t octets, struct err *err);
	/* More of the folder, so that the server is never without a command between one
	 * part of it and the next: take the first `done` away, put up to AUDIT_SCAN_MORE
	 * others behind the rest, and say how many there are now; *last_out: no more
	 * will come.  NULL: v is all, and needs no room. */
	bool (*more)(void *ctx, size_t done, size_t *n_out, bool *last_out,
		     struct err *err);
};

/* Items that v has room for; that come at once; with fewer that were not asked for yet,
 * more are taken. */
#define AUDIT_SCAN_ROOM 16384
#define AUDIT_SCAN_MORE 4096
#define AUDIT_SCAN_LOW	2048

#define AUDIT_SCAN_FLIGHTS 16

struct audit_scan {
	/* set by the caller */
	const struct audit_scan_sink *out;
	struct sha256_ctx *sha;
	int64_t timeout_ms; /* of the server */
	bool patient; /* a server that asks for patience ends the session (SCAN_BROKE with
			 audit_hint.h): nothing in the folder is the cause */
	struct body_size_rule rule; /* what is known of its sizes; goes on learning */

	bool fatal;    /* the sink has failed; err is the sink's */
	bool progress; /* something was read or failed since the caller last cleared this
			*/

	/* results over all calls, until the caller clears them */
	int64_t examine_ms; /* of the slowest EXAMINE; -1: none was answered */
	int64_t octets, took_ms;
	int64_t gap_ms; /* the longest time without an octet */
	uint32_t gap_uid;

	/* private */
	struct arena arena; /* of one answer */
	struct strbuf line, words;
	struct mime_check check;
	bool sunk;    /* a body came for the response in hand */
	bool overdue; /* it has taken longer than a message may */
	int64_t began_ms, allowed_ms, last_ms, gap_now;
	struct audit_scan_item *v; /* ascending by uid */
	size_t n, next;		   /* the first that was not asked for yet */
	size_t redo; /* from here on some are to be asked for again; SIZE_MAX: none */
	size_t again, again_end;  /* of those that are, between these, now */
	bool last;		  /* no more will come */
	size_t unsure;		  /* items that are */
	struct body_facts *first; /* first readings of items that are read twice */
	size_t first_n, first_cap;
	uint32_t uidvalidity;
	uint64_t mailbox;	   /* audit_proof_mark of what EXAMINE told */
	struct audit_proof *proof; /* is being asked for; NULL */
	bool opening;
	uint32_t searched; /* UID SEARCH UID: the answer holds it */
	bool found;
	struct audit_scan_flight {
		uint64_t cmd;
		bool second; /* for SCAN_SECOND */
		bool again;  /* not the first command for them */
		size_t from, to, asked;
		int64_t octets;
	} flight[AUDIT_SCAN_FLIGHTS];
	size_t flight_first, flight_n;
	int64_t in_flight;
	struct audit_scan_flow flow;
};

void audit_scan_init(struct audit_scan *s); /* then set the caller's part */
void audit_scan_done(struct audit_scan *s);

enum audit_scan_end {
	SCAN_ENDED,  /* each is SCAN_DONE, SCAN_GONE or SCAN_LEFT */
	SCAN_CLOSED, /* the folder cannot be opened or is another one by now: why tells */
	SCAN_BROKE,  /* the session is broken (or fatal): err.  Call again with the same v
			and another session */
};
/* known: by what the folder is known; NULL: by its UIDVALIDITY alone, as where a message
 * breaks connections that may be one of them. */
enum audit_scan_end audit_scan_folder(struct audit_scan *s, struct imap_session *session,
				      const char *wire, uint32_t uidvalidity,
				      const struct witness *known,
				      struct audit_scan_item *v, size_t n,
				      struct strbuf *why, struct err *err);
/* The items are given up or are others now: forget what was kept of them. */
void audit_scan_forget(struct audit_scan *s);

#endif
