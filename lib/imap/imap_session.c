/* SPDX-License-Identifier: MIT */
#include "imap/imap_session.h"

#include <inttypes.h>

#include "base/num.h"
#include "base/trace.h"
#include "imap/imap_cmd.h"
#include "imap/imap_cur.h"
#include "imap/imap_deflate.h"
#include "imap/imap_reader.h"
#include "imap/imap_transcript.h"

/* A command that was queued and that nobody has finished yet. */
struct command {
	uint64_t number; /* 0: free */
	int64_t end;	 /* it has been sent when so many octets have */
	bool answered;
	struct imap_done done;
};

struct imap_session {
	struct imap_io io;
	struct imap_reader reader;
	struct imap_transcript transcript;
	struct strbuf out; /* octets queued, of which the first sent are gone */
	size_t sent;
	int64_t queued; /* octets ever queued */
	struct command command[IMAP_PIPELINE_MAX];
	uint64_t last; /* number of the newest command */
	uint64_t
		awaited; /* the newest command that was queued when the last wait began */
	imap_on_resp *fn;
	void *ctx;
	bool leaving; /* LOGOUT was queued: BYE is welcome */
	bool broken;
	struct err why; /* of broken */
	bool cannot_write;
	struct err write_err; /* kept while the server's last words are read */
	struct wire_count count;
	struct imap_deflate *packed; /* NULL: not compressed */
	int64_t plain_in, plain_out; /* octets before it was */
};

struct imap_session *imap_session_new(const struct imap_io *io, void *transcript)
{
	struct imap_session *s = mem_calloc(1, sizeof *s);

	s->io = *io;
	imap_reader_init(&s->reader);
	imap_transcript_init(&s->transcript, transcript);
	return s;
}

void imap_session_free(struct imap_session *s)
{
	if (s == NULL)
		return;
	imap_transcript_done(&s->transcript);
	imap_reader_done(&s->reader);
	imap_deflate_free(s->packed);
	strbuf_done(&s->out);
	free(s);
}

void imap_session_handler(struct imap_session *s, imap_on_resp *fn, void *ctx)
{
	s->fn = fn;
	s->ctx = ctx;
}

void imap_session_sink(struct imap_session *s, const struct imap_sink *sink)
{
	imap_reader_sink(&s->reader, sink);
}

bool imap_session_broken(const struct imap_session *s)
{
	return s->broken;
}

bool imap_session_at_rest(const struct imap_session *s)
{
	return !s->broken && s->reader.done == s->reader.buf.n;
}

void imap_session_count(const struct imap_session *s, struct wire_count *add_to)
{
	add_to->commands += s->count.commands;
	add_to->waits += s->count.waits;
	if (s->packed == NULL) {
		add_to->octets_in += s->count.octets_in;
		add_to->octets_out += s->count.octets_out;
	} else {
		add_to->octets_in += s->plain_in + imap_deflate_in(s->packed);
		add_to->octets_out += s->plain_out + imap_deflate_out(s->packed);
	}
}

/* err holds why; it is what every later call will say. */
static bool break_off(struct imap_session *s, const struct err *err)
{
	s->broken = true;
	s->why = *err;
	trace(TRACE_IMAP, "session broken: %s", err->text);
	return false;
}

static struct command *command_of(struct imap_session *s, uint64_t number)
{
	struct command *cmd = &s->command[number % IMAP_PIPELINE_MAX];

	return cmd->number == number ? cmd : NULL;
}

bool imap_session_send(struct imap_session *s, struct span line, uint64_t *cmd_out,
		       struct err *err)
{
	struct command *cmd;
	size_t from = s->out.n;

	if (s->broken) {
		*err = s->why;
		return false;
	}
	if (s->leaving)
		return err_set(err, ERR_BUG, "a command after LOGOUT");
	if (!imap_cmd_allowed(line, err))
		return false;
	cmd = &s->command[(s->last + 1) % IMAP_PIPELINE_MAX];
	if (cmd->number != 0)
		return err_set(err, ERR_BUG, "more than %d commands without an answer",
			       IMAP_PIPELINE_MAX);
	*cmd = (struct command){ .number = ++s->last };
	s->leaving = span_ieq_str(line, imap_cmd_word(IMAP_CMD_LOGOUT));
	s->count.commands++;
	strbuf_addf(&s->out, "m%" PRIu64 " ", cmd->number);
	strbuf_addspan(&s->out, line);
	imap_transcript_sent(&s->transcript, span_from(strbuf_span(&s->out), from));
	strbuf_adds(&s->out, "\r\n");
	s->queued += (int64_t)(s->out.n - from);
	cmd->end = s->queued;
	if (trace_on(TRACE_IMAP))
		trace(TRACE_IMAP, "C: m%" PRIu64 " %.*s", cmd->number,
		      line.n > 200 ? 200 : (int)line.n, line.p);
	*cmd_out = cmd->number;
	return true;
}

