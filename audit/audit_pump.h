/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_PUMP_H
#define AUDIT_AUDIT_PUMP_H
/*
 * The open folder: commands out, several windows of UID FETCH in flight, answers in.
 * Answers are told apart by what they are: FETCH by its uid, and there is never more than
 * one SEARCH under way.
 */
#include "audit/audit_proof.h"
#include "audit/audit_share.h"
#include "imap/imap_fetch.h"

enum {
	AUDIT_FLIGHTS = 4, /* windows between the first command for them and the writer */
	AUDIT_SHARED =
		2, /* of a folder that is shared, so that none waits long at its end */
	AUDIT_AGAIN = 500, /* uids in one command, when they are asked for singly */
	AUDIT_STEPS = AUDIT_FLIGHTS * (AUDIT_WINDOW_MAX / AUDIT_AGAIN + 1) + 2,
};
_Static_assert(AUDIT_STEPS < IMAP_PIPELINE_MAX,
	       "all follow-ups of all windows must fit into the pipeline");

/* One window on its way. */
struct audit_flight {
	struct audit_cut cut;
	uint64_t turn;	 /* where the folder is shared */
	int64_t sent_ms; /* when it was asked for */
	struct audit_window
		*w;	  /* NULL before the first answer: waiting windows cost nothing */
	size_t left;	  /* rows of it that are not complete */
	bool given;	  /* to the writer, perhaps before its command was complete */
	size_t messages;  /* it had then */
	unsigned pending; /* commands that are not complete */
	uint8_t asked, fields_asked; /* how often */
	bool flags; /* nothing but flags is asked for: the rest is known */
	/* In pieces, one command at a time (audit_doubt.c). */
	bool narrow, refused; /* refused: by NO or BAD, since it was last asked for */
	bool fields;	      /* narrow for identity fields; all else was asked for */
	size_t at;	      /* the first row that was not asked for in this go */
	size_t from;	      /* and the first of the newest piece */
	size_t piece;	      /* rows in one, where nothing is in doubt */
	bool ready, stuck;    /* stuck: asked twice, and not answered */
};

/* One command that was sent and is not complete. */
struct audit_step {
	uint64_t cmd;
	struct audit_flight *fl; /* NULL: the UID SEARCH */
};

/*
 * The greatest uid of a folder that is dense: all uids up to it are taken, as EXAMINE
 * told. After the last window the server need not list all of them for that: one FETCH of
 * "top:*" shows it.  Its answer says which number the message with that uid has.  Numbers
 * go up with uids (RFC 3501 section 2.3.1.2), so where number n has uid n, the messages
 * up to it are 1 to n, and "*" leaves none out above it.  EXISTS says n as well, and each
 * of n uids was answered by a FETCH of its own, so the three that must agree are there:
 * were there one message more, then one of these would differ.  Whatever else comes, or a
 * word of the server that something changed, and UID SEARCH ALL has to tell.
 */
struct audit_top {
	uint32_t uid;  /* 0: the folder is not dense, or not as it was */
	bool asked;    /* the answer is under way */
	bool as_it_is; /* number and uid are the same */
	bool other;    /* or are not, or there is a greater one */
};

struct audit_pump {
	struct audit_reader *r;
	struct imap_session *s;
	const struct folder *f;
	size_t i; /* of r->folders */
	enum audit_way way;
	uint32_t base; /* AUDIT_DELTA, AUDIT_FLAGS: uids from here on are new */
	struct audit_window *sparse;  /* AUDIT_DELTA: flags that changed */
	bool changes;		      /* are being asked for */
	struct audit_proof *proof;    /* is being asked for; NULL */
	int64_t changed;	      /* so many messages */
	bool resumed;		      /* what was read before an interruption stands */
	const struct audit_uids *set; /* what is there to be read */
	struct audit_share *share;    /* NULL: nobody helps */
	bool helping;		      /* with what another connection reads */
	size_t aim;		      /* messages of the next window */
	uint64_t asked;	 /* messages of the windows that were quick or slow */
	int64_t last_ms; /* when the newest window was complete */
	struct folder_state now;
	int64_t epoch;
	bool opening;		 /* EXAMINE is not complete */
	bool moved;		 /* the server told of a change since the round began */
	struct audit_uids *into; /* where the answer to the SEARCH under way goes */
	uint64_t into_max;	 /* members it may have */
	uint64_t into_cmd;
	bool found; /* it came */
	struct audit_top top;
	struct audit_cutter cutter;
	bool cut_all, searched;
	unsigned round;
	unsigned need; /* AUDIT_ROW_* that make a row complete */
	struct audit_flight flights[AUDIT_FLIGHTS]; /* a ring, oldest first */
	size_t first, n;
	struct audit_step steps[AUDIT_STEPS];
	size_t step_first, step_n;
};

