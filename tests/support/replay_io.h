/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_REPLAY_IO_H
#define TESTS_SUPPORT_REPLAY_IO_H
/*
 * A transport that plays a transcript: it checks what the client sends and feeds it what
 * the server says.  Nothing ever blocks: waiting for what cannot come is an error.
 *
 * A transcript is text, one item a line:
 *
 *   # anything          ignored, as are empty lines
 *   C: m1 NOOP          the client must send this and CRLF
 *   S: * 3 EXISTS       the server says this and CRLF
 *   S- * 3 EXI          the server says this without CRLF
 *   S* 1000 * 7 EXISTS  as S:, so many times
 *
 * "C:" or "S:" alone is an empty line.  \xNN (two hexadecimal digits) is that octet; a
 * backslash before anything else is itself, so flags stand as they are.  In a C line
 * @VERSION@ is the version of the program, which it tells in its ID command.  A literal
 * is written as it comes:
 *
 *   S: * 1 FETCH (UID 1 BODY[HEADER.FIELDS (MESSAGE-ID)] {31}
 *   S: Message-ID: <1@example.org>
 *   S:
 *   S: )
 *
 * The order of C and S lines binds the server: what it says below a C line is to be had
 * once the client has sent all of that line.  The client may send ahead.  The end of the
 * file is the end of the stream.
 */
#include "base/err.h"
#include "base/span.h"
#include "imap/imap_io.h"

struct replay;

/* From text, or from a file named from the top of the repository
 * ("tests/replay/dovecot.imap").  ERR_CONFIG when it is no transcript. */
bool replay_parse(const char *name, struct span text, struct replay **out,
		  struct err *err) MUST_CHECK;
bool replay_open(const char *path, struct replay **out, struct err *err) MUST_CHECK;
void replay_free(struct replay *r);
void replay_rewind(struct replay *r); /* to the start; the settings below stay */

/* At most so many octets per read; 0: no limit. */
void replay_chunk(struct replay *r, size_t octets);
/* End of stream after so many octets of the server; SIZE_MAX: never. */
void replay_cut(struct replay *r, size_t octets);
/* Take at most so many octets per write and say would_block after each; 0: no limit. */
void replay_slow_write(struct replay *r, size_t octets);
/* Writing fails (ERR_NET) behind so many octets; SIZE_MAX: never. */
void replay_fail_write(struct replay *r, size_t octets);

void replay_io(struct replay *r, struct imap_io *out); /* borrows r */

/* What the transcript holds. */
size_t replay_server_octets(const struct replay *r);
size_t replay_command_n(const struct replay *r);
struct replay_command {
	struct span line;  /* without tag and CRLF */
	size_t client_end; /* client octets up to its CRLF */
	size_t ready;      /* server octets that stand above it */
	size_t answer_end; /* server octets up to the end of its tagged answer, or SIZE_MAX */
};
const struct replay_command *replay_command(const struct replay *r, size_t i);

/* What happened. */
size_t replay_sent(const struct replay *r); /* octets from the client, all as wanted */
size_t replay_read(const struct replay *r); /* octets the client has read */
bool replay_finished(const struct replay *r); /* every line was sent and read */

#endif
