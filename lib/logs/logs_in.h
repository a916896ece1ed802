/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_IN_H
#define LOGS_LOGS_IN_H
/* Private to lib/logs: the head that most lines share, and the scanners. */
#include "base/strbuf.h"
#include "logs/logs_line.h"
#include "logs/logs_words.h"

/* Tags that most lines have. */
enum log_tag { LOG_TAG_OTHER, LOG_TAG_POSTFIX, LOG_TAG_DOVECOT, LOG_TAG_CYRUS };

/* A line behind its time: "host tag[pid]: text", or without host. */
struct log_head {
	struct span line; /* all of it */
	struct span host; /* "" when there is none */
	struct span tag;  /* program, without [pid] and colon; "" when there is none */
	struct span pid;  /* "" */
	struct span
		text; /* behind the tag's colon and blanks; all when there is no tag */
	struct span rest; /* from the tag on */
	enum log_tag known;
	bool bracketed; /* the time stood in brackets (Sun, Kerio) */
	bool syslog;	/* it has the shape of a syslog line: host and tag */
	bool no_sender; /* see logs_scanner_no_sender */
};

/* What a scanner says. */
enum log_verdict { NOT_MINE, BROKEN, MINE };

enum log_verdict logs_dovecot(const struct log_head *h, struct log_line *out);
/* LOG_F_* of what stands behind "Disconnected" of a POP3 session. */
unsigned logs_pop3_flags(struct span s);
enum log_verdict logs_dovecot_login(struct span text, enum log_protocol protocol,
				    struct log_line *out);
/* A delivery of Postfix that another MTA has queued. */
bool logs_queued_on(struct span s);
enum log_verdict logs_cyrus(const struct log_head *h, struct log_line *out);
enum log_verdict logs_courier(const struct log_head *h, struct log_line *out);
enum log_verdict logs_postfix(const struct log_head *h, struct log_line *out);
enum log_verdict logs_zimbra(const struct log_head *h, struct log_line *out);
enum log_verdict logs_sun(const struct log_head *h, struct log_line *out);
enum log_verdict logs_exim(const struct log_head *h, struct log_line *out);
enum log_verdict logs_uw(const struct log_head *h, struct log_line *out);
enum log_verdict logs_sendmail(const struct log_head *h, struct log_line *out);
enum log_verdict logs_dbmail(const struct log_head *h, struct log_line *out);
enum log_verdict logs_proxy(const struct log_head *h, struct log_line *out);

/* Formats that bring lines of one session together keep what they saw here. */
struct logs_sessions;
struct logs_sessions *logs_sessions_new(void);
void logs_sessions_free(struct logs_sessions *s);
void logs_sessions_forget(struct logs_sessions *s);
/* The slot of key, made anew for want of one. */
#define LOG_SESSION_SLOTS 256u
struct logs_session {
	uint64_t key; /* 0: free */
	uint32_t used;
	unsigned char user_n, rip_n, state;
	char user[LOGS_NAME_MAX], rip[63];
};
struct logs_session *logs_session(struct logs_sessions *s, struct span a, struct span b);
void logs_session_user(struct logs_session *s, struct span user);
void logs_session_rip(struct logs_session *s, struct span rip);

enum log_verdict logs_hmail(struct span line, struct logs_sessions *s,
			    struct log_line *out);
enum log_verdict logs_misc(const struct log_head *h, struct logs_sessions *s,
			   struct log_line *out);

/* The columns that the last "#Fields:" line named. */
#define LOG_COLUMNS_MAX 64
struct logs_columns {
	bool known;
	size_t n;
	unsigned char what[LOG_COLUMNS_MAX]; /* enum of logs_exchange.c */
};
enum log_verdict logs_exchange(struct span line, struct logs_columns *c,
			       struct log_line *out);
bool logs_exchange_header(struct span line, struct logs_columns *c);

/* One object on one line (journald, docker, James, ..), its strings unescaped in buf.
 * False: it is no such object. */
struct log_json {
	struct span message, identifier, host, pid, realtime;
	struct span timestamp;
	struct span protocol, ip, username, logger; /* James */
};
bool logs_json(struct span line, struct strbuf *buf, struct log_json *out);
/* An entry of `journalctl -o export` while its lines are read; { 0 } is none. */
#define LOGS_EXPORT_FIELDS 5
struct logs_export {
	bool on;
	struct strbuf text;
	size_t at[LOGS_EXPORT_FIELDS], n[LOGS_EXPORT_FIELDS];
};
/* False: the line is of no entry.  *entry: it ends one, which is *out; its strings stand
 * until the next one begins. */
bool logs_export_line(struct logs_export *x, struct span line, struct log_json *out,
		      bool *entry);

enum log_verdict logs_james(const struct log_json *j, struct log_line *out);

#endif
