/* SPDX-License-Identifier: MIT */
#ifndef GATE_FACTS_H
#define GATE_FACTS_H
/*
 * All that the gate may look at, at one moment.  gate_collect (collect.h) fills what the
 * store knows in one read transaction; the rest, marked "given", comes from other stages
 * by way of the caller: what plan makes of the logs, what audit saw in the DNS, the
 * states of checklists, what the look at the ledger gave, waivers.
 *
 * Times are Unix seconds; 0 is never.  Strings live as long as the facts.  Nothing is cut
 * off: lists grow with what is there, by about 150 octets an account and 100 a finding.
 */
#include "gate/limits.h"
#include "model/evidence.h"
#include "model/finding.h"

#define GATE_NO_ACCOUNT ((size_t)-1)

/* A transfer that is listed. */
struct gate_account {
	int64_t transfer;
	const char *name, *decision, *owner; /* as the newest word about them; "" */
	bool moves;			     /* its mail is to arrive on the new side */
	bool old_side;			     /* there is an account on the old side */
	bool old_closed;  /* nobody may open it there (legal hold, disabled) */
	const char *hold; /* why; "" */
	/* newest whole reading, at any depth, and newest attempt */
	int64_t old_read, old_tried, new_read, new_tried;
	/* of the newest judgement; judged false: there is none */
	bool judged;
	enum verdict verdict;
	enum depth depth;
	int64_t judged_old, judged_new; /* when the sides were read that it used */
	int64_t run[SIDE_COUNT];	/* that read them; 0: none */
	int64_t old_messages, matched, flags, unverified;
	bool flags_compared;
	const char *note; /* why it is incomplete; "" */
	/* given: newest login and delivery on the old side, as its logs say */
	int64_t used;
	bool dormant; /* given: the logs prove that nobody uses it */
	int64_t leave_until;
	/* told as events: owner was asked, has answered, an archive was made */
	int64_t asked, answered, archived;
};

/* A finding of verify of loss or doubt. */
struct gate_found {
	size_t account; /* index */
	enum finding_class cls;
	enum severity severity;
	enum side side;
	const char *folder;
	uint32_t uid; /* 0: not a message */
	int64_t n;    /* messages that it speaks for */
	int64_t date; /* INTERNALDATE of the message; MSG_DATE_UNKNOWN */
	bool accepted;
	struct sha256 fingerprint;
};

/* A folder of the old side in which mail arrived after it was verified. */
struct gate_arrival {
	size_t account;
	const char *folder;
	int64_t at;
	int64_t uidnext_then, uidnext_now; /* 0: the folder was not there then */
	bool renumbered; /* UIDVALIDITY changed: nobody can tell what arrived */
};

/* A message of the old side that cannot be read, or shows damage. */
struct gate_damage {
	size_t account;
	const char *folder;
	uint32_t uid;
	int64_t at;
	bool unread; /* no octet of it came */
	const char *words;
	bool accepted; /* through a finding of verify about the same message */
};

/* A name that no listed account claims, and where it was met. */
struct gate_name {
	const char *name, *source; /* "the logs of the old side", "the aliases in FILE" */
	int64_t at;
};

/* Who still came to the old side. */
enum gate_use_kind { GATE_USE_LOGIN, GATE_USE_DELIVERY, GATE_USE_RELAY };
struct gate_use {
	enum gate_use_kind kind;
	const char *account; /* "": no listed account claims the name */
	const char *name;    /* as in the log */
	const char *how;     /* "imap", "lmtp"; "" */
	const char *from;    /* address of the client, or to whom it was sent; "" */
	int64_t n, last;
};

/* From when to when logs prove that nothing was there. */
struct gate_gap {
	const char *host, *why;
	int64_t from, to;
};
struct gate_cover {
	bool any; /* some host writes such lines at all */
	int64_t first, last;
	struct gate_gap *gap;
	size_t gap_n;
};

/* Where mail of a name goes, and that the old server is part of it. */
struct gate_forward {
	const char *name, *target, *source;
	int64_t told;
};