/*
 * Write what is queued, as far as the connection takes it now.  When it takes nothing
 * more for good, the server may have said why: that failure is kept until what it sent is
 * read.
 */
static bool flush(struct imap_session *s, struct err *err)
{
	bool would_block = false;
	struct err failure = ERR_INIT;

	while (s->sent < s->out.n && !would_block && !s->cannot_write) {
		size_t put = 0;

		if (!s->io.write(s->io.ctx, s->out.p + s->sent, s->out.n - s->sent, &put,
				 &would_block, &failure)) {
			if (failure.cls != ERR_NET) {
				*err = failure;
				return false;
			}
			s->cannot_write = true;
			s->write_err = failure;
			break;
		}
		s->sent += put;
		s->count.octets_out += (int64_t)put;
	}
	if (s->sent == s->out.n || s->cannot_write) {
		strbuf_clear(&s->out);
		s->sent = 0;
	}
	return true;
}

/* Get octets from the server, and commands to it meanwhile. */
static bool fill(struct imap_session *s, uint64_t cmd, struct err *err)
{
	size_t size, got = 0;
	char *room;

	if (cmd > s->awaited) {
		s->count.waits++;
		s->awaited = s->last;
	}
	/* A wait that brings no room to write means octets to read.  It is asked twice:
	 * with TLS a socket that takes octets may still take no record. */
	for (int idle = 0; s->out.n > 0 && idle < 2;) {
		size_t before = s->sent;

		if (!s->io.wait(s->io.ctx, true, err) || !flush(s, err))
			return false;
		if (s->sent == before)
			idle++;
	}
	room = imap_reader_space(&s->reader, &size);
	if (!s->io.read(s->io.ctx, room, size, &got, err)) {
		if (s->cannot_write && err->cls == ERR_NET)
			*err = s->write_err;
		return false;
	}
	if (got == 0) {
		if (s->cannot_write)
			*err = s->write_err;
		else if (imap_reader_inside(&s->reader))
			err_set(err, ERR_NET,
				"connection closed in the middle of a response");
		else
			err_set(err, ERR_NET,
				"connection closed by the server before its answer was "
				"complete");
		return false;
	}
	s->count.octets_in += (int64_t)got;
	imap_transcript_got(&s->transcript, (struct span){ room, got });
	imap_reader_fed(&s->reader, got);
	return true;
}

static bool on_tagged(struct imap_session *s, const struct imap_resp *resp,
		      struct err *err)
{
	struct command *cmd = NULL;
	char shown[60];
	uint64_t number;

	if (resp->tag.n > 1 && resp->tag.p[0] == 'm' && resp->tag.p[1] != '0' &&
	    num_u64(span_from(resp->tag, 1), UINT64_MAX, &number))
		cmd = command_of(s, number);
	if (cmd == NULL || cmd->answered || cmd->end > s->count.octets_out)
		return err_set(
			err, ERR_PROTO,
			"the server answers a command that was not sent: tag \"%s\"",
			imap_shown(shown, sizeof shown, resp->tag));
	cmd->answered = true;
	cmd->done.status = resp->status;
	imap_shown(cmd->done.code, sizeof cmd->done.code, resp->code);
	imap_shown(cmd->done.text, sizeof cmd->done.text, resp->text);
	trace(TRACE_IMAP, "S: m%" PRIu64 " status %d [%s] %s", number, (int)resp->status,
	      cmd->done.code, cmd->done.text);
	return true;
}

static bool on_frame(struct imap_session *s, const struct imap_frame_out *frame,
		     struct err *err)
{
	struct imap_resp resp;
	char code[80], text[200];

