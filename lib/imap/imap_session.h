/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_SESSION_H
#define IMAP_IMAP_SESSION_H
/*
 * One logged-in connection: commands out through the table of imap_cmd.h, responses in.
 * Commands are pipelined: send several, then run until one of them is complete.  While
 * sending, answers are always drained, so that neither side blocks.  The session never
 * interprets beyond framing, kind and tag; a handler sees each untagged response while it
 * is run.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "imap/imap_io.h"
#include "imap/imap_resp.h"
#include "model/run.h"

struct imap_session;
struct imap_sink;

/* Capabilities we make use of. */
enum {
	IMAP_CAP_IMAP4REV1 = 1 << 0,
	IMAP_CAP_ID = 1 << 1,
	IMAP_CAP_NAMESPACE = 1 << 2,
	IMAP_CAP_LIST_EXTENDED = 1 << 3,
	IMAP_CAP_LIST_STATUS = 1 << 4,
	IMAP_CAP_SPECIAL_USE = 1 << 5,
	IMAP_CAP_STATUS_SIZE = 1 << 6,
	IMAP_CAP_CONDSTORE = 1 << 7,
	IMAP_CAP_QRESYNC = 1 << 8,
	IMAP_CAP_ESEARCH = 1 << 9,
	IMAP_CAP_UIDPLUS = 1 << 10,
	IMAP_CAP_LITERAL_PLUS = 1 << 11, /* or LITERAL- */
	IMAP_CAP_COMPRESS = 1 << 12,
	IMAP_CAP_ACL = 1 << 13,		/* RFC 4314 */
	IMAP_CAP_QUOTA = 1 << 14,	/* RFC 2087, RFC 9208 */
	IMAP_CAP_GMAIL = 1 << 16,	/* X-GM-EXT-1 */
	IMAP_CAP_APPENDLIMIT = 1 << 15, /* one for each folder (RFC 7889) */
	IMAP_CAP_OBJECTID = 1 << 17,	/* RFC 8474 */
	IMAP_CAP_IMAP4REV2 = 1 << 18,	/* RFC 9051 */
};

/* It speaks IMAP4rev2 and nothing older: names are UTF-8 as they are, LSUB is unknown,
 * every SEARCH is answered by ESEARCH.  Who offers both speaks IMAP4rev1 until a client
 * enables the other, which we do not. */
static inline bool imap_is_rev2(unsigned caps)
{
	return (caps & (IMAP_CAP_IMAP4REV1 | IMAP_CAP_IMAP4REV2)) == IMAP_CAP_IMAP4REV2;
}

/* Answer to one untagged response.  Strings die when it returns.  False stops the session
 * (broken from then on). */
typedef bool imap_on_resp(void *ctx, const struct imap_resp *resp, bool more,
			  struct err *err);

/*
 * A file (0600) that receives the transcript as "C: " and "S: " lines for replay,
 * credentials never in it. FILE * is borrowed and shared: one session at a time.  NULL:
 * none.
 */
struct imap_session *imap_session_new(const struct imap_io *io,
				      void *transcript) MUST_CHECK;
void imap_session_free(struct imap_session *s);

/* Untagged responses go to fn until changed; NULL ignores them. */
void imap_session_handler(struct imap_session *s, imap_on_resp *fn, void *ctx);

/*
 * The literals of BODY[] and BODY[HEADER] go to this sink instead of into responses
 * (imap_reader.h); NULL: they do not.  Borrowed.  Set it while no command is unfinished.
 */
void imap_session_sink(struct imap_session *s, const struct imap_sink *sink);

/*
 * Queue one command: the line without tag and CRLF, judged by imap_cmd_allowed first
 * (ERR_BUG, nothing sent). It goes out, together with what else is queued, inside the
 * next imap_session_finish; a handler may queue more while it is run.  Its number is in
 * *cmd_out, for imap_session_finish; its tag is "m" and that number.  At most
 * IMAP_PIPELINE_MAX may be unfinished (ERR_BUG). A mailbox name with octets that need a
 * literal is sent as a quoted string; names with CR, LF or NUL never get here.
 */
#define IMAP_PIPELINE_MAX 1024
bool imap_session_send(struct imap_session *s, struct span line, uint64_t *cmd_out,
		       struct err *err) MUST_CHECK;