/* One answer of the DNS. */
struct gate_dns {
	const char *name; /* "example.org" */
	const char *kind; /* "MX 10", "SRV _imaps._tcp", "SPF", "autoconfig" */
	const char *says; /* what it leads to */
	bool old;	  /* that is the old server */
	bool failed;	  /* no answer: says is why */
	int64_t at;
};

/* What somebody told for the record (`mailmuster event`). */
enum gate_record_kind {
	GATE_RECORD_ARCHIVE,   /* digest: of the file; account or all */
	GATE_RECORD_RESTORE,   /* digest: of the archive that was tried */
	GATE_RECORD_STATEMENT, /* topic: what about; role: as what */
	GATE_RECORD_ANNOUNCE,  /* digest: of its text, topic: Message-ID or place */
};
struct gate_record {
	enum gate_record_kind kind;
	int64_t at, told;
	const char *teller, *role, *topic, *note;
	bool has_digest;
	struct sha256 digest;
};

/* An item of a checklist that the gate waits for. */
struct gate_item {
	const char *name, *text; /* "premigration:6" */
	bool done;
	const char *state, *sentence;
	int64_t at;
};

/* A finding set that somebody takes for a while.  Filled by the reader of waivers; all
 * that were ever made and not revoked are given, also what no longer counts. */
struct gate_waiver {
	const char *id; /* "W-003" */
	enum gate_check_id check;
	const struct sha256 *covers; /* fingerprints, ascending */
	size_t n;
	int64_t made, expires; /* it covers nothing from then on */
	bool approved;	       /* by another person than owner and requester */
	const char *problem;   /* why it cannot count, in a line; "" */
	const char *reason, *owner, *requester, *approver; /* "" */
};

struct gate_ledger {
	bool examined;	     /* somebody looked */
	bool whole;	     /* every entry and row fits, and every head is there */
	const char *problem; /* why not; "" */
	int64_t entries;
	struct sha256 head;
	size_t heads;	      /* kept elsewhere, that were compared */
	int64_t deep_at;      /* newest look at every message; 0: never */
	int64_t back_seconds; /* by which the clock was set back once; 0: never */
};

struct gate_facts {
	int64_t now, newest; /* newest: time that the store knows of */
	const char *project; /* id */
	bool one_sided;
	/* why the evidence of a side is of no use: another server answers there than the
	 * one that was read; "" */
	const char *stranger[SIDE_COUNT];
	struct gate_account *account;
	size_t account_n;
	struct gate_found *found; /* ascending by account */
	size_t found_n;
	struct gate_arrival *arrival;
	size_t arrival_n;
	const char **shared; /* folders of the old side that no account reads */
	size_t shared_n;
	/* scans of the old side */
	int64_t scanned_at, messages, scanned; /* scanned_at 0: never */
	struct gate_damage *damage;
	size_t damage_n;
	/* the soft shutdown; started_at counts when it is not before stopped_at */
	int64_t stopped_at, started_at;
	struct gate_record *record; /* ascending by at */
	size_t record_n;

	/* ---- given ---- */
	bool logs; /* the logs of the old side were read, and compared with the list */
	int64_t logs_at, logs_until; /* when they were read; their newest line */
	struct gate_name *name;
	size_t name_n;
	struct gate_use *use; /* those after the newest two years are enough */
	size_t use_n;
	struct gate_cover login, delivery; /* of the old side */
	struct gate_forward *forward;
	size_t forward_n;
	int64_t maps_at; /* newest reading of forwards and aliases; 0: never */
	struct gate_dns *dns;
	size_t dns_n;
	struct gate_item *item;
	size_t item_n;
	struct gate_waiver *waiver;
	size_t waiver_n;
	struct gate_ledger ledger;
};

/* No knowledge at all: zeros, and "" where a string belongs. */
void gate_facts_init(struct gate_facts *f);
/* The old server is down, as far as anybody told: since when; 0: it is up. */
int64_t gate_down_since(const struct gate_facts *f);

#endif