	if (!imap_resp_parse(frame->text, &resp, err))
		return false;
	switch (resp.kind) {
	case IMAP_RESP_TAGGED:
		return on_tagged(s, &resp, err);
	case IMAP_RESP_BYE:
		if (s->leaving)
			return true;
		imap_shown(code, sizeof code, resp.code);
		return err_set(
			err, ERR_SERVER, "the server ends the session: BYE %s%s%s%s",
			code[0] != '\0' ? "[" : "", code, code[0] != '\0' ? "] " : "",
			imap_shown(text, sizeof text, resp.text));
	case IMAP_RESP_PREAUTH:
		return err_set(err, ERR_PROTO,
			       "the server sends PREAUTH in the middle of a session");
	case IMAP_RESP_CONTINUE:
		return err_set(err, ERR_PROTO,
			       "the server asks for a literal that nobody announced");
	default:
		return s->fn == NULL || s->fn(s->ctx, &resp, frame->more, err);
	}
}

bool imap_session_finish(struct imap_session *s, uint64_t number, struct imap_done *done,
			 struct err *err)
{
	struct command *cmd = number != 0 ? command_of(s, number) : NULL;

	if (s->broken) {
		*err = s->why;
		return false;
	}
	if (cmd == NULL)
		return err_set(err, ERR_BUG,
			       "command %" PRIu64 " is not waiting for an answer",
			       number);
	while (!cmd->answered) {
		struct imap_frame_out frame;

		if (s->out.n > 0 && !flush(s, err))
			return break_off(s, err);
		switch (imap_reader_next(&s->reader, &frame, err)) {
		case IMAP_FRAME_WHOLE:
			if (!on_frame(s, &frame, err))
				return break_off(s, err);
			break;
		case IMAP_FRAME_MORE:
			if (!fill(s, number, err))
				return break_off(s, err);
			break;
		case IMAP_FRAME_FAIL:
			return break_off(s, err);
		}
	}
	*done = cmd->done;
	cmd->number = 0;
	return true;
}

bool imap_session_answered(const struct imap_session *s, uint64_t number)
{
	const struct command *cmd = &s->command[number % IMAP_PIPELINE_MAX];

	return cmd->number == number && cmd->answered;
}

bool imap_session_do(struct imap_session *s, struct span line, struct err *err)
{
	ptrdiff_t blank = span_index(line, ' ');
	struct imap_done done;
	uint64_t cmd;

	if (!imap_session_send(s, line, &cmd, err) ||
	    !imap_session_finish(s, cmd, &done, err))
		return false;
	if (done.status == IMAP_OK)
		return true;
	return err_set(err, ERR_SERVER, "the server answers %.*s with %s %s%s%s%s",
		       blank < 0 ? (int)line.n : (int)blank, line.p,
		       done.status == IMAP_NO ? "NO" : "BAD",
		       done.code[0] != '\0' ? "[" : "", done.code,
		       done.code[0] != '\0' ? "] " : "", done.text);
}

bool imap_session_compress(struct imap_session *s, struct err *err)
{
	struct imap_io outer;
	struct imap_done done;
	uint64_t cmd;

	if (!imap_session_send(s, span_str("COMPRESS DEFLATE"), &cmd, err) ||
	    !imap_session_finish(s, cmd, &done, err))
		return false;
	if (done.status != IMAP_OK)
		return true;
	s->plain_in = s->count.octets_in;
	s->plain_out = s->count.octets_out;
	s->packed = imap_deflate_new(&s->io, imap_reader_rest(&s->reader), &outer);
	s->io = outer;
	return true;
}

bool imap_session_compressed(const struct imap_session *s)
{
	return s->packed != NULL;
}

void imap_session_logout(struct imap_session *s)
{
	struct imap_done done;
	struct err err = ERR_INIT;
	uint64_t cmd;

	if (s->broken ||
	    !imap_session_send(s, span_str(imap_cmd_word(IMAP_CMD_LOGOUT)), &cmd, &err))
		return;
	imap_session_handler(s, NULL, NULL);
	if (!imap_session_finish(s, cmd, &done, &err))
		trace(TRACE_IMAP, "logout: %s", err.text);
}

void imap_put_mailbox(struct strbuf *out, const char *wire)
{
	/* Not ']', '*' and '%': legal or not, a quoted string asks no questions.  NIL is
	 * no name unless quoted. */
	bool atom = wire[0] != '\0' && !span_ieq_str(span_str(wire), "NIL");

	for (const char *p = wire; *p != '\0' && atom; p++)
		atom = *p > ' ' && *p < 0x7f && strchr("(){%*\"\\]", *p) == NULL;
	if (atom) {
		strbuf_adds(out, wire);
		return;
	}
	strbuf_addc(out, '"');
	for (const char *p = wire; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			strbuf_addc(out, '\\');
		strbuf_addc(out, *p);
	}
	strbuf_addc(out, '"');
}
