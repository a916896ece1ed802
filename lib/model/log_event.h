/* SPDX-License-Identifier: MIT */
#ifndef MODEL_LOG_EVENT_H
#define MODEL_LOG_EVENT_H
/* What the line of a log says (DESIGN section 9). */
#include "base/base.h"
#include "base/span.h"

/* Values are stored: append only. */
enum log_kind {
	LOG_OTHER,    /* of a mail server, and no proof of use */
	LOG_LOGIN,    /* credentials were accepted, and a session opened */
	LOG_FAIL,     /* credentials were offered, and the session refused */
	LOG_LOGOUT,   /* a session of this user ended */
	LOG_DELIVERY, /* a message was put into a mailbox of this server */
};
enum { LOG_KIND_COUNT = LOG_DELIVERY + 1 };
const char *log_kind_name(enum log_kind k); /* "other", "login", ... */
bool log_kind_parse(struct span s, enum log_kind *out) MUST_CHECK;

/* Values are stored: append only.  imaps is imap, SMTP AUTH on any port submission. */
enum log_protocol {
	LOG_NO_PROTOCOL,
	LOG_IMAP,
	LOG_POP3,
	LOG_SIEVE,
	LOG_SUBMISSION,
	LOG_LMTP,
	LOG_LDA,
	LOG_LOCAL,
	LOG_VIRTUAL,
	LOG_PIPE_DOVECOT, /* Postfix pipe to Dovecot's LDA: "dovecot" */
	LOG_WEBMAIL,
	LOG_ACTIVESYNC,
	LOG_HTTP, /* DAV and other programs over HTTP */
};
enum { LOG_PROTOCOL_COUNT = LOG_HTTP + 1 };
const char *log_protocol_name(enum log_protocol p); /* "" for none */
bool log_protocol_parse(struct span s, enum log_protocol *out) MUST_CHECK;

/* Whose line it is.  Values are stored: append only. */
enum log_program {
	LOG_PROGRAM_NONE,
	LOG_DOVECOT,
	LOG_CYRUS,
	LOG_COURIER,
	LOG_POSTFIX,
	LOG_ZIMBRA,
	LOG_EXCHANGE,
	LOG_SUN,
	LOG_EXIM,
	LOG_UW,
	LOG_SENDMAIL,
	LOG_HMAIL,
	LOG_PROXY_SERVER, /* nginx, Perdition */
	LOG_MISC,	  /* Axigen, Kerio, Domino, MDaemon, Stalwart, James */
	LOG_PATTERN,	  /* a pattern of the config */
	LOG_DBMAIL,
};
enum { LOG_PROGRAM_COUNT = LOG_DBMAIL + 1 };
const char *log_program_name(enum log_program p); /* "" for none, "dovecot", ... */

/* What is counted of a name.  Values are stored: append only. */
enum log_use {
	USE_LOGIN,
	USE_LOGIN_PROXY, /* by a proxy in front: the server behind it says the same */
	USE_LOGIN_TWIN,	 /* by a second log of the same server */
	USE_LOGOUT,	 /* the end of a session: proves use, counts no login */
	USE_FAIL,
	USE_LIMIT,    /* right password, too many connections: somebody is there */
	USE_DELIVERY, /* by the server's delivery agent */
	USE_HANDED,   /* by a mail transport agent to such an agent: mostly the same */
};
enum { LOG_USE_COUNT = USE_HANDED + 1 };
const char *log_use_name(enum log_use u);

/* What was seen of a use over its days; bits are stored. */
#define LOG_TRAIT_RETR	  (1u << 0) /* POP3: messages were fetched */
#define LOG_TRAIT_EMPTIED (1u << 1) /* and as many deleted */

/* One day of a use. */
struct log_day {
	uint16_t day;	      /* since 1970-01-01 UTC */
	uint16_t n;	      /* 65535: that many or more */
	uint16_t first, last; /* time of the day, in units of two seconds */
};

#endif
