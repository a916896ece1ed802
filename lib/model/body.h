/* SPDX-License-Identifier: MIT */
#ifndef MODEL_BODY_H
#define MODEL_BODY_H
/*
 * A message that was read as a whole: what was seen of it, and what that makes of it
 * (DESIGN 8, Scan).  Values are stored: append only.
 *
 * A symptom is one observation.  Those of the first kinds are witnesses of damage; the
 * last kind, oddities, are facts that servers and movers stumble over and that old mail
 * is full of.  Two witnesses of different kinds make a message corrupt, one makes it
 * suspect: a truncated multipart may have been sent like that, and a server may count
 * octets in its own way, but not both of the same message.
 */
#include "base/base.h"
#include "model/message.h"

/* Who bears witness.  Symptoms of one kind may have one cause and count once. */
enum symptom_kind {
	SYMPTOM_OF_SERVER, /* it does not give the message out */
	SYMPTOM_OF_INDEX,  /* its index says otherwise than its file */
	SYMPTOM_OF_READS,  /* two readings differ */
	SYMPTOM_OF_OCTETS, /* octets that no mail has */
	SYMPTOM_OF_SHAPE,  /* a part of it is lacking */
	SYMPTOM_ODD,	   /* no witness */
};
enum { SYMPTOM_KIND_COUNT = SYMPTOM_ODD + 1 };

enum symptom {
	/* the server */
	SYMPTOM_REFUSED, /* NO or BAD for this one message */
	SYMPTOM_NIL,	 /* NIL instead of octets */
	SYMPTOM_NOTHING, /* OK, and no answer */
	SYMPTOM_BREAKS,	 /* BYE, or the connection ends, whenever it is read */
	SYMPTOM_TIMEOUT, /* it is not sent in time */
	SYMPTOM_GRAMMAR, /* more or fewer octets than its literal announces */
	/* the index */
	SYMPTOM_SIZE,	  /* RFC822.SIZE is not what comes (body_size_rule) */
	SYMPTOM_IDENTITY, /* the index has another Message-ID than the header */
	SYMPTOM_PADDED,	  /* it ends in blanks, as Cyrus fills up what its file lacks */
	/* readings */
	SYMPTOM_UNSTABLE,
	/* octets */
	SYMPTOM_NUL,	  /* or eight 0x80 in a row, as Dovecot shows NUL */
	SYMPTOM_CONTROLS, /* control characters in a text */
	/* shape */
	SYMPTOM_EMPTY,	       /* no octet at all */
	SYMPTOM_NO_HEADER,     /* its first line is no header field */
	SYMPTOM_HEADER_CUT,    /* it ends inside a line of its header */
	SYMPTOM_MULTIPART_CUT, /* the last boundary of a multipart is lacking */
	SYMPTOM_BASE64,	       /* base64 that cannot be decoded to its end */
	SYMPTOM_CUT, /* short of its announced size, it ends inside a line or has no body
		      */
	/* oddities */
	SYMPTOM_BARE_LF, /* LF without CR: many servers and movers refuse it */
	SYMPTOM_BARE_CR,
	SYMPTOM_LONG_LINE,    /* over 998 octets (RFC 5322 section 2.1.1) */
	SYMPTOM_HEADER_8BIT,  /* neither RFC 2047 nor UTF-8 (RFC 6532) */
	SYMPTOM_HEADER_LARGE, /* over MIME_CHECK_HEADER_MAX octets */
	SYMPTOM_HEADER_BAD,   /* a line of the header is no field */
	SYMPTOM_HEADER_WORDS, /* a value breaks its grammar */
	SYMPTOM_FIELD_TWICE,  /* one that may stand once only */
	SYMPTOM_DATE_MISSING,
	SYMPTOM_DATE_BAD, /* no date, or before 1970, or after 2100 */
	SYMPTOM_TYPE_BAD, /* Content-Type is no type, or a multipart without boundary */
	SYMPTOM_MIME_BAD, /* parts that are no parts */
	SYMPTOM_MIME_DEEP,
	SYMPTOM_QP,	 /* quoted-printable that is none */
	SYMPTOM_CHARSET, /* text that is not in the charset it names, or an unknown one */
	SYMPTOM_TOO_LARGE, /* over the limit of the new side */
};
enum { SYMPTOM_COUNT = SYMPTOM_TOO_LARGE + 1 };
#define SYMPTOM_BIT(s) ((uint64_t)1 << (s))

enum symptom_kind symptom_kind(enum symptom s);
const char *symptom_name(enum symptom s); /* "multipart-cut" */
bool symptom_parse(const char *s, enum symptom *out) MUST_CHECK;
const char *symptom_sentence(enum symptom s); /* what it is, for people; no full stop */

/* What was seen of one message by one reading, or by several of one run. */
struct body_facts {
	bool read;		/* all of it came; else words says why not */
	int64_t announced;	/* RFC822.SIZE; -1: not told */
	int64_t octets;		/* that came; -1: none did */
	int64_t lines, bare_lf; /* LFs in all, and those without CR */
	/* Bits: what was observed.  SYMPTOM_SIZE and SYMPTOM_TOO_LARGE are never among
	 * them; SYMPTOM_CUT is there whatever its size is. */
	uint64_t symptoms;
	/* Canonical header (names, unfolded values, 8-bit octets as Cyrus munges them)
	 * and canonical body (mime/mime_body.h): the same on every server. */
	struct msg_key header_key, body_key;
	const char *words; /* of the server, or why the reading broke off; "" */
};

/*
 * How a server counts: learned from what was read from it, before any size is judged
 * (a strict test threw away good mail of servers whose sizes are estimates).
 */
struct body_size_rule {
	int64_t read;	       /* messages that were read and had a size */
	int64_t equal;	       /* announced as sent */
	int64_t explained;     /* by its way to count line ends */
	int64_t bias, at_bias; /* octets sent less announced, of most others; how many */
};
#define BODY_RULE_LEAST 20 /* messages; with fewer no bias is believed */
/* Its sizes are estimates: nothing can be concluded from them. */
bool body_size_estimates(const struct body_size_rule *r);
/* Is this size what the server would announce for what came? */
bool body_size_fits(const struct body_size_rule *r, const struct body_facts *f);
/* One more that was read; as store_size_rule does of all that were stored. */
void body_size_learn(struct body_size_rule *r, const struct body_facts *f);
/* Line ends explain it: LF counted for CRLF, or a bare LF counted as two. */
bool body_size_by_lines(const struct body_facts *f);

/* What is made of it, from best to worst. */
enum body_state {
	BODY_CLEAN,
	BODY_ODD,     /* oddities only */
	BODY_SUSPECT, /* one witness */
	BODY_CORRUPT, /* two */
	BODY_UNREADABLE,
};
enum { BODY_STATE_COUNT = BODY_UNREADABLE + 1 };
const char *body_state_name(enum body_state s);

/* max_octets: what the new side takes; 0: not known.  *symptoms: all that count. */
enum body_state body_judge(const struct body_facts *f, const struct body_size_rule *r,
			   int64_t max_octets, uint64_t *symptoms);

/* The two readings of one message differ. */
bool body_differs(const struct body_facts *a, const struct body_facts *b);

#endif