/* The window that is the i-th under way, oldest first. */
static inline struct audit_flight *audit_pump_flight(struct audit_pump *o, size_t i)
{
	return &o->flights[(o->first + i) % AUDIT_FLIGHTS];
}
/* A window for its rows, from the pool. */
void audit_pump_take(struct audit_pump *o, struct audit_flight *fl);

/* A row of the oldest windows may have been the last that was awaited: those that are
 * whole go to the writer. */
bool audit_pump_give_whole(struct audit_pump *o, struct err *err) MUST_CHECK;

/* As the handler of the session. */
bool audit_pump_answer(void *ctx, const struct imap_resp *resp, bool more,
		       struct err *err);
/* Queue what stands in r->line. */
bool audit_pump_send(struct audit_pump *o, struct err *err) MUST_CHECK;
/* Queue UID SEARCH ALL, for AUDIT_DELTA only of new uids; what it finds goes to into. */
bool audit_pump_search(struct audit_pump *o, struct audit_uids *into,
		       struct err *err) MUST_CHECK;
/* Finish the oldest command.  False only when the session is broken or stopped, or the
 * server asks for patience (audit_reader_hinted). */
bool audit_pump_finish(struct audit_pump *o, struct audit_step *step_out,
		       struct imap_done *done, struct err *err) MUST_CHECK;
/* The SEARCH is complete: is there a set in it? */
bool audit_pump_found(struct audit_pump *o, const struct imap_done *done,
		      struct err *err) MUST_CHECK;
/* Behind the last window: queue what tells the set to r->found, and take its answer,
 * which may be that the server has to be asked once more. */
bool audit_pump_final(struct audit_pump *o, struct err *err) MUST_CHECK;
bool audit_pump_final_found(struct audit_pump *o, const struct imap_done *done,
			    struct err *err) MUST_CHECK;
/* Queue the SEARCH that stands in r->line; what it finds is added to into. */
bool audit_pump_send_search(struct audit_pump *o, struct audit_uids *into,
			    struct err *err) MUST_CHECK;

/* ---- AUDIT_DELTA (audit_delta.c) ---- */

/* What changed since the known state below base, into the sink.  *whole_out: the server
 * does not do what it offers, nothing can be built on it. */
bool audit_delta_read(struct audit_pump *o, bool *whole_out, struct err *err) MUST_CHECK;
/* What the server told meanwhile to be gone, into the sink. */
bool audit_delta_gone(struct audit_pump *o, struct err *err) MUST_CHECK;
/* A FETCH answer below base, and VANISHED. */
bool audit_delta_change(struct audit_pump *o, const struct imap_fetch *f,
			struct err *err) MUST_CHECK;
bool audit_delta_vanished(struct audit_pump *o, struct span text,
			  struct err *err) MUST_CHECK;

/* ---- a message that breaks connections or is refused (audit_doubt.c) ---- */

/* Must a window of these uids be asked for in pieces? */
bool audit_doubt_about(const struct audit_reader *r, size_t i, uint32_t lo, uint32_t hi);
/* Mark the rows that are not asked for any more. */
void audit_doubt_mark(struct audit_pump *o, struct audit_window *w);
/* The next piece of a narrow flight; *sent_out false: there is none left. */
bool audit_doubt_ask(struct audit_pump *o, struct audit_flight *fl, bool *sent_out,
		     struct err *err) MUST_CHECK;
/* The session broke for this reason: what may have done it? */
void audit_doubt_raise(struct audit_pump *o, const struct err *why);
/* False when more was passed over than can be named, or all that there is: the folder is
 * unreadable. */
bool audit_doubt_settle(struct audit_pump *o, struct err *err) MUST_CHECK;
/* What was passed over and is in r->set: holes of the folder, ascending, valid until
 * another folder is in doubt.  why: how people are told; untouched when there are none.
 */
void audit_doubt_holes(struct audit_pump *o, const struct folder_hole **hole_out,
		       size_t *n_out, struct err *why);
/* A row of folder i cannot be had. */
bool audit_doubt_refuse(struct audit_pump *o, struct audit_window *w, size_t row,
			struct err *err) MUST_CHECK;

/* ---- rounds ---- */

void audit_pump_items(struct audit_pump *o, const struct audit_flight *fl);
void audit_pump_fields(struct audit_pump *o); /* of identity, likewise into r->line */
unsigned audit_pump_need(const struct audit_pump *o, const struct audit_flight *fl);
/* Queue what stands in r->line for this window. */
bool audit_pump_send_for(struct audit_pump *o, struct audit_flight *fl,
			 struct err *err) MUST_CHECK;
/* One round: every window of the cutter, or of the share, is read and handed over; the
 * set of uids behind it is in r->found.  Helping: as many windows as there are to take,
 * and no set. */
bool audit_pump_round(struct audit_pump *o, struct err *err) MUST_CHECK;
/* After a failure: windows back to the pool, and to those who share. */
void audit_pump_drop(struct audit_pump *o);

#endif