/* The tagged answer. */
struct imap_done {
	enum imap_status status;
	char code[64];	/* inside [ ], cut; "" when none */
	char text[200]; /* the server's words, escaped, cut */
};
/*
 * Run until that command is complete.  Commands are answered in order or not; each tag is
 * checked.  BYE, end of stream, a cut, an unknown tag, "+" without cause: false, and the
 * session is broken (imap_session_broken): every later call fails with the same error.
 * After LOGOUT the session takes no more commands. A tagged NO or BAD is no failure of
 * this function: look at done.
 */
bool imap_session_finish(struct imap_session *s, uint64_t cmd, struct imap_done *done,
			 struct err *err) MUST_CHECK;
/* An unfinished command has its tagged answer already, ahead of others perhaps. */
bool imap_session_answered(const struct imap_session *s, uint64_t cmd);
/* send and finish; NO and BAD become ERR_SERVER with the server's words. */
bool imap_session_do(struct imap_session *s, struct span line,
		     struct err *err) MUST_CHECK;

/*
 * COMPRESS DEFLATE (RFC 4978), to be asked for where it is offered and while no command
 * is unfinished; one wait.  A refusal is no failure: the session goes on as it is.  What
 * imap_session_count tells are still octets on the wire.
 */
bool imap_session_compress(struct imap_session *s, struct err *err) MUST_CHECK;
bool imap_session_compressed(const struct imap_session *s);

bool imap_session_broken(const struct imap_session *s);
/* Everything that was read has been handed out. */
bool imap_session_at_rest(const struct imap_session *s);

/*
 * PROXYAUTH as the first command of a connection whose administrator has just logged in:
 * what is sent over io afterwards is user's, so the caller begins a session anew.
 * ERR_LOGIN with the server's words when it is refused, also where the command is
 * unknown. The connection is then logged out.
 */
bool imap_proxyauth(const struct imap_io *io, void *transcript, const char *user,
		    struct err *err) MUST_CHECK;

/*
 * CAPABILITY (whatever the greeting said), then ID and NAMESPACE together where offered:
 * two waits.  ERR_PROTO when it is neither IMAP4rev1 nor IMAP4rev2; the latter alone is
 * enabled before anything else.  An offered NAMESPACE that is refused leaves
 * namespace.present false.  Clears the handler.
 */
struct imap_hello {
	unsigned caps;	       /* IMAP_CAP_*, with what IMAP4rev2 includes */
	int64_t appendlimit;   /* -1: none told */
	char capability[2048]; /* as sent, escaped, cut */
	char server_id[200];   /* "name version" of the ID answer, escaped; "" */
	struct imap_namespace namespace; /* strings in the arena given to
					    imap_session_hello */
};
bool imap_session_hello(struct imap_session *s, struct arena *arena,
			struct imap_hello *out, struct err *err) MUST_CHECK;

/*
 * ENABLE IMAP4rev2 for who has caps of an earlier connection to that server, and needs no
 * more; nothing is sent unless imap_is_rev2.  A refusal is no failure: it speaks that
 * anyway.
 */
bool imap_enable_rev2(struct imap_session *s, unsigned caps, struct err *err) MUST_CHECK;

/*
 * The same in steps, for who wants to ask for more in the same breath: capability (one
 * wait); ask queues ID and NAMESPACE; their answers go through the handler to
 * imap_greet_answer (which takes no notice of others); finish waits for both.
 */
struct imap_greet {
	struct arena *arena;
	struct imap_hello *out;
	bool capability, id, namespace; /* answered */
	uint64_t asked_enable, asked_id, asked_namespace;
};
bool imap_greet_capability(struct imap_session *s, struct arena *arena,
			   struct imap_hello *out, struct imap_greet *g,
			   struct err *err) MUST_CHECK;
bool imap_greet_ask(struct imap_session *s, struct imap_greet *g,
		    struct err *err) MUST_CHECK;
bool imap_greet_answer(struct imap_greet *g, const struct imap_resp *resp,
		       struct err *err) MUST_CHECK;
bool imap_greet_finish(struct imap_session *s, struct imap_greet *g,
		       struct err *err) MUST_CHECK;

/* LOGOUT and wait for the end; failures do not matter any more. */
void imap_session_logout(struct imap_session *s);

/*
 * Add commands, octets and waits.  A wait is a round trip that could not be hidden:
 * finish had to read for a command that was not yet on its way when the last wait began.
 * So there is at most one per imap_session_finish, and commands sent together cost one
 * however many reads their answers take; no timing is in it.
 */
void imap_session_count(const struct imap_session *s, struct wire_count *add_to);

/* Append a mailbox name as an astring that any server accepts: atom where possible, else
 * quoted. */
void imap_put_mailbox(struct strbuf *out, const char *wire);

#endif
